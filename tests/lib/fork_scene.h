/* fork_scene.h - a counter's log that forks, and what an owner's and a kitchen's carry of it: for
 * the tests of what counts of a forked log.
 */
#ifndef TRESTLE_TESTS_LIB_FORK_SCENE_H
#define TRESTLE_TESTS_LIB_FORK_SCENE_H

#include "sync/roster/salvaged.h"
#include "tests/lib/journal.h"
#include "tests/lib/store_memory.h"

enum { OWNER, COUNTER, KITCHEN, DEVICES, FORK_SEQ = 3, TWIG_SEQ = 5, BRANCH_LAST = 6 };

/* The counter's log in three versions: the twig leaves branch 0 after it left branch 1. */
enum { BRANCHES = 2, TWIG = BRANCHES, VERSIONS };

struct fork_scene {
    struct journal journal;
    struct journal_device devices[DEVICES];
    struct store_memory *store, *branch_store[VERSIONS];
    struct store_txn *txn, *branch[VERSIONS];
    struct log_head branch_head[VERSIONS];
    struct run run;
    struct roster roster;
    uint8_t body[EVENT_BYTES_MAX];
};

/* Their logs are open; the counter's has what all versions have before the fork, and nobody knows
 * of another. */
struct fork_scene *fork_scene_new(void);
void fork_scene_free(struct fork_scene *scene);

/* The roster anew, from the store. */
void fork_scene_load(struct fork_scene *scene);

/* The counter's log in the scene's own store goes on up to @last, on @branch. */
void fork_scene_write(struct fork_scene *scene, uint8_t branch, uint64_t last);

/* Event @seq of the counter's log on @branch. */
struct hash fork_scene_hash(struct fork_scene *scene, uint32_t branch, uint64_t seq);
struct operation fork_scene_id_of(struct fork_scene *scene, uint32_t branch, uint64_t seq);
struct log_cut fork_scene_cut_at(struct fork_scene *scene, uint32_t branch, uint64_t seq);

/* Events @first..@last of a branch as a salvage's body, until the next that the scene makes. */
struct bytes fork_scene_body(struct fork_scene *scene, uint32_t branch, uint64_t first,
                             uint64_t last);
/* @carrier, one of the devices, carries them. */
void fork_scene_carry(struct fork_scene *scene, uint32_t carrier, uint32_t branch, uint64_t first,
                      uint64_t last);

/* The owner states the fork at FORK_SEQ, and that a log ends at @cut; the roster is loaded. */
void fork_scene_state(struct fork_scene *scene);
void fork_scene_revoke(struct fork_scene *scene, const struct log_cut *cut);

/* Whether event @seq of @branch counts, by what is carried. */
bool fork_scene_counts(struct fork_scene *scene, uint32_t branch, uint64_t seq);

#endif
