#include "node/print/slip.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/print/receipt_name.h"
#include "sync/domain/receipt.h"

enum { NUMBER_BYTES_MAX = 16, AMOUNT_BYTES_MAX = 40, LEFT_BYTES_MAX = 128 };

/* --- what both have --- */

static int text_size(struct bytes text)
{
    return (int)text.size;
}

static const char *text_data(struct bytes text)
{
    return text.size > 0 ? (const char *)text.data : "";
}

/* For "%.*s". */
#define TEXT(text) text_size(text), text_data(text)

static void print_number(const struct order *order, char ret_text[NUMBER_BYTES_MAX])
{
    const struct order_number *number = &order->numbers[0];
    (void)snprintf(ret_text, NUMBER_BYTES_MAX, "%.*s%u", TEXT(number->lane),
                   order->numbers_count > 0 ? (unsigned)number->number : 0);
}

/* Why it may not be the only one; nothing on the first. */
static void say_reason(struct paper *paper, const struct print_slip *slip)
{
    static const char *const texts[PRINT_REASON_COUNT] = {
        [PRINT_AGAIN] = "POSSIBLE COPY",
        [PRINT_TAKEOVER] = "POSSIBLE COPY",
        [PRINT_REPRINT] = "REPRINT",
    };
    const char *text = slip->has_twin ? "POSSIBLE COPY" : texts[slip->reason];
    if (text != NULL) {
        paper_say(paper, PAPER_BOLD | PAPER_INVERSE | PAPER_CENTERED, 0, "*** %s ***", text);
    }
    if (slip->has_twin) {
        paper_say(paper, PAPER_CENTERED, 0, "two printers had this job");
    }
}

static void say_options(struct paper *paper, const struct line_option *options, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        paper_say(paper, PAPER_PLAIN, 4, "+ %.*s", TEXT(options[i].name));
    }
}

/* --- tickets --- */

static const struct order_line *order_line_find(const struct order *order, uint32_t id)
{
    for (uint32_t i = 0; i < order->lines_count; i++) {
        if (order->lines[i].id == id) {
            return &order->lines[i];
        }
    }
    return NULL;
}

static void say_details(struct paper *paper, const struct order_line *line)
{
    say_options(paper, line->options, line->options_count);
    if (line->note.size > 0) {
        paper_say(paper, PAPER_BOLD, 4, "! %.*s", TEXT(line->note));
    }
    if (!line->has_conflict) {
        return;
    }
    paper_say(paper, PAPER_BOLD, 2, "or, written at the same time:");
    say_options(paper, line->options_other, line->options_other_count);
    if (line->note_other.size > 0) {
        paper_say(paper, PAPER_BOLD, 4, "! %.*s", TEXT(line->note_other));
    }
}

static void say_line(struct paper *paper, const char *word, const struct print_line *print,
                     const struct order_line *line)
{
    paper_say(paper, PAPER_BIG | PAPER_BOLD, 0, "%s%u x %.*s", word, (unsigned)print->quantity,
              TEXT(line->name));
    say_details(paper, line);
}

/* A line as it differs from what lies on paper; nothing when it does not. */
static void say_change(struct paper *paper, const struct print_line *print,
                       const struct print_line *before, const struct order_line *line)
{
    if (print->quantity == 0 && before->quantity > 0) {
        paper_say(paper, PAPER_BIG | PAPER_BOLD, 0, "VOID %u x %.*s", (unsigned)before->quantity,
                  TEXT(line->name));
        return;
    }
    if (print->quantity == 0 ||
        (print->quantity == before->quantity &&
         memcmp(print->content, before->content, sizeof print->content) == 0)) {
        return;
    }
    say_line(paper, before->quantity == 0 ? "ADDED " : "NOW ", print, line);
    if (before->quantity > 0 && before->quantity != print->quantity) {
        paper_say(paper, PAPER_PLAIN, 4, "was %u", (unsigned)before->quantity);
    }
}

/* What earlier jobs have put on paper of each line; whether there is any. */
static bool find_before(const struct slip_input *input, const struct print_claim *claim,
                        struct print_line before[ORDER_LINES_MAX])
{
    bool is_any = false;
    bool is_agreed = true;
    for (uint32_t i = 0; i < claim->lines_count; i++) {
        before[i] = (struct print_line){.line = claim->lines[i].line};
        is_any |= print_paper_find(input->history, claim->station, claim->lines[i].line,
                                   &claim->job, &before[i], &is_agreed);
    }
    return is_any;
}

