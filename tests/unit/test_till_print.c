/* test_till_print.c - wishes, claims and ends of print jobs that are refused, repeated, too many,
 * or told twice.
 */
#include "tests/lib/test.h"

#include "sync/domain/print.h"
#include "tests/lib/stall_till.h"

enum { PRINTER = 1, BACKUP = 2 };

static struct stall stall_open(void)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 2, 500);
    stall_sync(&stall);
    return stall;
}

static struct command wish(struct stall *stall, uint32_t printer)
{
    struct command command = stall_command(stall, COMMAND_PRINT);
    command.printer = printer;
    command.purpose = PRINT_TICKET;
    command.station = bytes_of_text("grill");
    return command;
}

static struct command claim(struct stall *stall, uint32_t printer, const struct operation *of)
{
    struct command command = stall_command(stall, COMMAND_PRINT_CLAIM);
    command.printer = printer;
    command.station = bytes_of_text("grill");
    command.changed_log = of != NULL ? of->log : 0;
    command.changed_seq = of != NULL ? of->seq : 0;
    return command;
}

static struct command done(struct stall *stall, const struct operation *of, bool is_good)
{
    struct command command = stall_command(stall, COMMAND_PRINT_DONE);
    command.changed_log = of->log;
    command.changed_seq = of->seq;
    command.truth = is_good;
    return command;
}

static const struct print_slips *slips_at(struct stall *stall, enum person at)
{
    static struct print_slips slips;
    print_slips_find(mesh_history(stall->mesh, at), &slips);
    return &slips;
}

TEST(till_print, a_wish_names_a_printer_and_what_to_print)
{
    struct stall stall = stall_open();
    struct command command = wish(&stall, 0);
    assert_int_equal(stall_ask(&stall, C, &command, NULL), ERR_MALFORMED);
    command = wish(&stall, PRINTER);
    command.purpose = (enum print_purpose)0;
    assert_int_equal(stall_ask(&stall, C, &command, NULL), ERR_MALFORMED);
    command = wish(&stall, PRINTER);
    command.station = bytes_of_text("bar");
    assert_int_equal(stall_ask(&stall, C, &command, NULL), ERR_NOT_FOUND);
    stall_free(&stall);
}

TEST(till_print, who_claims_or_ends_what_is_not_there_or_another_printers_is_told_so)
{
    struct stall stall = stall_open();
    const struct operation nothing = {.log = mesh_log(C), .seq = 99};
    const struct command asked = wish(&stall, PRINTER);
    uint32_t events;
    struct command command = claim(&stall, PRINTER, &nothing);
    assert_int_equal(stall_ask(&stall, K, &command, NULL), ERR_NOT_FOUND);
    command = done(&stall, &nothing, true);
    assert_int_equal(stall_ask(&stall, K, &command, NULL), ERR_NOT_FOUND);
    assert_int_equal(stall_ask(&stall, C, &asked, NULL), 0);
    const struct operation job = stall.last;
    stall_sync(&stall);
    command = claim(&stall, BACKUP, &job);
    assert_int_equal(stall_ask(&stall, K, &command, NULL), ERR_MISMATCH);
    command = done(&stall, &job, true);
    assert_int_equal(stall_ask(&stall, K, &command, &events), 0);
    assert_int_equal(events, 1);
    assert_int_equal(stall_ask(&stall, K, &command, &events), 0);
    assert_int_equal(events, 0); /* said already */
    command = claim(&stall, PRINTER, &job);
    assert_int_equal(stall_ask(&stall, K, &command, &events), 0);
    assert_int_equal(events, 0); /* it is on paper */
    stall_free(&stall);
}

TEST(till_print, of_one_order_so_many_slips_are_made_and_then_none_by_itself)
{
    struct stall stall = stall_open();
    for (uint32_t i = 0; i < PRINT_SLIPS_MAX; i++) {
        const struct command command = wish(&stall, i % 2 == 0 ? PRINTER : BACKUP);
        assert_int_equal(stall_ask(&stall, C, &command, NULL), 0);
    }
    struct command command = wish(&stall, PRINTER);
    assert_int_equal(stall_ask(&stall, C, &command, NULL), ERR_TOO_MANY);
    command = claim(&stall, PRINTER, NULL);
    assert_int_equal(stall_ask(&stall, C, &command, NULL), ERR_TOO_MANY);
    assert_false(slips_at(&stall, C)->is_cut_short);
    command = wish(&stall, PRINTER);
    assert_int_equal(stall_ask(&stall, D, &command, NULL), 0); /* who does not know of them */
    stall_sync(&stall);
    assert_true(slips_at(&stall, C)->is_cut_short);
    assert_int_equal(slips_at(&stall, C)->count, PRINT_SLIPS_MAX);
    stall_free(&stall);
}

/* Whoever says what first: paper is a fact. */
TEST(till_print, of_a_failure_and_a_success_the_success_stands)
{
    for (int is_first_good = 0; is_first_good < 2; is_first_good++) {
        struct stall stall = stall_open();
        const struct command asked = wish(&stall, PRINTER);
        assert_int_equal(stall_ask(&stall, C, &asked, NULL), 0);
        const struct operation job = stall.last;
        stall_sync(&stall);
        struct command command = done(&stall, &job, is_first_good != 0);
        assert_int_equal(stall_ask(&stall, K, &command, NULL), 0);
        command = done(&stall, &job, is_first_good == 0);
        assert_int_equal(stall_ask(&stall, L, &command, NULL), 0);
        stall_sync(&stall);
        const struct print_slip *slip = print_slip_at(slips_at(&stall, M), job.log, job.seq);
        assert_non_null(slip);
        assert_int_equal(slip->result, PRINT_DONE);
        stall_free(&stall);
    }
}

TEST(till_print, the_end_of_a_job_that_is_not_here_yet_is_kept_for_it)
{
    struct stall stall = stall_open();
    const struct command asked = wish(&stall, PRINTER);
    assert_int_equal(stall_ask(&stall, C, &asked, NULL), 0);
    const struct operation job = stall.last;
    (void)mesh_deliver(stall.mesh, C, K, UINT32_MAX);
    const struct command ended = done(&stall, &job, true);
    assert_int_equal(stall_ask(&stall, K, &ended, NULL), 0);
    (void)mesh_deliver(stall.mesh, K, M, UINT32_MAX);
    assert_int_equal(slips_at(&stall, M)->count, 0);
    stall_sync(&stall);
    const struct print_slip *slip = print_slip_at(slips_at(&stall, M), job.log, job.seq);
    assert_true(slip != NULL && slip->is_done);
    stall_free(&stall);
}
