/* test_transport_allowed.c - who may open a link: what is answered to those who knock, whom a
 * device goes on dialling, and whose word a message is.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include <zmq.h>

#include "node/mesh/socket.h"
#include "node/mesh/transport_parts.h"
#include "node/os/clock.h"
#include "tests/process/lib/peers.h"

enum { FRAME_BYTES_MAX = 1024, ANSWER_BYTES_MAX = 80 };

static void key_text(const struct public_key *key, char text[USER_ID_BYTES_MAX])
{
    for (size_t i = 0; i < sizeof key->bytes; i++) {
        (void)snprintf(text + 2 * i, 3, "%02x", key->bytes[i]);
    }
}

/* --- who knocks --- */

struct door {
    struct peer server, friend_, thief;
    void *asker; /* in the place of libzmq, which asks who may come in */
};

static void door_open(struct door *door)
{
    peer_init(&door->server, 1);
    peer_init(&door->friend_, 2);
    peer_init(&door->thief, 9);
    peer_open(&door->server, "tcp://127.0.0.1:*");
    peer_allow(&door->server, &door->friend_);
    door->asker = zmq_socket(door->server.transport->context, ZMQ_REQ);
    assert_non_null(door->asker);
    assert_int_equal(zmq_connect(door->asker, "inproc://zeromq.zap.01"), 0);
}

static void door_close(struct door *door)
{
    assert_int_equal(zmq_close(door->asker), 0);
    peer_close(&door->server);
}

static void frame_send(struct door *door, const void *data, size_t size, int flags)
{
    assert_int_equal(zmq_send(door->asker, data, size, flags), size);
}

/* Turn the server until a frame of its answer is there. */
static void frame_receive(struct door *door, char text[ANSWER_BYTES_MAX])
{
    const uint64_t deadline_ms = clock_mono_ms() + PEERS_DEADLINE_MS;
    int size = -1;
    while (size < 0) {
        peer_turn(&door->server);
        size = zmq_recv(door->asker, text, ANSWER_BYTES_MAX - 1, ZMQ_DONTWAIT);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    assert_true(size < ANSWER_BYTES_MAX);
    text[size] = '\0';
}

/* Whether who proved @key, or NULL = nothing, is let in at @domain, and that under its name. */
static bool is_let_in(struct door *door, const char *version, const char *domain,
                      const struct public_key *key)
{
    static const char *const before[] = {"1", NULL, "127.0.0.1", ""};
    char said[6][ANSWER_BYTES_MAX], name[USER_ID_BYTES_MAX] = "";
    frame_send(door, version, strlen(version), ZMQ_SNDMORE);
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        const char *text = before[i] != NULL ? before[i] : domain;
        frame_send(door, text, strlen(text), ZMQ_SNDMORE);
    }
    if (key == NULL) {
        frame_send(door, "NULL", 4, 0);
    } else {
        frame_send(door, "CURVE", 5, ZMQ_SNDMORE);
        frame_send(door, key->bytes, sizeof key->bytes, 0);
    }
    for (size_t i = 0; i < 6; i++) { /* version, request, status, text, name, metadata */
        frame_receive(door, said[i]);
    }
    const bool is_in = strcmp(said[2], "200") == 0;
    if (is_in) {
        assert_non_null(key);
        key_text(key, name);
    }
    assert_string_equal(said[4], name);
    return is_in;
}

TEST(transport_allowed, only_a_proven_key_on_the_roster_is_let_in_and_under_its_own_name)
{
    struct door door;
    door_open(&door);
    const struct public_key *friend_ = &door.friend_.device.key, *thief = &door.thief.device.key;
    assert_true(is_let_in(&door, "1.0", "mesh", friend_));
    assert_false(is_let_in(&door, "1.0", "mesh", thief));
    assert_false(is_let_in(&door, "1.0", "mesh", &door.server.device.key));
    assert_false(is_let_in(&door, "1.0", "mesh", NULL));
    assert_false(is_let_in(&door, "1.0", "elsewhere", friend_));
    transport_allow(door.server.transport, NULL, 0);
    assert_false(is_let_in(&door, "1.0", "mesh", friend_));
    door_close(&door);
}

TEST(transport_allowed, newcomers_are_let_in_while_their_door_is_open_and_at_that_alone)
{
    struct door door;
    door_open(&door);
    const struct public_key *newcomer = &door.thief.device.key;
    assert_false(is_let_in(&door, "1.0", "enrol", newcomer));
    assert_int_equal(transport_enrol_open(door.server.transport, "tcp://127.0.0.1:*", NULL), 0);
    assert_true(is_let_in(&door, "1.0", "enrol", newcomer));
    assert_false(is_let_in(&door, "1.0", "enrol", NULL));
    assert_false(is_let_in(&door, "1.0", "mesh", newcomer));
    transport_enrol_close(door.server.transport);
    assert_false(is_let_in(&door, "1.0", "enrol", newcomer));
    door_close(&door);
}

TEST(transport_allowed, after_a_question_that_is_none_the_next_one_is_answered)
{
    struct door door;
    door_open(&door);
    assert_false(is_let_in(&door, "2.0", "mesh", &door.friend_.device.key));
    assert_true(is_let_in(&door, "1.0", "mesh", &door.friend_.device.key));
    door_close(&door);
}

