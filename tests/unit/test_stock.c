/* The laws of the stock's fold and of rights: docs/merge-rules.md, "Stock". */
#include "sync/domain/stock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/history_mesh.h"
#include "tests/lib/stock_mesh.h"
#include "tests/lib/test.h"

static struct stock_mesh *mesh;

/* --- writing --- */

static void add(uint32_t node, int64_t units, uint32_t holder, uint32_t issuer)
{
    stock_mesh_add(mesh, node, units, holder, issuer);
}

static void give(uint32_t node, uint64_t units, uint32_t to, uint32_t issuer)
{
    stock_mesh_give(mesh, node, units, to, issuer);
}

static struct operation take_for(uint32_t node, uint64_t units, uint64_t order, uint32_t issuer,
                                 const struct operation *was)
{
    return stock_mesh_take(mesh, node, units, order, issuer, was);
}

static void undo(uint32_t node, const struct operation *take, uint64_t order, uint64_t units)
{
    stock_mesh_undo(mesh, node, take, order, units);
}

static void count_shelf(uint32_t node, uint64_t units)
{
    stock_mesh_count(mesh, node, units);
}

/* --- looking --- */

static int64_t rights(uint32_t node, uint32_t of)
{
    const struct stock_view view = stock_mesh_view(mesh, node);
    int64_t units;
    assert_int_equal(stock_rights(stock_mesh_row(mesh, node), &view, mesh_log(of), &units), 0);
    return units;
}

static struct stock_summary summary(uint32_t node)
{
    const struct stock_view view = stock_mesh_view(mesh, node);
    struct stock_summary found;
    assert_int_equal(stock_summarise(stock_mesh_row(mesh, node), &view, mesh_log(node), &found), 0);
    return found;
}

static void begin(uint32_t nodes)
{
    if (mesh == NULL) {
        mesh = stock_mesh_new();
    }
    stock_mesh_start(mesh, nodes);
}

/* All have all, and the same row, index and audit. */
static void assert_alike(uint32_t nodes)
{
    stock_mesh_sync(mesh);
    const struct hash first = stock_mesh_digest(mesh, 0);
    for (uint32_t i = 0; i < nodes; i++) {
        const struct hash digest = stock_mesh_digest(mesh, i);
        assert_true(hash_equal(&first, &digest));
        assert_true(stock_mesh_is_sound(mesh, i));
    }
}

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

/* --- closed logs --- */

TEST(stock, what_a_retired_log_left_is_its_issuers_once_all_of_it_is_here)
{
    begin(3);
    add(0, 10, 0, 0);
    give(0, 6, 1, 0);
    stock_mesh_sync(mesh);
    (void)take_for(1, 1, 1, 0, NULL);
    (void)take_for(1, 1, 2, 0, NULL);
    for (uint32_t i = 0; i < 3; i++) {
        stock_mesh_roster(mesh, i)->logs[1].retired_seq = 3;
    }
    assert_int_equal(rights(0, 0), 4); /* one sale is on its way */
    stock_mesh_deliver(mesh, 1, 0, 1);
    assert_int_equal(rights(0, 0), 4);
    stock_mesh_deliver(mesh, 1, 0, 1);
    assert_int_equal(rights(0, 0), 8);
    stock_mesh_sync(mesh);
    assert_int_equal(rights(2, 1), 0);
    assert_int_equal(rights(2, 2), 0);
    assert_int_equal(summary(2).all, 8);
}

/* --- gifts of what the giver did not have --- */

TEST(stock, what_its_giver_did_not_have_nobody_sells)
{
    begin(4);
    add(0, 20, 0, 0);
    give(0, 5, 1, 0);
    give(0, 2, 2, 0);
    stock_mesh_sync(mesh);
    give(1, 100, 2, 0);
    stock_mesh_sync(mesh);
    assert_int_equal(rights(2, 2), 7); /* 2 of the issuer's, and the 5 that were there */
    assert_int_equal(rights(2, 0), 13);
    assert_int_equal(summary(2).oversold, 95);
    give(1, 3, 3, 0);
    stock_mesh_sync(mesh);
    assert_int_equal(rights(3, 3), 0);
    assert_int_equal(rights(2, 2), 4); /* 98 are missing, of 102: as few as it can be sure of */
    assert_alike(4);
}

