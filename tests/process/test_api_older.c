/* A list of orders has an end; behind any of its orders it goes on. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "tests/process/lib/memory_node.h"

enum { ORDERS_MOST = 64, ID_TEXT = 2 * ENTITY_ID_BYTES };

static struct memory_node node;

struct listed {
    size_t count;
    char ids[ORDERS_MOST][ID_TEXT + 1];
};

/* The orders of an answer, in its order. */
static struct listed list_of(const char *path, const char *query)
{
    static const char mark[] = "{\"id\":\"", number[] = "\",\"number\"";
    struct listed listed = {0};
    assert_int_equal(memory_node_ask(&node, path, query), 200);
    text_append(&node.asked, "", 1);
    for (const char *at = node.asked.data; (at = strstr(at, mark)) != NULL;) {
        at += sizeof mark - 1;
        if (strncmp(at + ID_TEXT, number, sizeof number - 1) == 0) {
            assert_true(listed.count < ORDERS_MOST);
            (void)snprintf(listed.ids[listed.count++], ID_TEXT + 1, "%.*s", ID_TEXT, at);
        }
    }
    return listed;
}

static void it_goes_on_behind_each(const char *query)
{
    const struct listed all = list_of("/api/orders", query);
    assert_true(all.count > 1);
    for (size_t i = 0; i < all.count; i++) {
        char path[API_PATH_BYTES_MAX];
        (void)snprintf(path, sizeof path, "/api/orders/%s/older", all.ids[i]);
        const struct listed rest = list_of(path, query);
        assert_int_equal(rest.count, all.count - i - 1);
        assert_memory_equal(rest.ids, all.ids[i + 1], rest.count * sizeof rest.ids[0]);
    }
}

TEST(api_older, a_days_list_goes_on_behind_each_of_its_orders)
{
    memory_node_open(&node, "stall");
    it_goes_on_behind_each("day=1");
    it_goes_on_behind_each("day=1&settled=1");
    memory_node_close(&node);
}

TEST(api_older, behind_an_order_of_another_time_is_what_is_older_than_it_was)
{
    memory_node_open(&node, "stall");
    const struct listed all = list_of("/api/orders", "day=1&settled=1");
    assert_int_equal(list_of("/api/orders/ffffffffffffffffffffffff/older", "day=1&settled=1").count,
                     all.count);
    assert_int_equal(list_of("/api/orders/000000000000000000000001/older", "day=1&settled=1").count,
                     0);
    assert_int_equal(list_of("/api/orders/ffffffffffffffffffffffff/older", "day=9").count, 0);
    memory_node_close(&node);
}
