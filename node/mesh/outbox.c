#include "node/mesh/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/limits.h"

struct outbox_frame {
    struct outbox_frame *next;
    size_t size;
    uint8_t data[];
};

int outbox_push(struct outbox *outbox, struct bytes frame)
{
    if (outbox->bytes + frame.size > LINK_OUTBOX_BYTES_MAX) {
        outbox_clear(outbox);
        return ERR_LIMIT;
    }
    struct outbox_frame *fresh = malloc(sizeof *fresh + frame.size);
    if (fresh == NULL) {
        outbox_clear(outbox);
        return ERR_NO_MEMORY;
    }
    fresh->next = NULL;
    fresh->size = frame.size;
    memcpy(fresh->data, frame.data, frame.size);
    if (outbox->last == NULL) {
        outbox->first = fresh;
    } else {
        outbox->last->next = fresh;
    }
    outbox->last = fresh;
    outbox->bytes += frame.size;
    return 0;
}

struct bytes outbox_first(const struct outbox *outbox)
{
    return outbox->first == NULL ? bytes_of(NULL, 0)
                                 : bytes_of(outbox->first->data, outbox->first->size);
}

void outbox_pop(struct outbox *outbox)
{
    struct outbox_frame *first = outbox->first;
    outbox->first = first->next;
    if (outbox->first == NULL) {
        outbox->last = NULL;
    }
    outbox->bytes -= first->size;
    free(first);
}

void outbox_clear(struct outbox *outbox)
{
    while (outbox->first != NULL) {
        outbox_pop(outbox);
    }
}
