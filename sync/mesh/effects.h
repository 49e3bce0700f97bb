/* effects.h - what a turn wants done in the world, held back until its transaction is durable.
 *
 * Layer: sync/mesh (pure). The replica collects; the host carries out after the commit returned:
 * durable before sent or shown, by construction. After an abort the host drops them all.
 */
#ifndef TRESTLE_SYNC_MESH_EFFECTS_H
#define TRESTLE_SYNC_MESH_EFFECTS_H

#include "sync/domain/request.h"
#include "sync/mesh/message.h"

enum {
    EFFECT_SENDS_MAX = 1024,
    EFFECT_CLOSES_MAX = LINKS_MAX,
    EFFECT_ANSWERS_MAX = 272, /* commands in a turn: 256 of people, and the host's own */
    EFFECT_ALARMS_MAX = 32,
    EFFECT_BLOB_READS_MAX = LINKS_MAX, /* one a link and turn */
    EFFECT_BLOB_WRITES_MAX = 1,        /* one part of one blob is asked for at a time */
    EFFECT_BLOB_ERASES_MAX = 64,
    EFFECT_BYTES_MAX = 4 * 1024 * 1024,
};

struct effect_send {
    uint32_t link;
    struct bytes frame; /* in effects.data; several sends may share one */
};

struct effect_close {
    uint32_t link;
    enum bye_reason reason;
};

/* Send @length bytes of a blob's file from @offset on to @link, as a BLOB, after all else. When the
 * file is gone: INPUT_BLOB, not good. */
struct effect_blob_read {
    uint32_t link;
    struct hash hash;
    uint32_t offset, length;
};

/* Keep a part of a blob until it is whole; a part at offset 0 begins anew. After the last part:
 * INPUT_BLOB with whether blob_hash() of all parts is @hash. */
struct effect_blob_write {
    struct hash hash;
    uint32_t offset, total;
    struct bytes bytes; /* in effects.data */
};

/* The answer to a command; a success is permanent once its transaction is durable. */
struct effect_answer {
    uint64_t request;
    int err; /* 0 or ERR_* */
    /* When err is 0; of ERR_UNAVAILABLE the kind and entity of what is sold out. */
    struct answer answer;
};

/* X(name, text): what a person running the pop-up should hear about. */
#define ALARMS(X)                                                                                  \
    X(ALARM_FORK, "two versions of one device's journal exist: it was cloned or restored")         \
    X(ALARM_BAD_EVENTS, "a device sent events that do not verify")                                 \
    X(ALARM_PROTOCOL, "a device broke the protocol and was disconnected")                          \
    X(ALARM_ALLOWANCE,                                                                             \
      "a device writes more than its allowance: its events are no longer fetched")                 \
    X(ALARM_AMNESIA,                                                                               \
      "peers hold more of this device's journal than it does: it goes on under a new one")         \
    X(ALARM_LOGS_FULL, "there are more journals than the limit allows")                            \
    X(ALARM_DAMAGE, "the disk spoilt a record of the journal: it is fetched again from others")    \
    X(ALARM_DAMAGE_HEALED, "a spoilt record of the journal is whole again")                        \
    X(ALARM_DAMAGE_STAYS, "a spoilt record is whole nowhere in reach: keep this disk")             \
    X(ALARM_STATE_DAMAGE, "the disk spoilt what was made of the journal: it is made anew")

enum alarm_kind {
#define X(name, text) name,
    ALARMS(X)
#undef X
        ALARM_COUNT
};
const char *alarm_text(enum alarm_kind alarm);

struct effect_alarm {
    enum alarm_kind kind;
    uint64_t log, seq, device; /* whichever apply, else 0 */
};

struct effects {
    uint32_t sends_count;
    struct effect_send sends[EFFECT_SENDS_MAX];
    uint32_t closes_count;
    struct effect_close closes[EFFECT_CLOSES_MAX];
    uint32_t answers_count;
    struct effect_answer answers[EFFECT_ANSWERS_MAX];
    uint32_t blob_reads_count;
    struct effect_blob_read blob_reads[EFFECT_BLOB_READS_MAX];
    uint32_t blob_writes_count;
    struct effect_blob_write blob_writes[EFFECT_BLOB_WRITES_MAX];
    uint32_t blob_erases_count;
    struct hash blob_erases[EFFECT_BLOB_ERASES_MAX]; /* remove their files */
    uint32_t alarms_count;
    struct effect_alarm alarms[EFFECT_ALARMS_MAX];
    bool is_changed;           /* entities changed: tell the screens @change_number */
    uint64_t change_number;    /* newest */
    bool is_marks_moved;       /* look at replica_log_at() again */
    bool is_ephemeral_changed; /* look at replica_ephemeral_at() again */
    bool is_roster_changed;    /* look at replica_roster() again: who may connect, whom to dial */
    bool is_new_log_needed;    /* amnesia was proven: give the replica a fresh log key, see
                                  replica_renew_log() */
    bool is_store_broken;      /* what is written is not found again: this store cannot be mended */
    bool is_stock_changed;     /* who lacked units may have them now */
    bool is_written;           /* the transaction holds something to commit */
    uint64_t wake_mono_ms;     /* step again with INPUT_TIME at the latest then */
    uint32_t sends_dropped;    /* did not fit: repaired by pulls */
    size_t size;
    uint8_t data[EFFECT_BYTES_MAX];
};

/* Empty; call before each turn. */
void effects_reset(struct effects *effects);

/* --- for sync only --- */

/* A frame to send: false when there is no room (counted; the protocol repairs it). */
MUST_CHECK bool effects_frame_begin(struct effects *effects, struct writer *writer);
struct bytes effects_frame_end(struct effects *effects, const struct writer *writer);
void effects_send(struct effects *effects, uint32_t link, struct bytes frame);
/* Once for each session of a link. */
void effects_close(struct effects *effects, uint32_t link, enum bye_reason reason);
/* The session that had @link's number is gone: what it was to be sent, or closed for, is not for
 * the next one, which may get the number in the same turn. */
void effects_forget_link(struct effects *effects, uint32_t link);
/* The same alarm counts once a turn. */
void effects_alarm(struct effects *effects, enum alarm_kind kind, uint64_t log, uint64_t seq,
                   uint64_t device);
/* At most EFFECT_ANSWERS_MAX commands a turn. */
void effects_answer(struct effects *effects, uint64_t request, int err,
                    const struct answer *answer);
/* The bytes are copied; false when there is no room. */
MUST_CHECK bool effects_blob_write(struct effects *effects, const struct effect_blob_write *write);
void effects_wake(struct effects *effects, uint64_t mono_ms);

#endif
