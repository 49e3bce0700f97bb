#include "node/os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/base/check.h"

static int err_of_errno(int number)
{
    static const struct {
        int number, err;
    } rows[] = {{ENOENT, ERR_NOT_FOUND}, {ENOTDIR, ERR_NOT_FOUND},     {EACCES, ERR_FORBIDDEN},
                {EPERM, ERR_FORBIDDEN},  {EROFS, ERR_FORBIDDEN},       {ENOSPC, ERR_FULL},
                {EDQUOT, ERR_FULL},      {ENAMETOOLONG, ERR_TOO_LARGE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].number == number) {
            return rows[i].err;
        }
    }
    return ERR_IO;
}

int path_join(char *to, const char *folder, const char *name)
{
    const int size = snprintf(to, PATH_BYTES_MAX, "%s/%s", folder, name);
    return (size_t)size < PATH_BYTES_MAX ? 0 : ERR_TOO_LARGE;
}

bool path_exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

static int write_whole(int fd, struct bytes content)
{
    size_t done = 0;
    while (done < content.size) {
        ssize_t written = write(fd, content.data + done, content.size - done);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return err_of_errno(errno);
        }
        done += (size_t)written;
    }
    return fsync(fd) == 0 ? 0 : err_of_errno(errno);
}

static int folder_sync_of(const char *path)
{
    char folder[PATH_BYTES_MAX];
    const char *slash = strrchr(path, '/');
    const int size = snprintf(folder, sizeof folder, "%.*s",
                              slash == NULL ? 1 : (int)(slash - path), slash == NULL ? "." : path);
    check((size_t)size < sizeof folder); /* who calls this has made a longer path of it */
    int fd = open(folder[0] == '\0' ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return err_of_errno(errno);
    }
    int err = fsync(fd) == 0 ? 0 : err_of_errno(errno);
    (void)close(fd);
    return err;
}

/* Durable itself; its parent may not be ours to open, and then whoever made that saw to it. */
static int folder_make_one(const char *path)
{
    if (mkdir(path, 0700) != 0) {
        return errno == EEXIST ? 0 : err_of_errno(errno);
    }
    int err = folder_sync_of(path);
    return err == ERR_FORBIDDEN ? 0 : err;
}

int folder_make(const char *path)
{
    char part[PATH_BYTES_MAX];
    size_t size = strlen(path);
    if (size == 0 || size >= sizeof part) {
        return ERR_TOO_LARGE;
    }
    memcpy(part, path, size + 1);
    for (size_t i = 1; i < size; i++) {
        if (part[i] != '/') {
            continue;
        }
        part[i] = '\0';
        if (!path_exists(part)) {
            int err = folder_make_one(part);
            if (err != 0) {
                return err;
            }
        }
        part[i] = '/';
    }
    return folder_make_one(part);
}

int file_write(const char *path, struct bytes content, unsigned mode)
{
    char fresh[PATH_BYTES_MAX];
    const int size = snprintf(fresh, sizeof fresh, "%s.new", path);
    if ((size_t)size >= sizeof fresh) {
        return ERR_TOO_LARGE;
    }
    (void)unlink(fresh); /* left over from a crash, perhaps with another mode */
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
    if (fd < 0) {
        return err_of_errno(errno);
    }
    int err = write_whole(fd, content);
    if (close(fd) != 0 && err == 0) {
        err = err_of_errno(errno);
    }
    if (err == 0 && rename(fresh, path) != 0) {
        err = err_of_errno(errno);
    }
    if (err == 0) {
        return folder_sync_of(path);
    }
    (void)unlink(fresh);
    return err;
}

static int read_whole(int fd, uint8_t *data, size_t size_max, size_t *ret_size)
{
    size_t done = 0;
    while (done <= size_max) {
        ssize_t size = read(fd, data + done, size_max + 1 - done);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size < 0) {
            return err_of_errno(errno);
        }
        if (size == 0) {
            break;
        }
        done += (size_t)size;
    }
    if (done > size_max) {
        return ERR_TOO_LARGE;
    }
    *ret_size = done;
    return 0;
}

int file_read(const char *path, size_t size_max, uint8_t **ret_data, size_t *ret_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return err_of_errno(errno);
    }
    struct stat status;
    int err = fstat(fd, &status) == 0 ? 0 : err_of_errno(errno);
    bool is_sized = err == 0 && S_ISREG(status.st_mode) && (uint64_t)status.st_size < size_max;
    size_t room = is_sized ? (size_t)status.st_size + 4096 : size_max;
    if (room > size_max) {
        room = size_max;
    }
    uint8_t *data = err == 0 ? malloc(room + 1) : NULL;
    size_t size = 0;
    if (err == 0) {
        err = data == NULL ? ERR_NO_MEMORY : read_whole(fd, data, room, &size);
    }
    (void)close(fd);
    if (err != 0) {
        free(data);
        return err;
    }
    data[size] = '\0';
    *ret_data = data;
    *ret_size = size;
    return 0;
}
