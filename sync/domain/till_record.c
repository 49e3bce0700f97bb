/* Stalls, stations, staff, taxes, offers, printers; and what customers say of their orders. A field
 * that already has the value wanted is left out: a form saved twice writes once. */
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/entity.h"
#include "sync/domain/record.h"
#include "sync/domain/till_task.h"

/* Numbers that people choose lie below; those that devices choose lie above and are drawn from the
 * request's key, so that two that add a record at once hardly ever meet. */
enum { RECORD_MINTED_FIRST = 10000 };

/* --- which record --- */

static const struct record_kind *kind_of(const struct task *task)
{
    const struct record_kind *kind = record_kind_find(task->command->record);
    return kind != NULL && kind->kind != KIND_REVIEW ? kind : NULL;
}

static uint64_t minted_number(const struct task *task)
{
    const struct command *command = task->command;
    const uint8_t kind = (uint8_t)command->record;
    uint8_t session[8], hash[8];
    put_be64(session, command->principal.session);
    const struct bytes parts[] = {bytes_of_text("trestle/record/1"), bytes_of(&kind, sizeof kind),
                                  bytes_of(session, sizeof session), command->key};
    hash_parts(hash, sizeof hash, parts, sizeof parts / sizeof parts[0]);
    const uint64_t choices = RECORD_NUMBER_MAX - RECORD_MINTED_FIRST + 1;
    return RECORD_MINTED_FIRST + get_be64(hash) % choices;
}

int task_record_number(const struct task *task, uint64_t *ret_number)
{
    const struct command *command = task->command;
    const bool is_minted = command->item == 0 && command->is_new;
    const int err = is_minted ? task_check_key(task) : 0;
    if (err != 0) {
        return err;
    }
    if (kind_of(task) == NULL || command->item > RECORD_NUMBER_MAX ||
        (command->item == 0 && !is_minted)) {
        return ERR_MALFORMED;
    }
    *ret_number = is_minted ? minted_number(task) : command->item;
    return 0;
}

/* The record as it is in till->scratch; one that nobody wrote is not known. */
int task_load_record(struct task *task, enum kind kind, const struct entity_id *id,
                     struct record *ret_record)
{
    const int err = task_load_scratch(task, kind, id);
    if (err != 0) {
        return err;
    }
    record_derive(task->till->scratch, ret_record);
    if (ret_record->is_opaque) {
        return ERR_VERSION;
    }
    return task_has_room(task, task->till->scratch) ? 0 : ERR_TOO_MANY;
}

int task_count_records(const struct task *task, enum kind kind, uint32_t *ret_count)
{
    const uint8_t first[] = {INDEX_RECORD, (uint8_t)kind};
    struct store_cursor cursor;
    struct bytes key, value;
    uint32_t count = 0;
    int err = store_cursor_open(task->till->txn, TABLE_INDEX, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(first, sizeof first), &key, &value);
    while (err == 0 && key.size > sizeof first && memcmp(key.data, first, sizeof first) == 0) {
        count++;
        err = store_cursor_next(&cursor, &key, &value);
    }
    store_cursor_close(&cursor);
    *ret_count = count;
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- what is written --- */

static struct field_value *value_find(struct field_values *set, uint32_t field)
{
    for (uint32_t i = 0; i < set->count; i++) {
        if (set->values[i].field == field) {
            return &set->values[i];
        }
    }
    return NULL;
}

static void value_add(struct field_values *set, struct field_value value)
{
    set->values[set->count++] = value;
}

/* Fields that only make sense together, so whoever writes one writes all of them: bits by number.
 */
static uint32_t fields_together(enum kind kind)
{
    switch ((int)kind) {
    case KIND_OFFER:
        return 1u << OFFER_PERCENT | 1u << OFFER_AMOUNT;
    case KIND_PRINTER:
        return 1u << PRINTER_DRIVER | 1u << PRINTER_OWNER | 1u << PRINTER_ADDRESS |
               1u << PRINTER_CODEPAGE;
    case KIND_REVIEW:
        return 1u << REVIEW_TEXT | 1u << REVIEW_WORDS;
    default:
        return 0;
    }
}

static bool is_writable(const struct record *record, const struct field_value *value)
{
    const struct field_rule *rule = &record->kind->fields[value->field].rule;
    return rule->form != FIELD_TEXT || (int64_t)value->text.size >= rule->min;
}

/* Add the fields that belong to those in @set as they are now. */
static void complete(const struct record *record, struct field_values *set)
{
    const uint32_t together = fields_together(record->kind->kind);
    bool is_touched = false;
    for (uint32_t i = 0; i < set->count; i++) {
        is_touched |= (together >> set->values[i].field & 1) != 0;
    }
    for (uint32_t field = 0; field < RECORD_FIELDS_MAX && is_touched; field++) {
        const bool is_missing = (together >> field & 1) != 0 && value_find(set, field) == NULL;
        if (is_missing && is_writable(record, &record->values[field])) {
            value_add(set, record->values[field]);
        }
    }
}

/* An offer takes off a percentage or an amount: who wishes one takes the other back. */
static int settle_offer(const struct command *command, struct field_values *set)
{
    struct field_value *percent = value_find(set, OFFER_PERCENT);
    struct field_value *amount = value_find(set, OFFER_AMOUNT);
    check((percent == NULL) == (amount == NULL)); /* complete() was here */
    if (percent == NULL || percent->number == 0 || amount->number == 0) {
        return 0;
    }
    const bool has_percent = task_find_field(command, OFFER_PERCENT) != NULL;
    if (has_percent && task_find_field(command, OFFER_AMOUNT) != NULL) {
        return ERR_MISMATCH;
    }
    *(has_percent ? &amount->number : &percent->number) = 0;
    return 0;
}

/* Whether @record says all of @set already. A conflict is settled by saying the value again. */
static bool is_so(const struct record *record, const struct field_value *value)
{
    const enum field_form form = record->kind->fields[value->field].rule.form;
    return record->is_known && !record->has_conflict &&
           field_is_same(form, &record->values[value->field], value);
}

static void leave_out(const struct record *record, struct field_values *set)
{
    const uint32_t together = fields_together(record->kind->kind);
    struct field_values left = {0};
    uint32_t changed = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        changed |= is_so(record, &set->values[i]) ? 0u : 1u << set->values[i].field;
    }
    changed |= (changed & together) != 0 ? together : 0;
    for (uint32_t i = 0; i < set->count; i++) {
        if ((changed >> set->values[i].field & 1) != 0) {
            value_add(&left, set->values[i]);
        }
    }
    *set = left;
}

