/* A stolen tablet is revoked that has written to more orders than a turn remembers: all are folded
 * anew, a part in each turn, while the device goes on. */
#include <string.h>

#include "sync/domain/menu.h"
#include "sync/domain/record.h"
#include "sync/domain/turn.h"
#include "sync/replica/remaking.h"
#include "sync/replica/replica_state.h"
#include "tests/lib/event_bodies.h"
#include "tests/lib/rebuild.h"
#include "tests/lib/stage.h"
#include "tests/lib/test.h"

enum { OWNER, SECOND, THIEF, PEERS };
enum {
    ORDERS = TURN_ENTITIES_MAX + 200,
    RUN = 256,
    ROWS_PER_TURN = 1024, /* far more than a part changes, far less than all */
    TURNS_MAX = 200,
    LATE_CUT = 4000,
    EARLY_CUT = 50,
    UNKNOWN = 5000, /* a type of newer software, without which nobody decides */
    MIRA = 7,       /* whom the sample of staff.set names */
};

static struct stage stage;
static uint32_t thief; /* which peer */

/* The thief opens one order after the other, in runs. */
static void thief_sells(struct store_txn *txn, struct log_head *head)
{
    const struct secret_key *secret = &stage.peers[thief].log_secret;
    uint8_t data[512];
    uint8_t buffer[EVENT_BYTES_MAX];
    const struct bytes body = body_sample_of(EVENT_ORDER_OPEN, data, sizeof data);
    for (uint64_t i = 1; i <= ORDERS; i++) {
        const struct entity_id order = entity_id_derive(KIND_ORDER, i);
        const struct bytes event = journal_event(buffer, EVENT_ORDER_OPEN, &order, body);
        assert_int_equal(log_append(txn, head, event), 0);
        if (i % RUN == 0 || i == ORDERS) {
            assert_int_equal(log_sign(txn, head, &stage.journal.popup, secret), 0);
        }
    }
}

/* All that is in the replica's store already, and folded; @peer is the thief. */
static void start_with(uint32_t peer)
{
    stage_start(&stage, PEERS, 0);
    thief = peer;
    struct log_head head = stage.peers[thief].head;
    struct store_txn *txn = store_memory_begin(stage.store, true);
    thief_sells(txn, &head);
    assert_int_equal(store_memory_commit(txn), 0);
    thief_sells(stage.world, &stage.peers[thief].head);
    stage_begin(&stage);
    stage_abort(&stage);
    stage_begin(&stage);
    rebuild_all(stage.replica, stage.txn);
    stage_end(&stage);
    for (uint32_t link = OWNER; link <= SECOND; link++) {
        const struct head_claim claim = stage_claim(&stage, link, 1);
        stage_meet(&stage, link, link, &claim, 1);
    }
}

static void start(void)
{
    start_with(THIEF);
}

/* Event @seq of @peer comes, over the second owner's link. */
static void hear(uint32_t peer, uint64_t seq)
{
    stage_turn(&stage, SECOND, frame_event(&stage, peer, seq, true));
}

/* @peer says that of @entity, and it comes. */
static void say(uint32_t peer, enum event_type type, const struct entity_id *entity,
                struct bytes body)
{
    hear(peer, journal_write(stage.world, &stage.journal, &stage.peers[peer], type, entity, body));
}

static void say_sample(uint32_t peer, enum event_type type, const struct entity_id *entity)
{
    uint8_t data[512];
    say(peer, type, entity, body_sample_of(type, data, sizeof data));
}

/* What the thief wrote after event @seq does not count, says @peer. */
static void revoke(uint32_t peer, uint64_t seq)
{
    uint8_t data[128];
    struct log_head cut;
    struct bytes body;
    assert_int_equal(
        log_head_at(stage.world, &stage.journal.popup, &stage.peers[thief].head, seq, &cut), 0);
    const struct log_cut named = {.log = cut.log, .seq = seq, .hash = cut.hash};
    assert_int_equal(log_cut_encode(&named, data, sizeof data, &body), 0);
    seq = journal_state(stage.world, &stage.journal, &stage.peers[peer], EVENT_LOG_REVOKE, body);
    stage_turn(&stage, peer, frame_event(&stage, peer, seq, true));
}

static bool has_row(uint64_t order)
{
    const struct entity_id id = entity_id_derive(KIND_ORDER, order);
    const struct key key = key_state(KIND_ORDER, &id);
    struct bytes row;
    struct store_txn *txn = store_memory_begin(stage.store, false);
    const int err = store_get(txn, TABLE_STATE, key_bytes(&key), &row);
    store_memory_abort(txn);
    return err == 0;
}

