/* What the provider says becomes commands; what it was for is concluded when all of them are
 * durable. */
#include <string.h>

#include "gateway/settle/events.h"
#include "gateway/settle/settler_state.h"
#include "gateway/settle/tell.h"
#include "node/os/logger.h"
#include "sync/base/check.h"

enum {
    ERRANDS_SPARE = 8, /* not for events that came: answers get through */
    EVENTS_AGAIN_MS = 5000,
    REFUSED_AGAIN_MS = 1000,        /* the core did not write what a rule of ours wants */
    FORBIDDEN_AGAIN_MS = 60 * 1000, /* until a person gives this device its rights */
};

/* --- errands --- */

struct errand *errand_new(struct settler *settler)
{
    for (size_t i = 0; i < ERRANDS_MAX; i++) {
        if (settler->errands[i].flight.kind == FLIGHT_NONE) {
            return &settler->errands[i];
        }
    }
    return NULL;
}

void errand_close(struct errand *errand)
{
    if (errand->reply != NULL) {
        stripe_reply_free(errand->reply);
    }
    flight_close(&errand->flight);
    memset(errand, 0, sizeof *errand);
}

static uint32_t errands_free(const struct settler *settler)
{
    uint32_t count = 0;
    for (size_t i = 0; i < ERRANDS_MAX; i++) {
        count += settler->errands[i].flight.kind == FLIGHT_NONE;
    }
    return count;
}

/* --- commands --- */

static struct told *told_find(struct settler *settler, uint64_t request)
{
    for (size_t i = 0; i < TOLD_MAX; i++) {
        if (settler->told[i].request == request) {
            return &settler->told[i];
        }
    }
    return NULL;
}

/* Both a place to remember it and a command, or neither. */
static struct told *told_begin(struct settler *settler, struct api_command **ret_command)
{
    struct told *told = told_find(settler, 0);
    struct api_command *command =
        told != NULL ? command_queue_reserve(settler->config.gate->queue) : NULL;
    if (command == NULL) {
        return NULL;
    }
    *told = (struct told){.request = command->request, .errand = -1};
    *ret_command = command;
    return told;
}

static bool told_end(struct settler *settler, struct told *told, struct api_command *command,
                     int err)
{
    if (err != 0) {
        told->request = 0;
        command_queue_drop(settler->config.gate->queue, command);
        return false;
    }
    told->kind = command->command.kind;
    command_queue_push(settler->config.gate->queue, command);
    return true;
}

bool rule_tell(struct settler *settler, bool is_lapse)
{
    struct api_command *command = NULL;
    struct told *told = told_begin(settler, &command);
    if (told == NULL) {
        return false;
    }
    told->order = settler->order->id;
    const int err = is_lapse ? tell_lapse(command, settler->order)
                             : tell_refund(command, settler->history, settler->order);
    (void)told_end(settler, told, command, err);
    return true; /* without a cause there is nothing to be wished: a person sees what is due */
}

/* --- whose a fact is --- */

/* Of a refund or a dispute. */
static struct bytes intent_of(const struct stripe_fact *fact)
{
    return fact->kind == STRIPE_REFUND ? fact->refund.intent : fact->dispute.intent;
}

static bool is_our_popup(const struct settler *settler, const struct stripe_fact *fact)
{
    return memcmp(fact->popup.bytes, settler->config.popup.bytes, POPUP_ID_BYTES) == 0;
}

int fact_order(const struct settler *settler, const struct stripe_fact *fact,
               struct entity_id *ret_order)
{
    if (fact->has_order) {
        *ret_order = fact->order;
        return is_our_popup(settler, fact) ? 0 : ERR_MISMATCH;
    }
    return fact->kind == STRIPE_INTENT ? ERR_MISMATCH
                                       : notes_intent_get(settler->txn, intent_of(fact), ret_order);
}

