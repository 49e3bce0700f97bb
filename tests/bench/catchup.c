#define _GNU_SOURCE
#include "tests/bench/catchup.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "sync/log/chain.h"
#include "sync/log/tables.h"
#include "tests/bench/bench.h"
#include "tests/bench/raw.h"
#include "tests/bench/recorder.h"
#include "tests/bench/wire.h"

enum {
    ORDERS_PER_TURN = 125, /* of the sender, when it took them: as fast as it can */
    RAW_FRAME_BYTES = 48 * 1024,
    RAW_COMMIT_EVENTS = 4096,
    WAIT_MS = 20,
};

/* The empty device that fetches: number 1. */
static struct bench_device *receiver_open(const char *folder, const struct catchup *journal)
{
    struct bench_device *device = bench_device_open(folder, 1);
    bench_device_admit(device, journal->sender);
    return device;
}

/* --- ours --- */

struct serving {
    struct bench_node node;
    atomic_bool is_over;
};

static void *serve(void *context)
{
    struct serving *serving = context;
    while (!atomic_load(&serving->is_over)) {
        bench_node_turn(&serving->node, WAIT_MS);
    }
    return NULL;
}

/* Fetch all of it; @journal->recorder, when set, remembers each turn. */
static void fetch(struct bench_node *node, struct bench_node *sender, struct catchup *journal,
                  struct catchup_cost *cost)
{
    const double cpu_before_s = bench_thread_cpu_s();
    double start = 0;
    uint64_t held = 0;
    while (held < journal->events) {
        bench_node_turn(node, WAIT_MS);
        if (start == 0 && node->is_linked) {
            start = bench_now_s();
        }
        held = bench_node_holds(node, sender);
        if (node->recorder != NULL) {
            journal->reached[recorder_turns(node->recorder) - 1] = held;
        }
        const uint64_t memory = bench_memory_bytes();
        if (memory > cost->memory_bytes) {
            cost->memory_bytes = memory;
        }
    }
    cost->seconds = bench_now_s() - start;
    cost->cpu_s = bench_thread_cpu_s() - cpu_before_s;
    cost->heard_bytes = node->heard_bytes;
}

static uint64_t store_bytes(const struct bench_device *device)
{
    struct store_lmdb_reader *reader;
    struct store_lmdb_usage usage;
    bench_must(store_lmdb_reader_open(device->store, &reader), "reader");
    bench_must(store_lmdb_usage(reader, &usage), "measure the store");
    store_lmdb_reader_close(reader);
    return usage.used_bytes;
}

static void fetch_recorded(struct catchup *journal, struct recorder *recorder,
                           struct catchup_cost *ret_cost)
{
    static struct serving serving;
    struct bench_node node;
    pthread_t thread;
    char *folder = bench_folder_make();
    struct bench_device *device = receiver_open(folder, journal);
    *ret_cost = (struct catchup_cost){0};
    bench_node_open(&serving.node, journal->sender);
    bench_node_open(&node, device);
    node.recorder = recorder;
    bench_node_meet(&serving.node, &node, false);
    bench_node_meet(&node, &serving.node, true);
    atomic_store(&serving.is_over, false);
    bench_must(pthread_create(&thread, NULL, serve, &serving) == 0 ? 0 : ERR_NO_MEMORY, "thread");
    fetch(&node, &serving.node, journal, ret_cost);
    atomic_store(&serving.is_over, true);
    (void)pthread_join(thread, NULL);
    ret_cost->store_bytes = store_bytes(device);
    bench_node_close(&node);
    bench_node_close(&serving.node);
    bench_device_close(device);
    bench_folder_remove(folder);
}

void catchup_ours(struct catchup *journal, struct catchup_cost *ret_cost)
{
    fetch_recorded(journal, NULL, ret_cost);
}

/* --- raw --- */

struct raw_sending {
    const struct catchup *journal;
    const struct raw_keys *keys;
    const char *endpoint;
};

/* One event as size and bytes, behind the others of its frame; a full frame leaves. */
static void frame_put(struct raw_socket *raw, uint8_t *frame, size_t *size, struct bytes event)
{
    if (*size + 4 + event.size > RAW_FRAME_BYTES) {
        raw_send(raw, frame, *size);
        *size = 0;
    }
    put_be32(frame + *size, (uint32_t)event.size);
    memcpy(frame + *size + 4, event.data, event.size);
    *size += 4 + event.size;
}

static void stream(struct raw_socket *raw, const struct catchup *journal)
{
    static uint8_t frame[RAW_FRAME_BYTES];
    const struct bench_device *sender = journal->sender;
    struct store_lmdb_reader *reader;
    struct store_txn *txn;
    struct store_cursor cursor;
    struct bytes key;
    struct bytes row;
    size_t size = 0;
    struct key first = key_event(replica_log(sender->replica), 1);
    bench_must(store_lmdb_reader_open(sender->store, &reader), "reader");
    bench_must(store_lmdb_read(reader, &txn), "read");
    bench_must(store_cursor_open(txn, TABLE_LOG, &cursor), "cursor");
    int err = store_cursor_seek(&cursor, key_bytes(&first), &key, &row);
    for (uint64_t i = 0; i < journal->events && err == 0; i++) {
        frame_put(raw, frame, &size, bytes_of(row.data + HASH_BYTES, row.size - HASH_BYTES));
        if (i + 1 < journal->events) {
            err = store_cursor_next(&cursor, &key, &row);
        }
    }
    bench_must(err, "read the journal");
    raw_send(raw, frame, size);
    store_cursor_close(&cursor);
    store_lmdb_read_end(reader);
    store_lmdb_reader_close(reader);
}

