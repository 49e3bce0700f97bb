/* test_record_fields.c - each field of each record, when two people write it apart: what counts, by
 * the tables of docs/merge-rules.md ("Records"), said here once more, and whose clock is ahead does
 * not matter but where it says so.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/domain/record.h"
#include "tests/lib/history_mesh.h"

enum { NODES = 3, BODY_MAX = 2048 };

enum counts {
    LATER,   /* by the clock */
    SMALLER, /* the operation: the first node's, whatever the clocks */
    LOWER,
    YES,
    NO,
    GIVEN, /* the entity's id is made of it: other tests */
};

static const struct row {
    enum kind kind;
    uint32_t field;
    enum counts counts;
} rows[] = {
    {KIND_STALL, RECORD_NUMBER, GIVEN},
    {KIND_STALL, RECORD_NAME, LATER},
    {KIND_STALL, RECORD_HIDDEN, YES},
    {KIND_STALL, STALL_DESCRIPTION, LATER},
    {KIND_STALL, STALL_POSITION, LATER},
    {KIND_STALL, STALL_PICKUP, LATER},
    {KIND_STALL, STALL_PHOTO, LATER},
    {KIND_STATION, RECORD_NUMBER, GIVEN},
    {KIND_STATION, RECORD_NAME, LATER},
    {KIND_STATION, RECORD_HIDDEN, NO},
    {KIND_STATION, STATION_STALL, SMALLER},
    {KIND_STATION, STATION_POSITION, LATER},
    {KIND_STATION, STATION_PRINTER, SMALLER},
    {KIND_STATION, STATION_THROTTLE, LOWER},
    {KIND_STAFF, RECORD_NUMBER, GIVEN},
    {KIND_STAFF, RECORD_NAME, LATER},
    {KIND_STAFF, RECORD_HIDDEN, YES},
    {KIND_STAFF, STAFF_COLOUR, LATER},
    {KIND_STAFF, STAFF_PIN, SMALLER},
    {KIND_TAX, RECORD_NUMBER, GIVEN},
    {KIND_TAX, RECORD_NAME, LATER},
    {KIND_TAX, RECORD_HIDDEN, YES},
    {KIND_TAX, TAX_EAT_IN, LOWER},
    {KIND_TAX, TAX_TAKE_AWAY, LOWER},
    {KIND_OFFER, RECORD_NUMBER, GIVEN},
    {KIND_OFFER, RECORD_NAME, LATER},
    {KIND_OFFER, RECORD_HIDDEN, YES},
    {KIND_OFFER, OFFER_PERCENT, SMALLER},
    {KIND_OFFER, OFFER_AMOUNT, SMALLER},
    {KIND_OFFER, OFFER_REASON, LATER},
    {KIND_OFFER, OFFER_MANAGER, YES},
    {KIND_PRINTER, RECORD_NUMBER, GIVEN},
    {KIND_PRINTER, RECORD_NAME, LATER},
    {KIND_PRINTER, RECORD_HIDDEN, NO},
    {KIND_PRINTER, PRINTER_DRIVER, SMALLER},
    {KIND_PRINTER, PRINTER_OWNER, SMALLER},
    {KIND_PRINTER, PRINTER_ADDRESS, SMALLER},
    {KIND_PRINTER, PRINTER_STATIONS, SMALLER},
    {KIND_PRINTER, PRINTER_WIDTH, LOWER},
    {KIND_PRINTER, PRINTER_CODEPAGE, SMALLER},
    {KIND_PRINTER, PRINTER_BACKUP, SMALLER},
    {KIND_REVIEW, REVIEW_ORDER, GIVEN},
    {KIND_REVIEW, REVIEW_CUSTOMER, GIVEN},
    {KIND_REVIEW, REVIEW_RATING, LATER},
    {KIND_REVIEW, REVIEW_TEXT, LATER},
    {KIND_REVIEW, REVIEW_PHOTO, LATER},
    {KIND_REVIEW, REVIEW_WORDS, LATER},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static bool has_row(enum kind kind, uint32_t field)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].kind == kind && rows[i].field == field) {
            return true;
        }
    }
    return false;
}

