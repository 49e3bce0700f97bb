#include "tests/lib/history_mesh.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/whose.h"
#include "tests/lib/store_memory.h"

enum { ROW_CAPACITY = HISTORY_ROW_BYTES_MAX, SEQ_FIRST = 2 };

struct mesh_event {
    struct operation id;
    struct hash hash;
    size_t size;
    uint8_t *data;
};

struct mesh_log {
    uint32_t count;
    uint32_t capacity;
    struct mesh_event *events;
};

struct mesh_node {
    struct store_memory *store;
    struct store_txn *txn;
    uint32_t has[MESH_NODES_MAX]; /* events of each log */
    struct bytes row;             /* of its own memory */
    uint8_t *row_data;
};

struct mesh {
    enum kind kind;
    struct entity_id entity;
    uint32_t count;
    struct mesh_log logs[MESH_NODES_MAX];
    struct mesh_node nodes[MESH_NODES_MAX];
    struct roster *roster;
    struct history *history, *full;
    uint8_t *encoded;
    uint64_t appends, loads;
    bool is_sick;
};

static void *new_bytes(size_t size)
{
    void *data = calloc(1, size);
    check(data != NULL);
    return data;
}

uint64_t mesh_log(uint32_t node)
{
    return UINT64_C(0x1000000000000001) + node;
}

void mesh_roster_fill(struct roster *roster, uint32_t count)
{
    roster->logs_count = count;
    for (uint32_t i = 0; i < count; i++) {
        roster->logs[i] = (struct roster_log){
            .id = mesh_log(i),
            .device = i + 1,
            .capabilities = UINT64_MAX,
            .fork_seq = UINT64_MAX,
            .revoked_seq = UINT64_MAX,
            .unrevoked_to = UINT64_MAX,
            .retired_seq = UINT64_MAX,
        };
    }
}

struct mesh *mesh_new_of(uint32_t count, enum kind kind, const struct entity_id *entity)
{
    struct mesh *mesh = new_bytes(sizeof *mesh);
    check(count <= MESH_NODES_MAX);
    mesh->kind = kind;
    mesh->entity = *entity;
    mesh->count = count;
    mesh->roster = new_bytes(sizeof *mesh->roster);
    mesh_roster_fill(mesh->roster, count);
    mesh->history = history_new();
    mesh->full = history_new();
    mesh->encoded = new_bytes(ROW_CAPACITY);
    check(mesh->history != NULL && mesh->full != NULL);
    for (uint32_t i = 0; i < count; i++) {
        mesh->nodes[i].store = store_memory_new();
        mesh->nodes[i].txn = store_memory_begin(mesh->nodes[i].store, true);
    }
    return mesh;
}

struct mesh *mesh_new(uint32_t count, enum kind kind)
{
    const struct entity_id entity = entity_id_derive(kind, MESH_ENTITY_NUMBER);
    return mesh_new_of(count, kind, &entity);
}

void mesh_free(struct mesh *mesh)
{
    for (uint32_t i = 0; i < mesh->count; i++) {
        store_memory_abort(mesh->nodes[i].txn);
        store_memory_free(mesh->nodes[i].store);
        free(mesh->nodes[i].row_data);
        for (uint32_t e = 0; e < mesh->logs[i].count; e++) {
            free(mesh->logs[i].events[e].data);
        }
        free(mesh->logs[i].events);
    }
    history_free(mesh->history);
    history_free(mesh->full);
    free(mesh->roster);
    free(mesh->encoded);
    free(mesh);
}

/* --- rows --- */

static void row_keep(struct mesh_node *node, struct bytes row)
{
    free(node->row_data);
    node->row_data = new_bytes(row.size);
    memcpy(node->row_data, row.data, row.size);
    node->row = bytes_of(node->row_data, row.size);
}

static int load(struct mesh *mesh, struct mesh_node *node)
{
    return history_load(mesh->full, node->txn, mesh->roster, mesh->kind, &mesh->entity);
}

