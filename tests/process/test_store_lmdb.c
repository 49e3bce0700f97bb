/* test_store_lmdb.c - the store on disk: the laws of all stores, what reaches the disk, its files,
 * and threads that read while one writes. */
#include "tests/process/lib/store_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/store_suite.h"
#include "tests/lib/test.h"

/* --- the laws that all stores share --- */

static struct store_lmdb *shared;

static struct store_lmdb_reader *readers[STORE_SUITE_READERS];

static void suite_open(void)
{
    store_folder_make();
    shared = store_open_small();
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
    store_folder_remove();
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

/* --- what reaches the disk --- */

/* LMDB's calls arrive here, because the program's own symbols come before a library's. */
static unsigned flushes;

int fdatasync(int fd)
{
    flushes++;
    return fsync(fd);
}

TEST(store_lmdb, every_commit_is_flushed_to_the_disk)
{
    store_folder_make();
    struct store_lmdb *store = store_open_small();
    for (uint64_t i = 0; i < 5; i++) {
        const unsigned before = flushes;
        assert_int_equal(put_number(store, "k", i), 0);
        assert_true(flushes > before);
    }
    store_lmdb_close(store);
    store_folder_remove();
}

TEST(store_lmdb, reopened_store_has_what_was_committed)
{
    store_folder_make();
    struct store_lmdb *store = store_open_small();
    assert_int_equal(put_number(store, "k", 7), 0);
    store_lmdb_close(store);
    store = store_open_small();
    assert_number(store, "k", 7);
    assert_int_equal(put_number(store, "k", 8), 0);
    assert_number(store, "k", 8);
    store_lmdb_close(store);
    store_folder_remove();
}

TEST(store_lmdb, more_readers_than_slots_are_busy)
{
    struct store_lmdb_reader *first;
    struct store_lmdb_reader *second;
    struct store_lmdb_reader *third;
    store_folder_make();
    struct store_lmdb *store = store_open_with(
        &(struct store_lmdb_options){.folder = store_folder, .map_bytes = MIB, .readers_max = 2});
    assert_int_equal(store_lmdb_reader_open(store, &first), 0);
    assert_int_equal(store_lmdb_reader_open(store, &second), 0);
    assert_int_equal(store_lmdb_reader_open(store, &third), ERR_BUSY);
    store_lmdb_reader_close(first);
    assert_int_equal(store_lmdb_reader_open(store, &third), 0);
    store_lmdb_reader_close(second);
    store_lmdb_reader_close(third);
    store_lmdb_close(store);
    store_folder_remove();
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
    char path[STORE_PATH_BYTES];
    store_folder_make();
    struct store_lmdb *store = store_open_small();
    assert_int_equal(mode_of(store_folder), 0700);
    DIR *listing = opendir(store_folder);
    assert_non_null(listing);
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        store_path(path, store_folder, entry->d_name);
        assert_true(entry->d_name[0] == '.' || mode_of(path) == 0600);
    }
    assert_int_equal(closedir(listing), 0);
    store_lmdb_close(store);
    store_folder_remove();
}

TEST(store_lmdb, default_map_is_large_and_sparse)
{
    struct stat about;
    struct store_lmdb_usage usage;
    struct store_lmdb_reader *reader;
    char path[STORE_PATH_BYTES];
    store_folder_make();
    struct store_lmdb *store =
        store_open_with(&(struct store_lmdb_options){.folder = store_folder});
    assert_int_equal(store_lmdb_reader_open(store, &reader), 0);
    assert_int_equal(store_lmdb_usage(reader, &usage), 0);
    assert_true(usage.map_bytes == (sizeof(size_t) >= 8 ? 4096u : 512u) * (uint64_t)MIB);
    store_path(path, store_folder, "data.mdb");
    assert_int_equal(stat(path, &about), 0);
    assert_true(about.st_size < MIB);
    store_lmdb_reader_close(reader);
    store_lmdb_close(store);
    store_folder_remove();
}

TEST(store_lmdb, what_is_no_store_is_not_touched)
{
    char path[STORE_PATH_BYTES];
    char bytes[8192];
    memset(bytes, 'x', sizeof bytes);
    store_folder_make();
    assert_int_equal(mkdir(store_folder, 0700), 0);
    store_path(path, store_folder, "data.mdb");
    int fd = open(path, O_CREAT | O_RDWR, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, sizeof bytes), sizeof bytes);
    assert_int_equal(store_open_result(&(struct store_lmdb_options){.folder = store_folder}),
                     ERR_MALFORMED);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(read(fd, bytes, sizeof bytes), sizeof bytes);
    assert_true(bytes[0] == 'x' && memcmp(bytes, bytes + 1, sizeof bytes - 1) == 0);
    assert_int_equal(close(fd), 0);
    store_folder_remove();
}

TEST(store_lmdb, missing_parent_is_not_found)
{
    store_folder_make();
    assert_int_equal(store_open_result(&(struct store_lmdb_options){.folder = "/nowhere/at/all"}),
                     ERR_NOT_FOUND);
    store_folder_remove();
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
    store_folder_make();
    struct store_lmdb *store = store_open_small();
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
    store_folder_remove();
}
