/* test_spoilt_rows.c - a device starts and goes on with a store of which one row is spoilt: cut,
 * lost, exchanged or nonsense, under its own key or another. Whatever the row, it opens and takes
 * its turns, or says what is wrong with the disk; nothing ends it. */
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/shop.h"
#include "tests/lib/test.h"

enum {
    MANAGER,
    COUNTER,
    KITCHEN,
    PICKUP,
    NODES,
    REQUESTS_MAX = 32,
    FRAMES_MAX = 48,
    SETTLE_MS = 60000,
    SAMPLES = 2, /* rows of a table whose keys begin alike and are as long */
    GROUPS_MAX = 256,
    SCRUB_RECORDS = 48,
    LINK = 0,
    ROUNDS = 4,
};

static struct cluster *cluster;
static struct command asked[REQUESTS_MAX];
static struct shop_key keys[REQUESTS_MAX];
static uint32_t asked_count;

/* --- a pop-up with a past --- */

/* What the kitchen said last, to whomever. */
static struct {
    size_t size;
    uint8_t data[MESSAGE_BYTES_MAX];
} frames[FRAMES_MAX];
static uint32_t frames_count;

static void on_send(void *context, struct cluster_node *node, uint32_t link, struct bytes frame)
{
    (void)context;
    (void)link;
    if (node->index != KITCHEN) {
        return;
    }
    const uint32_t at = frames_count++ % FRAMES_MAX;
    frames[at].size = frame.size;
    memcpy(frames[at].data, frame.data, frame.size);
}

static void ask(uint32_t node, const struct command *command)
{
    check(asked_count < REQUESTS_MAX);
    asked[asked_count] = *command;
    cluster_command(cluster, node, &asked[asked_count], asked_count);
    asked_count++;
    cluster_run(cluster, 500);
}

static void place(uint32_t node)
{
    struct command command;
    keys[asked_count] = shop_key_make(1000, asked_count + 1);
    shop_order(&command, &keys[asked_count], 2);
    ask(node, &command);
}

/* The counter is restored from a copy, so that its log forks; pickup sells on when it is revoked.
 */
static void past_make(void)
{
    const uint32_t counter_apart[CLUSTER_NODES_MAX] = {0, 1, 0, 0};
    const uint32_t pickup_apart[CLUSTER_NODES_MAX] = {0, 0, 0, 1};
    struct cluster_setup setup = {.seed = 7,
                                  .nodes = NODES,
                                  .devices = {{"manager", ROLE_MANAGER, "A"},
                                              {"counter", ROLE_COUNTER, "B"},
                                              {"kitchen", ROLE_KITCHEN, "C"},
                                              {"pickup", ROLE_PICKUP, "D"}},
                                  .knobs = cluster_knobs_calm(),
                                  .hooks = {.on_send = on_send}};
    struct command command;
    cluster = cluster_new();
    cluster_start(cluster, &setup);
    shop_open(cluster);
    place(COUNTER);
    struct cluster_copy copy = cluster_copy_disk(cluster, COUNTER);
    place(COUNTER);
    check(cluster_converge(cluster, SETTLE_MS));
    cluster_partition(cluster, counter_apart);
    cluster_roll_back(cluster, COUNTER, &copy, 100);
    cluster_run(cluster, 500);
    place(COUNTER);
    cluster_heal(cluster);
    cluster_run(cluster, 12000);
    cluster_copy_free(&copy);
    cluster_partition(cluster, pickup_apart);
    shop_command(&command, COMMAND_DEVICE_REVOKE);
    command.device = cluster->nodes[PICKUP].device;
    ask(MANAGER, &command);
    place(PICKUP);
    cluster_heal(cluster);
    place(KITCHEN);
    cluster_run(cluster, 12000);
}

/* --- a life on a spoilt store --- */

static struct {
    struct store_memory *store;
    struct replica *replica;
    struct effects *effects;
    const struct cluster_node *node; /* who it is */
    struct moment now;
    struct store_txn *txn;
} life;

static void turn_begin(void)
{
    effects_reset(life.effects);
    life.txn = store_memory_begin(life.store, true);
}

