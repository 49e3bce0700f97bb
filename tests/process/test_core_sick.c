/* The core at a disk and a network that fail in the middle of a turn: what was promised is there,
 * what is not there was not promised, and it goes on or ends as it says. */
#include "tests/process/lib/desk.h"

#include <errno.h>
#include <string.h>

#include <lmdb.h>

#include "node/os/clock.h"
#include "tests/lib/test.h"
#include "tests/process/lib/faults.h"

/* One turn in which the @nth call of @name fails with @error, which has to happen. */
static int sick_turn(struct desk *desk, const char *name, unsigned nth, int error)
{
    faults_begin(name, nth, error);
    const int err = core_turn(desk->core, 0);
    assert_true(faults_end());
    return err;
}

/* Turn until something is answered: with what. */
static int until_answered(struct desk *desk)
{
    struct effect_answer answer;
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (!command_queue_answered(desk->queue, &answer)) {
        desk_turn(desk);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    return answer.err;
}

static bool is_answered(struct desk *desk)
{
    struct effect_answer answer;
    return command_queue_answered(desk->queue, &answer);
}

TEST(core_sick, a_commit_that_the_disk_refuses_ends_it_and_promises_nothing)
{
    struct desk desk;
    struct order_key key;
    desk_open(&desk);
    desk_set_up(&desk);
    struct command order = desk_order(&key, 1);
    (void)desk_push(&desk, &order);
    assert_int_equal(sick_turn(&desk, "mdb_txn_commit", 1, EIO), ERR_IO);
    assert_false(is_answered(&desk));
    core_close(desk.core);
    assert_int_equal(desk_start(&desk), 0);
    struct effect_answer again = desk_ask(&desk, &order);
    assert_int_equal(again.err, 0);
    assert_int_equal(again.answer.number, 1);
    desk_close(&desk);
}

TEST(core_sick, a_turn_that_cannot_begin_ends_it)
{
    struct desk desk;
    desk_open(&desk);
    assert_int_equal(sick_turn(&desk, "mdb_txn_begin", 1, EIO), ERR_IO);
    desk_close(&desk);
}

TEST(core_sick, a_commit_without_room_is_undone_and_its_commands_are_tried_one_by_one)
{
    enum { ORDERS = 3 };
    struct desk desk;
    struct order_key keys[ORDERS];
    desk_open(&desk);
    desk_set_up(&desk);
    for (uint32_t i = 0; i < ORDERS; i++) {
        struct command order = desk_order(&keys[i], i);
        (void)desk_push(&desk, &order);
    }
    assert_int_equal(sick_turn(&desk, "mdb_txn_commit", 1, ENOSPC), 0);
    assert_false(is_answered(&desk));
    assert_int_equal(sick_turn(&desk, "mdb_txn_commit", 1, MDB_MAP_FULL), 0);
    assert_int_equal(until_answered(&desk), ERR_FULL); /* the first, alone */
    for (uint32_t i = 1; i < ORDERS; i++)
        assert_int_equal(until_answered(&desk), 0);
    desk_close(&desk);
}

TEST(core_sick, a_command_that_fails_alone_is_told_so_and_those_beside_it_are_not)
{
    struct desk desk;
    struct order_key keys[2];
    desk_open(&desk);
    desk_set_up(&desk);
    for (uint32_t i = 0; i < 2; i++) {
        struct command order = desk_order(&keys[i], i);
        (void)desk_push(&desk, &order);
    }
    assert_int_equal(sick_turn(&desk, "mdb_put", 1, EIO), 0);
    assert_int_equal(sick_turn(&desk, "mdb_put", 1, EIO), 0);
    assert_int_equal(until_answered(&desk), ERR_INTERNAL);
    assert_int_equal(until_answered(&desk), 0);
    desk_close(&desk);
}

TEST(core_sick, while_the_store_cannot_be_opened_again_everybody_is_told_that_nothing_is_written)
{
    struct desk desk;
    struct order_key keys[2];
    desk_open(&desk);
    desk_set_up(&desk);
    for (uint32_t i = 0; i < 2; i++) {
        struct command order = desk_order(&keys[i], i);
        (void)desk_push(&desk, &order);
    }
    faults_begin_lasting("mdb_txn_begin", 1, ENOSPC);
    desk_turn(&desk);
    desk_turn(&desk);
    assert_true(faults_end());
    assert_int_equal(until_answered(&desk), ERR_FULL);
    assert_int_equal(until_answered(&desk), ERR_FULL);
    struct command order = desk_order(&keys[0], 7);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (desk_ask(&desk, &order).err == ERR_FULL) /* until it looks again */
        assert_true(clock_mono_ms() < deadline_ms);
    assert_int_equal(desk_ask(&desk, &order).err, 0);
    desk_close(&desk);
}

TEST(core_sick, a_store_with_which_nothing_can_be_done_is_moved_aside_at_the_next_start)
{
    struct desk desk;
    desk_open(&desk);
    desk_turn(&desk);
    int err = 0;
    unsigned turns = 0;
    for (; err == 0 && turns < 100; turns++) /* nobody asks for anything: it fails by itself */
        err = sick_turn(&desk, "mdb_cursor_get", 1, EIO);
    assert_int_equal(err, ERR_IO);
    assert_in_range(turns, 2, 99);
    assert_true(desk_has(&desk, "store.condemned"));
    desk_wipe(&desk);
}

TEST(core_sick, a_wait_that_fails_ends_it)
{
    struct desk desk;
    desk_open(&desk);
    assert_int_equal(sick_turn(&desk, "zmq_poll", 1, EFAULT), ERR_IO);
    assert_int_equal(sick_turn(&desk, "zmq_poll", 1, EINTR), 0); /* a signal is none */
    desk_close(&desk);
}
