/* fuzz_signed_out.c - the list of tokens that were signed out, after somebody edited it or a disk
 * failed: it is refused, or says of each of its tokens that it is out, and takes another that a
 * restart remembers.
 *
 * Input: 1 byte; its lowest bit: what follows is repeated to the size that the file has; its
 * highest three bits, all set: another token is added. Then the file `signed-out`.
 */
#include <stdlib.h>
#include <string.h>

#include "node/access/signed_out.h"
#include "sync/base/check.h"
#include "tests/lib/file_memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    ROW_BYTES = 8 + TOKEN_NUMBER_BYTES,
    LIST_BYTES = SIGNED_OUT_MAX * ROW_BYTES,
    ROWS_STEP = 85
};

static uint8_t file[LIST_BYTES];

/* How much of the input is the file. */
static size_t file_fill(const uint8_t *data, size_t size)
{
    if (data[0] % 2 == 0 || size == 1) {
        return 0;
    }
    const size_t part = size - 1 < LIST_BYTES ? size - 1 : LIST_BYTES;
    for (size_t at = 0; at < LIST_BYTES; at += part) {
        memcpy(file + at, data + 1, part < LIST_BYTES - at ? part : LIST_BYTES - at);
    }
    return LIST_BYTES;
}

static struct token token_at(size_t row)
{
    struct token token = {.expires_s = 1};
    memcpy(token.number, file + row * ROW_BYTES + 8, sizeof token.number);
    return token;
}

static void check_row(const struct signed_out *list, size_t row)
{
    const struct token token = token_at(row);
    check(get_be64(file + row * ROW_BYTES) == 0 || signed_out_has(list, &token));
}

static void check_added(const char *folder, struct signed_out *list)
{
    struct token token = token_at(SIGNED_OUT_MAX - 1);
    struct signed_out *again = NULL;
    token.number[0] ^= 1;
    check(signed_out_add(list, &token) == 0 && signed_out_has(list, &token));
    check(signed_out_open(folder, &again) == 0 && signed_out_has(again, &token));
    signed_out_close(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct signed_out *list = NULL;
    if (size == 0) {
        return 0;
    }
    const size_t filled = file_fill(data, size);
    const char *folder = filled > 0 ? file_memory_put("signed-out", file, filled)
                                    : file_memory_put("signed-out", data + 1, size - 1);
    const int err = signed_out_open(folder, &list);
    check((err == 0) == (filled == LIST_BYTES || size - 1 == LIST_BYTES));
    if (filled > 0) {
        check_row(list, data[size - 1] % SIGNED_OUT_MAX);
    }
    if (filled > 0 && data[0] >> 5 == 7) {
        check_added(folder, list);
    }
    signed_out_close(list);
    return 0;
}