/* Ask the provider; false: not now. */
static bool whose_ask(struct settler *settler, struct errand *errand, struct bytes intent)
{
    static const struct entity_id nobody = {{0}};
    const struct provider_call call = {.intent = intent};
    struct flight *flight = flight_new(settler, FLIGHT_WHOSE, 0);
    if (flight == NULL) {
        return false;
    }
    kept_call_set(&flight->of, &nobody, &call);
    flight->asker = (uint32_t)(errand - settler->errands);
    flight->request = stripe_intent_of(flight->of.call.intent);
    errand->is_asking = true;
    return true;
}

/* What is new at the provider is read once more when the list comes by it again. */
static void unread_set(struct errand *asker, struct bytes intent)
{
    memcpy(asker->unread, intent.data, intent.size);
    asker->unread_size = intent.size;
}

static bool is_unread(const struct errand *errand, struct bytes intent)
{
    return bytes_equal(intent, bytes_of(errand->unread, errand->unread_size));
}

static int whose_conclude(struct settler *settler, const struct errand *errand)
{
    struct errand *asker = &settler->errands[errand->flight.asker];
    const bool is_known = errand->outcome == OUTCOME_DONE || errand->outcome == OUTCOME_REFUSED;
    struct stripe_fact fact;
    bool is_fact = false;
    asker->is_asking = false;
    if (!is_known || errand->is_failed) {
        asker->is_failed = true;
        return 0;
    }
    if (errand->outcome == OUTCOME_DONE) {
        (void)stripe_reply_object(errand->reply, 0, &fact, &is_fact);
    }
    if (errand->outcome == OUTCOME_DONE && !is_fact) {
        unread_set(asker, errand->flight.of.call.intent);
        return 0;
    }
    const bool is_ours = is_fact && fact.has_order && is_our_popup(settler, &fact);
    settler->is_dirty = true;
    return notes_intent_put(settler->txn, errand->flight.of.call.intent,
                            is_ours ? &fact.order : NULL, settler_now_s(settler));
}

/* --- telling --- */

static void orphan_of(struct told *told, const struct stripe_fact *fact,
                      const struct entity_id *order)
{
    if (fact->kind == STRIPE_INTENT) {
        memcpy(told->intent, fact->intent.id.data, fact->intent.id.size);
        told->orphan = (struct orphan){.intent = bytes_of(told->intent, fact->intent.id.size),
                                       .order = *order,
                                       .state = fact->intent.state,
                                       .amount_minor = fact->intent.amount_minor,
                                       .created_s = fact->created_s};
    }
}

/* False: not now. */
static bool fact_tell(struct settler *settler, struct errand *errand,
                      const struct stripe_fact *fact, const struct entity_id *order)
{
    struct api_command *command = NULL;
    struct told *told = told_begin(settler, &command);
    if (told == NULL) {
        return false;
    }
    const int err = tell_fact(command, fact, order);
    check(err == 0); /* ids have their bounds, far below a command's */
    told->errand = (int32_t)(errand - settler->errands);
    orphan_of(told, fact, order);
    errand->waiting++;
    return told_end(settler, told, command, 0);
}

/* Of what is listed again and again. */
static int is_seen(const struct settler *settler, const struct stripe_fact *fact, bool *ret_is_seen)
{
    *ret_is_seen = false;
    return fact->event.size > 0 ? events_is_seen(settler->txn, fact->event, ret_is_seen) : 0;
}

/* Tell one object of it. *@ret_must_wait: this one is told later, and those behind it then: whose
 * it is is asked for first, or the core's queue is full. */
