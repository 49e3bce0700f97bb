/* Those whom we dial: a socket of its own for each, watched by a monitor, and made anew after a
 * pause whenever the session is lost. The library's own reconnecting is not used: it would carry
 * frames of an old session into a new one.
 */
#include "node/mesh/transport_parts.h"

#include <string.h>

#include "node/mesh/socket.h"
#include "node/os/clock.h"
#include "sync/base/check.h"

enum {
    DIAL_PAUSE_MS = 100,        /* and up to */
    DIAL_PAUSE_SPREAD_MS = 300, /* more */
    DIAL_TIMEOUT_MS = 5000,     /* connecting and shaking hands have shorter ones of their own */
};

/* xorshift64*: only the jitter depends on it. */
uint64_t transport_dial_jitter_ms(struct transport *transport)
{
    uint64_t x = transport->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    transport->random = x;
    return DIAL_PAUSE_MS + ((x * UINT64_C(2685821657736338717)) >> 33) % DIAL_PAUSE_SPREAD_MS;
}

void transport_dial_end(struct dial *dial, int linger_ms, uint64_t pause_ms)
{
    socket_close(dial->dealer, dial->monitor, linger_ms);
    dial->monitor = NULL;
    dial->dealer = NULL;
    dial->phase = DIAL_WAITING;
    dial->at_ms = clock_mono_ms() + pause_ms;
}

void transport_dial_free(struct transport *transport, struct dial *dial)
{
    if (dial->phase == DIAL_LINKED) {
        transport_link_fall(transport, &transport->links[dial->link]);
    }
    if (dial->phase != DIAL_FREE) {
        transport_dial_end(dial, 0, 0);
    }
    *dial = (struct dial){.phase = DIAL_FREE};
}

static void dial_start(struct transport *transport, struct dial *dial, uint64_t now_ms)
{
    if (transport_link_exists(transport, dial->peer.device)) {
        dial->at_ms = now_ms + transport_dial_jitter_ms(transport);
        return;
    }
    dial->dealer = dealer_new(transport->context, &dial->key, &transport->secret);
    if (dial->dealer != NULL) {
        dial->monitor = dealer_monitor_new(transport->context, dial->dealer, ++transport->serial);
    }
    if (dial->monitor == NULL || dealer_connect(dial->dealer, dial->peer.endpoint) != 0) {
        transport_dial_end(dial, 0, DIAL_REFUSED_MS);
        return;
    }
    dial->phase = DIAL_DIALLING;
    dial->at_ms = now_ms + DIAL_TIMEOUT_MS;
}

static void dial_linked(struct transport *transport, struct dial *dial)
{
    struct link *link = transport_link_raise(transport, dial->peer.device, true);
    if (link == NULL) {
        transport_dial_end(dial, 0, DIAL_REFUSED_MS);
        return;
    }
    link->dial = (uint32_t)(dial - transport->dials);
    dial->link = transport_link_number(transport, link);
    dial->phase = DIAL_LINKED;
}

static void dial_lost(struct transport *transport, struct dial *dial, bool is_refused)
{
    struct allowed *allowed = transport_allowed_find(transport, dial->peer.device);
    if (allowed != NULL && dial->phase == DIAL_DIALLING) {
        allowed->was_refused = is_refused;
    }
    if (dial->phase == DIAL_LINKED) {
        transport_link_fall(transport, &transport->links[dial->link]);
    } else {
        transport_dial_end(dial, 0,
                           is_refused ? DIAL_REFUSED_MS : transport_dial_jitter_ms(transport));
    }
}

void transport_dial_serve(struct transport *transport, struct dial *dial, uint64_t now_ms)
{
    if (dial->phase == DIAL_WAITING && now_ms >= dial->at_ms) {
        dial_start(transport, dial, now_ms);
    }
    if (dial->phase != DIAL_DIALLING && dial->phase != DIAL_LINKED) {
        return;
    }
    int fd = -1;
    enum socket_news news = monitor_next(dial->monitor, &fd);
    if (news == NEWS_LINKED && dial->phase == DIAL_DIALLING) {
        dial_linked(transport, dial);
    } else if (news != NEWS_NONE && news != NEWS_LINKED) {
        dial_lost(transport, dial, news == NEWS_REFUSED);
    } else if (dial->phase == DIAL_DIALLING && now_ms >= dial->at_ms) {
        dial_lost(transport, dial, false);
    }
}

/* --- whom to dial --- */

static bool peer_is_wanted(const struct dial *dial, const struct transport_peer *peers,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (peers[i].device == dial->peer.device &&
            strcmp(peers[i].endpoint, dial->peer.endpoint) == 0) {
            return true;
        }
    }
    return false;
}

static bool peer_is_dialled(const struct transport *transport, const struct transport_peer *peer)
{
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        if (transport->dials[i].phase != DIAL_FREE &&
            peer_is_wanted(&transport->dials[i], peer, 1)) {
            return true;
        }
    }
    return false;
}

static void dial_add(struct transport *transport, const struct transport_peer *peer)
{
    const struct allowed *allowed = transport_allowed_find(transport, peer->device);
    if (allowed == NULL || peer_is_dialled(transport, peer)) {
        return;
    }
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        if (transport->dials[i].phase != DIAL_FREE) {
            continue;
        }
        transport->dials[i] = (struct dial){.phase = DIAL_WAITING,
                                            .peer = *peer,
                                            .key = allowed->device.key,
                                            .at_ms = clock_mono_ms()};
        return;
    }
}

void transport_dial(struct transport *transport, const struct transport_peer *peers, size_t count)
{
    check(count <= DEVICES_MAX);
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        struct dial *dial = &transport->dials[i];
        if (dial->phase != DIAL_FREE && !peer_is_wanted(dial, peers, count)) {
            transport_dial_free(transport, dial);
        }
    }
    for (size_t i = 0; i < count; i++) {
        dial_add(transport, &peers[i]);
    }
}

/* --- receiving --- */

static bool event_of_dial(struct transport *transport, struct dial *dial,
                          struct transport_event *event)
{
    while (dial->phase == DIAL_LINKED && transport->links[dial->link].phase == LINK_UP) {
        if (!inbox_receive(transport->inbox, dial->dealer)) {
            return false;
        }
        if (inbox_skip_rest(transport->inbox, dial->dealer) || transport_link_is_beat(transport)) {
            continue;
        }
        transport_link_heard(transport, &transport->links[dial->link], event);
        return true;
    }
    return false;
}

bool transport_dial_next(struct transport *transport, struct transport_event *event)
{
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        uint32_t at = (transport->dial_next + i) % DEVICES_MAX;
        if (event_of_dial(transport, &transport->dials[at], event)) {
            transport->dial_next = (at + 1) % DEVICES_MAX;
            return true;
        }
    }
    return false;
}
