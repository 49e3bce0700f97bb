/* cluster_start.c - a fresh pop-up: keys, certificates, and what joining gives a new device. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/log/run.h"
#include "tests/lib/cluster_internal.h"

enum { RATE_TRUE = 10000, MANAGER_SESSION = 1 };

struct cluster_knobs cluster_knobs_calm(void)
{
    return (struct cluster_knobs){.delay_min_ms = 1,
                                  .delay_max_ms = 3,
                                  .sync_min_ms = 1,
                                  .sync_max_ms = 4,
                                  .redial_min_ms = 100,
                                  .redial_max_ms = 400,
                                  .notice_max_ms = 1500,
                                  .queue_frames_max = 1000};
}

struct cluster *cluster_new(void)
{
    check(sodium_init() >= 0);
    return cluster_allocate(sizeof(struct cluster));
}

void cluster_free(struct cluster *cluster)
{
    if (cluster == NULL) {
        return;
    }
    for (uint32_t i = 0; i < CLUSTER_NODES_MAX; i++) {
        cluster_crash(cluster, i);
    }
    cluster_net_reset(cluster);
    for (uint32_t i = 0; i < CLUSTER_NODES_MAX; i++) {
        replica_free(cluster->nodes[i].replica);
        store_memory_free(cluster->nodes[i].store);
        cluster_blobs_free(&cluster->nodes[i]);
        free(cluster->nodes[i].effects);
    }
    free(cluster->events);
    free(cluster);
}

static void draw(struct cluster *cluster, void *to, size_t size)
{
    uint8_t *bytes = to;
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)prng_next(&cluster->prng);
    }
}

static struct public_key draw_key(struct cluster *cluster, struct secret_key *ret_secret)
{
    uint8_t seed[crypto_sign_SEEDBYTES];
    struct public_key key;
    draw(cluster, seed, sizeof seed);
    check(crypto_sign_seed_keypair(key.bytes, ret_secret->bytes, seed) == 0);
    return key;
}

static void text_copy(char *to, size_t capacity, const char *from, uint8_t *ret_size)
{
    const size_t size = strlen(from);
    check(size < capacity);
    memcpy(to, from, size + 1);
    *ret_size = (uint8_t)size;
}

static void certify(struct cluster *cluster, struct cluster_node *node, const char *lane)
{
    struct certificate certificate = {.popup = cluster->popup,
                                      .role = node->role,
                                      .capabilities = role_device_capabilities(node->role),
                                      .issued = 1};
    certificate.device_key = draw_key(cluster, &node->device_secret);
    draw(cluster, certificate.transport_key.bytes, sizeof certificate.transport_key.bytes);
    text_copy(certificate.lane, sizeof certificate.lane, lane, &certificate.lane_size);
    text_copy(certificate.name, sizeof certificate.name, node->name, &certificate.name_size);
    node->device = id64_of_key(&certificate.device_key);
    const struct cluster_node *first = &cluster->nodes[0];
    /* By the root; the first certifies the others, but no admins. */
    const bool is_by_root =
        node->index == 0 || (certificate.capabilities & capability_bit(CAP_ROSTER)) != 0;
    const int err =
        certificate_issue(&certificate, is_by_root ? &cluster->root_secret : &first->device_secret,
                          is_by_root ? NULL : &first->config.chain, node->chain_data,
                          sizeof node->chain_data, &node->config.chain);
    check(err == 0);
    memcpy(node->lane, certificate.lane, sizeof node->lane);
}

void cluster_draw_log_key(struct cluster *cluster, struct cluster_node *node)
{
    (void)draw_key(cluster, &node->log_secret);
}

/* --- copied disks --- */

struct cluster_copy cluster_copy_disk(const struct cluster *cluster, uint32_t node)
{
    const struct cluster_node *of = &cluster->nodes[node];
    return (struct cluster_copy){.store = store_memory_clone(of->store),
                                 .log_secret = of->log_secret,
                                 .incarnation = of->config.incarnation};
}

void cluster_copy_free(struct cluster_copy *copy)
{
    store_memory_free(copy->store);
    copy->store = NULL;
}

static void disk_take(struct cluster_node *node, const struct cluster_copy *copy)
{
    store_memory_free(node->store);
    node->store = store_memory_clone(copy->store);
    node->log_secret = copy->log_secret;
    node->config.incarnation = copy->incarnation;
    node->is_log_needed = false;
}

void cluster_roll_back(struct cluster *cluster, uint32_t node, const struct cluster_copy *copy,
                       uint64_t after_ms)
{
    cluster_crash(cluster, node);
    disk_take(&cluster->nodes[node], copy);
    cluster->faults[FAULT_ROLL_BACK]++;
    cluster_trace(cluster, &cluster->nodes[node], true, "restored from a copy");
    cluster_restart(cluster, node, after_ms);
}

uint32_t cluster_clone(struct cluster *cluster, uint32_t of, const struct cluster_copy *copy,
                       const char *name)
{
    const uint32_t index = cluster->count;
    check(index < CLUSTER_NODES_MAX);
    struct cluster_node *node = &cluster->nodes[index];
    const struct cluster_node *original = &cluster->nodes[of];
    struct replica *replica = node->replica != NULL ? node->replica : replica_new();
    struct effects *effects =
        node->effects != NULL ? node->effects : cluster_allocate(sizeof *effects);
    check(replica != NULL);
    store_memory_free(node->store);
    cluster_blobs_free(node);
    *node = (struct cluster_node){.index = index,
                                  .name = name,
                                  .role = original->role,
                                  .device = original->device,
                                  .device_secret = original->device_secret,
                                  .config = original->config,
                                  .replica = replica,
                                  .effects = effects,
                                  .group = original->group,
                                  .rate = RATE_TRUE};
    memcpy(node->lane, original->lane, sizeof node->lane);
    memcpy(node->chain_data, original->chain_data, sizeof node->chain_data);
    node->config.chain = bytes_of(node->chain_data, original->config.chain.size);
    node->config.device_secret = &node->device_secret;
    node->config.log_secret = &node->log_secret;
    disk_take(node, copy);
    cluster->count++;
    cluster->faults[FAULT_CLONE]++;
    cluster_trace(cluster, node, true, "starts as a clone");
    cluster_node_boot(cluster, node);
    return index;
}

