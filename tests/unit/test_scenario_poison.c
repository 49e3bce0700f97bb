/* The kitchen's software dies while it folds an order, and dies of it again: the order is set aside
 * there, and everything else goes on. */
#include "tests/lib/test.h"

#include <string.h>

#include "node/core/breadcrumb.h"
#include "tests/lib/scratch.h"
#include "tests/lib/story.h"

enum { COUNTER, KITCHEN, PICKUP, POISON = 1, SETTLE_MS = 5000 };

/* What the kitchen keeps beside its store, as a host does. */
struct beside {
    const char *folder;
    struct breadcrumb breadcrumb;
    struct aside aside;
};

/* The kitchen's host starts it. */
static void start(struct story *story, struct beside *beside)
{
    unsigned deaths = 0;
    struct entity_id entity;
    struct replica_config *config = &story->cluster->nodes[KITCHEN].config;
    assert_int_equal(breadcrumb_open(&beside->breadcrumb, beside->folder, &deaths, &entity), 0);
    assert_int_equal(aside_load(beside->folder, &beside->aside), 0);
    if (deaths == 2) {
        assert_int_equal(aside_add(beside->folder, &beside->aside, &entity), 0);
    }
    config->breadcrumb = beside->breadcrumb.map;
    config->aside = beside->aside.entities;
    config->aside_count = beside->aside.count;
    story_note(story, KITCHEN, "starts: died of one order %u times, %u set aside", deaths,
               beside->aside.count);
    cluster_restart(story->cluster, KITCHEN, 0);
}

/* It gets the order, and does not come to the end of folding it. */
static void die(struct story *story, struct beside *beside)
{
    const struct entity_id id = story_order_id(POISON);
    struct cluster_node *kitchen = &story->cluster->nodes[KITCHEN];
    const struct breadcrumb_row before = *beside->breadcrumb.map;
    const uint64_t until_ms = story->cluster->now_ms + SETTLE_MS;
    while (kitchen->txn == NULL && cluster_step(story->cluster, until_ms)) {
    }
    assert_non_null(kitchen->txn);
    cluster_crash(story->cluster, KITCHEN);
    assert_int_equal(story_events(story, KITCHEN, EVENT_ORDER_OPEN), 0); /* its turn is undone */
    *beside->breadcrumb.map = before;
    beside->breadcrumb.map->now[0] = KIND_ORDER;
    memcpy(beside->breadcrumb.map->now + 1, id.bytes, sizeof id.bytes);
    breadcrumb_close(&beside->breadcrumb);
    start(story, beside);
}

/* What the kitchen's board shows of an order that it does not fold. */
static void board_aside(struct story *story)
{
    const struct entity_id id = story_order_id(POISON);
    struct store_txn *txn = store_memory_begin(story->cluster->nodes[KITCHEN].store, false);
    assert_int_equal(history_get(story->history, txn, KIND_ORDER, &id), 0);
    store_memory_abort(txn);
    story_note(story, KITCHEN, "board: %s, %u events shown",
               story->history->is_opaque ? "needs attention" : "an order", story->history->count);
}

TEST(scenario, an_order_that_kills_the_software_twice_is_set_aside_there_and_passed_on)
{
    struct beside beside = {.folder = scratch_file_put("breadcrumb", NULL, 0)};
    struct story *story = story_new(22);
    story_device(story, "counter", ROLE_MANAGER, "A");
    story_device(story, "kitchen", ROLE_KITCHEN, "B");
    story_device(story, "pickup", ROLE_PICKUP, "C");
    story_begin(story);
    cluster_clog(story->cluster, COUNTER, PICKUP, true); /* the kitchen passes on */
    cluster_clog(story->cluster, PICKUP, COUNTER, true);
    cluster_crash(story->cluster, KITCHEN);
    start(story, &beside);
    story_place(story, COUNTER, POISON, 1);
    die(story, &beside);
    die(story, &beside);
    assert_true(cluster_converge(story->cluster, 4 * SETTLE_MS));
    story_place(story, COUNTER, 2, 2);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    board_aside(story);
    story_board(story, KITCHEN, 2);
    story_board(story, PICKUP, POISON);
    story_board(story, PICKUP, 2);
    story_do(story, KITCHEN, COMMAND_ACCEPT, 2);
    story_do(story, KITCHEN, COMMAND_ACCEPT, POISON);
    story_do(story, COUNTER, COMMAND_ACCEPT, POISON);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_board(story, PICKUP, POISON);
    story_board(story, PICKUP, 2);
    assert_true(story_is_alike(story, COUNTER, PICKUP));
    assert_string_equal(story->text,
                        "[    0] counter  nothing gets through to pickup\n"
                        "[    0] pickup   nothing gets through to counter\n"
                        "[    0] kitchen  power lost\n"
                        "[    0] kitchen  starts: died of one order 0 times, 0 set aside\n"
                        "[    0] kitchen  power back\n"
                        "[    0] counter  order.place: number 1, 2 events\n"
                        "[    1] kitchen  power lost\n"
                        "[    1] kitchen  starts: died of one order 1 times, 0 set aside\n"
                        "[    1] kitchen  power back\n"
                        "[    1] kitchen  power lost\n"
                        "[    1] kitchen  starts: died of one order 2 times, 1 set aside\n"
                        "[    1] kitchen  power back\n"
                        "[    2] counter  order.place: number 2, 3 events\n"
                        "[    3] kitchen  board: needs attention, 0 events shown\n"
                        "[    3] kitchen  board: A-2 placed, 2 lines, 11.00\n"
                        "[    3] pickup   board: A-1 placed, 1 lines, 7.00\n"
                        "[    3] pickup   board: A-2 placed, 2 lines, 11.00\n"
                        "[    3] kitchen  accept: ok\n"
                        "[    3] kitchen  accept: version\n"
                        "[    3] counter  accept: ok\n"
                        "[    4] pickup   board: A-1 accepted, 1 lines, 7.00\n"
                        "[    4] pickup   board: A-2 accepted, 2 lines, 11.00\n");
    breadcrumb_close(&beside.breadcrumb);
    story_free(story);
}
