#include "sync/domain/till_cart.h"

#include "sync/base/check.h"
#include "sync/domain/till_line.h"
#include "sync/domain/till_sheet.h"

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

/* Others sit there now, as the command says. */
static int sit_anew(struct task *task, const struct sheet *sheet)
{
    const struct command *command = task->command;
    struct till_result *result = task->result;
    struct table table = {.session = command->principal.session,
                          .generation = sheet_generation(sheet)};
    struct cart cart = {.version = 1, .begun_t = task->till->now_t, .table = sheet->table};
    struct writer writer;
    const int err = till_sheet_today(task, sheet->table, &table.day, &table.cleared);
    if (err != 0) {
        return err;
    }
    writer_init(&writer, result->table_data, sizeof result->table_data);
    table_encode(&table, &writer);
    check(writer_finish(&writer, &result->table_row) == 0);
    return keep_cart(task, table.session, &cart);
}

/* Whether those of @table, who did not leave it, may still be there. */
static bool is_fresh(const struct till *till, const struct table *table)
{
    return till->carts != NULL &&
           carts_is_fresh(till->carts, table->session, till->now_mono_ms, TABLE_IDLE_MS);
}

/* Whether a code of device @issuer opens the table: whatever became of the device since, what it
 * said of this generation counts. */
static bool is_opened_by(const struct task *task, const struct sheet *sheet, uint64_t issuer)
{
    for (uint32_t i = 0; i < sheet->makers_count; i++) {
        const struct roster_log *log = roster_log_find(task->till->roster, sheet->makers[i]);
        if (log != NULL && log->device == issuer) {
            return true;
        }
    }
    return false;
}

/* What the command's code says is what opens the table now. */
static bool is_code_good(const struct task *task, const struct sheet *sheet)
{
    const struct command *command = task->command;
    const uint32_t generation = sheet_generation(sheet);
    return generation != 0 && generation == command->generation &&
           is_opened_by(task, sheet, command->issuer);
}

int till_table_sit(struct task *task)
{
    const struct command *command = task->command;
    struct sheet sheet;
    struct table table;
    bool is_left = true;
    int err = till_sheet_load(task, command->item, &sheet);
    if (err == 0 && !is_code_good(task, &sheet)) {
        err = ERR_EXPIRED;
    }
    if (err == 0) {
        err = table_get(task->till->txn, command->item, &table);
    }
    if (err == 0) {
        err = till_sheet_is_left(task, &sheet, &table, &is_left);
    }
    if (err != 0) {
        return err;
    }
    const bool is_sat = !is_left && is_fresh(task->till, &table);
    put_be64(task->result->entity.bytes, is_sat ? table.session : command->principal.session);
    return is_sat ? 0 : sit_anew(task, &sheet);
}

/* A customer's is where his cart was begun, unless others sit there by now. */
static int table_of_customer(struct task *task, uint32_t *ret_number)
{
    const uint64_t session = task->command->principal.session;
    struct cart cart;
    struct sheet sheet;
    struct table table;
    bool is_left = true;
    int err = cart_get(task->till->txn, session, &cart);
    *ret_number = 0;
    if (err != 0 || cart.table == 0) {
        return err;
    }
    err = till_sheet_load(task, cart.table, &sheet);
    if (err == 0) {
        err = table_get(task->till->txn, cart.table, &table);
    }
    if (err == 0 && table.session == session) {
        err = till_sheet_is_left(task, &sheet, &table, &is_left);
    }
    if (err == 0 && !is_left) {
        *ret_number = cart.table;
    }
    return err;
}

/* Where it is brought is no reason to refuse an order: what newer software wrote of the table, or
 * the disk spoilt, says none. */
static int table_if_known(struct task *task, uint32_t *ret_number)
{
    const int err = table_of_customer(task, ret_number);
    if (err == ERR_SPOILT) {
        task->result->is_row_spoilt = true;
    }
    return err == ERR_IO ? err : 0;
}

int till_order_table(struct task *task, uint32_t *ret_number)
{
    if (is_customer(task)) {
        return table_if_known(task, ret_number);
    }
    *ret_number = task->command->table;
    return *ret_number <= TABLE_NUMBER_MAX ? 0 : ERR_MALFORMED;
}
