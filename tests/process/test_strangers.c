/* test_strangers.c - who is not on the roster, or misbehaves: what a device hears of them
 * (nothing), and what the door for newcomers lets in.
 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "node/mesh/socket.h"
#include "node/os/clock.h"
#include "tests/process/lib/peers.h"

/* --- sockets of the library itself, so that they may misbehave --- */

struct stranger {
    void *context, *socket, *monitor;
};

static void stranger_open(struct stranger *stranger)
{
    stranger->context = zmq_ctx_new();
    stranger->socket = zmq_socket(stranger->context, ZMQ_DEALER);
    int linger = 0;
    assert_int_equal(zmq_setsockopt(stranger->socket, ZMQ_LINGER, &linger, sizeof linger), 0);
    assert_int_equal(zmq_socket_monitor(stranger->socket, "inproc://stranger", ZMQ_EVENT_ALL), 0);
    stranger->monitor = zmq_socket(stranger->context, ZMQ_PAIR);
    assert_int_equal(zmq_connect(stranger->monitor, "inproc://stranger"), 0);
}

static void stranger_set_keys(struct stranger *stranger, const struct transport_secret *secret,
                              const struct public_key *server)
{
    struct public_key own = transport_public(secret);
    assert_int_equal(zmq_setsockopt(stranger->socket, ZMQ_CURVE_SECRETKEY, secret->bytes, 32), 0);
    assert_int_equal(zmq_setsockopt(stranger->socket, ZMQ_CURVE_PUBLICKEY, own.bytes, 32), 0);
    assert_int_equal(zmq_setsockopt(stranger->socket, ZMQ_CURVE_SERVERKEY, server->bytes, 32), 0);
}

static void stranger_close(struct stranger *stranger)
{
    assert_int_equal(zmq_socket_monitor(stranger->socket, NULL, 0), 0);
    assert_int_equal(zmq_close(stranger->monitor), 0);
    assert_int_equal(zmq_close(stranger->socket), 0);
    assert_int_equal(zmq_ctx_term(stranger->context), 0);
}

/* Turn @server until the stranger's monitor shows one of @events. */
static void stranger_until(struct stranger *stranger, struct peer *server, uint16_t events)
{
    uint64_t deadline_ms = clock_mono_ms() + PEERS_DEADLINE_MS;
    uint16_t seen = 0;
    while ((seen & events) == 0) {
        uint8_t frame[64];
        peer_turn(server);
        int size = zmq_recv(stranger->monitor, frame, sizeof frame, ZMQ_DONTWAIT);
        if (size == 6) {
            memcpy(&seen, frame, sizeof seen);
        }
        if (clock_mono_ms() > deadline_ms) {
            fail_msg("the stranger saw none of %x", events);
        }
    }
}

