/* trestle record list, add and set: stalls, stations, staff, taxes, offers, printers, reviews. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/door.h"
#include "node/cli/reply.h"
#include "sync/domain/record.h"

enum { RECORD_PATH_BYTES_MAX = 64 };

/* By its singular or plural. */
static const struct record_kind *kind_of_word(const char *word)
{
    for (size_t i = 0; i < record_kinds_count; i++) {
        if (strcmp(word, record_kinds[i].name) == 0 || strcmp(word, record_kinds[i].path) == 0) {
            return &record_kinds[i];
        }
    }
    return NULL;
}

/* --- list --- */

static void print_field(const struct reply_node *record, const struct record_field *field)
{
    switch (field->rule.form) {
    case FIELD_NUMBER:
        (void)printf(" %s=%lld", field->name, (long long)reply_number(record, field->name));
        break;
    case FIELD_TRUTH:
        (void)printf(" %s=%s", field->name, reply_truth(record, field->name) ? "yes" : "no");
        break;
    case FIELD_TEXT:
    case FIELD_BYTES:
        (void)printf(" %s=%s", field->name, reply_text(record, field->name));
        break;
    case FIELD_OPTIONS:
    case FIELD_UNKNOWN:
        break;
    }
}

static void print_record(const struct reply_node *record, const struct record_kind *kind)
{
    if (kind->kind == KIND_REVIEW) {
        (void)printf("%s", reply_text(record, "id"));
    } else {
        (void)printf("%lld", (long long)reply_number(record, "number"));
    }
    for (uint32_t field = RECORD_NUMBER + 1; field < RECORD_FIELDS_MAX; field++) {
        print_field(record, &kind->fields[field]);
    }
    (void)printf("%s\n", reply_truth(record, "conflict") ? " CONFLICT" : "");
}

static int record_list(const struct args *args, struct door *door, const struct record_kind *kind)
{
    char path[RECORD_PATH_BYTES_MAX];
    struct text body = {0};
    struct http_request request = {.method = "GET", .path = path};
    (void)snprintf(path, sizeof path, "/api/%s", kind->path);
    int status = door_get(door, &request, &body);
    struct reply *reply = status == EXIT_DONE ? reply_new(&body) : NULL;
    const struct reply_node *list =
        reply == NULL ? NULL : reply_find(reply_root(reply), kind->path);
    if (reply != NULL && args_has(args, "json")) {
        (void)printf("%.*s\n", (int)body.size, body.data);
    } else {
        for (size_t i = 0; i < reply_count(list); i++) {
            print_record(reply_at(list, i), kind);
        }
    }
    reply_free(reply);
    text_close(&body);
    return status;
}

/* --- add, set --- */

/* The field that @word names before its "="; NULL when there is none. */
static const struct record_field *field_of_word(const struct record_kind *kind, const char *word)
{
    const size_t size = strcspn(word, "=");
    for (uint32_t field = 1; field < RECORD_FIELDS_MAX && word[size] == '='; field++) {
        const char *name = kind->fields[field].name;
        if (name != NULL && strlen(name) == size && memcmp(name, word, size) == 0) {
            return &kind->fields[field];
        }
    }
    return NULL;
}

static bool append_number(struct text *body, const char *value)
{
    char *end = NULL;
    char digits[32];
    const long long number = strtoll(value, &end, 10);
    (void)snprintf(digits, sizeof digits, "%lld", number);
    text_append_text(body, digits);
    return end != value && *end == '\0';
}

static bool append_truth(struct text *body, const char *value)
{
    const bool is_yes = strcmp(value, "yes") == 0;
    text_append_text(body, is_yes ? "true" : "false");
    return is_yes || strcmp(value, "no") == 0;
}

/* "name":value; false when the value is not one of the field's. */
static bool append_field(struct text *body, const struct record_field *field, const char *value)
{
    text_append_json(body, field->name);
    text_append_text(body, ":");
    if (field->rule.form == FIELD_NUMBER) {
        return append_number(body, value);
    }
    if (field->rule.form == FIELD_TRUTH) {
        return append_truth(body, value);
    }
    text_append_json(body, value);
    return true;
}

/* FIELD:VALUE, ... of the words from @first on. */
static int append_fields(const struct args *args, uint32_t first, const struct record_kind *kind,
                         struct text *body)
{
    for (uint32_t i = first; i < args->words_count; i++) {
        const char *word = args->words[i];
        const struct record_field *field = field_of_word(kind, word);
        if (field == NULL) {
            tell("%s: a %s has no such field; say FIELD=VALUE", word, kind->name);
            return EXIT_USAGE;
        }
        text_append_text(body, i > first ? "," : "");
        if (!append_field(body, field, strchr(word, '=') + 1)) {
            tell("%s: wants %s", word,
                 field->rule.form == FIELD_TRUTH ? "yes or no" : "a whole number");
            return EXIT_USAGE;
        }
    }
    return EXIT_DONE;
}

