/* What a long voided branch costs: counted in accesses to the store, so that no clock decides. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/domain/turn.h"
#include "sync/log/chain.h"
#include "sync/roster/roster_load.h"
#include "sync/roster/salvaged.h"
#include "tests/lib/journal.h"
#include "tests/lib/store_memory.h"

enum { OWNER, COUNTER, KITCHEN, DEVICES, FORK_SEQ = 2, EVENTS_PER_ORDER = 4 };

/* The counter's log beyond a fork, of runs of one event each, all carried by the kitchen. */
struct scene {
    struct journal journal;
    struct journal_device devices[DEVICES];
    struct store_memory *store, *branch_store;
    struct store_txn *txn, *branch;
    struct log_head counter; /* of the branch */
    struct run run;
    struct roster roster;
    uint8_t body[EVENT_BYTES_MAX];
};

static void load(struct scene *scene)
{
    assert_int_equal(
        roster_load(&scene->roster, scene->txn, &scene->journal.popup, &scene->journal.root), 0);
}

/* The counter's log has two events @seq behind @before. */
static void state_fork(struct scene *scene, uint64_t seq, const struct hash *before)
{
    const struct journal_device *counter = &scene->devices[COUNTER];
    const struct hash events[2] = {{{1}}, {{2}}};
    struct log_fork fork = {.log = counter->head.log, .seq = seq, .log_key = counter->head.key};
    struct bytes body;
    for (uint32_t i = 0; i < 2; i++) {
        const struct hash hash = chain_next(before, &events[i]);
        fork.proofs[i] = (struct fork_proof){
            .first_seq = seq, .before = *before, .count = 1, .event_hashes = &events[i]};
        head_sign(&fork.proofs[i].signature, &scene->journal.popup, fork.log, seq, &hash,
                  &counter->log_secret);
    }
    assert_int_equal(log_fork_encode(&fork, scene->body, sizeof scene->body, &body), 0);
    (void)journal_state(scene->txn, &scene->journal, &scene->devices[OWNER], EVENT_LOG_FORK, body);
    load(scene);
}

/* The order of the branch's event @seq: each has some that lie far apart. */
static struct entity_id order_of(uint64_t seq, uint64_t runs)
{
    return entity_id_derive(KIND_ORDER, seq % (runs / EVENTS_PER_ORDER));
}

static void branch_write(struct scene *scene, uint64_t runs)
{
    static const uint8_t body[] = {0x91, 1};
    struct journal_device device = scene->devices[COUNTER];
    journal_open(scene->branch, &scene->journal, &device);
    for (uint64_t seq = FORK_SEQ; seq < FORK_SEQ + runs; seq++) {
        const struct entity_id entity = order_of(seq, runs);
        (void)journal_write(scene->branch, &scene->journal, &device, EVENT_LINE_ADD, &entity,
                            bytes_of(body, sizeof body));
    }
    scene->counter = device.head;
}

static void carry(struct scene *scene, int carrier, uint64_t seq)
{
    struct log_head before;
    struct bytes body;
    assert_int_equal(
        log_head_at(scene->branch, &scene->journal.popup, &scene->counter, seq - 1, &before), 0);
    assert_int_equal(
        run_read_to(scene->branch, scene->counter.log, seq, seq, RUN_BYTES_MAX, &scene->run), 0);
    assert_int_equal(salvage_encode(&scene->run, &scene->counter.key, &before.hash, scene->body,
                                    sizeof scene->body, &body),
                     0);
    (void)journal_state(scene->txn, &scene->journal, &scene->devices[carrier], EVENT_SALVAGE, body);
}

static struct scene *scene_new(uint64_t runs)
{
    static const enum role roles[DEVICES] = {ROLE_OWNER, ROLE_COUNTER, ROLE_KITCHEN};
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    journal_init(&scene->journal);
    scene->store = store_memory_new();
    scene->branch_store = store_memory_new();
    scene->txn = store_memory_begin(scene->store, true);
    scene->branch = store_memory_begin(scene->branch_store, true);
    assert_int_equal(store_put(scene->txn, TABLE_META, bytes_of_text("popup"),
                               bytes_of(scene->journal.popup.bytes, POPUP_ID_BYTES)),
                     0);
    for (uint32_t i = 0; i < DEVICES; i++) {
        journal_device_init(&scene->devices[i], &scene->journal, i + 1, roles[i], NULL);
    }
    branch_write(scene, runs);
    for (uint32_t i = 0; i < DEVICES; i++) {
        journal_open(scene->txn, &scene->journal, &scene->devices[i]);
    }
    for (uint64_t seq = FORK_SEQ; seq < FORK_SEQ + runs; seq++) {
        carry(scene, KITCHEN, seq);
    }
    state_fork(scene, FORK_SEQ, &scene->devices[COUNTER].head.hash);
    return scene;
}

