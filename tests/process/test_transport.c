/* Two devices in one process, each with a context of its own, over loopback. Nothing waits for a
 * time to pass: every wait is for a condition, with a deadline that only a failure meets. */
#include "node/mesh/transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "node/mesh/socket.h"
#include "node/os/clock.h"
#include "tests/lib/test.h"

enum { DEADLINE_MS = 120000 };

struct peer {
    struct transport *transport;
    struct transport_secret secret;
    struct transport_device device;
    uint32_t ups, downs, messages, enrols;
    uint32_t link;         /* of the last event */
    uint64_t from;         /* device of the last UP or MESSAGE */
    char text[64];         /* of the last message */
    struct routing caller; /* of the first ENROL */
};

static void peer_init(struct peer *peer, uint64_t device)
{
    assert_int_equal(entropy_start(), 0);
    *peer = (struct peer){.device.device = device};
    entropy_transport_key(&peer->secret);
    peer->device.key = transport_public(&peer->secret);
}

static void peer_open(struct peer *peer, const char *listen)
{
    struct transport_config config = {&peer->secret, listen, peer->device.device};
    assert_int_equal(transport_open(&config, &peer->transport), 0);
}

static void peer_close(struct peer *peer)
{
    transport_close(peer->transport);
    peer->transport = NULL;
}

static void peer_allow(struct peer *peer, const struct peer *other)
{
    transport_allow(peer->transport, &other->device, 1);
}

static void peer_dial(struct peer *peer, const struct peer *server, const char *endpoint)
{
    struct transport_peer wanted = {.device = server->device.device};
    (void)snprintf(wanted.endpoint, sizeof wanted.endpoint, "%s", endpoint);
    transport_dial(peer->transport, &wanted, 1);
}

static void peer_note(struct peer *peer, const struct transport_event *event)
{
    peer->ups += event->kind == TRANSPORT_UP;
    peer->downs += event->kind == TRANSPORT_DOWN;
    peer->messages += event->kind == TRANSPORT_MESSAGE;
    if (event->kind == TRANSPORT_ENROL && peer->enrols++ == 0) {
        peer->caller = event->caller;
    }
    peer->link = event->link;
    if (event->kind == TRANSPORT_UP || event->kind == TRANSPORT_MESSAGE) {
        peer->from = event->device;
    }
    if (event->frame.size > 0 && event->frame.size < sizeof peer->text) {
        memcpy(peer->text, event->frame.data, event->frame.size);
        peer->text[event->frame.size] = '\0';
    }
}

static void peer_turn(struct peer *peer)
{
    struct transport_event event;
    uint32_t ready = 0;
    assert_int_equal(transport_wait(peer->transport, NULL, 0, 1, &ready), 0);
    while (transport_next(peer->transport, &event)) {
        peer_note(peer, &event);
    }
}

static void peer_say(struct peer *peer, uint32_t link, const char *text)
{
    assert_int_equal(transport_send(peer->transport, link, bytes_of_text(text)), 0);
}

/* Turn both (@b may be NULL) until *@counter is at least @wanted. */
static void until(struct peer *a, struct peer *b, const uint32_t *counter, uint32_t wanted)
{
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (*counter < wanted) {
        peer_turn(a);
        if (b != NULL) {
            peer_turn(b);
        }
        if (clock_mono_ms() > deadline_ms) {
            fail_msg("nothing happened within %d ms", DEADLINE_MS);
        }
    }
}

struct pair {
    struct peer server, client;
};

/* A client that dialled a server, and said hello. The server's address is its own: no other program
 * takes its port while it is down, and no dialler's own port can be that one. */
static void pair_open(struct pair *pair)
{
    peer_init(&pair->server, 1);
    peer_init(&pair->client, 2);
    peer_open(&pair->server, "tcp://127.0.0.2:*");
    peer_open(&pair->client, NULL);
    peer_allow(&pair->server, &pair->client);
    peer_allow(&pair->client, &pair->server);
    peer_dial(&pair->client, &pair->server, transport_endpoint(pair->server.transport));
    until(&pair->client, &pair->server, &pair->client.ups, 1);
    peer_say(&pair->client, pair->client.link, "hello");
    until(&pair->server, &pair->client, &pair->server.messages, 1);
}

