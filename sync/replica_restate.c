/* replica_restate.c - what this device stated of the roster on a branch that a fork voids is stated
 * again under the log that it goes on with.
 *
 * Such statements are not carried by salvage, since they decide which salvage counts. But a
 * revocation that is lost lets a thief back in, so who stated it repeats it: the word is his own,
 * and he may still give it. Each is placed by what it names (an event of a log, a version), not by
 * where it stands, so that one which was overtaken meanwhile changes nothing.
 */
#include <string.h>

#include "sync/replica_state.h"

enum { STATEMENT_BYTES_MAX = EVENT_BYTES_MAX };

static bool is_restated(uint32_t type)
{
    return type == EVENT_LOG_REVOKE || type == EVENT_LOG_RETIRE || type == EVENT_DEVICE_CAPS ||
           type == EVENT_STAFF_ROLE;
}

/* An event of the roster. */
struct statement {
    struct log_point at;
    uint32_t type;
    struct bytes body;
};

/* The roster's event after @from, which moves to it. ERR_NOT_FOUND, ERR_IO. */
static int statement_after(struct replica *replica, struct store_txn *txn, struct key *from,
                           struct statement *ret_statement)
{
    uint8_t after[KEY_BYTES_MAX + 1] = {0};
    struct store_cursor cursor;
    struct entity_id entity;
    struct bytes key;
    struct bytes value;
    struct hash hash;
    struct bytes bytes;
    struct event event;
    int err = store_cursor_open(txn, TABLE_ENTITY, &cursor);
    if (err != 0)
        return err;
    memcpy(after, from->data, from->size);
    err = store_cursor_seek(&cursor, bytes_of(after, from->size + 1), &key, &value);
    struct log_point at = {0};
    if (err == 0 && (key_entity_event_parse(key, &entity, &at.log, &at.seq) != 0 ||
                     !entity_id_equal(&entity, &replica->roster_entity)))
        err = ERR_NOT_FOUND;
    store_cursor_close(&cursor);
    if (err != 0)
        return err;
    *from = key_entity_event(&entity, at.log, at.seq);
    *ret_statement = (struct statement){.at = at, .type = EVENT_NONE};
    err = event_get(txn, at.log, at.seq, &hash, &bytes);
    if (err == 0 && event_decode(bytes, &event) == 0)
        *ret_statement = (struct statement){.at = at, .type = event.type, .body = event.body};
    return err == ERR_IO ? err : 0; /* one that the disk spoilt says nothing */
}

/* Whether this device said it, had the right to, and a fork took it away. */
static bool is_own_voided(const struct replica *replica, const struct statement *statement)
{
    const struct roster_log *log = roster_log_find(&replica->roster, statement->at.log);
    return is_restated(statement->type) && log != NULL && log->device == replica->device &&
           log->fork_seq <= statement->at.seq && log->revoked_seq == UINT64_MAX &&
           (roster_capabilities(&replica->roster, log->id, statement->at.seq) & CAP_ROSTER) != 0 &&
           statement->body.size <= STATEMENT_BYTES_MAX;
}

/* Whether the same is said where it counts. */
static int is_said(struct replica *replica, struct store_txn *txn, uint32_t type, struct bytes body,
                   bool *ret_is)
{
    struct key from = key_entity(&replica->roster_entity);
    struct statement other;
    int err;
    *ret_is = false;
    while (!*ret_is && (err = statement_after(replica, txn, &from, &other)) == 0)
        *ret_is =
            other.type == type && bytes_equal(other.body, body) &&
            roster_judge(&replica->roster, other.at.log, other.at.seq, type, 0) == VERDICT_VALID;
    return *ret_is || err == ERR_NOT_FOUND ? 0 : err;
}

static int restate(struct replica *replica, struct store_txn *txn,
                   const struct statement *statement, struct moment now, struct effects *out)
{
    uint8_t body[STATEMENT_BYTES_MAX];
    const int64_t since_epoch_ms = now.wall_ms - replica->config.epoch_ms;
    struct event event = {.type = statement->type,
                          .entity = replica->roster_entity,
                          .t = since_epoch_ms > 0 ? (uint64_t)since_epoch_ms : 0};
    bool is = false;
    memcpy(body, statement->body.data, statement->body.size); /* a put ends what is borrowed */
    event.body = bytes_of(body, statement->body.size);
    int err = is_said(replica, txn, event.type, event.body, &is);
    if (err == 0 && !is)
        err = replica_append(replica, txn, &event, out);
    return err == ERR_IO || err == ERR_FULL ? err : 0; /* it may not say it any more */
}

static bool has_forked(const struct replica *replica)
{
    for (uint32_t i = 0; i < replica->roster.logs_count; i++) {
        const struct roster_log *log = &replica->roster.logs[i];
        if (log->device == replica->device && log->fork_seq != UINT64_MAX)
            return true;
    }
    return false;
}

int replica_restate(struct replica *replica, struct store_txn *txn, struct moment now,
                    struct effects *out)
{
    const struct roster_log *own = roster_log_find(&replica->roster, replica->log);
    struct key from = key_entity(&replica->roster_entity);
    struct statement statement;
    int err = 0;
    if (own == NULL || own->fork_seq != UINT64_MAX || !has_forked(replica))
        return 0; /* nothing was lost, or what is said now would be */
    while (err == 0 && (err = statement_after(replica, txn, &from, &statement)) == 0)
        if (is_own_voided(replica, &statement))
            err = restate(replica, txn, &statement, now, out);
    return err == ERR_NOT_FOUND ? 0 : err;
}
