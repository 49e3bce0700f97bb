/* test_till_record_edges.c - records and reviews that two devices wrote at once, forms that say too
 * little or what is not theirs to say, and what is left of an order's guest when some of what this
 * device holds of him is nonsense.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/blob.h"
#include "sync/domain/entity.h"
#include "sync/domain/record.h"
#include "sync/replica/replica_state.h"
#include "tests/lib/stage_shop.h"

enum { A, PEERS, TEA = 5, PRICE = 300, ANNA = 1001, BERT = 1002, STALL = 4 };

static struct stage stage;
static struct command command;
static struct effect_answer answer;
static uint8_t body_data[512];

static void start(void)
{
    stage_start(&stage, PEERS, 0);
    stage_open_day(&stage);
    stage_set_item(&stage, TEA, "Tea", PRICE, STOCK_OFF);
    stage_greet(&stage, A);
}

static void begin(enum command_kind kind, uint64_t session, enum role role)
{
    stage_command_begin(&stage, &command, kind, session, role);
    command.mode = bytes_of(NULL, 0);
    command.channel = bytes_of(NULL, 0);
}

static int run(void)
{
    answer = *stage_run(&stage, &command);
    return answer.err;
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
    begin(COMMAND_RECORD_SET, 1, ROLE_OWNER);
    command.record = kind;
    command.item = number;
    command.is_new = is_new;
}

static struct record record_of(enum kind kind, const struct entity_id *id)
{
    static struct history *history;
    struct record record;
    if (history == NULL) {
        history = history_new();
        check(history != NULL);
    }
    struct store_txn *txn = store_memory_begin(stage.store, false);
    check(history_get(history, txn, kind, id) == 0);
    record_derive(history, &record);
    store_memory_abort(txn);
    return record;
}

static struct record record_at(enum kind kind, uint64_t number)
{
    const struct entity_id id = entity_id_derive(kind, number);
    return record_of(kind, &id);
}

/* At the peer, which had seen nothing. */
static void write_there(enum event_type type, const struct entity_id *entity, struct bytes body)
{
    const uint64_t seq =
        journal_write(stage.world, &stage.journal, &stage.peers[A], type, entity, body);
    stage_turn(&stage, A, frame_event(&stage, A, seq, true));
}

static void set_there(enum kind kind, const struct entity_id *entity, uint32_t field,
                      struct bytes text)
{
    const struct record_kind *record = record_kind_find(kind);
    const struct field_values set = {.count = 1, .values = {{.field = field, .text = text}}};
    struct writer writer;
    struct bytes body;
    writer_init(&writer, body_data, sizeof body_data);
    record_set_encode(record, &set, &writer);
    check(writer_finish(&writer, &body) == 0);
    write_there(record->set, entity, body);
}

static void put_index(const void *data, size_t size)
{
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_put(txn, TABLE_INDEX, bytes_of(data, size), bytes_of(NULL, 0)) == 0);
    check(store_memory_commit(txn) == 0);
}

/* --- records --- */

/* So the command asks for the one right alone. */
TEST(till_record_edges, who_may_change_records_may_write_the_event_of_each)
{
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        for (size_t i = 0; i < record_kinds_count; i++) {
            const struct event_info *info = event_info_find(record_kinds[i].set);
            const uint64_t rights[] = {role_person_capabilities((enum role)role),
                                       role_device_capabilities((enum role)role)};
            for (size_t at = 0; at < 2; at++) {
                const bool may_change = (rights[at] & capability_bit(CAP_POPUP)) != 0;
                const bool may_write = (rights[at] & capability_bit(info->capability)) != 0;
                assert_true(!may_change || may_write);
            }
        }
    }
}

TEST(till_record_edges, a_row_of_the_index_that_is_none_keeps_no_record_out)
{
    static const uint8_t row[] = {INDEX_RECORD, KIND_STALL};
    start();
    put_index(row, sizeof row);
    record_begin(KIND_STALL, STALL, true);
    want_text(RECORD_NAME, "Grill");
    assert_int_equal(run(), 0);
    stage_stop(&stage);
}

