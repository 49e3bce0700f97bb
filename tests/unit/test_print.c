/* test_print.c - what is due on paper, who may print it, and that nothing prints twice silently:
 * the printers' owners are K (printer 1, its own) and L (printer 2), people ask at C.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "sync/domain/print.h"
#include "sync/domain/receipt.h"
#include "sync/domain/till_task.h"
#include "tests/lib/stall.h"

enum { KITCHEN_PRINTER = 1, BACKUP_PRINTER = 2, TEXT_MAX = 1024 };

static struct {
    struct history *history;
    struct order order;
    struct till_result result;
    struct print_slips slips;
    char text[TEXT_MAX];
    size_t size;
} desk;

/* --- doing --- */

static void desk_look(struct stall *stall, enum person at)
{
    const struct entity_id id = mesh_entity(stall->mesh);
    if (desk.history == NULL) {
        desk.history = history_new();
    }
    assert_int_equal(
        history_decode(desk.history, KIND_ORDER, &id, mesh_row(stall->mesh, (uint32_t)at)), 0);
    order_derive(desk.history, &desk.order);
    print_slips_find(desk.history, &desk.slips);
}

static void desk_write(struct stall *stall, enum person at)
{
    for (uint32_t i = 0; i < desk.result.events_count; i++) {
        const struct till_event *event = &desk.result.events[i];
        stall->last =
            mesh_write(stall->mesh, (uint32_t)at, (uint32_t)event->type, ++stall->t, event->body);
    }
}

/* Runs at @at; its error. */
static int desk_try(struct stall *stall, enum person at, const struct command *command)
{
    static int (*const runs[COMMAND_COUNT])(struct task *) = {
        [COMMAND_PRINT] = till_print,
        [COMMAND_PRINT_CLAIM] = till_print_claim,
        [COMMAND_PRINT_DONE] = till_print_done,
    };
    desk_look(stall, at);
    const struct till till = {.history = desk.history,
                              .roster = mesh_roster(stall->mesh),
                              .own_log = mesh_log((uint32_t)at),
                              .lane = bytes_of_text(at == C ? "A" : "B"),
                              .incarnation = 1,
                              .receipt_next = 7 + desk.order.receipts_count};
    struct task task = {
        .till = &till, .command = command, .order = &desk.order, .result = &desk.result};
    desk.result.events_count = 0;
    desk.result.body_size = 0;
    writer_init(&task.writer, desk.result.body_data, sizeof desk.result.body_data);
    const int err = runs[command->kind](&task);
    assert_int_equal(task.err, 0);
    return err;
}

/* How many events it made. */
static uint32_t desk_run(struct stall *stall, enum person at, const struct command *command)
{
    assert_int_equal(desk_try(stall, at, command), 0);
    desk_write(stall, at);
    return desk.result.events_count;
}

static uint32_t claim_due(struct stall *stall, enum person at, uint32_t printer)
{
    const struct command command = {
        .kind = COMMAND_PRINT_CLAIM, .station = bytes_of_text("grill"), .printer = printer};
    return desk_run(stall, at, &command);
}

static uint32_t claim_answer(struct stall *stall, enum person at, uint32_t printer,
                             struct operation of)
{
    const struct command command = {.kind = COMMAND_PRINT_CLAIM,
                                    .printer = printer,
                                    .changed_log = of.log,
                                    .changed_seq = of.seq};
    return desk_run(stall, at, &command);
}

static uint32_t finish(struct stall *stall, enum person at, struct operation claim, bool is_printed,
                       uint32_t backup)
{
    const struct command command = {.kind = COMMAND_PRINT_DONE,
                                    .changed_log = claim.log,
                                    .changed_seq = claim.seq,
                                    .truth = is_printed,
                                    .printer = backup};
    return desk_run(stall, at, &command);
}

static uint32_t ask(struct stall *stall, enum person at, enum print_purpose purpose,
                    uint32_t printer)
{
    const struct command command = {.kind = COMMAND_PRINT,
                                    .principal = {.role = at == C ? ROLE_COUNTER : ROLE_KITCHEN},
                                    .purpose = purpose,
                                    .station =
                                        bytes_of_text(purpose == PRINT_TICKET ? "grill" : ""),
                                    .printer = printer};
    return desk_run(stall, at, &command);
}

