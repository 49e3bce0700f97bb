/* trestle restore: a backup becomes the store of a device that has none.
 *
 * It is built as store.restore beside and renamed when all of it has been verified. A device that
 * has its keys goes on under a new journal of its own; in a folder without keys the store waits,
 * marked `restored`, until this device joins.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/archive/backup.h"
#include "node/cli/cli.h"
#include "node/cli/setup.h"
#include "sync/log/run.h"

struct restoring {
    char state[PATH_BYTES_MAX];
    char fresh[PATH_BYTES_MAX]; /* the store while it is built */
    char store[PATH_BYTES_MAX];
    bool has_keys;
    struct identity identity;
    struct backup_head head;
    struct backup_sums sums;
    uint32_t incarnation; /* the newest of this device that the backup knows */
};

static void show_progress(uint64_t events)
{
    tell("%llu events", (unsigned long long)events);
}

/* --- where to --- */

static int fresh_remove(const char *fresh)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "trestle.lock"};
    char path[PATH_BYTES_MAX];
    int err = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && err == 0; i++) {
        err = path_join(path, fresh, names[i]);
        if (err == 0 && remove(path) != 0 && path_exists(path)) {
            err = ERR_FORBIDDEN;
        }
    }
    if (err == 0 && rmdir(fresh) != 0 && path_exists(fresh)) {
        err = ERR_FORBIDDEN;
    }
    return err;
}

static int place_prepare(struct restoring *restoring)
{
    int err = folder_make(restoring->state);
    if (err == 0) {
        err = path_join(restoring->fresh, restoring->state, "store.restore");
    }
    if (err == 0) {
        err = path_join(restoring->store, restoring->state, "store");
    }
    if (err == 0 && path_exists(restoring->store)) {
        tell("%s has a store already; restore to another folder with --to", restoring->state);
        return EXIT_FAILED;
    }
    if (err == 0) {
        err = fresh_remove(restoring->fresh);
    }
    restoring->has_keys = identity_exists(restoring->state);
    if (err == 0 && restoring->has_keys) {
        err = identity_load(restoring->state, &restoring->identity);
    }
    return err == 0 ? EXIT_DONE : tell_failure(restoring->state, err);
}

/* --- the store --- */

static int incarnation_find(struct restoring *restoring, struct store_txn *txn)
{
    struct store_cursor cursor;
    struct log_head head;
    int err = store_cursor_open(txn, TABLE_HEAD, &cursor);
    if (err != 0) {
        return err;
    }
    while ((err = log_head_next(&cursor, &head)) == 0) {
        if (head.device == restoring->identity.device &&
            head.incarnation > restoring->incarnation) {
            restoring->incarnation = head.incarnation;
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int store_look(struct restoring *restoring, struct store_lmdb *store)
{
    struct store_lmdb_reader *reader = NULL;
    struct store_txn *txn = NULL;
    int err = store_lmdb_reader_open(store, &reader);
    if (err == 0) {
        err = store_lmdb_read(reader, &txn);
    }
    if (err == 0) {
        err = incarnation_find(restoring, txn);
        store_lmdb_read_end(reader);
    }
    store_lmdb_reader_close(reader);
    return err;
}

static int store_fill(struct restoring *restoring, FILE *file, uint64_t map_bytes)
{
    struct store_lmdb *store = NULL;
    const struct store_lmdb_options options = {.folder = restoring->fresh, .map_bytes = map_bytes};
    int err = store_lmdb_open(&options, &store);
    if (err == 0) {
        err = backup_read(file, store, show_progress, &restoring->head, &restoring->sums);
    }
    if (err == 0 && restoring->has_keys &&
        !bytes_equal(bytes_of(restoring->head.popup.bytes, POPUP_ID_BYTES),
                     bytes_of(restoring->identity.popup.bytes, POPUP_ID_BYTES))) {
        err = ERR_MISMATCH;
    }
    if (err == 0) {
        err = store_look(restoring, store);
    }
    store_lmdb_close(store);
    return err;
}

/* From the rename on the store counts. The key goes first: should the power fail in between, this
 * device has skipped an incarnation, and never uses one twice. */
static int store_install(struct restoring *restoring)
{
    struct log_key key;
    int err = restoring->has_keys
                  ? log_key_renew_after(restoring->state, restoring->incarnation, &key)
                  : setup_mark_restored(restoring->state);
    entropy_wipe(&key, sizeof key);
    if (err == 0 && rename(restoring->fresh, restoring->store) != 0) {
        err = ERR_IO;
    }
    int fd = err == 0 ? open(restoring->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (err == 0 && (fd < 0 || fsync(fd) != 0)) {
        err = ERR_IO;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return err;
}

/* --- what is said --- */

static int tell_restore(const struct restoring *restoring, const char *path, int err)
{
    switch (err) {
    case ERR_MISMATCH:
        tell("%s is of another pop-up than the keys in %s; nothing was restored", path,
             restoring->state);
        return EXIT_SETTINGS;
    case ERR_VERSION:
        tell("%s was written by newer software; update first", path);
        return EXIT_SETTINGS;
    case ERR_IO:
    case ERR_FULL:
    case ERR_FORBIDDEN:
    case ERR_NO_MEMORY:
        return tell_failure(restoring->state, err);
    default:
        tell("%s: record %llu: %s; it was cut off or changed, nothing was restored", path,
             (unsigned long long)restoring->sums.records, err_text(err));
        return EXIT_FAILED;
    }
}

static void say_done(const struct args *args, const struct restoring *restoring)
{
    const struct backup_sums *sums = &restoring->sums;
    if (args_has(args, "json")) {
        (void)printf("{\"logs\":%llu,\"events\":%llu,\"signatures\":%llu,\"keys\":%s}\n",
                     (unsigned long long)sums->logs, (unsigned long long)sums->events,
                     (unsigned long long)sums->runs, restoring->has_keys ? "true" : "false");
    }
    tell("%llu events of %llu journals, %llu signatures verified", (unsigned long long)sums->events,
         (unsigned long long)sums->logs, (unsigned long long)sums->runs);
    tell(restoring->has_keys
             ? "next: trestle run; this device goes on under a new journal"
             : "next: trestle join INVITATION, as a new device; or put the device's `keys` there");
}

int command_restore(const struct args *args)
{
    struct place place;
    struct restoring restoring = {.has_keys = false};
    const char *path = args->words[0], *to = args_flag(args, "to");
    int status = place_find(args, &place);
    if (status != EXIT_DONE) {
        return status;
    }
    if (strlen(to == NULL ? "" : to) >= sizeof restoring.state) {
        return tell_failure("--to", ERR_TOO_LARGE);
    }
    (void)snprintf(restoring.state, sizeof restoring.state, "%s", to == NULL ? place.state : to);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return tell_no_file(path);
    }
    status = place_prepare(&restoring);
    if (status == EXIT_DONE) {
        int err = store_fill(&restoring, file, (uint64_t)place.settings.store_mib << 20);
        if (err == 0) {
            err = store_install(&restoring);
        }
        if (err != 0) {
            (void)!fresh_remove(restoring.fresh);
        }
        status = err == 0 ? EXIT_DONE : tell_restore(&restoring, path, err);
    }
    (void)fclose(file);
    if (status == EXIT_DONE) {
        say_done(args, &restoring);
    }
    entropy_wipe(&restoring.identity, sizeof restoring.identity);
    return status;
}
