#include "gateway/settle/attempt.h"

#include <inttypes.h>
#include <stdio.h>

#include "sync/base/check.h"

const char *attempt_outcome_text(enum attempt_outcome outcome)
{
    static const char *const texts[OUTCOME_COUNT] = {
#define X(name, number, text) [number] = (text),
        ATTEMPT_OUTCOMES(X)
#undef X
    };
    return texts[outcome];
}

/* --- what an answer means --- */

enum { STATUS_OK = 200, STATUS_OK_LAST = 299, STATUS_SERVER = 500 };

static bool is_text(struct bytes bytes, const char *text)
{
    return bytes_equal(bytes, bytes_of_text(text));
}

/* Errors of the provider by status; one that is not here is refused. */
static const struct {
    uint32_t status;
    enum attempt_outcome outcome;
} statuses[] = {
    {401, OUTCOME_SHUT},  {402, OUTCOME_DECLINED}, {403, OUTCOME_SHUT},
    {409, OUTCOME_LATER}, {429, OUTCOME_LATER},
};

static enum attempt_outcome outcome_of_status(uint32_t status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        if (statuses[i].status == status) {
            return statuses[i].outcome;
        }
    }
    return status >= STATUS_SERVER ? OUTCOME_BROKEN : OUTCOME_REFUSED;
}

enum attempt_outcome attempt_outcome_of(const struct provider_answer *answer)
{
    if (answer->status >= STATUS_OK && answer->status <= STATUS_OK_LAST) {
        return answer->is_the_object ? OUTCOME_DONE : OUTCOME_UNKNOWN;
    }
    if (!answer->is_an_error) { /* a proxy on the way, a captive portal */
        return answer->status >= STATUS_SERVER ? OUTCOME_BROKEN : OUTCOME_UNKNOWN;
    }
    if (is_text(answer->type, "idempotency_error") &&
        !is_text(answer->code, "idempotency_key_in_use")) {
        return OUTCOME_MISUSED;
    }
    if (answer->should_retry || is_text(answer->code, "lock_timeout")) {
        return OUTCOME_LATER;
    }
    return outcome_of_status(answer->status);
}

/* --- what is done about it --- */

struct attempt attempt_of(const struct entity_id *order, const struct provider_call *call)
{
    return (struct attempt){.order = *order,
                            .call = *call,
                            .state = call->kind == CALL_REFUND ? ATTEMPT_LOOK : ATTEMPT_SEND};
}

static void hex_print(char *text, size_t size, const uint8_t *data, size_t data_size)
{
    check(size > 2 * data_size);
    for (size_t i = 0; i < data_size; i++) {
        (void)snprintf(text + 2 * i, size - 2 * i, "%02x", data[i]);
    }
}

/* The provider's ids may be longer than what a key may be: they are hashed. */
void attempt_key(const struct attempt *attempt, char ret_text[ATTEMPT_KEY_TEXT_MAX])
{
    enum { OBJECT_BYTES = 16 };
    const struct provider_call *call = &attempt->call;
    const struct bytes parts[] = {bytes_of_text("trestle/attempt/1"), call->intent, call->wish};
    const int64_t amount_minor = call->kind == CALL_REFUND ? 0 : call->amount_minor;
    uint8_t object[OBJECT_BYTES];
    char order_text[2 * ENTITY_ID_BYTES + 1], object_text[2 * OBJECT_BYTES + 1];
    hash_parts(object, sizeof object, parts, sizeof parts / sizeof *parts);
    hex_print(order_text, sizeof order_text, attempt->order.bytes, ENTITY_ID_BYTES);
    hex_print(object_text, sizeof object_text, object, sizeof object);
    const int size = snprintf(ret_text, ATTEMPT_KEY_TEXT_MAX, "%s-%s-%s-%" PRId64 "-%" PRIu32,
                              provider_call_text(call->kind), order_text, object_text, amount_minor,
                              attempt->keys);
    check(size > 0 && size < ATTEMPT_KEY_TEXT_MAX);
}

/* A clock that went back says nothing of the key's age either; but the provider's, which is told in
 * whole seconds, may step back by one with each answer. */
static bool is_key_old(const struct attempt *attempt, int64_t now_ms)
{
    const int64_t age_ms = now_ms - attempt->first_ms;
    return attempt->first_ms != 0 && (age_ms < -ATTEMPT_STEP_MS || age_ms >= ATTEMPT_KEY_MS);
}

/* It waited since: another gateway may have made it meanwhile. */
static bool is_look_old(const struct attempt *attempt, int64_t now_ms)
{
    const int64_t age_ms = now_ms - attempt->looked_ms;
    return attempt->call.kind == CALL_REFUND &&
           (age_ms < -ATTEMPT_STEP_MS || age_ms >= ATTEMPT_LOOK_MS);
}

bool attempt_begin(struct attempt *attempt, int64_t now_ms)
{
    if (is_key_old(attempt, now_ms) || is_look_old(attempt, now_ms)) {
        attempt->state = ATTEMPT_LOOK;
        return false;
    }
    attempt->first_ms = attempt->first_ms != 0 ? attempt->first_ms : now_ms;
    attempt->tries++;
    return true;
}

static uint64_t back_off(const struct attempt *attempt)
{
    uint64_t wait_ms = ATTEMPT_BACK_OFF_FIRST_MS;
    for (uint32_t i = 1; i < attempt->failures && wait_ms < ATTEMPT_BACK_OFF_LAST_MS; i++) {
        wait_ms *= 2;
    }
    return wait_ms < ATTEMPT_BACK_OFF_LAST_MS ? wait_ms : ATTEMPT_BACK_OFF_LAST_MS;
}

