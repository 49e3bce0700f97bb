/* test_stock_fold.c - the fold of an item's stock where disks fail, rows are spoilt and events make
 * no sense: docs/storage.md, "Stock".
 */
#include "sync/domain/stock_fold.h"

#include "sync/base/check.h"
#include "tests/lib/stock_hands.h"
#include "tests/lib/test.h"

/* --- a disk that fails --- */

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

/* --- what makes no sense --- */

static void write_body(uint32_t node, uint32_t type, const uint8_t *body, size_t size)
{
    (void)stock_mesh_write(mesh, node, (enum event_type)type, bytes_of(body, size), NULL);
}

TEST(stock_fold, an_event_whose_body_makes_no_sense_changes_nothing)
{
    static const uint8_t senseless[] = {0x91, 0xc0};
    begin(2);
    stock_mesh_add(mesh, 0, 10, 0, 0);
    for (uint32_t type = EVENT_STOCK_ADD; type <= EVENT_STOCK_COUNT; type += 2) {
        write_body(0, type, senseless, sizeof senseless);
    }
    stock_mesh_refold(mesh, 0); /* also not by what it should have left in the index */
    assert_int_equal(rights(0, 0), 10);
    assert_false(stock_mesh_row(mesh, 0)->is_counted || stock_mesh_row(mesh, 0)->is_opaque);
    stock_mesh_sync(mesh);
    assert_sound(2);
}

/* The entity is item 7's; these bodies speak of item 8. */
TEST(stock_fold, an_event_that_names_another_item_is_void)
{
    struct stock_add added = {.item = 8, .units = 5};
    struct stock_give given = {.item = 8, .units = 1};
    struct stock_take taken = {.item = 8, .units = 1, .line = 1};
    const struct stock_undo undone = {.item = 8, .units = 1, .take = {.log = 1, .seq = 1}};
    const struct stock_count counted = {.item = 8, .units = 3};
    struct bytes body;
    uint8_t data[128];
    struct writer writer;
    begin(1);
    added.holder = added.issuer = given.issuer = taken.issuer = mesh_log(0);
    given.to = mesh_log(1);
#define WRITE(type, encode, value)                                                                 \
    do {                                                                                           \
        writer_init(&writer, data, sizeof data);                                                   \
        encode(&(value), &writer);                                                                 \
        check(writer_finish(&writer, &body) == 0);                                                 \
        write_body(0, type, body.data, body.size);                                                 \
    } while (0)
    WRITE(EVENT_STOCK_ADD, stock_add_encode, added);
    WRITE(EVENT_STOCK_GIVE, stock_give_encode, given);
    WRITE(EVENT_STOCK_TAKE, stock_take_encode, taken);
    WRITE(EVENT_STOCK_UNDO, stock_undo_encode, undone);
    WRITE(EVENT_STOCK_COUNT, stock_count_encode, counted);
#undef WRITE
    assert_true(stock_is_empty(stock_mesh_row(mesh, 0)));
    assert_sound(1);
}

TEST(stock_fold, a_newer_softwares_event_makes_it_opaque_unless_it_may_be_ignored)
{
    static const uint8_t empty[] = {0x90};
    begin(1);
    stock_mesh_add(mesh, 0, 5, 0, 0);
    write_body(0, 1001, empty, sizeof empty);
    write_body(0, EVENT_MENU_AVAILABLE, empty, sizeof empty); /* for an item, not for its stock */
    stock_mesh_refold(mesh, 0);
    assert_false(stock_mesh_row(mesh, 0)->is_opaque);
    write_body(0, 1002, empty, sizeof empty);
    assert_true(stock_mesh_row(mesh, 0)->is_opaque);
    assert_sound(1);
}

/* Whoever is beyond the limit has no rights, neither has anybody from an issuer beyond it. */
TEST(stock_fold, accounts_beyond_the_limit_hold_nothing)
{
    begin(1);
    for (uint32_t holder = 0; holder < STOCK_ACCOUNTS_MAX; holder++) {
        stock_mesh_add(mesh, 0, 2, holder, 0);
    }
    assert_false(stock_mesh_row(mesh, 0)->is_cut_short);
    stock_mesh_add(mesh, 0, 2, STOCK_ACCOUNTS_MAX, 0);
    stock_mesh_give(mesh, 0, 1, 1, STOCK_ACCOUNTS_MAX + 1);
    const struct operation sold = stock_mesh_take(mesh, 0, 1, 1, STOCK_ACCOUNTS_MAX + 1, NULL);
    stock_mesh_undo(mesh, 0, &sold, 1, 1);
    assert_true(stock_mesh_row(mesh, 0)->is_cut_short);
    assert_int_equal(rights(0, STOCK_ACCOUNTS_MAX), 0);
    assert_int_equal(rights(0, STOCK_ACCOUNTS_MAX - 1), 2);
    assert_int_equal(rights(0, 0), 2);
    assert_sound(1);
}

