/* replica_heads.c - where the logs end: the rows of TABLE_HEAD, held against the journal that they
 * speak of, and made of it anew when the disk spoilt them.
 *
 * A head is one record that a whole log hangs on: a log that seems to end too early would be
 * written on from there, which is a fork. So all are looked at before anything is done with them.
 */
#include <string.h>

#include "sync/replica/replica_state.h"

int replica_head_of_opening(const struct replica *replica, uint64_t log, struct bytes bytes,
                            struct log_head *ret_head)
{
    const struct popup_id *popup = &replica->config.popup;
    struct event event;
    struct log_open open;
    int err = event_decode(bytes, &event);
    if (err == 0 && event.type != EVENT_LOG_OPEN) {
        err = ERR_MALFORMED;
    }
    if (err == 0) {
        err = log_open_verify(event.body, popup, &replica->config.root, &open);
    }
    if (err == 0 && id64_of_key(&open.log_key) != log) {
        err = ERR_MISMATCH;
    }
    if (err == 0) {
        log_head_init(ret_head, popup, &open.log_key, id64_of_key(&open.certificate.device_key),
                      open.incarnation);
    }
    return err;
}

/* The empty head of a log whose first event is here and whole. ERR_NOT_FOUND, ERR_IO. */
static int head_begin(const struct replica *replica, struct store_txn *txn, uint64_t log,
                      struct log_head *ret_head)
{
    struct hash hash;
    struct bytes bytes;
    int err = event_get(txn, log, 1, &hash, &bytes);
    if (err == 0) {
        err = replica_head_of_opening(replica, log, bytes, ret_head);
    }
    return err == 0 || err == ERR_IO ? err : ERR_NOT_FOUND;
}

/* --- one head against its log --- */

static bool is_signed(const struct replica *replica, const struct log_head *head,
                      struct bytes stored)
{
    struct signature signature;
    if (stored.size != SIGNATURE_BYTES) {
        return false;
    }
    memcpy(signature.bytes, stored.data, SIGNATURE_BYTES);
    return head_verify(&signature, &replica->config.popup, head->log, head->seq, &head->hash,
                       &head->key) == 0;
}

