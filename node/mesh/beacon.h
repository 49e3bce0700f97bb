/* beacon.h - "I am here", shouted on the local network every second; and hearing others.
 *
 * Layer: node; used by the core thread alone. A beacon is a datagram to the broadcast address of
 * each IPv4 network and, when the mesh listens on IPv6, to a link-local multicast group:
 *
 *   "trstl" 1   4 bytes of BLAKE2b("trestle/beacon/1" || popup)
 *               8 bytes of BLAKE2b("trestle/beacon/1" || popup || be64 device)   the device's tag
 *               be16 port of the mesh
 *
 * It carries no name and no secret, and only who knows the pop-up can tell whose it is. Nothing is
 * believed of it: where it came from is a hint where to dial, under the key that the roster names.
 * A network that passes no broadcast costs nothing but the hint; addresses set by hand suffice.
 */
#ifndef TRESTLE_NODE_MESH_BEACON_H
#define TRESTLE_NODE_MESH_BEACON_H

#include "node/mesh/transport.h"
#include "sync/base/id.h"

enum {
    BEACON_PORT = 7450,
    BEACON_BYTES = 20,
    BEACON_TAG_BYTES = 8,
    BEACON_INTERVAL_MS = 1000, /* on average */
    BEACON_HEARD_MAX = 64,     /* datagrams looked at for each call: a flood costs no more */
};

struct beacon_tag {
    uint8_t bytes[BEACON_TAG_BYTES];
};

struct beacon_heard {
    struct beacon_tag tag;
    char endpoint[ENDPOINT_BYTES_MAX]; /* where it came from, with the port that it tells */
};

struct beacon_counts {
    uint64_t sent, heard; /* of this pop-up's other devices */
    uint64_t foreign;     /* of others, or nonsense */
};

struct beacon_config {
    struct popup_id popup;
    uint64_t device;
    uint16_t mesh_port;
    uint16_t port; /* of the beacons */
    bool is_v6;
    uint64_t seed; /* of the jitter */
};

struct beacon;

/* ERR_EXISTS: the port is taken; ERR_IO, ERR_NO_MEMORY. */
MUST_CHECK int beacon_open(const struct beacon_config *config, struct beacon **ret_beacon);
void beacon_close(struct beacon *beacon); /* accepts NULL */

/* Send when it is time, by all networks that there are at the moment. */
void beacon_serve(struct beacon *beacon, uint64_t now_ms);

/* Up to BEACON_HEARD_MAX that were heard of this pop-up, into @ret_heard; how many. Never waits. */
size_t beacon_hear(struct beacon *beacon, struct beacon_heard *ret_heard);

struct beacon_counts beacon_counts(const struct beacon *beacon);

struct beacon_tag beacon_tag(const struct popup_id *popup, uint64_t device);
void beacon_write(const struct beacon_config *config, uint8_t *ret_frame); /* BEACON_BYTES */
/* ERR_MALFORMED; ERR_MISMATCH: of another pop-up. */
MUST_CHECK int beacon_read(struct bytes frame, const struct popup_id *popup,
                           struct beacon_tag *ret_tag, uint16_t *ret_mesh_port);

#endif
