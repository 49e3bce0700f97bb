/* The reading half of a backup: nothing in the file is believed that a peer would not be. */
#include <stdlib.h>
#include <string.h>

#include "node/archive/backup.h"
#include "node/archive/backup_records.h"
#include "node/archive/records.h"
#include "node/os/entropy.h"
#include "sync/domain/opaque.h"
#include "sync/log/run.h"
#include "sync/replica/replica.h"
#include "sync/roster/statement.h"

enum { COMMIT_EVENTS = 4096, FIELDS_MAX = 5 };

struct backup_reading {
    struct store_lmdb *store;
    struct store_txn *txn; /* NULL between two */
    uint64_t uncommitted;  /* events in it */
    void (*on_progress)(uint64_t events);
    struct backup_head head;
    struct backup_sums sums;
    struct run run;
    struct record_file records;
};

/* --- the head --- */

static int meta_put(struct store_txn *txn, const char *name, const void *data, size_t size)
{
    return store_put(txn, TABLE_META, bytes_of_text(name), bytes_of(data, size));
}

/* The rows by which a store knows what it is. Nobody folded it: the first start reads the journals
 * anew. */
static int put_meta(struct backup_reading *reading)
{
    const struct backup_head *head = &reading->head;
    uint8_t format[4], fold[4], epoch[8], incarnation[8];
    put_be32(format, STORE_FORMAT);
    put_be32(fold, FOLD_NONE);
    put_be64(epoch, (uint64_t)head->epoch_ms);
    entropy_bytes(incarnation, sizeof incarnation);
    const struct {
        const char *name;
        const void *data;
        size_t size;
    } rows[] = {{"format", format, sizeof format},
                {"popup", head->popup.bytes, sizeof head->popup.bytes},
                {"root", head->root.bytes, sizeof head->root.bytes},
                {"epoch", epoch, sizeof epoch},
                {"incarnation", incarnation, sizeof incarnation},
                {"fold", fold, sizeof fold}};
    int err = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && err == 0; i++) {
        err = meta_put(reading->txn, rows[i].name, rows[i].data, rows[i].size);
    }
    return err;
}

static int take_head(struct backup_reading *reading, struct reader *reader)
{
    struct backup_head head;
    const uint64_t version = read_uint(reader, UINT64_MAX);
    if (version != BACKUP_VERSION) {
        return version > BACKUP_VERSION ? ERR_VERSION : ERR_MALFORMED;
    }
    read_fixed(reader, head.popup.bytes, sizeof head.popup.bytes);
    read_fixed(reader, head.root.bytes, sizeof head.root.bytes);
    head.epoch_ms = read_int(reader, 0, INT64_MAX);
    int err = reader_finish(reader);
    if (err != 0) {
        return err;
    }
    const struct popup_id derived = popup_id_of_root(&head.root);
    if (memcmp(derived.bytes, head.popup.bytes, sizeof derived.bytes) != 0) {
        return ERR_MALFORMED;
    }
    reading->head = head;
    return put_meta(reading);
}

/* --- a run --- */

int backup_run_read(struct reader *reader, struct run *ret_run)
{
    struct run *run = ret_run;
    run->log = read_id64(reader);
    run->first_seq = read_uint(reader, SEQ_MAX);
    run->count = read_array(reader, 1, RUN_EVENTS_MAX);
    for (uint32_t i = 0; i < run->count; i++) {
        run->events[i].bytes = read_bin(reader, 1, EVENT_SALVAGE_BYTES_MAX);
    }
    read_fixed(reader, run->signature.bytes, sizeof run->signature.bytes);
    return reader_finish(reader);
}

/* The journal's first event says whose it is, and leads to the root. */
static int head_of_new(struct backup_reading *reading, struct log_head *ret_head)
{
    const struct run *run = &reading->run;
    struct event event;
    struct log_open open;
    if (run->first_seq != 1) {
        return ERR_GAP;
    }
    int err = event_decode(run->events[0].bytes, &event);
    if (err == 0 && event.type != EVENT_LOG_OPEN) {
        err = ERR_MALFORMED;
    }
    if (err == 0) {
        err = log_open_verify(event.body, &reading->head.popup, &reading->head.root, &open);
    }
    if (err != 0) {
        return err;
    }
    log_head_init(ret_head, &reading->head.popup, &open.log_key,
                  id64_of_key(&open.certificate.device_key), open.incarnation);
    if (reading->sums.logs == LOGS_MAX) {
        return ERR_TOO_MANY;
    }
    reading->sums.logs++;
    return 0;
}

