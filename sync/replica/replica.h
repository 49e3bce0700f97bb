/* replica.h - one device's view of the pop-up as a state machine that never touches the world.
 *
 * Layer: sync (pure): bytes and time in, effects out. The same state and the same input give the
 * same effects on every machine; the simulator is simply a second host.
 *
 * One turn of the host's loop is one write transaction:
 *
 *     effects_reset(out);  txn = begin();
 *     for each input:      err = replica_step(replica, txn, &input, out);
 *                          err = replica_seal(replica, txn, now, out);
 *     if all were 0 and commit(txn) returned 0:  release(out)
 *     else:                abort(txn); replica_abort(replica);   all links are gone, commands are
 * replayed one a turn
 *
 * State lives in the store. The replica keeps heads, the folded roster and link windows; any of it
 * can be rebuilt by replica_open().
 */
#ifndef TRESTLE_SYNC_REPLICA_H
#define TRESTLE_SYNC_REPLICA_H

#include "sync/base/moment.h"
#include "sync/mesh/effects.h"
#include "sync/mesh/ephemeral.h"

enum {
    FOLD_VERSION = 15,
    FOLD_NONE = 0, /* in a store that no software has folded to its end */
};

struct replica;

/* Who this device is. Everything is copied but the secrets, which must outlive the replica. */
struct replica_config {
    struct popup_id popup;
    struct public_key root;
    int64_t epoch_ms;                     /* the pop-up's, since 1970 */
    struct bytes chain;                   /* own certificate chain */
    const struct secret_key *root_secret; /* where this device keeps it, otherwise NULL */
    const struct secret_key *device_secret;
    const struct secret_key *log_secret; /* of this incarnation */
    uint32_t incarnation;
    uint8_t boot[BOOT_ID_BYTES]; /* fresh random at each start */
    uint64_t seed;               /* for choosing among peers; nothing depends on its quality */
    uint64_t quote_ms;           /* how long a customer's quote stands; 0 = HOLD_MS_MAX, the most */
    uint64_t device_allowance_bytes; /* another device's journals, per trading day; 0 = 32 MiB */
    uint64_t store_bytes;            /* the store's most; of it a device may use an eighth, however
                                        many days were opened; 0 = no bound */
    struct breadcrumb_row *breadcrumb; /* sync/domain/turn.h: where the host finds what crashed; or
                                          NULL */
    const struct entity_id *aside; /* entities that are not folded here, as that crashes: their rows
                                      stay as they were, and need attention; outlives the replica */
    uint32_t aside_count;
};

enum input_kind {
    INPUT_TIME,
    INPUT_LINK_UP,
    INPUT_LINK_DOWN,
    INPUT_MESSAGE,
    INPUT_COMMAND,
    INPUT_BLOB,
    INPUT_SCRUB
};

struct input {
    enum input_kind kind;
    struct moment now;
    uint32_t link;                 /* LINK_*, MESSAGE: below LINKS_MAX, chosen by the host */
    uint64_t device;               /* LINK_UP: as authenticated by the transport */
    bool is_dialer;                /* LINK_UP: we dialled */
    struct bytes message;          /* MESSAGE: one frame, borrowed for the step */
    const struct command *command; /* COMMAND */
    uint64_t request;              /* COMMAND: comes back in the answer */
    bool is_patient; /* COMMAND: of what is lacking here, and asked for, nothing is decided yet: the
                        host will ask again, see answer.is_asked_for */
    struct hash blob;     /* BLOB */
    uint32_t blob_size;   /* BLOB */
    uint32_t records_max; /* SCRUB: read so many records of the store again and compare them with
                             what proves them; UINT32_MAX: all, now */
    bool is_anew;         /* SCRUB: from the beginning */
    bool is_good;         /* BLOB: its file is whole and has that hash; else there is none */
};

/* NULL without memory. The one allocation is here; about 20 MiB reserved, mostly untouched. */
struct replica *replica_new(void);
void replica_free(struct replica *replica);

/* As a process that has just begun, in the memory of one that ended: what strangers hold here, and
 * for how long, outlives aborted turns, but not the process. For hosts that play several. */
void replica_restart(struct replica *replica);

/* Read heads and roster, and open the own log if it is new (writes log.open; commit after
 * replica_seal()). ERR_MISMATCH: the store belongs to another pop-up or format. ERR_VERSION:
 * another fold version, see replica_rebuild_part(). ERR_MALFORMED: damaged beyond what opening
 * mends. ERR_IO, ERR_FULL, and what certificate_verify() says of the own chain. */
MUST_CHECK int replica_open(struct replica *replica, struct store_txn *txn,
                            const struct replica_config *config, struct moment now,
                            struct effects *out);

/* Take one input. An error of the input itself (a bad frame, a refused command) is an effect, not
 * an error of the step. ERR_IO or ERR_FULL: abort the turn. */
MUST_CHECK int replica_step(struct replica *replica, struct store_txn *txn,
                            const struct input *input, struct effects *out);

/* End the turn: fold what changed, sign the run, choose what to send. ERR_IO or ERR_FULL: abort the
 * turn. */
MUST_CHECK int replica_seal(struct replica *replica, struct store_txn *txn, struct moment now,
                            struct effects *out);

/* The transaction was aborted: forget everything; replica_open() again before the next step. All
 * links are gone. */
void replica_abort(struct replica *replica);