TEST(stock, a_gift_counts_when_what_its_giver_had_is_heard_of)
{
    begin(3);
    add(0, 10, 0, 0);
    give(0, 10, 1, 0);
    stock_mesh_sync(mesh);
    give(1, 4, 2, 0);
    stock_mesh_sync(mesh);
    assert_int_equal(rights(2, 2), 4);
    give(2, 4, 1, 0);
    (void)take_for(1, 10, 1, 0, NULL);
    stock_mesh_sync(mesh);
    assert_int_equal(rights(0, 0) + rights(1, 1) + rights(2, 2), 0);
    assert_alike(3);
}

TEST(stock, what_was_sold_of_a_doubtful_gift_is_not_owed_twice)
{
    begin(3);
    add(0, 10, 0, 0);
    give(0, 6, 1, 0);
    stock_mesh_sync(mesh);
    give(1, 6, 2, 0);
    stock_mesh_sync(mesh);
    (void)take_for(2, 4, 1, 0, NULL);
    give(1, 50, 0, 0);
    stock_mesh_sync(mesh);
    assert_int_equal(rights(2, 2), 0); /* of its 2 that are left it cannot be sure */
    assert_int_equal(rights(0, 0), 4); /* its own */
    assert_alike(3);
}

TEST(stock, what_was_never_there_is_not_inherited)
{
    begin(4);
    add(0, 10, 0, 0);
    give(0, 3, 2, 0);
    stock_mesh_sync(mesh);
    give(1, 100, 2, 0);
    count_shelf(2, 9);
    stock_mesh_sync(mesh);
    stock_mesh_roster(mesh, 3)->logs[2].retired_seq = 2;
    assert_int_equal(rights(3, 0), 10);
}

TEST(stock, of_what_was_never_there_nothing_is_left)
{
    begin(4);
    add(0, 10, 0, 0);
    give(1, 100, 2, 0);
    count_shelf(2, 9);
    stock_mesh_sync(mesh);
    stock_mesh_roster(mesh, 3)->logs[2].retired_seq = 2;
    assert_int_equal(rights(3, 0), 10);
}

/* A tablet that lies is taken for lost and retired, after which its gifts are as doubtful. */
TEST(stock, what_a_closed_log_gave_too_much_nobody_sells_and_nobody_owes)
{
    begin(4);
    add(0, 10, 0, 0);
    give(0, 4, 2, 0);
    stock_mesh_sync(mesh);
    give(1, 884, 2, 0);
    stock_mesh_sync(mesh);
    assert_int_equal(rights(3, 2), 4);
    stock_mesh_roster(mesh, 3)->logs[1].revoked_seq = 9;
    assert_int_equal(rights(3, 2), 4);
    assert_int_equal(rights(3, 0), 6);
    stock_mesh_roster(mesh, 3)->logs[1].revoked_seq = UINT64_MAX;
    stock_mesh_roster(mesh, 3)->logs[1].retired_seq = 1;
    assert_int_equal(rights(3, 2), 4);
    assert_int_equal(rights(3, 0), 6);
}

TEST(stock, what_a_retired_log_gave_too_much_to_its_issuer_leaves_that_what_it_made)
{
    begin(3);
    add(0, 10, 0, 0);
    stock_mesh_sync(mesh);
    give(1, 695, 0, 0);
    stock_mesh_sync(mesh);
    assert_int_equal(rights(0, 0), 10);
    for (uint32_t i = 0; i < 3; i++) {
        stock_mesh_roster(mesh, i)->logs[1].retired_seq = 1;
    }
    assert_int_equal(rights(0, 0), 10);
    assert_int_equal(summary(2).all, 10);
}

