#include "sync/domain/till_task.h"

#include "sync/base/check.h"
#include "sync/domain/body_check.h"
#include "sync/domain/turn.h"
#include "sync/domain/voided.h"
#include "sync/domain/whose.h"

bool principal_may(const struct principal *principal, enum capability capability)
{
    const uint64_t may = principal->is_device ? role_device_capabilities(principal->role)
                                              : role_person_capabilities(principal->role);
    return (may & capability_bit(capability)) != 0;
}

/* --- emitting --- */

struct writer *task_body(struct task *task)
{
    return &task->writer;
}

static void emit(struct task *task, enum event_type type, const struct entity_id *entity)
{
    struct till_result *result = task->result;
    if (task->err == 0) {
        task->err = task->writer.err;
    }
    if (task->err == 0 && result->events_count == TILL_EVENTS_MAX) {
        task->err = ERR_TOO_MANY;
    }
    if (task->err != 0) {
        return;
    }
    const size_t from = result->body_size;
    check(task->writer.size > from);
    result->events[result->events_count++] =
        (struct till_event){.type = type,
                            .entity = *entity,
                            .body = bytes_of(result->body_data + from, task->writer.size - from)};
    result->body_size = task->writer.size;
}

void task_emit_unchecked(struct task *task, enum event_type type)
{
    emit(task, type, &task->result->entity);
}

void task_emit(struct task *task, enum event_type type)
{
    task_emit_on(task, type, &task->result->entity);
}

/* What this device, a gateway, writes on an order is for customers' orders. A command that is on
 * none opens one. */
static int check_reach(const struct task *task, enum event_type type, struct bytes body)
{
    const struct till *till = task->till;
    if (whose_reach(till->roster, till->own_log, SEQ_MAX, type, event_info_find(type)->kind) ==
        REACH_ANYTHING) {
        return 0;
    }
    const bool is_customers = type == EVENT_ORDER_OPEN ? whose_opening(body) == WHOSE_CUSTOMERS
                              : task->order == NULL    ? true
                                                    : whose_order(till->history) == WHOSE_CUSTOMERS;
    return is_customers ? 0 : ERR_FORBIDDEN;
}

void task_emit_on(struct task *task, enum event_type type, const struct entity_id *entity)
{
    emit(task, type, entity);
    if (task->err == 0) {
        const struct till_result *result = task->result;
        const struct bytes body = result->events[result->events_count - 1].body;
        const int err = body_check(type, body);
        task->err = err == 0 ? check_reach(task, type, body) : err;
    }
}

void task_emit_again(struct task *task, const struct voided_event *voided)
{
    struct till_result *result = task->result;
    emit(task, (enum event_type)voided->type, &result->entity);
    if (task->err == 0) {
        struct till_event *event = &result->events[result->events_count - 1];
        event->again = voided->place;
        event->again_after = voided->before;
    }
}

/* --- fields --- */

struct field_value task_field_value(const struct wanted_field *wanted)
{
    return (struct field_value){.field = wanted->field,
                                .text = wanted->text,
                                .number = wanted->number,
                                .truth = wanted->truth};
}

int task_check_fields(const struct command *command, struct field_rule (*rule_of)(uint32_t))
{
    if (command->fields_count == 0 || command->fields_count > WANTED_FIELDS_MAX) {
        return ERR_MALFORMED;
    }
    for (uint32_t i = 0; i < command->fields_count; i++) {
        const uint32_t field = command->fields[i].field;
        if (rule_of(field).form == FIELD_UNKNOWN) {
            return ERR_MALFORMED;
        }
        for (uint32_t k = 0; k < i; k++) {
            if (command->fields[k].field == field) {
                return ERR_MALFORMED;
            }
        }
    }
    return 0;
}

const struct wanted_field *task_find_field(const struct command *command, uint32_t field)
{
    for (uint32_t i = 0; i < command->fields_count; i++) {
        if (command->fields[i].field == field) {
            return &command->fields[i];
        }
    }
    return NULL;
}

/* --- reading --- */

/* What lies beyond the limits of a history is void, so it is not written at all. One command writes
 * on an order for each of its lines; on anything else a value, or its end and another. */
bool task_has_room(const struct task *task, const struct history *history)
{
    enum { OTHERS_EVENTS_MAX = 2 };
    const bool is_order = history->kind == KIND_ORDER;
    const struct history_room more = {
        .events = is_order ? TILL_EVENTS_MAX : OTHERS_EVENTS_MAX,
        .bytes = is_order ? TILL_BODY_BYTES_MAX : OTHERS_EVENTS_MAX * EVENT_BYTES_MAX,
    };
    return history_has_room(history, task->till->own_log, &more);
}

int task_history_get(const struct task *task, struct history *history, enum kind kind,
                     const struct entity_id *id)
{
    const struct till *till = task->till;
    const int err = till->folder == NULL
                        ? history_get(history, till->txn, kind, id)
                        : folder_history_get(till->folder, history, till->txn, kind, id);
    return err == ERR_MALFORMED ? ERR_SPOILT : err;
}

int task_load_order(struct task *task, const struct entity_id *id)
{
    const struct till *till = task->till;
    const int err = task_history_get(task, till->history, KIND_ORDER, id);
    if (err != 0) {
        return err;
    }
    order_derive(till->history, till->order);
    task->order = till->order;
    if (till->history->is_opaque) {
        return ERR_VERSION;
    }
    if (till->order->numbers_count == 0) {
        return ERR_NOT_FOUND;
    }
    return task_has_room(task, till->history) ? 0 : ERR_TOO_MANY;
}

