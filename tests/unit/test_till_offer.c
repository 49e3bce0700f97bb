/* test_till_offer.c - discounts that Set-up has: what they take off, and those that a manager
 * gives.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/entity.h"
#include "sync/domain/record.h"
#include "tests/lib/assert_text.h"
#include "tests/lib/diner.h"

enum { STAFF_MEAL = 3, HAPPY_HOUR = 4, NOWHERE = 9 };

static void put_index(const void *data, size_t size)
{
    struct store_txn *txn = store_memory_begin(diner.store, true);
    check(store_put(txn, TABLE_INDEX, bytes_of(data, size), bytes_of(NULL, 0)) == 0);
    check(store_memory_commit(txn) == 0);
}

static void offer_set(uint64_t number, bool is_new, uint32_t field, int64_t value)
{
    struct command command = diner_command(COMMAND_RECORD_SET);
    command.principal.role = ROLE_OWNER;
    command.record = KIND_OFFER;
    command.item = number;
    command.is_new = is_new;
    if (is_new) {
        diner_add_field(&command, RECORD_NAME, number == STAFF_MEAL ? "Staff meal" : "Happy hour",
                        0);
    }
    diner_add_field(&command, field, NULL, value);
    check(diner_events_of(&command) > 0);
}

static void offer_say(uint64_t number, uint32_t field, const char *text, bool truth)
{
    struct command command = diner_command(COMMAND_RECORD_SET);
    command.principal.role = ROLE_OWNER;
    command.record = KIND_OFFER;
    command.item = number;
    diner_add_field(&command, field, text, 0);
    command.fields[0].truth = truth;
    check(diner_events_of(&command) > 0);
}

/* The diner keeps no index of its records. */
static void find_offer_by(uint8_t number)
{
    const uint8_t row[] = {INDEX_RECORD, KIND_OFFER, 0, 0, 0, 0, 0, 0, 0, number};
    put_index(row, sizeof row);
}

/* Half off for staff, which a manager gives; 2.00 off for anybody. 16.50 are to be paid. */
static void open_with_offers(void)
{
    diner_open();
    offer_set(STAFF_MEAL, true, OFFER_PERCENT, 5000);
    offer_say(STAFF_MEAL, OFFER_MANAGER, NULL, true);
    offer_set(HAPPY_HOUR, true, OFFER_AMOUNT, 200);
    find_offer_by(STAFF_MEAL);
    find_offer_by(HAPPY_HOUR);
    diner_place_usual();
}

static struct command asked_by(enum role role)
{
    struct command command = diner_command(COMMAND_DISCOUNT);
    command.principal.role = role;
    return command;
}

static int give_offer(enum role role, uint64_t offer)
{
    struct command command = asked_by(role);
    command.offer = offer;
    return diner_run(&command);
}

static int give_percent(enum role role, uint32_t bp)
{
    struct command command = asked_by(role);
    command.discount_bp = bp;
    return diner_run(&command);
}

static int give_amount(enum role role, int64_t amount_minor)
{
    struct command command = asked_by(role);
    command.amount_minor = amount_minor;
    return diner_run(&command);
}

static struct bytes reason_given(void)
{
    struct order_discount discount;
    assert_int_equal(order_discount_decode(diner.result.events[0].body, &discount), 0);
    return discount.reason;
}

TEST(till_offer, takes_off_what_set_up_says_under_its_own_words)
{
    open_with_offers();
    assert_int_equal(give_offer(ROLE_COUNTER, HAPPY_HOUR), 0);
    assert_int_equal(diner.order.total_minor, 1450);
    assert_text(reason_given(), "Happy hour");
    offer_say(HAPPY_HOUR, OFFER_REASON, "before six", false);
    assert_int_equal(give_offer(ROLE_COUNTER, HAPPY_HOUR), 0);
    assert_text(reason_given(), "before six");
    struct command command = asked_by(ROLE_COUNTER);
    command.offer = HAPPY_HOUR;
    command.reason = bytes_of_text("it rained");
    assert_int_equal(diner_run(&command), 0);
    assert_text(reason_given(), "it rained");
    assert_int_equal(diner.order.total_minor, 1050);
    diner_close();
}

