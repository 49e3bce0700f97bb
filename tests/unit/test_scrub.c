/* A disk flips bits in what a device has stored; the device finds that and is healed by others. */
#include "sync/log/damage.h"

#include <stdio.h>
#include <string.h>

#include "sync/domain/stock_events.h"
#include "sync/replica_state.h"
#include "tests/lib/shop.h"
#include "tests/lib/spoil.h"
#include "tests/lib/test.h"

enum { COUNTER, KITCHEN, PICKUP, NODES, ORDERS = 4, SETTLE_MS = 20000, HEAL_MS = 12000 };

static uint32_t alarms[ALARM_COUNT];
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
    alarms[alarm->kind]++;
}

/* Three devices with @ORDERS orders, all of which all have. */
static struct cluster *stall_new(struct command *commands, struct shop_key *keys)
{
    struct cluster_setup setup = {.seed = 11,
                                  .nodes = NODES,
                                  .devices = {{"counter", ROLE_MANAGER, "A"},
                                              {"kitchen", ROLE_KITCHEN, "B"},
                                              {"pickup", ROLE_PICKUP, "C"}},
                                  .knobs = cluster_knobs_calm(),
                                  .hooks = {.on_alarm = count_alarm, .on_answer = note_answer}};
    struct cluster *cluster = cluster_new();
    memset(alarms, 0, sizeof alarms);
    cluster_start(cluster, &setup);
    shop_open(cluster);
    for (uint32_t i = 0; i < ORDERS; i++) {
        keys[i] = shop_key_make(1000, i + 1);
        shop_order(&commands[i], &keys[i], 2);
        cluster_command(cluster, COUNTER, &commands[i], i + 1);
        cluster_run(cluster, 100);
    }
    assert_true(cluster_converge(cluster, SETTLE_MS));
    cluster->knobs.scrub_records = 256;
    return cluster;
}

static struct hash digest_of(struct cluster *cluster, uint32_t node)
{
    struct hash digest = {{0}};
    struct store_txn *txn = store_memory_begin(cluster->nodes[node].store, false);
    assert_int_equal(replica_state_digest(txn, &digest), 0);
    store_memory_abort(txn);
    return digest;
}

/* The whole journal of @node verifies, and nothing is listed as spoilt. */
static bool is_sound(struct cluster *cluster, uint32_t node)
{
    struct store_txn *txn = store_memory_begin(cluster->nodes[node].store, false);
    struct store_cursor cursor;
    struct log_head head;
    struct log_report report;
    uint64_t log;
    uint64_t seq;
    bool is = damage_next(txn, 0, 0, &log, &seq) == ERR_NOT_FOUND;
    assert_int_equal(store_cursor_open(txn, TABLE_HEAD, &cursor), 0);
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

static bool has_table_of_counter(struct cluster *cluster, enum store_table table)
{
    const struct hash counter = table_digest(cluster, COUNTER, table);
    const struct hash kitchen = table_digest(cluster, KITCHEN, table);
    return hash_equal(&counter, &kitchen);
}

/* Time passes until the kitchen is as the counter is. */
static bool heals(struct cluster *cluster)
{
    for (uint32_t ms = 0; ms < HEAL_MS; ms += 200) {
        cluster_run(cluster, 200);
        const struct hash counter = digest_of(cluster, COUNTER);
        const struct hash kitchen = digest_of(cluster, KITCHEN);
        if (is_sound(cluster, KITCHEN) && hash_equal(&counter, &kitchen) &&
            has_table_of_counter(cluster, TABLE_HEAD) &&
            has_table_of_counter(cluster, TABLE_SALVAGE)) {
            return true;
        }
    }
    return false;
}

/* The power goes at the kitchen, its disk is spoilt, and the power comes back. */
static void spoil_at_rest(struct cluster *cluster,
                          void (*spoil)(struct store_memory *store, enum store_table table,
                                        uint64_t row, uint64_t bit),
                          enum store_table table, uint64_t row, uint64_t bit)
{
    cluster_crash(cluster, KITCHEN);
    spoil(cluster->nodes[KITCHEN].store, table, row, bit);
    cluster_restart(cluster, KITCHEN, 100);
}

static void check_each(enum store_table table, uint64_t bit_step)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    const size_t rows = store_memory_count(cluster->nodes[KITCHEN].store, table);
    for (uint64_t row = 0; row < rows; row++) {
        spoil_at_rest(cluster, spoil_flip, table, row, row * bit_step);
        if (!heals(cluster)) {
            fail_msg("row %u of table %d stays spoilt", (unsigned)row, (int)table);
        }
    }
    cluster_free(cluster);
}

