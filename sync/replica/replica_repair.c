/* replica_repair.c - what the disk spoilt is asked of peers, one run at a time, and written again.
 *
 * A run proves itself: it continues the hash before it and bears its log's signature. That it is of
 * the branch that stood here shows where one of its hashes is the one that still stands beside an
 * event, or is the head's. Up to the last such event it is written over what is here.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/log/damage.h"
#include "sync/replica/replica_state.h"

enum {
    REPAIR_TIMEOUT_MS = 2000,
    REPAIR_REST_MS =
        2000, /* after nobody had it; doubled each time, as silence may be a lost frame */
    REPAIR_REST_MAX_MS = 60000,
    REPAIR_EVENTS_MAX = 256,
    REPAIR_STEPS_MAX = 64, /* events that nobody has, in a turn */
};

/* --- asking --- */

static bool can_ask(const struct replica *replica, uint32_t at, uint32_t slot, uint64_t seq)
{
    const struct link *link = &replica->mesh.links[at];
    return link->is_ready && link->claim_seq[slot] >= seq && !replica->scrub.is_tried[at];
}

static int32_t whom_to_ask(const struct replica *replica, uint32_t slot, uint64_t seq)
{
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        const uint32_t at = (replica->scrub.link + i) % LINKS_MAX;
        if (can_ask(replica, at, slot, seq)) {
            return (int32_t)at;
        }
    }
    return LINK_NONE;
}

/* The end of the stretch of listed events that begins at @seq, and one more event, whose hash tells
 * whether the answer is of our branch. */
static int stretch_end(struct store_txn *txn, const struct log_head *head, uint64_t seq,
                       uint64_t *ret_last_seq)
{
    uint64_t last = seq;
    bool is_listed = true;
    int err = 0;
    while (err == 0 && is_listed && last < head->seq && last - seq < REPAIR_EVENTS_MAX) {
        last++;
        err = damage_within(txn, head->log, last, last, &is_listed);
    }
    *ret_last_seq = last;
    return err;
}

static int repair_ask(struct replica *replica, struct store_txn *txn, uint32_t link, uint32_t slot,
                      uint64_t seq, struct moment now, struct effects *out)
{
    struct scrub *scrub = &replica->scrub;
    const struct log_head *head = &replica->vector.heads[slot];
    struct writer writer;
    scrub->request = (struct repair_request){.log = head->log, .first_seq = seq};
    int err = stretch_end(txn, head, seq, &scrub->request.last_seq);
    if (err != 0 || !effects_frame_begin(out, &writer)) {
        return err;
    }
    message_write_repair(&writer, &scrub->request);
    effects_send(out, link, effects_frame_end(out, &writer));
    scrub->open[link] = scrub->request;
    scrub->is_asked = true;
    scrub->link = link;
    scrub->asked_ms = now.mono_ms;
    effects_wake(out, now.mono_ms + REPAIR_TIMEOUT_MS);
    return 0;
}

/* The listed event after the one that was asked for last, else the first. ERR_NOT_FOUND: none is;
 * ERR_IO. @ret_is_wrapped: all had their turn. */
static int damage_turn(struct replica *replica, struct store_txn *txn, uint64_t *ret_log,
                       uint64_t *ret_seq, bool *ret_is_wrapped)
{
    const struct repair_request *before = &replica->scrub.request;
    int err = damage_next(txn, before->log, before->first_seq, ret_log, ret_seq);
    *ret_is_wrapped = err == ERR_NOT_FOUND;
    return err == ERR_NOT_FOUND ? damage_next(txn, 0, 0, ret_log, ret_seq) : err;
}

static bool is_anybody_here(const struct replica *replica)
{
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        if (replica->mesh.links[i].is_ready) {
            return true;
        }
    }
    return false;
}

/* Something was fetched: so is the next, at once. */
static void repair_anew(struct scrub *scrub)
{
    scrub->is_asked = scrub->has_given_up = false;
    scrub->rest_ms = scrub->rest_until_ms = 0;
    memset(scrub->is_tried, 0, sizeof scrub->is_tried);
}

