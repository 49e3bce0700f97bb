#include "node/cli/journal.h"

#include <string.h>

#include "node/blob/blobs.h"
#include "node/cli/cli.h"
#include "sync/log/tables.h"

static int meta_get(struct store_txn *txn, const char *name, void *to, size_t size)
{
    struct bytes value;
    int err = store_get(txn, TABLE_META, bytes_of_text(name), &value);
    if (err == 0 && value.size != size) {
        err = ERR_MALFORMED;
    }
    if (err == 0) {
        memcpy(to, value.data, size);
    }
    return err;
}

static int journal_read_meta(struct journal *journal)
{
    uint8_t epoch[8];
    int err = meta_get(journal->txn, "popup", journal->popup.bytes, sizeof journal->popup.bytes);
    if (err == 0) {
        err = meta_get(journal->txn, "root", journal->root.bytes, sizeof journal->root.bytes);
    }
    if (err == 0) {
        err = meta_get(journal->txn, "epoch", epoch, sizeof epoch);
    }
    if (err == 0) {
        journal->epoch_ms = (int64_t)get_be64(epoch);
    }
    return err;
}

/* As struct journal; closed again after an error. */
static int open_at(const char *folder, struct journal *ret_journal)
{
    struct journal journal = {.store = NULL};
    struct store_lmdb_options options = {.folder = folder, .is_read_only = true};
    int err = store_lmdb_open(&options, &journal.store);
    if (err == 0) {
        err = store_lmdb_reader_open(journal.store, &journal.reader);
    }
    if (err == 0) {
        err = store_lmdb_read(journal.reader, &journal.txn);
    }
    if (err == 0) {
        err = journal_read_meta(&journal);
    }
    if (err == 0) {
        *ret_journal = journal;
    } else {
        journal_close(&journal);
    }
    return err;
}

int journal_open_store(const char *folder, struct journal *ret_journal)
{
    const int err = open_at(folder, ret_journal);
    if (err == 0) {
        return EXIT_DONE;
    }
    if (err != ERR_NOT_FOUND) {
        return tell_failure(folder, err);
    }
    tell("%s is no store", folder);
    return EXIT_UNAVAILABLE;
}

int journal_open_state(const char *state, struct journal *ret_journal)
{
    char folder[PATH_BYTES_MAX];
    int err = path_join(folder, state, "store");
    if (err == 0) {
        err = open_at(folder, ret_journal);
    }
    if (err == 0) {
        (void)!blobs_open(state, &ret_journal->blobs); /* what lies there is not shown then */
        return EXIT_DONE;
    }
    if (err != ERR_NOT_FOUND) {
        return tell_failure(state, err);
    }
    tell("there is no store in %s; name another folder with --state", state);
    return EXIT_UNAVAILABLE;
}

int journal_refresh(struct journal *journal)
{
    store_lmdb_read_end(journal->reader);
    journal->txn = NULL;
    return store_lmdb_read(journal->reader, &journal->txn);
}

void journal_close(struct journal *journal)
{
    if (journal->txn != NULL) {
        store_lmdb_read_end(journal->reader);
    }
    store_lmdb_reader_close(journal->reader);
    store_lmdb_close(journal->store);
    blobs_close(journal->blobs);
    *journal = (struct journal){.store = NULL};
}
