/* crypto.h - the three primitives the journal stands on: BLAKE2b (RFC 7693), Ed25519 (RFC 8032),
 * constant-time compare.
 *
 * Layer: sync/base (pure): deterministic, no randomness; keys are made by the host. Over libsodium,
 * which the host has initialised: sodium_init() picks the faster implementations, but reads the
 * system's randomness and so does not belong here.
 */
#ifndef TRESTLE_SYNC_BASE_CRYPTO_H
#define TRESTLE_SYNC_BASE_CRYPTO_H

#include "sync/base/bytes.h"
#include "sync/base/err.h"

enum {
    HASH_BYTES = 32,
    SIGNATURE_BYTES = 64,
    PUBLIC_KEY_BYTES = 32,
    SECRET_KEY_BYTES = 64,
    HASH_PARTS_MAX = 8
};

struct hash {
    uint8_t bytes[HASH_BYTES];
};

struct public_key {
    uint8_t bytes[PUBLIC_KEY_BYTES];
};

/* Ed25519 secret in libsodium's form: seed, then public key. The owner wipes it. */
struct secret_key {
    uint8_t bytes[SECRET_KEY_BYTES];
};

struct signature {
    uint8_t bytes[SIGNATURE_BYTES];
};

/* BLAKE2b of the concatenation of @count parts, @size bytes long (1..32). The caller makes the
 * concatenation unambiguous: a domain label first, fixed sizes or lengths after. */
void hash_parts(void *to, size_t size, const struct bytes *parts, size_t count);

bool hash_equal(const struct hash *a, const struct hash *b);

void sign_bytes(struct signature *to, struct bytes message, const struct secret_key *secret);

/* 0 or ERR_BAD_SIGNATURE. Refuses non-canonical signatures and small-order keys (libsodium
 * does). */
MUST_CHECK int verify_bytes(const struct signature *signature, struct bytes message,
                            const struct public_key *key);

#endif