/* Nobody in reach has it: the next one. It is said of the first, and again after each long rest. */
static void repair_give_up(struct replica *replica, uint64_t log, uint64_t seq, struct effects *out)
{
    struct scrub *scrub = &replica->scrub;
    if (!scrub->is_told) {
        effects_alarm(out, ALARM_DAMAGE_STAYS, log, seq, replica->device);
    }
    scrub->request = (struct repair_request){.log = log, .first_seq = seq + 1};
    scrub->has_given_up = scrub->is_told = true;
    memset(scrub->is_tried, 0, sizeof scrub->is_tried);
}

/* All had their turn. */
static void repair_rest(struct scrub *scrub, struct moment now, struct effects *out)
{
    const uint64_t next_ms =
        scrub->rest_ms == 0 || scrub->is_news ? REPAIR_REST_MS : 2 * scrub->rest_ms;
    scrub->rest_ms = next_ms < REPAIR_REST_MAX_MS ? next_ms : REPAIR_REST_MAX_MS;
    scrub->rest_until_ms = now.mono_ms + scrub->rest_ms;
    scrub->is_told = scrub->rest_ms < REPAIR_REST_MAX_MS;
    scrub->has_given_up = scrub->is_news = false;
    effects_wake(out, scrub->rest_until_ms);
}

/* Ask for the next listed event. @ret_is_over: that was all for this turn. */
static int repair_step(struct replica *replica, struct store_txn *txn, struct moment now,
                       struct effects *out, bool *ret_is_over)
{
    uint64_t log;
    uint64_t seq;
    bool is_wrapped = false;
    int err = damage_turn(replica, txn, &log, &seq, &is_wrapped);
    *ret_is_over = true;
    if (err == ERR_NOT_FOUND) {
        replica->scrub.has_damage = replica->scrub.is_told = false;
        memset(replica->mesh.is_damaged, 0, sizeof replica->mesh.is_damaged);
        return 0;
    }
    if (err != 0) {
        return err;
    }
    if (is_wrapped && replica->scrub.has_given_up) {
        repair_rest(&replica->scrub, now, out);
        return 0;
    }
    int32_t slot = vector_find(&replica->vector, log);
    if (slot == SLOT_NONE) {
        *ret_is_over = false;
        replica->is_turn_written = true;
        return damage_clear(txn, log, seq);
    }
    int32_t link = whom_to_ask(replica, (uint32_t)slot, seq);
    if (link != LINK_NONE) {
        return repair_ask(replica, txn, (uint32_t)link, (uint32_t)slot, seq, now, out);
    }
    if (is_anybody_here(replica)) {
        *ret_is_over = false;
        repair_give_up(replica, log, seq, out);
    }
    return 0;
}

static int repair_next(struct replica *replica, struct store_txn *txn, struct moment now,
                       struct effects *out)
{
    bool is_over = false;
    int err = 0;
    for (uint32_t i = 0; i < REPAIR_STEPS_MAX && err == 0 && !is_over; i++) {
        err = repair_step(replica, txn, now, out, &is_over);
    }
    if (!is_over) {
        effects_wake(out, now.mono_ms);
    }
    return err;
}

/* Somebody came, went, or has more now: no long rest before they are asked. What is at work goes
 * on, and no rest is cut short twice in a short time: a peer that comes and goes, or says now this
 * and now that, would keep us from asking the others. */
static void repair_hear(struct replica *replica, struct moment now)
{
    struct scrub *scrub = &replica->scrub;
    struct mesh *mesh = &replica->mesh;
    if (scrub->neighbours == mesh->neighbours && !mesh->is_damage_claimed) {
        return;
    }
    scrub->neighbours = mesh->neighbours;
    mesh->is_damage_claimed = false;
    scrub->is_news = true;
    if (now.mono_ms < scrub->rest_until_ms &&
        (scrub->cut_ms == 0 || now.mono_ms >= scrub->cut_ms + REPAIR_REST_MS)) {
        scrub->cut_ms = now.mono_ms;
        scrub->rest_until_ms = 0;
    }
}

/* Who was asked is gone, or silent for too long. */
static bool is_asked_in_vain(const struct replica *replica, struct moment now)
{
    const struct scrub *scrub = &replica->scrub;
    return scrub->is_asked && (!replica->mesh.links[scrub->link].is_ready ||
                               now.mono_ms >= scrub->asked_ms + REPAIR_TIMEOUT_MS);
}

