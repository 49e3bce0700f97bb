/* Its thread, and where others ask. */
#include "gateway/notify/messenger_state.h"

static uint64_t on_turn(void *subject)
{
    struct messenger *messenger = subject;
    messenger_turn(messenger);
    return messenger->next_ms;
}

int messenger_start(const struct messenger_config *config, struct messenger **ret_messenger)
{
    struct messenger *messenger = NULL;
    int err = messenger_open(config, &messenger);
    if (err != 0) {
        return err;
    }
    err = worker_start(&messenger->worker, on_turn, messenger);
    if (err != 0) {
        messenger_close(messenger);
        return err;
    }
    *ret_messenger = messenger;
    return 0;
}

void messenger_stop(struct messenger *messenger)
{
    if (messenger != NULL) {
        worker_stop(&messenger->worker);
        messenger_close(messenger);
    }
}

void messenger_changed(struct messenger *messenger)
{
    bell_ring(&messenger->worker.bell);
}

int messenger_ask(struct messenger *messenger, const struct wish *wish, uint64_t *ret_request)
{
    return worker_ask(&messenger->worker, wish, ret_request);
}

bool messenger_answered(struct messenger *messenger, struct annex_answer *ret_answer)
{
    return worker_answered(&messenger->worker, ret_answer);
}
