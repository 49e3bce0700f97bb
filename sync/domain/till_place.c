/* Placing an order and changing its lines. Names, prices, taxes and stations come from the menu and
 * are frozen in the line; the browser says only which item, how many and which options. */
#include "sync/domain/till_stock.h"

#include "sync/base/money.h"
#include "sync/domain/bill.h"

/* --- a line from the menu --------------------------------------------------------------------- */

struct choices {
    bool is_chosen[MENU_OPTION_GROUPS_MAX][MENU_CHOICES_MAX];
};

static int choices_mark(const struct menu_item *item, const struct wanted_line *wanted,
                        struct choices *choices)
{
    if (wanted->options_count > LINE_OPTIONS_MAX) {
        return ERR_TOO_MANY;
    }
    for (uint32_t i = 0; i < wanted->options_count; i++) {
        const struct wanted_option *option = &wanted->options[i];
        if (option->group >= item->groups_count ||
            option->choice >= item->groups[option->group].choices_count) {
            return ERR_MISMATCH;
        }
        bool *is_chosen = &choices->is_chosen[option->group][option->choice];
        if (*is_chosen) {
            return ERR_MISMATCH;
        }
        *is_chosen = true;
    }
    return 0;
}

/* In the menu's order, whatever the order of taps: equal dishes read equal. */
static int group_options(const struct menu_group *group, const bool *is_chosen,
                         struct line_options *options)
{
    const uint32_t before = options->count;
    for (uint32_t i = 0; i < group->choices_count; i++) {
        if (is_chosen[i]) {
            options->options[options->count++] = (struct line_option){
                .name = group->choices[i].name, .price_minor = group->choices[i].price_minor};
        }
    }
    const uint32_t chosen = options->count - before;
    return chosen >= group->choices_min && chosen <= group->choices_max ? 0 : ERR_MISMATCH;
}

/* The options that @wanted names by index. ERR_MISMATCH: not what the menu offers now. */
static int options_of(const struct menu_item *item, const struct wanted_line *wanted,
                      struct line_options *ret_options)
{
    struct choices choices = {0};
    struct line_options options = {0};
    int err = choices_mark(item, wanted, &choices);
    for (uint32_t i = 0; i < item->groups_count && err == 0; i++) {
        err = group_options(&item->groups[i], choices.is_chosen[i], &options);
    }
    if (err == 0) {
        *ret_options = options;
    }
    return err;
}

static int tax_of(uint32_t eat_in_bp, uint32_t take_away_bp, struct bytes mode,
                  uint32_t *ret_tax_bp)
{
    if (bytes_equal(mode, bytes_of_text("eat-in"))) {
        *ret_tax_bp = eat_in_bp;
        return 0;
    }
    if (bytes_equal(mode, bytes_of_text("take-away"))) {
        *ret_tax_bp = take_away_bp;
        return 0;
    }
    return ERR_MALFORMED;
}

/* The item with the rate that counts: its tax's when it names one, else its own. The scratch holds
 * one entity, so the item is read again after its tax. */
static int load_item_taxed(struct task *task, uint64_t number, struct bytes mode,
                           struct menu_item *ret_item, uint32_t *ret_tax_bp)
{
    struct record tax;
    int err = task_load_item(task, number, ret_item);
    if (err != 0 || ret_item->tax == 0) {
        return err != 0
                   ? err
                   : tax_of(ret_item->tax_eat_in_bp, ret_item->tax_take_away_bp, mode, ret_tax_bp);
    }
    err = task_load_tax(task, ret_item->tax, &tax);
    if (err == 0) {
        err = tax_of((uint32_t)record_number(&tax, TAX_EAT_IN),
                     (uint32_t)record_number(&tax, TAX_TAKE_AWAY), mode, ret_tax_bp);
    }
    return err != 0 ? err : task_load_item(task, number, ret_item);
}

/* The texts of @ret_add live as long as till->scratch is not used again. */
static int line_of(struct task *task, const struct wanted_line *wanted, struct bytes mode,
                   struct line_add *ret_add, enum stock_policy *ret_stock)
{
    struct menu_item item;
    struct line_add add = {.item = wanted->item, .note = wanted->note};
    if (wanted->quantity < 1) {
        return ERR_MALFORMED;
    }
    int err = load_item_taxed(task, wanted->item, mode, &item, &add.tax_bp);
    if (err == 0) {
        err = options_of(&item, wanted, &add.options);
    }
    if (err != 0) {
        return err;
    }
    add.name = item.name;
    add.quantity = (uint32_t)wanted->quantity;
    add.unit_price_minor = item.price_minor;
    add.station = item.station;
    add.stall = item.stall;
    *ret_stock = item.stock;
    *ret_add = add;
    return 0;
}

