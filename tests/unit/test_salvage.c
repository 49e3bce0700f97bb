/* Runs of a forked log in somebody else's: what is entered, and what of it counts. */
#include <string.h>

#include "sync/domain/turn.h"
#include "tests/lib/fork_scene.h"
#include "tests/lib/test.h"

TEST(salvage, what_a_fork_voided_counts_on_both_branches_once_it_is_carried)
{
    struct fork_scene *scene = fork_scene_new();
    fork_scene_carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
    fork_scene_load(scene);
    assert_false(fork_scene_counts(scene, 0, FORK_SEQ)); /* its own log says it */
    fork_scene_state(scene);
    for (uint64_t seq = FORK_SEQ; seq <= BRANCH_LAST; seq++) {
        assert_true(fork_scene_counts(scene, 0, seq));
        assert_false(fork_scene_counts(scene, 1, seq));
    }
    fork_scene_carry(scene, OWNER, 1, FORK_SEQ, BRANCH_LAST);
    assert_true(fork_scene_counts(scene, 1, BRANCH_LAST));
    fork_scene_free(scene);
}

/* The order that event @seq of the counter's branches is about, folded in a turn that brings its
 * opening: how many events its row shows. */
static uint32_t order_opened(struct fork_scene *scene, uint64_t seq)
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
    struct fork_scene *scene = fork_scene_new();
    fork_scene_carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
    fork_scene_state(scene);
    assert_int_equal(order_opened(scene, FORK_SEQ), 2);
    assert_int_equal(order_opened(scene, BRANCH_LAST + 1), 1);
    fork_scene_free(scene);
}

TEST(salvage, a_branch_that_left_the_prefix_before_the_proven_fork_does_not_count)
{
    struct fork_scene *scene = fork_scene_new();
    struct hash hash = fork_scene_hash(scene, 0, FORK_SEQ - 1);
    struct bytes body;
    struct operation id = {.log = scene->branch_head[0].log, .seq = FORK_SEQ};
    bool is = true;
    fork_scene_state(scene);
    (void)fork_scene_body(scene, 0, FORK_SEQ, FORK_SEQ);
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
    fork_scene_load(scene);
    assert_int_equal(salvaged_is_carried(scene->txn, &scene->roster, &id, &is), 0);
    assert_true(is);
    assert_int_equal(salvaged_counts(NULL, scene->txn, &scene->roster, &id, EVENT_LINE_ADD, &is),
                     0);
    assert_false(is);
    fork_scene_free(scene);
}

TEST(salvage, nothing_counts_behind_a_gap_until_it_is_closed)
{
    struct fork_scene *scene = fork_scene_new();
    fork_scene_state(scene);
    fork_scene_carry(scene, KITCHEN, 0, FORK_SEQ + 2, BRANCH_LAST);
    assert_false(fork_scene_counts(scene, 0, FORK_SEQ + 2));
    fork_scene_carry(scene, OWNER, 0, FORK_SEQ + 1, FORK_SEQ + 1);
    assert_false(fork_scene_counts(scene, 0, FORK_SEQ + 2));
    fork_scene_carry(scene, OWNER, 0, FORK_SEQ, FORK_SEQ);
    assert_true(fork_scene_counts(scene, 0, FORK_SEQ + 2));
    assert_true(fork_scene_counts(scene, 0, BRANCH_LAST));
    fork_scene_free(scene);
}

TEST(salvage, a_thiefs_second_branch_below_the_cut_is_not_laundered_by_the_fork_it_makes)
{
    struct fork_scene *scene = fork_scene_new();
    fork_scene_carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
    fork_scene_carry(scene, KITCHEN, 1, FORK_SEQ, BRANCH_LAST);
    fork_scene_state(scene);
    const struct log_cut cut = {.log = scene->branch_head[0].log,
                                .seq = BRANCH_LAST - 1,
                                .hash = fork_scene_hash(scene, 0, BRANCH_LAST - 1)};
    fork_scene_revoke(scene, &cut);
    assert_true(fork_scene_counts(scene, 0, FORK_SEQ));
    assert_true(fork_scene_counts(scene, 0, BRANCH_LAST - 1));
    assert_false(fork_scene_counts(scene, 0, BRANCH_LAST));
    for (uint64_t seq = FORK_SEQ; seq <= BRANCH_LAST; seq++) {
        assert_false(fork_scene_counts(scene, 1, seq));
    }
    fork_scene_free(scene);
}

