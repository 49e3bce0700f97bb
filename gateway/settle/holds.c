#include "gateway/settle/holds.h"

/* One of which the provider names no end is not asked for again. What was read later than now was
 * read before anybody knew what time it is. */
int64_t hold_read_in_s(int64_t ends_s, int64_t read_s, int64_t now_s)
{
    if (ends_s == 0) {
        return read_s == 0 ? 0 : HOLD_NEVER;
    }
    if (now_s < ends_s) {
        return ends_s - now_s;
    }
    const int64_t since_s = now_s - read_s;
    return read_s < ends_s || since_s < 0 || since_s >= HOLD_AGAIN_S ? 0 : HOLD_AGAIN_S - since_s;
}
