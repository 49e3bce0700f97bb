/* breadcrumb.h - which entity was being folded when the program died.
 *
 * Layer: node. A small mapped file beside the store, so that it outlives a crash without a system
 * call per fold: struct breadcrumb_row, whose first field and count the replica writes. Beside it
 * the file "aside": be32 FOLD_VERSION, then the ids of what it died of twice.
 */
#ifndef TRESTLE_NODE_CORE_BREADCRUMB_H
#define TRESTLE_NODE_CORE_BREADCRUMB_H

#include "sync/domain/turn.h"

struct breadcrumb {
    struct breadcrumb_row *map; /* NULL = none */
};

/* Map the file in the state folder @state, take note of a crash that it tells of, and clear it.
 * @ret_crashes: how often in a row the program ended while it folded the same entity, 0 = it did
 * not; which one is in @ret_entity. ERR_FULL, ERR_FORBIDDEN, ERR_IO. */
MUST_CHECK int breadcrumb_open(struct breadcrumb *breadcrumb, const char *state,
                               unsigned *ret_crashes, struct entity_id *ret_entity);
void breadcrumb_close(struct breadcrumb *breadcrumb);

enum { ASIDE_MAX = 32 };

/* The entities that it died of twice: not folded on this device until other software is here. */
struct aside {
    uint32_t count;
    struct entity_id entities[ASIDE_MAX];
};

/* A missing file, and one of software with another fold version, is an empty list. As file_read();
 * ERR_MALFORMED. */
MUST_CHECK int aside_load(const char *state, struct aside *ret_aside);

/* Add one, durably. ERR_LIMIT; as file_write(). */
MUST_CHECK int aside_add(const char *state, struct aside *aside, const struct entity_id *entity);

#endif
