/* test_cli_usage.c - what people type: each slip is told as what it is and does nothing, each flag
 * does what it says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/os/file.h"
#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

enum { TYPED_MAX = 10 };

/* What is typed, and what comes of it: @says is on stdout where it is done, on stderr otherwise. */
struct typed {
    int status;
    const char *says;
    const char *words[TYPED_MAX];
};

/* With --state @state behind it; NULL: as it stands. */
static void type_one(const struct typed *typed, const char *state)
{
    const char *words[TYPED_MAX + 4] = {NULL};
    size_t count = 0;
    for (; count < TYPED_MAX && typed->words[count] != NULL; count++) {
        words[count] = typed->words[count];
    }
    if (state != NULL) {
        words[count++] = "--state";
        words[count] = state;
    }
    const struct ran ran = run(words);
    const char *said = typed->status == 0 ? ran.out : ran.err;
    if (ran.status != typed->status || strstr(said, typed->says) == NULL) {
        print_error("%s %s: status %d, said %s\n", words[0], count > 1 ? words[1] : "", ran.status,
                    said);
    }
    assert_int_equal(ran.status, typed->status);
    assert_non_null(strstr(said, typed->says));
}

#define TYPE_ALL(rows, state)                                                                      \
    for (size_t i = 0; i < sizeof(rows) / sizeof *(rows); i++)                                     \
    type_one(&(rows)[i], state)

TEST(cli_usage, the_program_says_how_it_is_used)
{
    static const struct typed rows[] = {
        {2, "usage: trestle COMMAND", {NULL}},
        {0, "usage: trestle COMMAND", {"--help"}},
        {0, "usage: trestle COMMAND", {"-h"}},
        {0, "usage: trestle COMMAND", {"help"}},
        {0, "libzmq", {"-V"}},
        {0, "usage: trestle run", {"run", "-h"}},
        {0, "usage: trestle log", {"log", "-h"}},
        {0, "libzmq", {"status", "-V"}},
        {2, "there is no command 'xyzzyplugh'; trestle --help", {"xyzzyplugh"}},
        {2, "status does not take --zzzzzzzzzzzzzzzz", {"status", "--zzzzzzzzzzzzzzzz"}},
        {2, "did you mean --json", {"status", "--jsno=1"}},
        {2, "--json takes no value", {"status", "--json=yes"}},
        {2, "--name needs NAME", {"init", "--name"}},
        {2, "usage: trestle status;", {"status", "well"}},
        {2, "usage: trestle status;", {"status", "-f"}},
        {2, "usage: trestle openapi;", {"openapi", "--", "--json"}},
        {2, "usage: trestle completion bash|zsh|fish", {"completion", "csh"}},
        {0, "complete", {"completion", "fish"}},
        {2, "usage: trestle printer", {"printer", "tset", "127.0.0.1:9100"}},
        {2, "did you mean 'printer'?", {"print", "test", "127.0.0.1:9100"}},
        {2, "do not allow that address", {"printer", "test", "nowhere"}},
        {2, "do not allow that address", {"printer", "status", "/etc/passwd"}},
        {69, "it does not answer", {"printer", "status", "127.0.0.1:1"}},
    };
    TYPE_ALL(rows, NULL);
}

/* A long line of @word. */
static const char *const *many(const char *const *first, const char *word)
{
    static const char *words[WORDS_MAX + 1];
    size_t count = 0;
    for (; first[count] != NULL; count++) {
        words[count] = first[count];
    }
    for (; count < WORDS_MAX; count++) {
        words[count] = word;
    }
    return words;
}

TEST(cli_usage, a_line_has_an_end)
{
    const char *const record[] = {"record", "add", NULL}, *const status[] = {"status", NULL};
    assert_non_null(strstr(run(many(record, "name=x")).err, "too many arguments"));
    assert_non_null(strstr(run(many(status, "--json")).err, "too many flags"));
    assert_non_null(strstr(run(many(status, "-h")).err, "too many flags"));
}

