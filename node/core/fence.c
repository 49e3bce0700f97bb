#define _GNU_SOURCE /* statx(): when a folder was made is not POSIX's */
#include "node/core/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/os/file.h"
#include "sync/base/crypto.h"

enum { FENCE_FILE_BYTES_MAX = 256, MACHINE_ID_BYTES_MAX = 64 };

static const char format[] = "trestle fence 1\njournal %016llx\nplace %016llx\nseq %llu\n%s\n";

/* --- the place --- */

static size_t machine_id(char *ret_id)
{
    const char *set = getenv("TRESTLE_MACHINE_ID");
    uint8_t *data = NULL;
    size_t size = 0;
    if (set != NULL) {
        return (size_t)snprintf(ret_id, MACHINE_ID_BYTES_MAX, "%.60s", set);
    }
    if (file_read("/etc/machine-id", MACHINE_ID_BYTES_MAX, &data, &size) != 0) {
        return 0;
    }
    memcpy(ret_id, data, size);
    free(data);
    return size;
}

uint64_t fence_place(const char *state)
{
    char id[MACHINE_ID_BYTES_MAX];
    uint8_t folder[8 + 8 + 4] = {0};
    uint8_t place[8];
    struct statx about;
    if (statx(AT_FDCWD, state, 0, STATX_INO | STATX_BTIME, &about) == 0) {
        put_be64(folder, about.stx_ino);
        put_be64(folder + 8, (uint64_t)about.stx_btime.tv_sec); /* 0 where it is not kept */
        put_be32(folder + 16, about.stx_btime.tv_nsec);
    }
    const struct bytes parts[] = {bytes_of_text("trestle/place/1"), bytes_of(folder, sizeof folder),
                                  bytes_of(id, machine_id(id))};
    hash_parts(place, sizeof place, parts, sizeof parts / sizeof parts[0]);
    return get_be64(place);
}

/* --- the file --- */

/* Pass over @name and the number after it; false when that is not what stands there. */
static bool fence_field(const char **text, const char *name, int base, uint64_t *ret_number)
{
    size_t size = strlen(name);
    char *end = NULL;
    if (strncmp(*text, name, size) != 0) {
        return false;
    }
    errno = 0;
    *ret_number = strtoull(*text + size, &end, base);
    bool is_read = errno == 0 && end != *text + size;
    *text = end;
    return is_read;
}

int fence_load(const char *state, struct fence *ret_fence)
{
    char path[PATH_BYTES_MAX];
    uint8_t *data = NULL;
    size_t size = 0;
    struct fence fence;
    int err = path_join(path, state, "fence");
    if (err == 0) {
        err = file_read(path, FENCE_FILE_BYTES_MAX, &data, &size);
    }
    if (err != 0) {
        return err;
    }
    const char *text = (const char *)data;
    bool is_read = fence_field(&text, "trestle fence 1\njournal ", 16, &fence.log) &&
                   fence_field(&text, "\nplace ", 16, &fence.place) &&
                   fence_field(&text, "\nseq ", 10, &fence.seq);
    fence.is_stopped = is_read && strcmp(text, "\nstopped\n") == 0;
    is_read = is_read && (fence.is_stopped || strcmp(text, "\nleased\n") == 0);
    free(data);
    if (!is_read) {
        return ERR_MALFORMED;
    }
    *ret_fence = fence;
    return 0;
}

int fence_save(const char *state, const struct fence *fence)
{
    char path[PATH_BYTES_MAX];
    char text[FENCE_FILE_BYTES_MAX];
    int size = snprintf(text, sizeof text, format, (unsigned long long)fence->log,
                        (unsigned long long)fence->place, (unsigned long long)fence->seq,
                        fence->is_stopped ? "stopped" : "leased");
    int err = path_join(path, state, "fence");
    return err != 0 ? err : file_write(path, bytes_of(text, (size_t)size), 0600);
}

/* --- the judgement --- */

enum fence_finding fence_judge(const struct fence *fence, uint64_t log, uint64_t seq,
                               uint64_t place)
{
    if (fence == NULL || fence->log != log) {
        return FENCE_NONE;
    }
    if (fence->place != place) {
        return FENCE_MOVED;
    }
    uint64_t least = fence->seq;
    if (!fence->is_stopped) {
        least = fence->seq > FENCE_LEASE ? fence->seq - FENCE_LEASE : 0;
    }
    return seq >= least ? FENCE_GOOD : FENCE_BEHIND;
}

const char *fence_text(enum fence_finding finding)
{
    static const char *const texts[] = {
        [FENCE_GOOD] = "the store is the one that this device left",
        [FENCE_NONE] = "this journal begins",
        [FENCE_BEHIND] = "the store is older than what this device wrote, or gone",
        [FENCE_MOVED] = "the folder is a copy of another device's",
    };
    return texts[finding];
}