/* What a customer writes lies in the command's blob: the journal has its hash and an empty text. */
static void put_words(const struct command *command, struct field_values *set)
{
    struct field_value *text = value_find(set, REVIEW_TEXT);
    if (text == NULL) {
        return;
    }
    const size_t size = command->blob_size > 0 ? sizeof command->blob.bytes : 0;
    text->text = bytes_of_text("");
    value_add(set, (struct field_value){.field = REVIEW_WORDS,
                                        .text = bytes_of(command->blob.bytes, size)});
}

/* What the command wants of @record and is not so yet. */
static int wanted_values(const struct task *task, const struct record *record,
                         struct field_values *ret_set)
{
    const struct command *command = task->command;
    struct field_values set = {0};
    for (uint32_t i = 0; i < command->fields_count; i++) {
        value_add(&set, task_field_value(&command->fields[i]));
    }
    if (record->kind->kind == KIND_REVIEW) {
        put_words(command, &set);
    }
    complete(record, &set);
    const int err = record->kind->kind == KIND_OFFER ? settle_offer(command, &set) : 0;
    if (err == 0) {
        leave_out(record, &set);
        *ret_set = set;
    }
    return err;
}

static void emit_set(struct task *task, const struct record_kind *kind,
                     const struct field_values *set)
{
    if (set->count > 0) {
        record_set_encode(kind, set, task_body(task));
        task_emit(task, kind->set);
    }
}

/* --- records by number --- */

/* A record is added once: a retry finds it as it should be, another's is not written over. */
static int check_new(const struct task *task, const struct record *record,
                     const struct field_values *set)
{
    uint32_t count;
    if (record->is_known) {
        return set->count == 0 ? 0 : ERR_EXISTS;
    }
    if (task_find_field(task->command, RECORD_NAME) == NULL) {
        return ERR_MALFORMED;
    }
    const int err = task_count_records(task, record->kind->kind, &count);
    return err == 0 && count >= record->kind->count_max ? ERR_TOO_MANY : err;
}

static bool says_pin(const struct command *command)
{
    return command->record == KIND_STAFF && task_find_field(command, STAFF_PIN) != NULL;
}

int till_record_set(struct task *task)
{
    const struct command *command = task->command;
    const struct record_kind *kind = kind_of(task);
    struct record record;
    struct field_values set = {0};
    uint64_t number;
    check(kind != NULL); /* the command was aimed at a record of it */
    int err = task_check_fields(command, kind->rule_of);
    if (err == 0 && (task_find_field(command, RECORD_NUMBER) != NULL || says_pin(command))) {
        err = ERR_MALFORMED; /* what the record is addressed by; what has a command of its own */
    }
    if (err == 0) {
        err = task_record_number(task, &number);
    }
    if (err == 0) {
        err = task_load_record(task, kind->kind, &task->result->entity, &record);
    }
    if (err == 0) {
        err = wanted_values(task, &record, &set);
    }
    if (err == 0 && command->is_new) {
        err = check_new(task, &record, &set);
    } else if (err == 0 && !record.is_known) {
        err = ERR_NOT_FOUND;
    }
    if (err == 0 && !record.is_known) {
        value_add(&set, (struct field_value){.field = RECORD_NUMBER, .number = (int64_t)number});
    }
    if (err == 0) {
        emit_set(task, kind, &set);
    }
    return err;
}

