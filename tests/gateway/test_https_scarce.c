/* test_https_scarce.c - calls when memory, or a thread, or libcurl is not to be had: they are
 * refused, and the next ones are made.
 */
#include "tests/lib/test.h"

#include <curl/curl.h>
#include <errno.h>

#include "gateway/https/https.h"
#include "tests/process/lib/scarce.h"

/* --- libcurl's own memory: scarce.h knows that of our objects only --- */

struct curl_slist *__real_curl_slist_append(struct curl_slist *list, const char *text); /* NOLINT */
struct curl_slist *__wrap_curl_slist_append(struct curl_slist *list, const char *text); /* NOLINT */
struct curl_slist *__wrap_curl_slist_append(struct curl_slist *list, const char *text)  /* NOLINT */
{
    return scarce_fails("curl_slist_append", ENOMEM) ? NULL : __real_curl_slist_append(list, text);
}

CURLM *__real_curl_multi_init(void); /* NOLINT */
CURLM *__wrap_curl_multi_init(void); /* NOLINT */
CURLM *__wrap_curl_multi_init(void)  /* NOLINT */
{
    return scarce_fails("curl_multi_init", ENOMEM) ? NULL : __real_curl_multi_init();
}

CURLcode __real_curl_global_init(long flags); /* NOLINT */
CURLcode __wrap_curl_global_init(long flags); /* NOLINT */
CURLcode __wrap_curl_global_init(long flags)  /* NOLINT */
{
    return scarce_fails("curl_global_init", ENOMEM) ? CURLE_OUT_OF_MEMORY
                                                    : __real_curl_global_init(flags);
}

/* --- what each may not have --- */

static void on_wake(void *context)
{
    (void)context;
}

static const struct https_config config = {.base_url = "http://127.0.0.1:9",
                                           .ca_file = "/etc/ssl/certs/ca-certificates.crt",
                                           .practice = "http://127.0.0.1:9",
                                           .wake = on_wake};

TEST(https_scarce, it_does_not_start_without_one_of_its_parts_and_starts_the_next_time)
{
    static const struct {
        const char *name;
        unsigned calls;
    } parts[] = {{"calloc", 1},
                 {"curl_global_init", 1},
                 {"curl_multi_init", 1},
                 {"strdup", 3}, /* of three addresses */
                 {"pthread_create", 1}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        for (unsigned nth = 1; nth <= parts[i].calls + 1; nth++) {
            struct https *https = NULL;
            scarce_begin(parts[i].name, nth, pthread_self());
            const int err = https_start(&config, &https);
            const bool is_reached = scarce_end();
            assert_true(is_reached == (nth <= parts[i].calls));
            assert_int_equal(err, is_reached ? ERR_NO_MEMORY : 0);
            assert_true(is_reached == (https == NULL));
            https_stop(https);
        }
    }
}

TEST(https_scarce, a_call_without_memory_for_its_headers_is_not_made)
{
    const struct https_call call = {
        .path = bytes_of_text("/never"), .headers_count = 2, .headers = {"One: 1", "Two: 2"}};
    struct https *https = NULL;
    struct https_answer answer;
    assert_int_equal(https_start(&config, &https), 0);
    for (unsigned nth = 1; nth <= 2; nth++) {
        scarce_begin("curl_slist_append", nth, pthread_self());
        assert_int_equal(https_push(https, &call), ERR_NO_MEMORY);
        assert_true(scarce_end());
        assert_false(https_take(https, &answer));
    }
    assert_int_equal(https_push(https, &call), 0);
    https_stop(https);
}
