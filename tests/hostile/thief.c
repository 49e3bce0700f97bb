#include "tests/hostile/thief.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "node/mesh/socket.h"
#include "node/os/clock.h"
#include "node/store/store_lmdb.h"
#include "sync/base/check.h"

enum { PATIENCE_MS = 20000 };

/* --- the folder --- */

static void read_orders(struct thief *thief, struct store_txn *txn)
{
    const struct entity_id first = {{0}};
    const struct key from = key_state(KIND_ORDER, &first);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    int err = store_cursor_open(txn, TABLE_STATE, &cursor);
    check(err == 0);
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &value);
    for (; err == 0 && thief->orders_count < THIEF_ORDERS_MAX;
         err = store_cursor_next(&cursor, &key, &value)) {
        enum kind kind;
        check(key_state_parse(key, &kind, &thief->orders[thief->orders_count]) == 0);
        if (kind != KIND_ORDER) {
            break;
        }
        thief->orders_count++;
    }
    store_cursor_close(&cursor);
}

static void read_store(struct thief *thief, const char *state)
{
    char folder[512];
    struct store_lmdb *store;
    struct store_lmdb_reader *reader;
    struct store_txn *txn;
    (void)snprintf(folder, sizeof folder, "%s/store", state);
    const struct store_lmdb_options options = {.folder = folder, .is_read_only = true};
    const struct public_key key = signing_public(&thief->log_secret);
    int err = store_lmdb_open(&options, &store);
    check(err == 0);
    err = store_lmdb_reader_open(store, &reader);
    check(err == 0);
    err = store_lmdb_read(reader, &txn);
    check(err == 0);
    err = roster_load(&thief->roster, txn, &thief->identity.popup, &thief->identity.root);
    check(err == 0);
    err = log_head_get(txn, id64_of_key(&key), &thief->head);
    check(err == 0);
    read_orders(thief, txn);
    store_lmdb_read_end(reader);
    store_lmdb_reader_close(reader);
    store_lmdb_close(store);
}

void thief_open(struct thief *thief, const char *state, char *peer)
{
    struct log_key key;
    memset(thief, 0, sizeof *thief);
    check(entropy_start() == 0);
    check(identity_load(state, &thief->identity) == 0);
    check(log_key_load(state, &key) == 0);
    thief->log_secret = key.secret;
    read_store(thief, state);
    char *at = strchr(peer, '@');
    check(at != NULL);
    thief->endpoint = at + 1;
    thief->victim = strtoull(peer, NULL, 16);
    const struct roster_device *victim = roster_device_find(&thief->roster, thief->victim);
    check(victim != NULL);
    thief->victim_key = victim->certificate.transport_key;
    thief->context = context_new();
    thief->store = store_memory_new();
    thief->txn = store_memory_begin(thief->store, true);
    entropy_bytes(thief->boot, sizeof thief->boot);
}

static void hang_up(struct thief *thief)
{
    socket_close(thief->dealer, thief->monitor, 0);
    thief->dealer = NULL;
    thief->monitor = NULL;
}

void thief_close(struct thief *thief)
{
    hang_up(thief);
    store_memory_abort(thief->txn);
    store_memory_free(thief->store);
    context_free(thief->context);
}

void thief_forget_keys(struct thief *thief)
{
    entropy_transport_key(&thief->identity.transport_secret);
}

/* --- connections --- */

static enum socket_news next_news(struct thief *thief)
{
    int fd;
    return monitor_next(thief->monitor, &fd);
}

bool thief_connect(struct thief *thief)
{
    static uint64_t serial;
    hang_up(thief);
    thief->dealer =
        dealer_new(thief->context, &thief->victim_key, &thief->identity.transport_secret);
    check(thief->dealer != NULL);
    thief->monitor = dealer_monitor_new(thief->context, thief->dealer, ++serial);
    check(thief->monitor != NULL);
    check(dealer_keep_unread(thief->dealer) == 0);
    check(dealer_connect(thief->dealer, thief->endpoint) == 0);
    zmq_pollitem_t monitor = {.socket = thief->monitor, .events = ZMQ_POLLIN};
    check(zmq_poll(&monitor, 1, PATIENCE_MS) == 1);
    return next_news(thief) == NEWS_LINKED;
}

/* Until there is room or something to take; false when the connection is gone. */
static bool wait_for_room(struct thief *thief)
{
    zmq_pollitem_t items[] = {{.socket = thief->monitor, .events = ZMQ_POLLIN},
                              {.socket = thief->dealer, .events = ZMQ_POLLIN | ZMQ_POLLOUT}};
    check(zmq_poll(items, 2, PATIENCE_MS) > 0);
    thief_drain(thief);
    return next_news(thief) == NEWS_NONE;
}

bool thief_say(struct thief *thief, struct bytes frame)
{
    int err;
    while ((err = dealer_send(thief->dealer, frame)) == ERR_BUSY) {
        if (!wait_for_room(thief)) {
            return false;
        }
    }
    return err == 0;
}

