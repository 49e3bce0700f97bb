/* replica_guest.c - strangers at this device: what their quotes hold, and what they ordered and
 * nobody answers for yet.
 *
 * All of it is local. The tables are in memory and outlive an aborted turn, whose commands come
 * again and find what they did there; of quotes the store has what they say, as rows that are
 * removed with them.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/replica/replica_state.h"

enum {
    GUESTS_LOOKED_AT = 8, /* at each command of a customer, besides his own */
    LABEL_BYTES = 5,      /* "quote" */
};

/* --- quotes --- */

static int row_drop(struct replica *replica, struct store_txn *txn, uint64_t session)
{
    const struct key key = quote_key(session);
    const int err = store_del(txn, TABLE_LOCAL, key_bytes(&key));
    replica->is_turn_written = true;
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int quote_drop(struct replica *replica, struct store_txn *txn, uint64_t session)
{
    hold_release(&replica->holds, session);
    quotes_drop(&replica->quotes, session);
    return row_drop(replica, txn, session);
}

static int drop_ended(struct replica *replica, struct store_txn *txn, struct moment now)
{
    uint64_t session;
    int err = 0;
    hold_drop_ended(&replica->holds, now.mono_ms);
    while (err == 0 && quotes_ended(&replica->quotes, now.mono_ms, &session)) {
        err = quote_drop(replica, txn, session);
    }
    return err;
}

/* The first row from @session on that no quote stands for. */
static int orphan_find(const struct replica *replica, struct store_txn *txn, uint64_t *session)
{
    const struct key from = quote_key(*session);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    int err = store_cursor_open(txn, TABLE_LOCAL, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &value);
    while (err == 0) {
        const bool is_quote =
            key.size == from.size && memcmp(key.data, from.data, LABEL_BYTES) == 0;
        if (!is_quote) {
            err = ERR_NOT_FOUND;
            break;
        }
        *session = get_be64(key.data + LABEL_BYTES);
        if (!quotes_have(&replica->quotes, *session)) {
            break;
        }
        err = store_cursor_next(&cursor, &key, &value);
    }
    store_cursor_close(&cursor);
    return err;
}

int replica_guest_open(struct replica *replica, struct store_txn *txn)
{
    uint64_t session = 0;
    /* Who only looks at the store leaves them: the node that owns it may stand by them still. */
    int err = txn->is_writable ? orphan_find(replica, txn, &session) : ERR_NOT_FOUND;
    while (err == 0) {
        err = row_drop(replica, txn, session);
        if (err == 0) {
            err = orphan_find(replica, txn, &session);
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int quote_keep(struct replica *replica, struct store_txn *txn, struct moment now)
{
    const struct till_result *result = replica->result;
    const struct quote_slot *slot = &result->quote;
    const struct key key = quote_key(slot->session);
    int err = quotes_room(&replica->quotes, slot->session, slot->origin);
    if (err == 0) {
        err = hold_replace(&replica->holds, slot->session, slot->origin, result->wants,
                           result->wants_count, now.mono_ms, slot->until_mono_ms - now.mono_ms);
    }
    if (err != 0) {
        return err == ERR_TOO_MANY ? ERR_BUSY : err;
    }
    check(quotes_set(&replica->quotes, slot) == 0);
    replica->is_turn_written = true;
    return store_put(txn, TABLE_LOCAL, key_bytes(&key), result->quote_row);
}

/* --- orders that nobody answers for --- */

/* What is not here any more, or not understood, is nobody's to count. What was placed earlier in
 * this turn has no row yet. */
static bool is_open(struct replica *replica, struct store_txn *txn, const struct entity_id *order)
{
    if (turn_is_dirty(replica->turn, order)) {
        return true;
    }
    if (history_get(replica->history, txn, KIND_ORDER, order) != 0) {
        return false;
    }
    order_derive(replica->history, replica->order);
    return guest_order_is_open(replica->order);
}

static void settle_if_closed(struct replica *replica, struct store_txn *txn, uint32_t at)
{
    const struct entity_id order = replica->guests.orders[at].order;
    if (is_open(replica, txn, &order)) {
        return;
    }
    hold_settle(&replica->holds, &order);
    guests_drop(&replica->guests, at);
}

static void settle_orders(struct replica *replica, struct store_txn *txn, uint64_t session)
{
    struct guests *guests = &replica->guests;
    for (uint32_t i = guests->count; i > 0; i--) {
        if (guests->orders[i - 1].session == session) {
            settle_if_closed(replica, txn, i - 1);
        }
    }
    for (uint32_t i = 0; i < GUESTS_LOOKED_AT && guests->count > 0; i++) {
        guests->next = guests->next < guests->count ? guests->next : 0;
        settle_if_closed(replica, txn, guests->next++);
    }
}

/* --- around a command --- */

static bool is_guest(const struct command *command)
{
    return command->principal.role == ROLE_CUSTOMER;
}

int replica_guest_before(struct replica *replica, struct store_txn *txn,
                         const struct command *command, struct moment now)
{
    int err = drop_ended(replica, txn, now);
    if (err == 0 && is_guest(command)) {
        settle_orders(replica, txn, command->principal.session);
    }
    return err;
}

int replica_guest_after(struct replica *replica, struct store_txn *txn,
                        const struct command *command, struct moment now)
{
    const struct till_result *result = replica->result;
    const uint64_t session = command->principal.session, origin = command->principal.origin;
    if (!is_guest(command)) {
        return 0;
    }
    if (result->quote_row.size > 0) {
        return quote_keep(replica, txn, now);
    }
    const struct quote_slot *slot = quotes_find(&replica->quotes, session, now.mono_ms);
    if (command->kind == COMMAND_QUOTE_DROP) {
        return slot != NULL && entity_id_equal(&slot->id, &command->quote)
                   ? quote_drop(replica, txn, session)
                   : 0;
    }
    if (command->kind != COMMAND_ORDER_PLACE || result->events_count == 0) {
        return 0;
    }
    guests_add(&replica->guests, session, origin, &result->entity);
    quotes_order(&replica->quotes, session, &result->entity);
    hold_sell(&replica->holds, session, origin, &result->entity, result->wants,
              result->wants_count);
    return 0;
}
