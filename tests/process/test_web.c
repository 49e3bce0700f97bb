/* A node's web server over real sockets: what it begins with, what it says of itself, its screens
 * and its control socket. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "node/web/guard.h"
#include "sync/base/check.h"
#include "tests/lib/test.h"
#include "tests/process/lib/booth.h"
#include "tests/process/lib/customer.h"
#include "tests/process/lib/raw.h"

TEST(web, an_address_beyond_loopback_is_refused)
{
    static const char *const addresses[] = {"0.0.0.0", "::", "192.168.1.4"};
    struct web *web = NULL;
    struct gate gate = {.context = NULL};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        struct web_config config = {.address = addresses[i]};
        assert_int_equal(ERR_FORBIDDEN, web_start(&config, &gate, &web));
        assert_null(web);
    }
}

TEST(web, what_it_cannot_serve_it_does_not_begin_with)
{
    static char long_text[512], long_path[256] = "/tmp/";
    static const char *const long_origin[] = {long_text};
    static const char *const origins[GUARD_ORIGINS_MAX + 1] = {"http://localhost:5173"};
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER)); /* has a port */
    memset(long_text, 'x', sizeof long_text - 1);
    memset(long_path + 5, 'x', sizeof long_path - 6);
    const struct {
        struct web_config config;
        int err;
    } rows[] = {
        {{.address = "127.0.0.1", .port = web_port(booth->web)}, ERR_EXISTS},
        {{.origins = long_origin, .origins_count = 1}, ERR_TOO_LARGE},
        {{.origins = origins, .origins_count = GUARD_ORIGINS_MAX + 1}, ERR_TOO_MANY},
        {{.customers_max = WEB_CUSTOMERS_MAX + 1}, ERR_TOO_MANY},
        {{.control = long_path}, ERR_TOO_LARGE},
        {{.control = "/nowhere/at/all/control"}, ERR_IO},
        {{.folder = "/dev/null"}, ERR_IO},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct web *web = NULL;
        assert_int_equal(web_start(&rows[i].config, &booth->gate, &web), rows[i].err);
        assert_null(web);
    }
    booth_free(booth);
}

TEST(web, a_core_that_does_not_turn_is_first_not_ready_and_then_not_well)
{
    static const struct {
        uint32_t turned_ms_ago;
        int ready, healthy;
    } cases[] = {{1999, 200, 200}, {2000, 503, 200}, {19999, 503, 200}, {20000, 503, 503}};
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        atomic_store(&booth->turned_ms_ago, cases[i].turned_ms_ago);
        assert_int_equal(cases[i].ready, booth_get(booth, "/readyz"));
        assert_int_equal(cases[i].healthy, booth_get(booth, "/healthz"));
    }
    booth_free(booth);
}

TEST(web, it_says_how_it_is_with_headers_that_protect)
{
    static const char *const headers[] = {
        "content-security-policy: default-src 'none'; script-src 'self'",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
        "frame-ancestors 'none'",
        "cache-control: no-store",
        "content-type: application/json",
    };
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    assert_int_equal(200, booth_get(booth, "/healthz"));
    assert_string_equal("{\"ok\":true}", got.body);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        assert_non_null(strstr(got.head, headers[i]));
    }
    assert_null(strstr(got.head, "access-control"));
    assert_int_equal(200, booth_get(booth, "/readyz"));
    assert_int_equal(200, booth_get(booth, "/api/session"));
    assert_json(&schema_session, got.body);
    assert_string_equal("owner", raw_text_of(got.body, "role"));
    assert_int_equal(200, booth_get(booth, "/api/status"));
    assert_json(&schema_status, got.body);
    assert_int_equal(200, booth_get(booth, "/api/menu"));
    assert_json(&schema_menu, got.body);
    assert_int_equal(200, booth_get(booth, "/api/openapi.json"));
    assert_non_null(strstr(got.body, "\"openapi\":\"3.1.0\""));
    booth_free(booth);
}

TEST(web, what_is_not_there_is_said_as_a_problem)
{
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    assert_int_equal(404, booth_get(booth, "/api/nothing"));
    assert_json(&schema_problem, got.body);
    assert_non_null(strstr(got.head, "content-type: application/problem+json"));
    assert_int_equal(404, booth_get(booth, "/api/orders/000000000000000000000000"));
    assert_int_equal(404, booth_get(booth, "/../../etc/passwd"));
    assert_int_equal(404, booth_get(booth, "/%2e%2e/%2e%2e/etc/passwd"));
    assert_int_equal(400, booth_get(booth, "/api/orders?day=x"));
    assert_int_equal(400, booth_get(booth, "/api/orders?colour=1"));
    assert_int_equal(200, booth_get(booth, "/api/orders?day=3&settled=1"));
    assert_json(&schema_order_list, got.body);
    booth_free(booth);
}

