/* stock_hands.h - what nodes of a mesh do to their stock, and what they then see of it: for the
 * laws of its fold and of rights. One mesh at a time. */
#ifndef TRESTLE_TESTS_LIB_STOCK_HANDS_H
#define TRESTLE_TESTS_LIB_STOCK_HANDS_H

#include "tests/lib/history_mesh.h"
#include "tests/lib/stock_mesh.h"
#include "tests/lib/test.h"

static struct stock_mesh *mesh;

/* Anew, with so many nodes. */
static inline void begin(uint32_t nodes)
{
    if (mesh == NULL) {
        mesh = stock_mesh_new();
    }
    stock_mesh_start(mesh, nodes);
}

/* --- writing --- */

static inline void add(uint32_t node, int64_t units, uint32_t holder, uint32_t issuer)
{
    stock_mesh_add(mesh, node, units, holder, issuer);
}

static inline void give(uint32_t node, uint64_t units, uint32_t to, uint32_t issuer)
{
    stock_mesh_give(mesh, node, units, to, issuer);
}

static inline struct operation take_for(uint32_t node, uint64_t units, uint64_t order,
                                        uint32_t issuer, const struct operation *was)
{
    return stock_mesh_take(mesh, node, units, order, issuer, was);
}

static inline void undo(uint32_t node, const struct operation *take, uint64_t order, uint64_t units)
{
    stock_mesh_undo(mesh, node, take, order, units);
}

static inline void count_shelf(uint32_t node, uint64_t units)
{
    stock_mesh_count(mesh, node, units);
}

/* --- looking --- */

static inline int64_t rights(uint32_t node, uint32_t of)
{
    const struct stock_view view = stock_mesh_view(mesh, node);
    int64_t units;
    assert_int_equal(stock_rights(stock_mesh_row(mesh, node), &view, mesh_log(of), &units), 0);
    return units;
}

static inline struct stock_summary summary(uint32_t node)
{
    const struct stock_view view = stock_mesh_view(mesh, node);
    struct stock_summary found;
    assert_int_equal(stock_summarise(stock_mesh_row(mesh, node), &view, mesh_log(node), &found), 0);
    return found;
}

static inline struct store_txn *txn_of(uint32_t node)
{
    return stock_mesh_view(mesh, node).txn;
}

static inline void assert_sound(uint32_t nodes)
{
    for (uint32_t i = 0; i < nodes; i++) {
        assert_true(stock_mesh_is_sound(mesh, i));
    }
}

/* All have all, and the same row, index and audit. */
static inline void assert_alike(uint32_t nodes)
{
    stock_mesh_sync(mesh);
    const struct hash first = stock_mesh_digest(mesh, 0);
    for (uint32_t i = 0; i < nodes; i++) {
        const struct hash digest = stock_mesh_digest(mesh, i);
        assert_true(hash_equal(&first, &digest));
        assert_true(stock_mesh_is_sound(mesh, i));
    }
}

#endif
