#include "node/store/store_lmdb_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include <lmdb.h>

#include "sync/base/check.h"

/* --- errors --- */

static bool is_disk_full(const struct store_lmdb *store)
{
    struct statvfs disk;
    if (fstatvfs(store->folder_fd, &disk) != 0) {
        return false;
    }
    return (uint64_t)disk.f_bavail * disk.f_frsize < store->disk_free_bytes_min;
}

/* LMDB's and the system's answers that are not simply ERR_IO. */
static const struct {
    int code;
    int err;
} translations[] = {
    {0, 0},
    {MDB_NOTFOUND, ERR_NOT_FOUND},
    {MDB_MAP_FULL, ERR_FULL},
    {MDB_TXN_FULL, ERR_FULL}, /* more pages than a transaction holds; in pieces it may fit */
    {ENOSPC, ERR_FULL},
    {EDQUOT, ERR_FULL},
    {EFBIG, ERR_FULL},
    {MDB_READERS_FULL, ERR_BUSY},
    {EWOULDBLOCK, ERR_BUSY},
    {ENOENT, ERR_NOT_FOUND},
    {ENOTDIR, ERR_NOT_FOUND},
    {EACCES, ERR_FORBIDDEN},
    {EPERM, ERR_FORBIDDEN},
    {EROFS, ERR_FORBIDDEN},
    {MDB_INVALID, ERR_MALFORMED},
    {MDB_CORRUPTED, ERR_MALFORMED},
    {MDB_PAGE_NOTFOUND, ERR_MALFORMED},
    {MDB_VERSION_MISMATCH, ERR_VERSION},
    {ENOMEM, ERR_NO_MEMORY},
};

int lmdb_error(const struct store_lmdb *store, int code)
{
    if (code == EIO && is_disk_full(store)) {
        return ERR_FULL;
    }
    for (size_t i = 0; i < sizeof translations / sizeof translations[0]; i++) {
        if (translations[i].code == code) {
            return translations[i].err;
        }
    }
    return ERR_IO;
}

int lmdb_txn_result(struct lmdb_txn *txn, int code)
{
    const int err = lmdb_error(txn->store, code);
    if (err == 0 || err == ERR_NOT_FOUND) {
        return err;
    }
    txn->err = err == ERR_FULL ? ERR_FULL : ERR_IO;
    return txn->err;
}

/* --- transactions --- */

static struct lmdb_txn txn_of(struct store_lmdb *store, MDB_txn *txn, bool is_writable)
{
    return (struct lmdb_txn){
        .head = {.ops = &lmdb_ops, .is_writable = is_writable}, .store = store, .txn = txn};
}

int store_lmdb_begin(struct store_lmdb *store, struct store_txn **ret_txn)
{
    check(!store->is_read_only && store->writer.txn == NULL);
    MDB_txn *txn;
    const int code = mdb_txn_begin(store->env, NULL, 0, &txn);
    if (code != 0) {
        return lmdb_error(store, code);
    }
    store->writer = txn_of(store, txn, true);
    *ret_txn = &store->writer.head;
    return 0;
}

int store_lmdb_commit(struct store_txn *base)
{
    struct lmdb_txn *txn = lmdb_txn_of(base);
    check(txn == &txn->store->writer && txn->txn != NULL && txn->cursors_open == 0);
    if (txn->err != 0) {
        store_lmdb_abort(base);
        return txn->err;
    }
    const int code = mdb_txn_commit(txn->txn);
    txn->txn = NULL;
    return lmdb_txn_result(txn, code);
}

void store_lmdb_abort(struct store_txn *base)
{
    struct lmdb_txn *txn = lmdb_txn_of(base);
    check(txn == &txn->store->writer && txn->txn != NULL && txn->cursors_open == 0);
    mdb_txn_abort(txn->txn);
    txn->txn = NULL;
}

int store_lmdb_reader_open(struct store_lmdb *store, struct store_lmdb_reader **ret_reader)
{
    struct store_lmdb_reader *reader = malloc(sizeof *reader);
    if (reader == NULL) {
        return ERR_NO_MEMORY;
    }
    MDB_txn *txn;
    const int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
    if (code != 0) {
        free(reader);
        return lmdb_error(store, code);
    }
    mdb_txn_reset(txn);
    *reader = (struct store_lmdb_reader){.base = txn_of(store, txn, false)};
    *ret_reader = reader;
    return 0;
}

void store_lmdb_reader_close(struct store_lmdb_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    check(!reader->is_open);
    mdb_txn_abort(reader->base.txn);
    free(reader);
}

/* LMDB keeps its newest two states in two slots by turns. A reader that is held up between choosing
 * state n and copying slot n mod 2 may find n + 2 there, written but perhaps not yet flushed: more
 * than it should show, and the next reader may be told n + 1. Unless n + 2 is there now, it was not
 * there then. Seen in one of eight runs of 200 commits on a busy machine. */
static bool is_overtaken(const struct lmdb_txn *txn)
{
    MDB_envinfo info;
    (void)mdb_env_info(txn->store->env, &info); /* fails only without an environment */
    return info.me_last_txnid > mdb_txn_id(txn->txn) + 1;
}

int store_lmdb_read(struct store_lmdb_reader *reader, struct store_txn **ret_txn)
{
    check(!reader->is_open);
    int code = mdb_txn_renew(reader->base.txn);
    while (code == 0 && is_overtaken(&reader->base)) {
        mdb_txn_reset(reader->base.txn);
        code = mdb_txn_renew(reader->base.txn);
    }
    if (code != 0) {
        return lmdb_error(reader->base.store, code);
    }
    reader->base.err = 0;
    reader->is_open = true;
    *ret_txn = &reader->base.head;
    return 0;
}

void store_lmdb_read_end(struct store_lmdb_reader *reader)
{
    check(reader->is_open && reader->base.cursors_open == 0);
    mdb_txn_reset(reader->base.txn);
    reader->is_open = false;
}
