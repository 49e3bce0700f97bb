/* test_till_record.c - what managers and customers ask for of stalls, taxes, offers, printers and
 * reviews, judged and written by a whole replica.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "sync/domain/blob.h"
#include "sync/domain/record.h"
#include "tests/lib/stage.h"

static struct stage stage;
static struct command command;
static struct history *history;
static struct answer answer;

enum { KEY_BYTES = 16 };

static void world_start(void)
{
    stage_start(&stage, 2, 0);
    history = history_new();
    assert_non_null(history);
}

static void world_stop(void)
{
    history_free(history);
    stage_stop(&stage);
}

static void begin(enum command_kind kind, enum role role)
{
    memset(&command, 0, sizeof command);
    command.kind = kind;
    command.principal = (struct principal){.session = 1, .role = role};
}

static int run(void)
{
    const struct effect_answer *ran = stage_run(&stage, &command);
    answer = ran->answer;
    return ran->err;
}

static void want_text(uint32_t field, const char *text)
{
    command.fields[command.fields_count++] =
        (struct wanted_field){.field = field, .text = bytes_of_text(text)};
}

static void want_number(uint32_t field, int64_t number)
{
    command.fields[command.fields_count++] =
        (struct wanted_field){.field = field, .number = number};
}

static void record_begin(enum kind kind, uint64_t number, bool is_new)
{
    begin(COMMAND_RECORD_SET, ROLE_OWNER);
    command.record = kind;
    command.item = number;
    command.is_new = is_new;
}

static int add(enum kind kind, uint64_t number, const char *name)
{
    record_begin(kind, number, true);
    want_text(RECORD_NAME, name);
    return run();
}

static struct record record_of(enum kind kind, const struct entity_id *id)
{
    struct record record;
    stage_begin(&stage);
    assert_int_equal(history_get(history, stage.txn, kind, id), 0);
    stage_end(&stage);
    record_derive(history, &record);
    return record;
}

static struct record record_at(enum kind kind, uint64_t number)
{
    const struct entity_id id = entity_id_derive(kind, number);
    return record_of(kind, &id);
}

TEST(till_record, a_record_is_added_changed_and_said_again_without_an_event)
{
    world_start();
    assert_int_equal(add(KIND_STALL, 3, "Waffles"), 0);
    assert_int_equal(answer.events, 1);
    record_begin(KIND_STALL, 3, false);
    want_text(STALL_PICKUP, "Tent B");
    assert_int_equal(run(), 0);
    assert_int_equal(answer.events, 1);
    assert_int_equal(run(), 0);
    assert_int_equal(answer.events, 0);
    const struct record stall = record_at(KIND_STALL, 3);
    assert_int_equal(stall.number, 3);
    assert_true(bytes_equal(record_text(&stall, RECORD_NAME), bytes_of_text("Waffles")));
    assert_true(bytes_equal(record_text(&stall, STALL_PICKUP), bytes_of_text("Tent B")));
    world_stop();
}

TEST(till_record, nothing_is_changed_that_is_not_there_and_nothing_added_over_another)
{
    world_start();
    record_begin(KIND_STALL, 3, false);
    want_text(RECORD_NAME, "Waffles");
    assert_int_equal(run(), ERR_NOT_FOUND);
    assert_int_equal(add(KIND_STALL, 3, "Waffles"), 0);
    assert_int_equal(add(KIND_STALL, 3, "Waffles"), 0);
    assert_int_equal(answer.events, 0);
    assert_int_equal(add(KIND_STALL, 3, "Pancakes"), ERR_EXISTS);
    record_begin(KIND_STALL, 4, true);
    want_number(STALL_POSITION, 1);
    assert_int_equal(run(), ERR_MALFORMED); /* without a name */
    record_begin(KIND_ORDER, 4, true);
    want_text(RECORD_NAME, "x");
    assert_int_equal(run(), ERR_MALFORMED);
    world_stop();
}

