/* Those who dial us: all on one bound ROUTER. The first word of an allowed sender raises its link,
 * the monitor tells when its connection ends, and a sender whose link we ended is not heard but
 * told so, now and then.
 */
#include "node/mesh/transport_parts.h"

#include <string.h>

#include "node/mesh/socket.h"
#include "node/os/clock.h"
#include "sync/base/check.h"

enum { FAREWELL_MS = 1000 }; /* between two farewells to one that does not leave */

void transport_router_departed(struct transport *transport, const struct link *link)
{
    transport->departed[transport->departed_next] =
        (struct departed){.routing = link->routing, .farewell = link->farewell};
    transport->departed_next = (transport->departed_next + 1) % DEPARTED_MAX;
}

void transport_router_serve(struct transport *transport)
{
    int fd = -1;
    enum socket_news news;
    while (transport->router_monitor != NULL &&
           (news = monitor_next(transport->router_monitor, &fd)) != NEWS_NONE) {
        for (uint32_t i = 0; news == NEWS_LOST && i < LINKS_MAX; i++) {
            struct link *link = &transport->links[i];
            if (transport_link_is_live(link) && !link->is_dialer && link->fd == fd) {
                transport_link_fall(transport, link);
            }
        }
    }
}

static bool routing_equal(const struct routing *a, const struct routing *b)
{
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

static struct link *link_find_routing(struct transport *transport, const struct routing *routing)
{
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        struct link *link = &transport->links[i];
        if (transport_link_is_live(link) && !link->is_dialer &&
            routing_equal(&link->routing, routing)) {
            return link;
        }
    }
    return NULL;
}

static void say_farewell(struct transport *transport, const struct routing *routing,
                         enum bye_reason reason)
{
    uint8_t frame[16];
    struct writer writer;
    struct bytes bytes;
    writer_init(&writer, frame, sizeof frame);
    message_write_bye(&writer, reason);
    check(writer_finish(&writer, &bytes) == 0);
    (void)!router_send(transport->router, bytes_of(routing->bytes, routing->size), bytes);
}

/* Whether the sender is a link that we ended. It is told again, in case it did not hear. */
static bool routing_is_departed(struct transport *transport, const struct routing *routing)
{
    for (uint32_t i = 0; i < DEPARTED_MAX; i++) {
        struct departed *departed = &transport->departed[i];
        if (departed->routing.size == 0 || !routing_equal(&departed->routing, routing)) {
            continue;
        }
        uint64_t now_ms = clock_mono_ms();
        if (now_ms - departed->farewell_ms >= FAREWELL_MS) {
            departed->farewell_ms = now_ms;
            say_farewell(transport, routing, departed->farewell);
        }
        return true;
    }
    return false;
}

/* The link of a message's sender, raised when it is its first; NULL when it is not to be heard. */
static struct link *link_of_sender(struct transport *transport, const struct routing *routing)
{
    struct public_key key;
    const struct allowed *allowed = transport_allowed_sender(transport->inbox, &key)
                                        ? transport_allowed_find_key(transport, &key)
                                        : NULL;
    struct link *link = link_find_routing(transport, routing);
    if (link != NULL && (allowed == NULL || allowed->device.device != link->device)) {
        say_farewell(transport, routing, BYE_REVOKED);
        transport_link_fall(transport, link);
        return NULL;
    }
    if (link != NULL || routing_is_departed(transport, routing) || allowed == NULL) {
        return link;
    }
    /* Its connection's number may be that of one that ended: hear of that end first. */
    transport_router_serve(transport);
    link = transport_link_raise(transport, allowed->device.device, false);
    if (link == NULL) {
        say_farewell(transport, routing, BYE_OVERLOAD);
        return NULL;
    }
    link->routing = *routing;
    link->fd = inbox_fd(transport->inbox);
    return link;
}

bool transport_router_next(struct transport *transport, struct transport_event *event)
{
    struct routing routing;
    while (transport->router != NULL) {
        bool is_whole = inbox_receive_routed(transport->inbox, transport->router, &routing);
        if (!is_whole && routing.size == 0) {
            return false;
        }
        struct link *link = is_whole ? link_of_sender(transport, &routing) : NULL;
        if (link == NULL || transport_link_is_beat(transport)) {
            continue;
        }
        if (link->phase == LINK_UP) {
            transport_link_heard(transport, link, event);
            return true;
        }
        transport->is_held = true; /* its rise comes first */
        transport->held_link = transport_link_number(transport, link);
        return transport_link_next(transport, event);
    }
    return false;
}
