#include "tests/process/lib/shaped.h"

#include <stdio.h>
#include <string.h>

#include "node/cli/shape.h"
#include "node/json/json.h"
#include "tests/lib/test.h"

void assert_shaped(const char *name, const char *line)
{
    char front[128], where[JSON_WHERE_BYTES_MAX] = "";
    struct json_value *value = NULL;
    struct text rest = {0};
    const struct shape *shape = shape_find(name);
    assert_non_null(shape);
    const size_t size =
        (size_t)snprintf(front, sizeof front, "{\"schema\":\"%s/%u\",", name, shape->version);
    assert_int_equal(strncmp(line, front, size), 0);
    text_append_text(&rest, "{");
    text_append_text(&rest, line + size);
    if (json_parse_as(shape->schema, bytes_of(rest.data, rest.size), &value, where) != 0) {
        fail_msg("%s is no %s: %s", line, name, where);
    }
    json_free(value);
    text_close(&rest);
}
