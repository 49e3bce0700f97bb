/* A turn's end: what was stepped is sealed and committed, and only then frames are sent, answers
 * given and people told: durable before sent or shown. */
#include "node/core/core_state.h"
#include "node/os/clock.h"

/* Trying again at once will not help. */
static bool is_refusal(enum bye_reason reason)
{
    return reason == BYE_VERSION || reason == BYE_POPUP || reason == BYE_UNKNOWN ||
           reason == BYE_REVOKED;
}

static void release_sends(struct core *core)
{
    const struct effects *effects = core->effects;
    for (uint32_t i = 0; i < effects->sends_count; i++) {
        /* An outbox that overflows is empty now; the peer asks again for what it lacks. */
        if (transport_send(core->transport, effects->sends[i].link, effects->sends[i].frame) != 0) {
            logger_say(LEVEL_INFO, "mesh", "a slow device lost what was queued for it");
        }
    }
    for (uint32_t i = 0; i < effects->closes_count; i++) {
        const struct effect_close *close_ = &effects->closes[i];
        logger_say(LEVEL_INFO, "mesh", "link %u closed: %s", close_->link,
                   bye_reason_text(close_->reason));
        transport_drop(core->transport, close_->link, is_refusal(close_->reason));
        core->is_links_changed = true;
    }
}

static void release_answers(struct core *core)
{
    for (uint32_t i = 0; i < core->effects->answers_count; i++) {
        const struct effect_answer *answer = &core->effects->answers[i];
        if (answer->request == REQUEST_ENROL) {
            core_enrol_answered(core, answer);
        } else if (answer->request >= REQUEST_PRINT) {
            core_print_answered(core, answer);
        } else if (answer->request == REQUEST_PLACE) {
            core->is_place_told = true;
        } else {
            core_door_answer(core, answer);
        }
    }
}

static void release_alarms(const struct effects *effects)
{
    for (uint32_t i = 0; i < effects->alarms_count; i++) {
        const struct effect_alarm *alarm = &effects->alarms[i];
        logger_say(LEVEL_WARNING, "core", "%s (device %016llx, journal %016llx, event %llu)",
                   alarm_text(alarm->kind), (unsigned long long)alarm->device,
                   (unsigned long long)alarm->log, (unsigned long long)alarm->seq);
    }
}

static void release(struct core *core)
{
    const struct effects *effects = core->effects;
    release_sends(core);
    release_answers(core);
    release_alarms(effects);
    if (effects->is_roster_changed) {
        core_update_links(core);
    }
    core->wake_ms = effects->wake_mono_ms;
    core->patience.is_stock_changed |= effects->is_stock_changed;
    core_blobs_release(core);
    core_print_release(core);
    core_errands_release(core);
    core->is_links_changed = core->is_links_changed || effects->is_roster_changed;
    core->is_news = core->is_news || effects->is_changed || effects->is_ephemeral_changed ||
                    effects->is_marks_moved || effects->answers_count > 0 || core->is_links_changed;
}

int core_turn_end(struct core *core, struct store_txn *txn, bool *ret_is_commit)
{
    *ret_is_commit = false;
    int err = replica_seal(core->replica, txn, clock_now(), core->effects);
    if (err == 0) {
        core_tell_carrying(core);
    }
    if (err != 0 || !core->effects->is_written) {
        store_lmdb_abort(txn);
    } else {
        err = core_fence_move(core);
        if (err != 0) {
            store_lmdb_abort(txn);
        } else {
            err = store_lmdb_commit(txn);
        }
        if (err == 0) {
            core_fence_passed(core);
        }
        *ret_is_commit = err != 0;
    }
    if (err == 0) {
        release(core);
    }
    return err;
}
