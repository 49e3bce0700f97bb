/* ballast.h - a file of nothing beside the store, thrown overboard when the disk is full.
 *
 * Layer: node. A disk fills up because of others, and at the worst time. Then the ballast's room
 * lets this device take orders for hours, while it takes in nothing from peers, who keep it.
 */
#ifndef TRESTLE_NODE_CORE_BALLAST_H
#define TRESTLE_NODE_CORE_BALLAST_H

#include <stdbool.h>

#include "sync/base/err.h"

enum {
    BALLAST_BYTES = 8 * 1024 * 1024,
    BALLAST_SPARE_BYTES = 8 * 1024 * 1024, /* free beside it before it is made */
};

/* Make the file in the state folder @state, its blocks allotted, unless it is whole already.
 * ERR_FULL: there is no room, or too little would be left; ERR_IO, ERR_FORBIDDEN, ERR_TOO_LARGE. */
MUST_CHECK int ballast_make(const char *state);

/* Whether there was one to throw. */
bool ballast_release(const char *state);

#endif
