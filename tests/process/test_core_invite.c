/* An invitation that a screen asks for: what it is shown, and what it is not. */
#include "tests/process/lib/desk.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/test.h"

static struct desk desk;
static struct invite_view view;

static void look(void)
{
    desk_turn(&desk);
    core_gate(desk.core)->invite_look(core_gate(desk.core)->context, &view);
}

static void ask(enum role role, const char *lane)
{
    const struct gate *gate = core_gate(desk.core);
    struct invite_wish wish = {.role = role, .name = "Wok"};
    (void)snprintf(wish.lane, sizeof wish.lane, "%s", lane);
    gate->invite_ask(gate->context, &wish);
}

TEST(core_invite, a_screen_is_shown_the_invitation_that_it_asked_for)
{
    struct invitation invitation;
    desk_open(&desk);
    look();
    assert_int_equal(view.state, INVITE_NONE);
    ask(ROLE_KITCHEN, "K");
    core_gate(desk.core)->invite_look(core_gate(desk.core)->context, &view);
    assert_int_equal(view.state, INVITE_ASKED);
    look();
    assert_int_equal(view.state, INVITE_OPEN);
    assert_int_equal(invitation_decode(view.text, &invitation), 0);
    assert_string_equal(view.place, invitation.endpoint);
    assert_string_equal(view.wish.name, "Wok");
    assert_int_equal(view.tries, INVITATION_TRIES_MAX);
    desk_close(&desk);
}

TEST(core_invite, what_cannot_be_invited_is_refused_with_its_reason)
{
    desk_open(&desk);
    ask(ROLE_KITCHEN, "k");
    look();
    assert_int_equal(view.state, INVITE_REFUSED);
    assert_non_null(strstr(view.text, "one to three letters"));
    assert_false(desk.core->enrolling.is_open);
    ask(ROLE_KITCHEN, desk.identity.certificate.lane);
    look();
    assert_non_null(strstr(view.text, "another device has this lane"));
    desk_close(&desk);
}

TEST(core_invite, one_that_ended_is_no_secret_s_hiding_place)
{
    const struct gate *gate;
    desk_open(&desk);
    gate = core_gate(desk.core);
    ask(ROLE_KITCHEN, "K");
    look();
    gate->invite_end(gate->context);
    look();
    assert_int_equal(view.state, INVITE_NONE);
    assert_string_equal(view.text, "");
    assert_false(desk.core->enrolling.is_open);
    ask(ROLE_KITCHEN, "K");
    look();
    desk.core->enrolling.until_ms = 0; /* five minutes later */
    look();
    assert_int_equal(view.state, INVITE_OVER);
    assert_string_equal(view.text, "its time is over");
    desk_close(&desk);
}

TEST(core_invite, one_that_was_made_at_the_keyboard_is_seen_but_not_shown)
{
    desk_open(&desk);
    ask(ROLE_KITCHEN, "K");
    look();
    desk.core->enrolling.is_shown = false;
    look();
    assert_int_equal(view.state, INVITE_OPEN);
    assert_string_equal(view.text, "");
    desk_close(&desk);
}

TEST(core_invite, digits_that_nobody_compares_cannot_be_agreed_to)
{
    const struct gate *gate;
    desk_open(&desk);
    gate = core_gate(desk.core);
    assert_int_equal(gate->invite_compare(gate->context, "123456", true), ERR_STATE);
    ask(ROLE_KITCHEN, "K");
    look();
    assert_int_equal(gate->invite_compare(gate->context, "", true), ERR_STATE);
    desk_close(&desk);
}