static void say_lines(const struct slip_input *input, const struct print_claim *claim,
                      struct paper *paper)
{
    struct print_line before[ORDER_LINES_MAX];
    const bool has_before = find_before(input, claim, before);
    /* Whoever holds a possible copy cannot know what else lies about: all of it, then. */
    const bool is_change = has_before && input->slip->reason == PRINT_FIRST;
    if (is_change) {
        paper_say(paper, PAPER_BOLD | PAPER_INVERSE | PAPER_CENTERED, 0, "*** CHANGE ***");
    }
    for (uint32_t i = 0; i < claim->lines_count; i++) {
        const struct order_line *line = order_line_find(input->order, claim->lines[i].line);
        if (line == NULL) {
            continue;
        }
        const bool is_gone = claim->lines[i].quantity == 0;
        if (!is_change && !is_gone) {
            say_line(paper, "", &claim->lines[i], line);
        } else if (is_change || before[i].quantity > 0) {
            say_change(paper, &claim->lines[i], &before[i], line);
        }
    }
}

static void lay_ticket(const struct slip_input *input, const struct print_claim *claim,
                       struct paper *paper)
{
    char number[NUMBER_BYTES_MAX];
    print_number(input->order, number);
    paper_pair(paper, PAPER_BIG | PAPER_BOLD, bytes_of_text(number), claim->station);
    paper_pair(paper, PAPER_PLAIN, input->order->mode, bytes_of_text(input->time));
    if (input->order->table > 0) {
        paper_say(paper, PAPER_BIG | PAPER_BOLD, 0, "Table %u", (unsigned)input->order->table);
    }
    if (input->order->name.size > 0) {
        paper_add(paper, PAPER_BOLD, 0, input->order->name);
    }
    if (input->order->has_owner) { /* no staff took it: a gateway's device may be in wrong hands */
        paper_say(paper, PAPER_PLAIN, 0, "from a guest's phone");
    }
    paper_rule(paper);
    say_lines(input, claim, paper);
}

/* --- receipts --- */

/* "-12.50"; digits 0 to 4. */
static void print_amount(const struct slip_input *input, int64_t minor,
                         char ret_text[AMOUNT_BYTES_MAX])
{
    int64_t unit = 1;
    for (uint32_t i = 0; i < input->currency_digits; i++) {
        unit *= 10;
    }
    const char *sign = minor < 0 ? "-" : "";
    const int64_t size = minor < 0 ? -minor : minor;
    if (unit == 1) {
        (void)snprintf(ret_text, AMOUNT_BYTES_MAX, "%s%" PRId64, sign, size);
    } else {
        (void)snprintf(ret_text, AMOUNT_BYTES_MAX, "%s%" PRId64 ".%0*" PRId64, sign, size / unit,
                       (int)input->currency_digits, size % unit);
    }
}

static void say_amount(const struct slip_input *input, struct paper *paper, unsigned style,
                       const char *what, int64_t minor)
{
    char amount[AMOUNT_BYTES_MAX];
    print_amount(input, minor, amount);
    paper_pair(paper, style, bytes_of_text(what), bytes_of_text(amount));
}

static void say_sold(const struct slip_input *input, struct paper *paper)
{
    char left[LEFT_BYTES_MAX];
    for (uint32_t i = 0; i < input->order->lines_count; i++) {
        const struct order_line *line = &input->order->lines[i];
        if (!line->is_active) {
            continue;
        }
        (void)snprintf(left, sizeof left, "%d x %.*s", (int)line->quantity, TEXT(line->name));
        say_amount(input, paper, PAPER_PLAIN, left, line->payable_minor);
        say_options(paper, line->options, line->options_count);
        if (line->discount_minor != 0) {
            say_amount(input, paper, PAPER_PLAIN, "    of it taken off", -line->discount_minor);
        }
    }
}

static void say_payments(const struct slip_input *input, struct paper *paper)
{
    char left[LEFT_BYTES_MAX];
    for (uint32_t i = 0; i < input->order->payments_count; i++) {
        const struct order_payment *payment = &input->order->payments[i];
        const struct bytes slip = payment->reference;
        (void)snprintf(left, sizeof left, "%s %.*s%s%.*s", payment->is_refund ? "Refunded" : "Paid",
                       TEXT(payment->method), slip.size > 0 ? ", slip " : "", TEXT(slip));
        say_amount(input, paper, PAPER_PLAIN, left, payment->amount_minor);
    }
    if (input->order->due_minor < 0) {
        say_amount(input, paper, PAPER_BOLD, "To pay", -input->order->due_minor);
    }
}

