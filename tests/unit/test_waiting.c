/* What waits for an event of a log that is cut off is shown as soon as that is known, by a device
 * that never got the event waited for. */
#include "sync/replica.h"

#include <stdlib.h>
#include <string.h>

#include "sync/domain/history.h"
#include "sync/log/salvage.h"
#include "tests/lib/stage.h"
#include "tests/lib/test.h"

/* The owner states, the writer's event waits for one of the lost device's; the carrier's log is the
 * owner's too. */
enum { OWNER, BYSTANDER, WRITER, LOST, PEERS, FORK_SEQ = 2, LOST_SEQ = 5 };

enum cut { CUT_BY_FORK, CUT_BY_REVOCATION, CUTS };

static const struct entity_id order = {.bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};

static void owner_state(struct stage *stage, enum event_type type, struct bytes body)
{
    (void)journal_state(stage->world, &stage->journal, &stage->peers[OWNER], type, body);
}

/* Signed by the log itself: two versions of what follows its opening. */
static void state_fork(struct stage *stage, uint32_t peer)
{
    const struct journal_device *forked = &stage->peers[peer];
    const struct hash events[2] = {{{1}}, {{2}}};
    struct log_fork fork = {.log = forked->head.log, .seq = FORK_SEQ, .log_key = forked->head.key};
    uint8_t data[EVENT_BYTES_MAX];
    struct bytes body;
    for (uint32_t i = 0; i < 2; i++) {
        const struct hash hash = chain_next(&forked->head.hash, &events[i]);
        fork.proofs[i] = (struct fork_proof){.first_seq = FORK_SEQ,
                                             .before = forked->head.hash,
                                             .count = 1,
                                             .event_hashes = &events[i]};
        head_sign(&fork.proofs[i].signature, &stage->journal.popup, fork.log, FORK_SEQ, &hash,
                  &forked->log_secret);
    }
    assert_int_equal(log_fork_encode(&fork, data, sizeof data, &body), 0);
    owner_state(stage, EVENT_LOG_FORK, body);
}

/* Only its opening counts. */
static void state_revocation(struct stage *stage, uint32_t peer)
{
    const struct log_head *head = &stage->peers[peer].head;
    const struct log_cut cut = {.log = head->log, .seq = head->seq, .hash = head->hash};
    uint8_t data[128];
    struct bytes body;
    assert_int_equal(log_cut_encode(&cut, data, sizeof data, &body), 0);
    owner_state(stage, EVENT_LOG_REVOKE, body);
}

/* The writer adds a line to an order, of which it had seen @parent. */
static void write_line_after(struct store_txn *txn, const struct stage *stage,
                             struct journal_device *writer, const struct operation *parent)
{
    static const uint8_t body[] = {0x91, 1};
    const struct event event = {.type = EVENT_LINE_ADD,
                                .entity = order,
                                .parents_count = 1,
                                .parents = {*parent},
                                .body = bytes_of(body, sizeof body)};
    uint8_t data[EVENT_BYTES_MAX];
    struct bytes bytes;
    assert_int_equal(event_encode(&event, data, sizeof data, &bytes), 0);
    assert_int_equal(log_append(txn, &writer->head, bytes), 0);
    assert_int_equal(log_sign(txn, &writer->head, &stage->journal.popup, &writer->log_secret), 0);
}

/* After the lost device's event LOST_SEQ, which nobody ever hears of. */
static void write_line(struct store_txn *txn, const struct stage *stage,
                       struct journal_device *writer)
{
    const struct operation lost = {
        .log = stage->peers[LOST].head.log, .seq = LOST_SEQ, .hash = {7}};
    write_line_after(txn, stage, writer, &lost);
}

