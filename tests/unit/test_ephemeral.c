/* What is told of the moment reaches peers over two links, is forgotten in time, and floods nobody.
 */
#include "sync/mesh/ephemeral.h"

#include <stdio.h>

#include "tests/lib/cluster.h"
#include "tests/lib/stage.h"
#include "tests/lib/test.h"

enum { NODES = 4, TTL_S = 30, SETTLE_MS = 2000 };

/* --- among replicas: a line of four --- */

static struct cluster *cluster;

static void line_start(void)
{
    struct cluster_setup setup = {.seed = 3,
                                  .nodes = NODES,
                                  .devices = {{"manager", ROLE_MANAGER, "A"},
                                              {"kitchen", ROLE_KITCHEN, "B"},
                                              {"counter", ROLE_COUNTER, "C"},
                                              {"pickup", ROLE_PICKUP, "D"}},
                                  .knobs = cluster_knobs_calm(),
                                  .is_unlinked = true};
    cluster = cluster_new();
    cluster_start(cluster, &setup);
    for (uint32_t i = 1; i < NODES; i++) {
        cluster_dial(cluster, i - 1, i);
    }
    cluster_run(cluster, SETTLE_MS);
}

static void publish(uint32_t at, const char *body)
{
    const struct cluster_node *node = &cluster->nodes[at];
    assert_int_equal(replica_publish(node->replica, bytes_of_text("screens"), bytes_of_text(""),
                                     TTL_S, bytes_of_text(body), cluster_moment(cluster, node)),
                     0);
}

/* What the node at @at knows of the one at @of; NULL when nothing. */
static const struct ephemeral_item *known(uint32_t at, uint32_t of)
{
    const struct ephemeral_item *item;
    for (uint32_t i = 0; (item = replica_ephemeral_at(cluster->nodes[at].replica, i)) != NULL;
         i++) {
        if (item->device == cluster->nodes[of].device) {
            return item;
        }
    }
    return NULL;
}

static void assert_known(uint32_t at, uint32_t of, const char *body)
{
    const struct ephemeral_item *item = known(at, of);
    assert_true(item != NULL &&
                bytes_equal(bytes_of(item->body, item->body_size), bytes_of_text(body)));
}

TEST(ephemeral, goes_over_two_links_and_no_further)
{
    line_start();
    publish(0, "one");
    cluster_run(cluster, SETTLE_MS);
    assert_known(0, 0, "one");
    assert_known(1, 0, "one");
    assert_known(2, 0, "one");
    assert_null(known(3, 0));
    publish(0, "two");
    cluster_run(cluster, SETTLE_MS);
    assert_known(2, 0, "two");
    cluster_free(cluster);
}

TEST(ephemeral, more_than_peers_take_is_not_told)
{
    static const uint8_t
        much[EPHEMERAL_BODY_BYTES_MAX + EPHEMERAL_KEY_BYTES_MAX + EPHEMERAL_TOPIC_BYTES_MAX + 1];
    static const struct {
        size_t topic, key, body;
        uint32_t ttl_s;
    } tried[] = {{0, 0, 1, TTL_S},
                 {EPHEMERAL_TOPIC_BYTES_MAX + 1, 0, 1, TTL_S},
                 {1, EPHEMERAL_KEY_BYTES_MAX + 1, 1, TTL_S},
                 {1, 0, EPHEMERAL_BODY_BYTES_MAX + 1, TTL_S},
                 {1, 0, 1, EPHEMERAL_TTL_S_MAX + 1}};
    line_start();
    const struct cluster_node *node = &cluster->nodes[0];
    for (size_t i = 0; i < sizeof tried / sizeof tried[0]; i++) {
        assert_int_equal(replica_publish(node->replica, bytes_of(much, tried[i].topic),
                                         bytes_of(much, tried[i].key), tried[i].ttl_s,
                                         bytes_of(much, tried[i].body),
                                         cluster_moment(cluster, node)),
                         ERR_TOO_LARGE);
    }
    cluster_run(cluster, SETTLE_MS);
    assert_null(known(0, 0));
    assert_null(known(1, 0));
    cluster_free(cluster);
}

