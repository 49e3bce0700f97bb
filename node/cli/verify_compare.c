/* Stores of one pop-up against each other. Where two hold a journal, the shorter must be a prefix
 * of the longer. */
#include <string.h>

#include "node/cli/cli.h"
#include "node/cli/verify_store.h"

static const struct verified_log *log_find(const struct verified_store *store, uint64_t log)
{
    for (uint32_t i = 0; i < store->logs_count; i++) {
        if (store->logs[i].head.log == log) {
            return &store->logs[i];
        }
    }
    return NULL;
}

static int hash_at(const struct verified_store *store, uint64_t log, uint64_t seq,
                   struct hash *ret_hash)
{
    struct bytes event;
    return event_get(store->journal.txn, log, seq, ret_hash, &event);
}

/* The first seq, up to @last, whose stored hashes differ; 0 = none do. */
static int first_difference(const struct verified_store *a, const struct verified_store *b,
                            uint64_t log, uint64_t last, uint64_t *ret_seq)
{
    struct hash x, y;
    *ret_seq = 0;
    for (uint64_t seq = 1; seq <= last; seq++) {
        int err = hash_at(a, log, seq, &x);
        if (err == 0) {
            err = hash_at(b, log, seq, &y);
        }
        if (err == ERR_IO) {
            return err;
        }
        if (err != 0 || !hash_equal(&x, &y)) {
            *ret_seq = seq;
            return 0;
        }
    }
    return 0;
}

/* What @has holds of @log and @lacks does not, although it takes that in: by what it knows of the
 * roster itself, so that a device that has not heard of a revocation lacks what it voids. */
static void lost_find(const struct verified_store *lacks, const struct verified_store *has,
                      uint64_t log, struct findings *findings)
{
    const struct verified_log *shorter = log_find(lacks, log), *longer = log_find(has, log);
    uint64_t held = shorter == NULL ? 0 : shorter->head.seq;
    uint64_t limit = shorter == NULL ? UINT64_MAX : shorter->limit;
    uint64_t had = longer == NULL ? 0 : longer->head.seq;
    uint64_t last = had < limit ? had : limit;
    if (last > held) {
        findings_add(findings, "lost", "%s lacks events %llu to %llu of journal %016llx, in %s",
                     lacks->name, (unsigned long long)held + 1, (unsigned long long)last,
                     (unsigned long long)log, has->name);
    }
}

static int compare_log(const struct verified_store *a, const struct verified_store *b,
                       const struct verified_log *log, struct findings *findings)
{
    const struct verified_log *other = log_find(b, log->head.log);
    unsigned long long name = (unsigned long long)log->head.log;
    uint64_t seq_b = other == NULL ? 0 : other->head.seq, seq_a = log->head.seq;
    uint64_t common = seq_a < seq_b ? seq_a : seq_b, seq = 0;
    int err = first_difference(a, b, log->head.log, common, &seq);
    if (err != 0) {
        return err;
    }
    if (other != NULL && seq != 0) {
        findings_add(findings, log->is_good && other->is_good ? "forked" : "edited",
                     "%s and %s have different versions of journal %016llx from event %llu on",
                     a->name, b->name, name, (unsigned long long)seq);
    }
    if (seq_a < seq_b) {
        lost_find(a, b, log->head.log, findings);
    }
    if (seq_b < seq_a) {
        lost_find(b, a, log->head.log, findings);
    }
    return 0;
}

static bool heads_are_equal(const struct verified_store *a, const struct verified_store *b)
{
    bool is_equal = a->logs_count == b->logs_count;
    for (uint32_t i = 0; is_equal && i < a->logs_count; i++) {
        is_equal = a->logs[i].head.log == b->logs[i].head.log &&
                   hash_equal(&a->logs[i].head.hash, &b->logs[i].head.hash);
    }
    return is_equal;
}

/* Whether its state is what its journals say, all of it: what is not is told by itself. */
static bool is_whole(const struct verified_store *store)
{
    return store->aside.count == 0 && !store->is_remaking;
}

/* Of two that hold the same events. */
static void states_compare(const struct verified_store *a, const struct verified_store *b,
                           struct findings *findings)
{
    if (!is_whole(a) || !is_whole(b)) {
        tell("the states of %s and %s are not compared: each is refolded by itself", a->name,
             b->name);
    } else if (!hash_equal(&a->digest, &b->digest)) {
        findings_add(findings, "state", "%s and %s hold the same events and another state", a->name,
                     b->name);
    }
}

static int compare_pair(const struct verified_store *a, const struct verified_store *b,
                        struct findings *findings)
{
    int err = 0;
    if (memcmp(a->journal.popup.bytes, b->journal.popup.bytes, POPUP_ID_BYTES) != 0) {
        findings_add(findings, "state", "%s and %s belong to different pop-ups", a->name, b->name);
        return 0;
    }
    for (uint32_t i = 0; i < a->logs_count && err == 0; i++) {
        err = compare_log(a, b, &a->logs[i], findings);
    }
    for (uint32_t i = 0; i < b->logs_count && err == 0; i++) {
        if (log_find(a, b->logs[i].head.log) == NULL) {
            err = compare_log(b, a, &b->logs[i], findings);
        }
    }
    if (err == 0 && heads_are_equal(a, b)) {
        states_compare(a, b, findings);
    }
    return err;
}

int verify_compare(const struct verified_store *stores, uint32_t count, struct findings *findings)
{
    int err = 0;
    for (uint32_t i = 1; i < count && err == 0; i++) {
        err = compare_pair(&stores[0], &stores[i], findings);
    }
    return err;
}