/* The same on a branch that a fork voids, which the owner carries. */
static void carry_line(struct stage *stage)
{
    static struct run run;
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    struct journal_device writer = stage->peers[WRITER];
    const struct hash before = writer.head.hash;
    uint8_t data[EVENT_BYTES_MAX];
    struct bytes body;
    write_line(txn, stage, &writer);
    assert_int_equal(run_read(txn, writer.head.log, FORK_SEQ, RUN_BYTES_MAX, &run), 0);
    assert_int_equal(salvage_encode(&run, &writer.head.key, &before, data, sizeof data, &body), 0);
    state_fork(stage, WRITER);
    owner_state(stage, EVENT_SALVAGE, body);
    store_memory_abort(txn);
    store_memory_free(store);
}

/* How many events the replica shows of the order. */
static uint32_t shown(struct stage *stage)
{
    struct history *history = history_new();
    struct store_txn *txn = store_memory_begin(stage->store, false);
    const int err = history_get(history, txn, KIND_ORDER, &order);
    const uint32_t count = err == 0 ? history->count : 0;
    assert_true(err == 0 || err == ERR_NOT_FOUND);
    store_memory_abort(txn);
    history_free(history);
    return count;
}

/* All that @peer wrote comes, each event in a turn of its own, from a bystander. */
static void hear(struct stage *stage, uint32_t peer, uint64_t *next)
{
    for (; *next <= stage->peers[peer].head.seq; ++*next) {
        stage_turn(stage, BYSTANDER, frame_event(stage, peer, *next, true));
    }
}

static void is_shown_once_cut(bool is_carried, enum cut cut)
{
    struct stage *stage = calloc(1, sizeof *stage);
    uint64_t of_owner = 2;
    uint64_t of_writer = 2;
    assert_non_null(stage);
    stage_start(stage, PEERS, 0);
    const struct head_claim claim = stage_claim(stage, BYSTANDER, 1);
    stage_meet(stage, BYSTANDER, BYSTANDER, &claim, 1);
    if (is_carried) {
        carry_line(stage);
    } else {
        write_line(stage->world, stage, &stage->peers[WRITER]);
    }
    hear(stage, OWNER, &of_owner);
    hear(stage, WRITER, &of_writer);
    assert_int_equal(shown(stage), 0);
    if (cut == CUT_BY_FORK) {
        state_fork(stage, LOST);
    } else {
        state_revocation(stage, LOST);
    }
    hear(stage, OWNER, &of_owner);
    assert_int_equal(shown(stage), 1);
    stage_stop(stage);
    free(stage);
}

TEST(waiting, an_event_stops_waiting_for_one_that_is_voided_and_never_came)
{
    for (enum cut cut = 0; cut < CUTS; cut++) {
        is_shown_once_cut(false, cut);
    }
}

TEST(waiting, so_does_one_that_others_carry_on)
{
    for (enum cut cut = 0; cut < CUTS; cut++) {
        is_shown_once_cut(true, cut);
    }
}

TEST(waiting, so_does_one_that_waited_for_what_comes_and_does_not_count)
{
    struct stage *stage = calloc(1, sizeof *stage);
    uint64_t of_lost = 2;
    uint64_t of_writer = 2;
    assert_non_null(stage);
    stage_start(stage, PEERS, 0);
    struct journal_device *forbidden =
        &stage->peers[LOST]; /* a counter tells of provider's money */
    stage_meet(stage, BYSTANDER, BYSTANDER, NULL, 0);
    (void)journal_write(stage->world, &stage->journal, forbidden, EVENT_PAY_INTENT, &order,
                        bytes_of("\x90", 1));
    (void)journal_write(stage->world, &stage->journal, &stage->peers[WRITER], EVENT_REINSTATE,
                        &order, bytes_of("\x90", 1));
    const struct operation parent = log_head_operation(&forbidden->head);
    write_line_after(stage->world, stage, &stage->peers[WRITER], &parent);
    hear(stage, WRITER, &of_writer);
    assert_int_equal(shown(stage), 1);
    hear(stage, LOST, &of_lost);
    assert_int_equal(shown(stage), 2);
    stage_stop(stage);
    free(stage);
}
