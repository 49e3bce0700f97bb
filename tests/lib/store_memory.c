/* Each table is a tree of which parts are shared (tree.h). A transaction begins with a reference to
 * each, so snapshots, aborts, clones and crashes are nothing but references kept or dropped.
 */
#include "tests/lib/store_memory.h"

#include <stdlib.h>

#include "sync/base/check.h"
#include "tests/lib/loans.h"
#include "tests/lib/pool.h"
#include "tests/lib/store_paths.h"
#include "tests/lib/tree.h"

/* --- snapshots --- */

struct snapshot {
    struct tree *roots[TABLE_COUNT];
};

static void snapshot_drop(struct snapshot *snapshot)
{
    for (int i = 0; i < TABLE_COUNT; i++) {
        tree_drop(snapshot->roots[i]);
        snapshot->roots[i] = NULL;
    }
}

static struct snapshot snapshot_keep(const struct snapshot *snapshot)
{
    struct snapshot copy = *snapshot;
    for (int i = 0; i < TABLE_COUNT; i++) {
        (void)tree_keep(copy.roots[i]);
    }
    return copy;
}

static void snapshot_set(struct snapshot *to, const struct snapshot *from)
{
    const struct snapshot copy = snapshot_keep(from);
    snapshot_drop(to);
    *to = copy;
}

/* --- the store and its transactions --- */

struct fault {
    unsigned nth; /* 0: none */
    int err;
};

struct store_memory {
    struct snapshot committed;
    struct snapshot durable;
    bool is_held_back;
    bool is_torn_kept; /* what a commit that fails has written is all on the disk */
    bool has_writer;
    size_t txns_open;
    uint64_t calls[MEMORY_CALLS];
    struct fault faults[MEMORY_CALLS];
    bool is_each_path_failing;
    uint64_t paths_failed;
};

struct memory_txn {
    struct store_txn head; /* first: the two are cast into each other */
    struct store_memory *store;
    struct snapshot state;
    struct loans loans; /* what reads gave out; every write ends them */
    size_t cursors_open;
    unsigned writes[TABLE_COUNT]; /* by which a cursor knows that its path is stale */
    int err;                      /* of the call that failed */
};

struct memory_cursor {
    struct tree_path path;
    unsigned writes;
    bool is_new;
};

static struct memory_txn *memory_txn_of(struct store_txn *txn)
{
    return (struct memory_txn *)txn;
}

/* Count a call and say whether a fault is due. */
static int fault_due(struct store_memory *store, enum store_memory_call call)
{
    struct fault *fault = &store->faults[call];
    store->calls[call]++;
    if (fault->nth == 0 || --fault->nth > 0) {
        return 0;
    }
    return fault->err;
}

static int path_fault(struct store_memory *store, enum store_memory_call call)
{
    const bool is_write = call == MEMORY_PUT || call == MEMORY_DEL;
    const int err = is_write && store_path_is_new(ERR_FULL) ? ERR_FULL
                    : store_path_is_new(ERR_IO)             ? ERR_IO
                                                            : 0;
    store->paths_failed += err != 0 ? 1 : 0;
    return err;
}

/* The same for a call within a transaction, which does not recover from it. */
static int txn_fault(struct memory_txn *txn, enum store_memory_call call)
{
    if (txn->err == 0) {
        txn->err = fault_due(txn->store, call);
    }
    if (txn->err == 0 && txn->store->is_each_path_failing && call != MEMORY_COMMIT) {
        txn->err = path_fault(txn->store, call);
    }
    return txn->err;
}

static int memory_get(struct store_txn *base, enum store_table table, struct bytes key,
                      struct bytes *ret_value)
{
    struct memory_txn *txn = memory_txn_of(base);
    const int err = txn_fault(txn, MEMORY_GET);
    if (err != 0) {
        return err;
    }
    struct bytes value;
    if (!tree_get(txn->state.roots[table], key, &value)) {
        return ERR_NOT_FOUND;
    }
    *ret_value = loans_add(&txn->loans, value);
    return 0;
}

static int memory_put(struct store_txn *base, enum store_table table, struct bytes key,
                      struct bytes value, bool append)
{
    struct memory_txn *txn = memory_txn_of(base);
    (void)append; /* a tree has no use for it */
    check(!loans_have(&txn->loans, key) && !loans_have(&txn->loans, value));
    loans_end(&txn->loans);
    const int err = txn_fault(txn, MEMORY_PUT);
    if (err != 0) {
        return err;
    }
    struct tree **root = &txn->state.roots[table];
    *root = tree_put(*root, key, value);
    txn->writes[table]++;
    return 0;
}

