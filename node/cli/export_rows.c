/* Events, orders, their lines, payments and deductions, and stock as rows. */
#include <stdlib.h>
#include <string.h>

#include "node/api/state.h"
#include "node/blob/words.h"
#include "node/cli/export.h"
#include "sync/domain/deduction.h"
#include "sync/domain/stock.h"
#include "sync/log/run.h"

struct exporting {
    const struct journal *journal;
    uint64_t day;
    struct table *table;
    struct history *history;
    struct order order;
    struct stock stock;
};

static struct bytes id_bytes(const struct entity_id *id)
{
    return bytes_of(id->bytes, sizeof id->bytes);
}

static void put_id64(struct table *table, uint64_t id)
{
    uint8_t bytes[8];
    put_be64(bytes, id);
    table_put_hex(table, bytes_of(bytes, sizeof bytes));
}

static int64_t wall_ms(const struct exporting *exporting, uint64_t t)
{
    return t == 0 ? 0 : exporting->journal->epoch_ms + (int64_t)t;
}

/* --- events --- */

static const char *const event_columns[] = {"log", "seq", "type", "time", "entity", "by", NULL};

static int put_event(struct exporting *exporting, struct bytes key, struct bytes row)
{
    struct table *table = exporting->table;
    struct hash hash;
    struct bytes bytes;
    struct event event;
    uint64_t log = 0, seq = 0;
    int err = key_event_parse(key, &log, &seq);
    if (err == 0) {
        err = event_row_parse(row, &hash, &bytes);
    }
    if (err == 0) {
        err = event_decode(bytes, &event);
    }
    if (err != 0) {
        return err;
    }
    const struct event_info *info = event_info_find(event.type);
    put_id64(table, log);
    table_put_int(table, (int64_t)seq);
    table_put_text(table, bytes_of_text(info == NULL ? "unknown" : info->text));
    table_put_time(table, wall_ms(exporting, event.t));
    table_put_hex(table, id_bytes(&event.entity));
    table_put_int(table, (int64_t)event.by);
    return table_end_row(table);
}

/* --- orders --- */

static const char *const order_columns[] = {
    "order",      "day",       "number",         "phase",       "channel",
    "mode",       "name",      "opened_at",      "ready_at",    "handed_at",
    "owed_minor", "tax_minor", "discount_minor", "paid_minor",  "refunded_minor",
    "due_minor",  "flags",     "table",          "accepted_at", "tip_minor",
    NULL};

static void put_number(struct exporting *exporting)
{
    char number[NUMBER_TEXT_BYTES_MAX] = "";
    const struct order *order = &exporting->order;
    if (order->numbers_count > 0) {
        number_print(order->numbers[0].lane, order->numbers[0].number, number);
    }
    table_put_hex(exporting->table, id_bytes(&order->id));
    table_put_int(exporting->table, (int64_t)order->day);
    table_put_text(exporting->table, bytes_of_text(number));
}

static void put_flags(struct table *table, uint32_t flags)
{
    static const struct {
        uint32_t bit;
        const char *text;
    } names[] = {
#define X(name, bit, text) {name, text},
        ORDER_FLAGS(X)
#undef X
    };
    struct text words = {0};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((flags & names[i].bit) == 0) {
            continue;
        }
        text_append_text(&words, words.size == 0 ? "" : " ");
        text_append_text(&words, names[i].text);
    }
    table_put_text(table, bytes_of(words.data, words.size));
    text_close(&words);
}

static int put_order(struct exporting *exporting)
{
    struct table *table = exporting->table;
    const struct journal *journal = exporting->journal;
    const struct order *order = &exporting->order;
    struct words words;
    put_number(exporting);
    table_put_text(table, bytes_of_text(order_phase_text(order->phase)));
    table_put_text(table, order->channel);
    table_put_text(table, order->mode);
    table_put_text(table, order->has_name_blob
                              ? words_shown(journal->blobs, journal->txn, &order->name_blob,
                                            NAME_BYTES_MAX, &words)
                              : order->name);
    table_put_time(table, wall_ms(exporting, order->opened_t));
    table_put_time(table, wall_ms(exporting, order->ready_t));
    table_put_time(table, wall_ms(exporting, order->handed_t));
    table_put_int(table, order->owed_minor);
    table_put_int(table, order->owed_tax_minor);
    table_put_int(table, order->owed_discount_minor);
    table_put_int(table, order->paid_minor);
    table_put_int(table, order->refunded_minor);
    table_put_int(table, order->due_minor);
    put_flags(table, order->flags);
    table_put_int(table, order->table); /* 0 = none */
    table_put_time(table, wall_ms(exporting, order->accepted_t));
    table_put_int(table, order->tip_minor);
    return table_end_row(table);
}

