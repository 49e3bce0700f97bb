/* test_till_quote.c - customers: what a quote promises and holds, who may order with it, and how
 * much strangers may take together; judged and written by a whole replica.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/quote.h"
#include "sync/domain/stock_events.h"
#include "tests/lib/stage_shop.h"

enum {
    SOUP = 1,
    TEA = 2,
    STEW = 3,
    PRICE = 500,
    ANNA = 1001,
    BERT = 1002,
    KEY_BYTES = 16,
    QUOTE_MS = 60000
};

static struct stage stage;
static struct command command;
static struct effect_answer answer;

static void begin(enum command_kind kind, uint64_t session, enum role role)
{
    stage_command_begin(&stage, &command, kind, session, role);
}

static int run(void)
{
    answer = *stage_run(&stage, &command);
    return answer.err;
}

/* A day, tea without end, and @units of soup. */
static void start(int64_t units)
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

static void wish(uint64_t item, int32_t quantity)
{
    command.lines[command.lines_count++] = (struct wanted_line){.item = item, .quantity = quantity};
}

/* Ask what @soups cost. */
static int ask(uint64_t session, int32_t soups)
{
    begin(COMMAND_QUOTE, session, ROLE_CUSTOMER);
    wish(SOUP, soups);
    return run();
}

/* The quote of @session as the store has it; its texts live until the next call. */
static const struct quote *look(uint64_t session)
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

static int64_t total_of(const struct quote *quote)
{
    struct bill bill;
    assert_int_equal(quote_bill(quote, &bill), 0);
    return bill.sum.payable_minor;
}

static int order_with(uint64_t session, const struct entity_id *quote)
{
    begin(COMMAND_ORDER_PLACE, session, ROLE_CUSTOMER);
    command.mode = bytes_of(NULL, 0);
    command.has_quote = true;
    command.quote = *quote;
    return run();
}

static int order_directly(uint64_t session, enum role role, int32_t soups)
{
    begin(COMMAND_ORDER_PLACE, session, role);
    wish(SOUP, soups);
    return run();
}

/* What staff can still sell at once, one by one. */
static int sold_by_staff(void)
{
    int count = 0;
    while (order_directly(1, ROLE_COUNTER, 1) == 0) {
        count++;
    }
    assert_int_equal(answer.err, ERR_UNAVAILABLE);
    return count;
}

static int pay(const struct entity_id *order)
{
    begin(COMMAND_PAY, 1, ROLE_COUNTER);
    command.order = *order;
    command.method = bytes_of_text("cash");
    return run();
}

/* --- what a quote promises --- */

TEST(till_quote, a_tip_is_quoted_with_the_rest_and_the_order_has_it)
{
    start(10);
    begin(COMMAND_QUOTE, ANNA, ROLE_CUSTOMER);
    command.tip_bp = 1000;
    wish(SOUP, 2);
    wish(TEA, 3);
    assert_int_equal(run(), 0);
    const struct quote *quote = look(ANNA);
    struct bill bill;
    int64_t tip;
    assert_int_equal(quote_bill(quote, &bill), 0);
    assert_int_equal(quote_tip(quote, &bill, &tip), 0);
    assert_int_equal(tip, 160);
    assert_int_equal(total_of(quote), 2 * PRICE + 3 * 200);
    assert_int_equal(order_with(ANNA, &quote->id), 0);
    const struct entity_id order = answer.answer.entity;
    begin(COMMAND_PAY, 1, ROLE_COUNTER);
    command.order = order;
    command.method = bytes_of_text("cash");
    command.amount_minor = 1600 + 160 + 1;
    assert_int_equal(run(), ERR_STATE);
    command.amount_minor = 1600 + 160;
    assert_int_equal(run(), 0);
    stage_stop(&stage);
}

