/* replica_view.c - looking at a replica and auditing a store: nothing here writes.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/log/salvage.h"
#include "sync/replica/replica_state.h"

const struct roster *replica_roster(const struct replica *replica)
{
    return &replica->roster;
}

uint64_t replica_device(const struct replica *replica)
{
    return replica->device;
}

const struct certificate *replica_papers(const struct replica *replica, struct bytes *ret_chain)
{
    *ret_chain = replica->config.chain;
    return &replica->certificate;
}

uint64_t replica_log(const struct replica *replica)
{
    return replica->log;
}

uint64_t replica_log_seq(const struct replica *replica)
{
    int32_t slot = vector_find(&replica->vector, replica->log);
    check(slot != SLOT_NONE); /* it is open */
    return replica->vector.heads[slot].seq;
}

uint64_t replica_change_number(const struct replica *replica)
{
    return replica->folder.change_number;
}

bool replica_log_at(const struct replica *replica, uint32_t at, struct replica_log_info *ret_info)
{
    if (at >= replica->vector.count) {
        return false;
    }
    uint32_t slot = replica->vector.ascending[at];
    const struct log_head *head = &replica->vector.heads[slot];
    *ret_info = (struct replica_log_info){.log = head->log,
                                          .seq = vector_seq(&replica->vector, slot),
                                          .device = head->device,
                                          .mark = replica->mesh.acks.mark[slot]};
    const struct log_limit *limit = &replica->vector.limits[slot];
    const struct hash *hash = head->seq > limit->seq ? &limit->hash : &head->hash;
    memcpy(ret_info->hash, hash->bytes, HASH_BYTES);
    return true;
}

int replica_publish(struct replica *replica, struct bytes topic, struct bytes key, uint32_t ttl_s,
                    struct bytes body, struct moment now)
{
    if (topic.size == 0 || topic.size > EPHEMERAL_TOPIC_BYTES_MAX ||
        key.size > EPHEMERAL_KEY_BYTES_MAX || body.size > EPHEMERAL_BODY_BYTES_MAX ||
        ttl_s > EPHEMERAL_TTL_S_MAX) {
        return ERR_TOO_LARGE;
    }
    mesh_publish(&replica->mesh, topic, key, ttl_s, body, now);
    return 0;
}

const struct ephemeral_item *replica_ephemeral_at(const struct replica *replica, uint32_t at)
{
    return at < EPHEMERAL_ITEMS_MAX ? &replica->mesh.ephemeral.items[at] : NULL;
}

bool replica_peer_at(const struct replica *replica, uint32_t at, struct replica_peer *ret_peer)
{
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        const struct link *link = &replica->mesh.links[i];
        if (!link->is_up || at-- > 0) {
            continue;
        }
        *ret_peer = (struct replica_peer){.device = link->device,
                                          .link = i,
                                          .is_ready = link->is_ready,
                                          .heard_mono_ms = link->heard_ms,
                                          .clock_offset_ms = link->clock_offset_ms};
        mesh_distance(&replica->mesh, i, &ret_peer->behind, &ret_peer->ahead);
        return true;
    }
    return false;
}

/* --- digest --- */

/* One row at a time into a running hash: H(digest || table || be32 size || key || be32 size ||
 * value). */
static void digest_row(struct hash *digest, enum store_table table, struct bytes key,
                       struct bytes value)
{
    uint8_t sizes[1 + 4 + 4];
    sizes[0] = (uint8_t)table;
    put_be32(sizes + 1, (uint32_t)key.size);
    put_be32(sizes + 5, (uint32_t)value.size);
    const struct bytes parts[] = {bytes_of(digest->bytes, sizeof digest->bytes),
                                  bytes_of(sizes, sizeof sizes), key, value};
    struct hash next;
    hash_parts(next.bytes, sizeof next.bytes, parts, 4);
    *digest = next;
}

