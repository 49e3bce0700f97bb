#include "gateway/notify/webpush.h"

#include <mbedtls/gcm.h>
#include <mbedtls/hkdf.h>
#include <string.h>

#include "node/os/entropy.h"
#include "sync/base/check.h"

enum {
    RECORD_BYTES = 4096,
    KEY_BYTES = 16,
    NONCE_BYTES = 12,
    INPUT_BYTES = 32, /* keying material */
    LAST_RECORD = 2,
};

struct content_keys {
    uint8_t key[KEY_BYTES], nonce[NONCE_BYTES];
};

static void derive(struct bytes salt, struct bytes input, struct bytes info, uint8_t *to,
                   size_t size)
{
    check(mbedtls_hkdf(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), salt.data, salt.size,
                       input.data, input.size, info.data, info.size, to, size) == 0);
}

/* With the zero byte that ends it. */
static struct bytes info_of(const char *label)
{
    return bytes_of(label, strlen(label) + 1);
}

/* RFC 8291 section 3.4. */
static void keys_derive(const struct webpush_keys *keys, const struct webpush_chance *chance,
                        const struct p256_point *own, uint8_t shared[P256_SECRET_BYTES],
                        struct content_keys *ret_keys)
{
    static const char label[] = "WebPush: info"; /* its zero byte counts */
    uint8_t info[sizeof label + 2 * (size_t)P256_POINT_BYTES];
    uint8_t input[INPUT_BYTES];
    const struct bytes salt = bytes_of(chance->salt, sizeof chance->salt);
    memcpy(info, label, sizeof label);
    memcpy(info + sizeof label, keys->p256dh.bytes, P256_POINT_BYTES);
    memcpy(info + sizeof label + P256_POINT_BYTES, own->bytes, P256_POINT_BYTES);
    derive(bytes_of(keys->auth, sizeof keys->auth), bytes_of(shared, P256_SECRET_BYTES),
           bytes_of(info, sizeof info), input, sizeof input);
    derive(salt, bytes_of(input, sizeof input), info_of("Content-Encoding: aes128gcm"),
           ret_keys->key, sizeof ret_keys->key);
    derive(salt, bytes_of(input, sizeof input), info_of("Content-Encoding: nonce"), ret_keys->nonce,
           sizeof ret_keys->nonce);
    entropy_wipe(input, sizeof input);
}

static void encrypt(const struct content_keys *keys, const uint8_t *text, size_t size, uint8_t *to)
{
    mbedtls_gcm_context context;
    mbedtls_gcm_init(&context);
    check(mbedtls_gcm_setkey(&context, MBEDTLS_CIPHER_ID_AES, keys->key, 8 * KEY_BYTES) == 0);
    check(mbedtls_gcm_crypt_and_tag(&context, MBEDTLS_GCM_ENCRYPT, size, keys->nonce, NONCE_BYTES,
                                    NULL, 0, text, to, WEBPUSH_TAG_BYTES, to + size) == 0);
    mbedtls_gcm_free(&context);
}

static void head_write(const struct webpush_chance *chance, const struct p256_point *own,
                       uint8_t *to)
{
    memcpy(to, chance->salt, WEBPUSH_SALT_BYTES);
    put_be32(to + WEBPUSH_SALT_BYTES, RECORD_BYTES);
    to[WEBPUSH_SALT_BYTES + 4] = P256_POINT_BYTES;
    memcpy(to + WEBPUSH_SALT_BYTES + 5, own->bytes, P256_POINT_BYTES);
}

int webpush_seal(const struct webpush_keys *keys, const struct webpush_chance *chance,
                 struct bytes text, uint8_t buffer[WEBPUSH_BODY_BYTES_MAX], struct bytes *ret_body)
{
    uint8_t shared[P256_SECRET_BYTES], padded[WEBPUSH_TEXT_BYTES_MAX + 1];
    struct content_keys content;
    struct p256_point own;
    if (text.size > WEBPUSH_TEXT_BYTES_MAX) {
        return ERR_TOO_LARGE;
    }
    int err = p256_public(&chance->ephemeral, &own);
    err = err == 0 ? p256_shared(&chance->ephemeral, &keys->p256dh, shared) : err;
    if (err != 0) {
        return err;
    }
    keys_derive(keys, chance, &own, shared, &content);
    head_write(chance, &own, buffer);
    if (text.size > 0) {
        memcpy(padded, text.data, text.size);
    }
    padded[text.size] = LAST_RECORD;
    encrypt(&content, padded, text.size + 1, buffer + WEBPUSH_HEAD_BYTES);
    *ret_body = bytes_of(buffer, WEBPUSH_HEAD_BYTES + text.size + 1 + WEBPUSH_TAG_BYTES);
    entropy_wipe(shared, sizeof shared);
    entropy_wipe(&content, sizeof content);
    return 0;
}
