/* A disk flips bits in what a device has stored; the device finds that and is healed by others. */
#include <string.h>

#include "sync/domain/stock_events.h"
#include "sync/replica/replica_state.h"
#include "tests/lib/scrub_stall.h"
#include "tests/lib/test.h"

static void check_each(enum store_table table, uint64_t bit_step)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = scrub_stall_new(commands, keys);
    const size_t rows = store_memory_count(cluster->nodes[KITCHEN].store, table);
    for (uint64_t row = 0; row < rows; row++) {
        scrub_spoil_at_rest(cluster, spoil_flip, table, row, row * bit_step);
        if (!scrub_heals(cluster)) {
            fail_msg("row %u of table %d stays spoilt", (unsigned)row, (int)table);
        }
    }
    cluster_free(cluster);
}

TEST(scrub, a_flipped_bit_in_any_event_or_its_hash_is_found_and_healed)
{
    check_each(TABLE_LOG, 61); /* hashes and events in turn */
    assert_true(scrub_alarms[ALARM_DAMAGE] > 0);
    assert_int_equal(scrub_alarms[ALARM_DAMAGE_STAYS], 0);
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
    assert_true(scrub_alarms[ALARM_STATE_DAMAGE] > 0);
    check_each(TABLE_INDEX, 11);
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
    struct cluster *cluster = scrub_stall_new(commands, keys);
    keys[ORDERS] = shop_key_make(1000, 99);
    counter_clone(cluster, &commands[ORDERS], &keys[ORDERS]);
    const size_t rows = store_memory_count(cluster->nodes[KITCHEN].store, TABLE_SALVAGE);
    assert_true(rows > 4);
    for (uint64_t row = 0; row < rows; row++) {
        scrub_spoil_at_rest(cluster, row % 2 == 0 ? spoil_flip : spoil_flip_key, TABLE_SALVAGE, row,
                            row * 7);
        if (!scrub_heals(cluster)) {
            fail_msg("row %u of %u stays spoilt", (unsigned)row, (unsigned)rows);
        }
    }
    cluster_free(cluster);
}

TEST(scrub, two_devices_are_enough_also_for_the_roster)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = scrub_stall_new(commands, keys);
    cluster_crash(cluster, PICKUP);
    const size_t rows = store_memory_count(cluster->nodes[KITCHEN].store, TABLE_LOG);
    for (uint64_t row = 0; row < rows; row++) {
        scrub_spoil_at_rest(cluster, spoil_flip, TABLE_LOG, row,
                            UINT64_C(8) * HASH_BYTES + row * 5);
        if (!scrub_heals(cluster)) {
            fail_msg("event %u stays spoilt", (unsigned)row);
        }
    }
    cluster_free(cluster);
}

TEST(scrub, an_event_that_vanished_is_fetched_again)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = scrub_stall_new(commands, keys);
    cluster_crash(cluster, KITCHEN);
    spoil_lose(cluster->nodes[KITCHEN].store, TABLE_LOG, 7);
    cluster_restart(cluster, KITCHEN, 100);
    assert_true(scrub_heals(cluster));
    cluster_free(cluster);
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
    struct cluster *cluster = scrub_stall_new(commands, keys);
    counted_sell(cluster, commands, keys);
    struct store_memory *store = cluster->nodes[KITCHEN].store;
    struct take_search search = {.bit = 0};
    store_memory_each(store, TABLE_LOG, search_take, &search);
    assert_true(search.count > 1 && search.bit > 0);
    cluster_crash(cluster, KITCHEN);
    spoil_flip(store, TABLE_LOG, search.first, 8 * HASH_BYTES - 1); /* so the item is folded anew */
    spoil_flip(store, TABLE_LOG, search.last, search.bit + 63);
    cluster_restart(cluster, KITCHEN, 100);
    assert_true(scrub_heals(cluster));
    cluster_free(cluster);
}

TEST(scrub, what_nobody_else_has_is_told_and_healed_when_somebody_comes_who_has_it)
{
    static const uint32_t without_counter[NODES] = {0, 1, 1};
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = scrub_stall_new(commands, keys);
    cluster_partition(cluster, without_counter);
    for (uint32_t node = KITCHEN; node <= PICKUP; node++) {
        cluster_crash(cluster, node);
        spoil_flip(cluster->nodes[node].store, TABLE_LOG, 5, 8 * HASH_BYTES + 90);
        cluster_restart(cluster, node, 100);
    }
    cluster_run(cluster, 8000);
    assert_false(scrub_is_sound(cluster, KITCHEN));
    assert_true(scrub_alarms[ALARM_DAMAGE_STAYS] > 0);
    assert_int_equal(scrub_alarms[ALARM_DAMAGE_HEALED], 0);
    cluster_heal(cluster);
    assert_true(scrub_heals(cluster));
    assert_true(scrub_alarms[ALARM_DAMAGE_HEALED] > 0);
    cluster_free(cluster);
}
