#include "node/os/room.h"

#include <stdlib.h>

enum { ROOM_FIRST = 64 };

void *room_make(void *rows, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return rows;
    }
    const size_t wanted = *capacity == 0 ? ROOM_FIRST : 2 * *capacity;
    void *more = realloc(rows, wanted * size);
    *capacity = more == NULL ? *capacity : wanted;
    return more;
}
