/* oracle_trade.c - what was sold, paid and printed, from the raw events: nothing twice. */
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/drawer.h"
#include "sync/domain/print_events.h"
#include "sync/domain/receipt.h"
#include "sync/log/salvage.h"
#include "tests/lib/stock_check.h"
#include "tests/sim/sim_internal.h"

/* --- P7 --- */

void trade_stock(struct sim *sim)
{
    struct store_txn *txns[SIM_NODES_MAX];
    struct log_point ends[SIM_CUTS_MAX];
    const struct stock_ends ended = {.ends = ends,
                                     .count = cuts_ends(sim, ends),
                                     .cheat = sim->liar.is_giving ? sim->liar.log : 0};
    const uint32_t count = sim->cluster->count;
    if (sim_has_clones(sim) || sim->flips.is_spoilt) {
        return; /* a clone has the rights of its original once more: it shows as oversold */
    }
    for (uint32_t i = 0; i < count; i++) {
        txns[i] = store_memory_begin(sim->cluster->nodes[i].store, false);
    }
    for (uint64_t item = 1; item <= SHOP_ITEMS && !sim->is_failed; item++) {
        const struct stock_sums sums = stock_check_sums(txns, count, item, &ended);
        sim->stats->oracles[ORACLE_STOCK]++;
        if (!stock_check_holds(&sums, ended.count)) {
            sim_fail(sim, ORACLE_STOCK, NULL,
                     "of item %llu there were %llu, and %llu are sold; ended logs had %lld and "
                     "spent %llu behind their end",
                     (unsigned long long)item, (unsigned long long)sums.added,
                     (unsigned long long)sums.taken, (long long)sums.left,
                     (unsigned long long)sums.late);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        store_memory_abort(txns[i]);
    }
}

void trade_take(struct sim *sim, const struct cluster_node *node, const struct event *event)
{
    struct stock_take take;
    if (event->type != EVENT_STOCK_TAKE || stock_take_decode(event->body, &take) != 0 ||
        take.is_forced || !stock_is_closed(replica_roster(node->replica), node->log)) {
        return; /* who stated the retirement may have lost the right to */
    }
    sim->stats->oracles[ORACLE_STOCK]++;
    if (cuts_is_retired(sim, node, node->log)) {
        sim_fail(sim, ORACLE_STOCK, node, "sells of right, and knows that it was retired");
    }
}

/* --- P8 --- */

enum { OBJECTS_MAX = 256 };

/* Payments and the provider's intents that events speak of, each with the most that was said. */
struct objects {
    uint32_t count;
    struct {
        uint8_t id[PROVIDER_ID_BYTES_MAX];
        size_t size;
        int64_t amount_minor;
    } objects[OBJECTS_MAX];
};

static void object_note(struct objects *objects, struct bytes id, int64_t amount_minor)
{
    uint32_t at = 0;
    while (at < objects->count &&
           !bytes_equal(bytes_of(objects->objects[at].id, objects->objects[at].size), id)) {
        at++;
    }
    check(at < OBJECTS_MAX);
    if (at == objects->count) {
        memcpy(objects->objects[objects->count++].id, id.data, id.size);
        objects->objects[at].size = id.size;
        objects->objects[at].amount_minor = 0;
    }
    if (objects->objects[at].amount_minor < amount_minor) {
        objects->objects[at].amount_minor = amount_minor;
    }
}

static void objects_take(struct objects *objects, const struct history_event *event)
{
    struct order_pay pay;
    struct pay_intent intent;
    const struct bytes body = event->body;
    if (event->type == EVENT_PAY && order_pay_decode(body, &pay) == 0) {
        object_note(objects, bytes_of(pay.id.bytes, sizeof pay.id.bytes), pay.amount_minor);
    } else if (event->type == EVENT_PAY_INTENT && pay_intent_decode(body, &intent) == 0) {
        object_note(objects, intent.id, intent.received_minor);
    }
}

void trade_money(struct sim *sim, struct cluster_node *node)
{
    static struct objects objects;
    int64_t paid_minor = 0;
    objects.count = 0;
    for (uint32_t i = 0; i < sim->history->count; i++) {
        objects_take(&objects, &sim->history->events[i]);
    }
    for (uint32_t i = 0; i < objects.count; i++) {
        paid_minor += objects.objects[i].amount_minor;
    }
    order_derive(sim->history, sim->order);
    if ((sim->order->flags & FLAG_CUT_SHORT) != 0) {
        return;
    }
    sim->stats->oracles[ORACLE_MONEY]++;
    if (sim->order->paid_minor != paid_minor) {
        sim_fail(sim, ORACLE_MONEY, node, "an order counts %lld as paid, of payments of %lld",
                 (long long)sim->order->paid_minor, (long long)paid_minor);
    }
}

static bool is_moved_before(const struct history *history, uint32_t before,
                            const struct entity_id *id)
{
    struct drawer_move move;
    for (uint32_t i = 0; i < before; i++) {
        if (history->events[i].type == EVENT_DRAWER_MOVE &&
            drawer_move_decode(history->events[i].body, &move) == 0 &&
            entity_id_equal(&move.id, id)) {
            return true;
        }
    }
    return false;
}

void trade_drawer(struct sim *sim, struct cluster_node *node)
{
    static struct drawer drawer;
    struct drawer_move move;
    int64_t moved_minor = 0;
    for (uint32_t i = 0; i < sim->history->count; i++) {
        const struct history_event *event = &sim->history->events[i];
        if (event->type == EVENT_DRAWER_MOVE && drawer_move_decode(event->body, &move) == 0 &&
            !is_moved_before(sim->history, i, &move.id)) {
            moved_minor += move.amount_minor;
        }
    }
    drawer_derive(sim->history, &drawer);
    if (drawer.is_cut_short) {
        return;
    }
    sim->stats->oracles[ORACLE_MONEY]++;
    if (drawer.moves_minor != moved_minor) {
        sim_fail(sim, ORACLE_MONEY, node, "a drawer's moves come to %lld, of moves of %lld",
                 (long long)drawer.moves_minor, (long long)moved_minor);
    }
}

/* --- P15 --- */

void trade_receipt(struct sim *sim, const struct cluster_node *node, struct truth_log *truth,
                   const struct event *event)
{
    struct receipt receipt;
    struct truth_event *added = &truth->events[truth->count - 1];
    if (event->type != EVENT_RECEIPT || receipt_decode(event->body, &receipt) != 0) {
        return;
    }
    added->receipts++;
    sim->stats->oracles[ORACLE_NUMBERS]++;
    if (receipt.number != added->receipts) {
        sim_fail(sim, ORACLE_NUMBERS, node, "the %u. receipt of a log has the number %u",
                 added->receipts, receipt.number);
    }
}

/* --- I5 --- */

static bool is_first_of(const struct print_claim *claim, const struct print_job *job)
{
    return memcmp(claim->job.bytes, job->bytes, sizeof job->bytes) == 0 && !claim->is_asked;
}

/* Whether the node knew (@log, @seq) before its last turn. */
static bool was_known(const struct sim *sim, const struct cluster_node *node, uint64_t log,
                      uint64_t seq)
{
    const int32_t at = truth_find(sim, node, log);
    return at >= 0 && sim->watches[node->index].seqs[at] >= seq;
}

/* Whether the node knows that nothing came out under the claim @id. */
static bool has_failed(struct store_txn *txn, const struct entity_id *order,
                       const struct operation *id)
{
    struct store_cursor cursor;
    struct bytes key, value;
    bool has = false;
    const struct key from = key_entity(order);
    int err = store_cursor_open(txn, TABLE_ENTITY, &cursor);
    check(err == 0);
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &value);
    for (; err == 0 && memcmp(key.data, order->bytes, ENTITY_ID_BYTES) == 0 && !has;
         err = store_cursor_next(&cursor, &key, &value)) {
        struct entity_id entity;
        struct log_place place;
        struct bytes bytes;
        struct hash hash;
        struct event event;
        struct print_done done;
        err = key_entity_event_parse(key, &entity, &place.log, &place.seq);
        err = err != 0 ? err : event_get(txn, place.log, place.seq, &hash, &bytes);
        err = err != 0 ? err : event_decode(bytes, &event);
        check(err == 0);
        has = event.type == EVENT_PRINT_DONE && print_done_decode(event.body, &done) == 0 &&
              operation_equal(&done.claim, id) && done.result == PRINT_FAILED;
    }
    store_cursor_close(&cursor);
    return has;
}

