/* peers.h - devices of a mesh in one process, each with a context of its own, over loopback.
 * Nothing waits for a time to pass: every wait is for a condition, with a deadline that only a
 * failure meets.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_PEERS_H
#define TRESTLE_TESTS_PROCESS_LIB_PEERS_H

#include "node/mesh/transport.h"

enum { PEERS_DEADLINE_MS = 120000 };

struct peer {
    struct transport *transport;
    struct transport_secret secret;
    struct transport_device device;
    uint32_t ups, downs, messages, enrols;
    uint32_t link;         /* of the last event */
    uint64_t from;         /* device of the last UP or MESSAGE */
    char text[64];         /* of the last message */
    struct routing caller; /* of the first ENROL */
};

void peer_init(struct peer *peer, uint64_t device);
/* @listen NULL: it dials only. */
void peer_open(struct peer *peer, const char *listen);
void peer_close(struct peer *peer);

void peer_allow(struct peer *peer, const struct peer *other);
void peer_dial(struct peer *peer, const struct peer *server, const char *endpoint);

/* What waits for it is counted, and the last kept. */
void peer_turn(struct peer *peer);
void peer_say(struct peer *peer, uint32_t link, const char *text);

/* Turn both (@b may be NULL) until *@counter is at least @wanted. */
void peers_until(struct peer *a, struct peer *b, const uint32_t *counter, uint32_t wanted);

struct pair {
    struct peer server, client;
};

/* A client that dialled a server, and said hello. The server's address is its own: no other program
 * takes its port while it is down, and no dialler's own port can be that one. */
void pair_open(struct pair *pair);
void pair_close(struct pair *pair);

#endif
