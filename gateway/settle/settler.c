/* What is there while it runs, and its turn. */
#include <stdlib.h>
#include <string.h>

#include "gateway/settle/events.h"
#include "gateway/settle/settler_state.h"
#include "node/os/clock.h"
#include "node/os/logger.h"

enum {
    IDLE_MS = 60 * 1000,
    FAILED_MS = 5000, /* the disk is full: a while until the next try */
    STORE_BYTES = 256 * 1024 * 1024,
    FORGET_COUNT = 64, /* in one turn */
    FORGET_MS = 60 * 60 * 1000,
    FORGET_MORE_MS = 1000,
};

/* --- helpers of all files --- */

void settler_again(struct settler *settler, uint64_t at_ms)
{
    settler->next_ms = at_ms < settler->next_ms ? at_ms : settler->next_ms;
}

int64_t settler_now_ms(const struct settler *settler)
{
    return (int64_t)clock_boot_ms() + atomic_load(&settler->offset_ms);
}

int64_t settler_now_s(const struct settler *settler)
{
    return settler_now_ms(settler) / 1000;
}

struct bytes settler_currency(const struct settler *settler)
{
    return bytes_of_text(settler->currency);
}

void kept_call_set(struct kept_call *kept, const struct entity_id *order,
                   const struct provider_call *call)
{
    kept->order = *order;
    kept->call = *call;
    provider_call_keep(&kept->call, kept->bytes);
}

/* --- what was asked --- */

static int event_keep(struct settler *settler, const struct ask *ask, uint64_t request)
{
    bool is_new = false;
    const int err =
        events_receive(settler->txn, bytes_of_text(ask->id),
                       bytes_of(ask->body.data, ask->body.size), settler_now_s(settler), &is_new);
    if (err == 0) {
        struct text body = {.data = NULL};
        text_append_text(&body, "{}");
        settler->is_dirty = settler->is_dirty || is_new;
        settler->hook_ms = settler->now_ms;
        settler->events_ms = 0;
        worker_say(&settler->worker, request, 0, NULL, &body);
    }
    return err;
}

static int asks_turn(struct settler *settler)
{
    struct ask ask;
    uint64_t request = 0;
    int err = 0;
    while (err == 0 && worker_take(&settler->worker, &ask, &request)) {
        (void)atomic_fetch_sub(&settler->asked_bytes, ask.body.size);
        if (ask.is_event) {
            err = event_keep(settler, &ask, request);
            text_close(&ask.body);
        } else {
            payments_add(settler, request, &ask.order);
        }
        if (err != 0) {
            worker_say(&settler->worker, request, err, NULL, NULL);
        }
    }
    return err;
}

/* --- what is old --- */

/* Little by little; by the provider's clock, as ours may be years ahead. */
static int forget_turn(struct settler *settler)
{
    uint32_t events = 0, notes = 0;
    if (!settler->is_dated || settler->forget_ms > settler->now_ms) {
        return 0;
    }
    const int64_t now_s = settler_now_s(settler);
    int err = events_forget(settler->txn, now_s - EVENT_KEPT_S, FORGET_COUNT, &events);
    err = err == 0 ? notes_forget(settler->txn, now_s - NOTE_KEPT_S, FORGET_COUNT, &notes) : err;
    const bool is_more = events == FORGET_COUNT || notes == FORGET_COUNT;
    settler->is_dirty = settler->is_dirty || events > 0 || notes > 0;
    settler->forget_ms = settler->now_ms + (is_more ? FORGET_MORE_MS : FORGET_MS);
    settler_again(settler, settler->forget_ms);
    return err;
}

/* --- a turn --- */

static int turn_steps(struct settler *settler)
{
    int (*const steps[])(struct settler * settler) = {
        asks_turn, facts_turn, orders_turn, payments_turn, lists_turn, attempts_turn, forget_turn};
    int err = 0;
    answers_take(settler);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && err == 0; i++) {
        err = steps[i](settler);
    }
    return err;
}

/* As after a restart: both stores say what is to be done. */
static void forget_all(struct settler *settler)
{
    for (size_t i = 0; i < FLIGHTS_MAX; i++) {
        flight_close(&settler->flights[i]);
    }
    for (size_t i = 0; i < ERRANDS_MAX; i++) {
        errand_close(&settler->errands[i]);
    }
    memset(settler->told, 0, sizeof settler->told);
    memset(settler->pauses, 0, sizeof settler->pauses);
    for (size_t i = 0; i < PAYMENTS_MAX; i++) {
        if (settler->payments[i].stage != PAYMENT_NONE) {
            settler->payments[i].stage = PAYMENT_READ;
        }
    }
    settler->cursor = (struct cursor){.change = 0};
    settler->is_scanned = false;
    settler->events_ms = 0;
    lists_begin(settler);
}

