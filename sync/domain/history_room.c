/* How much of an entity's events counts; declared in history.h. */
#include "sync/domain/history.h"

/* Nothing is left out of the row of what ends, so that its limits are those of the row. */
static const struct history_limits ends = {
    .log = {ENTITY_EVENTS_PER_LOG_MAX, HISTORY_LOG_BYTES_MAX},
    .all = {ENTITY_EVENTS_MAX, ENTITY_LOGS_MAX *HISTORY_LOG_BYTES_MAX},
};

static const struct history_limits lasts = {
    .log = {LASTING_EVENTS_PER_LOG_MAX, LASTING_LOG_BYTES_MAX},
    .all = {LASTING_EVENTS_MAX, HISTORY_BODY_BYTES_MAX},
};

/* What people say something of on every day of every season. */
static const bool is_lasting[KIND_LAST + 1] = {
    [KIND_POPUP] = true, [KIND_MENU] = true, [KIND_STALL] = true, [KIND_STATION] = true,
    [KIND_STAFF] = true, [KIND_TAX] = true,  [KIND_OFFER] = true, [KIND_PRINTER] = true,
};

const struct history_limits *history_limits(enum kind kind)
{
    return is_lasting[kind] ? &lasts : &ends;
}

/* Of @all, what is left to one: @most, or less where the others need it. */
static uint32_t share(uint32_t all, uint32_t taken, uint32_t kept, uint32_t most)
{
    const uint32_t gone = taken + kept;
    const uint32_t left = gone < all ? all - gone : 0;
    return left < most ? left : most;
}

struct history_room history_room_at(enum kind kind, uint32_t place,
                                    const struct history_room *taken)
{
    const struct history_limits *limits = history_limits(kind);
    const uint32_t later = ENTITY_LOGS_MAX - 1 - place;
    return (struct history_room){
        .events = share(limits->all.events, taken->events, later * ENTITY_EVENTS_PER_LOG_MAX,
                        limits->log.events),
        .bytes = share(limits->all.bytes, taken->bytes, later * HISTORY_LOG_BYTES_MAX,
                       limits->log.bytes),
    };
}

struct history_room history_room_salvaged(enum kind kind, const struct history_room *taken)
{
    const struct history_limits *limits = history_limits(kind);
    return (struct history_room){
        .events = share(limits->all.events, taken->events, 0, ends.all.events),
        .bytes = share(limits->all.bytes, taken->bytes, 0, limits->all.bytes),
    };
}

/* Going over logs by id. */
struct taking {
    enum kind kind;
    uint32_t place;
    struct history_room taken;
};

/* Whether the next log has room for @wanted, which it takes. */
static bool take(struct taking *taking, const struct history_room *wanted)
{
    if (taking->place == ENTITY_LOGS_MAX) {
        return false;
    }
    const struct history_room room = history_room_at(taking->kind, taking->place++, &taking->taken);
    taking->taken.events += wanted->events;
    taking->taken.bytes += wanted->bytes;
    return wanted->events <= room.events && wanted->bytes <= room.bytes;
}

bool history_has_room(const struct history *history, uint64_t log, const struct history_room *more)
{
    struct taking taking = {.kind = history->kind};
    bool is_taken = false;
    bool fits = true;
    for (uint32_t b = 0; b < history->branches_count; b++) {
        const struct history_branch *branch = &history->branches[b];
        struct history_room wanted = {branch->count, branch->bytes};
        if (!history_branch_is_own(branch)) {
            continue;
        }
        if (branch->log == log) {
            wanted.events += more->events;
            wanted.bytes += more->bytes;
        } else if (branch->log > log && !is_taken) {
            fits &= take(&taking, more);
        }
        is_taken |= branch->log >= log;
        fits &= take(&taking, &wanted);
    }
    return fits && (is_taken || take(&taking, more));
}
