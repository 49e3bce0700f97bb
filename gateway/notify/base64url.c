#include "gateway/notify/base64url.h"

#include <sodium.h>

void base64url_print(struct bytes bytes, char *to)
{
    (void)sodium_bin2base64(to, BASE64URL_TEXT_BYTES(bytes.size), bytes.data, bytes.size,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

int base64url_parse(struct bytes text, uint8_t *to, size_t size)
{
    size_t read = 0;
    const char *end = NULL;
    const char *from = (const char *)text.data;
    const int err = sodium_base642bin(to, size, from, text.size, NULL, &read, &end,
                                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return err == 0 && read == size && end == from + text.size ? 0 : ERR_MALFORMED;
}
