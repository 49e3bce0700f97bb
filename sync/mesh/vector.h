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
    EVENT_STORED_BYTES = 400, /* what an event takes in a store beside its own bytes: hash, index,
                                 its share of a row; measured in docs/performance.md, "Growth" */
};

/* Where what counts of a log ends, when that is before its head: a fork or a revocation voids the
 * rest. Where the disk spoilt the event there it ends earlier. seq is UINT64_MAX where nothing
 * does. */
struct log_limit {
    uint64_t seq;
    struct hash hash; /* h(seq), when the head lies beyond */
};

struct vector {
    uint32_t count;
    struct log_head heads[LOGS_MAX]; /* by slot, in the order the logs were met */
    uint16_t ascending[LOGS_MAX];    /* slots by log id */
    struct log_limit limits[LOGS_MAX];
};

void vector_reset(struct vector *vector);

/* All stored heads. ERR_IO, ERR_MALFORMED (damaged store), ERR_TOO_MANY. */
MUST_CHECK int vector_load(struct vector *vector, struct store_txn *txn);

/* The log's slot, or SLOT_NONE. */
int32_t vector_find(const struct vector *vector, uint64_t log);

/* Take in a log that is not there yet. ERR_TOO_MANY beyond LOGS_MAX. */
MUST_CHECK int vector_add(struct vector *vector, const struct log_head *head, int32_t *ret_slot);

/* What all logs of @device take in the store, nearly: events, and what is kept for each. */
uint64_t vector_device_bytes(const struct vector *vector, uint64_t device);

/* How far the log of a slot counts: what is told, served and fetched of it. What is stored beyond
 * (a voided branch, an event under a signature that reaches over the limit) is this device's own
 * affair, so that replicas on different branches come to tell the same. */
uint64_t vector_seq(const struct vector *vector, uint32_t slot);

/* What to tell others of a slot: that point, and its hash. */
struct head_claim vector_claim(const struct vector *vector, uint32_t slot);

/* BLAKE2b-64 over claims in ascending order of log: be64 log, be64 seq, hash. Claims with seq 0 do
 * not count. */
struct claim_digest {
    uint8_t bytes[HEAD_HASH_BYTES];
};
struct claim_digest claims_digest(const struct head_claim *claims, uint32_t count);
struct claim_digest vector_digest(const struct vector *vector);

#endif
