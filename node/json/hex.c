#include "node/json/hex.h"

/* Of a digit whose letters are lower-case; -1: it is none. */
static int digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int digit_value_any_case(uint8_t c)
{
    return digit_value(c >= 'A' && c <= 'F' ? (uint8_t)(c - 'A' + 'a') : c);
}

static bool read_digits(struct bytes text, uint8_t *to, size_t size, int (*value)(uint8_t))
{
    if (text.size != 2 * size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        const int high = value(text.data[2 * i]);
        const int low = value(text.data[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        to[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool hex_read(struct bytes text, uint8_t *to, size_t size)
{
    return read_digits(text, to, size, digit_value);
}

bool hex_read_any_case(struct bytes text, uint8_t *to, size_t size)
{
    return read_digits(text, to, size, digit_value_any_case);
}
