/* test_history_salvaged.c - an order of which a part was written on branches of forked logs that
 * others carry: what of it counts, and what had seen what.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/base/writer.h"
#include "tests/lib/event_bodies.h"
#include "tests/lib/forked_order.h"

enum { BODY_MAX = 8192, BODY_HEAD = 4 };

/* --- what counts --- */

TEST(history_salvaged, another_kinds_event_is_void_and_a_newer_softwares_is_shown_as_such)
{
    for (uint32_t unknown = 1001; unknown <= 1002; unknown++) {
        forked_begin_here();
        const struct operation other = forked_plain(0, EVENT_MENU_AVAILABLE);
        (void)forked_plain(0, unknown);
        const struct operation added = forked_plain(0, EVENT_LINE_ADD);
        forked_carry_first();
        assert_true(forked_has(&added));
        assert_false(forked_has(&other));
        assert_int_equal(forked.history->is_opaque, unknown % 2 == 0);
        forked_end();
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
        forked_begin_here();
        (void)forked_plain(0, EVENT_LINE_ADD);
        forked_state(0, 1);
        const struct operation carrier = forked_carry(0);
        const struct key key = key_event(carrier.log, carrier.seq);
        assert_int_equal(store_get(forked.txn, TABLE_LOG, key_bytes(&key), &row), 0);
        assert_true(row.size <= sizeof data);
        memcpy(data, row.data, row.size);
        forked_read(0, FORK_SEQ, FORK_SEQ);
        const struct bytes inner = forked.run.events[0].bytes;
        size_t at = 0; /* where the carried event lies in the carrier's row */
        while (memcmp(data + at, inner.data, inner.size) != 0) {
            at++;
        }
        data[at] = 0xc1; /* no msgpack */
        const size_t size = cases[i].is_cut ? at : row.size;
        assert_int_equal(store_put(forked.txn, TABLE_LOG, key_bytes(&key), bytes_of(data, size)),
                         0);
        (void)forked_fold();
        assert_true(forked.history->is_opaque);
        forked_end();
    }
}

/* The sample order.open of that name, by the kitchen's device. */
static void open_order(const char *name)
{
    uint8_t data[256];
    struct event open = forked_event(EVENT_ORDER_OPEN);
    for (size_t i = 0; i < body_samples_count; i++) {
        if (strcmp(body_samples[i].name, name) == 0) {
            open.body = body_sample_bytes(&body_samples[i], data, sizeof data);
        }
    }
    check(open.body.size > 0);
    (void)forked_say(FORKED_KITCHEN, &open);
}

TEST(history_salvaged, what_is_carried_on_of_a_gateway_counts_on_a_customers_order_alone)
{
    for (unsigned is_customers = 0; is_customers < 2; is_customers++) {
        forked_begin_at_gateway(2);
        open_order(is_customers ? "order_open_owned" : "order_open");
        const struct operation added = forked_plain(0, EVENT_LINE_ADD);
        const struct operation cancelled = forked_plain(0, EVENT_CANCEL);
        const struct operation told = forked_plain(0, EVENT_PAY_SEEN);
        forked_carry_first();
        assert_int_equal(forked_has(&added), is_customers);
        assert_false(forked_has(&cancelled));
        assert_true(forked_has(&told));
        forked_end();
    }
}

/* --- what had seen what --- */

TEST(history_salvaged, a_branch_goes_on_behind_facts_that_commute)
{
    forked_begin_here();
    const struct operation added = forked_plain(0, EVENT_LINE_ADD);
    const struct operation paid = forked_plain(0, EVENT_PAY);
    const struct operation edited = forked_plain(0, EVENT_LINE_SET);
    forked_carry_first();
    assert_true(forked_has(&paid));
    assert_true(forked_saw(&edited, &added));
    forked_end();
}

TEST(history_salvaged, what_waits_holds_up_its_branch)
{
    struct event waits = forked_event(EVENT_LINE_ADD);
    forked_begin_here();
    waits.parents_count = 1;
    waits.parents[0] = (struct operation){.log = 12345, .seq = 7, .hash = {1}};
    const struct operation stuck = forked_write(0, &waits);
    const struct operation behind = forked_plain(0, EVENT_LINE_SET);
    forked_carry_first();
    assert_false(forked_has(&stuck) || forked_has(&behind));
    assert_int_equal(forked.history->pending_count, 2);
    forked_end();
}

/* Two branches have their first events in common. */
TEST(history_salvaged, what_two_branches_share_both_have_seen_and_nothing_of_each_other)
{
    forked_begin_here();
    (void)forked_branch(FORKED_COUNTER);
    const struct operation first = forked_plain(0, EVENT_LINE_ADD);
    const struct operation second = forked_plain(0, EVENT_LINE_SET);
    const struct operation left = forked_plain(0, EVENT_ACCEPT);
    (void)forked_plain(2, EVENT_LINE_ADD);
    (void)forked_plain(2, EVENT_LINE_SET);
    const struct operation right = forked_plain(2, EVENT_START);
    forked_state(0, 1);
    (void)forked_carry(0);
    (void)forked_carry(2);
    (void)forked_fold();
    assert_true(forked_saw(&left, &first) && forked_saw(&left, &second));
    assert_true(forked_saw(&right, &first) && forked_saw(&right, &second));
    assert_false(forked_saw(&left, &right) || forked_saw(&right, &left));
    forked_end();
}

