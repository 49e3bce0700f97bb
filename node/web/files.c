#include "node/web/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/web/gzip.h"
#include "sync/base/crypto.h"

enum { FOLDERS_MAX = 32 };

struct web_files {
    size_t count, size;
    struct web_file files[FILES_MAX];
    uint8_t *bodies[FILES_MAX];    /* owned; files[i].body */
    struct text packed[FILES_MAX]; /* files[i].gzip */
    bool was_packed[FILES_MAX];    /* and is not tried again */
};

/* The folders still to read, as paths below the first, which is "". */
struct folders {
    size_t count;
    char paths[FOLDERS_MAX][FILE_PATH_BYTES_MAX];
};

/* --- what a file is --- */

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text);
    size_t end_size = strlen(end);
    return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

static const char *type_of(const char *path)
{
    static const struct {
        const char *end, *type;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".txt", "text/plain; charset=utf-8"},
        {".mp3", "audio/mpeg"},
        {".wav", "audio/wav"},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (ends_with(path, types[i].end)) {
            return types[i].type;
        }
    }
    return "application/octet-stream";
}

static void describe(struct web_file *file)
{
    uint8_t hash[8];
    hash_parts(hash, sizeof hash, &file->body, 1);
    (void)snprintf(file->etag, sizeof file->etag, "\"%016llx\"",
                   (unsigned long long)get_be64(hash));
    file->type = type_of(file->path);
    /* Vite puts files with a hash in their name there, and nothing else. */
    file->is_immutable = strncmp(file->path, "/assets/", 8) == 0;
}

/* --- reading --- */

static int read_all(int fd, uint8_t *to, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t got = read(fd, to + at, size - at);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return ERR_IO;
        }
        at += (size_t)got;
    }
    return 0;
}

static int read_file(struct web_files *files, int fd, size_t size)
{
    if (files->count == FILES_MAX) {
        return ERR_TOO_MANY;
    }
    if (size > FILES_BYTES_MAX - files->size) {
        return ERR_TOO_LARGE;
    }
    uint8_t *body = malloc(size > 0 ? size : 1);
    if (body == NULL) {
        return ERR_NO_MEMORY;
    }
    int err = read_all(fd, body, size);
    if (err != 0) {
        free(body);
        return err;
    }
    files->bodies[files->count] = body;
    files->size += size;
    return 0;
}

static int load_file(struct web_files *files, int folder, const char *name, const char *path,
                     size_t size)
{
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return ERR_IO;
    }
    int err = read_file(files, fd, size);
    (void)close(fd);
    if (err != 0) {
        return err;
    }
    struct web_file *file = &files->files[files->count];
    file->body = bytes_of(files->bodies[files->count], size);
    (void)snprintf(file->path, sizeof file->path, "%s", path);
    describe(file);
    files->count++;
    return 0;
}

static int add_folder(struct folders *folders, const char *path)
{
    if (folders->count == FOLDERS_MAX) {
        return ERR_TOO_MANY;
    }
    (void)snprintf(folders->paths[folders->count++], FILE_PATH_BYTES_MAX, "%s", path);
    return 0;
}

static int load_entry(struct web_files *files, struct folders *folders, int folder,
                      const char *name, const char *parent)
{
    char path[FILE_PATH_BYTES_MAX];
    struct stat about;
    if (name[0] == '.') {
        return 0;
    }
    if ((size_t)snprintf(path, sizeof path, "%s/%s", parent, name) >= sizeof path) {
        return ERR_TOO_LARGE;
    }
    if (fstatat(folder, name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
        return ERR_IO;
    }
    if (S_ISDIR(about.st_mode)) {
        return add_folder(folders, path);
    }
    return S_ISREG(about.st_mode) ? load_file(files, folder, name, path, (size_t)about.st_size) : 0;
}

/* Takes @fd. */
static int load_folder(struct web_files *files, struct folders *folders, int fd, const char *path)
{
    DIR *folder = fdopendir(fd);
    if (folder == NULL) {
        (void)close(fd);
        return ERR_NO_MEMORY;
    }
    int err = 0;
    for (struct dirent *entry; err == 0 && (entry = readdir(folder)) != NULL;) {
        err = load_entry(files, folders, dirfd(folder), entry->d_name, path);
    }
    (void)closedir(folder);
    return err;
}

static int load_all(struct web_files *files, int root)
{
    struct folders folders = {.count = 1};
    int err = 0;
    for (size_t i = 0; i < folders.count && err == 0; i++) {
        char path[FILE_PATH_BYTES_MAX];
        (void)snprintf(path, sizeof path, "%s", folders.paths[i]);
        int fd = openat(root, path[0] == '\0' ? "." : path + 1,
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        err = fd < 0 ? ERR_IO : load_folder(files, &folders, fd, path);
    }
    return err;
}

/* --- the table --- */

/* FILES_MAX when there is none. */
static size_t index_of(const struct web_files *files, const char *path)
{
    for (size_t i = 0; i < files->count; i++) {
        if (strcmp(files->files[i].path, path) == 0) {
            return i;
        }
    }
    return FILES_MAX;
}

static const struct web_file *find_exact(const struct web_files *files, const char *path)
{
    size_t at = index_of(files, path);
    return at == FILES_MAX ? NULL : &files->files[at];
}

int web_files_load(const char *folder, struct web_files **ret_files)
{
    struct web_files *files = calloc(1, sizeof *files);
    if (files == NULL) {
        return ERR_NO_MEMORY;
    }
    int root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int err = root < 0 && errno != ENOENT ? ERR_IO : 0;
    if (root >= 0) {
        err = load_all(files, root);
        (void)close(root);
    }
    if (err != 0) {
        web_files_free(files);
        return err;
    }
    *ret_files = files;
    return 0;
}

void web_files_free(struct web_files *files)
{
    if (files == NULL) {
        return;
    }
    for (size_t i = 0; i < files->count; i++) {
        free(files->bodies[i]);
        text_close(&files->packed[i]);
    }
    free(files);
}

static bool is_screen(const char *path)
{
    static const char *const screens[] = {"/",        "/codes",  "/counter",
                                          "/kitchen", "/pickup", "/office"};
    for (size_t i = 0; i < sizeof screens / sizeof screens[0]; i++) {
        if (strcmp(path, screens[i]) == 0) {
            return true;
        }
    }
    return false;
}

const struct web_file *web_files_find(const struct web_files *files, const char *path)
{
    if (path[0] != '/') {
        return NULL;
    }
    static const char *const ends[] = {"", ".html", "/index.html"};
    char tried[FILE_PATH_BYTES_MAX];
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t size = strlen(path) + strlen(ends[i]);
        if (size >= sizeof tried) {
            return NULL;
        }
        (void)snprintf(tried, sizeof tried, "%s%s", path, ends[i]);
        const struct web_file *file = find_exact(files, tried);
        if (file != NULL) {
            return file;
        }
    }
    return is_screen(path) ? find_exact(files, "/index.html") : NULL;
}

void web_files_pack(struct web_files *files, const struct web_file *file)
{
    const size_t at = (size_t)(file - files->files);
    struct text *packed = &files->packed[at];
    if (files->was_packed[at]) {
        return;
    }
    files->was_packed[at] = true;
    if (gzip_bytes(file->body, packed) != 0 || packed->size > file->body.size / 10 * 9) {
        text_close(packed);
    }
    files->files[at].gzip = bytes_of(packed->data, packed->size);
}
