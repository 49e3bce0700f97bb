/* roster.h - who is in the mesh and what counts: devices, their logs, and the registers that void
 * parts of logs.
 *
 * Layer: sync/roster (pure). A fold over the roster entity's events; kept in memory by the replica,
 * rebuilt from the events at start and whenever one arrives. Validity is re-evaluable: an event is
 * never dropped for lack of rights, it is stored, relayed and *void*, and judged again when the
 * roster changes. The result is a function of the set of events in the store, not of their order of
 * arrival.
 *
 * Registers of a log (event 1, log.open, lies outside both):
 *   fork     the first seq that is voided; merge = min; proven by two signed runs that differ there
 *   revoked  (seq, hash): only the chain with that hash counts, up to seq; merge = min; written by
 *            an admin. Two with one seq and different hashes leave event 1.
 *   retired  (seq, hash): a dead tablet; ends stock rights only, voids nothing
 * Rights of a log: what its certificate grants; from a log.cert on what that grants, if it is
 * newer; and from the event that a device.caps names what that says, whatever certificates come
 * later. Of two for one event both must allow it.
 *
 * Who may state what: log.open, log.cert, device.add and log.fork prove themselves. The rest counts
 * when its writer's log held CAP_ROSTER there and that event counts itself. Since such statements
 * can void each other's writers, they are weighed in order of seniority: devices that the root
 * certified before those that an admin did, the newer certificate first, then by id. What a senior
 * voided of a junior's log states nothing; a junior cannot unsay what a senior stated. So the
 * root's sheet always recovers a pop-up, by a new certificate, and all replicas agree.
 */
#ifndef TRESTLE_SYNC_ROSTER_ROSTER_H
#define TRESTLE_SYNC_ROSTER_ROSTER_H

#include "sync/base/store.h"
#include "sync/log/event.h"
#include "sync/roster/certificate.h"
#include "sync/roster/statement.h"

/* Changes of rights: LOGS_MAX logs, each promoted or demoted four times. */
enum { ROSTER_CHANGES_MAX = 1024 };

struct roster_device {
    uint64_t id;
    struct certificate certificate; /* certificate_compare()'s choice of all that are known */
    bool is_revoked;                /* a log of it was revoked: its links are refused */
};

struct roster_log {
    uint64_t id;
    struct public_key key;
    uint64_t device;
    uint32_t incarnation;
    uint64_t capabilities; /* from the certificate in its log.open */
    uint64_t fork_seq;     /* first voided; UINT64_MAX = none */
    bool is_fork_shared;   /* a log.fork that says so stands where every replica gets it */
    uint64_t revoked_seq;  /* last that counts; UINT64_MAX = not revoked */
    struct hash revoked_hash;
    bool is_revoked_elsewhere; /* the revocation names another chain than the one stored here, or
                                  two name different ones: only event 1 counts */
    uint64_t retired_seq;      /* UINT64_MAX = not retired */
};

/* From event @from_seq on, @log may write @capabilities. */
struct roster_change {
    uint64_t log;
    uint64_t from_seq;
    uint64_t capabilities;
    bool is_stated; /* by device.caps; otherwise by a certificate */
};

struct roster {
    struct popup_id popup;
    struct public_key root;
    uint32_t devices_count;
    struct roster_device devices[DEVICES_MAX]; /* sorted by id */
    uint32_t logs_count;
    struct roster_log logs[LOGS_MAX]; /* sorted by id */
    uint32_t changes_count;
    struct roster_change changes[ROSTER_CHANGES_MAX]; /* sorted by (log, from_seq) */
    bool is_cut_short; /* more devices, logs or changes than fit; the lower ids are kept */
};

enum verdict {
    VERDICT_VALID = 0,
    VERDICT_UNKNOWN_LOG, /* its log.open is not here yet */
    VERDICT_FORBIDDEN,   /* the device may not write that */
    VERDICT_FORKED,      /* beyond a proven fork */
    VERDICT_REVOKED,     /* beyond a revocation */
};

/* Rebuild from the events in the store. @popup and @root are the trust anchors. Needs about 80 KiB
 * of stack. Cost: a few signatures verified per log and statement.
 * ERR_IO, ERR_MALFORMED (damaged store): @roster is as it was. */
MUST_CHECK int roster_load(struct roster *roster, struct store_txn *txn,
                           const struct popup_id *popup, const struct public_key *root);

/* Whether events @first_seq..@last_seq of @log, just stored, can change the roster although they
 * are not the roster's own: a revocation named one of them before it was here. Then load it again,
 * as after every event of KIND_ROSTER. */
bool roster_awaits(const struct roster *roster, uint64_t log, uint64_t first_seq,
                   uint64_t last_seq);

const struct roster_device *roster_device_find(const struct roster *roster, uint64_t device);
const struct roster_device *roster_device_find_transport(const struct roster *roster,
                                                         const struct public_key *key);
const struct roster_log *roster_log_find(const struct roster *roster, uint64_t log);

/* What @log may write at @seq, registers aside; 0 when it is unknown. O(log n). */
uint64_t roster_capabilities(const struct roster *roster, uint64_t log, uint64_t seq);

/* The last event of @log that replicas bring to each other; UINT64_MAX = all of it. What a fork
 * voids is not relayed (salvage carries it), nor what a revocation voids, except of logs that ever
 * held CAP_ROSTER: what those state must be known to all, for it decides which revocations count.
 */
uint64_t roster_limit(const struct roster *roster, uint64_t log);

/* Whether an event of @type at (log, seq) counts. A type that this software does not know is valid:
 * its entity is shown as such. O(log n). */
enum verdict roster_judge(const struct roster *roster, uint64_t log, uint64_t seq, uint32_t type);

#endif
