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
 *   revoked  a set of (seq, hash), written by admins: an event counts when it lies on the chain
 *            of each, at or before its seq (docs/adr/0022-each-revocation-counts.md). Before a
 *            proven fork all branches are one. A chain whose named event is not here speaks against
 *            nothing below it. Where another event is here in its place, or two name different ones
 *            for one seq, and no fork before it is proven, event 1 counts. The device of the log is
 *            revoked with it, for good: of its logs that no revocation names event 1 counts. An
 *            admin's device revoked as a whole (named by its own id) takes with it those that it
 *            certified and that no device.add that counts names: a thief makes himself no friends.
 *   retired  (seq, hash): a dead tablet; ends stock rights only, voids nothing
 * Rights of a log: what its certificate grants; from a log.cert on what that grants, if it is
 * newer; and from the event that a device.caps names what that says, whatever certificates come
 * later. Of two for one event both must allow it. A log that is not named there and was opened with
 * older papers than the device has now may do no more than that either.
 *
 * People: staff.role says what a person may do, in versions: the highest counts, of equals what all
 * allow. It takes effect in each log where that says that it knew (roster.saw), so that what was
 * done before stays done, and a device that nobody could tell goes on under the role it knows.
 *
 * Where a log says that it knew what an admin stated, and that does not count any more, since a
 * fork voided it or the admin's rights were taken meanwhile, what it knew of people cannot be told.
 * From there on its device vouches for them: they may do what the device may. A revocation is not
 * such a case: it voids what a thief stated for good.
 *
 * A certificate by an admin whose device was revoked counts when a device.add that counts brought
 * it. Otherwise it overrules none that does, and a log that adopted it went on under the papers it
 * had: a thief's newer ones shut nobody out.
 *
 * Places: of what a device states of where it is dialled, its newest journal (by incarnation)
 * counts, there the last that it said.
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
#include "sync/roster/place.h"
#include "sync/roster/statement.h"

enum {
    ROSTER_CHANGES_MAX = 1024,  /* of devices: LOGS_MAX logs, each promoted or demoted four times */
    ROSTER_ADDITIONS_MAX = 256, /* device.add: each device's changed three times */
    ROSTER_EVENTS_PER_LOG_MAX = 4096, /* that are looked at, besides salvages: later ones are void.
                                         In years of honest work there are some hundreds */
    ROSTER_PROOFS_PER_LOG_MAX = 512, /* of them with signatures to verify, of one pass: log.cert and
                                        device.add, log.fork. Of a device that signs rubbish without
                                        end, no more is verified whenever the roster changes */
    ROSTER_REVOCATIONS_MAX = 8, /* of a log, that differ: so many admins apart from each other. Of
                                   a log with more of them no chain is taken to be named by all */
    ROSTER_PEOPLE_MAX = 128,
    ROSTER_ROLES_MAX = 512,   /* staff.role: each person's changed three times */
    ROSTER_RIGHTS_MAX = 4096, /* 64 logs that learn each of 64 roles */
};

struct roster_device {
    uint64_t id;
    struct certificate certificate; /* certificate_compare()'s choice of those that count, or, when
                                       none does, of all */
    bool is_revoked;                /* it or a log of it was revoked: its links are refused */
    bool is_retired;                /* it or a log of it was: a dead tablet */
    struct device_place place;      /* where it can be dialled, as it said last */
};

/* Of a log the chain that ends with event @seq, of @hash, counts. */
struct roster_revocation {
    uint64_t seq;
    struct hash hash;
    bool is_elsewhere; /* the chain stored here has another event there */
};

struct roster_log {
    uint64_t id;
    struct public_key key;
    uint64_t device;
    uint32_t incarnation;
    uint64_t capabilities;   /* from the certificate in its log.open */
    uint64_t issued;         /* when that was */
    uint64_t issuer;         /* by which admin's device; 0 = the root */
    uint64_t held_issued;    /* of the certificate that it has adopted last */
    uint64_t fork_seq;       /* first voided; UINT64_MAX = none */
    bool is_fork_shared;     /* a log.fork that says so stands where every replica gets it */
    uint64_t revoked_seq;    /* the lowest that a revocation names; UINT64_MAX = not revoked */
    uint64_t unrevoked_to;   /* the last of the chain stored here that all revocations let stand;
                                UINT64_MAX = not revoked */
    bool is_revoked_unnamed; /* its device was, and no revocation names this log: only event 1
                                counts */
    bool is_revoked_crowded; /* more revocations than fit: the lowest are kept */
    uint32_t revocations_count;
    struct roster_revocation revocations[ROSTER_REVOCATIONS_MAX]; /* by (seq, hash) */
    uint64_t retired_seq;                                         /* UINT64_MAX = not retired */
    uint64_t stated_seq;       /* its last staff.role that counts; 0 = none */
    uint64_t saw_seq;          /* its last roster.saw that counts; 0 = none */
    bool is_view_newest;       /* it has said that it knows every staff.role that counts */
    uint64_t vouches_from;     /* from here on its device vouches for people; UINT64_MAX = never */
    bool has_previous;         /* it continues another log, from that one's final event on */
    struct operation previous; /* when has_previous */
};

/* From event @from_seq on, @log may write @capabilities. */
struct roster_change {
    uint64_t log;
    uint64_t from_seq;
    uint64_t capabilities;
    bool is_stated; /* by device.caps; otherwise by a certificate */
};

/* What a person may do, as far as this device knows. */
struct roster_person {
    uint64_t staff;
    uint64_t version;
    enum role role; /* of the highest version; the lower number when is_disputed */
    uint64_t capabilities;
    bool is_disputed; /* two of one version differ: only what both allow */
};

