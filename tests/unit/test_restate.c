/* test_restate.c - what a device stated of the roster in a log that forked: what of it the device
 * states again under the log that it goes on with, and what not.
 */
#include "sync/replica/replica_state.h"

#include "sync/base/check.h"
#include "sync/roster/statement.h"
#include "tests/lib/stage_shop.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

enum { OWNER, COUNTER = STAGE_OWNERS, PEERS, OLD_KEY = 900, FIRST = 2 /* after log.open */ };
enum { STAFF = 7 };

static struct stage stage;
static struct journal_device old; /* the same device, with the log that forked */
static uint8_t body_data[EVENT_BYTES_MAX];

static uint64_t caps_of_counter(void)
{
    return capability_bit(CAP_LOG) | capability_bit(CAP_ORDER);
}

static void reopen(void)
{
    stage_begin(&stage);
    stage_abort(&stage);
}

static void state(struct journal_device *device, enum event_type type, struct bytes body)
{
    struct store_txn *txn = store_memory_begin(stage.store, true);
    (void)journal_state(txn, &stage.journal, device, type, body);
    check(store_memory_commit(txn) == 0);
}

static struct bytes caps_body(uint64_t device, uint64_t log, uint64_t from, uint64_t capabilities)
{
    const struct device_caps caps = {.device = device,
                                     .capabilities = capabilities,
                                     .count = 1,
                                     .from = {{.log = log, .seq = from}}};
    struct bytes body;
    check(device_caps_encode(&caps, body_data, sizeof body_data, &body) == 0);
    return body;
}

static struct bytes role_body(void)
{
    const struct staff_role role = {.staff = STAFF, .role = ROLE_KITCHEN, .version = 1};
    struct bytes body;
    check(staff_role_encode(&role, body_data, sizeof body_data, &body) == 0);
    return body;
}

/* It took rights from the counter, and gave somebody a role, where it will not count. */
static void start(void)
{
    struct public_key key;
    stage_start(&stage, PEERS, 0);
    stage_open_day(&stage);
    journal_device_init(&old, &stage.journal, 1, ROLE_OWNER, NULL);
    keys_of_number(OLD_KEY, &key, &old.log_secret);
    log_head_init(&old.head, &stage.journal.popup, &key, old.id, 1);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    journal_open(txn, &stage.journal, &old);
    check(store_memory_commit(txn) == 0);
    const struct journal_device *counter = &stage.peers[COUNTER];
    state(&old, EVENT_DEVICE_CAPS, caps_body(counter->id, counter->head.log, 1, caps_of_counter()));
    state(&old, EVENT_STAFF_ROLE, role_body());
    reopen();
}

static struct roster_log *log_of(uint64_t id)
{
    struct roster *roster = &stage.replica->roster;
    uint32_t at = 0;
    while (at < roster->logs_count && roster->logs[at].id != id) {
        at++;
    }
    check(at < roster->logs_count);
    return &roster->logs[at];
}

/* As a proof says. */
static void fork_old(void)
{
    log_of(old.head.log)->fork_seq = FIRST;
}

static int restate(struct stage *at)
{
    const struct moment now = {.wall_ms = at->config.epoch_ms + (int64_t)at->now_ms,
                               .mono_ms = at->now_ms};
    return replica_restate(at->replica, at->txn, now, at->effects);
}

static int fork_and_restate(struct stage *at)
{
    fork_old();
    return restate(at);
}

static uint32_t stated(enum event_type type)
{
    const uint64_t log = replica_log(stage.replica);
    const uint64_t last = stage_claim_own(&stage).seq;
    struct store_txn *txn = store_memory_begin(stage.store, false);
    uint32_t count = 0;
    for (uint64_t seq = 1; seq <= last; seq++) {
        struct operation id;
        struct event event;
        check(event_read(txn, log, seq, &id, &event) == 0);
        count += event.type == type;
    }
    store_memory_abort(txn);
    return count;
}

static void assert_restates(uint32_t count)
{
    assert_int_equal(stated(EVENT_DEVICE_CAPS), count);
    assert_int_equal(stated(EVENT_STAFF_ROLE), count);
}

TEST(restate, what_a_fork_took_away_is_stated_again_or_the_disk_is_told_of)
{
    start();
    stage_sick(&stage, NULL, fork_and_restate);
    assert_restates(1);
    stage_sick(&stage, NULL, fork_and_restate); /* it is said */
    assert_restates(1);
    stage_stop(&stage);
}

static void restate_once(void)
{
    assert_int_equal(restate(&stage), 0);
    stage_end(&stage);
}

TEST(restate, what_was_said_before_the_fork_counts_and_is_not_said_twice)
{
    start();
    stage_begin(&stage);
    log_of(old.head.log)->fork_seq = old.head.seq + 1;
    restate_once();
    assert_restates(0);
    stage_stop(&stage);
}

TEST(restate, under_a_log_that_forked_itself_nothing_is_said)
{
    start();
    stage_begin(&stage);
    fork_old();
    log_of(replica_log(stage.replica))->fork_seq = FIRST;
    restate_once();
    assert_restates(0);
    stage_stop(&stage);
}

TEST(restate, what_a_log_that_was_revoked_said_is_not_said_again)
{
    start();
    stage_begin(&stage);
    fork_old();
    log_of(old.head.log)->revoked_seq = FIRST;
    restate_once();
    assert_restates(0);
    stage_stop(&stage);
}

TEST(restate, what_the_device_had_no_right_to_say_is_not_said_again)
{
    start();
    state(&stage.peers[OWNER], EVENT_DEVICE_CAPS,
          caps_body(old.id, old.head.log, FIRST, caps_of_counter()));
    reopen();
    stage_begin(&stage);
    fork_old();
    restate_once();
    assert_restates(0);
    stage_stop(&stage);
}

TEST(restate, what_the_device_may_not_say_any_more_stays_unsaid)
{
    start();
    state(&stage.peers[OWNER], EVENT_DEVICE_CAPS,
          caps_body(old.id, replica_log(stage.replica), FIRST, caps_of_counter()));
    reopen();
    stage_begin(&stage);
    fork_old();
    restate_once();
    assert_restates(0);
    stage_stop(&stage);
}
