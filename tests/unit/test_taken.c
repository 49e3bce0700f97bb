/* test_taken.c - what of a peer's events is taken in, at the bounds of what a device can hold.
 */
#include "sync/replica/replica_state.h"

#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

enum { A, B, PEERS, NEW = PEERS, LOGS_OF_EACH = DEVICE_LOGS_MAX, FIRST_NUMBER = 40 };

static struct stage stage;

static void greet(struct stage *at)
{
    stage_greet(at, A);
}

/* The stage begins, linked with A. */
static void start(uint64_t allowance)
{
    stage_start(&stage, PEERS, allowance);
    greet(&stage);
}

/* A device that nobody here has heard of has opened a log. */
static void make_new(uint32_t number)
{
    struct journal_device *device = &stage.peers[NEW];
    journal_device_init(device, &stage.journal, number, ROLE_COUNTER, NULL);
    journal_open(stage.world, &stage.journal, device);
}

static uint32_t logs_count(void)
{
    struct replica_log_info info;
    uint32_t logs = 0;
    while (replica_log_at(stage.replica, logs, &info)) {
        logs++;
    }
    return logs;
}

TEST(taken, people_are_told_also_when_the_first_event_of_a_log_uses_up_an_allowance)
{
    start(100);
    make_new(FIRST_NUMBER);
    stage_turn(&stage, A, frame_event(&stage, NEW, 1, true));
    assert_int_equal(stage_head_of(&stage, NEW), 1);
    assert_true(stage_is_alarmed(&stage, ALARM_ALLOWANCE));
    stage_stop(&stage);
}

/* --- logs --- */

/* The opening of the new device's log, as event 1 of @log. */
static struct bytes frame_opening(uint64_t log)
{
    static uint8_t data[MESSAGE_BYTES_MAX];
    static const struct signature signature;
    struct hash hash;
    struct bytes event, frame;
    struct writer writer;
    check(event_get(stage.world, stage.peers[NEW].head.log, 1, &hash, &event) == 0);
    writer_init(&writer, data, sizeof data);
    message_write_events_begin(&writer, log, 1, 1);
    write_bin(&writer, event.data, event.size);
    message_write_events_end(&writer, &signature, true);
    check(writer_finish(&writer, &frame) == 0);
    return frame;
}

TEST(taken, who_gives_a_log_that_another_key_opened_is_heard_no_more)
{
    enum bye_reason reason;
    start(0);
    make_new(FIRST_NUMBER);
    stage_turn(&stage, A, frame_opening(stage.peers[NEW].head.log + 1));
    assert_true(stage_is_alarmed(&stage, ALARM_BAD_EVENTS));
    assert_true(stage_is_closed(&stage, A, &reason));
    assert_int_equal(reason, BYE_PROTOCOL);
    assert_int_equal(logs_count(), 1 + PEERS);
    stage_stop(&stage);
}

/* Many devices have as many logs in the store as each may have, up to @count of all. */
static void fill_logs(uint32_t count)
{
    struct journal_device device;
    struct store_txn *txn = store_memory_begin(stage.store, true);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t incarnation = 1 + i % LOGS_OF_EACH;
        if (incarnation == 1) {
            journal_device_init(&device, &stage.journal, FIRST_NUMBER + i / LOGS_OF_EACH,
                                ROLE_COUNTER, NULL);
        }
        struct public_key key;
        keys_of_number(9000 + i, &key, &device.log_secret);
        log_head_init(&device.head, &stage.journal.popup, &key, device.id, incarnation);
        journal_open(txn, &stage.journal, &device);
    }
    check(store_memory_commit(txn) == 0);
    stage_begin(&stage);
    stage_abort(&stage);
}

TEST(taken, when_there_are_as_many_logs_as_can_be_known_no_other_is)
{
    stage_start(&stage, PEERS, 0);
    fill_logs(LOGS_MAX - (1 + PEERS) - 1);
    greet(&stage);
    for (uint32_t i = 0; i < 2; i++) {
        memset(&stage.peers[NEW], 0, sizeof stage.peers[NEW]);
        make_new(FIRST_NUMBER + LOGS_MAX + i);
        stage_turn(&stage, A, frame_event(&stage, NEW, 1, true));
        assert_int_equal(stage_is_alarmed(&stage, ALARM_LOGS_FULL), i == 1);
        assert_int_equal(logs_count(), LOGS_MAX);
    }
    stage_stop(&stage);
}

/* --- a disk that is nearly full --- */

TEST(taken, when_the_disk_is_nearly_full_only_what_was_forgotten_of_the_own_log_is_heard)
{
    start(0);
    const uint64_t seq = stage_write(&stage, A, 10);
    replica_limit_store(stage.replica, true);
    stage_turn(&stage, A, frame_event(&stage, A, seq, true));
    assert_int_equal(stage_head_of(&stage, A), seq - 1);
    assert_false(stage.effects->is_new_log_needed);
    stage_turn(&stage, A, frame_own_event(&stage));
    assert_true(stage_is_alarmed(&stage, ALARM_AMNESIA));
    assert_true(stage.effects->is_new_log_needed);
    stage_stop(&stage);
}

/* --- a turn that is full --- */

/* An event of A comes when the turn remembers so many events, entities and bytes. */
static int take_after(uint32_t events, uint32_t entities, size_t bytes)
{
    struct turn *turn = stage.replica->turn;
    for (uint32_t i = 0; i < entities; i++) {
        const struct entity_id entity = entity_id_derive(KIND_MENU, 1000 + i);
        assert_true(turn_mark(turn, KIND_MENU, &entity));
    }
    turn->events_count = events;
    turn->size = bytes;
    return stage_try(&stage, A, frame_event(&stage, A, stage.peers[A].head.seq, true));
}

static int take_in_full_turn(struct stage *at)
{
    (void)at;
    return take_after(TURN_EVENTS_MAX - 1, 1, 0);
}

static int take_beside_many(struct stage *at)
{
    (void)at;
    return take_after(0, TURN_ENTITIES_MAX - 1, 0);
}

static int take_beside_much(struct stage *at)
{
    (void)at;
    return take_after(1, 1, TURN_BYTES_MAX);
}

/* What was taken before is folded first. */
static void is_taken(int (*take)(struct stage *at))
{
    start(0);
    const uint64_t seq = stage_write(&stage, A, 10);
    stage_begin(&stage);
    assert_int_equal(take(&stage), 0);
    assert_int_equal(stage.replica->turn->events_count, 1);
    assert_int_equal(stage.replica->turn->entities_count, 1);
    stage_end(&stage);
    assert_int_equal(stage_head_of(&stage, A), seq);
}

TEST(taken, what_a_turn_has_no_room_for_comes_after_what_it_holds)
{
    is_taken(take_beside_many);
    stage_stop(&stage);
    is_taken(take_beside_much);
    stage_stop(&stage);
    is_taken(take_in_full_turn);
    (void)stage_write(&stage, A, 10);
    stage_sick(&stage, greet, take_in_full_turn);
    assert_int_equal(stage_head_of(&stage, A), stage.peers[A].head.seq);
    stage_stop(&stage);
}
