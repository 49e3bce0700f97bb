/* stage.h - one real replica among peers whose every frame a test makes by hand.
 *
 * The peers' journals are genuine (tests/lib/journal.h) and stand in a store of their own, the
 * world, from which frames are cut. A turn is begin, steps, end; time passes when the test says so.
 * One stage at a time.
 */
#ifndef TRESTLE_TESTS_LIB_STAGE_H
#define TRESTLE_TESTS_LIB_STAGE_H

#include "sync/mesh/message.h"
#include "sync/replica/replica.h"
#include "tests/lib/journal.h"
#include "tests/lib/store_memory.h"

enum { STAGE_PEERS_MAX = 12, STAGE_OWNERS = 2 /* the first peers; the others are counters */ };

struct stage {
    struct journal journal;
    struct journal_device own;                    /* the replica's */
    struct journal_device peers[STAGE_PEERS_MAX]; /* on the roster, log.open known to the replica */
    struct store_memory *store, *world_store;
    struct store_txn *world; /* open throughout */
    struct store_txn *txn;   /* of the turn */
    struct replica_config config;
    struct replica *replica;
    struct effects *effects; /* of the last turn */
    uint64_t now_ms;
};

/* With so many peers; @allowance: bytes that another device may use a day, 0 = the default. */
void stage_start(struct stage *stage, uint32_t peers, uint64_t allowance);
void stage_stop(struct stage *stage);

void stage_begin(struct stage *stage);
void stage_end(struct stage *stage);
/* The turn is undone and the replica opened again. */
void stage_abort(struct stage *stage);
void stage_step(struct stage *stage, const struct input *input);
/* A turn with nothing but the time, @ms later. */
void stage_pass(struct stage *stage, uint64_t ms);

/* Within a turn. */
void stage_up(struct stage *stage, uint32_t link, uint64_t device, bool is_dialer);
void stage_down(struct stage *stage, uint32_t link);
void stage_say(struct stage *stage, uint32_t link, struct bytes frame);
/* Also tries it at a disk that fails (sick.h). */
void stage_command(struct stage *stage, const struct command *command);
/* A turn of its own for @command; the one answer, until the next turn. */
const struct effect_answer *stage_run(struct stage *stage, const struct command *command);
/* A turn of its own for one frame. */
void stage_turn(struct stage *stage, uint32_t link, struct bytes frame);
/* A turn that brings up a ready link with peer @peer, which claims @heads. */
void stage_meet(struct stage *stage, uint32_t link, uint32_t peer, const struct head_claim *heads,
                uint32_t count);
/* A turn in which the replica's own log gets one more event. */
void stage_write_own(struct stage *stage);

/* @peer writes one event about nothing much, with a body of about @size bytes; its seq. */
uint64_t stage_write(struct stage *stage, uint32_t peer, size_t size);
/* What the world holds of @peer's log up to @seq, as a claim; made up beyond its end. */
struct head_claim stage_claim(struct stage *stage, uint32_t peer, uint64_t seq);
/* The same of the replica's own log, at its head. */
struct head_claim stage_claim_own(struct stage *stage);

/* Frames; valid until 16 more are made. */
struct bytes frame_hello(const struct stage *stage, uint64_t device, uint8_t boot, int64_t wall_ms,
                         const struct head_claim *heads, uint32_t count);
struct bytes frame_status(const uint8_t digest[HEAD_HASH_BYTES], uint64_t flags,
                          const struct head_claim *heads, uint32_t count);
/* A status with the sender's neighbours and a digest that fits nothing. */
struct bytes frame_neighbours(const uint64_t *devices, uint32_t count);
struct bytes frame_want(const struct want_entry *wants, uint32_t count, uint64_t credit);
struct bytes frame_fork_answer(const struct fork_answer *answer, const struct hash *event_hashes);
/* Event @seq of @peer's log, alone. */
struct bytes frame_event(struct stage *stage, uint32_t peer, uint64_t seq, bool is_live);
/* An event of the replica's own log that it does not have: it forgot. */
struct bytes frame_own_event(struct stage *stage);

/* The @nth (from 0) frame of @kind that the last turn sends to @link; NULL when there is none. It
 * lives until the next call. */
const struct message *stage_sent(const struct stage *stage, uint32_t link, enum message_kind kind,
                                 uint32_t nth);
/* Whether the last turn closes @link, and why. */
bool stage_is_closed(const struct stage *stage, uint32_t link, enum bye_reason *ret_reason);
bool stage_is_alarmed(const struct stage *stage, enum alarm_kind kind);

/* --- peers, each on the link of its number --- */

/* It comes up, and has what the replica has of its own log, and its own first event. */
void stage_greet(struct stage *stage, uint32_t peer);
/* It tells of one head. */
void stage_tell(struct stage *stage, uint32_t peer, struct head_claim claim);
/* What the last turn asks @link for of @peer's log; its `log` is 0 when nothing. */
struct want_entry stage_want(struct stage *stage, uint32_t link, uint32_t peer);
bool stage_is_asked(struct stage *stage, uint32_t link, uint32_t peer);
/* How far the replica has @peer's log. */
uint64_t stage_head_of(struct stage *stage, uint32_t peer);

#endif
