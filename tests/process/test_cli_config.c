/* test_cli_config.c - trestle config show: every setting, its value, and where somebody said so. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/config/settings_said.h"
#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"
#include "tests/process/lib/shaped.h"

static char file[128];

/* A settings file of the stall's that says @text. */
static const char *file_of(const struct stall *stall, const char *text)
{
    (void)snprintf(file, sizeof file, "%s/settings.conf", stall->folder);
    write_file(file, text);
    return file;
}

/* The line of @out that begins with @name. */
static const char *line_of(const char *out, const char *name)
{
    static char line[4096];
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\n%s", name);
    const char *at = strncmp(out, name, strlen(name)) == 0 ? out : strstr(out, wanted);
    if (at == NULL) {
        fail_msg("there is no line %s in\n%s", name, out);
        return "";
    }
    at += *at == '\n';
    (void)snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
    return line;
}

static void assert_line(const char *out, const char *name, const char *end)
{
    const char *line = line_of(out, name);
    const size_t size = strlen(line), wanted = strlen(end);
    if (size < wanted || strcmp(line + size - wanted, end) != 0) {
        fail_msg("%s does not end with %s", line, end);
    }
}

TEST(cli_config, each_place_wins_over_the_weaker_ones_and_is_named)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    const char *state = stall.nodes[0].state;
    const char *path = file_of(&stall, "# ours\n\nlog-level = notice\nquote-s = 60\n"
                                       "store-mib = 64\norigin = https://one.example\n"
                                       "origin = https://two.example\n");
    char where[256];
    assert_int_equal(setenv("TRESTLE_QUOTE_S", "90", 1), 0);
    assert_int_equal(setenv("TRESTLE_STORE_MIB", "128", 1), 0);
    struct ran ran = RUN_WELL("config", "show", "--origin", "--state", state, "--config", path,
                              "--store-mib", "256");
    assert_line(ran.out, "beacon = 7450 ", "  default");
    (void)snprintf(where, sizeof where, "  %s:3", path);
    assert_line(ran.out, "log-level = notice ", where);
    assert_line(ran.out, "quote-s = 90 ", "  TRESTLE_QUOTE_S");
    assert_line(ran.out, "store-mib = 256 ", "  --store-mib");
    (void)snprintf(where, sizeof where, "  %s:7", path);
    assert_line(ran.out, "origin = https://two.example ", where);
    assert_line(ran.out, "origin = https://one.example ", ":6");
    assert_line(ran.out, "# customers: by the device's role ", "  default");
    assert_line(ran.out, "state = ", "  --state");
    assert_line(ran.out, "config = ", "  --config");
    assert_line(ran.out, "popup.currency = EUR ", "  the pop-up, on every device");
    assert_int_equal(unsetenv("TRESTLE_QUOTE_S"), 0);
    assert_int_equal(unsetenv("TRESTLE_STORE_MIB"), 0);
    stall_close(&stall);
}

TEST(cli_config, a_list_in_a_stronger_place_takes_the_place_of_the_whole_list)
{
    struct stall stall;
    stall_open(&stall);
    const char *path = file_of(&stall, "trusted-proxy = 192.0.2.1\norigin = https://one.example\n");
    assert_int_equal(setenv("TRESTLE_ORIGIN", "https://two.example", 1), 0);
    struct ran ran = RUN_WELL("config", "show", "--state", stall.folder, "--config", path,
                              "--trusted-proxy", "192.0.2.2");
    assert_null(strstr(ran.out, "one.example"));
    assert_non_null(strstr(ran.out, "\norigin = https://two.example\n"));
    assert_null(strstr(ran.out, "192.0.2.1"));
    assert_non_null(strstr(ran.out, "\ntrusted-proxy = 192.0.2.2\n"));
    assert_int_equal(unsetenv("TRESTLE_ORIGIN"), 0);
    stall_close(&stall);
}

