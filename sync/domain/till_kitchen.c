/* What a kitchen does to an order: accept, refuse, start, done, answer late edits; to take it back
 * is in till_recall.c. */
#include "sync/domain/till_kitchen.h"
#include "sync/domain/till_history.h"
#include "sync/domain/till_stock.h"

/* Nobody cooks what is cancelled, refused or not placed yet. */
static int check_cookable(const struct order *order)
{
    const bool is_cookable =
        !order->is_cancelled && order->phase != PHASE_DRAFT && order->phase != PHASE_REFUSED;
    return is_cookable ? 0 : ERR_STATE;
}

/* The lines to cook: active ones, at least one. */
static int select_cookable(const struct task *task, struct selection *ret_selection)
{
    int err = check_cookable(task->order);
    if (err == 0) {
        err = task_select(task, ret_selection);
    }
    if (err != 0) {
        return err;
    }
    for (uint32_t i = 0; i < ret_selection->count; i++) {
        if (!task_line(task, ret_selection, i)->is_active) {
            return ERR_STATE;
        }
    }
    return ret_selection->count > 0 ? 0 : ERR_STATE;
}

/* --- accept --- */

static bool is_any_unaccepted(const struct task *task, const struct selection *selection)
{
    for (uint32_t i = 0; i < selection->count; i++) {
        if (!task_line(task, selection, i)->is_accepted) {
            return true;
        }
    }
    return false;
}

/* The lines selected, with what the kitchen agreed to: their revisions and the total. */
void kitchen_emit_accept(struct task *task, const struct selection *selection)
{
    struct order_accept accept = {.station = task->command->station,
                                  .total_minor = task->order->total_minor};
    for (uint32_t i = 0; i < selection->count; i++) {
        const struct order_line *line = task_line(task, selection, i);
        accept.lines[i].line = line->id;
        accept.lines[i].revision = line->revision;
    }
    accept.lines_count = selection->count;
    order_accept_encode(&accept, task_body(task));
    task_emit(task, EVENT_ACCEPT);
}

/* By the device that holds the claim it is a repeated tap; by another a hand-off. */
int till_accept(struct task *task)
{
    struct selection selection;
    const int err = select_cookable(task, &selection);
    if (err != 0) {
        return err;
    }
    const bool is_own = task->order->claimed_by == task->till->own_log;
    if (!is_own || is_any_unaccepted(task, &selection)) {
        kitchen_emit_accept(task, &selection);
    }
    return 0;
}

/* Who starts what nobody accepted has accepted it. */
static void accept_what_is_not(struct task *task, const struct selection *selection)
{
    struct selection missing = {0};
    for (uint32_t i = 0; i < selection->count; i++) {
        if (!task_line(task, selection, i)->is_accepted) {
            missing.at[missing.count++] = selection->at[i];
        }
    }
    if (missing.count > 0) {
        kitchen_emit_accept(task, &missing);
    }
}

/* --- refuse --- */

/* Without ids, what nobody has begun; with ids, begun work must be taken back first: a fact beats
 * the refusal in every fold, so it would do nothing. */
static int collect_refused(struct task *task, const struct selection *selection,
                           struct line_ids *lines)
{
    for (uint32_t i = 0; i < selection->count; i++) {
        const struct order_line *line = task_line(task, selection, i);
        const bool is_begun = line->progress != LINE_WAITING;
        if (line->is_void || (is_begun && task->command->ids_count > 0)) {
            return ERR_STATE;
        }
        if (!line->is_refused && !is_begun) {
            lines->ids[lines->count++] = line->id;
            till_stock_give_up(task, line, UINT32_MAX);
        }
    }
    return 0;
}

/* By the kitchen, or by the gateway whose customer waits no longer, or never paid: that folds the
 * same. What nobody placed yet is not the kitchen's to refuse. */
static int refuse_as(struct task *task, enum event_type type)
{
    struct selection selection;
    struct order_refuse refuse = {.reason = task->command->reason};
    if (refuse.reason.size == 0) {
        return ERR_MALFORMED;
    }
    const bool is_early = task->order->phase == PHASE_DRAFT && type == EVENT_REFUSE;
    if (task->order->is_cancelled || is_early) {
        return ERR_STATE;
    }
    int err = task_select(task, &selection);
    if (err == 0) {
        err = collect_refused(task, &selection, &refuse.lines);
    }
    if (err == 0 && refuse.lines.count > 0) {
        order_refuse_encode(&refuse, task_body(task));
        task_emit(task, type);
    }
    const bool is_all_begun =
        err == 0 && refuse.lines.count == 0 && selection.count > 0 && task->command->ids_count == 0;
    return is_all_begun ? ERR_STATE : err;
}

