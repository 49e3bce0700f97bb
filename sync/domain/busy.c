#include "sync/domain/busy.h"

#include "sync/domain/record.h"

static bool is_to_make(const struct order_line *line, struct bytes station)
{
    return line->is_active && line->progress != LINE_DONE && bytes_equal(line->station, station);
}

uint32_t busy_units(const struct order *order, struct bytes station)
{
    const bool is_waiting = order->phase == PHASE_PLACED || order->phase == PHASE_ACCEPTED ||
                            order->phase == PHASE_COOKING;
    uint32_t units = 0;
    for (uint32_t i = 0; i < order->lines_count && is_waiting && station.size > 0; i++) {
        const struct order_line *line = &order->lines[i];
        const uint32_t quantity = (uint32_t)line->quantity;
        if (is_to_make(line, station) && quantity > line->handed) {
            units += quantity - line->handed;
        }
    }
    return units;
}

enum busy busy_judge(uint32_t throttle, uint32_t load)
{
    if (throttle >= STATION_THROTTLE_NONE || load <= throttle) {
        return BUSY_NOT;
    }
    return load <= throttle * BUSY_SPANS_MAX ? BUSY_SLOW : BUSY_FULL;
}

uint32_t busy_said(const struct record *station, uint64_t now_ms)
{
    const uint64_t until_ms = (uint64_t)record_number(station, STATION_BUSY_UNTIL);
    const bool holds = until_ms > now_ms && until_ms - now_ms <= UINT64_C(2) * BUSY_SAID_MS_MAX;
    return holds ? (uint32_t)record_number(station, STATION_BUSY) : 0;
}

enum busy busy_judge_said(uint32_t said)
{
    return said == 0 ? BUSY_NOT : said == (uint32_t)BUSY_CLOSED ? BUSY_FULL : BUSY_SLOW;
}

/* What is begun in one span may end in the next; a long wait is known less well than a short. */
void busy_range(uint32_t throttle, uint32_t units, uint64_t *ret_low_ms, uint64_t *ret_high_ms)
{
    const uint64_t spans = units / throttle > 0 ? units / throttle : 1;
    *ret_low_ms = spans * BUSY_SPAN_MS;
    *ret_high_ms = (spans + 1 + spans / 4) * BUSY_SPAN_MS;
}
