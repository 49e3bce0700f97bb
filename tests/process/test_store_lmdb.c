#include "node/store/store_lmdb.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/store_suite.h"
#include "tests/lib/test.h"

enum { MIB = 1024 * 1024, PATH_BYTES = 256 };

/* --- a folder of its own for each test --- */

static char base[PATH_BYTES];   /* made by folder_make() */
static char folder[PATH_BYTES]; /* the store's, in it; not yet there */

static void folder_make(void)
{
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(base, sizeof base, "%s/trestle-store-XXXXXX", tmp != NULL ? tmp : "/tmp");
    assert_non_null(mkdtemp(base));
    assert_true(snprintf(folder, sizeof folder, "%s/db", base) < (int)sizeof folder);
}

static void path_in(char path[PATH_BYTES], const char *where, const char *name)
{
    assert_true(snprintf(path, PATH_BYTES, "%s/%s", where, name) < PATH_BYTES);
}

static void folder_remove(void)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "trestle.lock"};
    char path[PATH_BYTES];
    for (size_t i = 0; i < 3; i++) {
        path_in(path, folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
    assert_int_equal(rmdir(base), 0);
}

static struct store_lmdb *open_with(const struct store_lmdb_options *options)
{
    struct store_lmdb *store = NULL;
    assert_int_equal(store_lmdb_open(options, &store), 0);
    return store;
}

static struct store_lmdb *open_small(void)
{
    return open_with(&(struct store_lmdb_options){.folder = folder, .map_bytes = 16 * MIB});
}

static int open_result(const struct store_lmdb_options *options)
{
    struct store_lmdb *store = NULL;
    const int err = store_lmdb_open(options, &store);
    store_lmdb_close(store);
    return err;
}

/* --- the laws that all stores share --- */

static struct store_lmdb *shared;
static struct store_lmdb_reader *readers[STORE_SUITE_READERS];

static void suite_open(void)
{
    folder_make();
    shared = open_small();
    for (size_t i = 0; i < STORE_SUITE_READERS; i++) {
        assert_int_equal(store_lmdb_reader_open(shared, &readers[i]), 0);
    }
}

static void suite_close(void)
{
    for (size_t i = 0; i < STORE_SUITE_READERS; i++) {
        store_lmdb_reader_close(readers[i]);
    }
    store_lmdb_close(shared);
    folder_remove();
}

static struct store_txn *suite_begin(void)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_lmdb_begin(shared, &txn), 0);
    return txn;
}

static struct store_txn *suite_read(unsigned reader)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_lmdb_read(readers[reader], &txn), 0);
    return txn;
}

static void suite_read_end(unsigned reader)
{
    store_lmdb_read_end(readers[reader]);
}

static const struct store_suite suite = {
    .open = suite_open,
    .close = suite_close,
    .begin = suite_begin,
    .commit = store_lmdb_commit,
    .abort = store_lmdb_abort,
    .read = suite_read,
    .read_end = suite_read_end,
};

STORE_SUITE(store_lmdb, suite)

/* --- what only this one does; these return errors, so that children can use them too --- */

static int put_number(struct store_lmdb *store, const char *key, uint64_t number)
{
    uint8_t value[8];
    struct store_txn *txn;
    put_be64(value, number);
    int err = store_lmdb_begin(store, &txn);
    if (err != 0) {
        return err;
    }
    err = store_put(txn, TABLE_META, bytes_of_text(key), bytes_of(value, sizeof value));
    if (err != 0) {
        store_lmdb_abort(txn);
        return err;
    }
    return store_lmdb_commit(txn);
}

static int get_number(struct store_lmdb *store, const char *key, uint64_t *ret_number)
{
    struct store_lmdb_reader *reader;
    struct store_txn *txn;
    struct bytes value;
    int err = store_lmdb_reader_open(store, &reader);
    if (err != 0) {
        return err;
    }
    err = store_lmdb_read(reader, &txn);
    if (err == 0) {
        err = store_get(txn, TABLE_META, bytes_of_text(key), &value);
        if (err == 0) {
            *ret_number = get_be64(value.data);
        }
        store_lmdb_read_end(reader);
    }
    store_lmdb_reader_close(reader);
    return err;
}

