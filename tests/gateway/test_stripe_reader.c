/* test_stripe_reader.c - what fails for the moment is asked again, after longer and longer pauses;
 * what does not is handed over as it came. Pauses are over at once here, and written down.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "gateway/stripe/reader.h"
#include "node/os/bell.h"
#include "node/os/clock.h"
#include "node/os/entropy.h"
#include "tests/process/lib/canned.h"
#include "tests/process/lib/scarce.h"

#define INTENT "{\"object\":\"payment_intent\",\"id\":\"pi_1\"}"

enum { PAUSES_MAX = 8, FIRST_MS = 1000 };

static struct {
    unsigned count;
    uint64_t ms[PAUSES_MAX];
    bool is_cancelled;  /* at the first of them */
    bool is_rung_early; /* while an answer is waited for, once */
} pauses;

static _Thread_local uint64_t told_ms; /* what the clock said last */

uint64_t __real_clock_mono_ms(void);
uint64_t __wrap_clock_mono_ms(void);
bool __real_bell_wait(struct bell *bell, uint64_t until_ms);
bool __wrap_bell_wait(struct bell *bell, uint64_t until_ms);

uint64_t __wrap_clock_mono_ms(void)
{
    told_ms = __real_clock_mono_ms();
    return told_ms;
}

bool __wrap_bell_wait(struct bell *bell, uint64_t until_ms)
{
    if (until_ms == UINT64_MAX) {
        const bool is_rung_early = pauses.is_rung_early;
        pauses.is_rung_early = false;
        return is_rung_early || __real_bell_wait(bell, until_ms);
    }
    assert_true(pauses.count < PAUSES_MAX);
    pauses.ms[pauses.count++] = until_ms - told_ms;
    if (pauses.is_cancelled) {
        bell_end(bell);
    }
    return __real_bell_wait(bell, 0);
}

static struct stripe_reader *reader_at(const char *url, uint32_t tries)
{
    const struct stripe_reader_config config = {
        .base_url = url, .secret_key = "sk_test_1", .tries = tries};
    struct stripe_reader *reader = NULL;
    assert_int_equal(entropy_start(), 0);
    assert_int_equal(stripe_reader_open(&config, &reader), 0);
    memset(&pauses, 0, sizeof pauses);
    return reader;
}

/* How often it was asked, of a provider that goes on answering so. */
static unsigned asked_of(unsigned status, const char *body, uint32_t tries)
{
    const struct canned_answer answer = {"/v1/", NULL, status, body, false};
    struct stripe_read read = {.status = 0};
    char url[CANNED_URL_BYTES_MAX];
    canned_start(&answer, 1, url);
    struct stripe_reader *reader = reader_at(url, tries);
    assert_int_equal(stripe_reader_get(reader, bytes_of_text("/v1/x"), &read), 0);
    assert_int_equal(read.status, status);
    assert_int_equal(stripe_read_is(&read, "payment_intent"),
                     status == 200 && strcmp(body, INTENT) == 0);
    stripe_read_close(&read);
    stripe_reader_close(reader);
    canned_stop();
    return 1 + pauses.count;
}

TEST(stripe_reader, what_may_be_otherwise_in_a_moment_is_asked_again)
{
    static const struct {
        unsigned status;
        const char *body;
        unsigned asked;
    } rows[] = {{200, INTENT, 1},   {200, "{}", 1},     {200, "<html>", 3}, {400, "{}", 1},
                {401, "{}", 1},     {404, "{}", 1},     {409, "{}", 3},     {429, "{}", 3},
                {429, "<html>", 3}, {499, "<html>", 1}, {500, "{}", 3},     {503, "<html>", 3}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(asked_of(rows[i].status, rows[i].body, 3), rows[i].asked);
        assert_int_equal(asked_of(rows[i].status, rows[i].body, 1), 1);
    }
}

TEST(stripe_reader, each_pause_is_twice_the_one_before)
{
    assert_int_equal(asked_of(500, "{}", 4), 4);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(pauses.ms[i], (uint64_t)FIRST_MS << i);
    }
}

TEST(stripe_reader, without_a_line_it_tries_as_often_and_says_why)
{
    struct stripe_read read = {.status = 1};
    struct stripe_reader *reader = reader_at("http://127.0.0.1:9", 2);
    assert_int_equal(stripe_reader_get(reader, bytes_of_text("/v1/x"), &read), 0);
    assert_int_equal(read.status, 0);
    assert_int_not_equal(read.trouble[0], '\0');
    assert_int_equal(pauses.count, 1);
    stripe_reader_close(reader);
}

TEST(stripe_reader, one_that_is_cancelled_in_a_pause_asks_no_more)
{
    struct stripe_read read = {.status = 0};
    struct stripe_reader *reader = reader_at("http://127.0.0.1:9", 4);
    pauses.is_cancelled = true;
    assert_int_equal(stripe_reader_get(reader, bytes_of_text("/v1/x"), &read), ERR_EXPIRED);
    assert_int_equal(pauses.count, 1);
    stripe_reader_close(reader);
}

TEST(stripe_reader, rung_before_there_is_an_answer_it_goes_on_waiting)
{
    static const struct canned_answer answer = {"/v1/", NULL, 200, INTENT, false};
    struct stripe_read read = {.status = 0};
    char url[CANNED_URL_BYTES_MAX];
    canned_start(&answer, 1, url);
    struct stripe_reader *reader = reader_at(url, 1);
    pauses.is_rung_early = true;
    assert_int_equal(stripe_reader_get(reader, bytes_of_text("/v1/x"), &read), 0);
    assert_true(stripe_read_is(&read, "payment_intent"));
    assert_false(pauses.is_rung_early);
    stripe_read_close(&read);
    stripe_reader_close(reader);
    canned_stop();
}

TEST(stripe_reader, without_memory_or_at_no_url_there_is_none)
{
    const struct stripe_reader_config config = {
        .base_url = "http://127.0.0.1:9", .secret_key = "", .tries = 1};
    const struct stripe_reader_config nowhere = {.base_url = "nowhere", .secret_key = ""};
    struct stripe_reader *reader = NULL;
    bool has_failed = true;
    assert_int_equal(entropy_start(), 0);
    assert_int_equal(stripe_reader_open(&nowhere, &reader), ERR_MALFORMED);
    for (unsigned nth = 1; has_failed; nth++) {
        scarce_begin("calloc", nth, pthread_self());
        const int err = stripe_reader_open(&config, &reader);
        has_failed = scarce_end();
        assert_int_equal(err, has_failed ? ERR_NO_MEMORY : 0);
        assert_int_equal(reader == NULL, has_failed);
    }
    stripe_reader_close(reader);
}
