#include "gateway/settle/pace.h"

uint64_t pace_wait(const struct pace *pace)
{
    if (pace->open_ms == UINT64_MAX) {
        return PACE_IDLE_MS;
    }
    const uint64_t least_ms = pace->hook_ms <= PACE_TRUSTED_MS ? PACE_CALM_MS : PACE_FASTEST_MS;
    const uint64_t wait_ms = pace->open_ms / PACE_SHARE;
    if (wait_ms < least_ms) {
        return least_ms;
    }
    return wait_ms < PACE_SLOWEST_MS ? wait_ms : PACE_SLOWEST_MS;
}