TEST(till_quote, a_tip_above_the_price_is_not_quoted)
{
    start(10);
    begin(COMMAND_QUOTE, ANNA, ROLE_CUSTOMER);
    command.tip_minor = 2 * PRICE + 1;
    wish(SOUP, 2);
    assert_int_equal(run(), ERR_TOO_LARGE);
    stage_stop(&stage);
}

TEST(till_quote, a_quote_says_what_the_menu_says_and_writes_no_event)
{
    start(10);
    const uint64_t seq = replica_log_seq(stage.replica);
    begin(COMMAND_QUOTE, ANNA, ROLE_CUSTOMER);
    wish(SOUP, 2);
    wish(TEA, 3);
    assert_int_equal(run(), 0);
    const struct quote *quote = look(ANNA);
    assert_int_equal(quote->entries_count, 2);
    assert_int_equal(quote->entries[0].state, QUOTE_HELD);
    assert_int_equal(quote->entries[1].state, QUOTE_OFFERED);
    assert_int_equal(total_of(quote), 2 * PRICE + 3 * 200);
    assert_int_equal(replica_log_seq(stage.replica), seq);
    stage_stop(&stage);
}

TEST(till_quote, its_price_stands_when_the_menu_changes)
{
    start(10);
    assert_int_equal(ask(ANNA, 2), 0);
    const struct entity_id quote = answer.answer.entity;
    stage_set_item(&stage, SOUP, "Soup", 9 * PRICE, STOCK_STRICT);
    assert_int_equal(order_with(ANNA, &quote), 0);
    assert_int_equal(answer.answer.total_minor, 2 * PRICE);
    stage_stop(&stage);
}

TEST(till_quote, it_stands_for_who_asks_again_and_would_be_told_the_same)
{
    start(10);
    assert_int_equal(ask(ANNA, 2), 0);
    const struct entity_id quote = answer.answer.entity;
    stage_pass(&stage, HOLD_MS_MAX / 2);
    assert_int_equal(ask(ANNA, 2), 0);
    assert_true(entity_id_equal(&answer.answer.entity, &quote));
    stage_set_item(&stage, SOUP, "Soup", 9 * PRICE, STOCK_STRICT);
    assert_int_equal(ask(ANNA, 2), 0);
    assert_false(entity_id_equal(&answer.answer.entity, &quote));
    const struct entity_id dearer = answer.answer.entity;
    assert_int_equal(order_with(ANNA, &quote), ERR_EXPIRED);
    assert_int_equal(order_with(ANNA, &dearer), 0);
    assert_int_equal(answer.answer.total_minor, 18 * PRICE);
    assert_int_equal(ask(ANNA, 2), 0); /* what was ordered stands for nothing else */
    assert_false(entity_id_equal(&answer.answer.entity, &dearer));
    assert_int_equal(sold_by_staff(), 6);
    stage_stop(&stage);
}

TEST(till_quote, who_gives_another_tip_is_told_of_another_one)
{
    struct entity_id first;
    start(4);
    for (int64_t tip = 50; tip < 52; tip++) {
        begin(COMMAND_QUOTE, ANNA, ROLE_CUSTOMER);
        command.tip_minor = tip;
        wish(TEA, 1);
        assert_int_equal(run(), 0);
        first = tip == 50 ? answer.answer.entity : first;
        assert_int_equal(look(ANNA)->tip_minor, tip);
    }
    assert_false(entity_id_equal(&first, &answer.answer.entity));
    stage_stop(&stage);
}

TEST(till_quote, the_same_request_finds_its_quote_and_another_body_is_refused)
{
    start(10);
    assert_int_equal(ask(ANNA, 2), 0);
    const struct entity_id quote = answer.answer.entity;
    assert_int_equal(run(), 0);
    assert_true(entity_id_equal(&answer.answer.entity, &quote));
    command.body_hash.bytes[0] ^= 1;
    assert_int_equal(run(), ERR_CONFLICT);
    stage_stop(&stage);
}

/* What was answered with a quote that stands is no record of the key: a quote is remembered under
 * the key that made it. */