static int object_tell(struct settler *settler, struct errand *errand,
                       const struct stripe_fact *fact, bool *ret_must_wait)
{
    struct entity_id order;
    bool is_known = false;
    int err = errand->flight.kind == FLIGHT_EVENTS ? is_seen(settler, fact, &is_known) : 0;
    if (err != 0 || is_known) {
        return err;
    }
    err = fact_order(settler, fact, &order);
    if (err == ERR_NOT_FOUND && is_unread(errand, intent_of(fact))) {
        errand->is_short = true;
        return 0;
    }
    if (err == ERR_NOT_FOUND) {
        (void)whose_ask(settler, errand, intent_of(fact));
        *ret_must_wait = true;
        return 0;
    }
    if (err == 0) {
        *ret_must_wait = !fact_tell(settler, errand, fact, &order);
    }
    return err == ERR_MISMATCH ? 0 : err;
}

static int errand_tell(struct settler *settler, struct errand *errand)
{
    struct stripe_fact fact;
    bool is_fact = false, must_wait = false;
    int err = 0;
    errand->is_read = errand->reply == NULL;
    while (err == 0 && !errand->is_read && !must_wait) {
        if (!stripe_reply_object(errand->reply, errand->index, &fact, &is_fact)) {
            errand->is_read = true;
        } else if (is_fact) {
            err = object_tell(settler, errand, &fact, &must_wait);
        }
        errand->index += !must_wait && !errand->is_read;
    }
    if (must_wait && errand->waiting == 0 && !errand->is_asking) {
        settler_again(settler, settler->now_ms + 100); /* the core's queue is full */
    }
    return err;
}

/* --- its end --- */

static int hook_conclude(struct settler *settler, const struct errand *errand)
{
    if (errand->is_failed) {
        settler->events_ms = settler->now_ms + EVENTS_AGAIN_MS;
        return 0;
    }
    const struct bytes id =
        errand->reply != NULL ? stripe_reply_id(errand->reply) : bytes_of(NULL, 0);
    settler->is_dirty = true;
    const int err = events_told(settler->txn, errand->flight.event);
    const bool is_told = id.size > 0 && !errand->is_short; /* else the list has it still */
    return err == 0 && is_told ? events_see(settler->txn, id, settler_now_s(settler)) : err;
}

static int errand_conclude(struct settler *settler, struct errand *errand)
{
    static int (*const ends[FLIGHT_KIND_COUNT])(struct settler *, const struct errand *) = {
        [FLIGHT_ATTEMPT] = attempt_conclude, [FLIGHT_LOOK] = attempt_conclude,
        [FLIGHT_EVENTS] = list_conclude,     [FLIGHT_INTENTS] = list_conclude,
        [FLIGHT_SECRET] = payments_secret,   [FLIGHT_WHOSE] = whose_conclude,
        [FLIGHT_ORPHAN] = orphan_conclude,   [FLIGHT_HOLD] = hold_conclude,
        [FLIGHT_HOOK] = hook_conclude,
    };
    const int err = ends[errand->flight.kind](settler, errand);
    errand_close(errand);
    settler_again(settler, settler->now_ms); /* what follows from it */
    return err;
}

static int errand_step(struct settler *settler, struct errand *errand)
{
    int err = 0;
    if (!errand->is_read && !errand->is_failed && !errand->is_asking) {
        err = errand_tell(settler, errand);
    }
    const bool is_over = (errand->is_read || errand->is_failed) && !errand->is_asking;
    return err == 0 && is_over && errand->waiting == 0 ? errand_conclude(settler, errand) : err;
}

/* --- what the core answered --- */

/* Whether another try may go better: unless what was told is itself what cannot be written. */
static bool is_passing(int err)
{
    static const int finals[] = {
        0,         ERR_NOT_FOUND, ERR_MALFORMED, ERR_TOO_LARGE, ERR_TOO_MANY,
        ERR_STATE, ERR_MISMATCH,  ERR_EXISTS,    ERR_OVERFLOW};
    for (size_t i = 0; i < sizeof finals / sizeof *finals; i++) {
        if (finals[i] == err) {
            return false;
        }
    }
    return true;
}

