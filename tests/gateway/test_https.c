/* test_https.c - calls over a real socket to a server that answers, dawdles, lies and breaks off.
 */
#define _GNU_SOURCE
#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "gateway/https/https.h"
#include "sync/base/check.h"

enum { REQUEST_BYTES_MAX = 8192, WAIT_S = 120, SHORT_MS = 400 };

/* --- the server: a thread for each connection, which is answered by its path --- */

struct server {
    int fd;
    char url[64];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_woken;
    bool is_over; /* silent connections may end */
    uint32_t connections;
    char request[REQUEST_BYTES_MAX];
};

struct connection {
    struct server *server;
    int fd;
};

static struct server server;

static const struct {
    const char *path, *answer;
} answers[] = {
    {"/ok", "HTTP/1.1 200 OK\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\nRequest-Id: req_1\r\n"
            "Content-Length: 2\r\n\r\n{}"},
    {"/retry", "HTTP/1.1 409 Conflict\r\nStripe-Should-Retry: true\r\nContent-Length: 0\r\n\r\n"},
    {"/odd", "HTTP/1.1 500 Broken\r\nStripe-Should-Retry: false\r\nRequest-Id: req_"
             "0123456789012345678901234567890123456789012345678901234567890123456789\r\n"
             "Date: some time ago\r\nContent-Length: 0\r\n\r\n"},
    {"/cut", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":"},
    {"/cut-chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n"},
    {"/huge", "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n{"},
    {"/moved", "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n"},
    {"/noise", "\x01\x02\x03 what is this\r\n\r\n"},
    {"/close", ""},
    {"/later", "HTTP/1.1 429 Slow down\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n"},
    {"/never", "HTTP/1.1 429 Slow down\r\nRetry-After: 99999999999\r\nContent-Length: 0\r\n\r\n"},
    {"/much", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789"},
};

static void request_read(int fd, char *request)
{
    size_t size = 0;
    for (;;) {
        const ssize_t got = recv(fd, request + size, REQUEST_BYTES_MAX - 1 - size, 0);
        if (got <= 0) {
            break;
        }
        size += (size_t)got;
        request[size] = '\0';
        const char *end = strstr(request, "\r\n\r\n");
        const char *length = strcasestr(request, "content-length:");
        const size_t body = length != NULL ? strtoul(length + 15, NULL, 10) : 0;
        if (end != NULL && size >= (size_t)(end + 4 - request) + body) {
            break;
        }
    }
    request[size] = '\0';
}

static void stay_silent(struct server *of)
{
    (void)pthread_mutex_lock(&of->lock);
    while (!of->is_over) {
        (void)pthread_cond_wait(&of->changed, &of->lock);
    }
    (void)pthread_mutex_unlock(&of->lock);
}

/* A body that has no end and no announced size. */
static void pour(int fd)
{
    static char zeros[65536];
    const char head[] = "HTTP/1.1 200 OK\r\n\r\n";
    (void)send(fd, head, sizeof head - 1, MSG_NOSIGNAL);
    while (send(fd, zeros, sizeof zeros, MSG_NOSIGNAL) > 0) {
    }
}

static void *serve_one(void *context)
{
    struct connection *connection = context;
    char *request = malloc(REQUEST_BYTES_MAX);
    check(request != NULL);
    request_read(connection->fd, request);
    const char *path = strchr(request, ' ');
    path = path != NULL ? path + 1 : "";
    if (strncmp(path, "/silent", 7) == 0) {
        stay_silent(connection->server);
    }
    if (strncmp(path, "/flood", 6) == 0) {
        pour(connection->fd);
    }
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const size_t size = strlen(answers[i].path);
        if (strncmp(path, answers[i].path, size) == 0 && strchr(" ?", path[size]) != NULL) {
            (void)send(connection->fd, answers[i].answer, strlen(answers[i].answer), MSG_NOSIGNAL);
        }
    }
    (void)close(connection->fd);
    (void)pthread_mutex_lock(&server.lock);
    memcpy(server.request, request, REQUEST_BYTES_MAX);
    server.connections--;
    (void)pthread_cond_broadcast(&server.changed);
    (void)pthread_mutex_unlock(&server.lock);
    free(request);
    free(connection);
    return NULL;
}

