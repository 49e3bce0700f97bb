/* history.h - the events of one entity with what each had seen: the input of every fold.
 *
 * Layer: sync/domain (pure). State of an entity = pure function of the *set* of its valid events
 * (OpSets, arXiv:1805.04263; PO-Log, arXiv:1710.04469), so it converges for any arrival order by
 * construction.
 *
 * Causality is local to the entity. An event has seen its parents, what they had seen, and the
 * earlier causal events of its own log on the entity. `saw` keeps that as one vector per event over
 * the entity's logs ("branches"), so that
 *     a happened before b  <=>  saw[b][branch of a] >= seq of a.
 * An event with a parent that is not here yet is *pending* and left out (so is what builds on it);
 * a parent that does not count (in a voided part of its log, forbidden, beyond a limit) is taken as
 * satisfied. COMMUTES events see nothing, are never pending and never heads.
 *
 * An event that re-emits another (`was`) takes its identity, once: it is dropped when the original
 * counts itself, and of several the smallest place stands. Since the original's log went on without
 * it, it stands on a branch of its own, named by that log and the log that re-emitted it.
 *
 * What a fork voided of a log counts where somebody carried it on (sync/roster/salvaged.h), under
 * its own identity. Its branches are concurrent although they are of one log: the entity's salvaged
 * events of a log form a tree by their chains, and each unbranched stretch of it is a branch here,
 * named by its first event, which has seen the stretch before it and what the log says before the
 * fork.
 *
 * Two ways to the same history, proven equal in tests (P3):
 *   full fold   history_load(): every event of the entity from the log
 *   fast path   history_decode() of the stored row, then history_append() of an event whose parents
 *               are all in it
 *
 * Limits (deterministic: the same for every replica with the same events): the ENTITY_LOGS_MAX
 * lowest log ids, and of each the first events and bytes of bodies that it has room for
 * (history_room_at); then, by (log, seq, hash), as many salvaged ones as the whole still holds, at
 * most ENTITY_EVENTS_MAX. What lies beyond is void and sets is_cut_short.
 */
#ifndef TRESTLE_SYNC_DOMAIN_HISTORY_H
#define TRESTLE_SYNC_DOMAIN_HISTORY_H

#include "sync/log/event.h"
#include "sync/log/tables.h"
#include "sync/roster/roster.h"

enum {
    HISTORY_LOG_BYTES_MAX = 256 * 1024,        /* bodies of one log on one entity */
    LASTING_LOG_BYTES_MAX = 4 * 1024 * 1024,   /* on what lasts: 8,192 closes of ten journals */
    HISTORY_EVENTS_MAX = LASTING_EVENTS_MAX,   /* of any kind */
    HISTORY_BODY_BYTES_MAX = 16 * 1024 * 1024, /* of all logs */
    /* An event's numbers and hash take at most 60 bytes and each element of what it saw 9. */
    HISTORY_ROW_BYTES_MAX = HISTORY_BODY_BYTES_MAX +
                            (HISTORY_EVENTS_MAX + ENTITY_LOGS_MAX) * (60 + 9 * ENTITY_LOGS_MAX),
};

/* What one log wrote on the entity. */
struct history_branch {
    uint64_t log;
    uint64_t via; /* the log that re-emitted these events; 0 = they are that log's own */
    /* Of events that a fork voided and others carried on: the first of an unbranched stretch;
     * zeros = what the log itself says. */
    uint8_t segment[OPERATION_HASH_BYTES];
    uint32_t
        count; /* events that were counted against the limits; only of what a log says itself */
    uint32_t bytes;                 /* of their bodies */
    uint64_t newest;                /* seq of the last of them */
    uint64_t seen[ENTITY_LOGS_MAX]; /* what the log's next event has seen, by branch */
};

struct history_event {
    struct operation id;
    uint32_t branch; /* index into history.branches */
    uint32_t type;
    uint64_t t;
    uint64_t by;
    struct bytes body; /* in the history's own memory */
    bool is_causal;
};

struct salvage_memo; /* what was found of salvaged branches: sync/roster */
struct history_item; /* an event on its way into a history: history_load.c */

/* Large (about 70 MiB, mostly untouched): made once with history_new() and reused. */
struct history {
    enum kind kind;
    struct entity_id entity;
    uint32_t branches_count;
    struct history_branch branches[ENTITY_LOGS_MAX]; /* by (log, via, segment) */
    uint32_t count;
    struct history_event *events; /* by (branch, seq), pending ones left out */
    uint64_t (
        *saw)[ENTITY_LOGS_MAX]; /* saw[i][branch]: highest seq seen, itself included; 0 = none */
    uint32_t pending_count;     /* stored but waiting for a parent */
    bool is_outdated;           /* somebody wrote to it under a role that was taken already */
    bool is_opaque;             /* holds a critical type that this software does not know */
    bool is_cut_short;          /* more events than the limits allow: the rest is void */
    size_t body_size;
    uint8_t *body_data;
    struct history_item *items; /* scratch of history_load() */
    uint16_t *order;            /* the same */
    struct salvage_memo *memo;  /* of history_load() */
    bool is_memo_kept;          /* neither roster nor store change from one load to the next */
};

