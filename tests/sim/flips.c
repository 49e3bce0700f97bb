/* flips.c - a disk flips bits in what a device has stored, while the power is off.
 *
 * One device of the run is hit, again only when it was mended. Until its store is sound again it
 * serves nobody at a screen, and only what it lets out and its new rows are looked at; then
 * everything is. An event is hit only when another device holds it: of what nobody else has nothing
 * can be fetched.
 */
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/entity.h"
#include "sync/log/damage.h"
#include "tests/lib/spoil.h"
#include "tests/sim/sim_internal.h"

enum {
    OUTAGE_MS = 50,
    LOOK_ONE_IN = 16, /* turns of the device */
    SCRUB_RECORDS = 64,
    MEND_MS = 500,
    WHOLE_TURNS = 2, /* the first may be under way, or open the store: that one reads nothing */
    MEND_ROUNDS_MAX = 260, /* two passes: after one that found damage the next waits a minute */
};

bool flips_is_spoilt(const struct sim *sim, const struct cluster_node *node)
{
    return sim->flips.is_spoilt && sim->flips.node == node->index;
}

void flips_draw(struct sim *sim)
{
    sim->flips = (struct flips){.node = sim_node_draw(sim)};
}

/* It scrubs while there is something to find: that a sound disk is found sound is other seeds'. */
static void spoilt_set(struct sim *sim, bool is_spoilt)
{
    sim->flips.is_spoilt = is_spoilt;
    sim->cluster->nodes[sim->flips.node].scrub_records = is_spoilt ? SCRUB_RECORDS : 0;
}

/* --- which bit --- */

struct place {
    uint64_t row, at;
    struct key key;
};

static void place_note(void *context, struct bytes key, struct bytes value)
{
    struct place *place = context;
    (void)value;
    if (place->at++ == place->row) {
        place->key.size = key.size;
        memcpy(place->key.data, key.data, key.size);
    }
}

static bool is_elsewhere(const struct sim *sim, const struct cluster_node *node, uint64_t log,
                         uint64_t seq)
{
    const int32_t at = truth_find(sim, node, log);
    for (uint32_t i = 0; at >= 0 && i < sim->cluster->count; i++) {
        if (i != node->index && sim->watches[i].seqs[at] >= seq) {
            return true;
        }
    }
    return false;
}

/* Whether that row can be mended, and misleads nobody but people until it is: from rights to sell
 * the device itself gives to others. */
static bool is_fair(const struct sim *sim, const struct cluster_node *node, enum store_table table,
                    const struct key *key)
{
    uint64_t log;
    uint64_t seq;
    enum kind kind;
    struct entity_id entity;
    if (table == TABLE_STATE) {
        return key_state_parse(key_bytes(key), &kind, &entity) == 0 && kind != KIND_STOCK;
    }
    if (table == TABLE_LOG || table == TABLE_SIG) {
        return key_event_parse(key_bytes(key), &log, &seq) == 0 &&
               is_elsewhere(sim, node, log, seq);
    }
    if (table == TABLE_INDEX) {
        return key->data[0] != INDEX_TAKE && key->data[0] != INDEX_UNDO;
    }
    /* Nobody knows another that it should be, and nothing but screens goes by it. */
    return table != TABLE_META || !bytes_equal(key_bytes(key), bytes_of_text("incarnation"));
}

/* --- hit and mended --- */

/* Some are hit more often than others; each once at a time. */
static const enum store_table tables[] = {TABLE_LOG,   TABLE_LOG,   TABLE_SIG,   TABLE_ENTITY,
                                          TABLE_STATE, TABLE_INDEX, TABLE_INDEX, TABLE_HEAD,
                                          TABLE_META,  TABLE_META};

/* Whether the disk gives a row back once more, under a wrong key, so that nothing leads there. */
static bool is_extra(struct sim *sim, enum store_table table)
{
    const bool is_wanted = prng_one_in(&sim->prng, 3);
    return is_wanted && (table == TABLE_INDEX || table == TABLE_STATE);
}