bool thief_hear(struct thief *thief, enum message_kind kind)
{
    const uint64_t deadline_ms = clock_mono_ms() + PATIENCE_MS;
    bool is_lost = false;
    for (;;) {
        size_t size;
        const int err = dealer_receive(thief->dealer, is_lost ? 0 : 10, thief->frame,
                                       sizeof thief->frame, &size);
        if (err == 0 && size == 0) {
            continue; /* a beat */
        }
        if (err == 0) {
            check(message_decode(bytes_of(thief->frame, size), &thief->heard) == 0);
            thief->heard_size = size;
            if (thief->heard.kind == kind) {
                return true;
            }
            if (thief->heard.kind == MESSAGE_BYE) {
                return false;
            }
        } else if (is_lost) {
            thief->heard.kind = MESSAGE_STATUS; /* no BYE */
            return false;
        } else {
            is_lost = next_news(thief) != NEWS_NONE;
        }
        check(clock_mono_ms() < deadline_ms);
    }
}

void thief_drain(struct thief *thief)
{
    size_t size;
    while (dealer_receive(thief->dealer, 0, thief->frame, sizeof thief->frame, &size) == 0) {
    }
}

void thief_dial(struct thief *thief)
{
    uint8_t data[256];
    struct writer writer;
    struct bytes frame;
    struct hello hello = {.version_min = PROTOCOL_VERSION_MIN,
                          .version_max = PROTOCOL_VERSION_MAX,
                          .popup = thief->identity.popup,
                          .device = thief->identity.device,
                          .wall_ms = 1700000000000};
    memcpy(hello.boot, thief->boot, sizeof hello.boot);
    writer_init(&writer, data, sizeof data);
    message_write_hello(&writer, &hello, NULL, 0, NULL, 0);
    check(writer_finish(&writer, &frame) == 0);
    check(thief_connect(thief));
    check(thief_say(thief, frame));
    check(thief_hear(thief, MESSAGE_HELLO));
    thief->claims_count = thief->heard.heads_count;
    memcpy(thief->claims, thief->heard.heads, thief->claims_count * sizeof thief->claims[0]);
}

/* The newest log of @device. */
static uint64_t log_of(const struct thief *thief, uint64_t device)
{
    const struct roster_log *newest = NULL;
    for (uint32_t i = 0; i < thief->roster.logs_count; i++) {
        const struct roster_log *log = &thief->roster.logs[i];
        if (log->device == device && (newest == NULL || log->incarnation > newest->incarnation)) {
            newest = log;
        }
    }
    check(newest != NULL);
    return newest->id;
}

bool thief_is_linked(struct thief *thief)
{
    uint8_t data[64];
    struct writer writer;
    struct bytes frame;
    const struct want_entry want = {.log = log_of(thief, thief->victim), .is_restart = true};
    writer_init(&writer, data, sizeof data);
    message_write_want(&writer, &want, 1, LINK_CREDIT_BYTES);
    check(writer_finish(&writer, &frame) == 0);
    return thief_say(thief, frame) && thief_hear(thief, MESSAGE_EVENTS);
}

uint64_t thief_claim(const struct thief *thief, uint64_t log)
{
    for (uint32_t i = 0; i < thief->claims_count; i++) {
        if (thief->claims[i].log == log) {
            return thief->claims[i].seq;
        }
    }
    return 0;
}

/* --- the journal --- */

void thief_forge(struct thief *thief, uint32_t type, const struct entity_id *entity,
                 struct bytes body)
{
    uint8_t buffer[EVENT_BYTES_MAX];
    struct bytes bytes;
    const uint64_t t = thief->head.log % 1000000 * 1000 + thief->head.seq; /* no two alike */
    const struct event event = {.type = type, .t = t, .entity = *entity, .body = body};
    check(event_encode(&event, buffer, sizeof buffer, &bytes) == 0);
    check(log_append(thief->txn, &thief->head, bytes) == 0);
    check(log_sign(thief->txn, &thief->head, &thief->identity.popup, &thief->log_secret) == 0);
}

static struct bytes frame_of_run(const struct run *run)
{
    static uint8_t data[MESSAGE_BYTES_MAX];
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, data, sizeof data);
    message_write_events_begin(&writer, run->log, run->first_seq, run->count);
    for (uint32_t i = 0; i < run->count; i++) {
        write_bin(&writer, run->events[i].bytes.data, run->events[i].bytes.size);
    }
    message_write_events_end(&writer, &run->signature, true);
    check(writer_finish(&writer, &frame) == 0);
    return frame;
}

bool thief_push(struct thief *thief)
{
    static struct run run;
    uint64_t have = thief_claim(thief, thief->head.log);
    bool is_linked = true;
    while (is_linked && have < thief->head.seq) {
        check(run_read(thief->txn, thief->head.log, have + 1, RUN_BYTES_MAX, &run) == 0);
        is_linked = thief_say(thief, frame_of_run(&run));
        have = run_last_seq(&run);
    }
    return is_linked;
}
