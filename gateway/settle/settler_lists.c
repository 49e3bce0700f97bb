/* The provider's lists: of events, which alone must do where no webhook arrives; and of intents, in
 * which one that nobody here knows is found. */
#include <string.h>

#include "gateway/settle/events.h"
#include "gateway/settle/pace.h"
#include "gateway/settle/settler_state.h"
#include "node/os/logger.h"

enum {
    OVERLAP_S = 60,        /* a list may lag behind its own clock */
    DEEP_OVERLAP_S = 3600, /* and what was missed by then is found now and then */
    DEEP_MS = 15 * 60 * 1000,
    EVENTS_BACK_S = 30 * 86400, /* with nothing known: all that the provider keeps */
    INTENTS_BACK_S = 8 * 86400, /* a hold lasts seven days */
    INTENTS_MS = 30 * 60 * 1000,
    SOON_MS = 5000,
    PAGE_SHARE = 4,
    FAILED_MS = 2000,
    FAILED_MAX_MS = 5 * 60 * 1000,
    UNDATED_MAX_MS = 10 * 1000, /* attempts wait for the first answer */
};

void lists_begin(struct settler *settler)
{
    settler->events = (struct list){.page_max = STRIPE_LIST_MAX};
    settler->intents = (struct list){.page_max = STRIPE_LIST_MAX};
    settler->opened_ms = settler->now_ms;
}

void lists_look_soon(struct settler *settler)
{
    const uint64_t soon_ms = settler->now_ms + SOON_MS;
    if (settler->intents.next_ms != UINT64_MAX && settler->intents.next_ms > soon_ms) {
        settler->intents.next_ms = soon_ms;
        settler_again(settler, soon_ms);
    }
}

static uint64_t events_wait(const struct settler *settler, bool is_open)
{
    const struct pace pace = {
        .open_ms = is_open ? settler->now_ms - settler->opened_ms : UINT64_MAX,
        .hook_ms = settler->hook_ms != 0 ? settler->now_ms - settler->hook_ms : UINT64_MAX};
    return pace_wait(&pace);
}

void lists_opened(struct settler *settler)
{
    settler->opened_ms = settler->now_ms;
}

/* What is open may have changed since it was read last. */
static void events_hasten(struct settler *settler)
{
    struct list *list = &settler->events;
    const uint64_t due_ms = list->ended_ms + events_wait(settler, waits_count(&settler->waits) > 0);
    if (list->next_ms != UINT64_MAX && list->failures == 0 && due_ms < list->next_ms) {
        list->next_ms = due_ms;
    }
}

/* --- one page --- */

static bool page_ask(struct settler *settler, enum flight_kind kind, struct bytes after)
{
    const struct list *list = kind == FLIGHT_EVENTS ? &settler->events : &settler->intents;
    struct flight *flight = flight_new(settler, kind, 1);
    if (flight == NULL) {
        return false;
    }
    flight->request = kind == FLIGHT_EVENTS
                          ? stripe_list_events(list->since_s, after, list->page_max)
                          : stripe_list_intents(list->since_s, after, list->page_max);
    return true;
}

/* --- beginning --- */

static int since_of(struct settler *settler, struct list *list, char place, int64_t back_s,
                    bool is_deep)
{
    int64_t known_s = 0;
    const int err = notes_place_get(settler->txn, place, &known_s);
    list->since_s = known_s > 0 ? known_s - (is_deep ? DEEP_OVERLAP_S : OVERLAP_S)
                                : settler_now_s(settler) - back_s;
    list->since_s = list->since_s > 0 ? list->since_s : 0;
    return err;
}

static int list_read(struct settler *settler, struct list *list, enum flight_kind kind)
{
    const bool is_events = kind == FLIGHT_EVENTS;
    const bool is_deep = settler->now_ms >= list->deep_ms;
    const int err = is_events ? since_of(settler, list, PLACE_EVENTS, EVENTS_BACK_S, is_deep)
                              : since_of(settler, list, PLACE_INTENTS, INTENTS_BACK_S, is_deep);
    if (err != 0 || !page_ask(settler, kind, bytes_of(NULL, 0))) {
        return err;
    }
    list->deep_ms = is_deep ? settler->now_ms + DEEP_MS : list->deep_ms;
    list->date_s = 0;
    list->next_ms = UINT64_MAX;
    return 0;
}

static int list_turn(struct settler *settler, struct list *list, enum flight_kind kind)
{
    int err = 0;
    if (list->next_ms <= settler->now_ms && settler->shut_ms <= settler->now_ms) {
        err = list_read(settler, list, kind);
    }
    if (list->next_ms > settler->now_ms) {
        settler_again(settler, list->next_ms);
    }
    return err;
}

/* --- orphans --- */

static int orphan_cancel(struct settler *settler, const struct orphan *orphan)
{
    const struct provider_call call = {.kind = CALL_CANCEL, .intent = orphan->intent};
    struct kept_call kept;
    struct attempt attempt;
    kept_call_set(&kept, &orphan->order, &call);
    const int err = outbox_get(settler->txn, &orphan->order, &call, &attempt);
    if (err != ERR_NOT_FOUND) {
        return err == ERR_MALFORMED ? 0 : err;
    }
    logger_say(LEVEL_WARNING, "settle",
               "a card payment names order %016llx, which is not here: it is cancelled",
               (unsigned long long)get_be64(orphan->order.bytes));
    attempt = attempt_of(&kept.order, &kept.call);
    settler->is_dirty = true;
    return outbox_put(settler->txn, &attempt);
}

