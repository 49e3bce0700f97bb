/* Two managers whose clocks are two years apart decide the same things, apart and one after the
 * other: no clock decides which of it counts. */
#include "tests/lib/test.h"

#include "sync/domain/menu.h"
#include "tests/lib/story.h"

enum {
    MANAGER,
    PARTNER,
    KITCHEN,
    ITEM = 1,
    WRAP = 2, /* the line that has a sauce */
    CHOICES_MAX = 4,
    SETTLE_MS = 5000
};

#define DAY_MS  (INT64_C(24) * 3600 * 1000)
#define YEAR_MS (365 * DAY_MS)

static void converge(struct story *story)
{
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
}

/* The manager's clock is a year fast, the partner's a year slow. */
static struct story *story_of_clocks(uint64_t seed)
{
    struct story *story = story_new(seed);
    story_device(story, "manager", ROLE_MANAGER, "A");
    story_device(story, "partner", ROLE_MANAGER, "B");
    story_device(story, "kitchen", ROLE_KITCHEN, "C");
    story_begin(story);
    cluster_jump_clock(story->cluster, MANAGER, YEAR_MS);
    cluster_jump_clock(story->cluster, PARTNER, -YEAR_MS);
    return story;
}

static void price_set(struct story *story, uint32_t node, int64_t minor)
{
    struct command command;
    shop_command(&command, COMMAND_MENU_SET);
    command.item = ITEM;
    command.fields_count = 1;
    command.fields[0] = (struct wanted_field){.field = MENU_PRICE, .number = minor};
    story_ask(story, node, &command);
}

static void price_show(struct story *story, uint32_t node)
{
    static struct menu_item item;
    const struct entity_id id = entity_id_derive(KIND_MENU, ITEM);
    struct store_txn *txn = store_memory_begin(story->cluster->nodes[node].store, false);
    assert_int_equal(history_get(story->history, txn, KIND_MENU, &id), 0);
    menu_derive(story->history, &item);
    store_memory_abort(txn);
    story_note(story, node, "price: %d.%02d%s", (int)item.price_minor / 100,
               (int)item.price_minor % 100, item.has_price_conflict ? ", two were set apart" : "");
}

/* The sauce of the wrap: 0 mild, 1 hot. */
static void sauce_set(struct story *story, uint32_t node, uint8_t choice)
{
    static struct shop_key keys[CHOICES_MAX];
    static uint32_t count;
    struct command command;
    shop_command(&command, COMMAND_LINE_SET);
    keys[count % CHOICES_MAX] = shop_key_make(1, 70 + count);
    shop_keyed(&command, &keys[count++ % CHOICES_MAX]);
    command.order = story_order_id(1);
    command.ids_count = 1;
    command.ids[0] = WRAP;
    command.has_options = true;
    command.lines[0].options_count = 1;
    command.lines[0].options[0] = (struct wanted_option){0, choice};
    story_ask(story, node, &command);
}

static struct bytes first_of(const struct line_option *options, uint32_t count)
{
    return count > 0 ? options[0].name : bytes_of_text("nothing");
}

/* What the board of @node says of the wrap. */
static void sauce_show(struct story *story, uint32_t node)
{
    story_flags(story, node, 1); /* and so reads the order */
    const struct order_line *line = &story->order->lines[WRAP - 1];
    const struct bytes one = first_of(line->options, line->options_count);
    const struct bytes other = first_of(line->options_other, line->options_other_count);
    story_note(story, node, "sauce: %.*s%s%.*s", (int)one.size, (const char *)one.data,
               line->has_conflict ? " or " : "", line->has_conflict ? (int)other.size : 0,
               (const char *)other.data);
}

