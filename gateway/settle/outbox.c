#include "gateway/settle/outbox.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/base/crypto.h"
#include "sync/base/reader.h"
#include "sync/base/writer.h"

enum {
    ROW_VERSION = 3,
    ROW_FIELDS = 13,
    HEAD_BYTES = 1 + ENTITY_ID_BYTES, /* of a key: what an order's rows have in common */
    ROW_BYTES_MAX = 64 + PROVIDER_CALL_BYTES_MAX,
    COUNT_MAX = 1000000,
};

static const uint8_t row_mark = 'A';

struct row_key {
    uint8_t bytes[OUTBOX_KEY_BYTES];
};

/* --- keys and values --- */

/* Not above any of @order; NULL = of all. */
static struct row_key key_before(const struct entity_id *order)
{
    struct row_key key = {.bytes = {row_mark}};
    if (order != NULL) {
        memcpy(key.bytes + 1, order->bytes, ENTITY_ID_BYTES);
    }
    return key;
}

static struct row_key key_of(const struct entity_id *order, const struct provider_call *call)
{
    struct row_key key = key_before(order);
    uint8_t head[1 + 8 + 1];
    const int64_t amount_minor = call->kind == CALL_REFUND ? 0 : call->amount_minor;
    head[0] = (uint8_t)call->kind;
    put_be64(head + 1, (uint64_t)amount_minor);
    head[9] = (uint8_t)call->intent.size;
    const struct bytes parts[] = {bytes_of_text("trestle/call/1"), bytes_of(head, sizeof head),
                                  call->intent, call->wish};
    hash_parts(key.bytes + HEAD_BYTES, OUTBOX_CALL_BYTES, parts, sizeof parts / sizeof *parts);
    return key;
}

static int row_write(const struct attempt *attempt, uint8_t *data, struct bytes *ret_row)
{
    struct writer writer;
    writer_init(&writer, data, ROW_BYTES_MAX);
    write_array(&writer, ROW_FIELDS);
    write_uint(&writer, ROW_VERSION);
    write_uint(&writer, attempt->call.kind);
    write_bin(&writer, attempt->call.intent.data, attempt->call.intent.size);
    write_bin(&writer, attempt->call.wish.data, attempt->call.wish.size);
    write_int(&writer, attempt->call.amount_minor);
    write_uint(&writer, attempt->state);
    write_uint(&writer, attempt->keys);
    write_uint(&writer, attempt->tries);
    write_uint(&writer, attempt->failures);
    write_int(&writer, attempt->first_ms);
    write_int(&writer, attempt->looked_ms);
    write_uint(&writer, attempt->last);
    write_bool(&writer, attempt->is_firm);
    return writer_finish(&writer, ret_row);
}

/* @key has OUTBOX_KEY_BYTES. */
static int row_read(struct bytes key, struct bytes row, struct attempt *ret_attempt)
{
    struct reader reader;
    struct attempt attempt;
    memset(&attempt, 0, sizeof attempt);
    reader_init(&reader, row);
    (void)read_array(&reader, ROW_FIELDS, ROW_FIELDS);
    if (read_uint(&reader, ROW_VERSION) != ROW_VERSION) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    attempt.call.kind = (enum provider_call_kind)read_uint(&reader, PROVIDER_CALL_COUNT - 1);
    attempt.call.intent = read_bin(&reader, 0, PROVIDER_ID_BYTES_MAX);
    attempt.call.wish = read_bin(&reader, 0, HASH_BYTES);
    attempt.call.amount_minor = read_int(&reader, 0, MONEY_MAX);
    attempt.state = (enum attempt_state)read_uint(&reader, ATTEMPT_STATE_COUNT - 1);
    attempt.keys = (uint32_t)read_uint(&reader, COUNT_MAX);
    attempt.tries = (uint32_t)read_uint(&reader, COUNT_MAX);
    attempt.failures = (uint32_t)read_uint(&reader, COUNT_MAX);
    attempt.first_ms = read_int(&reader, INT64_MIN, INT64_MAX);
    attempt.looked_ms = read_int(&reader, INT64_MIN, INT64_MAX);
    attempt.last = (enum attempt_outcome)read_uint(&reader, OUTCOME_COUNT - 1);
    attempt.is_firm = read_bool(&reader);
    if (reader_finish(&reader) != 0) {
        return ERR_MALFORMED;
    }
    memcpy(attempt.order.bytes, key.data + 1, ENTITY_ID_BYTES);
    *ret_attempt = attempt;
    return 0;
}

