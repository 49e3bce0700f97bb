#include "sync/domain/till.h"

#include "sync/base/check.h"
#include "sync/domain/blob.h"
#include "sync/domain/till_stock.h"
#include "sync/domain/till_task.h"

/* What a command works on. */
enum subject {
    SUBJECT_NEW_ORDER,
    SUBJECT_ORDER, /* loaded before its handler runs */
    SUBJECT_ITEM,
    SUBJECT_STOCK,
    SUBJECT_POPUP,
    SUBJECT_ROSTER,
    SUBJECT_BLOB,
    SUBJECT_RECORD,
    SUBJECT_REVIEW,
    SUBJECT_NEW_DRAWER,
    SUBJECT_DRAWER,
    SUBJECT_NEW_QUOTE,
    SUBJECT_QUOTE,
    SUBJECT_SHEET,
    SUBJECT_NOTHING,   /* of the journal: what is local */
    SUBJECT_ANY_ORDER, /* also one that is read-only here, or of which nothing counts */
};

/* One row per command: who may, on what, by which handler. */
static const struct {
    enum subject subject;
    int (*run)(struct task *task);
} handlers[COMMAND_COUNT] = {
    [COMMAND_ORDER_PLACE] = {SUBJECT_NEW_ORDER, till_place},
    [COMMAND_QUOTE] = {SUBJECT_NEW_QUOTE, till_quote},
    [COMMAND_QUOTE_DROP] = {SUBJECT_QUOTE, till_quote_drop},
    [COMMAND_CART_ADD] = {SUBJECT_NOTHING, till_cart_add},
    [COMMAND_CART_SET] = {SUBJECT_NOTHING, till_cart_set},
    [COMMAND_TABLE_SIT] = {SUBJECT_NOTHING, till_table_sit},
    [COMMAND_TABLE_CODE] = {SUBJECT_SHEET, till_table_code},
    [COMMAND_TABLE_CLEAR] = {SUBJECT_SHEET, till_table_clear},
    [COMMAND_TABLE_REVOKE] = {SUBJECT_SHEET, till_table_revoke},
    [COMMAND_LINES_ADD] = {SUBJECT_ORDER, till_lines_add},
    [COMMAND_LINE_SET] = {SUBJECT_ORDER, till_line_set},
    [COMMAND_LINES_VOID] = {SUBJECT_ORDER, till_lines_void},
    [COMMAND_ACCEPT] = {SUBJECT_ORDER, till_accept},
    [COMMAND_REFUSE] = {SUBJECT_ORDER, till_refuse},
    [COMMAND_START] = {SUBJECT_ORDER, till_start},
    [COMMAND_DONE] = {SUBJECT_ORDER, till_done},
    [COMMAND_RECALL] = {SUBJECT_ORDER, till_recall},
    [COMMAND_AMEND] = {SUBJECT_ORDER, till_amend},
    [COMMAND_HAND_OVER] = {SUBJECT_ORDER, till_hand_over},
    [COMMAND_UNHAND] = {SUBJECT_ORDER, till_unhand},
    [COMMAND_CANCEL] = {SUBJECT_ORDER, till_cancel},
    [COMMAND_REINSTATE] = {SUBJECT_ORDER, till_reinstate},
    [COMMAND_PAY] = {SUBJECT_ORDER, till_pay},
    [COMMAND_REFUND] = {SUBJECT_ORDER, till_refund},
    [COMMAND_DISCOUNT] = {SUBJECT_ORDER, till_discount},
    [COMMAND_TIP] = {SUBJECT_ORDER, till_tip},
    [COMMAND_RECEIPT] = {SUBJECT_ORDER, till_receipt},
    [COMMAND_REFUND_WISH] = {SUBJECT_ORDER, till_refund_wish},
    [COMMAND_REFUND_AUTO] = {SUBJECT_ORDER, till_refund_auto},
    [COMMAND_LAPSE] = {SUBJECT_ORDER, till_lapse},
    [COMMAND_PAY_INTENT] = {SUBJECT_ORDER, till_pay_intent},
    [COMMAND_PAY_REFUND] = {SUBJECT_ORDER, till_pay_refund},
    [COMMAND_PAY_DISPUTE] = {SUBJECT_ORDER, till_pay_dispute},
    [COMMAND_SEEN] = {SUBJECT_ORDER, till_seen},
    [COMMAND_PRINT] = {SUBJECT_ORDER, till_print},
    [COMMAND_PRINT_CLAIM] = {SUBJECT_ORDER, till_print_claim},
    [COMMAND_PRINT_DONE] = {SUBJECT_ORDER, till_print_done},
    [COMMAND_MENU_SET] = {SUBJECT_ITEM, till_menu_set},
    [COMMAND_MENU_AVAILABLE] = {SUBJECT_ITEM, till_menu_available},
    [COMMAND_MENU_CHOICE] = {SUBJECT_ITEM, till_menu_choice},
    [COMMAND_MENU_PHOTO] = {SUBJECT_ITEM, till_menu_photo},
    [COMMAND_STOCK_ADD] = {SUBJECT_STOCK, till_stock_add},
    [COMMAND_STOCK_COUNT] = {SUBJECT_STOCK, till_stock_count},
    [COMMAND_POPUP_SET] = {SUBJECT_POPUP, till_popup_set},
    [COMMAND_DAY_OPEN] = {SUBJECT_POPUP, till_day_open},
    [COMMAND_DEVICE_ADD] = {SUBJECT_ROSTER, till_device_add},
    [COMMAND_DEVICE_REVOKE] = {SUBJECT_ROSTER, till_device_revoke},
    [COMMAND_DEVICE_RETIRE] = {SUBJECT_ROSTER, till_device_retire},
    [COMMAND_DEVICE_ROLE] = {SUBJECT_ROSTER, till_device_role},
    [COMMAND_DEVICE_RENAME] = {SUBJECT_ROSTER, till_device_rename},
    [COMMAND_DEVICE_PLACE] = {SUBJECT_ROSTER, till_device_place},
    [COMMAND_STAFF_ROLE] = {SUBJECT_ROSTER, till_staff_role},
    [COMMAND_DAY_CLOSE] = {SUBJECT_POPUP, till_day_close},
    [COMMAND_BLOB_ADD] = {SUBJECT_BLOB, till_blob_add},
    [COMMAND_BLOB_ERASE] = {SUBJECT_BLOB, till_blob_erase},
    [COMMAND_CONTACT] = {SUBJECT_ORDER, till_contact},
    [COMMAND_ORDER_ERASE] = {SUBJECT_ANY_ORDER, till_order_erase},
    [COMMAND_RECORD_SET] = {SUBJECT_RECORD, till_record_set},
    [COMMAND_STATION_BUSY] = {SUBJECT_RECORD, till_station_busy},
    [COMMAND_STAFF_PIN] = {SUBJECT_RECORD, till_staff_pin},
    [COMMAND_REVIEW] = {SUBJECT_ORDER, till_review},
    [COMMAND_REVIEW_HIDE] = {SUBJECT_REVIEW, till_review_hide},
    [COMMAND_DRAWER_OPEN] = {SUBJECT_NEW_DRAWER, till_drawer_open},
    [COMMAND_DRAWER_MOVE] = {SUBJECT_DRAWER, till_drawer_move},
    [COMMAND_DRAWER_COUNT] = {SUBJECT_DRAWER, till_drawer_count},
    [COMMAND_ORDER_ADOPT] = {SUBJECT_ANY_ORDER, till_adopt},
    [COMMAND_ORDER_DROP] = {SUBJECT_ANY_ORDER, till_drop},
};

