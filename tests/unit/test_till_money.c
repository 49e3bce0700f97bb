/* test_till_money.c - payments, refunds, discounts and wishes that a till takes or refuses. */
#include "tests/lib/test.h"

#include "sync/domain/bill.h"
#include "tests/lib/stall_till.h"

/* Two lines: 2 at 5.00, 1 at 3.00; 13.00 in all. */
static struct stall stall_at(bool is_paid)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 2, 500);
    (void)do_add(&stall, C, 2, 1, 300);
    if (is_paid) {
        (void)do_pay(&stall, C, 1, 1300);
    }
    stall_sync(&stall);
    return stall;
}

static struct command money(const struct stall *stall, enum command_kind kind, const char *method,
                            int64_t amount)
{
    struct command command = stall_command(stall, kind);
    command.method = bytes_of_text(method);
    command.amount_minor = amount;
    return command;
}

/* ---- paying ---- */

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
        struct stall stall = stall_at(false);
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
        struct stall stall = stall_at(true);
        struct command command = money(&stall, kinds[i], "cash", 1);
        command.key = bytes_of_text("short");
        assert_int_equal(stall_ask(&stall, C, &command, NULL), ERR_MALFORMED);
        stall_free(&stall);
    }
}

TEST(till_money, an_order_takes_no_more_entries_than_count)
{
    struct stall stall = stall_at(false);
    for (uint8_t id = 1; id <= ORDER_PAYMENTS_MAX; id++) {
        (void)do_pay(&stall, C, id, 1);
    }
    struct command command = money(&stall, COMMAND_PAY, "cash", 1);
    assert_int_equal(stall_ask(&stall, C, &command, NULL), ERR_STATE);
    command = money(&stall, COMMAND_REFUND, "cash", 1);
    assert_int_equal(stall_ask(&stall, C, &command, NULL), ERR_STATE);
    stall_free(&stall);
}

/* ---- giving back ---- */

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
        struct stall stall = stall_at(true);
        const struct command command =
            money(&stall, COMMAND_REFUND, cases[i].method, cases[i].amount);
        uint32_t events;
        assert_int_equal(stall_ask(&stall, C, &command, &events), cases[i].err);
        assert_int_equal(events, cases[i].events);
        stall_free(&stall);
    }
}

/* ---- discounts ---- */

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
        struct stall stall = stall_at(false);
        struct command command = stall_command(&stall, COMMAND_DISCOUNT);
        command.discount_bp = cases[i].bp;
        command.amount_minor = cases[i].amount;
        assert_int_equal(stall_ask(&stall, C, &command, NULL), cases[i].err);
        stall_free(&stall);
    }
}

