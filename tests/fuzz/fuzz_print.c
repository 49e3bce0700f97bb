/* fuzz_print.c - whatever an order says: its slips can be found and laid out, and what goes to the
 * printer is text between commands of ours, however its words were chosen.
 *
 * Input: events of an order, as fuzz_events.h says.
 */
#include <stdlib.h>

#include "node/print/plain.h"
#include "node/print/slip.h"
#include "sync/base/check.h"
#include "tests/lib/fuzz_events.h"
#include "tests/lib/fuzz_mutate.h"
#include "tests/lib/paper_check.h"

enum { WIDTH = 42 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_EVENT_INPUTS(0)

static void check_wanted(const struct history *history, const struct order *order,
                         const struct print_slips *slips)
{
    static struct print_claim claim, again;
    const struct bytes station =
        order->lines_count > 0 ? order->lines[0].station : bytes_of(NULL, 0);
    print_ticket_want(history, order, station, &claim);
    check(claim.lines_count <= ORDER_LINES_MAX);
    (void)print_ticket_is_due(history, order, slips, station, &again);
    check(print_job_equal(&claim.job, &again.job));
    print_receipt_want(order, NULL, &claim);
    for (uint32_t i = 0; i < order->receipts_count; i++) {
        print_receipt_want(order, &order->receipts[i], &claim);
    }
}

static void check_slips(const struct history *history, const struct order *order,
                        const struct print_slips *slips)
{
    static struct paper paper;
    struct slip_input input = {.history = history, .order = order, .width = WIDTH};
    input.popup = bytes_of_text("Pho Stand");
    input.currency = bytes_of_text("EUR");
    input.currency_digits = 2;
    input.time = "18:05";
    for (uint32_t i = 0; i < slips->count; i++) {
        const struct print_slip *slip = &slips->slips[i];
        input.slip = slip;
        check(!slip->is_asked || !print_slip_may_exist(slip));
        check(print_slip_at(slips, slip->id.log, slip->id.seq) != NULL);
        if (slip_layout(&input, &paper) == 0) {
            paper_check(&paper, i);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct print_slips slips;
    static struct order *order;
    struct history *history = fuzz_history(KIND_ORDER);
    if (order == NULL) {
        order = malloc(sizeof *order);
        check(order != NULL);
    }
    fuzz_events_read(history, bytes_of(data, size));
    order_derive(history, order);
    print_slips_find(history, &slips);
    check(slips.count <= PRINT_SLIPS_MAX);
    (void)print_is_doubled(history);
    check_slips(history, order, &slips);
    check_wanted(history, order, &slips);
    return 0;
}
