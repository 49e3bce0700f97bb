/* What a kitchen does to an order: accept, refuse, start, done, take back, answer late edits. */
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
static void emit_accept(struct task *task, const struct selection *selection)
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
        emit_accept(task, &selection);
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
        emit_accept(task, &missing);
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
        const bool is_begun = line->progress != LINE_WAITING || line->handed > 0;
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

static void emit_progress(struct task *task, const struct line_ids *lines, enum event_type type)
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
    emit_progress(task, &lines, type);
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

/* --- recall --- */

enum { RECALL_TYPES_MAX = 4 };

/* What a recall takes back: done and refusals; on the way to waiting also starts; and when nothing
 * of the selection was begun, the acceptance. */
struct recall {
    uint32_t types_count;
    enum event_type types[RECALL_TYPES_MAX];
};

static struct recall recall_of(const struct task *task, const struct selection *selection)
{
    bool is_begun = false, is_refused = false;
    for (uint32_t i = 0; i < selection->count; i++) {
        const struct order_line *line = task_line(task, selection, i);
        is_begun = is_begun || line->progress != LINE_WAITING;
        is_refused = is_refused || line->is_refused;
    }
    if (!task->command->truth) {
        return (struct recall){3, {EVENT_DONE, EVENT_REFUSE, EVENT_LAPSE}};
    }
    if (is_begun || is_refused) {
        return (struct recall){4, {EVENT_DONE, EVENT_REFUSE, EVENT_LAPSE, EVENT_START}};
    }
    return (struct recall){1, {EVENT_ACCEPT}};
}

static bool recall_has(const struct recall *recall, uint32_t type)
{
    for (uint32_t i = 0; i < recall->types_count; i++) {
        if ((uint32_t)recall->types[i] == type) {
            return true;
        }
    }
    return false;
}

/* Mark the operations in force on the selection; whether there is any. */
static bool mark_recalled(const struct task *task, const struct selection *selection,
                          const struct recall *recall, struct event_marks *marks)
{
    const struct history *history = task->till->history;
    struct event_marks recalled;
    bool is_any = false;
    marks_undone(history, &recalled);
    for (uint32_t i = 0; i < history->count; i++) {
        const struct history_event *event = &history->events[i];
        marks->is_marked[i] = recall_has(recall, event->type) && !recalled.is_marked[i] &&
                              event_is_about(task, event, selection);
        is_any = is_any || marks->is_marked[i];
    }
    return is_any;
}

static bool selection_has(const struct selection *selection, uint32_t at)
{
    for (uint32_t i = 0; i < selection->count; i++) {
        if (selection->at[i] == at) {
            return true;
        }
    }
    return false;
}

/* Whether a marked event of @type is about @line. */
static bool is_touched(const struct task *task, const struct event_marks *marks,
                       enum event_type type, uint32_t at)
{
    const struct history *history = task->till->history;
    const struct selection one = {.count = 1, .at = {at}};
    for (uint32_t i = 0; i < history->count; i++) {
        const struct history_event *event = &history->events[i];
        if (marks->is_marked[i] && event->type == (uint32_t)type &&
            event_is_about(task, event, &one)) {
            return true;
        }
    }
    return false;
}

/* An operation is taken back whole. What it said of lines that were not meant is said again:
 * @holds tells whether that was still so. */
static void collect_bystanders(const struct task *task, const struct selection *selection,
                               const struct event_marks *marks, enum event_type type,
                               bool (*holds)(const struct order_line *line),
                               struct selection *ret_bystanders)
{
    ret_bystanders->count = 0;
    for (uint32_t i = 0; i < task->order->lines_count; i++) {
        if (!selection_has(selection, i) && holds(&task->order->lines[i]) &&
            is_touched(task, marks, type, i)) {
            ret_bystanders->at[ret_bystanders->count++] = i;
        }
    }
}

static bool holds_accept(const struct order_line *line)
{
    return line->is_accepted && line->is_active;
}

