/* store.h - the store as sync sees it: ordered tables, one write transaction, cursors.
 *
 * Layer: sync/base (pure interface). node/store implements it over LMDB, tests/lib in memory with
 * faults.
 *
 * A transaction is opened, committed and aborted by the host; sync only reads and writes through
 * it. Keys are non-empty, at most STORE_KEY_BYTES_MAX, ordered as memcmp with a prefix first. Keys
 * and values read are borrowed: valid until the next put or del in the same transaction, or its
 * end. In a read-only transaction they live until its end; put and del are our mistake there.
 * The key and value given to put must not be borrowed from the same transaction (LMDB shifts the
 * page they lie on); del takes a borrowed key.
 *
 * After ERR_FULL or ERR_IO a transaction can only be aborted: its calls and commit repeat the
 * error.
 */
#ifndef TRESTLE_SYNC_BASE_STORE_H
#define TRESTLE_SYNC_BASE_STORE_H

#include "sync/base/bytes.h"
#include "sync/base/err.h"
#include "sync/base/limits.h"

/* X(name, table's name on disk). Key and value layouts: sync/log/tables.h and docs/storage.md. */
#define STORE_TABLES(X)                                                                            \
    X(TABLE_META, "meta")       /* settings of this replica */                                     \
    X(TABLE_LOG, "log")         /* every event, verbatim, with its chain hash */                   \
    X(TABLE_SIG, "sig")         /* signatures at run ends */                                       \
    X(TABLE_HEAD, "head")       /* the version vector */                                           \
    X(TABLE_ENTITY, "entity")   /* entity -> its events */                                         \
    X(TABLE_STATE, "state")     /* folded entities; rebuildable */                                 \
    X(TABLE_INDEX, "index")     /* boards, order numbers; rebuildable */                           \
    X(TABLE_CHANGE, "change")   /* change number -> entity; local */                               \
    X(TABLE_MARK, "mark")       /* entity -> its newest change number; local */                    \
    X(TABLE_SALVAGE, "salvage") /* what salvage events carry; rebuildable */                       \
    X(TABLE_REQUEST, "request") /* idempotency records; local */                                   \
    X(TABLE_LOCAL, "local")     /* other device-local facts; never replicated */

enum store_table {
#define X(name, text) name,
    STORE_TABLES(X)
#undef X
        TABLE_COUNT
};

struct store_txn; /* the host's */

struct store_cursor {
    struct store_txn *txn;
    enum store_table table;
    void *position; /* the implementation's */
};

struct store_ops {
    /* 0, ERR_NOT_FOUND, ERR_IO. */
    int (*get)(struct store_txn *txn, enum store_table table, struct bytes key,
               struct bytes *ret_value);
    /* Insert or replace. @append promises that the key is above all others in the table (faster).
     * 0, ERR_FULL, ERR_IO. */
    int (*put)(struct store_txn *txn, enum store_table table, struct bytes key, struct bytes value,
               bool append);
    /* 0, ERR_NOT_FOUND, ERR_FULL, ERR_IO. */
    int (*del)(struct store_txn *txn, enum store_table table, struct bytes key);
    int (*cursor_open)(struct store_txn *txn, enum store_table table,
                       struct store_cursor *ret_cursor);
    /* Position at the first key >= @key (seek) or the last key < @key (before); 0, ERR_NOT_FOUND
     * past the end, ERR_IO. */
    int (*cursor_seek)(struct store_cursor *cursor, struct bytes key, struct bytes *ret_key,
                       struct bytes *ret_value);
    int (*cursor_before)(struct store_cursor *cursor, struct bytes key, struct bytes *ret_key,
                         struct bytes *ret_value);
    int (*cursor_next)(struct store_cursor *cursor, struct bytes *ret_key, struct bytes *ret_value);
    void (*cursor_close)(struct store_cursor *cursor);
};

/* The common head of every implementation's transaction. */
struct store_txn {
    const struct store_ops *ops;
    bool is_writable;
};

MUST_CHECK int store_get(struct store_txn *txn, enum store_table table, struct bytes key,
                         struct bytes *ret_value);
MUST_CHECK int store_put(struct store_txn *txn, enum store_table table, struct bytes key,
                         struct bytes value);
MUST_CHECK int store_append(struct store_txn *txn, enum store_table table, struct bytes key,
                            struct bytes value);
MUST_CHECK int store_del(struct store_txn *txn, enum store_table table, struct bytes key);

/* A cursor lives within its transaction and must be closed before the transaction ends. A new one
 * stands before the first key, so that next gives the first; at the end next gives ERR_NOT_FOUND as
 * often as it is asked. After cursor_before() it goes on from the key found. To go on after a
 * put or del in its table without a seek is our mistake. */
MUST_CHECK int store_cursor_open(struct store_txn *txn, enum store_table table,
                                 struct store_cursor *ret_cursor);
MUST_CHECK int store_cursor_seek(struct store_cursor *cursor, struct bytes key,
                                 struct bytes *ret_key, struct bytes *ret_value);
MUST_CHECK int store_cursor_before(struct store_cursor *cursor, struct bytes key,
                                   struct bytes *ret_key, struct bytes *ret_value);
MUST_CHECK int store_cursor_next(struct store_cursor *cursor, struct bytes *ret_key,
                                 struct bytes *ret_value);
void store_cursor_close(struct store_cursor *cursor);

#endif
