/* Placing an order and changing its lines. Names, prices, taxes and stations come from the menu and
 * are frozen in the line; the browser says only which item, how many and which options. */
#include "sync/domain/till_stock.h"

#include "sync/domain/bill.h"
#include "sync/domain/till_cart.h"
#include "sync/domain/till_line.h"
#include "sync/domain/till_quote.h"
#include "sync/domain/till_tip.h"

/* --- placing --- */

/* Of a quote the mode and what its prices include stay with its prices. */
static int emit_open(struct task *task, const struct popup *popup, struct bytes mode)
{
    uint32_t table;
    int err = till_order_table(task, &table);
    if (err == 0) {
        err = task_add_words(task, KIND_ORDER, &task->result->entity);
        err = err == ERR_LIMIT ? 0 : err; /* no order is refused for its name */
    }
    if (err != 0) {
        return err;
    }
    const struct till *till = task->till;
    const struct principal *principal = &task->command->principal;
    const struct order_open open = {
        .day = popup->day,
        .lane = till->lane,
        .number = till->number_next,
        .channel = task->command->channel,
        .mode = mode,
        .is_pay_first = popup->is_pay_first || task->command->is_draft,
        .prices_include_tax = popup->prices_include_tax,
        .has_owner = principal->role == ROLE_CUSTOMER,
        .owner = order_owner_of(principal->session, &task->result->entity),
        .table = table,
        .has_name_blob = task->result->is_blob_used,
        .name_blob = task->command->blob,
    };
    /* No day is open, or this device mints no numbers. */
    if (popup->day == 0 || till->lane.size == 0) {
        return ERR_STATE;
    }
    order_open_encode(&open, task_body(task));
    task_emit(task, EVENT_ORDER_OPEN);
    task->result->is_number_used = true;
    task->result->number = open.number;
    task->result->day = open.day;
    return 0;
}

static void emit_line(struct task *task, const struct line_add *add, enum stock_policy stock)
{
    line_add_encode(add, task_body(task));
    task_emit(task, EVENT_LINE_ADD);
    till_stock_sell(task, add->item, stock, add->line, add->quantity, false);
}

static int emit_placed_line(struct task *task, uint32_t i, struct bill_line *ret_line)
{
    struct line_add add;
    enum stock_policy stock;
    int err = till_line_of(task, &task->command->lines[i], task->command->mode, &add, &stock);
    if (err == 0) {
        err = quote_bill_line(&add, ret_line);
    }
    if (err == 0) {
        add.line = i + 1;
        emit_line(task, &add, stock);
    }
    return err;
}

static int total_of(const struct task *task, bool is_inclusive, const struct bill_line *lines,
                    uint32_t count, int64_t *ret_total)
{
    struct bill bill;
    /* A line that its decoder refuses must not reach the bill's own bounds. */
    const int err = task->err != 0 ? task->err
                                   : bill_compute(is_inclusive ? BILL_INCLUSIVE : BILL_EXCLUSIVE,
                                                  lines, count, &bill);
    if (err == 0) {
        *ret_total = bill.sum.payable_minor;
    }
    return err;
}

/* What the lines cost together. */
static int emit_placed_lines(struct task *task, bool is_inclusive, int64_t *ret_total)
{
    struct bill_line lines[ORDER_LINES_MAX];
    const uint32_t count = task->command->lines_count;
    int err = till_check_lines(task, 0);
    for (uint32_t i = 0; i < count && err == 0; i++) {
        err = emit_placed_line(task, i, &lines[i]);
    }
    return err == 0 ? total_of(task, is_inclusive, lines, count, ret_total) : err;
}

/* Its price stands; whether it is sold at all the menu says now. */
static int emit_quoted_line(struct task *task, const struct quote_entry *entry, uint32_t line,
                            struct bill_line *ret_line)
{
    struct menu_item item;
    struct line_add add = entry->add;
    int err = task_load_item(task, add.item, &item);
    if (err == 0) {
        err = till_line_still(task, &item, &add.options);
    }
    err = task_refused(task, add.item, err);
    if (err == 0) {
        err = quote_bill_line(&add, ret_line);
    }
    if (err == 0) {
        add.line = line;
        emit_line(task, &add, item.stock);
    }
    return err;
}

static int emit_quoted_lines(struct task *task, const struct quote *quote, int64_t *ret_total)
{
    struct bill_line lines[ORDER_LINES_MAX];
    uint32_t count = 0;
    int err = 0;
    for (uint32_t i = 0; i < quote->entries_count && err == 0; i++) {
        if (quote_entry_counts(&quote->entries[i])) {
            err = emit_quoted_line(task, &quote->entries[i], count + 1, &lines[count]);
            count++;
        }
    }
    if (err == 0 && count == 0) {
        err = ERR_UNAVAILABLE;
    }
    return err == 0 ? total_of(task, quote->prices_include_tax, lines, count, ret_total) : err;
}

