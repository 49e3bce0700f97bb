/* replica_restate.c - what this device stated of the roster on a branch that a fork voids is stated
 * again under the log that it goes on with.
 *
 * Such statements are not carried by salvage, since they decide which salvage counts. But a
 * revocation that is lost lets a thief back in, so who stated it repeats it: the word is his own,
 * and he may still give it. Each is placed by what it names (an event of a log, a version), not by
 * where it stands, so that one which was overtaken meanwhile changes nothing.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/replica/replica_state.h"

enum { STATEMENT_BYTES_MAX = EVENT_BYTES_MAX };

static bool is_restated(uint32_t type)
{
    return type == EVENT_LOG_REVOKE || type == EVENT_LOG_RETIRE || type == EVENT_DEVICE_CAPS ||
           type == EVENT_STAFF_ROLE;
}

/* Whether this device said it, had the right to, and a fork took it away. */
static bool is_own_voided(const struct replica *replica, const struct statement *statement)
{
    const struct roster_log *log = roster_log_find(&replica->roster, statement->at.log);
    return is_restated(statement->type) && log != NULL && log->device == replica->device &&
           log->fork_seq <= statement->at.seq && log->revoked_seq == UINT64_MAX &&
           (roster_capabilities(&replica->roster, log->id, statement->at.seq) &
            capability_bit(CAP_ROSTER)) != 0;
}

/* Whether the same is said where it counts. */
static int is_said(struct replica *replica, struct store_txn *txn, uint32_t type, struct bytes body,
                   bool *ret_is)
{
    struct key from = key_entity(&replica->roster_entity);
    struct statement other;
    int err;
    *ret_is = false;
    while (!*ret_is && (err = replica_statement_after(replica, txn, &from, &other)) == 0) {
        *ret_is =
            other.type == type && bytes_equal(other.body, body) &&
            roster_judge(&replica->roster, other.at.log, other.at.seq, type, 0) == VERDICT_VALID;
    }
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
    check(statement->body.size <= sizeof body);               /* events of its type are no larger */
    memcpy(body, statement->body.data, statement->body.size); /* a put ends what is borrowed */
    event.body = bytes_of(body, statement->body.size);
    int err = is_said(replica, txn, event.type, event.body, &is);
    if (err == 0 && !is) {
        err = replica_append(replica, txn, &event, out);
    }
    return err == ERR_IO || err == ERR_FULL ? err : 0; /* it may not say it any more */
}

static bool has_forked(const struct replica *replica)
{
    for (uint32_t i = 0; i < replica->roster.logs_count; i++) {
        const struct roster_log *log = &replica->roster.logs[i];
        if (log->device == replica->device && log->fork_seq != UINT64_MAX) {
            return true;
        }
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
    if (own == NULL || own->fork_seq != UINT64_MAX || !has_forked(replica)) {
        return 0; /* nothing was lost, or what is said now would be */
    }
    while (err == 0 && (err = replica_statement_after(replica, txn, &from, &statement)) == 0) {
        if (is_own_voided(replica, &statement)) {
            err = restate(replica, txn, &statement, now, out);
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}
