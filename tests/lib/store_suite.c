#include "tests/lib/store_suite.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/assert_text.h"
#include "tests/lib/check_trap.h"
#include "tests/lib/prng.h"

/* --- short words for what every law does --- */

static struct bytes text(const char *text)
{
    return bytes_of_text(text);
}

static void put(struct store_txn *txn, const char *key, const char *value)
{
    assert_int_equal(store_put(txn, TABLE_META, text(key), text(value)), 0);
}

static void put_all(struct store_txn *txn, const char *keys)
{
    for (; *keys != '\0'; keys++) {
        const char key[] = {*keys, '\0'};
        put(txn, key, key);
    }
}

static void commit(const struct store_suite *s, struct store_txn *txn)
{
    assert_int_equal(s->commit(txn), 0);
}

static void assert_value(struct store_txn *txn, const char *key, const char *expected)
{
    struct bytes value;
    assert_int_equal(store_get(txn, TABLE_META, text(key), &value), 0);
    assert_text(value, expected);
}

static void assert_absent(struct store_txn *txn, const char *key)
{
    struct bytes value;
    assert_int_equal(store_get(txn, TABLE_META, text(key), &value), ERR_NOT_FOUND);
}

static struct store_cursor cursor_on(struct store_txn *txn, enum store_table table)
{
    struct store_cursor cursor;
    assert_int_equal(store_cursor_open(txn, table, &cursor), 0);
    return cursor;
}

/* The three ways to move, told what they must find: a key, or NULL for nothing. */

static void assert_found(int err, struct bytes key, const char *expected)
{
    if (expected == NULL) {
        assert_int_equal(err, ERR_NOT_FOUND);
        return;
    }
    assert_int_equal(err, 0);
    assert_text(key, expected);
}

static void assert_seek(struct store_cursor *cursor, const char *key, const char *expected)
{
    struct bytes found = {0};
    struct bytes value;
    const int err = store_cursor_seek(cursor, text(key), &found, &value);
    assert_found(err, found, expected);
}

static void assert_before(struct store_cursor *cursor, const char *key, const char *expected)
{
    struct bytes found = {0};
    struct bytes value;
    const int err = store_cursor_before(cursor, text(key), &found, &value);
    assert_found(err, found, expected);
}

static void assert_next(struct store_cursor *cursor, const char *expected)
{
    struct bytes found = {0};
    struct bytes value;
    const int err = store_cursor_next(cursor, &found, &value);
    assert_found(err, found, expected);
}

/* --- keys and values --- */

void store_suite_what_was_put_is_found(const struct store_suite *s)
{
    struct store_txn *txn = s->begin();
    put(txn, "name", "Falafel Bar");
    commit(s, txn);
    txn = s->read(0);
    assert_value(txn, "name", "Falafel Bar");
    assert_absent(txn, "nam");
    assert_absent(txn, "name2");
    s->read_end(0);
}

void store_suite_put_replaces(const struct store_suite *s)
{
    struct store_txn *txn = s->begin();
    put(txn, "k", "one");
    put(txn, "k", "a longer one");
    assert_value(txn, "k", "a longer one");
    put(txn, "k", "2");
    commit(s, txn);
    txn = s->read(0);
    struct store_cursor cursor = cursor_on(txn, TABLE_META);
    assert_value(txn, "k", "2");
    assert_next(&cursor, "k");
    assert_next(&cursor, NULL);
    store_cursor_close(&cursor);
    s->read_end(0);
}

void store_suite_del_of_what_is_not_there_says_so(const struct store_suite *s)
{
    struct store_txn *txn = s->begin();
    put(txn, "k", "v");
    assert_int_equal(store_del(txn, TABLE_META, text("j")), ERR_NOT_FOUND);
    assert_int_equal(store_del(txn, TABLE_META, text("k")), 0);
    assert_int_equal(store_del(txn, TABLE_META, text("k")), ERR_NOT_FOUND);
    assert_absent(txn, "k");
    commit(s, txn);
}

