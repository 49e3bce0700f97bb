/* A disk spoils what a device knows of the ends of logs: it makes heads anew of the logs
 * themselves, without anybody, and writes on no log whose end it does not know. */
#include "sync/replica/replica_state.h"
#include "tests/lib/scrub_stall.h"
#include "tests/lib/test.h"

static void check_heads(void (*spoil)(struct store_memory *store, enum store_table table,
                                      uint64_t row, uint64_t bit),
                        uint64_t bit_step)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = scrub_stall_new(commands, keys);
    const uint64_t log = cluster->nodes[KITCHEN].log;
    const size_t rows = store_memory_count(cluster->nodes[KITCHEN].store, TABLE_HEAD);
    for (uint64_t i = 0; i < 48; i++) {
        scrub_spoil_at_rest(cluster, spoil, TABLE_HEAD, i % rows, i * bit_step);
        if (!scrub_heals(cluster)) {
            fail_msg("head %u stays spoilt at bit %u", (unsigned)(i % rows),
                     (unsigned)(i * bit_step));
        }
    }
    assert_true(cluster->nodes[KITCHEN].log == log); /* its own is written on, and not twice */
    assert_int_equal(scrub_alarms[ALARM_FORK] + scrub_alarms[ALARM_AMNESIA], 0);
    cluster_free(cluster);
}

TEST(scrub_heads, a_flipped_bit_in_any_head_is_healed_without_anybody_and_forks_nothing)
{
    check_heads(spoil_flip, 17);
}

TEST(scrub_heads, a_head_under_another_key_is_healed)
{
    check_heads(spoil_flip_key, 5);
}

static void spoil_lose_it(struct store_memory *store, enum store_table table, uint64_t row,
                          uint64_t bit)
{
    (void)bit;
    spoil_lose(store, table, row);
}

TEST(scrub_heads, a_head_that_vanished_is_made_of_its_log)
{
    check_heads(spoil_lose_it, 1);
}

/* --- spoilt together with what it is made of --- */

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
    struct cluster *cluster = scrub_stall_new(commands, keys);
    const uint64_t own = cluster->nodes[KITCHEN].log;
    for (uint32_t of = COUNTER; of <= KITCHEN; of++) {
        cluster_crash(cluster, KITCHEN);
        for (size_t i = 0; i < count; i++) {
            hit_record(cluster->nodes[KITCHEN].store, cluster->nodes[of].log, &hits[i]);
        }
        cluster_restart(cluster, KITCHEN, 100);
        assert_true(scrub_heals(cluster));
    }
    assert_true(cluster->nodes[KITCHEN].log == own);
    assert_int_equal(
        scrub_alarms[ALARM_FORK] + scrub_alarms[ALARM_AMNESIA] + scrub_alarms[ALARM_BAD_EVENTS], 0);
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
TEST(scrub_heads, whose_log_it_is_is_known_again_before_anything_is_done)
{
    static const struct hit hit = {TABLE_HEAD, false, IN_DEVICE_OF_HEAD};
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = scrub_stall_new(commands, keys);
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

TEST(scrub_heads, a_head_is_made_of_a_log_whose_last_event_is_spoilt_too)
{
    static const struct hit event[] = {{TABLE_HEAD, false, IN_HASH_OF_HEAD},
                                       {TABLE_LOG, false, IN_EVENT}};
    static const struct hit hash[] = {{TABLE_HEAD, false, IN_HASH_OF_HEAD},
                                      {TABLE_LOG, false, IN_HASH}};
    check_together(event, 2);
    check_together(hash, 2);
}

TEST(scrub_heads, a_head_is_made_of_a_log_whose_last_signature_is_spoilt_too)
{
    static const struct hit hits[] = {{TABLE_HEAD, false, IN_HASH_OF_HEAD}, {TABLE_SIG, false, 5}};
    check_together(hits, 2);
}

TEST(scrub_heads, a_head_is_made_of_a_log_whose_first_event_is_spoilt_too)
{
    static const struct hit hash[] = {{TABLE_HEAD, false, IN_HASH_OF_HEAD},
                                      {TABLE_LOG, true, IN_EVENT}};
    static const struct hit key[] = {{TABLE_HEAD, false, IN_KEY_OF_HEAD},
                                     {TABLE_LOG, true, IN_EVENT}};
    check_together(hash, 2);
    check_together(key, 2);
}

/* The kitchen's own log ends where all that says so is spoilt; before that it wrote @writes. */
static void check_not_written_on(uint32_t writes)
{
    static const struct hit hits[] = {
        {TABLE_HEAD, false, IN_HASH_OF_HEAD}, {TABLE_LOG, false, IN_EVENT}, {TABLE_SIG, false, 5}};
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = scrub_stall_new(commands, keys);
    const uint64_t own = cluster->nodes[KITCHEN].log;
    for (uint32_t i = 0; i < writes; i++) {
        const struct entity_id order = scrub_order_of(&commands[i]);
        assert_int_equal(scrub_cancel(cluster, &order, 50 + i), 0);
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
        assert_int_equal(scrub_alarms[ALARM_FORK], 0);
    }
    cluster_free(cluster);
}

TEST(scrub_heads, a_log_of_one_s_own_whose_end_is_spoilt_all_over_is_not_written_on)
{
    check_not_written_on(0);
    check_not_written_on(3);
}
