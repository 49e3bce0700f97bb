#include "node/access/pin_desk.h"

#include <stdlib.h>

#include "node/os/bell.h"
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
    struct bell bell; /* somebody asked, or it closes; its lock guards: */
    void (*on_answer)(void *context);
    void *context;
    uint64_t requests;
    struct job jobs[PIN_DESK_MAX];
};

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
    bell_lock(&desk->bell);
    while (!desk->bell.is_over && (job = job_first(desk, JOB_WAITING)) == NULL) {
        bell_unlock(&desk->bell);
        (void)bell_wait(&desk->bell, UINT64_MAX);
        bell_lock(&desk->bell);
    }
    if (desk->bell.is_over) {
        job = NULL;
    }
    if (job != NULL) {
        job->state = JOB_LOOKED_AT;
    }
    bell_unlock(&desk->bell);
    return job;
}

static void job_answer(struct pin_desk *desk, struct job *job)
{
    entropy_wipe(&job->guess, sizeof job->guess);
    bell_lock(&desk->bell);
    job->state = JOB_ANSWERED;
    if (desk->on_answer != NULL) {
        desk->on_answer(desk->context);
    }
    bell_unlock(&desk->bell);
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
    bell_close(&desk->bell);
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
    bell_open(&desk->bell);
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
    bell_end(&desk->bell);
    check(pthread_join(desk->thread, NULL) == 0);
    desk_free(desk);
}

void pin_desk_on_answer(struct pin_desk *desk, void (*on_answer)(void *context), void *context)
{
    bell_lock(&desk->bell);
    desk->on_answer = on_answer;
    desk->context = context;
    bell_unlock(&desk->bell);
}

/* --- asking --- */

int pin_desk_ask(struct pin_desk *desk, const struct pin_guess *guess, uint64_t *ret_request)
{
    bell_lock(&desk->bell);
    struct job *job = job_first(desk, JOB_FREE);
    if (job != NULL) {
        *job = (struct job){.state = JOB_WAITING,
                            .guess = *guess,
                            .answer = {.request = ++desk->requests, .staff = guess->staff}};
        *ret_request = job->answer.request;
    }
    bell_unlock(&desk->bell);
    if (job == NULL) {
        return ERR_BUSY;
    }
    bell_ring(&desk->bell);
    return 0;
}

bool pin_desk_answered(struct pin_desk *desk, struct pin_answer *ret_answer)
{
    bell_lock(&desk->bell);
    struct job *job = job_first(desk, JOB_ANSWERED);
    if (job != NULL) {
        *ret_answer = job->answer;
        job->state = JOB_FREE;
    }
    bell_unlock(&desk->bell);
    return job != NULL;
}
