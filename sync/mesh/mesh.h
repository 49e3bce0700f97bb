/* mesh.h - anti-entropy: what to say to whom, so that every device ends up with every log.
 *
 * Layer: sync/mesh (pure). Push new, pull old:
 *
 *   push    a run of the own log goes at once to every peer that has all before it
 *   forward what was pushed to this device goes on to those of its peers that its sender does not
 *           reach: by one of all devices that could, see forward.c
 *   pull    whoever hears that a peer has more of a log asks for it: one source per log, in windows
 *           of credit, another source when nothing came for a while
 *   status  the heads of logs that somebody pushed, at the end of the turn, to who did and whose
 *           they are: the acknowledgement; and regularly to all peers every changed head, with a
 *           digest of all heads, which shows when a message was lost
 *
 * The transport is lossy: a reconnect loses what was in flight. Nothing here relies on delivery; a
 * hole is asked for again. A peer's claims are unsigned hints: they start pulls and ticks and
 * decide nothing. A peer that claims what it does not send costs one timeout; from then on others
 * are asked before it.
 *
 * Credit: a WANT allows its receiver so many bytes of EVENTS (kind 0). The asker counts them as
 * outstanding until frames of that size arrived, so that never more than LINK_CREDIT_BYTES are on
 * their way; after a timeout it takes them for lost and grants a new window. Both ends stop at one
 * window, so that what they think of each other cannot drift.
 *
 * Not here: verifying and storing events (sync/replica/replica_accept.c).
 */
#ifndef TRESTLE_SYNC_MESH_MESH_H
#define TRESTLE_SYNC_MESH_MESH_H

#include "sync/base/moment.h"
#include "sync/mesh/acks.h"
#include "sync/mesh/effects.h"
#include "sync/mesh/ephemeral.h"
#include "sync/roster/roster.h"

enum {
    HELLO_TIMEOUT_MS = 3000,
    STATUS_INTERVAL_MS = 1000,
    STATUS_LINKS_FULL = 8, /* beyond that many links, each gets its status less often */
    STATUS_BULK_MS = 200,  /* between acknowledgements of a bulk pull, and answers to TELL_ALL */
    SILENCE_STATUSES = 5,  /* a link without this many expected statuses is dead */
    PULL_TIMEOUT_MS = 500, /* without progress: ask somebody else; doubled for each time before */
    PULL_DOUBLINGS_MAX = 4,
    PULL_GRACE_MS = 400, /* a gap told by a third party while the log's own device is linked: it is
                            on its way */
    FORWARD_GRACE_MS = 100, /* the same while somebody linked may be forwarding it */
    LAG_EVENTS_MAX = 64,    /* so many a peer is given unasked when it lacked them for so long */
    LAG_MS = 400,
    UNKNOWN_LOGS_MAX = 64, /* claims of logs we have nothing of, per link */
    SERVE_BYTES_PER_TURN = 512 * 1024,
    SERVE_FRAME_BYTES_MIN = 1024, /* what a frame counts at least, so that many small ones leave
                                     room for statuses in a turn's effects */
    BLOB_TIMEOUT_MS = 3000,       /* without the part that was asked for: ask somebody else */
    BLOB_RETRY_MS = 10000,        /* after nobody had what is missing */
    LINK_NONE = -1,
};

/* A log that a peer claims and of which nothing is here: asked of one peer at a time. */
struct unknown_log {
    struct head_claim claim;
    uint64_t asked_ms; /* 0 = never */
    bool is_refused;   /* it may not come in: not asked for again in this session */
};

