/* test_opaque.c - the list of what needs newer software: what is noted, what of it this software
 * has learnt since, and that nothing of it is half done at a disk that fails.
 */
#include "sync/domain/opaque.h"

#include <string.h>

#include "tests/lib/sick.h"
#include "tests/lib/store_memory.h"
#include "tests/lib/test.h"

enum { LOG = 7, FIRST = 3, UNKNOWN_EVEN = 5000, UNKNOWN_ODD = 5001, KEY_BYTES = 3 + 4 + 8 + 5 };

static struct store_memory *store;
static struct store_txn *txn;
static struct run run;

static void start(void)
{
    store = store_memory_new();
    txn = store_memory_begin(store, true);
    run.log = LOG;
    run.first_seq = FIRST;
    run.count = 3;
    run.events[0].type = UNKNOWN_EVEN;
    run.events[1].type = EVENT_ORDER_OPEN;
    run.events[2].type = UNKNOWN_ODD;
}

static void stop(void)
{
    store_memory_abort(txn);
    store_memory_free(store);
}

/* A row as an older version wrote it, of a type that it did not know. */
static struct bytes row_key(uint8_t *data, uint32_t type, uint64_t seq)
{
    memcpy(data, "opq", 3);
    put_be32(data + 3, type);
    put_be64(data + 7, LOG);
    put_be40(data + 15, seq);
    return bytes_of(data, KEY_BYTES);
}

static void put_row(uint32_t type, uint64_t seq)
{
    uint8_t data[KEY_BYTES];
    assert_int_equal(store_put(txn, TABLE_LOCAL, row_key(data, type, seq), bytes_of(NULL, 0)), 0);
}

static void assert_listed(uint64_t expected, uint64_t expected_critical)
{
    uint64_t count, critical;
    assert_int_equal(opaque_count(txn, &count, &critical), 0);
    assert_int_equal(count, expected);
    assert_int_equal(critical, expected_critical);
}

TEST(opaque, what_nobody_here_understands_is_listed_and_nothing_else)
{
    uint8_t data[KEY_BYTES];
    struct bytes row;
    start();
    assert_listed(0, 0);
    assert_int_equal(opaque_note(txn, &run), 0);
    assert_listed(2, 1);
    assert_int_equal(store_get(txn, TABLE_LOCAL, row_key(data, UNKNOWN_EVEN, FIRST), &row), 0);
    assert_int_equal(store_get(txn, TABLE_LOCAL, row_key(data, UNKNOWN_ODD, FIRST + 2), &row), 0);
    assert_int_equal(opaque_note(txn, &run), 0); /* it comes again */
    assert_listed(2, 1);
    stop();
}

TEST(opaque, what_this_software_has_learnt_is_listed_no_more)
{
    start();
    put_row(EVENT_ORDER_OPEN, 1);
    put_row(EVENT_ACCEPT, 2);
    put_row(UNKNOWN_EVEN, 3);
    assert_int_equal(opaque_settle(txn), 0);
    assert_listed(1, 1);
    assert_int_equal(opaque_settle(txn), 0);
    assert_listed(1, 1);
    stop();
}

TEST(opaque, rows_about_something_else_are_not_of_the_list)
{
    start();
    put_row(UNKNOWN_EVEN, 1);
    assert_int_equal(
        store_put(txn, TABLE_LOCAL, bytes_of("oqp45678901234567890", KEY_BYTES), bytes_of("x", 1)),
        0);
    assert_listed(1, 1);
    assert_int_equal(store_put(txn, TABLE_LOCAL, bytes_of("opr", 3), bytes_of("x", 1)), 0);
    assert_listed(1, 1);
    assert_int_equal(opaque_settle(txn), 0);
    assert_listed(1, 1);
    stop();
}

/* --- at a disk that fails --- */

static int note(struct store_txn *failing)
{
    return opaque_note(failing, &run);
}

static int look(struct store_txn *failing)
{
    uint64_t count, critical;
    return opaque_count(failing, &count, &critical);
}

TEST(opaque, a_disk_that_fails_is_told_each_time)
{
    start();
    put_row(EVENT_ORDER_OPEN, 1);
    put_row(UNKNOWN_EVEN, 3);
    assert_int_equal(store_memory_commit(txn), 0);
    sick_work(store, note);
    sick_work(store, look);
    sick_work(store, opaque_settle);
    store_memory_free(store);
}
