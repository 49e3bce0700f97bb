/* test_stock_doubles.c - one sale that two devices took units for: who gives back; and rights on
 * the move at a disk that fails.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/stock_events.h"
#include "sync/replica/replica_stock.h"
#include "tests/lib/stage_shop.h"

enum { ITEM = 2, LINE = 1, PEERS = 8 };

static struct stage stage;
static struct command command;
static struct entity_id order;
static uint64_t asks;

static const char *const keys[] = {"key-000000000001", "key-000000000002"};

static void begin(enum command_kind kind)
{
    memset(&command, 0, sizeof command);
    command.kind = kind;
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER};
    command.item = ITEM;
    command.order = order;
}

static int run(void)
{
    const struct effect_answer *ran = stage_run(&stage, &command);
    if (ran->err == 0 && command.kind == COMMAND_ORDER_PLACE) {
        order = ran->answer.entity;
    }
    return ran->err;
}

static void place_form(const char *key, int32_t quantity)
{
    begin(COMMAND_ORDER_PLACE);
    command.key = bytes_of_text(key);
    command.channel = bytes_of_text("counter");
    command.mode = bytes_of_text("take-away");
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = ITEM, .quantity = quantity};
}

/* A strict item, @units of it here, peer 0 linked. */
static void start(int64_t units)
{
    asks = 0;
    stage_start(&stage, PEERS, 0);
    stage_open_day(&stage);
    stage_set_item(&stage, ITEM, "Soup", 500, STOCK_STRICT);
    if (units > 0) {
        begin(COMMAND_STOCK_ADD);
        command.stock_units = units;
        assert_int_equal(run(), 0);
    }
    stage_meet(&stage, 0, 0, NULL, 0);
}

static uint64_t write_stock_of(uint32_t peer, uint64_t item, enum event_type type,
                               struct writer *writer)
{
    const struct entity_id entity = entity_id_derive(KIND_STOCK, item);
    struct bytes body;
    check(writer_finish(writer, &body) == 0);
    return journal_write(stage.world, &stage.journal, &stage.peers[peer], type, &entity, body);
}

static uint64_t write_stock(enum event_type type, struct writer *writer)
{
    return write_stock_of(0, ITEM, type, writer);
}

/* @peer takes a unit for a line that this device sold, in its own name. */
static struct bytes take_of(uint32_t peer, uint64_t item, uint32_t line, bool is_change)
{
    const struct stock_take take = {.item = item,
                                    .units = 1,
                                    .order = order,
                                    .line = line,
                                    .issuer = stage.peers[peer].head.log,
                                    .is_change = is_change};
    uint8_t data[128];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    stock_take_encode(&take, &writer);
    return frame_event(&stage, peer, write_stock_of(peer, item, EVENT_STOCK_TAKE, &writer), true);
}

static struct bytes their_take(bool is_change)
{
    return take_of(0, ITEM, LINE, is_change);
}

/* --- who gives back --- */

/* The smaller operation keeps its take; so only one of the two gives back. */
TEST(stock_doubles, one_of_two_who_took_for_a_line_gives_back)
{
    start(5);
    place_form(keys[0], 2);
    assert_int_equal(run(), 0);
    const bool is_first = replica_log(stage.replica) < stage.peers[0].head.log;
    stage_turn(&stage, 0, their_take(false));
    assert_int_equal(stage_rights(&stage, ITEM), is_first ? 3 : 5);
    stage_turn(&stage, 0, their_take(false)); /* it is settled already */
    assert_int_equal(stage_rights(&stage, ITEM), is_first ? 3 : 5);
    stage_stop(&stage);
}

TEST(stock_doubles, what_was_taken_for_a_change_or_given_up_is_not_given_back_again)
{
    start(5);
    place_form(keys[0], 2);
    assert_int_equal(run(), 0);
    stage_turn(&stage, 0, their_take(true)); /* they added one to the line: both stand */
    assert_int_equal(stage_rights(&stage, ITEM), 3);
    begin(COMMAND_LINE_SET);
    command.ids_count = 1;
    command.ids[0] = LINE;
    command.quantity_delta = 1;
    assert_int_equal(run(), 0); /* and so did this device */
    assert_int_equal(stage_rights(&stage, ITEM), 2);
    begin(COMMAND_CANCEL);
    command.reason = bytes_of_text("left");
    assert_int_equal(run(), 0);
    assert_int_equal(stage_rights(&stage, ITEM), 5);
    stage_turn(&stage, 0, their_take(false)); /* nothing is left of the own take */
    assert_int_equal(stage_rights(&stage, ITEM), 5);
    stage_stop(&stage);
}

