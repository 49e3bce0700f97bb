#include "sync/base/err.h"

#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/check_trap.h"
#include "tests/lib/test.h"

static const struct {
    int err;
    const char *code;
} all[] = {
#define X(name, value, code, text) {(name), (code)},
    ERR_LIST(X)
#undef X
};

enum { COUNT = sizeof all / sizeof all[0] };

TEST(err, every_error_has_its_code)
{
    for (size_t i = 0; i < COUNT; i++) {
        assert_string_equal(err_code(all[i].err), all[i].code);
    }
    assert_string_equal(err_code(ERR_NOT_FOUND), "not_found");
}

TEST(err, codes_and_values_are_unique)
{
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t j = i + 1; j < COUNT; j++) {
            assert_int_not_equal(all[i].err, all[j].err);
            assert_string_not_equal(all[i].code, all[j].code);
        }
    }
}

TEST(err, values_run_down_from_minus_one)
{
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(all[i].err, -1 - i);
    }
}

TEST(err, texts_say_what_to_do)
{
    for (size_t i = 0; i < COUNT; i++) {
        const char *text = err_text(all[i].err);
        assert_true(strlen(text) >= 20);
        assert_int_equal(text[strlen(text) - 1], '.');
    }
}

TEST(err, success_and_strangers_have_words_too)
{
    assert_string_equal(err_code(0), "ok");
    assert_string_equal(err_code(1), "unknown");
    assert_string_equal(err_code(-COUNT - 1), "unknown");
    assert_string_equal(err_code(INT32_MIN), "unknown");
    assert_non_null(err_text(INT32_MAX));
}

TEST(check, passes_what_is_true)
{
    int evaluated = 0;
    check(++evaluated == 1);
    assert_int_equal(evaluated, 1);
}

static int check_that(int value)
{
    check(value == 2);
    return 0;
}

TEST(check, stops_what_is_false)
{
    expect_failed_check(check_that(1));
    assert_int_equal(check_that(2), 0);
}
