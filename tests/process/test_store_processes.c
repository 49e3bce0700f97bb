/* test_store_processes.c - several processes and one store: a node that is killed, a second one,
 * tools that read. */
#include "tests/process/lib/store_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/test.h"

/* --- killed --- */

static void commit_then_leave_a_transaction_open(int ready_fd)
{
    struct store_lmdb *store;
    struct store_txn *txn;
    const struct store_lmdb_options options = {.folder = store_folder, .map_bytes = 16 * MIB};
    const struct bytes key = bytes_of_text("k");
    const bool is_ready = store_lmdb_open(&options, &store) == 0 &&
                          put_number(store, "k", 1) == 0 && store_lmdb_begin(store, &txn) == 0 &&
                          store_put(txn, TABLE_META, key, bytes_of_text("half")) == 0 &&
                          store_put(txn, TABLE_LOG, key, bytes_of_text("half")) == 0;
    tell_parent(ready_fd, is_ready);
}

TEST(store_processes, kill_in_a_transaction_leaves_the_last_commit)
{
    store_folder_make();
    kill_in_child(commit_then_leave_a_transaction_open);
    struct store_lmdb *store = store_open_small();
    assert_number(store, "k", 1);
    assert_int_equal(put_number(store, "j", 2), 0);
    store_lmdb_close(store);
    store_folder_remove();
}

static void commit_for_ever(int ready_fd)
{
    struct store_lmdb *store;
    const struct store_lmdb_options options = {.folder = store_folder, .map_bytes = 16 * MIB};
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
            tell_parent(ready_fd, is_good);
        }
    }
}

TEST(store_processes, kill_between_commits_never_leaves_half_of_one)
{
    for (int i = 0; i < 10; i++) {
        uint64_t a = 0;
        uint64_t b = 0;
        store_folder_make();
        kill_in_child(commit_for_ever);
        struct store_lmdb *store = store_open_small();
        assert_int_equal(get_number(store, "a", &a), 0);
        assert_int_equal(get_number(store, "b", &b), 0);
        assert_true(a >= 20);
        assert_int_equal(a, b);
        store_lmdb_close(store);
        store_folder_remove();
    }
}

/* --- beside a node --- */

static int open_another(void)
{
    return store_open_result(&(struct store_lmdb_options){.folder = store_folder});
}

TEST(store_processes, second_instance_is_refused)
{
    store_folder_make();
    struct store_lmdb *store = store_open_small();
    assert_int_equal(open_another(), ERR_BUSY);
    assert_int_equal(in_child(open_another), ERR_BUSY);
    assert_int_equal(put_number(store, "k", 1), 0);
    store_lmdb_close(store);
    assert_int_equal(in_child(open_another), 0);
    store_folder_remove();
}

static int read_as_a_tool(void)
{
    struct store_lmdb *store;
    uint64_t number = 0;
    int err = store_lmdb_open(
        &(struct store_lmdb_options){.folder = store_folder, .is_read_only = true}, &store);
    if (err != 0) {
        return err;
    }
    err = get_number(store, "k", &number);
    store_lmdb_close(store);
    return err == 0 && number != 7 ? ERR_MISMATCH : err;
}

TEST(store_processes, tool_reads_while_a_node_runs)
{
    store_folder_make();
    struct store_lmdb *store = store_open_small();
    assert_int_equal(put_number(store, "k", 7), 0);
    assert_int_equal(in_child(read_as_a_tool), 0);
    struct store_txn *txn;
    assert_int_equal(store_lmdb_begin(store, &txn), 0);
    assert_int_equal(store_del(txn, TABLE_META, bytes_of_text("k")), 0);
    assert_int_equal(in_child(read_as_a_tool), 0); /* not committed, so not gone */
    assert_int_equal(store_lmdb_commit(txn), 0);
    assert_int_equal(in_child(read_as_a_tool), ERR_NOT_FOUND);
    store_lmdb_close(store);
    store_folder_remove();
}

TEST(store_processes, tool_creates_nothing)
{
    struct stat about;
    store_folder_make();
    assert_int_equal(read_as_a_tool(), ERR_NOT_FOUND);
    assert_int_equal(stat(store_folder, &about), -1);
    assert_int_equal(mkdir(store_folder, 0700), 0);
    assert_int_equal(read_as_a_tool(), ERR_NOT_FOUND);
    store_folder_remove();
}

static void read_and_leave_it_open(int ready_fd)
{
    struct store_lmdb *store;
    struct store_lmdb_reader *reader;
    struct store_txn *txn;
    const struct store_lmdb_options options = {.folder = store_folder, .is_read_only = true};
    const bool is_ready = store_lmdb_open(&options, &store) == 0 &&
                          store_lmdb_reader_open(store, &reader) == 0 &&
                          store_lmdb_read(reader, &txn) == 0;
    tell_parent(ready_fd, is_ready);
}

TEST(store_processes, slots_of_dead_readers_are_cleared)
{
    unsigned dead = 0;
    store_folder_make();
    struct store_lmdb *store = store_open_small();
    kill_in_child(read_and_leave_it_open);
    assert_int_equal(store_lmdb_clear_readers(store, &dead), 0);
    assert_int_equal(dead, 1);
    assert_int_equal(store_lmdb_clear_readers(store, &dead), 0);
    assert_int_equal(dead, 0);
    store_lmdb_close(store);
    store_folder_remove();
}
