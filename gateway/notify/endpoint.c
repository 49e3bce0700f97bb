#include "gateway/notify/endpoint.h"

#include <string.h>

#include "sync/base/check.h"

static const char scheme[] = "https://";
enum { SCHEME_SIZE = sizeof scheme - 1, LABEL_BYTES_MAX = 63 };

/* --- the URL --- */

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* Visible ASCII that a URL may have, and no more than that: it goes into headers and logs of
 * others. */
static bool is_url_text(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text > '~' || strchr("\"<>\\^`{|}#@", *text) != NULL) {
            return false;
        }
    }
    return true;
}

/* One label of a name, of @size characters. */
static bool is_label(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!is_name_character(text[i])) {
            return false;
        }
    }
    return size > 0 && size <= LABEL_BYTES_MAX && text[0] != '-' && text[size - 1] != '-';
}

/* Of a last label that is not of the public DNS (RFC 6761, 6762, 8375, 9476), or of an address:
 * what ends in a number is read as one (WHATWG URL, "ends in a number"). */
static bool is_private_ending(const char *label, size_t size)
{
    static const char *const names[] = {"localhost", "local",    "internal", "lan",   "home",
                                        "arpa",      "intranet", "corp",     "onion", "alt",
                                        "test",      "invalid",  "example"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i]) == size && memcmp(names[i], label, size) == 0) {
            return true;
        }
    }
    return label[0] >= '0' && label[0] <= '9';
}

/* A name of two labels or more, of @size characters. */
static bool is_public_name(const char *host, size_t size)
{
    size_t labels = 0, at = 0, label_size = 0;
    if (size > ENDPOINT_HOST_BYTES_MAX) {
        return false;
    }
    while (at <= size) {
        const char *dot = memchr(host + at, '.', size - at);
        label_size = dot != NULL ? (size_t)(dot - host) - at : size - at;
        if (!is_label(host + at, label_size)) {
            return false;
        }
        labels++;
        at += label_size + 1;
    }
    return labels >= 2 && !is_private_ending(host + size - label_size, label_size);
}

static bool is_practice(const char *url, const char *practice)
{
    const size_t size = strlen(practice);
    return size > 0 && strncmp(url, practice, size) == 0 && url[size] == '/';
}

int endpoint_check(const char *url, const char *practice)
{
    if (strlen(url) > ENDPOINT_URL_BYTES_MAX) {
        return ERR_TOO_LARGE;
    }
    if (!is_url_text(url)) {
        return ERR_MALFORMED;
    }
    if (is_practice(url, practice)) {
        return 0;
    }
    if (strncmp(url, scheme, SCHEME_SIZE) != 0) {
        return ERR_MALFORMED;
    }
    const char *host = url + SCHEME_SIZE;
    const size_t size = strcspn(host, "/:?");
    return host[size] == '/' && is_public_name(host, size) ? 0 : ERR_MALFORMED;
}

void endpoint_origin(const char *url, char ret_origin[VAPID_ORIGIN_BYTES_MAX + 1])
{
    const char *host = strstr(url, "://");
    check(host != NULL);
    const size_t size = (size_t)(host - url) + 3 + strcspn(host + 3, "/");
    check(size <= VAPID_ORIGIN_BYTES_MAX);
    memcpy(ret_origin, url, size);
    ret_origin[size] = '\0';
}

void endpoint_site(const char *url, char ret_site[ENDPOINT_SITE_BYTES])
{
    char origin[VAPID_ORIGIN_BYTES_MAX + 1];
    endpoint_origin(url, origin);
    size_t at = strlen(origin), dots = 0;
    while (at > 0 && origin[at - 1] != '/' && dots < 2) {
        at--;
        dots += origin[at] == '.';
    }
    at += dots == 2;
    const size_t size = strlen(origin + at);
    check(size < ENDPOINT_SITE_BYTES); /* endpoint_check() */
    memcpy(ret_site, origin + at, size + 1);
}

/* --- a browser --- */

int push_target_parse(const char *endpoint, const char *p256dh, const char *auth,
                      const char *practice, struct push_target *ret_target)
{
    struct push_target target;
    memset(&target, 0, sizeof target);
    int err = endpoint_check(endpoint, practice);
    if (err == 0) {
        memcpy(target.endpoint, endpoint, strlen(endpoint));
        err = base64url_parse(bytes_of_text(p256dh), target.keys.p256dh.bytes, P256_POINT_BYTES);
    }
    err = err == 0 ? p256_check(&target.keys.p256dh) : err;
    err =
        err == 0 ? base64url_parse(bytes_of_text(auth), target.keys.auth, WEBPUSH_AUTH_BYTES) : err;
    if (err == 0) {
        *ret_target = target;
    }
    return err;
}

/* --- a telephone --- */

int phone_parse(const char *text, char ret_phone[PHONE_TEXT_BYTES])
{
    const size_t size = strlen(text);
    if (size < 1 + PHONE_DIGITS_MIN || size > 1 + PHONE_DIGITS_MAX || text[0] != '+' ||
        text[1] == '0' || strspn(text + 1, "0123456789") != size - 1) {
        return ERR_MALFORMED;
    }
    memcpy(ret_phone, text, size + 1);
    return 0;
}