static const enum capability capabilities[COMMAND_COUNT] = {
#define X(name, text, capability) [name] = (capability),
    COMMANDS(X)
#undef X
};

static bool is_allowed(const struct command *command)
{
    return principal_may(&command->principal, capabilities[command->kind]);
}

static void aim(struct till_result *result, enum kind kind, struct entity_id entity)
{
    result->kind = kind;
    result->entity = entity;
}

/* A command on an order answers with what the order is, unless its handler says better. */
static int aim_at_order(struct task *task)
{
    const struct command *command = task->command;
    aim(task->result, KIND_ORDER, command->order);
    const int err = task_load_order(task, &command->order);
    if (err != 0) {
        return err;
    }
    task->result->number = task->order->numbers[0].number;
    task->result->day = task->order->day;
    task->result->total_minor = task->order->total_minor;
    return 0;
}

/* What counts of it into till->history. */
static int aim_at_any_order(struct task *task)
{
    struct history *history = task->till->history;
    const struct entity_id *order = &task->command->order;
    aim(task->result, KIND_ORDER, *order);
    const int err = task_history_get(task, history, KIND_ORDER, order);
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    history_reset(history, KIND_ORDER, order);
    return 0;
}

/* By which queues are sorted. A cart's order has no key of its phone's: it is of now. */
static uint32_t order_seconds(const struct task *task)
{
    return task->command->has_cart ? (uint32_t)(task->till->now_t / 1000)
                                   : get_be32(task->command->key.data);
}

