/* The node's changes: who of those that want to hear of an order is to be looked at. */
#include <string.h>

#include "gateway/notify/messenger_state.h"
#include "node/os/logger.h"
#include "sync/domain/day.h"
#include "sync/log/tables.h"

enum { CHANGES_PER_TURN = 1000 };

/* --- who is watched --- */

struct watched *watched_find(struct messenger *messenger, const struct recipient_id *id)
{
    for (uint32_t i = 0; i < messenger->watched_count; i++) {
        if (recipient_id_equal(&messenger->watched[i].id, id)) {
            return &messenger->watched[i];
        }
    }
    return NULL;
}

struct watched *watch(struct messenger *messenger, const struct recipient_id *id)
{
    struct watched *watched = watched_find(messenger, id);
    if (watched == NULL && messenger->watched_count < WATCHED_MAX) {
        const struct hash erasure = blob_hash_of_messages(&id->order);
        watched = &messenger->watched[messenger->watched_count++];
        *watched = (struct watched){.id = *id,
                                    .erasure = blob_entity(&erasure),
                                    .hour_ms = messenger->now_ms,
                                    .next_ms = UINT64_MAX};
    }
    if (watched != NULL) {
        watched->is_due = true;
    }
    return watched;
}

/* Those without a row are gone. */
static int rowless_mark(struct messenger *messenger, struct store_txn *txn)
{
    int err = 0;
    for (uint32_t i = 0; i < messenger->watched_count && err == 0; i++) {
        struct watched *watched = &messenger->watched[i];
        err = recipient_get(txn, &watched->id, &messenger->recipient);
        watched->is_gone = err == ERR_NOT_FOUND;
        err = err == ERR_NOT_FOUND || err == ERR_MALFORMED ? 0 : err;
    }
    return err;
}

int messenger_watch_all(struct messenger *messenger, struct store_txn *txn)
{
    struct recipient_id after;
    int err = rowless_mark(messenger, txn);
    if (err != 0) {
        return err;
    }
    watched_compact(messenger);
    err = recipient_next(txn, NULL, &messenger->recipient);
    while (err == 0 || err == ERR_MALFORMED) {
        after = messenger->recipient.id;
        const bool is_row = err == 0 && watch(messenger, &after) != NULL;
        messenger->is_dirty |= !is_row;
        err = is_row ? 0 : recipient_del(txn, &after);
        err = err == 0 ? recipient_next(txn, &after, &messenger->recipient) : err;
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- changes --- */

static void all_due(struct messenger *messenger)
{
    for (uint32_t i = 0; i < messenger->watched_count; i++) {
        messenger->watched[i].is_due = true;
    }
}

/* Another day, or its close: rows may go. */
static int popup_read(struct messenger *messenger)
{
    const struct entity_id id = entity_id_derive(KIND_POPUP, 0);
    struct popup popup;
    struct day day;
    const int err = history_get(messenger->history, messenger->node, KIND_POPUP, &id);
    if (err != 0) {
        return err == ERR_NOT_FOUND || err == ERR_MALFORMED ? 0 : err;
    }
    popup_derive(messenger->history, &popup);
    day_derive(messenger->history, popup.day, &day);
    if (popup.day != messenger->day || day.is_closed != messenger->is_day_closed) {
        messenger->is_day_full &= popup.day == messenger->day;
        messenger->day = popup.day;
        messenger->is_day_closed = day.is_closed;
        all_due(messenger);
    }
    return 0;
}

static int change_look(struct messenger *messenger, struct bytes state)
{
    enum kind kind = KIND_NONE;
    struct entity_id id;
    if (key_state_parse(state, &kind, &id) != 0) {
        return 0;
    }
    for (uint32_t i = 0; i < messenger->watched_count; i++) {
        struct watched *watched = &messenger->watched[i];
        const bool is_his = (kind == KIND_ORDER && entity_id_equal(&watched->id.order, &id)) ||
                            (kind == KIND_BLOB && entity_id_equal(&watched->erasure, &id));
        watched->is_due |= is_his;
        watched->is_changed |= is_his;
    }
    return kind == KIND_POPUP ? popup_read(messenger) : 0;
}

/* From the cursor on; *@ret_is_all: there are no more. */
static int changes_read(struct messenger *messenger, bool *ret_is_all)
{
    const struct key from = key_change(messenger->cursor.change + 1);
    struct store_cursor cursor;
    struct bytes key, state;
    int err = store_cursor_open(messenger->node, TABLE_CHANGE, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &state);
    for (int i = 0; i < CHANGES_PER_TURN && err == 0; i++) {
        const uint64_t number = key.size == 8 ? get_be64(key.data) : messenger->cursor.change;
        err = change_look(messenger, state);
        messenger->cursor.change = err == 0 ? number : messenger->cursor.change;
        err = err == 0 ? store_cursor_next(&cursor, &key, &state) : err;
    }
    store_cursor_close(&cursor);
    *ret_is_all = err == ERR_NOT_FOUND;
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* At the start, and of another store: from now on, and whoever is watched is looked at. */
static int cursor_begin(struct messenger *messenger)
{
    struct cursor now;
    int err = cursor_now(messenger->node, &now);
    if (err == 0 && !cursor_fits(&messenger->cursor, &now)) {
        messenger->cursor = now;
        all_due(messenger);
        err = popup_read(messenger);
    }
    return err;
}

/* A store of the node's that cannot be read now is none of the own store's failures. */
int messenger_orders_turn(struct messenger *messenger)
{
    bool is_all = true;
    int err = cursor_begin(messenger);
    err = err == 0 ? changes_read(messenger, &is_all) : err;
    if (err != 0) {
        logger_say(LEVEL_WARNING, "messages", "orders cannot be read: %s", err_text(err));
        messenger_again(messenger, messenger->now_ms + 1000);
    } else if (!is_all) {
        messenger_again(messenger, messenger->now_ms);
    }
    return 0;
}
