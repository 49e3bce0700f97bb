/* The program as people use it: real processes, real folders, loopback. */
#define _DEFAULT_SOURCE /* mkdtemp, syscall */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/os/clock.h"
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
    assert_int_equal(RUN("run", "--state", stall.nodes[1].state).status, 69);
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

/* --- together --- */

TEST(cli, three_devices_sell_together_and_hold_the_same_journal)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    struct node *counter = &stall.nodes[0], *kitchen = &stall.nodes[1], *pickup = &stall.nodes[2];
    node_start(counter);
    node_join(&stall, 1, "kitchen", "B");
    node_start(kitchen);
    node_join(&stall, 2, "pickup", "C");
    node_start(pickup);
    RUN_WELL("order", "add", "22", "--name", "Ada", "--state", counter->state);
    for (int i = 0; i < NODES_MAX; i++) {
        const char *words[] = {"order", "list", "--state", stall.nodes[i].state, NULL};
        until_out("Ada", words);
    }
    /* One dies, hears nothing of an order, returns and has it. */
    assert_int_equal(node_end(kitchen, SIGKILL), 1000 + SIGKILL);
    RUN_WELL("order", "add", "22", "--name", "Grace", "--state", counter->state);
    node_start(kitchen);
    const char *words[] = {"order", "list", "--state", kitchen->state, NULL};
    until_out("Grace", words);
    const char *verify[] = {"verify",       "--json",      "--state",
                            counter->state, "--state",     kitchen->state,
                            "--state",      pickup->state, NULL};
    until_out("{\"ok\":true", verify);
    const char *healthy[] = {"status", "--state", counter->state, NULL};
    until_out("linked", healthy);
    stall_close(&stall);
}

TEST(cli, an_invitation_works_once)
{
    struct stall stall;
    char invitation[512];
    stall_open(&stall);
    stall_init(&stall);
    struct ran ran = RUN("invite", "--role", "kitchen", "--state", stall.nodes[0].state);
    assert_int_equal(ran.status, 69); /* the node does not run */
    node_start(&stall.nodes[0]);
    ran = RUN_WELL("invite", "--role", "kitchen", "--state", stall.nodes[0].state);
    (void)snprintf(invitation, sizeof invitation, "%.*s", (int)strcspn(ran.out, "\n"), ran.out);
    /* Nobody gave it a name, so it is called what it is. */
    struct ran joined = RUN_WELL("join", invitation, "--state", stall.nodes[1].state, "--json");
    assert_non_null(strstr(joined.out, "\"name\":\"kitchen\""));
    ran = RUN("join", invitation, "--state", stall.nodes[2].state);
    assert_int_equal(ran.status, 69);
    assert_int_equal(RUN("join", "trestle1:abc", "--state", stall.nodes[2].state).status, 2);
    /* A lane belongs to one device. */
    ran = RUN("invite", "--role", "kitchen", "--lane", "A", "--state", stall.nodes[0].state);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "another device has this lane"));
    /* The string is a secret: the log has none of it. */
    assert_int_equal(node_end(&stall.nodes[0], SIGTERM), 0);
    const char *log = node_log(&stall.nodes[0]);
    assert_non_null(strstr(log, "an invitation for a kitchen is open"));
    assert_null(strstr(log, invitation));
    assert_null(strstr(log, "trestle1:"));
    stall_close(&stall);
}

TEST(cli, an_invitation_with_another_secret_is_refused_and_three_close_it)
{
    struct stall stall;
    char invitation[512], forged[512];
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    struct ran ran = RUN_WELL("invite", "--role", "kitchen", "--state", stall.nodes[0].state);
    (void)snprintf(invitation, sizeof invitation, "%.*s", (int)strcspn(ran.out, "\n"), ran.out);
    /* The secret lies before the five bytes of the expiry and its own end. */
    memcpy(forged, invitation, sizeof forged);
    char *letter = forged + strlen(forged) - 16;
    *letter = *letter == 'A' ? 'B' : 'A';
    for (int i = 0; i < 3; i++) {
        assert_int_equal(RUN("join", forged, "--state", stall.nodes[1].state).status, 77);
    }
    assert_int_equal(RUN("join", invitation, "--state", stall.nodes[1].state).status, 69);
    stall_close(&stall);
}