/* Whether their logs had written of the order before the fork or not. */
TEST(history_salvaged, branches_of_two_logs_are_kept_apart)
{
    for (uint64_t before = 1; before <= 2; before++) {
        forked_begin_elsewhere(before);
        (void)forked_branch(FORKED_KITCHEN);
        (void)forked_branch(FORKED_KITCHEN);
        const struct operation counters = forked_plain(0, EVENT_LINE_ADD);
        const struct operation kitchens = forked_plain(2, EVENT_START);
        (void)forked_plain(3, EVENT_DONE);
        forked_state(0, 1);
        forked_state(2, 3);
        (void)forked_carry(0);
        (void)forked_carry(2);
        (void)forked_fold();
        assert_true(forked_has(&counters) && forked_has(&kitchens));
        assert_false(forked_saw(&counters, &kitchens) || forked_saw(&kitchens, &counters));
        forked_end();
    }
}

TEST(history_salvaged, a_branch_has_not_seen_what_another_wrote_before)
{
    for (uint64_t before = 1; before <= 2; before++) {
        struct event elsewhere = forked_event(EVENT_LINE_ADD);
        forked_begin_elsewhere(before);
        elsewhere.entity = forked_entity(2);
        (void)forked_write(0, &elsewhere);
        (void)forked_write(0, &elsewhere);
        const struct operation late = forked_plain(0, EVENT_LINE_SET);
        const struct operation other = forked_plain(1, EVENT_LINE_ADD);
        forked_state(0, 1);
        (void)forked_carry(0);
        (void)forked_carry(1);
        (void)forked_fold();
        assert_true(forked_has(&late) && forked_has(&other));
        assert_false(forked_saw(&late, &other));
        forked_end();
    }
}

/* What both branches have in common waits, so both do. */
TEST(history_salvaged, what_waits_holds_up_every_branch_behind_it)
{
    struct event waits = forked_event(EVENT_LINE_ADD);
    forked_begin_here();
    (void)forked_branch(FORKED_COUNTER);
    waits.parents_count = 1;
    waits.parents[0] = (struct operation){.log = 12345, .seq = 7, .hash = {1}};
    (void)forked_write(0, &waits);
    (void)forked_write(2, &waits);
    const struct operation left = forked_plain(0, EVENT_ACCEPT);
    const struct operation right = forked_plain(2, EVENT_START);
    forked_state(0, 1);
    (void)forked_carry(0);
    (void)forked_carry(2);
    (void)forked_fold();
    assert_false(forked_has(&left) || forked_has(&right));
    assert_int_equal(forked.history->pending_count, 3);
    forked_end();
}

/* The carried log had itself carried on what another lost: once more what counts, once what does
 * not need to. */
TEST(history_salvaged, what_a_carried_log_re_emitted_is_passed_over)
{
    for (int is_known = 0; is_known < 2; is_known++) {
        struct event again = forked_event(EVENT_LINE_ADD);
        forked_begin_here();
        again.is_reemitted = true;
        again.was = is_known != 0 ? log_head_operation(&forked.devices[FORKED_KITCHEN].head)
                                  : (struct operation){.log = 99, .seq = 4, .hash = {7}};
        const struct operation added = forked_plain(0, EVENT_LINE_ADD);
        (void)forked_write(0, &again);
        const struct operation edited = forked_plain(0, EVENT_LINE_SET);
        forked_carry_first();
        assert_true(forked_has(&again.was));
        assert_true(forked_saw(&edited, &added));
        forked_end();
    }
}

/* --- limits --- */

/* Sixteen logs that fill an order: @events each, of @size bytes. */
static void fill(uint32_t events, size_t size)
{
    static uint8_t row[HASH_BYTES + EVENT_BYTES_MAX], data[BODY_MAX];
    static const uint8_t zeros[BODY_MAX];
    struct writer writer;
    struct bytes body;
    const struct entity_id order = forked_entity(1);
    struct roster *roster = &forked.roster;
    assert_int_equal(roster_load(roster, forked.txn, &forked.journal.popup, &forked.journal.root),
                     0);
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
                                                    .unrevoked_to = UINT64_MAX,
                                                    .retired_seq = UINT64_MAX};
        for (uint32_t seq = 1; seq <= events; seq++) {
            struct event event = forked_event(EVENT_PAY);
            struct bytes bytes;
            const struct key key = key_event(log, seq), of = key_entity_event(&order, log, seq);
            event.body = body;
            check(event_encode(&event, row + HASH_BYTES, EVENT_BYTES_MAX, &bytes) == 0);
            check(store_put(forked.txn, TABLE_LOG, key_bytes(&key),
                            bytes_of(row, HASH_BYTES + bytes.size)) == 0);
            check(store_put(forked.txn, TABLE_ENTITY, key_bytes(&of), bytes_of(NULL, 0)) == 0);
        }
    }
}

TEST(history_salvaged, in_a_full_order_there_is_no_room_for_what_others_carry)
{
    static const struct {
        uint32_t events;
        size_t size;
    } cases[] = {{ENTITY_EVENTS_PER_LOG_MAX, 16}, {HISTORY_LOG_BYTES_MAX / BODY_MAX, BODY_MAX}};
    const struct entity_id order = forked_entity(1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        forked_begin_here();
        const struct operation added = forked_plain(0, EVENT_LINE_ADD);
        forked_state(0, 1);
        (void)forked_carry(0);
        fill(cases[i].events, cases[i].size);
        assert_int_equal(
            history_load(forked.history, forked.txn, &forked.roster, KIND_ORDER, &order), 0);
        assert_true(forked.history->is_cut_short);
        assert_false(forked_has(&added));
        assert_int_equal(forked.history->count, ENTITY_LOGS_MAX * cases[i].events);
        forked_end();
    }
}
