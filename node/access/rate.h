/* rate.h - how often one client may ask: a bucket for each (client, class) that fills again with
 * time.
 *
 * Layer: node (pure but for the key of its hash). The table has a fixed size: who is new takes the
 * place that matters least of a few, so a flood of clients makes us forget limits, never grow.
 */
#ifndef TRESTLE_NODE_ACCESS_RATE_H
#define TRESTLE_NODE_ACCESS_RATE_H

#include "sync/base/bytes.h"
#include "sync/base/err.h"

enum { RATE_SETS = 256, RATE_WAYS = 4, RATE_KEY_BYTES = 16 };

struct rate_bucket {
    uint64_t client;  /* hash; 0 = free */
    uint64_t full_ms; /* when it is full again, monotonic: the later the emptier */
};

/* All zero but the key: nobody has asked. */
struct rates {
    uint8_t key[RATE_KEY_BYTES]; /* random: nobody can choose whom to share a place with */
    struct rate_bucket buckets[RATE_SETS][RATE_WAYS];
};

/* How many a second, how many at once. */
struct rate_limit {
    uint32_t per_s, burst;
};

void rates_init(struct rates *rates);

/* One more of @client in class @class_. 0; ERR_LIMIT: not before @ret_wait_ms. */
MUST_CHECK int rates_take(struct rates *rates, unsigned class_, struct bytes client,
                          struct rate_limit limit, uint64_t now_ms, uint64_t *ret_wait_ms);

#endif
