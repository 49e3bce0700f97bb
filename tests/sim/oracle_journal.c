/* oracle_journal.c - journals only grow, are chained and signed, each as its writer committed it.
 */
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/sim/sim_internal.h"

/* A run gives out some hundreds; a restored device keeps its distance. */
enum { NUMBER_MAX = 100000 };

void journal_reset(struct sim *sim)
{
    for (uint32_t i = 0; i < SIM_TRUTHS_MAX; i++) {
        sim->truth[i].log = 0;
        sim->truth[i].count = sim->truth[i].kept = sim->truth[i].ticked = 0;
        memset(sim->truth[i].held, 0, sizeof sim->truth[i].held);
    }
    sim->truth_count = 0;
    sim->cuts_count = 0;
    sim->is_robbed = false;
    sim->opened_count = 0;
    memset(sim->forged, 0, sizeof sim->forged);
    progress_reset(sim->sights);
    memset(sim->watches, 0, sizeof sim->watches);
    memset(sim->is_twofold, 0, sizeof sim->is_twofold);
    for (uint32_t i = 0; i < SIM_NODES_MAX; i++) {
        sim->watches[i].first = i;
    }
}

/* The branch of which the node has something; before it has, any. */
int32_t truth_find(const struct sim *sim, const struct cluster_node *node, uint64_t log)
{
    const struct watch *watch = &sim->watches[node->index];
    int32_t found = -1;
    for (uint32_t i = 0; i < sim->truth_count; i++) {
        if (sim->truth[i].log == log && (found < 0 || watch->seqs[i] > 0)) {
            found = (int32_t)i;
        }
    }
    return found;
}

bool truth_is_held(const struct sim *sim, const struct cluster_node *node,
                   const struct truth_log *truth, uint64_t seq)
{
    const int32_t at = truth_find(sim, node, truth->log);
    return at >= 0 && sim->watches[node->index].seqs[at] >= seq &&
           hash_equal(&sim->truth[at].events[seq - 1].chain, &truth->events[seq - 1].chain);
}

void journal_forget(struct sim *sim, const struct cluster_node *node)
{
    struct watch *watch = sim_watch(sim, node);
    memset(watch->seqs, 0, sizeof watch->seqs);
    memset(watch->marks, 0, sizeof watch->marks);
    watch->change = 0;
    watch->commits = UINT64_MAX;
    state_forget(sim, node);
    progress_forget(sim->sights, node);
}

/* --- what a writer committed --- */

static struct truth_event *truth_append(struct truth_log *truth)
{
    if (truth->count == truth->capacity) {
        truth->capacity = truth->capacity * 2 + 64;
        truth->events = realloc(truth->events, truth->capacity * sizeof *truth->events);
        check(truth->events != NULL);
    }
    truth->events[truth->count] = (struct truth_event){.is_signed = false};
    return &truth->events[truth->count++];
}

/* Whether the branch @truth has the opening in it: clones have a lane twice, and only within a
 * branch it is one device's. */
static bool is_on(const struct truth_log *truth, const struct opened *opened)
{
    return opened->log == truth->log && truth->count >= opened->seq &&
           hash_equal(&truth->events[opened->seq - 1].chain, &opened->chain);
}

static void number_check(struct sim *sim, const struct cluster_node *node,
                         const struct truth_log *truth, const struct opened *opened)
{
    const bool is_twofold = sim->is_twofold[sim_watch(sim, node)->first];
    sim->stats->oracles[ORACLE_NUMBERS]++;
    if (opened->number > NUMBER_MAX) {
        sim_fail(sim, ORACLE_NUMBERS, node, "number %s-%u is far beyond what was given out",
                 opened->lane, opened->number);
    }
    for (uint32_t i = 0; i < sim->opened_count; i++) {
        const struct opened *other = &sim->opened[i];
        if (is_twofold && !is_on(truth, other)) {
            continue;
        }
        if (other->day == opened->day && other->number == opened->number &&
            strcmp(other->lane, opened->lane) == 0) {
            sim_fail(sim, ORACLE_NUMBERS, node, "number %s-%u of day %llu was given out twice",
                     opened->lane, opened->number, (unsigned long long)opened->day);
        }
        if (other->log == opened->log && entity_id_equal(&other->order, &opened->order)) {
            sim_fail(sim, ORACLE_ONCE, node, "one device opened one order twice, as %u and %u",
                     other->number, opened->number);
        }
    }
}

