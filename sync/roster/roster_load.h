/* roster_load.h - what the files that fold the roster share: roster.c (the passes),
 * roster_tables.c, papers.c (what certificates say), rights.c (what admins say that a device may
 * write), registers.c (what voids parts of logs), doubt.c (certificates by who was revoked),
 * people.c (who may do what), places.c (where devices are).
 *
 * Layer: sync/roster (pure).
 */
#ifndef TRESTLE_SYNC_ROSTER_ROSTER_LOAD_H
#define TRESTLE_SYNC_ROSTER_ROSTER_LOAD_H

#include "sync/log/tables.h"
#include "sync/roster/roster.h"

/* A staff.role that counts. */
struct spoken_role {
    uint64_t staff;
    uint64_t version;
    enum role role;
    uint32_t log; /* place in roster.logs */
    uint64_t seq;
};

#define ANY_CERTIFICATE UINT64_MAX

/* A device.add of @device at @at, whether it counts or not. */
struct addition {
    uint64_t device;
    uint64_t issued; /* of the certificate */
    struct hash certificate;
    struct log_point at;
};

/* Whose certificates do not count by themselves any more: admins who were revoked. What they had
 * issued, and somebody stated where it counts, still does. */
struct doubt {
    uint32_t issuers_count;
    uint64_t issuers[DEVICES_MAX];
    uint32_t vouched_count;
    struct hash vouched[ROSTER_ADDITIONS_MAX]; /* certificate_hash() of those that were stated */
};

enum { ROSTER_STRETCHES_MAX = 512 };

/* Events of the roster in one log, one after the other, that are all salvages: these say nothing of
 * it, and can be many. */
struct stretch {
    struct log_point from;
    uint64_t to; /* seq of the first that is none; UINT64_MAX = there is none */
};

/* A roster in the making. */
struct load {
    struct store_txn *txn;
    struct roster *roster;
    struct verified *verified; /* may be NULL */
    bool are_stretches_known;  /* the first pass is done: others jump over them */
    uint32_t stretches_count;
    struct stretch stretches[ROSTER_STRETCHES_MAX]; /* in order; of more, each is read again */
    struct doubt doubt;
    struct log_point looking; /* at whose events, and how many it has looked at */
    uint32_t proofs_count;    /* verified of them in this pass */
    uint64_t held_log;        /* whose certificate `held` is: the log that pass 1 is in */
    struct certificate held;
    uint32_t added_count;
    struct addition added[ROSTER_ADDITIONS_MAX];
    uint32_t spoken_count;
    struct spoken_role spoken[ROSTER_ROLES_MAX]; /* in order of seniority */
    uint64_t seen_log;               /* whose view `seen` is: the log that pass 4 is in */
    uint64_t seen[LOGS_MAX];         /* by place in roster.logs: the last statement that it knew */
    uint32_t placed_by[DEVICES_MAX]; /* by place in roster.devices: the incarnation that said so */
};

/* Take one event. 0, or ERR_IO, ERR_MALFORMED of the store. */
typedef int apply(struct load *load, const struct log_point *at, const struct event *event);

/* Whether one more proof of the log that is looked at is verified. */
bool load_may_verify(struct load *load);

/* Make room at @place; false when that would be past the end. In a full table the last gives way.
 */
bool roster_make_room(void *items, size_t size, uint32_t *count, uint32_t count_max,
                      uint32_t place);

/* As roster_log_find() and roster_device_find(), to be changed. */
struct roster_log *roster_log_of(struct roster *roster, uint64_t id);
struct roster_device *roster_device_of(struct roster *roster, uint64_t id);

/* Where (@log, @seq)'s capabilities stand among the changes: the first change after it. */
uint32_t roster_change_place(const struct roster *roster, uint64_t log, uint64_t seq);

/* Where @device is or would be. */
uint32_t roster_device_place(const struct roster *roster, uint64_t id);

/* Where @log is or would be. */
uint32_t roster_log_place(const struct roster *roster, uint64_t id);

/* Where @staff is or would be among the people. */
uint32_t roster_person_place(const struct roster *roster, uint64_t staff);

/* Where the first change of the rights of @person, as @log (both places) knew them, after @seq is
 * or would be. */
uint32_t roster_right_place(const struct roster *roster, uint32_t log, uint32_t person,
                            uint64_t seq);

/* One more change, at @place. */
void roster_change_insert(struct roster *roster, uint32_t place,
                          const struct roster_change *change);

/* papers.c */
apply papers_open;  /* log.open */
apply papers_add;   /* device.add */
apply papers_adopt; /* log.cert */

/* rights.c: device.caps */
apply rights_state;

/* registers.c */
apply register_fork;
apply register_fork_shared; /* whether it stands where others get it */
apply register_revoke;
apply register_retire;

/* doubt.c: whom to doubt after what was stated in @load; whether that is anybody. */
bool doubt_settle(struct doubt *doubt, const struct load *load);

/* As certificate_compare(), of what is known of one device; but what counts overrules what does
 * not. */
int doubt_compare(const struct doubt *doubt, const struct certificate *a,
                  const struct certificate *b);

/* people.c, in this order: what was said, the sum of it, what each log had seen of it, and where
 * somebody wrote under a role that was already another. */
apply people_take_role;
void people_settle(struct load *load);
apply people_see;
apply people_see_own;
MUST_CHECK int people_finish(struct load *load);

/* places.c */
apply place_take;

#endif
