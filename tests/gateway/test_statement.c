/* test_statement.c - the provider's lists are read to their end; what stops that is said. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "gateway/reconcile/statement.h"
#include "node/os/entropy.h"
#include "tests/process/lib/canned.h"

#define LIST(data, more) "{\"object\":\"list\",\"data\":[" data "],\"has_more\":" more "}"
#define INTENT(id)                                                                                 \
    "{\"object\":\"payment_intent\",\"id\":\"" id "\",\"status\":\"canceled\",\"amount\":1100,"    \
    "\"amount_capturable\":0,\"amount_received\":0,\"currency\":\"eur\"}"
#define REFUND                                                                                     \
    "{\"object\":\"refund\",\"id\":\"re_1\",\"payment_intent\":\"pi_1\",\"amount\":400,"           \
    "\"status\":\"pending\"}"
#define DISPUTE                                                                                    \
    "{\"object\":\"dispute\",\"id\":\"dp_1\",\"payment_intent\":\"pi_1\",\"amount\":1100,"         \
    "\"status\":\"under_review\"}"
#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

enum { PAGES_MAX = 20 /* whatever a provider says */ };

static struct statement statement;
static size_t pages;

static void on_page(void *context, const char *what, size_t count)
{
    assert_null(context);
    assert_non_null(what);
    assert_int_equal(count, statement.items.count);
    assert_true(pages < PAGES_MAX);
    pages++;
}

static struct stripe_reader *reader_at(const char *url)
{
    const struct stripe_reader_config config = {
        .base_url = url, .secret_key = "sk_test_1", .tries = 1};
    struct stripe_reader *reader = NULL;
    assert_int_equal(entropy_start(), 0);
    assert_int_equal(stripe_reader_open(&config, &reader), 0);
    memset(&statement, 0, sizeof statement);
    pages = 0;
    return reader;
}

static int err_of(const struct canned_answer *answers, size_t count)
{
    char url[CANNED_URL_BYTES_MAX];
    canned_start(answers, count, url);
    struct stripe_reader *reader = reader_at(url);
    const int err = statement_read(reader, 1, &statement, on_page, NULL);
    stripe_reader_close(reader);
    canned_stop();
    return err;
}

TEST(statement, all_pages_of_all_lists_are_read)
{
    static const struct canned_answer rows[] = {
        {"/v1/payment_intents", "starting_after=pi_1", 200, LIST(INTENT("pi_2"), "false"), false},
        {"/v1/payment_intents", NULL, 200,
         LIST("{\"object\":\"mystery\",\"id\":\"m_1\"}," INTENT("pi_1"), "true"), false},
        {"/v1/refunds", NULL, 200, LIST(REFUND, "false"), false},
        {"/v1/disputes", "starting_after=dp_1", 200, LIST("", "true"), false},
        {"/v1/disputes", NULL, 200, LIST(DISPUTE, "true"), false}};
    assert_int_equal(err_of(rows, COUNT(rows)), 0);
    assert_int_equal(statement.items.count, 4);
    assert_string_equal(statement.items.items[0].id, "pi_1");
    assert_string_equal(statement.items.items[1].id, "pi_2");
    assert_int_equal(statement.items.items[2].kind, STRIPE_REFUND);
    assert_int_equal(statement.items.items[3].kind, STRIPE_DISPUTE);
    assert_true(statement.since_s > 0);
    assert_int_equal(pages, 5);
    statement_close(&statement);
}

/* Half a statement is none: what it lacks would count as missing. */
TEST(statement, what_stops_it_is_said_with_what_to_do)
{
    static const struct {
        unsigned status;
        const char *body, *says;
        int err;
    } rows[] = {{401, "{}", "does not let our secret key read refunds (401)", ERR_FORBIDDEN},
                {403, "{}", "does not let our secret key read refunds (403)", ERR_FORBIDDEN},
                {500, "{}", "cannot list refunds now (500)", ERR_UNAVAILABLE},
                {200, "<html>", "cannot list refunds now (200)", ERR_UNAVAILABLE},
                {200, "{\"object\":\"refund\"}", "cannot list refunds now", ERR_UNAVAILABLE}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct canned_answer answers[] = {
            {"/v1/payment_intents", NULL, 200, LIST("", "false"), false},
            {"/v1/refunds", NULL, rows[i].status, rows[i].body, false}};
        assert_int_equal(err_of(answers, COUNT(answers)), rows[i].err);
        assert_non_null(strstr(statement.problem, rows[i].says));
        statement_close(&statement);
    }
}

TEST(statement, a_provider_that_tells_no_time_is_not_asked_for_days)
{
    static const struct canned_answer timeless[] = {{"/v1/", NULL, 200, LIST("", "false"), true}};
    static const struct canned_answer portal[] = {{"/v1/", NULL, 200, "{}", false}};
    assert_int_equal(err_of(timeless, 1), ERR_UNAVAILABLE);
    assert_int_equal(err_of(portal, 1), ERR_UNAVAILABLE);
    assert_int_equal(pages, 0);
}