static void rival_check(struct sim *sim, struct cluster_node *node, struct store_txn *txn,
                        const struct event *claimed, const struct print_claim *claim,
                        const struct log_place *place)
{
    struct bytes bytes;
    struct hash hash;
    struct event event;
    struct print_claim rival;
    struct operation id = {.log = place->log, .seq = place->seq};
    int err = event_get(txn, place->log, place->seq, &hash, &bytes);
    err = err != 0 ? err : event_decode(bytes, &event);
    check(err == 0);
    memcpy(id.hash, hash.bytes, OPERATION_HASH_BYTES);
    if (event.type != EVENT_PRINT_CLAIM || print_claim_decode(event.body, &rival) != 0 ||
        !is_first_of(&rival, &claim->job) || !was_known(sim, node, place->log, place->seq) ||
        roster_judge(replica_roster(node->replica), place->log, place->seq, event.type, event.by) !=
            VERDICT_VALID) {
        return;
    }
    sim->stats->oracles[ORACLE_PAPER]++;
    if (!has_failed(txn, &claimed->entity, &id)) {
        sim_fail(sim, ORACLE_PAPER, node,
                 "prints a job as if for the first time that it knew of as event %llu",
                 (unsigned long long)place->seq);
    }
}

void trade_claim(struct sim *sim, struct cluster_node *node, struct store_txn *txn,
                 const struct event *event)
{
    struct store_cursor cursor;
    struct bytes key, value;
    struct print_claim claim;
    if (print_claim_decode(event->body, &claim) != 0 || claim.is_asked ||
        claim.reason != PRINT_FIRST || state_has_salvaged(txn, &event->entity)) {
        return; /* what a fork voided, and became of it, is not told apart here */
    }
    const struct key from = key_entity(&event->entity);
    int err = store_cursor_open(txn, TABLE_ENTITY, &cursor);
    check(err == 0);
    sim->stats->oracles[ORACLE_PAPER]++;
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &value);
    for (;
         err == 0 && memcmp(key.data, event->entity.bytes, ENTITY_ID_BYTES) == 0 && !sim->is_failed;
         err = store_cursor_next(&cursor, &key, &value)) {
        struct entity_id entity;
        struct log_place place;
        check(key_entity_event_parse(key, &entity, &place.log, &place.seq) == 0);
        rival_check(sim, node, txn, event, &claim, &place);
    }
    store_cursor_close(&cursor);
}