TEST(till_record_edges, a_form_with_a_field_that_is_too_long_is_refused)
{
    static char name[NAME_BYTES_MAX + 2];
    start();
    memset(name, 'x', sizeof name - 1);
    record_begin(KIND_STALL, STALL, true);
    want_text(RECORD_NAME, name);
    assert_int_equal(run(), ERR_TOO_LARGE);
    stage_stop(&stage);
}

TEST(till_record_edges, of_a_printer_that_has_no_driver_yet_nobody_says_that_it_is_none)
{
    static const uint8_t owner[8] = {1};
    start();
    record_begin(KIND_PRINTER, 1, true);
    want_text(RECORD_NAME, "Kitchen");
    command.fields[command.fields_count++] =
        (struct wanted_field){.field = PRINTER_OWNER, .text = bytes_of(owner, sizeof owner)};
    assert_int_equal(run(), 0);
    record_begin(KIND_PRINTER, 1, false);
    want_text(PRINTER_DRIVER, "text");
    assert_int_equal(run(), 0);
    const struct record printer = record_at(KIND_PRINTER, 1);
    assert_true(bytes_equal(record_text(&printer, PRINTER_DRIVER), bytes_of_text("text")));
    assert_int_equal(record_text(&printer, PRINTER_OWNER).size, sizeof owner);
    stage_stop(&stage);
}

TEST(till_record_edges, an_offer_that_took_off_an_amount_may_take_off_a_percentage)
{
    start();
    record_begin(KIND_OFFER, 1, true);
    want_text(RECORD_NAME, "Crew");
    want_number(OFFER_AMOUNT, 200);
    assert_int_equal(run(), 0);
    record_begin(KIND_OFFER, 1, false);
    want_number(OFFER_PERCENT, 5000);
    assert_int_equal(run(), 0);
    const struct record offer = record_at(KIND_OFFER, 1);
    assert_int_equal(record_number(&offer, OFFER_PERCENT), 5000);
    assert_int_equal(record_number(&offer, OFFER_AMOUNT), 0);
    stage_stop(&stage);
}

static int name_stall(const char *name)
{
    record_begin(KIND_STALL, STALL, false);
    want_text(RECORD_NAME, name);
    return run();
}

TEST(till_record_edges, a_record_that_two_changed_at_once_is_settled_by_saying_it_again)
{
    const struct entity_id stall = entity_id_derive(KIND_STALL, STALL);
    char name[NAME_BYTES_MAX + 1] = {0};
    start();
    record_begin(KIND_STALL, STALL, true);
    want_text(RECORD_NAME, "Grill");
    assert_int_equal(run(), 0);
    set_there(KIND_STALL, &stall, RECORD_NAME, bytes_of_text("Bar"));
    struct record record = record_at(KIND_STALL, STALL);
    assert_true(record.has_conflict);
    const struct bytes shown = record_text(&record, RECORD_NAME);
    memcpy(name, shown.data, shown.size);
    assert_int_equal(name_stall(name), 0);
    assert_int_equal(answer.answer.events, 1);
    record = record_at(KIND_STALL, STALL);
    assert_false(record.has_conflict);
    assert_int_equal(name_stall(name), 0);
    assert_int_equal(answer.answer.events, 0);
    stage_stop(&stage);
}

/* --- reviews --- */

static struct entity_id order_handed_over(void)
{
    begin(COMMAND_ORDER_PLACE, 1, ROLE_OWNER);
    command.channel = bytes_of_text("counter");
    command.mode = bytes_of_text("eat-in");
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = TEA, .quantity = 1};
    assert_int_equal(run(), 0);
    const struct entity_id order = answer.answer.entity;
    begin(COMMAND_HAND_OVER, 1, ROLE_OWNER);
    command.order = order;
    assert_int_equal(run(), 0);
    return order;
}

static void review_begin(const struct entity_id *order, uint64_t session)
{
    begin(COMMAND_REVIEW, session, ROLE_CUSTOMER);
    command.order = *order;
}

