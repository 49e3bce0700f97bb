/* What the trading day comes to, for the offices: made anew when something changed, for all of them
 * at once, and so seldom that a long day costs the others little. */
#include "node/figures/day_report.h"
#include "node/json/json_build.h"
#include "node/json/json_money.h"
#include "node/os/clock.h"
#include "node/stream/stream_parts.h"

enum {
    PAUSE_MS = 1000,
    PART_OF_TIME = 20 /* at most one part in so many is spent on it */
};

static int totals_print(struct streams *streams, struct store_txn *txn, int64_t now_ms)
{
    struct state *state = streams->state;
    struct report report;
    struct report_extent extent;
    int err = state_popup(state, txn);
    const uint64_t day = state->popup.day;
    err = err == 0 ? day_report(state, txn, day, &report, &extent) : err;
    if (err != 0) {
        return err;
    }
    struct json_value *value = json_new_object();
    json_put_string(value, "type", "totals");
    json_put(value, "report", json_report(&report, day, &extent, &state->live));
    json_put_int(value, "now", now_ms);
    streams->totals.is_remaking = extent.is_remaking;
    text_clear(&streams->totals.json);
    json_print(value, &streams->totals.json);
    return 0;
}

static int totals_make(struct streams *streams, struct store_txn *txn, int64_t now_ms)
{
    struct stream_totals *totals = &streams->totals;
    const uint64_t begun_ms = clock_mono_ms();
    const int err = totals_print(streams, txn, now_ms);
    const uint64_t ended_ms = clock_mono_ms();
    totals->due_ms = ended_ms + PAUSE_MS + (ended_ms - begun_ms) * PART_OF_TIME;
    totals->version += err == 0 ? 1 : 0;
    return err;
}

/* As of now, or of a moment ago. */
static int totals_look(struct streams *streams, struct store_txn *txn, int64_t now_ms)
{
    struct stream_totals *totals = &streams->totals;
    const uint64_t moved = streams->state->live.moved;
    struct cursor now;
    int err = cursor_now(txn, &now);
    /* While rows are made right they change, and at its end none does. */
    const bool is_same = totals->version > 0 && now.change == totals->change &&
                         moved == totals->moved && !totals->is_remaking;
    if (err != 0 || is_same || (totals->version > 0 && clock_mono_ms() < totals->due_ms)) {
        return err;
    }
    err = totals_make(streams, txn, now_ms);
    if (err == 0) {
        totals->change = now.change;
        totals->moved = moved;
    }
    return err;
}

int stream_next_totals(struct streams *streams, struct stream *stream, struct store_txn *txn,
                       int64_t now_ms, struct text *frame)
{
    const int err = totals_look(streams, txn, now_ms);
    if (err == 0 && stream->totals_sent != streams->totals.version) {
        stream->totals_sent = streams->totals.version;
        text_append(frame, streams->totals.json.data, streams->totals.json.size);
    }
    return err;
}
