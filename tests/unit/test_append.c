/* test_append.c - what a device writes to its own log: one event, a full run, a command's events as
 * one block, and what is written again of another log.
 */
#include "sync/replica/replica_state.h"

#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/stage_shop.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

enum { A, PEERS, TEA = 2, SMALL = 512, EVENTS_OF_A_RUN = 3 /* of the largest */ };

static struct stage stage;
static struct till_result result;
static struct command command;
static uint8_t large[EVENT_BYTES_MAX + 8];

static void start(void)
{
    stage_start(&stage, PEERS, 0);
    stage_open_day(&stage);
    memset(&result, 0, sizeof result);
    memset(&command, 0, sizeof command);
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER};
}

/* A body of @size bytes, more than 259. */
static struct bytes body_of(size_t size)
{
    large[0] = 0x91; /* one member: */
    large[1] = 0xc5; /* bytes, of a size in two */
    large[2] = (uint8_t)((size - 4) >> 8);
    large[3] = (uint8_t)(size - 4);
    return bytes_of(large, size);
}

static struct event menu_event(uint64_t item, size_t size)
{
    return (struct event){.type = EVENT_MENU_AVAILABLE,
                          .entity = entity_id_derive(KIND_MENU, item),
                          .body = body_of(size)};
}

static int append(const struct event *event)
{
    return replica_append(stage.replica, stage.txn, event, stage.effects);
}

static uint64_t own_seq(void)
{
    return stage_claim_own(&stage).seq;
}

static struct operation own_newest(void)
{
    return log_head_operation(replica_own_head(stage.replica));
}

static struct event own_event(uint64_t seq)
{
    struct operation id;
    struct event event;
    struct store_txn *txn = store_memory_begin(stage.store, false);
    check(event_read(txn, replica_log(stage.replica), seq, &id, &event) == 0);
    event.body = bytes_of(NULL, 0);
    store_memory_abort(txn);
    return event;
}

/* --- one event --- */

TEST(append, what_no_device_would_accept_is_not_written)
{
    start();
    const uint64_t before = own_seq();
    const struct event event = menu_event(TEA, EVENT_BYTES_MAX);
    stage_begin(&stage);
    assert_int_equal(append(&event), ERR_TOO_LARGE);
    stage_end(&stage);
    assert_int_equal(own_seq(), before);
    stage_stop(&stage);
}

static int fill_run(struct stage *at)
{
    int err = 0;
    for (uint64_t i = 0; i <= EVENTS_OF_A_RUN && err == 0; i++) {
        const struct event event = menu_event(TEA + i, EVENT_BYTES_MAX - 64);
        err = replica_append(at->replica, at->txn, &event, at->effects);
    }
    return err;
}

TEST(append, a_run_that_is_full_is_signed_and_the_next_begun_or_the_disk_is_told_of)
{
    start();
    const uint64_t before = own_seq();
    stage_sick(&stage, NULL, fill_run);
    assert_int_equal(own_seq(), before + EVENTS_OF_A_RUN + 1);
    stage_stop(&stage);
}

static int append_to_full_turn(struct stage *at)
{
    const struct entity_id other = entity_id_derive(KIND_MENU, 1); /* not folded before it */
    const struct event event = menu_event(TEA, SMALL);
    struct turn *turn = at->replica->turn;
    check(turn_mark(turn, KIND_MENU, &other));
    turn->events_count = TURN_EVENTS_MAX;
    return replica_append(at->replica, at->txn, &event, at->effects);
}

TEST(append, a_full_turn_is_folded_first_or_the_disk_is_told_of)
{
    start();
    const uint64_t before = own_seq();
    stage_sick(&stage, NULL, append_to_full_turn);
    assert_int_equal(own_seq(), before + 1);
    stage_stop(&stage);
}

/* --- a command's events --- */

static void want_event(enum event_type type, const struct entity_id *entity, struct bytes body)
{
    result.events[result.events_count++] =
        (struct till_event){.type = type, .entity = *entity, .body = body};
}

static int write_result(void)
{
    return replica_events_append(stage.replica, stage.txn, &result, &command, 1000, stage.effects);
}

