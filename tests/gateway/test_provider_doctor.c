/* test_provider_doctor.c - what the doctor says of the provider and of webhooks, by what a server
 * in their place answers.
 */
#define _DEFAULT_SOURCE /* mkdtemp */

#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/cli/doctor.h"
#include "node/core/control.h"
#include "node/os/entropy.h"
#include "tests/gateway/diagnoses_text.h"
#include "tests/process/lib/canned.h"

#define EMPTY  "{\"object\":\"list\",\"data\":[],\"has_more\":false}"
#define SECRET "pi_1_secret_x"
#define INTENT                                                                                     \
    "{\"object\":\"payment_intent\",\"id\":\"pi_1\",\"status\":\"requires_payment_method\","       \
    "\"amount\":1100,\"amount_capturable\":0,\"amount_received\":0,\"currency\":\"eur\","          \
    "\"client_secret\":\"" SECRET "\"}"
#define ONE         "{\"object\":\"list\",\"data\":[" INTENT "],\"has_more\":false}"
#define NOT_ALLOWED "{\"error\":{\"type\":\"invalid_request_error\"}}"
#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static struct credentials keys;
static struct terms terms;
static struct place place;
static struct diagnoses found;

static const char *lines(void)
{
    return diagnoses_text(&found);
}

static void begin(void)
{
    assert_int_equal(entropy_start(), 0);
    memset(&found, 0, sizeof found);
    (void)snprintf(keys.secret_key, sizeof keys.secret_key, "sk_test_hidden");
    (void)snprintf(keys.publishable_key, sizeof keys.publishable_key, "pk_test_hidden");
}

/* What it says of a provider that answers so. */
static const char *told(const struct canned_answer *answers, size_t count, bool is_there)
{
    char url[CANNED_URL_BYTES_MAX];
    begin();
    canned_start(answers, count, url);
    (void)snprintf(terms.stripe_url, sizeof terms.stripe_url, "%s", url);
    assert_int_equal(doctor_provider(&keys, &terms, &found), is_there);
    canned_stop();
    return lines();
}

TEST(provider_doctor, a_provider_that_answers_in_time_and_lets_the_key_read_is_well)
{
    static const struct canned_answer rows[] = {{"/v1/", "sk_test_hidden", 200, EMPTY, false}};
    const char *said = told(rows, COUNT(rows), true);
    assert_non_null(strstr(said, "ok uplink: the provider answers\n"));
    assert_non_null(strstr(said, "ok clock: "));
    assert_non_null(strstr(said, "ok keys: the secret key may read payments"));
    assert_null(strstr(said, "fail"));
}

TEST(provider_doctor, each_right_that_the_key_lacks_is_named)
{
    static const struct canned_answer rows[] = {{"/v1/refunds", NULL, 403, NOT_ALLOWED, false},
                                                {"/v1/charges", NULL, 403, NOT_ALLOWED, false},
                                                {"/v1/events", NULL, 403, NOT_ALLOWED, false},
                                                {"/v1/", NULL, 200, EMPTY, true}};
    const char *said = told(rows, COUNT(rows), true);
    assert_non_null(strstr(said, "fail keys: the secret key may not read Refunds\n"));
    assert_non_null(strstr(said, "fail keys: the secret key may not read Events\n"));
    assert_non_null(strstr(said, "fail keys: the secret key may not read Charges\n"));
    assert_null(strstr(said, "may not read Disputes"));
    assert_null(strstr(said, "may read payments"));
    assert_null(strstr(said, "clock")); /* it told no time */
}

TEST(provider_doctor, a_wrong_key_and_a_page_in_between_are_told_apart)
{
    static const struct canned_answer wrong[] = {{"/v1/", NULL, 401, NOT_ALLOWED, false}};
    static const struct canned_answer portal[] = {{"/", NULL, 200, "<html>Sign in</html>", false}};
    assert_non_null(strstr(told(wrong, 1, false), "fail keys: the provider does not take"));
    assert_non_null(strstr(told(portal, 1, false), "fail uplink: something else answers in the"));
}

TEST(provider_doctor, without_a_line_it_says_so)
{
    begin();
    (void)snprintf(terms.stripe_url, sizeof terms.stripe_url, "http://127.0.0.1:9");
    assert_false(doctor_provider(&keys, &terms, &found));
    assert_non_null(strstr(lines(), "fail uplink: the provider does not answer: "));
    memset(&found, 0, sizeof found);
    (void)snprintf(terms.stripe_url, sizeof terms.stripe_url, "nowhere");
    assert_false(doctor_provider(&keys, &terms, &found));
}

/* Of a payment that it is shown it asks nothing more: its client_secret goes into no URL. */
TEST(provider_doctor, a_payment_s_secret_goes_nowhere)
{
    static const struct canned_answer rows[] = {{"/v1/payment_intents?", NULL, 200, ONE, false},
                                                {"/v1/", "sk_test_hidden", 200, EMPTY, false}};
    const char *said = told(rows, COUNT(rows), true);
    assert_non_null(strstr(said, "ok keys: the secret key may read payments"));
    assert_null(strstr(said, "fail"));
    assert_null(strstr(said, "warn"));
}

