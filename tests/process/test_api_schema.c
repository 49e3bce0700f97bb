/* The tables of the API: sound in themselves, strict about bodies, and printed in
 * docs/openapi.json, with what a gateway adds.
 *
 * After a change of the tables: TRESTLE_UPDATE=1 <build>/tests/process.api_schema rewrites the
 * document. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/routes.h"
#include "node/api/routes.h"
#include "node/json/json.h"
#include "tests/lib/test.h"

static char where[JSON_WHERE_BYTES_MAX];

static int parse_as(const struct schema *schema, const char *text)
{
    struct json_value *value = NULL;
    where[0] = '\0';
    int err = json_parse_as(schema, bytes_of_text(text), &value, where);
    if (err == 0) {
        json_free(value);
    }
    return err;
}

TEST(api_schema, the_tables_are_sound)
{
    assert_null(routes_mistake());
    assert_null(routes_mistake_in(&gateway_route_table));
}

static bool is_listed(const struct schema *schema)
{
    for (size_t i = 0; i < schemas_count; i++) {
        if (schemas[i] == schema) {
            return true;
        }
    }
    return false;
}

TEST(api_schema, every_object_that_a_schema_holds_is_in_the_document)
{
    for (size_t i = 0; i < schemas_count; i++) {
        for (size_t j = 0; j < schemas[i]->count; j++) {
            const struct schema_field *field = &schemas[i]->fields[j];
            assert_true(field->type != SCHEMA_OBJECT || is_listed(field->object));
        }
    }
}

#define PLACE(rest) "{\"channel\":\"counter\",\"mode\":\"eat-in\",\"lines\":" rest "}"

TEST(api_schema, a_good_body_passes)
{
    assert_int_equal(0, parse_as(&schema_order_place, PLACE("[{\"item\":1,\"quantity\":2}]")));
    assert_int_equal(0, parse_as(&schema_nothing, "{}"));
    assert_int_equal(0, parse_as(&schema_lines, "{\"lines\":[1,2147483649]}"));
}

TEST(api_schema, a_bad_body_is_refused_with_the_place)
{
    static const struct {
        const char *body, *where;
    } cases[] = {
        {PLACE("[{\"item\":1,\"quantity\":2,\"price\":1}]"), "/lines/0: has an unknown field"},
        {PLACE("[{\"item\":1,\"quantity\":2}],\"total\":5"), "/: has an unknown field"},
        {PLACE("[{\"item\":1}]"), "/lines/0/quantity: is missing"},
        {PLACE("[]"), "/lines: has too few elements"},
        {PLACE("{}"), "/lines: is not an array"},
        {PLACE("[{\"item\":1,\"quantity\":0}]"), "/lines/0/quantity: is too small"},
        {PLACE("[{\"item\":1,\"quantity\":1000}]"), "/lines/0/quantity: is too large"},
        {PLACE("[{\"item\":1,\"quantity\":1.0}]"), "/lines/0/quantity: is not a whole number"},
        {PLACE("[{\"item\":1,\"quantity\":\"1\"}]"), "/lines/0/quantity: is not a whole number"},
        {PLACE("[{\"item\":1,\"quantity\":1,\"note\":\"a\\u0007\"}]"),
         "/lines/0/note: has control characters"},
        {PLACE("[{\"item\":1,\"quantity\":1,\"note\":null}]"), "/lines/0/note: is not a text"},
        {"{\"channel\":\"\",\"mode\":\"eat-in\",\"lines\":[]}", "/channel: is too short"},
        {"{\"channel\":\"c\",\"mode\":\"EAT-IN\",\"lines\":[]}",
         "/mode: is not one of the words allowed"},
        {"[]", "/: is not an object"},
        {"{\"channel\":\"a\",\"channel\":\"b\"}", "not JSON at line 1, column 24"},
        {"{} {}", "not JSON at line 1, column 4"},
        {"[[[[[[[[[[[[[[[[[[[[", "nested too deeply"},
        {"\"\xff\"", "not JSON at line 1, column 1"},
        {"", "not JSON at line 1, column 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(ERR_MALFORMED, parse_as(&schema_order_place, cases[i].body));
        assert_string_equal(cases[i].where, where);
    }
}

TEST(api_schema, hex_is_lower_case_and_of_its_length)
{
    assert_int_equal(0, parse_as(&schema_frame_seen,
                                 "{\"type\":\"seen\",\"order\":\"0123456789abcdef01234567\","
                                 "\"changed\":\"x\",\"station\":\"\"}"));
    assert_int_not_equal(0, parse_as(&schema_frame_seen,
                                     "{\"type\":\"seen\",\"order\":\"0123456789ABCDEF01234567\","
                                     "\"changed\":\"x\",\"station\":\"\"}"));
    assert_int_not_equal(0, parse_as(&schema_frame_seen,
                                     "{\"type\":\"hello\",\"order\":\"0123456789abcdef01234567\","
                                     "\"changed\":\"x\",\"station\":\"\"}"));
}

TEST(api_schema, a_route_is_found_by_method_and_path)
{
    const struct route *route = NULL;
    struct route_match match;
    assert_int_equal(
        0, route_find("PATCH", "/api/orders/0123456789abcdef01234567/lines/7", &route, &match));
    assert_int_equal(COMMAND_LINE_SET, route->command);
    assert_int_equal(7, match.line);
    assert_int_equal(0x01, match.order.bytes[0]);
    assert_int_equal(0x67, match.order.bytes[11]);
    assert_int_equal(0, route_find("PATCH", "/api/menu/37", &route, &match));
    assert_int_equal(37, match.number);
}

TEST(api_schema, what_is_no_route_is_told_apart)
{
    static const struct {
        const char *method, *path;
        int err;
    } cases[] = {
        {"DELETE", "/api/menu/1", ERR_METHOD},
        {"GET", "/api/orders/0123456789abcdef01234567/void", ERR_METHOD},
        {"GET", "/api/orders/0123456789ABCDEF01234567", ERR_NOT_FOUND},
        {"GET", "/api/orders/0123", ERR_NOT_FOUND},
        {"GET", "/api/orders/", ERR_NOT_FOUND},
        {"GET", "/api/orders//", ERR_NOT_FOUND},
        {"GET", "/api", ERR_NOT_FOUND},
        {"GET", "", ERR_NOT_FOUND},
        {"PATCH", "/api/menu/0", ERR_NOT_FOUND},
        {"PATCH", "/api/menu/01", ERR_NOT_FOUND},
        {"PATCH", "/api/menu/4294967296", ERR_NOT_FOUND},
        {"PATCH", "/api/menu/-1", ERR_NOT_FOUND},
        {"PATCH", "/api/menu/1/", ERR_NOT_FOUND},
    };
    const struct route *route = NULL;
    struct route_match match;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(cases[i].err, route_find(cases[i].method, cases[i].path, &route, &match));
    }
}

TEST(api_schema, every_command_of_a_person_has_its_own_right_on_its_route)
{
#define X(name, text, needed) [name] = (needed),
    static const int rights[] = {COMMANDS(X)};
#undef X
    for (size_t i = 0; i < routes_count; i++) {
        if (route_is_write(&routes[i]) && strcmp(routes[i].path, "/api/menu/{number}") != 0) {
            assert_int_equal(rights[routes[i].command], routes[i].capability);
        }
    }
}

/* --- who may --- */

