#include "node/os/entropy.h"

#include <sodium.h>
#include <string.h>

#include "sync/base/check.h"

int entropy_start(void)
{
    return sodium_init() < 0 ? ERR_INTERNAL : 0;
}

void entropy_bytes(void *to, size_t size)
{
    randombytes_buf(to, size);
}

uint64_t entropy_u64(void)
{
    uint64_t value = 0;
    randombytes_buf(&value, sizeof value);
    return value;
}

void entropy_signing_key(struct secret_key *to)
{
    struct public_key unused;
    check(crypto_sign_keypair(unused.bytes, to->bytes) == 0);
}

void entropy_transport_key(struct transport_secret *to)
{
    randombytes_buf(to->bytes, sizeof to->bytes);
}

struct public_key signing_public(const struct secret_key *secret)
{
    struct public_key key;
    check(crypto_sign_ed25519_sk_to_pk(key.bytes, secret->bytes) == 0);
    return key;
}

struct public_key transport_public(const struct transport_secret *secret)
{
    struct public_key key;
    check(crypto_scalarmult_base(key.bytes, secret->bytes) == 0);
    return key;
}

struct hash keyed_hash(struct bytes key, struct bytes message)
{
    struct hash hash;
    check(crypto_generichash(hash.bytes, sizeof hash.bytes, message.data, message.size, key.data,
                             key.size) == 0);
    return hash;
}

void entropy_wipe(void *data, size_t size)
{
    sodium_memzero(data, size);
}
