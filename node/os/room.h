/* room.h - lists that grow.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_OS_ROOM_H
#define TRESTLE_NODE_OS_ROOM_H

#include <stddef.h>

/* Room for one more of @size bytes each behind the @count in @rows, which is malloc's, or NULL when
 * @capacity is 0. The rows, perhaps moved, with the new @capacity (twice as many, so that adding
 * all costs as much as copying each once); NULL: there is no memory, and they stay as they were. */
void *room_make(void *rows, size_t count, size_t *capacity, size_t size);

#endif
