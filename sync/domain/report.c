#include "sync/domain/report.h"

#include <string.h>

#include "sync/domain/entity.h"

void report_reset(struct report *report)
{
    memset(report, 0, sizeof *report);
}

/* --- by method --- */

static bool is_named(const struct report_method *method, struct bytes name)
{
    return bytes_equal(bytes_of_text(method->name), name);
}

static struct report_method *method_of(struct report *report, struct bytes name)
{
    for (uint32_t i = 0; i < report->methods_count; i++) {
        if (is_named(&report->methods[i], name)) {
            return &report->methods[i];
        }
    }
    struct report_method *last = &report->methods[REPORT_METHODS_MAX - 1];
    if (report->methods_count == REPORT_METHODS_MAX) {
        return last;
    }
    if (report->methods_count == REPORT_METHODS_MAX - 1) {
        name = bytes_of_text("other");
    }
    struct report_method *method = &report->methods[report->methods_count++];
    memcpy(method->name, name.data, name.size < NAME_BYTES_MAX ? name.size : NAME_BYTES_MAX);
    return method;
}

static void add_payments(struct report *report, const struct order *order)
{
    for (uint32_t i = 0; i < order->payments_count; i++) {
        const struct order_payment *payment = &order->payments[i];
        struct report_method *method = method_of(report, payment->method);
        *(payment->is_refund ? &method->refunds : &method->payments) += 1;
        *(payment->is_refund ? &method->refunded_minor : &method->paid_minor) +=
            payment->amount_minor;
        method->rounding_minor += payment->rounding_minor;
    }
}

static void add_provider(struct report *report, const struct ledger *ledger)
{
    if (ledger->received_minor == 0 && ledger->refunded_minor == 0) {
        return;
    }
    struct report_method *method = method_of(report, bytes_of_text(PROVIDER_METHOD));
    for (uint32_t i = 0; i < ledger->intents_count; i++) {
        method->payments += ledger->intents[i].received_minor > 0;
    }
    for (uint32_t i = 0; i < ledger->refunds_count; i++) {
        method->refunds += ledger->refunds[i].counted_minor > 0;
    }
    method->paid_minor += ledger->received_minor;
    method->refunded_minor += ledger->refunded_minor;
}

/* --- by rate --- */

static struct order_rate *rate_of(struct report *report, uint32_t tax_bp)
{
    uint32_t at = 0;
    while (at < report->rates_count && report->rates[at].tax_bp < tax_bp) {
        at++;
    }
    if (at < report->rates_count && report->rates[at].tax_bp == tax_bp) {
        return &report->rates[at];
    }
    if (report->rates_count == REPORT_RATES_MAX) {
        return &report->rates[REPORT_RATES_MAX - 1];
    }
    memmove(&report->rates[at + 1], &report->rates[at],
            (report->rates_count - at) * sizeof report->rates[0]);
    report->rates[at] = (struct order_rate){.tax_bp = tax_bp};
    report->rates_count++;
    return &report->rates[at];
}

static void add_rates(struct report *report, const struct order *order)
{
    for (uint32_t i = 0; i < order->rates_count; i++) {
        struct order_rate *rate = rate_of(report, order->rates[i].tax_bp);
        rate->net_minor += order->rates[i].net_minor;
        rate->tax_minor += order->rates[i].tax_minor;
        rate->payable_minor += order->rates[i].payable_minor;
    }
}

/* --- by who took them --- */

/* Where the tips of @staff are, or belong: they stand by number. */
static uint32_t tip_place(const struct report *report, uint64_t staff)
{
    uint32_t at = 0;
    while (at < report->tips_count && report->tips[at].staff < staff) {
        at++;
    }
    return at;
}

static bool is_tip_of(const struct report *report, uint32_t at, uint64_t staff)
{
    return at < report->tips_count && report->tips[at].staff == staff;
}

