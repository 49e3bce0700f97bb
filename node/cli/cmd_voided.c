/* trestle voided: the orders of a revoked device that wait until a manager decides. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/cli/ask.h"
#include "node/cli/menu_file.h"
#include "node/cli/reply.h"
#include "node/cli/verb.h"

enum { ID_BYTES_MAX = 64 };

/* --- looking --- */

/* Ask for the list. EXIT_DONE with the reply, which the caller frees, or told. */
static int list_get(struct door *door, struct text *body, struct reply **ret_reply)
{
    const struct http_request request = {.method = "GET", .path = "/api/voided"};
    const int status = door_get(door, &request, body);
    *ret_reply = status == EXIT_DONE ? reply_new(body) : NULL;
    return status;
}

static void print_order(const struct reply_node *order, unsigned digits)
{
    struct text amount = {0};
    const struct reply_node *shown = reply_find(order, "shown");
    const int64_t more = reply_number(order, "lines") - (int64_t)reply_count(shown);
    menu_put_amount(&amount, reply_number(order, "total"), digits);
    (void)printf("%-6s %10.*s  on %s: %" PRId64 " events do not count  %s\n",
                 reply_text(order, "number"), (int)amount.size, amount.data,
                 reply_text(order, "device_name"), reply_number(order, "events"),
                 reply_text(order, "name"));
    for (size_t i = 0; i < reply_count(shown); i++) {
        (void)printf("    %" PRId64 " x %s\n", reply_number(reply_at(shown, i), "quantity"),
                     reply_text(reply_at(shown, i), "name"));
    }
    if (more > 0) {
        (void)printf("    and %" PRId64 " lines more\n", more);
    }
    text_close(&amount);
}

static int voided_list(const struct args *args, struct door *door)
{
    struct text body = {0};
    struct reply *reply = NULL;
    unsigned digits = 2;
    int status = door_digits(door, &digits);
    if (status == EXIT_DONE) {
        status = list_get(door, &body, &reply);
    }
    const struct reply_node *orders =
        reply == NULL ? NULL : reply_find(reply_root(reply), "orders");
    if (reply != NULL && args_has(args, "json")) {
        (void)printf("%.*s\n", (int)body.size, body.data);
    }
    for (size_t i = 0; !args_has(args, "json") && i < reply_count(orders); i++) {
        print_order(reply_at(orders, i), digits);
    }
    if (status == EXIT_DONE && reply_count(orders) == 0) {
        tell("no order waits for a decision at this device");
    }
    reply_free(reply);
    text_close(&body);
    return status;
}

/* --- deciding --- */

/* The listed order that @word means: its number, if only one has it. An id stands for itself, also
 * of one that was dropped. */
static int order_find(struct door *door, const char *word, char ret_id[ID_BYTES_MAX])
{
    struct text body = {0};
    struct reply *reply = NULL;
    size_t found = 0;
    (void)snprintf(ret_id, ID_BYTES_MAX, "%s", word);
    if (strlen(word) == (size_t)2 * ENTITY_ID_BYTES) {
        return EXIT_DONE;
    }
    int status = list_get(door, &body, &reply);
    const struct reply_node *orders =
        reply == NULL ? NULL : reply_find(reply_root(reply), "orders");
    for (size_t i = 0; i < reply_count(orders); i++) {
        if (strcmp(reply_text(reply_at(orders, i), "number"), word) != 0) {
            continue;
        }
        (void)snprintf(ret_id, ID_BYTES_MAX, "%s", reply_text(reply_at(orders, i), "id"));
        found++;
    }
    if (status == EXIT_DONE && found != 1) {
        tell(found == 0
                 ? "no order %s waits for a decision here; trestle voided shows those that do"
                 : "several orders %s wait; name one by its id (trestle voided --json)",
             word);
        status = EXIT_FAILED;
    }
    reply_free(reply);
    text_close(&body);
    return status;
}

/* POST @body to the order's @verb, and say @done. */
static int decide(const struct args *args, struct door *door, const char *body, const char *done)
{
    char id[ID_BYTES_MAX], path[2 * ID_BYTES_MAX];
    struct text answer = {0};
    int status = order_find(door, args->words[1], id);
    if (status != EXIT_DONE) {
        return status;
    }
    (void)snprintf(path, sizeof path, "/api/orders/%s/%s", id, args->words[0]);
    const struct http_request request = {
        .method = "POST", .path = path, .body = bytes_of_text(body)};
    status = door_get(door, &request, &answer);
    if (status == EXIT_DONE && args_has(args, "json")) {
        (void)printf("%.*s\n", (int)answer.size, answer.data);
    } else if (status == EXIT_DONE) {
        tell("%s %s", args->words[1], done);
    }
    text_close(&answer);
    return status;
}

static int voided_adopt(const struct args *args, struct door *door)
{
    if (!ask_is_meant(args, args->words[1],
                      "It was a sale. It counts under its number, with its money, and what it sold "
                      "leaves the stock.")) {
        return EXIT_FAILED;
    }
    return decide(args, door, "{}", "counts, on every device that hears of it");
}

static int voided_drop(const struct args *args, struct door *door)
{
    char typed[256] = "";
    struct text json = {0};
    const char *reason = ask_reason(args, typed, sizeof typed);
    if (reason == NULL) {
        return EXIT_USAGE;
    }
    text_append_text(&json, "{\"reason\":");
    text_append_json(&json, reason);
    text_append(&json, "}", sizeof "}");
    const int status =
        decide(args, door, json.data, "stays void; by its id it can still be adopted");
    text_close(&json);
    return status;
}

/* --- the command --- */

int command_voided(const struct args *args)
{
    static const struct verb verbs[] = {
        {"list", 1, voided_list}, {"adopt", 2, voided_adopt}, {"drop", 2, voided_drop}};
    const struct verb *verb = verb_find(args, verbs, sizeof verbs / sizeof verbs[0]);
    if (verb == NULL) {
        tell("usage: trestle voided [list | adopt ORDER | drop ORDER]");
        return EXIT_USAGE;
    }
    return verb_run(args, verb);
}