static bool holds_start(const struct order_line *line)
{
    return line->progress >= LINE_STARTED;
}

static bool holds_done(const struct order_line *line)
{
    return line->progress >= LINE_DONE;
}

static bool holds_refuse(const struct order_line *line)
{
    return line->is_refused;
}

static struct line_ids ids_of(const struct task *task, const struct selection *selection)
{
    struct line_ids lines = {.count = selection->count};
    for (uint32_t i = 0; i < selection->count; i++) {
        lines.ids[i] = task_line(task, selection, i)->id;
    }
    return lines;
}

static void say_accept_again(struct task *task, const struct selection *selection,
                             const struct event_marks *marks)
{
    struct selection bystanders;
    collect_bystanders(task, selection, marks, EVENT_ACCEPT, holds_accept, &bystanders);
    if (bystanders.count > 0) {
        emit_accept(task, &bystanders);
    }
}

static void say_progress_again(struct task *task, const struct selection *selection,
                               const struct event_marks *marks, enum event_type type,
                               bool (*holds)(const struct order_line *line))
{
    struct selection bystanders;
    collect_bystanders(task, selection, marks, type, holds, &bystanders);
    const struct line_ids lines = ids_of(task, &bystanders);
    emit_progress(task, &lines, type);
}

static void say_refuse_again(struct task *task, const struct selection *selection,
                             const struct event_marks *marks, enum event_type type)
{
    struct selection bystanders;
    collect_bystanders(task, selection, marks, type, holds_refuse, &bystanders);
    const struct order_refuse refuse = {.lines = ids_of(task, &bystanders),
                                        .reason = task->order->reason};
    if (bystanders.count > 0) {
        order_refuse_encode(&refuse, task_body(task));
        task_emit(task, EVENT_REFUSE);
    }
}

/* Without ids every line is meant, refused ones too. */
static int select_recalled(const struct task *task, struct selection *ret_selection)
{
    const int err = task_select(task, ret_selection);
    if (err != 0 || task->command->ids_count > 0) {
        return err;
    }
    ret_selection->count = 0;
    for (uint32_t i = 0; i < task->order->lines_count; i++) {
        if (!task->order->lines[i].is_void) {
            ret_selection->at[ret_selection->count++] = i;
        }
    }
    return 0;
}

static int check_not_handed(const struct task *task, const struct selection *selection)
{
    for (uint32_t i = 0; i < selection->count; i++) {
        const struct order_line *line = task_line(task, selection, i);
        if (line->is_active && line->handed > 0 && line_left(line) == 0) {
            return ERR_STATE;
        }
    }
    return 0;
}

/* A line that is not refused any more is sold again. */
static int sell_refused_again(struct task *task, const struct selection *selection)
{
    int err = 0;
    for (uint32_t i = 0; i < selection->count && err == 0; i++) {
        const struct order_line *line = task_line(task, selection, i);
        if (line->is_refused) {
            err = till_stock_sell_again(task, line);
        }
    }
    return err;
}

int till_recall(struct task *task)
{
    struct selection selection;
    struct event_marks marks = {.is_marked = {false}};
    int err = select_recalled(task, &selection);
    if (err == 0) {
        err = check_not_handed(task, &selection);
    }
    if (err != 0) {
        return err;
    }
    const struct recall recall = recall_of(task, &selection);
    if (mark_recalled(task, &selection, &recall, &marks)) {
        emit_named(task, EVENT_RECALL, &marks, false);
        say_accept_again(task, &selection, &marks);
        say_refuse_again(task, &selection, &marks, EVENT_REFUSE);
        say_refuse_again(task, &selection, &marks, EVENT_LAPSE);
        say_progress_again(task, &selection, &marks, EVENT_START, holds_start);
        say_progress_again(task, &selection, &marks, EVENT_DONE, holds_done);
    }
    return sell_refused_again(task, &selection);
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
        return 0;
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
