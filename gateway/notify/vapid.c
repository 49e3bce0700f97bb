#include "gateway/notify/vapid.h"

#include <stdio.h>
#include <string.h>

#include "sync/base/check.h"

enum {
    CLAIMS_BYTES_MAX = VAPID_ORIGIN_BYTES_MAX + VAPID_CONTACT_BYTES_MAX + 80,
    SIGNED_BYTES_MAX = 40 + BASE64URL_TEXT_BYTES(CLAIMS_BYTES_MAX),
};

int vapid_key_of(const struct p256_secret *secret, struct vapid_key *ret_key)
{
    ret_key->secret = *secret;
    const int err = p256_public(secret, &ret_key->point);
    if (err == 0) {
        base64url_print(bytes_of(ret_key->point.bytes, sizeof ret_key->point.bytes), ret_key->text);
    }
    return err;
}

/* What the signature is over: {"typ":"JWT","alg":"ES256"} . claims. Its size. */
static size_t signed_print(const char *origin, const char *contact, int64_t now_s,
                           char to[SIGNED_BYTES_MAX])
{
    static const char head[] = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.";
    char claims[CLAIMS_BYTES_MAX];
    const int size = snprintf(claims, sizeof claims, "{\"aud\":\"%s\",\"exp\":%lld,\"sub\":\"%s\"}",
                              origin, (long long)now_s + VAPID_LIFE_S, contact);
    check(size > 0 && size < CLAIMS_BYTES_MAX);
    memcpy(to, head, sizeof head);
    base64url_print(bytes_of(claims, (size_t)size), to + sizeof head - 1);
    return strlen(to);
}

void vapid_header(const struct vapid_key *key, const char *origin, const char *contact,
                  int64_t now_s, char ret_header[VAPID_HEADER_BYTES_MAX])
{
    char text[SIGNED_BYTES_MAX];
    uint8_t signature[P256_SIGNATURE_BYTES];
    char signature_text[BASE64URL_TEXT_BYTES(P256_SIGNATURE_BYTES)];
    const size_t size = signed_print(origin, contact, now_s, text);
    check(p256_sign(&key->secret, bytes_of(text, size), signature) == 0); /* vapid_key_of() */
    base64url_print(bytes_of(signature, sizeof signature), signature_text);
    const int written =
        snprintf(ret_header, VAPID_HEADER_BYTES_MAX, "Authorization: vapid t=%s.%s, k=%s", text,
                 signature_text, key->text);
    check(written > 0 && written < VAPID_HEADER_BYTES_MAX);
}
