/* test_till_fields.c - a form that is saved: every field of item and pop-up is shown as it was set,
 * what is so already is not written again, and what no form may say is refused.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/domain/field_values.h"
#include "sync/domain/menu.h"
#include "sync/domain/menu_events.h"
#include "tests/lib/assert_text.h"
#include "tests/lib/stage.h"

static struct stage stage;
static struct command command;
static struct answer answer;

static int run(void)
{
    const struct effect_answer *ran = stage_run(&stage, &command);
    answer = ran->answer;
    return ran->err;
}

static void form(enum command_kind kind, const struct wanted_field *fields, uint32_t count)
{
    memset(&command, 0, sizeof command);
    command.kind = kind;
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER};
    command.item = 1;
    command.fields_count = count;
    memcpy(command.fields, fields, count * sizeof fields[0]);
}

static int save(enum command_kind kind, const struct wanted_field *fields, uint32_t count)
{
    form(kind, fields, count);
    return run();
}

#define TEXT(field_, text_)                                                                        \
    {                                                                                              \
        .field = (field_), .text = {(const uint8_t *)(text_), sizeof(text_) - 1 }                  \
    }
#define NUMBER(field_, number_)                                                                    \
    {                                                                                              \
        .field = (field_), .number = (number_)                                                     \
    }
#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

/* One group "Size", exactly one of "small" and "large" (+1). */
#define OPTIONS    "\x91\x94\xa4Size\x01\x01\x92\x92\xa5small\x00\x92\xa5large\x01"
#define NO_OPTIONS "\x90"

/* Each field as a form first has it, and as it has it then. */
static const struct wanted_field item_first[] = {
    TEXT(MENU_NAME, "Soup"),        TEXT(MENU_CATEGORY, "Hot"),
    NUMBER(MENU_POSITION, 3),       NUMBER(MENU_PRICE, 450),
    NUMBER(MENU_TAX_EAT_IN, 1900),  NUMBER(MENU_TAX_TAKE_AWAY, 700),
    TEXT(MENU_STATION, "grill"),    NUMBER(MENU_ALLERGENS, 5),
    NUMBER(MENU_DIET, 1),           TEXT(MENU_DESCRIPTION, "with bread"),
    TEXT(MENU_OPTIONS, OPTIONS),    {.field = MENU_HIDDEN, .truth = true},
    NUMBER(MENU_STOCK, STOCK_WARN), NUMBER(MENU_STALL, 4),
    NUMBER(MENU_NUMBER, 1),         TEXT(MENU_PHOTO, "a hash of thirty-two bytes, soup"),
};
static const struct wanted_field item_then[] = {
    TEXT(MENU_NAME, "Stew"),
    TEXT(MENU_CATEGORY, "Mains"),
    NUMBER(MENU_POSITION, 4),
    NUMBER(MENU_PRICE, 400),
    NUMBER(MENU_TAX_EAT_IN, 1800),
    NUMBER(MENU_TAX_TAKE_AWAY, 600),
    TEXT(MENU_STATION, "stove"),
    NUMBER(MENU_ALLERGENS, 1),
    NUMBER(MENU_DIET, 2),
    TEXT(MENU_DESCRIPTION, ""),
    TEXT(MENU_OPTIONS, NO_OPTIONS),
    {.field = MENU_HIDDEN, .truth = false},
    NUMBER(MENU_STOCK, STOCK_STRICT),
    NUMBER(MENU_STALL, 0),
    TEXT(MENU_PHOTO, ""),
};

