#include "tests/process/lib/peers.h"

#include <stdio.h>
#include <string.h>

#include "node/os/clock.h"
#include "tests/lib/test.h"

void peer_init(struct peer *peer, uint64_t device)
{
    assert_int_equal(entropy_start(), 0);
    *peer = (struct peer){.device.device = device};
    entropy_transport_key(&peer->secret);
    peer->device.key = transport_public(&peer->secret);
}

void peer_open(struct peer *peer, const char *listen)
{
    struct transport_config config = {&peer->secret, listen, peer->device.device};
    assert_int_equal(transport_open(&config, &peer->transport), 0);
}

void peer_close(struct peer *peer)
{
    transport_close(peer->transport);
    peer->transport = NULL;
}

void peer_allow(struct peer *peer, const struct peer *other)
{
    transport_allow(peer->transport, &other->device, 1);
}

void peer_dial(struct peer *peer, const struct peer *server, const char *endpoint)
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

void peer_turn(struct peer *peer)
{
    struct transport_event event;
    uint32_t ready = 0;
    assert_int_equal(transport_wait(peer->transport, NULL, 0, 1, &ready), 0);
    while (transport_next(peer->transport, &event)) {
        peer_note(peer, &event);
    }
}

void peer_say(struct peer *peer, uint32_t link, const char *text)
{
    assert_int_equal(transport_send(peer->transport, link, bytes_of_text(text)), 0);
}

void peers_until(struct peer *a, struct peer *b, const uint32_t *counter, uint32_t wanted)
{
    uint64_t deadline_ms = clock_mono_ms() + PEERS_DEADLINE_MS;
    while (*counter < wanted) {
        peer_turn(a);
        if (b != NULL) {
            peer_turn(b);
        }
        if (clock_mono_ms() > deadline_ms) {
            fail_msg("nothing happened within %d ms", PEERS_DEADLINE_MS);
        }
    }
}

void pair_open(struct pair *pair)
{
    peer_init(&pair->server, 1);
    peer_init(&pair->client, 2);
    peer_open(&pair->server, "tcp://127.0.0.2:*");
    peer_open(&pair->client, NULL);
    peer_allow(&pair->server, &pair->client);
    peer_allow(&pair->client, &pair->server);
    peer_dial(&pair->client, &pair->server, transport_endpoint(pair->server.transport));
    peers_until(&pair->client, &pair->server, &pair->client.ups, 1);
    peer_say(&pair->client, pair->client.link, "hello");
    peers_until(&pair->server, &pair->client, &pair->server.messages, 1);
}

void pair_close(struct pair *pair)
{
    peer_close(&pair->client);
    peer_close(&pair->server);
}
