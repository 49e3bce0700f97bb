/* Runs of a forked log in somebody else's: what is entered, and what of it counts. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "sync/domain/turn.h"
#include "sync/roster/salvaged.h"
#include "tests/lib/journal.h"
#include "tests/lib/store_memory.h"

enum { OWNER, COUNTER, KITCHEN, DEVICES, FORK_SEQ = 3, TWIG_SEQ = 5, BRANCH_LAST = 6 };

/* The counter's log in three versions: the twig leaves branch 0 after it left branch 1. */
enum { BRANCHES = 2, TWIG = BRANCHES, VERSIONS };

struct scene {
    struct journal journal;
    struct journal_device devices[DEVICES];
    struct store_memory *store, *branch_store[VERSIONS];
    struct store_txn *txn, *branch[VERSIONS];
    struct log_head branch_head[VERSIONS];
    struct run run;
    struct roster roster;
    uint8_t body[EVENT_BYTES_MAX];
};

/* What tells the counter's event @seq on @branch from those of others. */
static uint8_t mark_of(uint8_t branch, uint64_t seq)
{
    if (seq < FORK_SEQ) {
        return 0;
    }
    return branch == TWIG && seq < TWIG_SEQ ? 1 : 1 + branch;
}

/* The counter's next event: the same on both branches before the fork. */
static void counter_write(struct scene *scene, struct store_txn *txn, struct journal_device *device,
                          uint8_t branch)
{
    const struct entity_id entity = entity_id_derive(KIND_ORDER, device->head.seq + 1);
    const uint8_t body[] = {0x91, mark_of(branch, device->head.seq + 1)};
    (void)journal_write(txn, &scene->journal, device, EVENT_LINE_ADD, &entity,
                        bytes_of(body, sizeof body));
}

static void branch_make(struct scene *scene, uint8_t branch)
{
    struct journal_device device = scene->devices[COUNTER];
    scene->branch_store[branch] = store_memory_new();
    scene->branch[branch] = store_memory_begin(scene->branch_store[branch], true);
    journal_open(scene->branch[branch], &scene->journal, &device);
    while (device.head.seq < BRANCH_LAST) {
        counter_write(scene, scene->branch[branch], &device, branch);
    }
    scene->branch_head[branch] = device.head;
}

static struct scene *scene_new(void)
{
    static const enum role roles[DEVICES] = {ROLE_OWNER, ROLE_COUNTER, ROLE_KITCHEN};
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    journal_init(&scene->journal);
    scene->store = store_memory_new();
    scene->txn = store_memory_begin(scene->store, true);
    assert_int_equal(store_put(scene->txn, TABLE_META, bytes_of_text("popup"),
                               bytes_of(scene->journal.popup.bytes, POPUP_ID_BYTES)),
                     0);
    for (uint32_t i = 0; i < DEVICES; i++) {
        journal_device_init(&scene->devices[i], &scene->journal, i + 1, roles[i], NULL);
    }
    for (uint8_t i = 0; i < VERSIONS; i++) {
        branch_make(scene, i);
    }
    for (uint32_t i = 0; i < DEVICES; i++) {
        journal_open(scene->txn, &scene->journal, &scene->devices[i]);
    }
    while (scene->devices[COUNTER].head.seq + 1 < FORK_SEQ) {
        counter_write(scene, scene->txn, &scene->devices[COUNTER], 0);
    }
    return scene;
}

static void scene_free(struct scene *scene)
{
    for (uint32_t i = 0; i < VERSIONS; i++) {
        store_memory_abort(scene->branch[i]);
        store_memory_free(scene->branch_store[i]);
    }
    store_memory_abort(scene->txn);
    store_memory_free(scene->store);
    free(scene);
}

static void load(struct scene *scene)
{
    assert_int_equal(
        roster_load(&scene->roster, scene->txn, &scene->journal.popup, &scene->journal.root), 0);
}

static struct hash hash_at(struct scene *scene, uint32_t branch, uint64_t seq)
{
    struct log_head at;
    assert_int_equal(log_head_at(scene->branch[branch], &scene->journal.popup,
                                 &scene->branch_head[branch], seq, &at),
                     0);
    return at.hash;
}

static struct operation id_of(struct scene *scene, uint32_t branch, uint64_t seq)
{
    struct operation id = {.log = scene->branch_head[branch].log, .seq = seq};
    const struct hash hash = hash_at(scene, branch, seq);
    memcpy(id.hash, hash.bytes, sizeof id.hash);
    return id;
}

