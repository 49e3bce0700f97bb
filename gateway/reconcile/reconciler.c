#include "gateway/reconcile/reconciler.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/reconcile/statement.h"
#include "node/json/json_build.h"
#include "node/os/clock.h"
#include "node/os/logger.h"
#include "sync/base/check.h"

enum { LOOKS_MAX = 500 /* payments that are asked for one by one */, TRIES = 4 };

enum stage { STAGE_NONE, STAGE_READING, STAGE_DONE, STAGE_FAILED };

struct outcome;

struct reconciler {
    struct reconciler_config config;
    pthread_mutex_t begins; /* guards: */
    bool has_thread;
    pthread_t thread;
    pthread_mutex_t lock; /* guards: */
    enum stage stage;
    uint64_t version; /* raised with each change of what is printed */
    bool is_stopping;
    const char *reading; /* "payments", ... */
    size_t objects, orders;
    int64_t ended_ms;
    struct outcome *outcome; /* STAGE_DONE: what came of it */
    char problem[STATEMENT_PROBLEM_BYTES_MAX];
    struct stripe_reader *reader; /* of the thread, to be cancelled; NULL = none */
    struct reconcile_wish wish;   /* of the stage; the thread reads it without the lock */
};

static void lock(struct reconciler *reconciler)
{
    check(pthread_mutex_lock(&reconciler->lock) == 0);
}

static void unlock(struct reconciler *reconciler)
{
    check(pthread_mutex_unlock(&reconciler->lock) == 0);
}

/* --- how far it is --- */

static void on_page(void *context, const char *what, size_t count)
{
    struct reconciler *reconciler = context;
    lock(reconciler);
    reconciler->reading = what;
    reconciler->objects = count;
    reconciler->version++;
    unlock(reconciler);
}

static void on_look(void *context, size_t looked_at)
{
    struct reconciler *reconciler = context;
    lock(reconciler);
    reconciler->reading = "orders";
    reconciler->orders = looked_at;
    reconciler->version++;
    unlock(reconciler);
}

/* --- what came of it --- */

struct outcome {
    struct compare_result result;
    struct money_style style;
    int64_t since_s, ended_ms;
    size_t looked_at;
    struct reconcile_wish wish;
};

static void put_wish(struct json_value *object, const struct reconcile_wish *wish)
{
    json_put_count(object, "days", wish->days);
    json_put_bool(object, "shared", wish->is_shared);
    if (wish->day != 0) {
        json_put_count(object, "day", wish->day);
    }
}

static struct json_value *sums_json(const struct compare_sums *sums)
{
    struct json_value *object = json_new_object();
    json_put_int(object, "taken", sums->taken_minor);
    json_put_int(object, "given_back", sums->given_back_minor);
    json_put_int(object, "held", sums->held_minor);
    json_put_int(object, "disputed", sums->disputed_minor);
    return object;
}

static struct json_value *difference_json(const struct difference *difference,
                                          const struct money_style *style)
{
    struct json_value *object = json_new_object();
    struct text said = {.data = NULL};
    difference_print(difference, style, &said);
    json_put_string(object, "kind", difference_code(difference->kind));
    json_put_text(object, "said", bytes_of(said.data, said.size));
    json_put_string(object, "next", difference_next(difference->kind));
    if (difference->has_order) {
        json_put_entity(object, "order", &difference->order);
    }
    json_put_string(object, "number", difference->number);
    json_put_string(object, "payment", difference->payment);
    json_put_string(object, "object", difference->object);
    json_put_int(object, "provider", difference->provider_minor);
    json_put_int(object, "ledger", difference->ledger_minor);
    text_close(&said);
    return object;
}

static struct json_value *differences_json(const struct compare_result *result,
                                           const struct money_style *style, size_t count_max)
{
    struct json_value *list = json_new_array();
    for (size_t i = 0; i < result->count && i < count_max; i++) {
        json_append(list, difference_json(&result->kept[i], style));
    }
    return list;
}

static struct json_value *result_json(const struct outcome *outcome, size_t count_max)
{
    const struct compare_result *result = &outcome->result;
    struct json_value *object = json_new_object();
    json_put_string(object, "state", "done");
    json_put_int(object, "ended", outcome->ended_ms);
    json_put_string(object, "currency", outcome->style.currency);
    json_put_int(object, "digits", outcome->style.digits);
    json_put_int(object, "since", outcome->since_s * 1000);
    put_wish(object, &outcome->wish);
    json_put_count(object, "orders", outcome->looked_at);
    json_put_count(object, "payments", result->payments);
    json_put_count(object, "refunds", result->refunds);
    json_put_count(object, "disputes", result->disputes);
    json_put_count(object, "others", result->others);
    json_put_bool(object, "matches", result->count == 0);
    json_put_count(object, "found", result->count);
    json_put_int(object, "owed", result->owed_minor);
    json_put_int(object, "tip", result->tip_minor);
    json_put(object, "in_ledger", sums_json(&result->ledger));
    json_put(object, "at_provider", sums_json(&result->provider));
    json_put(object, "differences", differences_json(result, &outcome->style, count_max));
    return object;
}

