#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "node/api/routes.h"
#include "node/json/json.h"
#include "sync/base/check.h"

static void put(json_t *object, const char *name, json_t *value)
{
    check(json_object_set_new(object, name, value) == 0);
}

static void append(json_t *array, json_t *value)
{
    check(json_array_append_new(array, value) == 0);
}

static json_t *reference(const struct schema *schema)
{
    char path[100];
    (void)snprintf(path, sizeof path, "#/components/schemas/%s", schema->name);
    return json_pack("{s:s}", "$ref", path);
}

/* --- a field --- */

static json_t *type_text(const struct schema_field *field)
{
    json_t *type = json_pack("{s:s}", "type", "string");
    if (field->min > 0) {
        put(type, "minLength", json_integer(1));
    }
    put(type, "maxLength", json_integer(field->max));
    return type;
}

static json_t *type_int(const struct schema_field *field)
{
    json_t *type = json_pack("{s:s,s:s}", "type", "integer", "format", "int64");
    put(type, "minimum", json_integer(field->min));
    if (field->max < INT64_MAX) {
        put(type, "maximum", json_integer(field->max));
    }
    return type;
}

static json_t *type_bool(const struct schema_field *field)
{
    (void)field;
    return json_pack("{s:s}", "type", "boolean");
}

static json_t *type_hex(const struct schema_field *field)
{
    char pattern[40];
    (void)snprintf(pattern, sizeof pattern, "^[0-9a-f]{%d}$", (int)field->max);
    return json_pack("{s:s,s:s}", "type", "string", "pattern", pattern);
}

static json_t *type_enum(const struct schema_field *field)
{
    if (field->words->count == 1) {
        return json_pack("{s:s,s:s}", "type", "string", "const", field->words->words[0]);
    }
    json_t *words = json_array();
    for (size_t i = 0; i < field->words->count; i++) {
        append(words, json_string(field->words->words[i]));
    }
    return json_pack("{s:s,s:o}", "type", "string", "enum", words);
}

static json_t *type_object(const struct schema_field *field)
{
    return reference(field->object);
}

static json_t *field_type(const struct schema_field *field)
{
    static json_t *(*const types[])(const struct schema_field *) = {
        [SCHEMA_TEXT] = type_text, [SCHEMA_INT] = type_int,   [SCHEMA_BOOL] = type_bool,
        [SCHEMA_HEX] = type_hex,   [SCHEMA_ENUM] = type_enum, [SCHEMA_OBJECT] = type_object};
    json_t *type = types[field->type](field);
    if (field->is_array) {
        type = json_pack("{s:s,s:o,s:I,s:I}", "type", "array", "items", type, "minItems",
                         (json_int_t)field->items_min, "maxItems", (json_int_t)field->items_max);
    }
    if (field->note != NULL) {
        put(type, "description", json_string(field->note));
    }
    return type;
}

static json_t *component(const struct schema *schema)
{
    json_t *properties = json_object();
    json_t *required = json_array();
    for (size_t i = 0; i < schema->count; i++) {
        put(properties, schema->fields[i].name, field_type(&schema->fields[i]));
        if (!schema->fields[i].is_optional) {
            append(required, json_string(schema->fields[i].name));
        }
    }
    json_t *object = json_pack("{s:s}", "type", "object");
    if (schema->note != NULL) {
        put(object, "description", json_string(schema->note));
    }
    put(object, "properties", properties);
    put(object, "required", required);
    put(object, "additionalProperties", json_false());
    return object;
}

/* --- a route --- */

static json_t *content(const char *type, json_t *schema)
{
    return json_pack("{s:{s:{s:o}}}", "content", type, "schema", schema);
}

static json_t *response(const char *note, const char *type, json_t *schema)
{
    json_t *object = content(type, schema);
    put(object, "description", json_string(note));
    return object;
}

/* What the bytes are is found in the bytes. Takes @schema. */
static json_t *photo(json_t *schema)
{
    static const char *const types[] = {"image/jpeg", "image/png", "image/webp"};
    json_t *content = json_object();
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        put(content, types[i], json_pack("{s:O}", "schema", schema));
    }
    json_decref(schema);
    return json_pack("{s:s,s:o}", "description", "As asked.", "content", content);
}

static json_t *parameter(const char *place, const char *name, bool is_required, json_t *schema)
{
    return json_pack("{s:s,s:s,s:b,s:o}", "in", place, "name", name, "required", is_required,
                     "schema", schema);
}

static json_t *whole_number(void)
{
    return json_pack("{s:s,s:i}", "type", "integer", "minimum", 0);
}

