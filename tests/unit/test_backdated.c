/* A stolen key signs on after its revocation and dates that back, naming nothing that it had seen:
 * whatever comes first, the order ends as if it had not. */
#include "sync/replica/replica.h"

#include <stdlib.h>

#include "sync/domain/entity.h"
#include "tests/lib/event_bodies.h"
#include "tests/lib/stage.h"
#include "tests/lib/test.h"

enum { OWNER, BYSTANDER, THIEF, PEERS, HONEST_SEQ = 3, STOLEN_SEQ = 7, OWNER_SEQ = 4 };

static const struct entity_id order = {.bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};

/* @t: when its writer says that it was. */
static void sign(struct stage *stage, uint32_t peer, enum event_type type, uint64_t t)
{
    uint8_t data[512];
    uint8_t buffer[EVENT_BYTES_MAX];
    struct bytes bytes;
    struct journal_device *device = &stage->peers[peer];
    const struct event event = {
        .type = type, .t = t, .entity = order, .body = body_sample_of(type, data, sizeof data)};
    assert_int_equal(event_encode(&event, buffer, sizeof buffer, &bytes), 0);
    assert_int_equal(log_append(stage->world, &device->head, bytes), 0);
    assert_int_equal(
        log_sign(stage->world, &device->head, &stage->journal.popup, &device->log_secret), 0);
}

/* The owner names the last event that counts. */
static void sign_revocation(struct stage *stage, const struct log_head *thief)
{
    uint8_t data[128];
    struct bytes body;
    const struct log_cut cut = {.log = thief->log, .seq = thief->seq, .hash = thief->hash};
    assert_int_equal(log_cut_encode(&cut, data, sizeof data, &body), 0);
    journal_state(stage->world, &stage->journal, &stage->peers[OWNER], EVENT_LOG_REVOKE, body);
}

/* The thief's device sells honestly up to HONEST_SEQ; then, stolen, it voids, cancels, adds and
 * takes money, long ago as it says. */
static void sign_all(struct stage *stage)
{
    static const enum event_type stolen[] = {EVENT_LINE_ADD, EVENT_LINE_VOID, EVENT_PAY,
                                             EVENT_CANCEL};
    sign(stage, THIEF, EVENT_ORDER_OPEN, 5000);
    sign(stage, THIEF, EVENT_LINE_ADD, 5001);
    const struct log_head honest = stage->peers[THIEF].head;
    assert_int_equal(honest.seq, HONEST_SEQ);
    for (size_t i = 0; i < sizeof stolen / sizeof stolen[0]; i++) {
        sign(stage, THIEF, stolen[i], i);
    }
    sign(stage, OWNER, EVENT_ACCEPT, 6000);
    sign_revocation(stage, &honest);
    sign(stage, OWNER, EVENT_DONE, 8000);
}

/* What a device comes to that hears the next event of the thief where @turns has a bit, else the
 * owner's; of the thief's up to @last. */
static struct hash outcome(uint32_t turns, uint32_t count, uint64_t last)
{
    struct stage *stage = calloc(1, sizeof *stage);
    uint64_t next[PEERS] = {2, 2, 2};
    assert_non_null(stage);
    stage_start(stage, PEERS, 0);
    sign_all(stage);
    for (uint32_t peer = 0; peer < PEERS; peer++) {
        const struct head_claim claim = stage_claim(stage, peer, 1);
        stage_meet(stage, peer, peer, &claim, 1);
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t writer = (turns >> i & 1) != 0 ? THIEF : OWNER;
        const uint64_t seq = next[writer]++;
        /* A bystander brings it: the thief's own link is cut at the revocation. */
        if (writer == OWNER || seq <= last) {
            stage_turn(stage, BYSTANDER, frame_event(stage, writer, seq, true));
        }
    }
    const struct hash hash = store_memory_digest(stage->store, TABLE_STATE);
    stage_stop(stage);
    free(stage);
    return hash;
}

TEST(backdated, what_a_revoked_key_signs_counts_in_no_order_of_arrival)
{
    const uint32_t thief_events = STOLEN_SEQ - 1;
    const uint32_t count = thief_events + OWNER_SEQ - 1;
    const struct hash honest = outcome((1U << thief_events) - 1, count, HONEST_SEQ);
    uint32_t orders = 0;
    for (uint32_t turns = 0; turns < 1U << count; turns++) {
        uint32_t bits = 0;
        for (uint32_t i = 0; i < count; i++) {
            bits += turns >> i & 1;
        }
        if (bits != thief_events) {
            continue;
        }
        const struct hash hash = outcome(turns, count, STOLEN_SEQ);
        assert_true(hash_equal(&hash, &honest));
        orders++;
    }
    assert_int_equal(orders, 84); /* nine events, of which three are the owner's */
}

TEST(backdated, the_same_events_count_without_the_revocation)
{
    const uint32_t thief_events = STOLEN_SEQ - 1;
    /* All of the thief's, then none of the owner's: nobody knows yet. */
    const struct hash all = outcome((1U << thief_events) - 1, thief_events, STOLEN_SEQ);
    const struct hash honest = outcome((1U << thief_events) - 1, thief_events, HONEST_SEQ);
    assert_false(hash_equal(&all, &honest));
}

/* The owner accepts, having seen the thief's newest event, which the replica never gets. */
static void sign_after_thief(struct stage *stage)
{
    uint8_t data[512];
    uint8_t buffer[EVENT_BYTES_MAX];
    struct bytes bytes;
    struct journal_device *owner = &stage->peers[OWNER];
    struct event event = {.type = EVENT_ACCEPT,
                          .t = 6000,
                          .entity = order,
                          .body = body_sample_of(EVENT_ACCEPT, data, sizeof data),
                          .parents_count = 1};
    event.parents[0] = log_head_operation(&stage->peers[THIEF].head);
    assert_int_equal(event_encode(&event, buffer, sizeof buffer, &bytes), 0);
    assert_int_equal(log_append(stage->world, &owner->head, bytes), 0);
    assert_int_equal(
        log_sign(stage->world, &owner->head, &stage->journal.popup, &owner->log_secret), 0);
}

static uint32_t events_shown(struct stage *stage)
{
    struct history *history = history_new();
    assert_non_null(history);
    struct store_txn *txn = store_memory_begin(stage->store, false);
    const int err = history_get(history, txn, KIND_ORDER, &order);
    store_memory_abort(txn);
    const uint32_t count = err == 0 ? history->count : 0;
    history_free(history);
    return count;
}

TEST(backdated, what_waits_for_an_event_that_a_revocation_voids_waits_no_longer)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    stage_start(stage, PEERS, 0);
    const struct log_head honest = stage->peers[THIEF].head;
    sign(stage, OWNER, EVENT_ORDER_OPEN, 5000);
    sign(stage, THIEF, EVENT_LINE_ADD, 5001);
    sign_after_thief(stage);
    sign_revocation(stage, &honest);
    const struct head_claim claim = stage_claim(stage, OWNER, 1);
    stage_meet(stage, OWNER, OWNER, &claim, 1);
    stage_turn(stage, OWNER, frame_event(stage, OWNER, 2, true));
    stage_turn(stage, OWNER, frame_event(stage, OWNER, 3, true));
    assert_int_equal(events_shown(stage), 1);
    stage_turn(stage, OWNER, frame_event(stage, OWNER, 4, true));
    assert_int_equal(events_shown(stage), 2);
    stage_stop(stage);
    free(stage);
}
