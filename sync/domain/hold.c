#include "sync/domain/hold.h"

#include <stdbool.h>
#include <stddef.h>

static bool is_alive(const struct hold *hold, uint64_t now_mono_ms)
{
    return hold->until_mono_ms > now_mono_ms;
}

static void drop(struct holds *holds, uint32_t at)
{
    holds->holds[at] = holds->holds[--holds->count];
}

static void drop_dead(struct holds *holds, uint64_t now_mono_ms)
{
    for (uint32_t i = holds->count; i > 0; i--) {
        if (!is_alive(&holds->holds[i - 1], now_mono_ms)) {
            drop(holds, i - 1);
        }
    }
}

static struct hold *find(struct holds *holds, uint64_t session, uint64_t item)
{
    for (uint32_t i = 0; i < holds->count; i++) {
        if (holds->holds[i].session == session && holds->holds[i].item == item) {
            return &holds->holds[i];
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

int hold_set(struct holds *holds, uint64_t session, uint64_t item, uint64_t units,
             uint64_t now_mono_ms, uint64_t ms)
{
    drop_dead(holds, now_mono_ms);
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
                          .item = item,
                          .units = units,
                          .until_mono_ms = now_mono_ms + (ms < HOLD_MS_MAX ? ms : HOLD_MS_MAX)};
    return 0;
}

void hold_release(struct holds *holds, uint64_t session)
{
    for (uint32_t i = holds->count; i > 0; i--) {
        if (holds->holds[i - 1].session == session) {
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
        if (hold->item == item && hold->session != session && is_alive(hold, now_mono_ms)) {
            units += hold->units;
        }
    }
    return units;
}
