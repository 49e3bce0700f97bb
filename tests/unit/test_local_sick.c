/* test_local_sick.c - what a device keeps for itself alone, carts, quotes and the numbers that it
 * gives out, at a disk that fails, or that lost or spoilt some of it.
 */
#include "sync/replica_state.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/order_events.h"
#include "sync/domain/receipt.h"
#include "tests/lib/sick.h"
#include "tests/lib/stage_shop.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

enum {
    A,
    PEERS,
    TEA = 2,
    PRICE = 200,
    ANNA = 1001,
    BERT = 1002,
    CARL = 1003,
    LEFT = 100000, /* the first of those whose rows a process before left */
    HOUR = 60 * 60 * 1000,
    LOOK_MAX = 4096, /* numbers that a device looks at */
};

static struct stage stage;
static struct command command;
static struct effect_answer answer;

static void start(void)
{
    stage_start(&stage, PEERS, 0);
    stage.now_ms = 48 * (uint64_t)HOUR;
    stage_open_day(&stage);
    stage_set_item(&stage, TEA, "Tea", PRICE, STOCK_OFF);
}

static void reopen(void)
{
    stage_begin(&stage);
    stage_abort(&stage);
}

static void put_row(enum store_table table, struct bytes key, struct bytes row)
{
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_put(txn, table, key, row) == 0);
    check(store_memory_commit(txn) == 0);
}

static void lose_row(enum store_table table, struct bytes key)
{
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_del(txn, table, key) == 0);
    check(store_memory_commit(txn) == 0);
}

static bool has_local(const struct key *key)
{
    struct store_txn *txn = store_memory_begin(stage.store, false);
    struct bytes row;
    const int err = store_get(txn, TABLE_LOCAL, key_bytes(key), &row);
    store_memory_abort(txn);
    return err == 0;
}

static void begin(enum command_kind kind, uint64_t session, enum role role)
{
    stage_command_begin(&stage, &command, kind, session, role);
}

static void wish_tea(void)
{
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = TEA, .quantity = 1};
}

static int run(void)
{
    answer = *stage_run(&stage, &command);
    return answer.err;
}

static int try_command(struct stage *at)
{
    const struct input input = {
        .kind = INPUT_COMMAND,
        .now = {.wall_ms = at->config.epoch_ms + (int64_t)at->now_ms, .mono_ms = at->now_ms},
        .command = &command,
        .request = 1};
    return replica_step(at->replica, at->txn, &input, at->effects);
}

/* A process that begins on the store, or only looks at it. */
static struct replica *other;

static int open_other(struct store_txn *txn)
{
    static struct effects effects;
    const struct moment now = {.wall_ms = stage.config.epoch_ms + (int64_t)stage.now_ms,
                               .mono_ms = stage.now_ms};
    effects_reset(&effects);
    const int err = replica_open(other, txn, &stage.config, now, &effects);
    replica_abort(other);
    return err;
}

static void begin_sick(void)
{
    other = replica_new();
    assert_non_null(other);
    sick_work(stage.store, open_other);
    replica_free(other);
}

static void only_look(void)
{
    struct store_txn *txn = store_memory_begin(stage.store, false);
    other = replica_new();
    assert_non_null(other);
    assert_int_equal(open_other(txn), 0);
    replica_free(other);
    store_memory_abort(txn);
}

/* --- carts --- */

static void put_cart(uint64_t session, uint64_t touched_t)
{
    static uint8_t data[CART_ROW_BYTES_MAX];
    const struct cart cart = {.version = 1,
                              .line_next = 1,
                              .touched_t = touched_t,
                              .lines_count = 1,
                              .lines = {{.id = 1, .wanted = {.item = TEA, .quantity = 1}}}};
    const struct key key = cart_key(session);
    struct writer writer;
    struct bytes row;
    writer_init(&writer, data, sizeof data);
    cart_encode(&cart, &writer);
    check(writer_finish(&writer, &row) == 0);
    put_row(TABLE_LOCAL, key_bytes(&key), row);
}

