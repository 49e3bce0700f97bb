/* The replica under the turns: opened at the start and after each turn that was undone, folded anew
 * when other software folded the store, and forgotten together with all links. */
#include "node/core/core_state.h"
#include "node/os/clock.h"
#include "sync/base/check.h"

enum {
    RETRY_MS = 1000,
    REFOLD_ENTITIES = 2000, /* in a transaction: under a second on a small board */
};

/* The store was folded by other software: fold it anew, in transactions that a crash may fall
 * between. */
static int replica_refold(struct core *core)
{
    uint64_t entities = 0;
    bool is_done = false;
    int err = 0;
    logger_say(LEVEL_NOTICE, "core", "this version reads the journal anew; that takes a while");
    while (err == 0 && !is_done) {
        struct store_txn *txn = NULL;
        err = store_lmdb_begin(core->store, &txn);
        if (err != 0) {
            return err;
        }
        err = replica_rebuild_part(core->replica, txn, REFOLD_ENTITIES, &entities, &is_done);
        if (err != 0) {
            store_lmdb_abort(txn);
            return err;
        }
        err = store_lmdb_commit(txn);
        if (err == 0) {
            logger_say(LEVEL_NOTICE, "core", "%llu orders, items and records are read%s",
                       (unsigned long long)entities, is_done ? ": done" : "");
        }
    }
    return err;
}

static int replica_begin_once(struct core *core)
{
    struct store_txn *txn = NULL;
    bool is_commit = false;
    effects_reset(core->effects);
    int err = store_lmdb_begin(core->store, &txn);
    if (err != 0) {
        return err;
    }
    err = replica_open(core->replica, txn, &core->replica_config, clock_now(), core->effects);
    if (err != 0) {
        store_lmdb_abort(txn);
        return err;
    }
    err = core_turn_end(core, txn, &is_commit);
    core->is_open = err == 0;
    return err;
}

int core_replica_begin(struct core *core)
{
    int err = replica_begin_once(core);
    if (err != ERR_VERSION) {
        return err;
    }
    err = replica_refold(core);
    return err != 0 ? err : replica_begin_once(core);
}

int core_replica_retry(struct core *core)
{
    int err = core_replica_begin(core);
    if (err == 0) {
        return 0;
    }
    logger_say(LEVEL_ERROR, "core", "the store does not take anything now: %s", err_text(err));
    core->retry_ms = clock_mono_ms() + RETRY_MS;
    return err == ERR_IO ? ERR_IO : 0;
}

struct bytes core_bye(enum bye_reason reason, uint8_t frame[BYE_FRAME_BYTES_MAX])
{
    struct writer writer;
    struct bytes bytes;
    writer_init(&writer, frame, BYE_FRAME_BYTES_MAX);
    message_write_bye(&writer, reason);
    check(writer_finish(&writer, &bytes) == 0);
    return bytes;
}

void core_say_goodbye(struct core *core, enum bye_reason reason)
{
    uint8_t frame[BYE_FRAME_BYTES_MAX];
    const struct bytes bytes = core_bye(reason, frame);
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        (void)!transport_send(core->transport, i, bytes);
    }
}

void core_replica_forget(struct core *core)
{
    replica_abort(core->replica);
    core_say_goodbye(core, BYE_ABORTED);
    transport_reset(core->transport);
    core->is_open = false;
    core->enrolling.is_pending = false;
    core_blobs_forget(core);
    core_print_forget(core);
    core_errands_forget(core);
    core->is_links_changed = true;
}
