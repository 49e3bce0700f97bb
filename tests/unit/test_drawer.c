/* test_drawer.c - a cash session: what counts once, what is expected in the drawer, and what two
 * people who counted it see.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "sync/domain/drawer.h"
#include "sync/domain/record.h"
#include "tests/lib/history_mesh.h"
#include "tests/lib/stage.h"

enum { NODES = 4, SEEDS = 20, STEPS = 30, BODY_MAX = 400 };

/* --- the fold --- */

static struct entity_id id_of(uint8_t number)
{
    return (struct entity_id){.bytes = {number}};
}

static void write_body(struct mesh *mesh, uint32_t node, uint32_t type, const struct writer *writer)
{
    struct bytes body;
    assert_int_equal(writer_finish(writer, &body), 0);
    (void)mesh_write(mesh, node, type, 5, body);
}

static void open_at(struct mesh *mesh, uint32_t node, int64_t float_minor)
{
    uint8_t data[BODY_MAX];
    struct writer writer;
    const struct drawer_open open = {.number = 1, .float_minor = float_minor, .day = 1};
    writer_init(&writer, data, sizeof data);
    drawer_open_encode(&open, &writer);
    write_body(mesh, node, EVENT_DRAWER_OPEN, &writer);
}

static void move_at(struct mesh *mesh, uint32_t node, uint8_t id, int64_t amount)
{
    uint8_t data[BODY_MAX];
    struct writer writer;
    const struct drawer_move move = {
        .id = id_of(id), .amount_minor = amount, .reason = bytes_of_text("bank")};
    writer_init(&writer, data, sizeof data);
    drawer_move_encode(&move, &writer);
    write_body(mesh, node, EVENT_DRAWER_MOVE, &writer);
}

static void count_at(struct mesh *mesh, uint32_t node, uint8_t id, int64_t counted)
{
    uint8_t data[BODY_MAX];
    struct writer writer;
    const struct drawer_count count = {
        .id = id_of(id), .counted_minor = counted, .note = bytes_of_text(""), .through = 1};
    writer_init(&writer, data, sizeof data);
    drawer_count_encode(&count, &writer);
    write_body(mesh, node, EVENT_DRAWER_COUNT, &writer);
}

static const struct drawer *drawer_at(struct mesh *mesh, uint32_t node)
{
    static struct drawer drawer;
    drawer_derive(mesh_history(mesh, node), &drawer);
    return &drawer;
}

TEST(drawer, a_move_counts_once_however_often_it_is_told)
{
    struct mesh *mesh = mesh_new(NODES, KIND_DRAWER);
    open_at(mesh, 0, 10000);
    move_at(mesh, 0, 1, -2500);
    move_at(mesh, 1, 1, -2500); /* the same request, retried elsewhere */
    move_at(mesh, 1, 2, 300);
    mesh_sync(mesh);
    const struct drawer *drawer = drawer_at(mesh, 2);
    assert_int_equal(drawer->float_minor, 10000);
    assert_int_equal(drawer->moves_count, 2);
    assert_int_equal(drawer->moves_minor, -2200);
    mesh_free(mesh);
}

TEST(drawer, two_counts_both_stand_and_are_flagged)
{
    struct mesh *mesh = mesh_new(NODES, KIND_DRAWER);
    open_at(mesh, 0, 10000);
    count_at(mesh, 0, 1, 10000);
    assert_false(drawer_at(mesh, 0)->is_counted_twice);
    count_at(mesh, 1, 2, 9900);
    mesh_sync(mesh);
    const struct drawer *drawer = drawer_at(mesh, 3);
    assert_int_equal(drawer->counts_count, 2);
    assert_int_equal(drawer->counts[0].counted_minor, 10000);
    assert_int_equal(drawer->counts[1].counted_minor, 9900);
    assert_true(drawer->is_counted_twice);
    mesh_free(mesh);
}

TEST(drawer, a_count_counts_once_however_often_it_is_told)
{
    struct mesh *mesh = mesh_new(NODES, KIND_DRAWER);
    open_at(mesh, 0, 10000);
    count_at(mesh, 0, 1, 10000);
    count_at(mesh, 1, 1, 10000); /* the same request, retried elsewhere */
    (void)mesh_write(mesh, 2, 1001, 5, bytes_of("\x90", 1)); /* newer software's, ignorable */
    mesh_sync(mesh);
    assert_int_equal(drawer_at(mesh, 3)->counts_count, 1);
    assert_false(drawer_at(mesh, 3)->is_counted_twice);
    mesh_free(mesh);
}