static const struct wanted_field popup_first[] = {
    TEXT(POPUP_NAME, "Market"),       TEXT(POPUP_CURRENCY, "CHF"),
    NUMBER(POPUP_CURRENCY_DIGITS, 3), {.field = POPUP_PRICES_INCLUDE_TAX, .truth = true},
    NUMBER(POPUP_CASH_STEP, 5),       {.field = POPUP_PAY_FIRST, .truth = true},
    NUMBER(POPUP_COPIES, 3),          NUMBER(POPUP_LATE_AFTER, 60),
    NUMBER(POPUP_ESCALATE_AFTER, 30), TEXT(POPUP_ADDRESS, "https://a.example"),
    TEXT(POPUP_TIPS, "5 10"),
};
static const struct wanted_field popup_then[] = {
    TEXT(POPUP_NAME, "Fair"),         TEXT(POPUP_CURRENCY, "USD"),
    NUMBER(POPUP_CURRENCY_DIGITS, 2), {.field = POPUP_PRICES_INCLUDE_TAX, .truth = false},
    NUMBER(POPUP_CASH_STEP, 1),       {.field = POPUP_PAY_FIRST, .truth = false},
    NUMBER(POPUP_COPIES, 1),          NUMBER(POPUP_LATE_AFTER, 90),
    NUMBER(POPUP_ESCALATE_AFTER, 0),  TEXT(POPUP_ADDRESS, ""),
    TEXT(POPUP_TIPS, "10"),
};

/* All at once, all again, then each by itself and again. */
static void save_all(enum command_kind kind, const struct wanted_field *first, uint32_t count,
                     const struct wanted_field *then, uint32_t then_count)
{
    assert_int_equal(save(kind, first, count), 0);
    assert_int_equal(answer.events, 1);
    assert_int_equal(save(kind, first, count), 0);
    assert_int_equal(answer.events, 0);
    for (uint32_t i = 0; i < then_count; i++) {
        assert_int_equal(save(kind, &then[i], 1), 0);
        assert_int_equal(answer.events, 1);
        assert_int_equal(save(kind, &then[i], 1), 0);
        assert_int_equal(answer.events, 0);
    }
    assert_int_equal(save(kind, then, then_count), 0);
    assert_int_equal(answer.events, 0);
}

TEST(form, of_an_item_is_written_once_and_what_is_so_already_is_not)
{
    stage_start(&stage, 2, 0);
    save_all(COMMAND_MENU_SET, item_first, COUNT(item_first), item_then, COUNT(item_then));
    stage_stop(&stage);
}

TEST(form, of_the_pop_up_is_written_once_and_what_is_so_already_is_not)
{
    stage_start(&stage, 2, 0);
    save_all(COMMAND_POPUP_SET, popup_first, COUNT(popup_first), popup_then, COUNT(popup_then));
    stage_stop(&stage);
}

static struct history *read_history(enum kind kind, uint64_t number)
{
    struct history *history = history_new();
    const struct entity_id id = entity_id_derive(kind, number);
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_non_null(history);
    assert_int_equal(history_get(history, txn, kind, &id), 0);
    store_memory_abort(txn);
    return history;
}

TEST(form, of_an_item_is_what_is_shown)
{
    static struct menu_item item;
    stage_start(&stage, 2, 0);
    assert_int_equal(save(COMMAND_MENU_SET, item_first, COUNT(item_first)), 0);
    struct history *history = read_history(KIND_MENU, 1);
    menu_derive(history, &item);
    assert_text(item.name, "Soup");
    assert_text(item.category, "Hot");
    assert_text(item.station, "grill");
    assert_text(item.description, "with bread");
    assert_true(item.position == 3 && item.price_minor == 450 && item.number == 1);
    assert_true(item.tax_eat_in_bp == 1900 && item.tax_take_away_bp == 700);
    assert_true(item.allergens == 5 && item.diet == 1 && item.stock == STOCK_WARN);
    assert_true(item.is_hidden && item.stall == 4);
    assert_text(item.photo, "a hash of thirty-two bytes, soup");
    assert_int_equal(item.groups_count, 1);
    assert_text(item.groups[0].choices[1].name, "large");
    history_free(history);
    stage_stop(&stage);
}

