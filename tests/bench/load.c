#define _GNU_SOURCE
#include "tests/bench/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/secure.h"

enum {
    BUFFER_BYTES = 256 * 1024, /* no frame and no answer is larger */
    EVENTS_MAX = 256,
    OPENING_MAX = 32, /* handshakes at once: no listener's queue is shorter */
    HEAD_BYTES_MAX = 1024,
    SMALL_FRAME_MAX = 1024, /* that a screen sends */
    OPCODE_TEXT = 1,
    OPCODE_CLOSE = 8,
    OPCODE_PING = 9,
    OPCODE_PONG = 10,
};

static const double patience_s = 60;

struct load_socket {
    int fd;
    struct secure *secure; /* NULL = in clear */
    bool is_screen;
    char *rest; /* of a frame or an answer that did not come whole */
    size_t rest_size;
};

struct load_screen {
    struct load_socket socket; /* first: the two are cast into each other */
    unsigned number;
    bool is_upgraded, is_told;
    uint32_t waiting; /* as it was told last */
    uint32_t level;   /* the most in this run */
};

struct load_poster {
    struct load_socket socket; /* first, too */
    int post;                  /* that it waits for; -1 = none */
};

struct load {
    const struct load_target *target;
    int epoll, timer;
    unsigned screens_count, told_count, idle_count; /* idle: told that none waits */
    struct load_screen *screens[LOAD_SCREENS_MAX];
    struct load_poster posters[LOAD_POSTERS_MAX];
    const struct load_plan *plan; /* of the run that goes on, or NULL */
    unsigned asked, answered, shown;
    double begin_s;
    struct load_post posts[LOAD_POSTS_MAX];
    unsigned told_of[LOAD_POSTS_MAX + 1]; /* how many were told of so many orders */
    uint64_t frames;
    char buffer[BUFFER_BYTES + 1];
};

static void must(bool is_good, const char *what)
{
    if (!is_good) {
        (void)fprintf(stderr, "bench: the load wants %s\n", what);
        exit(1);
    }
}

/* --- sockets --- */

static void socket_send(struct load_socket *socket, const char *data, size_t size)
{
    const ssize_t sent = socket->secure != NULL ? secure_send(socket->secure, data, size)
                                                : send(socket->fd, data, size, MSG_NOSIGNAL);
    must(sent == (ssize_t)size, "what it sends taken at once");
}

/* How many bytes came; 0 = none now. */
static size_t socket_receive(struct load_socket *socket, char *to, size_t capacity)
{
    if (socket->secure != NULL) {
        return secure_receive(socket->secure, to, capacity);
    }
    const ssize_t came = recv(socket->fd, to, capacity, 0);
    must(came > 0 || (came < 0 && errno == EAGAIN), "a connection that stays open");
    return came < 0 ? 0 : (size_t)came;
}

static void socket_open(struct load *load, struct load_socket *ret_socket)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)load->target->port),
                                        .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const int one = 1;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(fd >= 0 &&
             connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address) == 0 &&
             setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0,
         "a connection");
    ret_socket->fd = fd;
    ret_socket->secure = load->target->is_secure ? secure_new(fd) : NULL;
    must(fcntl(fd, F_SETFL, O_NONBLOCK) == 0, "a socket");
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = ret_socket}};
    must(epoll_ctl(load->epoll, EPOLL_CTL_ADD, fd, &event) == 0, "an epoll");
}

static void socket_close(struct load_socket *socket)
{
    secure_free(socket->secure);
    (void)close(socket->fd);
    free(socket->rest);
}

/* What did not come whole, and what came now, in the load's buffer; its size. */
static size_t socket_gather(struct load *load, struct load_socket *socket)
{
    size_t size = socket->rest_size;
    if (size > 0) {
        memcpy(load->buffer, socket->rest, size);
        free(socket->rest);
        socket->rest = NULL;
        socket->rest_size = 0;
    }
    size += socket_receive(socket, load->buffer + size, BUFFER_BYTES - size);
    load->buffer[size] = '\0';
    return size;
}

static void socket_keep(struct load_socket *socket, const char *data, size_t size)
{
    must(size < BUFFER_BYTES, "a frame of sensible size");
    if (size > 0) {
        socket->rest = malloc(size);
        must(socket->rest != NULL, "memory");
        memcpy(socket->rest, data, size);
        socket->rest_size = size;
    }
}

