#include "node/cli/http.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { HEAD_BYTES_MAX = 2048, REPLY_BYTES_MAX = 64 * 1024 * 1024, REPLY_SECONDS = 10 };

static int http_connect(const char *folder, const char *name, int *ret_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = REPLY_SECONDS};
    int folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0)
        return ERR_NOT_FOUND;
    /* Through the folder's descriptor: a socket's own path ends at 107 bytes. */
    (void)snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder_fd,
                   name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int err = fd < 0 ? ERR_IO : 0;
    if (err == 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        err = ERR_NOT_FOUND;
    (void)close(folder_fd);
    if (err == 0 && (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
                     setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0))
        err = ERR_IO;
    if (err != 0 && fd >= 0)
        (void)close(fd);
    if (err == 0)
        *ret_fd = fd;
    return err;
}

static int send_all(int fd, const void *data, size_t size)
{
    const char *at = data;
    while (size > 0) {
        ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return ERR_IO;
        at += sent;
        size -= (size_t)sent;
    }
    return 0;
}

static int request_send(int fd, const struct http_request *request)
{
    char head[HEAD_BYTES_MAX], extra[512] = "";
    if (request->body.size > 0 || request->key != NULL)
        (void)snprintf(
            extra, sizeof extra, "Content-Type: application/json\r\nContent-Length: %zu\r\n%s%s%s",
            request->body.size, request->key == NULL ? "" : "Idempotency-Key: ",
            request->key == NULL ? "" : request->key, request->key == NULL ? "" : "\r\n");
    int size = snprintf(head, sizeof head,
                        "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n",
                        request->method, request->path, extra);
    if (size < 0 || (size_t)size >= sizeof head)
        return ERR_TOO_LARGE;
    int err = send_all(fd, head, (size_t)size);
    return err != 0 || request->body.size == 0
               ? err
               : send_all(fd, request->body.data, request->body.size);
}

/* The body's size by the head; -1 when the head is not whole yet, SIZE_MAX when it does not say. */
static ssize_t head_size(const struct text *reply, size_t *ret_length)
{
    static const char end[] = "\r\n\r\n", length[] = "content-length:";
    *ret_length = SIZE_MAX;
    for (size_t at = 0; at + 4 <= reply->size; at++) {
        if (memcmp(reply->data + at, end, 4) == 0)
            return (ssize_t)at + 4;
        if (reply->data[at] == '\n' && at + sizeof length < reply->size &&
            strncasecmp(reply->data + at + 1, length, sizeof length - 1) == 0)
            *ret_length = (size_t)strtoull(reply->data + at + sizeof length, NULL, 10);
    }
    return -1;
}

static int reply_read(int fd, struct text *reply, size_t *ret_head)
{
    char buffer[16 * 1024];
    for (;;) {
        size_t length = SIZE_MAX;
        text_append(reply, "", 1); /* ends the number that head_size() may read */
        reply->size--;
        ssize_t head = head_size(reply, &length);
        if (head >= 0 && length != SIZE_MAX && reply->size >= (size_t)head + length) {
            *ret_head = (size_t)head;
            return 0;
        }
        ssize_t size = recv(fd, buffer, sizeof buffer, 0);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return errno == EAGAIN ? ERR_BUSY : ERR_IO;
        if (size == 0) {
            *ret_head = head < 0 ? 0 : (size_t)head;
            return head >= 0 && length == SIZE_MAX ? 0 : ERR_MALFORMED;
        }
        if (reply->size + (size_t)size > REPLY_BYTES_MAX)
            return ERR_TOO_LARGE;
        text_append(reply, buffer, (size_t)size);
    }
}

int http_ask(const char *folder, const char *name, const struct http_request *request,
             int *ret_status, struct text *body)
{
    struct text reply = {0};
    size_t head = 0;
    int fd = -1;
    int err = http_connect(folder, name, &fd);
    if (err != 0)
        return err;
    err = request_send(fd, request);
    if (err == 0)
        err = reply_read(fd, &reply, &head);
    if (err == 0 && (reply.size < 12 || memcmp(reply.data, "HTTP/1.", 7) != 0))
        err = ERR_MALFORMED;
    if (err == 0) {
        *ret_status = (int)strtol(reply.data + 9, NULL, 10);
        text_append(body, reply.data + head, reply.size - head);
    }
    text_close(&reply);
    (void)close(fd);
    return err;
}
