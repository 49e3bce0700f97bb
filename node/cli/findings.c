#include "node/cli/findings.h"

#include <stdarg.h>
#include <stdio.h>

void findings_add(struct findings *findings, const char *kind, const char *format, ...)
{
    if (findings->count++ >= FINDINGS_MAX) {
        return;
    }
    struct finding *finding = &findings->items[findings->count - 1];
    va_list arguments;
    finding->kind = kind;
    va_start(arguments, format);
    (void)vsnprintf(finding->text, sizeof finding->text, format, arguments);
    va_end(arguments);
}
