#include "sync/domain/order_fold.h"

#include <string.h>

#include "sync/domain/order_events.h"

/* --- what counts --- */

bool fold_has(const struct fold *fold, uint32_t index, uint32_t type)
{
    return fold->history->events[index].type == type && !fold->is_undone[index] &&
           (fold->view == FOLD_ALL || history_saw(fold->history, (uint32_t)fold->view, index));
}

bool fold_refusal_get(const struct fold *fold, uint32_t index, struct order_refuse *ret_refuse)
{
    return (fold_has(fold, index, EVENT_REFUSE) || fold_has(fold, index, EVENT_LAPSE)) &&
           order_refuse_decode(fold->history->events[index].body, ret_refuse) == 0;
}

struct hand fold_hand(const struct fold *fold, uint32_t index, struct bytes reason)
{
    const struct history_event *event = &fold->history->events[index];
    return (struct hand){.by = event->by, .log = event->id.log, .t = event->t, .reason = reason};
}

bool fold_is_concurrent(const struct fold *fold, uint32_t a, uint32_t b)
{
    return !history_saw(fold->history, a, b) && !history_saw(fold->history, b, a);
}

/* --- undoing: exactly what is named, or, for a reinstatement, the cancels it had seen --- */

static bool is_recallable(uint32_t type)
{
    return type == EVENT_ACCEPT || type == EVENT_REFUSE || type == EVENT_LAPSE ||
           type == EVENT_START || type == EVENT_DONE;
}

static void undo_named(struct fold *fold, uint32_t index)
{
    const bool is_recall = fold->history->events[index].type == EVENT_RECALL;
    struct order_undo undo;
    if (order_undo_decode(fold->history->events[index].body, &undo) != 0) {
        return;
    }
    for (uint32_t i = 0; i < undo.operations.count; i++) {
        const int32_t at = history_find(fold->history, &undo.operations.operations[i]);
        if (at == FOLD_NONE) {
            continue;
        }
        const uint32_t type = fold->history->events[at].type;
        fold->is_undone[at] |= is_recall ? is_recallable(type) : type == EVENT_HANDED;
    }
}

static void undo_cancels(struct fold *fold, uint32_t index)
{
    for (uint32_t i = 0; i < fold->history->count; i++) {
        if (fold->history->events[i].type == EVENT_CANCEL && history_saw(fold->history, index, i)) {
            fold->is_undone[i] = true;
        }
    }
}

void fold_begin(struct fold *fold, const struct history *history, int32_t view)
{
    fold->history = history;
    fold->view = view;
    fold->is_cut_short = history->is_cut_short;
    fold->lines_count = 0;
    fold->edits_count = 0;
    memset(fold->is_undone, 0, history->count * sizeof fold->is_undone[0]);
    for (uint32_t i = 0; i < history->count; i++) {
        if (fold_has(fold, i, EVENT_RECALL) || fold_has(fold, i, EVENT_UNHAND)) {
            undo_named(fold, i);
        } else if (fold_has(fold, i, EVENT_REINSTATE)) {
            undo_cancels(fold, i);
        }
    }
}

/* --- which lines there are --- */

int32_t fold_line_find(const struct fold *fold, uint32_t id)
{
    for (uint32_t i = 0; i < fold->lines_count; i++) {
        if (fold->lines[i].id == id) {
            return (int32_t)i;
        }
    }
    return FOLD_NONE;
}

uint64_t fold_line_bits(const struct fold *fold, const struct line_ids *ids)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < ids->count; i++) {
        const int32_t at = fold_line_find(fold, ids->ids[i]);
        bits |= at == FOLD_NONE ? 0 : UINT64_C(1) << (unsigned)at;
    }
    return bits;
}

/* A second line.add of the same line: the same retried elsewhere, or a rival. The smallest
 * operation's stands, which came first in the history: no clock may decide what is charged. */
static void add_again(const struct fold *fold, struct fold_line *line, uint32_t index)
{
    const struct history_event *events = fold->history->events;
    line->has_rival |= !bytes_equal(events[line->added_at].body, events[index].body);
}

/* Into its place by id; of too many the lowest ids stay. */
static void add_first(struct fold *fold, uint32_t id, uint32_t index, int32_t quantity)
{
    uint32_t at = fold->lines_count;
    while (at > 0 && fold->lines[at - 1].id > id) {
        at--;
    }
    if (fold->lines_count == ORDER_LINES_MAX) {
        fold->is_cut_short = true;
        if (at == ORDER_LINES_MAX) {
            return;
        }
        fold->lines_count--;
    }
    memmove(&fold->lines[at + 1], &fold->lines[at],
            (fold->lines_count - at) * sizeof fold->lines[0]);
    fold->lines[at] = (struct fold_line){.id = id,
                                         .added_at = index,
                                         .quantity_added = quantity,
                                         .quantity = quantity,
                                         .quantity_wished = quantity,
                                         .done_t = UINT64_MAX};
    memset(fold->lines[at].facts_saw, 0xff, sizeof fold->lines[at].facts_saw);
    fold->lines_count++;
}

