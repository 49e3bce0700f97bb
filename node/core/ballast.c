#include "node/core/ballast.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "node/os/file.h"

static bool is_whole(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && about.st_size == BALLAST_BYTES &&
           about.st_blocks >= BALLAST_BYTES / 512;
}

static bool has_room(const char *state)
{
    struct statvfs disk;
    return statvfs(state, &disk) == 0 &&
           (uint64_t)disk.f_bavail * disk.f_frsize >= BALLAST_BYTES + BALLAST_SPARE_BYTES;
}

/* Real zeros where the file system allots nothing by itself; posix_fallocate() falls back to them.
 */
static int fill(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return errno == EACCES ? ERR_FORBIDDEN : errno == ENOSPC ? ERR_FULL : ERR_IO;
    }
    const int code = posix_fallocate(fd, 0, BALLAST_BYTES);
    (void)close(fd);
    if (code == 0) {
        return 0;
    }
    (void)unlink(path);
    return code == ENOSPC || code == EFBIG ? ERR_FULL : ERR_IO;
}

int ballast_make(const char *state)
{
    char path[PATH_BYTES_MAX];
    int err = path_join(path, state, "ballast");
    if (err != 0 || is_whole(path)) {
        return err;
    }
    return has_room(state) ? fill(path) : ERR_FULL;
}

bool ballast_release(const char *state)
{
    char path[PATH_BYTES_MAX];
    return path_join(path, state, "ballast") == 0 && unlink(path) == 0;
}
