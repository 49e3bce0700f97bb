#include "node/json/json_guest.h"

#include "node/json/json_build.h"
#include "node/json/json_money.h"
#include "node/json/json_state.h"

/* --- a quote --- */

static struct json_value *quoted_options(const struct line_add *add)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < add->options.count; i++) {
        struct json_value *option = json_new_object();
        json_put_text(option, "name", add->options.options[i].name);
        json_put_int(option, "price", add->options.options[i].price_minor);
        json_append(list, option);
    }
    return list;
}

static void put_state(struct json_value *object, const struct quote_entry *entry)
{
    static const char *const texts[] = {
#define X(name, number, text) [name] = (text),
        QUOTE_STATES(X)
#undef X
    };
    json_put_string(object, "state", texts[entry->state]);
    json_put_int(object, "left", (int64_t)entry->left);
}

/* @amounts: NULL when it is in no total. */
static struct json_value *quoted_line(const struct quote_entry *entry,
                                      const struct bill_amounts *amounts)
{
    struct json_value *object = json_new_object();
    json_put_int(object, "item", (int64_t)entry->add.item);
    json_put_text(object, "name", entry->add.name);
    json_put_text(object, "note", entry->add.note);
    json_put(object, "options", quoted_options(&entry->add));
    json_put_int(object, "quantity", entry->add.quantity);
    json_put_int(object, "unit_price", entry->add.unit_price_minor);
    json_put_int(object, "payable", amounts != NULL ? amounts->payable_minor : 0);
    json_put_int(object, "tax", amounts != NULL ? amounts->tax_minor : 0);
    put_state(object, entry);
    return object;
}

/* Whether all can be had. */
static bool put_quoted_lines(struct json_value *object, const struct quote *quote,
                             const struct bill *bill)
{
    struct json_value *list = json_new_array();
    size_t billed = 0;
    for (uint32_t i = 0; i < quote->entries_count; i++) {
        const struct quote_entry *entry = &quote->entries[i];
        const bool counts = quote_entry_counts(entry);
        json_append(list, quoted_line(entry, counts ? &bill->lines[billed] : NULL));
        billed += counts;
    }
    json_put(object, "lines", list);
    return billed == quote->entries_count;
}

static struct json_value *rates(const struct bill *bill)
{
    struct json_value *list = json_new_array();
    for (size_t i = 0; i < bill->rate_count; i++) {
        struct json_value *rate = json_new_object();
        json_put_int(rate, "tax_bp", bill->rates[i].tax_bp);
        json_put_int(rate, "net", bill->rates[i].sum.net_minor);
        json_put_int(rate, "tax", bill->rates[i].sum.tax_minor);
        json_put_int(rate, "gross", bill->rates[i].sum.payable_minor);
        json_append(list, rate);
    }
    return list;
}

/* What takes longest of it; nothing where no station is busy. */
static void put_wait(struct json_value *object, const struct state *state)
{
    struct station_wait wait;
    if (station_load_quote(&state->station_load, &state->quote, &wait) == BUSY_NOT) {
        return;
    }
    struct json_value *told = json_new_object();
    json_put_text(told, "station", wait.station);
    json_put_int(told, "low_ms", (int64_t)wait.low_ms);
    json_put_int(told, "high_ms", (int64_t)wait.high_ms);
    json_put(object, "busy", told);
}

int json_quote(const struct state *state, struct moment now, struct json_value **ret_value)
{
    const struct quote *quote = &state->quote;
    const uint64_t until = quote->until_mono_ms;
    const int64_t left_ms = until > now.mono_ms ? (int64_t)(until - now.mono_ms) : 0;
    struct bill bill;
    int64_t tip_minor;
    if (quote_bill(quote, &bill) != 0 || quote_tip(quote, &bill, &tip_minor) != 0) {
        return ERR_SPOILT; /* it was looked at when it was made */
    }
    struct json_value *object = json_new_object();
    json_put_entity(object, "id", &quote->id);
    json_put_int(object, "ends_in_ms", left_ms);
    json_put_int(object, "ends", now.wall_ms + left_ms);
    json_put_text(object, "mode", quote->mode);
    json_put_bool(object, "prices_include_tax", quote->prices_include_tax);
    json_put_bool(object, "complete", put_quoted_lines(object, quote, &bill));
    json_put_text(object, "currency", state->popup.currency);
    json_put_int(object, "total", bill.sum.payable_minor);
    json_put_tip(object, tip_minor);
    json_put_int(object, "tax", bill.sum.tax_minor);
    json_put(object, "rates", rates(&bill));
    put_wait(object, state);
    *ret_value = object;
    return 0;
}

/* --- an order --- */

static bool is_uncollected(const struct order *order)
{
    for (uint32_t i = 0; i < order->lines_count; i++) {
        if (order->lines[i].uncollected > 0) {
            return true;
        }
    }
    return false;
}

