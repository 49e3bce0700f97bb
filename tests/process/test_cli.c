/* The program as people use it: real processes, real folders, loopback. */
#define _DEFAULT_SOURCE /* mkdtemp, syscall */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

/* --- alone --- */

TEST(cli, help_and_versions_are_everywhere)
{
    static const char *const commands[] = {"init",  "invite", "join",   "run",     "status", "menu",
                                           "order", "verify", "export", "openapi", "record"};
    assert_non_null(strstr(RUN_WELL("--help").out, "invite"));
    assert_non_null(strstr(RUN_WELL("--version").out, "libzmq"));
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        assert_non_null(strstr(RUN_WELL(commands[i], "--help").out, "usage: trestle"));
        assert_non_null(strstr(RUN_WELL(commands[i], "--version").out, "lmdb"));
    }
}

TEST(cli, a_slip_of_the_finger_is_answered_with_what_was_meant)
{
    struct ran ran = RUN("stauts");
    assert_int_equal(ran.status, 2);
    assert_non_null(strstr(ran.err, "did you mean 'status'"));
    ran = RUN("run", "--lisetn", "x");
    assert_int_equal(ran.status, 2);
    assert_non_null(strstr(ran.err, "did you mean --listen"));
    assert_string_equal(ran.out, "");
    assert_int_equal(RUN("order", "dd").status, 2);
    assert_int_equal(RUN("join").status, 2);
}

TEST(cli, a_wrong_setting_names_its_line)
{
    struct stall stall;
    char config[128];
    stall_open(&stall);
    stall_init(&stall);
    (void)snprintf(config, sizeof config, "%s/odd.conf", stall.folder);
    write_file(config, "# mine\nlisten = tcp://127.0.0.1:*\nhtpp = 127.0.0.1:0\n");
    struct ran ran = RUN("run", "--state", stall.nodes[0].state, "--config", config);
    assert_int_equal(ran.status, 78);
    assert_non_null(strstr(ran.err, "odd.conf:3: there is no setting 'htpp'; did you mean 'http'"));
    write_file(config, "listen = carrier pigeon\n");
    ran = RUN("run", "--state", stall.nodes[0].state, "--config", config);
    assert_int_equal(ran.status, 78);
    assert_non_null(strstr(ran.err, "odd.conf:1: listen: 'carrier pigeon' is not tcp://"));
    write_file(config, "listen\n");
    assert_int_equal(RUN("run", "--state", stall.nodes[0].state, "--config", config).status, 78);
    stall_close(&stall);
}

TEST(cli, flags_win_over_the_environment_and_that_over_the_file)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    assert_int_equal(setenv("TRESTLE_HTTP", "nowhere", 1), 0);
    struct ran ran = RUN("run", "--state", stall.nodes[0].state);
    assert_int_equal(ran.status, 78);
    assert_non_null(strstr(ran.err, "TRESTLE_HTTP: http: 'nowhere'"));
    assert_int_equal(setenv("TRESTLE_HTTP", "127.0.0.1:0", 1), 0);
    ran = RUN("run", "--state", stall.nodes[0].state, "--http", "192.0.2.1:80");
    assert_int_equal(ran.status, 78); /* beyond loopback, without authentication */
    assert_int_equal(unsetenv("TRESTLE_HTTP"), 0);
    stall_close(&stall);
}

TEST(cli, what_is_set_up_is_not_set_up_again)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    struct ran ran = RUN("init", "--state", stall.nodes[0].state);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "part of a pop-up already"));
    assert_int_equal(RUN("run", "--state", stall.nodes[1].state, "--http", "none").status, 69);
    assert_int_equal(RUN("status", "--state", stall.nodes[0].state).status, 2);
    stall_close(&stall);
}

/* The exit status of the words, started with neither stdin nor stdout nor stderr. */
static int run_mute(const char *const *words)
{
    pid_t child = fork_mortal();
    if (child == 0) {
        char *argv[WORDS_MAX + 2] = {NULL};
        const char *wanted[WORDS_MAX + 2] = {program()};
        for (size_t i = 0; words[i] != NULL; i++) {
            wanted[i + 1] = words[i];
        }
        memcpy(argv, wanted, sizeof argv); /* as in spawn() */
        for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
            (void)close(fd);
        }
        (void)execv(argv[0], argv);
        _exit(127);
    }
    return await(child);
}

