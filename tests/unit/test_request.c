/* Answers that are kept: the same key gives the same answer, for two trading days. */
#include "sync/domain/request.h"

#include <string.h>

#include "tests/lib/sick.h"
#include "tests/lib/store_memory.h"
#include "tests/lib/test.h"

static struct store_memory *store;
static struct store_txn *txn;
static struct command command;

static const struct answer made = {.kind = KIND_ORDER,
                                   .entity = {{1, 2, 3}},
                                   .log = UINT64_MAX,
                                   .seq = SEQ_MAX,
                                   .events = 3,
                                   .number = UINT32_MAX,
                                   .day = 7,
                                   .total_minor = INT64_MIN,
                                   .change_minor = INT64_MAX};

static void start(void)
{
    store = store_memory_new();
    txn = store_memory_begin(store, true);
    memset(&command, 0, sizeof command);
    command.key = bytes_of_text("0123456789abcdef");
    command.principal.session = 5;
}

static void stop(void)
{
    store_memory_abort(txn);
    store_memory_free(store);
}

TEST(request, the_kept_answer_comes_back_whole)
{
    struct answer found;
    start();
    assert_int_equal(request_find(txn, &command, 7, &found), ERR_NOT_FOUND);
    assert_int_equal(request_keep(txn, &command, 7, &made), 0);
    assert_int_equal(request_find(txn, &command, 7, &found), 0);
    assert_int_equal(found.kind, made.kind);
    assert_true(entity_id_equal(&found.entity, &made.entity));
    assert_true(found.log == made.log && found.seq == made.seq && found.day == made.day);
    assert_true(found.events == made.events && found.number == made.number);
    assert_true(found.total_minor == made.total_minor && found.change_minor == made.change_minor);
    stop();
}

TEST(request, the_same_key_of_another_session_is_another_request)
{
    struct answer found;
    start();
    assert_int_equal(request_keep(txn, &command, 7, &made), 0);
    command.principal.session = 6;
    command.body_hash.bytes[0] = 1;
    assert_int_equal(request_find(txn, &command, 7, &found), ERR_NOT_FOUND);
    stop();
}

TEST(request, another_body_under_the_same_key_is_a_conflict_also_on_the_next_day)
{
    struct answer found;
    start();
    assert_int_equal(request_keep(txn, &command, 7, &made), 0);
    command.body_hash.bytes[31] = 1;
    assert_int_equal(request_find(txn, &command, 7, &found), ERR_CONFLICT);
    assert_int_equal(request_find(txn, &command, 8, &found), ERR_CONFLICT);
    stop();
}

TEST(request, an_answer_is_found_on_the_next_day_and_not_later)
{
    struct answer found;
    start();
    assert_int_equal(request_keep(txn, &command, 0, &made), 0); /* before any day was opened */
    assert_int_equal(request_find(txn, &command, 1, &found), 0);
    assert_int_equal(request_find(txn, &command, 2, &found), ERR_NOT_FOUND);
    stop();
}

TEST(request, only_what_is_older_than_the_day_before_is_forgotten_and_a_few_at_a_time)
{
    struct answer found;
    char key[17] = "0123456789abcde0";
    start();
    for (uint64_t day = 0; day < 10; day++) {
        key[15] = (char)('0' + day);
        command.key = bytes_of(key, 16);
        assert_int_equal(request_keep(txn, &command, day, &made), 0);
    }
    assert_int_equal(request_forget(txn, 1, 100), 0);
    assert_int_equal(request_find(txn, &command, 9, &found), 0);
    assert_int_equal(request_forget(txn, 9, 3), 0); /* days 0, 1, 2 */
    key[15] = '3';
    assert_int_equal(request_find(txn, &command, 3, &found), 0);
    key[15] = '2';
    assert_int_equal(request_find(txn, &command, 2, &found), ERR_NOT_FOUND);
    assert_int_equal(request_forget(txn, 9, 100), 0);
    key[15] = '7';
    assert_int_equal(request_find(txn, &command, 7, &found), ERR_NOT_FOUND);
    key[15] = '8';
    assert_int_equal(request_find(txn, &command, 9, &found), 0);
    assert_int_equal(request_forget(txn, UINT64_MAX, 100), 0);
    assert_int_equal(request_find(txn, &command, 9, &found), ERR_NOT_FOUND);
    stop();
}

TEST(request, a_damaged_record_is_the_disks_fault_not_an_answer)
{
    struct answer found;
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    uint8_t copy[64];
    start();
    assert_int_equal(request_keep(txn, &command, 7, &made), 0);
    assert_int_equal(store_cursor_open(txn, TABLE_REQUEST, &cursor), 0);
    assert_int_equal(store_cursor_next(&cursor, &key, &value), 0);
    memcpy(copy, key.data, key.size);
    size_t size = key.size;
    store_cursor_close(&cursor);
    assert_int_equal(store_put(txn, TABLE_REQUEST, bytes_of(copy, size), bytes_of_text("x")), 0);
    assert_int_equal(request_find(txn, &command, 7, &found), ERR_IO);
    stop();
}

TEST(request, what_stands_among_the_answers_and_is_none_is_not_forgotten_but_told)
{
    start();
    assert_int_equal(store_put(txn, TABLE_REQUEST, bytes_of("\0\0", 2), bytes_of_text("x")), 0);
    assert_int_equal(request_forget(txn, 9, 1), ERR_IO);
    stop();
}

/* --- at a disk that fails --- */

static int find_on_the_next_day(struct store_txn *failing)
{
    struct answer found;
    return request_find(failing, &command, 8, &found);
}

static int keep_another(struct store_txn *failing)
{
    return request_keep(failing, &command, 9, &made);
}

static int forget_all(struct store_txn *failing)
{
    return request_forget(failing, 9, 100);
}

TEST(request, a_disk_that_fails_is_told_each_time)
{
    start();
    assert_int_equal(request_keep(txn, &command, 7, &made), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    sick_work(store, find_on_the_next_day);
    sick_work(store, keep_another);
    sick_work(store, forget_all);
    store_memory_free(store);
}
