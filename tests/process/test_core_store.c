/* Stores and journals that are full, lost, damaged or of other software. */
#include "tests/process/lib/desk.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/os/clock.h"
#include "node/os/file.h"
#include "sync/log/tables.h"
#include "tests/lib/test.h"

/* --- room --- */

/* Fill the store with descriptions until it says so; how many went in. */
static uint32_t fill(struct desk *desk)
{
    char text[200];
    uint32_t count = 0;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (;; count++) {
        (void)snprintf(text, 12, "%010u", count);
        text[10] = 'x';
        struct command command = desk_menu(1000 + count, text);
        struct effect_answer answer = desk_ask(desk, &command);
        if (answer.err != 0) {
            assert_int_equal(answer.err, ERR_FULL);
            return count;
        }
    }
}

TEST(core_store, a_full_store_refuses_and_lives_on)
{
    struct desk desk;
    struct effect_answer answer;
    struct order_key keys[4];
    desk_open(&desk);
    core_close(desk.core);
    desk.settings.store_mib = 1;
    assert_int_equal(desk_start(&desk), 0);
    desk_set_up(&desk);
    assert_true(fill(&desk) > 10);
    /* Several at once: undone together, tried alone, each answered once. */
    for (uint32_t i = 0; i < 4; i++) {
        struct command order = desk_order(&keys[i], i);
        (void)desk_push(&desk, &order);
    }
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    for (uint32_t answered = 0; answered < 4;) {
        desk_turn(&desk);
        while (command_queue_answered(desk.queue, &answer)) {
            assert_true(answer.err == 0 || answer.err == ERR_FULL);
            answered++;
        }
        assert_true(clock_mono_ms() < deadline_ms);
    }
    /* With room, it goes on where it was. */
    core_close(desk.core);
    desk.settings.store_mib = 16;
    assert_int_equal(desk_start(&desk), 0);
    struct command order = desk_order(&keys[0], 99);
    assert_int_equal(desk_ask(&desk, &order).err, 0);
    desk_close(&desk);
}

/* How many events @desk knows of at @of that it has not. */
static uint64_t lacking(struct desk *desk, const struct desk *of)
{
    static struct gate_live live;
    const struct gate *gate = core_gate(desk->core);
    gate->live(gate->context, &live);
    for (uint32_t i = 0; i < live.peers_count; i++) {
        if (live.peers[i].device == of->identity.device) {
            return live.peers[i].ahead;
        }
    }
    return 0;
}

static void until_lacking(struct desk *desks, bool is_lacking)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    do {
        desks_turn(desks, 2);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (!desk_is_linked(&desks[0], &desks[1]) ||
             (lacking(desks, &desks[1]) > 0) != is_lacking);
}

