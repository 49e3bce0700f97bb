#include "tests/lib/store_paths.h"

#include <execinfo.h>
#include <stddef.h>
#include <stdint.h>

#include "sync/base/check.h"

enum { DEPTH_MAX = 48, CALLS_MAX = 1 << 14 /* a power of two */ };

/* Calls that failed, by return address and error; open addressing. */
static uintptr_t failed[CALLS_MAX];
static unsigned failed_count;

/* True when @call is new. */
static bool add(uintptr_t call)
{
    size_t at = (call ^ call >> 14) % CALLS_MAX;
    while (failed[at] != 0 && failed[at] != call) {
        at = (at + 1) % CALLS_MAX;
    }
    if (failed[at] == call) {
        return false;
    }
    check(++failed_count < CALLS_MAX / 2);
    failed[at] = call;
    return true;
}

bool store_path_is_new(int err)
{
    void *calls[DEPTH_MAX];
    bool is_new = false;
    const int count = backtrace(calls, DEPTH_MAX);
    for (int i = 0; i < count; i++) {
        is_new |= add((uintptr_t)calls[i] * 64 + (uintptr_t)(unsigned)-err % 64);
    }
    return is_new;
}
