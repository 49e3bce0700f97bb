/* test_caller.c - who asks, by where a request came in, what it brought, and what the roster says
 * now. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/access/access.h"
#include "node/access/signed_out.h"
#include "node/os/file.h"
#include "tests/lib/test.h"
#include "tests/process/lib/tokens.h"

enum { MIRA = 12 };

static char folder[64];
static struct identity own, other;
static struct access *access_;
static struct gate_live live;
static struct caller caller;
static char text[TOKEN_TEXT_MAX + 16];

static void make_identity(struct identity *identity, uint64_t device)
{
    identity_make_keys(identity);
    identity->device = device;
    identity->popup = (struct popup_id){.bytes = {7}};
}

static void open_access(bool is_screen_locked)
{
    const struct access_config config = {
        .state = folder, .identity = &own, .is_screen_locked = is_screen_locked};
    assert_int_equal(access_open(&config, &access_), 0);
}

static void begin(void)
{
    assert_int_equal(entropy_start(), 0);
    (void)snprintf(folder, sizeof folder, "/tmp/trestle-caller-XXXXXX");
    assert_non_null(mkdtemp(folder));
    make_identity(&own, 100);
    make_identity(&other, 200);
    live = (struct gate_live){
        .device = own.device, .role = ROLE_KITCHEN, .peers_count = 1, .people_count = 1};
    live.peers[0] = (struct gate_peer){.device = other.device,
                                       .device_key = signing_public(&other.device_secret)};
    live.people[0] = (struct roster_person){.staff = MIRA,
                                            .role = ROLE_COUNTER,
                                            .capabilities = role_person_capabilities(ROLE_COUNTER)};
    open_access(false);
}

static void end(void)
{
    static const char *const names[] = {"pins", "signed-out"};
    char path[128];
    access_close(access_);
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(folder), 0);
}

static int ask(enum entrance entrance, const char *authorization)
{
    const struct access_request request = {.entrance = entrance,
                                           .authorization = bytes_of_text(authorization)};
    return access_caller(access_, &live, &request, &caller);
}

static int ask_with_ticket(const char *ticket)
{
    const struct access_request request = {.entrance = ENTRANCE_SECURE,
                                           .ticket = bytes_of_text(ticket)};
    return access_caller(access_, &live, &request, &caller);
}

/* The header of a token that @by mints for Mira or a customer. */
static const char *bearer(const struct identity *by, enum role role)
{
    const struct token token = token_now(by, role, role == ROLE_CUSTOMER ? 0 : MIRA);
    (void)snprintf(text, sizeof text, "Bearer ");
    token_mint(&token, &by->device_secret, text + strlen(text));
    return text;
}

TEST(caller, without_a_token_is_the_screen_here_and_nobody_elsewhere)
{
    begin();
    assert_int_equal(ask(ENTRANCE_LOOPBACK, ""), 0);
    assert_int_equal(caller.kind, CALLER_SCREEN);
    assert_int_equal(caller.principal.role, ROLE_KITCHEN);
    live.capabilities = capability_bit(CAP_ROSTER);
    assert_int_equal(ask(ENTRANCE_CONTROL, ""), 0);
    assert_int_equal(caller.principal.role, ROLE_OWNER);
    assert_int_equal(ask(ENTRANCE_SECURE, ""), 0);
    assert_int_equal(caller.kind, CALLER_NOBODY);
    assert_int_equal(ask(ENTRANCE_PLAIN, ""), 0);
    assert_int_equal(caller.kind, CALLER_NOBODY);
    assert_int_equal(caller.capabilities, 0);
    access_close(access_);
    open_access(true);
    assert_int_equal(ask(ENTRANCE_LOOPBACK, ""), 0);
    assert_int_equal(caller.kind, CALLER_NOBODY);
    assert_int_equal(ask(ENTRANCE_CONTROL, ""), 0);
    assert_int_equal(caller.kind, CALLER_SCREEN);
    end();
}

