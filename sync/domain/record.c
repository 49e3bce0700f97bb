#include "sync/domain/record.h"

#include <string.h>

#include "sync/base/check.h"

struct entity_id review_id(struct bytes order, struct bytes customer)
{
    const struct bytes parts[] = {bytes_of_text("trestle/review/1"), order, customer};
    struct entity_id id;
    hash_parts(id.bytes, sizeof id.bytes, parts, sizeof parts / sizeof parts[0]);
    return id;
}

void review_customer(uint64_t session, uint8_t ret_hash[CUSTOMER_HASH_BYTES])
{
    uint8_t number[8];
    put_be64(number, session);
    const struct bytes parts[] = {bytes_of_text("trestle/customer/1"),
                                  bytes_of(number, sizeof number)};
    hash_parts(ret_hash, CUSTOMER_HASH_BYTES, parts, sizeof parts / sizeof parts[0]);
}

struct entity_id review_id_of(const struct entity_id *order, uint64_t session)
{
    uint8_t customer[CUSTOMER_HASH_BYTES];
    review_customer(session, customer);
    return review_id(bytes_of(order->bytes, sizeof order->bytes),
                     bytes_of(customer, sizeof customer));
}

/* review.hide as the values of two fields. */
static int hide_decode(struct bytes body, struct field_values *ret_values)
{
    struct review_hide hide;
    const int err = review_hide_decode(body, &hide);
    if (err == 0) {
        ret_values->count = 2;
        ret_values->values[0] =
            (struct field_value){.field = RECORD_HIDDEN, .truth = hide.is_hidden};
        ret_values->values[1] = (struct field_value){.field = REVIEW_REASON, .text = hide.reason};
    }
    return err;
}

static void fill_defaults(struct record *record)
{
    for (uint32_t field = 0; field < RECORD_FIELDS_MAX; field++) {
        const struct record_field *of = &record->kind->fields[field];
        record->values[field] = (struct field_value){
            .field = field, .number = of->otherwise, .truth = of->otherwise != 0};
    }
}

/* The fields that events of @type write. */
static void fill_fields(struct record *record, const struct history *history, uint32_t type,
                        int (*decode)(struct bytes body, struct field_values *ret_values))
{
    struct field_registers registers;
    field_registers_fill(&registers, history, type, decode);
    for (uint32_t field = 1; field < RECORD_FIELDS_MAX; field++) {
        (void)field_get(&registers, field, record->kind->fields[field].merge,
                        &record->values[field], &record->has_conflict);
    }
}

/* A record is what its id says: a number written by mistake or malice does not rename it. */
static bool is_own_id(const struct record *record)
{
    const struct bytes order = record_text(record, REVIEW_ORDER);
    const struct bytes customer = record_text(record, REVIEW_CUSTOMER);
    const struct entity_id id =
        record->kind->kind == KIND_REVIEW
            ? review_id(order, customer)
            : entity_id_derive(record->kind->kind, (uint64_t)record_number(record, RECORD_NUMBER));
    return entity_id_equal(&id, &record->id);
}

void record_derive(const struct history *history, struct record *ret_record)
{
    struct record *record = ret_record;
    record->kind = record_kind_find(history->kind);
    check(record->kind != NULL);
    record->id = history->entity;
    record->has_conflict = false;
    record->is_opaque = history->is_opaque;
    fill_defaults(record);
    fill_fields(record, history, record->kind->set, record->kind->decode);
    if (history->kind == KIND_REVIEW) {
        fill_fields(record, history, EVENT_REVIEW_HIDE, hide_decode);
    }
    record->is_known = is_own_id(record);
    record->is_hidden = record_truth(record, RECORD_HIDDEN);
    const bool is_numbered = record->is_known && history->kind != KIND_REVIEW;
    record->number = is_numbered ? (uint64_t)record_number(record, RECORD_NUMBER) : 0;
}

static void keep_fields(const struct history *history, uint32_t type,
                        int (*decode)(struct bytes body, struct field_values *ret_values),
                        bool *keep)
{
    struct field_registers registers;
    field_registers_fill(&registers, history, type, decode);
    for (uint32_t field = 1; field < RECORD_FIELDS_MAX; field++) {
        field_keep(&registers, field, keep);
    }
}

void record_prune(struct history *history)
{
    bool keep[ENTITY_EVENTS_MAX];
    const struct record_kind *kind = record_kind_find(history->kind);
    check(kind != NULL);
    for (uint32_t i = 0; i < history->count; i++) {
        const uint32_t type = history->events[i].type;
        keep[i] = type != (uint32_t)kind->set && type != (uint32_t)EVENT_REVIEW_HIDE;
    }
    keep_fields(history, kind->set, kind->decode, keep);
    keep_fields(history, EVENT_REVIEW_HIDE, hide_decode, keep);
    history_prune(history, keep);
}