/* The newest event of @truth. */
static void opened_note(struct sim *sim, const struct cluster_node *node,
                        const struct truth_log *truth, const struct event *event)
{
    struct order_open open;
    struct opened opened = {.log = node->log, .seq = truth->count, .order = event->entity};
    if (event->type != EVENT_ORDER_OPEN || order_open_decode(event->body, &open) != 0) {
        return;
    }
    opened.chain = truth->events[truth->count - 1].chain;
    opened.day = open.day;
    opened.number = open.number;
    memcpy(opened.lane, open.lane.data, open.lane.size);
    number_check(sim, node, truth, &opened);
    check(sim->opened_count < SIM_NUMBERS_MAX);
    sim->opened[sim->opened_count++] = opened;
}

static void truth_extend(struct sim *sim, struct cluster_node *node, struct store_txn *txn,
                         struct truth_log *truth, struct bytes event_bytes,
                         const struct hash *chain, const struct hash *content)
{
    struct event event;
    const bool is_own = truth->log == node->log;
    if (!is_own && !liar_wrote(sim, truth->log)) {
        const bool is_forged = forgery_is(sim, truth->log, truth->count + 1, content);
        sim_fail(sim, is_forged ? ORACLE_FORGERY : ORACLE_DURABLE, node,
                 "holds event %llu of a log whose writer has not committed it",
                 (unsigned long long)truth->count + 1);
        return;
    }
    struct truth_event *added = truth_append(truth);
    added->chain = *chain;
    added->content = *content;
    sim->stats->events++;
    if (event_decode(event_bytes, &event) == 0) {
        added->type = event.type;
        added->receipts = truth->count > 1 ? added[-1].receipts : 0;
        if (!is_own || event.is_reemitted) {
            return; /* what a liar says of numbers, paper and forks binds nobody; what was adopted
                       is another's */
        }
        opened_note(sim, node, truth, &event);
        trade_receipt(sim, node, truth, &event);
        trade_take(sim, node, &event);
        cuts_note(sim, truth, &event);
        if (event.type == EVENT_PRINT_CLAIM) {
            trade_claim(sim, node, txn, &event);
        }
        if (event.type == EVENT_LOG_FORK) {
            const int err = log_fork_claims(event.body, &sim->fork_found);
            check(err == 0);
            sim->fork_stated_seq = truth->count;
        }
    } else {
        sim_fail(sim, ORACLE_JOURNAL, node, "wrote an event that does not decode");
    }
}

/* --- branches --- */

/* @node goes over from @truth to @to, which has the same events before @seq. */
static struct truth_log *branch_take(struct sim *sim, const struct cluster_node *node,
                                     const struct truth_log *truth, struct truth_log *to)
{
    struct watch *watch = sim_watch(sim, node);
    watch->seqs[to - sim->truth] = watch->seqs[truth - sim->truth];
    watch->seqs[truth - sim->truth] = 0;
    return to;
}

/* A new branch of @truth that differs from @seq on. */
static struct truth_log *branch_add(struct sim *sim, const struct truth_log *truth, uint64_t seq)
{
    check(sim->truth_count < SIM_TRUTHS_MAX);
    struct truth_log *branch = &sim->truth[sim->truth_count++];
    branch->log = truth->log;
    branch->key = truth->key;
    for (uint64_t i = 0; i + 1 < seq; i++) {
        *truth_append(branch) = truth->events[i];
    }
    return branch;
}

/* The branch on which event @seq is @chain; one that its writer begins with it; NULL. */
static struct truth_log *branch_find(struct sim *sim, const struct cluster_node *node,
                                     struct truth_log *truth, uint64_t seq,
                                     const struct hash *chain)
{
    for (uint32_t i = 0; i < sim->truth_count; i++) {
        struct truth_log *other = &sim->truth[i];
        if (other->log == truth->log && other->count >= seq &&
            hash_equal(&other->events[seq - 1].chain, chain)) {
            return branch_take(sim, node, truth, other);
        }
    }
    const bool is_own = truth->log == node->log && sim->is_twofold[sim_watch(sim, node)->first];
    if (!is_own && !liar_wrote(sim, truth->log)) {
        return NULL;
    }
    return branch_take(sim, node, truth, branch_add(sim, truth, seq));
}