TEST(caller, whoever_has_a_gateways_files_reads_and_does_nothing_else)
{
    begin();
    live.role = ROLE_GATEWAY;
    assert_int_equal(ask(ENTRANCE_LOOPBACK, ""), 0);
    assert_int_equal(caller.capabilities, role_person_capabilities(ROLE_GATEWAY));
    assert_int_equal(ask(ENTRANCE_CONTROL, ""), 0);
    assert_int_equal(caller.capabilities, role_person_capabilities(ROLE_GATEWAY) |
                                              capability_bit(CAP_READ_BOARDS) |
                                              capability_bit(CAP_READ_REPORTS));
    assert_true(access_stands(access_, &live, &caller));
    end();
}

TEST(caller, the_own_screen_stands_while_its_device_s_role_gives_it_the_same)
{
    begin();
    assert_int_equal(ask(ENTRANCE_LOOPBACK, ""), 0);
    assert_true(access_stands(access_, &live, &caller));
    live.role = ROLE_MANAGER;
    assert_false(access_stands(access_, &live, &caller));
    assert_int_equal(ask(ENTRANCE_LOOPBACK, ""), 0);
    assert_true(access_stands(access_, &live, &caller));
    end();
}

/* An auditor's device reads, and nothing else: as much as whoever keeps a gateway has besides. */
TEST(caller, an_auditor_s_screen_ends_with_its_device_s_role)
{
    static const enum role after[] = {ROLE_NONE, ROLE_PICKUP, ROLE_GATEWAY};
    begin();
    for (size_t i = 0; i < sizeof after / sizeof after[0]; i++) {
        live.role = ROLE_AUDITOR;
        assert_int_equal(ask(ENTRANCE_LOOPBACK, ""), 0);
        assert_true(caller_may(&caller, CAP_READ_REPORTS));
        assert_true(access_stands(access_, &live, &caller));
        live.role = after[i];
        assert_false(access_stands(access_, &live, &caller));
    }
    end();
}

TEST(caller, who_keeps_a_gateway_keeps_his_screen_by_a_ticket_and_loses_it_with_the_role)
{
    char ticket[TICKET_TEXT_BYTES + 1];
    begin();
    live.role = ROLE_GATEWAY;
    assert_int_equal(ask(ENTRANCE_CONTROL, ""), 0);
    assert_int_equal(access_ticket(access_, &caller, ticket), 0);
    assert_int_equal(ask_with_ticket(ticket), 0);
    assert_true(caller_may(&caller, CAP_READ_BOARDS));
    assert_true(access_stands(access_, &live, &caller));
    live.role = ROLE_NONE;
    assert_false(access_stands(access_, &live, &caller));
    end();
}

TEST(caller, a_person_s_token_passes_where_nobody_reads_along)
{
    begin();
    assert_int_equal(ask(ENTRANCE_LOOPBACK, bearer(&own, ROLE_COUNTER)), 0);
    assert_int_equal(caller.principal.staff, MIRA);
    assert_int_equal(ask(ENTRANCE_SECURE, text), 0);
    assert_int_equal(ask(ENTRANCE_PLAIN, text), ERR_FORBIDDEN);
    assert_int_equal(ask(ENTRANCE_PLAIN, bearer(&own, ROLE_CUSTOMER)), 0);
    assert_int_equal(caller.kind, CALLER_CUSTOMER);
    assert_int_equal(ask(ENTRANCE_LOOPBACK, "Basic x"), ERR_UNAUTHENTICATED);
    assert_int_equal(ask(ENTRANCE_LOOPBACK, "Basic bWlyYTo0NzEx"), ERR_UNAUTHENTICATED);
    assert_int_equal(ask(ENTRANCE_LOOPBACK, "Bearer "), ERR_UNAUTHENTICATED);
    assert_int_equal(ask(ENTRANCE_CONTROL, "Bearer x"), ERR_UNAUTHENTICATED);
    end();
}