/* --- who watches --- */

/* Under a mask of zeros. */
static void screen_send(struct load_screen *screen, unsigned opcode, const char *text, size_t size)
{
    char frame[8 + SMALL_FRAME_MAX] = {(char)(0x80 | opcode)};
    size_t head = 6;
    must(size <= SMALL_FRAME_MAX, "a small frame");
    if (size < 126) {
        frame[1] = (char)(0x80 | size);
    } else {
        frame[1] = (char)(0x80 | 126);
        frame[2] = (char)(size >> 8);
        frame[3] = (char)size;
        head = 8;
    }
    memcpy(frame + head, text, size);
    socket_send(&screen->socket, frame, head + size);
}

/* @level orders of this run, and all before, were shown to this one, too. */
static void level_reach(struct load *load, struct load_screen *screen, uint32_t level)
{
    const uint32_t count = load->plan->count;
    const uint32_t most = level < count ? level : count;
    while (screen->level < most) {
        screen->level++;
        if (++load->told_of[screen->level] == load->screens_count) {
            load->posts[screen->level - 1].shown_s = bench_now_s();
            load->shown++;
        }
    }
}

static void screen_told(struct load *load, struct load_screen *screen, uint32_t waiting)
{
    load->told_count += !screen->is_told;
    load->idle_count -= screen->is_told && screen->waiting == 0;
    load->idle_count += waiting == 0;
    screen->is_told = true;
    screen->waiting = waiting;
    if (load->plan != NULL && load->plan->is_shown) {
        level_reach(load, screen, waiting);
    }
}

static void screen_text(struct load *load, struct load_screen *screen, const char *text,
                        size_t size)
{
    static const char mark[] = "\"waiting\":";
    const char *at = memmem(text, size, mark, sizeof mark - 1);
    load->frames++;
    if (at != NULL) {
        screen_told(load, screen, (uint32_t)strtoul(at + sizeof mark - 1, NULL, 10));
    } else if (size == 1 && text[0] == '2') { /* a ping of engine.io's */
        screen_send(screen, OPCODE_TEXT, "3", 1);
    }
}

/* Bytes of the frame at @data; 0 while it is not whole. */
static size_t screen_frame(struct load *load, struct load_screen *screen, const char *data,
                           size_t size)
{
    const uint8_t *bytes = (const uint8_t *)data;
    const size_t more = size < 2 ? 0 : bytes[1] == 126 ? 2 : bytes[1] == 127 ? 8 : 0;
    size_t length = 0;
    if (size < 2 + more) {
        return 0;
    }
    for (size_t i = 0; i < more; i++) {
        length = length << 8 | bytes[2 + i];
    }
    length = more == 0 ? bytes[1] : length;
    if (size - 2 - more < length) {
        return 0;
    }
    const unsigned opcode = bytes[0] & 15;
    must(opcode != OPCODE_CLOSE, "a screen that stays open");
    if (opcode == OPCODE_PING) {
        screen_send(screen, OPCODE_PONG, data + 2 + more, length);
    } else if (opcode <= OPCODE_TEXT) {
        screen_text(load, screen, data + 2 + more, length);
    }
    return 2 + more + length;
}

/* Bytes of the answer to the handshake. */
static size_t screen_upgrade(struct load *load, struct load_screen *screen, size_t size)
{
    char hello[SMALL_FRAME_MAX];
    const char *end = memmem(load->buffer, size, "\r\n\r\n", 4);
    if (end == NULL) {
        return 0;
    }
    if (memmem(load->buffer, size, " 101 ", 5) == NULL) {
        (void)fprintf(stderr, "%.*s\n", (int)strcspn(load->buffer, "\r"), load->buffer);
        must(false, "upgrade to a WebSocket");
    }
    screen->is_upgraded = true;
    if (load->target->hello != NULL) {
        const size_t said =
            load->target->hello(load->target->context, screen->number, hello, sizeof hello);
        screen_send(screen, OPCODE_TEXT, hello, said);
    }
    return (size_t)(end - load->buffer) + 4;
}

