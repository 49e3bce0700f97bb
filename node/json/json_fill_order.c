/* Bodies of orders, quotes, carts and payments into commands. */
#include "node/json/json_fill.h"

#include "node/api/state.h"
#include "node/json/hex.h"
#include "sync/base/check.h"

static void fill_options(const struct json_value *array, struct wanted_line *line)
{
    line->options_count = (uint32_t)json_count(array);
    for (uint32_t i = 0; i < line->options_count; i++) {
        const struct json_value *option = json_at(array, i);
        line->options[i] =
            (struct wanted_option){.group = (uint8_t)json_get_int(option, "group"),
                                   .choice = (uint8_t)json_get_int(option, "choice")};
    }
}

static void fill_wanted(struct fill *fill, const struct json_value *from, struct wanted_line *line)
{
    line->item = (uint64_t)json_get_int(from, "item");
    line->quantity = (int32_t)json_get_int(from, "quantity");
    line->note = fill_text(fill, from, "note");
    fill_options(json_get(from, "options"), line);
}

static void fill_lines(struct fill *fill)
{
    const struct json_value *array = json_get(fill->body, "lines");
    fill->command->lines_count = (uint32_t)json_count(array);
    for (uint32_t i = 0; i < fill->command->lines_count; i++) {
        fill_wanted(fill, json_at(array, i), &fill->command->lines[i]);
    }
}

void fill_ids(struct fill *fill)
{
    const struct json_value *array = json_get(fill->body, "lines");
    fill->command->ids_count = (uint32_t)json_count(array);
    for (uint32_t i = 0; i < fill->command->ids_count; i++) {
        fill->command->ids[i] = (uint32_t)json_int(json_at(array, i));
    }
}

static void fill_payment(struct fill *fill)
{
    const struct json_value *payment = json_get(fill->body, "payment");
    fill->command->is_paid_now = payment != NULL;
    fill->command->method = fill_text(fill, payment, "method");
    fill->command->amount_minor = json_get_int(payment, "amount");
    fill->command->tendered_minor = json_get_int(payment, "tendered");
    fill->command->reference = fill_text(fill, payment, "reference");
}

static void fill_forced(struct fill *fill)
{
    fill->command->is_forced = fill_truth(fill, "forced");
}

static void fill_id(struct fill *fill, const char *name, struct entity_id *id)
{
    check(hex_read(json_get_text(fill->body, name), id->bytes, sizeof id->bytes));
}

static void fill_quoted(struct fill *fill)
{
    fill->command->has_quote = fill_has(fill, "quote");
    if (fill->command->has_quote) {
        fill_id(fill, "quote", &fill->command->quote);
    }
    fill->command->has_cart = fill_has(fill, "cart");
    if ((fill->command->has_quote || fill->command->has_cart) == fill_has(fill, "lines")) {
        fill_fail(fill, ERR_MALFORMED, "/: wants lines, or a quote, a cart or both");
    }
    if (fill->command->has_quote == fill_has(fill, "mode")) {
        fill_fail(fill, ERR_MALFORMED, "/mode: goes without a quote, which has its own");
    }
}

static void fill_cart_seen(struct fill *fill)
{
    const struct json_value *cart = json_get(fill->body, "cart");
    if (cart == NULL) {
        return;
    }
    fill->command->cart_round = (uint32_t)json_get_int(cart, "round");
    fill->command->cart_version = (uint64_t)json_get_int(cart, "version");
}

void fill_cart_add(struct fill *fill)
{
    fill->command->lines_count = 1;
    fill_wanted(fill, fill->body, &fill->command->lines[0]);
    fill->command->name = fill_text(fill, fill->body, "who");
}

void fill_cart_set(struct fill *fill)
{
    fill->command->quantity_delta = (int32_t)json_get_int(fill->body, "delta");
    fill->command->has_note = fill_has(fill, "note");
    fill->command->note = fill_text(fill, fill->body, "note");
}

void fill_table_sit(struct fill *fill)
{
    fill->command->reference = fill_text(fill, fill->body, "code");
}

static void fill_wanted_tip(struct fill *fill)
{
    fill->command->tip_minor = json_get_int(fill->body, "tip");
    fill->command->tip_bp = (uint32_t)json_get_int(fill->body, "tip_bp");
    if (fill_has(fill, "tip") && fill_has(fill, "tip_bp")) {
        fill_fail(fill, ERR_MALFORMED, "/: wants either tip or tip_bp");
    }
}

void fill_tip(struct fill *fill)
{
    fill_wanted_tip(fill);
    if (!fill_has(fill, "tip") && !fill_has(fill, "tip_bp")) {
        fill_fail(fill, ERR_MALFORMED, "/: wants either tip or tip_bp");
    }
}

void fill_quote(struct fill *fill)
{
    fill_wanted_tip(fill);
    fill->command->mode = fill_text(fill, fill->body, "mode");
    fill_lines(fill);
}

void fill_quote_drop(struct fill *fill)
{
    fill->command->quote = fill->command->order;
}

void fill_place(struct fill *fill)
{
    fill_quoted(fill);
    fill->command->channel = fill_text(fill, fill->body, "channel");
    fill->command->mode = fill_text(fill, fill->body, "mode");
    fill->command->name = fill_text(fill, fill->body, "name");
    fill_lines(fill);
    fill_cart_seen(fill);
    fill_payment(fill);
    fill_wanted_tip(fill);
    if (fill->command->has_quote && (fill_has(fill, "tip") || fill_has(fill, "tip_bp"))) {
        fill_fail(fill, ERR_MALFORMED, "/tip: goes without a quote, which has its own");
    }
    fill_forced(fill);
    fill->command->is_draft = fill_truth(fill, "pay_first");
    fill->command->table = (uint32_t)json_get_int(fill->body, "table");
}

