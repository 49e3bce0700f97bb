/* Files of blobs that a disk spoils or loses: each is read now and then, and whoever reads one for
 * a screen tells. What is lost is fetched again from who has it. */
#include <stdlib.h>

#include "node/core/core_state.h"
#include "node/os/clock.h"

enum {
    FILE_MS = 1000,               /* between two files */
    PASS_MS = 6 * 60 * 60 * 1000, /* between two passes */
};

/* --- found by who reads --- */

void core_blobs_lost(struct core *core, const struct hash *hash)
{
    struct core_blob_care *care = &core->blob_care;
    (void)pthread_mutex_lock(&core->lock);
    if (care->lost_count < CORE_BLOBS_LOST_MAX) {
        care->lost[care->lost_count++] = *hash;
    }
    (void)pthread_mutex_unlock(&core->lock);
    core_wake(core);
}

bool core_blobs_take_lost(struct core *core, struct hash *ret_hash)
{
    struct core_blob_care *care = &core->blob_care;
    (void)pthread_mutex_lock(&core->lock);
    const bool is = care->lost_count > 0;
    if (is) {
        *ret_hash = care->lost[--care->lost_count];
    }
    (void)pthread_mutex_unlock(&core->lock);
    return is;
}

/* --- found by a look --- */

/* The next one that should be here. ERR_NOT_FOUND: that was the last. */
static int file_next(struct core *core, struct hash *ret_hash)
{
    struct core_blob_care *care = &core->blob_care;
    struct store_txn *txn = NULL;
    uint32_t size;
    int err = store_lmdb_read(core->usage_reader, &txn);
    if (err != 0) {
        return err;
    }
    err = blob_state_next(txn, BLOB_HERE, care->has_looked ? &care->looked : NULL, ret_hash, &size);
    store_lmdb_read_end(core->usage_reader);
    return err;
}

void core_blobs_look(struct core *core)
{
    struct core_blob_care *care = &core->blob_care;
    const uint64_t now_ms = clock_mono_ms();
    struct hash hash;
    uint8_t *data = NULL;
    size_t size = 0;
    if (now_ms < care->due_ms) {
        return;
    }
    int err = file_next(core, &hash);
    care->due_ms = now_ms + (err == ERR_NOT_FOUND ? PASS_MS : FILE_MS);
    care->has_looked = err == 0;
    if (err != 0) {
        return; /* a disk that fails is found by the turns */
    }
    care->looked = hash;
    err = blobs_read(core->blobs, &hash, &data, &size);
    if (err == ERR_NOT_FOUND || err == ERR_MISMATCH) {
        logger_say(LEVEL_WARNING, "blobs", "the disk spoilt a file: it is fetched again");
        core_blobs_lost(core, &hash);
    }
    free(data);
}
