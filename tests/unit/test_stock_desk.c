/* test_stock_desk.c - rights to sell on the move, frame by frame: who is given what, and who is
 * asked.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/stock_events.h"
#include "sync/replica/replica_stock.h"
#include "tests/lib/stage_shop.h"

enum { ITEM = 1, KEY_BYTES = 16, PEERS = 10 };

static struct stage stage;
static struct command command;
static uint32_t keys;
static uint64_t asks;

/* --- the shop --- */

static void begin(enum command_kind kind)
{
    static char key[KEY_BYTES + 1];
    memset(&command, 0, sizeof command);
    command.kind = kind;
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER};
    command.item = ITEM;
    (void)snprintf(key, sizeof key, "key%013u", (unsigned)++keys);
    command.key = bytes_of_text(key);
}

static int run(void)
{
    return stage_run(&stage, &command)->err;
}

/* In the turn that is open. */
static int answer(void)
{
    stage_command(&stage, &command);
    return stage.effects->answers[stage.effects->answers_count - 1].err;
}

static int add_units(uint64_t item, int64_t units)
{
    begin(COMMAND_STOCK_ADD);
    command.item = item;
    command.stock_units = units;
    return run();
}

static void want_sale(uint64_t item, int32_t quantity)
{
    begin(COMMAND_ORDER_PLACE);
    command.channel = bytes_of_text("counter");
    command.mode = bytes_of_text("take-away");
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = item, .quantity = quantity};
}

/* One item, @units of it here, peers 0 and 1 linked. */
static void start(int64_t units)
{
    keys = 0;
    asks = 0;
    stage_start(&stage, PEERS, 0);
    stage_open_day(&stage);
    stage_set_item(&stage, ITEM, "Soup", 500, STOCK_STRICT);
    if (units > 0) {
        assert_int_equal(add_units(ITEM, units), 0);
    }
    stage_meet(&stage, 0, 0, NULL, 0);
    stage_meet(&stage, 1, 1, NULL, 0);
}

/* How many @link is asked for by the last turn. */
static uint64_t asked_units(uint32_t link)
{
    const struct message *sent = stage_sent(&stage, link, MESSAGE_ASK, 0);
    return sent != NULL ? sent->ask.units : 0;
}

/* --- giving --- */

static struct bytes ask_frame(uint64_t units, uint64_t log, uint64_t number)
{
    static uint8_t data[64];
    const struct stock_ask ask = {.item = ITEM, .units = units, .log = log, .number = number};
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, data, sizeof data);
    message_write_ask(&writer, &ask);
    check(writer_finish(&writer, &frame) == 0);
    return frame;
}

/* Long enough after the last gift. */
static void hear_ask(uint32_t link, uint64_t units, uint64_t log)
{
    stage_pass(&stage, GIVE_INTERVAL_MS);
    stage_turn(&stage, link, ask_frame(units, log, ++asks));
}

static uint64_t log_of(uint32_t peer)
{
    return stage.peers[peer].head.log;
}

TEST(stock_desk, who_asks_is_given_what_is_spare)
{
    start(20);
    hear_ask(0, 3, log_of(0));
    assert_int_equal(stage_rights(&stage, ITEM), 17);
    hear_ask(0, 100, log_of(0));
    assert_int_equal(stage_rights(&stage, ITEM), 0); /* nothing sells here: all of it */
    hear_ask(0, 1, log_of(0));
    assert_int_equal(stage_rights(&stage, ITEM), 0); /* there is none */
    stage_stop(&stage);
}

TEST(stock_desk, who_sells_keeps_what_sells_and_half_of_the_rest)
{
    start(20);
    want_sale(ITEM, 4);
    assert_int_equal(run(), 0);
    hear_ask(0, 100, log_of(0));
    assert_int_equal(stage_rights(&stage, ITEM), 4 + (16 - 4) / 2);
    hear_ask(0, 100, log_of(0));
    assert_int_equal(stage_rights(&stage, ITEM), 4 + 3);
    stage_stop(&stage);
}

