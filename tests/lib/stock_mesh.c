#include "tests/lib/stock_mesh.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/replica.h"
#include "tests/lib/store_memory.h"

enum { SEQ_FIRST = 2, EVENTS_MAX = 2048, BODY_MAX = 160 };

struct written {
    struct operation id;
    uint32_t type;
    size_t size;
    uint8_t row[HASH_BYTES + BODY_MAX]; /* as TABLE_LOG holds it */
};

struct node {
    struct store_memory *store;
    struct store_txn *txn;
    struct roster *roster;
    uint32_t has[STOCK_NODES_MAX];
};

struct stock_mesh {
    struct entity_id entity;
    uint32_t count;
    uint32_t written_count[STOCK_NODES_MAX];
    struct written (*written)[EVENTS_MAX];
    struct node nodes[STOCK_NODES_MAX];
    struct turn *turn;
    struct stock *stock;
    uint8_t row[STOCK_ROW_BYTES_MAX];
    uint64_t appends;
};

static void *new_bytes(size_t size)
{
    void *data = calloc(1, size);
    check(data != NULL);
    return data;
}

uint64_t stock_mesh_log(uint32_t node)
{
    return UINT64_C(0x1000000000000001) + node;
}

struct stock_mesh *stock_mesh_new(void)
{
    struct stock_mesh *mesh = new_bytes(sizeof *mesh);
    mesh->entity = entity_id_derive(KIND_STOCK, STOCK_MESH_ITEM);
    mesh->written = new_bytes(STOCK_NODES_MAX * sizeof *mesh->written);
    mesh->turn = new_bytes(sizeof *mesh->turn);
    mesh->stock = new_bytes(sizeof *mesh->stock);
    turn_reset(mesh->turn);
    for (uint32_t i = 0; i < STOCK_NODES_MAX; i++) {
        mesh->nodes[i].roster = new_bytes(sizeof *mesh->nodes[i].roster);
    }
    return mesh;
}

static void stores_close(struct stock_mesh *mesh)
{
    for (uint32_t i = 0; i < mesh->count; i++) {
        store_memory_abort(mesh->nodes[i].txn);
        store_memory_free(mesh->nodes[i].store);
    }
    mesh->count = 0;
}

static void roster_fill(struct roster *roster, uint32_t count)
{
    roster->logs_count = count;
    for (uint32_t i = 0; i < count; i++) {
        roster->logs[i] = (struct roster_log){
            .id = stock_mesh_log(i),
            .device = i + 1,
            .capabilities = UINT64_MAX,
            .fork_seq = UINT64_MAX,
            .revoked_seq = UINT64_MAX,
            .retired_seq = UINT64_MAX,
        };
    }
}

void stock_mesh_start(struct stock_mesh *mesh, uint32_t count)
{
    check(count <= STOCK_NODES_MAX);
    stores_close(mesh);
    mesh->count = count;
    mesh->appends = 0;
    memset(mesh->written_count, 0, sizeof mesh->written_count);
    for (uint32_t i = 0; i < count; i++) {
        struct node *node = &mesh->nodes[i];
        node->store = store_memory_new();
        node->txn = store_memory_begin(node->store, true);
        roster_fill(node->roster, count);
        memset(node->has, 0, sizeof node->has);
    }
}

void stock_mesh_free(struct stock_mesh *mesh)
{
    stores_close(mesh);
    for (uint32_t i = 0; i < STOCK_NODES_MAX; i++) {
        free(mesh->nodes[i].roster);
    }
    free(mesh->written);
    free(mesh->turn);
    free(mesh->stock);
    free(mesh);
}

/* ---- delivering ---- */

static struct folder folder_of(struct stock_mesh *mesh, struct node *node)
{
    return (struct folder){.roster = node->roster,
                           .stock = mesh->stock,
                           .row = mesh->row,
                           .row_capacity = sizeof mesh->row};
}

static void fold(struct stock_mesh *mesh, struct node *node)
{
    struct folder folder = folder_of(mesh, node);
    check(change_number_get(node->txn, &folder.change_number) == 0);
    check(turn_fold_all(mesh->turn, node->txn, &folder) == 0);
    mesh->appends += folder.appends;
}

