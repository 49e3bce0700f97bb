/* test_till_choices.c - a cook says that one choice of an item is out: who may, what is refused
 * then and by which name, and that the rest is sold on.
 */
#include "tests/lib/test.h"

#include "sync/domain/till_line.h"
#include "tests/lib/diner.h"

/* Sauce: scharf, Kräuter. Extra: Käse, Fleisch, Ei. */
static struct command saying(const char *group, const char *choice, bool is_available)
{
    struct command command = diner_command(COMMAND_MENU_CHOICE);
    command.principal.role = ROLE_KITCHEN;
    command.item = DINER_DONER;
    command.group = bytes_of_text(group);
    command.choice = bytes_of_text(choice);
    command.truth = is_available;
    return command;
}

static void say(const char *group, const char *choice, bool is_available)
{
    const struct command command = saying(group, choice, is_available);
    assert_int_equal(diner_events_of(&command), 1);
}

/* One with sauce @sauce, and an extra unless it is -1. */
static struct command doner_with(uint8_t sauce, int extra)
{
    struct wanted_line line = {.item = DINER_DONER, .quantity = 1};
    line.options[line.options_count++] = (struct wanted_option){.choice = sauce};
    if (extra >= 0) {
        line.options[line.options_count++] =
            (struct wanted_option){.group = 1, .choice = (uint8_t)extra};
    }
    return diner_order_of_one(line);
}

static void assert_refused_for(uint8_t group, uint8_t choice)
{
    assert_int_equal(diner.result.refused_item, DINER_DONER);
    assert_true(diner.result.refused_choice.is_one);
    assert_int_equal(diner.result.refused_choice.group, group);
    assert_int_equal(diner.result.refused_choice.choice, choice);
}

TEST(till_choices, out_twice_is_once_and_so_is_back)
{
    diner_open();
    struct command command = saying("Extra", "Ei", false);
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner_event_type(0), EVENT_MENU_CHOICE);
    assert_int_equal(diner_events_of(&command), 0);
    command.truth = true;
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner_events_of(&command), 0);
    diner_close();
}

TEST(till_choices, of_choices_that_there_are_and_by_whoever_takes_dishes_off)
{
    diner_open();
    struct command command = saying("Extra", "Speck", false);
    assert_int_equal(diner_run(&command), ERR_NOT_FOUND);
    command = saying("Sosse", "Ei", false);
    assert_int_equal(diner_run(&command), ERR_NOT_FOUND);
    command = saying("Extra", "Ei", false);
    command.item = 77;
    assert_int_equal(diner_run(&command), ERR_NOT_FOUND);
    command.item = DINER_DONER;
    command.principal.role = ROLE_PICKUP;
    assert_int_equal(diner_run(&command), ERR_FORBIDDEN);
    diner_close();
}

TEST(till_choices, an_order_that_names_one_that_is_out_is_refused_and_says_which)
{
    diner_open();
    say("Extra", "Ei", false);
    struct command order = doner_with(0, 2);
    assert_int_equal(diner_run(&order), ERR_UNAVAILABLE);
    assert_refused_for(1, 2);
    order = doner_with(0, 1);
    assert_int_equal(diner_place(&order), 0);
    say("Extra", "Ei", true);
    order = doner_with(0, 2);
    assert_int_equal(diner_place(&order), 0);
    diner_close();
}

TEST(till_choices, a_line_is_not_changed_to_one_that_is_out)
{
    diner_open();
    struct command order = doner_with(0, -1);
    assert_int_equal(diner_place(&order), 0);
    say("Sosse", "Kräuter", false);
    struct command change = diner_on_lines(COMMAND_LINE_SET, 1, 1);
    change.has_options = true;
    change.lines[0] = doner_with(1, -1).lines[0];
    assert_int_equal(diner_run(&change), ERR_UNAVAILABLE);
    assert_refused_for(0, 1);
    change.lines[0] = doner_with(0, 1).lines[0];
    assert_int_equal(diner_events_of(&change), 1);
    diner_close();
}

