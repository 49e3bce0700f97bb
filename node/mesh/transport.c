/* A link goes through
 *
 *   free -> rising -> up -> falling -> free
 *
 * where rising and falling last until transport_next() has told. A dial is waiting (for its time),
 * dialling, or linked. All time is monotonic.
 */
#include "node/mesh/transport.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "node/mesh/outbox.h"
#include "node/mesh/socket.h"
#include "node/os/clock.h"
#include "sync/base/check.h"

enum {
    DEPARTED_MAX = 256,
    DIAL_PAUSE_MS = 100,        /* and up to */
    DIAL_PAUSE_SPREAD_MS = 300, /* more */
    DIAL_REFUSED_MS = 1000,
    DIAL_TIMEOUT_MS = 2500, /* connecting and shaking hands have shorter ones of their own */
    RETRY_MS = 2,           /* for a peer behind the ROUTER that is slow: it has no POLLOUT */
    FAREWELL_MS = 1000,     /* between two farewells to one that does not leave */
    POLL_ITEMS_MAX = 4 + 2 * DEVICES_MAX + TRANSPORT_FDS_MAX,
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
    uint32_t link_next; /* numbers go round: what is still sent to a dead link reaches no other */
    uint32_t dial_next; /* whose turn it is to be heard */
    uint32_t untold;    /* links rising or falling */
    bool has_message;   /* @message is open: borrowed by the last event, or held for the next */
    bool is_held;
    uint32_t held_link;
    zmq_msg_t message;
};

/* xorshift64*: only the jitter depends on it. */
static uint64_t jitter_ms(struct transport *transport)
{
    uint64_t x = transport->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    transport->random = x;
    return DIAL_PAUSE_MS + ((x * UINT64_C(2685821657736338717)) >> 33) % DIAL_PAUSE_SPREAD_MS;
}

/* --- who may speak -------------------------------------------------------------------------------
 */

static struct allowed *allowed_find(struct transport *transport, uint64_t device)
{
    for (uint32_t i = 0; i < transport->allowed_count; i++) {
        if (transport->allowed[i].device.device == device)
            return &transport->allowed[i];
    }
    return NULL;
}

static struct allowed *allowed_find_key(struct transport *transport, const struct public_key *key)
{
    for (uint32_t i = 0; i < transport->allowed_count; i++) {
        if (memcmp(transport->allowed[i].device.key.bytes, key->bytes, sizeof key->bytes) == 0)
            return &transport->allowed[i];
    }
    return NULL;
}

static void hex_of(const uint8_t *bytes, size_t size, char *to)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        to[2 * i] = digits[bytes[i] >> 4];
        to[2 * i + 1] = digits[bytes[i] & 15];
    }
    to[2 * size] = '\0';
}

/* The user id under which a knock is let in: the proven key; false when it is not. */
static bool knock_is_welcome(struct transport *transport, const struct knock *knock)
{
    if (!knock->has_key)
        return false;
    if (strcmp(knock->domain, "mesh") == 0)
        return allowed_find_key(transport, &knock->key) != NULL;
    return strcmp(knock->domain, "enrol") == 0 && transport->enrol != NULL;
}

static void serve_authenticator(struct transport *transport)
{
    struct knock knock;
    int err;
    while ((err = authenticator_next(transport->authenticator, &knock)) != ERR_BUSY) {
        if (err != 0)
            continue;
        char user_id[USER_ID_BYTES_MAX];
        hex_of(knock.key.bytes, sizeof knock.key.bytes, user_id);
        authenticator_answer(transport->authenticator, &knock,
                             knock_is_welcome(transport, &knock) ? user_id : NULL);
    }
}