/* Lines an order was placed with have small ids that count up; later ones have the top bit set. The
 * order is one of money as well: it settles who gets the odd cent of a discount. */
static bool is_before(const struct fold *fold, const struct fold_line *a, const struct fold_line *b)
{
    const uint32_t later = UINT32_C(1) << 31;
    if (((a->id | b->id) & later) == 0 || ((a->id ^ b->id) & later) != 0) {
        return a->id < b->id;
    }
    return history_compare_seen(fold->history, a->added_at, b->added_at) < 0;
}

static void sort_lines(struct fold *fold)
{
    for (uint32_t i = 1; i < fold->lines_count; i++) {
        const struct fold_line moving = fold->lines[i];
        uint32_t at = i;
        while (at > 0 && is_before(fold, &moving, &fold->lines[at - 1])) {
            fold->lines[at] = fold->lines[at - 1];
            at--;
        }
        fold->lines[at] = moving;
    }
}

void fold_lines(struct fold *fold)
{
    struct line_add add;
    for (uint32_t i = 0; i < fold->history->count; i++) {
        if (!fold_has(fold, i, EVENT_LINE_ADD) ||
            line_add_decode(fold->history->events[i].body, &add) != 0) {
            continue;
        }
        const int32_t at = fold_line_find(fold, add.line);
        if (at == FOLD_NONE) {
            add_first(fold, add.line, i, (int32_t)add.quantity);
        } else {
            add_again(fold, &fold->lines[at], i);
        }
    }
    sort_lines(fold);
}

/* --- facts --- */

/* Note that event @index is a fact about @line: edits that it had not seen come too late. */
static void note_fact(struct fold *fold, struct fold_line *line, uint32_t index)
{
    const uint64_t *saw = fold->history->saw[index];
    fold->fact_lines[index] |= UINT64_C(1) << (unsigned)(line - fold->lines);
    line->is_started = true;
    for (uint32_t b = 0; b < fold->history->branches_count; b++) {
        line->facts_saw[b] = saw[b] < line->facts_saw[b] ? saw[b] : line->facts_saw[b];
    }
}

static void note_done(struct fold *fold, struct fold_line *line, uint32_t index)
{
    const uint64_t t = fold->history->events[index].t;
    note_fact(fold, line, index);
    line->is_done = true;
    line->done_t = t < line->done_t ? t : line->done_t;
}

static void note_progress(struct fold *fold, uint32_t index, bool is_done)
{
    struct order_progress progress;
    if (order_progress_decode(fold->history->events[index].body, &progress) != 0) {
        return;
    }
    for (uint32_t i = 0; i < progress.lines.count; i++) {
        const int32_t at = fold_line_find(fold, progress.lines.ids[i]);
        if (at == FOLD_NONE) {
            continue;
        }
        if (is_done) {
            note_done(fold, &fold->lines[at], index);
        } else {
            note_fact(fold, &fold->lines[at], index);
        }
    }
}

/* What was handed over was made, whoever forgot to say so. */
static void note_handed(struct fold *fold, uint32_t index)
{
    struct order_handed handed;
    if (order_handed_decode(fold->history->events[index].body, &handed) != 0) {
        return;
    }
    for (uint32_t i = 0; i < handed.lines_count; i++) {
        const int32_t at = fold_line_find(fold, handed.lines[i].line);
        if (at == FOLD_NONE) {
            continue;
        }
        note_done(fold, &fold->lines[at], index);
        fold->lines[at].units_handed += handed.lines[i].units;
        fold->lines[at].units_collected += handed.is_uncollected ? 0 : handed.lines[i].units;
        fold->lines[at].handovers++;
    }
}

void fold_facts(struct fold *fold)
{
    for (uint32_t i = 0; i < fold->history->count; i++) {
        fold->fact_lines[i] = 0;
        if (fold_has(fold, i, EVENT_START)) {
            note_progress(fold, i, false);
        } else if (fold_has(fold, i, EVENT_DONE)) {
            note_progress(fold, i, true);
        } else if (fold_has(fold, i, EVENT_HANDED)) {
            note_handed(fold, i);
        }
    }
}