void store_suite_del_takes_a_borrowed_key(const struct store_suite *s)
{
    struct store_txn *txn = s->begin();
    put_all(txn, "abc");
    struct store_cursor cursor = cursor_on(txn, TABLE_META);
    struct bytes key;
    struct bytes value;
    while (store_cursor_seek(&cursor, text("b"), &key, &value) == 0) {
        assert_int_equal(store_del(txn, TABLE_META, key), 0);
    }
    assert_seek(&cursor, "a", "a");
    assert_next(&cursor, NULL);
    store_cursor_close(&cursor);
    commit(s, txn);
}

void store_suite_values_may_be_empty_or_large(const struct store_suite *s)
{
    enum { LARGE = 256 * 1024 };
    uint8_t *large = malloc(LARGE);
    struct bytes value;
    assert_non_null(large);
    memset(large, 0xa5, LARGE);
    struct store_txn *txn = s->begin();
    put(txn, "empty", "");
    assert_int_equal(store_put(txn, TABLE_META, text("null"), (struct bytes){0}), 0);
    assert_int_equal(store_put(txn, TABLE_META, text("large"), bytes_of(large, LARGE)), 0);
    commit(s, txn);
    txn = s->read(0);
    assert_value(txn, "empty", "");
    assert_value(txn, "null", "");
    assert_int_equal(store_get(txn, TABLE_META, text("large"), &value), 0);
    assert_true(bytes_equal(value, bytes_of(large, LARGE)));
    s->read_end(0);
    free(large);
}

void store_suite_keys_may_be_one_byte_or_the_longest(const struct store_suite *s)
{
    uint8_t longest[STORE_KEY_BYTES_MAX];
    const uint8_t zero[1] = {0};
    struct bytes value;
    memset(longest, 0xff, sizeof longest);
    const struct bytes keys[] = {bytes_of(zero, 1), bytes_of(longest, sizeof longest)};
    struct store_txn *txn = s->begin();
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(store_put(txn, TABLE_LOG, keys[i], keys[i]), 0);
    }
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(store_get(txn, TABLE_LOG, keys[i], &value), 0);
        assert_true(bytes_equal(value, keys[i]));
    }
    commit(s, txn);
}

void store_suite_tables_are_apart(const struct store_suite *s)
{
    struct store_txn *txn = s->begin();
    for (int i = 0; i < TABLE_COUNT; i++) {
        const uint8_t value[1] = {(uint8_t)i};
        assert_int_equal(store_put(txn, (enum store_table)i, text("k"), bytes_of(value, 1)), 0);
    }
    assert_int_equal(store_del(txn, TABLE_INDEX, text("k")), 0);
    commit(s, txn);
    txn = s->read(0);
    for (int i = 0; i < TABLE_COUNT; i++) {
        struct bytes value;
        const int err = store_get(txn, (enum store_table)i, text("k"), &value);
        assert_int_equal(err, i == TABLE_INDEX ? ERR_NOT_FOUND : 0);
        assert_true(err != 0 || value.data[0] == i);
    }
    s->read_end(0);
}

/* --- cursors --- */

void store_suite_cursor_gives_keys_in_memcmp_order(const struct store_suite *s)
{
    static const char *const keys[] = {"\x80", "b", "aa", "\xff\xff", "a", "\xff", "a\x01", "ab"};
    static const char *const sorted[] = {"a", "a\x01", "aa", "ab", "b", "\x80", "\xff", "\xff\xff"};
    struct store_txn *txn = s->begin();
    for (size_t i = 0; i < 8; i++) {
        put(txn, keys[i], "");
    }
    commit(s, txn);
    txn = s->read(0);
    struct store_cursor cursor = cursor_on(txn, TABLE_META);
    for (size_t i = 0; i < 8; i++) {
        assert_next(&cursor, sorted[i]);
    }
    assert_next(&cursor, NULL);
    store_cursor_close(&cursor);
    s->read_end(0);
}

void store_suite_seek_finds_the_first_key_not_below(const struct store_suite *s)
{
    struct store_txn *txn = s->begin();
    put_all(txn, "bdf");
    struct store_cursor cursor = cursor_on(txn, TABLE_META);
    assert_seek(&cursor, "a", "b");
    assert_seek(&cursor, "b", "b");
    assert_seek(&cursor, "b\x01", "d");
    assert_seek(&cursor, "f", "f");
    assert_seek(&cursor, "g", NULL);
    assert_seek(&cursor, "c", "d");
    store_cursor_close(&cursor);
    commit(s, txn);
}

