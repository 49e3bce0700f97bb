#include "tests/process/lib/printing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/os/clock.h"
#include "sync/domain/history.h"
#include "sync/domain/menu_events.h"
#include "sync/domain/record.h"
#include "tests/lib/test.h"

struct printing printing;

static void node_identify(void)
{
    uint8_t buffer[CERT_CHAIN_BYTES_MAX];
    struct bytes chain;
    struct identity *identity = &printing.identity;
    assert_int_equal(entropy_start(), 0);
    identity_make_keys(identity);
    entropy_signing_key(&identity->root_secret);
    identity->has_root = true;
    identity->root = signing_public(&identity->root_secret);
    identity->popup = popup_id_of_root(&identity->root);
    identity->epoch_ms = clock_wall_ms() / 1000 * 1000;
    const struct certificate certificate = {.popup = identity->popup,
                                            .device_key = signing_public(&identity->device_secret),
                                            .transport_key =
                                                transport_public(&identity->transport_secret),
                                            .role = ROLE_KITCHEN,
                                            .capabilities = role_device_capabilities(ROLE_OWNER),
                                            .lane = "A",
                                            .lane_size = 1,
                                            .name = "kitchen",
                                            .name_size = 7};
    assert_int_equal(identity_issue(identity, &certificate, buffer, &chain), 0);
    assert_int_equal(identity_adopt(identity, chain), 0);
}

void printing_start(void)
{
    const struct core_config config = {
        .state = printing.state, .settings = &printing.settings, .identity = &printing.identity};
    assert_int_equal(core_open(&config, &printing.core), 0);
}

void printing_begin(void)
{
    memset(&printing, 0, sizeof printing);
    (void)snprintf(printing.state, sizeof printing.state, "/tmp/trestle-print-XXXXXX");
    assert_non_null(mkdtemp(printing.state));
    settings_defaults(&printing.settings);
    (void)snprintf(printing.settings.listen, sizeof printing.settings.listen, "none");
    node_identify();
    printing_start();
    printer_start(PRINTER_ANSWERS);
}

void printing_end(void)
{
    char remove_it[256];
    core_close(printing.core);
    printer_stop();
    (void)snprintf(remove_it, sizeof remove_it, "rm -rf '%s'", printing.state);
    assert_int_equal(system(remove_it), 0); /* NOLINT: a path of our own making */
}