static bool is_due(struct stall *stall, enum person at)
{
    struct print_claim claim;
    desk_look(stall, at);
    return print_ticket_is_due(desk.history, &desk.order, &desk.slips, bytes_of_text("grill"),
                               &claim);
}

/* --- seeing --- */

static void say(const char *word)
{
    desk.size += (size_t)snprintf(desk.text + desk.size, sizeof desk.text - desk.size, "%s", word);
}

/* "2 takeover asked done" a slip, in the order of the mesh's logs. */
static void assert_slips(struct stall *stall, enum person at, const char *expected)
{
    static const char *const reasons[] = {"first", "again", "takeover", "reprint"};
    desk_look(stall, at);
    desk.size = 0;
    desk.text[0] = '\0';
    for (uint32_t i = 0; i < desk.slips.count; i++) {
        const struct print_slip *slip = &desk.slips.slips[i];
        say(i == 0 ? "" : ", ");
        say(slip->printer == KITCHEN_PRINTER ? "1 " : "2 ");
        say(reasons[slip->reason]);
        say(slip->is_asked ? " asked" : "");
        say(!slip->is_done ? "" : slip->result == PRINT_DONE ? " done" : " failed");
        say(slip->is_replaced ? " replaced" : "");
        say(slip->has_twin ? " twin" : "");
    }
    assert_string_equal(desk.text, expected);
    assert_int_equal((desk.order.flags & FLAG_PRINTED_TWICE) != 0,
                     strstr(desk.text, "twin") != NULL);
}

static struct stall placed(void)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 42);
    (void)do_add(&stall, C, 1, 2, 500);
    (void)do_add(&stall, C, 2, 1, 300);
    stall_sync(&stall);
    return stall;
}

static struct operation print_first(struct stall *stall)
{
    assert_int_equal(claim_due(stall, K, KITCHEN_PRINTER), 1);
    const struct operation claim = stall->last;
    assert_int_equal(finish(stall, K, claim, true, 0), 1);
    return claim;
}

/* --- one revision, one ticket --- */

TEST(print, a_revision_is_due_until_it_was_claimed)
{
    struct stall stall = placed();
    assert_true(is_due(&stall, K));
    assert_int_equal(claim_due(&stall, K, KITCHEN_PRINTER), 1);
    assert_false(is_due(&stall, K));
    assert_int_equal(claim_due(&stall, K, KITCHEN_PRINTER), 0);
    stall_free(&stall);
}

TEST(print, an_order_that_is_not_paid_yet_but_must_be_is_not_due)
{
    struct stall stall = stall_new();
    (void)do_open_pay_first(&stall, C);
    (void)do_add(&stall, C, 1, 1, 500);
    assert_false(is_due(&stall, C));
    (void)do_pay(&stall, C, 1, 500);
    assert_true(is_due(&stall, C));
    stall_free(&stall);
}

TEST(print, the_kitchens_own_steps_and_payments_print_nothing)
{
    struct stall stall = placed();
    (void)print_first(&stall);
    (void)do_accept(&stall, K, 2);
    (void)do_start(&stall, K, 1);
    (void)do_done(&stall, K, 1);
    (void)do_pay(&stall, K, 1, 1300);
    assert_false(is_due(&stall, K));
    stall_free(&stall);
}

TEST(print, additions_changes_and_voids_are_each_one_more_job)
{
    struct stall stall = placed();
    (void)print_first(&stall);
    (void)do_add(&stall, K, 3, 1, 200);
    assert_true(is_due(&stall, K));
    (void)print_first(&stall);
    (void)do_set(&stall, K, 1, 1);
    (void)print_first(&stall);
    (void)do_set(&stall, K, 1, -1);
    (void)print_first(&stall);
    (void)do_void(&stall, K, 2);
    (void)print_first(&stall);
    (void)do_note(&stall, K, 1, "no onions");
    (void)print_first(&stall);
    assert_false(is_due(&stall, K));
    assert_slips(&stall, K,
                 "1 first done, 1 first done, 1 first done, 1 first done, 1 first done, "
                 "1 first done");
    stall_free(&stall);
}

