/* test_till_drawer.c - what the till answers to who opens, moves and counts a cash drawer: once for
 * each wish, so much and no more, and never on a row that another index left.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/drawer.h"
#include "sync/domain/entity.h"
#include "sync/replica/replica_state.h"
#include "tests/lib/stage_shop.h"

enum { PEER = 0, TILL = 1, FLOAT = 10000 };

static struct stage stage;
static struct command command;
static struct answer answer;

static void begin(enum command_kind kind)
{
    stage_command_begin(&stage, &command, kind, 1, ROLE_OWNER);
    command.item = TILL;
    command.reason = bytes_of_text("bank");
    command.amount_minor = 100;
}

static int run(void)
{
    const struct effect_answer *ran = stage_run(&stage, &command);
    answer = ran->answer;
    return ran->err;
}

static void start(void)
{
    stage_start(&stage, 2, 0);
    stage_open_day(&stage);
}

static struct entity_id drawer_open(void)
{
    begin(COMMAND_DRAWER_OPEN);
    command.amount_minor = FLOAT;
    assert_int_equal(run(), 0);
    return answer.entity;
}

static int on_drawer(enum command_kind kind, const struct entity_id *id)
{
    begin(kind);
    command.order = *id;
    return run();
}

/* The same request at a device that lost its answer. */
static int again(void)
{
    command.body_hash.bytes[0]++;
    struct store_txn *txn = store_memory_begin(stage.store, true);
    struct store_cursor cursor;
    struct bytes key, value;
    uint8_t copy[KEY_BYTES_MAX];
    check(store_cursor_open(txn, TABLE_REQUEST, &cursor) == 0);
    while (store_cursor_next(&cursor, &key, &value) == 0) {
        const size_t size = key.size;
        memcpy(copy, key.data, size);
        store_cursor_close(&cursor);
        check(store_del(txn, TABLE_REQUEST, bytes_of(copy, size)) == 0);
        check(store_cursor_open(txn, TABLE_REQUEST, &cursor) == 0);
    }
    store_cursor_close(&cursor);
    check(store_memory_commit(txn) == 0);
    return run();
}

TEST(till_drawer, a_wish_without_a_key_is_refused)
{
    static const enum command_kind kinds[] = {COMMAND_DRAWER_OPEN, COMMAND_DRAWER_MOVE,
                                              COMMAND_DRAWER_COUNT};
    start();
    const struct entity_id id = drawer_open();
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        begin(kinds[i]);
        command.order = id;
        command.key = bytes_of_text("short");
        assert_int_equal(run(), ERR_MALFORMED);
    }
    stage_stop(&stage);
}

TEST(till_drawer, what_was_done_is_not_done_again_where_its_answer_is_lost)
{
    start();
    const struct entity_id id = drawer_open();
    assert_int_equal(again(), 0);
    assert_int_equal(answer.events, 0);
    assert_int_equal(on_drawer(COMMAND_DRAWER_MOVE, &id), 0);
    assert_int_equal(answer.events, 1);
    assert_int_equal(again(), 0);
    assert_int_equal(answer.events, 0);
    assert_int_equal(on_drawer(COMMAND_DRAWER_COUNT, &id), 0);
    assert_int_equal(answer.events, 1);
    assert_int_equal(again(), 0);
    assert_int_equal(answer.events, 0);
    stage_stop(&stage);
}

/* By another device. */
static void hear(enum event_type type, const struct entity_id *id, struct writer *writer)
{
    struct bytes body;
    check(writer_finish(writer, &body) == 0);
    const uint64_t seq =
        journal_write(stage.world, &stage.journal, &stage.peers[PEER], type, id, body);
    stage_turn(&stage, 0, frame_event(&stage, PEER, seq, true));
}

static void hear_of_move(const struct entity_id *id, uint8_t number)
{
    const struct drawer_move move = {
        .id = {{0xee, number}}, .amount_minor = 1, .reason = bytes_of_text("bank")};
    uint8_t data[64];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    drawer_move_encode(&move, &writer);
    hear(EVENT_DRAWER_MOVE, id, &writer);
}

/* A session that it opened on that day. */
static void hear_of_another(uint8_t number)
{
    const struct drawer_open open = {.number = number, .float_minor = FLOAT, .day = number};
    const struct entity_id id = {.bytes = {0xff, number}};
    uint8_t data[64];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    drawer_open_encode(&open, &writer);
    hear(EVENT_DRAWER_OPEN, &id, &writer);
}

TEST(till_drawer, beyond_so_many_counts_nothing_is_counted)
{
    start();
    const struct entity_id id = drawer_open();
    for (uint32_t i = 0; i < DRAWER_COUNTS_MAX; i++) {
        assert_int_equal(on_drawer(COMMAND_DRAWER_COUNT, &id), 0);
    }
    assert_int_equal(on_drawer(COMMAND_DRAWER_COUNT, &id), ERR_TOO_MANY);
    stage_stop(&stage);
}

TEST(till_drawer, beyond_so_many_moves_of_all_devices_nothing_is_moved)
{
    enum { OWN = 8 };
    start();
    stage_meet(&stage, 0, PEER, NULL, 0);
    const struct entity_id id = drawer_open();
    for (uint8_t i = 0; i < DRAWER_MOVES_MAX - OWN; i++) {
        hear_of_move(&id, i);
    }
    for (uint32_t i = 0; i < OWN; i++) {
        assert_int_equal(on_drawer(COMMAND_DRAWER_MOVE, &id), 0);
    }
    assert_int_equal(on_drawer(COMMAND_DRAWER_MOVE, &id), ERR_TOO_MANY);
    assert_int_equal(on_drawer(COMMAND_DRAWER_COUNT, &id), 0);
    stage_stop(&stage);
}

TEST(till_drawer, one_of_which_this_device_wrote_too_much_is_counted_no_more)
{
    start();
    const struct entity_id id = drawer_open();
    const struct event junk = {
        .type = EVENT_DRAWER_MOVE, .entity = id, .body = bytes_of_text("\x90")};
    stage_begin(&stage);
    for (uint32_t i = 0; i < ENTITY_EVENTS_PER_LOG_MAX - 2; i++) {
        check(replica_append(stage.replica, stage.txn, &junk, stage.effects) == 0);
    }
    stage_end(&stage);
    assert_int_equal(on_drawer(COMMAND_DRAWER_COUNT, &id), ERR_TOO_MANY);
    stage_stop(&stage);
}

TEST(till_drawer, of_many_sessions_ones_own_is_found_and_others_do_not_count)
{
    start();
    stage_meet(&stage, 0, PEER, NULL, 0);
    hear_of_another(1);
    const struct entity_id id = drawer_open();
    hear_of_another(2);
    begin(COMMAND_DRAWER_OPEN);
    assert_int_equal(run(), ERR_STATE);
    assert_int_equal(on_drawer(COMMAND_DRAWER_COUNT, &id), 0);
    (void)drawer_open();
    stage_stop(&stage);
}

/* No index comes after that of drawers, until newer software has one. */
TEST(till_drawer, a_row_of_an_index_that_nobody_knows_is_no_session)
{
    static const uint8_t key[] = {0x7f, DRAWER_ROW_OPEN, 1, 2, 3};
    start();
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_put(txn, TABLE_INDEX, bytes_of(key, sizeof key), bytes_of(NULL, 0)) == 0);
    check(store_memory_commit(txn) == 0);
    (void)drawer_open();
    stage_stop(&stage);
}
