/* The table of links: how one rises and falls, what of that is told, and what is sent over it. A
 * link does not care which side dialled; only what carries it differs, a dial's own socket or a
 * routing id of the ROUTER.
 */
#include "node/mesh/transport_parts.h"

#include "node/mesh/socket.h"
#include "sync/base/check.h"

bool transport_link_is_live(const struct link *link)
{
    return link->phase == LINK_RISING || link->phase == LINK_UP;
}

static uint32_t device_links(const struct transport *transport, uint64_t device)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        count +=
            transport_link_is_live(&transport->links[i]) && transport->links[i].device == device;
    }
    return count;
}

bool transport_link_exists(const struct transport *transport, uint64_t device)
{
    return device_links(transport, device) > 0;
}

static void link_set_phase(struct transport *transport, struct link *link, enum link_phase phase)
{
    bool was_untold = link->phase == LINK_RISING || link->phase == LINK_FALLING;
    bool is_untold = phase == LINK_RISING || phase == LINK_FALLING;
    transport->untold += (uint32_t)is_untold;
    transport->untold -= (uint32_t)was_untold;
    link->phase = phase;
}

struct link *transport_link_raise(struct transport *transport, uint64_t device, bool is_dialer)
{
    bool has_its_due = device_links(transport, device) >= LINKS_PER_DEVICE_MAX;
    for (uint32_t i = 0; i < LINKS_MAX && !has_its_due; i++) {
        uint32_t at = (transport->link_next + i) % LINKS_MAX;
        struct link *link = &transport->links[at];
        if (link->phase != LINK_FREE) {
            continue;
        }
        transport->link_next = (at + 1) % LINKS_MAX;
        *link = (struct link){.phase = LINK_FREE,
                              .device = device,
                              .is_dialer = is_dialer,
                              .fd = -1,
                              .farewell = BYE_SILENCE};
        link_set_phase(transport, link, LINK_RISING);
        struct allowed *allowed = transport_allowed_find(transport, device);
        if (allowed != NULL) {
            allowed->was_linked = true;
            allowed->was_refused = false;
        }
        return link;
    }
    return NULL;
}

uint32_t transport_link_number(const struct transport *transport, const struct link *link)
{
    return (uint32_t)(link - transport->links);
}

/* Whatever carried the link is gone or not to be heard any more. */
static void link_unplug(struct transport *transport, struct link *link, int linger_ms)
{
    outbox_clear(&link->outbox);
    if (transport->is_held && transport->held_link == transport_link_number(transport, link)) {
        transport->is_held = false;
    }
    if (link->is_dialer) {
        transport_dial_end(&transport->dials[link->dial], linger_ms,
                           transport_dial_jitter_ms(transport));
    } else {
        transport_router_departed(transport, link);
    }
}

void transport_link_fall(struct transport *transport, struct link *link)
{
    link_unplug(transport, link, 0);
    link_set_phase(transport, link, link->phase == LINK_UP ? LINK_FALLING : LINK_FREE);
}

void transport_drop(struct transport *transport, uint32_t number, bool is_refused)
{
    check(number < LINKS_MAX);
    struct link *link = &transport->links[number];
    if (transport_link_is_live(link)) {
        link_unplug(transport, link, FLUSH_MS);
        struct allowed *allowed = transport_allowed_find(transport, link->device);
        if (allowed != NULL) {
            allowed->was_refused = is_refused;
        }
        if (is_refused && link->is_dialer) {
            transport->dials[link->dial].at_ms += DIAL_REFUSED_MS;
        }
    }
    link_set_phase(transport, link, LINK_FREE);
}

void transport_reset(struct transport *transport)
{
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        transport_drop(transport, i, false);
    }
}

/* --- what is told --- */

void transport_link_heard(struct transport *transport, const struct link *link,
                          struct transport_event *event)
{
    *event = (struct transport_event){.kind = TRANSPORT_MESSAGE,
                                      .link = transport_link_number(transport, link),
                                      .device = link->device,
                                      .is_dialer = link->is_dialer,
                                      .frame = inbox_bytes(transport->inbox)};
}

bool transport_link_next(struct transport *transport, struct transport_event *event)
{
    for (uint32_t i = 0; transport->untold > 0 && i < LINKS_MAX; i++) {
        struct link *link = &transport->links[i];
        if (link->phase != LINK_RISING && link->phase != LINK_FALLING) {
            continue;
        }
        bool is_up = link->phase == LINK_RISING;
        *event = (struct transport_event){.kind = is_up ? TRANSPORT_UP : TRANSPORT_DOWN,
                                          .link = i,
                                          .device = link->device,
                                          .is_dialer = link->is_dialer};
        link_set_phase(transport, link, is_up ? LINK_UP : LINK_FREE);
        return true;
    }
    return false;
}

/* --- sending --- */

static int link_send_now(struct transport *transport, struct link *link, struct bytes frame)
{
    link->was_sent = true;
    if (link->is_dialer) {
        return dealer_send(transport->dials[link->dial].dealer, frame);
    }
    return router_send(transport->router, bytes_of(link->routing.bytes, link->routing.size), frame);
}

int transport_send(struct transport *transport, uint32_t number, struct bytes frame)
{
    check(number < LINKS_MAX && frame.size > 0 && frame.size <= MESSAGE_BYTES_MAX);
    struct link *link = &transport->links[number];
    if (!transport_link_is_live(link)) {
        return 0;
    }
    int err = ERR_BUSY;
    if (outbox_first(&link->outbox).size == 0) {
        err = link_send_now(transport, link, frame);
    }
    if (err == ERR_BUSY) {
        return outbox_push(&link->outbox, frame);
    }
    if (err != 0) {
        transport_link_fall(transport, link);
    }
    return 0;
}

void transport_link_serve(struct transport *transport, struct link *link)
{
    struct bytes frame;
    while (transport_link_is_live(link) && (frame = outbox_first(&link->outbox)).size > 0) {
        int err = link_send_now(transport, link, frame);
        if (err == ERR_BUSY) {
            return;
        }
        if (err != 0) {
            transport_link_fall(transport, link);
        } else {
            outbox_pop(&link->outbox);
        }
    }
}

void transport_link_beat(struct transport *transport, uint64_t now_ms)
{
    if (now_ms < transport->beat_ms) {
        return;
    }
    transport->beat_ms = now_ms + BEAT_MS;
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        struct link *link = &transport->links[i];
        if (link->phase == LINK_UP && !link->was_sent) {
            (void)link_send_now(transport, link, (struct bytes){0}); /* full: enough goes anyway */
        }
        link->was_sent = false;
    }
}

bool transport_link_is_beat(struct transport *transport)
{
    return inbox_bytes(transport->inbox).size == 0;
}