/* "Tax 7.50 % of 14.70": what is owed at one rate. */
static void say_rate(const struct slip_input *input, struct paper *paper,
                     const struct order_rate *rate)
{
    char left[LEFT_BYTES_MAX];
    char net[AMOUNT_BYTES_MAX];
    char part[8] = "";
    const unsigned bp = (unsigned)(rate->tax_bp % 100);
    print_amount(input, rate->net_minor, net);
    if (bp > 0) {
        (void)snprintf(part, sizeof part, ".%02u", bp);
    }
    (void)snprintf(left, sizeof left, "Tax %u%s %% of %s", (unsigned)(rate->tax_bp / 100), part,
                   net);
    say_amount(input, paper, PAPER_PLAIN, left, rate->tax_minor);
}

static void say_total(const struct slip_input *input, struct paper *paper, int64_t total_minor)
{
    char total[NAME_BYTES_MAX];
    (void)snprintf(total, sizeof total, "Total %.*s", TEXT(input->currency));
    say_amount(input, paper, PAPER_BOLD, total, total_minor);
}

/* The order as it is now. */
static void say_order(const struct slip_input *input, struct paper *paper, int64_t total_minor)
{
    const struct order *order = input->order;
    say_sold(input, paper);
    paper_rule(paper);
    say_total(input, paper, total_minor);
    for (uint32_t i = 0; i < order->rates_count; i++) {
        say_rate(input, paper, &order->rates[i]);
    }
    if (order->tip_minor > 0) {
        say_amount(input, paper, PAPER_PLAIN, "Tip, on top", order->tip_minor);
    }
    say_payments(input, paper);
}

/* Before it is paid. */
static void lay_bill(const struct slip_input *input, struct paper *paper)
{
    paper_say(paper, PAPER_BOLD | PAPER_CENTERED, 0, "Bill, not a receipt");
    paper_rule(paper);
    say_order(input, paper, input->order->owed_minor);
}

/* Name and hash find the entry in the journal, which nobody can change behind the guest's back. */
static void lay_given(const struct slip_input *input, const struct order_receipt *receipt,
                      struct paper *paper)
{
    char name[RECEIPT_NAME_BYTES_MAX];
    receipt_name_print(receipt, name);
    paper_pair(paper, PAPER_BOLD,
               bytes_of_text(receipt->kind == RECEIPT_CORRECTION ? "Corrected receipt" : "Receipt"),
               bytes_of_text(name));
    paper_rule(paper);
    if (receipt_is_current(input->order, receipt)) {
        say_order(input, paper, receipt->total_minor);
    } else {
        paper_say(paper, PAPER_PLAIN, 0, "The order has changed since: ask for a corrected one.");
        say_total(input, paper, receipt->total_minor);
        say_amount(input, paper, PAPER_PLAIN, "Tax in it", receipt->tax_minor);
    }
    paper_say(paper, PAPER_CENTERED, 0, "Journal %08x", (unsigned)get_be32(receipt->id.hash));
}

static void lay_receipt(const struct slip_input *input, struct paper *paper)
{
    char number[NUMBER_BYTES_MAX];
    const struct order_receipt *receipt = print_receipt_of(input->order, &input->slip->job);
    print_number(input->order, number);
    paper_add(paper, PAPER_BOLD | PAPER_CENTERED, 0, input->popup);
    paper_pair(paper, PAPER_PLAIN, bytes_of_text(number), bytes_of_text(input->time));
    if (input->order->table > 0) {
        paper_say(paper, PAPER_PLAIN, 0, "Table %u", (unsigned)input->order->table);
    }
    if (receipt == NULL) {
        lay_bill(input, paper);
    } else {
        lay_given(input, receipt, paper);
    }
}

/* --- both --- */

int slip_layout(const struct slip_input *input, struct paper *ret_paper)
{
    struct print_claim claim;
    const int32_t at = history_find(input->history, &input->slip->id);
    if (at < 0 || print_claim_decode(input->history->events[at].body, &claim) != 0) {
        return ERR_MALFORMED;
    }
    paper_begin(ret_paper, input->width);
    say_reason(ret_paper, input->slip);
    if (claim.purpose == PRINT_TICKET) {
        lay_ticket(input, &claim, ret_paper);
    } else {
        lay_receipt(input, ret_paper);
    }
    say_reason(ret_paper, input->slip);
    return 0;
}

void slip_test(const char *printer, uint32_t width, struct paper *ret_paper)
{
    paper_begin(ret_paper, width);
    paper_say(ret_paper, PAPER_BIG | PAPER_BOLD | PAPER_CENTERED, 0, "TEST");
    paper_say(ret_paper, PAPER_CENTERED, 0, "printer %s, %u columns", printer,
              (unsigned)ret_paper->width);
    paper_say(ret_paper, PAPER_PLAIN, 0, "ÄÖÜ äöü ß éèç ñ €");
    paper_rule(ret_paper);
}
