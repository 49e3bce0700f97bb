/* oracle_book.c - the chain by the book: its hashes and signatures computed with libsodium alone,
 * so that what sync makes of them is held against something.
 */
#include <sodium.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/sim/sim_internal.h"

static void hash_add(crypto_generichash_state *state, const void *data, size_t size)
{
    check(crypto_generichash_update(state, data, size) == 0);
}

struct hash book_genesis(const struct popup_id *popup, const uint8_t *key)
{
    struct hash hash;
    crypto_generichash_state state;
    check(crypto_generichash_init(&state, NULL, 0, sizeof hash.bytes) == 0);
    hash_add(&state, "trestle/log/1", strlen("trestle/log/1"));
    hash_add(&state, popup->bytes, sizeof popup->bytes);
    hash_add(&state, key, PUBLIC_KEY_BYTES);
    check(crypto_generichash_final(&state, hash.bytes, sizeof hash.bytes) == 0);
    return hash;
}

struct hash book_content(struct bytes event)
{
    struct hash hash;
    uint8_t size[4];
    crypto_generichash_state state;
    put_be32(size, (uint32_t)event.size);
    check(crypto_generichash_init(&state, NULL, 0, sizeof hash.bytes) == 0);
    hash_add(&state, size, sizeof size);
    hash_add(&state, event.data, event.size);
    check(crypto_generichash_final(&state, hash.bytes, sizeof hash.bytes) == 0);
    return hash;
}

struct hash book_next(const struct hash *before, const struct hash *content)
{
    struct hash hash;
    crypto_generichash_state state;
    check(crypto_generichash_init(&state, NULL, 0, sizeof hash.bytes) == 0);
    hash_add(&state, before->bytes, sizeof before->bytes);
    hash_add(&state, content->bytes, sizeof content->bytes);
    check(crypto_generichash_final(&state, hash.bytes, sizeof hash.bytes) == 0);
    return hash;
}

bool book_is_signed(const struct sim *sim, const struct truth_log *truth, uint64_t seq,
                    const uint8_t *signature)
{
    uint8_t message[15 + POPUP_ID_BYTES + 8 + 8 + HASH_BYTES];
    memcpy(message, "trestle/head/1", 14);
    uint8_t *at = message + 14;
    memcpy(at, sim->cluster->popup.bytes, POPUP_ID_BYTES);
    at += POPUP_ID_BYTES;
    put_be64(at, truth->log);
    put_be64(at + 8, seq);
    memcpy(at + 16, truth->events[seq - 1].chain.bytes, HASH_BYTES);
    at += 16 + HASH_BYTES;
    return crypto_sign_ed25519_verify_detached(signature, message, (size_t)(at - message),
                                               truth->key.bytes) == 0; /* verify_once.c */
}
