#include "sync/base/bytes.h"

#include <string.h>

struct bytes bytes_of_text(const char *text)
{
    return bytes_of(text, strlen(text));
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    /* memcmp may not be given NULL, not even for nothing. */
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

int bytes_compare(struct bytes a, struct bytes b)
{
    const size_t shared = a.size < b.size ? a.size : b.size;
    const int order = shared == 0 ? 0 : memcmp(a.data, b.data, shared);
    if (order != 0) {
        return order;
    }
    return (a.size > b.size) - (a.size < b.size);
}

static void put_be(uint8_t *to, unsigned width, uint64_t value)
{
    for (unsigned i = width; i > 0; i--) {
        to[i - 1] = (uint8_t)value;
        value >>= 8;
    }
}

static uint64_t get_be(const uint8_t *from, unsigned width)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < width; i++) {
        value = value << 8 | from[i];
    }
    return value;
}

void put_be32(uint8_t to[4], uint32_t value)
{
    put_be(to, 4, value);
}

void put_be40(uint8_t to[5], uint64_t value)
{
    put_be(to, 5, value);
}

void put_be64(uint8_t to[8], uint64_t value)
{
    put_be(to, 8, value);
}

uint32_t get_be32(const uint8_t from[4])
{
    return (uint32_t)get_be(from, 4);
}

uint64_t get_be40(const uint8_t from[5])
{
    return get_be(from, 5);
}

uint64_t get_be64(const uint8_t from[8])
{
    return get_be(from, 8);
}

/* How many bytes a character takes by its first byte; 0 when none begins so. */
static unsigned utf8_width(uint8_t first)
{
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xc2) { /* a continuation, or C0 and C1, which could only spell ASCII at length */
        return 0;
    }
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

/* Take one character off @text: false when what stands there is none. */
static bool utf8_next(struct bytes *text, uint32_t *ret_point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t *at = text->data;
    const unsigned width = utf8_width(at[0]);
    if (width == 0 || width > text->size) {
        return false;
    }
    uint32_t point = width == 1 ? at[0] : at[0] & (0x7fu >> width);
    for (unsigned i = 1; i < width; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return false;
        }
        point = point << 6 | (at[i] & 0x3fu);
    }
    if (point < least[width] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
        return false;
    }
    *text = bytes_of(at + width, text->size - width);
    *ret_point = point;
    return true;
}

static bool is_clean_point(uint32_t point)
{
    const bool is_control = point < 0x20 || (point >= 0x7f && point <= 0x9f);
    const bool is_override =
        (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
    return !is_control && !is_override;
}

/* What is left of @text behind the printable ASCII that most texts begin and end with. */
static struct bytes skip_plain(struct bytes text)
{
    size_t plain = 0;
    while (plain < text.size && text.data[plain] >= 0x20 && text.data[plain] < 0x7f) {
        plain++;
    }
    return plain == 0 ? text : bytes_of(text.data + plain, text.size - plain);
}

bool text_is_utf8(struct bytes text)
{
    uint32_t point;
    for (text = skip_plain(text); text.size > 0; text = skip_plain(text)) {
        if (!utf8_next(&text, &point)) {
            return false;
        }
    }
    return true;
}

bool text_is_clean(struct bytes text)
{
    uint32_t point;
    for (text = skip_plain(text); text.size > 0; text = skip_plain(text)) {
        if (!utf8_next(&text, &point) || !is_clean_point(point)) {
            return false;
        }
    }
    return true;
}
