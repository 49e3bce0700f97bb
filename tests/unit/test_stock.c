/* The laws of the stock's fold and of rights: docs/merge-rules.md, "Stock". */
#include "sync/domain/stock.h"

#include "sync/base/check.h"
#include "tests/lib/stock_hands.h"
#include "tests/lib/test.h"

/* --- what an event does --- */

TEST(stock, units_are_sold_by_the_log_that_holds_them)
{
    begin(2);
    add(0, 10, 0, 0);
    give(0, 4, 1, 0);
    assert_int_equal(rights(0, 0), 6);
    assert_int_equal(rights(1, 1), 0); /* not heard yet */
    stock_mesh_sync(mesh);
    assert_int_equal(rights(1, 1), 4);
    (void)take_for(1, 3, 1, 0, NULL);
    assert_int_equal(rights(1, 1), 1);
    assert_int_equal(summary(1).all, 7);
    assert_alike(2);
}

TEST(stock, who_knows_no_roster_takes_nobody_for_closed)
{
    begin(1);
    add(0, 10, 0, 0);
    struct stock_view view = stock_mesh_view(mesh, 0);
    struct stock_summary found;
    view.roster = NULL;
    assert_int_equal(stock_summarise(stock_mesh_row(mesh, 0), &view, mesh_log(0), &found), 0);
    assert_int_equal(found.here, 10);
}

TEST(stock, an_undo_gives_back_to_the_log_that_took_and_at_most_once)
{
    begin(3);
    add(0, 10, 1, 0);
    stock_mesh_sync(mesh);
    const struct operation sold = take_for(1, 3, 1, 0, NULL);
    stock_mesh_sync(mesh);
    undo(0, &sold, 1, 3);
    undo(2, &sold, 1, 2);
    undo(1, &sold, 1, 3);
    stock_mesh_sync(mesh);
    assert_int_equal(rights(0, 1), 10);
    assert_int_equal(rights(0, 0), 0);
    assert_int_equal(rights(0, 2), 0);
    assert_alike(3);
}

TEST(stock, undos_of_parts_add_up_to_the_whole)
{
    begin(2);
    add(0, 10, 0, 0);
    const struct operation sold = take_for(0, 5, 1, 0, NULL);
    stock_mesh_sync(mesh);
    undo(0, &sold, 1, 1);
    undo(1, &sold, 1, 1);
    stock_mesh_sync(mesh);
    assert_int_equal(rights(0, 0), 7);
    undo(1, &sold, 1, 5);
    stock_mesh_sync(mesh);
    assert_int_equal(rights(0, 0), 10);
    assert_alike(2);
}

TEST(stock, an_undo_that_comes_before_its_take_is_not_forgotten)
{
    begin(3);
    add(0, 10, 1, 0);
    stock_mesh_deliver(mesh, 0, 1, 1);
    const struct operation sold = take_for(1, 3, 1, 0, NULL);
    stock_mesh_deliver(mesh, 1, 0, 1);
    undo(0, &sold, 1, 2);
    stock_mesh_deliver(mesh, 0, 2, 2);
    assert_int_equal(rights(2, 1), 10);
    stock_mesh_deliver(mesh, 1, 2, 1);
    assert_int_equal(rights(2, 1), 9);
    assert_alike(3);
}

TEST(stock, what_makes_no_sense_is_void)
{
    begin(2);
    add(0, 10, 0, 0);
    add(1, 5, 1, 0);   /* in another's name */
    add(1, -10, 0, 0); /* what another holds */
    give(0, 3, 0, 0);  /* to itself */
    stock_mesh_sync(mesh);
    assert_int_equal(rights(0, 0), 10);
    assert_int_equal(rights(0, 1), 0);
    assert_alike(2);
}

TEST(stock, who_holds_units_may_give_them_up)
{
    begin(2);
    add(0, 10, 0, 0);
    give(0, 4, 1, 0);
    stock_mesh_sync(mesh);
    add(1, -4, 1, 0);
    stock_mesh_sync(mesh);
    assert_int_equal(summary(0).all, 6);
    assert_alike(2);
}

TEST(stock, the_latest_count_is_shown)
{
    begin(2);
    count_shelf(0, 12);
    count_shelf(1, 9);
    count_shelf(0, 7);
    assert_alike(2);
    assert_int_equal(stock_mesh_row(mesh, 1)->counted, 7);
}

TEST(stock, an_item_is_sold_more_often_than_a_history_holds)
{
    begin(2);
    add(0, 2000, 0, 0);
    for (uint64_t i = 0; i < 1200; i++) {
        (void)take_for(0, 1, i, 0, NULL);
    }
    assert_int_equal(rights(0, 0), 800);
    assert_alike(2);
    assert_true(stock_mesh_appends(mesh) >= 1200);
}

