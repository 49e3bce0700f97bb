#include "node/cli/verify_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/cli.h"
#include "node/config/identity.h"
#include "node/os/clock.h"
#include "node/os/room.h"
#include "sync/domain/entity.h"
#include "sync/replica/remaking.h"
#include "sync/replica/replica.h"

enum { NAMED_HASH_BYTES = 16 };

/* --- journals --- */

static int verify_log(struct verified_store *store, const struct log_head *head,
                      struct findings *findings)
{
    struct verified_log *log = &store->logs[store->logs_count++];
    log->head = *head;
    log->limit = UINT64_MAX;
    int err = log_verify(store->journal.txn, &store->journal.popup, head, &log->report);
    log->is_good = err == 0;
    store->events += log->report.events;
    if (err == ERR_IO) {
        return err;
    }
    if (err != 0) {
        findings_add(findings, "edited", "%s: journal %016llx, event %llu: %s", store->name,
                     (unsigned long long)head->log, (unsigned long long)log->report.seq,
                     log->report.problem == NULL ? err_text(err) : log->report.problem);
    }
    return 0;
}

static int verify_logs(struct verified_store *store, struct findings *findings)
{
    struct store_cursor cursor;
    struct log_head head;
    int err = store_cursor_open(store->journal.txn, TABLE_HEAD, &cursor);
    if (err != 0) {
        return err;
    }
    while (store->logs_count < LOGS_MAX && (err = log_head_next(&cursor, &head)) == 0) {
        err = verify_log(store, &head, findings);
        if (err != 0) {
            break;
        }
    }
    store_cursor_close(&cursor);
    if (err == ERR_MALFORMED) {
        findings_add(findings, "edited", "%s: the list of journals is damaged", store->name);
    }
    return err == ERR_IO ? err : 0;
}

/* --- orphans and duplicates --- */

/* An event by the hash of its bytes. */
struct named_event {
    uint8_t hash[NAMED_HASH_BYTES];
    uint64_t log, seq;
};

static int named_compare(const void *a, const void *b)
{
    const struct named_event *x = a, *y = b;
    int order = memcmp(x->hash, y->hash, sizeof x->hash);
    if (order != 0) {
        return order;
    }
    return x->log != y->log ? (x->log < y->log ? -1 : 1) : (x->seq > y->seq) - (x->seq < y->seq);
}

static int event_name(struct bytes key, struct bytes row, struct named_event *ret_named)
{
    struct hash hash;
    struct bytes event;
    int err = key_event_parse(key, &ret_named->log, &ret_named->seq);
    if (err == 0) {
        err = event_row_parse(row, &hash, &event);
    }
    if (err != 0) {
        return err;
    }
    hash = chain_event_hash(event);
    memcpy(ret_named->hash, hash.bytes, sizeof ret_named->hash);
    return 0;
}

static bool log_is_known(const struct verified_store *store, uint64_t log, uint64_t seq)
{
    for (uint32_t i = 0; i < store->logs_count; i++) {
        if (store->logs[i].head.log == log) {
            return seq <= store->logs[i].head.seq;
        }
    }
    return false;
}

struct named_events {
    struct named_event *all; /* the owner frees it */
    size_t count, capacity;
};

static int event_add(const struct verified_store *store, struct findings *findings,
                     struct bytes key, struct bytes row, struct named_events *events)
{
    struct named_event named;
    if (event_name(key, row, &named) != 0) {
        findings_add(findings, "edited", "%s: a damaged row among the events", store->name);
        return 0;
    }
    if (!log_is_known(store, named.log, named.seq)) {
        findings_add(findings, "edited", "%s: event %llu of journal %016llx lies beyond its end",
                     store->name, (unsigned long long)named.seq, (unsigned long long)named.log);
        return 0;
    }
    struct named_event *all = room_make(events->all, events->count, &events->capacity, sizeof *all);
    if (all == NULL) {
        return ERR_NO_MEMORY;
    }
    events->all = all;
    events->all[events->count++] = named;
    return 0;
}

