/* large_memory.c - large blocks for targets whose every input takes some: the same ones again.
 *
 * What is larger than 128 KiB the sanitizer's malloc() asks the kernel for, and gives back: for a
 * file of a few hundred bytes that takes longer than what is done with it. The linker puts these
 * functions in the place of malloc(), calloc() and free() (-Wl,--wrap, tests/CMakeLists.txt) where
 * our own code calls them. The sanitizer guards what is beyond a block's size, and all of one that
 * was given back. Not for several threads.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/asan.h"

#if HAS_ASAN
#include <sanitizer/asan_interface.h>
#endif

enum {
    LARGE = 128 * 1024,
    BLOCK_BYTES = 512 * 1024,
    BLOCKS_MAX = 2, /* at once; one more aborts */
};

static struct {
    _Alignas(max_align_t) uint8_t bytes[BLOCK_BYTES];
    size_t size; /* 0 = nobody has it */
    bool is_guarded;
} blocks[BLOCKS_MAX];

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void __real_free(void *memory);
void __wrap_free(void *memory);
/* NOLINTEND(bugprone-reserved-identifier) */

/* Its first @size bytes are somebody's or nobody's; beyond them all is nobody's since it was taken
 * first. */
static void block_guard(unsigned i, size_t size, bool is_taken)
{
    blocks[i].size = is_taken ? size : 0;
#if HAS_ASAN
    if (!blocks[i].is_guarded) {
        __asan_poison_memory_region(blocks[i].bytes, sizeof blocks[i].bytes);
        blocks[i].is_guarded = true;
    }
    if (is_taken) {
        __asan_unpoison_memory_region(blocks[i].bytes, size);
    } else {
        __asan_poison_memory_region(blocks[i].bytes, size);
    }
#endif
}

static bool is_large(size_t size)
{
    return size > LARGE;
}

static void *block_take(size_t size)
{
    unsigned i = 0;
    while (i < BLOCKS_MAX && blocks[i].size > 0) {
        i++;
    }
    check(i < BLOCKS_MAX && size <= sizeof blocks[i].bytes);
    block_guard(i, size, true);
    return blocks[i].bytes;
}

void *__wrap_malloc(size_t size)
{
    return is_large(size) ? block_take(size) : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    if (count != 1 || !is_large(size)) {
        return __real_calloc(count, size);
    }
    return memset(block_take(size), 0, size);
}

void __wrap_free(void *memory)
{
    for (unsigned i = 0; i < BLOCKS_MAX; i++) {
        if (memory == blocks[i].bytes) {
            check(blocks[i].size > 0);
            block_guard(i, blocks[i].size, false);
            return;
        }
    }
    __real_free(memory);
}
