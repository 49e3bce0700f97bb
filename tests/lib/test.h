/* test.h - tests that register themselves, over cmocka.
 *
 * A file of tests is a program of its own (tests/unit/test_order.c is unit.order). Each
 *
 *     TEST(order, merge_is_idempotent) { ... }
 *
 * registers itself before main() runs and is shown as the sentence "order: merge is idempotent".
 * cmocka's assertions (assert_int_equal, assert_memory_equal, ...) are at hand.
 *
 * Usage of each program: unit.order [--list] [part-of-a-name]. Only tests whose sentence or
 * identifier contains the argument run; no match is a failure. Exit status: 0 when all that ran
 * passed, 1 otherwise, 2 on wrong usage.
 */
#ifndef TRESTLE_TESTS_LIB_TEST_H
#define TRESTLE_TESTS_LIB_TEST_H

/* cmocka.h wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { TEST_SENTENCE_MAX = 200 };

/* One registered test; lives in static memory of the file that defines it. */
struct test {
    const char *group;                /* "order" */
    const char *name;                 /* "merge_is_idempotent" */
    CMUnitTestFunction body;          /* called with cmocka's state, which tests here do not use */
    struct test *next;                /* in order of registration */
    char sentence[TEST_SENTENCE_MAX]; /* made at registration: "order: merge is idempotent" */
};

/* Adds @test to the list that main() runs. It must outlive the program's main(). */
void test_register(struct test *test);

#define TEST(group_, name_)                                                                        \
    static void test_body_##group_##_##name_(void);                                                \
    static void test_run_##group_##_##name_(void **state)                                          \
    {                                                                                              \
        (void)state;                                                                               \
        test_body_##group_##_##name_();                                                            \
    }                                                                                              \
    __attribute__((constructor)) static void test_add_##group_##_##name_(void)                     \
    {                                                                                              \
        static struct test self = {#group_, #name_, test_run_##group_##_##name_, NULL, ""};        \
        test_register(&self);                                                                      \
    }                                                                                              \
    static void test_body_##group_##_##name_(void)

#endif
