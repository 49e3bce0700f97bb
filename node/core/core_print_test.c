/* Test slips, which people ask for at a screen. They are of no order, so nothing of them is written
 * down: a node that ends meanwhile has forgotten them. In a printer's spool one takes the place of
 * a slip, and of each printer one is on its way at a time. */
#include <stdio.h>

#include "node/core/core_print.h"

enum { WIDTH_DEFAULT = 42, NUMBER_BYTES_MAX = 16 };

/* --- for the web thread --- */

static bool is_asked(const struct core_print_tests *tests, uint32_t number)
{
    for (uint32_t i = 0; i < tests->count; i++) {
        if (tests->numbers[i] == number) {
            return true;
        }
    }
    return false;
}

/* Whoever looks next sees that it waits, and not what became of the one before; with the lock held.
 */
static void show_waits(struct gate_live *live, uint32_t number)
{
    for (uint32_t i = 0; i < live->printers_count; i++) {
        if (live->printers[i].number == number) {
            live->printers[i].test = GATE_TEST_WAITS;
        }
    }
}

bool core_print_test(struct core *core, uint32_t number)
{
    struct core_print_tests *tests = &core->print_tests;
    (void)pthread_mutex_lock(&core->lock);
    const bool is_known = is_asked(tests, number);
    const bool is_room = tests->count < PRINTERS_MAX;
    if (!is_known && is_room) {
        tests->numbers[tests->count++] = number;
        show_waits(&core->live, number);
    }
    (void)pthread_mutex_unlock(&core->lock);
    core_wake(core);
    return is_known || is_room;
}

enum gate_test core_print_test_told(const struct core *core, const struct core_printer *printer)
{
    return is_asked(&core->print_tests, printer->number) ? GATE_TEST_WAITS : printer->test;
}

/* --- the core's --- */

static int slip_push(struct core_print *print, const struct core_printer *printer)
{
    char number[NUMBER_BYTES_MAX];
    (void)snprintf(number, sizeof number, "%u", (unsigned)printer->number);
    slip_test(number, printer->width == 0 ? WIDTH_DEFAULT : printer->width, &print->paper);
    return spool_push(printer->spool, PRINT_JOB_TEST, print->bytes,
                      core_printer_encode(print, printer));
}

static void test_begin(struct core_print *print, struct core_printer *printer)
{
    if (printer->spool == NULL || printer->test == GATE_TEST_WAITS) {
        return;
    }
    const bool is_room = print_held_by(print, printer->number) < SPOOL_JOBS_MAX;
    const int err = is_room ? slip_push(print, printer) : ERR_FULL;
    printer->test = err == 0 ? GATE_TEST_WAITS : GATE_TEST_FAILED;
}

static struct core_print_tests tests_take(struct core *core)
{
    (void)pthread_mutex_lock(&core->lock);
    const struct core_print_tests taken = core->print_tests;
    core->print_tests.count = 0;
    (void)pthread_mutex_unlock(&core->lock);
    return taken;
}

void core_print_test_step(struct core *core)
{
    const struct core_print_tests tests = tests_take(core);
    for (uint32_t i = 0; i < tests.count; i++) {
        struct core_printer *printer = core_printer_find(core->print, tests.numbers[i]);
        if (printer != NULL) {
            test_begin(core->print, printer);
            core->is_news = true;
        }
    }
}

void core_print_test_ended(struct core *core, struct core_printer *printer,
                           enum spool_outcome outcome)
{
    static const enum gate_test ends[] = {[SPOOL_PRINTED] = GATE_TEST_PRINTED,
                                          [SPOOL_FAILED] = GATE_TEST_FAILED,
                                          [SPOOL_UNSURE] = GATE_TEST_UNSURE};
    printer->test = ends[outcome];
    core->is_news = true;
}
