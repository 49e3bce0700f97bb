/* test_till.c - what people at a stall ask for, what is written, and what the order is afterwards.
 *
 * A world is one device: its store, its log, its next number. Events that a command makes are
 * folded into the stored rows at once, as the replica does when a turn ends.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/domain/body_check.h"
#include "sync/domain/menu_events.h"
#include "sync/domain/order_events.h"
#include "sync/domain/till.h"
#include "tests/lib/sick.h"

enum { COUNTER_LOG = 0x0c, KITCHEN_LOG = 0x0d, KEY_BYTES = 16 };

enum { WRONG_MS = 1000000 }; /* a clock */

enum { DONER = 1, AYRAN = 2, PFAND = 3 };

static struct {
    struct store_memory *store;
    struct history *history, *scratch, *folding;
    struct order scratch_order, order; /* order: as folded after the last command */
    struct till_result result;
    uint64_t log, seq, t;
    const char *lane;
    uint32_t number_next, receipt_next;
    uint32_t keys; /* given out */
    uint8_t key[KEY_BYTES];
    struct entity_id last; /* the order placed last */
    uint8_t row[HISTORY_ROW_BYTES_MAX];
} world;

/* --- the world -------------------------------------------------------------------------------- */

static void fold_event(const struct till_event *written)
{
    struct event event = {
        .type = (uint32_t)written->type,
        .t = ++world.t,
        .entity = world.result.entity,
        .body = written->body,
    };
    struct operation id = {.log = world.log, .seq = ++world.seq};
    put_be64(id.hash, id.log << 32 | id.seq);
    const struct event_info *info = event_info_find(event.type);
    assert_non_null(info);
    if (info->is_causal) {
        assert_int_equal(
            history_parents(world.folding, world.log, event.parents, &event.parents_count), 0);
    }
    assert_true(history_can_append(world.folding, &id, &event));
    assert_int_equal(history_append(world.folding, &id, &event), 0);
}

/* What the replica does with a result: append, fold, keep the row. */
static void fold_result(struct store_txn *txn)
{
    const struct till_result *result = &world.result;
    struct bytes row;
    const int err = history_get(world.folding, txn, result->kind, &result->entity);
    if (err == ERR_NOT_FOUND) {
        history_reset(world.folding, result->kind, &result->entity);
    } else {
        assert_int_equal(err, 0);
    }
    for (uint32_t i = 0; i < result->events_count; i++) {
        fold_event(&result->events[i]);
    }
    if (result->events_count > 0) {
        const struct key key = key_state(result->kind, &result->entity);
        assert_int_equal(history_encode(world.folding, world.row, sizeof world.row, &row), 0);
        assert_int_equal(store_put(txn, TABLE_STATE, key_bytes(&key), row), 0);
    }
    if (result->kind == KIND_ORDER) {
        order_derive(world.folding, &world.order);
    }
    if (result->is_number_used) {
        world.number_next++;
    }
    if (result->is_receipt_used) {
        world.receipt_next++;
    }
}

static struct till till_of_world(void)
{
    return (struct till){
        .history = world.history,
        .scratch = world.scratch,
        .order = &world.scratch_order,
        .own_log = world.log,
        .lane = bytes_of_text(world.lane),
        .number_next = world.number_next,
        .receipt_next = world.receipt_next,
        .incarnation = 1,
        .now_t = world.t,
    };
}

static int run_once(const struct command *command)
{
    struct till till = till_of_world();
    till.txn = store_memory_begin(world.store, true);
    const int err = till_run(&till, command, &world.result);
    if (err != 0) {
        store_memory_abort(till.txn);
        return err;
    }
    /* The roster is folded by nobody here. */
    if (world.result.kind != KIND_ROSTER) {
        fold_result(till.txn);
    }
    assert_int_equal(store_memory_commit(till.txn), 0);
    return 0;
}

/* Every command is first tried at a disk that fails. */
static int run(const struct command *command)
{
    const struct till till = till_of_world();
    sick_till(world.store, &till, command);
    return run_once(command);
}

/* Runs and tells how many events it took; fails on an error. */
static uint32_t events_of(const struct command *command)
{
    assert_int_equal(run(command), 0);
    return world.result.events_count;
}

static struct bytes next_key(void)
{
    memset(world.key, 0, sizeof world.key);
    put_be32(world.key, 3600);
    put_be32(world.key + 12, ++world.keys);
    return bytes_of(world.key, sizeof world.key);
}

static struct command command_of(enum command_kind kind)
{
    return (struct command){.kind = kind,
                            .principal = {.session = 7, .role = ROLE_MANAGER},
                            .key = next_key(),
                            .order = world.last};
}

static struct bytes text(const char *string)
{
    return bytes_of_text(string);
}

/* --- setting up a stall ----------------------------------------------------------------------- */

static void add_field(struct command *command, uint32_t field, const char *value, int64_t number)
{
    command->fields[command->fields_count++] = (struct wanted_field){
        .field = field, .text = value != NULL ? text(value) : (struct bytes){0}, .number = number};
}

static struct command item_of(uint64_t number, const char *name, int64_t price)
{
    struct command command = command_of(COMMAND_MENU_SET);
    command.item = number;
    if (name != NULL) {
        add_field(&command, MENU_NAME, name, 0);
    }
    add_field(&command, MENU_PRICE, NULL, price);
    return command;
}

/* A sauce (exactly one), extras (up to two). */
static struct bytes doner_options(uint8_t *data, size_t capacity)
{
    const struct menu_options options = {
        .count = 2,
        .groups = {{.name = text("Sosse"),
                    .choices_min = 1,
                    .choices_max = 1,
                    .choices_count = 2,
                    .choices = {{text("scharf"), 0}, {text("Kräuter"), 0}}},
                   {.name = text("Extra"),
                    .choices_max = 2,
                    .choices_count = 3,
                    .choices = {{text("Käse"), 100}, {text("Fleisch"), 250}, {text("Ei"), 80}}}}};
    struct writer writer;
    struct bytes encoded = {0};
    writer_init(&writer, data, capacity);
    menu_options_encode(&options, &writer);
    assert_int_equal(writer_finish(&writer, &encoded), 0);
    return encoded;
}

static void add_doner(void)
{
    uint8_t data[512];
    struct command command = item_of(DONER, "Döner", 700);
    add_field(&command, MENU_TAX_EAT_IN, NULL, 1900);
    add_field(&command, MENU_TAX_TAKE_AWAY, NULL, 700);
    add_field(&command, MENU_STATION, "grill", 0);
    add_field(&command, MENU_OPTIONS, NULL, 0);
    command.fields[command.fields_count - 1].text = doner_options(data, sizeof data);
    assert_int_equal(events_of(&command), 1);
}

static void open_day(uint64_t n)
{
    struct command command = command_of(COMMAND_DAY_OPEN);
    command.day = n;
    assert_int_equal(run(&command), 0);
}

static void set_popup(uint32_t field, int64_t number, bool truth)
{
    struct command command = command_of(COMMAND_POPUP_SET);
    add_field(&command, field, NULL, number);
    command.fields[0].truth = truth;
    assert_int_equal(events_of(&command), 1);
}

