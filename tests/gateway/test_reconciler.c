/* test_reconciler.c - a reconciliation under way says how far it is, and can be broken off. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "gateway/reconcile/reconciler.h"
#include "node/api/json.h"
#include "node/os/clock.h"
#include "node/os/entropy.h"
#include "tests/process/lib/scarce.h"

enum { SOON_MS = 20 * 1000 /* far below what an answer may take */ };

static struct credentials keys;
static struct terms terms;
static const struct gate gate; /* it never comes to reading the store */

static const struct reconciler_config config = {
    .gate = &gate, .credentials = &keys, .terms = &terms};

static struct reconciler *reconciler_at(const char *url)
{
    struct reconciler *reconciler = NULL;
    assert_int_equal(entropy_start(), 0);
    (void)snprintf(terms.stripe_url, sizeof terms.stripe_url, "%s", url);
    (void)snprintf(keys.secret_key, sizeof keys.secret_key, "sk_test_1");
    assert_int_equal(reconciler_new(&config, &reconciler), 0);
    return reconciler;
}

/* What it says fits its schema. */
static const char *said(struct reconciler *reconciler)
{
    static char copy[1024];
    char where[JSON_WHERE_BYTES_MAX];
    struct json_value *value = NULL;
    struct text text = {.data = NULL};
    struct reconcile_standing standing;
    reconciler_print(reconciler, SIZE_MAX, &text, &standing);
    assert_int_equal(
        json_parse_as(&schema_reconciliation, bytes_of(text.data, text.size), &value, where), 0);
    (void)snprintf(copy, sizeof copy, "%.*s", (int)text.size, text.data);
    assert_true(standing.is_under_way == (strstr(copy, "\"reading\"") != NULL));
    assert_true(standing.is_good == (strstr(copy, "\"failed\"") == NULL));
    assert_true((standing.wish.days == 0) == (strstr(copy, "\"days\"") == NULL));
    json_free(value);
    text_close(&text);
    return copy;
}

static const char *until_ended(struct reconciler *reconciler)
{
    const uint64_t until_ms = clock_mono_ms() + SOON_MS;
    const char *text = said(reconciler);
    while (strstr(text, "reading") != NULL && clock_mono_ms() < until_ms) {
        text = said(reconciler);
    }
    return text;
}

TEST(reconciler, before_the_first_one_there_is_none)
{
    struct reconciler *reconciler = reconciler_at("http://127.0.0.1:9");
    assert_string_equal(said(reconciler), "{\"state\":\"none\"}");
    reconciler_free(reconciler);
    reconciler_free(NULL);
}

TEST(reconciler, one_that_cannot_begin_says_that_it_failed_and_can_be_begun_again)
{
    const struct reconcile_wish wish = {.days = 1};
    struct reconciler *reconciler = reconciler_at("nowhere");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(reconciler_begin(reconciler, &wish), 0);
        const char *text = until_ended(reconciler);
        assert_non_null(strstr(text, "\"state\":\"failed\""));
        assert_null(strstr(text, "\"problem\":\"\""));
    }
    reconciler_free(reconciler);
}

TEST(reconciler, without_memory_or_a_thread_it_failed_and_the_next_one_begins)
{
    const struct reconcile_wish wish = {.days = 1};
    struct reconciler *reconciler = NULL;
    scarce_begin("calloc", 1, pthread_self());
    assert_int_equal(reconciler_new(&config, &reconciler), ERR_NO_MEMORY);
    assert_true(scarce_end());
    reconciler = reconciler_at("nowhere");
    scarce_begin("pthread_create", 1, pthread_self());
    assert_int_equal(reconciler_begin(reconciler, &wish), ERR_NO_MEMORY);
    assert_true(scarce_end());
    assert_non_null(strstr(said(reconciler), "\"state\":\"failed\""));
    assert_non_null(strstr(said(reconciler), "\"days\":1,\"shared\":false"));
    assert_int_equal(reconciler_begin(reconciler, &wish), 0);
    assert_non_null(strstr(until_ended(reconciler), "\"state\":\"failed\""));
    reconciler_free(reconciler);
}

TEST(reconciler, one_that_waits_for_the_provider_serves_no_other_wish_and_is_broken_off_at_once)
{
    static const struct reconcile_wish others[] = {
        {.days = 2}, {.days = 1, .is_shared = true}, {.days = 1, .day = 1}};
    const struct reconcile_wish wish = {.days = 1};
    struct reconciler *reconciler = reconciler_at("http://127.0.0.1:9");
    const uint64_t before_ms = clock_mono_ms();
    assert_int_equal(reconciler_begin(reconciler, &wish), 0);
    assert_int_equal(reconciler_begin(reconciler, &wish), 0); /* it goes on */
    assert_non_null(strstr(said(reconciler), "\"reading\":\"payments\""));
    assert_int_equal(reconciler_version(reconciler), 1);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(reconciler_begin(reconciler, &others[i]), ERR_BUSY);
    }
    assert_non_null(strstr(said(reconciler), "\"days\":1,\"shared\":false,\"reading\""));
    assert_int_equal(reconciler_version(reconciler), 1);
    reconciler_free(reconciler);
    assert_true(clock_mono_ms() - before_ms < SOON_MS);
}