TEST(stock_desk, what_was_sold_in_the_same_turn_is_not_given_away)
{
    start(20);
    stage_pass(&stage, GIVE_INTERVAL_MS);
    stage_begin(&stage);
    want_sale(ITEM, 18);
    assert_int_equal(answer(), 0);
    stage_say(&stage, 0, ask_frame(20, log_of(0), ++asks));
    stage_end(&stage);
    assert_int_equal(stage_rights(&stage, ITEM), 2);
    stage_stop(&stage);
}

TEST(stock_desk, an_ask_that_comes_twice_or_too_soon_is_given_to_once)
{
    start(20);
    hear_ask(0, 3, log_of(0));
    stage_turn(&stage, 0, ask_frame(3, log_of(0), asks)); /* again */
    assert_int_equal(stage_rights(&stage, ITEM), 17);
    stage_turn(&stage, 0, ask_frame(3, log_of(0), ++asks)); /* in the same moment */
    assert_int_equal(stage_rights(&stage, ITEM), 17);
    hear_ask(0, 3, log_of(0));
    assert_int_equal(stage_rights(&stage, ITEM), 14);
    stage_stop(&stage);
}

TEST(stock_desk, a_log_that_is_not_the_askers_own_or_is_closed_is_given_nothing)
{
    start(20);
    hear_ask(0, 3, 12345); /* nobody's */
    hear_ask(0, 3, log_of(1));
    hear_ask(0, 3, replica_log(stage.replica));
    assert_int_equal(stage_rights(&stage, ITEM), 20);
    begin(COMMAND_DEVICE_RETIRE);
    command.device = stage.peers[0].id;
    assert_int_equal(run(), 0);
    hear_ask(0, 3, log_of(0));
    assert_int_equal(stage_rights(&stage, ITEM), 20);
    stage_stop(&stage);
}

/* It does not know yet that there are two of it. */
TEST(stock_desk, a_clone_that_asks_for_the_same_log_is_given_nothing)
{
    enum { LINK = 2 };
    start(20);
    stage_begin(&stage);
    stage_up(&stage, LINK, stage.own.id, true);
    stage_say(&stage, LINK,
              frame_hello(&stage, stage.own.id, LINK + 1, INT64_C(1700000000000), NULL, 0));
    stage_end(&stage);
    hear_ask(LINK, 3, replica_log(stage.replica));
    assert_int_equal(stage_rights(&stage, ITEM), 20);
    stage_stop(&stage);
}

TEST(stock_desk, who_may_move_no_stock_any_more_gives_nothing)
{
    start(20);
    const struct roster_log *own =
        roster_log_find(replica_roster(stage.replica), replica_log(stage.replica));
    const struct device_caps caps = {
        .device = stage.own.id,
        .capabilities = own->capabilities & ~capability_bit(CAP_STOCK_MOVE),
        .count = 1,
        .from = {{.log = own->id, .seq = replica_log_seq(stage.replica) + 1}}};
    uint8_t data[128];
    struct bytes body;
    assert_int_equal(device_caps_encode(&caps, data, sizeof data, &body), 0);
    (void)journal_state(stage.world, &stage.journal, &stage.peers[0], EVENT_DEVICE_CAPS, body);
    stage_turn(&stage, 0, frame_event(&stage, 0, stage.peers[0].head.seq, true));
    hear_ask(0, 3, log_of(0));
    assert_int_equal(stage_rights(&stage, ITEM), 20);
    stage_stop(&stage);
}

/* @peer writes a stock event that this device hears over link 0. */
static void hear(uint32_t peer, enum event_type type, struct bytes body)
{
    const struct entity_id entity = entity_id_derive(KIND_STOCK, ITEM);
    const uint64_t seq =
        journal_write(stage.world, &stage.journal, &stage.peers[peer], type, &entity, body);
    stage_turn(&stage, 0, frame_event(&stage, peer, seq, true));
}

static void hear_add(uint32_t peer, int64_t units, uint64_t holder)
{
    const struct stock_add add = {
        .item = ITEM, .units = units, .holder = holder, .issuer = log_of(peer)};
    uint8_t data[64];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    stock_add_encode(&add, &writer);
    check(writer_finish(&writer, &body) == 0);
    hear(peer, EVENT_STOCK_ADD, body);
}

