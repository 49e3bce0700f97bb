/* test_turn_fold.c - the folding of a turn at a disk that fails or spoilt a row, of what is set
 * aside, and of what is shown with a blob.
 */
#include "sync/domain/turn.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/blob.h"
#include "sync/domain/change_number.h"
#include "tests/lib/forked_order.h"
#include "tests/lib/sick.h"
#include "tests/lib/test.h"

enum { BODY_BYTES = 128 };

static struct turn turn;
static uint8_t row[HISTORY_ROW_BYTES_MAX];
static struct order order;
static struct stock stock;
static struct folder folder;
static const struct entity_id first = {{1}}, second = {{2}}, other = {{3}};

/* What the store has is a journal with an order. */
static void start(void)
{
    forked_begin_here();
    (void)forked_fold(); /* fills the roster */
    folder = (struct folder){.roster = &forked.roster,
                             .history = forked.history,
                             .order = &order,
                             .stock = &stock,
                             .row = row,
                             .row_capacity = sizeof row};
}

static void commit(void)
{
    assert_int_equal(store_memory_commit(forked.txn), 0);
}

static void begin(void)
{
    forked.txn = store_memory_begin(forked.store, true);
}

static void put(enum store_table table, struct bytes key, struct bytes value)
{
    assert_int_equal(store_put(forked.txn, table, key, value), 0);
}

static int fold_of(struct store_txn *txn, enum kind kind, const struct entity_id *entity)
{
    turn_reset(&turn);
    check(turn_mark(&turn, kind, entity));
    return turn_fold_all(&turn, txn, &folder);
}

static void put_state(enum kind kind, const struct entity_id *entity, struct bytes value)
{
    const struct key key = key_state(kind, entity);
    put(TABLE_STATE, key_bytes(&key), value);
}

static bool has_state(enum kind kind, const struct entity_id *entity)
{
    const struct key key = key_state(kind, entity);
    struct bytes value;
    return store_get(forked.txn, TABLE_STATE, key_bytes(&key), &value) == 0;
}

TEST(turn_fold, what_was_folded_before_the_disk_failed_is_done_and_the_rest_is_not)
{
    bool is_reached = true;
    start();
    commit();
    for (unsigned nth = 1; is_reached; nth++) {
        begin();
        turn_reset(&turn);
        assert_true(turn_mark(&turn, KIND_ORDER, &first));
        assert_true(turn_mark(&turn, KIND_ORDER, &second));
        store_memory_fail(forked.store, MEMORY_GET, nth, ERR_IO);
        const int err = turn_fold_all(&turn, forked.txn, &folder);
        is_reached = store_memory_mend(forked.store, MEMORY_GET);
        assert_int_equal(err, is_reached ? ERR_IO : 0);
        assert_false(turn_is_dirty(&turn, &first));
        store_memory_abort(forked.txn);
        begin();
        assert_int_equal(turn_fold_all(&turn, forked.txn, &folder), 0);
        assert_false(turn_is_dirty(&turn, &first) || turn_is_dirty(&turn, &second));
        store_memory_abort(forked.txn);
    }
    begin();
    forked_end();
}

/* A spoilt row leads to others that may be wrong: that is said, and this one is made anew. */
TEST(turn_fold, a_row_of_stock_that_is_none_is_made_anew_and_told)
{
    start();
    put_state(KIND_STOCK, &first, bytes_of_text("x"));
    assert_int_equal(fold_of(forked.txn, KIND_STOCK, &first), 0);
    assert_true(folder.is_row_spoilt);
    assert_false(has_state(KIND_STOCK, &first));
    forked_end();
}

TEST(turn_fold, an_entry_of_no_entity_ends_the_look_at_what_is_here)
{
    static const uint8_t last[] = {0xff};
    static const struct entity_id entity = {{0xfe, 0xff, 0xff}};
    start();
    put(TABLE_ENTITY, bytes_of(last, sizeof last), bytes_of(NULL, 0));
    assert_int_equal(fold_of(forked.txn, KIND_ORDER, &entity), ERR_IO);
    forked_end();
}

TEST(turn_fold, an_entity_whose_kinds_cannot_be_read_is_the_disks_fault)
{
    uint8_t key[ENTITY_ID_BYTES + 1] = {0};
    start();
    memcpy(key, first.bytes, ENTITY_ID_BYTES);
    put(TABLE_ENTITY, bytes_of(key, sizeof key), bytes_of(NULL, 0));
    assert_int_equal(fold_of(forked.txn, KIND_NONE, &first), ERR_IO);
    forked_end();
}

/* --- set aside --- */

static int fold_first_of_stock(struct store_txn *txn)
{
    return fold_of(txn, KIND_STOCK, &first);
}

static int fold_first_order(struct store_txn *txn)
{
    return fold_of(txn, KIND_ORDER, &first);
}

