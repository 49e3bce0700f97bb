/* The door for those who are not devices yet: a second ROUTER, open only while somebody is invited.
 * Any key may speak there; what is said comes out as ENROL events and reaches no link.
 */
#include "node/mesh/socket.h"
#include "node/mesh/transport_parts.h"
#include "sync/base/check.h"

int transport_enrol_open(struct transport *transport, const char *listen,
                         const struct transport_secret *secret)
{
    check(transport->enrol == NULL);
    return router_open(transport->context, listen, "enrol",
                       secret == NULL ? &transport->secret : secret, ENROL_FRAME_BYTES_MAX,
                       transport->enrol_endpoint, &transport->enrol);
}

void transport_enrol_close(struct transport *transport)
{
    socket_close(transport->enrol, NULL, FLUSH_MS);
    transport->enrol = NULL;
    transport->enrol_endpoint[0] = '\0';
}

const char *transport_enrol_endpoint(const struct transport *transport)
{
    return transport->enrol_endpoint;
}

void transport_enrol_reply(struct transport *transport, const struct routing *caller,
                           struct bytes frame)
{
    if (transport->enrol != NULL) {
        (void)!router_send(transport->enrol, bytes_of(caller->bytes, caller->size), frame);
    }
}

bool transport_enrol_next(struct transport *transport, struct transport_event *event)
{
    struct routing routing;
    while (transport->enrol != NULL) {
        bool is_whole = inbox_receive_routed(transport->inbox, transport->enrol, &routing);
        if (!is_whole && routing.size == 0) {
            return false;
        }
        struct public_key key;
        if (!is_whole || !transport_allowed_sender(transport->inbox, &key)) {
            continue;
        }
        *event = (struct transport_event){.kind = TRANSPORT_ENROL,
                                          .key = key,
                                          .caller = routing,
                                          .frame = inbox_bytes(transport->inbox)};
        return true;
    }
    return false;
}
