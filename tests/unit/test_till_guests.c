/* test_till_guests.c - customers: how much strangers may take together, held and ordered, and whose
 * an order is and of when; judged and written by a whole replica.
 */
#include "sync/domain/stock_events.h"
#include "tests/lib/guest_hands.h"

enum { STEW = 3, KEY_BYTES = 16 };

/* --- what strangers may take together --- */

TEST(till_guests, one_customer_holds_a_limited_number)
{
    start(400);
    assert_int_equal(ask(ANNA, HOLD_SESSION_UNITS_MAX + 1), 0);
    assert_int_equal(look(ANNA)->entries[0].left, HOLD_SESSION_UNITS_MAX);
    assert_int_equal(ask(ANNA, HOLD_SESSION_UNITS_MAX), 0);
    assert_int_equal(look(ANNA)->entries[0].state, QUOTE_HELD);
    stage_stop(&stage);
}

TEST(till_guests, one_customer_orders_no_more_than_that_without_paying)
{
    start(400);
    assert_int_equal(order_directly(ANNA, ROLE_CUSTOMER, HOLD_SESSION_UNITS_MAX + 1),
                     ERR_UNAVAILABLE);
    assert_int_equal(order_directly(ANNA, ROLE_CUSTOMER, HOLD_SESSION_UNITS_MAX - 1), 0);
    assert_int_equal(ask(ANNA, 2), 0);
    assert_int_equal(look(ANNA)->entries[0].left, 1);
    stage_stop(&stage);
}

TEST(till_guests, what_is_not_counted_strictly_is_sold_to_all_alike)
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

TEST(till_guests, a_crowd_holds_three_of_four_however_many_they_are)
{
    start(40);
    for (uint64_t session = 5000; session < 5040; session++) {
        assert_int_equal(ask(session, 2), 0);
    }
    assert_int_equal(sold_by_staff(), 10);
    stage_stop(&stage);
}

TEST(till_guests, a_crowd_orders_three_of_four_until_somebody_pays)
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

TEST(till_guests, the_last_one_can_be_bought_by_a_customer)
{
    start(1);
    assert_int_equal(ask(ANNA, 1), 0);
    const struct entity_id quote = answer.answer.entity;
    assert_int_equal(order_with(ANNA, &quote), 0);
    stage_stop(&stage);
}

TEST(till_guests, a_customer_has_three_orders_that_nobody_answers_for)
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

TEST(till_guests, nor_has_he_more_when_he_asks_for_all_at_once)
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

TEST(till_guests, nor_more_of_what_costs_nothing)
{
    start(40);
    stage_set_item(&stage, SOUP, "Soup", 0, STOCK_STRICT);
    for (int i = 0; i < GUEST_SESSION_ORDERS_MAX; i++) {
        assert_int_equal(order_directly(ANNA, ROLE_CUSTOMER, 1), 0);
    }
    assert_int_equal(order_directly(ANNA, ROLE_CUSTOMER, 1), ERR_LIMIT);
    stage_stop(&stage);
}

TEST(till_guests, a_customer_neither_pays_nor_forces)
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

TEST(till_guests, an_order_knows_its_customer)
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

TEST(till_guests, those_from_one_address_have_a_quarter_of_all_quotes)
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

TEST(till_guests, those_from_one_address_have_so_many_unpaid_orders)
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

TEST(till_guests, a_customers_order_is_of_now_and_may_be_retried_later)
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

TEST(till_guests, in_an_order_of_several_items_each_line_counts_on_those_before_it)
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
