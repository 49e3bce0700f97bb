/* json_guest.h - what customers are told: their quote, and where their order stands.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_API_JSON_GUEST_H
#define TRESTLE_NODE_API_JSON_GUEST_H

#include "node/api/state.h"
#include "node/json/json.h"

struct annex; /* node/api/annex.h */

/* What the page on which customers order begins with. @annex: NULL = nobody pays by card here, and
 * nobody is told of anything. What state_popup() and state_item() say. */
MUST_CHECK int json_order_page(struct state *state, struct store_txn *txn,
                               const struct annex *annex, struct json_value **ret_value);

/* Of state->quote and state->popup, which were read, and state->station_load, which was looked at
 * before. ERR_SPOILT. */
MUST_CHECK int json_quote(const struct state *state, struct moment now,
                          struct json_value **ret_value);

/* Of state->order, which was read after state->line_up was looked at, and state->review, which was
 * read after it. */
struct json_value *json_purchase(const struct state *state, int64_t now_wall_ms);

/* Of state->order, which was read: what its customer keeps of it. */
struct json_value *json_bill(const struct state *state);

/* "reserved_for_ms" and "kept_for_ms" of state->order, where they are known. */
void json_put_ends(struct json_value *object, const struct state *state);
/* Whether one is: such an order tells another time each minute, though nothing of it changed. */
bool json_has_ends(const struct state *state);

#endif