TEST(scrub, a_flipped_bit_in_any_event_or_its_hash_is_found_and_healed)
{
    check_each(TABLE_LOG, 61); /* hashes and events in turn */
    assert_true(alarms[ALARM_DAMAGE] > 0);
    assert_int_equal(alarms[ALARM_DAMAGE_STAYS], 0);
}

TEST(scrub, a_flipped_bit_in_any_signature_is_healed)
{
    check_each(TABLE_SIG, 37);
}

TEST(scrub, a_flipped_bit_in_any_row_of_the_entity_index_is_healed)
{
    check_each(TABLE_ENTITY, 7);
}

TEST(scrub, a_flipped_bit_in_any_folded_row_makes_state_and_index_anew)
{
    check_each(TABLE_STATE, 97);
    assert_true(alarms[ALARM_STATE_DAMAGE] > 0);
    check_each(TABLE_INDEX, 11);
}

static void check_heads(void (*spoil)(struct store_memory *store, enum store_table table,
                                      uint64_t row, uint64_t bit),
                        uint64_t bit_step)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    const uint64_t log = cluster->nodes[KITCHEN].log;
    const size_t rows = store_memory_count(cluster->nodes[KITCHEN].store, TABLE_HEAD);
    for (uint64_t i = 0; i < 48; i++) {
        spoil_at_rest(cluster, spoil, TABLE_HEAD, i % rows, i * bit_step);
        if (!heals(cluster)) {
            fail_msg("head %u stays spoilt at bit %u", (unsigned)(i % rows),
                     (unsigned)(i * bit_step));
        }
    }
    assert_true(cluster->nodes[KITCHEN].log == log); /* its own is written on, and not twice */
    assert_int_equal(alarms[ALARM_FORK] + alarms[ALARM_AMNESIA], 0);
    cluster_free(cluster);
}

TEST(scrub, a_flipped_bit_in_any_head_is_healed_without_anybody_and_forks_nothing)
{
    check_heads(spoil_flip, 17);
}

TEST(scrub, a_head_under_another_key_is_healed)
{
    check_heads(spoil_flip_key, 5);
}

static void spoil_lose_it(struct store_memory *store, enum store_table table, uint64_t row,
                          uint64_t bit)
{
    (void)bit;
    spoil_lose(store, table, row);
}

TEST(scrub, a_head_that_vanished_is_made_of_its_log)
{
    check_heads(spoil_lose_it, 1);
}

/* A record that is hit together with others; the bit counts from the end of the row when it is
 * negative. */
struct hit {
    enum store_table table;
    bool is_first; /* of the log, else its last */
    int64_t bit;
};

/* The row of @log's record in @table, and how many bits it has. */
struct record_search {
    uint64_t log, at, row, bits;
    bool is_first, is_found;
};

static void search_record(void *context, struct bytes key, struct bytes value)
{
    struct record_search *search = context;
    if (get_be64(key.data) == search->log && !(search->is_first && search->is_found)) {
        search->row = search->at;
        search->bits = 8 * value.size;
        search->is_found = true;
    }
    search->at++;
}

