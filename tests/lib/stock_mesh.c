#include "tests/lib/stock_mesh.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/change_number.h"
#include "sync/replica/replica.h"
#include "tests/lib/history_mesh.h"
#include "tests/lib/store_memory.h"

enum { ROW_CAPACITY = HISTORY_ROW_BYTES_MAX, SEQ_FIRST = 2, EVENTS_MAX = 2048, BODY_MAX = 160 };

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
    struct history *history; /* of the other kinds, for events whose type nobody knows */
    struct order *order;
    uint8_t *row;                 /* ROW_CAPACITY */
    struct stock_doubles doubles; /* of the last fold */
    uint64_t appends;
    bool is_sick;
};

static void *new_bytes(size_t size)
{
    void *data = calloc(1, size);
    check(data != NULL);
    return data;
}

struct stock_mesh *stock_mesh_new(void)
{
    struct stock_mesh *mesh = new_bytes(sizeof *mesh);
    mesh->entity = entity_id_derive(KIND_STOCK, STOCK_MESH_ITEM);
    mesh->written = new_bytes(STOCK_NODES_MAX * sizeof *mesh->written);
    mesh->turn = new_bytes(sizeof *mesh->turn);
    mesh->stock = new_bytes(sizeof *mesh->stock);
    mesh->history = history_new();
    check(mesh->history != NULL);
    mesh->order = new_bytes(sizeof *mesh->order);
    mesh->row = new_bytes(ROW_CAPACITY);
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

void stock_mesh_start(struct stock_mesh *mesh, uint32_t count)
{
    check(count <= STOCK_NODES_MAX);
    stores_close(mesh);
    mesh->count = count;
    mesh->appends = 0;
    mesh->is_sick = false;
    memset(mesh->written_count, 0, sizeof mesh->written_count);
    for (uint32_t i = 0; i < count; i++) {
        struct node *node = &mesh->nodes[i];
        node->store = store_memory_new();
        node->txn = store_memory_begin(node->store, true);
        mesh_roster_fill(node->roster, count);
        memset(node->has, 0, sizeof node->has);
    }
}

/* --- delivering --- */

static struct folder folder_of(struct stock_mesh *mesh, struct node *node)
{
    mesh->doubles.count = 0;
    return (struct folder){.roster = node->roster,
                           .history = mesh->history,
                           .order = mesh->order,
                           .stock = mesh->stock,
                           .doubles = &mesh->doubles,
                           .row = mesh->row,
                           .row_capacity = ROW_CAPACITY};
}

static int fold_try(struct stock_mesh *mesh, struct node *node)
{
    struct folder folder = folder_of(mesh, node);
    int err = change_number_get(node->txn, &folder.change_number);
    if (err == 0) {
        err = turn_fold_all(mesh->turn, node->txn, &folder);
    }
    mesh->appends += err == 0 ? folder.appends : 0;
    return err;
}

static void event_take_in(struct stock_mesh *mesh, struct node *node, const struct written *written)
{
    const struct key log_key = key_event(written->id.log, written->id.seq);
    const struct key entity_key = key_entity_event(&mesh->entity, written->id.log, written->id.seq);
    check(store_put(node->txn, TABLE_LOG, key_bytes(&log_key),
                    bytes_of(written->row, written->size)) == 0);
    check(store_put(node->txn, TABLE_ENTITY, key_bytes(&entity_key), bytes_of(NULL, 0)) == 0);
    turn_add(mesh->turn, &written->id, written->type, &mesh->entity,
             bytes_of(written->row + HASH_BYTES, written->size - HASH_BYTES));
}

/* A turn of @node: @count events, or with none a refold of what is there. */
static void turn_begin(struct stock_mesh *mesh, struct node *node, const struct written *events,
                       uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        event_take_in(mesh, node, &events[i]);
    }
    check(count > 0 || turn_mark(mesh->turn, KIND_STOCK, &mesh->entity));
}

