#include "node/access/rate_class.h"

const char *rate_class_text(enum rate_class rate)
{
    static const char *const texts[RATE_CLASS_COUNT] = {
#define X(name, text, per_s, burst) text,
        RATE_CLASSES(X)
#undef X
    };
    return texts[rate];
}

struct rate_limit rate_class_limit(enum rate_class rate)
{
    static const struct rate_limit limits[RATE_CLASS_COUNT] = {
#define X(name, text, per_s, burst) {(per_s), (burst)},
        RATE_CLASSES(X)
#undef X
    };
    return limits[rate];
}
