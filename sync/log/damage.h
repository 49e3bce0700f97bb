/* damage.h - events of the journal that the disk spoilt: listed until they are whole again.
 *
 * Layer: sync/log (pure). LMDB has no checksums, so every record carries its own: the chain hash
 * beside an event, and the signature at the end of a run. What does not fit them is listed in
 * TABLE_LOCAL, "bad" be64 log be40 seq -> empty: not served to peers, and to be fetched from them.
 */
#ifndef TRESTLE_SYNC_LOG_DAMAGE_H
#define TRESTLE_SYNC_LOG_DAMAGE_H

#include "sync/log/run.h"

/* List it; @ret_is_new: it was not yet. ERR_FULL, ERR_IO. */
MUST_CHECK int damage_mark(struct store_txn *txn, uint64_t log, uint64_t seq, bool *ret_is_new);

/* Take it off the list, if it is there. ERR_FULL, ERR_IO. */
MUST_CHECK int damage_clear(struct store_txn *txn, uint64_t log, uint64_t seq);

/* The first listed at or after (@log, @seq), in order of log and seq. ERR_NOT_FOUND, ERR_IO. */
MUST_CHECK int damage_next(struct store_txn *txn, uint64_t log, uint64_t seq, uint64_t *ret_log,
                           uint64_t *ret_seq);

/* Whether an event of @log from @first_seq to @last_seq is listed. ERR_IO. */
MUST_CHECK int damage_within(struct store_txn *txn, uint64_t log, uint64_t first_seq,
                             uint64_t last_seq, bool *ret_is);

/* Whether the chain hash stored with event @seq of the log of @head is the one that follows from
 * the event and from the hash before it: else one of the three is spoilt, or not here. ERR_IO. */
MUST_CHECK int damage_is_chained(struct store_txn *txn, const struct popup_id *popup,
                                 const struct log_head *head, uint64_t seq, bool *ret_is);

/* The first event of @run, which was read from the store, whose hash is not the one that follows
 * from it and from the hash before; 0 = there is none. ERR_IO. */
MUST_CHECK int damage_of_run(struct store_txn *txn, const struct popup_id *popup,
                             const struct log_head *head, const struct run *run, uint64_t *ret_seq);

/* Whether the stored event @seq of the log of @head fits what stands beside it: the hash before it,
 * its own, the entity index, a signature if one stands there, and the head at the log's end. What
 * can be set right from the rest without anybody's help is: its row in the entity index, and a
 * chain hash to which both neighbours agree (@ret_is_written). Whatever else is missing or wrong is
 * @ret_is_good = false. ERR_FULL, ERR_IO. */
MUST_CHECK int damage_look(struct store_txn *txn, const struct popup_id *popup,
                           const struct log_head *head, uint64_t seq, bool *ret_is_good,
                           bool *ret_is_written);

#endif
