/* The money of an order: payments and refunds by id, discounts, the bill, what is due. */
#include <string.h>

#include "sync/domain/bill.h"
#include "sync/domain/order_events.h"
#include "sync/domain/order_fold.h"

/* --- payments: counted once per id, whoever reported them and how often --- */

/* Into @ret_payment; false when the event is no payment or refund that makes sense. */
static bool payment_get(const struct fold *fold, uint32_t index, struct order_payment *ret_payment)
{
    const struct history_event *event = &fold->history->events[index];
    struct order_pay pay;
    struct order_refund refund;
    if (fold_has(fold, index, EVENT_PAY) && order_pay_decode(event->body, &pay) == 0) {
        *ret_payment = (struct order_payment){
            .id = pay.id,
            .method = pay.method,
            .amount_minor = pay.amount_minor,
            .tendered_minor = pay.tendered_minor,
            .rounding_minor = pay.rounding_minor,
            .reference = pay.reference,
            .hand = fold_hand(fold, index, bytes_of(NULL, 0)),
        };
        return true;
    }
    if (fold_has(fold, index, EVENT_REFUND) && order_refund_decode(event->body, &refund) == 0) {
        *ret_payment = (struct order_payment){
            .id = refund.id,
            .method = refund.method,
            .amount_minor = refund.amount_minor,
            .reference = refund.reference,
            .hand = fold_hand(fold, index, refund.reason),
            .is_refund = true,
        };
        return true;
    }
    return false;
}

static int payment_compare(const struct order_payment *a, const struct order_payment *b)
{
    if (a->is_refund != b->is_refund) {
        return a->is_refund ? 1 : -1;
    }
    return memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes);
}

/* Two reports of one payment, @to being of the lower operation: the larger amount stands, of equal
 * ones the first. */
static void payment_join(struct order_payment *to, const struct order_payment *other)
{
    if (other->amount_minor > to->amount_minor) {
        *to = *other;
    }
}

/* Into its place by id; of too many the lowest stay. False when there was no room for all. */
static bool payment_add(struct order *order, const struct order_payment *payment)
{
    uint32_t at = 0;
    while (at < order->payments_count && payment_compare(&order->payments[at], payment) < 0) {
        at++;
    }
    if (at < order->payments_count && payment_compare(&order->payments[at], payment) == 0) {
        payment_join(&order->payments[at], payment);
        return true;
    }
    const bool is_full = order->payments_count == ORDER_PAYMENTS_MAX;
    if (is_full && at == ORDER_PAYMENTS_MAX) {
        return false;
    }
    order->payments_count -= is_full;
    memmove(&order->payments[at + 1], &order->payments[at],
            (order->payments_count - at) * sizeof order->payments[0]);
    order->payments[at] = *payment;
    order->payments_count++;
    return !is_full;
}

static void payments_sort_by_time(struct order *order)
{
    for (uint32_t i = 1; i < order->payments_count; i++) {
        const struct order_payment moving = order->payments[i];
        uint32_t at = i;
        while (at > 0 && order->payments[at - 1].hand.t > moving.hand.t) {
            order->payments[at] = order->payments[at - 1];
            at--;
        }
        order->payments[at] = moving;
    }
}

void order_fill_payments(const struct fold *fold, struct order *order)
{
    struct order_payment payment;
    for (uint32_t i = 0; i < fold->history->count; i++) {
        if (payment_get(fold, i, &payment) && !payment_add(order, &payment)) {
            order->flags |= FLAG_CUT_SHORT;
        }
    }
    payments_sort_by_time(order);
    for (uint32_t i = 0; i < order->payments_count; i++) {
        const struct order_payment *entry = &order->payments[i];
        *(entry->is_refund ? &order->refunded_minor : &order->paid_minor) += entry->amount_minor;
    }
}

/* --- discounts: amounts that an event gave to lines, scaled as the lines changed since --- */

struct shares {
    int64_t now[ORDER_LINES_MAX];    /* of the present quantities */
    int64_t handed[ORDER_LINES_MAX]; /* of the units that were handed over */
};

/* Those of all discounts, and of each. */
struct discounts {
    struct shares sum;
    struct shares each[ORDER_DISCOUNTS_MAX]; /* as the order's */
};

