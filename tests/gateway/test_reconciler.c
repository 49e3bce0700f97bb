/* test_reconciler.c - a reconciliation under way says how far it is, and can be broken off; one
 * that is done says what it found, as far as there is room. The pop-up's books are the test's.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>

#include "gateway/reconcile/books.h"
#include "gateway/reconcile/reconciler.h"
#include "gateway/stripe/reader.h"
#include "node/json/json.h"
#include "node/os/bell.h"
#include "node/os/clock.h"
#include "node/os/entropy.h"
#include "sync/base/check.h"
#include "tests/process/lib/canned.h"
#include "tests/process/lib/scarce.h"

#define LIST(data) "{\"object\":\"list\",\"data\":[" data "],\"has_more\":false}"
#define INTENT(id)                                                                                 \
    "{\"object\":\"payment_intent\",\"id\":\"" id "\",\"status\":\"succeeded\",\"amount\":1100,"   \
    "\"amount_capturable\":0,\"amount_received\":1100,\"currency\":\"eur\"}"

enum {
    SOON_MS = 20 * 1000,     /* far below what an answer may take */
    LOOKED_UP = 500,         /* payments at most, one by one */
    WITHOUT_ANY_BYTES = 700, /* what is said takes less, without differences */
};

static struct credentials keys;
static struct terms terms;
static const struct gate gate; /* nobody reads its store */
static uint32_t paid_count; /* payments in the books, pi_0 and so on, each of an order of its own */

static const struct reconciler_config config = {
    .gate = &gate, .credentials = &keys, .terms = &terms};

int __wrap_books_read(const struct gate *from, struct books *books,
                      void (*on_look)(void *context, size_t looked_at), void *context);

int __wrap_books_read(const struct gate *from, struct books *books,
                      void (*on_look)(void *context, size_t looked_at), void *context)
{
    assert_ptr_equal(from, &gate);
    books->style = (struct money_style){.currency = "EUR", .digits = 2};
    for (uint32_t i = 0; i < paid_count; i++) {
        char id[16];
        struct order *order = calloc(1, sizeof *order);
        check(order != NULL);
        (void)snprintf(id, sizeof id, "pi_%u", i);
        order->id = (struct entity_id){{(uint8_t)(i >> 8), (uint8_t)i}};
        order->opened_t = UINT64_MAX / 4; /* by a clock that is far ahead: it is to be listed */
        order->ledger.intents_count = 1;
        order->ledger.intents[0] = (struct ledger_intent){.id = bytes_of_text(id),
                                                          .state = INTENT_SUCCEEDED,
                                                          .amount_minor = 1100,
                                                          .received_minor = 1100,
                                                          .currency = bytes_of_text("eur")};
        check(books_add(books, order, 0) == 0);
        free(order);
    }
    books->looked_at = paid_count;
    on_look(context, paid_count);
    return 0;
}

/* --- one that is broken off before it has a reader --- */

static struct {
    bool is_held;     /* a reader is opened when somebody waits for the thread's end */
    struct bell bell; /* then */
} opening;

int __real_pthread_join(pthread_t thread, void **ret_value);
int __wrap_pthread_join(pthread_t thread, void **ret_value);
int __real_stripe_reader_open(const struct stripe_reader_config *with,
                              struct stripe_reader **ret_reader);
int __wrap_stripe_reader_open(const struct stripe_reader_config *with,
                              struct stripe_reader **ret_reader);

int __wrap_pthread_join(pthread_t thread, void **ret_value)
{
    if (opening.is_held) {
        bell_end(&opening.bell);
    }
    return __real_pthread_join(thread, ret_value);
}

int __wrap_stripe_reader_open(const struct stripe_reader_config *with,
                              struct stripe_reader **ret_reader)
{
    while (opening.is_held && bell_wait(&opening.bell, UINT64_MAX)) {
    }
    return __real_stripe_reader_open(with, ret_reader);
}

static struct reconciler *reconciler_at(const char *url)
{
    struct reconciler *reconciler = NULL;
    assert_int_equal(entropy_start(), 0);
    (void)snprintf(terms.stripe_url, sizeof terms.stripe_url, "%s", url);
    (void)snprintf(keys.secret_key, sizeof keys.secret_key, "sk_test_1");
    assert_int_equal(reconciler_new(&config, &reconciler), 0);
    return reconciler;
}

