/* request.h - idempotency: the answer to a request is written in the transaction of its events, so
 * a retry gets the same answer and no second order.
 *
 * Layer: sync/domain (pure). Only successes are kept: a refusal changed nothing and is judged anew.
 * Records stand under the trading day in which they were made and go two days later.
 *
 *   key    be64 day || 16 bytes of BLAKE2b("trestle/request/1" || be64 session || key)
 *   value  [bin32 body hash, kind, bin12 entity, bin8 log, seq, events, number, day, int total, int
 * change]
 */
#ifndef TRESTLE_SYNC_DOMAIN_REQUEST_H
#define TRESTLE_SYNC_DOMAIN_REQUEST_H

#include "sync/domain/till.h"

/* What a command answered. */
struct answer {
    enum kind kind;
    struct entity_id entity;
    uint64_t log, seq; /* the last event */
    uint32_t events;   /* written; 0 = it was so already */
    uint32_t number;   /* of a placed order; of a refusal about an item of the menu: the item's */
    struct choice_place choice; /* of such a refusal, because this choice is out. Not kept */
    uint64_t day;
    int64_t total_minor, change_minor;
    uint64_t carts_changed[2]; /* whose: the sessions of one that is other now and of one that made
                                  room; 0 = none. Not kept: they were told */
    bool is_asked_for; /* a refusal to who is patient: others have what is lacking, and are asked
                          for it. Not kept */
};

/* The kept answer to this key of this session, made on @day or the day before. ERR_NOT_FOUND;
 * ERR_CONFLICT: the key was used for another body; ERR_IO. */
MUST_CHECK int request_find(struct store_txn *txn, const struct command *command, uint64_t day,
                            struct answer *ret_answer);

/* Keep an answer. ERR_FULL, ERR_IO. */
MUST_CHECK int request_keep(struct store_txn *txn, const struct command *command, uint64_t day,
                            const struct answer *answer);

/* Drop up to @count records that are older than the day before @day. ERR_FULL, ERR_IO. */
MUST_CHECK int request_forget(struct store_txn *txn, uint64_t day, uint32_t count);

#endif