static void assert_number(struct store_lmdb *store, const char *key, uint64_t expected)
{
    uint64_t number = 0;
    assert_int_equal(get_number(store, key, &number), 0);
    assert_int_equal(number, expected);
}

/* One transaction of @count values of 4 KiB; its error, from wherever it comes. */
static int put_bulk(struct store_lmdb *store, uint32_t count)
{
    static const uint8_t page[4096] = {7};
    struct store_txn *txn;
    uint8_t key[4];
    int err = store_lmdb_begin(store, &txn);
    if (err != 0) {
        return err;
    }
    for (uint32_t i = 0; i < count && err == 0; i++) {
        put_be32(key, i);
        err = store_append(txn, TABLE_LOG, bytes_of(key, 4), bytes_of(page, sizeof page));
    }
    const int commit_err = store_lmdb_commit(txn);
    return err != 0 && commit_err != err ? ERR_INTERNAL : commit_err;
}

/* --- children: another process with the same folder --- */

/* Runs @body in a child and gives what it returned, as the err it is. */
static int in_child(int (*body)(void))
{
    int status;
    (void)fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(-body());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return -WEXITSTATUS(status);
}

/* Runs @body in a child until it says that it is ready, then kills it on the spot. */
static void kill_in_child(void (*body)(int ready_fd))
{
    int ends[2];
    int status;
    char byte;
    (void)fflush(NULL);
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        body(ends[1]);
        for (;;) {
            (void)pause();
        }
    }
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(byte, 'r');
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(close(ends[0]), 0);
}

static void tell(int fd, bool is_ready)
{
    if (write(fd, is_ready ? "r" : "x", 1) != 1) {
        _exit(1);
    }
}

/* LMDB's calls arrive here, because the program's own symbols come before a library's. */
static unsigned flushes;

int fdatasync(int fd)
{
    flushes++;
    return fsync(fd);
}

TEST(store_lmdb, every_commit_is_flushed_to_the_disk)
{
    folder_make();
    struct store_lmdb *store = open_small();
    for (uint64_t i = 0; i < 5; i++) {
        const unsigned before = flushes;
        assert_int_equal(put_number(store, "k", i), 0);
        assert_true(flushes > before);
    }
    store_lmdb_close(store);
    folder_remove();
}

TEST(store_lmdb, reopened_store_has_what_was_committed)
{
    folder_make();
    struct store_lmdb *store = open_small();
    assert_int_equal(put_number(store, "k", 7), 0);
    store_lmdb_close(store);
    store = open_small();
    assert_number(store, "k", 7);
    assert_int_equal(put_number(store, "k", 8), 0);
    assert_number(store, "k", 8);
    store_lmdb_close(store);
    folder_remove();
}

static void commit_then_leave_a_transaction_open(int ready_fd)
{
    struct store_lmdb *store;
    struct store_txn *txn;
    const struct store_lmdb_options options = {.folder = folder, .map_bytes = 16 * MIB};
    const struct bytes key = bytes_of_text("k");
    const bool is_ready = store_lmdb_open(&options, &store) == 0 &&
                          put_number(store, "k", 1) == 0 && store_lmdb_begin(store, &txn) == 0 &&
                          store_put(txn, TABLE_META, key, bytes_of_text("half")) == 0 &&
                          store_put(txn, TABLE_LOG, key, bytes_of_text("half")) == 0;
    tell(ready_fd, is_ready);
}

TEST(store_lmdb, kill_in_a_transaction_leaves_the_last_commit)
{
    folder_make();
    kill_in_child(commit_then_leave_a_transaction_open);
    struct store_lmdb *store = open_small();
    assert_number(store, "k", 1);
    assert_int_equal(put_number(store, "j", 2), 0);
    store_lmdb_close(store);
    folder_remove();
}

