/* test_record.c - stalls, stations, staff, taxes, offers, printers and reviews: their fields merge
 * by the rules of docs/merge-rules.md, and every kind obeys the laws of a fold.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/domain/record.h"
#include "tests/lib/assert_text.h"
#include "tests/lib/history_mesh.h"

enum { NODES = 4, OWN_NUMBER = 7, BODY_MAX = 2048, SEEDS = 15, STEPS = 40 };

static void write_body(struct mesh *mesh, uint32_t node, uint32_t type, const struct writer *writer,
                       uint64_t t)
{
    struct bytes body;
    assert_int_equal(writer_finish(writer, &body), 0);
    (void)mesh_write(mesh, node, type, t, body);
}

static void set_all(struct mesh *mesh, uint32_t node, uint64_t t, enum kind kind,
                    const struct field_values *values)
{
    uint8_t data[BODY_MAX];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    record_set_encode(record_kind_find(kind), values, &writer);
    write_body(mesh, node, record_kind_find(kind)->set, &writer, t);
}

static void set(struct mesh *mesh, uint32_t node, uint64_t t, enum kind kind,
                struct field_value value)
{
    const struct field_values values = {.count = 1, .values = {value}};
    set_all(mesh, node, t, kind, &values);
}

static struct field_value number_of(uint32_t field, int64_t number)
{
    return (struct field_value){.field = field, .number = number};
}

static struct field_value text_of(uint32_t field, const char *text)
{
    return (struct field_value){.field = field, .text = bytes_of_text(text)};
}

static struct field_value truth_of(uint32_t field, bool truth)
{
    return (struct field_value){.field = field, .truth = truth};
}

static void hide(struct mesh *mesh, uint32_t node, bool is_hidden, const char *reason)
{
    uint8_t data[BODY_MAX];
    struct writer writer;
    const struct review_hide body = {.is_hidden = is_hidden, .reason = bytes_of_text(reason)};
    writer_init(&writer, data, sizeof data);
    review_hide_encode(&body, &writer);
    write_body(mesh, node, EVENT_REVIEW_HIDE, &writer, 5);
}

static struct record record_at(struct mesh *mesh, uint32_t node)
{
    struct record record;
    record_derive(mesh_history(mesh, node), &record);
    return record;
}

/* What two nodes that do not know of each other come to; the first one's clock is ahead. */
static struct record disagree(struct mesh *mesh, enum kind kind, struct field_value a,
                              struct field_value b)
{
    set(mesh, 0, 9, kind, a);
    set(mesh, 1, 1, kind, b);
    mesh_sync(mesh);
    assert_true(record_at(mesh, 2).has_conflict);
    return record_at(mesh, 2);
}

static int64_t number_after(enum kind kind, uint32_t field, int64_t a, int64_t b)
{
    struct mesh *mesh = mesh_new(NODES, kind);
    const struct record record = disagree(mesh, kind, number_of(field, a), number_of(field, b));
    const int64_t number = record_number(&record, field);
    mesh_free(mesh);
    return number;
}

static bool truth_after(enum kind kind, uint32_t field, bool a, bool b)
{
    struct mesh *mesh = mesh_new(NODES, kind);
    const struct record record = disagree(mesh, kind, truth_of(field, a), truth_of(field, b));
    const bool truth = record_truth(&record, field);
    mesh_free(mesh);
    return truth;
}

TEST(record, of_two_rates_the_lower_is_charged)
{
    assert_int_equal(number_after(KIND_TAX, TAX_EAT_IN, 1900, 700), 700);
    assert_int_equal(number_after(KIND_TAX, TAX_EAT_IN, 700, 1900), 700);
    assert_int_equal(number_after(KIND_TAX, TAX_TAKE_AWAY, 700, 1900), 700);
}

TEST(record, of_two_throttles_the_slower_kitchen_is_believed)
{
    assert_int_equal(number_after(KIND_STATION, STATION_THROTTLE, 40, 12), 12);
    assert_int_equal(number_after(KIND_STATION, STATION_THROTTLE, 12, 40), 12);
}

TEST(record, what_is_hidden_stays_hidden_but_stations_and_printers_stay_in_use)
{
    static const enum kind hides[] = {KIND_STALL, KIND_STAFF, KIND_TAX, KIND_OFFER};
    static const enum kind stays[] = {KIND_STATION, KIND_PRINTER};
    for (size_t i = 0; i < sizeof hides / sizeof hides[0]; i++) {
        assert_true(truth_after(hides[i], RECORD_HIDDEN, false, true));
        assert_true(truth_after(hides[i], RECORD_HIDDEN, true, false));
    }
    for (size_t i = 0; i < sizeof stays / sizeof stays[0]; i++) {
        assert_false(truth_after(stays[i], RECORD_HIDDEN, false, true));
        assert_false(truth_after(stays[i], RECORD_HIDDEN, true, false));
    }
}

