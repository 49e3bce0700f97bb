/* messenger_state.h - what the files of the messenger share.
 *
 * Layer: gateway. All of it is the messenger's own thread's, except what the worker guards.
 */
#ifndef TRESTLE_GATEWAY_NOTIFY_MESSENGER_STATE_H
#define TRESTLE_GATEWAY_NOTIFY_MESSENGER_STATE_H

#include "gateway/notify/messenger.h"
#include "gateway/worker/worker.h"
#include "node/api/state.h"
#include "node/store/store_lmdb.h"
#include "sync/domain/blob.h"
#include "sync/domain/menu.h"

enum {
    WATCHED_MAX = 4096,                   /* recipients of some days */
    WATCHED_UNPAID_MAX = WATCHED_MAX / 2, /* where orders that nobody answered for find room */
    SENDINGS_MAX = HTTPS_CALLS_MAX,       /* of each channel */
    SENDINGS_SITE_MAX = 4, /* of them to one site: who tells us dead ones holds up few */
};

/* A recipient with a row, in memory. */
struct watched {
    struct recipient_id id;
    struct entity_id erasure; /* of the order's blob_hash_of_messages() */
    bool is_due;
    bool is_changed;                       /* the order, or his wish */
    bool is_gone;                          /* forgotten in this turn */
    uint64_t hour_ms;                      /* since when no hour without a change was counted */
    int64_t ahead_s;                       /* his push service's clock minus ours, as it told */
    uint64_t next_ms;                      /* look again then; UINT64_MAX = no need */
    uint64_t accepted_ms;                  /* since when we see it accepted; 0 = it is not */
    uint64_t not_before_ms[CHANNEL_COUNT]; /* after a failure */
    uint32_t failures[CHANNEL_COUNT];      /* without a success between them */
};

struct sending {
    uint64_t name; /* of the call; 0 = free */
    struct recipient_id id;
    enum news news;
    char site[ENDPOINT_SITE_BYTES]; /* of a push */
    bool is_out;                    /* false: after the commit */
    bool is_stale;                  /* its address was replaced or erased meanwhile */
    struct letter letter;
};

struct messenger {
    struct messenger_config config;
    struct https *https[CHANNEL_COUNT]; /* NULL where it is not offered */
    struct store_lmdb *store;

    struct worker worker; /* with: */
    struct wish asks[MESSENGER_ASKS_MAX];
    struct annex_answer answers[MESSENGER_ASKS_MAX];

    /* The turn. */
    struct store_txn *txn, *node;
    uint64_t now_ms, next_ms; /* monotonic; turn again then */
    bool is_dirty;

    struct history *history;
    struct order *order;
    struct recipient recipient; /* the one that is looked at */
    struct cursor cursor;
    uint64_t day; /* the pop-up's trading day */
    bool is_day_closed;
    uint64_t names;
    bool is_day_full;   /* it was said that no more SMS go today */
    bool is_undone;     /* the last turn was: who is watched may not be who has a row */
    uint32_t look_from; /* after whom something was sent to last */
    uint64_t line_ms[CHANNEL_COUNT]; /* when a call got through last; 0 = none did */
    uint32_t watched_count;
    struct watched watched[WATCHED_MAX];
    struct sending sendings[CHANNEL_COUNT][SENDINGS_MAX];
};

/* All that return an error: ERR_FULL, ERR_IO of the own store; the turn is undone then. */

/* --- messenger.c --- */

/* As messenger_start() and messenger_stop(), without the thread: turns are the caller's. */
MUST_CHECK int messenger_open(const struct messenger_config *config,
                              struct messenger **ret_messenger);
void messenger_close(struct messenger *messenger);
/* One turn; messenger->next_ms: when the next is due at the latest. */
void messenger_turn(struct messenger *messenger);
/* Turn again at @at_ms at the latest. */
void messenger_again(struct messenger *messenger, uint64_t at_ms);

/* --- messenger_asks.c --- */

/* Answers who asked since the last turn. ERR_FULL, ERR_IO of the own store. */
MUST_CHECK int messenger_asks_turn(struct messenger *messenger);

/* --- messenger_orders.c --- */

/* Looks at orders that changed. 0, also when the node's store cannot be read now: that is no
 * failure of the own one, and it is tried again. */
MUST_CHECK int messenger_orders_turn(struct messenger *messenger);
/* NULL: WATCHED_MAX are. Known ones are found. */
struct watched *watch(struct messenger *messenger, const struct recipient_id *id);
struct watched *watched_find(struct messenger *messenger, const struct recipient_id *id);
/* Watches all that have a row, and nobody else; those known stay as they are. A spoilt row is
 * forgotten. */
MUST_CHECK int messenger_watch_all(struct messenger *messenger, struct store_txn *txn);

/* --- messenger_look.c --- */

/* The order as it is now into messenger->order. ERR_NOT_FOUND, ERR_MALFORMED, ERR_IO. */
MUST_CHECK int messenger_order_read(struct messenger *messenger, const struct entity_id *id);
/* Where its messages go was erased, on whatever device. */
MUST_CHECK int messenger_is_erased(struct messenger *messenger, const struct entity_id *id,
                                   bool *ret_is_erased);
/* What is true of messenger->order. */
uint32_t messenger_news(const struct messenger *messenger, const struct watched *watched);
MUST_CHECK int messenger_look_turn(struct messenger *messenger);

/* --- messenger_forget.c; messenger->order and messenger->recipient are read --- */

/* Counts the hours without a change. */
void idle_note(struct messenger *messenger, struct watched *watched);
/* Of a day long gone, or nothing happened for so long: whatever is to be told. */
bool messenger_is_past(const struct messenger *messenger);
/* Its day and it are over, and all of that is told. */
bool messenger_is_settled(const struct messenger *messenger, const struct watched *watched);
/* Nothing of him stays. */
MUST_CHECK int messenger_forget(struct messenger *messenger, struct watched *watched);
/* Who was forgotten is not watched any more. */
void watched_compact(struct messenger *messenger);

/* --- messenger_calls.c --- */

/* To messenger->recipient. NULL: too many are out, or too many to his site. */
struct sending *sending_new(struct messenger *messenger, enum channel channel);
/* Whether a call to @id is under way, or about to be. */
bool sending_is_there(const struct messenger *messenger, const struct recipient_id *id,
                      enum channel channel);
/* The address of @id changed: what is out is not told to it. */
void sendings_stale(struct messenger *messenger, const struct recipient_id *id,
                    enum channel channel);
void sending_close(struct sending *sending);
MUST_CHECK int messenger_calls_turn(struct messenger *messenger);
/* After the commit. */
void messenger_calls_release(struct messenger *messenger);

#endif