int task_load_tax(struct task *task, uint64_t number, struct record *ret_record)
{
    const struct entity_id id = entity_id_derive(KIND_TAX, number);
    const int err = task_load_scratch(task, KIND_TAX, &id);
    if (err != 0) {
        return err;
    }
    record_derive(task->till->scratch, ret_record);
    return ret_record->is_known ? 0 : ERR_UNAVAILABLE;
}

int task_look_at_stall(struct task *task, uint64_t number, bool *ret_is_closed)
{
    struct record stall;
    const struct entity_id id = entity_id_derive(KIND_STALL, number);
    const int err = task_load_scratch(task, KIND_STALL, &id);
    if (err == 0) {
        record_derive(task->till->scratch, &stall);
        *ret_is_closed = stall.is_hidden;
    }
    return err;
}

/* --- reviews --- */

static int check_review(const struct task *task)
{
    const struct command *command = task->command;
    if (task_find_field(command, REVIEW_ORDER) != NULL ||
        task_find_field(command, REVIEW_CUSTOMER) != NULL ||
        task_find_field(command, REVIEW_WORDS) != NULL) {
        return ERR_MALFORMED;
    }
    return task_check_fields(command, record_kind_find(KIND_REVIEW)->rule_of);
}

/* Whether this device wrote the review that lies in till->scratch too often already. */
static bool is_said_too_often(const struct task *task)
{
    const struct history *said = task->till->scratch;
    uint32_t count = 0;
    for (uint32_t i = 0; i < said->branches_count; i++) {
        const struct history_branch *branch = &said->branches[i];
        count += branch->log == task->till->own_log ? branch->count : 0;
    }
    return task->command->principal.role == ROLE_CUSTOMER && count >= REVIEW_SAYS_MAX;
}

/* Only what was eaten is reviewed. */
int till_review(struct task *task)
{
    const struct entity_id order = task->command->order;
    const uint64_t session = task->command->principal.session;
    const struct record_kind *kind = record_kind_find(KIND_REVIEW);
    struct record review;
    struct field_values set = {0};
    uint8_t customer[CUSTOMER_HASH_BYTES];
    int err = check_review(task);
    if (err == 0 && task->order->phase != PHASE_COMPLETED) {
        err = ERR_STATE;
    }
    if (err != 0) {
        return err;
    }
    review_customer(session, customer);
    const struct bytes order_id = bytes_of(order.bytes, sizeof order.bytes);
    task->result->kind = KIND_REVIEW;
    task->result->entity = review_id_of(&order, session);
    err = task_load_record(task, KIND_REVIEW, &task->result->entity, &review);
    if (err == 0) {
        err = wanted_values(task, &review, &set);
    }
    if (err == 0 && set.count > 0 && is_said_too_often(task)) {
        err = ERR_TOO_MANY;
    }
    if (err == 0 && !review.is_known) {
        err = task_find_field(task->command, REVIEW_RATING) != NULL ? 0 : ERR_MALFORMED;
        value_add(&set, (struct field_value){.field = REVIEW_ORDER, .text = order_id});
        value_add(&set, (struct field_value){.field = REVIEW_CUSTOMER,
                                             .text = bytes_of(customer, sizeof customer)});
    }
    if (err == 0) {
        emit_set(task, kind, &set);
    }
    const struct field_value *words = value_find(&set, REVIEW_WORDS);
    return err == 0 && words != NULL && words->text.size > 0
               ? task_add_words(task, KIND_REVIEW, &task->result->entity)
               : err;
}

int till_review_hide(struct task *task)
{
    const struct command *command = task->command;
    const struct review_hide hide = {.is_hidden = command->truth, .reason = command->reason};
    struct record review;
    const int err = task_load_record(task, KIND_REVIEW, &task->result->entity, &review);
    if (err != 0) {
        return err;
    }
    if (!review.is_known) {
        return ERR_NOT_FOUND;
    }
    if (hide.is_hidden && hide.reason.size == 0) {
        return ERR_MALFORMED;
    }
    if (review.is_hidden != hide.is_hidden || review.has_conflict) {
        review_hide_encode(&hide, task_body(task));
        task_emit(task, EVENT_REVIEW_HIDE);
    }
    return 0;
}
