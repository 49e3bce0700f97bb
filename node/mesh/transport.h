/* transport.h - links to other devices over ZeroMQ: who may speak, who is there, frames in and out.
 *
 * Layer: node; used by the core thread alone. One bound ROUTER for those who dial us, one DEALER
 * for each device that we dial, all under CURVE; a link is a small number below LINKS_MAX that
 * stands for a socket and a routing id. What holds:
 *
 *   - A stranger never gets a word in: our own authenticator (ZAP) answers within this loop, is
 *     bound before the ROUTER, and without it nobody is let in. Strangers are told nothing.
 *   - Each message is judged again by the key that its connection proved, so that a revoked device
 *     is cut on its next word. Nobody chooses a routing id; nobody can take another's over.
 *   - The key of a device that we dial is pinned; an endpoint is only a hint where to find it.
 *   - No device has more than LINKS_PER_DEVICE_MAX links, so none takes the others' room.
 *   - All queues are finite, a frame is at most MESSAGE_BYTES_MAX, and nothing here blocks.
 *   - A lost session is never resumed: its socket is destroyed and a new one made after 100-400 ms,
 *     so no frame of an old session precedes the HELLO of a new one.
 *   - It may lose frames whole (a dying link, a full outbox), but never reorders those of a link.
 */
#ifndef TRESTLE_NODE_MESH_TRANSPORT_H
#define TRESTLE_NODE_MESH_TRANSPORT_H

#include "node/os/entropy.h"
#include "sync/mesh/message.h"

enum {
    ENDPOINT_BYTES_MAX = 128,
    TRANSPORT_FDS_MAX = 8,        /* further descriptors in transport_wait() */
    ENROL_FRAME_BYTES_MAX = 1024, /* anybody may speak at that door: little to hold for each */
    ROUTING_BYTES = 5,            /* as a ROUTER gives them */
    /* Two dials that cross, and as many again that a device left hanging when it restarted. */
    LINKS_PER_DEVICE_MAX = 4,
};

/* Which of a ROUTER's connections. */
struct routing {
    uint8_t bytes[ROUTING_BYTES];
    size_t size;
};

struct transport;

struct transport_config {
    const struct transport_secret *secret; /* copied */
    const char *listen; /* "tcp://127.0.0.1:7450"; ":*" = any free port; NULL = do not listen */
    uint64_t seed;      /* of the jitter */
};

/* A device that may speak. */
struct transport_device {
    uint64_t device;
    struct public_key key;
};

/* A device to dial; it must also be allowed. */
struct transport_peer {
    uint64_t device;
    char endpoint[ENDPOINT_BYTES_MAX]; /* "tcp://host:port" */
};

enum transport_event_kind {
    TRANSPORT_UP,      /* link, device, is_dialer */
    TRANSPORT_DOWN,    /* link */
    TRANSPORT_MESSAGE, /* link, frame */
    TRANSPORT_ENROL,   /* key, caller, frame: from somebody who is not a device yet */
};

struct transport_event {
    enum transport_event_kind kind;
    uint32_t link;
    uint64_t device;
    bool is_dialer;
    struct public_key key; /* that the caller's connection proved */
    struct routing caller; /* for transport_enrol_reply() */
    struct bytes frame;    /* borrowed until the next transport_next() */
};

/* What to tell people about a device. */
enum transport_state {
    TRANSPORT_LINKED,
    TRANSPORT_CONNECTING,
    TRANSPORT_REFUSED, /* it is there, but does not know us */
    TRANSPORT_LOST,    /* was linked since the start */
};

/* Errors: ERR_EXISTS (the port is taken), ERR_MALFORMED (the endpoint), ERR_FORBIDDEN,
 * ERR_NO_MEMORY, ERR_IO. */
MUST_CHECK int transport_open(const struct transport_config *config,
                              struct transport **ret_transport);

/* Gives frames already handed over up to 200 ms to leave. Accepts NULL. */
void transport_close(struct transport *transport);

/* Where it listens, with the port that it got; "" when it does not. */
const char *transport_endpoint(const struct transport *transport);

/* Exactly these @count (<= DEVICES_MAX) may speak from now on. Links of others go down. */
void transport_allow(struct transport *transport, const struct transport_device *devices,
                     size_t count);

/* Exactly these @count (<= DEVICES_MAX) are dialled from now on, whenever there is no link to them.
 * Unchanged ones keep their link. */
void transport_dial(struct transport *transport, const struct transport_peer *peers, size_t count);

/* Wait until something happened, at most @timeout_ms. Also looks at the @count descriptors @fds
 * (<= TRANSPORT_FDS_MAX): bit i of @ret_ready is set when fds[i] can be read. ERR_IO. */
MUST_CHECK int transport_wait(struct transport *transport, const int *fds, size_t count,
                              uint32_t timeout_ms, uint32_t *ret_ready);

/* The next thing that happened; false when there is nothing more now. */
bool transport_next(struct transport *transport, struct transport_event *ret_event);

/* Send one frame over the link @number, or keep it until that takes it. A link that is gone
 * swallows it; its DOWN follows. ERR_LIMIT: the outbox overflowed and is empty now. ERR_NO_MEMORY
 * likewise. */
MUST_CHECK int transport_send(struct transport *transport, uint32_t number, struct bytes frame);

/* End a link: frames sent before may still leave, nothing more is heard, no DOWN follows.
 * @is_refused: one of the two will not have the other, so dialling again can wait a second. */
void transport_drop(struct transport *transport, uint32_t number, bool is_refused);

/* The same for all links. */
void transport_reset(struct transport *transport);

enum transport_state transport_state(const struct transport *transport, uint64_t device);

/* A door for those who are not devices yet: any key may speak there, and only ENROL events come of
 * it. At most one; it proves itself by @secret, NULL = the transport's. Errors as
 * transport_open(). */
MUST_CHECK int transport_enrol_open(struct transport *transport, const char *listen,
                                    const struct transport_secret *secret);
void transport_enrol_close(struct transport *transport);
const char *transport_enrol_endpoint(const struct transport *transport); /* "" = closed */

/* Answer an ENROL event's @caller. It may be gone; nobody learns of it. */
void transport_enrol_reply(struct transport *transport, const struct routing *caller,
                           struct bytes frame);

#endif
