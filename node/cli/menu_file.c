#include "node/cli/menu_file.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/base/limits.h"

enum { CELLS_MAX = 32, CELL_BYTES_MAX = 4096 };

/* --- cells to JSON ---
 *
 * Each gives false when the cell is not what its column holds. An empty cell is left out.
 */

struct cell_row {
    unsigned digits;
    struct text *json;
    const char *name; /* of the column */
};

static void put_name(const struct cell_row *row)
{
    text_append_text(row->json, row->json->size > 1 ? "," : "");
    text_append_json(row->json, row->name);
    text_append_text(row->json, ":");
}

static void put_number(struct text *json, int64_t number)
{
    char digits[32];
    (void)snprintf(digits, sizeof digits, "%" PRId64, number);
    text_append_text(json, digits);
}

/* False when the number would leave the bounds of money: nothing in a menu is larger. */
static bool digit_append(int64_t *value, int digit)
{
    if (*value > (MONEY_MAX - digit) / 10) {
        return false;
    }
    *value = *value * 10 + digit;
    return true;
}

/* "6.5" with @digits 2 is 650. A comma counts as a point: spreadsheets differ. */
static bool decimal_of_text(const char *text, unsigned digits, int64_t *ret_value)
{
    bool is_negative = text[0] == '-';
    const char *at = text + (is_negative || text[0] == '+' ? 1 : 0);
    int64_t value = 0;
    unsigned behind = 0;
    bool is_behind = false, has_digit = false;
    for (; *at != '\0'; at++) {
        if ((*at == '.' || *at == ',') && !is_behind) {
            is_behind = true;
            continue;
        }
        if (!isdigit((unsigned char)*at) || behind + is_behind > digits ||
            !digit_append(&value, *at - '0')) {
            return false;
        }
        behind += is_behind;
        has_digit = true;
    }
    for (; behind < digits; behind++) {
        if (!digit_append(&value, 0)) {
            return false;
        }
    }
    *ret_value = is_negative ? -value : value;
    return has_digit;
}

static bool cell_text(const struct cell_row *row, char *cell)
{
    put_name(row);
    text_append_json(row->json, cell);
    return true;
}

static bool cell_policy(const struct cell_row *row, char *cell)
{
    return (strcmp(cell, "off") == 0 || strcmp(cell, "warn") == 0 || strcmp(cell, "strict") == 0) &&
           cell_text(row, cell);
}

static bool cell_count(const struct cell_row *row, char *cell)
{
    int64_t value = 0;
    if (!decimal_of_text(cell, 0, &value)) {
        return false;
    }
    put_name(row);
    put_number(row->json, value);
    return true;
}

static bool cell_price(const struct cell_row *row, char *cell)
{
    int64_t value = 0;
    if (!decimal_of_text(cell, row->digits, &value)) {
        return false;
    }
    put_name(row);
    put_number(row->json, value);
    return true;
}

/* Per cent to basis points. */
static bool cell_tax(const struct cell_row *row, char *cell)
{
    int64_t value = 0;
    size_t size = strlen(cell);
    if (size > 0 && cell[size - 1] == '%') {
        cell[size - 1] = '\0';
    }
    if (!decimal_of_text(cell, 2, &value)) {
        return false;
    }
    put_name(row);
    put_number(row->json, value);
    return true;
}

static bool cell_words(const struct cell_row *row, char *cell)
{
    char *rest = NULL;
    const char *between = "";
    put_name(row);
    text_append_text(row->json, "[");
    for (char *word = strtok_r(cell, " ,;", &rest); word != NULL;
         word = strtok_r(NULL, " ,;", &rest)) {
        text_append_text(row->json, between);
        text_append_json(row->json, word);
        between = ",";
    }
    text_append_text(row->json, "]");
    return true;
}

static bool cell_truth(const struct cell_row *row, char *cell)
{
    static const char *const yes[] = {"yes", "true", "1"}, *const no[] = {"no", "false", "0"};
    for (size_t i = 0; i < 3; i++) {
        bool is_yes = strcmp(cell, yes[i]) == 0;
        if (!is_yes && strcmp(cell, no[i]) != 0) {
            continue;
        }
        put_name(row);
        text_append_text(row->json, is_yes ? "true" : "false");
        return true;
    }
    return false;
}

