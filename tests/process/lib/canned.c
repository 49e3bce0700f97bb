#include "tests/process/lib/canned.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sync/base/check.h"

enum { REQUEST_BYTES_MAX = 8192, HEAD_BYTES_MAX = 512, DATE_BYTES_MAX = 64 };

static struct {
    int fd;
    pthread_t thread;
    pthread_mutex_t lock; /* guards: */
    const struct canned_answer *answers;
    size_t count;
} canned = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Of the head and of the body that it announces; SIZE_MAX while the head is not whole. */
static size_t request_size(const char *request)
{
    const char *end = strstr(request, "\r\n\r\n");
    const char *length = strstr(request, "\r\nContent-Length: ");
    if (end == NULL) {
        return SIZE_MAX;
    }
    const size_t head = (size_t)(end - request) + 4;
    const bool has_body = length != NULL && length < end;
    return head + (has_body ? strtoul(length + strlen("\r\nContent-Length: "), NULL, 10) : 0);
}

/* All of it: who is hung up on while he still sends may not hear the answer. */
static void request_read(int fd, char *request)
{
    size_t size = 0;
    request[0] = '\0';
    while (size < request_size(request)) {
        const ssize_t got = recv(fd, request + size, REQUEST_BYTES_MAX - 1 - size, 0);
        if (got <= 0) {
            return;
        }
        size += (size_t)got;
        request[size] = '\0';
    }
}

static struct canned_answer answer_find(const char *request)
{
    const char *path = strchr(request, ' ');
    struct canned_answer found = {.status = 404, .body = "what is this"};
    check(pthread_mutex_lock(&canned.lock) == 0);
    for (size_t i = 0; path != NULL && i < canned.count; i++) {
        const struct canned_answer *one = &canned.answers[i];
        if (strncmp(path + 1, one->path, strlen(one->path)) == 0 &&
            (one->with == NULL || strstr(request, one->with) != NULL)) {
            found = *one;
            break;
        }
    }
    check(pthread_mutex_unlock(&canned.lock) == 0);
    return found;
}

/* Who has gone hears nothing. */
static void all_send(int fd, const char *text)
{
    size_t left = strlen(text);
    ssize_t sent = 0;
    while (left > 0 && (sent = send(fd, text, left, MSG_NOSIGNAL)) > 0) {
        text += sent;
        left -= (size_t)sent;
    }
}

static void answer_send(int fd, const struct canned_answer *answer)
{
    char head[HEAD_BYTES_MAX], date[DATE_BYTES_MAX] = "";
    const time_t now = time(NULL);
    struct tm utc;
    check(gmtime_r(&now, &utc) != NULL);
    if (!answer->is_timeless) {
        check(strftime(date, sizeof date, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc) > 0);
    }
    const int size = snprintf(head, sizeof head,
                              "HTTP/1.1 %u Said\r\n%sContent-Type: application/json\r\n"
                              "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                              answer->status, date, strlen(answer->body));
    check(size > 0 && (size_t)size < sizeof head);
    all_send(fd, head);
    all_send(fd, answer->body);
}

static void *serve(void *unused)
{
    char request[REQUEST_BYTES_MAX];
    int fd = -1;
    (void)unused;
    while ((fd = accept(canned.fd, NULL, NULL)) >= 0) {
        request_read(fd, request);
        const struct canned_answer answer = answer_find(request);
        if (request[0] != '\0') {
            answer_send(fd, &answer);
        }
        (void)close(fd);
    }
    return NULL;
}

void canned_start(const struct canned_answer *answers, size_t count,
                  char ret_url[CANNED_URL_BYTES_MAX])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    canned_answers(answers, count);
    canned.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(canned.fd >= 0 && bind(canned.fd, (struct sockaddr *)&address, sizeof address) == 0);
    check(listen(canned.fd, 16) == 0);
    check(getsockname(canned.fd, (struct sockaddr *)&address, &size) == 0);
    (void)snprintf(ret_url, CANNED_URL_BYTES_MAX, "http://127.0.0.1:%u",
                   (unsigned)ntohs(address.sin_port));
    check(pthread_create(&canned.thread, NULL, serve, NULL) == 0);
}

void canned_answers(const struct canned_answer *answers, size_t count)
{
    check(pthread_mutex_lock(&canned.lock) == 0);
    canned.answers = answers;
    canned.count = count;
    check(pthread_mutex_unlock(&canned.lock) == 0);
}

void canned_stop(void)
{
    check(shutdown(canned.fd, SHUT_RDWR) == 0);
    check(pthread_join(canned.thread, NULL) == 0);
    check(close(canned.fd) == 0);
}
