/* Carts of a whole replica: whose place in the queue an order of a cart has, which carts
 * a device keeps, over a restart and a turn that is undone.
 */
#include "tests/lib/test.h"

#include "sync/base/check.h"
#include "sync/domain/cart.h"
#include "tests/lib/stage_shop.h"

enum {
    TEA = 2,
    CAKE = 3,
    PRICE = 200,
    ANNA = 1001,
    BERT = 1002,
    LEFT = 100000, /* the first of those whose rows a process before left */
    MANY = CARTS_MAX + 40,
    HERE = 7,
    THERE = 8,
    MINUTE = 60 * 1000,
    HOUR = 60 * MINUTE,
};

static struct stage stage;
static struct command command;
static struct effect_answer answer;
static struct cart cart;

/* --- commands --- */

static void begin(enum command_kind kind, uint64_t session, enum role role)
{
    stage_command_begin(&stage, &command, kind, session, role);
}

static int run(void)
{
    answer = *stage_run(&stage, &command);
    return answer.err;
}

/* A day, and tea without end. */
static void start(void)
{
    stage_start(&stage, 2, 0);
    stage.now_ms = 48 * (uint64_t)HOUR;
    stage_open_day(&stage);
    stage_set_item(&stage, TEA, "Tea", PRICE, STOCK_OFF);
}

static void reopen(void)
{
    stage_begin(&stage);
    stage_abort(&stage);
}

static void wish(uint64_t item)
{
    command.lines[command.lines_count++] = (struct wanted_line){.item = item, .quantity = 1};
}

static void begin_add_of(uint64_t session, uint64_t item)
{
    begin(COMMAND_CART_ADD, session, ROLE_CUSTOMER);
    command.name = bytes_of_text("Ana");
    wish(item);
}

static void begin_add(uint64_t session)
{
    begin_add_of(session, TEA);
}

static int add(uint64_t session)
{
    begin_add(session);
    return run();
}

/* The texts of its lines are of no use. */
static void look(uint64_t session)
{
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(cart_get(txn, session, &cart), 0);
    store_memory_abort(txn);
}

/* As the node's API makes it of what a phone says. */
static void begin_order(uint64_t session)
{
    static uint8_t key[CART_KEY_BYTES];
    begin(COMMAND_ORDER_PLACE, session, ROLE_CUSTOMER);
    cart_order_key(session, cart.begun_t, cart.round, key);
    command.key = bytes_of(key, sizeof key);
    command.has_cart = true;
    command.cart_version = cart.version;
    command.cart_round = cart.round;
    command.lines_count = cart.lines_count;
    for (uint32_t i = 0; i < cart.lines_count; i++) {
        command.lines[i] = (struct wanted_line){.item = TEA, .quantity = 1};
    }
}

static int order(uint64_t session)
{
    look(session);
    begin_order(session);
    return run();
}

static uint32_t seconds_of(const struct entity_id *id)
{
    return get_be32(id->bytes);
}

/* --- rows --- */

static void put_row(const struct key *key, struct bytes row)
{
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_put(txn, TABLE_LOCAL, key_bytes(key), row) == 0);
    check(store_memory_commit(txn) == 0);
}

static void put_cart(uint64_t session, uint64_t touched_t)
{
    static uint8_t data[CART_ROW_BYTES_MAX];
    const struct cart row = {.version = 1,
                             .line_next = 1,
                             .touched_t = touched_t,
                             .lines_count = 1,
                             .lines = {{.id = 1, .wanted = {.item = TEA, .quantity = 1}}}};
    const struct key key = cart_key(session);
    struct writer writer;
    struct bytes written;
    writer_init(&writer, data, sizeof data);
    cart_encode(&row, &writer);
    check(writer_finish(&writer, &written) == 0);
    put_row(&key, written);
}

static bool has_row(uint64_t session)
{
    const struct key key = cart_key(session);
    struct store_txn *txn = store_memory_begin(stage.store, false);
    struct bytes row;
    const int err = store_get(txn, TABLE_LOCAL, key_bytes(&key), &row);
    store_memory_abort(txn);
    return err == 0;
}

