/* The menu of a node as a table. */
#include "node/cli/menu_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

/* A name that ends as one with a price does, "Extra +1": it is written with its price even where
 * that is nothing. */
static bool looks_priced(const char *name)
{
    const char *last = strrchr(name, ' ');
    return last != NULL && (last[1] == '+' || last[1] == '-');
}

static void choices_join(const struct reply_node *choices, unsigned digits, struct text *to)
{
    for (size_t i = 0; i < reply_count(choices); i++) {
        const struct reply_node *choice = reply_at(choices, i);
        const char *name = reply_text(choice, "name");
        int64_t price = reply_number(choice, "price");
        text_append_text(to, i == 0 ? " " : " | ");
        text_append_text(to, name);
        if (price == 0 && !looks_priced(name)) {
            continue;
        }
        text_append_text(to, price < 0 ? " " : " +");
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
    if (column->put == menu_cell_text || column->put == menu_cell_policy) {
        text_append_text(cell, reply_text(item, column->json));
    } else if (column->put == menu_cell_count) {
        menu_put_number(cell, reply_number(item, column->json));
    } else if (column->put == menu_cell_price) {
        menu_put_amount(cell, reply_number(item, column->json), digits);
    } else if (column->put == menu_cell_tax) {
        menu_put_amount(cell, reply_number(item, column->json), 2);
    } else if (column->put == menu_cell_words) {
        words_join(reply_find(item, column->json), cell);
    } else if (column->put == menu_cell_truth) {
        text_append_text(cell, reply_truth(item, column->json) ? "yes" : "no");
    } else {
        groups_join(reply_find(item, column->json), digits, cell);
    }
    text_append(cell, "", 1);
}

void menu_file_write(const struct reply_node *menu, unsigned digits, struct text *to)
{
    const struct reply_node *items = reply_find(menu, "items");
    const struct column *column;
    for (size_t i = 0; (column = menu_column_at(i)) != NULL; i++) {
        text_append_text(to, i == 0 ? "" : ",");
        text_append_text(to, column->name);
    }
    text_append_text(to, "\n");
    for (size_t k = 0; k < reply_count(items); k++) {
        for (size_t i = 0; (column = menu_column_at(i)) != NULL; i++) {
            struct text cell = {0};
            cell_print(reply_at(items, k), column, digits, &cell);
            text_append_text(to, i == 0 ? "" : ",");
            put_cell(to, cell.data);
            text_close(&cell);
        }
        text_append_text(to, "\n");
    }
}
