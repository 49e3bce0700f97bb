#include "tests/process/lib/phone.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

enum { FRAME_BYTES_MAX = 256 * 1024, TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };

struct phone {
    int fd;
    int opcode; /* of the frame; 0 = none */
    size_t size;
    char frame[FRAME_BYTES_MAX];
};

static int dial(int port)
{
    const struct timeval patience = {.tv_sec = DEADLINE_MS / 1000};
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address),
                     0);
    return fd;
}

static bool take(int fd, void *to, size_t size)
{
    for (size_t at = 0; at < size;) {
        const ssize_t got = recv(fd, (char *)to + at, size - at, 0);
        if (got <= 0) {
            return false;
        }
        at += (size_t)got;
    }
    return true;
}

static void give(int fd, const void *data, size_t size)
{
    assert_int_equal(send(fd, data, size, MSG_NOSIGNAL), (ssize_t)size);
}

static int handshake(int fd, int port, const char *view)
{
    char head[1024];
    size_t size = 0;
    const int written =
        snprintf(head, sizeof head,
                 "GET /ws?view=%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\n"
                 "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
                 view, port, port);
    give(fd, head, (size_t)written);
    while (size < 4 || memcmp(head + size - 4, "\r\n\r\n", 4) != 0) {
        assert_true(size + 1 < sizeof head);
        assert_true(take(fd, head + size++, 1));
    }
    head[size] = '\0';
    return (int)strtol(head + strlen("HTTP/1.1 "), NULL, 10);
}

struct phone *phone_new(int port)
{
    struct phone *phone = malloc(sizeof *phone);
    assert_non_null(phone);
    phone->opcode = 0;
    phone->fd = dial(port);
    assert_int_equal(handshake(phone->fd, port, "customer"), 101);
    return phone;
}

void phone_close(struct phone *phone)
{
    (void)close(phone->fd);
    free(phone);
}

int phone_refused(int port, const char *view)
{
    const int fd = dial(port);
    const int status = handshake(fd, port, view);
    (void)close(fd);
    return status;
}

void phone_say_often(struct phone *phone, const char *text, unsigned count)
{
    enum { HEAD = 6 }; /* masked as below */
    char frames[512];
    const size_t size = strlen(text);
    assert_true(size <= 125 && count * (HEAD + size) <= sizeof frames);
    for (unsigned i = 0; i < count; i++) {
        const char head[HEAD] = {(char)(0x80 | TEXT), (char)(0x80 | size)};
        memcpy(frames + i * (HEAD + size), head, HEAD);
        memcpy(frames + i * (HEAD + size) + HEAD, text, size);
    }
    give(phone->fd, frames, count * (HEAD + size));
}

/* Masked with zeros, which is a mask as good as any. */
static void give_frame(int fd, int opcode, const char *text, size_t size)
{
    uint8_t head[8] = {(uint8_t)(0x80 | opcode), (uint8_t)(0x80 | size)};
    size_t head_size = 6;
    if (size > 125) {
        head[1] = 0x80 | 126;
        head[2] = (uint8_t)(size >> 8);
        head[3] = (uint8_t)size;
        head_size = 8;
    }
    give(fd, head, head_size);
    give(fd, text, size);
}

void phone_say(struct phone *phone, const char *text)
{
    give_frame(phone->fd, TEXT, text, strlen(text));
}

/* Its opcode; 0 = the connection ended. */
static int take_frame(struct phone *phone)
{
    uint8_t head[10];
    phone->opcode = 0;
    if (!take(phone->fd, head, 2)) {
        return 0;
    }
    const size_t more = head[1] == 127 ? 8 : head[1] == 126 ? 2 : 0;
    assert_true(take(phone->fd, head + 2, more));
    phone->size = more > 0 ? 0 : head[1];
    for (size_t i = 0; i < more; i++) {
        phone->size = phone->size << 8 | head[2 + i];
    }
    assert_true(phone->size < sizeof phone->frame);
    assert_true(take(phone->fd, phone->frame, phone->size));
    phone->frame[phone->size] = '\0';
    phone->opcode = head[0] & 15;
    return phone->opcode;
}

const char *phone_hear_or_end(struct phone *phone)
{
    int opcode = take_frame(phone);
    while (opcode == PING) {
        give_frame(phone->fd, PONG, phone->frame, phone->size);
        opcode = take_frame(phone);
    }
    return opcode == TEXT ? phone->frame : NULL;
}

const char *phone_hear(struct phone *phone)
{
    const char *text = phone_hear_or_end(phone);
    if (text == NULL) {
        fail_msg("the node hung up, or said something else: %d", phone->opcode);
    }
    return text;
}

int phone_end(struct phone *phone)
{
    while (phone->opcode != CLOSE && phone_hear_or_end(phone) != NULL) {
        continue;
    }
    if (phone->opcode != CLOSE || phone->size < 2) {
        return 0;
    }
    return (uint8_t)phone->frame[0] << 8 | (uint8_t)phone->frame[1];
}
