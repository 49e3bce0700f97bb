/* Attempts: which may go, what they ask for, and what came of them. */
#include <string.h>

#include "gateway/settle/settler_state.h"
#include "node/os/entropy.h"
#include "node/os/logger.h"

enum {
    UNTOLD_MS = 2000,           /* an answer that could not be told: ask again */
    READY_MAX = 8,              /* attempts begun in one turn */
    REVIVE_MS = 15 * 60 * 1000, /* what would not be cancelled is tried again */
    DEPTH_MS = 1000,            /* how old the count of attempts may be */
};

/* --- those that are under way --- */

static bool is_of(const struct flight *flight, const struct attempt *attempt)
{
    return (flight->kind == FLIGHT_ATTEMPT || flight->kind == FLIGHT_LOOK) &&
           entity_id_equal(&flight->of.order, &attempt->order) &&
           provider_call_is(&flight->of.call, &attempt->call);
}

/* It is under way, or its answer is being told. */
static bool is_flying(const struct settler *settler, const struct attempt *attempt)
{
    for (size_t i = 0; i < FLIGHTS_MAX; i++) {
        if (is_of(&settler->flights[i], attempt)) {
            return true;
        }
    }
    for (size_t i = 0; i < ERRANDS_MAX; i++) {
        if (is_of(&settler->errands[i].flight, attempt)) {
            return true;
        }
    }
    return false;
}

/* --- pauses --- */

static struct pause *pause_find(struct settler *settler, const struct entity_id *order,
                                const struct provider_call *call)
{
    for (size_t i = 0; i < PAUSES_MAX; i++) {
        struct pause *pause = &settler->pauses[i];
        if (pause->until_ms != 0 && entity_id_equal(&pause->of.order, order) &&
            provider_call_is(&pause->of.call, call)) {
            return pause;
        }
    }
    return NULL;
}

/* A free one, or the one that ends first: that call is only made a little early. */
static struct pause *pause_new(struct settler *settler)
{
    struct pause *first = &settler->pauses[0];
    for (size_t i = 0; i < PAUSES_MAX; i++) {
        first = settler->pauses[i].until_ms < first->until_ms ? &settler->pauses[i] : first;
    }
    return first;
}

/* It was ready, so its last pause is over. */
static void pause_set(struct settler *settler, const struct attempt *attempt, uint64_t wait_ms)
{
    struct pause *pause = pause_new(settler);
    kept_call_set(&pause->of, &attempt->order, &attempt->call);
    pause->until_ms = settler->now_ms + attempt_jitter(wait_ms, (uint32_t)entropy_u64());
}

/* Until when; 0 = it may go. */
static uint64_t paused_until(struct settler *settler, const struct attempt *attempt)
{
    struct pause *pause = pause_find(settler, &attempt->order, &attempt->call);
    if (pause == NULL) {
        return 0;
    }
    if (pause->until_ms > settler->now_ms) {
        return pause->until_ms;
    }
    pause->until_ms = 0;
    return 0;
}

void attempt_hurry(struct settler *settler, const struct entity_id *order,
                   const struct provider_call *call)
{
    struct pause *pause = pause_find(settler, order, call);
    const uint64_t soon_ms = settler->now_ms + ATTEMPT_BACK_OFF_FIRST_MS;
    if (pause != NULL && pause->until_ms > soon_ms) {
        pause->until_ms = soon_ms;
    }
}

/* --- from attempts to requests --- */

static int terms_of(const struct settler *settler, const struct attempt *attempt,
                    struct stripe_terms *ret_terms)
{
    *ret_terms = (struct stripe_terms){.popup = settler->config.popup,
                                       .currency = settler_currency(settler)};
    return attempt->call.kind == CALL_CREATE
               ? notes_brief_get(settler->txn, &attempt->order, attempt->call.wish,
                                 &ret_terms->brief)
               : 0;
}

/* The draft is not what it was, and nothing of it was sent: nobody must pay it any more. ERR_BUSY,
 * ERR_IO, ERR_MALFORMED: nobody can tell now. */