TEST(till_quote, a_key_that_was_told_of_a_standing_quote_may_ask_for_another)
{
    start(10);
    assert_int_equal(ask(ANNA, 2), 0);
    const struct entity_id quote = answer.answer.entity;
    assert_int_equal(ask(ANNA, 2), 0); /* by another key */
    assert_true(entity_id_equal(&answer.answer.entity, &quote));
    command.lines[0].quantity = 3;
    command.body_hash.bytes[0] ^= 1;
    assert_int_equal(run(), 0);
    assert_false(entity_id_equal(&answer.answer.entity, &quote));
    assert_int_equal(look(ANNA)->entries[0].add.quantity, 3);
    stage_stop(&stage);
}

TEST(till_quote, what_there_is_not_is_named_and_left_out_of_the_totals)
{
    start(4);
    begin(COMMAND_MENU_AVAILABLE, 1, ROLE_OWNER);
    command.item = TEA;
    command.truth = false;
    assert_int_equal(run(), 0);
    begin(COMMAND_QUOTE, ANNA, ROLE_CUSTOMER);
    wish(SOUP, 1);
    wish(SOUP, 9);
    wish(TEA, 1);
    assert_int_equal(run(), 0);
    const struct quote *quote = look(ANNA);
    assert_int_equal(quote->entries[0].state, QUOTE_HELD);
    assert_int_equal(quote->entries[1].state, QUOTE_SHORT);
    assert_int_equal(quote->entries[1].left, 2); /* three of four are strangers' at most */
    assert_int_equal(quote->entries[2].state, QUOTE_SOLD_OUT);
    assert_true(bytes_equal(quote->entries[2].add.name, bytes_of_text("Tea")));
    assert_int_equal(total_of(quote), PRICE);
    stage_stop(&stage);
}

TEST(till_quote, what_makes_no_sense_is_refused)
{
    start(4);
    begin(COMMAND_QUOTE, ANNA, ROLE_CUSTOMER);
    assert_int_equal(run(), ERR_MALFORMED); /* nothing is wanted */
    assert_int_equal(ask(ANNA, -1), ERR_MALFORMED);
    assert_int_equal(ask(ANNA, ORDER_QUANTITY_MAX + 1), ERR_MALFORMED);
    begin(COMMAND_QUOTE, 1, ROLE_COUNTER);
    wish(SOUP, 1);
    assert_int_equal(run(), ERR_FORBIDDEN);
    begin(COMMAND_QUOTE_DROP, 1, ROLE_COUNTER);
    assert_int_equal(run(), ERR_FORBIDDEN);
    stage_stop(&stage);
}

TEST(till_quote, without_a_day_there_is_no_quote)
{
    stage_start(&stage, 2, 0);
    stage_set_item(&stage, SOUP, "Soup", PRICE, STOCK_OFF);
    assert_int_equal(ask(ANNA, 1), ERR_STATE);
    stage_stop(&stage);
}

/* --- what it holds --- */

TEST(till_quote, held_units_are_sold_to_nobody_else_until_its_time_is_over)
{
    start(8);
    assert_int_equal(ask(ANNA, 5), 0);
    assert_int_equal(sold_by_staff(), 3);
    stage_pass(&stage, HOLD_MS_MAX);
    assert_int_equal(sold_by_staff(), 5);
    stage_stop(&stage);
}

TEST(till_quote, another_one_replaces_it_with_what_it_held)
{
    start(8);
    assert_int_equal(ask(ANNA, 6), 0);
    const struct entity_id first = answer.answer.entity;
    assert_int_equal(ask(ANNA, 1), 0);
    assert_int_equal(order_with(ANNA, &first), ERR_EXPIRED);
    assert_int_equal(sold_by_staff(), 7);
    stage_stop(&stage);
}

