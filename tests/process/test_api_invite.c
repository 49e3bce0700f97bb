/* test_api_invite.c - what a screen is told of an invitation, and what it may say of one. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "node/os/clock.h"
#include "tests/process/lib/host.h"

#define WANTED "{\"role\":\"kitchen\",\"lane\":\"K\",\"name\":\"Pass\"}"

/* What the core would say, and what it was told. */
static struct {
    struct invite_view view;
    struct invite_wish wish;
    int comparing; /* what a comparison is answered */
    bool is_same, is_ended;
} core;

static void core_ask(void *context, const struct invite_wish *wish)
{
    (void)context;
    core.wish = *wish;
}

static int core_compare(void *context, const char *digits, bool is_same)
{
    (void)context;
    core.is_same = is_same && strcmp(digits, "123456") == 0;
    return core.comparing;
}

static void core_end(void *context)
{
    (void)context;
    core.is_ended = true;
}

static void core_look(void *context, struct invite_view *ret_view)
{
    (void)context;
    *ret_view = core.view;
}

static void begin(enum invite_state state)
{
    memset(&core, 0, sizeof core);
    host_begin();
    host.gate.invite_ask = core_ask;
    host.gate.invite_compare = core_compare;
    host.gate.invite_end = core_end;
    host.gate.invite_look = core_look;
    core.view = (struct invite_view){.state = state,
                                     .wish = {.role = ROLE_KITCHEN, .lane = "K", .name = "Pass"},
                                     .tries = 3,
                                     .text = "trestle1:words",
                                     .place = "tcp://192.0.2.7:7451",
                                     .digits = "123456",
                                     .newcomer = "tablet",
                                     .device = 0xabc};
}

TEST(api_invite, each_state_is_told_with_what_people_need_in_it_and_no_more)
{
    static const struct {
        enum invite_state state;
        bool is_pairing;
        const char *has, *lacks;
    } rows[] = {
        {INVITE_NONE, false, "{\"state\":\"none\"}", "role"},
        {INVITE_ASKED, false, "{\"state\":\"asked\"}", "role"},
        {INVITE_OPEN, false, "\"invitation\":\"trestle1:words\"", "shown"},
        {INVITE_OPEN, true, "\"place\":\"tcp://192.0.2.7:7451\"", "trestle1:"},
        {INVITE_COMPARE, true, "\"shown\":\"123456\",\"newcomer\":\"tablet\"", "trestle1:"},
        {INVITE_AGREED, true, "\"shown\":\"123456\"", "trestle1:"},
        {INVITE_JOINED, false, "\"device\":\"0000000000000abc\"", "trestle1:"},
        {INVITE_OVER, false, "\"why\":\"trestle1:words\"", "shown"},
        {INVITE_REFUSED, false, "\"why\":\"trestle1:words\"", "shown"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin(rows[i].state);
        core.view.wish.is_pairing = rows[i].is_pairing;
        assert_int_equal(host_ask("GET", "/api/invitation", "").status, 200);
        host_said(rows[i].has);
        assert_null(strstr(host.body.data, rows[i].lacks));
        host_end();
    }
}

TEST(api_invite, one_that_was_made_at_the_keyboard_is_shown_without_its_words)
{
    begin(INVITE_OPEN);
    core.view.text[0] = '\0';
    (void)host_ask("GET", "/api/invitation", "");
    assert_null(strstr(host.body.data, "\"invitation\""));
    host_end();
}

TEST(api_invite, the_seconds_that_are_left_are_told_and_never_less_than_none)
{
    begin(INVITE_OPEN);
    core.view.until_ms = 1;
    (void)host_ask("GET", "/api/invitation", "");
    host_said("\"seconds\":0");
    core.view.until_ms = clock_mono_ms() + 199 * 1000;
    (void)host_ask("GET", "/api/invitation", "");
    host_said("\"seconds\":1"); /* 199, or less */
    host_end();
}

TEST(api_invite, a_wish_reaches_the_core_as_it_was_said)
{
    begin(INVITE_ASKED);
    assert_int_equal(host_ask("POST", "/api/invitation", WANTED).status, 202);
    assert_int_equal(core.wish.role, ROLE_KITCHEN);
    assert_string_equal(core.wish.lane, "K");
    assert_string_equal(core.wish.name, "Pass");
    assert_false(core.wish.is_pairing);
    assert_int_equal(host_ask("POST", "/api/invitation/end", "{}").status, 202);
    assert_true(core.is_ended);
    host_end();
}

TEST(api_invite, digits_that_are_not_being_compared_are_a_conflict)
{
    static const char said[] = "{\"shown\":\"123456\",\"same\":true}";
    begin(INVITE_COMPARE);
    assert_int_equal(host_ask("POST", "/api/invitation/compare", said).status, 202);
    assert_true(core.is_same);
    core.comparing = ERR_STATE;
    assert_int_equal(host_ask("POST", "/api/invitation/compare", said).status, 409);
    host_said("these digits are not being compared");
    host_end();
}

TEST(api_invite, nobody_is_invited_as_what_no_device_is)
{
    static const char *const bodies[] = {"{\"role\":\"none\",\"lane\":\"\",\"name\":\"\"}",
                                         "{\"role\":\"kitchen\"}", "{"};
    begin(INVITE_NONE);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        assert_int_equal(host_ask("POST", "/api/invitation", bodies[i]).status, 400);
    }
    assert_int_equal(core.wish.role, ROLE_NONE);
    host_end();
}

TEST(api_invite, a_host_that_takes_nobody_in_says_so)
{
    host_begin();
    assert_int_equal(host_ask("GET", "/api/invitation", "").status, 200);
    host_said("\"state\":\"none\"");
    assert_int_equal(host_ask("POST", "/api/invitation", WANTED).status, 409);
    host_said("unavailable");
    host_end();
}
