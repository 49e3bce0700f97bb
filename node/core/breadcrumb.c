#include "node/core/breadcrumb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/os/file.h"
#include "sync/replica/replica.h"

enum { FILE_BYTES = 32 };

_Static_assert(sizeof(struct breadcrumb_row) <= FILE_BYTES, "bytes alone");

/* All its bytes are written, not only promised: a hole in a mapped file is a SIGBUS on a full disk.
 */
static int file_fill(int fd)
{
    static const uint8_t zeros[FILE_BYTES] = {0};
    struct stat status;
    if (fstat(fd, &status) != 0) {
        return ERR_IO;
    }
    if (status.st_size == FILE_BYTES) {
        return 0;
    }
    if (pwrite(fd, zeros, sizeof zeros, 0) != (ssize_t)sizeof zeros) {
        return errno == ENOSPC ? ERR_FULL : ERR_IO;
    }
    return ftruncate(fd, FILE_BYTES) == 0 && fsync(fd) == 0 ? 0 : ERR_IO;
}

static unsigned crash_note(struct breadcrumb_row *row, struct entity_id *ret_entity)
{
    if (row->now[0] == KIND_NONE) {
        return 0;
    }
    const bool is_same = memcmp(row->now, row->last, BREADCRUMB_BYTES) == 0;
    const uint8_t before = is_same ? row->deaths : 0;
    row->deaths = before == UINT8_MAX ? before : (uint8_t)(before + 1);
    memcpy(row->last, row->now, BREADCRUMB_BYTES);
    memcpy(ret_entity->bytes, row->now + 1, ENTITY_ID_BYTES);
    memset(row->now, 0, BREADCRUMB_BYTES);
    return row->deaths;
}

int breadcrumb_open(struct breadcrumb *breadcrumb, const char *state, unsigned *ret_crashes,
                    struct entity_id *ret_entity)
{
    char path[PATH_BYTES_MAX];
    breadcrumb->map = NULL;
    int err = path_join(path, state, "breadcrumb");
    if (err != 0) {
        return err;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return errno == EACCES ? ERR_FORBIDDEN : ERR_IO;
    }
    err = file_fill(fd);
    void *map =
        err == 0 ? mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    (void)close(fd);
    if (err == 0 && map == MAP_FAILED) {
        err = ERR_IO;
    }
    if (err != 0) {
        return err;
    }
    breadcrumb->map = map;
    *ret_crashes = crash_note(breadcrumb->map, ret_entity);
    return 0;
}

void breadcrumb_close(struct breadcrumb *breadcrumb)
{
    if (breadcrumb->map != NULL) {
        (void)munmap(breadcrumb->map, FILE_BYTES);
    }
    breadcrumb->map = NULL;
}

enum { ASIDE_BYTES_MAX = 4 + ASIDE_MAX * ENTITY_ID_BYTES };

static int aside_decode(const uint8_t *data, size_t size, struct aside *ret_aside)
{
    if (size < 4 || (size - 4) % ENTITY_ID_BYTES != 0) {
        return ERR_MALFORMED;
    }
    if (get_be32(data) != FOLD_VERSION) {
        return 0;
    }
    ret_aside->count = (uint32_t)((size - 4) / ENTITY_ID_BYTES);
    memcpy(ret_aside->entities, data + 4, size - 4);
    return 0;
}

int aside_load(const char *state, struct aside *ret_aside)
{
    char path[PATH_BYTES_MAX];
    uint8_t *data = NULL;
    size_t size = 0;
    *ret_aside = (struct aside){.count = 0};
    int err = path_join(path, state, "aside");
    if (err == 0) {
        err = file_read(path, ASIDE_BYTES_MAX, &data, &size);
    }
    if (err != 0) {
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    err = aside_decode(data, size, ret_aside);
    free(data);
    return err;
}

int aside_add(const char *state, struct aside *aside, const struct entity_id *entity)
{
    char path[PATH_BYTES_MAX];
    uint8_t data[ASIDE_BYTES_MAX];
    if (aside->count == ASIDE_MAX) {
        return ERR_LIMIT;
    }
    aside->entities[aside->count++] = *entity;
    const size_t size = (size_t)aside->count * ENTITY_ID_BYTES;
    put_be32(data, FOLD_VERSION);
    memcpy(data + 4, aside->entities, size);
    int err = path_join(path, state, "aside");
    return err != 0 ? err : file_write(path, bytes_of(data, 4 + size), 0600);
}
