/* test_till_stock.c - what one device sells of what is counted: refused, forced, given back and
 * counted again; judged and written by a whole replica.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/order_events.h"
#include "sync/domain/stock_events.h"
#include "tests/lib/stage_shop.h"

enum { ITEM = 1, OTHER = 2, KEY_BYTES = 16 };

static struct stage stage;
static struct command command;
static struct effect_answer answer;
static struct entity_id order;
static uint32_t keys;

static void begin(enum command_kind kind)
{
    static char key[KEY_BYTES + 1];
    memset(&command, 0, sizeof command);
    command.kind = kind;
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER};
    command.item = ITEM;
    command.order = order;
    (void)snprintf(key, sizeof key, "key%013u", (unsigned)++keys);
    command.key = bytes_of_text(key);
}

static int run(void)
{
    answer = *stage_run(&stage, &command);
    return answer.err;
}

static int manage(enum command_kind kind, int64_t units)
{
    begin(kind);
    command.stock_units = units;
    return run();
}

/* A day, and @units of the one item, which is not sold beyond them. */
static void start(int64_t units)
{
    keys = 0;
    stage_start(&stage, 2, 0);
    stage_open_day(&stage);
    stage_set_item(&stage, ITEM, "Soup", 500, STOCK_STRICT);
    if (units > 0) {
        assert_int_equal(manage(COMMAND_STOCK_ADD, units), 0);
    }
}

static int place(uint32_t lines, int32_t quantity)
{
    begin(COMMAND_ORDER_PLACE);
    command.channel = bytes_of_text("counter");
    command.mode = bytes_of_text("take-away");
    command.lines_count = lines;
    for (uint32_t i = 0; i < lines; i++) {
        command.lines[i] = (struct wanted_line){.item = ITEM, .quantity = quantity};
    }
    const int err = run();
    if (err == 0) {
        order = answer.answer.entity;
    }
    return err;
}

static int on_line(enum command_kind kind, uint32_t line, int32_t delta)
{
    begin(kind);
    command.reason = bytes_of_text("mistake");
    command.ids_count = 1;
    command.ids[0] = line;
    command.quantity_delta = delta;
    return run();
}

static struct stock_summary look(void)
{
    static struct stock stock;
    struct stock_summary summary;
    const struct entity_id entity = entity_id_derive(KIND_STOCK, ITEM);
    struct store_txn *txn = store_memory_begin(stage.store, false);
    const struct stock_view view = {.roster = replica_roster(stage.replica), .txn = txn};
    assert_int_equal(stock_get(&stock, txn, &entity), 0);
    assert_int_equal(stock_summarise(&stock, &view, replica_log(stage.replica), &summary), 0);
    store_memory_abort(txn);
    return summary;
}

/* --- managing --- */

TEST(till_stock, what_cannot_be_counted_is_refused)
{
    static const struct {
        enum command_kind kind;
        int64_t units;
        int err;
    } cases[] = {
        {COMMAND_STOCK_ADD, 0, ERR_MALFORMED},
        {COMMAND_STOCK_ADD, STOCK_UNITS_MAX + 1, ERR_MALFORMED},
        {COMMAND_STOCK_ADD, -STOCK_UNITS_MAX - 1, ERR_MALFORMED},
        {COMMAND_STOCK_ADD, -6, ERR_MISMATCH}, /* more than there are */
        {COMMAND_STOCK_ADD, -2, 0},
        {COMMAND_STOCK_COUNT, -1, ERR_MALFORMED},
        {COMMAND_STOCK_COUNT, STOCK_UNITS_MAX + 1, ERR_MALFORMED},
        {COMMAND_STOCK_COUNT, 3, 0},
        {COMMAND_STOCK_COUNT, 9, 0},
        {COMMAND_STOCK_COUNT, 4, 0},
    };
    start(5);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(manage(cases[i].kind, cases[i].units), cases[i].err);
    }
    assert_int_equal(look().all, 4);
    begin(COMMAND_STOCK_ADD);
    command.item = OTHER;
    command.stock_units = 1;
    assert_int_equal(run(), ERR_NOT_FOUND); /* not on the menu */
    stage_stop(&stage);
}

/* --- selling --- */

TEST(till_stock, an_order_without_units_is_no_order)
{
    start(5);
    assert_int_equal(place(1, 0), ERR_MALFORMED);
    assert_int_equal(look().here, 5);
    stage_stop(&stage);
}

TEST(till_stock, what_is_not_there_is_not_sold_unless_somebody_insists)
{
    start(3);
    assert_int_equal(place(1, 4), ERR_UNAVAILABLE);
    assert_int_equal(place(2, 2), ERR_UNAVAILABLE); /* both lines together */
    assert_int_equal(look().here, 3);
    begin(COMMAND_ORDER_PLACE);
    command.channel = bytes_of_text("counter");
    command.mode = bytes_of_text("take-away");
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = ITEM, .quantity = 5};
    command.is_forced = true;
    assert_int_equal(run(), 0);
    assert_int_equal(look().here, 0);
    assert_int_equal(look().oversold, 2);
    stage_stop(&stage);
}

