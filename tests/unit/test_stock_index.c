/* test_stock_index.c - what an item's fold leaves in the index, and what is read there:
 * docs/storage.md, "Stock".
 */
#include "sync/domain/stock_index.h"

#include <string.h>

#include "tests/lib/stock_hands.h"
#include "tests/lib/test.h"

/* The first key of @kind in @node's index. */
static struct key index_first(uint32_t node, enum index_kind kind)
{
    const uint8_t prefix = (uint8_t)kind;
    struct store_cursor cursor;
    struct bytes key, value;
    struct key found = {.size = 0};
    assert_int_equal(store_cursor_open(txn_of(node), TABLE_INDEX, &cursor), 0);
    assert_int_equal(store_cursor_seek(&cursor, bytes_of(&prefix, 1), &key, &value), 0);
    memcpy(found.data, key.data, key.size);
    found.size = key.size;
    store_cursor_close(&cursor);
    return found;
}

static void index_put(uint32_t node, const struct key *key)
{
    assert_int_equal(store_put(txn_of(node), TABLE_INDEX, key_bytes(key), bytes_of(NULL, 0)), 0);
}

TEST(stock_index, an_audit_finds_what_the_index_lacks)
{
    begin(1);
    stock_mesh_add(mesh, 0, 5, 0, 0);
    (void)stock_mesh_take(mesh, 0, 1, 1, 0, NULL);
    const struct key take = index_first(0, INDEX_TAKE);
    assert_int_equal(store_del(txn_of(0), TABLE_INDEX, key_bytes(&take)), 0);
    assert_false(stock_mesh_is_sound(mesh, 0));
    stock_mesh_refold(mesh, 0);
    assert_sound(1);
}

TEST(stock_index, an_audit_finds_what_a_voided_event_left_in_the_index)
{
    begin(1);
    stock_mesh_add(mesh, 0, 5, 0, 0);
    const struct operation sold = stock_mesh_take(mesh, 0, 1, 1, 0, NULL);
    const struct key take = index_first(0, INDEX_TAKE);
    stock_mesh_roster(mesh, 0)->logs[0].fork_seq = sold.seq;
    stock_mesh_refold(mesh, 0);
    assert_sound(1);
    index_put(0, &take);
    assert_false(stock_mesh_is_sound(mesh, 0));
    stock_mesh_refold(mesh, 0);
    assert_sound(1);
}

TEST(stock_index, a_key_of_another_length_is_damage)
{
    struct stock_taken takes[2];
    uint32_t count;
    begin(1);
    stock_mesh_add(mesh, 0, 5, 0, 0);
    (void)stock_mesh_take(mesh, 0, 1, 1, 0, NULL);
    const struct entity_id order = entity_id_derive(KIND_ORDER, 1);
    assert_int_equal(stock_takes(txn_of(0), &order, 1, takes, 2, &count), 0);
    assert_int_equal(count, 1);
    const struct entity_id last = {{0xff}};
    const struct key shorter = {.data = {0xff}, .size = 1}; /* of another index, behind all */
    index_put(0, &shorter);
    assert_int_equal(stock_takes(txn_of(0), &last, 1, takes, 2, &count), 0);
    assert_int_equal(count, 0);
    struct key key = index_first(0, INDEX_TAKE);
    key.data[key.size++] = 0;
    index_put(0, &key);
    assert_int_equal(stock_takes(txn_of(0), &order, 1, takes, 2, &count), ERR_MALFORMED);
}

TEST(stock_index, of_more_takes_than_asked_for_the_first_are_given)
{
    struct stock_taken takes[3];
    uint32_t count;
    begin(1);
    stock_mesh_add(mesh, 0, 5, 0, 0);
    for (uint32_t i = 0; i < 4; i++) {
        (void)stock_mesh_take(mesh, 0, 1, 1, 0, NULL);
    }
    const struct entity_id order = entity_id_derive(KIND_ORDER, 1);
    assert_int_equal(stock_takes(txn_of(0), &order, 1, takes, 3, &count), 0);
    assert_int_equal(count, 3);
    assert_int_equal(stock_takes(txn_of(0), &order, 2, takes, 3, &count), 0);
    assert_int_equal(count, 0);
}

