#include "node/web/header.h"

#include <stdlib.h>
#include <string.h>

int header_length(const char *digits, size_t size_max, size_t *ret_size)
{
    if (digits[0] == '\0' || digits[strspn(digits, "0123456789")] != '\0') {
        return ERR_MALFORMED;
    }
    const unsigned long long size = strtoull(digits, NULL, 10); /* ULLONG_MAX for what is more */
    if (size > size_max) {
        return ERR_TOO_LARGE;
    }
    *ret_size = (size_t)size;
    return 0;
}

int header_ticket(const char *listed, char *to, size_t capacity)
{
    static const char prefix[] = "ticket.";
    const char *at = strstr(listed, prefix);
    const char *ticket = at != NULL ? at + sizeof prefix - 1 : "";
    const size_t size = strcspn(ticket, ", ");
    if (size >= capacity) {
        return ERR_TOO_LARGE;
    }
    memcpy(to, ticket, size);
    to[size] = '\0';
    return 0;
}
