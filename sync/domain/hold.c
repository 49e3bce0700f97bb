#include "sync/domain/hold.h"

#include <stddef.h>

#include "sync/base/check.h"

static bool is_held(const struct hold *hold, uint64_t now_mono_ms)
{
    return !hold->is_sold && hold->until_mono_ms > now_mono_ms;
}

static void drop(struct holds *holds, uint32_t at)
{
    holds->holds[at] = holds->holds[--holds->count];
}

void hold_drop_ended(struct holds *holds, uint64_t now_mono_ms)
{
    for (uint32_t i = holds->count; i > 0; i--) {
        if (!holds->holds[i - 1].is_sold && !is_held(&holds->holds[i - 1], now_mono_ms)) {
            drop(holds, i - 1);
        }
    }
}

static struct hold *find(struct holds *holds, uint64_t session, uint64_t item)
{
    for (uint32_t i = 0; i < holds->count; i++) {
        struct hold *hold = &holds->holds[i];
        if (!hold->is_sold && hold->session == session && hold->item == item) {
            return hold;
        }
    }
    return NULL;
}

static uint64_t units_of_session(const struct holds *holds, uint64_t session)
{
    uint64_t units = 0;
    for (uint32_t i = 0; i < holds->count; i++) {
        units += holds->holds[i].session == session ? holds->holds[i].units : 0;
    }
    return units;
}

/* Of the others who come from there. */
static uint32_t count_of_origin(const struct holds *holds, uint64_t session, uint64_t origin)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < holds->count; i++) {
        const struct hold *hold = &holds->holds[i];
        count +=
            origin != 0 && hold->origin == origin && (hold->session != session || hold->is_sold);
    }
    return count;
}

int hold_set(struct holds *holds, uint64_t session, uint64_t origin, uint64_t item, uint64_t units,
             uint64_t now_mono_ms, uint64_t ms)
{
    hold_drop_ended(holds, now_mono_ms);
    struct hold *hold = find(holds, session, item);
    const uint64_t others = units_of_session(holds, session) - (hold != NULL ? hold->units : 0);
    if (units > HOLD_SESSION_UNITS_MAX || others > HOLD_SESSION_UNITS_MAX - units) {
        return ERR_LIMIT;
    }
    if (units == 0) {
        if (hold != NULL) {
            drop(holds, (uint32_t)(hold - holds->holds));
        }
        return 0;
    }
    if (hold == NULL && holds->count == HOLDS_MAX) {
        return ERR_TOO_MANY;
    }
    if (hold == NULL) {
        hold = &holds->holds[holds->count++];
    }
    *hold = (struct hold){.session = session,
                          .origin = origin,
                          .item = item,
                          .units = units,
                          .until_mono_ms = now_mono_ms + (ms < HOLD_MS_MAX ? ms : HOLD_MS_MAX)};
    return 0;
}

/* Whether @session may have @wants instead of what it holds. */
static int check_wants(const struct holds *holds, uint64_t session, uint64_t origin,
                       const struct hold_want *wants, uint32_t count)
{
    uint64_t units = hold_session_sold(holds, session);
    uint32_t others = 0;
    for (uint32_t i = 0; i < holds->count; i++) {
        others += holds->holds[i].session != session || holds->holds[i].is_sold;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (wants[i].units > HOLD_SESSION_UNITS_MAX) {
            return ERR_LIMIT;
        }
        units += wants[i].units;
    }
    if (units > HOLD_SESSION_UNITS_MAX) {
        return ERR_LIMIT;
    }
    if (count_of_origin(holds, session, origin) + count > HOLDS_ORIGIN_MAX) {
        return ERR_LIMIT;
    }
    return count <= HOLDS_MAX - others ? 0 : ERR_TOO_MANY;
}

int hold_replace(struct holds *holds, uint64_t session, uint64_t origin,
                 const struct hold_want *wants, uint32_t count, uint64_t now_mono_ms, uint64_t ms)
{
    hold_drop_ended(holds, now_mono_ms);
    const int err = check_wants(holds, session, origin, wants, count);
    if (err != 0) {
        return err;
    }
    hold_release(holds, session);
    for (uint32_t i = 0; i < count; i++) {
        check(hold_set(holds, session, origin, wants[i].item, wants[i].units, now_mono_ms, ms) ==
              0);
    }
    return 0;
}

void hold_sell(struct holds *holds, uint64_t session, uint64_t origin,
               const struct entity_id *order, const struct hold_want *wants, uint32_t count)
{
    hold_release(holds, session);
    for (uint32_t i = 0; i < count && holds->count < HOLDS_MAX; i++) {
        holds->holds[holds->count++] = (struct hold){.session = session,
                                                     .origin = origin,
                                                     .item = wants[i].item,
                                                     .units = wants[i].units,
                                                     .is_sold = true,
                                                     .order = *order};
    }
}

void hold_settle(struct holds *holds, const struct entity_id *order)
{
    for (uint32_t i = holds->count; i > 0; i--) {
        const struct hold *hold = &holds->holds[i - 1];
        if (hold->is_sold && entity_id_equal(&hold->order, order)) {
            drop(holds, i - 1);
        }
    }
}

void hold_release(struct holds *holds, uint64_t session)
{
    for (uint32_t i = holds->count; i > 0; i--) {
        if (holds->holds[i - 1].session == session && !holds->holds[i - 1].is_sold) {
            drop(holds, i - 1);
        }
    }
}

uint64_t hold_units(const struct holds *holds, uint64_t item, uint64_t session,
                    uint64_t now_mono_ms)
{
    uint64_t units = 0;
    for (uint32_t i = 0; i < holds->count; i++) {
        const struct hold *hold = &holds->holds[i];
        if (hold->item == item && hold->session != session && is_held(hold, now_mono_ms)) {
            units += hold->units;
        }
    }
    return units;
}

uint64_t hold_units_of(const struct holds *holds, uint64_t item, uint64_t session,
                       uint64_t now_mono_ms)
{
    uint64_t units = 0;
    for (uint32_t i = 0; i < holds->count; i++) {
        const struct hold *hold = &holds->holds[i];
        if (hold->item == item && hold->session == session && is_held(hold, now_mono_ms)) {
            units += hold->units;
        }
    }
    return units;
}

uint64_t hold_units_sold(const struct holds *holds, uint64_t item)
{
    uint64_t units = 0;
    for (uint32_t i = 0; i < holds->count; i++) {
        const struct hold *hold = &holds->holds[i];
        units += hold->is_sold && hold->item == item ? hold->units : 0;
    }
    return units;
}

uint64_t hold_session_sold(const struct holds *holds, uint64_t session)
{
    uint64_t units = 0;
    for (uint32_t i = 0; i < holds->count; i++) {
        const struct hold *hold = &holds->holds[i];
        units += hold->is_sold && hold->session == session ? hold->units : 0;
    }
    return units;
}