TEST(drawer, of_too_many_moves_or_counts_the_first_stand_and_it_says_so)
{
    struct mesh *mesh = mesh_new(NODES, KIND_DRAWER);
    open_at(mesh, 0, 10000);
    for (uint32_t i = 1; i <= DRAWER_MOVES_MAX; i++) {
        move_at(mesh, 0, (uint8_t)i, 1);
    }
    assert_false(drawer_at(mesh, 0)->is_cut_short);
    move_at(mesh, 0, DRAWER_MOVES_MAX + 1, 1);
    assert_true(drawer_at(mesh, 0)->is_cut_short);
    assert_int_equal(drawer_at(mesh, 0)->moves_minor, DRAWER_MOVES_MAX);
    mesh_free(mesh);
    mesh = mesh_new(NODES, KIND_DRAWER);
    for (uint32_t i = 1; i <= DRAWER_COUNTS_MAX; i++) {
        count_at(mesh, 0, (uint8_t)i, i);
    }
    assert_false(drawer_at(mesh, 0)->is_cut_short);
    count_at(mesh, 0, DRAWER_COUNTS_MAX + 1, 1);
    assert_true(drawer_at(mesh, 0)->is_cut_short);
    assert_int_equal(drawer_at(mesh, 0)->counts_count, DRAWER_COUNTS_MAX);
    mesh_free(mesh);
}

TEST(drawer, opened_at_two_devices_is_the_session_of_the_smaller_operation_and_flagged)
{
    struct mesh *mesh = mesh_new(NODES, KIND_DRAWER);
    open_at(mesh, 1, 10000);
    open_at(mesh, 0, 10000);
    mesh_sync(mesh);
    assert_int_equal(drawer_at(mesh, 2)->log, mesh_log(0));
    assert_true(drawer_at(mesh, 2)->is_opened_twice);
    mesh_free(mesh);
}

TEST(drawer, any_order_of_arrival_gives_the_same_row)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct prng prng = {seed};
        struct mesh *mesh = mesh_new(NODES, KIND_DRAWER);
        for (uint32_t step = 0; step < STEPS; step++) {
            const uint32_t node = (uint32_t)prng_below(&prng, NODES - 1);
            const uint8_t id = (uint8_t)prng_below(&prng, 8);
            if (prng_one_in(&prng, 3)) {
                count_at(mesh, node, id, (int64_t)prng_below(&prng, 900));
            } else if (prng_one_in(&prng, 4)) {
                open_at(mesh, node, (int64_t)prng_below(&prng, 900));
            } else {
                move_at(mesh, node, id, 1 + (int64_t)prng_below(&prng, 900));
            }
            (void)mesh_deliver(mesh, (uint32_t)prng_below(&prng, NODES),
                               (uint32_t)prng_below(&prng, NODES - 1), 2);
        }
        for (uint32_t node = 0; node < NODES; node++) {
            mesh_fill_shuffled(mesh, node, &prng);
            const struct bytes row = mesh_row(mesh, node);
            assert_int_equal(row.size, mesh_row(mesh, 0).size);
            assert_memory_equal(row.data, mesh_row(mesh, 0).data, row.size);
        }
        mesh_free(mesh);
    }
}

TEST(drawer, a_move_of_nothing_or_a_count_of_less_than_nothing_makes_no_sense)
{
    struct mesh *mesh = mesh_new(NODES, KIND_DRAWER);
    open_at(mesh, 0, 10000);
    move_at(mesh, 0, 1, 0);
    count_at(mesh, 0, 2, -1);
    assert_int_equal(drawer_at(mesh, 0)->moves_count, 0);
    assert_int_equal(drawer_at(mesh, 0)->counts_count, 0);
    mesh_free(mesh);
}

TEST(drawer, moves_beyond_what_money_can_be_are_flagged_not_wrapped)
{
    struct mesh *mesh = mesh_new(NODES, KIND_DRAWER);
    open_at(mesh, 0, 0);
    move_at(mesh, 0, 1, MONEY_MAX);
    move_at(mesh, 0, 2, MONEY_MAX);
    assert_true(drawer_at(mesh, 0)->has_overflow);
    mesh_free(mesh);
}

/* --- a day at a till --- */

static struct stage stage;
static struct command command;
static struct answer answer;
static struct history *history;
static uint32_t keys;

static void begin(enum command_kind kind)
{
    static char key[17];
    memset(&command, 0, sizeof command);
    command.kind = kind;
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER};
    (void)snprintf(key, sizeof key, "key%013u", (unsigned)++keys);
    command.key = bytes_of_text(key);
}

static int run(void)
{
    const struct effect_answer *ran = stage_run(&stage, &command);
    answer = ran->answer;
    return ran->err;
}

static void till_start(void)
{
    keys = 0;
    stage_start(&stage, 2, 0);
    history = history_new();
    assert_non_null(history);
    begin(COMMAND_DAY_OPEN);
    command.day = 1;
    assert_int_equal(run(), 0);
    stage_write_own(&stage); /* item 1 */
    begin(COMMAND_MENU_SET);
    command.item = 1;
    command.fields_count = 1;
    command.fields[0] = (struct wanted_field){.field = MENU_PRICE, .number = 700};
    assert_int_equal(run(), 0);
}

