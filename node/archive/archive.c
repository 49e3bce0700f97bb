#include "node/archive/archive.h"

#include <stdlib.h>
#include <string.h>

#include "node/archive/archive_records.h"
#include "node/archive/records.h"
#include "sync/domain/blob.h"
#include "sync/domain/day.h"
#include "sync/log/run.h"

enum {
    CHUNK_BYTES = 32 * 1024, /* of events in a record; one larger event stands alone */
    PROGRESS_EVENTS = 10000,
};

struct archive {
    struct store_txn *txn;
    struct frontier frontier;
    uint64_t events;
    void (*on_progress)(uint64_t events);
    struct history *history;
    struct record_file records;
    /* Events on their way into a record. */
    uint32_t chunk_count;
    size_t chunk_size;
    uint64_t chunk_first;
    struct bytes chunk[ARCHIVE_CHUNK_EVENTS]; /* borrowed from the transaction */
};

static int put_head(struct archive *archive, const struct archive_head *head)
{
    struct writer writer;
    record_begin(&archive->records, &writer, RECORD_HEAD, 7);
    write_uint(&writer, ARCHIVE_VERSION);
    write_bin(&writer, head->popup.bytes, sizeof head->popup.bytes);
    write_bin(&writer, head->root.bytes, sizeof head->root.bytes);
    write_int(&writer, head->epoch_ms);
    write_uint(&writer, head->day);
    write_array(&writer, archive->frontier.count);
    for (uint32_t i = 0; i < archive->frontier.count; i++) {
        const struct frontier_entry *entry = &archive->frontier.entries[i];
        write_array(&writer, 3);
        write_id64(&writer, entry->log);
        write_uint(&writer, entry->seq);
        write_bin(&writer, entry->hash.bytes, sizeof entry->hash.bytes);
    }
    return record_end(&archive->records, &writer);
}

/* --- a journal --- */

static int chunk_put(struct archive *archive, uint64_t log)
{
    struct writer writer;
    if (archive->chunk_count == 0) {
        return 0;
    }
    record_begin(&archive->records, &writer, RECORD_EVENTS, 4);
    write_id64(&writer, log);
    write_uint(&writer, archive->chunk_first);
    write_array(&writer, archive->chunk_count);
    for (uint32_t i = 0; i < archive->chunk_count; i++) {
        write_bin(&writer, archive->chunk[i].data, archive->chunk[i].size);
    }
    archive->chunk_count = 0;
    archive->chunk_size = 0;
    return record_end(&archive->records, &writer);
}

static int event_put(struct archive *archive, uint64_t log, uint64_t seq, struct bytes event)
{
    bool is_full = archive->chunk_count == ARCHIVE_CHUNK_EVENTS ||
                   archive->chunk_size + event.size > CHUNK_BYTES;
    int err = is_full ? chunk_put(archive, log) : 0;
    if (archive->chunk_count == 0) {
        archive->chunk_first = seq;
    }
    archive->chunk[archive->chunk_count++] = event;
    archive->chunk_size += event.size;
    archive->events++;
    if (archive->on_progress != NULL && archive->events % PROGRESS_EVENTS == 0) {
        archive->on_progress(archive->events);
    }
    return err;
}

static int events_put(struct archive *archive, const struct frontier_entry *entry)
{
    struct hash hash = {{0}};
    struct bytes event;
    int err = 0;
    for (uint64_t seq = 1; seq <= entry->seq && err == 0; seq++) {
        err = event_get(archive->txn, entry->log, seq, &hash, &event);
        if (err == 0) {
            err = event_put(archive, entry->log, seq, event);
        }
    }
    if (err == 0) {
        err = chunk_put(archive, entry->log);
    }
    return err == 0 && !hash_equal(&hash, &entry->hash) ? ERR_MISMATCH : err;
}

/* The hashes of the events after the frontier, up to the head: what the head's signature covers. */
static int hashes_put(struct archive *archive, uint64_t log, uint64_t from, uint64_t to)
{
    struct writer writer;
    int err = 0;
    while (from <= to && err == 0) {
        uint64_t count =
            to - from + 1 < ARCHIVE_CHUNK_HASHES ? to - from + 1 : ARCHIVE_CHUNK_HASHES;
        record_begin(&archive->records, &writer, RECORD_HASHES, 4);
        write_id64(&writer, log);
        write_uint(&writer, from);
        write_array(&writer, (uint32_t)count);
        for (uint64_t i = 0; i < count && err == 0; i++) {
            struct hash hash;
            struct bytes event;
            err = event_get(archive->txn, log, from + i, &hash, &event);
            hash = err == 0 ? chain_event_hash(event) : hash;
            write_bin(&writer, hash.bytes, sizeof hash.bytes);
        }
        from += count;
        err = err != 0 ? err : record_end(&archive->records, &writer);
    }
    return err;
}