static void commit_for_ever(int ready_fd)
{
    struct store_lmdb *store;
    const struct store_lmdb_options options = {.folder = folder, .map_bytes = 16 * MIB};
    bool is_good = store_lmdb_open(&options, &store) == 0;
    for (uint64_t i = 1; is_good; i++) {
        struct store_txn *txn;
        uint8_t value[8];
        put_be64(value, i);
        is_good =
            store_lmdb_begin(store, &txn) == 0 &&
            store_put(txn, TABLE_META, bytes_of_text("a"), bytes_of(value, sizeof value)) == 0 &&
            store_put(txn, TABLE_META, bytes_of_text("b"), bytes_of(value, sizeof value)) == 0 &&
            store_lmdb_commit(txn) == 0;
        if (i == 20) {
            tell(ready_fd, is_good);
        }
    }
}

TEST(store_lmdb, kill_between_commits_never_leaves_half_of_one)
{
    for (int i = 0; i < 10; i++) {
        uint64_t a = 0;
        uint64_t b = 0;
        folder_make();
        kill_in_child(commit_for_ever);
        struct store_lmdb *store = open_small();
        assert_int_equal(get_number(store, "a", &a), 0);
        assert_int_equal(get_number(store, "b", &b), 0);
        assert_true(a >= 20);
        assert_int_equal(a, b);
        store_lmdb_close(store);
        folder_remove();
    }
}

static int open_another(void)
{
    return open_result(&(struct store_lmdb_options){.folder = folder});
}

TEST(store_lmdb, second_instance_is_refused)
{
    folder_make();
    struct store_lmdb *store = open_small();
    assert_int_equal(open_another(), ERR_BUSY);
    assert_int_equal(in_child(open_another), ERR_BUSY);
    assert_int_equal(put_number(store, "k", 1), 0);
    store_lmdb_close(store);
    assert_int_equal(in_child(open_another), 0);
    folder_remove();
}

static int read_as_a_tool(void)
{
    struct store_lmdb *store;
    uint64_t number = 0;
    int err = store_lmdb_open(&(struct store_lmdb_options){.folder = folder, .is_read_only = true},
                              &store);
    if (err != 0) {
        return err;
    }
    err = get_number(store, "k", &number);
    store_lmdb_close(store);
    return err == 0 && number != 7 ? ERR_MISMATCH : err;
}

TEST(store_lmdb, tool_reads_while_a_node_runs)
{
    folder_make();
    struct store_lmdb *store = open_small();
    assert_int_equal(put_number(store, "k", 7), 0);
    assert_int_equal(in_child(read_as_a_tool), 0);
    struct store_txn *txn;
    assert_int_equal(store_lmdb_begin(store, &txn), 0);
    assert_int_equal(store_del(txn, TABLE_META, bytes_of_text("k")), 0);
    assert_int_equal(in_child(read_as_a_tool), 0); /* not committed, so not gone */
    assert_int_equal(store_lmdb_commit(txn), 0);
    assert_int_equal(in_child(read_as_a_tool), ERR_NOT_FOUND);
    store_lmdb_close(store);
    folder_remove();
}

TEST(store_lmdb, tool_creates_nothing)
{
    struct stat about;
    folder_make();
    assert_int_equal(read_as_a_tool(), ERR_NOT_FOUND);
    assert_int_equal(stat(folder, &about), -1);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(read_as_a_tool(), ERR_NOT_FOUND);
    folder_remove();
}

static void read_and_leave_it_open(int ready_fd)
{
    struct store_lmdb *store;
    struct store_lmdb_reader *reader;
    struct store_txn *txn;
    const struct store_lmdb_options options = {.folder = folder, .is_read_only = true};
    const bool is_ready = store_lmdb_open(&options, &store) == 0 &&
                          store_lmdb_reader_open(store, &reader) == 0 &&
                          store_lmdb_read(reader, &txn) == 0;
    tell(ready_fd, is_ready);
}