/* --- events that stand for others --- */

TEST(stock, a_take_that_was_salvaged_spends_the_original_logs_rights)
{
    begin(3);
    add(0, 10, 1, 0);
    stock_mesh_sync(mesh);
    const struct operation sold = take_for(1, 3, 1, 0, NULL);
    for (uint32_t i = 0; i < 3; i++) {
        stock_mesh_roster(mesh, i)->logs[1].fork_seq = sold.seq;
        stock_mesh_refold(mesh, i);
    }
    stock_mesh_sync(mesh);
    assert_int_equal(rights(0, 1), 10);
    (void)take_for(2, 3, 1, 0, &sold);
    (void)take_for(0, 3, 1, 0, &sold); /* by two: once */
    stock_mesh_sync(mesh);
    assert_int_equal(rights(0, 1), 7);
    assert_int_equal(rights(0, 2), 0);
    undo(2, &sold, 1, 1);
    stock_mesh_sync(mesh);
    assert_int_equal(rights(0, 1), 8);
    assert_alike(3);
}

/* --- the laws of the fold --- */

enum { LAW_RUNS = 60, LAW_NODES = 4, LAW_STEPS = 40 };

static struct operation sold[LAW_NODES * LAW_STEPS];

static uint32_t sold_count;

static void write_anything(struct prng *prng, uint32_t node)
{
    const uint32_t other = (uint32_t)prng_below(prng, LAW_NODES);
    const uint64_t units = 1 + prng_below(prng, 5);
    switch (prng_below(prng, 6)) {
    case 0:
        add(node, prng_one_in(prng, 3) ? -(int64_t)units : (int64_t)units, other, node);
        break;
    case 1:
        give(node, units, other, other);
        break;
    case 2:
    case 3:
        sold[sold_count++] = take_for(node, units, prng_below(prng, 8), other, NULL);
        break;
    case 4:
        if (sold_count > 0) { /* of any order: most name the wrong one */
            undo(node, &sold[prng_below(prng, sold_count)], prng_below(prng, 8), units);
        }
        break;
    case 5:
        count_shelf(node, units);
        break;
    }
}

/* In any order, in turns of any size, some of it void at times: the same row, the same index. */
TEST(stock, rows_are_a_function_of_the_set_of_events)
{
    for (uint64_t seed = 1; seed <= LAW_RUNS; seed++) {
        struct prng prng = {.state = seed};
        begin(LAW_NODES);
        sold_count = 0;
        for (uint32_t i = 0; i < LAW_STEPS; i++) {
            const uint32_t node = (uint32_t)prng_below(&prng, LAW_NODES);
            write_anything(&prng, node);
            stock_mesh_deliver(mesh, (uint32_t)prng_below(&prng, LAW_NODES), node,
                               (uint32_t)prng_below(&prng, 6));
            assert_true(stock_mesh_is_sound(mesh, node));
            if (prng_one_in(&prng, 8)) { /* a fork is found, or found to be none */
                struct roster_log *log = &stock_mesh_roster(mesh, node)->logs[1];
                log->fork_seq = prng_one_in(&prng, 2) ? UINT64_MAX : 2 + prng_below(&prng, 8);
                stock_mesh_refold(mesh, node);
            }
        }
        for (uint32_t i = 0; i < LAW_NODES; i++) {
            stock_mesh_roster(mesh, i)->logs[1].fork_seq = 6;
            stock_mesh_refold(mesh, i);
        }
        assert_alike(LAW_NODES);
    }
}

TEST(stock, more_accounts_than_the_limit_are_cut_the_same_way_in_any_order)
{
    static struct stock up, down;
    stock_reset(&up);
    stock_reset(&down);
    for (uint64_t i = 1; i <= STOCK_ACCOUNTS_MAX + 40; i++) {
        struct stock_account *a = stock_account(&up, i % 3, i);
        const uint64_t j = STOCK_ACCOUNTS_MAX + 41 - i;
        struct stock_account *b = stock_account(&down, j % 3, j);
        if (a != NULL) {
            a->taken += 1;
        }
        if (b != NULL) {
            b->taken += 1;
        }
    }
    static uint8_t rows[2][STOCK_ROW_BYTES_MAX];
    struct bytes a, b;
    assert_int_equal(stock_encode(&up, rows[0], sizeof rows[0], &a), 0);
    assert_int_equal(stock_encode(&down, rows[1], sizeof rows[1], &b), 0);
    assert_true(up.is_cut_short && bytes_equal(a, b));
}
