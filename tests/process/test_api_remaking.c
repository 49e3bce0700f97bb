/* test_api_remaking.c - while rows are made right, whoever is told figures is told that they may be
 * as before, until it is over. */
#include <string.h>

#include "node/os/clock.h"
#include "sync/replica/remaking.h"
#include "tests/lib/store_memory.h"
#include "tests/lib/test.h"
#include "tests/process/lib/customer.h"
#include "tests/process/lib/memory_node.h"

enum { DEADLINE_MS = 120000 };

static struct memory_node node;

/* As the replica writes it meanwhile. */
static void set_remaking(bool is)
{
    struct store_txn *txn = store_memory_begin(node.store, true);
    assert_int_equal(is ? store_put(txn, TABLE_LOCAL, remaking_key(), bytes_of_text("\x01"))
                        : store_del(txn, TABLE_LOCAL, remaking_key()),
                     0);
    assert_int_equal(store_memory_commit(txn), 0);
}

static bool says(const char *path, const char *what)
{
    assert_int_equal(memory_node_ask(&node, path, ""), 200);
    text_append(&node.asked, "", 1);
    return strstr(node.asked.data, what) != NULL;
}

TEST(api_remaking, status_and_report_say_so_as_long_as_it_is_so)
{
    memory_node_open(&node, "money");
    assert_true(says("/api/status", "\"remaking\":false"));
    assert_false(says("/api/reports/day", "\"remaking\""));
    set_remaking(true);
    assert_true(says("/api/status", "\"remaking\":true"));
    assert_true(says("/api/reports/day", "\"remaking\":true"));
    assert_json(&schema_report, node.asked.data);
    assert_true(says("/api/status", "\"remaking\":true"));
    assert_json(&schema_status, node.asked.data);
    set_remaking(false);
    assert_true(says("/api/status", "\"remaking\":false"));
    assert_false(says("/api/reports/day", "\"remaking\""));
    memory_node_close(&node);
}

/* The next totals of an office that looks on, into @told. */
static void next_totals(struct stream *stream, struct text *told)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    do {
        struct store_txn *txn = NULL;
        assert_true(clock_mono_ms() < deadline_ms);
        text_clear(told);
        assert_int_equal(node.gate.read_begin(&node, &txn), 0);
        assert_int_equal(stream_next(node.streams, stream, txn, MEMORY_NODE_NOW_MS, told), 0);
        node.gate.read_end(&node, txn);
        text_append(told, "", 1);
    } while (strstr(told->data, "\"type\":\"totals\"") == NULL);
}

TEST(api_remaking, an_office_is_told_and_told_again_when_it_is_over_though_no_row_changed)
{
    struct stream office;
    struct text told = {0};
    memory_node_open(&node, "money");
    set_remaking(true);
    memory_node_watch(&node, "office", "", &office);
    next_totals(&office, &told);
    assert_non_null(strstr(told.data, "\"remaking\":true"));
    set_remaking(false);
    next_totals(&office, &told);
    assert_null(strstr(told.data, "\"remaking\""));
    text_close(&told);
    memory_node_close(&node);
}
