/* salvage_memo.h - what was found of salvaged branches while neither roster nor store changed.
 *
 * Layer: sync/roster (pure). Whoever looks at many events of a long branch would walk it once for
 * each: with this, every run of it is looked up once. Forgetting is always right: when it is full
 * it forgets all.
 */
#ifndef TRESTLE_SYNC_ROSTER_SALVAGE_MEMO_H
#define TRESTLE_SYNC_ROSTER_SALVAGE_MEMO_H

#include "sync/log/salvage.h"

enum {
    MEMO_SLOTS = 16384, /* power of two */
    MEMO_NODES_MAX = MEMO_SLOTS / 4 * 3,
};

enum memo_verdict {
    MEMO_UNKNOWN,
    MEMO_CONNECTED, /* carriers hold all from the fork up to it */
    MEMO_APART,     /* they do not, or the branch is too long there */
};

/* The last event of some stretch of a branch. */
struct memo_node {
    uint32_t age; /* of another than the memo's: the slot is free */
    struct operation id;
    bool is_carried;
    struct salvaged_row run; /* by which carrier, when is_carried */
    enum memo_verdict verdict;
    uint32_t depth; /* runs from the fork up to it; when MEMO_CONNECTED */
};

/* Large (about 2.5 MiB, mostly untouched). All zeros is empty. */
struct salvage_memo {
    uint32_t age; /* one more whenever it forgets */
    uint32_t count;
    struct memo_node nodes[MEMO_SLOTS];
};

/* NULL when there is no memory; released with free(). */
struct salvage_memo *salvage_memo_new(void);

/* Forget all: to be called when the roster or the store may have changed. */
void salvage_memo_reset(struct salvage_memo *memo);

/* NULL when nothing is known of @id, or @memo is NULL; valid until the next call that adds. */
struct memo_node *salvage_memo_find(struct salvage_memo *memo, const struct operation *id);

/* Remember who carries @id: @run, or nobody when it is NULL. */
void salvage_memo_add(struct salvage_memo *memo, const struct operation *id,
                      const struct salvaged_row *run);

#endif