/* --- who is in the pop-up --- */

/* A counter, and another device that is linked with it and can sell. */
static void stall_pair(struct stall *stall, const char *role, const char *name)
{
    char invitation[512];
    const char *counter = stall->nodes[0].state;
    stall_open(stall);
    stall_init(stall);
    node_start(&stall->nodes[0]);
    struct ran ran =
        RUN_WELL("invite", "--state", counter, "--role", role, "--lane", "B", "--name", name);
    (void)snprintf(invitation, sizeof invitation, "%.*s", (int)strcspn(ran.out, "\n"), ran.out);
    RUN_WELL("join", invitation, "--state", stall->nodes[1].state, "--listen", "tcp://127.0.0.1:*",
             "--http", "127.0.0.1:0");
    node_start(&stall->nodes[1]);
    const char *linked[] = {"device", "list", "--state", counter, NULL};
    until_out("linked", linked);
    until_menu(&stall->nodes[1]);
}

TEST(cli, a_stolen_device_is_cut_off_at_once_and_what_it_sells_counts_nowhere_else)
{
    struct stall stall;
    stall_pair(&stall, "counter", "tablet");
    const char *counter = stall.nodes[0].state, *tablet = stall.nodes[1].state;
    RUN_WELL("order", "add", "22", "--name", "Before", "--state", tablet);
    const char *sold[] = {"order", "list", "--state", counter, NULL};
    until_out("Before", sold);
    struct ran ran = RUN("device", "revoke", "tablet", "--state", counter);
    assert_int_equal(ran.status, 1); /* nobody there to ask */
    assert_non_null(strstr(ran.err, "--yes"));
    RUN_WELL("device", "revoke", "tablet", "--yes", "--state", counter);
    const char *revoked[] = {"device", "list", "--state", counter, NULL};
    until_out("revoked", revoked);
    /* Nobody waits for it: a counter that is alone now is well. */
    const char *status[] = {"status", "--json", "--state", counter, NULL};
    until_out("\"peers\":[]", status);
    RUN_WELL("status", "--state", counter);
    const char *alone[] = {"device", "list", "--state", tablet, NULL};
    until_out("refused", alone);
    RUN_WELL("order", "add", "22", "--name", "After", "--state", tablet);
    /* Also when it knocks anew. */
    assert_int_equal(node_end(&stall.nodes[1], SIGTERM), 0);
    node_start(&stall.nodes[1]);
    until_out("refused", alone);
    RUN_WELL("order", "add", "22", "--name", "Counter", "--state", counter);
    ran = RUN_WELL("order", "list", "--state", counter);
    assert_non_null(strstr(ran.out, "Before"));
    assert_null(strstr(ran.out, "After"));
    stall_close(&stall);
}

TEST(cli, a_device_takes_up_its_new_name_and_its_new_rights_and_loses_them_again)
{
    struct stall stall;
    stall_pair(&stall, "kitchen", "kitchen");
    const char *counter = stall.nodes[0].state, *kitchen = stall.nodes[1].state;
    const char *import[] = {"menu", "import", menu_path(), "--state", kitchen, NULL};
    assert_int_equal(run(import).status, 77);
    RUN_WELL("device", "rename", "kitchen", "Big stove", "--state", counter);
    const char *named[] = {"device", "list", "--state", kitchen, NULL};
    until_out("Big stove", named);
    RUN_WELL("device", "role", "Big stove", "manager", "--state", counter);
    until_out("manager", named);
    RUN_WELL("menu", "import", menu_path(), "--state", kitchen);
    /* It is still so after a start, though its papers on the disk are the old ones. */
    assert_int_equal(node_end(&stall.nodes[1], SIGTERM), 0);
    node_start(&stall.nodes[1]);
    RUN_WELL("menu", "import", menu_path(), "--state", kitchen);
    RUN_WELL("device", "role", "Big stove", "kitchen", "--state", counter);
    until_out("kitchen", named);
    assert_int_equal(run(import).status, 77);
    stall_close(&stall);
}

