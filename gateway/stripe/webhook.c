#include "gateway/stripe/webhook.h"

#include <mbedtls/constant_time.h>
#include <mbedtls/md.h>

#include "node/json/hex.h"
#include "sync/base/check.h"

enum { MAC_BYTES = 32, SECONDS_DIGITS_MAX = 15 };

struct signed_head {
    struct bytes seconds_text;
    int64_t seconds;
    uint32_t count;
    uint8_t macs[WEBHOOK_SIGNATURES_MAX][MAC_BYTES];
};

/* --- the header --- */

/* Up to @mark or the end; @rest goes behind it. */
static struct bytes cut_at(struct bytes *rest, char mark)
{
    size_t size = 0;
    while (size < rest->size && rest->data[size] != (uint8_t)mark) {
        size++;
    }
    const struct bytes part = bytes_of(rest->data, size);
    const size_t used = size < rest->size ? size + 1 : size;
    *rest = bytes_of(rest->data + used, rest->size - used);
    return part;
}

static bool seconds_read(struct bytes text, int64_t *ret_seconds)
{
    int64_t seconds = 0;
    if (text.size == 0 || text.size > SECONDS_DIGITS_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        seconds = 10 * seconds + (text.data[i] - '0');
    }
    *ret_seconds = seconds;
    return true;
}

/* Exactly one t; any number of v1, and one that is no signature fits nothing. */
static int head_read(struct bytes header, struct signed_head *ret_head)
{
    *ret_head = (struct signed_head){.count = 0};
    if (header.size > WEBHOOK_HEADER_BYTES_MAX) {
        return ERR_MALFORMED;
    }
    while (header.size > 0) {
        struct bytes value = cut_at(&header, ',');
        const struct bytes name = cut_at(&value, '=');
        if (bytes_equal(name, bytes_of_text("t"))) {
            if (ret_head->seconds_text.size > 0 || !seconds_read(value, &ret_head->seconds)) {
                return ERR_MALFORMED;
            }
            ret_head->seconds_text = value;
        } else if (bytes_equal(name, bytes_of_text("v1")) &&
                   ret_head->count < WEBHOOK_SIGNATURES_MAX &&
                   hex_read(value, ret_head->macs[ret_head->count], MAC_BYTES)) {
            ret_head->count++;
        }
    }
    return ret_head->seconds_text.size > 0 ? 0 : ERR_MALFORMED;
}

/* --- the signature --- */

static void mac_make(struct bytes secret, struct bytes seconds, struct bytes body,
                     uint8_t to[MAC_BYTES])
{
    mbedtls_md_context_t context;
    mbedtls_md_init(&context);
    int err = mbedtls_md_setup(&context, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1);
    err = err == 0 ? mbedtls_md_hmac_starts(&context, secret.data, secret.size) : err;
    err = err == 0 ? mbedtls_md_hmac_update(&context, seconds.data, seconds.size) : err;
    err = err == 0 ? mbedtls_md_hmac_update(&context, (const uint8_t *)".", 1) : err;
    err = err == 0 ? mbedtls_md_hmac_update(&context, body.data, body.size) : err;
    err = err == 0 ? mbedtls_md_hmac_finish(&context, to) : err;
    mbedtls_md_free(&context);
    check(err == 0); /* only without memory */
}

/* All are compared, so that time tells nothing of which one fits. */
static bool has_mac(const struct signed_head *head, const uint8_t mac[MAC_BYTES])
{
    bool is_found = false;
    for (uint32_t i = 0; i < head->count; i++) {
        is_found |= mbedtls_ct_memcmp(head->macs[i], mac, MAC_BYTES) == 0;
    }
    return is_found;
}

int webhook_check(struct bytes header, struct bytes body, const struct webhook_secrets *secrets,
                  int64_t now_s)
{
    struct signed_head head;
    bool is_signed = false;
    int err = head_read(header, &head);
    if (err != 0) {
        return err;
    }
    for (uint32_t i = 0; i < WEBHOOK_SECRETS_MAX; i++) {
        uint8_t mac[MAC_BYTES];
        if (secrets->secrets[i].size > 0) {
            mac_make(secrets->secrets[i], head.seconds_text, body, mac);
            is_signed |= has_mac(&head, mac);
        }
    }
    if (!is_signed) {
        return ERR_BAD_SIGNATURE;
    }
    const int64_t age_s = now_s - head.seconds;
    return age_s <= WEBHOOK_TOLERANCE_S && age_s >= -WEBHOOK_TOLERANCE_S ? 0 : ERR_MISMATCH;
}
