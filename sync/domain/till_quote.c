#include "sync/domain/till_quote.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/till_line.h"
#include "sync/domain/till_stock.h"

int till_quote_load(const struct task *task, struct quote *ret_quote)
{
    const struct till *till = task->till;
    const struct command *command = task->command;
    const struct quote_slot *slot =
        till->quotes == NULL
            ? NULL
            : quotes_find(till->quotes, command->principal.session, till->now_mono_ms);
    if (slot == NULL || !entity_id_equal(&slot->id, &command->quote) ||
        (slot->is_ordered && !entity_id_equal(&slot->order, &task->result->entity))) {
        return ERR_EXPIRED;
    }
    const int err = quote_get(till->txn, slot->session, ret_quote);
    const bool is_it = err == 0 && entity_id_equal(&ret_quote->id, &command->quote);
    return err == ERR_NOT_FOUND || (err == 0 && !is_it) ? ERR_EXPIRED : err;
}

/* --- what there is of a line --- */

/* Peers are asked for what is lacking here, never for more than one customer may hold. */
static void note_lack(struct task *task, const struct line_add *add, const struct stock_free *found)
{
    struct till_result *result = task->result;
    const uint32_t units =
        add->quantity < HOLD_SESSION_UNITS_MAX ? add->quantity : HOLD_SESSION_UNITS_MAX;
    if (result->short_item == 0 && (int64_t)add->quantity > found->unheld) {
        result->short_item = add->item;
        result->short_units = till_stock_rights_for(task, add->item, true, units, found);
    }
}

static int hold_line(struct task *task, struct quote_entry *entry)
{
    const int64_t wanted = entry->add.quantity;
    struct stock_free found;
    const int err = till_stock_free(task, entry->add.item, true, &found);
    if (err != 0) {
        return err;
    }
    if (wanted <= found.units) {
        entry->state = QUOTE_HELD;
        till_stock_want(task, entry->add.item, entry->add.quantity);
        return 0;
    }
    note_lack(task, &entry->add, &found);
    entry->state = QUOTE_SHORT;
    entry->left = found.units > 0 ? (uint64_t)found.units : 0;
    return 0;
}

/* What is not sold at this moment is named all the same. */
static int name_line(struct task *task, const struct wanted_line *wanted, struct quote_entry *entry)
{
    struct menu_item item;
    const int err = task_load_item(task, wanted->item, &item);
    if (err != 0 && err != ERR_UNAVAILABLE) {
        return err;
    }
    task->result->refused_choice = (struct choice_place){0}; /* nothing is refused */
    entry->state = QUOTE_SOLD_OUT;
    entry->add = (struct line_add){.item = wanted->item,
                                   .name = item.name,
                                   .quantity = (uint32_t)wanted->quantity,
                                   .unit_price_minor = item.price_minor,
                                   .note = wanted->note};
    return 0;
}

static int quote_line(struct task *task, uint32_t i, struct writer *writer)
{
    const struct wanted_line *wanted = &task->command->lines[i];
    struct quote_entry entry = {.state = QUOTE_OFFERED};
    enum stock_policy stock = STOCK_OFF;
    int err = till_line_of(task, wanted, task->command->mode, &entry.add, &stock);
    if (err == ERR_UNAVAILABLE) {
        err = task_refused(task, wanted->item, name_line(task, wanted, &entry));
    } else if (err == 0 && stock == STOCK_STRICT) {
        err = hold_line(task, &entry);
    }
    if (err == 0) {
        entry.add.line = i + 1;
        quote_write_entry(&entry, writer);
    }
    return err;
}

/* --- a new one --- */

enum { QUOTE_HEAD_BYTES_MAX = 64 + NAME_BYTES_MAX };

/* Those who share a session ask the same, each from his own phone: what one was told stands, while
 * another would be told no other. Of the one that stands @head gets the name. */
