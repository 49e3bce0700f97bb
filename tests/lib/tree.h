/* tree.h - keys and values in order, as a tree of which parts are shared: a table of a store in
 * memory (store_memory.h).
 *
 * A tree is a counted reference to its topmost node, @node; NULL is the empty one. A node that
 * anybody else refers to is copied before it is changed, so a snapshot is nothing but a reference
 * kept. Not for several threads. Out of memory aborts. Cost: O(log n) a call.
 */
#ifndef TRESTLE_TESTS_LIB_TREE_H
#define TRESTLE_TESTS_LIB_TREE_H

#include "sync/base/bytes.h"
#include "sync/base/crypto.h"

struct tree;

/* One more reference, and one less. Both accept NULL. */
struct tree *tree_keep(struct tree *node);
void tree_drop(struct tree *node);

/* Both take the caller's reference and give one back. The bytes are copied. */
struct tree *tree_put(struct tree *tree, struct bytes key, struct bytes value);
/* @key is there. */
struct tree *tree_del(struct tree *node, struct bytes key);

/* Whether @key is there, with which value: valid as long as somebody refers to this tree. */
bool tree_get(const struct tree *node, struct bytes key, struct bytes *ret_value);

/* Over all keys and values; equal for equal contents, whatever the tree's shape. What did not
 * change since the last time is not hashed again. */
struct hash tree_digest(struct tree *tree);

/* --- paths: from the top to where a cursor stands --- */

enum { TREE_DEPTH_MAX = 64 }; /* a tree of depth 64 has more than 2^44 nodes */

/* Valid as long as somebody refers to the tree that it leads through. */
struct tree_path {
    size_t depth; /* 0: nowhere */
    const struct tree *at[TREE_DEPTH_MAX];
};

/* On the first key >= @key, or (@is_before) the last < it; nowhere where there is none. */
void tree_path_find(struct tree_path *path, const struct tree *node, struct bytes key,
                    bool is_before);
/* @path is nowhere before. */
void tree_path_first(struct tree_path *path, const struct tree *node);
/* It is somewhere before. */
void tree_path_next(struct tree_path *path);
/* What it stands on; it is somewhere. */
void tree_path_entry(const struct tree_path *path, struct bytes *ret_key, struct bytes *ret_value);

#endif
