#define _GNU_SOURCE
#include "tests/bench/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sync/base/err.h"
#include "tests/bench/bench.h"

enum { TEXT_MAX = 8 * 1024 * 1024, PING_MAX = 125 };

static void must(bool is_good, const char *what)
{
    bench_must(is_good ? 0 : ERR_IO, what);
}

static int dial(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
             setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0,
         "connect");
    return fd;
}

static void send_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
        must(sent > 0, "send");
        data += sent;
        size -= (size_t)sent;
    }
}

static void receive_exactly(int fd, void *to, size_t size)
{
    must(size == 0 || recv(fd, to, size, MSG_WAITALL) == (ssize_t)size, "receive");
}

/* --- requests --- */

/* Where the body begins, behind the empty line; 0 while that has not come. */
static size_t header_end(const char *header)
{
    const char *end = strstr(header, "\r\n\r\n");
    return end == NULL ? 0 : (size_t)(end - header) + 4;
}

/* Read an answer's header and what came with it of the body. Returns how many bytes came; the body
 * begins at @ret_end. */
static size_t read_header(int fd, char to[CLIENT_HEADER_MAX], size_t *ret_end)
{
    size_t size = 0;
    *ret_end = 0;
    while (*ret_end == 0) {
        ssize_t came = recv(fd, to + size, CLIENT_HEADER_MAX - 1 - size, 0);
        must(came > 0, "an answer's header");
        size += (size_t)came;
        to[size] = '\0';
        *ret_end = header_end(to);
    }
    return size;
}

/* As read_header(), with nothing of what follows. */
static void read_header_only(int fd, char to[CLIENT_HEADER_MAX])
{
    size_t end = 0;
    while (end == 0) {
        ssize_t came = recv(fd, to, CLIENT_HEADER_MAX - 1, MSG_PEEK);
        must(came > 0, "an answer's header");
        to[came] = '\0';
        end = header_end(to);
    }
    receive_exactly(fd, to, end);
    to[end] = '\0';
}

/* The answer's status; its body goes to client->answer. */
static int read_answer(struct client *client)
{
    char header[CLIENT_HEADER_MAX];
    size_t end;
    const size_t came = read_header(client->fd, header, &end) - end;
    const char *length = strcasestr(header, "content-length:");
    must(length != NULL, "an answer's length");
    const size_t size = strtoul(length + strlen("content-length:"), NULL, 10);
    must(size < CLIENT_ANSWER_MAX && came <= size, "an answer's length");
    memcpy(client->answer, header + end, came);
    receive_exactly(client->fd, client->answer + came, size - came);
    client->answer[size] = '\0';
    return atoi(header + strlen("HTTP/1.1 "));
}

void client_get(struct client *client, const char *path)
{
    char request[512];
    int size = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
                        path, client->port);
    send_all(client->fd, request, (size_t)size);
    must(read_answer(client) == 200, path);
}

void client_open(struct client *client, int port, unsigned item)
{
    client->fd = dial(port);
    client->port = port;
    client->item = item;
    client->random = (uint64_t)getpid() << 32 ^ (uint64_t)(bench_now_s() * 1e9);
    client->answer = malloc(CLIENT_ANSWER_MAX);
    must(client->answer != NULL, "memory");
    client_get(client, "/api/session");
    const char *epoch = strstr(client->answer, "\"epoch\":");
    must(epoch != NULL, "the session's epoch");
    client->epoch_ms = strtoll(epoch + strlen("\"epoch\":"), NULL, 10);
}

void client_close(struct client *client)
{
    (void)close(client->fd);
    free(client->answer);
}

static unsigned seconds_since_epoch(const struct client *client)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (unsigned)((int64_t)now.tv_sec - client->epoch_ms / 1000);
}

double client_order(struct client *client)
{
    char request[1024];
    char body[256];
    int length =
        snprintf(body, sizeof body,
                 "{\"channel\":\"counter\",\"mode\":\"take-away\",\"lines\":[{\"item\":%u,"
                 "\"quantity\":1},{\"item\":%u,\"quantity\":2}],\"payment\":{\"method\":\"cash\"}}",
                 client->item, client->item + 1);
    int size = snprintf(request, sizeof request,
                        "POST /api/orders HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                        "Content-Type: application/json\r\nContent-Length: %d\r\n"
                        "Idempotency-Key: %08x%016llx%08x\r\n\r\n%s",
                        client->port, length, seconds_since_epoch(client),
                        (unsigned long long)++client->random, 0x5eedu, body);
    double start = bench_now_s();
    send_all(client->fd, request, (size_t)size);
    int status = read_answer(client);
    double seconds = bench_now_s() - start;
    const char *id = strstr(client->answer, "\"id\":\"");
    if (status != 201 || id == NULL) {
        (void)fprintf(stderr, "%d %s\n", status, client->answer);
        must(false, "place an order");
    }
    memcpy(client->id, id + strlen("\"id\":\""), ORDER_ID_TEXT);
    client->id[ORDER_ID_TEXT] = '\0';
    return seconds;
}

/* --- a board --- */

/* Read one frame to @to; its first byte. */
static uint8_t read_frame(int fd, char *to, size_t capacity, size_t *ret_size)
{
    uint8_t head[10];
    receive_exactly(fd, head, 2);
    size_t size = head[1] & 0x7fu;
    size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
    receive_exactly(fd, head + 2, more);
    if (more > 0) {
        size = 0;
    }
    for (size_t i = 0; i < more; i++) {
        size = size << 8 | head[2 + i];
    }
    must(size < capacity, "a frame's size");
    receive_exactly(fd, to, size);
    to[size] = '\0';
    *ret_size = size;
    return head[0];
}