/* Events @first..@last of a branch as a salvage's body. */
static struct bytes salvage_body(struct scene *scene, uint32_t branch, uint64_t first,
                                 uint64_t last)
{
    const struct hash before = hash_at(scene, branch, first - 1);
    struct bytes body;
    assert_int_equal(run_read_to(scene->branch[branch], scene->branch_head[branch].log, first, last,
                                 RUN_BYTES_MAX, &scene->run),
                     0);
    assert_int_equal(run_last_seq(&scene->run), last);
    assert_int_equal(salvage_encode(&scene->run, &scene->branch_head[branch].key, &before,
                                    scene->body, sizeof scene->body, &body),
                     0);
    return body;
}

/* @carrier carries events @first..@last of a branch. */
static void carry(struct scene *scene, uint32_t carrier, uint32_t branch, uint64_t first,
                  uint64_t last)
{
    (void)journal_state(scene->txn, &scene->journal, &scene->devices[carrier], EVENT_SALVAGE,
                        salvage_body(scene, branch, first, last));
}

static struct fork_proof proof_of(struct scene *scene, uint32_t branch, struct hash *event_hash)
{
    assert_int_equal(run_read_to(scene->branch[branch], scene->branch_head[branch].log, FORK_SEQ,
                                 FORK_SEQ, RUN_BYTES_MAX, &scene->run),
                     0);
    *event_hash = chain_event_hash(scene->run.events[0].bytes);
    return (struct fork_proof){.first_seq = FORK_SEQ,
                               .before = hash_at(scene, branch, FORK_SEQ - 1),
                               .count = 1,
                               .event_hashes = event_hash,
                               .signature = scene->run.signature};
}

static void state_fork(struct scene *scene)
{
    struct hash hashes[BRANCHES];
    struct log_fork fork = {
        .log = scene->branch_head[0].log, .seq = FORK_SEQ, .log_key = scene->branch_head[0].key};
    struct bytes body;
    for (uint32_t i = 0; i < BRANCHES; i++) {
        fork.proofs[i] = proof_of(scene, i, &hashes[i]);
    }
    assert_int_equal(log_fork_encode(&fork, scene->body, sizeof scene->body, &body), 0);
    (void)journal_state(scene->txn, &scene->journal, &scene->devices[OWNER], EVENT_LOG_FORK, body);
    load(scene);
}

static void revoke(struct scene *scene, const struct log_cut *cut)
{
    struct bytes body;
    assert_int_equal(log_cut_encode(cut, scene->body, sizeof scene->body, &body), 0);
    (void)journal_state(scene->txn, &scene->journal, &scene->devices[OWNER], EVENT_LOG_REVOKE,
                        body);
    load(scene);
}

static bool counts(struct scene *scene, uint32_t branch, uint64_t seq)
{
    const struct operation id = id_of(scene, branch, seq);
    bool is = false;
    assert_int_equal(salvaged_counts(NULL, scene->txn, &scene->roster, &id, EVENT_LINE_ADD, &is),
                     0);
    return is;
}

TEST(salvage, what_a_fork_voided_counts_on_both_branches_once_it_is_carried)
{
    struct scene *scene = scene_new();
    carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
    load(scene);
    assert_false(counts(scene, 0, FORK_SEQ)); /* its own log says it */
    state_fork(scene);
    for (uint64_t seq = FORK_SEQ; seq <= BRANCH_LAST; seq++) {
        assert_true(counts(scene, 0, seq));
        assert_false(counts(scene, 1, seq));
    }
    carry(scene, OWNER, 1, FORK_SEQ, BRANCH_LAST);
    assert_true(counts(scene, 1, BRANCH_LAST));
    scene_free(scene);
}

/* The order that event @seq of the counter's branches is about, folded in a turn that brings its
 * opening: how many events its row shows. */
