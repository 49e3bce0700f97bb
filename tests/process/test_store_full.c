/* test_store_full.c - a store that is full, or whose disk is, or breaks: what was written stays,
 * and it goes on. */
#include "tests/process/lib/store_folder.h"

#include <signal.h>
#include <sys/resource.h>

#include "tests/lib/test.h"

TEST(store_full, full_map_is_not_fatal)
{
    store_folder_make();
    struct store_lmdb *store =
        store_open_with(&(struct store_lmdb_options){.folder = store_folder, .map_bytes = MIB});
    assert_int_equal(put_number(store, "k", 1), 0);
    assert_int_equal(put_bulk(store, 1000), ERR_FULL);
    assert_number(store, "k", 1);
    assert_int_equal(put_number(store, "k", 2), 0);
    assert_int_equal(put_bulk(store, 10), 0);
    store_lmdb_close(store);
    store_folder_remove();
}

TEST(store_full, full_map_ends_the_transaction)
{
    static const uint8_t large[2 * MIB] = {1};
    struct store_txn *txn;
    struct store_cursor cursor, other;
    struct bytes found, value;
    store_folder_make();
    struct store_lmdb *store =
        store_open_with(&(struct store_lmdb_options){.folder = store_folder, .map_bytes = MIB});
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
    store_folder_remove();
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
        .folder = store_folder, .map_bytes = 16 * MIB, .disk_free_bytes_min = free_min};
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

TEST(store_full, full_disk_is_not_fatal)
{
    store_folder_make();
    assert_int_equal(in_child(write_to_a_full_disk), ERR_FULL);
    store_folder_remove();
}

TEST(store_full, broken_disk_is_told_from_a_full_one)
{
    store_folder_make();
    assert_int_equal(in_child(write_to_a_broken_disk), ERR_IO);
    store_folder_remove();
}

/* --- how full it is --- */

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

TEST(store_full, usage_counts_what_is_in_use)
{
    struct store_lmdb_usage empty;
    struct store_lmdb_usage full;
    struct store_lmdb_usage emptied;
    struct store_lmdb_reader *reader;
    store_folder_make();
    struct store_lmdb *store = store_open_small();
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
    store_folder_remove();
}
