/* Which tick of an order changes when: here, on another device, drawn by a kitchen's board,
 * accepted. */
#include "tests/lib/test.h"

#include "tests/lib/story.h"

enum {
    COUNTER,
    KITCHEN,
    ORDER = 1,
    TEA = 4,
    SETTLE_MS = 5000,
    TOLD_MS = 1500, /* by then all have said once more what they hold */
    TWO_MINUTES_MS = 120000
};

static void ticks(struct story *story)
{
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    cluster_run(story->cluster, TOLD_MS);
    story_ticks(story, COUNTER, ORDER);
}

static void tea_add(struct story *story, const struct shop_key *key)
{
    struct command command;
    shop_command(&command, COMMAND_LINES_ADD);
    shop_keyed(&command, key);
    command.order = story_order_id(ORDER);
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = TEA, .quantity = 1};
    story_ask(story, COUNTER, &command);
}

TEST(scenario, seen_is_told_by_a_board_that_drew_it_and_by_no_device_that_is_only_on)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1};
    const struct shop_key key = shop_key_make(1, 77);
    struct story *story = story_new(18);
    story_device(story, "counter", ROLE_MANAGER, "A");
    story_device(story, "kitchen", ROLE_KITCHEN, "B");
    story_begin(story);
    cluster_partition(story->cluster, apart);
    story_place(story, COUNTER, ORDER, 1);
    story_ticks(story, COUNTER, ORDER);
    cluster_heal(story->cluster);
    ticks(story);
    cluster_run(story->cluster, TWO_MINUTES_MS); /* nobody looks: the kitchen only has it */
    ticks(story);
    story_do(story, KITCHEN, COMMAND_SEEN, ORDER);
    story_do(story, KITCHEN, COMMAND_SEEN, ORDER); /* drawn again: told once */
    ticks(story);
    story_note(story, COUNTER, "journal: %u seen", story_events(story, COUNTER, EVENT_SEEN));
    tea_add(story, &key); /* which no board has drawn yet */
    ticks(story);
    story_do(story, KITCHEN, COMMAND_SEEN, ORDER);
    ticks(story);
    story_do(story, KITCHEN, COMMAND_ACCEPT, ORDER);
    ticks(story);
    story_note(story, COUNTER, "journal: %u seen", story_events(story, COUNTER, EVENT_SEEN));
    assert_string_equal(story->text, "[    0]          the network falls apart\n"
                                     "[    0] counter  order.place: number 1, 2 events\n"
                                     "[    0] counter  ticks: here, placed\n"
                                     "[    0]          the network is whole again\n"
                                     "[    2] counter  ticks: here, on 2 devices, placed\n"
                                     "[  123] counter  ticks: here, on 2 devices, placed\n"
                                     "[  123] kitchen  seen: ok\n"
                                     "[  123] kitchen  seen: ok\n"
                                     "[  125] counter  ticks: here, on 2 devices, seen, placed\n"
                                     "[  125] counter  journal: 1 seen\n"
                                     "[  125] counter  lines.add: ok\n"
                                     "[  126] counter  ticks: here, on 2 devices, placed\n"
                                     "[  126] kitchen  seen: ok\n"
                                     "[  128] counter  ticks: here, on 2 devices, seen, placed\n"
                                     "[  128] kitchen  accept: ok\n"
                                     "[  129] counter  ticks: here, on 2 devices, seen, accepted\n"
                                     "[  129] counter  journal: 2 seen\n");
    story_free(story);
}