TEST(till_quote, dropped_it_holds_nothing_and_orders_nothing)
{
    start(8);
    assert_int_equal(ask(ANNA, 6), 0);
    const struct entity_id quote = answer.answer.entity;
    begin(COMMAND_QUOTE_DROP, BERT, ROLE_CUSTOMER); /* not his */
    command.quote = quote;
    assert_int_equal(run(), 0);
    assert_int_equal(sold_by_staff(), 2);
    begin(COMMAND_QUOTE_DROP, ANNA, ROLE_CUSTOMER);
    command.quote = quote;
    assert_int_equal(run(), 0);
    assert_int_equal(run(), 0); /* it is so already */
    assert_int_equal(order_with(ANNA, &quote), ERR_EXPIRED);
    assert_int_equal(sold_by_staff(), 6);
    stage_stop(&stage);
}

TEST(till_quote, late_it_orders_nothing)
{
    start(8);
    stage.config.quote_ms = QUOTE_MS;
    assert_int_equal(ask(ANNA, 1), 0);
    const struct entity_id quote = answer.answer.entity;
    stage_pass(&stage, HOLD_MS_MAX);
    assert_int_equal(order_with(ANNA, &quote), ERR_EXPIRED);
    stage_stop(&stage);
}

TEST(till_quote, another_customer_orders_nothing_with_it)
{
    start(8);
    assert_int_equal(ask(ANNA, 1), 0);
    const struct entity_id quote = answer.answer.entity;
    assert_int_equal(order_with(BERT, &quote), ERR_EXPIRED);
    assert_int_equal(order_with(ANNA, &quote), 0);
    stage_stop(&stage);
}

TEST(till_quote, it_orders_once)
{
    start(8);
    assert_int_equal(ask(ANNA, 2), 0);
    const struct entity_id quote = answer.answer.entity;
    assert_int_equal(order_with(ANNA, &quote), 0);
    const struct entity_id order = answer.answer.entity;
    assert_int_equal(run(), 0); /* the same request again */
    assert_true(entity_id_equal(&answer.answer.entity, &order));
    assert_int_equal(order_with(ANNA, &quote), ERR_EXPIRED);
    assert_int_equal(sold_by_staff(), 6);
    stage_stop(&stage);
}

TEST(till_quote, sold_out_since_it_is_refused_by_name)
{
    start(8);
    begin(COMMAND_QUOTE, ANNA, ROLE_CUSTOMER);
    wish(TEA, 1);
    wish(SOUP, 1);
    assert_int_equal(run(), 0);
    const struct entity_id quote = answer.answer.entity;
    begin(COMMAND_MENU_AVAILABLE, 1, ROLE_OWNER);
    command.item = TEA;
    command.truth = false;
    assert_int_equal(run(), 0);
    const struct entity_id tea = entity_id_derive(KIND_MENU, TEA);
    assert_int_equal(order_with(ANNA, &quote), ERR_UNAVAILABLE);
    assert_int_equal(answer.answer.kind, KIND_MENU);
    assert_int_equal(answer.answer.number, TEA);
    assert_true(entity_id_equal(&answer.answer.entity, &tea));
    stage_stop(&stage);
}

TEST(till_quote, a_quote_with_nothing_in_it_orders_nothing)
{
    start(1);
    assert_int_equal(ask(ANNA, 9), 0);
    const struct entity_id quote = answer.answer.entity;
    assert_int_equal(order_with(ANNA, &quote), ERR_UNAVAILABLE);
    stage_stop(&stage);
}

TEST(till_quote, none_outlives_the_process)
{
    start(8);
    assert_int_equal(ask(ANNA, 5), 0);
    const struct entity_id quote = answer.answer.entity;
    const struct key key = quote_key(ANNA);
    struct bytes stored;
    replica_free(stage.replica);
    stage.replica = replica_new();
    stage_begin(&stage);
    assert_int_equal(replica_open(stage.replica, stage.txn, &stage.config,
                                  (struct moment){.mono_ms = stage.now_ms}, stage.effects),
                     0);
    assert_int_equal(store_get(stage.txn, TABLE_LOCAL, key_bytes(&key), &stored), ERR_NOT_FOUND);
    stage_end(&stage);
    assert_int_equal(order_with(ANNA, &quote), ERR_EXPIRED);
    assert_int_equal(sold_by_staff(), 8);
    stage_stop(&stage);
}