TEST(store_lmdb, slots_of_dead_readers_are_cleared)
{
    unsigned dead = 0;
    folder_make();
    struct store_lmdb *store = open_small();
    kill_in_child(read_and_leave_it_open);
    assert_int_equal(store_lmdb_clear_readers(store, &dead), 0);
    assert_int_equal(dead, 1);
    assert_int_equal(store_lmdb_clear_readers(store, &dead), 0);
    assert_int_equal(dead, 0);
    store_lmdb_close(store);
    folder_remove();
}

TEST(store_lmdb, more_readers_than_slots_are_busy)
{
    struct store_lmdb_reader *first;
    struct store_lmdb_reader *second;
    struct store_lmdb_reader *third;
    folder_make();
    struct store_lmdb *store = open_with(
        &(struct store_lmdb_options){.folder = folder, .map_bytes = MIB, .readers_max = 2});
    assert_int_equal(store_lmdb_reader_open(store, &first), 0);
    assert_int_equal(store_lmdb_reader_open(store, &second), 0);
    assert_int_equal(store_lmdb_reader_open(store, &third), ERR_BUSY);
    store_lmdb_reader_close(first);
    assert_int_equal(store_lmdb_reader_open(store, &third), 0);
    store_lmdb_reader_close(second);
    store_lmdb_reader_close(third);
    store_lmdb_close(store);
    folder_remove();
}

/* --- full --- */

TEST(store_lmdb, full_map_is_not_fatal)
{
    folder_make();
    struct store_lmdb *store =
        open_with(&(struct store_lmdb_options){.folder = folder, .map_bytes = MIB});
    assert_int_equal(put_number(store, "k", 1), 0);
    assert_int_equal(put_bulk(store, 1000), ERR_FULL);
    assert_number(store, "k", 1);
    assert_int_equal(put_number(store, "k", 2), 0);
    assert_int_equal(put_bulk(store, 10), 0);
    store_lmdb_close(store);
    folder_remove();
}

TEST(store_lmdb, full_map_ends_the_transaction)
{
    static const uint8_t large[2 * MIB] = {1};
    struct store_txn *txn;
    struct store_cursor cursor, other;
    struct bytes found, value;
    folder_make();
    struct store_lmdb *store =
        open_with(&(struct store_lmdb_options){.folder = folder, .map_bytes = MIB});
    const struct bytes key = bytes_of_text("k");
    assert_int_equal(store_lmdb_begin(store, &txn), 0);
    assert_int_equal(store_cursor_open(txn, TABLE_LOG, &cursor), 0);
    assert_int_equal(store_put(txn, TABLE_META, key, key), 0);
    assert_int_equal(store_put(txn, TABLE_META, key, bytes_of(large, sizeof large)), ERR_FULL);
    assert_int_equal(store_put(txn, TABLE_META, key, key), ERR_FULL);
    assert_int_equal(store_get(txn, TABLE_META, key, &value), ERR_FULL);
    assert_int_equal(store_del(txn, TABLE_META, key), ERR_FULL);
    assert_int_equal(store_cursor_seek(&cursor, key, &found, &value), ERR_FULL);
    assert_int_equal(store_cursor_before(&cursor, key, &found, &value), ERR_FULL);
    assert_int_equal(store_cursor_next(&cursor, &found, &value), ERR_FULL);
    assert_int_equal(store_cursor_open(txn, TABLE_LOG, &other), ERR_FULL);
    store_cursor_close(&cursor);
    assert_int_equal(store_lmdb_commit(txn), ERR_FULL);
    store_lmdb_close(store);
    folder_remove();
}

/* A disk that fills up in mid-write, played by a limit on the size of files: the write that meets
 * it comes back short, which LMDB calls EIO. @free_min decides whether that looks like a full disk.
 */