/* From its cancelling on it is as any attempt, and no reason for another turn. */
static int orphan_look(struct settler *settler, const struct orphan *orphan)
{
    const uint64_t wait_ms = orphans_wait(&settler->orphans, orphan, settler->now_ms);
    if (wait_ms == 0) {
        return orphan_cancel(settler, orphan);
    }
    settler_again(settler, wait_ms < UINT64_MAX ? settler->now_ms + wait_ms : UINT64_MAX);
    return 0;
}

/* The first that is open above @after, with its bytes in @bytes. ERR_NOT_FOUND. */
static int orphan_next(struct settler *settler, struct bytes after, uint8_t *bytes,
                       struct orphan *ret_orphan)
{
    int err = 0;
    do {
        err = notes_orphan_next(settler->txn, after, ret_orphan);
        if (err == 0) {
            memcpy(bytes, ret_orphan->intent.data, ret_orphan->intent.size);
            ret_orphan->intent = after = bytes_of(bytes, ret_orphan->intent.size);
        }
    } while (err == 0 && !orphan_is_open(ret_orphan));
    return err;
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

/* Nobody ever decides about them. */
static int orphans_turn(struct settler *settler)
{
    uint8_t bytes[PROVIDER_ID_BYTES_MAX];
    struct orphan orphan;
    int err = orphan_next(settler, bytes_of(NULL, 0), bytes, &orphan);
    if (err == ERR_NOT_FOUND || (err == 0 && is_somebody_missing(settler))) {
        orphans_forget(&settler->orphans);
        return 0;
    }
    orphans_walk_begin(&settler->orphans);
    while (err == 0) {
        err = orphan_look(settler, &orphan);
        err = err == 0 ? orphan_next(settler, orphan.intent, bytes, &orphan) : err;
    }
    orphans_walk_end(&settler->orphans);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- the turn --- */

int lists_turn(struct settler *settler)
{
    if (!settler->is_scanned) {
        return 0;
    }
    events_hasten(settler);
    int err = list_turn(settler, &settler->events, FLIGHT_EVENTS);
    err = err == 0 ? list_turn(settler, &settler->intents, FLIGHT_INTENTS) : err;
    return err == 0 ? orphans_turn(settler) : err;
}

/* --- the end of a page, and of a list --- */

static int list_end(struct settler *settler, struct list *list, enum flight_kind kind)
{
    const bool is_events = kind == FLIGHT_EVENTS;
    list->failures = 0;
    list->ended_ms = settler->now_ms;
    list->next_ms =
        settler->now_ms +
        (is_events ? events_wait(settler, waits_count(&settler->waits) > 0) : (uint64_t)INTENTS_MS);
    settler->is_dirty = true;
    return list->date_s == 0
               ? 0
               : notes_place_put(settler->txn, is_events ? PLACE_EVENTS : PLACE_INTENTS,
                                 list->date_s);
}

/* Perhaps one object is too large, or the line too bad for so many. */
static uint32_t page_smaller(uint32_t count)
{
    return count > PAGE_SHARE ? count / PAGE_SHARE : 1;
}

static uint32_t page_larger(uint32_t count)
{
    return count < STRIPE_LIST_MAX / PAGE_SHARE ? count * PAGE_SHARE : STRIPE_LIST_MAX;
}

static void list_fail(struct settler *settler, struct list *list)
{
    const uint64_t max_ms = settler->is_dated ? FAILED_MAX_MS : UNDATED_MAX_MS;
    uint64_t wait_ms = FAILED_MS;
    for (uint32_t i = 0; i < list->failures && wait_ms < max_ms; i++) {
        wait_ms *= 2;
    }
    list->failures++;
    list->page_max = page_smaller(list->page_max);
    list->next_ms = settler->now_ms + (wait_ms < max_ms ? wait_ms : max_ms);
}

/* What the page told is durable: it need not be told again. */
static int page_see(struct settler *settler, const struct errand *errand)
{
    struct stripe_fact fact;
    bool is_fact = false;
    int err = 0;
    for (uint32_t i = 0; err == 0 && stripe_reply_object(errand->reply, i, &fact, &is_fact); i++) {
        if (is_fact && fact.event.size > 0) {
            settler->is_dirty = true;
            err = events_see(settler->txn, fact.event, settler_now_s(settler));
        }
    }
    return err;
}

int list_conclude(struct settler *settler, const struct errand *errand)
{
    const enum flight_kind kind = errand->flight.kind;
    struct list *list = kind == FLIGHT_EVENTS ? &settler->events : &settler->intents;
    struct bytes after;
    if (errand->outcome != OUTCOME_DONE || errand->is_failed) {
        list_fail(settler, list);
        return 0;
    }
    const int err = kind == FLIGHT_EVENTS ? page_see(settler, errand) : 0;
    if (err != 0) {
        return err;
    }
    list->page_max = page_larger(list->page_max);
    if (!stripe_reply_has_more(errand->reply, &after)) {
        return list_end(settler, list, kind);
    }
    if (after.size == 0 || !page_ask(settler, kind, after)) {
        list_fail(settler, list); /* all from the newest page again */
    }
    return 0;
}
