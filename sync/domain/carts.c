/* Which carts there are, and whose places others may take. */
#include "sync/base/check.h"
#include "sync/domain/cart.h"

/* Its place; count when there is none. */
static uint32_t slot_find(const struct carts *carts, uint64_t session)
{
    uint32_t at = 0;
    while (at < carts->count && carts->slots[at].session != session) {
        at++;
    }
    return at;
}

static bool slot_is_of(const struct cart_slot *slot, uint64_t origin)
{
    return origin == 0 || slot->origin == origin;
}

/* Of those from @origin, or of all (0); there is one. */
static uint32_t slot_oldest(const struct carts *carts, uint64_t origin)
{
    uint32_t oldest = carts->count;
    for (uint32_t i = 0; i < carts->count; i++) {
        const struct cart_slot *slot = &carts->slots[i];
        const bool is_older =
            oldest == carts->count || slot->used_mono_ms < carts->slots[oldest].used_mono_ms;
        oldest = slot_is_of(slot, origin) && is_older ? i : oldest;
    }
    return oldest;
}

static bool slot_is_older(const struct cart_slot *slot, uint64_t now_mono_ms, uint64_t ms)
{
    return (int64_t)now_mono_ms - slot->used_mono_ms >= (int64_t)ms;
}

static bool is_crowd(const struct carts *carts, uint64_t origin)
{
    uint32_t neighbours = 0;
    for (uint32_t i = 0; i < carts->count; i++) {
        neighbours += origin != 0 && carts->slots[i].origin == origin;
    }
    return neighbours >= CARTS_ORIGIN_MAX;
}

/* The session's own place, a new one (count), or that of an idle one. */
static int slot_choose(const struct carts *carts, uint64_t session, uint64_t origin,
                       uint64_t now_mono_ms, uint32_t *ret_at)
{
    *ret_at = slot_find(carts, session);
    const bool has_many = *ret_at == carts->count && is_crowd(carts, origin);
    if (*ret_at < carts->count || (!has_many && carts->count < CARTS_MAX)) {
        return 0;
    }
    *ret_at = slot_oldest(carts, has_many ? origin : 0);
    if (slot_is_older(&carts->slots[*ret_at], now_mono_ms, CART_IDLE_MS)) {
        return 0;
    }
    return has_many ? ERR_LIMIT : ERR_BUSY;
}

int carts_room(const struct carts *carts, uint64_t session, uint64_t origin, uint64_t now_mono_ms)
{
    uint32_t at;
    return slot_choose(carts, session, origin, now_mono_ms, &at);
}

uint64_t carts_use(struct carts *carts, uint64_t session, uint64_t origin, uint64_t now_mono_ms)
{
    uint32_t at;
    check(slot_choose(carts, session, origin, now_mono_ms, &at) == 0);
    struct cart_slot *slot = &carts->slots[at];
    if (at == carts->count) {
        carts->count++;
        *slot = (struct cart_slot){.session = 0};
    }
    const uint64_t before = slot->session;
    if (before != session || slot->origin == 0) {
        slot->origin = origin;
    }
    slot->session = session;
    slot->used_mono_ms = (int64_t)now_mono_ms;
    return before == session ? 0 : before;
}

uint64_t carts_restore(struct carts *carts, uint64_t session, int64_t used_mono_ms)
{
    const struct cart_slot slot = {.session = session, .used_mono_ms = used_mono_ms};
    if (carts->count < CARTS_MAX) {
        carts->slots[carts->count++] = slot;
        return 0;
    }
    struct cart_slot *oldest = &carts->slots[slot_oldest(carts, 0)];
    if (oldest->used_mono_ms >= used_mono_ms) {
        return session;
    }
    const uint64_t dropped = oldest->session;
    *oldest = slot;
    return dropped;
}

bool carts_ended(const struct carts *carts, uint64_t now_mono_ms, uint64_t *ret_session)
{
    for (uint32_t i = 0; i < carts->count; i++) {
        if (slot_is_older(&carts->slots[i], now_mono_ms, CART_LIFE_MS)) {
            *ret_session = carts->slots[i].session;
            return true;
        }
    }
    return false;
}

void carts_drop(struct carts *carts, uint64_t session)
{
    const uint32_t at = slot_find(carts, session);
    if (at < carts->count) {
        carts->slots[at] = carts->slots[--carts->count];
    }
}

bool carts_is_fresh(const struct carts *carts, uint64_t session, uint64_t now_mono_ms, uint64_t ms)
{
    const uint32_t at = slot_find(carts, session);
    return at < carts->count && !slot_is_older(&carts->slots[at], now_mono_ms, ms);
}
