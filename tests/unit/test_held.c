/* test_held.c - all that a device holds of an order, whoever wrote it and whoever carries it: what
 * is shown of it, where that ends, and what a disk that fails or spoils makes of it.
 */
#include "sync/domain/held.h"

#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/forked_order.h"
#include "tests/lib/sick.h"
#include "tests/lib/test.h"

enum { WRITTEN = 2 /* by the counter and the kitchen */, CARRIED = 2, ROW_BYTES = 1024 };

/* Who is shown events. */
static struct {
    uint32_t events, carried;
    uint32_t most; /* then it has seen enough */
} eye;

static int on_event(void *context, const struct event *event)
{
    (void)context;
    eye.events++;
    eye.carried += event->type == (uint32_t)EVENT_LINE_ADD ? 1 : 0;
    return eye.events < eye.most ? 0 : ERR_LIMIT;
}

static int look_at(struct store_txn *txn)
{
    const struct entity_id order = forked_entity(1);
    eye.events = eye.carried = 0;
    return held_each(txn, &order, on_event, NULL);
}

static int look(uint32_t most)
{
    eye.most = most;
    return look_at(forked.txn);
}

/* The place of what carries them. */
static struct operation start(void)
{
    forked_begin_here();
    for (uint32_t i = 0; i < CARRIED; i++) {
        (void)forked_plain(0, EVENT_LINE_ADD);
    }
    forked_state(0, 1);
    return forked_carry(0);
}

static void put(enum store_table table, struct bytes key, struct bytes value)
{
    assert_int_equal(store_put(forked.txn, table, key, value), 0);
}

/* The row of TABLE_LOG is cut, or its event is no msgpack any more. */
static void spoil(uint64_t log, uint64_t seq, struct bytes inner, bool is_cut)
{
    const struct key key = key_event(log, seq);
    uint8_t data[ROW_BYTES];
    struct bytes row;
    size_t at = 0;
    assert_int_equal(store_get(forked.txn, TABLE_LOG, key_bytes(&key), &row), 0);
    check(row.size <= sizeof data);
    memcpy(data, row.data, row.size);
    while (memcmp(data + at, inner.data, inner.size) != 0) {
        at++;
    }
    data[at] = 0xc1;
    put(TABLE_LOG, key_bytes(&key), bytes_of(data, is_cut ? at : row.size));
}

TEST(held, all_that_is_here_of_an_order_is_shown_once)
{
    (void)start();
    assert_int_equal(look(UINT32_MAX), 0);
    assert_int_equal(eye.carried, CARRIED);
    assert_int_equal(eye.events, WRITTEN + CARRIED);
    forked_end();
}

TEST(held, of_what_nobody_wrote_nothing_is_shown)
{
    const struct entity_id order = forked_entity(9);
    forked_begin_elsewhere(2);
    assert_int_equal(look(UINT32_MAX), 0);
    assert_int_equal(eye.events, 0);
    assert_int_equal(held_each(forked.txn, &order, on_event, NULL), 0);
    assert_int_equal(eye.events, 0);
    forked_end();
}

TEST(held, who_has_seen_enough_is_shown_no_more)
{
    (void)start();
    for (uint32_t most = 1; most <= WRITTEN + CARRIED; most++) {
        assert_int_equal(look(most), ERR_LIMIT);
        assert_int_equal(eye.events, most);
    }
    forked_end();
}

TEST(held, what_the_disk_spoilt_is_left_out)
{
    for (int is_cut = 0; is_cut < 2; is_cut++) {
        const struct operation carrier = start();
        struct hash hash;
        struct bytes event;
        uint8_t copy[ROW_BYTES];
        forked_read(0, FORK_SEQ, FORK_SEQ);
        spoil(carrier.log, carrier.seq, forked.run.events[0].bytes, is_cut != 0);
        assert_int_equal(look(UINT32_MAX), 0);
        assert_true(eye.carried < CARRIED);
        assert_int_equal(eye.events - eye.carried, WRITTEN);
        const uint64_t log = forked.devices[FORKED_KITCHEN].head.log;
        assert_int_equal(event_get(forked.txn, log, 2, &hash, &event), 0);
        check(event.size <= sizeof copy);
        memcpy(copy, event.data, event.size);
        spoil(log, 2, bytes_of(copy, event.size), is_cut != 0);
        assert_int_equal(look(UINT32_MAX), 0);
        assert_int_equal(eye.events - eye.carried, WRITTEN - 1);
        forked_end();
    }
}

/* Nobody knows what it stood for: the disk is to blame, and nothing is left out in silence. */
TEST(held, a_row_whose_key_is_none_is_the_disks_fault)
{
    static const enum store_table tables[] = {TABLE_ENTITY, TABLE_SALVAGE};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        for (int is_last = 0; is_last < 2; is_last++) {
            const struct entity_id order = forked_entity(1);
            uint8_t key[1 + ENTITY_ID_BYTES + 2] = {1};
            const size_t label = tables[i] == TABLE_SALVAGE ? 1 : 0;
            (void)start();
            memcpy(key + label, order.bytes, ENTITY_ID_BYTES);
            memset(key + label + ENTITY_ID_BYTES, is_last != 0 ? 0xff : 0, 2);
            put(tables[i], bytes_of(key, label + ENTITY_ID_BYTES + 1), bytes_of(NULL, 0));
            assert_int_equal(look(UINT32_MAX), ERR_IO);
            forked_end();
        }
    }
}

TEST(held, a_disk_that_fails_is_told_each_time)
{
    (void)start();
    eye.most = UINT32_MAX;
    assert_int_equal(store_memory_commit(forked.txn), 0);
    sick_work(forked.store, look_at);
    forked.txn = store_memory_begin(forked.store, true);
    forked_end();
}