/* Who reads the store beside the replica is told the same. */
static bool is_remaking(void)
{
    uint64_t entities;
    bool is_told = false;
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(remaking_look(txn, &is_told), 0);
    store_memory_abort(txn);
    assert_true(replica_is_remaking(stage.replica, &entities) == is_told);
    return is_told;
}

/* A turn in which the host lets a part be done. */
static void part(void)
{
    const uint64_t before = replica_change_number(stage.replica);
    const struct input input = {
        .kind = INPUT_SCRUB, .now = {.mono_ms = stage.now_ms}, .records_max = 16};
    stage_begin(&stage);
    stage_step(&stage, &input);
    stage_end(&stage);
    assert_true(replica_change_number(stage.replica) - before <= ROWS_PER_TURN);
}

static void all_parts(void)
{
    for (uint32_t i = 0; is_remaking(); i++) {
        assert_true(i < TURNS_MAX);
        part();
    }
}

static struct hash digest_here(void)
{
    struct hash digest;
    assert_int_equal(replica_state_digest(stage.txn, &digest), 0);
    return digest;
}

/* State and index are the fold of the journal. */
static void check_whole(void)
{
    stage_begin(&stage);
    const struct hash parted = digest_here();
    rebuild_all(stage.replica, stage.txn);
    const struct hash whole = digest_here();
    assert_true(hash_equal(&parted, &whole));
    stage_end(&stage);
    for (uint64_t order = 1; order <= ORDERS; order++) {
        assert_true(has_row(order) == (order < EARLY_CUT));
    }
}

static uint32_t voided_count(void)
{
    struct voided_order order;
    uint32_t count = 0;
    while (replica_voided_at(stage.replica, count, &order)) {
        count++;
    }
    return count;
}

TEST(revoked_year, no_turn_folds_more_than_a_part_and_all_of_it_comes_to_the_fold)
{
    start();
    const uint64_t before = replica_change_number(stage.replica);
    revoke(OWNER, EARLY_CUT);
    assert_true(is_remaking());
    assert_true(replica_change_number(stage.replica) - before <= ROWS_PER_TURN);
    all_parts();
    assert_int_equal(voided_count(), VOIDED_ORDERS_MAX); /* of those, people see so many */
    check_whole();
    assert_false(stage_is_alarmed(&stage, ALARM_STATE_DAMAGE));
    stage_stop(&stage);
}

/* Each order is shown as it was, or as it is: one that comes meanwhile is there at once. */
TEST(revoked_year, what_comes_meanwhile_is_folded_in_its_turn)
{
    const struct entity_id order = entity_id_derive(KIND_ORDER, ORDERS + 1);
    start();
    revoke(OWNER, EARLY_CUT);
    part();
    assert_true(is_remaking());
    assert_false(has_row(ORDERS + 1));
    say_sample(SECOND, EVENT_ORDER_OPEN, &order);
    assert_true(has_row(ORDERS + 1));
    assert_true(is_remaking());
    all_parts();
    check_whole();
    stage_stop(&stage);
}

TEST(revoked_year, after_a_crash_and_an_undone_turn_it_goes_on)
{
    start();
    revoke(OWNER, EARLY_CUT);
    part();
    replica_abort(stage.replica);
    replica_restart(stage.replica);
    stage_begin(&stage);
    stage_abort(&stage);
    assert_true(is_remaking());
    part();
    stage_begin(&stage);
    stage_abort(&stage);
    assert_true(is_remaking());
    all_parts();
    check_whole();
    stage_stop(&stage);
}

/* The second names an earlier event when half is gone through. */
TEST(revoked_year, a_second_revocation_meanwhile_begins_it_anew)
{
    start();
    revoke(OWNER, LATE_CUT);
    for (uint32_t i = 0; i < 8; i++) {
        part();
    }
    assert_true(is_remaking());
    revoke(SECOND, EARLY_CUT);
    all_parts();
    check_whole();
    stage_stop(&stage);
}

/* --- what people do meanwhile --- */

/* The replica's owner gives @amount_minor in cash back; what he is told. */
static int refund(const struct entity_id *order, int64_t amount_minor)
{
    static struct command command;
    static uint8_t key[16];
    memset(&command, 0, sizeof command);
    key[15]++;
    command.kind = COMMAND_REFUND;
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER};
    command.key = bytes_of(key, sizeof key);
    command.order = *order;
    command.method = bytes_of_text("cash");
    command.reason = bytes_of_text("cold");
    command.amount_minor = amount_minor;
    return stage_run(&stage, &command)->err;
}

TEST(revoked_year, a_payment_that_is_void_admits_no_refund_from_that_turn_on)
{
    const struct entity_id order = entity_id_derive(KIND_ORDER, ORDERS + 1);
    start();
    say_sample(SECOND, EVENT_ORDER_OPEN, &order);
    say_sample(THIEF, EVENT_PAY, &order);
    assert_int_equal(refund(&order, 100), 0);
    revoke(OWNER, EARLY_CUT);
    assert_true(is_remaking());
    assert_int_equal(refund(&order, 100), ERR_STATE);
    all_parts();
    assert_int_equal(refund(&order, 100), ERR_STATE);
    stage_stop(&stage);
}

