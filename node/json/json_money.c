#include "node/json/json_money.h"

#include "node/json/json_build.h"
#include "node/print/receipt_name.h"
#include "sync/domain/receipt.h"

/* --- the provider --- */

/* Of the provider's own clock: in ms as all times here. Left out where it is not known. */
void json_put_bank_time(struct json_value *object, const char *name, int64_t seconds)
{
    if (seconds > 0) {
        json_put_int(object, name, seconds * 1000);
    }
}

static struct json_value *intent(const struct ledger_intent *intent)
{
    struct json_value *object = json_new_object();
    const bool is_held = intent->state == INTENT_HELD;
    const bool is_canceled = intent->state == INTENT_CANCELED;
    json_put_text(object, "id", intent->id);
    json_put_string(object, "state", intent_state_text(intent->state));
    json_put_int(object, "amount", intent->amount_minor);
    json_put_int(object, "held", is_held ? intent->capturable_minor : 0);
    json_put_int(object, "received", intent->received_minor);
    json_put_int(object, "refunded", intent->refunded_minor);
    json_put_bank_time(object, "ends_at", is_held ? intent->ends_s : 0);
    json_put_bank_time(object, "lapsed_at", is_canceled ? intent->lapsed_s : 0);
    return object;
}

static struct json_value *refund(const struct ledger_refund *refund)
{
    struct json_value *object = json_new_object();
    json_put_text(object, "id", refund->id);
    json_put_text(object, "payment", refund->intent);
    json_put_string(object, "status", refund_status_text(refund->status));
    json_put_int(object, "amount", refund->amount_minor);
    return object;
}

static struct json_value *dispute(const struct ledger_dispute *dispute)
{
    struct json_value *object = json_new_object();
    json_put_text(object, "id", dispute->id);
    json_put_string(object, "status", dispute_status_text(dispute->status));
    json_put_int(object, "amount", dispute->amount_minor);
    return object;
}

/* [{line, units: [1, 2]}, ...]: units of one line stand together. */
static struct json_value *wished_lines(const struct refund_wish *wish)
{
    struct json_value *lines = json_new_array();
    struct json_value *units = NULL;
    for (uint32_t i = 0; i < wish->units_count; i++) {
        if (i == 0 || wish->units[i].line != wish->units[i - 1].line) {
            struct json_value *line = json_new_object();
            json_put_int(line, "line", wish->units[i].line);
            units = json_new_array();
            json_put(line, "units", units);
            json_append(lines, line);
        }
        json_append_int(units, wish->units[i].unit);
    }
    return lines;
}

static struct json_value *wish(const struct ledger_wish *row)
{
    struct json_value *object = json_new_object();
    struct refund_wish wish;
    if (refund_wish_decode(row->body, &wish) != 0) {
        wish.units_count = 0;
    }
    json_put_hex(object, "id", row->id);
    json_put_string(object, "state", wish_state_text(row->state));
    json_put_int(object, "amount", row->amount_minor);
    json_put_int(object, "open", row->open_minor);
    json_put_bool(object, "automatic", !row->is_a_persons);
    json_put_text(object, "reason", row->reason);
    json_put(object, "lines", wished_lines(&wish));
    return object;
}

static struct json_value *provider(const struct order *order)
{
    const struct ledger *ledger = &order->ledger;
    struct json_value *object = json_new_object();
    struct json_value *payments = json_new_array();
    struct json_value *refunds = json_new_array();
    struct json_value *disputes = json_new_array();
    struct json_value *wishes = json_new_array();
    for (uint32_t i = 0; i < ledger->intents_count; i++) {
        json_append(payments, intent(&ledger->intents[i]));
    }
    for (uint32_t i = 0; i < ledger->refunds_count; i++) {
        json_append(refunds, refund(&ledger->refunds[i]));
    }
    for (uint32_t i = 0; i < ledger->disputes_count; i++) {
        json_append(disputes, dispute(&ledger->disputes[i]));
    }
    for (uint32_t i = 0; i < ledger->wishes_count; i++) {
        json_append(wishes, wish(&ledger->wishes[i]));
    }
    json_put_int(object, "held", ledger->held_minor);
    json_put_int(object, "forgiven", order->forgiven_minor);
    json_put(object, "payments", payments);
    json_put(object, "refunds", refunds);
    json_put(object, "disputes", disputes);
    json_put(object, "wishes", wishes);
    return object;
}

