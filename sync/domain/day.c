#include "sync/domain/day.h"

#include <string.h>

#include "sync/domain/body.h"
#include "sync/domain/order_events.h"

/* --- bytes --- */

void day_close_encode(const struct day_close *close, struct writer *writer)
{
    write_array(writer, 3);
    write_uint(writer, close->n);
    write_array(writer, close->frontier.count);
    for (uint32_t i = 0; i < close->frontier.count; i++) {
        const struct frontier_entry *entry = &close->frontier.entries[i];
        write_array(writer, 3);
        write_id64(writer, entry->log);
        write_uint(writer, entry->seq);
        write_bin(writer, entry->hash.bytes, sizeof entry->hash.bytes);
    }
    write_bin(writer, close->root.bytes, sizeof close->root.bytes);
}

bool frontier_read_entry(struct reader *reader, struct frontier *frontier)
{
    struct frontier_entry entry;
    (void)read_array(reader, 3, 3);
    entry.log = read_id64(reader);
    entry.seq = read_uint(reader, SEQ_MAX);
    read_fixed(reader, entry.hash.bytes, sizeof entry.hash.bytes);
    const bool is_ascending =
        frontier->count == 0 || frontier->entries[frontier->count - 1].log < entry.log;
    frontier->entries[frontier->count++] = entry;
    return entry.seq > 0 && is_ascending;
}

int day_close_decode(struct bytes body, struct day_close *ret_close)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 3);
    ret_close->n = read_uint(&reader, ORDER_DAY_MAX);
    ret_close->frontier.count = 0;
    const uint32_t count = read_array(&reader, 1, LOGS_MAX);
    for (uint32_t i = 0; i < count && reader.err == 0; i++) {
        if (!frontier_read_entry(&reader, &ret_close->frontier)) {
            reader_fail(&reader, ERR_MALFORMED);
        }
    }
    read_fixed(&reader, ret_close->root.bytes, sizeof ret_close->root.bytes);
    if (ret_close->n == 0) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    return body_end(&reader, unknown);
}

/* --- the frontier --- */

/* Where @log is, or where it belongs. */
static uint32_t entry_bound(const struct frontier *frontier, uint64_t log)
{
    uint32_t low = 0;
    uint32_t high = frontier->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (frontier->entries[middle].log < log) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct frontier_entry *frontier_find(const struct frontier *frontier, uint64_t log)
{
    const uint32_t at = entry_bound(frontier, log);
    return at < frontier->count && frontier->entries[at].log == log ? &frontier->entries[at] : NULL;
}

static bool is_further(const struct frontier_entry *a, const struct frontier_entry *b)
{
    return a->seq != b->seq ? a->seq > b->seq
                            : memcmp(a->hash.bytes, b->hash.bytes, HASH_BYTES) < 0;
}

/* Of more logs than there can be the lowest stay, as everywhere. */
static void frontier_join(struct frontier *frontier, const struct frontier_entry *entry)
{
    const uint32_t at = entry_bound(frontier, entry->log);
    struct frontier_entry *place = &frontier->entries[at];
    if (at < frontier->count && place->log == entry->log) {
        if (is_further(entry, place)) {
            *place = *entry;
        }
        return;
    }
    if (at == LOGS_MAX) {
        return;
    }
    frontier->count -= frontier->count == LOGS_MAX;
    memmove(place + 1, place, (frontier->count - at) * sizeof *place);
    *place = *entry;
    frontier->count++;
}

/* --- the fold --- */

void day_derive(const struct history *history, uint64_t n, struct day *ret_day)
{
    struct day_close close;
    ret_day->n = n;
    ret_day->is_closed = false;
    ret_day->closes_count = 0;
    ret_day->closed_t = 0;
    ret_day->frontier.count = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct history_event *event = &history->events[i];
        if (event->type != EVENT_DAY_CLOSE || day_close_decode(event->body, &close) != 0 ||
            close.n != n) {
            continue;
        }
        ret_day->is_closed = true;
        ret_day->closes_count++;
        ret_day->closed_t = event->t > ret_day->closed_t ? event->t : ret_day->closed_t;
        for (uint32_t e = 0; e < close.frontier.count; e++) {
            frontier_join(&ret_day->frontier, &close.frontier.entries[e]);
        }
    }
}
