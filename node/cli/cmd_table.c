/* trestle table: codes for tables' sheets, and who sits there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/door.h"
#include "node/cli/reply.h"

static int usage(void)
{
    tell("usage: trestle table code NUMBER | clear NUMBER | revoke NUMBER");
    return EXIT_USAGE;
}

static bool table_parse(const char *text, long *ret_number)
{
    char *end;
    *ret_number = strtol(text, &end, 10);
    return end != text && *end == '\0' && *ret_number >= 1 && *ret_number <= TABLE_NUMBER_MAX;
}

static void say_code(const struct reply_node *root, long number)
{
    (void)number;
    (void)printf("%s\n", reply_text(root, "code"));
}

static void say_clear(const struct reply_node *root, long number)
{
    (void)root;
    (void)printf("whoever sits at table %ld next shares nothing with those before\n", number);
}

static void say_revoke(const struct reply_node *root, long number)
{
    (void)root;
    (void)printf("the codes of table %ld open nothing any more; print another\n", number);
}

static const struct verb {
    const char *name;
    void (*say)(const struct reply_node *root, long number);
} verbs[] = {{"code", say_code}, {"clear", say_clear}, {"revoke", say_revoke}};

static const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(name, verbs[i].name) == 0) {
            return &verbs[i];
        }
    }
    return NULL;
}

static int run_verb(const struct args *args, struct door *door, const struct verb *verb,
                    long number)
{
    char path[64];
    struct text body = {0};
    (void)snprintf(path, sizeof path, "/api/tables/%ld/%s", number, verb->name);
    struct http_request request = {.method = "POST", .path = path, .body = bytes_of_text("{}")};
    const int status = door_get(door, &request, &body);
    struct reply *reply = status == EXIT_DONE ? reply_new(&body) : NULL;
    if (reply != NULL && args_has(args, "json")) {
        (void)printf("%.*s\n", (int)body.size, body.data);
    } else if (reply != NULL) {
        verb->say(reply_root(reply), number);
    }
    reply_free(reply);
    text_close(&body);
    return status;
}

int command_table(const struct args *args)
{
    struct door *door = NULL;
    long number;
    const struct verb *verb = verb_find(args->words[0]);
    if (verb == NULL || !table_parse(args->words[1], &number)) {
        return usage();
    }
    int status = door_open(args, &door);
    if (status == EXIT_DONE) {
        status = run_verb(args, door, verb, number);
    }
    door_close(door);
    return status;
}
