/* What stands in for libcurl, LMDB and the clocks in a settler that plays a scene: the linker finds
 * these before those of the libraries. */
#include <stdlib.h>
#include <string.h>

#include "node/os/clock.h"
#include "sync/base/check.h"
#include "tests/settler/scene.h"

enum { BOOT_MS = 3600 * 1000 /* the machine slept so long */ };

/* --- clocks --- */

uint64_t clock_mono_ms(void)
{
    return scene->now_ms;
}

uint64_t clock_boot_ms(void)
{
    return scene->now_ms + BOOT_MS;
}

int64_t clock_wall_ms(void)
{
    return HOST_EPOCH_MS + (int64_t)scene->now_ms + scene->wall_off_ms;
}

struct moment clock_now(void)
{
    return (struct moment){.wall_ms = clock_wall_ms(), .mono_ms = scene->now_ms};
}

/* --- the own store --- */

/* The nth time that this is asked. */
static bool is_time(enum scene_strike strike, uint64_t count)
{
    return scene->fault.strike == strike && scene->fault.nth == count;
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
    if (is_time(STRIKE_LOST, scene->commits)) {
        store_memory_abort(txn);
        scene->is_killed = true;
        return 0;
    }
    scene->is_killed = is_time(STRIKE_KILLED, scene->commits);
    return store_memory_commit(txn);
}

void store_lmdb_abort(struct store_txn *txn)
{
    store_memory_abort(txn);
}

/* --- calls --- */

int https_start(const struct https_config *config, struct https **ret_https)
{
    const int err = scene->open_err;
    (void)config;
    scene->open_err = 0;
    *ret_https = NULL;
    return err;
}

void https_stop(struct https *https)
{
    (void)https;
}

int https_push(struct https *https, const struct https_call *call)
{
    struct scene_line *line = &scene->line;
    (void)https;
    if (scene->is_killed) {
        return 0; /* nobody hears it any more */
    }
    if (line->refusals > 0) {
        line->refusals--;
        return ERR_FULL;
    }
    check(line->count < SCENE_LINE_MAX);
    line->due_ms[line->count] =
        scene->now_ms + provider_call(&scene->provider, call, &line->answers[line->count]);
    line->count++;
    return 0;
}

bool https_take(struct https *https, struct https_answer *ret_answer)
{
    struct scene_line *line = &scene->line;
    (void)https;
    for (uint32_t i = 0; i < line->count; i++) {
        if (line->due_ms[i] <= scene->now_ms) {
            *ret_answer = line->answers[i];
            line->count--;
            memmove(line->due_ms + i, line->due_ms + i + 1,
                    (line->count - i) * sizeof *line->due_ms);
            memmove(line->answers + i, line->answers + i + 1,
                    (line->count - i) * sizeof *line->answers);
            return true;
        }
    }
    return false;
}
