/* record.h - stalls, stations, staff, taxes, offers, printers, reviews: entities that are a list of
 * fields and nothing else.
 *
 * Layer: sync/domain (pure). Each field is a register that merges by itself, as an item's on the
 * menu; what differs between the kinds stands in record_fields.h. `has_conflict` stays until
 * somebody who has seen both writes the field again. Nothing is deleted: it is hidden.
 *
 *     struct record printer;
 *     record_derive(history, &printer);
 *     record_text(&printer, PRINTER_ADDRESS)
 */
#ifndef TRESTLE_SYNC_DOMAIN_RECORD_H
#define TRESTLE_SYNC_DOMAIN_RECORD_H

#include "sync/domain/fields.h"
#include "sync/domain/record_fields.h"

enum {
    RECORD_NUMBER_MAX = 99999999,
    RECORD_FIELDS_MAX = 12, /* above every field's number */
    STATION_THROTTLE_NONE = 1000,
    BUSY_CLOSED = 1000, /* minutes that are none: customers order nothing of the station */
    CUSTOMER_HASH_BYTES = 16,
    RECORD_ID_BYTES_MAX = 32, /* the largest id or hash in a field */
};

/* Numbers of fields; those of different kinds overlap. */
enum record_field_number {
    RECORD_NUMBER = 1,
    RECORD_NAME = 2,
    RECORD_HIDDEN = 3,
#define X(symbol, number, ...) symbol = (number),
    STALL_FIELDS(X) STATION_ROWS(X) STAFF_FIELDS(X) TAX_FIELDS(X) OFFER_FIELDS(X) PRINTER_FIELDS(X)
        REVIEW_FIELDS(X)
#undef X
            REVIEW_REASON = 9,
};

struct record_field {
    const char *name; /* in JSON; NULL = no such field */
    struct field_rule rule;
    enum field_merge merge;
    int64_t otherwise; /* when nobody wrote it: a number, or a truth as 0 and 1 */
};

struct record_kind {
    enum kind kind;
    const char *name; /* "stall" */
    const char *path; /* "stalls" */
    enum event_type set;
    uint32_t count_max;                           /* new ones are refused beyond it */
    struct field_rule (*rule_of)(uint32_t field); /* record_field_rule() */
    int (*decode)(struct bytes body, struct field_values *ret_set); /* record_set_decode() */
    struct record_field fields[RECORD_FIELDS_MAX];                  /* by number */
};

/* NULL when @kind, or the type of a <kind>.set event, is none of a record. */
const struct record_kind *record_kind_find(enum kind kind);
const struct record_kind *record_kind_of_event(uint32_t type);
extern const struct record_kind record_kinds[];
extern const size_t record_kinds_count;

struct record {
    const struct record_kind *kind;
    struct entity_id id;
    uint64_t number; /* 0: nobody has said who this is yet, or it is a review */
    bool is_known;   /* the fields that its id is derived from are here and fit */
    bool is_hidden;
    bool has_conflict;
    bool is_opaque;
    struct field_value values[RECORD_FIELDS_MAX]; /* by number; with defaults */
};

/* @history is of a kind of record; @ret_record borrows from it. Never fails. */
void record_derive(const struct history *history, struct record *ret_record);

/* Keep only the maximal writes of each field. */
void record_prune(struct history *history);

static inline struct bytes record_text(const struct record *record, uint32_t field)
{
    return record->values[field].text;
}

static inline int64_t record_number(const struct record *record, uint32_t field)
{
    return record->values[field].number;
}

static inline bool record_truth(const struct record *record, uint32_t field)
{
    return record->values[field].truth;
}

/* A review's id: BLAKE2b-96("trestle/review/1" || order || customer). */
struct entity_id review_id(struct bytes order, struct bytes customer);
/* Who reviews is known by the session that the review came in, and named by its hash. */
void review_customer(uint64_t session, uint8_t ret_hash[CUSTOMER_HASH_BYTES]);
/* The review of @order by the customer with @session. */
struct entity_id review_id_of(const struct entity_id *order, uint64_t session);

/* --- bodies: x.set is a struct field_values --- */

struct review_hide {
    bool is_hidden;
    struct bytes reason;
};

/* What <kind>.set may write; FIELD_UNKNOWN for any other number. */
struct field_rule record_field_rule(enum kind kind, uint32_t field);

void record_set_encode(const struct record_kind *kind, const struct field_values *set,
                       struct writer *writer);
MUST_CHECK int record_set_decode(const struct record_kind *kind, struct bytes body,
                                 struct field_values *ret_set);

void review_hide_encode(const struct review_hide *hide, struct writer *writer);
MUST_CHECK int review_hide_decode(struct bytes body, struct review_hide *ret_hide);

struct station_busy {
    uint32_t minutes;  /* 0: as usual; BUSY_CLOSED */
    uint64_t until_ms; /* ms since 1970 */
};

void station_busy_encode(const struct station_busy *busy, struct writer *writer);
MUST_CHECK int station_busy_decode(struct bytes body, struct station_busy *ret_busy);

#endif