int outbox_put(struct store_txn *txn, const struct attempt *attempt)
{
    const struct row_key key = key_of(&attempt->order, &attempt->call);
    uint8_t data[ROW_BYTES_MAX];
    struct bytes row;
    int err = row_write(attempt, data, &row);
    check(err == 0); /* ids have their bounds */
    return store_put(txn, TABLE_LOCAL, bytes_of(key.bytes, sizeof key.bytes), row);
}

int outbox_get(struct store_txn *txn, const struct entity_id *order,
               const struct provider_call *call, struct attempt *ret_attempt)
{
    const struct row_key key = key_of(order, call);
    const struct bytes key_bytes = bytes_of(key.bytes, sizeof key.bytes);
    struct bytes row;
    int err = store_get(txn, TABLE_LOCAL, key_bytes, &row);
    return err == 0 ? row_read(key_bytes, row, ret_attempt) : err;
}

int outbox_del(struct store_txn *txn, const struct attempt *attempt)
{
    const struct row_key key = key_of(&attempt->order, &attempt->call);
    const int err = store_del(txn, TABLE_LOCAL, bytes_of(key.bytes, sizeof key.bytes));
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- walking --- */

int outbox_walk_open(struct store_txn *txn, const struct entity_id *order,
                     struct outbox_walk *ret_walk)
{
    const struct row_key from = key_before(order);
    *ret_walk = (struct outbox_walk){.is_all = order == NULL};
    memcpy(ret_walk->from, from.bytes, sizeof from.bytes);
    return store_cursor_open(txn, TABLE_LOCAL, &ret_walk->cursor);
}

static int row_next(struct outbox_walk *walk, struct bytes *ret_key, struct bytes *ret_row)
{
    if (walk->is_begun) {
        return store_cursor_next(&walk->cursor, ret_key, ret_row);
    }
    walk->is_begun = true;
    return store_cursor_seek(&walk->cursor, bytes_of(walk->from, sizeof walk->from), ret_key,
                             ret_row);
}

static bool is_ours(const struct outbox_walk *walk, struct bytes key)
{
    return key.size == OUTBOX_KEY_BYTES && key.data[0] == row_mark &&
           (walk->is_all || memcmp(key.data, walk->from, HEAD_BYTES) == 0);
}

/* Under another key outbox_get() would not find it. */
static bool is_in_place(struct bytes key, const struct attempt *attempt)
{
    const struct row_key own = key_of(&attempt->order, &attempt->call);
    return memcmp(key.data, own.bytes, sizeof own.bytes) == 0;
}

int outbox_walk_next(struct outbox_walk *walk, struct attempt *ret_attempt)
{
    struct bytes key, row;
    int err = 0;
    while ((err = row_next(walk, &key, &row)) == 0) {
        if (!is_ours(walk, key)) {
            return ERR_NOT_FOUND;
        }
        if (row_read(key, row, ret_attempt) == 0 && is_in_place(key, ret_attempt)) {
            return 0;
        }
        walk->spoilt++;
    }
    return err;
}

void outbox_walk_close(struct outbox_walk *walk)
{
    store_cursor_close(&walk->cursor);
}

/* --- those of one kind --- */

/* The first of @order (NULL = of all) from @at on that @fits, its bytes kept in @bytes; @at goes
 * there. ERR_NOT_FOUND. */
static int row_find(struct store_txn *txn, const struct entity_id *order,
                    bool (*fits)(const struct attempt *attempt), struct row_key *at,
                    struct attempt *ret_attempt, uint8_t *bytes)
{
    struct outbox_walk walk;
    int err = outbox_walk_open(txn, order, &walk);
    if (err != 0) {
        return err;
    }
    memcpy(walk.from, at->bytes, sizeof at->bytes);
    do {
        err = outbox_walk_next(&walk, ret_attempt);
    } while (err == 0 && !fits(ret_attempt));
    if (err == 0) {
        provider_call_keep(&ret_attempt->call, bytes);
        *at = key_of(&ret_attempt->order, &ret_attempt->call);
    }
    outbox_walk_close(&walk);
    return err;
}

/* Change each of @order (NULL = of all) that @fits, which it does not any more then. */
static int rows_change(struct store_txn *txn, const struct entity_id *order,
                       bool (*fits)(const struct attempt *attempt),
                       int (*change)(struct store_txn *txn, struct attempt *attempt),
                       bool *is_changed)
{
    struct row_key at = key_before(order);
    struct attempt attempt;
    uint8_t bytes[PROVIDER_CALL_BYTES_MAX];
    int err = 0;
    while ((err = row_find(txn, order, fits, &at, &attempt, bytes)) == 0) {
        err = change(txn, &attempt);
        if (err != 0) {
            return err;
        }
        *is_changed = true;
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int row_revive(struct store_txn *txn, struct attempt *attempt)
{
    attempt_revive(attempt);
    return outbox_put(txn, attempt);
}

static int row_drop(struct store_txn *txn, struct attempt *attempt)
{
    return outbox_del(txn, attempt);
}

static bool is_loose(const struct attempt *attempt)
{
    return attempt->state == ATTEMPT_STUCK ||
           (attempt->state == ATTEMPT_SEND && attempt->call.kind == CALL_REFUND);
}

int outbox_loosen(struct store_txn *txn)
{
    bool is_changed = false;
    return rows_change(txn, NULL, is_loose, row_revive, &is_changed);
}

int outbox_revive_cancels(struct store_txn *txn, bool *ret_is_changed)
{
    *ret_is_changed = false;
    return rows_change(txn, NULL, attempt_is_stuck_cancel, row_revive, ret_is_changed);
}

int outbox_forget(struct store_txn *txn, const struct entity_id *order, bool *ret_is_changed)
{
    *ret_is_changed = false;
    return rows_change(txn, order, attempt_is_over, row_drop, ret_is_changed);
}

/* --- drafts that somebody wanted to pay --- */

static bool is_create(const struct attempt *attempt)
{
    return attempt->call.kind == CALL_CREATE;
}

static bool is_ended_create(const struct attempt *attempt)
{
    return is_create(attempt) && attempt_is_over(attempt);
}

static int creates_count(struct store_txn *txn, const struct entity_id *order, uint32_t *ret_count)
{
    struct outbox_walk walk;
    struct attempt attempt;
    *ret_count = 0;
    int err = outbox_walk_open(txn, order, &walk);
    if (err != 0) {
        return err;
    }
    while ((err = outbox_walk_next(&walk, &attempt)) == 0) {
        *ret_count += is_create(&attempt);
    }
    outbox_walk_close(&walk);
    return err == ERR_NOT_FOUND ? 0 : err;
}

int outbox_make_room(struct store_txn *txn, const struct entity_id *order)
{
    uint32_t count = 0;
    bool is_changed = false;
    int err = creates_count(txn, order, &count);
    if (err != 0 || count < OUTBOX_CREATES_MAX) {
        return err;
    }
    err = rows_change(txn, order, is_ended_create, row_drop, &is_changed);
    err = err == 0 ? creates_count(txn, order, &count) : err;
    return err == 0 && count >= OUTBOX_CREATES_MAX ? ERR_LIMIT : err;
}
