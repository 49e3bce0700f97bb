/* roster_scene.h - a pop-up of four devices in one store, for tests of what the roster makes of
 * what they state: an owner by the root; a manager, a counter and a kitchen by the owner.
 */
#ifndef TRESTLE_TESTS_LIB_ROSTER_SCENE_H
#define TRESTLE_TESTS_LIB_ROSTER_SCENE_H

#include "tests/lib/journal.h"
#include "tests/lib/store_memory.h"

enum { SCENE_OWNER, SCENE_MANAGER, SCENE_COUNTER, SCENE_KITCHEN, SCENE_DEVICES };

struct roster_scene {
    struct journal journal;
    struct journal_device devices[SCENE_DEVICES];
    struct store_memory *store;
    struct store_txn *txn; /* open throughout */
    struct roster roster;
};

/* Their logs are open. */
struct roster_scene *roster_scene_new(void);
void roster_scene_free(struct roster_scene *scene);

/* The roster anew, from the store. */
void roster_scene_load(struct roster_scene *scene);

/* @writer states that; its seq. */
uint64_t roster_scene_state(struct roster_scene *scene, struct journal_device *writer,
                            enum event_type type, struct bytes body);
uint64_t roster_scene_cut(struct roster_scene *scene, struct journal_device *writer,
                          enum event_type type, const struct log_cut *cut);
/* log.revoke of @head's log, where it is now. */
uint64_t roster_scene_revoke(struct roster_scene *scene, struct journal_device *writer,
                             const struct log_head *head);
uint64_t roster_scene_chain(struct roster_scene *scene, struct journal_device *writer,
                            enum event_type type, struct bytes chain);
uint64_t roster_scene_caps(struct roster_scene *scene, struct journal_device *writer,
                           const struct device_caps *caps);
uint64_t roster_scene_role(struct roster_scene *scene, struct journal_device *writer,
                           uint64_t staff, enum role role, uint64_t version);
uint64_t roster_scene_saw(struct roster_scene *scene, struct journal_device *writer,
                          const struct roster_saw *saw);

/* One more log of @device, key and incarnation by @number; open. @ret_again borrows @device's
 * chain. */
void roster_scene_log_again(struct roster_scene *scene, const struct journal_device *device,
                            uint32_t number, struct journal_device *ret_again);

/* Signed proof that event @seq of @head's log, the one after @head, is there twice. */
struct bytes roster_scene_fork(const struct roster_scene *scene, const struct log_head *head,
                               const struct secret_key *secret, uint8_t buffer[512]);

#endif