/* What a server hears from a client that lives: the ping's words under a mask of zeros. */
static void send_pong(int fd, const char *words, size_t size)
{
    char frame[6 + PING_MAX] = {(char)0x8a, (char)(0x80 | size)};
    must(size <= PING_MAX, "a ping's size");
    memcpy(frame + 6, words, size);
    send_all(fd, frame, 6 + size);
}

/* Read a whole text, which may come in several frames. */
static void read_text(int fd, char *to)
{
    size_t size = 0;
    bool is_last = false;
    while (!is_last) {
        size_t more;
        uint8_t first = read_frame(fd, to + size, TEXT_MAX - size, &more);
        if ((first & 0x08) != 0) { /* between the parts: a ping */
            send_pong(fd, to + size, more);
            continue;
        }
        size += more;
        is_last = (first & 0x80) != 0;
    }
    to[size] = '\0';
}

/* FNV-1a. */
static size_t bucket_of(const char *id)
{
    uint32_t hash = 2166136261;
    for (size_t i = 0; i < ORDER_ID_TEXT; i++) {
        hash = (hash ^ (uint8_t)id[i]) * 16777619;
    }
    return hash % BOARD_BUCKETS;
}

static void note_order(struct board *board, const char *id, double now_s)
{
    const size_t count = atomic_load(&board->count);
    size_t bucket = bucket_of(id);
    while (board->buckets[bucket] != 0) {
        if (memcmp(board->sights[board->buckets[bucket] - 1].id, id, ORDER_ID_TEXT) == 0) {
            return;
        }
        bucket = (bucket + 1) % BOARD_BUCKETS;
    }
    must(count < BOARD_SIGHTS_MAX, "remember what a board showed");
    memcpy(board->sights[count].id, id, ORDER_ID_TEXT);
    board->sights[count].id[ORDER_ID_TEXT] = '\0';
    board->sights[count].at_s = now_s;
    board->buckets[bucket] = (uint16_t)(count + 1);
    (void)pthread_mutex_lock(&board->mutex);
    atomic_store(&board->count, count + 1);
    (void)pthread_cond_broadcast(&board->is_more);
    (void)pthread_mutex_unlock(&board->mutex);
}

/* Orders' ids are the only ones that are texts. */
static void note_orders(struct board *board, const char *text)
{
    static const char mark[] = "{\"id\":\"";
    const double now_s = bench_now_s();
    for (const char *at = strstr(text, mark); at != NULL; at = strstr(at + 1, mark)) {
        if (strcspn(at + sizeof mark - 1, "\"") == ORDER_ID_TEXT) {
            note_order(board, at + sizeof mark - 1, now_s);
        }
    }
}

static void *watch(void *context)
{
    struct board *board = context;
    char *text = malloc(TEXT_MAX);
    uint8_t first;
    must(text != NULL, "memory");
    while (recv(board->fd, &first, 1, MSG_PEEK) == 1) {
        read_text(board->fd, text);
        note_orders(board, text);
    }
    free(text);
    return NULL;
}

static void board_init(struct board *board)
{
    pthread_condattr_t monotonic;
    must(pthread_condattr_init(&monotonic) == 0 &&
             pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0 &&
             pthread_cond_init(&board->is_more, &monotonic) == 0 &&
             pthread_mutex_init(&board->mutex, NULL) == 0,
         "a condition to wait for");
    (void)pthread_condattr_destroy(&monotonic);
    atomic_store(&board->count, 0);
    memset(board->buckets, 0, sizeof board->buckets);
}

void board_open(struct board *board, int port)
{
    char text[CLIENT_HEADER_MAX];
    char *frame = malloc(TEXT_MAX);
    must(frame != NULL, "memory");
    board_init(board);
    board->fd = dial(port);
    int size = snprintf(text, sizeof text,
                        "GET /ws?view=kitchen HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                        "Origin: http://127.0.0.1:%d\r\nConnection: Upgrade\r\n"
                        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                        port, port);
    send_all(board->fd, text, (size_t)size);
    read_header_only(board->fd, text);
    must(strstr(text, " 101 ") != NULL, "upgrade to a WebSocket");
    do {
        read_text(board->fd, frame);
    } while (strstr(frame, "\"type\":\"snapshot\"") == NULL ||
             strstr(frame, "\"more\":true") != NULL);
    free(frame);
    must(pthread_create(&board->thread, NULL, watch, board) == 0, "thread");
}

void board_close(struct board *board)
{
    (void)shutdown(board->fd, SHUT_RDWR);
    (void)pthread_join(board->thread, NULL);
    (void)close(board->fd);
    (void)pthread_cond_destroy(&board->is_more);
    (void)pthread_mutex_destroy(&board->mutex);
}

/* More than @looked sights are there; false: they were not by @until_s. */
static bool board_wait(struct board *board, size_t looked, double until_s)
{
    struct timespec until = {.tv_sec = (time_t)until_s};
    int err = 0;
    until.tv_nsec = (long)((until_s - (double)until.tv_sec) * 1e9);
    (void)pthread_mutex_lock(&board->mutex);
    while (atomic_load(&board->count) <= looked && err == 0) {
        err = pthread_cond_timedwait(&board->is_more, &board->mutex, &until);
    }
    (void)pthread_mutex_unlock(&board->mutex);
    return err == 0;
}

double board_saw(struct board *board, const char *id, double wait_s)
{
    const double until_s = bench_now_s() + wait_s;
    size_t looked = 0;
    do {
        for (size_t count = atomic_load(&board->count); looked < count; looked++) {
            if (strcmp(board->sights[looked].id, id) == 0) {
                return board->sights[looked].at_s;
            }
        }
    } while (board_wait(board, looked, until_s));
    return 0;
}