/* --- what a node committed --- */

static void row_check(struct sim *sim, struct cluster_node *node, struct store_txn *txn,
                      struct truth_log **truth, uint64_t seq, struct bytes row)
{
    const struct bytes event = bytes_of(row.data + HASH_BYTES, row.size - HASH_BYTES);
    const struct hash before = seq == 1 ? book_genesis(&sim->cluster->popup, (*truth)->key.bytes)
                                        : (*truth)->events[seq - 2].chain;
    const struct hash content = book_content(event);
    const struct hash chain = book_next(&before, &content);
    sim->stats->oracles[ORACLE_JOURNAL]++;
    if (memcmp(row.data, chain.bytes, HASH_BYTES) != 0) {
        sim_fail(sim, ORACLE_JOURNAL, node, "event %llu does not continue its chain",
                 (unsigned long long)seq);
        return;
    }
    if (seq <= (*truth)->count && !hash_equal(&(*truth)->events[seq - 1].chain, &chain)) {
        struct truth_log *branch = branch_find(sim, node, *truth, seq, &chain);
        if (branch == NULL) {
            const bool is_forged = forgery_is(sim, (*truth)->log, seq, &content);
            sim_fail(sim, is_forged ? ORACLE_FORGERY : ORACLE_JOURNAL, node,
                     "event %llu is not what its writer committed", (unsigned long long)seq);
            return;
        }
        *truth = branch;
    }
    if (seq == (*truth)->count + 1) {
        truth_extend(sim, node, txn, *truth, event, &chain, &content);
    }
}

/* The signature at a head: verified once, then compared. */
static void signature_check(struct sim *sim, struct cluster_node *node, struct store_txn *txn,
                            struct truth_log *truth, uint64_t seq)
{
    struct bytes stored;
    const struct key key = key_event(truth->log, seq);
    struct truth_event *event = &truth->events[seq - 1];
    const bool is_own = truth->log == node->log; /* else it came over a link, and was taken */
    const enum oracle oracle = is_own ? ORACLE_JOURNAL : ORACLE_FORGERY;
    if (store_get(txn, TABLE_SIG, key_bytes(&key), &stored) != 0 ||
        stored.size != SIGNATURE_BYTES) {
        sim_fail(sim, ORACLE_JOURNAL, node, "event %llu ends its log without a signature",
                 (unsigned long long)seq);
    } else if (event->is_signed) {
        if (memcmp(event->signature.bytes, stored.data, SIGNATURE_BYTES) != 0) {
            sim_fail(sim, oracle, node, "the signature of event %llu is another than before",
                     (unsigned long long)seq);
        }
    } else if (book_is_signed(sim, truth, seq, stored.data)) {
        event->is_signed = true;
        memcpy(event->signature.bytes, stored.data, SIGNATURE_BYTES);
    } else {
        sim_fail(sim, oracle, node, "the signature of event %llu is wrong",
                 (unsigned long long)seq);
    }
}

static void rows_check(struct sim *sim, struct cluster_node *node, struct store_txn *txn,
                       struct truth_log **truth, uint64_t first, uint64_t last)
{
    for (uint64_t seq = first; seq <= last && !sim->is_failed; seq++) {
        struct bytes row;
        const struct key key = key_event((*truth)->log, seq);
        if (store_get(txn, TABLE_LOG, key_bytes(&key), &row) != 0 || row.size <= HASH_BYTES) {
            sim_fail(sim, ORACLE_JOURNAL, node, "event %llu is missing below the head %llu",
                     (unsigned long long)seq, (unsigned long long)last);
            return;
        }
        row_check(sim, node, txn, truth, seq, row);
    }
}

