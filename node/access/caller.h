/* caller.h - who asks: nobody, the device's own screen, a person, a customer. Decided once for each
 * request, before anything else looks at it.
 *
 * Layer: node. A person is who a token says, with the role that the roster gives him now: one whose
 * role was taken or changed signs in again, at every device as soon as it hears of it.
 */
#ifndef TRESTLE_NODE_ACCESS_CALLER_H
#define TRESTLE_NODE_ACCESS_CALLER_H

#include "node/access/token.h"
#include "sync/domain/till.h"

/* Where a request came in. */
enum entrance {
    ENTRANCE_PLAIN = 0, /* http from another machine: for nobody in particular, and for customers */
    ENTRANCE_SECURE,    /* https */
    ENTRANCE_LOOPBACK,  /* from this machine: its own screen */
    ENTRANCE_CONTROL,   /* the control socket: the file's permissions are its guard */
};

enum caller_kind { CALLER_NOBODY = 0, CALLER_SCREEN, CALLER_PERSON, CALLER_CUSTOMER };

struct caller {
    enum caller_kind kind;
    enum entrance entrance; /* of a screen: the one that made it one */
    struct principal principal;
    uint64_t capabilities;
    struct token token; /* of a person or customer */
};

static inline bool caller_may(const struct caller *caller, enum capability capability)
{
    return (caller->capabilities & capability_bit(capability)) != 0;
}

/* PINs and staff tokens may pass here: nobody on the way reads along. */
static inline bool entrance_is_private(enum entrance entrance)
{
    return entrance != ENTRANCE_PLAIN;
}

#endif
