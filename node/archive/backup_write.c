/* The writing half of a backup: each journal as the signed runs that it is kept in. */
#include <stdlib.h>

#include "node/archive/backup.h"
#include "node/archive/backup_records.h"
#include "node/archive/records.h"
#include "sync/log/run.h"

struct backup_writing {
    struct store_txn *txn;
    struct popup_id popup;
    bool is_damaged;
    void (*on_progress)(uint64_t events);
    struct backup_sums sums;
    struct run run;
    struct record_file records;
};

static int put_head(struct backup_writing *writing, const struct backup_head *head)
{
    struct writer writer;
    record_begin(&writing->records, &writer, BACKUP_HEAD, 5);
    write_uint(&writer, BACKUP_VERSION);
    write_bin(&writer, head->popup.bytes, sizeof head->popup.bytes);
    write_bin(&writer, head->root.bytes, sizeof head->root.bytes);
    write_int(&writer, head->epoch_ms);
    return record_end(&writing->records, &writer);
}

static int put_run(struct backup_writing *writing, uint64_t log)
{
    const struct run *run = &writing->run;
    struct writer writer;
    record_begin(&writing->records, &writer, BACKUP_RUN, 5);
    write_id64(&writer, log);
    write_uint(&writer, run->first_seq);
    write_array(&writer, run->count);
    for (uint32_t i = 0; i < run->count; i++) {
        write_bin(&writer, run->events[i].bytes.data, run->events[i].bytes.size);
    }
    write_bin(&writer, run->signature.bytes, sizeof run->signature.bytes);
    return record_end(&writing->records, &writer);
}

/* The run from @seq on into writing->run. @before is the head of its journal up to there, and moves
 * to its end. ERR_MALFORMED: it is not what was signed; ERR_IO. */
static int take_run(struct backup_writing *writing, struct log_head *before)
{
    struct run *run = &writing->run;
    struct log_head after;
    const uint64_t seq = before->seq + 1;
    int err = run_read(writing->txn, before->log, seq, RUN_BYTES_MAX, run);
    if (err == 0) {
        err = run_verify(run, &writing->popup, before, &after);
    }
    if (err != 0 && err != ERR_IO) { /* perhaps only what was joined to the first run */
        err = run_read_to(writing->txn, before->log, seq, seq, RUN_BYTES_MAX, run);
        if (err == 0) {
            err = run_verify(run, &writing->popup, before, &after);
        }
    }
    if (err != 0) {
        return err == ERR_IO ? err : ERR_MALFORMED;
    }
    *before = after;
    return 0;
}

static void count_run(struct backup_writing *writing)
{
    const uint64_t before = writing->sums.events;
    writing->sums.events += writing->run.count;
    writing->sums.runs++;
    if (writing->on_progress != NULL &&
        before / BACKUP_PROGRESS_EVENTS != writing->sums.events / BACKUP_PROGRESS_EVENTS) {
        writing->on_progress(writing->sums.events);
    }
}

static int put_log(struct backup_writing *writing, const struct log_head *head)
{
    struct log_head at;
    int err = 0;
    log_head_init(&at, &writing->popup, &head->key, head->device, head->incarnation);
    writing->sums.logs++;
    while (at.seq < head->seq && err == 0) {
        err = take_run(writing, &at);
        if (err == ERR_MALFORMED && writing->is_damaged) {
            writing->sums.lost += head->seq - at.seq;
            return 0;
        }
        if (err == 0) {
            err = put_run(writing, head->log);
        }
        if (err == 0) {
            count_run(writing);
        }
    }
    return err;
}

static int put_logs(struct backup_writing *writing)
{
    struct store_cursor cursor;
    struct log_head head;
    int err = store_cursor_open(writing->txn, TABLE_HEAD, &cursor);
    if (err != 0) {
        return err;
    }
    while ((err = log_head_next(&cursor, &head)) == 0) {
        err = put_log(writing, &head);
        if (err != 0) {
            break;
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

int backup_write(FILE *file, struct store_txn *txn, const struct backup_head *head, bool is_damaged,
                 void (*on_progress)(uint64_t events), struct backup_sums *ret_sums)
{
    struct backup_writing *writing = calloc(1, sizeof *writing);
    if (writing == NULL) {
        return ERR_NO_MEMORY;
    }
    writing->txn = txn;
    writing->popup = head->popup;
    writing->is_damaged = is_damaged;
    writing->on_progress = on_progress;
    int err = records_begin(&writing->records, file, BACKUP_MAGIC);
    if (err == 0) {
        err = put_head(writing, head);
    }
    if (err == 0) {
        err = put_logs(writing);
    }
    if (err == 0) {
        err = records_end(&writing->records, BACKUP_END);
    }
    *ret_sums = writing->sums;
    ret_sums->records = writing->records.count;
    free(writing);
    return err;
}
