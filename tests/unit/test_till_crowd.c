/* test_till_crowd.c - quotes of a whole replica at its limits: when all holds are taken, when the
 * row of one is gone, when a tax is.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/quote.h"
#include "tests/lib/stage_shop.h"

enum { ANNA = 1001, TEA = 90, ITEMS = HOLD_SESSION_UNITS_MAX, STOCK = 60 };

static struct stage stage;
static struct command command;
static struct effect_answer answer;

static void begin(enum command_kind kind, uint64_t session, enum role role)
{
    stage_command_begin(&stage, &command, kind, session, role);
}

static void wish(uint64_t item)
{
    command.lines[command.lines_count++] = (struct wanted_line){.item = item, .quantity = 1};
}

static int run(void)
{
    answer = *stage_run(&stage, &command);
    return answer.err;
}

static void start(void)
{
    stage_start(&stage, 2, 0);
    stage_open_day(&stage);
    stage_set_item(&stage, TEA, "Tea", 200, STOCK_OFF);
}

static struct entity_id ask_for_tea(void)
{
    begin(COMMAND_QUOTE, ANNA, ROLE_CUSTOMER);
    wish(TEA);
    assert_int_equal(run(), 0);
    return answer.answer.entity;
}

/* What @session's row is from now on; empty: it is gone. */
static void write_row(uint64_t session, struct bytes row)
{
    const struct key key = quote_key(session);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    assert_int_equal(row.size > 0 ? store_put(txn, TABLE_LOCAL, key_bytes(&key), row)
                                  : store_del(txn, TABLE_LOCAL, key_bytes(&key)),
                     0);
    check(store_memory_commit(txn) == 0);
}

TEST(till_crowd, when_all_holds_are_taken_a_stranger_waits_and_staff_sells_on)
{
    start();
    for (uint64_t item = 1; item <= ITEMS; item++) {
        stage_set_item(&stage, item, "Dish", 500, STOCK_STRICT);
        begin(COMMAND_STOCK_ADD, 1, ROLE_OWNER);
        command.item = item;
        command.stock_units = STOCK;
        assert_int_equal(run(), 0);
    }
    uint32_t holds = 0;
    struct entity_id last = {0};
    uint64_t session = 5000;
    while (holds <= HOLDS_MAX - ORDER_LINES_MAX) {
        begin(COMMAND_QUOTE, ++session, ROLE_CUSTOMER);
        for (uint64_t item = 1; item <= ITEMS; item++) {
            wish(item);
        }
        assert_int_equal(run(), 0);
        holds += ITEMS;
        last = answer.answer.entity;
    }
    begin(COMMAND_ORDER_PLACE, ANNA, ROLE_CUSTOMER);
    wish(TEA);
    assert_int_equal(run(), ERR_BUSY);
    begin(COMMAND_QUOTE_DROP, session, ROLE_CUSTOMER);
    command.quote = last;
    assert_int_equal(run(), 0);
    begin(COMMAND_ORDER_PLACE, ANNA, ROLE_CUSTOMER);
    wish(TEA);
    assert_int_equal(run(), 0);
    begin(COMMAND_ORDER_PLACE, 1, ROLE_COUNTER);
    wish(1);
    assert_int_equal(run(), 0);
    stage_stop(&stage);
}

TEST(till_crowd, a_quote_whose_row_is_gone_is_told_anew)
{
    start();
    const struct entity_id first = ask_for_tea();
    write_row(ANNA, bytes_of(NULL, 0));
    const struct entity_id second = ask_for_tea();
    assert_false(entity_id_equal(&first, &second));
    stage_stop(&stage);
}

TEST(till_crowd, the_same_request_whose_row_is_anothers_is_told_anew)
{
    start();
    const struct entity_id first = ask_for_tea();
    uint8_t row[256];
    struct bytes stored;
    const struct key key = quote_key(ANNA);
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(store_get(txn, TABLE_LOCAL, key_bytes(&key), &stored), 0);
    assert_true(stored.size <= sizeof row);
    memcpy(row, stored.data, stored.size);
    const size_t size = stored.size;
    store_memory_abort(txn);
    row[4] ^= 1; /* [8, version, bin, its size, the name ... */
    write_row(ANNA, bytes_of(row, size));
    assert_int_equal(run(), 0);
    assert_true(entity_id_equal(&answer.answer.entity, &first));
    txn = store_memory_begin(stage.store, false);
    assert_int_equal(store_get(txn, TABLE_LOCAL, key_bytes(&key), &stored), 0);
    assert_memory_equal(stored.data + 4, first.bytes, sizeof first.bytes);
    store_memory_abort(txn);
    stage_stop(&stage);
}
