/* test_quote.c - quotes by themselves: what their lines come to, what reads as one, and which of
 * them stand; test_till_quote.c has the till that makes them.
 */
#include "tests/lib/test.h"

#include "sync/domain/quote.h"
#include "tests/lib/store_memory.h"

enum { ROW_BYTES = 4096, SESSION = 7, UNTIL = 1000 };

static struct quotes quotes;
static struct quote quote;

static struct line_add dish(int64_t price_minor)
{
    return (struct line_add){.line = 1,
                             .item = 1,
                             .name = bytes_of_text("Soup"),
                             .quantity = 1,
                             .unit_price_minor = price_minor};
}

static void add_option(struct line_add *add, int64_t price_minor)
{
    add->options.options[add->options.count++] =
        (struct line_option){.name = bytes_of_text("more"), .price_minor = price_minor};
}

/* Nobody's, of @count soups that are offered. */
static void make_quote(uint32_t count)
{
    quote = (struct quote){.until_mono_ms = UNTIL, .mode = bytes_of_text("eat-in")};
    quote.entries_count = count;
    for (uint32_t i = 0; i < count; i++) {
        quote.entries[i] = (struct quote_entry){.state = QUOTE_OFFERED, .add = dish(500)};
    }
}

static struct bytes row_of_quote(void)
{
    static uint8_t data[ROW_BYTES];
    struct writer writer;
    struct bytes row;
    writer_init(&writer, data, sizeof data);
    quote_write_head(&quote, quote.entries_count, &writer);
    for (uint32_t i = 0; i < quote.entries_count; i++) {
        quote_write_entry(&quote.entries[i], &writer);
    }
    assert_int_equal(writer_finish(&writer, &row), 0);
    return row;
}

static int set(uint64_t session, uint64_t origin)
{
    const struct quote_slot slot = {
        .session = session, .origin = origin, .until_mono_ms = UNTIL + session};
    return quotes_set(&quotes, &slot);
}

/* --- what it comes to --- */

TEST(quote, a_line_costs_its_price_and_that_of_its_options)
{
    struct bill_line line;
    struct line_add add = dish(500);
    add_option(&add, 50);
    add_option(&add, -20);
    assert_int_equal(quote_bill_line(&add, &line), 0);
    assert_int_equal(line.unit_price_minor, 530);
}

TEST(quote, what_no_money_can_say_is_no_price_whatever_is_taken_off_it_after)
{
    struct bill_line line = {.unit_price_minor = 1};
    struct line_add add = dish(MONEY_MAX);
    add_option(&add, 1);
    assert_int_equal(quote_bill_line(&add, &line), ERR_OVERFLOW);
    add_option(&add, -1);
    assert_int_equal(quote_bill_line(&add, &line), ERR_OVERFLOW);
    assert_int_equal(line.unit_price_minor, 1);
}

TEST(quote, one_with_a_line_without_a_price_comes_to_nothing)
{
    struct bill bill;
    make_quote(2);
    assert_int_equal(quote_bill(&quote, &bill), 0);
    assert_int_equal(bill.sum.payable_minor, 1000);
    quote.entries[0].add = dish(MONEY_MAX);
    add_option(&quote.entries[0].add, 1);
    assert_int_equal(quote_bill(&quote, &bill), ERR_OVERFLOW);
    quote.entries[0].state = QUOTE_SOLD_OUT; /* it does not count */
    assert_int_equal(quote_bill(&quote, &bill), 0);
    assert_int_equal(bill.sum.payable_minor, 500);
}

/* --- its row --- */

TEST(quote, a_row_that_is_cut_short_is_no_quote)
{
    make_quote(2);
    const struct bytes row = row_of_quote();
    struct quote read;
    assert_int_equal(quote_decode(row, &read), 0);
    assert_int_equal(read.entries_count, 2);
    for (size_t size = 0; size < row.size; size++) {
        assert_int_not_equal(quote_decode(bytes_of(row.data, size), &read), 0);
    }
}

TEST(quote, a_row_that_the_disk_spoilt_is_told_from_none)
{
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    const struct key key = quote_key(SESSION);
    struct quote read;
    assert_int_equal(quote_get(txn, SESSION, &read), ERR_NOT_FOUND);
    make_quote(1);
    const struct bytes row = row_of_quote();
    assert_int_equal(store_put(txn, TABLE_LOCAL, key_bytes(&key), row), 0);
    assert_int_equal(quote_get(txn, SESSION, &read), 0);
    const struct bytes half = bytes_of(row.data, row.size / 2);
    assert_int_equal(store_put(txn, TABLE_LOCAL, key_bytes(&key), half), 0);
    assert_int_equal(quote_get(txn, SESSION, &read), ERR_SPOILT);
    store_memory_abort(txn);
    store_memory_free(store);
}

/* --- which ones stand --- */

TEST(quote, one_stands_until_its_time_is_over_and_is_had_until_it_is_dropped)
{
    uint64_t ended;
    quotes.count = 0;
    assert_int_equal(set(SESSION, 0), 0);
    assert_non_null(quotes_find(&quotes, SESSION, UNTIL + SESSION - 1));
    assert_false(quotes_ended(&quotes, UNTIL + SESSION - 1, &ended));
    assert_null(quotes_find(&quotes, SESSION, UNTIL + SESSION));
    assert_true(quotes_ended(&quotes, UNTIL + SESSION, &ended));
    assert_int_equal(ended, SESSION);
    assert_true(quotes_have(&quotes, SESSION));
    quotes_drop(&quotes, SESSION + 1); /* nobody's */
    assert_true(quotes_have(&quotes, SESSION));
    quotes_drop(&quotes, SESSION);
    assert_false(quotes_have(&quotes, SESSION));
}

TEST(quote, an_order_is_noted_with_the_quote_that_there_is)
{
    const struct entity_id order = {{1, 2, 3}};
    quotes.count = 0;
    assert_int_equal(set(SESSION, 0), 0);
    quotes_order(&quotes, SESSION + 1, &order);
    assert_false(quotes_find(&quotes, SESSION, 0)->is_ordered);
    quotes_order(&quotes, SESSION, &order);
    assert_true(quotes_find(&quotes, SESSION, 0)->is_ordered);
    assert_true(entity_id_equal(&quotes_find(&quotes, SESSION, 0)->order, &order));
}

TEST(quote, when_all_places_are_taken_only_who_has_one_may_ask_again)
{
    quotes.count = 0;
    for (uint64_t session = 1; session <= QUOTES_MAX; session++) {
        assert_int_equal(quotes_room(&quotes, session, 0), 0);
        assert_int_equal(set(session, 0), 0);
    }
    assert_int_equal(quotes_room(&quotes, QUOTES_MAX + 1, 0), ERR_TOO_MANY);
    assert_int_equal(set(QUOTES_MAX + 1, 0), ERR_TOO_MANY);
    assert_false(quotes_have(&quotes, QUOTES_MAX + 1));
    assert_int_equal(quotes_room(&quotes, 1, 0), 0);
    assert_int_equal(set(1, 0), 0);
    assert_int_equal(quotes.count, QUOTES_MAX);
}
