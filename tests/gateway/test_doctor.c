/* test_doctor.c - what the gateway's doctor says of keys, clock and door, and that it says no key.
 */
#define _DEFAULT_SOURCE /* mkdtemp */

#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/cli/doctor.h"
#include "tests/gateway/diagnoses_text.h"

static struct credentials keys;
static struct terms terms;
static struct settings settings;
static struct diagnoses found;

static void live(void)
{
    memset(&keys, 0, sizeof keys);
    memset(&found, 0, sizeof found);
    settings_defaults(&settings);
    keys.is_live = true;
    (void)snprintf(keys.secret_key, sizeof keys.secret_key, "rk_live_hidden");
    (void)snprintf(keys.publishable_key, sizeof keys.publishable_key, "pk_live_hidden");
    (void)snprintf(terms.stripe_url, sizeof terms.stripe_url, "https://api.stripe.com");
}

static void with_hook(void)
{
    live();
    (void)snprintf(keys.webhook_secrets[0], sizeof keys.webhook_secrets[0], "whsec_hidden");
}

static const char *lines(void)
{
    return diagnoses_text(&found);
}

TEST(doctor, says_whose_money_moves)
{
    live();
    doctor_keys(&keys, &terms, &found);
    assert_string_equal(lines(),
                        "ok keys: live keys, for https://api.stripe.com: real money moves\n"
                        "ok keys: the secret key is a restricted one\n");
}

TEST(doctor, a_live_key_that_may_do_everything_is_a_warning_a_test_key_is_none)
{
    live();
    (void)snprintf(keys.secret_key, sizeof keys.secret_key, "sk_live_hidden");
    doctor_keys(&keys, &terms, &found);
    assert_non_null(strstr(lines(), "warn keys: the secret key may do everything"));
    live();
    keys.is_live = false;
    (void)snprintf(keys.secret_key, sizeof keys.secret_key, "sk_test_hidden");
    doctor_keys(&keys, &terms, &found);
    assert_non_null(strstr(lines(), "ok keys: test keys"));
    assert_null(strstr(lines(), "warn"));
}

TEST(doctor, a_clock_that_is_not_the_providers_is_told_with_its_direction)
{
    live();
    doctor_provider_clock(1000, 1004, &found);
    doctor_provider_clock(1000, 1030, &found);
    doctor_provider_clock(2000, 1000, &found);
    assert_string_equal(lines(), "ok clock: the provider's says the same\n"
                                 "warn clock: 30 s behind of the provider's\n"
                                 "fail clock: 1000 s ahead of the provider's\n");
}

TEST(doctor, an_open_screen_with_webhooks_is_a_failure)
{
    with_hook();
    doctor_door(&keys, &terms, &settings, &found);
    assert_non_null(strstr(lines(), "fail screen: it is open, and a webhook's secret"));
    with_hook();
    settings.is_screen_locked = true;
    doctor_door(&keys, &terms, &settings, &found);
    assert_non_null(strstr(lines(), "ok screen: locked"));
    assert_non_null(strstr(lines(), "ok webhook: its secret is there"));
    assert_null(strstr(lines(), "fail"));
}

TEST(doctor, two_webhook_secrets_are_told_and_none_is_no_fault)
{
    with_hook();
    (void)snprintf(keys.webhook_secrets[1], sizeof keys.webhook_secrets[1], "whsec_hidden2");
    doctor_door(&keys, &terms, &settings, &found);
    assert_non_null(strstr(lines(), "ok webhook: two secrets"));
    keys.webhook_secrets[0][0] = '\0'; /* the old one was taken away first */
    doctor_door(&keys, &terms, &settings, &found);
    assert_non_null(strstr(lines(), "ok webhook: its secret is there"));
    live();
    doctor_door(&keys, &terms, &settings, &found);
    assert_non_null(strstr(lines(), "ok webhook: no secret"));
}

TEST(doctor, a_trusted_proxy_wants_a_locked_screen)
{
    live();
    settings.proxies.count = 1;
    (void)snprintf(settings.proxies.addresses[0], PEER_TEXT_BYTES_MAX, "10.0.0.1");
    doctor_door(&keys, &terms, &settings, &found);
    assert_non_null(strstr(lines(), "fail proxy: a proxy is trusted, and the screen is open"));
    live();
    settings.is_screen_locked = true;
    settings.proxies.count = 1;
    (void)snprintf(settings.proxies.addresses[0], PEER_TEXT_BYTES_MAX, "10.0.0.1");
    doctor_door(&keys, &terms, &settings, &found);
    assert_non_null(strstr(lines(), "ok proxy: trusted: 10.0.0.1\n"));
    settings.proxies.count = 2;
    doctor_door(&keys, &terms, &settings, &found);
    assert_non_null(strstr(lines(), "ok proxy: trusted: 10.0.0.1 and more\n"));
}

TEST(doctor, without_https_and_without_a_trusted_proxy_all_clients_are_one)
{
    live();
    doctor_door(&keys, &terms, &settings, &found);
    assert_non_null(strstr(lines(), "warn proxy: no https of its own and no trusted proxy"));
    live();
    (void)snprintf(settings.https_address, sizeof settings.https_address, "0.0.0.0");
    doctor_door(&keys, &terms, &settings, &found);
    assert_null(strstr(lines(), "proxy"));
}

/* --- certificates --- */

/* Made by the openssl program, valid for so many days, into a folder of its own. */
static void certificate_make(char folder[64], const char *days)
{
    (void)snprintf(folder, 64, "/tmp/trestle-doctor-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(settings.tls_certificate, sizeof settings.tls_certificate, "%s/cert.pem",
                   folder);
    (void)snprintf(settings.tls_key, sizeof settings.tls_key, "%s/key.pem", folder);
    (void)snprintf(settings.https_address, sizeof settings.https_address, "0.0.0.0");
    const pid_t child = fork();
    if (child == 0) {
        (void)!freopen("/dev/null", "w", stderr); /* it may talk all the same */
        (void)execlp("openssl", "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                     "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-days", days,
                     "-keyout", settings.tls_key, "-out", settings.tls_certificate, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void certificate_remove(const char *folder)
{
    assert_int_equal(unlink(settings.tls_certificate), 0);
    assert_int_equal(unlink(settings.tls_key), 0);
    assert_int_equal(rmdir(folder), 0);
}

/* As the only line says. */
static int days_left(const char *level)
{
    char before[64];
    const int size = snprintf(before, sizeof before, "%s tls: certificate and key fit; ", level);
    const char *text = lines();
    assert_memory_equal(text, before, (size_t)size);
    return atoi(text + size);
}

TEST(doctor, a_certificate_says_how_long_it_lasts)
{
    char folder[64];
    live();
    certificate_make(folder, "100");
    doctor_tls(&settings, &found);
    assert_true(days_left("ok") >= 99);
    certificate_remove(folder);
    live();
    certificate_make(folder, "3");
    doctor_tls(&settings, &found);
    assert_true(days_left("warn") <= 3);
    certificate_remove(folder);
    live();
    doctor_tls(&settings, &found);
    assert_string_equal(lines(), "");
}

TEST(doctor, files_that_are_no_certificate_are_a_failure)
{
    live();
    (void)snprintf(settings.https_address, sizeof settings.https_address, "0.0.0.0");
    (void)snprintf(settings.tls_certificate, sizeof settings.tls_certificate, "/nowhere/cert.pem");
    (void)snprintf(settings.tls_key, sizeof settings.tls_key, "/nowhere/key.pem");
    doctor_tls(&settings, &found);
    assert_non_null(strstr(lines(), "fail tls: /nowhere/cert.pem: it must hold a certificate"));
}