static int is_outdated(struct settler *settler, const struct attempt *attempt, bool *ret_is)
{
    struct draft draft;
    const bool was_sent = attempt->tries > 0 || attempt->keys > 0;
    *ret_is = false;
    if (attempt->call.kind != CALL_CREATE || was_sent) {
        return 0;
    }
    const int err = order_read(settler, &attempt->order);
    *ret_is = err == ERR_NOT_FOUND ||
              (err == 0 && (draft_make(settler->order, settler_currency(settler), &draft) != 0 ||
                            !bytes_equal(attempt->call.wish, bytes_of(draft.hash, HASH_BYTES))));
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* Whether an order that may not be here, and so is never settled, is why it would stay for ever. */
static bool is_over_for_nobody(struct settler *settler, const struct attempt *attempt)
{
    return attempt_is_over(attempt) && order_read(settler, &attempt->order) == ERR_NOT_FOUND;
}

static int attempt_keep(struct settler *settler, const struct attempt *attempt)
{
    settler->is_dirty = true;
    return is_over_for_nobody(settler, attempt) ? outbox_del(settler->txn, attempt)
                                                : outbox_put(settler->txn, attempt);
}

/* At its end: what the draft was is of no use any more. */
static int create_keep(struct settler *settler, const struct attempt *attempt)
{
    const int err = notes_brief_del(settler->txn, &attempt->order, attempt->call.wish);
    return err != 0 ? err : attempt_keep(settler, attempt);
}

/* Its key is used up. An intent that may be there has no name yet: it is looked for in the
 * provider's list, and nobody has its secret. */
static int create_end(struct settler *settler, struct attempt *attempt, const struct kept_call *of)
{
    attempt->state = ATTEMPT_VOID;
    lists_look_soon(settler);
    payments_again(settler, of);
    return create_keep(settler, attempt);
}

static int attempt_fly(struct settler *settler, struct attempt *attempt, struct flight *flight)
{
    struct stripe_terms terms;
    int err = terms_of(settler, attempt, &terms);
    if (err != 0) {
        return err;
    }
    if (attempt->state == ATTEMPT_SEND && attempt_begin(attempt, settler_now_ms(settler))) {
        flight->request = stripe_request_of(attempt, &terms);
    } else if (attempt->call.kind == CALL_CREATE) {
        const struct kept_call of = flight->of;
        flight_close(flight);
        return create_end(settler, attempt, &of);
    } else {
        flight->kind = FLIGHT_LOOK;
        flight->request = stripe_look_of(attempt);
    }
    return attempt_keep(settler, attempt);
}

/* Bytes of @of are kept: the row may go. */
static int attempt_send(struct settler *settler, const struct kept_call *of)
{
    struct attempt attempt;
    bool is_old_draft = false;
    int err = outbox_get(settler->txn, &of->order, &of->call, &attempt);
    if (err != 0) {
        return err;
    }
    attempt.call = of->call;
    if (is_outdated(settler, &attempt, &is_old_draft) != 0) {
        pause_set(settler, &attempt, UNTOLD_MS);
        return 0;
    }
    if (is_old_draft) {
        attempt.state = ATTEMPT_VOID;
        payments_again(settler, of);
        return create_keep(settler, &attempt);
    }
    struct flight *flight = flight_new(settler, FLIGHT_ATTEMPT, FLIGHTS_SPARE);
    if (flight == NULL) {
        return 0;
    }
    kept_call_set(&flight->of, &of->order, &of->call);
    return attempt_fly(settler, &attempt, flight);
}

/* --- which --- */

struct ready {
    uint32_t count;
    struct kept_call calls[READY_MAX];
};

static bool is_ready(struct settler *settler, const struct attempt *attempt)
{
    if ((attempt->state != ATTEMPT_SEND && attempt->state != ATTEMPT_LOOK) ||
        is_flying(settler, attempt)) {
        return false;
    }
    const uint64_t until_ms = paused_until(settler, attempt);
    if (until_ms > 0) {
        settler_again(settler, until_ms);
    }
    return until_ms == 0;
}

/* While a row is sent the table changes: first they are found. */
static int ready_find(struct settler *settler, struct ready *ret_ready)
{
    struct outbox_walk walk;
    struct attempt attempt;
    ret_ready->count = 0;
    int err = outbox_walk_open(settler->txn, NULL, &walk);
    if (err != 0) {
        return err;
    }
    while ((err = outbox_walk_next(&walk, &attempt)) == 0 && ret_ready->count < READY_MAX) {
        if (is_ready(settler, &attempt)) {
            kept_call_set(&ret_ready->calls[ret_ready->count++], &attempt.order, &attempt.call);
        }
    }
    outbox_walk_close(&walk);
    if (ret_ready->count == READY_MAX) {
        settler_again(settler, settler->now_ms + 1);
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* The provider cancels nothing while a bank works on it, and tells nobody when that is over. */
static int cancels_revive(struct settler *settler)
{
    bool is_changed = false;
    if (settler->revive_ms > settler->now_ms) {
        return 0;
    }
    const int err = outbox_revive_cancels(settler->txn, &is_changed);
    settler->is_dirty = settler->is_dirty || is_changed;
    settler->revive_ms = settler->now_ms + REVIVE_MS;
    return err;
}

/* --- how many --- */

static void depth_add(struct settler_depth *depth, const struct attempt *attempt)
{
    uint32_t *const of_kind[PROVIDER_CALL_COUNT] = {[CALL_CREATE] = &depth->creates,
                                                    [CALL_CAPTURE] = &depth->captures,
                                                    [CALL_CANCEL] = &depth->cancels,
                                                    [CALL_REFUND] = &depth->refunds};
    if (attempt->state == ATTEMPT_SEND || attempt->state == ATTEMPT_LOOK) {
        (*of_kind[attempt->call.kind])++;
    } else if (attempt->state == ATTEMPT_STUCK) {
        depth->stuck++;
    }
}

/* Each second while something waits, and whenever there is a turn: also while nothing can be sent.
 */
static int depth_count(struct settler *settler)
{
    struct outbox_walk walk;
    struct attempt attempt;
    struct settler_depth depth = {.stuck = 0};
    if (settler->depth_ms > settler->now_ms) {
        settler_again(settler, settler->depth_ms);
        return 0;
    }
    int err = outbox_walk_open(settler->txn, NULL, &walk);
    if (err != 0) {
        return err;
    }
    while ((err = outbox_walk_next(&walk, &attempt)) == 0) {
        depth_add(&depth, &attempt);
    }
    outbox_walk_close(&walk);
    bell_lock(&settler->worker.bell);
    settler->depth = depth;
    bell_unlock(&settler->worker.bell);
    settler->depth_ms = settler->now_ms + DEPTH_MS;
    if (depth.creates + depth.captures + depth.cancels + depth.refunds > 0) {
        settler_again(settler, settler->depth_ms);
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

int attempts_turn(struct settler *settler)
{
    struct ready ready = {.count = 0};
    const int counted = depth_count(settler);
    if (counted != 0) {
        return counted;
    }
    if (!settler->is_scanned || !settler->is_dated) {
        return 0; /* what was planned before the start may not be wanted any more; and how old keys
                     are is not known before an answer, to a list, says what time it is */
    }
    if (settler->shut_ms > settler->now_ms) {
        settler_again(settler, settler->shut_ms);
        return 0;
    }
    int err = cancels_revive(settler);
    settler_again(settler, settler->revive_ms);
    err = err == 0 ? ready_find(settler, &ready) : err;
    for (uint32_t i = 0; i < ready.count && err == 0; i++) {
        err = attempt_send(settler, &ready.calls[i]);
    }
    return err;
}

/* --- what came of an attempt --- */

static void stuck_say(const struct attempt *attempt)
{
    if (attempt->state == ATTEMPT_STUCK) {
        logger_say(LEVEL_ERROR, "settle",
                   "%s of order %016llx does not go through: look at it at the provider",
                   provider_call_text(attempt->call.kind),
                   (unsigned long long)get_be64(attempt->order.bytes));
    }
}

/* Whether the intent that was read can be paid or is held. */
static bool is_open_intent(const struct errand *errand)
{
    struct stripe_fact fact;
    bool is_fact = false;
    (void)stripe_reply_object(errand->reply, 0, &fact, &is_fact);
    return is_fact && fact.kind == STRIPE_INTENT && fact.intent.state < INTENT_CANCELED;
}

/* --- refunds --- */

/* One that gave nothing back is as none. */
static bool is_known_refund(const struct ledger *ledger, const struct pay_refund *refund)
{
    return refund->status == REFUND_FAILED || refund->status == REFUND_CANCELED ||
           ledger_knows_refund(ledger, refund);
}

/* Whether the provider lists a refund that the order does not know, though it was told: the core
 * does not write it, it cannot be read, it is beyond the page. The plan asks without it. */
static bool has_unknown_refund(const struct settler *settler, const struct errand *errand)
{
    struct stripe_fact fact;
    struct bytes after;
    bool is_fact = false;
    for (uint32_t i = 0; stripe_reply_object(errand->reply, i, &fact, &is_fact); i++) {
        if (!is_fact || !is_known_refund(&settler->order->ledger, &fact.refund)) {
            return true;
        }
    }
    return stripe_reply_has_more(errand->reply, &after);
}

/* --- what came of a look --- */

/* Of an order that is not here, and what is firm: as long as somebody could pay it. The amount
 * becomes the plan's. ERR_BUSY, ERR_IO, ERR_MALFORMED: nobody can tell now. */
static int is_wanted(struct settler *settler, const struct errand *errand, struct attempt *attempt,
                     bool *ret_is)
{
    const struct kept_call *of = &errand->flight.of;
    const struct provider_call *call = NULL;
    struct orphan orphan;
    int err = notes_orphan_get(settler->txn, of->call.intent, &orphan);
    if (err == 0 || attempt->is_firm) {
        *ret_is = is_open_intent(errand);
        return 0;
    }
    if (err != ERR_NOT_FOUND && err != ERR_MALFORMED) {
        return err;
    }
    err = order_wants(settler, of, &call);
    *ret_is = call != NULL;
    if (call != NULL) {
        attempt_ask(attempt, call->amount_minor);
    }
    return err;
}

static int attempt_put(struct settler *settler, const struct attempt *attempt, uint64_t wait_ms)
{
    if (wait_ms > 0) {
        pause_set(settler, attempt, wait_ms);
    }
    stuck_say(attempt);
    return attempt_keep(settler, attempt);
}

/* Another key would not help. */
static bool is_refusal(enum attempt_outcome outcome)
{
    return outcome == OUTCOME_REFUSED || outcome == OUTCOME_DECLINED || outcome == OUTCOME_MISUSED;
}

static int create_conclude(struct settler *settler, const struct errand *errand,
                           struct attempt *attempt)
{
    const struct kept_call *of = &errand->flight.of;
    struct stripe_fact intent;
    bool is_fact = false, is_right = false;
    const uint64_t wait_ms = attempt_end(attempt, errand->outcome);
    if (is_refusal(errand->outcome)) {
        payments_created(settler, of, NULL);
    }
    if (attempt->state == ATTEMPT_LOOK) {
        return create_end(settler, attempt, of);
    }
    if (attempt->state == ATTEMPT_SEND) {
        return attempt_put(settler, attempt, wait_ms);
    }
    int err = create_keep(settler, attempt);
    (void)stripe_reply_object(errand->reply, 0, &intent, &is_fact);
    if (err == 0 && is_fact) {
        err = payments_check(settler, &of->order, of->call.amount_minor, &intent, &is_right);
    }
    if (err == 0) {
        payments_created(settler, of, is_right ? &intent : NULL);
    }
    return err;
}

static int sent_conclude(struct settler *settler, const struct errand *errand,
                         struct attempt *attempt)
{
    if (attempt->call.kind == CALL_CREATE) {
        return create_conclude(settler, errand, attempt);
    }
    const uint64_t wait_ms = attempt_end(attempt, errand->outcome);
    return attempt_put(settler, attempt, wait_ms);
}

static int look_conclude(struct settler *settler, const struct errand *errand,
                         struct attempt *attempt)
{
    bool is_so = false;
    if (errand->outcome != OUTCOME_DONE) {
        const uint64_t wait_ms = attempt_end(attempt, errand->outcome);
        return attempt_put(settler, attempt, wait_ms);
    }
    if (is_wanted(settler, errand, attempt, &is_so) != 0) {
        pause_set(settler, attempt, UNTOLD_MS);
        return 0;
    }
    if (is_so && attempt->call.kind == CALL_REFUND && has_unknown_refund(settler, errand)) {
        attempt->state = ATTEMPT_STUCK;
    } else {
        attempt_looked(attempt, is_so, settler_now_ms(settler));
    }
    return attempt_put(settler, attempt, 0);
}

int attempt_conclude(struct settler *settler, const struct errand *errand)
{
    const struct kept_call *of = &errand->flight.of;
    const bool is_look = errand->flight.kind == FLIGHT_LOOK;
    struct attempt attempt;
    const int err = outbox_get(settler->txn, &of->order, &of->call, &attempt);
    if (err != 0) {
        return err == ERR_NOT_FOUND || err == ERR_MALFORMED ? 0 : err;
    }
    attempt.call.intent = of->call.intent; /* the row's go with its next change */
    attempt.call.wish = of->call.wish;
    if (errand->is_failed) {
        pause_set(settler, &attempt, UNTOLD_MS);
        return 0;
    }
    if (attempt.state != (is_look ? ATTEMPT_LOOK : ATTEMPT_SEND)) {
        return 0;
    }
    return is_look ? look_conclude(settler, errand, &attempt)
                   : sent_conclude(settler, errand, &attempt);
}