static void put_spoilt_cart(uint64_t session)
{
    const struct key key = cart_key(session);
    put_row(TABLE_LOCAL, key_bytes(&key), bytes_of_text("spoilt"));
}

static bool has_cart(uint64_t session)
{
    const struct key key = cart_key(session);
    return has_local(&key);
}

static void want_cart(uint64_t session)
{
    begin(COMMAND_CART_ADD, session, ROLE_CUSTOMER);
    command.name = bytes_of_text("Ana");
    wish_tea();
}

TEST(local_sick, a_cart_takes_the_place_of_an_idle_one_whole_or_not_at_all)
{
    start();
    for (uint64_t i = 0; i < CARTS_MAX; i++) {
        put_cart(LEFT + i, stage.now_ms - (i == 0 ? HOUR : 1));
    }
    reopen();
    want_cart(ANNA);
    stage_sick(&stage, NULL, try_command);
    assert_false(has_cart(LEFT));
    assert_true(has_cart(ANNA));
    stage_stop(&stage);
}

static void let_carts_end(struct stage *at)
{
    at->now_ms += CART_LIFE_MS;
}

TEST(local_sick, carts_that_ended_go_or_the_disk_is_told_of)
{
    start();
    put_cart(LEFT, stage.now_ms);
    put_cart(LEFT + 1, stage.now_ms);
    want_cart(ANNA);
    stage_sick(&stage, let_carts_end, try_command);
    assert_false(has_cart(LEFT) || has_cart(LEFT + 1));
    stage_stop(&stage);
}

TEST(local_sick, a_cart_whose_row_was_lost_ends_without_it)
{
    const struct key key = cart_key(LEFT);
    start();
    put_cart(LEFT, stage.now_ms);
    reopen();
    lose_row(TABLE_LOCAL, key_bytes(&key));
    stage.now_ms += CART_LIFE_MS;
    want_cart(ANNA);
    assert_int_equal(run(), 0);
    assert_int_equal(stage.replica->carts.count, 1);
    stage_stop(&stage);
}

TEST(local_sick, more_rows_that_are_no_carts_than_one_start_drops_go_with_the_next)
{
    start();
    for (uint64_t i = 0; i <= CARTS_MAX; i++) {
        put_spoilt_cart(LEFT + i);
    }
    reopen();
    assert_false(has_cart(LEFT) || has_cart(LEFT + CARTS_MAX - 1));
    assert_true(has_cart(LEFT + CARTS_MAX));
    reopen();
    assert_false(has_cart(LEFT + CARTS_MAX));
    stage_stop(&stage);
}

TEST(local_sick, rows_that_nobody_wants_go_at_the_start_or_the_disk_is_told_of)
{
    const struct key quote = quote_key(BERT);
    start();
    put_spoilt_cart(ANNA);
    put_spoilt_cart(BERT);
    put_row(TABLE_LOCAL, key_bytes(&quote), bytes_of_text("left"));
    begin_sick();
    only_look();
    assert_true(has_cart(ANNA) && has_cart(BERT) && has_local(&quote));
    reopen();
    assert_false(has_cart(ANNA) || has_cart(BERT) || has_local(&quote));
    stage_stop(&stage);
}

/* --- quotes --- */

static int ask(uint64_t session)
{
    begin(COMMAND_QUOTE, session, ROLE_CUSTOMER);
    wish_tea();
    return run();
}

static int order_with(uint64_t session, const struct entity_id *quote)
{
    begin(COMMAND_ORDER_PLACE, session, ROLE_CUSTOMER);
    command.mode = bytes_of(NULL, 0);
    command.has_quote = true;
    command.quote = *quote;
    return run();
}

/* Before each turn anew: what is in memory outlives one that comes to nothing. */
static void ask_and_let_it_end(struct stage *at)
{
    const struct command wanted = command;
    const int err = ask(ANNA);
    check(err == 0);
    at->now_ms += HOLD_MS_MAX;
    command = wanted;
}

