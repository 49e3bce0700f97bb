#include "tests/lib/stall.h"

#include <stdlib.h>

#include "sync/base/check.h"

enum { BODY_MAX = 4096 };

struct stall stall_new(void)
{
    struct stall stall = {
        .mesh = mesh_new(PEOPLE, KIND_ORDER), .t = 1000, .order = malloc(sizeof(struct order))};
    check(stall.order != NULL);
    return stall;
}

void stall_free(struct stall *stall)
{
    mesh_free(stall->mesh);
    free(stall->order);
}

void stall_sync(struct stall *stall)
{
    mesh_sync(stall->mesh);
}

const struct order *stall_look(struct stall *stall, enum person at)
{
    order_derive(mesh_history(stall->mesh, at), stall->order);
    return stall->order;
}

/* A body being written. */
struct body {
    struct writer writer;
    uint8_t data[BODY_MAX];
};

static struct writer *begin(struct body *body)
{
    writer_init(&body->writer, body->data, sizeof body->data);
    return &body->writer;
}

static struct operation end(struct stall *stall, enum person at, uint32_t type, struct body *body)
{
    struct bytes bytes;
    check(writer_finish(&body->writer, &bytes) == 0);
    stall->last = mesh_write(stall->mesh, at, type, stall->t++, bytes);
    return stall->last;
}

static struct order_open opening(const char *lane, uint32_t number)
{
    return (struct order_open){
        .day = 1,
        .lane = bytes_of_text(lane),
        .number = number,
        .channel = bytes_of_text("counter"),
        .mode = bytes_of_text("eat-in"),
        .name = bytes_of_text("Ada"),
        .prices_include_tax = true,
    };
}

struct operation do_open(struct stall *stall, enum person at, const char *lane, uint32_t number)
{
    struct body body;
    const struct order_open open = opening(lane, number);
    order_open_encode(&open, begin(&body));
    return end(stall, at, EVENT_ORDER_OPEN, &body);
}

struct operation do_open_on(struct stall *stall, enum person at, uint64_t day, const char *lane,
                            uint32_t number)
{
    struct body body;
    struct order_open open = opening(lane, number);
    open.day = day;
    order_open_encode(&open, begin(&body));
    return end(stall, at, EVENT_ORDER_OPEN, &body);
}

struct operation do_open_at_table(struct stall *stall, enum person at, const char *lane,
                                  uint32_t number, uint32_t table)
{
    struct body body;
    struct order_open open = opening(lane, number);
    open.table = table;
    order_open_encode(&open, begin(&body));
    return end(stall, at, EVENT_ORDER_OPEN, &body);
}

struct operation do_open_by_guest(struct stall *stall, enum person at)
{
    struct body body;
    struct order_open open = opening("A", 42);
    open.has_owner = true;
    order_open_encode(&open, begin(&body));
    return end(stall, at, EVENT_ORDER_OPEN, &body);
}

struct operation do_open_pay_first(struct stall *stall, enum person at)
{
    struct body body;
    struct order_open open = opening("A", 42);
    open.is_pay_first = true;
    order_open_encode(&open, begin(&body));
    return end(stall, at, EVENT_ORDER_OPEN, &body);
}

struct operation do_add_full(struct stall *stall, enum person at, const struct line_add *add)
{
    struct body body;
    line_add_encode(add, begin(&body));
    return end(stall, at, EVENT_LINE_ADD, &body);
}

struct operation do_add(struct stall *stall, enum person at, uint32_t line, uint32_t quantity,
                        int64_t price)
{
    const struct line_add add = {
        .line = line,
        .item = 10 + line % 50,
        .name = bytes_of_text("Fries"),
        .quantity = quantity,
        .unit_price_minor = price,
        .tax_bp = 700,
        .station = bytes_of_text("grill"),
    };
    return do_add_full(stall, at, &add);
}

