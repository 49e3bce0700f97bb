#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "node/api/fill.h"
#include "node/api/state.h"
#include "sync/base/check.h"
#include "sync/domain/record.h"

/* What the filling functions share. Errors stick: the first one wins. */
struct fill {
    const json_t *body;
    struct api_command *into;
    struct command *command;
    char *where;
    int err;
};

static void fail(struct fill *fill, int err, const char *what)
{
    if (fill->err != 0) {
        return;
    }
    fill->err = err;
    (void)snprintf(fill->where, JSON_WHERE_BYTES_MAX, "%s", what);
}

/* --- reading what the schema has checked --- */

static bool has(const struct fill *fill, const char *name)
{
    return json_object_get(fill->body, name) != NULL;
}

static int64_t number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static bool truth(const struct fill *fill, const char *name)
{
    return json_is_true(json_object_get(fill->body, name));
}

static struct bytes borrowed(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return value == NULL ? bytes_of(NULL, 0)
                         : bytes_of(json_string_value(value), json_string_length(value));
}

/* A text of @object in the command's own storage; empty when it was left out. */
static struct bytes text(struct fill *fill, const json_t *object, const char *name)
{
    struct bytes kept = bytes_of(NULL, 0);
    if (api_command_keep(fill->into, borrowed(object, name), &kept) != 0) {
        fail(fill, ERR_TOO_LARGE, name);
    }
    return kept;
}

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* @text is of @size hex pairs. */
static bool unhex(const uint8_t *text, size_t size, uint8_t *to)
{
    for (size_t i = 0; i < size; i++) {
        int high = hex_value(text[2 * i]);
        int low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        to[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

/* --- lines --- */

static void fill_options(const json_t *array, struct wanted_line *line)
{
    line->options_count = (uint32_t)json_array_size(array);
    for (uint32_t i = 0; i < line->options_count; i++) {
        const json_t *option = json_array_get(array, i);
        line->options[i] = (struct wanted_option){.group = (uint8_t)number(option, "group"),
                                                  .choice = (uint8_t)number(option, "choice")};
    }
}

static void fill_wanted(struct fill *fill, const json_t *from, struct wanted_line *line)
{
    line->item = (uint64_t)number(from, "item");
    line->quantity = (int32_t)number(from, "quantity");
    line->note = text(fill, from, "note");
    fill_options(json_object_get(from, "options"), line);
}

static void fill_lines(struct fill *fill)
{
    const json_t *array = json_object_get(fill->body, "lines");
    fill->command->lines_count = (uint32_t)json_array_size(array);
    for (uint32_t i = 0; i < fill->command->lines_count; i++) {
        fill_wanted(fill, json_array_get(array, i), &fill->command->lines[i]);
    }
}

static void fill_ids(struct fill *fill)
{
    const json_t *array = json_object_get(fill->body, "lines");
    fill->command->ids_count = (uint32_t)json_array_size(array);
    for (uint32_t i = 0; i < fill->command->ids_count; i++) {
        fill->command->ids[i] = (uint32_t)json_integer_value(json_array_get(array, i));
    }
}

/* --- orders, one function per body --- */

static void fill_payment(struct fill *fill)
{
    const json_t *payment = json_object_get(fill->body, "payment");
    fill->command->is_paid_now = payment != NULL;
    fill->command->method = text(fill, payment, "method");
    fill->command->amount_minor = number(payment, "amount");
    fill->command->tendered_minor = number(payment, "tendered");
}

static void fill_forced(struct fill *fill)
{
    fill->command->is_forced = truth(fill, "forced");
}

static void fill_id(struct fill *fill, const char *name, struct entity_id *id)
{
    check(unhex(borrowed(fill->body, name).data, ENTITY_ID_BYTES, id->bytes));
}

static void fill_quoted(struct fill *fill)
{
    fill->command->has_quote = has(fill, "quote");
    if (fill->command->has_quote) {
        fill_id(fill, "quote", &fill->command->quote);
    }
    fill->command->has_cart = has(fill, "cart");
    if (fill->command->has_quote + fill->command->has_cart + has(fill, "lines") != 1) {
        fail(fill, ERR_MALFORMED, "/: wants one of lines, quote and cart");
    }
    if (fill->command->has_quote == has(fill, "mode")) {
        fail(fill, ERR_MALFORMED, "/mode: goes with lines and cart; a quote has its own");
    }
}

static void fill_cart_seen(struct fill *fill)
{
    const json_t *cart = json_object_get(fill->body, "cart");
    if (cart == NULL) {
        return;
    }
    fill->command->cart_round = (uint32_t)number(cart, "round");
    fill->command->cart_version = (uint64_t)number(cart, "version");
}

/* Its one line is the body itself. */
static void fill_cart_add(struct fill *fill)
{
    fill->command->lines_count = 1;
    fill_wanted(fill, fill->body, &fill->command->lines[0]);
    fill->command->name = text(fill, fill->body, "who");
}

static void fill_cart_set(struct fill *fill)
{
    fill->command->quantity_delta = (int32_t)number(fill->body, "delta");
    fill->command->has_note = has(fill, "note");
    fill->command->note = text(fill, fill->body, "note");
}

/* What the code says: see cart.h. */
static void fill_table_sit(struct fill *fill)
{
    fill->command->reference = text(fill, fill->body, "code");
}

static void fill_quote(struct fill *fill)
{
    fill->command->mode = text(fill, fill->body, "mode");
    fill_lines(fill);
}

static void fill_quote_drop(struct fill *fill)
{
    fill->command->quote = fill->command->order;
}

static void fill_place(struct fill *fill)
{
    fill_quoted(fill);
    fill->command->channel = text(fill, fill->body, "channel");
    fill->command->mode = text(fill, fill->body, "mode");
    fill->command->name = text(fill, fill->body, "name");
    fill_lines(fill);
    fill_cart_seen(fill);
    fill_payment(fill);
    fill_forced(fill);
    fill->command->is_draft = truth(fill, "pay_first");
}

static void fill_lines_add(struct fill *fill)
{
    fill_lines(fill);
    fill_forced(fill);
}

static void fill_line_set(struct fill *fill)
{
    fill->command->quantity_delta = (int32_t)number(fill->body, "delta");
    fill->command->has_note = has(fill, "note");
    fill->command->note = text(fill, fill->body, "note");
    fill->command->has_options = has(fill, "options");
    fill_options(json_object_get(fill->body, "options"), &fill->command->lines[0]);
    fill_forced(fill);
    if (!has(fill, "delta") && !has(fill, "note") && !has(fill, "options")) {
        fail(fill, ERR_MALFORMED, "/: says nothing to change");
    }
}

static void fill_reason(struct fill *fill)
{
    fill_ids(fill);
    fill->command->reason = text(fill, fill->body, "reason");
}

static void fill_accept(struct fill *fill)
{
    fill->command->station = text(fill, fill->body, "station");
}

static void fill_recall(struct fill *fill)
{
    fill_ids(fill);
    fill->command->truth = truth(fill, "waiting");
}

static void fill_amend(struct fill *fill)
{
    fill->command->ids_count = 1;
    fill->command->ids[0] = (uint32_t)number(fill->body, "line");
    fill->command->truth = truth(fill, "yes");
}

static void fill_hand_over(struct fill *fill)
{
    const json_t *array = json_object_get(fill->body, "units");
    fill->command->ids_count = (uint32_t)json_array_size(array);
    for (uint32_t i = 0; i < fill->command->ids_count; i++) {
        const json_t *from = json_array_get(array, i);
        fill->command->ids[i] = (uint32_t)number(from, "line");
        fill->command->units[i] = (int32_t)number(from, "units");
    }
}

static void fill_nothing(struct fill *fill)
{
    check(json_object_size(fill->body) == 0);
}

static void fill_money(struct fill *fill)
{
    fill->command->method = text(fill, fill->body, "method");
    fill->command->amount_minor = number(fill->body, "amount");
    fill->command->tendered_minor = number(fill->body, "tendered");
    fill->command->reason = text(fill, fill->body, "reason");
    fill->command->reference = text(fill, fill->body, "reference");
}

static void fill_discount(struct fill *fill)
{
    fill->command->discount_bp = (uint32_t)number(fill->body, "percent_bp");
    fill->command->amount_minor = number(fill->body, "amount");
    fill->command->reason = text(fill, fill->body, "reason");
    if (has(fill, "percent_bp") == has(fill, "amount")) {
        fail(fill, ERR_MALFORMED, "/: wants either percent_bp or amount");
    }
}

static void fill_unit_numbers(struct fill *fill, uint32_t line, const json_t *units)
{
    struct command *command = fill->command;
    for (size_t i = 0; i < json_array_size(units); i++) {
        if (command->units_count == WISH_UNITS_MAX) {
            fail(fill, ERR_TOO_LARGE, "/lines: more units than one wish may name");
            return;
        }
        command->wish_units[command->units_count++] =
            (struct wish_unit){line, (uint32_t)json_integer_value(json_array_get(units, i))};
    }
}

static void fill_wish(struct fill *fill)
{
    const json_t *lines = json_object_get(fill->body, "lines");
    struct command *command = fill->command;
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *from = json_array_get(lines, i);
        const uint32_t line = (uint32_t)number(from, "line");
        const json_t *units = json_object_get(from, "units");
        if (units == NULL) {
            command->ids[command->ids_count++] = line;
        } else {
            fill_unit_numbers(fill, line, units);
        }
    }
    command->amount_minor = number(fill->body, "amount");
    command->slot = (uint32_t)number(fill->body, "slot");
    command->reason = text(fill, fill->body, "reason");
    if (has(fill, "lines") == has(fill, "amount") || has(fill, "amount") != has(fill, "slot")) {
        fail(fill, ERR_MALFORMED, "/: wants either lines, or amount and slot");
    }
}

static void fill_changed(struct fill *fill)
{
    struct bytes changed = borrowed(fill->body, "changed");
    /* Clean text: no zero byte inside, and jansson's has one behind. */
    if (changed_parse((const char *)changed.data, &fill->command->changed_log,
                      &fill->command->changed_seq) != 0) {
        fail(fill, ERR_MALFORMED, "/changed: is not what an Order said");
    }
}

static void fill_seen(struct fill *fill)
{
    fill->command->station = text(fill, fill->body, "station");
    fill_changed(fill);
}

static void fill_print(struct fill *fill)
{
    struct bytes what = borrowed(fill->body, "what");
    fill->command->purpose =
        bytes_equal(what, bytes_of_text("receipt")) ? PRINT_RECEIPT : PRINT_TICKET;
    fill->command->station = text(fill, fill->body, "station");
    fill->command->printer = (uint32_t)number(fill->body, "printer");
}

/* --- menu and pop-up --- */

enum menu_form { FORM_TEXT, FORM_NUMBER, FORM_TRUTH, FORM_WORD, FORM_WORDS, FORM_GROUPS };

struct field_name {
    const char *name;
    uint32_t field;
    enum menu_form form;
};

static const struct field_name menu_fields[] = {
    {"name", MENU_NAME, FORM_TEXT},
    {"category", MENU_CATEGORY, FORM_TEXT},
    {"position", MENU_POSITION, FORM_NUMBER},
    {"price", MENU_PRICE, FORM_NUMBER},
    {"tax_eat_in", MENU_TAX_EAT_IN, FORM_NUMBER},
    {"tax_take_away", MENU_TAX_TAKE_AWAY, FORM_NUMBER},
    {"station", MENU_STATION, FORM_TEXT},
    {"stall", MENU_STALL, FORM_NUMBER},
    {"tax", MENU_TAX, FORM_NUMBER},
    {"allergens", MENU_ALLERGENS, FORM_WORDS},
    {"diet", MENU_DIET, FORM_WORDS},
    {"description", MENU_DESCRIPTION, FORM_TEXT},
    {"groups", MENU_OPTIONS, FORM_GROUPS},
    {"hidden", MENU_HIDDEN, FORM_TRUTH},
    {"number", MENU_NUMBER, FORM_NUMBER},
    {"stock_policy", MENU_STOCK, FORM_WORD},
};

static const struct field_name popup_fields[] = {
    {"name", POPUP_NAME, FORM_TEXT},
    {"currency", POPUP_CURRENCY, FORM_TEXT},
    {"digits", POPUP_CURRENCY_DIGITS, FORM_NUMBER},
    {"prices_include_tax", POPUP_PRICES_INCLUDE_TAX, FORM_TRUTH},
    {"cash_step", POPUP_CASH_STEP, FORM_NUMBER},
    {"pay_first", POPUP_PAY_FIRST, FORM_TRUTH},
    {"copies", POPUP_COPIES, FORM_NUMBER},
    {"late_after_s", POPUP_LATE_AFTER, FORM_NUMBER},
    {"escalate_after_s", POPUP_ESCALATE_AFTER, FORM_NUMBER},
};

static void field_text(struct fill *fill, const char *name, struct wanted_field *field)
{
    field->text = text(fill, fill->body, name);
}

static void field_number(struct fill *fill, const char *name, struct wanted_field *field)
{
    field->number = number(fill->body, name);
}

static void field_truth(struct fill *fill, const char *name, struct wanted_field *field)
{
    field->truth = truth(fill, name);
}

/* The place of a word in its table. */
static void field_word(struct fill *fill, const char *name, struct wanted_field *field)
{
    const json_t *word = json_object_get(fill->body, name);
    const struct schema_words *words = schema_field_find(&schema_menu_item, name)->words;
    for (size_t i = 0; i < words->count; i++) {
        if (strcmp(json_string_value(word), words->words[i]) == 0) {
            field->number = (int64_t)i;
        }
    }
}

/* The bits of words; both tables list them from bit 0. */
static void field_words(struct fill *fill, const char *name, struct wanted_field *field)
{
    const json_t *array = json_object_get(fill->body, name);
    const struct schema_words *words = schema_field_find(&schema_menu_item, name)->words;
    for (size_t i = 0; i < json_array_size(array); i++) {
        for (size_t bit = 0; bit < words->count; bit++) {
            if (strcmp(json_string_value(json_array_get(array, i)), words->words[bit]) == 0) {
                field->number |= INT64_C(1) << bit;
            }
        }
    }
}

static void write_choices(struct writer *writer, const json_t *choices)
{
    write_array(writer, (uint32_t)json_array_size(choices));
    for (size_t i = 0; i < json_array_size(choices); i++) {
        const json_t *choice = json_array_get(choices, i);
        write_array(writer, 2);
        write_text(writer, borrowed(choice, "name"));
        write_int(writer, number(choice, "price"));
    }
}

static bool group_is_sound(const json_t *group)
{
    int64_t max = number(group, "max");
    return number(group, "min") <= max &&
           max <= (int64_t)json_array_size(json_object_get(group, "choices"));
}

/* [[text group, min, max, [[text choice, int price], ...]], ...], straight into the storage. */
static void field_groups(struct fill *fill, const char *name, struct wanted_field *field)
{
    const json_t *groups = json_object_get(fill->body, name);
    struct api_command *into = fill->into;
    struct writer writer;
    writer_init(&writer, into->storage + into->storage_size,
                sizeof into->storage - into->storage_size);
    write_array(&writer, (uint32_t)json_array_size(groups));
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        if (!group_is_sound(group)) {
            fail(fill, ERR_MALFORMED, "/groups: min, max and the choices do not fit");
        }
        write_array(&writer, 4);
        write_text(&writer, borrowed(group, "name"));
        write_uint(&writer, (uint64_t)number(group, "min"));
        write_uint(&writer, (uint64_t)number(group, "max"));
        write_choices(&writer, json_object_get(group, "choices"));
    }
    if (writer_finish(&writer, &field->text) != 0) {
        fail(fill, ERR_TOO_LARGE, "/groups");
    } else {
        into->storage_size += field->text.size;
    }
}

static void fill_fields(struct fill *fill, const struct field_name *names, size_t count)
{
    static void (*const forms[])(struct fill *, const char *, struct wanted_field *) = {
        [FORM_TEXT] = field_text, [FORM_NUMBER] = field_number, [FORM_TRUTH] = field_truth,
        [FORM_WORD] = field_word, [FORM_WORDS] = field_words,   [FORM_GROUPS] = field_groups,
    };
    check(count <= WANTED_FIELDS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (!has(fill, names[i].name)) {
            continue;
        }
        struct wanted_field *field = &fill->command->fields[fill->command->fields_count++];
        field->field = names[i].field;
        forms[names[i].form](fill, names[i].name, field);
    }
    if (fill->command->fields_count == 0) {
        fail(fill, ERR_MALFORMED, "/: says nothing to change");
    }
}

/* --- records: fields of sync/domain/record_fields.h --- */

/* Hex digits, or none, into the storage. */
static void field_bytes(struct fill *fill, const char *name, struct wanted_field *field)
{
    uint8_t data[RECORD_ID_BYTES_MAX];
    const struct bytes hex = borrowed(fill->body, name);
    check(hex.size <= 2 * sizeof data);
    if (hex.size % 2 != 0 || !unhex(hex.data, hex.size / 2, data)) {
        fail(fill, ERR_MALFORMED, name);
    } else if (api_command_keep(fill->into, bytes_of(data, hex.size / 2), &field->text) != 0) {
        fail(fill, ERR_TOO_LARGE, name);
    }
}

static void fill_record_field(struct fill *fill, const struct record_field *of, uint32_t number_)
{
    static void (*const forms[])(struct fill *, const char *, struct wanted_field *) = {
        [FIELD_TEXT] = field_text,
        [FIELD_NUMBER] = field_number,
        [FIELD_TRUTH] = field_truth,
        [FIELD_BYTES] = field_bytes,
    };
    struct wanted_field *field = &fill->command->fields[fill->command->fields_count++];
    field->field = number_;
    forms[of->rule.form](fill, of->name, field);
}

/* Every field that the body names; the number says which record, not what it holds. */
static void fill_record_fields(struct fill *fill, const struct record_kind *kind)
{
    for (uint32_t field = RECORD_NUMBER + 1; field < RECORD_FIELDS_MAX; field++) {
        if (kind->fields[field].name != NULL && has(fill, kind->fields[field].name)) {
            fill_record_field(fill, &kind->fields[field], field);
        }
    }
    if (fill->command->fields_count == 0) {
        fail(fill, ERR_MALFORMED, "/: says nothing to change");
    }
}

static void fill_record(struct fill *fill)
{
    if (has(fill, "number") && !fill->command->is_new) {
        fail(fill, ERR_MALFORMED, "/number: stands in the path");
    }
    if (has(fill, "number")) {
        fill->command->item = (uint64_t)number(fill->body, "number");
    }
    fill_record_fields(fill, record_kind_find(fill->command->record));
}

/* The PIN itself goes to the devices in a blob. */
static void fill_pin(struct fill *fill)
{
    fill->command->record = KIND_STAFF;
    fill->command->reason = bytes_of_text("a PIN that was replaced");
}

static void fill_review(struct fill *fill)
{
    fill_record_fields(fill, record_kind_find(KIND_REVIEW));
}

static void fill_review_hide(struct fill *fill)
{
    fill->command->truth = truth(fill, "hidden");
    fill->command->reason = text(fill, fill->body, "reason");
}

static void fill_drawer_open(struct fill *fill)
{
    fill->command->item = (uint64_t)number(fill->body, "number");
    fill->command->amount_minor = number(fill->body, "float");
}

static void fill_drawer_move(struct fill *fill)
{
    fill->command->amount_minor = number(fill->body, "amount");
    fill->command->reason = text(fill, fill->body, "reason");
}

static void fill_drawer_count(struct fill *fill)
{
    fill->command->amount_minor = number(fill->body, "counted");
    fill->command->note = text(fill, fill->body, "note");
}

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])

