/* Byte by byte what is accepted (msgpack's names in brackets); everything else is malformed:
 *
 *   00..7f      0..127 [positive fixint]         cc cd ce cf   unsigned, 1 2 4 8 bytes [uint]
 *   e0..ff      -32..-1 [negative fixint]        d0 d1 d2 d3   negative, 1 2 4 8 bytes [int]
 *   90..9f      0..15 elements [fixarray]        dc dd         elements, 2 4 bytes [array]
 *   a0..bf      text of 0..31 bytes [fixstr]     d9 da db      text, size in 1 2 4 bytes [str]
 *   c0 c2 c3    nil, false, true                 c4 c5 c6      bytes, size in 1 2 4 bytes [bin]
 *
 * A wider form is accepted only for what a narrower one cannot say.
 */
#include "sync/base/reader.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/base/limits.h"

/* What stands before a value's content. */
struct head {
    enum reader_kind kind;
    unsigned size;   /* bytes of the head itself */
    uint64_t number; /* UINT: the value; NEGATIVE: -1 - value; BOOL: 0 or 1;
                        TEXT, BIN: content bytes; ARRAY: elements */
};

/* The heads from c0 to df: @width bytes of number follow, which is in least..most. */
struct form {
    enum reader_kind kind;
    unsigned width;
    uint64_t least;
    uint64_t most;
};

static const struct form forms[32] = {
    [0xc0 - 0xc0] = {READER_NIL, 0, 0, 0},
    [0xc2 - 0xc0] = {READER_BOOL, 0, 0, 0},
    [0xc3 - 0xc0] = {READER_BOOL, 0, 0, 0},
    [0xc4 - 0xc0] = {READER_BIN, 1, 0, UINT8_MAX},
    [0xc5 - 0xc0] = {READER_BIN, 2, UINT8_MAX + 1, UINT16_MAX},
    [0xc6 - 0xc0] = {READER_BIN, 4, UINT16_MAX + 1, UINT32_MAX},
    [0xcc - 0xc0] = {READER_UINT, 1, 128, UINT8_MAX},
    [0xcd - 0xc0] = {READER_UINT, 2, UINT8_MAX + 1, UINT16_MAX},
    [0xce - 0xc0] = {READER_UINT, 4, UINT16_MAX + 1, UINT32_MAX},
    [0xcf - 0xc0] = {READER_UINT, 8, UINT64_C(1) << 32, UINT64_MAX},
    [0xd0 - 0xc0] = {READER_NEGATIVE, 1, 32, INT8_MAX},
    [0xd1 - 0xc0] = {READER_NEGATIVE, 2, INT8_MAX + 1, INT16_MAX},
    [0xd2 - 0xc0] = {READER_NEGATIVE, 4, INT16_MAX + 1, INT32_MAX},
    [0xd3 - 0xc0] = {READER_NEGATIVE, 8, UINT64_C(1) << 31, INT64_MAX},
    [0xd9 - 0xc0] = {READER_TEXT, 1, 32, UINT8_MAX},
    [0xda - 0xc0] = {READER_TEXT, 2, UINT8_MAX + 1, UINT16_MAX},
    [0xdb - 0xc0] = {READER_TEXT, 4, UINT16_MAX + 1, UINT32_MAX},
    [0xdc - 0xc0] = {READER_ARRAY, 2, 16, UINT16_MAX},
    [0xdd - 0xc0] = {READER_ARRAY, 4, UINT16_MAX + 1, UINT32_MAX},
};

/* The number in @width bytes; 1 of them is by far the commonest. */
static uint64_t number_at(const uint8_t *at, unsigned width)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < width; i++) {
        number = number << 8 | at[i];
    }
    return number;
}

static bool head_of_form(struct head *head, const uint8_t *at, size_t left)
{
    const struct form *form = &forms[at[0] - 0xc0];
    if (form->kind == READER_NONE || form->width >= left) {
        return false;
    }
    uint64_t number = number_at(at + 1, form->width);
    if (form->kind == READER_NEGATIVE && form->width > 0) {
        /* -1 - value is the complement; what is not negative at all comes out above most. */
        number = ~number & (UINT64_MAX >> (64 - 8 * form->width));
    }
    if (number < form->least || number > form->most) {
        return false;
    }
    head->kind = form->kind;
    head->size = 1 + form->width;
    head->number = form->kind == READER_BOOL ? at[0] & 1u : number;
    return true;
}