static int log_put(struct archive *archive, const struct frontier_entry *entry)
{
    struct log_head head;
    struct bytes signature;
    struct writer writer;
    int err = log_head_get(archive->txn, entry->log, &head);
    if (err == ERR_NOT_FOUND || (err == 0 && head.seq < entry->seq)) {
        return ERR_GAP;
    }
    if (err == 0) {
        err = events_put(archive, entry);
    }
    if (err == 0) {
        err = hashes_put(archive, entry->log, entry->seq + 1, head.seq);
    }
    if (err != 0) {
        return err;
    }
    const struct key key = key_event(entry->log, head.seq);
    err = store_get(archive->txn, TABLE_SIG, key_bytes(&key), &signature);
    if (err != 0) {
        return err;
    }
    record_begin(&archive->records, &writer, RECORD_SIGNATURE, 4);
    write_id64(&writer, entry->log);
    write_uint(&writer, head.seq);
    write_bin(&writer, signature.data, signature.size);
    return record_end(&archive->records, &writer);
}

/* --- blobs --- */

static int blob_put(struct archive *archive, const struct blob *blob)
{
    struct writer writer;
    if (!blob->is_known && !blob->is_erased) {
        return 0;
    }
    record_begin(&archive->records, &writer, RECORD_BLOB, 6);
    write_bin(&writer, blob->hash.bytes, sizeof blob->hash.bytes);
    write_uint(&writer, blob->size);
    write_text(&writer, blob->media);
    write_bool(&writer, blob->is_personal);
    write_bool(&writer, blob->is_erased);
    return record_end(&archive->records, &writer);
}

static int blobs_put_all(struct archive *archive)
{
    static const uint8_t first[] = {KIND_BLOB};
    struct store_cursor cursor;
    struct bytes key, row;
    int err = store_cursor_open(archive->txn, TABLE_STATE, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(first, sizeof first), &key, &row);
    while (err == 0 && key.data[0] == KIND_BLOB) {
        enum kind kind;
        struct entity_id id;
        struct blob blob;
        err = key_state_parse(key, &kind, &id);
        if (err == 0) {
            err = history_decode(archive->history, kind, &id, row);
        }
        if (err == 0) {
            blob_derive(archive->history, &blob);
            err = blob_put(archive, &blob);
        }
        if (err == 0) {
            err = store_cursor_next(&cursor, &key, &row);
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- the whole --- */

static int frontier_of_heads(struct archive *archive)
{
    struct store_cursor cursor;
    struct log_head head;
    int err = store_cursor_open(archive->txn, TABLE_HEAD, &cursor);
    if (err != 0) {
        return err;
    }
    archive->frontier.count = 0;
    while (archive->frontier.count < LOGS_MAX && (err = log_head_next(&cursor, &head)) == 0) {
        archive->frontier.entries[archive->frontier.count++] =
            (struct frontier_entry){.log = head.log, .seq = head.seq, .hash = head.hash};
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int frontier_of_day(struct archive *archive, uint64_t n)
{
    struct day day = {.n = 0};
    struct entity_id id = entity_id_derive(KIND_POPUP, 0);
    int err = history_get(archive->history, archive->txn, KIND_POPUP, &id);
    if (err == ERR_NOT_FOUND) {
        return ERR_STATE;
    }
    if (err == 0) {
        day_derive(archive->history, n, &day);
    }
    archive->frontier = day.frontier;
    return err == 0 && !day.is_closed ? ERR_STATE : err;
}

static int put_all(struct archive *archive, FILE *file, const struct archive_head *head)
{
    int err = records_begin(&archive->records, file, ARCHIVE_MAGIC);
    if (err == 0) {
        err = head->day == 0 ? frontier_of_heads(archive) : frontier_of_day(archive, head->day);
    }
    if (err == 0) {
        err = put_head(archive, head);
    }
    for (uint32_t i = 0; i < archive->frontier.count && err == 0; i++) {
        err = log_put(archive, &archive->frontier.entries[i]);
    }
    if (err == 0) {
        err = blobs_put_all(archive);
    }
    return err != 0 ? err : records_end(&archive->records, RECORD_END);
}

int archive_write(FILE *file, struct store_txn *txn, const struct archive_head *head,
                  void (*on_progress)(uint64_t events))
{
    struct archive *archive = calloc(1, sizeof *archive);
    if (archive == NULL) {
        return ERR_NO_MEMORY;
    }
    archive->txn = txn;
    archive->on_progress = on_progress;
    archive->history = history_new();
    int err = archive->history == NULL ? ERR_NO_MEMORY : put_all(archive, file, head);
    history_free(archive->history);
    free(archive);
    return err;
}
