/* test_local_sick.c - what a device keeps for itself alone, carts, quotes and whose an order is, at
 * a disk that fails, or that lost or spoilt some of it.
 */
#include "sync/replica/replica_state.h"

#include <string.h>

#include "tests/lib/local_hands.h"
#include "tests/lib/sick.h"

enum {
    ANNA = 1001,
    BERT = 1002,
    CARL = 1003,
    LEFT = 100000, /* the first of those whose rows a process before left */
};

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
