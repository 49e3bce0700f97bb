/* Turns are undone again and again, as on a disk that is full: the scrub goes on where it was, and
 * what it found in a turn that was undone it finds again. */
#include "sync/log/damage.h"

#include "sync/replica/replica_state.h"
#include "tests/lib/spoil.h"
#include "tests/lib/stage.h"
#include "tests/lib/test.h"

enum { PEERS = 3, EVENTS = 12, TURNS_MAX = 2000 };

static struct stage stage;

static void start(void)
{
    stage_start(&stage, PEERS, 0);
    for (uint32_t i = 0; i < EVENTS; i++) {
        stage_write_own(&stage);
    }
}

/* A turn begins and looks at one record. */
static void scrub_begin(void)
{
    const struct input input = {
        .kind = INPUT_SCRUB, .now = {.mono_ms = stage.now_ms}, .records_max = 1};
    stage_begin(&stage);
    stage_step(&stage, &input);
}

static void scrub_one(void)
{
    scrub_begin();
    stage_end(&stage);
}

static void undo_another(void)
{
    const struct input input = {.kind = INPUT_TIME, .now = {.mono_ms = stage.now_ms}};
    stage_begin(&stage);
    stage_step(&stage, &input);
    stage_abort(&stage);
}

static bool is_whole_pass(bool is_undone_between)
{
    for (uint32_t i = 0; i < TURNS_MAX && replica_is_scrubbing(stage.replica); i++) {
        scrub_one();
        if (is_undone_between) {
            undo_another();
        }
    }
    return !replica_is_scrubbing(stage.replica);
}

TEST(scrub_undone, a_pass_ends_although_every_other_turn_is_undone)
{
    start();
    assert_true(is_whole_pass(true));
    undo_another();
    assert_false(replica_is_scrubbing(stage.replica)); /* it rests as long as it would */
    stage_stop(&stage);
}

/* So it is, too, where the turn was sealed and the commit failed. */
TEST(scrub_undone, what_an_undone_turn_looked_at_is_looked_at_again)
{
    const struct moment now = {.mono_ms = 0};
    for (uint32_t is_sealed = 0; is_sealed <= 1; is_sealed++) {
        uint64_t log = 0;
        uint64_t seq = 0;
        start();
        spoil_flip(stage.store, TABLE_LOG, 3, 300);
        scrub_begin();
        for (uint32_t i = 0; i < TURNS_MAX && !stage_is_alarmed(&stage, ALARM_DAMAGE); i++) {
            stage_end(&stage);
            scrub_begin();
        }
        assert_true(stage_is_alarmed(&stage, ALARM_DAMAGE));
        if (is_sealed != 0) {
            assert_int_equal(replica_seal(stage.replica, stage.txn, now, stage.effects), 0);
        }
        stage_abort(&stage);
        scrub_one();
        assert_true(stage_is_alarmed(&stage, ALARM_DAMAGE));
        struct store_txn *txn = store_memory_begin(stage.store, false);
        assert_int_equal(damage_next(txn, 0, 0, &log, &seq), 0);
        store_memory_abort(txn);
        stage_stop(&stage);
    }
}

/* A wrong row was met in a turn that stands; a later one is undone before anything is made right.
 */
TEST(scrub_undone, that_something_is_wrong_is_not_forgotten)
{
    uint64_t entities = 0;
    start();
    assert_true(is_whole_pass(false));
    spoil_flip(stage.store, TABLE_STATE, 0, 40);
    stage.replica->scrub.is_wrong = true; /* as who reads the row says */
    undo_another();
    scrub_one();
    while (replica_is_remaking(stage.replica, &entities)) {
        scrub_one();
    }
    stage_begin(&stage);
    uint64_t wrong = 1;
    assert_int_equal(replica_audit(stage.replica, stage.txn, &entities, &wrong), 0);
    assert_true(entities > 0 && wrong == 0);
    stage_end(&stage);
    stage_stop(&stage);
}

/* What a new process begins with is what stands on the disk. */
TEST(scrub_undone, a_new_process_begins_with_the_newest_events)
{
    start();
    assert_true(is_whole_pass(false));
    replica_restart(stage.replica);
    stage_begin(&stage);
    stage_abort(&stage);
    assert_true(replica_is_scrubbing(stage.replica));
    stage_stop(&stage);
}
