/* test_core_patience.c - a sale that lacks rights which another device has is not refused at once:
 * two cores over a real link.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "node/os/clock.h"
#include "tests/process/lib/desk.h"

enum { COUNTER, OTHER, DESKS, PLAIN = 8 }; /* an item that nobody counts */

static struct desk desks[DESKS];
static uint32_t serial;

/* ITEM is strictly counted, and the counter has @units of it. */
static void count_in(int64_t units)
{
    struct command strict = desk_menu(ITEM, "hot");
    struct command plain = desk_menu(PLAIN, "cold");
    struct command add = {.kind = COMMAND_STOCK_ADD,
                          .principal = {.role = ROLE_OWNER},
                          .item = ITEM,
                          .stock_units = units};
    desk_set_up(&desks[COUNTER]);
    strict.fields[strict.fields_count++] =
        (struct wanted_field){.field = MENU_STOCK, .number = STOCK_STRICT};
    assert_int_equal(desk_ask(&desks[COUNTER], &strict).err, 0);
    assert_int_equal(desk_ask(&desks[COUNTER], &plain).err, 0);
    assert_int_equal(desk_ask(&desks[COUNTER], &add).err, 0);
    const uint64_t log = desk_log(&desks[COUNTER]);
    const uint64_t seq = replica_log_seq(desks[COUNTER].core->replica);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (!desk_has_event(&desks[OTHER], log, seq)) {
        desks_turn(desks, DESKS);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

static void start_as(enum role role, int64_t units)
{
    serial = 0;
    desk_open(&desks[COUNTER]);
    desk_open_as(&desks[OTHER], &desks[COUNTER], role);
    desk_introduce(&desks[OTHER], &desks[COUNTER]);
    assert_int_equal(desk_start(&desks[OTHER]), 0);
    desks_until_linked(desks, DESKS, COUNTER, OTHER);
    count_in(units);
}

static void start(int64_t units)
{
    start_as(ROLE_COUNTER, units);
}

static void stop(void)
{
    desk_wipe(&desks[COUNTER]);
    desk_wipe(&desks[OTHER]);
}

static uint64_t push(uint64_t item, uint32_t quantity)
{
    struct order_key key;
    struct command order = desk_order(&key, ++serial);
    order.lines[0] = (struct wanted_line){.item = item, .quantity = (int32_t)quantity};
    return desk_push(&desks[OTHER], &order);
}

/* What the other device answers next; the counter does nothing meanwhile, unless @with_counter. */
static struct effect_answer answered(bool with_counter)
{
    struct effect_answer answer;
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (!command_queue_answered(desks[OTHER].queue, &answer)) {
        assert_true(clock_mono_ms() < deadline_ms);
        assert_int_equal(core_turn(desks[OTHER].core, 1), 0);
        if (with_counter) {
            assert_int_equal(core_turn(desks[COUNTER].core, 0), 0);
        }
    }
    return answer;
}

TEST(core_patience, the_first_order_of_what_another_device_counted_in_is_taken)
{
    start(5);
    (void)push(ITEM, 2);
    assert_int_equal(answered(true).err, 0);
    (void)push(ITEM, 3);
    assert_int_equal(answered(true).err, 0);
    stop();
}

/* Of five a stranger may have four. */
TEST(core_patience, the_first_guest_at_a_gateway_is_told_that_there_is_what_he_wants)
{
    struct store_txn *txn = NULL;
    struct quote quote = {.entries_count = 0};
    start_as(ROLE_GATEWAY, 5);
    struct command ask = {.kind = COMMAND_QUOTE,
                          .principal = {.role = ROLE_CUSTOMER, .session = 9},
                          .mode = bytes_of_text("take-away"),
                          .lines_count = 1};
    struct order_key key;
    ask.key = desk_order(&key, ++serial).key;
    ask.lines[0] = (struct wanted_line){.item = ITEM, .quantity = 4};
    (void)desk_push(&desks[OTHER], &ask);
    assert_int_equal(answered(true).err, 0);
    const struct gate *gate = core_gate(desks[OTHER].core);
    assert_int_equal(gate->read_begin(gate->context, &txn), 0);
    assert_int_equal(quote_get(txn, 9, &quote), 0);
    assert_int_equal(quote.entries_count, 1);
    assert_int_equal(quote.entries[0].state, QUOTE_HELD);
    gate->read_end(gate->context, txn);
    stop();
}

TEST(core_patience, while_a_sale_waits_others_go_on_and_it_is_refused_in_time)
{
    start(5);
    const uint64_t from_ms = clock_mono_ms();
    const uint64_t waiting = push(ITEM, 2);
    const uint64_t other = push(PLAIN, 1);
    struct effect_answer answer = answered(false);
    assert_int_equal(answer.request, other);
    assert_int_equal(answer.err, 0);
    answer = answered(false);
    assert_int_equal(answer.request, waiting);
    assert_int_equal(answer.err, ERR_UNAVAILABLE);
    assert_true(clock_mono_ms() >= from_ms + CORE_PATIENCE_MS);
    assert_int_equal(desks[OTHER].core->patience.count, 0);
    stop();
}

/* One turn is enough. */
static void assert_refused_at_once(uint32_t quantity)
{
    struct effect_answer answer;
    (void)push(ITEM, quantity);
    desk_turn(&desks[OTHER]);
    assert_true(command_queue_answered(desks[OTHER].queue, &answer));
    assert_int_equal(answer.err, ERR_UNAVAILABLE);
}

TEST(core_patience, what_is_sold_out_everywhere_or_whom_nobody_hears_is_refused_at_once)
{
    start(2);
    (void)push(ITEM, 2);
    assert_int_equal(answered(true).err, 0);
    assert_refused_at_once(1);
    stop();
    start(2);
    core_close(desks[COUNTER].core);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (desk_is_linked(&desks[OTHER], &desks[COUNTER])) {
        desk_turn(&desks[OTHER]);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    assert_refused_at_once(2);
    assert_int_equal(desk_start(&desks[COUNTER]), 0);
    stop();
}

TEST(core_patience, no_more_wait_than_there_is_room_for)
{
    struct effect_answer answer;
    start(5);
    for (uint32_t i = 0; i < CORE_WAITS_MAX + 3; i++) {
        (void)push(ITEM, 2);
    }
    desk_turn(&desks[OTHER]);
    assert_int_equal(desks[OTHER].core->patience.count, CORE_WAITS_MAX);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(command_queue_answered(desks[OTHER].queue, &answer));
        assert_int_equal(answer.err, ERR_UNAVAILABLE);
    }
    assert_false(command_queue_answered(desks[OTHER].queue, &answer));
    uint32_t sold = 0;
    for (uint32_t i = 0; i < CORE_WAITS_MAX; i++) {
        sold += answered(true).err == 0;
    }
    assert_in_range(sold, 1, 2); /* of five, two each */
    stop();
}
