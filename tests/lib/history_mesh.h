/* history_mesh.h - some nodes with a store each that write on one entity and hear of each other's
 * events in any order: for the laws of histories and of what is derived from them.
 *
 * Not signed and not chained: an operation's hash is that of its event. Events of one log reach a
 * node in order, without a hole, as the real thing guarantees. Every node keeps its row as a
 * replica does (fast path where it may, otherwise the full fold), and each delivery asserts that
 * both ways give the same bytes (P3).
 */
#ifndef TRESTLE_TESTS_LIB_HISTORY_MESH_H
#define TRESTLE_TESTS_LIB_HISTORY_MESH_H

#include "sync/domain/entity.h"
#include "tests/lib/prng.h"

enum { MESH_NODES_MAX = 20, MESH_ENTITY_NUMBER = 7 };

struct mesh;

/* @count nodes, each with one log; all may do everything. mesh_free() ends it. */
struct mesh *mesh_new(uint32_t count, enum kind kind);
/* The same, that write on @entity; mesh_new()'s has the number MESH_ENTITY_NUMBER. */
struct mesh *mesh_new_of(uint32_t count, enum kind kind, const struct entity_id *entity);
void mesh_free(struct mesh *mesh);

/* From here on every full fold is tried before at a disk of which one read after the other fails:
 * each time it says ERR_IO, otherwise the process ends. */
void mesh_sicken(struct mesh *mesh);

/* The log of @node: ascending with the node. */
uint64_t mesh_log(uint32_t node);

/* A roster of @count nodes with such a log each, which may write everything. */
void mesh_roster_fill(struct roster *roster, uint32_t count);

/* Write on the entity at @node, which sees what it has; it is delivered to itself at once. */
struct operation mesh_write(struct mesh *mesh, uint32_t node, uint32_t type, uint64_t t,
                            struct bytes body);

/* Append @event as it is to the log of @node, without delivering it anywhere. Its entity is filled
 * in when it is zero. */
struct operation mesh_emit(struct mesh *mesh, uint32_t node, const struct event *event);

/* The next @count events of @from's log to @to, folded once; false when @to has all. */
bool mesh_deliver(struct mesh *mesh, uint32_t from, uint32_t to, uint32_t count);

/* Everything that is missing, to one node or to all. */
void mesh_fill(struct mesh *mesh, uint32_t to);
void mesh_sync(struct mesh *mesh);

/* The same, one event at a time, from logs drawn at random. */
void mesh_fill_shuffled(struct mesh *mesh, uint32_t to, struct prng *prng);

/* The row of @node, or its history: until the next call that gives one. */
struct bytes mesh_row(struct mesh *mesh, uint32_t node);
const struct history *mesh_history(struct mesh *mesh, uint32_t node);

/* How many rows came from the fast path and from the full fold. */
uint64_t mesh_appends(const struct mesh *mesh);
uint64_t mesh_loads(const struct mesh *mesh);

/* What every node believes; after a change all rows are folded anew. */
struct roster *mesh_roster(struct mesh *mesh);
void mesh_refold(struct mesh *mesh);

struct entity_id mesh_entity(const struct mesh *mesh);

#endif
