/* What a device says of the roster in its own log, while the roster changes around it. */
#include "tests/lib/stage.h"
#include "tests/lib/test.h"

enum { FIRST, SECOND, BYSTANDER, PEERS };

static struct stage stage;

static void begin(void)
{
    stage_start(&stage, PEERS, 0);
    for (uint32_t peer = 0; peer < PEERS; peer++) {
        const struct head_claim claim = stage_claim(&stage, peer, 1);
        stage_meet(&stage, peer, peer, &claim, 1);
    }
}

/* The replica hears of it by the bystander. */
static void state(uint32_t peer, enum event_type type, struct bytes body)
{
    const uint64_t seq = journal_state(stage.world, &stage.journal, &stage.peers[peer], type, body);
    stage_turn(&stage, BYSTANDER, frame_event(&stage, peer, seq, true));
}

static void give_role(uint32_t peer, uint64_t staff)
{
    const struct staff_role role = {.staff = staff, .role = ROLE_COUNTER, .version = 1};
    uint8_t data[64];
    struct bytes body;
    assert_int_equal(staff_role_encode(&role, data, sizeof data, &body), 0);
    state(peer, EVENT_STAFF_ROLE, body);
}

/* Only its first event counts. */
static void revoke(uint32_t peer, uint32_t by)
{
    const struct log_head *head = &stage.peers[peer].head;
    uint8_t data[128];
    struct log_head first;
    struct bytes body;
    assert_int_equal(log_head_at(stage.world, &stage.journal.popup, head, 1, &first), 0);
    const struct log_cut cut = {.log = head->log, .seq = 1, .hash = first.hash};
    assert_int_equal(log_cut_encode(&cut, data, sizeof data, &body), 0);
    state(by, EVENT_LOG_REVOKE, body);
}

/* The last event of @peer's log that the replica's newest view names; 0 = it does not. */
static uint64_t named(uint32_t peer)
{
    const uint64_t log = replica_log(stage.replica);
    const struct roster_log *own = roster_log_find(replica_roster(stage.replica), log);
    struct store_txn *txn = store_memory_begin(stage.store, false);
    static struct roster_saw saw;
    uint64_t seq = 0;
    struct event event;
    struct hash hash;
    struct bytes bytes;
    assert_true(own != NULL && own->saw_seq > 0);
    assert_int_equal(event_get(txn, log, own->saw_seq, &hash, &bytes), 0);
    assert_int_equal(event_decode(bytes, &event), 0);
    assert_int_equal(roster_saw_decode(event.body, &saw), 0);
    for (uint32_t i = 0; i < saw.count; i++) {
        seq = saw.heads[i].log == stage.peers[peer].head.log ? saw.heads[i].seq : seq;
    }
    store_memory_abort(txn);
    return seq;
}

TEST(replica_roster, a_view_names_what_it_named_before_also_what_counts_no_more)
{
    for (uint32_t thief = FIRST; thief <= SECOND; thief++) {
        const uint32_t honest = thief == FIRST ? SECOND : FIRST;
        begin();
        give_role(FIRST, 7);
        give_role(SECOND, 8);
        stage_write_own(&stage);
        assert_int_equal(named(thief), 2);
        assert_int_equal(named(honest), 2);
        revoke(thief, honest);
        give_role(honest, 9);
        stage_write_own(&stage);
        assert_int_equal(named(thief), 2);
        assert_int_equal(named(honest), 4);
        stage_stop(&stage);
    }
}