static void hit_record(struct store_memory *store, uint64_t log, const struct hit *hit)
{
    struct record_search search = {.log = log, .is_first = hit->is_first};
    store_memory_each(store, hit->table, search_record, &search);
    assert_true(search.is_found);
    const uint64_t back = hit->bit < 0 ? search.bits : 0;
    spoil_flip(store, hit->table, search.row, back + (uint64_t)hit->bit);
}

/* All of @hits at once, of the own log and of another's. */
static void check_together(const struct hit *hits, size_t count)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    const uint64_t own = cluster->nodes[KITCHEN].log;
    for (uint32_t of = COUNTER; of <= KITCHEN; of++) {
        cluster_crash(cluster, KITCHEN);
        for (size_t i = 0; i < count; i++) {
            hit_record(cluster->nodes[KITCHEN].store, cluster->nodes[of].log, &hits[i]);
        }
        cluster_restart(cluster, KITCHEN, 100);
        assert_true(heals(cluster));
    }
    assert_true(cluster->nodes[KITCHEN].log == own);
    assert_int_equal(alarms[ALARM_FORK] + alarms[ALARM_AMNESIA] + alarms[ALARM_BAD_EVENTS], 0);
    cluster_free(cluster);
}

/* A head is [seq, hash, key ...]: the hash is at byte 4, the key at byte 38. */
enum {
    IN_HASH_OF_HEAD = 8 * 10,
    IN_KEY_OF_HEAD = 8 * 45,
    IN_DEVICE_OF_HEAD = -8 * 8, /* before incarnation and size */
    IN_HASH = 7,
    IN_EVENT = -9
};

/* Whose log that is, as the kitchen knows it. */
static uint64_t device_of_log(const struct cluster *cluster, uint64_t log)
{
    struct replica_log_info info;
    for (uint32_t at = 0; replica_log_at(cluster->nodes[KITCHEN].replica, at, &info); at++) {
        if (info.log == log) {
            return info.device;
        }
    }
    return 0;
}

/* Copies are counted by it, so a wrong one ticks what only its writer has. */
TEST(scrub, whose_log_it_is_is_known_again_before_anything_is_done)
{
    static const struct hit hit = {TABLE_HEAD, false, IN_DEVICE_OF_HEAD};
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    cluster->knobs.scrub_records = 0;
    for (uint32_t of = COUNTER; of < NODES; of++) {
        const struct cluster_node *owner = &cluster->nodes[of];
        cluster_crash(cluster, KITCHEN);
        hit_record(cluster->nodes[KITCHEN].store, owner->log, &hit);
        cluster_restart(cluster, KITCHEN, 100);
        cluster_run(cluster, 500);
        assert_true(device_of_log(cluster, owner->log) == owner->device);
    }
    cluster_free(cluster);
}

TEST(scrub, a_head_is_made_of_a_log_whose_last_event_is_spoilt_too)
{
    static const struct hit event[] = {{TABLE_HEAD, false, IN_HASH_OF_HEAD},
                                       {TABLE_LOG, false, IN_EVENT}};
    static const struct hit hash[] = {{TABLE_HEAD, false, IN_HASH_OF_HEAD},
                                      {TABLE_LOG, false, IN_HASH}};
    check_together(event, 2);
    check_together(hash, 2);
}

TEST(scrub, a_head_is_made_of_a_log_whose_last_signature_is_spoilt_too)
{
    static const struct hit hits[] = {{TABLE_HEAD, false, IN_HASH_OF_HEAD}, {TABLE_SIG, false, 5}};
    check_together(hits, 2);
}

TEST(scrub, a_head_is_made_of_a_log_whose_first_event_is_spoilt_too)
{
    static const struct hit hash[] = {{TABLE_HEAD, false, IN_HASH_OF_HEAD},
                                      {TABLE_LOG, true, IN_EVENT}};
    static const struct hit key[] = {{TABLE_HEAD, false, IN_KEY_OF_HEAD},
                                     {TABLE_LOG, true, IN_EVENT}};
    check_together(hash, 2);
    check_together(key, 2);
}

