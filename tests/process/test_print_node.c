/* test_print_node.c - a node that owns a printer: an order becomes one ticket, whatever the paper
 * and the power do, and however many there are. The printer is a thread with a TCP port that
 * answers as a real one.
 */
#include "tests/lib/test.h"

#include "node/core/core_print.h"
#include "node/os/clock.h"
#include "sync/domain/entity.h"
#include "tests/process/lib/printing.h"

TEST(print_node, an_order_is_one_ticket_and_a_change_another)
{
    printing_begin();
    printing_open_stall();
    printing_set_tcp();
    printing_place();
    printing_until("2 x Ramen", 1);
    printing_until_done(1);
    assert_int_equal(printed("2 x Ramen"), 1);
    assert_int_equal(printed("\x1d\x56\x42"), 1); /* one cut */
    struct command more = printing_command(COMMAND_LINE_SET);
    more.order = printing.order;
    more.ids_count = 1;
    more.ids[0] = 1;
    more.quantity_delta = 1;
    (void)printing_ask(&more);
    printing_until("NOW 3 x Ramen", 1);
    printing_until_done(2);
    assert_int_equal(printed("\x1d\x56\x42"), 2);
    assert_int_equal(printed("COPY"), 0);
    printing_end();
}

TEST(print_node, a_reprint_and_a_receipt_come_out_when_a_person_asks)
{
    printing_begin();
    printing_open_stall();
    printing_set_tcp();
    printing_place();
    printing_until_done(1);
    struct command again = printing_command(COMMAND_PRINT);
    again.order = printing.order;
    again.printer = PRINTER;
    again.purpose = PRINT_TICKET;
    again.station = bytes_of_text("grill");
    (void)printing_ask(&again);
    printing_until("*** REPRINT ***", 1);
    again.purpose = PRINT_RECEIPT;
    again.station = bytes_of_text("");
    (void)printing_ask(&again);
    printing_until("Total EUR", 1);
    printing_until_done(3);
    assert_int_equal(printed("*** POSSIBLE COPY ***"), 0);
    printing_end();
}

TEST(print_node, more_orders_than_it_looks_after_at_once_are_each_printed_once)
{
    enum { MANY = 100 };
    printing_begin();
    printing_open_stall();
    for (uint32_t i = 0; i < MANY; i++) {
        printing_place();
    }
    printer_set_paper(true, false);
    printing_set_tcp(); /* a hundred tickets are due at once */
    printing_until_told("it is out of paper");
    printer_set_paper(false, false);
    printing_until("2 x Ramen", MANY);
    printing_until_done(1);
    assert_int_equal(printed("2 x Ramen"), MANY);
    assert_int_equal(printed("COPY"), 0);
    printing_end();
}

/* Until the last test slip of the first printer came so far. */
static void until_tested(enum gate_test test)
{
    const struct gate *gate = core_gate(printing.core);
    const uint64_t deadline_ms = clock_mono_ms() + PRINTING_DEADLINE_MS;
    do {
        assert_true(clock_mono_ms() < deadline_ms);
        assert_int_equal(core_turn(printing.core, 10), 0);
        gate->live(gate->context, &printing.live);
    } while (printing.live.printers_count == 0 || printing.live.printers[0].test != test);
}

TEST(print_node, a_test_slip_comes_out_when_it_can_and_says_so)
{
    const struct gate *gate;
    printing_begin();
    printing_open_stall();
    printing_set_tcp();
    gate = core_gate(printing.core);
    until_tested(GATE_TEST_NONE);
    assert_true(gate->print_test(gate->context, PRINTER));
    until_tested(GATE_TEST_PRINTED);
    assert_int_equal(printed("TEST"), 1);
    printer_set_paper(true, false);
    assert_true(gate->print_test(gate->context, PRINTER));
    printing_until_told("it is out of paper");
    assert_int_equal(printing.live.printers[0].test, GATE_TEST_WAITS);
    assert_true(gate->print_test(gate->context, PRINTER)); /* that one, and no other beside it */
    assert_int_equal(core_turn(printing.core, 10), 0);
    gate->live(gate->context, &printing.live);
    assert_int_equal(printing.live.printers[0].waiting, 1);
    printer_set_paper(false, false);
    until_tested(GATE_TEST_PRINTED);
    assert_int_equal(printed("TEST"), 2);
    assert_true(gate->print_test(gate->context, PRINTER + 1)); /* there is none: nothing is done */
    until_tested(GATE_TEST_PRINTED);
    assert_int_equal(printed("TEST"), 2);
    printing_end();
}

