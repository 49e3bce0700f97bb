/* Requests leave after the commit, and their answers become errands. */
#include <stdio.h>
#include <string.h>

#include "gateway/settle/settler_state.h"
#include "node/os/clock.h"
#include "node/os/entropy.h"
#include "node/os/logger.h"

enum {
    HEADER_BYTES_MAX = CREDENTIAL_BYTES_MAX + 64,
    SHUT_MS = 60 * 1000, /* until a wrong key is tried again */
};

/* --- flights --- */

struct flight *flight_new(struct settler *settler, enum flight_kind kind, uint32_t spare)
{
    struct flight *found = NULL;
    uint32_t free_count = 0;
    for (size_t i = 0; i < FLIGHTS_MAX; i++) {
        if (settler->flights[i].kind == FLIGHT_NONE) {
            found = &settler->flights[i];
            free_count++;
        }
    }
    if (free_count <= spare) {
        return NULL;
    }
    *found = (struct flight){.kind = kind, .name = ++settler->names};
    return found;
}

void flight_close(struct flight *flight)
{
    stripe_request_close(&flight->request);
    memset(flight, 0, sizeof *flight);
}

/* Another place; what is kept of the call points into it. */
static void flight_move(struct flight *to, struct flight *from)
{
    *to = *from;
    kept_call_set(&to->of, &from->of.order, &from->of.call);
    memset(from, 0, sizeof *from);
}

static struct flight *flight_find(struct settler *settler, uint64_t name)
{
    for (size_t i = 0; i < FLIGHTS_MAX; i++) {
        if (settler->flights[i].kind != FLIGHT_NONE && settler->flights[i].name == name) {
            return &settler->flights[i];
        }
    }
    return NULL;
}

static bool is_reading(const struct flight *flight, enum flight_kind kind, struct bytes intent)
{
    return flight->kind == kind && bytes_equal(flight->of.call.intent, intent);
}

static bool intent_is_being_read(const struct settler *settler, enum flight_kind kind,
                                 struct bytes intent)
{
    for (size_t i = 0; i < FLIGHTS_MAX; i++) {
        if (is_reading(&settler->flights[i], kind, intent)) {
            return true;
        }
    }
    for (size_t i = 0; i < ERRANDS_MAX; i++) {
        if (is_reading(&settler->errands[i].flight, kind, intent)) {
            return true;
        }
    }
    return false;
}

bool intent_ask(struct settler *settler, enum flight_kind kind, uint32_t spare,
                const struct entity_id *order, struct bytes intent)
{
    const struct provider_call call = {.intent = intent};
    if (intent_is_being_read(settler, kind, intent)) {
        return true;
    }
    struct flight *flight = flight_new(settler, kind, spare);
    if (flight == NULL) {
        return false;
    }
    kept_call_set(&flight->of, order, &call);
    flight->request = kind == FLIGHT_HOLD ? stripe_hold_of(flight->of.call.intent)
                                          : stripe_intent_of(flight->of.call.intent);
    return true;
}

/* --- out --- */

static int flight_push(struct settler *settler, const struct flight *flight)
{
    char authorization[HEADER_BYTES_MAX], key[ATTEMPT_KEY_TEXT_MAX + 32];
    (void)snprintf(authorization, sizeof authorization, "Authorization: Bearer %s",
                   settler->config.credentials->secret_key);
    (void)snprintf(key, sizeof key, "Idempotency-Key: %s", flight->request.key);
    const struct https_call call = {
        .name = flight->name,
        .is_post = flight->request.is_post,
        .path = bytes_of(flight->request.path.data, flight->request.path.size),
        .body = bytes_of(flight->request.body.data, flight->request.body.size),
        .headers_count = flight->request.is_post ? 3 : 2,
        .headers = {authorization, "Stripe-Version: " STRIPE_VERSION, key}};
    const int err = https_push(settler->https, &call);
    entropy_wipe(authorization, sizeof authorization);
    return err;
}

void calls_release(struct settler *settler)
{
    for (size_t i = 0; i < FLIGHTS_MAX; i++) {
        struct flight *flight = &settler->flights[i];
        if (flight->kind != FLIGHT_NONE && !flight->is_sent) {
            flight->is_sent = flight_push(settler, flight) == 0;
        }
    }
}

/* --- in --- */

static const char *object_of(const struct flight *flight)
{
    static const char *const objects[FLIGHT_KIND_COUNT] = {
#define X(name, object) [name] = (object),
        FLIGHT_KINDS(X)
#undef X
    };
    const bool is_refund = flight->of.call.kind == CALL_REFUND;
    if (flight->kind == FLIGHT_ATTEMPT && is_refund) {
        return "refund";
    }
    return flight->kind == FLIGHT_LOOK && is_refund ? "list" : objects[flight->kind];
}

