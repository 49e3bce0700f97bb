/* outbox.h - the attempts of this gateway, durable: what was to be asked of the provider, what is
 * not known to be done yet.
 *
 * Layer: gateway (pure: over sync/base/store.h). The store is the gateway's own, beside the node's:
 * attempts do not replicate, what comes of them does. A row lies in TABLE_LOCAL under
 *
 *   'A' || order || BLAKE2b-128("trestle/call/1" || kind || be64 amount || size || intent ||
 * wish)
 *
 * so an order's are together and a call that is planned again finds its attempt; of a refund the
 * amount counts as 0, as in its key (attempt.h). The value is [version, kind, intent, wish, amount,
 * state, keys, tries, failures, first ms, looked ms, last outcome, firm].
 */
#ifndef TRESTLE_GATEWAY_SETTLE_OUTBOX_H
#define TRESTLE_GATEWAY_SETTLE_OUTBOX_H

#include "gateway/settle/attempt.h"
#include "sync/base/store.h"

enum {
    OUTBOX_ORDER_MAX = 64,   /* planned attempts of one order */
    OUTBOX_CREATES_MAX = 16, /* and drafts of it that somebody wanted to pay */
    OUTBOX_CALL_BYTES = 16,  /* a call in a key */
    OUTBOX_KEY_BYTES = 1 + ENTITY_ID_BYTES + OUTBOX_CALL_BYTES,
};

/* Insert or replace. 0, ERR_FULL, ERR_IO. */
MUST_CHECK int outbox_put(struct store_txn *txn, const struct attempt *attempt);

/* The attempt at @call. Its bytes are borrowed from the transaction. 0, ERR_NOT_FOUND, ERR_IO;
 * ERR_MALFORMED: the disk spoilt the row. */
MUST_CHECK int outbox_get(struct store_txn *txn, const struct entity_id *order,
                          const struct provider_call *call, struct attempt *ret_attempt);

/* 0 also when there is none. ERR_FULL, ERR_IO. */
MUST_CHECK int outbox_del(struct store_txn *txn, const struct attempt *attempt);

/* Walk the attempts of one order, or of all, in the order of their keys; bytes are borrowed from
 * the transaction. A spoilt row is passed over and counted: the plan makes it anew. */
struct outbox_walk {
    struct store_cursor cursor;
    uint8_t from[OUTBOX_KEY_BYTES]; /* where it begins; of one order's rows with its head */
    bool is_all, is_begun;
    uint32_t spoilt;
};
/* @order NULL = all. 0, ERR_IO. */
MUST_CHECK int outbox_walk_open(struct store_txn *txn, const struct entity_id *order,
                                struct outbox_walk *ret_walk);
/* 0, ERR_NOT_FOUND: there are no more, ERR_IO. */
MUST_CHECK int outbox_walk_next(struct outbox_walk *walk, struct attempt *ret_attempt);
void outbox_walk_close(struct outbox_walk *walk);

/* Take up @plan: a call without an attempt gets one; one whose attempt ended, but which is still
 * asked for, is looked up; a cancelling that is stuck is revived, as the order has changed; a
 * refund's amount is the plan's until it is sent. Of calls that are not asked for any more one that
 * was never sent is void and one that was is looked up. *@ret_is_changed: there is something to
 * commit. 0, ERR_FULL, ERR_IO; ERR_LIMIT: the order has more planned attempts than
 * OUTBOX_ORDER_MAX, a person must look. */
MUST_CHECK int outbox_take(struct store_txn *txn, const struct entity_id *order,
                           const struct plan *plan, bool *ret_is_changed);

/* At start: what is stuck is revived, as a person may have mended it, or put the right key in; and
 * a refund that was about to be sent is looked for again. 0, ERR_FULL, ERR_IO. */
MUST_CHECK int outbox_loosen(struct store_txn *txn);

/* Cancellings that are stuck are revived: what the provider would not cancel a while ago, it may
 * now. *@ret_is_changed as above. 0, ERR_FULL, ERR_IO. */
MUST_CHECK int outbox_revive_cancels(struct store_txn *txn, bool *ret_is_changed);

/* Before one more CALL_CREATE of @order: of too many those at their end are forgotten. 0;
 * ERR_LIMIT: OUTBOX_CREATES_MAX are under way; ERR_FULL, ERR_IO. */
MUST_CHECK int outbox_make_room(struct store_txn *txn, const struct entity_id *order);

/* Forget what is at its end, of an order that is settled. *@ret_is_changed as above. 0, ERR_IO,
 * ERR_FULL. */
MUST_CHECK int outbox_forget(struct store_txn *txn, const struct entity_id *order,
                             bool *ret_is_changed);

#endif
