/* oracle_verifier.c - I11: whatever is done to a journal behind the software's back, the verifier
 * finds it.
 *
 * On a copy of a device's disk one record of one log is edited, dropped, swapped with its
 * neighbour, repeated in its neighbour's place, the end is cut off, or a record is exchanged and
 * everything after it chained anew, as somebody could who has no key. What stands at each place
 * afterwards may be well formed: only hashes and signatures tell.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/log/chain.h"
#include "tests/sim/sim_internal.h"

enum { RECORD_BYTES_MAX = HASH_BYTES + EVENT_SALVAGE_BYTES_MAX };

struct record {
    struct key key;
    size_t size;
    uint8_t data[RECORD_BYTES_MAX]; /* chain hash, event */
};

static void record_get(struct store_txn *txn, uint64_t log, uint64_t seq, struct record *ret_record)
{
    struct bytes row;
    ret_record->key = key_event(log, seq);
    const int err = store_get(txn, TABLE_LOG, key_bytes(&ret_record->key), &row);
    check(err == 0 && row.size <= sizeof ret_record->data);
    memcpy(ret_record->data, row.data, row.size);
    ret_record->size = row.size;
}

static void record_put(struct store_txn *txn, const struct key *key, const struct record *record)
{
    check(store_put(txn, TABLE_LOG, key_bytes(key), bytes_of(record->data, record->size)) == 0);
}

/* What is done to the log of @head at @seq, which has a neighbour after it. */
struct deed {
    const char *name;
    void (*act)(struct sim *sim, struct store_txn *txn, const struct log_head *head, uint64_t seq);
};

static struct record first, second;

static void edit(struct sim *sim, struct store_txn *txn, const struct log_head *head, uint64_t seq)
{
    record_get(txn, head->log, seq, &first);
    const uint64_t bit = sim_oracle_below(sim, first.size * 8);
    first.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    record_put(txn, &first.key, &first);
}

static void drop(struct sim *sim, struct store_txn *txn, const struct log_head *head, uint64_t seq)
{
    (void)sim;
    const struct key key = key_event(head->log, seq);
    check(store_del(txn, TABLE_LOG, key_bytes(&key)) == 0);
}

static void swap(struct sim *sim, struct store_txn *txn, const struct log_head *head, uint64_t seq)
{
    (void)sim;
    record_get(txn, head->log, seq, &first);
    record_get(txn, head->log, seq + 1, &second);
    record_put(txn, &first.key, &second);
    record_put(txn, &second.key, &first);
}

static void repeat(struct sim *sim, struct store_txn *txn, const struct log_head *head,
                   uint64_t seq)
{
    (void)sim;
    record_get(txn, head->log, seq, &first);
    const struct key key = key_event(head->log, seq + 1);
    record_put(txn, &key, &first);
}

static void cut_off(struct sim *sim, struct store_txn *txn, const struct log_head *head,
                    uint64_t seq)
{
    for (uint64_t at = seq + 1; at <= head->seq; at++) {
        drop(sim, txn, head, at);
    }
}

/* The neighbour's event in place of its own, and every hash from there on put right. */
static void chain_anew(struct sim *sim, struct store_txn *txn, const struct log_head *head,
                       uint64_t seq)
{
    struct hash hash;
    struct log_head changed = *head;
    (void)sim;
    record_get(txn, head->log, seq - 1, &first);
    memcpy(hash.bytes, first.data, HASH_BYTES);
    for (uint64_t at = seq; at <= head->seq; at++) {
        record_get(txn, head->log, at == seq ? seq + 1 : at, &second);
        const struct bytes event = bytes_of(second.data + HASH_BYTES, second.size - HASH_BYTES);
        const struct hash content = chain_event_hash(event);
        hash = chain_next(&hash, &content);
        memcpy(second.data, hash.bytes, HASH_BYTES);
        second.key = key_event(head->log, at);
        record_put(txn, &second.key, &second);
    }
    changed.hash = hash;
    check(log_head_put(txn, &changed) == 0);
}

static const struct deed deeds[] = {{"edited", edit},     {"dropped", drop},
                                    {"swapped", swap},    {"repeated", repeat},
                                    {"cut off", cut_off}, {"chained anew", chain_anew}};

/* A log with at least three events: the longest, as the last ones verified have most signatures. */
static bool log_choose(struct sim *sim, struct store_txn *txn, struct log_head *ret_head)
{
    struct store_cursor cursor;
    struct log_head head;
    uint64_t seen = 0;
    check(store_cursor_open(txn, TABLE_HEAD, &cursor) == 0);
    while (log_head_next(&cursor, &head) == 0) {
        if (head.seq >= 3 && prng_one_in(&sim->oracle_prng, ++seen)) {
            *ret_head = head;
        }
    }
    store_cursor_close(&cursor);
    return seen > 0;
}

static void deed_check(struct sim *sim, const struct cluster_node *node, const struct deed *deed)
{
    struct log_report report;
    struct log_head head = {.seq = 0};
    struct store_memory *copy = store_memory_clone(node->store);
    struct store_txn *txn = store_memory_begin(copy, true);
    if (log_choose(sim, txn, &head)) {
        const uint64_t seq = 2 + sim_oracle_below(sim, head.seq - 2);
        deed->act(sim, txn, &head, seq);
        check(log_head_get(txn, head.log, &head) == 0);
        sim->stats->oracles[ORACLE_VERIFIER]++;
        if (log_verify(txn, &sim->cluster->popup, &head, &report) == 0) {
            sim_fail(sim, ORACLE_VERIFIER, node, "event %llu was %s, and the log verifies",
                     (unsigned long long)seq, deed->name);
        }
    }
    store_memory_abort(txn);
    store_memory_free(copy);
}

void verifier_check(struct sim *sim, const struct cluster_node *node)
{
    for (unsigned i = 0; i < sizeof deeds / sizeof *deeds && !sim->is_failed; i++) {
        deed_check(sim, node, &deeds[i]);
    }
}