TEST(form, of_the_pop_up_is_what_is_shown)
{
    struct popup popup;
    stage_start(&stage, 2, 0);
    assert_int_equal(save(COMMAND_POPUP_SET, popup_first, COUNT(popup_first)), 0);
    struct history *history = read_history(KIND_POPUP, 0);
    popup_derive(history, &popup);
    assert_text(popup.name, "Market");
    assert_text(popup.currency, "CHF");
    assert_true(popup.currency_digits == 3 && popup.prices_include_tax && popup.is_pay_first);
    assert_true(popup.cash_step_minor == 5 && popup.copies == 3 && popup.late_after_s == 60);
    assert_int_equal(popup.escalate_after_s, 30);
    history_free(history);
    stage_stop(&stage);
}

TEST(form, that_says_what_no_form_may_is_refused)
{
    static const struct {
        enum command_kind kind;
        struct wanted_field field;
        int err;
    } cases[] = {
        {COMMAND_POPUP_SET, TEXT(POPUP_ADDRESS, "http://a.example"), ERR_MALFORMED},
        {COMMAND_MENU_SET, NUMBER(MENU_NUMBER, 2), ERR_MISMATCH}, /* another item's number */
        {COMMAND_MENU_SET, NUMBER(MENU_TAX, 9), ERR_NOT_FOUND},   /* nobody heard of it */
        {COMMAND_MENU_SET, NUMBER(99, 1), ERR_MALFORMED},         /* no such field */
        {COMMAND_MENU_SET, TEXT(MENU_OPTIONS, "\x91\xc0"), ERR_MALFORMED},
        {COMMAND_POPUP_SET, TEXT(POPUP_CURRENCY, "chf"), ERR_MALFORMED},
        {COMMAND_POPUP_SET, TEXT(POPUP_CURRENCY, "CH["), ERR_MALFORMED},
        {COMMAND_POPUP_SET, TEXT(POPUP_CURRENCY, "CHFR"), ERR_MALFORMED},
        {COMMAND_POPUP_SET, TEXT(POPUP_CURRENCY, "CH1"), ERR_MALFORMED},
        {COMMAND_POPUP_SET, TEXT(POPUP_TIPS, "10 5"), ERR_MALFORMED},
        {COMMAND_POPUP_SET, NUMBER(99, 1), ERR_MALFORMED}, /* no such field */
        {COMMAND_POPUP_SET, NUMBER(POPUP_COPIES, 0), ERR_MALFORMED},
    };
    stage_start(&stage, 2, 0);
    assert_int_equal(save(COMMAND_MENU_SET, item_first, COUNT(item_first)), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(save(cases[i].kind, &cases[i].field, 1), cases[i].err);
    }
    assert_int_equal(save(COMMAND_MENU_SET, item_first, 0), ERR_MALFORMED); /* says nothing */
    form(COMMAND_MENU_SET, item_first, 1);
    command.fields_count = WANTED_FIELDS_MAX + 1;
    assert_int_equal(run(), ERR_MALFORMED);
    form(COMMAND_MENU_SET, &item_first[3], 1); /* a price alone makes no item */
    command.item = 2;
    assert_int_equal(run(), ERR_NOT_FOUND);
    form(COMMAND_MENU_SET, &item_first[0], 1); /* neither does a name */
    command.item = 2;
    assert_int_equal(run(), ERR_NOT_FOUND);
    stage_stop(&stage);
}

TEST(form, of_which_one_field_makes_no_sense_changes_none)
{
    static const struct wanted_field fields[] = {TEXT(POPUP_CURRENCY, "chf"),
                                                 TEXT(POPUP_NAME, "Fair")};
    static const struct wanted_field name = TEXT(POPUP_NAME, "Fair");
    stage_start(&stage, 2, 0);
    assert_int_equal(save(COMMAND_POPUP_SET, fields, COUNT(fields)), ERR_MALFORMED);
    assert_int_equal(save(COMMAND_POPUP_SET, &name, 1), 0);
    assert_int_equal(answer.events, 1);
    stage_stop(&stage);
}