/* --- the queue --- */

TEST(till_cart, an_order_of_a_cart_stands_behind_those_before_it_whenever_the_cart_began)
{
    start();
    assert_int_equal(add(ANNA), 0);
    for (unsigned round = 0; round < 2; round++) {
        stage.now_ms += 3 * (uint64_t)HOUR;
        begin(COMMAND_ORDER_PLACE, BERT + round, ROLE_CUSTOMER);
        command.lines_count = 1;
        command.lines[0] = (struct wanted_line){.item = TEA, .quantity = 1};
        assert_int_equal(run(), 0);
        const struct entity_id before = answer.answer.entity;
        stage.now_ms += MINUTE;
        assert_int_equal(order(ANNA), 0);
        assert_true(seconds_of(&answer.answer.entity) > seconds_of(&before));
        assert_int_equal(seconds_of(&answer.answer.entity), stage.now_ms / 1000);
        assert_int_equal(add(ANNA), 0);
    }
    stage_stop(&stage);
}

TEST(till_cart, a_round_that_is_ordered_again_later_is_the_same_order)
{
    start();
    assert_int_equal(add(ANNA), 0);
    assert_int_equal(order(ANNA), 0);
    const struct entity_id placed = answer.answer.entity;
    cart.round = 0;
    stage.now_ms += HOUR;
    begin_order(ANNA);
    assert_int_equal(run(), 0);
    assert_true(entity_id_equal(&answer.answer.entity, &placed));
    assert_int_equal(answer.answer.carts_changed[0], 0);
    stage_stop(&stage);
}

TEST(till_cart, a_cart_that_is_begun_anew_in_a_session_makes_another_order)
{
    start();
    assert_int_equal(add(ANNA), 0);
    assert_int_equal(order(ANNA), 0);
    const struct entity_id placed = answer.answer.entity;
    stage.now_ms += CART_LIFE_MS;
    assert_int_equal(add(ANNA), 0);
    assert_int_equal(order(ANNA), 0);
    assert_false(entity_id_equal(&answer.answer.entity, &placed));
    look(ANNA);
    assert_int_equal(cart.round, 1);
    stage_stop(&stage);
}

TEST(till_cart, an_answer_names_the_carts_that_are_to_be_told)
{
    start();
    assert_int_equal(add(ANNA), 0);
    assert_int_equal(answer.answer.carts_changed[0], ANNA);
    assert_int_equal(run(), 0); /* the same edit again */
    assert_int_equal(answer.answer.carts_changed[0], 0);
    assert_int_equal(order(ANNA), 0);
    assert_int_equal(answer.answer.carts_changed[0], ANNA);
    stage_stop(&stage);
}

/* --- at the price that was quoted --- */

/* Ana's cart: tea and cake. */
static void add_both(void)
{
    start();
    stage_set_item(&stage, CAKE, "Cake", PRICE, STOCK_OFF);
    assert_int_equal(add(ANNA), 0);
    begin_add_of(ANNA, CAKE);
    assert_int_equal(run(), 0);
}

static struct entity_id quote(uint64_t first, uint64_t second)
{
    begin(COMMAND_QUOTE, ANNA, ROLE_CUSTOMER);
    wish(first);
    wish(second);
    assert_int_equal(run(), 0);
    return answer.answer.entity;
}

/* What is in Ana's cart, as it was quoted. */
static int order_quoted(const struct entity_id *quoted)
{
    look(ANNA);
    begin_order(ANNA);
    command.lines[1].item = CAKE;
    command.mode = bytes_of(NULL, 0);
    command.has_quote = true;
    command.quote = *quoted;
    return run();
}

