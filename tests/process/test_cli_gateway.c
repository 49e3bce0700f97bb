/* test_cli_gateway.c - the gateway's own commands where there are no keys: they say so, by words
 * and by status. */
#include <signal.h>
#include <string.h>

#include "tests/lib/test.h"
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
    struct stall stall;
    begin(&stall);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct ran ran = RUN("reconcile", "--days", wrong[i], "--state", stall.nodes[0].state);
        assert_int_equal(ran.status, 2);
        assert_non_null(strstr(ran.err, "1 to 180"));
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
