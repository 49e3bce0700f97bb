/* The thread, a turn whenever there is news or it is time; and where other threads ask. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "gateway/notify/messenger_state.h"
#include "sync/base/check.h"

void messenger_lock(struct messenger *messenger)
{
    check(pthread_mutex_lock(&messenger->lock) == 0);
}

void messenger_unlock(struct messenger *messenger)
{
    check(pthread_mutex_unlock(&messenger->lock) == 0);
}

/* --- the thread --- */

/* False when it is to stop. */
static bool wait_for_news(struct messenger *messenger)
{
    struct timespec until;
    const uint64_t ms = messenger->next_ms;
    int err = 0;
    until.tv_sec = (time_t)(ms / 1000);
    until.tv_nsec = (long)(ms % 1000) * 1000000;
    messenger_lock(messenger);
    while (!messenger->is_woken && !messenger->is_stopping && err != ETIMEDOUT) {
        err = pthread_cond_timedwait(&messenger->wake, &messenger->lock, &until);
    }
    messenger->is_woken = false;
    const bool goes_on = !messenger->is_stopping;
    messenger_unlock(messenger);
    return goes_on;
}

static void *messenger_run(void *context)
{
    struct messenger *messenger = context;
    do {
        messenger_turn(messenger);
    } while (wait_for_news(messenger));
    return NULL;
}

int messenger_start(const struct messenger_config *config, struct messenger **ret_messenger)
{
    struct messenger *messenger = NULL;
    const int err = messenger_open(config, &messenger);
    if (err != 0) {
        return err;
    }
    if (pthread_create(&messenger->thread, NULL, messenger_run, messenger) != 0) {
        messenger_close(messenger);
        return ERR_NO_MEMORY;
    }
    *ret_messenger = messenger;
    return 0;
}

void messenger_stop(struct messenger *messenger)
{
    if (messenger == NULL) {
        return;
    }
    messenger_lock(messenger);
    messenger->is_stopping = true;
    check(pthread_cond_signal(&messenger->wake) == 0);
    messenger_unlock(messenger);
    check(pthread_join(messenger->thread, NULL) == 0);
    messenger_close(messenger);
}

/* --- doors --- */

void messenger_changed(struct messenger *messenger)
{
    messenger_lock(messenger);
    messenger->is_woken = true;
    check(pthread_cond_signal(&messenger->wake) == 0);
    messenger_unlock(messenger);
}

int messenger_ask(struct messenger *messenger, const struct wish *wish, uint64_t *ret_request)
{
    messenger_lock(messenger);
    const bool has_room = messenger->outstanding < MESSENGER_ASKS_MAX;
    if (has_room) {
        *ret_request = ++messenger->requests | MESSENGER_REQUEST_BIT;
        messenger->outstanding++;
        messenger->asks[messenger->asks_count++] =
            (struct ask){.request = *ret_request, .wish = *wish};
        messenger->is_woken = true;
        check(pthread_cond_signal(&messenger->wake) == 0);
    }
    messenger_unlock(messenger);
    return has_room ? 0 : ERR_BUSY;
}

bool messenger_ask_take(struct messenger *messenger, struct ask *ret_ask)
{
    messenger_lock(messenger);
    const bool has_one = messenger->asks_count > 0;
    if (has_one) {
        *ret_ask = messenger->asks[0];
        messenger->asks_count--;
        memmove(messenger->asks, messenger->asks + 1,
                messenger->asks_count * sizeof *messenger->asks);
    }
    messenger_unlock(messenger);
    return has_one;
}

bool messenger_answered(struct messenger *messenger, struct annex_answer *ret_answer)
{
    messenger_lock(messenger);
    const bool has_one = messenger->answers_count > 0;
    if (has_one) {
        *ret_answer = messenger->answers[messenger->answers_first];
        messenger->answers_first = (messenger->answers_first + 1) % MESSENGER_ASKS_MAX;
        messenger->answers_count--;
        messenger->outstanding--;
    }
    messenger_unlock(messenger);
    return has_one;
}
