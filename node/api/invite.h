/* invite.h - bringing a device in from a screen: an invitation to show as a code, or six digits to
 * compare.
 *
 * Layer: node. Who may is decided by the routes (the capability roster, over an entrance where
 * nobody reads along); which devices may be invited here, and the one door for all of them, is the
 * core's: node/core/core_invite.c. A screen asks, and looks until the core's next turn has
 * answered.
 */
#ifndef TRESTLE_NODE_API_INVITE_H
#define TRESTLE_NODE_API_INVITE_H

#include <stdint.h>

#include "sync/base/limits.h"
#include "sync/log/capability.h"

enum {
    INVITE_TEXT_BYTES_MAX = 400, /* as INVITATION_TEXT_BYTES_MAX: an invitation, or why not */
    INVITE_PLACE_BYTES_MAX = 128,
    INVITE_DIGITS = 6,
    INVITE_SECONDS_MAX = 300,
    INVITE_TRIES_MAX = 3,
};

/* Whom it is for. */
struct invite_wish {
    bool is_pairing; /* nobody carries anything: six digits are compared */
    enum role role;
    char lane[LANE_BYTES_MAX + 1]; /* "" = none */
    char name[NAME_BYTES_MAX + 1]; /* "" = as it calls itself */
};

enum invite_state {
    INVITE_NONE,    /* nobody is invited */
    INVITE_ASKED,   /* the core has not looked yet */
    INVITE_OPEN,    /* it waits for somebody */
    INVITE_COMPARE, /* somebody is there: do people see the same digits on both screens? */
    INVITE_AGREED,  /* they do, it was said here */
    INVITE_JOINED,
    INVITE_OVER,    /* nobody came; text says why it ended */
    INVITE_REFUSED, /* there can be none; text says why */
};

/* How the invitation stands. */
struct invite_view {
    enum invite_state state;
    struct invite_wish wish;            /* that it is of */
    uint64_t until_ms;                  /* by clock_mono_ms(); 0 = it is not open */
    uint32_t tries;                     /* left */
    char text[INVITE_TEXT_BYTES_MAX];   /* the invitation, as long as it is open: a secret. "" of
                                           one that was asked for at the keyboard. Or why */
    char place[INVITE_PLACE_BYTES_MAX]; /* where it is knocked at: an endpoint */
    char digits[INVITE_DIGITS + 1];     /* that are compared */
    char newcomer[NAME_BYTES_MAX + 1];  /* what who shows them calls itself */
    uint64_t device;                    /* that came in */
};

struct state;
struct api_request;
struct api_reply;

/* The routes under /api/invitation. */
void api_invite(const struct state *state, const struct api_request *request,
                struct api_reply *reply);

#endif
