#include "gateway/reconcile/books.h"

#include <stdlib.h>
#include <string.h>

#include "node/api/state.h"
#include "node/os/room.h"
#include "sync/base/check.h"
#include "sync/log/tables.h"

enum {
    ORDERS_PER_READ = 200, /* of one read transaction */
    SLACK_S = 3600,        /* the device that opened the order may have another clock */
};

/* --- lists --- */

struct money_item *money_list_add(struct money_list *list)
{
    struct money_item *items =
        list->count == MONEY_ITEMS_MAX
            ? NULL
            : room_make(list->items, list->count, &list->capacity, sizeof *items);
    if (items == NULL) {
        return NULL;
    }
    list->items = items;
    struct money_item *item = &list->items[list->count++];
    memset(item, 0, sizeof *item);
    return item;
}

void money_list_close(struct money_list *list)
{
    free(list->items);
    *list = (struct money_list){.items = NULL};
}

static struct money_order *order_new(struct books *books)
{
    struct money_order *orders = books->orders_count == MONEY_ORDERS_MAX
                                     ? NULL
                                     : room_make(books->orders, books->orders_count,
                                                 &books->orders_capacity, sizeof *orders);
    if (orders == NULL) {
        return NULL;
    }
    books->orders = orders;
    struct money_order *order = &books->orders[books->orders_count++];
    memset(order, 0, sizeof *order);
    return order;
}

void books_close(struct books *books)
{
    money_list_close(&books->items);
    free(books->orders);
    *books = (struct books){.orders = NULL};
}

/* --- one order --- */

static void text_copy(char *to, size_t capacity, struct bytes from)
{
    check(from.size < capacity);
    if (from.size > 0) {
        memcpy(to, from.data, from.size);
    }
    to[from.size] = '\0';
}

static struct money_item *item_new(struct books *books, const struct order *order,
                                   enum stripe_fact_kind kind, struct bytes id, struct bytes intent)
{
    struct money_item *item = money_list_add(&books->items);
    if (item != NULL) {
        item->kind = kind;
        item->has_order = true;
        item->order = order->id;
        text_copy(item->id, sizeof item->id, id);
        text_copy(item->intent, sizeof item->intent, intent);
    }
    return item;
}

static bool add_intent(struct books *books, const struct order *order,
                       const struct ledger_intent *intent, int64_t since_s)
{
    struct money_item *item = item_new(books, order, STRIPE_INTENT, intent->id, intent->id);
    if (item == NULL) {
        return false;
    }
    item->state = (int)intent->state;
    item->amount_minor = intent->amount_minor;
    item->held_minor = intent->state == INTENT_HELD ? intent->capturable_minor : 0;
    item->received_minor = intent->received_minor;
    item->since_s = since_s;
    text_copy(item->currency, sizeof item->currency, intent->currency);
    return true;
}

static bool add_refund(struct books *books, const struct order *order,
                       const struct ledger_refund *refund)
{
    struct money_item *item = item_new(books, order, STRIPE_REFUND, refund->id, refund->intent);
    if (item == NULL) {
        return false;
    }
    item->state = (int)refund->status;
    item->amount_minor = refund->amount_minor;
    item->has_wish = refund->wish.size > 0;
    return true;
}

static bool add_dispute(struct books *books, const struct order *order,
                        const struct ledger_dispute *dispute)
{
    struct money_item *item = item_new(books, order, STRIPE_DISPUTE, dispute->id, dispute->intent);
    if (item == NULL) {
        return false;
    }
    item->state = (int)dispute->status;
    item->amount_minor = dispute->amount_minor;
    return true;
}

static bool add_items(struct books *books, const struct order *order, int64_t epoch_ms)
{
    const struct ledger *ledger = &order->ledger;
    const int64_t opened_s = epoch_ms / 1000 + (int64_t)(order->opened_t / 1000) - SLACK_S;
    bool has_room = true;
    for (uint32_t i = 0; i < ledger->intents_count && has_room; i++) {
        has_room = add_intent(books, order, &ledger->intents[i], opened_s);
    }
    for (uint32_t i = 0; i < ledger->refunds_count && has_room; i++) {
        has_room = add_refund(books, order, &ledger->refunds[i]);
    }
    for (uint32_t i = 0; i < ledger->disputes_count && has_room; i++) {
        has_room = add_dispute(books, order, &ledger->disputes[i]);
    }
    return has_room;
}

static void add_wishes(struct money_order *to, const struct ledger *ledger)
{
    for (uint32_t i = 0; i < ledger->wishes_count; i++) {
        const struct ledger_wish *wish = &ledger->wishes[i];
        to->open_minor += wish->state == WISH_OPEN ? wish->open_minor : 0;
        to->failed_minor += wish->state == WISH_FAILED ? wish->amount_minor - wish->given_minor : 0;
    }
    for (uint32_t i = 0; i < ledger->intents_count; i++) {
        const struct ledger_intent *intent = &ledger->intents[i];
        const bool is_open = intent->state < INTENT_HELD;
        to->form_minor += is_open ? intent->amount_minor : 0;
    }
}

static bool is_over(const struct order *order)
{
    return order->is_cancelled || order->phase == PHASE_COMPLETED ||
           order->phase == PHASE_REFUSED || order->phase == PHASE_CANCELLED;
}

/* What was paid otherwise went to the dishes last: the tip is in what the card owes, as far as that
 * goes. */
