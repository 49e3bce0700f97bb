/* attacks.h - what a thief does. Each attack returns NULL, or a sentence about what the victim did
 * that it should not have.
 */
#ifndef TRESTLE_TESTS_HOSTILE_ATTACKS_H
#define TRESTLE_TESTS_HOSTILE_ATTACKS_H

#include "tests/hostile/thief.h"

struct attack {
    const char *name;
    const char *(*run)(struct thief *thief, uint64_t count);
};

/* attacks_frames.c: frames that are none. */
const char *attack_malformed(struct thief *thief, uint64_t count);
const char *attack_truncated(struct thief *thief, uint64_t count);
const char *attack_huge(struct thief *thief, uint64_t count);
const char *attack_stranger(struct thief *thief, uint64_t count);

/* attacks_floods.c: good frames, too many of them, and lies; @count of each. */
const char *attack_wants(struct thief *thief, uint64_t count);
const char *attack_claims(struct thief *thief, uint64_t count);
const char *attack_questions(struct thief *thief, uint64_t count);
const char *attack_unasked(struct thief *thief, uint64_t count);
const char *attack_replay(struct thief *thief, uint64_t count);

/* attacks_events.c: signed nonsense. */
const char *attack_forbidden(struct thief *thief, uint64_t count);
const char *attack_plausible(struct thief *thief, uint64_t count);
const char *attack_orders(struct thief *thief, uint64_t count);
const char *attack_absurd(struct thief *thief, uint64_t count);
const char *attack_gigabyte(struct thief *thief, uint64_t count);

#endif
