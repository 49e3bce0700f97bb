/* stuck.h - orders that do not get on: whose next tick has not come within the pop-up's time.
 *
 * Layer: node. Counted from when this device first saw the order at its tick, by the node's
 * monotonic clock: wall clocks have no say. After a restart the count begins anew.
 */
#ifndef TRESTLE_NODE_API_STUCK_H
#define TRESTLE_NODE_API_STUCK_H

#include "sync/base/store.h"
#include "sync/domain/order.h"

enum {
    STUCK_ORDERS_MAX = 256, /* watched at once; the oldest days and ids first */
    STUCK_TOLD_MAX = 64,    /* named in one frame */
};

/* X(name, text): the ticks of an order in their order. */
#define TICKS(X)                                                                                   \
    X(TICK_HERE, "here")                                                                           \
    X(TICK_COPIES, "copies")                                                                       \
    X(TICK_SEEN, "seen")                                                                           \
    X(TICK_ACCEPTED, "accepted")

enum tick {
#define X(name, text) name,
    TICKS(X)
#undef X
        TICK_COUNT
};

struct stuck_order {
    struct entity_id id;
    enum tick awaited;
    struct operation changed; /* the newest change of its lines: another one counts anew */
    uint64_t since_s;
    bool is_there; /* in this look */
};

/* All zero is empty. */
struct stuck {
    uint64_t after_s; /* 0 = never */
    uint64_t now_s;
    uint32_t count;
    struct stuck_order orders[STUCK_ORDERS_MAX];
};

const char *tick_text(enum tick tick);

/* A look at all orders: begin, note each that waits for something, end. */
void stuck_begin(struct stuck *stuck, uint64_t after_s, uint64_t now_s);
void stuck_note(struct stuck *stuck, const struct order *order, enum tick awaited);
void stuck_end(struct stuck *stuck);

/* Whether row @at waits too long. */
bool stuck_is_late(const struct stuck *stuck, uint32_t at);

/* How many do. */
uint32_t stuck_count(const struct stuck *stuck);

/* The tick that order @id waits for too long; TICK_HERE when it does not. */
enum tick stuck_find(const struct stuck *stuck, const struct entity_id *id);

struct state;

/* Look at the store and the core's live facts. Where the store cannot be read nothing is forgotten:
 * the next look is a second away. */
void stuck_look(struct state *state, struct store_txn *txn);

#endif