static int life_open(void)
{
    uint64_t entities = 0;
    bool is_done = false;
    const struct replica_config *config = &life.node->config;
    int err = replica_open(life.replica, life.txn, config, life.now, life.effects);
    if (err != ERR_VERSION) {
        return err;
    }
    for (err = 0; err == 0 && !is_done;) {
        err = replica_rebuild_part(life.replica, life.txn, 64, &entities, &is_done);
    }
    effects_reset(life.effects);
    return err != 0 ? err : replica_open(life.replica, life.txn, config, life.now, life.effects);
}

/* What went wrong is told as a disk that failed; at the start also as a store that is damaged, or
 * is another pop-up's. True when the turn is durable. */
static bool turn_end(int err, bool is_start)
{
    if (err == 0) {
        err = replica_seal(life.replica, life.txn, life.now, life.effects);
    }
    if (err == 0) {
        return store_memory_commit(life.txn) == 0;
    }
    store_memory_abort(life.txn);
    if (err != ERR_IO && !(is_start && (err == ERR_MALFORMED || err == ERR_MISMATCH))) {
        fail_msg("a spoilt row was told as %s", err_code(err));
    }
    replica_abort(life.replica);
    return false;
}

static bool opens(void)
{
    turn_begin();
    return turn_end(life_open(), true);
}

/* When the turn comes to nothing the store is opened anew; false when it cannot be any more. */
static bool takes(const struct input *input)
{
    turn_begin();
    return turn_end(replica_step(life.replica, life.txn, input, life.effects), false) || opens();
}

static bool hears(void)
{
    const uint64_t device = cluster->nodes[KITCHEN].device;
    const struct input up = {
        .kind = INPUT_LINK_UP, .now = life.now, .link = LINK, .device = device, .is_dialer = true};
    bool is_open = takes(&up);
    for (uint32_t i = 0; is_open && i < FRAMES_MAX; i++) {
        const struct input said = {.kind = INPUT_MESSAGE,
                                   .now = life.now,
                                   .link = LINK,
                                   .message = bytes_of(frames[i].data, frames[i].size)};
        is_open = takes(&said);
    }
    return is_open;
}

static bool does(const struct command *command)
{
    const struct input input = {
        .kind = INPUT_COMMAND, .now = life.now, .command = command, .request = 1};
    return takes(&input);
}

static bool sells(void)
{
    struct command command;
    const struct shop_key key = shop_key_make(2000, 1);
    shop_order(&command, &key, 2);
    return does(&command);
}

/* What the counter sold on either branch is to be looked at again. */
static bool revokes(void)
{
    struct command command;
    shop_command(&command, COMMAND_DEVICE_REVOKE);
    command.device = cluster->nodes[COUNTER].device;
    return does(&command);
}

static bool scrubs(void)
{
    const struct input input = {.kind = INPUT_SCRUB, .now = life.now, .records_max = SCRUB_RECORDS};
    life.now.mono_ms += 2000;
    return takes(&input);
}

static void live(void)
{
    bool is_open = opens();
    for (uint32_t round = 0; round < ROUNDS && is_open; round++) {
        is_open = (round != 1 || hears()) && (round != 2 || (sells() && revokes())) && scrubs();
    }
}

/* --- what is spoilt --- */

enum damage { CUT, EMPTIED, NONSENSE, EXCHANGED, LONGER_KEY, SHORTER_KEY, LOST, DAMAGES };

struct row {
    struct bytes key, value;
};

static struct {
    uint32_t count;
    struct row *rows;
} table_rows;

static struct bytes kept(struct bytes bytes)
{
    uint8_t *data = malloc(bytes.size + 1);
    check(data != NULL);
    if (bytes.size > 0) {
        memcpy(data, bytes.data, bytes.size);
    }
    return bytes_of(data, bytes.size);
}

static void row_keep(void *context, struct bytes key, struct bytes value)
{
    (void)context;
    table_rows.rows[table_rows.count++] = (struct row){kept(key), kept(value)};
}

static void rows_read(const struct store_memory *store, enum store_table table)
{
    table_rows.count = 0;
    table_rows.rows = calloc(store_memory_count(store, table) + 1, sizeof *table_rows.rows);
    check(table_rows.rows != NULL);
    store_memory_each(store, table, row_keep, NULL);
}

static void rows_free(void)
{
    for (uint32_t i = 0; i < table_rows.count; i++) {
        free((void *)(uintptr_t)table_rows.rows[i].key.data);
        free((void *)(uintptr_t)table_rows.rows[i].value.data);
    }
    free(table_rows.rows);
}

