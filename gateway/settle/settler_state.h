/* settler_state.h - what the files of the settler share.
 *
 * Layer: gateway. All of it is the settler's own thread's, except what the worker guards.
 */
#ifndef TRESTLE_GATEWAY_SETTLE_SETTLER_STATE_H
#define TRESTLE_GATEWAY_SETTLE_SETTLER_STATE_H

#include <stdatomic.h>

#include "gateway/https/https.h"
#include "gateway/settle/draft.h"
#include "gateway/settle/notes.h"
#include "gateway/settle/orphans.h"
#include "gateway/settle/outbox.h"
#include "gateway/settle/settler.h"
#include "gateway/settle/waits.h"
#include "gateway/stripe/reply.h"
#include "gateway/stripe/request.h"
#include "gateway/worker/worker.h"
#include "node/api/state.h"
#include "node/store/store_lmdb.h"

enum {
    FLIGHTS_MAX = HTTPS_CALLS_MAX,
    FLIGHTS_SPARE = 4, /* not for attempts: customers and lists get through */
    ERRANDS_MAX = 32,
    TOLD_MAX = 64, /* commands that the core has of us */
    PAUSES_MAX = 256,
    PAYMENTS_MAX = 64,
};

/* --- calls --- */

/* X(name, the object that its answer must be) */
#define FLIGHT_KINDS(X)                                                                            \
    X(FLIGHT_NONE, "")                                                                             \
    X(FLIGHT_ATTEMPT, "payment_intent") /* or "refund" */                                          \
    X(FLIGHT_LOOK, "payment_intent")    /* or "list", of refunds */                                \
    X(FLIGHT_EVENTS, "list")                                                                       \
    X(FLIGHT_INTENTS, "list")                                                                      \
    X(FLIGHT_SECRET, "payment_intent") /* of an intent that a customer wants to pay */             \
    X(FLIGHT_WHOSE, "payment_intent")  /* of a refund or dispute: its metadata says it */          \
    X(FLIGHT_ORPHAN, "payment_intent") /* whose order came: its facts are told to it */            \
    X(FLIGHT_HOLD, "payment_intent")   /* when the bank lets go of it, or that it did */           \
    X(FLIGHT_HOOK, "event")            /* no call: an event that came by itself */

enum flight_kind {
#define X(name, object) name,
    FLIGHT_KINDS(X)
#undef X
        FLIGHT_KIND_COUNT
};

/* A call to an attempt with bytes of its own. */
struct kept_call {
    struct entity_id order;
    struct provider_call call;
    uint8_t bytes[PROVIDER_CALL_BYTES_MAX];
};

struct flight {
    enum flight_kind kind;
    uint64_t name;       /* of the call at https */
    bool is_sent;        /* false: after the commit */
    struct kept_call of; /* ATTEMPT, LOOK: the attempt; SECRET, WHOSE, ORPHAN, HOLD: its intent;
                            SECRET, ORPHAN, HOLD: its order */
    uint64_t event;      /* HOOK: the number of its row; SECRET: who asks */
    uint32_t asker;      /* WHOSE: the errand that wants to know */
    struct stripe_request request;
};

/* What the provider said, being told: each fact in it becomes a command; when all are durable the
 * errand is done, and what it was for is concluded. */
struct errand {
    struct flight flight;       /* FLIGHT_NONE: free */
    struct stripe_reply *reply; /* NULL: none came, or it is not JSON */
    enum attempt_outcome outcome;
    uint32_t index;   /* the next object to tell */
    uint32_t waiting; /* commands of it that the core has */
    bool is_read;     /* all of it was looked at */
    bool is_asking;   /* whose a fact is */
    bool is_failed;   /* something could not be told: all of it again, later */
    bool is_short;    /* something was passed over, as nobody can tell now whose it is: */
    size_t unread_size;
    uint8_t unread[PROVIDER_ID_BYTES_MAX]; /* the last such intent, which was read in vain */
};

/* A command of ours in the core. */
struct told {
    uint64_t request; /* 0 = free */
    int32_t errand;   /* -1 = none: a rule's own, of: */
    struct entity_id order;
    enum command_kind kind;
    struct orphan orphan; /* an intent's, should its order not be here; its id in: */
    uint8_t intent[PROVIDER_ID_BYTES_MAX];
};

/* An attempt that is not to be sent before. */
struct pause {
    struct kept_call of;
    uint64_t until_ms; /* 0 = free */
};

/* --- lists --- */

