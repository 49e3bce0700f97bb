/* clock.c - a wrong wall clock for one process (LD_PRELOAD).
 *
 *   CLOCK_FILE  a file of two texts, "<offset in seconds> <drift in parts per million>", read at
 *               every call, so that a test can make the clock jump while the process runs
 *
 * CLOCK_REALTIME gets offset and drift, CLOCK_MONOTONIC the drift alone: a bad crystal has that, a
 * person or NTP sets the other. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int (*real_gettime)(clockid_t, struct timespec *);
static struct timespec begun[2]; /* CLOCK_REALTIME, CLOCK_MONOTONIC */
static int file = -1;

/* dlsym() gives an object's pointer; copying its bytes is the way that POSIX names. */
__attribute__((constructor)) static void begin(void)
{
    void *found = dlsym(RTLD_NEXT, "clock_gettime");
    memcpy(&real_gettime, &found, sizeof found);
    if (getenv("CLOCK_FILE") != NULL)
        file = open(getenv("CLOCK_FILE"), O_RDONLY | O_CLOEXEC);
    (void)real_gettime(CLOCK_REALTIME, &begun[0]);
    (void)real_gettime(CLOCK_MONOTONIC, &begun[1]);
}

static void wrongness(long long *offset_s, long long *drift_ppm)
{
    char text[64] = "";
    ssize_t size = file >= 0 ? pread(file, text, sizeof text - 1, 0) : -1;
    *offset_s = *drift_ppm = 0;
    if (size > 0) {
        text[size] = '\0';
        (void)sscanf(text, "%lld %lld", offset_s, drift_ppm);
    }
}

static int64_t nanoseconds(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    long long offset_s, drift_ppm;
    if (real_gettime == NULL)
        begin(); /* another library's constructor asks first */
    int result = real_gettime(clock, ret_time);
    if (result != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC))
        return result;
    wrongness(&offset_s, &drift_ppm);
    int64_t now = nanoseconds(ret_time);
    now += (now - nanoseconds(&begun[clock == CLOCK_MONOTONIC])) / 1000000 * drift_ppm;
    now += clock == CLOCK_REALTIME ? (int64_t)offset_s * 1000000000 : 0;
    ret_time->tv_sec = now / 1000000000;
    ret_time->tv_nsec = now % 1000000000;
    return 0;
}

int gettimeofday(struct timeval *restrict ret_time, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    ret_time->tv_sec = now.tv_sec;
    ret_time->tv_usec = now.tv_nsec / 1000;
    return result;
}

time_t time(time_t *ret_time)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (ret_time != NULL)
        *ret_time = now.tv_sec;
    return now.tv_sec;
}
