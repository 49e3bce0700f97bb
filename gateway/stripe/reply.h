/* reply.h - what Stripe sends: answers, lists, events. Each is objects as they were at some moment;
 * an intent, a refund or a dispute among them is a fact for the ledger, wherever it comes from.
 *
 * Layer: gateway; jansson stays inside reply.c. Whatever is not known (fields, types, states) is
 * passed over: new ones appear at any time. A fact's amounts are whole, within MONEY_MAX, and its
 * ids are clean text within PROVIDER_ID_BYTES_MAX: an object that is not so is none.
 */
#ifndef TRESTLE_GATEWAY_STRIPE_REPLY_H
#define TRESTLE_GATEWAY_STRIPE_REPLY_H

#include "gateway/settle/attempt.h"

enum { REPLY_BYTES_MAX = 4 * 1024 * 1024 /* a page of 100 events is several hundred KB */ };

struct stripe_reply; /* a parsed body */

enum stripe_fact_kind { STRIPE_INTENT, STRIPE_REFUND, STRIPE_DISPUTE };

/* How far the customer's last try to pay an intent is that is not held yet: what their page shows.
 */
enum stripe_attempt {
    STRIPE_ATTEMPT_NONE,
    STRIPE_ATTEMPT_FAILED,    /* another card may pay */
    STRIPE_ATTEMPT_ASKED,     /* the bank asked and was not answered; another card may pay */
    STRIPE_ATTEMPT_UNDECIDED, /* the bank thinks: nobody can pay meanwhile */
    STRIPE_ATTEMPTS_COUNT
};

/* As pages are told. */
extern const char *const stripe_attempt_names[STRIPE_ATTEMPTS_COUNT];

/* Bytes are borrowed from the reply, a wish from the fact itself: do not copy it. */
struct stripe_fact {
    enum stripe_fact_kind kind;
    struct pay_intent intent;
    struct pay_refund refund; /* its wish: in `wish` */
    struct pay_dispute dispute;
    struct bytes event; /* that told it; empty = an answer */
    bool has_order;     /* its metadata names one of ours */
    struct popup_id popup;
    struct entity_id order;
    uint8_t wish[WISH_ID_BYTES];
    int64_t created_s;           /* since 1970, by Stripe's clock; 0 = not told */
    uint8_t draft[HASH_BYTES];   /* an intent's, by its metadata; zeros = none */
    bool is_manual;              /* an intent's capture_method */
    enum stripe_attempt attempt; /* an intent's */
    struct bytes client_secret;  /* an intent's: for its customer's page and nobody else */
};

/* ERR_MALFORMED: not a whole JSON object; ERR_TOO_LARGE. Freed with stripe_reply_free(). */
MUST_CHECK int stripe_reply_parse(struct bytes body, struct stripe_reply **ret_reply);
void stripe_reply_free(struct stripe_reply *reply);

/* What it is as an answer to a call for an object of the type @object ("payment_intent", "list").
 * @reply NULL: there was none, or no JSON. @status 0: not all of it came. */
struct provider_answer stripe_reply_answer(const struct stripe_reply *reply, uint32_t status,
                                           bool should_retry, const char *object);

/* The facts in it: of the object itself, of each object of a list, of an event or of each event of
 * a list, and of an error's intent. False beyond the last of @index. Those of other kinds count. */
bool stripe_reply_object(const struct stripe_reply *reply, uint32_t index,
                         struct stripe_fact *ret_fact, bool *ret_is_fact);

/* The id of the object itself; empty if none. */
struct bytes stripe_reply_id(const struct stripe_reply *reply);

/* Of a list: whether there are more, and the id to go on after, empty: none of the page is one. */
bool stripe_reply_has_more(const struct stripe_reply *reply, struct bytes *ret_after);

/* A webhook endpoint of a list; false beyond the last. */
struct stripe_endpoint {
    struct bytes url; /* empty: it is none */
    bool is_enabled;
};
bool stripe_reply_endpoint(const struct stripe_reply *reply, uint32_t index,
                           struct stripe_endpoint *ret_endpoint);

#endif
