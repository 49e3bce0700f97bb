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

/* ---- intents ---- */

TEST(notes, whose_an_intent_is_is_known_unknown_or_nobodys_here)
{
    struct entity_id found;
    begin();
    assert_int_equal(notes_intent_get(txn, text("pi_1"), &found), ERR_NOT_FOUND);
    assert_int_equal(notes_intent_put(txn, text("pi_1"), &order), 0);
    assert_int_equal(notes_intent_put(txn, text("pi_2"), NULL), 0);
    assert_int_equal(notes_intent_get(txn, text("pi_1"), &found), 0);
    assert_true(entity_id_equal(&found, &order));
    assert_int_equal(notes_intent_get(txn, text("pi_2"), &found), ERR_MISMATCH);
    assert_int_equal(notes_intent_put(txn, text("pi_2"), &other), 0);
    assert_int_equal(notes_intent_get(txn, text("pi_2"), &found), 0);
    end();
}

/* ---- orphans ---- */

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

/* ---- drafts and places ---- */

TEST(notes, what_a_draft_was_goes_with_its_order)
{
    struct bytes brief;
    begin();
    assert_int_equal(notes_brief_put(txn, &order, text("hash"), text("2x Tea")), 0);
    assert_int_equal(notes_brief_put(txn, &order, text("more"), text("3x Tea")), 0);
    assert_int_equal(notes_brief_put(txn, &other, text("hash"), text("1x Pie")), 0);
    assert_int_equal(notes_brief_get(txn, &order, text("hash"), &brief), 0);
    assert_true(bytes_equal(brief, text("2x Tea")));
    assert_int_equal(notes_brief_del(txn, &order), 0);
    assert_int_equal(notes_brief_get(txn, &order, text("more"), &brief), 0);
    assert_int_equal(brief.size, 0);
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

/* ---- events ---- */

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
    assert_false(receive("evt_1", "one", 102));
    assert_int_equal(events_next(txn, 0, &number, &body), 0);
    assert_true(bytes_equal(body, text("two")));
    assert_int_equal(events_next(txn, number, &number, &body), ERR_NOT_FOUND);
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
    assert_int_equal(notes_intent_put(txn, text("pi_1"), &order), 0);
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
    begin();
    assert_int_equal(events_see(txn, text("evt_1"), 100), 0);
    assert_int_equal(events_see(txn, text("evt_2"), 300), 0);
    assert_int_equal(events_see(txn, text("evt_3"), 100), 0);
    assert_int_equal(events_forget(txn, 200, 1), 0);
    assert_int_equal(events_is_seen(txn, text("evt_3"), &is_seen), 0);
    assert_true(is_seen);
    assert_int_equal(events_forget(txn, 200, 10), 0);
    assert_int_equal(events_is_seen(txn, text("evt_3"), &is_seen), 0);
    assert_false(is_seen);
    assert_int_equal(events_is_seen(txn, text("evt_2"), &is_seen), 0);
    assert_true(is_seen);
    end();
}