TEST(form, of_an_item_without_a_tax_of_its_own_names_none)
{
    static const struct wanted_field none = NUMBER(MENU_TAX, 0);
    stage_start(&stage, 2, 0);
    assert_int_equal(save(COMMAND_MENU_SET, item_first, COUNT(item_first)), 0);
    assert_int_equal(save(COMMAND_MENU_SET, &none, 1), 0);
    assert_int_equal(answer.events, 0); /* it is so already */
    stage_stop(&stage);
}

/* A peer that knew of none of it says something else: both stand, and saying one of them again
 * settles it. */
TEST(form, that_others_filled_in_apart_is_settled_by_saying_it_again)
{
    static const struct {
        enum command_kind kind;
        enum kind entity;
        enum event_type type;
        struct wanted_field own, theirs;
    } cases[] = {
        {COMMAND_MENU_SET, KIND_MENU, EVENT_MENU_SET, NUMBER(MENU_PRICE, 450),
         NUMBER(MENU_PRICE, 500)},
        {COMMAND_MENU_SET, KIND_MENU, EVENT_MENU_SET, TEXT(MENU_NAME, "Soup"),
         TEXT(MENU_NAME, "Stew")},
        {COMMAND_POPUP_SET, KIND_POPUP, EVENT_POPUP_SET, TEXT(POPUP_NAME, "Market"),
         TEXT(POPUP_NAME, "Fair")},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const bool is_item = cases[i].entity == KIND_MENU;
        const struct entity_id id = entity_id_derive(cases[i].entity, is_item ? 1 : 0);
        const struct wanted_field *theirs = &cases[i].theirs;
        const struct field_values set = {
            .count = 1,
            .values = {{.field = theirs->field, .text = theirs->text, .number = theirs->number}}};
        uint8_t data[64];
        struct writer writer;
        struct bytes body;
        stage_start(&stage, 2, 0);
        assert_int_equal(is_item ? save(COMMAND_MENU_SET, item_first, COUNT(item_first))
                                 : save(COMMAND_POPUP_SET, popup_first, COUNT(popup_first)),
                         0);
        writer_init(&writer, data, sizeof data);
        fields_encode(&set, is_item ? menu_field_rule : popup_field_rule, &writer);
        assert_int_equal(writer_finish(&writer, &body), 0);
        stage_meet(&stage, 0, 0, NULL, 0);
        const uint64_t seq =
            journal_write(stage.world, &stage.journal, &stage.peers[0], cases[i].type, &id, body);
        stage_turn(&stage, 0, frame_event(&stage, 0, seq, true));
        assert_int_equal(save(cases[i].kind, &cases[i].own, 1), 0);
        assert_int_equal(answer.events, 1);
        assert_int_equal(save(cases[i].kind, &cases[i].own, 1), 0);
        assert_int_equal(answer.events, 0);
        stage_stop(&stage);
    }
}

TEST(form, cannot_change_what_money_is_once_a_day_was_opened)
{
    static const struct wanted_field digits = NUMBER(POPUP_CURRENCY_DIGITS, 0);
    stage_start(&stage, 2, 0);
    assert_int_equal(save(COMMAND_POPUP_SET, popup_first, COUNT(popup_first)), 0);
    form(COMMAND_DAY_OPEN, item_first, 0);
    command.day = 1;
    assert_int_equal(run(), 0);
    assert_int_equal(save(COMMAND_POPUP_SET, &digits, 1), ERR_STATE);
    assert_int_equal(save(COMMAND_POPUP_SET, popup_first, COUNT(popup_first)), 0);
    assert_int_equal(answer.events, 0); /* as it is it may be saved again */
    stage_stop(&stage);
}