/* The head in the first byte alone. */
static inline struct head head_of_byte(uint8_t byte)
{
    if (byte < 0x80) {
        return (struct head){READER_UINT, 1, byte};
    }
    if (byte >= 0xe0) {
        return (struct head){READER_NEGATIVE, 1, 0xffu - byte};
    }
    if (byte >= 0xa0) {
        return (struct head){READER_TEXT, 1, byte & 0x1fu};
    }
    return (struct head){byte >= 0x90 ? READER_ARRAY : READER_NONE, 1, byte & 0x0fu};
}

/* Whether a value of ours begins at @at, in its shortest form and with room for what it announces:
 * an element takes at least a byte. */
static inline bool read_head(struct head *head, const uint8_t *at, const uint8_t *end)
{
    if (at == end) {
        return false;
    }
    const size_t left = (size_t)(end - at);
    if (at[0] < 0xc0 || at[0] >= 0xe0) {
        *head = head_of_byte(at[0]);
        if (head->kind == READER_NONE) {
            return false;
        }
    } else if (!head_of_form(head, at, left)) {
        return false;
    }
    return head->kind < READER_TEXT || head->number <= left - head->size;
}

/* The next value's head when it is of @kind or of @other_kind; otherwise the reader fails. */
static inline bool expect_either(struct reader *reader, enum reader_kind kind,
                                 enum reader_kind other_kind, struct head *ret_head)
{
    if (reader->err != 0) {
        return false;
    }
    if (read_head(ret_head, reader->at, reader->end) &&
        (ret_head->kind == kind || ret_head->kind == other_kind)) {
        return true;
    }
    reader->err = ERR_MALFORMED;
    return false;
}

static bool expect(struct reader *reader, enum reader_kind kind, struct head *ret_head)
{
    return expect_either(reader, kind, kind, ret_head);
}

/* Step over a head and its @content bytes and give these. */
static struct bytes take(struct reader *reader, const struct head *head, size_t content)
{
    const uint8_t *data = reader->at + head->size;
    reader->at = data + content;
    return bytes_of(data, content);
}

void reader_init(struct reader *reader, struct bytes bytes)
{
    static const uint8_t nothing[1] = {0}; /* no arithmetic on NULL */
    const uint8_t *at = bytes.data != NULL ? bytes.data : nothing;
    check(bytes.data != NULL || bytes.size == 0);
    *reader = (struct reader){.at = at, .end = at + bytes.size};
}

void reader_fail(struct reader *reader, int err)
{
    check(err < 0);
    if (reader->err == 0) {
        reader->err = err;
    }
}

/* Whether @number lies within; otherwise the reader fails, with @err when it is too great. */
static bool is_within(struct reader *reader, uint64_t number, uint64_t min, uint64_t max, int err)
{
    if (number >= min && number <= max) {
        return true;
    }
    reader->err = number < min ? ERR_MALFORMED : err;
    return false;
}

uint32_t read_array(struct reader *reader, uint32_t count_min, uint32_t count_max)
{
    struct head head;
    if (!expect(reader, READER_ARRAY, &head) ||
        !is_within(reader, head.number, count_min, count_max, ERR_TOO_MANY)) {
        return 0;
    }
    take(reader, &head, 0);
    return (uint32_t)head.number;
}

uint64_t read_uint(struct reader *reader, uint64_t max)
{
    struct head head;
    if (!expect(reader, READER_UINT, &head) ||
        !is_within(reader, head.number, 0, max, ERR_TOO_LARGE)) {
        return 0;
    }
    take(reader, &head, 0);
    return head.number;
}

int64_t read_int(struct reader *reader, int64_t min, int64_t max)
{
    struct head head;
    if (!expect_either(reader, READER_UINT, READER_NEGATIVE, &head)) {
        return 0;
    }
    if (head.number > INT64_MAX) { /* never of a negative, by its form */
        reader->err = ERR_TOO_LARGE;
        return 0;
    }
    const int64_t number = (int64_t)head.number;
    const int64_t value = head.kind == READER_UINT ? number : -1 - number;
    if (value < min || value > max) {
        reader->err = value > max ? ERR_TOO_LARGE : ERR_MALFORMED;
        return 0;
    }
    take(reader, &head, 0);
    return value;
}

bool read_bool(struct reader *reader)
{
    struct head head;
    if (!expect(reader, READER_BOOL, &head)) {
        return false;
    }
    take(reader, &head, 0);
    return head.number == 1;
}

