/* moment_body.h - what devices tell each other of the moment and never log, as bytes: the bodies
 * of items of sync/mesh/ephemeral.h.
 *
 * Layer: node (pure). Readers take what any device may have said: what makes no sense is false, and
 * fields that newer software says behind the known ones are passed over. Bytes are borrowed.
 *
 *   "screens"          [uint counter, uint kitchen, uint pickup, ...], in the order of
 *                      enum stream_view
 *   "reconcile.ask"    [uint number, uint days, bool shared, uint day, ...]
 *   "reconcile"        [uint number, uint parts, bool good, bin bytes, uint days, bool shared,
 *                      uint day, ...]; see core_reconcile.c
 *   "health"           [uint store bytes, uint their limit,
 *                       [[uint number, uint troubles, uint waiting], ...],
 *                       [[bin8 device, uint link, uint heard s ago or nil, uint behind, uint ahead,
 *                         int clock offset ms], ...],
 *                       uint others, ...], see struct gate_health; link as of enum gate_link
 */
#ifndef TRESTLE_NODE_CORE_MOMENT_BODY_H
#define TRESTLE_NODE_CORE_MOMENT_BODY_H

#include "node/api/gate.h"
#include "sync/base/writer.h"

enum {
    MOMENT_SCREENS_MAX = 100000, /* of one view, that a device may say look at it */
    RECONCILE_PARTS_MAX = 14,
    RECONCILE_PART_BYTES_MAX = 1000,
};

void screens_write(struct writer *writer, const struct gate_screens *screens);
bool screens_read(struct bytes body, struct gate_screens *ret_screens);

enum { HEALTH_BODY_BYTES_MAX = 1024 };

/* Into HEALTH_BODY_BYTES_MAX, which is enough; @health->device is not written: the item names it.
 */
void health_write(struct writer *writer, const struct gate_health *health);
bool health_read(struct bytes body, struct gate_health *ret_health);

struct reconcile_asked {
    uint64_t number;
    struct reconcile_wish wish; /* of at least a day */
};

void reconcile_asked_write(struct writer *writer, const struct reconcile_asked *asked);
bool reconcile_asked_read(struct bytes body, struct reconcile_asked *ret_asked);

struct reconcile_part {
    uint64_t number;
    uint64_t parts; /* 1 to RECONCILE_PARTS_MAX */
    bool is_good;
    struct bytes bytes; /* RECONCILE_PART_BYTES_MAX at most */
    struct reconcile_wish wish;
};

void reconcile_part_write(struct writer *writer, const struct reconcile_part *part);
bool reconcile_part_read(struct bytes body, struct reconcile_part *ret_part);

#endif
