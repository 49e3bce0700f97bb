/* fuzz_files.c - the small files beside the store, after somebody edited them or a disk failed, and
 * an export that somebody hands in: each is refused in words or read within its limits.
 *
 * Input: 1 byte, which file; then its content.
 */
#include <stdlib.h>
#include <string.h>

#include "node/cli/verify_store.h"
#include "node/config/book.h"
#include "node/config/identity.h"
#include "node/core/breadcrumb.h"
#include "node/core/fence.h"
#include "sync/base/check.h"
#include "tests/lib/file_memory.h"
#include "tests/lib/fuzz_mutate.h"
#include "tests/lib/scratch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(1)

static const char *folder; /* in which the file lies */

static void try_book(const char *path)
{
    static struct book book;
    (void)path;
    check(book_load(folder, &book) == 0 || book.count == 0);
    check(book.count <= DEVICES_MAX);
}

static void try_keys(const char *path)
{
    static struct identity identity;
    (void)path;
    if (identity_load(folder, &identity) == 0) {
        check(identity.chain_size > 0 && identity.chain_size <= sizeof identity.chain);
    }
}

static void try_log_key(const char *path)
{
    struct log_key key;
    (void)path;
    (void)!log_key_load(folder, &key);
}

static void try_fence(const char *path)
{
    struct fence fence;
    (void)path;
    if (fence_load(folder, &fence) == 0) {
        check(fence_judge(&fence, fence.log, UINT64_MAX, fence.place) == FENCE_GOOD);
    }
}

static void try_breadcrumb(const char *path)
{
    struct breadcrumb breadcrumb;
    struct entity_id entity;
    unsigned crashes = 0;
    (void)path;
    check(breadcrumb_open(&breadcrumb, folder, &crashes, &entity) == 0);
    check(crashes <= UINT8_MAX && breadcrumb.map->now[0] == KIND_NONE);
    breadcrumb_close(&breadcrumb);
}

static void try_export(const char *path)
{
    static struct findings findings;
    struct verified_file sums;
    findings.count = 0;
    (void)verify_export(path, NULL, &findings, &sums);
}

static const struct {
    const char *name;
    void (*read)(const char *path);
    const char *(*put)(const char *name, const uint8_t *data, size_t size);
} files[] = {{"peers", try_book, file_memory_put},
             {"keys", try_keys, file_memory_put},
             {"log.key", try_log_key, file_memory_put},
             {"fence", try_fence, file_memory_put},
             {"breadcrumb", try_breadcrumb, scratch_file_put},
             {"export", try_export, scratch_file_put}};

enum { FILES = sizeof files / sizeof files[0] };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[PATH_BYTES_MAX];
    if (size == 0) {
        return 0;
    }
    const size_t which = data[0] % FILES;
    folder = files[which].put(files[which].name, data + 1, size - 1);
    check(path_join(path, folder, files[which].name) == 0);
    files[which].read(path);
    return 0;
}