static void pair_close(struct pair *pair)
{
    peer_close(&pair->client);
    peer_close(&pair->server);
}

TEST(transport, two_devices_shake_hands_and_talk)
{
    struct pair pair;
    pair_open(&pair);
    assert_int_equal(pair.server.ups, 1);
    assert_int_equal(pair.server.from, 2);
    assert_string_equal(pair.server.text, "hello");
    peer_say(&pair.server, pair.server.link, "good evening");
    until(&pair.client, &pair.server, &pair.client.messages, 1);
    assert_string_equal(pair.client.text, "good evening");
    assert_int_equal(transport_state(pair.client.transport, 1), TRANSPORT_LINKED);
    assert_int_equal(transport_state(pair.server.transport, 2), TRANSPORT_LINKED);
    pair_close(&pair);
}

/* --- strangers: sockets of the library itself, so that they may misbehave --- */

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
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
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
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
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

TEST(transport, a_stranger_with_a_key_of_its_own_is_refused)
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

TEST(transport, a_stranger_without_a_key_is_refused)
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

TEST(transport, a_friend_who_expects_another_server_does_not_talk_to_this_one)
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
TEST(transport, a_device_that_slept_while_others_filled_its_queues_and_left_wakes_up_and_hears_them)
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
    until(&pair.server, NULL, &pair.server.downs, 1);
    assert_in_range(pair.server.messages, 2, sent + 1);
    peer_close(&pair.server);
}

TEST(transport, a_refused_device_learns_that_it_was_refused)
{
    struct peer server, friend_, thief;
    server_open(&server, &friend_);
    peer_init(&thief, 9);
    peer_open(&thief, NULL);
    peer_allow(&thief, &server);
    peer_dial(&thief, &server, transport_endpoint(server.transport));
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (transport_state(thief.transport, 1) != TRANSPORT_REFUSED) {
        peer_turn(&thief);
        peer_turn(&server);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    assert_int_equal(thief.ups, 0);
    peer_close(&thief);
    peer_close(&server);
}

TEST(transport, a_routing_id_that_somebody_chose_is_not_heard)
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

TEST(transport, another_device_cannot_take_over_a_routing_id)
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
    until(&pair.client, &pair.server, &pair.client.messages, 1);
    assert_string_equal(pair.client.text, "for the first alone");
    char buffer[8];
    assert_int_equal(zmq_recv(stranger.socket, buffer, sizeof buffer, ZMQ_DONTWAIT), -1);
    assert_int_equal(pair.server.ups, 1);
    stranger_close(&stranger);
    pair_close(&pair);
}

TEST(transport, a_message_of_two_frames_is_not_heard)
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
    until(&server, NULL, &server.messages, 1);
    assert_string_equal(server.text, "three");
    assert_int_equal(server.messages, 1);
    stranger_close(&stranger);
    peer_close(&server);
}

TEST(transport, a_frame_of_200_mib_ends_the_connection)
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

/* --- what happens to links --- */

TEST(transport, a_revoked_device_is_cut_and_not_heard_again)
{
    struct pair pair;
    pair_open(&pair);
    transport_allow(pair.server.transport, NULL, 0);
    peer_say(&pair.client, pair.client.link, "am I still welcome");
    until(&pair.server, &pair.client, &pair.server.downs, 1);
    /* The farewell is the answer to its next word. */
    until(&pair.client, &pair.server, &pair.client.messages, 1);
    assert_int_equal(pair.server.messages, 1);
    assert_int_equal(transport_state(pair.server.transport, 2), TRANSPORT_REFUSED);
    pair_close(&pair);
}

