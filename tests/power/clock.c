/* clock.c - a wrong wall clock for one process (LD_PRELOAD).
 *
 *   CLOCK_FILE  a file of three texts, "<offset in seconds> <drift in parts per million> <seconds
 *               that passed>", read at every call, so that a test can make the clock jump while the
 *               process runs
 *
 * CLOCK_REALTIME gets offset and drift, CLOCK_MONOTONIC the drift alone: a bad crystal has that, a
 * person or NTP sets the other. Time that passed (or, below zero, a machine that began later) is in
 * both. */
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
    if (getenv("CLOCK_FILE") != NULL) {
        file = open(getenv("CLOCK_FILE"), O_RDONLY | O_CLOEXEC);
    }
    (void)real_gettime(CLOCK_REALTIME, &begun[0]);
    (void)real_gettime(CLOCK_MONOTONIC, &begun[1]);
}

struct wrongness {
    long long offset_s, drift_ppm, passed_s;
};

static struct wrongness wrongness(void)
{
    struct wrongness wrong = {0};
    char text[96] = "";
    ssize_t size = file >= 0 ? pread(file, text, sizeof text - 1, 0) : -1;
    if (size > 0) {
        text[size] = '\0';
        (void)sscanf(text, "%lld %lld %lld", &wrong.offset_s, &wrong.drift_ppm, &wrong.passed_s);
    }
    return wrong;
}

static int64_t nanoseconds(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    if (real_gettime == NULL) {
        begin(); /* another library's constructor asks first */
    }
    int result = real_gettime(clock, ret_time);
    if (result != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)) {
        return result;
    }
    const struct wrongness wrong = wrongness();
    int64_t now = nanoseconds(ret_time);
    now += (now - nanoseconds(&begun[clock == CLOCK_MONOTONIC])) / 1000000 * wrong.drift_ppm;
    now += (int64_t)wrong.passed_s * 1000000000;
    now += clock == CLOCK_REALTIME ? (int64_t)wrong.offset_s * 1000000000 : 0;
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
    if (ret_time != NULL) {
        *ret_time = now.tv_sec;
    }
    return now.tv_sec;
}
