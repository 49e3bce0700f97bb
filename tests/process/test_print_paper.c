/* test_print_paper.c - tickets and receipts as they come out: the bytes for the printer and the
 * same as text, compared with tests/golden/escpos. TRESTLE_UPDATE=1 writes them anew; read the
 * difference before you keep it. And that nothing a stranger writes is ever a command.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/print/escpos.h"
#include "node/print/plain.h"
#include "node/print/slip.h"
#include "sync/domain/receipt.h"
#include "tests/lib/stall.h"

enum { GOLDEN_BYTES_MAX = 64 * 1024, PRINTER = 1 };

static struct paper paper;
static uint8_t bytes[ESCPOS_BYTES_MAX];
static uint8_t plain[PLAIN_BYTES_MAX];

/* --- golden files --- */

static void golden_path(const char *name, const char *ending, char to[512])
{
    (void)snprintf(to, 512, "%s/tests/golden/escpos/%s.%s", TEST_SOURCE_DIR, name, ending);
}

static void assert_golden(const char *name, const char *ending, const char *text)
{
    static char expected[GOLDEN_BYTES_MAX];
    char path[512];
    golden_path(name, ending, path);
    if (getenv("TRESTLE_UPDATE") != NULL) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
    }
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    expected[fread(expected, 1, sizeof expected - 1, file)] = '\0';
    (void)fclose(file);
    assert_string_equal(text, expected); /* prints both */
}

/* A line of hex for each line of paper, so that a difference can be read. */
static void hex_of(size_t size, char *to)
{
    for (size_t i = 0; i < size; i++) {
        to += sprintf(to, "%02x%s", bytes[i], bytes[i] == '\n' || i + 1 == size ? "\n" : " ");
    }
}

static void assert_paper(const char *name)
{
    static char text[GOLDEN_BYTES_MAX];
    const size_t plain_size = plain_encode(&paper, plain);
    memcpy(text, plain, plain_size);
    text[plain_size] = '\0';
    assert_golden(name, "txt", text);
    hex_of(escpos_encode(&paper, codepage_find(bytes_of_text("pc858")), bytes), text);
    assert_golden(name, "hex", text);
}

/* --- slips --- */

static struct bytes text_of(const char *text)
{
    return bytes_of_text(text);
}

