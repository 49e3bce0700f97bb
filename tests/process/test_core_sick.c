/* The core at a disk and a network that fail in the middle of a turn: what was promised is there,
 * what is not there was not promised, and it goes on or ends as it says. */
#include "tests/process/lib/desk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lmdb.h>

#include "node/os/clock.h"
#include "node/os/file.h"
#include "sync/domain/record.h"
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

/* A start that fails as was begun. */
static int sick_start(struct desk *desk)
{
    const int err = desk_start(desk);
    assert_true(faults_end());
    assert_int_not_equal(err, 0);
    return err;
}

/* A further gate for which no reader can be had. */
static int sick_gate(struct desk *desk)
{
    const struct gate *gate = NULL;
    faults_begin("mdb_txn_begin", 1, EIO);
    const int err = core_gate_more(desk->core, &gate);
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
    for (uint32_t i = 1; i < ORDERS; i++) {
        assert_int_equal(until_answered(&desk), 0);
    }
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
    while (desk_ask(&desk, &order).err == ERR_FULL) { /* until it looks again */
        assert_true(clock_mono_ms() < deadline_ms);
    }
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
    for (; err == 0 && turns < 100; turns++) { /* nobody asks for anything: it fails by itself */
        err = sick_turn(&desk, "mdb_cursor_get", 1, EIO);
    }
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

/* --- whatever fails --- */

enum { CALLS_MAX = 5000 };

/* One that comes to nothing is none that its store is to blame for here. */
static void start_well(struct desk *desk)
{
    desk_remove(desk, "starts");
    assert_int_equal(desk_start(desk), 0);
}

TEST(core_sick, a_start_of_which_anything_fails_is_refused_or_does_and_the_next_one_works)
{
    struct desk desk;
    struct order_key key;
    bool has_failed = true;
    desk_open(&desk);
    desk_set_up(&desk);
    for (unsigned nth = 1; has_failed; nth++) {
        core_close(desk.core);
        desk_remove(&desk, "starts");
        faults_begin(NULL, nth, 0);
        const int err = desk_start(&desk);
        has_failed = faults_end();
        assert_true(err == 0 || has_failed);
        if (err != 0) {
            start_well(&desk);
        }
        assert_false(desk_has(&desk, "store.condemned"));
        assert_in_range(nth, 1, CALLS_MAX);
    }
    struct command order = desk_order(&key, 1);
    assert_int_equal(desk_ask(&desk, &order).err, 0);
    desk_wipe(&desk);
}

TEST(core_sick, an_order_in_whose_turn_anything_fails_is_placed_once)
{
    struct desk desk;
    struct order_key key;
    bool has_failed = true;
    desk_open(&desk);
    desk_set_up(&desk);
    for (unsigned nth = 1; has_failed; nth++) {
        const struct command order = desk_order(&key, nth);
        (void)desk_push(&desk, &order);
        faults_begin(NULL, nth, 0);
        const int err = core_turn(desk.core, 0);
        has_failed = faults_end();
        assert_true(err == 0 || (err == ERR_IO && has_failed));
        if (err != 0) {
            core_close(desk.core);
            start_well(&desk);
        } else {
            assert_int_equal(until_answered(&desk), 0);
        }
        const struct effect_answer again = desk_ask(&desk, &order);
        assert_int_equal(again.err, 0);
        assert_int_equal(again.answer.number, nth);
        assert_in_range(nth, 1, CALLS_MAX);
    }
    desk_wipe(&desk);
}

static void set_printer(struct desk *desk)
{
    uint8_t owner[8];
    struct command set = {.kind = COMMAND_RECORD_SET,
                          .principal = {.role = ROLE_OWNER},
                          .record = KIND_PRINTER,
                          .item = 1,
                          .is_new = true,
                          .fields_count = 3};
    put_be64(owner, desk->identity.device);
    set.fields[0] = (struct wanted_field){.field = RECORD_NAME, .text = bytes_of_text("Bar")};
    set.fields[1] = (struct wanted_field){.field = PRINTER_DRIVER, .text = bytes_of_text("text")};
    set.fields[2] =
        (struct wanted_field){.field = PRINTER_OWNER, .text = bytes_of(owner, sizeof owner)};
    assert_int_equal(desk_ask(desk, &set).err, 0);
}

/* How many tickets for the one item were printed. */
static unsigned printed(const struct desk *desk)
{
    char path[PATH_BYTES_MAX];
    uint8_t *data = NULL;
    size_t size = 0;
    unsigned count = 0;
    (void)snprintf(path, sizeof path, "%s/printer-1.txt", desk->state);
    if (file_read(path, 1 << 24, &data, &size) != 0) {
        return 0;
    }
    for (size_t i = 0; i + 5 <= size; i++) {
        count += memcmp(data + i, "Ramen", 5) == 0;
    }
    free(data);
    return count;
}

/* The turns that take an order and have its ticket printed, of which the @nth call fails. */
static bool print_sick(struct desk *desk, const struct command *order, unsigned nth)
{
    enum { TURNS = 4 };
    int err = 0;
    (void)desk_push(desk, order);
    faults_begin(NULL, nth, 0);
    for (unsigned i = 0; err == 0 && i < TURNS; i++) {
        err = core_turn(desk->core, 1);
    }
    const bool has_failed = faults_end();
    assert_true(err == 0 || (err == ERR_IO && has_failed));
    if (err != 0) {
        core_close(desk->core);
        start_well(desk);
    }
    while (err == 0 && !is_answered(desk)) {
        desk_turn(desk);
    }
    assert_int_equal(desk_ask(desk, order).err, 0);
    return has_failed;
}

TEST(core_sick, what_is_ordered_is_printed_whatever_fails_in_between)
{
    enum { STEP = 3 };
    struct desk desk;
    struct order_key key;
    unsigned orders = 0;
    bool has_failed = true;
    desk_open(&desk);
    core_close(desk.core);
    (void)snprintf(desk.settings.print_folder, sizeof desk.settings.print_folder, "%s", desk.state);
    assert_int_equal(desk_start(&desk), 0);
    desk_set_up(&desk);
    set_printer(&desk);
    while (has_failed) {
        const struct command order = desk_order(&key, ++orders);
        has_failed = print_sick(&desk, &order, orders * STEP);
        assert_in_range(orders, 1, CALLS_MAX);
    }
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (printed(&desk) < orders) {
        assert_int_equal(core_turn(desk.core, 10), 0);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    desk_wipe(&desk);
}

/* --- stores that are no good --- */

static void spoil(const struct desk *desk, const char *words)
{
    char command[256];
    (void)snprintf(command, sizeof command, "cd '%s' && %s", desk->state, words);
    assert_int_equal(system(command), 0); /* NOLINT: words of our own making */
}

/* Whether a store was moved aside at the start. */
static bool is_moved_aside(const struct desk *desk)
{
    char command[256];
    (void)snprintf(command, sizeof command, "ls -d '%s'/store.damaged-* >/dev/null 2>&1",
                   desk->state);
    return system(command) == 0; /* NOLINT: words of our own making */
}

TEST(core_sick, what_is_no_store_is_moved_aside_at_once)
{
    struct desk desk;
    desk_open(&desk);
    core_close(desk.core);
    desk_put(&desk, "store/data.mdb", "this is no store, and it is as long as it is");
    assert_int_equal(desk_start(&desk), 0);
    assert_true(is_moved_aside(&desk));
    desk_wipe(&desk);
}

TEST(core_sick,
     a_store_is_looked_at_from_end_to_end_when_no_start_settled_and_kept_when_it_is_whole)
{
    struct desk desk;
    desk_open(&desk);
    desk_set_up(&desk);
    core_close(desk.core);
    desk_put(&desk, "starts", "5\n");
    assert_int_equal(desk_start(&desk), 0);
    assert_false(is_moved_aside(&desk));
    core_close(desk.core);
    desk_put(&desk, "starts", "5\n");
    spoil(&desk, "size=$(stat -c %s store/data.mdb) && truncate -s 8192 store/data.mdb && "
                 "truncate -s \"$size\" store/data.mdb"); /* all but its first pages are zeros */
    assert_int_equal(desk_start(&desk), 0);
    assert_true(is_moved_aside(&desk));
    desk_wipe(&desk);
}

TEST(core_sick, a_store_at_which_start_after_start_fails_is_moved_aside_in_the_end)
{
    struct desk desk;
    desk_open(&desk);
    core_close(desk.core);
    desk_put(&desk, "starts", "5\n");
    faults_begin_lasting("mdb_get", 1, EIO);
    (void)sick_start(&desk);
    assert_true(desk_has(&desk, "store.condemned"));
    assert_int_equal(desk_start(&desk), 0);
    assert_true(is_moved_aside(&desk));
    desk_wipe(&desk);
}

TEST(core_sick, a_fence_that_is_damaged_is_taken_for_one_that_the_store_is_behind)
{
    static struct gate_live live;
    struct desk desk;
    desk_open(&desk);
    core_gate(desk.core)->live(core_gate(desk.core)->context, &live);
    const uint64_t before = live.log;
    core_close(desk.core);
    desk_put(&desk, "fence", "nonsense");
    desk_put(&desk, "aside", "x");
    assert_int_equal(desk_start(&desk), 0);
    core_gate(desk.core)->live(core_gate(desk.core)->context, &live);
    assert_true(live.log != before);
    desk_close(&desk);
}

TEST(core_sick, as_many_programs_as_there_are_doors_ask_beside_the_web_and_no_more)
{
    const struct gate *gate = NULL;
    struct desk desk;
    desk_open(&desk);
    assert_int_not_equal(sick_gate(&desk), 0);
    for (unsigned at = DOORS_OF_PROGRAM; at < COMMAND_DOORS_MAX; at++) {
        assert_int_equal(core_gate_more(desk.core, &gate), 0);
    }
    assert_int_equal(core_gate_more(desk.core, &gate), ERR_TOO_MANY);
    desk_close(&desk);
}