/* One session with a peer. */
struct link {
    bool is_up;
    bool is_ready;  /* its HELLO was good */
    bool is_dialer; /* we dialled */
    uint64_t device;
    uint8_t boot[BOOT_ID_BYTES];
    uint64_t up_ms, heard_ms, status_ms; /* status_ms: last sent */
    uint64_t status_due_ms;
    bool has_acks_due;
    bool is_ack_due[LOGS_MAX]; /* it gave something of the log live, or it is its own */
    bool wants_all;            /* its last status asked for all our heads */
    bool is_in_doubt; /* its last digest did not fit its claims: our next status asks for all */
    int64_t clock_offset_ms;
    uint32_t adjacent_count; /* whom it is linked to, as it told */
    uint64_t adjacent[LINKS_MAX];
    uint64_t told_neighbours; /* mesh.neighbours when it was last told ours */
    /* What the peer has, as far as we know. */
    uint64_t claim_seq[LOGS_MAX];
    uint8_t claim_hash[LOGS_MAX][HEAD_HASH_BYTES];
    uint32_t unknown_count;
    struct unknown_log unknown[UNKNOWN_LOGS_MAX];
    /* What we told and sent it. */
    uint64_t told_seq[LOGS_MAX];
    uint64_t next_seq[LOGS_MAX];  /* to send next; 0 = it has to ask first */
    uint64_t sent_ms[LOGS_MAX];   /* when it was last sent events of the log; 0 = never */
    bool is_lagging[LOGS_MAX];    /* give it the log from next_seq on, unasked */
    bool is_wanted[LOGS_MAX];     /* it asked for this log and did not get all of it yet */
    bool is_blob_served;          /* in this turn */
    struct repair_request repair; /* to be answered; first_seq 0 = none */
    uint32_t serve_slot;          /* the last that was served: the others go before it */
    uint64_t credit_bytes;        /* that we may still send; at most LINK_CREDIT_BYTES */
    /* What we asked of it. */
    uint64_t outstanding_bytes; /* of the credit that we gave; at most LINK_CREDIT_BYTES */
    uint8_t stalls[LOGS_MAX]; /* how often it did not send what it claims, less how often it did */
    uint64_t suspect_seq[LOGS_MAX]; /* there its chain may differ from ours; 0 = no suspicion */
    bool is_bad[LOGS_MAX];          /* what it has of this log does not verify or is another branch:
                                       neither asked for nor taken in this session */
};

/* A log that a peer may hold another branch of. */
struct suspect {
    uint32_t link;
    uint64_t log, seq;
};

/* The fetching of one log. */
struct pull {
    int32_t link;         /* from whom; LINK_NONE = nobody */
    uint64_t asked_seq;   /* what it claimed when it was last asked; 0 = to be asked from scratch */
    bool is_asked_again;  /* for something lost, and nothing came since */
    uint64_t progress_ms; /* when it was chosen, or last sent something that was taken */
    uint64_t not_before_ms; /* while nobody: the grace; 0 = none */
};

/* The fetching of blobs: one part of one blob at a time, when no log is being pulled. */
struct fetch {
    bool is_idle;  /* nothing was missing when last looked */
    bool has_hash; /* @hash is the one at work, or the one that the next comes after */
    struct hash hash;
    int32_t link;           /* from whom; LINK_NONE = nobody yet */
    bool is_asked;          /* for the part at @offset */
    bool is_checking;       /* the host has all of it and compares its hash */
    uint32_t offset, total; /* what of it the host has; total 0 = not told yet */
    uint64_t asked_ms, not_before_ms;
    bool is_tried[LINKS_MAX]; /* has it not, or sent something else */
};

/* What a turn took of a log that somebody pushed. */
struct fresh {
    uint64_t first_seq; /* of the first frame; 0 = nothing */
    uint32_t link;      /* that it came over */
};

struct mesh {
    struct vector *vector; /* the replica's */
    struct acks acks;
    struct popup_id popup;
    uint64_t device, own_log;
    uint8_t boot[BOOT_ID_BYTES];
    uint64_t fold_version;
    uint32_t copies;
    uint64_t device_bytes_max; /* what another device's logs may have grown to by now */
    bool is_store_low; /* what room is left is for the own log: nothing is fetched or taken */
    bool is_mark_dirty[LOGS_MAX];
    uint64_t neighbours; /* counts changes of the set of ready links */
    struct fresh fresh[LOGS_MAX];
    uint64_t taken_ms[LOGS_MAX]; /* when a peer last gave something of the log */
    struct link links[LINKS_MAX];
    struct pull pulls[LOGS_MAX];
    bool has_suspect; /* some link has a suspect_seq */
    struct fetch fetch;
    bool is_damaged[LOGS_MAX]; /* some of the log is listed as spoilt, see sync/log/damage.h */
    bool is_damage_claimed;    /* a peer came to have something that is; the reader clears it */
    bool is_look_due;          /* a log could not be read on: scrub it */
    uint64_t look_log, look_seq;
    struct ephemeral_table ephemeral;
    uint32_t serve_first;   /* each turn another link is served first */
    struct message message; /* scratch for decoding */
};

void mesh_reset(struct mesh *mesh, struct vector *vector, const struct popup_id *popup,
                uint64_t device, const uint8_t boot[BOOT_ID_BYTES], uint64_t fold_version);

void mesh_link_up(struct mesh *mesh, uint32_t at, uint64_t device, bool is_dialer,
                  struct moment now, struct effects *out);
void mesh_link_down(struct mesh *mesh, uint32_t at, struct effects *out);

