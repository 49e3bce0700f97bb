/* test_orphans.c - a payment whose order is not here is not cancelled before this gateway itself
 * has waited long enough for the order to come. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "gateway/settle/orphans.h"

static struct orphan orphan_of(const char *intent, enum intent_state state)
{
    return (struct orphan){.intent = bytes_of_text(intent), .state = state};
}

TEST(orphans, what_is_held_waits_for_hours_and_what_nobody_paid_for_minutes)
{
    static struct orphans orphans;
    const struct orphan held = orphan_of("pi_1", INTENT_HELD),
                        open = orphan_of("pi_2", INTENT_CREATED);
    orphans_walk_begin(&orphans);
    assert_int_equal(orphans_wait(&orphans, &held, 1000), ORPHAN_HELD_MS);
    assert_int_equal(orphans_wait(&orphans, &open, 1000), ORPHAN_OPEN_MS);
    orphans_walk_end(&orphans);
    orphans_walk_begin(&orphans);
    assert_int_equal(orphans_wait(&orphans, &open, 1000 + ORPHAN_OPEN_MS - 1), 1);
    assert_int_equal(orphans_wait(&orphans, &open, 1000 + ORPHAN_OPEN_MS), 0);
    assert_int_equal(orphans_wait(&orphans, &held, 1000 + ORPHAN_HELD_MS), 0);
    orphans_walk_end(&orphans);
}

/* Its age at the provider is none of ours: we may come from a backup of last week. */
TEST(orphans, one_that_was_made_long_ago_waits_as_long_as_a_new_one)
{
    static struct orphans orphans;
    struct orphan old = orphan_of("pi_1", INTENT_HELD);
    old.created_s = 1;
    assert_int_equal(orphans_wait(&orphans, &old, INT64_C(1) << 40), ORPHAN_HELD_MS);
}

TEST(orphans, while_a_device_is_missing_no_time_counts)
{
    static struct orphans orphans;
    const struct orphan held = orphan_of("pi_1", INTENT_HELD);
    assert_int_equal(orphans_wait(&orphans, &held, 1000), ORPHAN_HELD_MS);
    orphans_forget(&orphans);
    assert_int_equal(orphans_wait(&orphans, &held, 1000 + ORPHAN_HELD_MS), ORPHAN_HELD_MS);
}

TEST(orphans, one_that_was_claimed_begins_anew_and_too_many_wait_their_turn)
{
    static struct orphans orphans;
    char ids[ORPHANS_MAX + 1][16];
    orphans_walk_begin(&orphans);
    for (uint32_t i = 0; i <= ORPHANS_MAX; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "pi_%u", i);
        const struct orphan orphan = orphan_of(ids[i], INTENT_HELD);
        assert_true(orphans_wait(&orphans, &orphan, 0) ==
                    (i < ORPHANS_MAX ? (uint64_t)ORPHAN_HELD_MS : UINT64_MAX));
    }
    orphans_walk_end(&orphans);
    orphans_walk_begin(&orphans);
    orphans_walk_end(&orphans);
    const struct orphan first = orphan_of(ids[0], INTENT_HELD);
    assert_int_equal(orphans_wait(&orphans, &first, 5000), ORPHAN_HELD_MS);
}

TEST(orphans, one_whose_time_is_over_may_wait_once_more)
{
    static struct orphans orphans;
    const struct orphan open = orphan_of("pi_1", INTENT_CREATED);
    assert_int_equal(orphans_wait(&orphans, &open, 0), ORPHAN_OPEN_MS);
    assert_int_equal(orphans_wait(&orphans, &open, ORPHAN_OPEN_MS), 0);
    orphans_again(&orphans, &open, ORPHAN_OPEN_MS);
    assert_int_equal(orphans_wait(&orphans, &open, ORPHAN_OPEN_MS), ORPHAN_OPEN_MS);
}

TEST(orphans, an_order_that_one_names_is_in_the_set_of_those_and_hardly_another)
{
    static struct orphan_orders orders;
    uint32_t others = 0;
    for (uint64_t i = 0; i < 2000; i++) {
        const struct entity_id id = entity_id_derive(KIND_ORDER, i);
        others += orphan_orders_may_have(&orders, &id) ? 1 : 0;
        orphan_orders_add(&orders, &id);
    }
    assert_true(others < 200);
    for (uint64_t i = 0; i < 2000; i++) {
        const struct entity_id id = entity_id_derive(KIND_ORDER, i);
        assert_true(orphan_orders_may_have(&orders, &id));
    }
    orphan_orders_clear(&orders);
    const struct entity_id first = entity_id_derive(KIND_ORDER, 0);
    assert_false(orphan_orders_may_have(&orders, &first));
}
