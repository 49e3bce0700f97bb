/* trestle day: the trading day, its opening and its close. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "node/cli/reply.h"
#include "node/cli/verb.h"

static int usage(void)
{
    tell("usage: trestle day [show | open | close]");
    return EXIT_USAGE;
}

static void print_closed(int64_t closed_ms)
{
    char text[32];
    struct tm parts;
    const time_t seconds = (time_t)(closed_ms / 1000);
    if (localtime_r(&seconds, &parts) == NULL ||
        strftime(text, sizeof text, "%F %T", &parts) == 0) {
        text[0] = '\0';
    }
    (void)printf(" was closed %s\n", text);
}

static void print_day(const struct reply_node *day)
{
    const struct reply_node *missing = reply_find(day, "missing");
    (void)printf("day %" PRId64, reply_number(day, "day"));
    if (reply_number(day, "day") == 0) {
        (void)printf(": none was opened yet\n");
    } else if (reply_truth(day, "closed")) {
        print_closed(reply_number(day, "closed_at"));
    } else {
        (void)printf(" is open\n");
    }
    for (size_t i = 0; i < reply_count(missing); i++) {
        (void)printf("not all of %s may be here yet\n", reply_as_text(reply_at(missing, i)));
    }
}

/* Ask for a day. EXIT_DONE with the reply, which the caller frees, or told. */
static int day_ask(struct door *door, struct http_request request, struct text *body,
                   struct reply **ret_reply)
{
    const int status = door_get(door, &request, body);
    *ret_reply = status == EXIT_DONE ? reply_new(body) : NULL;
    return status;
}

static int day_print(const struct args *args, struct door *door, struct http_request request)
{
    struct text body = {0};
    struct reply *reply;
    const int status = day_ask(door, request, &body, &reply);
    if (reply != NULL && args_has(args, "json")) {
        (void)printf("%.*s\n", (int)body.size, body.data);
    } else if (reply != NULL) {
        print_day(reply_root(reply));
    }
    reply_free(reply);
    text_close(&body);
    return status;
}

static int day_show(const struct args *args, struct door *door)
{
    return day_print(args, door, (struct http_request){.method = "GET", .path = "/api/day"});
}

static int day_close(const struct args *args, struct door *door)
{
    return day_print(args, door,
                     (struct http_request){
                         .method = "POST", .path = "/api/day/close", .body = bytes_of_text("{}")});
}

/* The day after the present one. Not by a slip: the present one is closed, or --yes was said. */
static int day_next(const struct args *args, struct door *door, int64_t *ret_day)
{
    struct text body = {0};
    struct reply *reply;
    int status =
        day_ask(door, (struct http_request){.method = "GET", .path = "/api/day"}, &body, &reply);
    const struct reply_node *day = reply == NULL ? NULL : reply_root(reply);
    const int64_t present = reply_number(day, "day");
    *ret_day = present + 1;
    if (status == EXIT_DONE && present > 0 && !reply_truth(day, "closed") &&
        !args_has(args, "yes")) {
        tell("day %" PRId64 " is open: close it first (trestle day close), or add --yes", present);
        status = EXIT_FAILED;
    }
    reply_free(reply);
    text_close(&body);
    return status;
}

static int day_open(const struct args *args, struct door *door)
{
    char json[48];
    int64_t day;
    struct text body = {0};
    int status = day_next(args, door, &day);
    if (status != EXIT_DONE) {
        return status;
    }
    const int size = snprintf(json, sizeof json, "{\"day\":%" PRId64 "}", day);
    const struct http_request request = {
        .method = "POST", .path = "/api/day", .body = bytes_of(json, (size_t)size)};
    status = door_get(door, &request, &body);
    text_close(&body);
    return status == EXIT_DONE ? day_show(args, door) : status;
}

int command_day(const struct args *args)
{
    static const struct verb verbs[] = {
        {"show", 0, day_show}, {"open", 0, day_open}, {"close", 0, day_close}};
    const struct verb *verb = verb_find(args, verbs, sizeof verbs / sizeof verbs[0]);
    return verb == NULL ? usage() : verb_run(args, verb);
}
