/* live_follow.h - who follows which order: an index from orders to the connections of phones.
 *
 * Layer: node. Used by live.c alone. It grows with what is in it; the hash is keyed, as strangers
 * choose what they follow.
 */
#ifndef TRESTLE_NODE_API_LIVE_FOLLOW_H
#define TRESTLE_NODE_API_LIVE_FOLLOW_H

#include "node/figures/line_up.h"
#include "node/stream/live.h"

/* A connection follows an order, which may be another's or not be there. */
struct live_follow {
    struct live_follow *next; /* in its chain */
    struct live *live;
    struct entity_id order;
    bool is_dirty;           /* it is to be told */
    bool is_waiting;         /* it was told as one that the kitchen has to do, at ... */
    uint64_t opened_t;       /* its opening */
    struct line_place place; /* told; the range from the opening on, without what cooks say */
};

struct live_index {
    uint64_t keys[3]; /* random, odd */
    size_t count, chains_count;
    struct live_follow **chains;
};

void live_index_init(struct live_index *index);
void live_index_close(struct live_index *index);

/* From now on @live follows the @count orders, all to be told, and none of those before. */
void live_index_set(struct live_index *index, struct live *live, const struct entity_id *orders,
                    uint32_t count);

/* The first that follows @order, or the next after @at of the same; NULL at the end. */
struct live_follow *live_index_first(const struct live_index *index, const struct entity_id *order);
struct live_follow *live_index_next(const struct live_follow *at);

#endif
