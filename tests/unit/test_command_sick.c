/* test_command_sick.c - what people want, at a disk that fails or has spoilt something, and when
 * the turn is full: they are told, and nothing is written by halves.
 */
#include "sync/replica/replica_state.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/stock_events.h"
#include "tests/lib/stage_shop.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

enum { A, B, PEERS, NEW = PEERS };
enum { ITEM = 1, UNKNOWN = 30000 /* a type of newer software */ };

static struct stage stage;
static struct command command;

static void start(enum stock_policy policy)
{
    stage_start(&stage, PEERS, 0);
    stage_open_day(&stage);
    stage_set_item(&stage, ITEM, "Soup", 500, policy);
}

static void want_order(void)
{
    stage_command_begin(&stage, &command, COMMAND_ORDER_PLACE, 1, ROLE_OWNER);
    command.channel = bytes_of_text("counter");
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = ITEM, .quantity = 2};
}

static int try_command(struct stage *at, bool is_patient)
{
    const struct input input = {
        .kind = INPUT_COMMAND,
        .now = {.wall_ms = at->config.epoch_ms + (int64_t)at->now_ms, .mono_ms = at->now_ms},
        .command = &command,
        .request = 1,
        .is_patient = is_patient};
    return replica_step(at->replica, at->txn, &input, at->effects);
}

static int answered(void)
{
    assert_int_equal(stage.effects->answers_count, 1);
    return stage.effects->answers[0].err;
}

/* --- a disk that fails --- */

static int order_in_full_turn(struct stage *at)
{
    struct turn *turn = at->replica->turn;
    const struct entity_id other = entity_id_derive(KIND_ORDER, 1); /* not folded before it */
    assert_true(turn_mark(turn, KIND_ORDER, &other));
    turn->events_count = TURN_EVENTS_MAX;
    return try_command(at, false);
}

TEST(command_sick, an_order_for_which_the_turn_had_no_room_is_written_whole_or_not_at_all)
{
    start(STOCK_OFF);
    want_order();
    stage_sick(&stage, NULL, order_in_full_turn);
    assert_int_equal(answered(), 0);
    stage_stop(&stage);
}

/* What is there is another's, who may give it. */
static void meet_owner_of_units(struct stage *at)
{
    stage_greet(at, A);
}

static int order_patiently(struct stage *at)
{
    return try_command(at, true);
}

static void add_units_of(uint32_t peer, int64_t units)
{
    const uint64_t log = stage.peers[peer].head.log;
    const struct stock_add add = {.item = ITEM, .units = units, .holder = log, .issuer = log};
    const struct entity_id entity = entity_id_derive(KIND_STOCK, ITEM);
    uint8_t data[64];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    stock_add_encode(&add, &writer);
    check(writer_finish(&writer, &body) == 0);
    const uint64_t seq = journal_write(stage.world, &stage.journal, &stage.peers[peer],
                                       EVENT_STOCK_ADD, &entity, body);
    stage_turn(&stage, A, frame_event(&stage, peer, seq, true));
}

TEST(command_sick, who_is_patient_is_told_that_others_are_asked_or_that_the_disk_fails)
{
    start(STOCK_STRICT);
    stage_greet(&stage, A);
    add_units_of(A, 5);
    want_order();
    stage_sick(&stage, meet_owner_of_units, order_patiently);
    assert_int_equal(answered(), ERR_UNAVAILABLE);
    assert_true(stage.effects->answers[0].answer.is_asked_for);
    stage_stop(&stage);
}

/* --- a disk that spoilt something --- */

static void scrub(void)
{
    const struct input input = {
        .kind = INPUT_SCRUB, .now = {.mono_ms = stage.now_ms}, .records_max = 256};
    for (uint32_t i = 0; i < 4; i++) {
        stage_begin(&stage);
        stage_step(&stage, &input);
        stage_end(&stage);
    }
}

/* Newer software's event, or one that the disk made such. */
TEST(command_sick, what_nobody_here_understands_is_the_disks_fault_when_that_spoilt_something)
{
    start(STOCK_OFF);
    stage_greet(&stage, A);
    want_order();
    assert_int_equal(stage_run(&stage, &command)->err, 0);
    const struct entity_id order = stage.effects->answers[0].answer.entity;
    const uint64_t seq = journal_write(stage.world, &stage.journal, &stage.peers[A],
                                       (enum event_type)UNKNOWN, &order, bytes_of("\x90", 1));
    stage_turn(&stage, A, frame_event(&stage, A, seq, true));
    stage_command_begin(&stage, &command, COMMAND_CANCEL, 1, ROLE_OWNER);
    command.order = order;
    command.reason = bytes_of_text("gone");
    assert_int_equal(stage_run(&stage, &command)->err, ERR_VERSION);
    const struct key row = key_event(stage.peers[B].head.log, 1);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_put(txn, TABLE_LOG, key_bytes(&row), bytes_of("\x90", 1)) == 0);
    check(store_memory_commit(txn) == 0);
    scrub();
    assert_int_equal(stage_run(&stage, &command)->err, ERR_SPOILT);
    stage_stop(&stage);
}

/* Its first event and its head are all that there was of it, and none of it is left. */
TEST(command_sick, a_log_of_which_nothing_is_left_is_no_part_of_a_day_that_is_closed)
{
    stage_start(&stage, PEERS, 0);
    struct journal_device *lost = &stage.peers[NEW];
    journal_device_init(lost, &stage.journal, 40, ROLE_COUNTER, NULL);
    const struct key row = key_event(lost->head.log, 1);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_put(txn, TABLE_LOG, key_bytes(&row), bytes_of("\x90", 1)) == 0);
    check(log_head_put(txn, &lost->head) == 0);
    check(store_memory_commit(txn) == 0);
    stage_begin(&stage);
    stage_abort(&stage);
    stage_open_day(&stage);
    stage_command_begin(&stage, &command, COMMAND_DAY_CLOSE, 1, ROLE_OWNER);
    command.day = 1;
    assert_int_equal(stage_run(&stage, &command)->err, 0);
    assert_int_equal(stage.replica->close.frontier.count, 1 + PEERS);
    stage_stop(&stage);
}

/* --- quotes --- */

/* How long a quote stands, as the host wants it. */
static uint64_t stands_ms(uint64_t wanted_ms)
{
    static struct quote quote;
    stage_start(&stage, PEERS, 0);
    stage.config.quote_ms = wanted_ms;
    stage_begin(&stage);
    stage_abort(&stage);
    stage_open_day(&stage);
    stage_set_item(&stage, ITEM, "Soup", 500, STOCK_OFF);
    stage_command_begin(&stage, &command, COMMAND_QUOTE, 5, ROLE_CUSTOMER);
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = ITEM, .quantity = 1};
    assert_int_equal(stage_run(&stage, &command)->err, 0);
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(quote_get(txn, 5, &quote), 0);
    store_memory_abort(txn);
    const uint64_t ms = quote.until_mono_ms - stage.now_ms;
    stage_stop(&stage);
    return ms;
}

TEST(command_sick, a_quote_stands_as_long_as_it_is_wanted_and_no_longer_than_it_may)
{
    assert_int_equal(stands_ms(0), HOLD_MS_MAX);
    assert_int_equal(stands_ms(1000), 1000);
    assert_int_equal(stands_ms(HOLD_MS_MAX + 1), HOLD_MS_MAX);
}