static void *serve(void *context)
{
    struct server *of = context;
    int fd = -1;
    while ((fd = accept(of->fd, NULL, NULL)) >= 0) {
        struct connection *connection = malloc(sizeof *connection);
        pthread_t thread;
        check(connection != NULL);
        *connection = (struct connection){of, fd};
        (void)pthread_mutex_lock(&of->lock);
        of->connections++;
        (void)pthread_mutex_unlock(&of->lock);
        check(pthread_create(&thread, NULL, serve_one, connection) == 0);
        check(pthread_detach(thread) == 0);
    }
    return NULL;
}

static void server_start(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    memset(&server, 0, sizeof server);
    check(pthread_mutex_init(&server.lock, NULL) == 0);
    check(pthread_cond_init(&server.changed, NULL) == 0);
    server.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(bind(server.fd, (struct sockaddr *)&address, sizeof address) == 0);
    check(listen(server.fd, 64) == 0);
    check(getsockname(server.fd, (struct sockaddr *)&address, &size) == 0);
    (void)snprintf(server.url, sizeof server.url, "http://127.0.0.1:%u", ntohs(address.sin_port));
    check(pthread_create(&server.thread, NULL, serve, &server) == 0);
}

static void server_stop(void)
{
    (void)pthread_mutex_lock(&server.lock);
    server.is_over = true;
    (void)pthread_cond_broadcast(&server.changed);
    (void)pthread_mutex_unlock(&server.lock);
    (void)shutdown(server.fd, SHUT_RDWR);
    check(pthread_join(server.thread, NULL) == 0);
    (void)pthread_mutex_lock(&server.lock);
    while (server.connections > 0) {
        (void)pthread_cond_wait(&server.changed, &server.lock);
    }
    (void)pthread_mutex_unlock(&server.lock);
    (void)close(server.fd);
}

/* --- the caller --- */

static void on_wake(void *context)
{
    struct server *of = context;
    (void)pthread_mutex_lock(&of->lock);
    of->is_woken = true;
    (void)pthread_cond_broadcast(&of->changed);
    (void)pthread_mutex_unlock(&of->lock);
}

static struct https *https_of(uint32_t total_ms)
{
    struct https *https = NULL;
    const struct https_config config = {
        .base_url = server.url, .total_ms = total_ms, .wake = on_wake, .context = &server};
    assert_int_equal(https_start(&config, &https), 0);
    return https;
}

static void push(struct https *https, uint64_t name, const char *path)
{
    const struct https_call call = {.name = name, .path = bytes_of_text(path)};
    assert_int_equal(https_push(https, &call), 0);
}

static struct https_answer await(struct https *https)
{
    struct https_answer answer;
    struct timespec until;
    check(clock_gettime(CLOCK_REALTIME, &until) == 0);
    until.tv_sec += WAIT_S;
    while (!https_take(https, &answer)) {
        (void)pthread_mutex_lock(&server.lock);
        int err = 0;
        while (!server.is_woken && err == 0) {
            err = pthread_cond_timedwait(&server.changed, &server.lock, &until);
        }
        server.is_woken = false;
        (void)pthread_mutex_unlock(&server.lock);
        assert_int_not_equal(err, ETIMEDOUT);
    }
    return answer;
}

static struct https_answer ask(const char *path)
{
    struct https *https = https_of(0);
    push(https, 7, path);
    const struct https_answer answer = await(https);
    https_stop(https);
    assert_int_equal(answer.name, 7);
    return answer;
}

static void assert_unknown(const char *path)
{
    struct https_answer answer = ask(path);
    assert_int_equal(answer.status, 0);
    assert_int_equal(answer.body.size, 0);
    assert_string_not_equal(answer.trouble, "");
    text_close(&answer.body);
}

