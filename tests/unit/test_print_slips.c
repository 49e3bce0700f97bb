/* test_print_slips.c - what is read from claims of paper, whoever wrote them: which of them are
 * twins, what of a line is on paper, and which jobs are one.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/domain/print.h"
#include "tests/lib/stall.h"

enum { BODY_BYTES_MAX = 4096, CHAIN = 10 };

static struct print_slips slips;
static struct print_claim wanted;

static struct bytes grill(void)
{
    return bytes_of_text("grill");
}

/* --- writing --- */

static struct print_claim ticket(void)
{
    return (struct print_claim){
        .purpose = PRINT_TICKET, .printer = 1, .station = grill(), .version = 1};
}

static struct print_claim ticket_of(struct operation of)
{
    struct print_claim claim = ticket();
    claim.reason = PRINT_TAKEOVER;
    claim.has_of = true;
    claim.of = of;
    return claim;
}

/* Of line 1, so many. */
static struct print_claim ticket_saying(uint32_t quantity, uint32_t version)
{
    struct print_claim claim = ticket();
    claim.version = version;
    claim.lines_count = 1;
    claim.lines[0] = (struct print_line){.line = 1, .quantity = quantity};
    return claim;
}

static struct operation write_claim(struct stall *stall, enum person at,
                                    const struct print_claim *claim)
{
    uint8_t data[BODY_BYTES_MAX];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    print_claim_encode(claim, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    return mesh_write(stall->mesh, (uint32_t)at, EVENT_PRINT_CLAIM, ++stall->t, body);
}

static void write_done(struct stall *stall, enum person at, struct operation claim)
{
    uint8_t data[BODY_BYTES_MAX];
    struct writer writer;
    struct bytes body;
    const struct print_done done = {.claim = claim, .result = PRINT_DONE};
    writer_init(&writer, data, sizeof data);
    print_done_encode(&done, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    (void)mesh_write(stall->mesh, (uint32_t)at, EVENT_PRINT_DONE, ++stall->t, body);
}

static struct stall placed(void)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 42);
    (void)do_add(&stall, C, 1, 2, 500);
    stall_sync(&stall);
    return stall;
}

/* --- seeing, as C does --- */

static const struct print_slip *slip_of(struct stall *stall, struct operation claim)
{
    stall_sync(stall);
    print_slips_find(mesh_history(stall->mesh, C), &slips);
    return print_slip_at(&slips, claim.log, claim.seq);
}

static struct print_job job_of(struct stall *stall)
{
    (void)stall_look(stall, C);
    print_ticket_want(mesh_history(stall->mesh, C), stall->order, grill(), &wanted);
    return wanted.job;
}

static bool is_due(struct stall *stall)
{
    (void)stall_look(stall, C);
    print_slips_find(mesh_history(stall->mesh, C), &slips);
    return print_ticket_is_due(mesh_history(stall->mesh, C), stall->order, &slips, grill(),
                               &wanted);
}

/* How many of line 1 are on paper, leaving out @except's; -1: it never was. */
static int on_paper(struct stall *stall, const struct print_job *except, bool *ret_is_agreed)
{
    struct print_line line;
    stall_sync(stall);
    const bool is_found =
        print_paper_find(mesh_history(stall->mesh, C), grill(), 1, except, &line, ret_is_agreed);
    return is_found ? (int)line.quantity : -1;
}

/* --- twins --- */

TEST(print_slips, who_takes_over_what_he_knows_of_is_no_twin_whichever_log_is_the_lower)
{
    struct stall stall = placed();
    const struct print_claim claim = ticket();
    const struct operation first = write_claim(&stall, L, &claim);
    stall_sync(&stall);
    const struct print_claim over = ticket_of(first);
    const struct operation second = write_claim(&stall, K, &over);
    assert_false(slip_of(&stall, first)->has_twin);
    assert_true(slip_of(&stall, first)->is_replaced);
    assert_false(slip_of(&stall, second)->has_twin);
    stall_free(&stall);
}