static void path_parameters(const struct route *route, json_t *list)
{
    if (strstr(route->path, "{id}") != NULL) {
        append(list,
               parameter("path", "id", true,
                         json_pack("{s:s,s:s}", "type", "string", "pattern", "^[0-9a-f]{24}$")));
    }
    if (strstr(route->path, "{line}") != NULL) {
        append(list, parameter("path", "line", true, whole_number()));
    }
    if (strstr(route->path, "{device}") != NULL) {
        append(list,
               parameter("path", "device", true,
                         json_pack("{s:s,s:s}", "type", "string", "pattern", "^[0-9a-f]{16}$")));
    }
    if (strstr(route->path, "{hash}") != NULL) {
        append(list,
               parameter("path", "hash", true,
                         json_pack("{s:s,s:s}", "type", "string", "pattern", "^[0-9a-f]{64}$")));
    }
    if (strstr(route->path, "{number}") != NULL) {
        append(list, parameter("path", "number", true, whole_number()));
    }
}

static json_t *route_parameters(const struct route *route)
{
    json_t *list = json_array();
    path_parameters(route, list);
    for (size_t i = 0; i < ROUTE_QUERIES_MAX && route->queries[i] != NULL; i++) {
        append(list, parameter("query", route->queries[i], false, whole_number()));
    }
    if (route_is_write(route)) {
        append(list, parameter("header", "Idempotency-Key", true,
                               json_pack("{s:s,s:s,s:s}", "type", "string", "pattern",
                                         "^([0-9a-f]{2}){16,64}$", "description",
                                         "8 digits of seconds since Session.epoch, then random")));
    }
    return list;
}

static json_t *role_names(uint32_t roles)
{
    json_t *names = json_array();
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        if ((roles >> role & 1) != 0) {
            append(names, json_string(role_text((enum role)role)));
        }
    }
    return names;
}

/* No token is wanted, or one of a person with one of these roles. */
static json_t *security(const struct route *route)
{
    return route->capability == API_PUBLIC
               ? json_array()
               : json_pack("[{s:o}]", "token", role_names(route_roles(route)));
}

static const char *capability_name(int capability)
{
    return capability < 0 ? "none" : capability_text((enum capability)capability);
}

static void put_rules(json_t *object, const struct route *route)
{
    static const char *const again[] = {[AGAIN_UNSAID] = "unsaid",
                                        [AGAIN_READS] = "reads",
                                        [AGAIN_KEYED] = "keyed",
                                        [AGAIN_HARMLESS] = "harmless"};
    put(object, "security", security(route));
    put(object, "x-capability", json_string(capability_name(route->capability)));
    put(object, "x-again", json_string(again[route->again]));
    put(object, "x-rate", json_string(rate_class_text(route->rate)));
}

static json_t *operation(const struct route *route)
{
    json_t *object = json_pack("{s:s}", "summary", route->summary);
    put(object, "parameters", route_parameters(route));
    put_rules(object, route);
    if (route->request != NULL || route->takes_bytes) {
        json_t *body = route->takes_bytes ? content(route->shape == SHAPE_ANNEX ? "*/*" : "image/*",
                                                    json_pack("{s:s}", "type", "string"))
                                          : content("application/json", reference(route->request));
        put(body, "required", json_true());
        put(object, "requestBody", body);
    }
    char status[8];
    (void)snprintf(status, sizeof status, "%d", route->status);
    const bool is_text = route->shape == SHAPE_METRICS || route->shape == SHAPE_PHOTO ||
                         (route->shape == SHAPE_ANNEX && route->response == NULL);
    json_t *schema = route->response != NULL
                         ? reference(route->response)
                         : json_pack("{s:s}", "type", is_text ? "string" : "object");
    const char *media = route->shape == SHAPE_BYTES ? "application/octet-stream"
                        : is_text                   ? "text/plain"
                                                    : "application/json";
    json_t *responses = json_object();
    put(responses, status,
        route->shape == SHAPE_PHOTO ? photo(schema) : response("As asked.", media, schema));
    put(responses, "default",
        response("What went wrong, and what to do.", "application/problem+json",
                 reference(&schema_problem)));
    put(object, "responses", responses);
    return object;
}

static void put_paths(json_t *object, const struct route_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct route *route = &table->routes[i];
        json_t *item = json_object_get(object, route->path);
        if (item == NULL) {
            item = json_object();
            put(object, route->path, item);
        }
        char method[8] = "";
        for (size_t at = 0; route->method[at] != '\0' && at + 1 < sizeof method; at++) {
            method[at] = (char)(route->method[at] | 0x20); /* ASCII lower case */
        }
        put(item, method, operation(route));
    }
}

/* --- the stream, which is no route: it begins as a request and goes on in frames --- */

enum { FRAMES_MAX = 8 };

struct frames {
    const char *name;
    const struct schema *schemas[FRAMES_MAX]; /* until one that is NULL */
};