/* With fewer differences until it fits; without any it always does. */
static void outcome_print(const struct outcome *outcome, size_t bytes_max, struct text *body)
{
    const size_t before = body->size;
    size_t count_max = DIFFERENCES_MAX;
    json_print(result_json(outcome, count_max), body);
    while (body->size - before > bytes_max && count_max > 0) {
        const size_t count = count_max < outcome->result.count ? count_max : outcome->result.count;
        count_max = count * bytes_max / (body->size - before);
        body->size = before;
        json_print(result_json(outcome, count_max), body);
    }
}

/* --- the work --- */

struct work {
    struct stripe_reader *reader;
    struct statement statement;
    struct books books;
    struct outcome *outcome;
};

static struct compare_input input_of(const struct reconciler *reconciler, const struct work *work)
{
    return (struct compare_input){.popup = reconciler->config.popup,
                                  .since_s = work->statement.since_s,
                                  .is_shared = reconciler->wish.is_shared,
                                  .day = reconciler->wish.day,
                                  .orders = work->books.orders,
                                  .orders_count = work->books.orders_count,
                                  .ledger = work->books.items.items,
                                  .ledger_count = work->books.items.count,
                                  .provider = work->statement.items.items,
                                  .provider_count = work->statement.items.count};
}

/* Payments of the ledger that were not listed: a clock may be wrong, so they are asked for. */
static int unlisted_look(struct reconciler *reconciler, struct work *work)
{
    char ids[LOOKS_MAX][PROVIDER_ID_BYTES_MAX + 1];
    const struct compare_input input = input_of(reconciler, work);
    const struct money_item *item = NULL;
    size_t count = 0;
    int err = 0;
    while (count < LOOKS_MAX && (item = compare_unlisted(&input, count)) != NULL) {
        memcpy(ids[count++], item->id, sizeof item->id);
    }
    for (size_t i = 0; i < count && err == 0; i++) {
        err = statement_look(work->reader, ids[i], &work->statement);
    }
    return err;
}

/* The provider first: what it lists, the ledger has heard of by the time that is read. */
static int work_do(struct reconciler *reconciler, struct work *work)
{
    int err =
        statement_read(work->reader, reconciler->wish.days, &work->statement, on_page, reconciler);
    err = err == 0 ? books_read(reconciler->config.gate, &work->books, on_look, reconciler) : err;
    err = err == 0 ? unlisted_look(reconciler, work) : err;
    if (err == 0) {
        const struct compare_input input = input_of(reconciler, work);
        compare_sides(&input, &work->outcome->result);
        work->outcome->style = work->books.style;
        work->outcome->since_s = work->statement.since_s;
        work->outcome->looked_at = work->books.looked_at;
        work->outcome->wish = reconciler->wish;
    }
    return err;
}

/* @outcome: NULL = it failed, for the reason of @problem. */
static void conclude(struct reconciler *reconciler, const struct outcome *outcome,
                     const char *problem)
{
    lock(reconciler);
    reconciler->stage = outcome != NULL ? STAGE_DONE : STAGE_FAILED;
    reconciler->ended_ms = clock_wall_ms();
    reconciler->version++;
    if (outcome != NULL) {
        *reconciler->outcome = *outcome;
        reconciler->outcome->ended_ms = reconciler->ended_ms;
    }
    (void)snprintf(reconciler->problem, sizeof reconciler->problem, "%s", problem);
    unlock(reconciler);
}

static void conclude_said(const struct outcome *outcome, const char *problem)
{
    if (outcome == NULL) {
        logger_say(LEVEL_WARNING, "settle", "the reconciliation broke off: %s", problem);
    } else {
        const struct compare_result *result = &outcome->result;
        logger_say(result->count == 0 ? LEVEL_NOTICE : LEVEL_WARNING, "settle",
                   "reconciled: %zu payments, %zu refunds, %zu disputes, %zu differences",
                   result->payments, result->refunds, result->disputes, result->count);
    }
}

static void reader_set(struct reconciler *reconciler, struct stripe_reader *reader)
{
    lock(reconciler);
    reconciler->reader = reader;
    if (reader != NULL && reconciler->is_stopping) {
        stripe_reader_cancel(reader);
    }
    unlock(reconciler);
}

static void *work_run(void *context)
{
    struct reconciler *reconciler = context;
    const struct stripe_reader_config config = {.base_url = reconciler->config.terms->stripe_url,
                                                .secret_key =
                                                    reconciler->config.credentials->secret_key,
                                                .tries = TRIES};
    struct work work = {.outcome = calloc(1, sizeof *work.outcome)};
    int err = work.outcome != NULL ? stripe_reader_open(&config, &work.reader) : ERR_NO_MEMORY;
    if (err == 0) {
        reader_set(reconciler, work.reader);
        err = work_do(reconciler, &work);
        reader_set(reconciler, NULL);
    }
    const char *problem =
        work.statement.problem[0] != '\0' ? work.statement.problem : err_text(err);
    conclude(reconciler, err == 0 ? work.outcome : NULL, problem);
    conclude_said(err == 0 ? work.outcome : NULL, problem);
    stripe_reader_close(work.reader);
    statement_close(&work.statement);
    books_close(&work.books);
    free(work.outcome);
    return NULL;
}

