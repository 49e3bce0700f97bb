/* The columns of the menu's table, and each cell as a field of JSON. */
#include "node/cli/menu_parts.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/base/limits.h"

/* --- cells to JSON ---
 *
 * Each gives false when the cell is not what its column holds. An empty cell is left out.
 */

static void put_name(const struct cell_row *row)
{
    text_append_text(row->json, row->json->size > 1 ? "," : "");
    text_append_json(row->json, row->name);
    text_append_text(row->json, ":");
}

void menu_put_number(struct text *json, int64_t number)
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
bool menu_decimal(const char *text, unsigned digits, int64_t *ret_value)
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

bool menu_cell_text(const struct cell_row *row, char *cell)
{
    put_name(row);
    text_append_json(row->json, cell);
    return true;
}

bool menu_cell_policy(const struct cell_row *row, char *cell)
{
    return (strcmp(cell, "off") == 0 || strcmp(cell, "warn") == 0 || strcmp(cell, "strict") == 0) &&
           menu_cell_text(row, cell);
}

bool menu_cell_count(const struct cell_row *row, char *cell)
{
    int64_t value = 0;
    if (!menu_decimal(cell, 0, &value)) {
        return false;
    }
    put_name(row);
    menu_put_number(row->json, value);
    return true;
}

bool menu_cell_price(const struct cell_row *row, char *cell)
{
    int64_t value = 0;
    if (!menu_decimal(cell, row->digits, &value)) {
        return false;
    }
    put_name(row);
    menu_put_number(row->json, value);
    return true;
}

/* Per cent to basis points. */
bool menu_cell_tax(const struct cell_row *row, char *cell)
{
    int64_t value = 0;
    size_t size = strlen(cell);
    if (size > 0 && cell[size - 1] == '%') {
        cell[size - 1] = '\0';
    }
    if (!menu_decimal(cell, 2, &value)) {
        return false;
    }
    put_name(row);
    menu_put_number(row->json, value);
    return true;
}

bool menu_cell_words(const struct cell_row *row, char *cell)
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

bool menu_cell_truth(const struct cell_row *row, char *cell)
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

char *menu_trim(char *text)
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
        if (!menu_decimal(sign + 1, row->digits, &price)) {
            return false;
        }
        *sign = '\0';
    }
    text_append_text(row->json, "{\"name\":");
    text_append_json(row->json, menu_trim(choice));
    text_append_text(row->json, ",\"price\":");
    menu_put_number(row->json, price);
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
    char *head = menu_trim(group);
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
    text_append_json(row->json, menu_trim(head));
    text_append_text(row->json, ",\"min\":");
    menu_put_number(row->json, least);
    text_append_text(row->json, ",\"max\":");
    menu_put_number(row->json, most);
    text_append_text(row->json, ",\"choices\":[");
    const char *between = "";
    for (char *choice = strtok_r(colon + 1, "|", &rest); choice != NULL;
         choice = strtok_r(NULL, "|", &rest)) {
        text_append_text(row->json, between);
        if (!put_choice(row, menu_trim(choice))) {
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

static const struct column columns[] = {
    {"number", "number", "a whole number", menu_cell_count},
    {"category", "category", "text", menu_cell_text},
    {"name", "name", "text", menu_cell_text},
    {"price", "price", "an amount, as 10.90", menu_cell_price},
    {"tax_eat_in", "tax_eat_in", "per cent, as 19 or 5.5", menu_cell_tax},
    {"tax_take_away", "tax_take_away", "per cent, as 19 or 5.5", menu_cell_tax},
    {"station", "station", "text", menu_cell_text},
    {"allergens", "allergens", "words", menu_cell_words},
    {"diet", "diet", "words", menu_cell_words},
    {"description", "description", "text", menu_cell_text},
    {"options", "groups", "groups, as Size 1-1: regular | large +2.50", cell_options},
    {"position", "position", "a whole number", menu_cell_count},
    {"hidden", "hidden", "yes or no", menu_cell_truth},
    {"stall", "stall", "the number of a stall, or 0", menu_cell_count},
    {"tax", "tax", "the number of a tax, or 0", menu_cell_count},
    {"stock", "stock_policy", "off, warn or strict", menu_cell_policy},
};

enum { COLUMNS_COUNT = sizeof columns / sizeof columns[0] };

const struct column *menu_column_find(const char *name)
{
    for (size_t i = 0; i < COLUMNS_COUNT; i++) {
        if (strcmp(columns[i].name, name) == 0) {
            return &columns[i];
        }
    }
    return NULL;
}

const struct column *menu_column_at(size_t at)
{
    return at < COLUMNS_COUNT ? &columns[at] : NULL;
}