TEST(caller, any_device_s_word_is_good_until_it_is_out_of_the_popup)
{
    begin();
    assert_int_equal(ask(ENTRANCE_LOOPBACK, bearer(&other, ROLE_COUNTER)), 0);
    assert_true(access_stands(access_, &live, &caller));
    live.peers[0].is_revoked = true;
    assert_false(access_stands(access_, &live, &caller));
    assert_int_equal(ask(ENTRANCE_LOOPBACK, text), ERR_UNAUTHENTICATED);
    assert_int_equal(ask(ENTRANCE_LOOPBACK, bearer(&own, ROLE_COUNTER)), 0);
    assert_true(access_stands(access_, &live, &caller));
    live.is_revoked = true;
    assert_int_equal(ask(ENTRANCE_LOOPBACK, text), ERR_UNAUTHENTICATED);
    end();
}

TEST(caller, a_device_or_a_person_that_nobody_knows_is_nobody)
{
    struct identity stranger;
    begin();
    make_identity(&stranger, 300);
    assert_int_equal(ask(ENTRANCE_LOOPBACK, bearer(&stranger, ROLE_COUNTER)), ERR_UNAUTHENTICATED);
    live.peers[1] = (struct gate_peer){.device = stranger.device,
                                       .device_key = signing_public(&stranger.device_secret)};
    live.peers_count = 2;
    assert_int_equal(ask(ENTRANCE_LOOPBACK, text), 0);
    live.people[1] = live.people[0];
    live.people[0] = (struct roster_person){.staff = MIRA + 1, .role = ROLE_OWNER};
    live.people_count = 2;
    assert_int_equal(ask(ENTRANCE_LOOPBACK, text), 0);
    live.people_count = 1;
    assert_int_equal(ask(ENTRANCE_LOOPBACK, text), ERR_UNAUTHENTICATED);
    end();
}

TEST(caller, a_customer_s_token_with_a_role_of_staff_is_none)
{
    begin();
    struct token token = token_now(&own, ROLE_OWNER, MIRA);
    token.audience = AUDIENCE_CUSTOMER;
    (void)snprintf(text, sizeof text, "Bearer ");
    token_mint(&token, &own.device_secret, text + strlen(text));
    assert_int_equal(ask(ENTRANCE_LOOPBACK, text), ERR_UNAUTHENTICATED);
    assert_int_equal(ask(ENTRANCE_PLAIN, text), ERR_UNAUTHENTICATED);
    end();
}

TEST(caller, a_ticket_opens_for_whom_it_was_given_while_he_may_come_in)
{
    char ticket[TICKET_TEXT_BYTES + 1];
    begin();
    assert_int_equal(ask(ENTRANCE_SECURE, bearer(&own, ROLE_COUNTER)), 0);
    assert_int_equal(access_ticket(access_, &caller, ticket), 0);
    assert_int_equal(ask_with_ticket(ticket), 0);
    assert_int_equal(caller.principal.staff, MIRA);
    assert_int_equal(access_ticket(access_, &caller, ticket), 0);
    live.people[0].role = ROLE_PICKUP;
    assert_int_equal(ask_with_ticket(ticket), ERR_UNAUTHENTICATED);
    assert_int_equal(ask_with_ticket("not a ticket"), ERR_UNAUTHENTICATED);
    end();
}

TEST(caller, who_came_in_stands_until_his_token_ends_and_a_screen_always)
{
    begin();
    assert_int_equal(ask(ENTRANCE_LOOPBACK, ""), 0);
    assert_true(access_stands(access_, &live, &caller));
    assert_int_equal(ask(ENTRANCE_PLAIN, ""), 0);
    assert_false(access_stands(access_, &live, &caller));
    assert_int_equal(ask(ENTRANCE_LOOPBACK, bearer(&other, ROLE_COUNTER)), 0);
    assert_true(access_stands(access_, &live, &caller));
    live.peers[0].clock_offset_ms = INT64_C(7 * 86400) * 1000; /* a week later by its clock */
    assert_false(access_stands(access_, &live, &caller));
    live.peers_count = 0;
    assert_false(access_stands(access_, &live, &caller));
    end();
}

