#include "node/os/bell.h"

#include <errno.h>
#include <time.h>

#include "sync/base/check.h"

void bell_open(struct bell *bell)
{
    pthread_condattr_t attributes;
    *bell = (struct bell){.is_rung = false};
    check(pthread_mutex_init(&bell->lock, NULL) == 0);
    check(pthread_condattr_init(&attributes) == 0);
    check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    check(pthread_cond_init(&bell->changed, &attributes) == 0);
    check(pthread_condattr_destroy(&attributes) == 0);
}

void bell_close(struct bell *bell)
{
    check(pthread_cond_destroy(&bell->changed) == 0);
    check(pthread_mutex_destroy(&bell->lock) == 0);
}

void bell_lock(struct bell *bell)
{
    check(pthread_mutex_lock(&bell->lock) == 0);
}

void bell_unlock(struct bell *bell)
{
    check(pthread_mutex_unlock(&bell->lock) == 0);
}

static void change(struct bell *bell, bool *what)
{
    bell_lock(bell);
    *what = true;
    check(pthread_cond_signal(&bell->changed) == 0);
    bell_unlock(bell);
}

void bell_ring(struct bell *bell)
{
    change(bell, &bell->is_rung);
}

void bell_end(struct bell *bell)
{
    change(bell, &bell->is_over);
}

/* False when it was time. */
static bool wait_once(struct bell *bell, uint64_t until_ms)
{
    const struct timespec until = {.tv_sec = (time_t)(until_ms / 1000),
                                   .tv_nsec = (long)(until_ms % 1000) * 1000000};
    const int err = until_ms == UINT64_MAX
                        ? pthread_cond_wait(&bell->changed, &bell->lock)
                        : pthread_cond_timedwait(&bell->changed, &bell->lock, &until);
    check(err == 0 || err == ETIMEDOUT);
    return err == 0;
}

bool bell_wait(struct bell *bell, uint64_t until_ms)
{
    bell_lock(bell);
    while (!bell->is_rung && !bell->is_over && wait_once(bell, until_ms)) {
    }
    bell->is_rung = false;
    const bool goes_on = !bell->is_over;
    bell_unlock(bell);
    return goes_on;
}
