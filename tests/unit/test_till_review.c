/* test_till_review.c - what customers say of what they ate, which a manager may hide and an erasure
 * ends; judged and written by a whole replica.
 */
#include <stdio.h>

#include "sync/domain/blob.h"
#include "tests/lib/record_hands.h"

static int review(const struct entity_id *order, uint64_t session, int64_t rating)
{
    begin(COMMAND_REVIEW, ROLE_OWNER);
    command.principal.session = session;
    command.order = *order;
    want_number(REVIEW_RATING, rating);
    return run();
}

static void hand_over(const struct entity_id *order)
{
    begin(COMMAND_HAND_OVER, ROLE_OWNER);
    command.order = *order;
    assert_int_equal(run(), 0);
}

TEST(till_review, only_what_was_handed_over_is_reviewed_and_once_by_each_customer)
{
    shop_open();
    assert_int_equal(order_tea("0123456789abcde0"), 0);
    const struct entity_id order = answer.entity;
    assert_int_equal(review(&order, 8, 4), ERR_STATE);
    hand_over(&order);
    assert_int_equal(review(&order, 8, 4), 0);
    const struct entity_id first = answer.entity;
    assert_int_equal(review(&order, 8, 5), 0);
    assert_true(entity_id_equal(&answer.entity, &first));
    const struct record said = record_of(KIND_REVIEW, &first);
    assert_true(said.is_known);
    assert_int_equal(record_number(&said, REVIEW_RATING), 5);
    assert_int_equal(review(&order, 9, 1), 0);
    assert_false(entity_id_equal(&answer.entity, &first));
    assert_int_equal(review(&order, 9, 6), ERR_TOO_LARGE);
    world_stop();
}

static int review_as_customer(const struct entity_id *order, int64_t rating)
{
    begin(COMMAND_REVIEW, ROLE_CUSTOMER);
    command.principal.session = 8;
    command.order = *order;
    want_number(REVIEW_RATING, rating);
    return run();
}

TEST(till_review, a_customer_changes_a_review_a_few_times_and_to_say_the_same_again_costs_nothing)
{
    shop_open();
    assert_int_equal(order_tea("0123456789abcde0"), 0);
    const struct entity_id order = answer.entity;
    hand_over(&order);
    for (int64_t i = 0; i < REVIEW_SAYS_MAX; i++) {
        assert_int_equal(review_as_customer(&order, 1 + i % 2), 0);
        assert_int_equal(answer.events, 1);
        assert_int_equal(review_as_customer(&order, 1 + i % 2), 0);
        assert_int_equal(answer.events, 0);
    }
    assert_int_equal(review_as_customer(&order, 5), ERR_TOO_MANY);
    assert_int_equal(review(&order, 8, 5), 0); /* the stall's own are not strangers */
    world_stop();
}

/* --- what a review says --- */

/* With words, which a host keeps in a file before. */
static int review_by(const struct entity_id *order, uint64_t session, const char *words)
{
    begin(COMMAND_REVIEW, ROLE_CUSTOMER);
    command.principal.session = session;
    command.order = *order;
    want_number(REVIEW_RATING, 4);
    want_text(REVIEW_TEXT, words);
    command.blob = blob_hash(bytes_of_text(words));
    command.blob_size = (uint32_t)strlen(words);
    command.media = bytes_of_text("text/plain");
    return run();
}

static int review_in_words(const struct entity_id *order, const char *words)
{
    return review_by(order, 8, words);
}

static enum blob_state state_of(const char *words)
{
    const struct hash hash = blob_hash(bytes_of_text(words));
    enum blob_state state = BLOB_NONE;
    stage_begin(&stage);
    assert_int_equal(blob_state_get(stage.txn, &hash, &state), 0);
    stage_end(&stage);
    return state;
}

static struct entity_id order_handed_over(void)
{
    shop_open();
    assert_int_equal(order_tea("0123456789abcde0"), 0);
    const struct entity_id order = answer.entity;
    hand_over(&order);
    return order;
}

TEST(till_review, what_a_customer_writes_is_in_no_event_but_the_hash_of_its_blob)
{
    const struct entity_id order = order_handed_over();
    const struct hash hash = blob_hash(bytes_of_text("Zebedee was here"));
    assert_int_equal(review_in_words(&order, "Zebedee was here"), 0);
    assert_int_equal(answer.events, 2);
    const struct record said = record_of(KIND_REVIEW, &answer.entity);
    assert_int_equal(record_text(&said, REVIEW_TEXT).size, 0);
    assert_true(bytes_equal(record_text(&said, REVIEW_WORDS), bytes_of(hash.bytes, 32)));
    assert_int_equal(state_of("Zebedee was here"), BLOB_HERE);
    world_stop();
}

