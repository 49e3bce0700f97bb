/* Payments that name an order which is not here: cancelled when nobody claims them, and told to the
 * order when it comes after all. */
#include <string.h>

#include "gateway/settle/settler_state.h"
#include "node/os/logger.h"

enum {
    ASK_AGAIN_MS = 1000,       /* too many calls are under way */
    READ_AGAIN_MS = 60 * 1000, /* the provider did not answer */
};

/* --- whose order came --- */

/* What it is now is told to its order, whose plan goes on from there. */
static void orphan_ask(struct settler *settler, const struct orphan *orphan)
{
    if (!intent_ask(settler, FLIGHT_ORPHAN, FLIGHTS_SPARE, &orphan->order, orphan->intent)) {
        order_again(settler, &orphan->order, ASK_AGAIN_MS);
    }
}

/* The next above @after, with its bytes in @bytes. ERR_NOT_FOUND. */
static int orphan_next(struct settler *settler, struct bytes after, uint8_t *bytes,
                       struct orphan *ret_orphan)
{
    const int err = notes_orphan_next(settler->txn, after, ret_orphan);
    if (err == 0) {
        memcpy(bytes, ret_orphan->intent.data, ret_orphan->intent.size);
        ret_orphan->intent = bytes_of(bytes, ret_orphan->intent.size);
    }
    return err;
}

/* Once for all orders of a turn; none becomes an orphan while they are looked at. */
static int orphans_note(struct settler *settler)
{
    uint8_t bytes[PROVIDER_ID_BYTES_MAX];
    struct orphan orphan = {.intent = bytes_of(NULL, 0)};
    int err = 0;
    orphan_orders_clear(&settler->orphan_orders);
    while ((err = orphan_next(settler, orphan.intent, bytes, &orphan)) == 0) {
        orphan_orders_add(&settler->orphan_orders, &orphan.order);
    }
    settler->is_orphans_noted = err == ERR_NOT_FOUND;
    return err == ERR_NOT_FOUND ? 0 : err;
}

int orphans_claim(struct settler *settler)
{
    uint8_t bytes[PROVIDER_ID_BYTES_MAX];
    struct orphan orphan = {.intent = bytes_of(NULL, 0)};
    int err = settler->is_orphans_noted ? 0 : orphans_note(settler);
    if (err != 0 || !orphan_orders_may_have(&settler->orphan_orders, &settler->order->id)) {
        return err;
    }
    while ((err = orphan_next(settler, orphan.intent, bytes, &orphan)) == 0) {
        if (entity_id_equal(&orphan.order, &settler->order->id)) {
            orphan_ask(settler, &orphan);
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* What the provider does not know, or what the core does not write, waits for the next change. */
int orphan_conclude(struct settler *settler, const struct errand *errand)
{
    const bool is_answered = errand->outcome == OUTCOME_DONE || errand->outcome == OUTCOME_REFUSED;
    if (!is_answered || errand->is_failed) {
        order_again(settler, &errand->flight.of.order, READ_AGAIN_MS);
    }
    return 0;
}

/* --- whose order does not come --- */

/* It is read first: it may be over, and its order may come at this moment. A row of it that cannot
 * be read, as other software wrote it or the disk spoilt it, is put anew. */
static int orphan_cancel(struct settler *settler, const struct orphan *orphan)
{
    const struct provider_call call = {.kind = CALL_CANCEL, .intent = orphan->intent};
    struct attempt attempt;
    const int err = outbox_get(settler->txn, &orphan->order, &call, &attempt);
    if (err != ERR_NOT_FOUND && err != ERR_MALFORMED) {
        return err;
    }
    logger_say(LEVEL_WARNING, "settle",
               "a card payment names order %016llx, which is not here: it is cancelled",
               (unsigned long long)get_be64(orphan->order.bytes));
    attempt = attempt_of(&orphan->order, &call);
    attempt.state = ATTEMPT_LOOK;
    settler->is_dirty = true;
    return outbox_put(settler->txn, &attempt);
}

/* Its time is over, and begins anew, should it still be there then. */
static int orphan_end(struct settler *settler, const struct orphan *orphan)
{
    const int err = order_read(settler, &orphan->order);
    if (err != 0 && err != ERR_NOT_FOUND) { /* nobody can tell now */
        settler_again(settler, settler->now_ms + ASK_AGAIN_MS);
        return 0;
    }
    orphans_again(&settler->orphans, orphan, settler->now_ms);
    if (err == ERR_NOT_FOUND) {
        return orphan_cancel(settler, orphan);
    }
    orphan_ask(settler, orphan);
    return 0;
}

static int orphan_look(struct settler *settler, const struct orphan *orphan)
{
    if (!orphan_is_open(orphan)) {
        return 0;
    }
    const uint64_t wait_ms = orphans_wait(&settler->orphans, orphan, settler->now_ms);
    if (wait_ms == 0) {
        return orphan_end(settler, orphan);
    }
    settler_again(settler, wait_ms < UINT64_MAX ? settler->now_ms + wait_ms : UINT64_MAX);
    return 0;
}

/* Some device may have an order that is not here. */
static bool is_somebody_missing(struct settler *settler)
{
    const struct gate *gate = settler->config.gate;
    gate->live(gate->context, &settler->live);
    for (uint32_t i = 0; i < settler->live.peers_count; i++) {
        if (gate_peer_is_missing(&settler->live.peers[i])) {
            return true;
        }
    }
    return false;
}

static int orphans_walk(struct settler *settler)
{
    uint8_t bytes[PROVIDER_ID_BYTES_MAX];
    struct orphan orphan = {.intent = bytes_of(NULL, 0)};
    int err = 0;
    orphans_walk_begin(&settler->orphans);
    while (err == 0 && (err = orphan_next(settler, orphan.intent, bytes, &orphan)) == 0) {
        err = orphan_look(settler, &orphan);
    }
    orphans_walk_end(&settler->orphans);
    return err == ERR_NOT_FOUND ? 0 : err;
}

int orphans_turn(struct settler *settler)
{
    struct orphan first;
    const int err = notes_orphan_next(settler->txn, bytes_of(NULL, 0), &first);
    if (err == ERR_NOT_FOUND || (err == 0 && is_somebody_missing(settler))) {
        orphans_forget(&settler->orphans);
        return 0;
    }
    return err == 0 ? orphans_walk(settler) : err;
}
