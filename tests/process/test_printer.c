/* test_printer.c - one printer: what it answers and does not, and the queue to it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "node/os/clock.h"
#include "node/print/device.h"
#include "node/print/spool.h"
#include "tests/lib/test.h"
#include "tests/process/lib/printer.h"
#include "tests/process/lib/programs.h"

static const char *address(void)
{
    static char text[32];
    (void)snprintf(text, sizeof text, "127.0.0.1:%u", printer_port());
    return text;
}

static struct device device;

static unsigned open_and_ask(enum printer_manner manner)
{
    printer_start(manner);
    assert_int_equal(device_open(&device, address()), 0);
    return device_status(&device);
}

static void end(void)
{
    device_close(&device);
    printer_stop();
}

TEST(printer, one_that_says_more_than_it_was_asked_is_understood)
{
    assert_int_equal(open_and_ask(PRINTER_CHATTERS), 0);
    printer_set_paper(true, false);
    assert_true((device_status(&device) & PRINTER_PAPER_OUT) != 0);
    end();
}

TEST(printer, one_that_answers_nothing_is_taken_to_be_well)
{
    size_t sent = 0;
    assert_int_equal(open_and_ask(PRINTER_MUTE), 0);
    assert_int_equal(device_write(&device, (const uint8_t *)"Ramen", 5, &sent), 0);
    assert_int_equal(sent, 5);
    end();
    assert_int_equal(printed("Ramen"), 1);
}

TEST(printer, one_that_hangs_up_is_not_written_to)
{
    static uint8_t bytes[64 * 1024];
    size_t sent = 0;
    assert_int_equal(open_and_ask(PRINTER_HANGS_UP), 0);
    assert_int_equal(device_write(&device, bytes, sizeof bytes, &sent), PRINTER_UNREACHABLE);
    assert_int_equal(sent, 0);
    end();
}

TEST(printer, an_address_that_is_none_or_where_nothing_is_says_which)
{
    static char long_name[DEVICE_ADDRESS_BYTES_MAX + 16];
    memset(long_name, 'x', sizeof long_name - 1);
    (void)snprintf(long_name + DEVICE_ADDRESS_BYTES_MAX, 8, ":9100");
    const struct {
        const char *address;
        unsigned trouble;
    } rows[] = {{long_name, PRINTER_NOT_ALLOWED},
                {"9100", PRINTER_NOT_ALLOWED},
                {"/dev/usb/lp0x", PRINTER_NOT_ALLOWED},
                {"/dev/usb/lp99999", PRINTER_UNREACHABLE},
                {"127.0.0.1:no-such-service", PRINTER_UNREACHABLE},
                {"127.0.0.1:1", PRINTER_UNREACHABLE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(device_open(&device, rows[i].address), rows[i].trouble);
        assert_int_equal(device.fd, -1);
        device_close(&device);
    }
    assert_int_equal(device_open_file(&device, "/nowhere/at/all.txt"), PRINTER_UNREACHABLE);
    assert_int_equal(device_open_file(&device, ""), PRINTER_NOT_ALLOWED); /* no print-folder */
}

TEST(printer, is_tried_from_the_command_line)
{
    printer_start(PRINTER_ANSWERS);
    assert_non_null(strstr(RUN_WELL("printer", "status", address()).out, "ready"));
    RUN_WELL("printer", "test", address(), "--width", "32", "--codepage", "ascii");
    assert_int_equal(printed(address()), 1);
    RUN_WELL("printer", "test", address());
    assert_int_equal(printed(address()), 2);
    printer_set_paper(true, false);
    struct ran ran = RUN("printer", "status", address());
    assert_int_equal(ran.status, 69);
    assert_non_null(strstr(ran.err, "it is out of paper"));
    printer_stop();
}

/* --- the queue --- */

static void wake(void *context)
{
    (void)context;
}

static struct spool *start(const char *to, bool gives_up)
{
    struct spool *spool = NULL;
    struct spool_config config = {.gives_up = gives_up, .retry_ms = 1, .wake = wake};
    (void)snprintf(config.address, sizeof config.address, "%s", to);
    assert_int_equal(spool_start(&config, &spool), 0);
    return spool;
}

static enum spool_outcome outcome_of(struct spool *spool, uint64_t job)
{
    uint64_t ended = 0;
    enum spool_outcome outcome = SPOOL_PRINTED;
    const uint64_t until_ms = clock_mono_ms() + DEADLINE_MS;
    while (!spool_take(spool, &ended, &outcome)) {
        assert_true(clock_mono_ms() < until_ms);
    }
    assert_int_equal(ended, job);
    return outcome;
}

TEST(printer, slips_come_out_in_their_order_and_those_that_are_too_many_are_not_taken)
{
    unsigned troubles = 0;
    uint32_t waiting = 0;
    printer_start(PRINTER_ANSWERS);
    printer_set_paper(true, false);
    struct spool *spool = start(address(), false);
    for (uint64_t i = 0; i < SPOOL_JOBS_MAX; i++) {
        assert_int_equal(spool_push(spool, i, (const uint8_t *)"Ramen", 5), 0);
    }
    assert_int_equal(spool_push(spool, 99, (const uint8_t *)"Ramen", 5), ERR_FULL);
    spool_look(spool, &troubles, &waiting);
    assert_int_equal(waiting, SPOOL_JOBS_MAX);
    printer_set_paper(false, false);
    for (uint64_t i = 0; i < SPOOL_JOBS_MAX; i++) {
        assert_int_equal(outcome_of(spool, i), SPOOL_PRINTED);
    }
    spool_stop(spool);
    printer_stop();
    assert_int_equal(printed("Ramen"), SPOOL_JOBS_MAX);
}

TEST(printer, with_a_backup_a_slip_is_given_up_and_without_one_it_waits)
{
    struct spool *spool = start("127.0.0.1:1", true);
    assert_int_equal(spool_push(spool, 1, (const uint8_t *)"Ramen", 5), 0);
    assert_int_equal(outcome_of(spool, 1), SPOOL_FAILED);
    spool_stop(spool);
    spool = start("nowhere", true);
    assert_int_equal(spool_push(spool, 2, (const uint8_t *)"Ramen", 5), 0);
    assert_int_equal(outcome_of(spool, 2), SPOOL_FAILED);
    spool_leave(spool);
    spool = start("127.0.0.1:1", false);
    assert_int_equal(spool_push(spool, 3, (const uint8_t *)"Ramen", 5), 0);
    spool_leave(spool);
    spool_stop(NULL);
}

static bool is_clock_ahead;

/* What the wall clock says before it is set back by a day. */
int __real_clock_gettime(clockid_t clock, struct timespec *ret_time); /* NOLINT: the linker's */
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time); /* NOLINT: the linker's */
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time)  /* NOLINT: the linker's */
{
    const int err = __real_clock_gettime(clock, ret_time);
    ret_time->tv_sec += clock == CLOCK_REALTIME && is_clock_ahead ? 24 * 60 * 60 : 0;
    return err;
}

TEST(printer, is_tried_again_however_the_wall_clock_is_set)
{
    is_clock_ahead = true;
    struct spool *spool = start("127.0.0.1:1", true);
    assert_int_equal(spool_push(spool, 1, (const uint8_t *)"Ramen", 5), 0);
    assert_int_equal(outcome_of(spool, 1), SPOOL_FAILED);
    spool_stop(spool);
    is_clock_ahead = false;
}