void store_suite_before_finds_the_last_key_below(const struct store_suite *s)
{
    struct store_txn *txn = s->begin();
    put_all(txn, "bdf");
    struct store_cursor cursor = cursor_on(txn, TABLE_META);
    assert_before(&cursor, "a", NULL);
    assert_before(&cursor, "b", NULL);
    assert_before(&cursor, "c", "b");
    assert_before(&cursor, "d", "b");
    assert_before(&cursor, "f", "d");
    assert_before(&cursor, "z", "f");
    store_cursor_close(&cursor);
    commit(s, txn);
}

void store_suite_next_goes_on_from_where_the_cursor_stands(const struct store_suite *s)
{
    struct store_txn *txn = s->begin();
    put_all(txn, "bdfh");
    struct store_cursor cursor = cursor_on(txn, TABLE_META);
    struct store_cursor other = cursor_on(txn, TABLE_META);
    assert_seek(&cursor, "c", "d");
    assert_next(&other, "b");
    assert_next(&cursor, "f");
    assert_before(&cursor, "d", "b");
    assert_next(&cursor, "d");
    assert_next(&other, "d");
    assert_before(&cursor, "zz", "h");
    assert_next(&cursor, NULL);
    store_cursor_close(&other);
    store_cursor_close(&cursor);
    commit(s, txn);
}

void store_suite_next_says_the_end_as_often_as_asked(const struct store_suite *s)
{
    struct store_txn *txn = s->begin();
    put_all(txn, "ab");
    struct store_cursor cursor = cursor_on(txn, TABLE_META);
    assert_seek(&cursor, "b", "b");
    assert_next(&cursor, NULL);
    assert_next(&cursor, NULL);
    assert_seek(&cursor, "c", NULL);
    assert_next(&cursor, NULL);
    assert_before(&cursor, "a", NULL);
    assert_next(&cursor, NULL);
    store_cursor_close(&cursor);
    commit(s, txn);
}

void store_suite_cursor_of_an_empty_table_finds_nothing(const struct store_suite *s)
{
    struct store_txn *txn = s->read(0);
    struct store_cursor cursor = cursor_on(txn, TABLE_LOCAL);
    assert_next(&cursor, NULL);
    assert_seek(&cursor, "a", NULL);
    assert_before(&cursor, "a", NULL);
    store_cursor_close(&cursor);
    s->read_end(0);
}

void store_suite_cursor_goes_on_after_a_write_with_a_seek(const struct store_suite *s)
{
    struct store_txn *txn = s->begin();
    put_all(txn, "ace");
    struct store_cursor cursor = cursor_on(txn, TABLE_META);
    assert_next(&cursor, "a");
    put_all(txn, "bd");
    assert_seek(&cursor, "b", "b");
    assert_int_equal(store_del(txn, TABLE_META, text("c")), 0);
    assert_seek(&cursor, "c", "d");
    /* Another table's writes do not matter. */
    assert_int_equal(store_put(txn, TABLE_LOCAL, text("z"), text("z")), 0);
    assert_next(&cursor, "e");
    store_cursor_close(&cursor);
    commit(s, txn);
}

void store_suite_cursor_after_a_write_without_a_seek_is_our_mistake(const struct store_suite *s)
{
    struct bytes key;
    struct bytes value;
    struct store_txn *txn = s->begin();
    put_all(txn, "ab");
    struct store_cursor cursor = cursor_on(txn, TABLE_META);
    assert_next(&cursor, "a");
    put_all(txn, "c");
    expect_failed_check(store_cursor_next(&cursor, &key, &value));
    store_cursor_close(&cursor);
    s->abort(txn);
}