/* --- its life --- */

int reconciler_new(const struct reconciler_config *config, struct reconciler **ret_reconciler)
{
    struct reconciler *reconciler = calloc(1, sizeof *reconciler + sizeof *reconciler->outcome);
    if (reconciler == NULL) {
        return ERR_NO_MEMORY;
    }
    reconciler->outcome = (struct outcome *)(void *)(reconciler + 1);
    reconciler->config = *config;
    check(pthread_mutex_init(&reconciler->begins, NULL) == 0);
    check(pthread_mutex_init(&reconciler->lock, NULL) == 0);
    *ret_reconciler = reconciler;
    return 0;
}

static void thread_end(struct reconciler *reconciler)
{
    if (reconciler->has_thread) {
        check(pthread_join(reconciler->thread, NULL) == 0);
        reconciler->has_thread = false;
    }
}

void reconciler_free(struct reconciler *reconciler)
{
    if (reconciler == NULL) {
        return;
    }
    lock(reconciler);
    reconciler->is_stopping = true;
    if (reconciler->reader != NULL) {
        stripe_reader_cancel(reconciler->reader);
    }
    unlock(reconciler);
    thread_end(reconciler);
    check(pthread_mutex_destroy(&reconciler->lock) == 0);
    check(pthread_mutex_destroy(&reconciler->begins) == 0);
    free(reconciler);
}

/* Whether one is to begin: none is under way. ERR_BUSY: one of another wish is. */
static int stage_begin(struct reconciler *reconciler, const struct reconcile_wish *wish,
                       bool *ret_is_free)
{
    lock(reconciler);
    const bool is_free = reconciler->stage != STAGE_READING;
    const bool is_other = !is_free && !reconcile_answers(&reconciler->wish, wish);
    if (is_free) {
        reconciler->stage = STAGE_READING;
        reconciler->reading = "payments";
        reconciler->objects = reconciler->orders = 0;
        reconciler->problem[0] = '\0';
        reconciler->wish = *wish;
        reconciler->version++;
    }
    unlock(reconciler);
    *ret_is_free = is_free;
    return is_other ? ERR_BUSY : 0;
}

static int thread_begin(struct reconciler *reconciler)
{
    thread_end(reconciler);
    reconciler->has_thread = pthread_create(&reconciler->thread, NULL, work_run, reconciler) == 0;
    if (!reconciler->has_thread) {
        conclude(reconciler, NULL, err_text(ERR_NO_MEMORY));
    }
    return reconciler->has_thread ? 0 : ERR_NO_MEMORY;
}

int reconciler_begin(struct reconciler *reconciler, const struct reconcile_wish *wish)
{
    bool is_free = false;
    check(pthread_mutex_lock(&reconciler->begins) == 0);
    int err = stage_begin(reconciler, wish, &is_free);
    err = is_free ? thread_begin(reconciler) : err;
    check(pthread_mutex_unlock(&reconciler->begins) == 0);
    return err;
}

static struct json_value *progress_json(const struct reconciler *reconciler)
{
    static const char *const states[] = {[STAGE_NONE] = "none",
                                         [STAGE_READING] = "reading",
                                         [STAGE_DONE] = "done",
                                         [STAGE_FAILED] = "failed"};
    struct json_value *object = json_new_object();
    json_put_string(object, "state", states[reconciler->stage]);
    if (reconciler->stage != STAGE_NONE) {
        put_wish(object, &reconciler->wish);
    }
    if (reconciler->stage == STAGE_READING) {
        json_put_string(object, "reading", reconciler->reading);
        json_put_count(object, "objects", reconciler->objects);
        json_put_count(object, "orders", reconciler->orders);
    } else if (reconciler->stage == STAGE_FAILED) {
        json_put_string(object, "problem", reconciler->problem);
        json_put_int(object, "ended", reconciler->ended_ms);
    }
    return object;
}

uint64_t reconciler_version(struct reconciler *reconciler)
{
    lock(reconciler);
    const uint64_t version = reconciler->version;
    unlock(reconciler);
    return version;
}

void reconciler_print(struct reconciler *reconciler, size_t bytes_max, struct text *body,
                      struct reconcile_standing *ret_standing)
{
    lock(reconciler);
    const enum stage stage = reconciler->stage;
    *ret_standing = (struct reconcile_standing){.wish = reconciler->wish,
                                                .is_under_way = stage == STAGE_READING,
                                                .is_good = stage != STAGE_FAILED};
    if (stage == STAGE_DONE) {
        outcome_print(reconciler->outcome, bytes_max, body);
    } else {
        json_print(progress_json(reconciler), body);
    }
    unlock(reconciler);
}
