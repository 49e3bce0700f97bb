/* Where customers' phones reach a pop-up; declared in menu.h. What is not understood here is not
 * sound: a poster that leads nowhere, or to somebody else's page, is worse than none. */
#include <string.h>

#include "sync/domain/menu.h"

enum { PORT_DIGITS_MAX = 5, PORT_MAX = 65535, LABEL_BYTES_MAX = 63, V6_GROUPS = 8 };

static bool take(struct bytes *text, const char *prefix)
{
    const size_t size = strlen(prefix);
    if (text->size < size || memcmp(text->data, prefix, size) != 0) {
        return false;
    }
    *text = bytes_of(text->data + size, text->size - size);
    return true;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

/* Names are written small, as browsers show them. */
static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || is_digit(c);
}

/* --- numbers --- */

/* Up to @digits_max of them, none in front that says nothing. */
static bool take_number(struct bytes *text, size_t digits_max, uint32_t max, uint32_t *ret_number)
{
    size_t size = 0;
    *ret_number = 0;
    while (size < text->size && size < digits_max && is_digit(text->data[size])) {
        *ret_number = *ret_number * 10 + (uint32_t)(text->data[size++] - '0');
    }
    const bool is_padded = size > 1 && text->data[0] == '0';
    *text = bytes_of(text->data + size, text->size - size);
    return size > 0 && !is_padded && *ret_number <= max;
}

/* @ret_parts: the four of 192.168.1.5. */
static bool is_v4(struct bytes host, uint32_t ret_parts[4])
{
    for (unsigned i = 0; i < 4; i++) {
        if ((i > 0 && !take(&host, ".")) || !take_number(&host, 3, UINT8_MAX, &ret_parts[i])) {
            return false;
        }
    }
    return host.size == 0;
}

/* RFC 1918, and what a device gives itself (RFC 3927). */
static bool is_v4_at_home(const uint32_t parts[4])
{
    return parts[0] == 10 || (parts[0] == 172 && parts[1] >= 16 && parts[1] < 32) ||
           (parts[0] == 192 && parts[1] == 168) || (parts[0] == 169 && parts[1] == 254);
}

/* One to four hexadecimal digits. */
static bool take_group(struct bytes *text, uint32_t *ret_group)
{
    size_t size = 0;
    *ret_group = 0;
    while (size < text->size && size < 4 && is_hex(text->data[size])) {
        const uint8_t c = text->data[size++];
        *ret_group = *ret_group << 4 | (uint32_t)(is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    *text = bytes_of(text->data + size, text->size - size);
    return size > 0;
}

/* Within brackets, as RFC 5952 writes it; @ret_first: the group in front. One that begins with "::"
 * is no other device's: this machine, or an address of the older kind in disguise. */
static bool is_v6(struct bytes host, uint32_t *ret_first)
{
    uint32_t count = 0, group = 0;
    bool has_gap = false, is_more = true;
    while (is_more) {
        if (!take_group(&host, &group)) {
            return false;
        }
        *ret_first = count++ == 0 ? group : *ret_first;
        const bool is_gap = !has_gap && take(&host, "::");
        has_gap = has_gap || is_gap;
        is_more = is_gap ? host.size > 0 : take(&host, ":");
    }
    return host.size == 0 && (has_gap ? count < V6_GROUPS : count == V6_GROUPS);
}

/* RFC 4193. */
static bool is_v6_at_home(uint32_t first)
{
    return (first & 0xfe00) == 0xfc00;
}

/* Of the whole internet (RFC 4291, 2.4): what else there is is for one link, or for nobody. */
static bool is_v6_public(uint32_t first)
{
    return (first & 0xe000) == 0x2000;
}

/* --- names --- */

static bool is_label(struct bytes label)
{
    for (size_t i = 0; i < label.size; i++) {
        if (!is_letter(label.data[i]) && label.data[i] != '-') {
            return false;
        }
    }
    return label.size > 0 && label.size <= LABEL_BYTES_MAX && label.data[0] != '-' &&
           label.data[label.size - 1] != '-';
}

/* The last label of a name begins with a letter: what does not is meant as a number. One label
 * alone is no name of the whole internet, and those under localhost are each machine's own (RFC
 * 6761). */
static bool is_name(struct bytes host)
{
    size_t begin = 0;
    for (size_t i = 0; i <= host.size; i++) {
        if (i < host.size && host.data[i] != '.') {
            continue;
        }
        if (!is_label(bytes_of(host.data + begin, i - begin))) {
            return false;
        }
        begin = i == host.size ? begin : i + 1;
    }
    return begin > 0 && !is_digit(host.data[begin]) &&
           !bytes_equal(bytes_of(host.data + begin, host.size - begin), bytes_of_text("localhost"));
}

/* RFC 6762. */
static bool is_name_at_home(struct bytes host)
{
    static const char local[] = ".local";
    const size_t size = sizeof local - 1;
    return host.size > size && memcmp(host.data + host.size - size, local, size) == 0;
}

/* --- the whole --- */

/* @host as it stands there, brackets off; @ret_is_home: only who is near reaches it. */
static bool host_is_sound(struct bytes host, bool is_bracketed, bool *ret_is_home)
{
    uint32_t parts[4], first = 0;
    if (is_bracketed) {
        const bool is_whole = is_v6(host, &first);
        *ret_is_home = is_v6_at_home(first);
        return is_whole && (*ret_is_home || is_v6_public(first));
    }
    if (is_v4(host, parts)) {
        *ret_is_home = is_v4_at_home(parts);
        return parts[0] != 0 && parts[0] != 127 && parts[0] < 224;
    }
    *ret_is_home = host.size > 0 && is_name_at_home(host);
    return host.size > 0 && is_name(host);
}

static size_t until(struct bytes text, char end)
{
    const uint8_t *at = text.size == 0 ? NULL : memchr(text.data, end, text.size);
    return at == NULL ? text.size : (size_t)(at - text.data);
}

bool popup_address_is_sound(struct bytes address)
{
    bool is_home;
    uint32_t port = 1;
    const bool is_short = address.size <= POPUP_ADDRESS_BYTES_MAX;
    const bool is_plain = take(&address, "http://");
    if (!is_short || (!is_plain && !take(&address, "https://"))) {
        return false;
    }
    const bool is_bracketed = take(&address, "[");
    const size_t size = until(address, is_bracketed ? ']' : ':');
    const struct bytes host = bytes_of(address.data, size);
    address = bytes_of(address.data + size, address.size - size);
    if (is_bracketed && !take(&address, "]")) {
        return false;
    }
    if (take(&address, ":") && !take_number(&address, PORT_DIGITS_MAX, PORT_MAX, &port)) {
        return false;
    }
    return address.size == 0 && port > 0 && host_is_sound(host, is_bracketed, &is_home) &&
           (!is_plain || is_home);
}
