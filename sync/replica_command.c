/* replica_command.c - what people want: judged by the till, written as one run, answered once it is
 * durable. */
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/blob.h"
#include "sync/domain/receipt.h"
#include "sync/replica_state.h"

enum {
    T_AHEAD_MAX_MS = 60000, /* how far a remote clock may pull ours along */
    ENVELOPE_BYTES_MAX =
        512, /* an event without its body: PARENTS_MAX operations of 38 bytes, and ids */
    NUMBER_CALLED_MAX = 1000000, /* of the orders of a lane and day */
};

/* --- order numbers --- */

/* The highest number of (day, lane) in the index, 0 when there is none. */
static int number_highest(struct store_txn *txn, uint64_t day, struct bytes lane,
                          uint32_t *ret_number)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    uint8_t last[1 + 8 + LANE_BYTES_MAX + 1 + 4 + ENTITY_ID_BYTES];
    size_t prefix_size = 1 + 8 + lane.size + 1;
    memset(last, 0xff, sizeof last);
    last[0] = INDEX_NUMBER;
    put_be64(last + 1, day);
    memcpy(last + 9, lane.data, lane.size);
    last[9 + lane.size] = 0;
    int err = store_cursor_open(txn, TABLE_INDEX, &cursor);
    if (err != 0) {
        return err;
    }
    *ret_number = 0;
    err = store_cursor_before(&cursor, bytes_of(last, prefix_size + 4 + ENTITY_ID_BYTES), &key,
                              &value);
    if (err == 0 && key.size == prefix_size + 4 + ENTITY_ID_BYTES &&
        memcmp(key.data, last, prefix_size) == 0) {
        *ret_number = get_be32(key.data + prefix_size);
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* The row of TABLE_LOCAL that remembers the last number given out under a log: "number", be64 log,
 * be64 day, lane. The index does not do alone: an order that was opened at several devices may
 * stand there under another's day, or without our number. */
static struct key key_number(uint64_t log, uint64_t day, struct bytes lane)
{
    struct key key = {.size = 6 + 8 + 8 + lane.size};
    memcpy(key.data, "number", 6);
    put_be64(key.data + 6, log);
    put_be64(key.data + 14, day);
    memcpy(key.data + 22, lane.data, lane.size);
    return key;
}

static struct bytes lane_of(const struct replica *replica)
{
    return bytes_of(replica->certificate.lane, replica->certificate.lane_size);
}

/* The last number that the own log gave out on @day. When it gave none yet, what its first comes
 * after: a later incarnation keeps its distance, for the one before may live on in a clone. */
static int number_last(const struct replica *replica, struct store_txn *txn, uint64_t day,
                       uint32_t *ret_number)
{
    struct key key = key_number(replica->log, day, lane_of(replica));
    struct bytes stored;
    uint32_t highest;
    int err = store_get(txn, TABLE_LOCAL, key_bytes(&key), &stored);
    if (err == 0 && stored.size != 4) {
        return ERR_IO;
    }
    uint32_t last = err == 0 ? get_be32(stored.data) : 0;
    uint32_t gap = err != 0 && replica->config.incarnation > 1 ? NUMBER_GAP : 0;
    if (err == 0 || err == ERR_NOT_FOUND) {
        err = number_highest(txn, day, lane_of(replica), &highest);
    }
    if (err != 0) {
        return err;
    }
    if (highest > NUMBER_CALLED_MAX) {
        highest = 0; /* nobody called that out: somebody plays with our lane */
    }
    *ret_number = (last > highest ? last : highest) + gap;
    return 0;
}

static int number_keep(const struct replica *replica, struct store_txn *txn, uint64_t day,
                       uint32_t number)
{
    struct key key = key_number(replica->log, day, lane_of(replica));
    uint8_t value[4];
    put_be32(value, number);
    return store_put(txn, TABLE_LOCAL, key_bytes(&key), bytes_of(value, sizeof value));
}

static int number_prepare(struct replica *replica, struct store_txn *txn, uint64_t day)
{
    uint32_t last;
    if (replica->number_day == day && day != TRADING_DAY_NONE) {
        return 0;
    }
    int err = number_last(replica, txn, day, &last);
    if (err != 0) {
        return err;
    }
    replica->number_day = day;
    replica->number_next = last + 1;
    return 0;
}

/* --- receipt numbers --- */

static bool may_give_receipt(const struct command *command)
{
    return command->kind == COMMAND_RECEIPT ||
           (command->kind == COMMAND_PRINT && command->purpose == PRINT_RECEIPT);
}

static int receipt_prepare(const struct replica *replica, struct store_txn *txn, struct till *till)
{
    uint32_t last;
    const int err = receipt_last(txn, replica->log, &last);
    if (err != 0) {
        return err;
    }
    till->receipt_next = last < UINT32_MAX ? last + 1 : 0;
    till->incarnation = replica->config.incarnation;
    return 0;
}

/* --- events --- */

/* The clock reading for a new event: never behind what it has seen, unless that is far ahead of our
 * own clock. */
static uint64_t t_of(const struct history *history, uint64_t now_t)
{
    uint64_t t = now_t;
    for (uint32_t i = 0; i < history->count; i++) {
        if (history->events[i].t > t && history->events[i].t <= now_t + T_AHEAD_MAX_MS) {
            t = history->events[i].t;
        }
    }
    return t;
}

static int history_read(struct replica *replica, struct store_txn *txn, enum kind kind,
                        const struct entity_id *entity)
{
    int err = history_get(replica->history, txn, kind, entity);
    if (err == ERR_NOT_FOUND) {
        history_reset(replica->history, kind, entity);
        return 0;
    }
    return err == ERR_MALFORMED ? ERR_IO : err;
}

/* Begin an event on @entity: the parents of its first causal one, its clock reading. */
static int event_begin(struct replica *replica, struct store_txn *txn, enum kind kind,
                       const struct entity_id *entity, uint64_t now_t, struct event *event)
{
    event->entity = *entity;
    event->parents_count = 0;
    event->t = now_t;
    if (entity_is_tally(kind)) {
        return 0;
    }
    int err = history_read(replica, txn, kind, entity);
    if (err == 0) {
        err =
            history_parents(replica->history, replica->log, event->parents, &event->parents_count);
    }
    event->t = t_of(replica->history, now_t);
    return err;
}

/* What the till re-emits keeps what it had seen, which is named by identities; the event before it
 * in its log was implied and is named now. Its clock reading stays. */
static int event_again(struct store_txn *txn, const struct till_event *wanted, struct event *event)
{
    struct hash hash;
    struct bytes bytes;
    const uint64_t by = event->by;
    int err = event_get(txn, wanted->again.log, wanted->again.seq, &hash, &bytes);
    if (err == 0) {
        err = event_decode(bytes, event);
    }
    if (err != 0) {
        return ERR_IO;
    }
    event->by = by;
    event->was = event->is_reemitted ? event->was : wanted->again;
    event->is_reemitted = true;
    if (!event_info_find(event->type)->is_causal) {
        event->parents_count = 0;
    } else if (wanted->again_after.log != 0 && event->parents_count < PARENTS_MAX) {
        event->parents[event->parents_count++] = wanted->again_after;
    }
    event->body = wanted->body; /* what is borrowed does not outlive a put */
    return 0;
}

static int reemit(struct replica *replica, struct store_txn *txn, const struct till_event *wanted,
                  uint64_t by, struct effects *out)
{
    struct event event = {.by = by};
    int err = event_again(txn, wanted, &event);
    return err == 0 ? replica_append(replica, txn, &event, out) : err;
}

/* Write the till's events as one block. The first causal one of an entity names what the own log
 * has not seen of it yet; those after it have seen that through it. */
static int events_append(struct replica *replica, struct store_txn *txn,
                         const struct till_result *result, const struct command *command,
                         uint64_t now_t, struct effects *out)
{
    struct event event = {.by = command->principal.staff};
    uint32_t parents_count = 0;
    int err = 0;
    for (uint32_t i = 0; i < result->events_count && err == 0; i++) {
        const struct till_event *wanted = &result->events[i];
        const struct event_info *info = event_info_find(wanted->type);
        if (wanted->again.log != 0) {
            err = reemit(replica, txn, wanted, event.by, out);
            check(err == 0 || err == ERR_IO || err == ERR_FULL);
            continue;
        }
        if (i == 0 || !entity_id_equal(&wanted->entity, &event.entity)) {
            err = event_begin(replica, txn, info->kind, &wanted->entity, now_t, &event);
            if (err != 0) {
                return err;
            }
            parents_count = event.parents_count;
        }
        event.type = wanted->type;
        event.body = wanted->body;
        event.parents_count = info->is_causal ? parents_count : 0;
        if (info->is_causal) {
            parents_count = 0;
        }
        err = replica_append(replica, txn, &event, out);
        check(err == 0 || err == ERR_IO ||
              err == ERR_FULL); /* events_check() has seen the rest: no command by halves */
    }
    return err;
}

/* Whether every event may be written before any is: a command is written whole or not at all. */
static int events_check(const struct replica *replica, const struct till_result *result,
                        const struct command *command)
{
    int32_t slot = vector_find(&replica->vector, replica->log);
    uint64_t seq = replica->vector.heads[slot].seq;
    for (uint32_t i = 0; i < result->events_count; i++) {
        if (!roster_permits(&replica->roster, replica->log, seq + 1 + i, result->events[i].type,
                            command->principal.staff)) {
            return ERR_FORBIDDEN;
        }
        if (result->events[i].body.size > EVENT_BYTES_MAX - ENVELOPE_BYTES_MAX) {
            return ERR_TOO_LARGE;
        }
    }
    return 0;
}

static int events_make_room(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    const struct turn *turn = replica->turn;
    bool has_room = turn_has_room(turn, TILL_BODY_BYTES_MAX + TILL_EVENTS_MAX * 512u) &&
                    turn->events_count + TILL_EVENTS_MAX <= TURN_EVENTS_MAX;
    return has_room ? 0 : replica_fold(replica, txn, out);
}

/* --- commands --- */

/* The menu, the pop-up or the very entity may have changed earlier in this turn: fold it before
 * looking. */
static int fold_before(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    return replica->turn->entities_count == 0 ? 0 : replica_fold(replica, txn, out);
}

static bool needs_fold(const struct replica *replica, const struct command *command)
{
    const struct turn *turn = replica->turn;
    if (command->kind != COMMAND_ORDER_PLACE || turn->entities_count == 0 || command->has_cart) {
        return true;
    }
    for (uint32_t i = 0; i < turn->entities_count; i++) {
        if (turn->entities[i].is_dirty && turn->entities[i].kinds != kind_bit(KIND_ORDER)) {
            return true;
        }
    }
    struct bytes key = command->key;
    if (key.size < REQUEST_KEY_BYTES_MIN) {
        return false; /* the till refuses it */
    }
    uint8_t session[8];
    put_be64(session, command->principal.session);
    struct entity_id order =
        entity_id_mint(get_be32(key.data), bytes_of(session, sizeof session), key);
    return turn_is_dirty(turn, &order);
}

static int certificate_check(const struct replica *replica, const struct command *command)
{
    struct certificate certificate;
    if (command->kind != COMMAND_DEVICE_ADD) {
        return 0;
    }
    return certificate_verify(command->chain, &replica->config.popup, &replica->config.root,
                              &certificate);
}

/* What this device holds at this moment: the heads, and the state that they come to. */
static int close_prepare(struct replica *replica, struct store_txn *txn,
                         const struct command *command)
{
    struct frontier *frontier = &replica->close.frontier;
    if (command->kind != COMMAND_DAY_CLOSE) {
        return 0;
    }
    frontier->count = 0;
    for (uint32_t i = 0; i < replica->vector.count; i++) {
        const struct log_head *head = &replica->vector.heads[replica->vector.ascending[i]];
        if (head->seq > 0) {
            frontier->entries[frontier->count++] =
                (struct frontier_entry){.log = head->log, .seq = head->seq, .hash = head->hash};
        }
    }
    return replica_state_digest(txn, &replica->close.root);
}

/* The host has the bytes that the command speaks of: they need not be fetched. */
static int blob_keep(struct replica *replica, struct store_txn *txn, const struct command *command)
{
    const bool is_bringing = command->kind == COMMAND_BLOB_ADD ||
                             command->kind == COMMAND_CONTACT ||
                             (command->kind == COMMAND_STAFF_PIN && command->blob_size > 0);
    if (!is_bringing) {
        return 0;
    }
    replica->is_turn_written = true;
    return blob_state_set(txn, &command->blob, BLOB_HERE, command->blob_size);
}

/* What a quote holds ends with it. */
static uint64_t quote_ms(const struct replica *replica)
{
    const uint64_t ms = replica->config.quote_ms;
    return ms > 0 && ms < HOLD_MS_MAX ? ms : HOLD_MS_MAX;
}

/* A refusal that is about one item of the menu names it. */
static int till_judge(const struct till *till, const struct command *command,
                      struct till_result *result, struct answer *ret_answer)
{
    const int err = till_run(till, command, result);
    if (err != 0 && result->refused_item != 0) {
        *ret_answer = (struct answer){.kind = KIND_MENU,
                                      .entity = entity_id_derive(KIND_MENU, result->refused_item),
                                      .number = (uint32_t)result->refused_item};
    }
    return err;
}

/* Judge and write; 0 with an answer, or a refusal that changed nothing, or ERR_IO / ERR_FULL. */
static int command_run(struct replica *replica, struct store_txn *txn,
                       const struct command *command, struct moment now, struct effects *out,
                       struct answer *ret_answer)
{
    struct till_result *result = replica->result;
    int64_t since_epoch = now.wall_ms - replica->config.epoch_ms;
    struct till till = {.txn = txn,
                        .history = replica->history,
                        .scratch = replica->scratch,
                        .order = replica->order,
                        .stock = replica->stock,
                        .holds = &replica->holds,
                        .quotes = &replica->quotes,
                        .guests = &replica->guests,
                        .carts = &replica->carts,
                        .quote_ms = quote_ms(replica),
                        .now_mono_ms = now.mono_ms,
                        .own_log = replica->log,
                        .lane = lane_of(replica),
                        .number_next = replica->number_next,
                        .now_t = since_epoch > 0 ? (uint64_t)since_epoch : 0,
                        .roster = &replica->roster,
                        .heads = replica->vector.heads,
                        .ascending = replica->vector.ascending,
                        .heads_count = replica->vector.count,
                        .own_device = replica->device,
                        .root_secret = replica->config.root_secret,
                        .device_secret = replica->config.device_secret,
                        .own_chain = replica->config.chain,
                        .close = &replica->close};
    uint64_t cart_dropped = 0;
    int err = certificate_check(replica, command);
    if (err == 0 && may_give_receipt(command)) {
        err = receipt_prepare(replica, txn, &till);
    }
    if (err == 0) {
        err = close_prepare(replica, txn, command);
    }
    if (err == 0) {
        err = replica_guest_before(replica, txn, command, now);
    }
    if (err == 0) {
        err = replica_cart_before(replica, txn, now);
    }
    if (err == 0) {
        err = till_judge(&till, command, result, ret_answer);
    }
    if (err == ERR_UNAVAILABLE) {
        replica_stock_note(replica, result, false, now);
    }
    if (err == 0 && result->events_count > 0) {
        err = events_make_room(replica, txn, out); /* folds perhaps, so it goes before the check */
    }
    if (err == 0 && result->events_count > 0) {
        err = replica_tell_view(replica, txn, since_epoch > 0 ? (uint64_t)since_epoch : 0, out);
    }
    if (err == 0) {
        err = events_check(replica, result, command);
    }
    if (err == 0 && result->events_count > 0) {
        err = events_append(replica, txn, result, command, till.now_t, out);
    }
    if (err == 0 && result->is_number_used) {
        err = number_keep(replica, txn, result->day, result->number);
    }
    if (err == 0) {
        err = blob_keep(replica, txn, command);
    }
    if (err == 0 && result->is_receipt_used) {
        err = receipt_keep(txn, replica->log, till.receipt_next);
    }
    if (err == 0) {
        err = replica_guest_after(replica, txn, command, now);
    }
    if (err == 0) {
        err = replica_cart_after(replica, txn, command, now, &cart_dropped);
    }
    if (err != 0) {
        return err;
    }
    replica_stock_note(replica, result, true, now);
    if (result->is_number_used) {
        replica->number_next = result->number + 1;
    }
    *ret_answer = (struct answer){
        .kind = result->kind,
        .entity = result->entity,
        .log = replica->log,
        .seq = replica->vector.heads[vector_find(&replica->vector, replica->log)].seq,
        .events = result->events_count,
        .number = result->number,
        .day = result->day,
        .total_minor = result->total_minor,
        .change_minor = result->change_minor,
        .carts_changed = {result->cart_row.size > 0 ? result->cart_session : 0, cart_dropped}};
    return 0;
}

/* A quote is its own record: the same request finds it standing; a cart has its own of edits, and a
 * table is sat at once. Strangers leave nothing else. */
static bool is_of_strangers(const struct command *command)
{
    return command->kind == COMMAND_QUOTE || command->kind == COMMAND_QUOTE_DROP ||
           command->kind == COMMAND_CART_ADD || command->kind == COMMAND_CART_SET ||
           command->kind == COMMAND_TABLE_SIT;
}

static int command_once(struct replica *replica, struct store_txn *txn,
                        const struct command *command, struct moment now, struct effects *out,
                        struct answer *ret_answer)
{
    struct popup_cache popup;
    bool is_keyed = command->key.size > 0 && !is_of_strangers(command);
    int err = needs_fold(replica, command) ? fold_before(replica, txn, out) : 0;
    if (err == 0) {
        err = replica_popup(replica, txn, &popup);
    }
    if (err == 0 && is_keyed) {
        err = request_find(txn, command, popup.day, ret_answer);
        if (err != ERR_NOT_FOUND) {
            return err; /* answered before, or a conflict */
        }
        err = 0;
    }
    if (err == 0 && command->kind == COMMAND_ORDER_PLACE) {
        err = number_prepare(replica, txn, popup.day);
    }
    if (err == 0) {
        err = command_run(replica, txn, command, now, out, ret_answer);
    }
    if (err == 0 && is_keyed) {
        err = request_keep(txn, command, popup.day, ret_answer);
        replica->is_turn_written = true;
    }
    return err;
}

/* What a person is told of @err: what the disk spoilt is neither his mistake nor newer software's.
 * A row that is none is made anew at the next scrub. */
static int refusal(struct replica *replica, int err)
{
    if (err == ERR_SPOILT) {
        replica->scrub.is_wrong = true;
    }
    return err == ERR_VERSION && replica->scrub.has_damage ? ERR_SPOILT : err;
}

int replica_command(struct replica *replica, struct store_txn *txn, const struct command *command,
                    uint64_t request, struct moment now, struct effects *out)
{
    struct answer answer = {0};
    int err =
        replica->is_log_lost ? ERR_BUSY : command_once(replica, txn, command, now, out, &answer);
    if (err == ERR_IO || err == ERR_FULL) {
        return err;
    }
    effects_answer(out, request, refusal(replica, err), &answer);
    return 0;
}