/* The full fold, once for each such call that it makes, which fails. */
static void load_try_sick(struct mesh *mesh, struct mesh_node *node, enum store_memory_call call)
{
    bool is_reached = true;
    check(store_memory_commit(node->txn) == 0);
    for (unsigned nth = 1; is_reached; nth++) {
        const uint64_t before = store_memory_calls(node->store, call);
        node->txn = store_memory_begin(node->store, false);
        store_memory_fail(node->store, call, nth, ERR_IO);
        const int err = load(mesh, node);
        store_memory_fail(node->store, call, 0, 0);
        is_reached = store_memory_calls(node->store, call) - before >= nth;
        check(err == (is_reached ? ERR_IO : 0));
        store_memory_abort(node->txn);
    }
    node->txn = store_memory_begin(node->store, true);
}

/* The full fold's row, in mesh->encoded. */
static struct bytes row_fold(struct mesh *mesh, struct mesh_node *node)
{
    struct bytes row;
    if (mesh->is_sick) {
        load_try_sick(mesh, node, MEMORY_GET);
        load_try_sick(mesh, node, MEMORY_OPEN);
    }
    check(load(mesh, node) == 0);
    entity_prune(mesh->full);
    check(history_encode(mesh->full, mesh->encoded, ROW_CAPACITY, &row) == 0);
    return row;
}

static bool append_all(struct mesh *mesh, const struct mesh_event *events, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct event event;
        check(event_decode(bytes_of(events[i].data, events[i].size), &event) == 0);
        const enum history_way way =
            history_way(mesh->history, mesh->roster, &events[i].id, &event);
        if (way == WAY_SKIP) {
            continue;
        }
        if (!history_can_append(mesh->history, &events[i].id, &event)) {
            check(history_append(mesh->history, &events[i].id, &event) == ERR_STATE);
        }
        if (way == WAY_LOAD) {
            return false;
        }
        check(history_append(mesh->history, &events[i].id, &event) == 0);
        check(!history_can_append(mesh->history, &events[i].id, &event)); /* once only */
    }
    return true;
}

static void row_advance(struct mesh *mesh, struct mesh_node *node, const struct mesh_event *events,
                        uint32_t count)
{
    if (node->row.size > 0) {
        check(history_decode(mesh->history, mesh->kind, &mesh->entity, node->row) == 0);
        /* Of what nothing counts a replica keeps no row. */
        if (mesh->history->count > 0 && append_all(mesh, events, count)) {
            struct bytes row;
            entity_prune(mesh->history);
            check(history_encode(mesh->history, mesh->encoded, ROW_CAPACITY, &row) == 0);
            row_keep(node, row);
            mesh->appends++;
            check(bytes_equal(row_fold(mesh, node), node->row)); /* P3 */
            return;
        }
    }
    row_keep(node, row_fold(mesh, node));
    mesh->loads++;
}

void mesh_sicken(struct mesh *mesh)
{
    mesh->is_sick = true;
}

struct bytes mesh_row(struct mesh *mesh, uint32_t node)
{
    return mesh->nodes[node].row;
}

const struct history *mesh_history(struct mesh *mesh, uint32_t node)
{
    const struct bytes row = mesh->nodes[node].row;
    if (row.size == 0) {
        history_reset(mesh->history, mesh->kind, &mesh->entity);
    } else {
        check(history_decode(mesh->history, mesh->kind, &mesh->entity, row) == 0);
    }
    return mesh->history;
}

void mesh_refold(struct mesh *mesh)
{
    for (uint32_t i = 0; i < mesh->count; i++) {
        row_keep(&mesh->nodes[i], row_fold(mesh, &mesh->nodes[i]));
    }
}

/* --- delivering --- */

static void store_event(struct mesh *mesh, struct mesh_node *node, const struct mesh_event *event)
{
    const struct key log_key = key_event(event->id.log, event->id.seq);
    const struct key entity_key = key_entity_event(&mesh->entity, event->id.log, event->id.seq);
    uint8_t *value = new_bytes(HASH_BYTES + event->size);
    memcpy(value, event->hash.bytes, HASH_BYTES);
    memcpy(value + HASH_BYTES, event->data, event->size);
    check(store_put(node->txn, TABLE_LOG, key_bytes(&log_key),
                    bytes_of(value, HASH_BYTES + event->size)) == 0);
    check(store_put(node->txn, TABLE_ENTITY, key_bytes(&entity_key), bytes_of(NULL, 0)) == 0);
    free(value);
}