struct list {
    uint64_t next_ms;  /* when to read it; UINT64_MAX = it is being read */
    int64_t since_s;   /* this time */
    int64_t date_s;    /* of the first page: the next time from there */
    uint64_t ended_ms; /* when it was read last */
    uint64_t deep_ms;  /* when to read further back again */
    uint32_t failures;
    uint32_t page_max; /* objects of a page: fewer after one that could not be read */
    bool is_short;     /* something in it was passed over: the next time from the same place, ... */
    uint64_t short_ms; /* ... for a while since then; 0 = nothing was */
};

/* --- customers --- */

enum payment_stage { PAYMENT_NONE, PAYMENT_READ, PAYMENT_SECRET, PAYMENT_CREATE };

struct payment {
    enum payment_stage stage;
    uint64_t request;
    struct entity_id order;
    struct draft draft;
    uint64_t until_ms;
};

struct ask {
    bool is_event;
    struct entity_id order;
    char id[PROVIDER_ID_BYTES_MAX + 1];
    struct text body;
};

struct settler {
    struct settler_config config;
    struct https *https;
    struct store_lmdb *store;

    struct worker worker; /* with: */
    struct ask asks[SETTLER_ASKS_MAX];
    struct annex_answer answers[SETTLER_ASKS_MAX];
    struct settler_depth depth; /* likewise, of attempts */
    struct waits shown; /* a copy, for who asks how long a hold stands; its bell's lock guards it */
    _Atomic size_t asked_bytes;

    _Atomic int64_t offset_ms; /* the provider's clock minus the one that counts while we sleep */

    /* The turn. */
    struct store_txn *txn;
    uint64_t now_ms, next_ms; /* monotonic; turn again then */
    bool is_dirty;            /* the transaction holds something */

    /* Orders. */
    struct history *history;
    struct order *order;
    struct plan *plan;
    struct gate_live live;
    struct cursor cursor;
    bool is_scanned;                       /* every order was looked at once */
    char currency[CURRENCY_BYTES_MAX + 1]; /* lower case */
    uint32_t copies;
    struct waits waits;
    uint64_t rescan_ms; /* when to look at every order again: too many waited; 0 = need not be */

    /* The provider. */
    uint64_t names;
    bool is_dated;      /* the provider told what time it is: nothing is done before */
    uint64_t shut_ms;   /* our key is not taken: nothing is sent before */
    uint64_t hook_ms;   /* when an event came by itself; 0 = never */
    uint64_t opened_ms; /* when a customer got a payment form */
    uint64_t events_ms; /* when to look at the events that came */
    uint64_t forget_ms; /* when to forget what is old */
    uint64_t depth_ms;  /* when to count the attempts again */
    uint64_t revive_ms; /* when to try again what would not be cancelled */
    struct list events, intents;
    struct orphans orphans;
    struct orphan_orders orphan_orders; /* good in orders_turn() when: */
    bool is_orphans_noted;
    struct flight flights[FLIGHTS_MAX];
    struct errand errands[ERRANDS_MAX];
    struct told told[TOLD_MAX];
    struct pause pauses[PAUSES_MAX];
    struct payment payments[PAYMENTS_MAX];
};

/* All that return an error: ERR_FULL, ERR_IO of the own store; the turn is undone then. */

/* --- settler.c --- */

/* As settler_start() and settler_stop(), without the thread: turns are the caller's. */
MUST_CHECK int settler_open(const struct settler_config *config, struct settler **ret_settler);
void settler_close(struct settler *settler);
/* One turn; settler->next_ms: when the next is due at the latest. */
void settler_turn(struct settler *settler);

/* Turn again at @at_ms at the latest. */
void settler_again(struct settler *settler, uint64_t at_ms);
int64_t settler_now_ms(const struct settler *settler);
void kept_call_set(struct kept_call *kept, const struct entity_id *order,
                   const struct provider_call *call);
struct bytes settler_currency(const struct settler *settler);

/* --- settler_doors.c --- */

/* Others may see how long orders wait. */
void waits_show(struct settler *settler);

/* --- settler_orders.c --- */

/* Plans orders that changed or are due. 0 also when the node's store cannot be read now: it is
 * looked at again. Else an error of either store, after which the turn comes to nothing. */
MUST_CHECK int orders_turn(struct settler *settler);
/* The order as it is now into settler->order. ERR_NOT_FOUND, ERR_MALFORMED, ERR_IO, ERR_BUSY. */
MUST_CHECK int order_read(struct settler *settler, const struct entity_id *id);
/* The call as the plan of now asks for it; *@ret_call NULL: it does not. ERR_BUSY, ERR_IO,
 * ERR_MALFORMED: nobody can tell now. */
