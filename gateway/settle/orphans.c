#include "gateway/settle/orphans.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/base/crypto.h"

static uint64_t intent_hash(struct bytes intent)
{
    const struct bytes parts[] = {bytes_of_text("trestle/orphan/1"), intent};
    uint8_t hash[8];
    hash_parts(hash, sizeof hash, parts, sizeof parts / sizeof *parts);
    return get_be64(hash);
}

/* A new one when there is none; NULL: too many. */
static struct orphan_wait *wait_get(struct orphans *orphans, uint64_t intent, uint64_t now_ms)
{
    for (uint32_t i = 0; i < orphans->count; i++) {
        if (orphans->waits[i].intent == intent) {
            return &orphans->waits[i];
        }
    }
    if (orphans->count == ORPHANS_MAX) {
        return NULL;
    }
    struct orphan_wait *wait = &orphans->waits[orphans->count++];
    *wait = (struct orphan_wait){.intent = intent, .since_ms = now_ms};
    return wait;
}

void orphans_forget(struct orphans *orphans)
{
    orphans->count = 0;
}

void orphans_walk_begin(struct orphans *orphans)
{
    for (uint32_t i = 0; i < orphans->count; i++) {
        orphans->waits[i].is_here = false;
    }
}

uint64_t orphans_wait(struct orphans *orphans, const struct orphan *orphan, uint64_t now_ms)
{
    const uint64_t grace_ms = orphan->state == INTENT_HELD ? ORPHAN_HELD_MS : ORPHAN_OPEN_MS;
    struct orphan_wait *wait = wait_get(orphans, intent_hash(orphan->intent), now_ms);
    if (wait == NULL) {
        return UINT64_MAX;
    }
    wait->is_here = true;
    const uint64_t waited_ms = now_ms - wait->since_ms;
    return waited_ms < grace_ms ? grace_ms - waited_ms : 0;
}

void orphans_again(struct orphans *orphans, const struct orphan *orphan, uint64_t now_ms)
{
    struct orphan_wait *wait = wait_get(orphans, intent_hash(orphan->intent), now_ms);
    check(wait != NULL);
    wait->since_ms = now_ms;
}

void orphans_walk_end(struct orphans *orphans)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < orphans->count; i++) {
        if (orphans->waits[i].is_here) {
            orphans->waits[kept++] = orphans->waits[i];
        }
    }
    orphans->count = kept;
}

/* --- which orders are named --- */

/* The last bytes of an order's id are of a hash. */
static uint32_t mark_of(const struct entity_id *order)
{
    return get_be32(order->bytes + ENTITY_ID_BYTES - 4) % ORPHAN_MARKS;
}

void orphan_orders_clear(struct orphan_orders *orders)
{
    memset(orders, 0, sizeof *orders);
}

void orphan_orders_add(struct orphan_orders *orders, const struct entity_id *order)
{
    const uint32_t mark = mark_of(order);
    orders->marks[mark / 64] |= UINT64_C(1) << mark % 64;
}

bool orphan_orders_may_have(const struct orphan_orders *orders, const struct entity_id *order)
{
    const uint32_t mark = mark_of(order);
    return (orders->marks[mark / 64] >> mark % 64 & 1) != 0;
}
