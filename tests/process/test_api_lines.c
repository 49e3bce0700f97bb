/* The lines of an order as staff and its customer read them: options, what was taken off, what the
 * kitchen refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/test.h"
#include "tests/process/lib/booth.h"
#include "tests/process/lib/raw.h"

#define WRAP                                                                                       \
    "{\"number\":8,\"name\":\"Wrap\",\"price\":600,\"groups\":[{\"name\":\"Sauce\",\"min\":0,"     \
    "\"max\":1,\"choices\":[{\"name\":\"Hot\",\"price\":50},{\"name\":\"Mild\",\"price\":0}]}]}"
#define TWO_AND_A_WRAP                                                                             \
    "\"mode\":\"eat-in\",\"lines\":[{\"item\":7,\"quantity\":2},{\"item\":8,\"quantity\":1,"       \
    "\"options\":[{\"group\":0,\"choice\":0}],\"note\":\"no onions\"},"                            \
    "{\"item\":7,\"quantity\":1}]}"

enum { PATH_BYTES = 80, ID_BYTES = 25 };

static struct booth *booth_open(void)
{
    struct booth *booth = booth_new(ROLE_OWNER);
    booth_add_access(booth);
    (void)booth_serve(booth);
    booth_set_up(booth);
    assert_int_equal(201, booth_post(booth, "/api/menu", 3, WRAP));
    return booth;
}

static const char *path_of(const char *id, const char *what)
{
    static char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "/api/orders/%s%s", id, what);
    return path;
}

/* How often @part is in the last answer. */
static unsigned count_of(const char *part)
{
    unsigned count = 0;
    for (const char *at = got.body; (at = strstr(at, part)) != NULL; at += strlen(part)) {
        count++;
    }
    return count;
}

/* The number of line @at of the order that was just read. */
static unsigned long line_of(unsigned at)
{
    const char *found = strstr(got.body, "\"lines\":[");
    for (unsigned i = 0; found != NULL && i <= at; i++) {
        found = strstr(found + 1, "{\"id\":");
    }
    check(found != NULL);
    return strtoul(found + strlen("{\"id\":"), NULL, 10);
}

TEST(api_lines, what_was_taken_off_and_what_was_refused_is_told_and_costs_nothing)
{
    char id[ID_BYTES], body[100];
    struct booth *booth = booth_open();
    const struct customer customer = booth_customer(booth);
    assert_int_equal(201, booth_ask_as(booth, &customer, "POST", "/api/orders",
                                       "{\"channel\":\"phone\"," TWO_AND_A_WRAP));
    assert_non_null(strstr(got.body, "\"total\":3200"));
    (void)snprintf(id, sizeof id, "%.24s", raw_text_of(got.body, "id"));
    assert_int_equal(200, booth_get(booth, path_of(id, "")));
    assert_json(&schema_order, got.body);
    assert_non_null(strstr(got.body, "\"Hot\""));
    const unsigned long first = line_of(0), last = line_of(2);
    (void)snprintf(body, sizeof body, "{\"lines\":[%lu],\"reason\":\"two are enough\"}", last);
    assert_int_equal(200, booth_post(booth, path_of(id, "/void"), 10, body));
    (void)snprintf(body, sizeof body, "{\"lines\":[%lu],\"reason\":\"no buns\"}", first);
    assert_int_equal(200, booth_post(booth, path_of(id, "/refuse"), 11, body));
    assert_int_equal(200, booth_get(booth, path_of(id, "")));
    assert_json(&schema_order, got.body);
    assert_int_equal(1, count_of("\"state\":\"void\""));
    assert_int_equal(1, count_of("\"state\":\"refused\""));
    assert_non_null(strstr(got.body, "\"total\":650"));
    assert_int_equal(200, booth_ask_as(booth, &customer, "GET", path_of(id, "/status"), NULL));
    assert_json(&schema_purchase, got.body);
    assert_int_equal(1, count_of("\"state\":\"void\""));
    assert_int_equal(1, count_of("\"state\":\"refused\""));
    assert_int_equal(2, count_of("\"payable\":0"));
    booth_free(booth);
}

TEST(api_lines, a_quote_says_which_options_and_what_they_cost)
{
    char path[PATH_BYTES];
    struct booth *booth = booth_open();
    const struct customer customer = booth_customer(booth);
    assert_int_equal(201,
                     booth_ask_as(booth, &customer, "POST", "/api/quotes", "{" TWO_AND_A_WRAP));
    assert_json(&schema_quote, got.body);
    assert_non_null(strstr(got.body, "\"options\":[{\"name\":\"Hot\",\"price\":50}]"));
    (void)snprintf(path, sizeof path, "/api/quotes/%.24s", raw_text_of(got.body, "id"));
    const struct customer other = booth_customer(booth);
    assert_int_equal(410, booth_ask_as(booth, &other, "GET", path, NULL)); /* is nobody else's */
    assert_int_equal(200, booth_ask_as(booth, &customer, "GET", path, NULL));
    booth_free(booth);
}

TEST(api_lines, customers_do_not_see_what_is_hidden)
{
    struct booth *booth = booth_open();
    assert_int_equal(200, booth_get(booth, "/api/order-page"));
    assert_int_equal(1, count_of("\"Wrap\""));
    assert_int_equal(200, booth_write(booth, "PATCH", "/api/menu/8", 9, "{\"hidden\":true}"));
    assert_int_equal(200, booth_get(booth, "/api/order-page"));
    assert_json(&schema_order_page, got.body);
    assert_int_equal(0, count_of("\"Wrap\""));
    assert_int_equal(200, booth_get(booth, "/api/menu"));
    assert_int_equal(1, count_of("\"Wrap\""));
    booth_free(booth);
}

TEST(api_lines, a_path_that_names_no_order_is_not_there)
{
    static const char *const ids[] = {"00000000000000000000000g", "00000000000000000000000/",
                                      "-00000000000000000000000", "0000000000000000000000000",
                                      "00000000000000000000000G", "000000000000000000000000"};
    struct booth *booth = booth_open();
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        assert_int_equal(404, booth_get(booth, path_of(ids[i], "")));
    }
    assert_int_equal(404, booth_get(booth, "/api/drawers/x"));
    assert_int_equal(404, booth_write(booth, "PATCH", "/api/menu/012", 9, "{\"price\":1}"));
    assert_int_equal(404, booth_write(booth, "PATCH", "/api/menu/99999999999", 9, "{\"price\":1}"));
    assert_int_equal(404, booth_write(booth, "PATCH", "/api/menu/", 9, "{\"price\":1}"));
    booth_free(booth);
}
