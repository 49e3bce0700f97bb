/* cluster.h - several devices in one process under virtual time: the host that the simulator and
 * the scenarios share.
 *
 * Each node is the production replica over a store in memory. A turn is what the real host makes of
 * it: begin, steps, seal, commit, and only after the commit, which takes some virtual milliseconds,
 * are its effects released. Links are first in, first out, have a delay and a bounded queue, and
 * lose what is in flight when they end. Time stands still while anything is computed; one seed
 * decides everything, so a run repeats exactly.
 *
 *     cluster = cluster_new();
 *     cluster_start(cluster, &setup);
 *     cluster_command(cluster, 0, &command, request);
 *     cluster_run(cluster, 500);
 *
 * The structs are open, so that tests can look; they change them through the functions only. Out of
 * memory, and what only a broken harness can cause, stops the process.
 */
#ifndef TRESTLE_TESTS_LIB_CLUSTER_H
#define TRESTLE_TESTS_LIB_CLUSTER_H

#include "sync/replica/replica.h"
#include "tests/lib/prng.h"
#include "tests/lib/store_memory.h"

enum {
    CLUSTER_NODES_MAX = DEVICES_MAX,
    CLUSTER_TWO_WAY_MAX = LINKS_MAX / 2, /* above so many nodes, no two dial each other */
    CLUSTER_SESSIONS_MAX = CLUSTER_NODES_MAX * CLUSTER_NODES_MAX, /* by dialler and listener */
    CLUSTER_LINE_MAX = 240,                                       /* of a trace */
};

/* Wall time 0 of the virtual world, and the pop-up's epoch. */
#define CLUSTER_EPOCH_MS INT64_C(1700000000000)

/* X(name, text): everything that goes wrong on purpose, counted as it happens. */
#define CLUSTER_FAULTS(X)                                                                          \
    X(FAULT_DELAY, "frame held up")                                                                \
    X(FAULT_REORDER, "frame overtaken by one sent later on another link")                          \
    X(FAULT_DUPLICATE, "frame delivered twice")                                                    \
    X(FAULT_FORGED, "forged events before the true ones")                                          \
    X(FAULT_OVERFLOW, "frame dropped by a full queue")                                             \
    X(FAULT_RESET, "link reset")                                                                   \
    X(FAULT_LOSS, "frame lost with its link")                                                      \
    X(FAULT_TWO_LINKS, "both ends dialled")                                                        \
    X(FAULT_CLOG, "one direction of a link clogged")                                               \
    X(FAULT_SWIZZLE, "links clogged one after another and freed in another order")                 \
    X(FAULT_FLAP, "flapping link broken again")                                                    \
    X(FAULT_HELD, "frame held by a clogged link")                                                  \
    X(FAULT_SLOW_READER, "device that takes one frame a second of each link")                      \
    X(FAULT_DEAF, "device that missed what was told last, and kept its links")                     \
    X(FAULT_MUTE, "device that was not heard when it asked, and kept its links")                   \
    X(FAULT_LOSSY, "links that dropped what was told and asked last, and were kept")               \
    X(FAULT_SPARSE, "devices in a line, each linked to its neighbours alone")                      \
    X(FAULT_PARTITION, "partition")                                                                \
    X(FAULT_HEAL, "heal")                                                                          \
    X(FAULT_CRASH, "crash between turns")                                                          \
    X(FAULT_CRASH_LOST, "torn commit: after a crash all of it is lost")                            \
    X(FAULT_CRASH_SILENT, "torn commit: after a crash all of it is there, told to nobody")         \
    X(FAULT_COMMIT_TORN, "torn commit: it failed, and all of it is there")                         \
    X(FAULT_RESTART, "restart")                                                                    \
    X(FAULT_FULL, "disk full")                                                                     \
    X(FAULT_IO, "disk error in a turn")                                                            \
    X(FAULT_COMMIT, "disk error in a commit")                                                      \
    X(FAULT_REPLAY, "command replayed alone")                                                      \
    X(FAULT_CLOCK_JUMP, "clock jump")                                                              \
    X(FAULT_CLOCK_RATE, "clock fast or slow")                                                      \
    X(FAULT_SLOW, "slow device")                                                                   \
    X(FAULT_LARGE, "pop-up of 64 devices that are not all linked")                                 \
    X(FAULT_OLD, "device with older software")                                                     \
    X(FAULT_UPGRADE, "device upgraded, its store folded anew")                                     \
    X(FAULT_OLD_THEFT, "theft among devices with older software")                                  \
    X(FAULT_FLIP, "bit flipped in a stored record")                                                \
    X(FAULT_FLIP_INDEX, "bit flipped in a row of the index")                                       \
    X(FAULT_FLIP_META, "bit flipped in what a store says that it is")                              \
    X(FAULT_DOUBLE, "stored row once more under a wrong key")                                      \
    X(FAULT_FLIPS, "bits flipped in several tables at once")                                       \
    X(FAULT_LIAR, "device in hostile hands")                                                       \
    X(FAULT_PLAUSIBLE, "event that its writer may write, and that nobody would mean")              \
    X(FAULT_NONSENSE, "event that its writer may not write, or that makes no sense")               \
    X(FAULT_EQUIVOCATED, "journal in two versions")                                                \
    X(FAULT_CLAIMED, "claim of events that nobody has written")                                    \
    X(FAULT_JUNK, "frame made up or cut short")                                                    \
    X(FAULT_REPLAYED, "frame of another link repeated")                                            \
    X(FAULT_CLONE, "device cloned")                                                                \
    X(FAULT_ROLL_BACK, "device restored from a copy")                                              \
    X(FAULT_FORK_TWICE, "log forked at two places, each proven by itself")

