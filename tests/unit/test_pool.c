/* test_pool.c - memory of the store in memory: guarded as malloc's is where a sanitizer watches. */
#include "tests/lib/pool.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "tests/lib/asan.h"
#include "tests/lib/test.h"

#if HAS_ASAN
#include <sanitizer/asan_interface.h>
#endif

enum { SIZE = 40, LARGE = 5000 };

/* Elsewhere it is malloc's, and nobody watches. */
static bool is_guarded(const uint8_t *at)
{
#if HAS_ASAN
    return __asan_address_is_poisoned(at) != 0;
#else
    (void)at;
    return true;
#endif
}

static void fill(uint8_t *block, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        assert_true(!HAS_ASAN || !is_guarded(block + i));
    }
    memset(block, 1, size);
}

TEST(pool, a_block_is_guarded_on_both_sides_and_when_it_was_given_back)
{
    static const size_t sizes[] = {1, 31, 32, SIZE, 1024, LARGE};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint8_t *block = pool_take(sizes[i]);
        fill(block, sizes[i]);
        assert_true(is_guarded(block - 1));
        assert_true(is_guarded(block + sizes[i]));
        pool_give_back(block, sizes[i]);
        assert_true(is_guarded(block));
        assert_true(is_guarded(block + sizes[i] - 1));
    }
}

TEST(pool, two_blocks_do_not_overlap)
{
    uint8_t *blocks[3] = {pool_take(SIZE), pool_take(SIZE), pool_take(SIZE)};
    for (uint8_t i = 0; i < 3; i++) {
        memset(blocks[i], i, SIZE);
    }
    for (uint8_t i = 0; i < 3; i++) {
        assert_int_equal(blocks[i][0], i);
        assert_int_equal(blocks[i][SIZE - 1], i);
        pool_give_back(blocks[i], SIZE);
    }
}

TEST(pool, what_was_given_back_comes_round_after_many_others)
{
    uint8_t *first = pool_take(SIZE);
    pool_give_back(first, SIZE);
    for (unsigned i = 0; i < POOL_KEPT; i++) {
        uint8_t *other = pool_take(SIZE);
        assert_true(!HAS_ASAN || other != first);
        pool_give_back(other, SIZE);
    }
    assert_true(is_guarded(first));
}

TEST(pool, what_is_taken_is_counted)
{
    const size_t before = pool_taken();
    void *small = pool_take(SIZE);
    void *large = pool_take(LARGE);
    assert_int_equal(pool_taken(), before + 2);
    pool_give_back(small, SIZE);
    pool_give_back(large, LARGE);
    assert_int_equal(pool_taken(), before);
}
