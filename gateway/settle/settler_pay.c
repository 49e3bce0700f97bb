/* Customers who want to pay by card: an intent for exactly their draft, and its secret for their
 * page and nobody else. */
#include <string.h>

#include "gateway/settle/settler_state.h"
#include "node/json/json_build.h"
#include "node/os/logger.h"

enum {
    PAY_MS = 6 * 1000,      /* then the customer is told to try again; the call goes on */
    DURABLE_AGAIN_MS = 100, /* how often to look whether another device has the draft */
};

static const char not_durable[] = "no other device has the order yet";
static const char no_answer[] = "the card provider does not answer";
static const char wrong_key[] = "the card provider does not take our key: tell the manager";
static const char no_intent[] = "the card provider refused";

/* --- the slots --- */

static void payment_end(struct settler *settler, struct payment *payment, int err,
                        const char *where)
{
    worker_say(&settler->worker, payment->request, err, where, NULL);
    *payment = (struct payment){.stage = PAYMENT_NONE};
}

void payments_add(struct settler *settler, uint64_t request, const struct entity_id *order)
{
    for (size_t i = 0; i < PAYMENTS_MAX; i++) {
        if (settler->payments[i].stage == PAYMENT_NONE) {
            settler->payments[i] = (struct payment){.stage = PAYMENT_READ,
                                                    .request = request,
                                                    .order = *order,
                                                    .until_ms = settler->now_ms + PAY_MS};
            return;
        }
    }
    worker_say(&settler->worker, request, ERR_BUSY, "too many customers pay at once", NULL);
}

/* --- the answer --- */

static void payment_succeed(struct settler *settler, struct payment *payment,
                            const struct stripe_fact *intent)
{
    struct json_value *object = json_new_object();
    struct text body = {.data = NULL};
    json_put_text(object, "client_secret", intent->client_secret);
    json_put_string(object, "publishable_key", settler->config.credentials->publishable_key);
    json_put_int(object, "amount", intent->intent.amount_minor);
    json_put_text(object, "currency", intent->intent.currency);
    json_put_string(object, "attempt", stripe_attempt_names[intent->attempt]);
    json_print(object, &body);
    worker_say(&settler->worker, payment->request, 0, NULL, &body);
    *payment = (struct payment){.stage = PAYMENT_NONE};
    lists_opened(settler);
}

int payments_check(struct settler *settler, const struct entity_id *order, int64_t amount_minor,
                   const struct stripe_fact *intent, bool *ret_is_right)
{
    const bool is_asked = intent->is_manual && intent->intent.amount_minor == amount_minor &&
                          bytes_equal(intent->intent.currency, settler_currency(settler)) &&
                          intent->client_secret.size > 0;
    *ret_is_right = is_asked;
    if (is_asked) {
        return 0;
    }
    const struct provider_call call = {.kind = CALL_CANCEL, .intent = intent->intent.id};
    struct attempt attempt = attempt_of(order, &call);
    attempt.is_firm = true; /* no plan asks for it, and none may take it back */
    logger_say(LEVEL_ERROR, "settle",
               "the provider made an intent that would charge at once, or another amount: it is "
               "cancelled, and nobody can pay it");
    settler->is_dirty = true;
    return outbox_put(settler->txn, &attempt);
}

static bool is_awaited(const struct payment *payment, const struct kept_call *of)
{
    return payment->stage == PAYMENT_CREATE && entity_id_equal(&payment->order, &of->order) &&
           bytes_equal(of->call.wish, bytes_of(payment->draft.hash, HASH_BYTES));
}

void payments_again(struct settler *settler, const struct kept_call *of)
{
    for (size_t i = 0; i < PAYMENTS_MAX; i++) {
        if (is_awaited(&settler->payments[i], of)) {
            settler->payments[i].stage = PAYMENT_READ;
            settler_again(settler, settler->now_ms);
        }
    }
}

void payments_created(struct settler *settler, const struct kept_call *of,
                      const struct stripe_fact *intent)
{
    for (size_t i = 0; i < PAYMENTS_MAX; i++) {
        struct payment *payment = &settler->payments[i];
        if (!is_awaited(payment, of)) {
            continue;
        }
        if (intent != NULL) {
            payment_succeed(settler, payment, intent);
        } else {
            payment_end(settler, payment, ERR_UNAVAILABLE, no_intent);
        }
    }
}

int payments_secret(struct settler *settler, const struct errand *errand)
{
    const struct kept_call *of = &errand->flight.of;
    struct stripe_fact intent;
    bool is_fact = false, is_right = false;
    int err = 0;
    if (errand->outcome == OUTCOME_DONE) {
        (void)stripe_reply_object(errand->reply, 0, &intent, &is_fact);
    }
    if (is_fact) {
        err = payments_check(settler, &of->order, of->call.amount_minor, &intent, &is_right);
    }
    for (size_t i = 0; i < PAYMENTS_MAX && err == 0; i++) {
        struct payment *payment = &settler->payments[i];
        if (payment->stage != PAYMENT_SECRET || payment->request != errand->flight.event) {
            continue;
        }
        if (is_right && intent.intent.state <= INTENT_PROCESSING) {
            payment_succeed(settler, payment, &intent);
        } else if (is_right) { /* it was paid or cancelled meanwhile, which is told by now */
            payment->stage = PAYMENT_READ;
        } else {
            payment_end(settler, payment, ERR_BUSY, no_answer);
        }
    }
    return err;
}