/* `available` is an event of its own, so that sold out wins over whatever else is edited. */
static void fill_available(struct fill *fill)
{
    if (json_object_size(fill->body) > 1) {
        fail(fill, ERR_MALFORMED, "/available: stands alone");
    }
    fill->command->kind = COMMAND_MENU_AVAILABLE;
    fill->command->truth = truth(fill, "available");
}

static void fill_menu(struct fill *fill)
{
    if (has(fill, "number")) {
        fill->command->item = (uint64_t)number(fill->body, "number");
    }
    if (has(fill, "available")) {
        fill_available(fill);
    } else {
        fill_fields(fill, menu_fields, COUNT_OF(menu_fields));
    }
}

static void fill_stock(struct fill *fill)
{
    bool is_count = has(fill, "counted");
    if (is_count == has(fill, "add")) {
        fail(fill, ERR_MALFORMED, "/: either add or counted");
    }
    fill->command->kind = is_count ? COMMAND_STOCK_COUNT : COMMAND_STOCK_ADD;
    fill->command->stock_units = number(fill->body, is_count ? "counted" : "add");
}

static void fill_popup(struct fill *fill)
{
    fill_fields(fill, popup_fields, COUNT_OF(popup_fields));
}

static void fill_day(struct fill *fill)
{
    fill->command->day = (uint64_t)number(fill->body, "day");
}

