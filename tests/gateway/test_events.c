/* test_events.c - events between rows of other kinds, and rows that a disk spoilt. */
#include "tests/lib/test.h"

#include <string.h>

#include "gateway/settle/events.h"
#include "tests/lib/store_memory.h"

enum { NOW_S = 2000000000, LONG_KEY_BYTES = 400 };

static struct store_memory *store;
static struct store_txn *txn;

static void begin(void)
{
    store = store_memory_new();
    txn = store_memory_begin(store, true);
}

static void end(void)
{
    store_memory_abort(txn);
    store_memory_free(store);
}

/* An id with which the row's key is as long as a number's. */
TEST(events, an_id_of_eight_bytes_is_no_number)
{
    const struct bytes id = bytes_of_text("evt_1234"), other = bytes_of_text("evt_5678");
    uint64_t number = 0;
    struct bytes body;
    bool is_new = false;
    begin();
    assert_int_equal(events_see(txn, id, NOW_S), 0);
    assert_int_equal(events_receive(txn, other, bytes_of_text("{}"), NOW_S, &is_new), 0);
    assert_true(is_new);
    assert_int_equal(events_next(txn, 0, &number, &body), 0);
    assert_int_equal(number, 1);
    end();
}

TEST(events, a_row_that_was_cut_short_is_forgotten_and_a_key_that_is_none_stays)
{
    static const uint8_t old[8];
    uint8_t key[LONG_KEY_BYTES];
    uint32_t count = 0;
    begin();
    memset(key, 'T', sizeof key);
    key[0] = 'S';
    assert_int_equal(store_put(txn, TABLE_LOCAL, bytes_of_text("Sevt_1"), bytes_of_text("?")), 0);
    assert_int_equal(
        store_put(txn, TABLE_LOCAL, bytes_of(key, sizeof key), bytes_of(old, sizeof old)), 0);
    assert_int_equal(events_forget(txn, NOW_S, 8, &count), 0);
    assert_int_equal(count, 0); /* the long one is first, and nobody wrote it */
    assert_int_equal(store_del(txn, TABLE_LOCAL, bytes_of(key, sizeof key)), 0);
    assert_int_equal(events_forget(txn, NOW_S, 8, &count), 0);
    assert_int_equal(count, 1);
    end();
}

/* The first is let go as the disk spoilt it; then comes another. */
TEST(events, a_number_is_given_once_and_so_no_other_stands_for_a_spoilt_one)
{
    const struct bytes first = bytes_of_text("evt_1"), other = bytes_of_text("evt_2");
    uint64_t number = 0;
    struct bytes body;
    bool is_new = false;
    begin();
    assert_int_equal(events_receive(txn, first, bytes_of_text("{}"), NOW_S, &is_new), 0);
    assert_int_equal(events_told(txn, 1), 0);
    assert_int_equal(events_receive(txn, other, bytes_of_text("{}"), NOW_S, &is_new), 0);
    assert_int_equal(events_next(txn, 0, &number, &body), 0);
    assert_int_equal(number, 2);
    assert_int_equal(events_receive(txn, first, bytes_of_text("{}"), NOW_S, &is_new), 0);
    assert_true(is_new);
    end();
}

TEST(events, a_counter_that_was_spoilt_begins_above_what_waits)
{
    uint64_t number = 0;
    struct bytes body;
    bool is_new = false;
    begin();
    assert_int_equal(
        events_receive(txn, bytes_of_text("evt_1"), bytes_of_text("{}"), NOW_S, &is_new), 0);
    assert_int_equal(store_put(txn, TABLE_LOCAL, bytes_of_text("N"), bytes_of_text("?")), 0);
    assert_int_equal(
        events_receive(txn, bytes_of_text("evt_2"), bytes_of_text("{}"), NOW_S, &is_new), 0);
    assert_int_equal(events_next(txn, 1, &number, &body), 0);
    assert_int_equal(number, 2);
    end();
}