static int write_past_a_limit(uint64_t free_min)
{
    struct rlimit limit;
    struct store_lmdb *store;
    uint64_t number = 0;
    const struct store_lmdb_options options = {
        .folder = folder, .map_bytes = 16 * MIB, .disk_free_bytes_min = free_min};
    int err = store_lmdb_open(&options, &store);
    if (err != 0 || getrlimit(RLIMIT_FSIZE, &limit) != 0 || put_number(store, "k", 5) != 0) {
        return ERR_INTERNAL;
    }
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = MIB + 2048; /* not at a page's edge: that write would be refused whole */
    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        return ERR_INTERNAL;
    }
    err = put_bulk(store, 500);
    limit.rlim_cur = before;
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || get_number(store, "k", &number) != 0 ||
        number != 5 || put_bulk(store, 500) != 0) {
        return ERR_INTERNAL;
    }
    store_lmdb_close(store);
    return err;
}

static int write_to_a_full_disk(void)
{
    return write_past_a_limit(UINT64_MAX);
}

static int write_to_a_broken_disk(void)
{
    return write_past_a_limit(1);
}

TEST(store_lmdb, full_disk_is_not_fatal)
{
    folder_make();
    assert_int_equal(in_child(write_to_a_full_disk), ERR_FULL);
    folder_remove();
}

TEST(store_lmdb, broken_disk_is_told_from_a_full_one)
{
    folder_make();
    assert_int_equal(in_child(write_to_a_broken_disk), ERR_IO);
    folder_remove();
}

/* --- files --- */

static mode_t mode_of(const char *path)
{
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return about.st_mode & 0777;
}

TEST(store_lmdb, files_are_the_owners_alone)
{
    char path[PATH_BYTES];
    folder_make();
    struct store_lmdb *store = open_small();
    assert_int_equal(mode_of(folder), 0700);
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        path_in(path, folder, entry->d_name);
        assert_true(entry->d_name[0] == '.' || mode_of(path) == 0600);
    }
    assert_int_equal(closedir(listing), 0);
    store_lmdb_close(store);
    folder_remove();
}

TEST(store_lmdb, default_map_is_large_and_sparse)
{
    struct stat about;
    struct store_lmdb_usage usage;
    struct store_lmdb_reader *reader;
    char path[PATH_BYTES];
    folder_make();
    struct store_lmdb *store = open_with(&(struct store_lmdb_options){.folder = folder});
    assert_int_equal(store_lmdb_reader_open(store, &reader), 0);
    assert_int_equal(store_lmdb_usage(reader, &usage), 0);
    assert_true(usage.map_bytes == (sizeof(size_t) >= 8 ? 4096u : 512u) * (uint64_t)MIB);
    path_in(path, folder, "data.mdb");
    assert_int_equal(stat(path, &about), 0);
    assert_true(about.st_size < MIB);
    store_lmdb_reader_close(reader);
    store_lmdb_close(store);
    folder_remove();
}

static int del_bulk(struct store_lmdb *store, uint32_t count)
{
    struct store_txn *txn;
    uint8_t key[4];
    int err = store_lmdb_begin(store, &txn);
    for (uint32_t i = 0; i < count && err == 0; i++) {
        put_be32(key, i);
        err = store_del(txn, TABLE_LOG, bytes_of(key, 4));
    }
    return err == 0 ? store_lmdb_commit(txn) : err;
}

TEST(store_lmdb, usage_counts_what_is_in_use)
{
    struct store_lmdb_usage empty;
    struct store_lmdb_usage full;
    struct store_lmdb_usage emptied;
    struct store_lmdb_reader *reader;
    folder_make();
    struct store_lmdb *store = open_small();
    assert_int_equal(store_lmdb_reader_open(store, &reader), 0);
    assert_int_equal(store_lmdb_usage(reader, &empty), 0);
    assert_int_equal(put_bulk(store, 500), 0);
    assert_int_equal(store_lmdb_usage(reader, &full), 0);
    assert_int_equal(del_bulk(store, 500), 0);
    assert_int_equal(store_lmdb_usage(reader, &emptied), 0);
    assert_int_equal(empty.map_bytes, 16 * MIB);
    assert_true(full.used_bytes >= empty.used_bytes + 500 * 4096);
    assert_true(emptied.used_bytes < full.used_bytes / 2);
    assert_true(emptied.file_bytes >= full.file_bytes);
    store_lmdb_reader_close(reader);
    store_lmdb_close(store);
    folder_remove();
}

