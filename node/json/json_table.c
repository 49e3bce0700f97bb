/* Tables that have codes, and where phones of this network order. */
#include <stdio.h>
#include <string.h>

#include "node/api/state.h"
#include "node/json/json_build.h"
#include "node/json/json_state.h"
#include "node/os/address.h"

/* As phones call it: this machine's own address where the door hears at any. */
static void put_door(struct json_value *object, const struct state *state)
{
    char called[DOOR_BYTES_MAX], url[DOOR_BYTES_MAX + 8];
    if (state->door[0] == '\0') {
        return;
    }
    endpoint_resolve(state->door, called, sizeof called);
    (void)snprintf(url, sizeof url, "http%s", called + strlen("tcp"));
    json_put_string(object, "door", url);
}

static int append_table(struct state *state, struct store_txn *txn, const struct entity_id *id,
                        struct json_value *list)
{
    const int err = board_led_to(state_sheet(state, txn, id));
    if (err == 0) {
        struct json_value *object = json_new_object();
        json_put_int(object, "number", state->sheet.table);
        json_put_bool(object, "open", sheet_generation(&state->sheet) != 0);
        json_append(list, object);
    }
    return err;
}

static int append_tables(struct state *state, struct store_txn *txn, struct json_value *list)
{
    struct key key = {.data = {INDEX_RECORD, KIND_SHEET}, .size = 2};
    struct entity_id id;
    int err = 0;
    while (err == 0 && json_count(list) < SHEETS_MAX) {
        err = board_next(txn, INDEX_RECORD, &key, &id);
        if (err == 0 && key.data[1] != KIND_SHEET) {
            return 0;
        }
        if (err == 0) {
            err = append_table(state, txn, &id, list);
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

int state_json_tables(struct state *state, struct store_txn *txn, struct json_value **ret_value)
{
    struct cursor cursor;
    int err = cursor_now(txn, &cursor);
    if (err != 0) {
        return err;
    }
    struct json_value *list = json_new_array();
    err = append_tables(state, txn, list);
    if (err != 0) {
        json_free(list);
        return err;
    }
    struct json_value *object = json_new_object();
    json_put_cursor(object, &cursor);
    json_put(object, "tables", list);
    put_door(object, state);
    *ret_value = object;
    return 0;
}
