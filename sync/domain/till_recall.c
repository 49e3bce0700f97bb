/* A kitchen takes back what it said of an order: operations as a whole, and what they said of other
 * lines is said again. */
#include "sync/domain/till_history.h"
#include "sync/domain/till_kitchen.h"
#include "sync/domain/till_stock.h"

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
        kitchen_emit_accept(task, &bystanders);
    }
}

static void say_progress_again(struct task *task, const struct selection *selection,
                               const struct event_marks *marks, enum event_type type,
                               bool (*holds)(const struct order_line *line))
{
    struct selection bystanders;
    collect_bystanders(task, selection, marks, type, holds, &bystanders);
    const struct line_ids lines = ids_of(task, &bystanders);
    kitchen_emit_progress(task, &lines, type);
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
