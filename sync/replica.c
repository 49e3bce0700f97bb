/* replica.c - the life of a replica: made, opened, turned, sealed. */
#include "sync/replica.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/change_number.h"
#include "sync/log/salvage.h"
#include "sync/replica_state.h"

/* --- memory --- */

struct replica *replica_new(void)
{
    struct replica *replica = calloc(1, sizeof *replica);
    if (replica == NULL) {
        return NULL;
    }
    replica->turn = calloc(1, sizeof *replica->turn);
    replica->history = history_new();
    replica->scratch = history_new();
    replica->order = calloc(1, sizeof *replica->order);
    replica->stock = calloc(1, sizeof *replica->stock);
    replica->roster_before = calloc(1, sizeof *replica->roster_before);
    replica->verified = calloc(1, sizeof *replica->verified);
    replica->run = calloc(1, sizeof *replica->run);
    replica->result = calloc(1, sizeof *replica->result);
    replica->row = malloc(ROW_BYTES_MAX);
    replica->event_data = malloc(EVENT_SALVAGE_BYTES_MAX);
    replica->fork_hashes = calloc(2, sizeof *replica->fork_hashes);
    replica->salvage_data = malloc(EVENT_SALVAGE_BYTES_MAX);
    if (replica->turn == NULL || replica->history == NULL || replica->scratch == NULL ||
        replica->order == NULL || replica->stock == NULL || replica->roster_before == NULL ||
        replica->verified == NULL || replica->run == NULL || replica->result == NULL ||
        replica->row == NULL || replica->event_data == NULL || replica->fork_hashes == NULL ||
        replica->salvage_data == NULL) {
        replica_free(replica);
        return NULL;
    }
    return replica;
}

void replica_free(struct replica *replica)
{
    if (replica == NULL) {
        return;
    }
    free(replica->turn);
    history_free(replica->history);
    history_free(replica->scratch);
    free(replica->order);
    free(replica->stock);
    free(replica->roster_before);
    free(replica->verified);
    free(replica->run);
    free(replica->result);
    free(replica->row);
    free(replica->event_data);
    free(replica->fork_hashes);
    free(replica->salvage_data);
    free(replica);
}

/* --- own events --- */

static struct log_head *own_head(struct replica *replica)
{
    int32_t slot = vector_find(&replica->vector, replica->log);
    check(slot != SLOT_NONE);
    return &replica->vector.heads[slot];
}

int replica_sign(struct replica *replica, struct store_txn *txn)
{
    struct log_head *head = own_head(replica);
    if (head->signed_seq == head->seq) {
        return 0;
    }
    replica->mesh.is_mark_dirty[head - replica->vector.heads] = true;
    return log_sign(txn, head, &replica->config.popup, replica->config.log_secret);
}

/* Whether the own log may say that next. */
static bool may_append(struct replica *replica, const struct event *event)
{
    const struct log_head *head = own_head(replica);
    return head->seq == 0 || /* the roster does not know this log before its first event */
           roster_permits(&replica->roster, replica->log, head->seq + 1, event->type, event->by);
}

int replica_append(struct replica *replica, struct store_txn *txn, const struct event *event,
                   struct effects *out)
{
    struct bytes bytes;
    struct log_head *head = own_head(replica);
    int err = event_encode(event, replica->event_data, EVENT_SALVAGE_BYTES_MAX, &bytes);
    if (err == 0 && !turn_has_room(replica->turn, bytes.size)) {
        err = replica_fold(replica, txn, out); /* peers filled the turn */
    }
    if (err == 0 && !may_append(replica, event)) {
        err = ERR_FORBIDDEN;
    }
    if (err == 0) {
        err = log_append(txn, head, bytes);
    }
    if (err == ERR_LIMIT) { /* the run is full */
        err = replica_sign(replica, txn);
        if (err == 0) {
            err = log_append(txn, head, bytes);
        }
    }
    if (err != 0) {
        return err;
    }
    struct operation id = log_head_operation(head);
    replica->is_turn_written = true;
    turn_add(replica->turn, &id, event->type, &event->entity, bytes);
    return 0;
}

/* --- folding --- */

