/* replica_heads.c - where the logs end: the rows of TABLE_HEAD, held against the journal that they
 * speak of, and made of it anew when the disk spoilt them.
 *
 * A head is one record that a whole log hangs on: a log that seems to end too early would be
 * written on from there, which is a fork. So all are looked at before anything is done with them.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/replica_state.h"

int replica_head_of_opening(const struct replica *replica, uint64_t log, struct bytes bytes,
                            struct log_head *ret_head)
{
    const struct popup_id *popup = &replica->config.popup;
    struct event event;
    struct log_open open;
    int err = event_decode(bytes, &event);
    if (err == 0 && event.type != EVENT_LOG_OPEN)
        err = ERR_MALFORMED;
    if (err == 0)
        err = log_open_verify(event.body, popup, &replica->config.root, &open);
    if (err == 0 && id64_of_key(&open.log_key) != log)
        err = ERR_MISMATCH;
    if (err == 0)
        log_head_init(ret_head, popup, &open.log_key, id64_of_key(&open.certificate.device_key),
                      open.incarnation);
    return err;
}

/* The empty head of a log whose first event is here and whole. ERR_NOT_FOUND, ERR_IO. */
static int head_begin(const struct replica *replica, struct store_txn *txn, uint64_t log,
                      struct log_head *ret_head)
{
    struct hash hash;
    struct bytes bytes;
    int err = event_get(txn, log, 1, &hash, &bytes);
    if (err == 0)
        err = replica_head_of_opening(replica, log, bytes, ret_head);
    return err == 0 || err == ERR_IO ? err : ERR_NOT_FOUND;
}

/* --- one head against its log --- */

static bool is_signed(const struct replica *replica, const struct log_head *head,
                      struct bytes stored)
{
    struct signature signature;
    if (stored.size != SIGNATURE_BYTES)
        return false;
    memcpy(signature.bytes, stored.data, SIGNATURE_BYTES);
    return head_verify(&signature, &replica->config.popup, head->log, head->seq, &head->hash,
                       &head->key) == 0;
}

