/* loans.h - what a store in memory gave out to be read: copies that turn into nonsense when their
 * time is over, or that the address sanitizer then guards, as it guards what lies around each.
 *
 * Their memory comes round again only after some MiB of other loans, so that who holds on to one
 * too long is found out. Not for several threads. Out of memory aborts.
 */
#ifndef TRESTLE_TESTS_LIB_LOANS_H
#define TRESTLE_TESTS_LIB_LOANS_H

#include <stdbool.h>

#include "sync/base/bytes.h"

/* All zero = nothing was lent. */
struct loans {
    struct loan_chunk *chunks; /* the newest first */
};

/* A copy of @bytes. */
struct bytes loans_add(struct loans *loans, struct bytes bytes);

/* Whether @bytes begin in one that has not ended. */
bool loans_have(const struct loans *loans, struct bytes bytes);

/* The time of all that were added so far is over. */
void loans_end(struct loans *loans);

/* The same, and nothing will be added. */
void loans_close(struct loans *loans);

#endif
