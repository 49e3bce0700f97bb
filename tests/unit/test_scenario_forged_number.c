/* A stolen tablet opens an order in the counter's lane, under the last number there can be: orders
 * that the counter takes afterwards are numbered as before, and a kitchen that draws the forged
 * one, which has no lines, goes on. */
#include "tests/lib/test.h"

#include "sync/domain/order_events.h"
#include "tests/lib/story.h"

enum { MANAGER, KITCHEN, TABLET, FORGED_KEY = 77, FORGED_NUMBER = 999999, SETTLE_MS = 5000 };

/* With software of its own, which this one would not let it. */
static void forge_order(struct story *story)
{
    uint8_t data[256];
    struct writer writer;
    struct event event = {.type = EVENT_ORDER_OPEN, .entity = story_order_id(FORGED_KEY)};
    const struct order_open open = {.day = 1,
                                    .lane = bytes_of_text("A"),
                                    .number = FORGED_NUMBER,
                                    .channel = bytes_of_text("counter"),
                                    .mode = bytes_of_text("take-away")};
    writer_init(&writer, data, sizeof data);
    order_open_encode(&open, &writer);
    assert_int_equal(writer_finish(&writer, &event.body), 0);
    story_forge(story, TABLET, &event, "tablet opens an order in the manager's lane");
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
}

TEST(scenario, an_order_that_is_forged_in_anothers_lane_moves_no_number_of_it)
{
    struct story *story = story_new(12);
    story_device(story, "manager", ROLE_MANAGER, "A");
    story_device(story, "kitchen", ROLE_KITCHEN, "B");
    story_device(story, "tablet", ROLE_COUNTER, "C");
    story_begin(story);
    story_place(story, MANAGER, 1, 1);
    forge_order(story);
    story_do(story, KITCHEN, COMMAND_SEEN, FORGED_KEY); /* it has no lines */
    story_place(story, MANAGER, 2, 1);
    cluster_crash(story->cluster, MANAGER); /* from the store alone it goes on as before */
    cluster_restart(story->cluster, MANAGER, 0);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_place(story, MANAGER, 3, 1);
    story_open_day(story, MANAGER, 2);
    story_place(story, MANAGER, 4, 1);
    cluster_run(story->cluster, SETTLE_MS);
    story_board(story, KITCHEN, 3);
    assert_true(story_is_alike(story, MANAGER, KITCHEN));
    assert_string_equal(story->text,
                        "[    0] manager  order.place: number 1, 2 events\n"
                        "[    0] tablet   power lost\n"
                        "[    0]          tablet opens an order in the manager's lane\n"
                        "[    0] tablet   power back\n"
                        "[    1] kitchen  seen: state\n"
                        "[    1] manager  order.place: number 2, 2 events\n"
                        "[    1] manager  power lost\n"
                        "[    1] manager  power back\n"
                        "[    1] manager  order.place: number 3, 2 events\n"
                        "[    1] manager  day.open: ok\n"
                        "[    1] manager  order.place: number 1, 2 events\n"
                        "[    6] kitchen  board: A-3 placed, 1 lines, 7.00\n");
    story_free(story);
}
