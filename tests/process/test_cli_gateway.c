/* test_cli_gateway.c - the gateway's own commands, and what it starts with: with keys and without
 * them they say how it is, by words and by status. The provider is canned.h. */
#define _XOPEN_SOURCE 700 /* posix_openpt */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/reconcile/difference.h"
#include "tests/lib/test.h"
#include "tests/process/lib/canned.h"
#include "tests/process/lib/programs.h"

static void begin(struct stall *stall)
{
    program_set("trestle-gateway");
    stall_open(stall);
    stall_init(stall);
}

TEST(cli_gateway, without_keys_nothing_is_reconciled_and_nothing_is_said_to_match)
{
    struct stall stall;
    begin(&stall);
    const char *state = stall.nodes[0].state;
    struct ran ran = RUN("reconcile", "--state", state);
    assert_int_equal(ran.status, 78);
    assert_non_null(strstr(ran.err, "stripe-secret-key is not there"));
    assert_string_equal(ran.out, "");
    node_start(&stall.nodes[0]);
    ran = RUN("reconcile", "--state", state);
    assert_int_equal(ran.status, 69);
    assert_non_null(strstr(ran.err, "there are no card payments here"));
    assert_int_equal(node_end(&stall.nodes[0], SIGTERM), 0);
    stall_close(&stall);
}

TEST(cli_gateway, so_far_back_nobody_looks)
{
    static const char *const wrong[] = {"0", "181", "x", "-1", "8x", ""};
    static const char *const wrong_days[] = {"0", "1000001", "today"};
    struct stall stall;
    begin(&stall);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct ran ran = RUN("reconcile", "--days", wrong[i], "--state", stall.nodes[0].state);
        assert_int_equal(ran.status, 2);
        assert_non_null(strstr(ran.err, "--days wants a number from 1 to 180"));
    }
    for (size_t i = 0; i < sizeof wrong_days / sizeof *wrong_days; i++) {
        struct ran ran = RUN("reconcile", "--day", wrong_days[i], "--state", stall.nodes[0].state);
        assert_int_equal(ran.status, 2);
        assert_non_null(strstr(ran.err, "--day wants a number from 1 to 1000000"));
    }
    stall_close(&stall);
}

TEST(cli_gateway, the_doctor_warns_that_there_are_no_keys_and_says_where_they_belong)
{
    struct stall stall;
    begin(&stall);
    struct ran ran = RUN("doctor", "--state", stall.nodes[0].state);
    assert_non_null(strstr(ran.out, "no card payments: "));
    assert_non_null(strstr(ran.out, "CREDENTIALS_DIRECTORY=/run/credentials/"));
    stall_close(&stall);
}

TEST(cli_gateway, help_names_what_a_node_does_not_have)
{
    program_set("trestle-gateway");
    struct ran ran = RUN_WELL("--help");
    assert_non_null(strstr(ran.out, "\n  reconcile "));
    ran = RUN("reconsile");
    assert_int_equal(ran.status, 2);
    assert_non_null(strstr(ran.err, "did you mean 'reconcile'?"));
    program_set("trestle");
    ran = RUN_WELL("--help");
    assert_null(strstr(ran.out, "reconcile"));
}

/* --- with keys --- */

static void key_put(const struct stall *stall, const char *name, const char *line, mode_t mode)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/keys/%s", stall->folder, name);
    write_file(path, line);
    assert_int_equal(chmod(path, mode), 0);
}