TEST(salvage, a_run_that_begins_before_the_fork_carries_nothing)
{
    struct fork_scene *scene = fork_scene_new();
    fork_scene_state(scene);
    fork_scene_carry(scene, KITCHEN, 0, FORK_SEQ - 1, BRANCH_LAST);
    assert_false(fork_scene_counts(scene, 0, FORK_SEQ));
    fork_scene_carry(scene, OWNER, 0, FORK_SEQ, BRANCH_LAST);
    assert_true(fork_scene_counts(scene, 0, FORK_SEQ));
    fork_scene_free(scene);
}

/* Whichever of the carriers is found first. */
TEST(salvage, of_runs_that_overlap_the_one_that_reaches_the_fork_connects_them)
{
    for (uint32_t longer = 0; longer < 2; longer++) {
        struct fork_scene *scene = fork_scene_new();
        fork_scene_state(scene);
        fork_scene_carry(scene, longer == 0 ? KITCHEN : OWNER, 0, FORK_SEQ, BRANCH_LAST);
        fork_scene_carry(scene, longer == 0 ? OWNER : KITCHEN, 0, FORK_SEQ + 1, BRANCH_LAST);
        for (uint64_t seq = FORK_SEQ; seq <= BRANCH_LAST; seq++) {
            assert_true(fork_scene_counts(scene, 0, seq));
        }
        fork_scene_free(scene);
    }
}

TEST(salvage, what_its_writer_might_not_write_what_was_not_forked_and_strangers_do_not_count)
{
    struct fork_scene *scene = fork_scene_new();
    fork_scene_carry(scene, KITCHEN, 0, FORK_SEQ - 1, BRANCH_LAST);
    fork_scene_carry(scene, OWNER, 0, FORK_SEQ, BRANCH_LAST);
    fork_scene_state(scene);
    struct operation id = fork_scene_id_of(scene, 0, FORK_SEQ);
    bool is = true;
    assert_int_equal(salvaged_counts(NULL, scene->txn, &scene->roster, &id, EVENT_MENU_SET, &is),
                     0);
    assert_false(is);
    assert_false(fork_scene_counts(scene, 0, FORK_SEQ - 1));
    id.log = 4711;
    is = true;
    assert_int_equal(salvaged_counts(NULL, scene->txn, &scene->roster, &id, EVENT_LINE_ADD, &is),
                     0);
    assert_false(is);
    fork_scene_free(scene);
}

TEST(salvage, a_disk_that_fails_is_told_and_never_taken_for_an_answer)
{
    struct fork_scene *scene = fork_scene_new();
    fork_scene_carry(scene, KITCHEN, 0, FORK_SEQ, FORK_SEQ + 1);
    fork_scene_carry(scene, OWNER, 0, FORK_SEQ + 2, BRANCH_LAST);
    fork_scene_state(scene);
    const struct log_cut cut = fork_scene_cut_at(scene, 0, BRANCH_LAST);
    fork_scene_revoke(scene, &cut);
    const struct operation id = fork_scene_id_of(scene, 0, FORK_SEQ);
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
    fork_scene_free(scene);
}

static bool is_before(struct fork_scene *scene, const struct operation *a,
                      const struct operation *b)
{
    struct salvage_walk walk;
    bool is = true;
    assert_int_equal(salvage_walk_begin(&walk, NULL, scene->txn, &scene->roster, b), 0);
    assert_int_equal(salvage_walk_has(&walk, a, &is), 0);
    return is;
}

