/* A request as a stranger may send it: "METHOD path\nbody" through routing, the strict check and
 * the filling of a command. What passes must lie within the limits that the core relies on.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/json/fill.h"
#include "sync/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_borrowed(const struct api_command *command, struct bytes bytes)
{
    const uint8_t *begin = command->storage;
    check(bytes.size == 0 ||
          (bytes.data >= begin && bytes.data + bytes.size <= begin + command->storage_size));
}

static void check_command(const struct api_command *filled)
{
    const struct command *command = &filled->command;
    check(command->kind < COMMAND_COUNT && filled->storage_size <= sizeof filled->storage);
    check(command->lines_count <= ORDER_LINES_MAX && command->ids_count <= ORDER_LINES_MAX);
    check(command->fields_count <= WANTED_FIELDS_MAX);
    check(command->amount_minor >= 0 && command->amount_minor <= MONEY_MAX);
    check_borrowed(filled, command->note);
    check_borrowed(filled, command->reason);
    check_borrowed(filled, command->name);
    for (uint32_t i = 0; i < command->lines_count; i++) {
        check(command->lines[i].options_count <= LINE_OPTIONS_MAX);
        check(command->lines[i].quantity >= 1 && command->lines[i].quantity <= ORDER_QUANTITY_MAX);
        check_borrowed(filled, command->lines[i].note);
    }
    for (uint32_t i = 0; i < command->fields_count; i++) {
        check_borrowed(filled, command->fields[i].text);
    }
}

static void run_body(const struct route *route, const struct route_match *match, struct bytes body,
                     struct api_command *filled)
{
    char where[JSON_WHERE_BYTES_MAX] = "";
    struct json_value *value = NULL;
    if (json_parse_as(route->request, body, &value, where) != 0) {
        return;
    }
    if (api_fill(route, match, value, filled, where) == 0) {
        check_command(filled);
    }
    json_free(value);
}

static void run_frame(struct bytes frame, struct api_command *filled)
{
    char where[JSON_WHERE_BYTES_MAX] = "";
    if (api_fill_seen(frame, filled, where) == 0) {
        check_command(filled);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct api_command filled;
    char line[256] = "";
    const struct route *route = NULL;
    struct route_match match;
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    if (end == NULL || (size_t)(end - data) >= sizeof line) {
        return 0;
    }
    memcpy(line, data, (size_t)(end - data));
    struct bytes body = bytes_of(end + 1, size - (size_t)(end - data) - 1);
    memset(&filled.command, 0, sizeof filled.command);
    filled.storage_size = 0;
    char *path = strchr(line, ' ');
    if (path == NULL) {
        run_frame(body, &filled);
    } else {
        *path++ = '\0';
        if (route_find(line, path, &route, &match) == 0 && route_is_write(route)) {
            run_body(route, &match, body, &filled);
        }
    }
    return 0;
}
