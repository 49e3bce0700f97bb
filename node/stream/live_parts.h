/* live_parts.h - what the files of the customers' phones share: live.c (who they are and what they
 * follow), live_news.c (whom a change concerns), live_tell.c (their frames).
 *
 * Layer: node, for those files alone.
 */
#ifndef TRESTLE_NODE_API_LIVE_PARTS_H
#define TRESTLE_NODE_API_LIVE_PARTS_H

#include "node/figures/line_up.h"
#include "node/stream/live.h"
#include "node/stream/live_follow.h"
#include "node/stream/live_menu.h"

/* What a frame that says nothing of somebody's own was made of. */
struct shared_key {
    uint64_t items_change, session_change, queue_version; /* that they knew who are told it */
    uint64_t scanned, queue_told;                         /* that it tells */
};

struct lives {
    struct api *api;
    struct state *state;
    void (*on_due)(void *context, struct live *live);
    void *context;
    struct live *opened;
    uint32_t opened_count;
    bool is_begun;         /* changes are looked at, since somebody opened */
    uint64_t looked_ms;    /* of the line-up that places are told by */
    uint64_t said_hash;    /* of what cooks said of stations when places were told */
    struct cursor scanned; /* up to which they are in the connections' marks */
    uint64_t session_change;
    uint64_t queue_version;
    struct line_place queue; /* told: how many wait, and a range from now on */
    struct live_index index;
    struct live_menu menu;
    struct text removed; /* scratch of one frame */
    struct shared_key shared_key;
    uint64_t shared_ms;
    struct text shared;
};

/* live.c: the socket is to say when it takes something. */
void live_set_due(struct lives *lives, struct live *live);

#endif
