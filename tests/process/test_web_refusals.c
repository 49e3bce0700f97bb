/* What the web server refuses: strangers, broken requests, broken frames, what never ends. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/access/rate_class.h"
#include "tests/lib/test.h"
#include "tests/process/lib/booth.h"
#include "tests/process/lib/customer.h"
#include "tests/process/lib/raw.h"

TEST(web_refusals, further_origins_may_write)
{
    static const char *const origins[] = {"http://localhost:5173", "https://pop-up.example"};
    char headers[300];
    struct booth *booth = booth_new(ROLE_OWNER);
    booth->config.origins = origins;
    booth->config.origins_count = 2;
    booth->config.version = NULL;
    (void)booth_serve(booth);
    for (unsigned i = 0; i < 2; i++) {
        (void)snprintf(
            headers, sizeof headers,
            "Host: %s\r\nOrigin: %s\r\nIdempotency-Key: 0000000000000000000000000000000%u"
            "\r\n",
            strstr(origins[i], "://") + 3, origins[i], i);
        const int fd = booth_dial(booth);
        assert_int_not_equal(403, raw_ask(fd, "POST", "/api/day", headers, "{\"day\":1}"));
        assert_true(got.status >= 200);
        (void)close(fd);
    }
    booth_free(booth);
}

TEST(web_refusals, a_strange_host_or_origin_is_refused)
{
    char headers[300];
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    int fd = booth_dial(booth);
    assert_int_equal(421, raw_ask(fd, "GET", "/api/menu", "Host: evil.example\r\n", NULL));
    assert_json(&schema_problem, got.body);
    (void)close(fd);
    static const char *const origins[] = {"http://evil.example", "null", "https://127.0.0.1"};
    for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++) {
        (void)snprintf(headers, sizeof headers,
                       "%sOrigin: %s\r\nIdempotency-Key: 00000000000000000000000000000000\r\n",
                       booth_host(booth), origins[i]);
        fd = booth_dial(booth);
        assert_int_equal(403, raw_ask(fd, "POST", "/api/day", headers, "{\"day\":1}"));
        (void)close(fd);
    }
    assert_int_equal(0, atomic_load(&booth->taken));
    booth_free(booth);
}

TEST(web_refusals, a_write_without_its_key_or_with_a_wrong_body_is_refused)
{
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    int fd = booth_dial(booth);
    assert_int_equal(400, raw_ask(fd, "POST", "/api/day", booth_host(booth), "{\"day\":1}"));
    assert_non_null(strstr(got.body, "Idempotency-Key"));
    (void)close(fd);
    assert_int_equal(400, booth_post(booth, "/api/day", 1, "{\"day\":1,\"x\":2}"));
    assert_string_equal("/: has an unknown field", raw_text_of(got.body, "detail"));
    assert_int_equal(400, booth_post(booth, "/api/day", 1, "{\"day\":\"1\"}"));
    assert_string_equal("/day: is not a whole number", raw_text_of(got.body, "detail"));
    assert_int_equal(400, booth_post(booth, "/api/day", 1, ""));
    assert_int_equal(400, booth_post(booth, "/api/day", 1, "{\"day\":1"));
    assert_int_equal(0, atomic_load(&booth->taken));
    booth_free(booth);
}

TEST(web_refusals, sizes_have_an_end)
{
    static char large[70 * 1024];
    char headers[8 * 1024];
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    memset(large, ' ', sizeof large - 1);
    assert_int_equal(413, booth_post(booth, "/api/day", 1, large));
    int fd = booth_dial(booth);
    (void)snprintf(headers, sizeof headers, "%sTransfer-Encoding: chunked\r\n", booth_host(booth));
    assert_int_equal(400, raw_ask(fd, "POST", "/api/day", headers, NULL));
    (void)close(fd);
    fd = booth_dial(booth);
    (void)snprintf(headers, sizeof headers, "%sX-Filler: %06000d\r\n", booth_host(booth), 0);
    assert_int_not_equal(200, raw_ask(fd, "GET", "/healthz", headers, NULL));
    (void)close(fd);
    assert_int_equal(200, booth_get(booth, "/healthz"));
    booth_free(booth);
}

/* Each header that is looked at, longer than any that anybody sends. */
TEST(web_refusals, a_header_without_end_is_refused_and_so_is_one_that_says_no_number)
{
    static const char *const names[] = {"Host",          "Origin",
                                        "If-None-Match", "Idempotency-Key",
                                        "Authorization", "Sec-WebSocket-Protocol",
                                        "Content-Length"};
    static const char *const lengths[] = {"x", "-1", "1x", "99999999999999999999"};
    static char headers[4096], filler[2048], path[600];
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    memset(filler, '1', sizeof filler - 1);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(headers, sizeof headers, "%s%s: %s\r\n", i == 0 ? "" : booth_host(booth),
                       names[i], filler);
        const int fd = booth_dial(booth);
        assert_int_not_equal(200, raw_ask(fd, "GET", "/api/menu", headers, NULL));
        (void)close(fd);
    }
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        (void)snprintf(headers, sizeof headers, "%sContent-Length: %s\r\n", booth_host(booth),
                       lengths[i]);
        const int fd = booth_dial(booth);
        assert_int_not_equal(200, raw_ask(fd, "POST", "/api/day", headers, NULL));
        (void)close(fd);
    }
    (void)snprintf(headers, sizeof headers, "%sSec-WebSocket-Protocol: ticket.%.64s\r\n",
                   booth_host(booth), filler);
    int fd = booth_dial(booth);
    assert_int_not_equal(200, raw_ask(fd, "GET", "/api/menu", headers, NULL));
    (void)close(fd);

    (void)snprintf(path, sizeof path, "/%.500s", filler);
    assert_int_not_equal(200, booth_get(booth, path));
    (void)snprintf(path, sizeof path, "/api/orders?settled=%.500s", filler);
    assert_int_not_equal(200, booth_get(booth, path));

    fd = booth_dial(booth);
    assert_int_equal(400, raw_ask(fd, "GET", "/api/menu", booth_host(booth), "{}"));
    (void)close(fd);
    fd = booth_dial(booth);
    assert_int_not_equal(200, raw_ask(fd, "BREW", "/api/menu", booth_host(booth), NULL));
    (void)close(fd);
    assert_int_equal(200, booth_get(booth, "/healthz"));
    booth_free(booth);
}

