/* test_till_cart_edges.c - what the till refuses of a cart: edits that make no sense or are
 * nobody's, an order that says another cart than it has, or another than was quoted.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/domain/cart.h"
#include "sync/domain/till_cart.h"
#include "sync/replica/replica_state.h"
#include "tests/lib/diner.h"
#include "tests/lib/stage_shop.h"

enum { TEA = 2, PRICE = 200, ANNA = 1001, BERT = 1002, TABLE = 4 };

static struct stage stage;
static struct command command;
static struct effect_answer answer;
static struct cart cart;

static void begin(enum command_kind kind, enum role role)
{
    stage_command_begin(&stage, &command, kind, ANNA, role);
}

static int run(void)
{
    answer = *stage_run(&stage, &command);
    return answer.err;
}

static void start(void)
{
    stage_start(&stage, 2, 0);
    stage.now_ms = 48ull * 60 * 60 * 1000;
    stage_open_day(&stage);
    stage_set_item(&stage, TEA, "Tea", PRICE, STOCK_OFF);
}

static void wish(int32_t quantity)
{
    command.name = bytes_of_text("Ana");
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = TEA, .quantity = quantity};
}

static int add(int32_t quantity)
{
    begin(COMMAND_CART_ADD, ROLE_CUSTOMER);
    wish(quantity);
    return run();
}

static void look(void)
{
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(cart_get(txn, ANNA, &cart), 0);
    store_memory_abort(txn);
}

/* As a phone sends it that saw the cart as it is. */
static void begin_order(void)
{
    static uint8_t key[CART_KEY_BYTES];
    look();
    begin(COMMAND_ORDER_PLACE, ROLE_CUSTOMER);
    cart_order_key(ANNA, cart.begun_t, cart.round, key);
    command.key = bytes_of(key, sizeof key);
    command.has_cart = true;
    command.cart_version = cart.version;
    command.cart_round = cart.round;
    wish(1);
}

TEST(till_cart_edges, who_works_at_the_stall_has_no_cart)
{
    start();
    begin(COMMAND_CART_ADD, ROLE_COUNTER);
    wish(1);
    assert_int_equal(run(), ERR_FORBIDDEN);
    stage_stop(&stage);
}

TEST(till_cart_edges, what_nobody_could_order_goes_into_no_cart)
{
    start();
    assert_int_equal(add(0), ERR_MALFORMED);
    begin(COMMAND_CART_ADD, ROLE_CUSTOMER);
    assert_int_equal(run(), ERR_MALFORMED); /* nothing */
    assert_int_equal(add(1), 0);
    stage_stop(&stage);
}

TEST(till_cart_edges, a_note_of_a_line_is_changed_alone)
{
    start();
    assert_int_equal(add(1), 0);
    look();
    begin(COMMAND_CART_SET, ROLE_CUSTOMER);
    command.ids_count = 1;
    command.ids[0] = cart.lines[0].id;
    command.has_note = true;
    command.note = bytes_of_text("no sugar");
    assert_int_equal(run(), 0);
    look();
    assert_int_equal(cart.lines[0].wanted.quantity, 1);
    assert_int_equal(cart.lines[0].wanted.note.size, strlen("no sugar"));
    begin(COMMAND_CART_SET, ROLE_CUSTOMER);
    command.ids_count = 1;
    command.ids[0] = cart.lines[0].id;
    command.quantity_delta = 2;
    assert_int_equal(run(), 0);
    look();
    assert_int_equal(cart.lines[0].wanted.quantity, 3);
    assert_int_equal(cart.lines[0].wanted.note.size, strlen("no sugar"));
    stage_stop(&stage);
}

TEST(till_cart_edges, an_order_is_of_the_cart_as_it_is_in_every_way)
{
    start();
    assert_int_equal(add(1), 0);
    begin_order();
    command.cart_version++;
    assert_int_equal(run(), ERR_MISMATCH);
    begin_order();
    command.cart_round++;
    assert_int_equal(run(), ERR_MISMATCH);
    begin_order();
    command.lines[command.lines_count++] = command.lines[0];
    assert_int_equal(run(), ERR_MISMATCH);
    begin_order();
    assert_int_equal(run(), 0);
    stage_stop(&stage);
}

