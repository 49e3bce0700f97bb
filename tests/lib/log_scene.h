/* log_scene.h - a device with its log in a store of its own, and the empty store of a peer that
 * pulls it.
 */
#ifndef TRESTLE_TESTS_LIB_LOG_SCENE_H
#define TRESTLE_TESTS_LIB_LOG_SCENE_H

#include "sync/log/run.h"
#include "tests/lib/journal.h"
#include "tests/lib/store_memory.h"

struct log_scene {
    struct journal journal;
    struct journal_device device;
    struct store_memory *store;
    struct store_memory *peer;
    struct run run; /* the last that was read */
};

struct log_scene *log_scene_new(void);
void log_scene_free(struct log_scene *scene);

/* What the peer knows before it pulled anything. */
struct log_head log_scene_head(const struct log_scene *scene);

/* One run of @count events, each of a body of @size bytes. */
void log_scene_write(struct log_scene *scene, uint32_t count, size_t size);

/* Pull from the store into the peer as two nodes would; the number of messages. */
uint32_t log_scene_pull(struct log_scene *scene, struct log_head *head, size_t bytes_max);

/* Whether both stores have the same in @table. */
bool log_scene_is_same(const struct log_scene *scene, enum store_table table);

/* log_verify() of the device's log, as it is in @store. */
int log_scene_verify(const struct log_scene *scene, struct store_memory *store,
                     struct log_report *ret_report);

#endif