TEST(cli_usage, a_wish_that_no_popup_has_makes_none)
{
    static const struct typed rows[] = {
        {2, "there is no role 'king'", {"init", "--role", "king"}},
        {2, "--digits is 0 to 4", {"init", "--digits", "5"}},
        {2, "--digits is 0 to 4", {"init", "--digits", "-1"}},
        {2, "--digits is 0 to 4", {"init", "--digits="}},
        {2, "--digits is 0 to 4", {"init", "--digits", "2x"}},
        {2, "--copies is 1 to", {"init", "--copies", "0"}},
        {2, "--lane is one to three letters", {"init", "--lane", "a"}},
        {2, "--lane is one to three letters", {"init", "--lane", "ABCD"}},
        {2, "--lane is one to three letters", {"init", "--lane="}},
        {2, "--currency is three letters", {"init", "--currency", "EURO"}},
        {78, "http: 'nowhere'", {"init", "--http", "nowhere"}},
        {2, "which --role", {"invite"}},
        {2, "which --role", {"invite", "--role", "king"}},
        {2, "--lane is one to three", {"invite", "--role", "kitchen", "--lane", "k"}},
        {2, "--lane is one to three", {"pair", "--role", "kitchen", "--lane", "1"}},
        {69, "no node runs", {"invite", "--role", "kitchen"}},
        {2, "this is no invitation", {"join", "trestle1:xx"}},
        {2, "this is no invitation", {"join", "nowhere"}},
    };
    struct stall stall;
    stall_open(&stall);
    TYPE_ALL(rows, stall.nodes[0].state);
    assert_int_not_equal(access(stall.nodes[0].state, F_OK), 0);
    assert_non_null(strstr(
        RUN_WELL("init", "--json", "--state", stall.nodes[0].state, "--digits", "0").out, "{\""));
    stall_close(&stall);
}

TEST(cli_usage, where_the_state_is_is_said_by_flag_or_environment_or_else_asked_for)
{
    static const char *const variables[] = {"TRESTLE_STATE", "STATE_DIRECTORY", "XDG_STATE_HOME",
                                            "HOME"};
    static char long_name[PATH_BYTES_MAX + 8];
    const char *const home = getenv("HOME");
    char *const kept = home == NULL ? NULL : strdup(home);
    struct stall stall;
    char folder[160];
    memset(long_name, 'x', sizeof long_name - 1);
    stall_open(&stall);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(unsetenv(variables[i]), 0);
    }
    assert_non_null(strstr(RUN("status").err, "give --state FOLDER"));
    assert_int_equal(RUN("status").status, 2);
    assert_int_equal(RUN("status", "--state", "").status, 2);
    struct ran ran = RUN("status", "--state", long_name);
    assert_int_equal(ran.status, 2);
    assert_non_null(strstr(ran.err, "too long"));
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(folder, sizeof folder, "%s/%zu", stall.folder, i);
        assert_int_equal(setenv(variables[3 - i], folder, 1), 0);
        ran = RUN("order", "list");
        assert_non_null(strstr(ran.err, folder));
    }
    assert_int_equal(setenv("TRESTLE_STATE", long_name, 1), 0); /* the next one that can be */
    (void)snprintf(folder, sizeof folder, "%s/2", stall.folder);
    assert_non_null(strstr(RUN("order", "list").err, folder));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(unsetenv(variables[i]), 0);
    }
    assert_int_equal(kept == NULL ? unsetenv("HOME") : setenv("HOME", kept, 1), 0);
    free(kept);
    stall_close(&stall);
}