/* What a log knew of a person from event @from_seq on. */
struct roster_right {
    uint16_t log;    /* place in roster.logs */
    uint16_t person; /* place in roster.people */
    bool is_newest;  /* by the highest version known here */
    uint32_t capabilities;
    uint64_t from_seq;
    uint64_t outdated_from; /* what it wrote from here on, whoever knows better had not seen */
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
    uint32_t people_count;
    struct roster_person people[ROSTER_PEOPLE_MAX]; /* sorted by staff */
    uint32_t rights_count;
    struct roster_right rights[ROSTER_RIGHTS_MAX]; /* sorted by (log, person, from_seq) */
    bool is_cut_short; /* more of anything than fits; the lower ids are kept */
    bool is_spoilt;    /* the disk spoilt some of its events: they are being fetched again */
};

enum verdict {
    VERDICT_VALID = 0,
    VERDICT_UNKNOWN_LOG, /* its log.open is not here yet */
    VERDICT_FORBIDDEN,   /* the device may not write that, or the person not do it */
    VERDICT_FORKED,      /* beyond a proven fork */
    VERDICT_REVOKED,     /* beyond a revocation */
};

/* Nobody is known yet. */
void roster_reset(struct roster *roster, const struct popup_id *popup,
                  const struct public_key *root);

/* Of @from, which is another one, what is in use: of a small pop-up a tenth of it. */
void roster_copy(struct roster *to, const struct roster *from);

/* Rebuild from the events in the store. @popup and @root are the trust anchors. Needs about 420 KiB
 * of stack. Cost: a few signatures verified per log and statement.
 * ERR_IO, ERR_MALFORMED (damaged store): @roster is as it was. */
MUST_CHECK int roster_load(struct roster *roster, struct store_txn *txn,
                           const struct popup_id *popup, const struct public_key *root);

/* The same with a memory of signatures: what was verified for an earlier load is not again. */
MUST_CHECK int roster_load_with(struct verified *verified, struct roster *roster,
                                struct store_txn *txn, const struct popup_id *popup,
                                const struct public_key *root);

/* Whether events @first_seq..@last_seq of @log, just stored, can change the roster although they
 * are not the roster's own: a revocation named one of them before it was here. Then load it again,
 * as after every event of KIND_ROSTER. */
bool roster_awaits(const struct roster *roster, uint64_t log, uint64_t first_seq,
                   uint64_t last_seq);

const struct roster_device *roster_device_find(const struct roster *roster, uint64_t device);
const struct roster_log *roster_log_find(const struct roster *roster, uint64_t log);

/* What @log may write at @seq, registers aside; 0 when it is unknown. O(log n). */
uint64_t roster_capabilities(const struct roster *roster, uint64_t log, uint64_t seq);

/* The last event of @log that replicas bring to each other; UINT64_MAX = all of it. What a fork
 * voids is not relayed (salvage carries it), nor what lies behind all that revocations name: up to
 * there it shows which chains they mean. Of logs that ever held CAP_ROSTER all is, as what those
 * state must be known to all: it decides which revocations count. */
uint64_t roster_limit(const struct roster *roster, uint64_t log);

/* The first event of @log's chain stored here that does not count as what its own log says;
 * UINT64_MAX = there is none. */
uint64_t roster_voided_from(const struct roster_log *log);

/* The last event of @log, forked and perhaps revoked, that whoever holds it has to carry on: it may
 * count, or lies between what counts and the event that a revocation names, without which nobody
 * could tell. UINT64_MAX = all of it; 0 = nothing. */
uint64_t roster_salvage_limit(const struct roster_log *log);

/* Whether an event of @type at (log, seq), done by staff number @by (0 = the device's own screen),
 * counts: its device may write it and the person do it. The person is judged by what the log had
 * said, before that event, that it knew (roster.saw); nobody has said a word of a number that is
 * not known there, so it may do nothing, unless the device vouches. What is stated of the roster is
 * the device's own word, whoever stood before it. A type that this software does not know is valid:
 * its entity is shown as such. O(log n). */
enum verdict roster_judge(const struct roster *roster, uint64_t log, uint64_t seq, uint32_t type,
                          uint64_t by);

/* Whether the device that writes @log may go on with that event: as roster_judge(), but of people
 * by what is known of them. It vouches for nobody beforehand. O(log n). */
bool roster_permits(const struct roster *roster, uint64_t log, uint64_t seq, uint32_t type,
                    uint64_t by);

/* Whether its log's rights allow that event, wherever the log is cut off: for events that a fork
 * voided and others carry on. What its branch had seen of the roster after the fork is not known,
 * nor is what was said there of people: the device, which could have left the person out, vouches
 * for him. So no sale is lost because its seller was dismissed later. O(log n). */
bool roster_allows_salvaged(const struct roster *roster, uint64_t log, uint64_t seq, uint32_t type);

/* Whether that event, which counts, was done under a role that had been taken already, by a device
 * that had not heard of it, or under none that is known, before a device that vouches: what is done
 * is done, but people should look at it. O(log n). */
bool roster_is_outdated(const struct roster *roster, uint64_t log, uint64_t seq, uint32_t type,
                        uint64_t by);

/* NULL when nobody has given that person a role. */
const struct roster_person *roster_person_find(const struct roster *roster, uint64_t staff);

/* What @own_log has to say in its next roster.saw, when is_view_newest is false; what it named
 * before and is not here goes beside it. */
void roster_view(const struct roster *roster, uint64_t own_log, struct roster_saw *ret_saw);

/* Whether the same events of @log count, in the same way, in both rosters. */
bool roster_counts_alike(const struct roster *before, const struct roster *after, uint64_t log);

#endif