/* @tip_minor, or @bp of what was placed. */
static int tip_placed(struct task *task, int64_t tip_minor, uint32_t bp, int64_t *ret_tip)
{
    struct tip tip = {0};
    const int err = tip_of(tip_minor, bp, task->result->total_minor, &tip);
    if (err == 0 && tip.amount_minor > 0) {
        till_tip_emit(task, &tip);
    }
    *ret_tip = tip.amount_minor;
    return err;
}

static int pay_placed(struct task *task, const struct popup *popup, int64_t tip_minor)
{
    const struct command *command = task->command;
    const struct entity_id id = task_placed_payment_id(&task->result->entity);
    const int64_t total = task->result->total_minor + tip_minor;
    const int64_t amount = command->amount_minor != 0 ? command->amount_minor : total;
    if (amount < 0) {
        return command->amount_minor < 0 ? ERR_MALFORMED
                                         : 0; /* deposits come back: not by paying */
    }
    if (amount > total) {
        return ERR_MISMATCH; /* the prices changed under the customer's eyes */
    }
    return amount == 0 ? 0 : till_take_payment(task, &id, amount, popup->cash_step_minor);
}

static int place_lines(struct task *task, const struct popup *popup, int64_t *ret_tip)
{
    const struct command *command = task->command;
    int err = emit_open(task, popup, task->command->mode);
    if (err == 0) {
        err = emit_placed_lines(task, popup->prices_include_tax, &task->result->total_minor);
    }
    return err == 0 ? tip_placed(task, command->tip_minor, command->tip_bp, ret_tip) : err;
}

static int place_quote(struct task *task, struct popup *popup, int64_t *ret_tip)
{
    struct quote quote;
    int err = till_quote_load(task, &quote);
    if (err == 0 && task->command->has_cart) {
        err = till_cart_quoted(task, &quote);
    }
    if (err == 0) {
        popup->prices_include_tax = quote.prices_include_tax;
        err = emit_open(task, popup, quote.mode);
    }
    if (err == 0) {
        err = emit_quoted_lines(task, &quote, &task->result->total_minor);
    }
    return err == 0 ? tip_placed(task, quote.tip_minor, quote.tip_bp, ret_tip) : err;
}

static int place_new(struct task *task)
{
    struct popup popup;
    int64_t tip_minor = 0;
    int err = task_load_popup(task, &popup);
    if (err == 0 && task->command->has_cart) {
        err = till_cart_check(task);
    }
    if (err == 0) {
        err = task->command->has_quote ? place_quote(task, &popup, &tip_minor)
                                       : place_lines(task, &popup, &tip_minor);
    }
    if (err == 0 && task->command->has_cart) {
        err = till_cart_end_round(task);
    }
    if (err == 0 && task->command->is_paid_now) {
        err = pay_placed(task, &popup, tip_minor);
    }
    return err;
}

/* The order is here already: the request was retried, here or at another device. Its opening, lines
 * and payment are one run, so what is here is whole; the customer keeps the number called. */
static int place_again(struct task *task)
{
    task->result->number = task->order->numbers[0].number;
    task->result->day = task->order->day;
    task->result->total_minor = task->order->total_minor;
    return 0;
}

/* A customer says nothing of money that changed hands nor where he sits, and buys what there is a
 * right to sell. A quote is a customer's. */
static bool is_beyond(const struct command *command)
{
    const bool is_customer = command->principal.role == ROLE_CUSTOMER;
    return is_customer ? command->is_paid_now || command->is_forced || command->table != 0
                       : command->has_quote || command->has_cart;
}

/* Queues stand in the order of ids, which begin with the key's seconds: nobody says that he was
 * here long ago. Who works at the stall has a clock like the node's, or no reason to lie; the id of
 * a cart's order begins with the node's own. */
static bool is_of_now(const struct task *task)
{
    if (task->command->has_cart) {
        return true;
    }
    const int64_t now_s = (int64_t)(task->till->now_t / 1000);
    const int64_t off_s = (int64_t)get_be32(task->command->key.data) - now_s;
    return off_s >= -GUEST_SECONDS_OFF_MAX && off_s <= GUEST_SECONDS_OFF_MAX;
}

/* Strangers' orders that nobody answers for are counted. */
static int check_guest(const struct task *task)
{
    const struct till *till = task->till;
    const struct principal *principal = &task->command->principal;
    if (principal->role != ROLE_CUSTOMER || till->guests == NULL) {
        return 0;
    }
    if (!is_of_now(task)) {
        return ERR_MALFORMED;
    }
    if (till->holds->count > HOLDS_MAX - ORDER_LINES_MAX) {
        return ERR_BUSY;
    }
    if (!guests_have_room(till->guests, principal->session, principal->origin)) {
        return ERR_LIMIT;
    }
    return 0;
}

int till_place(struct task *task)
{
    if (is_beyond(task->command)) {
        return ERR_FORBIDDEN;
    }
    int err = task_load_order(task, &task->result->entity);
    if (err == 0) {
        return place_again(task);
    }
    if (err == ERR_NOT_FOUND) {
        err = check_guest(task);
        err = err == 0 ? place_new(task) : err;
    }
    return err;
}

/* --- lines of an order that exists --- */

