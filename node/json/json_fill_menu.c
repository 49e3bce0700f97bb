/* Bodies of the menu, the pop-up, days and stock into commands. */
#include "node/json/json_fill.h"

#include "sync/base/check.h"
#include "sync/domain/tip.h"

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
    {"photo", MENU_PHOTO, FORM_TEXT}, /* empty: another way than by its bytes there is none */
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
    {"address", POPUP_ADDRESS, FORM_TEXT},
    {"tips", POPUP_TIPS, FORM_TEXT},
};

/* The place of a word in its table. */
static void field_word(struct fill *fill, const char *name, struct wanted_field *field)
{
    const struct json_value *word = json_get(fill->body, name);
    const struct schema_words *words = schema_field_find(&schema_menu_item, name)->words;
    for (size_t i = 0; i < words->count; i++) {
        if (bytes_equal(json_text(word), bytes_of_text(words->words[i]))) {
            field->number = (int64_t)i;
        }
    }
}

/* The bits of words; both tables list them from bit 0. */
static void field_words(struct fill *fill, const char *name, struct wanted_field *field)
{
    const struct json_value *array = json_get(fill->body, name);
    const struct schema_words *words = schema_field_find(&schema_menu_item, name)->words;
    for (size_t i = 0; i < json_count(array); i++) {
        for (size_t bit = 0; bit < words->count; bit++) {
            if (bytes_equal(json_text(json_at(array, i)), bytes_of_text(words->words[bit]))) {
                field->number |= INT64_C(1) << bit;
            }
        }
    }
}

static void write_choices(struct writer *writer, const struct json_value *choices)
{
    write_array(writer, (uint32_t)json_count(choices));
    for (size_t i = 0; i < json_count(choices); i++) {
        const struct json_value *choice = json_at(choices, i);
        write_array(writer, 2);
        write_text(writer, json_get_text(choice, "name"));
        write_int(writer, json_get_int(choice, "price"));
    }
}

static bool group_is_sound(const struct json_value *group)
{
    int64_t max = json_get_int(group, "max");
    return json_get_int(group, "min") <= max &&
           max <= (int64_t)json_count(json_get(group, "choices"));
}

/* [[text group, min, max, [[text choice, int price], ...]], ...], straight into the
 * storage. */
static void field_groups(struct fill *fill, const char *name, struct wanted_field *field)
{
    const struct json_value *groups = json_get(fill->body, name);
    struct api_command *into = fill->into;
    struct writer writer;
    writer_init(&writer, into->storage + into->storage_size,
                sizeof into->storage - into->storage_size);
    write_array(&writer, (uint32_t)json_count(groups));
    for (size_t i = 0; i < json_count(groups); i++) {
        const struct json_value *group = json_at(groups, i);
        if (!group_is_sound(group)) {
            fill_fail(fill, ERR_MALFORMED, "/groups: min, max and the choices do not fit");
        }
        write_array(&writer, 4);
        write_text(&writer, json_get_text(group, "name"));
        write_uint(&writer, (uint64_t)json_get_int(group, "min"));
        write_uint(&writer, (uint64_t)json_get_int(group, "max"));
        write_choices(&writer, json_get(group, "choices"));
    }
    if (writer_finish(&writer, &field->text) != 0) {
        fill_fail(fill, ERR_TOO_LARGE, "/groups");
    } else {
        into->storage_size += field->text.size;
    }
}

static void fill_fields(struct fill *fill, const struct field_name *names, size_t count)
{
    static void (*const forms[])(struct fill *, const char *, struct wanted_field *) = {
        [FORM_TEXT] = fill_field_text,   [FORM_NUMBER] = fill_field_number,
        [FORM_TRUTH] = fill_field_truth, [FORM_WORD] = field_word,
        [FORM_WORDS] = field_words,      [FORM_GROUPS] = field_groups,
    };
    check(count <= WANTED_FIELDS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (!fill_has(fill, names[i].name)) {
            continue;
        }
        struct wanted_field *field = &fill->command->fields[fill->command->fields_count++];
        field->field = names[i].field;
        forms[names[i].form](fill, names[i].name, field);
    }
    if (fill->command->fields_count == 0) {
        fill_fail(fill, ERR_MALFORMED, "/: says nothing to change");
    }
}

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])

/* `available` is an event of its own, so that sold out wins over whatever else is edited. */
static void fill_available(struct fill *fill)
{
    if (json_fields_count(fill->body) > 1) {
        fill_fail(fill, ERR_MALFORMED, "/available: stands alone");
    }
    fill->command->kind = COMMAND_MENU_AVAILABLE;
    fill->command->truth = fill_truth(fill, "available");
}

void fill_menu(struct fill *fill)
{
    if (fill_has(fill, "number")) {
        fill->command->item = (uint64_t)json_get_int(fill->body, "number");
    }
    if (fill_has(fill, "available")) {
        fill_available(fill);
    } else {
        fill_fields(fill, menu_fields, COUNT_OF(menu_fields));
    }
}

void fill_menu_choice(struct fill *fill)
{
    fill->command->group = fill_text(fill, fill->body, "group");
    fill->command->choice = fill_text(fill, fill->body, "choice");
    fill->command->truth = fill_truth(fill, "available");
}

void fill_stock(struct fill *fill)
{
    bool is_count = fill_has(fill, "counted");
    if (is_count == fill_has(fill, "add")) {
        fill_fail(fill, ERR_MALFORMED, "/: either add or counted");
    }
    fill->command->kind = is_count ? COMMAND_STOCK_COUNT : COMMAND_STOCK_ADD;
    fill->command->stock_units = json_get_int(fill->body, is_count ? "counted" : "add");
}

void fill_popup(struct fill *fill)
{
    const struct bytes address = json_get_text(fill->body, "address");
    if (address.size > 0 && !popup_address_is_sound(address)) {
        fill_fail(fill, ERR_MALFORMED,
                  "/address: https://HOST, or http://HOST of this network, and no path behind it");
    }
    if (!tip_shares_are_sound(json_get_text(fill->body, "tips"))) {
        fill_fail(fill, ERR_MALFORMED,
                  "/tips: percentages from 1 to 100 that grow, with one space between: 5 10 15");
    }
    fill_fields(fill, popup_fields, COUNT_OF(popup_fields));
}

void fill_day(struct fill *fill)
{
    fill->command->day = (uint64_t)json_get_int(fill->body, "day");
}
