/* tables.h - the keys and values of the store, byte by byte.
 *
 * Layer: sync/log (pure). Numbers in keys are big-endian, so that memcmp order is their order.
 * docs/storage.md has the same tables with their reasons.
 *
 *   table    key                    value
 *   meta     name                   by name:
 *              "format"               be32
 *              "fold"                 be32
 *              "popup"                16 bytes
 *              "root"                 32 bytes
 *              "epoch"                be64 ms since 1970
 *              "sum"                  hash32 of format, popup, root, epoch: which of them is spoilt
 *              "incarnation"          8 bytes, random, made with the store
 *   log      log8 seq5              hash32 || event bytes
 *   sig      log8 seq5              signature64
 *   head     log8                   [seq, bin32 hash, bin32 log key, bin8 device, uint incarnation,
 *                                    uint bytes of all its events]
 *   entity   entity12 log8 seq5     (empty)
 *   state    kind1 entity12         history, see sync/domain/history.h
 *   index    index1 ... entity12    (empty)
 *   change   be64 number            kind1 entity12
 *   mark     kind1 entity12         be64 number
 *   request  hash32 of (principal, key)   [bin32 body hash, status, answer fields...]
 *   local    name                   per name
 */
#ifndef TRESTLE_SYNC_LOG_TABLES_H
#define TRESTLE_SYNC_LOG_TABLES_H

#include "sync/base/id.h"
#include "sync/base/store.h"
#include "sync/log/event.h"

enum { STORE_FORMAT = 1, KEY_BYTES_MAX = 64 };

/* A key being built; only the functions below write it. */
struct key {
    uint8_t data[KEY_BYTES_MAX];
    size_t size;
};

static inline struct bytes key_bytes(const struct key *key)
{
    return bytes_of(key->data, key->size);
}

struct key key_event(uint64_t log, uint64_t seq); /* tables log and sig */
struct key key_head(uint64_t log);
struct key key_entity_event(const struct entity_id *entity, uint64_t log, uint64_t seq);
struct key key_entity(const struct entity_id *entity);                /* prefix of the rows above */
struct key key_state(enum kind kind, const struct entity_id *entity); /* tables state and mark */
struct key key_change(uint64_t number);

/* The parts of a key_event or key_entity_event key. ERR_MALFORMED when it is not one. */
MUST_CHECK int key_event_parse(struct bytes key, uint64_t *ret_log, uint64_t *ret_seq);
MUST_CHECK int key_entity_event_parse(struct bytes key, struct entity_id *ret_entity,
                                      uint64_t *ret_log, uint64_t *ret_seq);
MUST_CHECK int key_state_parse(struct bytes key, enum kind *ret_kind, struct entity_id *ret_entity);

/* The parts of a row of the table log: chain hash, event bytes (borrowed). ERR_MALFORMED. */
MUST_CHECK int event_row_parse(struct bytes row, struct hash *ret_hash, struct bytes *ret_event);

/* A stored event: its chain hash and its bytes, borrowed from @txn. ERR_NOT_FOUND, ERR_IO,
 * ERR_MALFORMED (damaged row). */
MUST_CHECK int event_get(struct store_txn *txn, uint64_t log, uint64_t seq, struct hash *ret_hash,
                         struct bytes *ret_event);

/* The same, decoded, and what it is known by; its bytes are borrowed from @txn. ERR_IO;
 * ERR_MALFORMED when it is not there or the disk spoilt it. */
MUST_CHECK int event_read(struct store_txn *txn, uint64_t log, uint64_t seq,
                          struct operation *ret_id, struct event *ret_event);

#endif
