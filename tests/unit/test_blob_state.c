/* test_blob_state.c - what a device notes of the blobs it wants, has and erases, and that nothing
 * of it is half done at a disk that fails or is believed of one that spoilt a row.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/domain/blob.h"
#include "tests/lib/sick.h"
#include "tests/lib/store_memory.h"

static struct store_memory *store;
static struct store_txn *txn;
static const struct hash photo = {{1}}, menu = {{2}};

static void start(void)
{
    store = store_memory_new();
    txn = store_memory_begin(store, true);
}

static void stop(void)
{
    store_memory_abort(txn);
    store_memory_free(store);
}

static struct bytes row_key(uint8_t *data, enum blob_state state, const struct hash *hash)
{
    memcpy(data, "blob", 4);
    data[4] = (uint8_t)state;
    memcpy(data + 5, hash->bytes, HASH_BYTES);
    return bytes_of(data, 5 + HASH_BYTES);
}

static void spoil_row(enum blob_state state, const struct hash *hash)
{
    uint8_t data[KEY_BYTES_MAX];
    assert_int_equal(store_put(txn, TABLE_LOCAL, row_key(data, state, hash), bytes_of("\1\2\3", 3)),
                     0);
}

static struct bytes tally_key(uint8_t *data, enum blob_state state)
{
    memcpy(data, "blobs", 5);
    data[5] = (uint8_t)state;
    return bytes_of(data, 6);
}

static enum blob_state state_of(const struct hash *hash)
{
    enum blob_state state;
    assert_int_equal(blob_state_get(txn, hash, &state), 0);
    return state;
}

static void assert_count(enum blob_state state, uint32_t expected, uint64_t expected_bytes)
{
    uint32_t count;
    uint64_t bytes;
    assert_int_equal(blob_state_count(txn, state, &count, &bytes), 0);
    assert_int_equal(count, expected);
    assert_int_equal(bytes, expected_bytes);
}

static void set(const struct hash *hash, enum blob_state state, uint32_t size)
{
    assert_int_equal(blob_state_set(txn, hash, state, size), 0);
}

TEST(blob_state, what_is_to_be_erased_is_neither_wanted_nor_had_again)
{
    start();
    set(&photo, BLOB_WANTED, 100);
    set(&photo, BLOB_ERASING, 0);
    set(&photo, BLOB_WANTED, 100);
    assert_int_equal(state_of(&photo), BLOB_ERASING);
    set(&photo, BLOB_HERE, 100);
    assert_int_equal(state_of(&photo), BLOB_ERASING);
    set(&photo, BLOB_ERASED, 0);
    assert_int_equal(state_of(&photo), BLOB_ERASED);
    set(&photo, BLOB_HERE, 100);
    assert_int_equal(state_of(&photo), BLOB_ERASED);
    assert_count(BLOB_WANTED, 0, 0);
    assert_count(BLOB_ERASING, 0, 0);
    assert_count(BLOB_ERASED, 1, 0);
    stop();
}

/* Older software kept no tallies. */
TEST(blob_state, where_nobody_counted_the_rows_are_counted)
{
    uint8_t data[KEY_BYTES_MAX];
    start();
    set(&photo, BLOB_HERE, 100);
    set(&menu, BLOB_HERE, 20);
    set(&(struct hash){{3}}, BLOB_ERASING, 0);
    assert_int_equal(store_del(txn, TABLE_LOCAL, tally_key(data, BLOB_HERE)), 0);
    assert_count(BLOB_HERE, 2, 120);
    assert_int_equal(store_del(txn, TABLE_LOCAL, tally_key(data, BLOB_ERASING)), 0);
    assert_count(BLOB_ERASING, 1, 0);
    spoil_row(BLOB_HERE, &menu);
    assert_count(BLOB_HERE, 1, 100); /* up to what is no row */
    stop();
}

TEST(blob_state, a_tally_that_is_too_low_ends_at_nothing)
{
    static const uint8_t none[12] = {0};
    uint8_t data[KEY_BYTES_MAX];
    start();
    set(&photo, BLOB_HERE, 100);
    assert_int_equal(
        store_put(txn, TABLE_LOCAL, tally_key(data, BLOB_HERE), bytes_of(none, sizeof none)), 0);
    set(&photo, BLOB_ERASING, 0);
    assert_count(BLOB_HERE, 0, 0);
    stop();
}

TEST(blob_state, rows_that_the_disk_spoilt_are_told)
{
    uint8_t data[KEY_BYTES_MAX];
    struct hash found;
    uint32_t size, count;
    uint64_t bytes;
    start();
    set(&photo, BLOB_WANTED, 100);
    spoil_row(BLOB_WANTED, &photo);
    assert_int_equal(blob_state_next(txn, BLOB_WANTED, NULL, &found, &size), ERR_IO);
    assert_int_equal(blob_state_set(txn, &photo, BLOB_HERE, 100), ERR_IO);
    assert_int_equal(store_put(txn, TABLE_LOCAL, tally_key(data, BLOB_HERE), bytes_of("\1", 1)), 0);
    assert_int_equal(blob_state_count(txn, BLOB_HERE, &count, &bytes), ERR_IO);
    assert_int_equal(blob_state_set(txn, &menu, BLOB_HERE, 20), ERR_IO);
    stop();
}

/* --- at a disk that fails --- */

static int move_photo(struct store_txn *failing)
{
    return blob_state_set(failing, &photo, BLOB_HERE, 100);
}

static int note_menu(struct store_txn *failing)
{
    const struct blob blob = {.is_known = true, .hash = menu, .size = 20};
    return blob_note(failing, &blob);
}

static int look_around(struct store_txn *failing)
{
    struct hash found;
    uint32_t size, count;
    uint64_t bytes;
    int err = blob_state_count(failing, BLOB_WANTED, &count, &bytes);
    if (err == 0) {
        err = blob_state_count(failing, BLOB_ERASED, &count, &bytes);
    }
    return err == 0 ? blob_state_next(failing, BLOB_WANTED, NULL, &found, &size) : err;
}

TEST(blob_state, a_disk_that_fails_is_told_each_time)
{
    start();
    set(&photo, BLOB_WANTED, 100);
    assert_int_equal(store_memory_commit(txn), 0);
    sick_work(store, move_photo);
    sick_work(store, note_menu);
    sick_work(store, look_around);
    store_memory_free(store);
}
