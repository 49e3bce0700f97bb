/* verify_once.c - a signature that one device has checked is not computed again for the next.
 *
 * In one process six devices verify what each of them wrote, and the oracles verify whole journals
 * after each crash: the same Ed25519 equations up to a hundred times. The linker puts this function
 * in the place of libsodium's (-Wl,--wrap); it remembers the answers by everything they depend on,
 * compared byte for byte, so that they are what libsodium said.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    SIGNATURE_SIZE = 64,
    KEY_SIZE = 32,
    MESSAGE_SIZE_MAX = 256, /* what we sign is labels, ids and hashes; longer ones are not kept */
    PLACES = 1 << 14,
};

struct answer {
    bool is_used;
    int result;
    uint8_t signature[SIGNATURE_SIZE];
    uint8_t key[KEY_SIZE];
    size_t size;
    uint8_t message[MESSAGE_SIZE_MAX];
};

static struct answer answers[PLACES];

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names */
int __real_crypto_sign_ed25519_verify_detached(const unsigned char *signature,
                                               const unsigned char *message,
                                               unsigned long long size, const unsigned char *key);
int __wrap_crypto_sign_ed25519_verify_detached(const unsigned char *signature,
                                               const unsigned char *message,
                                               unsigned long long size, const unsigned char *key);
/* NOLINTEND(bugprone-reserved-identifier) */

/* Signatures are uniform: their own bytes spread them. */
static struct answer *place_of(const unsigned char *signature)
{
    uint32_t place;
    memcpy(&place, signature, sizeof place);
    return &answers[place % PLACES];
}

static bool is_same(const struct answer *answer, const unsigned char *signature,
                    const unsigned char *message, size_t size, const unsigned char *key)
{
    return answer->is_used && answer->size == size &&
           memcmp(answer->signature, signature, SIGNATURE_SIZE) == 0 &&
           memcmp(answer->key, key, KEY_SIZE) == 0 && memcmp(answer->message, message, size) == 0;
}

int __wrap_crypto_sign_ed25519_verify_detached(const unsigned char *signature,
                                               const unsigned char *message,
                                               unsigned long long size, const unsigned char *key)
{
    struct answer *answer = place_of(signature);
    if (size > MESSAGE_SIZE_MAX) {
        return __real_crypto_sign_ed25519_verify_detached(signature, message, size, key);
    }
    if (is_same(answer, signature, message, (size_t)size, key)) {
        return answer->result;
    }
    answer->is_used = true;
    answer->result = __real_crypto_sign_ed25519_verify_detached(signature, message, size, key);
    answer->size = (size_t)size;
    memcpy(answer->signature, signature, SIGNATURE_SIZE);
    memcpy(answer->key, key, KEY_SIZE);
    memcpy(answer->message, message, (size_t)size);
    return answer->result;
}
