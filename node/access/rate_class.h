/* rate_class.h - what one client may ask for how often: the classes of routes.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_ACCESS_RATE_CLASS_H
#define TRESTLE_NODE_ACCESS_RATE_CLASS_H

#include "node/access/rate.h"

/* X(name, text, how many a second, how many at once): what one client, by address or by token, may
 * ask for. */
#define RATE_CLASSES(X)                                                                            \
    X(RATE_UNSAID, "unsaid", 0, 0) /* a mistake of ours */                                         \
    X(RATE_READ, "read", 50, 200)                                                                  \
    X(RATE_WRITE, "write", 50, 200)                                                                \
    X(RATE_QUOTE, "quote", 10, 60)                                                                 \
    X(RATE_BYTES, "bytes", 5, 20)                                                                  \
    X(RATE_SIGN_IN, "sign-in", 5, 30)                                                              \
    X(RATE_HOOK, "hook", 1000, 4000) /* of another service: after an outage all at once */

enum rate_class {
#define X(name, text, per_s, burst) name,
    RATE_CLASSES(X)
#undef X
        RATE_CLASS_COUNT
};

const char *rate_class_text(enum rate_class rate);
struct rate_limit rate_class_limit(enum rate_class rate);

#endif
