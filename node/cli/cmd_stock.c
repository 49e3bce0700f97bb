/* trestle stock: what there is of what is counted, and a manager's corrections. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/door.h"
#include "node/cli/reply.h"

static int usage(void)
{
    tell("usage: trestle stock list, trestle stock add ITEM UNITS, or trestle stock count ITEM "
         "UNITS");
    return EXIT_USAGE;
}

static void print_item(const struct reply_node *item)
{
    const struct reply_node *stock = reply_find(item, "stock");
    (void)printf("%8" PRId64 "  %-32s %-6s here %" PRId64 ", in all %" PRId64,
                 reply_number(item, "number"), reply_text(item, "name"),
                 reply_text(item, "stock_policy"), reply_number(stock, "here"),
                 reply_number(stock, "all"));
    if (reply_number(stock, "oversold") > 0)
        (void)printf(", oversold %" PRId64, reply_number(stock, "oversold"));
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
        for (size_t i = 0; i < reply_count(items); i++)
            if (strcmp(reply_text(reply_at(items, i), "stock_policy"), "off") != 0)
                print_item(reply_at(items, i));
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

static int stock_change(const struct args *args, struct door *door, const char *field)
{
    char path[64];
    char json[64];
    struct text body = {0};
    long long item;
    long long units;
    bool is_count = strcmp(field, "counted") == 0;
    if (!number_parse(args->words[1], 1, 99999999, &item) ||
        !number_parse(args->words[2], is_count ? 0 : -1000000, 1000000, &units))
        return usage();
    (void)snprintf(path, sizeof path, "/api/menu/%lld/stock", item);
    int size = snprintf(json, sizeof json, "{\"%s\":%lld}", field, units);
    struct http_request request = {
        .method = "POST", .path = path, .body = bytes_of(json, (size_t)size)};
    int status = door_get(door, &request, &body);
    struct reply *reply = status == EXIT_DONE ? reply_new(&body) : NULL;
    if (reply != NULL && args_has(args, "json"))
        (void)printf("%.*s\n", (int)body.size, body.data);
    else if (reply != NULL)
        print_item(reply_root(reply));
    if (reply != NULL && strcmp(reply_text(reply_root(reply), "stock_policy"), "off") == 0)
        tell("the stock policy of item %lld is off: the units are kept, and count once it is warn "
             "or strict",
             item);
    reply_free(reply);
    text_close(&body);
    return status;
}

int command_stock(const struct args *args)
{
    struct place place;
    struct door *door = NULL;
    bool is_list = strcmp(args->words[0], "list") == 0 && args->words_count == 1;
    bool is_add = strcmp(args->words[0], "add") == 0 && args->words_count == 3;
    bool is_count = strcmp(args->words[0], "count") == 0 && args->words_count == 3;
    if (!is_list && !is_add && !is_count)
        return usage();
    int status = place_find(args, &place);
    if (status == EXIT_DONE)
        status = door_open(&place, &door);
    if (status != EXIT_DONE)
        return status;
    status =
        is_list ? stock_list(args, door) : stock_change(args, door, is_add ? "add" : "counted");
    door_close(door);
    return status;
}