TEST(transport, a_peer_that_restarts_is_linked_again)
{
    struct pair pair;
    pair_open(&pair);
    char endpoint[ENDPOINT_BYTES_MAX];
    (void)snprintf(endpoint, sizeof endpoint, "%s", transport_endpoint(pair.server.transport));
    peer_close(&pair.server);
    until(&pair.client, NULL, &pair.client.downs, 1);
    assert_int_equal(transport_state(pair.client.transport, 1), TRANSPORT_LOST);
    peer_open(&pair.server, endpoint);
    peer_allow(&pair.server, &pair.client);
    until(&pair.client, &pair.server, &pair.client.ups, 2);
    peer_say(&pair.client, pair.client.link, "again");
    until(&pair.server, &pair.client, &pair.server.messages, 2);
    assert_string_equal(pair.server.text, "again");
    pair_close(&pair);
}

TEST(transport, the_bound_side_hears_that_a_dialler_is_gone)
{
    struct pair pair;
    pair_open(&pair);
    peer_close(&pair.client);
    until(&pair.server, NULL, &pair.server.downs, 1);
    assert_int_equal(transport_state(pair.server.transport, 2), TRANSPORT_LOST);
    peer_close(&pair.server);
}

TEST(transport, a_dropped_link_comes_back_as_a_new_session)
{
    struct pair pair;
    pair_open(&pair);
    transport_drop(pair.client.transport, pair.client.link, false);
    assert_int_equal(transport_state(pair.client.transport, 1), TRANSPORT_LOST);
    until(&pair.client, &pair.server, &pair.client.ups, 2);
    assert_int_equal(pair.client.downs, 0);
    peer_say(&pair.client, pair.client.link, "second session");
    until(&pair.server, &pair.client, &pair.server.messages, 2);
    assert_int_equal(pair.server.ups, 2);
    pair_close(&pair);
}

TEST(transport, what_the_bound_side_dropped_is_told_so_and_not_heard)
{
    struct pair pair;
    pair_open(&pair);
    transport_drop(pair.server.transport, pair.server.link, false);
    peer_say(&pair.client, pair.client.link, "anybody there");
    until(&pair.client, &pair.server, &pair.client.messages, 1);
    assert_int_equal(pair.server.messages, 1);
    assert_int_equal(pair.server.ups, 1);
    pair_close(&pair);
}

TEST(transport, a_device_that_reads_nothing_costs_a_bounded_queue)
{
    struct pair pair;
    pair_open(&pair);
    static const uint8_t frame[64 * 1024] = {1};
    bool was_full = false;
    for (int i = 0; i < 2000 && !was_full; i++) {
        was_full = transport_send(pair.server.transport, pair.server.link,
                                  bytes_of(frame, sizeof frame)) == ERR_LIMIT;
    }
    assert_true(was_full);
    /* It reads again: what was queued below the outbox arrives, and then what is new. */
    peer_say(&pair.server, pair.server.link, "fresh");
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (strcmp(pair.client.text, "fresh") != 0) {
        peer_turn(&pair.client);
        peer_turn(&pair.server);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    pair_close(&pair);
}

TEST(transport, a_second_bind_to_a_port_says_that_it_is_taken)
{
    struct peer first, second;
    peer_init(&first, 1);
    peer_init(&second, 2);
    peer_open(&first, "tcp://127.0.0.1:*");
    struct transport_config config = {&second.secret, transport_endpoint(first.transport), 1};
    struct transport *none = NULL;
    assert_int_equal(transport_open(&config, &none), ERR_EXISTS);
    config.listen = "carrier-pigeon";
    assert_int_equal(transport_open(&config, &none), ERR_MALFORMED);
    peer_close(&first);
}

TEST(transport, a_device_takes_no_more_links_than_are_its_due)
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
            until(&server, NULL, &server.messages, i + 1);
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
    until(&modest, &server, &modest.ups, 1);
    peer_say(&modest, modest.link, "hello");
    until(&server, &modest, &server.ups, LINKS_PER_DEVICE_MAX + 1);
    stranger_close(&strangers[0]);
    until(&server, &modest, &server.downs, 1);
    assert_int_equal(zmq_send(strangers[LINKS_TRIED - 1].socket, "again", 5, 0), 5);
    until(&server, &modest, &server.ups, LINKS_PER_DEVICE_MAX + 2);
    for (uint32_t i = 1; i < LINKS_TRIED; i++) {
        stranger_close(&strangers[i]);
    }
    peer_close(&modest);
    peer_close(&server);
}

