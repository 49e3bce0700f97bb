#include "tests/lib/loans.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/asan.h"

#if HAS_ASAN
#include <sanitizer/asan_interface.h>
#endif

enum {
    POISON = 0xdd,
    CHUNK_BYTES = 64 * 1024,
    CHUNKS_KEPT = 64,  /* used up, before the first of them is used again: 4 MiB */
    ROOM_MIN = 1024,   /* with less it is used up */
    GAP_BYTES = 16,    /* between two loans */
    GRANULE_BYTES = 8, /* what the sanitizer can tell apart begins at such addresses */
};

/* Loans one after the other; what is not lent is poisoned. */
struct loan_chunk {
    struct loan_chunk *next;
    size_t capacity;
    size_t live; /* before it all has ended */
    size_t used;
    _Alignas(16) uint8_t bytes[];
};

/* A queue of those that are used up, and those with room. */
static struct {
    struct loan_chunk *first, *last;
    unsigned count;
    struct loan_chunk *with_room;
} kept;

static void poison(uint8_t *from, size_t size)
{
#if HAS_ASAN
    __asan_poison_memory_region(from, size);
#else
    memset(from, POISON, size);
#endif
}

static void unpoison(uint8_t *from, size_t size)
{
#if HAS_ASAN
    __asan_unpoison_memory_region(from, size);
#else
    (void)from;
    (void)size;
#endif
}

static size_t room_of(const struct loan_chunk *chunk)
{
    return chunk->capacity - chunk->used;
}

/* --- chunks --- */

static struct loan_chunk *chunk_new(size_t capacity)
{
    struct loan_chunk *chunk = malloc(sizeof *chunk + capacity);
    check(chunk != NULL);
    *chunk = (struct loan_chunk){.capacity = capacity};
    poison(chunk->bytes, capacity);
    return chunk;
}

static struct loan_chunk *chunk_reuse(void)
{
    struct loan_chunk *chunk = kept.first;
    kept.first = chunk->next;
    kept.count--;
    chunk->live = chunk->used = 0;
    return chunk;
}

/* One with room for @size, a gap and the way to the next granule. */
static struct loan_chunk *chunk_take(size_t size)
{
    const size_t needed = size + GAP_BYTES + GRANULE_BYTES;
    struct loan_chunk *chunk = kept.with_room;
    if (needed > CHUNK_BYTES) {
        return chunk_new(needed);
    }
    if (chunk != NULL && room_of(chunk) >= needed) {
        kept.with_room = chunk->next;
        return chunk;
    }
    return kept.count >= CHUNKS_KEPT ? chunk_reuse() : chunk_new(CHUNK_BYTES);
}

static void chunk_keep(struct loan_chunk *chunk)
{
    if (room_of(chunk) >= ROOM_MIN) {
        chunk->next = kept.with_room;
        kept.with_room = chunk;
        return;
    }
    chunk->next = NULL;
    if (kept.count++ == 0) {
        kept.first = chunk;
    } else {
        kept.last->next = chunk;
    }
    kept.last = chunk;
}

static void chunk_give_back(struct loan_chunk *chunk)
{
    if (chunk->capacity == CHUNK_BYTES) {
        chunk_keep(chunk);
        return;
    }
    unpoison(chunk->bytes, chunk->capacity); /* malloc's own from here on */
    free(chunk);
}

static void chunk_end(struct loan_chunk *chunk)
{
    poison(chunk->bytes + chunk->live, chunk->used - chunk->live);
    chunk->live = chunk->used;
}

/* --- loans --- */

struct bytes loans_add(struct loans *loans, struct bytes bytes)
{
    struct loan_chunk *chunk = loans->chunks;
    const size_t granules = (bytes.size + GRANULE_BYTES - 1) / GRANULE_BYTES * GRANULE_BYTES;
    if (chunk == NULL || room_of(chunk) < granules + GAP_BYTES) {
        chunk = chunk_take(bytes.size);
        chunk->next = loans->chunks;
        loans->chunks = chunk;
    }
    uint8_t *loan = chunk->bytes + chunk->used;
    chunk->used += granules + GAP_BYTES;
    unpoison(loan, bytes.size);
    if (bytes.size > 0) {
        memcpy(loan, bytes.data, bytes.size);
    }
    return bytes_of(loan, bytes.size);
}

bool loans_have(const struct loans *loans, struct bytes bytes)
{
    for (const struct loan_chunk *chunk = loans->chunks; chunk != NULL; chunk = chunk->next) {
        const uintptr_t offset = (uintptr_t)bytes.data - (uintptr_t)chunk->bytes;
        if (bytes.size > 0 && offset >= chunk->live && offset < chunk->used) {
            return true;
        }
    }
    return false;
}

void loans_end(struct loans *loans)
{
    for (struct loan_chunk *chunk = loans->chunks; chunk != NULL; chunk = chunk->next) {
        chunk_end(chunk);
    }
}

void loans_close(struct loans *loans)
{
    loans_end(loans);
    while (loans->chunks != NULL) {
        struct loan_chunk *chunk = loans->chunks;
        loans->chunks = chunk->next;
        chunk_give_back(chunk);
    }
}
