#include "node/api/state.h"
#include "node/json/json_build.h"
#include "node/json/json_guest.h"
#include "node/json/json_money.h"
#include "node/json/json_state.h"

struct json_value *json_line_options(const struct order_line *line)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < line->options_count; i++) {
        struct json_value *option = json_new_object();
        json_put_text(option, "name", line->options[i].name);
        json_put_int(option, "price", line->options[i].price_minor);
        json_append(list, option);
    }
    return list;
}

static const char *line_state(const struct order_line *line)
{
    if (line->is_void) {
        return "void";
    }
    return line->is_refused ? "refused" : "active";
}

/* At most 999 x 17 x MONEY_MAX: far from 64 bits. */
static int64_t line_total(const struct order_line *line)
{
    int64_t unit = line->unit_price_minor;
    for (uint32_t i = 0; i < line->options_count; i++) {
        unit += line->options[i].price_minor;
    }
    return line->is_active ? unit * line->quantity - line->discount_minor : 0;
}

static struct json_value *line(const struct order_line *line)
{
    struct json_value *object = json_new_object();
    json_put_int(object, "id", line->id);
    json_put_count(object, "item", line->item);
    json_put_text(object, "name", line->name);
    json_put_text(object, "station", line->station);
    json_put_count(object, "stall", line->stall);
    json_put_text(object, "note", line->note);
    json_put_text(object, "other_note", line->note_other);
    json_put(object, "options", json_line_options(line));
    json_put_int(object, "quantity", line->quantity);
    json_put_int(object, "wished", line->quantity_wished);
    json_put_word(object, &schema_line, "progress", (size_t)line->progress);
    json_put_int(object, "handed", line->handed);
    if (line->uncollected > 0) {
        json_put_int(object, "uncollected", line->uncollected);
    }
    json_put_int(object, "unit_price", line->unit_price_minor);
    json_put_int(object, "total", line_total(line));
    json_put_int(object, "discount", line->discount_minor);
    json_put_int(object, "payable", line->payable_minor);
    json_put_string(object, "state", line_state(line));
    json_put_bool(object, "accepted", line->is_accepted);
    json_put_bool(object, "added_late", line->is_added_late);
    json_put_bool(object, "conflict", line->has_conflict);
    return object;
}

static struct json_value *payment(const struct order_payment *payment)
{
    struct json_value *object = json_new_object();
    json_put_entity(object, "id", &payment->id);
    json_put_text(object, "method", payment->method);
    json_put_int(object, "amount", payment->amount_minor);
    json_put_int(object, "tendered", payment->tendered_minor);
    json_put_bool(object, "refund", payment->is_refund);
    json_put_text(object, "reference", payment->reference);
    return object;
}

static struct json_value *number_text(const struct order_number *number)
{
    char printed[NUMBER_TEXT_BYTES_MAX];
    number_print(number->lane, number->number, printed);
    return json_new_text(bytes_of_text(printed));
}

void json_put_number(struct json_value *object, const struct order *order)
{
    json_put(object, "number",
             order->numbers_count > 0 ? number_text(&order->numbers[0])
                                      : json_new_text((struct bytes){0}));
}

static void put_numbers(struct json_value *object, const struct order *order)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < order->numbers_count; i++) {
        json_append(list, number_text(&order->numbers[i]));
    }
    json_put_number(object, order);
    json_put(object, "numbers", list);
}

static void put_lists(struct json_value *object, const struct order *order)
{
    struct json_value *lines = json_new_array();
    for (uint32_t i = 0; i < order->lines_count; i++) {
        json_append(lines, line(&order->lines[i]));
    }
    struct json_value *payments = json_new_array();
    for (uint32_t i = 0; i < order->payments_count; i++) {
        json_append(payments, payment(&order->payments[i]));
    }
    json_put(object, "lines", lines);
    json_put(object, "payments", payments);
}

static void put_amounts(struct json_value *object, const struct order *order)
{
    json_put_int(object, "total", order->total_minor);
    json_put_int(object, "tax", order->tax_minor);
    json_put_int(object, "owed", order->owed_minor);
    json_put_tip(object, order->tip_minor);
    json_put_int(object, "paid", order->paid_minor);
    json_put_int(object, "refunded", order->refunded_minor);
    json_put_int(object, "due", order->due_minor);
}

static void put_places(struct json_value *object, const struct order *order)
{
    char changed[CHANGED_TEXT_BYTES_MAX];
    changed_print(order->changed_log, order->changed_seq, changed);
    if (order->claimed_by != 0) {
        json_put_id64(object, "claimed_by", order->claimed_by);
    } else {
        json_put_string(object, "claimed_by", "");
    }
    json_put_id64(object, "log", order->opened_log);
    json_put_count(object, "seq", order->opened_seq);
    json_put_string(object, "changed", order->changed_log != 0 ? changed : "");
    json_put_bool(object, "seen", order->is_seen);
}