TEST(till_money, a_line_that_is_gone_or_cannot_be_added_up_takes_no_discount)
{
    struct stall stall = stall_at(false);
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

/* ---- wishes ---- */

/* The provider has all of it. */
static struct stall stall_paid_online(void)
{
    struct stall stall = stall_at(false);
    struct command told = stall_command(&stall, COMMAND_PAY_INTENT);
    told.principal = (struct principal){.session = 9, .role = ROLE_GATEWAY, .is_device = true};
    told.amount_minor = 1300;
    told.fact = (struct wanted_fact){.id = bytes_of_text("pi_1"),
                                     .event = bytes_of_text("evt_1"),
                                     .currency = bytes_of_text("eur"),
                                     .state = INTENT_SUCCEEDED,
                                     .received_minor = 1300};
    uint32_t events;
    assert_int_equal(stall_ask(&stall, G, &told, &events), 0);
    assert_int_equal(events, 2); /* the fact, and that its event was dealt with */
    assert_int_equal(stall_ask(&stall, G, &told, &events), 0);
    assert_int_equal(events, 0);
    told.fact.event = bytes_of_text("evt_2");
    assert_int_equal(stall_ask(&stall, G, &told, &events), 0);
    assert_int_equal(events, 1); /* nothing new, but another event */
    stall_sync(&stall);
    return stall;
}

static struct command wish_of(const struct stall *stall)
{
    struct command command = stall_command(stall, COMMAND_REFUND_WISH);
    command.reason = bytes_of_text("cold");
    return command;
}

static void wish_unit(struct command *command, uint32_t line, uint32_t unit)
{
    command->wish_units[command->units_count++] = (struct wish_unit){line, unit};
}

TEST(till_money, a_wish_is_for_units_or_for_an_amount_and_says_why)
{
    static const struct {
        uint32_t units, slot;
        int64_t amount;
        const char *reason;
        int err;
    } cases[] = {
        {1, 0, 0, "cold", 0},
        {0, 1, 100, "cold", 0},
        {1, 0, 0, "", ERR_MALFORMED},
        {0, 0, 0, "cold", ERR_MALFORMED},
        {1, 1, 0, "cold", ERR_MALFORMED},
        {1, 0, 100, "cold", ERR_MALFORMED},
        {0, 1, 0, "cold", ERR_MALFORMED},
        {0, 0, 100, "cold", ERR_MALFORMED},
        {0, 1, 1301, "cold", ERR_STATE}, /* more than the provider has */
        {0, 1, -1, "cold", ERR_MALFORMED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stall stall = stall_paid_online();
        struct command command = wish_of(&stall);
        if (cases[i].units > 0) {
            wish_unit(&command, 1, 1);
        }
        command.slot = cases[i].slot;
        command.amount_minor = cases[i].amount;
        command.reason = bytes_of_text(cases[i].reason);
        assert_int_equal(stall_ask(&stall, M, &command, NULL), cases[i].err);
        stall_free(&stall);
    }
}

TEST(till_money, a_wish_names_units_that_there_are_each_once)
{
    static const struct {
        struct wish_unit units[2];
        uint32_t count;
        int err;
    } cases[] = {
        {{{1, 2}, {1, 1}}, 2, 0}, /* in any order */
        {{{2, 1}, {1, 1}}, 2, 0},     {{{1, 1}, {1, 1}}, 2, ERR_MALFORMED},
        {{{1, 0}}, 1, ERR_NOT_FOUND}, {{{1, 3}}, 1, ERR_NOT_FOUND},
        {{{9, 1}}, 1, ERR_NOT_FOUND},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stall stall = stall_paid_online();
        struct command command = wish_of(&stall);
        for (uint32_t unit = 0; unit < cases[i].count; unit++) {
            wish_unit(&command, cases[i].units[unit].line, cases[i].units[unit].unit);
        }
        assert_int_equal(stall_ask(&stall, M, &command, NULL), cases[i].err);
        stall_free(&stall);
    }
}

TEST(till_money, whole_lines_are_wished_back_by_their_units_and_not_too_many)
{
    struct stall stall = stall_paid_online();
    struct command command = wish_of(&stall);
    uint32_t events;
    command.ids_count = 1;
    command.ids[0] = 9;
    assert_int_equal(stall_ask(&stall, M, &command, NULL), ERR_NOT_FOUND);
    command.ids[0] = 1;
    assert_int_equal(stall_ask(&stall, M, &command, &events), 0);
    assert_int_equal(events, 1);
    assert_int_equal(stall_ask(&stall, M, &command, &events), 0);
    assert_int_equal(events, 0); /* wished already */
    command = wish_of(&stall);
    wish_unit(&command, 2, 1);
    assert_int_equal(stall_ask(&stall, M, &command, NULL), 0); /* of another line */
    (void)do_add(&stall, C, 3, WISH_UNITS_MAX + 2, 1);
    stall_sync(&stall);
    command = wish_of(&stall);
    command.ids_count = 2;
    command.ids[0] = 3;
    command.ids[1] = 1;
    assert_int_equal(stall_ask(&stall, M, &command, NULL), ERR_TOO_MANY);
    command.ids_count = 1;
    command.ids[0] = 1;
    for (uint32_t unit = 1; unit <= WISH_UNITS_MAX; unit++) {
        wish_unit(&command, 3, unit);
    }
    assert_int_equal(stall_ask(&stall, M, &command, NULL), ERR_TOO_MANY);
    stall_free(&stall);
}

TEST(till_money, a_unit_that_somebody_wished_back_is_not_wished_back_with_others)
{
    struct stall stall = stall_paid_online();
    struct command command = wish_of(&stall);
    wish_unit(&command, 2, 1);
    assert_int_equal(stall_ask(&stall, M, &command, NULL), 0);
    wish_unit(&command, 1, 1);
    assert_int_equal(stall_ask(&stall, M, &command, NULL), ERR_STATE);
    stall_free(&stall);
}

TEST(till_money, an_order_holds_so_many_wishes)
{
    struct stall stall = stall_paid_online();
    struct command command = wish_of(&stall);
    command.amount_minor = 1;
    for (command.slot = 1; command.slot <= ORDER_WISHES_MAX; command.slot++) {
        assert_int_equal(stall_ask(&stall, M, &command, NULL), 0);
    }
    assert_int_equal(stall_ask(&stall, M, &command, NULL), ERR_STATE);
    stall_free(&stall);
}

TEST(till_money, units_whose_refund_failed_may_be_wished_back_again_with_others)
{
    struct stall stall = stall_paid_online();
    struct command command = wish_of(&stall);
    wish_unit(&command, 1, 1);
    assert_int_equal(stall_ask(&stall, M, &command, NULL), 0);
    stall_sync(&stall);
    const struct ledger *ledger = &stall_look(&stall, G)->ledger;
    struct command told = stall_command(&stall, COMMAND_PAY_REFUND);
    told.principal = (struct principal){.session = 9, .role = ROLE_GATEWAY, .is_device = true};
    told.amount_minor = 500;
    told.fact = (struct wanted_fact){.id = bytes_of_text("re_1"),
                                     .intent = bytes_of_text("pi_1"),
                                     .wish = ledger->wishes[0].id,
                                     .state = REFUND_FAILED};
    assert_int_equal(stall_ask(&stall, G, &told, NULL), 0);
    stall_sync(&stall);
    wish_unit(&command, 1, 2);
    assert_int_equal(stall_ask(&stall, M, &command, NULL), 0);
    stall_free(&stall);
}

/* What the gateway is told of a refund or a dispute of 5.00, in event @event of the provider. */
static struct command told_of(struct stall *stall, enum command_kind kind, const char *event,
                              uint32_t state)
{
    struct command told = stall_command(stall, kind);
    told.principal = (struct principal){.session = 9, .role = ROLE_GATEWAY, .is_device = true};
    told.amount_minor = 500;
    told.fact = (struct wanted_fact){.id = bytes_of_text("obj_1"),
                                     .event = bytes_of_text(event),
                                     .intent = bytes_of_text("pi_1"),
                                     .state = state};
    return told;
}

TEST(till_money, what_the_provider_tells_is_written_when_it_is_new)
{
    static const struct {
        enum command_kind kind;
        uint32_t state;
    } facts[] = {{COMMAND_PAY_REFUND, REFUND_SUCCEEDED}, {COMMAND_PAY_DISPUTE, DISPUTE_OPEN}};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct stall stall = stall_paid_online();
        struct command told = told_of(&stall, facts[i].kind, "evt_a", facts[i].state);
        uint32_t events;
        assert_int_equal(stall_ask(&stall, G, &told, &events), 0);
        assert_int_equal(events, 2);
        assert_int_equal(stall_ask(&stall, G, &told, &events), 0);
        assert_int_equal(events, 0); /* the event again */
        told = told_of(&stall, facts[i].kind, "evt_b", facts[i].state);
        assert_int_equal(stall_ask(&stall, G, &told, &events), 0);
        assert_int_equal(events, 1); /* the same in another event */
        told = told_of(&stall, facts[i].kind, "", facts[i].state);
        assert_int_equal(stall_ask(&stall, G, &told, &events), 0);
        assert_int_equal(events, 0); /* read from the provider's list */
        stall_free(&stall);
    }
}

TEST(till_money, a_fact_without_sense_keeps_no_other_from_being_told)
{
    static const uint8_t senseless[] = {0x91, 0xc0};
    struct stall stall = stall_paid_online();
    uint32_t events;
    (void)mesh_write(stall.mesh, G, EVENT_PAY_SEEN, 1, bytes_of(senseless, sizeof senseless));
    const struct command told = told_of(&stall, COMMAND_PAY_REFUND, "evt_a", REFUND_SUCCEEDED);
    assert_int_equal(stall_ask(&stall, G, &told, &events), 0);
    assert_int_equal(events, 2);
    stall_free(&stall);
}

TEST(till_money, a_disputed_order_says_so)
{
    struct stall stall = stall_paid_online();
    const struct command told = told_of(&stall, COMMAND_PAY_DISPUTE, "evt_a", DISPUTE_OPEN);
    assert_int_equal(stall_look(&stall, G)->flags & FLAG_DISPUTED, 0);
    assert_int_equal(stall_ask(&stall, G, &told, NULL), 0);
    assert_int_equal(stall_look(&stall, G)->flags & FLAG_DISPUTED, FLAG_DISPUTED);
    stall_free(&stall);
}

TEST(till_money, what_a_person_gives_back_before_it_is_handed_over_is_not_asked_for_again)
{
    struct stall stall = stall_paid_online();
    struct command command = wish_of(&stall);
    wish_unit(&command, 1, 1);
    wish_unit(&command, 1, 2);
    wish_unit(&command, 2, 1);
    assert_int_equal(stall_ask(&stall, M, &command, NULL), 0);
    stall_sync(&stall);
    struct command told = told_of(&stall, COMMAND_PAY_REFUND, "evt_a", REFUND_SUCCEEDED);
    told.amount_minor = 1300;
    told.fact.wish = stall_look(&stall, G)->ledger.wishes[0].id;
    assert_int_equal(stall_ask(&stall, G, &told, NULL), 0);
    const struct order *order = stall_look(&stall, G);
    assert_int_equal(order->due_minor, 0);
    assert_int_equal(order->flags & (FLAG_UNPAID | FLAG_REFUNDED_AND_HANDED), 0);
    stall_free(&stall);
}

/* ---- receipts ---- */

TEST(till_money, a_receipt_is_given_when_it_is_paid_and_once_for_what_it_says)
{
    struct stall stall = stall_at(false);
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