static char *trim(char *text)
{
    while (*text == ' ') {
        text++;
    }
    size_t size = strlen(text);
    while (size > 0 && text[size - 1] == ' ') {
        text[--size] = '\0';
    }
    return text;
}

/* "Large +1.50" */
static bool put_choice(const struct cell_row *row, char *choice)
{
    int64_t price = 0;
    char *sign = strrchr(choice, ' ');
    if (sign != NULL && (sign[1] == '+' || sign[1] == '-')) {
        if (!decimal_of_text(sign + 1, row->digits, &price)) {
            return false;
        }
        *sign = '\0';
    }
    text_append_text(row->json, "{\"name\":");
    text_append_json(row->json, trim(choice));
    text_append_text(row->json, ",\"price\":");
    put_number(row->json, price);
    text_append_text(row->json, "}");
    return true;
}

/* "Size 1-1: Small | Large +1.50" */
static bool put_group(const struct cell_row *row, char *group)
{
    char *colon = strchr(group, ':'), *end = NULL, *rest = NULL;
    if (colon == NULL) {
        return false;
    }
    *colon = '\0';
    char *head = trim(group);
    char *bounds = strrchr(head, ' ');
    if (bounds == NULL) {
        return false;
    }
    long least = strtol(bounds + 1, &end, 10);
    long most = *end == '-' ? strtol(end + 1, &end, 10) : -1;
    if (*end != '\0' || most < 0) {
        return false;
    }
    *bounds = '\0';
    text_append_text(row->json, "{\"name\":");
    text_append_json(row->json, trim(head));
    text_append_text(row->json, ",\"min\":");
    put_number(row->json, least);
    text_append_text(row->json, ",\"max\":");
    put_number(row->json, most);
    text_append_text(row->json, ",\"choices\":[");
    const char *between = "";
    for (char *choice = strtok_r(colon + 1, "|", &rest); choice != NULL;
         choice = strtok_r(NULL, "|", &rest)) {
        text_append_text(row->json, between);
        if (!put_choice(row, trim(choice))) {
            return false;
        }
        between = ",";
    }
    text_append_text(row->json, "]}");
    return true;
}

static bool cell_options(const struct cell_row *row, char *cell)
{
    char *rest = NULL;
    const char *between = "";
    put_name(row);
    text_append_text(row->json, "[");
    for (char *group = strtok_r(cell, ";", &rest); group != NULL;
         group = strtok_r(NULL, ";", &rest)) {
        text_append_text(row->json, between);
        if (!put_group(row, group)) {
            return false;
        }
        between = ",";
    }
    text_append_text(row->json, "]");
    return true;
}

/* --- columns --- */

struct column {
    const char *name, *json, *wants;
    bool (*put)(const struct cell_row *row, char *cell);
};

static const struct column columns[] = {
    {"number", "number", "a whole number", cell_count},
    {"category", "category", "text", cell_text},
    {"name", "name", "text", cell_text},
    {"price", "price", "an amount, as 10.90", cell_price},
    {"tax_eat_in", "tax_eat_in", "per cent, as 19 or 5.5", cell_tax},
    {"tax_take_away", "tax_take_away", "per cent, as 19 or 5.5", cell_tax},
    {"station", "station", "text", cell_text},
    {"allergens", "allergens", "words", cell_words},
    {"diet", "diet", "words", cell_words},
    {"description", "description", "text", cell_text},
    {"options", "groups", "groups, as Size 1-1: regular | large +2.50", cell_options},
    {"position", "position", "a whole number", cell_count},
    {"hidden", "hidden", "yes or no", cell_truth},
    {"stall", "stall", "the number of a stall, or 0", cell_count},
    {"tax", "tax", "the number of a tax, or 0", cell_count},
    {"stock", "stock_policy", "off, warn or strict", cell_policy},
};

enum { COLUMNS_COUNT = sizeof columns / sizeof columns[0] };

static const struct column *column_find(const char *name)
{
    for (size_t i = 0; i < COLUMNS_COUNT; i++) {
        if (strcmp(columns[i].name, name) == 0) {
            return &columns[i];
        }
    }
    return NULL;
}

