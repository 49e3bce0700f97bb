/* fuzz_endpoint.c - a stranger's subscription and telephone: what passes leads to a public name,
 * over https, and is spelled as it was given.
 *
 * Input: the endpoint, a newline, p256dh, a newline, auth, a newline, a telephone.
 */
#include <string.h>

#include "gateway/notify/endpoint.h"
#include "sync/base/check.h"

enum { PART_BYTES_MAX = 2048, PARTS = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next line, terminated; a zero byte ends it as well. */
static void part_take(const uint8_t **data, size_t *size, char to[PART_BYTES_MAX])
{
    const uint8_t *end = *size > 0 ? memchr(*data, '\n', *size) : NULL;
    const size_t part = end != NULL ? (size_t)(end - *data) : *size;
    const size_t kept = part < PART_BYTES_MAX - 1 ? part : PART_BYTES_MAX - 1;
    if (kept > 0) {
        memcpy(to, *data, kept);
    }
    to[kept] = '\0';
    *data += end != NULL ? part + 1 : part;
    *size -= end != NULL ? part + 1 : part;
}

static void check_target(const struct push_target *target, const char *endpoint)
{
    char origin[VAPID_ORIGIN_BYTES_MAX + 1];
    check(strcmp(target->endpoint, endpoint) == 0);
    check(strncmp(endpoint, "https://", 8) == 0);
    check(strpbrk(endpoint, "@#\\\" \r\n") == NULL);
    endpoint_origin(endpoint, origin);
    const char *host = origin + 8;
    check(strchr(host, '.') != NULL && strpbrk(host, ":/?[]") == NULL);
    check(p256_check(&target->keys.p256dh) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char parts[PARTS][PART_BYTES_MAX];
    struct push_target target;
    char phone[PHONE_TEXT_BYTES];
    for (size_t i = 0; i < PARTS; i++) {
        part_take(&data, &size, parts[i]);
    }
    if (push_target_parse(parts[0], parts[1], parts[2], "", &target) == 0) {
        check_target(&target, parts[0]);
    }
    if (phone_parse(parts[3], phone) == 0) {
        check(strcmp(phone, parts[3]) == 0 && phone[0] == '+');
    }
    return 0;
}
