#include "sync/log/run.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/log/salvage.h"

/* Below so many events a look for the table's end costs more than its hint saves. */
enum { APPEND_EVENTS_MIN = 8 };

/* --- rows --- */

static int put_at_end(struct store_txn *txn, enum store_table table, const struct key *key,
                      struct bytes value, bool is_at_end)
{
    return is_at_end ? store_append(txn, table, key_bytes(key), value)
                     : store_put(txn, table, key_bytes(key), value);
}

/* Whether no key of @table is at or above @key. */
static int is_above_all(struct store_txn *txn, enum store_table table, const struct key *key,
                        bool *ret_is)
{
    struct store_cursor cursor;
    struct bytes found_key;
    struct bytes value;
    int err = store_cursor_open(txn, table, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(key), &found_key, &value);
    store_cursor_close(&cursor);
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    *ret_is = err == ERR_NOT_FOUND;
    return 0;
}

static int put_event(struct store_txn *txn, uint64_t log, uint64_t seq,
                     const struct run_event *event, bool is_at_end)
{
    uint8_t row[HASH_BYTES + EVENT_SALVAGE_BYTES_MAX];
    const struct key event_key = key_event(log, seq);
    const struct key entity_key = key_entity_event(&event->entity, log, seq);
    check(event->bytes.size <= EVENT_SALVAGE_BYTES_MAX);
    memcpy(row, event->hash.bytes, HASH_BYTES);
    memcpy(row + HASH_BYTES, event->bytes.data, event->bytes.size);
    const struct bytes value = bytes_of(row, HASH_BYTES + event->bytes.size);
    int err = put_at_end(txn, TABLE_LOG, &event_key, value, is_at_end);
    if (err == 0) {
        err = store_put(txn, TABLE_ENTITY, key_bytes(&entity_key), bytes_of(NULL, 0));
    }
    if (err == 0 && event->type == EVENT_SALVAGE) {
        err = salvage_index(txn, log, seq, event->bytes);
    }
    return err;
}

static int put_signature(struct store_txn *txn, uint64_t log, uint64_t seq,
                         const struct signature *signature)
{
    const struct key key = key_event(log, seq);
    return store_put(txn, TABLE_SIG, key_bytes(&key), bytes_of(signature->bytes, SIGNATURE_BYTES));
}

/* --- one event of a chain --- */

/* Judge the envelope of the event at @seq and fill in what is known after it. */
static int event_judge(struct run_event *event, uint64_t seq, const struct hash *previous)
{
    struct event decoded;
    const int err = event_decode(event->bytes, &decoded);
    if (err != 0) {
        return err;
    }
    if (seq == 1 && decoded.type != EVENT_LOG_OPEN) {
        return ERR_MALFORMED;
    }
    const struct hash event_hash = chain_event_hash(event->bytes);
    event->hash = chain_next(previous, &event_hash);
    event->entity = decoded.entity;
    event->type = decoded.type;
    return 0;
}

/* --- writing --- */

static bool has_room(const struct log_head *head, size_t size)
{
    const uint64_t open_events = head->seq - head->signed_seq;
    return open_events == 0 || (open_events < RUN_EVENTS_MAX && head->open_bytes < RUN_BYTES_MAX &&
                                size <= RUN_BYTES_MAX - head->open_bytes);
}

int log_append(struct store_txn *txn, struct log_head *head, struct bytes bytes)
{
    struct run_event event = {.bytes = bytes};
    check(head->seq < SEQ_MAX);
    int err = event_judge(&event, head->seq + 1, &head->hash);
    if (err == 0 && !has_room(head, bytes.size)) {
        err = ERR_LIMIT;
    }
    if (err == 0) {
        err = put_event(txn, head->log, head->seq + 1, &event, false);
    }
    if (err == 0) {
        head->seq++;
        head->hash = event.hash;
        head->open_bytes += bytes.size;
        head->bytes += bytes.size;
    }
    return err;
}

int log_sign(struct store_txn *txn, struct log_head *head, const struct popup_id *popup,
             const struct secret_key *secret)
{
    struct signature signature;
    struct log_head signed_head = *head;
    if (head->seq == head->signed_seq) {
        return 0;
    }
    signed_head.signed_seq = head->seq;
    signed_head.open_bytes = 0;
    head_sign(&signature, popup, head->log, head->seq, &head->hash, secret);
    int err = put_signature(txn, head->log, head->seq, &signature);
    if (err == 0) {
        err = log_head_put(txn, &signed_head);
    }
    if (err == 0) {
        *head = signed_head;
    }
    return err;
}