/* --- reading --- */

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
    return trim(cell);
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
        reading->columns[i] = column_find(table->cells[i]);
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
            (void)decimal_of_text(table->cells[i], 0, ret_number);
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

/* --- writing --- */

void menu_put_amount(struct text *to, int64_t value, unsigned digits)
{
    char text[48];
    int64_t unit = 1;
    for (unsigned i = 0; i < digits; i++) {
        unit *= 10;
    }
    int64_t size = value < 0 ? -value : value;
    int written = snprintf(text, sizeof text, "%s%" PRId64, value < 0 ? "-" : "", size / unit);
    if (digits > 0 && written > 0) {
        (void)snprintf(text + written, sizeof text - (size_t)written, ".%0*" PRId64, (int)digits,
                       size % unit);
    }
    text_append_text(to, text);
}

/* A cell, quoted where it must be. */
static void put_cell(struct text *to, const char *cell)
{
    if (strpbrk(cell, ",\"\n\r") == NULL) {
        text_append_text(to, cell);
        return;
    }
    text_append_text(to, "\"");
    for (; *cell != '\0'; cell++) {
        text_append(to, cell, 1);
        if (*cell == '"') {
            text_append(to, cell, 1);
        }
    }
    text_append_text(to, "\"");
}

static void words_join(const struct reply_node *list, struct text *to)
{
    for (size_t i = 0; i < reply_count(list); i++) {
        text_append_text(to, i == 0 ? "" : " ");
        text_append_text(to, reply_as_text(reply_at(list, i)));
    }
}

static void choices_join(const struct reply_node *choices, unsigned digits, struct text *to)
{
    for (size_t i = 0; i < reply_count(choices); i++) {
        const struct reply_node *choice = reply_at(choices, i);
        int64_t price = reply_number(choice, "price");
        text_append_text(to, i == 0 ? " " : " | ");
        text_append_text(to, reply_text(choice, "name"));
        if (price == 0) {
            continue;
        }
        text_append_text(to, price > 0 ? " +" : " ");
        menu_put_amount(to, price, digits);
    }
}

static void groups_join(const struct reply_node *groups, unsigned digits, struct text *to)
{
    for (size_t i = 0; i < reply_count(groups); i++) {
        const struct reply_node *group = reply_at(groups, i);
        char bounds[64];
        (void)snprintf(bounds, sizeof bounds, " %lld-%lld:", (long long)reply_number(group, "min"),
                       (long long)reply_number(group, "max"));
        text_append_text(to, i == 0 ? "" : "; ");
        text_append_text(to, reply_text(group, "name"));
        text_append_text(to, bounds);
        choices_join(reply_find(group, "choices"), digits, to);
    }
}

static void cell_print(const struct reply_node *item, const struct column *column, unsigned digits,
                       struct text *cell)
{
    if (column->put == cell_text || column->put == cell_policy) {
        text_append_text(cell, reply_text(item, column->json));
    } else if (column->put == cell_count) {
        put_number(cell, reply_number(item, column->json));
    } else if (column->put == cell_price) {
        menu_put_amount(cell, reply_number(item, column->json), digits);
    } else if (column->put == cell_tax) {
        menu_put_amount(cell, reply_number(item, column->json), 2);
    } else if (column->put == cell_words) {
        words_join(reply_find(item, column->json), cell);
    } else if (column->put == cell_truth) {
        text_append_text(cell, reply_truth(item, column->json) ? "yes" : "no");
    } else {
        groups_join(reply_find(item, column->json), digits, cell);
    }
    text_append(cell, "", 1);
}

void menu_file_write(const struct reply_node *menu, unsigned digits, struct text *to)
{
    const struct reply_node *items = reply_find(menu, "items");
    for (size_t i = 0; i < COLUMNS_COUNT; i++) {
        text_append_text(to, i == 0 ? "" : ",");
        text_append_text(to, columns[i].name);
    }
    text_append_text(to, "\n");
    for (size_t k = 0; k < reply_count(items); k++) {
        for (size_t i = 0; i < COLUMNS_COUNT; i++) {
            struct text cell = {0};
            cell_print(reply_at(items, k), &columns[i], digits, &cell);
            text_append_text(to, i == 0 ? "" : ",");
            put_cell(to, cell.data);
            text_close(&cell);
        }
        text_append_text(to, "\n");
    }
}
