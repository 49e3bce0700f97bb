#include "tests/bench/recorder.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"

enum write_kind { WRITE_PUT, WRITE_APPEND, WRITE_DEL };

struct write {
    enum write_kind kind;
    enum store_table table;
    size_t key_at, key_size, value_at, value_size;
};

struct recorder {
    struct store_txn txn; /* first: the replica sees this */
    struct store_txn *below;
    uint8_t *data;
    size_t data_size, data_capacity;
    struct write *writes;
    size_t writes_count, writes_capacity;
    size_t *turn_ends;
    size_t turns_count, turns_capacity;
};

static void *grow(void *memory, size_t *capacity, size_t needed, size_t element)
{
    if (needed <= *capacity) {
        return memory;
    }
    while (*capacity < needed) {
        *capacity = *capacity == 0 ? 4096 : *capacity * 2;
    }
    memory = realloc(memory, *capacity * element);
    check(memory != NULL);
    return memory;
}

static size_t keep(struct recorder *recorder, struct bytes bytes)
{
    size_t at = recorder->data_size;
    recorder->data = grow(recorder->data, &recorder->data_capacity, at + bytes.size, 1);
    if (bytes.size > 0) {
        memcpy(recorder->data + at, bytes.data, bytes.size);
    }
    recorder->data_size += bytes.size;
    return at;
}

static void remember(struct recorder *recorder, enum write_kind kind, enum store_table table,
                     struct bytes key, struct bytes value)
{
    size_t at = recorder->writes_count++;
    recorder->writes = grow(recorder->writes, &recorder->writes_capacity, recorder->writes_count,
                            sizeof *recorder->writes);
    recorder->writes[at] = (struct write){.kind = kind,
                                          .table = table,
                                          .key_at = keep(recorder, key),
                                          .key_size = key.size,
                                          .value_at = keep(recorder, value),
                                          .value_size = value.size};
}

static struct recorder *recorder_of(struct store_txn *txn)
{
    return (struct recorder *)txn;
}

static int get(struct store_txn *txn, enum store_table table, struct bytes key,
               struct bytes *ret_value)
{
    return store_get(recorder_of(txn)->below, table, key, ret_value);
}

static int put(struct store_txn *txn, enum store_table table, struct bytes key, struct bytes value,
               bool append)
{
    struct recorder *recorder = recorder_of(txn);
    remember(recorder, append ? WRITE_APPEND : WRITE_PUT, table, key, value);
    return append ? store_append(recorder->below, table, key, value)
                  : store_put(recorder->below, table, key, value);
}

static int del(struct store_txn *txn, enum store_table table, struct bytes key)
{
    struct recorder *recorder = recorder_of(txn);
    remember(recorder, WRITE_DEL, table, key, bytes_of(NULL, 0));
    return store_del(recorder->below, table, key);
}

/* Cursors are the lower store's own: they never come back here. */
static int cursor_open(struct store_txn *txn, enum store_table table,
                       struct store_cursor *ret_cursor)
{
    return store_cursor_open(recorder_of(txn)->below, table, ret_cursor);
}

static const struct store_ops recorder_ops = {
    .get = get, .put = put, .del = del, .cursor_open = cursor_open};

struct recorder *recorder_new(void)
{
    struct recorder *recorder = calloc(1, sizeof *recorder);
    check(recorder != NULL);
    return recorder;
}

void recorder_free(struct recorder *recorder)
{
    if (recorder == NULL) {
        return;
    }
    free(recorder->data);
    free(recorder->writes);
    free(recorder->turn_ends);
    free(recorder);
}

struct store_txn *recorder_begin(struct recorder *recorder, struct store_txn *txn)
{
    recorder->below = txn;
    recorder->txn = (struct store_txn){.ops = &recorder_ops, .is_writable = true};
    return &recorder->txn;
}

void recorder_end(struct recorder *recorder)
{
    size_t at = recorder->turns_count++;
    recorder->turn_ends = grow(recorder->turn_ends, &recorder->turns_capacity,
                               recorder->turns_count, sizeof *recorder->turn_ends);
    recorder->turn_ends[at] = recorder->writes_count;
}

size_t recorder_turns(const struct recorder *recorder)
{
    return recorder->turns_count;
}

static int write_again(const struct recorder *recorder, const struct write *write,
                       struct store_txn *txn)
{
    struct bytes key = bytes_of(recorder->data + write->key_at, write->key_size);
    struct bytes value = bytes_of(recorder->data + write->value_at, write->value_size);
    switch (write->kind) {
    case WRITE_PUT:
        return store_put(txn, write->table, key, value);
    case WRITE_APPEND:
        return store_append(txn, write->table, key, value);
    case WRITE_DEL:
        return store_del(txn, write->table, key);
    }
    return ERR_INTERNAL;
}

int recorder_replay(const struct recorder *recorder, size_t turn, struct store_txn *txn)
{
    int err = 0;
    for (size_t i = turn == 0 ? 0 : recorder->turn_ends[turn - 1];
         i < recorder->turn_ends[turn] && err == 0; i++) {
        err = write_again(recorder, &recorder->writes[i], txn);
    }
    return err;
}
