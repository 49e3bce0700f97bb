#define _GNU_SOURCE
#include "tests/bench/wirecut.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sync/base/err.h"
#include "tests/bench/bench.h"

enum { CHUNK_BYTES = 64 * 1024, LOOK_MS = 2 };

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

static void accept_one(struct wirecut *wire)
{
    struct sockaddr_in address = loopback(atomic_load(&wire->target_port));
    int one = 1;
    int near = accept4(wire->listener, NULL, NULL, SOCK_CLOEXEC);
    int far = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (near < 0 || far < 0 || wire->pairs_count == WIRE_PAIRS_MAX ||
        connect(far, (struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(near);
        (void)close(far);
        return;
    }
    (void)setsockopt(near, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    (void)setsockopt(far, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    wire->pairs[wire->pairs_count][0] = near;
    wire->pairs[wire->pairs_count++][1] = far;
}

/* False when the connection is over. */
static bool carry(int from, int to)
{
    char chunk[CHUNK_BYTES];
    ssize_t size = recv(from, chunk, sizeof chunk, MSG_DONTWAIT);
    for (ssize_t sent = 0; sent < size;) {
        ssize_t more = send(to, chunk + sent, (size_t)(size - sent), MSG_NOSIGNAL);
        if (more <= 0) {
            return false;
        }
        sent += more;
    }
    return size > 0;
}

static void pair_close(struct wirecut *wire, unsigned at)
{
    (void)close(wire->pairs[at][0]);
    (void)close(wire->pairs[at][1]);
    wire->pairs_count--;
    wire->pairs[at][0] = wire->pairs[wire->pairs_count][0];
    wire->pairs[at][1] = wire->pairs[wire->pairs_count][1];
}

static void carry_all(struct wirecut *wire, const struct pollfd *fds)
{
    for (unsigned at = wire->pairs_count; at-- > 0;) {
        const int *pair = wire->pairs[at];
        bool is_over = (fds[2 * at].revents != 0 && !carry(pair[0], pair[1])) ||
                       (fds[2 * at + 1].revents != 0 && !carry(pair[1], pair[0]));
        if (is_over) {
            pair_close(wire, at);
        }
    }
}

static void *forward(void *context)
{
    struct wirecut *wire = context;
    struct pollfd fds[2 * WIRE_PAIRS_MAX + 1];
    while (!atomic_load(&wire->is_over)) {
        unsigned count = 2 * wire->pairs_count;
        for (unsigned i = 0; i < count; i++) {
            fds[i] = (struct pollfd){.fd = wire->pairs[i / 2][i % 2], .events = POLLIN};
        }
        fds[count] = (struct pollfd){.fd = wire->listener, .events = POLLIN};
        if (atomic_load(&wire->is_cut)) {
            (void)poll(NULL, 0, LOOK_MS);
            continue;
        }
        if (poll(fds, count + 1, LOOK_MS) <= 0) {
            continue;
        }
        carry_all(wire, fds);
        if (fds[count].revents != 0) {
            accept_one(wire);
        }
    }
    return NULL;
}

void wirecut_open(struct wirecut *wire)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    wire->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    atomic_store(&wire->target_port, 0);
    wire->pairs_count = 0;
    atomic_store(&wire->is_cut, false);
    atomic_store(&wire->is_over, false);
    if (bind(wire->listener, (struct sockaddr *)&address, size) != 0 ||
        listen(wire->listener, 64) != 0 ||
        getsockname(wire->listener, (struct sockaddr *)&address, &size) != 0) {
        bench_must(ERR_IO, "listen");
    }
    wire->port = ntohs(address.sin_port);
    bench_must(pthread_create(&wire->thread, NULL, forward, wire) == 0 ? 0 : ERR_NO_MEMORY,
               "thread");
}

void wirecut_target(struct wirecut *wire, int port)
{
    atomic_store(&wire->target_port, port);
}

void wirecut_set(struct wirecut *wire, bool is_cut)
{
    atomic_store(&wire->is_cut, is_cut);
}

void wirecut_close(struct wirecut *wire)
{
    atomic_store(&wire->is_over, true);
    (void)pthread_join(wire->thread, NULL);
    while (wire->pairs_count > 0) {
        pair_close(wire, 0);
    }
    (void)close(wire->listener);
}