static bool has_provider(const struct ledger *ledger)
{
    return ledger->intents_count + ledger->refunds_count + ledger->disputes_count +
               ledger->wishes_count >
           0;
}

/* --- receipts --- */

static const char *kind_text(enum receipt_kind kind)
{
    return kind == RECEIPT_SALE ? "sale" : "correction";
}

static void put_receipt(struct json_value *object, const struct order_receipt *receipt)
{
    char name[RECEIPT_NAME_BYTES_MAX];
    receipt_name_print(receipt, name);
    json_put_string(object, "name", name);
    json_put_int(object, "number", receipt->number);
    json_put_string(object, "kind", kind_text(receipt->kind));
    json_put_int(object, "total", receipt->total_minor);
    json_put_int(object, "tax", receipt->tax_minor);
    json_put_hex(object, "hash", bytes_of(receipt->id.hash, 4));
}

void json_put_money(struct json_value *object, const struct order *order)
{
    if (has_provider(&order->ledger)) {
        json_put(object, "provider", provider(order));
    }
    json_put_receipts(object, order);
}

void json_put_receipts(struct json_value *object, const struct order *order)
{
    if (order->receipts_count == 0) {
        return;
    }
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < order->receipts_count; i++) {
        struct json_value *receipt = json_new_object();
        put_receipt(receipt, &order->receipts[i]);
        json_append(list, receipt);
    }
    json_put(object, "receipts", list);
}

void json_put_tip(struct json_value *object, int64_t tip_minor)
{
    if (tip_minor != 0) {
        json_put_int(object, "tip", tip_minor);
    }
}

struct json_value *json_rates(const struct order_rate *rates, uint32_t count)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < count; i++) {
        struct json_value *rate = json_new_object();
        json_put_int(rate, "tax_bp", rates[i].tax_bp);
        json_put_int(rate, "net", rates[i].net_minor);
        json_put_int(rate, "tax", rates[i].tax_minor);
        json_put_int(rate, "gross", rates[i].payable_minor);
        json_append(list, rate);
    }
    return list;
}

static struct json_value *receipt_line(const struct order_line *line)
{
    struct json_value *object = json_new_object();
    json_put_text(object, "name", line->name);
    json_put_int(object, "quantity", line->quantity);
    json_put_int(object, "discount", line->discount_minor);
    json_put_int(object, "payable", line->payable_minor);
    json_put_int(object, "tax_bp", line->tax_bp);
    return object;
}

static const struct order_receipt *receipt_shown(const struct order *order)
{
    const struct order_receipt *current = receipt_current(order);
    return current != NULL ? current : &order->receipts[order->receipts_count - 1];
}

struct json_value *json_receipt(const struct order *order, int64_t epoch_ms)
{
    if (order->receipts_count == 0) {
        return NULL;
    }
    const struct order_receipt *receipt = receipt_shown(order);
    struct json_value *object = json_new_object();
    struct json_value *lines = json_new_array();
    for (uint32_t i = 0; i < order->lines_count; i++) {
        if (order->lines[i].is_active) {
            json_append(lines, receipt_line(&order->lines[i]));
        }
    }
    put_receipt(object, receipt);
    json_put_bool(object, "current", receipt_current(order) != NULL);
    json_put_int(object, "at", epoch_ms + (int64_t)(receipt->t < INT64_MAX / 2 ? receipt->t : 0));
    json_put(object, "lines", lines);
    json_put(object, "rates", json_rates(order->rates, order->rates_count));
    json_put_int(object, "discount", order->owed_discount_minor);
    json_put_tip(object, order->tip_minor);
    json_put_int(object, "paid", order->paid_minor);
    json_put_int(object, "refunded", order->refunded_minor);
    return object;
}

