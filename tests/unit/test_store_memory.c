#include "tests/lib/store_memory.h"

#include <string.h>

#include "tests/lib/asan.h"
#include "tests/lib/check_trap.h"
#include "tests/lib/prng.h"
#include "tests/lib/store_suite.h"
#include "tests/lib/test.h"

#if HAS_ASAN
#include <sanitizer/asan_interface.h>
#endif

/* --- the laws that all stores share --- */

static struct store_memory *shared;
static struct store_txn *readers[STORE_SUITE_READERS];

static void suite_open(void)
{
    shared = store_memory_new();
}

static void suite_close(void)
{
    store_memory_free(shared);
}

static struct store_txn *suite_begin(void)
{
    return store_memory_begin(shared, true);
}

static struct store_txn *suite_read(unsigned reader)
{
    readers[reader] = store_memory_begin(shared, false);
    return readers[reader];
}

static void suite_read_end(unsigned reader)
{
    store_memory_abort(readers[reader]);
}

static const struct store_suite suite = {
    .open = suite_open,
    .close = suite_close,
    .begin = suite_begin,
    .commit = store_memory_commit,
    .abort = store_memory_abort,
    .read = suite_read,
    .read_end = suite_read_end,
};

STORE_SUITE(store_memory, suite)

/* --- what only this one does --- */

static const struct bytes key = {.data = (const uint8_t *)"key", .size = 3};
static const struct bytes other_key = {.data = (const uint8_t *)"other", .size = 5};

