/* salvaged.h - which salvaged events count: what a fork voided and somebody carried on.
 *
 * Layer: sync/roster (pure). A function of the set of events in the store. An event counts when
 *   - its log is forked at or before it, so that its own log does not say it any more;
 *   - a carrier counts itself: the log that wrote the salvage is valid there;
 *   - carriers hold, without a gap, every event from the fork up to it, and the first of them
 *     continues the prefix that all have;
 *   - its log's rights allowed its type at its seq;
 *   - if its log is revoked: it lies on the chain that each revocation names, at or before its seq.
 *     So a thief's second branch cannot be laundered through a fork.
 */
#ifndef TRESTLE_SYNC_ROSTER_SALVAGED_H
#define TRESTLE_SYNC_ROSTER_SALVAGED_H

#include "sync/log/salvage.h"
#include "sync/roster/roster.h"
#include "sync/roster/salvage_memo.h"

enum {
    SALVAGE_CHAIN_MAX = 4096, /* runs of one branch; what lies deeper is void */
    CARRIERS_PER_LOG_MAX = 4, /* of one event by one log: the first so many are looked at. Nobody
                                 honest carries twice what counts once */
};

/* @memo, which may be NULL: what was found before in the same roster and store. Cost with it: each
 * run of a branch is looked up once. ERR_IO, ERR_MALFORMED (damaged store), as all below. */
MUST_CHECK int salvaged_counts(struct salvage_memo *memo, struct store_txn *txn,
                               const struct roster *roster, const struct operation *id,
                               uint32_t type, bool *ret_counts);

/* Whether some carrier that counts has @id. */
MUST_CHECK int salvaged_is_carried(struct store_txn *txn, const struct roster *roster,
                                   const struct operation *id, bool *ret_is);

/* A walk along the branch of a salvaged event towards the fork, from run to run of those that carry
 * it: once, whatever number of events is looked for on it. */
struct salvage_walk {
    struct salvage_memo *memo; /* or NULL */
    struct store_txn *txn;
    const struct roster *roster;
    uint64_t fork_seq;
    struct operation at;     /* the last event of the present stretch */
    struct salvaged_row run; /* that carries it */
    uint32_t steps, steps_max;
    bool is_over; /* nobody carries what comes before, or the branch is too long */
};
MUST_CHECK int salvage_walk_begin(struct salvage_walk *walk, struct salvage_memo *memo,
                                  struct store_txn *txn, const struct roster *roster,
                                  const struct operation *last);

/* Whether @id, of the same log, is the walk's last event or before it on its branch. Asked in
 * descending order of seq. */
MUST_CHECK int salvage_walk_has(struct salvage_walk *walk, const struct operation *id,
                                bool *ret_has);

#endif
