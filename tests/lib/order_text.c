#include "tests/lib/order_text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct out {
    char *to;
    size_t left;
};

__attribute__((format(printf, 2, 3))) static void put(struct out *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(out->to, out->left, format, arguments);
    va_end(arguments);
    if (size > 0 && (size_t)size < out->left) {
        out->to += size;
        out->left -= (size_t)size;
    }
}

static void put_text(struct out *out, const char *name, struct bytes text)
{
    put(out, " %s=%.*s", name, (int)text.size, text.data != NULL ? (const char *)text.data : "");
}

static void put_operation(struct out *out, const struct operation *id)
{
    put(out, " %" PRIx64 "/%" PRIu64 "/%02x%02x", id->log, id->seq, id->hash[0], id->hash[15]);
}

static void put_options(struct out *out, const char *name, const struct line_option *options,
                        uint32_t count)
{
    put(out, " %s:", name);
    for (uint32_t i = 0; i < count; i++) {
        put_text(out, "o", options[i].name);
        put(out, "@%" PRId64, options[i].price_minor);
    }
}

static void put_line(struct out *out, const struct order_line *line)
{
    put(out, "\nline %" PRIu32 " item %" PRIu64, line->id, line->item);
    put_text(out, "name", line->name);
    put_text(out, "station", line->station);
    put_text(out, "note", line->note);
    put_text(out, "other", line->note_other);
    put_options(out, "options", line->options, line->options_count);
    put_options(out, "other", line->options_other, line->options_other_count);
    put(out, " price %" PRId64 " tax %" PRIu32 " x%" PRId32 " wished %" PRId32,
        line->unit_price_minor, line->tax_bp, line->quantity, line->quantity_wished);
    put(out,
        " rev %" PRIu32 " progress %d handed %" PRIu32 " uncollected %" PRIu32 " discount %" PRId64
        " payable %" PRId64,
        line->revision, (int)line->progress, line->handed, line->uncollected, line->discount_minor,
        line->payable_minor);
    put(out, " void %d refused %d active %d accepted %d late %d conflict %d", line->is_void,
        line->is_refused, line->is_active, line->is_accepted, line->is_added_late,
        line->has_conflict);
}

static void put_payment(struct out *out, const struct order_payment *payment)
{
    put(out, "\n%s %02x%02x", payment->is_refund ? "refund" : "pay", payment->id.bytes[0],
        payment->id.bytes[11]);
    put_text(out, "method", payment->method);
    put_text(out, "reference", payment->reference);
    put(out, " %" PRId64 " tendered %" PRId64 " rounding %" PRId64 " t %" PRIu64,
        payment->amount_minor, payment->tendered_minor, payment->rounding_minor, payment->hand.t);
}

static void put_opening(struct out *out, const struct order *order)
{
    put(out, "\nday %" PRIu64 " opened %" PRIu64 " at %" PRIx64 "/%" PRIu64, order->day,
        order->opened_t, order->opened_log, order->opened_seq);
    put_text(out, "channel", order->channel);
    put_text(out, "mode", order->mode);
    put_text(out, "name", order->name);
    put(out, " first %d inclusive %d", order->is_pay_first, order->prices_include_tax);
    for (uint32_t i = 0; i < order->numbers_count; i++) {
        put_text(out, "number", order->numbers[i].lane);
        put(out, "%" PRIu32, order->numbers[i].number);
    }
}

static void put_rest(struct out *out, const struct order *order)
{
    put(out,
        "\ntotal %" PRId64 " tax %" PRId64 " owed %" PRId64 " paid %" PRId64 " refunded %" PRId64
        " due %" PRId64,
        order->total_minor, order->tax_minor, order->owed_minor, order->paid_minor,
        order->refunded_minor, order->due_minor);
    put(out, " claimed %" PRIx64 " cancelled %d seen %d", order->claimed_by, order->is_cancelled,
        order->is_seen);
    put(out,
        "\nowed tax %" PRId64 " discount %" PRId64 " forgiven %" PRId64 " held %" PRId64
        " objects %" PRIu32 "/%" PRIu32 "/%" PRIu32 "/%" PRIu32 " problems %" PRIx32,
        order->owed_tax_minor, order->owed_discount_minor, order->forgiven_minor,
        order->ledger.held_minor, order->ledger.intents_count, order->ledger.refunds_count,
        order->ledger.disputes_count, order->ledger.wishes_count, order->ledger.problems);
    for (uint32_t i = 0; i < order->receipts_count; i++) {
        put(out, "\nreceipt %" PRIu32 " of %" PRId64, order->receipts[i].number,
            order->receipts[i].total_minor);
        put_operation(out, &order->receipts[i].id);
    }
    put_text(out, "reason", order->reason);
    put_operation(out, &order->changed);
    put(out, " times %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", order->accepted_t, order->ready_t,
        order->handed_t);
}

static void put_brief(struct out *out, const struct order *order)
{
    static const char *const names[] = {
#define X(name, bit, text) [bit] = (text),
        ORDER_FLAGS(X)
#undef X
    };
    for (const char *at = order_phase_text(order->phase); *at != '\0'; at++) {
        put(out, "%c", toupper((unsigned char)*at));
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((order->flags >> i & 1) != 0) {
            put(out, " %s", names[i]);
        }
    }
}

void order_text(const struct order *order, char *to, size_t capacity)
{
    struct out out = {to, capacity};
    put_brief(&out, order);
    put_opening(&out, order);
    for (uint32_t i = 0; i < order->lines_count; i++) {
        put_line(&out, &order->lines[i]);
    }
    for (uint32_t i = 0; i < order->payments_count; i++) {
        put_payment(&out, &order->payments[i]);
    }
    put_rest(&out, order);
}

void order_brief(const struct order *order, char *to, size_t capacity)
{
    struct out out = {to, capacity};
    put_brief(&out, order);
}