/* The middle of the second that the answer names. What is no answer of the provider's, a captive
 * portal's page, has a clock of its own. */
static void clock_hear(struct settler *settler, const struct provider_answer *read, int64_t date_s)
{
    if (date_s > 0 && (read->is_the_object || read->is_an_error)) {
        atomic_store(&settler->offset_ms, date_s * 1000 + 500 - (int64_t)clock_boot_ms());
        settler->is_dated = true;
    }
}

/* The next reading goes on from the first page of this one. */
static void list_hear(struct settler *settler, const struct errand *errand,
                      const struct flight *flight, int64_t date_s)
{
    struct list *list = flight->kind == FLIGHT_EVENTS    ? &settler->events
                        : flight->kind == FLIGHT_INTENTS ? &settler->intents
                                                         : NULL;
    if (list != NULL && list->date_s == 0 && errand->outcome == OUTCOME_DONE) {
        list->date_s = date_s;
    }
}

static void shut_say(struct settler *settler, const struct https_answer *answer)
{
    settler->shut_ms = settler->now_ms + SHUT_MS;
    logger_say(LEVEL_ERROR, "settle",
               "the card provider does not take our secret key (%u, %s): put the right one into "
               "stripe-secret-key and start again; orders are kept",
               answer->status, answer->request_id);
}

/* What it was, in words. */
static const char *flight_text(const struct flight *flight)
{
    static const char *const texts[FLIGHT_KIND_COUNT] = {
        [FLIGHT_NONE] = "",
        [FLIGHT_ATTEMPT] = "",
        [FLIGHT_LOOK] = "reading a payment",
        [FLIGHT_EVENTS] = "reading events",
        [FLIGHT_INTENTS] = "reading payments",
        [FLIGHT_SECRET] = "reading a payment",
        [FLIGHT_WHOSE] = "reading a payment",
        [FLIGHT_ORPHAN] = "reading a payment",
        [FLIGHT_HOLD] = "reading when a hold ends",
        [FLIGHT_HOOK] = "",
    };
    return flight->kind == FLIGHT_ATTEMPT ? provider_call_text(flight->of.call.kind)
                                          : texts[flight->kind];
}

static void answer_say(const struct flight *flight, const struct https_answer *answer,
                       enum attempt_outcome outcome)
{
    char order[32] = "";
    const bool is_well = outcome == OUTCOME_DONE;
    if (is_well && flight->kind != FLIGHT_ATTEMPT) {
        return;
    }
    if (flight->kind == FLIGHT_ATTEMPT) {
        (void)snprintf(order, sizeof order, " of order %016llx",
                       (unsigned long long)get_be64(flight->of.order.bytes));
    }
    logger_say(is_well ? LEVEL_INFO : LEVEL_WARNING, "settle", "%s%s: %s (%u%s%s%s%s)",
               flight_text(flight), order, attempt_outcome_text(outcome), answer->status,
               answer->request_id[0] != '\0' ? ", " : "", answer->request_id,
               answer->trouble[0] != '\0' ? ", " : "", answer->trouble);
}

static void answer_take(struct settler *settler, struct errand *errand, struct flight *flight,
                        struct https_answer *answer)
{
    const struct bytes body = bytes_of(answer->body.data, answer->body.size);
    if (answer->status == 0 || stripe_reply_parse(body, &errand->reply) != 0) {
        errand->reply = NULL;
    }
    const struct provider_answer read =
        stripe_reply_answer(errand->reply, answer->status, answer->should_retry, object_of(flight));
    errand->outcome = attempt_outcome_of(&read);
    clock_hear(settler, &read, answer->date_s);
    answer_say(flight, answer, errand->outcome);
    /* A key that may not read charges is good for all the rest; one that is revoked is not. */
    const bool is_barred = flight->kind == FLIGHT_HOLD && answer->status == 403;
    if (errand->outcome == OUTCOME_SHUT && !is_barred) {
        shut_say(settler, answer);
    }
    list_hear(settler, errand, flight, answer->date_s);
    flight_move(&errand->flight, flight);
}

/* As many as there is room for. */
void answers_take(struct settler *settler)
{
    struct https_answer answer;
    struct errand *errand = NULL;
    while ((errand = errand_new(settler)) != NULL && https_take(settler->https, &answer)) {
        struct flight *flight = flight_find(settler, answer.name);
        if (flight != NULL) { /* else it is of before everything was forgotten */
            answer_take(settler, errand, flight, &answer);
            settler_again(settler, settler->now_ms);
        }
        text_close(&answer.body);
    }
}
