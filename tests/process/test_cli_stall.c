/* Several programs as people use them: who comes into a pop-up, and who is put out of it. */
#define _DEFAULT_SOURCE /* mkdtemp */

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

/* --- together --- */

TEST(cli_stall, three_devices_sell_together_and_hold_the_same_journal)
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

TEST(cli_stall, an_invitation_works_once)
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

TEST(cli_stall, an_invitation_with_another_secret_is_refused_and_three_close_it)
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

TEST(cli_stall, a_stolen_device_is_cut_off_at_once_and_what_it_sells_counts_nowhere_else)
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

TEST(cli_stall, a_device_takes_up_its_new_name_and_its_new_rights_and_loses_them_again)
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

/* Without the root's key it grants what it was granted, by the papers that it goes by now. */
TEST(cli_stall, a_promoted_device_invites_whom_it_may_and_says_where_others_are_invited)
{
    struct stall stall;
    char invitation[512];
    stall_pair(&stall, "kitchen", "stove");
    const char *counter = stall.nodes[0].state, *stove = stall.nodes[1].state;
    assert_int_equal(RUN("invite", "--role", "pickup", "--state", stove).status, 1);
    RUN_WELL("device", "role", "stove", "manager", "--state", counter);
    const char *named[] = {"device", "list", "--state", stove, NULL};
    until_out("manager", named);
    struct ran ran = RUN("invite", "--role", "gateway", "--state", stove);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "may not add one of role gateway; invite it at "));
    ran =
        RUN_WELL("invite", "--role", "pickup", "--lane", "C", "--name", "hatch", "--state", stove);
    (void)snprintf(invitation, sizeof invitation, "%.*s", (int)strcspn(ran.out, "\n"), ran.out);
    RUN_WELL("join", invitation, "--state", stall.nodes[2].state, "--listen", "tcp://127.0.0.1:*",
             "--http", "127.0.0.1:0");
    node_start(&stall.nodes[2]);
    RUN_WELL("order", "add", "22", "--name", "Late", "--state", counter);
    const char *sold[] = {"order", "list", "--state", stall.nodes[2].state, NULL};
    until_out("Late", sold);
    RUN_WELL("device", "role", "stove", "kitchen", "--state", counter);
    until_out("kitchen", named);
    assert_int_equal(RUN("invite", "--role", "pickup", "--state", stove).status, 1);
    stall_close(&stall);
}

TEST(cli_stall, only_who_may_changes_devices_and_roles)
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
