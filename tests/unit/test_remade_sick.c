/* What is made of the journal is made anew at a store that fails, or on which what was noted of the
 * way is nonsense: whatever fails is told, and in the end all is as it was. */
#include <string.h>

#include "sync/replica/remaking.h"
#include "sync/replica/replica_state.h"
#include "tests/lib/shop.h"
#include "tests/lib/sick.h"
#include "tests/lib/spoil.h"
#include "tests/lib/stage_shop.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

enum { COUNTER, KITCHEN, NODES, ORDERS = 6, SETTLE_MS = 20000, TURNS_MAX = 4000, PART = 3 };

static struct cluster *cluster;
static struct command commands[ORDERS];
static struct shop_key keys[ORDERS];

/* The kitchen's store, and a process that begins on it. */
static struct store_memory *store;
static struct replica *replica;
static struct effects *effects;
static struct replica_config config;
static bool is_open, is_broken;
static const struct moment now = {.wall_ms = CLUSTER_EPOCH_MS + 1000000, .mono_ms = 1000000};

static struct hash state_here(void)
{
    struct hash digest;
    struct store_txn *txn = store_memory_begin(store, false);
    assert_int_equal(replica_state_digest(txn, &digest), 0);
    store_memory_abort(txn);
    return digest;
}

static void place(uint32_t node, uint32_t at)
{
    keys[at] = shop_key_make(1000, at + 1);
    shop_order(&commands[at], &keys[at], 2);
    cluster_command(cluster, node, &commands[at], at + 1);
    cluster_run(cluster, 200);
}

/* Orders, and some that a copy of the counter's disk took, which others carry on. */
static void start(void)
{
    struct cluster_setup setup = {
        .seed = 41,
        .nodes = NODES,
        .devices = {{"counter", ROLE_MANAGER, "A"}, {"kitchen", ROLE_KITCHEN, "B"}},
        .knobs = cluster_knobs_calm()};
    cluster = cluster_new();
    cluster_start(cluster, &setup);
    shop_open(cluster);
    place(COUNTER, 0);
    struct cluster_copy copy = cluster_copy_disk(cluster, COUNTER);
    const uint32_t clone = cluster_clone(cluster, COUNTER, &copy, "clone");
    cluster_copy_free(&copy);
    for (uint32_t at = 1; at < ORDERS; at++) {
        place(at % 2 == 0 ? COUNTER : clone, at);
    }
    cluster_dial(cluster, clone, COUNTER);
    cluster_dial(cluster, clone, KITCHEN);
    cluster_run(cluster, SETTLE_MS);
    store = store_memory_clone(cluster->nodes[KITCHEN].store);
    config = cluster->nodes[KITCHEN].config;
    effects = cluster->nodes[KITCHEN].effects;
    replica = replica_new();
    assert_non_null(replica);
    assert_true(store_memory_count(store, TABLE_SALVAGE) > 0);
    is_open = is_broken = false;
}

static void stop(void)
{
    replica_free(replica);
    store_memory_free(store);
    cluster_free(cluster);
}

