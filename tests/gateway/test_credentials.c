/* test_credentials.c - keys are read from files that nobody else may read, and fit each other. */
#define _DEFAULT_SOURCE /* mkdtemp, symlink */

#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/config/credentials.h"

static char folder[64];
static struct terms terms;
static struct credentials keys;
static char problem[PROBLEM_BYTES_MAX];

static void fresh(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/trestle-keys-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(terms.stripe_keys, sizeof terms.stripe_keys, "%s", folder);
    (void)snprintf(terms.stripe_url, sizeof terms.stripe_url, "https://api.stripe.com");
    problem[0] = '\0';
}

static void put(const char *name, const char *line, unsigned mode)
{
    char path[PATH_BYTES_MAX];
    assert_int_equal(path_join(path, folder, name), 0);
    assert_int_equal(file_write(path, bytes_of_text(line), mode), 0);
}

static int load(void)
{
    return credentials_load(&terms, "/nowhere", &keys, problem);
}

static void done(void)
{
    static const char *const names[] = {"stripe-secret-key", "stripe-publishable-key",
                                        "stripe-webhook-secret", "stripe-webhook-secret-next"};
    char path[PATH_BYTES_MAX];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(path_join(path, folder, names[i]), 0);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(folder), 0);
}

TEST(credentials, keys_are_read_without_the_white_space_around_them)
{
    fresh();
    put("stripe-secret-key", " sk_test_1\r\n", 0600);
    put("stripe-publishable-key", "pk_test_1\n", 0600);
    put("stripe-webhook-secret", "whsec_1\n", 0600);
    put("stripe-webhook-secret-next", "whsec_2", 0600);
    assert_int_equal(load(), 0);
    assert_string_equal(keys.secret_key, "sk_test_1");
    assert_string_equal(keys.publishable_key, "pk_test_1");
    assert_string_equal(keys.webhook_secrets[1], "whsec_2");
    assert_false(keys.is_live);
    done();
}

TEST(credentials, without_a_secret_key_it_is_said_where_it_should_be)
{
    fresh();
    assert_int_equal(load(), ERR_NOT_FOUND);
    assert_non_null(strstr(problem, "stripe-secret-key is not there"));
    done();
}

TEST(credentials, a_file_that_everybody_may_read_is_refused)
{
    fresh();
    put("stripe-secret-key", "sk_test_1", 0600);
    put("stripe-publishable-key", "pk_test_1", 0644);
    assert_int_equal(load(), ERR_FORBIDDEN);
    assert_non_null(strstr(problem, "chmod 600"));
    done();
}

TEST(credentials, a_file_that_is_there_and_cannot_be_looked_at_is_no_file_that_is_not_there)
{
    char path[PATH_BYTES_MAX];
    fresh();
    assert_int_equal(path_join(path, folder, "stripe-secret-key"), 0);
    assert_int_equal(symlink("stripe-secret-key", path), 0); /* to itself */
    assert_int_equal(load(), ERR_FORBIDDEN);
    assert_non_null(strstr(problem, "readable"));
    done();
}

TEST(credentials, an_open_screen_and_webhooks_from_elsewhere_do_not_go_together)
{
    static const struct {
        const char *hook, *next, *url;
        bool is_screen_locked;
        int err;
    } rows[] = {
        {"whsec_1", "", "https://api.stripe.com", false, ERR_FORBIDDEN},
        {"", "whsec_1", "https://api.stripe.com", false, ERR_FORBIDDEN},
        {"whsec_1", "", "https://api.stripe.com", true, 0},
        {"", "", "https://api.stripe.com", false, 0},
        {"whsec_1", "", "http://127.0.0.1:1", false, 0}, /* practice, all on this machine */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memset(&keys, 0, sizeof keys);
        (void)snprintf(keys.webhook_secrets[0], sizeof keys.webhook_secrets[0], "%s", rows[i].hook);
        (void)snprintf(keys.webhook_secrets[1], sizeof keys.webhook_secrets[1], "%s", rows[i].next);
        assert_int_equal(
            credentials_check_screen(&keys, rows[i].url, rows[i].is_screen_locked, problem),
            rows[i].err);
    }
}

TEST(credentials, no_message_holds_a_key)
{
    static const char *const wrong[] = {"sk_test_hidden and more", "hidden",
                                        "sk_test_hidden\nline"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        fresh();
        put("stripe-secret-key", wrong[i], 0600);
        put("stripe-publishable-key", "pk_test_1", 0600);
        assert_int_equal(load(), ERR_MALFORMED);
        assert_null(strstr(problem, "hidden"));
        done();
    }
}

