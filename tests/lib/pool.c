/* pool.c - blocks of one size class lie one after the other in slabs. A header before each links
 * those that were given back; poisoned, it guards the block before it, too.
 */
#include "tests/lib/pool.h"

#include <stdint.h>
#include <stdlib.h>

#include "sync/base/check.h"
#include "tests/lib/asan.h"

#if HAS_ASAN
#include <sanitizer/asan_interface.h>
#define UNWATCHED __attribute__((no_sanitize("address")))
#else
#define UNWATCHED
#endif

enum {
    CLASS_BYTES = 32,                       /* from one size class to the next */
    POOLED_BYTES_MAX = HAS_ASAN ? 1024 : 0, /* what is larger is malloc's */
    CLASSES = POOLED_BYTES_MAX / CLASS_BYTES + 1,
    SLAB_BLOCKS = 256,
};

/* Before each block; it and its padding are the gap between two. */
struct header {
    _Alignas(16) struct header *next; /* of those that were given back */
};

struct slab {
    struct slab *next;
    _Alignas(16) uint8_t blocks[];
};

/* All that there are, never freed: this keeps the leak detector, which does not look into what is
 * poisoned, from taking them for lost. */
static struct slab *slabs;

/* What was given back, the longest ago first. */
static struct queue {
    struct header *first, *last;
    size_t count;
} queues[CLASSES];

static size_t taken;

static void poison(void *from, size_t size)
{
#if HAS_ASAN
    __asan_poison_memory_region(from, size);
#else
    (void)from;
    (void)size;
#endif
}

static void unpoison(void *from, size_t size)
{
#if HAS_ASAN
    __asan_unpoison_memory_region(from, size);
#else
    (void)from;
    (void)size;
#endif
}

static void *allocate(size_t size)
{
    void *memory = malloc(size);
    check(memory != NULL);
    return memory;
}

static UNWATCHED void queue_append(struct queue *queue, struct header *header)
{
    header->next = NULL;
    if (queue->count++ == 0) {
        queue->first = header;
    } else {
        queue->last->next = header;
    }
    queue->last = header;
}

static UNWATCHED struct header *queue_take(struct queue *queue)
{
    struct header *header = queue->first;
    queue->first = header->next;
    queue->count--;
    return header;
}

/* One more slab; a header also ends it. */
static void queue_fill(struct queue *queue, size_t block_size)
{
    const size_t stride = sizeof(struct header) + block_size;
    const size_t size = SLAB_BLOCKS * stride + sizeof(struct header);
    struct slab *slab = allocate(sizeof *slab + size);
    slab->next = slabs;
    slabs = slab;
    poison(slab->blocks, size);
    for (size_t i = 0; i < SLAB_BLOCKS; i++) {
        queue_append(queue, (struct header *)(void *)(slab->blocks + i * stride));
    }
}

void *pool_take(size_t size)
{
    const size_t class = (size + CLASS_BYTES - 1) / CLASS_BYTES;
    taken++;
    if (size > POOLED_BYTES_MAX) {
        return allocate(size);
    }
    while (queues[class].count <= POOL_KEPT) {
        queue_fill(&queues[class], class * CLASS_BYTES);
    }
    void *block = queue_take(&queues[class]) + 1;
    unpoison(block, size);
    return block;
}

void pool_give_back(void *block, size_t size)
{
    const size_t class = (size + CLASS_BYTES - 1) / CLASS_BYTES;
    check(taken > 0);
    taken--;
    if (size > POOLED_BYTES_MAX) {
        free(block);
        return;
    }
    poison(block, class * CLASS_BYTES);
    queue_append(&queues[class], (struct header *)block - 1);
}

size_t pool_taken(void)
{
    return taken;
}