int replica_mark(struct replica *replica, struct store_txn *txn, uint32_t type,
                 const struct entity_id *entity, struct effects *out)
{
    const struct event_info *info = event_info_find(type);
    const enum kind kind = info == NULL ? KIND_NONE : info->kind;
    if (turn_mark(replica->turn, kind, entity)) {
        return 0;
    }
    int err = replica_fold(replica, txn, out);
    if (err == 0) {
        check(turn_mark(replica->turn, kind, entity));
    }
    return err;
}

int replica_mark_salvaged(struct replica *replica, struct store_txn *txn, struct operation *from)
{
    struct salvage_cursor cursor;
    struct salvaged_row row;
    int err = salvage_of_log(&cursor, txn, from, &row);
    if (err != 0) {
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    while (err == 0) {
        const struct event_info *info = event_info_find(row.type);
        enum kind kind = info == NULL ? KIND_NONE : info->kind;
        bool is_marked = row.type == EVENT_NONE || turn_mark(replica->turn, kind, &row.entity);
        *from = row.id;
        err = is_marked ? salvage_row_next(&cursor, &row) : ERR_LIMIT;
    }
    salvage_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* ERR_LIMIT. */
static int mark_carried(struct replica *replica, struct store_txn *txn,
                        const struct carried *carried)
{
    int err = 0;
    for (uint32_t i = 0; i < carried->count && err == 0; i++) {
        struct operation from = {.log = carried->from[i].log, .seq = carried->from[i].seq};
        err = replica_mark_salvaged(replica, txn, &from);
    }
    return err;
}

/* People may do other things than before, by which is judged too what they did on voided branches;
 * or a forked log came of which something was carried here before. */
static void add_all_salvaged(const struct replica *replica, struct carried *carried)
{
    const struct roster *before = replica->roster_before;
    const struct roster *after = &replica->roster;
    bool are_people_alike =
        before->people_count == after->people_count &&
        memcmp(before->people, after->people, after->people_count * sizeof after->people[0]) == 0;
    for (uint32_t i = 0; i < after->logs_count; i++) {
        const struct roster_log *log = &after->logs[i];
        bool is_touched = !are_people_alike || roster_log_find(before, log->id) == NULL;
        if (log->fork_seq != UINT64_MAX && is_touched) {
            carried_add(carried, after, log->id, 0);
        }
    }
}

/* What of a log counts has changed: refold every entity it wrote to, and note what it carries. */
static int log_mark_entities(struct replica *replica, struct store_txn *txn, uint64_t log,
                             struct carried *carried)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    struct key first = key_event(log, 1);
    int err = store_cursor_open(txn, TABLE_LOG, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&first), &key, &value);
    for (; err == 0; err = store_cursor_next(&cursor, &key, &value)) {
        struct event event;
        uint64_t of_log;
        uint64_t seq;
        struct hash hash;
        struct bytes bytes;
        if (key_event_parse(key, &of_log, &seq) != 0) {
            err = ERR_IO;
            break;
        }
        if (of_log != log) {
            break;
        }
        if (event_row_parse(value, &hash, &bytes) != 0 || event_decode(bytes, &event) != 0) {
            continue; /* the disk spoilt it: its entity is folded when it is mended */
        }
        const struct event_info *info = event_info_find(event.type);
        if (!turn_mark(replica->turn, info == NULL ? KIND_NONE : info->kind, &event.entity)) {
            err = ERR_LIMIT;
            break;
        }
        if (event.type == EVENT_SALVAGE) {
            carried_add_salvage(carried, &replica->roster, event.body);
        }
    }
    store_cursor_close(&cursor);
    carried_add(carried, &replica->roster, log, 0);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* A fork that was not proven before: people are told at every device, whoever found it. */
static void alarm_fork(const struct replica *replica, const struct roster_log *log,
                       struct effects *out)
{
    const struct roster_log *before = roster_log_find(replica->roster_before, log->id);
    if (log->fork_seq != UINT64_MAX && (before == NULL || before->fork_seq == UINT64_MAX)) {
        effects_alarm(out, ALARM_FORK, log->id, log->fork_seq, log->device);
    }
}

/* The roster's events changed: fold it, and mark what that makes valid or void. */
static int roster_fold(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    struct carried carried = {.count = 0};
    *replica->roster_before = replica->roster;
    int err = roster_load_with(replica->verified, &replica->roster, txn, &replica->config.popup,
                               &replica->config.root);
    out->is_roster_changed = true;
    if (err == ERR_MALFORMED) {
        err = ERR_IO; /* the store is damaged */
    }
    if (err == 0) {
        err = replica_salvage_note(replica, txn);
    }
    if (err == 0) {
        replica_voided_roster(replica);
    }
    for (uint32_t i = 0; i < replica->roster.logs_count && err == 0; i++) {
        const struct roster_log *log = &replica->roster.logs[i];
        alarm_fork(replica, log, out);
        if (!roster_counts_alike(replica->roster_before, &replica->roster, log->id)) {
            err = log_mark_entities(replica, txn, log->id, &carried);
        }
    }
    add_all_salvaged(replica, &carried);
    if (err == 0) {
        err = mark_carried(replica, txn, &carried);
    }
    if (err == 0) {
        err = replica_mark_waiting(replica, txn);
    }
    if (err == ERR_LIMIT) { /* more entities than a turn remembers: refold all */
        replica->voided.is_due = true;
        err = replica_rebuild(replica, txn);
    }
    replica->is_fork_check_due = replica->is_salvage_due = true;
    if (err == 0) {
        err = replica_limits(replica, txn);
    }
    if (err == 0) {
        mesh_note_roster(&replica->mesh, &replica->roster, out);
    }
    return err;
}

/* A salvage is the roster's event and says nothing of it: what it carries was marked as it came. */
int replica_fold(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    int err = 0;
    if (turn_is_dirty_beside(replica->turn, &replica->roster_entity, EVENT_SALVAGE)) {
        err = roster_fold(replica, txn, out);
    }
    if (turn_is_dirty(replica->turn, &replica->popup_entity)) {
        replica->popup.is_known = false;
    }
    if (err == 0) {
        err = replica_voided_note(replica, txn);
    }
    if (err == 0) {
        err = turn_fold_all(replica->turn, txn, &replica->folder);
    }
    return err;
}

/* What a log may hold on trading day @day: its allowance for each day. */
static uint64_t allowance_by(uint64_t day, uint64_t bytes_a_day)
{
    uint64_t days = day > 1 ? day : 1;
    return days > UINT64_MAX / bytes_a_day ? UINT64_MAX : days * bytes_a_day;
}

int replica_popup(struct replica *replica, struct store_txn *txn, struct popup_cache *ret_popup)
{
    if (!replica->popup.is_known) {
        struct popup popup;
        int err = history_get(replica->scratch, txn, KIND_POPUP, &replica->popup_entity);
        if (err == ERR_NOT_FOUND) {
            history_reset(replica->scratch, KIND_POPUP, &replica->popup_entity);
        } else if (err == ERR_MALFORMED) { /* the disk spoilt the row */
            err = history_load(replica->scratch, txn, &replica->roster, KIND_POPUP,
                               &replica->popup_entity);
        }
        if (err != 0 && err != ERR_NOT_FOUND) {
            return ERR_IO;
        }
        popup_derive(replica->scratch, &popup);
        replica->popup =
            (struct popup_cache){.is_known = true, .day = popup.day, .copies = popup.copies};
        mesh_set_limits(&replica->mesh, popup.copies,
                        allowance_by(popup.day, replica->config.log_allowance_bytes));
    }
    *ret_popup = replica->popup;
    return 0;
}

/* --- opening --- */

/* The clock reading of an event written at @now. */
static uint64_t t_of_moment(const struct replica *replica, struct moment now)
{
    const int64_t epoch_ms = replica->config.epoch_ms;
    return now.wall_ms > epoch_ms ? (uint64_t)(now.wall_ms - epoch_ms) : 0;
}

/* @previous: the newest event of the log that this one continues, or NULL. */
static int log_open(struct replica *replica, struct store_txn *txn,
                    const struct operation *previous, struct moment now, struct effects *out)
{
    const struct replica_config *config = &replica->config;
    uint8_t body_data[CERT_CHAIN_BYTES_MAX + 256];
    struct event event = {.type = EVENT_LOG_OPEN, .entity = replica->roster_entity};
    struct log_open open = {.incarnation = config->incarnation,
                            .chain = config->chain,
                            .has_previous = previous != NULL};
    struct log_head head;
    int32_t slot;
    if (previous != NULL) {
        open.previous = *previous;
    }
    memcpy(open.log_key.bytes, config->log_secret->bytes + PUBLIC_KEY_BYTES, PUBLIC_KEY_BYTES);
    log_head_init(&head, &config->popup, &open.log_key, replica->device, config->incarnation);
    int err = vector_add(&replica->vector, &head, &slot);
    if (err == 0) {
        err = log_open_encode(&open, &config->popup, config->device_secret, body_data,
                              sizeof body_data, &event.body);
    }
    if (err != 0) {
        return err;
    }
    mesh_note_slot(&replica->mesh, (uint32_t)slot);
    event.t = t_of_moment(replica, now);
    return replica_append(replica, txn, &event, out);
}

/* The row of TABLE_LOCAL that stands when the own log must not be continued: "lost", be64 log. */
static struct key key_lost(uint64_t log)
{
    struct key key = {.size = 4 + 8};
    memcpy(key.data, "lost", 4);
    put_be64(key.data + 4, log);
    return key;
}

int replica_keep_lost(struct store_txn *txn, uint64_t log)
{
    struct key key = key_lost(log);
    return store_put(txn, TABLE_LOCAL, key_bytes(&key), bytes_of(NULL, 0));
}

static int lost_load(struct replica *replica, struct store_txn *txn)
{
    struct key key = key_lost(replica->log);
    struct bytes value;
    int err = store_get(txn, TABLE_LOCAL, key_bytes(&key), &value);
    replica->is_log_lost = err == 0;
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* Behind a proven fork nothing that it writes would count. */
static bool is_own_log_forked(const struct replica *replica)
{
    int32_t slot = vector_find(&replica->vector, replica->log);
    const struct roster_log *log = roster_log_find(&replica->roster, replica->log);
    return log != NULL && slot != SLOT_NONE && replica->vector.heads[slot].seq + 1 >= log->fork_seq;
}

static void log_choose(struct replica *replica, const struct secret_key *log_secret,
                       uint32_t incarnation)
{
    struct public_key key;
    replica->config.log_secret = log_secret;
    replica->config.incarnation = incarnation;
    memcpy(key.bytes, log_secret->bytes + PUBLIC_KEY_BYTES, sizeof key.bytes);
    replica->log = id64_of_key(&key);
    replica->mesh.own_log = replica->log;
    replica->number_day = TRADING_DAY_NONE;
    replica->is_log_lost = false;
}

static int config_take(struct replica *replica, const struct replica_config *config)
{
    int err =
        certificate_verify(config->chain, &config->popup, &config->root, &replica->certificate);
    if (err != 0) {
        return err;
    }
    if (config->chain.size > sizeof replica->chain) {
        return ERR_TOO_LARGE;
    }
    replica->config = *config;
    memcpy(replica->chain, config->chain.data, config->chain.size);
    replica->chain_size = config->chain.size;
    replica->config.chain = bytes_of(replica->chain, replica->chain_size);
    if (replica->config.log_allowance_bytes == 0) {
        replica->config.log_allowance_bytes = LOG_ALLOWANCE_BYTES;
    }
    replica->device = id64_of_key(&replica->certificate.device_key);
    replica->roster_entity = entity_id_derive(KIND_ROSTER, 0);
    replica->popup_entity = entity_id_derive(KIND_POPUP, 0);
    return 0;
}

static void state_reset(struct replica *replica)
{
    turn_reset(replica->turn);
    vector_reset(&replica->vector);
    memset(&replica->roster, 0, sizeof replica->roster);
    replica->popup = (struct popup_cache){0};
    replica->number_day = TRADING_DAY_NONE;
    replica->is_turn_written = false;
    replica->is_log_lost = false;
    replica->is_fork_check_due = true;
    replica->probe = (struct fork_probe){0};
    replica->fork_stated = 0;
    replica->is_salvage_due = true;
    memset(replica->salvage_plans, 0, sizeof replica->salvage_plans);
    replica->voided = (struct voided_list){.is_due = true};
    replica->scrub = (struct scrub){.part = SCRUB_TAILS};
    replica->desk = (struct desk){0};
    replica->doubles.count = 0;
    replica->carts.count = 0; /* the rows that were left say which there are */
    replica->folder = (struct folder){.roster = &replica->roster,
                                      .history = replica->history,
                                      .order = replica->order,
                                      .stock = replica->stock,
                                      .doubles = &replica->doubles,
                                      .row = replica->row,
                                      .row_capacity = ROW_BYTES_MAX,
                                      .breadcrumb = replica->config.breadcrumb,
                                      .aside = replica->config.aside,
                                      .aside_count = replica->config.aside_count};
}

void replica_restart(struct replica *replica)
{
    replica->is_open = false;
    memset(&replica->holds, 0, sizeof replica->holds);
    memset(&replica->quotes, 0, sizeof replica->quotes);
    memset(&replica->carts, 0, sizeof replica->carts);
    memset(&replica->guests, 0, sizeof replica->guests);
    memset(&replica->remake, 0, sizeof replica->remake);
    replica->mesh.is_store_low = false;
}

int replica_open(struct replica *replica, struct store_txn *txn,
                 const struct replica_config *config, struct moment now, struct effects *out)
{
    struct popup_cache popup;
    replica->is_open = false;
    int err = config_take(replica, config);
    if (err != 0) {
        return err;
    }
    state_reset(replica);
    mesh_reset(&replica->mesh, &replica->vector, &config->popup, replica->device, config->boot,
               FOLD_VERSION);
    log_choose(replica, config->log_secret, config->incarnation);
    err = replica_meta_open(replica, txn, out);
    bool is_other_version = err == ERR_VERSION; /* then only what a rebuild needs is read */
    if (err == 0 || is_other_version) {
        err = replica_heads_mend(replica, txn, out);
    }
    if (err == 0) {
        err = vector_load(&replica->vector, txn);
    }
    if (err == 0) {
        err = lost_load(replica, txn);
    }
    if (err == 0) {
        err = acks_load_marks(&replica->mesh.acks, &replica->vector, txn);
    }
    if (err == 0) {
        err = change_number_get(txn, &replica->folder.change_number);
    }
    replica->change_number_sealed = replica->folder.change_number;
    if (err == 0) {
        err = roster_load_with(replica->verified, &replica->roster, txn, &config->popup,
                               &config->root);
    }
    if (err == 0 && is_other_version) {
        err = ERR_VERSION;
    }
    if (err == 0) {
        err = replica_popup(replica, txn, &popup);
    }
    if (err == 0 && vector_find(&replica->vector, replica->log) == SLOT_NONE) {
        err = log_open(replica, txn, NULL, now, out);
    }
    if (err == 0) {
        err = replica_limits(replica, txn);
    }
    if (err == 0) {
        err = replica_scrub_open(replica, txn);
    }
    if (err == 0) {
        err = replica_remake_open(replica, txn);
    }
    if (err == 0) {
        err = replica_guest_open(replica, txn);
    }
    if (err == 0) {
        err = replica_cart_open(replica, txn, now);
    }
    out->is_roster_changed = true;
    replica->is_open = err == 0;
    return err;
}

int replica_renew_log(struct replica *replica, struct store_txn *txn,
                      const struct secret_key *log_secret, uint32_t incarnation, struct moment now,
                      struct effects *out)
{
    check(replica->is_open);
    struct operation previous = log_head_operation(own_head(replica));
    log_choose(replica, log_secret, incarnation);
    replica->is_fork_check_due = true;
    return log_open(replica, txn, &previous, now, out);
}

void replica_limit_store(struct replica *replica, bool is_low)
{
    replica->mesh.is_store_low = is_low;
}

void replica_abort(struct replica *replica)
{
    replica->is_open = false;
}

/* --- turns --- */

static int message_take(struct replica *replica, struct store_txn *txn, const struct input *input,
                        struct effects *out)
{
    struct mesh *mesh = &replica->mesh;
    struct link *link = &mesh->links[input->link];
    if (!link->is_up) {
        return 0; /* closed in this very turn */
    }
    int err = message_decode(input->message, &mesh->message);
    if (err == ERR_NOT_FOUND) {
        return 0; /* of a newer version */
    }
    if (err != 0) {
        effects_alarm(out, ALARM_PROTOCOL, 0, 0, link->device);
        mesh_close(mesh, input->link, BYE_PROTOCOL, out);
        return 0;
    }
    if (mesh->message.kind == MESSAGE_EVENTS) {
        return link->is_ready
                   ? replica_accept(replica, txn, input->link, input->message.size, input->now, out)
                   : 0;
    }
    if (mesh->message.kind == MESSAGE_ASK) {
        return link->is_ready ? replica_stock_asked(replica, txn, input->link, input->now, out) : 0;
    }
    if (mesh->message.kind == MESSAGE_FORKQ || mesh->message.kind == MESSAGE_FORKP) {
        return link->is_ready ? replica_fork_take(replica, txn, input->link, input->now, out) : 0;
    }
    return mesh_receive(mesh, txn, &replica->roster, input->link, input->now, out);
}

int replica_step(struct replica *replica, struct store_txn *txn, const struct input *input,
                 struct effects *out)
{
    check(replica->is_open);
    switch (input->kind) {
    case INPUT_TIME:
        return 0; /* replica_seal() looks at the time */
    case INPUT_LINK_UP:
        mesh_link_up(&replica->mesh, input->link, input->device, input->is_dialer, input->now, out);
        replica_stock_link_up(replica, input->link);
        return 0;
    case INPUT_LINK_DOWN:
        mesh_link_down(&replica->mesh, input->link, out);
        return 0;
    case INPUT_MESSAGE:
        check(input->link < LINKS_MAX);
        return message_take(replica, txn, input, out);
    case INPUT_COMMAND:
        return replica_command(replica, txn, input->command, input->request, input->now, out);
    case INPUT_SCRUB:
        return replica_scrub(replica, txn, input, out);
    case INPUT_BLOB:
        replica->is_turn_written = true;
        return mesh_note_blob(&replica->mesh, txn, &input->blob, input->blob_size, input->is_good,
                              out);
    }
    check(false);
}

int replica_seal(struct replica *replica, struct store_txn *txn, struct moment now,
                 struct effects *out)
{
    struct popup_cache popup;
    check(replica->is_open);
    int err = replica_fold(replica, txn, out);
    replica->is_log_lost = replica->is_log_lost || is_own_log_forked(replica);
    if (err == 0) {
        err = replica_fork_seal(replica, txn, now, out);
    }
    if (err == 0) {
        err = replica_adopt_certificate(replica, txn, t_of_moment(replica, now), out);
    }
    if (err == 0) {
        err = replica_stock_seal(replica, txn, now, out);
    }
    if (err == 0 && replica->turn->entities_count > 0) {
        err = replica_fold(replica, txn, out);
    }
    if (err == 0) {
        err = replica_voided_seal(replica, txn);
    }
    if (err == 0) {
        err = replica_sign(replica, txn);
    }
    if (err == 0) {
        err = replica_popup(replica, txn, &popup);
    }
    if (err == 0) {
        err = replica_repair_seal(replica, txn, now, out);
    }
    if (err == 0) {
        err = mesh_seal(&replica->mesh, txn, &replica->roster, replica->run, now, out);
    }
    if (err == 0) {
        err = mesh_seal_blobs(&replica->mesh, txn, replica->folder.is_blob_folded, now, out,
                              &replica->is_turn_written);
    }
    replica->folder.is_blob_folded = false;
    replica->scrub.is_wrong |= replica->folder.is_row_spoilt;
    replica->folder.is_row_spoilt = false;
    if (err == 0 && replica->is_turn_written) {
        err = acks_store_marks(&replica->mesh.acks, &replica->vector, txn);
    }
    if (err == 0 && replica->is_turn_written) {
        err = request_forget(txn, popup.day, REQUESTS_FORGOTTEN_PER_TURN);
    }
    if (err != 0) {
        return err;
    }
    replica->is_log_lost = replica->is_log_lost || is_own_log_forked(replica);
    out->is_new_log_needed = replica->is_log_lost; /* until it got one */
    out->is_written = replica->is_turn_written;
    out->is_changed = replica->folder.change_number != replica->change_number_sealed;
    out->change_number = replica->change_number_sealed = replica->folder.change_number;
    replica->is_turn_written = false;
    return 0;
}
