/* Bodies of records, people, reviews, drawers and devices into commands. */
#include "node/json/json_fill.h"

#include "node/json/hex.h"
#include "sync/base/check.h"
#include "sync/domain/record.h"

/* Hex digits, or none, into the storage. */
static void field_bytes(struct fill *fill, const char *name, struct wanted_field *field)
{
    uint8_t data[RECORD_ID_BYTES_MAX];
    const struct bytes hex = json_get_text(fill->body, name);
    check(hex.size <= 2 * sizeof data);
    if (hex.size % 2 != 0 || !hex_read_any_case(hex, data, hex.size / 2)) {
        fill_fail(fill, ERR_MALFORMED, name);
    } else if (api_command_keep(fill->into, bytes_of(data, hex.size / 2), &field->text) != 0) {
        fill_fail(fill, ERR_TOO_LARGE, name);
    }
}

static void fill_record_field(struct fill *fill, const struct record_field *of, uint32_t number)
{
    static void (*const forms[])(struct fill *, const char *, struct wanted_field *) = {
        [FIELD_TEXT] = fill_field_text,
        [FIELD_NUMBER] = fill_field_number,
        [FIELD_TRUTH] = fill_field_truth,
        [FIELD_BYTES] = field_bytes,
    };
    struct wanted_field *field = &fill->command->fields[fill->command->fields_count++];
    field->field = number;
    forms[of->rule.form](fill, of->name, field);
}

/* Every field that the body names; the number says which record, not what it holds. */
static void fill_record_fields(struct fill *fill, const struct record_kind *kind)
{
    for (uint32_t field = RECORD_NUMBER + 1; field < RECORD_FIELDS_MAX; field++) {
        if (kind->fields[field].name != NULL && fill_has(fill, kind->fields[field].name)) {
            fill_record_field(fill, &kind->fields[field], field);
        }
    }
    if (fill->command->fields_count == 0) {
        fill_fail(fill, ERR_MALFORMED, "/: says nothing to change");
    }
}

void fill_record(struct fill *fill)
{
    if (fill_has(fill, "number") && !fill->command->is_new) {
        fill_fail(fill, ERR_MALFORMED, "/number: stands in the path");
    }
    if (fill_has(fill, "number")) {
        fill->command->item = (uint64_t)json_get_int(fill->body, "number");
    }
    fill_record_fields(fill, record_kind_find(fill->command->record));
}

void fill_pin(struct fill *fill)
{
    fill->command->record = KIND_STAFF;
    fill->command->reason = bytes_of_text("a PIN that was replaced");
}

void fill_review(struct fill *fill)
{
    fill_record_fields(fill, record_kind_find(KIND_REVIEW));
}

void fill_review_hide(struct fill *fill)
{
    fill->command->truth = fill_truth(fill, "hidden");
    fill->command->reason = fill_text(fill, fill->body, "reason");
}

void fill_station_busy(struct fill *fill)
{
    fill->command->record = KIND_STATION;
    fill->command->busy_minutes = (uint32_t)json_get_int(fill->body, "minutes");
    fill->command->busy_until_ms = (uint64_t)json_get_int(fill->body, "until");
}

void fill_drawer_open(struct fill *fill)
{
    fill->command->item = (uint64_t)json_get_int(fill->body, "number");
    fill->command->amount_minor = json_get_int(fill->body, "float");
}

void fill_drawer_move(struct fill *fill)
{
    fill->command->amount_minor = json_get_int(fill->body, "amount");
    fill->command->reason = fill_text(fill, fill->body, "reason");
}

void fill_drawer_count(struct fill *fill)
{
    fill->command->amount_minor = json_get_int(fill->body, "counted");
    fill->command->note = fill_text(fill, fill->body, "note");
}

void fill_role(struct fill *fill)
{
    const struct json_value *role = json_get(fill->body, "role");
    fill->command->role = role_of_text((const char *)json_text(role).data);
}

void fill_name(struct fill *fill)
{
    fill->command->name = fill_text(fill, fill->body, "name");
}

void fill_bytes(struct fill *fill)
{
    (void)fill;
}