static const char *said_of(const struct order *order)
{
    static const char *const texts[PHASE_COUNT] = {
        [PHASE_DRAFT] = "Not ordered yet: it is to be paid first.",
        [PHASE_PLACED] = "Ordered. The kitchen has not taken it yet.",
        [PHASE_ACCEPTED] = "The kitchen has taken it.",
        [PHASE_COOKING] = "It is being made.",
        [PHASE_READY] = "It is ready. Come and get it.",
        [PHASE_COMPLETED] = "It was handed over. Enjoy it.",
        [PHASE_REFUSED] = "The kitchen cannot make it.",
        [PHASE_CANCELLED] = "It was cancelled.",
    };
    const bool is_reserved = order->ledger.held_minor > 0 && order->phase == PHASE_PLACED;
    if (order->phase == PHASE_COMPLETED && is_uncollected(order)) {
        return "It was not collected. Ask at the hand-over whether it is still there.";
    }
    return is_reserved ? "Ordered; the money is reserved, not charged. The kitchen has not taken "
                         "it yet."
                       : texts[order->phase];
}

static struct json_value *purchase_line(const struct order_line *line)
{
    static const char *const progress[] = {"waiting", "started", "done"};
    struct json_value *object = json_new_object();
    json_put_int(object, "id", line->id);
    json_put_text(object, "name", line->name);
    json_put_text(object, "note", line->note);
    json_put_int(object, "quantity", line->quantity);
    json_put_int(object, "handed", line->handed);
    json_put_int(object, "payable", line->is_active ? line->payable_minor : 0);
    json_put_string(object, "progress", progress[line->progress]);
    json_put_string(object, "state",
                    line->is_void      ? "void"
                    : line->is_refused ? "refused"
                                       : "active");
    return object;
}

static void put_purchase_lines(struct json_value *object, const struct order *order)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < order->lines_count; i++) {
        json_append(list, purchase_line(&order->lines[i]));
    }
    json_put(object, "lines", list);
}

static void put_amounts(struct json_value *object, const struct order *order)
{
    json_put_int(object, "total", order->total_minor);
    json_put_int(object, "tax", order->tax_minor);
    json_put_tip(object, order->tip_minor);
    json_put_int(object, "paid", order->paid_minor);
    json_put_int(object, "reserved", order->ledger.held_minor);
    json_put_int(object, "refunded", order->refunded_minor);
    json_put_int(object, "due", order->due_minor);
}

static void put_place(struct json_value *object, const struct state *state, int64_t now_wall_ms)
{
    const int64_t now_t = now_wall_ms - state->live.epoch_ms;
    const uint64_t more_ms = station_load_said_ms(&state->station_load, &state->order);
    struct line_place place;
    if (!line_up_find(&state->line_up, &state->order, more_ms, now_t > 0 ? (uint64_t)now_t : 0,
                      &place)) {
        return;
    }
    json_put_int(object, "ahead", place.ahead);
    if (!place.has_range) {
        return;
    }
    struct json_value *range = json_new_object();
    json_put_int(range, "low_ms", (int64_t)place.low_ms);
    json_put_int(range, "high_ms", (int64_t)place.high_ms);
    json_put(object, "ready_in", range);
}

/* In whole minutes: an answer stays the same for a while, and costs a poll nothing. Down, since who
 * reads it counts on from there: nobody is told of a time that he does not have. */
static void put_end(struct json_value *object, const char *name, uint64_t left_ms)
{
    enum { MINUTE_MS = 60 * 1000 };
    if (left_ms != UINT64_MAX) {
        json_put_count(object, name, left_ms / MINUTE_MS * MINUTE_MS);
    }
}

void json_put_ends(struct json_value *object, const struct state *state)
{
    struct told_hold hold;
    if (state_holds(state, &hold)) {
        put_end(object, "reserved_for_ms", hold.ends_in_ms);
    }
    put_end(object, "kept_for_ms", state_keeps_ms(state));
}

bool json_has_ends(const struct state *state)
{
    struct told_hold hold;
    return (state_holds(state, &hold) && hold.ends_in_ms != UINT64_MAX) ||
           state_keeps_ms(state) != UINT64_MAX;
}

/* Nothing while he has nothing to say. */
static void put_review(struct json_value *object, const struct record *review)
{
    if (review->kind == NULL) {
        return;
    }
    struct json_value *said = json_new_object();
    json_put_int(said, "rating", review->is_known ? record_number(review, REVIEW_RATING) : 0);
    json_put_text(said, "text", record_text(review, REVIEW_TEXT));
    json_put(object, "review", said);
}

struct json_value *json_purchase(const struct state *state, int64_t now_wall_ms)
{
    const struct order *order = &state->order;
    struct json_value *object = json_new_object();
    struct told_hold hold;
    const bool is_held = state_holds(state, &hold);
    json_put_entity(object, "id", &order->id);
    json_put_number(object, order);
    json_put_string(object, "phase", order_phase_text(order->phase));
    json_put_string(object, "said", is_held ? hold.said : said_of(order));
    json_put_ends(object, state);
    json_put_text(object, "mode", order->mode);
    json_put_text(object, "name", order->name);
    if (order->table != 0) {
        json_put_int(object, "table", order->table);
    }
    put_purchase_lines(object, order);
    put_amounts(object, order);
    json_put_bank_time(object, "reserved_until", order->ledger.hold_ends_s);
    json_put_bank_time(object, "lapsed_at", order->ledger.lapsed_s);
    json_put_bool(object, "cancelled", order->is_cancelled);
    json_put_text(object, "reason", order->reason);
    json_put_times(object, state);
    put_place(object, state, now_wall_ms);
    if (is_uncollected(order)) {
        json_put_bool(object, "uncollected", true);
    }
    put_review(object, &state->review);
    return object;
}
