#include "gateway/config/credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char provider_url[] = "https://api.stripe.com";

/* --- files --- */

static const char *const names[] = {"stripe-secret-key", "stripe-publishable-key",
                                    "stripe-webhook-secret", "stripe-webhook-secret-next"};
enum { NAMES_COUNT = sizeof names / sizeof *names };

static char *place_of(struct credentials *credentials, size_t at)
{
    char *const places[NAMES_COUNT] = {credentials->secret_key, credentials->publishable_key,
                                       credentials->webhook_secrets[0],
                                       credentials->webhook_secrets[1]};
    return places[at];
}

static int folder_of(const struct terms *terms, const char *state, char *to)
{
    const char *given = getenv("CREDENTIALS_DIRECTORY");
    if (terms->stripe_keys[0] != '\0') {
        (void)snprintf(to, PATH_BYTES_MAX, "%s", terms->stripe_keys);
        return 0;
    }
    if (given != NULL && given[0] != '\0') {
        return snprintf(to, PATH_BYTES_MAX, "%s", given) < PATH_BYTES_MAX ? 0 : ERR_TOO_LARGE;
    }
    return path_join(to, state, "stripe");
}

/* --- what they are --- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool is_of(const char *key, const char *const *starts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (begins(key, starts[i])) {
            return true;
        }
    }
    return false;
}

static int problem(char *ret_problem, int err, const char *text)
{
    (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "%s", text);
    return err;
}

int credentials_check(struct credentials *credentials, const char *stripe_url, char *ret_problem)
{
    static const char *const live[] = {"sk_live_", "rk_live_"};
    static const char *const test[] = {"sk_test_", "rk_test_"};
    const char *secret = credentials->secret_key, *public = credentials->publishable_key;
    if (secret[0] == '\0') {
        return problem(ret_problem, ERR_NOT_FOUND, "there is no file stripe-secret-key");
    }
    credentials->is_live = is_of(secret, live, 2);
    if (!credentials->is_live && !is_of(secret, test, 2)) {
        return problem(ret_problem, ERR_MALFORMED,
                       "stripe-secret-key is no secret key: it begins with sk_test_ or sk_live_");
    }
    if (!begins(public, credentials->is_live ? "pk_live_" : "pk_test_")) {
        return problem(ret_problem, ERR_MALFORMED,
                       credentials->is_live
                           ? "stripe-publishable-key must be the account's pk_live_ key, as the "
                             "secret key is a live one"
                           : "stripe-publishable-key must be the account's pk_test_ key, as the "
                             "secret key is a test one");
    }
    if (credentials->is_live && strcmp(stripe_url, provider_url) != 0) {
        return problem(ret_problem, ERR_MALFORMED,
                       "a live key goes to https://api.stripe.com only: leave stripe-url out, or "
                       "use test keys");
    }
    for (size_t i = 0; i < WEBHOOK_SECRETS_MAX; i++) {
        const char *hook = credentials->webhook_secrets[i];
        if (hook[0] != '\0' && !begins(hook, "whsec_")) {
            return problem(ret_problem, ERR_MALFORMED,
                           "a webhook's secret begins with whsec_: copy it from the provider's "
                           "page of the webhook endpoint");
        }
    }
    return 0;
}

int credentials_check_screen(const struct credentials *credentials, const char *stripe_url,
                             bool is_screen_locked, char *ret_problem)
{
    bool has_hook = false;
    for (size_t i = 0; i < WEBHOOK_SECRETS_MAX; i++) {
        has_hook |= credentials->webhook_secrets[i][0] != '\0';
    }
    if (!has_hook || is_screen_locked || !begins(stripe_url, "https://")) {
        return 0;
    }
    return problem(ret_problem, ERR_FORBIDDEN,
                   "with a webhook's secret the internet reaches this machine, and an open screen "
                   "needs no token: set screen = locked, or take stripe-webhook-secret away");
}

int credentials_load(const struct terms *terms, const char *state,
                     struct credentials *ret_credentials, char *ret_problem)
{
    char folder[PATH_BYTES_MAX];
    memset(ret_credentials, 0, sizeof *ret_credentials);
    (void)problem(ret_problem, 0, "the folder of the keys has too long a name");
    int err = folder_of(terms, state, folder);
    for (size_t i = 0; i < NAMES_COUNT && err == 0; i++) {
        err = secret_file_load(folder, names[i], place_of(ret_credentials, i), ret_problem);
    }
    if (err == 0) {
        err = credentials_check(ret_credentials, terms->stripe_url, ret_problem);
    }
    if (err == ERR_NOT_FOUND) {
        (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "%.300s/stripe-secret-key is not there",
                       folder);
    }
    return err;
}