static void stall_with_menu(void)
{
    world.store = store_memory_new();
    world.history = history_new();
    world.scratch = history_new();
    world.folding = history_new();
    assert_true(world.history != NULL && world.scratch != NULL && world.folding != NULL);
    world.log = COUNTER_LOG;
    world.seq = 0;
    world.t = 0;
    world.keys = 0;
    world.lane = "A";
    world.number_next = 42;
    world.receipt_next = 1;
    world.last = (struct entity_id){0};
    add_doner();
    const struct command ayran = item_of(AYRAN, "Ayran", 250);
    const struct command pfand = item_of(PFAND, "Pfand zurück", -200);
    assert_int_equal(events_of(&ayran), 1);
    assert_int_equal(events_of(&pfand), 1);
}

static void open_stall(void)
{
    stall_with_menu();
    open_day(1);
}

static void close_stall(void)
{
    store_memory_free(world.store);
    history_free(world.history);
    history_free(world.scratch);
    history_free(world.folding);
}

/* Another device at the same store: what it has seen is all there is. */
static void go_to(uint64_t log)
{
    world.log = log;
}

/* --- what people do --------------------------------------------------------------------------- */

static struct wanted_line doners(int32_t quantity)
{
    return (struct wanted_line){
        .item = DONER, .quantity = quantity, .options_count = 1, .options = {{0, 0}}};
}

static struct wanted_line ayrans(int32_t quantity)
{
    return (struct wanted_line){.item = AYRAN, .quantity = quantity};
}

static struct command order_of(struct wanted_line first, struct wanted_line second)
{
    struct command command = command_of(COMMAND_ORDER_PLACE);
    command.channel = text("counter");
    command.mode = text("take-away");
    command.lines_count = second.quantity != 0 ? 2 : 1;
    command.lines[0] = first;
    command.lines[1] = second;
    return command;
}

static struct command order_of_one(struct wanted_line line)
{
    return order_of(line, (struct wanted_line){0});
}

static int place(const struct command *command)
{
    const int err = run(command);
    if (err == 0) {
        world.last = world.result.entity;
    }
    return err;
}

/* Two Döner at 7.00 and one Ayran at 2.50: 16.50. Lines 1 and 2. */
static void place_usual(void)
{
    const struct command command = order_of(doners(2), ayrans(1));
    assert_int_equal(place(&command), 0);
    assert_int_equal(world.order.total_minor, 1650);
}

static struct command on_lines(enum command_kind kind, uint32_t count, uint32_t first)
{
    struct command command = command_of(kind);
    command.ids_count = count;
    for (uint32_t i = 0; i < count; i++) {
        command.ids[i] = first + i;
    }
    return command;
}

static uint32_t tap(enum command_kind kind)
{
    const struct command command = on_lines(kind, 0, 0);
    return events_of(&command);
}

static uint32_t tap_line(enum command_kind kind, uint32_t line)
{
    const struct command command = on_lines(kind, 1, line);
    return events_of(&command);
}

static int try_line(enum command_kind kind, uint32_t line)
{
    struct command command = on_lines(kind, 1, line);
    command.reason = text("because");
    return run(&command);
}

static const struct order_line *line_at(uint32_t i)
{
    assert_true(i < world.order.lines_count);
    return &world.order.lines[i];
}

static void assert_text(struct bytes got, const char *expected)
{
    assert_int_equal(got.size, strlen(expected));
    assert_memory_equal(got.data, expected, got.size);
}

static void assert_event(uint32_t i, enum event_type type)
{
    assert_true(i < world.result.events_count);
    assert_int_equal(world.result.events[i].type, type);
}

/* --- placing ---------------------------------------------------------------------------------- */

TEST(place, names_prices_taxes_and_stations_come_from_the_menu)
{
    open_stall();
    struct command command = order_of_one(doners(2));
    command.lines[0].note = text("ohne Zwiebel");
    assert_int_equal(place(&command), 0);
    const struct order_line *line = line_at(0);
    assert_int_equal(line->id, 1);
    assert_text(line->name, "Döner");
    assert_text(line->station, "grill");
    assert_text(line->note, "ohne Zwiebel");
    assert_int_equal(line->unit_price_minor, 700);
    assert_int_equal(line->tax_bp, 700);
    assert_int_equal(line->quantity, 2);
    close_stall();
}

TEST(place, an_order_has_a_number_of_its_lane_and_the_day)
{
    open_stall();
    place_usual();
    assert_true(world.result.is_number_used);
    assert_int_equal(world.result.number, 42);
    assert_int_equal(world.result.day, 1);
    assert_int_equal(world.order.numbers_count, 1);
    assert_text(world.order.numbers[0].lane, "A");
    assert_int_equal(world.order.numbers[0].number, 42);
    place_usual();
    assert_int_equal(world.result.number, 43);
    close_stall();
}

TEST(place, eating_in_is_taxed_as_eating_in)
{
    open_stall();
    struct command command = order_of_one(doners(1));
    command.mode = text("eat-in");
    assert_int_equal(place(&command), 0);
    assert_int_equal(line_at(0)->tax_bp, 1900);
    command = order_of_one(doners(1));
    command.mode = text("standing");
    assert_int_equal(run(&command), ERR_MALFORMED);
    close_stall();
}

TEST(place, options_cost_what_the_menu_says_and_stand_in_its_order)
{
    open_stall();
    struct command command = order_of_one(doners(2));
    command.lines[0].options_count = 3;
    command.lines[0].options[0] = (struct wanted_option){1, 1};
    command.lines[0].options[1] = (struct wanted_option){1, 0};
    command.lines[0].options[2] = (struct wanted_option){0, 1};
    assert_int_equal(place(&command), 0);
    assert_int_equal(world.result.total_minor, 2 * (700 + 100 + 250));
    assert_int_equal(world.order.total_minor, world.result.total_minor);
    assert_text(line_at(0)->options[0].name, "Kräuter");
    assert_text(line_at(0)->options[1].name, "Käse");
    assert_text(line_at(0)->options[2].name, "Fleisch");
    close_stall();
}

TEST(place, options_that_the_menu_does_not_offer_so_are_refused)
{
    static const struct {
        uint32_t count;
        struct wanted_option options[4];
    } wrong[] = {
        {0, {{0, 0}}},                         /* a sauce must be chosen */
        {2, {{0, 0}, {0, 1}}},                 /* and only one */
        {2, {{0, 0}, {0, 0}}},                 /* not the same twice */
        {4, {{0, 0}, {1, 0}, {1, 1}, {1, 2}}}, /* at most two extras */
        {1, {{0, 2}}},                         /* no such sauce */
        {1, {{2, 0}}},                         /* no such group */
    };
    open_stall();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct command command = order_of_one(doners(1));
        command.lines[0].options_count = wrong[i].count;
        memcpy(command.lines[0].options, wrong[i].options, sizeof wrong[i].options);
        assert_int_equal(run(&command), ERR_MISMATCH);
    }
    close_stall();
}

