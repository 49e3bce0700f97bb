/* test_till_paper.c - why a slip is printed: asked for the first time or again, taken over from a
 * printer that is silent, or handed to another by one that is broken; tickets, bills and receipts.
 */
#include "tests/lib/test.h"

#include "sync/domain/print.h"
#include "tests/lib/stall_till.h"

enum { PRINTER = 1, BACKUP = 2 };

static struct command wish(struct stall *stall, uint32_t printer, enum print_purpose purpose)
{
    struct command command = stall_command(stall, COMMAND_PRINT);
    command.printer = printer;
    command.purpose = purpose;
    command.station = bytes_of_text("grill");
    return command;
}

static struct command claim(struct stall *stall, uint32_t printer, const struct operation *of)
{
    struct command command = stall_command(stall, COMMAND_PRINT_CLAIM);
    command.printer = printer;
    command.station = bytes_of_text("grill");
    command.changed_log = of->log;
    command.changed_seq = of->seq;
    return command;
}

static struct command done(struct stall *stall, const struct operation *of, bool is_good,
                           uint32_t next_printer)
{
    struct command command = stall_command(stall, COMMAND_PRINT_DONE);
    command.changed_log = of->log;
    command.changed_seq = of->seq;
    command.truth = is_good;
    command.printer = next_printer;
    return command;
}

/* Two lines for the grill; paid or not. */
static struct stall start(bool is_paid)
{
    struct stall stall = stall_new();
    const struct line_add add = {.line = 1,
                                 .item = 1,
                                 .name = bytes_of_text("Soup"),
                                 .quantity = 2,
                                 .unit_price_minor = 500,
                                 .station = bytes_of_text("grill")};
    (void)do_open(&stall, C, "A", 1);
    (void)do_add_full(&stall, C, &add);
    if (is_paid) {
        (void)do_pay(&stall, C, 1, 1000);
    }
    stall_sync(&stall);
    return stall;
}

/* At C, which knows all: how many events it took, or the error. */
static int ask(struct stall *stall, const struct command *command)
{
    uint32_t events;
    stall_sync(stall);
    const int err = stall_ask(stall, C, command, &events);
    stall_sync(stall);
    return err == 0 ? (int)events : err;
}

/* The newest slip as C knows it; valid until the next look. */
static const struct print_slip *newest(struct stall *stall)
{
    static struct print_slips slips;
    print_slips_find(mesh_history(stall->mesh, C), &slips);
    for (uint32_t i = 0; i < slips.count; i++) {
        if (operation_equal(&slips.slips[i].id, &stall->last)) {
            return &slips.slips[i];
        }
    }
    fail();
    return NULL;
}

static struct operation wished(struct stall *stall, uint32_t printer, enum print_purpose purpose)
{
    const struct command command = wish(stall, printer, purpose);
    assert_int_equal(ask(stall, &command), 1);
    return stall->last;
}

TEST(till_paper, a_ticket_that_is_asked_for_may_be_coming_out_elsewhere)
{
    struct stall stall = start(false);
    (void)wished(&stall, PRINTER, PRINT_TICKET);
    assert_int_equal(newest(&stall)->reason, PRINT_TAKEOVER);
    stall_free(&stall);
}

TEST(till_paper, a_repeated_tap_is_nothing_and_another_printer_is_another_wish)
{
    struct stall stall = start(false);
    const struct operation first = wished(&stall, PRINTER, PRINT_TICKET);
    const struct command again = wish(&stall, PRINTER, PRINT_TICKET);
    assert_int_equal(ask(&stall, &again), 0);
    (void)wished(&stall, BACKUP, PRINT_TICKET);
    assert_true(newest(&stall)->has_of);
    assert_true(operation_equal(&newest(&stall)->of, &first));
    stall_free(&stall);
}

TEST(till_paper, a_ticket_that_its_printer_claimed_is_taken_over_without_its_consent)
{
    struct stall stall = start(false);
    const struct operation asked = wished(&stall, PRINTER, PRINT_TICKET);
    const struct command claimed = claim(&stall, PRINTER, &asked);
    assert_int_equal(ask(&stall, &claimed), 1);
    (void)wished(&stall, BACKUP, PRINT_TICKET);
    assert_int_equal(newest(&stall)->reason, PRINT_TAKEOVER);
    stall_free(&stall);
}

