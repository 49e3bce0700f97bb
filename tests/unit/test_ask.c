/* test_ask.c - a wish for rights that goes from device to device, frame by frame: who is asked on
 * whose behalf, and what bounds that.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/quote.h"
#include "sync/domain/stock_events.h"
#include "sync/replica/replica_stock.h"
#include "tests/lib/stage_shop.h"

enum { ITEM = 1, PEERS = 10, ASKER = 0, FAR = 9, KEY_BYTES = 16 };

static struct stage stage;
static struct command command;
static uint64_t number; /* of the last wish */
static uint32_t keys;

static uint64_t log_of(uint32_t peer)
{
    return stage.peers[peer].head.log;
}

/* --- the shop --- */

/* All peers may issue units. */
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
}

/* ITEM is strictly counted, and the first @links peers are linked. */
static void start(uint32_t links)
{
    number = keys = 0;
    stage_start(&stage, PEERS, 0);
    stage_open_day(&stage);
    stage_set_item(&stage, ITEM, "Soup", 500, STOCK_STRICT);
    make_owners();
    for (uint32_t i = 0; i < links; i++) {
        stage_meet(&stage, i, i, NULL, 0);
    }
}

/* @peer counts @units in for @holder. */
static void count_in(uint32_t peer, int64_t units, uint64_t holder)
{
    const struct stock_add add = {
        .item = ITEM, .units = units, .holder = holder, .issuer = log_of(peer)};
    const struct entity_id entity = entity_id_derive(KIND_STOCK, ITEM);
    uint8_t data[64];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    stock_add_encode(&add, &writer);
    check(writer_finish(&writer, &body) == 0);
    const uint64_t seq = journal_write(stage.world, &stage.journal, &stage.peers[peer],
                                       EVENT_STOCK_ADD, &entity, body);
    stage_turn(&stage, 0, frame_event(&stage, peer, seq, true));
}

static void has(uint32_t peer, int64_t units)
{
    count_in(peer, units, log_of(peer));
}

static void has_here(int64_t units)
{
    count_in(ASKER, units, replica_log(stage.replica));
}

static void want_sale(int32_t quantity)
{
    static char key[KEY_BYTES + 1];
    (void)snprintf(key, sizeof key, "key%013u", (unsigned)++keys);
    memset(&command, 0, sizeof command);
    command.kind = COMMAND_ORDER_PLACE;
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER};
    command.key = bytes_of_text(key);
    command.channel = bytes_of_text("counter");
    command.mode = bytes_of_text("take-away");
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = ITEM, .quantity = quantity};
}

static int sell(int32_t quantity)
{
    want_sale(quantity);
    return stage_run(&stage, &command)->err;
}

/* --- wishes --- */

static struct bytes wish(uint64_t units, uint64_t log, uint32_t hops)
{
    static uint8_t data[64];
    const struct stock_ask ask = {
        .item = ITEM, .units = units, .log = log, .number = number, .hops = hops};
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, data, sizeof data);
    message_write_ask(&writer, &ask);
    check(writer_finish(&writer, &frame) == 0);
    return frame;
}

/* A new wish of the asker, long after the last one. */
static void hear(uint32_t link, uint64_t units, uint32_t hops)
{
    stage_pass(&stage, GIVE_INTERVAL_MS);
    number++;
    stage_turn(&stage, link, wish(units, log_of(ASKER), hops));
}

/* How many units @link is asked for by the last turn; 0 = it is not asked. */
static uint64_t asked(uint32_t link)
{
    const struct message *sent = stage_sent(&stage, link, MESSAGE_ASK, 0);
    return sent != NULL ? sent->ask.units : 0;
}

/* --- asking on --- */

TEST(ask, who_has_none_asks_on_in_the_name_of_who_asked)
{
    start(3);
    has(1, 5);
    hear(ASKER, 3, 1);
    const struct message *sent = stage_sent(&stage, 1, MESSAGE_ASK, 0);
    assert_non_null(sent);
    assert_int_equal(sent->ask.units, 3);
    assert_int_equal(sent->ask.log, log_of(ASKER));
    assert_int_equal(sent->ask.number, number);
    assert_int_equal(sent->ask.hops, 2);
    assert_int_equal(asked(ASKER) + asked(2), 0);
    stage_stop(&stage);
}

TEST(ask, who_has_some_gives_it_and_asks_on_for_the_rest)
{
    start(3);
    has(1, 5);
    has_here(2);
    hear(ASKER, 3, 1);
    assert_int_equal(stage_rights(&stage, ITEM), 0);
    assert_int_equal(asked(1), 1);
    has_here(3);
    hear(ASKER, 3, 1);
    assert_int_equal(stage_rights(&stage, ITEM), 0);
    assert_int_equal(asked(1), 0); /* nothing is left to wish for */
    stage_stop(&stage);
}