static uint32_t order_opened(struct scene *scene, uint64_t seq)
{
    static struct turn turn;
    static uint8_t row[HISTORY_ROW_BYTES_MAX];
    static struct order order;
    static const uint8_t body[] = {0x90};
    uint8_t buffer[EVENT_BYTES_MAX];
    const struct entity_id entity = entity_id_derive(KIND_ORDER, seq);
    struct journal_device *writer = &scene->devices[KITCHEN];
    struct folder folder = {.roster = &scene->roster,
                            .history = history_new(),
                            .order = &order,
                            .row = row,
                            .row_capacity = sizeof row};
    (void)journal_write(scene->txn, &scene->journal, writer, EVENT_ORDER_OPEN, &entity,
                        bytes_of(body, sizeof body));
    const struct operation id = log_head_operation(&writer->head);
    turn_reset(&turn);
    turn_add(&turn, &id, EVENT_ORDER_OPEN, &entity,
             journal_event(buffer, EVENT_ORDER_OPEN, &entity, bytes_of(body, sizeof body)));
    assert_int_equal(turn_fold_all(&turn, scene->txn, &folder), 0);
    assert_int_equal(history_get(folder.history, scene->txn, KIND_ORDER, &entity), 0);
    const uint32_t count = folder.history->count;
    history_free(folder.history);
    return count;
}

TEST(salvage, an_order_whose_opening_comes_last_shows_what_others_carried_on_of_it)
{
    struct scene *scene = scene_new();
    carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
    state_fork(scene);
    assert_int_equal(order_opened(scene, FORK_SEQ), 2);
    assert_int_equal(order_opened(scene, BRANCH_LAST + 1), 1);
    scene_free(scene);
}

TEST(salvage, a_branch_that_left_the_prefix_before_the_proven_fork_does_not_count)
{
    struct scene *scene = scene_new();
    struct hash hash = hash_at(scene, 0, FORK_SEQ - 1);
    struct bytes body;
    struct operation id = {.log = scene->branch_head[0].log, .seq = FORK_SEQ};
    bool is = true;
    state_fork(scene);
    (void)salvage_body(scene, 0, FORK_SEQ, FORK_SEQ);
    hash.bytes[0] ^= 1; /* another event before, under the log's own signature */
    const struct hash before = hash;
    const struct hash event_hash = chain_event_hash(scene->run.events[0].bytes);
    hash = chain_next(&before, &event_hash);
    memcpy(id.hash, hash.bytes, sizeof id.hash);
    head_sign(&scene->run.signature, &scene->journal.popup, id.log, id.seq, &hash,
              &scene->devices[COUNTER].log_secret);
    assert_int_equal(salvage_encode(&scene->run, &scene->branch_head[0].key, &before, scene->body,
                                    sizeof scene->body, &body),
                     0);
    (void)journal_state(scene->txn, &scene->journal, &scene->devices[KITCHEN], EVENT_SALVAGE, body);
    load(scene);
    assert_int_equal(salvaged_is_carried(scene->txn, &scene->roster, &id, &is), 0);
    assert_true(is);
    assert_int_equal(salvaged_counts(NULL, scene->txn, &scene->roster, &id, EVENT_LINE_ADD, &is),
                     0);
    assert_false(is);
    scene_free(scene);
}

TEST(salvage, nothing_counts_behind_a_gap_until_it_is_closed)
{
    struct scene *scene = scene_new();
    state_fork(scene);
    carry(scene, KITCHEN, 0, FORK_SEQ + 2, BRANCH_LAST);
    assert_false(counts(scene, 0, FORK_SEQ + 2));
    carry(scene, OWNER, 0, FORK_SEQ + 1, FORK_SEQ + 1);
    assert_false(counts(scene, 0, FORK_SEQ + 2));
    carry(scene, OWNER, 0, FORK_SEQ, FORK_SEQ);
    assert_true(counts(scene, 0, FORK_SEQ + 2));
    assert_true(counts(scene, 0, BRANCH_LAST));
    scene_free(scene);
}

TEST(salvage, a_thiefs_second_branch_below_the_cut_is_not_laundered_by_the_fork_it_makes)
{
    struct scene *scene = scene_new();
    carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
    carry(scene, KITCHEN, 1, FORK_SEQ, BRANCH_LAST);
    state_fork(scene);
    const struct log_cut cut = {.log = scene->branch_head[0].log,
                                .seq = BRANCH_LAST - 1,
                                .hash = hash_at(scene, 0, BRANCH_LAST - 1)};
    revoke(scene, &cut);
    assert_true(counts(scene, 0, FORK_SEQ));
    assert_true(counts(scene, 0, BRANCH_LAST - 1));
    assert_false(counts(scene, 0, BRANCH_LAST));
    for (uint64_t seq = FORK_SEQ; seq <= BRANCH_LAST; seq++) {
        assert_false(counts(scene, 1, seq));
    }
    scene_free(scene);
}

