/* test_events.c - the provider's events are told once, in the order they came, between rows of
 * other kinds, and whatever a disk does to their own. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "gateway/settle/events.h"
#include "gateway/settle/notes.h"
#include "gateway/settle/outbox.h"
#include "tests/lib/sick.h"
#include "tests/lib/store_memory.h"

enum { NOW_S = 2000000000, LONG_KEY_BYTES = 400 };

static const struct entity_id order = {.bytes = {1}};

static struct store_memory *store;
static struct store_txn *txn;

static void begin(void)
{
    store = store_memory_new();
    txn = store_memory_begin(store, true);
}

static void end(void)
{
    store_memory_abort(txn);
    store_memory_free(store);
}

static struct bytes text(const char *words)
{
    return bytes_of_text(words);
}

/* An id with which the row's key is as long as a number's. */
TEST(events, an_id_of_eight_bytes_is_no_number)
{
    const struct bytes id = bytes_of_text("evt_1234"), other = bytes_of_text("evt_5678");
    uint64_t number = 0;
    struct bytes body;
    bool is_new = false;
    begin();
    assert_int_equal(events_see(txn, id, NOW_S), 0);
    assert_int_equal(events_receive(txn, other, bytes_of_text("{}"), NOW_S, &is_new), 0);
    assert_true(is_new);
    assert_int_equal(events_next(txn, 0, &number, &body), 0);
    assert_int_equal(number, 1);
    end();
}

TEST(events, a_row_that_was_cut_short_is_forgotten_and_a_key_that_is_none_stays)
{
    static const uint8_t old[8];
    uint8_t key[LONG_KEY_BYTES];
    uint32_t count = 0;
    begin();
    memset(key, 'T', sizeof key);
    key[0] = 'S';
    assert_int_equal(store_put(txn, TABLE_LOCAL, bytes_of_text("Sevt_1"), bytes_of_text("?")), 0);
    assert_int_equal(
        store_put(txn, TABLE_LOCAL, bytes_of(key, sizeof key), bytes_of(old, sizeof old)), 0);
    assert_int_equal(events_forget(txn, NOW_S, 8, &count), 0);
    assert_int_equal(count, 0); /* the long one is first, and nobody wrote it */
    assert_int_equal(store_del(txn, TABLE_LOCAL, bytes_of(key, sizeof key)), 0);
    assert_int_equal(events_forget(txn, NOW_S, 8, &count), 0);
    assert_int_equal(count, 1);
    end();
}

/* The first is let go as the disk spoilt it; then comes another. */
TEST(events, a_number_is_given_once_and_so_no_other_stands_for_a_spoilt_one)
{
    const struct bytes first = bytes_of_text("evt_1"), other = bytes_of_text("evt_2");
    uint64_t number = 0;
    struct bytes body;
    bool is_new = false;
    begin();
    assert_int_equal(events_receive(txn, first, bytes_of_text("{}"), NOW_S, &is_new), 0);
    assert_int_equal(events_told(txn, 1), 0);
    assert_int_equal(events_receive(txn, other, bytes_of_text("{}"), NOW_S, &is_new), 0);
    assert_int_equal(events_next(txn, 0, &number, &body), 0);
    assert_int_equal(number, 2);
    assert_int_equal(events_receive(txn, first, bytes_of_text("{}"), NOW_S, &is_new), 0);
    assert_true(is_new);
    end();
}

TEST(events, a_counter_that_was_spoilt_begins_above_what_waits)
{
    uint64_t number = 0;
    struct bytes body;
    bool is_new = false;
    begin();
    assert_int_equal(
        events_receive(txn, bytes_of_text("evt_1"), bytes_of_text("{}"), NOW_S, &is_new), 0);
    assert_int_equal(store_put(txn, TABLE_LOCAL, bytes_of_text("N"), bytes_of_text("?")), 0);
    assert_int_equal(
        events_receive(txn, bytes_of_text("evt_2"), bytes_of_text("{}"), NOW_S, &is_new), 0);
    assert_int_equal(events_next(txn, 1, &number, &body), 0);
    assert_int_equal(number, 2);
    end();
}

static bool receive(const char *id, const char *body, int64_t now_s)
{
    bool is_new = false;
    assert_int_equal(events_receive(txn, text(id), text(body), now_s, &is_new), 0);
    return is_new;
}

TEST(events, one_that_comes_again_is_not_kept_again_even_when_it_was_told)
{
    uint64_t number = 0;
    struct bytes body;
    begin();
    assert_true(receive("evt_1", "one", 100));
    assert_true(receive("evt_2", "two", 100));
    assert_false(receive("evt_1", "one", 101));
    assert_int_equal(events_next(txn, 0, &number, &body), 0);
    assert_true(bytes_equal(body, text("one")));
    assert_int_equal(events_told(txn, number), 0);
    assert_int_equal(events_told(txn, number), 0);
    assert_int_equal(events_see(txn, text("evt_1"), 102), 0);
    assert_false(receive("evt_1", "one", 102));
    assert_int_equal(events_next(txn, 0, &number, &body), 0);
    assert_true(bytes_equal(body, text("two")));
    assert_int_equal(events_next(txn, number, &number, &body), ERR_NOT_FOUND);
    end();
}

