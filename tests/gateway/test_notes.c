/* test_notes.c - what the gateway remembers beside its attempts comes back as it was put, and the
 * provider's events are told once. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "gateway/settle/events.h"
#include "gateway/settle/notes.h"
#include "gateway/settle/outbox.h"
#include "tests/lib/store_memory.h"

static const struct entity_id order = {.bytes = {1}};
static const struct entity_id other = {.bytes = {2}};

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

/* --- intents --- */

TEST(notes, whose_an_intent_is_is_known_unknown_or_nobodys_here)
{
    struct entity_id found;
    begin();
    assert_int_equal(notes_intent_get(txn, text("pi_1"), &found), ERR_NOT_FOUND);
    assert_int_equal(notes_intent_put(txn, text("pi_1"), &order, 100), 0);
    assert_int_equal(notes_intent_put(txn, text("pi_2"), NULL, 100), 0);
    assert_int_equal(notes_intent_get(txn, text("pi_1"), &found), 0);
    assert_true(entity_id_equal(&found, &order));
    assert_int_equal(notes_intent_get(txn, text("pi_2"), &found), ERR_MISMATCH);
    assert_int_equal(notes_intent_put(txn, text("pi_2"), &other, 100), 0);
    assert_int_equal(notes_intent_get(txn, text("pi_2"), &found), 0);
    assert_int_equal(notes_intent_put(txn, text("pi_2"), &other, 900), 0); /* nothing new */
    assert_int_equal(store_put(txn, TABLE_LOCAL, text("Ipi_3"), text("junk")), 0);
    assert_int_equal(notes_intent_get(txn, text("pi_3"), &found), ERR_NOT_FOUND);
    assert_int_equal(notes_intent_put(txn, text("pi_3"), NULL, 900), 0);
    assert_int_equal(notes_intent_put(txn, text("pi_3"), NULL, 901), 0);
    assert_int_equal(notes_intent_get(txn, text("pi_3"), &found), ERR_MISMATCH);
    end();
}

/* --- orphans --- */

static struct orphan orphan_of(const char *intent, enum intent_state state)
{
    return (struct orphan){.intent = bytes_of_text(intent),
                           .order = order,
                           .state = state,
                           .amount_minor = 700,
                           .created_s = 1000};
}

TEST(notes, orphans_are_walked_and_go_when_their_order_comes)
{
    struct orphan found, first = orphan_of("pi_1", INTENT_HELD),
                         second = orphan_of("pi_2", INTENT_CANCELED);
    begin();
    assert_int_equal(notes_orphan_next(txn, text(""), &found), ERR_NOT_FOUND);
    assert_int_equal(notes_orphan_put(txn, &second), 0);
    assert_int_equal(notes_orphan_put(txn, &first), 0);
    assert_int_equal(notes_orphan_next(txn, text(""), &found), 0);
    assert_true(bytes_equal(found.intent, text("pi_1")) && orphan_is_open(&found));
    assert_int_equal(found.amount_minor, 700);
    assert_int_equal(found.created_s, 1000);
    assert_int_equal(notes_orphan_next(txn, text("pi_1"), &found), 0);
    assert_true(bytes_equal(found.intent, text("pi_2")) && !orphan_is_open(&found));
    assert_int_equal(notes_orphan_next(txn, text("pi_2"), &found), ERR_NOT_FOUND);
    assert_int_equal(notes_orphan_del(txn, text("pi_1")), 0);
    assert_int_equal(notes_orphan_del(txn, text("pi_1")), 0);
    assert_int_equal(notes_orphan_get(txn, text("pi_1"), &found), ERR_NOT_FOUND);
    assert_int_equal(notes_orphan_get(txn, text("pi_2"), &found), 0);
    end();
}

TEST(notes, a_spoilt_orphan_is_passed_over)
{
    struct orphan found, whole = orphan_of("pi_2", INTENT_HELD);
    begin();
    assert_int_equal(store_put(txn, TABLE_LOCAL, text("Opi_1"), text("junk")), 0);
    assert_int_equal(notes_orphan_put(txn, &whole), 0);
    assert_int_equal(notes_orphan_next(txn, text(""), &found), 0);
    assert_true(bytes_equal(found.intent, text("pi_2")));
    assert_int_equal(notes_orphan_get(txn, text("pi_1"), &found), ERR_MALFORMED);
    end();
}

/* --- drafts and places --- */

