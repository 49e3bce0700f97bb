/* What the small HTTP parsers take and refuse: a query, and the head of a reply. */
#include "node/api/query.h"
#include "node/cli/http_head.h"
#include "tests/lib/test.h"

static const char *const names[] = {"day", "settled", NULL};

static bool is_known(const char *query)
{
    return query_is_known(query, names, sizeof names / sizeof names[0]);
}

TEST(query, no_part_or_numbers_under_the_route_s_names_are_taken)
{
    assert_true(is_known(""));
    assert_true(is_known("day=1"));
    assert_true(is_known("settled=1&day=999999999999999999"));
    assert_int_equal(query_number("settled=1&day=7", "day", 3), 7);
    assert_int_equal(query_number("settled=1", "day", 3), 3);
}

TEST(query, a_part_that_is_no_number_unknown_empty_or_said_twice_is_refused)
{
    static const char *const refused[] = {
        "day",     "day=",   "day=-1",      "day=1x",        "day=1000000000000000000",
        "today=1", "&day=1", "day=1&day=1", "day=1&other=1", "settled=1&&day=1"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_false(is_known(refused[i]));
    }
}

static int head_read(const char *text, struct http_head *ret_head)
{
    return http_head_read(bytes_of_text(text), ret_head);
}

TEST(reply, a_head_says_its_status_its_size_and_how_long_the_body_is)
{
    struct http_head head;
    assert_int_equal(head_read("HTTP/1.1 201 Created\r\nContent-Length:  2 \r\n\r\n{}", &head), 0);
    assert_int_equal(head.status, 201);
    assert_int_equal(head.size, 45);
    assert_true(head.has_length);
    assert_int_equal(head.length, 2);
    assert_int_equal(head_read("HTTP/1.0 503\r\n\r\n", &head), 0);
    assert_int_equal(head.status, 503);
    assert_false(head.has_length);
}

TEST(reply, a_head_that_has_not_ended_is_waited_for_but_not_without_end)
{
    static uint8_t endless[HTTP_HEAD_BYTES_MAX];
    struct http_head head;
    assert_int_equal(head_read("", &head), ERR_GAP);
    assert_int_equal(head_read("HTTP/1.1 200 OK\r\n", &head), ERR_GAP);
    assert_int_equal(http_head_read(bytes_of(endless, sizeof endless - 1), &head), ERR_GAP);
    assert_int_equal(http_head_read(bytes_of(endless, sizeof endless), &head), ERR_TOO_LARGE);
}

TEST(reply, a_head_that_is_not_http_or_whose_length_is_none_is_refused)
{
    static const char *const refused[] = {
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 20\r\n\r\n",
        "HTTP/1.1 2000\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 200\r\nContent-Length: -2\r\n\r\n",
        "HTTP/1.1 200\r\nContent-Length: 18446744073709551615\r\n\r\n",
        "HTTP/1.1 200\r\nContent-Length:\r\n\r\n",
        "HTTP/1.1 200\r\nContent-Length: 1\r\ncontent-length: 1\r\n\r\n",
    };
    struct http_head head;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_int_equal(head_read(refused[i], &head), ERR_MALFORMED);
    }
}