static void screen_read(struct load *load, struct load_screen *screen)
{
    const size_t size = socket_gather(load, &screen->socket);
    size_t at = screen->is_upgraded ? 0 : screen_upgrade(load, screen, size);
    size_t took = screen->is_upgraded ? 1 : 0;
    while (took > 0) {
        took = screen_frame(load, screen, load->buffer + at, size - at);
        at += took;
    }
    socket_keep(&screen->socket, load->buffer + at, size - at);
}

static void screen_open(struct load *load)
{
    char head[HEAD_BYTES_MAX];
    struct load_screen *screen = calloc(1, sizeof *screen);
    must(screen != NULL && load->screens_count < LOAD_SCREENS_MAX, "memory for a screen");
    screen->socket.is_screen = true;
    screen->number = load->screens_count;
    socket_open(load, &screen->socket);
    load->screens[load->screens_count++] = screen;
    const char *scheme = load->target->is_secure ? "https" : "http";
    const char *host = load->target->is_secure ? "localhost" : "127.0.0.1";
    const int size =
        snprintf(head, sizeof head,
                 "GET %s HTTP/1.1\r\nHost: %s:%d\r\nOrigin: %s://%s:%d\r\n"
                 "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                 load->target->watch, host, load->target->port, scheme, host, load->target->port);
    must(size > 0 && (size_t)size < sizeof head, "a handshake");
    socket_send(&screen->socket, head, (size_t)size);
}

/* --- who orders --- */

static void poster_ask(struct load *load, struct load_poster *poster, double due_s)
{
    char request[LOAD_REQUEST_MAX];
    const unsigned number = load->asked++;
    const size_t size = load->plan->request(load->plan->context, number, request, sizeof request);
    load->posts[number] = (struct load_post){.due_s = due_s};
    poster->post = (int)number;
    socket_send(&poster->socket, request, size);
}

static void read_id(const char *body, char ret_id[LOAD_ID_MAX + 1])
{
    static const char mark[] = "\"id\":\"";
    const char *at = strstr(body, mark);
    if (at != NULL) {
        at += sizeof mark - 1;
        (void)snprintf(ret_id, LOAD_ID_MAX + 1, "%.*s", (int)strcspn(at, "\""), at);
    }
}

/* Whether the answer in the buffer is whole. */
static bool is_whole(const char *data, size_t size, const char **ret_body)
{
    const char *end = memmem(data, size, "\r\n\r\n", 4);
    const char *length = end == NULL ? NULL : strcasestr(data, "content-length:");
    must(end == NULL || (length != NULL && length < end), "an answer's length");
    if (end == NULL) {
        return false;
    }
    *ret_body = end + 4;
    return size - (size_t)(*ret_body - data) >=
           strtoul(length + strlen("content-length:"), NULL, 10);
}

static void poster_read(struct load *load, struct load_poster *poster)
{
    const size_t size = socket_gather(load, &poster->socket);
    const char *body = NULL;
    if (!is_whole(load->buffer, size, &body)) {
        socket_keep(&poster->socket, load->buffer, size);
        return;
    }
    must(poster->post >= 0, "an answer to a question");
    struct load_post *post = &load->posts[poster->post];
    post->answered_s = bench_now_s();
    post->status = (int)strtol(load->buffer + strlen("HTTP/1.1 "), NULL, 10);
    if (post->status >= 300) {
        (void)fprintf(stderr, "%.2000s\n", load->buffer);
        must(false, "a good answer");
    }
    read_id(body, post->id);
    poster->post = -1;
    load->answered++;
}

/* --- the loop --- */

static void load_turn(struct load *load, int wait_ms)
{
    struct epoll_event events[EVENTS_MAX];
    const int count = epoll_wait(load->epoll, events, EVENTS_MAX, wait_ms);
    for (int i = 0; i < count; i++) {
        struct load_socket *socket = events[i].data.ptr;
        uint64_t fired;
        if (socket == NULL) {
            (void)!read(load->timer, &fired, sizeof fired);
        } else if (socket->is_screen) {
            screen_read(load, (struct load_screen *)(void *)socket);
        } else {
            poster_read(load, (struct load_poster *)(void *)socket);
        }
    }
}

static double due_of(const struct load *load, unsigned number)
{
    return load->begin_s + (double)number / load->plan->per_s;
}

static void timer_set(const struct load *load, double at_s)
{
    struct itimerspec at = {.it_value = {.tv_sec = (time_t)at_s}};
    at.it_value.tv_nsec = (long)((at_s - (double)at.it_value.tv_sec) * 1e9);
    must(timerfd_settime(load->timer, TFD_TIMER_ABSTIME, &at, NULL) == 0, "a timer");
}

static struct load_poster *idle_poster(struct load *load)
{
    for (unsigned i = 0; i < load->plan->in_flight; i++) {
        if (load->posters[i].post < 0) {
            return &load->posters[i];
        }
    }
    return NULL;
}

/* Ask what is due, as far as somebody is free to. */
static void ask_due(struct load *load)
{
    const double now_s = bench_now_s();
    struct load_poster *poster = idle_poster(load);
    while (poster != NULL && load->asked < load->plan->count) {
        const double due_s = load->plan->per_s == 0 ? bench_now_s() : due_of(load, load->asked);
        if (due_s > now_s && load->plan->per_s != 0) {
            timer_set(load, due_s);
            return;
        }
        poster_ask(load, poster, due_s);
        poster = idle_poster(load);
    }
}

static bool is_over(const struct load *load)
{
    const struct load_plan *plan = load->plan;
    return load->answered == plan->count &&
           (!plan->is_shown || load->screens_count == 0 || load->shown == plan->count);
}

/* Fresh ones for each run: servers close those that said nothing for some seconds. */
static void posters_open(struct load *load, unsigned count)
{
    must(count <= LOAD_POSTERS_MAX, "fewer in flight");
    for (unsigned i = 0; i < count; i++) {
        load->posters[i] = (struct load_poster){.post = -1};
        socket_open(load, &load->posters[i].socket);
    }
}

static void posters_close(struct load *load, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        socket_close(&load->posters[i].socket);
    }
}

