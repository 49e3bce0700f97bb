/* The core's side of the fence: asked at the start, moved before the journal crosses it. */
#include "node/core/core_state.h"
#include "node/os/logger.h"

/* Where the journal of core->log_key ends in the store; 0 = it is not there. */
static int stored_seq(struct core *core, uint64_t log, uint64_t *ret_seq)
{
    struct store_txn *txn = NULL;
    struct log_head head;
    *ret_seq = 0;
    int err = store_lmdb_read(core->usage_reader, &txn);
    if (err != 0) {
        return err;
    }
    err = log_head_get(txn, log, &head);
    if (err == 0) {
        *ret_seq = head.seq;
    }
    store_lmdb_read_end(core->usage_reader);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static uint64_t own_log(const struct core *core)
{
    struct public_key key = signing_public(&core->log_key.secret);
    return id64_of_key(&key);
}

int core_fence_open(struct core *core)
{
    uint64_t seq;
    uint64_t place = fence_place(core->state);
    int err = stored_seq(core, own_log(core), &seq);
    if (err != 0) {
        return err;
    }
    err = fence_load(core->state, &core->fence);
    if (err == ERR_MALFORMED) {
        logger_say(LEVEL_WARNING, "core",
                   "the file fence is damaged: this device goes on under a "
                   "new journal, to be safe");
    } else if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    enum fence_finding finding = err == ERR_MALFORMED ? FENCE_BEHIND
                                                      : fence_judge(err == 0 ? &core->fence : NULL,
                                                                    own_log(core), seq, place);
    if (finding == FENCE_BEHIND || finding == FENCE_MOVED) {
        logger_say(LEVEL_WARNING, "core", "%s: it goes on under a new journal",
                   fence_text(finding));
        err = log_key_renew(core->state, &core->log_key);
        if (err != 0) {
            return err;
        }
        seq = 0;
    }
    core->fence = (struct fence){.log = own_log(core), .place = place, .seq = seq + FENCE_LEASE};
    core->fence_from = seq;
    return fence_save(core->state, &core->fence);
}

/* The power may go before the commit: then the store ends where it does now, and that must lie
 * within the lease as well. A commit of more events than a lease has is the exception. */
int core_fence_move(struct core *core)
{
    uint64_t seq = replica_log_seq(core->replica);
    struct fence fence = core->fence;
    const bool is_same = replica_log(core->replica) == fence.log;
    if (is_same && seq <= fence.seq) {
        return 0;
    }
    const uint64_t lease_end = (is_same ? core->fence_from : 0) + FENCE_LEASE;
    fence.log = replica_log(core->replica);
    fence.seq = lease_end > seq ? lease_end : seq;
    int err = fence_save(core->state, &fence);
    if (err == 0) {
        core->fence = fence;
    }
    return err;
}

void core_fence_passed(struct core *core)
{
    core->fence_from = replica_log_seq(core->replica);
}

void core_fence_stop(struct core *core)
{
    struct fence fence = core->fence;
    if (!core->is_open || core->is_undone || fence.log != replica_log(core->replica)) {
        return;
    }
    fence.seq = replica_log_seq(core->replica);
    fence.is_stopped = true;
    int err = fence_save(core->state, &fence);
    if (err != 0) {
        logger_say(LEVEL_WARNING, "core", "the fence stays leased: %s", err_text(err));
    }
}
