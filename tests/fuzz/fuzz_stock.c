/* fuzz_stock.c - a stored row of stock: refused, or the one spelling of sums that can be worked
 * with.
 *
 * Input: a row.
 */
#include <stdlib.h>

#include "sync/base/check.h"
#include "sync/domain/stock.h"
#include "tests/lib/fuzz_mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(0)

static const struct stock_view view = {.roster = NULL}; /* as if nobody were closed */

static void look_around(struct stock *stock)
{
    struct stock_summary summary;
    int64_t all = 0;
    int64_t units;
    for (uint32_t i = 0; i < stock->accounts_count; i++) {
        const struct stock_account *account = &stock->accounts[i];
        check(stock_account(stock, account->issuer, account->log) == account);
        check(stock_right(stock, &view, account->issuer, account->log, &units) == 0);
        all += units;
    }
    check(stock_summarise(stock, &view, 1, &summary) == 0);
    check(summary.here >= 0 && summary.oversold >= 0);
    check(all <= INT64_MAX / 2 && all >= INT64_MIN / 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct stock stock;
    static uint8_t row[STOCK_ROW_BYTES_MAX];
    struct bytes encoded;
    if (stock_decode(&stock, bytes_of(data, size)) != 0) {
        check(stock_is_empty(&stock));
        return 0;
    }
    check(stock_encode(&stock, row, sizeof row, &encoded) == 0);
    check(bytes_equal(encoded, bytes_of(data, size)));
    look_around(&stock);
    return 0;
}
