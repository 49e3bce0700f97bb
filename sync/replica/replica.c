/* replica.c - the life of a replica: made, opened, turned, sealed. */
#include "sync/replica/replica.h"

#include <stdlib.h>

#include "sync/base/check.h"
#include "sync/domain/blob.h"
#include "sync/replica/replica_state.h"

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

/* --- opening --- */

/* Behind a proven fork nothing that it writes would count. */
static bool is_own_log_forked(struct replica *replica)
{
    const struct roster_log *log = roster_log_find(&replica->roster, replica->log);
    return log != NULL && replica_own_head(replica)->seq + 1 >= log->fork_seq;
}

void replica_limit_store(struct replica *replica, bool is_low)
{
    replica->mesh.is_store_low = is_low;
}

void replica_abort(struct replica *replica)
{
    if (replica->is_open) {
        replica_scrub_turn_undo(replica);
    }
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
        return link->is_ready ? replica_asked(replica, txn, input->link, input->now, out) : 0;
    }
    if (mesh->message.kind == MESSAGE_FORKQ || mesh->message.kind == MESSAGE_FORKP) {
        return link->is_ready ? replica_fork_take(replica, txn, input->link, input->now, out) : 0;
    }
    return mesh_receive(mesh, txn, &replica->roster, input->link, input->now, out);
}

/* Whether the host has a blob now; what it is shown with is shown anew. */
static int blob_take(struct replica *replica, struct store_txn *txn, const struct input *input,
                     struct effects *out)
{
    const struct entity_id id = blob_entity(&input->blob);
    struct blob blob;
    replica->is_turn_written = true;
    int err =
        mesh_note_blob(&replica->mesh, txn, &input->blob, input->blob_size, input->is_good, out);
    if (err == 0) {
        err = history_get(replica->history, txn, KIND_BLOB, &id);
    }
    if (err != 0) { /* nobody speaks of it: it is shown with nothing; nor is what a disk spoilt */
        return err == ERR_NOT_FOUND || err == ERR_MALFORMED ? 0 : err;
    }
    blob_derive(replica->history, &blob);
    return blob.about_kind == KIND_NONE
               ? 0
               : folder_show_anew(&replica->folder, txn, blob.about_kind, &blob.about);
}

int replica_step(struct replica *replica, struct store_txn *txn, const struct input *input,
                 struct effects *out)
{
    check(replica->is_open);
    replica_scrub_turn_begin(replica);
    switch (input->kind) {
    case INPUT_TIME:
        return 0; /* replica_seal() looks at the time */
    case INPUT_LINK_UP:
        mesh_link_up(&replica->mesh, input->link, input->device, input->is_dialer, input->now, out);
        return 0;
    case INPUT_LINK_DOWN:
        mesh_link_down(&replica->mesh, input->link, out);
        return 0;
    case INPUT_MESSAGE:
        check(input->link < LINKS_MAX);
        return message_take(replica, txn, input, out);
    case INPUT_COMMAND:
        return replica_command(replica, txn, input, out);
    case INPUT_SCRUB:
        return replica_scrub(replica, txn, input, out);
    case INPUT_BLOB:
        return blob_take(replica, txn, input, out);
    }
    check(false);
}

/* All that the turn comes to is written and signed. */
static int turn_write(struct replica *replica, struct store_txn *txn, struct moment now,
                      struct effects *out)
{
    int err = replica_fold(replica, txn, out);
    replica->is_log_lost = replica->is_log_lost || is_own_log_forked(replica);
    if (err == 0) {
        err = replica_fork_seal(replica, txn, now, out);
    }
    if (err == 0) {
        err = replica_adopt_certificate(replica, txn, replica_t_of_moment(replica, now), out);
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
    return err;
}

/* Others are told, and asked for what is missing here. */
static int turn_tell(struct replica *replica, struct store_txn *txn, struct moment now,
                     struct effects *out)
{
    int err = replica_repair_seal(replica, txn, now, out);
    if (err == 0) {
        err = mesh_seal(&replica->mesh, txn, &replica->roster, replica->run, now, out);
    }
    if (err == 0) {
        err = mesh_seal_blobs(&replica->mesh, txn, replica->folder.is_blob_folded, now, out,
                              &replica->is_turn_written);
    }
    return err;
}

/* What is kept beside the journal, as often as that grows. */
static int turn_keep(struct replica *replica, struct store_txn *txn, uint64_t day)
{
    if (!replica->is_turn_written) {
        return 0;
    }
    const int err = acks_store_marks(&replica->mesh.acks, &replica->vector, txn);
    return err != 0 ? err : request_forget(txn, day, REQUESTS_FORGOTTEN_PER_TURN);
}

int replica_seal(struct replica *replica, struct store_txn *txn, struct moment now,
                 struct effects *out)
{
    struct popup_cache popup;
    check(replica->is_open);
    replica_scrub_turn_begin(replica);
    int err = turn_write(replica, txn, now, out);
    if (err == 0) {
        err = replica_popup(replica, txn, &popup);
    }
    if (err == 0) {
        err = turn_tell(replica, txn, now, out);
    }
    replica->folder.is_blob_folded = false;
    out->is_stock_changed = replica->folder.is_stock_folded;
    replica->folder.is_stock_folded = false;
    replica->scrub.is_wrong |= replica->folder.is_row_spoilt;
    replica->folder.is_row_spoilt = false;
    if (err == 0) {
        err = turn_keep(replica, txn, popup.day);
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
    replica_scrub_turn_end(replica);
    return 0;
}
