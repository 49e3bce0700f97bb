/* run.h - signed runs: how events get into a log, out of it again, and what proves a whole log.
 *
 * Layer: sync/log (pure). Allocates nothing; a `struct run` is large (RUN_EVENTS_MAX entries), made
 * once and reused.
 *
 * A run = consecutive events of one log and one signature over the chain hash of the last. Three
 * ways:
 *   written here    log_append() for each event of a turn, then log_sign(), in one transaction
 *   from a peer     run_verify() against our own head, then run_store()
 *   to a peer       run_read(), which joins several stored runs: a signature covers all before it
 * The row of TABLE_HEAD is written only with a signature, so a log in a store always ends on one.
 *
 * Cost per event, in or out of catch-up: two BLAKE2b and two puts; per run one Ed25519.
 */
#ifndef TRESTLE_SYNC_LOG_RUN_H
#define TRESTLE_SYNC_LOG_RUN_H

#include "sync/log/chain.h"
#include "sync/log/event.h"
#include "sync/log/tables.h"

/* --- heads: log_head.c --- */

/* Where a log ends, and whose it is. */
struct log_head {
    uint64_t log;
    uint64_t seq;        /* the newest event; 0 = none yet */
    uint64_t signed_seq; /* the newest signature; differs from seq only within a turn */
    uint64_t bytes;      /* of all its events: they count against its device's allowance */
    size_t open_bytes;   /* of the events after signed_seq */
    struct hash hash;    /* h(seq) */
    struct public_key key;
    uint64_t device;
    uint32_t incarnation;
};

/* The empty log of @key. */
void log_head_init(struct log_head *head, const struct popup_id *popup,
                   const struct public_key *key, uint64_t device, uint32_t incarnation);

/* The newest event as an operation; seq > 0. */
struct operation log_head_operation(const struct log_head *head);

/* @head ends on a signature. ERR_FULL, ERR_IO. */
MUST_CHECK int log_head_put(struct store_txn *txn, const struct log_head *head);

/* ERR_NOT_FOUND, ERR_IO, ERR_MALFORMED (damaged row). */
MUST_CHECK int log_head_get(struct store_txn *txn, uint64_t log, struct log_head *ret_head);

/* The next of all heads, in ascending order of log; @cursor was opened on TABLE_HEAD.
 * ERR_NOT_FOUND at the end, ERR_IO, ERR_MALFORMED. */
MUST_CHECK int log_head_next(struct store_cursor *cursor, struct log_head *ret_head);

/* @head as it was when its log ended at @seq (0..head->seq): to verify a run that overlaps what is
 * stored, and so to see a fork. Its bytes stay those of @head. ERR_IO, ERR_MALFORMED, ERR_NOT_FOUND
 * (damaged store). */
MUST_CHECK int log_head_at(struct store_txn *txn, const struct popup_id *popup,
                           const struct log_head *head, uint64_t seq, struct log_head *ret_head);

/* --- writing --- */

/* Append one encoded event to the own log and advance @head. The run stays open: the caller signs
 * before it commits. The first event is log.open.
 *
 * ERR_MALFORMED, ERR_TOO_LARGE, ERR_TOO_MANY (event_decode() refuses it), ERR_FULL, ERR_IO: @head
 * is unchanged; after the last two the transaction can only be aborted.
 * ERR_LIMIT: the open run is full (RUN_EVENTS_MAX, RUN_BYTES_MAX): log_sign() it, append again. */
MUST_CHECK int log_append(struct store_txn *txn, struct log_head *head, struct bytes event);

/* End the run: store the signature over head->seq, and the head. ERR_FULL, ERR_IO: @head is
 * unchanged, the transaction can only be aborted. Without new events nothing is written. */
MUST_CHECK int log_sign(struct store_txn *txn, struct log_head *head, const struct popup_id *popup,
                        const struct secret_key *secret);

/* --- runs from and to peers --- */

struct run_event {
    struct bytes bytes; /* verbatim, borrowed from the message or the store */
    struct hash hash;   /* its chain hash; filled in by run_verify() and run_read() */
    /* Filled in by run_verify() only, which decodes them anyway: */
    struct entity_id entity;
    uint32_t type;
};

struct run {
    uint64_t log;
    uint64_t first_seq;
    uint32_t count;
    struct run_event events[RUN_EVENTS_MAX];
    struct signature signature; /* over the last event's chain hash */
};

static inline uint64_t run_last_seq(const struct run *run)
{
    return run->first_seq + run->count - 1;
}

/* Check a run that a peer sent, whose log, first_seq, count, signature and events[].bytes are
 * filled in, against our @head of that log (log_head_init() for a log that is new here). Nothing
 * is written; events[] get their hash, entity and type. Events that @head has already are dropped
 * from the front of @run first.
 *
 * Returns 0 and the head after the run, or:
 *   ERR_GAP             it begins beyond our head: ask from head->seq
 *   ERR_EXISTS          we have all of it
 *   ERR_MISMATCH        it is of another log
 *   ERR_MALFORMED, ERR_TOO_LARGE, ERR_TOO_MANY
 *                       empty, an envelope or a limit is broken, or event 1 is no log.open
 *   ERR_BAD_SIGNATURE   forged, or it continues another branch than ours
 */
MUST_CHECK int run_verify(struct run *run, const struct popup_id *popup,
                          const struct log_head *head, struct log_head *ret_head);

/* Write what run_verify() accepted: events, entity index, signature and @head, which it returned.
 * ERR_FULL, ERR_IO: the transaction can only be aborted. */
MUST_CHECK int run_store(struct store_txn *txn, const struct run *run, const struct log_head *head);

/* Write the first @count events of @run, which run_verify() accepted against log_head_at(), over
 * what the disk made of them, and the signature when that are all: the one way in which a stored
 * event is ever written again. ERR_FULL, ERR_IO. */
MUST_CHECK int run_mend(struct store_txn *txn, const struct run *run, uint32_t count);

/* The stored events of @log from @from_seq on, up to the last signature within @bytes_max event
 * bytes (at most RUN_BYTES_MAX count) and RUN_EVENTS_MAX events; at least up to the first
 * signature. The bytes are borrowed from @txn. @ret_run is scratch after a failure.
 *
 * ERR_NOT_FOUND   nothing from @from_seq on
 * ERR_IO, ERR_MALFORMED (damaged store)
 */
MUST_CHECK int run_read(struct store_txn *txn, uint64_t log, uint64_t from_seq, size_t bytes_max,
                        struct run *ret_run);

/* The same, but no signature beyond the first one at or after @last_seq. */
MUST_CHECK int run_read_to(struct store_txn *txn, uint64_t log, uint64_t from_seq,
                           uint64_t last_seq, size_t bytes_max, struct run *ret_run);

/* --- the whole log --- */

struct log_report {
    uint64_t log;
    uint64_t seq; /* the last event that was looked at: where the problem is */
    uint64_t events;
    uint64_t signatures;
    uint64_t event_bytes;
    const char *problem; /* a sentence, static; NULL = none */
};

/* Check everything that is stored of the log of @head: events without a hole, each a well-formed
 * envelope and in the entity index, the chain and the stored hashes, every signature, the last one
 * on the last event, and the head. @ret_report is written also on failure.
 *
 * Returns 0, or ERR_BAD_CHAIN, ERR_BAD_SIGNATURE, ERR_GAP, ERR_MALFORMED with a problem; or ERR_IO.
 */
MUST_CHECK int log_verify(struct store_txn *txn, const struct popup_id *popup,
                          const struct log_head *head, struct log_report *ret_report);

#endif