/* Keys in a folder of the stall's, and @url in the provider's place. */
static void keys_put(const struct stall *stall, const char *url)
{
    char folder[96];
    (void)snprintf(folder, sizeof folder, "%s/keys", stall->folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    key_put(stall, "stripe-secret-key", "sk_test_hidden\n", 0600);
    key_put(stall, "stripe-publishable-key", "pk_test_hidden\n", 0600);
    assert_int_equal(setenv("TRESTLE_STRIPE_KEYS", folder, 1), 0);
    assert_int_equal(setenv("TRESTLE_STRIPE_URL", url, 1), 0);
}

static void keys_forget(void)
{
    assert_int_equal(unsetenv("TRESTLE_STRIPE_KEYS"), 0);
    assert_int_equal(unsetenv("TRESTLE_STRIPE_URL"), 0);
}

#define LIST(data) "{\"object\":\"list\",\"data\":[" data "],\"has_more\":false}"
#define PAYMENT(id, popup, state, amount, taken)                                                   \
    "{\"object\":\"payment_intent\",\"id\":\"" id "\",\"status\":\"" state "\",\"amount\":" amount \
    ",\"amount_capturable\":0,\"amount_received\":" taken ",\"currency\":\"eur\",\"created\":"     \
    "1700000000,\"metadata\":{" popup "}}"

TEST(cli_gateway, where_no_gateway_runs_the_command_asks_the_provider_itself)
{
    static const struct canned_answer nothing[] = {
        {"/v1/", "sk_test_hidden", 200, LIST(""), false}};
    static const struct canned_answer nobodys[] = {
        {"/v1/payment_intents", NULL, 200, LIST(PAYMENT("pi_1", "", "succeeded", "1100", "1100")),
         false},
        {"/v1/", NULL, 200, LIST(""), false}};
    static const struct canned_answer forbidden[] = {{"/v1/refunds", NULL, 403, "{}", false},
                                                     {"/v1/", NULL, 200, LIST(""), false}};
    struct stall stall;
    char url[CANNED_URL_BYTES_MAX];
    begin(&stall);
    const char *state = stall.nodes[0].state;
    canned_start(nothing, 1, url);
    keys_put(&stall, url);
    struct ran ran = RUN_WELL("reconcile", "--state", state);
    assert_non_null(strstr(ran.out, "0 payments, 0 refunds, 0 disputes"));
    assert_null(strstr(ran.out, "orders of day"));
    assert_non_null(strstr(ran.out, "  orders\n"));
    assert_non_null(strstr(ran.out, "\n  comes to "));
    assert_non_null(strstr(ran.out, "\nall matches\n"));
    ran = RUN_WELL("reconcile", "--day", "3", "--state", state);
    assert_non_null(strstr(ran.out, "orders of day 3: 0 payments"));
    ran = RUN_WELL("reconcile", "--json", "--days", "30", "--state", state);
    assert_non_null(strstr(ran.out, "\"matches\":true"));
    assert_null(strstr(ran.out, "all matches"));
    ran = RUN("doctor", "--state", state);
    assert_non_null(strstr(ran.out, "the provider answers"));
    assert_non_null(strstr(ran.out, "no secret, so none is taken"));
    assert_null(strstr(ran.out, "hidden"));

    canned_answers(nobodys, 2);
    ran = RUN("reconcile", "--state", state);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.out, "[pi_1]"));
    assert_non_null(strstr(ran.out, "\n1 do not match\n"));
    ran = RUN_WELL("reconcile", "--shared", "--state", state); /* another business's */
    assert_non_null(strstr(ran.out, "1 at the provider are not of this pop-up"));

    canned_answers(forbidden, 2);
    ran = RUN("reconcile", "--state", state);
    assert_int_equal(ran.status, 69);
    assert_string_equal(ran.out, "");
    assert_non_null(strstr(ran.err, "not reconciled: the provider does not let our secret key"));
    ran = RUN("reconcile", "--json", "--state", state);
    assert_int_equal(ran.status, 69);
    assert_non_null(strstr(ran.out, "\"state\":\"failed\""));
    canned_stop();
    keys_forget();
    stall_close(&stall);
}

TEST(cli_gateway, more_differences_than_are_kept_are_counted)
{
    enum { MANY = DIFFERENCES_MAX + 5, ONE_BYTES_MAX = 256 };
    static char body[MANY * ONE_BYTES_MAX];
    struct stall stall;
    char url[CANNED_URL_BYTES_MAX];
    size_t size = (size_t)snprintf(body, sizeof body, "{\"object\":\"list\",\"data\":[");
    for (int i = 0; i < MANY; i++) {
        size += (size_t)snprintf(body + size, sizeof body - size,
                                 "%s{\"object\":\"payment_intent\",\"id\":\"pi_%d\",\"status\":"
                                 "\"succeeded\",\"amount\":5,\"amount_capturable\":0,"
                                 "\"amount_received\":5,\"currency\":\"eur\"}",
                                 i > 0 ? "," : "", i);
    }
    (void)snprintf(body + size, sizeof body - size, "],\"has_more\":false}");
    const struct canned_answer rows[] = {{"/v1/payment_intents", NULL, 200, body, false},
                                         {"/v1/", NULL, 200, LIST(""), false}};
    begin(&stall);
    canned_start(rows, 2, url);
    keys_put(&stall, url);
    struct ran ran = RUN("reconcile", "--state", stall.nodes[0].state);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.out, "\nand 5 more\n"));
    assert_non_null(strstr(ran.out, "\n505 do not match\n"));
    canned_stop();
    keys_forget();
    stall_close(&stall);
}

TEST(cli_gateway, a_folder_of_no_pop_up_is_not_reconciled)
{
    struct stall stall;
    begin(&stall);
    keys_put(&stall, "http://127.0.0.1:9");
    struct ran ran = RUN("reconcile", "--state", stall.nodes[1].state);
    assert_int_equal(ran.status, 69);
    assert_non_null(strstr(ran.err, "join"));
    keys_forget();
    stall_close(&stall);
}

/* Nothing is asked of the provider then, and nothing said to match. */
TEST(cli_gateway, where_the_store_or_the_identity_cannot_be_read_nothing_is_reconciled)
{
    static const char *const names[] = {"store", "keys"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct stall stall;
        char path[128], aside[144];
        begin(&stall);
        keys_put(&stall, "http://127.0.0.1:9");
        (void)snprintf(path, sizeof path, "%s/%s", stall.nodes[0].state, names[i]);
        (void)snprintf(aside, sizeof aside, "%s.aside", path);
        assert_int_equal(rename(path, aside), 0);
        write_file(path, "in its place");
        struct ran ran = RUN("reconcile", "--state", stall.nodes[0].state);
        assert_int_not_equal(ran.status, 0);
        assert_string_equal(ran.out, "");
        assert_true(strlen(ran.err) > 0);
        keys_forget();
        stall_close(&stall);
    }
}

