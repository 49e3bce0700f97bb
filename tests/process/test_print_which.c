/* test_print_which.c - which printer prints a slip: by its station, by its owner, by what it is,
 * and by what becomes of another one.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/os/clock.h"
#include "node/print/spool.h"
#include "sync/domain/record.h"
#include "tests/process/lib/printing.h"

/* --- stations --- */

TEST(print_which, a_station_gets_one_ticket_with_all_of_its_lines_and_what_has_none_gets_one_too)
{
    printing_begin();
    printing_open_stall();
    printing_add_item(ITEM + 1, "Gyoza", "grill");
    printing_add_item(ITEM + 2, "Tea", "");
    printing_set_tcp();
    printing_place_all(ITEM, ITEM + 2);
    printing_until("Tea", 1);
    printing_until("Gyoza", 1);
    printing_until_done(2);
    assert_int_equal(printing_count(EVENT_PRINT_CLAIM), 2);
    assert_int_equal(printed("\x1d\x56\x42"), 2); /* cuts */
    assert_int_equal(printed("Ramen"), 1);
    printing_end();
}

TEST(print_which, a_station_that_another_device_prints_is_left_to_it)
{
    uint8_t owner[8];
    printing_begin();
    printing_open_stall();
    printing_add_item(ITEM + 1, "Tea", "bar");
    printing_set_tcp();
    struct command other = printing_command(COMMAND_RECORD_SET);
    put_be64(owner, printing.identity.device + 1);
    other.record = KIND_PRINTER;
    other.item = PRINTER + 1;
    other.is_new = true;
    printing_field(&other, RECORD_NAME, bytes_of_text("Bar"));
    printing_field(&other, PRINTER_DRIVER, bytes_of_text("escpos"));
    printing_field(&other, PRINTER_OWNER, bytes_of(owner, sizeof owner));
    printing_field(&other, PRINTER_ADDRESS, bytes_of_text("nowhere"));
    printing_field(&other, PRINTER_STATIONS, bytes_of_text("bar , cold, "));
    (void)printing_ask(&other);
    printing_place_all(ITEM, ITEM + 1);
    printing_until("Ramen", 1);
    printing_until_done(1);
    assert_int_equal(printed("Tea"), 0);
    assert_int_equal(printing_count(EVENT_PRINT_CLAIM), 1);
    printing_end();
}

/* --- two printers --- */

/* A second one of ours, which writes to a file. */
static void add_bar_printer(void)
{
    uint8_t owner[8];
    struct command bar = printing_command(COMMAND_RECORD_SET);
    put_be64(owner, printing.identity.device);
    bar.record = KIND_PRINTER;
    bar.item = PRINTER + 1;
    bar.is_new = true;
    printing_field(&bar, RECORD_NAME, bytes_of_text("Bar"));
    printing_field(&bar, PRINTER_DRIVER, bytes_of_text("text"));
    printing_field(&bar, PRINTER_OWNER, bytes_of(owner, sizeof owner));
    printing_field(&bar, PRINTER_ADDRESS, bytes_of_text(""));
    printing_field(&bar, PRINTER_STATIONS, bytes_of_text("bar"));
    (void)printing_ask(&bar);
}

