/* drawer.h - a cash session: the float that a drawer was opened with, what was put in and taken out
 * beside sales, and what was counted at the end.
 *
 * Layer: sync/domain (pure). All of it are facts that commute: each counts once per id, in any
 * order. The session belongs to the log that opened it; the cash that it took is that of the
 * payments and refunds on that log from the opening up to the event that the count names. Thus what
 * a count expects is the same on every device that holds that much of the log, and one that does
 * not says how much it lacks.
 */
#ifndef TRESTLE_SYNC_DOMAIN_DRAWER_H
#define TRESTLE_SYNC_DOMAIN_DRAWER_H

#include "sync/domain/history.h"

/* Bodies. Encoders trust their caller; decoders answer 0, ERR_MALFORMED or ERR_TOO_LARGE. */
struct drawer_open {
    uint64_t number; /* of the till, as people call it: 1.. */
    int64_t float_minor;
    uint64_t day;
};

struct drawer_move {
    struct entity_id id;
    int64_t amount_minor; /* > 0 put in, < 0 taken out */
    struct bytes reason;
};

struct drawer_count {
    struct entity_id id;
    int64_t counted_minor;
    struct bytes note;
    uint64_t through; /* the newest event of the session's log that the writer had */
};

void drawer_open_encode(const struct drawer_open *open, struct writer *writer);
void drawer_move_encode(const struct drawer_move *move, struct writer *writer);
void drawer_count_encode(const struct drawer_count *count, struct writer *writer);
MUST_CHECK int drawer_open_decode(struct bytes body, struct drawer_open *ret_open);
MUST_CHECK int drawer_move_decode(struct bytes body, struct drawer_move *ret_move);
MUST_CHECK int drawer_count_decode(struct bytes body, struct drawer_count *ret_count);

/* What a drawer should hold. */
struct drawer_figures {
    int64_t paid_minor;     /* cash of payments, as it changed hands */
    int64_t refunded_minor; /* cash of refunds, >= 0 */
    int64_t cash_minor;     /* taken in sales less given back */
    int64_t expected_minor; /* float, moves and cash */
    uint64_t missing;       /* events of the log that are not here yet: the figures lack them */
    bool has_overflow;      /* too large to add up: the amounts are 0 */
};

struct drawer {
    struct entity_id id;
    bool is_open; /* somebody opened it; otherwise the rest waits for that */
    uint64_t number, day;
    int64_t float_minor;
    uint64_t log, opened_seq, opened_t, opened_by;
    uint32_t moves_count;
    struct drawer_move moves[DRAWER_MOVES_MAX]; /* by operation; the first of each id */
    int64_t moves_minor;
    uint32_t counts_count;
    struct drawer_count counts[DRAWER_COUNTS_MAX]; /* by operation; the first of each id */
    bool is_opened_twice;  /* by a retry at another device: the cash of one log only is in it */
    bool is_counted_twice; /* both stand, and a manager decides */
    bool has_overflow;     /* of the sum of the moves */
    bool is_cut_short;     /* more moves or counts than the limits allow */
    bool is_opaque;
};

/* @ret_drawer borrows from @history. Never fails. */
void drawer_derive(const struct history *history, struct drawer *ret_drawer);

bool drawer_has_move(const struct drawer *drawer, const struct entity_id *id);
bool drawer_has_count(const struct drawer *drawer, const struct entity_id *id);

/* The figures up to event @through of the session's log; 0 = up to now. Reads every event in
 * between. ERR_IO, ERR_MALFORMED (damaged store). */
MUST_CHECK int drawer_figures(const struct drawer *drawer, struct store_txn *txn, uint64_t through,
                              struct drawer_figures *ret_figures);

/* The newest event of @log that is here; 0 = none. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int log_newest(struct store_txn *txn, uint64_t log, uint64_t *ret_seq);

#endif