TEST(ephemeral, is_forgotten_everywhere_when_it_is_not_told_again)
{
    line_start();
    publish(0, "one");
    cluster_run(cluster, TTL_S * 1000 / 2);
    assert_known(2, 0, "one");
    cluster_run(cluster, TTL_S * 1000 / 2 + 1000);
    for (uint32_t i = 0; i < NODES; i++) {
        assert_null(known(i, 0));
    }
    cluster_free(cluster);
}

TEST(ephemeral, a_peer_that_comes_later_is_told_what_is_known)
{
    line_start();
    publish(0, "one");
    cluster_run(cluster, SETTLE_MS);
    cluster_crash(cluster, 2);
    cluster_restart(cluster, 2, 100);
    cluster_run(cluster, UINT64_C(5) * SETTLE_MS);
    assert_known(2, 0, "one");
    cluster_free(cluster);
}

TEST(ephemeral, a_device_that_started_again_replaces_what_it_told_before)
{
    line_start();
    for (int i = 0; i < 5; i++) {
        publish(0, "before");
    }
    cluster_run(cluster, SETTLE_MS);
    cluster_crash(cluster, 0);
    cluster_restart(cluster, 0, 100);
    cluster_run(cluster, UINT64_C(3) * SETTLE_MS);
    publish(0, "after");
    cluster_run(cluster, SETTLE_MS);
    assert_known(2, 0, "after");
    cluster_free(cluster);
}

TEST(ephemeral, nothing_of_it_is_written)
{
    line_start();
    const uint64_t seq = replica_log_seq(cluster->nodes[0].replica);
    publish(0, "one");
    cluster_run(cluster, SETTLE_MS);
    assert_true(replica_log_seq(cluster->nodes[0].replica) == seq);
    cluster_free(cluster);
}

/* --- one replica among peers that tell what they like --- */

enum { A, B };

static struct stage stage;
static uint8_t frame_data[2048];

static struct bytes frame_of(uint64_t device, const char *key, uint64_t number, uint32_t hops)
{
    struct ephemeral_message message = {.device = device,
                                        .topic = bytes_of_text("screens"),
                                        .key = bytes_of_text(key),
                                        .number = number,
                                        .ttl_s = EPHEMERAL_TTL_S_MAX,
                                        .hops = hops,
                                        .body = bytes_of_text("x")};
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, frame_data, sizeof frame_data);
    message_write_ephemeral(&writer, &message);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    return frame;
}

static void meet(uint32_t peer)
{
    struct head_claim heads[] = {stage_claim_own(&stage), stage_claim(&stage, peer, 1)};
    stage_meet(&stage, peer, peer, heads, 2);
}

static uint32_t items_of(uint64_t device)
{
    const struct ephemeral_item *item;
    uint32_t count = 0;
    for (uint32_t i = 0; (item = replica_ephemeral_at(stage.replica, i)) != NULL; i++) {
        count += item->device == device ? 1 : 0;
    }
    return count;
}

TEST(ephemeral, of_one_device_so_many_are_kept_and_so_many_a_second_taken)
{
    char key[EPHEMERAL_KEY_BYTES_MAX];
    stage_start(&stage, 2, 0);
    meet(A);
    meet(B);
    uint32_t passed_on = 0;
    for (uint32_t i = 0; i < 10 * EPHEMERAL_RATE_MAX; i++) {
        (void)snprintf(key, sizeof key, "%u", (unsigned)i);
        stage_turn(&stage, A, frame_of(stage.peers[A].id, key, 1, 1));
        passed_on += stage_sent(&stage, B, MESSAGE_EPH, 0) != NULL ? 1 : 0;
    }
    assert_int_equal(items_of(stage.peers[A].id), EPHEMERAL_PER_DEVICE_MAX);
    assert_int_equal(passed_on, EPHEMERAL_PER_DEVICE_MAX);
    stage_stop(&stage);
    stage_start(&stage, 2, 0);
    meet(A);
    meet(B);
    passed_on = 0;
    for (uint32_t i = 1; i <= 10 * EPHEMERAL_RATE_MAX; i++) {
        stage_turn(&stage, A, frame_of(stage.peers[A].id, "", i, 1));
        passed_on += stage_sent(&stage, B, MESSAGE_EPH, 0) != NULL ? 1 : 0;
    }
    assert_int_equal(passed_on, EPHEMERAL_RATE_MAX);
    stage_stop(&stage);
}