/* Boards may show it still. */
TEST(revoked_year, an_order_that_is_void_takes_no_command_although_its_row_is_there)
{
    const struct entity_id order = entity_id_derive(KIND_ORDER, ORDERS);
    const struct entity_id kept = entity_id_derive(KIND_ORDER, EARLY_CUT - 1);
    start();
    assert_int_equal(refund(&order, 100), ERR_STATE); /* nobody paid it */
    revoke(OWNER, EARLY_CUT);
    assert_true(has_row(ORDERS));
    assert_int_equal(refund(&order, 100), ERR_NOT_FOUND);
    assert_int_equal(refund(&kept, 100), ERR_STATE);
    all_parts();
    assert_int_equal(refund(&order, 100), ERR_NOT_FOUND);
    assert_int_equal(refund(&kept, 100), ERR_STATE);
    stage_stop(&stage);
}

/* What this software dies of is left as it is, also by whoever is in a hurry. */
TEST(revoked_year, an_order_that_is_set_aside_is_judged_by_its_row)
{
    const struct entity_id order = entity_id_derive(KIND_ORDER, ORDERS);
    start();
    revoke(OWNER, EARLY_CUT);
    stage.config.aside = &order;
    stage.config.aside_count = 1;
    stage_begin(&stage);
    stage_abort(&stage);
    assert_true(is_remaking());
    assert_int_equal(refund(&order, 100), ERR_STATE);
    stage_stop(&stage);
}

TEST(revoked_year, what_newer_software_says_is_nobodys_to_decide_if_it_is_of_an_order)
{
    const struct entity_id order = entity_id_derive(KIND_ORDER, ORDERS);
    const struct entity_id other = entity_id_derive(KIND_ORDER, ORDERS + 1);
    start();
    revoke(OWNER, EARLY_CUT);
    say(SECOND, (enum event_type)UNKNOWN, &order, bytes_of("\x90", 1));
    say(SECOND, (enum event_type)UNKNOWN, &other, bytes_of("\x90", 1));
    for (uint32_t i = 0; i < 2; i++) { /* before and after */
        assert_int_equal(is_remaking(), i == 0);
        assert_int_equal(refund(&order, 100), ERR_VERSION);
        assert_int_equal(refund(&other, 100), ERR_NOT_FOUND);
        all_parts();
    }
    stage_stop(&stage);
}

/* --- who signs in --- */

static void give_role(uint32_t peer, enum role role)
{
    uint8_t data[STAFF_ROLE_BYTES_MAX];
    struct bytes body;
    const struct staff_role said = {.staff = MIRA, .role = role, .version = 1};
    assert_int_equal(staff_role_encode(&said, data, sizeof data, &body), 0);
    hear(peer,
         journal_state(stage.world, &stage.journal, &stage.peers[peer], EVENT_STAFF_ROLE, body));
}

static void set_pin(uint32_t peer, const struct entity_id *person)
{
    static const uint8_t blob[HASH_BYTES] = {1};
    uint8_t data[128];
    struct writer writer;
    struct bytes body;
    const struct field_values set = {
        .count = 1, .values = {{.field = STAFF_PIN, .text = bytes_of(blob, sizeof blob)}}};
    writer_init(&writer, data, sizeof data);
    record_set_encode(record_kind_find(KIND_STAFF), &set, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    say(peer, EVENT_STAFF_SET, person, body);
}

/* By the row, which whoever asks for a PIN goes by. */
static bool has_pin(const struct entity_id *person)
{
    struct history *history = history_new();
    struct record record;
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_non_null(history);
    assert_int_equal(history_get(history, txn, KIND_STAFF, person), 0);
    record_derive(history, &record);
    const bool has = record_text(&record, STAFF_PIN).size > 0;
    assert_true(record.is_known);
    store_memory_abort(txn);
    history_free(history);
    return has;
}

TEST(revoked_year, a_pin_that_is_void_is_gone_in_that_very_turn)
{
    const struct entity_id person = entity_id_derive(KIND_STAFF, MIRA);
    start_with(OWNER);
    give_role(SECOND, ROLE_MANAGER);
    say_sample(SECOND, EVENT_STAFF_SET, &person);
    set_pin(OWNER, &person);
    assert_true(has_pin(&person));
    revoke(SECOND, EARLY_CUT);
    assert_true(is_remaking());
    assert_false(has_pin(&person));
    all_parts();
    assert_false(has_pin(&person));
    stage_stop(&stage);
}