/* What it says in so much room fits its schema. */
static const char *said_in(struct reconciler *reconciler, size_t bytes_max)
{
    static char copy[512 * 1024];
    char where[JSON_WHERE_BYTES_MAX];
    struct json_value *value = NULL;
    struct text text = {.data = NULL};
    struct reconcile_standing standing;
    reconciler_print(reconciler, bytes_max, &text, &standing);
    assert_int_equal(
        json_parse_as(&schema_reconciliation, bytes_of(text.data, text.size), &value, where), 0);
    assert_true(text.size < sizeof copy);
    (void)snprintf(copy, sizeof copy, "%.*s", (int)text.size, text.data);
    assert_true(standing.is_under_way == (strstr(copy, "\"reading\"") != NULL));
    assert_true(standing.is_good == (strstr(copy, "\"failed\"") == NULL));
    assert_true((standing.wish.days == 0) == (strstr(copy, "\"days\"") == NULL));
    json_free(value);
    text_close(&text);
    return copy;
}

static const char *said(struct reconciler *reconciler)
{
    return said_in(reconciler, SIZE_MAX);
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
    scarce_begin_elsewhere("calloc", 1); /* on its thread */
    assert_int_equal(reconciler_begin(reconciler, &wish), 0);
    const char *text = until_ended(reconciler);
    assert_true(scarce_end());
    assert_non_null(strstr(text, "\"state\":\"failed\""));
    assert_non_null(strstr(text, err_text(ERR_NO_MEMORY)));
    assert_int_equal(reconciler_begin(reconciler, &wish), 0);
    assert_null(strstr(until_ended(reconciler), err_text(ERR_NO_MEMORY)));
    reconciler_free(reconciler);
}

/* A provider that takes calls and never answers: its socket. */
static int deaf_provider(char url[CANNED_URL_BYTES_MAX])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(url, CANNED_URL_BYTES_MAX, "http://127.0.0.1:%u",
                   (unsigned)ntohs(address.sin_port));
    return fd;
}

TEST(reconciler, one_that_waits_for_the_provider_serves_no_other_wish_and_is_broken_off_at_once)
{
    static const struct reconcile_wish others[] = {
        {.days = 2}, {.days = 1, .is_shared = true}, {.days = 1, .day = 1}};
    const struct reconcile_wish wish = {.days = 1};
    char url[CANNED_URL_BYTES_MAX];
    const int provider = deaf_provider(url);
    struct reconciler *reconciler = reconciler_at(url);
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
    assert_int_equal(close(provider), 0);
}

TEST(reconciler, one_that_is_broken_off_before_it_asked_does_not_wait_for_an_answer)
{
    const struct reconcile_wish wish = {.days = 1};
    char url[CANNED_URL_BYTES_MAX];
    const int provider = deaf_provider(url);
    struct reconciler *reconciler = reconciler_at(url);
    const uint64_t before_ms = clock_mono_ms();
    bell_open(&opening.bell);
    opening.is_held = true;
    assert_int_equal(reconciler_begin(reconciler, &wish), 0);
    reconciler_free(reconciler);
    opening.is_held = false;
    assert_true(clock_mono_ms() - before_ms < SOON_MS);
    bell_close(&opening.bell);
    assert_int_equal(close(provider), 0);
}

/* The first page was read, and the next is tried again after a pause. */
TEST(reconciler, one_that_is_broken_off_between_two_pages_reads_no_further)
{
    static const struct canned_answer rows[] = {{"/v1/payment_intents", NULL, 200, LIST(""), false},
                                                {"/v1/", NULL, 500, "{}", false}};
    const struct reconcile_wish wish = {.days = 1};
    const uint64_t until_ms = clock_mono_ms() + SOON_MS;
    char url[CANNED_URL_BYTES_MAX];
    canned_start(rows, sizeof rows / sizeof *rows, url);
    struct reconciler *reconciler = reconciler_at(url);
    assert_int_equal(reconciler_begin(reconciler, &wish), 0);
    while (reconciler_version(reconciler) < 2 && clock_mono_ms() < until_ms) {
    }
    assert_non_null(strstr(said(reconciler), "\"reading\""));
    reconciler_free(reconciler);
    canned_stop();
}

/* How many differences @text names. */
static size_t named_in(const char *text)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, "\"kind\":")) != NULL; at++) {
        count++;
    }
    return count;
}

/* One that is done, with @paid payments in the books. */
static struct reconciler *done_with(const struct canned_answer *answers, size_t count,
                                    uint32_t paid)
{
    const struct reconcile_wish wish = {.days = 1};
    char url[CANNED_URL_BYTES_MAX];
    canned_start(answers, count, url);
    struct reconciler *reconciler = reconciler_at(url);
    paid_count = paid;
    assert_int_equal(reconciler_begin(reconciler, &wish), 0);
    assert_non_null(strstr(until_ended(reconciler), "\"state\":\"done\""));
    canned_stop();
    return reconciler;
}

