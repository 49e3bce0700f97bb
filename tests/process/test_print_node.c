/* test_print_node.c - a node that owns a printer: an order becomes one ticket, whatever the
 * printer, the paper and the power do. The printer is a thread with a TCP port that answers as a
 * real one.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/core/core_print.h"
#include "node/os/clock.h"
#include "node/print/spool.h"
#include "sync/domain/entity.h"
#include "sync/domain/menu_events.h"
#include "sync/domain/record.h"
#include "tests/process/lib/printer.h"

enum { DEADLINE_MS = 120000, ITEM = 7, PRINTER = 1 };

/* --- a node --- */

static struct {
    char state[128];
    struct identity identity;
    struct settings settings;
    struct core *core;
    uint32_t serial;
    struct entity_id order;
} node;

static void node_identify(void)
{
    uint8_t buffer[CERT_CHAIN_BYTES_MAX];
    struct bytes chain;
    struct identity *identity = &node.identity;
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

static void node_start(void)
{
    const struct core_config config = {
        .state = node.state, .settings = &node.settings, .identity = &node.identity};
    assert_int_equal(core_open(&config, &node.core), 0);
}

static struct effect_answer ask(const struct command *command)
{
    struct effect_answer answer;
    struct command_queue *queue = core_gate(node.core)->queue;
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    struct api_command *slot = command_queue_reserve(queue);
    assert_non_null(slot);
    slot->command = *command;
    command_queue_push(queue, slot);
    do {
        assert_int_equal(core_turn(node.core, 10), 0);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (!command_queue_answered(queue, &answer));
    assert_int_equal(answer.err, 0);
    return answer;
}

static struct command command_of(enum command_kind kind)
{
    return (struct command){.kind = kind, .principal = {.role = ROLE_OWNER, .session = 1}};
}

static void field(struct command *command, uint32_t number, struct bytes text)
{
    command->fields[command->fields_count++] = (struct wanted_field){.field = number, .text = text};
}

static void open_stall(void)
{
    struct command day = command_of(COMMAND_DAY_OPEN);
    struct command item = command_of(COMMAND_MENU_SET);
    day.day = 1;
    (void)ask(&day);
    item.item = ITEM;
    field(&item, MENU_NAME, bytes_of_text("Ramen"));
    field(&item, MENU_STATION, bytes_of_text("grill"));
    item.fields[item.fields_count++] = (struct wanted_field){.field = MENU_PRICE, .number = 1200};
    (void)ask(&item);
}

/* Our own printer, for every station. */
static void set_printer(const char *driver, const char *address)
{
    uint8_t owner[8];
    struct command set = command_of(COMMAND_RECORD_SET);
    put_be64(owner, node.identity.device);
    set.record = KIND_PRINTER;
    set.item = PRINTER;
    set.is_new = true;
    field(&set, RECORD_NAME, bytes_of_text("Kitchen"));
    field(&set, PRINTER_DRIVER, bytes_of_text(driver));
    field(&set, PRINTER_OWNER, bytes_of(owner, sizeof owner));
    field(&set, PRINTER_ADDRESS, bytes_of_text(address));
    field(&set, PRINTER_CODEPAGE, bytes_of_text("pc858"));
    (void)ask(&set);
}

/* The same one, another way. */
static void change_printer(uint32_t number, struct bytes text)
{
    struct command set = command_of(COMMAND_RECORD_SET);
    set.record = KIND_PRINTER;
    set.item = PRINTER;
    field(&set, number, text);
    (void)ask(&set);
}

static void set_tcp_printer(void)
{
    char address[32];
    (void)snprintf(address, sizeof address, "127.0.0.1:%u", printer_port());
    set_printer("escpos", address);
}

static void place(void)
{
    uint8_t key[16] = {0};
    struct command order = command_of(COMMAND_ORDER_PLACE);
    put_be32(key + 12, ++node.serial);
    order.key = bytes_of(key, sizeof key);
    order.channel = bytes_of_text("counter");
    order.mode = bytes_of_text("take-away");
    order.lines_count = 1;
    order.lines[0] = (struct wanted_line){.item = ITEM, .quantity = 2};
    node.order = ask(&order).answer.entity;
}

/* Turns until @word was printed @count times. */
static void turn_until_printed(const char *word, uint32_t count)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (printed(word) < count) {
        assert_int_equal(core_turn(node.core, 10), 0);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

static uint32_t count_events(uint32_t type)
{
    struct store_txn *txn = NULL;
    struct history *history = history_new();
    const struct gate *gate = core_gate(node.core);
    uint32_t count = 0;
    assert_int_equal(gate->read_begin(gate->context, &txn), 0);
    assert_int_equal(history_get(history, txn, KIND_ORDER, &node.order), 0);
    for (uint32_t i = 0; i < history->count; i++) {
        count += history->events[i].type == type;
    }
    gate->read_end(gate->context, txn);
    history_free(history);
    return count;
}

/* Turns until the order has @count events of @type. */
static void turn_until_events(uint32_t type, uint32_t count)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (count_events(type) < count) {
        assert_int_equal(core_turn(node.core, 10), 0);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

/* Turns until the order has @count results of slips, and then some, so that nothing more comes. */
static void turn_until_done(uint32_t count)
{
    turn_until_events(EVENT_PRINT_DONE, count);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(core_turn(node.core, 1), 0);
    }
}

static struct gate_live live;

/* Turns until the screens are told so. */
static void turn_until_printer(const char *state)
{
    const struct gate *gate = core_gate(node.core);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    do {
        assert_int_equal(core_turn(node.core, 10), 0);
        gate->live(gate->context, &live);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (live.printers_count == 0 || strcmp(live.printers[0].state, state) != 0);
}

static void turn_until_state(const char *state, uint32_t waiting)
{
    turn_until_printer(state);
    assert_int_equal(live.printers[0].waiting, waiting);
    assert_false(live.printers[0].is_ready);
}

static void begin(void)
{
    memset(&node, 0, sizeof node);
    (void)snprintf(node.state, sizeof node.state, "/tmp/trestle-print-XXXXXX");
    assert_non_null(mkdtemp(node.state));
    settings_defaults(&node.settings);
    (void)snprintf(node.settings.listen, sizeof node.settings.listen, "none");
    node_identify();
    node_start();
    printer_start(PRINTER_ANSWERS);
}

static void end(void)
{
    char remove_it[256];
    core_close(node.core);
    printer_stop();
    (void)snprintf(remove_it, sizeof remove_it, "rm -rf '%s'", node.state);
    assert_int_equal(system(remove_it), 0); /* NOLINT: a path of our own making */
}

/* --- the promise --- */

TEST(print_node, an_order_is_one_ticket_and_a_change_another)
{
    begin();
    open_stall();
    set_tcp_printer();
    place();
    turn_until_printed("2 x Ramen", 1);
    turn_until_done(1);
    assert_int_equal(printed("2 x Ramen"), 1);
    assert_int_equal(printed("\x1d\x56\x42"), 1); /* one cut */
    struct command more = command_of(COMMAND_LINE_SET);
    more.order = node.order;
    more.ids_count = 1;
    more.ids[0] = 1;
    more.quantity_delta = 1;
    (void)ask(&more);
    turn_until_printed("NOW 3 x Ramen", 1);
    turn_until_done(2);
    assert_int_equal(printed("\x1d\x56\x42"), 2);
    assert_int_equal(printed("COPY"), 0);
    end();
}

TEST(print_node, a_restart_prints_nothing_that_was_printed)
{
    begin();
    open_stall();
    set_tcp_printer();
    place();
    turn_until_done(1);
    core_close(node.core);
    node_start();
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(core_turn(node.core, 1), 0);
    }
    assert_int_equal(printed("Ramen"), 1);
    end();
}

static void turn_until_scrubbed(void)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (replica_is_scrubbing(node.core->replica)) {
        assert_int_equal(core_turn(node.core, 10), 0);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

/* The next pass would begin in hours. */
TEST(print_node, a_row_of_the_index_that_is_none_is_looked_for_at_once_and_tickets_go_on)
{
    static const uint8_t key[] = {INDEX_ACTIVE, 0, 1, 2};
    struct store_txn *txn = NULL;
    begin();
    open_stall();
    set_tcp_printer();
    place();
    turn_until_done(1);
    turn_until_scrubbed();
    assert_int_equal(store_lmdb_begin(node.core->store, &txn), 0);
    assert_int_equal(store_put(txn, TABLE_INDEX, bytes_of(key, sizeof key), bytes_of_text("none")),
                     0);
    assert_int_equal(store_lmdb_commit(txn), 0);
    change_printer(RECORD_NAME, bytes_of_text("Grill")); /* every order is looked at again */
    while (!node.core->print->is_blind) {
        assert_int_equal(core_turn(node.core, 10), 0);
    }
    assert_true(node.core->print->rest_until_ms > 0); /* not in each turn */
    place();
    turn_until_printed("2 x Ramen", 2);
    assert_false(node.core->print->is_blind);
    end();
}

TEST(print_node, without_paper_a_ticket_waits_and_is_no_copy)
{
    begin();
    open_stall();
    printer_set_paper(true, false);
    set_tcp_printer();
    place();
    turn_until_events(EVENT_PRINT_CLAIM, 1);
    assert_int_equal(printed("Ramen"), 0);
    turn_until_state("it is out of paper", 1);
    printer_set_paper(false, false);
    turn_until_printed("2 x Ramen", 1);
    turn_until_done(1);
    assert_int_equal(printed("COPY"), 0);
    assert_int_equal(count_events(EVENT_PRINT_CLAIM), 1);
    end();
}

TEST(print_node, what_died_between_claim_and_done_comes_again_as_a_possible_copy)
{
    begin();
    open_stall();
    printer_set_paper(true, false);
    set_tcp_printer();
    place();
    turn_until_events(EVENT_PRINT_CLAIM, 1);
    core_close(node.core); /* the claim is in the store, its outcome nowhere */
    printer_set_paper(false, false);
    node_start();
    turn_until_printed("POSSIBLE COPY", 1);
    turn_until_done(1);
    assert_int_equal(printed("2 x Ramen"), 1);
    assert_int_equal(count_events(EVENT_PRINT_CLAIM), 2);
    end();
}

TEST(print_node, paper_that_ends_in_the_middle_is_followed_by_a_possible_copy)
{
    begin();
    open_stall();
    printer_set_paper(false, true);
    set_tcp_printer();
    place();
    turn_until_events(EVENT_PRINT_CLAIM, 2);
    printer_set_paper(false, false);
    turn_until_printed("POSSIBLE COPY", 1);
    turn_until_done(1);
    assert_int_equal(printed("2 x Ramen"), 2);
    end();
}

TEST(print_node, a_text_printer_writes_only_where_the_settings_let_it)
{
    char path[256], elsewhere[256];
    char text[4096];
    begin();
    (void)snprintf(node.settings.print_folder, sizeof node.settings.print_folder, "%s", node.state);
    open_stall();
    (void)snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", node.state);
    set_printer("text", elsewhere);
    place();
    turn_until_done(1);
    (void)snprintf(path, sizeof path, "%s/printer-1.txt", node.state);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    assert_non_null(strstr(text, "2 x Ramen"));
    assert_int_not_equal(access(elsewhere, F_OK), 0);
    end();
}

TEST(print_node, an_address_is_never_another_file_than_a_printers)
{
    static const char *const addresses[] = {"/etc/passwd", "/dev/sda",  "/dev/usb/lp0/../../sda",
                                            "/dev/usb/lp", "/dev/lp0x", "nowhere"};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        struct device device;
        assert_int_equal(device_open(&device, addresses[i]), PRINTER_NOT_ALLOWED);
        assert_int_equal(device.fd, -1);
    }
}

TEST(print_node, a_reprint_and_a_receipt_come_out_when_a_person_asks)
{
    begin();
    open_stall();
    set_tcp_printer();
    place();
    turn_until_done(1);
    struct command again = command_of(COMMAND_PRINT);
    again.order = node.order;
    again.printer = PRINTER;
    again.purpose = PRINT_TICKET;
    again.station = bytes_of_text("grill");
    (void)ask(&again);
    turn_until_printed("*** REPRINT ***", 1);
    again.purpose = PRINT_RECEIPT;
    again.station = bytes_of_text("");
    (void)ask(&again);
    turn_until_printed("Total EUR", 1);
    turn_until_done(3);
    assert_int_equal(printed("*** POSSIBLE COPY ***"), 0);
    end();
}

TEST(print_node, a_printer_that_is_not_there_hands_its_ticket_to_the_backup)
{
    begin();
    open_stall();
    node.settings.print_folder[0] = '\0';
    struct command backup = command_of(COMMAND_RECORD_SET);
    uint8_t owner[8];
    char address[32];
    put_be64(owner, node.identity.device);
    (void)snprintf(address, sizeof address, "127.0.0.1:%u", printer_port());
    backup.record = KIND_PRINTER;
    backup.item = PRINTER + 1;
    backup.is_new = true;
    field(&backup, RECORD_NAME, bytes_of_text("Bar"));
    field(&backup, PRINTER_DRIVER, bytes_of_text("escpos"));
    field(&backup, PRINTER_OWNER, bytes_of(owner, sizeof owner));
    field(&backup, PRINTER_ADDRESS, bytes_of_text(address));
    field(&backup, PRINTER_STATIONS, bytes_of_text("bar"));
    (void)ask(&backup);
    struct command first = backup;
    first.item = PRINTER;
    first.fields[3].text = bytes_of_text("nowhere");
    first.fields[4].text = bytes_of_text("cold, grill");
    first.fields[first.fields_count++] =
        (struct wanted_field){.field = PRINTER_BACKUP, .number = PRINTER + 1};
    (void)ask(&first);
    place();
    turn_until_printed("2 x Ramen", 1);
    turn_until_done(2); /* failed there, printed here */
    assert_int_equal(printed("COPY"), 0);
    assert_int_equal(count_events(EVENT_PRINT_CLAIM), 3);
    end();
}

TEST(print_node, a_printer_that_moves_takes_its_waiting_slips_along)
{
    char address[32];
    begin();
    open_stall();
    set_printer("escpos", "127.0.0.1:1");
    place();
    turn_until_state("it does not answer: look at its cable, its network and its power", 1);
    (void)snprintf(address, sizeof address, "127.0.0.1:%u", printer_port());
    change_printer(RECORD_NAME, bytes_of_text("Bar")); /* its slips stay where they are */
    change_printer(PRINTER_ADDRESS, bytes_of_text(address));
    turn_until_printed("2 x Ramen", 1);
    turn_until_done(1);
    assert_int_equal(printed("2 x Ramen"), 1);
    end();
}

TEST(print_node, a_printer_that_is_another_device_s_now_prints_nothing_here)
{
    uint8_t owner[8];
    begin();
    open_stall();
    set_tcp_printer();
    place();
    turn_until_done(1);
    put_be64(owner, node.identity.device + 1);
    change_printer(PRINTER_OWNER, bytes_of(owner, sizeof owner));
    place();
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(core_turn(node.core, 1), 0);
    }
    assert_int_equal(count_events(EVENT_PRINT_CLAIM), 0);
    put_be64(owner, node.identity.device);
    change_printer(PRINTER_OWNER, bytes_of(owner, sizeof owner));
    turn_until_done(1);
    assert_int_equal(printed("2 x Ramen"), 2);
    end();
}

/* --- many, and others' --- */

TEST(print_node, more_orders_than_it_looks_after_at_once_are_each_printed_once)
{
    enum { MANY = 100 };
    begin();
    open_stall();
    for (uint32_t i = 0; i < MANY; i++) {
        place();
    }
    printer_set_paper(true, false);
    set_tcp_printer(); /* a hundred tickets are due at once */
    turn_until_printer("it is out of paper");
    printer_set_paper(false, false);
    turn_until_printed("2 x Ramen", MANY);
    turn_until_done(1);
    assert_int_equal(printed("2 x Ramen"), MANY);
    assert_int_equal(printed("COPY"), 0);
    end();
}

static void add_item(uint64_t number, const char *name, const char *station)
{
    struct command item = command_of(COMMAND_MENU_SET);
    item.item = number;
    field(&item, MENU_NAME, bytes_of_text(name));
    field(&item, MENU_STATION, bytes_of_text(station));
    item.fields[item.fields_count++] = (struct wanted_field){.field = MENU_PRICE, .number = 100};
    (void)ask(&item);
}

/* One of each. */
static void place_all(uint64_t from, uint64_t to)
{
    uint8_t key[16] = {0};
    struct command order = command_of(COMMAND_ORDER_PLACE);
    put_be32(key + 12, ++node.serial);
    order.key = bytes_of(key, sizeof key);
    order.channel = bytes_of_text("counter");
    order.mode = bytes_of_text("take-away");
    for (uint64_t item = from; item <= to; item++) {
        order.lines[order.lines_count++] = (struct wanted_line){.item = item, .quantity = 1};
    }
    node.order = ask(&order).answer.entity;
}

TEST(print_node, a_station_gets_one_ticket_with_all_of_its_lines_and_what_has_none_gets_one_too)
{
    begin();
    open_stall();
    add_item(ITEM + 1, "Gyoza", "grill");
    add_item(ITEM + 2, "Tea", "");
    set_tcp_printer();
    place_all(ITEM, ITEM + 2);
    turn_until_printed("Tea", 1);
    turn_until_printed("Gyoza", 1);
    turn_until_done(2);
    assert_int_equal(count_events(EVENT_PRINT_CLAIM), 2);
    assert_int_equal(printed("\x1d\x56\x42"), 2); /* cuts */
    assert_int_equal(printed("Ramen"), 1);
    end();
}

TEST(print_node, a_station_that_another_device_prints_is_left_to_it)
{
    uint8_t owner[8];
    begin();
    open_stall();
    add_item(ITEM + 1, "Tea", "bar");
    set_tcp_printer();
    struct command other = command_of(COMMAND_RECORD_SET);
    put_be64(owner, node.identity.device + 1);
    other.record = KIND_PRINTER;
    other.item = PRINTER + 1;
    other.is_new = true;
    field(&other, RECORD_NAME, bytes_of_text("Bar"));
    field(&other, PRINTER_DRIVER, bytes_of_text("escpos"));
    field(&other, PRINTER_OWNER, bytes_of(owner, sizeof owner));
    field(&other, PRINTER_ADDRESS, bytes_of_text("nowhere"));
    field(&other, PRINTER_STATIONS, bytes_of_text("bar , cold, "));
    (void)ask(&other);
    place_all(ITEM, ITEM + 1);
    turn_until_printed("Ramen", 1);
    turn_until_done(1);
    assert_int_equal(printed("Tea"), 0);
    assert_int_equal(count_events(EVENT_PRINT_CLAIM), 1);
    end();
}

/* A second one of ours, which writes to a file. */
static void add_bar_printer(void)
{
    uint8_t owner[8];
    struct command bar = command_of(COMMAND_RECORD_SET);
    put_be64(owner, node.identity.device);
    bar.record = KIND_PRINTER;
    bar.item = PRINTER + 1;
    bar.is_new = true;
    field(&bar, RECORD_NAME, bytes_of_text("Bar"));
    field(&bar, PRINTER_DRIVER, bytes_of_text("text"));
    field(&bar, PRINTER_OWNER, bytes_of(owner, sizeof owner));
    field(&bar, PRINTER_ADDRESS, bytes_of_text(""));
    field(&bar, PRINTER_STATIONS, bytes_of_text("bar"));
    (void)ask(&bar);
}

static void turn_until_file(const char *name)
{
    char path[256];
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    (void)snprintf(path, sizeof path, "%s/%s", node.state, name);
    while (access(path, F_OK) != 0) {
        assert_int_equal(core_turn(node.core, 10), 0);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

/* More than the printer and all commands on their way hold. */
TEST(print_node, a_printer_without_paper_holds_up_no_other_however_many_tickets_wait_for_it)
{
    enum { MANY = 130 };
    begin();
    (void)snprintf(node.settings.print_folder, sizeof node.settings.print_folder, "%s", node.state);
    open_stall();
    add_item(ITEM + 1, "Tea", "bar");
    printer_set_paper(true, false);
    set_tcp_printer();
    add_bar_printer();
    for (uint32_t i = 0; i < MANY; i++) {
        place();
    }
    turn_until_printer("it is out of paper");
    place_all(ITEM + 1, ITEM + 1);
    turn_until_file("printer-2.txt");
    turn_until_done(1);
    assert_int_equal(printed("Ramen"), 0);
    printer_set_paper(false, false);
    turn_until_printed("2 x Ramen", MANY);
    assert_int_equal(printed("2 x Ramen"), MANY);
    assert_int_equal(printed("COPY"), 0);
    end();
}

static void hide_printer(uint32_t number, bool is_hidden)
{
    struct command set = command_of(COMMAND_RECORD_SET);
    set.record = KIND_PRINTER;
    set.item = number;
    set.fields[set.fields_count++] =
        (struct wanted_field){.field = RECORD_HIDDEN, .truth = is_hidden};
    (void)ask(&set);
}

/* Each printer's fill is less than the commands on their way, both printers' is more. */
TEST(print_node, more_tickets_than_are_looked_after_at_once_for_two_printers_are_each_printed_once)
{
    enum { MANY = 40 };
    begin();
    (void)snprintf(node.settings.print_folder, sizeof node.settings.print_folder, "%s", node.state);
    open_stall();
    add_item(ITEM + 1, "Tea", "bar");
    add_bar_printer();
    hide_printer(PRINTER + 1, true);
    for (uint32_t i = 0; i < MANY; i++) {
        place_all(ITEM, ITEM + 1);
    }
    set_tcp_printer();
    hide_printer(PRINTER + 1, false); /* before the first one had a turn to print them all */
    turn_until_printed("Ramen", MANY);
    turn_until_done(2); /* of the last order: its ramen, and its tea */
    assert_int_equal(printed("Ramen"), MANY);
    assert_int_equal(printed("COPY"), 0);
    end();
}

TEST(print_node, a_printer_that_vanishes_with_a_claimed_slip_prints_it_as_a_possible_copy_when_back)
{
    begin();
    open_stall();
    printer_set_paper(true, false);
    set_tcp_printer();
    place();
    turn_until_state("it is out of paper", 1);
    hide_printer(PRINTER, true);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(core_turn(node.core, 1), 0);
    }
    printer_set_paper(false, false);
    assert_int_equal(count_events(EVENT_PRINT_CLAIM), 1);
    assert_int_equal(printed("Ramen"), 0);
    hide_printer(PRINTER, false);
    turn_until_printed("POSSIBLE COPY", 1);
    turn_until_done(1);
    assert_int_equal(printed("2 x Ramen"), 1);
    end();
}

TEST(print_node, a_text_printer_for_which_no_folder_is_set_keeps_its_slips)
{
    begin();
    node.settings.print_folder[0] = '\0';
    open_stall();
    set_printer("text", "");
    place();
    turn_until_events(EVENT_PRINT_CLAIM, 1);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(core_turn(node.core, 1), 0);
    }
    assert_int_equal(count_events(EVENT_PRINT_DONE), 0);
    end();
}

TEST(print_node, a_printer_that_gets_a_backup_goes_on_with_what_waits)
{
    struct command set = command_of(COMMAND_RECORD_SET);
    begin();
    open_stall();
    printer_set_paper(true, false);
    set_tcp_printer();
    place();
    turn_until_state("it is out of paper", 1);
    set.record = KIND_PRINTER;
    set.item = PRINTER;
    set.fields[set.fields_count++] =
        (struct wanted_field){.field = PRINTER_BACKUP, .number = PRINTER + 1};
    (void)ask(&set);
    printer_set_paper(false, false);
    turn_until_printed("2 x Ramen", 1);
    turn_until_done(1);
    assert_int_equal(printed("2 x Ramen"), 1);
    end();
}

TEST(print_node, a_text_printer_without_a_folder_that_it_may_write_to_keeps_its_slips)
{
    begin();
    memset(node.settings.print_folder, 'x', sizeof node.settings.print_folder - 1);
    node.settings.print_folder[0] = '/';
    open_stall();
    set_printer("text", "");
    place();
    turn_until_events(EVENT_PRINT_CLAIM, 1);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(core_turn(node.core, 1), 0);
    }
    assert_int_equal(count_events(EVENT_PRINT_DONE), 0);
    end();
}
