/* Each table is an AVL tree whose nodes and records are counted references. A transaction begins
 * with a reference to every root; a node that anybody else refers to is copied before it is
 * changed, so snapshots, aborts, clones and crashes are nothing but roots kept or dropped.
 */
#include "tests/lib/store_memory.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/loans.h"
#include "tests/lib/pool.h"
#include "tests/lib/store_paths.h"

enum { DEPTH_MAX = 64 }; /* an AVL tree of depth 64 has more than 2^44 nodes */

/* --- digests: hashes of records added up, so that neither order nor the shape of a tree matters,
 * and so that what did not change is not hashed again --- */

enum { SUM_WORDS = HASH_BYTES / 8 };

struct sum {
    bool is_known;
    uint64_t words[SUM_WORDS];
};

static void sum_add(struct sum *to, const struct sum *more)
{
    for (size_t i = 0; i < SUM_WORDS; i++) {
        to->words[i] += more->words[i]; /* modulo 2^64 */
    }
}

static struct sum sum_of_entry(struct bytes key, struct bytes value)
{
    struct sum sum = {.is_known = true};
    struct hash hash;
    uint8_t size[8];
    put_be64(size, key.size);
    const struct bytes parts[] = {bytes_of(size, sizeof size), key, value};
    hash_parts(hash.bytes, HASH_BYTES, parts, 3);
    for (size_t i = 0; i < SUM_WORDS; i++) {
        sum.words[i] = get_be64(hash.bytes + 8 * i);
    }
    return sum;
}

/* --- records: one key and its value, immutable --- */

struct record {
    size_t refs;
    size_t key_size;
    size_t value_size;
    struct sum sum;  /* from when it was first asked for */
    uint8_t bytes[]; /* key, value */
};

static size_t record_size(const struct record *record)
{
    return sizeof *record + record->key_size + record->value_size;
}

static struct record *record_new(struct bytes key, struct bytes value)
{
    struct record *record = pool_take(sizeof *record + key.size + value.size);
    *record = (struct record){.refs = 1, .key_size = key.size, .value_size = value.size};
    memcpy(record->bytes, key.data, key.size);
    if (value.size > 0) {
        memcpy(record->bytes + key.size, value.data, value.size);
    }
    return record;
}

static void record_drop(struct record *record)
{
    if (--record->refs == 0) {
        pool_give_back(record, record_size(record));
    }
}

static struct bytes record_key(const struct record *record)
{
    return bytes_of(record->bytes, record->key_size);
}

static struct bytes record_value(const struct record *record)
{
    return bytes_of(record->bytes + record->key_size, record->value_size);
}

/* --- the tree: functions that change it take the caller's reference and give one back --- */

struct node {
    size_t refs;
    struct node *left;
    struct node *right;
    struct record *record;
    int height;
    struct sum sum; /* of it and all below it, from when that was first asked for */
};

static struct node *node_new(struct record *record)
{
    struct node *node = pool_take(sizeof *node);
    *node = (struct node){.refs = 1, .record = record, .height = 1};
    return node;
}

static struct node *node_keep(struct node *node)
{
    if (node != NULL) {
        node->refs++;
    }
    return node;
}

static void node_drop(struct node *node)
{
    if (node == NULL || --node->refs > 0) {
        return;
    }
    node_drop(node->left);
    node_drop(node->right);
    record_drop(node->record);
    pool_give_back(node, sizeof *node);
}

/* To be changed: the node itself when nobody else has it, otherwise a copy. */
static struct node *node_own(struct node *node)
{
    if (node->refs == 1) {
        node->sum.is_known = false;
        return node;
    }
    struct node *copy = node_new(node->record);
    copy->record->refs++;
    copy->left = node_keep(node->left);
    copy->right = node_keep(node->right);
    copy->height = node->height;
    node->refs--;
    return copy;
}

static int height_of(const struct node *node)
{
    return node != NULL ? node->height : 0;
}