TEST(caller, who_has_no_role_is_given_no_token)
{
    begin();
    assert_int_equal(access_token(access_, &live, MIRA, text, &caller), 0);
    live.people[0].role = ROLE_NONE;
    assert_int_equal(access_token(access_, &live, MIRA, text, &caller), ERR_UNAUTHENTICATED);
    end();
}

TEST(caller, a_gateway_s_word_is_good_for_customers_and_not_for_people)
{
    begin();
    live.peers[0].role = ROLE_GATEWAY;
    assert_int_equal(ask(ENTRANCE_LOOPBACK, bearer(&other, ROLE_COUNTER)), ERR_UNAUTHENTICATED);
    assert_int_equal(ask(ENTRANCE_PLAIN, bearer(&other, ROLE_CUSTOMER)), 0);
    assert_int_equal(caller.kind, CALLER_CUSTOMER);
    end();
}

TEST(caller, a_device_whose_clock_is_a_day_off_signs_people_in_all_the_same)
{
    begin();
    struct token token = token_now(&other, ROLE_COUNTER, MIRA);
    token.issued_s += 86400;
    token.expires_s += 86400;
    (void)snprintf(text, sizeof text, "Bearer ");
    token_mint(&token, &other.device_secret, text + strlen(text));
    assert_int_equal(ask(ENTRANCE_LOOPBACK, text), ERR_UNAUTHENTICATED);
    live.peers[0].clock_offset_ms = INT64_C(86400) * 1000;
    assert_int_equal(ask(ENTRANCE_LOOPBACK, text), 0);
    end();
}

TEST(caller, what_a_person_may_is_what_the_roster_says_now)
{
    begin();
    assert_int_equal(ask(ENTRANCE_LOOPBACK, bearer(&own, ROLE_COUNTER)), 0);
    assert_true(caller_may(&caller, CAP_ORDER));
    live.people[0].capabilities &= ~capability_bit(CAP_ORDER); /* two admins disagree */
    assert_int_equal(ask(ENTRANCE_LOOPBACK, text), 0);
    assert_false(caller_may(&caller, CAP_ORDER));
    live.people[0].role = ROLE_PICKUP;
    assert_int_equal(ask(ENTRANCE_LOOPBACK, text), ERR_UNAUTHENTICATED);
    live.people_count = 0;
    assert_int_equal(ask(ENTRANCE_LOOPBACK, text), ERR_UNAUTHENTICATED);
    assert_int_equal(access_token(access_, &live, MIRA, text, &caller), ERR_UNAUTHENTICATED);
    end();
}

TEST(caller, who_signed_out_is_out_also_after_a_restart)
{
    begin();
    assert_int_equal(ask(ENTRANCE_LOOPBACK, bearer(&own, ROLE_COUNTER)), 0);
    assert_int_equal(access_sign_out(access_, &caller), 0);
    assert_int_equal(ask(ENTRANCE_LOOPBACK, text), ERR_UNAUTHENTICATED);
    access_close(access_);
    open_access(false);
    assert_int_equal(ask(ENTRANCE_LOOPBACK, text), ERR_UNAUTHENTICATED);
    assert_int_equal(ask(ENTRANCE_LOOPBACK, bearer(&own, ROLE_COUNTER)), 0);
    end();
}

TEST(caller, files_that_the_disk_spoilt_begin_anew_and_the_stall_opens)
{
    static const char *const names[] = {"pins", "signed-out"};
    char path[128];
    begin();
    for (size_t i = 0; i < 2; i++) {
        access_close(access_);
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        assert_int_equal(file_write(path, bytes_of_text("spoilt"), 0600), 0);
        open_access(false);
        assert_int_equal(ask(ENTRANCE_LOOPBACK, bearer(&own, ROLE_COUNTER)), 0);
    }
    end();
}

static void write_state(const char *name, const char *content, size_t size)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(file_write(path, bytes_of(content, size), 0600), 0);
}

TEST(caller, so_do_those_of_another_version_and_those_that_grew)
{
    static const char long_list[64 * 1024];
    begin();
    access_close(access_);
    write_state("pins", "\x95\x00\x00\x00\x00\x00", 6);
    write_state("signed-out", long_list, sizeof long_list);
    open_access(false);
    assert_int_equal(ask(ENTRANCE_LOOPBACK, bearer(&own, ROLE_COUNTER)), 0);
    end();
}