/* --- the draft is safe --- */

static uint32_t linked_count(const struct gate_live *live)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < live->peers_count; i++) {
        count += live->peers[i].link == GATE_LINKED;
    }
    return count;
}

static bool is_marked(const struct gate_live *live, uint64_t log, uint64_t seq)
{
    for (uint32_t i = 0; i < live->marks_count; i++) {
        if (live->marks[i].log == log) {
            return live->marks[i].seq >= seq;
        }
    }
    return false;
}

/* On as many devices as the pop-up wants; or so few are linked that nobody can tell, and the
 * intent itself says what was ordered. */
static bool is_durable(struct settler *settler)
{
    const struct gate *gate = settler->config.gate;
    const struct order *order = settler->order;
    gate->live(gate->context, &settler->live);
    return linked_count(&settler->live) + 1 < settler->copies ||
           (is_marked(&settler->live, order->opened_log, order->opened_seq) &&
            is_marked(&settler->live, order->changed_log, order->changed_seq));
}

/* --- asking --- */

/* Another key when the last one came to nothing. ERR_LIMIT: so many did just now, or too many
 * drafts of the order are being begun. */
static int create_want(struct settler *settler, const struct payment *payment)
{
    const struct provider_call call = {.kind = CALL_CREATE,
                                       .wish = bytes_of(payment->draft.hash, HASH_BYTES),
                                       .amount_minor = payment->draft.amount_minor};
    struct attempt attempt;
    int err = outbox_get(settler->txn, &payment->order, &call, &attempt);
    if (err != 0 && err != ERR_NOT_FOUND && err != ERR_MALFORMED) {
        return err;
    }
    if (err == 0 && attempt.state == ATTEMPT_SEND) {
        attempt_hurry(settler, &payment->order, &call);
        return 0;
    }
    uint32_t keys = 0;
    if (err == 0) {
        err = attempt_again(&attempt, settler_now_ms(settler), &keys);
    } else if (err == ERR_NOT_FOUND) {
        err = outbox_make_room(settler->txn, &payment->order);
    } else {
        err = 0; /* what is spoilt is written anew */
    }
    if (err != 0) {
        return err;
    }
    attempt = attempt_of(&payment->order, &call);
    attempt.keys = keys;
    settler->is_dirty = true;
    err = notes_brief_put(settler->txn, &payment->order, call.wish,
                          bytes_of(payment->draft.brief, payment->draft.brief_size));
    return err != 0 ? err : outbox_put(settler->txn, &attempt);
}

/* The intent is there: its secret is read anew, as it is kept nowhere. */
static void secret_ask(struct settler *settler, struct payment *payment,
                       const struct ledger_intent *intent)
{
    const struct provider_call call = {.intent = intent->id,
                                       .amount_minor = payment->draft.amount_minor};
    struct flight *flight = flight_new(settler, FLIGHT_SECRET, 0);
    if (flight == NULL) {
        return; /* one comes down */
    }
    kept_call_set(&flight->of, &payment->order, &call);
    flight->event = payment->request;
    flight->request = stripe_intent_of(flight->of.call.intent);
    payment->stage = PAYMENT_SECRET;
}

static int payment_read(struct settler *settler, struct payment *payment)
{
    int err = order_read(settler, &payment->order);
    err = err == 0 ? draft_make(settler->order, settler_currency(settler), &payment->draft) : err;
    if (err == 0 && payment->draft.amount_minor < draft_smallest(settler_currency(settler))) {
        err = ERR_STATE;
    }
    if (err != 0) {
        payment_end(settler, payment, err == ERR_MALFORMED ? ERR_SPOILT : err, NULL);
        return 0;
    }
    const struct ledger_intent *intent = draft_intent(settler->order, &payment->draft);
    if (intent != NULL) {
        secret_ask(settler, payment, intent);
        return 0;
    }
    if (!is_durable(settler)) {
        settler_again(settler, settler->now_ms + DURABLE_AGAIN_MS);
        return 0;
    }
    payment->stage = PAYMENT_CREATE;
    err = create_want(settler, payment);
    if (err == ERR_LIMIT) {
        payment_end(settler, payment, ERR_UNAVAILABLE, no_intent);
        return 0;
    }
    return err;
}

int payments_turn(struct settler *settler)
{
    int err = 0;
    for (size_t i = 0; i < PAYMENTS_MAX && err == 0; i++) {
        struct payment *payment = &settler->payments[i];
        if (payment->stage == PAYMENT_NONE) {
            continue;
        }
        if (settler->shut_ms > settler->now_ms) {
            payment_end(settler, payment, ERR_UNAVAILABLE, wrong_key);
            continue;
        }
        if (settler->now_ms >= payment->until_ms) {
            payment_end(settler, payment, ERR_BUSY,
                        payment->stage == PAYMENT_READ ? not_durable : no_answer);
            continue;
        }
        settler_again(settler, payment->until_ms);
        if (payment->stage == PAYMENT_READ && settler->is_scanned) {
            err = payment_read(settler, payment);
        }
    }
    return err;
}
