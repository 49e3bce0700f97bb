/* test_api_bodies.c - every body that the API takes, made from its schema: whole, with each field
 * left out, and with each field wrong in each way that its rule knows. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/reply.h"
#include "node/json/fill.h"
#include "node/json/json.h"
#include "tests/lib/test.h"

enum fault {
    FAULT_NONE,
    FAULT_MISSING,
    FAULT_FORM,   /* another type */
    FAULT_SMALL,  /* below its least: a number, a text, a list */
    FAULT_LARGE,  /* above its most */
    FAULT_LETTER, /* a letter that it does not take */
    FAULT_COUNT
};

/* One field of a body and what is wrong with it. */
struct wrong {
    const struct schema_field *field;
    enum fault fault;
    bool is_in_items; /* of a list: its elements are wrong, not its length */
};

/* --- a body --- */

static void put_letters(struct text *to, char letter, int64_t count)
{
    text_append_text(to, "\"");
    for (int64_t i = 0; i < count; i++) {
        text_append(to, &letter, 1);
    }
    text_append_text(to, "\"");
}

static void put_number(struct text *to, int64_t number)
{
    char digits[32];
    (void)snprintf(digits, sizeof digits, "%" PRId64, number);
    text_append_text(to, digits);
}

/* NOLINTBEGIN(misc-no-recursion): as deep as our schemas are nested */
static void put_object(struct text *to, const struct schema *schema, const struct wrong *wrong);

static void put_one(struct text *to, const struct schema_field *field, enum fault fault,
                    const struct wrong *wrong)
{
    const int64_t size = fault == FAULT_SMALL   ? field->min - 1
                         : fault == FAULT_LARGE ? field->max + 1
                                                : field->min;
    if (fault == FAULT_FORM) {
        text_append_text(to, field->type == SCHEMA_TEXT ? "5" : "\"five\"");
        return;
    }
    switch (field->type) {
    case SCHEMA_TEXT:
        put_letters(to, fault == FAULT_LETTER ? '\x7f' : 'a', size > 0 ? size : 0);
        break;
    case SCHEMA_INT:
        put_number(to, size);
        break;
    case SCHEMA_BOOL:
        text_append_text(to, "true");
        break;
    case SCHEMA_HEX:
        put_letters(to, fault == FAULT_LETTER ? 'F' : 'f',
                    field->max + (fault == FAULT_LARGE) - (fault == FAULT_SMALL));
        break;
    case SCHEMA_ENUM:
        text_append_json(to, fault == FAULT_LETTER ? "?" : field->words->words[0]);
        break;
    case SCHEMA_OBJECT:
        put_object(to, field->object, wrong);
        break;
    }
}

static void put_field(struct text *to, const struct schema_field *field, const struct wrong *wrong)
{
    const enum fault fault = wrong->field == field ? wrong->fault : FAULT_NONE;
    if (!field->is_array || (fault == FAULT_FORM && !wrong->is_in_items)) {
        put_one(to, field, fault, wrong);
        return;
    }
    const bool is_list = fault != FAULT_NONE && !wrong->is_in_items;
    uint32_t count = field->items_min > 0 ? field->items_min : 1;
    if (is_list && fault == FAULT_SMALL) {
        count = field->items_min - 1;
    }
    if (is_list && fault == FAULT_LARGE) {
        count = field->items_max + 1;
    }
    text_append_text(to, "[");
    for (uint32_t i = 0; i < count; i++) {
        text_append_text(to, i > 0 ? "," : "");
        put_one(to, field, is_list ? FAULT_NONE : fault, wrong);
    }
    text_append_text(to, "]");
}

static void put_object(struct text *to, const struct schema *schema, const struct wrong *wrong)
{
    const char *between = "{";
    for (size_t i = 0; i < schema->count; i++) {
        const struct schema_field *field = &schema->fields[i];
        if (wrong->field == field && wrong->fault == FAULT_MISSING) {
            continue;
        }
        text_append_text(to, between);
        text_append_json(to, field->name);
        text_append_text(to, ":");
        put_field(to, field, wrong);
        between = ",";
    }
    text_append_text(to, *between == '{' ? "{}" : "}");
}

/* --- each field of it --- */

static bool is_breakable(const struct schema_field *field, enum fault fault, bool is_in_items)
{
    const bool is_sized = field->type == SCHEMA_TEXT || field->type == SCHEMA_INT;
    if (field->is_array && !is_in_items) {
        return fault == FAULT_FORM || fault == FAULT_LARGE ||
               (fault == FAULT_SMALL && field->items_min > 0);
    }
    switch (fault) {
    case FAULT_MISSING:
        return !field->is_optional && !is_in_items;
    case FAULT_FORM:
        return true;
    case FAULT_SMALL:
        return field->type == SCHEMA_HEX ||
               (is_sized && field->min > (field->type == SCHEMA_TEXT ? 0 : INT64_MIN));
    case FAULT_LARGE:
        return field->type == SCHEMA_HEX || (is_sized && field->max < INT64_MAX);
    case FAULT_LETTER:
        return field->type == SCHEMA_HEX || field->type == SCHEMA_ENUM ||
               (field->type == SCHEMA_TEXT && field->min > 0);
    case FAULT_NONE:
    case FAULT_COUNT:
        break;
    }
    return false;
}