TEST(cli, what_is_said_to_nobody_is_written_into_no_file)
{
    struct stall stall;
    char lock[160];
    struct stat status;
    stall_open(&stall);
    stall_init(&stall);
    const char *words[] = {"order", "add", "9999", "--state", stall.nodes[0].state, NULL};
    assert_int_equal(run_mute(words), 1);
    /* One of the first files that are opened. */
    (void)snprintf(lock, sizeof lock, "%s/store/trestle.lock", stall.nodes[0].state);
    assert_int_equal(stat(lock, &status), 0);
    assert_int_equal(status.st_size, 0);
    stall_close(&stall);
}

TEST(cli, keys_that_others_may_read_are_refused)
{
    struct stall stall;
    char keys[128];
    stall_open(&stall);
    stall_init(&stall);
    (void)snprintf(keys, sizeof keys, "%s/keys", stall.nodes[0].state);
    struct stat status;
    assert_int_equal(stat(keys, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(chmod(keys, 0644), 0);
    assert_int_equal(RUN("run", "--state", stall.nodes[0].state).status, 77);
    stall_close(&stall);
}

TEST(cli, a_menu_comes_out_as_it_went_in)
{
    struct stall stall;
    char first[128], *kept = NULL;
    stall_open(&stall);
    stall_init(&stall);
    kept = strdup(RUN_WELL("menu", "export", "--state", stall.nodes[0].state).out);
    assert_non_null(kept);
    assert_non_null(strstr(kept, "10,Starters,Spring rolls,4.50,19.00,7.00"));
    (void)snprintf(first, sizeof first, "%s/menu.csv", stall.folder);
    write_file(first, kept);
    RUN_WELL("menu", "import", first, "--state", stall.nodes[0].state);
    assert_string_equal(RUN_WELL("menu", "export", "--state", stall.nodes[0].state).out, kept);
    write_file(first, "number,name,price\n1,Tea,2.50\n2,Milk,much\n");
    struct ran ran = RUN("menu", "import", first, "--state", stall.nodes[0].state);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "line 3: price is not right; write an amount, as 10.90; "
                                    "nothing was imported"));
    assert_string_equal(RUN_WELL("menu", "export", "--state", stall.nodes[0].state).out, kept);
    free(kept);
    stall_close(&stall);
}

TEST(cli, a_menu_table_says_stall_tax_and_whether_an_item_is_counted)
{
    struct stall stall;
    char path[128];
    stall_open(&stall);
    stall_init(&stall);
    const char *state = stall.nodes[0].state;
    (void)snprintf(path, sizeof path, "%s/menu.csv", stall.folder);
    RUN_WELL("record", "add", "stall", "number=3", "name=Waffles", "--state", state);
    RUN_WELL("record", "add", "tax", "number=1", "name=Food", "eat_in=1900", "--state", state);
    write_file(path, "number,name,price,stall,tax,stock\n700,Waffle,4.00,3,1,strict\n");
    RUN_WELL("menu", "import", path, "--state", state);
    struct ran ran = RUN_WELL("menu", "export", "--state", state);
    const char *row = strstr(ran.out, "\n700,,Waffle,4.00,");
    assert_non_null(row);
    assert_memory_equal(strchr(row + 1, '\n') - strlen(",no,3,1,strict"), ",no,3,1,strict",
                        strlen(",no,3,1,strict"));
    assert_non_null(strstr(RUN_WELL("stock", "list", "--state", state).out, "Waffle"));
    write_file(path, "number,name,price,stock\n701,Crepe,4.00,off\n702,Tart,4.00,maybe\n");
    ran = RUN("menu", "import", path, "--state", state);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "line 3: stock is not right; write off, warn or strict"));
    assert_null(strstr(RUN_WELL("menu", "export", "--state", state).out, "Crepe"));
    stall_close(&stall);
}

TEST(cli, records_are_added_changed_and_listed_without_a_running_node)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    const char *state = stall.nodes[0].state;
    RUN_WELL("record", "add", "stall", "number=3", "name=Waffles", "pickup=Tent B", "--state",
             state);
    RUN_WELL("record", "set", "stall", "3", "hidden=yes", "--state", state);
    RUN_WELL("record", "add", "tax", "name=Food", "eat_in=1900", "--state", state);
    struct ran ran = RUN_WELL("record", "list", "stalls", "--state", state);
    assert_non_null(strstr(ran.out, "3 name=Waffles hidden=yes"));
    assert_non_null(strstr(ran.out, "pickup=Tent B"));
    assert_non_null(strstr(RUN_WELL("record", "list", "tax", "--state", state).out, "eat_in=1900"));
    stall_close(&stall);
}

