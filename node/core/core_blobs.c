/* The core's end of blobs: what a turn wants of their files, once it is durable, and what became of
 * that, in the next turn. */
#include <stdlib.h>

#include "node/core/core_state.h"
#include "node/os/clock.h"
#include "sync/base/check.h"

/* Told in the next turn. */
static void note(struct core *core, const struct hash *hash, uint32_t size, bool is_good)
{
    check(core->blob_news_count < CORE_BLOB_NEWS_MAX); /* the turn before told them all */
    core->blob_news[core->blob_news_count++] =
        (struct core_blob_news){.hash = *hash, .size = size, .is_good = is_good};
    core->wake_ms = clock_mono_ms();
}

static int tell(struct core *core, struct store_txn *txn, const struct core_blob_news *news)
{
    struct input input = {.kind = INPUT_BLOB,
                          .now = clock_now(),
                          .blob = news->hash,
                          .blob_size = news->size,
                          .is_good = news->is_good};
    return replica_step(core->replica, txn, &input, core->effects);
}

/* Where the last turn stopped, what the store believes to be here and is not. */
static int look_for_missing(struct core *core, struct store_txn *txn)
{
    struct core_blob_look *look = &core->blob_look;
    struct core_blob_news gone = {.is_good = false};
    int err = 0;
    for (uint32_t i = 0; look->is_on && i < CORE_BLOB_LOOKS_MAX; i++) {
        err = blob_state_next(txn, BLOB_HERE, look->has_last ? &look->last : NULL, &gone.hash,
                              &gone.size);
        look->is_on = look->has_last = err == 0;
        look->last = gone.hash;
        if (err == 0 && !blobs_has(core->blobs, &gone.hash)) {
            err = tell(core, txn, &gone);
        }
        if (err != 0) {
            break;
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* Whoever reads for a screen may also have looked for what is still to come. */
static int tell_lost(struct core *core, struct store_txn *txn)
{
    struct core_blob_news lost = {.is_good = false};
    enum blob_state state;
    int err = 0;
    while (err == 0 && core_blobs_take_lost(core, &lost.hash)) {
        err = blob_state_get(txn, &lost.hash, &state);
        if (err == 0 && state == BLOB_HERE) {
            err = tell(core, txn, &lost);
        }
    }
    return err;
}

int core_blobs_step(struct core *core, struct store_txn *txn)
{
    int err = tell_lost(core, txn);
    uint32_t count = core->blob_news_count;
    core->blob_news_count = 0; /* lost with the turn: then it is asked for, or looked for, again */
    for (uint32_t i = 0; i < count && err == 0; i++) {
        err = tell(core, txn, &core->blob_news[i]);
    }
    return err != 0 ? err : look_for_missing(core, txn);
}

void core_blobs_forget(struct core *core)
{
    core->blob_look = (struct core_blob_look){.is_on = true};
}

/* --- after the commit --- */

static int part_send(struct core *core, const struct effect_blob_read *wanted, struct bytes whole)
{
    struct writer writer;
    struct bytes frame;
    size_t offset = wanted->offset < whole.size ? wanted->offset : whole.size;
    size_t left = whole.size - offset;
    size_t size = wanted->length < left ? wanted->length : left;
    writer_init(&writer, core->blob_frame, sizeof core->blob_frame);
    message_write_blob(&writer, &wanted->hash, (uint32_t)offset, (uint32_t)whole.size,
                       size == 0 ? bytes_of(NULL, 0) : bytes_of(whole.data + offset, size));
    int err = writer_finish(&writer, &frame);
    return err != 0 ? err : transport_send(core->transport, wanted->link, frame);
}

static void release_read(struct core *core, const struct effect_blob_read *wanted)
{
    uint8_t *data = NULL;
    size_t size = 0;
    int err = blobs_read(core->blobs, &wanted->hash, &data, &size);
    if (err == ERR_NOT_FOUND || err == ERR_MISMATCH) {
        note(core, &wanted->hash, 0, false); /* gone or damaged: to be fetched again */
    }
    (void)!part_send(core, wanted, bytes_of(data, size)); /* of none: the peer asks somebody else */
    free(data);
}

static void release_write(struct core *core, const struct effect_blob_write *part)
{
    bool is_whole;
    bool is_good;
    blobs_take_part(core->blobs, part, &is_whole, &is_good);
    if (is_whole) {
        note(core, &part->hash, part->total, is_good);
    } else {
        core->wake_ms = clock_mono_ms(); /* for the next part */
    }
}

void core_blobs_release(struct core *core)
{
    const struct effects *effects = core->effects;
    if (core->blob_look.is_on) {
        core->wake_ms = clock_mono_ms();
    }
    for (uint32_t i = 0; i < effects->blob_reads_count; i++) {
        release_read(core, &effects->blob_reads[i]);
    }
    for (uint32_t i = 0; i < effects->blob_writes_count; i++) {
        release_write(core, &effects->blob_writes[i]);
    }
    for (uint32_t i = 0; i < effects->blob_erases_count; i++) {
        int err = blobs_erase(core->blobs, &effects->blob_erases[i]);
        if (err != 0) {
            logger_say(LEVEL_ERROR, "blobs",
                       "erased bytes are still on the disk, until the next start tries again: %s",
                       err_text(err));
        }
    }
}

/* --- the start --- */

static bool is_kept(void *context, const struct hash *hash)
{
    enum blob_state state;
    return blob_state_get(context, hash, &state) != 0 || state == BLOB_HERE;
}

int core_blobs_open(struct core *core)
{
    struct store_txn *txn = NULL;
    int err = blobs_open(core->state, &core->blobs);
    if (err == 0) {
        err = store_lmdb_read(core->usage_reader, &txn);
    }
    if (err != 0) {
        return err;
    }
    err = blobs_sweep(core->blobs, is_kept, txn);
    store_lmdb_read_end(core->usage_reader);
    core_blobs_forget(core);
    return err;
}