static void put_contact(struct json_value *object, const struct order *order)
{
    if (order->has_contact) {
        json_put_hex(object, "contact",
                     bytes_of(order->contact.bytes, sizeof order->contact.bytes));
    } else {
        json_put_string(object, "contact", "");
    }
}

struct json_value *state_json_order(const struct state *state)
{
    const struct order *order = &state->order;
    struct json_value *object = json_new_object();
    json_put_entity(object, "id", &order->id);
    put_numbers(object, order);
    json_put_count(object, "day", order->day);
    json_put_word(object, &schema_order, "phase", (size_t)order->phase);
    json_put_text(object, "channel", order->channel);
    if (order->has_owner) {
        json_put_bool(object, "guest", true);
    }
    json_put_text(object, "mode", order->mode);
    json_put_text(object, "name", order->name);
    if (order->table != 0) {
        json_put_int(object, "table", order->table);
    }
    json_put_times(object, state);
    json_put_words(object, &schema_order, "flags", order->flags);
    put_lists(object, order);
    put_amounts(object, order);
    json_put_bool(object, "cancelled", order->is_cancelled);
    json_put_text(object, "reason", order->reason);
    put_places(object, order);
    json_put_money(object, order);
    json_put_ends(object, state);
    json_put_bool(object, "late",
                  state->day.n == order->day &&
                      day_is_late(&state->day, order->opened_log, order->opened_seq));
    put_contact(object, order);
    return object;
}

/* --- lists --- */

int state_json_orders(struct state *state, struct store_txn *txn, const struct board_query *query,
                      bool is_oldest_first, struct json_value **ret_value)
{
    struct cursor cursor;
    struct board *board = &state->board;
    int err = cursor_now(txn, &cursor);
    if (err == 0) {
        err = board_find(txn, query, board);
    }
    if (err != 0) {
        return err;
    }
    struct json_value *orders = json_new_array();
    for (uint32_t i = 0; i < board->count && err == 0; i++) {
        const uint32_t at = is_oldest_first ? board->count - 1 - i : i;
        err = board_led_to(state_order_shown(state, txn, &board->orders[at]));
        if (err == 0) {
            json_append(orders, state_json_order(state));
        }
    }
    if (err != 0) {
        json_free(orders);
        return err;
    }
    struct json_value *list = json_new_object();
    json_put_cursor(list, &cursor);
    json_put(list, "orders", orders);
    *ret_value = list;
    return 0;
}

static void append_numbers(struct json_value *list, const struct order *order)
{
    for (uint32_t i = 0; i < order->numbers_count && json_count(list) < BOARD_ORDERS_MAX; i++) {
        json_append(list, number_text(&order->numbers[i]));
    }
}

int state_json_pickup(struct state *state, struct store_txn *txn, struct json_value **ret_value)
{
    struct cursor cursor;
    struct board *board = &state->board;
    static const struct board_query query = {
        .is_any_day = true, .phases = BOARD_PHASES_PICKUP, .count_max = BOARD_ORDERS_MAX};
    int err = cursor_now(txn, &cursor);
    if (err == 0) {
        err = board_find(txn, &query, board);
    }
    if (err != 0) {
        return err;
    }
    struct json_value *preparing = json_new_array();
    struct json_value *ready = json_new_array();
    for (uint32_t i = board->count; i > 0 && err == 0; i--) {
        err = board_led_to(state_order(state, txn, &board->orders[i - 1]));
        if (err == 0) {
            append_numbers(state->order.phase == PHASE_READY ? ready : preparing, &state->order);
        }
    }
    struct json_value *object = json_new_object();
    json_put_cursor(object, &cursor);
    json_put(object, "preparing", preparing);
    json_put(object, "ready", ready);
    if (err == 0) {
        *ret_value = object;
    } else {
        json_free(object);
    }
    return err;
}

/* --- one that was just placed --- */

/* The number that this device gave: a retry at another device leaves two, both valid. */
static const struct order_number *own_number(const struct state *state)
{
    struct bytes lane = bytes_of_text(state->live.lane);
    for (uint32_t i = 0; i < state->order.numbers_count; i++) {
        if (bytes_equal(state->order.numbers[i].lane, lane)) {
            return &state->order.numbers[i];
        }
    }
    return &state->order.numbers[0];
}

struct json_value *state_json_placed(const struct state *state, const struct answer *answer)
{
    struct json_value *object = json_new_object();
    json_put_entity(object, "id", &answer->entity);
    json_put(object, "number", number_text(own_number(state)));
    json_put_count(object, "day", answer->day);
    json_put_int(object, "total", answer->total_minor);
    json_put_int(object, "change", answer->change_minor);
    json_put_id64(object, "log", answer->log);
    json_put_count(object, "seq", answer->seq);
    return object;
}
