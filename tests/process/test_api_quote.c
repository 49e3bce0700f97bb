/* A customer's quote as it is read: of one that cannot be told whole, cannot be signed, or whose
 * time is over, nothing is told. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "node/os/clock.h"
#include "tests/process/lib/memory_node.h"

enum { SESSION_OF_THE_SCREEN = 1, ROW_BYTES = 1024, PRICE = 500 };

static struct memory_node node;
static struct quote quote;
static char path[API_PATH_BYTES_MAX];

/* A quote of the node's own screen for one soup and @tip_minor, which stands. */
static void quote_put(int64_t tip_minor)
{
    static uint8_t data[ROW_BYTES];
    const struct key key = quote_key(SESSION_OF_THE_SCREEN);
    struct writer writer;
    struct bytes row;
    quote.tip_minor = tip_minor;
    writer_init(&writer, data, sizeof data);
    quote_write_head(&quote, quote.entries_count, &writer);
    quote_write_entry(&quote.entries[0], &writer);
    assert_int_equal(writer_finish(&writer, &row), 0);
    struct store_txn *txn = store_memory_begin(node.store, true);
    assert_int_equal(store_put(txn, TABLE_LOCAL, key_bytes(&key), row), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

static void begin(void)
{
    memory_node_open(&node, "stall");
    quote = (struct quote){.id = quote_id(SESSION_OF_THE_SCREEN, bytes_of_text("any")),
                           .until_mono_ms = clock_mono_ms() + 3600 * 1000,
                           .mode = bytes_of_text("eat-in"),
                           .entries_count = 1};
    quote.entries[0] = (struct quote_entry){.state = QUOTE_OFFERED,
                                            .add = {.line = 1,
                                                    .item = 1,
                                                    .name = bytes_of_text("Soup"),
                                                    .quantity = 1,
                                                    .unit_price_minor = PRICE}};
    size_t size = (size_t)snprintf(path, sizeof path, "/api/quotes/");
    for (size_t i = 0; i < ENTITY_ID_BYTES; i++) {
        size += (size_t)snprintf(path + size, sizeof path - size, "%02x", quote.id.bytes[i]);
    }
}

/* Nothing of the quote is in an answer that refuses it. */
static void assert_refused(int status, const char *code)
{
    const int got = memory_node_ask(&node, path, "");
    text_append(&node.asked, "", 1);
    if (got != status || strstr(node.asked.data, code) == NULL) {
        fail_msg("%d %s", got, node.asked.data);
    }
    assert_null(strstr(node.asked.data, "Soup"));
    assert_null(strstr(node.asked.data, "signature"));
}

TEST(api_quote, one_that_nobody_can_sign_is_not_told)
{
    begin();
    quote_put(0);
    assert_refused(409, "\"code\":\"unavailable\"");
    memory_node_close(&node);
}

TEST(api_quote, one_that_comes_to_no_sum_is_not_told_though_its_row_reads_well)
{
    begin();
    quote_put(1000 * PRICE); /* nobody may give so much on top of it */
    assert_refused(503, "\"code\":\"spoilt\"");
    quote_put(0);
    quote.entries[0].add.unit_price_minor = MONEY_MAX;
    quote.entries[0].add.quantity = 2;
    quote_put(0);
    assert_refused(503, "\"code\":\"spoilt\"");
    memory_node_close(&node);
}

TEST(api_quote, one_whose_time_is_over_or_that_another_replaced_is_not_told)
{
    begin();
    assert_refused(410, "\"code\":\"expired\"");
    quote.until_mono_ms = clock_mono_ms();
    quote_put(0);
    assert_refused(410, "\"code\":\"expired\"");
    quote.until_mono_ms = clock_mono_ms() + 3600 * 1000;
    quote.id.bytes[0] ^= 1;
    quote_put(0);
    assert_refused(410, "\"code\":\"expired\"");
    memory_node_close(&node);
}

/* Its own row, and the pop-up's, whose currency it is in. */
TEST(api_quote, one_that_cannot_be_read_is_not_told)
{
    unsigned nth = 1;
    begin();
    quote_put(0);
    for (bool is_reached = true; is_reached; nth++) {
        store_memory_fail(node.store, MEMORY_GET, nth, ERR_IO);
        const int status = memory_node_ask(&node, path, "");
        is_reached = store_memory_mend(node.store, MEMORY_GET);
        assert_int_equal(status >= 500, is_reached);
    }
    assert_true(nth > 3); /* two reads, and one that was not reached */
    memory_node_close(&node);
}
