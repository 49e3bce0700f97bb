/* message.h - what devices say to each other: one msgpack array in one frame.
 *
 * Layer: sync/mesh (pure). Bytes: docs/protocol.md, "Messages between devices". Decoding borrows
 * from the frame and checks everything; an unknown message number gives ERR_NOT_FOUND (ignore it),
 * anything else wrong ERR_MALFORMED.
 */
#ifndef TRESTLE_SYNC_MESH_MESSAGE_H
#define TRESTLE_SYNC_MESH_MESSAGE_H

#include "sync/base/id.h"
#include "sync/base/limits.h"

enum {
    PROTOCOL_VERSION_MIN = 1,
    PROTOCOL_VERSION_MAX = 1,
    BOOT_ID_BYTES = 16,
    HEAD_HASH_BYTES = 8,
    EPHEMERAL_TOPIC_BYTES_MAX = 16,
    EPHEMERAL_KEY_BYTES_MAX = 16,
    EPHEMERAL_BODY_BYTES_MAX = 1024,
    EPHEMERAL_TTL_S_MAX = 60,
    EPHEMERAL_HOPS_MAX = 2,
    ASK_HOPS_MAX = 16, /* more than any mesh is wide that devices dial by themselves */
};

enum message_kind {
    MESSAGE_HELLO = 1,
    MESSAGE_STATUS = 2,
    MESSAGE_EVENTS = 3,
    MESSAGE_WANT = 4,
    MESSAGE_FORKQ = 6,
    MESSAGE_FORKP = 7,
    MESSAGE_EPH = 8,
    MESSAGE_ASK = 9,
    MESSAGE_BLOBQ = 10,
    MESSAGE_BLOB = 11,
    MESSAGE_BYE = 14,
    MESSAGE_REPAIR = 15,
};

enum { STATUS_DISK_LOW = 1 << 0, STATUS_TELL_ALL = 1 << 2, STATUS_PARTIAL = 1 << 3 };

/* X(name, number, text) */
#define BYE_REASONS(X)                                                                             \
    X(BYE_VERSION, 1, "no common protocol version")                                                \
    X(BYE_POPUP, 2, "belongs to another pop-up")                                                   \
    X(BYE_UNKNOWN, 3, "not on the roster")                                                         \
    X(BYE_REVOKED, 4, "revoked")                                                                   \
    X(BYE_PROTOCOL, 5, "broke the protocol")                                                       \
    X(BYE_OVERLOAD, 6, "overloaded")                                                               \
    X(BYE_STOPPING, 7, "shutting down")                                                            \
    X(BYE_SILENCE, 8, "silent for too long")                                                       \
    X(BYE_DUPLICATE, 9, "another link to it is better")                                            \
    X(BYE_ABORTED, 10, "the transaction was aborted")

enum bye_reason {
#define X(name, number, text) name = (number),
    BYE_REASONS(X)
#undef X
};

const char *bye_reason_text(enum bye_reason reason);

/* One log's head as somebody claims it: an unsigned hint. */
struct head_claim {
    uint64_t log;
    uint64_t seq;
    uint8_t hash[HEAD_HASH_BYTES]; /* first bytes of h(seq) */
};

struct hello {
    uint64_t version_min, version_max;
    struct popup_id popup;
    uint64_t device;
    uint8_t boot[BOOT_ID_BYTES];
    uint64_t features;
    uint64_t fold_version;
    int64_t wall_ms;
    uint64_t flags;
};

struct status {
    int64_t wall_ms;
    uint8_t digest[HEAD_HASH_BYTES];
    uint64_t flags;
};

/* A decoded EVENTS. The events stay in the frame; walk them with a reader over @events. */
struct events {
    uint64_t log;
    uint64_t first_seq;
    uint32_t count;
    struct bytes list; /* the array's encoded bin elements, back to back */
    struct signature signature;
    bool is_live;
};

struct want_entry {
    uint64_t log;
    uint64_t have;
    bool is_restart; /* forget what was sent before: something was lost */
};

/* Events that are wanted again, as the disk spoilt them: one run from @first_seq on, to the first
 * signature at or after @last_seq if it goes that far. */
struct repair_request {
    uint64_t log, first_seq, last_seq;
};

/* A question after the chain of a log at one event, to find where two branches part. */
struct fork_question {
    uint64_t log, seq;
    bool wants_proof; /* the signed run from that event on, as hashes */
};

