/* The menu as JSON: what the office saves, and what `trestle menu export --json` prints. */
#include <stdio.h>
#include <string.h>

#include "node/cli/menu_file.h"

/* What can be written of an item; of the rest (what is left of it, its photo) a file says nothing.
 */
static const char *const fields[] = {
    "number",      "category",   "name",          "price",        "position",  "stall",
    "tax",         "tax_eat_in", "tax_take_away", "station",      "allergens", "diet",
    "description", "groups",     "hidden",        "stock_policy", NULL};

static int wrong(char *ret_problem, size_t at, const char *what)
{
    (void)snprintf(ret_problem, MENU_PROBLEM_BYTES_MAX, "item %zu: %s", at + 1, what);
    return ERR_MALFORMED;
}

static int item_read(const struct reply_node *item, size_t at, menu_row_fn *on_row, void *context,
                     char *ret_problem)
{
    struct text json = {0};
    const int64_t number = reply_number(item, "number");
    if (number <= 0) {
        return wrong(ret_problem, at, "it has no number");
    }
    if (reply_text(item, "name")[0] == '\0') {
        return wrong(ret_problem, at, "it has no name");
    }
    if (reply_find(item, "price") == NULL) {
        return wrong(ret_problem, at, "it has no price");
    }
    reply_append_fields(&json, item, fields);
    const int err = on_row(context, number, &json);
    text_close(&json);
    return err;
}

int menu_json_read(const char *json, menu_row_fn *on_row, void *context, char *ret_problem)
{
    static const char bom[] = "\xef\xbb\xbf";
    struct text text = {0};
    text_append_text(&text, strncmp(json, bom, 3) == 0 ? json + 3 : json);
    struct reply *reply = reply_new(&text);
    text_close(&text);
    const struct reply_node *items = reply_find(reply_root(reply), "items");
    int err = 0;
    if (items == NULL) {
        (void)snprintf(ret_problem, MENU_PROBLEM_BYTES_MAX,
                       reply == NULL ? "this is no JSON" : "there is no list called items in it");
        err = ERR_MALFORMED;
    }
    for (size_t at = 0; at < reply_count(items) && err == 0; at++) {
        err = item_read(reply_at(items, at), at, on_row, context, ret_problem);
    }
    reply_free(reply);
    return err;
}
