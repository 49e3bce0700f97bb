/* failing.c - stands between a program and its libraries (LD_PRELOAD): lets a call fail once on
 * each way that the program's own code has to it.
 *
 *   FAILING_SEEN   the file of the calls that failed already, read at the start and appended to
 *   FAILING_NAMES  the file for the names of the functions that failed in this process
 *   FAILING_PAUSE  calls that succeed after one that failed (default: all later ones)
 *
 * A way is the stack of the program's own calls that leads here. It is new when one of them has not
 * been seen to fail with this function; then all of them count as failed. So every caller meets
 * each of its failures once, in a few hundred runs in place of one for every call. Only calls by
 * the program itself fail: a library that meets none is the library's own affair.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <link.h>
#include <lmdb.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <zmq.h>

#include "tests/lib/call.h"

enum { DEPTH_MAX = 64, WAYS_MAX = 1 << 16 /* a power of two */ };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local bool is_inside; /* what we call ourselves never fails */
static int file = -1, names = -1;
static long pause_calls = LONG_MAX, left;
struct text {
    uintptr_t begin, end;
};
static struct text program, loader; /* which runs what comes after main() */
static uint64_t seen[WAYS_MAX];
static unsigned seen_count;

static bool add(uint64_t way)
{
    size_t at = (way ^ way >> 16 ^ way >> 32) % WAYS_MAX;
    while (seen[at] != 0 && seen[at] != way) {
        at = (at + 1) % WAYS_MAX;
    }
    if (seen[at] == way || seen_count == WAYS_MAX / 2) {
        return false;
    }
    seen[at] = way;
    seen_count++;
    return true;
}