/* --- what was quoted --- */

static int quoted(const struct quote_entry *entry)
{
    static struct quote quote;
    const struct task task = {.command = &command};
    memset(&command, 0, sizeof command);
    wish(2);
    command.lines[0].options_count = 1;
    quote.entries_count = 1;
    quote.entries[0] = *entry;
    return till_cart_quoted(&task, &quote);
}

TEST(till_cart_edges, a_quote_is_of_the_cart_when_dish_number_and_options_are)
{
    struct quote_entry entry = {.state = QUOTE_OFFERED,
                                .add = {.item = TEA, .quantity = 2, .options = {.count = 1}}};
    assert_int_equal(quoted(&entry), 0);
    entry.add.item = TEA + 1;
    assert_int_equal(quoted(&entry), ERR_MISMATCH);
    entry.add.item = TEA;
    entry.add.quantity = 1;
    assert_int_equal(quoted(&entry), ERR_MISMATCH);
    entry.add.quantity = 2;
    entry.add.options.count = 0;
    assert_int_equal(quoted(&entry), ERR_MISMATCH);
    entry.state = QUOTE_SOLD_OUT; /* has no options */
    assert_int_equal(quoted(&entry), 0);
}

/* --- a device that keeps no carts --- */

TEST(till_cart_edges, a_device_that_counts_no_carts_has_room_for_each)
{
    diner_open();
    struct command wanted = diner_command(COMMAND_CART_ADD);
    wanted.principal.role = ROLE_CUSTOMER;
    wanted.lines_count = 1;
    wanted.lines[0] = diner_ayrans(1);
    const struct till till = {.scratch = diner.scratch,
                              .txn = store_memory_begin(diner.store, false)};
    assert_int_equal(till_run(&till, &wanted, &diner.result), 0);
    assert_true(diner.result.cart_row.size > 0);
    store_memory_abort(till.txn);
    diner_close();
}

/* --- who sits at a table --- */

static int sit(const struct till *till, uint64_t session, uint64_t *ret_session)
{
    begin(COMMAND_TABLE_SIT, ROLE_CUSTOMER);
    command.principal.session = session;
    command.item = TABLE;
    command.generation = 1;
    command.issuer = stage.own.id;
    const int err = till_run(till, &command, &diner.result);
    *ret_session = get_be64(diner.result.entity.bytes);
    return err;
}

TEST(till_cart_edges, whether_somebody_still_sits_there_is_known_to_who_counts_carts)
{
    static const struct roster nobody;
    uint64_t session;
    struct history *history = history_new();
    assert_non_null(history);
    start();
    begin(COMMAND_TABLE_CODE, ROLE_OWNER);
    command.item = TABLE;
    assert_int_equal(run(), 0);
    begin(COMMAND_TABLE_SIT, ROLE_CUSTOMER);
    command.item = TABLE;
    command.generation = 1;
    command.issuer = stage.own.id;
    assert_int_equal(run(), 0);
    struct till till = {.scratch = history,
                        .roster = replica_roster(stage.replica),
                        .txn = store_memory_begin(stage.store, false),
                        .now_mono_ms = stage.now_ms,
                        .carts = &stage.replica->carts};
    assert_int_equal(sit(&till, BERT, &session), 0);
    assert_int_equal(session, ANNA);
    till.carts = NULL;
    assert_int_equal(sit(&till, BERT, &session), 0);
    assert_int_equal(session, BERT);
    till.roster = &nobody; /* knows nobody who made codes */
    assert_int_equal(sit(&till, BERT, &session), ERR_EXPIRED);
    store_memory_abort(till.txn);
    history_free(history);
    stage_stop(&stage);
}
