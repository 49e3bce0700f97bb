/* ephemeral.h - what devices tell of the moment and nobody logs: who looks at a board, positions.
 *
 * Layer: sync/mesh (pure). A table of the newest item of each (device, topic, key), bounded in all
 * directions: so many items, of one device so many, each alive for a minute at most by monotonic
 * time unless it is told again. An item travels over at most EPHEMERAL_HOPS_MAX links. It is
 * unsigned: a peer on the roster can tell of others what it likes, except of those that are linked
 * here themselves. Nothing of money, stock, order or access may depend on it.
 *
 * Newest: of one process (boot id) the higher number, of one number what came over fewer links; of
 * two processes the one heard last.
 */
#ifndef TRESTLE_SYNC_MESH_EPHEMERAL_H
#define TRESTLE_SYNC_MESH_EPHEMERAL_H

#include "sync/mesh/message.h"

enum {
    EPHEMERAL_ITEMS_MAX = 256,
    EPHEMERAL_PER_DEVICE_MAX = 17,
    EPHEMERAL_RATE_MAX = 64, /* frames taken of one link in a second; more are dropped */
    EPHEMERAL_SENDS_MAX = 16 /* to one link in a turn */
};

struct ephemeral_item {
    uint64_t device; /* whose it is; 0 = no item */
    uint8_t boot[BOOT_ID_BYTES];
    uint64_t number;
    uint64_t until_ms; /* monotonic */
    uint32_t hops;     /* links that it came over; 0 = our own */
    uint8_t topic_size, key_size;
    uint16_t body_size;
    char topic[EPHEMERAL_TOPIC_BYTES_MAX];
    uint8_t key[EPHEMERAL_KEY_BYTES_MAX];
    uint8_t body[EPHEMERAL_BODY_BYTES_MAX];
    bool is_due[LINKS_MAX]; /* to be sent there */
};

struct ephemeral_table {
    uint64_t numbers; /* of our own items, the last that was given */
    uint32_t count;
    uint64_t deadline_ms; /* when there are any: none is too old before that */
    bool is_any_due;      /* to be sent somewhere, perhaps */
    struct ephemeral_item items[EPHEMERAL_ITEMS_MAX];
    uint64_t second[LINKS_MAX]; /* in which `taken` counts */
    uint32_t taken[LINKS_MAX];
};

/* The item that @message tells. NULL: it is old news, or there is no room. The caller says where it
 * is sent on. */
struct ephemeral_item *ephemeral_take(struct ephemeral_table *table,
                                      const struct ephemeral_message *message, uint64_t now_ms);

/* Whether the link may tell one more in this second. */
bool ephemeral_admit(struct ephemeral_table *table, uint32_t link, uint64_t now_ms);

/* Forget what is too old; true when something was. */
bool ephemeral_expire(struct ephemeral_table *table, uint64_t now_ms);

/* What is told of @item at @now_ms; the bytes are its own. False when it is not worth a frame. */
bool ephemeral_told(const struct ephemeral_item *item, uint64_t now_ms,
                    struct ephemeral_message *ret_message);

#endif
