/* test_audit.c - all rows of a store are held against the journal: of every entity, whoever says
 * something of it, and what is wrong is said.
 */
#include "sync/replica/replica_state.h"

#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/forked_order.h"
#include "tests/lib/stage_shop.h"
#include "tests/lib/test.h"

enum { PEER, PEERS };

static struct stage stage;
static struct command command;

/* --- every entity --- */

TEST(audit, every_entity_is_gone_through_whether_its_log_says_it_or_others_carry_it)
{
    static const struct entity_id lowest = {.bytes = {0, 1}}, highest = {.bytes = {0xff, 0xff}};
    const struct entity_id both[] = {lowest, highest};
    struct entity_id at = {{0}};
    bool is_met[2] = {false, false};
    uint32_t kinds = 0;
    int err;
    forked_begin_here();
    for (uint32_t i = 0; i < 2; i++) {
        struct event event = forked_event(EVENT_ORDER_OPEN);
        event.entity = both[i];
        (void)forked_write(0, &event);
    }
    forked_carry_first();
    struct entity_id before = at;
    while ((err = replica_entity_after(forked.txn, &at, &at, &kinds)) == 0) {
        assert_true(memcmp(&before, &at, sizeof at) < 0); /* each once, in order */
        before = at;
        for (uint32_t i = 0; i < 2; i++) {
            is_met[i] |= entity_id_equal(&at, &both[i]) && (kinds & kind_bit(KIND_ORDER)) != 0;
        }
    }
    assert_int_equal(err, ERR_NOT_FOUND);
    assert_true(is_met[0] && is_met[1]);
    assert_true(entity_id_equal(&at, &highest));
    forked_end();
}

/* --- rows --- */

static uint64_t wrong(void)
{
    uint64_t entities, count;
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(replica_audit(stage.replica, txn, &entities, &count), 0);
    store_memory_abort(txn);
    assert_true(entities > 0);
    return count;
}

/* One soup of those that are counted was sold here. */
static void sell(void)
{
    stage_start(&stage, PEERS, 0);
    stage_open_day(&stage);
    stage_set_item(&stage, 1, "Soup", 500, STOCK_STRICT);
    stage_command_begin(&stage, &command, COMMAND_STOCK_ADD, 1, ROLE_OWNER);
    command.item = 1;
    command.stock_units = 5;
    assert_int_equal(stage_run(&stage, &command)->err, 0);
    stage_command_begin(&stage, &command, COMMAND_ORDER_PLACE, 1, ROLE_OWNER);
    command.channel = bytes_of_text("counter");
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = 1, .quantity = 1};
    assert_int_equal(stage_run(&stage, &command)->err, 0);
}

/* The @nth row of the index vanishes; false when there are fewer. */
static bool lose_row(uint32_t nth)
{
    static const uint8_t lowest[1] = {0};
    struct store_txn *txn = store_memory_begin(stage.store, true);
    struct store_cursor cursor;
    struct bytes key, value;
    check(store_cursor_open(txn, TABLE_INDEX, &cursor) == 0);
    int err = store_cursor_seek(&cursor, bytes_of(lowest, 1), &key, &value);
    while (err == 0 && nth-- > 0) {
        err = store_cursor_next(&cursor, &key, &value);
    }
    if (err == 0) {
        check(store_del(txn, TABLE_INDEX, key) == 0);
    }
    store_cursor_close(&cursor);
    check(store_memory_commit(txn) == 0);
    return err == 0;
}

TEST(audit, a_row_of_the_index_that_is_not_there_is_wrong)
{
    uint32_t rows = 0;
    for (bool is_there = true; is_there; rows++) {
        sell();
        assert_int_equal(wrong(), 0);
        is_there = lose_row(rows);
        assert_true(is_there == (wrong() > 0));
        stage_stop(&stage);
    }
    assert_true(rows > 2);
}

TEST(audit, a_row_that_is_not_there_is_wrong_unless_its_entity_is_set_aside)
{
    sell();
    const struct entity_id order = stage.effects->answers[0].answer.entity;
    const struct key row = key_state(KIND_ORDER, &order);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_del(txn, TABLE_STATE, key_bytes(&row)) == 0);
    check(store_memory_commit(txn) == 0);
    assert_int_equal(wrong(), 1);
    stage.config.aside = &order;
    stage.config.aside_count = 1;
    stage_begin(&stage);
    stage_abort(&stage);
    assert_int_equal(wrong(), 0);
    stage_stop(&stage);
}