TEST(place, what_is_sold_out_hidden_or_unknown_cannot_be_ordered)
{
    open_stall();
    struct command sold_out = command_of(COMMAND_MENU_AVAILABLE);
    sold_out.item = AYRAN;
    assert_int_equal(events_of(&sold_out), 1);
    struct command order = order_of(doners(1), ayrans(1));
    assert_int_equal(run(&order), ERR_UNAVAILABLE);

    struct command hide = command_of(COMMAND_MENU_SET);
    hide.item = DONER;
    hide.fields_count = 1;
    hide.fields[0] = (struct wanted_field){.field = MENU_HIDDEN, .truth = true};
    assert_int_equal(events_of(&hide), 1);
    order = order_of_one(doners(1));
    assert_int_equal(run(&order), ERR_UNAVAILABLE);

    order.lines[0].item = 99;
    assert_int_equal(run(&order), ERR_UNAVAILABLE);
    close_stall();
}

TEST(place, a_quantity_is_at_least_one_and_an_order_has_lines)
{
    open_stall();
    struct command command = order_of_one(ayrans(-1));
    assert_int_equal(run(&command), ERR_MALFORMED);
    command = order_of_one(ayrans(ORDER_QUANTITY_MAX + 1));
    assert_int_equal(run(&command), ERR_TOO_LARGE);
    command.lines_count = 0;
    assert_int_equal(run(&command), ERR_MALFORMED);
    command.lines_count = ORDER_LINES_MAX + 1;
    assert_int_equal(run(&command), ERR_TOO_MANY);
    close_stall();
}

TEST(place, the_largest_order_fits)
{
    open_stall();
    struct command command = order_of_one(ayrans(1));
    command.lines_count = ORDER_LINES_MAX;
    for (uint32_t i = 0; i < ORDER_LINES_MAX; i++) {
        command.lines[i] = ayrans(1);
    }
    assert_int_equal(place(&command), 0);
    assert_int_equal(world.order.lines_count, ORDER_LINES_MAX);
    assert_int_equal(world.order.total_minor, 250 * ORDER_LINES_MAX);
    close_stall();
}

TEST(place, a_text_that_no_receipt_can_show_is_refused)
{
    open_stall();
    struct command command = order_of_one(ayrans(1));
    command.lines[0].note = text("bell\a");
    assert_int_equal(run(&command), ERR_MALFORMED);
    command = order_of_one(ayrans(1));
    command.name = text("\xc0\xaf");
    assert_int_equal(run(&command), ERR_MALFORMED);
    close_stall();
}

TEST(place, without_a_trading_day_or_a_lane_nobody_can_order)
{
    stall_with_menu();
    struct command command = order_of_one(ayrans(1));
    assert_int_equal(run(&command), ERR_STATE);
    open_day(1);
    world.lane = "";
    assert_int_equal(run(&command), ERR_STATE);
    world.lane = "A";
    assert_int_equal(place(&command), 0);
    close_stall();
}

TEST(place, an_order_needs_a_key_that_nobody_else_has)
{
    open_stall();
    struct command command = order_of_one(ayrans(1));
    command.key.size = REQUEST_KEY_BYTES_MIN - 1;
    assert_int_equal(run(&command), ERR_MALFORMED);
    command.key.size = 0;
    assert_int_equal(run(&command), ERR_MALFORMED);
    close_stall();
}

TEST(place, a_retry_where_the_order_is_known_writes_nothing_and_keeps_the_number)
{
    open_stall();
    const struct command command = order_of(doners(2), ayrans(1));
    assert_int_equal(place(&command), 0);
    go_to(KITCHEN_LOG);
    world.lane = "B";
    assert_int_equal(events_of(&command), 0);
    assert_false(world.result.is_number_used);
    assert_int_equal(world.result.number, 42);
    assert_int_equal(world.result.total_minor, 1650);
    assert_true(entity_id_equal(&world.result.entity, &world.last));
    close_stall();
}

/* The bodies of the last result's events of @type, one after the other. */
static struct hash digest_of(enum event_type type)
{
    struct hash hash = {0};
    for (uint32_t i = 0; i < world.result.events_count; i++) {
        if (world.result.events[i].type == type) {
            const struct bytes parts[] = {bytes_of(hash.bytes, sizeof hash.bytes),
                                          world.result.events[i].body};
            hash_parts(hash.bytes, sizeof hash.bytes, parts, 2);
        }
    }
    return hash;
}

TEST(place, a_retry_at_a_device_that_does_not_know_it_makes_the_same_order_lines_and_payment)
{
    struct hash lines[2], payments[2];
    struct entity_id ids[2];
    for (int i = 0; i < 2; i++) {
        open_stall();
        world.keys = 100;
        go_to(i == 0 ? COUNTER_LOG : KITCHEN_LOG);
        world.lane = i == 0 ? "A" : "B";
        struct command command = order_of(doners(2), ayrans(1));
        command.is_paid_now = true;
        command.method = text("cash");
        assert_int_equal(place(&command), 0);
        ids[i] = world.last;
        lines[i] = digest_of(EVENT_LINE_ADD);
        payments[i] = digest_of(EVENT_PAY);
        close_stall();
    }
    assert_true(entity_id_equal(&ids[0], &ids[1]));
    assert_true(hash_equal(&lines[0], &lines[1]));
    assert_true(hash_equal(&payments[0], &payments[1]));
}

TEST(place, paid_at_once_with_change)
{
    open_stall();
    struct command command = order_of(doners(2), ayrans(1));
    command.is_paid_now = true;
    command.method = text("cash");
    command.tendered_minor = 2000;
    assert_int_equal(place(&command), 0);
    assert_int_equal(world.result.change_minor, 350);
    assert_int_equal(world.order.paid_minor, 1650);
    assert_int_equal(world.order.due_minor, 0);
    close_stall();
}

TEST(place, less_tendered_or_more_asked_than_the_total_means_that_prices_changed)
{
    open_stall();
    struct command command = order_of(doners(2), ayrans(1));
    command.is_paid_now = true;
    command.method = text("cash");
    command.tendered_minor = 1600;
    assert_int_equal(run(&command), ERR_MISMATCH);
    command.tendered_minor = 0;
    command.amount_minor = 1700;
    assert_int_equal(run(&command), ERR_MISMATCH);
    command.amount_minor = 0;
    command.method = text("shells");
    assert_int_equal(run(&command), ERR_MALFORMED);
    command.method = text("card-external");
    command.tendered_minor = 2000; /* a card gives no change */
    assert_int_equal(run(&command), ERR_MISMATCH);
    close_stall();
}

TEST(place, cash_is_rounded_to_the_smallest_coin)
{
    open_stall();
    set_popup(POPUP_CASH_STEP, 5, false);
    const struct command price = item_of(AYRAN, NULL, 252);
    assert_int_equal(events_of(&price), 1);
    struct command command = order_of_one(ayrans(1));
    command.is_paid_now = true;
    command.method = text("cash");
    command.tendered_minor = 300;
    assert_int_equal(place(&command), 0);
    assert_int_equal(world.result.change_minor, 50);
    assert_int_equal(world.order.due_minor, 0);
    close_stall();
}

TEST(place, deposits_that_come_back_are_not_paid_but_owed)
{
    open_stall();
    struct command command = order_of_one((struct wanted_line){.item = PFAND, .quantity = 2});
    command.is_paid_now = true;
    command.method = text("cash");
    assert_int_equal(place(&command), 0);
    assert_int_equal(world.result.total_minor, -400);
    assert_int_equal(world.order.payments_count, 0);
    close_stall();
}

