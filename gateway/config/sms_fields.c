#include "gateway/config/sms_fields.h"

#include <stddef.h>
#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int sms_fields_parse(const char *text, struct sms_fields *ret_fields)
{
    char *const to[] = {ret_fields->from, ret_fields->to, ret_fields->body};
    enum { COUNT = sizeof to / sizeof *to };
    for (size_t i = 0; i < COUNT; i++) {
        const size_t size = strspn(text, letters);
        const char end = i + 1 < COUNT ? ',' : '\0';
        if (size == 0 || size > SMS_FIELD_BYTES_MAX || text[size] != end) {
            return ERR_MALFORMED;
        }
        memcpy(to[i], text, size);
        to[i][size] = '\0';
        text += size + 1;
    }
    return 0;
}
