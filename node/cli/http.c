#include "node/cli/http.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/cli/http_head.h"

enum { HEAD_BYTES_MAX = 2048, REPLY_BYTES_MAX = 64 * 1024 * 1024, REPLY_SECONDS = 10 };

static int http_connect(const char *folder, const char *name, int *ret_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = REPLY_SECONDS};
    int folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0) {
        return ERR_NOT_FOUND;
    }
    /* Through the folder's descriptor: a socket's own path ends at 107 bytes. */
    (void)snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder_fd,
                   name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int err = fd < 0 ? ERR_IO : 0;
    if (err == 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        err = ERR_NOT_FOUND;
    }
    (void)close(folder_fd);
    if (err == 0 && (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
                     setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0)) {
        err = ERR_IO;
    }
    if (err != 0 && fd >= 0) {
        (void)close(fd);
    }
    if (err == 0) {
        *ret_fd = fd;
    }
    return err;
}

static int send_all(int fd, const void *data, size_t size)
{
    const char *at = data;
    while (size > 0) {
        ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return ERR_IO;
        }
        at += sent;
        size -= (size_t)sent;
    }
    return 0;
}

static int request_send(int fd, const struct http_request *request)
{
    char head[HEAD_BYTES_MAX], extra[512] = "";
    if (request->body.size > 0 || request->key != NULL) {
        (void)snprintf(
            extra, sizeof extra, "Content-Type: application/json\r\nContent-Length: %zu\r\n%s%s%s",
            request->body.size, request->key == NULL ? "" : "Idempotency-Key: ",
            request->key == NULL ? "" : request->key, request->key == NULL ? "" : "\r\n");
    }
    int size = snprintf(head, sizeof head,
                        "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n",
                        request->method, request->path, extra);
    if (size < 0 || (size_t)size >= sizeof head) {
        return ERR_TOO_LARGE;
    }
    int err = send_all(fd, head, (size_t)size);
    return err != 0 || request->body.size == 0
               ? err
               : send_all(fd, request->body.data, request->body.size);
}

/* Whether the body is there as announced; without an announcement it ends with the connection. */
static bool reply_is_whole(const struct http_head *head, size_t size)
{
    return head->has_length && size - head->size >= head->length;
}

static int reply_read(int fd, struct text *reply, struct http_head *ret_head)
{
    char buffer[16 * 1024];
    for (;;) {
        int err = http_head_read(bytes_of(reply->data, reply->size), ret_head);
        if (err != 0 && err != ERR_GAP) {
            return err;
        }
        if (err == 0 && reply_is_whole(ret_head, reply->size)) {
            return 0;
        }
        ssize_t size = recv(fd, buffer, sizeof buffer, 0);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size < 0) {
            return errno == EAGAIN ? ERR_BUSY : ERR_IO;
        }
        if (size == 0) {
            return err == 0 && !ret_head->has_length ? 0 : ERR_MALFORMED;
        }
        if (reply->size + (size_t)size > REPLY_BYTES_MAX) {
            return ERR_TOO_LARGE;
        }
        text_append(reply, buffer, (size_t)size);
    }
}

int http_ask(const char *folder, const char *name, const struct http_request *request,
             int *ret_status, struct text *body)
{
    struct text reply = {0};
    struct http_head head;
    int fd = -1;
    int err = http_connect(folder, name, &fd);
    if (err != 0) {
        return err;
    }
    err = request_send(fd, request);
    if (err == 0) {
        err = reply_read(fd, &reply, &head);
    }
    if (err == 0) {
        *ret_status = head.status;
        text_append(body, reply.data + head.size,
                    head.has_length ? head.length : reply.size - head.size);
    }
    text_close(&reply);
    (void)close(fd);
    return err;
}
