/* replica_command.c - what people want: judged by the till, written as one run, answered once it is
 * durable. */
#include "sync/domain/blob.h"
#include "sync/domain/receipt.h"
#include "sync/replica/replica_state.h"

static bool may_give_receipt(const struct command *command)
{
    return command->kind == COMMAND_RECEIPT ||
           (command->kind == COMMAND_PRINT && command->purpose == PRINT_RECEIPT);
}

/* The menu, the pop-up or the very entity may have changed earlier in this turn: fold it before
 * looking. */
static int fold_before(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    return replica->turn->entities_count == 0 ? 0 : replica_fold(replica, txn, out);
}

static bool needs_fold(const struct replica *replica, const struct command *command)
{
    const struct turn *turn = replica->turn;
    if (command->kind != COMMAND_ORDER_PLACE || command->has_cart) {
        return true;
    }
    for (uint32_t i = 0; i < turn->entities_count; i++) {
        if (turn->entities[i].kinds != kind_bit(KIND_ORDER)) {
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
    if (!replica->result->is_blob_used) {
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
                                      .number = (uint32_t)result->refused_item,
                                      .choice = result->refused_choice};
    }
    return err;
}

static struct till till_of(struct replica *replica, struct store_txn *txn, struct moment now)
{
    return (struct till){.txn = txn,
                         .folder = &replica->folder,
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
                         .lane = replica_lane(replica),
                         .number_next = replica->number_next,
                         .now_t = replica_t_of_moment(replica, now),
                         .now_wall_ms = now.wall_ms,
                         .roster = &replica->roster,
                         .heads = replica->vector.heads,
                         .ascending = replica->vector.ascending,
                         .heads_count = replica->vector.count,
                         .own_device = replica->device,
                         .root_secret = replica->config.root_secret,
                         .device_secret = replica->config.device_secret,
                         .own_chain = replica->config.chain,
                         .close = &replica->close};
}

/* What the till needs before it judges. */
static int command_prepare(struct replica *replica, struct store_txn *txn,
                           const struct command *command, struct moment now, struct till *till)
{
    int err = may_give_receipt(command) ? replica_receipt_prepare(replica, txn, till)
                                        : certificate_check(replica, command);
    if (err == 0) {
        err = close_prepare(replica, txn, command);
    }
    if (err == 0) {
        err = replica_guest_before(replica, txn, command, now);
    }
    if (err == 0) {
        err = replica_cart_before(replica, txn, now);
    }
    return err;
}

/* What the till came to: its events, and what else a command leaves in the store. */
static int command_write(struct replica *replica, struct store_txn *txn,
                         const struct command *command, const struct till *till,
                         struct effects *out)
{
    const struct till_result *result = replica->result;
    int err = 0;
    if (result->events_count > 0) {
        err = replica_events_make_room(replica, txn, out); /* it may fold: before the check */
        if (err == 0) {
            err = replica_tell_view(replica, txn, till->now_t, out);
        }
    }
    if (err == 0) {
        err = replica_events_check(replica, result, command);
    }
    if (err == 0 && result->events_count > 0) {
        err = replica_events_append(replica, txn, result, command, till->now_t, out);
    }
    if (err == 0 && result->is_number_used) {
        err = replica_number_keep(replica, txn, result->day, result->number);
    }
    if (err == 0) {
        err = blob_keep(replica, txn, command);
    }
    if (err == 0 && result->is_receipt_used) {
        err = receipt_keep(txn, replica->log, till->receipt_next);
    }
    return err;
}

static struct answer answer_of(const struct replica *replica, uint64_t cart_dropped)
{
    const struct till_result *result = replica->result;
    return (struct answer){
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
}

/* What became of a command that lacks rights to sell: who is patient is told so before anything is
 * written. */
static int lack_settle(struct replica *replica, struct store_txn *txn, const struct input *input,
                       int judged, struct answer *ret_answer)
{
    const struct till_result *result = replica->result;
    const bool is_lacking =
        judged == ERR_UNAVAILABLE || (judged == 0 && input->command->kind == COMMAND_QUOTE);
    int err = 0;
    if (!is_lacking || result->short_item == 0) {
        return judged;
    }
    replica_stock_note(replica, result, false, input->now);
    if (input->is_patient) {
        err = replica_ask_can_help(replica, txn, result->short_item, &ret_answer->is_asked_for);
    }
    if (err == 0 && ret_answer->is_asked_for) {
        err = ERR_UNAVAILABLE;
    }
    return err != 0 ? err : judged;
}

/* Judge and write; 0 with an answer, or a refusal that changed nothing, or ERR_IO / ERR_FULL. */
static int command_run(struct replica *replica, struct store_txn *txn, const struct input *input,
                       struct effects *out, struct answer *ret_answer)
{
    const struct command *command = input->command;
    const struct moment now = input->now;
    struct till_result *result = replica->result;
    struct till till = till_of(replica, txn, now);
    uint64_t cart_dropped = 0;
    int err = command_prepare(replica, txn, command, now, &till);
    if (err == 0) {
        err = till_judge(&till, command, result, ret_answer);
        err = lack_settle(replica, txn, input, err, ret_answer);
    }
    if (err == 0) {
        err = command_write(replica, txn, command, &till, out);
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
    replica->scrub.is_wrong |= result->is_row_spoilt;
    if (result->is_number_used) {
        replica->number_next = result->number + 1;
    }
    *ret_answer = answer_of(replica, cart_dropped);
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

static int command_once(struct replica *replica, struct store_txn *txn, const struct input *input,
                        struct effects *out, struct answer *ret_answer)
{
    const struct command *command = input->command;
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
        err = replica_number_prepare(replica, txn, popup.day);
    }
    if (err == 0) {
        err = command_run(replica, txn, input, out, ret_answer);
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

int replica_command(struct replica *replica, struct store_txn *txn, const struct input *input,
                    struct effects *out)
{
    struct answer answer = {0};
    int err = replica->is_log_lost ? ERR_BUSY : command_once(replica, txn, input, out, &answer);
    if (err == ERR_IO || err == ERR_FULL) {
        return err;
    }
    effects_answer(out, input->request, refusal(replica, err), &answer);
    return 0;
}