/* All peers are owners from here on, who may issue. */
static void make_owners(void)
{
    struct store_txn *txn = store_memory_begin(stage.store, true);
    for (uint32_t i = 0; i < PEERS; i++) {
        struct journal_device *peer = &stage.peers[i];
        journal_device_init(peer, &stage.journal, 60 + i, ROLE_OWNER, NULL);
        const struct log_head empty = peer->head;
        journal_open(txn, &stage.journal, peer);
        peer->head = empty;
        journal_open(stage.world, &stage.journal, peer);
    }
    check(store_memory_commit(txn) == 0);
    stage_begin(&stage);
    stage_abort(&stage);
    stage_meet(&stage, 0, 0, NULL, 0);
}

TEST(stock_desk, units_of_several_issuers_are_given_from_eight_at_a_time)
{
    start(0);
    make_owners();
    for (uint32_t peer = 0; peer < PEERS; peer++) {
        hear_add(peer, 1, replica_log(stage.replica));
        hear_add(peer, 7, log_of(peer)); /* and has some of its own, which are not here */
    }
    assert_int_equal(stage_rights(&stage, ITEM), PEERS);
    hear_ask(0, PEERS, log_of(0));
    assert_int_equal(stage_rights(&stage, ITEM), PEERS - 8);
    hear_ask(0, PEERS, log_of(0));
    assert_int_equal(stage_rights(&stage, ITEM), 0);
    stage_stop(&stage);
}

/* It forgot what it gave away before, perhaps. */
TEST(stock_desk, a_device_that_forgot_gives_nothing_and_asks_for_nothing)
{
    start(20);
    hear_add(0, 3, log_of(0));
    stage_turn(&stage, 1, frame_own_event(&stage));
    assert_true(stage_is_alarmed(&stage, ALARM_AMNESIA));
    hear_ask(0, 3, log_of(0));
    assert_int_equal(stage_rights(&stage, ITEM), 20);
    stage_stop(&stage);
    start(0);
    hear_add(0, 3, log_of(0));
    want_sale(ITEM, 2);
    stage_begin(&stage);
    assert_int_equal(answer(), ERR_UNAVAILABLE);
    stage_say(&stage, 1, frame_own_event(&stage));
    stage_end(&stage);
    assert_int_equal(asked_units(0), 0);
    stage_stop(&stage);
}

TEST(stock_desk, what_a_retired_device_left_may_be_given_up)
{
    start(20);
    hear_ask(0, 3, log_of(0));
    begin(COMMAND_DEVICE_RETIRE);
    command.device = stage.peers[0].id;
    assert_int_equal(run(), 0);
    assert_int_equal(stage_rights(&stage, ITEM), 20);
    assert_int_equal(add_units(ITEM, -21), ERR_MISMATCH); /* tried at disks that fail, too */
    assert_int_equal(add_units(ITEM, -20), 0);
    assert_int_equal(stage_rights(&stage, ITEM), 0);
    stage_stop(&stage);
}

/* Eleven issuers, whose units end in the middle of lines: more takes than a run holds. */
TEST(stock_desk, an_order_that_takes_from_too_many_issuers_is_refused_whole)
{
    start(25);
    make_owners();
    for (uint32_t peer = 0; peer < PEERS; peer++) {
        hear_add(peer, 25, replica_log(stage.replica));
    }
    want_sale(ITEM, 4);
    command.lines_count = ORDER_LINES_MAX;
    for (uint32_t i = 1; i < ORDER_LINES_MAX; i++) {
        command.lines[i] = command.lines[0];
    }
    assert_int_equal(run(), ERR_TOO_MANY);
    assert_int_equal(stage_rights(&stage, ITEM), 25 * (PEERS + 1));
    stage_stop(&stage);
}

