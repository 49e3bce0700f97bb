/* A request that got no answer is sent again, to another device. */
#include "tests/lib/test.h"

#include "sync/domain/menu.h"
#include "sync/domain/print.h"
#include "tests/lib/story.h"

enum { FRONT, BACK, KITCHEN, SETTLE_MS = 5000 };

TEST(scenario, retried_at_another_counter_is_one_order_with_two_numbers)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 1};
    struct story *story = story_new(2);
    story_device(story, "front", ROLE_MANAGER, "A");
    story_device(story, "back", ROLE_COUNTER, "B");
    story_device(story, "kitchen", ROLE_KITCHEN, "C");
    story_begin(story);
    cluster_partition(story->cluster, apart);
    story_place(story, FRONT, 7, 3);
    story_tell(story, "the guest walks to the other counter");
    story_place(story, BACK, 7, 3);
    story_place(story, BACK, 7, 3);
    story_board(story, FRONT, 7);
    story_board(story, BACK, 7);
    cluster_heal(story->cluster);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_board(story, FRONT, 7);
    story_board(story, BACK, 7);
    story_board(story, KITCHEN, 7);
    assert_string_equal(story->text, "[    0]          the network falls apart\n"
                                     "[    0] front    order.place: number 1, 4 events\n"
                                     "[    0]          the guest walks to the other counter\n"
                                     "[    0] back     order.place: number 1, 4 events\n"
                                     "[    0] back     order.place: number 1, 4 events\n"
                                     "[    0] front    board: A-1 placed, 3 lines, 15.50\n"
                                     "[    0] back     board: B-1 placed, 3 lines, 15.50\n"
                                     "[    0]          the network is whole again\n"
                                     "[    1] front    board: A-1 B-1 placed, 3 lines, 15.50\n"
                                     "[    1] back     board: A-1 B-1 placed, 3 lines, 15.50\n"
                                     "[    1] kitchen  board: A-1 B-1 placed, 3 lines, 15.50\n");
    story_free(story);
}

static void set_strict(struct story *story, int64_t units)
{
    struct command command;
    shop_command(&command, COMMAND_MENU_SET);
    command.item = 1;
    command.fields_count = 1;
    command.fields[0] = (struct wanted_field){.field = MENU_STOCK, .number = STOCK_STRICT};
    story_ask(story, FRONT, &command);
    shop_command(&command, COMMAND_STOCK_ADD);
    command.item = 1;
    command.stock_units = units;
    story_ask(story, FRONT, &command);
}

/* The job of a ticket is named by the order, the station and what is to be on it. */
static void assert_one_ticket(struct story *story)
{
    struct print_claim tickets[3];
    for (uint32_t node = FRONT; node <= KITCHEN; node++) {
        const struct entity_id id = story_order_id(7);
        struct store_txn *txn = store_memory_begin(story->cluster->nodes[node].store, false);
        assert_int_equal(history_get(story->history, txn, KIND_ORDER, &id), 0);
        order_derive(story->history, story->order);
        print_ticket_want(story->history, story->order, bytes_of_text("pot"), &tickets[node]);
        store_memory_abort(txn);
        assert_int_equal(tickets[node].lines_count, 1);
        assert_true(print_job_equal(&tickets[node].job, &tickets[FRONT].job));
    }
}

static struct command paid_order(const struct shop_key *key)
{
    struct command command;
    shop_order(&command, key, 1);
    command.is_paid_now = true;
    command.method = bytes_of_text("cash");
    command.tendered_minor = 1000;
    return command;
}

TEST(scenario, retried_with_its_money_it_is_paid_sold_and_printed_once)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 1};
    const struct shop_key key = shop_key_make(1, 7);
    const struct shop_key other = shop_key_make(1, 8);
    const struct command paid = paid_order(&key);
    const struct command earlier = paid_order(&other);
    struct story *story = story_new(4);
    story_device(story, "front", ROLE_MANAGER, "A");
    story_device(story, "back", ROLE_COUNTER, "B");
    story_device(story, "kitchen", ROLE_KITCHEN, "C");
    story_begin(story);
    set_strict(story, 12);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_ask(story, BACK, &earlier); /* it asks for rights */
    cluster_run(story->cluster, SETTLE_MS);
    story->size = 0;
    cluster_partition(story->cluster, apart);
    story_ask(story, FRONT, &paid);
    story_ask(story, BACK, &paid);
    story_money(story, FRONT, 7);
    story_money(story, BACK, 7);
    cluster_heal(story->cluster);
    cluster_run(story->cluster, SETTLE_MS);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    for (uint32_t node = FRONT; node <= KITCHEN; node++) {
        story_board(story, node, 7);
        story_money(story, node, 7);
        story_flags(story, node, 7);
    }
    story_stock(story, KITCHEN, 1);
    assert_one_ticket(story);
    assert_string_equal(story->text, "[    5]          the network falls apart\n"
                                     "[    5] front    order.place: number 1, 4 events\n"
                                     "[    5] back     order.place: number 1, 4 events\n"
                                     "[    5] front    paid 7.00, back 0.00\n"
                                     "[    5] back     paid 7.00, back 0.00\n"
                                     "[    5]          the network is whole again\n"
                                     "[   10] front    board: A-1 B-1 placed, 1 lines, 7.00\n"
                                     "[   10] front    paid 7.00, back 0.00\n"
                                     "[   10] front    flags: two_numbers\n"
                                     "[   10] back     board: A-1 B-1 placed, 1 lines, 7.00\n"
                                     "[   10] back     paid 7.00, back 0.00\n"
                                     "[   10] back     flags: two_numbers\n"
                                     "[   10] kitchen  board: A-1 B-1 placed, 1 lines, 7.00\n"
                                     "[   10] kitchen  paid 7.00, back 0.00\n"
                                     "[   10] kitchen  flags: two_numbers\n"
                                     "[   10] kitchen  stock: 0 here, 10 in all, 0 oversold\n");
    story_free(story);
}

/* Found by seed 268: the order stands under the first day's number, so the index alone did not tell
 * that the second device had given one out on the next day. */
TEST(scenario, a_number_given_to_an_order_of_another_day_is_not_given_again)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1};
    struct story *story = story_new(3);
    story_device(story, "front", ROLE_MANAGER, "A");
    story_device(story, "back", ROLE_COUNTER, "B");
    story_begin(story);
    cluster_partition(story->cluster, apart);
    story_place(story, FRONT, 7, 1);
    story_open_day(story, BACK, 2);
    story_place(story, BACK, 7, 1);
    cluster_heal(story->cluster);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_board(story, BACK, 7);
    cluster_crash(story->cluster, BACK);
    cluster_restart(story->cluster, BACK, 1000);
    cluster_run(story->cluster, 2000);
    story_place(story, BACK, 8, 1);
    assert_string_equal(story->text, "[    0]          the network falls apart\n"
                                     "[    0] front    order.place: number 1, 2 events\n"
                                     "[    0] back     day.open: ok\n"
                                     "[    0] back     order.place: number 1, 2 events\n"
                                     "[    0]          the network is whole again\n"
                                     "[    1] back     board: A-1 B-1 placed, 1 lines, 7.00\n"
                                     "[    1] back     power lost\n"
                                     "[    2] back     power back\n"
                                     "[    3] back     order.place: number 2, 2 events\n");
    story_free(story);
}