TEST(till_choices, an_item_is_not_to_be_had_while_all_that_must_be_chosen_of_is_out)
{
    diner_open();
    say("Sosse", "scharf", false);
    struct command order = doner_with(1, -1);
    assert_int_equal(diner_place(&order), 0);
    say("Sosse", "Kräuter", false);
    order = doner_with(1, -1);
    assert_int_equal(diner_run(&order), ERR_UNAVAILABLE);
    assert_int_equal(diner.result.refused_item, DINER_DONER);
    assert_false(diner.result.refused_choice.is_one); /* the item itself is what there is none of */
    for (uint8_t extra = 0; extra < 3; extra++) {
        static const char *const extras[] = {"Käse", "Fleisch", "Ei"};
        say("Extra", extras[extra], false);
    }
    say("Sosse", "scharf", true);
    order = doner_with(0, -1); /* of extras nobody has to take any */
    assert_int_equal(diner_place(&order), 0);
    diner_close();
}

/* --- two who knew nothing of each other --- */

/* Another device says that there is egg, having seen nothing of what was said here. */
static void say_apart(void)
{
    const struct entity_id id = entity_id_derive(KIND_MENU, DINER_DONER);
    const struct key key = key_state(KIND_MENU, &id);
    const struct menu_choice_said said = {
        .group = bytes_of_text("Extra"), .choice = bytes_of_text("Ei"), .is_available = true};
    const struct operation operation = {.log = DINER_KITCHEN_LOG, .seq = 1};
    struct event event = {.type = EVENT_MENU_CHOICE, .t = 1, .entity = id};
    uint8_t data[64];
    struct writer writer;
    struct bytes row;
    writer_init(&writer, data, sizeof data);
    menu_choice_encode(&said, &writer);
    assert_int_equal(writer_finish(&writer, &event.body), 0);
    struct store_txn *txn = store_memory_begin(diner.store, true);
    assert_int_equal(history_get(diner.folding, txn, KIND_MENU, &id), 0);
    assert_int_equal(history_append(diner.folding, &operation, &event), 0);
    assert_int_equal(history_encode(diner.folding, diner.row, sizeof diner.row, &row), 0);
    assert_int_equal(store_put(txn, TABLE_STATE, key_bytes(&key), row), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

TEST(till_choices, whoever_says_it_again_settles_what_two_said_apart)
{
    for (int truth = 0; truth < 2; truth++) {
        diner_open();
        say("Extra", "Ei", false);
        say_apart();
        struct command command = saying("Extra", "Käse", true);
        assert_int_equal(diner_events_of(&command), 0); /* of that one nobody says otherwise */
        command = saying("Extra", "Ei", truth != 0);
        assert_int_equal(diner_events_of(&command), 1);
        assert_int_equal(diner_events_of(&command), 0);
        diner_close();
    }
}

/* --- what was quoted --- */

/* Size: Large +100. Side: Large +100, Small. The first Large is out. */
static struct menu_item two_larges(void)
{
    static const struct menu_choice large = {.price_minor = 100};
    struct menu_item item = {.groups_count = 2};
    item.groups[0] = (struct menu_group){.choices_count = 1, .is_out = {true}};
    item.groups[1] = (struct menu_group){.choices_count = 2};
    item.groups[0].choices[0] = large;
    item.groups[1].choices[0] = large;
    item.groups[0].choices[0].name = bytes_of_text("Large");
    item.groups[1].choices[0].name = bytes_of_text("Large");
    item.groups[1].choices[1].name = bytes_of_text("Small");
    return item;
}

static int still(const struct menu_item *item, uint32_t larges, int64_t price_minor)
{
    static struct till_result result;
    static struct task task;
    struct line_options options = {.count = larges};
    result.refused_choice = (struct choice_place){0};
    task.result = &result;
    for (uint32_t i = 0; i < larges; i++) {
        options.options[i] =
            (struct line_option){.name = bytes_of_text("Large"), .price_minor = price_minor};
    }
    const int err = till_line_still(&task, item, &options);
    assert_int_equal(result.refused_choice.is_one, err != 0);
    return err;
}

TEST(till_choices, of_a_name_that_two_groups_have_it_is_enough_that_one_is_there)
{
    struct menu_item item = two_larges();
    assert_int_equal(still(&item, 1, 100), 0);
    assert_int_equal(still(&item, 2, 100), ERR_UNAVAILABLE);
    item.groups[1].is_out[0] = true;
    assert_int_equal(still(&item, 1, 100), ERR_UNAVAILABLE);
    assert_int_equal(still(&item, 0, 100), 0);
}

TEST(till_choices, one_that_is_out_is_not_sold_at_the_price_of_a_while_ago)
{
    struct menu_item item = two_larges();
    item.groups_count = 1;
    assert_int_equal(still(&item, 1, 80), ERR_UNAVAILABLE);
    item.groups[0].is_out[0] = false;
    assert_int_equal(still(&item, 1, 80), 0);
}