int task_load_scratch(struct task *task, enum kind kind, const struct entity_id *id)
{
    struct history *history = task->till->scratch;
    const int err = task_history_get(task, history, kind, id);
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    history_reset(history, kind, id);
    return 0;
}

int task_load_popup(struct task *task, struct popup *ret_popup)
{
    const struct entity_id id = entity_id_derive(KIND_POPUP, 0);
    const int err = task_load_scratch(task, KIND_POPUP, &id);
    if (err != 0) {
        return err;
    }
    popup_derive(task->till->scratch, ret_popup);
    return 0;
}

static int load_item(struct task *task, uint64_t number, struct menu_item *ret_item)
{
    const struct entity_id id = entity_id_derive(KIND_MENU, number);
    const int err = task_load_scratch(task, KIND_MENU, &id);
    if (err != 0) {
        return err;
    }
    menu_derive(task->till->scratch, ret_item);
    if (ret_item->is_opaque) {
        return ERR_VERSION;
    }
    const bool is_sold = ret_item->name.size > 0 && !ret_item->is_hidden &&
                         ret_item->is_available && menu_lacking(ret_item) == NULL;
    return is_sold ? 0 : ERR_UNAVAILABLE;
}

int task_load_item(struct task *task, uint64_t number, struct menu_item *ret_item)
{
    bool is_closed = false;
    int err = load_item(task, number, ret_item);
    if (err != 0 || ret_item->stall == 0) {
        return err;
    }
    err = task_look_at_stall(task, ret_item->stall, &is_closed);
    if (err == 0) { /* the scratch holds one entity */
        err = load_item(task, number, ret_item);
    }
    return err == 0 && is_closed ? ERR_UNAVAILABLE : err;
}

static int find_line(const struct order *order, uint32_t id, uint32_t *ret_at)
{
    for (uint32_t i = 0; i < order->lines_count; i++) {
        if (order->lines[i].id == id) {
            *ret_at = i;
            return 0;
        }
    }
    return ERR_NOT_FOUND;
}

static int select_line(const struct task *task, uint32_t i, struct selection *selection)
{
    uint32_t at;
    const int err = find_line(task->order, task->command->ids[i], &at);
    if (err != 0) {
        return err;
    }
    for (uint32_t k = 0; k < selection->count; k++) {
        if (selection->at[k] == at) {
            return ERR_MALFORMED;
        }
    }
    selection->units[selection->count] = task->command->units[i];
    selection->at[selection->count++] = at;
    return 0;
}

static void select_active(const struct order *order, struct selection *selection)
{
    for (uint32_t i = 0; i < order->lines_count; i++) {
        if (order->lines[i].is_active) {
            selection->units[selection->count] = 0;
            selection->at[selection->count++] = i;
        }
    }
}

int task_select(const struct task *task, struct selection *ret_selection)
{
    struct selection selection = {0};
    if (task->command->ids_count > ORDER_LINES_MAX) {
        return ERR_TOO_MANY;
    }
    if (task->command->ids_count == 0) {
        select_active(task->order, &selection);
    }
    for (uint32_t i = 0; i < task->command->ids_count; i++) {
        const int err = select_line(task, i, &selection);
        if (err != 0) {
            return err;
        }
    }
    *ret_selection = selection;
    return 0;
}

/* --- ids from the request's key --- */

int task_check_key(const struct task *task)
{
    const size_t size = task->command->key.size;
    const bool is_usable = size >= REQUEST_KEY_BYTES_MIN && size <= REQUEST_KEY_BYTES_MAX;
    return is_usable ? 0 : ERR_MALFORMED;
}

struct entity_id task_payment_id(const struct task *task, const char *label)
{
    const struct command *command = task->command;
    uint8_t session[8];
    put_be64(session, command->principal.session);
    const struct bytes parts[] = {
        bytes_of_text(label),
        bytes_of(command->order.bytes, ENTITY_ID_BYTES),
        bytes_of(session, sizeof session),
        command->key,
    };
    struct entity_id id;
    hash_parts(id.bytes, sizeof id.bytes, parts, sizeof parts / sizeof parts[0]);
    return id;
}

struct entity_id task_placed_payment_id(const struct entity_id *order)
{
    const struct bytes parts[] = {bytes_of_text("trestle/pay/1"),
                                  bytes_of(order->bytes, ENTITY_ID_BYTES)};
    struct entity_id id;
    hash_parts(id.bytes, sizeof id.bytes, parts, sizeof parts / sizeof parts[0]);
    return id;
}

uint32_t task_line_id(const struct task *task, uint32_t index)
{
    const struct command *command = task->command;
    uint8_t session[8], number[4], hash[4];
    put_be64(session, command->principal.session);
    put_be32(number, index);
    const struct bytes parts[] = {
        bytes_of_text("trestle/line/1"),
        bytes_of(session, sizeof session),
        bytes_of(number, sizeof number),
        command->key,
    };
    hash_parts(hash, sizeof hash, parts, sizeof parts / sizeof parts[0]);
    return UINT32_C(0x80000000) | get_be32(hash);
}