TEST(till_stock, what_nobody_ever_counted_is_sold_out_and_forced_in_the_own_name)
{
    start(0);
    assert_int_equal(place(1, 1), ERR_UNAVAILABLE);
    begin(COMMAND_ORDER_PLACE);
    command.channel = bytes_of_text("counter");
    command.mode = bytes_of_text("take-away");
    command.lines_count = 2;
    command.lines[0] = (struct wanted_line){.item = ITEM, .quantity = 1};
    command.lines[1] = command.lines[0];
    command.is_forced = true;
    assert_int_equal(run(), 0);
    assert_int_equal(look().oversold, 2);
    stage_stop(&stage);
}

TEST(till_stock, units_taken_back_one_by_one_are_there_again_each_once)
{
    start(5);
    assert_int_equal(place(1, 1), 0);
    assert_int_equal(on_line(COMMAND_LINE_SET, 1, 3), 0); /* a second take of the line */
    assert_int_equal(look().here, 1);
    assert_int_equal(on_line(COMMAND_LINE_SET, 1, -1), 0);
    assert_int_equal(look().here, 2);
    assert_int_equal(on_line(COMMAND_LINE_SET, 1, -1), 0);
    assert_int_equal(look().here, 3);
    assert_int_equal(on_line(COMMAND_LINES_VOID, 1, 0), 0);
    assert_int_equal(look().here, 5);
    stage_stop(&stage);
}

TEST(till_stock, a_cancelled_order_that_is_reinstated_is_sold_once_more)
{
    start(5);
    assert_int_equal(place(2, 2), 0);
    begin(COMMAND_CANCEL);
    command.reason = bytes_of_text("left");
    assert_int_equal(run(), 0);
    assert_int_equal(look().here, 5);
    begin(COMMAND_REINSTATE);
    assert_int_equal(run(), 0);
    assert_int_equal(look().here, 1);
    begin(COMMAND_REINSTATE);
    assert_int_equal(run(), 0); /* it is so already */
    assert_int_equal(look().here, 1);
    stage_stop(&stage);
}

TEST(till_stock, what_was_begun_or_given_out_is_spent)
{
    start(5);
    assert_int_equal(place(2, 2), 0);
    assert_int_equal(on_line(COMMAND_ACCEPT, 1, 0), 0);
    assert_int_equal(on_line(COMMAND_START, 1, 0), 0);
    begin(COMMAND_CANCEL);
    command.reason = bytes_of_text("left");
    assert_int_equal(run(), 0);
    assert_int_equal(look().here, 3); /* of the line that nobody began */
    begin(COMMAND_REINSTATE);
    assert_int_equal(run(), 0);
    assert_int_equal(look().here, 1); /* what was begun is not sold again */
    stage_stop(&stage);
}

TEST(till_stock, a_refused_line_that_is_recalled_is_sold_again)
{
    start(5);
    assert_int_equal(place(2, 2), 0);
    assert_int_equal(on_line(COMMAND_REFUSE, 1, 0), 0);
    assert_int_equal(look().here, 3);
    assert_int_equal(on_line(COMMAND_RECALL, 1, 0), 0);
    assert_int_equal(look().here, 1);
    stage_stop(&stage);
}

/* --- others' events --- */

static void hear(enum event_type type, const struct entity_id *entity, struct bytes body)
{
    const uint64_t seq =
        journal_write(stage.world, &stage.journal, &stage.peers[0], type, entity, body);
    stage_meet(&stage, 1, 0, NULL, 0);
    stage_turn(&stage, 1, frame_event(&stage, 0, seq, true));
}

TEST(till_stock, what_needs_newer_software_is_neither_sold_nor_counted)
{
    static const uint8_t empty[] = {0x90};
    const struct entity_id entity = entity_id_derive(KIND_STOCK, ITEM);
    start(5);
    hear((enum event_type)1002, &entity, bytes_of(empty, sizeof empty));
    assert_int_equal(place(1, 1), ERR_VERSION);
    assert_int_equal(manage(COMMAND_STOCK_ADD, 1), ERR_VERSION);
    assert_int_equal(manage(COMMAND_STOCK_COUNT, 1), ERR_VERSION);
    stage_stop(&stage);
}

