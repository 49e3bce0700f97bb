/* A cart as it becomes an order: whose a line is, what has changed meanwhile, and nodes that cannot
 * read it or know nobody. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/base/limits.h"
#include "tests/lib/test.h"
#include "tests/process/lib/booth.h"
#include "tests/process/lib/raw.h"

static struct booth *booth_open(void)
{
    struct booth *booth = booth_new(ROLE_OWNER);
    booth_add_access(booth);
    (void)booth_serve(booth);
    booth_set_up(booth);
    return booth;
}

static struct customer cart_open(const struct booth *booth)
{
    struct customer customer;
    assert_int_equal(201, booth_post(booth, "/api/cart", 1, "{}"));
    assert_json(&schema_cart_opened, got.body);
    json_text_of(got.body, "token", customer.token, sizeof customer.token);
    return customer;
}

static int add(const struct booth *booth, const struct customer *customer, const char *who,
               const char *note)
{
    char body[600];
    (void)snprintf(body, sizeof body, "{\"item\":7,\"quantity\":1,\"who\":\"%s\",\"note\":\"%s\"}",
                   who, note);
    return booth_ask_as(booth, customer, "POST", "/api/cart/lines", body);
}

static long number_of(const char *name)
{
    char wanted[32];
    (void)snprintf(wanted, sizeof wanted, "\"%s\":", name);
    const char *at = strstr(got.body, wanted);
    assert_non_null(at);
    return strtol(at + strlen(wanted), NULL, 10);
}

/* As the cart was seen when it was read last, but for what is added to its round and version. */
static int order(const struct booth *booth, const struct customer *customer, long round,
                 long version)
{
    char body[200];
    assert_int_equal(200, booth_ask_as(booth, customer, "GET", "/api/cart", NULL));
    assert_json(&schema_cart, got.body);
    (void)snprintf(body, sizeof body,
                   "{\"channel\":\"phone\",\"mode\":\"eat-in\",\"cart\":{\"round\":%ld,"
                   "\"version\":%ld}}",
                   number_of("round") + round, number_of("version") + version);
    return booth_ask_as(booth, customer, "POST", "/api/orders", body);
}

TEST(api_cart, the_kitchen_reads_whose_a_line_is_before_its_note)
{
    char path[80];
    struct booth *booth = booth_open();
    const struct customer customer = cart_open(booth);
    assert_int_equal(201, add(booth, &customer, "Ann", "no onions"));
    assert_int_equal(201, add(booth, &customer, "Bob", ""));
    assert_int_equal(201, add(booth, &customer, "", "well done"));
    assert_int_equal(201, add(booth, &customer, "", ""));
    assert_int_equal(201, order(booth, &customer, 0, 0));
    (void)snprintf(path, sizeof path, "/api/orders/%.24s", raw_text_of(got.body, "id"));
    assert_int_equal(200, booth_get(booth, path));
    assert_non_null(strstr(got.body, "\"note\":\"Ann: no onions\""));
    assert_non_null(strstr(got.body, "\"note\":\"Bob\""));
    assert_non_null(strstr(got.body, "\"note\":\"well done\""));
    assert_non_null(strstr(got.body, "\"note\":\"\""));
    booth_free(booth);
}

TEST(api_cart, a_name_and_a_note_that_are_too_long_together_are_refused_when_they_are_said)
{
    char who[80], note[NOTE_BYTES_MAX + 1];
    struct booth *booth = booth_open();
    const struct customer customer = cart_open(booth);
    memset(note, 'x', NOTE_BYTES_MAX);
    note[NOTE_BYTES_MAX] = '\0';
    memset(who, 'y', sizeof who - 1);
    who[sizeof who - 1] = '\0';
    assert_int_equal(201, add(booth, &customer, "", note));
    assert_true(add(booth, &customer, who, note) >= 400);
    assert_int_equal(201, order(booth, &customer, 0, 0));
    booth_free(booth);
}

TEST(api_cart, what_is_not_as_it_was_seen_is_not_ordered)
{
    struct booth *booth = booth_open();
    const struct customer customer = cart_open(booth);
    assert_int_equal(201, add(booth, &customer, "Ann", ""));
    assert_int_equal(409, order(booth, &customer, 0, 1));
    assert_int_equal(409, order(booth, &customer, 1, 0));
    assert_int_equal(201, order(booth, &customer, 0, 0));
    assert_int_equal(400, booth_post(booth, "/api/orders", 9,
                                     "{\"channel\":\"counter\",\"cart\":{\"round\":1,"
                                     "\"version\":1}}")); /* the staff have none */
    booth_free(booth);
}

TEST(api_cart, while_the_store_cannot_be_read_nothing_is_ordered)
{
    struct booth *booth = booth_open();
    const struct customer customer = cart_open(booth);
    const char body[] = "{\"channel\":\"phone\",\"mode\":\"eat-in\",\"cart\":{\"round\":1,"
                        "\"version\":1}}";
    assert_int_equal(201, add(booth, &customer, "Ann", ""));
    const unsigned taken = atomic_load(&booth->taken);
    atomic_store(&booth->is_sick, true);
    assert_int_equal(500, booth_ask_as(booth, &customer, "POST", "/api/orders", body));
    assert_int_equal(500, booth_ask_as(booth, &customer, "GET", "/api/cart", NULL));
    assert_int_equal(500, booth_ask_as(booth, &customer, "GET",
                                       "/api/orders/000000000000000000000000/status", NULL));
    atomic_store(&booth->is_sick, false);
    assert_int_equal(taken, atomic_load(&booth->taken));
    booth_free(booth);
}

/* What was written is written: a node that cannot read it then says that it does not know. */
TEST(api_cart, an_order_that_cannot_be_read_back_is_not_said_to_be_refused)
{
    struct booth *booth = booth_open();
    atomic_store(&booth->is_sick, true);
    assert_int_equal(500, booth_post(booth, "/api/orders", 3, BOOTH_TWO_BURGERS));
    atomic_store(&booth->is_sick, false);
    assert_int_equal(201, booth_post(booth, "/api/orders", 3, BOOTH_TWO_BURGERS)); /* the same */
    assert_string_equal("B1", raw_text_of(got.body, "number"));
    booth_free(booth);
}

TEST(api_cart, a_host_that_knows_nobody_has_no_carts_and_no_tables)
{
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    assert_int_equal(409, booth_post(booth, "/api/cart", 1, "{}"));
    assert_int_equal(409, booth_post(booth, "/api/cart/join", 2,
                                     "{\"link\":\"00000000000000000000000000000000"
                                     "00000000000000000000000000000000\"}"));
    assert_true(booth_post(booth, "/api/tables/4/code", 3, "{}") >= 400);
    booth_free(booth);
}

TEST(api_cart, a_link_that_nobody_gave_opens_nothing)
{
    struct booth *booth = booth_open();
    (void)cart_open(booth);
    char body[200], link[80];
    json_text_of(got.body, "link", link, sizeof link);
    (void)snprintf(body, sizeof body, "{\"link\":\"%s\"}", link);
    assert_int_equal(201, booth_post(booth, "/api/cart/join", 2, body));
    link[strlen(link) - 1] = link[strlen(link) - 1] == '0' ? '1' : '0';
    (void)snprintf(body, sizeof body, "{\"link\":\"%s\"}", link);
    assert_true(booth_post(booth, "/api/cart/join", 3, body) >= 400);
    assert_int_equal(400, booth_post(booth, "/api/cart/join", 4, "{\"link\":\"00\"}"));
    booth_free(booth);
}
