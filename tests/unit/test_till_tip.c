/* test_till_tip.c - tips that a till takes or refuses: with an order, with a payment, by
 * themselves.
 */
#include "tests/lib/test.h"

#include "tests/lib/diner.h"

/* The usual order: 16.50. */
static struct command tip_of_usual(int64_t amount, uint32_t bp)
{
    struct command command = diner_command(COMMAND_TIP);
    command.tip_minor = amount;
    command.tip_bp = bp;
    return command;
}

static struct command pay_with_tip(int64_t amount, int64_t tendered, int64_t tip)
{
    struct command command = diner_command(COMMAND_PAY);
    command.method = bytes_of_text("cash");
    command.amount_minor = amount;
    command.tendered_minor = tendered;
    command.tip_minor = tip;
    return command;
}

TEST(till_tip, a_tip_is_said_or_refused_for_a_reason)
{
    static const struct {
        int64_t amount;
        uint32_t bp;
        int err;
        int64_t tip;
    } cases[] = {
        {150, 0, 0, 150},
        {0, 1000, 0, 165},
        {1650, 0, 0, 1650},
        {1651, 0, ERR_TOO_LARGE, 0},
        {-1, 0, ERR_MALFORMED, 0},
        {0, 10001, ERR_MALFORMED, 0},
        {100, 1000, ERR_MALFORMED, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        diner_open();
        diner_place_usual();
        const struct command command = tip_of_usual(cases[i].amount, cases[i].bp);
        assert_int_equal(diner_run(&command), cases[i].err);
        if (cases[i].err == 0) {
            assert_int_equal(diner.order.tip_minor, cases[i].tip);
            assert_int_equal(diner.order.due_minor, -1650 - cases[i].tip);
        }
        diner_close();
    }
}

TEST(till_tip, what_is_so_already_is_not_written_again)
{
    diner_open();
    diner_place_usual();
    struct command none = tip_of_usual(0, 0);
    assert_int_equal(diner_events_of(&none), 0);
    struct command share = tip_of_usual(0, 1000);
    assert_int_equal(diner_events_of(&share), 1);
    assert_int_equal(diner_events_of(&share), 0);
    struct command amount = tip_of_usual(165, 0);
    assert_int_equal(diner_events_of(&amount), 1); /* it would not shrink */
    none = tip_of_usual(0, 0);
    assert_int_equal(diner_events_of(&none), 1);
    assert_int_equal(diner.order.tip_minor, 0);
    diner_close();
}

TEST(till_tip, an_order_is_placed_and_paid_with_its_tip)
{
    diner_open();
    struct command command = diner_order(diner_doners(2), diner_ayrans(1));
    command.tip_minor = 350;
    command.is_paid_now = true;
    command.method = bytes_of_text("cash");
    command.tendered_minor = 2000;
    assert_int_equal(diner_place(&command), 0);
    assert_int_equal(diner.result.total_minor, 1650);
    assert_int_equal(diner.result.change_minor, 0);
    assert_int_equal(diner.order.tip_minor, 350);
    assert_int_equal(diner.order.paid_minor, 2000);
    assert_int_equal(diner.order.due_minor, 0);
    diner_close();
}

TEST(till_tip, an_order_with_more_tip_than_it_costs_is_not_placed)
{
    diner_open();
    struct command command = diner_order(diner_doners(2), diner_ayrans(1));
    command.tip_minor = 1651;
    assert_int_equal(diner_place(&command), ERR_TOO_LARGE);
    diner_close();
}

TEST(till_tip, the_change_is_kept_with_a_payment)
{
    diner_open();
    diner_place_usual();
    struct command keep = pay_with_tip(2000, 2000, 350);
    assert_int_equal(diner_events_of(&keep), 2);
    assert_int_equal(diner_events_of(&keep), 0); /* the same request again */
    assert_int_equal(diner.order.tip_minor, 350);
    assert_int_equal(diner.order.paid_minor, 2000);
    assert_int_equal(diner.order.due_minor, 0);
    diner_close();
}

TEST(till_tip, with_a_payment_it_comes_on_top_of_the_tip_until_then)
{
    diner_open();
    diner_place_usual();
    const struct command share = tip_of_usual(0, 1000);
    assert_int_equal(diner_events_of(&share), 1);
    const struct command first = pay_with_tip(1000, 0, 0);
    assert_int_equal(diner_events_of(&first), 1);
    const struct command rest = pay_with_tip(0, 0, 85);
    assert_int_equal(diner_events_of(&rest), 2);
    assert_int_equal(diner.order.tip_minor, 250);
    assert_int_equal(diner.order.paid_minor, 1900);
    assert_int_equal(diner.order.due_minor, 0);
    const struct command later = pay_with_tip(0, 0, 50); /* of an order that is paid */
    assert_int_equal(diner_events_of(&later), 2);
    assert_int_equal(diner.order.tip_minor, 300);
    assert_int_equal(diner.order.due_minor, 0);
    diner_close();
}

TEST(till_tip, a_payment_is_no_less_than_the_tip_in_it)
{
    static const struct {
        int64_t amount, tip;
        int err;
    } cases[] = {
        {100, 101, ERR_MALFORMED}, {0, -1, ERR_MALFORMED}, {0, INT64_MAX, ERR_MALFORMED},
        {0, 1651, ERR_TOO_LARGE},  {1801, 150, ERR_STATE}, /* more than is missing */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        diner_open();
        diner_place_usual();
        const struct command command = pay_with_tip(cases[i].amount, 0, cases[i].tip);
        assert_int_equal(diner_run(&command), cases[i].err);
        diner_close();
    }
}

/* --- who says it --- */

enum { ANNA = 1001, BERT = 1002 };

static void place_annas(void)
{
    struct command command = diner_order(diner_doners(2), diner_ayrans(1));
    command.principal = (struct principal){.session = ANNA, .role = ROLE_CUSTOMER};
    assert_int_equal(diner_place(&command), 0);
}

static int tip_by(uint64_t session, enum role role, int64_t amount)
{
    struct command command = tip_of_usual(amount, 0);
    command.principal = (struct principal){.session = session, .role = role};
    return diner_run(&command);
}

TEST(till_tip, a_customer_says_it_of_an_order_of_his_own_until_it_is_paid)
{
    diner_open();
    place_annas();
    assert_int_equal(tip_by(BERT, ROLE_CUSTOMER, 100), ERR_NOT_FOUND);
    assert_int_equal(tip_by(ANNA, ROLE_CUSTOMER, 100), 0);
    assert_int_equal(diner.order.tip_minor, 100);
    const struct command pay = pay_with_tip(0, 0, 0);
    assert_int_equal(diner_events_of(&pay), 1);
    assert_int_equal(tip_by(ANNA, ROLE_CUSTOMER, 200), ERR_STATE);
    assert_int_equal(tip_by(ANNA, ROLE_CUSTOMER, 0), ERR_STATE);
    diner_close();
}

TEST(till_tip, who_sells_says_it_and_who_cooks_or_hands_over_does_not)
{
    static const struct {
        enum role role;
        int err;
    } cases[] = {{ROLE_COUNTER, 0},
                 {ROLE_MANAGER, 0},
                 {ROLE_OWNER, 0},
                 {ROLE_KITCHEN, ERR_FORBIDDEN},
                 {ROLE_PICKUP, ERR_FORBIDDEN},
                 {ROLE_AUDITOR, ERR_FORBIDDEN}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        diner_open();
        place_annas();
        assert_int_equal(tip_by(1, cases[i].role, 100), cases[i].err);
        diner_close();
    }
}

TEST(till_tip, nobody_tips_more_than_a_bank_holds_already)
{
    diner_open();
    diner_place_usual();
    const struct command first = tip_of_usual(165, 0);
    assert_int_equal(diner_events_of(&first), 1);
    struct command held = diner_command(COMMAND_PAY_INTENT);
    held.fact = (struct wanted_fact){.id = bytes_of_text("pi_1"),
                                     .state = INTENT_HELD,
                                     .capturable_minor = 1815,
                                     .currency = bytes_of_text("eur")};
    held.amount_minor = 1815;
    assert_int_equal(diner_events_of(&held), 1);
    assert_int_equal(diner.order.ledger.held_minor, 1815);
    const struct command more = tip_of_usual(166, 0);
    assert_int_equal(diner_run(&more), ERR_STATE);
    const struct command less = tip_of_usual(100, 0);
    assert_int_equal(diner_events_of(&less), 1);
    diner_close();
}

TEST(till_tip, nor_does_a_customer_change_it_while_a_bank_holds_the_money)
{
    diner_open();
    place_annas();
    assert_int_equal(tip_by(ANNA, ROLE_CUSTOMER, 165), 0);
    struct command held = diner_command(COMMAND_PAY_INTENT);
    held.fact = (struct wanted_fact){.id = bytes_of_text("pi_1"),
                                     .state = INTENT_HELD,
                                     .capturable_minor = 1815,
                                     .currency = bytes_of_text("eur")};
    held.amount_minor = 1815;
    assert_int_equal(diner_events_of(&held), 1);
    assert_int_equal(diner.order.paid_minor, 0);
    assert_int_equal(tip_by(ANNA, ROLE_CUSTOMER, 100), ERR_STATE);
    assert_int_equal(diner.order.tip_minor, 165);
    diner_close();
}