TEST(scenario, of_what_two_set_apart_no_clock_chooses_and_one_day_that_both_opened_is_one)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 0};
    struct story *story = story_of_clocks(15);
    story_place(story, MANAGER, 1, 2);
    converge(story);
    cluster_partition(story->cluster, apart);
    price_set(story, MANAGER, 500);
    price_set(story, PARTNER, 400);
    sauce_set(story, MANAGER, 1);
    sauce_set(story, PARTNER, 0);
    story_open_day(story, MANAGER, 2);
    story_open_day(story, PARTNER, 2);
    story_place(story, MANAGER, 2, 1);
    story_place(story, PARTNER, 3, 1);
    cluster_heal(story->cluster);
    converge(story);
    price_show(story, KITCHEN);
    sauce_show(story, KITCHEN);
    story_place(story, PARTNER, 4, 1);
    story_place(story, MANAGER, 5, 1);
    price_set(story, PARTNER, 500);
    sauce_set(story, PARTNER, 1);
    converge(story);
    price_show(story, KITCHEN);
    sauce_show(story, KITCHEN);
    for (uint32_t key = 2; key <= 5; key++) {
        story_board(story, KITCHEN, key);
    }
    assert_true(story_is_alike(story, MANAGER, PARTNER));
    assert_true(story_is_alike(story, MANAGER, KITCHEN));
    assert_string_equal(story->text, "[    0] manager  clock jumps by 31536000 s\n"
                                     "[    0] partner  clock jumps by -31536000 s\n"
                                     "[    0] manager  order.place: number 1, 3 events\n"
                                     "[    0]          the network falls apart\n"
                                     "[    0] manager  menu.set: ok\n"
                                     "[    0] partner  menu.set: ok\n"
                                     "[    0] manager  line.set: ok\n"
                                     "[    0] partner  line.set: ok\n"
                                     "[    0] manager  day.open: ok\n"
                                     "[    0] partner  day.open: ok\n"
                                     "[    0] manager  order.place: number 1, 2 events\n"
                                     "[    0] partner  order.place: number 1, 2 events\n"
                                     "[    0]          the network is whole again\n"
                                     "[    0] kitchen  price: 4.00, two were set apart\n"
                                     "[    0] kitchen  flags: edit_conflict unpaid\n"
                                     "[    0] kitchen  sauce: Mild or Hot\n"
                                     "[    0] partner  order.place: number 2, 2 events\n"
                                     "[    0] manager  order.place: number 2, 2 events\n"
                                     "[    0] partner  menu.set: ok\n"
                                     "[    0] partner  line.set: ok\n"
                                     "[    1] kitchen  price: 5.00\n"
                                     "[    1] kitchen  flags: unpaid\n"
                                     "[    1] kitchen  sauce: Hot\n"
                                     "[    1] kitchen  board: A-1 placed, 1 lines, 10.00\n"
                                     "[    1] kitchen  board: B-1 placed, 1 lines, 8.00\n"
                                     "[    1] kitchen  board: B-2 placed, 1 lines, 8.00\n"
                                     "[    1] kitchen  board: A-2 placed, 1 lines, 8.00\n");
    story_free(story);
}

/* In whole days, as the kitchen sees them; 0 = it is not linked with @node. */
static int clock_days_off(const struct story *story, uint32_t node)
{
    struct replica_peer peer;
    const struct cluster_node *nodes = story->cluster->nodes;
    for (uint32_t i = 0; replica_peer_at(nodes[KITCHEN].replica, i, &peer); i++) {
        if (peer.device == nodes[node].device) {
            const int64_t half_ms = peer.clock_offset_ms > 0 ? DAY_MS / 2 : -DAY_MS / 2;
            return (int)((peer.clock_offset_ms + half_ms) / DAY_MS);
        }
    }
    return 0;
}

static void cancel(struct story *story, uint32_t node)
{
    struct command command;
    shop_command(&command, COMMAND_CANCEL);
    command.order = story_order_id(1);
    command.reason = bytes_of_text("left");
    story_ask(story, node, &command);
    converge(story);
}

TEST(scenario, who_saw_what_he_changes_has_the_last_word_whatever_the_clocks_say)
{
    struct story *story = story_of_clocks(16);
    cluster_run(story->cluster, SETTLE_MS);
    story_note(story, KITCHEN, "clocks: manager %+d days, partner %+d days",
               clock_days_off(story, MANAGER), clock_days_off(story, PARTNER));
    price_set(story, MANAGER, 400);
    converge(story);
    price_set(story, PARTNER, 500); /* two years before, by the clocks, and dearer */
    converge(story);
    price_show(story, KITCHEN);
    story_place(story, MANAGER, 1, 1);
    converge(story);
    cancel(story, MANAGER);
    story_board(story, KITCHEN, 1);
    story_do(story, PARTNER, COMMAND_REINSTATE, 1);
    converge(story);
    story_board(story, KITCHEN, 1);
    story_do(story, KITCHEN, COMMAND_DONE, 1);
    converge(story);
    cluster_jump_clock(story->cluster, MANAGER, -2 * YEAR_MS);
    story_do(story, MANAGER, COMMAND_HAND_OVER, 1);
    converge(story);
    story_board(story, PARTNER, 1);
    story_flags(story, PARTNER, 1);
    assert_true(story_is_alike(story, MANAGER, PARTNER));
    assert_true(story_is_alike(story, MANAGER, KITCHEN));
    assert_string_equal(story->text,
                        "[    0] manager  clock jumps by 31536000 s\n"
                        "[    0] partner  clock jumps by -31536000 s\n"
                        "[    5] kitchen  clocks: manager +365 days, partner -365 days\n"
                        "[    5] manager  menu.set: ok\n"
                        "[    5] partner  menu.set: ok\n"
                        "[    5] kitchen  price: 5.00\n"
                        "[    5] manager  order.place: number 1, 2 events\n"
                        "[    5] manager  cancel: ok\n"
                        "[    5] kitchen  board: A-1 cancelled, 1 lines, 10.00\n"
                        "[    5] partner  reinstate: ok\n"
                        "[    5] kitchen  board: A-1 placed, 1 lines, 10.00\n"
                        "[    5] kitchen  done: ok\n"
                        "[    5] manager  clock jumps by -63072000 s\n"
                        "[    5] manager  hand-over: ok\n"
                        "[    5] partner  board: A-1 completed, 1 lines, 10.00\n"
                        "[    5] partner  flags: handed_unpaid\n");
    story_free(story);
}
