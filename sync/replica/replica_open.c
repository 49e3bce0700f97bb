/* replica_open.c - a store is opened, or made; the own log begins and is followed by another. */
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/change_number.h"
#include "sync/replica/replica_state.h"

_Static_assert(HISTORY_ROW_BYTES_MAX <= (int)ROW_BYTES_MAX,
               "the folder's scratch holds any history");
_Static_assert(STOCK_ROW_BYTES_MAX <= (int)ROW_BYTES_MAX, "and any stock");

uint64_t replica_t_of_moment(const struct replica *replica, struct moment now)
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
    const int err = vector_add(&replica->vector, &head, &slot);
    if (err != 0) {
        return err;
    }
    check(log_open_encode(&open, &config->popup, config->device_secret, body_data, sizeof body_data,
                          &event.body) == 0);
    mesh_note_slot(&replica->mesh, (uint32_t)slot);
    event.t = replica_t_of_moment(replica, now);
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
    check(config->chain.size <= sizeof replica->chain); /* it is one: it has no room for more */
    replica->config = *config;
    memcpy(replica->chain, config->chain.data, config->chain.size);
    replica->chain_size = config->chain.size;
    replica->config.chain = bytes_of(replica->chain, replica->chain_size);
    if (replica->config.device_allowance_bytes == 0) {
        replica->config.device_allowance_bytes = DEVICE_ALLOWANCE_BYTES;
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
    roster_reset(&replica->roster, &replica->config.popup, &replica->config.root);
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
    replica_scrub_reset(replica);
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
    memset(&replica->scrub, 0, sizeof replica->scrub);
    memset(&replica->remake, 0, sizeof replica->remake);
    replica->mesh.is_store_low = false;
}

/* Which logs there are, how far each is here and elsewhere, and who may write to them. */
static int journal_load(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    const struct replica_config *config = &replica->config;
    int err = replica_heads_mend(replica, txn, out);
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
    if (err == 0) {
        mesh_load_roster(&replica->mesh, &replica->roster);
    }
    return err;
}

/* What goes on where it stood when the device stopped. */
static int works_open(struct replica *replica, struct store_txn *txn, struct moment now)
{
    int err = replica_scrub_open(replica, txn);
    if (err == 0) {
        err = replica_remake_open(replica, txn);
    }
    if (err == 0) {
        err = replica_guest_open(replica, txn);
    }
    if (err == 0) {
        err = replica_cart_open(replica, txn, now);
    }
    return err;
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
    const bool is_other_version = err == ERR_VERSION; /* then only what a rebuild needs is read */
    if (err == 0 || is_other_version) {
        err = journal_load(replica, txn, out);
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
        err = works_open(replica, txn, now);
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
    struct operation previous = log_head_operation(replica_own_head(replica));
    log_choose(replica, log_secret, incarnation);
    replica->is_fork_check_due = true;
    return log_open(replica, txn, &previous, now, out);
}