/* The turn, with the @nth such call of its fold failing; whether there were that many. */
static bool fails_at(struct stock_mesh *mesh, struct node *node, const struct written *events,
                     uint32_t count, enum store_memory_call call, unsigned nth)
{
    node->txn = store_memory_begin(node->store, true);
    turn_begin(mesh, node, events, count);
    const uint64_t before = store_memory_calls(node->store, call);
    store_memory_fail(node->store, call, nth, ERR_IO);
    const int err = fold_try(mesh, node);
    store_memory_fail(node->store, call, 0, 0);
    const bool is_reached = store_memory_calls(node->store, call) - before >= nth;
    check(err == (is_reached ? ERR_IO : 0));
    store_memory_abort(node->txn);
    turn_reset(mesh->turn);
    return is_reached;
}

static void turn_try_sick(struct stock_mesh *mesh, struct node *node, const struct written *events,
                          uint32_t count)
{
    static const enum store_memory_call calls[] = {MEMORY_GET, MEMORY_PUT, MEMORY_DEL, MEMORY_OPEN};
    const uint64_t appends = mesh->appends;
    check(store_memory_commit(node->txn) == 0);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        for (unsigned nth = 1; fails_at(mesh, node, events, count, calls[i], nth); nth++) {
        }
    }
    node->txn = store_memory_begin(node->store, true);
    mesh->appends = appends;
}

static void turn_run(struct stock_mesh *mesh, struct node *node, const struct written *events,
                     uint32_t count)
{
    if (mesh->is_sick) {
        turn_try_sick(mesh, node, events, count);
    }
    turn_begin(mesh, node, events, count);
    check(fold_try(mesh, node) == 0);
}

void stock_mesh_deliver(struct stock_mesh *mesh, uint32_t from, uint32_t to, uint32_t count)
{
    struct node *node = &mesh->nodes[to];
    const uint32_t first = node->has[from];
    const uint32_t left = mesh->written_count[from] - first;
    count = count < left ? count : left;
    if (count > 0) {
        node->has[from] += count;
        turn_run(mesh, node, &mesh->written[from][first], count);
    }
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
    written->id = (struct operation){.log = mesh_log(node), .seq = SEQ_FIRST + at};
    memcpy(written->id.hash, hash.bytes, OPERATION_HASH_BYTES);
    stock_mesh_deliver(mesh, node, node, 1);
    return written->id;
}

/* --- writing by type --- */

static struct entity_id order_of(uint64_t number)
{
    return entity_id_derive(KIND_ORDER, number);
}

static struct bytes body_end(struct writer *writer)
{
    struct bytes body;
    check(writer_finish(writer, &body) == 0);
    return body;
}

void stock_mesh_add(struct stock_mesh *mesh, uint32_t node, int64_t units, uint32_t holder,
                    uint32_t issuer)
{
    const struct stock_add value = {.item = STOCK_MESH_ITEM,
                                    .units = units,
                                    .holder = mesh_log(holder),
                                    .issuer = mesh_log(issuer)};
    uint8_t data[BODY_MAX];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    stock_add_encode(&value, &writer);
    (void)stock_mesh_write(mesh, node, EVENT_STOCK_ADD, body_end(&writer), NULL);
}

void stock_mesh_give(struct stock_mesh *mesh, uint32_t node, uint64_t units, uint32_t to,
                     uint32_t issuer)
{
    const struct stock_give value = {
        .item = STOCK_MESH_ITEM, .units = units, .to = mesh_log(to), .issuer = mesh_log(issuer)};
    uint8_t data[BODY_MAX];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    stock_give_encode(&value, &writer);
    (void)stock_mesh_write(mesh, node, EVENT_STOCK_GIVE, body_end(&writer), NULL);
}

static struct operation take_write(struct stock_mesh *mesh, uint32_t node,
                                   const struct stock_take *take, const struct operation *was)
{
    uint8_t data[BODY_MAX];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    stock_take_encode(take, &writer);
    return stock_mesh_write(mesh, node, EVENT_STOCK_TAKE, body_end(&writer), was);
}

struct operation stock_mesh_take(struct stock_mesh *mesh, uint32_t node, uint64_t units,
                                 uint64_t order, uint32_t issuer, const struct operation *was)
{
    const struct stock_take value = {.item = STOCK_MESH_ITEM,
                                     .units = units,
                                     .order = order_of(order),
                                     .line = 1,
                                     .issuer = mesh_log(issuer)};
    return take_write(mesh, node, &value, was);
}