static const struct route *route_of(const char *method, const char *path)
{
    const struct route *route = NULL;
    struct route_match match;
    assert_int_equal(0, route_find(method, path, &route, &match));
    return route;
}

static bool role_may(const char *method, const char *path, enum role role)
{
    return (route_roles(route_of(method, path)) >> role & 1) != 0;
}

TEST(api_schema, a_route_is_for_the_roles_of_people_whose_right_it_names)
{
    assert_true(role_may("GET", "/api/kitchen/board", ROLE_COURIER));
    assert_true(role_may("GET", "/api/kitchen/board", ROLE_AUDITOR));
    assert_false(role_may("GET", "/api/kitchen/board", ROLE_CUSTOMER));
    assert_true(role_may("POST", "/api/devices/0123456789abcdef/revoke", ROLE_MANAGER));
    assert_false(role_may("POST", "/api/devices/0123456789abcdef/revoke", ROLE_COUNTER));
    assert_true(role_may("GET", "/api/menu", ROLE_CUSTOMER));
    assert_false(role_may("GET", "/api/menu", ROLE_GATEWAY)); /* a device's, no person's */
    assert_false(role_may("GET", "/api/menu", ROLE_NONE));
}

/* What a sound route says, and one thing that is forgotten or contradicts the rest. */
TEST(api_schema, a_row_that_does_not_say_who_may_is_a_mistake_and_nothing_starts)
{
    const struct route sound = *route_of("POST", "/api/orders");
    struct route route = sound;
    assert_true(route_is_sound(&route));
    route.capability = 0; /* left out */
    assert_false(route_is_sound(&route));
    route.capability = CAP_STRIPE; /* a right that no role of people at the stall has alone */
    assert_true(route_is_sound(&route));
    route.capability = CAP_COUNT;
    assert_false(route_is_sound(&route));
    route.capability = API_PUBLIC; /* nobody in particular writes */
    assert_false(route_is_sound(&route));
    route = sound;
    route.again = AGAIN_UNSAID;
    assert_false(route_is_sound(&route));
    route = sound;
    route.rate = RATE_UNSAID;
    assert_false(route_is_sound(&route));
    route = sound;
    route.request = NULL;
    assert_false(route_is_sound(&route));
    route = sound;
    route.method = "PUT";
    assert_false(route_is_sound(&route));
}

