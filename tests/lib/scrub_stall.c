#include "tests/lib/scrub_stall.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/log/damage.h"
#include "sync/replica/replica_state.h"

uint32_t scrub_alarms[ALARM_COUNT];

static int answered; /* what the last command came to */

static void note_answer(void *context, struct cluster_node *node,
                        const struct effect_answer *answer)
{
    (void)context;
    (void)node;
    answered = answer->err;
}

static void count_alarm(void *context, struct cluster_node *node, const struct effect_alarm *alarm)
{
    (void)context;
    (void)node;
    scrub_alarms[alarm->kind]++;
}

struct cluster *scrub_stall_new(struct command *commands, struct shop_key *keys)
{
    struct cluster_setup setup = {.seed = 11,
                                  .nodes = NODES,
                                  .devices = {{"counter", ROLE_MANAGER, "A"},
                                              {"kitchen", ROLE_KITCHEN, "B"},
                                              {"pickup", ROLE_PICKUP, "C"}},
                                  .knobs = cluster_knobs_calm(),
                                  .hooks = {.on_alarm = count_alarm, .on_answer = note_answer}};
    struct cluster *cluster = cluster_new();
    memset(scrub_alarms, 0, sizeof scrub_alarms);
    cluster_start(cluster, &setup);
    shop_open(cluster);
    for (uint32_t i = 0; i < ORDERS; i++) {
        keys[i] = shop_key_make(1000, i + 1);
        shop_order(&commands[i], &keys[i], 2);
        cluster_command(cluster, COUNTER, &commands[i], i + 1);
        cluster_run(cluster, 100);
    }
    const bool is_converged = cluster_converge(cluster, SETTLE_MS);
    check(is_converged);
    cluster->knobs.scrub_records = 256;
    return cluster;
}

struct entity_id scrub_order_of(const struct command *command)
{
    uint8_t session[8];
    put_be64(session, command->principal.session);
    return entity_id_mint(get_be32(command->key.data), bytes_of(session, sizeof session),
                          command->key);
}

int scrub_cancel(struct cluster *cluster, const struct entity_id *order, uint64_t request)
{
    struct command command;
    shop_command(&command, COMMAND_CANCEL);
    command.order = *order;
    command.reason = bytes_of_text("left");
    answered = 1;
    cluster_command(cluster, KITCHEN, &command, request);
    const uint64_t until_ms = cluster->now_ms + 100;
    while (answered == 1 && cluster_step(cluster, until_ms)) {
    }
    return answered;
}

void scrub_spoil_at_rest(struct cluster *cluster,
                         void (*spoil)(struct store_memory *store, enum store_table table,
                                       uint64_t row, uint64_t bit),
                         enum store_table table, uint64_t row, uint64_t bit)
{
    cluster_crash(cluster, KITCHEN);
    spoil(cluster->nodes[KITCHEN].store, table, row, bit);
    cluster_restart(cluster, KITCHEN, 100);
}

static struct hash digest_of(struct cluster *cluster, uint32_t node)
{
    struct hash digest = {{0}};
    struct store_txn *txn = store_memory_begin(cluster->nodes[node].store, false);
    const int err = replica_state_digest(txn, &digest);
    check(err == 0);
    store_memory_abort(txn);
    return digest;
}

bool scrub_is_sound(struct cluster *cluster, uint32_t node)
{
    struct store_txn *txn = store_memory_begin(cluster->nodes[node].store, false);
    struct store_cursor cursor;
    struct log_head head;
    struct log_report report;
    uint64_t log;
    uint64_t seq;
    bool is = damage_next(txn, 0, 0, &log, &seq) == ERR_NOT_FOUND;
    const int err = store_cursor_open(txn, TABLE_HEAD, &cursor);
    check(err == 0);
    while (is && log_head_next(&cursor, &head) == 0) {
        is = log_verify(txn, &cluster->popup, &head, &report) == 0;
    }
    store_cursor_close(&cursor);
    store_memory_abort(txn);
    return is;
}

static void add_row(void *context, struct bytes key, struct bytes value)
{
    struct hash *sum = context;
    const struct bytes parts[] = {bytes_of(sum->bytes, sizeof sum->bytes), key, value};
    struct hash next;
    hash_parts(next.bytes, sizeof next.bytes, parts, 3);
    *sum = next;
}

/* Over every row of @table at @node. */
static struct hash table_digest(struct cluster *cluster, uint32_t node, enum store_table table)
{
    struct hash sum = {{0}};
    store_memory_each(cluster->nodes[node].store, table, add_row, &sum);
    return sum;
}

bool scrub_has_table_of_counter(struct cluster *cluster, enum store_table table)
{
    const struct hash counter = table_digest(cluster, COUNTER, table);
    const struct hash kitchen = table_digest(cluster, KITCHEN, table);
    return hash_equal(&counter, &kitchen);
}

bool scrub_heals(struct cluster *cluster)
{
    for (uint32_t ms = 0; ms < HEAL_MS; ms += 200) {
        cluster_run(cluster, 200);
        const struct hash counter = digest_of(cluster, COUNTER);
        const struct hash kitchen = digest_of(cluster, KITCHEN);
        if (scrub_is_sound(cluster, KITCHEN) && hash_equal(&counter, &kitchen) &&
            scrub_has_table_of_counter(cluster, TABLE_HEAD) &&
            scrub_has_table_of_counter(cluster, TABLE_SALVAGE)) {
            return true;
        }
    }
    return false;
}
