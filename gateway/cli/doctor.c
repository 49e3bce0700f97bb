/* trestle-gateway doctor: what can be told without the network. */
#include "gateway/cli/doctor.h"

#include <string.h>

#include "node/os/entropy.h"
#include "node/web/tls.h"

enum { CERTIFICATE_DAYS_WARN = 14, CLOCK_S_WARN = 5, CLOCK_S_FAIL = 300 };

static bool has_hook(const struct credentials *credentials)
{
    for (size_t i = 0; i < WEBHOOK_SECRETS_MAX; i++) {
        if (credentials->webhook_secrets[i][0] != '\0') {
            return true;
        }
    }
    return false;
}

/* --- keys --- */

void doctor_keys(const struct credentials *credentials, const struct terms *terms,
                 struct diagnoses *all)
{
    const bool is_restricted = strncmp(credentials->secret_key, "rk_", 3) == 0;
    diagnose(all, DIAGNOSIS_OK, "keys", NULL, "%s keys, for %s%s",
             credentials->is_live ? "live" : "test", terms->stripe_url,
             credentials->is_live ? ": real money moves" : ": no real money moves");
    if (is_restricted) {
        diagnose(all, DIAGNOSIS_OK, "keys", NULL, "the secret key is a restricted one");
    } else {
        diagnose(
            all, credentials->is_live ? DIAGNOSIS_WARN : DIAGNOSIS_OK, "keys",
            "make a restricted key at the provider: PaymentIntents and Refunds write; Charges, "
            "Disputes, Events and Webhook Endpoints read; nothing else",
            "the secret key may do everything in the account");
    }
}

void doctor_provider_clock(int64_t own_s, int64_t provider_s, struct diagnoses *all)
{
    const int64_t ahead_s = own_s - provider_s;
    const int64_t off_s = ahead_s < 0 ? -ahead_s : ahead_s;
    if (off_s < CLOCK_S_WARN) {
        diagnose(all, DIAGNOSIS_OK, "clock", NULL, "the provider's says the same");
        return;
    }
    diagnose(all, off_s >= CLOCK_S_FAIL ? DIAGNOSIS_FAIL : DIAGNOSIS_WARN, "clock",
             "set it: timedatectl set-ntp true; money goes by the provider's clock, receipts and "
             "certificates by ours",
             "%lld s %s of the provider's", (long long)off_s, ahead_s < 0 ? "behind" : "ahead");
}

/* --- who comes in --- */

static void look_at_screen(const struct credentials *credentials, const struct terms *terms,
                           const struct settings *settings, struct diagnoses *all)
{
    char problem[PROBLEM_BYTES_MAX];
    if (credentials_check_screen(credentials, terms->stripe_url, settings->is_screen_locked,
                                 problem) != 0) {
        diagnose(all, DIAGNOSIS_FAIL, "screen",
                 "screen = locked in trestle.conf; it does not start otherwise",
                 "it is open, and a webhook's secret lets the internet reach this machine");
    } else {
        diagnose(all, DIAGNOSIS_OK, "screen", NULL, "%s",
                 settings->is_screen_locked ? "locked: it wants a person signed in" : "open");
    }
}

static void look_at_proxy(const struct settings *settings, struct diagnoses *all)
{
    if (settings->proxies.count > 0 && !settings->is_screen_locked) {
        diagnose(all, DIAGNOSIS_FAIL, "proxy", "screen = locked in trestle.conf",
                 "a proxy is trusted, and the screen is open: what it passes on may look like it");
    } else if (settings->proxies.count > 0) {
        diagnose(all, DIAGNOSIS_OK, "proxy", NULL, "trusted: %s%s", settings->proxies.addresses[0],
                 settings->proxies.count > 1 ? " and more" : "");
    } else if (settings->https_address[0] == '\0') {
        diagnose(all, DIAGNOSIS_WARN, "proxy",
                 "trusted-proxy = ADDRESS in trestle.conf; or https, tls-certificate and tls-key",
                 "no https of its own and no trusted proxy: whoever comes through one counts as "
                 "one client");
    }
}

void doctor_door(const struct credentials *credentials, const struct terms *terms,
                 const struct settings *settings, struct diagnoses *all)
{
    look_at_screen(credentials, terms, settings, all);
    look_at_proxy(settings, all);
    if (has_hook(credentials)) {
        diagnose(all, DIAGNOSIS_OK, "webhook", NULL, "%s",
                 credentials->webhook_secrets[0][0] != '\0' &&
                         credentials->webhook_secrets[1][0] != '\0'
                     ? "two secrets are there, as while one is rolled"
                     : "its secret is there");
    } else {
        diagnose(all, DIAGNOSIS_OK, "webhook", NULL,
                 "no secret, so none is taken: the list of events is read instead");
    }
}

void doctor_tls(const struct settings *settings, struct diagnoses *all)
{
    char problem[TLS_PROBLEM_BYTES_MAX];
    const struct tls_files files = {settings->tls_certificate, settings->tls_key};
    int days = 0;
    if (settings->https_address[0] == '\0') {
        return;
    }
    if (tls_check(&files, problem) != 0) {
        diagnose(all, DIAGNOSIS_FAIL, "tls", "mend it: the gateway does not start like this", "%s",
                 problem);
        return;
    }
    if (tls_days_left(files.certificate, &days) != 0) {
        days = -1;
    }
    const bool is_over = days < 0;
    diagnose(all,
             is_over                        ? DIAGNOSIS_FAIL
             : days < CERTIFICATE_DAYS_WARN ? DIAGNOSIS_WARN
                                            : DIAGNOSIS_OK,
             "tls",
             days < CERTIFICATE_DAYS_WARN
                 ? "renew it, then systemctl reload trestle-gateway: no restart is needed"
                 : NULL,
             is_over ? "the certificate is over" : "certificate and key fit; %d days are left",
             days);
}

/* --- all of it --- */

static void keys_missing(int err, const char *problem, struct diagnoses *all)
{
    if (err == ERR_NOT_FOUND) {
        diagnose(all, DIAGNOSIS_WARN, "keys",
                 "put them there; or, if systemd passes them, run this with CREDENTIALS_DIRECTORY="
                 "/run/credentials/trestle-gateway.service",
                 "no card payments: %s", problem);
    } else {
        diagnose(all, DIAGNOSIS_FAIL, "keys", "the gateway does not start like this", "%s",
                 problem);
    }
}

void gateway_doctor(const struct place *place, struct diagnoses *all)
{
    const struct terms *terms = terms_of_program();
    struct credentials credentials;
    char problem[PROBLEM_BYTES_MAX];
    const int err = credentials_load(terms, place->state, &credentials, problem);
    doctor_tls(&place->settings, all);
    doctor_messages(terms, place->state, all);
    if (err != 0) {
        keys_missing(err, problem, all);
    } else {
        doctor_keys(&credentials, terms, all);
        doctor_door(&credentials, terms, &place->settings, all);
        if (doctor_provider(&credentials, terms, all) && has_hook(&credentials)) {
            doctor_webhook(&credentials, terms, place, all);
        }
    }
    entropy_wipe(&credentials, sizeof credentials);
}
