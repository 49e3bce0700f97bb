/* The store's life: opened, and moved aside when it is no store any more.
 *
 * What a disk did to LMDB's pages shows as an error at the open, as a crash within LMDB, or as a
 * start that never comes to anything. So starts are counted in a file beside the store until one
 * has run for a while; from the third in a row on, the store is first read from end to end by a
 * child process, which may die of it. A store that is moved aside is kept: events that nobody else
 * has are in it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/core/core_state.h"
#include "node/os/clock.h"

enum { STARTS_SUSPICIOUS = 3, NUMBER_BYTES_MAX = 16 };

static const char marker[] = "store.condemned";

/* --- counting starts --- */

static unsigned starts_get(const char *path)
{
    uint8_t *data = NULL;
    size_t size = 0;
    if (file_read(path, NUMBER_BYTES_MAX, &data, &size) != 0) {
        return 0;
    }
    const unsigned long count = strtoul((const char *)data, NULL, 10);
    free(data);
    return count < UINT16_MAX ? (unsigned)count : 0;
}

/* How many starts there were, with this one, of which none settled. */
static unsigned starts_note(const struct core *core)
{
    char path[PATH_BYTES_MAX], text[NUMBER_BYTES_MAX];
    if (core->is_alone || path_join(path, core->state, "starts") != 0) {
        return 0;
    }
    const unsigned count = starts_get(path) + 1;
    const int size = snprintf(text, sizeof text, "%u\n", count);
    (void)!file_write(path, bytes_of(text, (size_t)size), 0600); /* a full disk is not its fault */
    return count;
}

void core_store_settled(const struct core *core)
{
    char path[PATH_BYTES_MAX];
    if (!core->is_alone && path_join(path, core->state, "starts") == 0) {
        (void)unlink(path);
    }
}

/* --- reading it from end to end --- */

static int table_read(struct store_txn *txn, enum store_table table)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    uint8_t sum[8];
    int err = store_cursor_open(txn, table, &cursor);
    if (err != 0) {
        return err;
    }
    while ((err = store_cursor_next(&cursor, &key, &value)) == 0) {
        const struct bytes parts[] = {key, value};
        hash_parts(sum, sizeof sum, parts, 2);
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int store_read(const char *folder)
{
    const struct store_lmdb_options options = {.folder = folder, .is_read_only = true};
    struct store_lmdb *store = NULL;
    struct store_lmdb_reader *reader = NULL;
    struct store_txn *txn = NULL;
    int err = store_lmdb_open(&options, &store);
    if (err == 0) {
        err = store_lmdb_reader_open(store, &reader);
    }
    if (err == 0) {
        err = store_lmdb_read(reader, &txn);
    }
    for (int table = 0; table < TABLE_COUNT && err == 0; table++) {
        err = table_read(txn, (enum store_table)table);
    }
    return err;
}

/* Whether a child process comes through it. One that cannot be made says nothing. */
static bool is_readable(const char *folder)
{
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        const int err = store_read(folder);
        _exit(err == ERR_IO || err == ERR_MALFORMED ? 1 : 0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        return true;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* --- moving it aside --- */

void core_store_condemn(const struct core *core, const char *why)
{
    char path[PATH_BYTES_MAX];
    logger_say(LEVEL_ERROR, "core",
               "the store is damaged (%s); at the next start it is moved aside", why);
    if (path_join(path, core->state, marker) != 0 ||
        file_write(path, bytes_of_text(why), 0600) != 0) {
        logger_say(LEVEL_ERROR, "core", "move %s/store aside by hand", core->state);
    }
}

static int move_aside(struct core *core, const char *folder, const char *why)
{
    char aside[PATH_BYTES_MAX], path[PATH_BYTES_MAX];
    const int size = snprintf(aside, sizeof aside, "%s.damaged-%lld", folder,
                              (long long)(clock_wall_ms() / 1000));
    int err = size < (int)sizeof aside ? path_join(path, core->state, marker) : ERR_TOO_LARGE;
    if (err == 0 && rename(folder, aside) != 0) {
        err = errno == EACCES ? ERR_FORBIDDEN : ERR_IO;
    }
    if (err != 0) {
        return err;
    }
    (void)unlink(path);
    core_store_settled(core);
    core->care.is_store_new = true;
    logger_say(LEVEL_ERROR, "core",
               "the store is damaged (%s): it is kept as %s, and this device fetches everything "
               "from the others; what only it had is in there (trestle verify tells what is whole)",
               why, aside);
    return 0;
}

/* @is_there: the store. What was said of one that somebody took away is not of the next. */
static bool is_condemned(const struct core *core, bool is_there)
{
    char path[PATH_BYTES_MAX];
    if (path_join(path, core->state, marker) != 0 || !path_exists(path)) {
        return false;
    }
    if (!is_there) {
        (void)unlink(path);
    }
    return is_there;
}

/* --- opening --- */

static const char *verdict(struct core *core, const char *folder)
{
    const bool is_there = path_exists(folder);
    const bool is_bad = is_condemned(core, is_there);
    core->care.starts = starts_note(core);
    if (!is_there || core->is_alone) {
        return NULL;
    }
    if (is_bad) {
        return "nothing could be done with it";
    }
    if (core->care.starts < STARTS_SUSPICIOUS || is_readable(folder)) {
        return NULL;
    }
    return "it cannot be read";
}

int core_store_open(struct core *core)
{
    char folder[PATH_BYTES_MAX];
    struct store_lmdb_options options = {.folder = folder,
                                         .map_bytes = (uint64_t)core->settings->store_mib << 20};
    int err = path_join(folder, core->state, "store");
    const char *why = err == 0 ? verdict(core, folder) : NULL;
    if (err == 0 && why != NULL) {
        err = move_aside(core, folder, why);
    }
    if (err == 0) {
        err = store_lmdb_open(&options, &core->store);
    }
    if (err == ERR_MALFORMED && !core->is_alone) {
        err = move_aside(core, folder, "it is no store");
        if (err == 0) {
            err = store_lmdb_open(&options, &core->store);
        }
    }
    return err != 0 ? err : store_lmdb_reader_open(core->store, &core->usage_reader);
}

void core_store_refused(const struct core *core, int err)
{
    const bool is_damage = err == ERR_IO || err == ERR_MALFORMED;
    if (is_damage && !core->is_alone && core->care.starts >= STARTS_SUSPICIOUS) {
        core_store_condemn(core, "no start comes to anything");
    }
}