/* A copy of the counter's disk goes on selling, and what both sold is carried on. */
static void counter_clone(struct cluster *cluster, struct command *command,
                          const struct shop_key *key)
{
    struct cluster_copy copy = cluster_copy_disk(cluster, COUNTER);
    const uint32_t clone = cluster_clone(cluster, COUNTER, &copy, "clone");
    cluster_copy_free(&copy);
    shop_order(command, key, 1);
    cluster_command(cluster, COUNTER, command, 90);
    cluster_run(cluster, 100);
    cluster_command(cluster, clone, command, 91);
    cluster_run(cluster, 100);
    cluster_dial(cluster, clone, COUNTER);
    cluster_dial(cluster, clone, KITCHEN);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    cluster_run(cluster, 8000);
    assert_true(cluster_converge(cluster, SETTLE_MS));
}

TEST(scrub, a_flipped_bit_in_any_row_of_what_salvages_carry_is_healed)
{
    struct command commands[ORDERS + 1];
    struct shop_key keys[ORDERS + 1];
    struct cluster *cluster = stall_new(commands, keys);
    keys[ORDERS] = shop_key_make(1000, 99);
    counter_clone(cluster, &commands[ORDERS], &keys[ORDERS]);
    const size_t rows = store_memory_count(cluster->nodes[KITCHEN].store, TABLE_SALVAGE);
    assert_true(rows > 4);
    for (uint64_t row = 0; row < rows; row++) {
        spoil_at_rest(cluster, row % 2 == 0 ? spoil_flip : spoil_flip_key, TABLE_SALVAGE, row,
                      row * 7);
        if (!heals(cluster)) {
            fail_msg("row %u of %u stays spoilt", (unsigned)row, (unsigned)rows);
        }
    }
    cluster_free(cluster);
}

TEST(scrub, two_devices_are_enough_also_for_the_roster)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    cluster_crash(cluster, PICKUP);
    const size_t rows = store_memory_count(cluster->nodes[KITCHEN].store, TABLE_LOG);
    for (uint64_t row = 0; row < rows; row++) {
        spoil_at_rest(cluster, spoil_flip, TABLE_LOG, row, UINT64_C(8) * HASH_BYTES + row * 5);
        if (!heals(cluster)) {
            fail_msg("event %u stays spoilt", (unsigned)row);
        }
    }
    cluster_free(cluster);
}

TEST(scrub, an_event_that_vanished_is_fetched_again)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    cluster_crash(cluster, KITCHEN);
    spoil_lose(cluster->nodes[KITCHEN].store, TABLE_LOG, 7);
    cluster_restart(cluster, KITCHEN, 100);
    assert_true(heals(cluster));
    cluster_free(cluster);
}

/* The place of the row of @order in TABLE_STATE. */
struct row_search {
    const struct entity_id *order;
    uint64_t at, found;
};

static void search_row(void *context, struct bytes key, struct bytes value)
{
    struct row_search *search = context;
    (void)value;
    if (key.data[0] == KIND_ORDER &&
        memcmp(key.data + 1, search->order->bytes, sizeof search->order->bytes) == 0) {
        search->found = search->at;
    }
    search->at++;
}

static uint64_t state_row_of(const struct cluster *cluster, const struct entity_id *order)
{
    struct row_search search = {.order = order, .found = UINT64_MAX};
    store_memory_each(cluster->nodes[KITCHEN].store, TABLE_STATE, search_row, &search);
    assert_true(search.found != UINT64_MAX);
    return search.found;
}

static struct entity_id order_of(const struct command *command)
{
    uint8_t session[8];
    put_be64(session, command->principal.session);
    return entity_id_mint(get_be32(command->key.data), bytes_of(session, sizeof session),
                          command->key);
}

/* What a cancel of @order at the kitchen comes to. */
static int cancel(struct cluster *cluster, const struct entity_id *order, uint64_t request)
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

