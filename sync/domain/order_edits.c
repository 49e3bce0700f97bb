/* Edits of lines: which count, which came too late for the stove and wait for the kitchen's word.
 */
#include <string.h>

#include "sync/domain/order_events.h"
#include "sync/domain/order_fold.h"

enum { HANDOVERS_SETTLING_MAX = 32 }; /* more of one order than that settle nothing */

/* --- what was settled by handing it over --- */

/* Lower @saw to what every fact about line @line had seen that event @by knew, itself included. */
static void facts_known(const struct fold *fold, uint32_t by, uint32_t line,
                        uint64_t saw[ENTITY_LOGS_MAX])
{
    const struct history *history = fold->history;
    memcpy(saw, history->saw[by], ENTITY_LOGS_MAX * sizeof *saw);
    for (uint32_t i = 0; i < history->count; i++) {
        if ((fold->fact_lines[i] >> line & 1) == 0 || !history_saw(history, by, i)) {
            continue;
        }
        for (uint32_t b = 0; b < history->branches_count; b++) {
            saw[b] = history->saw[i][b] < saw[b] ? history->saw[i][b] : saw[b];
        }
    }
}

/* Who hands a line over with an edit in effect settles it: the guest has it so, and a fact that
 * comes to light later, whose writer had not seen the edit, does not take it back. */
static void settle(struct fold *fold, uint32_t handed)
{
    for (uint32_t l = 0; l < fold->lines_count; l++) {
        uint64_t saw[ENTITY_LOGS_MAX];
        struct fold_line *line = &fold->lines[l];
        if (line->edits == 0 || (fold->fact_lines[handed] >> l & 1) == 0) {
            continue;
        }
        facts_known(fold, handed, l, saw);
        for (uint32_t b = 0; b < fold->history->branches_count; b++) {
            line->settled[b] = saw[b] > line->settled[b] ? saw[b] : line->settled[b];
        }
    }
}

static void settle_handed(struct fold *fold)
{
    uint32_t left = HANDOVERS_SETTLING_MAX;
    for (uint32_t i = 0; i < fold->history->count && left > 0; i++) {
        if (fold_has(fold, i, EVENT_HANDED)) {
            settle(fold, i);
            left--;
        }
    }
}

/* --- edits --- */

static void edits_collect(struct fold *fold)
{
    struct line_set set;
    for (uint32_t i = 0; i < fold->history->count; i++) {
        if (!fold_has(fold, i, EVENT_LINE_SET) ||
            line_set_decode(fold->history->events[i].body, &set) != 0) {
            continue;
        }
        const int32_t line = fold_line_find(fold, set.line);
        if (line == FOLD_NONE) {
            continue;
        }
        fold->lines[line].edits++;
        fold->edits[fold->edits_count++] = (struct fold_edit){
            .event = (uint16_t)i,
            .line = (uint8_t)line,
            .has_options = set.has_options,
            .has_note = set.has_note,
            .delta = set.quantity_delta,
            .yes = FOLD_NONE,
            .no = FOLD_NONE,
        };
    }
}

static struct fold_edit *edit_find(struct fold *fold, uint32_t event)
{
    uint32_t low = 0;
    uint32_t high = fold->edits_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (fold->edits[middle].event < event) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < fold->edits_count && fold->edits[low].event == event ? &fold->edits[low] : NULL;
}

static void note_answer(const struct fold *fold, int32_t *answer, uint32_t index)
{
    if (*answer == FOLD_NONE || history_saw(fold->history, index, (uint32_t)*answer)) {
        *answer = (int32_t)index;
    }
}

static void answers_collect(struct fold *fold)
{
    struct order_amend amend;
    for (uint32_t i = 0; i < fold->history->count; i++) {
        if (!fold_has(fold, i, EVENT_AMEND) ||
            order_amend_decode(fold->history->events[i].body, &amend) != 0) {
            continue;
        }
        for (uint32_t o = 0; o < amend.operations.count; o++) {
            const int32_t at = history_find(fold->history, &amend.operations.operations[o]);
            struct fold_edit *edit = at == FOLD_NONE ? NULL : edit_find(fold, (uint32_t)at);
            if (edit != NULL) {
                note_answer(fold, amend.is_yes ? &edit->yes : &edit->no, i);
            }
        }
    }
}

/* A yes and a no that did not know of each other are no answer: the edit waits for another. */
static enum edit_state edit_judge(const struct fold *fold, const struct fold_edit *edit)
{
    const struct history_event *event = &fold->history->events[edit->event];
    const struct fold_line *line = &fold->lines[edit->line];
    const bool is_late = line->facts_saw[event->branch] < event->id.seq &&
                         line->settled[event->branch] < event->id.seq;
    if (edit->yes == FOLD_NONE && edit->no == FOLD_NONE) {
        return is_late ? EDIT_WAITING : EDIT_APPLIED;
    }
    if (edit->yes == FOLD_NONE || edit->no == FOLD_NONE) {
        return edit->yes != FOLD_NONE ? EDIT_APPLIED : EDIT_DROPPED;
    }
    if (fold_is_concurrent(fold, (uint32_t)edit->yes, (uint32_t)edit->no)) {
        return EDIT_WAITING;
    }
    return history_saw(fold->history, (uint32_t)edit->yes, (uint32_t)edit->no) ? EDIT_APPLIED
                                                                               : EDIT_DROPPED;
}

static int32_t clamp_quantity(int32_t quantity)
{
    if (quantity < 0) {
        return 0;
    }
    return quantity > ORDER_QUANTITY_MAX ? ORDER_QUANTITY_MAX : quantity;
}

/* Quantities are sums of deltas, so that two people's changes both count; what is out of range is
 * only cut when it is read. */
static void quantities_sum(struct fold *fold)
{
    for (uint32_t i = 0; i < fold->lines_count; i++) {
        fold->lines[i].quantity = fold->lines[i].quantity_added;
        fold->lines[i].quantity_wished = fold->lines[i].quantity_added;
    }
    for (uint32_t i = 0; i < fold->edits_count; i++) {
        const struct fold_edit *edit = &fold->edits[i];
        struct fold_line *line = &fold->lines[edit->line];
        line->quantity += edit->state == EDIT_APPLIED ? edit->delta : 0;
        line->quantity_wished += edit->state != EDIT_DROPPED ? edit->delta : 0;
    }
    for (uint32_t i = 0; i < fold->lines_count; i++) {
        fold->lines[i].quantity = clamp_quantity(fold->lines[i].quantity);
        fold->lines[i].quantity_wished = clamp_quantity(fold->lines[i].quantity_wished);
    }
}

void fold_edits(struct fold *fold)
{
    edits_collect(fold);
    settle_handed(fold);
    answers_collect(fold);
    for (uint32_t i = 0; i < fold->edits_count; i++) {
        fold->edits[i].state = edit_judge(fold, &fold->edits[i]);
    }
    quantities_sum(fold);
}