/* Before the second has heard of the day and the menu it does not sell. */
static void until_second_sells(struct desk *desks)
{
    struct order_key key;
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    struct command order = desk_order(&key, 999);
    while (desk_ask(&desks[1], &order).err != 0) {
        desks_turn(desks, 2);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

/* Two that know each other, of which the first has a store of 1 MiB and runs. */
static void desks_open_small(struct desk *desks)
{
    desk_open(&desks[0]);
    desk_open_in(&desks[1], &desks[0]);
    desk_set_up(&desks[0]);
    desk_introduce(&desks[0], &desks[1]);
    desks[0].settings.store_mib = 1;
    assert_int_equal(desk_start(&desks[0]), 0);
}

TEST(core_store, a_store_that_is_nearly_full_leaves_what_others_write_with_them_until_it_may_grow)
{
    struct desk desks[2];
    struct order_key key;
    desks_open_small(desks);
    (void)fill(&desks[0]);
    core_close(desks[0].core);
    assert_int_equal(desk_start(&desks[0]), 0); /* it looks at its room when it starts */
    until_lacking(desks, true);
    for (uint32_t i = 0; i < 200; i++) { /* nor is it taken later */
        desks_turn(desks, 2);
    }
    assert_true(lacking(&desks[0], &desks[1]) > 0);
    core_close(desks[0].core);
    desks[0].settings.store_mib = 16;
    assert_int_equal(desk_start(&desks[0]), 0);
    until_lacking(desks, false);
    struct command order = desk_order(&key, 1);
    assert_int_equal(desk_ask(&desks[0], &order).err, 0);
    desk_close(&desks[0]);
    desk_close(&desks[1]);
}

TEST(core_store, of_another_device_it_takes_in_an_eighth_of_what_the_store_holds_at_most)
{
    struct desk desks[2];
    struct order_key key;
    desks_open_small(desks);
    until_second_sells(desks);
    for (uint32_t i = 0; i < 200; i++) { /* two events each */
        struct command order = desk_order(&key, 1000 + i);
        assert_int_equal(desk_ask(&desks[1], &order).err, 0);
    }
    until_lacking(desks, true);
    for (uint32_t i = 0; i < 200; i++) { /* nor is it taken later, though there is room */
        desks_turn(desks, 2);
    }
    assert_true(lacking(&desks[0], &desks[1]) > 0);
    struct command own = desk_order(&key, 1);
    assert_int_equal(desk_ask(&desks[0], &own).err, 0);
    core_close(desks[0].core);
    desks[0].settings.store_mib = 16;
    assert_int_equal(desk_start(&desks[0]), 0);
    until_lacking(desks, false);
    desk_close(&desks[0]);
    desk_close(&desks[1]);
}

TEST(core_store, a_lost_journal_key_begins_a_new_journal)
{
    struct desk desk;
    static struct gate_live live;
    desk_open(&desk);
    desk_set_up(&desk);
    const struct gate *gate = core_gate(desk.core);
    gate->live(gate->context, &live);
    uint64_t before = live.log;
    core_close(desk.core);
    desk_remove(&desk, "log.key");
    assert_int_equal(desk_start(&desk), 0);
    gate = core_gate(desk.core);
    gate->live(gate->context, &live);
    assert_true(live.log != before);
    assert_int_equal(live.marks_count, 2);
    desk_close(&desk);
}

/* With @words of the shell, in its folder. */
static void shell(const struct desk *desk, const char *words)
{
    char command[256];
    (void)snprintf(command, sizeof command, "cd '%s' && %s", desk->state, words);
    assert_int_equal(system(command), 0); /* NOLINT: words of our own making */
}

TEST(core_store, a_device_of_whose_journal_its_peers_know_more_goes_on_under_a_new_one)
{
    static struct desk desks[2];
    desks_open_pair(desks);
    const uint64_t before = desk_log(&desks[1]);
    core_close(desks[1].core);
    shell(&desks[1], "cp -r store store.old");
    assert_int_equal(desk_start(&desks[1]), 0);
    desk_set_up(&desks[1]);
    uint64_t last = 1;
    while (desk_has_event(&desks[1], before, last + 1)) {
        last++;
    }
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (!desk_has_event(&desks[0], before, last)) {
        desks_turn(desks, 2);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    core_close(desks[1].core);
    shell(&desks[1], "rm -r store fence && mv store.old store"); /* and no fence that knows of it */
    assert_int_equal(desk_start(&desks[1]), 0);
    assert_true(desk_log(&desks[1]) == before);
    while (desk_log(&desks[1]) == before) {
        desks_turn(desks, 2);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    struct command item = desk_menu(ITEM + 1, "cold");
    assert_int_equal(desk_ask(&desks[1], &item).err, 0);
    desks_close_pair(desks);
}

static unsigned crashes_of(const struct desk *desk, const uint8_t *left, struct entity_id *entity)
{
    struct breadcrumb breadcrumb;
    unsigned crashes = 0;
    assert_int_equal(breadcrumb_open(&breadcrumb, desk->state, &crashes, entity), 0);
    memcpy(breadcrumb.map->now, left, BREADCRUMB_BYTES);
    breadcrumb_close(&breadcrumb);
    return crashes;
}

TEST(core_store, a_breadcrumb_tells_what_it_died_of_and_how_often)
{
    static const uint8_t none[BREADCRUMB_BYTES], one[BREADCRUMB_BYTES] = {KIND_ORDER, 1},
                                                 other[BREADCRUMB_BYTES] = {KIND_ORDER, 2};
    struct desk desk;
    struct entity_id entity = {{0}};
    desk_open(&desk);
    core_close(desk.core);
    assert_int_equal(crashes_of(&desk, one, &entity), 0);
    assert_int_equal(crashes_of(&desk, one, &entity), 1);
    assert_int_equal(entity.bytes[0], 1);
    assert_int_equal(crashes_of(&desk, other, &entity), 2);
    assert_int_equal(crashes_of(&desk, none, &entity), 1);
    assert_int_equal(entity.bytes[0], 2);
    assert_int_equal(crashes_of(&desk, none, &entity), 0);
    assert_int_equal(desk_start(&desk), 0);
    desk_close(&desk);
}

TEST(core_store, what_it_died_of_twice_is_set_aside_until_other_software_is_here)
{
    static const uint8_t order[BREADCRUMB_BYTES] = {KIND_ORDER, 1};
    struct desk desk;
    struct entity_id entity;
    struct aside aside;
    desk_open(&desk);
    for (unsigned died = 1; died <= 2; died++) {
        assert_int_equal(aside_load(desk.state, &aside), 0);
        assert_int_equal(aside.count, 0);
        core_close(desk.core);
        assert_int_equal(crashes_of(&desk, order, &entity), 0); /* leaves it behind */
        assert_int_equal(desk_start(&desk), 0);
    }
    assert_int_equal(aside_load(desk.state, &aside), 0);
    assert_int_equal(aside.count, 1);
    assert_int_equal(aside.entities[0].bytes[0], 1);
    desk_close(&desk);
}

/* --- a store that is no good --- */

/* How many stores were moved aside. */
static unsigned damaged_stores(const struct desk *desk)
{
    static const char prefix[] = "store.damaged-";
    unsigned count = 0;
    DIR *folder = opendir(desk->state);
    assert_non_null(folder);
    for (const struct dirent *at = readdir(folder); at != NULL; at = readdir(folder)) {
        count += strncmp(at->d_name, prefix, sizeof prefix - 1) == 0;
    }
    (void)closedir(folder);
    return count;
}

TEST(core_store, a_condemned_store_is_kept_aside_and_a_new_one_begun_under_a_new_journal)
{
    struct desk desk;
    static struct gate_live live;
    desk_open(&desk);
    core_gate(desk.core)->live(core_gate(desk.core)->context, &live);
    const uint64_t before = live.log;
    core_close(desk.core);
    desk_put(&desk, "store.condemned", "it is of no use");
    assert_int_equal(desk_start(&desk), 0);
    core_gate(desk.core)->live(core_gate(desk.core)->context, &live);
    assert_true(live.log != before);
    assert_int_equal(damaged_stores(&desk), 1);
    assert_false(desk_has(&desk, "store.condemned"));
    desk_wipe(&desk);
}

TEST(core_store, what_was_said_of_a_store_that_somebody_took_away_is_not_of_the_next)
{
    struct desk desk;
    desk_open(&desk);
    core_close(desk.core);
    desk_put(&desk, "store.condemned", "it is of no use");
    desk_remove_tree(&desk, "store");
    for (int start = 0; start < 2; start++) {
        assert_int_equal(desk_start(&desk), 0);
        assert_int_equal(damaged_stores(&desk), 0);
        core_close(desk.core);
    }
    assert_false(desk_has(&desk, "store.condemned"));
    assert_int_equal(desk_start(&desk), 0);
    desk_wipe(&desk);
}

/* --- a store of another version --- */

static void fold_version_set(const struct desk *desk, uint32_t version)
{
    char folder[PATH_BYTES_MAX];
    uint8_t fold[4];
    struct store_lmdb *store = NULL;
    struct store_txn *txn = NULL;
    struct store_lmdb_options options = {.folder = folder, .map_bytes = UINT64_C(1) << 28};
    assert_int_equal(path_join(folder, desk->state, "store"), 0);
    assert_int_equal(store_lmdb_open(&options, &store), 0);
    assert_int_equal(store_lmdb_begin(store, &txn), 0);
    put_be32(fold, version);
    assert_int_equal(store_put(txn, TABLE_META, bytes_of_text("fold"), bytes_of(fold, sizeof fold)),
                     0);
    assert_int_equal(store_lmdb_commit(txn), 0);
    store_lmdb_close(store);
}

TEST(core_store, a_store_that_other_software_folded_is_folded_anew_at_the_start)
{
    struct desk desk;
    desk_open(&desk);
    desk_turn(&desk);
    core_close(desk.core);
    fold_version_set(&desk, FOLD_VERSION + 1);
    assert_int_equal(desk_start(&desk), 0);
    desk_turn(&desk);
    desk_close(&desk);
}
