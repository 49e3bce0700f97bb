#include "node/os/clock.h"

#include <time.h>

static int64_t clock_ms(clockid_t which)
{
    struct timespec now = {0};
    (void)clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t clock_mono_ms(void)
{
    return (uint64_t)clock_ms(CLOCK_MONOTONIC);
}

uint64_t clock_boot_ms(void)
{
    return (uint64_t)clock_ms(CLOCK_BOOTTIME);
}

int64_t clock_wall_ms(void)
{
    return clock_ms(CLOCK_REALTIME);
}

struct moment clock_now(void)
{
    return (struct moment){.wall_ms = clock_wall_ms(), .mono_ms = clock_mono_ms()};
}