/* --- the door for newcomers --- */

TEST(transport, a_newcomer_is_heard_at_the_open_door_alone)
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
    until(&server, NULL, &server.enrols, 1);
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

TEST(transport, a_newcomer_is_answered_though_another_knocks_behind_it)
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
        until(&server, NULL, &server.enrols, i + 1);
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

TEST(transport, a_large_frame_at_the_door_ends_the_connection)
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

/* --- the authenticator --- */

enum { FRAMES_MAX = 10 };

/* What somebody asks: frames, NULL at their end. */
struct question {
    const char *frames[FRAMES_MAX];
};

/* The authenticator's own word on @question, and whether it knew who asks. */
static int knock_of(const struct question *question, struct knock *ret_knock)
{
    void *context = context_new();
    void *authenticator = authenticator_new(context);
    void *asker = zmq_socket(context, ZMQ_REQ);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    char answer[8] = "";
    int err = ERR_BUSY;
    assert_non_null(authenticator);
    assert_null(authenticator_new(context)); /* there is one */
    assert_int_equal(zmq_connect(asker, "inproc://zeromq.zap.01"), 0);
    for (size_t i = 0; question->frames[i] != NULL; i++) {
        const char *frame = question->frames[i];
        const int flags = question->frames[i + 1] != NULL ? ZMQ_SNDMORE : 0;
        assert_int_equal(zmq_send(asker, frame, strlen(frame), flags), strlen(frame));
    }
    while (err == ERR_BUSY) {
        err = authenticator_next(authenticator, ret_knock);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    if (err == 0) {
        authenticator_answer(authenticator, ret_knock, "");
    } else {
        for (int i = 0; i < 3; i++) { /* version, request, status */
            const int size = zmq_recv(asker, answer, sizeof answer - 1, 0);
            assert_true(size >= 0 && size < (int)sizeof answer);
            answer[size] = '\0';
        }
        assert_string_equal(answer, "400");
    }
    (void)zmq_close(asker);
    (void)zmq_close(authenticator);
    context_free(context);
    return err;
}

#define KEY_TEXT "0123456789abcdef0123456789abcdef"
#define TEXT_64  KEY_TEXT KEY_TEXT

TEST(transport, a_question_that_is_none_is_answered_with_no)
{
    static const struct question questions[] = {
        {{"1.0", "1", "mesh"}},
        {{"2.0", "1", "mesh", "", "", "CURVE", KEY_TEXT}},
        {{"1.0", TEXT_64 "x", "mesh", "", "", "CURVE", KEY_TEXT}},
        {{"1.0", "1", "a domain that is too long", "", "", "CURVE", KEY_TEXT}},
        {{"1.0", "1", "mesh", "", "", "CURVE", KEY_TEXT, "and", "more"}},
        {{"1.0", "1", "mesh", TEXT_64 TEXT_64 TEXT_64 TEXT_64 TEXT_64, "", "CURVE", KEY_TEXT}},
    };
    struct knock knock;
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        assert_int_equal(knock_of(&questions[i], &knock), ERR_MALFORMED);
    }
}

TEST(transport, who_knocks_without_a_curve_key_has_none)
{
    static const struct question questions[] = {
        {{"1.0", "1", "mesh", "", "", "NULL"}},
        {{"1.0", "1", "mesh", "", "", "PLAIN", "name", "word"}},
        {{"1.0", "1", "mesh", "", "", "PLAIN", KEY_TEXT}},
        {{"1.0", "1", "mesh", "", "", "CURVE", "a short key"}},
    };
    static const struct question good = {{"1.0", "1", "mesh", "", "", "CURVE", KEY_TEXT}};
    struct knock knock;
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        const int err = knock_of(&questions[i], &knock);
        assert_true(err == ERR_MALFORMED || !knock.has_key);
    }
    assert_int_equal(knock_of(&good, &knock), 0);
    assert_true(knock.has_key);
    assert_string_equal(knock.domain, "mesh");
}