/* A log higher than the own. */
static uint32_t peer_above(void)
{
    uint32_t peer = 0;
    while (stage.peers[peer].head.log < replica_log(stage.replica)) {
        peer++;
    }
    assert_true(peer < PEERS);
    return peer;
}

TEST(stock_doubles, the_smaller_operation_keeps_its_take_whatever_item_the_other_names)
{
    start(5);
    place_form(keys[0], 2);
    assert_int_equal(run(), 0);
    const uint32_t peer = peer_above();
    stage_meet(&stage, 1, peer, NULL, 0);
    stage_turn(&stage, 1, take_of(peer, ITEM - 1, LINE, false));
    assert_int_equal(stage_rights(&stage, ITEM), 3);
    stage_stop(&stage);
}

/* Under another log it may have given back already. */
TEST(stock_doubles, a_device_that_forgot_gives_nothing_back)
{
    start(5);
    place_form(keys[0], 2);
    assert_int_equal(run(), 0);
    uint32_t peer = 0; /* whose take would stay */
    while (peer < PEERS && stage.peers[peer].head.log > replica_log(stage.replica)) {
        peer++;
    }
    assert_true(peer < PEERS);
    stage_meet(&stage, 1, peer, NULL, 0);
    stage_turn(&stage, 0, frame_own_event(&stage));
    assert_true(stage_is_alarmed(&stage, ALARM_AMNESIA));
    stage_turn(&stage, 1, take_of(peer, ITEM, LINE, false));
    assert_int_equal(stage_rights(&stage, ITEM), 3);
    stage_stop(&stage);
}

/* --- a disk that fails --- */

/* Within a turn that is open: what @input and the turn's end come to while the @nth read fails;
 * whether there were that many. The turn is undone. */
static bool fails_at(enum store_memory_call call, unsigned nth, const struct input *input)
{
    store_memory_fail(stage.store, call, nth, ERR_IO);
    int err = replica_step(stage.replica, stage.txn, input, stage.effects);
    if (err == 0) {
        err = replica_seal(stage.replica, stage.txn, input->now, stage.effects);
    }
    const bool is_reached = store_memory_mend(stage.store, call);
    check(err == (is_reached ? ERR_IO : 0));
    stage_abort(&stage);
    stage_meet(&stage, 0, 0, NULL, 0);
    return is_reached;
}

static struct moment now(void)
{
    return (struct moment){.wall_ms = INT64_C(1700000000000) + (int64_t)stage.now_ms,
                           .mono_ms = stage.now_ms};
}

static const enum store_memory_call calls[] = {MEMORY_GET, MEMORY_OPEN, MEMORY_PUT, MEMORY_DEL};

/* @step makes the input; what it needs beforehand it does itself. */
static void each_call_fails(struct input (*step)(void))
{
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        bool is_reached = true;
        for (unsigned nth = 1; is_reached; nth++) {
            stage.now_ms += DESK_LOOK_MS;
            stage_begin(&stage);
            const struct input input = step();
            is_reached = fails_at(calls[i], nth, &input);
        }
    }
}

static struct input ask_input(void)
{
    static uint8_t data[64];
    const struct stock_ask ask = {
        .item = ITEM, .units = 2, .log = stage.peers[0].head.log, .number = ++asks};
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, data, sizeof data);
    message_write_ask(&writer, &ask);
    check(writer_finish(&writer, &frame) == 0);
    return (struct input){.kind = INPUT_MESSAGE, .now = now(), .link = 0, .message = frame};
}

