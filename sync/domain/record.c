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

static int busy_decode(struct bytes body, struct field_values *ret_values)
{
    struct station_busy busy;
    const int err = station_busy_decode(body, &busy);
    if (err == 0) {
        ret_values->count = 2;
        ret_values->values[0] =
            (struct field_value){.field = STATION_BUSY, .number = (int64_t)busy.minutes};
        ret_values->values[1] =
            (struct field_value){.field = STATION_BUSY_UNTIL, .number = (int64_t)busy.until_ms};
    }
    return err;
}

/* What is said of a record by an event of its own, which another right stands behind. */
static const struct aside {
    enum kind kind;
    enum event_type type;
    int (*decode)(struct bytes body, struct field_values *ret_values);
    bool is_settled; /* who disagree are not marked: it ends by itself */
} asides[] = {
    {KIND_REVIEW, EVENT_REVIEW_HIDE, hide_decode, false},
    {KIND_STATION, EVENT_STATION_BUSY, busy_decode, true},
};

enum { ASIDES = sizeof asides / sizeof asides[0] };

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
                        int (*decode)(struct bytes body, struct field_values *ret_values),
                        bool *ret_conflict)
{
    struct field_registers registers;
    field_registers_fill(&registers, history, type, decode);
    for (uint32_t field = 1; field < RECORD_FIELDS_MAX; field++) {
        (void)field_get(&registers, field, record->kind->fields[field].merge,
                        &record->values[field], ret_conflict);
    }
}

static void fill_asides(struct record *record, const struct history *history)
{
    for (size_t i = 0; i < ASIDES; i++) {
        const struct aside *aside = &asides[i];
        bool is_at_odds = false;
        if (aside->kind == history->kind) {
            fill_fields(record, history, aside->type, aside->decode, &is_at_odds);
        }
        record->has_conflict |= is_at_odds && !aside->is_settled;
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
    fill_fields(record, history, record->kind->set, record->kind->decode, &record->has_conflict);
    fill_asides(record, history);
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

/* What merges as a register of @kind; whatever else is on it stays. */
static bool is_register(const struct record_kind *kind, uint32_t type)
{
    bool is_it = type == (uint32_t)kind->set;
    for (size_t i = 0; i < ASIDES; i++) {
        is_it |= type == (uint32_t)asides[i].type;
    }
    return is_it;
}

void record_prune(struct history *history)
{
    bool keep[HISTORY_EVENTS_MAX];
    const struct record_kind *kind = record_kind_find(history->kind);
    check(kind != NULL);
    for (uint32_t i = 0; i < history->count; i++) {
        keep[i] = !is_register(kind, history->events[i].type);
    }
    keep_fields(history, kind->set, kind->decode, keep);
    for (size_t i = 0; i < ASIDES; i++) {
        keep_fields(history, asides[i].type, asides[i].decode, keep);
    }
    history_prune(history, keep);
}