static int nibble(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* The key that the message's connection proved: what our authenticator answered then. */
static bool message_key(zmq_msg_t *message, struct public_key *ret_key)
{
    const char *user_id = zmq_msg_gets(message, "User-Id");
    if (user_id == NULL || strlen(user_id) != USER_ID_BYTES_MAX - 1)
        return false;
    for (size_t i = 0; i < PUBLIC_KEY_BYTES; i++) {
        int high = nibble(user_id[2 * i]);
        int low = nibble(user_id[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        ret_key->bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* --- links ---------------------------------------------------------------------------------------
 */

static bool link_is_live(const struct link *link)
{
    return link->phase == LINK_RISING || link->phase == LINK_UP;
}

static uint32_t device_links(const struct transport *transport, uint64_t device)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < LINKS_MAX; i++)
        count += link_is_live(&transport->links[i]) && transport->links[i].device == device;
    return count;
}

static bool device_is_linked(const struct transport *transport, uint64_t device)
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

/* NULL when all are in use, or all that this device may have. */
static struct link *link_raise(struct transport *transport, uint64_t device, bool is_dialer)
{
    bool has_its_due = device_links(transport, device) >= LINKS_PER_DEVICE_MAX;
    for (uint32_t i = 0; i < LINKS_MAX && !has_its_due; i++) {
        uint32_t at = (transport->link_next + i) % LINKS_MAX;
        struct link *link = &transport->links[at];
        if (link->phase != LINK_FREE)
            continue;
        transport->link_next = (at + 1) % LINKS_MAX;
        *link = (struct link){.phase = LINK_FREE,
                              .device = device,
                              .is_dialer = is_dialer,
                              .fd = -1,
                              .farewell = BYE_SILENCE};
        link_set_phase(transport, link, LINK_RISING);
        struct allowed *allowed = allowed_find(transport, device);
        if (allowed != NULL) {
            allowed->was_linked = true;
            allowed->was_refused = false;
        }
        return link;
    }
    return NULL;
}

static uint32_t link_number(const struct transport *transport, const struct link *link)
{
    return (uint32_t)(link - transport->links);
}

static void departed_add(struct transport *transport, const struct link *link)
{
    transport->departed[transport->departed_next] =
        (struct departed){.routing = link->routing, .farewell = link->farewell};
    transport->departed_next = (transport->departed_next + 1) % DEPARTED_MAX;
}

/* Close a dial's sockets, and dial again after @pause_ms. */
static void dial_end(struct dial *dial, int linger_ms, uint64_t pause_ms)
{
    socket_close(dial->dealer, dial->monitor, linger_ms);
    dial->monitor = NULL;
    dial->dealer = NULL;
    dial->phase = DIAL_WAITING;
    dial->at_ms = clock_mono_ms() + pause_ms;
}

/* Whatever carried the link is gone or not to be heard any more. */
static void link_unplug(struct transport *transport, struct link *link, int linger_ms)
{
    outbox_clear(&link->outbox);
    if (transport->is_held && transport->held_link == link_number(transport, link))
        transport->is_held = false;
    if (link->is_dialer)
        dial_end(&transport->dials[link->dial], linger_ms, jitter_ms(transport));
    else
        departed_add(transport, link);
}

/* Down by itself: transport_next() tells, if it told that it was up. */
static void link_fall(struct transport *transport, struct link *link)
{
    link_unplug(transport, link, 0);
    link_set_phase(transport, link, link->phase == LINK_UP ? LINK_FALLING : LINK_FREE);
}

void transport_drop(struct transport *transport, uint32_t number, bool is_refused)
{
    check(number < LINKS_MAX);
    struct link *link = &transport->links[number];
    if (link_is_live(link)) {
        link_unplug(transport, link, FLUSH_MS);
        struct allowed *allowed = allowed_find(transport, link->device);
        if (allowed != NULL)
            allowed->was_refused = is_refused;
        if (is_refused && link->is_dialer)
            transport->dials[link->dial].at_ms += DIAL_REFUSED_MS;
    }
    link_set_phase(transport, link, LINK_FREE);
}

void transport_reset(struct transport *transport)
{
    for (uint32_t i = 0; i < LINKS_MAX; i++)
        transport_drop(transport, i, false);
}

/* --- dialling ------------------------------------------------------------------------------------
 */

static void dial_free(struct transport *transport, struct dial *dial)
{
    if (dial->phase == DIAL_LINKED)
        link_fall(transport, &transport->links[dial->link]);
    if (dial->phase != DIAL_FREE)
        dial_end(dial, 0, 0);
    *dial = (struct dial){.phase = DIAL_FREE};
}

static void dial_start(struct transport *transport, struct dial *dial, uint64_t now_ms)
{
    if (device_is_linked(transport, dial->peer.device)) {
        dial->at_ms = now_ms + jitter_ms(transport);
        return;
    }
    dial->dealer = dealer_new(transport->context, &dial->key, &transport->secret);
    if (dial->dealer != NULL)
        dial->monitor = monitor_new(transport->context, dial->dealer, ++transport->serial);
    if (dial->monitor == NULL || dealer_connect(dial->dealer, dial->peer.endpoint) != 0) {
        dial_end(dial, 0, DIAL_REFUSED_MS);
        return;
    }
    dial->phase = DIAL_DIALLING;
    dial->at_ms = now_ms + DIAL_TIMEOUT_MS;
}

static void dial_linked(struct transport *transport, struct dial *dial)
{
    struct link *link = link_raise(transport, dial->peer.device, true);
    if (link == NULL) {
        dial_end(dial, 0, DIAL_REFUSED_MS);
        return;
    }
    link->dial = (uint32_t)(dial - transport->dials);
    dial->link = link_number(transport, link);
    dial->phase = DIAL_LINKED;
}

static void dial_lost(struct transport *transport, struct dial *dial, bool is_refused)
{
    struct allowed *allowed = allowed_find(transport, dial->peer.device);
    if (allowed != NULL && dial->phase == DIAL_DIALLING)
        allowed->was_refused = is_refused;
    if (dial->phase == DIAL_LINKED)
        link_fall(transport, &transport->links[dial->link]);
    else
        dial_end(dial, 0, is_refused ? DIAL_REFUSED_MS : jitter_ms(transport));
}

static void serve_dial(struct transport *transport, struct dial *dial, uint64_t now_ms)
{
    if (dial->phase == DIAL_WAITING && now_ms >= dial->at_ms)
        dial_start(transport, dial, now_ms);
    if (dial->phase != DIAL_DIALLING && dial->phase != DIAL_LINKED)
        return;
    int fd = -1;
    enum socket_news news = monitor_next(dial->monitor, &fd);
    if (news == NEWS_LINKED && dial->phase == DIAL_DIALLING)
        dial_linked(transport, dial);
    else if (news == NEWS_REFUSED || news == NEWS_LOST)
        dial_lost(transport, dial, news == NEWS_REFUSED);
    else if (dial->phase == DIAL_DIALLING && now_ms >= dial->at_ms)
        dial_lost(transport, dial, false);
}

static bool peer_is_wanted(const struct dial *dial, const struct transport_peer *peers,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (peers[i].device == dial->peer.device &&
            strcmp(peers[i].endpoint, dial->peer.endpoint) == 0)
            return true;
    }
    return false;
}

static bool peer_is_dialled(const struct transport *transport, const struct transport_peer *peer)
{
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        if (transport->dials[i].phase != DIAL_FREE && peer_is_wanted(&transport->dials[i], peer, 1))
            return true;
    }
    return false;
}

static void dial_add(struct transport *transport, const struct transport_peer *peer)
{
    const struct allowed *allowed = allowed_find(transport, peer->device);
    if (allowed == NULL || peer_is_dialled(transport, peer))
        return;
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        if (transport->dials[i].phase != DIAL_FREE)
            continue;
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
        if (dial->phase != DIAL_FREE && !peer_is_wanted(dial, peers, count))
            dial_free(transport, dial);
    }
    for (size_t i = 0; i < count; i++)
        dial_add(transport, &peers[i]);
}