TEST(cli_usage, settings_are_read_from_the_first_file_that_is_there)
{
    struct stall stall;
    char path[160];
    stall_open(&stall);
    const char *const state = stall.nodes[0].state;
    assert_int_equal(mkdir(state, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/trestle", stall.folder);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/trestle/trestle.conf", stall.folder);
    write_file(path, "http = the user's\n");
    assert_int_equal(setenv("XDG_CONFIG_HOME", stall.folder, 1), 0);
    assert_non_null(strstr(RUN("order", "list", "--state", state).err, "'the user's'"));
    (void)snprintf(path, sizeof path, "%s/trestle.conf", state);
    write_file(path, "http = the state's\n");
    assert_non_null(strstr(RUN("order", "list", "--state", state).err, "'the state's'"));
    (void)snprintf(path, sizeof path, "%s/other.conf", stall.folder);
    write_file(path, "http = another\n");
    assert_int_equal(setenv("TRESTLE_CONFIG", path, 1), 0);
    assert_non_null(strstr(RUN("order", "list", "--state", state).err, "'another'"));
    const struct ran ran = RUN("order", "list", "--state", state, "--config", "/nowhere");
    assert_int_equal(ran.status, 78);
    assert_non_null(strstr(ran.err, "/nowhere: there is no such file"));
    assert_int_equal(unsetenv("TRESTLE_CONFIG"), 0);
    assert_int_equal(unsetenv("XDG_CONFIG_HOME"), 0);
    stall_close(&stall);
}

TEST(cli_usage, settings_said_at_the_start_are_kept_in_the_folder_and_without_any_it_has_no_file)
{
    struct stall stall;
    char path[160];
    stall_open(&stall);
    const char *const state = stall.nodes[0].state, *const other = stall.nodes[1].state;
    assert_int_equal(RUN("init", "--state", state, "--name", "Bar").status, 0);
    (void)snprintf(path, sizeof path, "%s/trestle.conf", state);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(RUN("init", "--state", other, "--name", "Bar", "--http", "127.0.0.1:0").status,
                     0);
    (void)snprintf(path, sizeof path, "%s/trestle.conf", other);
    assert_int_equal(access(path, F_OK), 0);
    stall_close(&stall);
}

/* --- at a node --- */

static const struct typed slips[] = {
    {1, "part of a pop-up already", {"join", "127.0.0.1:1"}},
    {2, "usage: trestle device", {"device", "lsit"}},
    {2, "usage: trestle device", {"device", "list", "all"}},
    {2, "usage: trestle device", {"device", "revoke"}},
    {2, "there is no role 'king'", {"device", "role", "x", "king"}},
    {1, "there is no device 'nobody'", {"device", "revoke", "nobody", "--yes"}},
    {2, "usage: trestle staff", {"staff", "list"}},
    {2, "usage: trestle staff", {"staff", "roles", "all"}},
    {2, "usage: trestle staff", {"staff", "role", "1"}},
    {2, "usage: trestle staff", {"staff", "role", "Ada", "counter"}},
    {2, "usage: trestle staff", {"staff", "pin"}},
    {2, "usage: trestle staff", {"staff", "pin", "7", "4711"}}, /* others would read it in ps */
    {2, "a line of 4 to 12 digits", {"staff", "pin", "7"}},
    {2, "there is no role 'king'", {"staff", "role", "1", "king"}},
    {2, "usage: trestle record", {"record", "list", "kings"}},
    {2, "usage: trestle record", {"record", "list", "stalls", "all"}},
    {2, "usage: trestle record", {"record", "add", "review", "rating=5"}},
    {2, "usage: trestle record", {"record", "add", "stall"}},
    {2, "usage: trestle record", {"record", "set", "stall", "1"}},
    {2, "usage: trestle record", {"record", "let", "stall", "1", "name=x"}},
    {2, "color=red: a stall has no such field", {"record", "add", "stall", "color=red"}},
    {2, "name: a stall has no such field", {"record", "add", "stall", "name"}},
    {2, "number=one: wants a whole number", {"record", "add", "stall", "number=one"}},
    {2, "number=: wants a whole number", {"record", "add", "stall", "number="}},
    {2, "hidden=maybe: wants yes or no", {"record", "set", "stall", "1", "hidden=maybe"}},
    {2, "hidden=2: wants yes or no", {"record", "add", "printer", "hidden=2"}},
    {2, "usage: trestle stock", {"stock", "lsit"}},
    {2, "usage: trestle stock", {"stock", "add", "10"}},
    {2, "usage: trestle stock", {"stock", "add", "0", "1"}},
    {2, "usage: trestle stock", {"stock", "add", "x", "1"}},
    {2, "usage: trestle stock", {"stock", "add", "10", "1x"}},
    {2, "usage: trestle stock", {"stock", "add", "10", ""}},
    {2, "usage: trestle stock", {"stock", "add", "10", "1000001"}},
    {2, "usage: trestle stock", {"stock", "count", "10", "-1"}},
    {2, "usage: trestle stock", {"stock", "policy", "x", "off"}},
    {2, "usage: trestle stock", {"stock", "policy", "10", "maybe"}},
    {1, "no item 9999 on the menu; trestle menu export", {"stock", "policy", "9999", "warn"}},
    {1, "no item 9999 on the menu; trestle menu export", {"stock", "add", "9999", "1"}},
    {1,
     "there is no stall 99; trestle record list stall",
     {"record", "set", "stalls", "99", "name=x"}},
    {1, "there is no person 99; trestle record list staff", {"staff", "role", "99", "counter"}},
    {1, "there is no person 00; trestle record list staff", {"staff", "role", "00", "none"}},
    {2, "there is no 'order shwo'", {"order", "shwo"}},
    {2, "usage: trestle order add", {"order", "add"}},
    {2, "usage: trestle order show", {"order", "show"}},
    {1, "there is no order Z9 today", {"order", "show", "Z9"}},
    {2, "--pay is cash", {"order", "add", "10", "--pay", "gold"}},
    {2, "'x' is no line", {"order", "add", "x"}},
    {2, "'10x' is no line", {"order", "add", "10x"}},
    {2, "'10x0' is no line", {"order", "add", "10x0"}},
    {2, "'0' is no line", {"order", "add", "0"}},
    {2, "'10z' is no line", {"order", "add", "10z"}},
    {2, "'123456789' is no line", {"order", "add", "123456789"}},
    {2, "'10:' is no line", {"order", "add", "10:"}},
    {2, "'10:0' is no line", {"order", "add", "10:0"}},
    {2, "'10:0.' is no line", {"order", "add", "10:0."}},
    {2, "'10:0.1x' is no line", {"order", "add", "22", "10:0.1x"}},
    {1, "there is no item 9999", {"order", "add", "10", "9999"}},
    {2, "usage: trestle day", {"day", "opne"}},
    {1, "day 1 is open: close it first", {"day", "open"}},
    {2, "--day wants the number", {"report", "--day", "1x"}},
    {2, "--day wants the number", {"report", "--day="}},
    {2, "go with --html, --csv or --json", {"report", "--full"}},
    {1, "is no report with amounts as here", {"report", "--html", "--beside", "/dev/null"}},
    {2, "--day wants the number", {"report", "--day", "1234567890"}},
    {2, "--format is jsonl or csv", {"export", "--format", "xml"}},
    {2, "--what is events", {"export", "--what", "gold"}},
    {2, "--day wants the number", {"export", "--what", "orders", "--day", "0"}},
    {2, "--day wants the number", {"export", "--what", "orders", "--day", "1x"}},
    {2, "--day wants the number", {"export", "--what", "orders", "--day="}},
    {1, "there was no day 99: the last", {"export", "--what", "orders", "--day", "99"}},
    {2, "--day goes with --what", {"export", "--day", "1"}},
    {2, "--day goes with --what", {"export", "--what", "stock", "--day", "1"}},
    {1, "there is no order Z9 today", {"erase", "Z9", "--reason", "asked for"}},
    {2, "say why", {"erase", "Z9"}},
    {2, "say why", {"erase", "Z9", "--reason="}},
    {1, "that day was not closed", {"archive", "/dev/shm/trestle-none", "--day", "1"}},
    {1, "there was no day 7: the last", {"archive", "/dev/shm/trestle-none", "--day", "7"}},
    {2, "--day wants the number", {"archive", "/dev/shm/trestle-none", "--day", "today"}},
    {1, "there was no day 7; trestle day", {"report", "--day", "7"}},
    {2, "--last is a number", {"log", "--last", "x"}},
    {2, "--last is a number", {"log", "--last", "0"}},
    {2, "--last is a number", {"log", "--last="}},
    {1, "there is no order Z9 here", {"log", "--order", "Z9"}},
    {2, "--hash wants the first digits", {"log", "--hash", "FD781DE1"}},
    {2, "--hash wants the first digits", {"log", "--hash", "fd7"}},
    {2, "--hash wants the first digits", {"log", "--hash", "receipt 7"}},
    {2, "no event is of type 'gold'", {"log", "--type", "gold"}},
    {2, "usage: trestle menu", {"menu", "export", "menu.csv"}},
    {2, "usage: trestle menu", {"menu", "import"}},
    {2, "usage: trestle menu", {"menu", "print"}},
    {1, "there is no such file", {"menu", "import", "/nowhere/menu.csv"}},
    {1, "there is no such file", {"verify", "/nowhere/export"}},
    {1, "there is no such folder", {"backup", "/nowhere/backup"}},
};

/* In this order: what one does another shows. */
static const struct typed wishes[] = {
    {0, "{\"invitation\":\"trestle1:", {"invite", "--role", "kitchen", "--lane", "K", "--json"}},
    {0, "\"name\":\"North\"", {"record", "add", "stall", "number=1", "name=North", "--json"}},
    {0, "\"hidden\":true", {"record", "set", "stall", "1", "hidden=yes", "--json"}},
    {0, "\"name\":\"North\"", {"record", "list", "stalls", "--json"}},
    {0, "1 name=North hidden=no", {"record", "set", "stall", "1", "hidden=no"}},
    {0, "", {"record", "list", "reviews"}},
    {0, "\"role\":\"counter\"", {"device", "list", "--json"}},
    {0, "7 name=Ann", {"record", "add", "staff", "number=7", "name=Ann"}},
    {0, "", {"staff", "role", "7", "kitchen"}},
    {0, "7", {"staff", "roles"}},
    {0, "\"people\"", {"staff", "roles", "--json"}},
    {0, "", {"staff", "role", "7", "none"}},
    {0, "\"items\":", {"stock", "list", "--json"}},
    {0, "\"stock_policy\":\"warn\"", {"stock", "policy", "10", "warn", "--json"}},
    {0, "here 5", {"stock", "add", "10", "5"}},
    {0, "here 3", {"stock", "add", "10", "-2"}},
    {0, "\"number\":\"A1\"", {"order", "add", "10x2", "--name", "Ada", "--pay", "cash", "--json"}},
    {0, "A2 ", {"order", "add", "22", "--mode", "eat-in"}},
    {0, "\"orders\":[{", {"order", "list", "--json"}},
    {0, "\"name\":\"Ada\"", {"order", "show", "A1", "--json"}},
    {0, "Spring rolls", {"order", "show", "A1"}},
    {0, "A3 ", {"order", "add", "10x4"}},
    {0, ", oversold 3", {"stock", "list"}},
    {0, "order.open", {"log", "--order", "A2"}},
    {0, "\"type\":\"order.open\"", {"log", "--order", "A2", "--json"}},
    {0, "order.open", {"log", "--type", "order", "--last", "9"}},
    {0, "order.open", {"log", "--device", "counter"}},
    {0, "", {"log", "--device", "nobody"}},
    {0, "\"methods\":[{", {"report", "--day", "1", "--json"}},
    {0, "paid,\"cash\",", {"report", "--csv"}},
    {0, "cash", {"report"}},
    {0, "<table id=\"hours\">", {"report", "--html"}},
    {0, "hour-orders,", {"report", "--csv", "--full"}},
    {0, "\"before\":null,\"beside\":null,\"drawers\":{", {"report", "--json", "--full"}},
    {0, "placed", {"export", "--what", "orders", "--day", "1"}},
    {0, "cash", {"export", "--what", "payments", "--format", "csv"}},
    {0, "order.open", {"export", "--format", "csv"}},
    {0, "\"trestle\":1", {"export", "--format", "jsonl"}},
    {0, "\"events\":2", {"erase", "A1", "--reason", "asked for", "--yes", "--json"}},
    {0, "{\"day\":1,\"closed\":false", {"day", "--json"}},
    {0, "day 1 was closed ", {"day", "close"}},
    {0, "day 2 is open", {"day", "open"}},
    {0, "day 3 is open", {"day", "open", "--yes"}},
    {0, "\"items\":[", {"menu", "export", "--json"}},
    {0, "\"ok\":true", {"verify", "--json"}},
    {0, "events/s", {"top", "--once"}},
    {0, "\"orders_active\":", {"status", "--json"}},
};

TEST(cli_usage, at_a_running_node_each_slip_is_told_and_each_flag_does_what_it_says)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    TYPE_ALL(slips, stall.nodes[0].state);
    assert_non_null(strstr(RUN_WELL("log", "--state", stall.nodes[0].state).out, "log.open"));
    TYPE_ALL(wishes, stall.nodes[0].state);
    stall_close(&stall);
}