TEST(stock, what_a_retired_log_sold_its_issuer_owes_and_what_it_gave_too_much_it_does_not)
{
    begin(3);
    add(0, 10, 0, 0);
    stock_mesh_sync(mesh);
    stock_mesh_force(mesh, 1, 3, 1, 0);
    give(1, 50, 2, 0);
    stock_mesh_sync(mesh);
    stock_mesh_roster(mesh, 0)->logs[1].retired_seq = 2;
    assert_int_equal(rights(0, 0), 7);
    assert_int_equal(rights(0, 2), 0);
}

TEST(stock, who_sold_without_a_right_on_purpose_has_given_nothing_too_much)
{
    begin(3);
    add(0, 10, 0, 0);
    give(0, 6, 1, 0);
    stock_mesh_sync(mesh);
    give(1, 6, 2, 0);
    stock_mesh_force(mesh, 1, 3, 1, 0);
    stock_mesh_sync(mesh);
    assert_int_equal(rights(2, 1), -3);
    assert_int_equal(rights(2, 2), 6);
    assert_alike(3);
}

TEST(stock, a_fork_reclaims_nothing)
{
    begin(2);
    add(0, 10, 1, 0);
    stock_mesh_sync(mesh);
    stock_mesh_roster(mesh, 0)->logs[1].fork_seq = 2;
    assert_int_equal(rights(0, 0), 0);
    assert_int_equal(rights(0, 1), 10);
}

TEST(stock, the_log_that_continues_another_has_its_rights)
{
    begin(3);
    add(0, 10, 1, 0);
    stock_mesh_sync(mesh);
    count_shelf(1, 3);
    for (uint32_t i = 0; i < 3; i++) {
        struct roster_log *next = &stock_mesh_roster(mesh, i)->logs[2];
        next->has_previous = true;
        next->previous = (struct operation){.log = mesh_log(1), .seq = 2};
    }
    stock_mesh_sync(mesh);
    assert_int_equal(rights(2, 2),
                     0); /* it may remember too little: nobody has said that it ended */
    for (uint32_t i = 0; i < 3; i++) {
        stock_mesh_roster(mesh, i)->logs[1].retired_seq = 2;
    }
    assert_int_equal(rights(2, 2), 10);
    assert_int_equal(rights(2, 1), 0);
    assert_int_equal(rights(0, 0), 0);
}

TEST(stock, who_continues_a_log_may_give_what_that_had)
{
    begin(4);
    add(0, 10, 1, 0);
    stock_mesh_sync(mesh);
    count_shelf(1, 3);
    stock_mesh_sync(mesh);
    for (uint32_t i = 0; i < 4; i++) {
        struct roster *roster = stock_mesh_roster(mesh, i);
        roster->logs[2].has_previous = true;
        roster->logs[2].previous = (struct operation){.log = mesh_log(1), .seq = 2};
        roster->logs[1].retired_seq = 2;
    }
    give(2, 6, 3, 0);
    stock_mesh_sync(mesh);
    assert_int_equal(rights(2, 2), 4);
    assert_int_equal(rights(3, 3), 6);
}

TEST(stock, what_it_gave_of_that_counts_when_it_is_closed_too)
{
    begin(4);
    add(0, 10, 1, 0);
    stock_mesh_sync(mesh);
    count_shelf(1, 3);
    stock_mesh_sync(mesh);
    for (uint32_t i = 0; i < 4; i++) {
        struct roster *roster = stock_mesh_roster(mesh, i);
        roster->logs[2].has_previous = true;
        roster->logs[2].previous = (struct operation){.log = mesh_log(1), .seq = 2};
        roster->logs[1].retired_seq = 2;
    }
    give(2, 6, 3, 0);
    stock_mesh_sync(mesh);
    for (uint32_t i = 0; i < 4; i++) {
        stock_mesh_roster(mesh, i)->logs[2].retired_seq = 2;
    }
    assert_int_equal(rights(3, 3), 6);
    assert_int_equal(rights(3, 0), 4);
    assert_int_equal(rights(0, 0), 4);
}