enum cluster_fault {
#define X(name, text) name,
    CLUSTER_FAULTS(X)
#undef X
        FAULT_COUNT
};
const char *cluster_fault_text(enum cluster_fault fault);

/* How the world behaves; may be changed at any time. Odds are in 10,000. */
struct cluster_knobs {
    uint32_t delay_min_ms, delay_max_ms;   /* of a frame, one way */
    uint32_t sync_min_ms, sync_max_ms;     /* of a commit */
    uint32_t redial_min_ms, redial_max_ms; /* after an end noticed that its link is gone */
    uint32_t notice_max_ms;                /* until an end notices */
    uint32_t queue_frames_max;             /* on the way to one end of a link */
    uint32_t straggle_odds, straggle_max_ms;
    uint32_t loss_odds;      /* of a frame; its link breaks, as TCP gives up */
    uint32_t drop_odds;      /* of all but HELLO: as if its queue were full; its link stays */
    uint32_t duplicate_odds; /* of all but HELLO: hearing it twice is a breach of the protocol */
    uint32_t path_odds;      /* of a turn in which each new way to the store fails once */
    uint32_t forge_odds;     /* of a frame: hooks.forge makes another of it, which comes first */
    uint32_t scrub_records;  /* read again in each turn; 0 = none */
};

struct cluster_node;

/* What a test wants to hear of; each may be NULL. Called in the middle of things: look, do not
 * touch. */
struct cluster_hooks {
    void *context;
    /* The node's software runs from now on. */
    void (*on_enter)(void *context, struct cluster_node *node);
    void (*on_input)(void *context, struct cluster_node *node, const struct input *input);
    /* Committed, effects not released yet; also after a turn that had nothing to commit. */
    void (*on_turn)(void *context, struct cluster_node *node);
    /* Before and after a turn that takes nothing but a frame which was taken before. */
    void (*on_copy)(void *context, struct cluster_node *node, bool is_after);
    void (*on_send)(void *context, struct cluster_node *node, uint32_t link, struct bytes frame);
    void (*on_answer)(void *context, struct cluster_node *node, const struct effect_answer *answer);
    void (*on_alarm)(void *context, struct cluster_node *node, const struct effect_alarm *alarm);
    /* Commands that it was given and did not answer are lost. */
    void (*on_crash)(void *context, struct cluster_node *node);
    /* The one that touches: write another frame in place of @frame, which is for @to, to @ret_frame
     * (MESSAGE_BYTES_MAX); its size, or 0 for none. */
    size_t (*forge)(void *context, struct cluster_node *to, struct bytes frame, uint8_t *ret_frame);
    /* What a liar hears; @input is NULL when some time has passed. */
    void (*on_lie)(void *context, struct cluster_node *node, const struct input *input);
    /* @is_story: what a person would tell; the rest is for reading a failure. */
    void (*on_trace)(void *context, bool is_story, const char *line);
};

struct cluster_blob;  /* cluster_blobs.c */
struct cluster_input; /* cluster.c */
struct cluster_frame;

/* The @nth storage call of @call in turns from now on fails with @err, once; 0 = none. */
struct cluster_store_fault {
    enum store_memory_call call;
    unsigned nth;
    int err;
};

