#include "sync/log/damage.h"

#include <string.h>

enum { LABEL_BYTES = 3, ROW_KEY_BYTES = LABEL_BYTES + 8 + 5 };

static struct key key_damage(uint64_t log, uint64_t seq)
{
    struct key key = {.size = ROW_KEY_BYTES};
    memcpy(key.data, "bad", LABEL_BYTES);
    put_be64(key.data + LABEL_BYTES, log);
    put_be40(key.data + LABEL_BYTES + 8, seq);
    return key;
}

/* --- the list --- */

int damage_mark(struct store_txn *txn, uint64_t log, uint64_t seq, bool *ret_is_new)
{
    const struct key key = key_damage(log, seq);
    struct bytes value;
    int err = store_get(txn, TABLE_LOCAL, key_bytes(&key), &value);
    *ret_is_new = err == ERR_NOT_FOUND;
    return *ret_is_new ? store_put(txn, TABLE_LOCAL, key_bytes(&key), bytes_of(NULL, 0)) : err;
}

int damage_clear(struct store_txn *txn, uint64_t log, uint64_t seq)
{
    const struct key key = key_damage(log, seq);
    int err = store_del(txn, TABLE_LOCAL, key_bytes(&key));
    return err == ERR_NOT_FOUND ? 0 : err;
}

int damage_next(struct store_txn *txn, uint64_t log, uint64_t seq, uint64_t *ret_log,
                uint64_t *ret_seq)
{
    const struct key from = key_damage(log, seq);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    int err = store_cursor_open(txn, TABLE_LOCAL, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &value);
    if (err == 0 && (key.size != ROW_KEY_BYTES || memcmp(key.data, "bad", LABEL_BYTES) != 0)) {
        err = ERR_NOT_FOUND;
    }
    if (err == 0) {
        *ret_log = get_be64(key.data + LABEL_BYTES);
        *ret_seq = get_be40(key.data + LABEL_BYTES + 8);
    }
    store_cursor_close(&cursor);
    return err;
}

