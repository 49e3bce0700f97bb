/* The thread: a turn whenever there is news, or it is time. */
#include <errno.h>
#include <time.h>

#include "gateway/settle/settler_state.h"
#include "sync/base/check.h"

/* False when it is to stop. */
static bool wait_for_news(struct settler *settler)
{
    struct timespec until;
    const uint64_t ms = settler->next_ms;
    until.tv_sec = (time_t)(ms / 1000);
    until.tv_nsec = (long)(ms % 1000) * 1000000;
    settler_lock(settler);
    int err = 0;
    while (!settler->is_woken && !settler->is_stopping && err != ETIMEDOUT) {
        err = pthread_cond_timedwait(&settler->wake, &settler->lock, &until);
    }
    settler->is_woken = false;
    const bool goes_on = !settler->is_stopping;
    settler_unlock(settler);
    return goes_on;
}

static void *settler_run(void *context)
{
    struct settler *settler = context;
    do {
        settler_turn(settler);
    } while (wait_for_news(settler));
    return NULL;
}

int settler_start(const struct settler_config *config, struct settler **ret_settler)
{
    struct settler *settler = NULL;
    const int err = settler_open(config, &settler);
    if (err != 0) {
        return err;
    }
    if (pthread_create(&settler->thread, NULL, settler_run, settler) != 0) {
        settler_close(settler);
        return ERR_NO_MEMORY;
    }
    *ret_settler = settler;
    return 0;
}

void settler_stop(struct settler *settler)
{
    if (settler == NULL) {
        return;
    }
    settler_lock(settler);
    settler->is_stopping = true;
    check(pthread_cond_signal(&settler->wake) == 0);
    settler_unlock(settler);
    check(pthread_join(settler->thread, NULL) == 0);
    settler_close(settler);
}
