/* fork_scene.c - three stores beside the scene's own hold the versions of the counter's log; what
 * is carried and stated is written from them.
 */
#include "tests/lib/fork_scene.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

/* What tells the counter's event @seq on @branch from those of others. */
static uint8_t mark_of(uint8_t branch, uint64_t seq)
{
    if (seq < FORK_SEQ) {
        return 0;
    }
    return branch == TWIG && seq < TWIG_SEQ ? 1 : 1 + branch;
}

/* The counter's next event: the same on both branches before the fork. */
static void counter_write(struct fork_scene *scene, struct store_txn *txn,
                          struct journal_device *device, uint8_t branch)
{
    const struct entity_id entity = entity_id_derive(KIND_ORDER, device->head.seq + 1);
    const uint8_t body[] = {0x91, mark_of(branch, device->head.seq + 1)};
    (void)journal_write(txn, &scene->journal, device, EVENT_LINE_ADD, &entity,
                        bytes_of(body, sizeof body));
}

static void branch_make(struct fork_scene *scene, uint8_t branch)
{
    struct journal_device device = scene->devices[COUNTER];
    scene->branch_store[branch] = store_memory_new();
    scene->branch[branch] = store_memory_begin(scene->branch_store[branch], true);
    journal_open(scene->branch[branch], &scene->journal, &device);
    while (device.head.seq < BRANCH_LAST) {
        counter_write(scene, scene->branch[branch], &device, branch);
    }
    scene->branch_head[branch] = device.head;
}

void fork_scene_write(struct fork_scene *scene, uint8_t branch, uint64_t last)
{
    while (scene->devices[COUNTER].head.seq < last) {
        counter_write(scene, scene->txn, &scene->devices[COUNTER], branch);
    }
}

struct fork_scene *fork_scene_new(void)
{
    static const enum role roles[DEVICES] = {ROLE_OWNER, ROLE_COUNTER, ROLE_KITCHEN};
    struct fork_scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    journal_init(&scene->journal);
    scene->store = store_memory_new();
    scene->txn = store_memory_begin(scene->store, true);
    assert_int_equal(store_put(scene->txn, TABLE_META, bytes_of_text("popup"),
                               bytes_of(scene->journal.popup.bytes, POPUP_ID_BYTES)),
                     0);
    for (uint32_t i = 0; i < DEVICES; i++) {
        journal_device_init(&scene->devices[i], &scene->journal, i + 1, roles[i], NULL);
    }
    for (uint8_t i = 0; i < VERSIONS; i++) {
        branch_make(scene, i);
    }
    for (uint32_t i = 0; i < DEVICES; i++) {
        journal_open(scene->txn, &scene->journal, &scene->devices[i]);
    }
    fork_scene_write(scene, 0, FORK_SEQ - 1);
    return scene;
}

void fork_scene_free(struct fork_scene *scene)
{
    for (uint32_t i = 0; i < VERSIONS; i++) {
        store_memory_abort(scene->branch[i]);
        store_memory_free(scene->branch_store[i]);
    }
    store_memory_abort(scene->txn);
    store_memory_free(scene->store);
    free(scene);
}

void fork_scene_load(struct fork_scene *scene)
{
    assert_int_equal(
        roster_load(&scene->roster, scene->txn, &scene->journal.popup, &scene->journal.root), 0);
}

struct hash fork_scene_hash(struct fork_scene *scene, uint32_t branch, uint64_t seq)
{
    struct log_head at;
    assert_int_equal(log_head_at(scene->branch[branch], &scene->journal.popup,
                                 &scene->branch_head[branch], seq, &at),
                     0);
    return at.hash;
}

struct operation fork_scene_id_of(struct fork_scene *scene, uint32_t branch, uint64_t seq)
{
    struct operation id = {.log = scene->branch_head[branch].log, .seq = seq};
    const struct hash hash = fork_scene_hash(scene, branch, seq);
    memcpy(id.hash, hash.bytes, sizeof id.hash);
    return id;
}

struct bytes fork_scene_body(struct fork_scene *scene, uint32_t branch, uint64_t first,
                             uint64_t last)
{
    const struct hash before = fork_scene_hash(scene, branch, first - 1);
    struct bytes body;
    assert_int_equal(run_read_to(scene->branch[branch], scene->branch_head[branch].log, first, last,
                                 RUN_BYTES_MAX, &scene->run),
                     0);
    assert_int_equal(run_last_seq(&scene->run), last);
    assert_int_equal(salvage_encode(&scene->run, &scene->branch_head[branch].key, &before,
                                    scene->body, sizeof scene->body, &body),
                     0);
    return body;
}

void fork_scene_carry(struct fork_scene *scene, uint32_t carrier, uint32_t branch, uint64_t first,
                      uint64_t last)
{
    (void)journal_state(scene->txn, &scene->journal, &scene->devices[carrier], EVENT_SALVAGE,
                        fork_scene_body(scene, branch, first, last));
}

static struct fork_proof proof_of(struct fork_scene *scene, uint32_t branch,
                                  struct hash *event_hash)
{
    assert_int_equal(run_read_to(scene->branch[branch], scene->branch_head[branch].log, FORK_SEQ,
                                 FORK_SEQ, RUN_BYTES_MAX, &scene->run),
                     0);
    *event_hash = chain_event_hash(scene->run.events[0].bytes);
    return (struct fork_proof){.first_seq = FORK_SEQ,
                               .before = fork_scene_hash(scene, branch, FORK_SEQ - 1),
                               .count = 1,
                               .event_hashes = event_hash,
                               .signature = scene->run.signature};
}

void fork_scene_state(struct fork_scene *scene)
{
    struct hash hashes[BRANCHES];
    struct log_fork fork = {
        .log = scene->branch_head[0].log, .seq = FORK_SEQ, .log_key = scene->branch_head[0].key};
    struct bytes body;
    for (uint32_t i = 0; i < BRANCHES; i++) {
        fork.proofs[i] = proof_of(scene, i, &hashes[i]);
    }
    assert_int_equal(log_fork_encode(&fork, scene->body, sizeof scene->body, &body), 0);
    (void)journal_state(scene->txn, &scene->journal, &scene->devices[OWNER], EVENT_LOG_FORK, body);
    fork_scene_load(scene);
}

void fork_scene_revoke(struct fork_scene *scene, const struct log_cut *cut)
{
    struct bytes body;
    assert_int_equal(log_cut_encode(cut, scene->body, sizeof scene->body, &body), 0);
    (void)journal_state(scene->txn, &scene->journal, &scene->devices[OWNER], EVENT_LOG_REVOKE,
                        body);
    fork_scene_load(scene);
}

bool fork_scene_counts(struct fork_scene *scene, uint32_t branch, uint64_t seq)
{
    const struct operation id = fork_scene_id_of(scene, branch, seq);
    bool is = false;
    assert_int_equal(salvaged_counts(NULL, scene->txn, &scene->roster, &id, EVENT_LINE_ADD, &is),
                     0);
    return is;
}

struct log_cut fork_scene_cut_at(struct fork_scene *scene, uint32_t branch, uint64_t seq)
{
    return (struct log_cut){.log = scene->branch_head[branch].log,
                            .seq = seq,
                            .hash = fork_scene_hash(scene, branch, seq)};
}
