/* test_change_number.c - how far a screen has heard: each entity stands under its newest number,
 * and what the disk spoilt is told.
 */
#include "tests/lib/test.h"

#include "sync/domain/change_number.h"
#include "tests/lib/sick.h"
#include "tests/lib/store_memory.h"

static struct store_memory *store;
static struct store_txn *txn;
static const struct entity_id order = {{1}}, other = {{2}};

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

static void put(const struct entity_id *entity, uint64_t number)
{
    const struct key state = key_state(KIND_ORDER, entity);
    assert_int_equal(change_number_give(txn, &state, number), 0);
}

TEST(change_number, the_newest_is_the_last_that_was_given)
{
    uint64_t number;
    start();
    assert_int_equal(change_number_get(txn, &number), 0);
    assert_int_equal(number, 0);
    put(&order, 1);
    put(&other, 2);
    put(&order, 3);
    assert_int_equal(change_number_get(txn, &number), 0);
    assert_int_equal(number, 3);
    assert_int_equal(change_number_of(txn, KIND_ORDER, &order, &number), 0);
    assert_int_equal(number, 3);
    assert_int_equal(change_number_of(txn, KIND_ORDER, &other, &number), 0);
    assert_int_equal(number, 2);
    assert_int_equal(change_number_of(txn, KIND_MENU, &other, &number), ERR_NOT_FOUND);
    stop();
}

TEST(change_number, a_row_that_the_disk_spoilt_is_no_number)
{
    uint64_t number = 7;
    const struct key state = key_state(KIND_ORDER, &order);
    start();
    put(&order, 1);
    assert_int_equal(store_put(txn, TABLE_MARK, key_bytes(&state), bytes_of("\1\2", 2)), 0);
    assert_int_equal(change_number_of(txn, KIND_ORDER, &order, &number), ERR_IO);
    assert_int_equal(change_number_give(txn, &state, 2), ERR_IO);
    assert_int_equal(store_put(txn, TABLE_CHANGE, bytes_of("\377", 1), bytes_of("", 0)), 0);
    assert_int_equal(change_number_get(txn, &number), ERR_MALFORMED);
    assert_int_equal(number, 7);
    stop();
}

/* --- at a disk that fails --- */

static int move_on(struct store_txn *failing)
{
    const struct key state = key_state(KIND_ORDER, &order);
    return change_number_give(failing, &state, 9);
}

static int look(struct store_txn *failing)
{
    uint64_t number;
    const int err = change_number_get(failing, &number);
    return err == 0 ? change_number_of(failing, KIND_ORDER, &order, &number) : err;
}

TEST(change_number, a_disk_that_fails_is_told_each_time)
{
    start();
    put(&order, 1);
    assert_int_equal(store_memory_commit(txn), 0);
    sick_work(store, move_on);
    sick_work(store, look);
    store_memory_free(store);
}
