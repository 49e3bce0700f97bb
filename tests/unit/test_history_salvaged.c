/* test_history_salvaged.c - an order of which a part was written on branches of forked logs that
 * others carry: what of it counts, and what had seen what.
 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/base/writer.h"
#include "sync/domain/history.h"
#include "sync/roster/salvaged.h"
#include "tests/lib/journal.h"
#include "tests/lib/store_memory.h"

enum {
    OWNER,
    COUNTER,
    KITCHEN,
    DEVICES,
    BRANCHES = 4,
    FORK_SEQ = 3,
    BODY_MAX = 8192,
    BODY_HEAD = 4
};

struct branch {
    struct journal_device device;
    struct store_memory *store;
    struct store_txn *txn;
};

/* A log of the counter or the kitchen: log.open, an event on the order, and from FORK_SEQ on
 * branches. */
static struct {
    struct journal journal;
    struct journal_device devices[DEVICES];
    struct store_memory *store;
    struct store_txn *txn;
    uint32_t branches_count;
    struct branch branches[BRANCHES];
    struct run run;
    struct roster roster;
    struct history *history;
    uint64_t order; /* that the logs' own second events are about */
    uint8_t body[EVENT_BYTES_MAX];
} scene;

static struct entity_id order_of(uint64_t number)
{
    return entity_id_derive(KIND_ORDER, number);
}

static struct operation write_on(struct store_txn *txn, struct journal_device *device,
                                 const struct event *event)
{
    static const uint8_t empty[] = {0x90};
    struct event written = *event;
    uint8_t data[EVENT_BYTES_MAX];
    struct bytes bytes;
    if (written.body.size == 0) {
        written.body = bytes_of(empty, sizeof empty);
    }
    check(event_encode(&written, data, sizeof data, &bytes) == 0);
    check(log_append(txn, &device->head, bytes) == 0);
    check(log_sign(txn, &device->head, &scene.journal.popup, &device->log_secret) == 0);
    return log_head_operation(&device->head);
}

/* On the order itself, without parents. */
static struct event plain(uint32_t type)
{
    return (struct event){.type = type, .entity = order_of(1)};
}

/* The second event of @of's log. */
static struct event second_of(uint32_t of)
{
    struct event event = plain(of == COUNTER ? EVENT_ORDER_OPEN : EVENT_ACCEPT);
    event.entity = order_of(scene.order);
    return event;
}

static void scene_begin(uint64_t order)
{
    static const enum role roles[DEVICES] = {ROLE_OWNER, ROLE_COUNTER, ROLE_KITCHEN};
    memset(&scene, 0, sizeof scene);
    scene.order = order;
    journal_init(&scene.journal);
    scene.store = store_memory_new();
    scene.txn = store_memory_begin(scene.store, true);
    scene.history = history_new();
    assert_non_null(scene.history);
    assert_int_equal(store_put(scene.txn, TABLE_META, bytes_of_text("popup"),
                               bytes_of(scene.journal.popup.bytes, POPUP_ID_BYTES)),
                     0);
    for (uint32_t i = 0; i < DEVICES; i++) {
        journal_device_init(&scene.devices[i], &scene.journal, i + 1, roles[i], NULL);
        journal_open(scene.txn, &scene.journal, &scene.devices[i]);
    }
    const struct event opened = second_of(COUNTER), accepted = second_of(KITCHEN);
    (void)write_on(scene.txn, &scene.devices[COUNTER], &opened);
    (void)write_on(scene.txn, &scene.devices[KITCHEN], &accepted);
}

static void scene_end(void)
{
    for (uint32_t i = 0; i < scene.branches_count; i++) {
        store_memory_abort(scene.branches[i].txn);
        store_memory_free(scene.branches[i].store);
    }
    store_memory_abort(scene.txn);
    store_memory_free(scene.store);
    history_free(scene.history);
}

/* A branch of @of's log, which has the events up to the fork: its number. */
static uint32_t branch_begin(uint32_t of)
{
    const uint32_t at = scene.branches_count++;
    struct branch *branch = &scene.branches[at];
    check(at < BRANCHES);
    branch->device = scene.devices[of];
    branch->store = store_memory_new();
    branch->txn = store_memory_begin(branch->store, true);
    journal_device_init(&branch->device, &scene.journal, of + 1,
                        of == COUNTER ? ROLE_COUNTER : ROLE_KITCHEN, NULL);
    journal_open(branch->txn, &scene.journal, &branch->device);
    const struct event second = second_of(of);
    (void)write_on(branch->txn, &branch->device, &second);
    check(hash_equal(&branch->device.head.hash, &scene.devices[of].head.hash));
    return at;
}

