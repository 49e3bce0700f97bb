/* till_history.h - finding the operations that a command takes back or answers.
 *
 * Layer: sync/domain (pure); private to till*.c. People name lines; events name operations, because
 * "what I can see" differs between devices and a name does not.
 */
#ifndef TRESTLE_SYNC_DOMAIN_TILL_HISTORY_H
#define TRESTLE_SYNC_DOMAIN_TILL_HISTORY_H

#include "sync/domain/till_task.h"

/* For each event of a history, whether it is meant. */
struct event_marks {
    bool is_marked[ENTITY_EVENTS_MAX];
};

/* The events that a recall, an unhand or a reinstatement took back, as the fold sees it. */
void marks_undone(const struct history *history, struct event_marks *ret_marks);

/* The edits of the selected lines that wait for the kitchen's answer, as the fold sees it; whether
 * there are any. */
bool mark_waiting_edits(const struct task *task, const struct selection *selection,
                        struct event_marks *ret_marks);

/* One line that an event is about. */
struct event_line {
    uint32_t line;
    uint32_t units; /* handed: units given out; otherwise 0 */
};

/* The lines that an accept, refuse, lapse, start, done, or handed is about; 0 for other types and
 * for bodies that make no sense. */
uint32_t event_lines(const struct history_event *event, struct event_line lines[ORDER_LINES_MAX]);

/* Whether @event is about one of the lines selected. */
bool event_is_about(const struct task *task, const struct history_event *event,
                    const struct selection *selection);

/* Name the marked events in as few events of @type (recall, unhand, amend) as hold them. */
void emit_named(struct task *task, enum event_type type, const struct event_marks *marks,
                bool is_yes);

#endif
