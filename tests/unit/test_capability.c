#include "sync/log/capability.h"

#include <string.h>

#include "sync/log/event.h"
#include "tests/lib/test.h"

static bool device_may(enum role role, enum capability capability)
{
    return (role_device_capabilities(role) & capability_bit(capability)) != 0;
}

static bool person_may(enum role role, enum capability capability)
{
    return (role_person_capabilities(role) & capability_bit(capability)) != 0;
}

TEST(capability, any_device_on_site_can_run_the_stall_alone)
{
    const enum role roles[] = {ROLE_COUNTER, ROLE_KITCHEN, ROLE_PICKUP,
                               ROLE_MANAGER, ROLE_OWNER,   ROLE_ORGANISER};
    const enum capability needed[] = {CAP_LOG,    CAP_ORDER,      CAP_COOK, CAP_HAND_OVER,
                                      CAP_CANCEL, CAP_TAKE_MONEY, CAP_DAY,  CAP_AVAILABILITY};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        for (size_t j = 0; j < sizeof needed / sizeof needed[0]; j++) {
            assert_true(device_may(roles[i], needed[j]));
        }
    }
}

TEST(capability, scarce_ones_are_only_on_the_devices_of_admins)
{
    const enum capability scarce[] = {CAP_ROSTER, CAP_MENU, CAP_POPUP, CAP_REFUND, CAP_STOCK_ISSUE};
    const enum role others[] = {ROLE_NONE,    ROLE_COUNTER, ROLE_KITCHEN, ROLE_PICKUP,
                                ROLE_GATEWAY, ROLE_COURIER, ROLE_AUDITOR, ROLE_CUSTOMER};
    for (size_t i = 0; i < sizeof scarce / sizeof scarce[0]; i++) {
        for (size_t j = 0; j < sizeof others / sizeof others[0]; j++) {
            assert_false(device_may(others[j], scarce[i]));
            assert_false(person_may(others[j], scarce[i]));
        }
        assert_true(device_may(ROLE_MANAGER, scarce[i]));
        assert_true(device_may(ROLE_OWNER, scarce[i]));
        assert_true(device_may(ROLE_ORGANISER, scarce[i]));
    }
}

TEST(capability, provider_facts_are_written_by_gateways_and_granted_by_owner_and_organiser)
{
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        const bool expected = role == ROLE_GATEWAY || role == ROLE_OWNER || role == ROLE_ORGANISER;
        assert_int_equal(device_may((enum role)role, CAP_STRIPE), expected);
    }
}

TEST(capability, a_courier_s_device_only_hands_over)
{
    const uint64_t expected =
        capability_bit(CAP_LOG) | capability_bit(CAP_HAND_OVER) | capability_bit(CAP_READ_BOARDS);
    assert_int_equal(role_device_capabilities(ROLE_COURIER), expected);
}

TEST(capability, a_gateway_neither_cooks_nor_hands_over_nor_takes_cash)
{
    assert_true(device_may(ROLE_GATEWAY, CAP_ORDER));
    assert_true(device_may(ROLE_GATEWAY, CAP_CANCEL));
    assert_false(device_may(ROLE_GATEWAY, CAP_COOK));
    assert_false(device_may(ROLE_GATEWAY, CAP_HAND_OVER));
    assert_false(device_may(ROLE_GATEWAY, CAP_TAKE_MONEY));
}

TEST(capability, people_do_what_their_place_needs)
{
    assert_true(person_may(ROLE_COUNTER, CAP_ORDER));
    assert_true(person_may(ROLE_COUNTER, CAP_TAKE_MONEY));
    assert_false(person_may(ROLE_COUNTER, CAP_COOK));
    assert_false(person_may(ROLE_COUNTER, CAP_REFUND));
    assert_true(person_may(ROLE_KITCHEN, CAP_COOK));
    assert_true(person_may(ROLE_KITCHEN, CAP_AVAILABILITY));
    assert_false(person_may(ROLE_KITCHEN, CAP_ORDER));
    assert_false(person_may(ROLE_KITCHEN, CAP_HAND_OVER));
    assert_true(person_may(ROLE_PICKUP, CAP_HAND_OVER));
    assert_false(person_may(ROLE_PICKUP, CAP_CANCEL));
    assert_false(person_may(ROLE_COUNTER, CAP_READ_REPORTS));
}