/* --- what strangers may take together --- */

TEST(till_quote, one_customer_holds_a_limited_number)
{
    start(400);
    assert_int_equal(ask(ANNA, HOLD_SESSION_UNITS_MAX + 1), 0);
    assert_int_equal(look(ANNA)->entries[0].left, HOLD_SESSION_UNITS_MAX);
    assert_int_equal(ask(ANNA, HOLD_SESSION_UNITS_MAX), 0);
    assert_int_equal(look(ANNA)->entries[0].state, QUOTE_HELD);
    stage_stop(&stage);
}

TEST(till_quote, one_customer_orders_no_more_than_that_without_paying)
{
    start(400);
    assert_int_equal(order_directly(ANNA, ROLE_CUSTOMER, HOLD_SESSION_UNITS_MAX + 1),
                     ERR_UNAVAILABLE);
    assert_int_equal(order_directly(ANNA, ROLE_CUSTOMER, HOLD_SESSION_UNITS_MAX - 1), 0);
    assert_int_equal(ask(ANNA, 2), 0);
    assert_int_equal(look(ANNA)->entries[0].left, 1);
    stage_stop(&stage);
}

TEST(till_quote, what_is_not_counted_strictly_is_sold_to_all_alike)
{
    struct stock_summary summary;
    static struct stock stock;
    start(4);
    stage_set_item(&stage, SOUP, "Soup", PRICE, STOCK_WARN);
    assert_int_equal(ask(ANNA, 9), 0);
    assert_int_equal(look(ANNA)->entries[0].state, QUOTE_OFFERED);
    assert_int_equal(order_directly(ANNA, ROLE_CUSTOMER, 4), 0);
    const struct entity_id entity = entity_id_derive(KIND_STOCK, SOUP);
    struct store_txn *txn = store_memory_begin(stage.store, false);
    const struct stock_view view = {.roster = replica_roster(stage.replica), .txn = txn};
    assert_int_equal(stock_get(&stock, txn, &entity), 0);
    assert_int_equal(stock_summarise(&stock, &view, replica_log(stage.replica), &summary), 0);
    assert_int_equal(summary.oversold, 0); /* there were four, and nobody's share counts */
    store_memory_abort(txn);
    stage_stop(&stage);
}

TEST(till_quote, a_crowd_holds_three_of_four_however_many_they_are)
{
    start(40);
    for (uint64_t session = 5000; session < 5040; session++) {
        assert_int_equal(ask(session, 2), 0);
    }
    assert_int_equal(sold_by_staff(), 10);
    stage_stop(&stage);
}

TEST(till_quote, a_crowd_orders_three_of_four_until_somebody_pays)
{
    struct entity_id first = {0};
    uint32_t placed = 0;
    start(40);
    for (uint64_t session = 5000; session < 5040; session++) {
        if (order_directly(session, ROLE_CUSTOMER, 2) == 0 && placed++ == 0) {
            first = answer.answer.entity;
        }
    }
    assert_int_equal(placed, 15);
    assert_int_equal(order_directly(7000, ROLE_CUSTOMER, 1), ERR_UNAVAILABLE);
    assert_int_equal(pay(&first), 0);
    assert_int_equal(order_directly(5000, ROLE_CUSTOMER, 1),
                     0); /* of what is left, three of four */
    assert_int_equal(sold_by_staff(), 9);
    stage_stop(&stage);
}

TEST(till_quote, the_last_one_can_be_bought_by_a_customer)
{
    start(1);
    assert_int_equal(ask(ANNA, 1), 0);
    const struct entity_id quote = answer.answer.entity;
    assert_int_equal(order_with(ANNA, &quote), 0);
    stage_stop(&stage);
}

