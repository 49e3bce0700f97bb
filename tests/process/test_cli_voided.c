/* trestle voided: a manager decides about what a stolen device sold. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

enum { COUNTER, MANAGER, STOLEN };

/* A counter of another name than the first. */
static void tablet_join(struct stall *stall)
{
    char invitation[512];
    struct ran ran = RUN_WELL("invite", "--role", "counter", "--lane", "C", "--name", "tablet",
                              "--state", stall->nodes[COUNTER].state);
    (void)snprintf(invitation, sizeof invitation, "%.*s", (int)strcspn(ran.out, "\n"), ran.out);
    RUN_WELL("join", invitation, "--state", stall->nodes[STOLEN].state, "--listen",
             "tcp://127.0.0.1:*", "--http", "127.0.0.1:0");
}

/* The counter revokes the stolen device while it is apart, so without what that sold last: three
 * orders, which the manager's device holds. */
static void stall_robbed(struct stall *stall)
{
    static const char *const guests[] = {"Ada", "Grace", "Edsger"};
    stall_open(stall);
    stall_init(stall);
    const char *counter = stall->nodes[COUNTER].state, *manager = stall->nodes[MANAGER].state;
    node_start(&stall->nodes[COUNTER]);
    node_join(stall, MANAGER, "manager", "B");
    node_start(&stall->nodes[MANAGER]);
    tablet_join(stall);
    node_start(&stall->nodes[STOLEN]);
    until_menu(&stall->nodes[MANAGER]);
    until_menu(&stall->nodes[STOLEN]);
    assert_int_equal(node_end(&stall->nodes[COUNTER], SIGTERM), 0);
    for (size_t i = 0; i < sizeof guests / sizeof guests[0]; i++) {
        RUN_WELL("order", "add", "22x2", "--name", guests[i], "--pay", "cash", "--state",
                 stall->nodes[STOLEN].state);
        until_out(guests[i], (const char *const[]){"order", "list", "--state", manager, NULL});
    }
    assert_int_equal(node_end(&stall->nodes[STOLEN], SIGTERM), 0);
    RUN_WELL("device", "revoke", "tablet", "--yes", "--state", counter);
    node_start(&stall->nodes[COUNTER]);
    until_out("Edsger", (const char *const[]){"voided", "--state", manager, NULL});
}

TEST(cli_voided, are_listed_until_a_manager_adopts_or_drops_each)
{
    struct stall stall;
    stall_robbed(&stall);
    const char *counter = stall.nodes[COUNTER].state, *manager = stall.nodes[MANAGER].state;
    const char *const orders[] = {"order", "list", "--state", counter, NULL};

    struct ran ran = RUN_WELL("voided", "list", "--state", manager);
    assert_non_null(strstr(ran.out, "C1  "));
    assert_non_null(strstr(ran.out, "on tablet: "));
    assert_non_null(strstr(ran.out, "    2 x "));
    assert_non_null(strstr(ran.out, "Ada\n"));
    assert_null(strstr(RUN_WELL("order", "list", "--state", manager).out, "Ada"));
    ran = RUN_WELL("voided", "--json", "--state", manager);
    assert_non_null(strstr(ran.out, "\"device_name\":\"tablet\""));
    assert_non_null(strstr(ran.out, "\"quantity\":2"));

    /* Not by a slip, and not without a reason. */
    ran = RUN("voided", "adopt", "C1", "--state", manager);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "--yes"));
    assert_int_equal(RUN("voided", "drop", "C2", "--state", manager).status, 2);

    RUN_WELL("voided", "adopt", "C1", "--yes", "--state", manager);
    until_out("Ada", orders); /* the manager's device tells of the name anew */
    assert_non_null(strstr(RUN_WELL("order", "list", "--state", manager).out, "Ada"));
    RUN_WELL("voided", "drop", "C2", "--reason", "nobody paid", "--state", manager);
    RUN_WELL("voided", "drop", "C3", "--reason", "nobody paid", "--state", manager);
    ran = RUN_WELL("voided", "--state", manager);
    assert_string_equal(ran.out, "");
    assert_non_null(strstr(ran.err, "no order waits"));
    assert_null(strstr(run_well(orders).out, "C2"));
    stall_close(&stall);
}

TEST(cli_voided, the_name_of_an_order_that_waits_is_erased_before_anybody_decides)
{
    struct stall stall;
    stall_robbed(&stall);
    const char *counter = stall.nodes[COUNTER].state, *manager = stall.nodes[MANAGER].state;
    const char *const orders[] = {"order", "list", "--state", counter, NULL};
    RUN_WELL("erase", "C2", "--reason", "asked", "--yes", "--state", manager);
    const struct ran ran = RUN_WELL("voided", "list", "--state", manager);
    assert_non_null(strstr(ran.out, "C2  "));
    assert_null(strstr(ran.out, "Grace"));
    assert_non_null(strstr(ran.out, "Edsger"));
    RUN_WELL("voided", "adopt", "C2", "--yes", "--state", manager);
    until_out("C2", orders);
    assert_null(strstr(run_well(orders).out, "Grace"));
    stall_close(&stall);
}

TEST(cli_voided, is_decided_where_it_is_held_and_by_who_may)
{
    char id[25];
    struct stall stall;
    stall_robbed(&stall);
    const char *counter = stall.nodes[COUNTER].state, *manager = stall.nodes[MANAGER].state;
    struct ran ran = RUN_WELL("voided", "--state", counter); /* it never had them */
    assert_string_equal(ran.out, "");
    ran = RUN("voided", "adopt", "C1", "--yes", "--state", counter);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "no order C1 waits"));
    assert_int_equal(RUN("voided", "adopt", "--state", manager).status, 2);
    assert_int_equal(RUN("voided", "keep", "C1", "--state", manager).status, 2);

    /* What was dropped is adopted by its id. */
    ran = RUN_WELL("voided", "--json", "--state", manager);
    const char *end = strstr(ran.out, "\",\"number\":\"C1\"");
    assert_non_null(end);
    (void)snprintf(id, sizeof id, "%s", end - (sizeof id - 1));
    RUN_WELL("voided", "drop", id, "--reason", "nobody paid", "--state", manager);
    RUN_WELL("voided", "adopt", id, "--yes", "--state", manager);
    assert_non_null(strstr(RUN_WELL("order", "list", "--state", manager).out, "Ada"));
    stall_close(&stall);
}
