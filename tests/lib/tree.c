/* An AVL tree whose nodes and records are counted references. */
#include "tests/lib/tree.h"

#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/pool.h"

enum { SUM_WORDS = HASH_BYTES / 8 };

/* Hashes of records, added up, so that neither order nor the shape of a tree matters. */
struct sum {
    bool is_known;
    uint64_t words[SUM_WORDS];
};

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

/* --- nodes: functions that change one take the caller's reference and give one back --- */

struct tree {
    size_t refs;
    struct tree *left;
    struct tree *right;
    struct record *record;
    int height;
    struct sum sum; /* of it and all below it, from when that was first asked for */
};

static struct tree *node_new(struct record *record)
{
    struct tree *node = pool_take(sizeof *node);
    *node = (struct tree){.refs = 1, .record = record, .height = 1};
    return node;
}

struct tree *tree_keep(struct tree *node)
{
    if (node != NULL) {
        node->refs++;
    }
    return node;
}

void tree_drop(struct tree *node)
{
    if (node == NULL || --node->refs > 0) {
        return;
    }
    tree_drop(node->left);
    tree_drop(node->right);
    record_drop(node->record);
    pool_give_back(node, sizeof *node);
}

/* To be changed: the node itself when nobody else has it, otherwise a copy. */
static struct tree *node_own(struct tree *node)
{
    if (node->refs == 1) {
        node->sum.is_known = false;
        return node;
    }
    struct tree *copy = node_new(node->record);
    copy->record->refs++;
    copy->left = tree_keep(node->left);
    copy->right = tree_keep(node->right);
    copy->height = node->height;
    node->refs--;
    return copy;
}

static int height_of(const struct tree *node)
{
    return node != NULL ? node->height : 0;
}

static int lean_of(const struct tree *node)
{
    return height_of(node->left) - height_of(node->right);
}

static void measure(struct tree *node)
{
    const int left = height_of(node->left);
    const int right = height_of(node->right);
    node->height = 1 + (left > right ? left : right);
}

static struct tree *rotate_right(struct tree *node)
{
    struct tree *top = node_own(node->left);
    node->left = top->right;
    top->right = node;
    measure(node);
    measure(top);
    return top;
}

static struct tree *rotate_left(struct tree *node)
{
    struct tree *top = node_own(node->right);
    node->right = top->left;
    top->left = node;
    measure(node);
    measure(top);
    return top;
}

static struct tree *balance(struct tree *node)
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

static struct tree *node_put(struct tree *node, struct record *record)
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
    struct tree **side = order < 0 ? &node->left : &node->right;
    *side = node_put(*side, record);
    return balance(node);
}

struct tree *tree_put(struct tree *tree, struct bytes key, struct bytes value)
{
    return node_put(tree, record_new(key, value));
}

/* Take the first node out; its record, referenced, goes to @ret_record. */
static struct tree *node_take_first(struct tree *node, struct record **ret_record)
{
    node = node_own(node);
    if (node->left != NULL) {
        node->left = node_take_first(node->left, ret_record);
        return balance(node);
    }
    struct tree *rest = tree_keep(node->right);
    *ret_record = node->record;
    node->record->refs++;
    tree_drop(node);
    return rest;
}

static struct tree *node_take_top(struct tree *node)
{
    if (node->left == NULL || node->right == NULL) {
        struct tree *rest = tree_keep(node->left != NULL ? node->left : node->right);
        tree_drop(node);
        return rest;
    }
    record_drop(node->record);
    node->right = node_take_first(node->right, &node->record);
    return balance(node);
}

struct tree *tree_del(struct tree *node, struct bytes key)
{
    check(node != NULL);
    node = node_own(node);
    const int order = bytes_compare(key, record_key(node->record));
    if (order == 0) {
        return node_take_top(node);
    }
    struct tree **side = order < 0 ? &node->left : &node->right;
    *side = tree_del(*side, key);
    return balance(node);
}

bool tree_get(const struct tree *node, struct bytes key, struct bytes *ret_value)
{
    while (node != NULL) {
        const int order = bytes_compare(key, record_key(node->record));
        if (order == 0) {
            *ret_value = record_value(node->record);
            return true;
        }
        node = order < 0 ? node->left : node->right;
    }
    return false;
}

/* --- digests --- */

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

static const struct sum *sum_of_record(struct record *record)
{
    if (!record->sum.is_known) {
        record->sum = sum_of_entry(record_key(record), record_value(record));
    }
    return &record->sum;
}

static struct sum sum_of_tree(struct tree *node)
{
    if (node == NULL) {
        return (struct sum){.is_known = true};
    }
    if (!node->sum.is_known) {
        const struct sum left = sum_of_tree(node->left);
        const struct sum right = sum_of_tree(node->right);
        node->sum = *sum_of_record(node->record);
        sum_add(&node->sum, &left);
        sum_add(&node->sum, &right);
    }
    return node->sum;
}

struct hash tree_digest(struct tree *tree)
{
    const struct sum sum = sum_of_tree(tree);
    struct hash hash;
    for (size_t i = 0; i < SUM_WORDS; i++) {
        put_be64(hash.bytes + 8 * i, sum.words[i]);
    }
    return hash;
}

/* --- paths: from the root to where a cursor stands --- */

static void path_push(struct tree_path *path, const struct tree *node)
{
    check(path->depth < TREE_DEPTH_MAX);
    path->at[path->depth++] = node;
}

void tree_path_find(struct tree_path *path, const struct tree *node, struct bytes key,
                    bool is_before)
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

void tree_path_first(struct tree_path *path, const struct tree *node)
{
    for (; node != NULL; node = node->left) {
        path_push(path, node);
    }
}

void tree_path_next(struct tree_path *path)
{
    const struct tree *from = path->at[path->depth - 1];
    if (from->right != NULL) {
        tree_path_first(path, from->right);
        return;
    }
    /* Up, as long as we come from the right. */
    do {
        from = path->at[--path->depth];
    } while (path->depth > 0 && path->at[path->depth - 1]->right == from);
}

void tree_path_entry(const struct tree_path *path, struct bytes *ret_key, struct bytes *ret_value)
{
    const struct record *record = path->at[path->depth - 1]->record;
    *ret_key = record_key(record);
    *ret_value = record_value(record);
}