/* A peer that knew of nothing says that amounts are in dollars. */
static void say_dollars(void)
{
    static const struct field_values set = {
        .count = 1, .values = {{.field = POPUP_CURRENCY, .text = {(const uint8_t *)"USD", 3}}}};
    const struct entity_id id = entity_id_derive(KIND_POPUP, 0);
    uint8_t data[64];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    fields_encode(&set, popup_field_rule, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    stage_meet(&stage, 0, 0, NULL, 0);
    const uint64_t seq =
        journal_write(stage.world, &stage.journal, &stage.peers[0], EVENT_POPUP_SET, &id, body);
    stage_turn(&stage, 0, frame_event(&stage, 0, seq, true));
}

/* Which of the two counts: the keys of the journals decide whose operation is the smaller. */
static bool is_dollars(bool *ret_conflict)
{
    struct popup popup;
    struct history *history = read_history(KIND_POPUP, 0);
    popup_derive(history, &popup);
    const bool is = bytes_equal(popup.currency, bytes_of_text("USD"));
    *ret_conflict = popup.has_conflict;
    history_free(history);
    return is;
}

TEST(form, that_says_once_more_which_of_two_currencies_counts_settles_that_on_any_day)
{
    static const struct wanted_field currencies[] = {TEXT(POPUP_CURRENCY, "CHF"),
                                                     TEXT(POPUP_CURRENCY, "USD")};
    bool has_conflict;
    stage_start(&stage, 2, 0);
    assert_int_equal(save(COMMAND_POPUP_SET, popup_first, COUNT(popup_first)), 0);
    form(COMMAND_DAY_OPEN, item_first, 0);
    command.day = 1;
    assert_int_equal(run(), 0);
    say_dollars();
    const bool is = is_dollars(&has_conflict);
    assert_true(has_conflict);
    assert_int_equal(save(COMMAND_POPUP_SET, &currencies[is ? 0 : 1], 1), ERR_STATE);
    assert_int_equal(save(COMMAND_POPUP_SET, &currencies[is ? 1 : 0], 1), 0);
    assert_int_equal(answer.events, 1);
    assert_int_equal(is_dollars(&has_conflict), is);
    assert_false(has_conflict);
    stage_stop(&stage);
}

TEST(form, that_makes_cash_too_large_to_be_rounded_is_found_out_when_somebody_pays)
{
    static const struct wanted_field step = NUMBER(POPUP_CASH_STEP, 17);
    static const struct wanted_field item[] = {TEXT(MENU_NAME, "Gold"),
                                               NUMBER(MENU_PRICE, MONEY_MAX)};
    stage_start(&stage, 2, 0);
    assert_int_equal(save(COMMAND_POPUP_SET, &step, 1), 0);
    assert_int_equal(save(COMMAND_MENU_SET, item, COUNT(item)), 0);
    form(COMMAND_DAY_OPEN, item, 0);
    command.day = 1;
    assert_int_equal(run(), 0);
    form(COMMAND_ORDER_PLACE, item, 0);
    command.key = bytes_of_text("0123456789abcdef");
    command.channel = bytes_of_text("counter");
    command.mode = bytes_of_text("take-away");
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = 1, .quantity = 1};
    command.is_paid_now = true;
    command.method = bytes_of_text("cash");
    assert_int_equal(run(), ERR_OVERFLOW);
    stage_stop(&stage);
}

/* --- values --- */

static struct field_rule no_rule(uint32_t field)
{
    (void)field;
    return (struct field_rule){0};
}

TEST(field, that_nobody_knows_is_left_out_and_never_the_same)
{
    const struct field_values set = {.count = 1, .values = {{.field = 77, .number = 1}}};
    struct field_values read;
    uint8_t data[32];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    fields_encode(&set, no_rule, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    assert_int_equal(fields_decode(body, no_rule, &read), 0);
    assert_int_equal(read.count, 0);
    assert_false(field_is_same(FIELD_UNKNOWN, &set.values[0], &set.values[0]));
}
