/* test_till_money.c - payments, refunds, discounts and receipts that a till takes or refuses. */
#include "tests/lib/test.h"

#include "sync/domain/bill.h"
#include "tests/lib/stall_till.h"

static struct command money(const struct stall *stall, enum command_kind kind, const char *method,
                            int64_t amount)
{
    struct command command = stall_command(stall, kind);
    command.method = bytes_of_text(method);
    command.amount_minor = amount;
    return command;
}

/* --- paying --- */

TEST(till_money, a_payment_is_taken_or_refused_for_a_reason)
{
    static const struct {
        const char *method;
        int64_t amount, tendered;
        int err;
    } cases[] = {
        {"cash", 0, 2000, 0},
        {"cash", 500, 0, 0},
        {"cash", 0, 1299, ERR_MISMATCH},
        {"cash", 0, INT64_MAX, ERR_OVERFLOW},
        {"cash", 0, -1, ERR_MALFORMED},
        {"cash", -1, 0, ERR_MALFORMED},
        {"cash", 1301, 0, ERR_STATE}, /* more than is missing */
        {"barter", 0, 0, ERR_MALFORMED},
        {"card-external", 0, 1300, 0},
        {"card-external", 0, 0, 0},
        {"card-external", 0, 1400, ERR_MISMATCH}, /* a card gives no change */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stall stall = stall_of_two(false);
        struct command command = money(&stall, COMMAND_PAY, cases[i].method, cases[i].amount);
        command.tendered_minor = cases[i].tendered;
        assert_int_equal(stall_ask(&stall, C, &command, NULL), cases[i].err);
        stall_free(&stall);
    }
}

TEST(till_money, without_a_key_nothing_is_paid_or_given_back)
{
    static const enum command_kind kinds[] = {COMMAND_PAY, COMMAND_REFUND};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct stall stall = stall_of_two(true);
        struct command command = money(&stall, kinds[i], "cash", 1);
        command.key = bytes_of_text("short");
        assert_int_equal(stall_ask(&stall, C, &command, NULL), ERR_MALFORMED);
        stall_free(&stall);
    }
}

TEST(till_money, an_order_takes_no_more_entries_than_count)
{
    struct stall stall = stall_of_two(false);
    for (uint8_t id = 1; id <= ORDER_PAYMENTS_MAX; id++) {
        (void)do_pay(&stall, C, id, 1);
    }
    struct command command = money(&stall, COMMAND_PAY, "cash", 1);
    assert_int_equal(stall_ask(&stall, C, &command, NULL), ERR_STATE);
    command = money(&stall, COMMAND_REFUND, "cash", 1);
    assert_int_equal(stall_ask(&stall, C, &command, NULL), ERR_STATE);
    stall_free(&stall);
}

/* --- giving back --- */

TEST(till_money, a_refund_is_given_or_refused_for_a_reason)
{
    static const struct {
        const char *method;
        int64_t amount;
        int err;
        uint32_t events;
    } cases[] = {
        {"cash", 1300, 0, 1},           {"cash", 0, 0, 0}, /* nothing is due */
        {"cash", -1, ERR_MALFORMED, 0}, {"barter", 1, ERR_MALFORMED, 0},
        {"cash", 1301, ERR_STATE, 0}, /* more than was paid */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stall stall = stall_of_two(true);
        const struct command command =
            money(&stall, COMMAND_REFUND, cases[i].method, cases[i].amount);
        uint32_t events;
        assert_int_equal(stall_ask(&stall, C, &command, &events), cases[i].err);
        assert_int_equal(events, cases[i].events);
        stall_free(&stall);
    }
}

/* --- discounts --- */

TEST(till_money, a_discount_is_a_percentage_or_an_amount_of_what_is_there)
{
    static const struct {
        uint32_t bp;
        int64_t amount;
        int err;
    } cases[] = {
        {1000, 0, 0},           {0, 100, 0},
        {0, 0, ERR_MALFORMED},  {1000, 100, ERR_MALFORMED},
        {0, -1, ERR_MALFORMED}, {BILL_RATE_BP_MAX + 1, 0, ERR_MALFORMED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stall stall = stall_of_two(false);
        struct command command = stall_command(&stall, COMMAND_DISCOUNT);
        command.discount_bp = cases[i].bp;
        command.amount_minor = cases[i].amount;
        assert_int_equal(stall_ask(&stall, C, &command, NULL), cases[i].err);
        stall_free(&stall);
    }
}

TEST(till_money, a_line_that_is_gone_or_cannot_be_added_up_takes_no_discount)
{
    struct stall stall = stall_of_two(false);
    struct command command = stall_command(&stall, COMMAND_DISCOUNT);
    (void)do_void(&stall, C, 1);
    command.amount_minor = 100;
    command.ids_count = 1;
    command.ids[0] = 1;
    assert_int_equal(stall_ask(&stall, C, &command, NULL), ERR_STATE);
    (void)do_add(&stall, C, 3, 1, MONEY_MAX);
    const struct line_set gold = {
        .line = 3,
        .has_options = true,
        .options = {.count = 2,
                    .options = {{.name = bytes_of_text("gold"), .price_minor = MONEY_MAX},
                                {.name = bytes_of_text("leaf"), .price_minor = 1}}}};
    (void)do_set_full(&stall, C, &gold);
    command.ids_count = 2;
    command.ids[0] = 3;
    command.ids[1] = 2;
    assert_int_equal(stall_ask(&stall, C, &command, NULL), ERR_OVERFLOW);
    stall_free(&stall);
}

/* --- receipts --- */

TEST(till_money, a_receipt_is_given_when_it_is_paid_and_once_for_what_it_says)
{
    struct stall stall = stall_of_two(false);
    struct command command = stall_command(&stall, COMMAND_RECEIPT);
    uint32_t events;
    assert_int_equal(stall_ask(&stall, C, &command, NULL), ERR_STATE); /* not paid */
    (void)do_pay(&stall, C, 1, 1300);
    assert_int_equal(stall_ask(&stall, C, &command, &events), 0);
    assert_int_equal(events, 1);
    assert_int_equal(stall_ask(&stall, C, &command, &events), 0);
    assert_int_equal(events, 0);
    for (uint32_t i = 1; i < ORDER_RECEIPTS_MAX; i++) { /* each time it has changed */
        (void)do_discount(&stall, C, 1, 1);
        assert_int_equal(stall_ask(&stall, C, &command, &events), 0);
        assert_int_equal(events, 1);
    }
    (void)do_discount(&stall, C, 1, 1);
    assert_int_equal(stall_ask(&stall, C, &command, NULL), ERR_STATE);
    stall_free(&stall);
}

TEST(till_money, a_draft_that_waits_for_money_has_no_receipt)
{
    struct stall stall = stall_new();
    (void)do_open_pay_first(&stall, C);
    const struct command command = stall_command(&stall, COMMAND_RECEIPT);
    assert_int_equal(stall_ask(&stall, C, &command, NULL), ERR_STATE);
    stall_free(&stall);
}