struct operation do_set_full(struct stall *stall, enum person at, const struct line_set *change)
{
    struct body body;
    line_set_encode(change, begin(&body));
    return end(stall, at, EVENT_LINE_SET, &body);
}

struct operation do_set(struct stall *stall, enum person at, uint32_t line, int32_t delta)
{
    const struct line_set change = {.line = line, .quantity_delta = delta};
    return do_set_full(stall, at, &change);
}

struct operation do_note(struct stall *stall, enum person at, uint32_t line, const char *note)
{
    const struct line_set change = {.line = line, .has_note = true, .note = bytes_of_text(note)};
    return do_set_full(stall, at, &change);
}

struct operation do_option(struct stall *stall, enum person at, uint32_t line, const char *option,
                           int64_t price)
{
    struct line_set change = {.line = line, .has_options = true};
    change.options.count = 1;
    change.options.options[0] =
        (struct line_option){.name = bytes_of_text(option), .price_minor = price};
    return do_set_full(stall, at, &change);
}

static struct line_ids one(uint32_t line)
{
    return (struct line_ids){.count = 1, .ids = {line}};
}

struct operation do_void(struct stall *stall, enum person at, uint32_t line)
{
    struct body body;
    const struct line_void gone = {.lines = one(line), .reason = bytes_of_text("mistake")};
    line_void_encode(&gone, begin(&body));
    return end(stall, at, EVENT_LINE_VOID, &body);
}

static uint32_t revision(struct stall *stall, enum person at, uint32_t line)
{
    const struct order *order = stall_look(stall, at);
    for (uint32_t i = 0; i < order->lines_count; i++) {
        if (order->lines[i].id == line) {
            return order->lines[i].revision;
        }
    }
    return 1;
}

struct operation do_accept(struct stall *stall, enum person at, uint32_t lines)
{
    struct body body;
    struct order_accept accept = {.station = bytes_of_text("grill"), .lines_count = lines};
    for (uint32_t i = 0; i < lines; i++) {
        accept.lines[i].line = i + 1;
        accept.lines[i].revision = revision(stall, at, i + 1);
    }
    order_accept_encode(&accept, begin(&body));
    return end(stall, at, EVENT_ACCEPT, &body);
}

struct operation do_accept_line(struct stall *stall, enum person at, uint32_t line)
{
    struct body body;
    struct order_accept accept = {.station = bytes_of_text("bar"), .lines_count = 1};
    accept.lines[0].line = line;
    accept.lines[0].revision = revision(stall, at, line);
    order_accept_encode(&accept, begin(&body));
    return end(stall, at, EVENT_ACCEPT, &body);
}

struct operation do_refuse(struct stall *stall, enum person at, uint32_t line, const char *reason)
{
    struct body body;
    const struct order_refuse refuse = {.lines = one(line), .reason = bytes_of_text(reason)};
    order_refuse_encode(&refuse, begin(&body));
    return end(stall, at, EVENT_REFUSE, &body);
}

static struct operation progress(struct stall *stall, enum person at, uint32_t line, uint32_t type)
{
    struct body body;
    const struct order_progress said = {.lines = one(line)};
    order_progress_encode(&said, begin(&body));
    return end(stall, at, type, &body);
}

struct operation do_start(struct stall *stall, enum person at, uint32_t line)
{
    return progress(stall, at, line, EVENT_START);
}

struct operation do_done(struct stall *stall, enum person at, uint32_t line)
{
    return progress(stall, at, line, EVENT_DONE);
}

static struct operation undo(struct stall *stall, enum person at, const struct operation *what,
                             uint32_t type)
{
    struct body body;
    struct order_undo said = {.operations.count = 1};
    said.operations.operations[0] = *what;
    order_undo_encode(&said, begin(&body));
    return end(stall, at, type, &body);
}

struct operation do_recall(struct stall *stall, enum person at, const struct operation *what)
{
    return undo(stall, at, what, EVENT_RECALL);
}