/* --- lines --- */

static const char *const line_columns[] = {
    "order",   "day",        "number",         "line",          "item",   "name",  "quantity",
    "handed",  "unit_minor", "discount_minor", "payable_minor", "tax_bp", "state", "progress",
    "station", "stall",      "note",           "uncollected",   NULL};

static int put_line(struct exporting *exporting, const struct order_line *line)
{
    static const char *const progress[] = {
        [LINE_WAITING] = "waiting", [LINE_STARTED] = "started", [LINE_DONE] = "done"};
    struct table *table = exporting->table;
    int64_t unit_minor = line->unit_price_minor;
    for (uint32_t i = 0; i < line->options_count; i++) {
        unit_minor += line->options[i].price_minor;
    }
    put_number(exporting);
    table_put_int(table, line->id);
    table_put_int(table, (int64_t)line->item);
    table_put_text(table, line->name);
    table_put_int(table, line->quantity);
    table_put_int(table, line->handed);
    table_put_int(table, unit_minor);
    table_put_int(table, line->discount_minor);
    table_put_int(table, line->payable_minor);
    table_put_int(table, line->tax_bp);
    table_put_text(table, bytes_of_text(line->is_void      ? "void"
                                        : line->is_refused ? "refused"
                                                           : "active"));
    table_put_text(table, bytes_of_text(progress[line->progress]));
    table_put_text(table, line->station);
    table_put_int(table, (int64_t)line->stall);
    table_put_text(table, line->note);
    table_put_int(table, line->uncollected);
    return table_end_row(table);
}

static int put_lines(struct exporting *exporting)
{
    int err = 0;
    for (uint32_t i = 0; i < exporting->order.lines_count && err == 0; i++) {
        err = put_line(exporting, &exporting->order.lines[i]);
    }
    return err;
}

/* --- payments --- */

static const char *const payment_columns[] = {
    "order",          "day",       "number",       "payment",
    "kind",           "method",    "amount_minor", "tendered_minor",
    "rounding_minor", "reference", "at",           NULL};

static int put_payment(struct exporting *exporting, const struct order_payment *payment)
{
    struct table *table = exporting->table;
    put_number(exporting);
    table_put_hex(table, id_bytes(&payment->id));
    table_put_text(table, bytes_of_text(payment->is_refund ? "refund" : "payment"));
    table_put_text(table, payment->method);
    table_put_int(table, payment->amount_minor);
    table_put_int(table, payment->tendered_minor);
    table_put_int(table, payment->rounding_minor);
    table_put_text(table, payment->reference);
    table_put_time(table, wall_ms(exporting, payment->hand.t));
    return table_end_row(table);
}

static int put_payments(struct exporting *exporting)
{
    int err = 0;
    for (uint32_t i = 0; i < exporting->order.payments_count && err == 0; i++) {
        err = put_payment(exporting, &exporting->order.payments[i]);
    }
    return err;
}

/* --- deductions --- */

static const char *const deduction_columns[] = {"order",  "day", "number", "kind",  "by",
                                                "staff",  "log", "line",   "units", "amount_minor",
                                                "method", "at",  "reason", NULL};

static int put_deduction(struct exporting *exporting, const struct deduction *deduction)
{
    struct table *table = exporting->table;
    put_number(exporting);
    table_put_text(table, bytes_of_text(deduction_kind_text(deduction->kind)));
    table_put_text(table, bytes_of_text(deduction_source_text(deduction->source)));
    table_put_int(table, (int64_t)deduction->hand.by);
    put_id64(table, deduction->hand.log); /* zeros = it was not done here */
    table_put_int(table, deduction->line);
    table_put_int(table, deduction->units);
    table_put_int(table, deduction->minor);
    table_put_text(table, deduction->method);
    table_put_time(table, wall_ms(exporting, deduction->hand.t));
    table_put_text(table, deduction->hand.reason);
    return table_end_row(table);
}

static int put_deductions(struct exporting *exporting)
{
    struct deduction deductions[DEDUCTIONS_MAX];
    const uint32_t count = deductions_of(&exporting->order, deductions);
    int err = 0;
    for (uint32_t i = 0; i < count && err == 0; i++) {
        err = put_deduction(exporting, &deductions[i]);
    }
    return err;
}

/* --- stock --- */

static const char *const stock_columns[] = {"item",  "issuer", "log",    "added",  "received",
                                            "given", "taken",  "undone", "forced", NULL};