static int parse(const struct schema *schema, const struct wrong *wrong,
                 struct json_value **ret_value, char where[JSON_WHERE_BYTES_MAX])
{
    struct text body = {0};
    put_object(&body, schema, wrong);
    const int err = json_parse_as(schema, bytes_of(body.data, body.size), ret_value, where);
    if (err == 0 && wrong->fault != FAULT_NONE && wrong->fault != FAULT_MISSING) {
        print_error("%s.%s, fault %d: %.*s\n", schema->name, wrong->field->name, (int)wrong->fault,
                    (int)body.size, body.data);
    }
    text_close(&body);
    return err;
}

static void assert_refused(const struct schema *schema, const struct wrong *wrong)
{
    char where[JSON_WHERE_BYTES_MAX] = "";
    struct json_value *value = NULL;
    assert_int_equal(parse(schema, wrong, &value, where), ERR_MALFORMED);
    if (strstr(where, wrong->field->name) == NULL) {
        print_error("%s.%s: %s\n", schema->name, wrong->field->name, where);
    }
    assert_non_null(strstr(where, wrong->field->name));
}

static void break_fields(const struct schema *whole, const struct schema *part)
{
    for (size_t i = 0; i < part->count; i++) {
        const struct schema_field *field = &part->fields[i];
        for (int fault = FAULT_MISSING; fault < FAULT_COUNT; fault++) {
            for (int in_items = 0; in_items <= (field->is_array ? 1 : 0); in_items++) {
                const struct wrong wrong = {field, (enum fault)fault, in_items == 1};
                if (is_breakable(field, wrong.fault, wrong.is_in_items)) {
                    assert_refused(whole, &wrong);
                }
            }
        }
        if (field->type == SCHEMA_OBJECT) {
            break_fields(whole, field->object);
        }
    }
}

/* NOLINTEND(misc-no-recursion) */

TEST(api_bodies, each_field_is_held_to_its_rule_and_named_where_it_is_not)
{
    for (size_t i = 0; i < routes_count; i++) {
        if (routes[i].request != NULL) {
            break_fields(routes[i].request, routes[i].request);
        }
    }
}

/* --- what becomes of it --- */

static void path_of(const struct route *route, char to[256])
{
    static const struct {
        const char *name, *value;
    } values[] = {{"{id}", "000000010203040506070809"},
                  {"{line}", "1"},
                  {"{number}", "7"},
                  {"{device}", "00000000000000ab"},
                  {"{hash}", "0000000000000000000000000000000000000000000000000000000000000001"}};
    size_t size = 0;
    for (const char *at = route->path; *at != '\0'; at++) {
        for (size_t i = 0; i < sizeof values / sizeof values[0] && *at == '{'; i++) {
            if (strncmp(at, values[i].name, strlen(values[i].name)) == 0) {
                size += (size_t)snprintf(to + size, 256 - size, "%s", values[i].value);
                at += strlen(values[i].name);
            }
        }
        if (*at == '\0') {
            break;
        }
        to[size++] = *at;
    }
    to[size] = '\0';
}

/* 0, or what api_fill() says; then with a reason. */
static int fill(const struct route *route, const struct wrong *wrong)
{
    static struct api_command filled;
    char where[JSON_WHERE_BYTES_MAX] = "", path[256];
    const struct route *found = NULL;
    struct route_match match;
    struct json_value *value = NULL;
    path_of(route, path);
    assert_int_equal(route_find(route->method, path, &found, &match), 0);
    assert_ptr_equal(found, route);
    assert_int_equal(parse(route->request, wrong, &value, where), 0);
    memset(&filled.command, 0, sizeof filled.command);
    filled.storage_size = 0;
    const int err = api_fill(route, &match, value, &filled, where);
    json_free(value);
    assert_true(err == 0 || err == ERR_MALFORMED || err == ERR_TOO_LARGE);
    assert_true(err == 0 || where[0] != '\0');
    return err;
}

TEST(api_bodies, whatever_the_schema_lets_pass_is_a_command_or_told_why_not)
{
    for (size_t i = 0; i < routes_count; i++) {
        const struct route *route = &routes[i];
        const struct wrong none = {.fault = FAULT_NONE};
        if (route->request == NULL || !route_is_write(route)) {
            continue;
        }
        (void)fill(route, &none);
        for (size_t k = 0; k < route->request->count; k++) {
            const struct wrong left_out = {&route->request->fields[k], FAULT_MISSING, false};
            if (left_out.field->is_optional) {
                (void)fill(route, &left_out);
            }
        }
    }
}
