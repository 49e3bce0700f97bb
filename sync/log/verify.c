/* What `trestle verify` asks of one log; see log_verify() in run.h. */
#include "sync/log/run.h"

#include <string.h>

struct walk {
    struct store_txn *txn;
    const struct popup_id *popup;
    const struct log_head *head;
    struct log_report *report;
    struct store_cursor events;
    struct hash hash;       /* h(report->seq) */
    uint64_t signature_seq; /* of the last signature passed */
};

static int problem(struct walk *walk, int err, const char *sentence)
{
    walk->report->problem = sentence;
    return err;
}

/* log.open names the key that its log is signed with. */
static int verify_first(struct walk *walk, const struct event *event)
{
    struct public_key key;
    struct reader reader;
    reader_init(&reader, event->body);
    read_array(&reader, 1, VALUE_ITEMS_MAX);
    read_fixed(&reader, key.bytes, PUBLIC_KEY_BYTES);
    if (event->type != EVENT_LOG_OPEN || reader.err != 0) {
        return problem(walk, ERR_MALFORMED, "the log does not begin with log.open");
    }
    if (memcmp(key.bytes, walk->head->key.bytes, PUBLIC_KEY_BYTES) != 0) {
        return problem(walk, ERR_BAD_CHAIN, "log.open names another key than the head");
    }
    return 0;
}

static int verify_indexed(struct walk *walk, const struct event *event)
{
    const struct key key = key_entity_event(&event->entity, walk->head->log, walk->report->seq);
    struct bytes value;
    const int err = store_get(walk->txn, TABLE_ENTITY, key_bytes(&key), &value);
    return err == ERR_NOT_FOUND
               ? problem(walk, ERR_MALFORMED, "the event is missing in its entity's index")
               : err;
}

static int verify_chain(struct walk *walk, struct bytes bytes, const struct hash *stored)
{
    const struct hash event_hash = chain_event_hash(bytes);
    walk->hash = chain_next(&walk->hash, &event_hash);
    return hash_equal(&walk->hash, stored)
               ? 0
               : problem(walk, ERR_BAD_CHAIN, "the event is not the one that was chained here");
}

static int verify_signature(struct walk *walk)
{
    const struct key key = key_event(walk->head->log, walk->report->seq);
    struct signature signature;
    struct bytes value;
    const int err = store_get(walk->txn, TABLE_SIG, key_bytes(&key), &value);
    if (err != 0) {
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    walk->signature_seq = walk->report->seq;
    walk->report->signatures++;
    if (value.size != SIGNATURE_BYTES) {
        return problem(walk, ERR_MALFORMED, "the signature has a wrong size");
    }
    memcpy(signature.bytes, value.data, SIGNATURE_BYTES);
    return head_verify(&signature, walk->popup, walk->head->log, walk->report->seq, &walk->hash,
                       &walk->head->key) == 0
               ? 0
               : problem(walk, ERR_BAD_SIGNATURE, "the signature is wrong");
}

static int verify_event(struct walk *walk, uint64_t seq, struct bytes row)
{
    struct event event;
    struct hash stored;
    struct bytes bytes;
    walk->report->seq++;
    if (seq != walk->report->seq) {
        return problem(walk, ERR_GAP, "an event is missing");
    }
    if (event_row_parse(row, &stored, &bytes) != 0 || event_decode(bytes, &event) != 0) {
        return problem(walk, ERR_MALFORMED, "the event is not well-formed");
    }
    walk->report->events++;
    walk->report->event_bytes += bytes.size;
    int err = verify_chain(walk, bytes, &stored);
    if (err == 0 && seq == 1) {
        err = verify_first(walk, &event);
    }
    if (err == 0) {
        err = verify_indexed(walk, &event);
    }
    return err != 0 ? err : verify_signature(walk);
}

static int verify_events(struct walk *walk)
{
    const struct key from = key_event(walk->head->log, 0);
    struct bytes key;
    struct bytes row;
    int err = store_cursor_seek(&walk->events, key_bytes(&from), &key, &row);
    while (err == 0) {
        uint64_t log;
        uint64_t seq;
        err = key_event_parse(key, &log, &seq);
        if (err != 0) {
            return problem(walk, err, "a key of the journal is not well-formed");
        }
        if (log != walk->head->log) {
            return 0;
        }
        err = verify_event(walk, seq, row);
        if (err == 0) {
            err = store_cursor_next(&walk->events, &key, &row);
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int verify_end(struct walk *walk)
{
    const struct log_head *head = walk->head;
    if (walk->report->seq < head->seq) {
        return problem(walk, ERR_GAP, "events are missing at the end");
    }
    if (walk->report->seq > head->seq) {
        return problem(walk, ERR_BAD_CHAIN, "there are events beyond the head");
    }
    if (!hash_equal(&walk->hash, &head->hash)) {
        return problem(walk, ERR_BAD_CHAIN, "the head names another last event");
    }
    if (walk->report->event_bytes != head->bytes) {
        return problem(walk, ERR_BAD_CHAIN, "the head counts other bytes than there are");
    }
    return walk->signature_seq == head->seq
               ? 0
               : problem(walk, ERR_BAD_SIGNATURE, "the last events are not signed");
}

/* Every signature was met on the way: one without its event lies beyond the end. */
static int verify_no_more_signatures(struct walk *walk)
{
    const struct key after = key_event(walk->head->log, walk->head->seq + 1);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    uint64_t log = 0;
    uint64_t seq = 0;
    int err = store_cursor_open(walk->txn, TABLE_SIG, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&after), &key, &value);
    if (err == 0) {
        err = key_event_parse(key, &log, &seq);
    }
    store_cursor_close(&cursor);
    if (err == ERR_NOT_FOUND || (err == 0 && log != walk->head->log)) {
        return 0;
    }
    return err != 0 ? err : problem(walk, ERR_BAD_CHAIN, "there is a signature beyond the head");
}

int log_verify(struct store_txn *txn, const struct popup_id *popup, const struct log_head *head,
               struct log_report *ret_report)
{
    struct walk walk = {.txn = txn,
                        .popup = popup,
                        .head = head,
                        .report = ret_report,
                        .hash = chain_genesis(popup, &head->key)};
    *ret_report = (struct log_report){.log = head->log};
    if (id64_of_key(&head->key) != head->log) {
        return problem(&walk, ERR_BAD_CHAIN, "the head's key is not that of the log");
    }
    int err = store_cursor_open(txn, TABLE_LOG, &walk.events);
    if (err != 0) {
        return err;
    }
    err = verify_events(&walk);
    store_cursor_close(&walk.events);
    if (err == 0) {
        err = verify_end(&walk);
    }
    return err != 0 ? err : verify_no_more_signatures(&walk);
}
