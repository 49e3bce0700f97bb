/* fuzz_stripe_reply.c - whatever comes instead of Stripe's objects: a fact that is found in it can
 * be written to the ledger and read again.
 *
 * Input: the body of an answer or a webhook.
 */
#include <stdlib.h>

#include "gateway/stripe/reply.h"
#include "sync/base/check.h"
#include "sync/base/writer.h"

enum { BODY_BYTES_MAX = 1024, OBJECTS_MAX = 1000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void encode_fact(const struct stripe_fact *fact, struct writer *writer)
{
    switch (fact->kind) {
    case STRIPE_INTENT:
        pay_intent_encode(&fact->intent, writer);
        break;
    case STRIPE_REFUND:
        pay_refund_encode(&fact->refund, writer);
        break;
    case STRIPE_DISPUTE:
        pay_dispute_encode(&fact->dispute, writer);
        break;
    }
}

static int decode_fact(enum stripe_fact_kind kind, struct bytes body)
{
    struct pay_intent intent;
    struct pay_refund refund;
    struct pay_dispute dispute;
    return kind == STRIPE_INTENT   ? pay_intent_decode(body, &intent)
           : kind == STRIPE_REFUND ? pay_refund_decode(body, &refund)
                                   : pay_dispute_decode(body, &dispute);
}

static void check_fact(const struct stripe_fact *fact)
{
    uint8_t buffer[BODY_BYTES_MAX];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, buffer, sizeof buffer);
    encode_fact(fact, &writer);
    check(writer_finish(&writer, &body) == 0 && decode_fact(fact->kind, body) == 0);
}

static void check_reply(const struct stripe_reply *reply)
{
    struct stripe_fact fact;
    struct bytes after;
    bool is_fact = false;
    uint32_t count = 0;
    while (count < OBJECTS_MAX && stripe_reply_object(reply, count, &fact, &is_fact)) {
        if (is_fact) {
            check_fact(&fact);
        }
        count++;
    }
    check(count < OBJECTS_MAX);
    (void)stripe_reply_has_more(reply, &after);
    check(after.size <= PROVIDER_ID_BYTES_MAX); /* it goes into the next request */
    const struct provider_answer answer = stripe_reply_answer(reply, 200, false, "payment_intent");
    check(!answer.is_the_object || !answer.is_an_error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stripe_reply *reply = NULL;
    if (stripe_reply_parse(bytes_of(data, size), &reply) == 0) {
        check_reply(reply);
        stripe_reply_free(reply);
    }
    return 0;
}
