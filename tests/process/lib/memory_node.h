/* memory_node.h - a node's API over a store in memory, of a golden day: what it reads can fail, or
 * be something else than was written.
 *
 * One at a time: its gate's functions find it by context alone, but what was asked is kept in it.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_MEMORY_NODE_H
#define TRESTLE_TESTS_PROCESS_LIB_MEMORY_NODE_H

#include "node/stream/stream.h"
#include "tests/process/lib/golden.h"

enum { MEMORY_NODE_NOW_MS = 9 };

struct memory_node {
    struct cluster *cluster;
    struct store_memory *store; /* of its first device */
    struct gate gate;
    struct api *api;
    struct streams *streams;
    bool is_shut;      /* nobody may read */
    unsigned spoilt;   /* how often the core was told that a row is none */
    struct text asked; /* the last answer's body */
};

void memory_node_open(struct memory_node *node, const char *day);
void memory_node_close(struct memory_node *node);

/* GET @path: the status. */
int memory_node_ask(struct memory_node *node, const char *path, const char *query);

/* Whatever it kept of orders that its screens were told of once. */
void memory_node_forget(struct memory_node *node);

/* A screen of its own from @cursor on. */
void memory_node_watch(struct memory_node *node, const char *view, const char *cursor,
                       struct stream *ret_stream);

#endif