/* Turn @server until the stranger hears a farewell for @reason. */
static void stranger_is_told(struct stranger *stranger, struct peer *server, enum bye_reason reason)
{
    static struct message message;
    uint8_t frame[64];
    int size = -1;
    uint64_t deadline_ms = clock_mono_ms() + PEERS_DEADLINE_MS;
    while (size < 0) {
        peer_turn(server);
        size = zmq_recv(stranger->socket, frame, sizeof frame, ZMQ_DONTWAIT);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    assert_int_equal(message_decode(bytes_of(frame, (size_t)size), &message), 0);
    assert_int_equal(message.kind, MESSAGE_BYE);
    assert_int_equal(message.reason, reason);
}

static void server_heard_nothing(struct peer *server)
{
    for (int i = 0; i < 20; i++) {
        peer_turn(server);
    }
    assert_int_equal(server->ups, 0);
    assert_int_equal(server->messages, 0);
}

static void server_open(struct peer *server, struct peer *friend_)
{
    peer_init(server, 1);
    peer_init(friend_, 2);
    peer_open(server, "tcp://127.0.0.1:*");
    peer_allow(server, friend_);
}

TEST(strangers, a_stranger_with_a_key_of_its_own_is_refused)
{
    struct peer server, friend_, thief;
    server_open(&server, &friend_);
    peer_init(&thief, 9);
    struct stranger stranger;
    stranger_open(&stranger);
    stranger_set_keys(&stranger, &thief.secret, &server.device.key);
    assert_int_equal(zmq_connect(stranger.socket, transport_endpoint(server.transport)), 0);
    (void)zmq_send(stranger.socket, "let me in", 9, ZMQ_DONTWAIT);
    stranger_until(&stranger, &server, ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
    server_heard_nothing(&server);
    stranger_close(&stranger);
    peer_close(&server);
}

TEST(strangers, a_stranger_without_a_key_is_refused)
{
    struct peer server, friend_;
    server_open(&server, &friend_);
    struct stranger stranger;
    stranger_open(&stranger);
    assert_int_equal(zmq_connect(stranger.socket, transport_endpoint(server.transport)), 0);
    (void)zmq_send(stranger.socket, "let me in", 9, ZMQ_DONTWAIT);
    stranger_until(&stranger, &server,
                   ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                       ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL);
    server_heard_nothing(&server);
    stranger_close(&stranger);
    peer_close(&server);
}

TEST(strangers, a_friend_who_expects_another_server_does_not_talk_to_this_one)
{
    struct peer server, friend_, other;
    server_open(&server, &friend_);
    peer_init(&other, 3);
    struct stranger stranger;
    stranger_open(&stranger);
    stranger_set_keys(&stranger, &friend_.secret, &other.device.key);
    assert_int_equal(zmq_connect(stranger.socket, transport_endpoint(server.transport)), 0);
    (void)zmq_send(stranger.socket, "secret", 6, ZMQ_DONTWAIT);
    stranger_until(&stranger, &server,
                   ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                       ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL);
    server_heard_nothing(&server);
    stranger_close(&stranger);
    peer_close(&server);
}

/* libzmq ends the process here when it is told to send heartbeats (socket.c says why). */
TEST(strangers, a_device_that_slept_while_others_filled_its_queues_and_left_wakes_up_and_hears_them)
{
    struct pair pair;
    pair_open(&pair);
    static const uint8_t frame[64 * 1024];
    uint32_t sent = 0;
    while (transport_send(pair.client.transport, pair.client.link, bytes_of(frame, sizeof frame)) ==
           0) {
        assert_true(++sent < 100000);
    }
    peer_close(&pair.client);
    struct peer bystander; /* the time in which two heartbeats would have been due */
    peer_init(&bystander, 3);
    peer_open(&bystander, NULL);
    uint64_t until_ms = clock_mono_ms() + 1200;
    while (clock_mono_ms() < until_ms) {
        peer_turn(&bystander);
    }
    peer_close(&bystander);
    peers_until(&pair.server, NULL, &pair.server.downs, 1);
    assert_in_range(pair.server.messages, 2, sent + 1);
    peer_close(&pair.server);
}

TEST(strangers, a_refused_device_learns_that_it_was_refused)
{
    struct peer server, friend_, thief;
    server_open(&server, &friend_);
    peer_init(&thief, 9);
    peer_open(&thief, NULL);
    peer_allow(&thief, &server);
    peer_dial(&thief, &server, transport_endpoint(server.transport));
    uint64_t deadline_ms = clock_mono_ms() + PEERS_DEADLINE_MS;
    while (transport_state(thief.transport, 1) != TRANSPORT_REFUSED) {
        peer_turn(&thief);
        peer_turn(&server);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    assert_int_equal(thief.ups, 0);
    peer_close(&thief);
    peer_close(&server);
}

TEST(strangers, a_routing_id_that_somebody_chose_is_not_heard)
{
    struct peer server, friend_;
    server_open(&server, &friend_);
    struct stranger stranger;
    stranger_open(&stranger);
    stranger_set_keys(&stranger, &friend_.secret, &server.device.key);
    /* As long as the longest of ours, or longer: none of them can be one that was given. */
    const char chosen[] = "a-name-of-its-own-choice";
    assert_int_equal(zmq_setsockopt(stranger.socket, ZMQ_ROUTING_ID, chosen, sizeof chosen - 1), 0);
    assert_int_equal(zmq_connect(stranger.socket, transport_endpoint(server.transport)), 0);
    stranger_until(&stranger, &server, ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    assert_int_equal(zmq_send(stranger.socket, "hello", 5, 0), 5);
    server_heard_nothing(&server);
    stranger_close(&stranger);
    peer_close(&server);
}

TEST(strangers, another_device_cannot_take_over_a_routing_id)
{
    struct pair pair;
    pair_open(&pair);
    struct peer second;
    peer_init(&second, 3);
    struct transport_device both[] = {pair.client.device, second.device};
    transport_allow(pair.server.transport, both, 2);
    uint32_t link = pair.server.link;
    struct stranger stranger;
    stranger_open(&stranger);
    stranger_set_keys(&stranger, &second.secret, &pair.server.device.key);
    /* A ROUTER takes a name of five bytes that does not begin with zero, as it gives them. */
    assert_int_equal(zmq_setsockopt(stranger.socket, ZMQ_ROUTING_ID, "abcde", 5), 0);
    assert_int_equal(zmq_connect(stranger.socket, transport_endpoint(pair.server.transport)), 0);
    stranger_until(&stranger, &pair.server, ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    assert_int_equal(zmq_send(stranger.socket, "mine", 4, 0), 4);
    peer_say(&pair.server, link, "for the first alone");
    peers_until(&pair.client, &pair.server, &pair.client.messages, 1);
    assert_string_equal(pair.client.text, "for the first alone");
    char buffer[8];
    assert_int_equal(zmq_recv(stranger.socket, buffer, sizeof buffer, ZMQ_DONTWAIT), -1);
    assert_int_equal(pair.server.ups, 1);
    stranger_close(&stranger);
    pair_close(&pair);
}

TEST(strangers, a_message_of_two_frames_is_not_heard)
{
    struct peer server, friend_;
    server_open(&server, &friend_);
    struct stranger stranger;
    stranger_open(&stranger);
    stranger_set_keys(&stranger, &friend_.secret, &server.device.key);
    assert_int_equal(zmq_connect(stranger.socket, transport_endpoint(server.transport)), 0);
    assert_int_equal(zmq_send(stranger.socket, "one", 3, ZMQ_SNDMORE), 3);
    assert_int_equal(zmq_send(stranger.socket, "two", 3, 0), 3);
    assert_int_equal(zmq_send(stranger.socket, "three", 5, 0), 5);
    peers_until(&server, NULL, &server.messages, 1);
    assert_string_equal(server.text, "three");
    assert_int_equal(server.messages, 1);
    stranger_close(&stranger);
    peer_close(&server);
}

TEST(strangers, a_frame_of_200_mib_ends_the_connection)
{
    struct peer server, friend_;
    server_open(&server, &friend_);
    struct stranger stranger;
    stranger_open(&stranger);
    stranger_set_keys(&stranger, &friend_.secret, &server.device.key);
    assert_int_equal(zmq_connect(stranger.socket, transport_endpoint(server.transport)), 0);
    size_t size = (size_t)200 << 20;
    void *huge = calloc(1, size);
    assert_non_null(huge);
    assert_int_equal(zmq_send(stranger.socket, huge, size, 0), (int)size);
    free(huge);
    stranger_until(&stranger, &server, ZMQ_EVENT_DISCONNECTED);
    server_heard_nothing(&server);
    stranger_close(&stranger);
    peer_close(&server);
}

TEST(strangers, a_device_takes_no_more_links_than_are_its_due)
{
    enum { LINKS_TRIED = LINKS_PER_DEVICE_MAX + 1 };
    struct peer server, greedy, modest;
    struct stranger strangers[LINKS_TRIED];
    server_open(&server, &greedy);
    for (uint32_t i = 0; i < LINKS_TRIED; i++) {
        stranger_open(&strangers[i]);
        stranger_set_keys(&strangers[i], &greedy.secret, &server.device.key);
        assert_int_equal(zmq_connect(strangers[i].socket, transport_endpoint(server.transport)), 0);
        assert_int_equal(zmq_send(strangers[i].socket, "hello", 5, 0), 5);
        if (i < LINKS_PER_DEVICE_MAX) {
            peers_until(&server, NULL, &server.messages, i + 1);
        }
    }
    stranger_is_told(&strangers[LINKS_TRIED - 1], &server, BYE_OVERLOAD);
    assert_int_equal(server.ups, LINKS_PER_DEVICE_MAX);
    /* Another device has room, and the first has again when it leaves some. */
    peer_init(&modest, 3);
    struct transport_device both[] = {greedy.device, modest.device};
    transport_allow(server.transport, both, 2);
    peer_open(&modest, NULL);
    peer_allow(&modest, &server);
    peer_dial(&modest, &server, transport_endpoint(server.transport));
    peers_until(&modest, &server, &modest.ups, 1);
    peer_say(&modest, modest.link, "hello");
    peers_until(&server, &modest, &server.ups, LINKS_PER_DEVICE_MAX + 1);
    stranger_close(&strangers[0]);
    peers_until(&server, &modest, &server.downs, 1);
    assert_int_equal(zmq_send(strangers[LINKS_TRIED - 1].socket, "again", 5, 0), 5);
    peers_until(&server, &modest, &server.ups, LINKS_PER_DEVICE_MAX + 2);
    for (uint32_t i = 1; i < LINKS_TRIED; i++) {
        stranger_close(&strangers[i]);
    }
    peer_close(&modest);
    peer_close(&server);
}

/* --- the door for newcomers --- */

TEST(strangers, a_newcomer_is_heard_at_the_open_door_alone)
{
    struct peer server, friend_, newcomer;
    server_open(&server, &friend_);
    peer_init(&newcomer, 9);
    assert_int_equal(transport_enrol_open(server.transport, "tcp://127.0.0.1:*", NULL), 0);
    struct stranger stranger;
    stranger_open(&stranger);
    stranger_set_keys(&stranger, &newcomer.secret, &server.device.key);
    assert_int_equal(zmq_connect(stranger.socket, transport_enrol_endpoint(server.transport)), 0);
    assert_int_equal(zmq_send(stranger.socket, "may I join", 10, 0), 10);
    peers_until(&server, NULL, &server.enrols, 1);
    assert_int_equal(server.ups, 0);
    assert_string_equal(server.text, "may I join");
    transport_enrol_reply(server.transport, &server.caller, bytes_of_text("welcome"));
    char buffer[8];
    assert_int_equal(zmq_recv(stranger.socket, buffer, sizeof buffer, 0), 7);
    assert_memory_equal(buffer, "welcome", 7);
    transport_enrol_close(server.transport);
    stranger_until(&stranger, &server, ZMQ_EVENT_DISCONNECTED);
    stranger_close(&stranger);
    peer_close(&server);
}

TEST(strangers, a_newcomer_is_answered_though_another_knocks_behind_it)
{
    struct peer server, friend_, newcomers[2];
    struct stranger strangers[2];
    server_open(&server, &friend_);
    assert_int_equal(transport_enrol_open(server.transport, "tcp://127.0.0.1:*", NULL), 0);
    for (uint32_t i = 0; i < 2; i++) {
        peer_init(&newcomers[i], 8 + i);
        stranger_open(&strangers[i]);
        stranger_set_keys(&strangers[i], &newcomers[i].secret, &server.device.key);
        assert_int_equal(
            zmq_connect(strangers[i].socket, transport_enrol_endpoint(server.transport)), 0);
        assert_int_equal(zmq_send(strangers[i].socket, "knock", 5, 0), 5);
        peers_until(&server, NULL, &server.enrols, i + 1);
    }
    transport_enrol_reply(server.transport, &server.caller, bytes_of_text("welcome"));
    char buffer[8];
    assert_int_equal(zmq_recv(strangers[0].socket, buffer, sizeof buffer, 0), 7);
    assert_int_equal(zmq_recv(strangers[1].socket, buffer, sizeof buffer, ZMQ_DONTWAIT), -1);
    for (uint32_t i = 0; i < 2; i++) {
        stranger_close(&strangers[i]);
    }
    peer_close(&server);
}

TEST(strangers, a_large_frame_at_the_door_ends_the_connection)
{
    static const uint8_t large[2 * ENROL_FRAME_BYTES_MAX];
    struct peer server, friend_, newcomer;
    struct stranger stranger;
    server_open(&server, &friend_);
    peer_init(&newcomer, 9);
    assert_int_equal(transport_enrol_open(server.transport, "tcp://127.0.0.1:*", NULL), 0);
    stranger_open(&stranger);
    stranger_set_keys(&stranger, &newcomer.secret, &server.device.key);
    assert_int_equal(zmq_connect(stranger.socket, transport_enrol_endpoint(server.transport)), 0);
    assert_int_equal(zmq_send(stranger.socket, large, sizeof large, 0), (int)sizeof large);
    stranger_until(&stranger, &server, ZMQ_EVENT_DISCONNECTED);
    assert_int_equal(server.enrols, 0);
    stranger_close(&stranger);
    peer_close(&server);
}
