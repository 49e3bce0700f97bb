/* What a customer keeps of an order: what it was, what it came to, how it was paid. */
#include "node/json/json_build.h"
#include "node/json/json_guest.h"
#include "node/json/json_money.h"
#include "node/json/json_state.h"

static struct json_value *bill_line(const struct order_line *line)
{
    struct json_value *object = json_new_object();
    json_put_count(object, "item", line->item);
    json_put_text(object, "name", line->name);
    json_put_text(object, "note", line->note);
    json_put(object, "options", json_line_options(line));
    json_put_int(object, "quantity", line->quantity);
    json_put_int(object, "discount", line->discount_minor);
    json_put_int(object, "payable", line->payable_minor);
    json_put_int(object, "tax_bp", line->tax_bp);
    return object;
}

static struct json_value *bill_lines(const struct order *order)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < order->lines_count; i++) {
        if (order->lines[i].is_active) {
            json_append(list, bill_line(&order->lines[i]));
        }
    }
    return list;
}

static void append_paid(struct json_value *list, struct bytes method, int64_t amount_minor)
{
    struct json_value *object = json_new_object();
    json_put_text(object, "method", method);
    json_put_int(object, "amount", amount_minor);
    json_append(list, object);
}

static struct json_value *paid_by(const struct order *order)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < order->payments_count; i++) {
        const struct order_payment *payment = &order->payments[i];
        if (!payment->is_refund) {
            append_paid(list, payment->method, payment->amount_minor);
        }
    }
    if (order->ledger.received_minor > 0) {
        append_paid(list, bytes_of_text("card-online"), order->ledger.received_minor);
    }
    return list;
}

struct json_value *json_bill(const struct state *state)
{
    const struct order *order = &state->order;
    struct json_value *object = json_new_object();
    json_put_number(object, order);
    json_put_text(object, "mode", order->mode);
    json_put_time(object, "at", state, order->opened_t);
    json_put(object, "lines", bill_lines(order));
    json_put(object, "rates", json_rates(order->rates, order->rates_count));
    json_put_int(object, "discount", order->owed_discount_minor);
    json_put_int(object, "total", order->owed_minor);
    json_put_int(object, "tax", order->owed_tax_minor);
    json_put_tip(object, order->tip_minor);
    json_put(object, "paid_by", paid_by(order));
    json_put_int(object, "refunded", order->refunded_minor);
    json_put_int(object, "due", order->due_minor);
    json_put_receipts(object, order);
    return object;
}