/* All that comes out of the terminal whose near end that is, until nobody has its far end. */
static void read_all(int near, char *to, size_t capacity)
{
    size_t size = 0;
    for (ssize_t got = 0; (got = read(near, to + size, capacity - 1 - size)) > 0;) {
        size += (size_t)got;
        assert_true(size + 1 < capacity);
    }
    to[size] = '\0';
}

/* A person sees how far it is, in one line, which is gone in the end. */
TEST(cli_gateway, on_a_terminal_what_is_read_is_told_in_place)
{
    static const struct canned_answer nothing[] = {{"/v1/", NULL, 200, LIST(""), false}};
    static char seen[1 << 16];
    struct stall stall;
    char url[CANNED_URL_BYTES_MAX];
    begin(&stall);
    canned_start(nothing, 1, url);
    keys_put(&stall, url);
    assert_int_equal(unsetenv("NO_COLOR"), 0); /* who set it is told nothing in place */
    const int near = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(near >= 0 && grantpt(near) == 0 && unlockpt(near) == 0);
    assert_int_equal(fcntl(near, F_SETFD, FD_CLOEXEC), 0);
    const int far = open(ptsname(near), O_RDWR | O_NOCTTY);
    assert_true(far >= 0);
    const pid_t child =
        spawn((const char *const[]){"reconcile", "--state", stall.nodes[0].state, NULL}, far, far);
    (void)close(far);
    read_all(near, seen, sizeof seen);
    (void)close(near);
    assert_int_equal(await(child), 0);
    const char *gone = strstr(seen, "\r\033[K");
    assert_non_null(gone);
    assert_non_null(strstr(gone, "all matches"));
    assert_null(strstr(strstr(gone, "all matches"), "reading"));
    canned_stop();
    keys_forget();
    stall_close(&stall);
}

/* It would sell, and nobody would see that no card is charged. */
TEST(cli_gateway, with_keys_that_cannot_be_right_it_does_not_start)
{
    static const struct {
        const char *name, *line, *url, *says;
        mode_t mode;
        int status;
    } rows[] = {
        {"stripe-secret-key", "sk_test_hidden", "http://127.0.0.1:9", "chmod 600", 0644, 77},
        {"stripe-secret-key", "pk_test_hidden", "http://127.0.0.1:9", "is no secret key", 0600, 78},
        {"stripe-webhook-secret", "whsec_hidden", "https://127.0.0.1:9", "screen", 0600, 78}};
    struct stall stall;
    begin(&stall);
    const char *state = stall.nodes[0].state;
    keys_put(&stall, "http://127.0.0.1:9");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        key_put(&stall, "stripe-secret-key", "sk_test_hidden", 0600);
        key_put(&stall, rows[i].name, rows[i].line, rows[i].mode);
        assert_int_equal(setenv("TRESTLE_STRIPE_URL", rows[i].url, 1), 0);
        struct ran ran = RUN("run", "--state", state);
        assert_int_equal(ran.status, rows[i].status);
        assert_non_null(strstr(ran.err, rows[i].says));
        assert_null(strstr(ran.err, "hidden"));
        if (rows[i].status == 77) {
            ran = RUN("reconcile", "--state", state);
            assert_int_equal(ran.status, 77);
        }
        ran = RUN("doctor", "--state", state);
        assert_null(strstr(ran.out, "hidden"));
        assert_non_null(strstr(ran.out, rows[i].says));
    }
    keys_forget();
    stall_close(&stall);
}

TEST(cli_gateway, where_it_cannot_keep_what_it_asks_of_the_provider_it_does_not_start)
{
    struct stall stall;
    char path[128];
    begin(&stall);
    keys_put(&stall, "http://127.0.0.1:9");
    (void)snprintf(path, sizeof path, "%s/gateway", stall.nodes[0].state);
    write_file(path, "in the way of its folder");
    struct ran ran = RUN("run", "--state", stall.nodes[0].state);
    assert_int_not_equal(ran.status, 0);
    assert_non_null(strstr(ran.err, "card payments: "));
    keys_forget();
    stall_close(&stall);
}

TEST(cli_gateway, a_device_that_may_not_settle_does_not_start_with_keys)
{
    struct stall stall;
    begin(&stall);
    node_start(&stall.nodes[0]);
    node_join(&stall, 1, "kitchen", "K");
    keys_put(&stall, "http://127.0.0.1:9");
    struct ran ran = RUN("run", "--state", stall.nodes[1].state);
    assert_int_equal(ran.status, 77);
    assert_non_null(strstr(ran.err, "may not settle with the provider"));
    keys_forget();
    assert_int_equal(node_end(&stall.nodes[0], SIGTERM), 0);
    stall_close(&stall);
}