TEST(local_sick, a_quote_that_ended_goes_or_the_disk_is_told_of)
{
    static uint8_t key[16] = {1};
    const struct key quote = quote_key(ANNA);
    start();
    want_cart(BERT);
    command.key = bytes_of(key, sizeof key);
    stage_sick(&stage, ask_and_let_it_end, try_command);
    assert_false(has_local(&quote));
    stage_stop(&stage);
}

TEST(local_sick, a_quote_whose_row_was_lost_ends_without_it)
{
    const struct key key = quote_key(ANNA);
    start();
    assert_int_equal(ask(ANNA), 0);
    lose_row(TABLE_LOCAL, key_bytes(&key));
    stage.now_ms += HOLD_MS_MAX;
    assert_int_equal(ask(BERT), 0);
    assert_int_equal(stage.replica->quotes.count, 1);
    stage_stop(&stage);
}

TEST(local_sick, a_quote_outlives_a_turn_that_is_undone_and_a_row_without_one_does_not)
{
    const struct key orphan = quote_key(BERT);
    start();
    assert_int_equal(ask(ANNA), 0);
    const struct entity_id quote = answer.answer.entity;
    put_row(TABLE_LOCAL, key_bytes(&orphan), bytes_of_text("left"));
    reopen();
    assert_false(has_local(&orphan));
    assert_int_equal(order_with(ANNA, &quote), 0);
    stage_stop(&stage);
}

TEST(local_sick, who_drops_a_quote_that_he_had_before_keeps_the_one_that_he_has)
{
    start();
    assert_int_equal(ask(ANNA), 0);
    struct entity_id quote = answer.answer.entity;
    begin(COMMAND_QUOTE_DROP, ANNA, ROLE_CUSTOMER);
    command.quote = quote;
    command.quote.bytes[ENTITY_ID_BYTES - 1] ^= 1;
    assert_int_equal(run(), 0);
    assert_int_equal(order_with(ANNA, &quote), 0);
    stage_stop(&stage);
}

TEST(local_sick, one_more_quote_than_there_may_be_is_busy)
{
    start();
    struct quotes *quotes = &stage.replica->quotes;
    for (uint32_t i = 0; i < QUOTES_MAX; i++) {
        quotes->slots[i] = (struct quote_slot){.session = LEFT + i, .until_mono_ms = UINT64_MAX};
    }
    quotes->count = QUOTES_MAX;
    assert_int_equal(ask(ANNA), ERR_BUSY);
    quotes->slots[0].until_mono_ms = 0;
    assert_int_equal(ask(ANNA), 0);
    stage_stop(&stage);
}

/* --- customers' orders --- */

static int order_as(uint64_t session)
{
    begin(COMMAND_ORDER_PLACE, session, ROLE_CUSTOMER);
    wish_tea();
    return run();
}

TEST(local_sick, an_order_whose_row_was_lost_is_nobodys_to_count)
{
    start();
    struct entity_id first = {{0}};
    for (unsigned i = 0; i < GUEST_SESSION_ORDERS_MAX; i++) {
        assert_int_equal(order_as(ANNA), 0);
        first = i == 0 ? answer.answer.entity : first;
    }
    assert_int_equal(order_as(ANNA), ERR_LIMIT);
    const struct key state = key_state(KIND_ORDER, &first);
    lose_row(TABLE_STATE, key_bytes(&state));
    assert_int_equal(order_as(ANNA), 0);
    stage_stop(&stage);
}

/* The answer that was kept is lost; the order's id comes from the key. */
TEST(local_sick, an_order_that_is_placed_again_after_its_answer_was_lost_counts_once)
{
    start();
    assert_int_equal(order_as(ANNA), 0);
    const struct entity_id placed = answer.answer.entity;
    struct store_txn *txn = store_memory_begin(stage.store, true);
    struct store_cursor cursor;
    struct bytes key, value;
    uint8_t copy[KEY_BYTES_MAX];
    uint32_t lost = 0;
    static const uint8_t first[1] = {0};
    for (int err = 0; err == 0; lost++) {
        check(store_cursor_open(txn, TABLE_REQUEST, &cursor) == 0);
        err = store_cursor_seek(&cursor, bytes_of(first, sizeof first), &key, &value);
        if (err == 0) {
            memcpy(copy, key.data, key.size);
            err = store_del(txn, TABLE_REQUEST, bytes_of(copy, key.size));
        }
        store_cursor_close(&cursor);
    }
    check(store_memory_commit(txn) == 0);
    assert_true(lost > 1);
    assert_int_equal(run(), 0);
    assert_true(entity_id_equal(&answer.answer.entity, &placed));
    assert_int_equal(stage.replica->guests.count, 1);
    stage_stop(&stage);
}