struct cluster_node {
    uint32_t index;
    const char *name; /* of the setup */
    enum role role;
    char lane[LANE_BYTES_MAX + 1];
    uint64_t device, log;
    struct secret_key device_secret, log_secret;
    uint8_t chain_data[CERT_CHAIN_BYTES_MAX];
    struct replica_config config;
    struct replica *replica;
    struct store_memory *store;
    struct effects *effects;
    bool is_running;
    bool is_liar;          /* runs no replica: what it does is the test's, see hooks.on_lie */
    bool is_log_needed;    /* the last turn asked for a fresh log */
    bool is_open;          /* the replica is; false also between an abort and the next turn */
    struct store_txn *txn; /* of a turn whose commit is under way */
    uint64_t life;         /* boots so far */
    uint64_t turns;
    struct cluster_input *inbox_first, *inbox_last;
    struct cluster_input *taken; /* by the turn: its commands are replayed when it is aborted */
    bool is_copy_turn;
    uint64_t turn_at_ms, wake_at_ms; /* when the next is due; UINT64_MAX = not */
    uint64_t boot_ms, mono_base_ms;
    int64_t wall_offset_ms;
    uint32_t rate;              /* of its clock, in 10,000 */
    uint32_t slow_ms;           /* before each turn */
    uint32_t scrub_records;     /* read again in each turn, besides what the knobs say */
    uint32_t read_gap_ms;       /* between two frames that it takes of a link */
    uint32_t group;             /* devices in different groups cannot reach each other */
    struct cluster_blob *blobs; /* the files of blobs; a crash does not harm them */
    uint8_t *blob_part;
    struct cluster_store_fault fault;
    uint64_t fault_calls;
    uint64_t fault_paths;
    uint64_t newest_sent; /* serial of the newest frame that it received, for FAULT_REORDER */
};

/* One end of a session and what is on its way to it. */
struct cluster_end {
    uint32_t node;
    uint32_t link; /* its number at that node */
    bool is_up;    /* the node was told, and has not closed it */
    uint64_t told; /* the serial of the connection that its replica knows */
    uint32_t frames;
    size_t bytes; /* of them */
    struct cluster_frame *first, *last;
    uint64_t last_at_ms;
};

/* A link that ends[0] dials. */
struct cluster_session {
    bool is_wanted; /* dialled again and again */
    bool is_alive;
    bool is_yielding; /* closed in favour of the one that the other end dialled */
    uint64_t serial;  /* of the connection */
    struct cluster_end ends[2];
};

struct cluster_event {
    uint64_t at_ms, serial;
    uint32_t kind, index;
    uint64_t token;
};

struct cluster {
    uint64_t seed;
    struct prng prng;
    uint64_t now_ms;
    uint64_t serial;
    uint32_t count;
    struct cluster_node nodes[CLUSTER_NODES_MAX];
    struct cluster_session sessions[CLUSTER_SESSIONS_MAX];
    bool is_clogged[CLUSTER_NODES_MAX][CLUSTER_NODES_MAX]; /* by sender and receiver */
    struct cluster_knobs knobs;
    struct cluster_hooks hooks;
    uint64_t faults[FAULT_COUNT];
    uint64_t turns, steps, frames;
    struct popup_id popup;
    struct secret_key root_secret;
    struct public_key root;
    struct cluster_event *events; /* a heap */
    size_t events_count, events_capacity;
};

struct cluster_setup {
    uint64_t seed;
    uint32_t nodes;
    struct {
        const char *name; /* outlives the cluster's use */
        enum role role;   /* of the first: one that may add devices */
        const char *lane;
    } devices[CLUSTER_NODES_MAX];
    struct cluster_knobs knobs;
    struct cluster_hooks hooks;
    bool is_unlinked;                /* nobody dials yet: see cluster_dial() */
    uint64_t device_allowance_bytes; /* of every device; 0 = the product's */
};

/* A calm local network: 1-3 ms, commits of 1-4 ms. */
struct cluster_knobs cluster_knobs_calm(void);

/* The memory is reused from one start to the next. */
struct cluster *cluster_new(void);
void cluster_free(struct cluster *cluster);

/* A fresh pop-up at virtual time 0: keys, certificates, every device on the roster of every other,
 * and the links dialled by the lower index. */
void cluster_start(struct cluster *cluster, const struct cluster_setup *setup);

/* Take the next thing that is due until @until_ms, and let time pass; false, and the time is
 * @until_ms, when there is none. */
