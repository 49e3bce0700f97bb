/* The gate's end: what the web thread may ask of the core, between turns. */
#include <string.h>

#include "node/core/core_state.h"
#include "node/os/clock.h"

enum { CARRIED_MS = 5000 }; /* what was carried on may be missing in what somebody just read */

static int gate_read_begin(void *context, struct store_txn **ret_txn)
{
    const struct core_door *door = context;
    return store_lmdb_read(door->reader, ret_txn);
}

static void gate_read_end(void *context, struct store_txn *txn)
{
    const struct core_door *door = context;
    (void)txn;
    store_lmdb_read_end(door->reader);
}

static void gate_live(void *context, struct gate_live *ret_live)
{
    const struct core_door *door = context;
    struct core *core = door->core;
    (void)pthread_mutex_lock(&core->lock);
    *ret_live = core->live;
    uint64_t turned_ms = core->turned_ms;
    const uint64_t carried_ms = core->carried_ms;
    (void)pthread_mutex_unlock(&core->lock);
    uint64_t now_ms = clock_mono_ms();
    ret_live->is_carrying = carried_ms != 0 && now_ms < carried_ms + CARRIED_MS;
    ret_live->turned_ms_ago = now_ms > turned_ms ? now_ms - turned_ms : 0;
    ret_live->uptime_s = (now_ms - core->started_ms) / 1000;
    for (uint32_t i = 0; i < ret_live->peers_count; i++) {
        struct gate_peer *peer = &ret_live->peers[i];
        if (peer->heard_ms_ago != UINT64_MAX) { /* kept as a moment, told as an age */
            peer->heard_ms_ago = now_ms > peer->heard_ms_ago ? now_ms - peer->heard_ms_ago : 0;
        }
    }
}

static void gate_spoilt(void *context)
{
    const struct core_door *door = context;
    core_care_row(door->core);
}

static void gate_blob_lost(void *context, const struct hash *hash)
{
    const struct core_door *door = context;
    core_blobs_lost(door->core, hash);
}

static void gate_screens(void *context, const struct gate_screens *screens)
{
    const struct core_door *door = context;
    struct core *core = door->core;
    (void)pthread_mutex_lock(&core->lock);
    core->screens = *screens;
    (void)pthread_mutex_unlock(&core->lock);
}

static bool gate_health(void *context, uint32_t at, struct gate_health *ret_health)
{
    const struct core_door *door = context;
    struct core *core = door->core;
    (void)pthread_mutex_lock(&core->lock);
    const bool is_found = at < core->health.count;
    if (is_found) {
        *ret_health = core->health.healths[at];
    }
    (void)pthread_mutex_unlock(&core->lock);
    return is_found;
}

static void gate_reconcile_ask(void *context, const struct reconcile_wish *wish)
{
    const struct core_door *door = context;
    core_reconcile_ask(door->core, wish);
}

static enum reconcile_news gate_reconcile_look(void *context, struct text *body,
                                               uint64_t *ret_device)
{
    const struct core_door *door = context;
    return core_reconcile_look(door->core, body, ret_device);
}

static bool gate_print_test(void *context, uint32_t number)
{
    const struct core_door *door = context;
    return core_print_test(door->core, number);
}

static void gate_invite_ask(void *context, const struct invite_wish *wish)
{
    const struct core_door *door = context;
    core_invite_ask(door->core, wish);
}

static int gate_invite_compare(void *context, const char *digits, bool is_same)
{
    const struct core_door *door = context;
    return core_invite_compare(door->core, digits, is_same);
}

static void gate_invite_end(void *context)
{
    const struct core_door *door = context;
    core_invite_end(door->core);
}

static void gate_invite_look(void *context, struct invite_view *ret_view)
{
    const struct core_door *door = context;
    core_invite_look(door->core, ret_view);
}

static bool gate_errand_say(void *context, uint64_t device, struct bytes frame)
{
    const struct core_door *door = context;
    return core_errand_say(door->core, device, frame);
}

static bool gate_errand_take(void *context, struct gate_errand *ret_errand)
{
    const struct core_door *door = context;
    return core_errand_take(door->core, ret_errand);
}

