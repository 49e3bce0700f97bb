/* replica_roster.c - what this device's log says of the roster: what it has seen of the people's
 * roles, which certificate it goes by. */
#include <string.h>

#include "sync/base/check.h"
#include "sync/log/tables.h"
#include "sync/replica/replica_state.h"

static int own_append(struct replica *replica, struct store_txn *txn, enum event_type type,
                      struct bytes body, uint64_t now_t, struct effects *out)
{
    const struct event event = {
        .type = type, .entity = replica->roster_entity, .t = now_t, .body = body};
    return replica_append(replica, txn, &event, out);
}

/* --- what was stated --- */

int replica_statement_after(const struct replica *replica, struct store_txn *txn, struct key *from,
                            struct statement *ret_statement)
{
    uint8_t after[KEY_BYTES_MAX + 1] = {0};
    struct store_cursor cursor;
    struct entity_id entity;
    struct log_point at = {0};
    struct bytes key;
    struct bytes value;
    struct operation id;
    struct event event;
    int err = store_cursor_open(txn, TABLE_ENTITY, &cursor);
    if (err != 0) {
        return err;
    }
    memcpy(after, from->data, from->size);
    err = store_cursor_seek(&cursor, bytes_of(after, from->size + 1), &key, &value);
    if (err == 0 && (key_entity_event_parse(key, &entity, &at.log, &at.seq) != 0 ||
                     !entity_id_equal(&entity, &replica->roster_entity))) {
        err = ERR_NOT_FOUND;
    }
    store_cursor_close(&cursor);
    if (err != 0) {
        return err;
    }
    *from = key_entity_event(&entity, at.log, at.seq);
    *ret_statement = (struct statement){.at = at, .type = EVENT_NONE};
    err = event_read(txn, at.log, at.seq, &id, &event);
    if (err == 0) {
        *ret_statement =
            (struct statement){.at = at, .type = event.type, .by = event.by, .body = event.body};
    }
    return err == ERR_IO ? err : 0;
}

/* --- views --- */

/* The head of @log in @saw, new if need be. */
static struct log_point *head_admit(struct roster_saw *saw, uint64_t log)
{
    uint32_t place = 0;
    while (place < saw->count && saw->heads[place].log < log) {
        place++;
    }
    if (place < saw->count && saw->heads[place].log == log) {
        return &saw->heads[place];
    }
    if (saw->count == LOGS_MAX) {
        return NULL;
    }
    memmove(&saw->heads[place + 1], &saw->heads[place],
            (saw->count - place) * sizeof saw->heads[0]);
    saw->count++;
    saw->heads[place] = (struct log_point){.log = log, .seq = 0};
    return &saw->heads[place];
}

/* Nothing that was named before may be missing or less: a view does not go backward, also when what
 * it named counts no more. */
static int merge_last(struct store_txn *txn, const struct roster_log *own, struct roster_saw *saw)
{
    struct roster_saw last;
    struct operation id;
    struct event event;
    if (own->saw_seq == 0) {
        return 0;
    }
    int err = event_read(txn, own->id, own->saw_seq, &id, &event);
    if (err == 0) {
        err = roster_saw_decode(event.body, &last);
    }
    for (uint32_t i = 0; err == 0 && i < last.count; i++) {
        struct log_point *head = head_admit(saw, last.heads[i].log);
        if (head != NULL && head->seq < last.heads[i].seq) {
            head->seq = last.heads[i].seq;
        }
    }
    return err == ERR_IO ? err : 0; /* what the disk spoilt says nothing */
}

int replica_tell_view(struct replica *replica, struct store_txn *txn, uint64_t now_t,
                      struct effects *out)
{
    const struct roster_log *own = roster_log_find(&replica->roster, replica->log);
    uint8_t body_data[16 + LOG_POINT_BYTES_MAX * LOGS_MAX];
    struct roster_saw saw;
    struct bytes body;
    if (own == NULL || own->is_view_newest) {
        return 0;
    }
    roster_view(&replica->roster, replica->log, &saw);
    int err = merge_last(txn, own, &saw);
    if (err != 0) {
        return err;
    }
    check(roster_saw_encode(&saw, body_data, sizeof body_data, &body) == 0); /* there is room */
    err = own_append(replica, txn, EVENT_ROSTER_SAW, body, now_t, out);
    return err != 0 ? err : replica_fold(replica, txn, out);
}