static int put_stock(struct exporting *exporting)
{
    struct table *table = exporting->table;
    const struct stock *stock = &exporting->stock;
    int err = 0;
    for (uint32_t i = 0; i < stock->accounts_count && err == 0; i++) {
        const struct stock_account *account = &stock->accounts[i];
        table_put_int(table, (int64_t)stock->item);
        put_id64(table, account->issuer);
        put_id64(table, account->log);
        table_put_int(table, account->added);
        table_put_int(table, (int64_t)account->received);
        table_put_int(table, (int64_t)account->given);
        table_put_int(table, (int64_t)account->taken);
        table_put_int(table, (int64_t)account->undone);
        table_put_int(table, (int64_t)account->forced);
        err = table_end_row(table);
    }
    return err;
}

/* --- walking --- */

static int put_order_row(struct exporting *exporting, struct bytes key, struct bytes row,
                         int (*put)(struct exporting *exporting))
{
    enum kind kind;
    struct entity_id id;
    int err = key_state_parse(key, &kind, &id);
    if (err == 0) {
        err = history_decode(exporting->history, kind, &id, row);
    }
    if (err != 0) {
        return err;
    }
    order_derive(exporting->history, &exporting->order);
    const bool is_wanted =
        exporting->day == EXPORT_ANY_DAY || exporting->order.day == exporting->day;
    return is_wanted ? put(exporting) : 0;
}

static int put_orders_row(struct exporting *exporting, struct bytes key, struct bytes row)
{
    return put_order_row(exporting, key, row, put_order);
}

static int put_lines_row(struct exporting *exporting, struct bytes key, struct bytes row)
{
    return put_order_row(exporting, key, row, put_lines);
}

static int put_payments_row(struct exporting *exporting, struct bytes key, struct bytes row)
{
    return put_order_row(exporting, key, row, put_payments);
}

static int put_deductions_row(struct exporting *exporting, struct bytes key, struct bytes row)
{
    return put_order_row(exporting, key, row, put_deductions);
}

static int put_stock_row(struct exporting *exporting, struct bytes key, struct bytes row)
{
    (void)key;
    int err = stock_decode(&exporting->stock, row);
    return err != 0 ? err : put_stock(exporting);
}

/* Every row of @table whose key begins with @prefix (0 = every row). */
static int walk(struct exporting *exporting, enum store_table table, uint8_t prefix,
                int (*put)(struct exporting *exporting, struct bytes key, struct bytes row))
{
    struct store_cursor cursor;
    struct bytes key, row;
    int err = store_cursor_open(exporting->journal->txn, table, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(&prefix, 1), &key, &row);
    while (err == 0 && (prefix == 0 || key.data[0] == prefix)) {
        err = put(exporting, key, row);
        if (err == 0) {
            err = store_cursor_next(&cursor, &key, &row);
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int export_walk(const struct journal *journal, uint64_t day, struct table *table,
                       enum store_table from, uint8_t prefix,
                       int (*put)(struct exporting *exporting, struct bytes key, struct bytes row))
{
    struct exporting *exporting = calloc(1, sizeof *exporting);
    if (exporting == NULL) {
        return ERR_NO_MEMORY;
    }
    exporting->journal = journal;
    exporting->day = day;
    exporting->table = table;
    exporting->history = history_new();
    int err = exporting->history == NULL ? ERR_NO_MEMORY : walk(exporting, from, prefix, put);
    history_free(exporting->history);
    free(exporting);
    return err;
}

static int write_events(const struct journal *journal, uint64_t day, struct table *table)
{
    return export_walk(journal, day, table, TABLE_LOG, 0, put_event);
}

static int write_orders(const struct journal *journal, uint64_t day, struct table *table)
{
    return export_walk(journal, day, table, TABLE_STATE, KIND_ORDER, put_orders_row);
}

static int write_lines(const struct journal *journal, uint64_t day, struct table *table)
{
    return export_walk(journal, day, table, TABLE_STATE, KIND_ORDER, put_lines_row);
}

static int write_payments(const struct journal *journal, uint64_t day, struct table *table)
{
    return export_walk(journal, day, table, TABLE_STATE, KIND_ORDER, put_payments_row);
}

static int write_deductions(const struct journal *journal, uint64_t day, struct table *table)
{
    return export_walk(journal, day, table, TABLE_STATE, KIND_ORDER, put_deductions_row);
}

static int write_stock(const struct journal *journal, uint64_t day, struct table *table)
{
    return export_walk(journal, day, table, TABLE_STATE, KIND_STOCK, put_stock_row);
}

static const struct export_kind kinds[] = {
    {"events", event_columns, false, false, write_events},
    {"orders", order_columns, true, true, write_orders},
    {"lines", line_columns, true, true, write_lines},
    {"payments", payment_columns, true, true, write_payments},
    {"deductions", deduction_columns, true, true, write_deductions},
    {"stock", stock_columns, false, true, write_stock}};

const struct export_kind *export_kind_find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}