int core_door_open(struct core *core, unsigned at)
{
    struct core_door *door = &core->doors[at];
    *door = (struct core_door){.core = core, .queue = command_queue_new(at, core_wake, core)};
    if (door->queue == NULL) {
        return ERR_NO_MEMORY;
    }
    int err = store_lmdb_reader_open(core->store, &door->reader);
    if (err != 0) {
        return err;
    }
    door->gate = (struct gate){.context = door,
                               .queue = door->queue,
                               .blobs = core->blobs,
                               .access = at == DOOR_WEB ? core->access : NULL,
                               .read_begin = gate_read_begin,
                               .read_end = gate_read_end,
                               .live = gate_live,
                               .screens = gate_screens,
                               .health = gate_health,
                               .spoilt = gate_spoilt,
                               .blob_lost = gate_blob_lost,
                               .reconcile_ask = gate_reconcile_ask,
                               .reconcile_look = gate_reconcile_look,
                               .print_test = gate_print_test,
                               .invite_ask = gate_invite_ask,
                               .invite_compare = gate_invite_compare,
                               .invite_end = gate_invite_end,
                               .invite_look = gate_invite_look,
                               .errand_say = gate_errand_say,
                               .errand_take = gate_errand_take};
    return 0;
}

void core_door_close(struct core_door *door)
{
    store_lmdb_reader_close(door->reader);
    command_queue_free(door->queue);
    *door = (struct core_door){.core = NULL};
}

void core_door_answer(struct core *core, const struct effect_answer *answer)
{
    const struct core_door *door = &core->doors[command_request_door(answer->request)];
    command_queue_answer(door->queue, answer->request, answer);
}

const struct gate *core_gate(struct core *core)
{
    return &core->doors[DOOR_WEB].gate;
}

int core_gate_more(struct core *core, const struct gate **ret_gate)
{
    unsigned at = DOORS_OF_PROGRAM;
    while (at < COMMAND_DOORS_MAX && core->doors[at].core != NULL) {
        at++;
    }
    if (at == COMMAND_DOORS_MAX) {
        return ERR_TOO_MANY;
    }
    int err = core_door_open(core, at);
    if (err == 0) {
        *ret_gate = &core->doors[at].gate;
    } else {
        core_door_close(&core->doors[at]);
    }
    return err;
}

static void live_marks(const struct core *core, struct gate_live *live)
{
    struct replica_log_info info;
    live->marks_count = 0;
    while (replica_log_at(core->replica, live->marks_count, &info)) { /* at most LOGS_MAX */
        live->marks[live->marks_count++] = (struct gate_mark){.log = info.log, .seq = info.mark};
    }
}

/* When @device was heard last, as was told before; UINT64_MAX = never. */
static uint64_t heard_before(const struct gate_peer *before, uint32_t count, uint64_t device)
{
    for (uint32_t i = 0; i < count; i++) {
        if (before[i].device == device) {
            return before[i].heard_ms_ago;
        }
    }
    return UINT64_MAX;
}

/* Those that are linked now, so that each is looked at once. */
struct linked {
    uint32_t count;
    struct replica_peer peers[LINKS_MAX];
};

static void linked_find(const struct core *core, struct linked *linked)
{
    linked->count = 0;
    while (replica_peer_at(core->replica, linked->count, &linked->peers[linked->count])) {
        linked->count++;
    }
}

/* @heard_ms: what is known of it from earlier links. */
static void live_peer(const struct core *core, const struct roster_device *device,
                      const struct linked *linked, uint64_t heard_ms, struct gate_peer *ret_peer)
{
    *ret_peer = (struct gate_peer){
        .device = device->id,
        .role = device->certificate.role,
        .link = device->is_revoked ? GATE_REFUSED
                                   : (enum gate_link)transport_state(core->transport, device->id),
        .heard_ms_ago = heard_ms,
        .device_key = device->certificate.device_key,
        .transport_key = device->certificate.transport_key,
        .is_revoked = device->is_revoked,
        .is_retired = device->is_retired};
    memcpy(ret_peer->name, device->certificate.name, sizeof ret_peer->name);
    memcpy(ret_peer->lane, device->certificate.lane, sizeof ret_peer->lane);
    core_screens_of(core, device->id, &ret_peer->screens);
    for (uint32_t i = 0; i < linked->count; i++) {
        const struct replica_peer *peer = &linked->peers[i];
        if (peer->device != device->id || !peer->is_ready) {
            continue;
        }
        ret_peer->heard_ms_ago = peer->heard_mono_ms;
        ret_peer->behind = peer->behind;
        ret_peer->ahead = peer->ahead;
        ret_peer->clock_offset_ms = peer->clock_offset_ms;
    }
}

