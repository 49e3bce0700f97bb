/* test_till_quote.c - customers: what a quote promises and holds, and who may order with it; judged
 * and written by a whole replica.
 */
#include "tests/lib/guest_hands.h"

enum { QUOTE_MS = 60000 };

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

/* [["Milk", 0, 1, [["Oat", 20]]]] */
static void set_milk(void)
{
    static const uint8_t milk[] = {0x91, 0x94, 0xa4, 'M',  'i', 'l', 'k', 0x00,
                                   0x01, 0x91, 0x92, 0xa3, 'O', 'a', 't', 20};
    begin(COMMAND_MENU_SET, 1, ROLE_OWNER);
    command.item = TEA;
    command.fields_count = 1;
    command.fields[0] =
        (struct wanted_field){.field = MENU_OPTIONS, .text = bytes_of(milk, sizeof milk)};
    assert_int_equal(run(), 0);
}

static void say_milk(bool is_available)
{
    begin(COMMAND_MENU_CHOICE, 1, ROLE_KITCHEN);
    command.item = TEA;
    command.group = bytes_of_text("Milk");
    command.choice = bytes_of_text("Oat");
    command.truth = is_available;
    assert_int_equal(run(), 0);
}

static int ask_tea_with_milk(void)
{
    begin(COMMAND_QUOTE, ANNA, ROLE_CUSTOMER);
    wish(TEA, 1);
    command.lines[0].options_count = 1;
    wish(SOUP, 1);
    return run();
}

TEST(till_quote, a_choice_that_is_out_since_it_is_refused_by_name)
{
    start(8);
    set_milk();
    assert_int_equal(ask_tea_with_milk(), 0);
    const struct entity_id quote = answer.answer.entity;
    say_milk(false);
    assert_int_equal(order_with(ANNA, &quote), ERR_UNAVAILABLE);
    assert_int_equal(answer.answer.number, TEA);
    assert_true(answer.answer.choice.is_one);
    assert_int_equal(answer.answer.choice.group, 0);
    assert_int_equal(answer.answer.choice.choice, 0);
    say_milk(true);
    assert_int_equal(order_with(ANNA, &quote), 0);
    stage_stop(&stage);
}

TEST(till_quote, a_line_with_a_choice_that_is_out_is_named_and_left_out_of_the_totals)
{
    start(8);
    set_milk();
    say_milk(false);
    assert_int_equal(ask_tea_with_milk(), 0);
    const struct quote *quote = look(ANNA);
    assert_int_equal(quote->entries[0].state, QUOTE_SOLD_OUT);
    assert_int_equal(total_of(quote), PRICE);
    command.lines[1].options_count = 1; /* a soup has nothing to choose */
    command.key = bytes_of_text("another key of 16");
    command.body_hash.bytes[0] ^= 1;
    assert_int_equal(run(), ERR_MISMATCH);
    assert_int_equal(answer.answer.number, SOUP);
    assert_false(answer.answer.choice.is_one); /* it is refused for something else */
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
