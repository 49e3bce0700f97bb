#include "tests/lib/plausible.h"

#include "sync/base/limits.h"
#include "sync/domain/order_events.h"
#include "sync/domain/print_events.h"

enum {
    FAR_NUMBER = 999999,
    FAR_SEQ = 1000000000,
    LINE = 1, /* an order's first */
};

const uint64_t plausible_times[PLAUSIBLE_TIMES] = {0, UINT64_C(1) << 40, UINT64_MAX};

/* --- openings --- */

static void open_as(const struct plausible_about *about, uint32_t number, uint64_t day,
                    struct writer *writer)
{
    const struct order_open open = {.day = day,
                                    .lane = about->lane,
                                    .number = number,
                                    .channel = bytes_of_text("counter"),
                                    .mode = bytes_of_text("take-away"),
                                    .name = bytes_of_text("nobody"),
                                    .is_pay_first = true,
                                    .prices_include_tax = true};
    order_open_encode(&open, writer);
}

static void open_far(const struct plausible_about *about, struct writer *writer)
{
    open_as(about, FAR_NUMBER, about->day, writer);
}

static void open_next(const struct plausible_about *about, struct writer *writer)
{
    open_as(about, about->number, about->day, writer);
}

static void open_last_day(const struct plausible_about *about, struct writer *writer)
{
    open_as(about, UINT32_MAX, ORDER_DAY_MAX, writer);
}

/* --- lines --- */

static void add_line(uint32_t line, uint32_t quantity, int64_t price_minor, struct writer *writer)
{
    const struct line_add add = {.line = line,
                                 .name = bytes_of_text("nothing"),
                                 .quantity = quantity,
                                 .unit_price_minor = price_minor,
                                 .station = bytes_of_text("nowhere")};
    line_add_encode(&add, writer);
}

static void add_dear(const struct plausible_about *about, struct writer *writer)
{
    (void)about;
    add_line(UINT32_MAX, ORDER_QUANTITY_MAX, MONEY_MAX, writer);
}

static void add_owing(const struct plausible_about *about, struct writer *writer)
{
    (void)about;
    add_line(LINE, ORDER_QUANTITY_MAX, -MONEY_MAX, writer);
}

static void set_by(int32_t delta, struct writer *writer)
{
    const struct line_set set = {.line = LINE, .quantity_delta = delta};
    line_set_encode(&set, writer);
}

static void set_fewer(const struct plausible_about *about, struct writer *writer)
{
    (void)about;
    set_by(-ORDER_QUANTITY_MAX, writer);
}

static void set_more(const struct plausible_about *about, struct writer *writer)
{
    (void)about;
    set_by(ORDER_QUANTITY_MAX, writer);
}

static void void_first(const struct plausible_about *about, struct writer *writer)
{
    const struct line_void gone = {.lines = {.count = 1, .ids = {LINE}},
                                   .reason = bytes_of_text("because")};
    (void)about;
    line_void_encode(&gone, writer);
}

/* --- other people's work --- */

static void accept_unseen(const struct plausible_about *about, struct writer *writer)
{
    struct order_accept accept = {
        .station = bytes_of_text("nowhere"), .lines_count = 1, .total_minor = -MONEY_MAX};
    accept.lines[0].line = LINE;
    accept.lines[0].revision = UINT32_MAX;
    (void)about;
    order_accept_encode(&accept, writer);
}

static void refuse_first(const struct plausible_about *about, struct writer *writer)
{
    const struct order_refuse refuse = {.lines = {.count = 1, .ids = {LINE}},
                                        .reason = bytes_of_text("because")};
    (void)about;
    order_refuse_encode(&refuse, writer);
}

static void do_first(const struct plausible_about *about, struct writer *writer)
{
    const struct order_progress progress = {.lines = {.count = 1, .ids = {LINE}}};
    (void)about;
    order_progress_encode(&progress, writer);
}

static void undo_unseen(const struct plausible_about *about, struct writer *writer)
{
    struct order_undo undo = {.operations = {.count = 1}};
    undo.operations.operations[0] = (struct operation){.log = about->log, .seq = FAR_SEQ};
    order_undo_encode(&undo, writer);
}