/* A tablet that went on under a new log, and is dead now as well. */
TEST(stock, what_a_log_and_the_one_that_continued_it_left_is_the_issuers_once_both_are_here)
{
    begin(4);
    add(0, 10, 0, 0);
    give(0, 10, 1, 0);
    stock_mesh_sync(mesh);
    count_shelf(1, 3);
    stock_mesh_sync(mesh);
    for (uint32_t i = 0; i < 4; i++) {
        struct roster *roster = stock_mesh_roster(mesh, i);
        roster->logs[2].has_previous = true;
        roster->logs[2].previous = (struct operation){.log = mesh_log(1), .seq = 2};
        roster->logs[1].retired_seq = 2;
    }
    (void)take_for(2, 6, 1, 0, NULL);
    stock_mesh_roster(mesh, 0)->logs[2].retired_seq = 2;
    assert_int_equal(rights(0, 0), 0); /* what it sold is on its way */
    stock_mesh_deliver(mesh, 2, 0, 1);
    assert_int_equal(rights(0, 0), 4);
}

/* Two managers counted stock in, each in a part of the network of its own, and a tablet that had
 * some of both is dead: each has its own back, and only its own. */
TEST(stock, each_issuer_has_its_own_units_back)
{
    begin(3);
    add(0, 10, 2, 0);
    add(1, 5, 2, 1);
    stock_mesh_sync(mesh);
    (void)take_for(2, 4, 1, 0, NULL);
    (void)take_for(2, 1, 2, 1, NULL);
    stock_mesh_sync(mesh);
    for (uint32_t i = 0; i < 2; i++) {
        stock_mesh_roster(mesh, i)->logs[2].retired_seq = 3;
        assert_int_equal(rights(i, 0), 6);
        assert_int_equal(rights(i, 1), 4);
    }
}