TEST(stock_desk, of_a_row_that_the_disk_spoilt_nothing_is_given)
{
    static const uint8_t junk[] = {1, 2, 3};
    const struct entity_id entity = entity_id_derive(KIND_STOCK, ITEM);
    const struct key key = key_state(KIND_STOCK, &entity);
    start(20);
    stage_pass(&stage, GIVE_INTERVAL_MS);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_put(txn, TABLE_STATE, key_bytes(&key), bytes_of(junk, sizeof junk)) == 0);
    check(store_memory_commit(txn) == 0);
    const struct input input = {
        .kind = INPUT_MESSAGE,
        .now = {.wall_ms = INT64_C(1700000000000) + (int64_t)stage.now_ms, .mono_ms = stage.now_ms},
        .link = 0,
        .message = ask_frame(3, log_of(0), ++asks)};
    stage_begin(&stage);
    assert_int_equal(replica_step(stage.replica, stage.txn, &input, stage.effects), ERR_IO);
    stage_abort(&stage);
    stage_stop(&stage);
}

TEST(stock_desk, what_needs_newer_software_is_not_given_away)
{
    static const uint8_t empty[] = {0x90};
    start(20);
    hear(0, (enum event_type)1002, bytes_of(empty, sizeof empty));
    hear_ask(0, 3, log_of(0));
    assert_int_equal(stage_rights(&stage, ITEM), 20);
    stage_stop(&stage);
}

/* --- asking --- */

TEST(stock_desk, who_lacks_units_asks_the_peer_with_most_and_then_another)
{
    start(0);
    hear_add(0, 3, log_of(0));
    hear_add(1, 5, log_of(1));
    want_sale(ITEM, 2);
    assert_int_equal(run(), ERR_UNAVAILABLE);
    assert_int_equal(asked_units(1), 2);
    assert_int_equal(asked_units(0), 0);
    stage_pass(&stage, DESK_LOOK_MS);
    assert_int_equal(asked_units(0), 2);
    assert_int_equal(asked_units(1), 0);
    stage_pass(&stage, DESK_LOOK_MS / 2);
    assert_int_equal(asked_units(0) + asked_units(1), 0); /* not so soon */
    stage_pass(&stage, DESK_WANT_MS + DESK_PERIOD_MS);
    stage_pass(&stage, DESK_LOOK_MS);
    assert_int_equal(asked_units(0) + asked_units(1), 0); /* nobody wants it any more */
    stage_stop(&stage);
}

TEST(stock_desk, nobody_is_asked_who_has_none_or_while_no_frame_goes_out)
{
    start(0);
    want_sale(ITEM, 2);
    assert_int_equal(run(), ERR_UNAVAILABLE);
    assert_int_equal(asked_units(0) + asked_units(1), 0);
    hear_add(0, 3, log_of(0));
    stage.now_ms += DESK_LOOK_MS;
    stage_begin(&stage);
    const uint32_t sends = stage.effects->sends_count;
    stage.effects->sends_count = EFFECT_SENDS_MAX; /* the turn has sent all that fits */
    stage_end(&stage);
    assert_true(stage.effects->sends_dropped > 0);
    stage.effects->sends_count = sends;
    stage_pass(&stage, DESK_LOOK_MS);
    assert_int_equal(asked_units(0), 2);
    stage_stop(&stage);
}

TEST(stock_desk, of_more_items_than_are_watched_the_first_are_asked_for)
{
    start(0);
    hear_add(0, 3, log_of(0));
    for (uint64_t item = 2; item <= DESK_ITEMS_MAX + 1; item++) {
        stage_set_item(&stage, item, "Soup", 500, STOCK_STRICT);
        want_sale(item, 1);
        assert_int_equal(run(), ERR_UNAVAILABLE);
    }
    want_sale(ITEM, 1); /* one too many */
    assert_int_equal(run(), ERR_UNAVAILABLE);
    assert_int_equal(asked_units(0), 0);
    stage_set_item(&stage, DESK_ITEMS_MAX + 2, "Soup", 500, STOCK_STRICT);
    assert_int_equal(add_units(DESK_ITEMS_MAX + 2, 1), 0);
    want_sale(DESK_ITEMS_MAX + 2, 1);
    assert_int_equal(run(), 0); /* sold all the same */
    stage_stop(&stage);
}
