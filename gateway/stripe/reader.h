/* reader.h - what Stripe has, asked for by somebody who may wait for the answer.
 *
 * Layer: gateway. One GET at a time, on the caller's thread; what fails for the moment is tried a
 * few times. The settler does not use it: it never waits.
 */
#ifndef TRESTLE_GATEWAY_STRIPE_READER_H
#define TRESTLE_GATEWAY_STRIPE_READER_H

#include "gateway/https/https.h"
#include "gateway/stripe/reply.h"

struct stripe_reader;

struct stripe_reader_config {
    const char *base_url;   /* "https://api.stripe.com" */
    const char *secret_key; /* or a publishable one; "" = none is sent */
    uint32_t tries;         /* at least 1 */
    uint32_t total_ms;      /* of one try; 0 = HTTPS_TOTAL_MS */
};

/* An answer; closed by stripe_read_close(). */
struct stripe_read {
    uint32_t status;            /* 0: none came */
    int64_t date_s;             /* the server's clock; 0 = not told */
    struct stripe_reply *reply; /* NULL: it is no JSON object */
    char trouble[96];           /* why none came, for a person */
};

/* Texts are copied. ERR_MALFORMED: no such URL; ERR_NO_MEMORY. */
MUST_CHECK int stripe_reader_open(const struct stripe_reader_config *config,
                                  struct stripe_reader **ret_reader);
/* Accepts NULL. */
void stripe_reader_close(struct stripe_reader *reader);

/* From any thread: whoever reads now, or later, gets ERR_EXPIRED. */
void stripe_reader_cancel(struct stripe_reader *reader);

/* @path: with its query. 0 with whatever came, ERR_EXPIRED, ERR_NO_MEMORY. */
MUST_CHECK int stripe_reader_get(struct stripe_reader *reader, struct bytes path,
                                 struct stripe_read *ret_read);
void stripe_read_close(struct stripe_read *read);

/* Whether it is what was asked for: status 200 and an object of the type @object. */
bool stripe_read_is(const struct stripe_read *read, const char *object);

#endif
