/* archive.h - all journals up to a frontier in one file, to keep and to prove.
 *
 * Layer: node. Bytes: docs/storage.md, "Archive". Two devices with the same events write the same
 * bytes. It holds of each journal one signature, which covers all of it; a device that is to go on
 * from a copy needs a backup instead.
 */
#ifndef TRESTLE_NODE_ARCHIVE_ARCHIVE_H
#define TRESTLE_NODE_ARCHIVE_ARCHIVE_H

#include <stdio.h>

#include "sync/base/id.h"
#include "sync/base/store.h"

#define ARCHIVE_MAGIC "trestle/archive\n"

/* What an archive is of. */
struct archive_head {
    struct popup_id popup;
    struct public_key root;
    int64_t epoch_ms;
    uint64_t day; /* up to the close of that day; 0 = all that is here */
};

/* Write one to @file. @on_progress is called now and then with how many events were written.
 * ERR_STATE: the day is not closed. ERR_GAP: not all of it is here yet. ERR_MISMATCH: its close
 * names another branch of a journal than the one here. ERR_NO_MEMORY, ERR_FULL (the file),
 * ERR_IO, ERR_MALFORMED (the store). */
MUST_CHECK int archive_write(FILE *file, struct store_txn *txn, const struct archive_head *head,
                             void (*on_progress)(uint64_t events));

#endif
