/* files.h - the built screens, read into memory once at start.
 *
 * Layer: node. A request path is only ever looked up in a table, so no path can lead out of the
 * folder. Symbolic links are not followed.
 */
#ifndef TRESTLE_NODE_WEB_FILES_H
#define TRESTLE_NODE_WEB_FILES_H

#include <stdbool.h>

#include "sync/base/bytes.h"
#include "sync/base/err.h"

enum {
    FILES_MAX = 512,
    FILES_BYTES_MAX = 16 * 1024 * 1024, /* together; the screens are below 1 MiB */
    FILE_PATH_BYTES_MAX = 200,
    FILE_ETAG_BYTES_MAX = 40,
};

struct web_file {
    char path[FILE_PATH_BYTES_MAX]; /* "/assets/counter-3fa9.js" */
    const char *type;               /* "text/javascript; charset=utf-8" */
    char etag[FILE_ETAG_BYTES_MAX]; /* with its quotes */
    bool is_immutable;              /* its name holds its hash */
    struct bytes body, gzip; /* gzip is empty until web_files_pack(), and where it is no use */
};

struct web_files;

/* A missing folder gives an empty table. ERR_TOO_MANY, ERR_TOO_LARGE, ERR_NO_MEMORY, ERR_IO. */
MUST_CHECK int web_files_load(const char *folder, struct web_files **ret_files);
void web_files_free(struct web_files *files);

/* The file for a request path: itself, "x.html" for "/x", "index.html" for "/" and for the screens'
 * own paths. NULL when there is none. */
const struct web_file *web_files_find(const struct web_files *files, const char *path);

/* Give @file, one of @files, its compressed form, made the first time and kept. It stays without
 * one where that is hardly smaller, as a picture's, or there is no memory. */
void web_files_pack(struct web_files *files, const struct web_file *file);

#endif
