#include "node/cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int output_may_replace(const struct args *args, const char *path)
{
    if (!path_exists(path) || args_has(args, "yes")) {
        return EXIT_DONE;
    }
    tell("%s is there already; choose another name, or add --yes to replace it", path);
    return EXIT_FAILED;
}

int output_begin(struct output *output, const char *path)
{
    int size = snprintf(output->path, sizeof output->path, "%s", path);
    int fresh_size = snprintf(output->fresh, sizeof output->fresh, "%s.new", path);
    if (size < 0 || fresh_size < 0 || (size_t)fresh_size >= sizeof output->fresh) {
        return ERR_TOO_LARGE;
    }
    int fd = open(output->fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    output->file = fd < 0 ? NULL : fdopen(fd, "w");
    if (output->file != NULL) {
        return 0;
    }
    int err = errno == EACCES ? ERR_FORBIDDEN : errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    if (fd >= 0) {
        (void)close(fd);
    }
    return err;
}

/* The entry of the file in its folder. */
static int folder_sync(const char *path)
{
    char folder[PATH_BYTES_MAX];
    (void)snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash == NULL) {
        (void)snprintf(folder, sizeof folder, ".");
    } else {
        slash[slash == folder ? 1 : 0] = '\0';
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return ERR_IO;
    }
    int err = fsync(fd) == 0 ? 0 : ERR_IO;
    (void)close(fd);
    return err;
}

int output_end(struct output *output, int err)
{
    if (err == 0 && (fflush(output->file) != 0 || fsync(fileno(output->file)) != 0)) {
        err = errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
    }
    if (fclose(output->file) != 0 && err == 0) {
        err = ERR_IO;
    }
    if (err == 0 && rename(output->fresh, output->path) != 0) {
        err = ERR_IO;
    }
    if (err == 0) {
        return folder_sync(output->path);
    }
    (void)unlink(output->fresh);
    return err;
}