/* --- paper and power that end --- */

TEST(print_node, a_restart_prints_nothing_that_was_printed)
{
    printing_begin();
    printing_open_stall();
    printing_set_tcp();
    printing_place();
    printing_until_done(1);
    core_close(printing.core);
    printing_start();
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(core_turn(printing.core, 1), 0);
    }
    assert_int_equal(printed("Ramen"), 1);
    printing_end();
}

TEST(print_node, what_died_between_claim_and_done_comes_again_as_a_possible_copy)
{
    printing_begin();
    printing_open_stall();
    printer_set_paper(true, false);
    printing_set_tcp();
    printing_place();
    printing_until_events(EVENT_PRINT_CLAIM, 1);
    core_close(printing.core); /* the claim is in the store, its outcome nowhere */
    printer_set_paper(false, false);
    printing_start();
    printing_until("POSSIBLE COPY", 1);
    printing_until_done(1);
    assert_int_equal(printed("2 x Ramen"), 1);
    assert_int_equal(printing_count(EVENT_PRINT_CLAIM), 2);
    printing_end();
}

TEST(print_node, without_paper_a_ticket_waits_and_is_no_copy)
{
    printing_begin();
    printing_open_stall();
    printer_set_paper(true, false);
    printing_set_tcp();
    printing_place();
    printing_until_events(EVENT_PRINT_CLAIM, 1);
    assert_int_equal(printed("Ramen"), 0);
    printing_until_waiting("it is out of paper", 1);
    printer_set_paper(false, false);
    printing_until("2 x Ramen", 1);
    printing_until_done(1);
    assert_int_equal(printed("COPY"), 0);
    assert_int_equal(printing_count(EVENT_PRINT_CLAIM), 1);
    printing_end();
}

TEST(print_node, paper_that_ends_in_the_middle_is_followed_by_a_possible_copy)
{
    printing_begin();
    printing_open_stall();
    printer_set_paper(false, true);
    printing_set_tcp();
    printing_place();
    printing_until_events(EVENT_PRINT_CLAIM, 2);
    printer_set_paper(false, false);
    printing_until("POSSIBLE COPY", 1);
    printing_until_done(1);
    assert_int_equal(printed("2 x Ramen"), 2);
    printing_end();
}

/* --- rows that a disk spoilt --- */

static void turn_until_scrubbed(void)
{
    const uint64_t deadline_ms = clock_mono_ms() + PRINTING_DEADLINE_MS;
    while (replica_is_scrubbing(printing.core->replica)) {
        assert_int_equal(core_turn(printing.core, 10), 0);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

/* The next pass would begin in hours. */
TEST(print_node, a_row_of_the_index_that_is_none_is_looked_for_at_once_and_tickets_go_on)
{
    static const uint8_t key[] = {INDEX_ACTIVE, 0, 1, 2};
    struct store_txn *txn = NULL;
    printing_begin();
    printing_open_stall();
    printing_set_tcp();
    printing_place();
    printing_until_done(1);
    turn_until_scrubbed();
    assert_int_equal(store_lmdb_begin(printing.core->store, &txn), 0);
    assert_int_equal(store_put(txn, TABLE_INDEX, bytes_of(key, sizeof key), bytes_of_text("none")),
                     0);
    assert_int_equal(store_lmdb_commit(txn), 0);
    printing_change(RECORD_NAME, bytes_of_text("Grill")); /* every order is looked at again */
    while (!printing.core->print->is_blind) {
        assert_int_equal(core_turn(printing.core, 10), 0);
    }
    assert_true(printing.core->print->rest_until_ms > 0); /* not in each turn */
    printing_place();
    printing_until("2 x Ramen", 2);
    assert_false(printing.core->print->is_blind);
    printing_end();
}
