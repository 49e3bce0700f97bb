/* clock.c - lets a gateway's time run faster than ours, and leap (LD_PRELOAD, with kill.c).
 *
 *   CLOCK_SPEED   how many of its seconds are in one of ours; 0 or none: 1
 *   CLOCK_FILE    8 bytes, an int64 in this machine's order: ms that it is ahead besides; may be
 *                 written while it runs
 *
 * Of the clocks that only grow alone; the wall clock is as it is. Who waits for a condition waits
 * by the monotonic clock (settler.c), other waits are of the length they say.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const int64_t NS = 1000000000;

static int (*real_gettime)(clockid_t, struct timespec *);
static int (*real_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
static const _Atomic int64_t *ahead_ms;
static int64_t speed = 1;
static int64_t began_ns[2]; /* monotonic, boot time */

static int64_t ns_of(const struct timespec *time)
{
    return (int64_t)time->tv_sec * NS + time->tv_nsec;
}

static struct timespec time_of(int64_t ns)
{
    return (struct timespec){.tv_sec = ns / NS, .tv_nsec = ns % NS};
}

static int64_t real_ns(clockid_t which)
{
    struct timespec now;
    (void)real_gettime(which, &now);
    return ns_of(&now);
}

static void find(const char *name, const char *version, void *to)
{
    void *found = version != NULL ? dlvsym(RTLD_NEXT, name, version) : NULL;
    found = found != NULL ? found : dlsym(RTLD_NEXT, name);
    memcpy(to, &found, sizeof found);
}

static void file_map(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, 8, PROT_READ, MAP_SHARED, fd, 0);
    ahead_ms = mapped != MAP_FAILED ? mapped : NULL;
    if (fd >= 0) {
        (void)close(fd);
    }
}

__attribute__((constructor(101))) static void begin(void)
{
    const char *file = getenv("CLOCK_FILE"), *times = getenv("CLOCK_SPEED");
    find("clock_gettime", NULL, &real_gettime);
    find("pthread_cond_timedwait", "GLIBC_2.3.2", &real_timedwait);
    began_ns[0] = real_ns(CLOCK_MONOTONIC);
    began_ns[1] = real_ns(CLOCK_BOOTTIME);
    speed = times != NULL && atol(times) > 0 ? atol(times) : 1;
    if (file != NULL) {
        file_map(file);
    }
}

static int64_t fast_ns(clockid_t which)
{
    const int64_t from = began_ns[which == CLOCK_BOOTTIME];
    const int64_t ahead = ahead_ms != NULL ? atomic_load(ahead_ms) * 1000000 : 0;
    return from + (real_ns(which) - from) * speed + ahead;
}

int clock_gettime(clockid_t which, struct timespec *to)
{
    if (real_gettime == NULL) {
        begin();
    }
    if (which != CLOCK_MONOTONIC && which != CLOCK_BOOTTIME) {
        return real_gettime(which, to);
    }
    *to = time_of(fast_ns(which));
    return 0;
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                           const struct timespec *until)
{
    const int64_t left = (ns_of(until) - fast_ns(CLOCK_MONOTONIC)) / speed;
    const struct timespec real = time_of(real_ns(CLOCK_MONOTONIC) + (left > 0 ? left : 0));
    return real_timedwait(cond, mutex, &real);
}
