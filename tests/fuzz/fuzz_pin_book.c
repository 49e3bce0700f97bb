/* fuzz_pin_book.c - what a device keeps of PINs, after somebody edited it or a disk failed: it is
 * refused, or nobody waits longer than the longest lock, and nobody for ever.
 *
 * Input: the file `pins`. No PIN is tried: one costs an argon2id.
 */
#include <stdlib.h>
#include <unistd.h>

#include "node/access/pin_book.h"
#include "node/os/clock.h"
#include "node/os/file.h"
#include "sync/base/check.h"
#include "tests/lib/file_memory.h"
#include "tests/lib/fuzz_mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(0)

enum { STAFF_TRIED = 16 };

static void check_waits(struct pin_book *book)
{
    const uint64_t now_ms = clock_mono_ms();
    for (uint64_t staff = 1; staff < STAFF_TRIED; staff++) {
        check(pin_book_wait(book, staff, now_ms) <= LOCK_MS_MAX);
    }
    for (uint64_t staff = 1; staff < STAFF_TRIED; staff++) {
        check(pin_book_wait(book, staff, now_ms + LOCK_MS_MAX) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pin_book *book = NULL;
    const char *folder = file_memory_put("pins", data, size);
    if (pin_book_open(folder, &book) == 0) {
        check_waits(book);
    }
    pin_book_close(book);
    return 0;
}