TEST(store_lmdb, what_is_no_store_is_not_touched)
{
    char path[PATH_BYTES];
    char bytes[8192];
    memset(bytes, 'x', sizeof bytes);
    folder_make();
    assert_int_equal(mkdir(folder, 0700), 0);
    path_in(path, folder, "data.mdb");
    int fd = open(path, O_CREAT | O_RDWR, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, sizeof bytes), sizeof bytes);
    assert_int_equal(open_another(), ERR_MALFORMED);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(read(fd, bytes, sizeof bytes), sizeof bytes);
    assert_true(bytes[0] == 'x' && memcmp(bytes, bytes + 1, sizeof bytes - 1) == 0);
    assert_int_equal(close(fd), 0);
    folder_remove();
}

TEST(store_lmdb, missing_parent_is_not_found)
{
    folder_make();
    assert_int_equal(open_result(&(struct store_lmdb_options){.folder = "/nowhere/at/all"}),
                     ERR_NOT_FOUND);
    folder_remove();
}

TEST(store_lmdb, network_filesystems_are_refused)
{
    assert_true(store_lmdb_is_network(0x6969));      /* NFS */
    assert_true(store_lmdb_is_network(0xff534d42));  /* CIFS */
    assert_false(store_lmdb_is_network(0xef53));     /* ext4 */
    assert_false(store_lmdb_is_network(0x01021994)); /* tmpfs */
}

/* --- threads --- */

/* More threads than processors, so that readers are held up in the middle of things. */
enum { PAIRS = 300, READING_THREADS = 8 };

/* Reads until it has seen the last pair; a pair that does not agree is reported. */
static void *read_pairs(void *context)
{
    struct store_lmdb_reader *reader = NULL;
    const char *wrong = store_lmdb_reader_open(context, &reader) == 0 ? NULL : "no reader";
    uint64_t seen = 0;
    while (wrong == NULL && seen < PAIRS) {
        struct store_txn *txn;
        struct bytes a;
        struct bytes b;
        if (store_lmdb_read(reader, &txn) != 0) {
            wrong = "no transaction";
            break;
        }
        if (store_get(txn, TABLE_META, bytes_of_text("a"), &a) != 0 ||
            store_get(txn, TABLE_LOCAL, bytes_of_text("b"), &b) != 0) {
            wrong = "nothing there";
        } else if (!bytes_equal(a, b)) {
            wrong = "half a commit";
        } else if (get_be64(a.data) < seen) {
            wrong = "an older commit than before";
        } else {
            seen = get_be64(a.data);
        }
        store_lmdb_read_end(reader);
    }
    store_lmdb_reader_close(reader);
    return (void *)(uintptr_t)wrong;
}

static void put_pair(struct store_lmdb *store, uint64_t number)
{
    struct store_txn *txn;
    uint8_t value[8];
    put_be64(value, number);
    const struct bytes bytes = bytes_of(value, sizeof value);
    assert_int_equal(store_lmdb_begin(store, &txn), 0);
    assert_int_equal(store_put(txn, TABLE_META, bytes_of_text("a"), bytes), 0);
    assert_int_equal(store_put(txn, TABLE_LOCAL, bytes_of_text("b"), bytes), 0);
    assert_int_equal(store_lmdb_commit(txn), 0);
}

TEST(store_lmdb, other_threads_see_whole_commits)
{
    pthread_t threads[READING_THREADS];
    folder_make();
    struct store_lmdb *store = open_small();
    put_pair(store, 0);
    for (size_t i = 0; i < READING_THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, read_pairs, store), 0);
    }
    for (uint64_t number = 1; number <= PAIRS; number++) {
        put_pair(store, number);
    }
    for (size_t i = 0; i < READING_THREADS; i++) {
        void *wrong;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    store_lmdb_close(store);
    folder_remove();
}
