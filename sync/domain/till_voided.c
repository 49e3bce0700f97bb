/* What a revocation voided of an order: a manager adopts it, event by event under the own log, or
 * says that it stays void. */
#include "sync/base/check.h"
#include "sync/domain/till_stock.h"
#include "sync/domain/till_task.h"
#include "sync/domain/voided.h"

enum {
    STOCK_EVENTS_SPARE = ORDER_LINES_MAX, /* of a command, for what the adopted lines take */
    BLOB_ADD_BYTES_MAX = 160,             /* hash, size, media type, entity */
};

static bool may_write(const struct task *task, uint32_t type)
{
    const struct till *till = task->till;
    return roster_permits(till->roster, till->own_log, SEQ_MAX, type,
                          task->command->principal.staff);
}

/* ERR_NOT_FOUND: nothing of the order was voided, as far as this device knows. ERR_FORBIDDEN: it is
 * a manager's device that decides, wherever the manager stands. */
static int load(struct task *task, struct voided *voided)
{
    const struct till *till = task->till;
    const struct history *history = till->history;
    voided->count = 0;
    if (!may_write(task, EVENT_ORDER_DROP)) {
        return ERR_FORBIDDEN;
    }
    int err = voided_load(till->txn, till->roster, history, voided);
    if (err == 0 && voided->count == 0) {
        err = ERR_NOT_FOUND;
    }
    if (err == 0 && history->is_opaque) {
        err = ERR_VERSION;
    }
    return err == 0 && !task_has_room(task, history) ? ERR_TOO_MANY : err;
}

/* --- adopting --- */

/* Whether the event fits in what one command may write; the others wait for the next. */
static bool has_room(const struct task *task, size_t size)
{
    const struct till_result *result = task->result;
    return result->events_count + STOCK_EVENTS_SPARE < TILL_EVENTS_MAX &&
           result->body_size + size <= TILL_BODY_BYTES_MAX / 2;
}

/* What an adopted line sells is taken from the stock, right or no right: the food is gone. Edits of
 * it that are adopted too count. All of them make sense: voided_load() takes nothing else. */
struct adopted {
    uint32_t count;
    struct order_line lines[ORDER_LINES_MAX];
};

static struct order_line *find_line(struct adopted *adopted, uint32_t id)
{
    for (uint32_t i = 0; i < adopted->count; i++) {
        if (adopted->lines[i].id == id) {
            return &adopted->lines[i];
        }
    }
    return NULL;
}

static void note_add(struct adopted *adopted, struct bytes body)
{
    struct line_add add;
    check(line_add_decode(body, &add) == 0);
    if (adopted->count < ORDER_LINES_MAX && find_line(adopted, add.line) == NULL) {
        adopted->lines[adopted->count++] = (struct order_line){
            .id = add.line, .item = add.item, .quantity = (int32_t)add.quantity};
    }
}

static void note_set(struct adopted *adopted, struct bytes body)
{
    struct line_set set;
    check(line_set_decode(body, &set) == 0);
    struct order_line *line = find_line(adopted, set.line);
    if (line != NULL) {
        line->quantity += set.quantity_delta;
    }
}

static void note_void(struct adopted *adopted, struct bytes body)
{
    struct line_void gone;
    check(line_void_decode(body, &gone) == 0);
    for (uint32_t i = 0; i < gone.lines.count; i++) {
        struct order_line *line = find_line(adopted, gone.lines.ids[i]);
        if (line != NULL) {
            line->is_void = true;
        }
    }
}

static void note(struct adopted *adopted, uint32_t type, struct bytes body)
{
    if (type == (uint32_t)EVENT_LINE_ADD) {
        note_add(adopted, body);
    } else if (type == (uint32_t)EVENT_LINE_SET) {
        note_set(adopted, body);
    } else if (type == (uint32_t)EVENT_LINE_VOID) {
        note_void(adopted, body);
    }
}

static int take_stock(struct task *task, const struct adopted *adopted)
{
    int err = 0;
    for (uint32_t i = 0; i < adopted->count && err == 0; i++) {
        err = till_stock_sell_again(task, &adopted->lines[i]);
    }
    for (uint32_t i = 0; i < task->sales_count; i++) {
        task->sales[i].is_strict = false;
    }
    return err;
}

/* Emit @voided's event as it stands in the store; false when there is no room any more. */
static int adopt_event(struct task *task, const struct voided_event *voided,
                       struct adopted *adopted, bool *ret_fits)
{
    struct operation id;
    struct event event;
    if (event_read(task->till->txn, voided->place.log, voided->place.seq, &id, &event) != 0) {
        return ERR_IO;
    }
    *ret_fits = has_room(task, event.body.size);
    if (!*ret_fits) {
        return 0;
    }
    note(adopted, event.type, event.body);
    write_raw(task_body(task), event.body);
    task_emit_again(task, voided);
    return 0;
}

/* The name and the contact that @voided's event speaks of: their blob.adds are as void as it was.
 */
static int tell_blob(struct task *task, const struct voided_event *voided)
{
    struct operation id;
    struct event event;
    struct hash hash;
    if (event_read(task->till->txn, voided->place.log, voided->place.seq, &id, &event) != 0) {
        return ERR_IO;
    }
    return task_guest_blob(event.type, event.body, &hash) && has_room(task, BLOB_ADD_BYTES_MAX)
               ? task_tell_anew(task, &hash)
               : 0;
}

/* Those of what was adopted before too: who adopted it may not have held them. */
static int tell_blobs(struct task *task, const struct voided *voided)
{
    const bool may_tell = may_write(task, EVENT_BLOB_ADD);
    int err = 0;
    for (uint32_t i = 0; i < voided->count && may_tell && err == 0; i++) {
        const struct voided_event *event = &voided->events[i];
        if (event->is_adopted || may_write(task, event->type)) {
            err = tell_blob(task, event);
        }
    }
    return err;
}

int till_adopt(struct task *task)
{
    struct voided voided;
    struct adopted adopted = {.count = 0};
    bool fits = true;
    bool is_forbidden = false;
    int err = load(task, &voided);
    if (err == 0) {
        err = tell_blobs(task, &voided);
    }
    for (uint32_t i = 0; i < voided.count && fits && err == 0; i++) {
        const struct voided_event *event = &voided.events[i];
        const bool may = may_write(task, event->type);
        is_forbidden |= !event->is_adopted && !may;
        if (!event->is_adopted && may) {
            err = adopt_event(task, event, &adopted, &fits);
        }
    }
    if (err == 0 && task->result->events_count == 0 && is_forbidden) {
        err = ERR_FORBIDDEN;
    }
    return err == 0 ? take_stock(task, &adopted) : err;
}

/* --- dropping --- */

/* Whether a later event of the same log is open too. */
static bool is_newest_of_log(const struct voided *voided, uint32_t index)
{
    for (uint32_t i = index + 1; i < voided->count; i++) {
        if (voided->events[i].place.log == voided->events[index].place.log &&
            voided_is_open(&voided->events[i])) {
            return false;
        }
    }
    return true;
}

int till_drop(struct task *task)
{
    struct voided voided;
    const int err = load(task, &voided);
    for (uint32_t i = 0; err == 0 && i < voided.count; i++) {
        if (voided_is_open(&voided.events[i]) && is_newest_of_log(&voided, i)) {
            const struct order_drop drop = {.newest = voided.events[i].place,
                                            .reason = task->command->reason};
            order_drop_encode(&drop, task_body(task));
            task_emit(task, EVENT_ORDER_DROP);
        }
    }
    return err;
}