static int memory_del(struct store_txn *base, enum store_table table, struct bytes key)
{
    struct memory_txn *txn = memory_txn_of(base);
    int err = txn_fault(txn, MEMORY_DEL);
    struct tree **root = &txn->state.roots[table];
    struct bytes value;
    if (err == 0 && !tree_get(*root, key, &value)) {
        err = ERR_NOT_FOUND;
    }
    if (err == 0) {
        *root = tree_del(*root, key);
        txn->writes[table]++;
    }
    loans_end(&txn->loans); /* last: @key may be borrowed */
    return err;
}

static int memory_cursor_open(struct store_txn *base, enum store_table table,
                              struct store_cursor *ret_cursor)
{
    struct memory_txn *txn = memory_txn_of(base);
    const int err = txn_fault(txn, MEMORY_OPEN);
    if (err != 0) {
        return err;
    }
    struct memory_cursor *position = pool_take(sizeof *position);
    position->path.depth = 0;
    position->writes = txn->writes[table];
    position->is_new = true;
    txn->cursors_open++;
    *ret_cursor = (struct store_cursor){.txn = base, .table = table, .position = position};
    return 0;
}

static int give_entry(struct memory_txn *txn, const struct tree_path *path, struct bytes *ret_key,
                      struct bytes *ret_value)
{
    if (path->depth == 0) {
        return ERR_NOT_FOUND;
    }
    struct bytes key;
    struct bytes value;
    tree_path_entry(path, &key, &value);
    *ret_key = loans_add(&txn->loans, key);
    *ret_value = loans_add(&txn->loans, value);
    return 0;
}

static int cursor_find(struct store_cursor *cursor, struct bytes key, bool is_before,
                       struct bytes *ret_key, struct bytes *ret_value)
{
    struct memory_txn *txn = memory_txn_of(cursor->txn);
    struct memory_cursor *position = cursor->position;
    const int err = txn_fault(txn, MEMORY_GET);
    if (err != 0) {
        return err;
    }
    tree_path_find(&position->path, txn->state.roots[cursor->table], key, is_before);
    position->writes = txn->writes[cursor->table];
    position->is_new = false;
    return give_entry(txn, &position->path, ret_key, ret_value);
}

static int memory_cursor_seek(struct store_cursor *cursor, struct bytes key, struct bytes *ret_key,
                              struct bytes *ret_value)
{
    return cursor_find(cursor, key, false, ret_key, ret_value);
}

static int memory_cursor_before(struct store_cursor *cursor, struct bytes key,
                                struct bytes *ret_key, struct bytes *ret_value)
{
    return cursor_find(cursor, key, true, ret_key, ret_value);
}

static int memory_cursor_next(struct store_cursor *cursor, struct bytes *ret_key,
                              struct bytes *ret_value)
{
    struct memory_txn *txn = memory_txn_of(cursor->txn);
    struct memory_cursor *position = cursor->position;
    check(position->writes == txn->writes[cursor->table]);
    const int err = txn_fault(txn, MEMORY_GET);
    if (err != 0) {
        return err;
    }
    if (position->is_new) {
        tree_path_first(&position->path, txn->state.roots[cursor->table]);
        position->is_new = false;
    } else if (position->path.depth > 0) {
        tree_path_next(&position->path);
    }
    return give_entry(txn, &position->path, ret_key, ret_value);
}

static void memory_cursor_close(struct store_cursor *cursor)
{
    check(cursor->position != NULL);
    memory_txn_of(cursor->txn)->cursors_open--;
    pool_give_back(cursor->position, sizeof(struct memory_cursor));
    cursor->position = NULL;
}

static const struct store_ops memory_ops = {
    .get = memory_get,
    .put = memory_put,
    .del = memory_del,
    .cursor_open = memory_cursor_open,
    .cursor_seek = memory_cursor_seek,
    .cursor_before = memory_cursor_before,
    .cursor_next = memory_cursor_next,
    .cursor_close = memory_cursor_close,
};

static size_t stores; /* that there are */

struct store_memory *store_memory_new(void)
{
    struct store_memory *store = calloc(1, sizeof *store);
    check(store != NULL);
    stores++;
    return store;
}

