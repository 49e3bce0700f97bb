/* The bytes, in docs/protocol.md's words:
 *
 *   menu.set, popup.set  [[[field, value], ...]]
 *   menu.available       [bool]
 *   menu.choice          [text group, text choice, bool]
 *   day.open             [n]
 */
#include "sync/domain/menu_events.h"

#include "sync/domain/body.h"
#include "sync/domain/order_events.h"
#include "sync/domain/record.h"

#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

static const struct field_rule menu_rules[] = {
    [MENU_NAME] = {FIELD_TEXT, 1, NAME_BYTES_MAX},
    [MENU_CATEGORY] = {FIELD_TEXT, 0, NAME_BYTES_MAX},
    [MENU_POSITION] = {FIELD_NUMBER, 0, UINT32_MAX},
    [MENU_PRICE] = {FIELD_NUMBER, -MONEY_MAX, MONEY_MAX},
    [MENU_TAX_EAT_IN] = {FIELD_NUMBER, 0, TAX_BP_MAX},
    [MENU_TAX_TAKE_AWAY] = {FIELD_NUMBER, 0, TAX_BP_MAX},
    [MENU_STATION] = {FIELD_TEXT, 0, NAME_BYTES_MAX},
    /* Bits that are not assigned yet are kept: a newer device may know them. */
    [MENU_ALLERGENS] = {FIELD_NUMBER, 0, UINT32_MAX},
    [MENU_DIET] = {FIELD_NUMBER, 0, UINT32_MAX},
    [MENU_DESCRIPTION] = {FIELD_TEXT, 0, NOTE_BYTES_MAX},
    [MENU_OPTIONS] = {FIELD_OPTIONS, 0, 0},
    [MENU_HIDDEN] = {FIELD_TRUTH, 0, 0},
    [MENU_STOCK] = {FIELD_NUMBER, STOCK_OFF, STOCK_STRICT},
    [MENU_NUMBER] = {FIELD_NUMBER, 1, MENU_NUMBER_MAX},
    [MENU_STALL] = {FIELD_NUMBER, 0, RECORD_NUMBER_MAX},
    [MENU_TAX] = {FIELD_NUMBER, 0, RECORD_NUMBER_MAX},
    [MENU_PHOTO] = {FIELD_BYTES, 0, HASH_BYTES},
};

static const struct field_rule popup_rules[] = {
    [POPUP_NAME] = {FIELD_TEXT, 1, NAME_BYTES_MAX},
    [POPUP_CURRENCY] = {FIELD_TEXT, CURRENCY_BYTES, CURRENCY_BYTES},
    [POPUP_CURRENCY_DIGITS] = {FIELD_NUMBER, 0, 4},
    [POPUP_PRICES_INCLUDE_TAX] = {FIELD_TRUTH, 0, 0},
    [POPUP_CASH_STEP] = {FIELD_NUMBER, 1, 100000},
    [POPUP_PAY_FIRST] = {FIELD_TRUTH, 0, 0},
    [POPUP_COPIES] = {FIELD_NUMBER, 1, DEVICES_MAX},
    [POPUP_LATE_AFTER] = {FIELD_NUMBER, 1, INT64_C(24) * 60 * 60},
    [POPUP_ESCALATE_AFTER] = {FIELD_NUMBER, 0, INT64_C(24) * 60 * 60},
    [POPUP_ADDRESS] = {FIELD_TEXT, 0, POPUP_ADDRESS_BYTES_MAX},
    [POPUP_TIPS] = {FIELD_TEXT, 0, TIP_SHARES_BYTES_MAX},
};

struct field_rule menu_field_rule(uint32_t field)
{
    return field < COUNT_OF(menu_rules) ? menu_rules[field] : (struct field_rule){0};
}

struct field_rule popup_field_rule(uint32_t field)
{
    return field < COUNT_OF(popup_rules) ? popup_rules[field] : (struct field_rule){0};
}

/* --- options --- */

static void write_choices(struct writer *writer, const struct menu_group *group)
{
    write_array(writer, group->choices_count);
    for (uint32_t i = 0; i < group->choices_count; i++) {
        write_array(writer, 2);
        write_text(writer, group->choices[i].name);
        write_int(writer, group->choices[i].price_minor);
    }
}

