/* store_memory.h - a store in memory for tests and the simulator: snapshots, crashes, faults.
 *
 * One write transaction at a time, any number of read transactions; each sees the last committed
 * state as it was when it began. Everything read is a copy that is freed (overwritten first) when
 * its time is over, so that the address sanitizer, or the nonsense in it, gives stale pointers
 * away. Not for several threads. Out of memory aborts. Cost: O(log n) a call, O(1) a transaction or
 * clone.
 */
#ifndef TRESTLE_TESTS_LIB_STORE_MEMORY_H
#define TRESTLE_TESTS_LIB_STORE_MEMORY_H

#include "sync/base/crypto.h"
#include "sync/base/store.h"

struct store_memory;

struct store_memory *store_memory_new(void);

/* No transaction may be open. Accepts NULL. */
void store_memory_free(struct store_memory *store);

/* A store of its own with the committed state and durability of @store, without its faults: a
 * copied disk. The caller frees it. */
struct store_memory *store_memory_clone(const struct store_memory *store);

/* Never NULL. A second write transaction is the test's mistake. */
struct store_txn *store_memory_begin(struct store_memory *store, bool is_writable);

/* Both end the transaction, whatever they answer. Commit: 0, or the fault's error with nothing
 * changed: the one of a put or del that failed before, or its own. */
MUST_CHECK int store_memory_commit(struct store_txn *txn);
void store_memory_abort(struct store_txn *txn);

/* A disk that lies: from now on commits are visible, but a crash loses them, until
 * store_memory_sync(). */
void store_memory_hold_back(struct store_memory *store);

/* All that is committed is durable, and commits are again durable at once (as at the start). */
void store_memory_sync(struct store_memory *store);

/* Of a commit that fails as such, and not for want of room, everything is on the disk while
 * @is_kept: seen after a crash. */
void store_memory_tear(struct store_memory *store, bool is_kept);

/* Forget what is not durable. No transaction may be open: abort the one that the crash hit. */
void store_memory_crash(struct store_memory *store);

enum store_memory_call {
    MEMORY_GET, /* also each step of a cursor */
    MEMORY_PUT,
    MEMORY_DEL,
    MEMORY_COMMIT,
    MEMORY_OPEN, /* of a cursor */
    MEMORY_CALLS
};

/* The @nth (from 1) such call from now on fails with @err, once; 0 takes the fault back. As in
 * LMDB, after a failed put, del or get the transaction can only be aborted: all its calls repeat
 * the error.
 */
void store_memory_fail(struct store_memory *store, enum store_memory_call call, unsigned nth,
                       int err);

/* Take the fault for such calls back. Whether it came: there were as many calls as it waited for.
 */
bool store_memory_mend(struct store_memory *store, enum store_memory_call call);

/* While @is_failing, each new way to a get, put, del or cursor (store_paths.h) fails once with
 * ERR_IO, those that write before that with ERR_FULL. */
void store_memory_fail_paths(struct store_memory *store, bool is_failing);
uint64_t store_memory_paths_failed(const struct store_memory *store);

/* How many such calls there were so far: the n to try all faults up to. */
uint64_t store_memory_calls(const struct store_memory *store, enum store_memory_call call);

/* Over the committed keys and values of @table; equal for equal contents. Costs as much as there
 * was written since the last time. */
struct hash store_memory_digest(const struct store_memory *store, enum store_table table);

size_t store_memory_count(const struct store_memory *store, enum store_table table);

/* Show every committed key and value of @table to @on_entry, in order; the bytes live during the
 * call. For oracles: cheaper than a cursor, which copies. */
void store_memory_each(const struct store_memory *store, enum store_table table,
                       void (*on_entry)(void *context, struct bytes key, struct bytes value),
                       void *context);

#endif
