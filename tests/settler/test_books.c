/* test_books.c - the pop-up's side of a reconciliation, read from a store: all orders that have to
 * do with the provider, or an error, and never a part of them.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "gateway/reconcile/books.h"
#include "tests/process/lib/scarce.h"
#include "tests/settler/stories.h"

static struct books books;
static size_t looked_at, looks;

static void on_look(void *context, size_t count)
{
    assert_null(context);
    looked_at = count;
    looks++;
}

static int read_all(void)
{
    books_close(&books);
    memset(&books, 0, sizeof books);
    looked_at = looks = 0;
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

TEST(settler_books, of_a_stall_that_nobody_set_up_are_empty_and_in_the_usual_currency)
{
    if (scene == NULL) {
        (void)scene_new();
    }
    scene->host.is_blank = true;
    scene_begin(NULL);
    assert_int_equal(read_all(), 0);
    assert_int_equal(books.looked_at, 0);
    assert_int_equal(books.orders_count, 0);
    assert_string_equal(books.style.currency, "EUR");
    scene->host.is_blank = false;
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

static void put_row(enum kind kind, uint32_t number)
{
    struct entity_id id = {{0}};
    id.bytes[ENTITY_ID_BYTES - 2] = (uint8_t)(number >> 8);
    id.bytes[ENTITY_ID_BYTES - 1] = (uint8_t)number;
    const struct key key = key_state(kind, &id);
    host_put(&scene->host, TABLE_STATE, key_bytes(&key), bytes_of_text("???"));
}

/* Else the orders behind it would be missing, and what was paid for them a difference. */
TEST(settler_books, go_on_behind_a_key_that_nobody_writes)
{
    begin();
    struct key key = key_state(KIND_ORDER, &scene->orders[0]);
    for (key.size = 1; key.size < 6; key.size++) { /* before all of that id and above */
        host_put(&scene->host, TABLE_STATE, key_bytes(&key), bytes_of_text("???"));
    }
    assert_int_equal(read_all(), 0);
    assert_int_equal(books.looked_at, 3);
    assert_int_equal(books.orders_count, 2);
    end();
}

TEST(settler_books, are_read_a_part_at_a_time_and_end_where_the_orders_do)
{
    enum { MANY = 450 };
    begin();
    for (uint32_t i = 0; i < MANY; i++) {
        put_row(KIND_ORDER, i);
    }
    put_row(KIND_SHEET, 0);
    assert_int_equal(read_all(), 0);
    assert_int_equal(books.looked_at, MANY + 3);
    assert_int_equal(books.orders_count, 2);
    assert_int_equal(looks, 3);
    end();
}
