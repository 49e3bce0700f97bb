/* store_lmdb_parts.h - what the files of the store share: store_lmdb.c (transactions), and with it
 * store_lmdb_rows.c (what sync calls within one), store_lmdb_open.c (opening and closing),
 * store_lmdb_care.c (figures, dead readers). They alone know LMDB.
 *
 * Layer: node, for those files alone. An object of LMDB is a pointer that only LMDB looks into.
 *
 * In the folder: data.mdb and lock.mdb, which are LMDB's (0600), and trestle.lock, which is empty
 * and flock()ed by the instance that may write.
 */
#ifndef TRESTLE_NODE_STORE_STORE_LMDB_PARTS_H
#define TRESTLE_NODE_STORE_STORE_LMDB_PARTS_H

#include "node/store/store_lmdb.h"

struct lmdb_txn {
    struct store_txn head; /* first: the two are cast into each other */
    struct store_lmdb *store;
    void *txn;
    unsigned cursors_open;
    unsigned writes[TABLE_COUNT]; /* by which a cursor knows that it has to seek again */
    int err;                      /* of the call that failed */
};

struct store_lmdb {
    void *env;
    unsigned tables[TABLE_COUNT];
    struct lmdb_txn writer; /* txn is NULL while none is open */
    int folder_fd;
    int lock_fd; /* -1 when read-only */
    uint64_t disk_free_bytes_min;
    bool is_read_only;
};

struct store_lmdb_reader {
    struct lmdb_txn base; /* its txn stays, reset, between two transactions */
    bool is_open;
};

static inline struct lmdb_txn *lmdb_txn_of(struct store_txn *txn)
{
    return (struct lmdb_txn *)txn;
}

/* store_lmdb.c: one of ours for a @code of LMDB's or the system's. */
int lmdb_error(const struct store_lmdb *store, int code);
/* Within a transaction there are only four answers; the serious two stick. */
int lmdb_txn_result(struct lmdb_txn *txn, int code);

/* store_lmdb_rows.c */
extern const struct store_ops lmdb_ops;

#endif
