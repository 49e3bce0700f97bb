/* fuzz_files.c - the small files beside the store, after somebody edited them or a disk failed, and
 * an export that somebody hands in: each is refused in words or read within its limits.
 *
 * Input: 1 byte, which file; then its content.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/cli/verify_store.h"
#include "node/config/book.h"
#include "node/config/identity.h"
#include "node/core/breadcrumb.h"
#include "node/core/fence.h"
#include "sync/base/check.h"
#include "tests/lib/fuzz_mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(1)

static char folder[] = "/dev/shm/trestle-fuzz-XXXXXX";

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
    check(crashes <= UINT8_MAX && breadcrumb.map[0] == KIND_NONE);
    breadcrumb_close(&breadcrumb);
}

static void try_export(const char *path)
{
    static struct findings findings;
    struct verified_file sums;
    findings.count = 0;
    (void)verify_export(path, &findings, &sums);
}

static const struct {
    const char *name;
    void (*read)(const char *path);
} files[] = {{"peers", try_book},
             {"keys", try_keys},
             {"log.key", try_log_key},
             {"fence", try_fence},
             {"breadcrumb", try_breadcrumb},
             {"export", try_export}};

enum { FILES = sizeof files / sizeof files[0] };

static void remove_folder(void)
{
    char path[PATH_BYTES_MAX];
    for (size_t i = 0; i < FILES; i++) {
        check(path_join(path, folder, files[i].name) == 0);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

static void set_up(void)
{
    static bool is_ready;
    if (!is_ready) {
        check(mkdtemp(folder) != NULL && atexit(remove_folder) == 0);
        is_ready = true;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[PATH_BYTES_MAX];
    set_up();
    if (size == 0) {
        return 0;
    }
    const size_t which = data[0] % FILES;
    check(path_join(path, folder, files[which].name) == 0);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    check(fd >= 0 && write(fd, data + 1, size - 1) == (ssize_t)(size - 1) && close(fd) == 0);
    files[which].read(path);
    return 0;
}
