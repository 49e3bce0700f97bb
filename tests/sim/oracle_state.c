/* oracle_state.c - the folded state: the same everywhere, the same as folding all anew, and never
 * ahead of what it builds on. */
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/stock_fold.h"
#include "sync/log/salvage.h"
#include "tests/sim/sim_internal.h"

enum {
    RAW_MAX = 512,      /* events of one entity: far above what a run makes */
    STATE_KEY_SIZE = 13 /* kind, entity */
};

/* --- P1 --- */

struct hash state_digest(const struct store_memory *store)
{
    const struct hash tables[2] = {store_memory_digest(store, TABLE_STATE),
                                   store_memory_digest(store, TABLE_INDEX)};
    const struct bytes part = bytes_of(tables, sizeof tables);
    struct hash digest;
    hash_parts(digest.bytes, sizeof digest.bytes, &part, 1);
    return digest;
}

static const struct hash *state_of(struct sim *sim, const struct cluster_node *node)
{
    struct watch *watch = sim_watch(sim, node);
    if (!watch->is_state_known) {
        watch->state = state_digest(node->store);
        watch->is_state_known = true;
    }
    return &watch->state;
}

/* The upgrade's fault, or everybody's. */
static enum oracle oracle_of(const struct sim *sim, const struct cluster_node *node,
                             const struct cluster_node *other)
{
    return upgrade_is_to_blame(sim, node, other) ? ORACLE_UPGRADE : ORACLE_CONVERGENCE;
}

/* With whoever has the same heads. */
void state_compare(struct sim *sim, struct cluster_node *node)
{
    struct watch *watch = sim_watch(sim, node);
    for (uint32_t i = 0; i < sim->cluster->count; i++) {
        const struct cluster_node *other = &sim->cluster->nodes[i];
        const bool is_alike = sim->is_old[i] == sim->is_old[node->index];
        if (other == node || !is_alike || !sim->watches[i].is_current ||
            !hash_equal(&watch->heads, &sim->watches[i].heads)) {
            continue;
        }
        sim->stats->oracles[ORACLE_CONVERGENCE]++;
        if (!hash_equal(state_of(sim, node), state_of(sim, other))) {
            sim_fail(sim, oracle_of(sim, node, other), node,
                     "has the events of %s and another state", other->name);
        }
        return; /* the others were compared with that one */
    }
}

void state_agree(struct sim *sim, struct cluster_node *node)
{
    const struct cluster_node *first = &sim->cluster->nodes[0];
    const bool is_upgraded = sim->was_old[node->index] || sim->was_old[0];
    sim->stats->oracles[is_upgraded ? ORACLE_UPGRADE : ORACLE_CONVERGENCE]++;
    if (!hash_equal(state_of(sim, node), state_of(sim, first))) {
        sim_fail(sim, oracle_of(sim, node, first), node, "came to another state than %s",
                 first->name);
    }
}

/* --- P3 --- */

static void fold_check(struct sim *sim, struct cluster_node *node, struct store_txn *txn,
                       enum kind kind, const struct entity_id *entity, struct bytes stored)
{
    struct bytes row;
    int err = history_load(sim->history, txn, replica_roster(node->replica), kind, entity);
    check(err == 0);
    entity_prune(sim->history);
    err = history_encode(sim->history, sim->row, HISTORY_ROW_BYTES_MAX, &row);
    check(err == 0);
    sim->stats->oracles[ORACLE_FOLD]++;
    if (!bytes_equal(row, stored)) {
        sim_fail(sim, ORACLE_FOLD, node,
                 "the row of entity %02x%02x%02x%02x.. (kind %d) is not its full fold",
                 entity->bytes[8], entity->bytes[9], entity->bytes[10], entity->bytes[11],
                 (int)kind);
    }
}

/* A ledger's row against its events, and what it has in the index. */
static void tally_check(struct sim *sim, struct cluster_node *node, struct store_txn *txn,
                        const struct entity_id *entity, struct bytes stored)
{
    static struct stock stock;
    static uint8_t data[STOCK_ROW_BYTES_MAX];
    struct stock_fold fold = {
        .txn = txn, .roster = replica_roster(node->replica), .entity = entity, .stock = &stock};
    struct bytes row = bytes_of(NULL, 0);
    const int err = stock_audit(&fold);
    check(err == 0 || err == ERR_MISMATCH);
    check(stock_encode(&stock, data, sizeof data, &row) == 0);
    sim->stats->oracles[ORACLE_FOLD]++;
    if (err != 0 || !bytes_equal(row, stored)) {
        sim_fail(sim, ORACLE_FOLD, node, "the row of the stock of item %llu is not its full fold",
                 (unsigned long long)stock.item);
    }
}

