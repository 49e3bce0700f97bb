#include "tests/lib/roster_scene.h"

#include <stdlib.h>

#include "sync/base/check.h"
#include "sync/log/chain.h"

struct roster_scene *roster_scene_new(void)
{
    static const enum role roles[SCENE_DEVICES] = {ROLE_OWNER, ROLE_MANAGER, ROLE_COUNTER,
                                                   ROLE_KITCHEN};
    struct roster_scene *scene = calloc(1, sizeof *scene);
    check(scene != NULL);
    journal_init(&scene->journal);
    scene->store = store_memory_new();
    scene->txn = store_memory_begin(scene->store, true);
    for (uint32_t i = 0; i < SCENE_DEVICES; i++) {
        journal_device_init(&scene->devices[i], &scene->journal, i + 1, roles[i],
                            i == SCENE_OWNER ? NULL : &scene->devices[SCENE_OWNER]);
        journal_open(scene->txn, &scene->journal, &scene->devices[i]);
    }
    return scene;
}

void roster_scene_free(struct roster_scene *scene)
{
    store_memory_abort(scene->txn);
    store_memory_free(scene->store);
    free(scene);
}

void roster_scene_load(struct roster_scene *scene)
{
    const int err =
        roster_load(&scene->roster, scene->txn, &scene->journal.popup, &scene->journal.root);
    check(err == 0);
}

uint64_t roster_scene_state(struct roster_scene *scene, struct journal_device *writer,
                            enum event_type type, struct bytes body)
{
    return journal_state(scene->txn, &scene->journal, writer, type, body);
}

uint64_t roster_scene_cut(struct roster_scene *scene, struct journal_device *writer,
                          enum event_type type, const struct log_cut *cut)
{
    uint8_t buffer[128];
    struct bytes body;
    const int err = log_cut_encode(cut, buffer, sizeof buffer, &body);
    check(err == 0);
    return roster_scene_state(scene, writer, type, body);
}

uint64_t roster_scene_revoke(struct roster_scene *scene, struct journal_device *writer,
                             const struct log_head *head)
{
    const struct log_cut cut = {.log = head->log, .seq = head->seq, .hash = head->hash};
    return roster_scene_cut(scene, writer, EVENT_LOG_REVOKE, &cut);
}

uint64_t roster_scene_chain(struct roster_scene *scene, struct journal_device *writer,
                            enum event_type type, struct bytes chain)
{
    uint8_t buffer[CERT_CHAIN_BYTES_MAX + 8];
    struct bytes body;
    const int err = chain_body_encode(chain, buffer, sizeof buffer, &body);
    check(err == 0);
    return roster_scene_state(scene, writer, type, body);
}

uint64_t roster_scene_caps(struct roster_scene *scene, struct journal_device *writer,
                           const struct device_caps *caps)
{
    uint8_t buffer[256];
    struct bytes body;
    const int err = device_caps_encode(caps, buffer, sizeof buffer, &body);
    check(err == 0);
    return roster_scene_state(scene, writer, EVENT_DEVICE_CAPS, body);
}

uint64_t roster_scene_role(struct roster_scene *scene, struct journal_device *writer,
                           uint64_t staff, enum role role, uint64_t version)
{
    uint8_t buffer[STAFF_ROLE_BYTES_MAX];
    struct bytes body;
    const struct staff_role said = {.staff = staff, .role = role, .version = version};
    const int err = staff_role_encode(&said, buffer, sizeof buffer, &body);
    check(err == 0);
    return roster_scene_state(scene, writer, EVENT_STAFF_ROLE, body);
}

uint64_t roster_scene_saw(struct roster_scene *scene, struct journal_device *writer,
                          const struct roster_saw *saw)
{
    uint8_t buffer[256];
    struct bytes body;
    const int err = roster_saw_encode(saw, buffer, sizeof buffer, &body);
    check(err == 0);
    return roster_scene_state(scene, writer, EVENT_ROSTER_SAW, body);
}

void roster_scene_log_again(struct roster_scene *scene, const struct journal_device *device,
                            uint32_t number, struct journal_device *ret_again)
{
    struct public_key key;
    *ret_again = *device;
    ret_again->chain = device->chain;
    keys_of_number(number, &key, &ret_again->log_secret);
    log_head_init(&ret_again->head, &scene->journal.popup, &key, device->id, number);
    journal_open(scene->txn, &scene->journal, ret_again);
}

struct bytes roster_scene_fork(const struct roster_scene *scene, const struct log_head *head,
                               const struct secret_key *secret, uint8_t buffer[512])
{
    const struct hash events[2] = {{{1}}, {{2}}};
    struct log_fork fork = {.log = head->log, .seq = head->seq + 1, .log_key = head->key};
    struct bytes body;
    for (uint32_t i = 0; i < 2; i++) {
        const struct hash hash = chain_next(&head->hash, &events[i]);
        fork.proofs[i] = (struct fork_proof){
            .first_seq = fork.seq, .before = head->hash, .count = 1, .event_hashes = &events[i]};
        head_sign(&fork.proofs[i].signature, &scene->journal.popup, fork.log, fork.seq, &hash,
                  secret);
    }
    const int err = log_fork_encode(&fork, buffer, 512, &body);
    check(err == 0);
    return body;
}
