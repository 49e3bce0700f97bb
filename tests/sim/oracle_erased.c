/* oracle_erased.c - I18: what was erased is nowhere any more, and the journal that spoke of it
 * still verifies. */
#include "sync/base/check.h"
#include "sync/domain/blob.h"
#include "tests/sim/sim_internal.h"

static void blob_check(struct sim *sim, struct cluster_node *node, const struct blob *blob)
{
    sim->stats->oracles[ORACLE_ERASED]++;
    if (cluster_has_blob(node, &blob->hash)) {
        sim_fail(sim, ORACLE_ERASED, node, "still has bytes that were erased");
    }
}

/* How many were. */
static uint32_t blobs_check(struct sim *sim, struct cluster_node *node, struct store_txn *txn)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes row;
    uint32_t erased = 0;
    check(store_cursor_open(txn, TABLE_STATE, &cursor) == 0);
    while (!sim->is_failed && store_cursor_next(&cursor, &key, &row) == 0) {
        enum kind kind;
        struct entity_id entity;
        struct blob blob;
        check(key_state_parse(key, &kind, &entity) == 0);
        if (kind != KIND_BLOB) {
            continue;
        }
        check(history_decode(sim->history, kind, &entity, row) == 0);
        blob_derive(sim->history, &blob);
        if (blob.is_erased) {
            erased++;
            blob_check(sim, node, &blob);
        }
    }
    store_cursor_close(&cursor);
    return erased;
}

void erased_check(struct sim *sim, struct cluster_node *node)
{
    struct store_txn *txn = store_memory_begin(node->store, false);
    const uint32_t erased = blobs_check(sim, node, txn);
    store_memory_abort(txn);
    if (erased > 0 && !sim->is_failed) {
        journal_verify(sim, node);
    }
}