TEST(cli, only_who_may_changes_devices_and_roles)
{
    struct stall stall;
    stall_pair(&stall, "kitchen", "kitchen");
    const char *counter = stall.nodes[0].state, *kitchen = stall.nodes[1].state;
    assert_int_equal(RUN("device", "rename", "kitchen", "Mine", "--state", kitchen).status, 77);
    RUN_WELL("record", "add", "staff", "number=7", "name=Ann", "--state", counter);
    const char *staff[] = {"record", "list", "staff", "--state", kitchen, NULL};
    until_out("Ann", staff);
    assert_int_equal(RUN("staff", "role", "7", "manager", "--state", kitchen).status, 77);
    RUN_WELL("staff", "role", "7", "kitchen", "--state", counter);
    const char *roles[] = {"staff", "roles", "--state", kitchen, NULL};
    until_out("kitchen", roles);
    assert_int_equal(RUN("device", "rename", "nobody", "Mine", "--state", counter).status, 1);
    assert_int_equal(RUN("device", "role", "kitchen", "cook", "--state", counter).status, 2);
    stall_close(&stall);
}

/* --- six digits --- */

/* A command that asks people: what it prints is read as it comes. */
struct talk {
    pid_t process;
    int in_fd, out_fd;
};

static struct talk talk_start(const char *const *words)
{
    int in[2], out[2];
    struct talk talk;
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(fcntl(in[i], F_SETFD, FD_CLOEXEC), 0);
        assert_int_equal(fcntl(out[i], F_SETFD, FD_CLOEXEC), 0);
    }
    int own_stdin = dup(STDIN_FILENO), err_fd = scratch_file();
    assert_true(dup2(in[0], STDIN_FILENO) >= 0);
    talk.process = spawn(words, out[1], err_fd);
    assert_true(dup2(own_stdin, STDIN_FILENO) >= 0);
    (void)close(own_stdin);
    (void)close(err_fd);
    (void)close(in[0]);
    (void)close(out[1]);
    talk.in_fd = in[1];
    talk.out_fd = out[0];
    return talk;
}

#define TALK(...) talk_start((const char *const[]){__VA_ARGS__, NULL})

/* The value of @field in its next line of JSON. */
static void talk_read(struct talk *talk, const char *field, char *to, size_t capacity)
{
    char line[512];
    size_t size = 0;
    struct pollfd ready = {.fd = talk->out_fd, .events = POLLIN};
    do {
        assert_int_equal(poll(&ready, 1, DEADLINE_MS), 1);
        assert_true(size + 1 < sizeof line);
        assert_int_equal(read(talk->out_fd, line + size, 1), 1);
    } while (line[size++] != '\n');
    line[size] = '\0';
    const char *at = strstr(line, field);
    if (at == NULL) {
        fail_msg("no %s in %s", field, line);
    }
    at += strlen(field) + 3; /* ":" */
    (void)snprintf(to, capacity, "%.*s", (int)strcspn(at, "\""), at);
}

static void talk_say(struct talk *talk, const char *line)
{
    assert_int_equal(write(talk->in_fd, line, strlen(line)), (ssize_t)strlen(line));
}

static int talk_end(struct talk *talk)
{
    (void)close(talk->in_fd);
    int status = await(talk->process);
    (void)close(talk->out_fd);
    return status;
}

/* The counter waits for a kitchen. */
static struct talk pair_start(struct stall *stall, char endpoint[128])
{
    struct talk talk = TALK("pair", "--role", "kitchen", "--lane", "B", "--json", "--state",
                            stall->nodes[0].state);
    talk_read(&talk, "endpoint", endpoint, 128);
    return talk;
}

TEST(cli, two_people_who_see_the_same_six_digits_bring_a_device_in)
{
    struct stall stall;
    char endpoint[128], here[16], there[16], joined[32];
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    struct talk inviter = pair_start(&stall, endpoint);
    struct talk newcomer = TALK("join", endpoint, "--json", "--state", stall.nodes[1].state,
                                "--listen", "tcp://127.0.0.1:*", "--http", "127.0.0.1:0");
    talk_read(&newcomer, "digits", there, sizeof there);
    talk_read(&inviter, "digits", here, sizeof here);
    assert_string_equal(here, there);
    assert_int_equal(strlen(here), 6);
    talk_say(&inviter, "yes\n");
    talk_say(&newcomer, "yes\n");
    talk_read(&inviter, "joined", joined, sizeof joined);
    assert_int_equal(talk_end(&newcomer), 0);
    assert_int_equal(talk_end(&inviter), 0);
    /* It worked once: the door is closed. */
    assert_int_equal(RUN("join", endpoint, "--state", stall.nodes[2].state).status, 69);
    node_start(&stall.nodes[1]);
    const char *linked[] = {"device", "list", "--state", stall.nodes[0].state, NULL};
    until_out("linked", linked);
    stall_close(&stall);
}