TEST(till_offer, one_that_needs_a_manager_is_given_by_who_may_write_offers)
{
    static const struct {
        enum role role;
        int err;
    } cases[] = {
        {ROLE_COUNTER, ERR_NEEDS_MANAGER},
        {ROLE_KITCHEN, ERR_FORBIDDEN},
        {ROLE_CUSTOMER, ERR_FORBIDDEN},
        {ROLE_MANAGER, 0},
        {ROLE_OWNER, 0},
        {ROLE_ORGANISER, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        open_with_offers();
        assert_int_equal(give_offer(cases[i].role, STAFF_MEAL), cases[i].err);
        diner_close();
    }
}

/* Or it would be enough not to name it. */
TEST(till_offer, nobody_else_takes_so_much_off_by_hand)
{
    open_with_offers();
    assert_int_equal(give_percent(ROLE_COUNTER, 5000), ERR_NEEDS_MANAGER);
    assert_int_equal(give_percent(ROLE_COUNTER, 10000), ERR_NEEDS_MANAGER);
    assert_int_equal(give_amount(ROLE_COUNTER, 825), ERR_NEEDS_MANAGER);
    assert_int_equal(give_amount(ROLE_COUNTER, 824), 0);
    assert_int_equal(give_percent(ROLE_COUNTER, 1000), 0);
    assert_int_equal(give_percent(ROLE_MANAGER, 5000), 0);
    diner_close();
}

TEST(till_offer, one_that_is_out_of_use_or_says_nothing_holds_nobody_back)
{
    open_with_offers();
    offer_say(STAFF_MEAL, RECORD_HIDDEN, NULL, true);
    assert_int_equal(give_offer(ROLE_MANAGER, STAFF_MEAL), ERR_UNAVAILABLE);
    assert_int_equal(give_percent(ROLE_COUNTER, 5000), 0);
    offer_say(STAFF_MEAL, RECORD_HIDDEN, NULL, false);
    offer_set(STAFF_MEAL, false, OFFER_PERCENT, 0);
    assert_int_equal(give_percent(ROLE_COUNTER, 1000), 0);
    assert_int_equal(give_offer(ROLE_MANAGER, STAFF_MEAL), ERR_STATE); /* nothing off */
    assert_int_equal(give_offer(ROLE_MANAGER, NOWHERE), ERR_UNAVAILABLE);
    diner_close();
}

TEST(till_offer, an_offer_stands_alone_and_of_nothing_there_is_nothing_off)
{
    open_with_offers();
    struct command command = asked_by(ROLE_MANAGER);
    command.offer = STAFF_MEAL;
    command.discount_bp = 1000;
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command.discount_bp = 0;
    command.amount_minor = 100;
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    assert_int_equal(give_percent(ROLE_OWNER, 10000), 0);
    assert_int_equal(give_offer(ROLE_COUNTER, HAPPY_HOUR), ERR_STATE);
    assert_int_equal(give_percent(ROLE_COUNTER, 10000), ERR_STATE);
    diner_close();
}

TEST(till_offer, rows_of_the_index_that_are_no_offers_are_passed_by)
{
    static const uint8_t another[] = {INDEX_RECORD, KIND_OFFER + 1, 0, 0, 0, 0, 0, 0, 0, 1};
    static const uint8_t cut[] = {INDEX_RECORD, KIND_OFFER, 1};
    open_with_offers();
    find_offer_by(NOWHERE);
    put_index(another, sizeof another);
    assert_int_equal(give_percent(ROLE_COUNTER, 1000), 0);
    assert_int_equal(give_percent(ROLE_COUNTER, 5000), ERR_NEEDS_MANAGER);
    put_index(cut, sizeof cut);
    assert_int_equal(give_percent(ROLE_COUNTER, 1000), 0);
    diner_close();
}
