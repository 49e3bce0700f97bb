/* Devices with the same events write the same archive, whatever way the events came to them. */
#include "node/archive/archive.h"

#include <stdlib.h>
#include <string.h>

#include "node/archive/backup.h"
#include "node/archive/prove.h"
#include "node/archive/records.h"
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

/* ---- proofs ---- */

static struct found {
    unsigned count;
    char kind[16];
} found;

static void on_finding(void *context, const char *kind, const struct proof_place *place,
                       const char *what)
{
    (void)context;
    (void)place;
    (void)what;
    if (found.count++ == 0)
        (void)snprintf(found.kind, sizeof found.kind, "%s", kind);
}

/* How much is wrong with those bytes. */
static unsigned prove(bool is_backup, uint8_t *data, size_t size, struct proof_sums *ret_sums)
{
    static const struct proof_listener listener = {.found = on_finding};
    FILE *file = fmemopen(data, size, "r");
    assert_non_null(file);
    found.count = 0;
    assert_int_equal((is_backup ? backup_prove : archive_prove)(file, &listener, ret_sums), 0);
    (void)fclose(file);
    return found.count;
}

static long backup_of(uint32_t at)
{
    FILE *file = fmemopen(written[at], sizeof written[at], "w");
    struct store_txn *txn = store_memory_begin(cluster->nodes[at].store, false);
    const struct backup_head head = {
        .popup = cluster->popup, .root = cluster->root, .epoch_ms = CLUSTER_EPOCH_MS};
    struct backup_sums sums;
    assert_non_null(file);
    assert_int_equal(backup_write(file, txn, &head, false, NULL, &sums), 0);
    const long size = ftell(file);
    (void)fclose(file);
    store_memory_abort(txn);
    return size;
}

/* One of two bits of every seventh byte. */
static void assert_every_change_is_found(bool is_backup, uint8_t *data, size_t size)
{
    struct proof_sums sums;
    for (size_t at = 0; at < size; at += 7) {
        const uint8_t bit = at % 2 == 0 ? 0x01 : 0x40;
        data[at] ^= bit;
        if (prove(is_backup, data, size, &sums) == 0)
            fail_msg("a flipped bit of byte %zu is not found", at);
        data[at] ^= bit;
    }
    for (size_t cut = 1; cut < size; cut += 61) {
        if (prove(is_backup, data, cut, &sums) == 0)
            fail_msg("cut to %zu bytes it holds", cut);
    }
}

TEST(archive, one_proves_itself_and_every_flipped_bit_and_cut_is_found)
{
    struct proof_sums sums;
    struct command command;
    sell_apart();
    shop_command(&command, COMMAND_DAY_CLOSE);
    ask(MANAGER, &command);
    place(MANAGER, 30, 31); /* of the day after: its hashes alone */
    const size_t size = (size_t)archive_of(MANAGER, 1);
    assert_int_equal(prove(false, written[MANAGER], size, &sums), 0);
    assert_int_equal(sums.logs, NODES);
    assert_int_equal(sums.signatures, NODES);
    assert_true(sums.events > 30);
    assert_every_change_is_found(false, written[MANAGER], size);
    cluster_free(cluster);
}

TEST(archive, a_backup_proves_itself_and_every_flipped_bit_and_cut_is_found)
{
    struct proof_sums sums;
    start();
    place(MANAGER, 1, 3);
    const size_t size = (size_t)backup_of(MANAGER);
    assert_int_equal(prove(true, written[MANAGER], size, &sums), 0);
    assert_int_equal(sums.logs, NODES);
    assert_true(sums.signatures >= sums.logs && sums.events > sums.signatures);
    assert_every_change_is_found(true, written[MANAGER], size);
    cluster_free(cluster);
}

/* ---- forged: changed, and the digest made to fit again ---- */

enum { MAGIC_BYTES = sizeof ARCHIVE_MAGIC - 1, FORGED_RECORDS_MAX = 4096 };

struct forgery {
    uint32_t count;
    struct bytes records[FORGED_RECORDS_MAX]; /* but for the last */
};

static void forgery_read(struct forgery *forgery, const uint8_t *data, size_t size)
{
    forgery->count = 0;
    for (size_t at = MAGIC_BYTES; at < size; at += 4 + get_be32(data + at)) {
        check(forgery->count < FORGED_RECORDS_MAX);
        forgery->records[forgery->count++] = bytes_of(data + at + 4, get_be32(data + at));
    }
    forgery->count--;
}

/* The first record of @kind at or after @from. */
static uint32_t forgery_find(const struct forgery *forgery, uint32_t from, uint8_t kind)
{
    while (forgery->records[from].data[1] != kind) {
        from++;
        check(from < forgery->count);
    }
    return from;
}

static const char *forged(const struct forgery *forgery)
{
    static uint8_t data[ARCHIVE_BYTES_MAX];
    static struct record_file records;
    struct proof_sums sums;
    FILE *file = fmemopen(data, sizeof data, "w");
    assert_non_null(file);
    assert_int_equal(records_begin(&records, file, ARCHIVE_MAGIC), 0);
    for (uint32_t i = 0; i < forgery->count; i++) {
        struct writer writer;
        writer_init(&writer, records.data, sizeof records.data);
        write_raw(&writer, forgery->records[i]);
        assert_int_equal(record_end(&records, &writer), 0);
    }
    assert_int_equal(records_end(&records, 6), 0);
    const long size = ftell(file);
    (void)fclose(file);
    return prove(false, data, (size_t)size, &sums) == 0 ? "" : found.kind;
}

TEST(archive, what_was_forged_is_found_although_its_digest_fits)
{
    static struct forgery forgery, changed;
    static uint8_t copy[RECORD_BYTES_MAX];
    sell_apart();
    forgery_read(&forgery, written[MANAGER], (size_t)archive_of(MANAGER, 0));
    assert_string_equal(forged(&forgery), "");
    const uint32_t events = forgery_find(&forgery, 0, 2);

    changed = forgery; /* a bit of an event */
    const struct bytes record = forgery.records[events];
    memcpy(copy, record.data, record.size);
    copy[record.size - 2] ^= 1;
    changed.records[events] = bytes_of(copy, record.size);
    assert_string_equal(forged(&changed), "edited");

    changed = forgery; /* a record of events dropped */
    memmove(&changed.records[events], &changed.records[events + 1],
            (changed.count - events - 1) * sizeof changed.records[0]);
    changed.count--;
    assert_string_equal(forged(&changed), "lost");

    changed = forgery; /* one twice */
    memmove(&changed.records[events + 1], &changed.records[events],
            (changed.count - events) * sizeof changed.records[0]);
    changed.count++;
    assert_string_equal(forged(&changed), "duplicate");

    changed = forgery; /* two journals swapped */
    const uint32_t other = forgery_find(&forgery, forgery_find(&forgery, events, 4), 2);
    changed.records[events] = forgery.records[other];
    changed.records[other] = forgery.records[events];
    assert_string_equal(forged(&changed), "lost");

    changed = forgery; /* truncated after the first journal */
    changed.count = other;
    assert_string_equal(forged(&changed), "lost");
    cluster_free(cluster);
}
