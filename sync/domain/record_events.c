/* The bytes, in docs/protocol.md's words:
 *
 *   stall.set ... review.set  [[[field, value], ...]]
 *   review.hide               [bool hidden, text reason]
 *   station.busy              [uint minutes, uint until]
 */
#include "sync/domain/body.h"
#include "sync/domain/record.h"

/* What an event of its own says, which another right stands behind. */
static bool is_aside(enum kind kind, uint32_t field)
{
    return (kind == KIND_REVIEW &&
            (field == (uint32_t)RECORD_HIDDEN || field == (uint32_t)REVIEW_REASON)) ||
           (kind == KIND_STATION &&
            (field == (uint32_t)STATION_BUSY || field == (uint32_t)STATION_BUSY_UNTIL));
}

struct field_rule record_field_rule(enum kind kind, uint32_t field)
{
    const struct record_kind *of = record_kind_find(kind);
    const bool is_none = of == NULL || field >= RECORD_FIELDS_MAX || is_aside(kind, field);
    return is_none ? (struct field_rule){0} : of->fields[field].rule;
}

#define X(kind, word, ...)                                                                         \
    static struct field_rule word##_rule(uint32_t field)                                           \
    {                                                                                              \
        return record_field_rule(kind, field);                                                     \
    }                                                                                              \
    static int word##_decode(struct bytes body, struct field_values *ret_set)                      \
    {                                                                                              \
        return fields_decode(body, word##_rule, ret_set);                                          \
    }
NUMBERED_RECORDS(X)
X(KIND_REVIEW, review, "reviews")
#undef X

/* clang-format off */
#define ROW(symbol, number, name_, form_, min_, max_, merge_, otherwise_, note)                    \
    [number] = {.name = (name_),                                                                   \
                .rule = {FIELD_##form_, (min_), (max_)},                                           \
                .merge = (merge_),                                                                 \
                .otherwise = (otherwise_)},

const struct record_kind record_kinds[] = {
#define X(kind_, word, path_, rows, type, count, hidden_merge)                                     \
    {.kind = (kind_), .name = #word, .path = (path_), .set = (type), .count_max = (count),         \
     .rule_of = word##_rule, .decode = word##_decode,                                              \
     .fields = {NUMBERED_FIELDS(ROW, hidden_merge) rows(ROW)}},
    NUMBERED_RECORDS(X)
#undef X
    {.kind = KIND_REVIEW, .name = "review", .path = "reviews", .set = EVENT_REVIEW_SET,
     .count_max = REVIEWS_MAX, .rule_of = review_rule, .decode = review_decode,
     .fields = {REVIEW_FIELDS(ROW) MODERATION_FIELDS(ROW)}},
};
/* clang-format on */
const size_t record_kinds_count = sizeof record_kinds / sizeof record_kinds[0];

const struct record_kind *record_kind_find(enum kind kind)
{
    for (size_t i = 0; i < record_kinds_count; i++) {
        if (record_kinds[i].kind == kind) {
            return &record_kinds[i];
        }
    }
    return NULL;
}

const struct record_kind *record_kind_of_event(uint32_t type)
{
    for (size_t i = 0; i < record_kinds_count; i++) {
        if ((uint32_t)record_kinds[i].set == type) {
            return &record_kinds[i];
        }
    }
    return NULL;
}

void record_set_encode(const struct record_kind *kind, const struct field_values *set,
                       struct writer *writer)
{
    fields_encode(set, kind->rule_of, writer);
}

int record_set_decode(const struct record_kind *kind, struct bytes body,
                      struct field_values *ret_set)
{
    return kind->decode(body, ret_set);
}

void review_hide_encode(const struct review_hide *hide, struct writer *writer)
{
    write_array(writer, 2);
    write_bool(writer, hide->is_hidden);
    write_text(writer, hide->reason);
}

int review_hide_decode(struct bytes body, struct review_hide *ret_hide)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 2);
    struct review_hide hide = {.is_hidden = read_bool(&reader)};
    hide.reason = read_text(&reader, REASON_BYTES_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_hide = hide;
    }
    return err;
}

void station_busy_encode(const struct station_busy *busy, struct writer *writer)
{
    write_array(writer, 2);
    write_uint(writer, busy->minutes);
    write_uint(writer, busy->until_ms);
}

int station_busy_decode(struct bytes body, struct station_busy *ret_busy)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 2);
    struct station_busy busy = {.minutes = (uint32_t)read_uint(&reader, BUSY_CLOSED)};
    busy.until_ms = read_uint(&reader, INT64_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_busy = busy;
    }
    return err;
}
