/* acks.h - which devices hold how much of each log, and so how far each log is safe.
 *
 * Layer: sync/mesh (pure). What a device acknowledged stays true when its link goes down: it was
 * flushed there. Clones share a device id and count once; a revoked device's copies are in a
 * thief's hands and count no more. A log's *mark* is the highest seq that `copies` distinct devices
 * hold, this one and the log's own included; it goes back when one of them is revoked, and then no
 * copy counts but those that were told of since the start.
 */
#ifndef TRESTLE_SYNC_MESH_ACKS_H
#define TRESTLE_SYNC_MESH_ACKS_H

#include "sync/mesh/vector.h"

struct ack_device {
    uint64_t device;
    bool is_revoked;
    uint64_t seq[LOGS_MAX]; /* by slot */
};

struct acks {
    uint32_t count;
    struct ack_device devices[DEVICES_MAX];
    uint64_t mark[LOGS_MAX];
    bool is_unsaved[LOGS_MAX]; /* the mark moved since it was last stored */
    bool is_anew[LOGS_MAX];    /* the next one counts, also when it is lower */
};

/* @device holds @slot up to @seq, on our chain. False when that is not new. */
bool acks_note(struct acks *acks, uint64_t device, uint32_t slot, uint64_t seq);

/* Whether the copies of @device count from here on; false when that is not new. */
bool acks_revoke(struct acks *acks, uint64_t device, bool is_revoked);

/* Work out the mark of @slot anew; whether it moved. */
bool acks_update_mark(struct acks *acks, const struct vector *vector, uint32_t slot,
                      uint64_t own_device, uint32_t copies);

/* Marks are kept in TABLE_LOCAL under "mark" || be64 log, with whatever is committed next. ERR_IO,
 * ERR_FULL. */
MUST_CHECK int acks_load_marks(struct acks *acks, const struct vector *vector,
                               struct store_txn *txn);
MUST_CHECK int acks_store_marks(struct acks *acks, const struct vector *vector,
                                struct store_txn *txn);

#endif