/* --- who is dialled --- */

static bool is_dialling(const struct peer *peer)
{
    bool is_one = false;
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        is_one |= peer->transport->dials[i].phase != DIAL_FREE;
    }
    return is_one;
}

TEST(transport_allowed, who_is_taken_off_the_roster_is_not_dialled_any_more)
{
    struct pair pair;
    pair_open(&pair);
    transport_allow(pair.client.transport, NULL, 0);
    assert_false(is_dialling(&pair.client));
    peers_until(&pair.client, &pair.server, &pair.client.downs, 1);
    assert_int_equal(transport_state(pair.client.transport, 1), TRANSPORT_REFUSED);
    pair_close(&pair);
}

TEST(transport_allowed, a_device_with_another_key_is_not_the_one_that_was_dialled)
{
    struct pair pair;
    struct peer other;
    pair_open(&pair);
    transport_allow(pair.client.transport, &pair.server.device, 1); /* as it was */
    assert_true(is_dialling(&pair.client));
    assert_int_equal(transport_state(pair.client.transport, 1), TRANSPORT_LINKED);
    peer_init(&other, 1);
    transport_allow(pair.client.transport, &other.device, 1);
    assert_false(is_dialling(&pair.client));
    peers_until(&pair.client, &pair.server, &pair.client.downs, 1);
    assert_int_equal(transport_state(pair.client.transport, 1), TRANSPORT_LOST);
    pair_close(&pair);
}

/* --- whose word it is --- */

/* Over a connection that the authenticator named @user_id: whether it is somebody's word. */
static bool is_word_of(const char *user_id, struct public_key *ret_key)
{
    char endpoint[ENDPOINT_BYTES_MAX];
    struct transport_secret server, client;
    struct routing routing;
    struct knock knock;
    void *context = context_new(), *authenticator = authenticator_new(context), *router = NULL;
    struct inbox *inbox = inbox_new();
    assert_int_equal(entropy_start(), 0);
    entropy_transport_key(&server);
    entropy_transport_key(&client);
    const struct public_key key = transport_public(&server);
    assert_int_equal(router_open(context, "tcp://127.0.0.1:*", "mesh", &server, FRAME_BYTES_MAX,
                                 endpoint, &router),
                     0);
    void *dealer = dealer_new(context, &key, &client);
    assert_int_equal(dealer_connect(dealer, endpoint), 0);
    const uint64_t deadline_ms = clock_mono_ms() + PEERS_DEADLINE_MS;
    int sent = ERR_NOT_FOUND;
    do {
        if (authenticator_next(authenticator, &knock) == 0) {
            authenticator_answer(authenticator, &knock, user_id);
        }
        sent = sent != 0 ? dealer_send(dealer, bytes_of_text("word")) : 0;
        assert_true(clock_mono_ms() < deadline_ms);
    } while (!inbox_receive_routed(inbox, router, &routing));
    const bool is_somebodys = transport_allowed_sender(inbox, ret_key);
    inbox_free(inbox);
    socket_close(dealer, NULL, 0);
    socket_close(router, NULL, 0);
    socket_close(authenticator, NULL, 0);
    context_free(context);
    return is_somebodys;
}

#define KEY_32 "0123456789abcdef0123456789abcdef"

TEST(transport_allowed, a_message_is_the_word_of_the_key_that_its_connection_proved)
{
    struct public_key key = {{0}};
    char text[USER_ID_BYTES_MAX];
    assert_true(is_word_of(KEY_32 KEY_32, &key));
    key_text(&key, text);
    assert_string_equal(text, KEY_32 KEY_32);
}

TEST(transport_allowed, a_message_over_a_connection_that_proved_no_key_is_nobodys_word)
{
    static const char *const names[] = {"x",
                                        KEY_32,
                                        KEY_32 KEY_32 "0",
                                        "g" KEY_32 "0123456789abcdef0123456789abcde",
                                        "0g" KEY_32 "0123456789abcdef0123456789abcd",
                                        "/" KEY_32 "0123456789abcdef0123456789abcde",
                                        ":" KEY_32 "0123456789abcdef0123456789abcde",
                                        "0A" KEY_32 "0123456789abcdef0123456789abcd"};
    struct public_key key;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_false(is_word_of(names[i], &key));
    }
}

TEST(transport_allowed, what_came_over_no_connection_at_all_is_nobodys_word)
{
    struct public_key key;
    void *context = context_new();
    void *from = zmq_socket(context, ZMQ_PAIR), *to = zmq_socket(context, ZMQ_PAIR);
    struct inbox *inbox = inbox_new();
    assert_int_equal(zmq_bind(to, "inproc://pair"), 0);
    assert_int_equal(zmq_connect(from, "inproc://pair"), 0);
    assert_int_equal(zmq_send(from, "word", 4, 0), 4);
    assert_true(inbox_receive(inbox, to));
    assert_false(transport_allowed_sender(inbox, &key));
    inbox_free(inbox);
    assert_int_equal(zmq_close(from), 0);
    assert_int_equal(zmq_close(to), 0);
    context_free(context);
}
