#include "sync/base/check.h"

#include <stddef.h>
#include <stdlib.h>

/* The one mutable global in sync: a failed check has no context to hand it through. */
static void (*reporter)(const char *file, int line, const char *expression);

void check_set_reporter(void (*on_failure)(const char *file, int line, const char *expression))
{
    reporter = on_failure;
}

_Noreturn void check_failed(const char *file, int line, const char *expression)
{
    if (reporter != NULL) {
        reporter(file, line, expression);
    }
    abort();
}
