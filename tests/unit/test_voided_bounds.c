/* What a long voided part of a log costs when the roster changes: counted in accesses to the store,
 * so that no clock decides. */
#include "sync/domain/voided.h"

#include <stdlib.h>

#include "tests/lib/event_bodies.h"
#include "tests/lib/stage.h"
#include "tests/lib/test.h"

enum { OWNER, BYSTANDER, THIEF, PEERS, FEW = 15, MANY = 4 * FEW };

/* The device's newest event comes to the replica by the bystander. */
static void bring(struct stage *stage, uint32_t peer)
{
    stage_turn(stage, BYSTANDER, frame_event(stage, peer, stage->peers[peer].head.seq, true));
}

static void state(struct stage *stage, enum event_type type, struct bytes body)
{
    (void)journal_state(stage->world, &stage->journal, &stage->peers[OWNER], type, body);
    bring(stage, OWNER);
}

static void revoke_thief(struct stage *stage, uint64_t seq)
{
    struct journal_device *thief = &stage->peers[THIEF];
    uint8_t data[128];
    struct log_head cut;
    struct bytes body;
    assert_int_equal(log_head_at(stage->world, &stage->journal.popup, &thief->head, seq, &cut), 0);
    const struct log_cut named = {.log = thief->head.log, .seq = seq, .hash = cut.hash};
    assert_int_equal(log_cut_encode(&named, data, sizeof data, &body), 0);
    state(stage, EVENT_LOG_REVOKE, body);
}

static void give_role(struct stage *stage, uint64_t staff)
{
    const struct staff_role role = {.staff = staff, .role = ROLE_COUNTER, .version = 1};
    uint8_t data[64];
    struct bytes body;
    assert_int_equal(staff_role_encode(&role, data, sizeof data, &body), 0);
    state(stage, EVENT_STAFF_ROLE, body);
}

static void write_thief(struct stage *stage, uint64_t order, enum event_type type,
                        struct bytes body)
{
    const struct entity_id id = entity_id_derive(KIND_ORDER, order);
    (void)journal_write(stage->world, &stage->journal, &stage->peers[THIEF], type, &id, body);
    bring(stage, THIEF);
}

static void add_line(struct stage *stage, uint64_t order, uint8_t line)
{
    uint8_t data[512];
    const struct bytes body = body_sample_of(EVENT_LINE_ADD, data, sizeof data);
    data[1] = line; /* the first element, which is below 128 */
    write_thief(stage, order, EVENT_LINE_ADD, body);
}

/* The thief has opened @orders orders. */
static struct stage *stage_sold(uint32_t orders)
{
    struct stage *stage = calloc(1, sizeof *stage);
    uint8_t data[512];
    assert_non_null(stage);
    stage_start(stage, PEERS, 0);
    for (uint32_t peer = 0; peer < PEERS; peer++) {
        const struct head_claim claim = stage_claim(stage, peer, 1);
        stage_meet(stage, peer, peer, &claim, 1);
    }
    for (uint32_t i = 0; i < orders; i++) {
        write_thief(stage, i + 1, EVENT_ORDER_OPEN,
                    body_sample_of(EVENT_ORDER_OPEN, data, sizeof data));
    }
    return stage;
}

static void stage_free(struct stage *stage)
{
    stage_stop(stage);
    free(stage);
}

static uint32_t listed(const struct stage *stage)
{
    struct voided_order order;
    uint32_t count = 0;
    while (replica_voided_at(stage->replica, count, &order)) {
        count++;
    }
    return count;
}

/* Accesses to the store when somebody is given a role. */
static uint64_t cost_of_role(uint32_t orders)
{
    struct stage *stage = stage_sold(orders);
    revoke_thief(stage, 1);
    assert_int_equal(listed(stage), orders);
    const uint64_t before = store_memory_calls(stage->store, MEMORY_GET);
    give_role(stage, 7);
    const uint64_t calls = store_memory_calls(stage->store, MEMORY_GET) - before;
    assert_int_equal(listed(stage), orders);
    stage_free(stage);
    return calls;
}

TEST(voided_bounds, a_role_costs_no_look_at_what_a_revocation_voided_before)
{
    const uint64_t few = cost_of_role(FEW);
    const uint64_t many = cost_of_role(MANY);
    assert_in_range(many, 1, few + FEW / 2);
}

/* The same owner says that some of it counts after all not even so far: the list is made anew. */
TEST(voided_bounds, what_another_revocation_voids_is_listed)
{
    struct stage *stage = stage_sold(FEW);
    revoke_thief(stage, FEW);
    assert_int_equal(listed(stage), 1);
    revoke_thief(stage, FEW - 4);
    assert_int_equal(listed(stage), 5);
    give_role(stage, 7);
    assert_int_equal(listed(stage), 5);
    stage_free(stage);
}

/* It is decided that @order stays void, and looked for others. */
static void drop(struct stage *stage, const struct entity_id *order)
{
    static struct command command;
    command = (struct command){.kind = COMMAND_ORDER_DROP,
                               .principal = {.session = 1, .role = ROLE_OWNER},
                               .order = *order,
                               .reason = bytes_of_text("nobody paid")};
    stage_begin(stage);
    stage_command(stage, &command);
    assert_int_equal(stage->effects->answers[0].err, 0);
    stage_end(stage);
    stage_pass(stage, 1);
}

TEST(voided_bounds, more_orders_than_are_listed_come_into_it_as_others_are_decided)
{
    enum { MORE = 6 };
    struct stage *stage = stage_sold(VOIDED_ORDERS_MAX + MORE);
    struct voided_order first, next;
    revoke_thief(stage, 1);
    for (uint32_t i = 0; i < MORE; i++) {
        assert_int_equal(listed(stage), VOIDED_ORDERS_MAX);
        assert_true(replica_voided_at(stage->replica, 0, &first));
        assert_true(replica_voided_at(stage->replica, 1, &next));
        drop(stage, &first.id);
        assert_true(replica_voided_at(stage->replica, 0, &first));
        assert_memory_equal(&first.id, &next.id, sizeof first.id);
    }
    drop(stage, &first.id);
    assert_int_equal(listed(stage), VOIDED_ORDERS_MAX - 1);
    stage_free(stage);
}

TEST(voided_bounds, what_is_no_order_with_a_number_is_not_listed)
{
    struct stage *stage = stage_sold(1);
    add_line(stage, 2, 1);
    (void)stage_write(stage, THIEF, 10);
    bring(stage, THIEF);
    revoke_thief(stage, 1);
    assert_int_equal(listed(stage), 1);
    stage_free(stage);
}

TEST(voided_bounds, of_a_long_order_the_first_lines_are_shown_and_all_are_counted)
{
    enum { LINES = VOIDED_LINES_SHOWN_MAX + 1 };
    struct voided_order order;
    struct stage *stage = stage_sold(1);
    for (unsigned line = 1; line <= LINES; line++) {
        add_line(stage, 1, (uint8_t)line);
    }
    revoke_thief(stage, 1);
    assert_true(replica_voided_at(stage->replica, 0, &order));
    assert_int_equal(order.lines, LINES);
    assert_int_equal(order.shown_count, VOIDED_LINES_SHOWN_MAX);
    stage_free(stage);
}
