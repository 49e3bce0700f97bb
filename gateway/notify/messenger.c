/* What is there while it runs, and its turn. */
#include "gateway/notify/messenger.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/notify/messenger_state.h"
#include "node/os/clock.h"
#include "node/os/entropy.h"
#include "node/os/logger.h"

enum {
    IDLE_MS = 60 * 1000,
    FAILED_MS = 5000, /* the disk is full: a while until the next try */
    BUSY_MS = 1000,   /* the node's store cannot be read just now */
    CALL_MS = 30 * 1000,
    ANSWER_BYTES_MAX = 16 * 1024,
    STORE_BYTES = 64 * 1024 * 1024,
};

void messenger_again(struct messenger *messenger, uint64_t at_ms)
{
    messenger->next_ms = at_ms < messenger->next_ms ? at_ms : messenger->next_ms;
}

/* --- a turn --- */

/* After a turn that was undone: who was forgotten, or was to be, is looked at again. */
static int undone_mend(struct messenger *messenger)
{
    const int err = messenger->is_undone ? messenger_watch_all(messenger, messenger->txn) : 0;
    messenger->is_undone = err != 0;
    return err;
}

static int turn_steps(struct messenger *messenger)
{
    int (*const steps[])(struct messenger * messenger) = {undone_mend, messenger_calls_turn,
                                                          messenger_orders_turn,
                                                          messenger_asks_turn, messenger_look_turn};
    int err = 0;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && err == 0; i++) {
        err = steps[i](messenger);
    }
    return err;
}

static int store_end(struct messenger *messenger, int err)
{
    if (err == 0 && messenger->is_dirty) {
        return store_lmdb_commit(messenger->txn);
    }
    store_lmdb_abort(messenger->txn);
    return err;
}

/* With the node's store open to read. */
static int turn(struct messenger *messenger)
{
    messenger->is_dirty = false;
    int err = store_lmdb_begin(messenger->store, &messenger->txn);
    if (err != 0) {
        return err;
    }
    err = store_end(messenger, turn_steps(messenger));
    messenger->txn = NULL;
    worker_show(&messenger->worker, err);
    if (err == 0) {
        messenger_calls_release(messenger);
    }
    return err;
}

/* As after a restart, but for what is out: its answers still come. */
static void forget_all(struct messenger *messenger)
{
    for (size_t channel = 0; channel < CHANNEL_COUNT; channel++) {
        for (size_t i = 0; i < SENDINGS_MAX; i++) {
            struct sending *sending = &messenger->sendings[channel][i];
            if (sending->name != 0 && !sending->is_out) {
                sending_close(sending);
            }
        }
    }
    messenger->cursor = (struct cursor){.change = 0};
    messenger->is_undone = true;
}

void messenger_turn(struct messenger *messenger)
{
    const struct gate *gate = messenger->config.gate;
    messenger->now_ms = clock_mono_ms();
    messenger->next_ms = messenger->now_ms + IDLE_MS;
    if (gate->read_begin(gate->context, &messenger->node) != 0) {
        messenger_again(messenger, messenger->now_ms + BUSY_MS);
        return;
    }
    const int err = turn(messenger);
    gate->read_end(gate->context, messenger->node);
    messenger->node = NULL;
    if (err != 0) {
        logger_say(LEVEL_ERROR, "messages", "nothing can be kept: %s", err_text(err));
        forget_all(messenger);
        messenger->next_ms = clock_mono_ms() + FAILED_MS;
    }
}

/* --- its parts --- */

void messenger_close(struct messenger *messenger)
{
    for (size_t channel = 0; channel < CHANNEL_COUNT; channel++) {
        https_stop(messenger->https[channel]);
        for (size_t i = 0; i < SENDINGS_MAX; i++) {
            sending_close(&messenger->sendings[channel][i]);
        }
    }
    worker_close(&messenger->worker);
    store_lmdb_close(messenger->store);
    history_free(messenger->history);
    free(messenger->order);
    entropy_wipe(messenger, sizeof *messenger);
    free(messenger);
}

static void on_https(void *context)
{
    messenger_changed(context);
}

static void open_worker(struct messenger *messenger)
{
    const struct worker_config config = {.asks = messenger->asks,
                                         .ask_bytes = sizeof *messenger->asks,
                                         .answers = messenger->answers,
                                         .places = MESSENGER_ASKS_MAX,
                                         .request_bit = MESSENGER_REQUEST_BIT,
                                         .answered = messenger->config.answered,
                                         .context = messenger->config.context};
    worker_open(&messenger->worker, &config);
}

static int open_channels(struct messenger *messenger)
{
    const struct letter_sender *sender = &messenger->config.sender;
    char origin[SETTING_BYTES_MAX];
    struct https_config config = {.practice = sender->terms->push_practice,
                                  .total_ms = CALL_MS,
                                  .body_bytes_max = ANSWER_BYTES_MAX,
                                  .wake = on_https,
                                  .context = messenger};
    int err = 0;
    if (sender->keys->has_push) {
        err = https_start(&config, &messenger->https[CHANNEL_PUSH]);
    }
    if (err == 0 && sender->keys->has_sms) {
        sms_origin(sender->terms->sms_url, origin);
        config.base_url = origin;
        config.is_once = true;
        err = https_start(&config, &messenger->https[CHANNEL_SMS]);
    }
    return err;
}

static int open_store(struct messenger *messenger)
{
    const struct store_lmdb_options options = {.folder = messenger->config.folder,
                                               .map_bytes = STORE_BYTES};
    struct store_txn *txn = NULL;
    messenger->now_ms = clock_mono_ms();
    int err = store_lmdb_open(&options, &messenger->store);
    err = err == 0 ? store_lmdb_begin(messenger->store, &txn) : err;
    if (err != 0) {
        return err;
    }
    err = messenger_watch_all(messenger, txn);
    if (err != 0) {
        store_lmdb_abort(txn);
        return err;
    }
    return store_lmdb_commit(txn);
}

int messenger_open(const struct messenger_config *config, struct messenger **ret_messenger)
{
    struct messenger *messenger = calloc(1, sizeof *messenger);
    if (messenger == NULL) {
        return ERR_NO_MEMORY;
    }
    messenger->config = *config;
    open_worker(messenger);
    messenger->history = history_new();
    messenger->order = calloc(1, sizeof *messenger->order);
    int err = messenger->history == NULL || messenger->order == NULL ? ERR_NO_MEMORY : 0;
    err = err == 0 ? open_store(messenger) : err;
    err = err == 0 ? open_channels(messenger) : err;
    if (err != 0) {
        messenger_close(messenger);
        return err;
    }
    *ret_messenger = messenger;
    return 0;
}
