#include "node/access/pin_desk.h"

#include <pthread.h>
#include <stdlib.h>

#include "node/os/clock.h"
#include "sync/base/check.h"

enum job_state { JOB_FREE, JOB_WAITING, JOB_LOOKED_AT, JOB_ANSWERED };

struct job {
    enum job_state state;
    struct pin_guess guess; /* wiped when it was looked at */
    struct pin_answer answer;
};

struct pin_desk {
    struct pin_book *book; /* the thread's */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_closing;
    void (*on_answer)(void *context);
    void *context;
    uint64_t requests;
    struct job jobs[PIN_DESK_MAX];
};

static void desk_lock(struct pin_desk *desk)
{
    check(pthread_mutex_lock(&desk->lock) == 0);
}

static void desk_unlock(struct pin_desk *desk)
{
    check(pthread_mutex_unlock(&desk->lock) == 0);
}

/* The one in @state that was asked first. */
static struct job *job_first(struct pin_desk *desk, enum job_state state)
{
    struct job *first = NULL;
    for (size_t i = 0; i < PIN_DESK_MAX; i++) {
        struct job *job = &desk->jobs[i];
        if (job->state == state && (first == NULL || job->answer.request < first->answer.request)) {
            first = job;
        }
    }
    return first;
}

/* --- the thread --- */

/* The next job, or NULL at the end. */
static struct job *job_await(struct pin_desk *desk)
{
    struct job *job = NULL;
    desk_lock(desk);
    while (!desk->is_closing && (job = job_first(desk, JOB_WAITING)) == NULL) {
        check(pthread_cond_wait(&desk->changed, &desk->lock) == 0);
    }
    if (desk->is_closing) {
        job = NULL;
    }
    if (job != NULL) {
        job->state = JOB_LOOKED_AT;
    }
    desk_unlock(desk);
    return job;
}

static void job_answer(struct pin_desk *desk, struct job *job)
{
    entropy_wipe(&job->guess, sizeof job->guess);
    desk_lock(desk);
    job->state = JOB_ANSWERED;
    if (desk->on_answer != NULL) {
        desk->on_answer(desk->context);
    }
    desk_unlock(desk);
}

static void *desk_run(void *argument)
{
    struct pin_desk *desk = argument;
    struct job *job;
    while ((job = job_await(desk)) != NULL) {
        job->answer.err =
            pin_book_try(desk->book, &job->guess, clock_mono_ms(), &job->answer.wait_ms);
        job_answer(desk, job);
    }
    return NULL;
}

/* --- its life --- */

static void desk_free(struct pin_desk *desk)
{
    pin_book_close(desk->book);
    (void)pthread_cond_destroy(&desk->changed);
    (void)pthread_mutex_destroy(&desk->lock);
    entropy_wipe(desk, sizeof *desk);
    free(desk);
}

int pin_desk_open(struct pin_book *book, struct pin_desk **ret_desk)
{
    struct pin_desk *desk = calloc(1, sizeof *desk);
    if (desk == NULL) {
        pin_book_close(book);
        return ERR_NO_MEMORY;
    }
    desk->book = book;
    check(pthread_mutex_init(&desk->lock, NULL) == 0);
    check(pthread_cond_init(&desk->changed, NULL) == 0);
    if (pthread_create(&desk->thread, NULL, desk_run, desk) != 0) {
        desk_free(desk);
        return ERR_NO_MEMORY;
    }
    *ret_desk = desk;
    return 0;
}

void pin_desk_close(struct pin_desk *desk)
{
    if (desk == NULL) {
        return;
    }
    desk_lock(desk);
    desk->is_closing = true;
    check(pthread_cond_signal(&desk->changed) == 0);
    desk_unlock(desk);
    check(pthread_join(desk->thread, NULL) == 0);
    desk_free(desk);
}

void pin_desk_on_answer(struct pin_desk *desk, void (*on_answer)(void *context), void *context)
{
    desk_lock(desk);
    desk->on_answer = on_answer;
    desk->context = context;
    desk_unlock(desk);
}

/* --- asking --- */

int pin_desk_ask(struct pin_desk *desk, const struct pin_guess *guess, uint64_t *ret_request)
{
    desk_lock(desk);
    struct job *job = job_first(desk, JOB_FREE);
    if (job != NULL) {
        *job = (struct job){.state = JOB_WAITING,
                            .guess = *guess,
                            .answer = {.request = ++desk->requests, .staff = guess->staff}};
        *ret_request = job->answer.request;
        check(pthread_cond_signal(&desk->changed) == 0);
    }
    desk_unlock(desk);
    return job == NULL ? ERR_BUSY : 0;
}

bool pin_desk_answered(struct pin_desk *desk, struct pin_answer *ret_answer)
{
    desk_lock(desk);
    struct job *job = job_first(desk, JOB_ANSWERED);
    if (job != NULL) {
        *ret_answer = job->answer;
        job->state = JOB_FREE;
    }
    desk_unlock(desk);
    return job != NULL;
}
