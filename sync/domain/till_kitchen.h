/* till_kitchen.h - what a kitchen says of lines, for till_kitchen.c and till_recall.c.
 *
 * Layer: sync/domain (pure); only for these.
 */
#ifndef TRESTLE_SYNC_DOMAIN_TILL_KITCHEN_H
#define TRESTLE_SYNC_DOMAIN_TILL_KITCHEN_H

#include "sync/domain/till_task.h"

/* That all of @selection, which is not empty, is accepted as it is now. */
void kitchen_emit_accept(struct task *task, const struct selection *selection);

/* @type, of what is cooked, for @lines; nothing when there are none. */
void kitchen_emit_progress(struct task *task, const struct line_ids *lines, enum event_type type);

#endif
