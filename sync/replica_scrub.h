/* replica_scrub.h - what the files of the scrub share: replica_scrub.c (the pass and its position),
 * replica_scrub_journal.c (what cannot be recomputed), replica_scrub_rows.c (what is made of it).
 *
 * Each looks at one record and moves replica->scrub on; @ret_is_over: there was none left.
 */
#ifndef TRESTLE_SYNC_REPLICA_SCRUB_H
#define TRESTLE_SYNC_REPLICA_SCRUB_H

#include "sync/replica.h"

/* The newest events of the log in scrub.slot. ERR_IO, ERR_FULL. */
MUST_CHECK int scrub_tail(struct replica *replica, struct store_txn *txn, struct effects *out,
                          bool *ret_is_over);

/* The event after scrub.log, scrub.seq, with what is entered of it; or a log's end. ERR_IO,
 * ERR_FULL. */
MUST_CHECK int scrub_journal(struct replica *replica, struct store_txn *txn, struct effects *out,
                             bool *ret_is_over);

/* The row after scrub.row in the table that scrub.part, from SCRUB_ENTITIES on, goes through; one
 * that is not as it has to be sets scrub.is_wrong. ERR_IO, ERR_FULL. */
MUST_CHECK int scrub_row(struct replica *replica, struct store_txn *txn, struct effects *out,
                         bool *ret_is_over);

#endif