/* Every row of the events' table, behind those in @events. */
static int events_name(const struct verified_store *store, struct findings *findings,
                       struct named_events *events)
{
    struct store_cursor cursor;
    struct bytes key, row;
    int err = store_cursor_open(store->journal.txn, TABLE_LOG, &cursor);
    if (err != 0) {
        return err;
    }
    while (err == 0 && (err = store_cursor_next(&cursor, &key, &row)) == 0) {
        err = event_add(store, findings, key, row, events);
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* Nobody says the same twice in one journal; two devices may, in the same millisecond. */
static void find_duplicates(const struct verified_store *store, struct findings *findings,
                            const struct named_events *events)
{
    for (size_t i = 1; i < events->count; i++) {
        const struct named_event *before = &events->all[i - 1], *event = &events->all[i];
        if (before->log == event->log &&
            memcmp(before->hash, event->hash, sizeof event->hash) == 0) {
            findings_add(findings, "duplicate",
                         "%s: event %llu of journal %016llx is the same as event %llu", store->name,
                         (unsigned long long)event->seq, (unsigned long long)event->log,
                         (unsigned long long)before->seq);
        }
    }
}

static int verify_events(const struct verified_store *store, struct findings *findings)
{
    struct named_events events = {.all = NULL};
    const int err = events_name(store, findings, &events);
    if (err == 0 && events.count > 0) {
        qsort(events.all, events.count, sizeof *events.all, named_compare);
        find_duplicates(store, findings, &events);
    }
    free(events.all);
    return err;
}

/* INDEX_NUMBER rows: the same day, lane and number for two orders. */
static int verify_numbers(const struct verified_store *store, struct findings *findings)
{
    static const uint8_t first[] = {INDEX_NUMBER};
    uint8_t before[STORE_KEY_BYTES_MAX];
    size_t before_size = 0;
    struct store_cursor cursor;
    struct bytes key, value;
    int err = store_cursor_open(store->journal.txn, TABLE_INDEX, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(first, sizeof first), &key, &value);
    for (; err == 0 && key.data[0] == INDEX_NUMBER;
         err = store_cursor_next(&cursor, &key, &value)) {
        size_t size = key.size > ENTITY_ID_BYTES ? key.size - ENTITY_ID_BYTES : 0;
        if (size >= 14 && size == before_size && memcmp(before, key.data, size) == 0) {
            findings_add(findings, "duplicate", "%s: two orders of day %llu have the number %s%u",
                         store->name, (unsigned long long)get_be64(key.data + 1),
                         (const char *)key.data + 9, (unsigned)get_be32(key.data + size - 4));
        }
        memcpy(before, key.data, size);
        before_size = size;
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- state --- */

/* The replica is opened on a read-only snapshot, where it must have nothing to write. */
static bool own_log_is_stored(const struct verified_store *store, const struct log_key *key)
{
    struct public_key public_ = signing_public(&key->secret);
    return log_is_known(store, id64_of_key(&public_), 1);
}

static void limits_note(struct verified_store *store, const struct roster *roster)
{
    for (uint32_t i = 0; i < store->logs_count; i++) {
        store->logs[i].limit = roster_limit(roster, store->logs[i].head.log);
    }
}

static int audit(struct verified_store *store, const struct identity *identity,
                 const struct log_key *key, struct findings *findings)
{
    struct replica_config config = {.popup = identity->popup,
                                    .root = identity->root,
                                    .epoch_ms = identity->epoch_ms,
                                    .chain = bytes_of(identity->chain, identity->chain_size),
                                    .device_secret = &identity->device_secret,
                                    .log_secret = &key->secret,
                                    .incarnation = key->incarnation,
                                    .aside = store->aside.entities,
                                    .aside_count = store->aside.count};
    struct replica *replica = replica_new();
    struct effects *effects = calloc(1, sizeof *effects);
    int err = replica == NULL || effects == NULL ? ERR_NO_MEMORY : 0;
    if (err == 0) {
        err = replica_open(replica, store->journal.txn, &config, clock_now(), effects);
    }
    if (err == 0) {
        err = replica_audit(replica, store->journal.txn, &store->entities, &store->wrong);
    }
    store->is_audited = err == 0;
    if (err == 0) {
        limits_note(store, replica_roster(replica));
        err = verify_receipts(store, replica_roster(replica), findings);
    }
    replica_free(replica);
    free(effects);
    return err;
}

static int verify_state(const char *state, struct verified_store *store, struct findings *findings)
{
    struct identity identity;
    struct log_key key;
    int err = replica_state_digest(store->journal.txn, &store->digest);
    if (err == 0) {
        err = remaking_look(store->journal.txn, &store->is_remaking);
    }
    set_aside_load(state, &store->aside);
    if (err != 0) {
        return err;
    }
    if (identity_load(state, &identity) != 0 || log_key_load(state, &key) != 0 ||
        !own_log_is_stored(store, &key)) {
        tell("%s: without this device's keys and journal its state is not refolded", state);
        return 0;
    }
    err = audit(store, &identity, &key, findings);
    entropy_wipe(&identity, sizeof identity);
    entropy_wipe(&key, sizeof key);
    if (err == 0 && store->wrong > 0 && !store->is_remaking) {
        findings_add(findings, "state", "%s: %llu of %llu entities are not what the journals say",
                     store->name, (unsigned long long)store->wrong,
                     (unsigned long long)store->entities);
    } else if (err != 0 && err != ERR_IO) {
        findings_add(findings, "state", "%s: the state cannot be refolded: %s", store->name,
                     err_text(err));
    }
    return err == ERR_IO ? err : 0;
}

int verify_store(const char *state, struct findings *findings, struct verified_store *ret_store)
{
    struct verified_store *store = ret_store;
    memset(store, 0, sizeof *store);
    (void)snprintf(store->name, sizeof store->name, "%s", state);
    int status = journal_open_state(state, &store->journal);
    if (status != EXIT_DONE) {
        return status;
    }
    int err = verify_logs(store, findings);
    if (err == 0) {
        err = verify_events(store, findings);
    }
    if (err == 0) {
        err = verify_numbers(store, findings);
    }
    if (err == 0) {
        err = verify_state(state, store, findings);
    }
    if (err == 0 && !store->is_audited) {
        err = verify_receipts(store, NULL, findings);
    }
    return err == 0 ? EXIT_DONE : tell_failure(state, err);
}
