/* salvage.h - a signed run of a forked log, carried by somebody else's log: its body, and the table
 * in which each event that it carries is found again.
 *
 * Layer: sync/log (pure). A fork voids every branch from its first different event on, and what is
 * voided is not relayed. Whoever holds such events re-emits them, run by run, in a `salvage` under
 * its own log. The run proves itself, by the signature of the log that wrote it, so that no trust
 * in the carrier is needed; its events keep their identity (log, seq, hash) and their entity.
 *
 *   salvage = [bin8 log, bin32 log key, uint first seq, bin32 h(first seq - 1), [element, ...],
 *              bin64 sig, ...]
 *   element = bin event, or [bin32 eh] for one that is not carried, only chained over: salvage
 *             (what it carries is carried again by itself) and log.fork (it is stated again)
 *
 * TABLE_SALVAGE, all of it rebuilt from the journal by salvage_index(); `carrier` is the place
 * (log8 seq5) of the salvage event. Only runs whose signature is good are in it.
 *
 *   1 entity12 log8 seq5 hash16 carrier  ->  be16 position in the run
 *   2 log8 seq5 hash16 carrier           ->  be16 position, seq5 first of the run,
 *                                            hash16 before it, be32 type, entity12
 *   3 carrier                            ->  nothing: it is entered
 *   4 log8                               ->  be64 bytes of all that carries runs of it
 */
#ifndef TRESTLE_SYNC_LOG_SALVAGE_H
#define TRESTLE_SYNC_LOG_SALVAGE_H

#include "sync/log/run.h"

struct salvage {
    uint64_t log;
    struct public_key log_key;
    uint64_t first_seq;
    struct hash before;
    uint32_t count;    /* elements */
    struct bytes list; /* encoded, back to back, borrowed */
    struct signature signature;
};

/* One element of the run. */
struct salvaged {
    struct bytes event; /* empty = only chained over */
    struct hash event_hash;
};

/* Encode @run, whose log has @log_key and the chain hash @before before it. ERR_TOO_LARGE. */
MUST_CHECK int salvage_encode(const struct run *run, const struct public_key *log_key,
                              const struct hash *before, void *buffer, size_t capacity,
                              struct bytes *ret_body);

/* ERR_MALFORMED, ERR_TOO_LARGE, ERR_TOO_MANY. */
MUST_CHECK int salvage_decode(struct bytes body, struct salvage *ret_salvage);

/* Check chain and signature. ERR_BAD_SIGNATURE, ERR_MISMATCH (another key's log), ERR_MALFORMED (an
 * event that nobody may write). */
MUST_CHECK int salvage_verify(const struct salvage *salvage, const struct popup_id *popup);

/* The next element; @reader was started on salvage.list. False at the end. */
bool salvage_next(struct reader *reader, struct salvaged *ret_element);

/* --- the table --- */

/* Where an event of a salvaged run is found. */
struct salvaged_row {
    struct operation id; /* its own identity */
    struct log_place {
        uint64_t log, seq;
    } carrier;
    uint32_t position;
    uint64_t first_seq; /* of the run; 0 in rows by entity */
    uint8_t before[OPERATION_HASH_BYTES];
    uint32_t type;
    struct entity_id entity;
};

/* Enter what the salvage event at (@log, @seq) carries, if it is good; @bytes are not borrowed from
 * @txn. The pop-up is the store's own (TABLE_META). ERR_FULL, ERR_IO. */
MUST_CHECK int salvage_index(struct store_txn *txn, uint64_t log, uint64_t seq, struct bytes bytes);

/* Whether all rows of that salvage stand in the table as they should; true when it is void. ERR_IO.
 */
MUST_CHECK int salvage_is_indexed(struct store_txn *txn, uint64_t log, uint64_t seq,
                                  struct bytes bytes, bool *ret_is);

/* Whether the sum that is kept of @log is that of its rows. ERR_IO. */
MUST_CHECK int salvage_size_is_right(struct store_txn *txn, uint64_t log, bool *ret_is);

/* The way back: whether that row of the table is of a salvage in the journal. Together with
 * salvage_is_indexed() of every salvage the table is all right. ERR_IO. */
MUST_CHECK int salvage_row_is_right(struct store_txn *txn, struct bytes key, struct bytes value,
                                    bool *ret_is);

/* The entity that a row of the table is found by; false when it is another kind of row. */
bool salvage_row_entity(struct bytes key, struct entity_id *ret_entity);

/* Rows in order of their keys: open a cursor on TABLE_SALVAGE, then first, then next until
 * ERR_NOT_FOUND. By entity: all of @entity. By log: all of @from->log from @from on. By identity:
 * the carriers of @id. ERR_IO, ERR_MALFORMED (damaged row). */
struct salvage_cursor {
    struct store_cursor cursor;
    uint8_t prefix[1 + 8 + 5 + OPERATION_HASH_BYTES];
    size_t prefix_size;
};
MUST_CHECK int salvage_of_entity(struct salvage_cursor *cursor, struct store_txn *txn,
                                 const struct entity_id *entity, struct salvaged_row *ret_row);
MUST_CHECK int salvage_of_log(struct salvage_cursor *cursor, struct store_txn *txn,
                              const struct operation *from, struct salvaged_row *ret_row);
MUST_CHECK int salvage_of_operation(struct salvage_cursor *cursor, struct store_txn *txn,
                                    const struct operation *id, struct salvaged_row *ret_row);
MUST_CHECK int salvage_row_next(struct salvage_cursor *cursor, struct salvaged_row *ret_row);
/* Passing over what is of no use, at the cost of one look: from @row, the last one given, to the
 * first of another event (rows by entity), or by a carrier in another log (rows by identity). */
MUST_CHECK int salvage_row_of_next_event(struct salvage_cursor *cursor,
                                         const struct salvaged_row *row,
                                         struct salvaged_row *ret_row);
MUST_CHECK int salvage_row_of_next_log(struct salvage_cursor *cursor,
                                       const struct salvaged_row *row,
                                       struct salvaged_row *ret_row);
void salvage_cursor_close(struct salvage_cursor *cursor);

/* Whether the salvage at @carrier carries @id. ERR_IO. */
MUST_CHECK int salvage_carries(struct store_txn *txn, const struct log_place *carrier,
                               const struct operation *id, bool *ret_does);

/* The entity after @after that a salvaged event is about. ERR_NOT_FOUND, ERR_IO, ERR_MALFORMED. */
MUST_CHECK int salvage_entity_after(struct store_txn *txn, const struct entity_id *after,
                                    struct entity_id *ret_entity);

/* Bytes of all salvages that carry runs of @log. ERR_IO. */
MUST_CHECK int salvage_bytes_of(struct store_txn *txn, uint64_t log, uint64_t *ret_bytes);

/* The event that @row names, borrowed from @txn. ERR_IO, ERR_MALFORMED (damaged store). */
MUST_CHECK int salvaged_event(struct store_txn *txn, const struct salvaged_row *row,
                              struct bytes *ret_event);

#endif