static struct truth_log *truth_take(struct sim *sim, const struct cluster_node *node,
                                    const struct log_head *head)
{
    const int32_t found = truth_find(sim, node, head->log);
    if (found >= 0) {
        return &sim->truth[found];
    }
    check(sim->truth_count < SIM_TRUTHS_MAX);
    struct truth_log *truth = &sim->truth[sim->truth_count++];
    truth->log = head->log;
    truth->key = head->key;
    truth->count = 0;
    return truth;
}

/* Where the disk hit two of an end's event, hash and signature, that log ends before it and the
 * rest comes anew from others; of the own log nobody else may have it. */
static bool may_go_back(const struct sim *sim, const struct cluster_node *node, uint64_t log)
{
    return flips_is_spoilt(sim, node) && log != node->log;
}

static void head_check(struct sim *sim, struct cluster_node *node, struct store_txn *txn,
                       const struct log_head *head)
{
    struct truth_log *truth = truth_take(sim, node, head);
    struct watch *watch = sim_watch(sim, node);
    uint64_t *seen = &watch->seqs[truth - sim->truth];
    sim->stats->oracles[ORACLE_JOURNAL]++;
    if (head->seq < *seen && may_go_back(sim, node, head->log)) {
        *seen = head->seq;
        return;
    }
    if (head->seq < *seen) {
        sim_fail(sim, ORACLE_JOURNAL, node, "a log went back from %llu to %llu",
                 (unsigned long long)*seen, (unsigned long long)head->seq);
        return;
    }
    if (head->seq == *seen) {
        return;
    }
    rows_check(sim, node, txn, &truth, *seen + 1, head->seq);
    if (sim->is_failed) {
        return;
    }
    if (!hash_equal(&head->hash, &truth->events[head->seq - 1].chain)) {
        sim_fail(sim, ORACLE_JOURNAL, node, "the head at %llu has another hash than its event",
                 (unsigned long long)head->seq);
        return;
    }
    signature_check(sim, node, txn, truth, head->seq);
    watch->seqs[truth - sim->truth] = head->seq;
    if (truth->held[watch->first] < head->seq) {
        truth->held[watch->first] = head->seq;
    }
}

/* The own log first: what others hold of it must not be newer. */
void journal_turn(struct sim *sim, struct cluster_node *node)
{
    struct store_cursor cursor;
    struct log_head head;
    sim->fork_found.log = 0;
    struct store_txn *txn = store_memory_begin(node->store, false);
    int err = log_head_get(txn, node->log, &head);
    if (err == 0) {
        head_check(sim, node, txn, &head);
    }
    err = store_cursor_open(txn, TABLE_HEAD, &cursor);
    check(err == 0);
    while (!sim->is_failed && log_head_next(&cursor, &head) == 0) {
        head_check(sim, node, txn, &head);
    }
    store_cursor_close(&cursor);
    store_memory_abort(txn);
}

/* --- everything again --- */

static void log_check(struct sim *sim, struct cluster_node *node, struct store_txn *txn,
                      const struct log_head *head)
{
    struct log_report report;
    const int32_t at = truth_find(sim, node, head->log);
    sim->stats->oracles[ORACLE_JOURNAL]++;
    if (at < 0 || head->seq > sim->truth[at].count) {
        sim_fail(sim, ORACLE_JOURNAL, node, "a log is longer than what its writer committed");
        return;
    }
    struct truth_log *truth = &sim->truth[at];
    rows_check(sim, node, txn, &truth, 1, head->seq);
    if (!sim->is_failed && log_verify(txn, &sim->cluster->popup, head, &report) != 0) {
        sim_fail(sim, ORACLE_JOURNAL, node, "verification at event %llu: %s",
                 (unsigned long long)report.seq, report.problem == NULL ? "store" : report.problem);
    }
}

void journal_verify(struct sim *sim, struct cluster_node *node)
{
    struct store_cursor cursor;
    struct log_head head;
    struct store_txn *txn = store_memory_begin(node->store, false);
    int err = store_cursor_open(txn, TABLE_HEAD, &cursor);
    check(err == 0);
    while (!sim->is_failed && log_head_next(&cursor, &head) == 0) {
        log_check(sim, node, txn, &head);
    }
    store_cursor_close(&cursor);
    store_memory_abort(txn);
}