TEST(till_cart, what_a_group_was_quoted_is_what_it_pays)
{
    add_both();
    const struct entity_id quoted = quote(TEA, CAKE);
    stage_set_item(&stage, TEA, "Tea", 9 * PRICE, STOCK_OFF);
    assert_int_equal(order_quoted(&quoted), 0);
    assert_int_equal(answer.answer.total_minor, 2 * PRICE);
    look(ANNA);
    assert_int_equal(cart.round, 1);
    assert_int_equal(cart.lines_count, 0);
    stage_stop(&stage);
}

TEST(till_cart, what_a_group_was_told_is_sold_out_is_left_out_of_its_order)
{
    add_both();
    begin(COMMAND_MENU_AVAILABLE, 1, ROLE_OWNER);
    command.item = CAKE;
    command.truth = false;
    assert_int_equal(run(), 0);
    const struct entity_id quoted = quote(TEA, CAKE);
    assert_int_equal(order_quoted(&quoted), 0);
    assert_int_equal(answer.answer.total_minor, PRICE);
    look(ANNA);
    assert_int_equal(cart.round, 1);
    stage_stop(&stage);
}

TEST(till_cart, a_quote_of_other_lines_or_one_that_is_over_orders_no_cart)
{
    add_both();
    const struct entity_id other = quote(TEA, TEA);
    assert_int_equal(order_quoted(&other), ERR_MISMATCH);
    const struct entity_id quoted = quote(TEA, CAKE);
    assert_int_equal(order_quoted(&other), ERR_EXPIRED);
    assert_int_equal(add(ANNA), 0);
    assert_int_equal(order_quoted(&quoted), ERR_MISMATCH);
    look(ANNA);
    assert_int_equal(cart.round, 0);
    assert_int_equal(cart.lines_count, 3);
    stage_stop(&stage);
}

TEST(till_cart, two_phones_that_ask_the_same_are_told_one_price_and_place_one_order)
{
    add_both();
    const struct entity_id anas = quote(TEA, CAKE);
    const struct entity_id bens = quote(TEA, CAKE);
    assert_true(entity_id_equal(&anas, &bens));
    assert_int_equal(order_quoted(&anas), 0);
    const struct entity_id placed = answer.answer.entity;
    cart.round = 0;
    begin_order(ANNA);
    command.has_quote = true;
    command.quote = bens;
    assert_int_equal(run(), 0);
    assert_true(entity_id_equal(&answer.answer.entity, &placed));
    stage_stop(&stage);
}

/* --- which carts there are --- */

TEST(till_cart, those_of_before_a_restart_keep_nobody_out_unless_they_are_in_use)
{
    start();
    for (uint64_t i = 0; i < CARTS_MAX; i++) {
        put_cart(LEFT + i, stage.now_ms - (i == 0 ? HOUR : MINUTE));
    }
    reopen();
    assert_int_equal(add(ANNA), 0); /* the first was left long ago */
    assert_int_equal(answer.answer.carts_changed[1], LEFT);
    assert_false(has_row(LEFT));
    assert_int_equal(add(BERT), ERR_BUSY);
    assert_int_equal(answer.answer.carts_changed[0], 0);
    stage.now_ms += 29 * (uint64_t)MINUTE;
    reopen(); /* which is nobody's touch */
    assert_int_equal(add(BERT), 0);
    stage_stop(&stage);
}

TEST(till_cart, a_turn_that_is_undone_leaves_no_cart_in_memory)
{
    start();
    for (uint64_t i = 0; i + 1 < CARTS_MAX; i++) {
        put_cart(LEFT + i, stage.now_ms);
    }
    reopen();
    begin_add(ANNA);
    stage_begin(&stage);
    stage_command(&stage, &command);
    stage_abort(&stage);
    assert_int_equal(add(BERT), 0);
    assert_int_equal(add(ANNA), ERR_BUSY);
    assert_int_equal(order(BERT), 0);
    stage_stop(&stage);
}

