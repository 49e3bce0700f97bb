#include "tests/process/lib/raw.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "sync/base/check.h"
#include "tests/lib/test.h"

struct raw_answer got;
struct raw_frame heard;

/* --- connections --- */

static int be_patient(int fd)
{
    struct timeval deadline = {.tv_sec = RAW_DEADLINE_MS / 1000};
    check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline) == 0);
    return fd;
}

int raw_dial(int port, int receive_bytes)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    check(fd >= 0);
    if (receive_bytes > 0) {
        check(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes) == 0);
    }
    check(connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address) == 0);
    return be_patient(fd);
}

int raw_dial_file(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    check(connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address) == 0);
    return be_patient(fd);
}

bool raw_send(int fd, const void *data, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t sent = send(fd, (const char *)data + at, size - at, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        at += (size_t)sent;
    }
    return true;
}

static bool raw_receive(int fd, void *to, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t count = recv(fd, (char *)to + at, size - at, 0);
        if (count <= 0) {
            return false;
        }
        at += (size_t)count;
    }
    return true;
}

/* --- HTTP --- */

/* The head of an answer, up to its empty line. */
static bool receive_head(int fd)
{
    size_t size = 0;
    while (size + 1 < sizeof got.head && raw_receive(fd, got.head + size, 1)) {
        got.head[++size] = '\0';
        if (size >= 4 && memcmp(got.head + size - 4, "\r\n\r\n", 4) == 0) {
            return true;
        }
    }
    return false;
}

void raw_read_answer(int fd, bool is_bare)
{
    memset(&got, 0, sizeof got.status + sizeof got.head);
    got.body_size = 0;
    got.body[0] = '\0';
    if (!receive_head(fd)) {
        return;
    }
    got.status = (int)strtol(got.head + strlen("HTTP/1.1 "), NULL, 10);
    const char *length = strstr(got.head, "content-length: ");
    got.body_size = length == NULL || is_bare ? 0 : strtoul(length + 16, NULL, 10);
    check(got.body_size < sizeof got.body);
    if (!raw_receive(fd, got.body, got.body_size)) {
        got.status = 0;
    }
    got.body[got.body_size] = '\0';
}

int raw_ask(int fd, const char *method, const char *path, const char *headers, const char *body)
{
    static char request[200 * 1024];
    char length[64] = "";
    if (body != NULL) {
        (void)snprintf(length, sizeof length, "Content-Length: %zu\r\n", strlen(body));
    }
    int size = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\n%s%s\r\n%s", method, path,
                        headers, length, body == NULL ? "" : body);
    check(size > 0 && (size_t)size < sizeof request);
    if (!raw_send(fd, request, (size_t)size)) {
        return got.status = 0;
    }
    raw_read_answer(fd, strcmp(method, "HEAD") == 0);
    return got.status;
}

const char *raw_text_of(const char *body, const char *name)
{
    static char text[200];
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
    const char *at = strstr(body, wanted);
    assert_non_null(at);
    (void)snprintf(text, sizeof text, "%.*s", (int)strcspn(at + strlen(wanted), "\""),
                   at + strlen(wanted));
    return text;
}

/* --- frames --- */

void raw_hear(int fd)
{
    uint8_t head[2];
    uint8_t extended[8];
    heard.opcode = -1;
    if (!raw_receive(fd, head, 2)) {
        return;
    }
    heard.size = head[1] & 0x7f;
    size_t extra = heard.size == 126 ? 2 : heard.size == 127 ? 8 : 0;
    if (!raw_receive(fd, extended, extra)) {
        return;
    }
    for (size_t i = 0; i < extra; i++) {
        heard.size = (i == 0 ? 0 : heard.size << 8) | extended[i];
    }
    check(heard.size < sizeof heard.data);
    if (raw_receive(fd, heard.data, heard.size)) {
        heard.opcode = head[0] & 0x0f;
    }
    heard.data[heard.size] = '\0';
}

void raw_hear_type(int fd, const char *type)
{
    char begin[40];
    (void)snprintf(begin, sizeof begin, "{\"type\":\"%s\"", type);
    do {
        raw_hear(fd);
    } while (heard.opcode >= 0 &&
             (heard.opcode != 1 || strncmp(heard.data, begin, strlen(begin)) != 0));
    assert_int_equal(1, heard.opcode);
}

bool raw_say(int fd, int opcode, const void *data, size_t size)
{
    uint8_t head[14] = {(uint8_t)(0x80 | opcode)};
    size_t head_size = 2;
    head[1] = (uint8_t)(0x80 | (size < 126 ? size : size < 65536 ? 126 : 127));
    size_t extra = size < 126 ? 0 : size < 65536 ? 2 : 8;
    for (size_t i = 0; i < extra; i++) {
        head[head_size++] = (uint8_t)(size >> (8 * (extra - 1 - i)));
    }
    head_size += 4; /* a mask of zeros */
    return raw_send(fd, head, head_size) && raw_send(fd, data, size);
}

int raw_hear_close(int fd)
{
    do {
        raw_hear(fd);
    } while (heard.opcode >= 0 && heard.opcode != 8);
    return heard.opcode == 8 && heard.size >= 2
               ? (uint8_t)heard.data[0] << 8 | (uint8_t)heard.data[1]
               : 0;
}