static int rate(const struct entity_id *order, uint64_t session, int64_t rating)
{
    review_begin(order, session);
    want_number(REVIEW_RATING, rating);
    return run();
}

static int review(const struct entity_id *order, uint64_t session, const char *words)
{
    review_begin(order, session);
    want_number(REVIEW_RATING, 4);
    want_text(REVIEW_TEXT, words);
    command.blob = blob_hash(bytes_of_text(words));
    command.blob_size = (uint32_t)strlen(words);
    command.media = bytes_of_text("text/plain");
    return run();
}

TEST(till_record_edges, whose_a_review_is_and_of_what_is_not_said_by_who_writes_it)
{
    static const uint8_t customer[16] = {1};
    start();
    const struct entity_id order = order_handed_over();
    const struct wanted_field fields[] = {
        {.field = REVIEW_ORDER, .text = bytes_of(order.bytes, sizeof order.bytes)},
        {.field = REVIEW_CUSTOMER, .text = bytes_of(customer, sizeof customer)}};
    for (size_t i = 0; i < 2; i++) {
        review_begin(&order, ANNA);
        want_number(REVIEW_RATING, 4);
        command.fields[command.fields_count++] = fields[i];
        assert_int_equal(run(), ERR_MALFORMED);
    }
    stage_stop(&stage);
}

TEST(till_record_edges, a_review_begins_with_its_stars)
{
    start();
    const struct entity_id order = order_handed_over();
    review_begin(&order, ANNA);
    want_text(REVIEW_TEXT, "");
    assert_int_equal(run(), ERR_MALFORMED);
    stage_stop(&stage);
}

TEST(till_record_edges, what_another_device_wrote_of_a_review_is_not_counted_as_said_here)
{
    start();
    const struct entity_id order = order_handed_over();
    assert_int_equal(rate(&order, ANNA, 3), 0);
    const struct entity_id id = answer.answer.entity;
    for (unsigned i = 0; i < REVIEW_SAYS_MAX; i++) {
        set_there(KIND_REVIEW, &id, REVIEW_TEXT, bytes_of_text(""));
    }
    assert_int_equal(rate(&order, ANNA, 4), 0);
    stage_stop(&stage);
}

static int hide(const struct entity_id *review)
{
    begin(COMMAND_REVIEW_HIDE, 1, ROLE_MANAGER);
    command.order = *review;
    command.truth = true;
    command.reason = bytes_of_text("insult");
    return run();
}

static void show_there(const struct entity_id *review)
{
    const struct review_hide shown = {.is_hidden = false};
    struct writer writer;
    struct bytes body;
    writer_init(&writer, body_data, sizeof body_data);
    review_hide_encode(&shown, &writer);
    check(writer_finish(&writer, &body) == 0);
    write_there(EVENT_REVIEW_HIDE, review, body);
}

TEST(till_record_edges, a_review_that_was_hidden_and_shown_at_once_is_settled_by_hiding_it_again)
{
    start();
    const struct entity_id order = order_handed_over();
    assert_int_equal(rate(&order, ANNA, 1), 0);
    const struct entity_id id = answer.answer.entity;
    assert_int_equal(hide(&id), 0);
    show_there(&id);
    assert_true(record_of(KIND_REVIEW, &id).has_conflict);
    assert_int_equal(hide(&id), 0);
    assert_int_equal(answer.answer.events, 1);
    assert_int_equal(hide(&id), 0);
    assert_int_equal(answer.answer.events, 0);
    stage_stop(&stage);
}

/* --- erasing --- */

static int erase(const struct entity_id *order)
{
    begin(COMMAND_ORDER_ERASE, 1, ROLE_OWNER);
    command.order = *order;
    command.reason = bytes_of_text("asked for");
    return run();
}

static bool is_erased(const char *words)
{
    const struct hash hash = blob_hash(bytes_of_text(words));
    enum blob_state state = BLOB_NONE;
    struct store_txn *txn = store_memory_begin(stage.store, false);
    check(blob_state_get(txn, &hash, &state) == 0);
    store_memory_abort(txn);
    return state >= BLOB_ERASING;
}

