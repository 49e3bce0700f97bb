/* json.h - JSON values of our own shapes; jansson stays inside json_*.c.
 *
 * Layer: node. A value is freed with json_free(); a printer consumes it. When there is no memory
 * the process stops: everything here is small and bounded.
 */
#ifndef TRESTLE_NODE_API_JSON_H
#define TRESTLE_NODE_API_JSON_H

#include "node/json/schema.h"
#include "node/json/text.h"
#include "sync/base/bytes.h"
#include "sync/base/err.h"

enum { JSON_WHERE_BYTES_MAX = 200 };

struct json_value; /* jansson's, opaque here */

/* Parse a whole text, strictly: UTF-8, no duplicate names, no trailing bytes, bounded depth. What
 * is wrong goes to @ret_where (JSON_WHERE_BYTES_MAX). ERR_MALFORMED. */
MUST_CHECK int json_parse(struct bytes text, struct json_value **ret_value, char *ret_where);
void json_free(struct json_value *value);

/* Whether @value is a @schema, closed: unknown fields are refused. On error @ret_where
 * (JSON_WHERE_BYTES_MAX) is a JSON pointer and what is wrong there. ERR_MALFORMED. */
MUST_CHECK int json_check(const struct schema *schema, struct json_value *value, char *ret_where);

/* Parse and check. ERR_MALFORMED. */
MUST_CHECK int json_parse_as(const struct schema *schema, struct bytes text,
                             struct json_value **ret_value, char *ret_where);

/* Print compactly (or, for files, indented and with a final newline) and free @value. */
void json_print(struct json_value *value, struct text *to);
void json_print_pretty(struct json_value *value, struct text *to);
/* The one text of @value, to be signed: names in order, nothing between. As our values have whole
 * numbers and ASCII names alone and no control characters, it is RFC 8785's. Frees nothing. */
void json_print_canonical(struct json_value *value, struct text *to);

/* The OpenAPI 3.1 document, printed from the tables. */
struct json_value *json_openapi(void);
struct route_table; /* node/api/routes.h */
/* With the rows that a program adds. */
struct json_value *json_openapi_with(const struct route_table *more);

#endif
