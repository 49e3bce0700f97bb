#include "tests/lib/stage.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/sick.h"

enum { FRAMES_KEPT = 16, PEERS_FROM = 2, START_MS = 10000 };

static uint8_t frame_data[FRAMES_KEPT][MESSAGE_BYTES_MAX];
static uint32_t frames_made;
static struct run run;

#define EPOCH_MS INT64_C(1700000000000)

/* --- life --- */

static struct moment moment_of(const struct stage *stage)
{
    return (struct moment){.wall_ms = EPOCH_MS + (int64_t)stage->now_ms, .mono_ms = stage->now_ms};
}

static void open_replica(struct stage *stage)
{
    check(replica_open(stage->replica, stage->txn, &stage->config, moment_of(stage),
                       stage->effects) == 0);
}

static void peers_open(struct stage *stage, uint32_t peers)
{
    stage->world = store_memory_begin(stage->world_store, true);
    struct store_txn *txn = store_memory_begin(stage->store, true);
    for (uint32_t i = 0; i < peers; i++) {
        struct journal_device *peer = &stage->peers[i];
        journal_device_init(peer, &stage->journal, PEERS_FROM + i,
                            i < STAGE_OWNERS ? ROLE_OWNER : ROLE_COUNTER, NULL);
        const struct log_head empty = peer->head;
        journal_open(txn, &stage->journal, peer);
        peer->head = empty;
        journal_open(stage->world, &stage->journal, peer);
    }
    check(store_memory_commit(txn) == 0);
}

void stage_start(struct stage *stage, uint32_t peers, uint64_t allowance)
{
    check(peers <= STAGE_PEERS_MAX);
    memset(stage, 0, sizeof *stage);
    stage->now_ms = START_MS;
    stage->store = store_memory_new();
    stage->world_store = store_memory_new();
    stage->replica = replica_new();
    stage->effects = calloc(1, sizeof *stage->effects);
    check(stage->replica != NULL && stage->effects != NULL);
    journal_init(&stage->journal);
    journal_device_init(&stage->own, &stage->journal, 1, ROLE_OWNER, NULL);
    peers_open(stage, peers);
    stage->config = (struct replica_config){.popup = stage->journal.popup,
                                            .root = stage->journal.root,
                                            .epoch_ms = EPOCH_MS,
                                            .chain = stage->own.chain,
                                            .device_secret = &stage->own.secret,
                                            .log_secret = &stage->own.log_secret,
                                            .incarnation = 1,
                                            .boot = {100},
                                            .device_allowance_bytes = allowance};
    stage_begin(stage);
    open_replica(stage);
    stage_end(stage);
}

void stage_stop(struct stage *stage)
{
    store_memory_abort(stage->world);
    replica_free(stage->replica);
    store_memory_free(stage->store);
    store_memory_free(stage->world_store);
    free(stage->effects);
}

/* --- turns --- */

void stage_begin(struct stage *stage)
{
    effects_reset(stage->effects);
    stage->txn = store_memory_begin(stage->store, true);
}

void stage_end(struct stage *stage)
{
    check(replica_seal(stage->replica, stage->txn, moment_of(stage), stage->effects) == 0);
    if (stage->effects->is_written) {
        check(store_memory_commit(stage->txn) == 0);
    } else {
        store_memory_abort(stage->txn);
    }
}

void stage_abort(struct stage *stage)
{
    store_memory_abort(stage->txn);
    replica_abort(stage->replica);
    stage_begin(stage);
    open_replica(stage);
    stage_end(stage);
}

void stage_step(struct stage *stage, const struct input *input)
{
    check(replica_step(stage->replica, stage->txn, input, stage->effects) == 0);
}

void stage_pass(struct stage *stage, uint64_t ms)
{
    stage->now_ms += ms;
    stage_begin(stage);
    stage_end(stage);
}

void stage_up(struct stage *stage, uint32_t link, uint64_t device, bool is_dialer)
{
    const struct input input = {.kind = INPUT_LINK_UP,
                                .now = moment_of(stage),
                                .link = link,
                                .device = device,
                                .is_dialer = is_dialer};
    stage_step(stage, &input);
}

void stage_down(struct stage *stage, uint32_t link)
{
    const struct input input = {.kind = INPUT_LINK_DOWN, .now = moment_of(stage), .link = link};
    stage_step(stage, &input);
}

void stage_say(struct stage *stage, uint32_t link, struct bytes frame)
{
    const struct input input = {
        .kind = INPUT_MESSAGE, .now = moment_of(stage), .link = link, .message = frame};
    stage_step(stage, &input);
}

void stage_command(struct stage *stage, const struct command *command)
{
    sick_till_of_replica(stage->store, stage->replica, &stage->config, command, moment_of(stage));
    const struct input input = {
        .kind = INPUT_COMMAND, .now = moment_of(stage), .command = command, .request = 1};
    stage_step(stage, &input);
}

