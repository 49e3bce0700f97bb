#include "node/cli/verify_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/cli.h"
#include "node/config/identity.h"
#include "node/os/clock.h"
#include "sync/domain/entity.h"
#include "sync/remaking.h"
#include "sync/replica.h"

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

/* Every row of the events' table, in @ret_events, which the caller frees. */
static int events_name(const struct verified_store *store, struct findings *findings,
                       struct named_event **ret_events, size_t *ret_count)
{
    struct store_cursor cursor;
    struct bytes key, row;
    struct named_event *events = NULL;
    size_t count = 0, room = 0;
    int err = store_cursor_open(store->journal.txn, TABLE_LOG, &cursor);
    if (err != 0) {
        return err;
    }
    while (err == 0 && (err = store_cursor_next(&cursor, &key, &row)) == 0) {
        if (count == room) {
            room = room == 0 ? 4096 : 2 * room;
            struct named_event *grown = realloc(events, room * sizeof *events);
            if (grown == NULL) {
                err = ERR_NO_MEMORY;
                break;
            }
            events = grown;
        }
        if (event_name(key, row, &events[count]) != 0) {
            findings_add(findings, "edited", "%s: a damaged row among the events", store->name);
        } else if (!log_is_known(store, events[count].log, events[count].seq)) {
            findings_add(findings, "edited",
                         "%s: event %llu of journal %016llx lies beyond its end", store->name,
                         (unsigned long long)events[count].seq,
                         (unsigned long long)events[count].log);
        } else {
            count++;
        }
    }
    store_cursor_close(&cursor);
    if (err != ERR_NOT_FOUND) {
        free(events);
        return err;
    }
    *ret_events = events;
    *ret_count = count;
    return 0;
}

static int verify_events(const struct verified_store *store, struct findings *findings)
{
    struct named_event *events = NULL;
    size_t count = 0;
    int err = events_name(store, findings, &events, &count);
    if (err != 0) {
        return err;
    }
    if (count > 0) {
        qsort(events, count, sizeof *events, named_compare);
    }
    for (size_t i = 1; i < count; i++) {
        /* Two devices may say the same in the same millisecond. */
        if (events[i - 1].log == events[i].log &&
            memcmp(events[i - 1].hash, events[i].hash, sizeof events[i].hash) == 0) {
            findings_add(findings, "duplicate",
                         "%s: event %llu of journal %016llx is the same as event %llu", store->name,
                         (unsigned long long)events[i].seq, (unsigned long long)events[i].log,
                         (unsigned long long)events[i - 1].seq);
        }
    }
    free(events);
    return 0;
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