TEST(till_paper, what_is_on_paper_is_printed_again)
{
    struct stall stall = start(false);
    struct operation job = wished(&stall, PRINTER, PRINT_TICKET);
    struct command command = claim(&stall, PRINTER, &job);
    assert_int_equal(ask(&stall, &command), 1);
    job = stall.last;
    command = done(&stall, &job, true, 0);
    assert_int_equal(ask(&stall, &command), 1);
    (void)wished(&stall, PRINTER, PRINT_TICKET);
    assert_int_equal(newest(&stall)->reason, PRINT_REPRINT);
    stall_free(&stall);
}

/* Whoever turned it on again does not know how far it came. */
TEST(till_paper, a_printer_claims_again_what_it_had_claimed_before)
{
    struct stall stall = start(false);
    const struct operation asked = wished(&stall, PRINTER, PRINT_TICKET);
    struct command command = claim(&stall, PRINTER, &asked);
    assert_int_equal(ask(&stall, &command), 1);
    assert_int_equal(newest(&stall)->reason, PRINT_TAKEOVER); /* as it was asked for */
    const struct operation claimed = stall.last;
    command = claim(&stall, PRINTER, &claimed);
    assert_int_equal(ask(&stall, &command), 1);
    assert_int_equal(newest(&stall)->reason, PRINT_AGAIN);
    stall_free(&stall);
}

TEST(till_paper, a_bill_is_asked_for_the_first_time_and_claimed_as_that)
{
    struct stall stall = start(false);
    const struct operation asked = wished(&stall, PRINTER, PRINT_RECEIPT);
    assert_int_equal(newest(&stall)->reason, PRINT_FIRST);
    const struct command command = claim(&stall, PRINTER, &asked);
    assert_int_equal(ask(&stall, &command), 1);
    assert_int_equal(newest(&stall)->reason, PRINT_FIRST);
    stall_free(&stall);
}

/* Two counters ask for the same bill and do not know of each other. */
TEST(till_paper, what_came_to_paper_meanwhile_is_a_copy)
{
    struct stall stall = start(false);
    const struct command command = wish(&stall, BACKUP, PRINT_RECEIPT);
    uint32_t events;
    assert_int_equal(stall_ask(&stall, D, &command, &events), 0);
    const struct operation theirs = stall.last;
    const struct command own = wish(&stall, PRINTER, PRINT_RECEIPT);
    assert_int_equal(stall_ask(&stall, C, &own, &events), 0);
    const struct operation ours = stall.last;
    stall_sync(&stall);
    struct command step = claim(&stall, BACKUP, &theirs);
    assert_int_equal(ask(&stall, &step), 1);
    const struct operation printing = stall.last;
    step = done(&stall, &printing, true, 0);
    assert_int_equal(ask(&stall, &step), 1);
    step = claim(&stall, PRINTER, &ours);
    assert_int_equal(ask(&stall, &step), 1);
    assert_int_equal(newest(&stall)->reason, PRINT_REPRINT);
    stall_free(&stall);
}

TEST(till_paper, a_receipt_gets_its_number_from_who_takes_money_and_is_anybodys_then)
{
    struct stall stall = start(true);
    struct command command = wish(&stall, PRINTER, PRINT_RECEIPT);
    command.principal.role = ROLE_KITCHEN;
    assert_int_equal(ask(&stall, &command), ERR_FORBIDDEN);
    command.principal.role = ROLE_COUNTER;
    assert_int_equal(ask(&stall, &command), 2);
    command.printer = BACKUP;
    command.principal.role = ROLE_KITCHEN;
    assert_int_equal(ask(&stall, &command), 1);
    stall_free(&stall);
}

TEST(till_paper, a_broken_printer_hands_to_another_what_nobody_took_from_it)
{
    for (int is_taken = 0; is_taken < 2; is_taken++) {
        struct stall stall = start(false);
        const struct operation asked = wished(&stall, PRINTER, PRINT_RECEIPT);
        struct command command = claim(&stall, PRINTER, &asked);
        assert_int_equal(ask(&stall, &command), 1);
        const struct operation job = stall.last;
        if (is_taken != 0) {
            (void)wished(&stall, BACKUP, PRINT_RECEIPT);
        }
        command = done(&stall, &job, false, BACKUP);
        assert_int_equal(ask(&stall, &command), is_taken != 0 ? 1 : 2);
        stall_free(&stall);
    }
}
