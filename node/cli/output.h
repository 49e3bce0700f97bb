/* output.h - a large file that is whole and durable, or not there under its name.
 *
 * Layer: node. For small ones: file_write() of node/os/file.h.
 */
#ifndef TRESTLE_NODE_CLI_OUTPUT_H
#define TRESTLE_NODE_CLI_OUTPUT_H

#include <stdio.h>

#include "node/cli/cli.h"
#include "node/os/file.h"

struct output {
    FILE *file; /* to be written to between begin and end */
    char path[PATH_BYTES_MAX], fresh[PATH_BYTES_MAX];
};

/* EXIT_DONE: nothing is at @path, or --yes was given to replace it. Otherwise told. */
int output_may_replace(const struct args *args, const char *path);

/* Open @path with ".new" after it, for this user alone. ERR_TOO_LARGE (the path), ERR_FORBIDDEN,
 * ERR_NOT_FOUND (no such folder), ERR_IO. */
MUST_CHECK int output_begin(struct output *output, const char *path);

/* When @err is 0: flush, fsync, rename, fsync of the folder. Otherwise, or when one of these fails,
 * the file that was begun is removed. What went wrong: @err, ERR_FULL or ERR_IO. */
MUST_CHECK int output_end(struct output *output, int err);

#endif