static int stands_same(const struct task *task, struct quote *head, struct bytes entries,
                       bool *ret_is)
{
    const struct till *till = task->till;
    const struct quote_slot *slot =
        quotes_find(till->quotes, task->command->principal.session, till->now_mono_ms);
    uint8_t data[QUOTE_HEAD_BYTES_MAX];
    struct writer writer;
    struct bytes begin, stored;
    *ret_is = false;
    if (slot == NULL || slot->is_ordered) {
        return 0;
    }
    const struct key key = quote_key(slot->session);
    head->id = slot->id;
    head->until_mono_ms = slot->until_mono_ms;
    writer_init(&writer, data, sizeof data);
    quote_write_head(head, task->command->lines_count, &writer);
    check(writer_finish(&writer, &begin) == 0);
    const int err = store_get(till->txn, TABLE_LOCAL, key_bytes(&key), &stored);
    *ret_is = err == 0 && stored.size == begin.size + entries.size &&
              memcmp(stored.data, begin.data, begin.size) == 0 &&
              memcmp(stored.data + begin.size, entries.data, entries.size) == 0;
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* What was written has to read as an order's lines would, and to be payable. */
static int check_row(struct bytes row)
{
    struct quote quote;
    struct bill bill;
    int64_t tip_minor;
    int err = quote_decode(row, &quote);
    if (err == 0) {
        err = quote_bill(&quote, &bill);
    }
    return err != 0 ? err : quote_tip(&quote, &bill, &tip_minor);
}

static int quote_new(struct task *task, const struct popup *popup)
{
    struct till_result *result = task->result;
    struct quote head = {.id = result->entity,
                         .until_mono_ms = result->quote.until_mono_ms,
                         .mode = task->command->mode,
                         .prices_include_tax = popup->prices_include_tax,
                         .tip_minor = task->command->tip_minor,
                         .tip_bp = task->command->tip_bp};
    struct writer writer;
    bool is_same = false;
    int err = till_check_lines(task, 0);
    writer_init(&writer, result->body_data, sizeof result->body_data);
    quote_write_head(&head, task->command->lines_count, &writer);
    const size_t head_size = writer.size;
    for (uint32_t i = 0; i < task->command->lines_count && err == 0; i++) {
        err = quote_line(task, i, &writer);
    }
    if (err == 0) {
        err = writer_finish(&writer, &result->quote_row);
    }
    if (err == 0) {
        err = check_row(result->quote_row);
    }
    if (err == 0) {
        const struct bytes entries = bytes_of(writer.data + head_size, writer.size - head_size);
        err = stands_same(task, &head, entries, &is_same);
    }
    if (is_same) {
        result->entity = head.id;
        result->quote_row = bytes_of(NULL, 0);
        result->wants_count = 0;
    }
    return err;
}

/* The same request again finds its quote standing. 0, ERR_CONFLICT, ERR_NOT_FOUND: this is the
 * first, ERR_IO, ERR_SPOILT. */
static int quote_again(const struct task *task)
{
    struct quote quote;
    const struct till *till = task->till;
    const uint64_t session = task->command->principal.session;
    const struct quote_slot *slot = quotes_find(till->quotes, session, till->now_mono_ms);
    if (slot == NULL || !entity_id_equal(&slot->id, &task->result->entity)) {
        return ERR_NOT_FOUND;
    }
    if (!hash_equal(&slot->body_hash, &task->command->body_hash)) {
        return ERR_CONFLICT;
    }
    const int err = quote_get(till->txn, session, &quote);
    return err == 0 && !entity_id_equal(&quote.id, &slot->id) ? ERR_NOT_FOUND : err;
}

int till_quote(struct task *task)
{
    const struct till *till = task->till;
    const struct command *command = task->command;
    struct till_result *result = task->result;
    struct popup popup;
    if (command->principal.role != ROLE_CUSTOMER) {
        return ERR_FORBIDDEN; /* who sells has the order itself */
    }
    if (till->quotes == NULL || till->holds == NULL) {
        return ERR_STATE;
    }
    int err = quote_again(task);
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    err = task_load_popup(task, &popup);
    if (err == 0 && popup.day == 0) {
        err = ERR_STATE;
    }
    result->quote = (struct quote_slot){.session = command->principal.session,
                                        .origin = command->principal.origin,
                                        .id = result->entity,
                                        .body_hash = command->body_hash,
                                        .until_mono_ms = till->now_mono_ms + till->quote_ms};
    return err == 0 ? quote_new(task, &popup) : err;
}

/* Whether it is there or not: it is not afterwards. */
int till_quote_drop(struct task *task)
{
    return task->command->principal.role == ROLE_CUSTOMER ? 0 : ERR_FORBIDDEN;
}
