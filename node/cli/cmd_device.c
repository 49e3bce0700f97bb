/* trestle device and trestle staff: who is in the pop-up, and what they may do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/ask.h"
#include "node/cli/door.h"
#include "node/cli/reply.h"
#include "node/os/entropy.h"

enum { TARGET_BYTES_MAX = 128 };

static const struct action {
    const char *name;
    uint32_t words;    /* its own among them */
    const char *field; /* of the request's body: the last word; NULL = the body is empty */
    const char *question;
    const char *done;
} actions[] = {
    {"revoke", 2, NULL,
     "What it signs from here on does not count, its links are cut, and it cannot be "
     "taken back: it would have to join anew.",
     "is revoked; each device goes by it as soon as it hears of it"},
    {"retire", 2, NULL, "Its stock goes to others. What it wrote stays, also what comes in late.",
     "is retired; where a journal of it comes in later that nobody knew, say it again: that one "
     "keeps its stock until then"},
    {"rename", 3, "name", NULL, "has its new name"},
    {"role", 3, "role", NULL, "has its new role; it takes it up as soon as it hears of it"},
};

static const struct action *action_find(const struct args *args)
{
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (strcmp(actions[i].name, args->words[0]) == 0 && actions[i].words == args->words_count) {
            return &actions[i];
        }
    }
    return NULL;
}

/* --- looking --- */

static void print_device(const struct reply_node *device)
{
    const char *state = reply_truth(device, "revoked")   ? "revoked"
                        : reply_truth(device, "own")     ? "this one"
                        : reply_truth(device, "retired") ? "retired"
                                                         : reply_text(device, "state");
    const char *lane = reply_text(device, "lane");
    (void)printf("%s  %-3s  %-10s  %-10s  %s\n", reply_text(device, "id"),
                 lane[0] == '\0' ? "-" : lane, reply_text(device, "role"), state,
                 reply_text(device, "name"));
}

static void print_person(const struct reply_node *person)
{
    (void)printf("%-6lld  %s%s\n", (long long)reply_number(person, "staff"),
                 reply_text(person, "role"),
                 reply_truth(person, "disputed") ? "  (two admins said otherwise at once)" : "");
}

/* Ask for the list at @path; the caller frees @ret_reply and closes @body. */
static int list_get(struct door *door, const char *path, struct text *body,
                    struct reply **ret_reply)
{
    const struct http_request request = {.method = "GET", .path = path};
    const int status = door_get(door, &request, body);
    *ret_reply = status == EXIT_DONE ? reply_new(body) : NULL;
    return status;
}

static int list_print(const struct args *args, struct door *door, const char *path,
                      const char *name, void (*print)(const struct reply_node *))
{
    struct text body = {0};
    struct reply *reply = NULL;
    const int status = list_get(door, path, &body, &reply);
    const struct reply_node *list = reply == NULL ? NULL : reply_find(reply_root(reply), name);
    if (reply != NULL && args_has(args, "json")) {
        (void)printf("%.*s\n", (int)body.size, body.data);
    }
    for (size_t i = 0; !args_has(args, "json") && i < reply_count(list); i++) {
        print(reply_at(list, i));
    }
    reply_free(reply);
    text_close(&body);
    return status;
}

/* --- changing --- */

/* The device that @word means: its id, or a name that only one has. */
static int target_find(struct door *door, const char *word, char ret_id[TARGET_BYTES_MAX])
{
    struct text body = {0};
    struct reply *reply = NULL;
    size_t found = 0;
    int status = list_get(door, "/api/devices", &body, &reply);
    const struct reply_node *list = reply == NULL ? NULL : reply_find(reply_root(reply), "devices");
    for (size_t i = 0; i < reply_count(list); i++) {
        const struct reply_node *device = reply_at(list, i);
        if (strcmp(reply_text(device, "id"), word) == 0 ||
            strcmp(reply_text(device, "name"), word) == 0) {
            (void)snprintf(ret_id, TARGET_BYTES_MAX, "%s", reply_text(device, "id"));
            found++;
        }
    }
    if (status == EXIT_DONE && found != 1) {
        tell(found == 0 ? "there is no device '%s'; trestle device list shows all"
                        : "several devices are called '%s'; name one by its id",
             word);
        status = EXIT_FAILED;
    }
    reply_free(reply);
    text_close(&body);
    return status;
}

/* What is asked of the node of one device or person, and what is said of it. */
struct change {
    const char *path;
    const char *field, *value; /* the request's body; field NULL = {} */
    const char *name, *done;   /* said in the end: "@name @done" */
    const char *missing;       /* said where nobody is; NULL = what the node says */
};

static int change_ask(const struct args *args, struct door *door, const struct change *change)
{
    struct text json = {0};
    struct text body = {0};
    text_append(&json, "{", 1);
    if (change->field != NULL) {
        text_append_json(&json, change->field);
        text_append(&json, ":", 1);
        text_append_json(&json, change->value);
    }
    text_append(&json, "}", 1);
    const struct http_request request = {
        .method = "POST", .path = change->path, .body = bytes_of(json.data, json.size)};
    const int status = door_find(door, &request, change->missing, &body);
    if (status == EXIT_DONE && args_has(args, "json")) {
        (void)printf("%.*s\n", (int)body.size, body.data);
    } else if (status == EXIT_DONE) {
        tell("%s %s", change->name, change->done);
    }
    text_close(&json);
    text_close(&body);
    return status;
}

