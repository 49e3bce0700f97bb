/* notes.h - what the gateway remembers beside its attempts: whose intents are whose, intents whose
 * order is not here, what a draft was, and where it is in the provider's lists.
 *
 * Layer: gateway (pure: over sync/base/store.h). The rows are in the gateway's own store, in
 * TABLE_LOCAL; none replicates, and all may be lost: the lists are then read from further back.
 *
 *   'I' || intent           be64: when it was noted, by the provider's clock in s;
 *                           || order, or nothing: not one of ours
 *   'O' || intent           [version, order, state, amount, created s]: an orphan
 *   'H' || intent           be64: when its hold was read last, by the provider's clock in s
 *   'B' || order || draft   the lines of the draft, for a person
 *   'P' || letter           be64: a place, by the provider's clock in s
 *   'K'                     BLAKE2b-256("trestle/provider key/1" || secret key): whose all this is
 */
#ifndef TRESTLE_GATEWAY_SETTLE_NOTES_H
#define TRESTLE_GATEWAY_SETTLE_NOTES_H

#include "sync/base/id.h"
#include "sync/base/store.h"
#include "sync/domain/ledger_events.h"

/* --- intents --- */

enum {
    NOTE_KEPT_S = 180 * 86400 /* disputes may come that late; then the provider is asked again */
};

/* @order NULL: it is not ours. Nothing is written when it is known so. ERR_FULL, ERR_IO. */
MUST_CHECK int notes_intent_put(struct store_txn *txn, struct bytes intent,
                                const struct entity_id *order, int64_t now_s);

/* ERR_NOT_FOUND: nobody knows; ERR_MISMATCH: not ours; ERR_IO. */
MUST_CHECK int notes_intent_get(struct store_txn *txn, struct bytes intent,
                                struct entity_id *ret_order);

/* --- holds --- */

/* When the end of the hold was read last. ERR_FULL, ERR_IO. */
MUST_CHECK int notes_hold_put(struct store_txn *txn, struct bytes intent, int64_t read_s);
/* 0: never. ERR_IO. */
MUST_CHECK int notes_hold_get(struct store_txn *txn, struct bytes intent, int64_t *ret_read_s);

/* --- orphans --- */

/* An intent that names an order of this pop-up which is not here. */
struct orphan {
    struct bytes intent; /* borrowed */
    struct entity_id order;
    enum intent_state state;
    int64_t amount_minor;
    int64_t created_s; /* by the provider's clock */
};

/* Whether it is over, or may still cost somebody money. */
static inline bool orphan_is_open(const struct orphan *orphan)
{
    return orphan->state != INTENT_CANCELED && orphan->state != INTENT_SUCCEEDED;
}

/* Insert or replace. ERR_FULL, ERR_IO. */
MUST_CHECK int notes_orphan_put(struct store_txn *txn, const struct orphan *orphan);

/* Bytes are borrowed from the transaction. ERR_NOT_FOUND, ERR_IO, ERR_MALFORMED (a spoilt row). */
MUST_CHECK int notes_orphan_get(struct store_txn *txn, struct bytes intent,
                                struct orphan *ret_orphan);

/* Its order has come. 0 also when there is none. ERR_FULL, ERR_IO. */
MUST_CHECK int notes_orphan_del(struct store_txn *txn, struct bytes intent);

/* The first whose intent is above @after (empty = the very first), borrowed; spoilt rows are passed
 * over. ERR_NOT_FOUND, ERR_IO. */
MUST_CHECK int notes_orphan_next(struct store_txn *txn, struct bytes after,
                                 struct orphan *ret_orphan);

/* --- drafts --- */

/* Keep @brief, what is asked of the provider for @draft of @order. ERR_FULL, ERR_IO. */
MUST_CHECK int notes_brief_put(struct store_txn *txn, const struct entity_id *order,
                               struct bytes draft, struct bytes brief);
/* Borrowed; empty when it is not known. ERR_IO. */
MUST_CHECK int notes_brief_get(struct store_txn *txn, const struct entity_id *order,
                               struct bytes draft, struct bytes *ret_brief);
/* Nothing is asked for it any more. 0 also when there is none. ERR_FULL, ERR_IO. */
MUST_CHECK int notes_brief_del(struct store_txn *txn, const struct entity_id *order,
                               struct bytes draft);

/* --- places --- */

enum { PLACE_EVENTS = 'E', PLACE_INTENTS = 'I' };

/* How far @list was read: seconds since 1970 by the provider's clock. ERR_FULL, ERR_IO. */
MUST_CHECK int notes_place_put(struct store_txn *txn, char list, int64_t seconds);
/* 0 when it was never there. ERR_IO. */
MUST_CHECK int notes_place_get(struct store_txn *txn, char list, int64_t *ret_seconds);

/* --- whose all this is --- */

/* Under another secret key, perhaps another account's, the lists are read from further back, what
 * was not ours may be, and a hold that was not there is. *@ret_is_new: it is another than the last,
 * or the first. ERR_FULL, ERR_IO. */
MUST_CHECK int notes_key_use(struct store_txn *txn, struct bytes secret_key, bool *ret_is_new);

/* --- forgetting --- */

/* Up to @count of what was noted before @before_s: whose intents are, when their holds were read,
 * and orphans that are over; *@ret_count: how many. ERR_FULL, ERR_IO. */
MUST_CHECK int notes_forget(struct store_txn *txn, int64_t before_s, uint32_t count,
                            uint32_t *ret_count);

#endif
