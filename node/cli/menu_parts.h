/* menu_parts.h - what the files of the menu's table share: menu_file.c (reading it), menu_cell.c
 * (its columns, and a cell as JSON), menu_write.c (writing it).
 *
 * Layer: node, for those files alone.
 */
#ifndef TRESTLE_NODE_CLI_MENU_PARTS_H
#define TRESTLE_NODE_CLI_MENU_PARTS_H

#include "node/cli/menu_file.h"

struct cell_row {
    unsigned digits;
    struct text *json;
    const char *name; /* of the column */
};

/* Append a field to row->json. False when the cell is not what its column holds. */
typedef bool menu_cell_fn(const struct cell_row *row, char *cell);

struct column {
    const char *name, *json, *wants;
    menu_cell_fn *put;
};

/* menu_cell.c: the columns, as they are written; NULL past the last, or when none is called so. */
const struct column *menu_column_at(size_t at);
const struct column *menu_column_find(const char *name);

menu_cell_fn menu_cell_text, menu_cell_policy, menu_cell_count, menu_cell_price, menu_cell_tax,
    menu_cell_words, menu_cell_truth;

/* Without the white space around it, in place. */
char *menu_trim(char *text);

/* A decimal number with up to @digits places, as a count of its last place. False: it is none, or
 * beyond the bounds of money. */
bool menu_decimal(const char *text, unsigned digits, int64_t *ret_value);

void menu_put_number(struct text *json, int64_t number);

#endif