struct operation do_unhand(struct stall *stall, enum person at, const struct operation *what)
{
    return undo(stall, at, what, EVENT_UNHAND);
}

static struct operation hand(struct stall *stall, enum person at, struct order_handed handed,
                             uint32_t line, uint32_t units)
{
    struct body body;
    handed.lines_count = 1;
    handed.lines[0].line = line;
    handed.lines[0].units = units;
    order_handed_encode(&handed, begin(&body));
    return end(stall, at, EVENT_HANDED, &body);
}

struct operation do_hand(struct stall *stall, enum person at, uint32_t line, uint32_t units)
{
    return hand(stall, at, (struct order_handed){.is_uncollected = false}, line, units);
}

struct operation do_leave(struct stall *stall, enum person at, uint32_t line, uint32_t units)
{
    return hand(stall, at, (struct order_handed){.is_uncollected = true}, line, units);
}

struct operation do_hand_both(struct stall *stall, enum person at)
{
    struct body body;
    struct order_handed handed = {.lines_count = 2};
    for (uint32_t i = 0; i < 2; i++) {
        handed.lines[i].line = i + 1;
        handed.lines[i].units = 1;
    }
    order_handed_encode(&handed, begin(&body));
    return end(stall, at, EVENT_HANDED, &body);
}

struct operation do_cancel(struct stall *stall, enum person at)
{
    struct body body;
    const struct order_cancel cancel = {.reason = bytes_of_text("left")};
    order_cancel_encode(&cancel, begin(&body));
    return end(stall, at, EVENT_CANCEL, &body);
}

struct operation do_reinstate(struct stall *stall, enum person at)
{
    struct body body;
    order_reinstate_encode(begin(&body));
    return end(stall, at, EVENT_REINSTATE, &body);
}

struct operation do_amend(struct stall *stall, enum person at, const struct operation *what,
                          bool is_yes)
{
    struct body body;
    struct order_amend amend = {.operations.count = 1, .is_yes = is_yes};
    amend.operations.operations[0] = *what;
    order_amend_encode(&amend, begin(&body));
    return end(stall, at, EVENT_AMEND, &body);
}

struct operation do_discount(struct stall *stall, enum person at, uint32_t line, int64_t amount)
{
    struct body body;
    struct order_discount discount = {.reason = bytes_of_text("regular"), .lines_count = 1};
    discount.lines[0].line = line;
    discount.lines[0].amount_minor = amount;
    order_discount_encode(&discount, begin(&body));
    return end(stall, at, EVENT_DISCOUNT, &body);
}

struct operation do_tip(struct stall *stall, enum person at, int64_t amount, uint32_t most_bp)
{
    struct body body;
    const struct tip tip = {.amount_minor = amount, .most_bp = most_bp};
    tip_encode(&tip, begin(&body));
    return end(stall, at, EVENT_TIP_SET, &body);
}

struct operation do_seen(struct stall *stall, enum person at)
{
    struct body body;
    const struct order_seen seen = {.station = bytes_of_text("grill"),
                                    .changed = stall_look(stall, at)->changed};
    order_seen_encode(&seen, begin(&body));
    return end(stall, at, EVENT_SEEN, &body);
}

struct operation do_pay(struct stall *stall, enum person at, uint8_t id, int64_t amount)
{
    struct body body;
    const struct order_pay pay = {
        .id = {{id}}, .method = bytes_of_text("cash"), .amount_minor = amount};
    order_pay_encode(&pay, begin(&body));
    return end(stall, at, EVENT_PAY, &body);
}

struct operation do_refund(struct stall *stall, enum person at, uint8_t id, int64_t amount)
{
    struct body body;
    const struct order_refund refund = {
        .id = {{id}}, .method = bytes_of_text("cash"), .amount_minor = amount};
    order_refund_encode(&refund, begin(&body));
    return end(stall, at, EVENT_REFUND, &body);
}
