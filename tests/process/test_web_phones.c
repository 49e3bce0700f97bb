/* Customers' phones on their sockets: which of them are closed, with what word, and when. The clock
 * is ours: nobody waits for a token to be looked at again. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/access/token.h"
#include "node/os/clock.h"
#include "node/stream/live.h"
#include "node/web/web_state.h"
#include "tests/lib/test.h"
#include "tests/process/lib/booth.h"
#include "tests/process/lib/raw.h"

static atomic_uint ahead_ms; /* of the machine's clock */

uint64_t __real_clock_mono_ms(void); /* NOLINT: the linker's names */
uint64_t __wrap_clock_mono_ms(void); /* NOLINT: the linker's names */
uint64_t __wrap_clock_mono_ms(void)  /* NOLINT: the linker's names */
{
    return __real_clock_mono_ms() + atomic_load(&ahead_ms);
}

static struct booth *booth_open(unsigned phones_max)
{
    struct booth *booth = booth_new(ROLE_OWNER);
    booth_add_access(booth);
    booth->config.customers_max = phones_max;
    booth->config.connections_max = 64;
    booth->config.reader_stall_ms = 3600 * 1000; /* not by our clock */
    return booth;
}

/* --- a phone --- */

static bool say(int fd, const char *text)
{
    return raw_say(fd, 1, text, strlen(text));
}

static void say_open(int fd, const struct customer *customer)
{
    char message[TOKEN_TEXT_MAX + 100];
    (void)snprintf(message, sizeof message, "{\"type\":\"open\",\"token\":\"%s\",\"orders\":[]}",
                   customer->token);
    assert_true(say(fd, message));
}

/* A socket that was told who it is. */
static int phone_open(const struct booth *booth, const struct customer *customer)
{
    const int fd = booth_screen(booth, "/ws?view=customer");
    say_open(fd, customer);
    raw_hear_type(fd, "hello");
    return fd;
}

static void close_all(const int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)close(fds[i]);
    }
}

/* --- which are closed --- */

TEST(web_phones, whose_customer_has_signed_out_is_closed_when_it_is_looked_at_again)
{
    char headers[TOKEN_TEXT_MAX + 200];
    struct booth *booth = booth_serve(booth_open(4));
    const struct customer gone = booth_customer(booth), here = booth_customer(booth);
    const int left = phone_open(booth, &gone), stays = phone_open(booth, &here);
    const int fd = booth_dial(booth);
    (void)snprintf(headers, sizeof headers, "%sAuthorization: Bearer %s\r\n", booth_host(booth),
                   gone.token);
    assert_int_equal(200, raw_ask(fd, "DELETE", "/api/session", headers, NULL));
    (void)close(fd);
    atomic_fetch_add(&ahead_ms, 10 * 1000);
    assert_int_equal(4401, raw_hear_close(left));
    raw_hear_type(stays, "beat");
    (void)close(left);
    (void)close(stays);
    booth_free(booth);
}

TEST(web_phones, a_fifth_of_a_customer_takes_the_place_of_the_oldest)
{
    int fds[LIVE_OF_CUSTOMER_MAX + 1];
    struct booth *booth = booth_serve(booth_open(8));
    const struct customer customer = booth_customer(booth);
    for (size_t i = 0; i <= LIVE_OF_CUSTOMER_MAX; i++) {
        fds[i] = phone_open(booth, &customer);
    }
    assert_int_equal(4409, raw_hear_close(fds[0]));
    atomic_fetch_add(&ahead_ms, LIVE_BEAT_MS);
    for (size_t i = 1; i <= LIVE_OF_CUSTOMER_MAX; i++) {
        raw_hear_type(fds[i], "beat");
    }
    close_all(fds, LIVE_OF_CUSTOMER_MAX + 1);
    booth_free(booth);
}

TEST(web_phones, hear_that_the_store_cannot_be_read_by_their_end)
{
    struct booth *booth = booth_serve(booth_open(4));
    const struct customer customer = booth_customer(booth);
    const int open = phone_open(booth, &customer);
    const int screen = booth_screen(booth, "/ws?view=kitchen");
    atomic_store(&booth->is_sick, true);
    atomic_fetch_add(&ahead_ms, LIVE_BEAT_MS);
    assert_int_equal(1011, raw_hear_close(open));
    assert_int_equal(1011, raw_hear_close(screen));
    atomic_store(&booth->is_sick, false);
    const int again = phone_open(booth, &customer);
    (void)close(again);
    (void)close(open);
    (void)close(screen);
    booth_free(booth);
}

TEST(web_phones, that_say_what_is_no_message_are_told_so_and_what_they_say_after_is_not_heard)
{
    static const char *const wrongs[] = {"{}", "hello", "{\"type\":\"open\"}",
                                         "{\"type\":\"follow\",\"orders\":[]}"};
    static char long_text[LIVE_MESSAGE_BYTES_MAX + 2];
    struct booth *booth = booth_serve(booth_open(4));
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        const int fd = booth_screen(booth, "/ws?view=customer");
        assert_true(say(fd, wrongs[i]));
        (void)say(fd, wrongs[i]);
        assert_int_equal(1008, raw_hear_close(fd));
        (void)close(fd);
    }
    memset(long_text, ' ', sizeof long_text - 1);
    const int fd = booth_screen(booth, "/ws?view=customer");
    assert_true(say(fd, long_text));
    assert_int_equal(1009, raw_hear_close(fd));
    (void)close(fd);
    booth_free(booth);
}

/* --- how many --- */