/* Of two issuers, and one has something back from a device that is retired. */
TEST(stock_doubles, nothing_is_given_at_a_disk_that_fails)
{
    struct stock_add theirs = {.item = ITEM, .units = 1};
    uint8_t data[64];
    struct writer writer;
    start(5);
    stage_meet(&stage, 1, 1, NULL, 0);
    stage_pass(&stage, GIVE_INTERVAL_MS);
    const struct stock_ask ask = {
        .item = ITEM, .units = 4, .log = stage.peers[1].head.log, .number = ++asks};
    uint8_t ask_data[64];
    struct bytes frame;
    writer_init(&writer, ask_data, sizeof ask_data);
    message_write_ask(&writer, &ask);
    check(writer_finish(&writer, &frame) == 0);
    stage_turn(&stage, 1, frame);
    theirs.holder = replica_log(stage.replica);
    theirs.issuer = stage.peers[0].head.log;
    writer_init(&writer, data, sizeof data);
    stock_add_encode(&theirs, &writer);
    stage_turn(&stage, 0, frame_event(&stage, 0, write_stock(EVENT_STOCK_ADD, &writer), true));
    begin(COMMAND_DEVICE_RETIRE);
    command.device = stage.peers[1].id;
    assert_int_equal(run(), 0);
    assert_int_equal(stage_rights(&stage, ITEM), 6);
    each_call_fails(ask_input);
    assert_int_equal(stage_rights(&stage, ITEM), 6);
    stage_stop(&stage);
}

/* The same after a sale in the same turn. */
static struct input ask_after_sale(void)
{
    place_form(keys[1], 1);
    stage_command(&stage, &command);
    return ask_input();
}

TEST(stock_doubles, nothing_is_given_after_a_sale_at_a_disk_that_fails)
{
    start(5);
    each_call_fails(ask_after_sale);
    assert_int_equal(stage_rights(&stage, ITEM), 5);
    stage_stop(&stage);
}

/* Two sales that fail for want of units: the peer is asked at the turn's end. */
static struct input sale_input(void)
{
    place_form(keys[0], 9);
    command.lines[0].item = ITEM + 1;
    stage_command(&stage, &command);
    place_form(keys[1], 9);
    return (struct input){.kind = INPUT_COMMAND, .now = now(), .command = &command, .request = 1};
}

TEST(stock_doubles, nobody_is_asked_at_a_disk_that_fails)
{
    struct stock_add theirs = {.item = ITEM, .units = 4};
    uint8_t data[64];
    struct writer writer;
    start(1);
    stage_set_item(&stage, ITEM + 1, "Soup", 500, STOCK_STRICT);
    theirs.holder = theirs.issuer = stage.peers[0].head.log;
    writer_init(&writer, data, sizeof data);
    stock_add_encode(&theirs, &writer);
    stage_turn(&stage, 0, frame_event(&stage, 0, write_stock(EVENT_STOCK_ADD, &writer), true));
    theirs.holder = stage.peers[1].head.log; /* whose leftover is peer 0's again */
    writer_init(&writer, data, sizeof data);
    stock_add_encode(&theirs, &writer);
    stage_turn(&stage, 0, frame_event(&stage, 0, write_stock(EVENT_STOCK_ADD, &writer), true));
    begin(COMMAND_DEVICE_RETIRE);
    command.device = stage.peers[1].id;
    assert_int_equal(run(), 0);
    each_call_fails(sale_input);
    assert_int_equal(stage_rights(&stage, ITEM), 1);
    stage_stop(&stage);
}

static uint8_t frame_data[2][MESSAGE_BYTES_MAX]; /* the stage's own live for a few turns only */
static struct bytes double_frame, other_frame;

static struct bytes frame_keep(uint32_t at, struct bytes frame)
{
    memcpy(frame_data[at], frame.data, frame.size);
    return bytes_of(frame_data[at], frame.size);
}

/* For two lines in one turn. */
static struct input double_input(void)
{
    stage_say(&stage, 0, other_frame);
    return (struct input){.kind = INPUT_MESSAGE, .now = now(), .link = 0, .message = double_frame};
}

TEST(stock_doubles, nothing_is_settled_at_a_disk_that_fails)
{
    start(5);
    place_form(keys[0], 2);
    command.lines_count = 2;
    command.lines[1] = (struct wanted_line){.item = ITEM, .quantity = 1};
    assert_int_equal(run(), 0);
    other_frame = frame_keep(0, take_of(0, ITEM, LINE + 1, false));
    double_frame = frame_keep(1, their_take(false));
    each_call_fails(double_input);
    assert_int_equal(stage_rights(&stage, ITEM), 2);
    stage_stop(&stage);
}
