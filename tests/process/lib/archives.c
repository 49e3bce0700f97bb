#include "tests/process/lib/archives.h"

#include <string.h>

#include "node/archive/backup.h"
#include "sync/base/check.h"
#include "tests/lib/shop.h"
#include "tests/lib/test.h"

struct cluster *archives_cluster;
uint8_t archives_written[NODES][ARCHIVE_BYTES_MAX];
uint64_t archives_progress;
char archives_found[16];
static unsigned found_count;

static bool is_answered;

static void on_answer(void *context, struct cluster_node *node, const struct effect_answer *answer)
{
    (void)context;
    (void)node;
    is_answered = true;
    assert_int_equal(answer->err, 0);
}

void archives_start(void)
{
    struct cluster_setup setup = {
        .seed = 3,
        .nodes = NODES,
        .devices = {{"manager", ROLE_MANAGER, "A"}, {"counter", ROLE_COUNTER, "B"}},
        .knobs = cluster_knobs_calm(),
        .hooks = {.on_answer = on_answer}};
    archives_cluster = cluster_new();
    cluster_start(archives_cluster, &setup);
    shop_open(archives_cluster);
}

void archives_ask(uint32_t at, const struct command *command)
{
    is_answered = false;
    cluster_command(archives_cluster, at, command, 9);
    while (!is_answered) {
        check(cluster_step(archives_cluster, archives_cluster->now_ms + SETTLE_MS));
    }
}

void archives_place(uint32_t at, uint32_t from, uint32_t to)
{
    for (uint32_t number = from; number < to; number++) {
        struct command command;
        const struct shop_key key = shop_key_make(60 + number, number);
        shop_order(&command, &key, 2);
        archives_ask(at, &command);
    }
}

void archives_sell_apart(void)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1};
    archives_start();
    assert_true(cluster_converge(archives_cluster, SETTLE_MS));
    cluster_partition(archives_cluster, apart);
    archives_place(MANAGER, 1, 20);
    archives_place(COUNTER, 20, 30);
    cluster_heal(archives_cluster);
    assert_true(cluster_converge(archives_cluster, SETTLE_MS));
}

void archives_on_progress(uint64_t events)
{
    assert_true(events > archives_progress);
    archives_progress = events;
}

long archives_write(uint32_t at, uint64_t day)
{
    FILE *file = tmpfile();
    struct store_txn *txn = store_memory_begin(archives_cluster->nodes[at].store, false);
    const struct archive_head head = {.popup = archives_cluster->popup,
                                      .root = archives_cluster->root,
                                      .epoch_ms = CLUSTER_EPOCH_MS,
                                      .day = day};
    assert_non_null(file);
    archives_progress = 0;
    const int err = archive_write(file, txn, &head, archives_on_progress);
    const long size = ftell(file);
    rewind(file);
    assert_true(size <= ARCHIVE_BYTES_MAX);
    assert_int_equal(fread(archives_written[at], 1, (size_t)size, file), (size_t)size);
    (void)fclose(file);
    store_memory_abort(txn);
    return err != 0 ? err : size;
}

long archives_backup(uint32_t at)
{
    FILE *file = fmemopen(archives_written[at], sizeof archives_written[at], "w");
    struct store_txn *txn = store_memory_begin(archives_cluster->nodes[at].store, false);
    const struct backup_head head = {.popup = archives_cluster->popup,
                                     .root = archives_cluster->root,
                                     .epoch_ms = CLUSTER_EPOCH_MS};
    struct backup_sums sums;
    assert_non_null(file);
    assert_int_equal(backup_write(file, txn, &head, false, NULL, &sums), 0);
    const long size = ftell(file);
    (void)fclose(file);
    store_memory_abort(txn);
    return size;
}

static void on_finding(void *context, const char *kind, const struct proof_place *archives_place,
                       const char *what)
{
    (void)context;
    (void)archives_place;
    (void)what;
    if (found_count++ == 0) {
        (void)snprintf(archives_found, sizeof archives_found, "%s", kind);
    }
}

unsigned archives_prove(bool is_backup, uint8_t *data, size_t size, struct proof_sums *ret_sums)
{
    static const struct proof_listener listener = {.found = on_finding};
    FILE *file = fmemopen(data, size, "r");
    assert_non_null(file);
    found_count = 0;
    assert_int_equal((is_backup ? backup_prove : archive_prove)(file, &listener, ret_sums), 0);
    (void)fclose(file);
    return found_count;
}