TEST(place, prices_without_tax_get_it_added)
{
    open_stall();
    set_popup(POPUP_PRICES_INCLUDE_TAX, 0, false);
    const struct command command = order_of_one(doners(1));
    assert_int_equal(place(&command), 0);
    assert_int_equal(world.result.total_minor, 749);
    assert_int_equal(world.order.total_minor, 749);
    close_stall();
}

TEST(place, where_people_pay_first_an_unpaid_order_is_a_draft_that_nobody_cooks)
{
    open_stall();
    set_popup(POPUP_PAY_FIRST, 0, true);
    place_usual();
    assert_int_equal(world.order.phase, PHASE_DRAFT);
    const struct command accept = command_of(COMMAND_ACCEPT);
    assert_int_equal(run(&accept), ERR_STATE);
    struct command pay = command_of(COMMAND_PAY);
    pay.method = text("cash");
    assert_int_equal(events_of(&pay), 1);
    assert_int_equal(world.order.phase, PHASE_PLACED);
    assert_int_equal(tap(COMMAND_ACCEPT), 1);
    close_stall();
}

TEST(place, an_order_may_be_a_draft_until_it_is_paid_where_others_pay_later)
{
    open_stall();
    struct command command = order_of_one(doners(1));
    command.is_draft = true;
    assert_int_equal(place(&command), 0);
    assert_int_equal(world.order.phase, PHASE_DRAFT);
    struct command pay = command_of(COMMAND_PAY);
    pay.method = text("cash");
    assert_int_equal(events_of(&pay), 1);
    assert_int_equal(world.order.phase, PHASE_PLACED);
    close_stall();
}

/* --- who may ---------------------------------------------------------------------------------- */

TEST(people, a_role_does_its_own_work_only)
{
    static const struct {
        enum command_kind kind;
        enum role may, may_not;
    } rows[] = {
        {COMMAND_ORDER_PLACE, ROLE_COUNTER, ROLE_KITCHEN},
        {COMMAND_ACCEPT, ROLE_KITCHEN, ROLE_COUNTER},
        {COMMAND_HAND_OVER, ROLE_PICKUP, ROLE_KITCHEN},
        {COMMAND_REFUND, ROLE_MANAGER, ROLE_COUNTER},
        {COMMAND_MENU_SET, ROLE_MANAGER, ROLE_KITCHEN},
        {COMMAND_MENU_AVAILABLE, ROLE_KITCHEN, ROLE_PICKUP},
        {COMMAND_DEVICE_ADD, ROLE_OWNER, ROLE_COUNTER},
    };
    open_stall();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct command command = command_of(rows[i].kind);
        command.principal.role = rows[i].may;
        assert_int_not_equal(run(&command), ERR_FORBIDDEN);
        command.principal.role = rows[i].may_not;
        assert_int_equal(run(&command), ERR_FORBIDDEN);
    }
    close_stall();
}

TEST(people, a_customer_or_nobody_does_nothing_here)
{
    open_stall();
    for (int kind = 0; kind < COMMAND_COUNT; kind++) {
        struct command command = command_of((enum command_kind)kind);
        command.principal.role = ROLE_CUSTOMER;
        assert_int_equal(run(&command), ERR_FORBIDDEN);
        command.principal.role = ROLE_NONE;
        assert_int_equal(run(&command), ERR_FORBIDDEN);
    }
    close_stall();
}

TEST(people, an_order_that_is_not_here_cannot_be_touched)
{
    open_stall();
    for (int kind = COMMAND_LINES_ADD; kind <= COMMAND_SEEN; kind++) {
        const struct command command = command_of((enum command_kind)kind);
        assert_int_equal(run(&command), ERR_NOT_FOUND);
    }
    close_stall();
}

/* --- the kitchen ------------------------------------------------------------------------------ */

TEST(kitchen, an_accept_names_the_lines_their_revisions_and_the_total)
{
    struct order_accept accept;
    open_stall();
    place_usual();
    struct command command = command_of(COMMAND_ACCEPT);
    command.station = text("grill");
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(order_accept_decode(world.result.events[0].body, &accept), 0);
    assert_int_equal(accept.lines_count, 2);
    assert_int_equal(accept.lines[0].revision, line_at(0)->revision);
    assert_int_equal(accept.total_minor, 1650);
    assert_int_equal(world.order.phase, PHASE_ACCEPTED);
    assert_int_equal(world.order.claimed_by, COUNTER_LOG);
    close_stall();
}

TEST(kitchen, a_second_tap_on_accept_is_nothing_and_at_another_device_a_hand_off)
{
    open_stall();
    place_usual();
    assert_int_equal(tap(COMMAND_ACCEPT), 1);
    assert_int_equal(tap(COMMAND_ACCEPT), 0);
    go_to(KITCHEN_LOG);
    assert_int_equal(tap(COMMAND_ACCEPT), 1);
    assert_int_equal(world.order.claimed_by, KITCHEN_LOG);
    assert_int_equal(world.order.flags & FLAG_CLAIM_CONFLICT, 0);
    close_stall();
}

TEST(kitchen, a_bump_accepts_starts_and_finishes_what_was_not)
{
    open_stall();
    place_usual();
    assert_int_equal(tap(COMMAND_DONE), 3);
    assert_event(0, EVENT_ACCEPT);
    assert_event(1, EVENT_START);
    assert_event(2, EVENT_DONE);
    assert_int_equal(world.order.phase, PHASE_READY);
    assert_int_equal(tap(COMMAND_DONE), 0);
    assert_int_equal(tap(COMMAND_START), 0);
    close_stall();
}

TEST(kitchen, lines_are_done_one_by_one)
{
    open_stall();
    place_usual();
    assert_int_equal(tap_line(COMMAND_START, 1), 2);
    assert_int_equal(tap_line(COMMAND_DONE, 1), 1);
    assert_int_equal(world.order.phase, PHASE_COOKING);
    assert_int_equal(tap_line(COMMAND_DONE, 1), 0);
    assert_int_equal(tap(COMMAND_DONE), 3); /* the other line only */
    assert_int_equal(world.order.phase, PHASE_READY);
    close_stall();
}

TEST(kitchen, a_line_that_is_not_there_or_named_twice_is_refused)
{
    open_stall();
    place_usual();
    assert_int_equal(try_line(COMMAND_DONE, 9), ERR_NOT_FOUND);
    struct command command = on_lines(COMMAND_DONE, 2, 1);
    command.ids[1] = 1;
    assert_int_equal(run(&command), ERR_MALFORMED);
    close_stall();
}

TEST(kitchen, a_recall_takes_back_the_line_meant_and_leaves_the_others_done)
{
    open_stall();
    place_usual();
    (void)tap(COMMAND_DONE); /* both in one event */
    assert_int_equal(tap_line(COMMAND_RECALL, 1), 2);
    assert_event(0, EVENT_RECALL);
    assert_event(1, EVENT_DONE);
    assert_int_equal(line_at(0)->progress, LINE_STARTED);
    assert_int_equal(line_at(1)->progress, LINE_DONE);
    assert_int_equal(tap_line(COMMAND_RECALL, 1), 0);
    assert_int_equal(tap_line(COMMAND_DONE, 1), 1);
    assert_int_equal(world.order.phase, PHASE_READY);
    close_stall();
}

