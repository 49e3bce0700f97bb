/* menu_source.h - where a menu comes from: a file, CSV or JSON, or one that is shipped.
 *
 * Layer: node. Shipped are docs/examples/<name>.csv; they are in the program, so that they are
 * there wherever it is. A file of the same name is ./NAME.
 */
#ifndef TRESTLE_NODE_CLI_MENU_SOURCE_H
#define TRESTLE_NODE_CLI_MENU_SOURCE_H

#include "node/cli/door.h"

struct menu_template {
    const char *name;
    const unsigned char *text; /* CSV, terminated */
};

/* In the order in which people are told of them; NULL past the last. */
const struct menu_template *menu_template_at(size_t at);

/* NULL when none is called so. */
const struct menu_template *menu_template_find(const char *name);

/* Their names, with commas between, into @to. */
void menu_template_names(char *to, size_t capacity);

struct menu_source {
    const char *name; /* borrowed */
    char *text;       /* terminated; NULL = closed */
    bool is_json;
};

/* @name: a template's, or a file's. Keeps @name. EXIT_DONE, or told. */
int menu_source_open(const char *name, struct menu_source *ret_source);
void menu_source_close(struct menu_source *source);

/* Whether every line of it can be read, for a currency with @digits. EXIT_DONE, or told with the
 * line; @otherwise says what did not happen then: "nothing was imported". */
int menu_source_check(const struct menu_source *source, unsigned digits, const char *otherwise);

/* Put all of it on the menu behind @door, item by item: what was there stays, under the same number
 * it is changed. Check it before. EXIT_DONE with how many there are in it, or told. */
int menu_source_import(const struct menu_source *source, unsigned digits, struct door *door,
                       uint32_t *ret_count);

#endif