bool cluster_step(struct cluster *cluster, uint64_t until_ms);
/* Let @ms pass. */
void cluster_run(struct cluster *cluster, uint64_t ms);
/* Until all hold the same events and nothing is under way, at most @ms; whether it came to that. */
bool cluster_converge(struct cluster *cluster, uint64_t ms);
/* Whether all running nodes hold the same events. */
bool cluster_is_converged(const struct cluster *cluster);

/* @command and its bytes are borrowed until it is answered or the node crashes. */
void cluster_command(struct cluster *cluster, uint32_t node, const struct command *command,
                     uint64_t request);

/* --- what goes wrong --- */

/* @dialler keeps a link to @listener from now on. */
void cluster_dial(struct cluster *cluster, uint32_t dialler, uint32_t listener);
/* The links between the two break; what is in flight is lost. Either end notices when it does. */
void cluster_reset_link(struct cluster *cluster, uint32_t a, uint32_t b);
/* From now on nothing gets from @from to @to: what is sent is held, in its order, and no new link
 * comes up between the two; or, that is over. */
void cluster_clog(struct cluster *cluster, uint32_t from, uint32_t to, bool is_clogged);
/* Of each link the device takes one frame in @gap_ms; 0 = as they come. */
void cluster_set_reading(struct cluster *cluster, uint32_t node, uint32_t gap_ms);
/* Devices with different numbers in @groups cannot reach each other from now on. */
void cluster_partition(struct cluster *cluster, const uint32_t *groups);
void cluster_heal(struct cluster *cluster);
/* Power off. Of a turn whose commit is under way nothing is left or all, by chance; its effects are
 * never released. */
void cluster_crash(struct cluster *cluster, uint32_t index);
/* Power on after @after_ms. */
void cluster_restart(struct cluster *cluster, uint32_t node, uint64_t after_ms);
/* In place of the fault that is still to come, if there is one. */
void cluster_fail_store(struct cluster *cluster, uint32_t index,
                        const struct cluster_store_fault *fault);
/* Its host found beside the store that this may not be all that the device wrote: it goes on under
 * a fresh log. */
void cluster_renew_log(struct cluster *cluster, uint32_t node);
void cluster_jump_clock(struct cluster *cluster, uint32_t node, int64_t by_ms);
/* 10,000 = true. */
void cluster_set_rate(struct cluster *cluster, uint32_t node, uint32_t rate);
void cluster_set_slow(struct cluster *cluster, uint32_t node, uint32_t slow_ms);

/* The device falls into hostile hands: power off, and when it is back, at once, it is a liar for
 * good. Its store stays as it was. */
void cluster_turn_liar(struct cluster *cluster, uint32_t node);
/* A frame of a liar. */
void cluster_say(struct cluster *cluster, uint32_t node, uint32_t link, struct bytes frame);

/* What a copy of a device's disk holds: events, and the key of the log it then wrote. */
struct cluster_copy {
    struct store_memory *store;
    struct secret_key log_secret;
    uint32_t incarnation;
};
/* Of what @node has committed. Freed with cluster_copy_free(). */
struct cluster_copy cluster_copy_disk(const struct cluster *cluster, uint32_t node);
void cluster_copy_free(struct cluster_copy *copy);
/* Power off, the disk replaced by @copy (the caller keeps it), power on after @after_ms. */
void cluster_roll_back(struct cluster *cluster, uint32_t node, const struct cluster_copy *copy,
                       uint64_t after_ms);
/* One more node, running on @copy of @of's disk with @of's keys; its index. It dials nobody yet. */
uint32_t cluster_clone(struct cluster *cluster, uint32_t of, const struct cluster_copy *copy,
                       const char *name);
/* --- the files of blobs --- */

/* As a host does before a command speaks of them. */
struct hash cluster_put_blob(struct cluster_node *node, struct bytes bytes);
bool cluster_has_blob(struct cluster_node *node, const struct hash *hash);
/* The file is gone, and the host notices. */
void cluster_lose_blob(struct cluster *cluster, struct cluster_node *node, const struct hash *hash);
/* A bit of the file flips. */
void cluster_spoil_blob(struct cluster_node *node, const struct hash *hash);

/* --- looking --- */

struct moment cluster_moment(const struct cluster *cluster, const struct cluster_node *node);
/* A line of the trace, under the node's name (NULL: the world's). */
void cluster_trace(struct cluster *cluster, const struct cluster_node *node, bool is_story,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
