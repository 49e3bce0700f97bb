#include "sync/roster/salvaged.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/log/chain.h"

static bool carrier_counts(const struct roster *roster, const struct salvaged_row *row)
{
    return roster_judge(roster, row->carrier.log, row->carrier.seq, EVENT_SALVAGE, 0) ==
           VERDICT_VALID;
}

/* The next carrier of @row's event; a log that has carried it so often already is passed over. */
static int carrier_next(struct salvage_cursor *cursor, uint32_t *looked_at,
                        struct salvaged_row *row)
{
    const struct salvaged_row last = *row;
    if (*looked_at == CARRIERS_PER_LOG_MAX) {
        *looked_at = 0;
        return salvage_row_of_next_log(cursor, &last, row);
    }
    const int err = salvage_row_next(cursor, row);
    if (err == 0 && row->carrier.log != last.carrier.log) {
        *looked_at = 0;
    }
    return err;
}

/* Of the carriers of @id that count, the one whose run begins first, but not before @from_seq: it
 * takes a walk towards the fork furthest. ERR_NOT_FOUND. */
static int carrier_find(struct store_txn *txn, const struct roster *roster,
                        const struct operation *id, uint64_t from_seq, struct salvaged_row *ret_row)
{
    struct salvage_cursor cursor;
    struct salvaged_row row;
    uint32_t looked_at = 0; /* of the present carrier's log */
    bool is_found = false;
    int err = salvage_of_operation(&cursor, txn, id, &row);
    if (err != 0) {
        return err;
    }
    for (; err == 0; err = carrier_next(&cursor, &looked_at, &row)) {
        looked_at++;
        if (row.first_seq >= from_seq && carrier_counts(roster, &row) &&
            (!is_found || row.first_seq < ret_row->first_seq)) {
            *ret_row = row;
            is_found = true;
        }
    }
    salvage_cursor_close(&cursor);
    return err != ERR_NOT_FOUND ? err : is_found ? 0 : ERR_NOT_FOUND;
}