static void live_peers(const struct core *core, struct gate_live *live)
{
    const struct roster *roster = replica_roster(core->replica);
    struct gate_peer before[DEVICES_MAX];
    struct linked linked;
    uint32_t before_count = live->peers_count;
    linked_find(core, &linked);
    memcpy(before, live->peers, before_count * sizeof before[0]);
    live->peers_count = 0;
    for (uint32_t i = 0; i < roster->devices_count; i++) {
        const struct roster_device *device = &roster->devices[i];
        if (device->id != core->identity->device) {
            live_peer(core, device, &linked, heard_before(before, before_count, device->id),
                      &live->peers[live->peers_count++]);
        }
    }
}

static void live_people(const struct core *core, struct gate_live *live)
{
    const struct roster *roster = replica_roster(core->replica);
    live->people_count = roster->people_count;
    memcpy(live->people, roster->people, roster->people_count * sizeof live->people[0]);
}

static void live_voided(const struct core *core, struct gate_live *live)
{
    live->voided_count = 0;
    while (
        replica_voided_at(core->replica, live->voided_count, &live->voided[live->voided_count])) {
        live->voided_count++;
    }
}

/* An admin may have said what its log may write from here on. */
uint64_t core_capabilities(const struct core *core)
{
    const struct roster *roster = replica_roster(core->replica);
    const uint64_t log = replica_log(core->replica);
    struct bytes chain;
    return roster_log_find(roster, log) != NULL
               ? roster_capabilities(roster, log, SEQ_MAX)
               : replica_papers(core->replica, &chain)->capabilities;
}

/* An admin may have given this device another certificate than the one that it started with. */
static void live_own(const struct core *core, struct gate_live *live)
{
    const struct roster *roster = replica_roster(core->replica);
    const struct roster_device *own = roster_device_find(roster, core->identity->device);
    const struct certificate *certificate =
        own != NULL ? &own->certificate : &core->identity->certificate;
    live->device = core->identity->device;
    live->log = replica_log(core->replica);
    live->role = certificate->role;
    live->capabilities = core_capabilities(core);
    live->is_revoked = own != NULL && own->is_revoked;
    live->is_retired = own != NULL && own->is_retired;
    live->epoch_ms = core->identity->epoch_ms;
    memcpy(live->device_name, certificate->name, sizeof live->device_name);
    memcpy(live->lane, certificate->lane, sizeof live->lane);
}

static void live_beacons(const struct core *core, struct gate_live *live)
{
    if (core->beacon == NULL) {
        return;
    }
    struct beacon_counts counts = beacon_counts(core->beacon);
    live->beacons_sent = counts.sent;
    live->beacons_heard = counts.heard;
    live->beacons_foreign = counts.foreign;
}

void core_tell_carrying(struct core *core)
{
    if (!replica_is_carrying(core->replica)) {
        return;
    }
    (void)pthread_mutex_lock(&core->lock);
    core->carried_ms = clock_mono_ms();
    (void)pthread_mutex_unlock(&core->lock);
}

void core_publish(struct core *core, bool is_whole)
{
    uint64_t now_ms = clock_mono_ms();
    (void)pthread_mutex_lock(&core->lock);
    core->turned_ms = now_ms;
    core->live.is_writable = core->is_open;
    if (core->is_open && (is_whole || now_ms - core->published_ms >= 250)) {
        core->published_ms = now_ms;
        live_own(core, &core->live);
        live_marks(core, &core->live);
        live_peers(core, &core->live);
        core_print_live(core, &core->live);
        live_beacons(core, &core->live);
        live_people(core, &core->live);
        live_voided(core, &core->live);
        core_health_publish(core);
        core->live.moved += is_whole;
    }
    (void)pthread_mutex_unlock(&core->lock);
}

int core_measure_store(struct core *core)
{
    struct store_lmdb_usage usage;
    unsigned dead = 0;
    if (store_lmdb_clear_readers(core->store, &dead) == 0 && dead > 0) {
        logger_say(LEVEL_INFO, "core", "%u readers of the store died", dead);
    }
    int err = store_lmdb_usage(core->usage_reader, &usage);
    if (err != 0) {
        return err;
    }
    (void)pthread_mutex_lock(&core->lock);
    core->live.store_bytes = usage.used_bytes;
    core->live.store_bytes_max = usage.map_bytes;
    (void)pthread_mutex_unlock(&core->lock);
    return 0;
}