TEST(credentials, test_and_live_keys_do_not_mix_and_live_ones_go_to_the_provider_only)
{
    static const struct {
        const char *secret, *public, *hook, *url;
        int err;
    } rows[] = {
        {"sk_test_1", "pk_test_1", "", "http://127.0.0.1:1", 0},
        {"rk_live_1", "pk_live_1", "whsec_1", "https://api.stripe.com", 0},
        {"sk_test_1", "pk_live_1", "", "https://api.stripe.com", ERR_MALFORMED},
        {"sk_live_1", "pk_test_1", "", "https://api.stripe.com", ERR_MALFORMED},
        {"sk_live_1", "pk_live_1", "", "https://api.stripe.com.example", ERR_MALFORMED},
        {"sk_live_1", "pk_live_1", "", "http://127.0.0.1:1", ERR_MALFORMED},
        {"pk_test_1", "sk_test_1", "", "https://api.stripe.com", ERR_MALFORMED},
        {"sk_test_1", "", "", "https://api.stripe.com", ERR_MALFORMED},
        {"sk_test_1", "pk_test_1", "secret", "https://api.stripe.com", ERR_MALFORMED},
        {"", "pk_test_1", "", "https://api.stripe.com", ERR_NOT_FOUND},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memset(&keys, 0, sizeof keys);
        (void)snprintf(keys.secret_key, sizeof keys.secret_key, "%s", rows[i].secret);
        (void)snprintf(keys.publishable_key, sizeof keys.publishable_key, "%s", rows[i].public);
        (void)snprintf(keys.webhook_secrets[0], sizeof keys.webhook_secrets[0], "%s", rows[i].hook);
        assert_int_equal(credentials_check(&keys, rows[i].url, problem), rows[i].err);
    }
}

TEST(credentials, the_folder_is_the_settings_the_service_s_or_the_state_s)
{
    static char long_name[PATH_BYTES_MAX];
    char state[96];
    memset(long_name, 'x', sizeof long_name - 1);
    fresh();
    put("stripe-secret-key", "sk_test_1", 0600);
    put("stripe-publishable-key", "pk_test_1", 0600);
    terms.stripe_keys[0] = '\0';
    assert_int_equal(load(), ERR_NOT_FOUND);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
    assert_int_equal(load(), 0);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "", 1), 0);
    assert_int_equal(load(), ERR_NOT_FOUND);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", long_name, 1), 0); /* cut, it is another */
    assert_int_equal(load(), ERR_TOO_LARGE);
    assert_non_null(strstr(problem, "too long"));
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    assert_int_equal(credentials_load(&terms, long_name, &keys, problem), ERR_TOO_LARGE);
    assert_non_null(strstr(problem, "too long"));
    (void)snprintf(state, sizeof state, "%s/stripe-secret-key", folder); /* no folder at all */
    assert_int_equal(credentials_load(&terms, state, &keys, problem), ERR_NOT_FOUND);
    done();
}

TEST(credentials, what_is_no_key_is_not_sent_to_anybody)
{
    static char long_key[CREDENTIAL_BYTES_MAX + 8];
    memset(long_key, 'k', sizeof long_key - 1);
    const struct {
        const char *name, *line, *says;
    } rows[] = {{"stripe-secret-key", "sk_test_1 sk_test_2", "one key in one line"},
                {"stripe-secret-key", "sk_test_1\nsk_test_2", "one key in one line"},
                {"stripe-secret-key", "sk_test_\xc3\xa4", "one key in one line"},
                {"stripe-secret-key", long_key, "one key in one line"},
                {"stripe-secret-key", "pk_test_1", "is no secret key"},
                {"stripe-secret-key", "sk_live_1", "pk_live_"},
                {"stripe-publishable-key", "pk_live_1", "pk_test_"},
                {"stripe-publishable-key", "", "pk_test_"},
                {"stripe-publishable-key", " \n", "pk_test_"},
                {"stripe-webhook-secret", "sk_test_1", "begins with whsec_"},
                {"stripe-webhook-secret-next", "whsec", "begins with whsec_"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fresh();
        put("stripe-secret-key", "rk_test_1", 0600);
        put("stripe-publishable-key", "pk_test_1", 0600);
        assert_int_equal(load(), 0);
        put(rows[i].name, rows[i].line, 0600);
        assert_int_not_equal(load(), 0);
        assert_non_null(strstr(problem, rows[i].says));
        done();
    }
}