bool mesh_deliver(struct mesh *mesh, uint32_t from, uint32_t to, uint32_t count)
{
    const struct mesh_log *log = &mesh->logs[from];
    struct mesh_node *node = &mesh->nodes[to];
    const uint32_t first = node->has[from];
    const uint32_t left = log->count - first;
    count = count < left ? count : left;
    if (count == 0) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        store_event(mesh, node, &log->events[first + i]);
    }
    node->has[from] += count;
    row_advance(mesh, node, &log->events[first], count);
    return true;
}

void mesh_fill(struct mesh *mesh, uint32_t to)
{
    for (uint32_t from = 0; from < mesh->count; from++) {
        (void)mesh_deliver(mesh, from, to, UINT32_MAX);
    }
}

void mesh_sync(struct mesh *mesh)
{
    for (uint32_t to = 0; to < mesh->count; to++) {
        mesh_fill(mesh, to);
    }
}

static uint32_t missing(const struct mesh *mesh, uint32_t to)
{
    uint32_t count = 0;
    for (uint32_t from = 0; from < mesh->count; from++) {
        count += mesh->logs[from].count - mesh->nodes[to].has[from];
    }
    return count;
}

void mesh_fill_shuffled(struct mesh *mesh, uint32_t to, struct prng *prng)
{
    while (missing(mesh, to) > 0) {
        const uint32_t from = (uint32_t)prng_below(prng, mesh->count);
        (void)mesh_deliver(mesh, from, to, (uint32_t)prng_between(prng, 1, 3));
    }
}

/* --- writing --- */

static struct mesh_event *log_grow(struct mesh_log *log)
{
    if (log->count == log->capacity) {
        log->capacity = log->capacity * 2 + 16;
        log->events = realloc(log->events, log->capacity * sizeof log->events[0]);
        check(log->events != NULL);
    }
    return &log->events[log->count++];
}

struct operation mesh_emit(struct mesh *mesh, uint32_t node, const struct event *event)
{
    static const struct entity_id none = {{0}};
    struct event written = *event;
    uint8_t data[EVENT_BYTES_MAX];
    uint8_t name[16];
    struct bytes bytes;
    struct mesh_event *entry = log_grow(&mesh->logs[node]);
    if (entity_id_equal(&written.entity, &none)) {
        written.entity = mesh->entity;
    }
    check(event_encode(&written, data, sizeof data, &bytes) == 0);
    entry->id.log = mesh_log(node);
    entry->id.seq = mesh->logs[node].count - 1 + SEQ_FIRST;
    put_be64(name, entry->id.log);
    put_be64(name + 8, entry->id.seq);
    const struct bytes parts[] = {bytes_of(name, sizeof name), bytes};
    hash_parts(entry->hash.bytes, HASH_BYTES, parts, 2);
    memcpy(entry->id.hash, entry->hash.bytes, OPERATION_HASH_BYTES);
    entry->size = bytes.size;
    entry->data = new_bytes(bytes.size);
    memcpy(entry->data, bytes.data, bytes.size);
    return entry->id;
}

struct operation mesh_write(struct mesh *mesh, uint32_t node, uint32_t type, uint64_t t,
                            struct bytes body)
{
    struct event event = {.type = type, .t = t, .body = body};
    const struct event_info *info = event_info_find(type);
    if (info == NULL || info->is_causal) {
        const struct history *history = mesh_history(mesh, node);
        check(history_parents(history, mesh_log(node), event.parents, &event.parents_count) == 0);
    }
    const struct operation id = mesh_emit(mesh, node, &event);
    check(mesh_deliver(mesh, node, node, UINT32_MAX));
    return id;
}

uint64_t mesh_appends(const struct mesh *mesh)
{
    return mesh->appends;
}

uint64_t mesh_loads(const struct mesh *mesh)
{
    return mesh->loads;
}

struct roster *mesh_roster(struct mesh *mesh)
{
    return mesh->roster;
}

struct entity_id mesh_entity(const struct mesh *mesh)
{
    return mesh->entity;
}
