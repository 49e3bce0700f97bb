/* trestle menu import, export and template. */
#include <stdio.h>
#include <string.h>

#include "node/cli/door.h"
#include "node/cli/menu_file.h"
#include "node/cli/menu_source.h"

static int menu_import(const struct args *args, struct door *door, unsigned digits)
{
    struct menu_source source = {0};
    uint32_t count = 0;
    /* A table with a wrong line changes nothing: all of it is read before any of it is written. */
    int status = menu_source_open(args->words[1], &source);
    if (status == EXIT_DONE) {
        status = menu_source_check(&source, digits, "nothing was imported");
    }
    if (status == EXIT_DONE) {
        status = menu_source_import(&source, digits, door, &count);
    }
    menu_source_close(&source);
    if (status == EXIT_DONE && args_has(args, "json")) {
        (void)printf("{\"items\":%u}\n", count);
    }
    if (status == EXIT_DONE) {
        tell("%u items are on the menu", count);
    }
    return status;
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

/* A shipped menu as it is, to be changed in a spreadsheet; without a name, what there is. */
static int menu_template(const struct args *args)
{
    char names[128];
    const struct menu_template *shipped =
        args->words_count < 2 ? NULL : menu_template_find(args->words[1]);
    if (shipped != NULL) {
        (void)fputs((const char *)shipped->text, stdout);
        return EXIT_DONE;
    }
    menu_template_names(names, sizeof names);
    if (args->words_count == 2) {
        tell("no menu called %s is shipped: there are %s", args->words[1], names);
        return EXIT_USAGE;
    }
    (void)printf("%s\n", names);
    return EXIT_DONE;
}

int command_menu(const struct args *args)
{
    struct door *door = NULL;
    unsigned digits = 2;
    bool is_import = strcmp(args->words[0], "import") == 0;
    bool is_export = strcmp(args->words[0], "export") == 0;
    if (strcmp(args->words[0], "template") == 0) {
        return menu_template(args);
    }
    if ((!is_import || args->words_count != 2) && (!is_export || args->words_count != 1)) {
        tell("usage: trestle menu import FILE, trestle menu export, or trestle menu template "
             "[NAME]");
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
