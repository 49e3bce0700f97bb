/* fields.h - registers in a history: which writes of a field are maximal, and what they come to.
 *
 * Layer: sync/domain (pure); for menu.c and popup.c. In each branch only the newest write of a
 * field can be maximal, so a field has at most ENTITY_LOGS_MAX of them.
 */
#ifndef TRESTLE_SYNC_DOMAIN_FIELDS_H
#define TRESTLE_SYNC_DOMAIN_FIELDS_H

#include "sync/domain/menu_events.h"

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

/* The fields that each event of a type writes, as its @decode says (menu_set_decode), one bit per
 * field number; 0 for events of other types and bodies that make no sense. */
struct field_writes {
    const struct history *history;
    int (*decode)(struct bytes body, struct field_values *ret_values);
    uint32_t bits[ENTITY_EVENTS_MAX];
};

void field_writes_find(struct field_writes *writes, const struct history *history, uint32_t type,
                       int (*decode)(struct bytes body, struct field_values *ret_values));

/* The value of @field; false when nobody wrote it. @ret_conflict is set, and never cleared, when
 * concurrent writes differ. */
bool field_get(const struct field_writes *writes, uint32_t field, enum field_merge merge,
               struct field_value *ret_value, bool *ret_conflict);

/* Set keep[i] for every maximal write of @field. */
void field_keep(const struct field_writes *writes, uint32_t field, bool *keep);

#endif