TEST(capability, admins_may_everything)
{
    const uint64_t all = (UINT64_C(1) << CAP_COUNT) - 1;
    assert_int_equal(role_person_capabilities(ROLE_MANAGER), all);
    assert_int_equal(role_person_capabilities(ROLE_OWNER), all);
    assert_int_equal(role_person_capabilities(ROLE_ORGANISER), all);
}

TEST(capability, an_auditor_only_reads_and_a_customer_only_buys_and_says_how_it_was)
{
    assert_int_equal(role_person_capabilities(ROLE_AUDITOR),
                     capability_bit(CAP_READ_BOARDS) | capability_bit(CAP_READ_REPORTS));
    assert_int_equal(role_person_capabilities(ROLE_CUSTOMER),
                     capability_bit(CAP_BUY) | capability_bit(CAP_REVIEW));
    assert_int_equal(role_device_capabilities(ROLE_CUSTOMER), 0);
    assert_int_equal(role_person_capabilities(ROLE_NONE), 0);
    assert_int_equal(role_device_capabilities((enum role)99), 0);
}

TEST(capability, a_role_that_is_none_has_none)
{
    const enum role none = (enum role)ROLE_COUNT;
    assert_int_equal(role_device_capabilities(none), 0);
    assert_int_equal(role_person_capabilities(none), 0);
}

TEST(capability, each_is_held_by_some_device_but_to_buy)
{
    for (unsigned i = 0; i < CAP_BUY; i++) {
        bool is_held = false;
        for (unsigned role = 0; role < ROLE_COUNT; role++) {
            is_held |= device_may((enum role)role, (enum capability)i);
        }
        assert_true(is_held);
    }
}

TEST(capability, texts_name_roles_both_ways)
{
    for (unsigned i = 0; i < ROLE_COUNT; i++) {
        assert_int_equal(role_of_text(role_text((enum role)i)), i);
    }
    assert_int_equal(role_of_text("king"), ROLE_NONE);
    assert_string_equal(role_text((enum role)99), "none");
    assert_string_equal(capability_text(CAP_HAND_OVER), "hand-over");
    assert_string_equal(capability_text((enum capability)99), "unknown");
}

TEST(gateway, writes_guests_orders_and_the_provider_s_facts_and_nothing_that_a_stall_does)
{
    const uint32_t writes[] = {EVENT_ORDER_OPEN,  EVENT_LINE_ADD,   EVENT_LINE_SET,
                               EVENT_LINE_VOID,   EVENT_CANCEL,     EVENT_LAPSE,
                               EVENT_REFUND_AUTO, EVENT_PAY_INTENT, EVENT_PAY_REFUND,
                               EVENT_PAY_DISPUTE, EVENT_PAY_SEEN};
    const uint32_t never[] = {EVENT_ACCEPT,   EVENT_REFUSE,      EVENT_START,    EVENT_DONE,
                              EVENT_RECALL,   EVENT_HANDED,      EVENT_UNHAND,   EVENT_AMEND,
                              EVENT_SEEN,     EVENT_DISCOUNT,    EVENT_PAY,      EVENT_REFUND,
                              EVENT_DAY_OPEN, EVENT_REFUND_WISH, EVENT_MENU_SET, EVENT_POPUP_SET};
    const uint64_t may = role_device_capabilities(ROLE_GATEWAY);
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
        assert_true((may & capability_bit(event_info_find(writes[i])->capability)) != 0);
    }
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        assert_false((may & capability_bit(event_info_find(never[i])->capability)) != 0);
    }
}