TEST(statement, a_page_that_names_nothing_to_go_on_after_is_the_last)
{
    static const struct canned_answer rows[] = {
        {"/v1/payment_intents", "limit=1 ", 200, LIST("", "false"), false},
        {"/v1/payment_intents", "starting_after", 500, "{}", false},
        {"/v1/payment_intents", NULL, 200, LIST("{\"object\":\"mystery\",\"id\":7}", "true"),
         false},
        {"/v1/", NULL, 200, LIST("", "false"), false}};
    assert_int_equal(err_of(rows, COUNT(rows)), 0);
    assert_int_equal(statement.items.count, 0);
    assert_int_equal(pages, 3);
    statement_close(&statement);
}

/* A statement that is cut would match where the rest does not. */
TEST(statement, what_has_no_room_is_an_error_and_no_shorter_statement)
{
    static const struct canned_answer rows[] = {
        {"/v1/payment_intents/", NULL, 200, INTENT("pi_1"), false},
        {"/v1/payment_intents", "limit=1 ", 200, LIST("", "false"), false},
        {"/v1/", NULL, 200, LIST(INTENT("pi_1") "," INTENT("pi_2"), "true"), false}};
    char url[CANNED_URL_BYTES_MAX];
    canned_start(rows, COUNT(rows), url);
    struct stripe_reader *reader = reader_at(url);
    statement.items.count = statement.items.capacity = MONEY_ITEMS_MAX;
    assert_int_equal(statement_read(reader, 1, &statement, on_page, NULL), ERR_TOO_MANY);
    assert_int_equal(statement_look(reader, "pi_1", &statement), ERR_TOO_MANY);
    assert_int_equal(statement.items.count, MONEY_ITEMS_MAX);
    statement_close(&statement);
    stripe_reader_close(reader);
    canned_stop();
}

static void cancel_at_page(void *context, const char *what, size_t count)
{
    (void)what;
    (void)count;
    stripe_reader_cancel(context);
    pages++;
}

TEST(statement, one_that_is_cancelled_in_the_middle_reads_no_further_page)
{
    static const struct canned_answer rows[] = {
        {"/v1/", NULL, 200, LIST(INTENT("pi_1"), "true"), false}};
    char url[CANNED_URL_BYTES_MAX];
    canned_start(rows, COUNT(rows), url);
    struct stripe_reader *reader = reader_at(url);
    assert_int_equal(statement_read(reader, 1, &statement, cancel_at_page, reader), ERR_EXPIRED);
    assert_int_equal(pages, 1);
    statement_close(&statement);
    stripe_reader_close(reader);
    canned_stop();
}

TEST(statement, without_a_line_it_says_so)
{
    struct stripe_reader *reader = reader_at("http://127.0.0.1:9");
    assert_int_equal(statement_read(reader, 1, &statement, on_page, NULL), ERR_UNAVAILABLE);
    assert_non_null(strstr(statement.problem, "look at the uplink"));
    stripe_reader_close(reader);
}

TEST(statement, one_that_was_cancelled_reads_nothing_more)
{
    struct stripe_reader *reader = reader_at("http://127.0.0.1:9");
    stripe_reader_cancel(reader);
    assert_int_equal(statement_read(reader, 1, &statement, on_page, NULL), ERR_EXPIRED);
    assert_int_equal(statement_look(reader, "pi_1", &statement), ERR_EXPIRED);
    assert_int_equal(statement.items.count, 0);
    stripe_reader_close(reader);
}

/* Of a payment that the provider does not have nothing is listed: that is a difference, no error.
 */
TEST(statement, a_payment_that_is_asked_for_is_there_or_not_or_nobody_knows)
{
    static const struct canned_answer rows[] = {
        {"/v1/payment_intents/pi_1", NULL, 200, INTENT("pi_1"), false},
        {"/v1/payment_intents/pi_3", NULL, 500, "{}", false},
        {"/v1/payment_intents/pi_4", NULL, 200, "{\"object\":\"charge\"}", false}};
    char url[CANNED_URL_BYTES_MAX];
    canned_start(rows, COUNT(rows), url);
    struct stripe_reader *reader = reader_at(url);
    assert_int_equal(statement_look(reader, "pi_1", &statement), 0);
    assert_int_equal(statement_look(reader, "pi_2", &statement), 0);
    assert_int_equal(statement.items.count, 1);
    assert_int_equal(statement_look(reader, "pi_3", &statement), ERR_UNAVAILABLE);
    assert_int_equal(statement_look(reader, "pi_4", &statement), ERR_UNAVAILABLE);
    assert_int_equal(statement.items.count, 1);
    statement_close(&statement);
    stripe_reader_close(reader);
    canned_stop();
}