TEST(cli_config, what_is_printed_without_origins_is_a_settings_file_that_says_the_same)
{
    static char first[OUTPUT_BYTES_MAX];
    struct stall stall;
    stall_open(&stall);
    const char *path = file_of(&stall, "listen = none\nhttp = [::1]:8081\nweb = /srv/a folder\n");
    struct ran ran = RUN_WELL("config", "show", "--state", stall.folder, "--config", path);
    (void)snprintf(first, sizeof first, "%s", ran.out);
    assert_non_null(strstr(first, "\nweb = /srv/a folder\n"));
    path = file_of(&stall, first);
    ran = RUN_WELL("config", "show", "--state", stall.folder, "--config", path);
    assert_string_equal(ran.out, first);
    stall_close(&stall);
}

/* What a person changes of the pop-up is shown as it is now, by the node that runs. */
TEST(cli_config, the_pop_ups_settings_are_the_nodes_while_it_runs)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    const char *state = stall.nodes[0].state;
    struct ran ran = RUN_WELL("config", "show", "--json", "--state", state);
    assert_shaped("config.show", ran.out);
    assert_non_null(
        strstr(ran.out, "{\"name\":\"popup.copies\",\"value\":\"2\",\"from\":\"popup\""));
    assert_non_null(strstr(ran.out, "{\"name\":\"beacon\""));
    assert_int_equal(node_end(&stall.nodes[0], SIGTERM), 0);
    stall_close(&stall);
}

TEST(cli_config, a_folder_of_no_pop_up_shows_what_a_start_there_would_take)
{
    struct stall stall;
    stall_open(&stall);
    struct ran ran = RUN_WELL("config", "show", "--origin", "--state", stall.nodes[1].state);
    assert_line(ran.out, "http = 127.0.0.1:8080 ", "  default");
    assert_null(strstr(ran.out, "popup."));
    assert_non_null(strstr(ran.err, "not part of a pop-up yet"));
    ran = RUN("config", "show", "--http", "8080", "--state", stall.folder);
    assert_int_equal(ran.status, 78);
    assert_int_equal(RUN("config", "set", "--state", stall.folder).status, 2);
    stall_close(&stall);
}

TEST(cli_config, of_a_url_neither_password_nor_what_follows_its_question_mark_is_shown)
{
    static const struct {
        const char *value, *shown;
    } rows[] = {
        {"https://user:hidden@sms.example/send?token=hidden", "https://***@sms.example/send?***"},
        {"https://sms.example/send", "https://sms.example/send"},
        {"https://sms.example/a@b", "https://sms.example/a@b"},
        {"https://sms.example?key=a@hidden", "https://sms.example?***"},
        {"tcp://[::1]:7450", "tcp://[::1]:7450"},
        {"0123456789abcdef@tcp://10.0.0.1:7450", "0123456789abcdef@tcp://10.0.0.1:7450"},
        {"mailto:owner@example.org", "mailto:owner@example.org"},
        {"/srv/what?/a", "/srv/what?/a"},
        {"", ""}};
    char shown[PATH_BYTES_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        setting_value_show(rows[i].value, shown);
        assert_string_equal(shown, rows[i].shown);
    }
}

TEST(cli_config, a_gateway_shows_its_own_settings_and_no_secret)
{
    struct stall stall;
    program_set("trestle-gateway");
    stall_open(&stall);
    stall_init(&stall);
    const char *path =
        file_of(&stall, "sms-url = https://user:hidden@sms.example/send?token=hidden\n"
                        "decide-minutes = 3\n");
    const char *const looks[] = {"--origin", "--json"};
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        struct ran ran =
            RUN_WELL("config", "show", looks[i], "--state", stall.nodes[0].state, "--config", path);
        assert_null(strstr(ran.out, "hidden"));
        assert_non_null(strstr(ran.out, "https://***@sms.example/send?***"));
        assert_non_null(strstr(ran.out, "https://api.stripe.com"));
    }
    program_set("trestle");
    stall_close(&stall);
}