TEST(stock_index, an_undo_finds_the_take_of_its_own_item)
{
    begin(1);
    stock_mesh_add(mesh, 0, 10, 0, 0);
    const struct operation sold = stock_mesh_take(mesh, 0, 3, 1, 0, NULL);
    struct key other = index_first(0, INDEX_TAKE);
    other.data[1 + ENTITY_ID_BYTES + 4 + 3]--; /* the same line took of the item before */
    index_put(0, &other);
    stock_mesh_undo(mesh, 0, &sold, 1, 3);
    assert_int_equal(rights(0, 0), 10);
}

/* --- from a row back to what noted it --- */

static int ask(uint32_t node, const struct key *key, bool *ret_is)
{
    static struct stock stock;
    const struct stock_view view = stock_mesh_view(mesh, node);
    const struct stock_fold fold = {.txn = view.txn, .roster = view.roster, .stock = &stock};
    return stock_key_is_right(&fold, key_bytes(key), ret_is);
}

static bool is_right(uint32_t node, const struct key *key)
{
    bool is = false;
    assert_int_equal(ask(node, key, &is), 0);
    return is;
}

/* What a take by that event, of one unit for line 1 of order 1, notes. */
static struct key key_of_take(const struct operation *id, uint64_t item)
{
    const struct stock_take take = {.item = item,
                                    .units = 1,
                                    .order = entity_id_derive(KIND_ORDER, 1),
                                    .line = 1,
                                    .issuer = mesh_log(0)};
    return stock_key_take(id, &take);
}

TEST(stock_index, a_row_is_right_while_the_event_that_it_names_counts)
{
    begin(1);
    stock_mesh_add(mesh, 0, 5, 0, 0);
    const struct operation sold = stock_mesh_take(mesh, 0, 1, 1, 0, NULL);
    const struct operation nobodys = {.log = 12345, .seq = 7};
    const struct key right = index_first(0, INDEX_TAKE);
    const struct key others[] = {key_of_take(&nobodys, STOCK_MESH_ITEM),
                                 key_of_take(&sold, STOCK_MESH_ITEM + 1)};
    struct key shorter = right;
    shorter.size--;
    stock_mesh_undo(mesh, 0, &sold, 1, 1);
    const struct key undo = index_first(0, INDEX_UNDO);
    struct key longer = undo;
    longer.size++;
    assert_true(is_right(0, &right));
    assert_true(is_right(0, &undo));
    assert_false(is_right(0, &shorter));
    assert_false(is_right(0, &longer));
    assert_false(is_right(0, &others[0]));
    assert_false(is_right(0, &others[1]));
    stock_mesh_roster(mesh, 0)->logs[0].fork_seq = sold.seq;
    assert_false(is_right(0, &right));
}

/* Its own log is not here; the row names it all the same, and not the ones that stand for it. */
TEST(stock_index, a_row_is_right_when_others_stand_for_the_event_that_it_names)
{
    const struct operation lost = {.log = mesh_log(3), .seq = 9, .hash = {1}};
    begin(3);
    stock_mesh_add(mesh, 0, 5, 1, 0);
    stock_mesh_sync(mesh);
    const struct operation first = stock_mesh_take(mesh, 1, 1, 1, 0, &lost);
    (void)stock_mesh_take(mesh, 2, 1, 1, 0, &lost);
    stock_mesh_sync(mesh);
    const struct key right = key_of_take(&lost, STOCK_MESH_ITEM);
    const struct key wrong = key_of_take(&first, STOCK_MESH_ITEM);
    assert_true(is_right(0, &right));
    assert_false(is_right(0, &wrong));
}

/* @context: a key. */
static int key_look(struct stock_mesh *of, uint32_t node, const void *context)
{
    bool is = true;
    const int err = ask(node, context, &is);
    (void)of;
    assert_false(err != 0 && is);
    return err;
}

TEST(stock_index, whether_a_row_is_right_is_not_said_at_a_disk_that_fails)
{
    const struct operation lost = {.log = mesh_log(3), .seq = 9, .hash = {1}};
    const struct key others = key_of_take(&lost, STOCK_MESH_ITEM);
    begin(1);
    stock_mesh_add(mesh, 0, 5, 0, 0);
    (void)stock_mesh_take(mesh, 0, 1, 1, 0, NULL);
    const struct key own = index_first(0, INDEX_TAKE);
    stock_mesh_look_sick(mesh, 0, key_look, &own);    /* found where it says */
    stock_mesh_look_sick(mesh, 0, key_look, &others); /* sought in all that is here */
    assert_true(is_right(0, &own));
    assert_false(is_right(0, &others));
}