void menu_options_encode(const struct menu_options *options, struct writer *writer)
{
    write_array(writer, options->count);
    for (uint32_t i = 0; i < options->count; i++) {
        const struct menu_group *group = &options->groups[i];
        write_array(writer, 4);
        write_text(writer, group->name);
        write_uint(writer, group->choices_min);
        write_uint(writer, group->choices_max);
        write_choices(writer, group);
    }
}

static void read_choices(struct reader *reader, struct menu_group *group)
{
    group->choices_count = read_array(reader, 1, MENU_CHOICES_MAX);
    for (uint32_t i = 0; i < group->choices_count; i++) {
        (void)read_array(reader, 2, 2);
        group->choices[i].name = read_text(reader, NAME_BYTES_MAX);
        group->choices[i].price_minor = read_int(reader, -MONEY_MAX, MONEY_MAX);
    }
}

static void read_group(struct reader *reader, struct menu_group *group)
{
    (void)read_array(reader, 4, 4);
    group->name = read_text(reader, NAME_BYTES_MAX);
    group->choices_min = (uint32_t)read_uint(reader, MENU_CHOICES_MAX);
    group->choices_max = (uint32_t)read_uint(reader, MENU_CHOICES_MAX);
    read_choices(reader, group);
    if (group->choices_min > group->choices_max || group->choices_max > group->choices_count) {
        reader_fail(reader, ERR_MALFORMED);
    }
}

/* @options may hold half a value after an error, which the reader remembers. */
static void read_options(struct reader *reader, struct menu_options *options)
{
    *options = (struct menu_options){0};
    const uint32_t count = read_array(reader, 0, MENU_OPTION_GROUPS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        read_group(reader, &options->groups[i]);
    }
    options->count = count;
}

int menu_options_decode(struct bytes value, struct menu_options *ret_options)
{
    struct reader reader;
    struct menu_options options;
    reader_init(&reader, value);
    read_options(&reader, &options);
    const int err = reader_finish(&reader);
    if (err == 0) {
        *ret_options = options;
    }
    return err;
}

/* --- fields --- */

void menu_set_encode(const struct field_values *set, struct writer *writer)
{
    fields_encode(set, menu_field_rule, writer);
}

int menu_set_decode(struct bytes body, struct field_values *ret_set)
{
    return fields_decode(body, menu_field_rule, ret_set);
}

void popup_set_encode(const struct field_values *set, struct writer *writer)
{
    fields_encode(set, popup_field_rule, writer);
}

int popup_set_decode(struct bytes body, struct field_values *ret_set)
{
    return fields_decode(body, popup_field_rule, ret_set);
}

/* --- availability, the day --- */

void menu_available_encode(const struct menu_available *available, struct writer *writer)
{
    write_array(writer, 1);
    write_bool(writer, available->is_available);
}

int menu_available_decode(struct bytes body, struct menu_available *ret_available)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 1);
    const struct menu_available available = {.is_available = read_bool(&reader)};
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_available = available;
    }
    return err;
}

void menu_choice_encode(const struct menu_choice_said *said, struct writer *writer)
{
    write_array(writer, 3);
    write_text(writer, said->group);
    write_text(writer, said->choice);
    write_bool(writer, said->is_available);
}

int menu_choice_decode(struct bytes body, struct menu_choice_said *ret_said)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 3);
    struct menu_choice_said said = {.group = read_text(&reader, NAME_BYTES_MAX)};
    said.choice = read_text(&reader, NAME_BYTES_MAX);
    said.is_available = read_bool(&reader);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_said = said;
    }
    return err;
}

void day_open_encode(const struct day_open *open, struct writer *writer)
{
    write_array(writer, 1);
    write_uint(writer, open->n);
}

int day_open_decode(struct bytes body, struct day_open *ret_open)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 1);
    const struct day_open open = {.n = (uint64_t)read_int(&reader, 1, ORDER_DAY_MAX)};
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_open = open;
    }
    return err;
}