TEST(scrub, what_is_asked_of_a_spoilt_row_is_refused_as_such_and_done_once_it_is_made_anew)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    const struct entity_id order = order_of(&commands[0]);
    cluster->knobs.scrub_records = 0;
    spoil_flip(cluster->nodes[KITCHEN].store, TABLE_STATE, state_row_of(cluster, &order), 0);
    assert_int_equal(cancel(cluster, &order, 50), ERR_SPOILT);
    cluster->knobs.scrub_records = 1; /* one record: it does not have to come by by itself */
    assert_int_equal(cancel(cluster, &order, 51), ERR_SPOILT);
    assert_int_equal(alarms[ALARM_STATE_DAMAGE], 1);
    assert_int_equal(cancel(cluster, &order, 52), 0);
    cluster_free(cluster);
}

/* The index begins with the orders that boards show; one that is spoilt comes behind them. */
TEST(scrub, a_row_that_is_lacking_in_the_index_undoes_no_turn_and_is_made_right)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    const struct entity_id order = order_of(&commands[0]);
    cluster->knobs.scrub_records = 0;
    for (uint32_t i = 0; i < ORDERS; i++) {
        spoil_flip(cluster->nodes[KITCHEN].store, TABLE_INDEX, 0, 20);
    }
    assert_int_equal(cancel(cluster, &order, 50), 0);
    cluster->knobs.scrub_records = 1; /* one record: it does not have to come by by itself */
    assert_true(heals(cluster));
    assert_true(has_table_of_counter(cluster, TABLE_INDEX));
    assert_int_equal(alarms[ALARM_STATE_DAMAGE], 1);
    cluster_free(cluster);
}

/* Step until the kitchen's rows are made right as far as @phase, and nothing of it is under way. */
static void remake_until(struct cluster *cluster, enum remake_phase phase)
{
    const struct cluster_node *node = &cluster->nodes[KITCHEN];
    while (node->replica->remake.phase != phase || node->txn != NULL) {
        assert_true(cluster_step(cluster, cluster->now_ms + 1000));
    }
}

TEST(scrub, a_row_that_goes_wrong_behind_what_is_made_right_is_made_right_after_it)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    const struct cluster_node *node = &cluster->nodes[KITCHEN];
    const struct entity_id order = order_of(&commands[0]);
    cluster->knobs.scrub_records = 0;
    spoil_flip(node->store, TABLE_STATE, state_row_of(cluster, &order), 0);
    assert_int_equal(cancel(cluster, &order, 50), ERR_SPOILT);
    cluster->knobs.scrub_records = 1; /* it does not come by by itself in time */
    node->replica->remake.work_max = 1;
    remake_until(cluster, REMAKE_STATES);
    spoil_flip(node->store, TABLE_STATE, state_row_of(cluster, &order), 0);
    assert_int_equal(cancel(cluster, &order, 51), ERR_SPOILT);
    remake_until(cluster, REMAKE_NONE);
    assert_int_equal(alarms[ALARM_STATE_DAMAGE], 1);
    node->replica->remake.work_max = UINT32_MAX;
    cluster_run(cluster, 1000);
    assert_int_equal(alarms[ALARM_STATE_DAMAGE], 2);
    assert_int_equal(cancel(cluster, &order, 52), 0);
    cluster_free(cluster);
}

/* The kitchen's own log ends where all that says so is spoilt; before that it wrote @writes. */
static void check_not_written_on(uint32_t writes)
{
    static const struct hit hits[] = {
        {TABLE_HEAD, false, IN_HASH_OF_HEAD}, {TABLE_LOG, false, IN_EVENT}, {TABLE_SIG, false, 5}};
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    const uint64_t own = cluster->nodes[KITCHEN].log;
    for (uint32_t i = 0; i < writes; i++) {
        const struct entity_id order = order_of(&commands[i]);
        assert_int_equal(cancel(cluster, &order, 50 + i), 0);
    }
    assert_true(cluster_converge(cluster, SETTLE_MS));
    cluster_crash(cluster, KITCHEN);
    for (size_t i = 0; i < sizeof hits / sizeof hits[0]; i++) {
        hit_record(cluster->nodes[KITCHEN].store, own, &hits[i]);
    }
    cluster_restart(cluster, KITCHEN, 100);
    cluster_run(cluster, SETTLE_MS);
    assert_true(cluster->nodes[KITCHEN].log != own);
    if (writes > 0) { /* else nothing of it is left that could be told of */
        assert_int_equal(alarms[ALARM_FORK], 0);
    }
    cluster_free(cluster);
}