static bool device_is_in(uint64_t device, const struct public_key *key,
                         const struct transport_device *devices, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (devices[i].device == device &&
            (key == NULL || memcmp(key->bytes, devices[i].key.bytes, sizeof key->bytes) == 0))
            return true;
    }
    return false;
}

void transport_allow(struct transport *transport, const struct transport_device *devices,
                     size_t count)
{
    check(count <= DEVICES_MAX);
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        struct dial *dial = &transport->dials[i];
        if (dial->phase != DIAL_FREE &&
            !device_is_in(dial->peer.device, &dial->key, devices, count))
            dial_free(transport, dial);
    }
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        struct link *link = &transport->links[i];
        if (!link_is_live(link) || device_is_in(link->device, NULL, devices, count))
            continue;
        link->farewell = BYE_REVOKED;
        link_fall(transport, link);
    }
    struct allowed fresh[DEVICES_MAX];
    for (size_t i = 0; i < count; i++) {
        const struct allowed *old = allowed_find(transport, devices[i].device);
        fresh[i] = old != NULL ? *old : (struct allowed){.was_linked = false};
        fresh[i].device = devices[i];
    }
    memcpy(transport->allowed, fresh, count * sizeof fresh[0]);
    transport->allowed_count = (uint32_t)count;
}

/* --- the bound side ------------------------------------------------------------------------------
 */

