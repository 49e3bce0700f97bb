#include "tests/process/lib/stub.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
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
    const struct stub_answer *answers;
    size_t count;
} stub = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The head; whoever asks here has no body. */
static void request_read(int fd, char *request)
{
    size_t size = 0;
    request[0] = '\0';
    while (strstr(request, "\r\n\r\n") == NULL) {
        const ssize_t got = recv(fd, request + size, REQUEST_BYTES_MAX - 1 - size, 0);
        if (got <= 0) {
            return;
        }
        size += (size_t)got;
        request[size] = '\0';
    }
}

static struct stub_answer answer_find(const char *request)
{
    const char *path = strchr(request, ' ');
    struct stub_answer found = {.status = 404, .body = "what is this"};
    check(pthread_mutex_lock(&stub.lock) == 0);
    for (size_t i = 0; path != NULL && i < stub.count; i++) {
        const struct stub_answer *one = &stub.answers[i];
        if (strncmp(path + 1, one->path, strlen(one->path)) == 0 &&
            (one->with == NULL || strstr(request, one->with) != NULL)) {
            found = *one;
            break;
        }
    }
    check(pthread_mutex_unlock(&stub.lock) == 0);
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

static void answer_send(int fd, const struct stub_answer *answer)
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
    while ((fd = accept(stub.fd, NULL, NULL)) >= 0) {
        request_read(fd, request);
        const struct stub_answer answer = answer_find(request);
        if (request[0] != '\0') {
            answer_send(fd, &answer);
        }
        (void)close(fd);
    }
    return NULL;
}

void stub_start(const struct stub_answer *answers, size_t count, char ret_url[STUB_URL_BYTES_MAX])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    stub_answers(answers, count);
    stub.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(stub.fd >= 0 && bind(stub.fd, (struct sockaddr *)&address, sizeof address) == 0);
    check(listen(stub.fd, 16) == 0);
    check(getsockname(stub.fd, (struct sockaddr *)&address, &size) == 0);
    (void)snprintf(ret_url, STUB_URL_BYTES_MAX, "http://127.0.0.1:%u",
                   (unsigned)ntohs(address.sin_port));
    check(pthread_create(&stub.thread, NULL, serve, NULL) == 0);
}

void stub_answers(const struct stub_answer *answers, size_t count)
{
    check(pthread_mutex_lock(&stub.lock) == 0);
    stub.answers = answers;
    stub.count = count;
    check(pthread_mutex_unlock(&stub.lock) == 0);
}

void stub_stop(void)
{
    check(shutdown(stub.fd, SHUT_RDWR) == 0);
    check(pthread_join(stub.thread, NULL) == 0);
    check(close(stub.fd) == 0);
}