static void *serve_raw(void *context)
{
    const struct raw_sending *sending = context;
    struct raw_socket raw;
    char go[2];
    raw_connect(&raw, sending->keys, sending->endpoint);
    raw_send(&raw, "up", 2);
    raw_receive(&raw, go, sizeof go);
    stream(&raw, sending->journal);
    raw_close(&raw);
    return NULL;
}

/* Hash the events of a frame; how many there were. */
static uint64_t hash_frame(const uint8_t *data, size_t size)
{
    uint64_t count = 0;
    for (size_t at = 0; at < size; count++) {
        size_t event_size = get_be32(data + at);
        (void)chain_event_hash(bytes_of(data + at + 4, event_size));
        at += 4 + event_size;
    }
    return count;
}

/* Write the turns from *@turn on in one commit: about RAW_COMMIT_EVENTS, of @received that are
 * here. */
static void write_rows(const struct catchup *journal, struct bench_device *device, size_t *turn,
                       uint64_t received, bool is_last)
{
    size_t turns = recorder_turns(journal->recorder);
    size_t end = *turn;
    uint64_t from = *turn == 0 ? 0 : journal->reached[*turn - 1];
    while (end < turns && journal->reached[end] <= received) {
        end++;
    }
    if (end == *turn || (!is_last && journal->reached[end - 1] - from < RAW_COMMIT_EVENTS)) {
        return;
    }
    struct store_txn *txn;
    bench_must(store_lmdb_begin(device->store, &txn), "begin");
    for (; *turn < end; ++*turn) {
        bench_must(recorder_replay(journal->recorder, *turn, txn), "replay");
    }
    bench_must(store_lmdb_commit(txn), "commit");
}

static void fetch_raw(struct raw_socket *raw, const struct catchup *journal,
                      struct bench_device *device, struct catchup_cost *ret_cost)
{
    const double cpu_before_s = bench_thread_cpu_s();
    uint64_t received = 0;
    size_t turn = 0;
    char up[2];
    raw_receive(raw, up, sizeof up);
    double start = bench_now_s();
    raw_send(raw, "go", 2);
    while (received < journal->events) {
        zmq_msg_t message;
        raw_must(zmq_msg_init(&message) == 0 && zmq_msg_recv(&message, raw->socket, 0) >= 0,
                 "receive");
        received += hash_frame(zmq_msg_data(&message), zmq_msg_size(&message));
        (void)zmq_msg_close(&message);
        write_rows(journal, device, &turn, received, received == journal->events);
    }
    *ret_cost = (struct catchup_cost){.seconds = bench_now_s() - start,
                                      .cpu_s = bench_thread_cpu_s() - cpu_before_s};
}

void catchup_raw(struct catchup *journal, struct catchup_cost *ret_cost)
{
    struct raw_keys keys;
    struct raw_socket raw;
    pthread_t thread;
    char *folder = bench_folder_make();
    struct bench_device *device = receiver_open(folder, journal);
    raw_keys_make(&keys);
    raw_bind(&raw, &keys);
    struct raw_sending sending = {.journal = journal, .keys = &keys, .endpoint = raw.endpoint};
    bench_must(pthread_create(&thread, NULL, serve_raw, &sending) == 0 ? 0 : ERR_NO_MEMORY,
               "thread");
    fetch_raw(&raw, journal, device, ret_cost);
    (void)pthread_join(thread, NULL);
    raw_close(&raw);
    bench_device_close(device);
    bench_folder_remove(folder);
}

/* --- the journal --- */

void catchup_record(struct catchup *journal)
{
    struct catchup_cost cost;
    journal->recorder = recorder_new();
    journal->reached = calloc(journal->events + 1000, sizeof *journal->reached);
    raw_must(journal->reached != NULL, "memory");
    fetch_recorded(journal, journal->recorder, &cost);
}

void catchup_make(struct catchup *journal, const char *folder, uint64_t orders)
{
    struct bench_device *sender = bench_device_open(folder, 0);
    struct bench_device *receiver = bench_device_open(folder, 1);
    struct replica_log_info info = {0};
    bench_device_admit(sender, receiver);
    bench_device_close(receiver);
    bench_orders_place(sender, orders, ORDERS_PER_TURN);
    raw_must(replica_log_at(sender->replica, 0, &info), "look at the log");
    journal->sender = sender;
    journal->events = info.seq;
    journal->recorder = NULL;
    journal->reached = NULL;
}

void catchup_free(struct catchup *journal)
{
    if (journal->recorder != NULL) {
        recorder_free(journal->recorder);
    }
    free(journal->reached);
    bench_device_close(journal->sender);
}

uint64_t catchup_bytes(const struct catchup *journal)
{
    struct store_lmdb_reader *reader;
    struct store_txn *txn;
    struct hash hash;
    struct bytes event;
    uint64_t bytes = 0;
    uint64_t log = replica_log(journal->sender->replica);
    bench_must(store_lmdb_reader_open(journal->sender->store, &reader), "reader");
    bench_must(store_lmdb_read(reader, &txn), "read");
    for (uint64_t seq = 1; seq <= journal->events; seq++) {
        bench_must(event_get(txn, log, seq, &hash, &event), "read the journal");
        bytes += event.size;
    }
    store_lmdb_read_end(reader);
    store_lmdb_reader_close(reader);
    return bytes;
}