TEST(ask, a_gift_goes_straight_to_whom_others_ask_for)
{
    start(3);
    has_here(5);
    hear(1, 3, 2);
    assert_int_equal(stage_rights(&stage, ITEM), 2);
    number++;
    stage_pass(&stage, GIVE_INTERVAL_MS);
    stage_turn(&stage, 1, wish(1, log_of(ASKER), 1)); /* as its own, which it is not */
    assert_int_equal(stage_rights(&stage, ITEM), 2);
    stage_stop(&stage);
}

TEST(ask, all_are_asked_when_only_somebody_far_off_has_some_but_not_back_to_where_it_came_from)
{
    start(4);
    has(FAR, 5);
    hear(ASKER, 3, 1);
    assert_int_equal(asked(ASKER), 0);
    assert_int_equal(asked(1), 3);
    assert_int_equal(asked(2), 3);
    assert_int_equal(asked(3), 3);
    hear(1, 3, 2); /* neither to the asker nor to who asked on */
    assert_int_equal(asked(ASKER) + asked(1), 0);
    assert_int_equal(asked(2), 3);
    stage_turn(&stage, 1, frame_neighbours(&stage.peers[2].id, 1));
    hear(1, 3, 2); /* who asked on reaches that one itself */
    assert_int_equal(asked(2), 0);
    assert_int_equal(asked(3), 3);
    stage_stop(&stage);
}

TEST(ask, who_asked_on_is_not_asked_for_what_it_has_itself)
{
    start(2);
    has(1, 5);
    hear(1, 3, 2);
    assert_int_equal(asked(ASKER) + asked(1), 0);
    stage_stop(&stage);
}

TEST(ask, for_what_is_sold_out_everywhere_nobody_is_asked)
{
    start(3);
    has(ASKER, 5); /* its own are no help to it */
    hear(ASKER, 3, 1);
    assert_int_equal(asked(ASKER) + asked(1) + asked(2), 0);
    stage_stop(&stage);
}

TEST(ask, a_wish_that_comes_two_ways_is_taken_up_once)
{
    start(4);
    has(3, 5);
    has_here(5);
    hear(1, 3, 2);
    assert_int_equal(stage_rights(&stage, ITEM), 2);
    stage_turn(&stage, 2, wish(3, log_of(ASKER), 3));
    assert_int_equal(stage_rights(&stage, ITEM), 2);
    assert_int_equal(asked(3), 0);
    number += DESK_WISHES_MAX;
    stage_turn(&stage, 2, wish(1, log_of(ASKER), 3));
    assert_int_equal(stage_rights(&stage, ITEM), 1);
    stage_stop(&stage);
}

TEST(ask, a_wish_goes_so_far_and_no_farther)
{
    start(3);
    has(1, 5);
    hear(ASKER, 3, ASK_HOPS_MAX - 1);
    assert_int_equal(asked(1), 3);
    hear(ASKER, 3, ASK_HOPS_MAX);
    assert_int_equal(asked(1), 0);
    stage_stop(&stage);
}

TEST(ask, of_a_flood_of_wishes_so_many_are_passed_on_in_a_time)
{
    uint32_t passed = 0;
    start(8);
    has(FAR, 5);
    stage_pass(&stage, DESK_LOOK_MS);
    for (uint32_t i = 0; i < ASKS_PASSED_MAX + 3; i++) {
        const uint32_t link = 1 + i % 7;
        stage.now_ms += i % 7 == 0 ? GIVE_INTERVAL_MS : 0;
        number++;
        stage_turn(&stage, link, wish(1, log_of(ASKER), 2));
        passed += asked(link == 1 ? 2 : 1) > 0;
    }
    assert_int_equal(passed, ASKS_PASSED_MAX);
    stage_pass(&stage, DESK_LOOK_MS);
    hear(1, 1, 2);
    assert_int_equal(asked(2), 1); /* its time is over */
    stage_stop(&stage);
}

/* --- asking for oneself --- */

TEST(ask, who_has_some_and_wants_more_asks_for_the_rest)
{
    start(2);
    has(1, 5);
    has_here(3);
    assert_int_equal(sell(5), ERR_UNAVAILABLE);
    assert_int_equal(asked(1), 2);
    stage_stop(&stage);
}

TEST(ask, who_knows_of_units_far_off_asks_all_who_are_linked)
{
    start(3);
    has(FAR, 5);
    assert_int_equal(sell(2), ERR_UNAVAILABLE);
    assert_int_equal(asked(0), 2);
    assert_int_equal(asked(1), 2);
    assert_int_equal(asked(2), 2);
    assert_int_equal(stage_sent(&stage, 0, MESSAGE_ASK, 0)->ask.hops, 1);
    stage_stop(&stage);
}