/* Over what the store says that it is; by which version it is folded, an upgrade changes. */
static void meta_add(void *context, struct bytes key, struct bytes value)
{
    struct hash *sum = context;
    const struct bytes parts[] = {bytes_of(sum->bytes, sizeof sum->bytes), key, value};
    struct hash next;
    if (!bytes_equal(key, bytes_of_text("fold"))) {
        hash_parts(next.bytes, sizeof next.bytes, parts, sizeof parts / sizeof *parts);
        *sum = next;
    }
}

static struct hash meta_digest(const struct store_memory *store)
{
    struct hash sum = {{0}};
    store_memory_each(store, TABLE_META, meta_add, &sum);
    return sum;
}

/* One bit of @table, unless that would not be fair. */
static bool table_hit(struct sim *sim, struct cluster_node *node, enum store_table table)
{
    const uint64_t count = store_memory_count(node->store, table);
    const uint64_t row = prng_next(&sim->prng);
    const uint64_t bit = prng_next(&sim->prng);
    struct place place = {.row = count > 0 ? row % count : 0};
    store_memory_each(node->store, table, place_note, &place);
    if (count == 0 || !is_fair(sim, node, table, &place.key)) {
        return false;
    }
    if (is_extra(sim, table)) {
        sim->cluster->faults[FAULT_DOUBLE]++;
        cluster_trace(sim->cluster, node, true, "row %u of table %d stands there twice",
                      (unsigned)place.row, (int)table);
        return spoil_double(node->store, table, place.row, bit);
    }
    spoil_flip(node->store, table, place.row, bit);
    sim->cluster->faults[FAULT_FLIP]++;
    sim->cluster->faults[FAULT_FLIP_INDEX] += table == TABLE_INDEX ? 1 : 0;
    sim->cluster->faults[FAULT_FLIP_META] += table == TABLE_META ? 1 : 0;
    cluster_trace(sim->cluster, node, true, "a bit flips in row %u of table %d",
                  (unsigned)place.row, (int)table);
    return true;
}

/* Mostly one table, else up to four different ones. */
static uint32_t tables_hit(struct sim *sim, struct cluster_node *node)
{
    const uint64_t wanted = prng_one_in(&sim->prng, 2) ? 1 : 2 + sim_below(sim, 3);
    uint32_t drawn = 0;
    uint32_t hits = 0;
    for (uint64_t i = 0; i < wanted; i++) {
        const enum store_table table = tables[sim_below(sim, sizeof tables / sizeof *tables)];
        const bool is_new = (drawn >> table & 1) == 0;
        drawn |= UINT32_C(1) << table;
        hits += is_new && table_hit(sim, node, table) ? 1 : 0;
    }
    return hits;
}

void fault_flip(struct sim *sim)
{
    struct cluster_node *node = &sim->cluster->nodes[sim->flips.node];
    if (!node->is_running || sim->flips.is_spoilt) {
        return;
    }
    cluster_crash(sim->cluster, node->index);
    journal_turn(sim, node); /* its last commit may be on the disk, unseen */
    if (!sim->is_failed) {
        sim->flips.meta = meta_digest(node->store);
        const uint32_t hits = tables_hit(sim, node);
        spoilt_set(sim, hits > 0);
        sim->cluster->faults[FAULT_FLIPS] += hits > 1 ? 1 : 0;
    }
    cluster_restart(sim->cluster, node->index, OUTAGE_MS);
}

static bool is_journal_sound(const struct sim *sim, struct store_txn *txn)
{
    struct store_cursor cursor;
    struct log_head head;
    struct log_report report;
    uint64_t log;
    uint64_t seq;
    bool is = damage_next(txn, 0, 0, &log, &seq) == ERR_NOT_FOUND;
    int err = store_cursor_open(txn, TABLE_HEAD, &cursor);
    check(err == 0);
    while (is && log_head_next(&cursor, &head) == 0) {
        is = log_verify(txn, &sim->cluster->popup, &head, &report) == 0;
    }
    store_cursor_close(&cursor);
    return is;
}