/* The answer. The hashes stay in the frame: fork_answer_hashes(). */
struct fork_answer {
    uint64_t log, seq;
    bool is_held; /* the peer has that event */
    uint8_t hash[HEAD_HASH_BYTES];
    bool has_proof;
    struct hash before;  /* h(seq - 1) */
    uint32_t count;      /* event hashes from seq on, up to the signature */
    struct bytes hashes; /* encoded bin elements, back to back */
    struct signature signature;
};

/* A part of a blob: asked for (BLOBQ) or given (BLOB). */
struct blob_part {
    struct hash hash;
    uint32_t offset;
    uint32_t length;    /* BLOBQ */
    uint32_t total;     /* BLOB: of the whole; 0 = it is not here */
    struct bytes bytes; /* BLOB: in the frame */
};

/* Who has not enough rights to sell an item asks a peer for some, who asks on for what it does not
 * give. */
struct stock_ask {
    uint64_t item;
    uint64_t units;  /* at most UINT32_MAX */
    uint64_t log;    /* that would sell: one of the asking device */
    uint64_t number; /* at least 1: what names the wish, of that log; none is answered twice */
    uint32_t hops;   /* links that it will have come over when it is taken */
};

/* What a device tells of the moment. Decoded, the bytes are in the frame. */
struct ephemeral_message {
    uint64_t device; /* whose */
    struct bytes topic, key;
    uint8_t boot[BOOT_ID_BYTES]; /* of the device's process */
    uint64_t number;             /* of that process, from 1 */
    uint32_t ttl_s;              /* that it still has */
    uint32_t hops;               /* links that it will have come over when it is taken */
    struct bytes body;
};

/* One decoded message. Lists are decoded into the caller's arrays. */
struct message {
    enum message_kind kind;
    struct hello hello;
    struct status status;
    struct events events;
    struct fork_question fork_question;
    struct fork_answer fork_answer;
    struct blob_part blob; /* BLOBQ, BLOB */
    struct repair_request repair;
    struct stock_ask ask;
    struct ephemeral_message ephemeral;
    uint64_t credit_bytes; /* WANT */
    uint64_t reason;       /* BYE */
    uint32_t heads_count;  /* HELLO, STATUS */
    struct head_claim heads[LOGS_MAX];
    bool has_adjacent; /* HELLO; STATUS when it changed */
    uint32_t adjacent_count;
    uint64_t adjacent[LINKS_MAX];
    uint32_t wants_count;
    struct want_entry wants[LOGS_MAX];
};

MUST_CHECK int message_decode(struct bytes frame, struct message *ret_message);

/* Encoders write to a writer over the caller's buffer; ask writer_finish(). */
void message_write_hello(struct writer *writer, const struct hello *hello,
                         const struct head_claim *heads, uint32_t heads_count,
                         const uint64_t *adjacent, uint32_t adjacent_count);
/* @adjacent: NULL = as told before. */
void message_write_status(struct writer *writer, const struct status *status,
                          const struct head_claim *heads, uint32_t heads_count,
                          const uint64_t *adjacent, uint32_t adjacent_count);
void message_write_want(struct writer *writer, const struct want_entry *wants, uint32_t wants_count,
                        uint64_t credit_bytes);
void message_write_repair(struct writer *writer, const struct repair_request *repair);
void message_write_fork_question(struct writer *writer, const struct fork_question *question);
/* @event_hashes: of @answer->count events; NULL without a proof. */
void message_write_fork_answer(struct writer *writer, const struct fork_answer *answer,
                               const struct hash *event_hashes);
/* Copy out @answer->count hashes; the frame was decoded. */
void fork_answer_hashes(const struct fork_answer *answer, struct hash *to);
void message_write_blobq(struct writer *writer, const struct hash *hash, uint32_t offset,
                         uint32_t length);
/* @total 0: it is not here. */
void message_write_blob(struct writer *writer, const struct hash *hash, uint32_t offset,
                        uint32_t total, struct bytes bytes);
void message_write_ask(struct writer *writer, const struct stock_ask *ask);
void message_write_ephemeral(struct writer *writer, const struct ephemeral_message *message);
void message_write_bye(struct writer *writer, enum bye_reason reason);
/* Opens an EVENTS: write @count bins and then the end. */
void message_write_events_begin(struct writer *writer, uint64_t log, uint64_t first_seq,
                                uint32_t count);
void message_write_events_end(struct writer *writer, const struct signature *signature,
                              bool is_live);

#endif