static struct log_cut cut_at(struct scene *scene, uint32_t branch, uint64_t seq)
{
    return (struct log_cut){
        .log = scene->branch_head[branch].log, .seq = seq, .hash = hash_at(scene, branch, seq)};
}

/* Whichever is said first, and whatever a third says lower down. */
TEST(salvage, two_revocations_that_name_different_branches_let_neither_stand_ever_again)
{
    for (uint32_t first = 0; first < BRANCHES; first++) {
        for (uint64_t seq = BRANCH_LAST - 1; seq <= BRANCH_LAST; seq++) {
            struct scene *scene = scene_new();
            const uint32_t second = 1 - first;
            const struct log_cut cuts[] = {cut_at(scene, first, BRANCH_LAST),
                                           cut_at(scene, second, seq),
                                           cut_at(scene, second, FORK_SEQ)};
            carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
            carry(scene, KITCHEN, 1, FORK_SEQ, BRANCH_LAST);
            state_fork(scene);
            revoke(scene, &cuts[0]);
            assert_true(counts(scene, first, BRANCH_LAST));
            assert_false(counts(scene, second, FORK_SEQ));
            for (uint32_t i = 1; i < 3; i++) {
                revoke(scene, &cuts[i]);
                assert_false(counts(scene, first, FORK_SEQ));
                assert_false(counts(scene, second, FORK_SEQ));
            }
            assert_int_equal(
                roster_judge(&scene->roster, cuts[0].log, FORK_SEQ - 1, EVENT_LINE_ADD, 0),
                VERDICT_VALID);
            scene_free(scene);
        }
    }
}

TEST(salvage, of_two_revocations_on_one_branch_the_lower_point_is_where_it_ends)
{
    for (uint64_t first = FORK_SEQ; first <= FORK_SEQ + 1; first++) {
        struct scene *scene = scene_new();
        const struct log_cut cuts[] = {cut_at(scene, 0, first),
                                       cut_at(scene, 0, 2 * FORK_SEQ + 1 - first)};
        carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
        state_fork(scene);
        revoke(scene, &cuts[0]);
        revoke(scene, &cuts[1]);
        assert_true(counts(scene, 0, FORK_SEQ));
        assert_false(counts(scene, 0, FORK_SEQ + 1));
        scene_free(scene);
    }
}

/* They part at the twig, and that is known once both of them are carried. */
TEST(salvage, what_two_revoked_branches_share_behind_the_fork_counts_when_both_are_carried)
{
    struct scene *scene = scene_new();
    const struct log_cut cuts[] = {cut_at(scene, 0, BRANCH_LAST), cut_at(scene, TWIG, BRANCH_LAST)};
    carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
    carry(scene, KITCHEN, 1, FORK_SEQ, BRANCH_LAST);
    state_fork(scene);
    revoke(scene, &cuts[0]);
    revoke(scene, &cuts[1]);
    assert_false(counts(scene, 0, FORK_SEQ));
    carry(scene, KITCHEN, TWIG, TWIG_SEQ, BRANCH_LAST);
    for (uint64_t seq = FORK_SEQ; seq <= BRANCH_LAST; seq++) {
        assert_true(counts(scene, 0, seq) == (seq < TWIG_SEQ));
        assert_true(counts(scene, TWIG, seq) == (seq < TWIG_SEQ));
        assert_false(counts(scene, 1, seq));
    }
    scene_free(scene);
}

/* One admin knew less than where the branches part, the other held another branch. */
TEST(salvage, a_revocation_before_the_fork_counts_beside_one_of_another_branch_behind_it)
{
    struct scene *scene = scene_new();
    const struct log_cut before = cut_at(scene, 0, FORK_SEQ - 1);
    const struct log_cut behind = cut_at(scene, 1, BRANCH_LAST);
    while (scene->devices[COUNTER].head.seq < BRANCH_LAST) {
        counter_write(scene, scene->txn, &scene->devices[COUNTER], 0);
    }
    revoke(scene, &before);
    revoke(scene, &behind);
    assert_int_equal(roster_judge(&scene->roster, before.log, FORK_SEQ - 1, EVENT_LINE_ADD, 0),
                     VERDICT_REVOKED); /* that it forked there is not known yet */
    state_fork(scene);
    assert_int_equal(roster_judge(&scene->roster, before.log, FORK_SEQ - 1, EVENT_LINE_ADD, 0),
                     VERDICT_VALID);
    assert_int_equal(roster_judge(&scene->roster, before.log, FORK_SEQ, EVENT_LINE_ADD, 0),
                     VERDICT_REVOKED);
    scene_free(scene);
}

