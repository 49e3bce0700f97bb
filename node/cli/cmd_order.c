/* trestle order add, list, show. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/menu_file.h"
#include "node/cli/order_id.h"
#include "node/cli/reply.h"
#include "node/cli/verb.h"

/* --- add --- */

/* A number of at most eight digits at *@at, which moves behind it; -1 when there is none. */
static long number_take(const char **at)
{
    long number = 0;
    const char *from = *at;
    for (; **at >= '0' && **at <= '9' && *at - from < 8; (*at)++) {
        number = number * 10 + (**at - '0');
    }
    return *at == from ? -1 : number;
}

/* "0.1,1.2": group and choice, counted from 0. */
static bool put_options(struct text *json, const char **at)
{
    const char *between = "";
    text_append_text(json, ",\"options\":[");
    do {
        char text[64];
        (*at)++; /* ':' or ',' */
        long group = number_take(at);
        if (group < 0 || **at != '.') {
            return false;
        }
        (*at)++;
        long choice = number_take(at);
        if (choice < 0) {
            return false;
        }
        (void)snprintf(text, sizeof text, "%s{\"group\":%ld,\"choice\":%ld}", between, group,
                       choice);
        text_append_text(json, text);
        between = ",";
    } while (**at == ',');
    text_append_text(json, "]");
    return true;
}

/* "17", "17x2", "17x2:0.1,1.2" */
static bool put_line(struct text *json, const char *word, bool is_first)
{
    char text[96];
    const char *at = word;
    long item = number_take(&at), quantity = 1;
    if (*at == 'x') {
        at++;
        quantity = number_take(&at);
    }
    if (item < 1 || quantity < 1) {
        return false;
    }
    (void)snprintf(text, sizeof text, "%s{\"item\":%ld,\"quantity\":%ld", is_first ? "" : ",", item,
                   quantity);
    text_append_text(json, text);
    if (*at == ':' && !put_options(json, &at)) {
        return false;
    }
    text_append_text(json, "}");
    return *at == '\0';
}

static void put_texts(struct text *json, const struct args *args)
{
    const char *mode = args_flag(args, "mode"), *name = args_flag(args, "name");
    const char *pay = args_flag(args, "pay");
    text_append_text(json, "{\"channel\":\"counter\",\"mode\":");
    text_append_json(json, mode == NULL ? "take-away" : mode);
    if (name != NULL) {
        text_append_text(json, ",\"name\":");
        text_append_json(json, name);
    }
    if (pay != NULL) {
        text_append_text(json, ",\"payment\":{\"method\":");
        text_append_json(json, pay);
        text_append_text(json, "}");
    }
}

static bool may_pay_by(const char *method)
{
    return method == NULL || strcmp(method, "cash") == 0 || strcmp(method, "card-external") == 0;
}

static int order_write(const struct args *args, struct text *json)
{
    if (!may_pay_by(args_flag(args, "pay"))) {
        tell("--pay is cash, or card-external for a terminal of your own");
        return EXIT_USAGE;
    }
    put_texts(json, args);
    text_append_text(json, ",\"lines\":[");
    for (uint32_t i = 1; i < args->words_count; i++) {
        if (!put_line(json, args->words[i], i == 1)) {
            tell("'%s' is no line of an order; write ITEM, ITEMxQUANTITY or "
                 "ITEMxQUANTITY:GROUP.CHOICE,...",
                 args->words[i]);
            return EXIT_USAGE;
        }
    }
    text_append_text(json, "]}");
    return EXIT_DONE;
}

static bool is_on_menu(const struct reply_node *items, const char *word)
{
    const char *at = word;
    const long number = number_take(&at);
    for (size_t i = 0; i < reply_count(items); i++) {
        if (reply_number(reply_at(items, i), "number") == number) {
            return true;
        }
    }
    return false;
}

/* A number that is on no menu is a slip of the finger, not something that is sold out. */
static int items_check(const struct args *args, struct door *door)
{
    const struct http_request request = {.method = "GET", .path = "/api/menu"};
    struct text body = {0};
    int status = door_get(door, &request, &body);
    struct reply *reply = status == EXIT_DONE ? reply_new(&body) : NULL;
    const struct reply_node *items = reply == NULL ? NULL : reply_find(reply_root(reply), "items");
    for (uint32_t i = 1; i < args->words_count && reply != NULL && status == EXIT_DONE; i++) {
        if (!is_on_menu(items, args->words[i])) {
            tell("there is no item %.*s on the menu; trestle menu export shows all",
                 (int)strspn(args->words[i], "0123456789"), args->words[i]);
            status = EXIT_FAILED;
        }
    }
    reply_free(reply);
    text_close(&body);
    return status;
}

