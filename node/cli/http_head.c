#include "node/cli/http_head.h"

#include <string.h>
#include <strings.h>

enum { LENGTH_DIGITS_MAX = 15 };

/* Up to the empty line and with it; 0 = that is not there. */
static size_t head_end(struct bytes received)
{
    static const char end[] = "\r\n\r\n";
    size_t limit = received.size < HTTP_HEAD_BYTES_MAX ? received.size : HTTP_HEAD_BYTES_MAX;
    for (size_t at = 0; at + sizeof end - 1 <= limit; at++) {
        if (memcmp(received.data + at, end, sizeof end - 1) == 0) {
            return at + sizeof end - 1;
        }
    }
    return 0;
}

/* The line at @at without its end; @at moves to the next one. */
static struct bytes take_line(struct bytes head, size_t *at)
{
    const uint8_t *begin = head.data + *at;
    const uint8_t *end = memchr(begin, '\n', head.size - *at);
    size_t size = end == NULL ? head.size - *at : (size_t)(end - begin);
    *at += end == NULL ? size : size + 1;
    return bytes_of(begin, size > 0 && begin[size - 1] == '\r' ? size - 1 : size);
}

/* Digits and nothing else. */
static int read_number(struct bytes digits, size_t digits_max, size_t *ret_number)
{
    size_t number = 0;
    if (digits.size == 0 || digits.size > digits_max) {
        return ERR_MALFORMED;
    }
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9') {
            return ERR_MALFORMED;
        }
        number = number * 10 + (size_t)(digits.data[i] - '0');
    }
    *ret_number = number;
    return 0;
}

/* "HTTP/1.x NNN" and a space or nothing. */
static int read_status(struct bytes line, int *ret_status)
{
    static const char version[] = "HTTP/1.";
    enum { STATUS_AT = sizeof version + 1, STATUS_END = STATUS_AT + 3 };
    size_t status = 0;
    if (line.size < STATUS_END || memcmp(line.data, version, sizeof version - 1) != 0 ||
        line.data[STATUS_AT - 1] != ' ' ||
        (line.size > STATUS_END && line.data[STATUS_END] != ' ') ||
        read_number(bytes_of(line.data + STATUS_AT, 3), 3, &status) != 0 || status < 100 ||
        status > 599) {
        return ERR_MALFORMED;
    }
    *ret_status = (int)status;
    return 0;
}

static int read_length(struct bytes line, struct http_head *head)
{
    static const char name[] = "content-length:";
    const size_t named = sizeof name - 1;
    if (line.size < named || strncasecmp((const char *)line.data, name, named) != 0) {
        return 0;
    }
    struct bytes value = bytes_of(line.data + named, line.size - named);
    while (value.size > 0 && (value.data[0] == ' ' || value.data[0] == '\t')) {
        value = bytes_of(value.data + 1, value.size - 1);
    }
    while (value.size > 0 &&
           (value.data[value.size - 1] == ' ' || value.data[value.size - 1] == '\t')) {
        value.size--;
    }
    if (head->has_length) {
        return ERR_MALFORMED;
    }
    head->has_length = true;
    return read_number(value, LENGTH_DIGITS_MAX, &head->length);
}

int http_head_read(struct bytes received, struct http_head *ret_head)
{
    struct http_head head = {.size = head_end(received)};
    size_t at = 0;
    if (head.size == 0) {
        return received.size < HTTP_HEAD_BYTES_MAX ? ERR_GAP : ERR_TOO_LARGE;
    }
    const struct bytes lines = bytes_of(received.data, head.size);
    int err = read_status(take_line(lines, &at), &head.status);
    while (err == 0 && at < lines.size) {
        err = read_length(take_line(lines, &at), &head);
    }
    if (err == 0) {
        *ret_head = head;
    }
    return err;
}