static bool is_field_given(const struct args *args, uint32_t first, const char *name)
{
    const size_t size = strlen(name);
    for (uint32_t i = first; i < args->words_count; i++) {
        if (strncmp(args->words[i], name, size) == 0 && args->words[i][size] == '=') {
            return true;
        }
    }
    return false;
}

/* ,"owner":this device. */
static int append_own_device(struct door *door, const char *field, struct text *body)
{
    struct text answer = {0};
    const struct http_request request = {.method = "GET", .path = "/api/session"};
    const int status = door_get(door, &request, &answer);
    struct reply *reply = status == EXIT_DONE ? reply_new(&answer) : NULL;
    text_append_text(body, ",");
    text_append_json(body, field);
    text_append_text(body, ":");
    text_append_json(body, reply_text(reply_root(reply), "device"));
    reply_free(reply);
    text_close(&answer);
    return status;
}

/* A printer whose owner nobody named would never print: it is this device's. */
static int append_new(const struct args *args, struct door *door, const struct record_kind *kind,
                      struct text *body)
{
    const int status = append_fields(args, 2, kind, body);
    const char *owner = kind->fields[PRINTER_OWNER].name;
    if (status != EXIT_DONE || kind->kind != KIND_PRINTER || is_field_given(args, 2, owner)) {
        return status;
    }
    tell("this device drives the printer; %s=DEVICE names another (trestle device list)", owner);
    return append_own_device(door, owner, body);
}

static int record_write(const struct args *args, struct door *door, const struct record_kind *kind,
                        bool is_new)
{
    char path[RECORD_PATH_BYTES_MAX], missing[2 * RECORD_PATH_BYTES_MAX];
    struct text body = {0}, answer = {0};
    (void)snprintf(path, sizeof path, is_new ? "/api/%s" : "/api/%s/%.12s", kind->path,
                   args->words[2]);
    (void)snprintf(missing, sizeof missing,
                   "there is no %s %.12s; trestle record list %s shows those that there are",
                   kind->name, args->words[2], kind->name);
    text_append_text(&body, "{");
    int status = is_new ? append_new(args, door, kind, &body) : append_fields(args, 3, kind, &body);
    text_append_text(&body, "}");
    struct http_request request = {
        .method = is_new ? "POST" : "PATCH", .path = path, .body = bytes_of(body.data, body.size)};
    if (status == EXIT_DONE) {
        status = door_find(door, &request, is_new ? NULL : missing, &answer);
    }
    struct reply *reply = status == EXIT_DONE ? reply_new(&answer) : NULL;
    if (reply != NULL && args_has(args, "json")) {
        (void)printf("%.*s\n", (int)answer.size, answer.data);
    } else if (reply != NULL) {
        print_record(reply_root(reply), kind);
    }
    reply_free(reply);
    text_close(&answer);
    text_close(&body);
    return status;
}

/* --- the command --- */

static int record_do(const struct args *args, struct door *door, const struct record_kind *kind)
{
    if (strcmp(args->words[0], "list") == 0) {
        return record_list(args, door, kind);
    }
    return record_write(args, door, kind, strcmp(args->words[0], "add") == 0);
}

static bool is_usage_good(const struct args *args, const struct record_kind *kind)
{
    const char *verb = args->words[0];
    if (kind != NULL && strcmp(verb, "list") == 0) {
        return args->words_count == 2;
    }
    if (kind == NULL || kind->kind == KIND_REVIEW) {
        return false;
    }
    return (strcmp(verb, "add") == 0 && args->words_count > 2) ||
           (strcmp(verb, "set") == 0 && args->words_count > 3);
}

int command_record(const struct args *args)
{
    struct door *door = NULL;
    const struct record_kind *kind = kind_of_word(args->words[1]);
    if (!is_usage_good(args, kind)) {
        tell("usage: trestle record list KIND | add KIND FIELD=VALUE... | set KIND NUMBER "
             "FIELD=VALUE...; kinds: stall, station, staff, tax, offer, printer, review (list)");
        return EXIT_USAGE;
    }
    int status = door_open(args, &door);
    if (status == EXIT_DONE) {
        status = record_do(args, door, kind);
    }
    door_close(door);
    return status;
}