struct effect_answer printing_ask(const struct command *command)
{
    struct effect_answer answer;
    struct command_queue *queue = core_gate(printing.core)->queue;
    const uint64_t deadline_ms = clock_mono_ms() + PRINTING_DEADLINE_MS;
    struct api_command *slot = command_queue_reserve(queue);
    assert_non_null(slot);
    slot->command = *command;
    command_queue_push(queue, slot);
    do {
        assert_int_equal(core_turn(printing.core, 10), 0);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (!command_queue_answered(queue, &answer));
    assert_int_equal(answer.err, 0);
    return answer;
}

struct command printing_command(enum command_kind kind)
{
    return (struct command){.kind = kind, .principal = {.role = ROLE_OWNER, .session = 1}};
}

void printing_field(struct command *command, uint32_t number, struct bytes text)
{
    command->fields[command->fields_count++] = (struct wanted_field){.field = number, .text = text};
}

void printing_open_stall(void)
{
    struct command day = printing_command(COMMAND_DAY_OPEN);
    struct command item = printing_command(COMMAND_MENU_SET);
    day.day = 1;
    (void)printing_ask(&day);
    item.item = ITEM;
    printing_field(&item, MENU_NAME, bytes_of_text("Ramen"));
    printing_field(&item, MENU_STATION, bytes_of_text("grill"));
    item.fields[item.fields_count++] = (struct wanted_field){.field = MENU_PRICE, .number = 1200};
    (void)printing_ask(&item);
}

void printing_add_item(uint64_t number, const char *name, const char *station)
{
    struct command item = printing_command(COMMAND_MENU_SET);
    item.item = number;
    printing_field(&item, MENU_NAME, bytes_of_text(name));
    printing_field(&item, MENU_STATION, bytes_of_text(station));
    item.fields[item.fields_count++] = (struct wanted_field){.field = MENU_PRICE, .number = 100};
    (void)printing_ask(&item);
}

void printing_set(const char *driver, const char *address)
{
    uint8_t owner[8];
    struct command set = printing_command(COMMAND_RECORD_SET);
    put_be64(owner, printing.identity.device);
    set.record = KIND_PRINTER;
    set.item = PRINTER;
    set.is_new = true;
    printing_field(&set, RECORD_NAME, bytes_of_text("Kitchen"));
    printing_field(&set, PRINTER_DRIVER, bytes_of_text(driver));
    printing_field(&set, PRINTER_OWNER, bytes_of(owner, sizeof owner));
    printing_field(&set, PRINTER_ADDRESS, bytes_of_text(address));
    printing_field(&set, PRINTER_CODEPAGE, bytes_of_text("pc858"));
    (void)printing_ask(&set);
}

void printing_set_tcp(void)
{
    char address[32];
    (void)snprintf(address, sizeof address, "127.0.0.1:%u", printer_port());
    printing_set("escpos", address);
}

void printing_change(uint32_t number, struct bytes text)
{
    struct command set = printing_command(COMMAND_RECORD_SET);
    set.record = KIND_PRINTER;
    set.item = PRINTER;
    printing_field(&set, number, text);
    (void)printing_ask(&set);
}

void printing_hide(uint32_t number, bool is_hidden)
{
    struct command set = printing_command(COMMAND_RECORD_SET);
    set.record = KIND_PRINTER;
    set.item = number;
    set.fields[set.fields_count++] =
        (struct wanted_field){.field = RECORD_HIDDEN, .truth = is_hidden};
    (void)printing_ask(&set);
}

void printing_place(void)
{
    uint8_t key[16] = {0};
    struct command order = printing_command(COMMAND_ORDER_PLACE);
    put_be32(key + 12, ++printing.serial);
    order.key = bytes_of(key, sizeof key);
    order.channel = bytes_of_text("counter");
    order.mode = bytes_of_text("take-away");
    order.lines_count = 1;
    order.lines[0] = (struct wanted_line){.item = ITEM, .quantity = 2};
    printing.order = printing_ask(&order).answer.entity;
}

void printing_place_all(uint64_t from, uint64_t to)
{
    uint8_t key[16] = {0};
    struct command order = printing_command(COMMAND_ORDER_PLACE);
    put_be32(key + 12, ++printing.serial);
    order.key = bytes_of(key, sizeof key);
    order.channel = bytes_of_text("counter");
    order.mode = bytes_of_text("take-away");
    for (uint64_t item = from; item <= to; item++) {
        order.lines[order.lines_count++] = (struct wanted_line){.item = item, .quantity = 1};
    }
    printing.order = printing_ask(&order).answer.entity;
}

uint32_t printing_count(uint32_t type)
{
    struct store_txn *txn = NULL;
    struct history *history = history_new();
    const struct gate *gate = core_gate(printing.core);
    uint32_t count = 0;
    assert_int_equal(gate->read_begin(gate->context, &txn), 0);
    assert_int_equal(history_get(history, txn, KIND_ORDER, &printing.order), 0);
    for (uint32_t i = 0; i < history->count; i++) {
        count += history->events[i].type == type;
    }
    gate->read_end(gate->context, txn);
    history_free(history);
    return count;
}

void printing_until(const char *word, uint32_t count)
{
    const uint64_t deadline_ms = clock_mono_ms() + PRINTING_DEADLINE_MS;
    while (printed(word) < count) {
        assert_int_equal(core_turn(printing.core, 10), 0);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

void printing_until_events(uint32_t type, uint32_t count)
{
    const uint64_t deadline_ms = clock_mono_ms() + PRINTING_DEADLINE_MS;
    while (printing_count(type) < count) {
        assert_int_equal(core_turn(printing.core, 10), 0);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

void printing_until_done(uint32_t count)
{
    printing_until_events(EVENT_PRINT_DONE, count);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(core_turn(printing.core, 1), 0);
    }
}

void printing_until_told(const char *state)
{
    const struct gate *gate = core_gate(printing.core);
    const uint64_t deadline_ms = clock_mono_ms() + PRINTING_DEADLINE_MS;
    do {
        assert_int_equal(core_turn(printing.core, 10), 0);
        gate->live(gate->context, &printing.live);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (printing.live.printers_count == 0 ||
             strcmp(printing.live.printers[0].state, state) != 0);
}

void printing_until_waiting(const char *state, uint32_t waiting)
{
    printing_until_told(state);
    assert_int_equal(printing.live.printers[0].waiting, waiting);
    assert_false(printing.live.printers[0].is_ready);
}