int salvaged_is_carried(struct store_txn *txn, const struct roster *roster,
                        const struct operation *id, bool *ret_is)
{
    struct salvaged_row row;
    const int err = carrier_find(txn, roster, id, 0, &row);
    *ret_is = err == 0;
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* Who carries walk->at, into walk->run; asked of the store once. ERR_NOT_FOUND. */
static int run_find(struct salvage_walk *walk)
{
    const struct memo_node *known = salvage_memo_find(walk->memo, &walk->at);
    if (known != NULL) {
        walk->run = known->run;
        return known->is_carried ? 0 : ERR_NOT_FOUND;
    }
    const int err = carrier_find(walk->txn, walk->roster, &walk->at, walk->fork_seq, &walk->run);
    if (walk->memo != NULL && (err == 0 || err == ERR_NOT_FOUND)) {
        salvage_memo_add(walk->memo, &walk->at, err == 0 ? &walk->run : NULL);
    }
    return err;
}

/* Find who carries walk->at. */
static int walk_look(struct salvage_walk *walk)
{
    int err = ERR_NOT_FOUND;
    if (walk->at.seq >= walk->fork_seq && walk->steps++ < walk->steps_max) {
        err = run_find(walk);
    }
    walk->is_over = err == ERR_NOT_FOUND;
    return walk->is_over ? 0 : err;
}

/* To the run that ends before the present one. */
static int walk_back(struct salvage_walk *walk)
{
    walk->at.seq = walk->run.first_seq - 1;
    memcpy(walk->at.hash, walk->run.before, OPERATION_HASH_BYTES);
    return walk_look(walk);
}

int salvage_walk_begin(struct salvage_walk *walk, struct salvage_memo *memo, struct store_txn *txn,
                       const struct roster *roster, const struct operation *last)
{
    const struct roster_log *log = roster_log_find(roster, last->log);
    *walk = (struct salvage_walk){.memo = memo,
                                  .txn = txn,
                                  .roster = roster,
                                  .at = *last,
                                  .steps_max = SALVAGE_CHAIN_MAX,
                                  .is_over = true};
    if (log == NULL) {
        return 0;
    }
    walk->fork_seq = log->fork_seq;
    return walk_look(walk);
}

int salvage_walk_has(struct salvage_walk *walk, const struct operation *id, bool *ret_has)
{
    int err = 0;
    while (err == 0 && !walk->is_over && walk->run.first_seq > id->seq) {
        err = walk_back(walk);
    }
    *ret_has = false;
    if (err != 0 || walk->is_over || id->seq > walk->at.seq) {
        return err;
    }
    return salvage_carries(walk->txn, &walk->run.carrier, id, ret_has);
}

/* Whether the walk, whose runs begin at the fork or after it, ended at the prefix that all have:
 * its last event is here. */
static int is_at_prefix(const struct salvage_walk *walk, const struct roster_log *log, bool *ret_is)
{
    struct hash hash = chain_genesis(&walk->roster->popup, &log->key);
    struct bytes event;
    int err = 0;
    *ret_is = false;
    if (log->fork_seq > 1) {
        err = event_get(walk->txn, log->id, log->fork_seq - 1, &hash, &event);
    }
    *ret_is = err == 0 && memcmp(hash.bytes, walk->run.before, OPERATION_HASH_BYTES) == 0;
    return err == ERR_IO ? err : 0; /* what the disk spoilt connects nothing */
}

/* What a walk towards the fork came to. */
struct finding {
    uint32_t runs;     /* gone through */
    uint32_t below;    /* runs from the fork up to where it ended, which is known already */
    bool is_cut_short; /* there may be more: it is not known where it leads */
    bool is_connected;
};

/* Walk on until it is known where it leads. To go twice as far as counts makes sure that each walk
 * that finds the branch too long says so of as many runs as it has looked at. */
static int walk_through(struct salvage_walk *walk, const struct roster_log *log,
                        struct finding *ret_finding)
{
    int err = 0;
    *ret_finding = (struct finding){.runs = 0};
    while (err == 0 && !walk->is_over) {
        const struct memo_node *known = salvage_memo_find(walk->memo, &walk->at);
        if (known != NULL && known->verdict != MEMO_UNKNOWN) {
            ret_finding->is_connected = known->verdict == MEMO_CONNECTED;
            ret_finding->below = known->depth;
            return 0;
        }
        ret_finding->runs++;
        if (walk->run.first_seq <= log->fork_seq) {
            return is_at_prefix(walk, log, &ret_finding->is_connected);
        }
        err = walk_back(walk);
    }
    ret_finding->is_cut_short = walk->steps > walk->steps_max;
    return err;
}

/* Note of every run from @last on what the walk from there came to. */
static int finding_note(struct salvage_walk *walk, const struct finding *finding)
{
    int err = 0;
    for (uint32_t i = 0; err == 0 && i < finding->runs; i++) {
        struct memo_node *node = salvage_memo_find(walk->memo, &walk->at);
        const uint32_t depth = finding->runs - i + finding->below;
        const bool is_good = finding->is_connected && depth <= SALVAGE_CHAIN_MAX;
        check(node != NULL); /* the walk has just looked it up */
        if (finding->is_cut_short && depth <= SALVAGE_CHAIN_MAX) {
            return 0;
        }
        node->verdict = is_good ? MEMO_CONNECTED : MEMO_APART;
        node->depth = depth;
        err = i + 1 < finding->runs ? walk_back(walk) : 0;
    }
    return err;
}

static int is_connected(struct salvage_memo *memo, struct store_txn *txn,
                        const struct roster *roster, const struct roster_log *log,
                        const struct operation *id, bool *ret_is)
{
    struct salvage_walk walk;
    struct finding finding = {.runs = 0};
    *ret_is = false;
    int err = salvage_walk_begin(&walk, memo, txn, roster, id);
    walk.steps_max = 2 * SALVAGE_CHAIN_MAX;
    if (err == 0) {
        err = walk_through(&walk, log, &finding);
    }
    if (err != 0) {
        return err;
    }
    *ret_is = finding.is_connected && finding.runs + finding.below <= SALVAGE_CHAIN_MAX;
    if (memo == NULL) {
        return 0;
    }
    err = salvage_walk_begin(&walk, memo, txn, roster, id);
    walk.steps_max = 2 * SALVAGE_CHAIN_MAX;
    return err != 0 ? err : finding_note(&walk, &finding);
}

/* Whether @id lies on the chain that @revocation names. */
static int is_on_chain(struct salvage_memo *memo, struct store_txn *txn,
                       const struct roster *roster, const struct roster_revocation *revocation,
                       const struct operation *id, bool *ret_is)
{
    struct operation last = {.log = id->log, .seq = revocation->seq};
    struct salvage_walk walk;
    memcpy(last.hash, revocation->hash.bytes, OPERATION_HASH_BYTES);
    const int err = salvage_walk_begin(&walk, memo, txn, roster, &last);
    return err != 0 ? err : salvage_walk_has(&walk, id, ret_is);
}

/* Whether each revocation of @log lets @id stand. */
static int is_unrevoked(struct salvage_memo *memo, struct store_txn *txn,
                        const struct roster *roster, const struct roster_log *log,
                        const struct operation *id, bool *ret_is)
{
    int err = 0;
    *ret_is = log->revoked_seq == UINT64_MAX || id->seq <= log->revoked_seq;
    *ret_is = *ret_is && !log->is_revoked_crowded; /* one that no revocation names ends at 1 */
    for (uint32_t i = 0; err == 0 && *ret_is && i < log->revocations_count; i++) {
        err = is_on_chain(memo, txn, roster, &log->revocations[i], id, ret_is);
    }
    return err;
}

int salvaged_counts(struct salvage_memo *memo, struct store_txn *txn, const struct roster *roster,
                    const struct operation *id, uint32_t type, bool *ret_counts)
{
    const struct roster_log *log = roster_log_find(roster, id->log);
    *ret_counts = false;
    if (log == NULL || id->seq < log->fork_seq || id->seq <= 1) {
        return 0;
    }
    if (!roster_allows_salvaged(roster, id->log, id->seq, type)) {
        return 0;
    }
    bool is_good = false;
    int err = is_unrevoked(memo, txn, roster, log, id, &is_good);
    if (err == 0 && is_good) {
        err = is_connected(memo, txn, roster, log, id, ret_counts);
    }
    return err;
}