TEST(web_refusals, a_request_that_never_ends_is_cut)
{
    char byte;
    char headers[200];
    struct booth *booth = booth_new(ROLE_OWNER);
    booth->config.request_ms = 200;
    (void)booth_serve(booth);
    int fd = booth_dial(booth);
    (void)snprintf(headers, sizeof headers,
                   "POST /api/day HTTP/1.1\r\n%sContent-Length: 10\r\n\r\n{", booth_host(booth));
    assert_true(raw_send(fd, headers, strlen(headers)));
    assert_int_equal(recv(fd, &byte, 1, 0), 0); /* hung up, and not only silent */
    (void)close(fd);
    booth_free(booth);
}

TEST(web_refusals, no_other_protocol_is_spoken)
{
    static const char *const headers[] = {
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
    };
    char all[600];
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        int fd = booth_dial(booth);
        (void)snprintf(all, sizeof all, "%sOrigin: http://127.0.0.1:%d\r\n%s", booth_host(booth),
                       web_port(booth->web), headers[i]);
        assert_int_not_equal(101, raw_ask(fd, "GET", "/ws?view=counter", all, NULL));
        (void)close(fd);
    }
    int fd = booth_dial(booth);
    assert_true(raw_send(fd, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24));
    raw_read_answer(fd, false);
    assert_int_not_equal(200, got.status);
    (void)close(fd);
    assert_int_equal(200, booth_get(booth, "/healthz"));
    booth_free(booth);
}

