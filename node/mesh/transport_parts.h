/* transport_parts.h - what the files of the transport share: transport.c (its life, waiting, what
 * happens next), transport_allowed.c (who may speak), transport_link.c (the table of links,
 * sending), transport_dial.c (those whom we dial), transport_router.c (those who dial us),
 * transport_enrol.c (the door for newcomers).
 *
 * Layer: node, for the transport alone. A socket is a pointer that only ZeroMQ looks into.
 *
 * A link goes through
 *
 *   free -> rising -> up -> falling -> free
 *
 * where rising and falling last until transport_next() has told. A dial is waiting (for its time),
 * dialling, or linked. All time is monotonic. The _serve functions do what is due and never wait;
 * the _next functions give the next event of their kind, false when there is none.
 */
#ifndef TRESTLE_NODE_MESH_TRANSPORT_PARTS_H
#define TRESTLE_NODE_MESH_TRANSPORT_PARTS_H

#include "node/mesh/inbox.h"
#include "node/mesh/outbox.h"
#include "node/mesh/transport.h"

enum {
    DEPARTED_MAX = 256,
    DIAL_REFUSED_MS = 1000,
    BEAT_MS = 500,
};

enum link_phase { LINK_FREE, LINK_RISING, LINK_UP, LINK_FALLING };

struct link {
    enum link_phase phase;
    uint64_t device;
    bool is_dialer;
    uint32_t dial;            /* is_dialer: its place in dials */
    struct routing routing;   /* otherwise */
    int fd;                   /* of its connection, as the ROUTER's monitor names it */
    enum bye_reason farewell; /* what it hears if it speaks again afterwards */
    struct outbox outbox;
    bool was_sent; /* something, since the last beat */
};

enum dial_phase { DIAL_FREE, DIAL_WAITING, DIAL_DIALLING, DIAL_LINKED };

struct dial {
    enum dial_phase phase;
    struct transport_peer peer;
    struct public_key key;
    void *dealer, *monitor; /* while dialling or linked */
    uint32_t link;          /* while linked */
    uint64_t at_ms;         /* when to dial, or to give up dialling */
};

struct allowed {
    struct transport_device device;
    bool was_linked, was_refused;
};

/* A link that we ended while its connection may still stand: what comes from it is not heard. */
struct departed {
    struct routing routing;
    enum bye_reason farewell;
    uint64_t farewell_ms;
};

struct transport {
    void *context, *authenticator, *router, *router_monitor, *enrol;
    struct transport_secret secret;
    char endpoint[ENDPOINT_BYTES_MAX], enrol_endpoint[ENDPOINT_BYTES_MAX];
    uint64_t random, serial;
    uint32_t allowed_count;
    struct allowed allowed[DEVICES_MAX];
    struct dial dials[DEVICES_MAX];
    struct link links[LINKS_MAX];
    struct departed departed[DEPARTED_MAX];
    uint32_t departed_next;
    uint32_t link_next;  /* numbers go round: what is still sent to a dead link reaches no other */
    uint32_t dial_next;  /* whose turn it is to be heard */
    uint32_t untold;     /* links rising or falling */
    uint64_t beat_ms;    /* when the next beat is due */
    struct inbox *inbox; /* what the last event borrows, or what is held for the next */
    bool is_held;
    uint32_t held_link;
};

/* transport_allowed.c: the device, or the key, among those allowed; NULL when it is not. */
struct allowed *transport_allowed_find(struct transport *transport, uint64_t device);
struct allowed *transport_allowed_find_key(struct transport *transport,
                                           const struct public_key *key);
/* The key that the message's connection proved; false when it proved none. */
bool transport_allowed_sender(const struct inbox *inbox, struct public_key *ret_key);
/* Answer those who knock. */
void transport_allowed_serve(struct transport *transport);

/* transport_link.c: a new link, rising. NULL when all are in use, or all that this device may have.
 */
struct link *transport_link_raise(struct transport *transport, uint64_t device, bool is_dialer);
/* Down by itself: transport_next() tells, if it told that it was up. */
void transport_link_fall(struct transport *transport, struct link *link);
bool transport_link_is_live(const struct link *link);
bool transport_link_exists(const struct transport *transport, uint64_t device);
uint32_t transport_link_number(const struct transport *transport, const struct link *link);
/* The message in the inbox, heard from @link. */
void transport_link_heard(struct transport *transport, const struct link *link,
                          struct transport_event *event);
/* A link rises or falls: tell it. */
bool transport_link_next(struct transport *transport, struct transport_event *event);
/* Send what its outbox holds, as far as it takes it. */
void transport_link_serve(struct transport *transport, struct link *link);
/* When its time has come: an empty frame over each link that was sent nothing since the last time,
 * so that there is always something which the other end's kernel has to acknowledge. */
void transport_link_beat(struct transport *transport, uint64_t now_ms);
/* The message in the inbox is one of these; it has been heard with that. */
bool transport_link_is_beat(struct transport *transport);

/* transport_dial.c: close a dial's sockets, and dial again after @pause_ms. */
void transport_dial_end(struct dial *dial, int linger_ms, uint64_t pause_ms);
/* End it for good; its link falls. */
void transport_dial_free(struct transport *transport, struct dial *dial);
/* The pause before dialling again whom we lost. */
uint64_t transport_dial_jitter_ms(struct transport *transport);
void transport_dial_serve(struct transport *transport, struct dial *dial, uint64_t now_ms);
bool transport_dial_next(struct transport *transport, struct transport_event *event);

/* transport_router.c: @link ended while its connection may still stand. */
void transport_router_departed(struct transport *transport, const struct link *link);
/* Connections that ended: their links fall. */
void transport_router_serve(struct transport *transport);
bool transport_router_next(struct transport *transport, struct transport_event *event);

/* transport_enrol.c */
bool transport_enrol_next(struct transport *transport, struct transport_event *event);

#endif