const struct effect_answer *stage_run(struct stage *stage, const struct command *command)
{
    stage_begin(stage);
    stage_command(stage, command);
    stage_end(stage);
    check(stage->effects->answers_count == 1);
    return &stage->effects->answers[0];
}

void stage_turn(struct stage *stage, uint32_t link, struct bytes frame)
{
    stage_begin(stage);
    stage_say(stage, link, frame);
    stage_end(stage);
}

void stage_meet(struct stage *stage, uint32_t link, uint32_t peer, const struct head_claim *heads,
                uint32_t count)
{
    const uint64_t device = stage->peers[peer].id;
    stage_begin(stage);
    stage_up(stage, link, device, true);
    stage_say(stage, link, frame_hello(stage, device, (uint8_t)(link + 1), EPOCH_MS, heads, count));
    stage_end(stage);
}

void stage_write_own(struct stage *stage)
{
    static struct command command;
    static uint64_t price;
    memset(&command, 0, sizeof command);
    command.kind = COMMAND_MENU_SET;
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER};
    command.item = 1;
    command.fields_count = 2;
    command.fields[0] = (struct wanted_field){.field = MENU_NAME, .text = bytes_of_text("Soup")};
    command.fields[1] = (struct wanted_field){.field = MENU_PRICE, .number = (int64_t)++price};
    stage_begin(stage);
    stage_command(stage, &command);
    stage_end(stage);
}

/* --- the world --- */

uint64_t stage_write(struct stage *stage, uint32_t peer, size_t size)
{
    static const uint8_t zeros[EVENT_BYTES_MAX];
    uint8_t body_data[EVENT_BYTES_MAX];
    struct writer writer;
    struct bytes body;
    const struct entity_id item = entity_id_derive(KIND_MENU, 100 + peer);
    writer_init(&writer, body_data, sizeof body_data);
    write_array(&writer, 2);
    write_bool(&writer, true);
    write_bin(&writer, zeros, size);
    check(writer_finish(&writer, &body) == 0);
    return journal_write(stage->world, &stage->journal, &stage->peers[peer], EVENT_MENU_AVAILABLE,
                         &item, body);
}

struct head_claim stage_claim(struct stage *stage, uint32_t peer, uint64_t seq)
{
    struct head_claim claim = {.log = stage->peers[peer].head.log, .seq = seq};
    struct hash hash = {{0}};
    struct bytes event;
    if (seq > 0 && seq <= stage->peers[peer].head.seq) {
        check(event_get(stage->world, claim.log, seq, &hash, &event) == 0);
    }
    memcpy(claim.hash, hash.bytes, sizeof claim.hash);
    return claim;
}

struct head_claim stage_claim_own(struct stage *stage)
{
    struct head_claim claim = {.log = replica_log(stage->replica)};
    struct replica_log_info info;
    for (uint32_t i = 0; replica_log_at(stage->replica, i, &info); i++) {
        if (info.log != claim.log) {
            continue;
        }
        claim.seq = info.seq;
        memcpy(claim.hash, info.hash, sizeof claim.hash);
    }
    return claim;
}

/* --- frames --- */

static void frame_begin(struct writer *writer)
{
    writer_init(writer, frame_data[frames_made++ % FRAMES_KEPT], MESSAGE_BYTES_MAX);
}

static struct bytes frame_end(const struct writer *writer)
{
    struct bytes frame;
    check(writer_finish(writer, &frame) == 0);
    return frame;
}

struct bytes frame_hello(const struct stage *stage, uint64_t device, uint8_t boot, int64_t wall_ms,
                         const struct head_claim *heads, uint32_t count)
{
    const struct hello hello = {.version_min = 1,
                                .version_max = 1,
                                .popup = stage->journal.popup,
                                .device = device,
                                .boot = {boot},
                                .wall_ms = wall_ms};
    struct writer writer;
    frame_begin(&writer);
    message_write_hello(&writer, &hello, heads, count, NULL, 0);
    return frame_end(&writer);
}

struct bytes frame_status(const uint8_t digest[HEAD_HASH_BYTES], uint64_t flags,
                          const struct head_claim *heads, uint32_t count)
{
    struct status status = {.wall_ms = EPOCH_MS, .flags = flags};
    struct writer writer;
    if (digest != NULL) {
        memcpy(status.digest, digest, sizeof status.digest);
    }
    frame_begin(&writer);
    message_write_status(&writer, &status, heads, count, NULL, 0);
    return frame_end(&writer);
}

struct bytes frame_neighbours(const uint64_t *devices, uint32_t count)
{
    struct status status = {.wall_ms = EPOCH_MS};
    struct writer writer;
    frame_begin(&writer);
    message_write_status(&writer, &status, NULL, 0, devices, count);
    return frame_end(&writer);
}

