/* hand.h - whose hand did something: for who looks at the books later. It decides nothing.
 *
 * Layer: sync/domain (pure).
 */
#ifndef TRESTLE_SYNC_DOMAIN_HAND_H
#define TRESTLE_SYNC_DOMAIN_HAND_H

#include "sync/base/id.h"

struct hand {
    uint64_t by;         /* staff number; 0 = nobody was signed in */
    uint64_t log;        /* in which journal; 0 = it was not done */
    uint64_t t;          /* when, by its writer's clock */
    struct bytes reason; /* as it was said; borrowed as other texts */
};

#endif
