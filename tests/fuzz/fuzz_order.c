/* fuzz_order.c - any bodies in any order of events: an order can be derived, the same way each
 * time, and it keeps the laws of docs/merge-rules.md.
 *
 * Input: events, as fuzz_events.h says.
 */
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/entity.h"
#include "tests/lib/fuzz_events.h"
#include "tests/lib/fuzz_mutate.h"
#include "tests/lib/order_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_EVENT_INPUTS(0)

static struct order *order;
static char text[ORDER_TEXT_MAX], again[ORDER_TEXT_MAX];

static void check_line(const struct order_line *line)
{
    check(line->quantity >= 0 && line->quantity <= ORDER_QUANTITY_MAX);
    check(line->handed <= (uint32_t)line->quantity);
    check(line->uncollected <= line->handed);
    check(line->handed == 0 || line->progress == LINE_DONE);
    check(!line->is_refused || line->progress == LINE_WAITING);
    check(line->is_active == (!line->is_void && !line->is_refused && line->quantity > 0));
    check(line->is_active || line->payable_minor == 0);
    check(line->discount_minor >= 0);
}

static void check_money(void)
{
    int64_t total = 0;
    int64_t paid = 0;
    for (uint32_t i = 0; i < order->lines_count; i++) {
        total += order->lines[i].payable_minor;
    }
    for (uint32_t i = 0; i < order->payments_count; i++) {
        const struct order_payment *payment = &order->payments[i];
        check(payment->amount_minor > 0);
        paid += payment->is_refund ? -payment->amount_minor : payment->amount_minor;
    }
    check(order->total_minor == total);
    paid += order->ledger.received_minor - order->ledger.refunded_minor;
    check(order->paid_minor - order->refunded_minor == paid);
    check(order->tip_minor == 0 || (order->tip_minor > 0 && order->tip_minor <= order->owed_minor));
    check(order->due_minor == paid + order->forgiven_minor - order->owed_minor - order->tip_minor);
    check(order->forgiven_minor == 0 || (order->forgiven_minor > 0 && order->due_minor <= 0));
    check(((order->flags & FLAG_REFUND_DUE) != 0) == (order->due_minor > 0));
    check(order->is_cancelled || order->owed_minor == order->total_minor ||
          (order->flags & FLAG_OVERFLOW) != 0);
}

static void check_phase(void)
{
    bool is_handed = false;
    for (uint32_t i = 0; i < order->lines_count; i++) {
        is_handed |= order->lines[i].handed > 0;
    }
    check(order->phase < PHASE_COUNT);
    check(order->phase != PHASE_COMPLETED || is_handed);
    check(!order->is_cancelled || order->phase == (is_handed ? PHASE_COMPLETED : PHASE_CANCELLED));
    check(order->phase != PHASE_ACCEPTED || order->claimed_by != 0);
    check(order->numbers_count <= ORDER_NUMBERS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct index_keys keys;
    struct history *history = fuzz_history(KIND_ORDER);
    if (order == NULL) {
        order = malloc(sizeof *order);
        check(order != NULL);
    }
    fuzz_events_read(history, bytes_of(data, size));
    order_derive(history, order);
    for (uint32_t i = 0; i < order->lines_count; i++) {
        check_line(&order->lines[i]);
    }
    check_money();
    check_phase();
    order_text(order, text, sizeof text);
    fuzz_history_reread(history);
    entity_index(history, order, &keys); /* derives it anew, for its own use */
    order_text(order, again, sizeof again);
    check(strcmp(text, again) == 0);
    return 0;
}
