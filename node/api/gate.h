/* gate.h - the door between the web thread and the core thread.
 *
 * Layer: node. The core is the only writer of the store; the web thread reads it in transactions
 * that end within its turn, and asks for everything else with commands (node/api/queue.h). Nothing
 * of lws, jansson or LMDB is visible here.
 *
 * The core's side, each turn:
 *
 *     while ((command = command_queue_take(queue)) != NULL)   at most EFFECT_ANSWERS_MAX of them
 *         replica_step(INPUT_COMMAND, &command->command, request = command->request)
 *     commit; then, for each taken command, whatever became of it:
 *         command_queue_answer(queue, command->request, &answer)
 *     web_notify(web)                    when entities changed, marks or peers moved, or answers
 * wait
 *
 * The bytes of a taken command stay where they are until it is answered, so it can be replayed
 * after an abort.
 */
#ifndef TRESTLE_NODE_API_GATE_H
#define TRESTLE_NODE_API_GATE_H

#include "node/api/invite.h"
#include "node/api/joining.h"
#include "node/api/queue.h"
#include "node/api/reconcile.h"
#include "node/blob/blobs.h"
#include "sync/base/store.h"
#include "sync/replica/replica.h"
#include "sync/roster/roster.h"

enum gate_link { GATE_LINKED = 0, GATE_CONNECTING = 1, GATE_REFUSED = 2, GATE_LOST = 3 };

/* Another device of the roster, as the core sees it now. */
enum stream_view { VIEW_COUNTER, VIEW_KITCHEN, VIEW_PICKUP, VIEW_COUNT };

/* How many screens of each kind look at a device. */
struct gate_screens {
    bool is_told; /* of a peer: it told lately */
    uint32_t counts[VIEW_COUNT];
};

struct gate_peer {
    uint64_t device;
    enum role role;
    enum gate_link link;
    uint64_t heard_ms_ago;   /* UINT64_MAX = never */
    uint64_t behind, ahead;  /* events that only we have; that only the peer has */
    int64_t clock_offset_ms; /* its wall clock minus ours, as told over the link; 0 without one */
    char name[NAME_BYTES_MAX + 1];
    char lane[LANE_BYTES_MAX + 1];
    bool is_revoked, is_retired;
    struct gate_screens screens;
    struct public_key device_key, transport_key; /* of its certificate */
};

/* Whether it may have events that are not here and will come: not one that is out of the pop-up. */
static inline bool gate_peer_is_missing(const struct gate_peer *peer)
{
    return !peer->is_revoked && !peer->is_retired && (peer->link != GATE_LINKED || peer->ahead > 0);
}

/* Whether it is waited for: not one that was revoked or retired. A retired one that comes back is
 * linked again, and then tells something. */
static inline bool gate_peer_is_awaited(const struct gate_peer *peer)
{
    return peer->link == GATE_LINKED || (!peer->is_revoked && !peer->is_retired);
}

/* The highest seq of a log that is durable on `copies` devices. */
struct gate_mark {
    uint64_t log, seq;
};

/* What became of the last test slip. */
enum gate_test {
    GATE_TEST_NONE,
    GATE_TEST_WAITS, /* on its way, or until the printer is well */
    GATE_TEST_PRINTED,
    GATE_TEST_FAILED, /* surely nothing came out */
    GATE_TEST_UNSURE  /* a part may have */
};

/* A printer that this device owns. */
struct gate_printer {
    uint32_t number;
    uint32_t waiting;  /* slips */
    bool is_ready;     /* nothing stops it, as far as is known: it is asked when it has to print */
    unsigned troubles; /* enum printer_trouble */
    const char *state; /* the same in words, static, for a person */
    enum gate_test test;
};

enum {
    HEALTH_PEERS_MAX = 32,      /* of whom a device tells */
    HEALTH_PRINTERS_MAX = 8,    /* of its own */
    HEALTH_HEARD_S_MAX = 86400, /* longer ago is told as that */
    HEALTH_COUNT_MAX = 65535,   /* of events and slips; more is told as that */
};

/* Another device, as the one that tells sees it. */
struct gate_health_peer {
    uint64_t device;
    enum gate_link link;
    bool is_heard;           /* ever */
    uint32_t heard_s_ago;    /* seconds since then, at most HEALTH_HEARD_S_MAX */
    uint32_t behind, ahead;  /* events, as of struct gate_peer; at most HEALTH_COUNT_MAX */
    int32_t clock_offset_ms; /* likewise, as near as it can be told */
};

struct gate_health_printer {
    uint32_t number;
    unsigned troubles; /* enum printer_trouble */
    uint32_t waiting;  /* slips, at most HEALTH_COUNT_MAX */
};

/* How a device stands, as it tells the others itself. Unsigned, and over two links at most: for
 * people to look at. */
struct gate_health {
    uint64_t device; /* whose */
    uint64_t store_bytes, store_bytes_max;
    uint32_t printers_count;
    struct gate_health_printer printers[HEALTH_PRINTERS_MAX];
    uint32_t peers_count;
    struct gate_health_peer peers[HEALTH_PEERS_MAX];
    uint32_t others; /* peers of which there was no room to tell, at most DEVICES_MAX */
};