/* More than are written to at once, who all have to be. */
TEST(web_phones, that_all_say_nothing_are_all_closed)
{
    enum { PHONES = 150 };
    static int fds[PHONES];
    struct booth *booth = booth_open(PHONES);
    booth->config.request_ms = 100 * 1000;
    (void)booth_serve(booth);
    for (size_t i = 0; i < PHONES; i++) {
        fds[i] = booth_screen(booth, "/ws?view=customer");
    }
    atomic_fetch_add(&ahead_ms, 100 * 1000);
    for (size_t i = 0; i < PHONES; i++) {
        assert_int_equal(4408, raw_hear_close(fds[i]));
    }
    close_all(fds, PHONES);
    booth_free(booth);
}

TEST(web_phones, behind_a_proxy_that_is_not_ours_are_one_client)
{
    char headers[200];
    int fds[3], status = 0;
    struct booth *booth = booth_serve(booth_open(4));
    (void)snprintf(headers, sizeof headers,
                   "Origin: http://127.0.0.1:%d\r\nX-Forwarded-For: 192.0.2.1\r\n",
                   web_port(booth->web));
    for (size_t i = 0; i < 3; i++) {
        fds[i] = booth_dial(booth);
        status = booth_upgrade(fds[i], booth, "/ws?view=customer", headers);
        assert_int_equal(status, i < 2 ? 101 : 503);
    }
    close_all(fds, 3);
    booth_free(booth);
}

/* --- what they cost --- */

/* The server's end of a socket: it is in this process, too. */
static int other_end(int fd)
{
    struct sockaddr_in own = {0}, peer = {0};
    socklen_t size = sizeof own;
    assert_int_equal(0, getsockname(fd, (struct sockaddr *)(void *)&own, &size));
    for (int at = 0; at < 1024; at++) {
        size = sizeof peer;
        if (getpeername(at, (struct sockaddr *)(void *)&peer, &size) == 0 &&
            peer.sin_family == AF_INET && peer.sin_port == own.sin_port) {
            return at;
        }
    }
    fail_msg("no other end");
    return -1;
}

/* The kernel tells twice what it was told. */
static int room_of(int fd, int which)
{
    int room = 0;
    socklen_t size = sizeof room;
    assert_int_equal(0, getsockopt(other_end(fd), SOL_SOCKET, which, &room, &size));
    return room / 2;
}

TEST(web_phones, have_little_room_in_the_kernel_and_screens_some_more)
{
    struct booth *booth = booth_serve(booth_open(4));
    const struct customer customer = booth_customer(booth);
    const int phone = phone_open(booth, &customer);
    const int screen = booth_screen(booth, "/ws?view=kitchen");
    raw_hear_type(screen, "hello");
    assert_int_equal(room_of(phone, SO_SNDBUF), GUEST_BUFFER_BYTES);
    assert_int_equal(room_of(phone, SO_RCVBUF), GUEST_BUFFER_BYTES);
    assert_int_equal(room_of(screen, SO_SNDBUF), SEND_BUFFER_BYTES);
    (void)close(phone);
    (void)close(screen);
    booth_free(booth);
}

TEST(web_phones, that_take_nothing_are_cut_and_the_others_go_on)
{
    char headers[TOKEN_TEXT_MAX + 100];
    struct booth *booth = booth_open(2);
    booth->config.reader_stall_ms = 300;
    (void)booth_serve(booth);
    booth_set_up(booth);
    const struct customer customer = booth_customer(booth);
    (void)snprintf(headers, sizeof headers, "Origin: http://127.0.0.1:%d\r\n",
                   web_port(booth->web));
    const int slow = raw_dial(web_port(booth->web), 4096);
    assert_int_equal(101, booth_upgrade(slow, booth, "/ws?view=customer", headers));
    say_open(slow, &customer);
    const int other = phone_open(booth, &customer);
    const int writer = booth_dial(booth);
    int third = booth_dial(booth);
    assert_int_equal(503, booth_upgrade(third, booth, "/ws?view=customer", headers));
    /* Its buffers take some ten KiB; nothing beyond is kept for it. */
    for (unsigned n = 0; n < 20; n++) {
        booth_change_much(writer, booth, n);
        raw_hear_type(other, "delta");
    }
    const uint64_t until = booth_now().mono_ms + RAW_DEADLINE_MS;
    int status = 503;
    while (status == 503 && booth_now().mono_ms < until) {
        (void)close(third);
        third = booth_dial(booth);
        status = booth_upgrade(third, booth, "/ws?view=customer", headers);
    }
    assert_int_equal(101, status); /* there was no room while the slow one was there */
    booth_change_much(writer, booth, 99);
    raw_hear_type(other, "delta");
    (void)close(third);
    (void)close(writer);
    (void)close(other);
    (void)close(slow);
    booth_free(booth);
}

/* Compressing for each of thousands would take memory and time for each. */
TEST(web_phones, that_offer_to_compress_are_not_taken_at_their_word)
{
    static const char *const paths[] = {"/ws?view=customer", "/ws?view=kitchen"};
    char headers[200];
    struct booth *booth = booth_serve(booth_open(4));
    (void)snprintf(headers, sizeof headers,
                   "Origin: http://127.0.0.1:%d\r\n"
                   "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n",
                   web_port(booth->web));
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const int fd = booth_dial(booth);
        assert_int_equal(101, booth_upgrade(fd, booth, paths[i], headers));
        assert_null(strstr(got.head, "xtensions"));
        assert_null(strstr(got.head, "deflate"));
        (void)close(fd);
    }
    booth_free(booth);
}