TEST(print, a_cancelled_order_is_due_as_void_only_if_it_had_come_to_paper)
{
    struct stall stall = placed();
    (void)do_cancel(&stall, K);
    assert_false(is_due(&stall, K));
    stall_free(&stall);
    stall = placed();
    (void)print_first(&stall);
    (void)do_cancel(&stall, K);
    assert_true(is_due(&stall, K));
    (void)print_first(&stall);
    (void)do_reinstate(&stall, K);
    assert_true(is_due(&stall, K));
    stall_free(&stall);
}

TEST(print, a_retry_at_another_device_is_the_same_job)
{
    struct stall stall = stall_new();
    struct print_claim here, there;
    (void)do_open(&stall, C, "A", 42);
    (void)do_add(&stall, C, 1, 2, 500);
    (void)do_open(&stall, D, "B", 7);
    (void)do_add(&stall, D, 1, 2, 500);
    desk_look(&stall, C);
    print_ticket_want(desk.history, &desk.order, bytes_of_text("grill"), &here);
    desk_look(&stall, D);
    print_ticket_want(desk.history, &desk.order, bytes_of_text("grill"), &there);
    assert_true(print_job_equal(&here.job, &there.job));
    mesh_fill(stall.mesh, K);
    (void)print_first(&stall);
    stall_sync(&stall);
    assert_false(is_due(&stall, K));
    stall_free(&stall);
}

TEST(print, stations_have_jobs_of_their_own)
{
    struct stall stall = placed();
    struct print_claim grill, bar;
    desk_look(&stall, C);
    print_ticket_want(desk.history, &desk.order, bytes_of_text("grill"), &grill);
    print_ticket_want(desk.history, &desk.order, bytes_of_text("bar"), &bar);
    assert_int_equal(grill.lines_count, 2);
    assert_int_equal(bar.lines_count, 0);
    assert_false(print_job_equal(&grill.job, &bar.job));
    stall_free(&stall);
}

/* --- nothing twice silently --- */

TEST(print, a_crash_between_claim_and_done_prints_a_possible_copy)
{
    struct stall stall = placed();
    assert_int_equal(claim_due(&stall, K, KITCHEN_PRINTER), 1);
    const struct operation lost = stall.last;
    assert_int_equal(claim_answer(&stall, K, KITCHEN_PRINTER, lost), 1);
    const struct operation again = stall.last;
    assert_int_equal(claim_answer(&stall, K, KITCHEN_PRINTER, lost), 0);
    (void)finish(&stall, K, again, true, 0);
    assert_slips(&stall, K, "1 first replaced, 1 again done");
    stall_free(&stall);
}

TEST(print, who_takes_over_from_a_printer_that_may_have_printed_says_possible_copy)
{
    struct stall stall = placed();
    assert_int_equal(claim_due(&stall, K, KITCHEN_PRINTER), 1);
    stall_sync(&stall);
    assert_int_equal(ask(&stall, C, PRINT_TICKET, BACKUP_PRINTER), 1);
    const struct operation asked = stall.last;
    assert_int_equal(ask(&stall, C, PRINT_TICKET, BACKUP_PRINTER), 0);
    mesh_fill(stall.mesh, L);
    assert_int_equal(claim_answer(&stall, L, BACKUP_PRINTER, asked), 1);
    (void)finish(&stall, L, stall.last, true, 0);
    stall_sync(&stall);
    assert_slips(&stall, K, "2 takeover asked replaced, 1 first replaced, 2 takeover done");
    stall_free(&stall);
}