TEST(ephemeral, old_numbers_and_repetitions_are_not_passed_on)
{
    stage_start(&stage, 2, 0);
    meet(A);
    meet(B);
    stage_turn(&stage, A, frame_of(stage.peers[A].id, "", 5, 1));
    assert_non_null(stage_sent(&stage, B, MESSAGE_EPH, 0));
    stage_turn(&stage, A, frame_of(stage.peers[A].id, "", 5, 1));
    assert_null(stage_sent(&stage, B, MESSAGE_EPH, 0));
    stage_turn(&stage, A, frame_of(stage.peers[A].id, "", 4, 1));
    assert_null(stage_sent(&stage, B, MESSAGE_EPH, 0));
    stage_stop(&stage);
}

/* How far what is known of it has come. */
static uint32_t hops_of(uint64_t device)
{
    const struct ephemeral_item *item;
    for (uint32_t i = 0; (item = replica_ephemeral_at(stage.replica, i)) != NULL; i++) {
        if (item->device == device) {
            return item->hops;
        }
    }
    fail_msg("nothing is known of it");
    return 0;
}

/* A link that is slow to begin: others have told of the device before it can itself. */
TEST(ephemeral, what_a_device_says_itself_replaces_the_relayed_copy_that_came_first)
{
    enum { C = 2 };
    stage_start(&stage, 3, 0);
    const uint64_t device = stage.peers[C].id;
    meet(A);
    meet(B);
    stage_turn(&stage, A, frame_of(device, "", 5, 2));
    assert_int_equal(hops_of(device), 2);
    assert_null(stage_sent(&stage, B, MESSAGE_EPH, 0));
    meet(C);
    stage_turn(&stage, C, frame_of(device, "", 5, 1));
    assert_int_equal(hops_of(device), 1);
    assert_non_null(stage_sent(&stage, B, MESSAGE_EPH, 0)); /* now it may go on */
    stage_turn(&stage, C, frame_of(device, "", 5, 1));
    assert_null(stage_sent(&stage, B, MESSAGE_EPH, 0));
    stage_turn(&stage, C, frame_of(device, "", 4, 1));
    assert_null(stage_sent(&stage, B, MESSAGE_EPH, 0));
    assert_int_equal(items_of(device), 1);
    stage_stop(&stage);
}

TEST(ephemeral, nobody_tells_of_a_device_that_is_linked_here_or_that_nobody_knows)
{
    stage_start(&stage, 3, 0);
    meet(A);
    meet(B);
    stage_turn(&stage, A, frame_of(stage.peers[B].id, "", 1, 1));
    stage_turn(&stage, A, frame_of(stage.peers[B].id, "", 1, 2));
    assert_int_equal(items_of(stage.peers[B].id), 0);
    stage_turn(&stage, A, frame_of(4711, "", 1, 2));
    assert_int_equal(items_of(4711), 0);
    stage_turn(&stage, A, frame_of(replica_device(stage.replica), "", 1, 2));
    assert_int_equal(items_of(replica_device(stage.replica)), 0);
    stage_turn(&stage, A, frame_of(stage.peers[2].id, "", 1, 2));
    assert_int_equal(items_of(stage.peers[2].id), 1);
    assert_null(stage_sent(&stage, B, MESSAGE_EPH, 0)); /* it came far enough */
    stage_stop(&stage);
}
