/* Where other threads ask, and hear what became of it. */
#include <string.h>

#include "gateway/settle/settler_state.h"
#include "node/os/clock.h"
#include "sync/base/check.h"

void settler_lock(struct settler *settler)
{
    check(pthread_mutex_lock(&settler->lock) == 0);
}

void settler_unlock(struct settler *settler)
{
    check(pthread_mutex_unlock(&settler->lock) == 0);
}

void settler_changed(struct settler *settler)
{
    settler_lock(settler);
    settler->is_woken = true;
    check(pthread_cond_signal(&settler->wake) == 0);
    settler_unlock(settler);
}

/* Takes the ask's body over. */
static int ask_push(struct settler *settler, struct ask *ask, uint64_t *ret_request)
{
    settler_lock(settler);
    const bool has_room = settler->outstanding < SETTLER_ASKS_MAX &&
                          ask->body.size <= SETTLER_ASKED_BYTES_MAX - settler->asked_bytes;
    if (has_room) {
        ask->request = ++settler->requests;
        *ret_request = ask->request;
        settler->outstanding++;
        settler->asked_bytes += ask->body.size;
        settler->asks[settler->asks_count++] = *ask;
        settler->is_woken = true;
        check(pthread_cond_signal(&settler->wake) == 0);
    }
    settler_unlock(settler);
    if (!has_room) {
        text_close(&ask->body);
    }
    return has_room ? 0 : ERR_BUSY;
}

int settler_pay(struct settler *settler, const struct entity_id *order, uint64_t *ret_request)
{
    struct ask ask = {.order = *order};
    return ask_push(settler, &ask, ret_request);
}

int settler_receive(struct settler *settler, struct bytes id, struct bytes body,
                    uint64_t *ret_request)
{
    struct ask ask = {.is_event = true};
    check(id.size > 0 && id.size <= PROVIDER_ID_BYTES_MAX);
    memcpy(ask.id, id.data, id.size);
    text_append(&ask.body, body.data, body.size);
    return ask_push(settler, &ask, ret_request);
}

bool settler_answered(struct settler *settler, struct annex_answer *ret_answer)
{
    settler_lock(settler);
    const bool has_one = settler->answers_count > 0;
    if (has_one) {
        *ret_answer = settler->answers[settler->answers_first];
        settler->answers_first = (settler->answers_first + 1) % SETTLER_ASKS_MAX;
        settler->answers_count--;
        settler->outstanding--;
    }
    settler_unlock(settler);
    return has_one;
}

void waits_show(struct settler *settler)
{
    settler_lock(settler);
    settler->shown = settler->waits;
    settler_unlock(settler);
}

/* Of @minutes, what is left to @order, which has waited as @waited_of says. Who is new has all of
 * them from the next turn on; where no more are counted, none is promised anything. */
static uint64_t left_ms(struct settler *settler, uint32_t minutes, const struct entity_id *order,
                        uint64_t (*waited_of)(const struct waits *, const struct entity_id *,
                                              uint64_t))
{
    const uint64_t limit_ms = (uint64_t)minutes * 60 * 1000;
    settler_lock(settler);
    const bool has_room = waits_has_room(&settler->shown, order);
    const uint64_t waited_ms = waited_of(&settler->shown, order, clock_mono_ms());
    settler_unlock(settler);
    if (limit_ms == 0 || !has_room) {
        return UINT64_MAX;
    }
    if (waited_ms == UINT64_MAX) {
        return limit_ms;
    }
    return waited_ms < limit_ms ? limit_ms - waited_ms : 0;
}

uint64_t settler_hold_ends_in_ms(struct settler *settler, const struct entity_id *order)
{
    return left_ms(settler, settler->config.terms->decide_minutes, order, waits_undecided_ms);
}

uint64_t settler_unpaid_ends_in_ms(struct settler *settler, const struct entity_id *order)
{
    return left_ms(settler, settler->config.terms->unpaid_minutes, order, waits_unpaid_ms);
}

bool ask_take(struct settler *settler, struct ask *ret_ask)
{
    settler_lock(settler);
    const bool has_one = settler->asks_count > 0;
    if (has_one) {
        *ret_ask = settler->asks[0];
        settler->asks_count--;
        memmove(settler->asks, settler->asks + 1, settler->asks_count * sizeof *settler->asks);
        settler->asked_bytes -= ret_ask->body.size;
    }
    settler_unlock(settler);
    return has_one;
}