TEST(web, a_path_that_takes_another_method_says_which)
{
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    assert_int_equal(405, booth_post(booth, "/api/status", 1, "{}"));
    assert_json(&schema_problem, got.body);
    assert_string_equal("method", raw_text_of(got.body, "code"));
    assert_string_equal("GET, HEAD", raw_text_of(got.body, "detail"));
    assert_non_null(strstr(raw_text_of(got.body, "title"), "does not take this method"));
    assert_non_null(strstr(got.head, "allow: GET, HEAD\r\n"));
    assert_int_equal(405, booth_post(booth, "/api/orders/000000000000000000000000", 1, "{}"));
    assert_non_null(strstr(got.head, "allow: GET, HEAD\r\n"));
    assert_int_equal(405, booth_get(booth, "/api/menu/1/stock"));
    assert_non_null(strstr(got.head, "allow: POST\r\n"));
    int fd = booth_dial(booth);
    assert_int_equal(405, raw_ask(fd, "DELETE", "/api/menu", booth_host(booth), NULL));
    assert_non_null(strstr(got.head, "allow: GET, HEAD, POST\r\n"));
    (void)close(fd);
    booth_free(booth);
}

TEST(web, a_connection_serves_one_request_after_another)
{
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    int fd = booth_dial(booth);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(200, raw_ask(fd, "GET", i % 2 == 0 ? "/api/session" : "/healthz",
                                      booth_host(booth), NULL));
    }
    assert_int_equal(200, raw_ask(fd, "HEAD", "/api/session", booth_host(booth), NULL));
    assert_int_equal(0, got.body_size);
    assert_int_equal(200, raw_ask(fd, "GET", "/healthz", booth_host(booth), NULL));
    (void)close(fd);
    booth_free(booth);
}

TEST(web, answers_say_what_time_it_is_here)
{
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    const time_t before = (time_t)(booth_now().wall_ms / 1000);
    bool is_told = false;
    assert_int_equal(200, booth_get(booth, "/healthz"));
    for (time_t at = before; !is_told && at <= before + RAW_DEADLINE_MS / 1000; at++) {
        char line[64];
        const struct tm *parts = gmtime(&at);
        assert_true(strftime(line, sizeof line, "\r\ndate: %a, %d %b %Y %H:%M:%S GMT\r\n", parts) >
                    0);
        is_told = strstr(got.head, line) != NULL;
    }
    assert_true(is_told);
    booth_free(booth);
}

static void put_file(const char *folder, const char *name, const char *text)
{
    char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(0, fclose(file));
}

TEST(web, screens_are_served_compressed_and_from_the_cache)
{
    static const char *const names[] = {"assets/a.js", "assets", "counter.html", ""};
    char folder[] = "/tmp/trestle-dist-XXXXXX";
    static const char script[] = "long, long, long, long, long, long, long, long, long, long, long";
    char path[200];
    char headers[300];
    char etag[60];
    struct booth *booth = booth_new(ROLE_OWNER);
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/assets", folder);
    assert_int_equal(0, mkdir(path, 0700));
    put_file(folder, "counter.html", "<!doctype html>");
    put_file(folder, "assets/a.js", script);
    booth->config.folder = folder;
    (void)booth_serve(booth);

    assert_int_equal(200, booth_get(booth, "/counter"));
    assert_string_equal("<!doctype html>", got.body);
    assert_non_null(strstr(got.head, "content-type: text/html; charset=utf-8"));
    assert_non_null(strstr(got.head, "cache-control: no-cache"));
    (void)snprintf(etag, sizeof etag, "%.18s", strstr(got.head, "etag: ") + 6);
    int fd = booth_dial(booth);
    (void)snprintf(headers, sizeof headers, "%sIf-None-Match: %s\r\n", booth_host(booth), etag);
    assert_int_equal(304, raw_ask(fd, "GET", "/counter", headers, NULL));
    (void)snprintf(headers, sizeof headers, "%sAccept-Encoding: gzip, br\r\n", booth_host(booth));
    assert_int_equal(200, raw_ask(fd, "GET", "/assets/a.js", headers, NULL));
    assert_memory_equal("\x1f\x8b", got.body, 2);
    assert_non_null(strstr(got.head, "content-encoding: gzip"));
    assert_non_null(strstr(got.head, "immutable"));
    assert_int_equal(200, raw_ask(fd, "GET", "/assets/a.js", booth_host(booth), NULL));
    assert_string_equal(script, got.body);
    assert_null(strstr(got.head, "content-encoding"));
    (void)close(fd);
    assert_int_equal(405, booth_post(booth, "/counter", 1, "{}"));
    assert_non_null(strstr(got.head, "allow: GET, HEAD\r\n"));
    booth_free(booth);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)remove(path);
    }
}

TEST(web, the_control_socket_is_guarded_by_its_file)
{
    char path[100];
    struct stat about;
    struct booth *booth = booth_new(ROLE_OWNER);
    (void)snprintf(path, sizeof path, "%s/control", booth->folder);
    booth->config.control = path;
    (void)booth_serve(booth);
    int fd = raw_dial_file(path);
    assert_int_equal(200, raw_ask(fd, "GET", "/api/status", "Host: control\r\n", NULL));
    assert_int_equal(200, raw_ask(fd, "POST", "/api/day",
                                  "Host: control\r\n"
                                  "Idempotency-Key: 00000001000000000000000000000000\r\n",
                                  "{\"day\":1}"));
    (void)close(fd);
    assert_int_equal(0, stat(path, &about));
    assert_int_equal(0, about.st_mode & 0007);
    struct booth *other = booth_new(ROLE_OWNER);
    other->config.control = path;
    assert_int_equal(ERR_EXISTS, web_start(&other->config, &other->gate, &other->web));
    other->config.control = NULL;
    booth_free(booth_serve(other));
    booth_free(booth);
    assert_int_equal(-1, stat(path, &about));
}