static int turn(struct settler *settler)
{
    settler->now_ms = clock_mono_ms();
    settler->next_ms = settler->now_ms + IDLE_MS;
    settler->is_dirty = false;
    int err = store_lmdb_begin(settler->store, &settler->txn);
    if (err != 0) {
        return err;
    }
    err = turn_steps(settler);
    if (err != 0 || !settler->is_dirty) {
        store_lmdb_abort(settler->txn);
    } else {
        err = store_lmdb_commit(settler->txn);
    }
    settler->txn = NULL;
    waits_show(settler);
    worker_show(&settler->worker, err);
    if (err == 0) {
        calls_release(settler);
    }
    return err;
}

void settler_turn(struct settler *settler)
{
    const int err = turn(settler);
    if (err != 0) {
        logger_say(LEVEL_ERROR, "settle", "nothing can be kept: %s", err_text(err));
        forget_all(settler);
        settler->next_ms = clock_mono_ms() + FAILED_MS;
    }
}

/* --- its parts --- */

void settler_close(struct settler *settler)
{
    struct ask ask;
    uint64_t request = 0;
    https_stop(settler->https);
    for (size_t i = 0; i < FLIGHTS_MAX; i++) {
        flight_close(&settler->flights[i]);
    }
    for (size_t i = 0; i < ERRANDS_MAX; i++) {
        errand_close(&settler->errands[i]);
    }
    while (worker_take(&settler->worker, &ask, &request)) {
        text_close(&ask.body);
    }
    worker_close(&settler->worker);
    store_lmdb_close(settler->store);
    history_free(settler->history);
    free(settler->order);
    free(settler->plan);
    free(settler);
}

static void on_https(void *context)
{
    settler_changed(context);
}

static void open_worker(struct settler *settler)
{
    const struct worker_config config = {.asks = settler->asks,
                                         .ask_bytes = sizeof *settler->asks,
                                         .answers = settler->answers,
                                         .places = SETTLER_ASKS_MAX,
                                         .answered = settler->config.answered,
                                         .context = settler->config.context};
    worker_open(&settler->worker, &config);
}

static int open_parts(struct settler *settler)
{
    const struct store_lmdb_options options = {.folder = settler->config.folder,
                                               .map_bytes = STORE_BYTES};
    const struct https_config https = {
        .base_url = settler->config.terms->stripe_url, .wake = on_https, .context = settler};
    settler->history = history_new();
    settler->order = calloc(1, sizeof *settler->order);
    settler->plan = calloc(1, sizeof *settler->plan);
    if (settler->history == NULL || settler->order == NULL || settler->plan == NULL) {
        return ERR_NO_MEMORY;
    }
    const int err = store_lmdb_open(&options, &settler->store);
    return err != 0 ? err : https_start(&https, &settler->https);
}

/* Whoever started it anew may have mended what was stuck; and put another key in. */
static int begin_again(struct settler *settler)
{
    bool is_new = false;
    struct store_txn *txn = NULL;
    int err = store_lmdb_begin(settler->store, &txn);
    if (err != 0) {
        return err;
    }
    err = notes_key_use(txn, bytes_of_text(settler->config.credentials->secret_key), &is_new);
    err = err == 0 ? outbox_loosen(txn) : err;
    if (err != 0) {
        store_lmdb_abort(txn);
        return err;
    }
    return store_lmdb_commit(txn);
}

int settler_open(const struct settler_config *config, struct settler **ret_settler)
{
    struct settler *settler = calloc(1, sizeof *settler);
    if (settler == NULL) {
        return ERR_NO_MEMORY;
    }
    settler->config = *config;
    atomic_init(&settler->offset_ms, clock_wall_ms() - (int64_t)clock_boot_ms());
    open_worker(settler);
    int err = open_parts(settler);
    err = err == 0 ? begin_again(settler) : err;
    if (err != 0) {
        settler_close(settler);
        return err;
    }
    lists_begin(settler);
    *ret_settler = settler;
    return 0;
}
