#include "sync/log/capability.h"

#include <string.h>

#include "sync/log/gateway.h"
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

TEST(capability, a_gateway_neither_cooks_nor_hands_over_nor_takes_cash_nor_cancels_nor_prints)
{
    assert_true(device_may(ROLE_GATEWAY, CAP_ORDER));
    assert_false(device_may(ROLE_GATEWAY, CAP_COOK));
    assert_false(device_may(ROLE_GATEWAY, CAP_HAND_OVER));
    assert_false(device_may(ROLE_GATEWAY, CAP_TAKE_MONEY));
    assert_false(device_may(ROLE_GATEWAY, CAP_CANCEL));
    assert_false(device_may(ROLE_GATEWAY, CAP_PRINT));
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

/* On whose orders: test_gateway_orders.c. */
TEST(gateway, writes_events_of_so_many_types_and_no_others_whatever_its_certificate_says)
{
    static const uint32_t writes[] = {EVENT_LOG_OPEN,   EVENT_LOG_CERT,    EVENT_ROSTER_SAW,
                                      EVENT_LOG_FORK,   EVENT_SALVAGE,     EVENT_DEVICE_PLACE,
                                      EVENT_ORDER_OPEN, EVENT_LINE_ADD,    EVENT_LAPSE,
                                      EVENT_CONTACT,    EVENT_BLOB_ADD,    EVENT_REVIEW_SET,
                                      EVENT_PAY_INTENT, EVENT_PAY_REFUND,  EVENT_PAY_DISPUTE,
                                      EVENT_PAY_SEEN,   EVENT_REFUND_AUTO, EVENT_STOCK_GIVE,
                                      EVENT_STOCK_TAKE, EVENT_STOCK_UNDO,  EVENT_TIP_SET};
    const uint64_t by_role = role_device_capabilities(ROLE_GATEWAY);
    const uint64_t all_but_cooking = ~capability_bit(CAP_COOK);
    for (uint32_t type = 0; type < 256; type++) {
        const struct event_info *info = event_info_find(type);
        bool is_written = false;
        for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
            is_written |= writes[i] == type;
        }
        if (info != NULL) {
            assert_int_equal(device_may_write(by_role, info), is_written);
            assert_int_equal(device_may_write(all_but_cooking, info), is_written);
            assert_true(device_may_write(UINT64_MAX, info));
        }
    }
}

TEST(gateway, writes_what_it_does_not_know_on_what_it_writes_on_anyway)
{
    enum { TYPE_OF_THE_FUTURE = 30000 };
    assert_int_equal(gateway_reach(TYPE_OF_THE_FUTURE, KIND_ORDER), REACH_CUSTOMERS_ORDERS);
    assert_int_equal(gateway_reach(TYPE_OF_THE_FUTURE, KIND_REVIEW), REACH_ANYTHING);
    assert_int_equal(gateway_reach(TYPE_OF_THE_FUTURE, KIND_STOCK), REACH_ANYTHING);
    assert_int_equal(gateway_reach(TYPE_OF_THE_FUTURE, KIND_BLOB), REACH_ANYTHING);
    assert_int_equal(gateway_reach(TYPE_OF_THE_FUTURE, KIND_MENU), REACH_NOTHING);
    assert_int_equal(gateway_reach(TYPE_OF_THE_FUTURE, KIND_POPUP), REACH_NOTHING);
}