TEST(till_record, a_number_drawn_from_the_key_is_the_same_in_a_retry_and_another_for_another_key)
{
    static const char *const keys[] = {"0123456789abcde0", "0123456789abcde1"};
    struct entity_id ids[3];
    world_start();
    for (size_t i = 0; i < 3; i++) {
        record_begin(KIND_TAX, 0, true);
        want_text(RECORD_NAME, "Food");
        command.key = bytes_of_text(keys[i / 2]);
        assert_int_equal(run(), 0);
        ids[i] = answer.entity;
    }
    assert_true(entity_id_equal(&ids[0], &ids[1]));
    assert_false(entity_id_equal(&ids[0], &ids[2]));
    assert_true(record_of(KIND_TAX, &ids[0]).number >= 10000);
    record_begin(KIND_TAX, 0, true);
    want_text(RECORD_NAME, "Food");
    assert_int_equal(run(), ERR_MALFORMED); /* without a key there is no number to draw */
    world_stop();
}

TEST(till_record, there_are_no_more_of_a_kind_than_its_limit)
{
    world_start();
    for (uint64_t number = 1; number <= TAXES_MAX; number++) {
        assert_int_equal(add(KIND_TAX, number, "Tax"), 0);
    }
    assert_int_equal(add(KIND_TAX, TAXES_MAX + 1, "Tax"), ERR_TOO_MANY);
    assert_int_equal(add(KIND_OFFER, 1, "Offer"), 0);
    world_stop();
}

TEST(till_record, only_managers_write_records)
{
    static const enum role others[] = {ROLE_COUNTER, ROLE_KITCHEN, ROLE_AUDITOR, ROLE_CUSTOMER};
    world_start();
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        for (size_t k = 0; k < record_kinds_count; k++) {
            begin(COMMAND_RECORD_SET, others[i]);
            command.record = record_kinds[k].kind;
            command.item = 1;
            command.is_new = true;
            want_text(RECORD_NAME, "x");
            assert_int_equal(run(), ERR_FORBIDDEN);
        }
    }
    world_stop();
}

TEST(till_record, an_offer_takes_off_a_percentage_or_an_amount_never_both)
{
    world_start();
    record_begin(KIND_OFFER, 1, true);
    want_text(RECORD_NAME, "Crew");
    want_number(OFFER_PERCENT, 5000);
    assert_int_equal(run(), 0);
    record_begin(KIND_OFFER, 1, false);
    want_number(OFFER_AMOUNT, 200);
    assert_int_equal(run(), 0);
    const struct record offer = record_at(KIND_OFFER, 1);
    assert_int_equal(record_number(&offer, OFFER_PERCENT), 0);
    assert_int_equal(record_number(&offer, OFFER_AMOUNT), 200);
    record_begin(KIND_OFFER, 1, false);
    want_number(OFFER_AMOUNT, 300);
    want_number(OFFER_PERCENT, 300);
    assert_int_equal(run(), ERR_MISMATCH);
    world_stop();
}

TEST(till_record, whoever_moves_a_printer_says_all_that_drives_it)
{
    static const uint8_t owner[8] = {1};
    world_start();
    record_begin(KIND_PRINTER, 1, true);
    want_text(RECORD_NAME, "Kitchen");
    want_text(PRINTER_DRIVER, "escpos");
    want_text(PRINTER_ADDRESS, "10.0.0.9:9100");
    assert_int_equal(run(), 0);
    record_begin(KIND_PRINTER, 1, false);
    command.fields[command.fields_count++] =
        (struct wanted_field){.field = PRINTER_OWNER, .text = bytes_of(owner, sizeof owner)};
    assert_int_equal(run(), 0);
    const struct record printer = record_at(KIND_PRINTER, 1);
    struct field_values written;
    assert_int_equal(
        record_set_decode(printer.kind, history->events[history->count - 1].body, &written), 0);
    assert_int_equal(written.count, 4); /* owner, address, driver, code page: one hand */
    assert_int_equal(history->count, 2);
    world_stop();
}