TEST(append, a_command_with_one_event_that_is_too_large_is_not_begun)
{
    const struct entity_id item = entity_id_derive(KIND_MENU, TEA);
    start();
    want_event(EVENT_MENU_AVAILABLE, &item, body_of(SMALL));
    assert_int_equal(replica_events_check(stage.replica, &result, &command), 0);
    want_event(EVENT_MENU_AVAILABLE, &item, body_of(EVENT_BYTES_MAX));
    assert_int_equal(replica_events_check(stage.replica, &result, &command), ERR_TOO_LARGE);
    stage_stop(&stage);
}

TEST(append, on_an_entity_whose_row_is_spoilt_nothing_is_written)
{
    const struct entity_id item = entity_id_derive(KIND_MENU, TEA);
    start();
    stage_set_item(&stage, TEA, "Tea", 200, STOCK_OFF);
    const struct key state = key_state(KIND_MENU, &item);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_put(txn, TABLE_STATE, key_bytes(&state), bytes_of_text("spoilt")) == 0);
    check(store_memory_commit(txn) == 0);
    const uint64_t before = own_seq();
    want_event(EVENT_MENU_AVAILABLE, &item, body_of(SMALL));
    stage_begin(&stage);
    assert_int_equal(write_result(), ERR_IO);
    stage_abort(&stage);
    assert_int_equal(own_seq(), before);
    stage_stop(&stage);
}

/* --- again --- */

/* Write again what @of is, which stood after @after in its log; the event as it stands then. */
static struct event again(const struct operation *of, const struct operation *after)
{
    result.events_count = 1;
    result.events[0] =
        (struct till_event){.body = body_of(SMALL), .again = *of, .again_after = *after};
    stage_begin(&stage);
    assert_int_equal(write_result(), 0);
    stage_end(&stage);
    return own_event(own_seq());
}

static struct operation write_event(const struct event *event)
{
    stage_begin(&stage);
    assert_int_equal(append(event), 0);
    const struct operation id = own_newest();
    stage_end(&stage);
    return id;
}

TEST(append, what_is_written_again_names_what_it_was_at_first_and_what_stood_before_it)
{
    start();
    const struct event event = menu_event(TEA, SMALL);
    const struct operation before = write_event(&event);
    const struct operation first = write_event(&event);
    const struct event second = again(&first, &before);
    assert_true(second.is_reemitted && operation_equal(&second.was, &first));
    assert_int_equal(second.parents_count, 1);
    assert_true(operation_equal(&second.parents[0], &before));
    const struct operation place = own_newest();
    const struct operation none = {.log = 0};
    const struct event third = again(&place, &none);
    assert_true(operation_equal(&third.was, &first));
    assert_int_equal(third.parents_count, 1); /* what the second had seen */
    stage_stop(&stage);
}

TEST(append, what_is_written_again_names_no_more_than_an_event_may)
{
    start();
    struct event event = menu_event(TEA, SMALL);
    const struct operation before = write_event(&event);
    for (uint32_t i = 0; i < PARENTS_MAX; i++) {
        event.parents[i] = (struct operation){.log = 1 + i, .seq = 1};
    }
    event.parents_count = PARENTS_MAX;
    const struct operation first = write_event(&event);
    const struct event second = again(&first, &before);
    assert_int_equal(second.parents_count, PARENTS_MAX);
    assert_int_equal(second.parents[PARENTS_MAX - 1].log, PARENTS_MAX);
    stage_stop(&stage);
}

TEST(append, a_fact_that_is_written_again_names_nothing_before_it)
{
    start();
    const struct event event = {.type = EVENT_SHEET_CLEAR,
                                .entity = entity_id_derive(KIND_SHEET, 1),
                                .parents_count = 1,
                                .parents = {{.log = 1, .seq = 1}},
                                .body = body_of(SMALL)};
    const struct operation before = write_event(&event);
    const struct operation first = write_event(&event);
    const struct event second = again(&first, &before);
    assert_int_equal(second.parents_count, 0);
    stage_stop(&stage);
}

TEST(append, what_is_not_there_any_more_is_not_written_again_and_told)
{
    start();
    result.events_count = 1;
    result.events[0] = (struct till_event){
        .body = body_of(SMALL), .again = {.log = replica_log(stage.replica), .seq = 999}};
    stage_begin(&stage);
    assert_int_equal(write_result(), ERR_IO);
    stage_abort(&stage);
    stage_stop(&stage);
}
