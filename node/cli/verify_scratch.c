#include "node/cli/verify_scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/cli/cli.h"
#include "sync/roster/roster.h"

struct verify_scratch {
    struct verified_store store; /* its journal's txn is the one that is never committed */
    struct store_lmdb *lmdb;
    bool (*keeps)(const struct event *event); /* NULL = nothing more */
    struct run run;                           /* of one event */
    struct roster roster;
    int err; /* of what was added */
};

/* --- making it --- */

/* The open store goes on without names, and whatever ends the program, nothing is left behind. */
static void names_remove(const char *folder)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "trestle.lock"};
    char path[PATH_BYTES_MAX];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (path_join(path, folder, names[i]) == 0) {
            (void)unlink(path);
        }
    }
    (void)rmdir(folder);
}

static int lmdb_open(struct verify_scratch *scratch, const char *folder)
{
    const struct store_lmdb_options options = {.folder = folder};
    int err = store_lmdb_open(&options, &scratch->lmdb);
    names_remove(folder);
    if (err == 0) {
        err = store_lmdb_begin(scratch->lmdb, &scratch->store.journal.txn);
    }
    return err == 0 ? EXIT_DONE : tell_failure(folder, err);
}

static int folder_open(struct verify_scratch *scratch)
{
    char folder[PATH_BYTES_MAX];
    const char *parent = getenv("TMPDIR");
    parent = parent == NULL || parent[0] == '\0' ? "/tmp" : parent;
    if (path_join(folder, parent, "trestle-verify-XXXXXX") != 0 || mkdtemp(folder) == NULL) {
        tell("%s: what a file says cannot be put in order there; TMPDIR names another folder",
             parent);
        return EXIT_FAILED;
    }
    return lmdb_open(scratch, folder);
}

int verify_scratch_open(const char *name, bool (*keeps)(const struct event *event),
                        struct verify_scratch **ret_scratch)
{
    struct verify_scratch *scratch = calloc(1, sizeof *scratch);
    *ret_scratch = scratch;
    if (scratch == NULL) {
        return tell_failure(name, ERR_NO_MEMORY);
    }
    scratch->keeps = keeps;
    (void)snprintf(scratch->store.name, sizeof scratch->store.name, "%s", name);
    return folder_open(scratch);
}

const struct journal *verify_scratch_journal(const struct verify_scratch *scratch)
{
    return &scratch->store.journal;
}

void verify_scratch_close(struct verify_scratch *scratch)
{
    if (scratch == NULL) {
        return;
    }
    if (scratch->store.journal.txn != NULL) {
        store_lmdb_abort(scratch->store.journal.txn);
    }
    store_lmdb_close(scratch->lmdb);
    free(scratch);
}

void verify_scratch_hand_over(struct verify_scratch *scratch, struct verify_keep *keep)
{
    if (keep == NULL) {
        verify_scratch_close(scratch);
    } else {
        keep->scratch = scratch;
    }
}

/* --- filling it --- */

static int event_keep(struct verify_scratch *scratch, const struct log_head *head, uint64_t seq,
                      const struct hash *hash, struct bytes bytes, const struct event *event)
{
    struct log_head after = *head;
    struct run *run = &scratch->run;
    after.seq = after.signed_seq = seq;
    after.hash = *hash;
    run->log = head->log;
    run->first_seq = seq;
    run->count = 1;
    run->events[0] = (struct run_event){
        .bytes = bytes, .hash = *hash, .entity = event->entity, .type = event->type};
    return run_store(scratch->store.journal.txn, run, &after);
}

/* Of what says nothing of receipts nor of who may write them only where the chain runs: a
 * revocation may name it. */
static int chain_keep(struct verify_scratch *scratch, uint64_t log, uint64_t seq,
                      const struct hash *hash)
{
    const struct key key = key_event(log, seq);
    uint8_t row[HASH_BYTES + 1] = {0}; /* the last byte stands for the event, and is none */
    memcpy(row, hash->bytes, HASH_BYTES);
    return store_put(scratch->store.journal.txn, TABLE_LOG, key_bytes(&key),
                     bytes_of(row, sizeof row));
}

void verify_scratch_add(struct verify_scratch *scratch, const struct log_head *head, uint64_t seq,
                        const struct hash *hash, struct bytes bytes)
{
    const struct entity_id roster = entity_id_derive(KIND_ROSTER, 0);
    struct verified_store *store = &scratch->store;
    struct event event;
    if (scratch->err != 0 || event_decode(bytes, &event) != 0) {
        return;
    }
    if (seq == 1 && store->logs_count < LOGS_MAX) {
        store->logs[store->logs_count++].head = *head;
    }
    const bool is_kept = event.type == EVENT_RECEIPT || entity_id_equal(&event.entity, &roster) ||
                         (scratch->keeps != NULL && scratch->keeps(&event));
    scratch->err = is_kept ? event_keep(scratch, head, seq, hash, bytes, &event)
                           : chain_keep(scratch, head->log, seq, hash);
}

/* --- judging --- */

int verify_scratch_judge(struct verify_scratch *scratch, const struct popup_id *popup,
                         const struct public_key *root, struct findings *findings)
{
    struct journal *journal = &scratch->store.journal;
    int err = scratch->err;
    journal->popup = *popup;
    journal->root = *root;
    if (err == 0) {
        err = roster_load(&scratch->roster, journal->txn, popup, root);
    }
    return err == 0 ? verify_receipts(&scratch->store, &scratch->roster, findings) : err;
}