TEST(kitchen, a_recall_to_waiting_takes_back_the_start_and_then_the_acceptance)
{
    open_stall();
    place_usual();
    (void)tap(COMMAND_DONE);
    struct command command = command_of(COMMAND_RECALL);
    command.truth = true;
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(world.order.phase, PHASE_ACCEPTED);
    assert_int_equal(line_at(0)->progress, LINE_WAITING);
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(world.order.phase, PHASE_PLACED);
    assert_int_equal(events_of(&command), 0);
    close_stall();
}

TEST(kitchen, what_was_handed_over_is_not_recalled)
{
    open_stall();
    place_usual();
    (void)tap(COMMAND_DONE);
    (void)tap_line(COMMAND_HAND_OVER, 1);
    assert_int_equal(try_line(COMMAND_RECALL, 1), ERR_STATE);
    assert_int_equal(tap_line(COMMAND_RECALL, 2), 2);
    close_stall();
}

TEST(kitchen, a_refusal_needs_a_reason_and_can_be_taken_back)
{
    open_stall();
    place_usual();
    struct command command = on_lines(COMMAND_REFUSE, 1, 2);
    assert_int_equal(run(&command), ERR_MALFORMED);
    command.reason = text("sold out");
    assert_int_equal(events_of(&command), 1);
    assert_true(line_at(1)->is_refused);
    assert_int_equal(world.order.total_minor, 1400);
    assert_int_equal(events_of(&command), 0);
    assert_int_equal(tap_line(COMMAND_RECALL, 2), 1);
    assert_false(line_at(1)->is_refused);
    assert_int_equal(world.order.total_minor, 1650);
    close_stall();
}

TEST(kitchen, what_is_on_the_grill_is_not_refused_but_the_rest_is)
{
    open_stall();
    place_usual();
    (void)tap_line(COMMAND_START, 1);
    assert_int_equal(try_line(COMMAND_REFUSE, 1), ERR_STATE);
    struct command command = command_of(COMMAND_REFUSE);
    command.reason = text("closing");
    assert_int_equal(events_of(&command), 1);
    assert_false(line_at(0)->is_refused);
    assert_true(line_at(1)->is_refused);
    close_stall();
}

TEST(kitchen, a_cancelled_order_is_not_cooked)
{
    open_stall();
    place_usual();
    struct command cancel = command_of(COMMAND_CANCEL);
    cancel.reason = text("left");
    assert_int_equal(events_of(&cancel), 1);
    const enum command_kind kinds[] = {COMMAND_ACCEPT, COMMAND_START, COMMAND_DONE};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct command command = command_of(kinds[i]);
        assert_int_equal(run(&command), ERR_STATE);
    }
    close_stall();
}

TEST(kitchen, a_board_says_once_what_it_drew)
{
    open_stall();
    place_usual();
    struct command command = command_of(COMMAND_SEEN);
    command.station = text("grill");
    command.changed_log = world.order.changed.log;
    command.changed_seq = world.order.changed.seq;
    assert_int_equal(events_of(&command), 1);
    assert_true(world.order.is_seen);
    assert_int_equal(events_of(&command), 0);
    command.station = text("bar");
    assert_int_equal(events_of(&command), 1);
    command.changed_seq = 999;
    assert_int_equal(run(&command), ERR_NOT_FOUND);
    close_stall();
}

/* --- changing lines --------------------------------------------------------------------------- */

static struct command change_of(uint32_t line, int32_t delta)
{
    struct command command = on_lines(COMMAND_LINE_SET, 1, line);
    command.quantity_delta = delta;
    return command;
}

TEST(lines, a_quantity_goes_up_and_down_but_not_below_what_was_given_out)
{
    open_stall();
    place_usual();
    struct command command = change_of(1, 1);
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(line_at(0)->quantity, 3);
    (void)tap(COMMAND_DONE);
    struct command handed = on_lines(COMMAND_HAND_OVER, 1, 1);
    handed.units[0] = 2;
    assert_int_equal(events_of(&handed), 1);
    command = change_of(1, -2);
    assert_int_equal(run(&command), ERR_STATE);
    command = change_of(1, ORDER_QUANTITY_MAX);
    assert_int_equal(run(&command), ERR_TOO_LARGE);
    close_stall();
}

TEST(lines, a_note_that_says_the_same_is_no_change)
{
    open_stall();
    place_usual();
    struct command command = change_of(1, 0);
    command.has_note = true;
    command.note = text("ohne Zwiebel");
    assert_int_equal(events_of(&command), 1);
    assert_text(line_at(0)->note, "ohne Zwiebel");
    assert_int_equal(events_of(&command), 0);
    close_stall();
}

TEST(lines, options_are_exchanged_for_others_of_the_menu)
{
    open_stall();
    place_usual();
    struct command command = change_of(1, 0);
    command.has_options = true;
    command.lines[0].options_count = 2;
    command.lines[0].options[0] = (struct wanted_option){0, 0};
    command.lines[0].options[1] = (struct wanted_option){1, 0};
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(world.order.total_minor, 1850);
    assert_int_equal(events_of(&command), 0);
    command.lines[0].options_count = 0;
    assert_int_equal(run(&command), ERR_MISMATCH);
    close_stall();
}

TEST(lines, an_edit_after_the_start_waits_for_the_kitchen_which_says_yes)
{
    open_stall();
    place_usual();
    (void)tap_line(COMMAND_START, 1);
    const struct command more = change_of(1, 1);
    assert_int_equal(events_of(&more), 1);
    assert_int_equal(line_at(0)->quantity, 2);
    assert_int_equal(line_at(0)->quantity_wished, 3);
    assert_true((world.order.flags & FLAG_LATE_EDIT) != 0);
    struct command yes = on_lines(COMMAND_AMEND, 1, 1);
    yes.truth = true;
    assert_int_equal(events_of(&yes), 1);
    assert_int_equal(line_at(0)->quantity, 3);
    assert_int_equal(world.order.flags & FLAG_LATE_EDIT, 0);
    assert_int_equal(events_of(&yes), 0);
    close_stall();
}

TEST(lines, or_no)
{
    open_stall();
    place_usual();
    (void)tap_line(COMMAND_START, 1);
    const struct command more = change_of(1, 1);
    assert_int_equal(events_of(&more), 1);
    assert_int_equal(tap(COMMAND_AMEND), 1);
    assert_int_equal(line_at(0)->quantity, 2);
    assert_int_equal(line_at(0)->quantity_wished, 2);
    assert_int_equal(world.order.flags & FLAG_LATE_EDIT, 0);
    close_stall();
}

TEST(lines, a_void_needs_a_reason_and_what_was_given_out_stays)
{
    open_stall();
    place_usual();
    struct command command = on_lines(COMMAND_LINES_VOID, 1, 2);
    assert_int_equal(run(&command), ERR_MALFORMED);
    command.reason = text("mistyped");
    assert_int_equal(events_of(&command), 1);
    assert_true(line_at(1)->is_void);
    assert_int_equal(world.order.total_minor, 1400);
    assert_int_equal(events_of(&command), 0);
    (void)tap(COMMAND_HAND_OVER);
    assert_int_equal(try_line(COMMAND_LINES_VOID, 1), ERR_STATE);
    close_stall();
}