struct bytes frame_want(const struct want_entry *wants, uint32_t count, uint64_t credit)
{
    struct writer writer;
    frame_begin(&writer);
    message_write_want(&writer, wants, count, credit);
    return frame_end(&writer);
}

struct bytes frame_fork_answer(const struct fork_answer *answer, const struct hash *event_hashes)
{
    struct writer writer;
    frame_begin(&writer);
    message_write_fork_answer(&writer, answer, event_hashes);
    return frame_end(&writer);
}

struct bytes frame_event(struct stage *stage, uint32_t peer, uint64_t seq, bool is_live)
{
    const uint64_t log = stage->peers[peer].head.log;
    struct writer writer;
    check(run_read(stage->world, log, seq, 1, &run) == 0 && run.count == 1);
    frame_begin(&writer);
    message_write_events_begin(&writer, log, seq, 1);
    write_bin(&writer, run.events[0].bytes.data, run.events[0].bytes.size);
    message_write_events_end(&writer, &run.signature, is_live);
    return frame_end(&writer);
}

struct bytes frame_own_event(struct stage *stage)
{
    struct journal_device *own = &stage->own;
    uint8_t event_data[EVENT_BYTES_MAX];
    struct hash hash;
    struct bytes bytes;
    struct writer writer;
    struct signature signature;
    const struct entity_id item = entity_id_derive(KIND_MENU, 1);
    struct store_txn *txn = store_memory_begin(stage->store, false);
    check(log_head_get(txn, own->head.log, &own->head) == 0);
    store_memory_abort(txn);
    bytes = journal_event(event_data, EVENT_MENU_AVAILABLE, &item, bytes_of("\x91\xc3", 2));
    struct hash event_hash = chain_event_hash(bytes);
    hash = chain_next(&own->head.hash, &event_hash);
    head_sign(&signature, &stage->journal.popup, own->head.log, own->head.seq + 1, &hash,
              &own->log_secret);
    frame_begin(&writer);
    message_write_events_begin(&writer, own->head.log, own->head.seq + 1, 1);
    write_bin(&writer, bytes.data, bytes.size);
    message_write_events_end(&writer, &signature, false);
    return frame_end(&writer);
}

/* --- looking --- */

const struct message *stage_sent(const struct stage *stage, uint32_t link, enum message_kind kind,
                                 uint32_t nth)
{
    static struct message message;
    for (uint32_t i = 0; i < stage->effects->sends_count; i++) {
        const struct effect_send *send = &stage->effects->sends[i];
        if (send->link != link) {
            continue;
        }
        check(message_decode(send->frame, &message) == 0);
        if (message.kind == kind && nth-- == 0) {
            return &message;
        }
    }
    return NULL;
}

bool stage_is_closed(const struct stage *stage, uint32_t link, enum bye_reason *ret_reason)
{
    for (uint32_t i = 0; i < stage->effects->closes_count; i++) {
        if (stage->effects->closes[i].link != link) {
            continue;
        }
        *ret_reason = stage->effects->closes[i].reason;
        return true;
    }
    return false;
}

bool stage_is_alarmed(const struct stage *stage, enum alarm_kind kind)
{
    for (uint32_t i = 0; i < stage->effects->alarms_count; i++) {
        if (stage->effects->alarms[i].kind == kind) {
            return true;
        }
    }
    return false;
}

/* --- peers, each on the link of its number --- */

void stage_tell(struct stage *stage, uint32_t peer, struct head_claim claim)
{
    stage_turn(stage, peer, frame_status(NULL, 0, &claim, 1));
}

void stage_greet(struct stage *stage, uint32_t peer)
{
    struct head_claim heads[] = {stage_claim_own(stage), stage_claim(stage, peer, 1)};
    stage_meet(stage, peer, peer, heads, 2);
}

struct want_entry stage_want(struct stage *stage, uint32_t link, uint32_t peer)
{
    const struct message *want;
    for (uint32_t nth = 0; (want = stage_sent(stage, link, MESSAGE_WANT, nth)) != NULL; nth++) {
        for (uint32_t i = 0; i < want->wants_count; i++) {
            if (want->wants[i].log == stage->peers[peer].head.log) {
                return want->wants[i];
            }
        }
    }
    return (struct want_entry){0};
}

bool stage_is_asked(struct stage *stage, uint32_t link, uint32_t peer)
{
    return stage_want(stage, link, peer).log != 0;
}

uint64_t stage_head_of(struct stage *stage, uint32_t peer)
{
    struct replica_log_info info;
    for (uint32_t i = 0; replica_log_at(stage->replica, i, &info); i++) {
        if (info.log == stage->peers[peer].head.log) {
            return info.seq;
        }
    }
    return 0;
}