TEST(record, an_offer_that_one_says_needs_a_manager_needs_one)
{
    assert_true(truth_after(KIND_OFFER, OFFER_MANAGER, false, true));
    assert_true(truth_after(KIND_OFFER, OFFER_MANAGER, true, false));
}

TEST(record, what_an_offer_takes_off_comes_from_one_hand_and_from_no_clock)
{
    for (uint64_t ahead = 0; ahead < 2; ahead++) {
        struct mesh *mesh = mesh_new(NODES, KIND_OFFER);
        const struct field_values tenth = {
            .count = 2, .values = {number_of(OFFER_PERCENT, 1000), number_of(OFFER_AMOUNT, 0)}};
        const struct field_values euro = {
            .count = 2, .values = {number_of(OFFER_PERCENT, 0), number_of(OFFER_AMOUNT, 100)}};
        set_all(mesh, 0, 5 + ahead, KIND_OFFER, &tenth);
        set_all(mesh, 1, 6 - ahead, KIND_OFFER, &euro);
        mesh_sync(mesh);
        const struct record offer = record_at(mesh, 3);
        assert_int_equal(record_number(&offer, OFFER_PERCENT), 1000);
        assert_int_equal(record_number(&offer, OFFER_AMOUNT), 0);
        assert_true(offer.has_conflict);
        mesh_free(mesh);
    }
}

TEST(record, who_drives_a_printer_and_where_is_said_by_one_hand)
{
    struct mesh *mesh = mesh_new(NODES, KIND_PRINTER);
    static const uint8_t owners[2][8] = {{1}, {2}};
    static const char *const addresses[2] = {"/dev/usb/lp0", "10.0.0.9:9100"};
    for (uint32_t node = 0; node < 2; node++) {
        const struct field_values values = {
            .count = 2,
            .values = {{.field = PRINTER_OWNER, .text = bytes_of(owners[node], 8)},
                       text_of(PRINTER_ADDRESS, addresses[node])}};
        set_all(mesh, node, 9 + node, KIND_PRINTER, &values);
    }
    mesh_sync(mesh);
    const struct record printer = record_at(mesh, 2);
    assert_memory_equal(record_text(&printer, PRINTER_OWNER).data, owners[0], 8);
    assert_text(record_text(&printer, PRINTER_ADDRESS), addresses[0]);
    mesh_free(mesh);
}

TEST(record, of_two_names_the_later_is_shown_until_somebody_settles_it)
{
    struct mesh *mesh = mesh_new(NODES, KIND_STALL);
    const struct record stall = disagree(mesh, KIND_STALL, text_of(RECORD_NAME, "Waffles"),
                                         text_of(RECORD_NAME, "Pancakes"));
    assert_text(record_text(&stall, RECORD_NAME), "Waffles");
    set(mesh, 1, 2, KIND_STALL, text_of(RECORD_NAME, "Pancakes"));
    mesh_sync(mesh);
    const struct record settled = record_at(mesh, 0);
    assert_text(record_text(&settled, RECORD_NAME), "Pancakes");
    assert_false(settled.has_conflict);
    mesh_free(mesh);
}

TEST(record, fields_written_apart_merge_without_a_conflict)
{
    struct mesh *mesh = mesh_new(NODES, KIND_STALL);
    set(mesh, 0, 1, KIND_STALL, number_of(RECORD_NUMBER, OWN_NUMBER));
    set(mesh, 1, 1, KIND_STALL, text_of(RECORD_NAME, "Waffles"));
    set(mesh, 2, 1, KIND_STALL, text_of(STALL_PICKUP, "Tent B"));
    mesh_sync(mesh);
    const struct record stall = record_at(mesh, 3);
    assert_int_equal(stall.number, OWN_NUMBER);
    assert_text(record_text(&stall, RECORD_NAME), "Waffles");
    assert_text(record_text(&stall, STALL_PICKUP), "Tent B");
    assert_false(stall.has_conflict);
    mesh_free(mesh);
}

TEST(record, what_nobody_wrote_has_its_default)
{
    struct mesh *mesh = mesh_new(NODES, KIND_STATION);
    set(mesh, 0, 1, KIND_STATION, text_of(RECORD_NAME, "grill"));
    const struct record station = record_at(mesh, 0);
    assert_int_equal(record_number(&station, STATION_THROTTLE), STATION_THROTTLE_NONE);
    assert_false(station.is_hidden || station.is_known);
    assert_int_equal(station.number, 0);
    mesh_free(mesh);
}