/* End a session with a BYE; nothing more is sent on it. */
void mesh_close(struct mesh *mesh, uint32_t at, enum bye_reason reason, struct effects *out);

/* Take mesh->message, anything but EVENTS, that came over link @at. ERR_IO. */
MUST_CHECK int mesh_receive(struct mesh *mesh, struct store_txn *txn, const struct roster *roster,
                            uint32_t at, struct moment now, struct effects *out);

/* An EVENTS came over link @at, whatever becomes of it. */
void mesh_note_frame(struct mesh *mesh, uint32_t at, bool is_live, size_t frame_size,
                     struct moment now);

/* Its events were good and are stored, from @first_seq to what is the head of @slot now. */
void mesh_note_taken(struct mesh *mesh, uint32_t at, uint32_t slot, uint64_t first_seq,
                     bool is_live, struct moment now);
/* It ends at @last_seq and there is a hole before it. */
void mesh_note_gap(struct mesh *mesh, uint32_t at, uint32_t slot, uint64_t last_seq, bool is_live);
/* It does not verify. */
void mesh_note_bad(struct mesh *mesh, uint32_t at, uint32_t slot);
/* It is of a log that may not come in. */
void mesh_note_refused(struct mesh *mesh, uint32_t at, uint64_t log);
/* Where the log of @slot ends to count has changed: what was said of it is to be said again. */
void mesh_note_limit(struct mesh *mesh, uint32_t slot);
/* A log and a ready link whose chains may differ; false when there is none. */
bool mesh_suspect_next(struct mesh *mesh, struct suspect *ret_suspect);
/* It was looked into. */
void mesh_suspect_drop(struct mesh *mesh, uint32_t at, uint64_t log);
/* A slot was added to the vector: claims of it become known. */
void mesh_note_slot(struct mesh *mesh, uint32_t slot);
/* How many devices a mark needs, and how much of the store another device's logs may take by now
 * (vector_device_bytes). */
void mesh_set_limits(struct mesh *mesh, uint32_t copies, uint64_t device_bytes_max);
/* Whether the log may take another run; those that may not are neither fetched nor taken. */
bool mesh_may_grow(const struct mesh *mesh, const struct log_head *head);
/* Whose copies do not count, when the marks were loaded that say so already. */
void mesh_load_roster(struct mesh *mesh, const struct roster *roster);
/* The roster changed: links of devices that are gone or revoked end, and their copies count no
 * more. */
void mesh_note_roster(struct mesh *mesh, const struct roster *roster, struct effects *out);

/* The end of a turn: acknowledge, push, pull, serve, and say when to wake. ERR_IO. */
MUST_CHECK int mesh_seal(struct mesh *mesh, struct store_txn *txn, const struct roster *roster,
                         struct run *scratch, struct moment now, struct effects *out);

/* Tell all peers of the moment; the sizes are within those of message.h. Once a minute at least, or
 * it is forgotten. */
void mesh_publish(struct mesh *mesh, struct bytes topic, struct bytes key, uint32_t ttl_s,
                  struct bytes body, struct moment now);

/* --- forward.c --- */

/* Own neighbours, in no order. @devices has room for LINKS_MAX. */
uint32_t mesh_neighbours(const struct mesh *mesh, uint64_t *devices);

/* Whether the peer told that it is linked to @device, or is that. */
bool mesh_is_linked_to(const struct link *link, uint64_t device);

/* --- blobs.c --- */

/* Take the BLOBQ or the BLOB in mesh->message, which came over link @at. ERR_IO. */
MUST_CHECK int mesh_take_blobq(struct mesh *mesh, struct store_txn *txn, uint32_t at,
                               struct effects *out);
void mesh_take_blob(struct mesh *mesh, uint32_t at, struct effects *out);

/* What the host found: a blob that was written is whole and right, or is not; or one that should be
 * here is gone. ERR_IO, ERR_FULL. */
MUST_CHECK int mesh_note_blob(struct mesh *mesh, struct store_txn *txn, const struct hash *hash,
                              uint32_t size, bool is_good, struct effects *out);

/* The end of a turn: erase what is to be erased, ask for what is missing. @is_news: the state of a
 * blob may have changed. @ret_is_written is set when there is something to commit. ERR_IO,
 * ERR_FULL. */
MUST_CHECK int mesh_seal_blobs(struct mesh *mesh, struct store_txn *txn, bool is_news,
                               struct moment now, struct effects *out, bool *ret_is_written);

/* How many events the peer of a ready link lacks and has more than this device, by its claims. */
void mesh_distance(const struct mesh *mesh, uint32_t at, uint64_t *ret_behind, uint64_t *ret_ahead);

#endif
