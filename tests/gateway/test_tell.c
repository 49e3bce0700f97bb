/* test_tell.c - what the gateway writes: facts as they are, and because of what money goes back. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/settle/tell.h"
#include "sync/domain/wish.h"

static struct api_command *command;
static const struct entity_id order_id = {.bytes = {7}};

static void fresh(void)
{
    if (command == NULL) {
        command = calloc(1, sizeof *command);
    }
    assert_non_null(command);
    memset(&command->command, 0, sizeof command->command);
    command->storage_size = 0;
}

TEST(tell, a_fact_is_told_whole_with_bytes_of_its_own_and_by_the_device)
{
    char id[] = "pi_1";
    struct stripe_fact fact = {.kind = STRIPE_INTENT,
                               .intent = {.id = bytes_of_text(id),
                                          .state = INTENT_HELD,
                                          .amount_minor = 900,
                                          .capturable_minor = 900,
                                          .currency = bytes_of_text("eur")},
                               .event = bytes_of_text("evt_1")};
    fresh();
    assert_int_equal(tell_fact(command, &fact, &order_id), 0);
    id[0] = 'x';
    const struct command *told = &command->command;
    assert_int_equal(told->kind, COMMAND_PAY_INTENT);
    assert_true(told->principal.is_device && entity_id_equal(&told->order, &order_id));
    assert_true(bytes_equal(told->fact.id, bytes_of_text("pi_1")));
    assert_true(bytes_equal(told->fact.currency, bytes_of_text("eur")));
    assert_int_equal(told->fact.state, INTENT_HELD);
    assert_int_equal(told->amount_minor, 900);
    assert_int_equal(told->fact.capturable_minor, 900);
    assert_int_equal(told->fact.event.size, 0);
}

TEST(tell, refunds_and_disputes_name_their_intent)
{
    struct stripe_fact refund = {.kind = STRIPE_REFUND,
                                 .refund = {.id = bytes_of_text("re_1"),
                                            .intent = bytes_of_text("pi_1"),
                                            .amount_minor = 400,
                                            .status = REFUND_FAILED,
                                            .wish = bytes_of_text("0123456789abcdef")}};
    struct stripe_fact dispute = {.kind = STRIPE_DISPUTE,
                                  .dispute = {.id = bytes_of_text("dp_1"),
                                              .intent = bytes_of_text("pi_1"),
                                              .amount_minor = 900,
                                              .status = DISPUTE_LOST}};
    fresh();
    assert_int_equal(tell_fact(command, &refund, &order_id), 0);
    assert_int_equal(command->command.kind, COMMAND_PAY_REFUND);
    assert_int_equal(command->command.fact.wish.size, WISH_ID_BYTES);
    assert_int_equal(command->command.fact.state, REFUND_FAILED);
    fresh();
    assert_int_equal(tell_fact(command, &dispute, &order_id), 0);
    assert_int_equal(command->command.kind, COMMAND_PAY_DISPUTE);
    assert_true(bytes_equal(command->command.fact.intent, bytes_of_text("pi_1")));
    assert_int_equal(command->command.fact.state, DISPUTE_LOST);
}

TEST(tell, only_what_waits_for_the_kitchen_lapses)
{
    static struct order order;
    order.id = order_id;
    order.lines_count = 3;
    for (uint32_t i = 0; i < 3; i++) {
        order.lines[i] = (struct order_line){.id = i + 1, .quantity = 1, .is_active = true};
    }
    order.lines[0].is_accepted = true;
    order.lines[2].is_active = false;
    fresh();
    assert_int_equal(tell_lapse(command, &order), 0);
    assert_int_equal(command->command.kind, COMMAND_LAPSE);
    assert_int_equal(command->command.ids_count, 1);
    assert_int_equal(command->command.ids[0], 2);
    assert_true(command->command.reason.size > 0);
}

/* --- because of what money goes back --- */

static struct history *history;

static void happen(uint32_t type, uint64_t log)
{
    struct history_event *event = &history->events[history->count++];
    *event = (struct history_event){.type = type, .id = {.log = log, .seq = history->count}};
}

static uint64_t cause_after(const struct order *order)
{
    fresh();
    return tell_refund(command, history, order) == 0 ? command->command.cause.log : 0;
}

TEST(tell, the_cause_is_the_same_whatever_came_first_and_each_is_used_once)
{
    static struct order order;
    history = history_new();
    assert_non_null(history);
    order.id = order_id;
    happen(EVENT_ORDER_OPEN, 1);
    assert_int_equal(cause_after(&order), 0);
    happen(EVENT_DISCOUNT, 2);
    assert_int_equal(cause_after(&order), 2);
    happen(EVENT_REFUSE, 9);
    happen(EVENT_REFUSE, 5);
    assert_int_equal(cause_after(&order), 5);
    happen(EVENT_CANCEL, 8);
    assert_int_equal(cause_after(&order), 8);
    static struct wish_id id;
    id = wish_id_of_cause(&order.id, &history->events[4].id);
    order.ledger.wishes_count = 1;
    order.ledger.wishes[0].id = bytes_of(id.bytes, sizeof id.bytes);
    assert_int_equal(cause_after(&order), 5);
    history_free(history);
}

TEST(tell, ids_that_find_no_room_are_not_told)
{
    const struct stripe_fact fact = {
        .kind = STRIPE_REFUND,
        .refund = {.id = bytes_of_text("re_1"), .intent = bytes_of_text("pi_1")}};
    fresh();
    command->storage_size = sizeof command->storage;
    assert_int_equal(tell_fact(command, &fact, &order_id), ERR_TOO_LARGE);
}
