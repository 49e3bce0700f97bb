/* The page on which customers order, as it is served: at the screens' port and where phones on the
 * stall's network come. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/access/rate_class.h"
#include "tests/lib/test.h"
#include "tests/process/lib/booth.h"
#include "tests/process/lib/raw.h"

#define PAGE                                                                                       \
    "<html><script type=\"application/json\" id=\"facts\">null</script>"                           \
    "<style>p{}</style><script type=\"module\">1</script></html>"

static struct booth *booth_open(void)
{
    struct booth *booth = booth_new(ROLE_OWNER);
    booth_add_access(booth);
    booth_add_file(booth, "order.html", PAGE);
    booth_add_file(booth, "index.html", "the screens");
    booth->config.guests_address = "127.0.0.1";
    return booth_serve(booth);
}

/* As a phone on the stall's network, that knows the door by whatever name. */
static int ask_as_guest(const struct booth *booth, const char *method, const char *path,
                        const char *headers)
{
    char all[300];
    const int fd = raw_dial(web_guests_port(booth->web), 0);
    (void)snprintf(all, sizeof all, "Host: stall.local\r\n%s", headers);
    const int status = raw_ask(fd, method, path, all, NULL);
    (void)close(fd);
    return status;
}

static bool is_page(void)
{
    return strstr(got.body, "\"items\":") != NULL && strstr(got.body, "<style>p{}</style>") != NULL;
}

TEST(web_order_page, has_the_menu_in_it_and_a_policy_of_its_own)
{
    struct booth *booth = booth_open();
    booth_set_up(booth);
    static const char *const paths[] = {"/order", "/order.html"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_int_equal(200, booth_get(booth, paths[i]));
        assert_true(is_page());
        assert_non_null(strstr(got.body, "\"Burger\""));
        assert_non_null(strstr(got.head, "script-src 'self' 'sha256-"));
        assert_non_null(strstr(got.head, "manifest-src 'self'; worker-src 'self';"));
        assert_non_null(strstr(got.head, "cache-control: no-cache"));
        assert_non_null(strstr(got.head, "vary: accept-encoding"));
        assert_int_equal(200, ask_as_guest(booth, "GET", paths[i], ""));
        assert_true(is_page());
    }
    booth_free(booth);
}

TEST(web_order_page, is_what_the_customers_door_shows_and_the_screens_door_does_not)
{
    struct booth *booth = booth_open();
    assert_int_equal(200, ask_as_guest(booth, "GET", "/", ""));
    assert_true(is_page());
    assert_int_equal(200, booth_get(booth, "/"));
    assert_string_equal(got.body, "the screens");
    booth_free(booth);
}

TEST(web_order_page, is_sent_compressed_and_once_to_who_keeps_it)
{
    char headers[300];
    struct booth *booth = booth_open();
    assert_int_equal(200, ask_as_guest(booth, "GET", "/order", "Accept-Encoding: gzip\r\n"));
    assert_non_null(strstr(got.head, "content-encoding: gzip"));
    assert_memory_equal(got.body, "\x1f\x8b", 2);
    assert_int_equal(200, ask_as_guest(booth, "GET", "/order", ""));
    assert_null(strstr(got.head, "content-encoding"));
    (void)snprintf(headers, sizeof headers, "If-None-Match: %.18s\r\n",
                   strstr(got.head, "etag: ") + strlen("etag: "));
    assert_int_equal(304, ask_as_guest(booth, "GET", "/order", headers));
    assert_int_equal(200, ask_as_guest(booth, "HEAD", "/order", ""));
    assert_int_equal(got.body_size, 0);
    booth_set_up(booth); /* the menu is another: so is the page */
    assert_int_equal(200, ask_as_guest(booth, "GET", "/order", headers));
    booth_free(booth);
}

TEST(web_order_page, takes_nothing_but_what_reads)
{
    struct booth *booth = booth_open();
    assert_int_equal(405, ask_as_guest(booth, "POST", "/order", ""));
    assert_non_null(strstr(got.head, "allow: GET, HEAD\r\n"));
    assert_int_equal(405, ask_as_guest(booth, "DELETE", "/", ""));
    booth_free(booth);
}

TEST(web_order_page, comes_without_a_menu_when_the_store_cannot_be_read)
{
    struct booth *booth = booth_open();
    atomic_store(&booth->is_sick, true);
    assert_int_equal(200, ask_as_guest(booth, "GET", "/order", ""));
    assert_non_null(strstr(got.body, "id=\"facts\">null</script>"));
    atomic_store(&booth->is_sick, false);
    assert_int_equal(200, ask_as_guest(booth, "GET", "/order", ""));
    assert_true(is_page());
    booth_free(booth);
}

/* So many at once that even a busy machine answers faster than one client may ask. */
enum { PHONES = 8 };

/* Ask on each of @phones, then hear each; how many were answered well. The last that was not stays
 * in got. */
static unsigned ask_at_once(const int phones[PHONES])
{
    static const char request[] = "HEAD /order HTTP/1.1\r\nHost: stall.local\r\n\r\n";
    unsigned count = 0;
    for (unsigned i = 0; i < PHONES; i++) {
        assert_true(raw_send(phones[i], request, sizeof request - 1));
    }
    for (unsigned i = 0; i < PHONES && count == i; i++) {
        raw_read_answer(phones[i], true);
        count += got.status == 200;
    }
    return count;
}

TEST(web_order_page, is_counted_as_any_request_that_reads)
{
    const unsigned most = 100 * rate_class_limit(RATE_READ).burst;
    struct booth *booth = booth_open();
    int phones[PHONES];
    for (unsigned i = 0; i < PHONES; i++) {
        phones[i] = raw_dial(web_guests_port(booth->web), 0);
    }
    unsigned count = 0, answered = PHONES;
    while (count < most && answered == PHONES) {
        answered = ask_at_once(phones);
        count += answered;
    }
    assert_int_equal(got.status, 429);
    assert_non_null(strstr(got.head, "retry-after: "));
    assert_true(count >= rate_class_limit(RATE_READ).burst);
    assert_int_equal(200, booth_get(booth, "/order")); /* the stall's own are let be */
    for (unsigned i = 0; i < PHONES; i++) {
        (void)close(phones[i]);
    }
    booth_free(booth);
}

TEST(web_order_page, of_another_make_is_none_and_the_node_does_not_begin)
{
    struct booth *booth = booth_new(ROLE_OWNER);
    booth_add_file(booth, "order.html", "<html>somebody else's</html>");
    assert_int_equal(web_start(&booth->config, &booth->gate, &booth->web), ERR_MALFORMED);
    assert_null(booth->web);
    booth_free(booth);
}

TEST(web_order_page, is_not_there_where_it_was_not_built)
{
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    assert_int_equal(404, booth_get(booth, "/order"));
    booth_free(booth);
}

TEST(web_order_page, a_customers_door_that_cannot_be_opened_is_said)
{
    struct booth *booth = booth_open();
    struct web *web = NULL;
    const struct web_config taken = {.guests_address = "127.0.0.1",
                                     .guests_port = web_guests_port(booth->web)};
    assert_int_equal(web_start(&taken, &booth->gate, &web), ERR_EXISTS);
    const struct web_config everywhere = {.address = "localhost", .guests_address = "0.0.0.0"};
    assert_int_equal(web_start(&everywhere, &booth->gate, &web), 0);
    assert_true(web_guests_port(web) > 0);
    web_stop(web);
    booth_free(booth);
}