TEST(stock, who_reclaimed_too_early_sees_what_was_oversold)
{
    begin(2);
    add(0, 10, 1, 0);
    stock_mesh_sync(mesh);
    count_shelf(1, 10);
    stock_mesh_deliver(mesh, 1, 0, 1);
    stock_mesh_roster(mesh, 0)->logs[1].retired_seq = 2;
    assert_int_equal(rights(0, 0), 10);
    (void)take_for(0, 9, 1, 0, NULL);
    (void)take_for(1, 4, 2, 0, NULL); /* it was alive after all */
    stock_mesh_sync(mesh);
    assert_int_equal(summary(0).oversold, 3);
    assert_int_equal(summary(0).all, 0);
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

/* --- P7: nothing is sold twice --- */

enum { MODEL_RUNS = 6000, MODEL_NODES = 4, MODEL_STEPS = 60, MODEL_UNITS = 12 };

enum model_variant { AS_SPECIFIED, UNDO_CREDITS_CANCELLER };

struct model_take {
    struct operation id;
    uint32_t node;
    uint32_t at; /* in its log */
    uint64_t units;
    bool is_undone;
};

struct model {
    enum model_variant variant;
    struct prng prng;
    uint32_t written[MODEL_NODES];
    uint32_t takes_count;
    struct model_take takes[MODEL_STEPS];
    bool is_seen[MODEL_NODES][MODEL_STEPS]; /* undone, as far as the node wrote or was told */
    int64_t credit[MODEL_NODES];            /* what the planted mistake adds */
    int32_t dead;                           /* -1 = all live */
    bool is_cut;
};

static int64_t model_rights(struct model *model, uint32_t node)
{
    return rights(node, node) + model->credit[node];
}

static void model_undo(struct model *model, uint32_t node)
{
    uint32_t known[MODEL_STEPS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < model->takes_count; i++) {
        const struct model_take *take = &model->takes[i];
        if (stock_mesh_has(mesh, node, take->node) > take->at && !model->is_seen[node][i]) {
            known[count++] = i;
        }
    }
    if (count == 0) {
        return;
    }
    const uint32_t chosen = known[prng_below(&model->prng, count)];
    struct model_take *take = &model->takes[chosen];
    undo(node, &take->id, chosen, take->units);
    model->written[node]++;
    model->is_seen[node][chosen] = true;
    take->is_undone = true;
    if (model->variant == UNDO_CREDITS_CANCELLER && take->node != node) {
        model->credit[node] += (int64_t)take->units;
    }
}

static void model_act(struct model *model, uint32_t node)
{
    struct prng *prng = &model->prng;
    const int64_t right = model_rights(model, node);
    const uint64_t act = prng_below(prng, 100);
    if (act < 45 && right > 0) {
        const uint64_t units = 1 + prng_below(prng, (uint64_t)(right < 3 ? right : 3));
        const uint32_t number = model->takes_count++;
        model->takes[number] =
            (struct model_take){.node = node, .at = model->written[node]++, .units = units};
        model->takes[number].id = take_for(node, units, number, 0, NULL);
    } else if (act >= 45 && act < 70 && right > 0) {
        const uint32_t to = (node + 1 + (uint32_t)prng_below(prng, MODEL_NODES - 1)) % MODEL_NODES;
        give(node, 1 + prng_below(prng, (uint64_t)right), to, 0);
        model->written[node]++;
    } else if (act >= 70 && act < 85) {
        model_undo(model, node);
    } else if (act >= 97 && node != 0 && model->dead < 0) {
        model->dead = (int32_t)node;
    }
}

/* The manager fetches all that the dead device wrote, and retires it; the others hear of it. */
static void model_cut(struct model *model)
{
    const uint32_t dead = (uint32_t)model->dead;
    stock_mesh_deliver(mesh, dead, 0, MODEL_STEPS);
    for (uint32_t i = 0; i < MODEL_NODES; i++) {
        if (model->written[dead] > 0) {
            stock_mesh_roster(mesh, i)->logs[dead].retired_seq = 1 + model->written[dead];
        }
    }
    model->is_cut = true;
}

static uint64_t model_run(uint64_t seed, enum model_variant variant)
{
    struct model model = {.variant = variant, .prng = {.state = seed}, .dead = -1};
    uint64_t units = 0;
    begin(MODEL_NODES);
    add(0, MODEL_UNITS, 0, 0);
    model.written[0] = 1;
    for (uint32_t step = 0; step < MODEL_STEPS; step++) {
        uint32_t node;
        do {
            node = (uint32_t)prng_below(&model.prng, MODEL_NODES);
        } while ((int32_t)node == model.dead);
        for (uint32_t from = 0; from < MODEL_NODES; from++) {
            if (from != node && prng_below(&model.prng, 10) < 3) {
                stock_mesh_deliver(mesh, from, node, (uint32_t)prng_below(&model.prng, 8));
            }
        }
        model_act(&model, node);
        if (model.dead >= 0 && !model.is_cut && prng_one_in(&model.prng, 5)) {
            model_cut(&model);
        }
    }
    for (uint32_t i = 0; i < model.takes_count; i++) {
        units += model.takes[i].is_undone ? 0 : model.takes[i].units;
    }
    return units;
}

static uint32_t runs_oversold(enum model_variant variant, uint32_t runs)
{
    uint32_t oversold = 0;
    for (uint64_t seed = 1; seed <= runs; seed++) {
        oversold += model_run(seed, variant) > MODEL_UNITS;
    }
    return oversold;
}

TEST(stock, nothing_is_sold_twice_whatever_is_heard_when_and_whoever_dies)
{
    assert_int_equal(runs_oversold(AS_SPECIFIED, MODEL_RUNS), 0);
}

TEST(stock, an_undo_that_credited_the_canceller_would_oversell)
{
    assert_true(runs_oversold(UNDO_CREDITS_CANCELLER, MODEL_RUNS / 20) > 0);
}
