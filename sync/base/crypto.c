#include "sync/base/crypto.h"

#include <sodium/crypto_generichash_blake2b.h>
#include <sodium/crypto_sign_ed25519.h>
#include <sodium/utils.h>

#include "sync/base/check.h"

_Static_assert(SIGNATURE_BYTES == crypto_sign_ed25519_BYTES, "libsodium's signature");
_Static_assert(PUBLIC_KEY_BYTES == crypto_sign_ed25519_PUBLICKEYBYTES, "libsodium's public key");
_Static_assert(SECRET_KEY_BYTES == crypto_sign_ed25519_SECRETKEYBYTES, "libsodium's secret key");

void hash_parts(void *to, size_t size, const struct bytes *parts, size_t count)
{
    check(size >= 1 && size <= HASH_BYTES && count <= HASH_PARTS_MAX);
    crypto_generichash_blake2b_state state;
    int failed = crypto_generichash_blake2b_init(&state, NULL, 0, size);
    for (size_t i = 0; i < count; i++) {
        failed |= crypto_generichash_blake2b_update(&state, parts[i].data, parts[i].size);
    }
    failed |= crypto_generichash_blake2b_final(&state, to, size);
    check(failed == 0);
}

bool hash_equal(const struct hash *a, const struct hash *b)
{
    return sodium_memcmp(a->bytes, b->bytes, HASH_BYTES) == 0;
}

void sign_bytes(struct signature *to, struct bytes message, const struct secret_key *secret)
{
    const int failed =
        crypto_sign_ed25519_detached(to->bytes, NULL, message.data, message.size, secret->bytes);
    check(failed == 0);
}

int verify_bytes(const struct signature *signature, struct bytes message,
                 const struct public_key *key)
{
    const int failed = crypto_sign_ed25519_verify_detached(signature->bytes, message.data,
                                                           message.size, key->bytes);
    return failed == 0 ? 0 : ERR_BAD_SIGNATURE;
}
