/* test_stock_ended.c - the stock of logs that ended, were continued, or gave what they did not
 * have: who has it back, and what nobody sells: docs/merge-rules.md, "Stock".
 */
#include "sync/domain/stock.h"

#include "sync/base/check.h"
#include "tests/lib/stock_hands.h"
#include "tests/lib/test.h"

/* --- closed logs --- */

TEST(stock_ended, what_a_retired_log_left_is_its_issuers_once_all_of_it_is_here)
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

TEST(stock_ended, what_its_giver_did_not_have_nobody_sells)
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

TEST(stock_ended, a_gift_counts_when_what_its_giver_had_is_heard_of)
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

TEST(stock_ended, what_was_sold_of_a_doubtful_gift_is_not_owed_twice)
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

TEST(stock_ended, what_was_never_there_is_not_inherited)
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

TEST(stock_ended, of_what_was_never_there_nothing_is_left)
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
TEST(stock_ended, what_a_closed_log_gave_too_much_nobody_sells_and_nobody_owes)
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

TEST(stock_ended, what_a_retired_log_gave_too_much_to_its_issuer_leaves_that_what_it_made)
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

TEST(stock_ended, what_a_retired_log_sold_its_issuer_owes_and_what_it_gave_too_much_it_does_not)
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

TEST(stock_ended, who_sold_without_a_right_on_purpose_has_given_nothing_too_much)
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

TEST(stock_ended, a_fork_reclaims_nothing)
{
    begin(2);
    add(0, 10, 1, 0);
    stock_mesh_sync(mesh);
    stock_mesh_roster(mesh, 0)->logs[1].fork_seq = 2;
    assert_int_equal(rights(0, 0), 0);
    assert_int_equal(rights(0, 1), 10);
}

TEST(stock_ended, the_log_that_continues_another_has_its_rights)
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

TEST(stock_ended, who_continues_a_log_may_give_what_that_had)
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

TEST(stock_ended, what_it_gave_of_that_counts_when_it_is_closed_too)
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
TEST(stock_ended, what_a_log_and_the_one_that_continued_it_left_is_the_issuers_once_both_are_here)
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
TEST(stock_ended, each_issuer_has_its_own_units_back)
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

TEST(stock_ended, who_reclaimed_too_early_sees_what_was_oversold)
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