TEST(print_slips, a_claim_that_answers_one_that_nobody_has_may_be_a_twin)
{
    struct stall stall = placed();
    const struct print_claim claim = ticket();
    const struct operation first = write_claim(&stall, K, &claim);
    const struct print_claim over = ticket_of((struct operation){.log = 99, .seq = 7});
    const struct operation second = write_claim(&stall, L, &over);
    assert_true(slip_of(&stall, first)->has_twin);
    assert_true(slip_of(&stall, second)->has_twin);
    stall_free(&stall);
}

TEST(print_slips, a_reprint_is_nobodys_twin)
{
    for (int of_lower = 0; of_lower < 2; of_lower++) {
        struct stall stall = placed();
        const struct print_claim first = ticket();
        struct print_claim again = ticket();
        again.reason = PRINT_REPRINT;
        const struct operation one = write_claim(&stall, of_lower ? L : K, &first);
        const struct operation other = write_claim(&stall, of_lower ? K : L, &again);
        assert_false(slip_of(&stall, one)->has_twin);
        assert_false(slip_of(&stall, other)->has_twin);
        stall_free(&stall);
    }
}

/* Nobody takes over ten times; who writes that makes no device look without end. */
TEST(print_slips, a_chain_is_followed_for_eight_claims)
{
    struct stall stall = placed();
    struct operation chain[CHAIN];
    struct print_claim claim = ticket();
    chain[0] = write_claim(&stall, K, &claim);
    for (int i = 1; i < CHAIN; i++) {
        claim = ticket_of(chain[i - 1]);
        chain[i] = write_claim(&stall, L, &claim);
        stall_sync(&stall);
    }
    assert_false(slip_of(&stall, chain[CHAIN - 2])->has_twin);
    assert_true(slip_of(&stall, chain[CHAIN - 1])->has_twin);
    stall_free(&stall);
}

TEST(print_slips, what_became_of_a_claim_that_is_not_here_or_says_nothing_changes_none)
{
    struct stall stall = placed();
    const struct print_claim claim = ticket();
    const struct operation own = write_claim(&stall, K, &claim);
    write_done(&stall, K, (struct operation){.log = 99, .seq = 7});
    (void)mesh_write(stall.mesh, K, EVENT_PRINT_DONE, ++stall.t, bytes_of("\x90", 1));
    assert_false(slip_of(&stall, own)->is_done);
    write_done(&stall, K, own);
    assert_true(slip_of(&stall, own)->is_done);
    stall_free(&stall);
}

/* --- jobs --- */

TEST(print_slips, another_option_is_another_job)
{
    struct stall stall = placed();
    const struct print_job plain = job_of(&stall);
    uint8_t content[PRINT_CONTENT_BYTES];
    memcpy(content, wanted.lines[0].content, sizeof content);
    (void)do_option(&stall, C, 1, "cheese", 100);
    const struct print_job cheese = job_of(&stall);
    assert_false(print_job_equal(&plain, &cheese));
    assert_memory_not_equal(content, wanted.lines[0].content, sizeof content);
    stall_free(&stall);
}

TEST(print_slips, a_bill_with_a_tip_is_another_job)
{
    struct stall stall = placed();
    struct print_claim without, with;
    (void)stall_look(&stall, C);
    print_receipt_want(stall.order, NULL, &without);
    (void)do_tip(&stall, C, 100, 1000);
    (void)stall_look(&stall, C);
    assert_int_equal(stall.order->tip_minor, 100);
    print_receipt_want(stall.order, NULL, &with);
    assert_false(print_job_equal(&without.job, &with.job));
    stall_free(&stall);
}

TEST(print_slips, a_receipt_is_found_by_its_job_among_others)
{
    struct stall stall = placed();
    struct print_claim claim;
    (void)stall_look(&stall, C);
    stall.order->receipts_count = 2;
    stall.order->receipts[0] = (struct order_receipt){.number = 7, .lane = bytes_of_text("A")};
    stall.order->receipts[1] = (struct order_receipt){.number = 7, .lane = bytes_of_text("")};
    print_receipt_want(stall.order, &stall.order->receipts[1], &claim);
    assert_ptr_equal(print_receipt_of(stall.order, &claim.job), &stall.order->receipts[1]);
    print_receipt_want(stall.order, NULL, &claim);
    assert_null(print_receipt_of(stall.order, &claim.job));
    stall_free(&stall);
}

/* --- paper --- */