TEST(caller, without_its_files_nobody_is_let_in)
{
    static char name[PATH_BYTES_MAX];
    struct access_config config = {.state = folder, .identity = &own};
    struct access *none = NULL;
    char path[128];
    begin();
    access_close(access_);
    access_ = NULL;
    (void)snprintf(path, sizeof path, "%s/pins", folder);
    assert_int_equal(unlink(path), 0);
    config.state = "/tmp/trestle-a-folder-that-is-not-there";
    assert_int_equal(access_open(&config, &none), ERR_NOT_FOUND);
    memset(name, 'x', sizeof name - 1);
    config.state = name;
    assert_int_equal(access_open(&config, &none), ERR_TOO_LARGE);
    (void)snprintf(path, sizeof path, "%s/signed-out", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    config.state = folder;
    assert_int_not_equal(access_open(&config, &none), 0);
    assert_int_equal(rmdir(path), 0);
    end();
}

TEST(caller, of_too_many_who_signed_out_those_that_end_first_are_forgotten)
{
    struct signed_out *list = NULL;
    struct token first = {.expires_s = 10, .number = {0xff}};
    struct token last = {.expires_s = 5000, .number = {0xfe}};
    begin();
    assert_int_equal(signed_out_open(folder, &list), 0);
    assert_int_equal(signed_out_add(list, &last), 0);
    assert_int_equal(signed_out_add(list, &first), 0);
    for (int i = 0; i < SIGNED_OUT_MAX - SIGNED_OUT_CUSTOMERS_MAX - 1; i++) {
        const struct token token = {.expires_s = 100 + i, .number = {(uint8_t)i, 1}};
        assert_int_equal(signed_out_add(list, &token), 0);
    }
    assert_false(signed_out_has(list, &first));
    assert_true(signed_out_has(list, &last));
    signed_out_close(list);
    end();
}

/* A customer's token is anybody's for the asking. */
TEST(caller, strangers_who_sign_out_let_nobodys_stolen_token_in_again)
{
    struct signed_out *list = NULL;
    const struct token stolen = {.audience = AUDIENCE_STAFF, .expires_s = 10, .number = {0xff}};
    begin();
    assert_int_equal(signed_out_open(folder, &list), 0);
    assert_int_equal(signed_out_add(list, &stolen), 0);
    for (int i = 0; i < SIGNED_OUT_MAX; i++) {
        const struct token token = {
            .audience = AUDIENCE_CUSTOMER, .expires_s = 100 + i, .number = {(uint8_t)i, 1}};
        assert_int_equal(signed_out_add(list, &token), 0);
        assert_true(signed_out_has(list, &token));
    }
    assert_true(signed_out_has(list, &stolen));
    signed_out_close(list);
    end();
}

TEST(caller, a_ticket_is_good_once_and_for_half_a_minute)
{
    static struct tickets tickets;
    char ticket[TICKET_TEXT_BYTES + 1];
    const struct caller mira = {.kind = CALLER_PERSON, .principal = {.staff = MIRA}};
    assert_int_equal(entropy_start(), 0);
    tickets_give(&tickets, &mira, 1000, ticket);
    assert_true(tickets_take(&tickets, bytes_of_text(ticket), 1000 + TICKET_LIFE_MS - 1, &caller));
    assert_int_equal(caller.principal.staff, MIRA);
    assert_false(tickets_take(&tickets, bytes_of_text(ticket), 1000, &caller));
    tickets_give(&tickets, &mira, 1000, ticket);
    assert_false(tickets_take(&tickets, bytes_of_text(ticket), 1000 + TICKET_LIFE_MS, &caller));
    assert_false(tickets_take(&tickets, bytes_of_text("zz"), 1000, &caller));
    tickets_give(&tickets, &mira, 1000, ticket);
    ticket[0] = ticket[0] == '0' ? '1' : '0';
    assert_false(tickets_take(&tickets, bytes_of_text(ticket), 1000, &caller));
    ticket[0] = 'x';
    assert_false(tickets_take(&tickets, bytes_of_text(ticket), 1000, &caller));
}

TEST(caller, an_address_and_a_token_are_slowed_down_and_this_machine_is_not)
{
    uint64_t wait_ms;
    const struct access_request own_request = {.entrance = ENTRANCE_LOOPBACK};
    const struct access_request far = {.entrance = ENTRANCE_SECURE,
                                       .address = bytes_of_text("192.0.2.7")};
    const unsigned burst = rate_class_limit(RATE_BYTES).burst;
    int err = 0;
    begin();
    for (unsigned i = 0; i < 100 && err == 0; i++) {
        err = access_admit_address(access_, &own_request, RATE_SIGN_IN, &wait_ms);
    }
    assert_int_equal(err, ERR_LIMIT);
    err = 0;
    for (unsigned i = 0; i < 4 * burst; i++) {
        assert_int_equal(access_admit_address(access_, &own_request, RATE_BYTES, &wait_ms), 0);
    }
    for (unsigned i = 0; i < 4 * burst && err == 0; i++) {
        err = access_admit_address(access_, &far, RATE_BYTES, &wait_ms);
    }
    assert_int_equal(err, ERR_LIMIT);
    assert_true(wait_ms > 0);
    assert_int_equal(ask(ENTRANCE_LOOPBACK, bearer(&own, ROLE_COUNTER)), 0);
    err = 0;
    for (unsigned i = 0; i < 4 * burst && err == 0; i++) {
        err = access_admit_caller(access_, &caller, RATE_BYTES, &wait_ms);
    }
    assert_int_equal(err, ERR_LIMIT);
    assert_int_equal(ask(ENTRANCE_LOOPBACK, ""), 0);
    assert_int_equal(access_admit_caller(access_, &caller, RATE_BYTES, &wait_ms), 0);
    end();
}

TEST(caller, a_host_that_knows_its_own_screen_alone_takes_no_tokens)
{
    const struct access_request none = {.entrance = ENTRANCE_LOOPBACK};
    const struct access_request some = {.entrance = ENTRANCE_LOOPBACK,
                                        .authorization = bytes_of_text("Bearer x")};
    const struct pin_guess guess = {.staff = MIRA};
    struct pin_answer answer;
    uint64_t request;
    struct table_code said;
    char ticket[TICKET_TEXT_BYTES + 1];
    static uint8_t buffer[SEALED_PINS_BYTES_MAX];
    struct pin pin = {.size = 0};
    struct bytes sealed = {.size = 0};
    live = (struct gate_live){.role = ROLE_COUNTER};
    assert_int_equal(access_caller(NULL, &live, &none, &caller), 0);
    assert_int_equal(caller.kind, CALLER_SCREEN);
    assert_int_equal(access_ticket(NULL, &caller, ticket), ERR_UNAVAILABLE);
    assert_int_equal(access_caller(NULL, &live, &some, &caller), ERR_UNAUTHENTICATED);
    assert_int_equal(access_sign_in(NULL, &guess, &request), ERR_UNAVAILABLE);
    assert_false(access_answered(NULL, &answer));
    assert_int_equal(access_customer(NULL, &live, text, &caller), ERR_UNAVAILABLE);
    assert_int_equal(access_table(NULL, &live, 1, 1, text), ERR_UNAVAILABLE);
    assert_int_equal(access_table_check(NULL, &live, bytes_of_text("x"), &said), ERR_UNAVAILABLE);
    assert_int_equal(access_admit_address(NULL, &none, RATE_SIGN_IN, &request), 0);
    assert_int_equal(access_admit_caller(NULL, &caller, RATE_READ, &request), 0);
    access_on_answer(NULL, NULL, NULL);
    assert_int_equal(access_seal(NULL, &live, &pin, MIRA, buffer, &sealed), ERR_UNAVAILABLE);
    assert_int_equal(access_unseal(NULL, sealed, MIRA, &pin), ERR_UNAVAILABLE);
    access_close(NULL);
}