int replica_repair_seal(struct replica *replica, struct store_txn *txn, struct moment now,
                        struct effects *out)
{
    struct scrub *scrub = &replica->scrub;
    if (!scrub->has_damage) {
        return 0;
    }
    repair_hear(replica, now);
    if (is_asked_in_vain(replica, now)) {
        scrub->is_tried[scrub->link] = true;
        scrub->is_asked = false;
    }
    if (!scrub->is_asked && now.mono_ms >= scrub->rest_until_ms) {
        return repair_next(replica, txn, now, out);
    }
    effects_wake(out, scrub->is_asked ? scrub->asked_ms + REPAIR_TIMEOUT_MS : scrub->rest_until_ms);
    return 0;
}

/* --- taking --- */

bool replica_repair_awaits(const struct replica *replica, uint32_t link,
                           const struct events *events)
{
    const struct repair_request *request = &replica->scrub.open[link];
    return request->first_seq != 0 && request->log == events->log &&
           request->first_seq == events->first_seq && !events->is_live;
}

/* How many events of @run, from its first on, are known to be those that stood here. */
static int count_ours(struct store_txn *txn, const struct log_head *head, const struct run *run,
                      uint32_t *ret_count)
{
    *ret_count = 0;
    for (uint32_t i = 0; i < run->count && run->first_seq + i <= head->seq; i++) {
        const uint64_t seq = run->first_seq + i;
        struct hash stored;
        struct bytes event;
        int err = event_get(txn, run->log, seq, &stored, &event);
        if (err == ERR_IO) {
            return err;
        }
        if ((err == 0 && hash_equal(&stored, &run->events[i].hash)) ||
            (seq == head->seq && hash_equal(&head->hash, &run->events[i].hash))) {
            *ret_count = i + 1;
        }
    }
    return 0;
}

/* A spoilt event may have been entered under an entity that it is not about. */
static int misplaced_drop(struct replica *replica, struct store_txn *txn, uint64_t log,
                          uint64_t seq, const struct entity_id *entity, struct effects *out)
{
    struct operation id;
    struct event event;
    int err = event_read(txn, log, seq, &id, &event);
    if (err != 0 || entity_id_equal(&event.entity, entity)) {
        return err == ERR_IO ? err : 0;
    }
    const struct entity_id wrong = event.entity;
    const uint32_t type = event.type;
    const struct key key = key_entity_event(&wrong, log, seq);
    err = store_del(txn, TABLE_ENTITY, key_bytes(&key));
    return err != 0 && err != ERR_NOT_FOUND ? err : replica_mark(replica, txn, type, &wrong, out);
}

/* What was made of the spoilt bytes is made again of the good ones. */
static int run_write_again(struct replica *replica, struct store_txn *txn, const struct run *run,
                           uint32_t count, struct effects *out)
{
    int err = 0;
    for (uint32_t i = 0; i < count && err == 0; i++) {
        err =
            misplaced_drop(replica, txn, run->log, run->first_seq + i, &run->events[i].entity, out);
    }
    if (err == 0) {
        err = run_mend(txn, run, count);
    }
    for (uint32_t i = 0; i < count && err == 0; i++) {
        const struct run_event *event = &run->events[i];
        const struct event_info *info = event_info_find(event->type);
        /* Others' entities, too; or notes in the index that nothing leads to. */
        replica->scrub.is_wrong |=
            event->type == EVENT_SALVAGE || (info != NULL && info->kind == KIND_STOCK);
        err = replica_mark(replica, txn, event->type, &event->entity, out);
    }
    return err != 0 ? err : replica_limits(replica, txn); /* what counts of the log may end there */
}

