/* till_task.h - one command at work: what its handler reads, and the events it emits.
 *
 * Layer: sync/domain (pure); private to till*.c.
 */
#ifndef TRESTLE_SYNC_DOMAIN_TILL_TASK_H
#define TRESTLE_SYNC_DOMAIN_TILL_TASK_H

#include "sync/domain/menu_events.h"
#include "sync/domain/order_events.h"
#include "sync/domain/record.h"
#include "sync/domain/till.h"

enum { STOCK_SPENDINGS_MAX = TILL_EVENTS_MAX }; /* each is an event */

/* What a command sells and gives back of what is counted: till_stock.h. */
struct stock_sale {
    uint64_t item;
    bool is_strict;
    uint32_t line;
    uint32_t units;
    bool is_change;
};
struct stock_return {
    uint32_t line;
    uint32_t units;
};
struct stock_spending {
    uint64_t item, issuer;
    int64_t units;
};

struct task {
    const struct till *till;
    const struct command *command;
    const struct order *order; /* as it is now; only for commands on an order */
    struct till_result *result;
    struct writer writer; /* over result->body_data */
    int err;              /* of emitting; the first one stays */
    uint32_t sales_count, returns_count, spendings_count;
    struct stock_sale sales[ORDER_LINES_MAX];
    struct stock_return returns[ORDER_LINES_MAX];
    struct stock_spending spendings[STOCK_SPENDINGS_MAX];
};

/* Lines of the order that a command means: indexes into order->lines. */
struct selection {
    uint32_t count;
    uint32_t at[ORDER_LINES_MAX];
    int32_t units[ORDER_LINES_MAX]; /* as commanded; 0 = not said */
};

bool principal_may(const struct principal *principal, enum capability capability);

/* --- emitting: x_encode(&x, task_body(task)); task_emit(task, type); --- */

struct writer *task_body(struct task *task);

/* What was written since the last one is the body of an event of @type. What makes no sense to a
 * decoder stops the command: texts and numbers of a person are checked here, once. */
void task_emit(struct task *task, enum event_type type);

/* As task_emit(), on another entity than the command's. */
void task_emit_on(struct task *task, enum event_type type, const struct entity_id *entity);

/* Another log's event, which a revocation voided, as it stands; its body was written. */
struct voided_event;
void task_emit_again(struct task *task, const struct voided_event *voided);

/* As task_emit() for a body that body_check() does not know. */
void task_emit_unchecked(struct task *task, enum event_type type);

/* Emit the blob.add of what a person said of @entity, which the command's blob holds, if it has
 * one: result->is_blob_used says so. ERR_LIMIT (no room), ERR_VERSION, ERR_TOO_MANY, ERR_STATE
 * (erased), ERR_IO, ERR_SPOILT. Uses till->scratch. */
MUST_CHECK int task_add_words(struct task *task, enum kind kind, const struct entity_id *entity);

/* The same of a photo of the item @entity, which anybody may see. */
MUST_CHECK int task_add_photo(struct task *task, const struct entity_id *entity);

/* Emit again what a blob.add says of @hash that counts no more, where this device holds it: an
 * adopted order's name comes to all. Nothing where it is known or erased, or has no place here: a
 * name keeps nobody from adopting. ERR_IO. Uses till->scratch. */
MUST_CHECK int task_tell_anew(struct task *task, const struct hash *hash);

/* Emit the erasure of @hash, unless it was erased. ERR_VERSION, ERR_TOO_MANY, ERR_IO, ERR_SPOILT.
 * Uses till->scratch. */
MUST_CHECK int task_erase_blob(struct task *task, const struct hash *hash);

/* The personal blob that an event of @type speaks of: an order's name, how to reach its guest, what
 * a review says. false: of none. */
bool task_guest_blob(uint32_t type, struct bytes body, struct hash *ret_hash);

/* --- fields of menu, pop-up and records --- */

/* Unknown fields and one said twice are the screen's mistake. ERR_MALFORMED. */
MUST_CHECK int task_check_fields(const struct command *command,
                                 struct field_rule (*rule_of)(uint32_t field));

/* NULL when the command does not say it. */
const struct wanted_field *task_find_field(const struct command *command, uint32_t field);

struct field_value task_field_value(const struct wanted_field *wanted);

/* The record of @kind as it is, in till->scratch; nobody may have written it yet. ERR_VERSION,
 * ERR_TOO_MANY, ERR_IO, ERR_MALFORMED. */
MUST_CHECK int task_load_record(struct task *task, enum kind kind, const struct entity_id *id,
                                struct record *ret_record);

/* How many records or tables' sheets of @kind there are, hidden ones too. ERR_IO. */
MUST_CHECK int task_count_records(const struct task *task, enum kind kind, uint32_t *ret_count);

/* The number of the record that the command means: the one it says, or for a new one that of its
 * key. ERR_MALFORMED. */
MUST_CHECK int task_record_number(const struct task *task, uint64_t *ret_number);

/* --- reading --- */

/* Whether events of ours on the entity of @history would still count. */
bool task_has_room(const struct task *task, const struct history *history);

/* What counts of @id, as folder_history_get(), but the row that the disk made no row of is
 * ERR_SPOILT: what was asked for is well said. */
MUST_CHECK int task_history_get(const struct task *task, struct history *history, enum kind kind,
                                const struct entity_id *id);

/* The order in till->history and its events' meaning in till->order. 0, ERR_NOT_FOUND, ERR_VERSION
 * (written by newer software: read-only here), ERR_TOO_MANY (no event of ours would count any
 * more), ERR_IO, ERR_SPOILT. */
MUST_CHECK int task_load_order(struct task *task, const struct entity_id *id);

