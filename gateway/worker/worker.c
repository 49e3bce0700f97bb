#include "gateway/worker/worker.h"

#include <string.h>

#include "node/os/entropy.h"
#include "sync/base/check.h"

static void *ask_at(const struct worker *worker, uint64_t number)
{
    return (char *)worker->config.asks + number % worker->config.places * worker->config.ask_bytes;
}

static struct annex_answer *answer_at(const struct worker *worker, uint64_t number)
{
    return &worker->config.answers[number % worker->config.places];
}

/* Its requests are taken in the order in which they were asked, so their numbers are their names.
 */
static uint64_t request_of(const struct worker *worker, uint64_t number)
{
    return (number + 1) | worker->config.request_bit;
}

/* --- the thread --- */

static void *worker_run(void *context)
{
    struct worker *worker = context;
    while (bell_wait(&worker->bell, worker->turn(worker->subject))) {
    }
    return NULL;
}

void worker_open(struct worker *worker, const struct worker_config *config)
{
    *worker = (struct worker){.config = *config};
    bell_open(&worker->bell);
}

void worker_close(struct worker *worker)
{
    for (uint64_t i = worker->heard; i < worker->said; i++) {
        text_close(&answer_at(worker, i)->body);
    }
    bell_close(&worker->bell);
}

int worker_start(struct worker *worker, uint64_t (*turn)(void *subject), void *subject)
{
    worker->turn = turn;
    worker->subject = subject;
    return pthread_create(&worker->thread, NULL, worker_run, worker) == 0 ? 0 : ERR_NO_MEMORY;
}

void worker_stop(struct worker *worker)
{
    bell_end(&worker->bell);
    check(pthread_join(worker->thread, NULL) == 0);
}

/* --- what is asked --- */

int worker_ask(struct worker *worker, const void *ask, uint64_t *ret_request)
{
    bell_lock(&worker->bell);
    const bool has_room = worker->asked - worker->heard < worker->config.places;
    if (has_room) {
        memcpy(ask_at(worker, worker->asked), ask, worker->config.ask_bytes);
        *ret_request = request_of(worker, worker->asked++);
    }
    bell_unlock(&worker->bell);
    if (!has_room) {
        return ERR_BUSY;
    }
    bell_ring(&worker->bell);
    return 0;
}

bool worker_take(struct worker *worker, void *ret_ask, uint64_t *ret_request)
{
    bell_lock(&worker->bell);
    const bool has_one = worker->taken < worker->asked;
    if (has_one) {
        memcpy(ret_ask, ask_at(worker, worker->taken), worker->config.ask_bytes);
        entropy_wipe(ask_at(worker, worker->taken), worker->config.ask_bytes);
        *ret_request = request_of(worker, worker->taken++);
    }
    bell_unlock(&worker->bell);
    return has_one;
}

/* --- what is answered --- */

void worker_say(struct worker *worker, uint64_t request, int err, const char *where,
                struct text *body)
{
    struct annex_answer answer = {.request = request, .err = err, .where = where};
    if (body != NULL) {
        answer.body = *body;
        *body = (struct text){.data = NULL};
    }
    bell_lock(&worker->bell);
    check(worker->said < worker->taken);
    *answer_at(worker, worker->said++) = answer;
    bell_unlock(&worker->bell);
}

void worker_show(struct worker *worker, int err)
{
    bell_lock(&worker->bell);
    const bool is_news = worker->shown < worker->said;
    while (worker->shown < worker->said) {
        struct annex_answer *answer = answer_at(worker, worker->shown++);
        if (err != 0) {
            text_close(&answer->body);
            answer->err = err;
        }
    }
    bell_unlock(&worker->bell);
    if (is_news) {
        worker->config.answered(worker->config.context);
    }
}

bool worker_answered(struct worker *worker, struct annex_answer *ret_answer)
{
    bell_lock(&worker->bell);
    const bool has_one = worker->heard < worker->shown;
    if (has_one) {
        *ret_answer = *answer_at(worker, worker->heard++);
    }
    bell_unlock(&worker->bell);
    return has_one;
}