static int bill_line_of(const struct line_add *add, struct bill_line *ret_line)
{
    int64_t price = add->unit_price_minor;
    int err = 0;
    for (uint32_t i = 0; i < add->options.count && err == 0; i++) {
        err = money_add(price, add->options.options[i].price_minor, &price);
    }
    if (err == 0) {
        *ret_line = (struct bill_line){
            .quantity = add->quantity, .tax_bp = add->tax_bp, .unit_price_minor = price};
    }
    return err;
}

static int check_lines_count(const struct task *task, uint32_t present)
{
    const uint32_t count = task->command->lines_count;
    if (count == 0) {
        return ERR_MALFORMED;
    }
    return count <= ORDER_LINES_MAX - present ? 0 : ERR_TOO_MANY;
}

/* --- placing ---------------------------------------------------------------------------------- */

static int emit_open(struct task *task, const struct popup *popup)
{
    const struct till *till = task->till;
    const struct order_open open = {
        .day = popup->day,
        .lane = till->lane,
        .number = till->number_next,
        .channel = task->command->channel,
        .mode = task->command->mode,
        .name = task->command->name,
        .is_pay_first = popup->is_pay_first || task->command->is_draft,
        .prices_include_tax = popup->prices_include_tax,
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

static int emit_placed_line(struct task *task, uint32_t i, struct bill_line *ret_line)
{
    struct line_add add;
    enum stock_policy stock;
    int err = line_of(task, &task->command->lines[i], task->command->mode, &add, &stock);
    if (err == 0) {
        err = bill_line_of(&add, ret_line);
    }
    if (err == 0) {
        add.line = i + 1;
        line_add_encode(&add, task_body(task));
        task_emit(task, EVENT_LINE_ADD);
        till_stock_sell(task, add.item, stock, add.line, add.quantity, false);
    }
    return err;
}

/* What the lines cost together. */
static int emit_placed_lines(struct task *task, enum bill_mode mode, int64_t *ret_total)
{
    struct bill_line lines[ORDER_LINES_MAX];
    struct bill bill;
    const uint32_t count = task->command->lines_count;
    int err = check_lines_count(task, 0);
    for (uint32_t i = 0; i < count && err == 0; i++) {
        err = emit_placed_line(task, i, &lines[i]);
    }
    /* A line that its decoder refuses must not reach the bill's own bounds. */
    if (err == 0) {
        err = task->err;
    }
    if (err == 0) {
        err = bill_compute(mode, lines, count, &bill);
    }
    if (err == 0) {
        *ret_total = bill.sum.payable_minor;
    }
    return err;
}

static int pay_placed(struct task *task, const struct popup *popup)
{
    const struct command *command = task->command;
    const struct entity_id id = task_placed_payment_id(&task->result->entity);
    const int64_t total = task->result->total_minor;
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

static int place_new(struct task *task)
{
    struct popup popup;
    int err = task_load_popup(task, &popup);
    if (err == 0) {
        err = emit_open(task, &popup);
    }
    if (err == 0) {
        err = emit_placed_lines(task, popup.prices_include_tax ? BILL_INCLUSIVE : BILL_EXCLUSIVE,
                                &task->result->total_minor);
    }
    if (err == 0 && task->command->is_paid_now) {
        err = pay_placed(task, &popup);
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

/* A customer says nothing of money that changed hands, and buys what there is a right to sell. */
static bool is_beyond_customer(const struct command *command)
{
    return command->principal.role == ROLE_CUSTOMER && (command->is_paid_now || command->is_forced);
}

int till_place(struct task *task)
{
    if (is_beyond_customer(task->command)) {
        return ERR_FORBIDDEN;
    }
    const int err = task_load_order(task, &task->result->entity);
    if (err == 0) {
        return place_again(task);
    }
    return err == ERR_NOT_FOUND ? place_new(task) : err;
}

/* --- lines of an order that exists ------------------------------------------------------------ */

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
    const int err = line_of(task, &task->command->lines[i], task->order->mode, &add, &stock);
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
        err = options_of(&item, &task->command->lines[0], &set->options);
    }
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
