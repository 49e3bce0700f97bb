/* test_till_choices.c - a cook says that one choice of an item is out: who may, what is refused
 * then and by which name, and that the rest is sold on.
 */
#include "tests/lib/test.h"

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
