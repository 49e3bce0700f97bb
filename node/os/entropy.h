/* entropy.h - unpredictable bytes and fresh keys, from the operating system.
 *
 * Layer: node. entropy_start() once, before anything that hashes or signs.
 */
#ifndef TRESTLE_NODE_OS_ENTROPY_H
#define TRESTLE_NODE_OS_ENTROPY_H

#include "sync/base/crypto.h"

enum { TRANSPORT_SECRET_BYTES = 32 };

/* X25519 secret of the CURVE transport. The owner wipes it. */
struct transport_secret {
    uint8_t bytes[TRANSPORT_SECRET_BYTES];
};

/* Prepares the crypto library. ERR_INTERNAL: the machine has no source of randomness. */
MUST_CHECK int entropy_start(void);

void entropy_bytes(void *to, size_t size);
uint64_t entropy_u64(void);

void entropy_signing_key(struct secret_key *to);
void entropy_transport_key(struct transport_secret *to);

/* The public halves. */
struct public_key signing_public(const struct secret_key *secret);
struct public_key transport_public(const struct transport_secret *secret);

/* BLAKE2b-256 of @message under @key (16..64 bytes): proves knowledge of @key. */
struct hash keyed_hash(struct bytes key, struct bytes message);

/* Overwrite what must not stay in memory. */
void entropy_wipe(void *data, size_t size);

#endif
