/* trestle erase: what is known of an order's guest goes, on every device. */
#include <stdio.h>
#include <string.h>

#include "node/cli/ask.h"
#include "node/cli/order_id.h"
#include "node/cli/reply.h"

static int erase(const struct args *args, const char *reason, struct door *door)
{
    char id[64];
    char path[128];
    struct text json = {0}, body = {0};
    int status = order_id_of_any(door, args->words[0], id, sizeof id);
    if (status != EXIT_DONE) {
        return status;
    }
    if (!ask_is_meant(args, args->words[0], "what is known of its guest goes from every device")) {
        return EXIT_FAILED;
    }
    (void)snprintf(path, sizeof path, "/api/orders/%s/erase", id);
    text_append_text(&json, "{\"reason\":");
    text_append_json(&json, reason);
    text_append_text(&json, "}");
    struct http_request request = {
        .method = "POST", .path = path, .body = bytes_of(json.data, json.size)};
    status = door_get(door, &request, &body);
    struct reply *reply = status == EXIT_DONE ? reply_new(&body) : NULL;
    if (reply != NULL && args_has(args, "json")) {
        (void)printf("%.*s\n", (int)body.size, body.data);
    } else if (reply != NULL) {
        tell("erased here (%lld entries in the journal); the other devices follow as they hear of "
             "it",
             (long long)reply_number(reply_root(reply), "events"));
    }
    reply_free(reply);
    text_close(&json);
    text_close(&body);
    return status;
}

int command_erase(const struct args *args)
{
    struct door *door = NULL;
    char typed[256] = "";
    const char *reason = ask_reason(args, typed, sizeof typed);
    int status = reason == NULL ? EXIT_USAGE : door_open(args, &door);
    if (status == EXIT_DONE) {
        status = erase(args, reason, door);
    }
    door_close(door);
    return status;
}
