#include "gateway/settle/pace.h"

uint64_t pace_wait(const struct pace *pace)
{
    if (pace->open_ms == UINT64_MAX) {
        return PACE_IDLE_MS;
    }
    if (pace->hook_ms <= PACE_TRUSTED_MS) {
        return PACE_SLOWEST_MS;
    }
    const uint64_t wait_ms = pace->open_ms / PACE_SHARE;
    if (wait_ms < PACE_FASTEST_MS) {
        return PACE_FASTEST_MS;
    }
    return wait_ms < PACE_SLOWEST_MS ? wait_ms : PACE_SLOWEST_MS;
}