static int store_run_of(struct backup_reading *reading)
{
    struct run *run = &reading->run;
    struct log_head head, after;
    int err = log_head_get(reading->txn, run->log, &head);
    if (err == ERR_NOT_FOUND) {
        err = head_of_new(reading, &head);
    }
    if (err == 0 && run->first_seq != head.seq + 1) {
        err = run->first_seq <= head.seq ? ERR_MALFORMED : ERR_GAP;
    }
    if (err == 0) {
        err = run_verify(run, &reading->head.popup, &head, &after);
    }
    if (err == 0) {
        err = run_store(reading->txn, run, &after);
    }
    return err != 0 ? err : opaque_note(reading->txn, run);
}

static int commit(struct backup_reading *reading)
{
    struct store_txn *txn = reading->txn;
    reading->txn = NULL;
    reading->uncommitted = 0;
    return store_lmdb_commit(txn);
}

static int take_run(struct backup_reading *reading, struct reader *reader)
{
    if (reading->records.count == 1) {
        return ERR_MALFORMED; /* before its head */
    }
    int err = backup_run_read(reader, &reading->run);
    if (err == 0) {
        err = store_run_of(reading);
    }
    if (err != 0) {
        return err;
    }
    const uint64_t before = reading->sums.events;
    reading->sums.events += reading->run.count;
    reading->sums.runs++;
    reading->uncommitted += reading->run.count;
    if (reading->on_progress != NULL &&
        before / BACKUP_PROGRESS_EVENTS != reading->sums.events / BACKUP_PROGRESS_EVENTS) {
        reading->on_progress(reading->sums.events);
    }
    return reading->uncommitted < COMMIT_EVENTS ? 0 : commit(reading);
}

/* --- the whole --- */

static int take_record(struct backup_reading *reading, struct bytes record, bool *ret_is_end)
{
    struct reader reader;
    reader_init(&reader, record);
    (void)read_array(&reader, 3, FIELDS_MAX);
    const uint64_t kind = read_uint(&reader, BACKUP_END);
    reading->sums.records = reading->records.count;
    *ret_is_end = kind == BACKUP_END;
    switch (kind) {
    case BACKUP_HEAD:
        return reading->records.count == 1 ? take_head(reading, &reader) : ERR_MALFORMED;
    case BACKUP_RUN:
        return take_run(reading, &reader);
    case BACKUP_END:
        return reading->records.count > 1 ? records_check_end(&reading->records, &reader)
                                          : ERR_MALFORMED;
    default:
        return ERR_MALFORMED;
    }
}

static int read_records(struct backup_reading *reading)
{
    struct bytes record;
    bool is_end = false;
    int err = 0;
    while (err == 0 && !is_end) {
        if (reading->txn == NULL) {
            err = store_lmdb_begin(reading->store, &reading->txn);
        }
        if (err == 0) {
            err = record_next(&reading->records, &record);
        }
        if (err == 0) {
            err = take_record(reading, record, &is_end);
        }
    }
    if (err != 0) {
        return err == ERR_NOT_FOUND ? ERR_MALFORMED : err;
    }
    err = record_next(&reading->records, &record);
    return err == ERR_NOT_FOUND ? 0 : ERR_MALFORMED;
}

int backup_read(FILE *file, struct store_lmdb *store, void (*on_progress)(uint64_t events),
                struct backup_head *ret_head, struct backup_sums *ret_sums)
{
    struct backup_reading *reading = calloc(1, sizeof *reading);
    if (reading == NULL) {
        return ERR_NO_MEMORY;
    }
    reading->store = store;
    reading->on_progress = on_progress;
    int err = records_open(&reading->records, file, BACKUP_MAGIC);
    if (err == 0) {
        err = read_records(reading);
    }
    if (err == 0 && reading->txn != NULL) {
        err = commit(reading);
    } else if (reading->txn != NULL) {
        store_lmdb_abort(reading->txn);
    }
    *ret_head = reading->head;
    *ret_sums = reading->sums;
    free(reading);
    return err;
}
