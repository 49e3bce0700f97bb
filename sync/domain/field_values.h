/* field_values.h - what every <kind>.set event says: fields by number, each with its new value.
 *
 * Layer: sync/domain (pure). Bytes: [[[uint field, value], ...]], docs/protocol.md, "Fields". One
 * value out of its range makes the whole event void; a field number that this software does not
 * know is left out, so that a newer device may write it.
 */
#ifndef TRESTLE_SYNC_DOMAIN_FIELD_VALUES_H
#define TRESTLE_SYNC_DOMAIN_FIELD_VALUES_H

#include "sync/base/reader.h"
#include "sync/base/writer.h"

enum { FIELD_VALUES_MAX = 32 }; /* in one event */

enum field_form {
    FIELD_UNKNOWN = 0,
    FIELD_TEXT,
    FIELD_NUMBER,
    FIELD_TRUTH,
    FIELD_OPTIONS, /* an encoded array, menu_options_decode() */
    FIELD_BYTES,   /* an id or a hash: exactly max bytes, or none when min is 0 */
};

/* What a field may hold; one table row per field. */
struct field_rule {
    enum field_form form;
    int64_t min, max; /* of a number, or of a size in bytes */
};

/* One field with its new value: the member that its form names counts. */
struct field_value {
    uint32_t field;
    struct bytes text; /* FIELD_TEXT, FIELD_BYTES; FIELD_OPTIONS: the encoded array */
    int64_t number;
    bool truth;
};

/* Each field at most once. Texts are borrowed from the body. */
struct field_values {
    uint32_t count;
    struct field_value values[FIELD_VALUES_MAX];
};

/* @rule_of gives FIELD_UNKNOWN for numbers that are not known. The encoder trusts its caller;
 * decoding answers 0, ERR_MALFORMED, ERR_TOO_LARGE or ERR_TOO_MANY. */
void fields_encode(const struct field_values *set, struct field_rule (*rule_of)(uint32_t field),
                   struct writer *writer);
MUST_CHECK int fields_decode(struct bytes body, struct field_rule (*rule_of)(uint32_t field),
                             struct field_values *ret_set);

/* Whether two values of one field say the same. */
bool field_is_same(enum field_form form, const struct field_value *a, const struct field_value *b);

#endif