/* A server error is tried again under its key, as it may not have come to the work; from then on it
 * would only be repeated from the provider's memory. */
static bool is_worn(const struct attempt *attempt, enum attempt_outcome outcome)
{
    return outcome == OUTCOME_BROKEN && attempt->tries >= ATTEMPT_SAME_KEY_MAX;
}

/* Of a call that was sent. */
static enum attempt_state state_after(const struct attempt *attempt, enum attempt_outcome outcome)
{
    static const enum attempt_state states[OUTCOME_COUNT] = {
        [OUTCOME_DONE] = ATTEMPT_DONE,     [OUTCOME_UNKNOWN] = ATTEMPT_SEND,
        [OUTCOME_LATER] = ATTEMPT_SEND,    [OUTCOME_BROKEN] = ATTEMPT_SEND,
        [OUTCOME_DECLINED] = ATTEMPT_LOOK, [OUTCOME_REFUSED] = ATTEMPT_LOOK,
        [OUTCOME_MISUSED] = ATTEMPT_LOOK,  [OUTCOME_SHUT] = ATTEMPT_SEND,
    };
    const bool may_be_made = outcome == OUTCOME_UNKNOWN || outcome == OUTCOME_BROKEN;
    const bool is_refund = attempt->call.kind == CALL_REFUND;
    return is_worn(attempt, outcome) || (is_refund && may_be_made) ? ATTEMPT_LOOK : states[outcome];
}

uint64_t attempt_end(struct attempt *attempt, enum attempt_outcome outcome)
{
    check(attempt->state == ATTEMPT_SEND ||
          (attempt->state == ATTEMPT_LOOK && outcome != OUTCOME_DONE));
    if (attempt->state == ATTEMPT_SEND) {
        attempt->last = outcome;
        attempt->state = state_after(attempt, outcome);
    } else if (outcome == OUTCOME_REFUSED) {
        attempt->state = ATTEMPT_STUCK; /* the provider does not know it: another account's key? */
    }
    if (attempt->state == ATTEMPT_DONE || attempt->state == ATTEMPT_STUCK) {
        return 0;
    }
    attempt->failures++;
    return back_off(attempt);
}

/* Whether sending the same again under the same key may do what it did not do yet. */
static bool is_key_good(const struct attempt *attempt, int64_t now_ms)
{
    static const bool is_open[OUTCOME_COUNT] = {[OUTCOME_UNKNOWN] = true,
                                                [OUTCOME_LATER] = true,
                                                [OUTCOME_BROKEN] = true,
                                                [OUTCOME_SHUT] = true};
    return attempt->first_ms == 0 || (is_open[attempt->last] && !is_worn(attempt, attempt->last) &&
                                      !is_key_old(attempt, now_ms));
}

static void key_next(struct attempt *attempt)
{
    attempt->keys++;
    attempt->tries = 0;
    attempt->first_ms = 0;
}

void attempt_looked(struct attempt *attempt, bool is_wanted, int64_t now_ms)
{
    check(attempt->state == ATTEMPT_LOOK);
    attempt->looked_ms = now_ms;
    if (!is_wanted) {
        attempt->state = ATTEMPT_VOID;
    } else if (is_key_good(attempt, now_ms)) {
        attempt->state = ATTEMPT_SEND;
    } else if (attempt->last == OUTCOME_MISUSED || (attempt->keys + 1) % ATTEMPT_KEYS_MAX == 0) {
        attempt->state = ATTEMPT_STUCK;
    } else {
        attempt->state = ATTEMPT_SEND;
        key_next(attempt);
    }
}

void attempt_renew(struct attempt *attempt)
{
    if (attempt->last == OUTCOME_REFUSED && attempt->first_ms != 0) {
        key_next(attempt);
    }
}

void attempt_revive(struct attempt *attempt)
{
    attempt->state = ATTEMPT_LOOK;
    if (attempt->call.kind != CALL_REFUND && attempt->first_ms != 0) {
        key_next(attempt);
    }
}

int attempt_again(const struct attempt *attempt, int64_t now_ms, uint32_t *ret_keys)
{
    const int64_t age_ms = now_ms - attempt->first_ms;
    const bool is_rested = age_ms < -ATTEMPT_STEP_MS || age_ms >= ATTEMPT_REST_MS;
    *ret_keys = attempt->keys + (attempt->tries > 0);
    return *ret_keys > 0 && *ret_keys % ATTEMPT_KEYS_MAX == 0 && !is_rested ? ERR_LIMIT : 0;
}

bool attempt_is_over(const struct attempt *attempt)
{
    return attempt->state == ATTEMPT_DONE || attempt->state == ATTEMPT_VOID;
}

bool attempt_is_stuck_cancel(const struct attempt *attempt)
{
    return attempt->state == ATTEMPT_STUCK && attempt->call.kind == CALL_CANCEL;
}

void attempt_ask(struct attempt *attempt, int64_t amount_minor)
{
    if (attempt->first_ms == 0) {
        attempt->call.amount_minor = amount_minor;
    }
}

uint64_t attempt_jitter(uint64_t wait_ms, uint32_t chance)
{
    const uint64_t half_ms = wait_ms / 2;
    return half_ms + (wait_ms - half_ms) * chance / UINT32_MAX;
}