static void put(struct store_txn *txn, enum store_table table, struct bytes key, struct bytes value)
{
    check(store_put(txn, table, key, value) == 0);
}

static void spoil(struct store_memory *store, enum store_table table, uint32_t at, enum damage how)
{
    static uint8_t key_data[1024];
    const struct row *row = &table_rows.rows[at];
    const struct row *other = &table_rows.rows[(at + 1) % table_rows.count];
    struct store_txn *txn = store_memory_begin(store, true);
    memcpy(key_data, row->key.data, row->key.size);
    key_data[row->key.size] = 0;
    switch (how) {
    case CUT:
        put(txn, table, row->key,
            bytes_of(row->value.data, row->value.size > 0 ? row->value.size - 1 : 0));
        break;
    case EMPTIED:
        put(txn, table, row->key, bytes_of(NULL, 0));
        break;
    case NONSENSE:
        memset((void *)(uintptr_t)row->value.data, 0xc1, row->value.size);
        put(txn, table, row->key, row->value);
        break;
    case EXCHANGED:
        put(txn, table, row->key, other->value);
        break;
    case LONGER_KEY:
        put(txn, table, bytes_of(key_data, row->key.size + 1), row->value);
        break;
    case SHORTER_KEY:
        put(txn, table, bytes_of(key_data, row->key.size - 1), row->value);
        break;
    case LOST:
    case DAMAGES:
        check(store_del(txn, table, row->key) == 0);
        break;
    }
    check(store_memory_commit(txn) == 0);
}

/* Of rows whose keys begin alike and are as long some say as much as all. */
static bool is_sample(enum store_table table, uint32_t at)
{
    static uint32_t seen[GROUPS_MAX];
    const struct bytes key = table_rows.rows[at].key;
    const bool is_by_log = table == TABLE_LOG || table == TABLE_SIG || table == TABLE_HEAD;
    if (at == 0) {
        memset(seen, 0, sizeof seen);
    }
    return seen[(is_by_log ? key.data[0] : key.data[0] + 31 * key.size) % GROUPS_MAX]++ < SAMPLES;
}

static void lose(void *context, struct bytes key, struct bytes value)
{
    struct store_txn *txn = context;
    (void)value;
    check(store_del(txn, TABLE_HEAD, key) == 0);
}

static void lose_heads(const struct cluster_node *node, struct store_memory *store)
{
    struct store_txn *txn = store_memory_begin(store, true);
    store_memory_each(node->store, TABLE_HEAD, lose, txn);
    check(store_memory_commit(txn) == 0);
}

static void table_spoil(const struct cluster_node *node, enum store_table table, bool has_heads)
{
    rows_read(node->store, table);
    for (uint32_t at = 0; at < table_rows.count; at++) {
        const enum damage end = is_sample(table, at) ? DAMAGES : CUT;
        for (enum damage how = CUT; how < end; how++) {
            life.store = store_memory_clone(node->store);
            life.now = cluster_moment(cluster, node);
            spoil(life.store, table, at, how);
            if (!has_heads) {
                lose_heads(node, life.store);
            }
            live();
            replica_abort(life.replica);
            store_memory_free(life.store);
        }
    }
    rows_free();
}

static void spoil_tables(uint32_t of, enum store_table first, enum store_table last, bool has_heads)
{
    past_make();
    life.node = &cluster->nodes[of];
    life.replica = replica_new();
    life.effects = calloc(1, sizeof *life.effects);
    check(life.replica != NULL && life.effects != NULL);
    for (enum store_table table = first; table <= last; table++) {
        table_spoil(life.node, table, has_heads);
    }
    replica_free(life.replica);
    free(life.effects);
    cluster_free(cluster);
}

TEST(spoilt_rows, of_the_journal_end_no_device)
{
    spoil_tables(MANAGER, TABLE_META, TABLE_HEAD, true);
}

TEST(spoilt_rows, of_the_journal_end_no_device_that_lost_the_heads_of_all_logs)
{
    spoil_tables(MANAGER, TABLE_LOG, TABLE_SIG, false);
}

TEST(spoilt_rows, of_what_was_made_of_it_end_no_device)
{
    spoil_tables(MANAGER, TABLE_ENTITY, TABLE_COUNT - 1, true);
}

TEST(spoilt_rows, end_no_device_whose_own_log_forked)
{
    spoil_tables(COUNTER, TABLE_META, TABLE_INDEX, true);
}
