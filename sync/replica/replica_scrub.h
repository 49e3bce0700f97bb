/* replica_scrub.h - what the files of the scrub share: replica_scrub.c (the pass and its position),
 * replica_scrub_journal.c (what cannot be recomputed), replica_scrub_rows.c (what is made of it).
 *
 * Each looks at one record and moves replica->scrub on; @ret_is_over: there was none left.
 */
#ifndef TRESTLE_SYNC_REPLICA_SCRUB_H
#define TRESTLE_SYNC_REPLICA_SCRUB_H

#include "sync/log/tables.h"
#include "sync/replica/replica.h"

/* The newest events of the log at or after scrub.at.log. ERR_IO, ERR_FULL. */
MUST_CHECK int scrub_tail(struct replica *replica, struct store_txn *txn, struct effects *out,
                          bool *ret_is_over);

/* The event after scrub.at.log, scrub.at.seq, with what is entered of it; or a log's end. ERR_IO,
 * ERR_FULL. */
MUST_CHECK int scrub_journal(struct replica *replica, struct store_txn *txn, struct effects *out,
                             bool *ret_is_over);

/* The first key of @table after @at goes there. ERR_NOT_FOUND, ERR_IO, ERR_MALFORMED: it is none.
 */
MUST_CHECK int scrub_key_after(struct store_txn *txn, enum store_table table, struct key *at);

/* Whether what the row of the state at @key is of has events; whether the row of the index at @key
 * belongs to the stored rows, or of stock to an event. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int scrub_state_is_right(struct store_txn *txn, struct bytes key, bool *ret_is_right);
MUST_CHECK int scrub_index_is_right(struct replica *replica, struct store_txn *txn,
                                    struct bytes key, bool *ret_is_right);

/* The row after scrub.at.row in the table that scrub.at.part, from SCRUB_ENTITIES on, goes through;
 * one that is not as it has to be sets scrub.is_wrong. ERR_IO, ERR_FULL. */
MUST_CHECK int scrub_row(struct replica *replica, struct store_txn *txn, struct effects *out,
                         bool *ret_is_over);

#endif
