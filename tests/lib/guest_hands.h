/* guest_hands.h - what customers ask a stage's replica for, and what staff there still sell: for
 * the tests of quotes, and of what strangers may take. One stage at a time.
 */
#ifndef TRESTLE_TESTS_LIB_GUEST_HANDS_H
#define TRESTLE_TESTS_LIB_GUEST_HANDS_H

#include <string.h>

#include "sync/domain/quote.h"
#include "tests/lib/stage_shop.h"
#include "tests/lib/test.h"

enum { SOUP = 1, TEA = 2, PRICE = 500 /* of a soup */, ANNA = 1001, BERT = 1002 };

static struct stage stage;
static struct command command;
static struct effect_answer answer;

static inline void begin(enum command_kind kind, uint64_t session, enum role role)
{
    stage_command_begin(&stage, &command, kind, session, role);
}

static inline int run(void)
{
    answer = *stage_run(&stage, &command);
    return answer.err;
}

/* A day, tea without end, and @units of soup. */
static inline void start(int64_t units)
{
    stage_start(&stage, 2, 0);
    stage_open_day(&stage);
    stage_set_item(&stage, SOUP, "Soup", PRICE, STOCK_STRICT);
    stage_set_item(&stage, TEA, "Tea", 200, STOCK_OFF);
    begin(COMMAND_STOCK_ADD, 1, ROLE_OWNER);
    command.item = SOUP;
    command.stock_units = units;
    assert_int_equal(run(), 0);
}

static inline void wish(uint64_t item, int32_t quantity)
{
    command.lines[command.lines_count++] = (struct wanted_line){.item = item, .quantity = quantity};
}

/* Ask what @soups cost. */
static inline int ask(uint64_t session, int32_t soups)
{
    begin(COMMAND_QUOTE, session, ROLE_CUSTOMER);
    wish(SOUP, soups);
    return run();
}

/* The quote of @session as the store has it; its texts live until the next call. */
static inline const struct quote *look(uint64_t session)
{
    static struct quote quote;
    static uint8_t row[64 * 1024];
    const struct key key = quote_key(session);
    struct bytes stored;
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(store_get(txn, TABLE_LOCAL, key_bytes(&key), &stored), 0);
    memcpy(row, stored.data, stored.size);
    assert_int_equal(quote_decode(bytes_of(row, stored.size), &quote), 0);
    store_memory_abort(txn);
    return &quote;
}

static inline int64_t total_of(const struct quote *quote)
{
    struct bill bill;
    assert_int_equal(quote_bill(quote, &bill), 0);
    return bill.sum.payable_minor;
}

static inline int order_with(uint64_t session, const struct entity_id *quote)
{
    begin(COMMAND_ORDER_PLACE, session, ROLE_CUSTOMER);
    command.mode = bytes_of(NULL, 0);
    command.has_quote = true;
    command.quote = *quote;
    return run();
}

static inline int order_directly(uint64_t session, enum role role, int32_t soups)
{
    begin(COMMAND_ORDER_PLACE, session, role);
    wish(SOUP, soups);
    return run();
}

/* What staff can still sell at once, one by one. */
static inline int sold_by_staff(void)
{
    int count = 0;
    while (order_directly(1, ROLE_COUNTER, 1) == 0) {
        count++;
    }
    assert_int_equal(answer.err, ERR_UNAVAILABLE);
    return count;
}

static inline int pay(const struct entity_id *order)
{
    begin(COMMAND_PAY, 1, ROLE_COUNTER);
    command.order = *order;
    command.method = bytes_of_text("cash");
    return run();
}

#endif
