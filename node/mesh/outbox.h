/* outbox.h - frames that a slow link has not taken yet, within a bound.
 *
 * Layer: node. Allocates one block per frame. Beyond LINK_OUTBOX_BYTES_MAX everything is dropped: a
 * pull repairs it, and a queue that only grows helps nobody.
 */
#ifndef TRESTLE_NODE_MESH_OUTBOX_H
#define TRESTLE_NODE_MESH_OUTBOX_H

#include "sync/base/bytes.h"
#include "sync/base/err.h"

struct outbox_frame;

struct outbox {
    struct outbox_frame *first, *last;
    size_t bytes;
};

/* Copy @frame to the end. ERR_LIMIT, ERR_NO_MEMORY: the outbox is empty now, @frame was not kept.
 */
MUST_CHECK int outbox_push(struct outbox *outbox, struct bytes frame);

/* The oldest frame; size 0 when there is none. It lives until the next call. */
struct bytes outbox_first(const struct outbox *outbox);
/* Forget it; there is one. */
void outbox_pop(struct outbox *outbox);

void outbox_clear(struct outbox *outbox);

#endif
