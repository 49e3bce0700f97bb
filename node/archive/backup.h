/* backup.h - all journals with their signatures in one file, for a device to go on from.
 *
 * Layer: node. Bytes: docs/storage.md, "Backup". What it holds is what peers would send: signed
 * runs in the order of each journal. Neither keys nor what belongs to one device is in it, so
 * nobody can write on under the journals that it holds; a restored device begins a new one.
 */
#ifndef TRESTLE_NODE_ARCHIVE_BACKUP_H
#define TRESTLE_NODE_ARCHIVE_BACKUP_H

#include <stdio.h>

#include "node/store/store_lmdb.h"
#include "sync/base/id.h"

#define BACKUP_MAGIC "trestle/backup\n"

/* What a backup is of. */
struct backup_head {
    struct popup_id popup;
    struct public_key root;
    int64_t epoch_ms;
};

struct backup_sums {
    uint64_t logs, events, runs;
    uint64_t records; /* when reading: the one that is wrong, or the last; from 1 */
    uint64_t lost;    /* when writing: events from one that the disk spoilt to its journal's end */
};

/* Write what @txn sees to @file; each run is verified, so that it can be restored. @on_progress
 * (NULL = nobody) is called now and then with how many events were written. @is_damaged: of each
 * journal as much as is whole. ERR_FULL (the file), ERR_NO_MEMORY, ERR_IO, ERR_MALFORMED (the
 * store, unless @is_damaged). */
MUST_CHECK int backup_write(FILE *file, struct store_txn *txn, const struct backup_head *head,
                            bool is_damaged, void (*on_progress)(uint64_t events),
                            struct backup_sums *ret_sums);

/* Read @file into the empty @store, some thousand events a transaction; each run is verified as one
 * from a peer. What is folded from the journals is left to the first start.
 *
 * @ret_head and @ret_sums are written also on failure, as far as it came; the store is then to be
 * thrown away.
 *   ERR_VERSION         a backup of newer software
 *   ERR_MALFORMED       not a backup, cut off, or changed
 *   ERR_BAD_SIGNATURE, ERR_GAP and what else run_verify() and certificate_verify() say
 *   ERR_FULL, ERR_IO    the store; ERR_NO_MEMORY */
MUST_CHECK int backup_read(FILE *file, struct store_lmdb *store,
                           void (*on_progress)(uint64_t events), struct backup_head *ret_head,
                           struct backup_sums *ret_sums);

#endif
