/* Which row of a table of routes a path means. */
#include <stdio.h>
#include <string.h>

#include "node/api/routes.h"
#include "node/json/hex.h"

static bool match_order(const char *text, size_t size, struct route_match *match)
{
    return hex_read(bytes_of(text, size), match->order.bytes, ENTITY_ID_BYTES);
}

static bool match_device(const char *text, size_t size, struct route_match *match)
{
    uint8_t bytes[8];
    if (!hex_read(bytes_of(text, size), bytes, sizeof bytes)) {
        return false;
    }
    match->device = get_be64(bytes);
    return true;
}

static bool match_blob(const char *text, size_t size, struct route_match *match)
{
    return hex_read(bytes_of(text, size), match->blob.bytes, sizeof match->blob.bytes);
}

/* A positive number of 32 bits in its shortest decimal form. */
static bool match_number(const char *text, size_t size, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (size == 0 || size > 10 || text[0] == '0') {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        number = number * 10 + (uint64_t)(text[i] - '0');
    }
    *ret_number = number;
    return number <= UINT32_MAX;
}

static bool match_line(const char *text, size_t size, struct route_match *match)
{
    uint64_t number = 0;
    bool matches = match_number(text, size, &number);
    match->line = (uint32_t)number;
    return matches;
}

static bool match_item(const char *text, size_t size, struct route_match *match)
{
    return match_number(text, size, &match->number);
}

static const struct {
    const char *name;
    bool (*match)(const char *text, size_t size, struct route_match *match);
} parameters[] = {{"{id}", match_order},
                  {"{line}", match_line},
                  {"{number}", match_item},
                  {"{device}", match_device},
                  {"{hash}", match_blob}};

static bool segment_matches(const char *pattern, size_t pattern_size, const char *text,
                            size_t text_size, struct route_match *match)
{
    for (size_t i = 0; *pattern == '{' && i < sizeof parameters / sizeof parameters[0]; i++) {
        if (strlen(parameters[i].name) == pattern_size &&
            memcmp(pattern, parameters[i].name, pattern_size) == 0) {
            return parameters[i].match(text, text_size, match);
        }
    }
    return pattern_size == text_size && memcmp(pattern, text, text_size) == 0;
}

static bool path_matches(const char *pattern, const char *path, struct route_match *match)
{
    while (*pattern == '/' && *path == '/') {
        size_t pattern_size = strcspn(++pattern, "/");
        size_t path_size = strcspn(++path, "/");
        if (!segment_matches(pattern, pattern_size, path, path_size, match)) {
            return false;
        }
        pattern += pattern_size;
        path += path_size;
    }
    return *pattern == '\0' && *path == '\0';
}

int route_find_in(const struct route_table *table, const char *method, const char *path,
                  const struct route **ret_route, struct route_match *ret_match)
{
    bool is_path_known = false;
    for (size_t i = 0; i < table->count; i++) {
        struct route_match match = {.number = 0};
        if (!path_matches(table->routes[i].path, path, &match)) {
            continue;
        }
        is_path_known = true;
        if (strcmp(table->routes[i].method, method) == 0) {
            *ret_route = &table->routes[i];
            *ret_match = match;
            return 0;
        }
    }
    return is_path_known ? ERR_METHOD : ERR_NOT_FOUND;
}

int route_find(const char *method, const char *path, const struct route **ret_route,
               struct route_match *ret_match)
{
    const struct route_table table = {routes, routes_count};
    return route_find_in(&table, method, path, ret_route, ret_match);
}

static void add_method(const char *method, char to[ROUTE_METHODS_BYTES_MAX])
{
    const size_t size = strlen(to);
    (void)snprintf(to + size, ROUTE_METHODS_BYTES_MAX - size, "%s%s", size == 0 ? "" : ", ",
                   method);
}

void route_methods_in(const struct route_table *table, const char *path,
                      char to[ROUTE_METHODS_BYTES_MAX])
{
    for (size_t i = 0; i < table->count; i++) {
        struct route_match match = {.number = 0};
        if (path_matches(table->routes[i].path, path, &match)) {
            add_method(strcmp(table->routes[i].method, "GET") == 0 ? "GET, HEAD"
                                                                   : table->routes[i].method,
                       to);
        }
    }
}

void route_methods(const char *path, char to[ROUTE_METHODS_BYTES_MAX])
{
    const struct route_table table = {routes, routes_count};
    route_methods_in(&table, path, to);
}
