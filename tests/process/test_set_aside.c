/* test_set_aside.c - what people call an order or a record that a device has set aside. */
#include <stdio.h>
#include <string.h>

#include "node/cli/set_aside.h"
#include "sync/log/tables.h"
#include "tests/lib/store_memory.h"
#include "tests/lib/test.h"
#include "tests/process/lib/memory_node.h"
#include "tests/process/lib/scarce.h"

static struct memory_node node;
static char name[SET_ASIDE_NAME_BYTES_MAX];

static const char *name_of(const struct entity_id *entity)
{
    struct store_txn *txn = store_memory_begin(node.store, false);
    set_aside_name(txn, entity, name);
    store_memory_abort(txn);
    return name;
}

/* The first entity of @kind that has a row. */
static struct entity_id first_of(enum kind wanted)
{
    const uint8_t from = (uint8_t)wanted;
    struct store_cursor cursor;
    struct bytes key, row;
    enum kind kind = KIND_NONE;
    struct entity_id id = {{0}};
    struct store_txn *txn = store_memory_begin(node.store, false);
    assert_int_equal(store_cursor_open(txn, TABLE_STATE, &cursor), 0);
    assert_int_equal(store_cursor_seek(&cursor, bytes_of(&from, 1), &key, &row), 0);
    assert_int_equal(key_state_parse(key, &kind, &id), 0);
    assert_int_equal(kind, wanted);
    store_cursor_close(&cursor);
    store_memory_abort(txn);
    return id;
}

static void assert_named(const struct entity_id *entity, const char *word)
{
    char wanted[SET_ASIDE_NAME_BYTES_MAX];
    (void)snprintf(wanted, sizeof wanted, "%s %016llx%08x", word,
                   (unsigned long long)get_be64(entity->bytes), get_be32(entity->bytes + 8));
    assert_string_equal(name_of(entity), wanted);
}

TEST(set_aside, an_order_goes_by_its_number_and_anything_else_by_what_it_is_and_its_id)
{
    static const struct entity_id nobody = {.bytes = {9, 9, 9}};
    memory_node_open(&node, "money");
    const struct entity_id order = first_of(KIND_ORDER), item = first_of(KIND_MENU);
    const struct entity_id popup = first_of(KIND_POPUP);
    assert_string_equal(name_of(&order), "order A1 of day 1");
    assert_named(&item, "item");
    assert_named(&popup, "pop-up");
    assert_named(&nobody, "record");
    memory_node_close(&node);
}

TEST(set_aside, where_the_store_cannot_be_read_it_goes_by_its_id_alone)
{
    memory_node_open(&node, "money");
    const struct entity_id order = first_of(KIND_ORDER);
    store_memory_fail(node.store, MEMORY_GET, 1, ERR_IO);
    assert_named(&order, "record");
    store_memory_fail(node.store, MEMORY_GET, 0, 0);
    assert_string_equal(name_of(&order), "order A1 of day 1");
    memory_node_close(&node);
}

TEST(set_aside, without_memory_an_order_goes_by_its_id)
{
    bool is_reached = true;
    memory_node_open(&node, "money");
    const struct entity_id order = first_of(KIND_ORDER);
    for (unsigned nth = 1; is_reached; nth++) {
        struct store_txn *txn = store_memory_begin(node.store, false);
        scarce_begin("calloc", nth, pthread_self());
        set_aside_name(txn, &order, name);
        is_reached = scarce_end();
        store_memory_abort(txn);
        assert_true(nth > 2 || is_reached); /* for the history, and for the order */
        assert_memory_equal(name, is_reached ? "order 0" : "order A", 7);
    }
    memory_node_close(&node);
}