/* --- taxes and stalls of items --- */

static void shop_open(void)
{
    world_start();
    begin(COMMAND_DAY_OPEN, ROLE_OWNER);
    command.day = 1;
    assert_int_equal(run(), 0);
    begin(COMMAND_MENU_SET, ROLE_OWNER);
    command.item = 5;
    want_text(MENU_NAME, "Tea");
    want_number(MENU_PRICE, 1190);
    want_number(MENU_TAX_EAT_IN, 1000);
    assert_int_equal(run(), 0);
}

static int order_tea(const char *key)
{
    begin(COMMAND_ORDER_PLACE, ROLE_OWNER);
    command.key = bytes_of_text(key);
    command.channel = bytes_of_text("counter");
    command.mode = bytes_of_text("eat-in");
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = 5, .quantity = 1};
    return run();
}

static const struct order_line *line_ordered(void)
{
    static struct order order;
    stage_begin(&stage);
    assert_int_equal(history_get(history, stage.txn, KIND_ORDER, &answer.entity), 0);
    stage_end(&stage);
    order_derive(history, &order);
    return &order.lines[0];
}

static int name_tax(uint64_t number)
{
    begin(COMMAND_MENU_SET, ROLE_OWNER);
    command.item = 5;
    want_number(MENU_TAX, (int64_t)number);
    return run();
}

TEST(till_record, an_items_rate_is_that_of_the_tax_it_names_and_a_line_keeps_what_it_was_sold_with)
{
    shop_open();
    assert_int_equal(order_tea("0123456789abcde0"), 0);
    const struct entity_id first = answer.entity;
    assert_int_equal(line_ordered()->tax_bp, 1000);
    assert_int_equal(name_tax(1), ERR_NOT_FOUND); /* nobody has heard of it */
    record_begin(KIND_TAX, 1, true);
    want_text(RECORD_NAME, "Full");
    want_number(TAX_EAT_IN, 1900);
    assert_int_equal(run(), 0);
    assert_int_equal(name_tax(1), 0);
    assert_int_equal(order_tea("0123456789abcde1"), 0);
    assert_int_equal(line_ordered()->tax_bp, 1900);
    assert_true(bytes_equal(line_ordered()->name, bytes_of_text("Tea")));
    answer.entity = first;
    assert_int_equal(line_ordered()->tax_bp, 1000);
    world_stop();
}

TEST(till_record, a_line_carries_the_stall_of_its_item)
{
    shop_open();
    assert_int_equal(order_tea("0123456789abcde0"), 0);
    assert_int_equal(line_ordered()->stall, 0);
    begin(COMMAND_MENU_SET, ROLE_OWNER);
    command.item = 5;
    want_number(MENU_STALL, 7);
    assert_int_equal(run(), 0);
    assert_int_equal(order_tea("0123456789abcde1"), 0);
    assert_int_equal(line_ordered()->stall, 7);
    world_stop();
}

static int use_stall(bool is_out_of_use)
{
    record_begin(KIND_STALL, 7, false);
    want_number(RECORD_HIDDEN, 0);
    command.fields[0].truth = is_out_of_use;
    return run();
}

TEST(till_record, nobody_orders_at_a_stall_that_is_out_of_use)
{
    shop_open();
    begin(COMMAND_MENU_SET, ROLE_OWNER);
    command.item = 5;
    want_number(MENU_STALL, 7);
    assert_int_equal(run(), 0);
    assert_int_equal(add(KIND_STALL, 7, "Tea tent"), 0);
    assert_int_equal(order_tea("0123456789abcde0"), 0);
    assert_int_equal(use_stall(true), 0);
    assert_int_equal(order_tea("0123456789abcde1"), ERR_UNAVAILABLE);
    assert_int_equal(answer.kind, KIND_MENU);
    assert_int_equal(use_stall(false), 0);
    assert_int_equal(order_tea("0123456789abcde2"), 0);
    assert_true(bytes_equal(line_ordered()->name, bytes_of_text("Tea")));
    world_stop();
}