static void serve_router_monitor(struct transport *transport)
{
    int fd = -1;
    enum socket_news news;
    while (transport->router_monitor != NULL &&
           (news = monitor_next(transport->router_monitor, &fd)) != NEWS_NONE) {
        for (uint32_t i = 0; news == NEWS_LOST && i < LINKS_MAX; i++) {
            struct link *link = &transport->links[i];
            if (link_is_live(link) && !link->is_dialer && link->fd == fd)
                link_fall(transport, link);
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
        if (link_is_live(link) && !link->is_dialer && routing_equal(&link->routing, routing))
            return link;
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
    if (writer_finish(&writer, &bytes) == 0)
        (void)!router_send(transport->router, bytes_of(routing->bytes, routing->size), bytes);
}

/* Whether the sender is a link that we ended. It is told again, in case it did not hear. */
static bool routing_is_departed(struct transport *transport, const struct routing *routing)
{
    for (uint32_t i = 0; i < DEPARTED_MAX; i++) {
        struct departed *departed = &transport->departed[i];
        if (departed->routing.size == 0 || !routing_equal(&departed->routing, routing))
            continue;
        uint64_t now_ms = clock_mono_ms();
        if (now_ms - departed->farewell_ms >= FAREWELL_MS) {
            departed->farewell_ms = now_ms;
            say_farewell(transport, routing, departed->farewell);
        }
        return true;
    }
    return false;
}

static int message_fd(zmq_msg_t *message)
{
    return zmq_msg_get(message, ZMQ_SRCFD);
}

/* The link of a message's sender, raised when it is its first; NULL when it is not to be heard. */
static struct link *link_of_sender(struct transport *transport, const struct routing *routing)
{
    struct public_key key;
    const struct allowed *allowed =
        message_key(&transport->message, &key) ? allowed_find_key(transport, &key) : NULL;
    struct link *link = link_find_routing(transport, routing);
    if (link != NULL && (allowed == NULL || allowed->device.device != link->device)) {
        say_farewell(transport, routing, BYE_REVOKED);
        link_fall(transport, link);
        return NULL;
    }
    if (link != NULL || routing_is_departed(transport, routing) || allowed == NULL)
        return link;
    /* Its connection's number may be that of one that ended: hear of that end first. */
    serve_router_monitor(transport);
    link = link_raise(transport, allowed->device.device, false);
    if (link == NULL) {
        say_farewell(transport, routing, BYE_OVERLOAD);
        return NULL;
    }
    link->routing = *routing;
    link->fd = message_fd(&transport->message);
    return link;
}

/* --- receiving -----------------------------------------------------------------------------------
 */

static void message_release(struct transport *transport)
{
    if (transport->has_message)
        (void)zmq_msg_close(&transport->message);
    transport->has_message = false;
}

static bool message_receive(struct transport *transport, void *socket)
{
    message_release(transport);
    (void)zmq_msg_init(&transport->message);
    transport->has_message = true;
    return zmq_msg_recv(&transport->message, socket, ZMQ_DONTWAIT) >= 0;
}

/* The rest of a message of several frames, which nobody of ours sends. Whether there was one. */
static bool message_skip_rest(struct transport *transport, void *socket)
{
    bool was_odd = false;
    while (zmq_msg_more(&transport->message)) {
        was_odd = true;
        if (!message_receive(transport, socket))
            break;
    }
    return was_odd;
}

/* A message from a ROUTER: its sender, and one frame in @transport->message. False when there is
 * none; then @ret_routing has size 0. An odd one gives false and a sender. */
static bool router_receive(struct transport *transport, void *router, struct routing *ret_routing)
{
    ret_routing->size = 0;
    if (!message_receive(transport, router))
        return false;
    size_t size = zmq_msg_size(&transport->message);
    ret_routing->size = size < ROUTING_BYTES ? size : ROUTING_BYTES;
    memcpy(ret_routing->bytes, zmq_msg_data(&transport->message), ret_routing->size);
    /* Those that the ROUTER gives begin with a zero; no other was given, so its sender chose it. */
    bool is_ours = size == ROUTING_BYTES && ret_routing->bytes[0] == 0;
    if (!zmq_msg_more(&transport->message) || !message_receive(transport, router))
        return false;
    return !message_skip_rest(transport, router) && is_ours;
}

static struct bytes message_bytes(struct transport *transport)
{
    return bytes_of(zmq_msg_data(&transport->message), zmq_msg_size(&transport->message));
}

static void event_of_message(struct transport *transport, const struct link *link,
                             struct transport_event *event)
{
    *event = (struct transport_event){.kind = TRANSPORT_MESSAGE,
                                      .link = link_number(transport, link),
                                      .device = link->device,
                                      .is_dialer = link->is_dialer,
                                      .frame = message_bytes(transport)};
}

/* A link rises or falls: tell it. */
static bool event_of_links(struct transport *transport, struct transport_event *event)
{
    for (uint32_t i = 0; transport->untold > 0 && i < LINKS_MAX; i++) {
        struct link *link = &transport->links[i];
        if (link->phase != LINK_RISING && link->phase != LINK_FALLING)
            continue;
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

static bool event_of_router(struct transport *transport, struct transport_event *event)
{
    struct routing routing;
    while (transport->router != NULL) {
        bool is_whole = router_receive(transport, transport->router, &routing);
        if (!is_whole && routing.size == 0)
            return false;
        struct link *link = is_whole ? link_of_sender(transport, &routing) : NULL;
        if (link == NULL)
            continue;
        if (link->phase == LINK_UP) {
            event_of_message(transport, link, event);
            return true;
        }
        transport->is_held = true; /* its rise comes first */
        transport->held_link = link_number(transport, link);
        return event_of_links(transport, event);
    }
    return false;
}

static bool event_of_dial(struct transport *transport, struct dial *dial,
                          struct transport_event *event)
{
    while (dial->phase == DIAL_LINKED && transport->links[dial->link].phase == LINK_UP) {
        if (!message_receive(transport, dial->dealer))
            return false;
        if (message_skip_rest(transport, dial->dealer))
            continue;
        event_of_message(transport, &transport->links[dial->link], event);
        return true;
    }
    return false;
}

static bool event_of_dials(struct transport *transport, struct transport_event *event)
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

static bool event_of_enrol(struct transport *transport, struct transport_event *event)
{
    struct routing routing;
    while (transport->enrol != NULL) {
        bool is_whole = router_receive(transport, transport->enrol, &routing);
        if (!is_whole && routing.size == 0)
            return false;
        struct public_key key;
        if (!is_whole || !message_key(&transport->message, &key))
            continue;
        *event = (struct transport_event){.kind = TRANSPORT_ENROL,
                                          .key = key,
                                          .caller = routing,
                                          .frame = message_bytes(transport)};
        return true;
    }
    return false;
}

bool transport_next(struct transport *transport, struct transport_event *ret_event)
{
    if (event_of_links(transport, ret_event))
        return true;
    if (transport->is_held) {
        transport->is_held = false;
        event_of_message(transport, &transport->links[transport->held_link], ret_event);
        return true;
    }
    if (event_of_router(transport, ret_event) || event_of_dials(transport, ret_event) ||
        event_of_enrol(transport, ret_event))
        return true;
    message_release(transport);
    return event_of_links(transport, ret_event);
}

/* --- sending -------------------------------------------------------------------------------------
 */

static int link_send_now(struct transport *transport, const struct link *link, struct bytes frame)
{
    if (link->is_dialer)
        return dealer_send(transport->dials[link->dial].dealer, frame);
    return router_send(transport->router, bytes_of(link->routing.bytes, link->routing.size), frame);
}

int transport_send(struct transport *transport, uint32_t number, struct bytes frame)
{
    check(number < LINKS_MAX && frame.size > 0 && frame.size <= MESSAGE_BYTES_MAX);
    struct link *link = &transport->links[number];
    if (!link_is_live(link))
        return 0;
    int err = ERR_BUSY;
    if (outbox_first(&link->outbox).size == 0)
        err = link_send_now(transport, link, frame);
    if (err == ERR_BUSY)
        return outbox_push(&link->outbox, frame);
    if (err != 0)
        link_fall(transport, link);
    return 0;
}

static void serve_outbox(struct transport *transport, struct link *link)
{
    struct bytes frame;
    while (link_is_live(link) && (frame = outbox_first(&link->outbox)).size > 0) {
        int err = link_send_now(transport, link, frame);
        if (err == ERR_BUSY)
            return;
        if (err != 0)
            link_fall(transport, link);
        else
            outbox_pop(&link->outbox);
    }
}

/* --- waiting -------------------------------------------------------------------------------------
 */

struct waiting {
    size_t count;
    zmq_pollitem_t items[POLL_ITEMS_MAX];
    uint64_t until_ms;
};

static void wait_for_socket(struct waiting *waiting, void *socket, short events)
{
    if (socket != NULL)
        waiting->items[waiting->count++] = (zmq_pollitem_t){.socket = socket, .events = events};
}

static void wait_until(struct waiting *waiting, uint64_t at_ms)
{
    if (at_ms < waiting->until_ms)
        waiting->until_ms = at_ms;
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
    for (uint32_t i = 0; i < DEVICES_MAX; i++)
        wait_for_dial(transport, &transport->dials[i], waiting);
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        const struct link *link = &transport->links[i];
        if (link_is_live(link) && !link->is_dialer && outbox_first(&link->outbox).size > 0)
            wait_until(waiting, now_ms + RETRY_MS);
    }
    if (transport->untold > 0 || transport->is_held)
        wait_until(waiting, now_ms);
}

static void serve(struct transport *transport)
{
    uint64_t now_ms = clock_mono_ms();
    serve_authenticator(transport);
    serve_router_monitor(transport);
    for (uint32_t i = 0; i < DEVICES_MAX; i++)
        serve_dial(transport, &transport->dials[i], now_ms);
    for (uint32_t i = 0; i < LINKS_MAX; i++)
        serve_outbox(transport, &transport->links[i]);
}

int transport_wait(struct transport *transport, const int *fds, size_t count, uint32_t timeout_ms,
                   uint32_t *ret_ready)
{
    check(count <= TRANSPORT_FDS_MAX);
    uint64_t now_ms = clock_mono_ms();
    struct waiting waiting = {.until_ms = now_ms + timeout_ms};
    wait_for_all(transport, &waiting, now_ms);
    size_t fds_at = waiting.count;
    for (size_t i = 0; i < count; i++)
        waiting.items[waiting.count++] = (zmq_pollitem_t){.fd = fds[i], .events = ZMQ_POLLIN};
    uint64_t wait_ms = waiting.until_ms > now_ms ? waiting.until_ms - now_ms : 0;
    if (zmq_poll(waiting.items, (int)waiting.count, (long)wait_ms) < 0 && errno != EINTR)
        return ERR_IO;
    uint32_t ready = 0;
    for (size_t i = 0; i < count; i++)
        ready |= (uint32_t)((waiting.items[fds_at + i].revents & ZMQ_POLLIN) != 0) << i;
    serve(transport);
    *ret_ready = ready;
    return 0;
}

/* --- the whole -----------------------------------------------------------------------------------
 */

static int open_sockets(struct transport *transport, const char *listen)
{
    transport->context = context_new();
    if (transport->context == NULL)
        return ERR_NO_MEMORY;
    transport->authenticator = authenticator_new(transport->context);
    if (transport->authenticator == NULL)
        return ERR_NO_MEMORY;
    if (listen == NULL)
        return 0;
    int err = router_open(transport->context, listen, "mesh", &transport->secret, MESSAGE_BYTES_MAX,
                          transport->endpoint, &transport->router);
    if (err != 0)
        return err;
    transport->router_monitor =
        monitor_new(transport->context, transport->router, ++transport->serial);
    return transport->router_monitor == NULL ? ERR_NO_MEMORY : 0;
}

int transport_open(const struct transport_config *config, struct transport **ret_transport)
{
    struct transport *transport = calloc(1, sizeof *transport);
    if (transport == NULL)
        return ERR_NO_MEMORY;
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
    if (transport == NULL)
        return;
    message_release(transport);
    for (uint32_t i = 0; i < LINKS_MAX; i++)
        outbox_clear(&transport->links[i].outbox);
    for (uint32_t i = 0; i < DEVICES_MAX; i++)
        dial_end(&transport->dials[i], FLUSH_MS, 0);
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

enum transport_state transport_state(const struct transport *transport, uint64_t device)
{
    if (device_is_linked(transport, device))
        return TRANSPORT_LINKED;
    for (uint32_t i = 0; i < transport->allowed_count; i++) {
        const struct allowed *allowed = &transport->allowed[i];
        if (allowed->device.device != device)
            continue;
        if (allowed->was_refused)
            return TRANSPORT_REFUSED;
        return allowed->was_linked ? TRANSPORT_LOST : TRANSPORT_CONNECTING;
    }
    return TRANSPORT_REFUSED;
}

int transport_enrol_open(struct transport *transport, const char *listen)
{
    check(transport->enrol == NULL);
    return router_open(transport->context, listen, "enrol", &transport->secret,
                       ENROL_FRAME_BYTES_MAX, transport->enrol_endpoint, &transport->enrol);
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
    if (transport->enrol != NULL)
        (void)!router_send(transport->enrol, bytes_of(caller->bytes, caller->size), frame);
}
