/* test_quote_load.c - with which quote an order is placed, and what the till says of those that are
 * gone, another's, used or spoilt.
 */
#include "tests/lib/test.h"

#include "sync/domain/menu.h"
#include "sync/domain/menu_events.h"
#include "sync/domain/till_quote.h"
#include "tests/lib/history_mesh.h"
#include "tests/lib/store_memory.h"

enum { SESSION = 7, UNTIL = 1000, ROW_BYTES = 256 };

static const struct entity_id id = {{1}}, order = {{2}}, other = {{3}};

static struct quotes quotes;
static struct till_result result;

static struct bytes row_of(const struct entity_id *name)
{
    static uint8_t data[ROW_BYTES];
    const struct quote quote = {
        .id = *name, .until_mono_ms = UNTIL, .mode = bytes_of_text("eat-in")};
    const struct quote_entry entry = {.state = QUOTE_OFFERED,
                                      .add = {.line = 1,
                                              .item = 1,
                                              .name = bytes_of_text("Soup"),
                                              .quantity = 1,
                                              .unit_price_minor = 500}};
    struct writer writer;
    struct bytes row;
    writer_init(&writer, data, sizeof data);
    quote_write_head(&quote, 1, &writer);
    quote_write_entry(&entry, &writer);
    assert_int_equal(writer_finish(&writer, &row), 0);
    return row;
}

/* What the till says to who places @order with @name, where @row is kept of it. */
static int load(const struct entity_id *name, struct bytes row)
{
    struct store_memory *store = store_memory_new();
    const struct key key = quote_key(SESSION);
    struct quote quote;
    const struct command command = {.principal = {.session = SESSION}, .quote = *name};
    struct till till = {.quotes = &quotes, .now_mono_ms = UNTIL - 1};
    const struct task task = {.till = &till, .command = &command, .result = &result};
    result.entity = order;
    till.txn = store_memory_begin(store, true);
    if (row.size > 0) {
        assert_int_equal(store_put(till.txn, TABLE_LOCAL, key_bytes(&key), row), 0);
    }
    const int err = till_quote_load(&task, &quote);
    store_memory_abort(till.txn);
    store_memory_free(store);
    return err;
}

static void stand(void)
{
    const struct quote_slot slot = {.session = SESSION, .id = id, .until_mono_ms = UNTIL};
    quotes.count = 0;
    assert_int_equal(quotes_set(&quotes, &slot), 0);
}

TEST(quote_load, an_order_is_placed_with_the_one_that_stands)
{
    stand();
    assert_int_equal(load(&id, row_of(&id)), 0);
    assert_int_equal(load(&other, row_of(&id)), ERR_EXPIRED);
    quotes.count = 0;
    assert_int_equal(load(&id, row_of(&id)), ERR_EXPIRED);
}

TEST(quote_load, with_one_that_was_used_the_same_order_is_placed_again_and_no_other)
{
    stand();
    quotes_order(&quotes, SESSION, &order);
    assert_int_equal(load(&id, row_of(&id)), 0);
    quotes_order(&quotes, SESSION, &other);
    assert_int_equal(load(&id, row_of(&id)), ERR_EXPIRED);
}

TEST(quote_load, one_whose_row_is_gone_or_anothers_is_over_and_a_spoilt_one_is_told)
{
    const struct bytes whole = row_of(&id);
    stand();
    assert_int_equal(load(&id, bytes_of(NULL, 0)), ERR_EXPIRED);
    assert_int_equal(load(&id, row_of(&other)), ERR_EXPIRED);
    assert_int_equal(load(&id, bytes_of(whole.data, whole.size - 1)), ERR_SPOILT);
}

TEST(quote_load, a_device_that_keeps_no_quotes_or_holds_nothing_has_none)
{
    const struct command command = {.principal = {.session = SESSION, .role = ROLE_CUSTOMER}};
    struct till till = {.quotes = NULL};
    struct task task = {.till = &till, .command = &command, .result = &result};
    struct quote quote;
    assert_int_equal(till_quote(&task), ERR_STATE);
    assert_int_equal(till_quote_load(&task, &quote), ERR_EXPIRED);
    till.quotes = &quotes; /* but no holds */
    assert_int_equal(till_quote(&task), ERR_STATE);
}

/* --- of what has a tax that is not here --- */

/* What one device that wrote @body alone has of entity @number of @kind. */
static void put_entity(struct store_txn *txn, enum kind kind, uint64_t number, uint32_t type,
                       const struct writer *writer)
{
    struct bytes body;
    const struct entity_id entity = entity_id_derive(kind, number);
    const struct key key = key_state(kind, &entity);
    struct mesh *mesh = mesh_new_of(1, kind, &entity);
    assert_int_equal(writer_finish(writer, &body), 0);
    (void)mesh_write(mesh, 0, type, 1, body);
    assert_int_equal(store_put(txn, TABLE_STATE, key_bytes(&key), mesh_row(mesh, 0)), 0);
    mesh_free(mesh);
}

/* A day, and soup with tax number 5. */
static void put_shop(struct store_txn *txn)
{
    uint8_t data[ROW_BYTES];
    struct writer writer;
    const struct day_open day = {.n = 1};
    const struct field_values soup = {
        .count = 4,
        .values = {{.field = MENU_NAME, .text = bytes_of_text("Soup")},
                   {.field = MENU_PRICE, .number = 500},
                   {.field = MENU_NUMBER, .number = 1},
                   {.field = MENU_TAX, .number = 5}}};
    writer_init(&writer, data, sizeof data);
    day_open_encode(&day, &writer);
    put_entity(txn, KIND_POPUP, 0, EVENT_DAY_OPEN, &writer);
    writer_init(&writer, data, sizeof data);
    menu_set_encode(&soup, &writer);
    put_entity(txn, KIND_MENU, 1, EVENT_MENU_SET, &writer);
}

TEST(quote_load, what_has_a_tax_that_is_not_here_is_named_and_not_sold)
{
    static const struct holds holds;
    struct store_memory *store = store_memory_new();
    struct command command = {.principal = {.session = SESSION, .role = ROLE_CUSTOMER},
                              .mode = bytes_of_text("eat-in"),
                              .lines_count = 1,
                              .lines = {{.item = 1, .quantity = 2}}};
    struct till till = {.quotes = &quotes, .holds = &holds, .scratch = history_new()};
    struct task task = {.till = &till, .command = &command, .result = &result};
    struct quote quote;
    quotes.count = 0;
    till.txn = store_memory_begin(store, true);
    put_shop(till.txn);
    assert_int_equal(till_quote(&task), 0);
    assert_int_equal(quote_decode(result.quote_row, &quote), 0);
    assert_int_equal(quote.entries_count, 1);
    assert_int_equal(quote.entries[0].state, QUOTE_SOLD_OUT);
    assert_int_equal(quote.entries[0].add.name.size, 4);
    store_memory_abort(till.txn);
    store_memory_free(store);
    history_free(till.scratch);
}