TEST(salvage, which_of_two_events_came_first_is_known_on_one_branch_and_across_carriers)
{
    struct fork_scene *scene = fork_scene_new();
    fork_scene_carry(scene, KITCHEN, 0, FORK_SEQ, FORK_SEQ + 1);
    fork_scene_carry(scene, OWNER, 0, FORK_SEQ + 2, BRANCH_LAST);
    fork_scene_carry(scene, OWNER, 1, FORK_SEQ, BRANCH_LAST);
    fork_scene_state(scene);
    const struct operation first = fork_scene_id_of(scene, 0, FORK_SEQ);
    const struct operation last = fork_scene_id_of(scene, 0, BRANCH_LAST);
    const struct operation other = fork_scene_id_of(scene, 1, FORK_SEQ);
    assert_true(is_before(scene, &first, &last));
    assert_false(is_before(scene, &last, &first));
    assert_false(is_before(scene, &other, &last));
    /* The prefix is nobody's to carry, and of a stranger's log there is no branch. */
    struct operation stranger = first;
    stranger.log = 4711;
    const struct operation prefix = fork_scene_id_of(scene, 0, FORK_SEQ - 1);
    assert_false(is_before(scene, &first, &prefix));
    assert_false(is_before(scene, &prefix, &last));
    assert_false(is_before(scene, &stranger, &stranger));
    fork_scene_free(scene);
}

TEST(salvage, one_walk_finds_all_of_its_branch_and_nothing_of_the_other)
{
    struct fork_scene *scene = fork_scene_new();
    struct salvage_walk walk;
    fork_scene_carry(scene, KITCHEN, 0, FORK_SEQ, FORK_SEQ + 1);
    fork_scene_carry(scene, OWNER, 0, FORK_SEQ + 2, BRANCH_LAST);
    fork_scene_carry(scene, OWNER, 1, FORK_SEQ, BRANCH_LAST);
    fork_scene_state(scene);
    const struct operation last = fork_scene_id_of(scene, 0, BRANCH_LAST);
    assert_int_equal(salvage_walk_begin(&walk, NULL, scene->txn, &scene->roster, &last), 0);
    for (uint64_t seq = BRANCH_LAST; seq >= FORK_SEQ; seq--) {
        for (uint32_t branch = 0; branch < BRANCHES; branch++) {
            const struct operation id = fork_scene_id_of(scene, branch, seq);
            bool has = branch == 1;
            assert_int_equal(salvage_walk_has(&walk, &id, &has), 0);
            assert_int_equal(has, branch == 0);
        }
    }
    fork_scene_free(scene);
}

TEST(salvage, what_is_carried_of_a_log_is_gone_through_from_any_event_on)
{
    struct fork_scene *scene = fork_scene_new();
    struct salvage_cursor cursor;
    struct salvaged_row row;
    uint32_t count = 1;
    fork_scene_carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
    const struct operation from = fork_scene_id_of(scene, 0, FORK_SEQ + 1);
    assert_int_equal(salvage_of_log(&cursor, scene->txn, &from, &row), 0);
    assert_true(operation_equal(&row.id, &from));
    while (salvage_row_next(&cursor, &row) == 0) {
        count++;
    }
    salvage_cursor_close(&cursor);
    assert_int_equal(count, BRANCH_LAST - FORK_SEQ);
    fork_scene_free(scene);
}

TEST(salvage, a_run_with_a_changed_bit_is_not_entered)
{
    struct fork_scene *scene = fork_scene_new();
    struct salvage salvage;
    struct bytes body = fork_scene_body(scene, 0, FORK_SEQ, BRANCH_LAST);
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
    fork_scene_state(scene);
    assert_false(fork_scene_counts(scene, 0, FORK_SEQ));
    fork_scene_free(scene);
}

TEST(salvage, what_is_carried_is_counted_by_bytes_and_found_by_entity)
{
    struct fork_scene *scene = fork_scene_new();
    struct salvage_cursor cursor;
    struct salvaged_row row;
    struct bytes bytes;
    uint64_t before;
    uint64_t after;
    const uint64_t log = scene->branch_head[0].log;
    const struct entity_id entity = entity_id_derive(KIND_ORDER, FORK_SEQ + 1);
    fork_scene_carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
    assert_int_equal(salvage_bytes_of(scene->txn, log, &before), 0);
    fork_scene_carry(scene, OWNER, 1, FORK_SEQ, BRANCH_LAST);
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
    fork_scene_free(scene);
}