static void put_one(struct store_memory *store, const char *value)
{
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(store_put(txn, TABLE_META, key, bytes_of_text(value)), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

static void assert_one(struct store_memory *store, const char *expected)
{
    struct bytes value;
    struct store_txn *txn = store_memory_begin(store, false);
    assert_int_equal(store_get(txn, TABLE_META, key, &value), 0);
    assert_true(bytes_equal(value, bytes_of_text(expected)));
    store_memory_abort(txn);
}

TEST(store_memory, crash_keeps_what_was_committed)
{
    struct store_memory *store = store_memory_new();
    put_one(store, "one");
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(store_put(txn, TABLE_META, key, bytes_of_text("two")), 0);
    store_memory_abort(txn);
    store_memory_crash(store);
    assert_one(store, "one");
    store_memory_free(store);
}

TEST(store_memory, crash_loses_what_is_held_back)
{
    struct store_memory *store = store_memory_new();
    put_one(store, "one");
    store_memory_hold_back(store);
    put_one(store, "two");
    assert_one(store, "two");
    store_memory_crash(store);
    assert_one(store, "one");
    put_one(store, "three");
    store_memory_sync(store);
    store_memory_crash(store);
    assert_one(store, "three");
    put_one(store, "four");
    store_memory_crash(store);
    assert_one(store, "four");
    store_memory_free(store);
}

/* The key as it is after a commit that failed, and a crash. */
static void failed_check(bool is_kept, const char *before, const char *after)
{
    struct store_memory *store = store_memory_new();
    put_one(store, "one");
    store_memory_tear(store, is_kept);
    store_memory_fail(store, MEMORY_COMMIT, 1, ERR_IO);
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(store_put(txn, TABLE_META, key, bytes_of_text("two")), 0);
    assert_int_equal(store_memory_commit(txn), ERR_IO);
    assert_one(store, before);
    store_memory_crash(store);
    assert_one(store, after);
    store_memory_free(store);
}

TEST(store_memory, a_commit_that_failed_is_whole_after_a_crash_or_is_not_there)
{
    failed_check(false, "one", "one");
    failed_check(true, "one", "two");
}

TEST(store_memory, clone_is_a_store_of_its_own)
{
    struct store_memory *store = store_memory_new();
    put_one(store, "one");
    struct store_memory *clone = store_memory_clone(store);
    put_one(store, "two");
    assert_one(clone, "one");
    put_one(clone, "three");
    assert_one(store, "two");
    store_memory_free(store);
    assert_one(clone, "three");
    store_memory_free(clone);
}

TEST(store_memory, nth_put_fails_and_ends_the_transaction)
{
    struct store_memory *store = store_memory_new();
    struct bytes value;
    put_one(store, "one");
    store_memory_fail(store, MEMORY_PUT, 2, ERR_FULL);
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(store_put(txn, TABLE_META, key, bytes_of_text("two")), 0);
    assert_int_equal(store_put(txn, TABLE_META, key, bytes_of_text("three")), ERR_FULL);
    assert_int_equal(store_put(txn, TABLE_META, key, bytes_of_text("four")), ERR_FULL);
    assert_int_equal(store_get(txn, TABLE_META, key, &value), ERR_FULL);
    assert_int_equal(store_del(txn, TABLE_META, key), ERR_FULL);
    assert_int_equal(store_memory_commit(txn), ERR_FULL);
    assert_one(store, "one");
    put_one(store, "five");
    assert_one(store, "five");
    store_memory_free(store);
}

TEST(store_memory, del_get_and_commit_can_fail_too)
{
    struct store_memory *store = store_memory_new();
    struct bytes value;
    put_one(store, "one");
    store_memory_fail(store, MEMORY_DEL, 1, ERR_FULL);
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(store_del(txn, TABLE_META, key), ERR_FULL);
    store_memory_abort(txn);
    store_memory_fail(store, MEMORY_GET, 1, ERR_IO);
    txn = store_memory_begin(store, false);
    assert_int_equal(store_get(txn, TABLE_META, key, &value), ERR_IO);
    store_memory_abort(txn);
    store_memory_fail(store, MEMORY_COMMIT, 1, ERR_IO);
    txn = store_memory_begin(store, true);
    assert_int_equal(store_del(txn, TABLE_META, key), 0);
    assert_int_equal(store_memory_commit(txn), ERR_IO);
    assert_one(store, "one");
    store_memory_free(store);
}

TEST(store_memory, fault_can_be_taken_back_which_says_whether_it_came)
{
    struct store_memory *store = store_memory_new();
    struct bytes value;
    store_memory_fail(store, MEMORY_COMMIT, 1, ERR_IO);
    assert_false(store_memory_mend(store, MEMORY_COMMIT));
    put_one(store, "one");
    assert_false(store_memory_mend(store, MEMORY_GET)); /* there was none */
    store_memory_fail(store, MEMORY_GET, 1, ERR_IO);
    struct store_txn *txn = store_memory_begin(store, false);
    assert_int_equal(store_get(txn, TABLE_META, key, &value), ERR_IO);
    store_memory_abort(txn);
    assert_true(store_memory_mend(store, MEMORY_GET));
    assert_false(store_memory_mend(store, MEMORY_GET));
    assert_int_equal(store_memory_calls(store, MEMORY_PUT), 1);
    assert_int_equal(store_memory_calls(store, MEMORY_COMMIT), 1);
    store_memory_free(store);
}

TEST(store_memory, put_of_a_borrowed_value_is_our_mistake)
{
    struct store_memory *store = store_memory_new();
    struct bytes value;
    put_one(store, "one");
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(store_get(txn, TABLE_META, key, &value), 0);
    expect_failed_check(store_put(txn, TABLE_META, other_key, value));
    expect_failed_check(store_put(txn, TABLE_META, value, other_key));
    store_memory_abort(txn);
    store_memory_free(store);
}

/* With the address sanitizer it is gone altogether, and reading it an error. */
static bool is_spoiled(struct bytes bytes)
{
#if HAS_ASAN
    return __asan_address_is_poisoned(bytes.data) != 0;
#else
    static const uint8_t poison[] = {0xdd, 0xdd, 0xdd};
    return memcmp(bytes.data, poison, sizeof poison) == 0;
#endif
}

TEST(store_memory, borrowed_value_is_spoiled_by_the_next_write)
{
    struct store_memory *store = store_memory_new();
    struct bytes value;
    put_one(store, "one");
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(store_get(txn, TABLE_META, key, &value), 0);
    assert_memory_equal(value.data, "one", 3);
    assert_int_equal(store_put(txn, TABLE_META, other_key, key), 0);
    assert_true(is_spoiled(value));
    store_memory_abort(txn);
    store_memory_free(store);
}

TEST(store_memory, second_writer_is_our_mistake)
{
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    expect_failed_check(store_memory_begin(store, true) != NULL);
    store_memory_abort(txn);
    txn = store_memory_begin(store, true);
    store_memory_abort(txn);
    store_memory_free(store);
}

TEST(store_memory, digest_tells_contents_apart)
{
    struct store_memory *a = store_memory_new();
    struct store_memory *b = store_memory_new();
    struct hash empty = store_memory_digest(a, TABLE_META);
    put_one(a, "one");
    put_one(b, "two");
    struct hash one = store_memory_digest(a, TABLE_META);
    struct hash two = store_memory_digest(b, TABLE_META);
    assert_false(hash_equal(&empty, &one));
    assert_false(hash_equal(&one, &two));
    put_one(b, "one");
    two = store_memory_digest(b, TABLE_META);
    assert_true(hash_equal(&one, &two));
    two = store_memory_digest(b, TABLE_LOG);
    assert_true(hash_equal(&empty, &two));
    assert_int_equal(store_memory_count(a, TABLE_META), 1);
    assert_int_equal(store_memory_count(a, TABLE_LOG), 0);
    store_memory_free(a);
    store_memory_free(b);
}

/* Where two contents would look alike if only joined up. */
TEST(store_memory, digest_knows_where_a_key_ends)
{
    struct store_memory *a = store_memory_new();
    struct store_memory *b = store_memory_new();
    struct store_txn *txn = store_memory_begin(a, true);
    assert_int_equal(store_put(txn, TABLE_META, bytes_of("ab", 2), bytes_of("c", 1)), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    txn = store_memory_begin(b, true);
    assert_int_equal(store_put(txn, TABLE_META, bytes_of("a", 1), bytes_of("bc", 2)), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    const struct hash one = store_memory_digest(a, TABLE_META);
    const struct hash two = store_memory_digest(b, TABLE_META);
    assert_false(hash_equal(&one, &two));
    store_memory_free(a);
    store_memory_free(b);
}

/* The digest of a store to which the rows of @store were written one after the other. */
static struct hash digest_anew(struct store_memory *store)
{
    struct store_memory *fresh = store_memory_new();
    struct store_txn *to = store_memory_begin(fresh, true);
    struct store_txn *from = store_memory_begin(store, false);
    struct store_cursor cursor;
    struct bytes at;
    struct bytes value;
    assert_int_equal(store_cursor_open(from, TABLE_META, &cursor), 0);
    while (store_cursor_next(&cursor, &at, &value) == 0) {
        assert_int_equal(store_put(to, TABLE_META, at, value), 0);
    }
    store_cursor_close(&cursor);
    store_memory_abort(from);
    assert_int_equal(store_memory_commit(to), 0);
    const struct hash hash = store_memory_digest(fresh, TABLE_META);
    store_memory_free(fresh);
    return hash;
}

static void change_one(struct store_memory *store, struct prng *prng)
{
    const uint8_t at = (uint8_t)prng_below(prng, 40);
    const uint8_t value = (uint8_t)prng_below(prng, 4);
    struct store_txn *txn = store_memory_begin(store, true);
    if (value == 0) {
        const int err = store_del(txn, TABLE_META, bytes_of(&at, 1));
        assert_true(err == 0 || err == ERR_NOT_FOUND);
    } else {
        assert_int_equal(store_put(txn, TABLE_META, bytes_of(&at, 1), bytes_of(&value, 1)), 0);
    }
    assert_int_equal(store_memory_commit(txn), 0);
}

TEST(store_memory, digest_is_of_what_is_there_whatever_was_there_before)
{
    struct store_memory *store = store_memory_new();
    struct prng prng = {.state = 1};
    for (int i = 0; i < 500; i++) {
        change_one(store, &prng);
        const struct hash kept = store_memory_digest(store, TABLE_META);
        const struct hash anew = digest_anew(store);
        assert_true(hash_equal(&kept, &anew));
    }
    store_memory_free(store);
}
