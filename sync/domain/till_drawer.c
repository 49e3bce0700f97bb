/* Cash sessions: opened, moved, counted. Ids come from the request's key, so that a retry at
 * another device is the same session, move or count. */
#include <string.h>

#include "sync/domain/drawer.h"
#include "sync/domain/entity.h"
#include "sync/domain/till_task.h"

/* --- reading --- */

static int load_drawer(struct task *task, const struct entity_id *id, struct drawer *ret_drawer)
{
    const int err = task_load_scratch(task, KIND_DRAWER, id);
    if (err != 0) {
        return err;
    }
    drawer_derive(task->till->scratch, ret_drawer);
    if (ret_drawer->is_opaque) {
        return ERR_VERSION;
    }
    return task_has_room(task, task->till->scratch) ? 0 : ERR_TOO_MANY;
}

/* The drawer of a move or a count. The ids of these come from the key. */
static int load_open(struct task *task, struct drawer *ret_drawer)
{
    int err = task_check_key(task);
    if (err == 0) {
        err = load_drawer(task, &task->result->entity, ret_drawer);
    }
    if (err != 0) {
        return err;
    }
    return ret_drawer->is_open ? 0 : ERR_NOT_FOUND;
}

/* Whether this device has a session that was not counted: two at once would count the same cash. */
static int has_session(struct task *task, bool *ret_has)
{
    static const uint8_t first[] = {INDEX_DRAWER, DRAWER_ROW_OPEN};
    struct store_cursor cursor;
    struct bytes key, value;
    struct drawer drawer;
    int err = store_cursor_open(task->till->txn, TABLE_INDEX, &cursor);
    if (err != 0) {
        return err;
    }
    *ret_has = false;
    err = store_cursor_seek(&cursor, bytes_of(first, sizeof first), &key, &value);
    while (err == 0 && !*ret_has && key.data[0] == first[0] && key.data[1] == first[1]) {
        const struct entity_id id = index_entity(key);
        err = task_load_scratch(task, KIND_DRAWER, &id);
        if (err == 0) {
            drawer_derive(task->till->scratch, &drawer);
            *ret_has = drawer.log == task->till->own_log;
            err = store_cursor_next(&cursor, &key, &value);
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- writing --- */

struct entity_id task_drawer_id(const struct task *task)
{
    const struct command *command = task->command;
    struct entity_id id;
    uint8_t session[8];
    put_be64(session, command->principal.session);
    const struct bytes parts[] = {bytes_of_text("trestle/drawer/1"),
                                  bytes_of(session, sizeof session), command->key};
    memcpy(id.bytes, command->key.data, sizeof(uint32_t));
    hash_parts(id.bytes + sizeof(uint32_t), sizeof id.bytes - sizeof(uint32_t), parts,
               sizeof parts / sizeof parts[0]);
    return id;
}

int till_drawer_open(struct task *task)
{
    struct popup popup;
    struct drawer drawer;
    struct drawer_open open = {.number = task->command->item,
                               .float_minor = task->command->amount_minor};
    bool has = false;
    int err = load_drawer(task, &task->result->entity, &drawer);
    if (err != 0 || drawer.is_open) {
        return err; /* a retry finds it open */
    }
    err = task_load_popup(task, &popup);
    open.day = popup.day;
    if (err == 0 && open.day == 0) {
        err = ERR_STATE;
    }
    if (err == 0) {
        err = has_session(task, &has);
    }
    if (err == 0 && has) {
        err = ERR_STATE;
    }
    if (err == 0) {
        drawer_open_encode(&open, task_body(task));
        task_emit(task, EVENT_DRAWER_OPEN);
    }
    return err;
}

int till_drawer_move(struct task *task)
{
    struct drawer drawer;
    const struct drawer_move move = {.id = task_payment_id(task, "trestle/move/1"),
                                     .amount_minor = task->command->amount_minor,
                                     .reason = task->command->reason};
    int err = load_open(task, &drawer);
    if (err != 0 || drawer_has_move(&drawer, &move.id)) {
        return err;
    }
    if (drawer.counts_count > 0) {
        err = ERR_STATE; /* counted is closed: what happens then is the next session's */
    }
    if (err == 0 && move.reason.size == 0) {
        err = ERR_MALFORMED;
    }
    if (err == 0 && drawer.moves_count == DRAWER_MOVES_MAX) {
        err = ERR_TOO_MANY;
    }
    if (err == 0) {
        drawer_move_encode(&move, task_body(task));
        task_emit(task, EVENT_DRAWER_MOVE);
    }
    return err;
}

/* A second count is not refused: who counts again knows why, and both are shown. */
int till_drawer_count(struct task *task)
{
    struct drawer drawer;
    struct drawer_count count = {.id = task_payment_id(task, "trestle/count/1"),
                                 .counted_minor = task->command->amount_minor,
                                 .note = task->command->note};
    int err = load_open(task, &drawer);
    if (err != 0 || drawer_has_count(&drawer, &count.id)) {
        return err;
    }
    if (drawer.counts_count == DRAWER_COUNTS_MAX) {
        err = ERR_TOO_MANY;
    }
    if (err == 0) {
        err = log_newest(task->till->txn, drawer.log, &count.through);
    }
    if (err == 0) {
        drawer_count_encode(&count, task_body(task));
        task_emit(task, EVENT_DRAWER_COUNT);
    }
    return err;
}