static int64_t tip_of_owed(int64_t tip_minor, int64_t owed_minor)
{
    const int64_t owed = owed_minor > 0 ? owed_minor : 0;
    return tip_minor < owed ? tip_minor : owed;
}

int books_add(struct books *books, const struct order *order, int64_t epoch_ms)
{
    const struct ledger *ledger = &order->ledger;
    if (ledger->intents_count + ledger->refunds_count + ledger->disputes_count +
            ledger->wishes_count ==
        0) {
        return 0;
    }
    struct money_order *to = order_new(books);
    if (to == NULL) {
        return ERR_TOO_MANY;
    }
    to->id = order->id;
    to->day = order->day;
    to->is_over = is_over(order);
    to->is_partial =
        (order->flags & (FLAG_OPAQUE | FLAG_PENDING | FLAG_OVERFLOW | FLAG_CUT_SHORT)) != 0;
    to->held_minor = ledger->held_minor;
    to->due_minor = order->due_minor;
    to->owed_minor = ledger->received_minor - ledger->refunded_minor - order->due_minor;
    to->tip_minor = tip_of_owed(order->tip_minor, to->owed_minor);
    if (order->numbers_count > 0) {
        number_print(order->numbers[0].lane, order->numbers[0].number, to->number);
    }
    add_wishes(to, ledger);
    return add_items(books, order, epoch_ms) ? 0 : ERR_TOO_MANY;
}

/* --- all of them --- */

/* Where it is in the store. */
struct walk {
    const struct gate *gate;
    struct books *books;
    struct history *history;
    struct order *order;
    int64_t epoch_ms;
    struct key at; /* the next row is at or above it */
};

static int popup_read(struct walk *walk, struct store_txn *txn)
{
    const struct entity_id id = entity_id_derive(KIND_POPUP, 0);
    struct money_style *style = &walk->books->style;
    struct popup popup;
    int err = history_get(walk->history, txn, KIND_POPUP, &id);
    if (err == ERR_NOT_FOUND || err == ERR_MALFORMED) {
        history_reset(walk->history, KIND_POPUP, &id);
        err = 0;
    }
    if (err == 0) {
        popup_derive(walk->history, &popup);
        text_copy(style->currency, sizeof style->currency, popup.currency);
        style->digits = popup.currency_digits;
    }
    return err;
}

static int order_look(struct walk *walk, const struct entity_id *id, struct bytes row)
{
    walk->books->looked_at++;
    if (history_decode(walk->history, KIND_ORDER, id, row) != 0) {
        return 0; /* it is being mended */
    }
    order_derive(walk->history, walk->order);
    return books_add(walk->books, walk->order, walk->epoch_ms);
}

/* The row at the cursor, when it is of an order. ERR_NOT_FOUND: it is not, there are no more. A key
 * that nobody writes is passed over, as a spoilt row is. */
static int row_look(struct walk *walk, struct bytes key, struct bytes row)
{
    enum kind kind = KIND_NONE;
    struct entity_id id;
    if (key.data[0] != KIND_ORDER) {
        return ERR_NOT_FOUND;
    }
    if (key_state_parse(key, &kind, &id) != 0) {
        return 0;
    }
    walk->at = key_state(kind, &id);
    walk->at.data[walk->at.size++] = 0; /* just above it */
    return order_look(walk, &id, row);
}

/* A bounded number of orders; ERR_NOT_FOUND: there are no more. */
static int orders_read(struct walk *walk, struct store_txn *txn)
{
    struct store_cursor cursor;
    struct bytes key, value;
    const size_t until = walk->books->looked_at + ORDERS_PER_READ;
    int err = store_cursor_open(txn, TABLE_STATE, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&walk->at), &key, &value);
    while (err == 0 && walk->books->looked_at < until) {
        err = row_look(walk, key, value);
        err = err == 0 ? store_cursor_next(&cursor, &key, &value) : err;
    }
    store_cursor_close(&cursor);
    return err;
}

static int part_read(struct walk *walk)
{
    struct store_txn *txn = NULL;
    int err = walk->gate->read_begin(walk->gate->context, &txn);
    if (err != 0) {
        return err;
    }
    err = walk->books->looked_at == 0 ? popup_read(walk, txn) : 0;
    err = err == 0 ? orders_read(walk, txn) : err;
    walk->gate->read_end(walk->gate->context, txn);
    return err;
}

static int epoch_get(const struct gate *gate, int64_t *ret_epoch_ms)
{
    struct gate_live *live = calloc(1, sizeof *live);
    if (live == NULL) {
        return ERR_NO_MEMORY;
    }
    gate->live(gate->context, live);
    *ret_epoch_ms = live->epoch_ms;
    free(live);
    return 0;
}

int books_read(const struct gate *gate, struct books *books,
               void (*on_look)(void *context, size_t looked_at), void *context)
{
    static const struct entity_id first;
    struct walk walk = {.gate = gate,
                        .books = books,
                        .history = history_new(),
                        .order = calloc(1, sizeof *walk.order),
                        .at = key_state(KIND_ORDER, &first)};
    int err = walk.history != NULL && walk.order != NULL ? epoch_get(gate, &walk.epoch_ms)
                                                         : ERR_NO_MEMORY;
    while (err == 0) {
        err = part_read(&walk);
        on_look(context, books->looked_at);
    }
    history_free(walk.history);
    free(walk.order);
    return err == ERR_NOT_FOUND ? 0 : err;
}
