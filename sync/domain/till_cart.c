#include "sync/domain/till_cart.h"

#include "sync/domain/cart.h"
#include "sync/domain/till_line.h"

static bool is_customer(const struct task *task)
{
    return task->command->principal.role == ROLE_CUSTOMER;
}

/* There is room for it, or the command leaves nothing at all. */
static int keep_cart(struct task *task, uint64_t session, struct cart *cart)
{
    const struct till *till = task->till;
    struct till_result *result = task->result;
    struct writer writer;
    const int err =
        till->carts == NULL
            ? 0
            : carts_room(till->carts, session, task->command->principal.origin, till->now_mono_ms);
    if (err != 0) {
        return err;
    }
    cart->touched_t = till->now_t;
    writer_init(&writer, result->cart_data, sizeof result->cart_data);
    cart_encode(cart, &writer);
    result->cart_session = session;
    return writer_finish(&writer, &result->cart_row);
}

/* --- edits --- */

static int keep_own_cart(struct task *task, struct cart *cart)
{
    return keep_cart(task, task->command->principal.session, cart);
}

/* The answer names whose cart it is, also where the edit was done before. */
static int load_cart(const struct task *task, struct cart *ret_cart)
{
    const struct command *command = task->command;
    put_be64(task->result->entity.bytes, command->principal.session);
    int err = cart_get(task->till->txn, command->principal.session, ret_cart);
    if (err == 0 && ret_cart->version == 0) {
        ret_cart->begun_t = task->till->now_t;
    }
    return err;
}

/* What is not on the menu, or not so, goes into no cart. */
static int check_wanted(struct task *task)
{
    struct line_add add;
    enum stock_policy stock;
    int err = till_check_lines(task, 0);
    return err != 0 ? err
                    : till_line_of(task, &task->command->lines[0], bytes_of_text("eat-in"), &add,
                                   &stock);
}

static int add_wanted(struct task *task, struct cart *cart, uint64_t edit)
{
    const struct command *command = task->command;
    const int err = check_wanted(task);
    return err != 0 ? err : cart_add(cart, edit, command->name, &command->lines[0]);
}

static int change_line(struct task *task, struct cart *cart, uint64_t edit)
{
    const struct command *command = task->command;
    return cart_change(cart, edit, command->ids[0], command->quantity_delta,
                       command->has_note ? &command->note : NULL);
}

/* An edit of the customer's own cart by @change, once. */
static int edit_cart(struct task *task,
                     int (*change)(struct task *task, struct cart *cart, uint64_t edit))
{
    const uint64_t edit = cart_edit_of(task->command->key);
    struct cart cart;
    if (!is_customer(task)) {
        return ERR_FORBIDDEN;
    }
    int err = load_cart(task, &cart);
    if (err != 0 || cart_has_edit(&cart, edit)) {
        return err;
    }
    err = change(task, &cart, edit);
    return err == 0 ? keep_own_cart(task, &cart) : err;
}

int till_cart_add(struct task *task)
{
    return edit_cart(task, add_wanted);
}

int till_cart_set(struct task *task)
{
    return edit_cart(task, change_line);
}

/* --- its order --- */

int till_cart_check(struct task *task)
{
    const struct command *command = task->command;
    struct cart cart;
    int err = cart_get(task->till->txn, command->principal.session, &cart);
    if (err != 0) {
        return err;
    }
    const bool is_same = cart.version == command->cart_version &&
                         cart.round == command->cart_round &&
                         cart.lines_count == command->lines_count;
    return is_same ? 0 : ERR_MISMATCH;
}

/* What cannot be had has no options in its quote. */
static bool is_quoted(const struct quote_entry *entry, const struct wanted_line *wanted)
{
    return entry->add.item == wanted->item &&
           (int64_t)entry->add.quantity == (int64_t)wanted->quantity &&
           (!quote_entry_counts(entry) || entry->add.options.count == wanted->options_count);
}

int till_cart_quoted(const struct task *task, struct quote *quote)
{
    const struct command *command = task->command;
    bool is_same = quote->entries_count == command->lines_count;
    for (uint32_t i = 0; i < quote->entries_count && is_same; i++) {
        is_same = is_quoted(&quote->entries[i], &command->lines[i]);
        quote->entries[i].add.note = command->lines[i].note;
    }
    return is_same ? 0 : ERR_MISMATCH;
}

int till_cart_end_round(struct task *task)
{
    const uint64_t session = task->command->principal.session;
    struct cart cart;
    int err = cart_get(task->till->txn, session, &cart);
    if (err != 0) {
        return err;
    }
    cart_end_round(&cart, &task->result->entity);
    return keep_cart(task, session, &cart);
}

/* --- tables --- */

static int load_table(const struct task *task, struct table *ret_table)
{
    const uint64_t number = task->command->item;
    return number >= 1 && number <= TABLE_NUMBER_MAX ? table_get(task->till->txn, number, ret_table)
                                                     : ERR_NOT_FOUND;
}

static int keep_table(struct task *task, const struct table *table)
{
    struct till_result *result = task->result;
    struct writer writer;
    writer_init(&writer, result->table_data, sizeof result->table_data);
    table_encode(table, &writer);
    return writer_finish(&writer, &result->table_row);
}

/* Others sit there now, as the command says. */
static int sit_anew(struct task *task, struct table *table)
{
    const struct command *command = task->command;
    struct cart cart = {.version = 1, .begun_t = task->till->now_t};
    table->session = command->principal.session;
    int err = keep_table(task, table);
    return err == 0 ? keep_cart(task, table->session, &cart) : err;
}

int till_table_sit(struct task *task)
{
    const struct till *till = task->till;
    struct table table;
    int err = load_table(task, &table);
    if (err != 0) {
        return err;
    }
    if (table.generation == 0 || table.generation != task->command->generation) {
        return ERR_EXPIRED;
    }
    if (table.session == 0 || till->carts == NULL ||
        !carts_is_fresh(till->carts, table.session, till->now_mono_ms, TABLE_IDLE_MS)) {
        err = sit_anew(task, &table);
    }
    put_be64(task->result->entity.bytes, table.session);
    return err;
}

/* One that has none gets the command's. */
int till_table_code(struct task *task)
{
    struct table table;
    const int err = load_table(task, &table);
    if (err != 0 || table.generation != 0) {
        return err;
    }
    table.generation = task->command->generation;
    return table.generation != 0 ? keep_table(task, &table) : ERR_MALFORMED;
}

/* Whoever comes next are others. */
int till_table_clear(struct task *task)
{
    struct table table;
    const int err = load_table(task, &table);
    if (err != 0 || table.session == 0) {
        return err;
    }
    table.session = 0;
    return keep_table(task, &table);
}

/* The codes that were printed open it no more. */
int till_table_revoke(struct task *task)
{
    const struct table none = {.generation = 0};
    struct table table;
    const int err = load_table(task, &table);
    return err != 0 || table.generation == 0 ? err : keep_table(task, &none);
}
