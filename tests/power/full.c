/* full.c - a disk without room (LD_PRELOAD), as long as the file FULL_FLAG is there: what a process
 * writes to the store fails with ENOSPC until its ballast is gone, and no new one can be made.
 *
 *   FULL_FLAG      this file's being there fills the disk
 *   FULL_BALLAST   the ballast, whose room the store may have
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static bool is_there(const char *variable)
{
    const char *path = getenv(variable);
    return path != NULL && access(path, F_OK) == 0;
}

static bool is_store(int fd)
{
    char link[64], path[PATH_MAX];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0) {
        return false;
    }
    path[size] = '\0';
    return strstr(path, "/data.mdb") != NULL;
}

static bool is_full(int fd)
{
    if (!is_there("FULL_FLAG") || !is_there("FULL_BALLAST") || !is_store(fd)) {
        return false;
    }
    errno = ENOSPC;
    return true;
}

/* dlsym() gives an object's pointer; copying its bytes is the way that POSIX names. */
static void find(void *function, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(function, &found, sizeof found);
}

/* LMDB's two meta pages have had their blocks since the file was made: no disk refuses them. */
static bool is_meta(size_t size, off_t offset)
{
    return offset >= 0 && (size_t)offset + size <= (size_t)2 * 4096;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    ssize_t (*real)(int, const void *, size_t, off_t);
    find(&real, "pwrite");
    return !is_meta(size, offset) && is_full(fd) ? -1 : real(fd, data, size, offset);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    ssize_t (*real)(int, const struct iovec *, int, off_t);
    find(&real, "pwritev");
    return is_full(fd) ? -1 : real(fd, parts, count, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    ssize_t (*real)(int, const struct iovec *, int);
    find(&real, "writev");
    return is_full(fd) ? -1 : real(fd, parts, count);
}

int posix_fallocate(int fd, off_t offset, off_t size)
{
    int (*real)(int, off_t, off_t);
    find(&real, "posix_fallocate");
    return is_there("FULL_FLAG") ? ENOSPC : real(fd, offset, size);
}
