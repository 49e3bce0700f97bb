/* days.h - the trading day that --day names.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_CLI_DAYS_H
#define TRESTLE_NODE_CLI_DAYS_H

#include "node/cli/cli.h"
#include "node/cli/journal.h"

/* 0 = it was not given. EXIT_DONE, or told. */
int day_flag(const struct args *args, uint64_t *ret_day);

/* Whether there was such a day, as far as is known here; 0 stands for any. EXIT_DONE, or told. */
int day_check(const struct journal *journal, uint64_t day);

#endif
