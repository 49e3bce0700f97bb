#include "node/json/json_fill.h"

#include <stdio.h>
#include <string.h>

#include "node/json/hex.h"
#include "sync/base/check.h"

void fill_fail(struct fill *fill, int err, const char *what)
{
    if (fill->err != 0) {
        return;
    }
    fill->err = err;
    (void)snprintf(fill->where, JSON_WHERE_BYTES_MAX, "%s", what);
}

/* --- reading what the schema has checked --- */

bool fill_has(const struct fill *fill, const char *name)
{
    return json_get(fill->body, name) != NULL;
}

bool fill_truth(const struct fill *fill, const char *name)
{
    return json_get_bool(fill->body, name);
}

struct bytes fill_text(struct fill *fill, const struct json_value *object, const char *name)
{
    struct bytes kept = bytes_of(NULL, 0);
    if (api_command_keep(fill->into, json_get_text(object, name), &kept) != 0) {
        fill_fail(fill, ERR_TOO_LARGE, name);
    }
    return kept;
}

void fill_field_text(struct fill *fill, const char *name, struct wanted_field *field)
{
    field->text = fill_text(fill, fill->body, name);
}

void fill_field_number(struct fill *fill, const char *name, struct wanted_field *field)
{
    field->number = json_get_int(fill->body, name);
}

void fill_field_truth(struct fill *fill, const char *name, struct wanted_field *field)
{
    field->truth = fill_truth(fill, name);
}

/* --- the table --- */

static void fill_nothing(struct fill *fill)
{
    check(json_fields_count(fill->body) == 0);
}

static void (*const fills[COMMAND_COUNT])(struct fill *fill) = {
    [COMMAND_ORDER_PLACE] = fill_place,
    [COMMAND_QUOTE] = fill_quote,
    [COMMAND_QUOTE_DROP] = fill_quote_drop,
    [COMMAND_CART_ADD] = fill_cart_add,
    [COMMAND_CART_SET] = fill_cart_set,
    [COMMAND_TABLE_SIT] = fill_table_sit,
    [COMMAND_TABLE_CODE] = fill_nothing,
    [COMMAND_TABLE_CLEAR] = fill_nothing,
    [COMMAND_TABLE_REVOKE] = fill_nothing,
    [COMMAND_LINES_ADD] = fill_lines_add,
    [COMMAND_LINE_SET] = fill_line_set,
    [COMMAND_LINES_VOID] = fill_reason,
    [COMMAND_ACCEPT] = fill_accept,
    [COMMAND_REFUSE] = fill_reason,
    [COMMAND_START] = fill_ids,
    [COMMAND_DONE] = fill_ids,
    [COMMAND_RECALL] = fill_recall,
    [COMMAND_AMEND] = fill_amend,
    [COMMAND_HAND_OVER] = fill_hand_over,
    [COMMAND_UNHAND] = fill_ids,
    [COMMAND_CANCEL] = fill_reason,
    [COMMAND_REINSTATE] = fill_nothing,
    [COMMAND_PAY] = fill_money,
    [COMMAND_REFUND] = fill_money,
    [COMMAND_REFUND_WISH] = fill_wish,
    [COMMAND_RECEIPT] = fill_nothing,
    [COMMAND_DISCOUNT] = fill_discount,
    [COMMAND_TIP] = fill_tip,
    [COMMAND_SEEN] = fill_seen,
    [COMMAND_PRINT] = fill_print,
    [COMMAND_MENU_SET] = fill_menu,
    [COMMAND_MENU_PHOTO] = fill_bytes,
    [COMMAND_POPUP_SET] = fill_popup,
    [COMMAND_STOCK_ADD] = fill_stock,
    [COMMAND_DAY_OPEN] = fill_day,
    [COMMAND_RECORD_SET] = fill_record,
    [COMMAND_REVIEW] = fill_review,
    [COMMAND_STATION_BUSY] = fill_station_busy,
    [COMMAND_MENU_CHOICE] = fill_menu_choice,
    [COMMAND_REVIEW_HIDE] = fill_review_hide,
    [COMMAND_DEVICE_REVOKE] = fill_nothing,
    [COMMAND_DEVICE_RETIRE] = fill_nothing,
    [COMMAND_DEVICE_ROLE] = fill_role,
    [COMMAND_DEVICE_RENAME] = fill_name,
    [COMMAND_STAFF_PIN] = fill_pin,
    [COMMAND_STAFF_ROLE] = fill_role,
    [COMMAND_DRAWER_OPEN] = fill_drawer_open,
    [COMMAND_DRAWER_MOVE] = fill_drawer_move,
    [COMMAND_DRAWER_COUNT] = fill_drawer_count,
    [COMMAND_DAY_CLOSE] = fill_nothing,
    [COMMAND_BLOB_ADD] = fill_bytes,
    [COMMAND_CONTACT] = fill_bytes,
    [COMMAND_BLOB_ERASE] = fill_reason,
    [COMMAND_ORDER_ERASE] = fill_reason,
    [COMMAND_ORDER_ADOPT] = fill_nothing,
    [COMMAND_ORDER_DROP] = fill_reason,
};

static struct fill fill_begin(const struct json_value *body, struct api_command *into, char *where)
{
    return (struct fill){.body = body, .into = into, .command = &into->command, .where = where};
}

int api_fill(const struct route *route, const struct route_match *match,
             const struct json_value *body, struct api_command *command, char *ret_where)
{
    struct fill fill = fill_begin(body, command, ret_where);
    check(route_is_write(route) && fills[route->command] != NULL);
    command->command.kind = (enum command_kind)route->command;
    command->command.order = match->order;
    command->command.item = match->number;
    command->command.blob = match->blob;
    command->command.record = route->record;
    command->command.is_new = route->record != KIND_NONE && strcmp(route->method, "POST") == 0;
    command->command.staff = match->number;
    command->command.device = match->device;
    if (match->line != 0) {
        command->command.ids_count = 1;
        command->command.ids[0] = match->line;
    }
    fills[route->command](&fill);
    return fill.err;
}

int api_fill_seen(struct bytes frame, struct api_command *command, char *ret_where)
{
    struct json_value *value = NULL;
    int err = json_parse_as(&schema_frame_seen, frame, &value, ret_where);
    if (err != 0) {
        return err;
    }
    struct fill fill = fill_begin(value, command, ret_where);
    command->command.kind = COMMAND_SEEN;
    check(
        hex_read(json_get_text(fill.body, "order"), command->command.order.bytes, ENTITY_ID_BYTES));
    fill_seen(&fill);
    json_free(value);
    return fill.err;
}

int api_fill_key(struct bytes header, struct api_command *command)
{
    uint8_t key[REQUEST_KEY_BYTES_MAX];
    size_t size = header.size / 2;
    if (header.size % 2 != 0 || size < REQUEST_KEY_BYTES_MIN || size > REQUEST_KEY_BYTES_MAX ||
        !hex_read_any_case(header, key, size)) {
        return ERR_MALFORMED;
    }
    return api_command_keep(command, bytes_of(key, size), &command->command.key);
}

struct hash api_body_hash(const char *method, const char *path, struct bytes body)
{
    /* Neither method nor path has a zero byte, so the parts cannot run into each other. */
    struct bytes parts[] = {bytes_of(method, strlen(method) + 1), bytes_of(path, strlen(path) + 1),
                            body};
    struct hash hash;
    hash_parts(hash.bytes, sizeof hash.bytes, parts, sizeof parts / sizeof parts[0]);
    return hash;
}
