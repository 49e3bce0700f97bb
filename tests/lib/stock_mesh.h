/* stock_mesh.h - some devices with a store each that sell one item and hear of each other's logs in
 * any order: for the laws of the stock's fold and of rights.
 *
 * Not signed and not chained, and a node's log is mesh_log(), as history_mesh.h. A device's events
 * reach another in order, without a hole, but nothing of what their writer had seen comes before
 * them. Every delivery goes through turn_fold_all(), as in a replica.
 */
#ifndef TRESTLE_TESTS_LIB_STOCK_MESH_H
#define TRESTLE_TESTS_LIB_STOCK_MESH_H

#include "sync/domain/stock.h"
#include "sync/domain/turn.h"
#include "sync/log/event.h"
#include "tests/lib/prng.h"

enum { STOCK_NODES_MAX = 8, STOCK_MESH_ITEM = 7 };

struct stock_mesh;

/* Made once and reused: stock_mesh_start() makes it new, with @count devices that may do
 * everything. */
struct stock_mesh *stock_mesh_new(void);
void stock_mesh_start(struct stock_mesh *mesh, uint32_t count);

/* From here to the next start every turn and every audit is tried before at a disk that fails: at
 * each read, write and deletion in turn. Each time the fold says ERR_IO, otherwise the process
 * ends. */
void stock_mesh_sicken(struct stock_mesh *mesh);

/* Write at @node, which takes it in at once; its identity. @was: it stands for that one; or NULL.
 */
struct operation stock_mesh_write(struct stock_mesh *mesh, uint32_t node, enum event_type type,
                                  struct bytes body, const struct operation *was);

/* The same for each type, of STOCK_MESH_ITEM; holders, issuers and takers are nodes. A take is for
 * line 1 of the order of that number, as it was added. */
void stock_mesh_add(struct stock_mesh *mesh, uint32_t node, int64_t units, uint32_t holder,
                    uint32_t issuer);
void stock_mesh_give(struct stock_mesh *mesh, uint32_t node, uint64_t units, uint32_t to,
                     uint32_t issuer);
struct operation stock_mesh_take(struct stock_mesh *mesh, uint32_t node, uint64_t units,
                                 uint64_t order, uint32_t issuer, const struct operation *was);
void stock_mesh_force(struct stock_mesh *mesh, uint32_t node, uint64_t units, uint64_t order,
                      uint32_t issuer);
void stock_mesh_undo(struct stock_mesh *mesh, uint32_t node, const struct operation *take,
                     uint64_t order, uint64_t units);
void stock_mesh_count(struct stock_mesh *mesh, uint32_t node, uint64_t units);

/* How many events of @log's @node has. */
uint32_t stock_mesh_has(const struct stock_mesh *mesh, uint32_t node, uint32_t log);

/* The next @count events of @from's log to @to, in one turn of so many. */
void stock_mesh_deliver(struct stock_mesh *mesh, uint32_t from, uint32_t to, uint32_t count);
void stock_mesh_sync(struct stock_mesh *mesh);

/* What @node believes; rights are judged by it at once, the row after stock_mesh_refold(). */
struct roster *stock_mesh_roster(struct stock_mesh *mesh, uint32_t node);
void stock_mesh_refold(struct stock_mesh *mesh, uint32_t node);

/* The stock as @node's row has it: until the next call. */
const struct stock *stock_mesh_row(struct stock_mesh *mesh, uint32_t node);
struct stock_view stock_mesh_view(struct stock_mesh *mesh, uint32_t node);

/* Over the rows and the index of @node. */
struct hash stock_mesh_digest(struct stock_mesh *mesh, uint32_t node);
/* Whether row and index are what an audit makes of the events. */
bool stock_mesh_is_sound(struct stock_mesh *mesh, uint32_t node);

/* What only reads, by the transaction that stock_mesh_view() gives; 0 or an error. */
typedef int stock_mesh_look(struct stock_mesh *mesh, uint32_t node, const void *context);

/* Do @look at a disk of @node's that fails, at each of its reads in turn. Each time it says ERR_IO,
 * otherwise the process ends. */
void stock_mesh_look_sick(struct stock_mesh *mesh, uint32_t node, stock_mesh_look *look,
                          const void *context);

/* How many rows came from the fast path. */
uint64_t stock_mesh_appends(const struct stock_mesh *mesh);

#endif
