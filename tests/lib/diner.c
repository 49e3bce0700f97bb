#include "tests/lib/diner.h"

#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/sick.h"

struct diner diner;

/* --- the world --- */

static void fold_event(const struct till_event *written)
{
    struct event event = {
        .type = (uint32_t)written->type,
        .t = ++diner.t,
        .entity = diner.result.entity,
        .body = written->body,
    };
    struct operation id = {.log = diner.log, .seq = ++diner.seq};
    put_be64(id.hash, id.log << 32 | id.seq);
    const struct event_info *info = event_info_find(event.type);
    check(info != NULL);
    if (info->is_causal) {
        check(history_parents(diner.folding, diner.log, event.parents, &event.parents_count) == 0);
    }
    check(history_can_append(diner.folding, &id, &event));
    check(history_append(diner.folding, &id, &event) == 0);
}

/* What the replica does with a result: append, fold, keep the row. */
static void fold_result(struct store_txn *txn)
{
    const struct till_result *result = &diner.result;
    struct bytes row;
    const int err = history_get(diner.folding, txn, result->kind, &result->entity);
    if (err == ERR_NOT_FOUND) {
        history_reset(diner.folding, result->kind, &result->entity);
    } else {
        check(err == 0);
    }
    for (uint32_t i = 0; i < result->events_count; i++) {
        if (result->events[i].type != EVENT_BLOB_ADD) { /* blobs are folded by nobody here */
            fold_event(&result->events[i]);
        }
    }
    if (result->events_count > 0) {
        const struct key key = key_state(result->kind, &result->entity);
        check(history_encode(diner.folding, diner.row, sizeof diner.row, &row) == 0);
        check(store_put(txn, TABLE_STATE, key_bytes(&key), row) == 0);
    }
    if (result->kind == KIND_ORDER) {
        order_derive(diner.folding, &diner.order);
    }
    if (result->is_number_used) {
        diner.number_next++;
    }
    if (result->is_receipt_used) {
        diner.receipt_next++;
    }
}

/* Of whom nobody is a gateway. */
static struct roster nobody;

static struct till till_of_diner(void)
{
    return (struct till){
        .roster = &nobody,
        .history = diner.history,
        .scratch = diner.scratch,
        .order = &diner.scratch_order,
        .own_log = diner.log,
        .lane = bytes_of_text(diner.lane),
        .number_next = diner.number_next,
        .receipt_next = diner.receipt_next,
        .incarnation = 1,
        .now_t = diner.t,
        .now_wall_ms = (int64_t)diner.t,
    };
}

int diner_run_once(const struct command *command)
{
    struct till till = till_of_diner();
    till.txn = store_memory_begin(diner.store, true);
    const int err = till_run(&till, command, &diner.result);
    if (err != 0) {
        store_memory_abort(till.txn);
        return err;
    }
    /* The roster is folded by nobody here. */
    if (diner.result.kind != KIND_ROSTER) {
        fold_result(till.txn);
    }
    check(store_memory_commit(till.txn) == 0);
    return 0;
}

int diner_run(const struct command *command)
{
    const struct till till = till_of_diner();
    sick_till(diner.store, &till, command);
    return diner_run_once(command);
}

/* Runs and tells how many events it took; fails on an error. */
uint32_t diner_events_of(const struct command *command)
{
    check(diner_run(command) == 0);
    return diner.result.events_count;
}

struct bytes diner_next_key(void)
{
    memset(diner.key, 0, sizeof diner.key);
    put_be32(diner.key, 3600);
    put_be32(diner.key + 12, ++diner.keys);
    return bytes_of(diner.key, sizeof diner.key);
}

struct command diner_command(enum command_kind kind)
{
    return (struct command){.kind = kind,
                            .principal = {.session = 7, .role = ROLE_MANAGER},
                            .key = diner_next_key(),
                            .order = diner.last};
}

/* --- setting up a stall --- */

void diner_add_field(struct command *command, uint32_t field, const char *value, int64_t number)
{
    command->fields[command->fields_count++] =
        (struct wanted_field){.field = field,
                              .text = value != NULL ? bytes_of_text(value) : (struct bytes){0},
                              .number = number};
}

struct command diner_item(uint64_t number, const char *name, int64_t price)
{
    struct command command = diner_command(COMMAND_MENU_SET);
    command.item = number;
    if (name != NULL) {
        diner_add_field(&command, MENU_NAME, name, 0);
    }
    diner_add_field(&command, MENU_PRICE, NULL, price);
    return command;
}

/* A sauce (exactly one), extras (up to two). */
struct bytes diner_doner_options(uint8_t *data, size_t capacity)
{
    const struct menu_options options = {
        .count = 2,
        .groups = {{.name = bytes_of_text("Sosse"),
                    .choices_min = 1,
                    .choices_max = 1,
                    .choices_count = 2,
                    .choices = {{bytes_of_text("scharf"), 0}, {bytes_of_text("Kräuter"), 0}}},
                   {.name = bytes_of_text("Extra"),
                    .choices_max = 2,
                    .choices_count = 3,
                    .choices = {{bytes_of_text("Käse"), 100},
                                {bytes_of_text("Fleisch"), 250},
                                {bytes_of_text("Ei"), 80}}}}};
    struct writer writer;
    struct bytes encoded = {0};
    writer_init(&writer, data, capacity);
    menu_options_encode(&options, &writer);
    check(writer_finish(&writer, &encoded) == 0);
    return encoded;
}