TEST(till_record, an_item_is_changed_for_as_long_as_changes_count)
{
    shop_open(); /* one of its changes */
    for (int64_t price = 1; price < ENTITY_EVENTS_PER_LOG_MAX; price++) {
        begin(COMMAND_MENU_SET, ROLE_OWNER);
        command.item = 5;
        want_number(MENU_PRICE, price);
        assert_int_equal(run(), price < ENTITY_EVENTS_PER_LOG_MAX - 1 ? 0 : ERR_TOO_MANY);
    }
    world_stop();
}

/* --- reviews --- */

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

TEST(till_record, only_what_was_handed_over_is_reviewed_and_once_by_each_customer)
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

TEST(till_record, a_customer_changes_a_review_a_few_times_and_to_say_the_same_again_costs_nothing)
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

TEST(till_record, what_a_customer_writes_is_in_no_event_but_the_hash_of_its_blob)
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

TEST(till_record, who_takes_his_words_back_keeps_his_stars)
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

TEST(till_record, nobody_says_by_its_hash_what_a_review_says)
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

TEST(till_record, erasing_an_order_erases_all_that_its_customer_ever_wrote_and_no_other_s_words)
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

TEST(till_record, what_of_an_order_one_erasure_has_no_room_for_goes_with_the_next)
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

TEST(till_record, a_manager_hides_a_review_for_a_reason_and_may_show_it_again)
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

/* --- what nobody may say --- */

TEST(till_record, a_command_that_names_no_record_is_refused)
{
    static const struct {
        enum kind kind;
        uint64_t number;
        bool is_new;
        enum role role;
        int err;
    } cases[] = {
        {KIND_MENU, 1, true, ROLE_OWNER, ERR_MALFORMED},   /* no record */
        {KIND_REVIEW, 1, true, ROLE_OWNER, ERR_MALFORMED}, /* has a command of its own */
        {KIND_STALL, RECORD_NUMBER_MAX + 1, true, ROLE_OWNER, ERR_MALFORMED},
        {KIND_STALL, 0, false, ROLE_OWNER, ERR_MALFORMED}, /* which one? */
        {KIND_STALL, 0, true, ROLE_OWNER, ERR_MALFORMED},  /* a number is drawn from a key */
        {KIND_STALL, 4, false, ROLE_OWNER, ERR_NOT_FOUND},
        {KIND_STALL, 4, true, ROLE_KITCHEN, ERR_FORBIDDEN},
        {KIND_STALL, 4, true, ROLE_OWNER, 0},
        {KIND_STALL, 4, true, ROLE_OWNER, ERR_EXISTS},
    };
    world_start();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        record_begin(cases[i].kind, cases[i].number, cases[i].is_new);
        command.principal.role = cases[i].role;
        want_text(RECORD_NAME, i % 2 == 0 ? "Grill" : "Bar");
        assert_int_equal(run(), cases[i].err);
    }
    record_begin(KIND_STALL, 4, false);
    want_number(RECORD_NUMBER, 5);
    assert_int_equal(run(), ERR_MALFORMED); /* nobody renumbers it */
    world_stop();
}

TEST(till_record, a_record_is_set_by_fields_that_it_has_each_once)
{
    world_start();
    record_begin(KIND_STALL, 4, true);
    assert_int_equal(run(), ERR_MALFORMED); /* by none */
    want_text(RECORD_NAME, "Grill");
    want_text(RECORD_NAME, "Bar");
    assert_int_equal(run(), ERR_MALFORMED);
    record_begin(KIND_STALL, 4, true);
    want_text(RECORD_NAME, "Grill");
    want_number(STAFF_COLOUR + 60, 1);
    assert_int_equal(run(), ERR_MALFORMED);
    world_stop();
}
