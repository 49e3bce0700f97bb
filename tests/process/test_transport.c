/* test_transport.c - two devices that know each other: they talk, leave, come back, and are cut.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "node/os/clock.h"
#include "tests/process/lib/peers.h"

TEST(transport, two_devices_shake_hands_and_talk)
{
    struct pair pair;
    pair_open(&pair);
    assert_int_equal(pair.server.ups, 1);
    assert_int_equal(pair.server.from, 2);
    assert_string_equal(pair.server.text, "hello");
    peer_say(&pair.server, pair.server.link, "good evening");
    peers_until(&pair.client, &pair.server, &pair.client.messages, 1);
    assert_string_equal(pair.client.text, "good evening");
    assert_int_equal(transport_state(pair.client.transport, 1), TRANSPORT_LINKED);
    assert_int_equal(transport_state(pair.server.transport, 2), TRANSPORT_LINKED);
    pair_close(&pair);
}

TEST(transport, a_revoked_device_is_cut_and_not_heard_again)
{
    struct pair pair;
    pair_open(&pair);
    transport_allow(pair.server.transport, NULL, 0);
    peer_say(&pair.client, pair.client.link, "am I still welcome");
    peers_until(&pair.server, &pair.client, &pair.server.downs, 1);
    /* The farewell is the answer to its next word. */
    peers_until(&pair.client, &pair.server, &pair.client.messages, 1);
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
    peers_until(&pair.client, NULL, &pair.client.downs, 1);
    assert_int_equal(transport_state(pair.client.transport, 1), TRANSPORT_LOST);
    peer_open(&pair.server, endpoint);
    peer_allow(&pair.server, &pair.client);
    peers_until(&pair.client, &pair.server, &pair.client.ups, 2);
    peer_say(&pair.client, pair.client.link, "again");
    peers_until(&pair.server, &pair.client, &pair.server.messages, 2);
    assert_string_equal(pair.server.text, "again");
    pair_close(&pair);
}

TEST(transport, the_bound_side_hears_that_a_dialler_is_gone)
{
    struct pair pair;
    pair_open(&pair);
    peer_close(&pair.client);
    peers_until(&pair.server, NULL, &pair.server.downs, 1);
    assert_int_equal(transport_state(pair.server.transport, 2), TRANSPORT_LOST);
    peer_close(&pair.server);
}

TEST(transport, a_dropped_link_comes_back_as_a_new_session)
{
    struct pair pair;
    pair_open(&pair);
    transport_drop(pair.client.transport, pair.client.link, false);
    assert_int_equal(transport_state(pair.client.transport, 1), TRANSPORT_LOST);
    peers_until(&pair.client, &pair.server, &pair.client.ups, 2);
    assert_int_equal(pair.client.downs, 0);
    peer_say(&pair.client, pair.client.link, "second session");
    peers_until(&pair.server, &pair.client, &pair.server.messages, 2);
    assert_int_equal(pair.server.ups, 2);
    pair_close(&pair);
}

TEST(transport, what_the_bound_side_dropped_is_told_so_and_not_heard)
{
    struct pair pair;
    pair_open(&pair);
    transport_drop(pair.server.transport, pair.server.link, false);
    peer_say(&pair.client, pair.client.link, "anybody there");
    peers_until(&pair.client, &pair.server, &pair.client.messages, 1);
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
    uint64_t deadline_ms = clock_mono_ms() + PEERS_DEADLINE_MS;
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
