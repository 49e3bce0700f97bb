/* fuzz_bill.c - no bill, however strange, breaks a law of arithmetic or has undefined behaviour.
 *
 * Input: 1 byte of mode (its lowest bit; 0xff an unknown one), 1 of discount kind, 8 of discount
 * value, then 22 for each line: 2 quantity, 2 tax, 8 unit price, 8 discount, 1 takes a share, 1 how
 * many bits to cut from the two amounts. Numbers are big-endian. A last line that is cut short is
 * left out. Without that cut most random amounts would only overflow.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sync/base/bytes.h"
#include "tests/lib/bill_laws.h"

enum { HEAD_BYTES = 10, LINE_BYTES = 22, LINES_MAX = ORDER_LINES_MAX + 1 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t get_amount(const uint8_t from[8], unsigned cut)
{
    uint64_t bits = get_be64(from);
    int64_t amount = (int64_t)(bits << 1 >> 1 >> cut % 63);
    return bits >> 63 ? -amount : amount;
}

static struct bill_line get_line(const uint8_t from[LINE_BYTES])
{
    return (struct bill_line){
        .quantity = (uint32_t)(from[0] << 8 | from[1]),
        .tax_bp = (uint32_t)(from[2] << 8 | from[3]),
        .unit_price_minor = get_amount(from + 4, from[21]),
        .discount_minor = get_amount(from + 12, from[21]),
        .takes_share = from[20] & 1,
    };
}

static void expect(const char *broken)
{
    if (broken) {
        (void)fprintf(stderr, "broken law: %s\n", broken);
        abort();
    }
}

static void expect_scaled(const struct bill_line *lines, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (lines[i - 1].quantity > 0 && lines[i - 1].quantity <= ORDER_QUANTITY_MAX) {
            expect(law_scaled(lines[i].discount_minor, lines[i - 1].quantity, lines[i].quantity));
        }
    }
}

/* Amounts that no code has looked at yet: what matters here is that the sanitizers stay silent. */
static void expect_cash(int64_t amount, int64_t step)
{
    int64_t rounding;
    int64_t change;
    if (bill_cash_rounding(amount, step, &rounding) == 0) {
        expect((amount + rounding) % step == 0 ? NULL : "cash is a multiple of its step");
    }
    if (bill_change(amount, step, &change) == 0) {
        expect(amount + change == step ? NULL : "due and change are what was tendered");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bill_line lines[LINES_MAX];
    size_t count = 0;
    if (size < HEAD_BYTES) {
        return 0;
    }
    enum bill_mode mode = data[0] == 0xff ? (enum bill_mode)2 : (enum bill_mode)(data[0] & 1);
    struct bill_discount discount = {.kind = (enum bill_discount_kind)(data[1] % 3),
                                     .value = (int64_t)get_be64(data + 2)};
    for (size_t at = HEAD_BYTES; at + LINE_BYTES <= size && count < LINES_MAX; at += LINE_BYTES) {
        lines[count++] = get_line(data + at);
    }
    expect(law_bill(mode, lines, count));
    expect(law_discount(lines, count, discount));
    expect(law_bill(mode, lines, count));
    expect_scaled(lines, count);
    expect_cash(count > 0 ? lines[0].unit_price_minor : 0, discount.value);
    return 0;
}
