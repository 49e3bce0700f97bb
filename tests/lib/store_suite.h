/* store_suite.h - what every store must do: the contract of sync/base/store.h as tests.
 *
 * A test program describes its store as a struct store_suite and says STORE_SUITE(group, suite);
 * each law then runs as a test of that group, on a store that was just made.
 */
#ifndef TRESTLE_TESTS_LIB_STORE_SUITE_H
#define TRESTLE_TESTS_LIB_STORE_SUITE_H

#include "sync/base/store.h"
#include "tests/lib/test.h"

enum { STORE_SUITE_READERS = 3 };

/* The store under test, kept in static memory by the program. */
struct store_suite {
    void (*open)(void);  /* a new, empty store */
    void (*close)(void); /* gone, with all that it kept */
    struct store_txn *(*begin)(void);
    int (*commit)(struct store_txn *txn);
    void (*abort)(struct store_txn *txn);
    struct store_txn *(*read)(unsigned reader); /* below STORE_SUITE_READERS */
    void (*read_end)(unsigned reader);
};

#define STORE_SUITE_LAWS(X, group, suite)                                                          \
    X(group, suite, what_was_put_is_found)                                                         \
    X(group, suite, put_replaces)                                                                  \
    X(group, suite, del_of_what_is_not_there_says_so)                                              \
    X(group, suite, del_takes_a_borrowed_key)                                                      \
    X(group, suite, values_may_be_empty_or_large)                                                  \
    X(group, suite, keys_may_be_one_byte_or_the_longest)                                           \
    X(group, suite, tables_are_apart)                                                              \
    X(group, suite, cursor_gives_keys_in_memcmp_order)                                             \
    X(group, suite, seek_finds_the_first_key_not_below)                                            \
    X(group, suite, before_finds_the_last_key_below)                                               \
    X(group, suite, next_goes_on_from_where_the_cursor_stands)                                     \
    X(group, suite, next_says_the_end_as_often_as_asked)                                           \
    X(group, suite, cursor_of_an_empty_table_finds_nothing)                                        \
    X(group, suite, cursor_goes_on_after_a_write_with_a_seek)                                      \
    X(group, suite, cursor_after_a_write_without_a_seek_is_our_mistake)                            \
    X(group, suite, append_out_of_order_is_a_plain_put)                                            \
    X(group, suite, writer_sees_its_own_writes)                                                    \
    X(group, suite, abort_forgets)                                                                 \
    X(group, suite, reader_sees_what_was_committed_when_it_began)                                  \
    X(group, suite, what_a_reader_borrowed_lives_until_its_end)                                    \
    X(group, suite, write_through_a_reader_is_our_mistake)                                         \
    X(group, suite, wrong_keys_are_our_mistake)                                                    \
    X(group, suite, behaves_like_a_sorted_list)

#define STORE_SUITE_DECLARE(group, suite, law) void store_suite_##law(const struct store_suite *s);
STORE_SUITE_LAWS(STORE_SUITE_DECLARE, , )
#undef STORE_SUITE_DECLARE

#define STORE_SUITE_TEST(group, suite, law)                                                        \
    TEST(group, law)                                                                               \
    {                                                                                              \
        (suite).open();                                                                            \
        store_suite_##law(&(suite));                                                               \
        (suite).close();                                                                           \
    }

#define STORE_SUITE(group, suite) STORE_SUITE_LAWS(STORE_SUITE_TEST, group, suite)

#endif
