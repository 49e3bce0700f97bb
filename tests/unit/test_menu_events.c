/* test_menu_events.c - the bodies of events of the menu, of the pop-up and of its days: their
 * bounds.
 */
#include "sync/domain/menu_events.h"

#include "sync/domain/order_events.h"
#include "tests/lib/body_hands.h"

TEST(menu_events, an_item_is_written_field_by_field)
{
    struct field_values set;
    struct menu_options options;
    assert_int_equal(menu_set_decode(sample_named("menu_set"), &set), 0);
    assert_int_equal(set.count, 6);
    assert_text(set.values[0].text, "Döner");
    assert_int_equal(set.values[1].number, 750);
    assert_int_equal(set.values[5].field, MENU_OPTIONS);
    assert_int_equal(menu_options_decode(set.values[5].text, &options), 0);
    assert_int_equal(options.count, 1);
    assert_text(options.groups[0].name, "Sosse");
    assert_int_equal(options.groups[0].choices_min, 1);
    assert_text(options.groups[0].choices[1].name, "Kräuter");
    assert_int_equal(options.groups[0].choices[1].price_minor, 50);
}

static int day_opened(uint64_t n)
{
    const struct day_open open = {.n = n};
    day_open_encode(&open, begin());
    return checked(EVENT_DAY_OPEN);
}

TEST(menu_events, days_are_counted_from_one_and_cannot_be_used_up_by_a_slip)
{
    assert_int_equal(day_opened(0), ERR_MALFORMED);
    assert_int_equal(day_opened(1), 0);
    assert_int_equal(day_opened(ORDER_DAY_MAX), 0);
    assert_int_equal(day_opened(ORDER_DAY_MAX + 1), ERR_TOO_LARGE);
}

static int field_set(uint32_t type, struct field_value value)
{
    struct field_values set = {.count = 1};
    set.values[0] = value;
    (type == EVENT_MENU_SET ? menu_set_encode : popup_set_encode)(&set, begin());
    return checked(type);
}

TEST(menu_events, each_number_has_its_range)
{
    static const struct {
        uint32_t type, field;
        int64_t min, max;
    } rows[] = {
        {EVENT_MENU_SET, MENU_POSITION, 0, UINT32_MAX},
        {EVENT_MENU_SET, MENU_PRICE, -MONEY_MAX, MONEY_MAX},
        {EVENT_MENU_SET, MENU_TAX_EAT_IN, 0, 10000},
        {EVENT_MENU_SET, MENU_TAX_TAKE_AWAY, 0, 10000},
        {EVENT_MENU_SET, MENU_NUMBER, 1, MENU_NUMBER_MAX},
        {EVENT_POPUP_SET, POPUP_CURRENCY_DIGITS, 0, 4},
        {EVENT_POPUP_SET, POPUP_CASH_STEP, 1, 100000},
        {EVENT_POPUP_SET, POPUP_COPIES, 1, DEVICES_MAX},
        {EVENT_POPUP_SET, POPUP_LATE_AFTER, 1, 86400},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct field_value value = {.field = rows[i].field, .number = rows[i].min};
        assert_int_equal(field_set(rows[i].type, value), 0);
        value.number = rows[i].max;
        assert_int_equal(field_set(rows[i].type, value), 0);
        value.number = rows[i].min - 1;
        assert_int_equal(field_set(rows[i].type, value), ERR_MALFORMED);
        value.number = rows[i].max + 1;
        assert_int_equal(field_set(rows[i].type, value), ERR_TOO_LARGE);
    }
}

TEST(menu_events, a_name_is_there_and_a_currency_has_three_letters)
{
    struct field_value name = {.field = MENU_NAME, .text = text_of(0)};
    struct field_value currency = {.field = POPUP_CURRENCY, .text = text_of(2)};
    assert_int_equal(field_set(EVENT_MENU_SET, name), ERR_MALFORMED);
    assert_int_equal(field_set(EVENT_POPUP_SET, currency), ERR_MALFORMED);
    currency.text = text_of(4);
    assert_int_equal(field_set(EVENT_POPUP_SET, currency), ERR_TOO_LARGE);
}