/* The replica and the effects are kept from the last use: they are large. */
static void node_prepare(struct cluster *cluster, uint32_t index, const struct cluster_setup *setup)
{
    struct cluster_node *node = &cluster->nodes[index];
    struct replica *replica = node->replica != NULL ? node->replica : replica_new();
    struct effects *effects =
        node->effects != NULL ? node->effects : cluster_allocate(sizeof *effects);
    store_memory_free(node->store);
    cluster_blobs_free(node);
    *node = (struct cluster_node){.index = index,
                                  .name = setup->devices[index].name,
                                  .role = setup->devices[index].role,
                                  .replica = replica,
                                  .effects = effects,
                                  .store = store_memory_new(),
                                  .rate = RATE_TRUE,
                                  .turn_at_ms = UINT64_MAX,
                                  .wake_at_ms = UINT64_MAX};
    check(replica != NULL);
    certify(cluster, node, setup->devices[index].lane);
    (void)draw_key(cluster, &node->log_secret);
    node->config.popup = cluster->popup;
    node->config.root = cluster->root;
    node->config.epoch_ms = CLUSTER_EPOCH_MS;
    node->config.device_secret = &node->device_secret;
    node->config.log_secret = &node->log_secret;
    node->config.incarnation = 1;
    node->config.device_allowance_bytes = setup->device_allowance_bytes;
}

/* The first device makes the others known. */
static void devices_add(struct cluster *cluster)
{
    struct command *commands = cluster_allocate(CLUSTER_NODES_MAX * sizeof *commands);
    for (uint32_t i = 1; i < cluster->count; i++) {
        commands[i].kind = COMMAND_DEVICE_ADD;
        commands[i].principal = (struct principal){.session = MANAGER_SESSION, .role = ROLE_OWNER};
        commands[i].chain = cluster->nodes[i].config.chain;
        cluster_command(cluster, 0, &commands[i], i);
    }
    cluster_run(cluster, 100);
    free(commands);
    check(replica_roster(cluster->nodes[0].replica)->devices_count == cluster->count);
}

/* What a device that joins is handed: the log of the one that invited it. */
static void log_hand_over(const struct cluster *cluster, const struct cluster_node *from,
                          const struct cluster_node *to)
{
    struct run *run = cluster_allocate(sizeof *run);
    struct store_txn *reader = store_memory_begin(from->store, false);
    struct store_txn *writer = store_memory_begin(to->store, true);
    struct log_head head;
    struct log_head empty;
    int err = log_head_get(reader, from->log, &head);
    check(err == 0);
    log_head_init(&empty, &cluster->popup, &head.key, head.device, head.incarnation);
    err = run_read(reader, from->log, 1, RUN_BYTES_MAX, run);
    check(err == 0 && run_last_seq(run) == head.seq);
    err = run_verify(run, &cluster->popup, &empty, &head);
    check(err == 0);
    err = run_store(writer, run, &head);
    check(err == 0);
    store_memory_abort(reader);
    err = store_memory_commit(writer);
    check(err == 0);
    free(run);
}

static void boot_all(struct cluster *cluster)
{
    cluster_node_boot(cluster, &cluster->nodes[0]);
    if (cluster->count > 1) {
        devices_add(cluster);
    }
    for (uint32_t i = 1; i < cluster->count; i++) {
        log_hand_over(cluster, &cluster->nodes[0], &cluster->nodes[i]);
        cluster_node_boot(cluster, &cluster->nodes[i]);
    }
}

static void dial_all(struct cluster *cluster)
{
    for (uint32_t dialler = 0; dialler < cluster->count; dialler++) {
        for (uint32_t listener = dialler + 1; listener < cluster->count; listener++) {
            cluster_dial(cluster, dialler, listener);
        }
    }
}

void cluster_start(struct cluster *cluster, const struct cluster_setup *setup)
{
    check(setup->nodes >= 1 && setup->nodes <= CLUSTER_NODES_MAX);
    cluster->hooks = (struct cluster_hooks){0};
    for (uint32_t i = 0; i < CLUSTER_NODES_MAX; i++) {
        cluster_crash(cluster, i);
    }
    cluster->count = setup->nodes;
    cluster_net_reset(cluster);
    memset(cluster->faults, 0, sizeof cluster->faults);
    cluster->events_count = 0;
    cluster->seed = setup->seed;
    cluster->prng.state = setup->seed;
    cluster->now_ms = cluster->serial = cluster->turns = cluster->steps = cluster->frames = 0;
    cluster->knobs = setup->knobs;
    cluster->hooks = setup->hooks;
    cluster->root = draw_key(cluster, &cluster->root_secret);
    cluster->popup = popup_id_of_root(&cluster->root);
    for (uint32_t i = 0; i < cluster->count; i++) {
        node_prepare(cluster, i, setup);
    }
    boot_all(cluster);
    if (!setup->is_unlinked) {
        dial_all(cluster);
    }
}