static void take(struct stock_mesh *mesh, struct node *node, const struct written *written)
{
    const struct key log_key = key_event(written->id.log, written->id.seq);
    const struct key entity_key = key_entity_event(&mesh->entity, written->id.log, written->id.seq);
    check(store_put(node->txn, TABLE_LOG, key_bytes(&log_key),
                    bytes_of(written->row, written->size)) == 0);
    check(store_put(node->txn, TABLE_ENTITY, key_bytes(&entity_key), bytes_of(NULL, 0)) == 0);
    turn_add(mesh->turn, &written->id, written->type, &mesh->entity,
             bytes_of(written->row + HASH_BYTES, written->size - HASH_BYTES));
}

void stock_mesh_deliver(struct stock_mesh *mesh, uint32_t from, uint32_t to, uint32_t count)
{
    struct node *node = &mesh->nodes[to];
    for (uint32_t i = 0; i < count && node->has[from] < mesh->written_count[from]; i++) {
        take(mesh, node, &mesh->written[from][node->has[from]++]);
    }
    fold(mesh, node);
}

void stock_mesh_sync(struct stock_mesh *mesh)
{
    for (uint32_t to = 0; to < mesh->count; to++) {
        for (uint32_t from = 0; from < mesh->count; from++) {
            stock_mesh_deliver(mesh, from, to, EVENTS_MAX);
        }
    }
}

struct operation stock_mesh_write(struct stock_mesh *mesh, uint32_t node, enum event_type type,
                                  struct bytes body, const struct operation *was)
{
    check(mesh->written_count[node] < EVENTS_MAX);
    const uint32_t at = mesh->written_count[node]++;
    struct written *written = &mesh->written[node][at];
    struct event event = {.type = type, .t = at, .entity = mesh->entity, .body = body};
    struct hash hash;
    struct bytes bytes;
    if (was != NULL) {
        event.is_reemitted = true;
        event.was = *was;
    }
    check(event_encode(&event, written->row + HASH_BYTES, BODY_MAX, &bytes) == 0);
    uint8_t place[9];
    put_be64(place, at);
    place[8] = (uint8_t)node;
    hash_parts(hash.bytes, sizeof hash.bytes,
               (const struct bytes[]){bytes_of(place, sizeof place), bytes}, 2);
    memcpy(written->row, hash.bytes, HASH_BYTES);
    written->size = HASH_BYTES + bytes.size;
    written->type = type;
    written->id = (struct operation){.log = stock_mesh_log(node), .seq = SEQ_FIRST + at};
    memcpy(written->id.hash, hash.bytes, OPERATION_HASH_BYTES);
    stock_mesh_deliver(mesh, node, node, 1);
    return written->id;
}

uint32_t stock_mesh_has(const struct stock_mesh *mesh, uint32_t node, uint32_t log)
{
    return mesh->nodes[node].has[log];
}

/* ---- looking ---- */

struct roster *stock_mesh_roster(struct stock_mesh *mesh, uint32_t node)
{
    return mesh->nodes[node].roster;
}

void stock_mesh_refold(struct stock_mesh *mesh, uint32_t node)
{
    check(turn_mark(mesh->turn, KIND_STOCK, &mesh->entity));
    fold(mesh, &mesh->nodes[node]);
}

const struct stock *stock_mesh_row(struct stock_mesh *mesh, uint32_t node)
{
    const int err = stock_get(mesh->stock, mesh->nodes[node].txn, &mesh->entity);
    check(err == 0 || err == ERR_NOT_FOUND);
    return mesh->stock;
}

struct stock_view stock_mesh_view(struct stock_mesh *mesh, uint32_t node)
{
    return (struct stock_view){.roster = mesh->nodes[node].roster, .txn = mesh->nodes[node].txn};
}

struct hash stock_mesh_digest(struct stock_mesh *mesh, uint32_t node)
{
    struct hash digest;
    check(replica_state_digest(mesh->nodes[node].txn, &digest) == 0);
    return digest;
}

bool stock_mesh_is_sound(struct stock_mesh *mesh, uint32_t node)
{
    struct folder folder = folder_of(mesh, &mesh->nodes[node]);
    const struct key key = key_state(KIND_STOCK, &mesh->entity);
    struct bytes row, stored;
    if (fold_entity(mesh->nodes[node].txn, &folder, KIND_STOCK, &mesh->entity, &row) != 0) {
        return false;
    }
    const int err = store_get(mesh->nodes[node].txn, TABLE_STATE, key_bytes(&key), &stored);
    return err == 0 ? bytes_equal(stored, row) : row.size == 0;
}

uint64_t stock_mesh_appends(const struct stock_mesh *mesh)
{
    return mesh->appends;
}
