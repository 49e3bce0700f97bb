/* moment.h - time as an argument: sync has no clock.
 *
 * Layer: sync/base (pure).
 */
#ifndef TRESTLE_SYNC_BASE_MOMENT_H
#define TRESTLE_SYNC_BASE_MOMENT_H

#include <stdint.h>

struct moment {
    int64_t wall_ms;  /* since 1970, as wrong as the device's clock; decides nothing */
    uint64_t mono_ms; /* never goes back within a boot */
};

#endif