static void say_refusal(const struct told *told, int err)
{
    static const char *const texts[COMMAND_COUNT] = {
#define X(name, text, capability) [name] = (text),
        COMMANDS(X)
#undef X
    };
    logger_say(err == ERR_FORBIDDEN ? LEVEL_ERROR : LEVEL_WARNING, "settle",
               "%s is not written: %s", texts[told->kind], err_text(err));
}

/* Facts come in any order: what is over stays so. */
static void orphan_join(struct orphan *orphan, const struct orphan *known)
{
    orphan->state = known->state > orphan->state ? known->state : orphan->state;
}

/* A fact of an order that is not here: kept where a person sees it. */
static int fact_answered(struct settler *settler, struct told *told, int err)
{
    if (told->orphan.intent.size == 0 || (err != 0 && err != ERR_NOT_FOUND)) {
        return 0;
    }
    struct orphan known;
    const int get_err = notes_orphan_get(settler->txn, told->orphan.intent, &known);
    if (err == 0 && get_err == ERR_NOT_FOUND) {
        return 0;
    }
    if (get_err == 0) {
        orphan_join(&told->orphan, &known);
    }
    settler->is_dirty = true;
    return err == 0 ? notes_orphan_del(settler->txn, told->orphan.intent)
                    : notes_orphan_put(settler->txn, &told->orphan);
}

static int told_answered(struct settler *settler, const struct effect_answer *answer)
{
    struct told *told = told_find(settler, answer->request);
    if (told == NULL) { /* of before everything was forgotten */
        return 0;
    }
    struct errand *errand = told->errand >= 0 ? &settler->errands[told->errand] : NULL;
    if (answer->err != 0 && answer->err != ERR_NOT_FOUND) {
        say_refusal(told, answer->err);
    }
    if (errand != NULL) {
        errand->waiting--;
        errand->is_failed = errand->is_failed || is_passing(answer->err);
    } else if (is_passing(answer->err)) {
        order_again(settler, &told->order,
                    answer->err == ERR_FORBIDDEN ? FORBIDDEN_AGAIN_MS : REFUSED_AGAIN_MS);
    }
    const int err = fact_answered(settler, told, answer->err);
    told->request = 0;
    return err;
}

/* --- events that came --- */

static bool is_being_told(const struct settler *settler, uint64_t number)
{
    for (size_t i = 0; i < ERRANDS_MAX; i++) {
        const struct flight *flight = &settler->errands[i].flight;
        if (flight->kind == FLIGHT_HOOK && flight->event == number) {
            return true;
        }
    }
    return false;
}

static void event_begin(struct settler *settler, uint64_t number, struct bytes body)
{
    struct errand *errand = errand_new(settler);
    errand->flight.kind = FLIGHT_HOOK;
    errand->flight.event = number;
    errand->outcome = OUTCOME_DONE;
    if (stripe_reply_parse(body, &errand->reply) != 0) {
        errand->reply = NULL; /* it was checked when it came: a spoilt row; the list has it */
    }
}

static int events_begin(struct settler *settler)
{
    uint64_t number = 0;
    struct bytes body;
    int err = 0;
    while (err == 0 && errands_free(settler) > ERRANDS_SPARE) {
        err = events_next(settler->txn, number, &number, &body);
        if (err == 0 && !is_being_told(settler, number)) {
            event_begin(settler, number, body);
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

int facts_turn(struct settler *settler)
{
    struct effect_answer answer;
    int err = 0;
    while (err == 0 && command_queue_answered(settler->config.gate->queue, &answer)) {
        err = told_answered(settler, &answer);
    }
    if (err == 0 && settler->events_ms <= settler->now_ms) {
        err = events_begin(settler);
    }
    if (settler->events_ms > settler->now_ms) {
        settler_again(settler, settler->events_ms);
    }
    for (size_t i = 0; i < ERRANDS_MAX && err == 0; i++) {
        if (settler->errands[i].flight.kind != FLIGHT_NONE) {
            err = errand_step(settler, &settler->errands[i]);
        }
    }
    return err;
}