TEST(record, nobody_renames_a_record_by_another_number)
{
    struct mesh *mesh = mesh_new(NODES, KIND_TAX);
    set(mesh, 0, 1, KIND_TAX, number_of(RECORD_NUMBER, OWN_NUMBER + 1));
    assert_false(record_at(mesh, 0).is_known);
    assert_int_equal(record_at(mesh, 0).number, 0);
    mesh_free(mesh);
}

TEST(record, a_hidden_review_is_shown_only_by_one_who_saw_it_hidden)
{
    struct mesh *mesh = mesh_new(NODES, KIND_REVIEW);
    set(mesh, 0, 1, KIND_REVIEW, number_of(REVIEW_RATING, 1));
    mesh_sync(mesh);
    hide(mesh, 1, true, "insult");
    hide(mesh, 2, false, "");
    mesh_sync(mesh);
    assert_true(record_at(mesh, 0).is_hidden);
    assert_true(record_at(mesh, 0).has_conflict);
    hide(mesh, 2, false, "fair");
    mesh_sync(mesh);
    const struct record review = record_at(mesh, 3);
    assert_false(review.is_hidden || review.has_conflict);
    assert_text(record_text(&review, REVIEW_REASON), "fair");
    assert_int_equal(record_number(&review, REVIEW_RATING), 1);
    mesh_free(mesh);
}

TEST(record, a_customer_cannot_show_a_review_that_was_hidden)
{
    struct mesh *mesh = mesh_new(NODES, KIND_REVIEW);
    hide(mesh, 0, true, "insult");
    mesh_sync(mesh);
    uint8_t data[BODY_MAX];
    struct writer writer;
    writer_init(&writer, data, sizeof data); /* [[[3, false]]], as a review.set would spell it */
    write_array(&writer, 1);
    write_array(&writer, 1);
    write_array(&writer, 2);
    write_uint(&writer, RECORD_HIDDEN);
    write_bool(&writer, false);
    write_body(mesh, 1, EVENT_REVIEW_SET, &writer, 9);
    mesh_sync(mesh);
    assert_true(record_at(mesh, 2).is_hidden);
    mesh_free(mesh);
}

/* Words of ours, whose hash is @byte: they come with an empty text. */
static void say(struct mesh *mesh, uint32_t node, uint64_t t, uint8_t byte)
{
    uint8_t hash[32];
    memset(hash, byte, sizeof hash);
    const struct field_values values = {
        .count = 2,
        .values = {text_of(REVIEW_TEXT, ""),
                   {.field = REVIEW_WORDS, .text = bytes_of(hash, sizeof hash)}}};
    set_all(mesh, node, t, KIND_REVIEW, &values);
}

TEST(record, a_text_in_clear_is_the_later_word_when_there_is_one)
{
    struct mesh *mesh = mesh_new(NODES, KIND_REVIEW);
    set(mesh, 0, 1, KIND_REVIEW, text_of(REVIEW_TEXT, "by older software"));
    struct record review = record_at(mesh, 0);
    assert_text(record_text(&review, REVIEW_TEXT), "by older software");
    assert_int_equal(record_text(&review, REVIEW_WORDS).size, 0);
    say(mesh, 0, 2, 7);
    review = record_at(mesh, 0);
    assert_int_equal(record_text(&review, REVIEW_TEXT).size, 0);
    assert_int_equal(record_text(&review, REVIEW_WORDS).size, 32);
    set(mesh, 0, 3, KIND_REVIEW, text_of(REVIEW_TEXT, "again by older software"));
    review = record_at(mesh, 0);
    assert_text(record_text(&review, REVIEW_TEXT), "again by older software");
    mesh_free(mesh);
}

TEST(record, a_review_is_one_per_order_and_customer)
{
    const uint8_t order[2][12] = {{1}, {2}};
    const uint8_t customer[2][16] = {{1}, {2}};
    const struct entity_id id = review_id(bytes_of(order[0], 12), bytes_of(customer[0], 16));
    const struct entity_id other = review_id(bytes_of(order[1], 12), bytes_of(customer[0], 16));
    const struct entity_id another = review_id(bytes_of(order[0], 12), bytes_of(customer[1], 16));
    assert_false(entity_id_equal(&id, &other));
    assert_false(entity_id_equal(&id, &another));
    struct history *history = history_new();
    struct record record;
    history_reset(history, KIND_REVIEW, &id);
    record_derive(history, &record);
    assert_false(record.is_known);
    history_free(history);
}