void fill_lines_add(struct fill *fill)
{
    fill_lines(fill);
    fill_forced(fill);
}

void fill_line_set(struct fill *fill)
{
    fill->command->quantity_delta = (int32_t)json_get_int(fill->body, "delta");
    fill->command->has_note = fill_has(fill, "note");
    fill->command->note = fill_text(fill, fill->body, "note");
    fill->command->has_options = fill_has(fill, "options");
    fill_options(json_get(fill->body, "options"), &fill->command->lines[0]);
    fill_forced(fill);
    if (!fill_has(fill, "delta") && !fill_has(fill, "note") && !fill_has(fill, "options")) {
        fill_fail(fill, ERR_MALFORMED, "/: says nothing to change");
    }
}

void fill_reason(struct fill *fill)
{
    fill_ids(fill);
    fill->command->reason = fill_text(fill, fill->body, "reason");
}

void fill_accept(struct fill *fill)
{
    fill->command->station = fill_text(fill, fill->body, "station");
}

void fill_recall(struct fill *fill)
{
    fill_ids(fill);
    fill->command->truth = fill_truth(fill, "waiting");
}

void fill_amend(struct fill *fill)
{
    fill->command->ids_count = 1;
    fill->command->ids[0] = (uint32_t)json_get_int(fill->body, "line");
    fill->command->truth = fill_truth(fill, "yes");
}

void fill_hand_over(struct fill *fill)
{
    fill->command->truth = fill_truth(fill, "uncollected");
    const struct json_value *array = json_get(fill->body, "units");
    fill->command->ids_count = (uint32_t)json_count(array);
    for (uint32_t i = 0; i < fill->command->ids_count; i++) {
        const struct json_value *from = json_at(array, i);
        fill->command->ids[i] = (uint32_t)json_get_int(from, "line");
        fill->command->units[i] = (int32_t)json_get_int(from, "units");
    }
}

void fill_money(struct fill *fill)
{
    fill->command->method = fill_text(fill, fill->body, "method");
    fill->command->amount_minor = json_get_int(fill->body, "amount");
    fill->command->tendered_minor = json_get_int(fill->body, "tendered");
    fill->command->tip_minor = json_get_int(fill->body, "tip");
    fill->command->reason = fill_text(fill, fill->body, "reason");
    fill->command->reference = fill_text(fill, fill->body, "reference");
}

void fill_discount(struct fill *fill)
{
    fill->command->discount_bp = (uint32_t)json_get_int(fill->body, "percent_bp");
    fill->command->amount_minor = json_get_int(fill->body, "amount");
    fill->command->reason = fill_text(fill, fill->body, "reason");
    fill->command->offer = (uint64_t)json_get_int(fill->body, "offer");
    if (fill_has(fill, "percent_bp") + fill_has(fill, "amount") + fill_has(fill, "offer") != 1) {
        fill_fail(fill, ERR_MALFORMED, "/: wants one of percent_bp, amount and offer");
    }
}

static void fill_unit_numbers(struct fill *fill, uint32_t line, const struct json_value *units)
{
    struct command *command = fill->command;
    for (size_t i = 0; i < json_count(units); i++) {
        if (command->units_count == WISH_UNITS_MAX) {
            fill_fail(fill, ERR_TOO_LARGE, "/lines: more units than one wish may name");
            return;
        }
        command->wish_units[command->units_count++] =
            (struct wish_unit){line, (uint32_t)json_int(json_at(units, i))};
    }
}

void fill_wish(struct fill *fill)
{
    const struct json_value *lines = json_get(fill->body, "lines");
    struct command *command = fill->command;
    for (size_t i = 0; i < json_count(lines); i++) {
        const struct json_value *from = json_at(lines, i);
        const uint32_t line = (uint32_t)json_get_int(from, "line");
        const struct json_value *units = json_get(from, "units");
        if (units == NULL) {
            command->ids[command->ids_count++] = line;
        } else {
            fill_unit_numbers(fill, line, units);
        }
    }
    command->amount_minor = json_get_int(fill->body, "amount");
    command->slot = (uint32_t)json_get_int(fill->body, "slot");
    command->reason = fill_text(fill, fill->body, "reason");
    if (fill_has(fill, "lines") == fill_has(fill, "amount") ||
        fill_has(fill, "amount") != fill_has(fill, "slot")) {
        fill_fail(fill, ERR_MALFORMED, "/: wants either lines, or amount and slot");
    }
}

static void fill_changed(struct fill *fill)
{
    struct bytes changed = json_get_text(fill->body, "changed");
    /* Clean text: no zero byte inside, and one is behind. */
    if (changed_parse((const char *)changed.data, &fill->command->changed_log,
                      &fill->command->changed_seq) != 0) {
        fill_fail(fill, ERR_MALFORMED, "/changed: is not what an Order said");
    }
}

void fill_seen(struct fill *fill)
{
    fill->command->station = fill_text(fill, fill->body, "station");
    fill_changed(fill);
}

void fill_print(struct fill *fill)
{
    struct bytes what = json_get_text(fill->body, "what");
    fill->command->purpose =
        bytes_equal(what, bytes_of_text("receipt")) ? PRINT_RECEIPT : PRINT_TICKET;
    fill->command->station = fill_text(fill, fill->body, "station");
    fill->command->printer = (uint32_t)json_get_int(fill->body, "printer");
}