TEST(print_slips, on_paper_is_what_tickets_of_the_station_said)
{
    struct stall stall = placed();
    bool is_agreed;
    struct print_claim receipt = ticket_saying(3, 1);
    struct print_claim bar = ticket_saying(4, 1);
    struct print_claim own = ticket_saying(5, 1);
    receipt.purpose = PRINT_RECEIPT;
    bar.station = bytes_of_text("bar");
    own.job.bytes[0] = 1;
    (void)write_claim(&stall, K, &receipt);
    (void)write_claim(&stall, K, &bar);
    assert_int_equal(on_paper(&stall, NULL, &is_agreed), -1);
    (void)write_claim(&stall, K, &own);
    assert_int_equal(on_paper(&stall, NULL, &is_agreed), 5);
    assert_int_equal(on_paper(&stall, &receipt.job, &is_agreed), 5);
    assert_int_equal(on_paper(&stall, &own.job, &is_agreed), -1);
    stall_free(&stall);
}

TEST(print_slips, what_two_said_otherwise_of_one_version_is_not_agreed_until_a_newer_one)
{
    struct stall stall = placed();
    bool is_agreed;
    const struct print_claim two = ticket_saying(2, 1);
    const struct print_claim three = ticket_saying(3, 1);
    const struct print_claim newer = ticket_saying(4, 2);
    (void)write_claim(&stall, K, &two);
    assert_int_equal(on_paper(&stall, NULL, &is_agreed), 2);
    assert_true(is_agreed);
    (void)write_claim(&stall, L, &three);
    (void)on_paper(&stall, NULL, &is_agreed);
    assert_false(is_agreed);
    assert_true(is_due(&stall));
    (void)write_claim(&stall, P, &two); /* nor by who says the first again */
    (void)on_paper(&stall, NULL, &is_agreed);
    assert_false(is_agreed);
    (void)write_claim(&stall, Q, &newer);
    assert_int_equal(on_paper(&stall, NULL, &is_agreed), 4);
    assert_true(is_agreed);
    stall_free(&stall);
}

/* --- what is due --- */

TEST(print_slips, what_was_made_before_it_came_to_paper_is_not_printed)
{
    struct stall stall = placed();
    assert_true(is_due(&stall));
    (void)do_accept(&stall, C, 1);
    (void)do_start(&stall, C, 1);
    assert_true(is_due(&stall));
    (void)do_done(&stall, C, 1);
    assert_false(is_due(&stall));
    stall_free(&stall);
}

TEST(print_slips, of_an_order_that_is_handed_over_and_paid_nothing_is_due)
{
    struct stall stall = placed();
    (void)do_hand(&stall, C, 1, 2);
    (void)do_pay(&stall, C, 1, 1000);
    (void)stall_look(&stall, C);
    assert_int_equal(stall.order->phase, PHASE_COMPLETED);
    const struct print_claim claim = ticket_saying(5, 1);
    (void)write_claim(&stall, C, &claim);
    assert_false(is_due(&stall));
    stall_free(&stall);
}

TEST(print_slips, other_stations_lines_make_no_ticket_due)
{
    struct stall stall = stall_new();
    const struct line_add tea = {.line = 1,
                                 .item = 2,
                                 .name = bytes_of_text("tea"),
                                 .quantity = 1,
                                 .unit_price_minor = 200,
                                 .station = bytes_of_text("bar")};
    (void)do_open(&stall, C, "A", 42);
    (void)do_add_full(&stall, C, &tea);
    assert_false(is_due(&stall));
    (void)do_add(&stall, C, 2, 1, 500);
    assert_true(is_due(&stall));
    assert_int_equal(wanted.lines_count, 1);
    assert_int_equal(wanted.lines[0].line, 2);
    stall_free(&stall);
}

TEST(print_slips, where_slips_are_full_or_cut_short_nothing_is_printed_by_itself)
{
    struct stall stall = placed();
    assert_true(is_due(&stall));
    const struct history *history = mesh_history(stall.mesh, C);
    slips.is_cut_short = true;
    assert_false(print_ticket_is_due(history, stall.order, &slips, grill(), &wanted));
    slips.is_cut_short = false;
    slips.count = PRINT_SLIPS_MAX;
    assert_false(print_ticket_is_due(history, stall.order, &slips, grill(), &wanted));
    stall_free(&stall);
}
