/* shape.h - the shapes of what commands print with --json.
 *
 * Layer: node. One table in shape.c: what trestle-json(7) tells, what the tests check each
 * command's answer against, and what the answers name themselves, as "schema": "device.list/1" in
 * front. The number grows when a field goes or changes its meaning; new fields leave it as it is.
 */
#ifndef TRESTLE_NODE_CLI_SHAPE_H
#define TRESTLE_NODE_CLI_SHAPE_H

#include "node/api/schema.h"
#include "node/api/text.h"

struct shape {
    const char *name; /* "device.list": the command, and its verb where it has one */
    unsigned version;
    const struct schema *schema; /* of the rest of the object; NULL = any of records.h */
};

/* The @at-th; NULL past the last. */
const struct shape *shape_at(size_t at);
const struct shape *shape_find(const char *name);

/* Print @object, a JSON object on one line, as a @name: a line on stdout. @name is one of the
 * table. */
void shape_print(const char *name, const struct text *object);

#endif