void stock_mesh_force(struct stock_mesh *mesh, uint32_t node, uint64_t units, uint64_t order,
                      uint32_t issuer)
{
    const struct stock_take value = {.item = STOCK_MESH_ITEM,
                                     .units = units,
                                     .order = order_of(order),
                                     .line = 1,
                                     .issuer = mesh_log(issuer),
                                     .is_forced = true};
    (void)take_write(mesh, node, &value, NULL);
}

void stock_mesh_undo(struct stock_mesh *mesh, uint32_t node, const struct operation *take,
                     uint64_t order, uint64_t units)
{
    const struct stock_undo value = {
        .item = STOCK_MESH_ITEM, .take = *take, .order = order_of(order), .units = units};
    uint8_t data[BODY_MAX];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    stock_undo_encode(&value, &writer);
    (void)stock_mesh_write(mesh, node, EVENT_STOCK_UNDO, body_end(&writer), NULL);
}

void stock_mesh_count(struct stock_mesh *mesh, uint32_t node, uint64_t units)
{
    const struct stock_count value = {.item = STOCK_MESH_ITEM, .units = units};
    uint8_t data[BODY_MAX];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    stock_count_encode(&value, &writer);
    (void)stock_mesh_write(mesh, node, EVENT_STOCK_COUNT, body_end(&writer), NULL);
}

uint32_t stock_mesh_has(const struct stock_mesh *mesh, uint32_t node, uint32_t log)
{
    return mesh->nodes[node].has[log];
}

/* --- looking --- */

struct roster *stock_mesh_roster(struct stock_mesh *mesh, uint32_t node)
{
    return mesh->nodes[node].roster;
}

void stock_mesh_sicken(struct stock_mesh *mesh)
{
    mesh->is_sick = true;
}

void stock_mesh_refold(struct stock_mesh *mesh, uint32_t node)
{
    turn_run(mesh, &mesh->nodes[node], NULL, 0);
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

static int audit(struct stock_mesh *mesh, struct node *node, struct bytes *ret_row)
{
    struct folder folder = folder_of(mesh, node);
    return fold_entity(node->txn, &folder, KIND_STOCK, &mesh->entity, ret_row);
}

/* Whoever looks writes nothing, so that the transaction may be one that only reads. */
static void look_try_sick(struct stock_mesh *mesh, uint32_t number, enum store_memory_call call,
                          stock_mesh_look *look, const void *context)
{
    struct node *node = &mesh->nodes[number];
    bool is_reached = true;
    check(store_memory_commit(node->txn) == 0);
    for (unsigned nth = 1; is_reached; nth++) {
        const uint64_t before = store_memory_calls(node->store, call);
        node->txn = store_memory_begin(node->store, false);
        store_memory_fail(node->store, call, nth, ERR_IO);
        const int err = look(mesh, number, context);
        store_memory_fail(node->store, call, 0, 0);
        is_reached = store_memory_calls(node->store, call) - before >= nth;
        check(!is_reached || err == ERR_IO);
        store_memory_abort(node->txn);
    }
    node->txn = store_memory_begin(node->store, true);
}

void stock_mesh_look_sick(struct stock_mesh *mesh, uint32_t node, stock_mesh_look *look,
                          const void *context)
{
    look_try_sick(mesh, node, MEMORY_GET, look, context);
    look_try_sick(mesh, node, MEMORY_OPEN, look, context);
}

static int audit_look(struct stock_mesh *mesh, uint32_t node, const void *context)
{
    struct bytes row;
    (void)context;
    return audit(mesh, &mesh->nodes[node], &row);
}

bool stock_mesh_is_sound(struct stock_mesh *mesh, uint32_t node)
{
    const struct key key = key_state(KIND_STOCK, &mesh->entity);
    struct bytes row, stored;
    if (mesh->is_sick) {
        stock_mesh_look_sick(mesh, node, audit_look, NULL);
    }
    if (audit(mesh, &mesh->nodes[node], &row) != 0) {
        return false;
    }
    const int err = store_get(mesh->nodes[node].txn, TABLE_STATE, key_bytes(&key), &stored);
    return err == 0 ? bytes_equal(stored, row) : row.size == 0;
}

uint64_t stock_mesh_appends(const struct stock_mesh *mesh)
{
    return mesh->appends;
}
