/* Limits over connections: how many there are, of whom, and how slow they may be. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sync/base/check.h"
#include "tests/lib/test.h"
#include "tests/process/lib/booth.h"
#include "tests/process/lib/raw.h"

static double cpu_seconds(void)
{
    struct timespec used;
    check(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

/* Whoever speaks on before it is answered, or hangs up half, waits and costs nothing. */
TEST(web_limits, a_client_that_cannot_wait_keeps_nobody_busy)
{
    char request[800];
    int fds[3];
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    booth_set_up(booth);
    int screen = booth_screen(booth, "/ws?view=counter");
    atomic_store(&booth->is_deaf, true);
    for (unsigned i = 0; i < 3; i++) {
        int size = snprintf(request, sizeof request,
                            "POST /api/orders HTTP/1.1\r\n%sContent-Length: %zu\r\n"
                            "Idempotency-Key: 000000010000000000000000%08x\r\n\r\n%s"
                            "GET /healthz HTTP/1.1\r\n%s\r\n",
                            booth_host(booth), strlen(BOOTH_TWO_BURGERS), 100 + i,
                            BOOTH_TWO_BURGERS, booth_host(booth));
        fds[i] = booth_dial(booth);
        assert_true(raw_send(fds[i], request, (size_t)size));
    }
    assert_int_equal(0, shutdown(fds[1], SHUT_WR));
    raw_hear_type(screen, "marks");
    double before = cpu_seconds();
    for (int seconds = 0; seconds < 2; seconds++) {
        raw_hear_type(screen, "marks");
    }
    assert_true(cpu_seconds() - before < 0.5);
    atomic_store(&booth->is_deaf, false);
    booth_wake(booth);
    for (int i = 0; i < 3; i++) {
        raw_read_answer(fds[i], false);
        assert_int_equal(201, got.status);
        raw_read_answer(fds[i], false);
        assert_int_equal(200, got.status);
        (void)close(fds[i]);
    }
    (void)close(screen);
    booth_free(booth);
}

/* Whether the server lets one more in. */
static bool is_let_in(const struct booth *booth)
{
    return booth_get(booth, "/healthz") == 200;
}

/* Attempts, each of which waits for the server, until one is let in or the time is up. */
static bool is_let_in_soon(const struct booth *booth)
{
    uint64_t until = booth_now().mono_ms + RAW_DEADLINE_MS;
    while (booth_now().mono_ms < until) {
        if (is_let_in(booth)) {
            return true;
        }
    }
    return false;
}

TEST(web_limits, a_phone_that_does_not_say_whose_it_is_is_closed)
{
    struct booth *booth = booth_new(ROLE_OWNER);
    booth->config.customers_max = 1;
    booth->config.request_ms = 100;
    (void)booth_serve(booth);
    int fd = booth_screen(booth, "/ws?view=customer");
    assert_int_equal(4408, raw_hear_close(fd));
    (void)close(fd);
    booth_free(booth);
}

/* A phone behind a proxy that is trusted: what its handshake is answered with. */
static int phone_of(const struct booth *booth, const char *client, int *ret_fd)
{
    char headers[200];
    *ret_fd = booth_dial(booth);
    (void)snprintf(headers, sizeof headers,
                   "Origin: http://127.0.0.1:%d\r\nX-Forwarded-For: %s\r\n", web_port(booth->web),
                   client);
    return booth_upgrade(*ret_fd, booth, "/ws?view=customer", headers);
}

TEST(web_limits, of_the_phones_one_address_has_half_and_leaves_the_others_theirs)
{
    enum { PHONES = 8 };
    static const struct proxies proxies = {.count = 1, .addresses = {"127.0.0.1"}};
    int fds[PHONES + 1], count = 0, status = 101;
    struct booth *booth = booth_new(ROLE_OWNER);
    booth->config.customers_max = PHONES;
    booth->config.connections_max = 64;
    booth->config.proxies = &proxies;
    (void)booth_serve(booth);
    while (count < PHONES && status == 101) {
        status = phone_of(booth, "2001:db8::1", &fds[count++]);
    }
    assert_int_equal(status, 503);
    assert_int_equal(count - 1, PHONES / 2);
    assert_int_equal(101, phone_of(booth, "2001:db8:1::1", &fds[count++]));
    for (int i = 0; i < count; i++) {
        (void)close(fds[i]);
    }
    booth_free(booth);
}

TEST(web_limits, where_there_is_no_access_nobody_is_a_customer)
{
    static const char says[] = "{\"type\":\"open\",\"token\":\"a.b.c\",\"orders\":[]}";
    struct booth *booth = booth_new(ROLE_OWNER);
    booth->config.customers_max = 1;
    (void)booth_serve(booth);
    int fd = booth_screen(booth, "/ws?view=customer");
    assert_true(raw_say(fd, 1, says, sizeof says - 1));
    assert_int_equal(4401, raw_hear_close(fd));
    (void)close(fd);
    booth_free(booth);
}

TEST(web_limits, connections_have_an_end)
{
    int fds[3];
    struct booth *booth = booth_new(ROLE_OWNER);
    booth->config.connections_max = 3;
    (void)booth_serve(booth);
    for (size_t i = 0; i < 3; i++) {
        fds[i] = booth_dial(booth);
        assert_int_equal(200, raw_ask(fds[i], "GET", "/healthz", booth_host(booth), NULL));
    }
    assert_false(is_let_in(booth));
    (void)close(fds[0]);
    assert_true(is_let_in_soon(booth));
    (void)close(fds[1]);
    (void)close(fds[2]);
    booth_free(booth);
}

enum { STRANGERS = 6 }; /* of eight connections three quarters */