TEST(notes, what_a_draft_was_goes_at_its_own_end)
{
    struct bytes brief;
    begin();
    assert_int_equal(notes_brief_put(txn, &order, text("hash"), text("2x Tea")), 0);
    assert_int_equal(notes_brief_put(txn, &order, text("more"), text("3x Tea")), 0);
    assert_int_equal(notes_brief_put(txn, &other, text("hash"), text("1x Pie")), 0);
    assert_int_equal(notes_brief_get(txn, &order, text("hash"), &brief), 0);
    assert_true(bytes_equal(brief, text("2x Tea")));
    assert_int_equal(notes_brief_del(txn, &order, text("hash")), 0);
    assert_int_equal(notes_brief_del(txn, &order, text("hash")), 0);
    assert_int_equal(notes_brief_get(txn, &order, text("hash"), &brief), 0);
    assert_int_equal(brief.size, 0);
    assert_int_equal(notes_brief_get(txn, &order, text("more"), &brief), 0);
    assert_true(bytes_equal(brief, text("3x Tea"))); /* it is still asked for */
    assert_int_equal(notes_brief_get(txn, &other, text("hash"), &brief), 0);
    assert_true(bytes_equal(brief, text("1x Pie")));
    end();
}

TEST(notes, places_in_lists_are_kept_apart)
{
    int64_t seconds = 1;
    begin();
    assert_int_equal(notes_place_get(txn, PLACE_EVENTS, &seconds), 0);
    assert_int_equal(seconds, 0);
    assert_int_equal(notes_place_put(txn, PLACE_EVENTS, 7), 0);
    assert_int_equal(notes_place_put(txn, PLACE_INTENTS, 9), 0);
    assert_int_equal(notes_place_get(txn, PLACE_EVENTS, &seconds), 0);
    assert_int_equal(seconds, 7);
    end();
}

/* --- another account, and old rows --- */

static int intents_known(void)
{
    struct entity_id found;
    return (notes_intent_get(txn, text("pi_1"), &found) == 0) +
           (notes_intent_get(txn, text("pi_2"), &found) == ERR_MISMATCH);
}

TEST(notes, under_another_key_lists_are_read_from_further_back_and_nothing_is_foreign_yet)
{
    int64_t seconds = 1;
    bool is_new = false;
    begin();
    assert_int_equal(notes_key_use(txn, text("sk_1"), &is_new), 0);
    assert_true(is_new);
    assert_int_equal(notes_place_put(txn, PLACE_EVENTS, 7), 0);
    assert_int_equal(notes_intent_put(txn, text("pi_1"), &order, 100), 0);
    assert_int_equal(notes_intent_put(txn, text("pi_2"), NULL, 100), 0);
    assert_int_equal(notes_key_use(txn, text("sk_1"), &is_new), 0);
    assert_false(is_new);
    assert_int_equal(notes_place_get(txn, PLACE_EVENTS, &seconds), 0);
    assert_int_equal(seconds, 7);
    assert_int_equal(intents_known(), 2);
    assert_int_equal(notes_key_use(txn, text("sk_2"), &is_new), 0);
    assert_true(is_new);
    assert_int_equal(notes_place_get(txn, PLACE_EVENTS, &seconds), 0);
    assert_int_equal(seconds, 0);
    assert_int_equal(intents_known(), 1);
    end();
}

TEST(notes, what_is_old_is_forgotten_little_by_little_but_no_orphan_that_may_cost_money)
{
    const struct orphan open = orphan_of("pi_1", INTENT_HELD),
                        over = orphan_of("pi_2", INTENT_CANCELED);
    struct orphan found;
    uint32_t count = 0;
    begin();
    assert_int_equal(notes_intent_put(txn, text("pi_1"), &order, 100), 0);
    assert_int_equal(notes_intent_put(txn, text("pi_2"), NULL, 3000), 0);
    assert_int_equal(store_put(txn, TABLE_LOCAL, text("Ipi_3"), text("junk")), 0);
    assert_int_equal(notes_orphan_put(txn, &open), 0);
    assert_int_equal(notes_orphan_put(txn, &over), 0);
    assert_int_equal(store_put(txn, TABLE_LOCAL, text("Opi_3"), text("junk")), 0);
    assert_int_equal(notes_forget(txn, 1000, 10, &count), 0);
    assert_int_equal(count, 3); /* the one that is over was made at 1000 */
    assert_int_equal(intents_known(), 1);
    assert_int_equal(notes_forget(txn, 2000, 1, &count), 0);
    assert_int_equal(count, 1);
    assert_int_equal(notes_orphan_get(txn, text("pi_1"), &found), 0);
    assert_int_equal(notes_orphan_get(txn, text("pi_2"), &found), ERR_NOT_FOUND);
    assert_int_equal(notes_forget(txn, 4000, 1, &count), 0);
    assert_int_equal(notes_forget(txn, 4000, 1, &count), 0);
    assert_int_equal(count, 0);
    uint8_t key[1 + PROVIDER_ID_BYTES_MAX + 1] = {'I'}; /* longer than any of ours */
    assert_int_equal(store_put(txn, TABLE_LOCAL, bytes_of(key, sizeof key), text("junk")), 0);
    assert_int_equal(notes_forget(txn, 4000, 1, &count), 0);
    assert_int_equal(count, 0);
    const struct orphan taken = orphan_of("pi_4", INTENT_SUCCEEDED);
    assert_false(orphan_is_open(&taken));
    end();
}

