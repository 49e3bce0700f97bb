/* test_till_quote_short.c - a quote of several dishes of which there are too few: each line says
 * so, and peers are asked for what is lacking of the first.
 */
#include "tests/lib/test.h"

#include "sync/domain/quote.h"
#include "sync/replica/replica_state.h"
#include "tests/lib/stage_shop.h"

enum { SOUP = 1, STEW = 2, PRICE = 500, ANNA = 1001, WANTED = 3, HERE = 1 };

static struct stage stage;
static struct command command;

static int run(void)
{
    return stage_run(&stage, &command)->err;
}

static void stock(uint64_t item, const char *name)
{
    stage_set_item(&stage, item, name, PRICE, STOCK_STRICT);
    stage_command_begin(&stage, &command, COMMAND_STOCK_ADD, 1, ROLE_OWNER);
    command.item = item;
    command.stock_units = HERE;
    assert_int_equal(run(), 0);
}

TEST(till_quote_short, each_dish_says_what_is_left_and_the_first_that_lacks_is_asked_for)
{
    struct quote quote;
    stage_start(&stage, 2, 0);
    stage_open_day(&stage);
    stock(SOUP, "Soup");
    stock(STEW, "Stew");
    stage_command_begin(&stage, &command, COMMAND_QUOTE, ANNA, ROLE_CUSTOMER);
    command.lines_count = 2;
    command.lines[0] = (struct wanted_line){.item = STEW, .quantity = WANTED};
    command.lines[1] = (struct wanted_line){.item = SOUP, .quantity = WANTED};
    assert_int_equal(run(), 0);
    assert_int_equal(stage.replica->result->short_item, STEW);
    assert_in_range(stage.replica->result->short_units, WANTED - HERE, WANTED);
    stage_begin(&stage);
    assert_int_equal(quote_get(stage.txn, ANNA, &quote), 0);
    assert_int_equal(quote.entries_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(quote.entries[i].state, QUOTE_SHORT);
        assert_int_equal(quote.entries[i].left, HERE);
    }
    stage_end(&stage);
    stage_stop(&stage);
}
