/* stock_check.h - P7 over a set of stores: what was sold from rights never exceeds what there was.
 */
#ifndef TRESTLE_TESTS_LIB_STOCK_CHECK_H
#define TRESTLE_TESTS_LIB_STOCK_CHECK_H

#include "sync/domain/stock.h"

/* Of one item, from the raw events that any of the stores holds. */
struct stock_sums {
    uint64_t added;  /* units ever made, less those given up */
    uint64_t taken;  /* units sold from rights and not undone */
    uint64_t forced; /* units sold without, on purpose, and not undone */
};

/* @txns: a transaction of each store. A sale that was retried at two devices counts twice until one
 * is undone, as it does in the rights. */
struct stock_sums stock_check_sums(struct store_txn *const *txns, uint32_t count, uint64_t item);

/* P7: honest devices, no clones. */
static inline bool stock_check_holds(const struct stock_sums *sums)
{
    return sums->taken <= sums->added;
}

#endif