static int order_add(const struct args *args, struct door *door)
{
    struct text json = {0}, body = {0};
    int status = args->words_count > 1 ? order_write(args, &json) : EXIT_USAGE;
    if (args->words_count < 2) {
        tell("usage: trestle order add ITEM[xQUANTITY][:GROUP.CHOICE,...]...");
    }
    if (status == EXIT_DONE) {
        status = items_check(args, door);
    }
    if (status == EXIT_DONE) {
        struct http_request request = {.method = "POST",
                                       .path = "/api/orders",
                                       .key = args_flag(args, "key"),
                                       .body = bytes_of(json.data, json.size)};
        status = door_get(door, &request, &body);
    }
    struct reply *reply = status == EXIT_DONE ? reply_new(&body) : NULL;
    if (reply != NULL && args_has(args, "json")) {
        (void)printf("%.*s\n", (int)body.size, body.data);
    } else if (reply != NULL) {
        (void)printf("%s %s\n", reply_text(reply_root(reply), "number"),
                     reply_text(reply_root(reply), "id"));
    }
    reply_free(reply);
    text_close(&json);
    text_close(&body);
    return status;
}

/* --- list, show --- */

static void print_total(const struct reply_node *of, unsigned digits)
{
    struct text amount = {0};
    menu_put_amount(&amount, reply_number(of, "total"), digits);
    (void)printf("%10.*s", (int)amount.size, amount.data);
    text_close(&amount);
}

static void print_order(const struct reply_node *order, unsigned digits)
{
    (void)printf("%-6s %-10s %-24s ", reply_text(order, "number"), reply_text(order, "phase"),
                 reply_text(order, "id"));
    print_total(order, digits);
    (void)printf("  %s\n", reply_text(order, "name"));
}

static void print_lines(const struct reply_node *order, unsigned digits)
{
    const struct reply_node *lines = reply_find(order, "lines");
    for (size_t i = 0; i < reply_count(lines); i++) {
        const struct reply_node *line = reply_at(lines, i);
        (void)printf("  %3" PRId64 " x %-32s ", reply_number(line, "quantity"),
                     reply_text(line, "name"));
        print_total(line, digits);
        (void)printf("  %s %s\n", reply_text(line, "state"), reply_text(line, "progress"));
    }
}

/* GET /api/orders; EXIT_DONE with the reply, which the caller frees. */
static int orders_get(struct door *door, struct text *body, struct reply **ret_reply)
{
    struct http_request request = {.method = "GET", .path = "/api/orders"};
    int status = door_get(door, &request, body);
    if (status == EXIT_DONE) {
        *ret_reply = reply_new(body);
    }
    return status;
}

static int order_list(const struct args *args, struct door *door)
{
    struct text body = {0};
    struct reply *reply = NULL;
    unsigned digits = 2;
    int status = door_digits(door, &digits);
    if (status == EXIT_DONE) {
        status = orders_get(door, &body, &reply);
    }
    if (status == EXIT_DONE && args_has(args, "json")) {
        (void)printf("%.*s\n", (int)body.size, body.data);
    } else if (status == EXIT_DONE) {
        const struct reply_node *orders = reply_find(reply_root(reply), "orders");
        for (size_t i = 0; i < reply_count(orders); i++) {
            print_order(reply_at(orders, i), digits);
        }
    }
    reply_free(reply);
    text_close(&body);
    return status;
}

static int order_show(const struct args *args, struct door *door)
{
    char id[64], path[96];
    struct text body = {0};
    if (args->words_count != 2) {
        tell("usage: trestle order show ID|NUMBER");
        return EXIT_USAGE;
    }
    unsigned digits = 2;
    int status = order_id_of(door, args->words[1], id, sizeof id);
    if (status == EXIT_DONE) {
        status = door_digits(door, &digits);
    }
    if (status != EXIT_DONE) {
        return status;
    }
    (void)snprintf(path, sizeof path, "/api/orders/%s", id);
    struct http_request request = {.method = "GET", .path = path};
    status = door_get(door, &request, &body);
    struct reply *reply = status == EXIT_DONE ? reply_new(&body) : NULL;
    if (reply != NULL && args_has(args, "json")) {
        (void)printf("%.*s\n", (int)body.size, body.data);
    } else if (reply != NULL) {
        print_order(reply_root(reply), digits);
        print_lines(reply_root(reply), digits);
    }
    reply_free(reply);
    text_close(&body);
    return status;
}

int command_order(const struct args *args)
{
    static const struct verb verbs[] = {
        {"add", 0, order_add}, {"list", 0, order_list}, {"show", 0, order_show}};
    const struct verb *verb = verb_find(args, verbs, sizeof verbs / sizeof verbs[0]);
    if (verb == NULL) {
        tell("there is no 'order %s'; add, list or show", args->words[0]);
        return EXIT_USAGE;
    }
    return verb_run(args, verb);
}
