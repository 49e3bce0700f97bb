/* test_senseless.c - events of every type whose bodies make no sense: stored, relayed, and without
 * effect on what is shown (docs/merge-rules.md, "Which events count").
 */
#include "tests/lib/test.h"

#include "sync/domain/blob.h"
#include "sync/domain/body_check.h"
#include "sync/domain/day.h"
#include "sync/domain/drawer.h"
#include "sync/domain/menu.h"
#include "sync/domain/print.h"
#include "sync/domain/record.h"
#include "sync/domain/sheet.h"
#include "tests/lib/stall.h"

static const uint8_t senseless[] = {0x91, 0xc0};

/* One of each type that is for entities of @kind. */
static void write_senseless(struct mesh *mesh, uint32_t node, enum kind kind)
{
    for (uint32_t type = 1; type < UINT8_MAX; type++) {
        const struct event_info *info = event_info_find(type);
        if (info != NULL && info->kind == kind && type != EVENT_REINSTATE /* says nothing */) {
            assert_int_equal(body_check(type, bytes_of(senseless, sizeof senseless)),
                             ERR_MALFORMED);
            (void)mesh_write(mesh, node, type, 1, bytes_of(senseless, sizeof senseless));
        }
    }
}

/* A mesh whose first node knows nothing else of the entity. */
static struct mesh *senseless_new(enum kind kind)
{
    struct mesh *mesh = mesh_new(1, kind);
    write_senseless(mesh, 0, kind);
    assert_true(mesh_row(mesh, 0).size > 0);
    return mesh;
}

TEST(senseless, an_item_is_one_that_nobody_described)
{
    static struct menu_item item;
    struct mesh *mesh = senseless_new(KIND_MENU);
    menu_derive(mesh_history(mesh, 0), &item);
    assert_true(item.number == 0 && item.name.size == 0 && item.price_minor == 0);
    assert_true(item.is_available && !item.is_opaque && !item.has_conflict);
    mesh_free(mesh);
}

TEST(senseless, a_pop_up_has_its_defaults_and_no_day)
{
    struct popup popup;
    struct day day;
    struct mesh *mesh = senseless_new(KIND_POPUP);
    popup_derive(mesh_history(mesh, 0), &popup);
    assert_true(popup.day == 0 && popup.name.size == 0 && popup.copies == 2);
    day_derive(mesh_history(mesh, 0), 1, &day);
    assert_false(day.is_closed);
    mesh_free(mesh);
}

TEST(senseless, a_cash_session_was_never_opened)
{
    static struct drawer drawer;
    struct mesh *mesh = senseless_new(KIND_DRAWER);
    drawer_derive(mesh_history(mesh, 0), &drawer);
    assert_false(drawer.is_open || drawer.is_opened_twice);
    assert_int_equal(drawer.moves_count + drawer.counts_count, 0);
    mesh_free(mesh);
}

TEST(senseless, a_table_opens_to_no_code)
{
    struct sheet sheet;
    struct mesh *mesh = senseless_new(KIND_SHEET);
    sheet_derive(mesh_history(mesh, 0), &sheet);
    assert_int_equal(sheet.table + sheet.codes + sheet_cleared(mesh_history(mesh, 0)), 0);
    mesh_free(mesh);
}

TEST(senseless, a_blob_is_neither_known_nor_erased)
{
    struct blob blob;
    struct mesh *mesh = senseless_new(KIND_BLOB);
    blob_derive(mesh_history(mesh, 0), &blob);
    assert_false(blob.is_known || blob.is_erased);
    mesh_free(mesh);
}

TEST(senseless, a_record_of_any_kind_is_not_known)
{
    for (size_t i = 0; i < record_kinds_count; i++) {
        static struct record record;
        struct mesh *mesh = senseless_new(record_kinds[i].kind);
        (void)mesh_write(mesh, 0, 1001, 1, bytes_of(senseless, sizeof senseless));
        assert_true(mesh_history(mesh, 0)->count > 0); /* what may mean something later is kept */
        record_derive(mesh_history(mesh, 0), &record);
        assert_false(record.is_known || record.is_hidden || record.has_conflict);
        mesh_free(mesh);
    }
}

/* Half of a paid order's figures, as numbers to compare. */
struct figures {
    uint32_t phase, flags, lines, numbers, payments, receipts, slips;
    int64_t owed, paid, refunded, received;
};

static struct figures figures_of(struct stall *stall)
{
    static struct print_slips slips;
    const struct order *order = stall_look(stall, M);
    print_slips_find(mesh_history(stall->mesh, M), &slips);
    assert_false(print_is_doubled(mesh_history(stall->mesh, M)));
    return (struct figures){.phase = (uint32_t)order->phase,
                            .flags = (uint32_t)order->flags,
                            .lines = order->lines_count,
                            .numbers = order->numbers_count,
                            .payments = order->payments_count,
                            .receipts = order->receipts_count,
                            .slips = slips.count,
                            .owed = order->owed_minor,
                            .paid = order->paid_minor,
                            .refunded = order->refunded_minor,
                            .received = order->ledger.received_minor};
}

static void assert_same(const struct figures *a, const struct figures *b)
{
    assert_int_equal(a->phase, b->phase);
    assert_int_equal(a->flags, b->flags);
    assert_int_equal(a->lines, b->lines);
    assert_int_equal(a->numbers, b->numbers);
    assert_int_equal(a->payments, b->payments);
    assert_int_equal(a->receipts, b->receipts);
    assert_int_equal(a->slips, b->slips);
    assert_int_equal(a->owed, b->owed);
    assert_int_equal(a->paid, b->paid);
    assert_int_equal(a->refunded, b->refunded);
    assert_int_equal(a->received, b->received);
}

TEST(senseless, an_order_stays_what_it_was)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 2, 400);
    (void)do_pay(&stall, C, 1, 800);
    stall_sync(&stall);
    (void)do_accept(&stall, K, 1);
    stall_sync(&stall);
    const struct figures before = figures_of(&stall);
    write_senseless(stall.mesh, K, KIND_ORDER); /* who has the claim */
    stall_sync(&stall);
    const struct figures after = figures_of(&stall);
    assert_same(&before, &after);
    stall_free(&stall);
}
