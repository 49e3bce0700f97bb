/* statement.h - what the events of the roster say: their bodies, checked as far as they prove
 * themselves.
 *
 * Layer: sync/roster (pure). Bytes: docs/protocol.md, "Log and roster". Unknown trailing fields are
 * ignored. Whether the writer was entitled to say it is the roster's business.
 *
 * Encoders answer ERR_TOO_LARGE when @capacity does not do; decoders ERR_MALFORMED, ERR_TOO_LARGE
 * or ERR_TOO_MANY for a body that makes no sense, besides what their comment names.
 */
#ifndef TRESTLE_SYNC_ROSTER_STATEMENT_H
#define TRESTLE_SYNC_ROSTER_STATEMENT_H

#include "sync/roster/certificate.h"

/* The body of log.open: binds a fresh log key to a certified device.
 *   [bin32 log key, uint incarnation, chain, bin64 sig, prev?]
 *   sig = Ed25519(device key, "trestle/open/1" || popup || log key || be32 incarnation)
 *   prev = operation: the final one of the log that this one continues, or absent */
struct log_open {
    struct public_key log_key;
    uint32_t incarnation;
    struct bytes chain;             /* encoded, borrowed */
    struct certificate certificate; /* verified, of the device */
    bool has_previous;
    struct operation previous; /* when has_previous */
};
/* Sign and encode @open, whose certificate is not looked at: its chain says it. ERR_TOO_LARGE. */
MUST_CHECK int log_open_encode(const struct log_open *open, const struct popup_id *popup,
                               const struct secret_key *device_secret, void *buffer,
                               size_t capacity, struct bytes *ret_body);
/* Parse and verify everything. ERR_MALFORMED, ERR_BAD_SIGNATURE, ERR_MISMATCH, ERR_FORBIDDEN. */
MUST_CHECK int log_open_verify(struct bytes body, const struct popup_id *popup,
                               const struct public_key *root, struct log_open *ret_open);
/* The same with a memory of signatures. */
MUST_CHECK int log_open_verify_with(struct verified *verified, struct bytes body,
                                    const struct popup_id *popup, const struct public_key *root,
                                    struct log_open *ret_open);

/* The body of log.cert and of device.add: [chain, ...]. The chain is borrowed and unverified. */
MUST_CHECK int chain_body_encode(struct bytes chain, void *buffer, size_t capacity,
                                 struct bytes *ret_body);
MUST_CHECK int chain_body_decode(struct bytes body, struct bytes *ret_chain);

/* The body of log.revoke and of log.retire: [bin8 log, uint seq, bin32 hash, ...]. */
struct log_cut {
    uint64_t log;
    uint64_t seq; /* the last event that counts, from 1 */
    struct hash hash;
};
MUST_CHECK int log_cut_encode(const struct log_cut *cut, void *buffer, size_t capacity,
                              struct bytes *ret_body);
MUST_CHECK int log_cut_decode(struct bytes body, struct log_cut *ret_cut);

struct log_point {
    uint64_t log;
    uint64_t seq;
};

/* The body of device.caps: [bin8 device, [[bin8 log, uint from seq], ...], uint capabilities,
 * ...]: what the device's logs may write from these events on. */
struct device_caps {
    uint64_t device;
    uint64_t capabilities;
    uint32_t count;
    struct log_point from[LOGS_MAX]; /* seq from 1 */
};
MUST_CHECK int device_caps_encode(const struct device_caps *caps, void *buffer, size_t capacity,
                                  struct bytes *ret_body);
MUST_CHECK int device_caps_decode(struct bytes body, struct device_caps *ret_caps);

/* The body of roster.saw: [[[bin8 log, uint seq], ...], ...]: the last staff.role of each other
 * log that the writer had seen, in ascending order of log. */
struct roster_saw {
    uint32_t count;
    struct log_point heads[LOGS_MAX];
};
MUST_CHECK int roster_saw_encode(const struct roster_saw *saw, void *buffer, size_t capacity,
                                 struct bytes *ret_body);
MUST_CHECK int roster_saw_decode(struct bytes body, struct roster_saw *ret_saw);

/* The body of staff.role: [uint staff, uint role, uint version, [[bin8 log, uint seq], ...], ...]:
 * what a person may do; ROLE_NONE = nothing any more. The version is one above the highest that the
 * writer had seen. `held` are the last events of all logs that it held then, in ascending order:
 * what a log wrote after them under another role nobody could have told it. */
enum {
    STAFF_VERSION_MAX = INT32_MAX,
    ROLE_NUMBER_MAX = 255,
    LOG_POINT_BYTES_MAX = 20,
    STAFF_ROLE_BYTES_MAX = 64 + LOG_POINT_BYTES_MAX * LOGS_MAX,
};
struct staff_role {
    uint64_t staff; /* from 1 */
    enum role role;
    uint64_t version; /* from 1 */
    struct roster_saw held;
};
MUST_CHECK int staff_role_encode(const struct staff_role *role, void *buffer, size_t capacity,
                                 struct bytes *ret_body);
MUST_CHECK int staff_role_decode(struct bytes body, struct staff_role *ret_role);

/* One of the two signed runs that prove a fork. */
struct fork_proof {
    uint64_t first_seq;
    struct hash before; /* chain hash at first_seq - 1 */
    uint32_t count;
    const struct hash *event_hashes; /* chain_event_hash() of each, borrowed */
    struct signature signature;      /* over the last */
};

/* The body of log.fork: [bin8 log, uint seq, bin32 log key, proof, proof, ...]: both runs are
 * signed by the log's key, agree on the chain before @seq and differ in the event at @seq. */
struct log_fork {
    uint64_t log;
    uint64_t seq;
    struct public_key log_key;
    struct fork_proof proofs[2];
};
MUST_CHECK int log_fork_encode(const struct log_fork *fork, void *buffer, size_t capacity,
                               struct bytes *ret_body);
/* What the body claims to prove, unproven. */
MUST_CHECK int log_fork_claims(struct bytes body, struct log_point *ret_fork);
/* Check the proof and say what it proves. ERR_BAD_SIGNATURE; ERR_MISMATCH when the runs are
 * genuine but show no fork at that event. */
MUST_CHECK int log_fork_verify(struct bytes body, const struct popup_id *popup,
                               struct log_point *ret_fork);

#endif