TEST(lines, more_is_added_once_however_often_it_is_asked_for)
{
    open_stall();
    place_usual();
    struct command command = command_of(COMMAND_LINES_ADD);
    command.lines_count = 2;
    command.lines[0] = ayrans(3);
    command.lines[1] = doners(1);
    assert_int_equal(events_of(&command), 2);
    assert_int_equal(world.order.lines_count, 4);
    assert_true(line_at(2)->id >= UINT32_C(0x80000000));
    assert_int_equal(world.order.total_minor, 1650 + 750 + 700);
    assert_int_equal(events_of(&command), 0);
    go_to(KITCHEN_LOG);
    assert_int_equal(events_of(&command), 0);
    close_stall();
}

TEST(lines, an_order_does_not_grow_beyond_its_limit)
{
    open_stall();
    place_usual();
    struct command command = command_of(COMMAND_LINES_ADD);
    command.lines_count = ORDER_LINES_MAX - 1;
    for (uint32_t i = 0; i < command.lines_count; i++) {
        command.lines[i] = ayrans(1);
    }
    assert_int_equal(run(&command), ERR_TOO_MANY);
    command.lines_count = ORDER_LINES_MAX - 2;
    assert_int_equal(events_of(&command), ORDER_LINES_MAX - 2);
    close_stall();
}

/* --- handing over, cancelling ----------------------------------------------------------------- */

TEST(hand_over, in_parts_and_then_the_rest)
{
    open_stall();
    place_usual();
    (void)tap(COMMAND_DONE);
    struct command command = on_lines(COMMAND_HAND_OVER, 1, 1);
    command.units[0] = 1;
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(line_at(0)->handed, 1);
    assert_int_not_equal(world.order.phase, PHASE_COMPLETED);
    command.units[0] = 2;
    assert_int_equal(run(&command), ERR_STATE);
    assert_int_equal(tap(COMMAND_HAND_OVER), 1);
    assert_int_equal(world.order.phase, PHASE_COMPLETED);
    assert_int_equal(tap(COMMAND_HAND_OVER), 0);
    close_stall();
}

TEST(hand_over, the_last_one_is_taken_back_for_the_line_meant)
{
    open_stall();
    place_usual();
    (void)tap(COMMAND_DONE);
    (void)tap(COMMAND_HAND_OVER); /* both lines in one event */
    assert_int_equal(tap_line(COMMAND_UNHAND, 1), 2);
    assert_event(0, EVENT_UNHAND);
    assert_event(1, EVENT_HANDED);
    assert_int_equal(line_at(0)->handed, 0);
    assert_int_equal(line_at(1)->handed, 1);
    assert_int_equal(tap_line(COMMAND_UNHAND, 1), 0);
    assert_int_equal(tap(COMMAND_UNHAND), 1);
    assert_int_equal(line_at(1)->handed, 0);
    assert_int_equal(world.order.phase, PHASE_READY);
    close_stall();
}

TEST(hand_over, an_earlier_part_stays_given_out)
{
    open_stall();
    place_usual();
    struct command command = on_lines(COMMAND_HAND_OVER, 1, 1);
    command.units[0] = 1;
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(tap_line(COMMAND_UNHAND, 1), 1);
    assert_int_equal(line_at(0)->handed, 1);
    close_stall();
}

TEST(hand_over, the_last_one_is_the_latest_whichever_device_it_was)
{
    open_stall();
    const struct command order = order_of_one(doners(3));
    assert_int_equal(place(&order), 0);
    struct command command = on_lines(COMMAND_HAND_OVER, 1, 1);
    command.units[0] = 2;
    go_to(KITCHEN_LOG);
    assert_int_equal(events_of(&command), 1);
    go_to(COUNTER_LOG);
    assert_int_equal(tap(COMMAND_HAND_OVER), 1);
    assert_int_equal(tap(COMMAND_UNHAND), 1);
    assert_int_equal(line_at(0)->handed, 2);
    close_stall();
}

TEST(hand_over, the_last_one_is_the_latest_however_wrong_a_clock_is)
{
    open_stall();
    const struct command order = order_of_one(doners(3));
    assert_int_equal(place(&order), 0);
    struct command command = on_lines(COMMAND_HAND_OVER, 1, 1);
    command.units[0] = 2;
    go_to(KITCHEN_LOG);
    world.t += WRONG_MS;
    assert_int_equal(events_of(&command), 1);
    go_to(COUNTER_LOG);
    world.t -= WRONG_MS;
    assert_int_equal(tap(COMMAND_HAND_OVER), 1);
    assert_int_equal(tap(COMMAND_UNHAND), 1);
    assert_int_equal(line_at(0)->handed, 2);
    close_stall();
}

TEST(cancel, an_order_is_cancelled_once_and_reinstated)
{
    open_stall();
    place_usual();
    struct command command = command_of(COMMAND_CANCEL);
    assert_int_equal(run(&command), ERR_MALFORMED);
    command.reason = text("left");
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(world.order.phase, PHASE_CANCELLED);
    assert_int_equal(events_of(&command), 0);
    const struct command hand_over = command_of(COMMAND_HAND_OVER);
    assert_int_equal(run(&hand_over), ERR_STATE);
    assert_int_equal(tap(COMMAND_REINSTATE), 1);
    assert_int_equal(world.order.phase, PHASE_PLACED);
    assert_int_equal(tap(COMMAND_REINSTATE), 0);
    close_stall();
}

TEST(cancel, what_was_eaten_is_not_cancelled)
{
    open_stall();
    place_usual();
    (void)tap(COMMAND_HAND_OVER);
    struct command command = command_of(COMMAND_CANCEL);
    command.reason = text("too late");
    assert_int_equal(run(&command), ERR_STATE);
    close_stall();
}

/* --- money ------------------------------------------------------------------------------------ */

static struct command pay_of(int64_t amount, int64_t tendered)
{
    struct command command = command_of(COMMAND_PAY);
    command.method = text("cash");
    command.amount_minor = amount;
    command.tendered_minor = tendered;
    return command;
}

TEST(money, a_bill_is_paid_in_parts_and_never_twice)
{
    open_stall();
    place_usual();
    struct command part = pay_of(650, 0);
    assert_int_equal(events_of(&part), 1);
    assert_int_equal(events_of(&part), 0); /* the same request again */
    struct command too_much = pay_of(1001, 0);
    assert_int_equal(run(&too_much), ERR_STATE);
    struct command rest = pay_of(0, 5000);
    assert_int_equal(events_of(&rest), 1);
    assert_int_equal(world.result.change_minor, 4000);
    assert_int_equal(world.order.due_minor, 0);
    struct command again = pay_of(0, 0);
    assert_int_equal(events_of(&again), 0);
    again = pay_of(-100, 0);
    assert_int_equal(run(&again), ERR_MALFORMED);
    close_stall();
}

TEST(money, no_more_is_refunded_than_was_paid)
{
    open_stall();
    place_usual();
    struct command pay = pay_of(0, 0);
    assert_int_equal(events_of(&pay), 1);
    struct command refund = command_of(COMMAND_REFUND);
    refund.method = text("cash");
    refund.reason = text("cold");
    refund.amount_minor = 1651;
    assert_int_equal(run(&refund), ERR_STATE);
    refund.amount_minor = 700;
    assert_int_equal(events_of(&refund), 1);
    assert_int_equal(events_of(&refund), 0);
    assert_int_equal(world.order.refunded_minor, 700);
    refund.key = next_key();
    refund.amount_minor = 951;
    assert_int_equal(run(&refund), ERR_STATE);
    close_stall();
}

