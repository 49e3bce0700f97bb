/* The words of an errand: what one device may say to another for a phone, cut and spoilt. */
#include "node/mesh/errand.h"

#include <string.h>

#include "sync/base/writer.h"
#include "tests/lib/test.h"

static uint8_t buffer[ERRAND_FRAME_BYTES_MAX];
static char long_text[ERRAND_ANSWER_BYTES_MAX + 1];

static struct errand errand_good(void)
{
    return (struct errand){.number = 7,
                           .method = bytes_of_text("POST"),
                           .path = bytes_of_text("/api/cart/lines"),
                           .key = bytes_of_text("0123456789abcdef0123456789abcdef"),
                           .token = bytes_of_text("a.b.c"),
                           .body = bytes_of_text("{}")};
}

static struct errand_answer answer_good(void)
{
    return (struct errand_answer){
        .number = 7, .status = 429, .retry_ms = 1500, .body = bytes_of_text("{\"a\":1}")};
}

static struct bytes frame_of_errand(void)
{
    const struct errand errand = errand_good();
    struct bytes frame;
    assert_int_equal(errand_encode(&errand, buffer, &frame), 0);
    return frame;
}

static struct bytes frame_of_answer(void)
{
    const struct errand_answer answer = answer_good();
    struct bytes frame;
    assert_int_equal(errand_answer_encode(&answer, buffer, &frame), 0);
    return frame;
}

static void assert_text(struct bytes bytes, const char *text)
{
    assert_true(bytes_equal(bytes, bytes_of_text(text)));
}

TEST(errand, it_says_what_was_asked_and_half_of_it_nothing)
{
    struct errand errand;
    struct errand_answer answer;
    const struct bytes frame = frame_of_errand();
    assert_true(errand_is(frame));
    assert_int_equal(errand_answer_decode(frame, &answer), ERR_NOT_FOUND);
    assert_int_equal(errand_decode(frame, &errand), 0);
    assert_int_equal(errand.number, 7);
    assert_text(errand.method, "POST");
    assert_text(errand.path, "/api/cart/lines");
    assert_text(errand.key, "0123456789abcdef0123456789abcdef");
    assert_text(errand.token, "a.b.c");
    assert_text(errand.body, "{}");
    for (size_t size = 0; size < frame.size; size++) {
        assert_int_not_equal(errand_decode(bytes_of(frame.data, size), &errand), 0);
    }
}

TEST(errand, its_answer_says_what_was_answered_and_half_of_it_nothing)
{
    struct errand errand;
    struct errand_answer answer;
    const struct bytes frame = frame_of_answer();
    assert_true(errand_is(frame));
    assert_int_equal(errand_decode(frame, &errand), ERR_NOT_FOUND);
    assert_int_equal(errand_answer_decode(frame, &answer), 0);
    assert_int_equal(answer.number, 7);
    assert_int_equal(answer.status, 429);
    assert_int_equal(answer.retry_ms, 1500);
    assert_text(answer.body, "{\"a\":1}");
    for (size_t size = 0; size < frame.size; size++) {
        assert_int_not_equal(errand_answer_decode(bytes_of(frame.data, size), &answer), 0);
    }
}

TEST(errand, a_part_that_is_too_large_is_not_written)
{
    struct bytes frame;
    memset(long_text, 'x', sizeof long_text);
    struct errand errand = errand_good();
    errand.body = bytes_of(long_text, ERRAND_BODY_BYTES_MAX);
    assert_int_equal(errand_encode(&errand, buffer, &frame), 0);
    errand.body.size++;
    assert_int_equal(errand_encode(&errand, buffer, &frame), ERR_TOO_LARGE);
    errand = errand_good();
    errand.token = bytes_of(long_text, ERRAND_TOKEN_BYTES_MAX + 1);
    assert_int_equal(errand_encode(&errand, buffer, &frame), ERR_TOO_LARGE);
    struct errand_answer answer = answer_good();
    answer.body = bytes_of(long_text, ERRAND_ANSWER_BYTES_MAX);
    assert_int_equal(errand_answer_encode(&answer, buffer, &frame), 0);
    answer.body.size++;
    assert_int_equal(errand_answer_encode(&answer, buffer, &frame), ERR_TOO_LARGE);
}

/* What another version may write: @kind, @number, a status or a method, and @more fields that
 * nobody knows here. */
static struct bytes frame_odd(uint64_t kind, uint64_t number, uint64_t status, uint32_t more)
{
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, buffer, sizeof buffer);
    write_array(&writer, 5 + more);
    write_uint(&writer, kind);
    write_uint(&writer, number);
    write_uint(&writer, status);
    write_uint(&writer, 0);
    write_bin(&writer, "", 0);
    for (uint32_t i = 0; i < more; i++) {
        write_uint(&writer, i);
    }
    assert_int_equal(writer_finish(&writer, &frame), 0);
    return frame;
}

TEST(errand, fields_of_a_newer_version_are_passed_over_and_nonsense_is_refused)
{
    struct errand_answer answer;
    assert_int_equal(errand_answer_decode(frame_odd(17, 1, 200, 0), &answer), 0);
    assert_int_equal(errand_answer_decode(frame_odd(17, 1, 200, 3), &answer), 0);
    assert_int_not_equal(errand_answer_decode(frame_odd(17, 0, 200, 0), &answer), 0);
    assert_int_not_equal(errand_answer_decode(frame_odd(17, 1, 199, 0), &answer), 0);
    assert_int_not_equal(errand_answer_decode(frame_odd(17, 1, 600, 0), &answer), 0);
    assert_false(errand_is(frame_odd(3, 1, 200, 0)));
    assert_false(errand_is(bytes_of("", 0)));
    assert_false(errand_is(bytes_of_text("\x91")));
}