/* --- what is told --- */

TEST(https, a_whole_answer_comes_with_the_servers_time_and_name_of_it)
{
    server_start();
    struct https_answer answer = ask("/ok");
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.date_s, 1700000000);
    assert_string_equal(answer.request_id, "req_1");
    assert_int_equal(answer.body.size, 2);
    assert_memory_equal(answer.body.data, "{}", 2);
    text_close(&answer.body);
    answer = ask("/retry");
    assert_int_equal(answer.status, 409);
    assert_true(answer.should_retry);
    assert_int_equal(answer.date_s, 0);
    server_stop();
}

TEST(https, what_a_server_says_oddly_is_as_if_it_said_nothing)
{
    server_start();
    struct https_answer answer = ask("/odd");
    assert_int_equal(answer.status, 500);
    assert_false(answer.should_retry);
    assert_string_equal(answer.request_id, "");
    assert_int_equal(answer.date_s, 0);
    text_close(&answer.body);
    server_stop();
}

TEST(https, what_does_not_come_whole_is_unknown)
{
    server_start();
    assert_unknown("/cut");
    assert_unknown("/cut-chunks");
    assert_unknown("/close");
    assert_unknown("/noise");
    server_stop();
}

TEST(https, an_answer_without_end_takes_no_memory_without_end)
{
    server_start();
    assert_unknown("/huge");
    assert_unknown("/flood");
    server_stop();
}

TEST(https, a_redirect_is_an_answer_and_not_followed)
{
    server_start();
    struct https_answer answer = ask("/moved");
    assert_int_equal(answer.status, 302);
    text_close(&answer.body);
    server_stop();
}

TEST(https, a_server_that_is_silent_holds_up_no_other_call)
{
    server_start();
    struct https *https = https_of(0);
    push(https, 1, "/silent");
    push(https, 2, "/ok");
    struct https_answer answer = await(https);
    assert_int_equal(answer.name, 2);
    assert_int_equal(answer.status, 200);
    text_close(&answer.body);
    https_stop(https);
    server_stop();
}

TEST(https, calls_are_asked_for_while_others_end)
{
    enum { CALLS = 300, AT_ONCE = 4 };
    uint64_t asked = 0, names = 0;
    server_start();
    struct https *https = https_of(0);
    for (uint64_t ended = 0; ended < CALLS; ended++) {
        while (asked < CALLS && asked - ended < AT_ONCE) {
            push(https, ++asked, "/ok");
        }
        struct https_answer answer = await(https);
        assert_int_equal(answer.status, 200);
        names += answer.name;
        text_close(&answer.body);
    }
    assert_int_equal(names, CALLS * (CALLS + 1) / 2);
    https_stop(https);
    server_stop();
}

TEST(https, a_call_to_a_silent_server_ends_in_time)
{
    server_start();
    struct https *https = https_of(SHORT_MS);
    push(https, 1, "/silent");
    struct https_answer answer = await(https);
    assert_int_equal(answer.name, 1);
    assert_int_equal(answer.status, 0);
    https_stop(https);
    server_stop();
}

TEST(https, calls_under_way_are_dropped_when_it_stops)
{
    server_start();
    struct https *https = https_of(0);
    push(https, 1, "/silent");
    https_stop(https);
    server_stop();
}

TEST(https, more_calls_than_it_holds_are_turned_away)
{
    server_start();
    struct https *https = https_of(0);
    const struct https_call call = {.name = 1, .path = bytes_of_text("/silent")};
    for (uint32_t i = 0; i < HTTPS_CALLS_MAX; i++) {
        assert_int_equal(https_push(https, &call), 0);
    }
    assert_int_equal(https_push(https, &call), ERR_FULL);
    https_stop(https);
    server_stop();
}