TEST(till_review, who_takes_his_words_back_keeps_his_stars)
{
    const struct entity_id order = order_handed_over();
    assert_int_equal(review_in_words(&order, "cold"), 0);
    assert_int_equal(review_in_words(&order, ""), 0);
    struct record said = record_of(KIND_REVIEW, &answer.entity);
    assert_int_equal(record_text(&said, REVIEW_WORDS).size, 0);
    assert_int_equal(record_number(&said, REVIEW_RATING), 4);
    assert_int_equal(review_in_words(&order, "warm"), 0);
    assert_int_equal(review_as_customer(&order, 5), 0); /* of the words it says nothing */
    said = record_of(KIND_REVIEW, &answer.entity);
    assert_int_equal(record_text(&said, REVIEW_WORDS).size, 32);
    world_stop();
}

TEST(till_review, nobody_says_by_its_hash_what_a_review_says)
{
    const struct entity_id order = order_handed_over();
    begin(COMMAND_REVIEW, ROLE_CUSTOMER);
    command.order = order;
    want_number(REVIEW_RATING, 4);
    want_text(REVIEW_WORDS, "0123456789abcdef0123456789abcdef");
    assert_int_equal(run(), ERR_MALFORMED);
    world_stop();
}

static int erase(const struct entity_id *order)
{
    begin(COMMAND_ORDER_ERASE, ROLE_OWNER);
    command.order = *order;
    command.reason = bytes_of_text("asked for");
    return run();
}

TEST(till_review, erasing_an_order_erases_all_that_its_customer_ever_wrote_and_no_other_s_words)
{
    const struct entity_id order = order_handed_over();
    assert_int_equal(review_in_words(&order, "cold"), 0);
    assert_int_equal(review_in_words(&order, "cold and late"), 0);
    assert_int_equal(order_tea("0123456789abcde1"), 0);
    const struct entity_id other = answer.entity;
    hand_over(&other);
    assert_int_equal(review_in_words(&other, "warm"), 0);
    assert_int_equal(erase(&order), 0);
    assert_int_equal(answer.events, 3); /* and where its messages go */
    assert_true(state_of("cold") >= BLOB_ERASING);
    assert_true(state_of("cold and late") >= BLOB_ERASING);
    assert_int_equal(state_of("warm"), BLOB_HERE);
    assert_int_equal(erase(&order), 0);
    assert_int_equal(answer.events, 0);
    world_stop();
}

static int say_contact(const struct entity_id *order, uint32_t number)
{
    uint8_t salted[4];
    put_be32(salted, number);
    begin(COMMAND_CONTACT, ROLE_OWNER);
    command.order = *order;
    command.blob = blob_hash(bytes_of(salted, sizeof salted));
    command.blob_size = sizeof salted;
    command.media = bytes_of_text("application/json");
    return run();
}

enum { CONTACTS = 100, REVIEWERS = TILL_EVENTS_MAX - CONTACTS + 4 };

TEST(till_review, what_of_an_order_one_erasure_has_no_room_for_goes_with_the_next)
{
    const struct entity_id order = order_handed_over();
    char words[32];
    for (uint32_t i = 0; i < CONTACTS; i++) {
        assert_int_equal(say_contact(&order, i), 0);
    }
    for (uint32_t i = 0; i < REVIEWERS; i++) {
        (void)snprintf(words, sizeof words, "words of %u", (unsigned)i);
        assert_int_equal(review_by(&order, 100 + i, words), 0);
    }
    assert_int_equal(erase(&order), 0);
    assert_int_equal(answer.events, TILL_EVENTS_MAX); /* where its messages go among them */
    assert_int_equal(erase(&order), 0);
    assert_int_equal(answer.events, 5);
    assert_int_equal(erase(&order), 0);
    assert_int_equal(answer.events, 0);
    world_stop();
}

static int hide(const struct entity_id *id, bool is_hidden, const char *reason)
{
    begin(COMMAND_REVIEW_HIDE, ROLE_MANAGER);
    command.order = *id;
    command.truth = is_hidden;
    command.reason = bytes_of_text(reason);
    return run();
}

TEST(till_review, a_manager_hides_a_review_for_a_reason_and_may_show_it_again)
{
    shop_open();
    assert_int_equal(order_tea("0123456789abcde0"), 0);
    const struct entity_id order = answer.entity;
    assert_int_equal(hide(&order, true, "insult"), ERR_NOT_FOUND);
    hand_over(&order);
    assert_int_equal(review(&order, 8, 1), 0);
    const struct entity_id id = answer.entity;
    assert_int_equal(hide(&id, true, ""), ERR_MALFORMED);
    assert_int_equal(hide(&id, true, "insult"), 0);
    assert_true(record_of(KIND_REVIEW, &id).is_hidden);
    assert_int_equal(hide(&id, true, "insult"), 0);
    assert_int_equal(answer.events, 0);
    assert_int_equal(hide(&id, false, ""), 0);
    assert_false(record_of(KIND_REVIEW, &id).is_hidden);
    world_stop();
}
