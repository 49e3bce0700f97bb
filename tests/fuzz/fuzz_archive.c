/* fuzz_archive.c - an archive or a backup from anywhere: proven or found fault with, and of what is
 * proven no bit can change and no byte be missing.
 *
 * Input: the file, from its magic on.
 */
#include <stddef.h>
#include <string.h>

#include "node/archive/archive.h"
#include "node/archive/backup.h"
#include "node/archive/prove.h"
#include "sync/base/check.h"
#include "tests/lib/asan.h"

#if HAS_ASAN
#include <sanitizer/asan_interface.h>
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a proof needs is more than the sanitizer's calloc() has at hand: it asks the kernel for it
 * at each input, which takes longer than the proof. Here (-Wl,--wrap) it is the same memory again.
 */
static _Alignas(max_align_t) uint8_t large[256 * 1024];
static size_t large_size; /* 0 = nobody has it */

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names */
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void __real_free(void *memory);
void __wrap_free(void *memory);
/* NOLINTEND(bugprone-reserved-identifier) */

/* Only its first @size bytes are anybody's. */
static void large_take(size_t size)
{
    large_size = size;
#if HAS_ASAN
    __asan_unpoison_memory_region(large, size);
    __asan_poison_memory_region(large + size, sizeof large - size);
#endif
}

void *__wrap_calloc(size_t count, size_t size)
{
    enum { LARGE = 128 * 1024 };
    if (count != 1 || size < LARGE) {
        return __real_calloc(count, size);
    }
    check(large_size == 0 && size <= sizeof large);
    large_take(size);
    memset(large, 0, size);
    return large;
}

void __wrap_free(void *memory)
{
    if (memory != large) {
        __real_free(memory);
        return;
    }
    check(large_size > 0);
    large_take(0);
}

static void on_finding(void *context, const char *kind, const struct proof_place *place,
                       const char *what)
{
    unsigned *count = context;
    check(kind != NULL && what != NULL && (place->log != 0 || place->seq == 0));
    (*count)++;
}

static bool holds(bool is_backup, uint8_t *data, size_t size)
{
    unsigned count = 0;
    const struct proof_listener listener = {.found = on_finding, .context = &count};
    struct proof_sums sums;
    FILE *file = fmemopen(data, size, "r");
    check(file != NULL);
    check((is_backup ? backup_prove : archive_prove)(file, &listener, &sums) == 0);
    check(count > 0 || (sums.logs <= sums.signatures && sums.signatures <= size));
    (void)fclose(file);
    return count == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t copy[64 * 1024];
    if (size < 2 || size > sizeof copy) {
        return 0;
    }
    memcpy(copy, data, size);
    const size_t magic = sizeof BACKUP_MAGIC - 1;
    const bool is_backup = size >= magic && memcmp(data, BACKUP_MAGIC, magic) == 0;
    if (holds(is_backup, copy, size)) {
        check(!holds(is_backup, copy, size - 1));
        copy[size / 2] ^= 1;
        check(!holds(is_backup, copy, size));
    }
    return 0;
}