static int lean_of(const struct node *node)
{
    return height_of(node->left) - height_of(node->right);
}

static void measure(struct node *node)
{
    const int left = height_of(node->left);
    const int right = height_of(node->right);
    node->height = 1 + (left > right ? left : right);
}

static struct node *rotate_right(struct node *node)
{
    struct node *top = node_own(node->left);
    node->left = top->right;
    top->right = node;
    measure(node);
    measure(top);
    return top;
}

static struct node *rotate_left(struct node *node)
{
    struct node *top = node_own(node->right);
    node->right = top->left;
    top->left = node;
    measure(node);
    measure(top);
    return top;
}

static struct node *balance(struct node *node)
{
    measure(node);
    const int lean = lean_of(node);
    if (lean > 1) {
        if (lean_of(node->left) < 0) {
            node->left = rotate_left(node_own(node->left));
        }
        return rotate_right(node);
    }
    if (lean < -1) {
        if (lean_of(node->right) > 0) {
            node->right = rotate_right(node_own(node->right));
        }
        return rotate_left(node);
    }
    return node;
}

static struct node *tree_put(struct node *node, struct record *record)
{
    if (node == NULL) {
        return node_new(record);
    }
    node = node_own(node);
    const int order = bytes_compare(record_key(record), record_key(node->record));
    if (order == 0) {
        record_drop(node->record);
        node->record = record;
        return node;
    }
    struct node **side = order < 0 ? &node->left : &node->right;
    *side = tree_put(*side, record);
    return balance(node);
}

/* Take the first node out; its record, referenced, goes to @ret_record. */
static struct node *tree_take_first(struct node *node, struct record **ret_record)
{
    node = node_own(node);
    if (node->left != NULL) {
        node->left = tree_take_first(node->left, ret_record);
        return balance(node);
    }
    struct node *rest = node_keep(node->right);
    *ret_record = node->record;
    node->record->refs++;
    node_drop(node);
    return rest;
}

static struct node *tree_take_top(struct node *node)
{
    if (node->left == NULL || node->right == NULL) {
        struct node *rest = node_keep(node->left != NULL ? node->left : node->right);
        node_drop(node);
        return rest;
    }
    record_drop(node->record);
    node->right = tree_take_first(node->right, &node->record);
    return balance(node);
}

/* @key is there. */
static struct node *tree_del(struct node *node, struct bytes key)
{
    node = node_own(node);
    const int order = bytes_compare(key, record_key(node->record));
    if (order == 0) {
        return tree_take_top(node);
    }
    struct node **side = order < 0 ? &node->left : &node->right;
    *side = tree_del(*side, key);
    return balance(node);
}

static const struct record *tree_find(const struct node *node, struct bytes key)
{
    while (node != NULL) {
        const int order = bytes_compare(key, record_key(node->record));
        if (order == 0) {
            return node->record;
        }
        node = order < 0 ? node->left : node->right;
    }
    return NULL;
}

/* --- paths: from the root to where a cursor stands --- */

struct path {
    size_t depth; /* 0: nowhere */
    const struct node *at[DEPTH_MAX];
};

static void path_push(struct path *path, const struct node *node)
{
    check(path->depth < DEPTH_MAX);
    path->at[path->depth++] = node;
}

/* Go from @node to @key's place and stand on the first key >= it, or (@is_before) the last < it. */
static void path_find(struct path *path, const struct node *node, struct bytes key, bool is_before)
{
    size_t found = 0;
    path->depth = 0;
    while (node != NULL) {
        const bool is_below = bytes_compare(record_key(node->record), key) < 0;
        path_push(path, node);
        if (is_below == is_before) {
            found = path->depth;
        }
        node = is_below ? node->right : node->left;
    }
    path->depth = found;
}

static void path_first(struct path *path, const struct node *node)
{
    for (; node != NULL; node = node->left) {
        path_push(path, node);
    }
}