TEST(api_schema, a_view_of_the_stream_that_does_not_say_who_may_is_a_mistake)
{
    struct route_view views[6];
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        views[i] = *route_view_find("kitchen");
        assert_true(route_view_is_sound(&views[i]));
    }
    views[0].capability = API_PUBLIC; /* the boards */
    views[1].capability = API_SIGNED_IN;
    views[2].capability = CAP_LOG;
    views[3].rate = RATE_UNSAID;
    views[4].name = "";
    views[5].is_guests = true; /* and somebody's */
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        assert_false(route_view_is_sound(&views[i]));
    }
    assert_null(route_view_find("cellar"));
    assert_int_equal(route_view_roles(route_view_find("customer")), 1U << ROLE_CUSTOMER);
}

TEST(api_schema, a_row_that_is_not_whole_or_there_twice_is_a_mistake)
{
    const struct route sound = *route_of("POST", "/api/orders");
    struct route rows[10];
    size_t count = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rows[i] = sound;
    }
    rows[count++].path = "api/orders";
    rows[count++].summary = NULL;
    rows[count++].status = 199;
    rows[count++].status = 300;
    rows[count++].takes_bytes = true; /* and JSON */
    rows[count++].response = NULL;
    rows[count++].shape = SHAPE_METRICS; /* which is no JSON */
    rows[count++].capability = CAP_LOG;
    rows[count++].again = AGAIN_HARMLESS; /* a command is not */
    for (size_t i = 0; i < count; i++) {
        const struct route_table table = {&rows[i], 1};
        assert_false(route_is_sound(&rows[i]));
        assert_ptr_equal(routes_mistake_in(&table), rows[i].path);
    }
    rows[0] = rows[1] = sound;
    rows[1].method = "PATCH"; /* another request */
    rows[2] = sound;
    assert_null(routes_mistake_in(&(struct route_table){rows, 2}));
    assert_ptr_equal(routes_mistake_in(&(struct route_table){rows, 3}), sound.path);
}

/* --- the document --- */

#define DOCUMENT TEST_SOURCE_DIR "/docs/openapi.json"

static void document_write(const struct text *text)
{
    FILE *file = fopen(DOCUMENT, "wb");
    assert_non_null(file);
    assert_int_equal(text->size, fwrite(text->data, 1, text->size, file));
    assert_int_equal(0, fclose(file));
}

static void document_read(struct text *text)
{
    FILE *file = fopen(DOCUMENT, "rb");
    assert_non_null(file);
    char chunk[4096];
    for (size_t size; (size = fread(chunk, 1, sizeof chunk, file)) > 0;) {
        text_append(text, chunk, size);
    }
    assert_int_equal(0, fclose(file));
}

TEST(api_schema, the_committed_document_is_current)
{
    struct text printed = {.data = NULL};
    struct text committed = {.data = NULL};
    json_print_pretty(json_openapi_with(&gateway_route_table), &printed);
    if (getenv("TRESTLE_UPDATE") != NULL) {
        document_write(&printed);
    }
    document_read(&committed);
    assert_int_equal(printed.size, committed.size);
    assert_memory_equal(printed.data, committed.data, printed.size);
    text_close(&printed);
    text_close(&committed);
}

TEST(api_schema, a_field_that_contradicts_itself_or_stands_twice_is_named)
{
    static const struct schema none = {.name = "None"};
    static const struct schema_words words = {.count = 0};
    static const struct schema_field wrong[] = {
        {.name = "enum", .type = SCHEMA_ENUM},
        {.name = "words", .type = SCHEMA_INT, .words = &words},
        {.name = "object", .type = SCHEMA_OBJECT},
        {.name = "objects", .type = SCHEMA_INT, .object = &none},
        {.name = "range", .type = SCHEMA_INT, .min = 2, .max = 1},
        {.name = "empty", .type = SCHEMA_INT, .is_array = true},
        {.name = "items", .type = SCHEMA_INT, .is_array = true, .items_min = 2, .items_max = 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct schema_field fields[] = {{.name = "good", .type = SCHEMA_INT, .max = 1},
                                              wrong[i]};
        const struct schema schema = {.name = "Wrong", .count = 2, .fields = fields};
        assert_string_equal(schema_mistake(&schema), wrong[i].name);
    }
    const struct schema_field twice[] = {{.name = "good", .type = SCHEMA_INT, .max = 1},
                                         {.name = "good", .type = SCHEMA_BOOL}};
    const struct schema schema = {.name = "Twice", .count = 2, .fields = twice};
    assert_string_equal(schema_mistake(&schema), "good");
    assert_null(schemas_mistake());
}