/* Whether each row of the entity index leads to an event of that entity. */
static bool is_index_sound(struct store_txn *txn)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    bool is = true;
    int err = store_cursor_open(txn, TABLE_ENTITY, &cursor);
    check(err == 0);
    while (is && store_cursor_next(&cursor, &key, &value) == 0) {
        struct entity_id entity;
        uint64_t log;
        uint64_t seq;
        struct hash hash;
        struct bytes bytes;
        struct event event;
        is = key_entity_event_parse(key, &entity, &log, &seq) == 0 &&
             event_get(txn, log, seq, &hash, &bytes) == 0 && event_decode(bytes, &event) == 0 &&
             entity_id_equal(&event.entity, &entity);
    }
    store_cursor_close(&cursor);
    return is;
}

static bool is_table_alike(const struct store_memory *a, const struct store_memory *b,
                           enum store_table table)
{
    const struct hash one = store_memory_digest(a, table);
    const struct hash other = store_memory_digest(b, table);
    return hash_equal(&one, &other);
}

/* Whether what is made of a sound journal is what a device makes of it that has nothing else. */
static bool is_derived_sound(const struct sim *sim, const struct cluster_node *node)
{
    static const enum store_table derived[] = {TABLE_STATE, TABLE_INDEX, TABLE_SALVAGE};
    struct store_memory *copy = store_memory_clone(node->store);
    bool is = upgrade_fold(copy, node, cluster_moment(sim->cluster, node));
    for (size_t i = 0; i < sizeof derived / sizeof *derived; i++) {
        is = is && is_table_alike(node->store, copy, derived[i]);
    }
    store_memory_free(copy);
    return is;
}

static bool is_sound(const struct sim *sim, const struct cluster_node *node)
{
    const struct hash meta = meta_digest(node->store);
    struct store_txn *txn = store_memory_begin(node->store, false);
    const bool is =
        hash_equal(&meta, &sim->flips.meta) && is_journal_sound(sim, txn) && is_index_sound(txn);
    store_memory_abort(txn);
    return is && is_derived_sound(sim, node);
}

void flips_turn(struct sim *sim, struct cluster_node *node)
{
    if (flips_is_spoilt(sim, node) && prng_one_in(&sim->oracle_prng, LOOK_ONE_IN)) {
        spoilt_set(sim, !is_sound(sim, node));
        cluster_trace(sim->cluster, node, true, "is %s",
                      sim->flips.is_spoilt ? "spoilt still" : "sound again");
    }
}

/* What was hit behind the place where a pass is would be found by the next one, hours later: all is
 * read at once at first, and once more when damage would be looked at again anyway. A device with
 * nothing to do takes no turn in a whole round: it goes on until one has read. */
void flips_settle(struct sim *sim)
{
    struct cluster_node *node = &sim->cluster->nodes[sim->flips.node];
    uint64_t until = 0;
    for (unsigned i = 0; i < MEND_ROUNDS_MAX && sim->flips.is_spoilt && !sim->is_failed; i++) {
        if (i % (MEND_ROUNDS_MAX / 2) == 0) {
            until = node->turns + WHOLE_TURNS;
        }
        node->scrub_records = node->turns < until ? UINT32_MAX : SCRUB_RECORDS;
        sim->flips.is_spoilt = !node->is_open || node->txn != NULL || !is_sound(sim, node);
        cluster_run(sim->cluster, sim->flips.is_spoilt ? MEND_MS : 0);
    }
    spoilt_set(sim, sim->flips.is_spoilt);
    if (sim->flips.is_spoilt) {
        sim_fail(sim, ORACLE_LIVENESS, node, "what its disk spoilt is not mended");
    }
}
