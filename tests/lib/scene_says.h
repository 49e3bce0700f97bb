/* scene_says.h - what the devices of a roster's scene say, each named by its place there:
 * SCENE_OWNER, SCENE_MANAGER, SCENE_COUNTER, SCENE_KITCHEN. And what the roster then says of them.
 */
#ifndef TRESTLE_TESTS_LIB_SCENE_SAYS_H
#define TRESTLE_TESTS_LIB_SCENE_SAYS_H

#include "tests/lib/roster_scene.h"

uint64_t scene_log_of(const struct roster_scene *scene, int device);
const struct device_place *scene_place_of(const struct roster_scene *scene, int device);

/* Of @type at @seq in that device's log. */
enum verdict scene_judge(const struct roster_scene *scene, int device, uint64_t seq,
                         enum event_type type);

/* A few events that say nothing about the roster. */
void scene_write_orders(struct roster_scene *scene, int device, int count);

/* Its seq. */
uint64_t scene_state(struct roster_scene *scene, int device, enum event_type type,
                     struct bytes body);

/* Event @seq of that device's log with the hash of its chain there; where it is not here yet, with
 * some hash. */
struct log_cut scene_cut_at(const struct roster_scene *scene, int device, uint64_t seq);
void scene_state_cut(struct roster_scene *scene, int writer, enum event_type type,
                     const struct log_cut *cut);
/* @writer revokes @device's log behind event @seq. */
void scene_revoke(struct roster_scene *scene, int writer, int device, uint64_t seq);

void scene_state_caps(struct roster_scene *scene, int writer, int device, uint64_t from_seq,
                      uint64_t capabilities);
void scene_state_chain(struct roster_scene *scene, int writer, enum event_type type,
                       struct bytes chain);
void scene_state_place(struct roster_scene *scene, struct journal_device *device,
                       const char *const *endpoints, uint32_t count);

/* Two runs of the counter's log: events 2..4 and 2..5, alike up to 2, other from 3 on. */
struct scene_fork {
    struct hash hashes[2][4]; /* that the proofs point to */
    struct log_fork fork;
};
void scene_fork_make(const struct roster_scene *scene, struct scene_fork *forked);
/* In @buffer. */
struct bytes scene_fork_body(const struct log_fork *fork, uint8_t *buffer, size_t capacity);

#endif