TEST(events, one_that_the_disk_spoilt_before_it_was_told_is_taken_from_the_list_or_once_more)
{
    bool is_seen = true;
    begin();
    assert_true(receive("evt_1", "one", 100));
    assert_int_equal(events_is_seen(txn, text("evt_1"), &is_seen), 0);
    assert_false(is_seen); /* the list may tell it as well */
    assert_int_equal(events_told(txn, 1), 0);
    assert_int_equal(events_is_seen(txn, text("evt_1"), &is_seen), 0);
    assert_false(is_seen);
    assert_true(receive("evt_1", "one", 101));
    assert_int_equal(events_see(txn, text("evt_1"), 102), 0);
    assert_int_equal(events_is_seen(txn, text("evt_1"), &is_seen), 0);
    assert_true(is_seen);
    end();
}

TEST(events, they_keep_the_order_in_which_they_came_beside_the_other_rows)
{
    const struct provider_call call = {.kind = CALL_CANCEL, .intent = text("pi_1")};
    const struct attempt attempt = attempt_of(&order, &call);
    uint64_t number = 0, last = 0;
    struct bytes body;
    char id[16];
    begin();
    assert_int_equal(outbox_put(txn, &attempt), 0);
    assert_int_equal(notes_intent_put(txn, text("pi_1"), &order, 100), 0);
    for (int i = 0; i < 300; i++) {
        (void)snprintf(id, sizeof id, "evt_%d", i);
        assert_true(receive(id, id, 100));
    }
    for (int i = 0; i < 300; i++) {
        (void)snprintf(id, sizeof id, "evt_%d", i);
        assert_int_equal(events_next(txn, last, &number, &body), 0);
        assert_true(number > last && bytes_equal(body, text(id)));
        last = number;
    }
    assert_int_equal(events_next(txn, last, &number, &body), ERR_NOT_FOUND);
    end();
}

TEST(events, what_is_too_old_to_come_again_is_forgotten_and_the_rest_is_not)
{
    bool is_seen = false;
    uint32_t count = 0;
    begin();
    assert_int_equal(events_see(txn, text("evt_1"), 100), 0);
    assert_int_equal(events_see(txn, text("evt_2"), 300), 0);
    assert_int_equal(events_see(txn, text("evt_3"), 100), 0);
    assert_int_equal(events_forget(txn, 200, 1, &count), 0);
    assert_int_equal(events_is_seen(txn, text("evt_3"), &is_seen), 0);
    assert_true(is_seen);
    assert_int_equal(events_forget(txn, 200, 10, &count), 0);
    assert_int_equal(events_is_seen(txn, text("evt_3"), &is_seen), 0);
    assert_false(is_seen);
    assert_int_equal(events_is_seen(txn, text("evt_2"), &is_seen), 0);
    assert_true(is_seen);
    end();
}

static int receive_one(struct store_txn *sick)
{
    bool is_new = false;
    return events_receive(sick, text("evt_9"), text("nine"), 100, &is_new);
}

static int receive_again(struct store_txn *sick)
{
    bool is_new = false;
    return events_receive(sick, text("evt_1"), text("one"), 100, &is_new);
}

static int next_event(struct store_txn *sick)
{
    uint64_t number = 0;
    struct bytes body;
    return events_next(sick, 0, &number, &body);
}

static int tell_event(struct store_txn *sick)
{
    bool is_seen = false;
    const int err = events_told(sick, 1);
    return err != 0 ? err : events_is_seen(sick, text("evt_1"), &is_seen);
}

static int forget_events(struct store_txn *sick)
{
    uint32_t count = 0;
    return events_forget(sick, 1000, 10, &count);
}

TEST(events, a_disk_that_fails_is_told_wherever_it_does)
{
    int (*const works[])(struct store_txn *) = {receive_one, receive_again, next_event, tell_event,
                                                forget_events};
    begin();
    assert_true(receive("evt_1", "one", 100));
    assert_int_equal(events_see(txn, text("evt_0"), 100), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        sick_work(store, works[i]);
    }
    store_memory_free(store);
}

/* Rows of others lie before and behind. */
TEST(events, other_rows_are_no_events)
{
    uint64_t number = 0;
    struct bytes body;
    uint32_t count = 0;
    begin();
    assert_int_equal(store_put(txn, TABLE_LOCAL, text("Wother"), text("x")), 0);
    assert_int_equal(store_put(txn, TABLE_LOCAL, text("Xotherxxx"), text("x")), 0);
    assert_int_equal(events_next(txn, 0, &number, &body), ERR_NOT_FOUND);
    assert_int_equal(events_forget(txn, 1000, 10, &count), 0);
    assert_int_equal(count, 0);
    end();
}
