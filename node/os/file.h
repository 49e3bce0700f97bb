/* file.h - small files that must be whole or not be there.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_OS_FILE_H
#define TRESTLE_NODE_OS_FILE_H

#include "sync/base/bytes.h"
#include "sync/base/err.h"

enum { PATH_BYTES_MAX = 1024 };

/* @folder/@name in @to, which has PATH_BYTES_MAX bytes. ERR_TOO_LARGE. */
MUST_CHECK int path_join(char *to, const char *folder, const char *name);

/* The folder and the missing ones above it, each with mode 0700. ERR_FORBIDDEN, ERR_FULL, ERR_IO,
 * ERR_TOO_LARGE. */
MUST_CHECK int folder_make(const char *path);

bool path_exists(const char *path);

/* Replace the file by @content, durably: temporary file, fsync, rename, fsync of the folder. After
 * an error the old file stands. @mode: 0600 for secrets. ERR_FORBIDDEN, ERR_NOT_FOUND (no folder),
 * ERR_FULL, ERR_IO, ERR_TOO_LARGE. */
MUST_CHECK int file_write(const char *path, struct bytes content, unsigned mode);

/* The whole file, at most @size_max bytes, with a zero byte after it that does not count; the
 * caller frees *@ret_data. ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_TOO_LARGE, ERR_NO_MEMORY, ERR_IO. */
MUST_CHECK int file_read(const char *path, size_t size_max, uint8_t **ret_data, size_t *ret_size);

#endif