/* Whether @head says whose log it is as the log itself does: whose copies count is told by it. */
static int is_owner_right(const struct replica *replica, struct store_txn *txn,
                          const struct log_head *head, bool *ret_is)
{
    struct log_head begin;
    int err = head_begin(replica, txn, head->log, &begin);
    *ret_is = err == ERR_NOT_FOUND ||
              (err == 0 && begin.device == head->device && begin.incarnation == head->incarnation);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* Whether the event that @head names, or else the signature there, agrees with it. */
static int is_end_right(const struct replica *replica, struct store_txn *txn,
                        const struct log_head *head, bool *ret_is)
{
    const struct key key = key_event(head->log, head->seq);
    struct hash hash;
    struct bytes bytes;
    *ret_is = false;
    if (id64_of_key(&head->key) != head->log) {
        return 0;
    }
    int err = event_get(txn, head->log, head->seq, &hash, &bytes);
    *ret_is = err == 0 && hash_equal(&hash, &head->hash);
    if (*ret_is || err == ERR_IO) {
        return err;
    }
    err = store_get(txn, TABLE_SIG, key_bytes(&key), &bytes);
    *ret_is = err == 0 && is_signed(replica, head, bytes);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int is_head_right(const struct replica *replica, struct store_txn *txn,
                         const struct log_head *head, bool *ret_is)
{
    int err = is_end_right(replica, txn, head, ret_is);
    return err == 0 && *ret_is ? is_owner_right(replica, txn, head, ret_is) : err;
}

/* --- where a log begins, from what is left of it --- */

/* A log's id is the hash of its key, so that one wrong bit of a key is found by trying. */
static bool key_correct(struct public_key *key, uint64_t log)
{
    bool is_right = id64_of_key(key) == log;
    for (size_t bit = 0; bit < 8 * sizeof key->bytes && !is_right; bit++) {
        const uint8_t mask = (uint8_t)(1 << bit % 8);
        key->bytes[bit / 8] ^= mask;
        is_right = id64_of_key(key) == log;
        if (!is_right) {
            key->bytes[bit / 8] ^= mask;
        }
    }
    return is_right;
}

/* The key of @log, wherever it stands in @row. */
static bool key_find(struct bytes row, uint64_t log, struct public_key *ret_key)
{
    bool is_found = false;
    for (size_t at = 0; at + PUBLIC_KEY_BYTES <= row.size && !is_found; at++) {
        memcpy(ret_key->bytes, row.data + at, PUBLIC_KEY_BYTES);
        is_found = key_correct(ret_key, log);
    }
    return is_found;
}

/* As key_find(), in that row of @table. ERR_NOT_FOUND, ERR_IO. */
static int key_find_in(struct store_txn *txn, enum store_table table, const struct key *at,
                       uint64_t log, struct public_key *ret_key)
{
    struct bytes row;
    int err = store_get(txn, table, key_bytes(at), &row);
    if (err != 0) {
        return err;
    }
    return key_find(row, log, ret_key) ? 0 : ERR_NOT_FOUND;
}

/* The empty head of a log of which the disk spoilt the first event too; whose it is, says @stored
 * (log 0: nothing is known), until that is fetched. ERR_NOT_FOUND, ERR_IO. */
static int head_begin_by_key(const struct replica *replica, struct store_txn *txn, uint64_t log,
                             const struct log_head *stored, struct log_head *ret_head)
{
    const struct key head = key_head(log);
    const struct key opening = key_event(log, 1);
    struct public_key key;
    int err = key_find_in(txn, TABLE_HEAD, &head, log, &key);
    if (err == ERR_NOT_FOUND) {
        err = key_find_in(txn, TABLE_LOG, &opening, log, &key);
    }
    if (err != 0) {
        return err;
    }
    log_head_init(ret_head, &replica->config.popup, &key, stored->device, stored->incarnation);
    if (log == replica->log) {
        ret_head->device = replica->device;
        ret_head->incarnation = replica->config.incarnation;
    }
    return 0;
}

/* --- a head made of its log --- */

struct walk {
    struct store_txn *txn;
    uint64_t below;       /* events from here on are not looked at */
    struct log_head at;   /* the log as far as it was walked */
    struct hash chained;  /* the hash there, by the event and the hash before it */
    bool is_read;         /* there is an event there */
    struct log_head last; /* where a signature stands that was not looked at yet */
};

/* @row is the log's event @seq. */
static int walk_step(struct walk *walk, uint64_t seq, struct bytes row)
{
    const struct key key = key_event(walk->at.log, seq);
    struct hash hash;
    struct bytes bytes;
    walk->at.seq = walk->at.signed_seq = seq;
    walk->is_read = event_row_parse(row, &hash, &bytes) == 0;
    if (!walk->is_read) {
        return 0; /* the scrub finds it */
    }
    const struct hash event_hash = chain_event_hash(bytes);
    walk->chained = chain_next(&walk->at.hash, &event_hash);
    walk->at.hash = hash;
    walk->at.bytes += bytes.size;
    int err = store_get(walk->txn, TABLE_SIG, key_bytes(&key), &bytes);
    if (err == 0) {
        walk->last = walk->at;
    }
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
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&first), &key, &row);
    while (err == 0 && key_event_parse(key, &log, &seq) == 0 && log == walk->at.log &&
           seq < walk->below) {
        err = walk_step(walk, seq, row);
        if (err == 0) {
            err = store_cursor_next(&cursor, &key, &row);
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* Whether the signature where @head ends is good for it. */
static int has_signature(const struct replica *replica, struct store_txn *txn,
                         const struct log_head *head, bool *ret_has)
{
    const struct key key = key_event(head->log, head->seq);
    struct bytes bytes;
    int err = store_get(txn, TABLE_SIG, key_bytes(&key), &bytes);
    *ret_has = err == 0 && is_signed(replica, head, bytes);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* The log ends with its last event: with the hash that is signed there, be it the stored one or the
 * one that the event and what is before it make; or with that of both, when the signature is what
 * the disk spoilt. ERR_NOT_FOUND: two of the three are spoilt. */
static int head_at_end(const struct replica *replica, const struct walk *walk,
                       struct log_head *ret_head)
{
    struct log_head chained = walk->at;
    bool is_stored_signed = false;
    bool is_chained_signed = false;
    if (!walk->is_read) {
        return ERR_NOT_FOUND;
    }
    chained.hash = walk->chained;
    int err = has_signature(replica, walk->txn, &walk->at, &is_stored_signed);
    if (err == 0 && !is_stored_signed) {
        err = has_signature(replica, walk->txn, &chained, &is_chained_signed);
    }
    if (err != 0) {
        return err;
    }
    *ret_head = is_chained_signed ? chained : walk->at;
    return is_stored_signed || is_chained_signed || hash_equal(&chained.hash, &walk->at.hash)
               ? 0
               : ERR_NOT_FOUND;
}

/* The last signature before walk->at that is good. ERR_NOT_FOUND. */
static int head_before_end(const struct replica *replica, struct walk *walk,
                           const struct log_head *begin, struct log_head *ret_head)
{
    bool is_good = false;
    int err = 0;
    while (err == 0 && !is_good) {
        if (walk->last.seq == 0) {
            return ERR_NOT_FOUND;
        }
        err = has_signature(replica, walk->txn, &walk->last, &is_good);
        *ret_head = walk->last;
        walk->below = walk->last.seq;
        walk->at = *begin;
        if (err == 0 && !is_good) {
            err = walk_all(walk);
        }
    }
    return err;
}

/* The end of the log that @begin opens; @ret_is_whole: what is behind it was not given up.
 * ERR_NOT_FOUND, ERR_IO. */
static int head_find(const struct replica *replica, struct store_txn *txn,
                     const struct log_head *begin, struct log_head *ret_head, bool *ret_is_whole)
{
    struct walk walk = {.txn = txn, .below = SEQ_MAX, .at = *begin};
    int err = walk_all(&walk);
    if (err == 0) {
        err = head_at_end(replica, &walk, ret_head);
    }
    *ret_is_whole = err == 0;
    return err == ERR_NOT_FOUND ? head_before_end(replica, &walk, begin, ret_head) : err;
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
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&first), &key, &value);
    if (err == 0 && key_event_parse(key, ret_log, &seq) != 0) {
        err = ERR_IO;
    }
    store_cursor_close(&cursor);
    return err;
}

/* Of the own log nothing is written on that would take the place of what was there: a fork. */
static int head_mend_by(struct replica *replica, struct store_txn *txn,
                        const struct log_head *begin, struct effects *out)
{
    struct log_head head;
    bool is_whole = true;
    int err = head_find(replica, txn, begin, &head, &is_whole);
    if (err != 0) {
        return err;
    }
    effects_alarm(out, ALARM_DAMAGE_HEALED, head.log, head.seq, replica->device);
    replica->is_turn_written = true;
    err = log_head_put(txn, &head);
    return err == 0 && !is_whole && head.log == replica->log ? replica_keep_lost(txn, head.log)
                                                             : err;
}

/* A log without a signature that is good keeps the head that it has. */
static int head_mend(struct replica *replica, struct store_txn *txn, uint64_t log,
                     struct effects *out)
{
    struct log_head head = {.log = 0};
    struct log_head begin;
    bool is_right = false;
    int err = log_head_get(txn, log, &head);
    if (err == 0) {
        err = is_head_right(replica, txn, &head, &is_right);
    }
    if (is_right || err == ERR_IO) {
        return err;
    }
    err = head_begin(replica, txn, log, &begin);
    if (err == ERR_NOT_FOUND) {
        err = head_begin_by_key(replica, txn, log, &head, &begin);
    }
    if (err == 0) {
        err = head_mend_by(replica, txn, &begin, out);
    }
    if (err == ERR_NOT_FOUND && log == replica->log) {
        err = replica_keep_lost(txn, log);
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* Whether a row of the heads under @key is none of a log that has events here. */
static int is_stray(struct store_txn *txn, struct bytes key, bool *ret_is)
{
    uint64_t log = 0;
    *ret_is = key.size != 8;
    if (*ret_is) {
        return 0;
    }
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
    if (err != 0) {
        return err;
    }
    for (err = store_cursor_seek(&cursor, bytes_of(lowest, 1), ret_key, &value); err == 0;
         err = store_cursor_next(&cursor, ret_key, &value)) {
        err = is_stray(txn, *ret_key, &is);
        if (err != 0 || is) {
            break;
        }
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
           (err = head_mend(replica, txn, log, out)) == 0 && log < UINT64_MAX) {
        log++;
    }
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    while ((err = head_stray(txn, &key)) == 0) {
        replica->is_turn_written = true;
        err = store_del(txn, TABLE_HEAD, key);
        if (err != 0) {
            return err;
        }
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
    if (head->seq != head->signed_seq || replica->mesh.is_damaged[slot]) {
        return 0; /* it is written in this turn, or its events must be whole first */
    }
    int err = head_begin(replica, txn, head->log, &begin);
    if (err != 0) {
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    head->device = begin.device;
    head->incarnation = begin.incarnation;
    if (bytes != NULL) {
        head->bytes = *bytes;
    }
    err = log_head_get(txn, head->log, &stored);
    if (err == ERR_IO || (err == 0 && heads_equal(head, &stored))) {
        return err;
    }
    effects_alarm(out, ALARM_DAMAGE_HEALED, head->log, head->seq, replica->device);
    replica->is_turn_written = true;
    return log_head_put(txn, head);
}