TEST(record, an_id_or_hash_is_whole_or_left_out)
{
    struct field_values values = {.count = 1, .values = {{.field = PRINTER_OWNER}}};
    const struct record_kind *kind = record_kind_find(KIND_PRINTER);
    static const uint8_t id[9] = {1};
    for (size_t size = 0; size <= sizeof id; size++) {
        uint8_t data[BODY_MAX];
        struct writer writer;
        struct bytes body;
        values.values[0].text = bytes_of(id, size);
        writer_init(&writer, data, sizeof data);
        record_set_encode(kind, &values, &writer);
        assert_int_equal(writer_finish(&writer, &body), 0);
        struct field_values decoded;
        assert_int_equal(record_set_decode(kind, body, &decoded) == 0, size == 0 || size == 8);
    }
}

/* --- the laws, for every kind --- */

static struct field_value any_value(const struct record_kind *kind, uint32_t field,
                                    struct prng *prng)
{
    static const uint8_t bytes[2][32] = {{1}, {2}};
    static const char *const texts[] = {"a", "b", "ccc"};
    const struct field_rule rule = kind->fields[field].rule;
    struct field_value value = {.field = field};
    value.truth = prng_one_in(prng, 2);
    if (rule.form == FIELD_NUMBER) {
        value.number = rule.min + (int64_t)prng_below(prng, 5);
    } else if (rule.form == FIELD_TEXT) {
        value.text = bytes_of_text(texts[prng_below(prng, 3)]);
    } else if (rule.form == FIELD_BYTES) {
        value.text = bytes_of(bytes[prng_below(prng, 2)], (size_t)rule.max);
    }
    return value;
}

static void write_any(struct mesh *mesh, uint32_t node, const struct record_kind *kind,
                      struct prng *prng)
{
    uint32_t field = (uint32_t)prng_below(prng, RECORD_FIELDS_MAX);
    while (kind->fields[field].name == NULL) {
        field = (field + 1) % RECORD_FIELDS_MAX;
    }
    if (record_field_rule(kind->kind, field).form == FIELD_UNKNOWN) {
        hide(mesh, node, prng_one_in(prng, 2), "why");
    } else {
        set(mesh, node, prng_below(prng, 50), kind->kind, any_value(kind, field, prng));
    }
}

static uint64_t fold_in_any_order(const struct record_kind *kind, uint64_t seed)
{
    struct prng prng = {seed};
    struct mesh *mesh = mesh_new(NODES, kind->kind);
    for (uint32_t step = 0; step < STEPS; step++) {
        write_any(mesh, (uint32_t)prng_below(&prng, NODES - 1), kind, &prng);
        (void)mesh_deliver(mesh, (uint32_t)prng_below(&prng, NODES),
                           (uint32_t)prng_below(&prng, NODES - 1), 2);
    }
    for (uint32_t node = 0; node < NODES; node++) {
        mesh_fill_shuffled(mesh, node, &prng);
        const struct bytes row = mesh_row(mesh, node);
        assert_int_equal(row.size, mesh_row(mesh, 0).size);
        assert_memory_equal(row.data, mesh_row(mesh, 0).data, row.size);
    }
    const uint64_t appends = mesh_appends(mesh);
    mesh_free(mesh);
    return appends;
}

/* Pruned as it grows or folded at once and pruned then: the same row. mesh_deliver() compares. */
TEST(record, of_every_kind_any_order_of_arrival_gives_the_same_row)
{
    for (size_t i = 0; i < record_kinds_count; i++) {
        uint64_t appends = 0;
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            appends += fold_in_any_order(&record_kinds[i], seed);
        }
        assert_true(appends > 100);
    }
}

TEST(record, what_was_overwritten_is_forgotten)
{
    struct mesh *mesh = mesh_new(NODES, KIND_STAFF);
    set(mesh, 0, 1, KIND_STAFF, text_of(RECORD_NAME, "Mira"));
    for (uint32_t i = 0; i < 50; i++) {
        set(mesh, i % 2, i, KIND_STAFF, number_of(STAFF_COLOUR, i));
        mesh_sync(mesh);
    }
    assert_int_equal(mesh_history(mesh, 0)->count, 2);
    mesh_free(mesh);
}

TEST(record, a_kind_is_found_by_itself_and_by_its_event_and_nothing_else_is_one)
{
    for (size_t i = 0; i < record_kinds_count; i++) {
        const struct record_kind *kind = &record_kinds[i];
        assert_ptr_equal(record_kind_find(kind->kind), kind);
        assert_ptr_equal(record_kind_of_event(kind->set), kind);
        assert_int_equal(event_info_find(kind->set)->kind, kind->kind);
    }
    assert_null(record_kind_find(KIND_ORDER));
    assert_null(record_kind_of_event(EVENT_MENU_SET));
}