void state_audit(struct sim *sim, struct cluster_node *node)
{
    uint64_t entities = 0;
    uint64_t wrong = 0;
    struct store_txn *txn = store_memory_begin(node->store, false);
    const int err = replica_audit(node->replica, txn, &entities, &wrong);
    store_memory_abort(txn);
    check(err == 0);
    sim->stats->oracles[ORACLE_FOLD] += entities;
    if (wrong > 0) {
        sim_fail(sim, ORACLE_FOLD, node, "%llu of %llu rows are not their full fold",
                 (unsigned long long)wrong, (unsigned long long)entities);
    }
}

/* --- P4: what may be shown, from the raw events --- */

struct raw {
    struct operation id;
    struct event event;
    bool is_causal;
    bool is_void; /* its writer might not: as if it were not there */
    bool is_exposable;
};

struct raws {
    uint32_t count;
    struct raw events[RAW_MAX];
};

/* Of one kind: a liar may write of an entity what belongs to another kind. */
static void raws_load(struct raws *raws, struct store_txn *txn, const struct roster *roster,
                      enum kind kind, const struct entity_id *entity)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    const struct key from = key_entity(entity);
    raws->count = 0;
    int err = store_cursor_open(txn, TABLE_ENTITY, &cursor);
    check(err == 0);
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &value);
    for (; err == 0 && memcmp(key.data, entity->bytes, ENTITY_ID_BYTES) == 0;
         err = store_cursor_next(&cursor, &key, &value)) {
        struct entity_id of;
        struct bytes bytes;
        struct hash hash;
        check(raws->count < RAW_MAX);
        struct raw *raw = &raws->events[raws->count++];
        int failed = key_entity_event_parse(key, &of, &raw->id.log, &raw->id.seq);
        failed = failed != 0 ? failed : event_get(txn, raw->id.log, raw->id.seq, &hash, &bytes);
        failed = failed != 0 ? failed : event_decode(bytes, &raw->event);
        check(failed == 0);
        memcpy(raw->id.hash, hash.bytes, OPERATION_HASH_BYTES);
        const struct event_info *info = event_info_find(raw->event.type);
        if (info != NULL && info->kind != kind) {
            raws->count--;
            continue;
        }
        raw->is_causal = info == NULL || info->is_causal;
        raw->is_void = roster_judge(roster, raw->id.log, raw->id.seq, raw->event.type,
                                    raw->event.by) != VERDICT_VALID;
        raw->is_exposable = false;
    }
    store_cursor_close(&cursor);
}

/* --- P11 of a gateway --- */

bool state_is_in_reach(const struct roster *roster, const struct operation *id,
                       const struct event *event, enum kind kind, enum whose whose)
{
    const bool is_opening = event->type == EVENT_ORDER_OPEN;
    const enum gateway_reach reach = gateway_reach(event->type, kind);
    return !capabilities_are_gateways(roster_capabilities(roster, id->log, id->seq)) ||
           reach == REACH_ANYTHING ||
           (reach == REACH_CUSTOMERS_ORDERS && whose == WHOSE_CUSTOMERS &&
            (!is_opening || whose_opening(event->body) == WHOSE_CUSTOMERS));
}

/* What a gateway wrote where it has no right to is void, too. */
static void raws_reach(struct raws *raws, const struct roster *roster, enum kind kind)
{
    enum whose whose = WHOSE_NOBODYS;
    for (uint32_t i = 0; i < raws->count; i++) {
        struct raw *raw = &raws->events[i];
        raw->is_void |= !state_is_in_reach(roster, &raw->id, &raw->event, kind, WHOSE_CUSTOMERS);
        if (raw->event.type == EVENT_ORDER_OPEN && !raw->is_void) {
            const enum whose says = whose_opening(raw->event.body);
            whose = says > whose ? says : whose;
        }
    }
    for (uint32_t i = 0; i < raws->count; i++) {
        struct raw *raw = &raws->events[i];
        raw->is_void |= !state_is_in_reach(roster, &raw->id, &raw->event, kind, whose);
    }
}

static bool is_exposable(const struct raws *raws, const struct operation *id)
{
    for (uint32_t i = 0; i < raws->count; i++) {
        if (operation_equal(&raws->events[i].id, id)) {
            return raws->events[i].is_exposable;
        }
    }
    return false;
}