/* What is true of the core at this moment and not in the store. */
struct gate_live {
    uint64_t device, log; /* own */
    enum role role;       /* of the own certificate */
    uint64_t capabilities;
    bool is_revoked, is_retired;
    bool is_carrying; /* what it wrote may not count just now: its journal forked, see
                         replica_is_carrying() */
    int64_t epoch_ms; /* the pop-up's, since 1970 */
    char device_name[NAME_BYTES_MAX + 1];
    char lane[LANE_BYTES_MAX + 1];
    uint64_t turned_ms_ago; /* since the core's last turn ended */
    bool is_writable;       /* its last commit did not fail */
    uint64_t store_bytes, store_bytes_max;
    uint64_t uptime_s;
    uint64_t beacons_sent, beacons_heard, beacons_foreign;
    uint64_t moved; /* grows whenever a mark or a peer's link moves */
    uint32_t marks_count;
    struct gate_mark marks[LOGS_MAX];
    uint32_t printers_count;
    struct gate_printer printers[PRINTERS_MAX];
    uint32_t peers_count;
    struct gate_peer peers[DEVICES_MAX];
    uint32_t voided_count;
    struct voided_order voided[VOIDED_ORDERS_MAX]; /* that somebody must decide on */
    uint32_t people_count;
    struct roster_person people[ROSTER_PEOPLE_MAX];
};

/* A frame of node/mesh/errand.h. */
struct gate_errand {
    uint64_t device;   /* where it came from; or: */
    bool is_returned;  /* it was to go to that device, to which there is no link */
    struct text frame; /* whoever takes the errand closes it */
};

/* NULL: it is not in the roster, or is this device itself. */
static inline const struct gate_peer *gate_peer_find(const struct gate_live *live, uint64_t device)
{
    for (uint32_t i = 0; i < live->peers_count; i++) {
        if (live->peers[i].device == device) {
            return &live->peers[i];
        }
    }
    return NULL;
}

/* What the host offers. All are called with @context on the thread that the gate was
 * made for: the web thread, or a program's own (core_gate_more()). */
struct gate {
    void *context;
    struct command_queue *queue;
    struct access *access; /* who people are, for the web thread; NULL = the own screen alone */
    struct blobs *blobs;   /* whole files only; NULL = this host keeps none */
    /* A read transaction of the web thread's own reader. ERR_IO, ERR_BUSY. */
    int (*read_begin)(void *context, struct store_txn **ret_txn);
    void (*read_end)(void *context, struct store_txn *txn);
    /* A consistent copy, taken under a lock that the core holds only to publish. */
    void (*live)(void *context, struct gate_live *ret_live);
    /* Told each second how many screens are connected. NULL = this host does not ask. */
    void (*screens)(void *context, const struct gate_screens *screens);
    /* The one at @at, from 0, of the devices that told lately how they stand, this one not among
     * them; false when there are no more. NULL = this host hears nobody. */
    bool (*health)(void *context, uint32_t at, struct gate_health *ret_health);
    /* A stored row is none: it is time to look at all of them. NULL = this host does not. */
    void (*spoilt)(void *context);
    /* The file of a blob that should be here is gone, or was damaged and is gone now: it is to be
     * fetched again. NULL = this host does not. */
    void (*blob_lost)(void *context, const struct hash *hash);
    /* Ask the gateways that are linked to reconcile; what was told before is forgotten. NULL = this
     * host has none. */
    void (*reconcile_ask)(void *context, const struct reconcile_wish *wish);
    /* What one of them told, appended to @body: bytes of a device of the pop-up, not looked at. */
    enum reconcile_news (*reconcile_look)(void *context, struct text *body, uint64_t *ret_device);
    /* Have printer @number, of this device, print a test slip; what became of it is in its
     * gate_printer. False: too many are asked for. NULL = this host prints nothing. */
    bool (*print_test)(void *context, uint32_t number);
    /* Invite a device, people's word about digits, and end it; what came of it shows the look.
     * @invite_compare: ERR_STATE where those are not being compared. NULL = nobody is taken in by
     * this host. */
    void (*invite_ask)(void *context, const struct invite_wish *wish);
    int (*invite_compare)(void *context, const char *digits, bool is_same);
    void (*invite_end)(void *context);
    void (*invite_look)(void *context, struct invite_view *ret_view);
    /* Of a device that is in no pop-up yet: nothing but its page at /join is served, and there is
     * nothing to read. NULL = it is in one. */
    const struct joining_host *joining;
    /* Send @frame to @device over a link; it comes back if there is none. False: too many wait.
     * NULL = this host has no links. */
    bool (*errand_say)(void *context, uint64_t device, struct bytes frame);
    /* The next that came, or came back; false when there is none. NULL likewise. */
    bool (*errand_take)(void *context, struct gate_errand *ret_errand);
};

#endif
