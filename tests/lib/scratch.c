#define _DEFAULT_SOURCE /* mkdtemp */
#include "tests/lib/scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/base/check.h"

enum { FOLDER_BYTES_MAX = 64 };

static char folder[FOLDER_BYTES_MAX];
static int folder_fd = -1;

static void folder_remove(void)
{
    DIR *entries = fdopendir(folder_fd);
    const struct dirent *entry;
    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        (void)unlinkat(folder_fd, entry->d_name, 0);
    }
    (void)rmdir(folder);
    (void)closedir(entries);
}

static void folder_open(void)
{
    if (folder_fd < 0) {
        (void)strcpy(folder, "/dev/shm/trestle-scratch-XXXXXX");
        check(mkdtemp(folder) != NULL);
        folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        check(folder_fd >= 0 && atexit(folder_remove) == 0);
    }
}

const char *scratch_file_put(const char *name, const uint8_t *data, size_t size)
{
    folder_open();
    const int fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    check(fd >= 0 && write(fd, data, size) == (ssize_t)size && ftruncate(fd, (off_t)size) == 0 &&
          close(fd) == 0);
    return folder;
}