/* --- a day --- */

static struct json_value *method(const struct report_method *method)
{
    struct json_value *object = json_new_object();
    json_put_string(object, "method", method->name);
    json_put_int(object, "payments", (int64_t)method->payments);
    json_put_int(object, "refunds", (int64_t)method->refunds);
    json_put_int(object, "paid", method->paid_minor);
    json_put_int(object, "refunded", method->refunded_minor);
    json_put_int(object, "rounding", method->rounding_minor);
    return object;
}

static struct json_value *tips(const struct report *report)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < report->tips_count; i++) {
        struct json_value *object = json_new_object();
        json_put_count(object, "staff", report->tips[i].staff);
        json_put_int(object, "tip", report->tips[i].tip_minor);
        json_append(list, object);
    }
    return list;
}

/* Devices whose events may not all be here: not linked, or known to have more. */
static struct json_value *missing(const struct gate_live *live)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < live->peers_count; i++) {
        const struct gate_peer *peer = &live->peers[i];
        if (!gate_peer_is_missing(peer)) {
            continue;
        }
        struct json_value *object = json_new_object();
        json_put_string(object, "name", peer->name);
        json_put_bool(object, "linked", peer->link == GATE_LINKED);
        json_put_int(object, "events", (int64_t)(peer->ahead <= INT64_MAX ? peer->ahead : 0));
        json_append(list, object);
    }
    return list;
}

static void put_counts(struct json_value *object, const struct report *report)
{
    json_put_int(object, "orders", (int64_t)report->orders);
    json_put_int(object, "open", (int64_t)report->open);
    json_put_int(object, "completed", (int64_t)report->completed);
    json_put_int(object, "cancelled", (int64_t)report->cancelled);
    json_put_int(object, "refused", (int64_t)report->refused);
    json_put_int(object, "flagged", (int64_t)report->flagged);
    json_put_int(object, "uncollected", (int64_t)report->uncollected);
}

static void put_sums(struct json_value *object, const struct report *report)
{
    json_put_int(object, "owed", report->owed_minor);
    json_put_int(object, "tax", report->tax_minor);
    json_put_int(object, "discount", report->discount_minor);
    json_put_int(object, "tip", report->tip_minor);
    json_put_int(object, "paid", report->paid_minor);
    json_put_int(object, "refunded", report->refunded_minor);
    json_put_int(object, "forgiven", report->forgiven_minor);
    json_put_int(object, "give_back", report->give_back_minor);
    json_put_int(object, "collect", report->collect_minor);
    json_put_int(object, "held", report->held_minor);
    json_put_bank_time(object, "held_until", report->hold_ends_s);
    json_put_int(object, "disputed", report->disputed_minor);
    json_put_int(object, "left_behind", report->left_minor);
}

struct json_value *json_report(const struct report *report, uint64_t day,
                               const struct report_extent *extent, const struct gate_live *live)
{
    struct json_value *object = json_new_object();
    struct json_value *methods = json_new_array();
    for (uint32_t i = 0; i < report->methods_count; i++) {
        json_append(methods, method(&report->methods[i]));
    }
    json_put_int(object, "day", (int64_t)day);
    json_put_bool(object, "complete", extent->is_complete);
    if (extent->is_remaking) {
        json_put_bool(object, "remaking", true);
    }
    put_counts(object, report);
    put_sums(object, report);
    json_put(object, "methods", methods);
    json_put(object, "rates", json_rates(report->rates, report->rates_count));
    json_put(object, "tips", tips(report));
    json_put(object, "missing", missing(live));
    return object;
}