TEST(cli, a_printer_that_is_added_belongs_to_this_device_unless_another_is_named)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    const char *state = stall.nodes[0].state;
    char owner[64];
    struct ran ran = RUN_WELL("device", "list", "--json", "--state", state);
    const char *id = strstr(ran.out, "\"id\":\"");
    assert_non_null(id);
    (void)snprintf(owner, sizeof owner, "owner=%.16s ", id + strlen("\"id\":\""));
    ran = RUN_WELL("record", "add", "printer", "name=Bar", "driver=text", "address=192.0.2.7:9100",
                   "--state", state);
    assert_non_null(strstr(ran.out, owner));
    assert_non_null(strstr(ran.err, "owner=DEVICE"));
    ran = RUN_WELL("record", "add", "printer", "name=Grill", "driver=text",
                   "owner=00000000000000ab", "--state", state);
    assert_non_null(strstr(ran.out, "owner=00000000000000ab "));
    assert_null(strstr(ran.err, "owner="));
    ran = RUN_WELL("record", "add", "printer", "name=Spare", "driver=text", "owner=", "--state",
                   state);
    assert_non_null(strstr(ran.out, "owner= "));
    stall_close(&stall);
}

TEST(cli, orders_are_taken_without_a_running_node)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    struct ran ran = RUN_WELL("order", "add", "22x2", "101:0.1", "--pay", "cash", "--state",
                              stall.nodes[0].state);
    assert_memory_equal(ran.out, "A1 ", 3);
    ran = RUN_WELL("order", "show", "A1", "--state", stall.nodes[0].state);
    assert_non_null(strstr(ran.out, "Miso soup"));
    ran = RUN("order", "add", "9999", "--state", stall.nodes[0].state);
    assert_int_equal(ran.status, 1);
    RUN_WELL("order", "add", "22", "--pay", "card-external", "--state", stall.nodes[0].state);
    assert_non_null(strstr(RUN_WELL("order", "--help").out, "card-external"));
    stall_close(&stall);
}

TEST(cli, what_cannot_be_done_names_what_can)
{
    static const struct {
        int status;
        const char *words[6], *said;
    } cases[] = {
        {1, {"order", "add", "22", "9999x2"}, "no item 9999 on the menu"},
        {2, {"order", "add", "22", "--pay", "gold"}, "card-external"},
        {2, {"log", "--type", "nix"}, "trestle-events"},
        {0, {"log", "--type", "order"}, ""},
        {1, {"report", "--day", "99"}, "there was no day 99"},
        {0, {"report"}, ""},
        {2, {"erase", "A1"}, "--reason"},
        {1, {"erase", "A1", "--reason", "asked for"}, "add --yes"},
        {0, {"erase", "A1", "--reason", "asked for", "--yes"}, "erased"},
    };
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    RUN_WELL("order", "add", "22", "--state", stall.nodes[0].state);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *words[WORDS_MAX] = {NULL};
        size_t count = 0;
        for (; count < 6 && cases[i].words[count] != NULL; count++) {
            words[count] = cases[i].words[count];
        }
        words[count++] = "--state";
        words[count] = stall.nodes[0].state;
        const struct ran ran = run(words);
        if (ran.status != cases[i].status || strstr(ran.err, cases[i].said) == NULL) {
            fail_msg("%s %s: exit %d: %s", words[0], words[1], ran.status, ran.err);
        }
    }
    stall_close(&stall);
}

TEST(cli, an_export_replaces_a_file_only_when_told_to)
{
    struct stall stall;
    char path[512];
    stall_open(&stall);
    stall_init(&stall);
    const char *state = stall.nodes[0].state;
    (void)snprintf(path, sizeof path, "%s/kept.jsonl", stall.folder);
    write_file(path, "precious\n");
    assert_non_null(strstr(RUN("export", path, "--state", state).err, "--yes"));
    assert_int_equal(RUN("verify", path).status, 1); /* it is what it was: no export */
    RUN_WELL("export", path, "--yes", "--state", state);
    RUN_WELL("verify", path);
    stall_close(&stall);
}

TEST(cli, units_of_an_item_that_is_not_counted_are_kept_and_that_is_said)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    struct ran ran = RUN_WELL("stock", "count", "22", "8", "--state", stall.nodes[0].state);
    assert_non_null(strstr(ran.err, "is off"));
    stall_close(&stall);
}

