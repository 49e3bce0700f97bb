/* test_office.c - whoever may read reports is told over a socket what the day comes to, as it
 * changes, and what a gateway tells of a reconciliation; nobody else is. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/test.h"
#include "tests/process/lib/booth.h"
#include "tests/process/lib/raw.h"

static int upgrade(const struct booth *booth)
{
    char origin[100];
    const int fd = booth_dial(booth);
    (void)snprintf(origin, sizeof origin, "Origin: http://127.0.0.1:%d\r\n", web_port(booth->web));
    const int status = booth_upgrade(fd, booth, "/ws?view=office", origin);
    (void)close(fd);
    return status;
}

TEST(office, it_is_told_what_the_day_comes_to_and_anew_when_something_is_sold)
{
    struct booth *booth = booth_serve(booth_new(ROLE_AUDITOR));
    const int fd = booth_screen(booth, "/ws?view=office");
    raw_hear_type(fd, "hello");
    assert_non_null(strstr(heard.data, "\"resumed\":false"));
    raw_hear_type(fd, "totals");
    assert_json(&schema_frame_totals, heard.data);
    assert_non_null(strstr(heard.data, "\"day\":0"));
    (void)close(fd);
    booth_free(booth);

    booth = booth_serve(booth_new(ROLE_OWNER));
    booth_set_up(booth);
    const int owner = booth_screen(booth, "/ws?view=office");
    raw_hear_type(owner, "totals");
    assert_non_null(strstr(heard.data, "\"orders\":0"));
    assert_int_equal(201, booth_post(booth, "/api/orders", 3, BOOTH_TWO_BURGERS));
    raw_hear_type(owner, "totals"); /* and nothing is told that did not change */
    assert_json(&schema_frame_totals, heard.data);
    assert_non_null(strstr(heard.data, "\"orders\":1"));
    assert_non_null(strstr(heard.data, "\"owed\":1700"));
    raw_hear_type(owner, "marks");
    (void)close(owner);
    booth_free(booth);
}

TEST(office, a_screen_that_may_not_read_reports_is_told_nothing)
{
    static const enum role roles[] = {ROLE_COUNTER, ROLE_KITCHEN, ROLE_PICKUP, ROLE_COURIER};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        struct booth *booth = booth_serve(booth_new(roles[i]));
        assert_int_equal(403, upgrade(booth));
        booth_free(booth);
    }
}

TEST(office, a_store_that_cannot_be_read_ends_the_socket_and_no_total_is_made_up)
{
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    const int fd = booth_screen(booth, "/ws?view=office");
    raw_hear_type(fd, "totals");
    booth->is_sick = true;
    assert_int_equal(1011, raw_hear_close(fd));
    (void)close(fd);
    booth_free(booth);
}

/* --- what a gateway tells --- */

static enum reconcile_news told_news;
static const char *told;

static void nobody_asks(void *context, const struct reconcile_wish *wish)
{
    (void)context;
    (void)wish;
}

static enum reconcile_news look(void *context, struct text *body, uint64_t *ret_device)
{
    (void)context;
    text_append_text(body, told);
    *ret_device = 77;
    return told_news;
}

static struct booth *booth_beside(const struct gate_peer *peers, uint32_t count)
{
    struct booth *booth = booth_new(ROLE_OWNER);
    booth->gate.reconcile_ask = nobody_asks;
    booth->gate.reconcile_look = look;
    booth->live.peers_count = count;
    memcpy(booth->live.peers, peers, count * sizeof *peers);
    return booth_serve(booth);
}

static const struct gate_peer gateway = {
    .device = 77, .role = ROLE_GATEWAY, .link = GATE_LINKED, .name = "Uplink"};

TEST(office, what_a_gateway_tells_is_shown_with_its_name_when_it_is_as_ours_would_say_it)
{
    static const char *const wrong[] = {"",
                                        "{",
                                        "[]",
                                        "{\"state\":\"well\"}",
                                        "{\"state\":\"done\",\"more\":1}",
                                        "{\"state\":\"done\",\"differences\":[{}]}"};
    struct booth *booth = booth_beside(&gateway, 1);
    told_news = RECONCILE_UNASKED;
    told = "";
    assert_int_equal(200, booth_get(booth, "/api/reconciliation"));
    assert_string_equal(got.body, "{\"state\":\"none\"}");
    told_news = RECONCILE_ASKED;
    assert_int_equal(200, booth_get(booth, "/api/reconciliation"));
    assert_string_equal(got.body, "{\"state\":\"asked\"}");
    told_news = RECONCILE_TOLD;
    told = "{\"state\":\"reading\",\"reading\":\"orders\",\"objects\":3}";
    assert_int_equal(200, booth_get(booth, "/api/reconciliation"));
    assert_json(&schema_reconciliation, got.body);
    assert_non_null(strstr(got.body, "\"gateway\":\"Uplink\""));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        told = wrong[i];
        assert_int_equal(409, booth_get(booth, "/api/reconciliation"));
        assert_non_null(strstr(got.body, "another version"));
    }
    booth_free(booth);
}

TEST(office, a_gateway_that_went_away_before_it_answered_is_said_to_be_away)
{
    const struct gate_peer peers[] = {
        {.device = 1, .role = ROLE_KITCHEN, .link = GATE_LINKED, .name = "K"},
        {.device = 77, .role = ROLE_GATEWAY, .link = GATE_LOST, .name = "Uplink"},
        {.device = 2, .role = ROLE_GATEWAY, .link = GATE_LINKED, .is_revoked = true},
        {.device = 3, .role = ROLE_GATEWAY, .link = GATE_LINKED, .is_retired = true}};
    struct booth *booth = booth_beside(peers, 4);
    told_news = RECONCILE_ASKED;
    told = "";
    assert_int_equal(409, booth_get(booth, "/api/reconciliation"));
    assert_non_null(strstr(got.body, "Uplink is not linked"));
    booth_free(booth);
    booth = booth_beside(peers + 1, 0); /* what it told before it left the pop-up */
    told_news = RECONCILE_TOLD;
    told = "{\"state\":\"done\"}";
    assert_int_equal(200, booth_get(booth, "/api/reconciliation"));
    assert_non_null(strstr(got.body, "\"gateway\":\"\""));
    booth_free(booth);
}