TEST(till_record_edges, who_erases_says_why)
{
    start();
    const struct entity_id order = order_handed_over();
    begin(COMMAND_ORDER_ERASE, 1, ROLE_OWNER);
    command.order = order;
    assert_int_equal(run(), ERR_MALFORMED);
    stage_stop(&stage);
}

TEST(till_record_edges, stars_alone_and_words_that_were_taken_back_leave_nothing_to_erase)
{
    start();
    const struct entity_id order = order_handed_over();
    assert_int_equal(rate(&order, ANNA, 5), 0);
    assert_int_equal(review(&order, BERT, "cold"), 0);
    assert_int_equal(review(&order, BERT, ""), 0);
    assert_int_equal(erase(&order), 0);
    assert_int_equal(answer.answer.events, 2); /* the words, and where its messages go */
    assert_true(is_erased("cold"));
    stage_stop(&stage);
}

TEST(till_record_edges, what_makes_no_sense_names_no_guest_and_hides_no_other)
{
    start();
    const struct entity_id order = order_handed_over();
    assert_int_equal(review(&order, ANNA, "warm"), 0);
    const struct entity_id id = answer.answer.entity;
    write_there(EVENT_REVIEW_SET, &id, bytes_of_text("\x90"));
    write_there(EVENT_CONTACT, &order, bytes_of_text("\x90"));
    write_there(EVENT_ORDER_OPEN, &order, bytes_of_text("\x90"));
    assert_int_equal(erase(&order), 0);
    assert_int_equal(answer.answer.events, 2);
    assert_true(is_erased("warm"));
    stage_stop(&stage);
}

static size_t row_of(uint8_t *row, const struct entity_id *order, const struct entity_id *id)
{
    row[0] = INDEX_RECORD;
    row[1] = KIND_REVIEW;
    memcpy(row + 2, order->bytes, 8);
    memcpy(row + 10, id->bytes, ENTITY_ID_BYTES);
    return 10 + ENTITY_ID_BYTES;
}

/* The index is found wrong later; until then nobody else's words go. */
TEST(till_record_edges, an_index_that_is_wrong_erases_no_other_guests_words)
{
    uint8_t row[64];
    struct entity_id last;
    start();
    const struct entity_id order = order_handed_over(), other = order_handed_over();
    assert_int_equal(review(&order, ANNA, "warm"), 0);
    assert_int_equal(review(&other, BERT, "cold"), 0);
    const struct entity_id others = answer.answer.entity;
    put_index(row, row_of(row, &order, &others));
    memset(last.bytes, 0xff, sizeof last.bytes);
    put_index(row, row_of(row, &order, &last)); /* of no review */
    const size_t size = row_of(row, &order, &last);
    row[size] = 0;
    put_index(row, size + 1);
    assert_int_equal(erase(&order), 0);
    assert_true(is_erased("warm"));
    assert_false(is_erased("cold"));
    assert_int_equal(erase(&other), 0);
    assert_true(is_erased("cold"));
    stage_stop(&stage);
}

static void lose_rows_of(const struct entity_id *entity)
{
    const uint64_t log = replica_log(stage.replica);
    const uint64_t last = stage_claim_own(&stage).seq;
    struct store_txn *txn = store_memory_begin(stage.store, true);
    uint32_t lost = 0;
    for (uint64_t seq = 1; seq <= last; seq++) {
        const struct key key = key_entity_event(entity, log, seq);
        lost += store_del(txn, TABLE_ENTITY, key_bytes(&key)) == 0;
    }
    check(lost > 0 && store_memory_commit(txn) == 0);
}

TEST(till_record_edges, an_order_that_only_its_row_tells_of_can_be_erased)
{
    start();
    const struct entity_id order = order_handed_over();
    lose_rows_of(&order);
    assert_int_equal(erase(&order), 0);
    assert_int_equal(answer.answer.events, 1);
    const struct entity_id none = entity_id_derive(KIND_ORDER, 99);
    assert_int_equal(erase(&none), ERR_NOT_FOUND);
    stage_stop(&stage);
}
