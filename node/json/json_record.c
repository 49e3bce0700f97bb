#include "node/api/state.h"
#include "node/json/json_build.h"
#include "node/json/json_state.h"

static void put_field(struct json_value *object, const struct record_field *field,
                      const struct field_value *value)
{
    switch (field->rule.form) {
    case FIELD_TEXT:
        json_put_text(object, field->name, value->text);
        break;
    case FIELD_NUMBER:
        json_put_int(object, field->name, value->number);
        break;
    case FIELD_TRUTH:
        json_put_bool(object, field->name, value->truth);
        break;
    case FIELD_BYTES:
        json_put_hex(object, field->name, value->text);
        break;
    case FIELD_OPTIONS:
    case FIELD_UNKNOWN:
        break;
    }
}

struct json_value *state_json_record(const struct state *state)
{
    const struct record *record = &state->record;
    struct json_value *object = json_new_object();
    json_put_entity(object, "id", &record->id);
    for (uint32_t field = 0; field < RECORD_FIELDS_MAX; field++) {
        put_field(object, &record->kind->fields[field], &record->values[field]);
    }
    json_put_bool(object, "conflict", record->has_conflict);
    return object;
}

/* The records of @kind in the order of the index, from @key on; they go to @list. */
static int append_records(struct state *state, struct store_txn *txn,
                          const struct record_kind *kind, struct json_value *list)
{
    struct key key = {.data = {INDEX_RECORD, (uint8_t)kind->kind}, .size = 2};
    struct entity_id id;
    int err = 0;
    while (err == 0 && json_count(list) < kind->count_max) {
        err = board_next(txn, INDEX_RECORD, &key, &id);
        if (err == 0 && key.data[1] != (uint8_t)kind->kind) {
            return 0;
        }
        if (err == 0) {
            err = board_led_to(state_record(state, txn, kind->kind, &id));
        }
        if (err == 0) {
            json_append(list, state_json_record(state));
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

int state_json_records(struct state *state, struct store_txn *txn, enum kind kind,
                       struct json_value **ret_value)
{
    const struct record_kind *of = record_kind_find(kind);
    struct cursor cursor;
    int err = cursor_now(txn, &cursor);
    if (err != 0) {
        return err;
    }
    struct json_value *list = json_new_array();
    err = append_records(state, txn, of, list);
    if (err != 0) {
        json_free(list);
        return err;
    }
    struct json_value *object = json_new_object();
    json_put_cursor(object, &cursor);
    json_put(object, of->path, list);
    *ret_value = object;
    return 0;
}