static struct operation branch_write(uint32_t branch, const struct event *event)
{
    return write_on(scene.branches[branch].txn, &scene.branches[branch].device, event);
}

static struct operation branch_plain(uint32_t branch, uint32_t type)
{
    const struct event event = plain(type);
    return branch_write(branch, &event);
}

static struct hash hash_at(uint32_t branch, uint64_t seq)
{
    const struct branch *of = &scene.branches[branch];
    struct log_head at;
    check(log_head_at(of->txn, &scene.journal.popup, &of->device.head, seq, &at) == 0);
    return at.hash;
}

static void run_read_of(uint32_t branch, uint64_t first, uint64_t last)
{
    const struct branch *of = &scene.branches[branch];
    check(run_read_to(of->txn, of->device.head.log, first, last, RUN_BYTES_MAX, &scene.run) == 0);
}

/* The owner carries all of @branch from the fork on; the place of the carrier. */
static struct operation carry(uint32_t branch)
{
    const struct branch *of = &scene.branches[branch];
    const struct hash before = hash_at(branch, FORK_SEQ - 1);
    struct bytes body;
    run_read_of(branch, FORK_SEQ, of->device.head.seq);
    check(run_last_seq(&scene.run) == of->device.head.seq);
    check(salvage_encode(&scene.run, &of->device.head.key, &before, scene.body, sizeof scene.body,
                         &body) == 0);
    (void)journal_state(scene.txn, &scene.journal, &scene.devices[OWNER], EVENT_SALVAGE, body);
    return log_head_operation(&scene.devices[OWNER].head);
}

static struct fork_proof proof_of(uint32_t branch, struct hash *event_hash)
{
    run_read_of(branch, FORK_SEQ, FORK_SEQ);
    *event_hash = chain_event_hash(scene.run.events[0].bytes);
    return (struct fork_proof){.first_seq = FORK_SEQ,
                               .before = hash_at(branch, FORK_SEQ - 1),
                               .count = 1,
                               .event_hashes = event_hash,
                               .signature = scene.run.signature};
}

static void state_fork(uint32_t one, uint32_t other)
{
    const struct journal_device *device = &scene.branches[one].device;
    struct hash hashes[2];
    struct log_fork fork = {.log = device->head.log, .seq = FORK_SEQ, .log_key = device->head.key};
    struct bytes body;
    fork.proofs[0] = proof_of(one, &hashes[0]);
    fork.proofs[1] = proof_of(other, &hashes[1]);
    check(log_fork_encode(&fork, scene.body, sizeof scene.body, &body) == 0);
    (void)journal_state(scene.txn, &scene.journal, &scene.devices[OWNER], EVENT_LOG_FORK, body);
}

static const struct history *fold(void)
{
    const struct entity_id order = order_of(1);
    assert_int_equal(
        roster_load(&scene.roster, scene.txn, &scene.journal.popup, &scene.journal.root), 0);
    assert_int_equal(history_load(scene.history, scene.txn, &scene.roster, KIND_ORDER, &order), 0);
    return scene.history;
}

static bool has(const struct operation *id)
{
    return history_find(scene.history, id) >= 0;
}

static bool saw(const struct operation *late, const struct operation *early)
{
    const int32_t b = history_find(scene.history, late), a = history_find(scene.history, early);
    check(a >= 0 && b >= 0);
    return history_saw(scene.history, (uint32_t)b, (uint32_t)a);
}

/* Branch 0 is told by the test; branch 1 has one event, so that the fork can be proven. */
static void scene_with_fork_elsewhere(uint64_t order)
{
    scene_begin(order);
    (void)branch_begin(COUNTER);
    (void)branch_begin(COUNTER);
    (void)branch_plain(1, EVENT_CANCEL);
}

static void scene_with_fork(void)
{
    scene_with_fork_elsewhere(1);
}

static void fork_and_carry(void)
{
    state_fork(0, 1);
    (void)carry(0);
    (void)fold();
}

/* ---- what counts ---- */

TEST(history_salvaged, another_kinds_event_is_void_and_a_newer_softwares_is_shown_as_such)
{
    for (uint32_t unknown = 1001; unknown <= 1002; unknown++) {
        scene_with_fork();
        const struct operation other = branch_plain(0, EVENT_MENU_AVAILABLE);
        (void)branch_plain(0, unknown);
        const struct operation added = branch_plain(0, EVENT_LINE_ADD);
        fork_and_carry();
        assert_true(has(&added));
        assert_false(has(&other));
        assert_int_equal(scene.history->is_opaque, unknown % 2 == 0);
        scene_end();
    }
}

