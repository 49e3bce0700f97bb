/* The end of an order: handed over, or cancelled; and both taken back. */
#include "sync/base/check.h"
#include "sync/domain/till_history.h"
#include "sync/domain/till_stock.h"

/* --- handing over --- */

static int add_units(struct order_handed *handed, const struct order_line *line, int32_t wanted)
{
    const uint32_t left = line_left(line);
    const bool is_early = handed->is_uncollected && left > 0 && line->progress != LINE_DONE;
    if (wanted < 0) {
        return ERR_MALFORMED;
    }
    if (!line->is_active || (uint32_t)wanted > left || is_early) {
        return ERR_STATE; /* nobody is late for what is not made */
    }
    if (left > 0) {
        const uint32_t at = handed->lines_count++;
        handed->lines[at].line = line->id;
        handed->lines[at].units = wanted > 0 ? (uint32_t)wanted : left;
    }
    return 0;
}

int till_hand_over(struct task *task)
{
    struct selection selection;
    struct order_handed handed = {.is_uncollected = task->command->truth};
    if (task->order->is_cancelled || task->order->phase == PHASE_DRAFT) {
        return ERR_STATE;
    }
    int err = task_select(task, &selection);
    for (uint32_t i = 0; err == 0 && i < selection.count; i++) {
        err = add_units(&handed, task_line(task, &selection, i), selection.units[i]);
    }
    if (err == 0 && selection.count == 0) {
        err = ERR_STATE; /* nothing of it is left to give */
    }
    if (err == 0 && handed.lines_count > 0) {
        order_handed_encode(&handed, task_body(task));
        task_emit(task, EVENT_HANDED);
    }
    return err;
}

/* --- taking a hand-over back --- */

/* The newest hand-over in force that is about line @at, by what was seen: how much is left to give
 * is no clock's to say. -1 when there is none. */
static int32_t last_handed(const struct task *task, const struct event_marks *undone, uint32_t at)
{
    const struct history *history = task->till->history;
    const struct selection one = {.count = 1, .at = {at}};
    int32_t last = -1;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct history_event *event = &history->events[i];
        if (event->type == (uint32_t)EVENT_HANDED && !undone->is_marked[i] &&
            event_is_about(task, event, &one) &&
            (last < 0 || history_compare_seen(history, (uint32_t)last, i) < 0)) {
            last = (int32_t)i;
        }
    }
    return last;
}

static bool mark_last_handed(const struct task *task, const struct selection *selection,
                             struct event_marks *marks)
{
    struct event_marks undone;
    bool is_any = false;
    marks_undone(task->till->history, &undone);
    *marks = (struct event_marks){0};
    for (uint32_t i = 0; i < selection->count; i++) {
        const int32_t last = last_handed(task, &undone, selection->at[i]);
        if (last >= 0) {
            marks->is_marked[last] = true;
            is_any = true;
        }
    }
    return is_any;
}

static bool is_line_selected(const struct task *task, const struct selection *selection,
                             uint32_t line)
{
    for (uint32_t i = 0; i < selection->count; i++) {
        if (task_line(task, selection, i)->id == line) {
            return true;
        }
    }
    return false;
}

/* An operation is taken back whole: the lines in it that were not meant are given out again. */
static void hand_over_again(struct task *task, const struct selection *selection,
                            const struct history_event *event)
{
    struct order_handed was;
    check(order_handed_decode(event->body, &was) == 0); /* it was about a line: last_handed() */
    struct order_handed handed = {.is_uncollected = was.is_uncollected};
    for (uint32_t i = 0; i < was.lines_count; i++) {
        if (!is_line_selected(task, selection, was.lines[i].line)) {
            const uint32_t at = handed.lines_count++;
            handed.lines[at].line = was.lines[i].line;
            handed.lines[at].units = was.lines[i].units;
        }
    }
    if (handed.lines_count > 0) {
        order_handed_encode(&handed, task_body(task));
        task_emit(task, EVENT_HANDED);
    }
}

/* Without ids, every line: also one that was voided after it was given out. */
static int select_handed(const struct task *task, struct selection *ret_selection)
{
    const int err = task_select(task, ret_selection);
    if (err != 0 || task->command->ids_count > 0) {
        return err;
    }
    ret_selection->count = task->order->lines_count;
    for (uint32_t i = 0; i < task->order->lines_count; i++) {
        ret_selection->at[i] = i;
    }
    return 0;
}

int till_unhand(struct task *task)
{
    const struct history *history = task->till->history;
    struct selection selection;
    struct event_marks marks = {.is_marked = {false}};
    const int err = select_handed(task, &selection);
    if (err != 0 || !mark_last_handed(task, &selection, &marks)) {
        return err;
    }
    emit_named(task, EVENT_UNHAND, &marks, false);
    for (uint32_t i = 0; i < history->count; i++) {
        if (marks.is_marked[i]) {
            hand_over_again(task, &selection, &history->events[i]);
        }
    }
    return 0;
}

/* --- cancelling --- */

int till_cancel(struct task *task)
{
    const struct order_cancel cancel = {.reason = task->command->reason};
    if (cancel.reason.size == 0) {
        return ERR_MALFORMED;
    }
    if (task->order->is_cancelled) {
        return 0;
    }
    if (task->order->phase == PHASE_COMPLETED) {
        return ERR_STATE; /* everything was given out: refund it, or unhand it first */
    }
    order_cancel_encode(&cancel, task_body(task));
    task_emit(task, EVENT_CANCEL);
    for (uint32_t i = 0; i < task->order->lines_count; i++) {
        till_stock_give_up(task, &task->order->lines[i], UINT32_MAX);
    }
    return 0;
}

int till_reinstate(struct task *task)
{
    int err = 0;
    if (task->order->is_cancelled) {
        order_reinstate_encode(task_body(task));
        task_emit(task, EVENT_REINSTATE);
        for (uint32_t i = 0; i < task->order->lines_count && err == 0; i++) {
            const struct order_line *line = &task->order->lines[i];
            err = line->is_active ? till_stock_sell_again(task, line) : 0;
        }
    }
    return err;
}
