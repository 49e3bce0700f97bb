/* The receipts of each journal: 1, 2, 3 and so on, of its own incarnation, under a lane that a
 * certificate of its device has. What is void only counts on: a person's role may have been taken
 * from him later. Each branch of a forked journal has numbers without a gap, so an honest clone
 * has. */
#include <stdlib.h>
#include <string.h>

#include "node/cli/verify_store.h"
#include "node/os/room.h"
#include "sync/domain/receipt.h"
#include "sync/log/salvage.h"
#include "sync/roster/roster.h"
#include "sync/roster/statement.h"

/* A lane that some certificate of a device has. */
struct device_lane {
    uint64_t device;
    char lane[LANE_BYTES_MAX + 1];
};

struct receipts_look {
    const struct verified_store *store;
    const struct roster *roster; /* NULL: nobody knows what is void */
    struct findings *findings;
    struct public_key root;
    struct device_lane *lanes;
    size_t lanes_count, lanes_room;
    const struct verified_log *log; /* of the last receipt */
    uint32_t last;                  /* its number */
};

/* --- which lanes a device has --- */

static bool lane_is_known(const struct receipts_look *look, uint64_t device, struct bytes lane)
{
    for (size_t i = 0; i < look->lanes_count; i++) {
        if (look->lanes[i].device == device &&
            bytes_equal(bytes_of_text(look->lanes[i].lane), lane)) {
            return true;
        }
    }
    return false;
}

static int lane_note(struct receipts_look *look, const struct certificate *certificate)
{
    const uint64_t device = id64_of_key(&certificate->device_key);
    if (lane_is_known(look, device, bytes_of_text(certificate->lane))) {
        return 0;
    }
    struct device_lane *lanes =
        room_make(look->lanes, look->lanes_count, &look->lanes_room, sizeof *lanes);
    if (lanes == NULL) {
        return ERR_NO_MEMORY;
    }
    look->lanes = lanes;
    struct device_lane *lane = &look->lanes[look->lanes_count++];
    lane->device = device;
    memcpy(lane->lane, certificate->lane, sizeof lane->lane);
    return 0;
}

/* Papers that nobody who may has signed give no lane. */
static int chain_note(struct receipts_look *look, struct bytes chain)
{
    struct certificate certificate;
    const int err =
        certificate_verify(chain, &look->store->journal.popup, &look->root, &certificate);
    return err == 0 ? lane_note(look, &certificate) : 0;
}

static int papers_note(struct receipts_look *look, const struct event *event)
{
    struct log_open open;
    struct bytes chain;
    if (event->type == EVENT_LOG_OPEN) {
        const int err =
            log_open_verify(event->body, &look->store->journal.popup, &look->root, &open);
        return err == 0 ? lane_note(look, &open.certificate) : 0;
    }
    if (event->type != EVENT_LOG_CERT && event->type != EVENT_DEVICE_ADD) {
        return 0;
    }
    return chain_body_decode(event->body, &chain) == 0 ? chain_note(look, chain) : 0;
}

/* What an admin's forked journal said others may carry on. */
static int carried_note(struct receipts_look *look, const struct event *carrier)
{
    struct salvage salvage;
    struct salvaged element;
    struct reader reader;
    int err = 0;
    if (salvage_decode(carrier->body, &salvage) != 0) {
        return 0;
    }
    reader_init(&reader, salvage.list);
    while (err == 0 && salvage_next(&reader, &element)) {
        struct event event;
        if (element.event.size > 0 && event_decode(element.event, &event) == 0) {
            err = papers_note(look, &event);
        }
    }
    return err;
}

static int event_note(struct receipts_look *look, uint64_t log, uint64_t seq,
                      const struct event *event)
{
    (void)log;
    (void)seq;
    return event->type == EVENT_SALVAGE ? carried_note(look, event) : papers_note(look, event);
}

/* --- the receipts --- */

static const struct verified_log *log_of(const struct verified_store *store, uint64_t log)
{
    for (uint32_t i = 0; i < store->logs_count; i++) {
        if (store->logs[i].head.log == log) {
            return &store->logs[i];
        }
    }
    return NULL;
}

static void receipt_judge(struct receipts_look *look, uint64_t seq, const struct receipt *receipt)
{
    const struct log_head *head = &look->log->head;
    const char *name = look->store->name;
    if (receipt->number != look->last + 1) {
        findings_add(look->findings, "receipt",
                     "%s: event %llu of journal %016llx: receipt %u comes after receipt %u", name,
                     (unsigned long long)seq, (unsigned long long)head->log, receipt->number,
                     look->last);
    }
    if (receipt->incarnation != head->incarnation) {
        findings_add(look->findings, "receipt",
                     "%s: event %llu of journal %016llx: receipt %u names incarnation %u, the "
                     "journal is %u",
                     name, (unsigned long long)seq, (unsigned long long)head->log, receipt->number,
                     receipt->incarnation, head->incarnation);
    }
    if (!lane_is_known(look, head->device, receipt->lane)) {
        findings_add(look->findings, "receipt",
                     "%s: event %llu of journal %016llx: receipt %u names lane %.*s, which no "
                     "certificate of its device has",
                     name, (unsigned long long)seq, (unsigned long long)head->log, receipt->number,
                     (int)receipt->lane.size, (const char *)receipt->lane.data);
    }
}

static bool is_void(const struct receipts_look *look, uint64_t log, uint64_t seq,
                    const struct event *event)
{
    return look->roster != NULL &&
           roster_judge(look->roster, log, seq, event->type, event->by) != VERDICT_VALID;
}

static int receipt_look(struct receipts_look *look, uint64_t log, uint64_t seq,
                        const struct event *event)
{
    struct receipt receipt;
    if (event->type != EVENT_RECEIPT) {
        return 0;
    }
    if (look->log == NULL || look->log->head.log != log) {
        look->log = log_of(look->store, log);
        look->last = 0;
    }
    if (look->log == NULL) {
        return 0;
    }
    const bool is_judged = !is_void(look, log, seq, event);
    if (receipt_decode(event->body, &receipt) == 0) {
        if (is_judged) {
            receipt_judge(look, seq, &receipt);
        }
        look->last = receipt.number;
    } else if (is_judged) {
        findings_add(look->findings, "receipt",
                     "%s: event %llu of journal %016llx is a receipt that makes no sense",
                     look->store->name, (unsigned long long)seq, (unsigned long long)log);
    }
    return 0;
}

/* --- both passes --- */

/* What is no event has been told of already. */
static int events_each(struct receipts_look *look,
                       int (*on_event)(struct receipts_look *look, uint64_t log, uint64_t seq,
                                       const struct event *event))
{
    struct store_cursor cursor;
    struct bytes key, row;
    int err = store_cursor_open(look->store->journal.txn, TABLE_LOG, &cursor);
    if (err != 0) {
        return err;
    }
    while (err == 0 && (err = store_cursor_next(&cursor, &key, &row)) == 0) {
        uint64_t log, seq;
        struct hash hash;
        struct bytes bytes;
        struct event event;
        if (key_event_parse(key, &log, &seq) == 0 && event_row_parse(row, &hash, &bytes) == 0 &&
            event_decode(bytes, &event) == 0) {
            err = on_event(look, log, seq, &event);
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

int verify_receipts(const struct verified_store *store, const struct roster *roster,
                    struct findings *findings)
{
    struct receipts_look look = {
        .store = store, .roster = roster, .findings = findings, .root = store->journal.root};
    int err = events_each(&look, event_note);
    if (err == 0) {
        err = events_each(&look, receipt_look);
    }
    free(look.lanes);
    return err;
}