TEST(money, what_is_due_after_a_cancel_is_given_back_as_a_whole)
{
    open_stall();
    place_usual();
    struct command pay = pay_of(0, 0);
    assert_int_equal(events_of(&pay), 1);
    struct command cancel = command_of(COMMAND_CANCEL);
    cancel.reason = text("left");
    assert_int_equal(events_of(&cancel), 1);
    assert_int_equal(world.order.due_minor, 1650);
    struct command refund = command_of(COMMAND_REFUND);
    refund.method = text("cash");
    assert_int_equal(events_of(&refund), 1);
    assert_int_equal(world.order.due_minor, 0);
    refund.key = next_key();
    assert_int_equal(events_of(&refund), 0);
    close_stall();
}

TEST(money, a_percentage_is_shared_by_the_lines)
{
    struct order_discount discount;
    open_stall();
    place_usual();
    struct command command = command_of(COMMAND_DISCOUNT);
    command.discount_bp = 1000;
    command.reason = text("regular");
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(order_discount_decode(world.result.events[0].body, &discount), 0);
    assert_int_equal(discount.lines[0].amount_minor, 140);
    assert_int_equal(discount.lines[1].amount_minor, 25);
    assert_int_equal(world.order.total_minor, 1650 - 165);
    close_stall();
}

TEST(money, an_amount_off_is_cut_to_what_is_left)
{
    open_stall();
    place_usual();
    struct command command = command_of(COMMAND_DISCOUNT);
    command.amount_minor = 99999;
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(world.order.total_minor, 0);
    command.key = next_key();
    assert_int_equal(run(&command), ERR_STATE);
    command.discount_bp = 100;
    assert_int_equal(run(&command), ERR_MALFORMED); /* both at once */
    close_stall();
}

/* --- menu, pop-up, day, devices --------------------------------------------------------------- */

TEST(menu, a_new_item_needs_a_name_and_a_price)
{
    open_stall();
    struct command command = item_of(50, NULL, 300);
    assert_int_equal(run(&command), ERR_NOT_FOUND);
    command = item_of(50, "Tee", 300);
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(events_of(&command), 0);
    command = item_of(0, "Tee", 300);
    assert_int_equal(run(&command), ERR_MALFORMED);
    close_stall();
}

TEST(menu, only_what_differs_is_written)
{
    struct field_values set;
    open_stall();
    struct command command = item_of(AYRAN, "Ayran", 300);
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(menu_set_decode(world.result.events[0].body, &set), 0);
    assert_int_equal(set.count, 1);
    assert_int_equal(set.values[0].field, MENU_PRICE);
    uint8_t data[512];
    command = command_of(COMMAND_MENU_SET);
    command.item = DONER;
    add_field(&command, MENU_OPTIONS, NULL, 0);
    command.fields[0].text = doner_options(data, sizeof data);
    assert_int_equal(events_of(&command), 0);
    close_stall();
}

TEST(menu, a_number_is_given_once_and_a_field_said_once)
{
    open_stall();
    struct command command = item_of(AYRAN, NULL, 300);
    add_field(&command, MENU_NUMBER, NULL, AYRAN + 1);
    assert_int_equal(run(&command), ERR_MISMATCH);
    command = item_of(AYRAN, NULL, 300);
    add_field(&command, MENU_PRICE, NULL, 400);
    assert_int_equal(run(&command), ERR_MALFORMED);
    command = item_of(AYRAN, NULL, 300);
    add_field(&command, 99, NULL, 1);
    assert_int_equal(run(&command), ERR_MALFORMED);
    close_stall();
}

TEST(menu, options_that_are_not_what_they_say_are_refused)
{
    static const uint8_t nonsense[] = {0x91, 0x94, 0xa1, 'x'};
    open_stall();
    struct command command = command_of(COMMAND_MENU_SET);
    command.item = DONER;
    command.fields_count = 1;
    command.fields[0] =
        (struct wanted_field){.field = MENU_OPTIONS, .text = bytes_of(nonsense, sizeof nonsense)};
    assert_int_equal(run(&command), ERR_MALFORMED);
    close_stall();
}

TEST(menu, sold_out_twice_is_once)
{
    open_stall();
    struct command command = command_of(COMMAND_MENU_AVAILABLE);
    command.item = AYRAN;
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(events_of(&command), 0);
    command.truth = true;
    assert_int_equal(events_of(&command), 1);
    command.item = 77;
    assert_int_equal(run(&command), ERR_NOT_FOUND);
    close_stall();
}

TEST(popup, the_currency_stays_once_there_may_be_money)
{
    stall_with_menu();
    struct command command = command_of(COMMAND_POPUP_SET);
    add_field(&command, POPUP_CURRENCY, "CHF", 0);
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(events_of(&command), 0);
    command.fields[0].text = text("chf");
    assert_int_equal(run(&command), ERR_MALFORMED);
    open_day(1);
    command.fields[0].text = text("EUR");
    assert_int_equal(run(&command), ERR_STATE);
    close_stall();
}

TEST(popup, days_are_opened_one_after_the_other)
{
    open_stall();
    struct command command = command_of(COMMAND_DAY_OPEN);
    command.day = 1;
    assert_int_equal(events_of(&command), 0);
    command.day = 3;
    assert_int_equal(run(&command), ERR_STATE);
    command.day = 0;
    assert_int_equal(run(&command), ERR_MALFORMED);
    command.day = 2;
    assert_int_equal(events_of(&command), 1);
    place_usual();
    assert_int_equal(world.result.day, 2);
    close_stall();
}

TEST(devices, a_chain_is_wrapped_as_it_is)
{
    static const uint8_t chain[] = {0x91, 0x92, 0xc4, 0x01, 'b', 0xc4, 0x01, 's'};
    open_stall();
    struct command command = command_of(COMMAND_DEVICE_ADD);
    assert_int_equal(run(&command), ERR_MALFORMED);
    command.chain = bytes_of(chain, sizeof chain);
    assert_int_equal(events_of(&command), 1);
    assert_event(0, EVENT_DEVICE_ADD);
    const struct bytes body = world.result.events[0].body;
    assert_int_equal(body.size, 1 + sizeof chain);
    assert_int_equal(body.data[0], 0x91);
    assert_memory_equal(body.data + 1, chain, sizeof chain);
    close_stall();
}

/* --- the disk --------------------------------------------------------------------------------- */

TEST(store, a_disk_that_fails_is_reported_whatever_was_read)
{
    open_stall();
    const struct command command = order_of(doners(1), ayrans(1));
    for (unsigned nth = 1; nth <= 4; nth++) { /* the order, the pop-up, two items */
        store_memory_fail(world.store, MEMORY_GET, nth, ERR_IO);
        assert_int_equal(run_once(&command), ERR_IO);
    }
    store_memory_fail(world.store, MEMORY_GET, 0, ERR_IO);
    assert_int_equal(place(&command), 0);
    close_stall();
}

