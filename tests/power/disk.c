/* disk.c - stands between a process and its disk (LD_PRELOAD): records what it does to the files of
 * one folder, and breaks it at a chosen call.
 *
 *   POWER_FOLDER   the folder, absolute; nothing else is looked at
 *   POWER_TRACE    record into this file (trace.h)
 *   POWER_COUNT    leave the number of storage calls made in this file, as text
 *   POWER_KILL_AT  SIGKILL itself at storage call number n, from 1, before it is made
 *   POWER_FAIL_AT  from call number n on every storage call fails with POWER_ERRNO (5 EIO, 28
 *                  ENOSPC), as on a disk that is gone or full; POWER_FAIL_COUNT ends it after so
 *                  many
 *   POWER_SLOW_MS  each flush takes so much longer, as on a card that is worn
 *   POWER_NOSYNC   open LMDB with MDB_NOSYNC: the planted fault that replaying must find
 *
 * A storage call is one that changes or flushes a file of the folder.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "tests/power/trace.h"

enum { FILES_MAX = 4096, DESCRIPTORS_MAX = 4096 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static size_t folder_size;
static int trace = -1;
static int counter = -1;
static long calls, kill_at, fail_at, fail_count = LONG_MAX, slow_ms;
static int fail_errno;
static bool is_nosync;

static char *files[FILES_MAX]; /* path below the folder; a name stays a number for ever */
static unsigned files_count;
static struct {
    bool is_open, is_flushed, is_folder;
    unsigned file;
} descriptors[DESCRIPTORS_MAX];

static struct {
    int (*open)(const char *, int, ...);
    int (*openat)(int, const char *, int, ...);
    int (*close)(int);
    ssize_t (*write)(int, const void *, size_t);
    ssize_t (*writev)(int, const struct iovec *, int);
    ssize_t (*pwrite)(int, const void *, size_t, off_t);
    int (*fsync)(int);
    int (*fdatasync)(int);
    int (*ftruncate)(int, off_t);
    int (*fallocate)(int, off_t, off_t);
    int (*rename)(const char *, const char *);
    int (*unlink)(const char *);
    int (*env_open)(void *, const char *, unsigned, mode_t);
} real;

/* dlsym() gives an object's pointer; copying its bytes is the way that POSIX names. */
static void find(void *function, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(function, &found, sizeof found);
}

static long number_of(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : strtol(text, NULL, 10);
}

