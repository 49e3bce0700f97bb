#include "sync/domain/till_history.h"

#include "sync/domain/order_fold.h"

/* --- as the fold sees it --- */

void marks_undone(const struct history *history, struct event_marks *ret_marks)
{
    struct fold fold;
    fold_begin(&fold, history, FOLD_ALL);
    for (uint32_t i = 0; i < history->count; i++) {
        ret_marks->is_marked[i] = fold.is_undone[i];
    }
}

static bool is_selected(const struct task *task, const struct selection *selection, uint32_t line)
{
    for (uint32_t i = 0; i < selection->count; i++) {
        if (task_line(task, selection, i)->id == line) {
            return true;
        }
    }
    return false;
}

bool mark_waiting_edits(const struct task *task, const struct selection *selection,
                        struct event_marks *ret_marks)
{
    struct fold fold;
    bool is_any = false;
    fold_begin(&fold, task->till->history, FOLD_ALL);
    fold_lines(&fold);
    fold_facts(&fold);
    fold_edits(&fold);
    *ret_marks = (struct event_marks){0};
    for (uint32_t i = 0; i < fold.edits_count; i++) {
        const struct fold_edit *edit = &fold.edits[i];
        if (edit->state == EDIT_WAITING &&
            is_selected(task, selection, fold.lines[edit->line].id)) {
            ret_marks->is_marked[edit->event] = true;
            is_any = true;
        }
    }
    return is_any;
}

/* --- the lines of an event --- */

static uint32_t lines_of_ids(const struct line_ids *ids, struct event_line *lines)
{
    for (uint32_t i = 0; i < ids->count; i++) {
        lines[i] = (struct event_line){.line = ids->ids[i]};
    }
    return ids->count;
}

static uint32_t lines_of_accept(struct bytes body, struct event_line *lines)
{
    struct order_accept accept;
    if (order_accept_decode(body, &accept) != 0) {
        return 0;
    }
    for (uint32_t i = 0; i < accept.lines_count; i++) {
        lines[i] = (struct event_line){.line = accept.lines[i].line};
    }
    return accept.lines_count;
}

static uint32_t lines_of_refuse(struct bytes body, struct event_line *lines)
{
    struct order_refuse refuse;
    return order_refuse_decode(body, &refuse) == 0 ? lines_of_ids(&refuse.lines, lines) : 0;
}

static uint32_t lines_of_progress(struct bytes body, struct event_line *lines)
{
    struct order_progress progress;
    return order_progress_decode(body, &progress) == 0 ? lines_of_ids(&progress.lines, lines) : 0;
}

static uint32_t lines_of_handed(struct bytes body, struct event_line *lines)
{
    struct order_handed handed;
    if (order_handed_decode(body, &handed) != 0) {
        return 0;
    }
    for (uint32_t i = 0; i < handed.lines_count; i++) {
        lines[i] = (struct event_line){handed.lines[i].line, handed.lines[i].units};
    }
    return handed.lines_count;
}

static const struct {
    enum event_type type;
    uint32_t (*lines_of)(struct bytes body, struct event_line *lines);
} readers[] = {
    {EVENT_ACCEPT, lines_of_accept}, {EVENT_REFUSE, lines_of_refuse},
    {EVENT_LAPSE, lines_of_refuse},  {EVENT_START, lines_of_progress},
    {EVENT_DONE, lines_of_progress}, {EVENT_HANDED, lines_of_handed},
};

uint32_t event_lines(const struct history_event *event, struct event_line lines[ORDER_LINES_MAX])
{
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        if (event->type == (uint32_t)readers[i].type) {
            return readers[i].lines_of(event->body, lines);
        }
    }
    return 0;
}

bool event_is_about(const struct task *task, const struct history_event *event,
                    const struct selection *selection)
{
    struct event_line lines[ORDER_LINES_MAX];
    const uint32_t count = event_lines(event, lines);
    for (uint32_t i = 0; i < count; i++) {
        if (is_selected(task, selection, lines[i].line)) {
            return true;
        }
    }
    return false;
}

/* --- naming --- */

static void emit_list(struct task *task, enum event_type type, const struct operation_list *list,
                      bool is_yes)
{
    if (type == EVENT_AMEND) {
        const struct order_amend amend = {.operations = *list, .is_yes = is_yes};
        order_amend_encode(&amend, task_body(task));
    } else {
        const struct order_undo undo = {.operations = *list};
        order_undo_encode(&undo, task_body(task));
    }
    task_emit(task, type);
}

void emit_named(struct task *task, enum event_type type, const struct event_marks *marks,
                bool is_yes)
{
    const struct history *history = task->till->history;
    struct operation_list list = {0};
    for (uint32_t i = 0; i < history->count; i++) {
        if (!marks->is_marked[i]) {
            continue;
        }
        list.operations[list.count++] = history->events[i].id;
        if (list.count == ORDER_OPERATIONS_MAX) {
            emit_list(task, type, &list, is_yes);
            list.count = 0;
        }
    }
    if (list.count > 0) {
        emit_list(task, type, &list, is_yes);
    }
}