TEST(till_quote, a_customer_has_three_orders_that_nobody_answers_for)
{
    start(40);
    for (int i = 0; i < GUEST_SESSION_ORDERS_MAX; i++) {
        assert_int_equal(order_directly(ANNA, ROLE_CUSTOMER, 1), 0);
    }
    const struct entity_id last = answer.answer.entity;
    assert_int_equal(order_directly(ANNA, ROLE_CUSTOMER, 1), ERR_LIMIT);
    assert_int_equal(order_directly(BERT, ROLE_CUSTOMER, 1), 0);
    begin(COMMAND_ACCEPT, 1, ROLE_KITCHEN);
    command.order = last;
    assert_int_equal(run(), 0);
    assert_int_equal(order_directly(ANNA, ROLE_CUSTOMER, 1), 0);
    stage_stop(&stage);
}

TEST(till_quote, nor_has_he_more_when_he_asks_for_all_at_once)
{
    enum { AT_ONCE = GUEST_SESSION_ORDERS_MAX + 2 };
    start(40);
    stage_begin(&stage);
    for (int i = 0; i < AT_ONCE; i++) {
        begin(COMMAND_ORDER_PLACE, ANNA, ROLE_CUSTOMER);
        wish(TEA, 1);
        stage_command(&stage, &command);
    }
    stage_end(&stage);
    for (uint32_t i = 0; i < AT_ONCE; i++) {
        assert_int_equal(stage.effects->answers[i].err,
                         i < GUEST_SESSION_ORDERS_MAX ? 0 : ERR_LIMIT);
    }
    stage_stop(&stage);
}

TEST(till_quote, nor_more_of_what_costs_nothing)
{
    start(40);
    stage_set_item(&stage, SOUP, "Soup", 0, STOCK_STRICT);
    for (int i = 0; i < GUEST_SESSION_ORDERS_MAX; i++) {
        assert_int_equal(order_directly(ANNA, ROLE_CUSTOMER, 1), 0);
    }
    assert_int_equal(order_directly(ANNA, ROLE_CUSTOMER, 1), ERR_LIMIT);
    stage_stop(&stage);
}

TEST(till_quote, a_customer_neither_pays_nor_forces)
{
    start(4);
    begin(COMMAND_ORDER_PLACE, ANNA, ROLE_CUSTOMER);
    wish(SOUP, 1);
    command.is_forced = true;
    assert_int_equal(run(), ERR_FORBIDDEN);
    begin(COMMAND_ORDER_PLACE, ANNA, ROLE_CUSTOMER);
    wish(SOUP, 1);
    command.is_paid_now = true;
    assert_int_equal(run(), ERR_FORBIDDEN);
    assert_int_equal(ask(ANNA, 1), 0);
    begin(COMMAND_ORDER_PLACE, 1, ROLE_COUNTER);
    command.has_quote = true;
    assert_int_equal(run(), ERR_FORBIDDEN); /* a quote is a customer's */
    stage_stop(&stage);
}

/* --- whose order it is --- */

TEST(till_quote, an_order_knows_its_customer)
{
    static struct order order;
    struct history *history = history_new();
    start(4);
    assert_int_equal(order_directly(ANNA, ROLE_CUSTOMER, 1), 0);
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(history_get(history, txn, KIND_ORDER, &answer.answer.entity), 0);
    order_derive(history, &order);
    assert_true(order_is_of(&order, ANNA));
    assert_false(order_is_of(&order, BERT));
    store_memory_abort(txn);
    assert_int_equal(order_directly(1, ROLE_COUNTER, 1), 0);
    txn = store_memory_begin(stage.store, false);
    assert_int_equal(history_get(history, txn, KIND_ORDER, &answer.answer.entity), 0);
    order_derive(history, &order);
    assert_false(order_is_of(&order, 1)); /* the stall's */
    store_memory_abort(txn);
    history_free(history);
    stage_stop(&stage);
}

