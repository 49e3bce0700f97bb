/* turn_parts.h - what the files of a turn share: turn.c (what it has touched), turn_fold.c (each
 * dirty entity folded once and its rows stored), turn_advance.c (from the stored state to the new
 * one, by the turn's own events or from the log).
 *
 * Layer: sync/domain (pure), for those files alone.
 */
#ifndef TRESTLE_SYNC_DOMAIN_TURN_PARTS_H
#define TRESTLE_SYNC_DOMAIN_TURN_PARTS_H

#include "sync/domain/turn.h"

/* turn.c: as turn_reset(), at the cost of what was used. */
void turn_empty(struct turn *turn);

/* turn_advance.c: the entity's history from the log, pruned. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int turn_history_refold(struct store_txn *txn, struct folder *folder, enum kind kind,
                                   const struct entity_id *entity);

/* What folding the entity's stock takes; it borrows from @folder. */
struct stock_fold turn_tally_fold(struct store_txn *txn, struct folder *folder,
                                  const struct entity_id *entity);

/* Bring folder->history to the entity's new state; @ret_old gets the index keys of the stored one.
 * ERR_IO, ERR_MALFORMED. */
MUST_CHECK int turn_history_advance(struct turn *turn, struct store_txn *txn, struct folder *folder,
                                    const struct turn_entity *entity, enum kind kind,
                                    struct index_keys *ret_old);

/* Bring folder->stock to the entity's new state. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int turn_tally_advance(const struct turn *turn, struct store_txn *txn,
                                  struct folder *folder, const struct turn_entity *entity);

#endif