static void path_next(struct path *path)
{
    const struct node *from = path->at[path->depth - 1];
    if (from->right != NULL) {
        path_first(path, from->right);
        return;
    }
    /* Up, as long as we come from the right. */
    do {
        from = path->at[--path->depth];
    } while (path->depth > 0 && path->at[path->depth - 1]->right == from);
}

/* --- snapshots --- */

struct snapshot {
    struct node *roots[TABLE_COUNT];
};

static void snapshot_drop(struct snapshot *snapshot)
{
    for (int i = 0; i < TABLE_COUNT; i++) {
        node_drop(snapshot->roots[i]);
        snapshot->roots[i] = NULL;
    }
}

static struct snapshot snapshot_keep(const struct snapshot *snapshot)
{
    struct snapshot copy = *snapshot;
    for (int i = 0; i < TABLE_COUNT; i++) {
        (void)node_keep(copy.roots[i]);
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
    struct path path;
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
    const struct record *record = tree_find(txn->state.roots[table], key);
    if (record == NULL) {
        return ERR_NOT_FOUND;
    }
    *ret_value = loans_add(&txn->loans, record_value(record));
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
    struct node **root = &txn->state.roots[table];
    *root = tree_put(*root, record_new(key, value));
    txn->writes[table]++;
    return 0;
}

static int memory_del(struct store_txn *base, enum store_table table, struct bytes key)
{
    struct memory_txn *txn = memory_txn_of(base);
    int err = txn_fault(txn, MEMORY_DEL);
    struct node **root = &txn->state.roots[table];
    if (err == 0 && tree_find(*root, key) == NULL) {
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

static int give_entry(struct memory_txn *txn, const struct path *path, struct bytes *ret_key,
                      struct bytes *ret_value)
{
    if (path->depth == 0) {
        return ERR_NOT_FOUND;
    }
    const struct record *record = path->at[path->depth - 1]->record;
    *ret_key = loans_add(&txn->loans, record_key(record));
    *ret_value = loans_add(&txn->loans, record_value(record));
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
    path_find(&position->path, txn->state.roots[cursor->table], key, is_before);
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
        path_first(&position->path, txn->state.roots[cursor->table]);
        position->is_new = false;
    } else if (position->path.depth > 0) {
        path_next(&position->path);
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
    const int err = txn_fault(txn, MEMORY_COMMIT);
    if (err == 0) {
        snapshot_set(&store->committed, &txn->state);
        if (!store->is_held_back) {
            snapshot_set(&store->durable, &store->committed);
        }
    }
    txn_end(txn);
    return err;
}

void store_memory_abort(struct store_txn *base)
{
    txn_end(memory_txn_of(base));
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
    struct path path = {0};
    for (path_first(&path, store->committed.roots[table]); path.depth > 0; path_next(&path)) {
        const struct record *record = path.at[path.depth - 1]->record;
        on_entry(context, record_key(record), record_value(record));
    }
}

static const struct sum *record_sum(struct record *record)
{
    if (!record->sum.is_known) {
        record->sum = sum_of_entry(record_key(record), record_value(record));
    }
    return &record->sum;
}

static struct sum tree_sum(struct node *node)
{
    if (node == NULL) {
        return (struct sum){.is_known = true};
    }
    if (!node->sum.is_known) {
        const struct sum left = tree_sum(node->left);
        const struct sum right = tree_sum(node->right);
        node->sum = *record_sum(node->record);
        sum_add(&node->sum, &left);
        sum_add(&node->sum, &right);
    }
    return node->sum;
}

struct hash store_memory_digest(const struct store_memory *store, enum store_table table)
{
    const struct sum sum = tree_sum(store->committed.roots[table]);
    struct hash hash;
    for (size_t i = 0; i < SUM_WORDS; i++) {
        put_be64(hash.bytes + 8 * i, sum.words[i]);
    }
    return hash;
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