TEST(https, a_post_carries_its_headers_and_its_body_as_they_are)
{
    server_start();
    struct https *https = https_of(0);
    const struct https_call call = {
        .name = 3,
        .is_post = true,
        .path = bytes_of_text("/ok?a[b]=c"),
        .body = bytes_of_text("amount=1&metadata[x]=y"),
        .headers_count = 2,
        .headers = {"Authorization: Bearer sk_test_x", "Idempotency-Key: k-1"},
    };
    assert_int_equal(https_push(https, &call), 0);
    struct https_answer answer = await(https);
    text_close(&answer.body);
    https_stop(https);
    server_stop();
    assert_true(strncmp(server.request, "POST /ok?a[b]=c HTTP/1.1\r\n", 26) == 0);
    assert_non_null(strstr(server.request, "\r\nAuthorization: Bearer sk_test_x\r\n"));
    assert_non_null(strstr(server.request, "\r\nIdempotency-Key: k-1\r\n"));
    assert_non_null(strstr(server.request, "\r\n\r\namount=1&metadata[x]=y"));
}

TEST(https, nobody_who_listens_is_unknown_too)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    /* Held, so that no other program listens there meanwhile. */
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    server_start();
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(server.url, sizeof server.url, "http://127.0.0.1:%u", ntohs(address.sin_port));
    assert_unknown("/ok");
    server_stop();
    (void)close(fd);
}

TEST(https, what_is_not_encrypted_goes_through_no_proxy)
{
    static const char *const names[] = {"http_proxy", "all_proxy", "ALL_PROXY"};
    char *was[sizeof names / sizeof *names];
    server_start();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *set = getenv(names[i]);
        was[i] = set != NULL ? strdup(set) : NULL;
        assert_int_equal(setenv(names[i], "http://192.0.2.1:1", 1), 0);
    }
    struct https_answer answer = ask("/ok");
    assert_int_equal(answer.status, 200);
    text_close(&answer.body);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(was[i] != NULL ? setenv(names[i], was[i], 1) : unsetenv(names[i]), 0);
        free(was[i]);
    }
    server_stop();
}

TEST(https, a_call_with_too_many_headers_is_turned_away)
{
    server_start();
    struct https *https = https_of(0);
    const struct https_call call = {.path = bytes_of_text("/ok"),
                                    .headers_count = HTTPS_HEADERS_MAX + 1};
    assert_int_equal(https_push(https, &call), ERR_TOO_MANY);
    https_stop(https);
    https_stop(NULL);
    server_stop();
}

/* Whom it trusts is of no matter on this machine, nor is the file looked at. */
TEST(https, the_certificates_that_are_trusted_may_be_named)
{
    struct https *https = NULL;
    server_start();
    const struct https_config config = {
        .base_url = server.url, .ca_file = "/none.pem", .wake = on_wake, .context = &server};
    assert_int_equal(https_start(&config, &https), 0);
    push(https, 1, "/ok");
    struct https_answer answer = await(https);
    assert_int_equal(answer.status, 200);
    text_close(&answer.body);
    https_stop(https);
    server_stop();
}

/* As when it has no memory left: the node goes on. */
TEST(https, a_call_that_libcurl_does_not_begin_has_no_answer)
{
    enum { REFUSED_BYTES = 8 * 1024 * 1024 + 64 };
    char *path = malloc(REFUSED_BYTES);
    assert_non_null(path);
    memset(path, 'x', REFUSED_BYTES);
    path[0] = '/';
    struct https *https = https_of(5000);
    const struct https_call call = {.name = 7, .path = bytes_of(path, REFUSED_BYTES)};
    assert_int_equal(https_push(https, &call), 0);
    struct https_answer answer = await(https);
    assert_int_equal(answer.name, 7);
    assert_int_equal(answer.status, 0);
    assert_true(answer.trouble[0] != '\0');
    text_close(&answer.body);
    https_stop(https);
    free(path);
}

TEST(https, a_base_url_has_its_limit)
{
    char url[4096] = "https://";
    struct https *https = NULL;
    memset(url + strlen(url), 'a', sizeof url - strlen("https://") - 1);
    url[sizeof url - 1] = '\0';
    const struct https_config config = {.base_url = url, .wake = on_wake};
    assert_int_equal(https_start(&config, &https), ERR_MALFORMED);
}