/* --- who has one token may have a thousand --- */

enum { HERE = 7, THERE = 8 };

static int ask_from(uint64_t session, uint64_t origin, uint64_t item)
{
    begin(COMMAND_QUOTE, session, ROLE_CUSTOMER);
    command.principal.origin = origin;
    wish(item, 1);
    return run();
}

TEST(till_quote, those_from_one_address_have_a_quarter_of_all_quotes)
{
    start(10);
    for (uint64_t i = 0; i < QUOTES_ORIGIN_MAX; i++) {
        assert_int_equal(ask_from(ANNA + i, HERE, TEA), 0);
    }
    assert_int_equal(ask_from(1, HERE, TEA), ERR_LIMIT);
    assert_int_equal(ask_from(ANNA, HERE, TEA), 0); /* instead of the one that he has */
    assert_int_equal(ask_from(1, THERE, TEA), 0);
    assert_int_equal(ask_from(2, 0, TEA), 0);
    stage_stop(&stage);
}

TEST(till_quote, those_from_one_address_have_so_many_unpaid_orders)
{
    start(400);
    for (uint64_t i = 0; i <= GUEST_ORIGIN_ORDERS_MAX; i++) {
        begin(COMMAND_ORDER_PLACE, ANNA + i, ROLE_CUSTOMER);
        command.principal.origin = HERE;
        wish(TEA, 1);
        assert_int_equal(run(), i < GUEST_ORIGIN_ORDERS_MAX ? 0 : ERR_LIMIT);
    }
    command.principal.origin = THERE;
    assert_int_equal(run(), 0);
    stage_stop(&stage);
}

/* --- when it was --- */

TEST(till_quote, a_customers_order_is_of_now_and_may_be_retried_later)
{
    static const int64_t offs_s[] = {-GUEST_SECONDS_OFF_MAX - 1, -GUEST_SECONDS_OFF_MAX,
                                     GUEST_SECONDS_OFF_MAX, GUEST_SECONDS_OFF_MAX + 1};
    for (size_t i = 0; i < 4; i++) {
        uint8_t key[KEY_BYTES] = {0};
        start(10);
        stage.now_ms = (uint64_t)3600 * 1000;
        begin(COMMAND_ORDER_PLACE, ANNA, ROLE_CUSTOMER);
        put_be32(key, (uint32_t)(3600 + offs_s[i]));
        command.key = bytes_of(key, sizeof key);
        wish(TEA, 1);
        const bool is_near = i == 1 || i == 2;
        assert_int_equal(run(), is_near ? 0 : ERR_MALFORMED);
        stage.now_ms += (uint64_t)7200 * 1000;
        command.principal.role = is_near ? ROLE_CUSTOMER : ROLE_COUNTER; /* who works here may */
        assert_int_equal(run(), 0);
        stage_stop(&stage);
    }
}

TEST(till_quote, in_an_order_of_several_items_each_line_counts_on_those_before_it)
{
    start(8);
    stage_set_item(&stage, STEW, "Stew", PRICE, STOCK_STRICT);
    begin(COMMAND_STOCK_ADD, 1, ROLE_OWNER);
    command.item = STEW;
    command.stock_units = 8;
    assert_int_equal(run(), 0);
    begin(COMMAND_ORDER_PLACE, ANNA, ROLE_CUSTOMER);
    wish(SOUP, 3);
    wish(STEW, 3);
    wish(SOUP, 4); /* seven of eight: the share of strangers is six */
    assert_int_equal(run(), ERR_UNAVAILABLE);
    begin(COMMAND_ORDER_PLACE, ANNA, ROLE_CUSTOMER);
    wish(SOUP, 3);
    wish(STEW, 3);
    wish(SOUP, 3);
    wish(STEW, 3);
    assert_int_equal(run(), 0);
    assert_int_equal(sold_by_staff(), 2);
    stage_stop(&stage);
}