static void put(enum store_table table, struct bytes key, struct bytes value)
{
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(store_put(txn, table, key, value), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

static int open_here(struct store_txn *txn)
{
    effects_reset(effects);
    return replica_open(replica, txn, &config, now, effects);
}

/* A process begins, and if the store is another version's it folds a part. */
static int rebuild_some(struct store_txn *txn)
{
    uint64_t entities = 0;
    bool is_done = false;
    const int err = open_here(txn);
    is_open = err == 0;
    return err == ERR_VERSION ? replica_rebuild_part(replica, txn, PART, &entities, &is_done) : err;
}

/* A turn of a process that scrubs. */
static int scrub_some(struct store_txn *txn)
{
    const struct input input = {.kind = INPUT_SCRUB, .now = now, .records_max = 16};
    int err = 0;
    if (!is_open) {
        err = open_here(txn);
    }
    if (err == 0) {
        err = replica_step(replica, txn, &input, effects);
    }
    if (err == 0) {
        err = replica_seal(replica, txn, now, effects);
    }
    is_broken |= effects->is_store_broken;
    return err;
}

static int turn(int (*work)(struct store_txn *txn))
{
    struct store_txn *txn = store_memory_begin(store, true);
    const int err = work(txn);
    is_open = err == 0 && (is_open || work == scrub_some);
    if (err == 0) {
        return store_memory_commit(txn);
    }
    store_memory_abort(txn);
    replica_abort(replica);
    return err;
}

static void change_version(void)
{
    uint8_t fold[4];
    put_be32(fold, FOLD_VERSION + 1);
    put(TABLE_META, bytes_of_text("fold"), bytes_of(fold, sizeof fold));
}

/* Until it opens; how often something failed. */
static uint32_t rebuild_all(void)
{
    uint32_t failures = 0;
    for (uint32_t i = 0; !is_open; i++) {
        assert_true(i < TURNS_MAX);
        const int err = turn(rebuild_some);
        assert_true(err == 0 || err == ERR_IO || err == ERR_FULL);
        failures += err != 0 ? 1 : 0;
    }
    return failures;
}

/* Until all was looked through. */
static uint32_t scrub_all(void)
{
    uint32_t failures = 0;
    uint64_t entities;
    for (uint32_t i = 0;
         !is_open || replica_is_remaking(replica, &entities) || replica_is_scrubbing(replica);
         i++) {
        assert_true(i < TURNS_MAX);
        replica->remake.work_max = 64;
        const int err = turn(scrub_some);
        assert_true(err == 0 || err == ERR_IO || err == ERR_FULL);
        failures += err != 0 ? 1 : 0;
    }
    return failures;
}

TEST(remade_sick, a_rebuild_that_fails_anywhere_says_so_and_goes_on)
{
    start();
    const struct hash before = state_here();
    change_version();
    store_memory_fail_paths(store, true);
    assert_true(rebuild_all() > 30);
    store_memory_fail_paths(store, false);
    const struct hash after = state_here();
    assert_true(hash_equal(&before, &after));
    stop();
}

static void remake_row(uint8_t phase, size_t size)
{
    uint8_t row[128] = {phase};
    put(TABLE_LOCAL, bytes_of_text("remake"), bytes_of(row, size));
}

enum { REMAKE_ROW_BYTES = 1 + ENTITY_ID_BYTES };

static void spoil_rows(void)
{
    for (uint64_t row = 0; row < store_memory_count(store, TABLE_STATE); row += 3) {
        spoil_flip(store, TABLE_STATE, row, 17 * row);
    }
    for (uint64_t row = 0; row < store_memory_count(store, TABLE_INDEX); row += 4) {
        (void)spoil_double(store, TABLE_INDEX, row, 13 * row);
    }
    spoil_lose(store, TABLE_INDEX, 2);
    spoil_lose(store, TABLE_STATE, 1);
    spoil_lose(store, TABLE_SALVAGE, 1);
}

TEST(remade_sick, rows_are_made_right_although_each_way_to_the_store_fails_once)
{
    start();
    const struct hash before = state_here();
    spoil_rows();
    remake_row(REMAKE_SALVAGES, REMAKE_ROW_BYTES);
    store_memory_fail_paths(store, true);
    assert_true(scrub_all() > 50);
    store_memory_fail_paths(store, false);
    const struct hash after = state_here();
    assert_true(hash_equal(&before, &after));
    assert_false(is_broken);
    stop();
}

/* Where it was may be spoilt as well: it begins anew then. */
TEST(remade_sick, a_place_that_is_none_is_the_beginning)
{
    static const struct {
        uint8_t phase;
        size_t size;
    } places[] = {{REMAKE_SALVAGES, 1},
                  {REMAKE_SALVAGES, 128},
                  {REMAKE_NONE, REMAKE_ROW_BYTES},
                  {REMAKE_INDEX + 1, REMAKE_ROW_BYTES}};
    start();
    const struct hash before = state_here();
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        spoil_flip(store, TABLE_STATE, 2 + i, 40);
        remake_row(places[i].phase, places[i].size);
        replica_restart(replica);
        is_open = false;
        assert_int_equal(scrub_all(), 0);
        const struct hash after = state_here();
        assert_true(hash_equal(&before, &after));
    }
    stop();
}

/* A row is found that lies before any place that such a position could mean. */
TEST(remade_sick, a_position_of_the_scrub_that_is_none_is_the_beginning)
{
    enum { POSITION_BYTES = 1 + 8 + 5 };
    static const struct {
        enum scrub_part part;
        size_t size;
    } positions[] = {{SCRUB_INDEX, POSITION_BYTES - 1},
                     {SCRUB_INDEX, POSITION_BYTES + KEY_BYTES_MAX + 1},
                     {SCRUB_TAILS, POSITION_BYTES},
                     {SCRUB_REST, POSITION_BYTES}};
    start();
    const struct hash before = state_here();
    for (size_t i = 0; i < sizeof positions / sizeof positions[0]; i++) {
        uint8_t position[128] = {(uint8_t)positions[i].part};
        spoil_lose(store, TABLE_STATE, i);
        put(TABLE_LOCAL, bytes_of_text("scrub"), bytes_of(position, positions[i].size));
        replica_restart(replica);
        is_open = false;
        assert_int_equal(scrub_all(), 0);
        const struct hash after = state_here();
        assert_true(hash_equal(&before, &after));
    }
    stop();
}

TEST(remade_sick, a_rebuild_that_other_software_began_is_begun_anew)
{
    static const struct {
        uint32_t version;
        size_t size;
    } rows[] = {{FOLD_VERSION + 1, 4 + ENTITY_ID_BYTES + 8 + 1},
                {FOLD_VERSION, 4 + ENTITY_ID_BYTES + 8},
                {FOLD_VERSION, 64}};
    start();
    const struct hash before = state_here();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t row[64];
        memset(row, 0xff, sizeof row); /* as if it were at its end */
        put_be32(row, rows[i].version);
        put(TABLE_META, bytes_of_text("refold"), bytes_of(row, rows[i].size));
        spoil_lose(store, TABLE_STATE, i);
        change_version();
        is_open = false;
        assert_int_equal(rebuild_all(), 0);
        const struct hash after = state_here();
        assert_true(hash_equal(&before, &after));
    }
    stop();
}