TEST(till_cart, whatever_rows_were_left_an_order_that_is_placed_ends_its_round)
{
    unsigned kept = 0;
    start();
    for (uint64_t i = 0; i < MANY; i++) {
        put_cart(LEFT + i, stage.now_ms - i);
    }
    reopen();
    for (uint64_t i = 0; i < MANY; i++) {
        const bool is_kept = has_row(LEFT + i);
        kept += is_kept;
        assert_int_equal(is_kept, i < CARTS_MAX); /* the newest */
    }
    assert_int_equal(kept, CARTS_MAX);
    put_cart(LEFT + MANY - 1, stage.now_ms); /* behind its back: no place in memory */
    assert_int_equal(order(LEFT + MANY - 1), ERR_BUSY);
    const uint32_t number = stage.effects->answers[0].answer.number;
    assert_int_equal(number, 0);
    assert_int_equal(order(LEFT), 0);
    assert_int_equal(answer.answer.number, 1); /* nothing of the other was written */
    look(LEFT);
    assert_int_equal(cart.round, 1);
    assert_int_equal(cart.lines_count, 0);
    assert_true(entity_id_equal(&cart.placed, &answer.answer.entity));
    stage_stop(&stage);
}

TEST(till_cart, those_from_one_address_have_a_quarter_of_all_carts)
{
    start();
    for (uint64_t i = 0; i <= CARTS_ORIGIN_MAX; i++) {
        begin_add(ANNA + i);
        command.principal.origin = HERE;
        assert_int_equal(run(), i < CARTS_ORIGIN_MAX ? 0 : ERR_LIMIT);
    }
    command.principal.origin = THERE;
    assert_int_equal(run(), 0);
    assert_int_equal(order(ANNA), 0);
    stage_stop(&stage);
}

TEST(till_cart, what_nobody_touched_for_a_day_is_in_the_store_no_more)
{
    start();
    put_cart(LEFT, stage.now_ms - CART_LIFE_MS);
    put_cart(LEFT + 1, stage.now_ms - CART_LIFE_MS + HOUR);
    put_cart(LEFT + 2, stage.now_ms + CART_LIFE_MS); /* the clock was wrong then, or is */
    put_cart(LEFT + 3, stage.now_ms - HOUR);
    reopen();
    stage.now_ms += CART_IDLE_MS - 1;
    assert_int_equal(add(LEFT + 1), 0); /* he comes back */
    assert_true(has_row(LEFT) && has_row(LEFT + 2));
    stage.now_ms += 1;
    assert_int_equal(add(ANNA), 0);
    assert_false(has_row(LEFT) || has_row(LEFT + 2));
    assert_true(has_row(LEFT + 1) && has_row(LEFT + 3));
    stage.now_ms += CART_LIFE_MS - HOUR - CART_IDLE_MS;
    assert_int_equal(add(ANNA), 0);
    assert_true(has_row(LEFT + 1));
    assert_false(has_row(LEFT + 3));
    stage_stop(&stage);
}

/* Nothing is looked through for it. */
static void assert_unalarmed(void)
{
    const struct input input = {
        .kind = INPUT_SCRUB, .now = {.mono_ms = stage.now_ms}, .records_max = 1};
    stage_begin(&stage);
    stage_step(&stage, &input);
    assert_false(stage_is_alarmed(&stage, ALARM_STATE_DAMAGE));
    stage_end(&stage);
}

TEST(till_cart, a_spoilt_cart_is_none_and_no_reason_to_look_through_the_store)
{
    const struct key key = cart_key(ANNA);
    start();
    assert_int_equal(add(ANNA), 0);
    put_row(&key, bytes_of_text("spoilt"));
    assert_int_equal(order(ANNA), ERR_MALFORMED); /* of nothing */
    assert_unalarmed();
    assert_int_equal(add(ANNA), 0);
    assert_unalarmed();
    look(ANNA);
    assert_int_equal(cart.version, 1);
    assert_int_equal(order(ANNA), 0);
    put_row(&key, bytes_of_text("spoilt"));
    reopen();
    assert_false(has_row(ANNA));
    stage_stop(&stage);
}
