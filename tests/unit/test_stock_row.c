/* test_stock_row.c - the stored row of an item's stock, also as a disk may give it back, and the
 * rights that it tells: who inherits from closed logs.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/domain/stock.h"
#include "tests/lib/store_memory.h"

/* --- the row --- */

static uint8_t row_data[STOCK_ROW_BYTES_MAX];

/* Two accounts and a count. */
static struct stock stock_small(void)
{
    static struct stock stock;
    stock_reset(&stock);
    stock.item = 7;
    stock_account(&stock, 1, 2)->added = 5;
    stock_account(&stock, 1, 3)->taken = 4;
    stock.is_counted = true;
    stock.counted = 9;
    stock.counted_id = (struct operation){.log = 1, .seq = 2};
    return stock;
}

static struct bytes row_of(const struct stock *stock)
{
    struct bytes row;
    assert_int_equal(stock_encode(stock, row_data, sizeof row_data, &row), 0);
    return row;
}

TEST(stock_row, that_is_cut_anywhere_is_refused_and_leaves_nothing)
{
    static struct stock stock, read;
    stock = stock_small();
    const struct bytes row = row_of(&stock);
    assert_int_equal(stock_decode(&read, row), 0);
    assert_int_equal(read.accounts_count, 2);
    for (size_t size = 0; size < row.size; size++) {
        assert_int_equal(stock_decode(&read, bytes_of(row.data, size)), ERR_MALFORMED);
        assert_true(stock_is_empty(&read));
    }
}

TEST(stock_row, of_another_version_or_out_of_order_is_refused)
{
    static struct stock stock, read;
    stock = stock_small();
    (void)row_of(&stock);
    row_data[1] = 0; /* the version follows the array's head */
    assert_int_equal(stock_decode(&read, bytes_of(row_data, row_of(&stock).size)), 0);
    const struct bytes row = row_of(&stock);
    row_data[1] = 0;
    assert_int_equal(stock_decode(&read, row), ERR_MALFORMED);
    const struct stock_account first = stock.accounts[0];
    stock.accounts[0] = stock.accounts[1];
    stock.accounts[1] = first;
    assert_int_equal(stock_decode(&read, row_of(&stock)), ERR_MALFORMED);
}

TEST(stock_row, is_there_for_a_count_alone_or_for_what_is_not_understood)
{
    static struct stock stock;
    stock_reset(&stock);
    assert_true(stock_is_empty(&stock));
    stock.is_counted = true;
    assert_false(stock_is_empty(&stock));
    stock_reset(&stock);
    stock.is_opaque = true;
    assert_false(stock_is_empty(&stock));
}

/* --- who inherits --- */

enum { LOGS = 24 };

static struct roster roster;
static struct stock stock;

static void logs_make(void)
{
    memset(&roster, 0, sizeof roster);
    stock_reset(&stock);
    roster.logs_count = LOGS;
    for (uint32_t i = 0; i < LOGS; i++) {
        roster.logs[i] = (struct roster_log){.id = i + 1,
                                             .device = i + 1,
                                             .fork_seq = UINT64_MAX,
                                             .revoked_seq = UINT64_MAX,
                                             .unrevoked_to = UINT64_MAX,
                                             .retired_seq = UINT64_MAX};
    }
}

/* Log @log owes a unit to issuer 1: no event of it is needed to know that. */
static void owe(uint64_t log)
{
    stock_account(&stock, 1, log)->taken = 1;
}

static void retire(uint64_t log, uint64_t seq)
{
    roster.logs[log - 1].retired_seq = seq;
}

static void succeed(uint64_t log, uint64_t previous, uint64_t seq)
{
    roster.logs[log - 1].has_previous = true;
    roster.logs[log - 1].previous = (struct operation){.log = previous, .seq = seq};
}

static int64_t right_of(uint64_t log)
{
    const struct stock_view view = {.roster = &roster};
    int64_t units;
    assert_int_equal(stock_rights(&stock, &view, log, &units), 0);
    return units;
}

TEST(stock_row, a_successor_is_who_names_where_the_log_ended)
{
    logs_make();
    owe(2);
    assert_int_equal(right_of(2), -1);
    retire(2, 5);
    assert_int_equal(right_of(1), -1); /* nobody continues it: its issuer's */
    succeed(4, 2, 4);
    assert_int_equal(right_of(1), -1); /* names an earlier event */
    succeed(3, 2, 5);
    assert_int_equal(right_of(3), -1);
    assert_int_equal(right_of(1), 0);
    assert_int_equal(right_of(4), 0);
}