/* Whether the store has room for the own log only: then nothing is fetched or taken from peers, who
 * keep it. To be said again after replica_open(). */
void replica_limit_store(struct replica *replica, bool is_low);

/* Whether something that this device wrote does not count, as its journal forked, and is about to
 * be carried on under its new one. As of the last seal. */
bool replica_is_carrying(const struct replica *replica);

/* Continue under a fresh log (amnesia, fork). As replica_open() with a new log key. */
MUST_CHECK int replica_renew_log(struct replica *replica, struct store_txn *txn,
                                 const struct secret_key *log_secret, uint32_t incarnation,
                                 struct moment now, struct effects *out);

/* Drop and refold every state and index row from the logs by parts, a transaction each: at most
 * @entities_max more, until @ret_is_done; then replica_open() again. After a crash it goes on where
 * it was. For when replica_open() said ERR_VERSION; until it is done the store does not open.
 * ERR_IO, ERR_FULL. */
MUST_CHECK int replica_rebuild_part(struct replica *replica, struct store_txn *txn,
                                    uint32_t entities_max, uint64_t *ret_entities,
                                    bool *ret_is_done);

/* Whether rows were found to be wrong and are made right: then INPUT_SCRUB is wanted in each turn,
 * and does a part of that. @ret_entities: how many were gone through. */
bool replica_is_remaking(const struct replica *replica, uint64_t *ret_entities);

/* Whether a pass over the store is under way, and not at rest. */
bool replica_is_scrubbing(const struct replica *replica);

/* --- what the host and the screens may look at, between turns --- */

const struct roster *replica_roster(const struct replica *replica);
uint64_t replica_device(const struct replica *replica);
uint64_t replica_log(const struct replica *replica);
/* The papers that this device goes by, also when an admin gave it others since it was opened.
 * @ret_chain is valid until the next turn. */
const struct certificate *replica_papers(const struct replica *replica, struct bytes *ret_chain);
uint64_t replica_log_seq(const struct replica *replica); /* where the own log ends; 0 = not begun */
uint64_t replica_change_number(const struct replica *replica);

/* Known logs, in ascending order of id: position @at, false past the end. seq: up to where the log
 * counts, which is its head unless a fork or a revocation voids the rest. */
struct replica_log_info {
    uint64_t log, seq, device;
    uint8_t hash[HASH_BYTES]; /* h(seq) */
    uint64_t mark; /* highest seq known to be durable on `copies` devices, this one included */
};
bool replica_log_at(const struct replica *replica, uint32_t at, struct replica_log_info *ret_info);

struct replica_peer {
    uint64_t device;
    uint32_t link;
    bool is_ready;           /* HELLO went both ways */
    uint64_t heard_mono_ms;  /* 0 = never */
    uint64_t behind;         /* events this device has and the peer, as far as known, has not */
    uint64_t ahead;          /* the other way */
    int64_t clock_offset_ms; /* peer's wall clock minus ours */
};
bool replica_peer_at(const struct replica *replica, uint32_t at, struct replica_peer *ret_peer);

/* An order of which a revocation voided something that this device holds, and nobody has decided
 * yet. Not replicated: another device may hold more or less. */
enum { VOIDED_ORDERS_MAX = 64, VOIDED_LINES_SHOWN_MAX = 8 };
struct voided_line {
    int32_t quantity;
    char name[NAME_BYTES_MAX + 1];
};
struct voided_order {
    struct entity_id id;
    uint64_t device; /* whose log says so, the newest event's */
    char lane[LANE_BYTES_MAX + 1];
    uint32_t number;
    uint32_t events;   /* that are void */
    uint64_t opened_t; /* ... and what the order would be with them: ms since the epoch */
    char name[NAME_BYTES_MAX + 1]; /* customer's, or table, where older software wrote it ... */
    bool has_name_blob;            /* ... or it is in this blob */
    struct hash name_blob;
    int64_t total_minor;
    uint32_t lines; /* active ones; the first of them, by which people know it again: */
    uint32_t shown_count;
    struct voided_line shown[VOIDED_LINES_SHOWN_MAX];
};
/* Position @at, oldest first; false past the end. The first VOIDED_ORDERS_MAX only. */
bool replica_voided_at(const struct replica *replica, uint32_t at, struct voided_order *ret_order);

/* Tell all peers of the moment, in a turn: presence, positions; never logged, forgotten after
 * @ttl_s
 * (<= 60) unless told again. ERR_TOO_LARGE: more than message.h allows. */
MUST_CHECK int replica_publish(struct replica *replica, struct bytes topic, struct bytes key,
                               uint32_t ttl_s, struct bytes body, struct moment now);

/* What devices told, the own items among it: position @at, NULL past the end; one without a device
 * is empty. Borrowed until the next step. */
const struct ephemeral_item *replica_ephemeral_at(const struct replica *replica, uint32_t at);

/* --- for tools and oracles: read-only, over any store --- */

/* BLAKE2b-256 over every row of state and index: equal on replicas that hold the same valid events.
 * ERR_IO. */
MUST_CHECK int replica_state_digest(struct store_txn *txn, struct hash *ret_digest);

/* Refold every entity from the logs and compare with the stored rows. @ret_wrong counts the
 * differences. ERR_IO. */
MUST_CHECK int replica_audit(struct replica *replica, struct store_txn *txn, uint64_t *ret_entities,
                             uint64_t *ret_wrong);

#endif
