/* live.h - what customers' phones on /ws are told: their own orders, their place in the queue, and
 * what can be had.
 *
 * Layer: node. Bytes only; knows nothing of sockets. One for all of them (struct lives), on the web
 * thread. A phone's connection keeps no queue: only which of the orders that it follows changed,
 * and up to which change it knows the menu. The changes of the store are looked at once for all:
 * an index says who follows an order, so that what happens costs nothing for those whom it does
 * not concern. Frames are made when the socket can take them, from the newest states.
 */
#ifndef TRESTLE_NODE_API_LIVE_H
#define TRESTLE_NODE_API_LIVE_H

#include "node/api/api.h"

enum {
    LIVE_ORDERS_MAX = 8,           /* that one connection follows */
    LIVE_OF_CUSTOMER_MAX = 4,      /* connections of a token; a fifth ends the oldest */
    LIVE_FRAME_BYTES = 16 * 1024,  /* a frame is closed when it is larger; the rest follows */
    LIVE_MESSAGE_BYTES_MAX = 4096, /* of one from a phone */
    LIVE_BEAT_MS = 10 * 1000,      /* nothing else was said for so long: it is told the time */
    LIVE_GAP_MAX = 5000,           /* changes behind which a snapshot is cheaper */
};

struct live_follow;

/* One connection's place. Owned by whoever has the socket; zeroed = it has said nothing yet. */
struct live {
    struct live *next, *before; /* of those that said who they are, the newest first */
    bool is_open;               /* it has said who it is: */
    struct caller caller;
    bool is_replaced;  /* the same customer opened too many: it is to be closed */
    bool is_due;       /* somebody was told that it wants to be written to */
    bool is_greeted;   /* hello was said */
    bool has_cursor;   /* the phone gave one */
    bool has_menu;     /* it knows a menu: it wants to hear only what changes of it */
    bool is_snapshot;  /* what it is told is not yet whole */
    bool has_cart;     /* its cart is to be told */
    bool has_whole;    /* the menu is being told from the beginning, ... */
    uint32_t whole_at; /* ... so far up to this item */
    uint64_t items_change, session_change; /* up to which change it knows them */
    uint64_t queue_version;
    struct cursor cursor; /* all up to it was told */
    uint64_t told_ms;     /* when the last frame was made, monotonic */
    uint32_t follows_count;
    struct live_follow *follows; /* its own */
};

struct lives;

/* @on_due is called when a connection has something to be told. NULL when there is no memory.
 * Keeps @api. */
struct lives *lives_new(struct api *api, void (*on_due)(void *context, struct live *live),
                        void *context);
/* Accepts NULL. All are closed. */
void lives_free(struct lives *lives);

/* Look at what changed. Costs nothing until a phone opens for the first time; from then on each
 * change is looked at, so that who comes back with a cursor need not hear the whole menu. */
void lives_refresh(struct lives *lives);

/* A message of the phone that came by @entrance from @address (as of struct access_request): who it
 * is, or what it follows. ERR_MALFORMED; ERR_LIMIT: too many of that address or token, counted as
 * requests that read are; ERR_UNAUTHENTICATED: no customer's token; ERR_IO. */
MUST_CHECK int live_hear(struct lives *lives, struct live *live, enum entrance entrance,
                         struct bytes address, struct bytes message);

/* The cart of @session changed. */
void lives_touch_cart(struct lives *lives, uint64_t session);

/* Whether it may go on, by the facts of the last state_refresh(). */
bool live_may_go_on(const struct lives *lives, const struct live *live);

/* Whether nothing was said for so long that it is to be told the time. */
bool live_wants_beat(const struct live *live, uint64_t now_mono_ms);

/* Append the next frame to @frame, or nothing when there is none now. Errors leave @frame as it
 * was: ERR_IO, ERR_SPOILT (a damaged row). */
MUST_CHECK int live_next(struct lives *lives, struct live *live, struct store_txn *txn,
                         struct text *frame);

/* It follows nothing any more, and is none of them. */
void live_close(struct lives *lives, struct live *live);

#endif
