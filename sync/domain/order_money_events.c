/* The bytes of an order's money, in docs/protocol.md's words:
 *
 *   discount    [reason, [[line, amount], ...]]
 *   pay         [id, method, amount, tendered, rounding, reference]
 *   refund      [id, method, amount, reference, reason]
 */
#include "sync/domain/order_events.h"

#include "sync/domain/body.h"
#include "sync/domain/order_parts.h"

static void read_entity_id(struct reader *reader, struct entity_id *to)
{
    read_fixed(reader, to->bytes, sizeof to->bytes);
}

static void write_entity_id(struct writer *writer, const struct entity_id *id)
{
    write_bin(writer, id->bytes, sizeof id->bytes);
}

void order_discount_encode(const struct order_discount *discount, struct writer *writer)
{
    write_array(writer, 2);
    write_text(writer, discount->reason);
    write_array(writer, discount->lines_count);
    for (uint32_t i = 0; i < discount->lines_count; i++) {
        write_array(writer, 2);
        write_uint(writer, discount->lines[i].line);
        write_int(writer, discount->lines[i].amount_minor);
    }
}

int order_discount_decode(struct bytes body, struct order_discount *ret_discount)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 2);
    struct order_discount discount = {0};
    discount.reason = read_text(&reader, REASON_BYTES_MAX);
    discount.lines_count = read_array(&reader, 1, ORDER_LINES_MAX);
    for (uint32_t i = 0; i < discount.lines_count; i++) {
        (void)read_array(&reader, 2, 2);
        discount.lines[i].line =
            read_line_once(&reader, discount.lines, sizeof discount.lines[0], i);
        discount.lines[i].amount_minor = read_int(&reader, 0, MONEY_MAX);
    }
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_discount = discount;
    }
    return err;
}

void order_pay_encode(const struct order_pay *pay, struct writer *writer)
{
    write_array(writer, 6);
    write_entity_id(writer, &pay->id);
    write_text(writer, pay->method);
    write_int(writer, pay->amount_minor);
    write_int(writer, pay->tendered_minor);
    write_int(writer, pay->rounding_minor);
    write_text(writer, pay->reference);
}

int order_pay_decode(struct bytes body, struct order_pay *ret_pay)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 6);
    struct order_pay pay = {0};
    read_entity_id(&reader, &pay.id);
    pay.method = read_text(&reader, NAME_BYTES_MAX);
    pay.amount_minor = read_int(&reader, 1, MONEY_MAX);
    pay.tendered_minor = read_int(&reader, 0, MONEY_MAX);
    pay.rounding_minor = read_money(&reader);
    pay.reference = read_text(&reader, REFERENCE_BYTES_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_pay = pay;
    }
    return err;
}

void order_refund_encode(const struct order_refund *refund, struct writer *writer)
{
    write_array(writer, 5);
    write_entity_id(writer, &refund->id);
    write_text(writer, refund->method);
    write_int(writer, refund->amount_minor);
    write_text(writer, refund->reference);
    write_text(writer, refund->reason);
}

int order_refund_decode(struct bytes body, struct order_refund *ret_refund)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 5);
    struct order_refund refund = {0};
    read_entity_id(&reader, &refund.id);
    refund.method = read_text(&reader, NAME_BYTES_MAX);
    refund.amount_minor = read_int(&reader, 1, MONEY_MAX);
    refund.reference = read_text(&reader, REFERENCE_BYTES_MAX);
    refund.reason = read_text(&reader, REASON_BYTES_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_refund = refund;
    }
    return err;
}