static int find_texts(struct dl_phdr_info *info, size_t size, void *context)
{
    bool *is_first = context;
    struct text *text = *is_first                                 ? &program
                        : strstr(info->dlpi_name, "/ld-") != NULL ? &loader
                                                                  : NULL;
    *is_first = false;
    for (int i = 0; text != NULL && i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X) != 0) {
            text->begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            text->end = text->begin + info->dlpi_phdr[i].p_memsz;
        }
    }
    return size == 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("FAILING_SEEN");
    const char *count = getenv("FAILING_PAUSE");
    uint64_t way;
    is_inside = true;
    if (path != NULL) {
        file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    while (file >= 0 && read(file, &way, sizeof way) == sizeof way) {
        (void)add(way);
    }
    if (getenv("FAILING_NAMES") != NULL) {
        names = open(getenv("FAILING_NAMES"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    }
    if (count != NULL) {
        pause_calls = strtol(count, NULL, 10);
    }
    bool is_first = true;
    (void)dl_iterate_phdr(find_texts, &is_first);
    void *warm[1];
    (void)backtrace(warm, 1); /* it loads a library the first time */
    is_inside = false;
}

void failing_end(void);

/* Nothing fails any more: for who ends a process in his own way (tests/coverage/dump.c). */
void failing_end(void)
{
    file = -1;
}

static bool is_in(const struct text *text, const void *address)
{
    return (uintptr_t)address >= text->begin && (uintptr_t)address < text->end;
}

static bool is_over(void *const *calls, int count)
{
    for (int i = 0; i < count; i++) {
        if (is_in(&loader, calls[i])) {
            return true;
        }
    }
    return false;
}

static uint64_t hash_of(const char *name)
{
    uint64_t hash = 14695981039346656037u;
    for (; *name != '\0'; name++) {
        hash = (hash ^ (unsigned char)*name) * 1099511628211u;
    }
    return hash;
}

static int fails(const char *name, const void *caller, int usual)
{
    void *calls[DEPTH_MAX];
    bool is_new = false;
    if (file < 0 || is_inside || !is_in(&program, caller)) {
        return 0;
    }
    is_inside = true;
    (void)pthread_mutex_lock(&lock);
    if (left > 0) {
        left--;
    } else {
        const int count = backtrace(calls, DEPTH_MAX);
        for (int i = 0; i < count && !is_over(calls, count); i++) {
            const uintptr_t at = (uintptr_t)calls[i] - program.begin;
            const uint64_t way = hash_of(name) ^ at * 0x9e3779b97f4a7c15u;
            if (is_in(&program, calls[i]) && add(way)) {
                is_new = write(file, &way, sizeof way) == sizeof way;
            }
        }
        left = is_new ? pause_calls : 0;
        if (is_new && names >= 0) {
            (void)dprintf(names, "%s\n", name);
        }
    }
    (void)pthread_mutex_unlock(&lock);
    is_inside = false;
    if (!is_new) {
        return 0;
    }
    errno = usual;
    return usual;
}

/* One that a signal interrupts on each way, and that fails for good the next time. */
#define CALL_AGAIN(type, name, parameters, arguments, error)                                       \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*real) parameters;                                                             \
        if (fails(#name " interrupted", CALLER, EINTR) || fails(#name, CALLER, error))             \
            return -1;                                                                             \
        if (real == NULL)                                                                          \
            find(&real, #name);                                                                    \
        return real arguments;                                                                     \
    }

/* --- what process tests let fail too --- */

#include "tests/lib/calls.def"

/* --- memory: the C library's own names, for dlsym() allocates --- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size)
{
    return fails("malloc", CALLER, ENOMEM) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails("calloc", CALLER, ENOMEM) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails("realloc", CALLER, ENOMEM) ? NULL : __libc_realloc(memory, size);
}

CALL(char *, strdup, (const char *text), (text), NULL, ENOMEM)

/* --- files --- */

int open(const char *path, int flags, ...)
{
    static int (*real)(const char *, int, ...);
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (fails("open", CALLER, EMFILE)) {
        return -1;
    }
    if (real == NULL) {
        find(&real, "open");
    }
    return real(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    static int (*real)(int, const char *, int, ...);
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (fails("openat", CALLER, EACCES)) {
        return -1;
    }
    if (real == NULL) {
        find(&real, "openat");
    }
    return real(folder, path, flags, mode);
}

CALL(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL, EACCES)
CALL(FILE *, fdopen, (int fd, const char *mode), (fd, mode), NULL, ENOMEM)
CALL(DIR *, opendir, (const char *path), (path), NULL, EACCES)
CALL(DIR *, fdopendir, (int fd), (fd), NULL, ENOMEM)
CALL_AGAIN(ssize_t, read, (int fd, void *data, size_t size), (fd, data, size), EIO)
CALL_AGAIN(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size), EIO)
CALL(size_t, fread, (void *data, size_t size, size_t count, FILE *from), (data, size, count, from),
     0, EIO)
CALL(size_t, fwrite, (const void *data, size_t size, size_t count, FILE *to),
     (data, size, count, to), 0, EIO)
CALL(int, fputs, (const char *text, FILE *to), (text, to), EOF, EIO)
CALL(int, fflush, (FILE * to), (to), EOF, EIO)
CALL(int, mkdir, (const char *path, mode_t mode), (path, mode), -1, EACCES)
CALL(int, unlink, (const char *path), (path), -1, EACCES)
CALL(int, unlinkat, (int folder, const char *path, int flags), (folder, path, flags), -1, EACCES)
CALL(int, rmdir, (const char *path), (path), -1, EACCES)
CALL(int, stat, (const char *path, struct stat *to), (path, to), -1, EACCES)
CALL(int, fstatvfs, (int fd, struct statvfs *to), (fd, to), -1, EIO)
CALL(int, flock, (int fd, int how), (fd, how), -1, EWOULDBLOCK)

/* --- sockets, processes --- */

CALL(int, accept, (int fd, __SOCKADDR_ARG from, socklen_t *size), (fd, from, size), -1,
     ECONNABORTED)
CALL_AGAIN(ssize_t, send, (int fd, const void *data, size_t size, int flags),
           (fd, data, size, flags), ECONNRESET)
CALL_AGAIN(ssize_t, recv, (int fd, void *data, size_t size, int flags), (fd, data, size, flags),
           ECONNRESET)
CALL(ssize_t, sendto,
     (int fd, const void *data, size_t size, int flags, __CONST_SOCKADDR_ARG to, socklen_t room),
     (fd, data, size, flags, to, room), -1, ENETUNREACH)
CALL(int, getsockopt, (int fd, int level, int name, void *value, socklen_t *size),
     (fd, level, name, value, size), -1, EINVAL)
CALL(int, getaddrinfo,
     (const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **ret),
     (node, service, hints, ret), EAI_AGAIN, EAGAIN)
CALL(int, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags), -1, EMFILE)
CALL(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *how, void *(*what)(void *), void *context),
     (thread, how, what, context), EAGAIN, EAGAIN)

/* --- LMDB --- */

CALL(int, mdb_env_create, (MDB_env * *env), (env), ENOMEM, ENOMEM)
CALL(int, mdb_env_open, (MDB_env * env, const char *path, unsigned flags, mdb_mode_t mode),
     (env, path, flags, mode), EIO, EIO)
CALL(int, mdb_env_set_maxdbs, (MDB_env * env, MDB_dbi count), (env, count), EINVAL, EINVAL)
CALL(int, mdb_env_set_mapsize, (MDB_env * env, size_t size), (env, size), EINVAL, EINVAL)
CALL(int, mdb_env_set_maxreaders, (MDB_env * env, unsigned count), (env, count), EINVAL, EINVAL)
CALL(int, mdb_reader_check, (MDB_env * env, int *dead), (env, dead), EIO, EIO)
CALL(int, mdb_dbi_open, (MDB_txn * txn, const char *name, unsigned flags, MDB_dbi *dbi),
     (txn, name, flags, dbi), EIO, EIO)
