#include "node/cli/menu_parts.h"

#include <stdio.h>
#include <string.h>

enum { CELLS_MAX = 32 };

struct table {
    char *at;
    unsigned line;
    size_t count;
    char *cells[CELLS_MAX];
    bool is_odd; /* a quote that does not end, or too many cells */
};

/* One cell, unquoted in place. What ended it (',', '\n', 0) goes to @ret_end. */
static char *cell_next(struct table *table, char *ret_end)
{
    char *from = table->at, *to = table->at;
    bool is_quoted = *from == '"';
    from += is_quoted;
    char *cell = to;
    while (*from != '\0' && (is_quoted || (*from != ',' && *from != '\n'))) {
        table->line += *from == '\n';
        if (is_quoted && *from == '"') {
            if (from[1] != '"') {
                is_quoted = false;
                from++;
                continue;
            }
            from++;
        }
        *to++ = *from++;
    }
    table->is_odd = table->is_odd || is_quoted;
    *ret_end = *from;
    table->at = *from == '\0' ? from : from + 1;
    if (to > cell && to[-1] == '\r') {
        to--;
    }
    *to = '\0';
    return menu_trim(cell);
}

/* The next line's cells; false at the end. */
static bool line_next(struct table *table)
{
    char end = ',';
    table->count = 0;
    if (*table->at == '\0') {
        return false;
    }
    table->line++;
    while (end == ',') {
        char *cell = cell_next(table, &end);
        if (table->count < CELLS_MAX) {
            table->cells[table->count++] = cell;
        } else {
            table->is_odd = true;
        }
    }
    return true;
}

struct reading {
    unsigned digits;
    size_t columns_count;
    const struct column *columns[CELLS_MAX];
    char *problem;
    unsigned line;
};

static int wrong(const struct reading *reading, const char *what, const char *detail)
{
    (void)snprintf(reading->problem, MENU_PROBLEM_BYTES_MAX, "line %u: %s%.80s", reading->line,
                   what, detail);
    return ERR_MALFORMED;
}

static int wrong_cell(const struct reading *reading, const struct column *column)
{
    char what[64];
    (void)snprintf(what, sizeof what, "%s is not right; write ", column->name);
    return wrong(reading, what, column->wants);
}

static int head_read(struct reading *reading, const struct table *table)
{
    static const char *const needed[] = {"number", "name", "price"};
    if (table->is_odd) {
        return wrong(reading, "too many columns, or a quote that does not end", "");
    }
    for (size_t i = 0; i < table->count; i++) {
        reading->columns[i] = menu_column_find(table->cells[i]);
        if (reading->columns[i] == NULL) {
            return wrong(reading, "trestle menu export shows the columns; there is none called ",
                         table->cells[i]);
        }
    }
    reading->columns_count = table->count;
    for (size_t k = 0; k < sizeof needed / sizeof needed[0]; k++) {
        bool is_there = false;
        for (size_t i = 0; i < table->count; i++) {
            is_there = is_there || strcmp(table->cells[i], needed[k]) == 0;
        }
        if (!is_there) {
            return wrong(reading, "a column is missing: ", needed[k]);
        }
    }
    return 0;
}

static int row_read(const struct reading *reading, const struct table *table, struct text *json,
                    int64_t *ret_number)
{
    *ret_number = 0;
    if (table->is_odd || table->count > reading->columns_count) {
        return wrong(reading, "too many cells, or a quote that does not end", "");
    }
    text_append_text(json, "{");
    for (size_t i = 0; i < table->count; i++) {
        const struct column *column = reading->columns[i];
        struct cell_row row = {reading->digits, json, column->json};
        if (table->cells[i][0] == '\0') {
            continue;
        }
        if (strcmp(column->name, "number") == 0) {
            (void)menu_decimal(table->cells[i], 0, ret_number);
        }
        if (!column->put(&row, table->cells[i])) {
            return wrong_cell(reading, column);
        }
    }
    text_append_text(json, "}");
    return *ret_number > 0 ? 0 : wrong(reading, "the item has no number", "");
}

static bool line_is_empty(const struct table *table)
{
    return table->count == 1 && table->cells[0][0] == '\0';
}

int menu_file_read(char *csv, unsigned digits, menu_row_fn *on_row, void *context,
                   char *ret_problem)
{
    static const char bom[] = "\xef\xbb\xbf";
    struct table table = {.at = strncmp(csv, bom, 3) == 0 ? csv + 3 : csv};
    struct reading reading = {.digits = digits, .line = 1};
    reading.problem = ret_problem;
    if (!line_next(&table)) {
        return wrong(&reading, "the table is empty", "");
    }
    int err = head_read(&reading, &table);
    while (err == 0 && (reading.line = table.line + 1, line_next(&table))) {
        struct text json = {0};
        int64_t number = 0;
        if (line_is_empty(&table)) {
            continue;
        }
        err = row_read(&reading, &table, &json, &number);
        if (err == 0) {
            err = on_row(context, number, &json);
        }
        text_close(&json);
    }
    return err;
}
