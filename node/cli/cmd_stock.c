/* trestle stock: what is counted, what there is of it, and a manager's corrections. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/reply.h"
#include "node/cli/verb.h"

enum { ITEM_NUMBER_MAX = 99999999, UNITS_MAX = 1000000 };

static int usage(void)
{
    tell("usage: trestle stock list | add ITEM UNITS | count ITEM UNITS | policy ITEM "
         "strict|warn|off");
    return EXIT_USAGE;
}

static void print_item(const struct reply_node *item)
{
    const struct reply_node *stock = reply_find(item, "stock");
    (void)printf("%8" PRId64 "  %-32s %-6s here %" PRId64 ", in all %" PRId64,
                 reply_number(item, "number"), reply_text(item, "name"),
                 reply_text(item, "stock_policy"), reply_number(stock, "here"),
                 reply_number(stock, "all"));
    if (reply_number(stock, "oversold") > 0) {
        (void)printf(", oversold %" PRId64, reply_number(stock, "oversold"));
    }
    (void)printf("\n");
}

static int stock_list(const struct args *args, struct door *door)
{
    struct http_request request = {.method = "GET", .path = "/api/menu"};
    struct text body = {0};
    int status = door_get(door, &request, &body);
    struct reply *reply = status == EXIT_DONE ? reply_new(&body) : NULL;
    if (reply != NULL && args_has(args, "json")) {
        (void)printf("%.*s\n", (int)body.size, body.data);
    } else if (reply != NULL) {
        const struct reply_node *items = reply_find(reply_root(reply), "items");
        for (size_t i = 0; i < reply_count(items); i++) {
            if (strcmp(reply_text(reply_at(items, i), "stock_policy"), "off") != 0) {
                print_item(reply_at(items, i));
            }
        }
    }
    reply_free(reply);
    text_close(&body);
    return status;
}

static bool number_parse(const char *text, long long min, long long max, long long *ret_number)
{
    char *end;
    *ret_number = strtoll(text, &end, 10);
    return end != text && *end == '\0' && *ret_number >= min && *ret_number <= max;
}

/* Ask, and print @item that comes back. EXIT_DONE, or told. */
static int item_write(const struct args *args, struct door *door, long long item,
                      struct http_request request, bool *ret_is_counted)
{
    char missing[96];
    struct text body = {0};
    (void)snprintf(missing, sizeof missing,
                   "there is no item %lld on the menu; trestle menu export shows all", item);
    int status = door_find(door, &request, missing, &body);
    struct reply *reply = status == EXIT_DONE ? reply_new(&body) : NULL;
    *ret_is_counted =
        reply != NULL && strcmp(reply_text(reply_root(reply), "stock_policy"), "off") != 0;
    if (reply != NULL && args_has(args, "json")) {
        (void)printf("%.*s\n", (int)body.size, body.data);
    } else if (reply != NULL) {
        print_item(reply_root(reply));
    }
    reply_free(reply);
    text_close(&body);
    return status;
}

static int stock_change(const struct args *args, struct door *door, const char *field)
{
    char path[64];
    char json[64];
    long long item;
    long long units;
    bool is_counted;
    const bool is_count = strcmp(field, "counted") == 0;
    if (!number_parse(args->words[1], 1, ITEM_NUMBER_MAX, &item) ||
        !number_parse(args->words[2], is_count ? 0 : -UNITS_MAX, UNITS_MAX, &units)) {
        return usage();
    }
    (void)snprintf(path, sizeof path, "/api/menu/%lld/stock", item);
    const int size = snprintf(json, sizeof json, "{\"%s\":%lld}", field, units);
    const struct http_request request = {
        .method = "POST", .path = path, .body = bytes_of(json, (size_t)size)};
    const int status = item_write(args, door, item, request, &is_counted);
    if (status == EXIT_DONE && !is_counted) {
        tell("the stock policy of item %lld is off: the units are kept, and count once `trestle "
             "stock policy %lld` makes it warn or strict",
             item, item);
    }
    return status;
}

static int stock_add(const struct args *args, struct door *door)
{
    return stock_change(args, door, "add");
}

static int stock_count(const struct args *args, struct door *door)
{
    return stock_change(args, door, "counted");
}

static bool is_policy(const char *word)
{
    return strcmp(word, "strict") == 0 || strcmp(word, "warn") == 0 || strcmp(word, "off") == 0;
}

static int stock_policy(const struct args *args, struct door *door)
{
    char path[64];
    char json[64];
    long long item;
    bool is_counted;
    if (!number_parse(args->words[1], 1, ITEM_NUMBER_MAX, &item) || !is_policy(args->words[2])) {
        return usage();
    }
    (void)snprintf(path, sizeof path, "/api/menu/%lld", item);
    const int size = snprintf(json, sizeof json, "{\"stock_policy\":\"%s\"}", args->words[2]);
    const struct http_request request = {
        .method = "PATCH", .path = path, .body = bytes_of(json, (size_t)size)};
    return item_write(args, door, item, request, &is_counted);
}

int command_stock(const struct args *args)
{
    static const struct verb verbs[] = {{"list", 1, stock_list},
                                        {"add", 3, stock_add},
                                        {"count", 3, stock_count},
                                        {"policy", 3, stock_policy}};
    const struct verb *verb = verb_find(args, verbs, sizeof verbs / sizeof verbs[0]);
    return verb == NULL ? usage() : verb_run(args, verb);
}