TEST(scrub, a_log_of_one_s_own_whose_end_is_spoilt_all_over_is_not_written_on)
{
    check_not_written_on(0);
    check_not_written_on(3);
}

/* The first and the last row of a log that are takes, and the bit at which the issuer of the last
 * begins. */
struct take_search {
    uint64_t at, count, first, last, bit;
};

static void search_take(void *context, struct bytes key, struct bytes value)
{
    struct take_search *search = context;
    struct hash hash;
    struct bytes bytes;
    struct event event;
    struct stock_take take;
    uint8_t issuer[8];
    (void)key;
    if (event_row_parse(value, &hash, &bytes) == 0 && event_decode(bytes, &event) == 0 &&
        event.type == EVENT_STOCK_TAKE && stock_take_decode(event.body, &take) == 0) {
        put_be64(issuer, take.issuer);
        for (size_t i = 0; i + sizeof issuer <= value.size; i++) {
            if (memcmp(value.data + i, issuer, sizeof issuer) == 0) {
                search->bit = 8 * i;
            }
        }
        search->first = search->count++ == 0 ? search->at : search->first;
        search->last = search->at;
    }
    search->at++;
}

/* Some of item 1 are counted, and two are sold, twice. */
static void counted_sell(struct cluster *cluster, struct command *commands, struct shop_key *keys)
{
    struct command count;
    struct command add;
    shop_command(&count, COMMAND_MENU_SET);
    count.item = 1;
    count.fields_count = 1;
    count.fields[0] = (struct wanted_field){.field = MENU_STOCK, .number = STOCK_STRICT};
    cluster_command(cluster, COUNTER, &count, 49);
    shop_command(&add, COMMAND_STOCK_ADD);
    add.item = 1;
    add.stock_units = 20;
    cluster_command(cluster, COUNTER, &add, 50);
    cluster_run(cluster, 500);
    for (uint32_t i = 0; i < 2; i++) {
        keys[i] = shop_key_make(2000, i + 1);
        shop_order(&commands[i], &keys[i], 1);
        cluster_command(cluster, COUNTER, &commands[i], 51 + i);
        cluster_run(cluster, 100);
    }
    assert_true(cluster_converge(cluster, SETTLE_MS));
}

TEST(scrub, what_a_spoilt_take_noted_in_the_index_goes_when_it_is_healed)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    counted_sell(cluster, commands, keys);
    struct store_memory *store = cluster->nodes[KITCHEN].store;
    struct take_search search = {.bit = 0};
    store_memory_each(store, TABLE_LOG, search_take, &search);
    assert_true(search.count > 1 && search.bit > 0);
    cluster_crash(cluster, KITCHEN);
    spoil_flip(store, TABLE_LOG, search.first, 8 * HASH_BYTES - 1); /* so the item is folded anew */
    spoil_flip(store, TABLE_LOG, search.last, search.bit + 63);
    cluster_restart(cluster, KITCHEN, 100);
    assert_true(heals(cluster));
    cluster_free(cluster);
}

