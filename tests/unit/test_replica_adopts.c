/* test_replica_adopts.c - a device takes up the certificate that an admin gives it, if that is
 * better than the one it has, and its log says so once.
 */
#include <string.h>

#include "sync/replica/replica_state.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

enum { FIRST, SECOND, COUNTER, PEERS = 12, ROOT = PEERS, OWN_NUMBER = 40 };

enum { ISSUED = 50, ISSUED_LATER = 60 };

static struct stage stage;
static struct journal_device given; /* the replica's device, with another certificate */

static void begin(void)
{
    stage_start(&stage, PEERS, 0);
    for (uint32_t peer = 0; peer < PEERS; peer++) {
        stage_greet(&stage, peer);
    }
}

/* The certificate of @device of then, by @issuer (or ROOT), as a body; lives until the next
 * one. */
static struct bytes paper(const struct journal_device *device, uint64_t issued, uint32_t issuer)
{
    static uint8_t data[CERT_CHAIN_BYTES_MAX + 8];
    struct certificate certificate = device->certificate;
    struct bytes body;
    certificate.issued = issued;
    given = *device;
    journal_device_certify(&given, &stage.journal, &certificate,
                           issuer < PEERS ? &stage.peers[issuer] : NULL);
    assert_int_equal(chain_body_encode(given.chain, data, sizeof data, &body), 0);
    return body;
}

static uint64_t state_unheard(uint32_t peer, enum event_type type, struct bytes body)
{
    return journal_state(stage.world, &stage.journal, &stage.peers[peer], type, body);
}

static void state(uint32_t peer, enum event_type type, struct bytes body)
{
    const uint64_t seq = state_unheard(peer, type, body);
    stage_turn(&stage, peer, frame_event(&stage, peer, seq, true));
}

static void revoke(struct log_head head, uint32_t by)
{
    const struct log_cut cut = {.log = head.log, .seq = head.seq, .hash = head.hash};
    uint8_t data[128];
    struct bytes body;
    assert_int_equal(log_cut_encode(&cut, data, sizeof data, &body), 0);
    state(by, EVENT_LOG_REVOKE, body);
}

static uint64_t held(void)
{
    return stage.replica->certificate.issued;
}

static uint64_t said(void)
{
    return replica_log_seq(stage.replica);
}

/* A process begins on the store, with the chain of @device in its folder. */
static void restart_with(const struct journal_device *device)
{
    stage.config.chain = device->chain;
    stage.config.device_secret = &device->secret;
    stage.config.log_secret = &device->log_secret;
    stage_begin(&stage);
    stage_abort(&stage);
    stage_pass(&stage, 100);
}

/* Papers of no use, which stand before the right one: what no counter may state, no chain, a forged
 * one, another device's. */
TEST(replica_adopts, what_an_admin_gives_is_found_among_all_that_is_stated_and_told_once)
{
    begin();
    const uint32_t admin =
        stage.peers[FIRST].head.log > stage.peers[SECOND].head.log ? FIRST : SECOND;
    uint8_t forged[CERT_CHAIN_BYTES_MAX + 8];
    bool is_before = false;
    for (uint32_t peer = COUNTER; peer < PEERS; peer++) {
        state(peer, EVENT_DEVICE_ADD, paper(&stage.own, ISSUED, ROOT));
        is_before |= stage.peers[peer].head.log < stage.peers[admin].head.log;
    }
    assert_true(is_before);
    state(admin, EVENT_DEVICE_ADD, bytes_of("\x90", 1));
    const struct bytes right = paper(&stage.own, ISSUED, ROOT);
    memcpy(forged, right.data, right.size);
    forged[right.size - 1] ^= 1; /* of the signature */
    state(admin, EVENT_DEVICE_ADD, bytes_of(forged, right.size));
    state(admin, EVENT_DEVICE_ADD, paper(&stage.peers[COUNTER], ISSUED, FIRST));
    const uint64_t before = said();
    assert_true(held() < ISSUED);
    state(admin, EVENT_DEVICE_ADD, paper(&stage.own, ISSUED, ROOT));
    assert_int_equal(held(), ISSUED);
    assert_int_equal(said(), before + 1);
    restart_with(&stage.own); /* the host kept the old one alone */
    assert_int_equal(held(), ISSUED);
    assert_int_equal(said(), before + 1);
    stage_stop(&stage);
}

static uint64_t stated; /* in the first's log */

static void meet_first(struct stage *at)
{
    stage_greet(at, FIRST);
}

static int try_statement(struct stage *at)
{
    return stage_try(at, FIRST, frame_event(at, FIRST, stated, true));
}

TEST(replica_adopts, at_any_call_that_fails_the_turn_that_takes_it_up_is_undone)
{
    begin();
    const uint64_t before = said();
    stated = state_unheard(FIRST, EVENT_DEVICE_ADD, paper(&stage.own, ISSUED, ROOT));
    stage_sick(&stage, meet_first, try_statement);
    assert_int_equal(held(), ISSUED);
    assert_int_equal(said(), before + 1);
    stage_stop(&stage);
}

