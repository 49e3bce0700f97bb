/* test_stock_twins.c - a sale on a forked log that others carry on, and that was also said anew, by
 * another device or on the carried branch itself: it is one sale, however the row is made.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/entity_kinds.h"
#include "sync/domain/stock_fold.h"
#include "tests/lib/forked_order.h"

enum { ITEM = 7, UNITS = 3 };

static uint8_t body_data[128];
static struct stock stock;

static struct event stock_event(enum event_type type)
{
    return (struct event){.type = type, .entity = entity_id_derive(KIND_STOCK, ITEM)};
}

static struct event sale(void)
{
    const struct stock_take take = {.item = ITEM,
                                    .units = UNITS,
                                    .order = forked_entity(1),
                                    .line = 1,
                                    .issuer = forked.devices[FORKED_OWNER].head.log};
    struct event event = stock_event(EVENT_STOCK_TAKE);
    struct writer writer;
    writer_init(&writer, body_data, sizeof body_data);
    stock_take_encode(&take, &writer);
    check(writer_finish(&writer, &event.body) == 0);
    return event;
}

static struct event gift(void)
{
    const uint64_t owner = forked.devices[FORKED_OWNER].head.log;
    const struct stock_give give = {.item = ITEM, .units = 1, .to = owner, .issuer = owner};
    struct event event = stock_event(EVENT_STOCK_GIVE);
    struct writer writer;
    writer_init(&writer, body_data, sizeof body_data);
    stock_give_encode(&give, &writer);
    check(writer_finish(&writer, &event.body) == 0);
    return event;
}

static struct event anew(const struct operation *was)
{
    struct event event = sale();
    event.is_reemitted = true;
    event.was = *was;
    return event;
}

static struct bytes row_of(uint8_t *data)
{
    struct bytes row;
    check(stock_encode(&stock, data, STOCK_ROW_BYTES_MAX, &row) == 0);
    return row;
}

/* The units sold by the row, which an audit makes, too. */
static uint64_t units_sold(void)
{
    static uint8_t loaded[STOCK_ROW_BYTES_MAX], audited[STOCK_ROW_BYTES_MAX];
    const struct entity_id item = entity_id_derive(KIND_STOCK, ITEM);
    struct stock_fold fold = {
        .txn = forked.txn, .roster = &forked.roster, .entity = &item, .stock = &stock};
    uint64_t units = 0;
    (void)forked_fold(); /* the roster */
    assert_int_equal(stock_load(&fold), 0);
    for (uint32_t i = 0; i < stock.accounts_count; i++) {
        units += stock.accounts[i].taken;
    }
    const struct bytes row = row_of(loaded);
    assert_int_equal(stock_audit(&fold), 0);
    const struct bytes again = row_of(audited);
    assert_int_equal(row.size, again.size);
    assert_memory_equal(row.data, again.data, row.size);
    return units;
}

TEST(stock_twins, what_is_carried_on_and_was_said_anew_by_another_device_is_one_sale)
{
    forked_begin_here();
    const struct event sold = sale();
    const struct operation id = forked_write(0, &sold);
    const struct event again = anew(&id);
    (void)forked_say(FORKED_OWNER, &again);
    assert_int_equal(units_sold(), UNITS); /* the original is not here */
    forked_state(0, 1);
    assert_int_equal(units_sold(), UNITS);
    (void)forked_carry(0);
    assert_int_equal(units_sold(), UNITS);
    forked_end();
}

TEST(stock_twins, what_was_said_anew_twice_on_a_carried_branch_is_one_sale)
{
    const struct operation lost = {.log = 99, .seq = 4, .hash = {7}};
    forked_begin_here();
    const struct event again = anew(&lost);
    (void)forked_write(0, &again);
    (void)forked_write(0, &again);
    forked_state(0, 1);
    (void)forked_carry(0);
    assert_int_equal(units_sold(), UNITS);
    forked_end();
}

TEST(stock_twins, two_sales_on_a_carried_branch_are_two)
{
    const struct operation lost = {.log = 99, .seq = 4, .hash = {7}};
    forked_begin_here();
    const struct event again = anew(&lost);
    (void)forked_write(0, &again);
    const struct event sold = sale();
    (void)forked_write(0, &sold);
    forked_state(0, 1);
    (void)forked_carry(0);
    assert_int_equal(units_sold(), 2 * UNITS);
    forked_end();
}

TEST(stock_twins, what_was_given_on_a_carried_branch_counts_beside_a_sale_that_was_said_anew)
{
    const struct operation lost = {.log = 99, .seq = 4, .hash = {7}};
    forked_begin_here();
    const uint64_t owner = forked.devices[FORKED_OWNER].head.log;
    const struct event again = anew(&lost);
    (void)forked_write(0, &again);
    const struct event given = gift();
    (void)forked_write(0, &given);
    forked_state(0, 1);
    (void)forked_carry(0);
    assert_int_equal(units_sold(), UNITS);
    assert_int_equal(stock_account(&stock, owner, owner)->received, 1);
    forked_end();
}