/* A request that a proxy passed on for @client. */
static int pass_on(int fd, const struct booth *booth, const char *client)
{
    char headers[200];
    (void)snprintf(headers, sizeof headers, "%sX-Forwarded-For: %s\r\n", booth_host(booth), client);
    return raw_ask(fd, "GET", "/healthz", headers, NULL);
}

TEST(web_limits, what_a_proxy_passes_on_leaves_room_for_our_own_screens)
{
    int fds[STRANGERS + 1];
    char client[32];
    struct booth *booth = booth_new(ROLE_OWNER);
    booth->config.connections_max = 8;
    (void)booth_serve(booth);
    for (unsigned i = 0; i <= STRANGERS; i++) {
        fds[i] = booth_dial(booth);
        (void)snprintf(client, sizeof client, "198.51.100.%u", i);
        assert_int_equal(i < STRANGERS ? 200 : 503, pass_on(fds[i], booth, client));
        if (i < STRANGERS) { /* again, on the same connection */
            assert_int_equal(200, pass_on(fds[i], booth, client));
        }
    }
    assert_true(is_let_in_soon(booth));
    (void)close(fds[0]);
    (void)close(fds[STRANGERS]);
    fds[0] = booth_dial(booth);
    while (pass_on(fds[0], booth, "198.51.100.1") != 200) { /* until the closed one is gone */
        (void)close(fds[0]);
        fds[0] = booth_dial(booth);
    }
    for (unsigned i = 0; i < STRANGERS; i++) {
        (void)close(fds[i]);
    }
    booth_free(booth);
}

TEST(web_limits, one_network_leaves_half_of_the_strangers_connections_to_others)
{
    static const struct proxies proxies = {.count = 1, .addresses = {"127.0.0.1"}};
    static const char *const clients[] = {"2001:db8::1", "2001:db8::2", "2001:db8::3"};
    int fds[4];
    struct booth *booth = booth_new(ROLE_OWNER);
    booth->config.connections_max = 8;
    booth->config.proxies = &proxies;
    (void)booth_serve(booth);
    for (size_t i = 0; i < 3; i++) {
        fds[i] = booth_dial(booth);
        assert_int_equal(200, pass_on(fds[i], booth, clients[i]));
    }
    fds[3] = booth_dial(booth);
    assert_int_equal(200, pass_on(fds[3], booth, "2001:db8:1::1"));
    assert_int_equal(503, pass_on(fds[3], booth, "2001:db8::4"));
    assert_int_equal(200, pass_on(fds[0], booth, "2001:db8::9"));
    assert_int_equal(200, pass_on(fds[0], booth, "192.0.2.1")); /* the proxy's next client */
    for (size_t i = 0; i < 4; i++) {
        (void)close(fds[i]);
    }
    booth_free(booth);
}

/* What the web said of itself. */
static struct {
    pthread_mutex_t lock;
    char last[200];
} said = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void on_log(void *context, const char *line)
{
    (void)context;
    check(pthread_mutex_lock(&said.lock) == 0);
    (void)snprintf(said.last, sizeof said.last, "%s", line);
    check(pthread_mutex_unlock(&said.lock) == 0);
}

static bool is_said(const char *wanted)
{
    check(pthread_mutex_lock(&said.lock) == 0);
    const bool is_it = strstr(said.last, wanted) != NULL;
    check(pthread_mutex_unlock(&said.lock) == 0);
    return is_it;
}

/* Strangers decide how often something goes wrong; what is said of it they do not. */
TEST(web_limits, of_what_goes_wrong_again_and_again_it_says_a_line_a_second)
{
    struct booth *booth = booth_new(ROLE_OWNER);
    booth->config.connections_max = 1;
    booth->config.on_log = on_log;
    (void)booth_serve(booth);
    int fd = booth_dial(booth);
    assert_int_equal(200, raw_ask(fd, "GET", "/healthz", booth_host(booth), NULL));
    assert_false(is_let_in(booth));
    while (!is_said("too many connections: one was refused (and ")) {
        assert_false(is_let_in(booth));
    }
    assert_true(is_said(" lines like it)"));
    (void)close(fd);
    booth_free(booth);
}

static void change_and_hear(int writer, int reader, const struct booth *booth, unsigned n)
{
    char number[40];
    (void)snprintf(number, sizeof number, "\"number\":%u,", 100 + n);
    booth_change_much(writer, booth, n);
    do {
        raw_hear_type(reader, "delta");
    } while (strstr(heard.data, number) == NULL);
}

TEST(web_limits, a_reader_that_takes_nothing_is_cut_and_the_others_go_on)
{
    char origin[100];
    struct booth *booth = booth_new(ROLE_OWNER);
    booth->config.connections_max = 3;
    booth->config.reader_stall_ms = 300;
    (void)booth_serve(booth);
    booth_set_up(booth);
    int slow = raw_dial(web_port(booth->web), 4096);
    int other = booth_screen(booth, "/ws?view=counter");
    int writer = booth_dial(booth);
    (void)snprintf(origin, sizeof origin, "Origin: http://127.0.0.1:%d\r\n", web_port(booth->web));
    assert_int_equal(101, booth_upgrade(slow, booth, "/ws?view=counter", origin));
    /* Its buffers take a few hundred KiB; nothing beyond is kept for it. */
    for (unsigned n = 0; n < 40; n++) {
        change_and_hear(writer, other, booth, n);
    }
    assert_true(is_let_in_soon(booth)); /* there was no room while the slow one was there */
    change_and_hear(writer, other, booth, 99);
    (void)close(writer);
    (void)close(other);
    (void)close(slow);
    booth_free(booth);
}