/* The stored history of @id in till->scratch, or an empty one. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int task_load_scratch(struct task *task, enum kind kind, const struct entity_id *id);

/* A tax that is here; lives until till->scratch is used again. ERR_UNAVAILABLE: not here yet.
 * ERR_IO, ERR_MALFORMED. */
MUST_CHECK int task_load_tax(struct task *task, uint64_t number, struct record *ret_record);

/* Whether a stall is out of use: nobody orders there. One that nobody wrote of is not. Uses
 * till->scratch. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int task_look_at_stall(struct task *task, uint64_t number, bool *ret_is_closed);

/* The pop-up's settings; its texts live until till->scratch is used again. ERR_IO, ERR_MALFORMED.
 */
MUST_CHECK int task_load_popup(struct task *task, struct popup *ret_popup);

/* An item that can be sold, at a stall that is in use; lives until till->scratch is used again.
 * ERR_UNAVAILABLE: it cannot, @ret_item says what it is called. ERR_VERSION, ERR_IO,
 * ERR_MALFORMED. */
MUST_CHECK int task_load_item(struct task *task, uint64_t number, struct menu_item *ret_item);

/* @err, which is about @item of the menu when it is one: the answer names it. */
static inline int task_refused(struct task *task, uint64_t item, int err)
{
    if (err != 0) {
        task->result->refused_item = item;
    }
    return err;
}

/* The lines in command->ids, or every active line when there are none. ERR_NOT_FOUND,
 * ERR_MALFORMED (one twice, a count out of bounds). */
MUST_CHECK int task_select(const struct task *task, struct selection *ret_selection);

static inline const struct order_line *task_line(const struct task *task,
                                                 const struct selection *selection, uint32_t i)
{
    return &task->order->lines[selection->at[i]];
}

/* Units of @line that were not given out yet. */
static inline uint32_t line_left(const struct order_line *line)
{
    const uint32_t quantity = line->quantity > 0 ? (uint32_t)line->quantity : 0;
    return line->is_active && quantity > line->handed ? quantity - line->handed : 0;
}

/* 0, or ERR_MALFORMED when the command's key is not usable: ids are derived from it. */
MUST_CHECK int task_check_key(const struct task *task);

/* Ids that come out the same when the request is retried at another node. */
struct entity_id task_payment_id(const struct task *task, const char *label);
struct entity_id task_drawer_id(const struct task *task);
struct entity_id task_placed_payment_id(const struct entity_id *order);
uint32_t task_line_id(const struct task *task, uint32_t index);

/* --- what a handler is --- */

int till_place(struct task *task);
int till_cart_add(struct task *task);
int till_cart_set(struct task *task);
int till_table_sit(struct task *task);
int till_table_clear(struct task *task);
int till_table_code(struct task *task);
int till_table_revoke(struct task *task);
int till_quote(struct task *task);
int till_quote_drop(struct task *task);
int till_lines_add(struct task *task);
int till_line_set(struct task *task);
int till_lines_void(struct task *task);
int till_accept(struct task *task);
int till_refuse(struct task *task);
int till_start(struct task *task);
int till_done(struct task *task);
int till_recall(struct task *task);
int till_amend(struct task *task);
int till_seen(struct task *task);
int till_print(struct task *task);
int till_print_claim(struct task *task);
int till_print_done(struct task *task);
int till_hand_over(struct task *task);
int till_unhand(struct task *task);
int till_cancel(struct task *task);
int till_reinstate(struct task *task);
int till_pay(struct task *task);
int till_refund(struct task *task);
int till_discount(struct task *task);
int till_tip(struct task *task);
int till_receipt(struct task *task);

/* Whether a receipt of @order can be given: it is paid. */
bool till_receipt_is_due(const struct order *order);
/* The receipt that says what the order is now, given by this command if nobody gave one; of a new
 * one lane, incarnation and number are filled. ERR_STATE: no more of them. */
MUST_CHECK int till_receipt_give(struct task *task, struct order_receipt *ret_receipt);
int till_refund_wish(struct task *task);
int till_refund_auto(struct task *task);
int till_lapse(struct task *task);
int till_pay_intent(struct task *task);
int till_pay_refund(struct task *task);
int till_pay_dispute(struct task *task);
int till_menu_set(struct task *task);
int till_menu_available(struct task *task);
int till_menu_choice(struct task *task);
int till_menu_photo(struct task *task);
int till_stock_add(struct task *task);
int till_stock_count(struct task *task);
int till_popup_set(struct task *task);
int till_day_open(struct task *task);
int till_device_add(struct task *task);
int till_device_revoke(struct task *task);
int till_device_retire(struct task *task);
int till_device_role(struct task *task);
int till_device_rename(struct task *task);
int till_device_place(struct task *task);
int till_staff_role(struct task *task);
int till_day_close(struct task *task);
int till_blob_add(struct task *task);
int till_blob_erase(struct task *task);
int till_contact(struct task *task);
int till_order_erase(struct task *task);
int till_record_set(struct task *task);
int till_station_busy(struct task *task);
int till_staff_pin(struct task *task);
int till_review(struct task *task);
int till_review_hide(struct task *task);
int till_drawer_open(struct task *task);
int till_drawer_move(struct task *task);
int till_drawer_count(struct task *task);
int till_adopt(struct task *task);
int till_drop(struct task *task);

/* Emit a payment of @amount_minor, which closes over cash rounding and change. ERR_MALFORMED (no
 * such method), ERR_MISMATCH (less was tendered than is asked), ERR_OVERFLOW. */
MUST_CHECK int till_take_payment(struct task *task, const struct entity_id *id,
                                 int64_t amount_minor, uint32_t cash_step_minor);

#endif