/* NULL when there is no memory. history_free(NULL) is fine. */
struct history *history_new(void);
void history_free(struct history *history);

/* Empty history of @entity. */
void history_reset(struct history *history, enum kind kind, const struct entity_id *entity);

/* Full fold's input: all valid events of @entity whose parents are here. Cost: O(events x logs).
 * ERR_IO, ERR_MALFORMED (damaged store); the history is empty then. */
MUST_CHECK int history_load(struct history *history, struct store_txn *txn,
                            const struct roster *roster, enum kind kind,
                            const struct entity_id *entity);

/* The stored row:
 *   row    = [1, uint flags, uint pending, [branch, ...], [event, ...]]   flags: 1 opaque, 2 cut
 * short, 4 outdated role branch = [bin8 log, bin8 via or nil, bin16 segment or nil, uint count,
 * uint bytes, uint newest, [uint seen, ...]] event  = [uint branch, uint seq, bin16 hash, uint
 * type, uint t, uint by, [uint saw, ...], body] `seen` and `saw` have an element for each branch;
 * `saw` is empty when the event commutes. Equal sets of events give equal bytes. history_encode()
 * needs at most HISTORY_ROW_BYTES_MAX. history_get() answers ERR_NOT_FOUND when there is none, both
 * ERR_MALFORMED when it is damaged; the history is empty then. */
MUST_CHECK int history_get(struct history *history, struct store_txn *txn, enum kind kind,
                           const struct entity_id *entity);
MUST_CHECK int history_decode(struct history *history, enum kind kind,
                              const struct entity_id *entity, struct bytes row);
MUST_CHECK int history_encode(const struct history *history, void *buffer, size_t capacity,
                              struct bytes *ret_row);

/* Whether history_append() may be used for @event, which is the newest of its log and counts
 * (roster_judge): it is of a known type of this kind, it commutes or its parents are all here,
 * there is room for it, and nothing is re-emitted, pending, opaque or cut short. */
bool history_can_append(const struct history *history, const struct operation *id,
                        const struct event *event);

/* Add it. ERR_STATE when history_can_append() says no. Cost: O(events). */
MUST_CHECK int history_append(struct history *history, const struct operation *id,
                              const struct event *event);

/* How many events, and how many bytes of their bodies. */
struct history_room {
    uint32_t events, bytes;
};

/* What may be on one entity of a kind. */
struct history_limits {
    struct history_room log, all; /* of one log, of all of them */
};
const struct history_limits *history_limits(enum kind kind);

/* The room of a log on an entity of @kind: @place, from 0, is its own among the logs that wrote
 * there, by id, and @taken what counts of those before it. What one log may take at most is less
 * where those before it took much, but never less than ENTITY_EVENTS_PER_LOG_MAX events and
 * HISTORY_LOG_BYTES_MAX bytes, which are kept for each that may still come. */
struct history_room history_room_at(enum kind kind, uint32_t place,
                                    const struct history_room *taken);

/* The room of what was salvaged, after the logs took @taken. */
struct history_room history_room_salvaged(enum kind kind, const struct history_room *taken);

/* Whether @log may still write to the entity: @more would count, and all that counts now as well.
 * The till asks before it writes what would be void. */
bool history_has_room(const struct history *history, uint64_t log, const struct history_room *more);

/* Whether the branch is what its log says itself: not re-emitted, not salvaged. */
bool history_branch_is_own(const struct history_branch *branch);

/* Whether event @b had seen event @a (indexes; strict: not itself). */
bool history_saw(const struct history *history, uint32_t b, uint32_t a);

/* The heads (causal events that none other has seen) outside @own_log: the parents of that log's
 * next event (its own are implied). When there are more than PARENTS_MAX, the first so many: the
 * next event but one gathers the others, and until then they count as concurrent, which is safe.
 * Always 0. */
MUST_CHECK int history_parents(const struct history *history, uint64_t own_log,
                               struct operation *ret_parents, uint32_t *ret_count);

/* Index of the event that *is* @id, or -1. */
int32_t history_find(const struct history *history, const struct operation *id);

/* Cosmetic order of two events: (t, log, seq). Only where the result decides nothing
 * (docs/merge-rules.md). */
int history_compare_time(const struct history *history, uint32_t a, uint32_t b);

/* Order of two causal events in which what happened before comes first, whatever the clocks said:
 * by how much its writer had seen (the sum of its vector), then by id. */
int history_compare_seen(const struct history *history, uint32_t a, uint32_t b);

/* Drop the events for which keep[i] is false, when no later event can make them matter again (a
 * menu field that was overwritten). Heads stay in any case. What remains still knows what it saw.
 */
void history_prune(struct history *history, const bool *keep);

#endif