/* Whether the event that @head names, or else the signature there, agrees with it. */
static int is_head_right(const struct replica *replica, struct store_txn *txn,
                         const struct log_head *head, bool *ret_is)
{
    const struct key key = key_event(head->log, head->seq);
    struct hash hash;
    struct bytes bytes;
    *ret_is = false;
    if (id64_of_key(&head->key) != head->log)
        return 0;
    int err = event_get(txn, head->log, head->seq, &hash, &bytes);
    *ret_is = err == 0 && hash_equal(&hash, &head->hash);
    if (*ret_is || err == ERR_IO)
        return err;
    err = store_get(txn, TABLE_SIG, key_bytes(&key), &bytes);
    *ret_is = err == 0 && is_signed(replica, head, bytes);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- a head made of its log --- */

struct walk {
    struct store_txn *txn;
    uint64_t below;       /* events from here on are not looked at */
    struct log_head at;   /* the log as far as it was walked */
    struct log_head last; /* where a signature stands that was not looked at yet */
};

/* @row is the log's event @seq. */
static int walk_step(struct walk *walk, uint64_t seq, struct bytes row)
{
    const struct key key = key_event(walk->at.log, seq);
    struct hash hash;
    struct bytes bytes;
    walk->at.seq = walk->at.signed_seq = seq;
    if (event_row_parse(row, &hash, &bytes) != 0)
        return 0; /* the scrub finds it */
    walk->at.hash = hash;
    walk->at.bytes += bytes.size;
    int err = store_get(walk->txn, TABLE_SIG, key_bytes(&key), &bytes);
    if (err == 0)
        walk->last = walk->at;
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* walk->last: the last signature before walk->below; its seq is 0 when there is none. */
static int walk_all(struct walk *walk)
{
    const struct key first = key_event(walk->at.log, 1);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes row;
    uint64_t log;
    uint64_t seq;
    walk->last = walk->at;
    int err = store_cursor_open(walk->txn, TABLE_LOG, &cursor);
    if (err != 0)
        return err;
    err = store_cursor_seek(&cursor, key_bytes(&first), &key, &row);
    while (err == 0 && key_event_parse(key, &log, &seq) == 0 && log == walk->at.log &&
           seq < walk->below) {
        err = walk_step(walk, seq, row);
        if (err == 0)
            err = store_cursor_next(&cursor, &key, &row);
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* The end of the log that @begin opens: the last signature in it that is good. ERR_NOT_FOUND. */
static int head_find(const struct replica *replica, struct store_txn *txn,
                     const struct log_head *begin, struct log_head *ret_head)
{
    struct walk walk = {.txn = txn, .below = SEQ_MAX};
    struct bytes bytes;
    for (;;) {
        walk.at = *begin;
        int err = walk_all(&walk);
        if (err == 0 && walk.last.seq == 0)
            err = ERR_NOT_FOUND;
        const struct key key = key_event(walk.last.log, walk.last.seq);
        if (err == 0)
            err = store_get(txn, TABLE_SIG, key_bytes(&key), &bytes);
        if (err == 0 && is_signed(replica, &walk.last, bytes))
            *ret_head = walk.last;
        else if (err == 0) {
            walk.below = walk.last.seq;
            continue;
        }
        return err;
    }
}

/* --- all of them --- */

/* The first log of the journal from @from on. ERR_NOT_FOUND, ERR_IO. */
static int journal_log(struct store_txn *txn, uint64_t from, uint64_t *ret_log)
{
    const struct key first = key_event(from, 0);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    uint64_t seq;
    int err = store_cursor_open(txn, TABLE_LOG, &cursor);
    if (err != 0)
        return err;
    err = store_cursor_seek(&cursor, key_bytes(&first), &key, &value);
    if (err == 0 && key_event_parse(key, ret_log, &seq) != 0)
        err = ERR_IO;
    store_cursor_close(&cursor);
    return err;
}

/* A log without its first event keeps the head that it has. */
static int head_mend(struct replica *replica, struct store_txn *txn, uint64_t log,
                     struct effects *out)
{
    struct log_head head;
    struct log_head begin;
    bool is_right = false;
    int err = log_head_get(txn, log, &head);
    if (err == 0)
        err = is_head_right(replica, txn, &head, &is_right);
    if (is_right || err == ERR_IO)
        return err;
    err = head_begin(replica, txn, log, &begin);
    if (err == 0)
        err = head_find(replica, txn, &begin, &head);
    if (err != 0)
        return err == ERR_NOT_FOUND ? 0 : err;
    effects_alarm(out, ALARM_DAMAGE_HEALED, log, head.seq, replica->device);
    replica->is_turn_written = true;
    return log_head_put(txn, &head);
}

/* Whether a row of the heads under @key is none of a log that has events here. */
static int is_stray(struct store_txn *txn, struct bytes key, bool *ret_is)
{
    uint64_t log = 0;
    *ret_is = key.size != 8;
    if (*ret_is)
        return 0;
    int err = journal_log(txn, get_be64(key.data), &log);
    *ret_is = err == ERR_NOT_FOUND || (err == 0 && log != get_be64(key.data));
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* The key of the first head that is stray; borrowed until the next change. ERR_NOT_FOUND, ERR_IO.
 */
static int head_stray(struct store_txn *txn, struct bytes *ret_key)
{
    static const uint8_t lowest[1] = {0};
    struct store_cursor cursor;
    struct bytes value;
    bool is = false;
    int err = store_cursor_open(txn, TABLE_HEAD, &cursor);
    if (err != 0)
        return err;
    for (err = store_cursor_seek(&cursor, bytes_of(lowest, 1), ret_key, &value); err == 0;
         err = store_cursor_next(&cursor, ret_key, &value)) {
        err = is_stray(txn, *ret_key, &is);
        if (err != 0 || is)
            break;
    }
    store_cursor_close(&cursor);
    return err;
}

int replica_heads_mend(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    struct bytes key;
    uint64_t log = 0;
    int err;
    while ((err = journal_log(txn, log, &log)) == 0 &&
           (err = head_mend(replica, txn, log, out)) == 0 && log < UINT64_MAX)
        log++;
    if (err != 0 && err != ERR_NOT_FOUND)
        return err;
    while ((err = head_stray(txn, &key)) == 0) {
        replica->is_turn_written = true;
        err = store_del(txn, TABLE_HEAD, key);
        if (err != 0)
            return err;
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- while it runs --- */

static bool heads_equal(const struct log_head *one, const struct log_head *other)
{
    return one->seq == other->seq && one->bytes == other->bytes && one->device == other->device &&
           one->incarnation == other->incarnation && hash_equal(&one->hash, &other->hash) &&
           memcmp(one->key.bytes, other->key.bytes, PUBLIC_KEY_BYTES) == 0;
}

int replica_head_look(struct replica *replica, struct store_txn *txn, uint32_t slot,
                      const uint64_t *bytes, struct effects *out)
{
    struct log_head *head = &replica->vector.heads[slot];
    struct log_head stored = {.log = head->log};
    struct log_head begin;
    if (head->seq != head->signed_seq || replica->mesh.is_damaged[slot])
        return 0; /* it is written in this turn, or its events must be whole first */
    int err = head_begin(replica, txn, head->log, &begin);
    if (err != 0)
        return err == ERR_NOT_FOUND ? 0 : err;
    head->device = begin.device;
    head->incarnation = begin.incarnation;
    if (bytes != NULL)
        head->bytes = *bytes;
    err = log_head_get(txn, head->log, &stored);
    if (err == ERR_IO || (err == 0 && heads_equal(head, &stored)))
        return err;
    effects_alarm(out, ALARM_DAMAGE_HEALED, head->log, head->seq, replica->device);
    replica->is_turn_written = true;
    return log_head_put(txn, head);
}