/* Of the journals it comes to what stands there for the same sale, and to where others begin. */
TEST(stock_twins, what_was_said_anew_in_a_log_and_on_a_carried_branch_is_one_sale)
{
    const struct operation lost = {.log = 99, .seq = 4, .hash = {7}};
    struct event later = forked_event(EVENT_ACCEPT);
    forked_begin_here();
    memset(later.entity.bytes, 0xff, sizeof later.entity.bytes);
    (void)forked_say(FORKED_OWNER, &later);
    const struct event given = gift();
    (void)forked_say(FORKED_OWNER, &given);
    const struct event again = anew(&lost);
    (void)forked_write(0, &again);
    forked_state(0, 1);
    (void)forked_carry(0);
    assert_int_equal(units_sold(), UNITS); /* in no log yet */
    (void)forked_say(FORKED_OWNER, &again);
    assert_int_equal(units_sold(), UNITS);
    forked_end();
}

TEST(stock_twins, what_is_carried_on_and_is_nothing_of_stock_changes_none)
{
    struct event cooked = stock_event(EVENT_ACCEPT);
    forked_begin_here();
    const struct event sold = sale();
    (void)forked_write(0, &sold);
    (void)forked_write(0, &cooked);
    forked_state(0, 1);
    (void)forked_carry(0);
    assert_int_equal(units_sold(), UNITS);
    assert_false(stock.is_opaque);
    forked_end();
}

/* The sale in the row of its carrier is no event any more. */
static void spoil_carried(const struct operation *carrier)
{
    static uint8_t row[EVENT_SALVAGE_BYTES_MAX];
    static const uint8_t begin[] = {0x96, EVENT_STOCK_TAKE};
    const struct key key = key_event(carrier->log, carrier->seq);
    struct bytes stored;
    check(store_get(forked.txn, TABLE_LOG, key_bytes(&key), &stored) == 0);
    check(stored.size <= sizeof row);
    memcpy(row, stored.data, stored.size);
    size_t at = 0;
    while (at + sizeof begin < stored.size && memcmp(row + at, begin, sizeof begin) != 0) {
        at++;
    }
    check(at + sizeof begin < stored.size);
    row[at] ^= 1;
    check(store_put(forked.txn, TABLE_LOG, key_bytes(&key), bytes_of(row, stored.size)) == 0);
}

TEST(stock_twins, of_a_sale_that_is_carried_on_and_that_the_disk_spoilt_nobody_decides)
{
    const struct entity_id item = entity_id_derive(KIND_STOCK, ITEM);
    uint32_t kinds = 0;
    forked_begin_here();
    const struct event sold = sale();
    (void)forked_write(0, &sold);
    forked_state(0, 1);
    const struct operation carrier = forked_carry(0);
    assert_int_equal(units_sold(), UNITS);
    assert_int_equal(entity_kinds(forked.txn, &item, &kinds), 0);
    assert_int_equal(kinds, kind_bit(KIND_STOCK));
    spoil_carried(&carrier);
    assert_int_equal(units_sold(), 0);
    assert_true(stock.is_opaque);
    assert_int_equal(entity_kinds(forked.txn, &item, &kinds), 0);
    assert_int_equal(kinds, kind_bit(KIND_NONE));
    const struct key lost = key_event(carrier.log, carrier.seq);
    check(store_del(forked.txn, TABLE_LOG, key_bytes(&lost)) == 0);
    assert_int_equal(units_sold(), 0);
    assert_true(stock.is_opaque);
    forked_end();
}

/* In a transaction of its own, whose @nth read fails; 0 = none. */
static int audit_failing(unsigned nth)
{
    const struct entity_id item = entity_id_derive(KIND_STOCK, ITEM);
    struct stock_fold fold = {.txn = store_memory_begin(forked.store, true),
                              .roster = &forked.roster,
                              .entity = &item,
                              .stock = &stock};
    store_memory_fail(forked.store, MEMORY_GET, nth, ERR_IO);
    const int err = stock_audit(&fold);
    store_memory_fail(forked.store, MEMORY_GET, 0, 0);
    store_memory_abort(fold.txn);
    return err;
}

TEST(stock_twins, an_audit_that_cannot_read_all_says_so_wherever_it_was)
{
    const struct operation lost = {.log = 99, .seq = 4, .hash = {7}};
    forked_begin_here();
    const struct event again = anew(&lost);
    (void)forked_write(0, &again);
    (void)forked_write(0, &again);
    forked_state(0, 1);
    (void)forked_carry(0);
    assert_int_equal(units_sold(), UNITS);
    assert_int_equal(store_memory_commit(forked.txn), 0);
    const uint64_t before = store_memory_calls(forked.store, MEMORY_GET);
    assert_int_equal(audit_failing(0), 0);
    const uint64_t reads = store_memory_calls(forked.store, MEMORY_GET) - before;
    assert_true(reads > 0);
    for (unsigned nth = 1; nth <= reads; nth++) {
        assert_int_equal(audit_failing(nth), ERR_IO);
    }
    forked.txn = store_memory_begin(forked.store, true);
    forked_end();
}