TEST(scrub, what_nobody_else_has_is_told_and_healed_when_somebody_comes_who_has_it)
{
    static const uint32_t without_counter[NODES] = {0, 1, 1};
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    cluster_partition(cluster, without_counter);
    for (uint32_t node = KITCHEN; node <= PICKUP; node++) {
        cluster_crash(cluster, node);
        spoil_flip(cluster->nodes[node].store, TABLE_LOG, 5, 8 * HASH_BYTES + 90);
        cluster_restart(cluster, node, 100);
    }
    cluster_run(cluster, 8000);
    assert_false(is_sound(cluster, KITCHEN));
    assert_true(alarms[ALARM_DAMAGE_STAYS] > 0);
    assert_int_equal(alarms[ALARM_DAMAGE_HEALED], 0);
    cluster_heal(cluster);
    assert_true(heals(cluster));
    assert_true(alarms[ALARM_DAMAGE_HEALED] > 0);
    cluster_free(cluster);
}

static struct log_head head_of(struct cluster *cluster, uint32_t node, uint64_t log)
{
    struct log_head head;
    struct store_txn *txn = store_memory_begin(cluster->nodes[node].store, false);
    assert_int_equal(log_head_get(txn, log, &head), 0);
    store_memory_abort(txn);
    return head;
}

/* A bit of the row of event @seq of @log, in byte @at: its hash comes first. */
static void row_spoil(struct cluster *cluster, uint32_t node, uint64_t log, uint64_t seq, size_t at)
{
    uint8_t data[EVENT_BYTES_MAX + HASH_BYTES];
    struct bytes row;
    const struct key key = key_event(log, seq);
    struct store_txn *txn = store_memory_begin(cluster->nodes[node].store, true);
    assert_int_equal(store_get(txn, TABLE_LOG, key_bytes(&key), &row), 0);
    assert_true(row.size <= sizeof data && at < row.size);
    memcpy(data, row.data, row.size);
    data[at] ^= 1;
    assert_int_equal(store_put(txn, TABLE_LOG, key_bytes(&key), bytes_of(data, row.size)), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

/* The kitchen says how far it has the counter's journal, just where the counter's disk spoilt what
 * it would compare. */
TEST(scrub, a_spoilt_hash_is_not_taken_for_another_branch_of_the_journal)
{
    static const uint32_t apart[NODES] = {0, 1, 2};
    static const uint32_t together[NODES] = {0, 0, 2};
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    const uint64_t log = cluster->nodes[COUNTER].log;
    cluster->knobs.scrub_records = 0;
    cluster_partition(cluster, apart);
    keys[0] = shop_key_make(3000, 1);
    shop_order(&commands[0], &keys[0], 2);
    cluster_command(cluster, COUNTER, &commands[0], 9);
    cluster_run(cluster, 2000);
    const struct log_head held = head_of(cluster, KITCHEN, log);
    assert_true(held.seq < head_of(cluster, COUNTER, log).seq);
    row_spoil(cluster, COUNTER, log, held.seq, 3);
    cluster_partition(cluster, together);
    cluster_run(cluster, 3000);
    assert_int_equal(alarms[ALARM_FORK], 0);
    cluster_heal(cluster);
    cluster->knobs.scrub_records = 256;
    assert_true(heals(cluster));
    cluster_free(cluster);
}

TEST(scrub, what_is_spoilt_is_not_sent_before_the_scrub_has_come_to_it_either)
{
    static const uint32_t apart[NODES] = {0, 1, 0};
    static const uint32_t together[NODES] = {0, 0, 2};
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    const uint64_t log = cluster->nodes[COUNTER].log;
    cluster->knobs.scrub_records = 0;
    cluster_partition(cluster, apart);
    keys[0] = shop_key_make(3000, 1);
    shop_order(&commands[0], &keys[0], 2);
    cluster_command(cluster, COUNTER, &commands[0], 9);
    cluster_run(cluster, 2000);
    row_spoil(cluster, COUNTER, log, head_of(cluster, COUNTER, log).seq, HASH_BYTES + 12);
    cluster_partition(cluster, together);
    cluster_run(cluster, 3000);
    assert_int_equal(alarms[ALARM_BAD_EVENTS], 0);
    cluster_heal(cluster);
    cluster->knobs.scrub_records = 256;
    assert_true(heals(cluster));
    cluster_free(cluster);
}
