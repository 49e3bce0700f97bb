/* What waits for an event of a log that is cut off is shown as soon as that is known, by a device
 * that never got the event waited for. */
#include "sync/replica/replica_state.h"

#include <stdlib.h>
#include <string.h>

#include "sync/domain/history.h"
#include "sync/log/salvage.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

/* The owner states, the writer's event waits for one of the lost device's; the carrier's log is the
 * owner's too. */
enum { OWNER, BYSTANDER, WRITER, LOST, PEERS, NEW = PEERS, LOST_SEQ = 5 };

enum { UNKNOWN = 5000 /* a type of newer software */ };

enum cut { CUT_BY_FORK, CUT_BY_REVOCATION, CUTS };

static const struct entity_id order = {.bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
static const struct entity_id third = {.bytes = {3, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14}};
static const struct entity_id other = {.bytes = {2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13}};

static void owner_state(struct stage *stage, enum event_type type, struct bytes body)
{
    (void)journal_state(stage->world, &stage->journal, &stage->peers[OWNER], type, body);
}

/* Signed by the log itself: two versions of what follows its opening. */
static void state_fork(struct stage *stage, uint32_t peer)
{
    const struct journal_device *forked = &stage->peers[peer];
    const struct hash events[2] = {{{1}}, {{2}}};
    struct log_fork fork = {
        .log = forked->head.log, .seq = forked->head.seq + 1, .log_key = forked->head.key};
    uint8_t data[EVENT_BYTES_MAX];
    struct bytes body;
    for (uint32_t i = 0; i < 2; i++) {
        const struct hash hash = chain_next(&forked->head.hash, &events[i]);
        fork.proofs[i] = (struct fork_proof){.first_seq = fork.seq,
                                             .before = forked->head.hash,
                                             .count = 1,
                                             .event_hashes = &events[i]};
        head_sign(&fork.proofs[i].signature, &stage->journal.popup, fork.log, fork.seq, &hash,
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

/* The writer says something of an order, of which it had seen @parent. */
static void write_after(struct store_txn *txn, const struct stage *stage,
                        struct journal_device *writer, uint32_t type,
                        const struct entity_id *entity, const struct operation *parent)
{
    static const uint8_t body[] = {0x91, 1};
    const struct event event = {.type = type,
                                .entity = *entity,
                                .parents_count = 1,
                                .parents = {*parent},
                                .body = bytes_of(body, sizeof body)};
    uint8_t data[EVENT_BYTES_MAX];
    struct bytes bytes;
    assert_int_equal(event_encode(&event, data, sizeof data, &bytes), 0);
    assert_int_equal(log_append(txn, &writer->head, bytes), 0);
    assert_int_equal(log_sign(txn, &writer->head, &stage->journal.popup, &writer->log_secret), 0);
}

/* Event LOST_SEQ of @peer, which nobody ever hears of. */
static struct operation lost_event_of(const struct stage *stage, uint32_t peer)
{
    return (struct operation){.log = stage->peers[peer].head.log, .seq = LOST_SEQ, .hash = {7}};
}

static struct operation lost_event(const struct stage *stage)
{
    return lost_event_of(stage, LOST);
}

/* It adds a line after that. */
static void write_line(struct store_txn *txn, const struct stage *stage,
                       struct journal_device *writer, const struct entity_id *entity)
{
    const struct operation lost = lost_event(stage);
    write_after(txn, stage, writer, EVENT_LINE_ADD, entity, &lost);
}

/* The same of both orders on a branch that a fork voids, which the owner carries; besides what is
 * only chained over there. */
static void carry_lines(struct stage *stage)
{
    static struct run run;
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    struct journal_device writer = stage->peers[WRITER];
    const struct hash before = writer.head.hash;
    uint8_t data[EVENT_BYTES_MAX];
    struct bytes body;
    (void)journal_state(txn, &stage->journal, &writer, EVENT_SALVAGE, bytes_of("\x90", 1));
    write_line(txn, stage, &writer, &order);
    write_line(txn, stage, &writer, &other);
    state_fork(stage, WRITER);
    assert_int_equal(
        run_read(txn, writer.head.log, stage->peers[WRITER].head.seq + 1, RUN_BYTES_MAX, &run), 0);
    assert_int_equal(salvage_encode(&run, &writer.head.key, &before, data, sizeof data, &body), 0);
    owner_state(stage, EVENT_SALVAGE, body);
    store_memory_abort(txn);
    store_memory_free(store);
}

/* How many events the replica shows of @entity. */
static uint32_t shown_of(struct stage *stage, const struct entity_id *entity)
{
    struct history *history = history_new();
    struct store_txn *txn = store_memory_begin(stage->store, false);
    const int err = history_get(history, txn, KIND_ORDER, entity);
    const uint32_t count = err == 0 ? history->count : 0;
    assert_true(err == 0 || err == ERR_NOT_FOUND);
    store_memory_abort(txn);
    history_free(history);
    return count;
}

static uint32_t shown(struct stage *stage)
{
    return shown_of(stage, &order);
}

/* All that @peer wrote comes, each event in a turn of its own, from a bystander. */
static void hear(struct stage *stage, uint32_t peer, uint64_t *next)
{
    for (; *next <= stage->peers[peer].head.seq; ++*next) {
        stage_turn(stage, BYSTANDER, frame_event(stage, peer, *next, true));
    }
}

/* What of the owner's and the writer's logs came. */
static uint64_t of_owner, of_writer;

static void meet(struct stage *stage)
{
    const struct head_claim claim = stage_claim(stage, BYSTANDER, 1);
    stage_meet(stage, BYSTANDER, BYSTANDER, &claim, 1);
}

static struct stage *stage_new(void)
{
    struct stage *stage = calloc(1, sizeof *stage);
    of_owner = of_writer = 2;
    assert_non_null(stage);
    stage_start(stage, PEERS, 0);
    meet(stage);
    return stage;
}

static void stage_free(struct stage *stage)
{
    stage_stop(stage);
    free(stage);
}

/* Both orders' lines wait here. */
static void begin_waiting(struct stage *stage, bool is_carried)
{
    if (is_carried) {
        carry_lines(stage);
    } else {
        write_line(stage->world, stage, &stage->peers[WRITER], &order);
        write_line(stage->world, stage, &stage->peers[WRITER], &other);
    }
    hear(stage, OWNER, &of_owner);
    hear(stage, WRITER, &of_writer);
    assert_int_equal(shown(stage), 0);
    assert_int_equal(shown_of(stage, &other), 0);
}

/* The owner states what cuts @peer's log off. */
static void state_cut_of(struct stage *stage, uint32_t peer, enum cut cut)
{
    if (cut == CUT_BY_FORK) {
        state_fork(stage, peer);
    } else {
        state_revocation(stage, peer);
    }
}

static void state_cut(struct stage *stage, enum cut cut)
{
    state_cut_of(stage, LOST, cut);
}

static void is_shown_once_cut(bool is_carried, enum cut cut)
{
    struct stage *stage = stage_new();
    begin_waiting(stage, is_carried);
    state_cut(stage, cut);
    hear(stage, OWNER, &of_owner);
    assert_int_equal(shown(stage), 1);
    assert_int_equal(shown_of(stage, &other), 1);
    stage_free(stage);
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
    struct stage *stage = stage_new();
    uint64_t of_lost = 2;
    struct journal_device *forbidden =
        &stage->peers[LOST]; /* a counter tells of provider's money */
    (void)journal_write(stage->world, &stage->journal, forbidden, EVENT_PAY_INTENT, &order,
                        bytes_of("\x90", 1));
    (void)journal_write(stage->world, &stage->journal, &stage->peers[WRITER], EVENT_REINSTATE,
                        &order, bytes_of("\x90", 1));
    const struct operation parent = log_head_operation(&forbidden->head);
    write_after(stage->world, stage, &stage->peers[WRITER], EVENT_LINE_ADD, &order, &parent);
    hear(stage, WRITER, &of_writer);
    assert_int_equal(shown(stage), 1);
    hear(stage, LOST, &of_lost);
    assert_int_equal(shown(stage), 2);
    stage_free(stage);
}

static int hear_writer(struct stage *stage)
{
    return stage_try(stage, BYSTANDER, frame_event(stage, WRITER, of_writer, true));
}

TEST(waiting, what_others_carry_waits_for_the_last_event_before_the_fork)
{
    struct stage *stage = stage_new();
    for (uint32_t i = 0; i < 2; i++) {
        (void)stage_write(stage, WRITER, 10);
    }
    state_revocation(stage, LOST);
    carry_lines(stage);
    hear(stage, OWNER, &of_owner);
    stage_turn(stage, BYSTANDER, frame_event(stage, WRITER, of_writer++, true));
    assert_int_equal(shown(stage), 0);
    stage_sick(stage, meet, hear_writer);
    assert_int_equal(shown(stage), 1);
    assert_int_equal(shown_of(stage, &other), 1);
    stage_free(stage);
}

/* That the log is cut off is known before anything of it; beside it somebody waits on. */
TEST(waiting, also_when_the_log_comes_after_what_cuts_it_off)
{
    for (enum cut cut = 0; cut < CUTS; cut++) {
        struct stage *stage = stage_new();
        struct journal_device *device = &stage->peers[NEW];
        journal_device_init(device, &stage->journal, 40, ROLE_COUNTER, NULL);
        journal_open(stage->world, &stage->journal, device);
        const struct operation lost = lost_event_of(stage, NEW);
        write_after(stage->world, stage, &stage->peers[WRITER], EVENT_LINE_ADD, &order, &lost);
        write_line(stage->world, stage, &stage->peers[WRITER], &other);
        state_cut_of(stage, NEW, cut);
        hear(stage, OWNER, &of_owner);
        hear(stage, WRITER, &of_writer);
        assert_int_equal(shown(stage), 0);
        stage_turn(stage, BYSTANDER, frame_event(stage, NEW, 1, true));
        assert_int_equal(shown(stage), 1);
        assert_int_equal(shown_of(stage, &other), 0);
        stage_free(stage);
    }
}

/* --- what else is met on the way --- */

/* Whether every row is what the journal says. */
static bool is_sound(struct stage *stage)
{
    uint64_t entities, wrong;
    struct store_txn *txn = store_memory_begin(stage->store, false);
    assert_int_equal(replica_audit(stage->replica, txn, &entities, &wrong), 0);
    store_memory_abort(txn);
    return wrong == 0;
}

/* Body: a run of one event, which is none. */
static void carry_senseless(struct stage *stage)
{
    static struct run run;
    const struct log_head *writer = &stage->peers[WRITER].head;
    uint8_t data[EVENT_BYTES_MAX];
    struct bytes body;
    run = (struct run){.log = writer->log, .first_seq = writer->seq + 1, .count = 1};
    run.events[0].bytes = bytes_of("\xff\xff", 2);
    assert_int_equal(salvage_encode(&run, &writer->key, &writer->hash, data, sizeof data, &body),
                     0);
    owner_state(stage, EVENT_SALVAGE, body);
}

TEST(waiting, what_is_of_newer_software_or_no_salvage_at_all_holds_up_nothing_else)
{
    for (enum cut cut = 0; cut < CUTS; cut++) {
        struct stage *stage = stage_new();
        const struct operation lost = lost_event(stage);
        owner_state(stage, EVENT_SALVAGE, bytes_of("\x90", 1));
        carry_senseless(stage);
        write_after(stage->world, stage, &stage->peers[WRITER], UNKNOWN, &third, &lost);
        begin_waiting(stage, false);
        state_cut(stage, cut);
        hear(stage, OWNER, &of_owner);
        assert_int_equal(shown(stage), 1);
        assert_int_equal(shown_of(stage, &other), 1);
        assert_true(is_sound(stage));
        stage_free(stage);
    }
}

/* The turn remembers as much as it can, but for the roster and one order. */
static void turn_fill(struct stage *stage)
{
    for (uint32_t i = 0; i < TURN_ENTITIES_MAX - 2; i++) {
        const struct entity_id entity = entity_id_derive(KIND_MENU, 1000 + i);
        assert_true(turn_mark(stage->replica->turn, KIND_MENU, &entity));
    }
}

static bool is_remaking(const struct stage *stage)
{
    uint64_t entities;
    return replica_is_remaking(stage->replica, &entities);
}

/* Then all rows are gone through, in the turns that come. */
TEST(waiting, more_than_a_turn_remembers_is_shown_some_turns_later)
{
    for (int is_carried = 0; is_carried < 2; is_carried++) {
        struct stage *stage = stage_new();
        const struct input part = {.kind = INPUT_SCRUB, .records_max = 16};
        begin_waiting(stage, is_carried);
        state_cut(stage, CUT_BY_REVOCATION);
        stage_begin(stage);
        turn_fill(stage);
        stage_say(stage, BYSTANDER, frame_event(stage, OWNER, of_owner, true));
        stage_end(stage);
        assert_true(is_remaking(stage));
        for (uint32_t i = 0; i < 10 && is_remaking(stage); i++) {
            stage_begin(stage);
            stage_step(stage, &part);
            stage_end(stage);
        }
        assert_int_equal(shown(stage), 1);
        assert_int_equal(shown_of(stage, &other), 1);
        stage_free(stage);
    }
}

/* As if as many events had come as a turn remembers; one of them of the first order. */
static struct turn *turn_full(struct stage *stage)
{
    struct turn *turn = stage->replica->turn;
    assert_true(turn_mark(turn, KIND_ORDER, &order));
    turn->events_count = TURN_EVENTS_MAX;
    return turn;
}

static int mark_other(struct stage *stage)
{
    const struct turn *turn = turn_full(stage);
    const int err =
        replica_mark(stage->replica, stage->txn, EVENT_LINE_ADD, &other, stage->effects);
    assert_true(err != 0 || (turn_is_dirty(turn, &other) && !turn_is_dirty(turn, &order)));
    return err;
}

static int mark_carried(struct stage *stage)
{
    const struct turn *turn = turn_full(stage);
    const int err = replica_salvage_mark_log(stage->replica, stage->txn,
                                             stage->peers[WRITER].head.log, 0, stage->effects);
    assert_true(err != 0 || (turn_is_dirty(turn, &other) && turn_is_dirty(turn, &order)));
    return err;
}

TEST(waiting, what_a_full_turn_has_no_room_for_comes_after_what_is_folded)
{
    struct stage *stage = stage_new();
    begin_waiting(stage, true);
    stage_sick(stage, NULL, mark_other);
    stage_sick(stage, NULL, mark_carried);
    assert_true(is_sound(stage));
    stage_free(stage);
}
