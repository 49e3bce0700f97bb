/* trestle menu import and export. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/door.h"
#include "node/cli/menu_file.h"

enum { MENU_FILE_BYTES_MAX = 4 * 1024 * 1024 };

struct importing {
    struct door *door;
    uint32_t count;
    int status;
};

static int import_row(void *context, int64_t number, const struct text *json)
{
    struct importing *importing = context;
    struct text body = {0};
    struct http_request request = {
        .method = "POST", .path = "/api/menu", .body = bytes_of(json->data, json->size)};
    importing->status = door_get(importing->door, &request, &body);
    text_close(&body);
    if (importing->status == EXIT_DONE) {
        importing->count++;
        return 0;
    }
    tell("item %lld was not taken; those before it were", (long long)number);
    return ERR_STATE;
}

static int look_at_row(void *context, int64_t number, const struct text *json)
{
    (void)context;
    (void)number;
    (void)json;
    return 0;
}

/* A table with a wrong line changes nothing: all of it is read before any of it is written. */
static int table_import(char *csv, unsigned digits, struct importing *importing, char *ret_problem)
{
    char *copy = strdup(csv);
    if (copy == NULL) {
        return ERR_NO_MEMORY;
    }
    int err = menu_file_read(copy, digits, look_at_row, NULL, ret_problem);
    free(copy);
    return err != 0 ? err : menu_file_read(csv, digits, import_row, importing, ret_problem);
}

static int menu_import(const struct args *args, struct door *door, unsigned digits)
{
    char problem[MENU_PROBLEM_BYTES_MAX];
    struct importing importing = {.door = door};
    uint8_t *csv = NULL;
    size_t size = 0;
    int err = file_read(args->words[1], MENU_FILE_BYTES_MAX, &csv, &size);
    if (err != 0) {
        return err == ERR_NOT_FOUND ? tell_no_file(args->words[1])
                                    : tell_failure(args->words[1], err);
    }
    err = table_import((char *)csv, digits, &importing, problem);
    free(csv);
    if (err == ERR_MALFORMED) {
        tell("%s: %s; nothing was imported", args->words[1], problem);
        return EXIT_FAILED;
    }
    if (err == ERR_NO_MEMORY) {
        return tell_failure("this machine", err);
    }
    if (err != 0) {
        return importing.status;
    }
    if (args_has(args, "json")) {
        (void)printf("{\"items\":%u}\n", importing.count);
    }
    tell("%u items are on the menu", importing.count);
    return EXIT_DONE;
}

static int menu_export(const struct args *args, struct door *door, unsigned digits)
{
    struct http_request request = {.method = "GET", .path = "/api/menu"};
    struct text body = {0}, table = {0};
    int status = door_get(door, &request, &body);
    struct reply *reply = status == EXIT_DONE ? reply_new(&body) : NULL;
    if (reply != NULL && args_has(args, "json")) {
        (void)printf("%.*s\n", (int)body.size, body.data);
    } else if (reply != NULL) {
        menu_file_write(reply_root(reply), digits, &table);
    }
    (void)fwrite(table.data, 1, table.size, stdout);
    reply_free(reply);
    text_close(&table);
    text_close(&body);
    return status;
}

int command_menu(const struct args *args)
{
    struct door *door = NULL;
    unsigned digits = 2;
    bool is_import = strcmp(args->words[0], "import") == 0;
    bool is_export = strcmp(args->words[0], "export") == 0;
    if ((!is_import || args->words_count != 2) && (!is_export || args->words_count != 1)) {
        tell("usage: trestle menu import FILE.csv, or trestle menu export");
        return EXIT_USAGE;
    }
    int status = door_open(args, &door);
    if (status != EXIT_DONE) {
        return status;
    }
    status = door_digits(door, &digits);
    if (status == EXIT_DONE) {
        status = is_import ? menu_import(args, door, digits) : menu_export(args, door, digits);
    }
    door_close(door);
    return status;
}
