/* json_state.h - what several encoders of state.h put into their objects.
 *
 * Layer: node. One json_*.c for each thing that a screen shows; their declarations are state.h's.
 */
#ifndef TRESTLE_NODE_API_JSON_STATE_H
#define TRESTLE_NODE_API_JSON_STATE_H

#include "node/api/state.h"
#include "node/json/json.h"

void json_put_cursor(struct json_value *object, const struct cursor *cursor);

/* @t is ms since the pop-up's epoch; 0 stays 0, "not yet". */
void json_put_time(struct json_value *object, const char *name, const struct state *state,
                   uint64_t t);

/* "number": the first of those that @order has, as it is called out; "" when it has none. */
void json_put_number(struct json_value *object, const struct order *order);

/* What was chosen with a line, and at what price. */
struct json_value *json_line_options(const struct order_line *line);

/* How @peer stands, by the fields that Peer and MeshPeer share: when it was heard, how far it is
 * behind and ahead, and its clock. */
void json_put_standing(struct json_value *object, const struct gate_peer *peer);

/* Of schema PrinterStatus. */
struct json_value *json_printer_status(const struct gate_printer *printer);

/* Those of state->order: when it was opened, accepted, ready and handed over. */
void json_put_times(struct json_value *object, const struct state *state);

#endif