static void hand_all(const struct plausible_about *about, struct writer *writer)
{
    struct order_handed handed = {.lines_count = 1};
    handed.lines[0].line = LINE;
    handed.lines[0].units = ORDER_QUANTITY_MAX;
    (void)about;
    order_handed_encode(&handed, writer);
}

static void cancel(const struct plausible_about *about, struct writer *writer)
{
    const struct order_cancel cancelled = {.reason = bytes_of_text("because")};
    (void)about;
    order_cancel_encode(&cancelled, writer);
}

static void reinstate(const struct plausible_about *about, struct writer *writer)
{
    (void)about;
    order_reinstate_encode(writer);
}

static void see_unseen(const struct plausible_about *about, struct writer *writer)
{
    const struct order_seen seen = {.station = bytes_of_text("nowhere"),
                                    .changed = {.log = about->log, .seq = FAR_SEQ, .hash = {7}}};
    order_seen_encode(&seen, writer);
}

static void print_unseen(const struct plausible_about *about, struct writer *writer)
{
    const struct print_done done = {.claim = {.log = about->log, .seq = FAR_SEQ, .hash = {7}},
                                    .result = PRINT_DONE};
    print_done_encode(&done, writer);
}

/* --- money --- */

static void discount_all(const struct plausible_about *about, struct writer *writer)
{
    struct order_discount discount = {.reason = bytes_of_text("because"), .lines_count = 1};
    discount.lines[0].line = LINE;
    discount.lines[0].amount_minor = MONEY_MAX;
    (void)about;
    order_discount_encode(&discount, writer);
}

static void tip_all(const struct plausible_about *about, struct writer *writer)
{
    const struct tip tip = {.amount_minor = MONEY_MAX, .most_bp = TIP_BP_MAX};
    (void)about;
    tip_encode(&tip, writer);
}

static void tip_share(const struct plausible_about *about, struct writer *writer)
{
    const struct tip tip = {.amount_minor = 30, .most_bp = 1};
    (void)about;
    tip_encode(&tip, writer);
}

static void pay_much(const struct plausible_about *about, struct writer *writer)
{
    const struct order_pay pay = {.id = about->pay,
                                  .method = bytes_of_text("cash"),
                                  .amount_minor = MONEY_MAX,
                                  .tendered_minor = MONEY_MAX};
    order_pay_encode(&pay, writer);
}

static void refund_much(const struct plausible_about *about, struct writer *writer)
{
    const struct order_refund refund = {.id = about->pay,
                                        .method = bytes_of_text("cash"),
                                        .amount_minor = MONEY_MAX,
                                        .reason = bytes_of_text("because")};
    order_refund_encode(&refund, writer);
}

const struct plausible plausibles[] = {
    {EVENT_ORDER_OPEN, open_far},
    {EVENT_ORDER_OPEN, open_next},
    {EVENT_ORDER_OPEN, open_last_day},
    {EVENT_LINE_ADD, add_dear},
    {EVENT_LINE_ADD, add_owing},
    {EVENT_LINE_SET, set_fewer},
    {EVENT_LINE_SET, set_more},
    {EVENT_LINE_VOID, void_first},
    {EVENT_ACCEPT, accept_unseen},
    {EVENT_REFUSE, refuse_first},
    {EVENT_LAPSE, refuse_first},
    {EVENT_START, do_first},
    {EVENT_DONE, do_first},
    {EVENT_RECALL, undo_unseen},
    {EVENT_UNHAND, undo_unseen},
    {EVENT_HANDED, hand_all},
    {EVENT_CANCEL, cancel},
    {EVENT_REINSTATE, reinstate},
    {EVENT_SEEN, see_unseen},
    {EVENT_PRINT_DONE, print_unseen},
    {EVENT_DISCOUNT, discount_all},
    {EVENT_TIP_SET, tip_all},
    {EVENT_TIP_SET, tip_share},
    {EVENT_PAY, pay_much},
    {EVENT_REFUND, refund_much},
};
const size_t plausibles_count = sizeof plausibles / sizeof plausibles[0];
