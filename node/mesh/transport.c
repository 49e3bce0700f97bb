/* The whole: its life, waiting for all that can wake it, and in which order its parts are heard.
 * What the parts do is in files of their own; transport_parts.h names them.
 */
#include "node/mesh/transport.h"

#include <errno.h>
#include <stdlib.h>

#include <zmq.h>

#include "node/mesh/socket.h"
#include "node/mesh/transport_parts.h"
#include "node/os/clock.h"
#include "sync/base/check.h"

enum {
    RETRY_MS = 2, /* for a peer behind the ROUTER that is slow: it has no POLLOUT */
    POLL_ITEMS_MAX = 4 + 2 * DEVICES_MAX + TRANSPORT_FDS_MAX,
};

static int open_sockets(struct transport *transport, const char *listen)
{
    transport->inbox = inbox_new();
    transport->context = context_new();
    if (transport->inbox == NULL || transport->context == NULL) {
        return ERR_NO_MEMORY;
    }
    transport->authenticator = authenticator_new(transport->context);
    if (transport->authenticator == NULL) {
        return ERR_NO_MEMORY;
    }
    if (listen == NULL) {
        return 0;
    }
    int err = router_open(transport->context, listen, "mesh", &transport->secret, MESSAGE_BYTES_MAX,
                          transport->endpoint, &transport->router);
    if (err != 0) {
        return err;
    }
    transport->router_monitor =
        router_monitor_new(transport->context, transport->router, ++transport->serial);
    return transport->router_monitor == NULL ? ERR_NO_MEMORY : 0;
}

int transport_open(const struct transport_config *config, struct transport **ret_transport)
{
    struct transport *transport = calloc(1, sizeof *transport);
    if (transport == NULL) {
        return ERR_NO_MEMORY;
    }
    transport->secret = *config->secret;
    transport->random = config->seed | 1;
    int err = open_sockets(transport, config->listen);
    if (err != 0) {
        transport_close(transport);
        return err;
    }
    *ret_transport = transport;
    return 0;
}

void transport_close(struct transport *transport)
{
    if (transport == NULL) {
        return;
    }
    inbox_free(transport->inbox);
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        outbox_clear(&transport->links[i].outbox);
    }
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        transport_dial_end(&transport->dials[i], FLUSH_MS, 0);
    }
    socket_close(transport->router, transport->router_monitor, FLUSH_MS);
    socket_close(transport->enrol, NULL, FLUSH_MS);
    socket_close(transport->authenticator, NULL, 0);
    context_free(transport->context);
    entropy_wipe(transport, sizeof *transport);
    free(transport);
}

const char *transport_endpoint(const struct transport *transport)
{
    return transport->endpoint;
}

/* --- waiting --- */

struct waiting {
    size_t count;
    zmq_pollitem_t items[POLL_ITEMS_MAX];
    uint64_t until_ms;
};

static void wait_for_socket(struct waiting *waiting, void *socket, short events)
{
    if (socket != NULL) {
        waiting->items[waiting->count++] = (zmq_pollitem_t){.socket = socket, .events = events};
    }
}

static void wait_until(struct waiting *waiting, uint64_t at_ms)
{
    if (at_ms < waiting->until_ms) {
        waiting->until_ms = at_ms;
    }
}

static void wait_for_dial(const struct transport *transport, const struct dial *dial,
                          struct waiting *waiting)
{
    wait_for_socket(waiting, dial->monitor, ZMQ_POLLIN);
    if (dial->phase == DIAL_LINKED) {
        bool is_full = outbox_first(&transport->links[dial->link].outbox).size > 0;
        wait_for_socket(waiting, dial->dealer, is_full ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN);
    } else if (dial->phase != DIAL_FREE) {
        wait_until(waiting, dial->at_ms);
    }
}

/* Everything that can wake us, and when to wake at the latest. */
static void wait_for_all(const struct transport *transport, struct waiting *waiting,
                         uint64_t now_ms)
{
    wait_for_socket(waiting, transport->authenticator, ZMQ_POLLIN);
    wait_for_socket(waiting, transport->router, ZMQ_POLLIN);
    wait_for_socket(waiting, transport->router_monitor, ZMQ_POLLIN);
    wait_for_socket(waiting, transport->enrol, ZMQ_POLLIN);
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        wait_for_dial(transport, &transport->dials[i], waiting);
    }
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        const struct link *link = &transport->links[i];
        if (link->phase == LINK_UP) {
            wait_until(waiting, transport->beat_ms);
        }
        if (transport_link_is_live(link) && !link->is_dialer &&
            outbox_first(&link->outbox).size > 0) {
            wait_until(waiting, now_ms + RETRY_MS);
        }
    }
    if (transport->untold > 0 || transport->is_held) {
        wait_until(waiting, now_ms);
    }
}

static void serve(struct transport *transport)
{
    uint64_t now_ms = clock_mono_ms();
    transport_allowed_serve(transport);
    transport_router_serve(transport);
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        transport_dial_serve(transport, &transport->dials[i], now_ms);
    }
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        transport_link_serve(transport, &transport->links[i]);
    }
    transport_link_beat(transport, now_ms);
}

int transport_wait(struct transport *transport, const int *fds, size_t count, uint32_t timeout_ms,
                   uint32_t *ret_ready)
{
    check(count <= TRANSPORT_FDS_MAX);
    uint64_t now_ms = clock_mono_ms();
    struct waiting waiting = {.until_ms = now_ms + timeout_ms};
    wait_for_all(transport, &waiting, now_ms);
    size_t fds_at = waiting.count;
    for (size_t i = 0; i < count; i++) {
        waiting.items[waiting.count++] = (zmq_pollitem_t){.fd = fds[i], .events = ZMQ_POLLIN};
    }
    uint64_t wait_ms = waiting.until_ms > now_ms ? waiting.until_ms - now_ms : 0;
    if (zmq_poll(waiting.items, (int)waiting.count, (long)wait_ms) < 0 && errno != EINTR) {
        return ERR_IO;
    }
    uint32_t ready = 0;
    for (size_t i = 0; i < count; i++) {
        ready |= (uint32_t)((waiting.items[fds_at + i].revents & ZMQ_POLLIN) != 0) << i;
    }
    serve(transport);
    *ret_ready = ready;
    return 0;
}

/* --- what happens next --- */

bool transport_next(struct transport *transport, struct transport_event *ret_event)
{
    if (transport_link_next(transport, ret_event)) {
        return true;
    }
    if (transport->is_held) {
        transport->is_held = false;
        transport_link_heard(transport, &transport->links[transport->held_link], ret_event);
        return true;
    }
    if (transport_router_next(transport, ret_event) || transport_dial_next(transport, ret_event) ||
        transport_enrol_next(transport, ret_event)) {
        return true;
    }
    inbox_clear(transport->inbox);
    return transport_link_next(transport, ret_event);
}
