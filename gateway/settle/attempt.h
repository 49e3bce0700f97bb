/* attempt.h - one call to the provider until its outcome is known: what is sent, with which key,
 * and when again.
 *
 * Layer: gateway (pure). An attempt is written durably before its first byte leaves, and after each
 * answer. A connection that breaks before the provider worked and one that breaks after it look the
 * same; so whatever is not known to be done is sent again, the same bytes under the same key, and
 * the provider does it once. It may forget a key after a day: from ATTEMPT_KEY_MS on the provider's
 * own state is read first. Before a refund it is read each time, and not long before: a second one
 * is money lost, and nothing but the key would prevent it.
 *
 * The source of the table in attempt.c is the provider's documentation of errors and of idempotent
 * requests (docs.stripe.com/error-low-level, docs.stripe.com/api/idempotent_requests).
 */
#ifndef TRESTLE_GATEWAY_SETTLE_ATTEMPT_H
#define TRESTLE_GATEWAY_SETTLE_ATTEMPT_H

#include "gateway/settle/plan.h"

enum {
    ATTEMPT_KEY_MS = 23 * 3600 * 1000, /* the provider keeps keys for 24 hours at least */
    ATTEMPT_STEP_MS = 60 * 1000,       /* a clock that goes back by less is the same clock */
    ATTEMPT_LOOK_MS = 60 * 1000, /* a refund that was looked for longer ago is looked for again */
    ATTEMPT_BACK_OFF_FIRST_MS = 500,
    ATTEMPT_BACK_OFF_LAST_MS = 60 * 1000,
    ATTEMPT_SAME_KEY_MAX = 4, /* server errors under one key: the next would be replayed as well */
    ATTEMPT_KEYS_MAX = 4,     /* in a row; then a person is told */
    ATTEMPT_REST_MS = 60 * 1000, /* until whoever wants to pay may use up as many again */
    ATTEMPT_KEY_TEXT_MAX = 160,
};

/* X(name, number, text). What an answer says of the call. */
#define ATTEMPT_OUTCOMES(X)                                                                        \
    X(OUTCOME_DONE, 0, "done")                                                                     \
    X(OUTCOME_UNKNOWN, 1, "unknown")   /* none, cut short, or not the provider's */                \
    X(OUTCOME_LATER, 2, "later")       /* not executed: too many calls, or another is under way */ \
    X(OUTCOME_BROKEN, 3, "broken")     /* its error, executed or not; kept under the key */        \
    X(OUTCOME_DECLINED, 4, "declined") /* the card was; the intent can be paid with another */     \
    X(OUTCOME_REFUSED, 5, "refused")   /* the object's state has changed, or it is not there */    \
    X(OUTCOME_MISUSED, 6, "misused")   /* the key was used for something else: our mistake */      \
    X(OUTCOME_SHUT, 7, "shut")         /* our secret key is wrong or revoked */

enum attempt_outcome {
#define X(name, number, text) name = (number),
    ATTEMPT_OUTCOMES(X)
#undef X
        OUTCOME_COUNT
};
const char *attempt_outcome_text(enum attempt_outcome outcome);

/* Numbers are on disk. */
enum attempt_state {
    ATTEMPT_SEND = 0,
    ATTEMPT_LOOK = 1, /* up: read the object; what it shows is a fact as any */
    ATTEMPT_DONE = 2,
    ATTEMPT_VOID = 3,  /* overtaken: what was planned is not wanted any more, or not possible */
    ATTEMPT_STUCK = 4, /* a person must look */
    ATTEMPT_STATE_COUNT
};

struct attempt {
    struct entity_id order;
    struct provider_call call;
    enum attempt_state state;
    uint32_t keys;     /* used up before this one */
    uint32_t tries;    /* under this key */
    uint32_t failures; /* in a row, under any: for the back-off */
    int64_t first_ms;  /* this key, by the provider's clock; 0 = never sent */
    int64_t looked_ms; /* when it was looked up last, by the same */
    enum attempt_outcome last;
    bool is_firm; /* wanted until the intent is at its end, whatever the plan says */
};

/* An answer as the client read it. */
struct provider_answer {
    uint32_t status;    /* of HTTP; 0 = none came, or not all of it */
    bool is_the_object; /* the body is complete JSON, with the object that was asked for */
    bool is_an_error;   /* the body is complete JSON, an error of the provider's form */
    bool should_retry;  /* Stripe-Should-Retry: true */
    struct bytes type;  /* error.type, empty if none */
    struct bytes code;  /* error.code, empty if none */
};

enum attempt_outcome attempt_outcome_of(const struct provider_answer *answer);

/* A new one, to be sent; a refund is looked for first: another gateway may have made it so long ago
 * that the provider forgot the key. Ids stay borrowed. */
struct attempt attempt_of(const struct entity_id *order, const struct provider_call *call);

/* The key of the call, NUL-ended: equal wherever the same is planned, on this gateway or another.
 * Of a refund the amount is no part of it: two gateways that knew different amounts to be left must
 * not refund twice; the second is OUTCOME_MISUSED and looks. */
void attempt_key(const struct attempt *attempt, char ret_text[ATTEMPT_KEY_TEXT_MAX]);

/* It is about to be sent at @now_ms, by the provider's clock. What to do instead when its key, or
 * what was seen of a refund, is too old: the state is ATTEMPT_LOOK, and false is answered. */
bool attempt_begin(struct attempt *attempt, int64_t now_ms);

/* The answer to what was sent or, in ATTEMPT_LOOK, to the reading, unless that is OUTCOME_DONE: see
 * attempt_looked(). ms to wait before the next call, to be jittered; 0 at its end. */
uint64_t attempt_end(struct attempt *attempt, enum attempt_outcome outcome);

/* The object was read at @now_ms, by the provider's clock, and its state told as a fact;
 * @is_wanted: the plan still asks for this call. It goes on under its key when that can still do
 * something, else under the next one. */
void attempt_looked(struct attempt *attempt, bool is_wanted, int64_t now_ms);

/* It was at its end, and is planned again: what refused it has passed, and its key would only
 * repeat that. */
void attempt_renew(struct attempt *attempt);

/* It was stuck, and things may have changed: it is looked up, and goes on under keys of its own if
 * it is wanted. A refund keeps its key, lest it is made twice. */
void attempt_revive(struct attempt *attempt);

/* The key for a try that somebody asks for anew, after @attempt came to nothing: how many were used
 * up before it. ERR_LIMIT: so many in a row that he waits for ATTEMPT_REST_MS. */
MUST_CHECK int attempt_again(const struct attempt *attempt, int64_t now_ms, uint32_t *ret_keys);

/* Whether nothing more is to be done about it, by us or by a person. */
bool attempt_is_over(const struct attempt *attempt);

/* Whether it is a cancelling that a person must look at. */
bool attempt_is_stuck_cancel(const struct attempt *attempt);

/* The plan asks for @amount_minor. What was sent under the present key stays as it was. */
void attempt_ask(struct attempt *attempt, int64_t amount_minor);

/* Half to all of @wait_ms, by @chance of 0..UINT32_MAX: many gateways must not come back at once.
 */
uint64_t attempt_jitter(uint64_t wait_ms, uint32_t chance);

#endif