/* --- the provider, wishes, receipts ----------------------------------------------------------- */

enum { GATEWAY_LOG = 0x0e };

/* By the gateway itself. */
static struct command by_gateway(enum command_kind kind)
{
    struct command command = command_of(kind);
    command.principal = (struct principal){.session = 9, .role = ROLE_GATEWAY, .is_device = true};
    return command;
}

static struct command told(enum intent_state state, int64_t received, const char *event)
{
    struct command command = by_gateway(COMMAND_PAY_INTENT);
    command.amount_minor = 1650;
    command.fact = (struct wanted_fact){.id = text("pi_1"),
                                        .event = text(event),
                                        .currency = text("eur"),
                                        .state = state,
                                        .capturable_minor = state == INTENT_HELD ? 1650 : 0,
                                        .received_minor = received};
    return command;
}

/* Two doners and an ayran, 16.50, captured by the provider. */
static void place_paid_online(void)
{
    open_stall();
    const struct command order = order_of(doners(2), ayrans(1));
    assert_int_equal(place(&order), 0);
    const struct command captured = told(INTENT_SUCCEEDED, 1650, "evt_1");
    assert_int_equal(events_of(&captured), 2);
    assert_int_equal(world.order.due_minor, 0);
}

TEST(provider, a_webhook_told_again_or_of_what_is_known_writes_nothing_new)
{
    open_stall();
    const struct command order = order_of(doners(2), ayrans(1));
    assert_int_equal(place(&order), 0);
    const struct command held = told(INTENT_HELD, 0, "evt_1");
    assert_int_equal(events_of(&held), 2);
    assert_int_equal(events_of(&held), 0);
    const struct command doubled = told(INTENT_HELD, 0, "evt_2"); /* one change, two events */
    assert_int_equal(events_of(&doubled), 1);
    const struct command polled = told(INTENT_HELD, 0, "");
    assert_int_equal(events_of(&polled), 0);
    assert_int_equal(world.order.ledger.held_minor, 1650);
    close_stall();
}

TEST(provider, only_a_gateway_tells_what_it_told)
{
    open_stall();
    const struct command order = order_of(doners(2), ayrans(1));
    assert_int_equal(place(&order), 0);
    struct command command = told(INTENT_HELD, 0, "");
    command.principal = (struct principal){.session = 7, .role = ROLE_COUNTER};
    assert_int_equal(run(&command), ERR_FORBIDDEN);
    command.principal.is_device = true;
    assert_int_equal(run(&command), ERR_FORBIDDEN);
    command = by_gateway(COMMAND_ACCEPT);
    assert_int_equal(run(&command), ERR_FORBIDDEN);
    command = by_gateway(COMMAND_REFUND_WISH);
    assert_int_equal(run(&command), ERR_FORBIDDEN);
    close_stall();
}

static struct command wish_of_units(uint32_t line, uint32_t unit)
{
    struct command command = command_of(COMMAND_REFUND_WISH);
    command.reason = text("cold");
    command.units_count = 1;
    command.wish_units[0] = (struct wish_unit){line, unit};
    return command;
}

TEST(wish, of_a_unit_is_for_its_share_and_wished_again_it_is_one)
{
    place_paid_online();
    struct command command = wish_of_units(1, 2);
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(world.order.ledger.wishes[0].open_minor, 700);
    command = wish_of_units(1, 2);
    assert_int_equal(events_of(&command), 0);
    go_to(KITCHEN_LOG);
    command = wish_of_units(1, 2);
    assert_int_equal(events_of(&command), 0);
    command = wish_of_units(1, 3);
    assert_int_equal(run(&command), ERR_NOT_FOUND);
    command = wish_of_units(1, 1); /* the whole line: one unit of it is wished already */
    command.units_count = 0;
    command.ids_count = 1;
    command.ids[0] = 1;
    assert_int_equal(run(&command), ERR_STATE);
    close_stall();
}

TEST(wish, of_goodwill_has_a_slot_and_never_exceeds_what_the_provider_has)
{
    place_paid_online();
    struct command command = command_of(COMMAND_REFUND_WISH);
    command.reason = text("long wait");
    command.amount_minor = 1000;
    assert_int_equal(run(&command), ERR_MALFORMED);
    command.slot = 1;
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(events_of(&command), 0);
    command.slot = 2;
    assert_int_equal(run(&command), ERR_STATE);
    command.amount_minor = 650;
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(world.order.flags & FLAG_OVER_REFUNDED, 0);
    close_stall();
}

TEST(wish, of_a_rule_is_for_what_its_cause_made_due_and_once)
{
    place_paid_online();
    struct command cancel = command_of(COMMAND_CANCEL);
    cancel.reason = text("sold out");
    assert_int_equal(events_of(&cancel), 1);
    struct command command = by_gateway(COMMAND_REFUND_AUTO);
    command.reason = text("cancelled");
    command.cause = (struct operation){.log = world.log, .seq = world.seq + 1};
    assert_int_equal(run(&command), ERR_NOT_FOUND);
    command.cause.seq = world.seq;
    put_be64(command.cause.hash, world.log << 32 | world.seq);
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(world.order.ledger.wishes[0].open_minor, 1650);
    assert_int_equal(events_of(&command), 0);
    close_stall();
}

TEST(lapse, by_the_gateway_refuses_what_nobody_answered)
{
    open_stall();
    const struct command order = order_of(doners(2), ayrans(1));
    assert_int_equal(place(&order), 0);
    struct command command = by_gateway(COMMAND_LAPSE);
    command.reason = text("timeout");
    assert_int_equal(events_of(&command), 1);
    assert_int_equal(world.result.events[0].type, EVENT_LAPSE);
    assert_int_equal(world.order.phase, PHASE_REFUSED);
    struct command recall = command_of(COMMAND_RECALL);
    recall.ids_count = 1;
    recall.ids[0] = 1;
    assert_int_equal(run(&recall), 0); /* the kitchen makes it all the same */
    assert_true(world.order.lines[0].is_active);
    assert_true(world.order.lines[1].is_refused);
    close_stall();
}

TEST(receipt, is_given_once_and_again_only_when_the_order_changed)
{
    open_stall();
    const struct command order = order_of(doners(2), ayrans(1));
    assert_int_equal(place(&order), 0);
    const struct command receipt = command_of(COMMAND_RECEIPT);
    assert_int_equal(run(&receipt), ERR_STATE); /* nobody has paid */
    struct command pay = command_of(COMMAND_PAY);
    pay.method = text("cash");
    assert_int_equal(run(&pay), 0);
    assert_int_equal(events_of(&receipt), 1);
    assert_int_equal(events_of(&receipt), 0);
    assert_int_equal(world.order.receipts[0].number, 1);
    assert_int_equal(world.order.receipts[0].total_minor, 1650);
    struct command gone = command_of(COMMAND_LINES_VOID);
    gone.reason = text("mistyped");
    gone.ids_count = 1;
    gone.ids[0] = 2;
    assert_int_equal(run(&gone), 0);
    assert_int_equal(events_of(&receipt), 1);
    assert_int_equal(world.order.receipts[1].number, 2);
    assert_int_equal(world.order.receipts[1].kind, RECEIPT_CORRECTION);
    close_stall();
}