__attribute__((constructor)) static void begin(void)
{
    find(&real.open, "open");
    find(&real.openat, "openat");
    find(&real.close, "close");
    find(&real.write, "write");
    find(&real.writev, "writev");
    find(&real.pwrite, "pwrite");
    find(&real.fsync, "fsync");
    find(&real.fdatasync, "fdatasync");
    find(&real.ftruncate, "ftruncate");
    find(&real.fallocate, "posix_fallocate");
    find(&real.rename, "rename");
    find(&real.unlink, "unlink");
    find(&real.env_open, "mdb_env_open");
    folder = getenv("POWER_FOLDER");
    folder_size = folder == NULL ? 0 : strlen(folder);
    kill_at = number_of("POWER_KILL_AT", 0);
    fail_at = number_of("POWER_FAIL_AT", 0);
    fail_count = number_of("POWER_FAIL_COUNT", LONG_MAX);
    fail_errno = (int)number_of("POWER_ERRNO", EIO);
    slow_ms = number_of("POWER_SLOW_MS", 0);
    is_nosync = getenv("POWER_NOSYNC") != NULL;
    if (getenv("POWER_TRACE") != NULL) {
        trace = real.open(getenv("POWER_TRACE"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    if (getenv("POWER_COUNT") != NULL) {
        counter = real.open(getenv("POWER_COUNT"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    }
}

/* --- names --- */

/* The path below the folder, or NULL. Relative paths do not occur in a daemon's storage. */
static const char *below(const char *path)
{
    if (folder == NULL || strncmp(path, folder, folder_size) != 0) {
        return NULL;
    }
    if (path[folder_size] == '\0') {
        return ".";
    }
    return path[folder_size] == '/' ? path + folder_size + 1 : NULL;
}

static void record(enum trace_kind kind, unsigned file, uint64_t offset, const void *bytes,
                   size_t size, bool is_flushed)
{
    struct trace_record head = {.kind = kind,
                                .file = file,
                                .offset = offset,
                                .size = (uint32_t)size,
                                .is_flushed = is_flushed};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)(uintptr_t)bytes, size}};
    if (trace >= 0 && real.writev(trace, parts, size > 0 ? 2 : 1) < 0) {
        abort(); /* a trace with holes proves nothing */
    }
}

static unsigned file_number(const char *path)
{
    for (unsigned i = 0; i < files_count; i++) {
        if (strcmp(files[i], path) == 0) {
            return i;
        }
    }
    if (files_count == FILES_MAX) {
        abort();
    }
    files[files_count] = strdup(path);
    record(TRACE_FILE, files_count, 0, path, strlen(path), false);
    return files_count++;
}

/* --- breaking --- */

/* Count a storage call; false: it is to fail, errno says how. */
static bool may_go_on(void)
{
    calls++;
    if (counter >= 0) {
        char text[24];
        int size = snprintf(text, sizeof text, "%ld\n", calls);
        if (real.pwrite(counter, text, (size_t)size, 0) < 0) {
            abort();
        }
    }
    if (calls == kill_at) {
        (void)raise(SIGKILL);
    }
    if (fail_at > 0 && calls >= fail_at && calls - fail_at < fail_count) {
        errno = fail_errno;
        return false;
    }
    return true;
}

/* What a flush waits for. */
static void drag(void)
{
    const struct timespec wait = {.tv_sec = slow_ms / 1000, .tv_nsec = slow_ms % 1000 * 1000000};
    if (slow_ms > 0) {
        (void)nanosleep(&wait, NULL);
    }
}

static bool is_watched(int fd)
{
    return fd >= 0 && fd < DESCRIPTORS_MAX && descriptors[fd].is_open;
}

/* --- opening --- */

static int watch(int fd, const char *path, int flags)
{
    const char *name = below(path);
    if (fd < 0 || fd >= DESCRIPTORS_MAX || name == NULL || strstr(name, "lock.mdb") != NULL) {
        return fd;
    }
    (void)pthread_mutex_lock(&lock);
    bool is_folder = (flags & O_DIRECTORY) != 0;
    if (is_folder || (flags & O_ACCMODE) != O_RDONLY) {
        descriptors[fd].is_open = true;
        descriptors[fd].is_folder = is_folder;
        descriptors[fd].is_flushed = (flags & (O_DSYNC | O_SYNC)) != 0;
        descriptors[fd].file = is_folder ? 0 : file_number(name);
        if (!is_folder && (flags & O_TRUNC) != 0) {
            record(TRACE_TRUNCATE, descriptors[fd].file, 0, NULL, 0, false);
        }
    }
    (void)pthread_mutex_unlock(&lock);
    return fd;
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return watch(real.open(path, flags, mode), path, flags);
}

int openat(int at, const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return watch(real.openat(at, path, flags, mode), path, flags);
}

int close(int fd)
{
    (void)pthread_mutex_lock(&lock);
    if (is_watched(fd)) {
        descriptors[fd].is_open = false;
    }
    (void)pthread_mutex_unlock(&lock);
    return real.close(fd);
}

/* --- writing --- */

/* Record @size bytes going to @fd at @offset; -1 = where it stands. False: the call fails. */
static bool note_write(int fd, const void *bytes, size_t size, off_t offset)
{
    (void)pthread_mutex_lock(&lock);
    bool goes_on = may_go_on();
    if (goes_on) {
        off_t at = offset >= 0 ? offset : lseek(fd, 0, SEEK_CUR);
        record(TRACE_WRITE, descriptors[fd].file, (uint64_t)at, bytes, size,
               descriptors[fd].is_flushed);
    }
    (void)pthread_mutex_unlock(&lock);
    return goes_on;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    if (is_watched(fd) && !note_write(fd, bytes, size, -1)) {
        return -1;
    }
    return real.write(fd, bytes, size);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    if (is_watched(fd) && !note_write(fd, bytes, size, offset)) {
        return -1;
    }
    return real.pwrite(fd, bytes, size, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    if (is_watched(fd)) {
        off_t at = lseek(fd, 0, SEEK_CUR);
        for (int i = 0; i < count; i++) {
            if (!note_write(fd, parts[i].iov_base, parts[i].iov_len, at)) {
                return -1;
            }
            at += (off_t)parts[i].iov_len;
        }
    }
    return real.writev(fd, parts, count);
}

int ftruncate(int fd, off_t size)
{
    if (is_watched(fd)) {
        (void)pthread_mutex_lock(&lock);
        bool goes_on = may_go_on();
        if (goes_on) {
            record(TRACE_TRUNCATE, descriptors[fd].file, (uint64_t)size, NULL, 0, false);
        }
        (void)pthread_mutex_unlock(&lock);
        if (!goes_on) {
            return -1;
        }
    }
    return real.ftruncate(fd, size);
}

/* Its bytes are never read back, so it leaves no record. */
int posix_fallocate(int fd, off_t offset, off_t size)
{
    if (is_watched(fd)) {
        (void)pthread_mutex_lock(&lock);
        bool goes_on = may_go_on();
        (void)pthread_mutex_unlock(&lock);
        if (!goes_on) {
            return errno;
        }
    }
    return real.fallocate(fd, offset, size);
}

/* --- flushing --- */

static int flush(int fd, int (*call)(int))
{
    if (!is_watched(fd)) {
        return call(fd);
    }
    (void)pthread_mutex_lock(&lock);
    bool goes_on = may_go_on();
    (void)pthread_mutex_unlock(&lock);
    if (!goes_on) {
        return -1;
    }
    drag();
    int result = call(fd);
    (void)pthread_mutex_lock(&lock);
    if (result == 0) {
        record(descriptors[fd].is_folder ? TRACE_FOLDER : TRACE_FLUSH, descriptors[fd].file, 0,
               NULL, 0, true);
    }
    (void)pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int fd)
{
    return flush(fd, real.fsync);
}

int fdatasync(int fd)
{
    return flush(fd, real.fdatasync);
}

/* --- names that move --- */

int rename(const char *from, const char *to)
{
    const char *old = below(from);
    const char *new = below(to);
    if (old != NULL && new != NULL) {
        (void)pthread_mutex_lock(&lock);
        bool goes_on = may_go_on();
        if (goes_on) {
            record(TRACE_RENAME, file_number(old), 0, new, strlen(new), false);
        }
        (void)pthread_mutex_unlock(&lock);
        if (!goes_on) {
            return -1;
        }
    }
    return real.rename(from, to);
}

int unlink(const char *path)
{
    const char *name = below(path);
    if (name != NULL) {
        (void)pthread_mutex_lock(&lock);
        bool goes_on = may_go_on();
        if (goes_on && access(path, F_OK) == 0) { /* else it is no step, and a file comes there */
            record(TRACE_UNLINK, file_number(name), 0, NULL, 0, false);
        }
        (void)pthread_mutex_unlock(&lock);
        if (!goes_on) {
            return -1;
        }
    }
    return real.unlink(path);
}

/* --- the planted fault --- */

/* LMDB's own; declared here so that the library is not needed to build this. */
int mdb_env_open(void *env, const char *path, unsigned flags, mode_t mode);
int mdb_env_open(void *env, const char *path, unsigned flags, mode_t mode)
{
    const unsigned nosync = 0x10000; /* MDB_NOSYNC */
    return real.env_open(env, path, is_nosync ? flags | nosync : flags, mode);
}
