/* test_transport_spoilt.c - two devices over a wire on which a bit flips where TCP does not see it:
 * whoever is sent that ends the connection, and they are linked anew.
 */
#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/os/clock.h"
#include "tests/process/lib/peers.h"
#include "tests/process/lib/raw.h"

enum { CLIENT, SERVER, ENDS };

/* From a port of its own to the server's; one connection at a time. */
struct wire {
    int listener, port, server_port;
    int ends[ENDS]; /* -1: there is none */
    int spoilt;     /* of what comes from this end the next last byte; -1: of none */
};

static void wire_open(struct wire *wire, const char *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *wire = (struct wire){.listener = socket(AF_INET, SOCK_STREAM, 0),
                          .server_port = (int)strtol(strrchr(server, ':') + 1, NULL, 10),
                          .ends = {-1, -1},
                          .spoilt = -1};
    assert_int_equal(bind(wire->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(wire->listener, 8), 0);
    assert_int_equal(getsockname(wire->listener, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(fcntl(wire->listener, F_SETFL, O_NONBLOCK), 0);
    wire->port = ntohs(address.sin_port);
}

static void wire_hang_up(struct wire *wire)
{
    for (int end = 0; end < ENDS; end++) {
        if (wire->ends[end] >= 0) {
            (void)close(wire->ends[end]);
        }
        wire->ends[end] = -1;
    }
}

static void wire_carry(struct wire *wire, int from)
{
    uint8_t data[4096];
    ssize_t size = recv(wire->ends[from], data, sizeof data, 0);
    if (size <= 0) {
        wire_hang_up(wire);
        return;
    }
    if (wire->spoilt == from) {
        data[size - 1] ^= 1;
        wire->spoilt = -1;
    }
    if (!raw_send(wire->ends[SERVER - from], data, (size_t)size)) {
        wire_hang_up(wire);
    }
}

static void wire_turn(struct wire *wire)
{
    if (wire->ends[CLIENT] < 0) {
        wire->ends[CLIENT] = accept(wire->listener, NULL, NULL);
        wire->ends[SERVER] = wire->ends[CLIENT] < 0 ? -1 : raw_dial(wire->server_port, 0);
    }
    for (int from = 0; from < ENDS; from++) {
        struct pollfd ready = {.fd = wire->ends[from], .events = POLLIN};
        if (poll(&ready, 1, 0) > 0) {
            wire_carry(wire, from);
        }
    }
}

static void until(struct wire *wire, struct pair *pair, const uint32_t *counter, uint32_t wanted)
{
    uint64_t deadline_ms = clock_mono_ms() + PEERS_DEADLINE_MS;
    while (*counter < wanted) {
        wire_turn(wire);
        peer_turn(&pair->server);
        peer_turn(&pair->client);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

static size_t descriptors(void)
{
    size_t count = 0;
    for (int fd = 0; fd < 1024; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

/* Linked over the wire, both having said a word. */
static void wired_open(struct wire *wire, struct pair *pair)
{
    char endpoint[ENDPOINT_BYTES_MAX];
    peer_init(&pair->server, 1);
    peer_init(&pair->client, 2);
    peer_open(&pair->server, "tcp://127.0.0.1:*");
    peer_open(&pair->client, NULL);
    wire_open(wire, transport_endpoint(pair->server.transport));
    (void)snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%d", wire->port);
    peer_allow(&pair->server, &pair->client);
    peer_allow(&pair->client, &pair->server);
    peer_dial(&pair->client, &pair->server, endpoint);
    until(wire, pair, &pair->client.ups, 1);
    peer_say(&pair->client, pair->client.link, "hello");
    until(wire, pair, &pair->server.messages, 1);
    peer_say(&pair->server, pair->server.link, "hello");
    until(wire, pair, &pair->client.messages, 1);
}

static void wired_close(struct wire *wire, struct pair *pair)
{
    pair_close(pair);
    wire_hang_up(wire);
    (void)close(wire->listener);
}

TEST(transport_spoilt, a_spoilt_frame_ends_the_link_at_the_bound_side_and_leaves_nothing_open)
{
    struct wire wire;
    struct pair pair;
    wired_open(&wire, &pair);
    size_t before = descriptors();
    for (uint32_t i = 1; i <= 8; i++) {
        wire.spoilt = CLIENT;
        peer_say(&pair.client, pair.client.link, "a bit of this flips");
        until(&wire, &pair, &pair.server.downs, i);
        until(&wire, &pair, &pair.client.ups, i + 1);
        peer_say(&pair.client, pair.client.link, "hello");
        until(&wire, &pair, &pair.server.messages, i + 1);
    }
    assert_true(descriptors() <= before + 2);
    wired_close(&wire, &pair);
}

TEST(transport_spoilt,
     a_spoilt_frame_ends_the_link_at_the_side_that_dialled_and_leaves_nothing_open)
{
    struct wire wire;
    struct pair pair;
    wired_open(&wire, &pair);
    size_t before = descriptors();
    for (uint32_t i = 1; i <= 8; i++) {
        wire.spoilt = SERVER;
        peer_say(&pair.server, pair.server.link, "a bit of this flips");
        until(&wire, &pair, &pair.client.downs, i);
        until(&wire, &pair, &pair.client.ups, i + 1);
        peer_say(&pair.client, pair.client.link, "hello");
        until(&wire, &pair, &pair.server.messages, i + 1);
    }
    assert_true(descriptors() <= before + 2);
    wired_close(&wire, &pair);
}
