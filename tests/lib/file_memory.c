#include "tests/lib/file_memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sync/base/bytes.h"
#include "sync/base/check.h"
#include "sync/base/err.h"

static const char folder[] = "/nowhere/but/in/memory";

static struct {
    char path[128];
    size_t size;
    uint8_t bytes[FILE_MEMORY_BYTES_MAX];
} kept;

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names */
int __real_file_read(const char *path, size_t size_max, uint8_t **ret_data, size_t *ret_size);
int __wrap_file_read(const char *path, size_t size_max, uint8_t **ret_data, size_t *ret_size);
int __real_file_write(const char *path, struct bytes content, unsigned mode);
int __wrap_file_write(const char *path, struct bytes content, unsigned mode);
int __real_stat(const char *path, struct stat *ret_about);
int __wrap_stat(const char *path, struct stat *ret_about);
/* NOLINTEND(bugprone-reserved-identifier) */

static bool is_ours(const char *path)
{
    return strncmp(path, folder, sizeof folder - 1) == 0;
}

static void keep(const uint8_t *data, size_t size)
{
    check(size <= sizeof kept.bytes);
    if (size > 0) {
        memcpy(kept.bytes, data, size);
    }
    kept.size = size;
}

const char *file_memory_put(const char *name, const uint8_t *data, size_t size)
{
    const int length = snprintf(kept.path, sizeof kept.path, "%s/%s", folder, name);
    check(length > 0 && (size_t)length < sizeof kept.path);
    keep(data, size);
    return folder;
}

int __wrap_file_read(const char *path, size_t size_max, uint8_t **ret_data, size_t *ret_size)
{
    if (!is_ours(path)) {
        return __real_file_read(path, size_max, ret_data, ret_size);
    }
    if (strcmp(path, kept.path) != 0) {
        return ERR_NOT_FOUND;
    }
    if (kept.size > size_max) {
        return ERR_TOO_LARGE;
    }
    uint8_t *data = malloc(kept.size + 1);
    check(data != NULL);
    memcpy(data, kept.bytes, kept.size);
    data[kept.size] = '\0';
    *ret_data = data;
    *ret_size = kept.size;
    return 0;
}

int __wrap_file_write(const char *path, struct bytes content, unsigned mode)
{
    if (!is_ours(path)) {
        return __real_file_write(path, content, mode);
    }
    check(strcmp(path, kept.path) == 0);
    keep(content.data, content.size);
    return 0;
}

/* A key's: nobody else may read it. */
int __wrap_stat(const char *path, struct stat *ret_about)
{
    if (!is_ours(path)) {
        return __real_stat(path, ret_about);
    }
    if (strcmp(path, kept.path) != 0) {
        errno = ENOENT;
        return -1;
    }
    *ret_about = (struct stat){.st_mode = 0600, .st_size = (off_t)kept.size};
    return 0;
}