TEST(stock_row, a_log_does_not_continue_itself)
{
    logs_make();
    owe(2);
    retire(2, 5);
    succeed(2, 2, 5);
    assert_int_equal(right_of(1), -1);
}

TEST(stock_row, what_an_issuer_that_is_closed_left_is_nobodys_without_a_successor)
{
    logs_make();
    owe(2);
    retire(2, 5);
    retire(1, 5);
    for (uint64_t log = 1; log <= LOGS; log++) {
        assert_int_equal(right_of(log), 0);
    }
}

TEST(stock_row, where_no_roster_is_known_nobody_is_closed)
{
    const struct stock_view view = {.roster = NULL};
    int64_t units;
    logs_make();
    owe(2);
    retire(2, 5);
    assert_int_equal(stock_rights(&stock, &view, 2, &units), 0);
    assert_int_equal(units, -1);
}

TEST(stock_row, successions_are_followed_so_far_and_no_further)
{
    logs_make();
    owe(2);
    for (uint64_t log = 2; log < LOGS; log++) {
        retire(log, 5);
        succeed(log + 1, log, 5);
    }
    for (uint64_t log = 1; log <= LOGS; log++) {
        assert_int_equal(right_of(log), 0);
    }
    logs_make();
    owe(2);
    for (uint64_t log = 2; log < 10; log++) {
        retire(log, 5);
        succeed(log + 1, log, 5);
    }
    assert_int_equal(right_of(10), -1);
}

TEST(stock_row, a_log_that_holds_units_of_two_issuers_is_added_up_once)
{
    const struct stock_view view = {.roster = &roster};
    struct stock_summary summary;
    logs_make();
    stock_account(&stock, 1, 5)->added = 3;
    stock_account(&stock, 2, 5)->added = 4;
    stock_account(&stock, 2, 6)->taken = 1;
    stock_account(&stock, 9, 99)->added = 2; /* of a log that is on no roster */
    assert_int_equal(stock_summarise(&stock, &view, 5, &summary), 0);
    assert_int_equal(summary.here, 7);
    assert_int_equal(summary.all, 9);
    assert_int_equal(summary.oversold, 1);
}

/* Whether all that a closed log wrote is here must be read. */
TEST(stock_row, no_right_is_told_at_a_disk_that_fails)
{
    struct stock_summary summary;
    for (unsigned nth = 1; nth <= 2; nth++) {
        struct store_memory *store = store_memory_new();
        struct store_txn *txn = store_memory_begin(store, false);
        const struct stock_view view = {.roster = &roster, .txn = txn};
        logs_make();
        stock_account(&stock, 1, 1)->added = 1;
        stock_account(&stock, 1, 2)->added = 5;
        retire(2, 5);
        store_memory_fail(store, MEMORY_GET, nth, ERR_IO);
        assert_int_equal(stock_summarise(&stock, &view, 1, &summary), ERR_IO);
        store_memory_abort(txn);
        store_memory_free(store);
    }
}

/* Of a gift by a log that continues a closed one, it depends on what that had left. */
TEST(stock_row, no_right_to_a_gift_is_told_while_what_its_giver_had_cannot_be_read)
{
    int64_t units;
    for (unsigned nth = 1; nth <= 2; nth++) {
        struct store_memory *store = store_memory_new();
        struct store_txn *txn = store_memory_begin(store, false);
        const struct stock_view view = {.roster = &roster, .txn = txn};
        logs_make();
        retire(2, 5);
        succeed(3, 2, 5);
        stock_account(&stock, 1, 2)->added = 5;
        stock_account(&stock, 1, 3)->given = 4;
        stock_account(&stock, 1, 4)->received = 4;
        stock_account(&stock, 2, 4)->added = 1; /* of another issuer */
        store_memory_fail(store, MEMORY_GET, nth == 1 ? 1 : 0, nth == 1 ? ERR_IO : 0);
        const int err = stock_right(&stock, &view, 1, 4, &units);
        assert_int_equal(err, nth == 1 ? ERR_IO : 0);
        if (err == 0) {
            assert_int_equal(units, 0); /* nothing of log 2 is here: its rest may be sold */
        }
        store_memory_abort(txn);
        store_memory_free(store);
    }
}