TEST(print, with_the_owners_consent_the_backup_prints_it_as_the_first)
{
    struct stall stall = placed();
    assert_int_equal(claim_due(&stall, K, KITCHEN_PRINTER), 1);
    assert_int_equal(finish(&stall, K, stall.last, false, BACKUP_PRINTER), 2);
    const struct operation asked = stall.last;
    stall_sync(&stall);
    assert_int_equal(claim_answer(&stall, L, BACKUP_PRINTER, asked), 1);
    (void)finish(&stall, L, stall.last, true, 0);
    stall_sync(&stall);
    assert_slips(&stall, K, "1 first failed replaced, 2 first asked replaced, 2 first done");
    assert_false(is_due(&stall, K));
    stall_free(&stall);
}

TEST(print, two_who_could_not_know_of_each_other_are_flagged)
{
    struct stall stall = placed();
    assert_int_equal(ask(&stall, L, PRINT_TICKET, BACKUP_PRINTER), 1);
    assert_int_equal(claim_answer(&stall, L, BACKUP_PRINTER, stall.last), 1);
    (void)print_first(&stall);
    stall_sync(&stall);
    assert_slips(&stall, C, "1 first done twin, 2 takeover asked replaced, 2 takeover twin");
    stall_free(&stall);
}

TEST(print, who_wants_another_one_gets_a_reprint)
{
    struct stall stall = placed();
    (void)print_first(&stall);
    stall_sync(&stall);
    assert_int_equal(ask(&stall, C, PRINT_TICKET, KITCHEN_PRINTER), 1);
    const struct operation asked = stall.last;
    mesh_fill(stall.mesh, K);
    assert_int_equal(claim_answer(&stall, K, KITCHEN_PRINTER, asked), 1);
    (void)finish(&stall, K, stall.last, true, 0);
    assert_slips(&stall, K, "1 reprint asked replaced, 1 first done, 1 reprint done");
    stall_free(&stall);
}

/* Which receipt the newest slip carries; 0: it is a bill. */
static uint32_t receipt_on_paper(struct stall *stall, enum person at)
{
    desk_look(stall, at);
    const struct print_slip *slip = print_slip_at(&desk.slips, stall->last.log, stall->last.seq);
    const struct order_receipt *receipt = print_receipt_of(&desk.order, &slip->job);
    return receipt != NULL ? receipt->number : 0;
}

TEST(print, of_an_unpaid_order_the_bill_is_printed_and_another_one_after_a_payment)
{
    struct stall stall = placed();
    assert_int_equal(ask(&stall, K, PRINT_RECEIPT, KITCHEN_PRINTER), 1);
    (void)claim_answer(&stall, K, KITCHEN_PRINTER, stall.last);
    assert_int_equal(receipt_on_paper(&stall, K), 0);
    (void)finish(&stall, K, stall.last, true, 0);
    assert_int_equal(ask(&stall, K, PRINT_RECEIPT, KITCHEN_PRINTER), 1);
    assert_slips(&stall, K, "1 first asked replaced, 1 first done, 1 reprint asked");
    (void)do_pay(&stall, K, 1, 1000);
    assert_int_equal(ask(&stall, K, PRINT_RECEIPT, KITCHEN_PRINTER), 1);
    assert_int_equal(receipt_on_paper(&stall, K), 0);
    assert_slips(&stall, K, "1 first asked replaced, 1 first done, 1 reprint asked, 1 first asked");
    stall_free(&stall);
}

TEST(print, who_asks_for_the_receipt_of_a_paid_order_gives_it_and_it_is_on_paper)
{
    struct stall stall = placed();
    (void)do_pay(&stall, C, 1, 1300);
    assert_int_equal(ask(&stall, C, PRINT_RECEIPT, KITCHEN_PRINTER), 2);
    assert_int_equal(desk.result.events[0].type, EVENT_RECEIPT);
    assert_true(desk.result.is_receipt_used);
    assert_int_equal(receipt_on_paper(&stall, C), 7);
    const struct operation asked = stall.last;
    stall_sync(&stall);
    (void)claim_answer(&stall, K, KITCHEN_PRINTER, asked);
    assert_int_equal(receipt_on_paper(&stall, K), 7);
    stall_free(&stall);
}

