/* request.h - what is sent to Stripe: method, path, parameters, key.
 *
 * Layer: gateway. The parameters of a call follow from replicated facts alone, no time and no
 * device, so that a second gateway that sends the same call sends the same bytes: under one key
 * anything else is refused. Source: docs.stripe.com/api, version STRIPE_VERSION.
 */
#ifndef TRESTLE_GATEWAY_STRIPE_REQUEST_H
#define TRESTLE_GATEWAY_STRIPE_REQUEST_H

#include "gateway/settle/attempt.h"
#include "node/json/text.h"

#define STRIPE_VERSION "2026-10-28.endive"

enum { STRIPE_LIST_MAX = 100 /* objects of one page */ };

/* Names in an intent's metadata, by which it is found when nothing else of it is known. */
#define STRIPE_META_POPUP "trestle_popup"
#define STRIPE_META_ORDER "trestle_order"
#define STRIPE_META_DRAFT "trestle_draft"
#define STRIPE_META_WISH  "trestle_wish"
#define STRIPE_META_BRIEF "trestle_lines"

struct stripe_request {
    bool is_post;     /* with body and key; else GET */
    struct text path; /* from "/v1/", with the query of a GET */
    struct text body;
    char key[ATTEMPT_KEY_TEXT_MAX];
};

/* What is sent beside the attempt; borrowed during the call. */
struct stripe_terms {
    struct popup_id popup;
    struct bytes currency; /* lower case: CALL_CREATE */
    struct bytes brief;    /* the lines of the draft, for a person: CALL_CREATE */
};

/* Freed with stripe_request_close(). */
struct stripe_request stripe_request_of(const struct attempt *attempt,
                                        const struct stripe_terms *terms);

/* What to read when an attempt must look: the intent, or the refunds of it. For CALL_CREATE there
 * is nothing to read but the list of intents since @since_s, see stripe_list_intents(). */
struct stripe_request stripe_look_of(const struct attempt *attempt);

/* The intent itself. */
struct stripe_request stripe_intent_of(struct bytes intent);

/* The intent with its charge in it, which says when the bank lets go (P8, P15). */
struct stripe_request stripe_hold_of(struct bytes intent);

/* One page of @count_max objects (1 to STRIPE_LIST_MAX), newest first; @after: the last id of the
 * page before it, empty = from the newest. */
struct stripe_request stripe_list_intents(int64_t since_s, struct bytes after, uint32_t count_max);
struct stripe_request stripe_list_refunds(int64_t since_s, struct bytes after, uint32_t count_max);
struct stripe_request stripe_list_disputes(int64_t since_s, struct bytes after, uint32_t count_max);
/* Of the types that tell something of an intent, a refund or a dispute. */
struct stripe_request stripe_list_events(int64_t since_s, struct bytes after, uint32_t count_max);

void stripe_request_close(struct stripe_request *request);

#endif
