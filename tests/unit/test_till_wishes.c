/* test_till_wishes.c - wishes for money back that a till takes or refuses, and what the provider
 * tells of payments, refunds and disputes.
 */
#include "tests/lib/test.h"

#include "tests/lib/stall_till.h"

/* The provider has all of it. */
static struct stall stall_paid_online(void)
{
    struct stall stall = stall_of_two(false);
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

TEST(till_wishes, a_wish_is_for_units_or_for_an_amount_and_says_why)
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

TEST(till_wishes, a_wish_names_units_that_there_are_each_once)
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

TEST(till_wishes, whole_lines_are_wished_back_by_their_units_and_not_too_many)
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

TEST(till_wishes, a_unit_that_somebody_wished_back_is_not_wished_back_with_others)
{
    struct stall stall = stall_paid_online();
    struct command command = wish_of(&stall);
    wish_unit(&command, 2, 1);
    assert_int_equal(stall_ask(&stall, M, &command, NULL), 0);
    wish_unit(&command, 1, 1);
    assert_int_equal(stall_ask(&stall, M, &command, NULL), ERR_STATE);
    stall_free(&stall);
}

TEST(till_wishes, an_order_holds_so_many_wishes)
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

TEST(till_wishes, units_whose_refund_failed_may_be_wished_back_again_with_others)
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

static void tell_refund(struct stall *stall, const char *id, const char *intent, int64_t amount,
                        uint32_t state)
{
    const struct ledger *ledger = &stall_look(stall, G)->ledger;
    struct command told = stall_command(stall, COMMAND_PAY_REFUND);
    told.principal = (struct principal){.session = 9, .role = ROLE_GATEWAY, .is_device = true};
    told.amount_minor = amount;
    told.fact = (struct wanted_fact){.id = bytes_of_text(id),
                                     .intent = bytes_of_text(intent),
                                     .wish = ledger->wishes[0].id,
                                     .state = state};
    assert_int_equal(stall_ask(stall, G, &told, NULL), 0);
    stall_sync(stall);
}

TEST(till_wishes, units_of_which_a_part_was_refunded_before_the_rest_failed_are_not_wished_again)
{
    struct stall stall = stall_paid_online();
    struct command command = wish_of(&stall);
    wish_unit(&command, 1, 1);
    assert_int_equal(stall_ask(&stall, M, &command, NULL), 0);
    stall_sync(&stall);
    struct command told = stall_command(&stall, COMMAND_PAY_INTENT);
    told.principal = (struct principal){.session = 9, .role = ROLE_GATEWAY, .is_device = true};
    told.amount_minor = 100;
    told.fact = (struct wanted_fact){.id = bytes_of_text("pi_2"),
                                     .currency = bytes_of_text("eur"),
                                     .state = INTENT_SUCCEEDED,
                                     .received_minor = 100};
    assert_int_equal(stall_ask(&stall, G, &told, NULL), 0);
    stall_sync(&stall);
    tell_refund(&stall, "re_1", "pi_2", 100, REFUND_SUCCEEDED); /* all that was there */
    tell_refund(&stall, "re_2", "pi_1", 400, REFUND_FAILED);
    assert_int_equal(stall_look(&stall, M)->ledger.wishes[0].state, WISH_FAILED);
    wish_unit(&command, 1, 2);
    assert_int_equal(stall_ask(&stall, M, &command, NULL), ERR_STATE);
    stall_free(&stall);
}

TEST(till_wishes, what_cost_nothing_is_not_given_back)
{
    struct stall stall = stall_paid_online();
    (void)do_add(&stall, M, 3, 1, 0);
    (void)stall_look(&stall, M);
    struct command command = wish_of(&stall);
    wish_unit(&command, 3, 1);
    assert_int_equal(stall_ask(&stall, M, &command, NULL), ERR_STATE);
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

TEST(till_wishes, what_the_provider_tells_is_written_when_it_is_new)
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

TEST(till_wishes, a_fact_without_sense_keeps_no_other_from_being_told)
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

TEST(till_wishes, a_disputed_order_says_so)
{
    struct stall stall = stall_paid_online();
    const struct command told = told_of(&stall, COMMAND_PAY_DISPUTE, "evt_a", DISPUTE_OPEN);
    assert_int_equal(stall_look(&stall, G)->flags & FLAG_DISPUTED, 0);
    assert_int_equal(stall_ask(&stall, G, &told, NULL), 0);
    assert_int_equal(stall_look(&stall, G)->flags & FLAG_DISPUTED, FLAG_DISPUTED);
    stall_free(&stall);
}

TEST(till_wishes, what_a_person_gives_back_before_it_is_handed_over_is_not_asked_for_again)
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