static int device_change(const struct args *args, struct door *door, const struct action *action)
{
    char id[TARGET_BYTES_MAX], path[2 * TARGET_BYTES_MAX];
    const char *word = args->words[1];
    const int status = target_find(door, word, id);
    if (status != EXIT_DONE) {
        return status;
    }
    if (action->question != NULL && !ask_is_meant(args, word, action->question)) {
        return EXIT_FAILED;
    }
    (void)snprintf(path, sizeof path, "/api/devices/%s/%s", id, action->name);
    const struct change change = {.path = path,
                                  .field = action->field,
                                  .value = args->words[action->words - 1],
                                  .name = word,
                                  .done = action->done};
    return change_ask(args, door, &change);
}

static bool role_is_known(const char *word)
{
    if (role_of_text(word) != ROLE_NONE || strcmp(word, role_text(ROLE_NONE)) == 0) {
        return true;
    }
    tell("there is no role '%s': " ROLE_WORDS, word);
    return false;
}

/* --- commands --- */

int command_device(const struct args *args)
{
    struct door *door = NULL;
    const bool is_list = strcmp(args->words[0], "list") == 0 && args->words_count == 1;
    const struct action *action = action_find(args);
    if (!is_list && action == NULL) {
        tell("usage: trestle device list | revoke ID|NAME | retire ID|NAME | rename ID|NAME NAME | "
             "role ID|NAME ROLE");
        return EXIT_USAGE;
    }
    if (!is_list && strcmp(action->name, "role") == 0 && !role_is_known(args->words[2])) {
        return EXIT_USAGE;
    }
    int status = door_open(args, &door);
    if (status != EXIT_DONE) {
        return status;
    }
    status = is_list ? list_print(args, door, "/api/devices", "devices", print_device)
                     : device_change(args, door, action);
    door_close(door);
    return status;
}

/* --- people --- */

enum { PIN_LINE_BYTES_MAX = 32, NOBODY_BYTES_MAX = 160 };

static void nobody(const char *number, char ret_text[NOBODY_BYTES_MAX])
{
    (void)snprintf(ret_text, NOBODY_BYTES_MAX,
                   "there is no person %.20s; trestle record list staff shows all, "
                   "trestle record add staff number=%.20s name=NAME adds one",
                   number, number);
}

/* A role that waits for nobody would be the next person's with that number. What somebody may do no
 * more is taken all the same. */
static int person_check(struct door *door, const char *number, const char *role,
                        const char *missing)
{
    struct text body = {0};
    struct reply *reply = NULL;
    bool is_there = strcmp(role, role_text(ROLE_NONE)) == 0;
    int status = list_get(door, "/api/staff", &body, &reply);
    const struct reply_node *list = reply == NULL ? NULL : reply_find(reply_root(reply), "staff");
    for (size_t i = 0; i < reply_count(list); i++) {
        is_there |= reply_number(reply_at(list, i), "number") == strtoll(number, NULL, 10);
    }
    if (status == EXIT_DONE && !is_there) {
        tell("%s", missing);
        status = EXIT_FAILED;
    }
    reply_free(reply);
    text_close(&body);
    return status;
}

static int role_change(const struct args *args, struct door *door)
{
    char path[TARGET_BYTES_MAX], missing[NOBODY_BYTES_MAX];
    const char *number = args->words[1], *role = args->words[2];
    nobody(number, missing);
    (void)snprintf(path, sizeof path, "/api/staff/%.20s/role", number);
    const struct change change = {path, "role", role, number, "has its new role", missing};
    const int status = person_check(door, number, role, missing);
    return status != EXIT_DONE ? status : change_ask(args, door, &change);
}

static int pin_change(const struct args *args, struct door *door)
{
    char path[TARGET_BYTES_MAX], pin[PIN_LINE_BYTES_MAX], missing[NOBODY_BYTES_MAX];
    const char *number = args->words[1];
    int status = EXIT_USAGE;
    nobody(number, missing);
    (void)snprintf(path, sizeof path, "/api/staff/%.20s/pin", number);
    if (ask_secret("PIN (nothing: none any more): ", pin, sizeof pin)) {
        const char *done = pin[0] == '\0' ? "has no PIN any more" : "has its new PIN";
        const struct change change = {path, "pin", pin, number, done, missing};
        status = change_ask(args, door, &change);
    } else {
        tell("the PIN is a line of 4 to 12 digits on standard input");
    }
    entropy_wipe(pin, sizeof pin);
    return status;
}

static int roles_list(const struct args *args, struct door *door)
{
    return list_print(args, door, "/api/staff/roles", "people", print_person);
}

static const struct deed {
    const char *name;
    uint32_t words; /* its own among them */
    int (*run)(const struct args *args, struct door *door);
} deeds[] = {{"roles", 1, roles_list}, {"role", 3, role_change}, {"pin", 2, pin_change}};

static const struct deed *deed_find(const struct args *args)
{
    const bool is_number =
        args->words_count == 1 || strspn(args->words[1], "0123456789") == strlen(args->words[1]);
    for (size_t i = 0; is_number && i < sizeof deeds / sizeof deeds[0]; i++) {
        if (strcmp(deeds[i].name, args->words[0]) == 0 && deeds[i].words == args->words_count) {
            return &deeds[i];
        }
    }
    return NULL;
}

int command_staff(const struct args *args)
{
    struct door *door = NULL;
    const struct deed *deed = deed_find(args);
    if (deed == NULL) {
        tell("usage: trestle staff roles | role NUMBER ROLE (none: may do nothing any more) | "
             "pin NUMBER");
        return EXIT_USAGE;
    }
    if (deed->run == role_change && !role_is_known(args->words[2])) {
        return EXIT_USAGE;
    }
    int status = door_open(args, &door);
    if (status == EXIT_DONE) {
        status = deed->run(args, door);
    }
    door_close(door);
    return status;
}