static int use_another_key(void)
{
    bool is_new = false;
    return notes_key_use(txn, text("sk_2"), &is_new);
}

static int forget_all(void)
{
    uint32_t count = 0;
    return notes_forget(txn, 4000, 10, &count);
}

static int note_again(void)
{
    return notes_intent_put(txn, text("pi_1"), &other, 100);
}

static int draft_over(void)
{
    return notes_brief_del(txn, &order, text("hash"));
}

static int orphan_walk(void)
{
    struct orphan found;
    int err = notes_orphan_next(txn, text(""), &found);
    err = err == 0 ? notes_orphan_get(txn, text("pi_2"), &found) : err;
    return err == 0 ? notes_orphan_del(txn, text("pi_2")) : err;
}

static int place_move(void)
{
    int64_t seconds = 0;
    const int err = notes_place_get(txn, PLACE_EVENTS, &seconds);
    return err == 0 ? notes_place_put(txn, PLACE_EVENTS, seconds + 1) : err;
}

TEST(notes, a_disk_that_fails_is_told_wherever_it_does)
{
    int (*const works[])(void) = {use_another_key, forget_all,  note_again,
                                  draft_over,      orphan_walk, place_move};
    static const enum store_memory_call calls[] = {MEMORY_GET, MEMORY_OPEN, MEMORY_PUT, MEMORY_DEL};
    const struct orphan over = orphan_of("pi_2", INTENT_CANCELED);
    begin();
    assert_int_equal(notes_place_put(txn, PLACE_EVENTS, 7), 0);
    assert_int_equal(notes_intent_put(txn, text("pi_1"), &order, 100), 0);
    assert_int_equal(notes_intent_put(txn, text("pi_2"), NULL, 100), 0);
    assert_int_equal(notes_brief_put(txn, &order, text("hash"), text("2x Tea")), 0);
    assert_int_equal(notes_orphan_put(txn, &over), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    for (size_t i = 0; i < sizeof works / sizeof *works * 4; i++) {
        bool is_reached = true;
        for (unsigned nth = 1; is_reached; nth++) {
            const uint64_t before = store_memory_calls(store, calls[i % 4]);
            txn = store_memory_begin(store, true);
            store_memory_fail(store, calls[i % 4], nth, ERR_IO);
            const int err = works[i / 4]();
            store_memory_fail(store, calls[i % 4], 0, 0);
            is_reached = store_memory_calls(store, calls[i % 4]) - before >= nth;
            assert_int_equal(err, is_reached ? ERR_IO : 0);
            store_memory_abort(txn);
        }
    }
    store_memory_free(store);
}

/* --- events --- */

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

static int receive_one(void)
{
    bool is_new = false;
    return events_receive(txn, text("evt_9"), text("nine"), 100, &is_new);
}

static int receive_again(void)
{
    bool is_new = false;
    return events_receive(txn, text("evt_1"), text("one"), 100, &is_new);
}

static int next_event(void)
{
    uint64_t number = 0;
    struct bytes body;
    return events_next(txn, 0, &number, &body);
}

static int tell_event(void)
{
    bool is_seen = false;
    const int err = events_told(txn, 1);
    return err != 0 ? err : events_is_seen(txn, text("evt_1"), &is_seen);
}

static int forget_events(void)
{
    uint32_t count = 0;
    return events_forget(txn, 1000, 10, &count);
}

TEST(events, a_disk_that_fails_is_told_wherever_it_does)
{
    int (*const works[])(void) = {receive_one, receive_again, next_event, tell_event,
                                  forget_events};
    static const enum store_memory_call calls[] = {MEMORY_GET, MEMORY_OPEN, MEMORY_PUT, MEMORY_DEL};
    begin();
    assert_true(receive("evt_1", "one", 100));
    assert_int_equal(events_see(txn, text("evt_0"), 100), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    for (size_t i = 0; i < sizeof works / sizeof *works * 4; i++) {
        bool is_reached = true;
        for (unsigned nth = 1; is_reached; nth++) {
            const uint64_t before = store_memory_calls(store, calls[i % 4]);
            txn = store_memory_begin(store, true);
            store_memory_fail(store, calls[i % 4], nth, ERR_IO);
            const int err = works[i / 4]();
            store_memory_fail(store, calls[i % 4], 0, 0);
            is_reached = store_memory_calls(store, calls[i % 4]) - before >= nth;
            assert_int_equal(err, is_reached ? ERR_IO : 0);
            store_memory_abort(txn);
        }
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