TEST(cli, a_policy_makes_an_item_counted_and_strict_sells_no_more_than_there_is)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    const char *state = stall.nodes[0].state;
    RUN_WELL("stock", "count", "22", "2", "--state", state);
    assert_null(strstr(RUN_WELL("stock", "list", "--state", state).out, "      22 "));
    struct ran ran = RUN_WELL("stock", "policy", "22", "strict", "--state", state);
    assert_non_null(strstr(ran.out, "strict here 2, in all 2"));
    assert_non_null(strstr(RUN_WELL("stock", "list", "--state", state).out, "      22 "));
    assert_int_equal(RUN("order", "add", "22x3", "--state", state).status, 1);
    RUN_WELL("order", "add", "22x2", "--state", state);
    ran = RUN_WELL("stock", "policy", "22", "off", "--json", "--state", state);
    assert_non_null(strstr(ran.out, "\"stock_policy\":\"off\""));
    RUN_WELL("order", "add", "22x3", "--state", state);
    assert_int_equal(RUN("stock", "policy", "22", "loose", "--state", state).status, 2);
    assert_int_equal(RUN("stock", "policy", "22", "--state", state).status, 2);
    stall_close(&stall);
}

TEST(cli, a_day_is_closed_before_the_next_is_opened)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    const char *state = stall.nodes[0].state;
    assert_string_equal(RUN_WELL("day", "--state", state).out, "day 1 is open\n");
    struct ran ran = RUN("day", "open", "--state", state);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "trestle day close"));
    assert_memory_equal(RUN_WELL("day", "close", "--state", state).out, "day 1 was closed 2", 18);
    assert_string_equal(RUN_WELL("day", "open", "--state", state).out, "day 2 is open\n");
    assert_string_equal(RUN_WELL("day", "open", "--yes", "--state", state).out, "day 3 is open\n");
    ran = RUN_WELL("day", "show", "--json", "--state", state);
    assert_non_null(strstr(ran.out, "\"day\":3,\"closed\":false"));
    assert_int_equal(RUN("day", "shut", "--state", state).status, 2);
    stall_close(&stall);
}

/* --- six digits --- */

TEST(cli, a_second_node_on_the_same_state_is_refused)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    struct ran ran = RUN("run", "--state", stall.nodes[0].state);
    assert_int_equal(ran.status, 69);
    assert_non_null(strstr(ran.err, "another node runs"));
    assert_int_equal(node_end(&stall.nodes[0], SIGINT), 0);
    stall_close(&stall);
}

TEST(cli, logs_are_json_where_that_is_asked)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    assert_int_equal(setenv("TRESTLE_LOG_FORMAT", "json", 1), 0);
    node_start(&stall.nodes[0]);
    assert_int_equal(unsetenv("TRESTLE_LOG_FORMAT"), 0);
    assert_int_equal(node_end(&stall.nodes[0], SIGTERM), 0);
    const char *log = node_log(&stall.nodes[0]);
    assert_memory_equal(log, "{\"ts\":\"", 7);
    assert_non_null(strstr(log, "\"lvl\":\"notice\",\"comp\":\"core\""));
    stall_close(&stall);
}

/* --- proofs --- */

TEST(cli, an_export_proves_itself_and_a_changed_one_does_not)
{
    struct stall stall;
    char path[128];
    stall_open(&stall);
    stall_init(&stall);
    RUN_WELL("order", "add", "22", "--state", stall.nodes[0].state);
    char *export_ = strdup(RUN_WELL("export", "--state", stall.nodes[0].state).out);
    assert_non_null(export_);
    (void)snprintf(path, sizeof path, "%s/export.jsonl", stall.folder);
    write_file(path, export_);
    RUN_WELL("verify", path);
    /* One letter of the third event. */
    char *at = export_;
    for (int i = 0; i < 3; i++) {
        at = strchr(at, '\n') + 1;
    }
    at = strstr(at, "\"event\":\"") + 40;
    *at = *at == 'A' ? 'B' : 'A';
    write_file(path, export_);
    struct ran ran = RUN("verify", path);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.out, "edited:"));
    /* A line left out. */
    *at = *at == 'A' ? 'B' : 'A';
    at = strchr(export_, '\n') + 1;
    at = strchr(at, '\n') + 1;
    char *next = strchr(at, '\n') + 1;
    memmove(at, next, strlen(next) + 1);
    write_file(path, export_);
    ran = RUN("verify", path);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.out, "lost:"));
    free(export_);
    stall_close(&stall);
}