/* Each states another event of one branch as the last. */
TEST(salvage, of_a_log_that_is_revoked_too_often_what_lies_before_the_fork_counts)
{
    struct scene *scene = scene_new();
    struct log_cut cut = cut_at(scene, 0, BRANCH_LAST);
    carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
    state_fork(scene);
    revoke(scene, &cut);
    for (uint8_t i = 1; i <= ROSTER_REVOCATIONS_MAX; i++) {
        cut.seq = BRANCH_LAST + i;
        revoke(scene, &cut);
        assert_true(roster_log_find(&scene->roster, cut.log)->is_revoked_crowded ==
                    (i == ROSTER_REVOCATIONS_MAX));
    }
    assert_true(scene->roster.is_cut_short);
    assert_false(counts(scene, 0, FORK_SEQ));
    assert_true(roster_salvage_limit(roster_log_find(&scene->roster, cut.log)) == 0);
    assert_int_equal(roster_judge(&scene->roster, cut.log, FORK_SEQ - 1, EVENT_LINE_ADD, 0),
                     VERDICT_VALID);
    scene_free(scene);
}

/* Each device holds the branch that it heard first: what lies before the fork is on both. */
TEST(salvage, what_lies_before_a_proven_fork_outlives_a_revocation_whichever_branch_is_held)
{
    for (uint8_t held = 0; held < BRANCHES; held++) {
        struct scene *scene = scene_new();
        const struct log_cut cut = cut_at(scene, 0, BRANCH_LAST - 1);
        while (scene->devices[COUNTER].head.seq < BRANCH_LAST) {
            counter_write(scene, scene->txn, &scene->devices[COUNTER], held);
        }
        revoke(scene, &cut);
        assert_int_equal(roster_judge(&scene->roster, cut.log, FORK_SEQ - 1, EVENT_LINE_ADD, 0),
                         held == 0 ? VERDICT_VALID
                                   : VERDICT_REVOKED); /* that it forked is not known yet */
        state_fork(scene);
        assert_int_equal(roster_judge(&scene->roster, cut.log, FORK_SEQ - 1, EVENT_LINE_ADD, 0),
                         VERDICT_VALID);
        assert_int_equal(roster_judge(&scene->roster, cut.log, FORK_SEQ, EVENT_LINE_ADD, 0),
                         held == 0 ? VERDICT_FORKED : VERDICT_REVOKED);
        scene_free(scene);
    }
}

TEST(salvage, what_a_carrier_wrote_beyond_its_own_revocation_carries_nothing)
{
    struct scene *scene = scene_new();
    state_fork(scene);
    const struct log_cut cut = {.log = scene->devices[KITCHEN].head.log,
                                .seq = scene->devices[KITCHEN].head.seq,
                                .hash = scene->devices[KITCHEN].head.hash};
    carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
    assert_true(counts(scene, 0, FORK_SEQ));
    revoke(scene, &cut);
    assert_false(counts(scene, 0, FORK_SEQ));
    carry(scene, OWNER, 0, FORK_SEQ, BRANCH_LAST);
    assert_true(counts(scene, 0, FORK_SEQ));
    scene_free(scene);
}

TEST(salvage, a_run_that_begins_before_the_fork_carries_nothing)
{
    struct scene *scene = scene_new();
    state_fork(scene);
    carry(scene, KITCHEN, 0, FORK_SEQ - 1, BRANCH_LAST);
    assert_false(counts(scene, 0, FORK_SEQ));
    carry(scene, OWNER, 0, FORK_SEQ, BRANCH_LAST);
    assert_true(counts(scene, 0, FORK_SEQ));
    scene_free(scene);
}

/* Whichever of the carriers is found first. */
TEST(salvage, of_runs_that_overlap_the_one_that_reaches_the_fork_connects_them)
{
    for (uint32_t longer = 0; longer < 2; longer++) {
        struct scene *scene = scene_new();
        state_fork(scene);
        carry(scene, longer == 0 ? KITCHEN : OWNER, 0, FORK_SEQ, BRANCH_LAST);
        carry(scene, longer == 0 ? OWNER : KITCHEN, 0, FORK_SEQ + 1, BRANCH_LAST);
        for (uint64_t seq = FORK_SEQ; seq <= BRANCH_LAST; seq++) {
            assert_true(counts(scene, 0, seq));
        }
        scene_free(scene);
    }
}