/* A signature that no peer has is not needed where a later one covers its events. */
static int signature_drop(struct replica *replica, struct store_txn *txn,
                          const struct log_head *head, uint64_t seq)
{
    const struct key key = key_event(head->log, seq);
    uint8_t copy[SIGNATURE_BYTES] = {0};
    struct bytes value;
    int err = store_get(txn, TABLE_SIG, key_bytes(&key), &value);
    if (err != 0 || seq == head->seq) {
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    memcpy(copy, value.data, value.size < sizeof copy ? value.size : sizeof copy);
    err = store_del(txn, TABLE_SIG, key_bytes(&key));
    if (err == 0) {
        err = run_read(txn, head->log, seq, RUN_BYTES_MAX, replica->run);
    }
    if (err == ERR_MALFORMED || err == ERR_NOT_FOUND) { /* the run would be too long */
        err = store_put(txn, TABLE_SIG, key_bytes(&key), bytes_of(copy, sizeof copy));
    }
    return err;
}

static int look_again(struct replica *replica, struct store_txn *txn, uint32_t slot,
                      uint64_t first_seq, uint64_t last_seq, struct effects *out)
{
    const struct log_head *head = &replica->vector.heads[slot];
    int err = 0;
    for (uint64_t seq = first_seq; seq <= last_seq && seq <= head->seq && err == 0; seq++) {
        bool is_listed = false;
        err = damage_within(txn, head->log, seq, seq, &is_listed);
        if (err != 0 || !is_listed) {
            continue;
        }
        err = replica_scrub_event(replica, txn, slot, seq, out);
        if (err == 0) {
            err = damage_within(txn, head->log, seq, seq, &is_listed);
        }
        if (err == 0 && is_listed) {
            err = signature_drop(replica, txn, head, seq);
        }
        if (err == 0 && is_listed) {
            err = replica_scrub_event(replica, txn, slot, seq, out);
        }
    }
    return err;
}

/* The run of the message, from @first_seq on, and how many events of it are known to be ours; 0: it
 * is good for nothing here. ERR_IO. */
static int run_of_answer(struct replica *replica, struct store_txn *txn,
                         const struct log_head *head, uint64_t first_seq, uint32_t *ret_count)
{
    struct log_head before;
    struct log_head after;
    *ret_count = 0;
    check(replica_run_of_message(replica) == 0); /* message_decode() has read it */
    int err = log_head_at(txn, &replica->config.popup, head, first_seq - 1, &before);
    if (err == 0) {
        err = run_verify(replica->run, &replica->config.popup, &before, &after);
    }
    if (err == 0) {
        err = count_ours(txn, head, replica->run, ret_count);
    }
    return err == ERR_IO ? err : 0;
}

static int answer_write(struct replica *replica, struct store_txn *txn, uint32_t slot,
                        uint64_t first_seq, uint32_t count, struct effects *out)
{
    const struct log_head *head = &replica->vector.heads[slot];
    bool stays = false;
    replica->is_turn_written = true;
    int err = run_write_again(replica, txn, replica->run, count, out);
    if (err == 0) {
        err = look_again(replica, txn, slot, first_seq, first_seq + count, out);
    }
    if (err == 0) {
        err = damage_within(txn, head->log, first_seq, first_seq, &stays);
    }
    out->is_store_broken |= err == 0 && stays && first_seq != head->seq;
    if (err == 0 && !stays) {
        repair_anew(&replica->scrub);
    }
    return err;
}

int replica_repair_take(struct replica *replica, struct store_txn *txn, uint32_t link,
                        struct effects *out)
{
    struct scrub *scrub = &replica->scrub;
    const struct repair_request request = scrub->open[link];
    const int32_t slot = vector_find(&replica->vector, request.log);
    uint32_t count = 0;
    bool is_listed = false;
    check(slot != SLOT_NONE);
    const struct log_head *head = &replica->vector.heads[slot];
    scrub->open[link] = (struct repair_request){0};
    if (scrub->is_asked && scrub->link == link) { /* else it comes late */
        scrub->is_asked = false;
        scrub->is_tried[link] = true;
    }
    int err = damage_within(txn, request.log, request.first_seq, request.first_seq, &is_listed);
    if (err == 0 && is_listed) {
        err = run_of_answer(replica, txn, head, request.first_seq, &count);
    }
    if (err != 0 || count == 0) {
        return err; /* somebody else may have it */
    }
    err = answer_write(replica, txn, (uint32_t)slot, request.first_seq, count, out);
    scrub->link = scrub->is_asked ? scrub->link : link; /* it may have the next */
    return err;
}
