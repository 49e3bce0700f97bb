/* test_books.c - the pop-up's side of a reconciliation, read from a store: all orders that have to
 * do with the provider, or an error, and never a part of them.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "gateway/reconcile/books.h"
#include "tests/process/lib/scarce.h"
#include "tests/settler/stories.h"

static struct books books;
static size_t looked_at;

static void on_look(void *context, size_t count)
{
    assert_null(context);
    looked_at = count;
}

static int read_all(void)
{
    books_close(&books);
    memset(&books, 0, sizeof books);
    looked_at = 0;
    return books_read(&scene->host.gate, &books, on_look, NULL);
}

/* One that is paid, one that was cancelled with money given back, one that nobody paid. */
static void begin(void)
{
    if (scene == NULL) {
        (void)scene_new();
    }
    scene_begin(NULL);
    (void)story_captured(2);
    const uint32_t order = story_captured(1);
    scene_do(COMMAND_CANCEL, order);
    story_wait();
    (void)scene_place(1);
    scene_run(1000);
}

static void end(void)
{
    books_close(&books);
    scene_end();
}

TEST(settler_books, have_the_orders_that_the_provider_knows_of_and_no_others)
{
    begin();
    assert_int_equal(read_all(), 0);
    assert_int_equal(looked_at, 3);
    assert_int_equal(books.looked_at, 3);
    assert_int_equal(books.orders_count, 2);
    assert_int_equal(books.items.count, 3); /* two payments, one refund */
    assert_string_equal(books.style.currency, "EUR");
    end();
}

/* What is missing in them would be a difference that is none. */
TEST(settler_books, are_none_when_there_is_no_memory_for_them)
{
    unsigned nth = 0;
    begin();
    for (bool is_reached = true; is_reached; nth++) {
        scarce_begin("calloc", nth + 1, pthread_self());
        const int err = read_all();
        is_reached = scarce_end();
        assert_int_equal(err, is_reached ? ERR_NO_MEMORY : 0);
    }
    assert_true(nth > 1);
    scarce_begin("malloc", 1, pthread_self()); /* of the history; the store in memory asks, too */
    assert_int_equal(read_all(), ERR_NO_MEMORY);
    assert_true(scarce_end());
    end();
}

TEST(settler_books, are_none_when_a_part_of_the_store_cannot_be_read)
{
    static const enum store_memory_call calls[] = {MEMORY_GET, MEMORY_OPEN};
    begin();
    assert_int_equal(read_all(), 0);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        const uint64_t before = store_memory_calls(scene->host.store, calls[i]);
        assert_int_equal(read_all(), 0);
        const uint64_t places = store_memory_calls(scene->host.store, calls[i]) - before;
        assert_true(places > 0);
        for (unsigned nth = 1; nth <= places; nth++) {
            store_memory_fail(scene->host.store, calls[i], nth, ERR_IO);
            assert_int_equal(read_all(), ERR_IO);
        }
    }
    scene->host.read_fault = 1;
    assert_int_equal(read_all(), ERR_BUSY);
    end();
}

/* It is being mended: the rows of others are right. */
TEST(settler_books, pass_over_a_row_that_the_disk_spoilt)
{
    begin();
    const struct entity_id popup = entity_id_derive(KIND_POPUP, 0);
    const struct key spoilt[] = {key_state(KIND_ORDER, &scene->orders[1]),
                                 key_state(KIND_POPUP, &popup)};
    for (size_t i = 0; i < 2; i++) {
        host_put(&scene->host, TABLE_STATE, key_bytes(&spoilt[i]), bytes_of_text("???"));
        assert_int_equal(read_all(), 0);
        assert_int_equal(books.looked_at, 3);
        assert_int_equal(books.orders_count, 1);
    }
    end();
}
