#include "sync/domain/deduction.h"

#include "sync/base/check.h"
#include "sync/domain/report.h"

/* A list being filled. */
struct deductions {
    uint32_t count;
    struct deduction *rows;
};

static struct deduction *append(struct deductions *to, enum deduction_kind kind,
                                const struct hand *hand)
{
    check(to->count < DEDUCTIONS_MAX);
    struct deduction *row = &to->rows[to->count++];
    *row = (struct deduction){
        .kind = kind,
        .source = hand->by != 0 ? DEDUCTION_BY_PERSON : DEDUCTION_BY_NOBODY,
        .hand = *hand,
    };
    return row;
}

static void append_voids(struct deductions *to, const struct order *order)
{
    for (uint32_t i = 0; i < order->lines_count; i++) {
        const struct order_line *line = &order->lines[i];
        if (line->is_void) {
            struct deduction *row = append(to, DEDUCTION_VOID, &line->voided);
            row->line = line->id;
            row->units = (uint32_t)line->quantity;
            row->minor = report_worth(line, row->units);
        }
    }
}

static void append_cancel(struct deductions *to, const struct order *order)
{
    if (order->phase == PHASE_CANCELLED && order->is_cancelled) {
        struct deduction *row = append(to, DEDUCTION_CANCEL, &order->cancel);
        row->units = 1;
        row->minor = report_payable(order);
    }
}

static void append_discounts(struct deductions *to, const struct order *order)
{
    for (uint32_t i = 0; i < order->discounts_count; i++) {
        if (order->discounts[i].minor > 0) {
            append(to, DEDUCTION_DISCOUNT, &order->discounts[i].hand)->minor =
                order->discounts[i].minor;
        }
    }
}

static void append_refunds(struct deductions *to, const struct order *order)
{
    for (uint32_t i = 0; i < order->payments_count; i++) {
        const struct order_payment *payment = &order->payments[i];
        if (payment->is_refund) {
            struct deduction *row = append(to, DEDUCTION_REFUND, &payment->hand);
            row->method = payment->method;
            row->minor = payment->amount_minor;
        }
    }
}

/* A wish that only a rule had has no hand; a refund without a wish was made at the provider. */
static void append_provider_refunds(struct deductions *to, const struct ledger *ledger)
{
    static const struct hand none = {.by = 0};
    for (uint32_t i = 0; i < ledger->refunds_count; i++) {
        const struct ledger_refund *refund = &ledger->refunds[i];
        const struct ledger_wish *wish = ledger_find_wish(ledger, refund->wish);
        if (refund->counted_minor == 0) {
            continue;
        }
        const bool is_a_persons = wish != NULL && wish->is_a_persons;
        struct deduction *row = append(to, DEDUCTION_REFUND, is_a_persons ? &wish->hand : &none);
        row->method = bytes_of_text(PROVIDER_METHOD);
        row->minor = refund->counted_minor;
        if (!is_a_persons) {
            row->source = wish != NULL ? DEDUCTION_BY_RULE : DEDUCTION_BY_PROVIDER;
        }
    }
}

uint32_t deductions_of(const struct order *order, struct deduction ret_deductions[DEDUCTIONS_MAX])
{
    struct deductions to = {.rows = ret_deductions};
    append_voids(&to, order);
    append_cancel(&to, order);
    append_discounts(&to, order);
    append_refunds(&to, order);
    append_provider_refunds(&to, &order->ledger);
    return to.count;
}

const char *deduction_kind_text(enum deduction_kind kind)
{
    static const char *const texts[] = {
#define X(name, number, text) [name] = (text),
        DEDUCTION_KINDS(X)
#undef X
    };
    return texts[kind];
}

const char *deduction_source_text(enum deduction_source source)
{
    static const char *const texts[] = {
#define X(name, number, text) [name] = (text),
        DEDUCTION_SOURCES(X)
#undef X
    };
    return texts[source];
}
