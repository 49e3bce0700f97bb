/* joining.h - what the page at /join asks of a device that belongs to no pop-up yet: take a code,
 * or knock and compare six digits.
 *
 * Layer: node. The device has no store and no people, so nobody is asked who he is: whoever sits at
 * its own screen may, and no page of another origin (node/web/guard.h, and a token in each request
 * that the page must have read). A node that is in a pop-up answers the same routes by saying so.
 */
#ifndef TRESTLE_NODE_API_JOINING_H
#define TRESTLE_NODE_API_JOINING_H

#include <stdbool.h>

#include "node/api/invite.h"

enum {
    JOINING_TOKEN_DIGITS = 32,
    JOINING_DOORS_MAX = 8,
};

/* What somebody at the screen wants. */
struct joining_wish {
    char code[INVITE_TEXT_BYTES_MAX];   /* an invitation: a secret. "" = by six digits, at: */
    char place[INVITE_PLACE_BYTES_MAX]; /* "192.168.1.10:7451" */
    char name[NAME_BYTES_MAX + 1];      /* what the device calls itself; "" = as the inviter says */
    bool is_reachable;                  /* others may dial it; see joining_view.may_open */
};

enum joining_state {
    JOINING_MEMBER,  /* it is in a pop-up */
    JOINING_WAITS,   /* for somebody at the screen */
    JOINING_KNOCKS,  /* at the other device */
    JOINING_COMPARE, /* six digits are shown there and here */
    JOINING_AGREED,  /* it was said here that they are the same: now they say so there */
    JOINING_FAILED,
    JOINING_DONE, /* it is in, and about to run */
};

/* Why it failed, each with what to do next. */
enum joining_trouble {
    JOINING_NO_CODE,    /* the text is no invitation */
    JOINING_NO_PLACE,   /* the text is no place */
    JOINING_EXPIRED,    /* its five minutes are over */
    JOINING_UNANSWERED, /* nobody is there: off, out of reach, or the code was used */
    JOINING_REFUSED,    /* the code is not accepted there, or the digits were others */
    JOINING_ENDED,      /* the person here said that the digits differ, or went away */
    JOINING_INTRUDER,   /* who answered is not who invited */
    JOINING_OCCUPIED,   /* the data folder holds what another pop-up left */
    JOINING_DISK,       /* nothing can be kept there */
    JOINING_OTHER,
};

/* How it stands. */
struct joining_view {
    enum joining_state state;
    enum joining_trouble trouble;         /* of JOINING_FAILED */
    char token[JOINING_TOKEN_DIGITS + 1]; /* that the next request brings */
    char place[INVITE_PLACE_BYTES_MAX];   /* where it knocks or knocked: an endpoint */
    char digits[INVITE_DIGITS + 1];       /* of JOINING_COMPARE and _AGREED */
    bool may_open;                        /* nothing says whether others may dial this device */
    unsigned doors_count;
    char doors[JOINING_DOORS_MAX][INVITE_PLACE_BYTES_MAX]; /* near by, where six digits wait */
};

/* The device's side; all are called on the web thread with @context. */
struct joining_host {
    void *context;
    void (*look)(void *context, struct joining_view *ret_view);
    /* Whether @token is the one that was shown; it is good once. */
    bool (*spend)(void *context, const char *token);
    /* ERR_STATE: one is on its way, or it is in. */
    int (*ask)(void *context, const struct joining_wish *wish);
    /* ERR_STATE: those are not being compared. */
    int (*compare)(void *context, const char *digits, bool is_same);
    void (*end)(void *context);
};

struct state;
struct api_request;
struct api_reply;

/* The routes under /api/joining. */
void api_joining(const struct state *state, const struct api_request *request,
                 struct api_reply *reply);

#endif