void store_suite_append_out_of_order_is_a_plain_put(const struct store_suite *s)
{
    struct store_txn *txn = s->begin();
    for (const char *key = "bdac"; *key != '\0'; key++) {
        const struct bytes one = bytes_of(key, 1);
        assert_int_equal(store_append(txn, TABLE_META, one, one), 0);
    }
    assert_int_equal(store_append(txn, TABLE_META, text("b"), text("again")), 0);
    commit(s, txn);
    txn = s->read(0);
    struct store_cursor cursor = cursor_on(txn, TABLE_META);
    for (const char *key = "abcd"; *key != '\0'; key++) {
        const char expected[] = {*key, '\0'};
        assert_next(&cursor, expected);
    }
    assert_value(txn, "b", "again");
    store_cursor_close(&cursor);
    s->read_end(0);
}

/* --- transactions --- */

void store_suite_writer_sees_its_own_writes(const struct store_suite *s)
{
    struct store_txn *txn = s->begin();
    put_all(txn, "ab");
    commit(s, txn);
    txn = s->begin();
    assert_int_equal(store_del(txn, TABLE_META, text("a")), 0);
    put(txn, "b", "new");
    put(txn, "c", "c");
    assert_absent(txn, "a");
    assert_value(txn, "b", "new");
    assert_value(txn, "c", "c");
    s->abort(txn);
}

void store_suite_abort_forgets(const struct store_suite *s)
{
    struct store_txn *txn = s->begin();
    put_all(txn, "ab");
    commit(s, txn);
    txn = s->begin();
    assert_int_equal(store_del(txn, TABLE_META, text("a")), 0);
    put(txn, "b", "new");
    put(txn, "c", "c");
    s->abort(txn);
    txn = s->begin();
    assert_value(txn, "a", "a");
    assert_value(txn, "b", "b");
    assert_absent(txn, "c");
    s->abort(txn);
}

void store_suite_reader_sees_what_was_committed_when_it_began(const struct store_suite *s)
{
    struct store_txn *txn = s->begin();
    put(txn, "k", "one");
    commit(s, txn);
    struct store_txn *first = s->read(0);
    txn = s->begin();
    put(txn, "k", "two");
    struct store_txn *second = s->read(1);
    commit(s, txn);
    struct store_txn *third = s->read(2);
    assert_value(first, "k", "one");
    assert_value(second, "k", "one");
    assert_value(third, "k", "two");
    s->read_end(0);
    first = s->read(0);
    assert_value(first, "k", "two");
    for (unsigned reader = 0; reader < STORE_SUITE_READERS; reader++) {
        s->read_end(reader);
    }
}

void store_suite_what_a_reader_borrowed_lives_until_its_end(const struct store_suite *s)
{
    struct bytes borrowed;
    struct store_txn *txn = s->begin();
    put_all(txn, "ab");
    commit(s, txn);
    struct store_txn *reader = s->read(0);
    assert_int_equal(store_get(reader, TABLE_META, text("a"), &borrowed), 0);
    for (int i = 0; i < 3; i++) {
        txn = s->begin();
        put(txn, "a", "something else");
        commit(s, txn);
        assert_value(reader, "b", "b");
    }
    assert_text(borrowed, "a");
    s->read_end(0);
}

void store_suite_write_through_a_reader_is_our_mistake(const struct store_suite *s)
{
    struct store_txn *txn = s->read(0);
    expect_failed_check(store_put(txn, TABLE_META, text("k"), text("v")));
    expect_failed_check(store_append(txn, TABLE_META, text("k"), text("v")));
    expect_failed_check(store_del(txn, TABLE_META, text("k")));
    s->read_end(0);
}

void store_suite_wrong_keys_are_our_mistake(const struct store_suite *s)
{
    static const uint8_t too_long[STORE_KEY_BYTES_MAX + 1] = {1};
    struct bytes value;
    struct store_txn *txn = s->begin();
    expect_failed_check(store_put(txn, TABLE_META, text(""), text("v")));
    expect_failed_check(store_get(txn, TABLE_META, text(""), &value));
    expect_failed_check(store_put(txn, TABLE_META, bytes_of(too_long, sizeof too_long), text("v")));
    expect_failed_check(store_put(txn, TABLE_COUNT, text("k"), text("v")));
    s->abort(txn);
}

/* --- against a model --- */

enum { MODEL_KEYS = 400, MODEL_TXNS = 300, MODEL_CALLS = 20 };

/* The value of each key by number, 0 for none: what a sorted list of these keys would hold. */
struct model {
    uint32_t values[MODEL_KEYS];
};