struct bytes read_bin(struct reader *reader, size_t size_min, size_t size_max)
{
    struct head head;
    if (!expect(reader, READER_BIN, &head) ||
        !is_within(reader, head.number, size_min, size_max, ERR_TOO_LARGE)) {
        return (struct bytes){0};
    }
    return take(reader, &head, (size_t)head.number);
}

void read_fixed(struct reader *reader, void *to, size_t size)
{
    const struct bytes bin = read_bin(reader, size, size);
    if (reader->err != 0) {
        memset(to, 0, size);
    } else if (size > 0) {
        memcpy(to, bin.data, size);
    }
}

uint64_t read_id64(struct reader *reader)
{
    const struct bytes bin = read_bin(reader, 8, 8);
    return bin.size == 8 ? get_be64(bin.data) : 0;
}

struct bytes read_text(struct reader *reader, size_t size_max)
{
    struct head head;
    if (!expect(reader, READER_TEXT, &head) ||
        !is_within(reader, head.number, 0, size_max, ERR_TOO_LARGE)) {
        return (struct bytes){0};
    }
    const struct bytes text = bytes_of(reader->at + head.size, (size_t)head.number);
    if (!text_is_clean(text)) {
        reader->err = ERR_MALFORMED;
        return (struct bytes){0};
    }
    return take(reader, &head, text.size);
}

bool read_nil(struct reader *reader)
{
    if (reader_peek(reader) != READER_NIL) {
        return false;
    }
    reader->at++;
    return true;
}

enum reader_kind reader_peek(const struct reader *reader)
{
    struct head head;
    const bool is_value = reader->err == 0 && read_head(&head, reader->at, reader->end);
    return is_value ? head.kind : READER_NONE;
}

/* Judge one value, which is no array, and step over it. */
static int skip_scalar(const struct head *head, const uint8_t **at)
{
    const uint8_t *content = *at + head->size;
    const bool has_content = head->kind == READER_TEXT || head->kind == READER_BIN;
    const size_t size = has_content ? (size_t)head->number : 0;
    if (head->kind == READER_TEXT && !text_is_utf8(bytes_of(content, size))) {
        return ERR_MALFORMED;
    }
    *at = content + size;
    return 0;
}

/* The arrays that are open while a value is skipped: elements still to come, by depth. */
struct nest {
    unsigned depth;
    unsigned depth_max;
    uint32_t left[VALUE_DEPTH_MAX + 1];
};

static int nest_enter(struct nest *nest, uint64_t count)
{
    if (nest->depth == nest->depth_max) {
        return ERR_MALFORMED;
    }
    if (count > VALUE_ITEMS_MAX) {
        return ERR_TOO_MANY;
    }
    nest->depth++;
    nest->left[nest->depth] = (uint32_t)count;
    return 0;
}

/* Leave what is complete; whether anything is still to come. */
static bool nest_wants_more(struct nest *nest)
{
    while (nest->left[nest->depth] == 0) {
        if (nest->depth == 0) {
            return false;
        }
        nest->depth--;
    }
    nest->left[nest->depth]--;
    return true;
}

/* Judge the value at *@at, which ends at or before @end, and step over it. */
static int skip_value(const uint8_t **at, const uint8_t *end, unsigned depth_max)
{
    struct nest nest = {.depth_max = depth_max, .left = {1}};
    check(depth_max <= VALUE_DEPTH_MAX);
    while (nest_wants_more(&nest)) {
        struct head head;
        if (!read_head(&head, *at, end)) {
            return ERR_MALFORMED;
        }
        int err;
        if (head.kind == READER_ARRAY) {
            *at += head.size;
            err = nest_enter(&nest, head.number);
        } else {
            err = skip_scalar(&head, at);
        }
        if (err != 0) {
            return err;
        }
    }
    return 0;
}

struct bytes read_raw(struct reader *reader)
{
    if (reader->err != 0) {
        return (struct bytes){0};
    }
    const uint8_t *start = reader->at;
    const uint8_t *at = start;
    reader->err = skip_value(&at, reader->end, VALUE_DEPTH_MAX);
    if (reader->err != 0) {
        return (struct bytes){0};
    }
    reader->at = at;
    return bytes_of(start, (size_t)(at - start));
}

int reader_finish(const struct reader *reader)
{
    if (reader->err != 0) {
        return reader->err;
    }
    return reader->at == reader->end ? 0 : ERR_MALFORMED;
}

int msgpack_validate(struct bytes bytes, unsigned depth_max)
{
    struct reader reader;
    reader_init(&reader, bytes);
    const int err = skip_value(&reader.at, reader.end, depth_max);
    return err != 0 ? err : reader_finish(&reader);
}
