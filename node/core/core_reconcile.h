/* core_reconcile.h - what the files of a reconciliation over links share: core_reconcile.c (the
 * items that travel, the step of a turn), core_reconcile_ask.c (who asks, and what it is told) and
 * core_reconcile_tell.c (who tells).
 *
 * Layer: node; only for these.
 */
#ifndef TRESTLE_NODE_CORE_CORE_RECONCILE_H
#define TRESTLE_NODE_CORE_CORE_RECONCILE_H

#include "node/core/core_state.h"

enum {
    RECONCILE_TTL_S = 30,
    RECONCILE_AGAIN_MS = 10000,
    RECONCILE_BODY_BYTES_MAX = EPHEMERAL_BODY_BYTES_MAX,
};

extern const char reconcile_ask_topic[], reconcile_told_topic[];

/* --- core_reconcile.c --- */

/* Whether it is of @topic, by a device over a link of its own. */
bool reconcile_item_is(const struct ephemeral_item *item, const char *topic);

/* --- core_reconcile_ask.c --- */

/* Take what is told of the wish that somebody waits for, and say that wish. ERR_*: as
 * replica_publish(). */
MUST_CHECK int core_reconcile_step_ask(struct core *core);

/* --- core_reconcile_tell.c --- */

/* Begin what others ask for, and tell how it stands. ERR_*: as replica_publish(). */
MUST_CHECK int core_reconcile_step_tell(struct core *core);

#endif
