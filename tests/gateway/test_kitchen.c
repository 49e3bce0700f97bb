/* test_kitchen.c - whether the kitchen is heard from, and what customers are told when it is not.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "gateway/uplink/kitchen.h"

enum { MINUTE_MS = 60 * 1000, WEEK_MS = 7 * 24 * 60 * MINUTE_MS, PAUSE_MS = 5 * MINUTE_MS };

static struct gate_live live;

static struct gate_peer *peer(enum role role, enum gate_link link, uint64_t heard_ms_ago)
{
    struct gate_peer *to = &live.peers[live.peers_count++];
    *to = (struct gate_peer){.role = role, .link = link, .heard_ms_ago = heard_ms_ago};
    return to;
}

static void alone(void)
{
    memset(&live, 0, sizeof live);
    live.role = ROLE_GATEWAY;
    live.uptime_s = 3600;
}

TEST(kitchen, a_gateway_alone_is_its_own_kitchen)
{
    alone();
    assert_int_equal(kitchen_now(&live, PAUSE_MS), KITCHEN_HEARD);
}

TEST(kitchen, while_one_of_the_kitchens_devices_is_linked_it_is_heard)
{
    alone();
    peer(ROLE_KITCHEN, GATE_LOST, 10 * MINUTE_MS);
    peer(ROLE_KITCHEN, GATE_LINKED, 200);
    assert_int_equal(kitchen_now(&live, PAUSE_MS), KITCHEN_HEARD);
}

TEST(kitchen, a_counter_that_is_linked_is_no_kitchen_where_there_is_one)
{
    alone();
    peer(ROLE_COUNTER, GATE_LINKED, 200);
    peer(ROLE_KITCHEN, GATE_LOST, 3000);
    assert_int_equal(kitchen_now(&live, PAUSE_MS), KITCHEN_SILENT);
}

TEST(kitchen, without_a_kitchens_device_whoever_may_cook_is_the_kitchen)
{
    alone();
    struct gate_peer *counter = peer(ROLE_COUNTER, GATE_LINKED, 200);
    assert_int_equal(kitchen_now(&live, PAUSE_MS), KITCHEN_HEARD);
    counter->link = GATE_LOST;
    assert_int_equal(kitchen_now(&live, PAUSE_MS), KITCHEN_SILENT);
}

TEST(kitchen, devices_that_are_out_of_the_pop_up_do_not_count)
{
    alone();
    peer(ROLE_KITCHEN, GATE_LOST, 60 * MINUTE_MS)->is_retired = true;
    peer(ROLE_KITCHEN, GATE_LOST, 60 * MINUTE_MS)->is_revoked = true;
    assert_int_equal(kitchen_now(&live, PAUSE_MS), KITCHEN_HEARD);
}

TEST(kitchen, ordering_pauses_when_it_is_silent_for_the_set_time_and_goes_on_by_itself)
{
    alone();
    struct gate_peer *kitchen = peer(ROLE_KITCHEN, GATE_LOST, PAUSE_MS - 2);
    assert_int_equal(kitchen_now(&live, PAUSE_MS), KITCHEN_SILENT);
    kitchen->heard_ms_ago = PAUSE_MS;
    assert_int_equal(kitchen_now(&live, PAUSE_MS), KITCHEN_PAUSED);
    kitchen->link = GATE_LINKED;
    assert_int_equal(kitchen_now(&live, PAUSE_MS), KITCHEN_HEARD);
}

TEST(kitchen, with_zero_it_never_pauses)
{
    alone();
    peer(ROLE_KITCHEN, GATE_LOST, 600 * MINUTE_MS);
    assert_int_equal(kitchen_now(&live, 0), KITCHEN_SILENT);
}

TEST(kitchen, after_a_start_it_has_the_whole_time_to_be_heard)
{
    alone();
    peer(ROLE_KITCHEN, GATE_CONNECTING, UINT64_MAX);
    live.uptime_s = 10;
    assert_int_equal(kitchen_now(&live, PAUSE_MS), KITCHEN_SILENT);
    live.uptime_s = 301;
    assert_int_equal(kitchen_now(&live, PAUSE_MS), KITCHEN_PAUSED);
}

TEST(kitchen, a_hold_says_that_it_is_not_charged_and_when_it_ends)
{
    char text[KITCHEN_SENTENCE_BYTES_MAX];
    kitchen_hold_print(KITCHEN_HEARD, 20 * MINUTE_MS, UINT64_MAX, text);
    assert_string_equal(text, "Ordered; the money is reserved, not charged. The kitchen has yet to "
                              "take it: if it does not, it ends by itself in 20 minutes.");
    kitchen_hold_print(KITCHEN_SILENT, 1, WEEK_MS, text);
    assert_string_equal(text, "Ordered; the money is reserved, not charged. The kitchen cannot be "
                              "reached just now and has yet to take it: if it does not, it ends by "
                              "itself within a minute.");
    kitchen_hold_print(KITCHEN_HEARD, 2 * MINUTE_MS - 1, UINT64_MAX, text);
    assert_non_null(strstr(text, "it ends by itself in 1 minute."));
    kitchen_hold_print(KITCHEN_PAUSED, UINT64_MAX, UINT64_MAX, text);
    assert_non_null(strstr(text, "your bank ends it within seven days."));
}

TEST(kitchen, a_hold_that_the_bank_ends_first_says_so_and_how_long_that_is)
{
    static const struct {
        uint64_t rule_ms, bank_ms;
        const char *says;
    } rows[] = {{UINT64_MAX, WEEK_MS, "your bank ends it in 7 days."},
                {UINT64_MAX, WEEK_MS - 1, "your bank ends it in 6 days."},
                {UINT64_MAX, 2 * 24 * 60 * MINUTE_MS - 1, "your bank ends it in 47 hours."},
                {UINT64_MAX, 2 * 60 * MINUTE_MS - 1, "your bank ends it in 119 minutes."},
                {WEEK_MS, 60 * 1000, "your bank ends it in 1 minute."},
                {WEEK_MS, 1, "your bank ends it within a minute."},
                {20 * MINUTE_MS, WEEK_MS, "it ends by itself in 20 minutes."}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[KITCHEN_SENTENCE_BYTES_MAX];
        kitchen_hold_print(KITCHEN_HEARD, rows[i].rule_ms, rows[i].bank_ms, text);
        assert_non_null(strstr(text, rows[i].says));
    }
}

TEST(kitchen, a_hold_whose_moment_has_come_has_ended_whatever_the_rule_says)
{
    char text[KITCHEN_SENTENCE_BYTES_MAX];
    kitchen_hold_print(KITCHEN_HEARD, UINT64_MAX, 0, text);
    assert_string_equal(text, "Ordered; your bank's reservation of the money has ended, and no "
                              "charge is known here. The kitchen has yet to take it.");
    kitchen_hold_print(KITCHEN_SILENT, MINUTE_MS, 0, text);
    assert_string_equal(text, "Ordered; your bank's reservation of the money has ended, and no "
                              "charge is known here. The kitchen cannot be reached just now and "
                              "has yet to take it.");
}
