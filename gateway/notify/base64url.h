/* base64url.h - bytes as text in URLs and tokens: RFC 4648 section 5, without padding.
 *
 * Layer: gateway (pure).
 */
#ifndef TRESTLE_GATEWAY_NOTIFY_BASE64URL_H
#define TRESTLE_GATEWAY_NOTIFY_BASE64URL_H

#include "sync/base/bytes.h"
#include "sync/base/err.h"

/* Characters of @size bytes, and the zero byte after them. */
#define BASE64URL_TEXT_BYTES(size) (((size)*4 + 2) / 3 + 1)

/* Terminated; @to has BASE64URL_TEXT_BYTES(bytes.size). */
void base64url_print(struct bytes bytes, char *to);

/* Exactly @size bytes; padding, white space and bits beyond the last byte are none of it.
 * ERR_MALFORMED. */
MUST_CHECK int base64url_parse(struct bytes text, uint8_t *to, size_t size);

#endif
