/* day.h - the close of a trading day: a logged fact about what its writer held.
 *
 * Layer: sync/domain (pure). Nothing stops when a day is closed: orders of that day that arrive
 * later stay valid, and are shown as late. Two devices that close the same day apart have both
 * closed it: the day's frontier is then, log by log, the further of the two.
 *
 *   day.close  [uint n, [[bin8 log, uint seq, bin32 hash], ...] ascending, bin32 state root]
 */
#ifndef TRESTLE_SYNC_DOMAIN_DAY_H
#define TRESTLE_SYNC_DOMAIN_DAY_H

#include "sync/domain/history.h"

/* How far a log counts, and the chain hash there. */
struct frontier_entry {
    uint64_t log, seq;
    struct hash hash;
};

/* Ascending by log, each log once. */
struct frontier {
    uint32_t count;
    struct frontier_entry entries[LOGS_MAX];
};

/* Add the next entry that @reader has; there is room. false: it names no event, or a log out of
 * order, and is added all the same. Whether it was an entry at all @reader says. */
bool frontier_read_entry(struct reader *reader, struct frontier *frontier);

struct day_close {
    uint64_t n; /* 1..ORDER_DAY_MAX */
    struct frontier frontier;
    struct hash root; /* replica_state_digest() at the close: for whoever has the same heads */
};

void day_close_encode(const struct day_close *close, struct writer *writer);
/* As the decoders of order_events.h. */
MUST_CHECK int day_close_decode(struct bytes body, struct day_close *ret_close);

/* Day @n as the pop-up's history tells. */
struct day {
    uint64_t n;
    bool is_closed;
    uint32_t closes_count;    /* by how many facts */
    uint64_t closed_t;        /* of the latest, by its writer's clock */
    struct frontier frontier; /* joined; on one seq with two hashes (a fork) the smaller */
};
void day_derive(const struct history *history, uint64_t n, struct day *ret_day);

/* The entry of @log, or NULL. */
const struct frontier_entry *frontier_find(const struct frontier *frontier, uint64_t log);

/* Whether what @log wrote at @seq came after the day was closed. */
static inline bool day_is_late(const struct day *day, uint64_t log, uint64_t seq)
{
    const struct frontier_entry *entry = frontier_find(&day->frontier, log);
    return day->is_closed && (entry == NULL || seq > entry->seq);
}

#endif