TEST(history_salvaged, an_order_of_which_the_disk_spoilt_a_carried_event_is_opaque)
{
    static const struct {
        size_t from_end; /* of the row, where a byte is changed */
        bool is_cut;
    } cases[] = {{0, true}, {1, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes row;
        uint8_t data[1024];
        scene_with_fork();
        (void)branch_plain(0, EVENT_LINE_ADD);
        state_fork(0, 1);
        const struct operation carrier = carry(0);
        const struct key key = key_event(carrier.log, carrier.seq);
        assert_int_equal(store_get(scene.txn, TABLE_LOG, key_bytes(&key), &row), 0);
        assert_true(row.size <= sizeof data);
        memcpy(data, row.data, row.size);
        run_read_of(0, FORK_SEQ, FORK_SEQ);
        const struct bytes inner = scene.run.events[0].bytes;
        size_t at = 0; /* where the carried event lies in the carrier's row */
        while (memcmp(data + at, inner.data, inner.size) != 0) {
            at++;
        }
        data[at] = 0xc1; /* no msgpack */
        const size_t size = cases[i].is_cut ? at : row.size;
        assert_int_equal(store_put(scene.txn, TABLE_LOG, key_bytes(&key), bytes_of(data, size)), 0);
        (void)fold();
        assert_true(scene.history->is_opaque);
        scene_end();
    }
}

/* ---- what had seen what ---- */

TEST(history_salvaged, a_branch_goes_on_behind_facts_that_commute)
{
    scene_with_fork();
    const struct operation added = branch_plain(0, EVENT_LINE_ADD);
    const struct operation paid = branch_plain(0, EVENT_PAY);
    const struct operation edited = branch_plain(0, EVENT_LINE_SET);
    fork_and_carry();
    assert_true(has(&paid));
    assert_true(saw(&edited, &added));
    scene_end();
}

TEST(history_salvaged, what_waits_holds_up_its_branch)
{
    struct event waits = plain(EVENT_LINE_ADD);
    scene_with_fork();
    waits.parents_count = 1;
    waits.parents[0] = (struct operation){.log = 12345, .seq = 7, .hash = {1}};
    const struct operation stuck = branch_write(0, &waits);
    const struct operation behind = branch_plain(0, EVENT_LINE_SET);
    fork_and_carry();
    assert_false(has(&stuck) || has(&behind));
    assert_int_equal(scene.history->pending_count, 2);
    scene_end();
}

/* Two branches have their first events in common. */
TEST(history_salvaged, what_two_branches_share_both_have_seen_and_nothing_of_each_other)
{
    scene_with_fork();
    (void)branch_begin(COUNTER);
    const struct operation first = branch_plain(0, EVENT_LINE_ADD);
    const struct operation second = branch_plain(0, EVENT_LINE_SET);
    const struct operation left = branch_plain(0, EVENT_ACCEPT);
    (void)branch_plain(2, EVENT_LINE_ADD);
    (void)branch_plain(2, EVENT_LINE_SET);
    const struct operation right = branch_plain(2, EVENT_START);
    state_fork(0, 1);
    (void)carry(0);
    (void)carry(2);
    (void)fold();
    assert_true(saw(&left, &first) && saw(&left, &second));
    assert_true(saw(&right, &first) && saw(&right, &second));
    assert_false(saw(&left, &right) || saw(&right, &left));
    scene_end();
}

/* Whether their logs had written of the order before the fork or not. */
TEST(history_salvaged, branches_of_two_logs_are_kept_apart)
{
    for (uint64_t before = 1; before <= 2; before++) {
        scene_with_fork_elsewhere(before);
        (void)branch_begin(KITCHEN);
        (void)branch_begin(KITCHEN);
        const struct operation counters = branch_plain(0, EVENT_LINE_ADD);
        const struct operation kitchens = branch_plain(2, EVENT_START);
        (void)branch_plain(3, EVENT_DONE);
        state_fork(0, 1);
        state_fork(2, 3);
        (void)carry(0);
        (void)carry(2);
        (void)fold();
        assert_true(has(&counters) && has(&kitchens));
        assert_false(saw(&counters, &kitchens) || saw(&kitchens, &counters));
        scene_end();
    }
}

TEST(history_salvaged, a_branch_has_not_seen_what_another_wrote_before)
{
    for (uint64_t before = 1; before <= 2; before++) {
        struct event elsewhere = plain(EVENT_LINE_ADD);
        scene_with_fork_elsewhere(before);
        elsewhere.entity = order_of(2);
        (void)branch_write(0, &elsewhere);
        (void)branch_write(0, &elsewhere);
        const struct operation late = branch_plain(0, EVENT_LINE_SET);
        const struct operation other = branch_plain(1, EVENT_LINE_ADD);
        state_fork(0, 1);
        (void)carry(0);
        (void)carry(1);
        (void)fold();
        assert_true(has(&late) && has(&other));
        assert_false(saw(&late, &other));
        scene_end();
    }
}

/* What both branches have in common waits, so both do. */
TEST(history_salvaged, what_waits_holds_up_every_branch_behind_it)
{
    struct event waits = plain(EVENT_LINE_ADD);
    scene_with_fork();
    (void)branch_begin(COUNTER);
    waits.parents_count = 1;
    waits.parents[0] = (struct operation){.log = 12345, .seq = 7, .hash = {1}};
    (void)branch_write(0, &waits);
    (void)branch_write(2, &waits);
    const struct operation left = branch_plain(0, EVENT_ACCEPT);
    const struct operation right = branch_plain(2, EVENT_START);
    state_fork(0, 1);
    (void)carry(0);
    (void)carry(2);
    (void)fold();
    assert_false(has(&left) || has(&right));
    assert_int_equal(scene.history->pending_count, 3);
    scene_end();
}

/* The carried log had itself carried on what another lost: once more what counts, once what does
 * not need to. */
TEST(history_salvaged, what_a_carried_log_re_emitted_is_passed_over)
{
    for (int is_known = 0; is_known < 2; is_known++) {
        struct event again = plain(EVENT_LINE_ADD);
        scene_with_fork();
        again.is_reemitted = true;
        again.was = is_known != 0 ? log_head_operation(&scene.devices[KITCHEN].head)
                                  : (struct operation){.log = 99, .seq = 4, .hash = {7}};
        const struct operation added = branch_plain(0, EVENT_LINE_ADD);
        (void)branch_write(0, &again);
        const struct operation edited = branch_plain(0, EVENT_LINE_SET);
        fork_and_carry();
        assert_true(has(&again.was));
        assert_true(saw(&edited, &added));
        scene_end();
    }
}

/* ---- limits ---- */

/* Sixteen logs that fill an order: @events each, of @size bytes. */
static void fill(uint32_t events, size_t size)
{
    static uint8_t row[HASH_BYTES + EVENT_BYTES_MAX], data[BODY_MAX];
    static const uint8_t zeros[BODY_MAX];
    struct writer writer;
    struct bytes body;
    const struct entity_id order = order_of(1);
    struct roster *roster = &scene.roster;
    assert_int_equal(roster_load(roster, scene.txn, &scene.journal.popup, &scene.journal.root), 0);
    memmove(&roster->logs[ENTITY_LOGS_MAX], roster->logs,
            roster->logs_count * sizeof roster->logs[0]);
    roster->logs_count += ENTITY_LOGS_MAX;
    writer_init(&writer, data, sizeof data);
    write_array(&writer, 1);
    write_bin(&writer, zeros, size - BODY_HEAD);
    check(writer_finish(&writer, &body) == 0);
    for (uint32_t log = 1; log <= ENTITY_LOGS_MAX; log++) {
        roster->logs[log - 1] = (struct roster_log){.id = log,
                                                    .device = 1000 + log,
                                                    .capabilities = UINT64_MAX,
                                                    .fork_seq = UINT64_MAX,
                                                    .revoked_seq = UINT64_MAX,
                                                    .retired_seq = UINT64_MAX};
        for (uint32_t seq = 1; seq <= events; seq++) {
            struct event event = plain(EVENT_PAY);
            struct bytes bytes;
            const struct key key = key_event(log, seq), of = key_entity_event(&order, log, seq);
            event.body = body;
            check(event_encode(&event, row + HASH_BYTES, EVENT_BYTES_MAX, &bytes) == 0);
            check(store_put(scene.txn, TABLE_LOG, key_bytes(&key),
                            bytes_of(row, HASH_BYTES + bytes.size)) == 0);
            check(store_put(scene.txn, TABLE_ENTITY, key_bytes(&of), bytes_of(NULL, 0)) == 0);
        }
    }
}

TEST(history_salvaged, in_a_full_order_there_is_no_room_for_what_others_carry)
{
    static const struct {
        uint32_t events;
        size_t size;
    } cases[] = {{ENTITY_EVENTS_PER_LOG_MAX, 16}, {HISTORY_LOG_BYTES_MAX / BODY_MAX, BODY_MAX}};
    const struct entity_id order = order_of(1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        scene_with_fork();
        const struct operation added = branch_plain(0, EVENT_LINE_ADD);
        state_fork(0, 1);
        (void)carry(0);
        fill(cases[i].events, cases[i].size);
        assert_int_equal(history_load(scene.history, scene.txn, &scene.roster, KIND_ORDER, &order),
                         0);
        assert_true(scene.history->is_cut_short);
        assert_false(has(&added));
        assert_int_equal(scene.history->count, ENTITY_LOGS_MAX * cases[i].events);
        scene_end();
    }
}