int till_refuse(struct task *task)
{
    return refuse_as(task, EVENT_REFUSE);
}

int till_lapse(struct task *task)
{
    return refuse_as(task, EVENT_LAPSE);
}

/* --- start, done --- */

void kitchen_emit_progress(struct task *task, const struct line_ids *lines, enum event_type type)
{
    const struct order_progress progress = {.lines = *lines};
    if (lines->count > 0) {
        order_progress_encode(&progress, task_body(task));
        task_emit(task, type);
    }
}

/* @type for the lines that have not come as far as @goal. */
static void advance(struct task *task, const struct selection *selection, enum line_progress goal,
                    enum event_type type)
{
    struct line_ids lines = {0};
    for (uint32_t i = 0; i < selection->count; i++) {
        const struct order_line *line = task_line(task, selection, i);
        if (line->progress < goal) {
            lines.ids[lines.count++] = line->id;
        }
    }
    kitchen_emit_progress(task, &lines, type);
}

/* Only lines that are behind @goal are touched at all: a repeated tap is nothing. */
static void keep_behind(const struct task *task, struct selection *selection,
                        enum line_progress goal)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < selection->count; i++) {
        if (task_line(task, selection, i)->progress < goal) {
            selection->at[count++] = selection->at[i];
        }
    }
    selection->count = count;
}

int till_start(struct task *task)
{
    struct selection selection;
    const int err = select_cookable(task, &selection);
    if (err == 0) {
        keep_behind(task, &selection, LINE_STARTED);
        accept_what_is_not(task, &selection);
        advance(task, &selection, LINE_STARTED, EVENT_START);
    }
    return err;
}

int till_done(struct task *task)
{
    struct selection selection;
    const int err = select_cookable(task, &selection);
    if (err == 0) {
        keep_behind(task, &selection, LINE_DONE);
        accept_what_is_not(task, &selection);
        advance(task, &selection, LINE_STARTED, EVENT_START);
        advance(task, &selection, LINE_DONE, EVENT_DONE);
    }
    return err;
}

/* --- amend --- */

int till_amend(struct task *task)
{
    struct selection selection;
    struct event_marks marks = {.is_marked = {false}};
    const int err = task_select(task, &selection);
    if (err == 0 && mark_waiting_edits(task, &selection, &marks)) {
        emit_named(task, EVENT_AMEND, &marks, task->command->truth);
    }
    return err;
}

/* --- seen --- */

/* The operation that the board drew: by (log, seq), as the screen's stream names it. */
static int find_drawn(const struct task *task, struct operation *ret_operation)
{
    const struct command *command = task->command;
    const struct history *history = task->till->history;
    if (command->changed_seq == 0) {
        *ret_operation = task->order->changed;
        return task->order->changed_seq != 0 ? 0 : ERR_STATE; /* no line of it is here yet */
    }
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *id = &history->events[i].id;
        if (id->log == command->changed_log && id->seq == command->changed_seq) {
            *ret_operation = *id;
            return 0;
        }
    }
    return ERR_NOT_FOUND;
}

static bool is_said(const struct history *history, const struct order_seen *seen)
{
    for (uint32_t i = 0; i < history->count; i++) {
        struct order_seen before;
        if (history->events[i].type == (uint32_t)EVENT_SEEN &&
            order_seen_decode(history->events[i].body, &before) == 0 &&
            bytes_equal(before.station, seen->station) &&
            operation_equal(&before.changed, &seen->changed)) {
            return true;
        }
    }
    return false;
}

int till_seen(struct task *task)
{
    struct order_seen seen = {.station = task->command->station};
    const int err = find_drawn(task, &seen.changed);
    if (err == 0 && !is_said(task->till->history, &seen)) {
        order_seen_encode(&seen, task_body(task));
        task_emit(task, EVENT_SEEN);
    }
    return err;
}
