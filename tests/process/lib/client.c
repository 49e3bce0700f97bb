#define _GNU_SOURCE /* strcasestr */
#include "tests/process/lib/client.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "node/os/clock.h"
#include "sync/base/check.h"
#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

struct client *client_new(int port)
{
    struct client *client = calloc(1, sizeof *client);
    assert_non_null(client);
    client->port = port;
    return client;
}

static void hang_up(struct client *client)
{
    if (client->fd > 0) {
        (void)close(client->fd);
    }
    client->fd = 0;
}

void client_close(struct client *client)
{
    hang_up(client);
    free(client);
}

static void dial(struct client *client)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)client->port),
                                        .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const struct timeval deadline = {.tv_sec = DEADLINE_MS / 1000};
    if (client->fd > 0) {
        return;
    }
    client->fd = socket(AF_INET, SOCK_STREAM, 0);
    check(client->fd > 0);
    check(setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline) == 0);
    assert_int_equal(
        connect(client->fd, (const struct sockaddr *)(const void *)&address, sizeof address), 0);
}

static bool receive(struct client *client, char *to, size_t size)
{
    for (size_t at = 0; at < size;) {
        const ssize_t count = recv(client->fd, to + at, size - at, 0);
        if (count <= 0) {
            return false;
        }
        at += (size_t)count;
    }
    to[size] = '\0';
    return true;
}

/* All until the empty line. What came of the body with it is put in its place: @ret_body bytes. */
static bool receive_head(struct client *client, size_t *ret_body)
{
    for (size_t size = 0; size + 1 < sizeof client->head;) {
        const ssize_t count =
            recv(client->fd, client->head + size, sizeof client->head - 1 - size, 0);
        if (count <= 0) {
            return false;
        }
        size += (size_t)count;
        client->head[size] = '\0';
        char *end = strstr(client->head, "\r\n\r\n");
        if (end != NULL) {
            end += 4;
            *ret_body = size - (size_t)(end - client->head);
            memcpy(client->body, end, *ret_body);
            *end = '\0';
            return true;
        }
    }
    return false;
}

static bool receive_answer(struct client *client)
{
    size_t came = 0;
    if (!receive_head(client, &came)) {
        return false;
    }
    const char *length = strstr(client->head, "content-length: ");
    const size_t size = length == NULL ? 0 : strtoul(length + 16, NULL, 10);
    check(size < sizeof client->body);
    came = came < size ? came : size;
    client->status = atoi(client->head + strlen("HTTP/1.1 "));
    const bool is_whole = receive(client, client->body + came, size - came);
    if (strstr(client->head, "connection: close") != NULL) {
        hang_up(client);
    }
    return is_whole;
}

static void add_header(char *to, size_t capacity, const char *name, const char *value)
{
    const size_t size = strlen(to);
    if (value != NULL) {
        (void)snprintf(to + size, capacity - size, "%s: %s\r\n", name, value);
    }
}

static char text[128 * 1024]; /* of a request */

static void print_request(const struct client *client, const struct client_request *request,
                          char *to, size_t capacity)
{
    char number[128];
    (void)snprintf(to, capacity, "%s %s HTTP/1.1\r\n%s", request->method, request->path,
                   request->more == NULL ? "" : request->more);
    (void)snprintf(number, sizeof number, "127.0.0.1:%d", client->port);
    add_header(to, capacity, "Host", number);
    add_header(to, capacity, "Idempotency-Key", request->key);
    if (request->body != NULL) {
        (void)snprintf(number, sizeof number, "%zu", strlen(request->body));
        add_header(to, capacity, "Content-Length", number);
    }
    if (request->token != NULL) {
        char value[1024];
        (void)snprintf(value, sizeof value, "Bearer %s", request->token);
        add_header(to, capacity, "Authorization", value);
    }
    const size_t size = strlen(to);
    (void)snprintf(to + size, capacity - size, "\r\n%s",
                   request->body == NULL ? "" : request->body);
}

void client_say(struct client *client, const struct client_request *request)
{
    print_request(client, request, text, sizeof text);
    dial(client);
    const ssize_t size = (ssize_t)strlen(text);
    assert_int_equal(send(client->fd, text, (size_t)size, MSG_NOSIGNAL), size);
}

void client_break_off(struct client *client)
{
    const struct linger reset = {.l_onoff = 1};
    check(setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) == 0);
    hang_up(client);
}

int client_ask(struct client *client, const struct client_request *request)
{
    print_request(client, request, text, sizeof text);
    for (int again = 0; again < 2; again++) { /* a kept connection may have ended meanwhile */
        dial(client);
        const ssize_t size = (ssize_t)strlen(text);
        if (send(client->fd, text, (size_t)size, MSG_NOSIGNAL) == size && receive_answer(client)) {
            return client->status;
        }
        hang_up(client);
    }
    fail_msg("%s %s: no answer", request->method, request->path);
    return 0;
}

int client_ask_patiently(struct client *client, const struct client_request *request)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (client_ask(client, request) == 429 &&
           strcasestr(client->head, "\nRetry-After:") != NULL) {
        if (clock_mono_ms() > deadline_ms) {
            fail_msg("%s %s: told to ask later for too long", request->method, request->path);
        }
    }
    return client->status;
}

const char *client_key(void)
{
    static char key[40];
    static unsigned count;
    (void)snprintf(key, sizeof key, "0000001000000000%08x%08x", (unsigned)getpid(), ++count);
    return key;
}