static void scene_free(struct scene *scene)
{
    store_memory_abort(scene->branch);
    store_memory_free(scene->branch_store);
    store_memory_abort(scene->txn);
    store_memory_free(scene->store);
    free(scene);
}

/* Accesses to the store when a turn folds every order of the branch. */
static uint64_t cost_of_folding(uint64_t runs)
{
    static struct turn turn;
    static uint8_t row[HISTORY_ROW_BYTES_MAX];
    static struct order order;
    struct scene *scene = scene_new(runs);
    struct folder folder = {.roster = &scene->roster,
                            .history = history_new(),
                            .order = &order,
                            .row = row,
                            .row_capacity = sizeof row};
    turn_reset(&turn);
    for (uint64_t seq = 0; seq < runs / EVENTS_PER_ORDER; seq++) {
        const struct entity_id entity = order_of(seq, runs);
        assert_true(turn_mark(&turn, KIND_ORDER, &entity));
    }
    const uint64_t before = store_memory_calls(scene->store, MEMORY_GET);
    assert_int_equal(turn_fold_all(&turn, scene->txn, &folder), 0);
    const uint64_t calls = store_memory_calls(scene->store, MEMORY_GET) - before;
    const struct entity_id last = order_of(runs - 1, runs);
    assert_int_equal(history_get(folder.history, scene->txn, KIND_ORDER, &last), 0);
    assert_int_equal(folder.history->count, EVENTS_PER_ORDER);
    history_free(folder.history);
    scene_free(scene);
    return calls;
}

TEST(salvage_bounds, a_branch_of_twice_the_runs_costs_about_twice_as_much_to_fold)
{
    const uint64_t once = cost_of_folding(200);
    const uint64_t twice = cost_of_folding(400);
    assert_in_range(twice, once, once * 5 / 2);
}

/* Accesses to the store when the roster is made of its events, which stand among @runs salvages. */
static uint64_t cost_of_roster(uint64_t runs)
{
    struct scene *scene = scene_new(runs);
    const uint64_t before = store_memory_calls(scene->store, MEMORY_GET);
    load(scene);
    const uint64_t calls = store_memory_calls(scene->store, MEMORY_GET) - before;
    const struct roster_log *counter = roster_log_find(&scene->roster, scene->counter.log);
    assert_non_null(counter);
    assert_int_equal(counter->fork_seq, FORK_SEQ);
    scene_free(scene);
    return calls;
}

TEST(salvage_bounds, the_roster_is_made_with_one_look_at_each_salvage_though_it_takes_five_passes)
{
    enum { MORE = 200, LOOK = 2 /* at the row that leads there, and at the event */ };
    const uint64_t few = cost_of_roster(MORE);
    const uint64_t many = cost_of_roster(2 * MORE);
    assert_int_equal(many - few, LOOK * MORE);
}

/* What the roster says among salvages is read in every pass, wherever it stands. */
TEST(salvage_bounds, what_is_stated_between_salvages_counts)
{
    enum { RUNS = 12 };
    static struct roster alone;
    struct scene *scene = scene_new(RUNS);
    const struct entity_id order = order_of(FORK_SEQ, RUNS);
    struct bytes body;
    load(scene);
    alone = scene->roster;
    for (uint32_t i = 0; i < RUNS; i++) {
        const struct staff_role role = {.staff = i + 1, .role = ROLE_COUNTER, .version = 1};
        carry(scene, OWNER, FORK_SEQ + i);
        assert_int_equal(staff_role_encode(&role, scene->body, sizeof scene->body, &body), 0);
        (void)journal_state(scene->txn, &scene->journal, &scene->devices[OWNER], EVENT_STAFF_ROLE,
                            body);
        (void)journal_write(scene->txn, &scene->journal, &scene->devices[OWNER], EVENT_LINE_ADD,
                            &order, bytes_of("\x91\x01", 2));
        carry(scene, OWNER, FORK_SEQ + i);
        carry(scene, OWNER, FORK_SEQ + i);
    }
    load(scene);
    assert_int_equal(scene->roster.people_count, RUNS);
    assert_int_equal(scene->roster.logs_count, alone.logs_count);
    scene_free(scene);
}

