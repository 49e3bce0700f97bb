/* fuzz_webhook.c - a stranger's signature over a webhook: without the secret nothing is taken.
 *
 * Input: the header, a newline, the body.
 */
#include <string.h>

#include "gateway/stripe/webhook.h"
#include "sync/base/check.h"

enum { NOW_S = 1700000000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct webhook_secrets secrets = {{bytes_of_text("whsec_test"), bytes_of_text("")}};
    const struct webhook_secrets none = {{bytes_of_text(""), bytes_of_text("")}};
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    if (end == NULL) {
        return 0;
    }
    const struct bytes header = bytes_of(data, (size_t)(end - data));
    const struct bytes body = bytes_of(end + 1, size - header.size - 1);
    const int err = webhook_check(header, body, &secrets, NOW_S);
    check(err == ERR_MALFORMED || err == ERR_BAD_SIGNATURE ||
          bytes_equal(body, bytes_of_text("x")));
    check(webhook_check(header, body, &none, NOW_S) ==
          (err == ERR_MALFORMED ? ERR_MALFORMED : ERR_BAD_SIGNATURE));
    return 0;
}