/* --- numbers of orders --- */

static uint32_t number_of_next(void)
{
    begin(COMMAND_ORDER_PLACE, 1, ROLE_COUNTER);
    wish_tea();
    assert_int_equal(run(), 0);
    return answer.answer.number;
}

static struct key number_row(uint32_t number, uint32_t order)
{
    const struct bytes lane = replica_lane(stage.replica);
    const struct entity_id id = entity_id_derive(KIND_ORDER, order);
    struct key key = {.size = 1 + 8 + lane.size + 1 + 4 + ENTITY_ID_BYTES, .data = {INDEX_NUMBER}};
    put_be64(key.data + 1, 1);
    memcpy(key.data + 9, lane.data, lane.size);
    put_be32(key.data + 9 + lane.size + 1, number);
    memcpy(key.data + 9 + lane.size + 1 + 4, id.bytes, ENTITY_ID_BYTES);
    return key;
}

/* Rows of orders that are not here: as others say, or as a disk does. */
static void claim_numbers(uint32_t from, uint32_t count)
{
    struct store_txn *txn = store_memory_begin(stage.store, true);
    for (uint32_t i = 0; i < count; i++) {
        const struct key key = number_row(from + i, i);
        check(store_put(txn, TABLE_INDEX, key_bytes(&key), bytes_of(NULL, 0)) == 0);
    }
    check(store_memory_commit(txn) == 0);
}

static void open_order(const struct entity_id *order, struct bytes body)
{
    const struct event event = {.type = EVENT_ORDER_OPEN, .entity = *order, .body = body};
    stage_begin(&stage);
    assert_int_equal(replica_append(stage.replica, stage.txn, &event, stage.effects), 0);
    stage_end(&stage);
}

static struct bytes open_body(uint64_t day, uint32_t number, struct bytes lane)
{
    static uint8_t data[256];
    const struct order_open open = {.day = day,
                                    .lane = lane,
                                    .number = number,
                                    .channel = bytes_of_text("counter"),
                                    .mode = bytes_of_text("eat-in"),
                                    .name = bytes_of(NULL, 0)};
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    order_open_encode(&open, &writer);
    check(writer_finish(&writer, &body) == 0);
    return body;
}

/* The order is one that this device opened too, four times, each time as something else. */
TEST(local_sick, a_number_that_another_gave_an_order_of_ours_moves_none_of_ours)
{
    const struct entity_id order = entity_id_derive(KIND_ORDER, 77);
    start();
    stage_greet(&stage, A);
    const struct bytes lane = replica_lane(stage.replica);
    open_order(&order, bytes_of_text("\x90"));
    open_order(&order, open_body(2, 20, lane));
    open_order(&order, open_body(1, 20, bytes_of_text("ZZ")));
    open_order(&order, open_body(1, 8, lane));
    const uint64_t seq = journal_write(stage.world, &stage.journal, &stage.peers[A],
                                       EVENT_ORDER_OPEN, &order, open_body(1, 20, lane));
    stage_turn(&stage, A, frame_event(&stage, A, seq, true));
    claim_numbers(20, 1);
    const struct key row = number_row(20, 0);
    lose_row(TABLE_INDEX, key_bytes(&row));
    struct key claimed = row;
    memcpy(claimed.data + claimed.size - ENTITY_ID_BYTES, order.bytes, ENTITY_ID_BYTES);
    put_row(TABLE_INDEX, key_bytes(&claimed), bytes_of(NULL, 0));
    assert_int_equal(number_of_next(), 9);
    stage_stop(&stage);
}

