#include "node/print/spool.h"

#include <stdlib.h>
#include <string.h>

#include "node/os/bell.h"
#include "node/os/clock.h"
#include "sync/base/check.h"

enum job_state { JOB_FREE = 0, JOB_WAITING, JOB_WRITING, JOB_ENDED };

struct job {
    enum job_state state;
    uint64_t turn; /* oldest first */
    uint64_t name;
    uint8_t *bytes;
    size_t size;
    enum spool_outcome outcome;
};

struct spool {
    struct spool_config config;
    pthread_t thread;
    struct bell bell; /* a job is new, or it is to stop; its lock guards all below */
    bool is_left;     /* nobody waits for the thread: it frees all itself */
    uint64_t turns;
    unsigned troubles;
    uint32_t tries; /* of the oldest job */
    struct job jobs[SPOOL_JOBS_MAX];
};

/* --- the queue --- */

static struct job *job_oldest(struct spool *spool, enum job_state state)
{
    struct job *oldest = NULL;
    for (size_t i = 0; i < SPOOL_JOBS_MAX; i++) {
        struct job *job = &spool->jobs[i];
        if (job->state == state && (oldest == NULL || job->turn < oldest->turn)) {
            oldest = job;
        }
    }
    return oldest;
}

int spool_push(struct spool *spool, uint64_t job, const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size);
    if (copy == NULL) {
        return ERR_NO_MEMORY;
    }
    memcpy(copy, bytes, size);
    bell_lock(&spool->bell);
    struct job *slot = job_oldest(spool, JOB_FREE);
    if (slot != NULL) {
        *slot = (struct job){
            .state = JOB_WAITING, .turn = ++spool->turns, .name = job, .bytes = copy, .size = size};
    }
    bell_unlock(&spool->bell);
    if (slot == NULL) {
        free(copy);
        return ERR_FULL;
    }
    bell_ring(&spool->bell);
    return 0;
}

bool spool_take(struct spool *spool, uint64_t *ret_job, enum spool_outcome *ret_outcome)
{
    bell_lock(&spool->bell);
    struct job *job = job_oldest(spool, JOB_ENDED);
    if (job != NULL) {
        *ret_job = job->name;
        *ret_outcome = job->outcome;
        free(job->bytes);
        *job = (struct job){.state = JOB_FREE};
    }
    bell_unlock(&spool->bell);
    return job != NULL;
}

void spool_look(struct spool *spool, unsigned *ret_troubles, uint32_t *ret_waiting)
{
    bell_lock(&spool->bell);
    *ret_troubles = spool->troubles;
    *ret_waiting = 0;
    for (size_t i = 0; i < SPOOL_JOBS_MAX; i++) {
        *ret_waiting += spool->jobs[i].state == JOB_WAITING || spool->jobs[i].state == JOB_WRITING;
    }
    bell_unlock(&spool->bell);
}

/* --- the thread --- */

static unsigned spool_open(const struct spool *spool, struct device *device)
{
    return spool->config.is_file ? device_open_file(device, spool->config.address)
                                 : device_open(device, spool->config.address);
}

/* Write @job, when the printer is well. True when it came to an end; else it has to wait. */
static bool job_print(struct spool *spool, struct job *job, unsigned *ret_troubles)
{
    struct device device = {.fd = -1};
    size_t sent = 0;
    bool is_ended = false;
    unsigned troubles = spool_open(spool, &device);
    if ((troubles & PRINTER_STOPS) == 0) {
        troubles |= device_status(&device);
    }
    if ((troubles & PRINTER_STOPS) == 0) {
        troubles |= device_write(&device, job->bytes, job->size, &sent);
        troubles |= (troubles & PRINTER_STOPS) == 0 ? device_status(&device) : 0;
        is_ended = sent > 0;
        job->outcome = (troubles & PRINTER_STOPS) == 0 ? SPOOL_PRINTED : SPOOL_UNSURE;
    }
    device_close(&device);
    *ret_troubles = troubles;
    return is_ended;
}

/* With the lock held, which is let go meanwhile. */
static void wait_for_change(struct spool *spool, uint64_t until_ms)
{
    bell_unlock(&spool->bell);
    (void)bell_wait(&spool->bell, until_ms);
    bell_lock(&spool->bell);
}

/* ... and a new job does not end it, only stopping does. */
static void wait_before_retry(struct spool *spool)
{
    const uint64_t until_ms = clock_mono_ms() + spool->config.retry_ms;
    while (!spool->bell.is_over && clock_mono_ms() < until_ms) {
        wait_for_change(spool, until_ms);
    }
}

/* What the settings forbid does not get better. */
static bool is_hopeless(const struct spool *spool, unsigned troubles)
{
    return spool->tries >= SPOOL_GIVE_UP_TRIES || (troubles & PRINTER_NOT_ALLOWED) != 0;
}

/* With the lock held, which is let go while the printer is at work. */
static void spool_step(struct spool *spool, struct job *job)
{
    unsigned troubles = 0;
    job->state = JOB_WRITING;
    bell_unlock(&spool->bell);
    const bool is_ended = job_print(spool, job, &troubles);
    bell_lock(&spool->bell);
    const bool is_news = is_ended || troubles != spool->troubles;
    spool->troubles = troubles;
    spool->tries = is_ended ? 0 : spool->tries + 1;
    const bool is_given_up = !is_ended && spool->config.gives_up && is_hopeless(spool, troubles);
    if (is_given_up) {
        job->outcome = SPOOL_FAILED;
        spool->tries = 0;
    }
    job->state = is_ended || is_given_up ? JOB_ENDED : JOB_WAITING;
    /* The wake is a write to an event descriptor: short, and safe under the lock, which keeps
     * whoever leaves from going before it. */
    if ((is_news || is_given_up) && !spool->is_left) {
        spool->config.wake(spool->config.context);
    }
    if ((troubles & PRINTER_STOPS) != 0) {
        wait_before_retry(spool);
    }
}

static void spool_free(struct spool *spool)
{
    for (size_t i = 0; i < SPOOL_JOBS_MAX; i++) {
        free(spool->jobs[i].bytes);
    }
    bell_close(&spool->bell);
    free(spool);
}

static void *spool_run(void *context)
{
    struct spool *spool = context;
    bell_lock(&spool->bell);
    while (!spool->bell.is_over) {
        struct job *job = job_oldest(spool, JOB_WAITING);
        if (job != NULL) {
            spool_step(spool, job);
        } else {
            wait_for_change(spool, UINT64_MAX);
        }
    }
    const bool is_left = spool->is_left;
    bell_unlock(&spool->bell);
    if (is_left) {
        spool_free(spool);
    }
    return NULL;
}

int spool_start(const struct spool_config *config, struct spool **ret_spool)
{
    struct spool *spool = calloc(1, sizeof *spool);
    if (spool == NULL) {
        return ERR_NO_MEMORY;
    }
    spool->config = *config;
    bell_open(&spool->bell);
    if (pthread_create(&spool->thread, NULL, spool_run, spool) != 0) {
        spool_free(spool);
        return ERR_NO_MEMORY;
    }
    *ret_spool = spool;
    return 0;
}

void spool_stop(struct spool *spool)
{
    if (spool == NULL) {
        return;
    }
    bell_end(&spool->bell);
    check(pthread_join(spool->thread, NULL) == 0);
    spool_free(spool);
}

void spool_leave(struct spool *spool)
{
    bell_lock(&spool->bell);
    check(pthread_detach(spool->thread) == 0);
    spool->is_left = true;
    bell_unlock(&spool->bell);
    bell_end(&spool->bell);
}
