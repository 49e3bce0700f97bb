/* json_live.h - what customers' phones say on /ws, read; and what all of them are told.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_API_JSON_LIVE_H
#define TRESTLE_NODE_API_JSON_LIVE_H

#include "node/access/token.h"
#include "node/stream/live.h"

/* A message of theirs. */
struct live_message {
    char token[TOKEN_TEXT_MAX];    /* of the first one alone; NUL-ended */
    char cursor[CURSOR_BYTES_MAX]; /* "" = none */
    bool has_menu;                 /* it wants only what changes of it */
    uint32_t orders_count;
    struct entity_id orders[LIVE_ORDERS_MAX];
};

/* @is_first: it has to say who it is. Numbered once, whatever stands there twice. ERR_MALFORMED. */
MUST_CHECK int json_live_read(struct bytes text, bool is_first, struct live_message *ret_message);

/* The queue before one who orders now. */
struct json_value *json_live_queue(const struct line_up *line_up);

struct json_value *json_live_beat(int64_t now_wall_ms);

#endif