/* The quantities that the writer of event @index knew. */
static void quantities_then(const struct fold *fold, uint32_t index,
                            uint32_t ret_quantities[ORDER_LINES_MAX])
{
    struct fold then;
    fold_begin(&then, fold->history, (int32_t)index);
    fold_lines(&then);
    fold_facts(&then);
    fold_edits(&then);
    for (uint32_t i = 0; i < fold->lines_count; i++) {
        const int32_t at = fold_line_find(&then, fold->lines[i].id);
        ret_quantities[i] = at == FOLD_NONE ? 0 : (uint32_t)then.lines[at].quantity;
    }
}

static void share_add(int64_t *sum, int64_t amount, uint32_t quantity_then, uint32_t quantity)
{
    int64_t scaled;
    if (bill_share_scaled(amount, quantity_then, quantity, &scaled) == 0 &&
        scaled <= MONEY_MAX - *sum) {
        *sum += scaled;
    }
}

static void shares_of(const struct fold *fold, uint32_t index,
                      const struct order_discount *discount, const struct order *order,
                      struct shares *shares)
{
    uint32_t then[ORDER_LINES_MAX];
    quantities_then(fold, index, then);
    for (uint32_t i = 0; i < discount->lines_count; i++) {
        const int32_t at = fold_line_find(fold, discount->lines[i].line);
        if (at == FOLD_NONE) {
            continue;
        }
        const struct order_line *line = &order->lines[at];
        const int64_t amount = discount->lines[i].amount_minor;
        share_add(&shares->now[at], amount, then[at], (uint32_t)line->quantity);
        share_add(&shares->handed[at], amount, then[at], line->handed);
    }
}

static void shares_join(struct shares *to, const struct shares *more)
{
    for (uint32_t i = 0; i < ORDER_LINES_MAX; i++) {
        share_add(&to->now[i], more->now[i], 1, 1);
        share_add(&to->handed[i], more->handed[i], 1, 1);
    }
}

static void discounts_collect(const struct fold *fold, struct order *order,
                              struct discounts *ret_discounts)
{
    struct order_discount discount;
    memset(ret_discounts, 0, sizeof *ret_discounts);
    for (uint32_t i = 0; i < fold->history->count; i++) {
        if (!fold_has(fold, i, EVENT_DISCOUNT)) {
            continue;
        }
        if (order->discounts_count == ORDER_DISCOUNTS_MAX) {
            order->flags |= FLAG_CUT_SHORT;
            return;
        }
        const uint32_t at = order->discounts_count++;
        if (order_discount_decode(fold->history->events[i].body, &discount) == 0) {
            order->discounts[at].hand = fold_hand(fold, i, discount.reason);
            shares_of(fold, i, &discount, order, &ret_discounts->each[at]);
            shares_join(&ret_discounts->sum, &ret_discounts->each[at]);
        }
    }
}

/* --- the bill --- */

static struct bill_line bill_line_of(const struct order_line *line, uint32_t quantity,
                                     int64_t discount_minor)
{
    int64_t price = line->unit_price_minor;
    for (uint32_t i = 0; i < line->options_count; i++) {
        price += line->options[i].price_minor;
    }
    return (struct bill_line){
        .quantity = quantity,
        .tax_bp = line->tax_bp,
        .unit_price_minor = price,
        .discount_minor = discount_minor,
        .takes_share = true,
    };
}

/* An active line stands in the bill with its quantity, or, when only that is owed, with what was
 * handed over; any other with nothing. */
static int bill_of(const struct order *order, enum bill_mode mode, const struct shares *shares,
                   bool is_handed_only, struct bill *ret_bill)
{
    struct bill_line lines[ORDER_LINES_MAX];
    for (uint32_t i = 0; i < order->lines_count; i++) {
        const struct order_line *line = &order->lines[i];
        const uint32_t all = line->is_active ? (uint32_t)line->quantity : 0;
        const uint32_t handed = line->is_active ? line->handed : 0;
        lines[i] = is_handed_only ? bill_line_of(line, handed, shares->handed[i])
                                  : bill_line_of(line, all, shares->now[i]);
    }
    return bill_compute(mode, lines, order->lines_count, ret_bill);
}