void store_memory_free(struct store_memory *store)
{
    if (store == NULL) {
        return;
    }
    check(store->txns_open == 0);
    snapshot_drop(&store->committed);
    snapshot_drop(&store->durable);
    free(store);
    stores--;
    check(stores > 0 || pool_taken() == 0); /* nothing was lost */
}

struct store_memory *store_memory_clone(const struct store_memory *store)
{
    struct store_memory *clone = store_memory_new();
    clone->committed = snapshot_keep(&store->committed);
    clone->durable = snapshot_keep(&store->durable);
    clone->is_held_back = store->is_held_back;
    return clone;
}

struct store_txn *store_memory_begin(struct store_memory *store, bool is_writable)
{
    check(!is_writable || !store->has_writer);
    struct memory_txn *txn = pool_take(sizeof *txn);
    *txn = (struct memory_txn){.head = {.ops = &memory_ops, .is_writable = is_writable},
                               .store = store,
                               .state = snapshot_keep(&store->committed)};
    store->has_writer |= is_writable;
    store->txns_open++;
    return &txn->head;
}

static void txn_end(struct memory_txn *txn)
{
    check(txn->cursors_open == 0);
    txn->store->has_writer &= !txn->head.is_writable;
    txn->store->txns_open--;
    loans_close(&txn->loans);
    snapshot_drop(&txn->state);
    pool_give_back(txn, sizeof *txn);
}

int store_memory_commit(struct store_txn *base)
{
    struct memory_txn *txn = memory_txn_of(base);
    struct store_memory *store = txn->store;
    check(base->is_writable);
    const bool is_whole = txn->err == 0;
    const int err = txn_fault(txn, MEMORY_COMMIT);
    if (is_whole && err == ERR_IO && store->is_torn_kept) {
        snapshot_set(&store->durable, &txn->state);
    }
    if (err == 0) {
        snapshot_set(&store->committed, &txn->state);
        if (!store->is_held_back) {
            snapshot_set(&store->durable, &store->committed);
        }
    }
    txn_end(txn);
    return err;
}

void store_memory_abort(struct store_txn *txn)
{
    txn_end(memory_txn_of(txn));
}

void store_memory_hold_back(struct store_memory *store)
{
    store->is_held_back = true;
}

void store_memory_sync(struct store_memory *store)
{
    store->is_held_back = false;
    snapshot_set(&store->durable, &store->committed);
}

void store_memory_tear(struct store_memory *store, bool is_kept)
{
    store->is_torn_kept = is_kept;
}

void store_memory_crash(struct store_memory *store)
{
    check(store->txns_open == 0);
    snapshot_set(&store->committed, &store->durable);
}

void store_memory_fail(struct store_memory *store, enum store_memory_call call, unsigned nth,
                       int err)
{
    check(nth == 0 || err < 0);
    store->faults[call] = (struct fault){.nth = nth, .err = err};
}

bool store_memory_mend(struct store_memory *store, enum store_memory_call call)
{
    const struct fault fault = store->faults[call];
    store->faults[call] = (struct fault){0};
    return fault.err != 0 && fault.nth == 0;
}

void store_memory_fail_paths(struct store_memory *store, bool is_failing)
{
    store->is_each_path_failing = is_failing;
}

uint64_t store_memory_paths_failed(const struct store_memory *store)
{
    return store->paths_failed;
}

uint64_t store_memory_calls(const struct store_memory *store, enum store_memory_call call)
{
    return store->calls[call];
}

void store_memory_each(const struct store_memory *store, enum store_table table,
                       void (*on_entry)(void *context, struct bytes key, struct bytes value),
                       void *context)
{
    struct tree_path path = {0};
    for (tree_path_first(&path, store->committed.roots[table]); path.depth > 0;
         tree_path_next(&path)) {
        struct bytes key;
        struct bytes value;
        tree_path_entry(&path, &key, &value);
        on_entry(context, key, value);
    }
}

struct hash store_memory_digest(const struct store_memory *store, enum store_table table)
{
    return tree_digest(store->committed.roots[table]);
}

static void count_entry(void *context, struct bytes key, struct bytes value)
{
    size_t *count = context;
    (void)key;
    (void)value;
    ++*count;
}

size_t store_memory_count(const struct store_memory *store, enum store_table table)
{
    size_t count = 0;
    store_memory_each(store, table, count_entry, &count);
    return count;
}