static int aim_at_new_order(struct task *task)
{
    const struct command *command = task->command;
    const int err = task_check_key(task);
    if (err != 0) {
        return err;
    }
    uint8_t session[8];
    put_be64(session, command->principal.session);
    const struct entity_id id =
        entity_id_mint(order_seconds(task), bytes_of(session, sizeof session), command->key);
    aim(task->result, KIND_ORDER, id);
    return 0;
}

static int aim_at_new_quote(struct task *task)
{
    const struct command *command = task->command;
    const int err = task_check_key(task);
    if (err == 0) {
        aim(task->result, KIND_NONE, quote_id(command->principal.session, command->key));
    }
    return err;
}

static int aim_at_item(struct task *task, enum kind kind)
{
    const uint64_t item = task->command->item;
    if (item == 0 || item > MENU_NUMBER_MAX) {
        return ERR_MALFORMED;
    }
    aim(task->result, kind, entity_id_derive(kind, item));
    return 0;
}

static int aim_at_record(struct task *task)
{
    uint64_t number;
    const int err = task_record_number(task, &number);
    if (err == 0) {
        aim(task->result, task->command->record, entity_id_derive(task->command->record, number));
    }
    return err;
}

static int aim_at_new_drawer(struct task *task)
{
    const int err = task_check_key(task);
    if (err == 0) {
        aim(task->result, KIND_DRAWER, task_drawer_id(task));
    }
    return err;
}

static int aim_at_subject(struct task *task)
{
    switch (handlers[task->command->kind].subject) {
    case SUBJECT_NEW_ORDER:
        return aim_at_new_order(task);
    case SUBJECT_ORDER:
        return aim_at_order(task);
    case SUBJECT_ITEM:
        return aim_at_item(task, KIND_MENU);
    case SUBJECT_STOCK:
        return aim_at_item(task, KIND_STOCK);
    case SUBJECT_POPUP:
        aim(task->result, KIND_POPUP, entity_id_derive(KIND_POPUP, 0));
        return 0;
    case SUBJECT_ROSTER:
        aim(task->result, KIND_ROSTER, entity_id_derive(KIND_ROSTER, 0));
        return 0;
    case SUBJECT_BLOB:
        aim(task->result, KIND_BLOB, blob_entity(&task->command->blob));
        return 0;
    case SUBJECT_RECORD:
        return aim_at_record(task);
    case SUBJECT_REVIEW:
        aim(task->result, KIND_REVIEW, task->command->order);
        return 0;
    case SUBJECT_NEW_DRAWER:
        return aim_at_new_drawer(task);
    case SUBJECT_DRAWER:
        aim(task->result, KIND_DRAWER, task->command->order);
        return 0;
    case SUBJECT_NEW_QUOTE:
        return aim_at_new_quote(task);
    case SUBJECT_QUOTE:
        aim(task->result, KIND_NONE, task->command->quote);
        return 0;
    case SUBJECT_SHEET:
        aim(task->result, KIND_SHEET, sheet_entity(task->command->item));
        return 0;
    case SUBJECT_NOTHING:
        return task_check_key(task);
    case SUBJECT_ANY_ORDER:
        return aim_at_any_order(task);
    }
    return ERR_INTERNAL;
}

/* Everything but the events and bodies, which are written before they are read: 48 KiB of zeros per
 * tap would be most of its cost. */
static void result_reset(struct till_result *result)
{
    result->kind = KIND_NONE;
    result->entity = (struct entity_id){0};
    result->events_count = 0;
    result->is_number_used = false;
    result->is_receipt_used = false;
    result->is_blob_used = false;
    result->is_row_spoilt = false;
    result->number = 0;
    result->day = 0;
    result->total_minor = 0;
    result->change_minor = 0;
    result->short_item = 0;
    result->short_units = 0;
    result->refused_item = 0;
    result->refused_choice = (struct choice_place){0};
    result->quote_row = bytes_of(NULL, 0);
    result->cart_row = bytes_of(NULL, 0);
    result->table_row = bytes_of(NULL, 0);
    result->wants_count = 0;
    result->body_size = 0;
}

int till_run(const struct till *till, const struct command *command, struct till_result *ret_result)
{
    check(command->kind < COMMAND_COUNT && handlers[command->kind].run != NULL);
    result_reset(ret_result);
    if (!is_allowed(command)) {
        return ERR_FORBIDDEN;
    }
    struct task task = {.till = till, .command = command, .result = ret_result};
    writer_init(&task.writer, ret_result->body_data, sizeof ret_result->body_data);
    int err = aim_at_subject(&task);
    if (err == 0) {
        err = handlers[command->kind].run(&task);
    }
    if (err == 0) {
        err = till_stock_settle(&task);
    }
    return err != 0 ? err : task.err;
}