/* --- runs from peers --- */

/* Forget the first events of @run, up to @seq. */
static void run_drop(struct run *run, uint64_t seq)
{
    const uint32_t known = (uint32_t)(seq + 1 - run->first_seq);
    memmove(run->events, run->events + known, (run->count - known) * sizeof run->events[0]);
    run->first_seq += known;
    run->count -= known;
}

static size_t run_bytes(const struct run *run)
{
    size_t size = 0;
    for (uint32_t i = 0; i < run->count; i++) {
        size += run->events[i].bytes.size;
    }
    return size;
}

static int run_limits(const struct run *run)
{
    if (run->count == 0 || run->first_seq == 0 || run->first_seq > SEQ_MAX - RUN_EVENTS_MAX) {
        return ERR_MALFORMED;
    }
    if (run->count > RUN_EVENTS_MAX) {
        return ERR_TOO_MANY;
    }
    return run->count > 1 && run_bytes(run) > RUN_BYTES_MAX ? ERR_TOO_LARGE : 0;
}

/* How @run lies to @head, which it shall continue. */
static int run_place(const struct run *run, const struct log_head *head)
{
    if (run->log != head->log) {
        return ERR_MISMATCH;
    }
    if (run->first_seq > head->seq + 1) {
        return ERR_GAP;
    }
    return run_last_seq(run) <= head->seq ? ERR_EXISTS : 0;
}

int run_verify(struct run *run, const struct popup_id *popup, const struct log_head *head,
               struct log_head *ret_head)
{
    struct hash hash = head->hash;
    int err = run_limits(run);
    if (err == 0) {
        err = run_place(run, head);
    }
    if (err != 0) {
        return err;
    }
    if (run->first_seq <= head->seq) {
        run_drop(run, head->seq);
    }
    for (uint32_t i = 0; i < run->count; i++) {
        err = event_judge(&run->events[i], run->first_seq + i, &hash);
        if (err != 0) {
            return err;
        }
        hash = run->events[i].hash;
    }
    const uint64_t last = run_last_seq(run);
    err = head_verify(&run->signature, popup, run->log, last, &hash, &head->key);
    if (err == 0) {
        *ret_head = *head;
        ret_head->bytes += run_bytes(run);
        ret_head->seq = last;
        ret_head->signed_seq = last;
        ret_head->hash = hash;
    }
    return err;
}

int run_store(struct store_txn *txn, const struct run *run, const struct log_head *head)
{
    bool is_at_end = false;
    int err = 0;
    check(run->count > 0 && run->log == head->log && run_last_seq(run) == head->seq);
    if (run->count >= APPEND_EVENTS_MIN) {
        const struct key first = key_event(run->log, run->first_seq);
        err = is_above_all(txn, TABLE_LOG, &first, &is_at_end);
    }
    for (uint32_t i = 0; err == 0 && i < run->count; i++) {
        err = put_event(txn, run->log, run->first_seq + i, &run->events[i], is_at_end);
    }
    if (err == 0) {
        err = put_signature(txn, run->log, head->seq, &run->signature);
    }
    return err != 0 ? err : log_head_put(txn, head);
}

int run_mend(struct store_txn *txn, const struct run *run, uint32_t count)
{
    int err = 0;
    for (uint32_t i = 0; err == 0 && i < count; i++) {
        err = put_event(txn, run->log, run->first_seq + i, &run->events[i], false);
    }
    return err != 0 || count < run->count
               ? err
               : put_signature(txn, run->log, run_last_seq(run), &run->signature);
}

/* --- runs to peers --- */

/* Two cursors side by side: the events of a log and the signatures that end its runs. */
struct run_reader {
    uint64_t log;
    struct store_cursor events;
    struct store_cursor signatures;
    uint64_t signature_seq; /* of the next signature; 0 = no more */
    struct bytes signature;
};

/* The row's seq when it belongs to @log; ERR_NOT_FOUND when that log is over. */
static int row_seq(int err, struct bytes key, uint64_t log, uint64_t *ret_seq)
{
    uint64_t row_log;
    uint64_t seq;
    if (err == 0) {
        err = key_event_parse(key, &row_log, &seq);
    }
    if (err != 0) {
        return err;
    }
    if (row_log != log) {
        return ERR_NOT_FOUND;
    }
    *ret_seq = seq;
    return 0;
}

