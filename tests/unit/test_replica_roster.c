/* What a device says of the roster in its own log, while the roster changes around it. */
#include <string.h>

#include "sync/replica/replica_state.h"
#include "tests/lib/stage_sick.h"
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

/* --- a disk that fails, or spoilt what was said last --- */

static int try_to_sell(struct stage *at)
{
    static const struct wanted_field price = {.field = MENU_PRICE, .number = 100};
    struct command command = {.kind = COMMAND_MENU_SET,
                              .principal = {.session = 1, .role = ROLE_OWNER},
                              .item = 1,
                              .fields_count = 1,
                              .fields = {price}};
    const struct input input = {
        .kind = INPUT_COMMAND, .now = {.mono_ms = at->now_ms}, .command = &command, .request = 1};
    return replica_step(at->replica, at->txn, &input, at->effects);
}

/* A view that named the first's role, and the second's, which none does. */
static void begin_with_news(void)
{
    begin();
    give_role(FIRST, 7);
    stage_write_own(&stage);
    assert_int_equal(named(FIRST), 2);
    give_role(SECOND, 8);
}

TEST(replica_roster, at_any_call_that_fails_a_turn_that_writes_a_view_is_undone)
{
    begin_with_news();
    stage_sick(&stage, NULL, try_to_sell);
    assert_int_equal(named(FIRST), 2);
    assert_int_equal(named(SECOND), 2);
    stage_stop(&stage);
}

/* The event in which the newest view stands becomes @event. */
static void put_view(struct bytes event)
{
    const uint64_t log = replica_log(stage.replica);
    const struct roster_log *own = roster_log_find(replica_roster(stage.replica), log);
    const struct key key = key_event(log, own->saw_seq);
    uint8_t row[HASH_BYTES + EVENT_BYTES_MAX] = {1};
    memcpy(row + HASH_BYTES, event.data, event.size);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    assert_int_equal(
        store_put(txn, TABLE_LOG, key_bytes(&key), bytes_of(row, HASH_BYTES + event.size)), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

TEST(replica_roster, a_view_that_the_disk_spoilt_does_not_hinder_the_next)
{
    begin_with_news();
    put_view(bytes_of_text("junk"));
    stage_begin(&stage);
    assert_int_equal(try_to_sell(&stage), 0);
    stage_end(&stage);
    assert_int_equal(named(SECOND), 2);
    stage_stop(&stage);
}

TEST(replica_roster, a_view_names_no_more_logs_than_fit_whatever_the_last_named)
{
    static struct roster_saw made_up;
    static uint8_t body_data[EVENT_BYTES_MAX], event_data[EVENT_BYTES_MAX];
    const struct entity_id roster = entity_id_derive(KIND_ROSTER, 0);
    struct bytes body;
    begin_with_news();
    for (made_up.count = 0; made_up.count < LOGS_MAX; made_up.count++) {
        made_up.heads[made_up.count] =
            (struct log_point){.log = UINT64_MAX - LOGS_MAX + made_up.count, .seq = 1};
    }
    assert_int_equal(roster_saw_encode(&made_up, body_data, sizeof body_data, &body), 0);
    put_view(journal_event(event_data, EVENT_ROSTER_SAW, &roster, body));
    stage_begin(&stage);
    assert_int_equal(try_to_sell(&stage), 0);
    stage_end(&stage);
    assert_int_equal(named(FIRST), 2);
    assert_int_equal(named(SECOND), 2);
    stage_stop(&stage);
}

/* --- what is stated --- */

/* A key that nobody writes, before all others of the roster (0) or behind them (0xff). */
static void put_short_key(struct store_txn *txn, uint8_t end)
{
    const struct entity_id roster = entity_id_derive(KIND_ROSTER, 0);
    struct key key = key_entity(&roster);
    key.data[key.size++] = end;
    assert_int_equal(store_put(txn, TABLE_ENTITY, key_bytes(&key), bytes_of("", 0)), 0);
}

TEST(replica_roster, a_change_of_it_is_the_disks_fault_where_a_key_is_none)
{
    uint8_t data[64];
    struct bytes body;
    begin();
    const struct staff_role role = {.staff = 7, .role = ROLE_COUNTER, .version = 1};
    assert_int_equal(staff_role_encode(&role, data, sizeof data, &body), 0);
    const uint64_t seq =
        journal_state(stage.world, &stage.journal, &stage.peers[FIRST], EVENT_STAFF_ROLE, body);
    stage_begin(&stage);
    put_short_key(stage.txn, 0xff);
    assert_int_equal(stage_try(&stage, BYSTANDER, frame_event(&stage, FIRST, seq, true)), 0);
    const struct moment now = {.mono_ms = stage.now_ms};
    assert_int_equal(replica_seal(stage.replica, stage.txn, now, stage.effects), ERR_IO);
    stage_abort(&stage);
    assert_int_equal(stage_head_of(&stage, FIRST), 1);
    stage_stop(&stage);
}

TEST(replica_roster, what_is_stated_ends_at_a_key_that_is_none)
{
    begin();
    const struct entity_id roster = entity_id_derive(KIND_ROSTER, 0);
    struct key from = key_entity(&roster);
    struct statement statement;
    uint32_t count = 0, before = 0;
    for (int is_spoilt = 0; is_spoilt < 2; is_spoilt++) {
        struct store_txn *txn = store_memory_begin(stage.store, true);
        if (is_spoilt) {
            put_short_key(txn, 0);
        }
        from = key_entity(&roster);
        before = count;
        count = 0;
        while (replica_statement_after(stage.replica, txn, &from, &statement) == 0) {
            count++;
        }
        store_memory_abort(txn);
    }
    assert_true(before > PEERS);
    assert_int_equal(count, 0);
    stage_stop(&stage);
}
