#include "node/cli/menu_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/menu_file.h"
#include "node/os/file.h"

enum { MENU_FILE_BYTES_MAX = 4 * 1024 * 1024 };

/* --- the shipped ones --- */

const struct menu_template *menu_template_find(const char *name)
{
    const struct menu_template *at = menu_template_at(0);
    for (size_t i = 0; at != NULL && strcmp(at->name, name) != 0; at = menu_template_at(i)) {
        i++;
    }
    return at;
}

void menu_template_names(char *to, size_t capacity)
{
    const struct menu_template *at;
    size_t size = 0;
    to[0] = '\0';
    for (size_t i = 0; (at = menu_template_at(i)) != NULL && size < capacity; i++) {
        size += (size_t)snprintf(to + size, capacity - size, "%s%s", i == 0 ? "" : ", ", at->name);
    }
}

/* --- any of them --- */

/* JSON begins with a brace; a table begins with a column's name. */
static bool is_json(const char *text)
{
    static const char bom[] = "\xef\xbb\xbf";
    text += strncmp(text, bom, 3) == 0 ? 3 : 0;
    return text[strspn(text, " \t\r\n")] == '{';
}

static int source_of_file(const char *path, char **ret_text)
{
    uint8_t *data = NULL;
    size_t size = 0;
    char names[128];
    const int err = file_read(path, MENU_FILE_BYTES_MAX, &data, &size);
    if (err == 0) {
        *ret_text = (char *)data;
        return EXIT_DONE;
    }
    if (err != ERR_NOT_FOUND) {
        return tell_failure(path, err);
    }
    menu_template_names(names, sizeof names);
    const int status = tell_no_file(path);
    tell("shipped menus are: %s", names);
    return status;
}

int menu_source_open(const char *name, struct menu_source *ret_source)
{
    const struct menu_template *shipped = menu_template_find(name);
    char *text = NULL;
    if (shipped == NULL) {
        const int status = source_of_file(name, &text);
        if (status != EXIT_DONE) {
            return status;
        }
    } else {
        text = strdup((const char *)shipped->text);
    }
    if (text == NULL) {
        return tell_failure("this machine", ERR_NO_MEMORY);
    }
    *ret_source = (struct menu_source){.name = name, .text = text, .is_json = is_json(text)};
    return EXIT_DONE;
}

void menu_source_close(struct menu_source *source)
{
    free(source->text);
    source->text = NULL;
}

/* Reading a table changes it, so a copy is read. */
static int source_read(const struct menu_source *source, unsigned digits, menu_row_fn *on_row,
                       void *context, char *ret_problem)
{
    if (source->is_json) {
        return menu_json_read(source->text, on_row, context, ret_problem);
    }
    char *copy = strdup(source->text);
    if (copy == NULL) {
        return ERR_NO_MEMORY;
    }
    const int err = menu_file_read(copy, digits, on_row, context, ret_problem);
    free(copy);
    return err;
}

static int look_at_row(void *context, int64_t number, const struct text *json)
{
    (void)context;
    (void)number;
    (void)json;
    return 0;
}

int menu_source_check(const struct menu_source *source, unsigned digits, const char *otherwise)
{
    char problem[MENU_PROBLEM_BYTES_MAX];
    const int err = source_read(source, digits, look_at_row, NULL, problem);
    if (err == ERR_MALFORMED) {
        tell("%s: %s; %s", source->name, problem, otherwise);
        return EXIT_FAILED;
    }
    return err == 0 ? EXIT_DONE : tell_failure("this machine", err);
}

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

int menu_source_import(const struct menu_source *source, unsigned digits, struct door *door,
                       uint32_t *ret_count)
{
    char problem[MENU_PROBLEM_BYTES_MAX];
    struct importing importing = {.door = door};
    const int err = source_read(source, digits, import_row, &importing, problem);
    if (err == ERR_NO_MEMORY) {
        return tell_failure("this machine", err);
    }
    if (err == 0) {
        *ret_count = importing.count;
    }
    return err == 0 ? EXIT_DONE : importing.status;
}