static struct operation write_claim(struct stall *stall, enum print_purpose purpose,
                                    enum print_reason reason)
{
    uint8_t data[4096];
    struct writer writer;
    struct bytes body;
    struct print_claim claim;
    const struct order *order = stall_look(stall, K);
    if (purpose == PRINT_TICKET) {
        print_ticket_want(mesh_history(stall->mesh, K), order, text_of("grill"), &claim);
    } else {
        print_receipt_want(order, receipt_current(order), &claim);
    }
    claim.printer = PRINTER;
    claim.reason = reason;
    writer_init(&writer, data, sizeof data);
    print_claim_encode(&claim, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    return mesh_write(stall->mesh, K, EVENT_PRINT_CLAIM, stall->t++, body);
}

static uint32_t currency_digits = 2, width = 32;

static void lay_slip(struct stall *stall, struct operation id)
{
    struct print_slips slips;
    const struct order *order = stall_look(stall, K);
    const struct history *history = mesh_history(stall->mesh, K);
    print_slips_find(history, &slips);
    const struct slip_input input = {.history = history,
                                     .order = order,
                                     .slip = print_slip_at(&slips, id.log, id.seq),
                                     .popup = text_of("Döner & Söhne"),
                                     .currency = text_of("EUR"),
                                     .currency_digits = currency_digits,
                                     .time = "18:05",
                                     .width = width};
    assert_int_equal(slip_layout(&input, &paper), 0);
}

static void lay(struct stall *stall, enum print_purpose purpose, enum print_reason reason)
{
    lay_slip(stall, write_claim(stall, purpose, reason));
}

static struct stall usual(void)
{
    struct stall stall = stall_new();
    const struct line_add doner = {
        .line = 1,
        .name = text_of("Döner „Spezial“ mit allem und viel Soße"),
        .quantity = 2,
        .unit_price_minor = 700,
        .options = {.count = 2, .options = {{text_of("scharf"), 0}, {text_of("Käse"), 100}}},
        .tax_bp = 700,
        .station = text_of("grill"),
        .note = text_of("ohne Zwiebeln, bitte gut durch"),
    };
    (void)do_open(&stall, K, "A", 42);
    (void)do_add_full(&stall, K, &doner);
    (void)do_add(&stall, K, 2, 1, 350);
    return stall;
}

TEST(print_paper, the_first_ticket_lists_the_stations_lines)
{
    struct stall stall = usual();
    lay(&stall, PRINT_TICKET, PRINT_FIRST);
    assert_paper("ticket");
    stall_free(&stall);
}

TEST(print_paper, a_change_ticket_says_added_now_and_void)
{
    struct stall stall = usual();
    lay(&stall, PRINT_TICKET, PRINT_FIRST);
    (void)do_add(&stall, K, 3, 1, 200);
    (void)do_set(&stall, K, 1, 1);
    (void)do_void(&stall, K, 2);
    lay(&stall, PRINT_TICKET, PRINT_FIRST);
    assert_paper("ticket_change");
    stall_free(&stall);
}

/* What is on the paper, as plain text. */
static const char *text_on_paper(void)
{
    static char text[PLAIN_BYTES_MAX + 1];
    text[plain_encode(&paper, (uint8_t *)text)] = '\0';
    return text;
}

TEST(print_paper, a_table_stands_large_on_its_ticket_and_on_its_bill)
{
    struct stall stall = stall_new();
    (void)do_open_at_table(&stall, K, "A", 42, 7);
    (void)do_add(&stall, K, 1, 2, 350);
    lay(&stall, PRINT_TICKET, PRINT_FIRST);
    assert_paper("ticket_table");
    lay(&stall, PRINT_RECEIPT, PRINT_FIRST);
    assert_non_null(strstr(text_on_paper(), "Bill"));
    assert_non_null(strstr(text_on_paper(), "Table 7\n"));
    stall_free(&stall);
}

TEST(print_paper, a_ticket_says_that_it_came_from_a_guests_phone)
{
    struct stall stall = stall_new();
    (void)do_open_by_guest(&stall, K);
    (void)do_add(&stall, K, 1, 2, 350);
    lay(&stall, PRINT_TICKET, PRINT_FIRST);
    assert_non_null(strstr(text_on_paper(), "\nfrom a guest's phone\n"));
    stall_free(&stall);
    stall = usual();
    lay(&stall, PRINT_TICKET, PRINT_FIRST);
    assert_null(strstr(text_on_paper(), "guest"));
    stall_free(&stall);
}

TEST(print_paper, a_change_ticket_leaves_out_what_is_as_it_was_and_shows_another_note)
{
    struct stall stall = usual();
    lay(&stall, PRINT_TICKET, PRINT_FIRST);
    (void)do_note(&stall, K, 2, "no ice");
    lay(&stall, PRINT_TICKET, PRINT_FIRST);
    assert_non_null(strstr(text_on_paper(), "! no ice"));
    assert_null(strstr(text_on_paper(), "was "));
    assert_null(strstr(text_on_paper(), "Zwiebeln"));
    stall_free(&stall);
}

TEST(print_paper, notes_and_options_of_two_people_at_once_are_both_on_the_ticket)
{
    struct stall stall = usual();
    stall_sync(&stall);
    (void)do_note(&stall, C, 1, "no ice");
    (void)do_note(&stall, D, 1, "much ice");
    stall_sync(&stall);
    lay(&stall, PRINT_TICKET, PRINT_FIRST);
    const char *other = strstr(text_on_paper(), "or, written at the same time:");
    assert_non_null(other);
    assert_non_null(strstr(text_on_paper(), "no ice"));
    assert_non_null(strstr(other, "ice"));
    stall_free(&stall);
    stall = usual();
    stall_sync(&stall);
    (void)do_option(&stall, C, 1, "mild", 0);
    (void)do_option(&stall, D, 1, "hot", 0);
    stall_sync(&stall);
    lay(&stall, PRINT_TICKET, PRINT_FIRST);
    assert_non_null(strstr(text_on_paper(), "or, written at the same time:"));
    stall_free(&stall);
}

TEST(print_paper, a_line_that_is_gone_is_void_on_a_possible_copy_too)
{
    struct stall stall = usual();
    lay(&stall, PRINT_TICKET, PRINT_FIRST);
    (void)do_void(&stall, K, 2);
    lay(&stall, PRINT_TICKET, PRINT_AGAIN);
    assert_non_null(strstr(text_on_paper(), "VOID 1 x"));
    assert_null(strstr(text_on_paper(), "CHANGE"));
    stall_free(&stall);
    stall = usual();
    (void)do_void(&stall, K, 2); /* before anything was printed */
    lay(&stall, PRINT_TICKET, PRINT_AGAIN);
    assert_null(strstr(text_on_paper(), "VOID"));
    stall_free(&stall);
}

TEST(print_paper, a_currency_without_parts_and_a_rate_with_some_are_spelt_so)
{
    struct stall stall = stall_new();
    const struct line_add line = {.line = 1,
                                  .name = text_of("Ramen"),
                                  .quantity = 1,
                                  .unit_price_minor = 1075,
                                  .tax_bp = 750,
                                  .station = text_of("grill")};
    (void)do_open(&stall, K, "", 7);
    (void)do_add_full(&stall, K, &line);
    (void)do_pay(&stall, K, 1, 2000);
    (void)do_refund(&stall, K, 1, 925);
    currency_digits = 0;
    lay(&stall, PRINT_RECEIPT, PRINT_FIRST);
    currency_digits = 2;
    assert_non_null(strstr(text_on_paper(), "Refunded"));
    assert_non_null(strstr(text_on_paper(), "Tax 7.50 %"));
    assert_non_null(strstr(text_on_paper(), " 1075\n"));
    stall_free(&stall);
}

TEST(print_paper, a_slip_that_nobody_claimed_is_none)
{
    struct stall stall = usual();
    const struct print_slip slip = {.id = {.log = 99, .seq = 99}};
    const struct slip_input input = {
        .history = mesh_history(stall.mesh, K), .order = stall_look(&stall, K), .slip = &slip};
    assert_int_equal(slip_layout(&input, &paper), ERR_MALFORMED);
    stall_free(&stall);
}

TEST(print_paper, a_width_that_no_printer_has_is_one_that_some_have)
{
    paper_begin(&paper, 3);
    assert_int_equal(paper.width, 16);
    paper_begin(&paper, 10000);
    assert_int_equal(paper.width, PAPER_WIDTH_MAX);
    for (uint32_t i = 0; i < 2 * PAPER_LINES_MAX; i++) {
        paper_rule(&paper);
        paper_pair(&paper, PAPER_PLAIN, text_of("left"), text_of("right"));
    }
    assert_true(paper.lines_count <= PAPER_LINES_MAX);
    assert_non_null(strstr(text_on_paper(), "... and more: see the screen"));
}

TEST(print_paper, a_cancelled_order_is_void_line_by_line)
{
    struct stall stall = usual();
    lay(&stall, PRINT_TICKET, PRINT_FIRST);
    (void)do_cancel(&stall, K);
    lay(&stall, PRINT_TICKET, PRINT_FIRST);
    assert_paper("ticket_cancelled");
    stall_free(&stall);
}

TEST(print_paper, what_may_lie_about_already_says_so)
{
    struct stall stall = usual();
    lay(&stall, PRINT_TICKET, PRINT_AGAIN);
    assert_paper("ticket_possible_copy");
    lay(&stall, PRINT_TICKET, PRINT_REPRINT);
    assert_paper("ticket_reprint");
    stall_free(&stall);
}

/* The @number-th receipt of device A. */
static void give_receipt(struct stall *stall, uint32_t number, enum receipt_kind kind)
{
    uint8_t data[128];
    struct writer writer;
    struct bytes body;
    const struct order *order = stall_look(stall, K);
    const struct receipt receipt = {.number = number,
                                    .total_minor = order->owed_minor,
                                    .tax_minor = order->owed_tax_minor,
                                    .kind = kind,
                                    .lane = text_of("A"),
                                    .incarnation = 1};
    writer_init(&writer, data, sizeof data);
    receipt_encode(&receipt, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    (void)mesh_write(stall->mesh, K, EVENT_RECEIPT, stall->t++, body);
}

TEST(print_paper, a_receipt_says_its_name_what_was_sold_taxes_by_rate_and_its_place_in_the_journal)
{
    struct stall stall = usual();
    (void)do_discount(&stall, K, 2, 50);
    (void)do_pay(&stall, K, 1, 1900);
    give_receipt(&stall, 17, RECEIPT_SALE);
    lay(&stall, PRINT_RECEIPT, PRINT_FIRST);
    assert_paper("receipt");
    (void)do_void(&stall, K, 2);
    give_receipt(&stall, 18, RECEIPT_CORRECTION);
    lay(&stall, PRINT_RECEIPT, PRINT_FIRST);
    assert_paper("receipt_corrected");
    stall_free(&stall);
}

/* At the terminal of a card. */
static void pay_by_card(struct stall *stall, int64_t amount, const char *slip)
{
    uint8_t data[256];
    struct writer writer;
    struct bytes body;
    const struct order_pay pay = {.id = {{9}},
                                  .method = text_of("card-external"),
                                  .amount_minor = amount,
                                  .reference = text_of(slip)};
    writer_init(&writer, data, sizeof data);
    order_pay_encode(&pay, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    (void)mesh_write(stall->mesh, K, EVENT_PAY, stall->t++, body);
}

TEST(print_paper, a_receipt_lists_each_part_that_was_paid_and_the_slip_of_a_card)
{
    struct stall stall = usual();
    (void)do_pay(&stall, K, 1, 1000);
    pay_by_card(&stall, 950, "004711");
    give_receipt(&stall, 17, RECEIPT_SALE);
    lay(&stall, PRINT_RECEIPT, PRINT_FIRST);
    assert_paper("receipt_parts");
    stall_free(&stall);
}

TEST(print_paper, a_receipt_whose_order_changed_before_it_came_out_says_so)
{
    struct stall stall = usual();
    (void)do_pay(&stall, K, 1, 1950);
    give_receipt(&stall, 17, RECEIPT_SALE);
    const struct operation id = write_claim(&stall, PRINT_RECEIPT, PRINT_FIRST);
    (void)do_void(&stall, K, 2);
    lay_slip(&stall, id);
    assert_paper("receipt_outdated");
    stall_free(&stall);
}

TEST(print_paper, an_order_that_is_not_paid_has_a_bill)
{
    struct stall stall = usual();
    (void)do_discount(&stall, K, 2, 50);
    (void)do_pay(&stall, K, 1, 1000);
    lay(&stall, PRINT_RECEIPT, PRINT_FIRST);
    assert_paper("bill");
    stall_free(&stall);
}

TEST(print_paper, a_test_slip_shows_width_and_umlauts)
{
    slip_test("3", 42, &paper);
    assert_paper("test");
}

/* --- strangers --- */

/* Whether, the layout's own commands left out, only printable bytes and LF are there. */
static bool is_harmless(const uint8_t *data, size_t size)
{
    static const struct {
        uint8_t first, second;
        size_t size;
    } own[] = {{0x1b, '@', 2}, {0x1b, 't', 3}, {0x1b, 'a', 3}, {0x1b, 'E', 3},
               {0x1d, '!', 3}, {0x1d, 'B', 3}, {0x1d, 'V', 4}};
    size_t commands = 0;
    for (size_t at = 0; at < size;) {
        size_t step = data[at] == '\n' || (data[at] >= 0x20 && data[at] != 0x7f) ? 1 : 0;
        for (size_t i = 0; step == 0 && i < sizeof own / sizeof own[0]; i++) {
            const bool is_it =
                at + 1 < size && data[at] == own[i].first && data[at + 1] == own[i].second;
            step = is_it ? own[i].size : 0;
            commands += is_it;
        }
        if (step == 0) {
            return false;
        }
        at += step;
    }
    return commands == 3; /* begin, code page, cut: plain lines need no other */
}

TEST(print_paper, no_text_of_a_stranger_is_a_command_to_any_printer)
{
    static const char *const pages[] = {"pc858", "cp1252", "ascii"};
    uint8_t text[512];
    struct prng prng = {7};
    for (uint32_t round = 0; round < 3000; round++) {
        const size_t size = (size_t)prng_below(&prng, sizeof text);
        for (size_t i = 0; i < size; i++) {
            const uint64_t kind = prng_below(&prng, 4);
            text[i] = (uint8_t)(kind == 0 ? 0x1b : prng_below(&prng, kind == 1 ? 32 : 256));
        }
        paper_begin(&paper, 32);
        paper_add(&paper, PAPER_PLAIN, 2, bytes_of(text, size));
        paper_pair(&paper, PAPER_PLAIN, bytes_of(text, size), bytes_of(text, size / 2));
        const struct codepage *page = codepage_find(bytes_of_text(pages[round % 3]));
        assert_true(is_harmless(bytes, escpos_encode(&paper, page, bytes)));
        const size_t plain_size = plain_encode(&paper, plain);
        for (size_t i = 0; i < plain_size; i++) {
            assert_true(plain[i] == '\n' || plain[i] >= 0x20);
        }
    }
}

TEST(print_paper, hidden_and_turning_characters_are_left_out)
{
    paper_begin(&paper, 32);
    paper_add(&paper, PAPER_PLAIN, 0,
              text_of("a\x1b\x70\xc2\x9b\xe2\x80\xae"
                      "b\xf0\x9f\x8d\x94"));
    assert_int_equal(paper.lines_count, 1);
    const struct bytes line = paper.lines[0].text;
    assert_int_equal(line.size, 3 + 4);
    assert_memory_equal(line.data, "apb\xf0\x9f\x8d\x94", 7);
    (void)escpos_encode(&paper, codepage_find(text_of("ascii")), bytes);
    assert_memory_equal(bytes + 5, "apb?\n", 5);
}

TEST(print_paper, a_paper_without_end_is_cut_and_says_so)
{
    paper_begin(&paper, 32);
    for (uint32_t i = 0; i < 2 * PAPER_LINES_MAX; i++) {
        paper_say(&paper, PAPER_PLAIN, 0, "line %u", (unsigned)i);
    }
    assert_int_equal(paper.lines_count, PAPER_LINES_MAX);
    assert_true(paper.is_cut_short);
    assert_memory_equal(paper.lines[PAPER_LINES_MAX - 1].text.data, "... and more", 12);
}

/* --- what a printer says of itself --- */

TEST(print_paper, a_status_is_read_bit_by_bit)
{
    static const struct {
        enum escpos_question question;
        uint8_t answer;
        unsigned troubles;
        const char *text;
    } rows[] = {
        {ESCPOS_ASK_PRINTER, 0x12, 0, "ready"},
        {ESCPOS_ASK_PRINTER, 0x1a, PRINTER_OFFLINE, "the printer is offline"},
        {ESCPOS_ASK_OFFLINE, 0x16, PRINTER_COVER_OPEN, "its cover is open"},
        {ESCPOS_ASK_OFFLINE, 0x32, PRINTER_PAPER_OUT, "it is out of paper"},
        {ESCPOS_ASK_ERROR, 0x1a, PRINTER_CUTTER, "its cutter is stuck"},
        {ESCPOS_ASK_PAPER, 0x1e, PRINTER_PAPER_LOW, "its paper is running out"},
        {ESCPOS_ASK_PAPER, 0x72, PRINTER_PAPER_OUT, "it is out of paper"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned troubles = 0;
        assert_int_equal(escpos_answer(rows[i].question, rows[i].answer, &troubles), 0);
        assert_int_equal(troubles, rows[i].troubles);
        assert_string_equal(printer_trouble_text(troubles), rows[i].text);
    }
}

TEST(print_paper, a_byte_that_is_no_status_says_nothing)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        unsigned troubles = 0;
        const int err = escpos_answer(ESCPOS_ASK_PAPER, (uint8_t)byte, &troubles);
        assert_int_equal(err, (byte & 0x93u) == 0x12 ? 0 : ERR_MALFORMED);
        assert_true(err == 0 || troubles == 0);
    }
}
