/* sold_out.h - when items were sold out, and when they came back: as people said, and as counted
 * units ran out.
 *
 * Layer: node. Read from the events themselves: rows say only how it is now. Times are the devices'
 * own clocks', by which what happened is put in order here; they decide nothing.
 */
#ifndef TRESTLE_NODE_CLI_SOLD_OUT_H
#define TRESTLE_NODE_CLI_SOLD_OUT_H

#include "node/cli/journal.h"
#include "sync/domain/history.h"

enum { SOLD_OUT_MAX = 512 };

struct sold_out_spell {
    uint64_t item; /* number */
    char name[NAME_BYTES_MAX + 1];
    int64_t at_ms, until_ms; /* since 1970; until 0 = it has not come back */
    bool is_counted;         /* the last unit was sold; otherwise somebody said so: */
    uint64_t by;             /* staff number; 0 = nobody was signed in */
};

struct sold_out {
    uint32_t count;
    bool is_cut_short; /* there were more */
    struct sold_out_spell spells[SOLD_OUT_MAX];
};

/* Those of the time from @from_ms up to before @to_ms, since 1970, that lie in it or reach into it,
 * by their begin. @history is scratch. ERR_IO, ERR_MALFORMED (damaged store), ERR_NO_MEMORY. */
MUST_CHECK int sold_out_find(const struct journal *journal, const struct roster *roster,
                             struct history *history, int64_t from_ms, int64_t to_ms,
                             struct sold_out *ret_sold_out);

#endif
