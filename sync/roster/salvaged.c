#include "sync/roster/salvaged.h"

#include <string.h>

#include "sync/log/chain.h"

static bool carrier_counts(const struct roster *roster, const struct salvaged_row *row)
{
    return roster_judge(roster, row->carrier.log, row->carrier.seq, EVENT_SALVAGE, 0) ==
           VERDICT_VALID;
}

/* Of the carriers of @id that count, the one whose run begins first, but not before @from_seq: it
 * takes a walk towards the fork furthest. ERR_NOT_FOUND. */
static int carrier_find(struct store_txn *txn, const struct roster *roster,
                        const struct operation *id, uint64_t from_seq, struct salvaged_row *ret_row)
{
    struct salvage_cursor cursor;
    struct salvaged_row row;
    bool is_found = false;
    int err = salvage_of_operation(&cursor, txn, id, &row);
    if (err != 0) {
        return err;
    }
    for (; err == 0; err = salvage_row_next(&cursor, &row)) {
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

/* Find who carries walk->at. */
static int walk_look(struct salvage_walk *walk)
{
    int err = ERR_NOT_FOUND;
    if (walk->at.seq >= walk->fork_seq && walk->steps++ < SALVAGE_CHAIN_MAX) {
        err = carrier_find(walk->txn, walk->roster, &walk->at, walk->fork_seq, &walk->run);
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

/* Whether the run's carrier has @id. */
static int is_in_run(const struct salvage_walk *walk, const struct operation *id, bool *ret_is)
{
    struct salvage_cursor cursor;
    struct salvaged_row row;
    *ret_is = false;
    int err = salvage_of_operation(&cursor, walk->txn, id, &row);
    if (err != 0) {
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    while (err == 0) {
        *ret_is =
            row.carrier.log == walk->run.carrier.log && row.carrier.seq == walk->run.carrier.seq;
        err = *ret_is ? ERR_NOT_FOUND : salvage_row_next(&cursor, &row);
    }
    salvage_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

int salvage_walk_begin(struct salvage_walk *walk, struct store_txn *txn,
                       const struct roster *roster, const struct operation *last)
{
    const struct roster_log *log = roster_log_find(roster, last->log);
    *walk = (struct salvage_walk){.txn = txn, .roster = roster, .at = *last, .is_over = true};
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
    return is_in_run(walk, id, ret_has);
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

static int is_connected(struct store_txn *txn, const struct roster *roster,
                        const struct roster_log *log, const struct operation *id, bool *ret_is)
{
    struct salvage_walk walk;
    *ret_is = false;
    int err = salvage_walk_begin(&walk, txn, roster, id);
    while (err == 0 && !walk.is_over && walk.run.first_seq > log->fork_seq) {
        err = walk_back(&walk);
    }
    return err != 0 || walk.is_over ? err : is_at_prefix(&walk, log, ret_is);
}

/* Whether a revocation of @log lets @id stand. */
static int is_unrevoked(struct store_txn *txn, const struct roster *roster,
                        const struct roster_log *log, const struct operation *id, bool *ret_is)
{
    struct operation last = {.log = log->id, .seq = log->revoked_seq};
    *ret_is = log->revoked_seq == UINT64_MAX;
    if (*ret_is || log->is_revoked_twice) {
        return 0;
    }
    memcpy(last.hash, log->revoked_hash.bytes, OPERATION_HASH_BYTES);
    struct salvage_walk walk;
    const int err = salvage_walk_begin(&walk, txn, roster, &last);
    return err != 0 ? err : salvage_walk_has(&walk, id, ret_is);
}

int salvaged_counts(struct store_txn *txn, const struct roster *roster, const struct operation *id,
                    uint32_t type, bool *ret_counts)
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
    int err = is_unrevoked(txn, roster, log, id, &is_good);
    if (err == 0 && is_good) {
        err = is_connected(txn, roster, log, id, ret_counts);
    }
    return err;
}
