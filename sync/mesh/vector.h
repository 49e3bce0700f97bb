/* vector.h - the version vector: how far this device has each log. Since logs are dense and
 * accepted without holes, it is the whole state of synchronisation.
 *
 * Layer: sync/mesh (pure). A log keeps its slot for as long as the replica is open, so that other
 * tables can be indexed by slot.
 */
#ifndef TRESTLE_SYNC_MESH_VECTOR_H
#define TRESTLE_SYNC_MESH_VECTOR_H

#include "sync/log/run.h"
#include "sync/mesh/message.h"

enum {
    SLOT_NONE = -1,
    DEVICE_LOGS_MAX = 16, /* of one device: it was restored that often, or somebody plays with it */
};

struct vector {
    uint32_t count;
    struct log_head heads[LOGS_MAX]; /* by slot, in the order the logs were met */
    uint16_t ascending[LOGS_MAX];    /* slots by log id */
};

void vector_reset(struct vector *vector);

/* All stored heads. ERR_IO, ERR_MALFORMED (damaged store), ERR_TOO_MANY. */
MUST_CHECK int vector_load(struct vector *vector, struct store_txn *txn);

/* The log's slot, or SLOT_NONE. */
int32_t vector_find(const struct vector *vector, uint64_t log);

/* Take in a log that is not there yet. ERR_TOO_MANY beyond LOGS_MAX. */
MUST_CHECK int vector_add(struct vector *vector, const struct log_head *head, int32_t *ret_slot);

/* What to tell others of a slot. */
struct head_claim vector_claim(const struct vector *vector, uint32_t slot);

/* BLAKE2b-64 over claims in ascending order of log: be64 log, be64 seq, hash. Claims with seq 0 do
 * not count. */
struct claim_digest {
    uint8_t bytes[HEAD_HASH_BYTES];
};
struct claim_digest claims_digest(const struct head_claim *claims, uint32_t count);
struct claim_digest vector_digest(const struct vector *vector);

#endif
