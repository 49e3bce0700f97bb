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
    ROW_BYTES_MAX = 64 + PROVIDER_ID_BYTES_MAX + HASH_BYTES,
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

/* --- taking up a plan --- */

/* The planned attempts of an order, read whole: rows change while we go through them. Creating is
 * asked for by a customer and not by a plan. */
struct rows {
    uint32_t count;
    struct attempt attempts[OUTBOX_ORDER_MAX];
    uint8_t bytes[OUTBOX_ORDER_MAX][PROVIDER_ID_BYTES_MAX + HASH_BYTES];
};

static void attempt_keep(struct attempt *attempt, uint8_t *bytes)
{
    struct provider_call *call = &attempt->call;
    memcpy(bytes, call->intent.data, call->intent.size);
    memcpy(bytes + call->intent.size, call->wish.data, call->wish.size);
    call->intent = bytes_of(bytes, call->intent.size);
    call->wish = bytes_of(bytes + call->intent.size, call->wish.size);
}

static int rows_add(struct rows *rows, const struct attempt *attempt)
{
    if (rows->count == OUTBOX_ORDER_MAX) {
        return ERR_LIMIT;
    }
    rows->attempts[rows->count] = *attempt;
    attempt_keep(&rows->attempts[rows->count], rows->bytes[rows->count]);
    rows->count++;
    return 0;
}

static int rows_load(struct store_txn *txn, const struct entity_id *order, struct rows *ret_rows)
{
    struct outbox_walk walk;
    struct attempt attempt;
    ret_rows->count = 0;
    int err = outbox_walk_open(txn, order, &walk);
    if (err != 0) {
        return err;
    }
    while (err == 0 && (err = outbox_walk_next(&walk, &attempt)) == 0) {
        if (attempt.call.kind != CALL_CREATE) {
            err = rows_add(ret_rows, &attempt);
        }
    }
    outbox_walk_close(&walk);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static const struct attempt *attempt_find(const struct rows *rows, const struct provider_call *call)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        if (provider_call_is(&rows->attempts[i].call, call)) {
            return &rows->attempts[i];
        }
    }
    return NULL;
}

static int put_changed(struct store_txn *txn, const struct attempt *attempt, bool *is_changed)
{
    *is_changed = true;
    return outbox_put(txn, attempt);
}

static bool was_sent(const struct attempt *attempt)
{
    return attempt->tries > 0 || attempt->keys > 0;
}

static bool is_stuck_cancel(const struct attempt *attempt)
{
    return attempt->state == ATTEMPT_STUCK && attempt->call.kind == CALL_CANCEL;
}

/* What came of an ended attempt is a fact by now. If the plan asks again the facts say otherwise:
 * the provider's state is read. */
static int call_take(struct store_txn *txn, const struct entity_id *order, const struct rows *rows,
                     const struct provider_call *call, bool *is_changed)
{
    const struct attempt *known = attempt_find(rows, call);
    struct attempt attempt = known != NULL ? *known : attempt_of(order, call);
    if (known == NULL) {
        return rows->count < OUTBOX_ORDER_MAX ? put_changed(txn, &attempt, is_changed) : ERR_LIMIT;
    }
    attempt_ask(&attempt, call->amount_minor);
    if (attempt_is_over(known)) {
        attempt.state = was_sent(known) ? ATTEMPT_LOOK : attempt_of(order, call).state;
    } else if (is_stuck_cancel(known)) {
        attempt_revive(&attempt);
    }
    const bool is_same =
        attempt.state == known->state && attempt.call.amount_minor == known->call.amount_minor;
    return is_same ? 0 : put_changed(txn, &attempt, is_changed);
}

/* Nobody asks for it any more. What was sent may have been done, and must not be sent again without
 * a look. */
static enum attempt_state unplanned_state(const struct attempt *attempt)
{
    const bool is_waiting = attempt->state == ATTEMPT_SEND || attempt->state == ATTEMPT_LOOK;
    if (is_waiting && was_sent(attempt)) {
        return ATTEMPT_LOOK;
    }
    return is_waiting || attempt->state == ATTEMPT_STUCK ? ATTEMPT_VOID : attempt->state;
}

static bool is_planned(const struct plan *plan, const struct attempt *attempt)
{
    return attempt->is_firm || plan_find(plan, &attempt->call) != NULL;
}

static int unplanned_end(struct store_txn *txn, const struct plan *plan, const struct rows *rows,
                         bool *is_changed)
{
    int err = 0;
    for (uint32_t i = 0; i < rows->count && err == 0; i++) {
        struct attempt attempt = rows->attempts[i];
        const enum attempt_state state = unplanned_state(&attempt);
        if (state != attempt.state && !is_planned(plan, &attempt)) {
            attempt.state = state;
            err = put_changed(txn, &attempt, is_changed);
        }
    }
    return err;
}

int outbox_take(struct store_txn *txn, const struct entity_id *order, const struct plan *plan,
                bool *ret_is_changed)
{
    struct rows rows;
    *ret_is_changed = false;
    int err = rows_load(txn, order, &rows);
    for (uint32_t i = 0; i < plan->calls_count && err == 0; i++) {
        err = call_take(txn, order, &rows, &plan->calls[i], ret_is_changed);
    }
    return err == 0 ? unplanned_end(txn, plan, &rows, ret_is_changed) : err;
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
        attempt_keep(ret_attempt, bytes);
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
    uint8_t bytes[PROVIDER_ID_BYTES_MAX + HASH_BYTES];
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
    return rows_change(txn, NULL, is_stuck_cancel, row_revive, ret_is_changed);
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