TEST(turn_fold, what_is_set_aside_keeps_its_row_and_says_so_once)
{
    static const enum kind kinds[] = {KIND_STOCK, KIND_ORDER};
    static const struct entity_id aside[] = {{{9}}, {{1}}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (int is_spoilt = 0; is_spoilt < 2; is_spoilt++) {
            start();
            folder.aside = aside;
            folder.aside_count = 2;
            if (is_spoilt != 0) {
                put_state(kinds[i], &first, bytes_of_text("x"));
            }
            assert_int_equal(fold_of(forked.txn, kinds[i], &first), 0);
            assert_int_equal(folder.change_number, 1);
            assert_true(has_state(kinds[i], &first));
            assert_int_equal(fold_of(forked.txn, kinds[i], &first), 0);
            assert_int_equal(folder.change_number, 1);
            assert_int_equal(fold_of(forked.txn, kinds[i], &second), 0);
            assert_false(has_state(kinds[i], &second));
            forked_end();
        }
    }
}

TEST(turn_fold, what_is_set_aside_at_a_disk_that_fails_is_told_each_time)
{
    start();
    folder.aside = &first;
    folder.aside_count = 1;
    commit();
    sick_work(forked.store, fold_first_of_stock);
    sick_work(forked.store, fold_first_order);
    begin();
    forked_end();
}

/* It ended the program twice; that another is folded now says nothing of it. */
TEST(turn_fold, only_what_ended_a_program_is_forgiven_when_it_is_folded)
{
    struct breadcrumb_row breadcrumb = {.last = {KIND_ORDER, 1}, .deaths = 2};
    start();
    folder.breadcrumb = &breadcrumb;
    assert_int_equal(fold_of(forked.txn, KIND_ORDER, &second), 0);
    assert_int_equal(breadcrumb.deaths, 2);
    assert_int_equal(fold_of(forked.txn, KIND_ORDER, &first), 0);
    assert_int_equal(breadcrumb.deaths, 0);
    assert_int_equal(fold_of(forked.txn, KIND_ORDER, &first), 0);
    assert_int_equal(breadcrumb.deaths, 0);
    forked_end();
}

/* --- while rows are gone through --- */

TEST(turn_fold, a_row_counts_up_to_where_all_were_looked_at)
{
    struct history *history = history_new();
    const struct entity_id entity = forked_entity(1);
    start();
    assert_non_null(history);
    folder.right_to = &other;
    const int beyond = folder_history_get(&folder, history, forked.txn, KIND_ORDER, &entity);
    assert_int_equal(beyond, 0); /* by its events: there is no row */
    folder.right_to = &entity;
    assert_int_equal(folder_history_get(&folder, history, forked.txn, KIND_ORDER, &entity),
                     ERR_NOT_FOUND);
    history_free(history);
    forked_end();
}

/* --- what is shown with a blob --- */

static const struct hash photo = {{7}};

static void say(enum event_type type, struct writer *writer)
{
    struct event event = forked_event((uint32_t)type);
    check(writer_finish(writer, &event.body) == 0);
    event.entity = blob_entity(&photo);
    (void)forked_say(FORKED_OWNER, &event);
}

/* That is about @about, and erased again. */
static void say_blob(const struct entity_id *about)
{
    const struct blob_add add = {.hash = photo,
                                 .size = 100,
                                 .media = bytes_of_text("text/plain"),
                                 .is_personal = true,
                                 .about_kind = KIND_REVIEW,
                                 .about = *about};
    const struct blob_erase erasure = {.hash = photo, .reason = bytes_of_text("asked for")};
    uint8_t data[BODY_BYTES];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    blob_add_encode(&add, &writer);
    say(EVENT_BLOB_ADD, &writer);
    writer_init(&writer, data, sizeof data);
    blob_erase_encode(&erasure, &writer);
    say(EVENT_BLOB_ERASE, &writer);
}

static int fold_blob(struct store_txn *txn)
{
    const struct entity_id id = blob_entity(&photo);
    return fold_of(txn, KIND_BLOB, &id);
}

TEST(turn_fold, what_an_erased_blob_was_about_is_shown_anew_if_it_was_shown)
{
    const struct key shown = key_state(KIND_REVIEW, &first);
    uint64_t number;
    for (int is_shown = 0; is_shown < 2; is_shown++) {
        start();
        say_blob(&first);
        if (is_shown != 0) {
            folder.change_number = 5;
            assert_int_equal(change_number_give(forked.txn, &shown, 5), 0);
        }
        assert_int_equal(fold_blob(forked.txn), 0);
        const int err = change_number_of(forked.txn, KIND_REVIEW, &first, &number);
        assert_int_equal(err, is_shown != 0 ? 0 : ERR_NOT_FOUND);
        assert_true(is_shown == 0 || number == 7);
        forked_end();
    }
}

TEST(turn_fold, a_blob_at_a_disk_that_fails_is_told_each_time)
{
    const struct key shown = key_state(KIND_REVIEW, &first);
    start();
    say_blob(&first);
    assert_int_equal(change_number_give(forked.txn, &shown, 1), 0);
    commit();
    sick_work(forked.store, fold_blob);
    begin();
    forked_end();
}