static void till_stop(void)
{
    history_free(history);
    stage_stop(&stage);
}

static int session_open(int64_t float_minor)
{
    begin(COMMAND_DRAWER_OPEN);
    command.item = 1;
    command.amount_minor = float_minor;
    return run();
}

static int session_move(const struct entity_id *id, int64_t amount)
{
    begin(COMMAND_DRAWER_MOVE);
    command.order = *id;
    command.amount_minor = amount;
    command.reason = bytes_of_text("bank");
    return run();
}

static int session_count(const struct entity_id *id, int64_t counted)
{
    begin(COMMAND_DRAWER_COUNT);
    command.order = *id;
    command.amount_minor = counted;
    return run();
}

static void sell(const char *method)
{
    begin(COMMAND_ORDER_PLACE);
    command.channel = bytes_of_text("counter");
    command.mode = bytes_of_text("take-away");
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = 1, .quantity = 1};
    command.is_paid_now = true;
    command.method = bytes_of_text(method);
    command.tendered_minor = strcmp(method, "cash") == 0 ? 1000 : 0;
    assert_int_equal(run(), 0);
}

static struct drawer_figures figures_of(const struct entity_id *id, uint64_t through,
                                        struct drawer *ret_drawer)
{
    struct drawer_figures figures;
    stage_begin(&stage);
    assert_int_equal(history_get(history, stage.txn, KIND_DRAWER, id), 0);
    drawer_derive(history, ret_drawer);
    assert_int_equal(drawer_figures(ret_drawer, stage.txn, through, &figures), 0);
    stage_end(&stage);
    return figures;
}

TEST(drawer, what_is_expected_is_float_moves_and_the_cash_that_stayed)
{
    struct drawer drawer;
    till_start();
    sell("cash"); /* before the session: not in it */
    assert_int_equal(session_open(10000), 0);
    const struct entity_id id = answer.entity;
    sell("cash");
    sell("card-external");
    sell("cash");
    const struct entity_id order = answer.entity;
    assert_int_equal(session_move(&id, -5000), 0);
    begin(COMMAND_CANCEL);
    command.order = order;
    command.reason = bytes_of_text("left");
    assert_int_equal(run(), 0);
    begin(COMMAND_REFUND);
    command.order = order;
    command.method = bytes_of_text("cash");
    command.reason = bytes_of_text("left");
    assert_int_equal(run(), 0);
    assert_int_equal(session_count(&id, 5700), 0);
    sell("cash"); /* after the count: not in it */
    const struct drawer_figures now = figures_of(&id, 0, &drawer);
    assert_int_equal(drawer.counts_count, 1);
    const struct drawer_figures at = figures_of(&id, drawer.counts[0].through, &drawer);
    assert_int_equal(at.paid_minor, 1400);
    assert_int_equal(at.refunded_minor, 700);
    assert_int_equal(at.cash_minor, 700);
    assert_int_equal(at.expected_minor, 10000 - 5000 + 700);
    assert_int_equal(at.missing, 0);
    assert_int_equal(now.cash_minor, 1400);
    till_stop();
}

TEST(drawer, a_device_that_lacks_some_of_the_log_says_how_much)
{
    struct drawer drawer;
    till_start();
    assert_int_equal(session_open(10000), 0);
    const struct entity_id id = answer.entity;
    const uint64_t newest = answer.seq;
    const struct drawer_figures figures = figures_of(&id, newest + 3, &drawer);
    assert_int_equal(figures.missing, 3);
    assert_int_equal(figures.expected_minor, 10000);
    till_stop();
}

TEST(drawer, one_session_at_a_time_and_none_without_a_day)
{
    stage_start(&stage, 2, 0);
    assert_int_equal(session_open(10000), ERR_STATE);
    stage_stop(&stage);
    till_start();
    assert_int_equal(session_open(10000), 0);
    const struct entity_id id = answer.entity;
    assert_int_equal(session_open(500), ERR_STATE);
    assert_int_equal(session_count(&id, 10000), 0);
    assert_int_equal(session_move(&id, 1), ERR_STATE);
    assert_int_equal(session_open(500), 0);
    assert_false(entity_id_equal(&id, &answer.entity));
    till_stop();
}

TEST(drawer, nothing_is_moved_or_counted_in_a_drawer_that_nobody_opened)
{
    const struct entity_id nobody = {.bytes = {9}};
    till_start();
    assert_int_equal(session_move(&nobody, 1), ERR_NOT_FOUND);
    assert_int_equal(session_count(&nobody, 1), ERR_NOT_FOUND);
    assert_int_equal(session_open(0), 0);
    const struct entity_id id = answer.entity;
    assert_int_equal(session_move(&id, 0), ERR_MALFORMED);
    begin(COMMAND_DRAWER_MOVE);
    command.order = id;
    command.amount_minor = 5;
    assert_int_equal(run(), ERR_MALFORMED); /* without a reason */
    till_stop();
}
