/* test_cli_printer.c - trestle printer: what an owner does about printers in a terminal, with a
 * printer that answers as a real one, at a running node and without one. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "node/os/clock.h"
#include "tests/lib/test.h"
#include "tests/process/lib/printer.h"
#include "tests/process/lib/programs.h"
#include "tests/process/lib/shaped.h"

static char address[32];

static void add_printer(const char *state, const char *number, const char *name,
                        const char *stations)
{
    char numbered[32], named[64], at[64], printing_for[96];
    (void)snprintf(numbered, sizeof numbered, "number=%s", number);
    (void)snprintf(named, sizeof named, "name=%s", name);
    (void)snprintf(at, sizeof at, "address=%s", address);
    (void)snprintf(printing_for, sizeof printing_for, "stations=%s", stations);
    RUN_WELL("record", "add", "printer", numbered, named, "driver=escpos", at, printing_for,
             "--state", state);
}

/* A stall of one device that drives printer 1. */
static void begin(struct stall *stall)
{
    stall_open(stall);
    stall_init(stall);
    printer_start(PRINTER_ANSWERS);
    (void)snprintf(address, sizeof address, "127.0.0.1:%u", printer_port());
    add_printer(stall->nodes[0].state, "1", "Kitchen", "");
}

static void end(struct stall *stall)
{
    printer_stop();
    stall_close(stall);
}

TEST(cli_printer, the_list_says_who_drives_each_and_how_it_is)
{
    struct stall stall;
    begin(&stall);
    const char *state = stall.nodes[0].state;
    struct ran ran = RUN_WELL("printer", "list", "--state", state);
    assert_non_null(strstr(ran.out, "  1  Kitchen "));
    assert_non_null(strstr(ran.out, address));
    assert_non_null(strstr(ran.out, "all stations"));
    node_start(&stall.nodes[0]);
    until_out(" ready\n", (const char *const[]){"printer", "list", "--state", state, NULL});
    ran = RUN_WELL("printer", "list", "--json", "--state", state);
    assert_shaped("printer.list", ran.out);
    assert_non_null(strstr(ran.out, "\"ready\":true,\"state\":\"ready\",\"waiting\":0}"));
    ran = RUN_WELL("printer", "status", "1", "--state", state);
    assert_string_equal(ran.out, "ready\n");
    end(&stall);
}

TEST(cli_printer, another_devices_printer_is_told_as_that_device_tells_it)
{
    struct stall stall;
    begin(&stall);
    node_start(&stall.nodes[0]);
    node_join(&stall, 1, "kitchen", "B");
    node_start(&stall.nodes[1]);
    const char *there = stall.nodes[1].state;
    until_out(" counter ", (const char *const[]){"printer", "list", "--state", there, NULL});
    until_out(" ready\n", (const char *const[]){"printer", "list", "--state", there, NULL});
    struct ran ran = RUN("printer", "test", "1", "--state", there);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "where its device's node runs"));
    assert_int_equal(printed("Printer"), 0);
    assert_int_equal(node_end(&stall.nodes[0], SIGTERM), 0);
    until_out("its device is not heard from",
              (const char *const[]){"printer", "list", "--state", there, NULL});
    end(&stall);
}

TEST(cli_printer, a_test_slip_comes_out_or_it_is_said_what_stops_it)
{
    struct stall stall;
    begin(&stall);
    const char *state = stall.nodes[0].state;
    struct ran ran = RUN("printer", "test", "1", "--state", state);
    assert_int_equal(ran.status, 1); /* no node runs here */
    node_start(&stall.nodes[0]);
    ran = RUN_WELL("printer", "test", "1", "--state", state);
    assert_string_equal(ran.out, "printed\n");
    ran = RUN_WELL("printer", "test", "1", "--json", "--state", state);
    assert_non_null(strstr(ran.out, "\"test\":\"printed\""));
    assert_shaped("printer.test", ran.out);
    printer_set_paper(true, false);
    ran = RUN("printer", "test", "1", "--state", state);
    assert_int_equal(ran.status, 69);
    assert_non_null(strstr(ran.err, "1: it is out of paper"));
    assert_non_null(strstr(ran.err, "comes out once that is put right"));
    assert_int_equal(RUN("printer", "test", "7", "--state", state).status, 1);
    assert_int_equal(RUN("printer", "status", "7", "--state", state).status, 1);
    ran = RUN("printer", "status", address, "--json");
    assert_int_equal(ran.status, 69);
    assert_non_null(strstr(ran.out, "\"ready\":false,\"state\":\"it is out of paper\""));
    assert_shaped("printer.status", ran.out);
    end(&stall);
}

TEST(cli_printer, a_backup_is_named_and_taken_away)
{
    struct stall stall;
    begin(&stall);
    const char *state = stall.nodes[0].state;
    add_printer(state, "2", "Bar", "bar");
    RUN_WELL("printer", "backup", "1", "2", "--state", state);
    struct ran ran = RUN_WELL("printer", "list", "--state", state);
    assert_non_null(strstr(ran.out, "; backup 2\n"));
    ran = RUN_WELL("printer", "backup", "1", "none", "--json", "--state", state);
    assert_shaped("printer.backup", ran.out);
    ran = RUN_WELL("printer", "list", "--state", state);
    assert_null(strstr(ran.out, "backup"));
    assert_int_equal(RUN("printer", "backup", "1", "1", "--state", state).status, 2);
    assert_int_equal(RUN("printer", "backup", "1", "Bar", "--state", state).status, 2);
    ran = RUN("printer", "backup", "9", "2", "--state", state);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "there is no printer 9"));
    end(&stall);
}

static void until_printed(const char *word, uint32_t count, const char *state)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (printed(word) < count && clock_mono_ms() < deadline_ms) {
        RUN_WELL("printer", "list", "--state", state);
    }
    if (printed(word) != count) {
        fail_msg("%s was printed %u times, not %u", word, printed(word), count);
    }
}

/* Until it is written down that so many slips came out: before, one more may be a copy. */
static void until_done(const char *state, uint32_t count)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    for (uint32_t done = 0; done < count;) {
        struct ran ran = RUN_WELL("log", "--type", "print.done", "--state", state);
        done = 0;
        for (const char *at = ran.out; (at = strstr(at, "[print.done ")) != NULL; at++) {
            done++;
        }
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

TEST(cli_printer, a_ticket_of_each_station_or_the_receipt_comes_out_once_more)
{
    struct stall stall;
    begin(&stall);
    const char *state = stall.nodes[0].state;
    node_start(&stall.nodes[0]);
    RUN_WELL("order", "add", "10x2", "22", "--pay", "cash", "--state", state);
    until_done(state, 2);
    RUN_WELL("printer", "reprint", "1", "A1", "--state", state);
    until_printed("*** REPRINT ***", 4, state); /* two stations; above and below */
    RUN_WELL("printer", "reprint", "1", "A1", "--station", "grill", "--state", state);
    until_printed("*** REPRINT ***", 6, state);
    struct ran ran =
        RUN_WELL("printer", "reprint", "1", "A1", "--receipt", "--json", "--state", state);
    assert_shaped("printer.reprint", ran.out);
    until_printed("Total EUR", 1, state);
    assert_int_equal(RUN("printer", "reprint", "1", "Z9", "--state", state).status, 1);
    assert_int_equal(RUN("printer", "reprint", "Bar", "A1", "--state", state).status, 2);
    end(&stall);
}
