/* Bodies on their way in: who may send one at all, and how much strangers may send at once. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/api/api.h"
#include "tests/lib/test.h"
#include "tests/process/lib/booth.h"
#include "tests/process/lib/raw.h"

enum { IN_TIME_MS = 3000, WHOLE = API_BODY_BYTES_MAX };

static struct booth *booth_open(void)
{
    struct booth *booth = booth_new(ROLE_OWNER);
    booth->config.request_ms = IN_TIME_MS; /* who is not answered by then is cut */
    return booth;
}

/* The line and headers of a request whose body is yet to come, which a proxy passed on for
 * @client; NULL = it comes from here. */
static int announce(const struct booth *booth, const char *request, const char *client,
                    const char *further, size_t size)
{
    char text[1024], forwarded[64] = "";
    if (client != NULL) {
        (void)snprintf(forwarded, sizeof forwarded, "X-Forwarded-For: %s\r\n", client);
    }
    const int fd = booth_dial(booth);
    (void)snprintf(text, sizeof text, "%s HTTP/1.1\r\n%s%s%sContent-Length: %zu\r\n\r\n", request,
                   booth_host(booth), forwarded, further, size);
    assert_true(raw_send(fd, text, strlen(text)));
    return fd;
}

/* What the request on @fd is answered with when nothing more is sent, or all that was announced. */
static int answered(int fd, size_t sent)
{
    static char body[WHOLE];
    memset(body, ' ', sizeof body);
    assert_true(sent <= sizeof body && raw_send(fd, body, sent));
    raw_read_answer(fd, false);
    return got.status;
}

static void close_all(const int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)close(fds[i]);
    }
}

TEST(web_bodies, of_strangers_are_refused_by_their_headers_before_a_byte_of_them_is_taken)
{
    enum { STRANGERS = 64 };
    int fds[STRANGERS];
    struct booth *booth = booth_serve(booth_open());
    for (size_t i = 0; i < STRANGERS; i++) {
        fds[i] = announce(booth, "POST /api/blobs", "192.0.2.1", "", BLOB_BYTES_MAX);
    }
    for (size_t i = 0; i < STRANGERS; i++) {
        assert_int_equal(401, answered(fds[i], 0));
        assert_non_null(strstr(got.head, "connection: close\r\n"));
    }
    close_all(fds, STRANGERS);
    booth_free(booth);
}

/* Whoever sends little is heard out: so he learns why, and asks on the same connection again. */
TEST(web_bodies, that_are_small_and_not_wanted_are_dropped_and_the_connection_goes_on)
{
    static const struct {
        const char *request;
        const char *client;
        int status;
    } rows[] = {{"POST /api/orders", "192.0.2.1", 401},  {"PATCH /api/menu/7", "192.0.2.1", 401},
                {"POST /api/nothing", "192.0.2.1", 404}, {"POST /api/nothing", NULL, 404},
                {"POST /api/menu/7", NULL, 405},         {"POST /nothing", NULL, 404},
                {"POST /page.html", NULL, 405}};
    struct booth *booth = booth_open();
    booth_add_file(booth, "page.html", "<html></html>");
    (void)booth_serve(booth);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const int fd = announce(booth, rows[i].request, rows[i].client, "", WHOLE);
        assert_int_equal(rows[i].status, answered(fd, WHOLE));
        assert_null(strstr(got.head, "connection: close\r\n"));
        assert_int_equal(200, raw_ask(fd, "GET", "/healthz", booth_host(booth), NULL));
        (void)close(fd);
    }
    assert_int_equal(0, atomic_load(&booth->taken));
    booth_free(booth);
}

/* A sign-in is anybody's to send. Of 8 MiB one network has half. */
TEST(web_bodies, of_strangers_share_a_room_of_which_one_network_has_half)
{
    enum { HALF = 4 * 1024 * 1024 / WHOLE, NETWORKS = 3 };
    static const char *const clients[NETWORKS] = {"192.0.2.1", "198.51.100.1", "203.0.113.1"};
    static const struct proxies proxies = {.count = 1, .addresses = {"127.0.0.1"}};
    static int fds[NETWORKS][HALF];
    struct booth *booth = booth_new(ROLE_OWNER);
    booth->config.proxies = &proxies;
    (void)booth_serve(booth);
    booth_set_up(booth);
    for (size_t network = 0; network + 1 < NETWORKS; network++) {
        for (size_t i = 0; i < HALF; i++) {
            fds[network][i] = announce(booth, "POST /api/session", clients[network], "", WHOLE);
        }
        assert_int_equal(200, booth_get(booth, "/healthz")); /* it has heard them all */
        const int more = announce(booth, "POST /api/session", clients[network], "", WHOLE);
        assert_int_equal(503, answered(more, WHOLE));
        assert_non_null(strstr(got.head, "retry-after: 2\r\n"));
        (void)close(more);
    }
    const int third = announce(booth, "POST /api/session", clients[2], "", WHOLE);
    assert_int_equal(503, answered(third, WHOLE));
    (void)close(third);
    /* The stall's own has a room of its own. */
    assert_int_equal(201, booth_post(booth, "/api/orders", 3, BOOTH_TWO_BURGERS));
    /* Whoever is answered, or goes, leaves room: the body was none of JSON. */
    assert_int_equal(400, answered(fds[0][0], WHOLE));
    close_all(fds[1], HALF);
    int status = 503;
    const uint64_t until = booth_now().mono_ms + RAW_DEADLINE_MS;
    while (status == 503 && booth_now().mono_ms < until) {
        const int fd = announce(booth, "POST /api/session", clients[2], "", WHOLE);
        status = answered(fd, WHOLE);
        (void)close(fd);
    }
    assert_int_equal(400, status);
    close_all(fds[0], HALF);
    booth_free(booth);
}

TEST(web_bodies, of_who_signed_out_meanwhile_are_not_taken_for_his)
{
    char bearer[TOKEN_TEXT_MAX + 100], headers[TOKEN_TEXT_MAX + 200];
    struct booth *booth = booth_open();
    booth_add_access(booth);
    (void)booth_serve(booth);
    booth_set_up(booth);
    const struct customer customer = booth_customer(booth);
    (void)snprintf(bearer, sizeof bearer,
                   "Authorization: Bearer %s\r\n"
                   "Idempotency-Key: 000000010000000000000000000000ff\r\n",
                   customer.token);
    const int writing = announce(booth, "POST /api/qr", NULL, bearer, WHOLE);
    assert_int_equal(200, booth_get(booth, "/healthz")); /* it has let that in */
    const int leaving = booth_dial(booth);
    (void)snprintf(headers, sizeof headers, "%sAuthorization: Bearer %s\r\n", booth_host(booth),
                   customer.token);
    assert_int_equal(200, raw_ask(leaving, "DELETE", "/api/session", headers, NULL));
    assert_int_equal(401, answered(writing, WHOLE));
    (void)close(leaving);
    (void)close(writing);
    booth_free(booth);
}