MUST_CHECK int order_wants(struct settler *settler, const struct kept_call *of,
                           const struct provider_call **ret_call);
/* Plan the order again after @wait_ms at the latest. */
void order_again(struct settler *settler, const struct entity_id *id, uint64_t wait_ms);

/* --- settler_calls.c --- */

/* NULL: too many fly. Its request is the caller's to fill. */
struct flight *flight_new(struct settler *settler, enum flight_kind kind, uint32_t spare);
void flight_close(struct flight *flight);
/* Read @intent of @order, FLIGHT_ORPHAN or FLIGHT_HOLD, unless such a call is on its way or its
 * answer is being told. False: not now, as no more than @spare places are free. */
MUST_CHECK bool intent_ask(struct settler *settler, enum flight_kind kind, uint32_t spare,
                           const struct entity_id *order, struct bytes intent);
/* Answers that came, as errands; as many as there is room for. */
void answers_take(struct settler *settler);
/* After the commit. */
void calls_release(struct settler *settler);

/* --- settler_attempts.c --- */

/* Begins what is ready to be sent; nothing until all orders were looked at once and the provider
 * said what time it is. An error of the own store. */
MUST_CHECK int attempts_turn(struct settler *settler);
/* Somebody waits for this call: what is left of its pause is as short as its first one. */
void attempt_hurry(struct settler *settler, const struct entity_id *order,
                   const struct provider_call *call);
MUST_CHECK int attempt_conclude(struct settler *settler, const struct errand *errand);

/* --- settler_facts.c --- */

/* A free one, NULL = all are used. */
struct errand *errand_new(struct settler *settler);
void errand_close(struct errand *errand);
/* What the core answered, then what there is to tell. */
MUST_CHECK int facts_turn(struct settler *settler);
/* Push a command of a rule's own; false: not now. */
bool rule_tell(struct settler *settler, bool is_lapse);
/* Whose an object is that the provider told of. ERR_MISMATCH: not ours; ERR_NOT_FOUND: its intent
 * must be read; ERR_IO. */
MUST_CHECK int fact_order(const struct settler *settler, const struct stripe_fact *fact,
                          struct entity_id *ret_order);

/* --- settler_lists.c --- */

/* Nothing of either list is read yet. */
void lists_begin(struct settler *settler);
MUST_CHECK int lists_turn(struct settler *settler);
MUST_CHECK int list_conclude(struct settler *settler, const struct errand *errand);
/* An intent may be there that nobody knows: read them soon. */
void lists_look_soon(struct settler *settler);
/* A customer has a form. */
void lists_opened(struct settler *settler);

/* --- settler_orphans.c --- */

/* Those that nobody claimed for long enough are cancelled. */
MUST_CHECK int orphans_turn(struct settler *settler);
/* settler->order is here: payments that named it before it was are read, and told to it. */
MUST_CHECK int orphans_claim(struct settler *settler);
MUST_CHECK int orphan_conclude(struct settler *settler, const struct errand *errand);

/* --- settler_holds.c --- */

/* settler->order is planned: what of its holds is to be read is asked for. *@again_ms, from now,
 * becomes less where it is to be looked at sooner. */
MUST_CHECK int holds_look(struct settler *settler, uint64_t *again_ms);
MUST_CHECK int hold_conclude(struct settler *settler, const struct errand *errand);

/* --- settler_pay.c --- */

/* A customer wants to pay @order; @request is answered when the provider has, with ERR_BUSY at once
 * when too many wait. */
void payments_add(struct settler *settler, uint64_t request, const struct entity_id *order);
MUST_CHECK int payments_turn(struct settler *settler);
/* The order is another than was asked for: those who want to pay it look again. */
void payments_again(struct settler *settler, const struct kept_call *of);
/* What became of CALL_CREATE: @intent NULL = nothing. */
void payments_created(struct settler *settler, const struct kept_call *of,
                      const struct stripe_fact *intent);
/* The intent was read. */
MUST_CHECK int payments_secret(struct settler *settler, const struct errand *errand);
/* Whether @intent, of STRIPE_INTENT, is what was asked for; if not it is on its way to be
 * cancelled. */
MUST_CHECK int payments_check(struct settler *settler, const struct entity_id *order,
                              int64_t amount_minor, const struct stripe_fact *intent,
                              bool *ret_is_right);

#endif