/* What is refused of an order is named with what there is of it. */
TEST(cli_usage, an_order_that_is_refused_names_the_item_and_why)
{
    static const struct typed rows[] = {
        {0, "strict", {"stock", "policy", "22", "strict", "--json"}},
        {0, "here 2", {"stock", "add", "22", "2"}},
        {1, "(item 22, Miso soup: 2 left at most)", {"order", "add", "22x3"}},
        {0, "A1 ", {"order", "add", "22x2"}},
        {1, "(item 22, Miso soup: sold out)", {"order", "add", "10", "22"}},
        {1, "(item 10, Spring rolls: its choices are not", {"order", "add", "11", "10:0.9"}},
        {1, "(item 14, Gyoza: its choices are not", {"order", "add", "14"}},
    };
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    TYPE_ALL(rows, stall.nodes[0].state);
    stall_close(&stall);
}

TEST(cli_usage, by_the_first_digits_of_its_hash_an_event_is_found_and_no_other)
{
    static const struct typed sold[] = {{0, "A1 ", {"order", "add", "10", "--pay", "cash"}},
                                        {0, "A2 ", {"order", "add", "22", "--pay", "cash"}}};
    static const char before[] = "\"hash\":\"";
    struct stall stall;
    char digits[9] = "";
    stall_open(&stall);
    stall_init(&stall);
    const char *state = stall.nodes[0].state;
    TYPE_ALL(sold, state);
    struct ran ran =
        RUN_WELL("log", "--order", "A1", "--type", "order.open", "--json", "--state", state);
    const char *hash = strstr(ran.out, before);
    assert_non_null(hash);
    memcpy(digits, hash + strlen(before), sizeof digits - 1);
    ran = RUN_WELL("log", "--hash", digits, "--json", "--state", state);
    assert_non_null(strstr(ran.out, "\"type\":\"order.open\",\"order\":\"A1\""));
    assert_ptr_equal(strchr(ran.out, '\n') + 1, ran.out + strlen(ran.out));
    stall_close(&stall);
}