/* --- webhooks --- */

/* What it says of webhooks where both the provider and our own address answer so. */
static const char *told_of_hook(const struct canned_answer *answers, size_t count, bool is_running)
{
    static char folder[64];
    static struct control control;
    char url[CANNED_URL_BYTES_MAX];
    begin();
    (void)snprintf(folder, sizeof folder, "/tmp/trestle-hook-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(place.state, sizeof place.state, "%s", folder);
    canned_start(answers, count, url);
    (void)snprintf(terms.stripe_url, sizeof terms.stripe_url, "%s", url);
    settings_defaults(&place.settings);
    place.settings.origins_count = 1;
    (void)snprintf(place.settings.origins[0], SETTING_BYTES_MAX, "%s", url);
    if (is_running) {
        assert_int_equal(control_open(&control, folder), 0);
    }
    doctor_webhook(&keys, &terms, &place, &found);
    if (is_running) {
        control_close(&control, place.state);
    }
    canned_stop();
    (void)rmdir(folder);
    return lines();
}

TEST(provider_doctor, our_own_refusal_from_outside_shows_that_webhooks_get_through)
{
    static const struct {
        unsigned status;
        const char *body, *says;
    } rows[] = {{405, "{\"code\":\"method\"}", "reaches this gateway"},
                {405, "<html>", "something else answers (status 405)"},
                {200, "{}", "something else answers (status 200)"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct canned_answer answers[] = {
            {"/webhooks/stripe", NULL, rows[i].status, rows[i].body, false},
            {"/v1/webhook_endpoints", NULL, 403, NOT_ALLOWED, false}};
        const char *said = told_of_hook(answers, COUNT(answers), true);
        assert_non_null(strstr(said, rows[i].says));
        assert_non_null(strstr(said, "this key may not see"));
    }
}

TEST(provider_doctor, an_address_that_nobody_reaches_and_one_that_is_not_set_are_told)
{
    begin();
    settings_defaults(&place.settings);
    doctor_webhook(&keys, &terms, &place, &found);
    assert_non_null(strstr(lines(), "warn webhook: by which address"));
    static struct control control;
    char folder[] = "/tmp/trestle-hook-XXXXXX";
    memset(&found, 0, sizeof found);
    assert_non_null(mkdtemp(folder));
    (void)snprintf(place.state, sizeof place.state, "%s", folder);
    (void)snprintf(terms.stripe_url, sizeof terms.stripe_url, "http://127.0.0.1:9");
    (void)snprintf(place.settings.origins[0], SETTING_BYTES_MAX, "http://127.0.0.1:9");
    place.settings.origins_count = 1;
    assert_int_equal(control_open(&control, folder), 0);
    doctor_webhook(&keys, &terms, &place, &found);
    control_close(&control, place.state);
    (void)rmdir(folder);
    assert_non_null(strstr(lines(), "/webhooks/stripe is not reached from here"));
    assert_non_null(strstr(lines(), "could not be seen now"));
}

#define OTHER_ENDPOINT                                                                             \
    "{\"object\":\"webhook_endpoint\",\"url\":\"https://"                                          \
    "elsewhere.example\",\"status\":\"enabled\"}"

TEST(provider_doctor, an_endpoint_that_is_not_there_or_switched_off_is_a_failure)
{
    static const struct {
        const char *path, *status, *says;
    } rows[] = {{"/webhooks/stripe", "enabled", "ok webhook: the provider sends to it"},
                {"/webhooks/stripe", "disabled", "fail webhook: the provider has switched "},
                {"/elsewhere", "enabled", "fail webhook: the provider does not know "}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char url[CANNED_URL_BYTES_MAX], body[512];
        struct canned_answer answers[] = {{"/v1/webhook_endpoints", NULL, 200, body, false}};
        begin();
        canned_start(answers, 1, url);
        (void)snprintf(body, sizeof body,
                       "{\"object\":\"list\",\"data\":[" OTHER_ENDPOINT ",{\"object\":"
                       "\"webhook_endpoint\",\"url\":\"%s%s\",\"status\":\"%s\"}," OTHER_ENDPOINT
                       "]}",
                       url, rows[i].path, rows[i].status);
        (void)snprintf(terms.stripe_url, sizeof terms.stripe_url, "%s", url);
        (void)snprintf(place.state, sizeof place.state, "/nowhere");
        settings_defaults(&place.settings);
        place.settings.origins_count = 1;
        (void)snprintf(place.settings.origins[0], SETTING_BYTES_MAX, "%s", url);
        doctor_webhook(&keys, &terms, &place, &found);
        canned_stop();
        assert_non_null(strstr(lines(), rows[i].says));
        assert_non_null(strstr(lines(), "shows while the gateway runs"));
    }
}
