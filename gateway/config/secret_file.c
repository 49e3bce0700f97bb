#include "gateway/config/secret_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/config/settings.h"
#include "node/os/entropy.h"
#include "node/os/file.h"

/* Its one line, without the white space around it. */
static int line_of(uint8_t *data, size_t size, char *to)
{
    size_t from = 0;
    while (size > 0 &&
           (data[size - 1] == '\n' || data[size - 1] == '\r' || data[size - 1] == ' ')) {
        size--;
    }
    while (from < size && data[from] == ' ') {
        from++;
    }
    for (size_t i = from; i < size; i++) {
        if (data[i] <= ' ' || data[i] > '~') {
            return ERR_MALFORMED;
        }
    }
    memcpy(to, data + from, size - from);
    to[size - from] = '\0';
    return 0;
}

int secret_file_load(const char *folder, const char *name, char *to, char *ret_problem)
{
    char path[PATH_BYTES_MAX];
    struct stat about;
    uint8_t *data = NULL;
    size_t size = 0;
    int err = path_join(path, folder, name);
    if (err != 0) {
        return err;
    }
    if (stat(path, &about) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return 0; /* it need not be there */
        }
        (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "%.300s: it must be readable for this user",
                       path);
        return ERR_FORBIDDEN;
    }
    if ((about.st_mode & S_IRWXO) != 0) {
        (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "%.300s: everybody may read it: chmod 600",
                       path);
        return ERR_FORBIDDEN;
    }
    err = file_read(path, CREDENTIAL_BYTES_MAX, &data, &size);
    if (err == 0) {
        err = line_of(data, size, to);
        entropy_wipe(data, size);
        free(data);
    }
    if (err != 0) {
        (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "%.300s: it must hold one key in one line%s",
                       path, err == ERR_FORBIDDEN ? ", and be readable for this user" : "");
    }
    return err;
}
