#include "sync/base/err.h"

#include <stddef.h>

struct err_entry {
    const char *code;
    const char *text;
};

/* By -err; 0 stands first. */
static const struct err_entry entries[] = {[0] = {"ok", "Everything is all right."},
#define X(name, value, code, text) [-(value)] = {(code), (text)},
                                           ERR_LIST(X)
#undef X
};

static const struct err_entry *find_entry(int err)
{
    static const struct err_entry unknown = {"unknown", "Something unknown went wrong. Report it."};
    const int count = sizeof entries / sizeof entries[0];
    const struct err_entry *entry = err <= 0 && err > -count ? &entries[-err] : &unknown;
    return entry->code != NULL ? entry : &unknown;
}

const char *err_code(int err)
{
    return find_entry(err)->code;
}

const char *err_text(int err)
{
    return find_entry(err)->text;
}