static bool has_line(const struct order *order, uint32_t id)
{
    for (uint32_t i = 0; i < order->lines_count; i++) {
        if (order->lines[i].id == id) {
            return true;
        }
    }
    return false;
}

/* Nothing when a retry finds the line there. */
static int emit_late_line(struct task *task, uint32_t i)
{
    struct line_add add;
    enum stock_policy stock;
    const uint32_t id = task_line_id(task, i);
    if (has_line(task->order, id)) {
        return 0;
    }
    const int err = till_line_of(task, &task->command->lines[i], task->order->mode, &add, &stock);
    if (err == 0) {
        add.line = id;
        line_add_encode(&add, task_body(task));
        task_emit(task, EVENT_LINE_ADD);
        till_stock_sell(task, add.item, stock, add.line, add.quantity, false);
    }
    return err;
}

int till_lines_add(struct task *task)
{
    int err = task_check_key(task);
    if (err == 0 && task->order->is_cancelled) {
        err = ERR_STATE;
    }
    if (err == 0 && task->command->lines_count == 0) {
        err = ERR_MALFORMED;
    }
    if (err == 0 && task->command->lines_count > ORDER_LINES_MAX) {
        err = ERR_TOO_MANY;
    }
    for (uint32_t i = 0; i < task->command->lines_count && err == 0; i++) {
        err = emit_late_line(task, i);
    }
    if (err == 0 && task->result->events_count > ORDER_LINES_MAX - task->order->lines_count) {
        err = ERR_TOO_MANY;
    }
    return err;
}

static bool has_same_options(const struct order_line *line, const struct line_options *options)
{
    bool is_same = line->options_count == options->count;
    for (uint32_t i = 0; i < options->count && is_same; i++) {
        is_same = bytes_equal(line->options[i].name, options->options[i].name) &&
                  line->options[i].price_minor == options->options[i].price_minor;
    }
    return is_same;
}

static int set_options(struct task *task, const struct order_line *line, struct line_set *set)
{
    struct menu_item item;
    if (line->item == 0) {
        return ERR_STATE;
    }
    int err = task_load_item(task, line->item, &item);
    if (err == 0) {
        err = till_line_options(task, &item, &task->command->lines[0], &set->options);
    }
    err = task_refused(task, line->item, err);
    /* A conflict of options is settled by saying them again. */
    set->has_options = err == 0 && (line->has_conflict || !has_same_options(line, &set->options));
    return err;
}

/* Not below what was given out, not above what an order may hold. */
static int set_quantity(const struct task *task, const struct order_line *line,
                        struct line_set *set)
{
    const int64_t wished = (int64_t)line->quantity_wished + task->command->quantity_delta;
    set->quantity_delta = task->command->quantity_delta;
    if (wished > ORDER_QUANTITY_MAX) {
        return ERR_TOO_LARGE;
    }
    return wished >= (int64_t)line->handed ? 0 : ERR_STATE;
}

static void set_note(const struct task *task, const struct order_line *line, struct line_set *set)
{
    const struct command *command = task->command;
    set->note = command->note;
    set->has_note =
        command->has_note && (line->has_conflict || !bytes_equal(line->note, command->note));
}

int till_line_set(struct task *task)
{
    struct selection selection;
    struct line_set set = {0};
    int err = task->command->ids_count == 1 ? task_select(task, &selection) : ERR_MALFORMED;
    if (err != 0) {
        return err;
    }
    const struct order_line *line = task_line(task, &selection, 0);
    if (line->is_void || line->is_refused || task->order->is_cancelled) {
        return ERR_STATE;
    }
    err = set_quantity(task, line, &set);
    if (err == 0 && task->command->has_options) {
        err = set_options(task, line, &set);
    }
    if (err != 0) {
        return err;
    }
    set_note(task, line, &set);
    if (set.quantity_delta != 0 || set.has_options || set.has_note) {
        set.line = line->id;
        line_set_encode(&set, task_body(task));
        task_emit(task, EVENT_LINE_SET);
    }
    if (set.quantity_delta > 0) {
        return till_stock_sell_more(task, line, (uint32_t)set.quantity_delta);
    }
    if (set.quantity_delta < 0) {
        till_stock_give_up(task, line, (uint32_t) - (int64_t)set.quantity_delta);
    }
    return 0;
}

int till_lines_void(struct task *task)
{
    struct selection selection;
    struct line_void gone = {.reason = task->command->reason};
    const bool is_said = task->command->ids_count > 0 && gone.reason.size > 0;
    const int err = is_said ? task_select(task, &selection) : ERR_MALFORMED;
    if (err != 0) {
        return err;
    }
    for (uint32_t i = 0; i < selection.count; i++) {
        const struct order_line *line = task_line(task, &selection, i);
        if (line->handed > 0) {
            return ERR_STATE;
        }
        if (!line->is_void) {
            gone.lines.ids[gone.lines.count++] = line->id;
            till_stock_give_up(task, line, UINT32_MAX);
        }
    }
    if (gone.lines.count > 0) {
        line_void_encode(&gone, task_body(task));
        task_emit(task, EVENT_LINE_VOID);
    }
    return 0;
}