/* No code of ours writes it: what stands in the tree of pages is none of ours. */
TEST(remade_sick, a_key_that_is_too_long_is_a_broken_store)
{
    uint8_t key[KEY_BYTES_MAX + 1];
    uint64_t entities;
    start();
    memset(key, 0xee, sizeof key);
    put(TABLE_STATE, bytes_of(key, sizeof key), bytes_of_text("x"));
    for (uint32_t i = 0; !is_broken && i < TURNS_MAX; i++) {
        (void)turn(scrub_some);
    }
    assert_true(is_broken);
    remake_row(REMAKE_SALVAGES, REMAKE_ROW_BYTES);
    replica_restart(replica);
    is_open = is_broken = false;
    assert_int_equal(turn(scrub_some), 0);
    for (uint32_t i = 0; replica_is_remaking(replica, &entities) && i < TURNS_MAX; i++) {
        (void)turn(scrub_some);
    }
    assert_true(is_broken);
    change_version();
    int err = 0;
    for (uint32_t i = 0; err == 0 && i < TURNS_MAX; i++) {
        err = turn(rebuild_some);
    }
    assert_int_equal(err, ERR_IO);
    stop();
}

/* Nobody can tell what it is about: the disk is told of, and the turn comes to nothing. */
TEST(remade_sick, a_place_in_the_journals_that_is_none_is_a_disk_that_fails)
{
    static const uint8_t key[ENTITY_ID_BYTES + 1] = {0, 1};
    start();
    put(TABLE_ENTITY, bytes_of(key, sizeof key), bytes_of(NULL, 0));
    remake_row(REMAKE_ENTITIES, REMAKE_ROW_BYTES);
    assert_int_equal(turn(scrub_some), ERR_IO);
    stop();
}

