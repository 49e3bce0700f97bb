/* tickets.h - a token's stand-in for one handshake: scripts of a browser cannot give a WebSocket
 * headers, and what stands in a path or a subprotocol is short or is kept in logs.
 *
 * Layer: node. Random, good once and for TICKET_LIFE_MS, at the node that gave it. When there are
 * too many the oldest goes.
 */
#ifndef TRESTLE_NODE_ACCESS_TICKETS_H
#define TRESTLE_NODE_ACCESS_TICKETS_H

#include "node/access/caller.h"

enum {
    TICKETS_MAX = 64,
    TICKET_BYTES = 16,
    TICKET_TEXT_BYTES = 2 * TICKET_BYTES, /* hex */
    TICKET_LIFE_MS = 30 * 1000,
};

struct ticket {
    uint64_t until_ms; /* monotonic; 0 = none */
    uint8_t number[TICKET_BYTES];
    struct caller caller;
};

/* All zero: none. */
struct tickets {
    uint32_t next;
    struct ticket tickets[TICKETS_MAX];
};

/* NUL-ended. */
void tickets_give(struct tickets *tickets, const struct caller *caller, uint64_t now_ms,
                  char ret_text[TICKET_TEXT_BYTES + 1]);

/* Whose it is; from now on it is none. False: it never was one, or is none any more. */
bool tickets_take(struct tickets *tickets, struct bytes text, uint64_t now_ms,
                  struct caller *ret_caller);

#endif
