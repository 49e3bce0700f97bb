/* Devices with the same events write the same archive, whatever way the events came to them. */
#include "node/archive/archive.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/shop.h"
#include "tests/lib/test.h"

enum { MANAGER, COUNTER, NODES, SETTLE_MS = 20000, ARCHIVE_BYTES_MAX = 1024 * 1024 };

static struct cluster *cluster;
static bool is_answered;
static uint8_t written[NODES][ARCHIVE_BYTES_MAX];

static void on_answer(void *context, struct cluster_node *node, const struct effect_answer *answer)
{
    (void)context;
    (void)node;
    is_answered = true;
    assert_int_equal(answer->err, 0);
}

static void start(void)
{
    struct cluster_setup setup = {
        .seed = 3,
        .nodes = NODES,
        .devices = {{"manager", ROLE_MANAGER, "A"}, {"counter", ROLE_COUNTER, "B"}},
        .knobs = cluster_knobs_calm(),
        .hooks = {.on_answer = on_answer}};
    cluster = cluster_new();
    cluster_start(cluster, &setup);
    shop_open(cluster);
}

static void ask(uint32_t at, const struct command *command)
{
    is_answered = false;
    cluster_command(cluster, at, command, 9);
    while (!is_answered) {
        check(cluster_step(cluster, cluster->now_ms + SETTLE_MS));
    }
}

static void place(uint32_t at, uint32_t from, uint32_t to)
{
    for (uint32_t number = from; number < to; number++) {
        struct command command;
        const struct shop_key key = shop_key_make(60 + number, number);
        shop_order(&command, &key, 2);
        ask(at, &command);
    }
}

/* The size, or what archive_write() says. */
static long archive_of(uint32_t at, uint64_t day)
{
    FILE *file = tmpfile();
    struct store_txn *txn = store_memory_begin(cluster->nodes[at].store, false);
    const struct archive_head head = {
        .popup = cluster->popup, .root = cluster->root, .epoch_ms = CLUSTER_EPOCH_MS, .day = day};
    assert_non_null(file);
    const int err = archive_write(file, txn, &head, NULL);
    const long size = ftell(file);
    rewind(file);
    assert_true(size <= ARCHIVE_BYTES_MAX);
    assert_int_equal(fread(written[at], 1, (size_t)size, file), (size_t)size);
    (void)fclose(file);
    store_memory_abort(txn);
    return err != 0 ? err : size;
}

/* Apart, so that the counter gets many runs of the manager joined in one. */
static void sell_apart(void)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1};
    start();
    assert_true(cluster_converge(cluster, SETTLE_MS));
    cluster_partition(cluster, apart);
    place(MANAGER, 1, 20);
    place(COUNTER, 20, 30);
    cluster_heal(cluster);
    assert_true(cluster_converge(cluster, SETTLE_MS));
}

static void assert_equal_archives(uint64_t day)
{
    const long size = archive_of(MANAGER, day);
    assert_true(size > 0);
    assert_int_equal(archive_of(COUNTER, day), size);
    assert_memory_equal(written[MANAGER], written[COUNTER], (size_t)size);
}

TEST(archive, equal_replicas_write_equal_bytes)
{
    sell_apart();
    assert_equal_archives(0);
    cluster_free(cluster);
}

TEST(archive, of_a_closed_day_is_equal_also_after_it)
{
    struct command command;
    sell_apart();
    assert_int_equal(archive_of(MANAGER, 1), ERR_STATE);
    shop_command(&command, COMMAND_DAY_CLOSE);
    ask(MANAGER, &command);
    place(MANAGER, 30, 35);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    assert_equal_archives(1);
    cluster_free(cluster);
}

TEST(archive, of_a_day_whose_close_was_not_heard_of_is_refused)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1};
    struct command command;
    sell_apart();
    cluster_partition(cluster, apart);
    shop_command(&command, COMMAND_DAY_CLOSE);
    ask(MANAGER, &command);
    assert_int_equal(archive_of(COUNTER, 1), ERR_STATE); /* it has not heard of the close */
    cluster_free(cluster);
}
