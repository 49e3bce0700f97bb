/* test_outbox.c - attempts are kept until their end, and a plan is taken up once. */
#include "tests/lib/test.h"

#include <string.h>

#include "gateway/settle/outbox.h"
#include "tests/lib/sick.h"
#include "tests/lib/store_memory.h"

static const struct entity_id order = {.bytes = {1}};
static const struct entity_id other = {.bytes = {2}};

enum { KEY_ROOM = 128 };

static struct store_memory *store;

static struct provider_call capture_of(const char *intent, int64_t amount_minor)
{
    return (struct provider_call){
        .kind = CALL_CAPTURE, .intent = bytes_of_text(intent), .amount_minor = amount_minor};
}

static struct provider_call refund_of(const char *intent, int64_t amount_minor)
{
    return (struct provider_call){.kind = CALL_REFUND,
                                  .intent = bytes_of_text(intent),
                                  .wish = bytes_of_text("0123456789abcdef"),
                                  .amount_minor = amount_minor};
}

static void put(const struct attempt *attempt)
{
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(outbox_put(txn, attempt), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

static enum attempt_state state_of(const struct provider_call *call)
{
    struct attempt attempt;
    struct store_txn *txn = store_memory_begin(store, false);
    assert_int_equal(outbox_get(txn, &order, call, &attempt), 0);
    store_memory_abort(txn);
    return attempt.state;
}

static int64_t amount_of(const struct provider_call *call)
{
    struct attempt attempt;
    struct store_txn *txn = store_memory_begin(store, false);
    assert_int_equal(outbox_get(txn, &order, call, &attempt), 0);
    store_memory_abort(txn);
    return attempt.call.amount_minor;
}

static uint32_t count(const struct entity_id *of)
{
    struct outbox_walk walk;
    struct attempt attempt;
    uint32_t found = 0;
    struct store_txn *txn = store_memory_begin(store, false);
    assert_int_equal(outbox_walk_open(txn, of, &walk), 0);
    while (outbox_walk_next(&walk, &attempt) == 0) {
        found++;
    }
    outbox_walk_close(&walk);
    store_memory_abort(txn);
    return found;
}

/* Whether something changed. */
static bool take(const struct provider_call *calls, uint32_t calls_count)
{
    static struct plan plan;
    bool is_changed = false;
    memset(&plan, 0, sizeof plan);
    for (uint32_t i = 0; i < calls_count; i++) {
        plan.calls[plan.calls_count++] = calls[i];
    }
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(outbox_take(txn, &order, &plan, &is_changed), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    return is_changed;
}

TEST(outbox, an_attempt_comes_back_as_it_was_put)
{
    store = store_memory_new();
    struct attempt attempt = attempt_of(&order, &(struct provider_call){.kind = CALL_REFUND});
    attempt.call = refund_of("pi_1", 400);
    attempt.state = ATTEMPT_LOOK;
    attempt.keys = 2;
    attempt.tries = 3;
    attempt.failures = 7;
    attempt.first_ms = INT64_C(1800000000000);
    attempt.looked_ms = INT64_C(1800000000001);
    attempt.last = OUTCOME_BROKEN;
    attempt.is_firm = true;
    put(&attempt);
    struct attempt found;
    struct store_txn *txn = store_memory_begin(store, false);
    assert_int_equal(outbox_get(txn, &order, &attempt.call, &found), 0);
    assert_true(entity_id_equal(&found.order, &order));
    assert_int_equal(found.call.kind, CALL_REFUND);
    assert_true(bytes_equal(found.call.intent, attempt.call.intent));
    assert_true(bytes_equal(found.call.wish, attempt.call.wish));
    assert_int_equal(found.call.amount_minor, 400);
    assert_int_equal(found.state, ATTEMPT_LOOK);
    assert_int_equal(found.keys, 2);
    assert_int_equal(found.tries, 3);
    assert_int_equal(found.failures, 7);
    assert_int_equal(found.first_ms, attempt.first_ms);
    assert_int_equal(found.looked_ms, attempt.looked_ms);
    assert_int_equal(found.last, OUTCOME_BROKEN);
    assert_true(found.is_firm);
    store_memory_abort(txn);
    store_memory_free(store);
}

TEST(outbox, an_orders_attempts_are_walked_apart_from_others)
{
    store = store_memory_new();
    const struct provider_call calls[] = {capture_of("pi_1", 5), capture_of("pi_2", 5)};
    for (size_t i = 0; i < 2; i++) {
        const struct attempt here = attempt_of(&order, &calls[i]);
        put(&here);
    }
    const struct attempt there = attempt_of(&other, &calls[0]);
    put(&there);
    assert_int_equal(count(&order), 2);
    assert_int_equal(count(&other), 1);
    assert_int_equal(count(NULL), 3);
    store_memory_free(store);
}

TEST(outbox, a_plan_is_taken_up_once_however_often_it_is_made)
{
    store = store_memory_new();
    const struct provider_call call = capture_of("pi_1", 1100);
    assert_true(take(&call, 1));
    assert_false(take(&call, 1));
    assert_int_equal(count(&order), 1);
    assert_int_equal(state_of(&call), ATTEMPT_SEND);
    store_memory_free(store);
}

TEST(outbox, what_was_never_sent_is_void_when_the_plan_changes_and_what_was_is_looked_up)
{
    store = store_memory_new();
    const struct provider_call before = capture_of("pi_1", 1100), after = capture_of("pi_1", 700);
    assert_true(take(&before, 1));
    assert_true(take(&after, 1));
    assert_int_equal(state_of(&before), ATTEMPT_VOID);
    struct attempt sent = attempt_of(&order, &after);
    assert_true(attempt_begin(&sent, 1));
    put(&sent);
    assert_true(take(NULL, 0)); /* cancelled while the line was cut */
    assert_int_equal(state_of(&after), ATTEMPT_LOOK);
    assert_false(take(NULL, 0));
    assert_true(take(&before, 1)); /* wanted again, and never sent */
    assert_int_equal(state_of(&before), ATTEMPT_SEND);
    store_memory_free(store);
}

TEST(outbox, what_is_firm_no_plan_takes_back)
{
    store = store_memory_new();
    const struct provider_call call = {.kind = CALL_CANCEL, .intent = bytes_of_text("pi_1")};
    struct attempt attempt = attempt_of(&order, &call);
    attempt.is_firm = true;
    put(&attempt);
    assert_false(take(NULL, 0));
    assert_int_equal(state_of(&call), ATTEMPT_SEND);
    store_memory_free(store);
}

static int forget(struct store_txn *txn)
{
    bool is_changed = false;
    return outbox_forget(txn, &order, &is_changed);
}

static int loosen(struct store_txn *txn)
{
    return outbox_loosen(txn);
}

TEST(outbox, what_is_stuck_is_looked_at_once_more_or_ends_when_nobody_wants_it)
{
    const struct provider_call calls[] = {capture_of("pi_1", 5), capture_of("pi_2", 5),
                                          capture_of("pi_3", 5)};
    const enum attempt_state states[] = {ATTEMPT_STUCK, ATTEMPT_DONE, ATTEMPT_STUCK};
    store = store_memory_new();
    for (size_t i = 0; i < 3; i++) {
        struct attempt attempt = attempt_of(&order, &calls[i]);
        attempt.state = states[i];
        attempt.tries = 1;
        put(&attempt);
    }
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(loosen(txn), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    assert_int_equal(state_of(&calls[0]), ATTEMPT_LOOK);
    assert_int_equal(state_of(&calls[1]), ATTEMPT_DONE);
    assert_int_equal(state_of(&calls[2]), ATTEMPT_LOOK);
    struct attempt stuck = attempt_of(&order, &calls[0]);
    stuck.state = ATTEMPT_STUCK;
    put(&stuck);
    assert_true(take(NULL, 0));
    assert_int_equal(state_of(&calls[0]), ATTEMPT_VOID);
    store_memory_free(store);
}

TEST(outbox, a_refund_that_was_about_to_be_sent_is_looked_for_after_a_start)
{
    const struct provider_call refund = refund_of("pi_1", 5), capture = capture_of("pi_1", 5);
    store = store_memory_new();
    struct attempt attempt = attempt_of(&order, &refund);
    attempt.state = ATTEMPT_SEND;
    put(&attempt);
    attempt = attempt_of(&order, &capture);
    put(&attempt);
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(loosen(txn), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    assert_int_equal(state_of(&refund), ATTEMPT_LOOK);
    assert_int_equal(state_of(&capture), ATTEMPT_SEND);
    store_memory_free(store);
}

static int revive(struct store_txn *txn)
{
    bool is_changed = false;
    return outbox_revive_cancels(txn, &is_changed);
}

TEST(outbox, a_cancelling_that_is_stuck_is_revived_in_time_and_when_its_order_changes)
{
    const struct provider_call cancel = {.kind = CALL_CANCEL, .intent = bytes_of_text("pi_1")};
    const struct provider_call capture = capture_of("pi_2", 5);
    const struct provider_call both[] = {cancel, capture};
    for (uint32_t in_time = 0; in_time < 2; in_time++) {
        store = store_memory_new();
        for (size_t i = 0; i < 2; i++) {
            struct attempt attempt = attempt_of(&order, &both[i]);
            attempt.state = ATTEMPT_STUCK;
            put(&attempt);
        }
        if (in_time > 0) {
            struct store_txn *txn = store_memory_begin(store, true);
            assert_int_equal(revive(txn), 0);
            assert_int_equal(store_memory_commit(txn), 0);
        } else {
            assert_true(take(both, 2));
        }
        assert_int_equal(state_of(&cancel), ATTEMPT_LOOK);
        assert_int_equal(state_of(&capture), ATTEMPT_STUCK);
        store_memory_free(store);
    }
}

TEST(outbox, what_ended_and_is_asked_for_still_is_looked_up)
{
    store = store_memory_new();
    const struct provider_call call = capture_of("pi_1", 1100);
    struct attempt done = attempt_of(&order, &call);
    assert_true(attempt_begin(&done, 1));
    (void)attempt_end(&done, OUTCOME_DONE);
    put(&done);
    assert_true(take(&call, 1));
    assert_int_equal(state_of(&call), ATTEMPT_LOOK);
    store_memory_free(store);
}

TEST(outbox, a_refund_of_another_amount_for_the_same_wish_is_the_same_attempt)
{
    store = store_memory_new();
    const struct provider_call more = refund_of("pi_1", 400), less = refund_of("pi_1", 300);
    assert_true(take(&more, 1));
    assert_int_equal(state_of(&more), ATTEMPT_LOOK); /* another gateway may have made it */
    assert_true(take(&less, 1));
    assert_false(take(&less, 1));
    assert_int_equal(count(&order), 1);
    assert_int_equal(amount_of(&more), 300);
    struct attempt sent = attempt_of(&order, &less);
    sent.state = ATTEMPT_SEND;
    assert_true(attempt_begin(&sent, 1));
    put(&sent);
    assert_false(take(&more, 1)); /* the same bytes under the same key */
    assert_int_equal(amount_of(&more), 300);
    assert_true(take(NULL, 0));
    assert_int_equal(state_of(&more), ATTEMPT_LOOK);
    store_memory_free(store);
}

TEST(outbox, what_a_customer_asked_for_no_plan_takes_back)
{
    store = store_memory_new();
    const struct provider_call create = {
        .kind = CALL_CREATE, .wish = bytes_of_text("hash"), .amount_minor = 5};
    const struct attempt asked = attempt_of(&order, &create);
    put(&asked);
    assert_false(take(NULL, 0));
    assert_int_equal(state_of(&create), ATTEMPT_SEND);
    store_memory_free(store);
}

TEST(outbox, more_attempts_than_an_order_may_have_are_refused)
{
    static struct plan plan;
    bool is_changed = false;
    store = store_memory_new();
    for (int64_t i = 0; i < OUTBOX_ORDER_MAX; i++) {
        const struct provider_call call = capture_of("pi_1", 1000 + i);
        const struct attempt attempt = attempt_of(&order, &call);
        put(&attempt);
    }
    plan.calls[plan.calls_count++] = capture_of("pi_1", 1);
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(outbox_take(txn, &order, &plan, &is_changed), ERR_LIMIT);
    store_memory_abort(txn);
    store_memory_free(store);
}

TEST(outbox, of_a_settled_order_only_what_is_not_at_its_end_stays)
{
    store = store_memory_new();
    const struct provider_call calls[] = {capture_of("pi_1", 5), capture_of("pi_2", 5)};
    for (size_t i = 0; i < 2; i++) {
        struct attempt attempt = attempt_of(&order, &calls[i]);
        attempt.state = i == 0 ? ATTEMPT_DONE : ATTEMPT_STUCK;
        put(&attempt);
    }
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(forget(txn), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    assert_int_equal(count(&order), 1);
    assert_int_equal(state_of(&calls[1]), ATTEMPT_STUCK);
    store_memory_free(store);
}

TEST(outbox, a_row_that_the_disk_spoilt_is_passed_over_and_counted)
{
    store = store_memory_new();
    const struct provider_call call = capture_of("pi_1", 5);
    const struct attempt attempt = attempt_of(&order, &call);
    put(&attempt);
    struct store_txn *txn = store_memory_begin(store, true);
    struct store_cursor cursor;
    struct bytes key, value;
    uint8_t copy[64];
    assert_int_equal(store_cursor_open(txn, TABLE_LOCAL, &cursor), 0);
    assert_int_equal(store_cursor_next(&cursor, &key, &value), 0);
    memcpy(copy, key.data, key.size);
    const size_t key_size = key.size;
    store_cursor_close(&cursor);
    assert_int_equal(store_put(txn, TABLE_LOCAL, bytes_of(copy, key_size), bytes_of_text("no")), 0);
    struct outbox_walk walk;
    struct attempt found;
    assert_int_equal(outbox_walk_open(txn, NULL, &walk), 0);
    assert_int_equal(outbox_walk_next(&walk, &found), ERR_NOT_FOUND);
    assert_int_equal(walk.spoilt, 1);
    outbox_walk_close(&walk);
    assert_int_equal(outbox_get(txn, &order, &call, &found), ERR_MALFORMED);
    store_memory_abort(txn);
    store_memory_free(store);
}

/* --- which attempts are one --- */

TEST(outbox, calls_for_other_payments_or_wishes_are_attempts_of_their_own)
{
    store = store_memory_new();
    struct provider_call wish = refund_of("pi_1", 400);
    const struct provider_call first = wish;
    wish.wish = bytes_of_text("fedcba9876543210");
    const struct provider_call calls[] = {first, wish, refund_of("pi_2", 400),
                                          capture_of("pi_1", 400)};
    assert_true(take(calls, 4));
    assert_int_equal(count(&order), 4);
    assert_false(take(calls, 4));
    store_memory_free(store);
}

/* Its key was drawn and perhaps used, though no answer was counted. */
TEST(outbox, what_may_have_been_sent_is_looked_up_before_it_is_sent_again)
{
    store = store_memory_new();
    const struct provider_call call = capture_of("pi_1", 5);
    struct attempt attempt = attempt_of(&order, &call);
    attempt.state = ATTEMPT_VOID;
    attempt.keys = 1;
    put(&attempt);
    assert_true(take(&call, 1));
    assert_int_equal(state_of(&call), ATTEMPT_LOOK);
    store_memory_free(store);
}

/* --- limits --- */

static void put_creates(uint32_t count, enum attempt_state state)
{
    for (uint32_t i = 0; i < count; i++) {
        uint8_t draft[HASH_BYTES] = {(uint8_t)state};
        put_be32(draft + 1, i);
        const struct provider_call call = {
            .kind = CALL_CREATE, .wish = bytes_of(draft, sizeof draft), .amount_minor = 5};
        struct attempt attempt = attempt_of(&order, &call);
        attempt.state = state;
        put(&attempt);
    }
}

static int make_room(struct store_txn *txn)
{
    return outbox_make_room(txn, &order);
}

static int room(void)
{
    struct store_txn *txn = store_memory_begin(store, true);
    const int err = make_room(txn);
    assert_int_equal(store_memory_commit(txn), 0);
    return err;
}

TEST(outbox, of_drafts_so_many_are_kept_and_so_many_may_be_under_way)
{
    const struct provider_call capture = capture_of("pi_1", 5);
    store = store_memory_new();
    assert_true(take(&capture, 1));
    put_creates(OUTBOX_CREATES_MAX - 1, ATTEMPT_VOID);
    assert_int_equal(room(), 0);
    assert_int_equal(count(&order), OUTBOX_CREATES_MAX);
    put_creates(1, ATTEMPT_SEND);
    assert_int_equal(room(), 0);
    assert_int_equal(count(&order), 2);
    put_creates(OUTBOX_CREATES_MAX, ATTEMPT_SEND);
    assert_int_equal(room(), ERR_LIMIT);
    assert_false(take(&capture, 1)); /* its money goes on */
    store_memory_free(store);
}

static void put_many(uint32_t attempts)
{
    for (uint32_t i = 0; i < attempts; i++) {
        const struct provider_call call = capture_of("pi_1", 1000 + i);
        struct attempt attempt = attempt_of(&order, &call);
        attempt.state = i % 2 == 0 ? ATTEMPT_DONE : ATTEMPT_VOID;
        put(&attempt);
    }
}

TEST(outbox, of_an_order_with_too_many_attempts_nothing_is_taken_up_and_all_can_be_forgotten)
{
    static struct plan plan;
    bool is_changed = false;
    store = store_memory_new();
    put_many(OUTBOX_ORDER_MAX + 1);
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(outbox_take(txn, &order, &plan, &is_changed), ERR_LIMIT);
    assert_int_equal(forget(txn), 0);
    assert_int_equal(forget(txn), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    assert_int_equal(count(&order), 0);
    for (uint32_t i = 0; i <= OUTBOX_ORDER_MAX; i++) { /* none at its end */
        const struct provider_call call = capture_of("pi_1", 1000 + i);
        const struct attempt attempt = attempt_of(&order, &call);
        put(&attempt);
    }
    txn = store_memory_begin(store, true);
    assert_int_equal(forget(txn), 0);
    store_memory_abort(txn);
    assert_int_equal(count(&order), OUTBOX_ORDER_MAX + 1);
    store_memory_free(store);
}

/* --- a disk that fails, other rows --- */

static int take_two(struct store_txn *txn)
{
    static struct plan plan;
    bool is_changed = false;
    plan.calls[0] = capture_of("pi_8", 5);
    plan.calls[1] = capture_of("pi_9", 5);
    plan.calls_count = 2;
    return outbox_take(txn, &order, &plan, &is_changed);
}

static int take_none(struct store_txn *txn)
{
    static const struct plan plan;
    bool is_changed = false;
    return outbox_take(txn, &order, &plan, &is_changed);
}

static int get(struct store_txn *txn)
{
    struct attempt attempt;
    const struct provider_call call = capture_of("pi_1", 1000);
    return outbox_get(txn, &order, &call, &attempt);
}

static int del_none(struct store_txn *txn)
{
    const struct provider_call call = capture_of("pi_7", 5);
    const struct attempt attempt = attempt_of(&order, &call);
    return outbox_del(txn, &attempt);
}

TEST(outbox, a_disk_that_fails_is_told_wherever_it_does)
{
    int (*const works[])(struct store_txn *) = {take_two, take_none, forget,    get,
                                                loosen,   revive,    make_room, del_none};
    store = store_memory_new();
    put_many(3);
    for (uint32_t i = 0; i < 3; i++) { /* never sent, and in no plan any more */
        const struct provider_call call = capture_of("pi_2", 7 + i);
        struct attempt attempt = attempt_of(&order, &call);
        attempt.state = i < 2 ? ATTEMPT_SEND : ATTEMPT_STUCK;
        put(&attempt);
    }
    const struct provider_call cancel = {.kind = CALL_CANCEL, .intent = bytes_of_text("pi_3")};
    struct attempt stuck = attempt_of(&order, &cancel);
    stuck.state = ATTEMPT_STUCK;
    put(&stuck);
    put_creates(OUTBOX_CREATES_MAX, ATTEMPT_DONE);
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        sick_work(store, works[i]);
    }
    store_memory_free(store);
}

/* Steps in the store that @work takes when @count cancellings are in @state. */
static uint64_t steps_of(int (*work)(struct store_txn *txn), uint32_t count,
                         enum attempt_state state)
{
    store = store_memory_new();
    for (uint32_t i = 0; i < count; i++) {
        uint8_t intent[4];
        put_be32(intent, i);
        const struct provider_call call = {.kind = CALL_CANCEL,
                                           .intent = bytes_of(intent, sizeof intent)};
        struct attempt attempt = attempt_of(&order, &call);
        attempt.state = state;
        put(&attempt);
    }
    struct store_txn *txn = store_memory_begin(store, true);
    const uint64_t before = store_memory_calls(store, MEMORY_GET);
    assert_int_equal(work(txn), 0);
    const uint64_t steps = store_memory_calls(store, MEMORY_GET) - before;
    store_memory_abort(txn);
    store_memory_free(store);
    return steps;
}

TEST(outbox, reviving_and_forgetting_take_twice_the_steps_where_there_is_twice_as_much)
{
    assert_true(steps_of(revive, 80, ATTEMPT_STUCK) <= 2 * steps_of(revive, 40, ATTEMPT_STUCK));
    assert_true(steps_of(forget, 80, ATTEMPT_DONE) <= 2 * steps_of(forget, 40, ATTEMPT_DONE));
}

static void on_row(void *context, struct bytes key, struct bytes value)
{
    uint8_t *kept = context;
    (void)value;
    memcpy(kept, key.data, key.size);
    kept[KEY_ROOM - 1] = (uint8_t)key.size;
}

/* As long a key, and a longer one. */
TEST(outbox, rows_of_others_are_not_walked)
{
    for (size_t more = 0; more < 2; more++) {
        uint8_t last[KEY_ROOM];
        store = store_memory_new();
        const struct provider_call call = capture_of("pi_1", 5);
        const struct attempt attempt = attempt_of(&order, &call);
        put(&attempt);
        store_memory_each(store, TABLE_LOCAL, on_row, last);
        const size_t size = last[KEY_ROOM - 1];
        last[0]++;
        struct store_txn *txn = store_memory_begin(store, true);
        assert_int_equal(
            store_put(txn, TABLE_LOCAL, bytes_of(last, size + more), bytes_of_text("x")), 0);
        assert_int_equal(store_memory_commit(txn), 0);
        assert_int_equal(count(&order), 1);
        assert_int_equal(count(NULL), 1);
        assert_int_equal(count(&other), 0);
        store_memory_free(store);
    }
}