static void run_begin(struct load *load, const struct load_plan *plan)
{
    must(plan->count <= LOAD_POSTS_MAX, "fewer requests");
    posters_open(load, plan->in_flight);
    for (unsigned i = 0; i < load->screens_count; i++) {
        load->screens[i]->level = 0;
    }
    memset(load->told_of, 0, sizeof load->told_of);
    load->asked = load->answered = load->shown = 0;
    load->plan = plan;
    load->begin_s = bench_now_s();
}

const struct load_post *load_run(struct load *load, const struct load_plan *plan)
{
    run_begin(load, plan);
    while (!is_over(load)) {
        must(bench_now_s() < load->begin_s + patience_s, "all answered and shown in a minute");
        ask_due(load);
        load_turn(load, 1000);
    }
    posters_close(load, plan->in_flight);
    load->plan = NULL;
    return load->posts;
}

void load_watch(struct load *load, unsigned screens)
{
    const double begin_s = bench_now_s();
    const unsigned own_max = load->target->opening_max;
    const unsigned opening_max = own_max > 0 ? own_max : OPENING_MAX;
    while (load->told_count < screens) {
        must(bench_now_s() < begin_s + patience_s, "every screen told in a minute");
        while (load->screens_count < screens &&
               load->screens_count - load->told_count < opening_max) {
            screen_open(load);
        }
        load_turn(load, 1000);
    }
}

void load_settle(struct load *load)
{
    const double begin_s = bench_now_s();
    while (load->idle_count < load->screens_count) {
        must(bench_now_s() < begin_s + patience_s, "every screen told in a minute that none waits");
        load_turn(load, 1000);
    }
}

void load_idle(struct load *load, double seconds)
{
    const double end_s = bench_now_s() + seconds;
    double left_s = seconds;
    while (left_s > 0) {
        load_turn(load, 1 + (int)(1000 * left_s));
        left_s = end_s - bench_now_s();
    }
}

uint64_t load_frames(const struct load *load)
{
    return load->frames;
}

/* --- life --- */

struct load *load_new(const struct load_target *target)
{
    struct load *load = calloc(1, sizeof *load);
    must(load != NULL, "memory");
    load->target = target;
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    load->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = NULL}};
    must(load->epoll >= 0 && load->timer >= 0 &&
             epoll_ctl(load->epoll, EPOLL_CTL_ADD, load->timer, &event) == 0,
         "an epoll");
    return load;
}

void load_free(struct load *load)
{
    for (unsigned i = 0; i < load->screens_count; i++) {
        socket_close(&load->screens[i]->socket);
        free(load->screens[i]);
    }
    (void)close(load->timer);
    (void)close(load->epoll);
    free(load);
}
