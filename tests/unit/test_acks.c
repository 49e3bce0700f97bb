/* Which devices hold what, and how far a log is safe. */
#include "sync/mesh/acks.h"

#include <string.h>

#include "tests/lib/store_memory.h"
#include "tests/lib/test.h"

enum { OWN = 1, ORIGIN = 2, OTHER = 3, MORE = 4, SLOT = 0, OWN_SLOT = 1 };

static struct acks acks;
static struct vector vector;

/* A log of ORIGIN up to 10 in SLOT, one of OWN up to 10 in OWN_SLOT. */
static void start(void)
{
    int32_t slot;
    struct log_head origin = {.log = 100, .seq = 10, .signed_seq = 10, .device = ORIGIN};
    struct log_head own = {.log = 200, .seq = 10, .signed_seq = 10, .device = OWN};
    memset(&acks, 0, sizeof acks);
    vector_reset(&vector);
    assert_int_equal(vector_add(&vector, &origin, &slot), 0);
    assert_int_equal(vector_add(&vector, &own, &slot), 0);
}

static uint64_t mark(uint32_t slot, uint32_t copies)
{
    (void)acks_update_mark(&acks, &vector, slot, OWN, copies);
    return acks.mark[slot];
}

TEST(acks, what_is_here_of_another_devices_log_is_on_two)
{
    start();
    assert_int_equal(mark(SLOT, 2), 10);
    assert_int_equal(mark(OWN_SLOT, 2), 0);
}

TEST(acks, a_mark_is_the_highest_that_enough_devices_hold)
{
    start();
    assert_true(acks_note(&acks, OTHER, OWN_SLOT, 4));
    assert_int_equal(mark(OWN_SLOT, 2), 4);
    assert_int_equal(mark(OWN_SLOT, 3), 4); /* it never goes back */
    assert_true(acks_note(&acks, MORE, OWN_SLOT, 7));
    assert_int_equal(mark(OWN_SLOT, 3), 4);
    assert_int_equal(mark(OWN_SLOT, 2), 7);
    assert_true(acks_note(&acks, OTHER, OWN_SLOT, 9));
    assert_int_equal(mark(OWN_SLOT, 3), 7);
}

TEST(acks, the_logs_own_device_and_this_one_count_once)
{
    start();
    (void)acks_note(&acks, ORIGIN, SLOT, 10);
    (void)acks_note(&acks, OWN, SLOT, 10); /* a clone of this one */
    assert_int_equal(mark(SLOT, 3), 0);
    (void)acks_note(&acks, OTHER, SLOT, 10);
    assert_int_equal(mark(SLOT, 3), 10);
}

TEST(acks, what_a_revoked_device_holds_counts_no_more_and_marks_that_stood_on_it_go_back)
{
    start();
    (void)acks_note(&acks, OTHER, OWN_SLOT, 9);
    (void)acks_note(&acks, MORE, OWN_SLOT, 4);
    assert_int_equal(mark(OWN_SLOT, 2), 9);
    assert_true(acks_revoke(&acks, OTHER, true));
    assert_false(acks_revoke(&acks, OTHER, true));
    acks.is_anew[OWN_SLOT] = true;
    assert_int_equal(mark(OWN_SLOT, 2), 4);
    (void)acks_note(&acks, OTHER, OWN_SLOT, 10); /* whatever it says */
    assert_int_equal(mark(OWN_SLOT, 2), 4);
    assert_true(acks_revoke(&acks, OTHER, false)); /* who said so was revoked */
    assert_int_equal(mark(OWN_SLOT, 2), 10);
    assert_false(acks_revoke(&acks, 77, false));
}

TEST(acks, the_log_of_a_revoked_device_is_not_safe_with_it)
{
    start();
    assert_int_equal(mark(SLOT, 2), 10);
    assert_true(acks_revoke(&acks, ORIGIN, true)); /* which never acknowledged anything */
    acks.is_anew[SLOT] = true;
    assert_int_equal(mark(SLOT, 2), 0);
    assert_true(acks.is_unsaved[SLOT]);
    (void)acks_note(&acks, OTHER, SLOT, 10);
    assert_int_equal(mark(SLOT, 2), 10);
}

TEST(acks, an_older_or_equal_acknowledgement_is_no_news)
{
    start();
    assert_true(acks_note(&acks, OTHER, SLOT, 5));
    assert_false(acks_note(&acks, OTHER, SLOT, 5));
    assert_false(acks_note(&acks, OTHER, SLOT, 4));
    assert_true(acks_note(&acks, OTHER, SLOT, 6));
}

TEST(acks, a_claim_beyond_the_own_head_makes_no_mark_beyond_it)
{
    start();
    (void)acks_note(&acks, OTHER, OWN_SLOT, 1000);
    assert_int_equal(mark(OWN_SLOT, 2), 10);
}

TEST(acks, more_devices_than_the_roster_holds_are_passed_over)
{
    start();
    for (uint64_t device = 10; device < 10 + DEVICES_MAX; device++) {
        assert_true(acks_note(&acks, device, OWN_SLOT, 3));
    }
    assert_false(acks_note(&acks, 9, OWN_SLOT, 8));
    assert_int_equal(mark(OWN_SLOT, DEVICES_MAX + 1), 3);
    assert_int_equal(mark(OWN_SLOT, DEVICES_MAX + 2), 3);
    assert_int_equal(mark(OWN_SLOT, 2), 3);
}

TEST(acks, marks_are_kept_with_the_next_commit)
{
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    start();
    assert_int_equal(mark(SLOT, 2), 10);
    assert_int_equal(acks_store_marks(&acks, &vector, txn), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    assert_int_equal(store_memory_count(store, TABLE_LOCAL), 1);
    memset(&acks, 0, sizeof acks);
    txn = store_memory_begin(store, true);
    assert_int_equal(acks_load_marks(&acks, &vector, txn), 0);
    assert_int_equal(acks.mark[SLOT], 10);
    assert_int_equal(acks.mark[OWN_SLOT], 0);
    /* Nothing moved: nothing is written. */
    uint64_t puts = store_memory_calls(store, MEMORY_PUT);
    assert_int_equal(acks_store_marks(&acks, &vector, txn), 0);
    assert_int_equal(store_memory_calls(store, MEMORY_PUT), puts);
    store_memory_abort(txn);
    store_memory_free(store);
}
