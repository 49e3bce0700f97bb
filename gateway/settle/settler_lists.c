/* The provider's lists: of events, which alone must do where no webhook arrives; and of intents, in
 * which one that nobody here knows is found. */
#include "gateway/settle/events.h"
#include "gateway/settle/pace.h"
#include "gateway/settle/settler_state.h"

enum {
    OVERLAP_S = 60,        /* a list may lag behind its own clock */
    DEEP_OVERLAP_S = 3600, /* and what was missed by then is found now and then */
    DEEP_MS = 15 * 60 * 1000,
    EVENTS_BACK_S = 30 * 86400, /* with nothing known: all that the provider keeps */
    INTENTS_BACK_S = 8 * 86400, /* a hold lasts seven days */
    INTENTS_MS = 30 * 60 * 1000,
    SHORT_MAX_MS = 24 * 60 * 60 * 1000, /* so long what cannot be read is read again */
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
    list->is_short = false;
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

/* Where the next reading begins. What was passed over keeps the place, but not for ever. */
static int place_keep(struct settler *settler, struct list *list, bool is_events)
{
    if (list->is_short && list->short_ms == 0) {
        list->short_ms = settler->now_ms;
    }
    const bool is_waiting =
        list->is_short && settler->now_ms - list->short_ms < (uint64_t)SHORT_MAX_MS;
    if (list->date_s == 0 || is_waiting) {
        return 0;
    }
    list->short_ms = 0;
    settler->is_dirty = true;
    return notes_place_put(settler->txn, is_events ? PLACE_EVENTS : PLACE_INTENTS, list->date_s);
}

static int list_end(struct settler *settler, struct list *list, enum flight_kind kind)
{
    const bool is_events = kind == FLIGHT_EVENTS;
    list->failures = 0;
    list->ended_ms = settler->now_ms;
    list->next_ms =
        settler->now_ms +
        (is_events ? events_wait(settler, waits_count(&settler->waits) > 0) : (uint64_t)INTENTS_MS);
    return place_keep(settler, list, is_events);
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

/* Whether nobody knows whose it is, and it was passed over. */
static bool was_passed(const struct settler *settler, const struct errand *errand,
                       const struct stripe_fact *fact)
{
    struct entity_id order;
    return errand->is_short && fact_order(settler, fact, &order) == ERR_NOT_FOUND;
}

/* What the page told is durable: it need not be told again. */
static int page_see(struct settler *settler, const struct errand *errand)
{
    struct stripe_fact fact;
    bool is_fact = false;
    int err = 0;
    for (uint32_t i = 0; err == 0 && stripe_reply_object(errand->reply, i, &fact, &is_fact); i++) {
        if (is_fact && fact.event.size > 0 && !was_passed(settler, errand, &fact)) {
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
    list->is_short = list->is_short || errand->is_short;
    list->page_max = page_larger(list->page_max);
    if (!stripe_reply_has_more(errand->reply, &after)) {
        return list_end(settler, list, kind);
    }
    if (after.size == 0 || !page_ask(settler, kind, after)) {
        list_fail(settler, list); /* all from the newest page again */
    }
    return 0;
}