/* He answers the newcomer in the counter's place, and knocks at the counter in the newcomer's, with
 * keys of his own at either: all that is left to him, since he cannot open what he passes on. */
TEST(cli, who_stands_between_two_people_shows_each_other_digits_and_gets_nothing)
{
    struct stall stall;
    char endpoint[128], trap[128], theirs[96], here[16], there[16], unused[16];
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    struct node *between = &stall.nodes[1];
    RUN_WELL("init", "--state", between->state, "--name", "Noodle bar", "--listen",
             "tcp://127.0.0.1:*", "--http", "127.0.0.1:0");
    node_start(between);
    (void)snprintf(theirs, sizeof theirs, "%s/knocks", stall.folder);
    struct talk inviter = pair_start(&stall, endpoint);
    struct talk waiting =
        TALK("pair", "--role", "kitchen", "--lane", "B", "--json", "--state", between->state);
    talk_read(&waiting, "endpoint", trap, sizeof trap);
    struct talk newcomer = TALK("join", trap, "--json", "--state", stall.nodes[2].state);
    struct talk knocking = TALK("join", endpoint, "--json", "--state", theirs);
    talk_read(&newcomer, "digits", there, sizeof there);
    talk_read(&inviter, "digits", here, sizeof here);
    talk_read(&waiting, "digits", unused, sizeof unused);
    talk_read(&knocking, "digits", unused, sizeof unused);
    assert_string_not_equal(here, there); /* so both people say no */
    talk_say(&inviter, "no\n");
    talk_say(&newcomer, "no\n");
    talk_say(&waiting, "yes\n");
    talk_say(&knocking, "yes\n");
    assert_int_equal(talk_end(&newcomer), 77);
    assert_int_equal(talk_end(&knocking), 77);
    struct ran ran = RUN_WELL("device", "list", "--state", stall.nodes[0].state);
    assert_null(strstr(ran.out, "kitchen"));
    assert_int_equal(kill(inviter.process, SIGTERM), 0);
    assert_int_equal(talk_end(&inviter), 1000 + SIGTERM);
    assert_int_equal(kill(waiting.process, SIGTERM), 0);
    (void)talk_end(&waiting);
    stall_close(&stall);
}

TEST(cli, digits_that_are_refused_three_times_close_the_door)
{
    struct stall stall;
    char endpoint[128], digits[16];
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    struct talk inviter = pair_start(&stall, endpoint);
    for (int i = 0; i < 3; i++) {
        struct talk newcomer = TALK("join", endpoint, "--json", "--state", stall.nodes[1].state);
        talk_read(&newcomer, "digits", digits, sizeof digits);
        talk_read(&inviter, "digits", digits, sizeof digits);
        talk_say(&inviter, "no\n");
        talk_say(&newcomer, "yes\n");
        assert_int_equal(talk_end(&newcomer), 77);
    }
    assert_int_equal(talk_end(&inviter), 1);
    assert_int_equal(RUN("join", endpoint, "--state", stall.nodes[1].state).status, 69);
    stall_close(&stall);
}

TEST(cli, a_newcomer_who_says_no_gets_nothing)
{
    struct stall stall;
    char endpoint[128], digits[16];
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    struct talk inviter = pair_start(&stall, endpoint);
    struct talk newcomer = TALK("join", endpoint, "--json", "--state", stall.nodes[1].state);
    talk_read(&newcomer, "digits", digits, sizeof digits);
    talk_read(&inviter, "digits", digits, sizeof digits);
    talk_say(&newcomer, "no\n");
    assert_int_equal(talk_end(&newcomer), 77);
    talk_say(&inviter, "yes\n");
    struct ran ran = RUN_WELL("device", "list", "--state", stall.nodes[0].state);
    assert_null(strstr(ran.out, "kitchen"));
    assert_int_equal(kill(inviter.process, SIGTERM), 0);
    assert_int_equal(talk_end(&inviter), 1000 + SIGTERM);
    stall_close(&stall);
}

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