/* Two managers counted some in: units of one issuer may be here, of another not. */
TEST(till_stock, fewer_of_what_others_hold_is_not_for_this_device_to_say)
{
    const struct entity_id entity = entity_id_derive(KIND_STOCK, ITEM);
    uint8_t data[64];
    struct writer writer;
    struct bytes body;
    start(5);
    const struct stock_add theirs = {.item = ITEM,
                                     .units = 4,
                                     .holder = stage.peers[0].head.log,
                                     .issuer = stage.peers[0].head.log};
    writer_init(&writer, data, sizeof data);
    stock_add_encode(&theirs, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    hear(EVENT_STOCK_ADD, &entity, body);
    assert_int_equal(look().all, 9);
    assert_int_equal(look().here, 5);
    assert_int_equal(manage(COMMAND_STOCK_ADD, -6), ERR_MISMATCH);
    assert_int_equal(manage(COMMAND_STOCK_COUNT, 2), 0); /* as far as it goes */
    assert_int_equal(look().here, 0);
    assert_int_equal(look().all, 4);
    stage_stop(&stage);
}

/* A peer has @units that it issued itself, given to @holder. */
static void hear_add(int64_t units, uint64_t holder)
{
    const struct entity_id entity = entity_id_derive(KIND_STOCK, ITEM);
    const struct stock_add add = {
        .item = ITEM, .units = units, .holder = holder, .issuer = stage.peers[0].head.log};
    uint8_t data[64];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    stock_add_encode(&add, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    hear(EVENT_STOCK_ADD, &entity, body);
}

TEST(till_stock, units_of_two_issuers_are_sold_each_once_in_one_order)
{
    start(3);
    hear_add(4, replica_log(stage.replica));
    assert_int_equal(look().here, 7);
    assert_int_equal(place(3, 2), 0);
    assert_int_equal(look().here, 1);
    assert_int_equal(place(1, 2), ERR_UNAVAILABLE);
    assert_int_equal(place(1, 1), 0);
    assert_int_equal(look().oversold, 0);
    stage_stop(&stage);
}

TEST(till_stock, what_a_retired_device_left_is_given_up_as_ones_own)
{
    start(3);
    hear_add(4, stage.peers[0].head.log);
    assert_int_equal(look().here, 3);
    begin(COMMAND_DEVICE_RETIRE);
    command.device = stage.peers[0].id;
    assert_int_equal(run(), 0);
    assert_int_equal(manage(COMMAND_STOCK_ADD, -3), 0); /* tried at disks that fail, too */
    assert_int_equal(look().here, 0);
    stage_stop(&stage);
}

TEST(till_stock, of_a_row_that_the_disk_spoilt_nobody_sells)
{
    static const uint8_t junk[] = {1, 2, 3};
    const struct entity_id entity = entity_id_derive(KIND_STOCK, ITEM);
    const struct key key = key_state(KIND_STOCK, &entity);
    start(3);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    assert_int_equal(store_put(txn, TABLE_STATE, key_bytes(&key), bytes_of(junk, sizeof junk)), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    assert_int_equal(place(1, 1), ERR_SPOILT);
    stage_stop(&stage);
}

TEST(till_stock, a_line_that_was_handed_over_in_part_is_spent)
{
    start(5);
    assert_int_equal(place(1, 3), 0);
    begin(COMMAND_HAND_OVER);
    command.ids_count = 1;
    command.ids[0] = 1;
    command.units[0] = 1;
    assert_int_equal(run(), 0);
    begin(COMMAND_CANCEL);
    command.reason = bytes_of_text("left");
    assert_int_equal(run(), 0);
    assert_int_equal(look().here, 2);
    stage_stop(&stage);
}

/* --- lines that are no item --- */

static void hear_order(void)
{
    static uint8_t data[256];
    struct writer writer;
    struct bytes body;
    const struct line_add deposit = {.line = 1,
                                     .name = bytes_of_text("Deposit"),
                                     .quantity = 2,
                                     .unit_price_minor = 25,
                                     .station = bytes_of_text("")};
    const struct order_open open = {.day = 1,
                                    .lane = bytes_of_text("P"),
                                    .number = 1,
                                    .channel = bytes_of_text("counter"),
                                    .mode = bytes_of_text("eat-in"),
                                    .name = bytes_of_text("")};
    order = entity_id_derive(KIND_ORDER, 77);
    writer_init(&writer, data, sizeof data);
    order_open_encode(&open, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    hear(EVENT_ORDER_OPEN, &order, body);
    writer_init(&writer, data, sizeof data);
    line_add_encode(&deposit, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    const uint64_t seq =
        journal_write(stage.world, &stage.journal, &stage.peers[0], EVENT_LINE_ADD, &order, body);
    stage_turn(&stage, 1, frame_event(&stage, 0, seq, true));
}

TEST(till_stock, a_line_that_is_no_item_takes_nothing)
{
    start(5);
    hear_order();
    assert_int_equal(on_line(COMMAND_LINE_SET, 1, 1), 0);
    begin(COMMAND_CANCEL);
    command.reason = bytes_of_text("left");
    assert_int_equal(run(), 0);
    begin(COMMAND_REINSTATE);
    assert_int_equal(run(), 0);
    assert_int_equal(answer.answer.events, 1); /* the reinstatement */
    assert_int_equal(look().here, 5);
    stage_stop(&stage);
}
