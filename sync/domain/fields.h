/* fields.h - registers in a history: which writes of a field are maximal, and what they come to.
 *
 * Layer: sync/domain (pure); for menu.c, popup.c and record.c. In each branch only the newest write
 * of a field can be maximal, so a field has at most ENTITY_LOGS_MAX of them.
 */
#ifndef TRESTLE_SYNC_DOMAIN_FIELDS_H
#define TRESTLE_SYNC_DOMAIN_FIELDS_H

#include "sync/domain/field_values.h"
#include "sync/domain/history.h"

enum { FIELDS_MAX = 20 }; /* above every field's number */

/* How concurrent writes of a field merge. */
enum field_merge {
    MERGE_LATEST,   /* cosmetic: the later t */
    MERGE_IDENTITY, /* no clock may decide: the smaller operation */
    MERGE_LOWEST,
    MERGE_HIGHEST,
    MERGE_UNION,     /* of bits */
    MERGE_INTERSECT, /* of bits */
    MERGE_TRUE,      /* true wins */
    MERGE_FALSE,     /* false wins */
};

/* One field: in each branch its newest write, and what that said. By branch. */
struct field_register {
    uint32_t count;
    uint32_t events[ENTITY_LOGS_MAX];
    struct field_value values[ENTITY_LOGS_MAX];
};

/* All fields that events of one type write, each event decoded once. */
struct field_registers {
    const struct history *history;
    struct field_register fields[FIELDS_MAX]; /* by number */
};

/* Go through the events of @type with @decode (menu_set_decode), leaving out bodies that make no
 * sense. What the registers hold is borrowed from @history. */
void field_registers_fill(struct field_registers *registers, const struct history *history,
                          uint32_t type,
                          int (*decode)(struct bytes body, struct field_values *ret_values));

/* The value of @field; false when nobody wrote it. @ret_conflict is set, and never cleared, when
 * concurrent writes differ. */
bool field_get(const struct field_registers *registers, uint32_t field, enum field_merge merge,
               struct field_value *ret_value, bool *ret_conflict);

/* Set keep[i] for every maximal write of @field. */
void field_keep(const struct field_registers *registers, uint32_t field, bool *keep);

#endif
