/* test_replica_turns.c - what a turn makes of frames that are not for it, and of files. */
#include <string.h>

#include "sync/domain/blob.h"
#include "sync/replica/replica_state.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

enum { A, PEERS, OF_NEWER_SOFTWARE = 99 };

static struct stage stage;

static struct bytes frame_of(const struct writer *writer)
{
    struct bytes frame;
    assert_int_equal(writer_finish(writer, &frame), 0);
    return frame;
}

TEST(replica_turns, a_message_of_newer_software_is_passed_over)
{
    uint8_t data[16];
    struct writer writer;
    enum bye_reason reason;
    stage_start(&stage, PEERS, 0);
    stage_greet(&stage, A);
    writer_init(&writer, data, sizeof data);
    write_array(&writer, 2);
    write_uint(&writer, OF_NEWER_SOFTWARE);
    write_uint(&writer, 1);
    stage_turn(&stage, A, frame_of(&writer));
    assert_false(stage_is_closed(&stage, A, &reason));
    assert_false(stage_is_alarmed(&stage, ALARM_PROTOCOL));
    stage_stop(&stage);
}

TEST(replica_turns, before_a_hello_nothing_is_taken_given_or_answered)
{
    uint8_t data[2][64];
    struct writer writer;
    const struct stock_ask ask = {.item = 1, .units = 1, .log = 1, .number = 1};
    stage_start(&stage, PEERS, 0);
    const struct fork_question question = {.log = stage.peers[A].head.log, .seq = 1};
    const uint64_t seq = stage_write(&stage, A, 10);
    stage_begin(&stage);
    stage_up(&stage, A, stage.peers[A].id, false);
    stage_end(&stage);
    writer_init(&writer, data[0], sizeof data[0]);
    message_write_fork_question(&writer, &question);
    const struct bytes asked_of_fork = frame_of(&writer);
    writer_init(&writer, data[1], sizeof data[1]);
    message_write_ask(&writer, &ask);
    const struct bytes asked_for_rights = frame_of(&writer);
    stage_turn(&stage, A, asked_for_rights);
    assert_false(stage.effects->is_written);
    stage_turn(&stage, A, frame_event(&stage, A, seq, true));
    assert_int_equal(stage_head_of(&stage, A), seq - 1);
    stage_turn(&stage, A, asked_of_fork);
    assert_null(stage_sent(&stage, A, MESSAGE_FORKP, 0));
    stage_greet(&stage, A);
    stage_turn(&stage, A, frame_event(&stage, A, seq, true));
    assert_int_equal(stage_head_of(&stage, A), seq);
    stage_turn(&stage, A, asked_of_fork);
    assert_non_null(stage_sent(&stage, A, MESSAGE_FORKP, 0));
    stage_stop(&stage);
}

/* --- files --- */

static const struct hash file = {{7}};

static int try_file(struct stage *at)
{
    const struct input input = {.kind = INPUT_BLOB,
                                .now = {.mono_ms = at->now_ms},
                                .blob = file,
                                .blob_size = 10,
                                .is_good = true};
    return replica_step(at->replica, at->txn, &input, at->effects);
}

TEST(replica_turns, at_any_call_that_fails_the_turn_that_a_file_came_in_is_undone)
{
    stage_start(&stage, PEERS, 0);
    stage_sick(&stage, NULL, try_file);
    stage_stop(&stage);
}

TEST(replica_turns, a_file_whose_row_the_disk_spoilt_ends_no_turn)
{
    const struct entity_id id = blob_entity(&file);
    const struct key key = key_state(KIND_BLOB, &id);
    stage_start(&stage, PEERS, 0);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    assert_int_equal(store_put(txn, TABLE_STATE, key_bytes(&key), bytes_of_text("junk")), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    stage_begin(&stage);
    assert_int_equal(try_file(&stage), 0);
    stage_end(&stage);
    assert_true(stage.effects->is_written);
    stage_stop(&stage);
}
