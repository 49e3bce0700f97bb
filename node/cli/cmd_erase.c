/* trestle erase: what is known of an order's guest goes, on every device. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/cli/order_id.h"
#include "node/cli/reply.h"

static int erase(const struct args *args, const char *reason, struct door *door)
{
    char id[64];
    char path[128];
    struct text json = {0}, body = {0};
    int status = order_id_of(door, args->words[0], id, sizeof id);
    if (status != EXIT_DONE)
        return status;
    (void)snprintf(path, sizeof path, "/api/orders/%s/erase", id);
    text_append_text(&json, "{\"reason\":");
    text_append_json(&json, reason);
    text_append_text(&json, "}");
    struct http_request request = {
        .method = "POST", .path = path, .body = bytes_of(json.data, json.size)};
    status = door_get(door, &request, &body);
    struct reply *reply = status == EXIT_DONE ? reply_new(&body) : NULL;
    if (reply != NULL && args_has(args, "json"))
        (void)printf("%.*s\n", (int)body.size, body.data);
    else if (reply != NULL)
        tell("%lld contacts erased here; the other devices follow as they hear of it",
             (long long)reply_number(reply_root(reply), "events"));
    reply_free(reply);
    text_close(&json);
    text_close(&body);
    return status;
}

/* Why: it stays in the journal, and cannot be taken back. @buffer is for what a person types. */
static const char *reason_of(const struct args *args, char *buffer, size_t capacity)
{
    const char *reason = args_flag(args, "reason");
    if (reason == NULL && isatty(STDIN_FILENO) != 0) {
        (void)fputs("why? (it is kept in the journal) ", stderr);
        reason = fgets(buffer, (int)capacity, stdin);
        buffer[strcspn(buffer, "\n")] = '\0';
    }
    if (reason != NULL && reason[0] != '\0')
        return reason;
    tell("say why: --reason TEXT; it is kept in the journal");
    return NULL;
}

int command_erase(const struct args *args)
{
    struct door *door = NULL;
    char typed[256] = "";
    const char *reason = reason_of(args, typed, sizeof typed);
    int status = reason == NULL ? EXIT_USAGE : door_open(args, &door);
    if (status == EXIT_DONE)
        status = erase(args, reason, door);
    door_close(door);
    return status;
}
