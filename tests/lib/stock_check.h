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
    uint64_t late;   /* of what ended logs had, spent by them behind their end: sold and not undone,
                        given, or given up */
    int64_t left; /* what ended logs had at their end or were given since, and not spent before */
};

/* Logs that were retired or revoked. */
struct stock_ends {
    const struct log_point *ends; /* the last event before, one of each such log */
    uint32_t count;
    uint64_t cheat; /* a log that gives what it has not; 0 = none. Of what it spent behind its end
                       no more is late than it had of the units' issuer. */
};

/* @txns: a transaction of each store. A sale that was retried at two devices counts twice until one
 * is undone, as it does in the rights. */
struct stock_sums stock_check_sums(struct store_txn *const *txns, uint32_t count, uint64_t item,
                                   const struct stock_ends *ends);

/* P7: no clones, at most one cheat. A device that was not dead after all, and has not heard that it
 * was taken for it, spends what its issuer has reclaimed (docs/merge-rules.md): so many units may
 * be sold twice, and no more than it had. Of several such logs one may have reclaimed what another
 * left: only the sum is judged then. */
static inline bool stock_check_holds(const struct stock_sums *sums, uint32_t ends_count)
{
    return sums->taken <= sums->added + sums->late &&
           (ends_count != 1 || (int64_t)sums->late <= sums->left);
}

#endif
