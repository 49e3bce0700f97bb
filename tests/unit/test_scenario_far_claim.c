/* A peer with good keys claims in its HELLO that it holds event 10^9 of the counter's journal. */
#include "tests/lib/test.h"

#include "sync/base/check.h"
#include "sync/mesh/message.h"
#include "tests/lib/story.h"

enum {
    KITCHEN,
    COUNTER,
    LIAR,
    SETTLE_MS = 5000,
    TWO_MINUTES_MS = 120000,
    CLAIMED_SEQ = 1000000000
};

/* Its HELLO, on each link that it gets; it says nothing else, and has nothing to show. */
static void on_lie(void *context, struct cluster_node *node, const struct input *input)
{
    static uint8_t data[512];
    const struct story *story = context;
    const struct cluster *cluster = story->cluster;
    const struct head_claim claim = {
        .log = cluster->nodes[COUNTER].log, .seq = CLAIMED_SEQ, .hash = {7, 7, 7}};
    struct hello hello = {.version_min = PROTOCOL_VERSION_MIN,
                          .version_max = PROTOCOL_VERSION_MAX,
                          .popup = cluster->popup,
                          .device = node->device,
                          .boot = {LIAR},
                          .fold_version = FOLD_VERSION,
                          .wall_ms = CLUSTER_EPOCH_MS};
    struct writer writer;
    struct bytes frame;
    if (input == NULL || input->kind != INPUT_LINK_UP) {
        return;
    }
    writer_init(&writer, data, sizeof data);
    message_write_hello(&writer, &hello, &claim, 1, NULL, 0);
    check(writer_finish(&writer, &frame) == 0);
    cluster_say(story->cluster, LIAR, input->link, frame);
}

static uint64_t seq_of(const struct story *story)
{
    return replica_log_seq(story->cluster->nodes[COUNTER].replica);
}

TEST(scenario, a_hello_that_claims_event_ten_to_the_nine_of_my_journal_stops_no_sale)
{
    struct story *story = story_new(17);
    struct cluster *cluster = story->cluster;
    story_device(story, "kitchen", ROLE_MANAGER, "B");
    story_device(story, "counter", ROLE_COUNTER, "A");
    story_device(story, "liar", ROLE_PICKUP, "C");
    story_begin(story);
    story_place(story, COUNTER, 1, 1);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    const uint64_t log = cluster->nodes[COUNTER].log, seq = seq_of(story);
    cluster->hooks.on_lie = on_lie;
    cluster_turn_liar(cluster, LIAR);
    cluster_run(cluster, SETTLE_MS);
    story_place(story, COUNTER, 2, 2);
    assert_int_equal(seq_of(story), seq + 3); /* the next events, not those after what is claimed */
    cluster_run(cluster, TWO_MINUTES_MS);
    story_place(story, COUNTER, 3, 1);
    cluster_run(cluster, SETTLE_MS);
    assert_int_equal(cluster->nodes[COUNTER].log, log); /* nothing proves that it forgot anything */
    story_board(story, KITCHEN, 1);
    story_board(story, KITCHEN, 2);
    story_board(story, KITCHEN, 3);
    assert_true(story_is_alike(story, KITCHEN, COUNTER));
    assert_string_equal(story->text, "[    0] counter  order.place: number 1, 2 events\n"
                                     "[    0] liar     power lost\n"
                                     "[    0] liar     is in hostile hands\n"
                                     "[    5] counter  order.place: number 2, 3 events\n"
                                     "[  125] counter  order.place: number 3, 2 events\n"
                                     "[  130] kitchen  board: A-1 placed, 1 lines, 7.00\n"
                                     "[  130] kitchen  board: A-2 placed, 2 lines, 11.00\n"
                                     "[  130] kitchen  board: A-3 placed, 1 lines, 7.00\n");
    story_free(story);
}