TEST(menu_events, an_unknown_field_is_left_out_and_the_others_stand)
{
    struct field_values set;
    struct bytes body = {0};
    struct writer *writer = begin();
    write_array(writer, 1);
    write_array(writer, 2);
    write_array(writer, 2);
    write_uint(writer, 99);
    write_array(writer, 1);
    write_nil(writer);
    write_array(writer, 2);
    write_uint(writer, MENU_PRICE);
    write_int(writer, 300);
    assert_int_equal(writer_finish(writer, &body), 0);
    assert_int_equal(menu_set_decode(body, &set), 0);
    assert_int_equal(set.count, 1);
    assert_int_equal(set.values[0].number, 300);
}

TEST(menu_events, a_field_is_written_once_per_event)
{
    struct field_values set = {.count = 2};
    set.values[0] = (struct field_value){.field = MENU_PRICE, .number = 1};
    set.values[1] = (struct field_value){.field = MENU_PRICE, .number = 2};
    menu_set_encode(&set, begin());
    assert_int_equal(checked(EVENT_MENU_SET), ERR_MALFORMED);
}

static int options_with(uint32_t choices_min, uint32_t choices_max, uint32_t choices_count)
{
    uint8_t data[BODY_BYTES_MAX];
    struct writer writer;
    struct field_value value = {.field = MENU_OPTIONS};
    struct menu_options options = {.count = 1};
    struct menu_group *group = &options.groups[0];
    *group = (struct menu_group){.name = text_of(3),
                                 .choices_min = choices_min,
                                 .choices_max = choices_max,
                                 .choices_count = choices_count};
    for (uint32_t i = 0; i < choices_count; i++) {
        group->choices[i].name = text_of(1 + i);
    }
    writer_init(&writer, data, sizeof data);
    menu_options_encode(&options, &writer);
    assert_int_equal(writer_finish(&writer, &value.text), 0);
    return field_set(EVENT_MENU_SET, value);
}

TEST(menu_events, a_group_of_options_can_be_satisfied)
{
    assert_int_equal(options_with(0, 1, 1), 0);
    assert_int_equal(options_with(2, 2, 2), 0);
    assert_int_equal(options_with(0, MENU_CHOICES_MAX, MENU_CHOICES_MAX), 0);
    assert_int_equal(options_with(2, 1, 3), ERR_MALFORMED);
    assert_int_equal(options_with(0, 4, 3), ERR_MALFORMED);
    assert_int_equal(options_with(0, 0, 0), ERR_MALFORMED);
}

TEST(menu_events, the_largest_set_of_options_fits_an_event)
{
    uint8_t data[BODY_BYTES_MAX];
    struct writer writer;
    struct field_value value = {.field = MENU_OPTIONS};
    static struct menu_options options;
    options.count = MENU_OPTION_GROUPS_MAX;
    for (uint32_t i = 0; i < options.count; i++) {
        struct menu_group *group = &options.groups[i];
        *group = (struct menu_group){.name = text_of(NAME_BYTES_MAX),
                                     .choices_max = MENU_CHOICES_MAX,
                                     .choices_count = MENU_CHOICES_MAX};
        for (uint32_t k = 0; k < MENU_CHOICES_MAX; k++) {
            group->choices[k] = (struct menu_choice){text_of(NAME_BYTES_MAX), MONEY_MAX};
        }
    }
    writer_init(&writer, data, EVENT_BYTES_MAX - 512); /* what surrounds a body */
    menu_options_encode(&options, &writer);
    assert_int_equal(writer_finish(&writer, &value.text), 0);
    assert_int_equal(field_set(EVENT_MENU_SET, value), 0);
}