TEST(ask, when_the_one_who_has_some_gives_nothing_all_are_asked)
{
    start(3);
    has(FAR, 5);
    has(1, 2);
    assert_int_equal(sell(2), ERR_UNAVAILABLE);
    assert_int_equal(asked(1), 2);
    assert_int_equal(asked(0) + asked(2), 0);
    stage_pass(&stage, DESK_LOOK_MS);
    assert_int_equal(asked(0), 2);
    assert_int_equal(asked(1), 2);
    stage_pass(&stage, DESK_LOOK_MS);
    assert_int_equal(asked(1), 2); /* and again it alone */
    assert_int_equal(asked(0) + asked(2), 0);
    stage_stop(&stage);
}

TEST(ask, the_same_is_not_asked_for_again_at_once)
{
    start(2);
    has(1, 5);
    assert_int_equal(sell(2), ERR_UNAVAILABLE);
    assert_int_equal(asked(1), 2);
    stage.now_ms += ASK_INTERVAL_MS - 1;
    assert_int_equal(sell(2), ERR_UNAVAILABLE);
    assert_int_equal(asked(1), 0);
    stage.now_ms += 1;
    assert_int_equal(sell(2), ERR_UNAVAILABLE);
    assert_int_equal(asked(1), 2);
    stage_stop(&stage);
}

/* --- who waits --- */

/* The answer to @command of who is patient. */
static const struct effect_answer *ask_patiently(void)
{
    const struct input input = {
        .kind = INPUT_COMMAND,
        .now = {.wall_ms = INT64_C(1700000000000) + (int64_t)stage.now_ms, .mono_ms = stage.now_ms},
        .command = &command,
        .request = 7,
        .is_patient = true};
    stage_begin(&stage);
    stage_step(&stage, &input);
    stage_end(&stage);
    return &stage.effects->answers[stage.effects->answers_count - 1];
}

TEST(ask, who_is_patient_is_told_that_others_are_asked_and_sells_when_they_gave)
{
    start(2);
    has(1, 5);
    want_sale(2);
    const struct effect_answer *answer = ask_patiently();
    assert_int_equal(answer->err, ERR_UNAVAILABLE);
    assert_true(answer->answer.is_asked_for);
    assert_int_equal(asked(1), 2);
    has_here(2);
    assert_true(stage.effects->is_stock_changed);
    answer = ask_patiently();
    assert_int_equal(answer->err, 0);
    assert_false(answer->answer.is_asked_for);
    stage_pass(&stage, 1);
    assert_false(stage.effects->is_stock_changed);
    stage_stop(&stage);
}

/* Also when it could be answered with what is left. */
TEST(ask, a_patient_customers_quote_waits_and_asks_for_what_he_may_have)
{
    start(2);
    has(1, 10);
    has_here(1);
    want_sale(4);
    command.kind = COMMAND_QUOTE;
    command.principal = (struct principal){.session = 5, .role = ROLE_CUSTOMER};
    const struct effect_answer *answer = ask_patiently();
    assert_int_equal(answer->err, ERR_UNAVAILABLE);
    assert_true(answer->answer.is_asked_for);
    assert_int_equal(asked(1), 4); /* of five a stranger may have four */
    answer = stage_run(&stage, &command);
    assert_int_equal(answer->err, 0);
    assert_false(answer->answer.is_asked_for);
    stage_stop(&stage);
}

TEST(ask, the_patient_wait_where_one_who_is_not_linked_may_be_asked_by_another)
{
    start(1);
    has(FAR, 5);
    want_sale(2);
    const struct effect_answer *answer = ask_patiently();
    assert_int_equal(answer->err, ERR_UNAVAILABLE);
    assert_true(answer->answer.is_asked_for);
    stage_stop(&stage);
}

TEST(ask, the_patient_are_refused_where_nobody_can_help)
{
    start(2);
    want_sale(2);
    const struct effect_answer *answer = ask_patiently();
    assert_int_equal(answer->err, ERR_UNAVAILABLE);
    assert_false(answer->answer.is_asked_for); /* nobody has any */
    stage_stop(&stage);
    start(1);
    has(FAR, 5);
    stage_begin(&stage);
    stage_down(&stage, 0);
    stage_end(&stage);
    want_sale(2);
    answer = ask_patiently();
    assert_int_equal(answer->err, ERR_UNAVAILABLE);
    assert_false(answer->answer.is_asked_for); /* nobody hears */
    stage_stop(&stage);
}
