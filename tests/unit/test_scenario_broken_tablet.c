/* What breaks at one tablet while the others sell: its disk is full, its disk spoils what it has,
 * and a link of which one end is gone stands open. */
#include "tests/lib/test.h"

#include "tests/lib/spoil.h"
#include "tests/lib/story.h"

enum {
    COUNTER,
    TABLET,
    SETTLE_MS = 5000,
    TOLD_MS = 1500, /* by then all have said once more what they hold */
    HEAL_MS = 12000,
    SCRUBBED = 256
};

static struct story *story_of_two(uint64_t seed)
{
    struct story *story = story_new(seed);
    story_device(story, "counter", ROLE_MANAGER, "A");
    story_device(story, "tablet", ROLE_COUNTER, "B");
    story_begin(story);
    return story;
}

static void disk_fails_once(struct story *story, enum store_memory_call call, int err)
{
    const struct cluster_store_fault fault = {.call = call, .nth = 1, .err = err};
    cluster_fail_store(story->cluster, TABLET, &fault);
}

TEST(scenario, a_tablet_whose_disk_is_full_fetches_nothing_sells_on_and_catches_up_later)
{
    struct story *story = story_of_two(21);
    replica_limit_store(story->cluster->nodes[TABLET].replica, true);
    story_tell(story, "the tablet's disk has room for its own alone");
    story_place(story, COUNTER, 1, 1);
    story_place(story, TABLET, 2, 2);
    cluster_run(story->cluster, SETTLE_MS);
    story_board(story, TABLET, 1);
    story_ticks(story, COUNTER, 1);
    story_board(story, COUNTER, 2);
    story_ticks(story, TABLET, 2);
    replica_limit_store(story->cluster->nodes[TABLET].replica, false);
    story_tell(story, "there is room again");
    cluster_run(story->cluster, SETTLE_MS);
    story_board(story, TABLET, 1);
    story_ticks(story, COUNTER, 1);
    disk_fails_once(story, MEMORY_COMMIT, ERR_FULL);
    story_place(story, TABLET, 3, 1);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_board(story, COUNTER, 3);
    assert_true(story_is_alike(story, COUNTER, TABLET));
    assert_string_equal(story->text,
                        "[    0]          the tablet's disk has room for its own alone\n"
                        "[    0] counter  order.place: number 1, 2 events\n"
                        "[    0] tablet   order.place: number 1, 3 events\n"
                        "[    5] tablet   board: nothing\n"
                        "[    5] counter  ticks: here, placed\n"
                        "[    5] counter  board: B-1 placed, 2 lines, 11.00\n"
                        "[    5] tablet   ticks: here, on 2 devices, placed\n"
                        "[    5]          there is room again\n"
                        "[   10] tablet   board: A-1 placed, 1 lines, 7.00\n"
                        "[   10] counter  ticks: here, on 2 devices, placed\n"
                        "[   10] tablet   turn aborted: full\n"
                        "[   10] tablet   order.place: number 2, 2 events\n"
                        "[   11] counter  board: B-2 placed, 1 lines, 7.00\n");
    story_free(story);
}

TEST(scenario, what_a_tablets_disk_spoiled_is_found_and_fetched_again)
{
    struct story *story = story_of_two(22);
    struct cluster_node *tablet = &story->cluster->nodes[TABLET];
    story_place(story, COUNTER, 1, 2);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    cluster_crash(story->cluster, TABLET);
    spoil_flip(tablet->store, TABLE_LOG, 3, 300);
    story_tell(story, "a bit of its disk flips");
    story->cluster->knobs.scrub_records = SCRUBBED;
    cluster_restart(story->cluster, TABLET, 0);
    cluster_run(story->cluster, HEAL_MS);
    story_board(story, TABLET, 1);
    story_place(story, TABLET, 2, 1);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_board(story, COUNTER, 2);
    assert_true(story_is_alike(story, COUNTER, TABLET));
    assert_string_equal(story->text,
                        "[    0] counter  order.place: number 1, 3 events\n"
                        "[    0] tablet   power lost\n"
                        "[    0]          a bit of its disk flips\n"
                        "[    0] tablet   power back\n"
                        "[    1] tablet   alarm: the disk spoilt a record of the journal: it is "
                        "fetched again from others\n"
                        "[    1] tablet   alarm: a spoilt record of the journal is whole again\n"
                        "[   12] tablet   board: A-1 placed, 2 lines, 11.00\n"
                        "[   12] tablet   order.place: number 1, 2 events\n"
                        "[   12] counter  board: B-1 placed, 1 lines, 7.00\n");
    story_free(story);
}

static void way(struct story *story, bool is_shut)
{
    cluster_clog(story->cluster, COUNTER, TABLET, is_shut);
    cluster_clog(story->cluster, TABLET, COUNTER, is_shut);
}

TEST(scenario, a_link_that_stands_and_carries_nothing_is_given_up_and_made_anew)
{
    struct story *story = story_of_two(23);
    way(story, true);
    story_tell(story, "nothing arrives, and no end is told");
    story_place(story, COUNTER, 1, 1);
    cluster_run(story->cluster, 1000);
    story_links(story, COUNTER);
    story_ticks(story, COUNTER, 1);
    cluster_run(story->cluster, 3 * SETTLE_MS);
    story_links(story, COUNTER);
    story_links(story, TABLET);
    way(story, false);
    story_tell(story, "the way is free");
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    cluster_run(story->cluster, TOLD_MS);
    story_links(story, COUNTER);
    story_ticks(story, COUNTER, 1);
    story_board(story, TABLET, 1);
    assert_string_equal(story->text, "[    0] counter  nothing gets through to tablet\n"
                                     "[    0] tablet   nothing gets through to counter\n"
                                     "[    0]          nothing arrives, and no end is told\n"
                                     "[    0] counter  order.place: number 1, 2 events\n"
                                     "[    1] counter  linked with tablet\n"
                                     "[    1] counter  ticks: here, placed\n"
                                     "[   16] counter  linked with nobody\n"
                                     "[   16] tablet   linked with nobody\n"
                                     "[   16] counter  all gets through to tablet\n"
                                     "[   16] tablet   all gets through to counter\n"
                                     "[   16]          the way is free\n"
                                     "[   18] counter  linked with tablet\n"
                                     "[   18] counter  ticks: here, on 2 devices, placed\n"
                                     "[   18] tablet   board: A-1 placed, 1 lines, 7.00\n");
    story_free(story);
}