static void add_doner(void)
{
    uint8_t data[512];
    struct command command = diner_item(DINER_DONER, "Döner", 700);
    diner_add_field(&command, MENU_TAX_EAT_IN, NULL, 1900);
    diner_add_field(&command, MENU_TAX_TAKE_AWAY, NULL, 700);
    diner_add_field(&command, MENU_STATION, "grill", 0);
    diner_add_field(&command, MENU_OPTIONS, NULL, 0);
    command.fields[command.fields_count - 1].text = diner_doner_options(data, sizeof data);
    check(diner_events_of(&command) == 1);
}

void diner_open_day(uint64_t n)
{
    struct command command = diner_command(COMMAND_DAY_OPEN);
    command.day = n;
    check(diner_run(&command) == 0);
}

void diner_set_popup(uint32_t field, int64_t number, bool truth)
{
    struct command command = diner_command(COMMAND_POPUP_SET);
    diner_add_field(&command, field, NULL, number);
    command.fields[0].truth = truth;
    check(diner_events_of(&command) == 1);
}

void diner_open_without_day(void)
{
    diner.store = store_memory_new();
    diner.history = history_new();
    diner.scratch = history_new();
    diner.folding = history_new();
    check(diner.history != NULL && diner.scratch != NULL && diner.folding != NULL);
    diner.log = DINER_COUNTER_LOG;
    diner.seq = 0;
    diner.t = 0;
    diner.keys = 0;
    diner.lane = "A";
    diner.number_next = 42;
    diner.receipt_next = 1;
    diner.last = (struct entity_id){0};
    add_doner();
    const struct command ayran = diner_item(DINER_AYRAN, "Ayran", 250);
    const struct command pfand = diner_item(DINER_PFAND, "Pfand zurück", -200);
    check(diner_events_of(&ayran) == 1);
    check(diner_events_of(&pfand) == 1);
}

void diner_open(void)
{
    diner_open_without_day();
    diner_open_day(1);
}

void diner_close(void)
{
    store_memory_free(diner.store);
    history_free(diner.history);
    history_free(diner.scratch);
    history_free(diner.folding);
}

/* Another device at the same store: what it has seen is all there is. */
void diner_go_to(uint64_t log)
{
    diner.log = log;
}

/* --- what people do --- */

struct wanted_line diner_doners(int32_t quantity)
{
    return (struct wanted_line){
        .item = DINER_DONER, .quantity = quantity, .options_count = 1, .options = {{0, 0}}};
}

struct wanted_line diner_ayrans(int32_t quantity)
{
    return (struct wanted_line){.item = DINER_AYRAN, .quantity = quantity};
}

struct command diner_order(struct wanted_line first, struct wanted_line second)
{
    struct command command = diner_command(COMMAND_ORDER_PLACE);
    command.channel = bytes_of_text("counter");
    command.mode = bytes_of_text("take-away");
    command.lines_count = second.quantity != 0 ? 2 : 1;
    command.lines[0] = first;
    command.lines[1] = second;
    return command;
}

struct command diner_order_of_one(struct wanted_line line)
{
    return diner_order(line, (struct wanted_line){0});
}

int diner_place(const struct command *command)
{
    const int err = diner_run(command);
    if (err == 0) {
        diner.last = diner.result.entity;
    }
    return err;
}

/* Two Döner at 7.00 and one Ayran at 2.50: 16.50. Lines 1 and 2. */
void diner_place_usual(void)
{
    const struct command command = diner_order(diner_doners(2), diner_ayrans(1));
    check(diner_place(&command) == 0);
    check(diner.order.total_minor == 1650);
}

struct command diner_on_lines(enum command_kind kind, uint32_t count, uint32_t first)
{
    struct command command = diner_command(kind);
    command.ids_count = count;
    for (uint32_t i = 0; i < count; i++) {
        command.ids[i] = first + i;
    }
    return command;
}

uint32_t diner_tap(enum command_kind kind)
{
    const struct command command = diner_on_lines(kind, 0, 0);
    return diner_events_of(&command);
}

uint32_t diner_tap_line(enum command_kind kind, uint32_t line)
{
    const struct command command = diner_on_lines(kind, 1, line);
    return diner_events_of(&command);
}

int diner_try_line(enum command_kind kind, uint32_t line)
{
    struct command command = diner_on_lines(kind, 1, line);
    command.reason = bytes_of_text("because");
    return diner_run(&command);
}

const struct order_line *diner_line(uint32_t i)
{
    check(i < diner.order.lines_count);
    return &diner.order.lines[i];
}

enum event_type diner_event_type(uint32_t i)
{
    return i < diner.result.events_count ? diner.result.events[i].type : EVENT_NONE;
}