/* --- events of the roster that the disk spoilt --- */

static void spoil_first(uint64_t log, struct bytes row)
{
    const struct key key = key_event(log, 1);
    struct store_txn *txn = store_memory_begin(store, true);
    const int err = row.size > 0 ? store_put(txn, TABLE_LOG, key_bytes(&key), row)
                                 : store_del(txn, TABLE_LOG, key_bytes(&key));
    assert_int_equal(err, 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

static void assert_carries_all(const struct hash *before)
{
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(replica_salvage_rebuild(txn), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    const struct hash after = store_memory_digest(store, TABLE_SALVAGE);
    assert_true(hash_equal(before, &after));
}

/* Each log begins with one. */
TEST(remade_sick, what_salvages_carry_is_found_behind_an_event_that_the_disk_spoilt)
{
    static const uint8_t nonsense[HASH_BYTES + 1] = {0};
    const struct bytes rows[] = {bytes_of(NULL, 0), bytes_of(nonsense, 1),
                                 bytes_of(nonsense, sizeof nonsense)};
    start();
    const struct hash before = store_memory_digest(store, TABLE_SALVAGE);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct replica_log_info info;
        struct store_memory *whole = store;
        store = store_memory_clone(whole);
        for (uint32_t at = 0; replica_log_at(cluster->nodes[KITCHEN].replica, at, &info); at++) {
            spoil_first(info.log, rows[i]);
        }
        assert_carries_all(&before);
        store_memory_free(store);
        store = whole;
    }
    stop();
}

/* --- in a turn --- */

static struct stage stage;

static void give_role(void)
{
    struct command command;
    stage_command_begin(&stage, &command, COMMAND_STAFF_ROLE, 1, ROLE_OWNER);
    command.staff = 7;
    command.role = ROLE_KITCHEN;
    assert_int_equal(stage_run(&stage, &command)->err, 0);
    assert_int_equal(stage.replica->roster.people_count, 1);
}

static int remake_first(struct stage *at)
{
    return replica_remake_first(at->replica, at->txn);
}

TEST(remade_sick, the_pop_up_and_all_people_are_made_anew_first_or_the_disk_is_told_of)
{
    stage_start(&stage, 1, 0);
    stage_open_day(&stage);
    give_role();
    stage_sick(&stage, NULL, remake_first);
    stage_stop(&stage);
}

static int fold_in_full_turn(struct stage *at)
{
    const struct entity_id popup = at->replica->popup_entity;
    const struct entity_id other = entity_id_derive(KIND_MENU, 1); /* not folded before it */
    assert_true(turn_mark(at->replica->turn, KIND_MENU, &other));
    at->replica->turn->events_count = TURN_EVENTS_MAX;
    at->replica->is_turn_written = true;
    return replica_entity_fold(at->replica, at->txn, &popup, kind_bit(KIND_POPUP));
}

TEST(remade_sick, an_entity_for_which_the_turn_has_no_room_is_folded_after_it)
{
    stage_start(&stage, 1, 0);
    stage_open_day(&stage);
    const struct key state = key_state(KIND_POPUP, &stage.replica->popup_entity);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    assert_int_equal(store_del(txn, TABLE_STATE, key_bytes(&state)), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    stage_sick(&stage, NULL, fold_in_full_turn);
    struct bytes row;
    txn = store_memory_begin(stage.store, false);
    assert_int_equal(store_get(txn, TABLE_STATE, key_bytes(&state), &row), 0);
    store_memory_abort(txn);
    stage_stop(&stage);
}

/* --- whether it is under way --- */

static int look_for_it(struct store_txn *txn)
{
    bool is_remaking = true;
    const int err = remaking_look(txn, &is_remaking);
    assert_true(err != 0 || !is_remaking);
    return err;
}

TEST(remade_sick, whether_it_is_under_way_is_told_by_the_store_or_the_disk_failed)
{
    struct store_memory *empty = store_memory_new();
    sick_work(empty, look_for_it);
    store_memory_free(empty);
}
