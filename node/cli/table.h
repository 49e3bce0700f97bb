/* table.h - rows for other programs: CSV (RFC 4180) or one JSON object a line.
 *
 * Layer: node. Texts come from people and other devices, so in CSV a text that a spreadsheet would
 * take for a formula (= + - @ TAB CR in front) gets a ' before it, and control characters become
 * spaces: a name must neither run nor move a terminal's cursor. JSON keeps them, escaped.
 */
#ifndef TRESTLE_NODE_CLI_TABLE_H
#define TRESTLE_NODE_CLI_TABLE_H

#include <stdio.h>

#include "node/json/text.h"

struct table {
    FILE *file;
    bool is_json;
    const char *const *columns; /* NULL after the last */
    size_t at;                  /* the column that comes next */
    struct text row;
};

/* In CSV the first line names the columns. Keeps @columns. */
void table_begin(struct table *table, FILE *file, bool is_json, const char *const *columns);

/* The next column of the row. */
void table_put_int(struct table *table, int64_t number);
void table_put_text(struct table *table, struct bytes text);
void table_put_hex(struct table *table, struct bytes bytes);
/* ms since 1970 as "2026-05-01T12:00:00Z"; "" for 0. */
void table_put_time(struct table *table, int64_t wall_ms);

/* Write the row, which is whole. ERR_FULL. */
int table_end_row(struct table *table);

void table_close(struct table *table);

#endif