TEST(salvage, what_its_writer_might_not_write_what_was_not_forked_and_strangers_do_not_count)
{
    struct scene *scene = scene_new();
    carry(scene, KITCHEN, 0, FORK_SEQ - 1, BRANCH_LAST);
    carry(scene, OWNER, 0, FORK_SEQ, BRANCH_LAST);
    state_fork(scene);
    struct operation id = id_of(scene, 0, FORK_SEQ);
    bool is = true;
    assert_int_equal(salvaged_counts(NULL, scene->txn, &scene->roster, &id, EVENT_MENU_SET, &is),
                     0);
    assert_false(is);
    assert_false(counts(scene, 0, FORK_SEQ - 1));
    id.log = 4711;
    is = true;
    assert_int_equal(salvaged_counts(NULL, scene->txn, &scene->roster, &id, EVENT_LINE_ADD, &is),
                     0);
    assert_false(is);
    scene_free(scene);
}

TEST(salvage, a_disk_that_fails_is_told_and_never_taken_for_an_answer)
{
    struct scene *scene = scene_new();
    carry(scene, KITCHEN, 0, FORK_SEQ, FORK_SEQ + 1);
    carry(scene, OWNER, 0, FORK_SEQ + 2, BRANCH_LAST);
    state_fork(scene);
    const struct log_cut cut = cut_at(scene, 0, BRANCH_LAST);
    revoke(scene, &cut);
    const struct operation id = id_of(scene, 0, FORK_SEQ);
    assert_int_equal(store_memory_commit(scene->txn), 0);
    int err = ERR_IO;
    bool is = false;
    for (unsigned nth = 1; err == ERR_IO; nth++) {
        scene->txn = store_memory_begin(scene->store, false);
        store_memory_fail(scene->store, MEMORY_GET, nth, ERR_IO);
        err = salvaged_counts(NULL, scene->txn, &scene->roster, &id, EVENT_LINE_ADD, &is);
        store_memory_fail(scene->store, MEMORY_GET, 0, 0);
        store_memory_abort(scene->txn);
    }
    assert_int_equal(err, 0);
    assert_true(is);
    scene->txn = store_memory_begin(scene->store, true);
    scene_free(scene);
}

static bool is_before(struct scene *scene, const struct operation *a, const struct operation *b)
{
    struct salvage_walk walk;
    bool is = true;
    assert_int_equal(salvage_walk_begin(&walk, NULL, scene->txn, &scene->roster, b), 0);
    assert_int_equal(salvage_walk_has(&walk, a, &is), 0);
    return is;
}

TEST(salvage, which_of_two_events_came_first_is_known_on_one_branch_and_across_carriers)
{
    struct scene *scene = scene_new();
    carry(scene, KITCHEN, 0, FORK_SEQ, FORK_SEQ + 1);
    carry(scene, OWNER, 0, FORK_SEQ + 2, BRANCH_LAST);
    carry(scene, OWNER, 1, FORK_SEQ, BRANCH_LAST);
    state_fork(scene);
    const struct operation first = id_of(scene, 0, FORK_SEQ);
    const struct operation last = id_of(scene, 0, BRANCH_LAST);
    const struct operation other = id_of(scene, 1, FORK_SEQ);
    assert_true(is_before(scene, &first, &last));
    assert_false(is_before(scene, &last, &first));
    assert_false(is_before(scene, &other, &last));
    /* The prefix is nobody's to carry, and of a stranger's log there is no branch. */
    struct operation stranger = first;
    stranger.log = 4711;
    const struct operation prefix = id_of(scene, 0, FORK_SEQ - 1);
    assert_false(is_before(scene, &first, &prefix));
    assert_false(is_before(scene, &prefix, &last));
    assert_false(is_before(scene, &stranger, &stranger));
    scene_free(scene);
}