static void place_state(struct scene *scene, unsigned port)
{
    struct device_place place = {.count = 1};
    struct bytes body;
    (void)snprintf(place.endpoints[0], sizeof place.endpoints[0], "tcp://10.0.0.1:%u", port);
    assert_int_equal(device_place_encode(&place, scene->body, sizeof scene->body, &body), 0);
    (void)journal_state(scene->txn, &scene->journal, &scene->devices[OWNER], EVENT_DEVICE_PLACE,
                        body);
}

/* It remembers where so many stretches of them lie, and reads the others in each pass. */
TEST(salvage_bounds, what_is_stated_between_more_stretches_of_salvages_than_it_remembers_counts)
{
    enum { RUNS = 4, STRETCHES = ROSTER_STRETCHES_MAX + 2, PORT = 1000 };
    char endpoint[32];
    struct scene *scene = scene_new(RUNS);
    for (unsigned i = 0; i < STRETCHES; i++) {
        carry(scene, OWNER, FORK_SEQ);
        place_state(scene, PORT + i);
    }
    load(scene);
    const struct roster_device *owner =
        roster_device_find(&scene->roster, scene->devices[OWNER].id);
    assert_non_null(owner);
    (void)snprintf(endpoint, sizeof endpoint, "tcp://10.0.0.1:%u", PORT + STRETCHES - 1u);
    assert_string_equal(owner->place.endpoints[0], endpoint);
    assert_false(scene->roster.is_cut_short);
    scene_free(scene);
}

/* The branch's event @seq, as a device finds it in the branch's own log. */
static struct operation id_of(struct scene *scene, uint64_t seq)
{
    struct operation id = {.log = scene->counter.log, .seq = seq};
    struct hash hash;
    struct bytes bytes;
    assert_int_equal(event_get(scene->branch, id.log, seq, &hash, &bytes), 0);
    memcpy(id.hash, hash.bytes, sizeof id.hash);
    return id;
}

static bool counts(struct scene *scene, struct salvage_memo *memo, uint64_t seq)
{
    const struct operation id = id_of(scene, seq);
    bool is = false;
    assert_int_equal(salvaged_counts(memo, scene->txn, &scene->roster, &id, EVENT_LINE_ADD, &is),
                     0);
    return is;
}

/* Whatever was asked before. */
TEST(salvage_bounds, a_branch_that_is_too_long_counts_as_far_as_runs_count)
{
    enum { RUNS = 2 * SALVAGE_CHAIN_MAX + 8 };
    static const uint64_t runs[] = {RUNS,
                                    RUNS - 1,
                                    SALVAGE_CHAIN_MAX + 3,
                                    SALVAGE_CHAIN_MAX + 1,
                                    SALVAGE_CHAIN_MAX,
                                    1,
                                    SALVAGE_CHAIN_MAX + 2,
                                    SALVAGE_CHAIN_MAX - 1};
    struct scene *scene = scene_new(RUNS);
    struct salvage_memo *memo = salvage_memo_new();
    assert_non_null(memo);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        const uint64_t seq = FORK_SEQ + runs[i] - 1;
        assert_true(counts(scene, memo, seq) == (runs[i] <= SALVAGE_CHAIN_MAX));
        assert_true(counts(scene, NULL, seq) == (runs[i] <= SALVAGE_CHAIN_MAX));
    }
    free(memo);
    scene_free(scene);
}

TEST(salvage_bounds, what_a_memo_forgets_when_it_is_full_is_found_again)
{
    struct salvage_memo *memo = salvage_memo_new();
    const struct salvaged_row run = {.first_seq = 7};
    struct operation id = {.log = 1};
    assert_non_null(memo);
    for (id.seq = 1; id.seq <= MEMO_NODES_MAX; id.seq++) {
        salvage_memo_add(memo, &id, id.seq % 2 == 0 ? &run : NULL);
    }
    id.seq = 2;
    assert_int_equal(salvage_memo_find(memo, &id)->run.first_seq, 7);
    id.seq = MEMO_NODES_MAX + 1;
    salvage_memo_add(memo, &id, NULL);
    assert_false(salvage_memo_find(memo, &id)->is_carried);
    id.seq = 2;
    assert_null(salvage_memo_find(memo, &id));
    assert_null(salvage_memo_find(NULL, &id));
    free(memo);
}

