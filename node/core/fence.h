/* fence.h - what this device remembers of its own journal outside the store: whether the store that
 * it finds at a start is the one it left.
 *
 * Layer: node. A journal that is continued from an older copy of the store - a restored backup, a
 * deleted store, a folder copied to a second machine - forks: peers hold other events under the
 * same numbers. Peers find that out, but only when they are heard. The fence finds it out before
 * the first event: it is a file beside the store, written outside its transactions, and names the
 * journal, the place and how far the journal may have gone.
 *
 *   lease   the journal may be written up to this seq before the fence must be moved: one flush for
 *           so many events. After a crash any head within the last lease is believed (a smaller
 *           rollback is for the peers to find); after an orderly stop only the very head.
 *   place   BLAKE2b-64 of the machine's id, the state folder's inode and when that was made: a copy
 *           of the folder has another one, on the same machine, too
 *
 * The pattern is that of a leased counter, as in basho/riak_kv#1040.
 */
#ifndef TRESTLE_NODE_CORE_FENCE_H
#define TRESTLE_NODE_CORE_FENCE_H

#include "sync/base/bytes.h"
#include "sync/base/err.h"

enum { FENCE_LEASE = 256 };

struct fence {
    uint64_t log;
    uint64_t place;
    uint64_t seq;    /* the journal goes no further than this */
    bool is_stopped; /* seq is its end */
};

enum fence_finding {
    FENCE_GOOD,
    FENCE_NONE,   /* no fence, or one of another journal: a first start */
    FENCE_BEHIND, /* the store ends before what this device has written */
    FENCE_MOVED,  /* the folder is a copy */
};

/* Of the state folder @state on this machine. The machine's id is /etc/machine-id, or the text of
 * TRESTLE_MACHINE_ID; without either the folder alone counts. */
uint64_t fence_place(const char *state);

/* ERR_NOT_FOUND; ERR_MALFORMED, ERR_FORBIDDEN, ERR_IO. */
MUST_CHECK int fence_load(const char *state, struct fence *ret_fence);

/* Durable when it returns. As file_write(). */
MUST_CHECK int fence_save(const char *state, const struct fence *fence);

/* Whether @fence, or NULL, fits a store in which journal @log ends at @seq, at @place. */
enum fence_finding fence_judge(const struct fence *fence, uint64_t log, uint64_t seq,
                               uint64_t place);

/* For people, in the log; static. */
const char *fence_text(enum fence_finding finding);

#endif