TEST(reconciler, of_one_day_what_matches_is_said_with_the_day)
{
    static const struct canned_answer rows[] = {{"/v1/", NULL, 200, LIST(""), false}};
    const struct reconcile_wish wish = {.days = 3, .day = 2};
    char url[CANNED_URL_BYTES_MAX];
    canned_start(rows, 1, url);
    struct reconciler *reconciler = reconciler_at(url);
    paid_count = 0;
    assert_int_equal(reconciler_begin(reconciler, &wish), 0);
    const char *text = until_ended(reconciler);
    assert_non_null(strstr(text, "\"days\":3,\"shared\":false,\"day\":2,"));
    assert_non_null(strstr(text, "\"matches\":true,\"found\":0"));
    reconciler_free(reconciler);
    canned_stop();
}

TEST(reconciler, what_was_not_listed_is_asked_for_and_what_nobody_asked_for_names_no_order)
{
    static const struct canned_answer rows[] = {
        {"/v1/payment_intents/pi_0", NULL, 200, INTENT("pi_0"), false},
        {"/v1/payment_intents/pi_1", NULL, 404, "{}", false},
        {"/v1/payment_intents", NULL, 200, LIST(INTENT("pi_9")), false},
        {"/v1/", NULL, 200, LIST(""), false}};
    struct reconciler *reconciler = done_with(rows, sizeof rows / sizeof *rows, 2);
    const char *text = said(reconciler);
    assert_non_null(strstr(text, "\"found\":3"));
    assert_non_null(strstr(text, "\"payment_of_another\"")); /* pi_0 is there, for no order */
    assert_non_null(strstr(text, "\"payment_not_at_provider\""));
    const char *unmarked = strstr(text, "\"payment_unmarked\"");
    assert_non_null(unmarked);
    const char *order = strstr(unmarked, "\"order\""), *next = strstr(unmarked, "\"kind\"");
    assert_true(order == NULL || (next != NULL && next < order));
    reconciler_free(reconciler);
}

TEST(reconciler, one_that_cannot_ask_for_what_was_not_listed_says_so_and_has_no_result)
{
    static const struct canned_answer rows[] = {{"/v1/payment_intents/", NULL, 403, "{}", false},
                                                {"/v1/", NULL, 200, LIST(""), false}};
    const struct reconcile_wish wish = {.days = 1};
    char url[CANNED_URL_BYTES_MAX];
    canned_start(rows, sizeof rows / sizeof *rows, url);
    struct reconciler *reconciler = reconciler_at(url);
    paid_count = 3;
    assert_int_equal(reconciler_begin(reconciler, &wish), 0);
    const char *text = until_ended(reconciler);
    assert_non_null(strstr(text, "\"state\":\"failed\""));
    assert_non_null(strstr(text, "does not let our secret key read payments (403)"));
    reconciler_free(reconciler);
    canned_stop();
}

/* Each answer is the same payment: so many are counted as were asked for. */
TEST(reconciler, so_many_payments_are_asked_for_one_by_one_and_no_more)
{
    static const struct canned_answer rows[] = {
        {"/v1/payment_intents/", NULL, 200, INTENT("pi_0"), false},
        {"/v1/", NULL, 200, LIST(""), false}};
    struct reconciler *reconciler = done_with(rows, sizeof rows / sizeof *rows, LOOKED_UP + 20);
    char count[32];
    (void)snprintf(count, sizeof count, "\"payments\":%d,", LOOKED_UP);
    assert_non_null(strstr(said(reconciler), count));
    reconciler_free(reconciler);
}

TEST(reconciler, where_there_is_little_room_fewer_differences_are_named_and_all_counted)
{
    static const struct canned_answer rows[] = {{"/v1/payment_intents/", NULL, 404, "{}", false},
                                                {"/v1/", NULL, 200, LIST(""), false}};
    struct reconciler *reconciler = done_with(rows, sizeof rows / sizeof *rows, 20);
    const size_t all = strlen(said(reconciler));
    assert_int_equal(named_in(said(reconciler)), 20);
    for (size_t room = all; room > WITHOUT_ANY_BYTES; room -= 97) {
        const char *text = said_in(reconciler, room);
        assert_true(strlen(text) <= room);
        assert_int_equal(named_in(text) == 20, room == all);
        assert_non_null(strstr(text, "\"found\":20"));
    }
    const char *text = said_in(reconciler, 1);
    assert_int_equal(named_in(text), 0);
    assert_true(strlen(text) <= WITHOUT_ANY_BYTES);
    reconciler_free(reconciler);
}
