/* fuzz_order.c - any bodies in any order of events: an order can be derived, the same way each
 * time, and it keeps the laws of docs/merge-rules.md.
 *
 * Input: events, each [log and what it saw, 1 byte] [type, 1 byte] [t, 1 byte] [size of the body,
 * 1 byte] [body]. The low three bits of the first byte are the log; with the top bit set it has
 * seen nothing of the others, otherwise all their heads.
 */
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/order.h"
#include "tests/lib/order_text.h"

enum { HEAD_BYTES = 4, LOGS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct entity_id entity = {{1}};
static struct history *history;
static struct order *order;
static uint8_t *row;
static char text[ORDER_TEXT_MAX], again[ORDER_TEXT_MAX];

static void set_up(void)
{
    if (history == NULL) {
        history = history_new();
        order = malloc(sizeof *order);
        row = malloc(HISTORY_ROW_BYTES_MAX);
        check(history != NULL && order != NULL && row != NULL);
    }
    history_reset(history, KIND_ORDER, &entity);
}

static void append(const uint8_t head[HEAD_BYTES], struct bytes body, uint64_t seq)
{
    struct event event = {.type = head[1], .t = head[2], .entity = entity, .body = body};
    struct operation id = {.log = 1 + head[0] % LOGS, .seq = seq, .hash = {(uint8_t)seq}};
    if ((head[0] & 0x80) == 0) {
        check(history_parents(history, id.log, event.parents, &event.parents_count) == 0);
    }
    if (history_can_append(history, &id, &event)) {
        check(history_append(history, &id, &event) == 0);
    }
}

static void read_events(const uint8_t *data, size_t size)
{
    uint64_t seq = 1;
    while (size >= HEAD_BYTES && size - HEAD_BYTES >= data[3]) {
        const struct bytes body = bytes_of(data + HEAD_BYTES, data[3]);
        if (body.size > 0 && body.data[0] >> 4 == 9 &&
            msgpack_validate(body, VALUE_DEPTH_MAX) == 0) {
            append(data, body, seq++);
        }
        data += HEAD_BYTES + body.size;
        size -= HEAD_BYTES + body.size;
    }
}

static void check_line(const struct order_line *line)
{
    check(line->quantity >= 0 && line->quantity <= ORDER_QUANTITY_MAX);
    check(line->handed <= (uint32_t)line->quantity);
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
    check(order->paid_minor - order->refunded_minor == paid);
    check(order->due_minor == paid - order->owed_minor);
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
    struct bytes encoded;
    set_up();
    read_events(data, size);
    order_derive(history, order);
    for (uint32_t i = 0; i < order->lines_count; i++) {
        check_line(&order->lines[i]);
    }
    check_money();
    check_phase();
    order_text(order, text, sizeof text);
    check(history_encode(history, row, HISTORY_ROW_BYTES_MAX, &encoded) == 0);
    check(history_decode(history, KIND_ORDER, &entity, encoded) == 0);
    order_derive(history, order);
    order_text(order, again, sizeof again);
    check(strcmp(text, again) == 0);
    return 0;
}
