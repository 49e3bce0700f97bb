/* sparse_memory.c - large blocks under the address sanitizer, kept for whoever asks next.
 *
 * For each block of more than 128 KiB the sanitizer asks the kernel, and writes an eighth of its
 * size into the shadow when it comes and when it goes. Of a replica's megabytes a test touches few:
 * these writes, and the pages they need, were three quarters of what some tests cost. The linker
 * puts these functions in the place of malloc(), calloc() and free() (-Wl,--wrap) where our own
 * code calls them.
 *
 * A block is the sanitizer's own, with its bounds, and a leak when nobody holds it. One that was
 * given back nobody may touch. It is taken again when KEPT_LEAST others of its size wait too.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <sanitizer/allocator_interface.h>
#include <sanitizer/asan_interface.h>

#include "sync/base/check.h"

enum {
    LARGE = 128 * 1024,
    PAGE = 4096,
    KEPT_LEAST = 2,
    KEPT_MAX = 2048, /* what more is given back is the sanitizer's again */
    FILL = 0xbe,     /* the sanitizer's, in fresh memory that is no zeros */
    FILLED = 4096,   /* bytes */
};

struct block {
    uint8_t *begin;
    size_t size;
};

static struct {
    pthread_mutex_t mutex;
    struct block blocks[KEPT_MAX]; /* the oldest first */
    unsigned count;
    bool is_watched;
} kept = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void __real_free(void *memory);
void __wrap_free(void *memory);
/* NOLINTEND(bugprone-reserved-identifier) */

/* Whole pages are the kernel's, fresh or forbidden; what lies beside them in others' is the
 * shadow's to forbid. */
static void block_open(struct block block, bool is_open)
{
    const uintptr_t at = (uintptr_t)block.begin;
    const size_t head = (PAGE - at % PAGE) % PAGE;
    const size_t tail = (at + block.size) % PAGE;
    uint8_t *pages = block.begin + head;
    const int access = is_open ? PROT_READ | PROT_WRITE : PROT_NONE;
    check(mmap(pages, block.size - head - tail, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
               0) == pages);
    if (is_open) {
        __asan_unpoison_memory_region(block.begin, head);
        __asan_unpoison_memory_region(block.begin + block.size - tail, tail);
        memset(block.begin, 0, head);
        memset(block.begin + block.size - tail, 0, tail);
    } else {
        __asan_poison_memory_region(block.begin, head);
        __asan_poison_memory_region(block.begin + block.size - tail, tail);
    }
}

static struct block block_remove(unsigned i)
{
    const struct block block = kept.blocks[i];
    kept.count--;
    memmove(&kept.blocks[i], &kept.blocks[i + 1], (kept.count - i) * sizeof block);
    return block;
}

static void block_end(struct block block)
{
    block_open(block, true);
    __real_free(block.begin);
}

/* Before leaks are looked for, which reads all that is reachable. */
static void end_all(void)
{
    pthread_mutex_lock(&kept.mutex);
    while (kept.count > 0) {
        block_end(block_remove(kept.count - 1));
    }
    pthread_mutex_unlock(&kept.mutex);
}

/* @return zeros; NULL when none of that size is kept. */
static void *block_take(size_t size)
{
    struct block found = {0};
    unsigned first = 0, alike = 0;
    pthread_mutex_lock(&kept.mutex);
    for (unsigned i = kept.count; i > 0; i--) {
        if (kept.blocks[i - 1].size == size) {
            first = i - 1;
            alike++;
        }
    }
    if (alike > KEPT_LEAST) {
        found = block_remove(first);
        block_open(found, true);
    }
    pthread_mutex_unlock(&kept.mutex);
    return found.begin;
}

static void block_keep(struct block block)
{
    pthread_mutex_lock(&kept.mutex);
    if (!kept.is_watched) {
        kept.is_watched = true;
        check(atexit(end_all) == 0);
    }
    if (kept.count == KEPT_MAX) {
        block_end(block_remove(0));
    }
    block_open(block, false);
    kept.blocks[kept.count++] = block;
    pthread_mutex_unlock(&kept.mutex);
}

void *__wrap_malloc(size_t size)
{
    void *block = size > LARGE ? block_take(size) : NULL;
    return block != NULL ? memset(block, FILL, FILLED) : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    const bool is_large = count > 0 && size <= SIZE_MAX / count && count * size > LARGE;
    void *block = is_large ? block_take(count * size) : NULL;
    return block != NULL ? block : __real_calloc(count, size);
}

void __wrap_free(void *memory)
{
    /* What is not the beginning of a block that somebody has is the sanitizer's to complain of. */
    const size_t size =
        __sanitizer_get_ownership(memory) ? __sanitizer_get_allocated_size(memory) : 0;
    if (size > LARGE && !__asan_address_is_poisoned(memory)) {
        block_keep((struct block){memory, size});
    } else {
        __real_free(memory);
    }
}