static int digest_table(struct store_txn *txn, enum store_table table, struct hash *digest)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    static const uint8_t first[1] = {0};
    int err = store_cursor_open(txn, table, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(first, sizeof first), &key, &value);
    for (; err == 0; err = store_cursor_next(&cursor, &key, &value)) {
        digest_row(digest, table, key, value);
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

int replica_state_digest(struct store_txn *txn, struct hash *ret_digest)
{
    struct hash digest = {{0}};
    int err = digest_table(txn, TABLE_STATE, &digest);
    if (err == 0) {
        err = digest_table(txn, TABLE_INDEX, &digest);
    }
    if (err == 0) {
        *ret_digest = digest;
    }
    return err;
}

/* --- every entity --- */

/* The entity after @after in the entity table; ERR_NOT_FOUND past the last. */
static int journal_entity_after(struct store_txn *txn, const struct entity_id *after,
                                struct entity_id *ret_entity)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    uint64_t log;
    uint64_t seq;
    struct key from = key_entity(after);
    memset(from.data + from.size, 0xff, 14); /* above every event of @after */
    from.size += 14;
    int err = store_cursor_open(txn, TABLE_ENTITY, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &value);
    if (err == 0) {
        err = key_entity_event_parse(key, ret_entity, &log, &seq);
    }
    store_cursor_close(&cursor);
    return err;
}

int replica_entity_after(struct store_txn *txn, const struct entity_id *after,
                         struct entity_id *ret_entity, uint32_t *ret_kinds)
{
    const struct entity_id from = *after; /* may be where the answer goes */
    struct entity_id salvaged;
    int err = journal_entity_after(txn, &from, ret_entity);
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    bool is_over = err == ERR_NOT_FOUND;
    err = salvage_entity_after(txn, &from, &salvaged);
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    if (err == 0 && (is_over || memcmp(&salvaged, ret_entity, sizeof salvaged) < 0)) {
        *ret_entity = salvaged;
    } else if (is_over) {
        return ERR_NOT_FOUND;
    }
    return entity_kinds(txn, ret_entity, ret_kinds);
}

/* Whether the index has the keys of what was just folded. */
static int is_indexed(struct replica *replica, struct store_txn *txn, bool *ret_is)
{
    struct index_keys keys;
    int err = 0;
    entity_index(replica->folder.history, replica->folder.order, &keys);
    for (uint32_t i = 0; i < keys.count && err == 0; i++) {
        struct bytes value;
        err = store_get(txn, TABLE_INDEX, key_bytes(&keys.keys[i]), &value);
    }
    *ret_is = err == 0;
    return err == ERR_NOT_FOUND ? 0 : err;
}

int replica_row_is_right(struct replica *replica, struct store_txn *txn, enum kind kind,
                         const struct entity_id *entity, bool *ret_is_right)
{
    struct key state = key_state(kind, entity);
    struct bytes stored;
    struct bytes row;
    *ret_is_right = true;
    if (folder_sets_aside(&replica->folder, entity)) {
        return 0;
    }
    int err = fold_entity(txn, &replica->folder, kind, entity, &row);
    if (err == ERR_MISMATCH) {
        *ret_is_right = false;
        return 0;
    }
    if (err != 0) {
        return err;
    }
    err = store_get(txn, TABLE_STATE, key_bytes(&state), &stored);
    if (err == 0) {
        *ret_is_right = row.size > 0 && bytes_equal(stored, row);
    } else if (err == ERR_NOT_FOUND) {
        *ret_is_right = row.size == 0;
    }
    if (err == 0 && *ret_is_right && !entity_is_tally(kind)) {
        err = is_indexed(replica, txn, ret_is_right);
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

int replica_audit(struct replica *replica, struct store_txn *txn, uint64_t *ret_entities,
                  uint64_t *ret_wrong)
{
    struct entity_id entity = {{0}};
    uint32_t kinds;
    uint64_t entities = 0;
    uint64_t wrong = 0;
    int err;
    while ((err = replica_entity_after(txn, &entity, &entity, &kinds)) == 0) {
        for (enum kind kind = KIND_POPUP; kind <= KIND_LAST; kind++) {
            bool is_right = true;
            if ((kinds & kind_bit(kind)) == 0) {
                continue;
            }
            err = replica_row_is_right(replica, txn, kind, &entity, &is_right);
            if (err != 0) {
                return err;
            }
            entities++;
            wrong += is_right ? 0 : 1;
        }
    }
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    *ret_entities = entities;
    *ret_wrong = wrong;
    return 0;
}