/* As a parent: what is void holds nothing up, also when it is not here. */
static bool is_no_hindrance(const struct raws *raws, const struct roster *roster,
                            const struct operation *id)
{
    const enum verdict verdict = roster_judge(roster, id->log, id->seq, EVENT_LOG_CERT, 0);
    for (uint32_t i = 0; i < raws->count; i++) {
        if (operation_equal(&raws->events[i].id, id)) {
            return raws->events[i].is_exposable || raws->events[i].is_void;
        }
    }
    return verdict == VERDICT_FORKED || verdict == VERDICT_REVOKED;
}

static bool is_void(const struct raws *raws, const struct operation *id)
{
    for (uint32_t i = 0; i < raws->count; i++) {
        if (operation_equal(&raws->events[i].id, id)) {
            return raws->events[i].is_void;
        }
    }
    return false;
}

static bool is_ready(const struct raws *raws, const struct roster *roster, uint32_t at)
{
    const struct raw *raw = &raws->events[at];
    for (uint32_t i = 0; i < raw->event.parents_count && raw->is_causal; i++) {
        if (!is_no_hindrance(raws, roster, &raw->event.parents[i])) {
            return false;
        }
    }
    for (uint32_t i = 0; i < at && raw->is_causal; i++) {
        const struct raw *earlier = &raws->events[i];
        if (earlier->id.log == raw->id.log && earlier->is_causal && !earlier->is_void &&
            !earlier->is_exposable) {
            return false;
        }
    }
    return true;
}

static void raws_settle(struct raws *raws, const struct roster *roster)
{
    for (bool is_moved = true; is_moved;) {
        is_moved = false;
        for (uint32_t i = 0; i < raws->count; i++) {
            const struct raw *raw = &raws->events[i];
            if (!raw->is_void && !raw->is_exposable && is_ready(raws, roster, i)) {
                raws->events[i].is_exposable = is_moved = true;
            }
        }
    }
}

static void row_check(struct sim *sim, struct cluster_node *node, const struct raws *raws,
                      enum kind kind, const struct entity_id *entity, struct bytes row)
{
    uint32_t exposable = 0;
    int err = history_decode(sim->history, kind, entity, row);
    check(err == 0);
    for (uint32_t i = 0; i < raws->count; i++) {
        exposable += raws->events[i].is_exposable ? 1 : 0;
    }
    sim->stats->oracles[ORACLE_EXPOSURE]++;
    for (uint32_t i = 0; i < sim->history->count; i++) {
        const struct history_event *event = &sim->history->events[i];
        sim->stats->oracles[ORACLE_RIGHTS]++;
        if (is_void(raws, &event->id)) {
            sim_fail(sim, ORACLE_RIGHTS, node, "shows event %llu of type %u, which is void",
                     (unsigned long long)event->id.seq, event->type);
        } else if (!is_exposable(raws, &event->id)) {
            sim_fail(sim, ORACLE_EXPOSURE, node, "shows event %llu of type %u without its parents",
                     (unsigned long long)event->id.seq, event->type);
        }
    }
    if (kind == KIND_ORDER && sim->history->count != exposable) {
        sim_fail(sim, ORACLE_EXPOSURE, node, "an order shows %u of %u events", sim->history->count,
                 exposable);
    }
}

static void day_note(struct sim *sim, const struct cluster_node *node,
                     const struct entity_id *entity, struct bytes row)
{
    struct popup popup;
    const int err = history_decode(sim->history, KIND_POPUP, entity, row);
    check(err == 0);
    popup_derive(sim->history, &popup);
    sim->stats->oracles[ORACLE_BOUNDS]++;
    if (popup.day > sim->days) {
        sim_fail(sim, ORACLE_BOUNDS, node, "trading day %llu, and %llu were opened",
                 (unsigned long long)popup.day, (unsigned long long)sim->days);
    }
    sim_watch(sim, node)->day = popup.day;
}

bool state_has_salvaged(struct store_txn *txn, const struct entity_id *entity)
{
    struct salvage_cursor cursor;
    struct salvaged_row row;
    const int err = salvage_of_entity(&cursor, txn, entity, &row);
    check(err == 0 || err == ERR_NOT_FOUND);
    if (err == 0) {
        salvage_cursor_close(&cursor);
    }
    return err == 0;
}

/* What others carry on or adopted has the identity that it had: oracle_salvaged.c tells it apart.
 */
