/* Its thread, and where others ask and hear what became of it. */
#include <string.h>

#include "gateway/settle/settler_state.h"
#include "node/os/clock.h"
#include "sync/base/check.h"

static uint64_t on_turn(void *subject)
{
    struct settler *settler = subject;
    settler_turn(settler);
    return settler->next_ms;
}

int settler_start(const struct settler_config *config, struct settler **ret_settler)
{
    struct settler *settler = NULL;
    int err = settler_open(config, &settler);
    if (err != 0) {
        return err;
    }
    err = worker_start(&settler->worker, on_turn, settler);
    if (err != 0) {
        settler_close(settler);
        return err;
    }
    *ret_settler = settler;
    return 0;
}

void settler_stop(struct settler *settler)
{
    if (settler != NULL) {
        worker_stop(&settler->worker);
        settler_close(settler);
    }
}

void settler_changed(struct settler *settler)
{
    bell_ring(&settler->worker.bell);
}

/* Takes the ask's body over. */
static int ask_push(struct settler *settler, struct ask *ask, uint64_t *ret_request)
{
    const size_t bytes = atomic_fetch_add(&settler->asked_bytes, ask->body.size) + ask->body.size;
    const int err = bytes <= SETTLER_ASKED_BYTES_MAX
                        ? worker_ask(&settler->worker, ask, ret_request)
                        : ERR_BUSY;
    if (err != 0) {
        (void)atomic_fetch_sub(&settler->asked_bytes, ask->body.size);
        text_close(&ask->body);
    }
    return err;
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
    return worker_answered(&settler->worker, ret_answer);
}

void waits_show(struct settler *settler)
{
    bell_lock(&settler->worker.bell);
    settler->shown = settler->waits;
    bell_unlock(&settler->worker.bell);
}

struct settler_depth settler_depth(struct settler *settler)
{
    bell_lock(&settler->worker.bell);
    const struct settler_depth depth = settler->depth;
    bell_unlock(&settler->worker.bell);
    return depth;
}

/* Of @minutes, what is left to @order, which has waited as @waited_of says. Who is new has all of
 * them from the next turn on; where no more are counted, none is promised anything. */
static uint64_t left_ms(struct settler *settler, uint32_t minutes, const struct entity_id *order,
                        uint64_t (*waited_of)(const struct waits *, const struct entity_id *,
                                              uint64_t))
{
    const uint64_t limit_ms = (uint64_t)minutes * 60 * 1000;
    bell_lock(&settler->worker.bell);
    const bool has_room = waits_has_room(&settler->shown, order);
    const uint64_t waited_ms = waited_of(&settler->shown, order, clock_mono_ms());
    bell_unlock(&settler->worker.bell);
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