TEST(print, the_same_receipt_again_is_a_reprint_and_has_no_new_number)
{
    struct stall stall = placed();
    (void)do_pay(&stall, C, 1, 1300);
    (void)ask(&stall, C, PRINT_RECEIPT, KITCHEN_PRINTER);
    const struct operation asked = stall.last;
    stall_sync(&stall);
    (void)claim_answer(&stall, K, KITCHEN_PRINTER, asked);
    (void)finish(&stall, K, stall.last, true, 0);
    stall_sync(&stall);
    assert_int_equal(ask(&stall, K, PRINT_RECEIPT, KITCHEN_PRINTER), 1);
    assert_int_equal(receipt_on_paper(&stall, K), 7);
    assert_slips(&stall, K, "1 first asked replaced, 1 first done, 1 reprint asked");
    stall_free(&stall);
}

TEST(print, a_corrected_receipt_is_another_job_and_the_first_keeps_its_paper)
{
    struct stall stall = placed();
    (void)do_pay(&stall, C, 1, 1300);
    (void)ask(&stall, C, PRINT_RECEIPT, KITCHEN_PRINTER);
    const struct operation first = stall.last;
    (void)do_void(&stall, C, 2);
    assert_int_equal(ask(&stall, C, PRINT_RECEIPT, KITCHEN_PRINTER), 2);
    desk_look(&stall, C);
    const struct print_slip *slip = print_slip_at(&desk.slips, first.log, first.seq);
    const struct order_receipt *receipt = print_receipt_of(&desk.order, &slip->job);
    assert_int_equal(receipt->total_minor, 1300);
    assert_false(receipt_is_current(&desk.order, receipt));
    stall_free(&stall);
}

TEST(print, who_takes_no_money_gives_no_receipt)
{
    const struct command command = {.kind = COMMAND_PRINT,
                                    .principal = {.role = ROLE_KITCHEN},
                                    .purpose = PRINT_RECEIPT,
                                    .printer = KITCHEN_PRINTER};
    struct stall stall = placed();
    (void)do_pay(&stall, C, 1, 1300);
    stall_sync(&stall);
    assert_int_equal(desk_try(&stall, K, &command), ERR_FORBIDDEN);
    stall_free(&stall);
}

TEST(print, a_wish_that_was_printed_meanwhile_becomes_a_reprint)
{
    struct stall stall = placed();
    assert_int_equal(claim_due(&stall, K, KITCHEN_PRINTER), 1);
    assert_int_equal(finish(&stall, K, stall.last, false, BACKUP_PRINTER), 2);
    const struct operation handed = stall.last;
    assert_int_equal(ask(&stall, K, PRINT_TICKET, KITCHEN_PRINTER), 1);
    const struct operation asked = stall.last;
    assert_int_equal(claim_answer(&stall, K, KITCHEN_PRINTER, asked), 1);
    (void)finish(&stall, K, stall.last, true, 0);
    stall_sync(&stall);
    assert_int_equal(claim_answer(&stall, L, BACKUP_PRINTER, handed), 0);
    stall_free(&stall);
}

/* --- convergence --- */

TEST(print, no_order_of_arrival_changes_what_is_on_paper)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct stall stall = placed();
        struct prng prng = {seed};
        (void)do_set(&stall, C, 1, 1);
        (void)ask(&stall, L, PRINT_TICKET, BACKUP_PRINTER);
        (void)claim_answer(&stall, L, BACKUP_PRINTER, stall.last);
        (void)print_first(&stall);
        (void)do_void(&stall, D, 2);
        (void)ask(&stall, D, PRINT_TICKET, KITCHEN_PRINTER);
        static const char *const expected =
            "1 takeover asked, 1 first done twin, 2 takeover asked replaced, 2 takeover twin";
        for (int person = 0; person < PEOPLE; person++) {
            mesh_fill_shuffled(stall.mesh, (uint32_t)person, &prng);
            assert_slips(&stall, (enum person)person, expected);
            assert_true(is_due(&stall, (enum person)person));
        }
        stall_free(&stall);
    }
}
