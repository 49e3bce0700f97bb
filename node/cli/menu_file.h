/* menu_file.h - the menu as a table that any spreadsheet reads and writes.
 *
 * Layer: node. RFC 4180 with a first line of column names, in any order; `number`, `name` and
 * `price` must be there. Columns (docs/manual.md says more):
 *
 *   number category name price tax_eat_in tax_take_away station allergens diet description options
 *   position hidden stall tax stock
 *
 * Amounts are in whole units ("6.50"), taxes in per cent ("7", "5.5"), lists have spaces between
 * ("gluten milk"). Options: groups between ";", each "Name MIN-MAX: choice +PRICE | choice | ...".
 */
#ifndef TRESTLE_NODE_CLI_MENU_FILE_H
#define TRESTLE_NODE_CLI_MENU_FILE_H

#include "node/cli/reply.h"
#include "node/json/text.h"
#include "sync/base/err.h"

enum { MENU_PROBLEM_BYTES_MAX = 256 };

/* Called for each row, with its number and its JSON (a MenuWrite). Other than 0 ends the reading.
 */
typedef int menu_row_fn(void *context, int64_t number, const struct text *json);

/* Read @csv (terminated; changed while reading). @digits: minor units per unit = 10^digits. 0, what
 * @on_row returned, or ERR_MALFORMED with line and reason in @ret_problem. */
MUST_CHECK int menu_file_read(char *csv, unsigned digits, menu_row_fn *on_row, void *context,
                              char *ret_problem);

/* The same of @json, {"items": [...]}: amounts in minor units, as the office saves it and
 * `trestle menu export --json` prints it. What an item's fields may be is its writer's to judge.
 * 0, what @on_row returned, or ERR_MALFORMED with the item and reason in @ret_problem. */
MUST_CHECK int menu_json_read(const char *json, menu_row_fn *on_row, void *context,
                              char *ret_problem);

/* Append the table of a Menu reply. */
void menu_file_write(const struct reply_node *menu, unsigned digits, struct text *to);

/* Append @value minor units, as "12.50" with @digits 2. */
void menu_put_amount(struct text *to, int64_t value, unsigned digits);

#endif