/* --- one fold at work --- */

struct work {
    struct stock stock;
    struct stock_doubles doubles;
    struct entity_id entity;
    struct stock_fold fold;
};

static struct work *work_new(uint32_t node)
{
    static struct work work;
    stock_reset(&work.stock);
    work.doubles.count = 0;
    work.entity = entity_id_derive(KIND_STOCK, STOCK_MESH_ITEM);
    work.fold = (struct stock_fold){.txn = txn_of(node),
                                    .roster = stock_mesh_roster(mesh, node),
                                    .entity = &work.entity,
                                    .stock = &work.stock,
                                    .doubles = &work.doubles};
    return &work;
}

/* Event @seq of @log: a unit for line @line of order 1. */
static void append_take_as(struct work *work, uint32_t log, uint64_t seq, uint32_t line,
                           bool is_change)
{
    const struct stock_take take = {.item = STOCK_MESH_ITEM,
                                    .units = 1,
                                    .order = entity_id_derive(KIND_ORDER, 1),
                                    .line = line,
                                    .issuer = mesh_log(0),
                                    .is_change = is_change};
    const struct operation id = {.log = mesh_log(log), .seq = seq, .hash = {(uint8_t)log}};
    struct event event = {.type = EVENT_STOCK_TAKE, .entity = work->entity};
    uint8_t data[128];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    stock_take_encode(&take, &writer);
    check(writer_finish(&writer, &event.body) == 0);
    assert_int_equal(stock_append(&work->fold, &id, &event), 0);
}

static void append_take(struct work *work, uint32_t log, uint64_t seq, uint32_t line)
{
    append_take_as(work, log, seq, line, false);
}

TEST(stock_fold, an_event_that_is_folded_twice_counts_once)
{
    begin(1);
    struct work *work = work_new(0);
    append_take(work, 0, 2, 1);
    append_take(work, 0, 2, 1);
    assert_int_equal(work->stock.accounts_count, 1);
    assert_int_equal(work->stock.accounts[0].taken, 1);
}

TEST(stock_fold, of_too_many_lines_that_two_took_for_the_first_are_noted)
{
    begin(1);
    struct work *work = work_new(0);
    for (uint32_t line = 1; line <= STOCK_DOUBLES_MAX + 1; line++) {
        append_take(work, 0, 1 + line, line);
        append_take(work, 1, 1 + line, line);
    }
    assert_int_equal(work->doubles.count, STOCK_DOUBLES_MAX);
    assert_int_equal(work->doubles.lines[STOCK_DOUBLES_MAX - 1].line, STOCK_DOUBLES_MAX);
}

TEST(stock_fold, a_line_that_another_changed_meanwhile_is_not_taken_twice)
{
    begin(1);
    struct work *work = work_new(0);
    append_take_as(work, 1, 2, 1, true);
    append_take(work, 0, 2, 1);
    assert_int_equal(work->doubles.count, 0);
    append_take(work, 2, 2, 1);
    assert_int_equal(work->doubles.count, 1);
}

/* --- what a disk spoils --- */

static void spoil_event(uint32_t node, const struct operation *id)
{
    const uint8_t junk[] = {1, 2, 3};
    const struct key key = key_event(id->log, id->seq);
    assert_int_equal(
        store_put(txn_of(node), TABLE_LOG, key_bytes(&key), bytes_of(junk, sizeof junk)), 0);
}

TEST(stock_fold, of_an_item_one_of_whose_events_is_spoilt_nobody_sells)
{
    begin(1);
    stock_mesh_add(mesh, 0, 5, 0, 0);
    const struct operation sold = stock_mesh_take(mesh, 0, 1, 1, 0, NULL);
    spoil_event(0, &sold);
    stock_mesh_refold(mesh, 0);
    assert_true(stock_mesh_row(mesh, 0)->is_opaque);
}

