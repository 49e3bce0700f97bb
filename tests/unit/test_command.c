/* Commands against what peers did: numbers that stay unique, commands that are whole or not at all.
 */
#include "sync/replica/replica.h"

#include <stdio.h>
#include <string.h>

#include "sync/domain/order_events.h"
#include "tests/lib/stage.h"
#include "tests/lib/test.h"

static struct stage stage;
static struct command command;

static void command_start(enum command_kind kind)
{
    memset(&command, 0, sizeof command);
    command.kind = kind;
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER};
}

static const struct effect_answer *command_do(void)
{
    return stage_run(&stage, &command);
}

static void day_open(uint64_t day)
{
    command_start(COMMAND_DAY_OPEN);
    command.day = day;
    assert_int_equal(command_do()->err, 0);
}

static void shop_open(void)
{
    stage_start(&stage, 2, 0);
    day_open(1);
    stage_write_own(&stage); /* item 1 */
}

static void order_prepare(const char *key)
{
    command_start(COMMAND_ORDER_PLACE);
    command.key = bytes_of_text(key);
    command.channel = bytes_of_text("counter");
    command.mode = bytes_of_text("take-away");
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = 1, .quantity = 1};
}

/* The number of a new order. */
static uint32_t order_place(const char *key)
{
    order_prepare(key);
    const struct effect_answer *answer = command_do();
    assert_int_equal(answer->err, 0);
    return answer->answer.number;
}

static void log_renew(uint32_t incarnation)
{
    static struct journal_device next[4];
    journal_device_init(&next[incarnation], &stage.journal, 50 + incarnation, ROLE_OWNER, NULL);
    stage_begin(&stage);
    assert_int_equal(replica_renew_log(stage.replica, stage.txn, &next[incarnation].log_secret,
                                       incarnation, (struct moment){.mono_ms = stage.now_ms},
                                       stage.effects),
                     0);
    stage_end(&stage);
    stage.config.log_secret = &next[incarnation].log_secret;
    stage.config.incarnation = incarnation;
}

TEST(command, order_numbers_go_on_after_a_restart)
{
    shop_open();
    assert_int_equal(order_place("0123456789abcde0"), 1);
    stage_begin(&stage);
    stage_abort(&stage);
    assert_int_equal(order_place("0123456789abcde1"), 2);
    day_open(2);
    assert_int_equal(order_place("0123456789abcde2"), 1);
    stage_stop(&stage);
}

TEST(command, a_new_logs_numbers_keep_their_distance_also_after_a_restart)
{
    shop_open();
    assert_int_equal(order_place("0123456789abcde0"), 1);
    log_renew(2);
    stage_begin(&stage);
    stage_abort(&stage);
    assert_int_equal(order_place("0123456789abcde1"), 102);
    assert_int_equal(order_place("0123456789abcde2"), 103);
    stage_begin(&stage);
    stage_abort(&stage);
    assert_int_equal(order_place("0123456789abcde3"), 104);
    log_renew(3);
    assert_int_equal(order_place("0123456789abcde4"), 205);
    stage_stop(&stage);
}

/* Peer 0 opens an order in the replica's lane. */
static void rival_order(uint64_t day, uint32_t number)
{
    uint8_t data[256];
    struct writer writer;
    struct bytes body;
    const struct certificate *own = &stage.own.certificate;
    const struct order_open open = {.day = day,
                                    .lane = bytes_of(own->lane, own->lane_size),
                                    .number = number,
                                    .channel = bytes_of_text("counter"),
                                    .mode = bytes_of_text("take-away")};
    const struct entity_id order = {.bytes = {9, 9, 9, (uint8_t)number}};
    writer_init(&writer, data, sizeof data);
    order_open_encode(&open, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    uint64_t seq =
        journal_write(stage.world, &stage.journal, &stage.peers[0], EVENT_ORDER_OPEN, &order, body);
    stage_meet(&stage, 0, 0, NULL, 0);
    stage_turn(&stage, 0, frame_event(&stage, 0, seq, true));
}

TEST(command, a_number_of_the_own_lane_that_comes_from_elsewhere_is_not_given_out_again)
{
    shop_open();
    rival_order(1, 2);
    assert_int_equal(order_place("0123456789abcde0"), 1);
    assert_int_equal(order_place("0123456789abcde1"), 3);
    stage_stop(&stage);
}

TEST(command, an_absurd_number_of_the_own_lane_does_not_make_numbers_start_again)
{
    shop_open();
    assert_int_equal(order_place("0123456789abcde0"), 1);
    rival_order(1, UINT32_MAX);
    stage_begin(&stage);
    stage_abort(&stage);
    assert_int_equal(order_place("0123456789abcde1"), 2);
    stage_stop(&stage);
}

TEST(command, a_device_that_was_revoked_in_the_same_turn_writes_nothing)
{
    uint8_t data[256];
    struct bytes body;
    shop_open();
    stage_meet(&stage, 0, 0, NULL, 0);
    struct head_claim own = stage_claim_own(&stage);
    struct log_cut cut = {.log = own.log, .seq = own.seq};
    struct replica_log_info info;
    for (uint32_t i = 0; replica_log_at(stage.replica, i, &info); i++) {
        if (info.log == own.log) {
            memcpy(cut.hash.bytes, info.hash, HASH_BYTES);
        }
    }
    assert_int_equal(log_cut_encode(&cut, data, sizeof data, &body), 0);
    uint64_t seq =
        journal_state(stage.world, &stage.journal, &stage.peers[0], EVENT_LOG_REVOKE, body);
    order_prepare("0123456789abcde0");
    stage_begin(&stage);
    stage_say(&stage, 0, frame_event(&stage, 0, seq, true));
    stage_command(&stage, &command);
    stage_end(&stage);
    assert_int_equal(stage.effects->answers[0].err, ERR_FORBIDDEN);
    assert_int_equal(stage_claim_own(&stage).seq, own.seq);
    stage_stop(&stage);
}

TEST(command, a_turn_takes_more_orders_than_its_memory_holds)
{
    static char keys[EFFECT_ANSWERS_MAX][17];
    shop_open();
    stage_begin(&stage);
    for (uint32_t i = 0; i < EFFECT_ANSWERS_MAX; i++) {
        (void)snprintf(keys[i], sizeof keys[i], "0123456789ab%04u", i);
        order_prepare(keys[i]);
        command.lines_count = ORDER_LINES_MAX;
        for (uint32_t j = 0; j < ORDER_LINES_MAX; j++) {
            command.lines[j] = (struct wanted_line){.item = 1, .quantity = 1};
        }
        stage_command(&stage, &command);
    }
    stage_end(&stage);
    for (uint32_t i = 0; i < EFFECT_ANSWERS_MAX; i++) {
        assert_int_equal(stage.effects->answers[i].err, 0);
        assert_int_equal(stage.effects->answers[i].answer.number, i + 1);
    }
    stage_stop(&stage);
}

TEST(command, a_key_that_is_too_short_is_refused_also_after_another_order_of_its_turn)
{
    shop_open();
    stage_begin(&stage);
    order_prepare("0123456789abcde0");
    stage_command(&stage, &command);
    order_prepare("short");
    stage_command(&stage, &command);
    stage_end(&stage);
    assert_int_equal(stage.effects->answers[0].err, 0);
    assert_int_equal(stage.effects->answers[1].err, ERR_MALFORMED);
    stage_stop(&stage);
}