TEST(record_fields, every_field_of_every_record_has_a_row_here)
{
    size_t fields = 0;
    for (size_t i = 0; i < record_kinds_count; i++) {
        const struct record_kind *kind = &record_kinds[i];
        for (uint32_t field = 0; field < RECORD_FIELDS_MAX; field++) {
            if (record_field_rule(kind->kind, field).form != FIELD_UNKNOWN) {
                assert_true(has_row(kind->kind, field));
                fields++;
            }
        }
    }
    assert_int_equal(fields, ROWS);
}

/* The lower of two values that the field takes, or the higher. */
static struct field_value value_of(const struct row *row, bool is_high)
{
    static const uint8_t bytes[2][RECORD_ID_BYTES_MAX] = {{1}, {2}};
    static const char *const texts[] = {"a", "b"};
    const struct field_rule rule = record_field_rule(row->kind, row->field);
    struct field_value value = {.field = row->field};
    if (rule.form == FIELD_NUMBER) {
        value.number = rule.min + 1 + (is_high ? 1 : 0);
    } else if (rule.form == FIELD_TEXT) {
        value.text = bytes_of_text(texts[is_high]);
    } else if (rule.form == FIELD_BYTES) {
        value.text = bytes_of(bytes[is_high], (size_t)rule.max);
    } else {
        value.truth = is_high;
    }
    return value;
}

static void set(struct mesh *mesh, uint32_t node, uint64_t t, const struct row *row, bool is_high)
{
    uint8_t data[BODY_MAX];
    struct writer writer;
    struct bytes body;
    const struct field_values values = {.count = 1, .values = {value_of(row, is_high)}};
    const struct record_kind *kind = record_kind_find(row->kind);
    writer_init(&writer, data, sizeof data);
    record_set_encode(kind, &values, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    (void)mesh_write(mesh, node, kind->set, t, body);
}

/* Whether @node shows the higher value. */
static bool is_high_at(struct mesh *mesh, uint32_t node, const struct row *row)
{
    struct record record;
    const struct field_value high = value_of(row, true);
    record_derive(mesh_history(mesh, node), &record);
    const struct field_value *shown = &record.values[row->field];
    return shown->number == high.number && shown->truth == high.truth &&
           bytes_equal(shown->text, high.text);
}

static bool has_conflict_at(struct mesh *mesh, uint32_t node)
{
    struct record record;
    record_derive(mesh_history(mesh, node), &record);
    return record.has_conflict;
}

/* The first node writes the higher value or the lower, with its clock ahead or behind. */
static void disagree(const struct row *row, bool is_first_high, bool is_first_ahead)
{
    const bool is_high_later = is_first_high == is_first_ahead;
    const bool expected[] = {[LATER] = is_high_later,
                             [SMALLER] = is_first_high,
                             [LOWER] = false,
                             [YES] = true,
                             [NO] = false,
                             [GIVEN] = false};
    struct mesh *mesh = mesh_new(NODES, row->kind);
    set(mesh, 0, is_first_ahead ? 9 : 5, row, is_first_high);
    set(mesh, 1, is_first_ahead ? 5 : 9, row, !is_first_high);
    mesh_sync(mesh);
    for (uint32_t node = 0; node < NODES; node++) {
        assert_int_equal(is_high_at(mesh, node, row), expected[row->counts]);
        assert_true(has_conflict_at(mesh, node));
    }
    set(mesh, 1, 1, row, !expected[row->counts]); /* who has seen both says it again */
    mesh_sync(mesh);
    assert_int_equal(is_high_at(mesh, 2, row), !expected[row->counts]);
    assert_false(has_conflict_at(mesh, 2));
    mesh_free(mesh);
}

TEST(record_fields, of_two_who_disagree_that_one_counts_which_the_table_says_and_it_is_marked)
{
    for (size_t i = 0; i < ROWS; i++) {
        for (uint32_t way = 0; way < 4 && rows[i].counts != GIVEN; way++) {
            disagree(&rows[i], (way & 1) != 0, (way & 2) != 0);
        }
    }
}

TEST(record_fields, what_is_no_record_has_no_fields_and_no_record_has_more_than_it_has)
{
    for (uint32_t field = 0; field < RECORD_FIELDS_MAX; field++) {
        assert_int_equal(record_field_rule(KIND_ORDER, field).form, FIELD_UNKNOWN);
    }
    assert_int_equal(record_field_rule(KIND_STALL, RECORD_NAME).form, FIELD_TEXT);
    assert_int_equal(record_field_rule(KIND_STALL, RECORD_FIELDS_MAX).form, FIELD_UNKNOWN);
}
