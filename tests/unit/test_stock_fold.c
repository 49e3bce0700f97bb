/* test_stock_fold.c - the fold of an item's stock where disks fail, rows are spoilt and events make
 * no sense: docs/storage.md, "Stock".
 */
#include "sync/domain/stock_fold.h"

#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/stock_mesh.h"
#include "tests/lib/test.h"

static struct stock_mesh *mesh;

static void begin(uint32_t nodes)
{
    if (mesh == NULL) {
        mesh = stock_mesh_new();
    }
    stock_mesh_start(mesh, nodes);
}

static int64_t rights(uint32_t node, uint32_t of)
{
    const struct stock_view view = stock_mesh_view(mesh, node);
    int64_t units;
    assert_int_equal(stock_rights(stock_mesh_row(mesh, node), &view, stock_mesh_log(of), &units),
                     0);
    return units;
}

static void assert_sound(uint32_t nodes)
{
    for (uint32_t i = 0; i < nodes; i++) {
        assert_true(stock_mesh_is_sound(mesh, i));
    }
}

/* ---- a disk that fails ---- */

/* Two log the same sale, one is undone, a log forks and what it sold is carried on by two. */
static void trade_and_fork(void)
{
    stock_mesh_add(mesh, 0, 10, 1, 0);
    stock_mesh_sync(mesh);
    const struct operation sold = stock_mesh_take(mesh, 1, 3, 1, 0, NULL);
    const struct operation twice = stock_mesh_take(mesh, 0, 3, 1, 0, NULL);
    stock_mesh_give(mesh, 1, 2, 0, 0);
    stock_mesh_count(mesh, 2, 9);
    stock_mesh_sync(mesh);
    stock_mesh_undo(mesh, 0, &twice, 1, 3);
    stock_mesh_undo(mesh, 1, &sold, 1, 1);
    stock_mesh_sync(mesh);
    for (uint32_t i = 0; i < 3; i++) {
        stock_mesh_roster(mesh, i)->logs[1].fork_seq = sold.seq;
        stock_mesh_refold(mesh, i);
    }
    (void)stock_mesh_take(mesh, 2, 3, 1, 0, &sold);
    (void)stock_mesh_take(mesh, 0, 3, 1, 0, &sold);
    stock_mesh_sync(mesh);
}

TEST(stock_fold, a_disk_that_fails_anywhere_fails_the_fold)
{
    begin(3);
    stock_mesh_sicken(mesh);
    trade_and_fork();
    assert_int_equal(rights(2, 1), 7);
    assert_sound(3);
}
