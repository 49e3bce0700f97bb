/* shape.h - the shapes of what commands print with --json, where that is not what the API answers.
 *
 * Layer: node. One table in shape.c: what answers name themselves, as "schema": "printer.list/1" in
 * front, and what tests check them against. The number grows when a field goes or changes its
 * meaning; new fields leave it as it is.
 */
#ifndef TRESTLE_NODE_CLI_SHAPE_H
#define TRESTLE_NODE_CLI_SHAPE_H

#include "node/json/schema.h"
#include "node/json/text.h"

struct shape {
    const char *name; /* "printer.list": the command, and its verb where it has one */
    unsigned version;
    const struct schema *schema; /* of the rest of the object */
};

/* The @at-th; NULL past the last. */
const struct shape *shape_at(size_t at);
const struct shape *shape_find(const char *name);

/* Print @object, a JSON object on one line, as a @name: a line on stdout. @name is one of the
 * table. */
void shape_print(const char *name, const struct text *object);

#endif