static void turn_until_file(const char *name)
{
    char path[256];
    const uint64_t deadline_ms = clock_mono_ms() + PRINTING_DEADLINE_MS;
    (void)snprintf(path, sizeof path, "%s/%s", printing.state, name);
    while (access(path, F_OK) != 0) {
        assert_int_equal(core_turn(printing.core, 10), 0);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

/* More than the printer and all commands on their way hold. */
TEST(print_which, a_printer_without_paper_holds_up_no_other_however_many_tickets_wait_for_it)
{
    enum { MANY = 130 };
    printing_begin();
    (void)snprintf(printing.settings.print_folder, sizeof printing.settings.print_folder, "%s",
                   printing.state);
    printing_open_stall();
    printing_add_item(ITEM + 1, "Tea", "bar");
    printer_set_paper(true, false);
    printing_set_tcp();
    add_bar_printer();
    for (uint32_t i = 0; i < MANY; i++) {
        printing_place();
    }
    printing_until_told("it is out of paper");
    printing_place_all(ITEM + 1, ITEM + 1);
    turn_until_file("printer-2.txt");
    printing_until_done(1);
    assert_int_equal(printed("Ramen"), 0);
    printer_set_paper(false, false);
    printing_until("2 x Ramen", MANY);
    assert_int_equal(printed("2 x Ramen"), MANY);
    assert_int_equal(printed("COPY"), 0);
    printing_end();
}

/* Each printer's fill is less than the commands on their way, both printers' is more. */
TEST(print_which, more_tickets_than_are_looked_after_at_once_for_two_printers_are_each_printed_once)
{
    enum { MANY = 40 };
    printing_begin();
    (void)snprintf(printing.settings.print_folder, sizeof printing.settings.print_folder, "%s",
                   printing.state);
    printing_open_stall();
    printing_add_item(ITEM + 1, "Tea", "bar");
    add_bar_printer();
    printing_hide(PRINTER + 1, true);
    for (uint32_t i = 0; i < MANY; i++) {
        printing_place_all(ITEM, ITEM + 1);
    }
    printing_set_tcp();
    printing_hide(PRINTER + 1, false); /* before the first one had a turn to print them all */
    printing_until("Ramen", MANY);
    printing_until_done(2); /* of the last order: its ramen, and its tea */
    assert_int_equal(printed("Ramen"), MANY);
    assert_int_equal(printed("COPY"), 0);
    printing_end();
}

/* --- printers that go, move and get a backup --- */

TEST(print_which, a_printer_that_is_not_there_hands_its_ticket_to_the_backup)
{
    printing_begin();
    printing_open_stall();
    printing.settings.print_folder[0] = '\0';
    struct command backup = printing_command(COMMAND_RECORD_SET);
    uint8_t owner[8];
    char address[32];
    put_be64(owner, printing.identity.device);
    (void)snprintf(address, sizeof address, "127.0.0.1:%u", printer_port());
    backup.record = KIND_PRINTER;
    backup.item = PRINTER + 1;
    backup.is_new = true;
    printing_field(&backup, RECORD_NAME, bytes_of_text("Bar"));
    printing_field(&backup, PRINTER_DRIVER, bytes_of_text("escpos"));
    printing_field(&backup, PRINTER_OWNER, bytes_of(owner, sizeof owner));
    printing_field(&backup, PRINTER_ADDRESS, bytes_of_text(address));
    printing_field(&backup, PRINTER_STATIONS, bytes_of_text("bar"));
    (void)printing_ask(&backup);
    struct command first = backup;
    first.item = PRINTER;
    first.fields[3].text = bytes_of_text("nowhere");
    first.fields[4].text = bytes_of_text("cold, grill");
    first.fields[first.fields_count++] =
        (struct wanted_field){.field = PRINTER_BACKUP, .number = PRINTER + 1};
    (void)printing_ask(&first);
    printing_place();
    printing_until("2 x Ramen", 1);
    printing_until_done(2); /* failed there, printed here */
    assert_int_equal(printed("COPY"), 0);
    assert_int_equal(printing_count(EVENT_PRINT_CLAIM), 3);
    printing_end();
}

TEST(print_which, a_printer_that_gets_a_backup_goes_on_with_what_waits)
{
    struct command set = printing_command(COMMAND_RECORD_SET);
    printing_begin();
    printing_open_stall();
    printer_set_paper(true, false);
    printing_set_tcp();
    printing_place();
    printing_until_waiting("it is out of paper", 1);
    set.record = KIND_PRINTER;
    set.item = PRINTER;
    set.fields[set.fields_count++] =
        (struct wanted_field){.field = PRINTER_BACKUP, .number = PRINTER + 1};
    (void)printing_ask(&set);
    printer_set_paper(false, false);
    printing_until("2 x Ramen", 1);
    printing_until_done(1);
    assert_int_equal(printed("2 x Ramen"), 1);
    printing_end();
}

TEST(print_which, a_printer_that_moves_takes_its_waiting_slips_along)
{
    char address[32];
    printing_begin();
    printing_open_stall();
    printing_set("escpos", "127.0.0.1:1");
    printing_place();
    printing_until_waiting("it does not answer: look at its cable, its network and its power", 1);
    (void)snprintf(address, sizeof address, "127.0.0.1:%u", printer_port());
    printing_change(RECORD_NAME, bytes_of_text("Bar")); /* its slips stay where they are */
    printing_change(PRINTER_ADDRESS, bytes_of_text(address));
    printing_until("2 x Ramen", 1);
    printing_until_done(1);
    assert_int_equal(printed("2 x Ramen"), 1);
    printing_end();
}

TEST(print_which, a_printer_that_is_another_device_s_now_prints_nothing_here)
{
    uint8_t owner[8];
    printing_begin();
    printing_open_stall();
    printing_set_tcp();
    printing_place();
    printing_until_done(1);
    put_be64(owner, printing.identity.device + 1);
    printing_change(PRINTER_OWNER, bytes_of(owner, sizeof owner));
    printing_place();
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(core_turn(printing.core, 1), 0);
    }
    assert_int_equal(printing_count(EVENT_PRINT_CLAIM), 0);
    put_be64(owner, printing.identity.device);
    printing_change(PRINTER_OWNER, bytes_of(owner, sizeof owner));
    printing_until_done(1);
    assert_int_equal(printed("2 x Ramen"), 2);
    printing_end();
}

TEST(print_which,
     a_printer_that_vanishes_with_a_claimed_slip_prints_it_as_a_possible_copy_when_back)
{
    printing_begin();
    printing_open_stall();
    printer_set_paper(true, false);
    printing_set_tcp();
    printing_place();
    printing_until_waiting("it is out of paper", 1);
    printing_hide(PRINTER, true);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(core_turn(printing.core, 1), 0);
    }
    printer_set_paper(false, false);
    assert_int_equal(printing_count(EVENT_PRINT_CLAIM), 1);
    assert_int_equal(printed("Ramen"), 0);
    printing_hide(PRINTER, false);
    printing_until("POSSIBLE COPY", 1);
    printing_until_done(1);
    assert_int_equal(printed("2 x Ramen"), 1);
    printing_end();
}

