/* What is known of an order's guest goes: its name, every contact that it ever had, what its
 * reviews say, and where its messages go.
 *
 * It goes also where it counts no more: what a revocation voided, what a later word replaced. So
 * not only histories are looked at, but all that this device holds.
 */
#include <string.h>

#include "sync/domain/blob.h"
#include "sync/domain/entity.h"
#include "sync/domain/held.h"
#include "sync/domain/order_events.h"
#include "sync/domain/record.h"
#include "sync/domain/till_task.h"

/* --- which blobs --- */

static bool review_blob(struct bytes body, struct hash *ret_hash)
{
    struct field_values set;
    const int err = record_set_decode(record_kind_find(KIND_REVIEW), body, &set);
    for (uint32_t i = 0; err == 0 && i < set.count; i++) {
        const struct field_value *value = &set.values[i];
        if (value->field == (uint32_t)REVIEW_WORDS && value->text.size == sizeof ret_hash->bytes) {
            memcpy(ret_hash->bytes, value->text.data, sizeof ret_hash->bytes);
            return true;
        }
    }
    return false;
}

bool task_guest_blob(uint32_t type, struct bytes body, struct hash *ret_hash)
{
    struct contact contact;
    struct order_open open;
    if (type == (uint32_t)EVENT_CONTACT && contact_decode(body, &contact) == 0) {
        *ret_hash = contact.hash;
        return true;
    }
    if (type == (uint32_t)EVENT_ORDER_OPEN && order_open_decode(body, &open) == 0 &&
        open.has_name_blob) {
        *ret_hash = open.name_blob;
        return true;
    }
    return type == (uint32_t)EVENT_REVIEW_SET && review_blob(body, ret_hash);
}

/* --- erasing them --- */

struct erasing {
    struct task *task;
    bool has_any; /* events of the order */
};

static bool is_erased_now(const struct task *task, const struct hash *hash)
{
    const struct till_result *result = task->result;
    const struct entity_id id = blob_entity(hash);
    for (uint32_t i = 0; i < result->events_count; i++) {
        if (entity_id_equal(&result->events[i].entity, &id)) {
            return true;
        }
    }
    return false;
}

/* What does not fit in one command goes with the next: only a thief names so many. The last place
 * is for where its messages go. */
static int erase_guest(struct task *task, uint32_t type, struct bytes body)
{
    struct hash hash;
    const bool has_room = task->result->events_count + 1 < TILL_EVENTS_MAX;
    if (!has_room || !task_guest_blob(type, body, &hash) || is_erased_now(task, &hash)) {
        return 0;
    }
    return task_erase_blob(task, &hash);
}

static int erase_held(void *context, const struct event *event)
{
    struct erasing *erasing = context;
    erasing->has_any = true;
    return erase_guest(erasing->task, event->type, event->body);
}

/* What counts of it, also where the disk spoilt the row that it came from. */
static int erase_counted(struct task *task)
{
    const struct history *history = task->till->history;
    int err = 0;
    for (uint32_t i = 0; i < history->count && err == 0; i++) {
        err = erase_guest(task, history->events[i].type, history->events[i].body);
    }
    return err;
}

/* --- reviews --- */

static int erase_review(struct erasing *erasing, const struct entity_id *id)
{
    struct task *task = erasing->task;
    const struct entity_id *order = &task->command->order;
    struct record review;
    const int err = task_load_scratch(task, KIND_REVIEW, id);
    if (err != 0) {
        return err;
    }
    record_derive(task->till->scratch, &review);
    const bool is_of_order =
        review.is_known &&
        bytes_equal(record_text(&review, REVIEW_ORDER), bytes_of(order->bytes, ENTITY_ID_BYTES));
    return is_of_order ? held_each(task->till->txn, id, erase_held, erasing) : 0;
}

static int erase_reviews(struct erasing *erasing, struct store_cursor *cursor)
{
    uint8_t first[2 + 8] = {INDEX_RECORD, KIND_REVIEW};
    struct bytes key, value;
    memcpy(first + 2, erasing->task->command->order.bytes, 8);
    int err = store_cursor_seek(cursor, bytes_of(first, sizeof first), &key, &value);
    while (err == 0 && key.size == sizeof first + ENTITY_ID_BYTES &&
           memcmp(key.data, first, sizeof first) == 0) {
        const struct entity_id id = index_entity(key);
        err = erase_review(erasing, &id);
        if (err == 0) {
            err = store_cursor_next(cursor, &key, &value);
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int erase_said(struct erasing *erasing)
{
    struct store_cursor cursor;
    int err = store_cursor_open(erasing->task->till->txn, TABLE_INDEX, &cursor);
    if (err == 0) {
        err = erase_reviews(erasing, &cursor);
        store_cursor_close(&cursor);
    }
    return err;
}

int till_order_erase(struct task *task)
{
    const struct entity_id *order = &task->command->order;
    const struct hash messages = blob_hash_of_messages(order);
    struct erasing erasing = {.task = task};
    if (task->command->reason.size == 0) {
        return ERR_MALFORMED;
    }
    int err = erase_counted(task);
    if (err == 0) {
        err = held_each(task->till->txn, order, erase_held, &erasing);
    }
    if (err == 0 && !erasing.has_any && task->till->history->count == 0) {
        err = ERR_NOT_FOUND;
    }
    if (err == 0) {
        err = erase_said(&erasing);
    }
    return err == 0 ? task_erase_blob(task, &messages) : err;
}