/* Who carries the same over and over makes nobody look at it each time. */
TEST(salvage_bounds, what_a_memo_knew_in_an_age_does_not_come_back_when_ages_begin_anew)
{
    struct salvage_memo *memo = salvage_memo_new();
    const struct operation id = {.log = 1, .seq = 2};
    assert_non_null(memo);
    salvage_memo_reset(memo);
    const uint32_t age = memo->age;
    salvage_memo_add(memo, &id, NULL);
    memo->age = UINT32_MAX;
    do {
        salvage_memo_reset(memo);
        assert_null(salvage_memo_find(memo, &id));
    } while (memo->age < age);
    assert_int_equal(memo->age, age);
    free(memo);
}

TEST(salvage_bounds, what_one_log_carries_again_and_again_is_looked_at_a_few_times)
{
    enum { RUNS = 8, AGAIN = 60 };
    struct scene *scene = scene_new(RUNS);
    for (uint32_t i = 0; i < AGAIN; i++) {
        carry(scene, KITCHEN, FORK_SEQ);
    }
    carry(scene, OWNER, FORK_SEQ);
    const uint64_t before = store_memory_calls(scene->store, MEMORY_GET);
    assert_true(counts(scene, NULL, FORK_SEQ));
    assert_in_range(store_memory_calls(scene->store, MEMORY_GET) - before, 1,
                    3 * CARRIERS_PER_LOG_MAX);
    scene_free(scene);
}

/* Nothing lies before it: the genesis of the log is what its branches have in common. */
TEST(salvage_bounds, of_a_log_that_forked_at_its_first_event_all_but_that_can_be_carried_on)
{
    enum { RUNS = 4 };
    struct scene *scene = scene_new(RUNS);
    const struct hash genesis =
        chain_genesis(&scene->journal.popup, &scene->devices[COUNTER].head.key);
    assert_true(counts(scene, NULL, FORK_SEQ));
    state_fork(scene, 1, &genesis);
    assert_false(counts(scene, NULL, FORK_SEQ)); /* nobody carries the first event */
    carry(scene, KITCHEN, 1);
    assert_true(counts(scene, NULL, FORK_SEQ));
    assert_false(counts(scene, NULL, 1)); /* who writes the log is said by its own first event */
    scene_free(scene);
}

/* Its device was revoked by who did not know of it. */
TEST(salvage_bounds, of_a_log_that_is_revoked_without_being_named_nothing_is_carried_on)
{
    enum { RUNS = 4 };
    struct scene *scene = scene_new(RUNS);
    const uint64_t log = scene->devices[COUNTER].head.log;
    assert_true(counts(scene, NULL, FORK_SEQ));
    for (uint32_t i = 0; i < scene->roster.logs_count; i++) {
        if (scene->roster.logs[i].id == log) {
            scene->roster.logs[i].revoked_seq = scene->roster.logs[i].unrevoked_to = 1;
            scene->roster.logs[i].is_revoked_unnamed = true;
        }
    }
    assert_false(counts(scene, NULL, FORK_SEQ));
    scene_free(scene);
}

/* So full that it forgets what the first look at the branch found before the second. */
static void memo_fill(struct salvage_memo *memo)
{
    struct operation id = {.log = 1};
    salvage_memo_reset(memo);
    for (id.seq = 1; id.seq <= MEMO_NODES_MAX - 2; id.seq++) {
        salvage_memo_add(memo, &id, NULL);
    }
}

TEST(salvage_bounds, a_disk_that_fails_is_told_also_where_the_memo_forgets)
{
    enum { RUNS = 4 };
    struct scene *scene = scene_new(RUNS);
    struct salvage_memo *memo = salvage_memo_new();
    assert_non_null(memo);
    const struct operation id = id_of(scene, FORK_SEQ + RUNS - 1);
    assert_int_equal(store_memory_commit(scene->txn), 0);
    int err = ERR_IO;
    bool is = false;
    for (unsigned nth = 1; err == ERR_IO; nth++) {
        memo_fill(memo);
        scene->txn = store_memory_begin(scene->store, false);
        store_memory_fail(scene->store, MEMORY_GET, nth, ERR_IO);
        err = salvaged_counts(memo, scene->txn, &scene->roster, &id, EVENT_LINE_ADD, &is);
        store_memory_fail(scene->store, MEMORY_GET, 0, 0);
        store_memory_abort(scene->txn);
    }
    assert_int_equal(err, 0);
    assert_true(is);
    scene->txn = store_memory_begin(scene->store, true);
    free(memo);
    scene_free(scene);
}
