/* journal.h - a store opened for looking only, also while a node writes to it.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_CLI_JOURNAL_H
#define TRESTLE_NODE_CLI_JOURNAL_H

#include "node/store/store_lmdb.h"
#include "sync/base/id.h"

struct journal {
    struct store_lmdb *store;
    struct store_lmdb_reader *reader;
    struct store_txn *txn; /* one snapshot for the journal's life */
    struct popup_id popup;
    struct public_key root;
    int64_t epoch_ms;
    struct blobs *blobs; /* NULL: none lie beside this store */
};

/* Of the state folder @state. EXIT_DONE, or told. */
int journal_open_state(const char *state, struct journal *ret_journal);
/* Of the store @folder itself, as one that was kept aside. EXIT_DONE, or told. */
int journal_open_store(const char *folder, struct journal *ret_journal);
/* See what is committed by now; what was borrowed from txn is gone. ERR_IO. */
MUST_CHECK int journal_refresh(struct journal *journal);
void journal_close(struct journal *journal);

#endif