TEST(local_sick, a_flood_of_others_numbers_is_gone_on_from_where_the_look_ends)
{
    start();
    claim_numbers(1000, LOOK_MAX + 10);
    assert_int_equal(number_of_next(), 1000 + LOOK_MAX + 10);
    stage_stop(&stage);
}

TEST(local_sick, numbers_that_others_took_meanwhile_are_passed_over_as_far_as_it_looks)
{
    start();
    assert_int_equal(number_of_next(), 1);
    claim_numbers(2, 10);
    assert_int_equal(number_of_next(), 12);
    claim_numbers(13, LOOK_MAX + 10);
    assert_int_equal(number_of_next(), 13 + LOOK_MAX);
    stage_stop(&stage);
}

TEST(local_sick, a_row_of_the_index_that_is_none_takes_no_number)
{
    static const uint8_t after[] = {INDEX_NUMBER, 0xff};
    start();
    put_row(TABLE_INDEX, bytes_of(after, sizeof after), bytes_of(NULL, 0));
    assert_int_equal(number_of_next(), 1);
    stage_stop(&stage);
}

TEST(local_sick, a_spoilt_note_of_the_last_number_is_told_and_no_number_is_given_twice)
{
    start();
    assert_int_equal(number_of_next(), 1);
    struct key key = {.size = 22};
    memcpy(key.data, "number", 6);
    put_be64(key.data + 6, replica_log(stage.replica));
    put_be64(key.data + 14, 1);
    const struct bytes own = replica_lane(stage.replica);
    memcpy(key.data + 22, own.data, own.size);
    key.size += own.size;
    assert_true(has_local(&key));
    put_row(TABLE_LOCAL, key_bytes(&key), bytes_of_text("one"));
    reopen();
    begin(COMMAND_ORDER_PLACE, 1, ROLE_COUNTER);
    wish_tea();
    stage_begin(&stage);
    assert_int_equal(try_command(&stage), ERR_IO);
    stage_abort(&stage);
    stage_stop(&stage);
}

static void want_order(void)
{
    begin(COMMAND_ORDER_PLACE, 1, ROLE_COUNTER);
    wish_tea();
}

TEST(local_sick, an_order_has_a_number_or_the_disk_is_told_of)
{
    start();
    assert_int_equal(number_of_next(), 1);
    claim_numbers(2, 2);
    want_order();
    stage_sick(&stage, NULL, try_command);
    assert_int_equal(stage.effects->answers[0].answer.number, 4);
    stage_stop(&stage);
}

/* --- numbers of receipts --- */

static void want_receipt(const struct entity_id *order)
{
    begin(COMMAND_RECEIPT, 1, ROLE_COUNTER);
    command.order = *order;
}

static struct entity_id order_paid(void)
{
    want_order();
    command.is_paid_now = true;
    command.method = bytes_of_text("cash");
    command.tendered_minor = PRICE;
    assert_int_equal(run(), 0);
    return answer.answer.entity;
}

TEST(local_sick, a_receipt_has_a_number_or_the_disk_is_told_of)
{
    start();
    const struct entity_id order = order_paid();
    want_receipt(&order);
    stage_sick(&stage, NULL, try_command);
    struct store_txn *txn = store_memory_begin(stage.store, false);
    uint32_t last = 0;
    assert_int_equal(receipt_last(txn, replica_log(stage.replica), &last), 0);
    assert_int_equal(last, 1);
    store_memory_abort(txn);
    stage_stop(&stage);
}

TEST(local_sick, who_has_given_out_all_numbers_gives_no_receipt)
{
    start();
    const struct entity_id order = order_paid();
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(receipt_keep(txn, replica_log(stage.replica), UINT32_MAX) == 0);
    check(store_memory_commit(txn) == 0);
    want_receipt(&order);
    assert_int_equal(run(), ERR_STATE);
    stage_stop(&stage);
}