static void fill_role(struct fill *fill)
{
    const json_t *role = json_object_get(fill->body, "role");
    fill->command->role = role_of_text(json_string_value(role));
}

static void fill_name(struct fill *fill)
{
    fill->command->name = text(fill, fill->body, "name");
}

/* The body itself goes to a file: node/api/blob.h. */
static void fill_bytes(struct fill *fill)
{
    (void)fill;
}

/* --- the table --- */

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
    [COMMAND_SEEN] = fill_seen,
    [COMMAND_PRINT] = fill_print,
    [COMMAND_MENU_SET] = fill_menu,
    [COMMAND_POPUP_SET] = fill_popup,
    [COMMAND_STOCK_ADD] = fill_stock,
    [COMMAND_DAY_OPEN] = fill_day,
    [COMMAND_RECORD_SET] = fill_record,
    [COMMAND_REVIEW] = fill_review,
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
    return (struct fill){.body = (const json_t *)(const void *)body,
                         .into = into,
                         .command = &into->command,
                         .where = where};
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
    check(unhex(borrowed(fill.body, "order").data, ENTITY_ID_BYTES, command->command.order.bytes));
    fill_seen(&fill);
    json_free(value);
    return fill.err;
}

int api_fill_key(struct bytes header, struct api_command *command)
{
    uint8_t key[REQUEST_KEY_BYTES_MAX];
    size_t size = header.size / 2;
    if (header.size % 2 != 0 || size < REQUEST_KEY_BYTES_MIN || size > REQUEST_KEY_BYTES_MAX ||
        !unhex(header.data, size, key)) {
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