static void fill_total(struct order *order, const struct bill *bill)
{
    order->total_minor = bill->sum.payable_minor;
    order->tax_minor = bill->sum.tax_minor;
    for (uint32_t i = 0; i < order->lines_count; i++) {
        order->lines[i].discount_minor = bill->lines[i].discount_minor;
        order->lines[i].payable_minor = bill->lines[i].payable_minor;
    }
}

static void fill_owed(struct order *order, const struct bill *bill)
{
    order->owed_minor = bill->sum.payable_minor;
    order->owed_tax_minor = bill->sum.tax_minor;
    order->owed_discount_minor = bill->sum.discount_minor;
    order->rates_count = (uint32_t)bill->rate_count;
    for (size_t i = 0; i < bill->rate_count; i++) {
        const struct bill_rate *rate = &bill->rates[i];
        order->rates[i] = (struct order_rate){.tax_bp = rate->tax_bp,
                                              .net_minor = rate->sum.net_minor,
                                              .tax_minor = rate->sum.tax_minor,
                                              .payable_minor = rate->sum.payable_minor};
    }
}

/* What the bill takes off a line is the first discount's as far as that goes, then the next's: a
 * line is never worth less than nothing, whatever was given on it. */
static void fill_discounts(struct order *order, const struct bill *bill,
                           const struct discounts *discounts)
{
    for (uint32_t line = 0; line < order->lines_count; line++) {
        int64_t left = bill->lines[line].discount_minor;
        for (uint32_t i = 0; i < order->discounts_count; i++) {
            const struct shares *shares = &discounts->each[i];
            const int64_t share = order->is_cancelled ? shares->handed[line] : shares->now[line];
            const int64_t taken = share < left ? share : left;
            order->discounts[i].minor += taken;
            left -= taken;
        }
    }
}

void order_fill_bill(const struct fold *fold, struct order *order)
{
    const enum bill_mode mode = order->prices_include_tax ? BILL_INCLUSIVE : BILL_EXCLUSIVE;
    struct discounts discounts;
    struct bill bill;
    discounts_collect(fold, order, &discounts);
    int err = bill_of(order, mode, &discounts.sum, false, &bill);
    if (err == 0) {
        fill_total(order, &bill);
        /* A cancel takes back what was not handed over; the rest was eaten and is owed. */
        err = order->is_cancelled ? bill_of(order, mode, &discounts.sum, true, &bill) : 0;
    }
    if (err == 0) {
        fill_owed(order, &bill);
        fill_discounts(order, &bill, &discounts);
    }
    if (err != 0) {
        order->flags |= FLAG_OVERFLOW;
    }
}

/* --- what is due --- */

/* Who decides that something is given back does not ask for it again. */
static int64_t forgiven_of(const struct order *order, int64_t due_minor)
{
    const int64_t missing = due_minor < 0 ? -due_minor : 0;
    const int64_t given = order->ledger.forgivable_minor;
    return given < missing ? given : missing;
}

static void flag_missing(struct order *order)
{
    const bool is_over = order->phase == PHASE_CANCELLED || order->phase == PHASE_REFUSED;
    const bool is_held = order->due_minor + order->ledger.held_minor >= 0;
    if (order_is_handed(order)) {
        order->flags |= order->refunded_minor > 0 ? FLAG_REFUNDED_AND_HANDED : FLAG_HANDED_UNPAID;
    } else if (!is_over && !is_held) {
        order->flags |= FLAG_UNPAID;
        order->flags |= (order->ledger.problems & LEDGER_HOLD_LOST) != 0 ? FLAG_HOLD_LOST : 0;
    }
}

void order_fill_due(struct order *order)
{
    order->due_minor =
        order->paid_minor - order->refunded_minor - order->owed_minor - order->tip_minor;
    order->forgiven_minor = forgiven_of(order, order->due_minor);
    order->due_minor += order->forgiven_minor;
    if (order->due_minor > 0) {
        order->flags |= FLAG_REFUND_DUE;
    }
    if (order->due_minor < 0) {
        flag_missing(order);
    }
    const bool is_all_back =
        order->forgiven_minor > 0 && order->refunded_minor >= order->paid_minor;
    if (is_all_back && order_is_handed(order)) {
        order->flags |= FLAG_REFUNDED_AND_HANDED;
    }
}