int damage_within(struct store_txn *txn, uint64_t log, uint64_t first_seq, uint64_t last_seq,
                  bool *ret_is)
{
    uint64_t found_log = 0;
    uint64_t found_seq = 0;
    int err = damage_next(txn, log, first_seq, &found_log, &found_seq);
    *ret_is = err == 0 && found_log == log && found_seq <= last_seq;
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- one event --- */

struct look {
    struct store_txn *txn;
    const struct popup_id *popup;
    const struct log_head *head;
    uint64_t seq;
    struct hash chained; /* what the event's chain hash should be */
    struct hash stored;
    bool is_good, is_written;
};

/* As event_get(), but a row that is missing or no row at all is told by @ret_is_here. */
static int row_get(const struct look *look, uint64_t seq, struct hash *ret_hash,
                   struct bytes *ret_event, bool *ret_is_here)
{
    int err = event_get(look->txn, look->head->log, seq, ret_hash, ret_event);
    *ret_is_here = err == 0;
    return err == ERR_NOT_FOUND || err == ERR_MALFORMED ? 0 : err;
}

static int hash_before(const struct look *look, struct hash *ret_hash, bool *ret_is_here)
{
    struct bytes event;
    if (look->seq > 1) {
        return row_get(look, look->seq - 1, ret_hash, &event, ret_is_here);
    }
    *ret_hash = chain_genesis(look->popup, &look->head->key);
    *ret_is_here = true;
    return 0;
}

int damage_is_chained(struct store_txn *txn, const struct popup_id *popup,
                      const struct log_head *head, uint64_t seq, bool *ret_is)
{
    const struct look look = {.txn = txn, .popup = popup, .head = head, .seq = seq};
    struct hash before;
    struct hash stored;
    struct bytes event;
    int err = row_get(&look, seq, &stored, &event, ret_is);
    if (err != 0 || !*ret_is) {
        return err;
    }
    err = hash_before(&look, &before, ret_is);
    if (err != 0 || !*ret_is) {
        return err;
    }
    const struct hash event_hash = chain_event_hash(event);
    const struct hash chained = chain_next(&before, &event_hash);
    *ret_is = hash_equal(&chained, &stored);
    return 0;
}

int damage_of_run(struct store_txn *txn, const struct popup_id *popup, const struct log_head *head,
                  const struct run *run, uint64_t *ret_seq)
{
    const struct look look = {.txn = txn, .popup = popup, .head = head, .seq = run->first_seq};
    struct hash before;
    bool is_here = false;
    uint32_t at = 0;
    int err = hash_before(&look, &before, &is_here);
    for (; err == 0 && is_here && at < run->count; at++) {
        const struct hash event_hash = chain_event_hash(run->events[at].bytes);
        before = chain_next(&before, &event_hash);
        if (!hash_equal(&before, &run->events[at].hash)) {
            break;
        }
    }
    *ret_seq = at < run->count ? run->first_seq + at : 0;
    return err;
}

/* Whether what comes after the event agrees that its hash is look->chained. */
static int is_confirmed(const struct look *look, bool *ret_is)
{
    struct hash next;
    struct bytes event;
    if (look->seq >= look->head->seq) {
        *ret_is = look->seq == look->head->seq && hash_equal(&look->chained, &look->head->hash);
        return 0;
    }
    int err = row_get(look, look->seq + 1, &next, &event, ret_is);
    if (err != 0 || !*ret_is) {
        return err;
    }
    const struct hash event_hash = chain_event_hash(event);
    const struct hash chained = chain_next(&look->chained, &event_hash);
    *ret_is = hash_equal(&chained, &next);
    return 0;
}

/* The hash stored with the event is the only thing that is wrong: write it again. */
static int hash_mend(struct look *look, struct bytes event)
{
    uint8_t row[HASH_BYTES + EVENT_SALVAGE_BYTES_MAX];
    const struct key key = key_event(look->head->log, look->seq);
    int err = is_confirmed(look, &look->is_good);
    if (err != 0 || !look->is_good) {
        return err;
    }
    memcpy(row, look->chained.bytes, HASH_BYTES);
    memcpy(row + HASH_BYTES, event.data, event.size);
    look->stored = look->chained;
    look->is_written = true;
    return store_put(look->txn, TABLE_LOG, key_bytes(&key), bytes_of(row, HASH_BYTES + event.size));
}

static int index_mend(struct look *look, const struct entity_id *entity)
{
    const struct key key = key_entity_event(entity, look->head->log, look->seq);
    struct bytes value;
    int err = store_get(look->txn, TABLE_ENTITY, key_bytes(&key), &value);
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    look->is_written = true;
    return store_put(look->txn, TABLE_ENTITY, key_bytes(&key), bytes_of(NULL, 0));
}

static int signature_look(struct look *look)
{
    const struct key key = key_event(look->head->log, look->seq);
    struct signature signature;
    struct bytes value;
    int err = store_get(look->txn, TABLE_SIG, key_bytes(&key), &value);
    if (err == ERR_NOT_FOUND) {
        look->is_good = look->seq != look->head->seq;
        return 0;
    }
    if (err != 0) {
        return err;
    }
    look->is_good = value.size == SIGNATURE_BYTES;
    if (!look->is_good) {
        return 0;
    }
    memcpy(signature.bytes, value.data, SIGNATURE_BYTES);
    look->is_good = head_verify(&signature, look->popup, look->head->log, look->seq, &look->stored,
                                &look->head->key) == 0;
    return 0;
}

static int chain_look(struct look *look, struct bytes bytes)
{
    struct hash before;
    bool is_here = false;
    int err = hash_before(look, &before, &is_here);
    if (err != 0 || !is_here) {
        look->is_good = false;
        return err;
    }
    const struct hash event_hash = chain_event_hash(bytes);
    look->chained = chain_next(&before, &event_hash);
    look->is_good = hash_equal(&look->chained, &look->stored);
    return look->is_good ? 0 : hash_mend(look, bytes);
}

static int event_look(struct look *look)
{
    struct bytes bytes;
    struct event event;
    int err = row_get(look, look->seq, &look->stored, &bytes, &look->is_good);
    if (err != 0 || !look->is_good) {
        return err;
    }
    look->is_good = bytes.size <= EVENT_SALVAGE_BYTES_MAX && event_decode(bytes, &event) == 0;
    if (!look->is_good) {
        return 0;
    }
    const struct entity_id entity = event.entity;
    err = chain_look(look, bytes);
    if (err == 0 && look->is_good) {
        err = index_mend(look, &entity);
    }
    if (err == 0 && look->is_good && look->seq == look->head->seq) {
        look->is_good = hash_equal(&look->stored, &look->head->hash);
    }
    return err == 0 && look->is_good ? signature_look(look) : err;
}

int damage_look(struct store_txn *txn, const struct popup_id *popup, const struct log_head *head,
                uint64_t seq, bool *ret_is_good, bool *ret_is_written)
{
    struct look look = {.txn = txn, .popup = popup, .head = head, .seq = seq};
    int err = event_look(&look);
    *ret_is_good = look.is_good;
    *ret_is_written = look.is_written;
    return err;
}