TEST(web_refusals, only_a_get_is_upgraded)
{
    static const char *const methods[] = {"POST", "PUT", "DELETE", "HEAD", "OPTIONS"};
    char all[600];
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        int fd = booth_dial(booth);
        (void)snprintf(all, sizeof all, "%sOrigin: http://127.0.0.1:%d\r\n%s", booth_host(booth),
                       web_port(booth->web), BOOTH_UPGRADE);
        assert_int_not_equal(101, raw_ask(fd, methods[i], "/ws?view=counter", all, NULL));
        (void)close(fd);
    }
    int fd = booth_dial(booth);
    (void)snprintf(all + strlen(all), sizeof all - strlen(all), "Content-Length: 4\r\n");
    assert_int_not_equal(101, raw_ask(fd, "GET", "/ws?view=counter", all, NULL));
    (void)close(fd);
    booth_free(booth);
}

TEST(web_refusals, a_handshake_from_elsewhere_is_refused)
{
    static const char *const origins[] = {"", "Origin: http://evil.example\r\n",
                                          "Origin: null\r\n"};
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++) {
        int fd = booth_dial(booth);
        assert_int_equal(403, booth_upgrade(fd, booth, "/ws?view=counter", origins[i]));
        assert_json(&schema_problem, got.body);
        (void)close(fd);
    }
    char origin[100];
    (void)snprintf(origin, sizeof origin, "Origin: http://127.0.0.1:%d\r\n", web_port(booth->web));
    int fd = booth_dial(booth);
    assert_int_equal(400, booth_upgrade(fd, booth, "/ws?view=cellar", origin));
    (void)close(fd);
    fd = booth_dial(booth);
    assert_int_equal(404, booth_upgrade(fd, booth, "/api/session", origin));
    (void)close(fd);
    booth_free(booth);
}

/* So many at once that even a busy machine answers faster than one client may ask. */
enum { STRANGERS = 8 };

/* The last status of handshakes for a kitchen's stream by strangers, all at once. */
static int begin_at_once(const struct booth *booth)
{
    static const char request[] =
        "GET /ws?view=kitchen HTTP/1.1\r\nHost: stall.local\r\nOrigin: http://stall.local\r\n"
        "Sec-WebSocket-Protocol: trestle, ticket.00\r\n" BOOTH_UPGRADE "\r\n";
    int fds[STRANGERS], status = 0;
    for (size_t i = 0; i < STRANGERS; i++) {
        fds[i] = raw_dial(web_guests_port(booth->web), 0);
        assert_true(raw_send(fds[i], request, sizeof request - 1));
    }
    for (size_t i = 0; i < STRANGERS; i++) {
        raw_read_answer(fds[i], false);
        assert_true(got.status == 401 || got.status == 429);
        status = got.status == 429 ? 429 : status;
        (void)close(fds[i]);
    }
    return status;
}

TEST(web_refusals, whoever_begins_a_screens_stream_again_and_again_is_told_to_wait)
{
    const unsigned most = 100 * rate_class_limit(RATE_READ).burst;
    struct booth *booth = booth_new(ROLE_OWNER);
    booth_add_access(booth);
    booth->config.guests_address = "127.0.0.1";
    booth_serve(booth);
    unsigned count = 0;
    int status = 0;
    while (count < most && status != 429) {
        status = begin_at_once(booth);
        count += STRANGERS;
    }
    assert_int_equal(status, 429);
    assert_true(count >= rate_class_limit(RATE_READ).burst);
    const int own = booth_screen(booth, "/ws?view=kitchen"); /* the stall's own are let be */
    (void)close(own);
    booth_free(booth);
}

TEST(web_refusals, a_frame_that_is_none_of_ours_ends_the_connection)
{
    static char large[65 * 1024 + 1];
    static const struct {
        const char *data;
        int opcode, status;
    } cases[] = {
        {"\xff\xfe", 1, 1007},
        {"{}", 2, 1003},
        {"{}", 1, 1008},
        {"hello", 1, 1008},
        {"{\"type\":\"seen\",\"order\":\"x\",\"changed\":\"\",\"station\":\"\"}", 1, 1008},
        {large, 1, 1009},
    };
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    memset(large, ' ', sizeof large - 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int fd = booth_screen(booth, "/ws?view=counter");
        assert_true(raw_say(fd, cases[i].opcode, cases[i].data, strlen(cases[i].data)));
        assert_int_equal(cases[i].status, raw_hear_close(fd));
        (void)close(fd);
    }
    assert_int_equal(0, atomic_load(&booth->taken));
    booth_free(booth);
}