static const struct frames frames[] = {
    {"staff-page", {&schema_frame_seen}},
    {"staff-node",
     {&schema_frame_hello, &schema_frame_snapshot, &schema_frame_delta, &schema_frame_marks,
      &schema_frame_totals}},
    {"customer-page", {&schema_live_open, &schema_live_follow}},
    {"customer-node",
     {&schema_frame_hello, &schema_live_snapshot, &schema_live_delta, &schema_live_beat}},
};

/* Who says which frames. */
static json_t *frames_by_speaker(void)
{
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        json_t *list = json_array();
        for (size_t at = 0; at < FRAMES_MAX && frames[i].schemas[at] != NULL; at++) {
            append(list, reference(frames[i].schemas[at]));
        }
        put(object, frames[i].name, list);
    }
    return object;
}

/* Who may watch which view, and how often it may begin. */
static json_t *views_with_rules(void)
{
    json_t *object = json_object();
    for (size_t i = 0; i < route_views_count; i++) {
        const struct route_view *view = &route_views[i];
        put(object, view->name,
            json_pack("{s:s,s:o,s:s,s:s}", "summary", view->summary, "x-roles",
                      role_names(route_view_roles(view)), "x-capability",
                      capability_name(view->capability), "x-rate", rate_class_text(view->rate)));
    }
    return object;
}

static json_t *stream_parameters(void)
{
    json_t *names = json_array();
    for (size_t i = 0; i < route_views_count; i++) {
        append(names, json_string(route_views[i].name));
    }
    json_t *views = json_pack("{s:s,s:o}", "type", "string", "enum", names);
    return json_pack("[o,o]", parameter("query", "view", true, views),
                     parameter("query", "cursor", false, json_pack("{s:s}", "type", "string")));
}

static json_t *stream(void)
{
    json_t *responses =
        json_pack("{s:{s:s}}", "101", "description", "From here on frames, each a text of JSON.");
    put(responses, "default",
        response("What went wrong, and what to do.", "application/problem+json",
                 reference(&schema_problem)));
    json_t *call =
        json_pack("{s:s,s:[],s:o,s:o,s:o,s:o}", "summary",
                  "The stream, a WebSocket. Staff's screens name a ticket of POST "
                  "/api/session/ticket as a subprotocol; customers say who they are in their "
                  "first frame. Prose: docs/api.md.",
                  "security", "parameters", stream_parameters(), "x-views", views_with_rules(),
                  "x-frames", frames_by_speaker(), "responses", responses);
    return json_pack("{s:o}", "get", call);
}

static json_t *paths(const struct route_table *more)
{
    const struct route_table own = {routes, routes_count};
    json_t *object = json_object();
    put_paths(object, &own);
    put_paths(object, more);
    put(object, "/ws", stream());
    return object;
}

/* NOLINTBEGIN(misc-no-recursion): no deeper than our schemas are nested */
/* Unless it is there already; and those that it is made of. */
static void put_component(json_t *object, const struct schema *schema)
{
    if (schema == NULL || json_object_get(object, schema->name) != NULL) {
        return;
    }
    put(object, schema->name, component(schema));
    for (size_t i = 0; i < schema->count; i++) {
        put_component(object, schema->fields[i].object);
    }
}
/* NOLINTEND(misc-no-recursion) */

static json_t *components(const struct route_table *more)
{
    json_t *object = json_object();
    for (size_t i = 0; i < schemas_count; i++) {
        put(object, schemas[i]->name, component(schemas[i]));
    }
    for (size_t i = 0; i < more->count; i++) {
        put_component(object, more->routes[i].request);
        put_component(object, more->routes[i].response);
    }
    return object;
}

static json_t *security_schemes(void)
{
    json_t *token =
        json_pack("{s:s,s:s,s:s}", "type", "http", "scheme", "bearer", "bearerFormat", "JWT");
    put(token, "description",
        json_string("Of POST /api/session. A device's own screen needs none on its own device, "
                    "unless its settings say so."));
    return json_pack("{s:o}", "token", token);
}

struct json_value *json_openapi(void)
{
    static const struct route_table none = {NULL, 0};
    return json_openapi_with(&none);
}

struct json_value *json_openapi_with(const struct route_table *more)
{
    json_t *document =
        json_pack("{s:s,s:{s:s,s:s,s:s,s:{s:s,s:s}}}", "openapi", "3.1.0", "info", "title",
                  "Trestle node", "version", "1", "description",
                  "The API of one node. Printed from the tables of node/api. Prose: docs/api.md.",
                  "license", "name", "Apache-2.0", "identifier", "Apache-2.0");
    check(document != NULL);
    put(document, "paths", paths(more));
    put(document, "components",
        json_pack("{s:o,s:o}", "schemas", components(more), "securitySchemes", security_schemes()));
    return (struct json_value *)(void *)document;
}
