#include "tests/lib/scene_says.h"

#include <stdio.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/log/chain.h"

uint64_t scene_log_of(const struct roster_scene *scene, int device)
{
    return scene->devices[device].head.log;
}

const struct device_place *scene_place_of(const struct roster_scene *scene, int device)
{
    return &roster_device_find(&scene->roster, scene->devices[device].id)->place;
}

enum verdict scene_judge(const struct roster_scene *scene, int device, uint64_t seq,
                         enum event_type type)
{
    return roster_judge(&scene->roster, scene_log_of(scene, device), seq, type, 0);
}

void scene_write_orders(struct roster_scene *scene, int device, int count)
{
    static const uint8_t empty_array[] = {0x90};
    const struct entity_id entity = entity_id_derive(KIND_ORDER, 1);
    for (int i = 0; i < count; i++) {
        journal_write(scene->txn, &scene->journal, &scene->devices[device], EVENT_LINE_ADD, &entity,
                      bytes_of(empty_array, 1));
    }
}

uint64_t scene_state(struct roster_scene *scene, int device, enum event_type type,
                     struct bytes body)
{
    return roster_scene_state(scene, &scene->devices[device], type, body);
}

struct log_cut scene_cut_at(const struct roster_scene *scene, int device, uint64_t seq)
{
    struct log_cut cut = {.log = scene_log_of(scene, device), .seq = seq};
    struct bytes event;
    if (event_get(scene->txn, cut.log, seq, &cut.hash, &event) != 0) {
        memset(&cut.hash, 0x55, sizeof cut.hash);
    }
    return cut;
}

void scene_state_cut(struct roster_scene *scene, int writer, enum event_type type,
                     const struct log_cut *cut)
{
    (void)roster_scene_cut(scene, &scene->devices[writer], type, cut);
}

void scene_revoke(struct roster_scene *scene, int writer, int device, uint64_t seq)
{
    const struct log_cut cut = scene_cut_at(scene, device, seq);
    scene_state_cut(scene, writer, EVENT_LOG_REVOKE, &cut);
}

void scene_state_caps(struct roster_scene *scene, int writer, int device, uint64_t from_seq,
                      uint64_t capabilities)
{
    struct device_caps caps = {
        .device = scene->devices[device].id, .capabilities = capabilities, .count = 1};
    caps.from[0] = (struct log_point){scene_log_of(scene, device), from_seq};
    (void)roster_scene_caps(scene, &scene->devices[writer], &caps);
}

void scene_state_chain(struct roster_scene *scene, int writer, enum event_type type,
                       struct bytes chain)
{
    (void)roster_scene_chain(scene, &scene->devices[writer], type, chain);
}

void scene_state_place(struct roster_scene *scene, struct journal_device *device,
                       const char *const *endpoints, uint32_t count)
{
    uint8_t buffer[PLACE_ENDPOINTS_MAX * PLACE_ENDPOINT_BYTES_MAX];
    struct device_place place = {.count = count};
    struct bytes body;
    for (uint32_t i = 0; i < count; i++) {
        (void)snprintf(place.endpoints[i], sizeof place.endpoints[i], "%s", endpoints[i]);
    }
    const int err = device_place_encode(&place, buffer, sizeof buffer, &body);
    check(err == 0);
    (void)roster_scene_state(scene, device, EVENT_DEVICE_PLACE, body);
}

void scene_fork_make(const struct roster_scene *scene, struct scene_fork *forked)
{
    const struct journal_device *counter = &scene->devices[SCENE_COUNTER];
    const struct entity_id entity = entity_id_derive(KIND_ORDER, 1);
    forked->fork =
        (struct log_fork){.log = counter->head.log, .seq = 3, .log_key = counter->head.key};
    for (uint32_t branch = 0; branch < 2; branch++) {
        struct hash hash = counter->head.hash;
        const uint32_t count = 3 + branch;
        for (uint32_t i = 0; i < count; i++) {
            uint8_t buffer[EVENT_BYTES_MAX];
            const uint8_t body[] = {0x91, (uint8_t)(i == 0 ? 9 : branch)};
            struct hash *event_hash = &forked->hashes[branch][i];
            *event_hash = chain_event_hash(
                journal_event(buffer, EVENT_LINE_ADD, &entity, bytes_of(body, sizeof body)));
            hash = chain_next(&hash, event_hash);
        }
        struct fork_proof *proof = &forked->fork.proofs[branch];
        *proof = (struct fork_proof){.first_seq = 2,
                                     .before = counter->head.hash,
                                     .count = count,
                                     .event_hashes = forked->hashes[branch]};
        head_sign(&proof->signature, &scene->journal.popup, counter->head.log, 1 + count, &hash,
                  &counter->log_secret);
    }
}

struct bytes scene_fork_body(const struct log_fork *fork, uint8_t *buffer, size_t capacity)
{
    struct bytes body;
    const int err = log_fork_encode(fork, buffer, capacity, &body);
    check(err == 0);
    return body;
}