/* Its rivals may be spoilt, or what it stands for: it is opaque, and the fold goes on. */
TEST(stock_fold, what_stands_for_another_event_is_folded_beside_spoilt_ones)
{
    begin(3);
    stock_mesh_add(mesh, 0, 10, 1, 0);
    stock_mesh_sync(mesh);
    const struct operation sold = stock_mesh_take(mesh, 1, 3, 1, 0, NULL);
    const struct operation other = stock_mesh_take(mesh, 0, 1, 2, 0, NULL);
    stock_mesh_sync(mesh);
    stock_mesh_roster(mesh, 2)->logs[1].fork_seq = sold.seq;
    spoil_event(2, &other);
    spoil_event(2, &sold);
    (void)stock_mesh_take(mesh, 2, 3, 1, 0, &sold);
    assert_true(stock_mesh_row(mesh, 2)->is_opaque);
    assert_int_equal(rights(2, 1), 7);
}

/* A body of another type under the same name: it does not stand in for it. */
TEST(stock_fold, an_event_of_another_type_is_not_the_original)
{
    begin(2);
    stock_mesh_add(mesh, 0, 10, 1, 0);
    stock_mesh_sync(mesh);
    const struct operation original = stock_mesh_take(mesh, 1, 3, 1, 0, NULL);
    const struct operation second = stock_mesh_take(mesh, 1, 1, 2, 0, NULL);
    struct operation changed = original;
    changed.hash[0] ^= 0xff;
    stock_mesh_sync(mesh);
    (void)stock_mesh_take(mesh, 0, 3, 1, 0, &original); /* counts itself already */
    assert_int_equal(rights(0, 1), 6);
    (void)stock_mesh_take(mesh, 0, 2, 1, 0, &changed); /* of a branch that is not here */
    assert_int_equal(rights(0, 1), 4);
    static const uint8_t body[] = {0x92, STOCK_MESH_ITEM, 0x04};
    (void)stock_mesh_write(mesh, 0, EVENT_STOCK_COUNT, bytes_of(body, sizeof body), &second);
    assert_int_equal(stock_mesh_row(mesh, 0)->counted, 4);
    stock_mesh_sync(mesh);
    assert_sound(2);
}

TEST(stock_fold, a_key_that_names_no_event_is_damage)
{
    begin(1);
    stock_mesh_add(mesh, 0, 5, 0, 0);
    struct work *work = work_new(0);
    struct key key = key_entity(&work->entity);
    key.data[key.size++] = 0;
    assert_int_equal(store_put(txn_of(0), TABLE_ENTITY, key_bytes(&key), bytes_of(NULL, 0)), 0);
    assert_int_equal(stock_load(&work->fold), ERR_MALFORMED);
}

/* --- what may stand for another event --- */

TEST(stock_fold, rights_are_made_and_given_by_nobody_in_anothers_place)
{
    struct operation lost = {.log = mesh_log(1), .seq = 9, .hash = {1}};
    const struct stock_add add = {
        .item = STOCK_MESH_ITEM, .units = 5, .holder = mesh_log(1), .issuer = mesh_log(1)};
    const struct stock_give give = {
        .item = STOCK_MESH_ITEM, .units = 5, .to = mesh_log(0), .issuer = mesh_log(1)};
    uint8_t data[128];
    struct writer writer;
    struct bytes body;
    begin(1);
    stock_mesh_add(mesh, 0, 10, 0, 0);
    writer_init(&writer, data, sizeof data);
    stock_add_encode(&add, &writer);
    check(writer_finish(&writer, &body) == 0);
    (void)stock_mesh_write(mesh, 0, EVENT_STOCK_ADD, body, &lost);
    lost.seq++;
    writer_init(&writer, data, sizeof data);
    stock_give_encode(&give, &writer);
    check(writer_finish(&writer, &body) == 0);
    (void)stock_mesh_write(mesh, 0, EVENT_STOCK_GIVE, body, &lost);
    assert_int_equal(rights(0, 0), 10);
    assert_int_equal(rights(0, 1), 0);
    assert_sound(1);
}

TEST(stock_fold, who_may_not_write_keeps_nobody_from_standing_in)
{
    begin(3);
    stock_mesh_add(mesh, 1, 10, 1, 1);
    stock_mesh_sync(mesh);
    const struct operation lost = {.log = mesh_log(1), .seq = 9, .hash = {1}};
    stock_mesh_roster(mesh, 2)->logs[0].capabilities = 0;
    (void)stock_mesh_take(mesh, 0, 3, 1, 1, &lost); /* first by its place, and void at node 2 */
    stock_mesh_sync(mesh);
    assert_int_equal(rights(2, 1), 10);
    (void)stock_mesh_take(mesh, 2, 3, 1, 1, &lost);
    assert_int_equal(rights(2, 1), 7);
    assert_true(stock_mesh_is_sound(mesh, 2));
}