/* Look at the row that the cursor of signatures came to. */
static int take_signature(struct run_reader *reader, int err, struct bytes key)
{
    reader->signature_seq = 0;
    err = row_seq(err, key, reader->log, &reader->signature_seq);
    if (err == ERR_NOT_FOUND) {
        return 0;
    }
    return err == 0 && reader->signature.size != SIGNATURE_BYTES ? ERR_MALFORMED : err;
}

static int seek_signature(struct run_reader *reader, uint64_t from_seq)
{
    const struct key from = key_event(reader->log, from_seq);
    struct bytes key = {0};
    const int err =
        store_cursor_seek(&reader->signatures, key_bytes(&from), &key, &reader->signature);
    return take_signature(reader, err, key);
}

static int next_signature(struct run_reader *reader)
{
    struct bytes key = {0};
    const int err = store_cursor_next(&reader->signatures, &key, &reader->signature);
    return take_signature(reader, err, key);
}

/* The signature of the run's present end, and on to the next one. */
static int end_run(struct run_reader *reader, struct run *run, uint32_t taken)
{
    run->count = taken;
    memcpy(run->signature.bytes, reader->signature.data, SIGNATURE_BYTES);
    return next_signature(reader);
}

/* Take the row at the events' cursor as the @taken-th event. 0, ERR_NOT_FOUND when the log is over,
 * ERR_LIMIT when it does not fit, ERR_MALFORMED. Before the first signature nothing is too much: a
 * stored run is within the limits by itself. */
static int take_event(struct run *run, uint32_t taken, size_t left, int err, struct bytes key,
                      struct bytes row)
{
    uint64_t seq = 0;
    struct run_event event = {.type = EVENT_NONE};
    err = row_seq(err, key, run->log, &seq);
    if (err == 0) {
        err = event_row_parse(row, &event.hash, &event.bytes);
    }
    if (err != 0) {
        return err;
    }
    if (run->count > 0 && (taken == RUN_EVENTS_MAX || event.bytes.size > left)) {
        return ERR_LIMIT;
    }
    if (taken == RUN_EVENTS_MAX || seq != run->first_seq + taken) {
        return ERR_MALFORMED;
    }
    run->events[taken] = event;
    return 0;
}

static int read_events(struct run_reader *reader, struct run *run, uint64_t last_seq,
                       size_t bytes_max)
{
    const struct key from = key_event(run->log, run->first_seq);
    uint32_t taken = 0;
    size_t left = bytes_max;
    struct bytes key;
    struct bytes row;
    int err = store_cursor_seek(&reader->events, key_bytes(&from), &key, &row);
    for (;;) {
        err = take_event(run, taken, left, err, key, row);
        if (err != 0) {
            break;
        }
        const size_t size = run->events[taken].bytes.size;
        left = size < left ? left - size : 0;
        taken++;
        if (run->first_seq + taken - 1 == reader->signature_seq) {
            err = end_run(reader, run, taken);
            if (err == 0 && run_last_seq(run) >= last_seq) {
                return 0;
            }
        }
        if (err == 0) {
            err = store_cursor_next(&reader->events, &key, &row);
        }
    }
    if (err != ERR_NOT_FOUND && err != ERR_LIMIT) {
        return err;
    }
    /* Events that nobody signed are damage; no events at all are the log's end. */
    return run->count > 0 ? 0 : taken > 0 ? ERR_MALFORMED : ERR_NOT_FOUND;
}

int run_read(struct store_txn *txn, uint64_t log, uint64_t from_seq, size_t bytes_max,
             struct run *ret_run)
{
    return run_read_to(txn, log, from_seq, SEQ_MAX, bytes_max, ret_run);
}

int run_read_to(struct store_txn *txn, uint64_t log, uint64_t from_seq, uint64_t last_seq,
                size_t bytes_max, struct run *ret_run)
{
    struct run_reader reader = {.log = log};
    ret_run->log = log;
    ret_run->first_seq = from_seq;
    ret_run->count = 0;
    int err = store_cursor_open(txn, TABLE_LOG, &reader.events);
    if (err != 0) {
        return err;
    }
    err = store_cursor_open(txn, TABLE_SIG, &reader.signatures);
    if (err == 0) {
        err = seek_signature(&reader, from_seq);
        if (err == 0) {
            const size_t most = bytes_max < RUN_BYTES_MAX ? bytes_max : RUN_BYTES_MAX;
            err = read_events(&reader, ret_run, last_seq, most);
        }
        store_cursor_close(&reader.signatures);
    }
    store_cursor_close(&reader.events);
    return err;
}