static void salvaged_entity_check(struct sim *sim, struct cluster_node *node, struct store_txn *txn,
                                  enum kind kind, const struct entity_id *entity, struct bytes row)
{
    if (entity_is_tally(kind)) {
        tally_check(sim, node, txn, entity, row);
        return;
    }
    fold_check(sim, node, txn, kind, entity, row);
    if (!sim->is_failed && kind == KIND_ORDER) {
        salvaged_check(sim, node, txn);
        trade_money(sim, node);
        progress_check(sim, node);
    }
}

static void entity_check(struct sim *sim, struct cluster_node *node, struct store_txn *txn,
                         struct bytes state_key)
{
    static struct raws raws;
    struct bytes row;
    enum kind kind;
    struct entity_id entity;
    int err = key_state_parse(state_key, &kind, &entity);
    check(err == 0);
    err = store_get(txn, TABLE_STATE, state_key, &row);
    if (err == ERR_NOT_FOUND) {
        return;
    }
    check(err == 0);
    if (kind == KIND_POPUP) {
        day_note(sim, node, &entity, row);
    }
    const bool is_adopted = sim->is_robbed && kind == KIND_ORDER && adopted_any(txn, &entity);
    if (sim->is_robbed && !entity_is_tally(kind) && !is_adopted) {
        check(history_decode(sim->history, kind, &entity, row) == 0);
        cuts_state(sim, node);
    }
    if (is_adopted || state_has_salvaged(txn, &entity)) {
        salvaged_entity_check(sim, node, txn, kind, &entity, row);
        return;
    }
    raws_load(&raws, txn, replica_roster(node->replica), kind, &entity);
    raws_reach(&raws, replica_roster(node->replica), kind);
    raws_settle(&raws, replica_roster(node->replica));
    if (entity_is_tally(kind)) {
        tally_check(sim, node, txn, &entity, row);
        return;
    }
    row_check(sim, node, &raws, kind, &entity, row);
    if (!sim->is_failed) {
        fold_check(sim, node, txn, kind, &entity, row);
    }
    if (!sim->is_failed && kind == KIND_ORDER) {
        trade_money(sim, node);
        progress_check(sim, node);
    }
    if (!sim->is_failed && kind == KIND_DRAWER) {
        trade_drawer(sim, node);
    }
}

/* Every entity that changed since the last look. */
static void changes_check(struct sim *sim, struct cluster_node *node)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    struct watch *watch = sim_watch(sim, node);
    const struct key from = key_change(watch->change + 1);
    struct store_txn *txn = store_memory_begin(node->store, false);
    int err = store_cursor_open(txn, TABLE_CHANGE, &cursor);
    check(err == 0);
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &value);
    for (; err == 0 && !sim->is_failed; err = store_cursor_next(&cursor, &key, &value)) {
        check(key.size == 8 && value.size == STATE_KEY_SIZE);
        watch->change = get_be64(key.data);
        entity_check(sim, node, txn, value);
    }
    store_cursor_close(&cursor);
    store_memory_abort(txn);
}

void state_turn(struct sim *sim, struct cluster_node *node)
{
    struct watch *watch = sim_watch(sim, node);
    watch->heads = store_memory_digest(node->store, TABLE_HEAD);
    watch->is_state_known = false;
    watch->is_current = true;
    changes_check(sim, node);
    if (!sim->is_failed) {
        state_compare(sim, node);
    }
}

void state_forget(struct sim *sim, const struct cluster_node *node)
{
    struct watch *watch = sim_watch(sim, node);
    watch->is_current = watch->is_state_known = false;
}

/* --- P2 --- */

void state_copy(struct sim *sim, struct cluster_node *node, bool is_after)
{
    static const enum store_table tables[3] = {TABLE_HEAD, TABLE_STATE, TABLE_INDEX};
    struct watch *watch = sim_watch(sim, node);
    /* In a turn in which a log is ended, or others are carried on, more happens than that frame. */
    const uint64_t written = replica_log_seq(node->replica);
    const bool is_alone = written == watch->copy_written && node->log == watch->copy_log;
    const bool is_judged =
        is_after && (is_alone || !sim->is_forking) && !flips_is_spoilt(sim, node);
    for (unsigned i = 0; i < 3; i++) {
        const struct hash now = store_memory_digest(node->store, tables[i]);
        if (is_judged && !hash_equal(&now, &watch->copy[i])) {
            sim_fail(sim, ORACLE_DUPLICATION, node, "a frame that it took twice changed something");
        }
        watch->copy[i] = now;
    }
    watch->copy_written = written;
    watch->copy_log = node->log;
    sim->stats->oracles[ORACLE_DUPLICATION] += is_judged ? 1 : 0;
}
