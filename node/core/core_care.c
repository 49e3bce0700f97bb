/* The core's care between turns: the store is scrubbed, room is kept, and who watches over the
 * process is told that it turns. */
#include "node/core/ballast.h"
#include "node/core/core_state.h"
#include "node/os/clock.h"
#include "node/os/notify.h"

enum {
    LOOK_MS = 5000,     /* between two looks at store and disk, */
    LOW_LOOK_MS = 1000, /* while there is no room */
    SETTLED_MS = 30000, /* a start that came so far was a good one */
    SCRUB_MS = 400,     /* between two parts */
    SCRUB_RECORDS = 128,
    HURRY_RECORDS = 8192,  /* in each turn, when something was wrong: some 20 ms */
    HURRY_REST_MS = 10000, /* before rows that are met begin that anew: some may never be right */
    REMAKE_TOLD_MS = 5000, /* between two words of how far it is */
    LOW_PERCENT = 70,      /* of the map; the rest is for this device's own orders */
};

/* --- room --- */

static bool is_map_low(struct core *core)
{
    (void)pthread_mutex_lock(&core->lock);
    const uint64_t used = core->live.store_bytes, all = core->live.store_bytes_max;
    (void)pthread_mutex_unlock(&core->lock);
    return used / LOW_PERCENT >= all / 100 && all > 0;
}

static void room_look(struct core *core)
{
    struct core_care *care = &core->care;
    const bool was_low = care->is_low;
    care->is_ballast = core->is_alone || ballast_make(core->state) == 0;
    care->is_low = !care->is_ballast || is_map_low(core);
    if (care->is_low && !was_low) {
        logger_say(LEVEL_ERROR, "core",
                   "%s is nearly full: only this device's own orders are kept; make room",
                   care->is_ballast ? "the store" : "the disk");
    }
    if (!care->is_low && was_low) {
        logger_say(LEVEL_NOTICE, "core", "there is room again: this device takes in everything");
    }
}

void core_care_failed(struct core *core, int err)
{
    core->care.is_scrub_whole |= err == ERR_IO;
    if (err != ERR_FULL) {
        return;
    }
    core->care.is_low = true;
    if (!core->is_alone && ballast_release(core->state)) {
        logger_say(LEVEL_ERROR, "core",
                   "the disk is full: the ballast is thrown overboard, and only this device's own "
                   "orders are kept; make room");
    }
}

/* --- the store --- */

void core_care_row(struct core *core)
{
    (void)pthread_mutex_lock(&core->lock);
    core->is_row_spoilt = true;
    (void)pthread_mutex_unlock(&core->lock);
}

/* Whether somebody met a row that is none, since this was asked last. */
static bool is_row_spoilt(struct core *core)
{
    (void)pthread_mutex_lock(&core->lock);
    const bool is = core->is_row_spoilt;
    core->is_row_spoilt = false;
    (void)pthread_mutex_unlock(&core->lock);
    return is;
}

/* Rows are made right a part a turn, and selling goes on: people are told that it takes a while. */
static bool is_remaking(struct core *core, uint64_t now_ms)
{
    struct core_care *care = &core->care;
    uint64_t entities = 0;
    const bool is = replica_is_remaking(core->replica, &entities);
    if (is && now_ms - care->remade_ms >= REMAKE_TOLD_MS) {
        care->remade_ms = now_ms;
        logger_say(
            LEVEL_NOTICE, "core",
            "what is made of the journal is looked through and made right: %llu orders, items "
            "and records so far",
            (unsigned long long)entities);
    }
    if (care->is_remaking && !is) {
        logger_say(LEVEL_NOTICE, "core", "what is made of the journal is right again");
    }
    care->is_remaking = is;
    return is;
}

int core_care_scrub(struct core *core, struct store_txn *txn, bool is_idle)
{
    struct core_care *care = &core->care;
    const struct moment now = clock_now();
    const bool is_due = now.mono_ms - care->scrub_ms >= SCRUB_MS;
    const bool is_rested = now.mono_ms - care->hurried_ms >= HURRY_REST_MS;
    if (is_due && is_rested && is_row_spoilt(core)) {
        care->is_scrub_whole = true;
    }
    const bool is_anew = care->is_scrub_whole && !care->is_hurried;
    care->is_hurried = is_anew || (care->is_hurried && replica_is_scrubbing(core->replica));
    care->is_scrub_whole = false;
    if (!is_remaking(core, now.mono_ms) && !care->is_hurried && !(is_due && is_idle)) {
        return 0;
    }
    const struct input input = {.kind = INPUT_SCRUB,
                                .now = now,
                                .is_anew = is_anew,
                                .records_max = care->is_hurried ? HURRY_RECORDS : SCRUB_RECORDS};
    care->scrub_ms = now.mono_ms;
    care->hurried_ms = care->is_hurried ? now.mono_ms : care->hurried_ms;
    const int err = replica_step(core->replica, txn, &input, core->effects);
    if (err == 0 && care->is_hurried) {
        effects_wake(core->effects, now.mono_ms);
    }
    return err;
}

/* --- who watches --- */

static void tell_manager(struct core *core)
{
    static const char *const states[] = {"WATCHDOG=1\nSTATUS=runs",
                                         "WATCHDOG=1\nSTATUS=runs; disk or store is nearly full",
                                         "WATCHDOG=1\nSTATUS=the store takes nothing"};
    const int state = !core->is_open ? 2 : core->care.is_low ? 1 : 0;
    (void)!notify_send(states[state]); /* nobody may be listening */
}

void core_care_turn(struct core *core)
{
    struct core_care *care = &core->care;
    const uint64_t now_ms = clock_mono_ms();
    if (core->is_open && !core->is_alone) {
        core_blobs_look(core);
    }
    if (now_ms - care->looked_ms < (care->is_low ? LOW_LOOK_MS : LOOK_MS)) {
        return;
    }
    care->looked_ms = now_ms;
    if (!care->is_settled && now_ms - core->started_ms >= SETTLED_MS) {
        care->is_settled = true;
        core_store_settled(core);
    }
    room_look(core);
    if (core_measure_store(core) == 0) {
        tell_manager(core);
    }
}

void core_care_open(struct core *core)
{
    (void)!core_measure_store(core); /* told by the next look */
    core->care.looked_ms = clock_mono_ms();
    room_look(core);
}

void core_care_close(struct core *core)
{
    if (core->is_open) {
        core_store_settled(core);
    }
}