TEST(salvage, one_walk_finds_all_of_its_branch_and_nothing_of_the_other)
{
    struct scene *scene = scene_new();
    struct salvage_walk walk;
    carry(scene, KITCHEN, 0, FORK_SEQ, FORK_SEQ + 1);
    carry(scene, OWNER, 0, FORK_SEQ + 2, BRANCH_LAST);
    carry(scene, OWNER, 1, FORK_SEQ, BRANCH_LAST);
    state_fork(scene);
    const struct operation last = id_of(scene, 0, BRANCH_LAST);
    assert_int_equal(salvage_walk_begin(&walk, NULL, scene->txn, &scene->roster, &last), 0);
    for (uint64_t seq = BRANCH_LAST; seq >= FORK_SEQ; seq--) {
        for (uint32_t branch = 0; branch < BRANCHES; branch++) {
            const struct operation id = id_of(scene, branch, seq);
            bool has = branch == 1;
            assert_int_equal(salvage_walk_has(&walk, &id, &has), 0);
            assert_int_equal(has, branch == 0);
        }
    }
    scene_free(scene);
}

TEST(salvage, what_is_carried_of_a_log_is_gone_through_from_any_event_on)
{
    struct scene *scene = scene_new();
    struct salvage_cursor cursor;
    struct salvaged_row row;
    uint32_t count = 1;
    carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
    const struct operation from = id_of(scene, 0, FORK_SEQ + 1);
    assert_int_equal(salvage_of_log(&cursor, scene->txn, &from, &row), 0);
    assert_true(operation_equal(&row.id, &from));
    while (salvage_row_next(&cursor, &row) == 0) {
        count++;
    }
    salvage_cursor_close(&cursor);
    assert_int_equal(count, BRANCH_LAST - FORK_SEQ);
    scene_free(scene);
}

TEST(salvage, a_run_with_a_changed_bit_is_not_entered)
{
    struct scene *scene = scene_new();
    struct salvage salvage;
    struct bytes body = salvage_body(scene, 0, FORK_SEQ, BRANCH_LAST);
    assert_int_equal(salvage_decode(body, &salvage), 0);
    assert_int_equal(salvage_verify(&salvage, &scene->journal.popup), 0);
    for (size_t i = 0; i < body.size; i++) {
        scene->body[i] ^= 1;
        if (salvage_decode(body, &salvage) == 0) {
            assert_int_not_equal(salvage_verify(&salvage, &scene->journal.popup), 0);
        }
        scene->body[i] ^= 1;
        assert_int_not_equal(salvage_decode(bytes_of(body.data, i), &salvage), 0);
    }
    scene->body[body.size - 1] ^= 1;
    (void)journal_state(scene->txn, &scene->journal, &scene->devices[KITCHEN], EVENT_SALVAGE, body);
    state_fork(scene);
    assert_false(counts(scene, 0, FORK_SEQ));
    scene_free(scene);
}

TEST(salvage, what_is_carried_is_counted_by_bytes_and_found_by_entity)
{
    struct scene *scene = scene_new();
    struct salvage_cursor cursor;
    struct salvaged_row row;
    struct bytes bytes;
    uint64_t before;
    uint64_t after;
    const uint64_t log = scene->branch_head[0].log;
    const struct entity_id entity = entity_id_derive(KIND_ORDER, FORK_SEQ + 1);
    carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
    assert_int_equal(salvage_bytes_of(scene->txn, log, &before), 0);
    carry(scene, OWNER, 1, FORK_SEQ, BRANCH_LAST);
    assert_int_equal(salvage_bytes_of(scene->txn, log, &after), 0);
    assert_true(before > 0 && after == 2 * before);
    const struct log_head *carrier = &scene->devices[OWNER].head;
    struct hash hash;
    assert_int_equal(event_get(scene->txn, carrier->log, carrier->seq, &hash, &bytes), 0);
    assert_true(bytes.size <= sizeof scene->body);
    memcpy(scene->body, bytes.data, bytes.size);
    assert_int_equal(
        salvage_index(scene->txn, carrier->log, carrier->seq, bytes_of(scene->body, bytes.size)),
        0); /* again, as when it was mended */
    assert_int_equal(salvage_bytes_of(scene->txn, log, &after), 0);
    assert_true(after == 2 * before);
    assert_int_equal(salvage_of_entity(&cursor, scene->txn, &entity, &row), 0);
    for (uint32_t found = 1; found <= BRANCHES; found++) {
        assert_int_equal(row.id.seq, FORK_SEQ + 1);
        assert_int_equal(salvaged_event(scene->txn, &row, &bytes), 0);
        assert_int_equal(salvage_row_next(&cursor, &row), found < BRANCHES ? 0 : ERR_NOT_FOUND);
    }
    salvage_cursor_close(&cursor);
    scene_free(scene);
}