TEST(https, plain_http_goes_to_this_machine_only)
{
    const char *const urls[] = {"http://api.stripe.com", "http://10.0.0.1:80",
                                "ftp://127.0.0.1:1",     "https://",
                                "https://a/b",           "https://a b",
                                "https://user@host",     "http://127.0.0.1.evil.example:80"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct https *https = NULL;
        const struct https_config config = {.base_url = urls[i], .wake = on_wake};
        assert_int_equal(https_start(&config, &https), ERR_MALFORMED);
    }
}

/* --- URLs of strangers --- */

/* One call to @url, where @practice is allowed. */
static struct https_answer ask_stranger(const char *url, const char *practice)
{
    struct https *https = NULL;
    const struct https_config config = {.practice = practice,
                                        .body_bytes_max = 8,
                                        .is_once = true,
                                        .wake = on_wake,
                                        .context = &server};
    assert_int_equal(https_start(&config, &https), 0);
    push(https, 7, url);
    const struct https_answer answer = await(https);
    https_stop(https);
    return answer;
}

TEST(https, the_url_of_a_stranger_leads_to_no_address_of_our_own)
{
    char url[128];
    server_start();
    const char *host = strstr(server.url, "127.");
    (void)snprintf(url, sizeof url, "https://%s/ok", host);
    struct https_answer answer = ask_stranger(url, NULL);
    assert_int_equal(answer.status, 0);
    assert_true(answer.is_unsent && answer.is_private);
    assert_string_equal(answer.trouble, "the address is not a public one");
    answer = ask_stranger("https://localhost/ok", ""); /* a name that is resolved */
    assert_string_equal(answer.trouble, "the address is not a public one");
    (void)snprintf(url, sizeof url, "%s/ok", server.url); /* in the clear: not even tried */
    answer = ask_stranger(url, "");
    assert_int_equal(answer.status, 0);
    assert_true(answer.is_unsent && !answer.is_private);
    assert_int_equal(server.request[0], 0);
    server_stop();
}

TEST(https, a_server_for_practice_is_called_and_no_other_of_this_machine)
{
    char url[128], other[80];
    server_start();
    (void)snprintf(url, sizeof url, "%s/ok", server.url);
    struct https_answer answer = ask_stranger(url, server.url);
    assert_int_equal(answer.status, 200);
    assert_false(answer.is_unsent);
    text_close(&answer.body);
    (void)snprintf(other, sizeof other, "%s1", server.url);
    answer = ask_stranger(url, other);
    assert_int_equal(answer.status, 0);
    (void)snprintf(other, sizeof other, "%s/ok/and/more", server.url); /* longer than the URL */
    assert_int_equal(ask_stranger(url, other).status, 0);
    (void)snprintf(other, sizeof other, "%s", server.url);
    other[strlen(other) - 1] ^= 1; /* another port */
    assert_int_equal(ask_stranger(url, other).status, 0);
    (void)snprintf(url, sizeof url, "%s/later", server.url);
    answer = ask_stranger(url, server.url);
    assert_int_equal(answer.status, 429);
    assert_int_equal(answer.retry_after_s, 120);
    (void)snprintf(url, sizeof url, "%s/never", server.url);
    answer = ask_stranger(url, server.url);
    assert_int_equal(answer.status, 429);
    assert_true(answer.retry_after_s > 3600);
    (void)snprintf(url, sizeof url, "%s/much", server.url);
    answer = ask_stranger(url, server.url);
    assert_int_equal(answer.status, 0);
    assert_false(answer.is_unsent);
    server_stop();
}

TEST(https, what_a_server_took_without_an_answer_was_sent)
{
    server_start();
    struct https_answer answer = ask("/close");
    assert_int_equal(answer.status, 0);
    assert_false(answer.is_unsent);
    server_stop();
}