/* Keys of two to four bytes, in the order of their numbers. */
static struct bytes model_key(uint8_t key[4], uint32_t number)
{
    put_be32(key, number << 16 | (number % 3 == 0 ? 0 : 0xfffe));
    return bytes_of(key, number % 3 == 0 ? 2 : 4);
}

static void model_call(struct model *model, struct store_txn *txn, struct prng *prng)
{
    const uint32_t number = (uint32_t)prng_below(prng, MODEL_KEYS);
    const uint32_t value = (uint32_t)prng_next(prng) | 1;
    const bool was_there = model->values[number] != 0;
    uint8_t key_bytes[4];
    uint8_t value_bytes[4];
    const struct bytes key = model_key(key_bytes, number);
    put_be32(value_bytes, value);
    if (prng_one_in(prng, 3)) {
        const int err = store_del(txn, TABLE_STATE, key);
        assert_int_equal(err, was_there ? 0 : ERR_NOT_FOUND);
        model->values[number] = 0;
    } else if (prng_one_in(prng, 2)) {
        assert_int_equal(store_put(txn, TABLE_STATE, key, bytes_of(value_bytes, 4)), 0);
        model->values[number] = value;
    } else {
        assert_int_equal(store_append(txn, TABLE_STATE, key, bytes_of(value_bytes, 4)), 0);
        model->values[number] = value;
    }
}

static void assert_like_model(const struct model *model, struct store_txn *txn)
{
    struct store_cursor cursor = cursor_on(txn, TABLE_STATE);
    struct bytes key;
    struct bytes value;
    for (uint32_t number = 0; number < MODEL_KEYS; number++) {
        uint8_t expected[4];
        if (model->values[number] == 0) {
            continue;
        }
        assert_int_equal(store_cursor_next(&cursor, &key, &value), 0);
        assert_true(bytes_equal(key, model_key(expected, number)));
        assert_int_equal(get_be32(value.data), model->values[number]);
    }
    assert_int_equal(store_cursor_next(&cursor, &key, &value), ERR_NOT_FOUND);
    store_cursor_close(&cursor);
}

/* Seek and before at a random place, against the model. */
static void assert_seeks_like_model(const struct model *model, struct store_txn *txn,
                                    struct prng *prng)
{
    const uint32_t number = (uint32_t)prng_below(prng, MODEL_KEYS);
    struct store_cursor cursor = cursor_on(txn, TABLE_STATE);
    uint32_t above = number;
    uint32_t below = number;
    uint8_t wanted[4];
    uint8_t expected[4];
    struct bytes key;
    struct bytes value;
    while (above < MODEL_KEYS && model->values[above] == 0) {
        above++;
    }
    while (below > 0 && model->values[below - 1] == 0) {
        below--;
    }
    int err = store_cursor_seek(&cursor, model_key(wanted, number), &key, &value);
    assert_int_equal(err, above < MODEL_KEYS ? 0 : ERR_NOT_FOUND);
    assert_true(err != 0 || bytes_equal(key, model_key(expected, above)));
    err = store_cursor_before(&cursor, model_key(wanted, number), &key, &value);
    assert_int_equal(err, below > 0 ? 0 : ERR_NOT_FOUND);
    assert_true(err != 0 || bytes_equal(key, model_key(expected, below - 1)));
    store_cursor_close(&cursor);
}

void store_suite_behaves_like_a_sorted_list(const struct store_suite *s)
{
    struct prng prng = {.state = 42};
    struct model committed = {{0}};
    for (int i = 0; i < MODEL_TXNS; i++) {
        struct model model = committed;
        struct store_txn *txn = s->begin();
        for (int j = 0; j < MODEL_CALLS; j++) {
            model_call(&model, txn, &prng);
            assert_seeks_like_model(&model, txn, &prng);
        }
        assert_like_model(&model, txn);
        struct store_txn *reader = s->read(0);
        assert_like_model(&committed, reader);
        if (prng_one_in(&prng, 4)) {
            s->abort(txn);
        } else {
            commit(s, txn);
            assert_like_model(&committed, reader);
            committed = model;
        }
        s->read_end(0);
    }
}
