/* test_number_sick.c - the numbers of orders and receipts that a device gives out, at a disk that
 * fails, or where rows were lost, spoilt or claimed by others.
 */
#include <string.h>

#include "sync/domain/order_events.h"
#include "sync/domain/receipt.h"
#include "sync/replica/replica_state.h"
#include "tests/lib/local_hands.h"

enum { LOOK_MAX = 4096 /* numbers that a device looks at */ };

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
TEST(number_sick, a_number_that_another_gave_an_order_of_ours_moves_none_of_ours)
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

TEST(number_sick, a_flood_of_others_numbers_is_gone_on_from_where_the_look_ends)
{
    start();
    claim_numbers(1000, LOOK_MAX + 10);
    assert_int_equal(number_of_next(), 1000 + LOOK_MAX + 10);
    stage_stop(&stage);
}

TEST(number_sick, numbers_that_others_took_meanwhile_are_passed_over_as_far_as_it_looks)
{
    start();
    assert_int_equal(number_of_next(), 1);
    claim_numbers(2, 10);
    assert_int_equal(number_of_next(), 12);
    claim_numbers(13, LOOK_MAX + 10);
    assert_int_equal(number_of_next(), 13 + LOOK_MAX);
    stage_stop(&stage);
}

TEST(number_sick, a_row_of_the_index_that_is_none_takes_no_number)
{
    static const uint8_t after[] = {INDEX_NUMBER, 0xff};
    start();
    put_row(TABLE_INDEX, bytes_of(after, sizeof after), bytes_of(NULL, 0));
    assert_int_equal(number_of_next(), 1);
    stage_stop(&stage);
}

TEST(number_sick, a_spoilt_note_of_the_last_number_is_told_and_no_number_is_given_twice)
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

TEST(number_sick, an_order_has_a_number_or_the_disk_is_told_of)
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

TEST(number_sick, a_receipt_has_a_number_or_the_disk_is_told_of)
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

TEST(number_sick, who_has_given_out_all_numbers_gives_no_receipt)
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