/* --- printers that write to files --- */

TEST(print_which, a_text_printer_writes_only_where_the_settings_let_it)
{
    char path[256], elsewhere[256];
    char text[4096];
    printing_begin();
    (void)snprintf(printing.settings.print_folder, sizeof printing.settings.print_folder, "%s",
                   printing.state);
    printing_open_stall();
    (void)snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", printing.state);
    printing_set("text", elsewhere);
    printing_place();
    printing_until_done(1);
    (void)snprintf(path, sizeof path, "%s/printer-1.txt", printing.state);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    assert_non_null(strstr(text, "2 x Ramen"));
    assert_int_not_equal(access(elsewhere, F_OK), 0);
    printing_end();
}

TEST(print_which, an_address_is_never_another_file_than_a_printers)
{
    static const char *const addresses[] = {"/etc/passwd", "/dev/sda",  "/dev/usb/lp0/../../sda",
                                            "/dev/usb/lp", "/dev/lp0x", "nowhere"};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        struct device device;
        assert_int_equal(device_open(&device, addresses[i]), PRINTER_NOT_ALLOWED);
        assert_int_equal(device.fd, -1);
    }
}

TEST(print_which, a_text_printer_for_which_no_folder_is_set_keeps_its_slips)
{
    printing_begin();
    printing.settings.print_folder[0] = '\0';
    printing_open_stall();
    printing_set("text", "");
    printing_place();
    printing_until_events(EVENT_PRINT_CLAIM, 1);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(core_turn(printing.core, 1), 0);
    }
    assert_int_equal(printing_count(EVENT_PRINT_DONE), 0);
    printing_end();
}

TEST(print_which, a_text_printer_without_a_folder_that_it_may_write_to_keeps_its_slips)
{
    printing_begin();
    memset(printing.settings.print_folder, 'x', sizeof printing.settings.print_folder - 1);
    printing.settings.print_folder[0] = '/';
    printing_open_stall();
    printing_set("text", "");
    printing_place();
    printing_until_events(EVENT_PRINT_CLAIM, 1);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(core_turn(printing.core, 1), 0);
    }
    assert_int_equal(printing_count(EVENT_PRINT_DONE), 0);
    printing_end();
}
