/* export.h - what `trestle export` can write as rows.
 *
 * Layer: node. Columns are part of the contract: new ones are added at the end.
 */
#ifndef TRESTLE_NODE_CLI_EXPORT_H
#define TRESTLE_NODE_CLI_EXPORT_H

#include "node/cli/journal.h"
#include "node/cli/table.h"

enum { EXPORT_ANY_DAY = 0 };

struct export_kind {
    const char *name; /* "orders" */
    const char *const *columns;
    bool has_days;
    bool is_folded; /* rows of the state, not of the journal */
    /* All rows of @day (EXPORT_ANY_DAY: of all). ERR_IO, ERR_MALFORMED (damaged store), ERR_FULL
     * (the file), ERR_NO_MEMORY. */
    int (*write)(const struct journal *journal, uint64_t day, struct table *table);
};

/* NULL: there is no such kind. */
const struct export_kind *export_kind_find(const char *name);

#endif