/* The last place is kept for 0, which takes what finds none. */
static bool has_tip_room(const struct report *report, uint64_t staff)
{
    const bool has_nobody = is_tip_of(report, 0, 0);
    return staff == 0 || report->tips_count < REPORT_TIPS_MAX - (has_nobody ? 0 : 1);
}

static struct report_tip *tip_of_staff(struct report *report, uint64_t staff)
{
    uint32_t at = tip_place(report, staff);
    if (!is_tip_of(report, at, staff) && !has_tip_room(report, staff)) {
        staff = 0;
        at = 0;
    }
    if (!is_tip_of(report, at, staff)) {
        memmove(&report->tips[at + 1], &report->tips[at],
                (report->tips_count - at) * sizeof report->tips[0]);
        report->tips[at] = (struct report_tip){.staff = staff};
        report->tips_count++;
    }
    return &report->tips[at];
}

static void add_tip(struct report *report, const struct order *order)
{
    if (order->tip_minor > 0) {
        report->tip_minor += order->tip_minor;
        tip_of_staff(report, order->tip_by)->tip_minor += order->tip_minor;
    }
}

/* --- the whole --- */

static void count_phase(struct report *report, const struct order *order)
{
    uint64_t *const counts[PHASE_COUNT] = {
        [PHASE_DRAFT] = &report->open,          [PHASE_PLACED] = &report->open,
        [PHASE_ACCEPTED] = &report->open,       [PHASE_COOKING] = &report->open,
        [PHASE_READY] = &report->open,          [PHASE_COMPLETED] = &report->completed,
        [PHASE_CANCELLED] = &report->cancelled, [PHASE_REFUSED] = &report->refused,
    };
    *counts[order->phase] += 1;
    report->orders++;
    report->flagged += (order->flags & ORDER_FLAGS_TO_SETTLE) != 0;
}

int64_t report_payable(const struct order *order)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < order->lines_count; i++) {
        sum += order->lines[i].is_active ? order->lines[i].payable_minor : 0;
    }
    return sum;
}

int64_t report_worth(const struct order_line *line, uint32_t units)
{
    int64_t unit_minor = line->unit_price_minor;
    for (uint32_t i = 0; i < line->options_count; i++) {
        unit_minor += line->options[i].price_minor;
    }
    const int64_t most = MONEY_MAX / ORDER_QUANTITY_MAX;
    return unit_minor >= 0 && unit_minor <= most ? unit_minor * units : 0;
}

/* Made, and spent; what was paid of it stays paid. */
static void add_uncollected(struct report *report, const struct order *order)
{
    uint32_t units = 0;
    for (uint32_t i = 0; i < order->lines_count; i++) {
        units += order->lines[i].uncollected;
        report->left_minor += report_worth(&order->lines[i], order->lines[i].uncollected);
    }
    report->uncollected += units > 0;
}

static void count_hold(struct report *report, const struct ledger *ledger)
{
    const int64_t ends_s = ledger->hold_ends_s;
    const bool is_first = report->hold_ends_s == 0 || ends_s < report->hold_ends_s;
    report->held_minor += ledger->held_minor;
    report->hold_ends_s = ends_s > 0 && is_first ? ends_s : report->hold_ends_s;
}

void report_add(struct report *report, const struct order *order)
{
    count_phase(report, order);
    report->owed_minor += order->owed_minor;
    report->tax_minor += order->owed_tax_minor;
    report->discount_minor += order->owed_discount_minor;
    report->paid_minor += order->paid_minor;
    report->refunded_minor += order->refunded_minor;
    report->forgiven_minor += order->forgiven_minor;
    report->give_back_minor += order->due_minor > 0 ? order->due_minor : 0;
    report->collect_minor += order->due_minor < 0 ? -order->due_minor : 0;
    count_hold(report, &order->ledger);
    report->disputed_minor += order->ledger.disputed_minor;
    add_payments(report, order);
    add_provider(report, &order->ledger);
    add_rates(report, order);
    add_tip(report, order);
    add_uncollected(report, order);
}
