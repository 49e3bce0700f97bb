/* test_order_card.c - orders that are paid by card: what they come to while the provider tells of a
 * hold, a capture, a loss and of what is given back.
 */
#include "tests/lib/test.h"

#include "tests/lib/ledger_facts.h"
#include "tests/lib/order_text.h"
#include "tests/lib/stall.h"

static void write_fact(struct stall *stall, enum person at, struct fact fact)
{
    stall->last =
        mesh_write(stall->mesh, at, fact.type, stall->t++, bytes_of(fact.body, fact.size));
}

static void assert_brief(struct stall *stall, const char *expected, int64_t due)
{
    char brief[512];
    stall_sync(stall);
    order_brief(stall_look(stall, C), brief, sizeof brief);
    assert_string_equal(brief, expected);
    assert_int_equal(stall->order->due_minor, due);
}

/* Two lines, 5.00 and 3.00, to be paid first. */
static struct stall guest_order(void)
{
    struct stall stall = stall_new();
    (void)do_open_pay_first(&stall, G);
    (void)do_add(&stall, G, 1, 2, 250);
    (void)do_add(&stall, G, 2, 1, 300);
    stall_sync(&stall);
    return stall;
}

TEST(order, a_hold_places_it_and_only_a_capture_pays_it)
{
    struct stall stall = guest_order();
    assert_brief(&stall, "DRAFT unpaid", -800);
    write_fact(&stall, G, intent_told("pi_1", INTENT_HELD, 800, 800, 0));
    assert_brief(&stall, "PLACED", -800);
    assert_int_equal(stall.order->paid_minor, 0);
    write_fact(&stall, G, intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800));
    assert_brief(&stall, "PLACED", 0);
    assert_int_equal(stall.order->paid_minor, 800);
    stall_free(&stall);
}

TEST(order, a_hold_that_is_lost_takes_it_visibly_back)
{
    struct stall stall = guest_order();
    write_fact(&stall, G, intent_told("pi_1", INTENT_HELD, 800, 800, 0));
    write_fact(&stall, G, intent_told("pi_1", INTENT_CANCELED, 800, 0, 0));
    assert_brief(&stall, "DRAFT unpaid hold_lost", -800);
    (void)do_pay(&stall, C, 1, 800);
    assert_brief(&stall, "PLACED", 0);
    stall_free(&stall);
}

TEST(order, accepted_when_its_hold_is_lost_it_goes_on_and_is_collected_at_the_counter)
{
    struct stall stall = guest_order();
    write_fact(&stall, G, intent_told("pi_1", INTENT_HELD, 800, 800, 0));
    stall_sync(&stall);
    (void)do_accept(&stall, K, 2);
    write_fact(&stall, G, intent_told("pi_1", INTENT_CANCELED, 800, 0, 0));
    assert_brief(&stall, "ACCEPTED unpaid hold_lost", -800);
    stall_free(&stall);
}

TEST(order, two_gateways_that_tell_the_same_count_it_once)
{
    struct stall stall = guest_order();
    write_fact(&stall, G, intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800));
    write_fact(&stall, M, intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800));
    write_fact(&stall, M, intent_told("pi_1", INTENT_HELD, 800, 800, 0));
    assert_brief(&stall, "PLACED", 0);
    assert_int_equal(stall.order->paid_minor, 800);
    stall_free(&stall);
}

TEST(order, refunded_by_two_gateways_for_one_cancel_it_is_refunded_once)
{
    struct stall stall = guest_order();
    write_fact(&stall, G, intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800));
    stall_sync(&stall);
    (void)do_cancel(&stall, C);
    stall_sync(&stall);
    write_fact(&stall, G, wish_made(EVENT_REFUND_AUTO, 7, 0, 800));
    write_fact(&stall, M, wish_made(EVENT_REFUND_AUTO, 7, 0, 800));
    assert_brief(&stall, "CANCELLED refund_due", 800);
    assert_int_equal(stall.order->ledger.wishes_count, 1);
    write_fact(&stall, G, refund_told("re_1", "pi_1", 800, REFUND_SUCCEEDED, wish_name(7)));
    write_fact(&stall, M, refund_told("re_1", "pi_1", 800, REFUND_PENDING, wish_name(7)));
    assert_brief(&stall, "CANCELLED", 0);
    stall_free(&stall);
}

TEST(order, what_a_person_gives_back_is_not_asked_for_again)
{
    struct stall stall = guest_order();
    write_fact(&stall, G, intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800));
    stall_sync(&stall);
    (void)do_accept(&stall, K, 2);
    write_fact(&stall, M, wish_made(EVENT_REFUND_WISH, 3, 1, 250));
    assert_brief(&stall, "ACCEPTED", 0);
    write_fact(&stall, G, refund_told("re_1", "pi_1", 250, REFUND_SUCCEEDED, wish_name(3)));
    assert_brief(&stall, "ACCEPTED", 0);
    assert_int_equal(stall.order->refunded_minor, 250);
    assert_int_equal(stall.order->forgiven_minor, 250);
    stall_free(&stall);
}

TEST(order, all_given_back_while_somebody_hands_it_over_is_shown_to_both)
{
    struct stall stall = guest_order();
    write_fact(&stall, G, intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800));
    stall_sync(&stall);
    (void)do_hand(&stall, P, 1, 2);
    (void)do_hand(&stall, P, 2, 1);
    write_fact(&stall, M, wish_made(EVENT_REFUND_WISH, 3, 0, 800));
    write_fact(&stall, M, refund_told("re_1", "pi_1", 800, REFUND_SUCCEEDED, wish_name(3)));
    assert_brief(&stall, "COMPLETED refunded_and_handed", 0);
    stall_free(&stall);
}

TEST(order, a_lapse_refuses_what_nobody_has_begun_and_gives_way_to_what_was)
{
    struct stall stall = guest_order();
    uint8_t data[64];
    struct writer writer;
    struct order_refuse lapse = {.lines = {2, {1, 2}}, .reason = bytes_of_text("timeout")};
    write_fact(&stall, G, intent_told("pi_1", INTENT_HELD, 800, 800, 0));
    stall_sync(&stall);
    (void)do_start(&stall, K, 1);
    writer_init(&writer, data, sizeof data);
    order_refuse_encode(&lapse, &writer);
    write_fact(&stall, G, fact_of(EVENT_LAPSE, &writer, data));
    assert_brief(&stall, "COOKING refused_but_started", -500);
    assert_true(stall.order->lines[1].is_refused);
    stall_free(&stall);
}