TEST(cli_usage, a_pin_is_a_line_of_digits_for_a_person_who_is_there)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    const char *state = stall.nodes[0].state;
    struct ran ran = RUN_TOLD("2580\n", "staff", "pin", "7", "--state", state);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "there is no person 7; trestle record list staff"));
    RUN_WELL("record", "add", "staff", "number=7", "name=Ann", "--state", state);
    ran = RUN_TOLD("2580\n", "staff", "pin", "7", "--state", state);
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.err, "7 has its new PIN"));
    ran = RUN_TOLD("\n", "staff", "pin", "7", "--state", state);
    assert_non_null(strstr(ran.err, "7 has no PIN any more"));
    ran = RUN_TOLD("258", "staff", "pin", "7", "--state", state);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "pin: 4 to 12 digits"));
    ran = RUN_TOLD("1234567890123456789012345678901234567890\n", "staff", "pin", "7", "--state",
                   state);
    assert_int_equal(ran.status, 2);
    assert_non_null(strstr(ran.err, "a line of 4 to 12 digits"));
    stall_close(&stall);
}

/* --- where there is no end to a name --- */

/* @folder, written so that it has @size letters. */
static const char *as_long_as(const char *folder, size_t size)
{
    static char name[PATH_BYTES_MAX + 1];
    size_t at = strlen(folder);
    memcpy(name, folder, at);
    for (; at + 2 <= size; at += 2) {
        memcpy(name + at, "/.", 2);
    }
    if (at < size) {
        name[at++] = '/';
    }
    name[at] = '\0';
    return name;
}

TEST(cli_usage, a_state_folder_whose_files_names_are_too_long_is_told_not_mistaken)
{
    static const char *const commands[][3] = {{"order", "list"},
                                              {"run"},
                                              {"verify"},
                                              {"export"},
                                              {"log", "--last=1"},
                                              {"doctor"},
                                              {"status"},
                                              {"top", "--once"},
                                              {"invite", "--role=kitchen"},
                                              {"backup", "/dev/shm/trestle-none/x"},
                                              {"day"},
                                              {"init"},
                                              {"join", "127.0.0.1:1"}};
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    for (size_t size = PATH_BYTES_MAX - 1; size >= PATH_BYTES_MAX - 6; size--) {
        for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
            const struct ran ran = RUN(commands[i][0], "--state",
                                       as_long_as(stall.nodes[0].state, size), commands[i][1]);
            assert_in_range(ran.status, 1, 78);
            assert_string_not_equal(*ran.err != '\0' ? ran.err : ran.out, "");
        }
    }
    RUN_WELL("order", "list", "--state", as_long_as(stall.nodes[0].state, PATH_BYTES_MAX / 2));
    stall_close(&stall);
}
