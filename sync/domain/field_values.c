#include "sync/domain/field_values.h"

#include <string.h>

#include "sync/domain/body.h"
#include "sync/domain/menu_events.h"

static struct bytes read_options_raw(struct reader *reader)
{
    struct menu_options options;
    const struct bytes raw = read_raw(reader);
    const int err = reader->err == 0 ? menu_options_decode(raw, &options) : 0;
    if (err != 0) {
        reader_fail(reader, err);
    }
    return raw;
}

static struct bytes read_text_within(struct reader *reader, const struct field_rule *rule)
{
    const struct bytes text = read_text(reader, (size_t)rule->max);
    if (text.size < (size_t)rule->min) {
        reader_fail(reader, ERR_MALFORMED);
    }
    return text;
}

static struct bytes read_bytes_whole(struct reader *reader, const struct field_rule *rule)
{
    const struct bytes bytes = read_bin(reader, (size_t)rule->min, (size_t)rule->max);
    if (bytes.size != 0 && bytes.size != (size_t)rule->max) {
        reader_fail(reader, ERR_MALFORMED);
    }
    return bytes;
}

static void read_value(struct reader *reader, const struct field_rule *rule,
                       struct field_value *value)
{
    switch (rule->form) {
    case FIELD_TEXT:
        value->text = read_text_within(reader, rule);
        break;
    case FIELD_NUMBER:
        value->number = read_int(reader, rule->min, rule->max);
        break;
    case FIELD_TRUTH:
        value->truth = read_bool(reader);
        break;
    case FIELD_OPTIONS:
        value->text = read_options_raw(reader);
        break;
    case FIELD_BYTES:
        value->text = read_bytes_whole(reader, rule);
        break;
    case FIELD_UNKNOWN:
        (void)read_raw(reader);
        break;
    }
}

static void write_value(struct writer *writer, enum field_form form,
                        const struct field_value *value)
{
    switch (form) {
    case FIELD_TEXT:
        write_text(writer, value->text);
        break;
    case FIELD_NUMBER:
        write_int(writer, value->number);
        break;
    case FIELD_TRUTH:
        write_bool(writer, value->truth);
        break;
    case FIELD_OPTIONS:
        write_raw(writer, value->text);
        break;
    case FIELD_BYTES:
        write_bin(writer, value->text.data, value->text.size);
        break;
    case FIELD_UNKNOWN:
        write_nil(writer);
        break;
    }
}

bool field_is_same(enum field_form form, const struct field_value *a, const struct field_value *b)
{
    switch (form) {
    case FIELD_TEXT:
    case FIELD_OPTIONS:
    case FIELD_BYTES:
        return bytes_equal(a->text, b->text);
    case FIELD_NUMBER:
        return a->number == b->number;
    case FIELD_TRUTH:
        return a->truth == b->truth;
    case FIELD_UNKNOWN:
        break;
    }
    return false;
}

static bool has_field(const struct field_values *set, uint32_t field)
{
    for (uint32_t i = 0; i < set->count; i++) {
        if (set->values[i].field == field) {
            return true;
        }
    }
    return false;
}

static void read_field(struct reader *reader, struct field_rule (*rule_of)(uint32_t),
                       struct field_values *set)
{
    (void)read_array(reader, 2, 2);
    struct field_value value = {.field = (uint32_t)read_uint(reader, UINT32_MAX)};
    const struct field_rule rule = rule_of(value.field);
    read_value(reader, &rule, &value);
    if (rule.form == FIELD_UNKNOWN) {
        return;
    }
    if (has_field(set, value.field)) {
        reader_fail(reader, ERR_MALFORMED);
        return;
    }
    set->values[set->count++] = value;
}

int fields_decode(struct bytes body, struct field_rule (*rule_of)(uint32_t),
                  struct field_values *ret_set)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 1);
    struct field_values set;
    set.count = 0;
    const uint32_t count = read_array(&reader, 0, FIELD_VALUES_MAX);
    for (uint32_t i = 0; i < count && reader.err == 0; i++) {
        read_field(&reader, rule_of, &set);
    }
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        ret_set->count = set.count;
        memcpy(ret_set->values, set.values, set.count * sizeof set.values[0]);
    }
    return err;
}

void fields_encode(const struct field_values *set, struct field_rule (*rule_of)(uint32_t),
                   struct writer *writer)
{
    write_array(writer, 1);
    write_array(writer, set->count);
    for (uint32_t i = 0; i < set->count; i++) {
        write_array(writer, 2);
        write_uint(writer, set->values[i].field);
        write_value(writer, rule_of(set->values[i].field).form, &set->values[i]);
    }
}