/* The first certified it; then the second does, and finds that the first was stolen. */
TEST(replica_adopts, of_an_issuer_who_was_revoked_it_goes_by_no_certificate_if_another_gave_one)
{
    static struct journal_device own;
    begin();
    journal_device_init(&own, &stage.journal, OWN_NUMBER, ROLE_COUNTER, &stage.peers[FIRST]);
    restart_with(&own);
    assert_int_equal(held(), OWN_NUMBER);
    stage_greet(&stage, SECOND);
    state(SECOND, EVENT_DEVICE_ADD, paper(&own, OWN_NUMBER - 1, SECOND));
    assert_int_equal(held(), OWN_NUMBER); /* that is the older one */
    const struct log_head *head = &stage.peers[FIRST].head;
    struct log_head first;
    assert_int_equal(log_head_at(stage.world, &stage.journal.popup, head, 1, &first), 0);
    revoke(first, SECOND);
    assert_int_equal(held(), OWN_NUMBER - 1);
    stage_stop(&stage);
}

TEST(replica_adopts, a_certificate_that_is_newer_than_what_is_stated_stays)
{
    begin();
    const uint64_t before = said();
    (void)paper(&stage.own, ISSUED_LATER, ROOT);
    restart_with(&given);
    assert_int_equal(held(), ISSUED_LATER);
    state(FIRST, EVENT_DEVICE_ADD, paper(&stage.own, ISSUED, ROOT));
    assert_int_equal(held(), ISSUED_LATER);
    assert_int_equal(said(), before);
    stage_stop(&stage);
}

/* The other stands in its log.open, which the root signed, and which nobody gave it since. */
TEST(replica_adopts, a_certificate_stays_when_nobody_has_stated_the_better_one)
{
    begin();
    const uint64_t before = said();
    (void)paper(&stage.own, stage.own.certificate.issued, FIRST);
    restart_with(&given);
    assert_false(stage.replica->certificate.is_by_root);
    assert_int_equal(said(), before);
    stage_stop(&stage);
}

TEST(replica_adopts, a_log_that_ended_says_nothing_of_it)
{
    begin();
    struct log_head head;
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(log_head_get(txn, replica_log(stage.replica), &head), 0);
    store_memory_abort(txn);
    revoke(head, FIRST);
    const uint64_t before = said();
    state(FIRST, EVENT_DEVICE_ADD, paper(&stage.own, ISSUED, ROOT));
    assert_int_equal(held(), ISSUED);
    assert_int_equal(said(), before);
    stage_stop(&stage);
}

/* Nothing that it said would be believed. */
TEST(replica_adopts, a_log_whose_opening_the_disk_spoilt_says_nothing_of_it)
{
    begin();
    const struct key key = key_event(replica_log(stage.replica), 1);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    assert_int_equal(store_put(txn, TABLE_LOG, key_bytes(&key), bytes_of_text("junk")), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    restart_with(&stage.own);
    stage_greet(&stage, FIRST);
    const uint64_t before = said();
    state(FIRST, EVENT_DEVICE_ADD, paper(&stage.own, ISSUED, ROOT));
    assert_int_equal(held(), ISSUED);
    assert_int_equal(said(), before);
    stage_stop(&stage);
}

/* --- a log that ends a little later --- */

/* That the replica's own log forks at @seq, which it has not written. */
static struct bytes fork_of_own(uint64_t seq)
{
    static uint8_t data[EVENT_BYTES_MAX];
    const struct hash events[2] = {{{1}}, {{2}}};
    const struct hash before = {{3}};
    struct log_fork fork = {.log = stage.own.head.log, .seq = seq, .log_key = stage.own.head.key};
    struct bytes body;
    for (uint32_t i = 0; i < 2; i++) {
        const struct hash hash = chain_next(&before, &events[i]);
        fork.proofs[i] = (struct fork_proof){
            .first_seq = seq, .before = before, .count = 1, .event_hashes = &events[i]};
        head_sign(&fork.proofs[i].signature, &stage.journal.popup, fork.log, seq, &hash,
                  &stage.own.log_secret);
    }
    assert_int_equal(log_fork_encode(&fork, data, sizeof data, &body), 0);
    return body;
}

TEST(replica_adopts, a_log_whose_last_event_before_its_fork_says_so_is_not_written_on)
{
    begin();
    state(FIRST, EVENT_LOG_FORK, fork_of_own(said() + 2));
    assert_false(stage.effects->is_new_log_needed);
    state(FIRST, EVENT_DEVICE_ADD, paper(&stage.own, ISSUED, ROOT));
    assert_int_equal(held(), ISSUED);
    assert_true(stage.effects->is_new_log_needed);
    stage_stop(&stage);
}
