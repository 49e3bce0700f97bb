#include "node/stream/live_follow.h"

#include <stdlib.h>

#include "node/os/entropy.h"
#include "sync/base/check.h"

enum { CHAINS_MIN = 64 };

void live_index_init(struct live_index *index)
{
    *index = (struct live_index){.count = 0};
    for (size_t i = 0; i < sizeof index->keys / sizeof index->keys[0]; i++) {
        index->keys[i] = entropy_u64() | 1;
    }
}

void live_index_close(struct live_index *index)
{
    free(index->chains);
    index->chains = NULL;
}

/* Multiply and shift: who does not know the keys cannot choose orders that share a chain. */
static size_t chain_of(const struct live_index *index, const struct entity_id *order)
{
    const uint64_t high = get_be64(order->bytes) * index->keys[0];
    const uint64_t low = get_be64(order->bytes + 4) * index->keys[1];
    return (size_t)(((high ^ low) * index->keys[2]) >> 32) & (index->chains_count - 1);
}

static void link_follow(struct live_index *index, struct live_follow *follow)
{
    struct live_follow **chain = &index->chains[chain_of(index, &follow->order)];
    follow->next = *chain;
    *chain = follow;
}

static void unlink_follow(struct live_index *index, const struct live_follow *follow)
{
    struct live_follow **at = &index->chains[chain_of(index, &follow->order)];
    while (*at != follow) {
        at = &(*at)->next;
    }
    *at = follow->next;
}

static void grow(struct live_index *index)
{
    struct live_follow **before = index->chains;
    const size_t count = index->chains_count;
    index->chains_count = count == 0 ? CHAINS_MIN : count * 2;
    index->chains = calloc(index->chains_count, sizeof(struct live_follow *));
    check(index->chains != NULL);
    for (size_t i = 0; i < count; i++) {
        for (struct live_follow *at = before[i]; at != NULL;) {
            struct live_follow *next = at->next;
            link_follow(index, at);
            at = next;
        }
    }
    free(before);
}

static void drop_all(struct live_index *index, struct live *live)
{
    for (uint32_t i = 0; i < live->follows_count; i++) {
        unlink_follow(index, &live->follows[i]);
    }
    index->count -= live->follows_count;
    free(live->follows);
    live->follows = NULL;
    live->follows_count = 0;
}

void live_index_set(struct live_index *index, struct live *live, const struct entity_id *orders,
                    uint32_t count)
{
    drop_all(index, live);
    if (count == 0) {
        return;
    }
    while (index->count + count > index->chains_count) {
        grow(index);
    }
    live->follows = calloc(count, sizeof *live->follows);
    check(live->follows != NULL);
    for (uint32_t i = 0; i < count; i++) {
        live->follows[i] = (struct live_follow){.live = live, .order = orders[i], .is_dirty = true};
        link_follow(index, &live->follows[i]);
    }
    live->follows_count = count;
    index->count += count;
}

static struct live_follow *find_from(struct live_follow *at, const struct entity_id *order)
{
    while (at != NULL && !entity_id_equal(&at->order, order)) {
        at = at->next;
    }
    return at;
}

struct live_follow *live_index_first(const struct live_index *index, const struct entity_id *order)
{
    return index->count == 0 ? NULL : find_from(index->chains[chain_of(index, order)], order);
}

struct live_follow *live_index_next(const struct live_follow *at)
{
    return find_from(at->next, &at->order);
}
