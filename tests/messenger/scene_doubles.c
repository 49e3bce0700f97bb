/* What stands in for libcurl, LMDB, the clocks and the sealing of pushes in a messenger that plays
 * a scene: the linker finds these before those of the libraries. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/os/clock.h"
#include "sync/base/check.h"
#include "tests/messenger/scene.h"

/* --- clocks --- */

uint64_t clock_mono_ms(void)
{
    return scene->now_ms;
}

uint64_t clock_boot_ms(void)
{
    return scene->now_ms;
}

int64_t clock_wall_ms(void)
{
    return HOST_EPOCH_MS + (int64_t)scene->now_ms;
}

struct moment clock_now(void)
{
    return (struct moment){.wall_ms = clock_wall_ms(), .mono_ms = scene->now_ms};
}

/* --- the own store --- */

static bool is_time(enum scene_strike strike, uint64_t count)
{
    return scene->strike == strike && scene->nth == count;
}

int store_lmdb_open(const struct store_lmdb_options *options, struct store_lmdb **ret_store)
{
    const int err = scene->store_err;
    (void)options;
    scene->store_err = 0;
    *ret_store = (struct store_lmdb *)(void *)scene->own;
    return err;
}

void store_lmdb_close(struct store_lmdb *store)
{
    (void)store;
}

int store_lmdb_begin(struct store_lmdb *store, struct store_txn **ret_txn)
{
    (void)store;
    if (is_time(STRIKE_BEGIN, ++scene->begins)) {
        return ERR_IO;
    }
    *ret_txn = store_memory_begin(scene->own, true);
    return 0;
}

int store_lmdb_commit(struct store_txn *txn)
{
    scene->commits++;
    if (is_time(STRIKE_LOST, scene->commits) || is_time(STRIKE_FULL, scene->commits)) {
        store_memory_abort(txn);
        scene->is_killed = scene->strike == STRIKE_LOST;
        return scene->strike == STRIKE_LOST ? 0 : ERR_FULL;
    }
    scene->is_killed = is_time(STRIKE_KILLED, scene->commits);
    return store_memory_commit(txn);
}

void store_lmdb_abort(struct store_txn *txn)
{
    store_memory_abort(txn);
}

/* --- sealing: as it is, so that the test can read it --- */

int webpush_seal(const struct webpush_keys *keys, const struct webpush_chance *chance,
                 struct bytes text, uint8_t buffer[WEBPUSH_BODY_BYTES_MAX], struct bytes *ret_body)
{
    (void)chance;
    if (p256_check(&keys->p256dh) != 0) {
        return ERR_MALFORMED;
    }
    memcpy(buffer, text.data, text.size);
    *ret_body = bytes_of(buffer, text.size);
    return 0;
}

/* --- calls --- */

static char handles[CHANNEL_COUNT];

static struct https *handle_of(enum channel channel)
{
    return (struct https *)(void *)&handles[channel];
}

static enum channel channel_of(const struct https *https)
{
    return https == handle_of(CHANNEL_PUSH) ? CHANNEL_PUSH : CHANNEL_SMS;
}

int https_start(const struct https_config *config, struct https **ret_https)
{
    const int err = scene->open_err;
    scene->open_err = 0;
    *ret_https = err == 0 ? handle_of(config->base_url == NULL ? CHANNEL_PUSH : CHANNEL_SMS) : NULL;
    check(config->base_url == NULL || strcmp(config->base_url, "https://sms.example.net") == 0);
    return err;
}

void https_stop(struct https *https)
{
    (void)https;
}

static void post_keep(enum channel channel, const struct https_call *call)
{
    check(scene->posts_count < SCENE_POSTS_MAX);
    struct scene_post *post = &scene->posts[scene->posts_count++];
    size_t at = 0;
    memset(post, 0, sizeof *post);
    post->channel = channel;
    post->at_ms = scene->now_ms;
    check(call->is_post && call->path.size < sizeof post->url &&
          call->body.size < sizeof post->body);
    memcpy(post->url, call->path.data, call->path.size);
    memcpy(post->body, call->body.data, call->body.size);
    for (uint32_t i = 0; i < call->headers_count; i++) {
        at += (size_t)snprintf(post->headers + at, sizeof post->headers - at, "%s\n",
                               call->headers[i]);
        check(at < sizeof post->headers);
    }
}

static bool is_dead(const struct https_call *call)
{
    char url[256];
    (void)snprintf(url, sizeof url, "%.*s", (int)call->path.size, (const char *)call->path.data);
    return scene->dead != NULL && strstr(url, scene->dead) != NULL;
}

int https_push(struct https *https, const struct https_call *call)
{
    const enum channel channel = channel_of(https);
    const struct scene_server *server = &scene->servers[channel];
    if (scene->is_killed || scene->push_err != 0) {
        return scene->push_err; /* killed: nobody hears it any more */
    }
    const bool is_unsent = server->is_unsent || is_dead(call);
    if (!is_unsent) {
        post_keep(channel, call);
        scene->is_killed = is_time(STRIKE_SENT, scene->posts_count);
    }
    if (!server->is_silent) {
        check(scene->line_count[channel] < HTTPS_CALLS_MAX);
        scene->line[channel][scene->line_count[channel]++] =
            (struct https_answer){.name = call->name,
                                  .status = is_unsent ? 0 : server->status,
                                  .is_unsent = is_unsent,
                                  .is_private = is_unsent && server->is_private,
                                  .retry_after_s = server->retry_after_s,
                                  .date_s = server->date_s};
    }
    return 0;
}

bool https_take(struct https *https, struct https_answer *ret_answer)
{
    const enum channel channel = channel_of(https);
    if (scene->line_count[channel] == 0) {
        return false;
    }
    *ret_answer = scene->line[channel][0];
    scene->line_count[channel]--;
    memmove(scene->line[channel], scene->line[channel] + 1,
            scene->line_count[channel] * sizeof scene->line[channel][0]);
    return true;
}
