/* test_notes.c - what the gateway remembers beside its attempts comes back as it was put. */
#include "tests/lib/test.h"

#include "gateway/settle/notes.h"
#include "tests/lib/sick.h"
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

/* --- holds --- */

TEST(notes, when_a_hold_was_read_is_kept_until_it_is_old)
{
    int64_t read_s = 7;
    uint32_t count = 0;
    begin();
    assert_int_equal(notes_hold_get(txn, text("pi_1"), &read_s), 0);
    assert_int_equal(read_s, 0);
    assert_int_equal(notes_hold_put(txn, text("pi_1"), 100), 0);
    assert_int_equal(notes_hold_put(txn, text("pi_1"), 200), 0);
    assert_int_equal(notes_hold_put(txn, text("pi_2"), 300), 0);
    assert_int_equal(notes_hold_get(txn, text("pi_1"), &read_s), 0);
    assert_int_equal(read_s, 200);
    assert_int_equal(notes_forget(txn, 300, 10, &count), 0);
    assert_int_equal(count, 1);
    assert_int_equal(notes_hold_get(txn, text("pi_1"), &read_s), 0);
    assert_int_equal(read_s, 0);
    assert_int_equal(notes_hold_get(txn, text("pi_2"), &read_s), 0);
    assert_int_equal(read_s, 300);
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
    assert_int_equal(notes_hold_put(txn, text("pi_1"), 100), 0);
    assert_int_equal(notes_key_use(txn, text("sk_1"), &is_new), 0);
    assert_false(is_new);
    assert_int_equal(notes_hold_get(txn, text("pi_1"), &seconds), 0);
    assert_int_equal(seconds, 100);
    assert_int_equal(notes_place_get(txn, PLACE_EVENTS, &seconds), 0);
    assert_int_equal(seconds, 7);
    assert_int_equal(intents_known(), 2);
    assert_int_equal(notes_key_use(txn, text("sk_2"), &is_new), 0);
    assert_true(is_new);
    assert_int_equal(notes_place_get(txn, PLACE_EVENTS, &seconds), 0);
    assert_int_equal(seconds, 0);
    assert_int_equal(notes_hold_get(txn, text("pi_1"), &seconds), 0);
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

static int use_another_key(struct store_txn *sick)
{
    bool is_new = false;
    return notes_key_use(sick, text("sk_2"), &is_new);
}

static int forget_all(struct store_txn *sick)
{
    uint32_t count = 0;
    return notes_forget(sick, 4000, 10, &count);
}

static int note_again(struct store_txn *sick)
{
    return notes_intent_put(sick, text("pi_1"), &other, 100);
}

static int draft_over(struct store_txn *sick)
{
    return notes_brief_del(sick, &order, text("hash"));
}

static int orphan_walk(struct store_txn *sick)
{
    struct orphan found;
    int err = notes_orphan_next(sick, text(""), &found);
    err = err == 0 ? notes_orphan_get(sick, text("pi_2"), &found) : err;
    return err == 0 ? notes_orphan_del(sick, text("pi_2")) : err;
}

static int place_move(struct store_txn *sick)
{
    int64_t seconds = 0;
    const int err = notes_place_get(sick, PLACE_EVENTS, &seconds);
    return err == 0 ? notes_place_put(sick, PLACE_EVENTS, seconds + 1) : err;
}

TEST(notes, a_disk_that_fails_is_told_wherever_it_does)
{
    int (*const works[])(struct store_txn *) = {use_another_key, forget_all,  note_again,
                                                draft_over,      orphan_walk, place_move};
    const struct orphan over = orphan_of("pi_2", INTENT_CANCELED);
    begin();
    assert_int_equal(notes_place_put(txn, PLACE_EVENTS, 7), 0);
    assert_int_equal(notes_intent_put(txn, text("pi_1"), &order, 100), 0);
    assert_int_equal(notes_intent_put(txn, text("pi_2"), NULL, 100), 0);
    assert_int_equal(notes_brief_put(txn, &order, text("hash"), text("2x Tea")), 0);
    assert_int_equal(notes_orphan_put(txn, &over), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        sick_work(store, works[i]);
    }
    store_memory_free(store);
}
