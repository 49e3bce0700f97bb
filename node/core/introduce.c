#include "node/core/introduce.h"

#include <stdlib.h>
#include <string.h>

#include "node/os/file.h"
#include "node/store/store_lmdb.h"
#include "sync/log/run.h"
#include "sync/roster/statement.h"

/* --- collecting --- */

static bool is_of_roster_alone(const struct run *run)
{
    for (uint32_t i = 0; i < run->count; i++) {
        struct event event;
        const struct event_info *info = NULL;
        if (event_decode(run->events[i].bytes, &event) == 0) {
            info = event_info_find(event.type);
        }
        if (info == NULL || info->kind != KIND_ROSTER) {
            return false;
        }
    }
    return true;
}

static int frame_write(const struct run *run, struct introduction *introduction)
{
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, introduction->frame, sizeof introduction->frame);
    message_write_events_begin(&writer, run->log, run->first_seq, run->count);
    for (uint32_t i = 0; i < run->count; i++) {
        write_bin(&writer, run->events[i].bytes.data, run->events[i].bytes.size);
    }
    message_write_events_end(&writer, &run->signature, false);
    int err = writer_finish(&writer, &frame);
    if (err == 0) {
        introduction->size = frame.size;
    }
    return err;
}

/* 0 also when there is nothing to introduce it with. */
static int introduce(struct store_txn *txn, uint64_t log, struct run *scratch,
                     struct welcome *welcome)
{
    if (welcome->introductions_count == DEVICES_MAX) {
        return 0;
    }
    int err = run_read(txn, log, 1, 1, scratch);
    if (err == ERR_NOT_FOUND) {
        return 0;
    }
    if (err != 0) {
        return err;
    }
    scratch->log = log;
    struct introduction *introduction = &welcome->introductions[welcome->introductions_count];
    if (is_of_roster_alone(scratch) && frame_write(scratch, introduction) == 0) {
        welcome->introductions_count++;
    }
    return 0;
}

static bool is_last_log(const struct roster *roster, uint32_t at)
{
    for (uint32_t i = at + 1; i < roster->logs_count; i++) {
        if (roster->logs[i].device == roster->logs[at].device) {
            return false;
        }
    }
    return true;
}

int introductions_collect(struct store_txn *txn, const struct roster *roster, uint64_t except,
                          struct welcome *welcome)
{
    struct run *scratch = calloc(1, sizeof *scratch);
    int err = scratch == NULL ? ERR_NO_MEMORY : 0;
    for (uint32_t i = 0; i < roster->logs_count && err == 0; i++) {
        if (roster->logs[i].device != except && is_last_log(roster, i)) {
            err = introduce(txn, roster->logs[i].id, scratch, welcome);
        }
    }
    free(scratch);
    return err;
}

/* --- storing --- */

struct storing {
    const struct popup_id *popup;
    const struct public_key *root;
    struct store_txn *txn;
    struct message message;
    struct run run;
};

static int run_of_frame(struct storing *storing, struct bytes frame)
{
    struct reader reader;
    struct run *run = &storing->run;
    const struct events *events = &storing->message.events;
    int err = message_decode(frame, &storing->message);
    if (err != 0 || storing->message.kind != MESSAGE_EVENTS) {
        return ERR_MALFORMED;
    }
    run->log = events->log;
    run->first_seq = events->first_seq;
    run->count = events->count;
    run->signature = events->signature;
    reader_init(&reader, events->list);
    for (uint32_t i = 0; i < events->count; i++) {
        run->events[i].bytes = read_bin(&reader, 1, EVENT_BYTES_MAX);
    }
    return reader_finish(&reader);
}

static int store_one(struct storing *storing, struct bytes frame)
{
    struct event event;
    struct log_open open;
    struct log_head head, after;
    int err = run_of_frame(storing, frame);
    if (err == 0 && storing->run.first_seq != 1) {
        err = ERR_MALFORMED;
    }
    if (err == 0) {
        err = event_decode(storing->run.events[0].bytes, &event);
    }
    if (err == 0) {
        err = event.type == EVENT_LOG_OPEN
                  ? log_open_verify(event.body, storing->popup, storing->root, &open)
                  : ERR_MALFORMED;
    }
    if (err != 0) {
        return err;
    }
    err = log_head_get(storing->txn, storing->run.log, &head);
    if (err != ERR_NOT_FOUND) {
        return err; /* a restored store knows it already */
    }
    log_head_init(&head, storing->popup, &open.log_key, id64_of_key(&open.certificate.device_key),
                  open.incarnation);
    err = run_verify(&storing->run, storing->popup, &head, &after);
    if (err == 0 && !is_of_roster_alone(&storing->run)) {
        err = ERR_MALFORMED;
    }
    return err != 0 ? err : run_store(storing->txn, &storing->run, &after);
}

/* A store that was restored is of this very pop-up. */
static int popup_expect(struct store_txn *txn, const struct popup_id *popup)
{
    struct bytes stored;
    int err = store_get(txn, TABLE_META, bytes_of_text("popup"), &stored);
    if (err == 0 && !bytes_equal(stored, bytes_of(popup->bytes, sizeof popup->bytes))) {
        err = ERR_MISMATCH;
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int store_all(struct store_lmdb *store, const struct popup_id *popup,
                     const struct welcome *welcome)
{
    struct storing *storing = calloc(1, sizeof *storing);
    if (storing == NULL) {
        return ERR_NO_MEMORY;
    }
    storing->popup = popup;
    storing->root = &welcome->root;
    int err = store_lmdb_begin(store, &storing->txn);
    if (err == 0) {
        err = popup_expect(storing->txn, popup);
        for (uint32_t i = 0; i < welcome->introductions_count && err == 0; i++) {
            const struct introduction *introduction = &welcome->introductions[i];
            err = store_one(storing, bytes_of(introduction->frame, introduction->size));
        }
        if (err == 0) {
            err = store_lmdb_commit(storing->txn);
        } else {
            store_lmdb_abort(storing->txn);
        }
    }
    free(storing);
    return err;
}

int introductions_store(const char *state, const struct popup_id *popup,
                        const struct welcome *welcome)
{
    char folder[PATH_BYTES_MAX];
    struct store_lmdb *store = NULL;
    struct store_lmdb_options options = {.folder = folder};
    int err = path_join(folder, state, "store");
    if (err == 0) {
        err = store_lmdb_open(&options, &store);
    }
    if (err == 0) {
        err = store_all(store, popup, welcome);
    }
    store_lmdb_close(store);
    return err;
}