/* --- certificates --- */

/* Whether @statement is a device.add that counts and brought @certificate, by the chain in it. */
static bool is_bringing(const struct replica *replica, const struct statement *statement,
                        const struct certificate *certificate, struct bytes *ret_chain)
{
    const struct replica_config *config = &replica->config;
    struct certificate found;
    return statement->type == EVENT_DEVICE_ADD &&
           roster_judge(&replica->roster, statement->at.log, statement->at.seq, statement->type,
                        statement->by) == VERDICT_VALID &&
           chain_body_decode(statement->body, ret_chain) == 0 &&
           certificate_verify(*ret_chain, &config->popup, &config->root, &found) == 0 &&
           certificate_compare(&found, certificate) == 0;
}

/* The chain of @certificate, borrowed from @txn. ERR_NOT_FOUND, ERR_IO. */
static int chain_find(const struct replica *replica, struct store_txn *txn,
                      const struct certificate *certificate, struct bytes *ret_chain)
{
    struct key from = key_entity(&replica->roster_entity);
    struct statement statement;
    int err = replica_statement_after(replica, txn, &from, &statement);
    while (err == 0 && !is_bringing(replica, &statement, certificate, ret_chain)) {
        err = replica_statement_after(replica, txn, &from, &statement);
    }
    return err;
}

/* Its log says from here on that it goes by the certificate it has now. */
static int certificate_tell(struct replica *replica, struct store_txn *txn, uint64_t now_t,
                            struct effects *out)
{
    const struct roster_log *own = roster_log_find(&replica->roster, replica->log);
    uint8_t body_data[CERT_CHAIN_BYTES_MAX + 8];
    struct bytes body;
    if (own == NULL || own->held_issued >= replica->certificate.issued) {
        return 0;
    }
    check(chain_body_encode(replica->config.chain, body_data, sizeof body_data, &body) == 0);
    const int err = own_append(replica, txn, EVENT_LOG_CERT, body, now_t, out);
    return err == ERR_FORBIDDEN ? 0 : err; /* it may write nothing any more */
}

/* Whether @chosen, which the roster goes by, is to replace the certificate that this device goes
 * by: it is better, or the other was issued by who is revoked now. */
static bool is_overruled(const struct replica *replica, const struct certificate *chosen)
{
    const struct certificate *own = &replica->certificate;
    const struct roster_device *issuer = roster_device_find(&replica->roster, own->issuer);
    if (issuer != NULL && issuer->is_revoked) {
        return certificate_compare(chosen, own) != 0;
    }
    const bool is_as_good = chosen->issued == own->issued && chosen->is_by_root == own->is_by_root;
    return !is_as_good && certificate_compare(chosen, own) > 0;
}

int replica_adopt_certificate(struct replica *replica, struct store_txn *txn, uint64_t now_t,
                              struct effects *out)
{
    const struct roster_device *own = roster_device_find(&replica->roster, replica->device);
    struct bytes chain;
    if (own == NULL || replica->is_log_lost || !is_overruled(replica, &own->certificate)) {
        return 0;
    }
    int err = chain_find(replica, txn, &own->certificate, &chain);
    if (err == ERR_NOT_FOUND) {
        return 0; /* nobody who may has stated it */
    }
    if (err != 0) {
        return err;
    }
    memcpy(replica->chain, chain.data, chain.size);
    replica->chain_size = chain.size;
    replica->config.chain = bytes_of(replica->chain, chain.size);
    replica->certificate = own->certificate;
    replica->number_day = TRADING_DAY_NONE; /* its lane may be another */
    return certificate_tell(replica, txn, now_t, out);
}
